//! Consignment against a model of it in memory: random notes, visits, till sales, restocks and disputes. Units are conserved by
//! owner, their cost is where they are, and the debt of the consignment and both books say the same.
//!
//! 6 runs of 30 acts; `PROPTEST_CASES` makes more of them.

use chrono::Duration;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::consignment::{Titip, terms, titip_by};
use crate::consignment_costs::{costs, made_for};
use crate::obligations::kept;
use crate::recipes::bought;
use crate::support::{Shop, TestApp};

/// What the maker is due for one pack of Rp10.000 at a share of 20 %.
const DUE: i64 = 8_000;
/// What one pack cost her.
const COST: i64 = 1_000;

#[derive(Clone, Debug)]
enum Act {
    /// Offered, how many fewer come, and whether those are lost.
    Note(i64, i64, bool),
    /// Of ten parts of what is there: counted, returned; spoiled; topped up; whether all is paid.
    Visit(i64, i64, i64, i64, bool),
    /// One more is counted than can be there.
    TooMany,
    Till(i64),
    /// Bought outright by the warung: asked, and how many fewer are accepted.
    Buy(i64, i64),
    /// On consignment: asked, and how many fewer come.
    Restock(i64, i64),
    /// The last visit is disputed, and of ten parts of what there was so many were counted, returned and spoiled; or that is taken
    /// back.
    Dispute(i64, i64, i64, bool),
    Pay(i64),
    Make(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1i64..30, 0i64..3, any::<bool>()).prop_map(|(offered, fewer, lost)| Act::Note(offered, fewer, lost)),
        5 => (0i64..=10, 0i64..=10, 0i64..3, 0i64..20, any::<bool>()).prop_map(|(c, r, s, t, paid)| Act::Visit(c, r, s, t, paid)),
        1 => Just(Act::TooMany),
        4 => (1i64..8).prop_map(Act::Till),
        1 => (1i64..8, 0i64..3).prop_map(|(asked, fewer)| Act::Buy(asked, fewer)),
        2 => (1i64..20, 0i64..3).prop_map(|(asked, fewer)| Act::Restock(asked, fewer)),
        3 => (0i64..=10, 0i64..=10, 0i64..3, 0i64..4).prop_map(|(c, r, s, back)| Act::Dispute(c, r, s, back == 0)),
        1 => (1i64..100_000).prop_map(Act::Pay),
        2 => (1i64..40).prop_map(Act::Make),
    ]
}

/// What must be so.
#[derive(Debug, Default)]
struct Model {
    home: i64,
    there: i64,
    bought: i64,
    made: i64,
    /// Sold by whomever.
    sold: i64,
    /// Spoiled, or lost on the way.
    lost: i64,
    owed: i64,
    visits: i64,
    /// The last visit.
    last: Option<Last>,
    acts: i64,
}

/// A visit: its id, and what it counted, returned, spoiled and sold beside the till.
#[derive(Debug)]
struct Last {
    id: String,
    counted: i64,
    returned: i64,
    spoiled: i64,
    sold: i64,
}

/// Parts of what there is: counted, returned, spoiled and sold.
fn parted(there: i64, (counted, returned, spoiled): (i64, i64, i64)) -> (i64, i64, i64, i64) {
    let counted = there * counted / 10;
    let returned = (there - counted) * returned / 10;
    let spoiled = spoiled.min(there - counted - returned);
    (counted, returned, spoiled, there - counted - returned - spoiled)
}

struct World {
    app: TestApp,
    titip: Titip,
    consignment: String,
    model: Model,
}

impl World {
    fn new() -> Self {
        let app = TestApp::start();
        let titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
        made_for(&titip, 100 * COST);
        let consignment = titip.leave(10);
        let model = Model { home: 90, there: 10, made: 100, ..Model::default() };
        Self { app, titip, consignment, model }
    }

    /// Five minutes later, with tokens that hold.
    fn wake(&mut self) {
        self.app.advance(Duration::minutes(5));
        let awake = |shop: &Shop| Shop { id: shop.id.clone(), owner: self.app.awake(&shop.owner) };
        (self.titip.maker, self.titip.warung) = (awake(&self.titip.maker), awake(&self.titip.warung));
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each act")]
    fn step(&mut self, act: &Act) {
        self.wake();
        self.model.acts += 1;
        let name = format!("act-{}", self.model.acts);
        let (t, m) = (&self.titip, &mut self.model);
        let (maker, warung) = (&t.maker.owner.client, &t.warung.owner.client);
        match *act {
            Act::Make(quantity) => {
                bought(&t.maker, "Singkong", "g", 500 * quantity, COST * quantity);
                maker.post(&format!("/v1/packs/{}/productions", t.pack), json!({ "quantity": quantity, "code": name })).expect(201);
                m.home += quantity;
                m.made += quantity;
            }
            Act::Note(offered, fewer, lost) => {
                if offered > m.home {
                    t.offer(offered).expect_problem(409, "out_of_stock");
                    return;
                }
                let (fewer, note) = (fewer.min(offered), t.offer(offered).expect(201));
                let note = note["id"].as_str().expect("an id").to_owned();
                t.receive(&note, offered - fewer).expect(200);
                m.home -= offered - fewer;
                m.there += offered - fewer;
                if fewer > 0 {
                    let what = if lost { "lost" } else { "kept" };
                    maker.post(&format!("/v1/consignment-notes/{note}/missing"), json!({ "missing": what })).expect(200);
                    if lost {
                        m.home -= fewer;
                        m.lost += fewer;
                    }
                }
            }
            Act::Visit(counted, returned, spoiled, more, paid) => {
                let (counted, returned, spoiled, sold) = parted(m.there, (counted, returned, spoiled));
                let more = more.min(m.home + returned);
                let paid = if paid { (m.owed + sold * DUE).max(0) } else { 0 };
                let visit = t.visit(&t.maker.owner, &self.consignment, &name, (counted, returned, spoiled, more), paid).expect(201);
                assert_eq!(visit["due"].as_i64(), Some(sold * DUE));
                m.home += returned - more;
                m.there = counted + more;
                m.lost += spoiled;
                m.sold += sold;
                m.owed += sold * DUE - paid;
                m.visits += 1;
                m.last = Some(Last { id: visit["id"].as_str().expect("an id").to_owned(), counted, returned, spoiled, sold });
            }
            Act::TooMany => {
                let body = (m.there + 1, 0, 0, 0);
                t.visit(&t.maker.owner, &self.consignment, &name, body, 0).expect_problem(409, "counted_too_many");
            }
            Act::Till(quantity) => {
                if quantity > m.there + m.bought {
                    t.till(&name, quantity).expect_problem(409, "out_of_stock");
                    return;
                }
                t.till(&name, quantity).expect(201);
                let consigned = quantity.min(m.there);
                m.there -= consigned;
                m.bought -= quantity - consigned;
                m.sold += quantity;
                m.owed += consigned * DUE;
            }
            Act::Buy(asked, fewer) | Act::Restock(asked, fewer) => {
                let outright = matches!(act, Act::Buy(..));
                let mut body = json!({ "maker_id": t.maker.id, "basis": "consignment", "ask": "list", "lines": [{ "pack_id": t.pack, "quantity": asked }] });
                if outright {
                    (body["basis"], body["payment"]) = (json!("outright"), json!("cash"));
                }
                let restock = warung.post(&format!("/v1/enterprises/{}/restocks", t.warung.id), body).expect(201);
                let id = restock["id"].as_str().expect("an id").to_owned();
                let quantity = (asked - fewer).max(1);
                let lines = json!({ "lines": [{ "pack_id": t.pack, "quantity": quantity }] });
                if quantity > m.home {
                    let accept = json!({ "answer": "accept", "lines": lines["lines"] });
                    maker.post(&format!("/v1/restocks/{id}/answer"), accept).expect_problem(409, "out_of_stock");
                    return;
                }
                let accept = if outright { json!({ "answer": "accept", "lines": lines["lines"] }) } else { json!({ "answer": "accept" }) };
                let all = if outright { quantity } else { asked };
                if all > m.home {
                    maker.post(&format!("/v1/restocks/{id}/answer"), accept).expect_problem(409, "out_of_stock");
                    return;
                }
                maker.post(&format!("/v1/restocks/{id}/answer"), accept).expect(200);
                maker.post(&format!("/v1/restocks/{id}/deliver"), json!({})).expect(200);
                warung.post(&format!("/v1/restocks/{id}/confirm"), lines).expect(200);
                m.home -= quantity;
                if outright { m.bought += quantity } else { m.there += quantity }
            }
            Act::Dispute(counted, returned, spoiled, taken_back) => {
                let Some(was) = m.last.take() else { return };
                let visit = &was.id;
                let dispute = json!({ "answer": "dispute", "lines": [{ "pack_id": t.pack, "reason": "Belum cocok" }] });
                warung.post(&format!("/v1/consignment-visits/{visit}/answer"), dispute).expect(200);
                let settle = format!("/v1/consignment-visits/{visit}/settle");
                if taken_back {
                    warung.post(&settle, json!({})).expect(200);
                    return;
                }
                let all = was.counted + was.returned + was.spoiled + was.sold;
                let (counted, returned, spoiled, sold) = parted(all, (counted, returned, spoiled));
                let right = json!({ "lines": [{ "pack_id": t.pack, "counted": counted, "returned": returned, "spoiled": spoiled }] });
                let settled = maker.post(&settle, right);
                // What has left since, from the maker's home or by the warung's till, cannot be uncounted.
                if m.home < was.returned - returned || m.there < was.counted - counted {
                    settled.expect_problem(409, "out_of_stock");
                    return;
                }
                settled.expect(200);
                m.home += returned - was.returned;
                m.there += counted - was.counted;
                m.lost += spoiled - was.spoiled;
                m.sold += sold - was.sold;
                m.owed += (sold - was.sold) * DUE;
            }
            Act::Pay(amount) => {
                let answer =
                    maker.post(&format!("/v1/consignments/{}/payments", self.consignment), json!({ "amount": amount, "method": "cash" }));
                if amount > m.owed {
                    answer.expect_problem(409, "more_than_owed");
                } else {
                    answer.expect(200);
                    m.owed -= amount;
                }
            }
        }
    }

    fn prove(&self) {
        let m = &self.model;
        assert_eq!(self.titip.stock(), (m.home, m.there, m.bought), "{m:?}");
        assert_eq!(m.home + m.there + m.bought + m.sold + m.lost, m.made, "units are conserved");
        let cost = [m.home, m.there, m.sold + m.bought, m.lost].map(|units| units * COST);
        assert_eq!(costs(&self.titip), cost, "their cost is where they are: {m:?}");
        let [open, met, late, missed, _] = kept(&self.titip.maker.owner, &self.titip.agreement, &self.titip.warung, "payment");
        assert_eq!((late, missed), (0, 0), "all on one day");
        assert!(met + open <= m.visits && (m.owed > 0 || open == 0), "{open} payments are open: {m:?}");
        assert_eq!(self.titip.owed(&self.consignment), m.owed, "{m:?}");
        let path = format!("/v1/consignments/{}/statement", self.consignment);
        let statement = self.titip.maker.owner.client.get(&path).expect(200);
        let line = &statement["lines"][0];
        assert_eq!(
            (line["closing"].as_i64(), statement["owed"].as_i64(), &statement["books_agree"]),
            (Some(m.there), Some(m.owed), &json!(true))
        );
        let notes = self.titip.maker.owner.client.get(&format!("/v1/consignments/{}/notes?limit=100", self.consignment)).expect(200);
        let notes = notes["items"].as_array().expect("items").iter();
        let left: i64 = notes.map(|note| note["lines"][0]["remaining"].as_i64().expect("a number")).sum();
        assert_eq!(left, m.there, "what is left of the notes is what is there");
    }
}

#[test]
fn random_dealings_end_where_the_model_does() {
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(6) });
    runner
        .run(&proptest::collection::vec(act(), 30), |acts| {
            let mut world = World::new();
            for act in &acts {
                world.step(act);
                world.prove();
            }
            Ok(())
        })
        .expect("the model and the house agree");
}

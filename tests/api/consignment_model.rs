//! Consignment against a model of it in memory: one maker, two packs, and two warungs by different terms; random notes, visits (by
//! either side, late ones too), till sales, restocks, claims and disputes. Units are conserved by owner, their cost is where they
//! are, and the debts of the consignments and restocks and the books of all three say the same.
//!
//! 6 runs of 30 acts; `PROPTEST_CASES` makes more of them.

use chrono::Duration;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::consignment::{Titip, balance, terms, text, titip_by};
use crate::consignment_costs::made_for;
use crate::obligations::kept;
use crate::recipes::bought;
use crate::support::http::Client;
use crate::support::model::{self, Done};
use crate::support::people::pack_of;
use crate::support::{Shop, TestApp};

/// How many runs there are unless said otherwise.
const CASES: u32 = 6;
/// What one pack of the first kind cost the maker; of the second nothing is known.
const COST: i64 = 1_000;
/// What one pack sells for.
const PRICES: [i64; 2] = [10_000, 4_000];
/// What the maker is due for one: of the first warung by a share of 20 %, of the second by fixed prices.
const DUE: [[i64; 2]; 2] = [[8_000, 3_200], [8_500, 3_000]];
/// What one costs when it is bought outright.
const OUTRIGHT: [i64; 2] = [9_000, 4_000];

/// Parts of ten: counted and returned; and how many were spoiled.
type Parts = (i64, i64, i64);

#[derive(Clone, Debug)]
enum Act {
    /// The pack; offered, how many fewer come, and whether those are lost.
    Note(usize, i64, i64, bool),
    /// What was found of each pack; what is topped up of the first; whether the warung writes it down, and whether all is paid; and
    /// how many of the first the till sells before it is sent.
    Visit([Parts; 2], i64, bool, bool, i64),
    /// One more is counted than can be there.
    TooMany,
    Till(usize, i64),
    /// Bought outright by the warung: the pack, asked, how many fewer are accepted, and whether on credit.
    Buy(usize, i64, i64, bool),
    /// On consignment: the pack, asked, and how many fewer come.
    Restock(usize, i64, i64),
    /// The last visit is right.
    Confirm,
    /// A line of the last visit is disputed, with figures, and put right: with these or with others.
    Dispute(usize, Parts, i64, bool),
    /// The money of the last visit is disputed and put right.
    DisputePaid(i64, bool),
    /// The last visit is disputed, and that is taken back.
    TakeBack(usize),
    Pay(i64),
    /// The maker has the money for the oldest restock that is owed.
    PayRestock,
    Make(i64),
}

fn parts() -> impl Strategy<Value = Parts> {
    (0i64..=10, 0i64..=10, 0i64..3)
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let act = prop_oneof![
        4 => (0usize..2, 1i64..30, 0i64..3, any::<bool>()).prop_map(|(pack, offered, fewer, lost)| Act::Note(pack, offered, fewer, lost)),
        6 => ([parts(), parts()], 0i64..20, any::<bool>(), any::<bool>(), 0i64..3).prop_map(|(p, t, w, paid, late)| Act::Visit(p, t, w, paid, late)),
        1 => Just(Act::TooMany),
        3 => (0usize..2, 1i64..8).prop_map(|(pack, quantity)| Act::Till(pack, quantity)),
        2 => (0usize..2, 1i64..8, 0i64..3, any::<bool>()).prop_map(|(pack, asked, fewer, credit)| Act::Buy(pack, asked, fewer, credit)),
        2 => (0usize..2, 1i64..20, 0i64..3).prop_map(|(pack, asked, fewer)| Act::Restock(pack, asked, fewer)),
        2 => Just(Act::Confirm),
        3 => (0usize..2, parts(), -3i64..4, any::<bool>()).prop_map(|(pack, p, top, same)| Act::Dispute(pack, p, top, same)),
        2 => (0i64..100_000, any::<bool>()).prop_map(|(amount, same)| Act::DisputePaid(amount, same)),
        1 => (0usize..2).prop_map(Act::TakeBack),
        1 => (1i64..100_000).prop_map(Act::Pay),
        1 => Just(Act::PayRestock),
        2 => (1i64..40).prop_map(Act::Make),
    ];
    (0usize..2, act)
}

/// A line of the last visit: counted, returned, spoiled, sold beside the till, and topped up.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    counted: i64,
    returned: i64,
    spoiled: i64,
    sold: i64,
    topped_up: i64,
}

impl Line {
    /// Parts of what there is.
    fn of(there: i64, (counted, returned, spoiled): Parts, topped_up: i64) -> Self {
        let counted = there * counted / 10;
        let returned = (there - counted) * returned / 10;
        let spoiled = spoiled.min(there - counted - returned);
        Self { counted, returned, spoiled, sold: there - counted - returned - spoiled, topped_up }
    }

    const fn all(&self) -> i64 {
        self.counted + self.returned + self.spoiled + self.sold
    }

    fn body(&self, pack: &str) -> Value {
        json!({ "pack_id": pack, "counted": self.counted, "returned": self.returned, "spoiled": self.spoiled, "topped_up": self.topped_up })
    }
}

/// A visit that can still be answered.
#[derive(Clone, Debug)]
struct Last {
    id: String,
    by_warung: bool,
    lines: [Line; 2],
    /// What is in the books, or what is only claimed.
    paid: i64,
}

/// What must be so at one warung.
#[derive(Clone, Debug, Default)]
struct There {
    consigned: [i64; 2],
    bought: [i64; 2],
    /// For consigned goods, with what is only claimed.
    owed: i64,
    /// For restocks, oldest first.
    restocks: Vec<(String, i64)>,
    visits: i64,
    last: Option<Last>,
}

/// What must be so.
#[derive(Clone, Debug, Default)]
struct Model {
    home: [i64; 2],
    made: [i64; 2],
    /// Sold by whomever, and bought.
    sold: [i64; 2],
    /// Spoiled, or lost on the way, at the maker's expense.
    lost: [i64; 2],
    there: [There; 2],
    acts: i64,
}

struct Pair {
    warung: Shop,
    agreement: String,
    consignment: String,
}

struct World {
    app: TestApp,
    maker: Shop,
    packs: [String; 2],
    pairs: [Pair; 2],
    model: Model,
}

impl World {
    fn new() -> Self {
        let app = TestApp::start();
        let titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
        made_for(&titip, 100 * COST);
        let other = pack_of(&app.product(&titip.village, &titip.maker, "Opak", PRICES[1], 200));
        let second = app.shop(&titip.village, "warung", "Warung Pojok");
        let mut fixed = terms(1_000_000_000, "anytime", "receiver");
        let prices = json!([{ "pack_id": titip.pack, "price": DUE[1][0] }, { "pack_id": other, "price": DUE[1][1] }]);
        fixed["earning"] = json!({ "by": "fixed_prices", "prices": prices });
        let agreed = |warung: &Shop, terms: Value| {
            let agreement = crate::agreements::offered(&titip.maker.owner, &titip.maker, warung, crate::agreements::proposal(terms));
            warung.owner.client.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
            agreement
        };
        let fixed = agreed(&second, fixed);
        let prices: Vec<Value> =
            [&titip.pack, &other].iter().zip(OUTRIGHT).map(|(pack, price)| json!({ "pack_id": pack, "price": price })).collect();
        for warung in [&titip.warung, &second] {
            let purchase = json!({
                "kind": "purchase", "prices": prices, "delivery_days": ["tuesday", "wednesday"], "minimum": 0, "credit_limit": 1_000_000_000,
                "payment_days": 7,
            });
            agreed(warung, purchase);
        }
        let Titip { maker, warung, pack, agreement, .. } = titip;
        let packs = [pack, other];
        let begin = |warung: &Shop| {
            let lines = json!([{ "pack_id": packs[0], "quantity": 10 }, { "pack_id": packs[1], "quantity": 10 }]);
            let body = json!({ "warung_id": warung.id, "lines": lines });
            let note = maker.owner.client.post(&format!("/v1/enterprises/{}/consignment-notes", maker.id), body).expect(201);
            warung
                .owner
                .client
                .post(&format!("/v1/consignment-notes/{}/receive", text(&note["id"])), json!({ "lines": lines }))
                .expect(200);
            text(&note["consignment_id"])
        };
        let consignments = [begin(&warung), begin(&second)];
        let [first, other] = consignments;
        let pairs = [Pair { warung, agreement, consignment: first }, Pair { warung: second, agreement: fixed, consignment: other }];
        let there = There { consigned: [10, 10], ..There::default() };
        let model = Model { home: [80, 180], made: [100, 200], there: [there.clone(), there], ..Model::default() };
        Self { app, maker, packs, pairs, model }
    }

    /// Five minutes later, with tokens that hold.
    fn wake(&mut self) {
        self.app.advance(Duration::minutes(5));
        let awake = |shop: &Shop| Shop { id: shop.id.clone(), owner: self.app.awake(&shop.owner) };
        let shops = [awake(&self.maker), awake(&self.pairs[0].warung), awake(&self.pairs[1].warung)];
        let [maker, first, second] = shops;
        (self.maker, self.pairs[0].warung, self.pairs[1].warung) = (maker, first, second);
    }

    fn till(&self, at: usize, name: &str, pack: usize, quantity: i64) -> crate::support::Answer {
        let warung = &self.pairs[at].warung;
        let body = json!({ "client_id": name, "method": "cash", "lines": [{ "pack_id": self.packs[pack], "quantity": quantity }] });
        warung.owner.client.post(&format!("/v1/enterprises/{}/till-sales", warung.id), body)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each act")]
    fn step(&mut self, at: usize, act: &Act) {
        self.wake();
        self.model.acts += 1;
        let name = format!("act-{}", self.model.acts);
        let (maker, warung) = (self.maker.owner.client.clone(), self.pairs[at].warung.owner.client.clone());
        let (mut m, consignment) = (self.model.clone(), self.pairs[at].consignment.clone());
        let visits = format!("/v1/consignments/{consignment}/visits");
        match act.clone() {
            Act::Make(quantity) => {
                bought(&self.maker, "Singkong", "g", 500 * quantity, COST * quantity);
                let made = json!({ "quantity": quantity, "code": name });
                maker.post(&format!("/v1/packs/{}/productions", self.packs[0]), made).expect(201);
                m.home[0] += quantity;
                m.made[0] += quantity;
            }
            Act::Note(pack, offered, fewer, lost) => {
                let line = |quantity: i64| json!([{ "pack_id": self.packs[pack], "quantity": quantity }]);
                let body = json!({ "warung_id": self.pairs[at].warung.id, "lines": line(offered) });
                let note = maker.post(&format!("/v1/enterprises/{}/consignment-notes", self.maker.id), body);
                if offered > m.home[pack] {
                    return note.expect_problem(409, "out_of_stock");
                }
                let (fewer, note) = (fewer.min(offered), text(&note.expect(201)["id"]));
                warung.post(&format!("/v1/consignment-notes/{note}/receive"), json!({ "lines": line(offered - fewer) })).expect(200);
                m.home[pack] -= offered - fewer;
                m.there[at].consigned[pack] += offered - fewer;
                if fewer > 0 {
                    let what = if lost { "lost" } else { "kept" };
                    maker.post(&format!("/v1/consignment-notes/{note}/missing"), json!({ "missing": what })).expect(200);
                    if lost {
                        m.home[pack] -= fewer;
                        m.lost[pack] += fewer;
                    }
                }
            }
            Act::Visit(parts, more, by_warung, all_paid, late) => {
                let there = m.there[at].clone();
                let mut lines = [0, 1].map(|pack| Line::of(there.consigned[pack], parts[pack], 0));
                lines[0].topped_up = more.min(m.home[0] + lines[0].returned);
                let due: i64 = (0..2).map(|pack| due(at, pack, &lines[pack])).sum();
                let paid = if all_paid { (there.owed + due).max(0) } else { 0 };
                let held_at = self.app.clock.now();
                let late = late.min(lines[0].counted);
                if late > 0 {
                    self.app.advance(Duration::minutes(1));
                    self.till(at, &format!("{name}-till"), 0, late).expect(201);
                    m.there[at].consigned[0] -= late;
                    m.sold[0] += late;
                    m.there[at].owed += late * DUE[at][0];
                }
                let last = maker.get(&format!("/v1/consignments/{consignment}")).expect(200)["last_visit_id"].clone();
                let body: Vec<Value> = lines.iter().zip(&self.packs).map(|(line, pack)| line.body(pack)).collect();
                let mut body = json!({ "client_id": name, "follows": last, "visited_at": held_at, "lines": body });
                if paid > 0 {
                    body["paid"] = json!({ "amount": paid, "method": "cash" });
                }
                let visit = if by_warung { &warung } else { &maker }.post(&visits, body).expect(201);
                assert_eq!(visit["due"].as_i64(), Some(due));
                for (pack, line) in lines.iter().enumerate() {
                    m.home[pack] += line.returned - line.topped_up;
                    m.there[at].consigned[pack] -= there.consigned[pack] - line.counted - line.topped_up;
                    spoil(&mut m, at, pack, line.spoiled);
                    m.sold[pack] += line.sold;
                }
                m.there[at].owed += due - if by_warung { 0 } else { paid };
                m.there[at].visits += 1;
                m.there[at].last = Some(Last { id: text(&visit["id"]), by_warung, lines, paid });
            }
            Act::TooMany => {
                let last = maker.get(&format!("/v1/consignments/{consignment}")).expect(200)["last_visit_id"].clone();
                let there = m.there[at].consigned;
                let line = |pack: usize, more: i64| json!({ "pack_id": self.packs[pack], "counted": there[pack] + more });
                let body = json!({ "client_id": name, "follows": last, "lines": [line(0, 1), line(1, 0)] });
                maker.post(&visits, body).expect_problem(409, "counted_too_many");
            }
            Act::Till(pack, quantity) => {
                let sale = self.till(at, &name, pack, quantity);
                let there = &mut m.there[at];
                if quantity > there.consigned[pack] + there.bought[pack] {
                    return sale.expect_problem(409, "out_of_stock");
                }
                sale.expect(201);
                let consigned = quantity.min(there.consigned[pack]);
                there.consigned[pack] -= consigned;
                there.bought[pack] -= quantity - consigned;
                there.owed += consigned * DUE[at][pack];
                m.sold[pack] += consigned;
            }
            Act::Buy(pack, asked, fewer, credit) => {
                let (quantity, payment) = ((asked - fewer).max(1), if credit { "credit" } else { "cash" });
                let Some(id) = self.restocked(at, &m, ("outright", Some(payment)), (pack, asked, quantity, quantity)) else { return };
                m.home[pack] -= quantity;
                m.there[at].bought[pack] += quantity;
                m.sold[pack] += quantity;
                m.there[at].restocks.push((id, quantity * OUTRIGHT[pack]));
            }
            Act::Restock(pack, asked, fewer) => {
                let quantity = (asked - fewer).max(1);
                if self.restocked(at, &m, ("consignment", None), (pack, asked, asked, quantity)).is_none() {
                    return;
                }
                m.home[pack] -= quantity;
                m.there[at].consigned[pack] += quantity;
            }
            Act::Confirm => {
                let Some(last) = m.there[at].last.clone() else { return };
                let (recorder, other) = if last.by_warung { (&warung, &maker) } else { (&maker, &warung) };
                let path = format!("/v1/consignment-visits/{}/answer", last.id);
                recorder.post(&path, json!({ "answer": "confirm" })).expect_problem(409, "visit_not_your_turn");
                self.taken_in(&mut m, at, &last, other.post(&path, json!({ "answer": "confirm" })));
            }
            Act::TakeBack(pack) => {
                let Some(last) = m.there[at].last.clone() else { return };
                let other = if last.by_warung { &maker } else { &warung };
                self.disputed(other, &last.id, json!([{ "pack_id": self.packs[pack], "reason": "Belum cocok" }]), None);
                let settled = other.post(&format!("/v1/consignment-visits/{}/settle", last.id), json!({}));
                if !self.taken_in(&mut m, at, &last, settled) {
                    m.there[at].last = None;
                }
            }
            Act::Dispute(pack, parts, top, same) => {
                let Some(mut last) = m.there[at].last.clone() else { return };
                let (recorder, other) = if last.by_warung { (&warung, &maker) } else { (&maker, &warung) };
                let was = last.lines[pack];
                let is = Line::of(was.all(), parts, (was.topped_up + top).max(0));
                let mut said = is.body(&self.packs[pack]);
                said["reason"] = json!("Belum cocok");
                if !same {
                    said["counted"] = json!(is.counted + 1);
                }
                self.disputed(other, &last.id, json!([said]), None);
                let settled =
                    recorder.post(&format!("/v1/consignment-visits/{}/settle", last.id), json!({ "lines": [is.body(&self.packs[pack])] }));
                let Some(shifted) = shifted(&m, at, pack, &was, &is) else {
                    // What has left since, from the maker's home or from the warung, cannot be uncounted.
                    settled.expect_problem(409, "out_of_stock");
                    m.there[at].last = None;
                    self.model = m;
                    return;
                };
                (m.home[pack], m.there[at].consigned[pack]) = shifted;
                spoil(&mut m, at, pack, is.spoiled - was.spoiled);
                m.sold[pack] += is.sold - was.sold;
                m.there[at].owed += due(at, pack, &is) - due(at, pack, &was);
                last.lines[pack] = is;
                self.put_right(&mut m, at, last, settled, same);
            }
            Act::DisputePaid(amount, same) => {
                let Some(mut last) = m.there[at].last.clone() else { return };
                let (recorder, other) = if last.by_warung { (&warung, &maker) } else { (&maker, &warung) };
                let said = if same { amount } else { amount + 1 };
                self.disputed(other, &last.id, json!([]), Some(json!({ "reason": "Uangnya lain", "amount": said })));
                let right = json!({ "paid": { "amount": amount, "method": "transfer" } });
                let settled = recorder.post(&format!("/v1/consignment-visits/{}/settle", last.id), right);
                if !last.by_warung {
                    m.there[at].owed += last.paid - amount;
                }
                last.paid = amount;
                self.put_right(&mut m, at, last, settled, same);
            }
            Act::Pay(amount) => {
                let paid = maker.post(&format!("/v1/consignments/{consignment}/payments"), json!({ "amount": amount, "method": "cash" }));
                if amount > m.there[at].owed {
                    return paid.expect_problem(409, "more_than_owed");
                }
                paid.expect(200);
                m.there[at].owed -= amount;
            }
            Act::PayRestock => {
                if m.there[at].restocks.is_empty() {
                    return;
                }
                let (id, owed) = m.there[at].restocks.remove(0);
                maker.post(&format!("/v1/restocks/{id}/payments"), json!({ "amount": owed, "method": "cash" })).expect(200);
            }
        }
        self.model = m;
    }

    fn disputed(&self, other: &Client, visit: &str, lines: Value, paid: Option<Value>) {
        let dispute = json!({ "answer": "dispute", "lines": lines, "paid": paid });
        other.post(&format!("/v1/consignment-visits/{visit}/answer"), dispute).expect(200);
    }

    /// The maker has said that she has what was claimed, if so much is owed; answers whether she could.
    fn taken_in(&self, m: &mut Model, at: usize, last: &Last, answer: crate::support::Answer) -> bool {
        let claimed = if last.by_warung { last.paid } else { 0 };
        if claimed > 0 && claimed > m.there[at].owed {
            answer.expect_problem(409, "more_than_owed");
            return false;
        }
        answer.expect(200);
        m.there[at].owed -= claimed;
        m.there[at].last = None;
        true
    }

    /// A visit was put right: both agree, or it is to be answered again.
    fn put_right(&self, m: &mut Model, at: usize, last: Last, answer: crate::support::Answer, agreed: bool) {
        if !agreed {
            assert_eq!(answer.expect(200)["state"], "submitted");
            m.there[at].last = Some(last);
            return;
        }
        let before = self.model.clone();
        if self.taken_in(m, at, &last, answer) {
            return;
        }
        // More is claimed than is owed: nothing of it has happened, and the dispute stands.
        *m = before;
        m.there[at].last = None;
    }

    /// Asked for, accepted, brought and counted; nothing where the maker has too few.
    fn restocked(&self, at: usize, m: &Model, how: (&str, Option<&str>), what: (usize, i64, i64, i64)) -> Option<String> {
        let ((basis, payment), (pack, asked, accepted, came)) = (how, what);
        let (maker, warung) = (&self.maker.owner.client, &self.pairs[at].warung);
        let line = |quantity: i64| json!([{ "pack_id": self.packs[pack], "quantity": quantity }]);
        let body = json!({ "maker_id": self.maker.id, "basis": basis, "ask": "list", "payment": payment, "lines": line(asked) });
        let restock = warung.owner.client.post(&format!("/v1/enterprises/{}/restocks", warung.id), body).expect(201);
        let id = text(&restock["id"]);
        let answer = maker.post(&format!("/v1/restocks/{id}/answer"), json!({ "answer": "accept", "lines": line(accepted) }));
        if accepted > m.home[pack] {
            answer.expect_problem(409, "out_of_stock");
            return None;
        }
        answer.expect(200);
        maker.post(&format!("/v1/restocks/{id}/deliver"), json!({})).expect(200);
        warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), json!({ "lines": line(came) })).expect(200);
        Some(id)
    }

    fn prove(&self) {
        let m = &self.model;
        let mut claim = 0;
        for (at, pair) in self.pairs.iter().enumerate() {
            let there = &m.there[at];
            let stock = pair.warung.owner.client.get(&format!("/v1/enterprises/{}/stock?limit=100", pair.warung.id)).expect(200);
            let sum = |site: &str, pack: usize| -> i64 {
                let rows = stock["items"].as_array().expect("items").iter();
                let matching = rows.filter(|row| row["site"] == site && row["pack_id"] == self.packs[pack].as_str());
                matching.map(|row| row["on_hand"].as_i64().expect("a number")).sum()
            };
            assert_eq!(
                [0, 1].map(|pack| (sum("consigned", pack), sum("bought", pack))),
                [0, 1].map(|pack| (there.consigned[pack], there.bought[pack])),
                "{m:?}"
            );
            let restocks: i64 = there.restocks.iter().map(|(_, owed)| owed).sum();
            assert_eq!(balance(&pair.warung, "payable:partner"), -(there.owed + restocks), "{m:?}");
            claim += there.owed + restocks;
            let path = format!("/v1/consignments/{}/statement?limit=100", pair.consignment);
            let statement = self.maker.owner.client.get(&path).expect(200);
            assert_eq!((statement["owed"].as_i64(), &statement["books_agree"]), (Some(there.owed), &json!(true)), "{m:?}");
            for line in statement["lines"].as_array().expect("lines") {
                let pack = usize::from(line["pack_id"] != self.packs[0].as_str());
                assert_eq!(line["closing"].as_i64(), Some(there.consigned[pack]), "{m:?}");
            }
            let notes = self.maker.owner.client.get(&format!("/v1/consignments/{}/notes?limit=100", pair.consignment)).expect(200);
            let lines = notes["items"].as_array().expect("items").iter().flat_map(|note| note["lines"].as_array().expect("lines"));
            let left: i64 = lines.map(|line| line["remaining"].as_i64().expect("a number")).sum();
            assert_eq!(left, there.consigned.iter().sum::<i64>(), "what is left of the notes is what is there: {m:?}");
            let [open, met, late, missed, _] = kept(&self.maker.owner, &pair.agreement, &pair.warung, "payment");
            assert_eq!((late, missed), (0, 0), "all on one day");
            assert!(met + open <= there.visits, "{open} payments are open: {m:?}");
        }
        assert_eq!(balance(&self.maker, "receivable:partner"), claim, "{m:?}");
        let [consigned, bought] = [0, 1].map(|which| {
            [0, 1].map(|pack| m.there.iter().map(|there| if which == 0 { there.consigned[pack] } else { there.bought[pack] }).sum::<i64>())
        });
        let home = self.maker.owner.client.get(&format!("/v1/enterprises/{}/stock?side=held&limit=100", self.maker.id)).expect(200);
        for pack in 0..2 {
            assert!(bought[pack] <= m.sold[pack]);
            assert_eq!(m.home[pack] + consigned[pack] + m.sold[pack] + m.lost[pack], m.made[pack], "units are conserved: {m:?}");
            let row = home["items"].as_array().expect("items").iter().find(|row| row["pack_id"] == self.packs[pack].as_str());
            assert_eq!(row.and_then(|row| row["on_hand"].as_i64()), Some(m.home[pack]), "{m:?}");
        }
        let costs = ["stock", "stock:consigned", "cost:goods", "cost:spoilage"].map(|account| balance(&self.maker, account));
        assert_eq!(costs, [m.home[0], consigned[0], m.sold[0], m.lost[0]].map(|units| units * COST), "cost is where the goods are: {m:?}");
    }
}

/// What the warung owes for a line.
fn due(at: usize, pack: usize, line: &Line) -> i64 {
    let borne = if at == 1 { line.spoiled } else { 0 };
    (line.sold + borne) * DUE[at][pack]
}

/// What goes bad is the maker's loss, or was sold to the warung that bears it.
fn spoil(m: &mut Model, at: usize, pack: usize, spoiled: i64) {
    if at == 1 { m.sold[pack] += spoiled } else { m.lost[pack] += spoiled }
}

/// What is at home and at the warung once a line is put right, unless goods that would move are there no more.
fn shifted(m: &Model, at: usize, pack: usize, was: &Line, is: &Line) -> Option<(i64, i64)> {
    let (mut home, mut there) = (m.home[pack], m.there[at].consigned[pack]);
    there += (was.sold - is.sold).max(0) + (was.spoiled - is.spoiled).max(0);
    let returned = is.returned - was.returned;
    (home, there) = (home + returned, there - returned);
    (home >= 0 && there >= 0).then_some(())?;
    there -= (is.spoiled - was.spoiled).max(0) + (is.sold - was.sold).max(0);
    (there >= 0).then_some(())?;
    let more = is.topped_up - was.topped_up;
    (home, there) = (home - more, there + more);
    (home >= 0 && there >= 0).then_some((home, there))
}

#[test]
fn random_dealings_end_where_the_model_does() {
    model::run(CASES, proptest::collection::vec(act(), 30), &[], |_, acts| {
        let mut world = World::new();
        for (n, (at, act)) in acts.iter().enumerate() {
            world.step(*at, act);
            if n % 2 == 1 {
                world.prove();
            }
        }
        world.prove();
        // What the model does not expect to be refused must go through, so nothing is counted.
        Done::new()
    });
}

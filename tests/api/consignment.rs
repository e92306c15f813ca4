//! Consignment: goods at a warung that stay their maker's, visits that settle them, the warung's till, and statements.

use chrono::Duration;
use serde_json::{Value, json};

use crate::agreements::{offered, proposal};
use crate::support::people::pack_of;
use crate::support::{Answer, Person, Shop, TestApp, Village};

/// A home industry with a hundred packs, and a warung of the same village that sells for it.
pub struct Titip {
    pub village: Village,
    pub maker: Shop,
    pub warung: Shop,
    pub product: String,
    pub pack: String,
    pub agreement: String,
}

pub fn terms(credit_limit: i64, return_rule: &str, spoilage: &str) -> Value {
    json!({
        "kind": "consignment", "earning": { "by": "share", "bp": 2_000 },
        "visit_days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "return_rule": return_rule, "return_days": 0, "credit_limit": credit_limit, "spoilage_borne_by": spoilage,
    })
}

pub fn titip_by(app: &TestApp, terms: Value) -> Titip {
    titip_with(app, |_| terms)
}

/// The same by terms that name the pack.
pub fn titip_with(app: &TestApp, terms: impl FnOnce(&str) -> Value) -> Titip {
    let village = app.balewangi();
    let maker = app.home_industry(&village, "Keripik Bu Wati");
    let warung = app.shop(&village, "warung", "Warung Bu Neneng");
    let product = app.product(&village, &maker, "Keripik Singkong", 10_000, 100);
    let pack = pack_of(&product);
    let agreement = offered(&maker.owner, &maker, &warung, proposal(terms(&pack)));
    warung.owner.client.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
    Titip { village, maker, warung, product, pack, agreement }
}

pub fn titip(app: &TestApp) -> Titip {
    titip_by(app, terms(100_000, "anytime", "provider"))
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl Titip {
    /// The same later, with tokens that hold.
    pub fn awake(self, app: &TestApp) -> Self {
        let awake = |shop: Shop| Shop { owner: app.awake(&shop.owner), ..shop };
        Self { maker: awake(self.maker), warung: awake(self.warung), ..self }
    }

    /// Writes so many into the stock at the maker's, by hand.
    pub fn stocked(&self, quantity: i64) {
        self.maker.owner.client.put(&format!("/v1/packs/{}/stock", self.pack), json!({ "on_hand": quantity })).expect(200);
    }

    pub fn offer(&self, quantity: i64) -> Answer {
        let body = json!({ "warung_id": self.warung.id, "lines": [{ "pack_id": self.pack, "quantity": quantity }] });
        self.maker.owner.client.post(&format!("/v1/enterprises/{}/consignment-notes", self.maker.id), body)
    }

    pub fn receive(&self, note: &str, quantity: i64) -> Answer {
        let body = json!({ "lines": [{ "pack_id": self.pack, "quantity": quantity }] });
        self.warung.owner.client.post(&format!("/v1/consignment-notes/{note}/receive"), body)
    }

    /// Leaves so many there; answers the consignment's id.
    pub fn leave(&self, quantity: i64) -> String {
        let note = self.offer(quantity).expect(201);
        self.receive(&text(&note["id"]), quantity).expect(200);
        text(&note["consignment_id"])
    }

    /// The last visit, which the next one follows.
    pub fn last_visit(&self, consignment: &str) -> Value {
        Self::last_seen(&self.maker.owner, consignment)
    }

    fn last_seen(by: &Person, consignment: &str) -> Value {
        by.client.get(&format!("/v1/consignments/{consignment}")).expect(200)["last_visit_id"].clone()
    }

    pub fn visit_body(&self, client: &str, (counted, returned, spoiled, more): (i64, i64, i64, i64), paid: i64) -> Value {
        let line = json!({ "pack_id": self.pack, "counted": counted, "returned": returned, "spoiled": spoiled, "topped_up": more });
        let mut body = json!({ "client_id": client, "follows": null, "lines": [line] });
        if paid > 0 {
            body["paid"] = json!({ "amount": paid, "method": "cash" });
        }
        body
    }

    pub fn visit(&self, by: &Person, consignment: &str, client: &str, figures: (i64, i64, i64, i64), paid: i64) -> Answer {
        let mut body = self.visit_body(client, figures, paid);
        body["follows"] = Self::last_seen(by, consignment);
        by.client.post(&format!("/v1/consignments/{consignment}/visits"), body)
    }

    /// What the side across says to a visit.
    pub fn answer(&self, by: &Person, visit: &str, body: Value) -> Answer {
        by.client.post(&format!("/v1/consignment-visits/{visit}/answer"), body)
    }

    pub fn settle(&self, by: &Person, visit: &str, body: Value) -> Answer {
        by.client.post(&format!("/v1/consignment-visits/{visit}/settle"), body)
    }

    pub fn till(&self, client: &str, quantity: i64) -> Answer {
        let body = json!({ "client_id": client, "method": "cash", "lines": [{ "pack_id": self.pack, "quantity": quantity }] });
        self.warung.owner.client.post(&format!("/v1/enterprises/{}/till-sales", self.warung.id), body)
    }

    /// What stands where: at the maker's, consigned at the warung, and the warung's own.
    pub fn stock(&self) -> (i64, i64, i64) {
        let of = |shop: &Shop, side: &str| shop.owner.client.get(&format!("/v1/enterprises/{}/stock?side={side}", shop.id)).expect(200);
        let (owned, held) = (of(&self.maker, "owned"), of(&self.warung, "held"));
        let sum = |page: &Value, site: &str| {
            let rows = page["items"].as_array().expect("items").iter();
            rows.filter(|row| row["site"] == site && row["pack_id"] == self.pack.as_str())
                .map(|row| row["on_hand"].as_i64().expect("a number"))
                .sum::<i64>()
        };
        assert_eq!(sum(&owned, "consigned"), sum(&held, "consigned"), "its owner and its holder see the same");
        (sum(&owned, "home"), sum(&held, "consigned"), sum(&held, "bought"))
    }

    /// What the warung owes, as the consignment, the maker's books and the warung's books say.
    pub fn owed(&self, consignment: &str) -> i64 {
        let owed = self.maker.owner.client.get(&format!("/v1/consignments/{consignment}")).expect(200)["owed"].as_i64().expect("a number");
        assert_eq!(balance(&self.maker, "receivable:partner"), owed, "the maker's books");
        assert_eq!(balance(&self.warung, "payable:partner"), -owed, "the warung's books");
        owed
    }
}

/// Debits less credits of an account in a shop's books.
pub fn balance(shop: &Shop, account: &str) -> i64 {
    let books = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    let rows = books["accounts"].as_array().expect("accounts").iter().filter(|row| row["account"] == account);
    rows.map(|row| row["debit"].as_i64().expect("a number") - row["credit"].as_i64().expect("a number")).sum()
}

#[test]
fn the_first_visit_comes_to_the_figures_of_the_paper() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    assert_eq!(titip.stock(), (60, 40, 0));
    let visit = titip.visit(&titip.maker.owner, &id, "hp-1", (13, 2, 1, 25), 150_000).expect(201);
    let line = &visit["lines"][0];
    let figures = ["opening", "delivered", "counted", "returned", "spoiled", "sold", "at_till", "topped_up"];
    assert_eq!(figures.map(|figure| line[figure].as_i64().expect("a number")), [0, 40, 13, 2, 1, 24, 0, 25]);
    let money = ["gross", "share", "due", "paid", "credit"];
    assert_eq!(money.map(|figure| visit[figure].as_i64().expect("a number")), [240_000, 48_000, 192_000, 150_000, 42_000]);
    assert_eq!(visit["next_visit_on"], "2026-11-25");
    assert_eq!(titip.stock(), (60 + 2 - 25, 13 + 25, 0));
    assert_eq!(titip.owed(&id), 42_000);
    let books = |shop: &Shop, these: &[&str]| these.iter().map(|account| balance(shop, account)).collect::<Vec<_>>();
    assert_eq!(books(&titip.maker, &["cash:seller", "sales:consignment", "cost:consignment"]), [150_000, -240_000, 48_000]);
    assert_eq!(books(&titip.warung, &["cash:seller", "income:consignment"]), [240_000 - 150_000, -48_000]);

    let notes = titip.warung.owner.client.get(&format!("/v1/consignments/{id}/notes")).expect(200);
    let state = |n: usize| (text(&notes["items"][n]["state"]), notes["items"][n]["lines"][0]["remaining"].as_i64().expect("a number"));
    assert_eq!((state(0), state(1)), (("active".to_owned(), 25), ("active".to_owned(), 13)), "what came first leaves first");

    let statement = titip.warung.owner.client.get(&format!("/v1/consignments/{id}/statement")).expect(200);
    let line = &statement["lines"][0];
    let figures = ["opening", "delivered", "sold", "spoiled", "returned", "closing", "gross", "share", "due"];
    assert_eq!(figures.map(|figure| line[figure].as_i64().expect("a number")), [0, 65, 24, 1, 2, 38, 240_000, 48_000, 192_000]);
    let money = ["owed_before", "due", "paid", "owed"];
    assert_eq!(money.map(|figure| statement[figure].as_i64().expect("a number")), [0, 192_000, 150_000, 42_000]);
    assert_eq!((&statement["books_agree"], &statement["visits"][0]["state"]), (&json!(true), &json!("submitted")));

    let partner = format!("/v1/enterprises/{}/partner-statements/{}", titip.warung.id, titip.maker.id);
    let lines = titip.warung.owner.client.get(&partner).expect(200);
    let verdict = json!({ "entry_id": lines["lines"][0]["entry_id"], "verdict": "disputed", "reason": "Belum cocok" });
    titip.warung.owner.client.post(&format!("{partner}/verdicts"), verdict).expect(200);

    let where_it_is = titip.maker.owner.client.get(&format!("/v1/enterprises/{}/consignments", titip.maker.id)).expect(200);
    let there = &where_it_is["items"][0];
    assert_eq!(
        (&there["warung"]["name"], &there["goods"][0]["on_hand"], &there["owed"]),
        (&json!("Warung Bu Neneng"), &json!(38), &json!(42_000))
    );

    titip
        .maker
        .owner
        .client
        .post(&format!("/v1/consignments/{id}/payments"), json!({ "amount": 42_001, "method": "cash" }))
        .expect_problem(409, "more_than_owed");
    titip.maker.owner.client.post(&format!("/v1/consignments/{id}/payments"), json!({ "amount": 42_000, "method": "cash" })).expect(200);
    assert_eq!(titip.owed(&id), 0);
    let obligations = titip.maker.owner.client.get(&format!("/v1/agreements/{}/obligations", titip.agreement)).expect(200);
    let mut states: Vec<String> = obligations["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| format!("{} {}", text(&one["kind"]), text(&one["state"])))
        .collect();
    states.sort();
    assert_eq!(states, ["delivery met", "delivery open", "payment met"], "the visit that was held, the next one, and the credit");
}

#[test]
fn a_visit_lands_once_and_in_its_order_however_late_it_comes() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let maker = &titip.maker.owner;
    let first = titip.visit(maker, &id, "kunjungan-1", (13, 2, 1, 25), 150_000).expect(201);
    app.advance(Duration::days(2));
    let (maker, path) = (app.awake(maker), format!("/v1/consignments/{id}/visits"));
    let mut second = titip.visit_body("kunjungan-2", (20, 0, 0, 0), 150_000);
    second["follows"] = json!("kunjungan-1");
    second["visited_at"] = json!("2026-11-25T02:00:00Z");
    let mut third = titip.visit_body("kunjungan-3", (20, 0, 0, 0), 0);
    third["follows"] = json!("kunjungan-2");
    maker.client.post(&path, third.clone()).expect_problem(409, "visit_missing");
    let landed = maker.client.post(&path, second.clone()).expect(201);
    assert_eq!((&landed["number"], &landed["lines"][0]["opening"], &landed["lines"][0]["sold"]), (&json!(2), &json!(38), &json!(18)));
    // The queue sends both again, in the wrong order and with other keys.
    assert_eq!(maker.client.post(&path, second).expect(201)["id"], landed["id"]);
    assert_eq!(maker.client.post(&path, titip.visit_body("kunjungan-1", (13, 2, 1, 25), 150_000)).expect(201)["id"], first["id"]);
    assert_eq!(maker.client.get(&path).expect(200)["items"].as_array().map(Vec::len), Some(2));
    let mut earlier = titip.visit_body("kunjungan-0", (20, 0, 0, 0), 0);
    earlier["visited_at"] = json!("2026-11-24T03:00:00Z");
    let exists = maker.client.post(&path, earlier.clone()).expect(409);
    assert_eq!(exists["code"], "visit_exists");
    assert!(text(&exists["detail"]).contains(&text(&first["id"])), "{exists}");
    earlier["follows"] = json!("kunjungan-2");
    maker.client.post(&path, earlier).expect_problem(409, "later_visit");
    let mut old = titip.visit_body("kunjungan-x", (20, 0, 0, 0), 0);
    old["visited_at"] = json!("2026-08-01T03:00:00Z");
    maker.client.post(&path, old).expect_problem(400, "invalid_input");
    maker.client.post(&path, third).expect(201);
}

#[test]
fn what_cannot_be_is_refused_with_the_figures() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(100_000, "never", "receiver"));
    let id = titip.leave(40);
    let maker = &titip.maker.owner;
    let refused = titip.visit(maker, &id, "a", (30, 0, 11, 0), 0).expect(409);
    assert_eq!(refused["code"], "counted_too_many");
    let told = text(&refused["detail"]);
    assert!(told.contains("40") && told.contains("41"), "{told}");
    titip.visit(maker, &id, "b", (20, 1, 0, 0), 0).expect_problem(409, "return_not_agreed");
    titip.visit(maker, &id, "c", (20, 0, 0, 0), 0).expect_problem(409, "over_consignment_credit");
    titip.visit(maker, &id, "d", (20, 0, 0, 0), 160_001).expect_problem(409, "more_than_owed");
    let empty = json!({ "client_id": "e", "lines": [{ "pack_id": titip.maker.id, "counted": 1 }] });
    maker.client.post(&format!("/v1/consignments/{id}/visits"), empty).expect_problem(400, "invalid_input");
    let other = app.product(&titip.village, &titip.maker, "Opak", 5_000, 10);
    let missing = json!({ "client_id": "f", "follows": null, "lines": [{ "pack_id": pack_of(&other), "counted": 0, "topped_up": 3 }] });
    maker.client.post(&format!("/v1/consignments/{id}/visits"), missing).expect_problem(409, "pack_not_counted");
    app.buyer("Orang lain").client.get(&format!("/v1/consignments/{id}")).expect(404);
    // What goes bad is the warung's here: she owes for it as if it were sold.
    let visit = titip.visit(maker, &id, "g", (30, 0, 2, 0), 0).expect(201);
    assert_eq!(
        (&visit["lines"][0]["sold"], &visit["lines"][0]["spoilage_due"], &visit["due"]),
        (&json!(8), &json!(16_000), &json!(80_000))
    );
    assert_eq!((titip.owed(&id), balance(&titip.warung, "cost:spoilage")), (80_000, 16_000));

    let stranger = app.shop(&titip.village, "warung", "Warung Lain");
    let body = json!({ "warung_id": stranger.id, "lines": [{ "pack_id": titip.pack, "quantity": 1 }] });
    let notes = format!("/v1/enterprises/{}/consignment-notes", titip.maker.id);
    maker.client.post(&notes, body).expect_problem(409, "no_consignment_agreement");
}

#[test]
fn what_did_not_come_is_kept_beside_what_was_offered() {
    let app = TestApp::start();
    let titip = titip(&app);
    let note = text(&titip.offer(10).expect(201)["id"]);
    titip
        .maker
        .owner
        .client
        .post(&format!("/v1/consignment-notes/{note}/receive"), json!({ "lines": [{ "pack_id": titip.pack, "quantity": 10 }] }))
        .expect(403);
    titip.receive(&note, 11).expect_problem(409, "more_than_offered");
    let received = titip.receive(&note, 7).expect(200);
    assert_eq!((&received["state"], &received["lines"][0]["missing"]), (&json!("received"), &json!(3)));
    assert_eq!((titip.stock(), app.available(&titip.product)), ((93, 7, 0), 90), "what is missing stays promised");
    let lost = titip.maker.owner.client.post(&format!("/v1/consignment-notes/{note}/missing"), json!({ "missing": "lost" })).expect(200);
    assert_eq!((&lost["state"], &lost["missing"]), (&json!("active"), &json!("lost")));
    assert_eq!((titip.stock(), app.available(&titip.product)), ((90, 7, 0), 90));
    let other = text(&titip.offer(5).expect(201)["id"]);
    titip.maker.owner.client.post(&format!("/v1/consignment-notes/{other}/withdraw"), json!({ "reason": "Hujan" })).expect(200);
    titip.receive(&other, 5).expect_problem(409, "consignment_note_wrong_state");
    assert_eq!(app.available(&titip.product), 90);
    let history = titip.warung.owner.client.get(&format!("/v1/consignment-notes/{note}/history")).expect(200);
    let states: Vec<String> = history["items"].as_array().expect("items").iter().map(|event| text(&event["to"])).collect();
    assert_eq!(states, ["offered", "received", "active"]);
}

#[test]
fn the_till_sells_consigned_and_own_goods_alike_and_never_loses_their_owner() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(10);
    let restock = json!({ "maker_id": titip.maker.id, "basis": "outright", "ask": "list", "payment": "cash", "lines": [{ "pack_id": titip.pack, "quantity": 5 }] });
    let restock =
        text(&titip.warung.owner.client.post(&format!("/v1/enterprises/{}/restocks", titip.warung.id), restock).expect(201)["id"]);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/answer"), json!({ "answer": "accept" })).expect(200);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/deliver"), json!({})).expect(200);
    titip.warung.owner.client.post(&format!("/v1/restocks/{restock}/confirm"), json!({})).expect(200);
    let claimed = titip.warung.owner.client.get(&format!("/v1/restocks/{restock}")).expect(200);
    assert_eq!((&claimed["owed"], &claimed["paid"], &claimed["claimed"]), (&json!(50_000), &json!(0), &json!(50_000)));
    assert_eq!(
        (balance(&titip.maker, "receivable:partner"), balance(&titip.warung, "cash:seller")),
        (50_000, 0),
        "the maker has not said so"
    );
    let got = json!({ "amount": 50_000, "method": "cash" });
    let paid = titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/payments"), got).expect(200);
    assert_eq!((&paid["paid"], &paid["claimed"], balance(&titip.warung, "cash:seller")), (&json!(50_000), &json!(0), -50_000));
    assert_eq!((titip.stock(), titip.owed(&id)), ((85, 10, 5), 0));
    assert_eq!((balance(&titip.maker, "sales:warung"), balance(&titip.warung, "cost:goods")), (-50_000, 50_000));

    let sale = titip.till("kasir-1", 12).expect(201);
    let lines: Vec<(String, i64)> = sale["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| (text(&line["owner_id"]), line["quantity"].as_i64().expect("a number")))
        .collect();
    assert_eq!(lines, [(titip.maker.id.clone(), 10), (titip.warung.id.clone(), 2)]);
    assert_eq!(titip.till("kasir-1", 12).expect(201)["id"], sale["id"], "lands once");
    assert_eq!((titip.stock(), titip.owed(&id)), ((85, 0, 3), 80_000));
    assert_eq!((balance(&titip.warung, "income:consignment"), balance(&titip.warung, "sales:in_person")), (-20_000, -20_000));
    titip.till("kasir-2", 4).expect_problem(409, "out_of_stock");
    let cheaper = json!({ "client_id": "kasir-3", "method": "cash", "lines": [{ "pack_id": titip.pack, "quantity": 1, "price": 9_000, "owner_id": titip.warung.id }] });
    titip.warung.owner.client.post(&format!("/v1/enterprises/{}/till-sales", titip.warung.id), cheaper).expect(201);

    // The visit finds what the till has told, and settles nothing twice.
    let visit = titip.visit(&titip.maker.owner, &id, "hp-1", (0, 0, 0, 0), 30_000).expect(201);
    let line = &visit["lines"][0];
    assert_eq!((&line["sold"], &line["at_till"], &visit["due"], &visit["credit"]), (&json!(10), &json!(10), &json!(0), &json!(50_000)));
    let late = json!({ "client_id": "kasir-4", "method": "cash", "sold_at": "2026-11-24T01:30:00Z", "lines": [{ "pack_id": titip.pack, "quantity": 1 }] });
    titip.leave(3);
    titip.warung.owner.client.post(&format!("/v1/enterprises/{}/till-sales", titip.warung.id), late).expect_problem(409, "settled_since");
    let sales = titip.warung.owner.client.get(&format!("/v1/enterprises/{}/till-sales", titip.warung.id)).expect(200);
    assert_eq!(sales["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_dispute_by_link_is_put_right_in_goods_debt_and_both_books() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let visit = text(&titip.visit(&titip.maker.owner, &id, "hp-1", (13, 2, 1, 25), 150_000).expect(201)["id"]);
    let link = titip.maker.owner.client.post(&format!("/v1/consignment-visits/{visit}/link"), json!({})).expect(200);
    titip.warung.owner.client.post(&format!("/v1/consignment-visits/{visit}/link"), json!({})).expect(403);
    let path = text(&link["path"]);
    assert_eq!(app.client.get(&path).expect(200)["side"], "warung");
    let dispute = json!({ "answer": "dispute", "lines": [{ "pack_id": titip.pack, "reason": "Kembali tiga, bukan dua", "returned": 3 }] });
    let answered = app.client.send("POST", &format!("{path}/answer"), Some(dispute.clone()), &[]).expect(200);
    assert_eq!((&answered["state"], &answered["lines"][0]["disputed"]), (&json!("disputed"), &json!("Kembali tiga, bukan dua")));
    app.client.send("POST", &format!("{path}/answer"), Some(dispute), &[]).expect(200);
    assert_eq!(titip.owed(&id), 42_000, "a dispute moves nothing");

    let right = json!({ "lines": [{ "pack_id": titip.pack, "counted": 13, "returned": 3, "spoiled": 1 }], "reason": "Benar, tiga" });
    titip
        .warung
        .owner
        .client
        .post(&format!("/v1/consignment-visits/{visit}/settle"), right.clone())
        .expect_problem(409, "visit_not_your_turn");
    let settled = titip.maker.owner.client.post(&format!("/v1/consignment-visits/{visit}/settle"), right.clone()).expect(200);
    assert_eq!(
        (&settled["state"], &settled["lines"][0]["sold"], &settled["due"], &settled["credit"]),
        (&json!("settled"), &json!(23), &json!(184_000), &json!(34_000))
    );
    assert_eq!((titip.stock(), titip.owed(&id)), ((38, 38, 0), 34_000));
    assert_eq!((balance(&titip.maker, "sales:consignment"), balance(&titip.warung, "income:consignment")), (-230_000, -46_000));
    titip.maker.owner.client.post(&format!("/v1/consignment-visits/{visit}/settle"), right).expect_problem(409, "visit_wrong_state");

    app.advance(Duration::days(1));
    let (maker, warung) = (app.awake(&titip.maker.owner), app.awake(&titip.warung.owner));
    let second = text(&titip.visit(&warung, &id, "w-1", (30, 0, 0, 0), 0).expect(201)["id"]);
    warung
        .client
        .post(&format!("/v1/consignment-visits/{second}/answer"), json!({ "answer": "confirm" }))
        .expect_problem(409, "visit_not_your_turn");
    let confirmed = maker.client.post(&format!("/v1/consignment-visits/{second}/answer"), json!({ "answer": "confirm" })).expect(200);
    assert_eq!(confirmed["state"], "confirmed");
    let history = maker.client.get(&format!("/v1/consignment-visits/{visit}/history")).expect(200);
    assert_eq!(history["items"].as_array().map(Vec::len), Some(3));
}

#[test]
fn near_its_end_is_listed_for_pull_back_and_goes_back_first() {
    let app = TestApp::start();
    let titip = titip(&app);
    titip.stocked(0);
    for (code, until) in [("SEGERA", "2026-11-25"), ("LAMA", "2027-06-01")] {
        let batch = json!({ "quantity": 5, "code": code, "produced_on": "2026-11-20", "expires_on": until });
        titip.maker.owner.client.post(&format!("/v1/packs/{}/batches", titip.pack), batch).expect(201);
    }
    let id = titip.leave(8);
    let there = titip.maker.owner.client.get(&format!("/v1/consignments/{id}")).expect(200);
    let lots: Vec<(String, i64, bool)> = there["goods"][0]["lots"]
        .as_array()
        .expect("lots")
        .iter()
        .map(|lot| (text(&lot["code"]), lot["quantity"].as_i64().expect("a number"), lot["pull_back"] == true))
        .collect();
    assert_eq!(lots, [("SEGERA".to_owned(), 5, true), ("LAMA".to_owned(), 3, false)]);
    titip.visit(&titip.maker.owner, &id, "hp-1", (3, 5, 0, 0), 0).expect(201);
    let there = titip.maker.owner.client.get(&format!("/v1/consignments/{id}")).expect(200);
    assert_eq!(there["goods"][0]["lots"].as_array().map(Vec::len), Some(1), "what ends soon went back");
}

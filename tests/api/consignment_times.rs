//! What comes in late, and what changes in between: receipts, visits and sales by the time when they happened, prices and terms from
//! visit to visit.

use chrono::Duration;
use serde_json::{Value, json};

use crate::agreements::{offered, proposal};
use crate::consignment::{Titip, balance, terms, text, titip, titip_by};
use crate::obligations::kept;
use crate::support::people::pack_of;
use crate::support::{Shop, TestApp, Village};

/// A new agreement of the two takes the place of the one before, from today on.
fn agreed_anew(titip: &Titip, day: &str, terms: Value) -> String {
    let mut proposal = proposal(terms);
    proposal["starts_on"] = json!(day);
    let agreement = offered(&titip.maker.owner, &titip.maker, &titip.warung, proposal);
    titip.warung.owner.client.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
    agreement
}

fn priced(titip: &Titip, price: i64) {
    let owner = &titip.maker.owner.client;
    let tag = owner.get(&format!("/v1/products/{}", titip.product)).header("etag").to_owned();
    let path = format!("/v1/packs/{}/prices", titip.pack);
    assert_eq!(owner.send("PUT", &path, Some(json!({ "price": price })), &[("If-Match", &tag)]).status, 200);
}

fn figures(value: &Value, names: &[&str]) -> Vec<i64> {
    names.iter().map(|name| value[name].as_i64().expect("a number")).collect()
}

#[test]
fn goods_received_on_monday_are_counted_on_tuesday_whenever_either_is_keyed_in() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    let note = titip.offer(40).expect(201);
    let (note, id) = (text(&note["id"]), text(&note["consignment_id"]));
    app.advance(Duration::days(2));
    let titip = titip.awake(&app);
    let receipt = |at: &str| {
        let body = json!({ "lines": [{ "pack_id": titip.pack, "quantity": 40 }], "received_at": at });
        titip.warung.owner.client.post(&format!("/v1/consignment-notes/{note}/receive"), body)
    };
    receipt("2026-11-24T01:00:00Z").expect_problem(400, "invalid_input");
    receipt("2026-11-26T03:00:00Z").expect_problem(400, "invalid_input");
    let received = receipt("2026-11-24T03:00:00Z").expect(200);
    assert_eq!(received["received_at"], "2026-11-24T03:00:00.000000Z");
    // The warung's till has sold some since, and more has come.
    titip.till("k", 3).expect(201);
    titip.leave(7);
    app.advance(Duration::days(1));
    let titip = titip.awake(&app);
    let mut late = titip.visit_body("hp-1", (13, 2, 1, 25), 0);
    late["visited_at"] = json!("2026-11-25T02:00:00Z");
    let visit = titip.maker.owner.client.post(&format!("/v1/consignments/{id}/visits"), late).expect(201);
    assert_eq!(figures(&visit["lines"][0], &["opening", "delivered", "sold", "at_till"]), [0, 40, 24, 0]);
    assert_eq!((titip.stock(), titip.owed(&id)), ((100 - 40 - 7 + 2 - 25, 13 + 25 - 3 + 7, 0), 27 * 8_000));
    let next = titip.visit(&titip.maker.owner, &id, "hp-2", (42, 0, 0, 0), 0).expect(201);
    assert_eq!(figures(&next["lines"][0], &["opening", "delivered", "sold", "at_till"]), [38, 7, 3, 3]);
    // What a visit has counted without is not received before it.
    let note = text(&titip.offer(1).expect(201)["id"]);
    app.advance(Duration::minutes(1));
    titip.visit(&titip.maker.owner, &id, "hp-3", (42, 0, 0, 0), 0).expect(201);
    let body = json!({ "lines": [{ "pack_id": titip.pack, "quantity": 1 }], "received_at": app.clock.now().after(Duration::minutes(-1)) });
    titip.warung.owner.client.post(&format!("/v1/consignment-notes/{note}/receive"), body).expect_problem(409, "settled_since");
    titip.receive(&note, 1).expect(200);
}

#[test]
fn nothing_is_sold_before_it_came() {
    let app = TestApp::start();
    let titip = titip(&app);
    app.advance(Duration::hours(2));
    let titip = titip.awake(&app);
    let id = titip.leave(5);
    let sale = |titip: &Titip, name: &str, at: &str, quantity: i64| {
        let lines = json!([{ "pack_id": titip.pack, "quantity": quantity }]);
        let body = json!({ "client_id": name, "method": "transfer", "sold_at": at, "lines": lines });
        titip.warung.owner.client.post(&format!("/v1/enterprises/{}/till-sales", titip.warung.id), body)
    };
    let refused = sale(&titip, "a", "2026-11-24T03:00:00Z", 2).expect(409);
    assert_eq!(refused["code"], "not_there_then");
    assert!(text(&refused["detail"]).contains('0') && text(&refused["detail"]).contains('2'), "{refused}");
    app.advance(Duration::hours(1));
    let titip = titip.awake(&app);
    sale(&titip, "b", "2026-11-24T04:30:00Z", 2).expect(201);
    assert_eq!((titip.stock(), titip.owed(&id)), ((95, 3, 0), 16_000));
    assert_eq!((balance(&titip.warung, "bank"), balance(&titip.warung, "cash:seller")), (20_000, 0), "paid by transfer");
    // Goods that the warung has bought came at their time, too.
    let body = json!({ "maker_id": titip.maker.id, "basis": "outright", "ask": "list", "payment": "cash", "lines": [{ "pack_id": titip.pack, "quantity": 4 }] });
    let ask = titip.warung.owner.client.post(&format!("/v1/enterprises/{}/restocks", titip.warung.id), body).expect(201);
    let restock = text(&ask["id"]);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/answer"), json!({ "answer": "accept" })).expect(200);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/deliver"), json!({})).expect(200);
    titip.warung.owner.client.post(&format!("/v1/restocks/{restock}/confirm"), json!({})).expect(200);
    sale(&titip, "c", "2026-11-24T04:40:00Z", 5).expect_problem(409, "not_there_then");
    sale(&titip, "d", "2026-11-24T05:00:00Z", 5).expect(201);
    assert_eq!(titip.stock(), (91, 0, 2));
}

#[test]
fn a_new_price_holds_from_the_next_visit_on() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    let id = titip.leave(40);
    priced(&titip, 12_000);
    titip.till("k", 1).expect(201);
    titip.leave(5);
    let price = || titip.warung.owner.client.get(&format!("/v1/consignments/{id}")).expect(200)["goods"][0]["price"].clone();
    assert_eq!((price(), titip.owed(&id)), (json!(10_000), 8_000), "what is there keeps it, and what comes shares it");
    app.advance(Duration::minutes(1));
    let visit = titip.visit(&titip.maker.owner, &id, "hp-1", (34, 0, 0, 0), 0).expect(201);
    assert_eq!((&visit["lines"][0]["price"], &visit["due"]), (&json!(10_000), &json!(80_000)));
    assert_eq!(price(), json!(12_000));
    app.advance(Duration::days(8));
    let titip = titip.awake(&app);
    let visit = titip.visit(&titip.maker.owner, &id, "hp-2", (33, 0, 0, 0), 0).expect(201);
    assert_eq!(visit["due"], 9_600);
    priced(&titip, 20_000);
    app.advance(Duration::minutes(1));
    titip.visit(&titip.maker.owner, &id, "hp-3", (33, 0, 0, 0), 0).expect(201);
    let of = |month: &str| {
        let path = format!("/v1/consignments/{id}/statement?from={month}&to={month}");
        titip.maker.owner.client.get(&path).expect(200)["lines"][0]["price"].clone()
    };
    assert_eq!((of("2026-11"), of("2026-12")), (json!(12_000), json!(20_000)), "the price at the end of the month, not today's");
}

#[test]
fn other_terms_in_between_leave_what_is_on_its_way_to_the_old_ones() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    let other = pack_of(&app.product(&titip.village, &titip.maker, "Opak", 5_000, 50));
    let id = titip.leave(10);
    let offered = json!({ "warung_id": titip.warung.id, "lines": [{ "pack_id": other, "quantity": 20 }] });
    let note = titip.maker.owner.client.post(&format!("/v1/enterprises/{}/consignment-notes", titip.maker.id), offered).expect(201);
    let ask = json!({ "maker_id": titip.maker.id, "basis": "consignment", "ask": "list", "lines": [{ "pack_id": other, "quantity": 5 }] });
    let restock = titip.warung.owner.client.post(&format!("/v1/enterprises/{}/restocks", titip.warung.id), ask).expect(201);
    let restock = text(&restock["id"]);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/answer"), json!({ "answer": "accept" })).expect(200);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/deliver"), json!({})).expect(200);
    // The new terms fix a price above the old one, and say nothing of the other pack.
    let mut fixed = terms(1_000_000, "anytime", "provider");
    fixed["earning"] = json!({ "by": "fixed_prices", "prices": [{ "pack_id": titip.pack, "price": 11_000 }] });
    agreed_anew(&titip, "2026-11-24", fixed);
    app.advance(Duration::minutes(1));
    let receipt = json!({ "lines": [{ "pack_id": other, "quantity": 20 }] });
    titip.warung.owner.client.post(&format!("/v1/consignment-notes/{}/receive", text(&note["id"])), receipt).expect(200);
    titip.warung.owner.client.post(&format!("/v1/restocks/{restock}/confirm"), json!({})).expect(200);
    let goods = titip.warung.owner.client.get(&format!("/v1/consignments/{id}")).expect(200)["goods"].clone();
    let of = |pack: &str| goods.as_array().expect("goods").iter().find(|one| one["pack_id"] == pack).cloned().expect("there");
    assert_eq!(
        (&of(&other)["earning"]["share_bp"], &of(&other)["price"], &of(&other)["on_hand"]),
        (&json!(2_000), &json!(5_000), &json!(25))
    );
    let visit = |name: &str, first: (i64, i64), second: i64| {
        let lines = json!([
            { "pack_id": titip.pack, "counted": first.0, "topped_up": first.1 }, { "pack_id": other, "counted": second, "topped_up": 0 },
        ]);
        let body = json!({ "client_id": name, "follows": titip.last_visit(&id), "lines": lines });
        app.advance(Duration::minutes(1));
        titip.maker.owner.client.post(&format!("/v1/consignments/{id}/visits"), body).expect(201)
    };
    assert_eq!(visit("hp-1", (9, 1), 24)["due"], 8_000 + 4_000, "all by the old terms");
    let by_new = visit("hp-2", (9, 0), 23);
    assert_eq!((&by_new["due"], &by_new["share"]), (&json!(11_000 + 4_000), &json!(1_000)), "never below what the warung owes for it");
}

#[test]
fn goods_sent_while_the_agreement_held_are_received_after_its_end() {
    let app = TestApp::start();
    let titip = titip(&app);
    let ask =
        json!({ "maker_id": titip.maker.id, "basis": "consignment", "ask": "list", "lines": [{ "pack_id": titip.pack, "quantity": 5 }] });
    let restock = titip.warung.owner.client.post(&format!("/v1/enterprises/{}/restocks", titip.warung.id), ask).expect(201);
    let restock = text(&restock["id"]);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/answer"), json!({ "answer": "accept" })).expect(200);
    titip.maker.owner.client.post(&format!("/v1/restocks/{restock}/deliver"), json!({})).expect(200);
    let note = text(&titip.offer(7).expect(201)["id"]);
    let end = json!({ "reason": "Pindah usaha" });
    titip.maker.owner.client.post(&format!("/v1/agreements/{}/terminate", titip.agreement), end).expect(200);
    app.advance(Duration::days(16));
    let titip = titip.awake(&app);
    titip.offer(1).expect_problem(409, "no_consignment_agreement");
    titip.warung.owner.client.post(&format!("/v1/restocks/{restock}/confirm"), json!({})).expect(200);
    let id = text(&titip.receive(&note, 7).expect(200)["consignment_id"]);
    assert_eq!(titip.stock(), (88, 12, 0));
    let visit = titip.visit(&titip.maker.owner, &id, "hp-1", (0, 10, 0, 0), 0).expect(201);
    assert_eq!((&visit["due"], &visit["next_visit_on"]), (&json!(16_000), &Value::Null));
}

#[test]
fn who_pays_more_than_comes_due_may_always_do_so() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    // The till sells on credit and is never refused: Rp160.000 where Rp100.000 may be owed.
    titip.till("k", 20).expect(201);
    app.advance(Duration::minutes(1));
    let maker = &titip.maker.owner;
    titip.visit(maker, &id, "a", (19, 0, 0, 0), 0).expect_problem(409, "over_consignment_credit");
    titip.visit(maker, &id, "b", (19, 0, 0, 0), 8_000).expect(201);
    app.advance(Duration::minutes(1));
    titip.visit(maker, &id, "c", (19, 0, 0, 0), 10_000).expect(201);
    assert_eq!(titip.owed(&id), 150_000);
    app.advance(Duration::minutes(1));
    titip.visit(maker, &id, "d", (19, 0, 0, 0), 0).expect(201);
}

#[test]
fn each_side_names_its_own_visits_and_a_name_is_one_visit() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let (maker, warung) = (&titip.maker.owner, &titip.warung.owner);
    let first = titip.visit(maker, &id, "kunjungan-1", (39, 0, 0, 0), 0).expect(201);
    app.advance(Duration::minutes(1));
    let path = format!("/v1/consignments/{id}/visits");
    let mut second = titip.visit_body("kunjungan-1", (38, 0, 0, 0), 0);
    second["follows"] = first["id"].clone();
    let landed = warung.client.post(&path, second.clone()).expect(201);
    assert_ne!(landed["id"], first["id"]);
    assert_eq!(warung.client.post(&path, second).expect(201)["id"], landed["id"], "the same again");
    let refused = maker.client.post(&path, titip.visit_body("kunjungan-1", (30, 0, 0, 0), 0)).expect(409);
    assert_eq!(refused["code"], "client_id_taken");
    assert!(text(&refused["detail"]).contains(&text(&first["id"])), "{refused}");
    // What the other side wrote down is followed by its id; her names are hers.
    app.advance(Duration::minutes(1));
    let mut third = titip.visit_body("kunjungan-2", (37, 0, 0, 0), 0);
    third["follows"] = json!("kunjungan-1");
    maker.client.post(&path, third.clone()).expect_problem(409, "visit_exists");
    third["follows"] = landed["id"].clone();
    maker.client.post(&path, third.clone()).expect(201);
    third.as_object_mut().expect("an object").remove("follows");
    third["client_id"] = json!("kunjungan-3");
    maker.client.post(&path, third).expect_problem(400, "invalid_input");
}

#[test]
fn what_was_paid_in_time_is_met_however_late_it_is_told() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    let id = titip.leave(40);
    titip.visit(&titip.maker.owner, &id, "hp-1", (30, 0, 0, 0), 0).expect(201);
    app.advance(Duration::days(4));
    let titip = titip.awake(&app);
    let mut late = titip.visit_body("hp-2", (30, 0, 0, 0), 80_000);
    (late["follows"], late["visited_at"]) = (json!("hp-1"), json!("2026-11-25T03:00:00Z"));
    titip.maker.owner.client.post(&format!("/v1/consignments/{id}/visits"), late).expect(201);
    assert_eq!(kept(&titip.maker.owner, &titip.agreement, &titip.warung, "payment"), [0, 1, 0, 0, 0]);
}

#[test]
fn a_statement_shows_its_visits_line_by_line_and_page_by_page() {
    let app = TestApp::start();
    let mut titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
    let id = titip.leave(10);
    for visit in 1..=5 {
        app.advance(Duration::minutes(1));
        titip = titip.awake(&app);
        titip.visit(&titip.maker.owner, &id, &format!("hp-{visit}"), (10 - visit, 0, 0, 0), 0).expect(201);
    }
    let path = format!("/v1/consignments/{id}/statement?limit=3");
    let first = titip.warung.owner.client.get(&path).expect(200);
    let numbers = |page: &Value| -> Vec<i64> {
        page["visits"].as_array().expect("visits").iter().map(|one| one["number"].as_i64().expect("a number")).collect()
    };
    assert_eq!(numbers(&first), [1, 2, 3]);
    let rest = titip.warung.owner.client.get(&format!("{path}&cursor={}", text(&first["next_cursor"]))).expect(200);
    assert_eq!((numbers(&rest), &rest["next_cursor"], &rest["due"]), (vec![4, 5], &Value::Null, &json!(40_000)));
    let line = &rest["visits"][1]["lines"][0];
    assert_eq!(figures(line, &["opening", "sold", "price", "due"]), [6, 1, 10_000, 8_000]);
    // It is disputed and confirmed from what the statement tells.
    let dispute = json!({ "answer": "dispute", "lines": [{ "pack_id": line["pack_id"], "reason": "Belum cocok" }] });
    titip.answer(&titip.warung.owner, &text(&rest["visits"][1]["id"]), dispute).expect(200);
    titip.answer(&titip.warung.owner, &text(&rest["visits"][0]["id"]), json!({ "answer": "confirm" })).expect(200);
    let again = titip.maker.owner.client.get(&format!("/v1/consignments/{id}/statement")).expect(200);
    assert_eq!((&again["visits"][4]["state"], &again["visits"][4]["lines"][0]["disputed"]), (&json!("disputed"), &json!("Belum cocok")));
    assert_eq!(again["visits"][3]["state"], "confirmed");
}

#[test]
fn a_visit_of_a_closed_month_is_in_the_statement_of_the_month_in_which_it_counts() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    let id = titip.leave(10);
    app.advance(Duration::days(8));
    let titip = titip.awake(&app);
    let closed = json!({ "month": "2026-11" });
    titip.warung.owner.client.post(&format!("/v1/enterprises/{}/closed-months", titip.warung.id), closed).expect(200);
    let mut late = titip.visit_body("hp-1", (9, 0, 0, 0), 0);
    late["visited_at"] = json!("2026-11-28T03:00:00Z");
    titip.maker.owner.client.post(&format!("/v1/consignments/{id}/visits"), late).expect(201);
    let of = |month: &str| {
        let path = format!("/v1/consignments/{id}/statement?from={month}&to={month}");
        let told = titip.maker.owner.client.get(&path).expect(200);
        (told["visits"].as_array().map(Vec::len), told["due"].clone())
    };
    assert_eq!((of("2026-11"), of("2026-12")), ((Some(0), json!(0)), (Some(1), json!(8_000))));
}

#[test]
fn a_note_of_which_nothing_is_left_is_closed_and_goods_are_found_at_every_warung() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(10);
    let second = app.shop(&titip.village, "warung", "Warung Pojok");
    let agreement = offered(&titip.maker.owner, &titip.maker, &second, proposal(terms(100_000, "anytime", "provider")));
    second.owner.client.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
    let other = Titip {
        village: Village { id: titip.village.id.clone(), admin: titip.village.admin.clone() },
        maker: shop(&titip.maker),
        warung: second,
        product: titip.product.clone(),
        pack: titip.pack.clone(),
        agreement,
    };
    other.leave(15);
    let path = format!("/v1/enterprises/{}/consignments", titip.maker.id);
    let everywhere = || -> Vec<(String, i64, i64)> {
        let items = titip.maker.owner.client.get(&path).expect(200)["items"].as_array().expect("items").clone();
        let one = |item: &Value| {
            (text(&item["warung"]["name"]), item["goods"][0]["on_hand"].as_i64().unwrap_or(0), item["owed"].as_i64().expect("a number"))
        };
        items.iter().map(one).collect()
    };
    let at = |name: &str, there: i64, owed: i64| (name.to_owned(), there, owed);
    assert_eq!(everywhere(), [at("Warung Bu Neneng", 10, 0), at("Warung Pojok", 15, 0)]);
    titip.till("k", 4).expect(201);
    app.advance(Duration::minutes(1));
    titip.visit(&titip.maker.owner, &id, "hp-1", (0, 3, 0, 0), 0).expect(201);
    assert_eq!(everywhere(), [at("Warung Bu Neneng", 0, 56_000), at("Warung Pojok", 15, 0)]);
    let notes = titip.maker.owner.client.get(&format!("/v1/consignments/{id}/notes")).expect(200);
    assert_eq!(notes["items"][0]["state"], "closed");
    let history = titip.maker.owner.client.get(&format!("/v1/consignment-notes/{}/history", text(&notes["items"][0]["id"]))).expect(200);
    assert_eq!(history["items"][2]["to"], "closed");
}

fn shop(of: &Shop) -> Shop {
    Shop { id: of.id.clone(), owner: of.owner.clone() }
}

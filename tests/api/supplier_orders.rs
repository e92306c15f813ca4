//! Raw material: ordered, promised, counted, billed and paid, alike in both books.

use chrono::Duration;
use diesel::prelude::*;
use kit::db::{Conn, DbError, Failure, Never};
use kit::schema::partner_notices;
use serde_json::{Value, json};

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::supply::item;
use crate::support::{Answer, Person, Shop, TestApp};

/// Orders lines of items; answers the draft's id.
pub fn drafted(buyer: &Shop, supplier: &Shop, lines: &[(&str, i64)], payment: &str) -> String {
    let lines: Vec<Value> = lines.iter().map(|(item, quantity)| json!({ "item_id": item, "quantity": quantity })).collect();
    let body = json!({ "supplier_id": supplier.id, "lines": lines, "payment": payment, "wanted_on": null, "note": null });
    let order = buyer.owner.client.post(&format!("/v1/enterprises/{}/supplier-orders", buyer.id), body).expect(201);
    order["id"].as_str().expect("an id").to_owned()
}

/// A supplier whose cassava is Rp3.000 a kilogram, and a maker who may owe her so much.
pub fn cassava_at(app: &TestApp, credit_limit: i64) -> (Dealing, String) {
    let dealing = dealing(app);
    let cassava = item(&dealing.supplier, "Singkong", "g", "kg", None, 3_000);
    supplied(&dealing.supplier, &dealing.maker, supply_terms(credit_limit));
    (dealing, cassava)
}

pub fn act(by: &Person, order: &str, act: &str, body: Value) -> Answer {
    by.client.post(&format!("/v1/supplier-orders/{order}/{act}"), body)
}

pub fn sent(buyer: &Shop, supplier: &Shop, lines: &[(&str, i64)], payment: &str) -> String {
    let order = drafted(buyer, supplier, lines, payment);
    act(&buyer.owner, &order, "send", json!({})).expect(200);
    order
}

pub fn count(lines: &[(i32, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(position, quantity)| json!({ "position": position, "quantity": quantity })).collect();
    json!({ "lines": lines })
}

pub fn balance(who: &Person, enterprise: &str, account: &str) -> i64 {
    let trial = who.client.get(&format!("/v1/enterprises/{enterprise}/trial-balance")).expect(200);
    let rows = trial["accounts"].as_array().expect("a list").clone();
    let of = |row: &Value| row["debit"].as_i64().unwrap_or(0) - row["credit"].as_i64().unwrap_or(0);
    rows.iter().filter(|row| row["account"] == account).map(of).sum()
}

pub fn stock(who: &Person, enterprise: &str) -> Vec<(String, i64, i64)> {
    let materials = who.client.get(&format!("/v1/enterprises/{enterprise}/materials")).expect(200);
    let row = |row: &Value| {
        (row["name"].as_str().unwrap_or("").to_owned(), row["quantity"].as_i64().unwrap_or(0), row["cost"].as_i64().unwrap_or(0))
    };
    materials["items"].as_array().expect("a list").iter().map(row).collect()
}

#[test]
fn what_comes_late_and_short_is_counted_so_and_stands_in_both_books() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let oil = item(&supplier, "Minyak goreng", "ml", "litre", None, 18_000);
    let agreement = supplied(&supplier, &maker, supply_terms(500_000));
    let order = sent(&maker, &supplier, &[(&cassava, 50), (&oil, 10)], "credit");
    act(&maker.owner, &order, "answer", json!({ "answer": "accept" })).expect_problem(403, "forbidden");
    let promised = act(&supplier.owner, &order, "answer", json!({ "answer": "accept", "on": "2026-11-26" })).expect(200);
    assert_eq!(
        (&promised["state"], &promised["promised_on"], &promised["total"]),
        (&json!("promised"), &json!("2026-11-26"), &json!(330_000))
    );
    act(&supplier.owner, &order, "ship", json!({})).expect(200);
    app.advance(Duration::days(3));
    let (buyer, seller) = (app.awake(&maker.owner), app.awake(&supplier.owner));
    let path = format!("/v1/supplier-orders/{order}/receive");
    buyer.client.post(&path, count(&[])).expect_problem(400, "invalid_input");
    buyer.client.post(&path, count(&[(3, 1)])).expect_problem(400, "invalid_input");
    let came = buyer.client.post_once(&path, count(&[(1, 45), (2, 10)]), "terima-1").expect(200);
    assert_eq!(buyer.client.post_once(&path, count(&[(1, 45), (2, 10)]), "terima-1").expect(200), came, "a replay lands once");
    assert_eq!(
        (&came["state"], &came["delay_days"], &came["in_full"], &came["owed"]),
        (&json!("received_part"), &json!(1), &json!(false), &json!(315_000))
    );
    assert_eq!(stock(&buyer, &maker.id), [("Singkong".to_owned(), 45_000, 135_000), ("Minyak goreng".to_owned(), 10_000, 180_000)]);
    let billed = act(&seller, &order, "bill", count(&[(1, 45)])).expect(200);
    assert_eq!(
        (&billed["state"], &billed["lines"][0]["ordered"], &billed["lines"][0]["billed"], &billed["lines"][0]["received"]),
        (&json!("billed"), &json!(50), &json!(45), &json!(45))
    );
    let claimed = act(&buyer, &order, "payments", json!({ "amount": 157_500, "method": "cash" })).expect(200);
    assert_eq!((&claimed["paid"], balance(&buyer, &maker.id, "payable:partner")), (&json!(0), -315_000));
    act(&buyer, &order, "payments", json!({ "amount": 157_501, "method": "cash" })).expect_problem(409, "more_than_open");
    let payment = claimed["payments"][0]["id"].as_str().expect("an id");
    buyer.client.post(&format!("/v1/supplier-payments/{payment}/confirm"), json!({})).expect_problem(403, "forbidden");
    let confirmed = seller.client.post(&format!("/v1/supplier-payments/{payment}/confirm"), json!({})).expect(200);
    assert_eq!(confirmed["payments"][0]["settled_by"], seller.account_id, "who says that the money is there");
    seller.client.post(&format!("/v1/supplier-payments/{payment}/confirm"), json!({})).expect_problem(409, "supplier_payment_settled");
    seller.client.post(&format!("/v1/supplier-payments/{payment}/refuse"), json!({})).expect_problem(409, "supplier_payment_settled");
    assert_eq!((balance(&buyer, &maker.id, "payable:partner"), balance(&seller, &supplier.id, "receivable:partner")), (-157_500, 157_500));
    assert_eq!((balance(&buyer, &maker.id, "materials"), balance(&seller, &supplier.id, "sales:supply")), (315_000, -315_000));
    let owed = buyer.client.get(&format!("/v1/agreements/{agreement}/obligations")).expect(200);
    assert_eq!(
        (&owed["items"][1]["kind"], &owed["items"][1]["state"], &owed["items"][1]["days_late"]),
        (&json!("delivery"), &json!("late"), &json!(1))
    );
    assert_eq!(
        (&owed["items"][0]["kind"], &owed["items"][0]["state"], &owed["items"][0]["due_on"]),
        (&json!("payment"), &json!("open"), &json!("2026-12-04"))
    );
    let on_time = buyer.client.get(&format!("/v1/enterprises/{}/on-time", supplier.id)).expect(200);
    let quarter = &on_time["quarters"][0];
    assert_eq!(
        (&quarter["quarter"], &quarter["n"], &quarter["on_time_in_full_bp"], &quarter["mean_delay_tenths"]),
        (&json!("2026-Q4"), &json!(1), &json!(0), &json!(10))
    );
    app.awake(&village.admin).client.get(&format!("/v1/enterprises/{}/on-time", supplier.id)).expect(200);
    app.buyer("Orang lain").client.get(&format!("/v1/enterprises/{}/on-time", supplier.id)).expect_problem(404, "not_found");
    let paid = act(&seller, &order, "payments", json!({ "amount": 157_500, "method": "transfer" })).expect(200);
    assert_eq!(paid["state"], "paid");
}

#[test]
fn an_order_goes_by_the_agreement_in_force() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let body = json!({ "supplier_id": supplier.id, "lines": [{ "item_id": cassava, "quantity": 50 }], "payment": "credit", "wanted_on": null, "note": null });
    let path = format!("/v1/enterprises/{}/supplier-orders", maker.id);
    maker.owner.client.post(&path, body.clone()).expect_problem(409, "no_supply_agreement");
    let mut terms = supply_terms(200_000);
    terms["prices"] = json!([{ "item_id": cassava, "price": 2_800 }]);
    supplied(&supplier, &maker, terms);
    let few = drafted(&maker, &supplier, &[(&cassava, 10)], "cash");
    act(&maker.owner, &few, "send", json!({})).expect_problem(409, "below_agreed_minimum");
    act(&supplier.owner, &few, "cancel", json!({ "reason": "-" })).expect_problem(404, "not_found");
    let mut early = body.clone();
    early["wanted_on"] = json!("2026-11-25");
    let early = maker.owner.client.post(&path, early).expect(201);
    act(&maker.owner, early["id"].as_str().expect("an id"), "send", json!({})).expect_problem(409, "day_not_agreed");
    let first = drafted(&maker, &supplier, &[(&cassava, 50)], "credit");
    let sent = act(&maker.owner, &first, "send", json!({})).expect(200);
    assert_eq!((&sent["total"], &sent["wanted_on"]), (&json!(140_000), &json!("2026-11-26")));
    let second = drafted(&maker, &supplier, &[(&cassava, 50)], "credit");
    let over = act(&maker.owner, &second, "send", json!({}));
    over.expect_problem(409, "over_credit_limit");
    assert!(over.json["detail"].as_str().is_some_and(|detail| detail.contains("Rp60.000")), "{}", over.text);
    let later = act(
        &supplier.owner,
        &first,
        "answer",
        json!({ "answer": "accept", "on": "2026-11-30", "lines": [{ "position": 1, "quantity": 40 }] }),
    )
    .expect(200);
    assert_eq!(
        (&later["state"], &later["proposed_on"], &later["lines"][0]["promised"]),
        (&json!("sent"), &json!("2026-11-30"), &json!(40))
    );
    let agreed = act(&maker.owner, &first, "agree", json!({ "on": "2026-11-30" })).expect(200);
    assert_eq!(
        (&agreed["state"], &agreed["promised_on"], &agreed["proposed_on"]),
        (&json!("promised"), &json!("2026-11-30"), &Value::Null)
    );
    act(&maker.owner, &first, "cancel", json!({ "reason": "Tidak jadi" })).expect(200);
    act(&maker.owner, &second, "send", json!({})).expect(200);
    supplier.owner.client.post(&format!("/v1/supply-items/{cassava}/prices"), json!({ "price": 3_500 })).expect(200);
    assert!(app.run_jobs() > 0);
    let rejected = act(&supplier.owner, &second, "answer", json!({ "answer": "reject", "reason": "Habis" })).expect(200);
    assert_eq!(rejected["state"], "rejected");
    assert_eq!(moves(&maker.owner, &second).pop(), Some(json!(["sent", "rejected", "Habis", null])));
}

/// The moves of an order: from, to, why, and the day it was about.
fn moves(by: &Person, order: &str) -> Vec<Value> {
    let history = by.client.get(&format!("/v1/supplier-orders/{order}/history")).expect(200);
    let row = |item: &Value| json!([item["from"], item["to"], item["reason"], item["day"]]);
    history["items"].as_array().expect("a list").iter().map(row).collect()
}

#[test]
fn only_what_the_supplier_sells_is_ordered() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, village }, cassava) = cassava_at(&app, 0);
    let other = app.shop(&village, "supplier", "Pemasok Lain");
    let foreign = item(&other, "Gula", "g", "kg", None, 16_000);
    let path = format!("/v1/enterprises/{}/supplier-orders", maker.id);
    let body = |item: &str| json!({ "supplier_id": supplier.id, "lines": [{ "item_id": item, "quantity": 50 }], "payment": "cash" });
    let refused = |answer: Answer, name: &str| {
        answer.expect_problem(409, "supply_not_for_sale");
        assert!(answer.json["detail"].as_str().is_some_and(|detail| detail.contains(name)), "{}", answer.text);
    };
    refused(maker.owner.client.post(&path, body(&foreign)), &foreign);
    let draft = drafted(&maker, &supplier, &[(&cassava, 50)], "cash");
    let offered = |tag: &str, active: bool| {
        supplier.owner.client.patch(&format!("/v1/supply-items/{cassava}"), tag, json!({ "active": active })).expect(200)
    };
    offered("\"2\"", false);
    refused(maker.owner.client.post(&path, body(&cassava)), "Singkong");
    refused(act(&maker.owner, &draft, "send", json!({})), "Singkong");
    offered("\"3\"", true);
    act(&maker.owner, &draft, "send", json!({})).expect(200);
    let add = json!({ "material": "Gula", "base": "g", "unit": "kg", "price": { "price": 16_000, "valid_from": "2026-12-01" } });
    let later = supplier.owner.client.post(&format!("/v1/enterprises/{}/supply-items", supplier.id), add).expect(201);
    refused(maker.owner.client.post(&path, body(later["id"].as_str().expect("an id"))), "Gula");
}

#[test]
fn what_the_supplier_says_is_kept_with_the_day_it_is_about() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 0);
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    let answer = |on: &str, why: &str| act(&supplier.owner, &order, "answer", json!({ "answer": "accept", "on": on, "reason": why }));
    answer("2026-11-30", "Jalan longsor").expect(200);
    let sooner = act(&supplier.owner, &order, "answer", json!({ "answer": "accept", "on": "2026-11-25" })).expect(200);
    assert_eq!((&sooner["state"], &sooner["promised_on"]), (&json!("promised"), &json!("2026-11-25")), "a sooner day that was agreed on");
    let nothing = json!({ "answer": "accept", "lines": [{ "position": 1, "quantity": 0 }] });
    act(&supplier.owner, &order, "answer", nothing.clone()).expect_problem(400, "invalid_input");
    assert_eq!(
        moves(&maker.owner, &order)[2..],
        [json!(["sent", "sent", "Jalan longsor", "2026-11-30"]), json!(["sent", "promised", null, "2026-11-25"])]
    );
    let linked = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    act(&supplier.owner, &linked, "answer", nothing).expect_problem(400, "invalid_input");
    let path = act(&maker.owner, &linked, "link", json!({})).expect(200)["path"].as_str().expect("a path").to_owned();
    let no = json!({ "answer": "reject", "reason": "Panen gagal" });
    app.client.send("POST", &format!("{path}/answer"), Some(no), &[]).expect(200);
    assert_eq!(moves(&maker.owner, &linked).pop(), Some(json!(["sent", "rejected", "Panen gagal", null])));
}

#[test]
fn a_day_that_was_not_agreed_on_waits_for_the_buyer_even_if_it_is_sooner() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 0);
    let body = json!({
        "supplier_id": supplier.id, "lines": [{ "item_id": cassava, "quantity": 50 }], "payment": "cash", "wanted_on": "2026-12-01",
    });
    let draft = maker.owner.client.post(&format!("/v1/enterprises/{}/supplier-orders", maker.id), body).expect(201);
    let order = draft["id"].as_str().expect("an id");
    act(&maker.owner, order, "send", json!({})).expect(200);
    let answer = |on: &str| act(&supplier.owner, order, "answer", json!({ "answer": "accept", "on": on }));
    answer("2026-11-22").expect_problem(400, "invalid_input");
    let proposed = answer("2026-11-28").expect(200);
    assert_eq!((&proposed["state"], &proposed["proposed_on"]), (&json!("sent"), &json!("2026-11-28")), "a Saturday");
    assert_eq!(act(&maker.owner, order, "agree", json!({ "on": "2026-11-28" })).expect(200)["promised_on"], "2026-11-28");
}

#[test]
fn a_link_answers_without_an_account_and_opens_nothing_else() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 500_000);
    let draft = drafted(&maker, &supplier, &[(&cassava, 50)], "cash");
    act(&maker.owner, &draft, "link", json!({})).expect_problem(409, "supplier_order_wrong_state");
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    let first = act(&maker.owner, &order, "link", json!({})).expect(200)["path"].as_str().expect("a path").to_owned();
    let path = act(&maker.owner, &order, "link", json!({})).expect(200)["path"].as_str().expect("a path").to_owned();
    app.client.get(&first).expect_problem(404, "not_found");
    let seen = app.client.get(&path).expect(200);
    assert_eq!((&seen["buyer"], &seen["state"], &seen["total"]), (&json!("Keripik Cisurupan"), &json!("sent"), &json!(150_000)));
    for sooner in ["2026-11-20", "2026-11-25"] {
        let answer = json!({ "answer": "accept", "on": sooner });
        let refused = app.client.send("POST", &format!("{path}/answer"), Some(answer), &[]);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "on", "{}", refused.text);
    }
    let yes = json!({ "answer": "accept", "on": null, "reason": null });
    let answered = app.client.send("POST", &format!("{path}/answer"), Some(yes.clone()), &[]).expect(200);
    let inbox = |query: &str| maker.owner.client.get(&format!("/v1/enterprises/{}/notices{query}", maker.id)).expect(200);
    let told = inbox("?unread=true");
    assert_eq!(
        (&told["items"][0]["notice"], &told["items"][0]["partner"]["id"], &told["items"][0]["fact"], &told["items"][0]["text"]),
        (
            &json!("supplier_order_answered"),
            &json!(supplier.id),
            &json!(order),
            &json!("Jawaban pesanan bahan dari Pemasok Singkong Papandayan")
        )
    );
    let read = json!({ "up_to": told["items"][0]["id"] });
    let mark = |by: &Person| by.client.post(&format!("/v1/enterprises/{}/notices/read", maker.id), read.clone());
    mark(&supplier.owner).expect_problem(404, "not_found");
    assert_eq!(mark(&maker.owner).expect(200)["read"], told["items"].as_array().map_or(0, Vec::len));
    assert_eq!((&inbox("?unread=true")["items"], inbox("")["items"][0]["read_at"].is_null()), (&json!([]), false));
    assert_eq!((&answered["state"], &answered["promised_on"]), (&json!("promised"), &json!("2026-11-26")));
    assert_eq!(app.client.send("POST", &format!("{path}/answer"), Some(yes), &[]).expect(200), answered, "the same answer again");
    let history = maker.owner.client.get(&format!("/v1/supplier-orders/{order}/history")).expect(200);
    assert_eq!((history["items"].as_array().map(Vec::len), &history["items"][2]["actor_id"]), (Some(3), &Value::Null));
    assert_eq!(history["items"][2]["link_made_by"], maker.owner.account_id, "who made the link stands in the history");
    app.client
        .send("POST", &format!("{path}/answer"), Some(json!({ "answer": "reject" })), &[])
        .expect_problem(409, "supplier_order_wrong_state");
    app.advance(Duration::days(15));
    app.client.get(&path).expect_problem(404, "not_found");
    app.advance(Duration::days(166));
    app.wait(app.app.sweep()).expect("swept");
    let kept = |conn: &mut Conn| Ok::<i64, Failure<Never>>(partner_notices::table.count().get_result(conn).map_err(DbError::from)?);
    assert_eq!(app.wait(app.app.db.read(kept)).expect("counted"), 0, "half a year is long enough");
}

#[test]
fn a_buyer_neither_bills_less_than_she_has_nor_receives_what_cannot_have_come() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 0);
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    act(&supplier.owner, &order, "answer", json!({ "answer": "accept" })).expect(200);
    act(&maker.owner, &order, "receive", count(&[(1, 101)])).expect_problem(409, "received_too_many");
    act(&maker.owner, &order, "receive", count(&[(1, 50)])).expect(200);
    act(&maker.owner, &order, "bill", count(&[(1, 0)])).expect_problem(409, "billed_below_received");
    assert_eq!(balance(&supplier.owner, &supplier.id, "receivable:partner"), 150_000, "what she has is owed");
    assert_eq!(act(&maker.owner, &order, "bill", count(&[(1, 50)])).expect(200)["owed"], 150_000);
}

#[test]
fn what_is_owed_for_an_order_is_paid_there_and_not_in_the_cash_book_too() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 500_000);
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "credit");
    act(&supplier.owner, &order, "answer", json!({ "answer": "accept" })).expect(200);
    act(&maker.owner, &order, "receive", count(&[(1, 50)])).expect(200);
    let row = |of: &Shop, row: Value| of.owner.client.post(&format!("/v1/enterprises/{}/cash-book", of.id), row);
    let collect = |amount: i64| row(&supplier, json!({ "kind": "debt_collected", "amount": amount, "partner_id": maker.id }));
    collect(1).expect_problem(409, "more_than_owed_by_hand");
    row(&maker, json!({ "kind": "purchase", "amount": 20_000, "paid": "credit", "partner_id": supplier.id })).expect(201);
    collect(20_001).expect_problem(409, "more_than_owed_by_hand");
    collect(20_000).expect(201);
    act(&supplier.owner, &order, "payments", json!({ "amount": 150_000, "method": "cash" })).expect(200);
    assert_eq!((balance(&maker.owner, &maker.id, "payable:partner"), balance(&supplier.owner, &supplier.id, "receivable:partner")), (0, 0));
}

#[test]
fn a_draft_is_written_anew_until_it_is_sent() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let (cassava, oil) =
        (item(&supplier, "Singkong", "g", "kg", None, 3_000), item(&supplier, "Minyak goreng", "ml", "litre", None, 18_000));
    supplied(&supplier, &maker, supply_terms(0));
    let order = drafted(&maker, &supplier, &[(&cassava, 50)], "credit");
    let path = format!("/v1/supplier-orders/{order}/draft");
    let anew = json!({ "supplier_id": supplier.id, "lines": [{ "item_id": oil, "quantity": 5 }], "payment": "cash" });
    let put = |by: &Person, tag: &str| by.client.send("PUT", &path, Some(anew.clone()), &[("If-Match", tag)]);
    put(&supplier.owner, "\"1\"").expect_problem(404, "not_found");
    let written = put(&maker.owner, "\"1\"").expect(200);
    assert_eq!(
        (&written["total"], &written["payment"], &written["lines"][0]["item_id"], written["lines"].as_array().map(Vec::len)),
        (&json!(90_000), &json!("cash"), &json!(oil), Some(1))
    );
    put(&maker.owner, "\"1\"").expect_problem(412, "stale");
    act(&maker.owner, &order, "send", json!({})).expect(200);
    put(&maker.owner, "\"3\"").expect_problem(409, "supplier_order_wrong_state");
}

#[test]
fn a_later_day_waits_for_the_buyer_who_names_it() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 0);
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    let answer = |on: &str| act(&supplier.owner, &order, "answer", json!({ "answer": "accept", "on": on })).expect(200);
    let agree = |on: &str| act(&maker.owner, &order, "agree", json!({ "on": on }));
    agree("2026-11-27").expect_problem(409, "no_day_proposed");
    answer("2026-11-27");
    answer("2026-11-30");
    agree("2026-11-27").expect_problem(409, "other_day_proposed");
    assert_eq!(agree("2026-11-30").expect(200)["promised_on"], "2026-11-30");
    let later = answer("2026-12-02");
    assert_eq!(
        (&later["state"], &later["promised_on"], &later["proposed_on"]),
        (&json!("promised"), &json!("2026-11-30"), &json!("2026-12-02")),
        "a promise is not put off by its giver alone"
    );
    let agreed = agree("2026-12-02").expect(200);
    assert_eq!((&agreed["promised_on"], &agreed["first_promised_on"]), (&json!("2026-12-02"), &json!("2026-11-30")));
}

#[test]
fn what_was_counted_wrong_is_counted_again_in_stock_debt_and_both_books() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let (cassava, oil) =
        (item(&supplier, "Singkong", "g", "kg", None, 3_000), item(&supplier, "Minyak goreng", "ml", "litre", None, 18_000));
    supplied(&supplier, &maker, supply_terms(0));
    let order = sent(&maker, &supplier, &[(&cassava, 50), (&oil, 10)], "cash");
    act(&supplier.owner, &order, "answer", json!({ "answer": "accept" })).expect(200);
    let path = format!("/v1/supplier-orders/{order}/recount");
    maker.owner.client.post(&path, count(&[(1, 45)])).expect_problem(409, "supplier_order_wrong_state");
    act(&maker.owner, &order, "receive", count(&[(1, 54), (2, 9)])).expect(200);
    supplier.owner.client.post(&path, count(&[(1, 45)])).expect_problem(403, "forbidden");
    maker.owner.client.post(&path, count(&[(1, 54)])).expect_problem(400, "invalid_input");
    maker.owner.client.post(&path, count(&[(1, 101)])).expect_problem(409, "received_too_many");
    let counted = maker.owner.client.post_once(&path, count(&[(1, 45), (2, 10)]), "hitung-ulang").expect(200);
    assert_eq!(maker.owner.client.post_once(&path, count(&[(1, 45), (2, 10)]), "hitung-ulang").expect(200), counted, "a replay lands once");
    assert_eq!((&counted["state"], &counted["owed"], &counted["in_full"]), (&json!("received_part"), &json!(315_000), &json!(false)));
    let stands = |owed: i64, cassava: (i64, i64), oil: (i64, i64)| {
        let row = |name: &str, (quantity, cost): (i64, i64)| (name.to_owned(), quantity, cost);
        assert_eq!(stock(&maker.owner, &maker.id), [row("Singkong", cassava), row("Minyak goreng", oil)]);
        assert_eq!(balance(&maker.owner, &maker.id, "materials"), cassava.1 + oil.1);
        assert_eq!((balance(&maker.owner, &maker.id, "payable:partner"), balance(&maker.owner, &maker.id, "cost:materials")), (-owed, 0));
        assert_eq!(
            (balance(&supplier.owner, &supplier.id, "receivable:partner"), balance(&supplier.owner, &supplier.id, "sales:supply")),
            (owed, -owed)
        );
    };
    stands(315_000, (45_000, 135_000), (10_000, 180_000));
    let none = maker.owner.client.post(&path, count(&[(1, 0), (2, 0)])).expect(200);
    assert_eq!((&none["owed"], &none["state"]), (&json!(0), &json!("promised")), "it was another order's");
    stands(0, (0, 0), (0, 0));
    act(&maker.owner, &order, "receive", count(&[(1, 50), (2, 10)])).expect(200);
    stands(330_000, (50_000, 150_000), (10_000, 180_000));
    act(&supplier.owner, &order, "payments", json!({ "amount": 320_000, "method": "cash" })).expect(200);
    maker.owner.client.post(&path, count(&[(1, 40)])).expect_problem(409, "below_paid");
    act(&supplier.owner, &order, "bill", count(&[])).expect(200);
    maker.owner.client.post(&path, count(&[(1, 49)])).expect_problem(409, "billed_count_lowered");
}

#[test]
fn it_may_come_in_parts_and_more_of_it_than_was_ordered() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 0);
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    act(&supplier.owner, &order, "answer", json!({ "answer": "accept" })).expect(200);
    let came = |quantity: i64| {
        let seen = act(&maker.owner, &order, "receive", count(&[(1, quantity)])).expect(200);
        (seen["state"].clone(), seen["lines"][0]["received"].clone(), seen["in_full"].clone(), seen["owed"].clone())
    };
    assert_eq!(came(20), (json!("received_part"), json!(20), json!(false), json!(60_000)));
    assert_eq!(came(20), (json!("received_part"), json!(40), json!(false), json!(120_000)));
    assert_eq!(came(15), (json!("received_full"), json!(55), json!(true), json!(165_000)));
    assert_eq!(stock(&maker.owner, &maker.id), [("Singkong".to_owned(), 55_000, 165_000)]);
    act(&maker.owner, &order, "receive", count(&[(1, 46)])).expect_problem(409, "received_too_many");
    let billed = act(&supplier.owner, &order, "bill", count(&[(1, 52)])).expect(200);
    let line = &billed["lines"][0];
    assert_eq!((&line["ordered"], &line["billed"], &line["received"]), (&json!(50), &json!(52), &json!(55)));
    assert_eq!(billed["owed"], 156_000, "no more than was billed");
    assert_eq!((balance(&maker.owner, &maker.id, "payable:partner"), balance(&maker.owner, &maker.id, "cost:materials")), (-156_000, 0));
    assert_eq!(stock(&maker.owner, &maker.id), [("Singkong".to_owned(), 55_000, 156_000)], "what she has cost what she was charged");
    act(&maker.owner, &order, "payments", json!({ "amount": 156_001, "method": "cash" })).expect_problem(409, "more_than_open");
    let paid = act(&supplier.owner, &order, "payments", json!({ "amount": 156_000, "method": "cash" })).expect(200);
    assert_eq!(paid["state"], "paid");
    assert_eq!((balance(&maker.owner, &maker.id, "payable:partner"), balance(&supplier.owner, &supplier.id, "receivable:partner")), (0, 0));
    assert_eq!(balance(&supplier.owner, &supplier.id, "sales:supply"), -156_000);
}

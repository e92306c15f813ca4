//! What an agreement asks for: met, late or missed, and counted so for each side.

use chrono::Duration;
use serde_json::{Value, json};

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::supplier_orders::sent;
use crate::supply::item;
use crate::support::{Person, Shop, TestApp};

fn act(by: &Person, order: &str, act: &str, body: Value) -> Value {
    by.client.post(&format!("/v1/supplier-orders/{order}/{act}"), body).expect(200)
}

fn came(buyer: &Person, order: &str, quantity: i64) -> Value {
    act(buyer, order, "receive", json!({ "lines": [{ "position": 1, "quantity": quantity }] }))
}

/// How one side has kept one kind of obligation: open, met, late, missed, and the days late together.
pub fn kept(who: &Person, agreement: &str, side: &Shop, kind: &str) -> [i64; 5] {
    let record = who.client.get(&format!("/v1/agreements/{agreement}/record")).expect(200);
    let rows = record["items"].as_array().expect("a list").clone();
    let row = rows.iter().find(|row| row["owed_by"] == side.id && row["kind"] == kind).cloned().unwrap_or_default();
    ["open", "met", "late", "missed", "days_late"].map(|field| row[field].as_i64().unwrap_or(0))
}

fn on_time(who: &Person, supplier: &Shop) -> [i64; 5] {
    let told = who.client.get(&format!("/v1/enterprises/{}/on-time", supplier.id)).expect(200);
    ["n", "on_time", "in_full", "on_time_in_full", "outstanding"].map(|field| told["quarters"][0][field].as_i64().expect("a number"))
}

#[test]
fn what_comes_on_its_day_and_is_paid_by_its_day_is_met() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let agreement = supplied(&supplier, &maker, supply_terms(500_000));
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "credit");
    assert_eq!(kept(&maker.owner, &agreement, &supplier, "delivery"), [0; 5], "nothing is owed until it is promised");
    act(&supplier.owner, &order, "answer", json!({ "answer": "accept" }));
    assert_eq!(kept(&maker.owner, &agreement, &supplier, "delivery"), [1, 0, 0, 0, 0]);
    app.advance(Duration::days(2));
    let (buyer, seller) = (app.awake(&maker.owner), app.awake(&supplier.owner));
    came(&buyer, &order, 50);
    act(&seller, &order, "payments", json!({ "amount": 100_000, "method": "transfer" }));
    assert_eq!(kept(&buyer, &agreement, &maker, "payment"), [1, 0, 0, 0, 0], "a part is not the whole");
    act(&seller, &order, "payments", json!({ "amount": 50_000, "method": "cash" }));
    assert_eq!(kept(&seller, &agreement, &supplier, "delivery"), [0, 1, 0, 0, 0]);
    assert_eq!(kept(&seller, &agreement, &maker, "payment"), [0, 1, 0, 0, 0]);
    assert_eq!(on_time(&buyer, &supplier), [1, 1, 1, 1, 0]);
    app.buyer("Orang lain").client.get(&format!("/v1/agreements/{agreement}/record")).expect_problem(404, "not_found");
}

#[test]
fn what_comes_or_is_paid_after_its_day_is_late_and_what_never_comes_is_missed() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let agreement = supplied(&supplier, &maker, supply_terms(500_000));
    let [slow, never] = [(); 2].map(|()| sent(&maker, &supplier, &[(&cassava, 50)], "credit"));
    for order in [&slow, &never] {
        act(&supplier.owner, order, "answer", json!({ "answer": "accept", "on": "2026-11-26" }));
    }
    app.advance(Duration::days(2));
    came(&app.awake(&maker.owner), &slow, 20);
    assert_eq!(kept(&app.awake(&maker.owner), &agreement, &supplier, "delivery"), [2, 0, 0, 0, 0], "a part is not the whole");
    app.advance(Duration::days(3));
    assert_eq!(came(&app.awake(&maker.owner), &slow, 30)["state"], "received_full");
    assert_eq!(kept(&app.awake(&maker.owner), &agreement, &supplier, "delivery"), [1, 0, 1, 0, 3], "judged by its last part");
    app.advance(Duration::days(7));
    act(&app.awake(&supplier.owner), &slow, "payments", json!({ "amount": 150_000, "method": "cash" }));
    assert_eq!(kept(&app.awake(&maker.owner), &agreement, &maker, "payment"), [0, 0, 1, 0, 3]);
    app.advance(Duration::days(20));
    app.run_jobs();
    assert_eq!(kept(&app.awake(&maker.owner), &agreement, &supplier, "delivery"), [1, 0, 1, 0, 3], "it may still come");
    app.advance(Duration::days(1));
    app.run_jobs();
    let buyer = app.awake(&maker.owner);
    assert_eq!(kept(&buyer, &agreement, &supplier, "delivery"), [0, 0, 1, 1, 3]);
    assert_eq!(on_time(&buyer, &supplier), [2, 0, 1, 0, 1]);
    act(&buyer, &never, "cancel", json!({ "reason": "Tidak pernah datang" }));
    assert_eq!(on_time(&buyer, &supplier), [2, 0, 1, 0, 1], "calling off what is overdue does not whitewash it");
}

#[test]
fn what_is_called_off_in_time_counts_for_nothing() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let agreement = supplied(&supplier, &maker, supply_terms(500_000));
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    act(&supplier.owner, &order, "answer", json!({ "answer": "accept" }));
    act(&maker.owner, &order, "cancel", json!({ "reason": "Tidak jadi" }));
    assert_eq!(kept(&maker.owner, &agreement, &supplier, "delivery"), [0; 5]);
    app.advance(Duration::days(5));
    let told = app.awake(&maker.owner).client.get(&format!("/v1/enterprises/{}/on-time", supplier.id)).expect(200);
    assert_eq!(told["quarters"], json!([]));
}

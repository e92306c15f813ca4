//! What one side alone cannot do: write its own debt off, or end a dispute. What is against oneself counts at once, what is in one's
//! favour needs the other's word.

use chrono::Duration;
use serde_json::{Value, json};

use crate::consignment::{Titip, balance, terms, text, titip, titip_by};
use crate::consignment_costs::{costs, made_for};
use crate::obligations::kept;
use crate::support::TestApp;

fn line(titip: &Titip, more: Value) -> Value {
    let mut line = json!({ "pack_id": titip.pack, "reason": "Belum cocok" });
    line.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!({ "answer": "dispute", "lines": [line] })
}

fn money(amount: Value) -> Value {
    json!({ "answer": "dispute", "paid": { "reason": "Uangnya lain", "amount": amount } })
}

fn paid(amount: i64, method: &str) -> Value {
    json!({ "paid": { "amount": amount, "method": method } })
}

fn right(titip: &Titip, (counted, returned, spoiled): (i64, i64, i64), topped_up: Option<i64>) -> Value {
    let line = json!({ "pack_id": titip.pack, "counted": counted, "returned": returned, "spoiled": spoiled, "topped_up": topped_up });
    json!({ "lines": [line] })
}

#[test]
fn what_a_warung_says_that_she_paid_is_owed_until_the_maker_says_so_too() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    // All is paid by her word, so that the limit of Rp100.000 does not stand in the way.
    let visit = titip.visit(&titip.warung.owner, &id, "w-1", (16, 0, 0, 0), 192_000).expect(201);
    let figures = |visit: &Value| ["due", "paid", "claimed", "credit"].map(|field| visit[field].as_i64().expect("a number"));
    assert_eq!(figures(&visit), [192_000, 0, 192_000, 192_000]);
    let visit = text(&visit["id"]);
    assert_eq!((titip.owed(&id), balance(&titip.warung, "cash:seller")), (192_000, 240_000));
    titip.warung.owner.client.post(&format!("/v1/consignment-visits/{visit}/link"), json!({})).expect_problem(409, "link_for_warung");
    titip.answer(&titip.warung.owner, &visit, json!({ "answer": "confirm" })).expect_problem(409, "visit_not_your_turn");
    // What is left owed is due at the next visit, on the 25th; the maker answers on the 27th.
    app.advance(Duration::days(3));
    let titip = titip.awake(&app);
    let confirmed = titip.answer(&titip.maker.owner, &visit, json!({ "answer": "confirm" })).expect(200);
    assert_eq!((&confirmed["state"], figures(&confirmed)), (&json!("confirmed"), [192_000, 192_000, 0, 0]));
    assert_eq!((titip.owed(&id), balance(&titip.maker, "cash:seller"), balance(&titip.warung, "cash:seller")), (0, 192_000, 48_000));
    assert_eq!(kept(&titip.maker.owner, &titip.agreement, &titip.warung, "payment"), [0, 1, 0, 0, 0], "it was paid at the visit");
    let journal = titip.maker.owner.client.get(&format!("/v1/enterprises/{}/journal", titip.maker.id)).expect(200);
    assert_eq!((&journal["items"][0]["movement"], &journal["items"][0]["business_date"]), (&json!("debt_settled"), &json!("2026-11-24")));
}

#[test]
fn what_is_claimed_and_owed_no_more_is_put_right_before_it_is_confirmed() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let visit = text(&titip.visit(&titip.warung.owner, &id, "w-1", (30, 0, 0, 0), 80_000).expect(201)["id"]);
    let got = json!({ "amount": 50_000, "method": "cash" });
    titip.maker.owner.client.post(&format!("/v1/consignments/{id}/payments"), got).expect(200);
    titip.answer(&titip.maker.owner, &visit, json!({ "answer": "confirm" })).expect_problem(409, "more_than_owed");
    titip.answer(&titip.maker.owner, &visit, money(json!(30_000))).expect(200);
    titip.settle(&titip.warung.owner, &visit, right(&titip, (30, 0, 0), None)).expect_problem(409, "line_not_disputed");
    let settled = titip.settle(&titip.warung.owner, &visit, paid(30_000, "transfer")).expect(200);
    assert_eq!((&settled["state"], &settled["paid"], &settled["claimed"]), (&json!("settled"), &json!(30_000), &json!(0)));
    assert_eq!((titip.owed(&id), balance(&titip.maker, "bank")), (0, 30_000));
}

#[test]
fn money_that_was_written_down_wrong_is_put_right_in_both_books() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let (maker, warung) = (&titip.maker.owner, &titip.warung.owner);
    let visit = text(&titip.visit(maker, &id, "hp-1", (13, 2, 1, 25), 150_000).expect(201)["id"]);
    titip.answer(warung, &visit, json!({ "answer": "dispute" })).expect_problem(400, "invalid_input");
    titip.answer(warung, &visit, line(&titip, json!({}))).expect(200);
    titip.settle(maker, &visit, paid(160_000, "cash")).expect_problem(409, "payment_not_disputed");
    titip.settle(warung, &visit, json!({})).expect(200);
    app.advance(Duration::minutes(1));
    let visit = text(&titip.visit(maker, &id, "hp-2", (38, 0, 0, 0), 42_000).expect(201)["id"]);
    let told = titip.answer(warung, &visit, money(json!(40_000))).expect(200);
    assert_eq!((&told["paid_disputed"], &told["said_paid"], titip.owed(&id)), (&json!("Uangnya lain"), &json!(40_000), 0));
    // Other money than she said is hers to judge again.
    let again = titip.settle(maker, &visit, paid(41_000, "cash")).expect(200);
    assert_eq!((&again["state"], &again["paid"], &again["paid_disputed"]), (&json!("submitted"), &json!(41_000), &Value::Null));
    assert_eq!(titip.owed(&id), 1_000);
    titip.answer(warung, &visit, money(json!(40_000))).expect(200);
    let settled = titip.settle(maker, &visit, paid(40_000, "transfer")).expect(200);
    assert_eq!((&settled["state"], &settled["paid"], &settled["credit"]), (&json!("settled"), &json!(40_000), &json!(2_000)));
    assert_eq!((titip.owed(&id), balance(&titip.maker, "cash:seller"), balance(&titip.maker, "bank")), (2_000, 150_000, 40_000));
    assert_eq!((balance(&titip.warung, "cash:seller"), balance(&titip.warung, "bank")), (240_000 - 150_000, -40_000));
    let statement = warung.client.get(&format!("/v1/consignments/{id}/statement")).expect(200);
    assert_eq!((&statement["paid"], &statement["owed"], &statement["books_agree"]), (&json!(190_000), &json!(2_000), &json!(true)));
}

#[test]
fn other_figures_than_the_other_side_said_do_not_end_a_dispute() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let (maker, warung) = (&titip.maker.owner, &titip.warung.owner);
    let visit = text(&titip.visit(maker, &id, "hp-1", (13, 2, 1, 25), 150_000).expect(201)["id"]);
    let disputed = titip.answer(warung, &visit, line(&titip, json!({ "returned": 4 }))).expect(200);
    assert_eq!(disputed["lines"][0]["said"], json!({ "counted": 13, "returned": 4, "spoiled": 1, "topped_up": 25 }));
    let again = titip.settle(maker, &visit, right(&titip, (13, 3, 1), None)).expect(200);
    assert_eq!(
        (&again["state"], &again["lines"][0]["returned"], &again["lines"][0]["disputed"]),
        (&json!("submitted"), &json!(3), &Value::Null)
    );
    titip.settle(maker, &visit, right(&titip, (13, 4, 1), None)).expect_problem(409, "visit_wrong_state");
    titip.answer(warung, &visit, line(&titip, json!({ "returned": 4 }))).expect(200);
    let settled = titip.settle(maker, &visit, right(&titip, (13, 4, 1), None)).expect(200);
    assert_eq!(
        (&settled["state"], &settled["due"], titip.stock(), titip.owed(&id)),
        (&json!("settled"), &json!(176_000), (39, 38, 0), 26_000)
    );
    let history = maker.client.get(&format!("/v1/consignment-visits/{visit}/history")).expect(200);
    let states: Vec<String> = history["items"].as_array().expect("items").iter().map(|event| text(&event["to"])).collect();
    assert_eq!(states, ["submitted", "disputed", "submitted", "disputed", "settled"]);
}

#[test]
fn a_top_up_that_was_written_down_wrong_is_put_right_in_goods_and_cost() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    made_for(&titip, 100_037);
    let id = titip.leave(40);
    let (maker, warung) = (&titip.maker.owner, &titip.warung.owner);
    let visit = text(&titip.visit(maker, &id, "hp-1", (13, 2, 1, 25), 0).expect(201)["id"]);
    titip.answer(warung, &visit, line(&titip, json!({ "topped_up": 20 }))).expect(200);
    let settled = titip.settle(maker, &visit, right(&titip, (13, 2, 1), Some(20))).expect(200);
    assert_eq!((&settled["state"], &settled["lines"][0]["topped_up"], &settled["due"]), (&json!("settled"), &json!(20), &json!(192_000)));
    assert_eq!((titip.stock(), costs(&titip).iter().sum::<i64>()), ((42, 33, 0), 100_037));
    app.advance(Duration::minutes(1));
    let next = titip.visit(maker, &id, "hp-2", (33, 0, 0, 1), 0).expect(201);
    assert_eq!((&next["lines"][0]["opening"], &next["lines"][0]["sold"]), (&json!(33), &json!(0)));
    titip.answer(warung, &visit, line(&titip, json!({}))).expect_problem(409, "visit_wrong_state");
    let next = text(&next["id"]);
    titip.answer(warung, &next, line(&titip, json!({ "topped_up": 42 }))).expect(200);
    titip.settle(maker, &next, right(&titip, (33, 0, 0), Some(42))).expect(200);
    assert_eq!((titip.stock(), costs(&titip).iter().sum::<i64>()), ((0, 75, 0), 100_037));
    assert_eq!(costs(&titip)[0], 0, "nothing at home, no cost at home");
    let notes = maker.client.get(&format!("/v1/consignments/{id}/notes?limit=100")).expect(200);
    let left = notes["items"].as_array().expect("items").iter().map(|note| note["lines"][0]["remaining"].as_i64().expect("a number"));
    assert_eq!(left.sum::<i64>(), 75);
    // A later visit has counted what was left: it is not put right here any more.
    app.advance(Duration::minutes(1));
    let third = text(&titip.visit(maker, &id, "hp-3", (75, 0, 0, 0), 0).expect(201)["id"]);
    titip.answer(warung, &third, line(&titip, json!({}))).expect(200);
    app.advance(Duration::minutes(1));
    titip.visit(maker, &id, "hp-4", (75, 0, 0, 0), 0).expect(201);
    titip.settle(maker, &third, right(&titip, (75, 0, 0), Some(1))).expect_problem(409, "counted_since");
}

#[test]
fn what_is_put_right_keeps_to_the_return_rule_and_goes_back_into_its_batches() {
    let app = TestApp::start();
    let mut by = terms(1_000_000, "before_expiry", "provider");
    by["return_days"] = json!(3);
    let titip = titip_by(&app, by);
    let (maker, warung) = (&titip.maker.owner, &titip.warung.owner);
    titip.stocked(0);
    for (code, until) in [("BESOK", "2026-11-26"), ("LAMA", "2027-06-01")] {
        let batch = json!({ "quantity": 5, "code": code, "produced_on": "2026-11-01", "expires_on": until });
        maker.client.post(&format!("/v1/packs/{}/batches", titip.pack), batch).expect(201);
    }
    let id = titip.leave(10);
    let lots = || -> Vec<(String, i64)> {
        let there = maker.client.get(&format!("/v1/consignments/{id}")).expect(200);
        let lots = there["goods"][0]["lots"].as_array().cloned().unwrap_or_default();
        lots.iter().map(|lot| (text(&lot["code"]), lot["quantity"].as_i64().expect("a number"))).collect()
    };
    // Sold are the five that end first and one that lasts; one that lasts went back.
    let visit = text(&titip.visit(maker, &id, "hp-1", (3, 1, 0, 0), 0).expect(201)["id"]);
    assert_eq!(lots(), [("LAMA".to_owned(), 3)]);
    titip.answer(warung, &visit, line(&titip, json!({ "counted": 7, "returned": 1 }))).expect(200);
    titip.settle(maker, &visit, right(&titip, (4, 6, 0), None)).expect_problem(409, "return_not_agreed");
    let settled = titip.settle(maker, &visit, right(&titip, (7, 1, 0), None)).expect(200);
    assert_eq!((&settled["state"], &settled["lines"][0]["sold"]), (&json!("settled"), &json!(2)));
    assert_eq!(lots(), [("BESOK".to_owned(), 3), ("LAMA".to_owned(), 4)], "what was sold last was not sold first");
    let next = text(
        &{
            app.advance(Duration::minutes(1));
            titip.visit(maker, &id, "hp-2", (6, 1, 0, 0), 0).expect(201)
        }["id"],
    );
    assert_eq!(lots(), [("BESOK".to_owned(), 3), ("LAMA".to_owned(), 3)]);
    titip.answer(warung, &next, line(&titip, json!({ "counted": 7, "returned": 0 }))).expect(200);
    titip.settle(maker, &next, right(&titip, (7, 0, 0), None)).expect(200);
    assert_eq!(lots(), [("BESOK".to_owned(), 3), ("LAMA".to_owned(), 4)]);
    let home = maker.client.get(&format!("/v1/enterprises/{}/stock", titip.maker.id)).expect(200);
    assert_eq!(home["items"][0]["lots"][0]["quantity"], 1, "one of them went back");
}

#[test]
fn a_link_confirms_ends_with_its_time_and_gives_way_to_a_newer_one() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let visit = text(&titip.visit(&titip.maker.owner, &id, "hp-1", (30, 0, 0, 0), 0).expect(201)["id"]);
    let link = |titip: &Titip| {
        let link = titip.maker.owner.client.post(&format!("/v1/consignment-visits/{visit}/link"), json!({})).expect(200);
        text(&link["path"])
    };
    let (old, new) = (link(&titip), link(&titip));
    app.client.get(&old).expect_problem(404, "not_found");
    assert_eq!(app.client.get(&new).expect(200)["credit"], 80_000);
    app.advance(Duration::days(14));
    app.client.get(&new).expect_problem(404, "not_found");
    let answer = |path: &str| app.client.send("POST", &format!("{path}/answer"), Some(json!({ "answer": "confirm" })), &[]);
    answer(&new).expect_problem(404, "not_found");
    let titip = titip.awake(&app);
    let newest = link(&titip);
    assert_eq!(answer(&newest).expect(200)["state"], "confirmed");
    assert_eq!(answer(&newest).expect(200)["state"], "confirmed", "the same again changes nothing");
    titip.maker.owner.client.post(&format!("/v1/consignment-visits/{visit}/link"), json!({})).expect_problem(409, "visit_wrong_state");
    let history = titip.maker.owner.client.get(&format!("/v1/consignment-visits/{visit}/history")).expect(200);
    assert_eq!((history["items"].as_array().map(Vec::len), &history["items"][1]["actor_id"]), (Some(2), &Value::Null));
}

//! Visits by other terms, late ones, and ones that are put right: what may go back, what lands in which month, and what counts.

use chrono::Duration;
use serde_json::{Value, json};

use crate::consignment::{Titip, balance, terms, text, titip, titip_by, titip_with};
use crate::consignment_costs::{costs, made_for};
use crate::support::{Shop, TestApp};

fn figures(value: &Value, names: &[&str]) -> Vec<i64> {
    names.iter().map(|name| value[name].as_i64().expect("a number")).collect()
}

fn disputed(titip: &Titip, visit: &str) {
    let dispute = json!({ "answer": "dispute", "lines": [{ "pack_id": titip.pack, "reason": "Salah hitung" }] });
    titip.warung.owner.client.post(&format!("/v1/consignment-visits/{visit}/answer"), dispute).expect(200);
}

fn right(titip: &Titip, (counted, returned, spoiled): (i64, i64, i64)) -> Value {
    json!({ "lines": [{ "pack_id": titip.pack, "counted": counted, "returned": returned, "spoiled": spoiled }] })
}

#[test]
fn by_a_fixed_price_the_warung_earns_what_is_above_it() {
    let app = TestApp::start();
    let titip = titip_with(&app, |pack| {
        let mut terms = terms(1_000_000, "anytime", "receiver");
        terms["earning"] = json!({ "by": "fixed_prices", "prices": [{ "pack_id": pack, "price": 8_500 }] });
        terms
    });
    let other = app.product(&titip.village, &titip.maker, "Opak", 5_000, 10);
    let body = json!({ "warung_id": titip.warung.id, "lines": [{ "pack_id": crate::support::people::pack_of(&other), "quantity": 1 }] });
    let notes = format!("/v1/enterprises/{}/consignment-notes", titip.maker.id);
    titip.maker.owner.client.post(&notes, body).expect_problem(409, "price_not_agreed");
    let id = titip.leave(40);
    let earning = titip.warung.owner.client.get(&format!("/v1/consignments/{id}")).expect(200)["goods"][0]["earning"].clone();
    assert_eq!(earning, json!({ "share_bp": null, "wholesale_price": 8_500 }));
    titip.till("k", 2).expect(201);
    assert_eq!(titip.owed(&id), 17_000);
    let visit = titip.visit(&titip.maker.owner, &id, "a", (13, 2, 1, 5), 100_000).expect(201);
    let line = &visit["lines"][0];
    assert_eq!(figures(line, &["sold", "at_till", "gross", "share", "due", "spoilage_due"]), [24, 2, 220_000, 33_000, 187_000, 8_500]);
    assert_eq!(figures(&visit, &["owed_before", "due", "paid", "credit"]), [17_000, 195_500, 100_000, 112_500]);
    assert_eq!(titip.owed(&id), 112_500);
    let books = |shop: &Shop, these: [&str; 3]| these.map(|account| balance(shop, account));
    assert_eq!(books(&titip.maker, ["cash:seller", "sales:consignment", "cost:consignment"]), [100_000, -248_500, 36_000]);
    assert_eq!(books(&titip.warung, ["cash:seller", "income:consignment", "cost:spoilage"]), [140_000, -36_000, 8_500]);
    let statement = titip.warung.owner.client.get(&format!("/v1/consignments/{id}/statement")).expect(200);
    let line = &statement["lines"][0];
    assert_eq!(
        figures(line, &["sold", "spoiled", "returned", "closing", "gross", "share", "due"]),
        [24, 1, 2, 18, 248_500, 36_000, 212_500]
    );
    assert_eq!((figures(&statement, &["due", "paid", "owed"]), &statement["books_agree"]), (vec![212_500, 100_000, 112_500], &json!(true)));
}

#[test]
fn only_what_keeps_long_enough_goes_back_and_the_visit_tells_what_to_pull_back() {
    let app = TestApp::start();
    let mut by = terms(1_000_000, "before_expiry", "receiver");
    by["return_days"] = json!(3);
    let titip = titip_by(&app, by);
    let maker = &titip.maker.owner;
    titip.stocked(0);
    for (code, until) in [("BESOK", "2026-11-26"), ("TEPAT", "2026-11-27"), ("LAMA", "2027-06-01")] {
        let batch = json!({ "quantity": 5, "code": code, "produced_on": "2026-11-01", "expires_on": until });
        maker.client.post(&format!("/v1/packs/{}/batches", titip.pack), batch).expect(201);
    }
    let id = titip.leave(15);
    let refused = titip.visit(maker, &id, "a", (4, 11, 0, 0), 0).expect(409);
    assert_eq!(refused["code"], "return_not_agreed");
    assert!(text(&refused["detail"]).contains("10"), "{refused}");
    let visit = titip.visit(maker, &id, "b", (9, 6, 0, 0), 0).expect(201);
    let lots = |value: &Value| -> Vec<(String, i64, bool)> {
        let lots = value["lots"].as_array().expect("lots").iter();
        lots.map(|lot| (text(&lot["code"]), lot["quantity"].as_i64().expect("a number"), lot["pull_back"] == true)).collect()
    };
    assert_eq!(visit["pull_back"][0]["on_hand"], 9);
    assert_eq!(lots(&visit["pull_back"][0]), [("BESOK".to_owned(), 5, true)]);
    let there = maker.client.get(&format!("/v1/consignments/{id}")).expect(200);
    let named = |code: &str, quantity: i64, near: bool| (code.to_owned(), quantity, near);
    assert_eq!(lots(&there["goods"][0]), [named("BESOK", 5, true), named("LAMA", 4, false)], "what lasts just long enough went first");
    assert_eq!(there["goods"][0]["lots"][0], visit["pull_back"][0]["lots"][0], "told alike in both places");
    assert_eq!(titip.stock(), (6, 9, 0));

    // The day after tomorrow nothing of what ends then may go back; it is the warung's to bear.
    app.advance(Duration::days(2));
    let titip = titip.awake(&app);
    let maker = &titip.maker.owner;
    titip.visit(maker, &id, "c", (0, 5, 4, 0), 0).expect_problem(409, "return_not_agreed");
    let visit = titip.visit(maker, &id, "d", (0, 4, 5, 0), 0).expect(201);
    assert_eq!((&visit["lines"][0]["spoilage_due"], &visit["pull_back"]), (&json!(40_000), &json!([])));
    assert_eq!((titip.stock(), titip.owed(&id), balance(&titip.warung, "cost:spoilage")), ((10, 0, 0), 40_000, 40_000));
    assert_eq!(maker.client.get(&format!("/v1/consignments/{id}/visits")).expect(200)["items"][1]["pull_back"], json!([]));
}

#[test]
fn a_visit_into_a_closed_month_counts_today_in_both_books_and_says_so() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    made_for(&titip, 100_000);
    let id = titip.leave(40);
    app.advance(Duration::days(8));
    let titip = titip.awake(&app);
    let close = |shop: &Shop| shop.owner.client.post(&format!("/v1/enterprises/{}/closed-months", shop.id), json!({ "month": "2026-11" }));
    let statement = |month: &str| {
        let path = format!("/v1/consignments/{id}/statement?from={month}&to={month}");
        titip.maker.owner.client.get(&path).expect(200)
    };
    let held = |client: &str, at: &str, figures: (i64, i64, i64, i64), paid: i64| {
        let mut body = titip.visit_body(client, figures, paid);
        (body["visited_at"], body["follows"]) = (json!(at), titip.last_visit(&id));
        titip.maker.owner.client.post(&format!("/v1/consignments/{id}/visits"), body).expect(201)
    };
    let early = held("a", "2026-11-26T03:00:00Z", (35, 0, 0, 0), 0);
    assert_eq!(early["entered_on"], "2026-11-26", "late, and its month is open");
    close(&titip.warung).expect(200);
    let before = statement("2026-11");
    assert_eq!(figures(&before, &["due", "paid", "owed"]), [40_000, 0, 40_000]);

    let late = held("b", "2026-11-28T03:00:00Z", (11, 2, 2, 25), 150_000);
    assert_eq!((&late["visited_at"], &late["entered_on"]), (&json!("2026-11-28T03:00:00.000000Z"), &json!("2026-12-02")));
    assert_eq!((&late["lines"][0]["sold"], &late["due"], &late["credit"]), (&json!(20), &json!(160_000), &json!(50_000)));
    assert_eq!((titip.stock(), titip.owed(&id)), ((60 + 2 - 25, 11 + 25, 0), 50_000));
    assert_eq!(costs(&titip), [37_000, 36_000, 25_000, 2_000], "nothing is lost");
    for shop in [&titip.maker, &titip.warung] {
        let journal = shop.owner.client.get(&format!("/v1/enterprises/{}/journal?limit=100", shop.id)).expect(200);
        let visit = text(&late["id"]);
        let its = journal["items"].as_array().expect("items").iter().filter(|entry| text(&entry["reference"]).starts_with(&visit));
        let days: Vec<String> = its.map(|entry| text(&entry["business_date"])).collect();
        assert!(days.len() >= 2 && days.iter().all(|day| day == "2026-12-02"), "{days:?}");
    }
    let after = statement("2026-11");
    assert_eq!(
        (&after["lines"], &after["due"], &after["owed"]),
        (&before["lines"], &before["due"], &before["owed"]),
        "what was closed stands"
    );
    let december = statement("2026-12");
    assert_eq!(figures(&december, &["owed_before", "due", "paid", "owed"]), [40_000, 160_000, 150_000, 50_000]);
    let line = &december["lines"][0];
    let moved = figures(line, &["opening", "delivered", "sold", "spoiled", "returned", "closing", "gross"]);
    assert_eq!(moved, [35, 25, 20, 2, 2, 36, 200_000]);
    assert_eq!((&after["books_agree"], &december["books_agree"]), (&json!(true), &json!(true)));

    // The till of a closed month counts today too, whoever has closed it.
    close(&titip.maker).expect(200);
    let sale = json!({ "client_id": "k", "method": "cash", "sold_at": "2026-11-29T03:00:00Z", "lines": [{ "pack_id": titip.pack, "quantity": 1 }] });
    titip.warung.owner.client.post(&format!("/v1/enterprises/{}/till-sales", titip.warung.id), sale).expect(201);
    assert_eq!(figures(&statement("2026-12"), &["due", "owed"]), [168_000, 58_000]);
    assert_eq!((titip.owed(&id), figures(&statement("2026-11"), &["owed"])), (58_000, vec![40_000]));
    let again = held("b", "2026-11-28T03:00:00Z", (11, 2, 2, 25), 150_000);
    assert_eq!(again["id"], late["id"], "it lands once");
}

#[test]
fn another_count_that_both_agree_on_is_right_in_goods_debt_books_and_the_next_visit() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = titip.leave(40);
    let maker = &titip.maker.owner;
    let first = text(&titip.visit(maker, &id, "a", (13, 2, 1, 25), 150_000).expect(201)["id"]);
    disputed(&titip, &first);
    let settle = |visit: &str| format!("/v1/consignment-visits/{visit}/settle");
    maker.client.post(&settle(&first), right(&titip, (38, 2, 1))).expect_problem(409, "counted_too_many");
    let settled = maker.client.post(&settle(&first), right(&titip, (15, 2, 1))).expect(200);
    assert_eq!(figures(&settled["lines"][0], &["counted", "sold", "gross", "share", "due"]), [15, 22, 220_000, 44_000, 176_000]);
    assert_eq!(figures(&settled, &["due", "paid", "credit"]), [176_000, 150_000, 26_000]);
    assert_eq!((titip.stock(), titip.owed(&id)), ((37, 40, 0), 26_000));
    assert_eq!((balance(&titip.maker, "sales:consignment"), balance(&titip.warung, "income:consignment")), (-220_000, -44_000));

    app.advance(Duration::minutes(1));
    let second = titip.visit(maker, &id, "b", (30, 0, 0, 0), 26_000 + 80_000).expect(201);
    assert_eq!(figures(&second["lines"][0], &["opening", "delivered", "sold"]), [40, 0, 10], "the next visit begins with the right count");
    let second = text(&second["id"]);
    disputed(&titip, &second);
    // Fewer stood there: more was sold, and more is owed.
    let settled = maker.client.post(&settle(&second), right(&titip, (28, 0, 0))).expect(200);
    assert_eq!(figures(&settled, &["due", "paid", "credit"]), [96_000, 106_000, 16_000]);
    assert_eq!((titip.stock(), titip.owed(&id)), ((37, 28, 0), 16_000));

    // What the till has sold since cannot be uncounted, and what a later visit has counted is not counted again.
    app.advance(Duration::minutes(1));
    let third = text(&titip.visit(maker, &id, "c", (28, 0, 0, 0), 0).expect(201)["id"]);
    disputed(&titip, &third);
    titip.till("k", 26).expect(201);
    maker.client.post(&settle(&third), right(&titip, (25, 0, 0))).expect_problem(409, "out_of_stock");
    app.advance(Duration::minutes(1));
    titip.visit(maker, &id, "d", (2, 0, 0, 0), 200_000).expect(201);
    maker.client.post(&settle(&third), right(&titip, (27, 0, 0))).expect_problem(409, "counted_since");
    assert_eq!((titip.stock(), titip.owed(&id)), ((37, 2, 0), 16_000 + 26 * 8_000 - 200_000), "what is refused leaves nothing behind");
    let notes = maker.client.get(&format!("/v1/consignments/{id}/notes?limit=100")).expect(200);
    let left = notes["items"].as_array().expect("items").iter().map(|note| note["lines"][0]["remaining"].as_i64().expect("a number"));
    assert_eq!(left.sum::<i64>(), 2);
}

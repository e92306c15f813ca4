//! The cash book: one short call for each row, dated back or drafted offline, and the cash counted.

use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::pictures::jpeg;
use crate::support::{Shop, TestApp};

fn row(shop: &Shop, body: Value) -> crate::support::Answer {
    shop.owner.client.post(&format!("/v1/enterprises/{}/cash-book", shop.id), body)
}

/// What an account holds: debits less credits.
pub fn holds(shop: &Shop, account: &str) -> i64 {
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    let accounts = trial["accounts"].as_array().expect("a list").iter();
    accounts
        .filter(|row| row["account"] == account)
        .map(|row| row["debit"].as_i64().unwrap_or(0) - row["credit"].as_i64().unwrap_or(0))
        .sum()
}

#[test]
fn every_kind_of_row_goes_where_it_belongs() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    for (body, account, balance) in [
        (json!({ "kind": "sale", "amount": 50_000 }), "sales:in_person", -50_000),
        (json!({ "kind": "sale", "amount": 20_000, "channel": "chat", "paid": "bank" }), "sales:chat", -20_000),
        (json!({ "kind": "sale", "amount": 5_000, "paid": "credit" }), "receivable:others", 5_000),
        (json!({ "kind": "purchase", "amount": 12_000 }), "cost:materials", 12_000),
        (json!({ "kind": "purchase", "amount": 30_000, "paid": "credit" }), "payable:others", -30_000),
        (json!({ "kind": "expense", "amount": 4_000, "note": "Gas" }), "cost:other", 4_000),
        (json!({ "kind": "draw", "amount": 10_000 }), "draws", 10_000),
        (json!({ "kind": "cash_in", "amount": 7_000 }), "capital", -7_000),
        (json!({ "kind": "cash_in", "amount": 100_000, "source": "loan" }), "loans", -100_000),
        (json!({ "kind": "cash_in", "amount": 9_000, "source": "grant", "paid": "bank" }), "grants", -9_000),
        (json!({ "kind": "debt_paid", "amount": 30_000 }), "payable:others", 0),
        (json!({ "kind": "debt_collected", "amount": 5_000 }), "receivable:others", 0),
        (json!({ "kind": "loan_repaid", "amount": 40_000 }), "loans", -60_000),
    ] {
        row(&shop, body.clone()).expect(201);
        assert_eq!(holds(&shop, account), balance, "{body}");
    }
    assert_eq!((holds(&shop, "cash:seller"), holds(&shop, "bank")), (66_000, 29_000));
    let list = shop.owner.client.get(&format!("/v1/enterprises/{}/cash-book?limit=5", shop.id)).expect(200);
    assert_eq!((list["items"].as_array().map(Vec::len), &list["items"][0]["kind"]), (Some(5), &json!("loan_repaid")));
    assert!(list["next_cursor"].is_string());
    for (wrong, field) in [
        (json!({ "kind": "sale", "amount": 0 }), "amount"),
        (json!({ "kind": "draw", "amount": 1, "paid": "credit" }), "paid"),
        (json!({ "kind": "draw", "amount": 1, "channel": "chat" }), "channel"),
        (json!({ "kind": "sale", "amount": 1, "day": "2026-11-25" }), "day"),
    ] {
        let refused = row(&shop, wrong.clone());
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], field, "{wrong}");
    }
    app.home_industry(&village, "Dodol")
        .owner
        .client
        .get(&format!("/v1/enterprises/{}/cash-book", shop.id))
        .expect_problem(404, "not_found");
}

#[test]
fn a_row_is_dated_back_into_an_open_month_and_taken_back_once() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let october = row(&shop, json!({ "kind": "sale", "amount": 8_000, "day": "2026-10-20" })).expect(201);
    assert_eq!(october["day"], "2026-10-20");
    let september = row(&shop, json!({ "kind": "sale", "amount": 3_000, "day": "2026-09-30" })).expect(201);
    let months = format!("/v1/enterprises/{}/closed-months", shop.id);
    shop.owner.client.post(&months, json!({ "month": "2026-11" })).expect_problem(409, "month_not_over");
    let closed = shop.owner.client.post(&months, json!({ "month": "2026-09" })).expect(200);
    assert_eq!(closed["months"][0]["month"], "2026-09");
    shop.owner.client.post(&months, json!({ "month": "2026-08" })).expect_problem(409, "month_closed");
    let late = row(&shop, json!({ "kind": "sale", "amount": 1, "day": "2026-08-01" }));
    late.expect_problem(409, "month_closed");
    assert!(late.json["detail"].as_str().is_some_and(|detail| detail.contains("2026-09")));

    let back = |id: &Value, reason: &str| {
        let path = format!("/v1/cash-book/{}/reverse", id["id"].as_str().expect("an id"));
        shop.owner.client.post(&path, json!({ "reason": reason }))
    };
    back(&october, "Salah tulis").expect(200);
    back(&october, "Sekali lagi").expect_problem(409, "already_reversed");
    let gone = back(&september, "Salah bulan").expect(200);
    assert_eq!(gone["taken_back"]["reason"], "Salah bulan");
    let journal = shop.owner.client.get(&format!("/v1/enterprises/{}/journal", shop.id)).expect(200);
    assert_eq!(journal["items"][0]["business_date"], "2026-11-24", "its month is closed: today");
    assert_eq!(journal["items"][1]["business_date"], "2026-10-20", "its month is open: its own day");
    assert_eq!(holds(&shop, "cash:seller"), 0);
}

#[test]
fn what_a_row_would_do_is_told_without_doing_it() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    row(&shop, json!({ "kind": "sale", "amount": 10_000 })).expect(201);
    let preview = |body: Value| shop.owner.client.post(&format!("/v1/enterprises/{}/cash-book/preview", shop.id), body);
    let told = preview(json!({ "kind": "draw", "amount": 4_000 })).expect(200);
    assert_eq!(
        told["changes"],
        json!([
            { "account": "cash:seller", "partner_id": null, "before": 10_000, "after": 6_000 },
            { "account": "draws", "partner_id": null, "before": 0, "after": 4_000 },
        ])
    );
    assert_eq!((&told["movement"], holds(&shop, "cash:seller")), (&json!("draw"), 10_000));
    shop.owner.client.post(&format!("/v1/enterprises/{}/closed-months", shop.id), json!({ "month": "2026-10" })).expect(200);
    preview(json!({ "kind": "draw", "amount": 1, "day": "2026-10-31" })).expect_problem(409, "month_closed");
}

#[test]
fn drafts_land_in_order_and_once_each_with_its_own_result() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let path = format!("/v1/enterprises/{}/cash-book/batch", shop.id);
    let rows = json!({ "rows": [
        { "client_id": "hp-1", "kind": "sale", "amount": 10_000, "day": "2026-11-20" },
        { "client_id": "hp-2", "kind": "sale", "amount": -5 },
        { "client_id": "hp-3", "kind": "purchase", "amount": 4_000, "sabun": true },
        { "kind": "sale", "amount": 1_000 },
        { "client_id": "hp-1", "kind": "sale", "amount": 10_000, "day": "2026-11-20" },
        { "client_id": "hp-4", "kind": "draw", "amount": 2_000 },
    ] });
    let sent = shop.owner.client.post(&path, rows.clone()).expect(200);
    let outcomes = |answer: &Value| -> Vec<String> {
        let results = answer["results"].as_array().expect("a list").iter();
        results.map(|result| result["outcome"].as_str().unwrap_or("").to_owned()).collect()
    };
    assert_eq!(outcomes(&sent), ["recorded", "refused", "refused", "refused", "already", "recorded"]);
    assert_eq!(sent["results"][1]["problem"]["errors"][0]["field"], "amount");
    assert!(sent["results"][1]["problem"]["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    assert_eq!(sent["results"][3]["problem"]["errors"][0]["field"], "client_id");
    assert_eq!(holds(&shop, "cash:seller"), 8_000);
    let again = shop.owner.client.post(&path, rows).expect(200);
    assert_eq!(outcomes(&again), ["already", "refused", "refused", "refused", "already", "already"]);
    assert_eq!((holds(&shop, "cash:seller"), &again["results"][0]["row"]), (8_000, &sent["results"][0]["row"]));
    let list = shop.owner.client.get(&format!("/v1/enterprises/{}/cash-book", shop.id)).expect(200);
    assert_eq!((&list["items"][0]["client_id"], &list["items"][1]["client_id"]), (&json!("hp-4"), &json!("hp-1")));
    row(&shop, json!({ "kind": "sale", "amount": 10_000, "client_id": "hp-1" })).expect(200);
    let many: Vec<Value> = (0..101).map(|n| json!({ "client_id": format!("b-{n}"), "kind": "sale", "amount": 1 })).collect();
    shop.owner.client.post(&path, json!({ "rows": many })).expect_problem(400, "invalid_input");
}

#[test]
fn the_cash_is_counted_and_a_difference_has_a_reason() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    row(&shop, json!({ "kind": "sale", "amount": 50_000 })).expect(201);
    let count = |body: Value| shop.owner.client.post(&format!("/v1/enterprises/{}/cash-counts", shop.id), body);
    let unexplained = count(json!({ "counted": 48_000 }));
    unexplained.expect_problem(409, "count_reason_needed");
    assert!(unexplained.json["detail"].as_str().is_some_and(|detail| detail.contains("Rp50.000")));
    let counted = count(json!({ "counted": 48_000, "reason": "Kembalian salah" })).expect(201);
    assert_eq!((&counted["expected"], counted["entry_id"].is_string()), (&json!(50_000), true));
    assert_eq!((holds(&shop, "cash:seller"), holds(&shop, "cash_difference")), (48_000, 2_000));
    let right = count(json!({ "counted": 48_000 })).expect(201);
    assert_eq!(right["entry_id"], Value::Null);
    let list = shop.owner.client.get(&format!("/v1/enterprises/{}/cash-counts", shop.id)).expect(200);
    assert_eq!((list["items"].as_array().map(Vec::len), &list["items"][1]["reason"]), (Some(2), &json!("Kembalian salah")));
}

#[test]
fn a_template_is_kept_used_and_forgotten() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let path = format!("/v1/enterprises/{}/cash-templates", shop.id);
    let body = json!({ "name": "Gas 3 kg", "row": { "kind": "expense", "amount": 22_000, "note": "Gas" } });
    let kept = shop.owner.client.post(&path, body.clone()).expect(201);
    shop.owner.client.post(&path, body).expect_problem(409, "template_name_taken");
    let dated = json!({ "name": "Lain", "row": { "kind": "expense", "amount": 1, "day": "2026-11-20" } });
    shop.owner.client.post(&path, dated).expect_problem(400, "invalid_input");
    let this = format!("/v1/cash-templates/{}", kept["id"].as_str().expect("an id"));
    shop.owner.client.post(&format!("{this}/apply"), json!({})).expect(201);
    let dearer = shop.owner.client.post(&format!("{this}/apply"), json!({ "amount": 23_000, "day": "2026-11-20" })).expect(201);
    assert_eq!((&dearer["note"], &dearer["day"], holds(&shop, "cost:other")), (&json!("Gas"), &json!("2026-11-20"), 45_000));
    app.home_industry(&village, "Dodol").owner.client.delete(&this).expect_problem(404, "not_found");
    assert_eq!(shop.owner.client.delete(&this).status, 204);
    assert_eq!(shop.owner.client.get(&path).expect(200)["templates"], json!([]));
}

#[test]
fn no_debt_is_paid_that_was_not_written_down() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    row(&shop, json!({ "kind": "debt_paid", "amount": 30_000 })).expect_problem(409, "more_than_written_down");
    let lent = row(&shop, json!({ "kind": "debt_collected", "amount": 5_000 }));
    lent.expect_problem(409, "more_than_written_down");
    assert!(lent.json["detail"].as_str().is_some_and(|detail| detail.contains("Rp0")));
    // An old debt is written down with its own day first.
    row(&shop, json!({ "kind": "purchase", "amount": 30_000, "paid": "credit", "day": "2026-10-02" })).expect(201);
    row(&shop, json!({ "kind": "debt_paid", "amount": 30_001 })).expect_problem(409, "more_than_written_down");
    row(&shop, json!({ "kind": "debt_paid", "amount": 30_000 })).expect(201);
    assert_eq!(holds(&shop, "payable:others"), 0);
}

#[test]
fn a_debt_is_told_by_who_owes_it_and_its_payment_by_who_got_it() {
    let app = TestApp::start();
    let Stall { village, shop: maker, .. } = stall(&app);
    let supplier = app.shop(&village, "supplier", "Pemasok Singkong");
    let bought = json!({ "kind": "purchase", "amount": 80_000, "paid": "credit", "partner_id": supplier.id });
    let bought = row(&maker, bought).expect(201);
    assert_eq!((holds(&maker, "payable:partner"), holds(&supplier, "receivable:partner")), (-80_000, 80_000));
    assert_eq!((holds(&maker, "cost:materials"), holds(&supplier, "sales:supply")), (80_000, -80_000));
    let too_much = json!({ "kind": "debt_collected", "amount": 80_001, "partner_id": maker.id });
    row(&supplier, too_much).expect_problem(409, "more_than_owed_by_hand");
    let part = row(&supplier, json!({ "kind": "debt_collected", "amount": 30_000, "partner_id": maker.id })).expect(201);
    assert_eq!((holds(&maker, "payable:partner"), holds(&supplier, "receivable:partner")), (-50_000, 50_000));
    assert_eq!((holds(&maker, "cash:seller"), holds(&supplier, "cash:seller")), (-30_000, 30_000));
    let back = |who: &Shop, row: &Value| {
        let path = format!("/v1/cash-book/{}/reverse", row["id"].as_str().expect("an id"));
        who.owner.client.post(&path, json!({ "reason": "Salah" }))
    };
    back(&maker, &bought).expect_problem(409, "debt_collected_already");
    back(&supplier, &part).expect(200);
    // Once the supplier has said that the debt is right, the maker does not wipe it out alone.
    let lines = format!("/v1/enterprises/{}/partner-statements/{}", supplier.id, maker.id);
    let statement = supplier.owner.client.get(&lines).expect(200);
    let line = statement["lines"][0]["entry_id"].as_str().expect("an entry");
    supplier.owner.client.post(&format!("{lines}/verdicts"), json!({ "entry_id": line, "verdict": "confirmed" })).expect(200);
    back(&maker, &bought).expect_problem(409, "confirmed_by_partner");
    let preview = format!("/v1/cash-book/{}/reverse/preview", bought["id"].as_str().expect("an id"));
    maker.owner.client.get(&preview).expect_problem(409, "confirmed_by_partner");
    let told = supplier.owner.client.get(&preview).expect(200);
    assert_eq!((&told["movement"], &told["changes"][0]["account"]), (&json!("reversal"), &json!("receivable:partner")));
    assert_eq!((&told["changes"][0]["before"], &told["changes"][0]["after"]), (&json!(80_000), &json!(0)), "her own books");
    back(&supplier, &bought).expect(200);
    supplier.owner.client.get(&preview).expect_problem(409, "already_reversed");
    assert_eq!((holds(&maker, "payable:partner"), holds(&supplier, "receivable:partner"), holds(&maker, "cash:seller")), (0, 0, 0));
    let paid = json!({ "kind": "sale", "amount": 1, "paid": "credit", "partner_id": supplier.id });
    row(&maker, paid).expect_problem(400, "invalid_input");
    let nobody =
        json!({ "kind": "purchase", "amount": 1, "paid": "credit", "partner_id": format!("ent_{}", uuid::Uuid::now_v7().simple()) });
    row(&maker, nobody).expect_problem(400, "invalid_input");
}

#[test]
fn the_office_writes_for_whom_it_assists_and_says_so() {
    let app = TestApp::start();
    let village = app.balewangi();
    let opened = json!({ "kind": "home_industry", "name": "Opak Tanpa Telepon" });
    let opened = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), opened).expect(201);
    let id = opened["id"].as_str().expect("an id");
    let made =
        village.admin.client.post(&format!("/v1/enterprises/{id}/cash-book"), json!({ "kind": "sale", "amount": 3_000 })).expect(201);
    assert_eq!((&made["recorded_by"], &made["on_behalf_of"]), (&json!(village.admin.account_id), &json!(id)));
}

#[test]
fn a_row_keeps_a_picture_of_its_slip_for_those_who_may_see_the_books() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (shop, other) = (app.home_industry(&village, "Opak Bulanan"), app.home_industry(&village, "Dodol Balewangi"));
    let path = format!("/v1/enterprises/{}/cash-book", shop.id);
    let photo =
        |who: &crate::support::Person, purpose: &str, width: u32| who.client.photo(purpose, &jpeg(width, 300)).expect(201)["id"].clone();
    let row =
        |photo: &Value| json!({ "kind": "purchase", "amount": 50_000, "photo_media_id": photo, "client_id": format!("slip-{photo}") });
    let slip = photo(&shop.owner, "cash_book", 400);
    for wrong in [photo(&other.owner, "cash_book", 400), photo(&shop.owner, "claim_photo", 401)] {
        let refused = shop.owner.client.post(&path, row(&wrong));
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "photo_media_id");
    }
    let made = shop.owner.client.post(&path, row(&slip)).expect(201);
    assert_eq!(made["photo"]["id"], slip);
    assert_eq!(shop.owner.client.post(&path, row(&slip)).expect(200)["id"], made["id"], "the same row, sent again");
    let url = made["photo"]["variants"][1]["url"].as_str().expect("an address");
    assert_eq!((shop.owner.client.get(url).status, other.owner.client.get(url).status, app.client.get(url).status), (200, 404, 401));
    assert_eq!(shop.owner.client.get(&path).expect(200)["items"][0]["photo"]["id"], slip);

    // In a batch, the row whose photo is taken is refused alone and leaves nothing behind.
    let again =
        |client_id: &str, photo: &Value| json!({ "kind": "expense", "amount": 1_000, "photo_media_id": photo, "client_id": client_id });
    let fresh = photo(&shop.owner, "cash_book", 402);
    let batch = json!({ "rows": [again("a", &slip), again("b", &fresh), again("c", &fresh)] });
    let landed = shop.owner.client.post(&format!("{path}/batch"), batch).expect(200);
    let outcomes: Vec<_> = landed["results"].as_array().expect("a list").iter().map(|row| row["outcome"].clone()).collect();
    assert_eq!(outcomes, ["refused", "recorded", "refused"]);
    assert_eq!(shop.owner.client.get(&path).expect(200)["items"].as_array().map(Vec::len), Some(2));
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    let cash = trial["accounts"].as_array().expect("a list").iter().find(|row| row["account"] == "cash:seller").expect("cash").clone();
    assert_eq!((&cash["credit"], &trial["difference"]), (&json!(51_000), &json!(0)));

    let template = json!({ "name": "Gula", "row": { "kind": "purchase", "amount": 10_000, "photo_media_id": slip } });
    shop.owner.client.post(&format!("/v1/enterprises/{}/cash-templates", shop.id), template).expect_problem(400, "invalid_input");
}

#[test]
fn who_writes_into_the_books_of_another_is_known_and_can_be_answered() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (shop, other) = (app.home_industry(&village, "Opak Bulanan"), app.home_industry(&village, "Pemasok Ketan"));
    let stranger = app.buyer("Orang baru");
    let draft = app.onboarding(&village, &stranger, "home_industry", "Belum Disetujui");
    let bought = json!({ "kind": "purchase", "amount": 50_000, "paid": "credit", "partner_id": other.id, "client_id": "a" });
    let refused = stranger.client.post(&format!("/v1/enterprises/{draft}/cash-book"), bought.clone());
    refused.expect_problem(409, "enterprise_not_trading");
    let made = row(&shop, bought.clone()).expect(201);
    assert_eq!(holds(&other, "receivable:partner"), 50_000);
    let mut changed = bought;
    changed["amount"] = json!(60_000);
    row(&shop, changed).expect_problem(400, "invalid_input");

    let path = format!("/v1/cash-book/{}/reverse", made["id"].as_str().expect("an id"));
    stranger.client.post(&path, json!({ "reason": "Iseng" })).expect_problem(404, "not_found");
    let back = other.owner.client.post(&path, json!({ "reason": "Saya tidak menjual ini" })).expect(200);
    assert_eq!((&back["taken_back"]["reason"], &back["note"]), (&json!("Saya tidak menjual ini"), &Value::Null));
    assert_eq!((holds(&other, "receivable:partner"), holds(&shop, "payable:partner")), (0, 0));
}

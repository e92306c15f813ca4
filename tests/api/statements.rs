//! Statements in every form, growth against a baseline, books opened to a partner, and what two enterprises say of each other.

use chrono::Duration;
use serde_json::{Value, json};

use crate::cash_book::holds;
use crate::orders::{Stall, stall};
use crate::support::{Shop, TestApp};

fn row(shop: &Shop, body: Value) -> Value {
    shop.owner.client.post(&format!("/v1/enterprises/{}/cash-book", shop.id), body).expect(201)
}

fn figure(statement: &Value, part: &str, line: &str) -> i64 {
    let lines = statement[part].as_array().expect("lines").iter();
    lines.filter(|row| row["line"] == line).map(|row| row["amount"].as_i64().unwrap_or(0)).sum()
}

#[test]
fn a_statement_comes_in_four_forms_and_its_sides_agree() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "=SUM(A1:A9) <b>Keripik</b>");
    row(&shop, json!({ "kind": "cash_in", "amount": 100_000 }));
    row(&shop, json!({ "kind": "sale", "amount": 60_000 }));
    row(&shop, json!({ "kind": "purchase", "amount": 25_000, "paid": "credit" }));
    row(&shop, json!({ "kind": "draw", "amount": 10_000 }));
    let path = format!("/v1/enterprises/{}/statements/2026-11", shop.id);
    let get = |query: &str| shop.owner.client.get(&format!("{path}{query}"));
    let statement = get("").expect(200);
    assert_eq!(figure(&statement, "profit_and_loss", "net_income"), 35_000);
    for (line, amount) in [("cash", 150_000), ("payables", 25_000), ("capital", 100_000), ("draws", -10_000), ("retained_earnings", 35_000)]
    {
        assert_eq!(figure(&statement, "balance_sheet", line), amount, "{line}");
    }
    assert_eq!(figure(&statement, "balance_sheet", "total_assets"), figure(&statement, "balance_sheet", "total_liabilities_and_equity"));
    assert_eq!(
        (&statement["closed"], &statement["evidence_share_bp"], &statement["as_of"]),
        (&json!(false), &json!(0), &json!("2026-11-24"))
    );
    assert_eq!(statement["balance_sheet"][0]["label"], "Kas");

    let page = get("?form=html");
    assert!(page.header("content-type").starts_with("text/html") && page.header("content-disposition").contains(".html"));
    assert!(page.text.contains("Rp150.000") && page.text.contains("&lt;b&gt;Keripik") && !page.text.contains("<b>Keripik"));
    let sheet = get("?form=csv&separator=semicolon&bom=true");
    assert!(sheet.text.starts_with("\u{FEFF}\"'=SUM(A1:A9)") && sheet.text.contains(";150000\r\n"), "{}", sheet.text);
    assert!(get("?form=csv").text.starts_with("\"'=SUM(A1:A9)"));
    let book = get("?form=xlsx");
    assert!(book.header("content-type").contains("spreadsheetml") && book.text.starts_with("PK"));
    get("?form=pdf").expect_problem(400, "invalid_input");
    shop.owner.client.get(&format!("/v1/enterprises/{}/statements/2026-12", shop.id)).expect_problem(400, "invalid_input");
    village.admin.client.get(&path).expect_problem(403, "forbidden");
}

#[test]
fn an_account_statement_carries_its_balance_from_page_to_page() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik");
    for (day, amount) in [("2026-10-31", 1_000), ("2026-11-02", 200), ("2026-11-02", 30), ("2026-11-20", 4)] {
        row(&shop, json!({ "kind": "sale", "amount": amount, "day": day }));
    }
    let base = format!("/v1/enterprises/{}/account-statement?account=cash:seller", shop.id);
    let whole = shop.owner.client.get(&base).expect(200);
    let balances = |page: &Value| -> Vec<i64> {
        page["lines"].as_array().expect("lines").iter().filter_map(|line| line["balance"].as_i64()).collect()
    };
    assert_eq!((&whole["opening"], balances(&whole)), (&json!(1_000), vec![1_200, 1_230, 1_234]));
    let first = shop.owner.client.get(&format!("{base}&limit=2")).expect(200);
    let second = shop.owner.client.get(&format!("{base}&limit=2&cursor={}", first["next_cursor"].as_str().expect("more"))).expect(200);
    assert_eq!((balances(&first), &second["opening"], balances(&second)), (vec![1_200, 1_230], &json!(1_230), vec![1_234]));
    let partner = format!("/v1/enterprises/{}/account-statement?account=payable:partner", shop.id);
    shop.owner.client.get(&partner).expect_problem(400, "invalid_input");
}

#[test]
fn growth_is_told_against_a_baseline_with_what_it_rests_on() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let growth = |query: &str| shop.owner.client.get(&format!("/v1/enterprises/{}/income/growth{query}", shop.id)).expect(200);
    let none = growth("");
    assert_eq!((&none["baseline"], &none["month"]["n"], &none["month"]["growth_bp"]), (&Value::Null, &json!(0), &Value::Null));
    let path = format!("/v1/enterprises/{}/baselines", shop.id);
    let survey =
        json!({ "month": "2026-03", "net": 30_000, "turnover_band": 1, "permits": ["pirt", "nib"], "internet_uses": 9, "estimate": true });
    let made = shop.owner.client.post(&path, survey).expect(201);
    assert_eq!((&made["baselines"][0]["permits"], &made["baselines"][0]["evidence"]), (&json!(["nib", "pirt"]), &json!("estimate")));
    shop.owner
        .client
        .post(&path, json!({ "month": "2026-11", "net": 1, "turnover_band": 1, "internet_uses": 0 }))
        .expect_problem(409, "month_not_over");
    shop.owner
        .client
        .post(&path, json!({ "month": "2026-03", "net": 1, "turnover_band": 7, "internet_uses": 0 }))
        .expect_problem(400, "invalid_input");

    let order = buyer.orders(&product, 3);
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over"]);
    row(&shop, json!({ "kind": "purchase", "amount": 1_500, "day": "2026-11-23" }));
    let told = growth("");
    assert_eq!(
        (&told["month"]["net"]["amount"], &told["month"]["n"], &told["month"]["growth_bp"]),
        (&json!(36_000), &json!(1), &json!(2_000))
    );
    // Two of the 24 days that are over.
    assert_eq!((&told["month"]["coverage_bp"], &told["three_months"]["n"]), (&json!(833), &json!(1)));
    assert_eq!(told["baseline_seasons"], json!(["ramadan", "lebaran"]));
    assert_eq!(told["same_month"], Value::Null, "a year has not passed");
    let turnover = shop.owner.client.get(&format!("/v1/enterprises/{}/turnover", shop.id)).expect(200);
    assert_eq!(
        (&turnover["turnover"]["amount"], &turnover["state"], &turnover["line"]),
        (&json!(37_500), &json!("below"), &json!(500_000_000))
    );
    row(&shop, json!({ "kind": "sale", "amount": 399_990_000 }));
    let near = shop.owner.client.get(&format!("/v1/enterprises/{}/turnover?year=2026", shop.id)).expect(200);
    assert_eq!((&near["state"], &near["share_bp"]), (&json!("near"), &json!(8_000)));
    assert_eq!(shop.owner.client.get(&format!("/v1/enterprises/{}/turnover?year=2025", shop.id)).expect(200)["turnover"]["amount"], 0);
}

#[test]
fn a_baseline_is_compared_with_what_comes_after_it_alone() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik");
    let growth = |query: &str| shop.owner.client.get(&format!("/v1/enterprises/{}/income/growth{query}", shop.id)).expect(200);
    let survey = |month: &str, net: i64| {
        let body = json!({ "month": month, "net": net, "turnover_band": 1, "internet_uses": 0 });
        shop.owner.client.post(&format!("/v1/enterprises/{}/baselines", shop.id), body).expect(201);
    };
    row(&shop, json!({ "kind": "sale", "amount": 90_000, "day": "2026-10-15" }));
    row(&shop, json!({ "kind": "sale", "amount": 36_000, "day": "2026-11-10" }));
    survey("2026-10", 30_000);
    survey("2026-03", 60_000);
    let told = growth("");
    assert_eq!(told["baseline"]["month"], "2026-10", "the last month before, whenever it was asked");
    assert_eq!(
        (&told["three_months"]["from"], &told["three_months"]["n"], &told["three_months"]["growth_bp"]),
        (&json!("2026-11"), &json!(1), &json!(2_000))
    );
    let then = growth("?month=2026-10");
    assert_eq!((&then["baseline"]["month"], &then["month"]["growth_bp"]), (&json!("2026-03"), &json!(5_000)), "not with itself");
    let before = growth("?month=2026-03");
    assert_eq!((&before["baseline"], &before["month"]["growth_bp"]), (&Value::Null, &Value::Null), "nobody had asked");
    assert_eq!(told["same_month"], Value::Null, "a year has not passed");

    let older = app.home_industry(&village, "Dodol");
    row(&older, json!({ "kind": "sale", "amount": 45_000, "day": "2026-11-02" }));
    let body = json!({ "month": "2025-11", "net": 30_000, "turnover_band": 1, "internet_uses": 0 });
    older.owner.client.post(&format!("/v1/enterprises/{}/baselines", older.id), body).expect(201);
    let told = older.owner.client.get(&format!("/v1/enterprises/{}/income/growth", older.id)).expect(200);
    assert_eq!((&told["same_month"]["from"], &told["same_month"]["growth_bp"]), (&json!("2026-11"), &json!(5_000)));
}

#[test]
fn a_partner_reads_chosen_months_until_that_is_withdrawn() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (shop, bank) = (app.home_industry(&village, "Keripik"), app.shop(&village, "partner", "Koperasi Balewangi"));
    row(&shop, json!({ "kind": "sale", "amount": 60_000, "day": "2026-10-05" }));
    let path = format!("/v1/enterprises/{}/book-grants", shop.id);
    let partners = shop.owner.client.get("/v1/partners").expect(200);
    assert_eq!(partners["items"], json!([{ "id": bank.id, "name": "Koperasi Balewangi", "village_id": village.id }]));
    let body = |reader: &str, from: &str, to: &str| json!({ "reader_id": reader, "from": from, "to": to, "purpose": "Pinjaman modal" });
    shop.owner.client.post(&path, body(&shop.id, "2026-09", "2026-11")).expect_problem(400, "invalid_input");
    shop.owner.client.post(&path, body(&bank.id, "2026-11", "2026-09")).expect_problem(400, "invalid_input");
    bank.owner.client.post(&path, body(&bank.id, "2026-09", "2026-11")).expect_problem(404, "not_found");
    let grant = shop.owner.client.post(&path, body(&bank.id, "2026-09", "2026-10")).expect(201);
    let id = grant["id"].as_str().expect("an id");
    let read = |month: &str| bank.owner.client.get(&format!("/v1/book-grants/{id}/statements/{month}"));
    assert_eq!(figure(&read("2026-10").expect(200), "profit_and_loss", "net_income"), 60_000);
    assert_eq!(bank.owner.client.get(&format!("/v1/book-grants/{id}/statements/2026-10?form=csv")).status, 200);
    read("2026-11").expect_problem(400, "invalid_input");
    bank.owner.client.get(&format!("/v1/enterprises/{}/journal", shop.id)).expect_problem(404, "not_found");
    shop.owner.client.get(&format!("/v1/book-grants/{id}/statements/2026-10")).expect_problem(404, "not_found");

    let received = bank.owner.client.get(&format!("/v1/enterprises/{}/received-book-grants", bank.id)).expect(200);
    assert_eq!(
        (&received["items"][0]["enterprise_name"], &received["items"][0]["reader_name"]),
        (&json!("Keripik"), &json!("Koperasi Balewangi"))
    );
    let given = shop.owner.client.get(&path).expect(200);
    assert_eq!((&given["items"][0]["times_read"], given["items"][0]["last_read_at"].is_string()), (&json!(2), true));
    let uses = shop.owner.client.get(&format!("/v1/book-grants/{id}/uses")).expect(200);
    assert_eq!((&uses["items"][0]["month"], &uses["items"][0]["account_id"]), (&json!("2026-10"), &json!(bank.owner.account_id)));
    bank.owner.client.get(&format!("/v1/book-grants/{id}/uses")).expect_problem(404, "not_found");

    let office = |act: &str, body: Value| village.admin.client.post(&format!("/v1/enterprises/{}/{act}", bank.id), body).expect(200);
    office("suspend", json!({ "reason": "Izin dicabut" }));
    read("2026-10").expect_problem(409, "reader_stopped");
    office("reinstate", json!({}));
    read("2026-10").expect(200);

    let withdraw = || shop.owner.client.post(&format!("/v1/book-grants/{id}/withdraw"), json!({}));
    assert!(withdraw().expect(200)["withdrawn_at"].is_string());
    withdraw().expect_problem(409, "grant_withdrawn");
    read("2026-10").expect_problem(409, "grant_withdrawn");
}

#[test]
fn both_sides_see_the_same_lines_and_what_the_other_says() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (maker, supplier) = (app.home_industry(&village, "Keripik"), app.shop(&village, "supplier", "Pemasok"));
    row(&maker, json!({ "kind": "purchase", "amount": 80_000, "paid": "credit", "partner_id": supplier.id, "day": "2026-11-10" }));
    row(&supplier, json!({ "kind": "debt_collected", "amount": 30_000, "partner_id": maker.id }));
    let statement = |of: &Shop, with: &Shop, query: &str| {
        of.owner.client.get(&format!("/v1/enterprises/{}/partner-statements/{}{query}", of.id, with.id)).expect(200)
    };
    let (ours, theirs) = (statement(&maker, &supplier, ""), statement(&supplier, &maker, ""));
    assert_eq!((&ours["closing"], &theirs["closing"]), (&json!(-50_000), &json!(50_000)));
    assert_eq!((&ours["agrees"], &theirs["agrees"]), (&json!(true), &json!(true)));
    assert_eq!((&ours["lines"][0]["amount"], &theirs["lines"][0]["amount"]), (&json!(-80_000), &json!(80_000)));
    assert_eq!((&theirs["lines"][1]["balance"], &theirs["lines"][0]["ours"]["verdict"]), (&json!(50_000), &json!("open")));

    let judge = |of: &Shop, with: &Shop, line: &Value, verdict: &str, reason: Option<&str>| {
        let body = json!({ "entry_id": line["entry_id"], "verdict": verdict, "reason": reason });
        of.owner.client.post(&format!("/v1/enterprises/{}/partner-statements/{}/verdicts", of.id, with.id), body)
    };
    judge(&supplier, &maker, &theirs["lines"][0], "confirmed", None).expect(200);
    judge(&maker, &supplier, &ours["lines"][1], "disputed", None).expect_problem(400, "invalid_input");
    judge(&maker, &supplier, &ours["lines"][1], "disputed", Some("Hanya Rp25.000")).expect(200);
    judge(&maker, &supplier, &theirs["lines"][1], "confirmed", None).expect_problem(404, "not_found");
    let seen = statement(&maker, &supplier, "");
    assert_eq!(seen["lines"][0]["theirs"]["verdict"], "confirmed");
    let seen = statement(&supplier, &maker, "");
    assert_eq!(
        (&seen["lines"][1]["theirs"]["verdict"], &seen["lines"][1]["theirs"]["reason"]),
        (&json!("disputed"), &json!("Hanya Rp25.000"))
    );

    let first = statement(&supplier, &maker, "?limit=1");
    let rest = statement(&supplier, &maker, &format!("?limit=1&cursor={}", first["next_cursor"].as_str().expect("more")));
    assert_eq!((&rest["opening"], &rest["lines"][0]["balance"], &rest["next_cursor"]), (&json!(80_000), &json!(50_000), &Value::Null));
    assert_eq!(holds(&maker, "payable:partner"), -50_000);
    app.advance(Duration::days(7));
    let december = app.awake(&maker.owner);
    let path = format!("/v1/enterprises/{}/partner-statements/{}", maker.id, supplier.id);
    let december = december.client.get(&path).expect(200);
    assert_eq!((&december["opening"], &december["lines"], &december["closing"]), (&json!(-50_000), &json!([]), &json!(-50_000)));
}

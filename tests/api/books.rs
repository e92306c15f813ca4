//! The books of an enterprise: what an order leaves in them, and that nothing leaves them again.

use books::ledger::service::LedgerError;
use books::ledger::{self, Account, Entry, EntryId, Movement};
use chrono::Duration;
use diesel::RunQueryDsl as _;
use kit::db::{Engine, Failure, Never};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::{Person, TestApp, engine};

/// An order of `quantity`, paid in cash after it was handed over; answers its id.
fn completed(buyer: &Person, seller: &Person, product: &str, quantity: i64) -> String {
    let order = buyer.orders(product, quantity);
    seller.steps(&order, &["accept", "prepare", "ready", "hand-over", "payments/receive", "complete"]);
    order
}

fn sides(entry: &Value) -> Vec<(&str, i64)> {
    let postings = entry["postings"].as_array().map(Vec::as_slice).unwrap_or_default();
    postings.iter().map(|side| (side["account"].as_str().unwrap_or(""), side["amount"].as_i64().unwrap_or(0))).collect()
}

#[test]
fn an_order_is_a_sale_and_a_payment_newest_first() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let first = completed(&buyer, &shop.owner, &product, 3);
    let journal = shop.owner.client.get(&format!("/v1/enterprises/{}/journal", shop.id)).expect(200);
    let items = journal["items"].as_array().expect("a list");
    assert_eq!(items.len(), 2);
    assert_eq!((&items[0]["movement"], &items[0]["business_date"]), (&json!("payment_received"), &json!("2026-11-24")));
    assert!(items[0]["reference"].as_str().is_some_and(|reference| reference.starts_with("pay_") && reference.ends_with(":confirmed")));
    assert_eq!(sides(&items[0]), [("cash:seller", 37_500), ("receivable:buyers", -37_500)]);
    assert_eq!((&items[1]["movement"], &items[1]["reference"]), (&json!("sale"), &json!(format!("{first}:sale"))));
    assert_eq!(sides(&items[1]), [("receivable:buyers", 37_500), ("sales:online", -37_500)]);
    assert_eq!((&items[1]["reverses_id"], &items[1]["happened_at"]), (&Value::Null, &items[1]["recorded_at"]));

    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    let expected = json!({
        "accounts": [
            { "account": "cash:seller", "partner_id": null, "debit": 37_500, "credit": 0 },
            { "account": "receivable:buyers", "partner_id": null, "debit": 37_500, "credit": 37_500 },
            { "account": "sales:online", "partner_id": null, "debit": 0, "credit": 37_500 },
        ],
        "debit": 75_000, "credit": 75_000, "difference": 0,
    });
    assert_eq!(trial, expected);
}

#[test]
fn paid_before_hand_over_is_an_advance() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.steps(&order, &["accept", "payments/receive", "prepare", "ready", "hand-over", "complete"]);
    let journal = shop.owner.client.get(&format!("/v1/enterprises/{}/journal", shop.id)).expect(200);
    assert_eq!(sides(&journal["items"][1]), [("cash:seller", 25_000), ("advances:buyers", -25_000)]);
    assert_eq!(sides(&journal["items"][0]), [("advances:buyers", 25_000), ("sales:online", -25_000)]);
}

#[test]
fn the_journal_is_paged_without_gaps_or_doubles() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    for quantity in 1..=3 {
        completed(&buyer, &shop.owner, &product, quantity);
    }
    let base = format!("/v1/enterprises/{}/journal", shop.id);
    let whole = shop.owner.client.get(&base).expect(200);
    assert_eq!((whole["items"].as_array().map(Vec::len), &whole["next_cursor"]), (Some(6), &Value::Null));
    let (mut items, mut path, mut pages) = (Vec::new(), format!("{base}?limit=2"), 0);
    loop {
        let page = shop.owner.client.get(&path).expect(200);
        items.extend(page["items"].as_array().expect("a list").iter().cloned());
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{base}?limit=2&cursor={cursor}");
    }
    assert_eq!((pages, &Value::Array(items)), (3, &whole["items"]));
    for (query, code) in [("limit=0", "invalid_input"), ("limit=101", "invalid_input"), ("cursor=x", "invalid_cursor")] {
        shop.owner.client.get(&format!("{base}?{query}")).expect_problem(400, code);
    }
}

/// The names of the periods with what was earned in each.
fn earned(income: &Value) -> Vec<(&str, i64)> {
    let periods = income["periods"].as_array().map(Vec::as_slice).unwrap_or_default();
    let revenue = |period: &Value| period["earned"]["revenue"]["amount"].as_i64().unwrap_or(0);
    periods.iter().map(|period| (period["name"].as_str().unwrap_or(""), revenue(period))).collect()
}

#[test]
fn income_is_told_by_day_week_month_and_quarter() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    completed(&buyer, &shop.owner, &product, 3);
    app.advance(Duration::days(7));
    let (buyer, owner) = (app.awake(&buyer), app.awake(&shop.owner));
    completed(&buyer, &owner, &product, 2);
    let income = |query: &str| owner.client.get(&format!("/v1/enterprises/{}/income{query}", shop.id));

    let now = income("").expect(200);
    assert_eq!((&now["from"], &now["to"], &now["period"]), (&json!("2026-12"), &json!("2026-12"), &json!("month")));
    assert_eq!(earned(&now), [("2026-12", 25_000)]);
    let both = income("?from=2026-11&to=2026-12").expect(200);
    assert_eq!((&both["total"]["revenue"]["amount"], &both["total"]["evidence_share_bp"]), (&json!(62_500), &json!(10_000)));
    assert_eq!(earned(&both), [("2026-12", 25_000), ("2026-11", 37_500)]);
    let cut = |period: &str| income(&format!("?from=2026-11&to=2026-12&period={period}")).expect(200);
    assert_eq!(earned(&cut("day")), [("2026-12-01", 25_000), ("2026-11-24", 37_500)]);
    assert_eq!(earned(&cut("week")), [("2026-W49", 25_000), ("2026-W48", 37_500)]);
    assert_eq!(earned(&cut("quarter")), [("2026-Q4", 62_500)]);
    assert_eq!(earned(&income("?to=2026-11").expect(200)), [("2026-11", 37_500)]);
    let none = income("?from=2025-01&to=2026-10").expect(200);
    assert_eq!(
        (&none["total"]["revenue"]["amount"], &none["total"]["evidence_share_bp"], &none["periods"]),
        (&json!(0), &Value::Null, &json!([]))
    );

    let turned = income("?from=2026-12&to=2026-11");
    turned.expect_problem(400, "invalid_input");
    assert_eq!(turned.json["errors"][0]["field"], "from");
    for wrong in
        ["?from=2026-13", "?from=2026", "?to=November", "?from=2027-01", "?month=2026-11", "?from=2026-08&period=day", "?period=year"]
    {
        income(wrong).expect_problem(400, "invalid_input");
    }
}

#[test]
fn the_month_is_the_villages_not_greenwichs() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    // 30 November 17:30 in Greenwich is 1 December 00:30 in Garut.
    app.advance(Duration::days(6) + Duration::hours(15) + Duration::minutes(30));
    let (buyer, owner) = (app.awake(&buyer), app.awake(&shop.owner));
    completed(&buyer, &owner, &product, 1);
    let income = owner.client.get(&format!("/v1/enterprises/{}/income?from=2026-11", shop.id)).expect(200);
    assert_eq!((&income["to"], &income["periods"][0]["name"], &income["periods"][1]), (&json!("2026-12"), &json!("2026-12"), &Value::Null));
    let journal = owner.client.get(&format!("/v1/enterprises/{}/journal", shop.id)).expect(200);
    assert_eq!(
        (&journal["items"][0]["business_date"], &journal["items"][0]["happened_at"]),
        (&json!("2026-12-01"), &json!("2026-11-30T17:30:00.000000Z"))
    );
}

#[test]
fn the_books_are_the_owners_alone() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, village } = stall(&app);
    completed(&buyer, &shop.owner, &product, 1);
    let other = app.home_industry(&village, "Dodol Balewangi");
    let staff = app.buyer("Pegawai");
    let body = json!({ "phone": staff.phone, "role": "staff" });
    shop.owner.client.post(&format!("/v1/enterprises/{}/members", shop.id), body).expect(200);
    for book in ["trial-balance", "journal", "income"] {
        let path = format!("/v1/enterprises/{}/{book}", shop.id);
        shop.owner.client.get(&path).expect(200);
        staff.client.get(&path).expect_problem(403, "forbidden");
        village.admin.client.get(&path).expect_problem(403, "forbidden");
        other.owner.client.get(&path).expect_problem(404, "not_found");
        buyer.client.get(&path).expect_problem(404, "not_found");
        app.client.get(&path).expect_problem(401, "not_signed_in");
        shop.owner.client.get(&format!("/v1/enterprises/{product}/{book}")).expect_problem(400, "invalid_input");
    }
    let theirs = other.owner.client.get(&format!("/v1/enterprises/{}/journal", other.id)).expect(200);
    assert_eq!(theirs["items"], json!([]));
}

#[test]
fn what_is_in_the_books_stays_in_the_books() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    completed(&buyer, &shop.owner, &product, 3);
    let path = format!("/v1/enterprises/{}/journal", shop.id);
    let before = shop.owner.client.get(&path).expect(200);
    let mut forbidden = vec![
        "UPDATE postings SET amount = amount + 1",
        "UPDATE postings SET month = '2026-10'",
        "DELETE FROM postings",
        "UPDATE journal_entries SET reference = reference || '!'",
        "DELETE FROM journal_entries",
    ];
    if engine() == Engine::Postgres {
        forbidden.extend(["TRUNCATE postings", "TRUNCATE journal_entries CASCADE"]);
    }
    for sql in forbidden {
        let tried = app.wait(app.app.db.write(move |tx| Ok::<_, Failure<Never>>(diesel::sql_query(sql).execute(&mut **tx)?)));
        assert!(format!("{tried:?}").contains("never changed"), "{sql}: {tried:?}");
    }
    assert_eq!(shop.owner.client.get(&path).expect(200), before);
}

#[test]
fn an_event_is_entered_once_and_taken_back_once() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (shop, other) = (app.home_industry(&village, "Keripik Cisurupan"), app.home_industry(&village, "Dodol Balewangi"));
    let id: EnterpriseId = shop.id.parse().expect("an id");
    let others: EnterpriseId = other.id.parse().expect("an id");
    let amount = Rupiah::new(50_000).expect("in range");
    let sale = Entry::new(Movement::Sale, "kas:1".to_owned(), app.clock.now()).transfer(Account::SalesOnline, Account::CashSeller, amount);
    let sale = sale.expect("not negative");
    let post = |books: EnterpriseId| {
        let entry = sale.clone();
        app.wait(app.app.db.write(move |tx| ledger::service::post(tx, books, &entry)))
    };
    let reverse = |books: EnterpriseId, entry: EntryId| app.wait(app.app.db.write(move |tx| ledger::service::reverse(tx, books, entry)));
    let nothing = Entry::new(Movement::Sale, "kas:0".to_owned(), app.clock.now());
    assert!(matches!(app.wait(app.app.db.write(move |tx| ledger::service::post(tx, id, &nothing))), Ok(None)));

    let entered = post(id).expect("the first time").expect("it moves something");
    assert!(matches!(post(id), Err(Failure::Refused(LedgerError::AlreadyEntered))));
    post(others).expect("other books have their own references");
    let trial = || shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    assert_eq!(trial()["debit"], 50_000, "entered once");

    assert!(matches!(reverse(others, entered), Err(Failure::Refused(LedgerError::NoSuchEntry))));
    assert!(matches!(reverse(id, EntryId::new()), Err(Failure::Refused(LedgerError::NoSuchEntry))));
    let opposite = reverse(id, entered).expect("the first time");
    for account in trial()["accounts"].as_array().expect("a list") {
        assert_eq!((&account["debit"], &account["credit"]), (&json!(50_000), &json!(50_000)), "{account}");
    }
    assert!(matches!(reverse(id, entered), Err(Failure::Refused(LedgerError::AlreadyReversed))));
    assert_eq!(trial()["debit"], 100_000, "taken back once");
    let journal = shop.owner.client.get(&format!("/v1/enterprises/{}/journal", shop.id)).expect(200);
    assert_eq!(
        (&journal["items"][0]["id"], &journal["items"][0]["reverses_id"], &journal["items"][0]["movement"]),
        (&json!(opposite), &json!(entered), &json!("reversal"))
    );
    assert_eq!(shop.owner.client.get(&format!("/v1/enterprises/{}/income", shop.id)).expect(200)["total"]["revenue"]["amount"], 0);
}

#[test]
fn what_two_enterprises_owe_each_other_stands_in_both_books_alike() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (maker, warung) = (app.home_industry(&village, "Keripik Cisurupan"), app.shop(&village, "warung", "Warung Pojok"));
    let (m, w): (EnterpriseId, EnterpriseId) = (maker.id.parse().expect("an id"), warung.id.parse().expect("an id"));
    let rp = |amount| Rupiah::new(amount).expect("in range");
    let (now, entry) = (app.clock.now(), |reference: &str, at| Entry::new(Movement::Supplied, reference.to_owned(), at));
    let buys = entry("kirim:1", now).transfer(Account::PayablePartner.with(m), Account::CostMaterials, rp(90_000)).expect("positive");
    let sells =
        |amount| entry("kirim:1", now).transfer(Account::SalesWarung, Account::ReceivablePartner.with(w), rp(amount)).expect("positive");
    let pair = |sale: Entry| {
        let buys = buys.clone();
        app.wait(app.app.db.write(move |tx| ledger::service::post_mirrored(tx, (w, &buys), (m, &sale))))
    };
    let alone = buys.clone();
    let one_sided = app.wait(app.app.db.write(move |tx| ledger::service::post(tx, w, &alone)));
    assert!(matches!(one_sided, Err(Failure::Refused(LedgerError::OneSided))));
    assert!(matches!(pair(sells(80_000)), Err(Failure::Refused(LedgerError::OneSided))));
    let (bought, sold) = pair(sells(90_000)).expect("both say the same");
    let balance = |shop: &crate::support::Shop, account: &str| {
        let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
        let of = trial["accounts"].as_array().expect("a list").iter().find(|row| row["account"] == account).cloned().expect("in use");
        (of["partner_id"].clone(), of["debit"].as_i64().unwrap_or(0) - of["credit"].as_i64().unwrap_or(0))
    };
    assert_eq!(balance(&maker, "receivable:partner"), (json!(warung.id), 90_000));
    assert_eq!(balance(&warung, "payable:partner"), (json!(maker.id), -90_000));
    let journal = warung.owner.client.get(&format!("/v1/enterprises/{}/journal", warung.id)).expect(200);
    assert_eq!((&journal["items"][0]["id"], &journal["items"][0]["mirror_id"]), (&json!(bought), &json!(sold)));

    app.wait(app.app.db.write(move |tx| ledger::service::reverse(tx, m, sold))).expect("taken back in both");
    assert_eq!(balance(&maker, "receivable:partner").1, 0);
    assert_eq!(balance(&warung, "payable:partner").1, 0);
    let again = app.wait(app.app.db.write(move |tx| ledger::service::reverse(tx, w, bought)));
    assert!(matches!(again, Err(Failure::Refused(LedgerError::AlreadyReversed))));
}

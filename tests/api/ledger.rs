//! The proof of the ledger: any altered byte is named, balances are found by an index, sales never wait for each other.

use std::sync::{Arc, Mutex};

use books::ledger::chain::sealing;
use books::ledger::chain::verify::{Report, What};
use books::ledger::{self, Account, Entry, Movement, balances};
use diesel::connection::{Connection as _, InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;
use diesel::sql_types::Text;
use kit::db::{Conn, DbError, Engine, Failure, Never};
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;
use serde_json::{Value, json};

use crate::support::{Shop, TestApp, Village, engine};

fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount).expect("in range")
}

fn sale(app: &TestApp, reference: &str, amount: i64) -> Entry {
    let entry = Entry::new(Movement::Sale, reference.to_owned(), app.clock.now());
    entry.transfer(Account::SalesInPerson, Account::CashSeller, rp(amount)).expect("positive")
}

/// Runs SQL that no act of this program would: what refuses it is put aside.
fn tamper(app: &TestApp, sql: &str) {
    app.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    match engine() {
        Engine::Sqlite => {
            // A connection of its own, which heeds no foreign key.
            let path = app.url();
            let mut conn = SqliteConnection::establish(path.strip_prefix("sqlite:").expect("a file")).expect("the file opens");
            conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").expect("begun");
            let triggers: Vec<Trigger> =
                diesel::sql_query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'tr_%_no_%'")
                    .load(&mut conn)
                    .expect("triggers");
            for trigger in &triggers {
                conn.batch_execute(&format!("DROP TRIGGER {}", trigger.name)).expect("put aside");
            }
            conn.batch_execute(sql).expect("altered");
            for trigger in &triggers {
                conn.batch_execute(&trigger.sql).expect("put back");
            }
            conn.batch_execute("COMMIT").expect("altered");
        }
        Engine::Postgres => {
            let sql = format!("SET LOCAL session_replication_role = replica; {sql}");
            app.wait(app.app.db.write(move |tx| Ok::<_, Failure<Never>>(tx.batch_execute(&sql)?))).expect("altered");
        }
    }
}

#[derive(QueryableByName)]
struct Trigger {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Three sales in one village and their entries' ids.
fn three_sales(app: &TestApp) -> (Shop, Vec<String>) {
    three_sales_in(app, &app.balewangi())
}

fn three_sales_in(app: &TestApp, village: &Village) -> (Shop, Vec<String>) {
    let shop = app.home_industry(village, "Keripik Cisurupan");
    let row = |amount: i64| {
        let body = json!({ "kind": "sale", "amount": amount });
        let made = shop.owner.client.post(&format!("/v1/enterprises/{}/cash-book", shop.id), body).expect(201);
        made["entry_id"].as_str().expect("an id").to_owned()
    };
    let entries = [10_000, 20_000, 30_000].into_iter().map(row).collect();
    (shop, entries)
}

fn named(report: &Report, what: What) -> Vec<&str> {
    report.faults.iter().filter(|fault| fault.what == what).map(|fault| fault.of.as_str()).collect()
}

#[test]
fn any_altered_field_is_named_by_its_entry_sealed_or_not() {
    for sealed in [true, false] {
        let app = TestApp::start();
        let (_, entries) = three_sales(&app);
        if sealed {
            assert_eq!(app.faults(), []);
        }
        let second = entries[1].strip_prefix("jrn_").expect("an id");
        let id = uuid::Uuid::try_parse(second).expect("a uuid").hyphenated().to_string();
        for (set, back) in [
            ("journal_entries SET movement = 'Sale'", "journal_entries SET movement = 'sale'"),
            ("journal_entries SET reference = reference || '!'", "journal_entries SET reference = replace(reference, '!', '')"),
            ("journal_entries SET evidence = 'estimate'", "journal_entries SET evidence = 'recorded'"),
            (
                "journal_entries SET happened_at = '2026-11-24T02:00:01.000000Z'",
                "journal_entries SET happened_at = '2026-11-24T02:00:00.000000Z'",
            ),
            (
                "journal_entries SET recorded_at = '2026-11-24T02:00:01.000000Z'",
                "journal_entries SET recorded_at = '2026-11-24T02:00:00.000000Z'",
            ),
            ("journal_entries SET reverses_id = id", "journal_entries SET reverses_id = NULL"),
            ("journal_entries SET mirror_id = id", "journal_entries SET mirror_id = NULL"),
            ("journal_entries SET month = '2026-10'", "journal_entries SET month = '2026-11'"),
            ("journal_entries SET business_date = '2026-11-23'", "journal_entries SET business_date = '2026-11-24'"),
            ("postings SET account = 'bank'", "postings SET account = CASE position WHEN 0 THEN 'cash:seller' ELSE 'sales:in_person' END"),
            ("postings SET amount = -amount", "postings SET amount = -amount"),
            ("postings SET evidence = 'estimate'", "postings SET evidence = 'recorded'"),
            ("postings SET position = position + 7", "postings SET position = position - 7"),
            ("postings SET month = '2026-10'", "postings SET month = '2026-11'"),
            ("postings SET business_date = '2026-11-23'", "postings SET business_date = '2026-11-24'"),
            ("entry_digests SET digest = 'x' || digest", "entry_digests SET digest = substr(digest, 2)"),
            ("entry_digests SET commitment = 'x' || commitment", "entry_digests SET commitment = substr(commitment, 2)"),
        ] {
            let key = if set.starts_with("journal") { "id" } else { "entry_id" };
            tamper(&app, &format!("UPDATE {set} WHERE {key} = '{id}'"));
            let report = app.proved(&[]);
            assert!(
                report.faults.iter().all(|fault| fault.of == entries[1]) && !report.faults.is_empty(),
                "{sealed} {set}: {:?}",
                report.faults
            );
            tamper(&app, &format!("UPDATE {back} WHERE {key} = '{id}'"));
            assert_eq!(app.proved(&[]).faults, [], "{set} was put back");
        }
        tamper(&app, &format!("UPDATE postings SET amount = amount + 1 WHERE entry_id = '{id}' AND position = 0"));
        let report = app.proved(&[]);
        assert_eq!(
            (named(&report, What::Altered), named(&report, What::Unbalanced)),
            (vec![entries[1].as_str()], vec![entries[1].as_str()])
        );
    }
}

#[test]
fn rows_that_went_or_came_and_links_that_were_bent_are_named() {
    let app = TestApp::start();
    let (_, entries) = three_sales(&app);
    assert_eq!(app.faults(), []);
    let head = app.proved(&[]).chains.pop().expect("a chain");
    assert_eq!((head.0.as_str(), head.1), ("32.05.20.2007", 3));
    assert_eq!(app.proved(std::slice::from_ref(&head)).faults, []);
    let other = (head.0.clone(), 3, "0".repeat(64));
    assert_eq!(named(&app.proved(&[other]), What::OtherHead), [entries[2].as_str()]);

    let other_digit = "CASE substr(hash, 1, 1) WHEN 'f' THEN '0' ELSE 'f' END || substr(hash, 2)";
    tamper(&app, &format!("UPDATE journal_seals SET hash = {other_digit} WHERE number = 2"));
    assert!(named(&app.proved(&[]), What::Broken).contains(&entries[1].as_str()));
    let uuid = |entry: &str| uuid::Uuid::try_parse(&entry[4..]).expect("a uuid").hyphenated().to_string();
    tamper(&app, &format!("DELETE FROM postings WHERE entry_id = '{}'", uuid(&entries[0])));
    assert!(named(&app.proved(&[]), What::Altered).contains(&entries[0].as_str()));
    tamper(
        &app,
        &format!(
            "DELETE FROM cash_rows WHERE entry_id = '{0}'; DELETE FROM entry_digests WHERE entry_id = '{0}'; DELETE FROM journal_entries WHERE id = '{0}'",
            uuid(&entries[0])
        ),
    );
    assert_eq!(named(&app.proved(&[]), What::Gone), [entries[0].as_str()]);
    let stranger = "01930000-0000-7000-8000-000000000001";
    tamper(
        &app,
        &format!(
            "INSERT INTO journal_entries SELECT '{stranger}', enterprise_id, 'x', movement, happened_at, business_date, month, recorded_at, NULL, village_id, evidence, NULL \
             FROM journal_entries WHERE id = '{}'",
            uuid(&entries[1])
        ),
    );
    assert_eq!(named(&app.proved(&[]), What::Stray), [format!("jrn_{}", stranger.replace('-', ""))]);
}

#[test]
fn what_was_entered_before_there_was_a_chain_is_sealed_too() {
    let app = TestApp::start();
    let (_, entries) = three_sales(&app);
    // As the migration leaves what it finds: in line for the chain, without a digest.
    tamper(&app, "DELETE FROM entry_digests; DELETE FROM book_keys");
    assert_eq!(app.proved(&[]).faults, []);
    assert_eq!(app.faults(), []);
    let report = app.proved(&[]);
    assert_eq!((report.chains[0].1, report.waiting), (3, 0));
    let last = uuid::Uuid::try_parse(&entries[2][4..]).expect("a uuid").hyphenated();
    tamper(&app, &format!("UPDATE journal_entries SET recorded_at = '2026-11-24T02:00:01.000000Z' WHERE id = '{last}'"));
    assert_eq!(named(&app.proved(&[]), What::Altered), [entries[2].as_str()]);
}

#[test]
fn whose_an_entry_is_what_was_closed_and_the_secrets_are_proved() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (shop, entries) = three_sales_in(&app, &village);
    let other = app.home_industry(&village, "Dodol");
    let uuid = |id: &str| uuid::Uuid::try_parse(&id[4..]).expect("a uuid").hyphenated().to_string();
    let (mine, theirs, second) = (uuid(&shop.id), uuid(&other.id), uuid(&entries[1]));
    assert_eq!(app.faults(), []);
    for (set, back) in [
        (format!("journal_entries SET enterprise_id = '{theirs}'"), format!("journal_entries SET enterprise_id = '{mine}'")),
        (format!("postings SET enterprise_id = '{theirs}'"), format!("postings SET enterprise_id = '{mine}'")),
    ] {
        let key = if set.starts_with("journal") { "id" } else { "entry_id" };
        tamper(&app, &format!("UPDATE {set} WHERE {key} = '{second}'"));
        assert_eq!(named(&app.proved(&[]), What::Foreign), [entries[1].as_str()], "{set}");
        tamper(&app, &format!("UPDATE {back} WHERE {key} = '{second}'"));
        assert_eq!(app.proved(&[]).faults, []);
    }
    let months = format!("/v1/enterprises/{}/closed-months", shop.id);
    shop.owner.client.post(&months, json!({ "month": "2026-09" })).expect(200);
    assert_eq!(app.proved(&[]).faults, []);
    tamper(&app, "UPDATE closed_months SET month = '2026-08'");
    assert_eq!(named(&app.proved(&[]), What::OtherClosing), [format!("2026-08 of {mine}")]);
    tamper(&app, "UPDATE closed_months SET month = '2026-09'");
    let stranger = "01930000-0000-7000-8000-000000000002";
    tamper(&app, &format!("UPDATE book_keys SET id = '{stranger}'"));
    assert_eq!(named(&app.proved(&[]), What::StrayKey), [stranger]);
}

#[test]
fn a_value_that_cannot_be_read_loses_no_other_finding() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let body = json!({ "kind": "sale", "amount": 1_000, "day": "2026-10-10" });
    let made = shop.owner.client.post(&format!("/v1/enterprises/{}/cash-book", shop.id), body).expect(201);
    let entry = made["entry_id"].as_str().expect("an id");
    assert_eq!((app.faults(), app.proved(&[]).balances), (vec![], 1));
    tamper(&app, "UPDATE postings SET account = 'dash:seller' WHERE account = 'cash:seller'");
    let report = app.proved(&[]);
    assert_eq!((named(&report, What::Altered), named(&report, What::Unreadable).len()), (vec![entry], 1));
}

#[test]
fn what_waits_for_the_chain_and_is_gone_holds_up_nobody() {
    let app = TestApp::start();
    let (_, entries) = three_sales(&app);
    let first = uuid::Uuid::try_parse(&entries[0][4..]).expect("a uuid").hyphenated();
    let stranger = "01930000-0000-7000-8000-000000000003";
    tamper(&app, &format!("UPDATE unsealed_entries SET entry_id = '{stranger}' WHERE entry_id = '{first}'"));
    // `faults` links what waits first, and comes to its end.
    let faults = app.faults();
    let of: Vec<&str> = faults.iter().map(|fault| fault.of.as_str()).collect();
    assert!(of.contains(&format!("jrn_{}", stranger.replace('-', "")).as_str()) && of.contains(&entries[0].as_str()), "{of:?}");
    assert_eq!(app.proved(&[]).chains[0].1, 2, "the others are in the chain");
}

#[test]
fn when_the_keys_are_destroyed_the_chain_stays_whole_and_tells_nobody() {
    let app = TestApp::start();
    let (shop, _) = three_sales(&app);
    assert_eq!(app.faults(), []);
    let id: EnterpriseId = shop.id.parse().expect("an id");
    let gone = app.wait(app.app.db.write(move |tx| Ok::<_, Failure<Never>>(sealing::destroy_keys(tx, id)?))).expect("destroyed");
    let report = app.proved(&[]);
    assert_eq!((gone, report.anonymous, report.faults), (1, 3, vec![]));
    shop.owner.client.post(&format!("/v1/enterprises/{}/cash-book", shop.id), json!({ "kind": "draw", "amount": 1 })).expect(201);
    assert_eq!((app.faults(), app.proved(&[]).anonymous), (vec![], 3));
}

#[test]
fn a_mark_is_made_used_proved_and_dropped_when_something_is_dated_into_it() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let row = |amount: i64, day: &str| {
        let body = json!({ "kind": "sale", "amount": amount, "day": day });
        shop.owner.client.post(&format!("/v1/enterprises/{}/cash-book", shop.id), body).expect(201);
    };
    let cash = || crate::cash_book::holds(&shop, "cash:seller");
    row(1_000, "2026-09-10");
    row(200, "2026-10-10");
    row(30, "2026-11-10");
    assert_eq!(app.faults(), []);
    assert_eq!((app.proved(&[]).balances, cash()), (2, 1_230), "September and October are over");
    row(4, "2026-10-31");
    assert_eq!((app.proved(&[]).balances, cash()), (1, 1_234));
    assert_eq!(app.faults(), []);
    assert_eq!((app.proved(&[]).balances, cash()), (2, 1_234));
    tamper(&app, "UPDATE balance_mark_lines SET debit = debit + 1 WHERE day = '2026-09-30' AND account = 'cash:seller'");
    let report = app.proved(&[]);
    assert_eq!(named(&report, What::OtherBalance), [format!("{} at 2026-09-30", shop.id)]);
}

#[test]
fn two_hundred_sales_at_once_in_one_village_all_land_while_it_is_sealed() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shops: Vec<Shop> = ["Keripik", "Dodol", "Opak", "Wajit"].into_iter().map(|name| app.home_industry(&village, name)).collect();
    let sales: Vec<_> = (0..200)
        .map(|n| {
            let (db, entry) = (app.app.db.clone(), sale(&app, &format!("kas:{n}"), 1_000 + n));
            let books: EnterpriseId = shops[usize::try_from(n % 4).expect("small")].id.parse().expect("an id");
            async move { db.write(move |tx| ledger::service::post(tx, books, &entry)).await.is_ok() }
        })
        .collect();
    let tending = {
        let app = app.app.clone();
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async move {
                for _ in 0..5 {
                    app.tend_books().await.expect("tended");
                }
            });
        })
    };
    let landed = app.client.all(sales);
    tending.join().expect("tended");
    assert_eq!(landed.iter().filter(|landed| **landed).count(), 200);
    assert_eq!(app.faults(), []);
    assert_eq!(app.proved(&[]).chains[0].1, 200);
}

#[derive(QueryableByName)]
struct Detail {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PgPlan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The statements that `look` sends.
pub fn sent(conn: &mut Conn, look: impl FnOnce(&mut Conn)) -> Vec<String> {
    let statements = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&statements);
    let listen = move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            heard.lock().expect("the list").push(query.to_string());
        }
    };
    match conn {
        Conn::Sqlite(conn) => conn.set_instrumentation(listen),
        Conn::Postgres(conn) => conn.set_instrumentation(listen),
    }
    look(conn);
    match conn {
        Conn::Sqlite(conn) => conn.set_instrumentation(|_: InstrumentationEvent<'_>| {}),
        Conn::Postgres(conn) => conn.set_instrumentation(|_: InstrumentationEvent<'_>| {}),
    }
    let all = statements.lock().expect("the list").clone();
    all.into_iter().map(|text| text.split(" -- binds").next().unwrap_or("").to_owned()).filter(|text| text.starts_with("SELECT")).collect()
}

/// How the engine would go about a statement, whatever its parameters.
pub fn plan(conn: &mut Conn, sql: &str) -> Vec<String> {
    match engine() {
        Engine::Sqlite => {
            let steps: Vec<Detail> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn).expect("a plan");
            steps.into_iter().map(|step| step.detail).collect()
        }
        Engine::Postgres => {
            let most = (1..40).rev().find(|n| sql.contains(&format!("${n}"))).unwrap_or(0);
            let nulls = vec!["NULL"; most].join(", ");
            let execute = if most == 0 { "EXPLAIN EXECUTE asked".to_owned() } else { format!("EXPLAIN EXECUTE asked({nulls})") };
            conn.batch_execute(&format!("SET LOCAL plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}")).expect("prepared");
            let lines: Vec<PgPlan> = diesel::sql_query(execute).load(conn).expect("a plan");
            conn.batch_execute("DEALLOCATE asked").expect("forgotten");
            lines.into_iter().map(|plan| plan.line).collect()
        }
    }
}

/// Fills the books of fifty enterprises with `entries` of two postings each, over 500 days.
fn fill(app: &TestApp, like: &str, from: i64, entries: i64) {
    let id = uuid::Uuid::try_parse(&like[4..]).expect("a uuid").hyphenated().to_string();
    let (series, uuid_of, day, close) = match engine() {
        Engine::Sqlite => (
            format!("WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {}) ", from + entries),
            "printf('%08x-0000-7000-8000-%012x', %KIND%, %I%)",
            "date('2025-07-01', '+' || (i % 500) || ' days')",
            "",
        ),
        Engine::Postgres => (
            format!("WITH n AS (SELECT generate_series({from}::bigint, {}::bigint) AS i) ", from + entries - 1),
            "(lpad(to_hex(%KIND%), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(%I%), 12, '0'))::uuid",
            "(DATE '2025-07-01' + (i % 500)::int)",
            "ANALYZE;",
        ),
    };
    let name = |kind: &str, i: &str| uuid_of.replace("%KIND%", kind).replace("%I%", i);
    let (shop, entry) = (name("1", "i % 50"), name("2", "i"));
    let mut sql = String::new();
    if from == 0 {
        sql.push_str(&format!(
            "{series}INSERT INTO enterprises SELECT {}, village_id, kind, name, about, phone, phone_public, assisted, state, version, created_at, updated_at, trusted \
             FROM enterprises, n WHERE id = '{id}' AND i < 50;",
            name("1", "i")
        ));
    }
    sql.push_str(&format!(
        "{series}INSERT INTO journal_entries SELECT {entry}, {shop}, 'fill:' || i, 'sale', '2026-11-24T02:00:00.000000Z', {day}, \
         substr(CAST({day} AS text), 1, 7), '2026-11-24T02:00:00.000000Z', NULL, e.village_id, 'recorded', NULL FROM enterprises e, n WHERE e.id = '{id}';"
    ));
    for (position, account, amount) in [(0, "cash:seller", "100"), (1, "sales:in_person", "-100")] {
        sql.push_str(&format!(
            "{series}INSERT INTO postings SELECT {entry}, {position}, {shop}, '{account}', {amount}, substr(CAST({day} AS text), 1, 7), NULL, 'recorded', {day} FROM n;"
        ));
    }
    sql.push_str(close);
    tamper(app, &sql);
}

/// The plans of a balance, a statement page and a month's profit and loss, as the program asks for them.
fn plans(app: &TestApp) -> Vec<(String, Vec<String>)> {
    let enterprise: EnterpriseId = "ent_00000001000070008000000000000007".parse().expect("an id");
    let span = ledger::model::Span {
        enterprise,
        place: Account::CashSeller.into(),
        first: "2026-11-01".parse().expect("a day"),
        last: "2026-11-30".parse().expect("a day"),
    };
    let look = app.app.db.read(move |conn| {
        let statements = sent(conn, |conn| {
            balances::at(conn, enterprise, span.last).expect("balances");
            balances::service::of(conn, enterprise, span.place, span.last).expect("a balance");
            balances::between(conn, enterprise, span.first, span.last).expect("profit and loss");
            ledger::service::page(conn, &span, None, 21).expect("a page");
            let mark = ("2026-11-20".parse().expect("a day"), ledger::EntryId::new(), 0);
            ledger::service::page(conn, &span, Some(mark), 21).expect("a later page");
            let between = ledger::model::Between { enterprise, partner: enterprise, first: span.first, last: span.last };
            ledger::service::claim_lines(conn, &between, Some(mark), 21).expect("a page of a partner");
        });
        let of = |sql: String| {
            let steps = plan(conn, &sql);
            (sql, steps)
        };
        Ok::<_, Failure<Never>>(statements.into_iter().map(of).collect::<Vec<_>>())
    });
    app.wait(look).expect("plans")
}

#[test]
fn a_balance_and_a_statement_page_are_found_by_an_index_however_many_postings_there_are() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    fill(&app, &shop.id, 0, 5_000);
    let few = plans(&app);
    fill(&app, &shop.id, 5_000, 95_000);
    let many = plans(&app);
    assert!(few.len() >= 6, "{few:?}");
    for plans in [&few, &many] {
        for (sql, steps) in plans.iter().filter(|(sql, _)| sql.contains("postings") || sql.contains("balance_mark")) {
            let plan = steps.join("\n");
            let (by_index, scan) = match engine() {
                // What is sorted first costs as much as there is to sort.
                Engine::Sqlite => (
                    plan.contains("SEARCH"),
                    ["SCAN postings", "SCAN balance", "TEMP B-TREE FOR ORDER BY"].iter().any(|slow| plan.contains(slow)),
                ),
                Engine::Postgres => (plan.contains("Index") || !sql.contains("\"postings\""), plan.contains("Seq Scan on postings")),
            };
            assert!(by_index && !scan, "{sql}\n{plan}");
        }
    }
    if engine() == Engine::Sqlite {
        assert_eq!(few, many, "ten thousand postings or two hundred thousand: the same way");
    }
}

#[test]
fn an_entry_that_would_be_refused_is_refused_in_a_dry_run() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let id: EnterpriseId = shop.id.parse().expect("an id");
    let entry = sale(&app, "kas:1", 5_000);
    let dry = || {
        let entry = entry.clone();
        app.wait(app.app.db.read(move |conn| ledger::service::dry_run(conn, id, &entry)))
    };
    assert_eq!(
        dry().expect("it may").iter().map(|(place, before, after)| (place.account, *before, *after)).collect::<Vec<_>>(),
        [(Account::CashSeller, rp(0), rp(5_000)), (Account::SalesInPerson, rp(0), rp(-5_000)),]
    );
    let posted = entry.clone();
    app.wait(app.app.db.write(move |tx| ledger::service::post(tx, id, &posted))).expect("posted");
    assert!(matches!(dry(), Err(Failure::Refused(ledger::service::LedgerError::AlreadyEntered))));
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    assert_eq!((&trial["debit"], &trial["difference"]), (&json!(5_000), &Value::from(0)));
}

#[test]
fn books_whose_marks_fail_hold_up_no_others() {
    let app = TestApp::start();
    let village = app.balewangi();
    let [bad, good] = ["Keripik", "Dodol"].map(|name| app.home_industry(&village, name).id.parse::<EnterpriseId>().expect("an id"));
    for books in [bad, good] {
        let entry = sale(&app, "kas:1", 5_000);
        app.wait(app.app.db.write(move |tx| ledger::service::post(tx, books, &entry))).expect("posted");
    }
    app.advance(chrono::Duration::days(40));
    let run = |sql: String| {
        let ran = app.app.db.write(move |tx| Ok::<_, Failure<Never>>(tx.batch_execute(&sql).map_err(DbError::from)?));
        app.wait(ran).expect("it runs");
    };
    let (this, off) = (format!("NEW.enterprise_id = '{}'", bad.uuid()), "DROP TRIGGER refuse_marks");
    let (refuse, allow) = match engine() {
        Engine::Sqlite => {
            let on = "CREATE TRIGGER refuse_marks BEFORE INSERT ON balance_marks WHEN";
            (format!("{on} {this} BEGIN SELECT RAISE(ABORT, 'not this one'); END"), off.to_owned())
        }
        Engine::Postgres => {
            let refuse =
                "CREATE FUNCTION refuse_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;";
            let on = "CREATE TRIGGER refuse_marks BEFORE INSERT ON balance_marks FOR EACH ROW WHEN";
            (format!("{refuse} {on} ({this}) EXECUTE FUNCTION refuse_mark()"), format!("{off} ON balance_marks"))
        }
    };
    run(refuse);
    let keep_up = |books: Vec<EnterpriseId>| app.wait(balances::service::keep_up(&app.app.db, books));
    assert!(keep_up(vec![bad, good]).is_err(), "it is told");
    run(allow);
    assert_eq!(keep_up(vec![good]).expect("marks"), 0, "these were made all the same");
    assert_eq!(keep_up(vec![bad]).expect("marks"), 1);
}

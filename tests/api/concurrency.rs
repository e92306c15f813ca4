//! Many at once: exactly one winner, and nothing lost.

use std::sync::Arc;

use diesel::prelude::*;
use pasar_kuliner::kit::db::{Db, DbConfig, DbError, Failure, Never};
use pasar_kuliner::market::packs::PackId;
use pasar_kuliner::schema::stock_items;

use crate::orders::{Stall, stall};
use crate::support::http::fresh_key;
use crate::support::people::{cart, pack_of};
use crate::support::{Person, TestApp};

const BUYERS: usize = 200;

/// Orders as `who`, coming back as often as the house says it is full.
async fn insist(who: Person, product: String) -> u16 {
    let key = fresh_key();
    loop {
        let headers = [("Idempotency-Key", key.as_str()), ("Content-Type", "application/json")];
        let answer = who.client.call("POST", "/v1/order-groups", Some(cart(&product, 1).to_string()), &headers).await;
        if answer.status != 503 {
            return answer.status;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[test]
fn two_hundred_buyers_for_the_last_unit_are_one_order() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), serde_json::json!({ "on_hand": 1 })).expect(200);
    let buyers: Vec<Person> = (0..BUYERS).map(|n| app.buyer(&format!("Pembeli {n}"))).collect();
    let statuses = app.client.all(buyers.into_iter().map(|buyer| insist(buyer, product.clone())).collect());
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), BUYERS - 1);
    assert_eq!(app.available(&product), 0);
    let orders = shop.owner.client.get(&format!("/v1/enterprises/{}/orders?limit=100", shop.id)).expect(200);
    assert_eq!(orders["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn eight_writers_lose_none_of_forty_updates_each() {
    let app = TestApp::start();
    let Stall { product, .. } = stall(&app);
    let id: PackId = pack_of(&product).parse().expect("an id");
    let db = app.app.db.clone();
    let writer = move |db: Db| async move {
        let mut written = 0;
        while written < 40 {
            // Reads, then writes what it read plus one: the update a plain transaction loses.
            let done = db.write(move |tx| {
                let on_hand: i64 = stock_items::table.find(id).select(stock_items::on_hand).first(&mut **tx)?;
                diesel::update(stock_items::table.find(id)).set(stock_items::on_hand.eq(on_hand + 1)).execute(&mut **tx)?;
                Ok::<_, Failure<Never>>(())
            });
            match done.await {
                Ok(()) => written += 1,
                Err(Failure::Db(DbError::Busy)) => {}
                Err(failure) => panic!("{failure:?}"),
            }
        }
    };
    app.client.all((0..8).map(|_| writer(db.clone())).collect());
    assert_eq!(app.available(&product), 40 + 8 * 40);
}

/// Runs two acts of one order at the same moment; answers their statuses.
fn race(app: &TestApp, calls: [(Person, String); 2]) -> Vec<u16> {
    let start = Arc::new(tokio::sync::Barrier::new(2));
    let call = |(who, path): (Person, String)| {
        let start = Arc::clone(&start);
        async move {
            start.wait().await;
            let key = fresh_key();
            loop {
                let headers = [("Idempotency-Key", key.as_str()), ("Content-Type", "application/json")];
                let body = if path.ends_with("cancel") { r#"{"reason":"Batal"}"# } else { "{}" };
                let answer = who.client.call("POST", &path, Some(body.to_owned()), &headers).await;
                if answer.status != 503 {
                    return answer.status;
                }
            }
        }
    };
    app.client.all(calls.map(call).into_iter().collect())
}

#[test]
fn cancel_against_prepare_and_a_payment_confirmed_twice_have_one_winner() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    for _ in 0..10 {
        let order = buyer.orders(&product, 1);
        shop.owner.step(&order, "accept");
        let mut statuses = race(
            &app,
            [(buyer.clone(), format!("/v1/orders/{order}/cancel")), (shop.owner.clone(), format!("/v1/orders/{order}/prepare"))],
        );
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);

        let paid = buyer.orders(&product, 1);
        shop.owner.step(&paid, "accept");
        let confirm = || (shop.owner.clone(), format!("/v1/orders/{paid}/payments/receive"));
        let mut statuses = race(&app, [confirm(), confirm()]);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

#[test]
fn a_full_queue_says_come_back() {
    if crate::support::engine() != pasar_kuliner::kit::db::Engine::Sqlite {
        // The queue is SQLite's; PostgreSQL's waiting room is the pool.
        return;
    }
    let database = crate::support::TestDb::create();
    let config = DbConfig { url: database.url(), replica_url: None, pool_size: 1, queue_depth: 1 };
    let app = TestApp::start();
    let db = Db::open(&config, app.clock.clone()).expect("open");
    let slow = |db: Db| async move {
        let slept = db.write(|_| {
            std::thread::sleep(std::time::Duration::from_millis(200));
            Ok::<_, Failure<Never>>(())
        });
        slept.await
    };
    let outcomes = app.client.all((0..6).map(|_| slow(db.clone())).collect());
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(Failure::Db(DbError::Busy)))));
    assert!(outcomes.iter().any(Result::is_ok));
}

#[test]
fn a_panic_in_a_write_loses_nothing_but_itself() {
    let app = TestApp::start();
    let Stall { product, .. } = stall(&app);
    let id: PackId = pack_of(&product).parse().expect("an id");
    let broken = app.wait(app.app.db.write(move |tx| {
        diesel::update(stock_items::table.find(id)).set(stock_items::on_hand.eq(7)).execute(&mut **tx)?;
        assert!(!id.to_string().starts_with("pck_"), "in the middle of a write");
        Ok::<(), Failure<Never>>(())
    }));
    assert!(matches!(broken, Err(Failure::Db(DbError::Panicked))));
    assert_eq!(app.available(&product), 40, "rolled back");
    assert_eq!(app.buyer("Setelahnya").orders(&product, 1).len(), 36, "and the writer goes on");
}

//! Many at once: exactly one winner, and nothing lost.

use diesel::prelude::*;
use kit::db::{Db, DbConfig, DbError, Failure, Never};
use kit::schema::stock_items;
use market::packs::PackId;

use serde_json::{Value, json};

use crate::agreements::Dealing;
use crate::order_changes::balance;
use crate::orders::{Stall, claimed, stall};
use crate::supplier_orders::{cassava_at, drafted};
use crate::support::http::fresh_key;
use crate::support::people::{cart, pack_of};
use crate::support::{Person, Shop, TestApp};

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
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 1 })).expect(200);
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
                let on_hand: i64 = stock_items::table.filter(stock_items::pack_id.eq(id)).select(stock_items::on_hand).first(&mut **tx)?;
                diesel::update(stock_items::table.filter(stock_items::pack_id.eq(id)))
                    .set(stock_items::on_hand.eq(on_hand + 1))
                    .execute(&mut **tx)?;
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
    // Written past the inventory, so no movement tells of it.
    app.broken.store(true, std::sync::atomic::Ordering::SeqCst);
}

/// How often a race is run: the winner must be one every time.
const ROUNDS: usize = 100;

/// Sends two requests at the same moment; answers their statuses, sorted.
fn race(app: &TestApp, calls: [(&Person, String, Value); 2]) -> Vec<u16> {
    let mut statuses = app.at_once(calls);
    statuses.sort_unstable();
    statuses
}

/// How many packs are there, and how many of them are promised.
fn stock(shop: &Shop, product: &str) -> (i64, i64) {
    let seen = shop.owner.client.get(&format!("/v1/products/{product}")).expect(200);
    let count = |field: &str| seen["packs"][0][field].as_i64().expect("a number");
    (count("on_hand"), count("reserved"))
}

#[test]
fn the_last_unit_goes_to_one_of_two() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 1 })).expect(200);
    let buyers = ["Sari", "Rahma"].map(|name| app.buyer(name));
    for _ in 0..ROUNDS {
        let order = |buyer| (buyer, "/v1/order-groups".to_owned(), cart(&product, 1));
        assert_eq!(race(&app, [order(&buyers[0]), order(&buyers[1])]), [201, 409]);
        assert_eq!(stock(&shop, &product), (1, 1));
        free_again(&buyers);
    }
}

/// Whoever has an order that waits calls it off.
fn free_again(buyers: &[Person; 2]) {
    let mut called_off = 0;
    for buyer in buyers {
        let orders = buyer.client.get("/v1/me/orders?limit=1").expect(200);
        if orders["items"][0]["state"] == "placed" {
            let order = orders["items"][0]["id"].as_str().expect("an id");
            buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Batal" })).expect(200);
            called_off += 1;
        }
    }
    assert_eq!(called_off, 1);
}

#[test]
fn two_carts_of_two_lines_on_one_stock_item_do_not_share_it() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 3 })).expect(200);
    let buyers = ["Sari", "Rahma"].map(|name| app.buyer(name));
    let line = json!({ "pack_id": pack_of(&product), "quantity": 1 });
    for _ in 0..ROUNDS {
        let twice = json!({ "lines": [line, line], "fulfilment": "pickup", "payment": "cash_on_delivery" });
        let order = |buyer| (buyer, "/v1/order-groups".to_owned(), twice.clone());
        assert_eq!(race(&app, [order(&buyers[0]), order(&buyers[1])]), [201, 409]);
        assert_eq!(stock(&shop, &product), (3, 2));
        free_again(&buyers);
    }
}

#[test]
fn money_that_is_confirmed_twice_came_once() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 1_000 })).expect(200);
    for _ in 0..ROUNDS {
        let order = buyer.orders(&product, 1);
        shop.owner.step(&order, "accept");
        let payment = claimed(&buyer, &order);
        let confirm = || (&shop.owner, format!("/v1/payments/{payment}/confirm"), json!({}));
        assert_eq!(race(&app, [confirm(), confirm()]), [200, 409]);
    }
    assert_eq!(balance(&shop, "cash:seller"), i64::try_from(ROUNDS).expect("small") * 12_500);
}

#[test]
fn an_order_is_called_off_or_goes_on_and_never_both() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 1_000 })).expect(200);
    let go = |who, order: &str, act: &str, body: Value| (who, format!("/v1/orders/{order}/{act}"), body);
    let reason = || json!({ "reason": "Batal" });
    let state = |order: &str| buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["state"].clone();
    let mut begun = 0;
    for _ in 0..ROUNDS {
        let order = buyer.orders(&product, 1);
        shop.owner.step(&order, "accept");
        assert_eq!(race(&app, [go(&buyer, &order, "cancel", reason()), go(&shop.owner, &order, "prepare", json!({}))]), [200, 409]);
        if state(&order) == "preparing" {
            begun += 1;
            shop.owner.client.post(&format!("/v1/orders/{order}/cancel"), reason()).expect(200);
        }
    }
    assert!(begun <= ROUNDS && stock(&shop, &product) == (1_000, 0));
    let mut out = 0;
    for _ in 0..ROUNDS {
        let order = buyer.orders(&product, 1);
        shop.owner.steps(&order, &["accept", "prepare", "ready"]);
        let cancel = go(&shop.owner, &order, "cancel", reason());
        assert_eq!(race(&app, [cancel, go(&shop.owner, &order, "hand-over", json!({}))]), [200, 409]);
        match state(&order).as_str() {
            Some("handed_over") => out += 1,
            Some("cancelled") => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(stock(&shop, &product), (1_000 - out, 0));
    assert_eq!(balance(&shop, "receivable:buyers"), out * 12_500);
}

#[test]
fn a_full_queue_says_come_back() {
    if crate::support::engine() != kit::db::Engine::Sqlite {
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
        diesel::update(stock_items::table.filter(stock_items::pack_id.eq(id))).set(stock_items::on_hand.eq(7)).execute(&mut **tx)?;
        assert!(!id.to_string().starts_with("pck_"), "in the middle of a write");
        Ok::<(), Failure<Never>>(())
    }));
    assert!(matches!(broken, Err(Failure::Db(DbError::Panicked))));
    assert_eq!(app.available(&product), 40, "rolled back");
    assert_eq!(app.buyer("Setelahnya").orders(&product, 1).len(), 36, "and the writer goes on");
}

#[test]
fn two_orders_on_credit_do_not_share_the_limit() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, .. }, cassava) = cassava_at(&app, 200_000);
    let mut drafts = [(); 2].map(|()| drafted(&maker, &supplier, &[(&cassava, 50)], "credit"));
    for round in 0..ROUNDS {
        let send = |order: &String| (&maker.owner, format!("/v1/supplier-orders/{order}/send"), json!({}));
        assert_eq!(race(&app, [send(&drafts[0]), send(&drafts[1])]), [200, 409], "round {round}");
        for draft in &mut drafts {
            let path = format!("/v1/supplier-orders/{draft}");
            if maker.owner.client.get(&path).expect(200)["state"] == "sent" {
                maker.owner.client.post(&format!("{path}/cancel"), json!({ "reason": "Putaran berikut" })).expect(200);
                *draft = drafted(&maker, &supplier, &[(&cassava, 50)], "credit");
            }
        }
    }
}

//! Stock: whose it is, where it stands, of which batch, and that nothing but movements changes it.

use diesel::RunQueryDsl as _;
use kit::db::{Engine, Failure, Never};
use serde_json::{Value, json};

use crate::consignment::balance;
use crate::orders::{Stall, stall};
use crate::recipes::made;
use crate::support::people::pack_of;
use crate::support::{TestApp, engine};

fn shelf(app: &TestApp, of: &crate::support::Shop) -> Value {
    let _ = app;
    of.owner.client.get(&format!("/v1/enterprises/{}/stock", of.id)).expect(200)["items"][0].clone()
}

#[test]
fn what_ends_first_leaves_first_and_every_move_can_be_read() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let pack = pack_of(&product);
    let batch = |code: &str, quantity: i64, until: &str| {
        let body = json!({ "quantity": quantity, "code": code, "expires_on": until });
        shop.owner.client.post(&format!("/v1/packs/{pack}/batches"), body).expect(201)
    };
    batch("LAMA", 5, "2026-12-24");
    batch("SEGERA", 3, "2026-12-01");
    let order = buyer.orders(&product, 4);
    let held = shelf(&app, &shop);
    assert_eq!((held["on_hand"].as_i64(), held["reserved"].as_i64(), held["site"].as_str()), (Some(48), Some(4), Some("home")));
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over"]);
    shop.owner.client.post(&format!("/v1/orders/{order}/payments/receive"), json!({})).expect(200);

    let held = shelf(&app, &shop);
    assert_eq!((held["on_hand"].as_i64(), held["reserved"].as_i64()), (Some(44), Some(0)));
    let lots: Vec<(&str, i64)> = held["lots"]
        .as_array()
        .expect("lots")
        .iter()
        .map(|lot| (lot["code"].as_str().expect("a code"), lot["quantity"].as_i64().expect("a number")))
        .collect();
    assert_eq!(lots, [("LAMA", 4)], "the one that ends on the first of December is gone, and one of the next");

    let path = format!("/v1/enterprises/{}/stock-movements?pack_id={pack}&limit=3", shop.id);
    let page = shop.owner.client.get(&path).expect(200);
    let told = |row: &Value| (row["movement"].as_str().expect("a word").to_owned(), row["on_hand"].as_i64().expect("a number"));
    let newest: Vec<_> = page["items"].as_array().expect("items").iter().map(told).collect();
    assert_eq!(newest, [("handed_over".to_owned(), -1), ("handed_over".to_owned(), -3), ("reserved".to_owned(), 0)]);
    assert_eq!(page["items"][1]["reference"], order.as_str());
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let rest = shop.owner.client.get(&format!("{path}&cursor={cursor}")).expect(200);
    let rest: Vec<_> = rest["items"].as_array().expect("items").iter().map(told).collect();
    assert_eq!(rest, [("produced".to_owned(), 3), ("produced".to_owned(), 5), ("adjusted".to_owned(), 40)]);

    buyer.client.get(&path).expect(404);
    buyer.client.get(&format!("/v1/enterprises/{}/stock", shop.id)).expect(404);
}

#[test]
fn a_stocktake_keeps_what_was_expected_and_orders_keep_what_they_hold() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let pack = pack_of(&product);
    buyer.orders(&product, 4);
    let path = format!("/v1/enterprises/{}/stocktakes", shop.id);
    let lines = |counted: i64| json!({ "lines": [{ "pack_id": pack, "counted": counted }], "note": "Tikus" });
    let refused = shop.owner.client.post(&path, lines(3)).expect(409);
    assert_eq!(refused["code"], "stock_below_reserved");
    assert!(refused["detail"].as_str().expect("a text").contains('4'), "{refused}");
    let taken = shop.owner.client.post(&path, lines(37)).expect(201);
    assert_eq!(
        taken["lines"][0],
        json!({ "pack_id": pack, "expected": 40, "counted": 37, "difference": -3, "cost": 0 }),
        "what it had cost is not known"
    );
    assert_eq!(app.available(&product), 33);
    let id = taken["id"].as_str().expect("an id");
    assert_eq!(shop.owner.client.get(&format!("/v1/stocktakes/{id}")).expect(200), taken);
    assert_eq!(shop.owner.client.get(&path).expect(200)["items"], json!([taken]));
    buyer.client.get(&format!("/v1/stocktakes/{id}")).expect(404);
    let twice = json!({ "lines": [{ "pack_id": pack, "counted": 1 }, { "pack_id": pack, "counted": 2 }] });
    shop.owner.client.post(&path, twice).expect_problem(400, "invalid_input");
}

#[test]
fn what_went_bad_was_tasted_or_came_back_is_written_down_by_hand_and_nothing_else_is() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let pack = pack_of(&product);
    let path = format!("/v1/enterprises/{}/stock-movements", shop.id);
    let row = |movement: &str, quantity: i64| json!({ "pack_id": pack, "movement": movement, "quantity": quantity, "note": "Basah" });
    let spoiled = shop.owner.client.post(&path, row("spoiled", 2)).expect(200);
    assert_eq!(
        (spoiled["movement"].as_str(), spoiled["on_hand"].as_i64(), spoiled["note"].as_str()),
        (Some("spoiled"), Some(-2), Some("Basah"))
    );
    shop.owner.client.post(&path, row("sampled", 1)).expect(200);
    shop.owner.client.post(&path, row("returned", 3)).expect(200);
    assert_eq!(app.available(&product), 40);
    let key = [("Idempotency-Key", "basah-1")];
    shop.owner.client.send("POST", &path, Some(row("spoiled", 5)), &key).expect(200);
    shop.owner.client.send("POST", &path, Some(row("spoiled", 5)), &key).expect(200);
    assert_eq!(app.available(&product), 35, "once");
    assert_eq!(shop.owner.client.post(&path, row("spoiled", 36)).expect(409)["code"], "out_of_stock");
    assert_eq!(shop.owner.client.post(&path, row("handed_over", 1)).expect(409)["code"], "movement_not_by_hand");
    buyer.client.post(&path, row("spoiled", 1)).expect(404);
    let village = app.village("32.05.20.2008");
    let other = app.home_industry(&village, "Opak Bu Iis");
    let elsewhere = format!("/v1/enterprises/{}/stock-movements", other.id);
    assert_eq!(other.owner.client.post(&elsewhere, row("spoiled", 1)).expect(409)["code"], "no_own_stock");
}

#[test]
fn what_a_stocktake_finds_goes_through_the_books_at_cost() {
    let app = TestApp::start();
    let (stall, pack) = made(&app);
    let shop = &stall.shop;
    let count = |counted: i64| {
        let body = json!({ "lines": [{ "pack_id": pack, "counted": counted }] });
        shop.owner.client.post(&format!("/v1/enterprises/{}/stocktakes", shop.id), body).expect(201)
    };
    let books = || (balance(shop, "stock"), balance(shop, "cost:spoilage"));
    let taken = count(93);
    assert_eq!((&taken["cost"], &taken["lines"][0]["difference"], &taken["lines"][0]["cost"]), (&json!(7_000), &json!(-7), &json!(7_000)));
    assert_eq!(books(), (93_000, 7_000));
    let newest = shop.owner.client.get(&format!("/v1/enterprises/{}/journal?limit=1", shop.id)).expect(200)["items"][0].clone();
    assert_eq!((&newest["movement"], newest["postings"].as_array().map(Vec::len)), (&json!("stock_counted"), Some(2)));
    assert!(newest["reference"].as_str().expect("a text").starts_with(taken["id"].as_str().expect("an id")));

    let found = count(95);
    assert_eq!((&found["cost"], &found["lines"][0]["difference"]), (&json!(-2_000), &json!(2)), "two of them were not lost");
    assert_eq!((books(), app.available(&stall.product)), ((95_000, 5_000), 95));
    assert_eq!(count(95)["cost"], 0);
    // Ten more are written into the stock by hand, and bring no cost; those that have one leave first.
    shop.owner.client.put(&format!("/v1/packs/{pack}/stock"), json!({ "on_hand": 105 })).expect(200);
    assert_eq!(books(), (95_000, 5_000));
    shop.owner.client.put(&format!("/v1/packs/{pack}/stock"), json!({ "on_hand": 100 })).expect(200);
    assert_eq!((books(), count(98)["cost"].clone()), ((90_000, 10_000), json!(2_000)), "by hand and by a stocktake alike");
    assert_eq!(count(0)["cost"], 88_000);
    assert_eq!(books(), (0, 100_000), "nothing there, no cost there");
    assert_eq!((count(10)["cost"].clone(), books()), (json!(0), (0, 100_000)), "nobody knows what they had cost");
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    assert_eq!(trial["difference"], 0);
}

#[test]
fn what_has_moved_stays_written_and_no_shelf_holds_what_cannot_be() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    buyer.orders(&product, 4);
    let path = format!("/v1/enterprises/{}/stock-movements?pack_id={}", shop.id, pack_of(&product));
    let (moved, held) = (shop.owner.client.get(&path).expect(200), shelf(&app, &shop));
    let tried = |sql: &'static str| {
        let tried = app.wait(app.app.db.write(move |tx| Ok::<_, Failure<Never>>(diesel::sql_query(sql).execute(&mut **tx)?)));
        format!("{tried:?}")
    };
    let mut forbidden = vec![
        "UPDATE stock_movements SET on_hand = on_hand + 1",
        "UPDATE stock_movements SET reference = reference || '!'",
        "DELETE FROM stock_movements",
    ];
    if engine() == Engine::Postgres {
        forbidden.push("TRUNCATE stock_movements");
    }
    for sql in forbidden {
        let told = tried(sql);
        assert!(told.contains("never changed"), "{sql}: {told}");
    }
    for (sql, constraint) in [
        ("UPDATE stock_items SET on_hand = -1, reserved = -1", "ck_stock_items_reserved"),
        ("UPDATE stock_items SET reserved = on_hand + 1", "ck_stock_items_reserved"),
        ("UPDATE stock_items SET site = 'consigned'", "ck_stock_items_consigned"),
    ] {
        let told = tried(sql);
        assert!(told.contains(constraint), "{sql}: {told}");
    }
    assert_eq!((shop.owner.client.get(&path).expect(200), shelf(&app, &shop)), (moved, held));
}

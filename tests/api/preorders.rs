//! Windows in which something is ordered before it is made.

use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use kit::db::{Db, DbError, Failure, Never};
use market::packs::PackId;
use market::preorders::model::State;
use market::preorders::rules::NotTaken;
use market::preorders::{self, WindowId};
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::people::pack_of;
use crate::support::{Person, TestApp};

/// Thursday at five in Garut, ready on Saturday.
fn window(capacity: i64) -> Value {
    json!({ "cut_off": "2026-11-26T10:00:00Z", "ready_on": "2026-11-28", "capacity": capacity })
}

fn opened(who: &Person, product: &str, capacity: i64) -> String {
    let made = who.client.post(&format!("/v1/packs/{}/preorders", pack_of(product)), window(capacity)).expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

fn take(app: &TestApp, window: &str, product: &str, quantity: i64) -> Result<NaiveDate, Failure<NotTaken>> {
    let (window, pack): (WindowId, PackId) = (window.parse().expect("an id"), pack_of(product).parse().expect("an id"));
    app.wait(app.app.db.write(move |tx| preorders::service::take(tx, window, pack, quantity)))
}

fn give_back(app: &TestApp, window: &str, quantity: i64) -> Result<(), Failure<Never>> {
    let window: WindowId = window.parse().expect("an id");
    app.wait(app.app.db.write(move |tx| Ok(preorders::service::give_back(tx, window, quantity)?)))
}

#[track_caller]
fn not_taken(outcome: Result<NaiveDate, Failure<NotTaken>>) -> NotTaken {
    match outcome {
        Err(Failure::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_window_is_opened_taken_from_and_closed_by_its_cut_off() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let (owner, list) = (&shop.owner, format!("/v1/products/{product}/preorders"));
    let opening = format!("/v1/packs/{}/preorders", pack_of(&product));
    assert_eq!(app.client.get(&list).expect(200)["items"], json!([]));

    let made = owner.client.post_once(&opening, window(10), "buka");
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{}", made.text);
    let again = owner.client.post_once(&opening, window(10), "buka");
    assert_eq!((again.status, &again.text, again.header("idempotency-replayed")), (201, &made.text, "true"));
    owner.client.post_once(&opening, window(11), "buka").expect_problem(422, "idempotency_key_reused");
    assert_eq!((&made.json["capacity"], &made.json["taken"], &made.json["free"]), (&json!(10), &json!(0), &json!(10)));
    let id = made.json["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/preorders/{id}");
    assert_eq!(made.header("location"), path);

    assert_eq!(take(&app, &id, &product, 7).expect("taken").to_string(), "2026-11-28");
    assert_eq!(not_taken(take(&app, &id, &product, 4)), NotTaken::NotEnough { free: 3 });
    give_back(&app, &id, 2).expect("given back");
    let broken = give_back(&app, &id, 6);
    assert!(matches!(&broken, Err(Failure::Db(error)) if error.violates("ck_preorder_windows_taken")), "{broken:?}");

    let public = app.client.get(&list).expect(200);
    let seen = &public["items"][0];
    assert_eq!((&seen["id"], &seen["free"], &seen["state"]), (&json!(id), &json!(5), &json!("open")));
    assert_eq!((&seen["cut_off"], &seen["ready_on"]), (&json!("2026-11-26T10:00:00.000000Z"), &json!("2026-11-28")));
    assert_eq!((&seen["capacity"], &seen["taken"]), (&Value::Null, &Value::Null), "for the seller alone");
    assert_eq!(buyer.client.get(&path).expect(200), *seen);
    assert_eq!(owner.client.get(&path).expect(200)["taken"], 5);
    assert_eq!(owner.client.get(&list).expect(200)["items"][0]["capacity"], 10);
    let own = owner.client.get(&format!("/v1/enterprises/{}/preorders", shop.id)).expect(200);
    assert_eq!((&own["items"][0]["capacity"], &own["items"][0]["taken"]), (&json!(10), &json!(5)));
    let what = (&own["items"][0]["product_name"], &own["items"][0]["pack_id"], &own["items"][0]["pack_label"]);
    assert_eq!(what, (&json!("Keripik Singkong Balado 250 g"), &json!(pack_of(&product)), &json!("Bungkus")));

    app.advance(Duration::hours(56));
    let owner = app.awake(owner);
    let ended = app.client.get(&path).expect(200);
    assert_eq!((&ended["state"], &ended["free"]), (&json!("closed"), &json!(0)), "at five on Thursday");
    assert_eq!(app.client.get(&list).expect(200)["items"], json!([]));
    assert_eq!(not_taken(take(&app, &id, &product, 1)), NotTaken::NotOpen { state: State::Closed });
    owner.client.post(&format!("{path}/close"), json!({})).expect_problem(409, "preorder_wrong_state");
    owner.client.patch(&path, "\"1\"", json!({ "capacity": 20 })).expect_problem(409, "preorder_not_editable");
    give_back(&app, &id, 1).expect("an order may be called off later");
    let off = owner.client.post(&format!("{path}/call-off"), json!({ "reason": "Ketan habis" })).expect(200);
    assert_eq!((&off["state"], &off["reason"], &off["taken"]), (&json!("called_off"), &json!("Ketan habis"), &json!(4)));
    let history = owner.client.get(&format!("{path}/history")).expect(200);
    let moves: Vec<_> = history["items"].as_array().expect("a list").iter().map(|e| (e["from"].clone(), e["to"].clone())).collect();
    assert_eq!(moves, [(json!("closed"), json!("called_off")), (json!("open"), json!("open"))]);
}

#[test]
fn a_seller_closes_early_and_calls_off_with_a_reason_buyers_read() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer, .. } = stall(&app);
    let id = opened(&shop.owner, &product, 10);
    let path = format!("/v1/preorders/{id}");
    let act = |who: &Person, act: &str, body: Value| who.client.post(&format!("{path}/{act}"), body);
    let other = app.home_industry(&village, "Dodol Balewangi");
    for stranger in [&other.owner, &buyer] {
        act(stranger, "close", json!({})).expect_problem(404, "not_found");
        act(stranger, "call-off", json!({ "reason": "Iseng" })).expect_problem(404, "not_found");
        stranger.client.get(&format!("{path}/history")).expect_problem(404, "not_found");
        stranger.client.get(&format!("/v1/enterprises/{}/preorders", shop.id)).expect_problem(404, "not_found");
        stranger.client.post(&format!("/v1/packs/{}/preorders", pack_of(&product)), window(1)).expect_problem(404, "not_found");
    }
    act(&village.admin, "close", json!({})).expect_problem(403, "forbidden");

    let closing = format!("{path}/close");
    let closed = shop.owner.client.post_once(&closing, json!({}), "tutup");
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("closed")));
    let again = shop.owner.client.post_once(&closing, json!({}), "tutup");
    assert_eq!((again.status, &again.text), (200, &closed.text));
    act(&shop.owner, "close", json!({})).expect_problem(409, "preorder_wrong_state");
    assert_eq!(not_taken(take(&app, &id, &product, 1)), NotTaken::NotOpen { state: State::Closed });

    act(&shop.owner, "call-off", json!({})).expect_problem(400, "invalid_input");
    act(&shop.owner, "call-off", json!({ "reason": "Dapur kebanjiran" })).expect(200);
    act(&shop.owner, "call-off", json!({ "reason": "Lagi" })).expect_problem(409, "preorder_wrong_state");
    let seen = app.client.get(&path).expect(200);
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("called_off"), &json!("Dapur kebanjiran")));
    assert_eq!(not_taken(take(&app, &id, &product, 1)), NotTaken::NotOpen { state: State::CalledOff });
    let history = village.admin.client.get(&format!("{path}/history")).expect(200);
    assert_eq!(
        (&history["items"][0]["reason"], &history["items"][0]["actor_id"], history["items"].as_array().map(Vec::len)),
        (&json!("Dapur kebanjiran"), &json!(shop.owner.account_id), Some(3))
    );
}

#[test]
fn what_is_promised_stays_promised() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let id = opened(&shop.owner, &product, 10);
    let path = format!("/v1/preorders/{id}");
    let owner = &shop.owner.client;
    let edited = owner.patch(&path, "\"1\"", json!({ "ready_on": "2026-11-29", "capacity": 8 })).expect(200);
    assert_eq!(
        (&edited["ready_on"], &edited["capacity"], &edited["cut_off"]),
        (&json!("2026-11-29"), &json!(8), &json!("2026-11-26T10:00:00.000000Z"))
    );
    owner.patch(&path, "\"1\"", json!({ "capacity": 9 })).expect_problem(412, "stale");
    owner.send("PATCH", &path, Some(json!({ "capacity": 9 })), &[]).expect_problem(428, "if_match_missing");
    buyer.client.patch(&path, "\"2\"", json!({ "capacity": 9 })).expect_problem(404, "not_found");

    take(&app, &id, &product, 5).expect("taken");
    assert_eq!(app.client.get(&path).header("etag"), "\"2\"", "orders leave the version as it is");
    owner.patch(&path, "\"2\"", json!({ "ready_on": "2026-11-30" })).expect_problem(409, "preorder_day_promised");
    owner.patch(&path, "\"2\"", json!({ "capacity": 4 })).expect_problem(409, "preorder_below_taken");
    let same_day = json!({ "ready_on": "2026-11-29", "capacity": 5, "cut_off": "2026-11-28T16:59:59Z" });
    assert_eq!(owner.patch(&path, "\"2\"", same_day).expect(200)["free"], 0);
    let refused = owner.patch(&path, "\"3\"", json!({ "cut_off": "2026-11-29T17:00:00Z" }));
    refused.expect_problem(400, "invalid_input");
    assert_eq!(refused.json["errors"][0]["field"], "ready_on", "it would be ready before the cut-off");
}

#[test]
fn a_window_has_times_to_come_and_twenty_are_open_at_most() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let (owner, path) = (&shop.owner.client, format!("/v1/packs/{}/preorders", pack_of(&product)));
    let with = |field: &str, value: Value| {
        let mut body = window(10);
        body[field] = value;
        body
    };
    for (wrong, told) in [
        (with("cut_off", json!("2026-11-24T02:00:00Z")), "cut_off"),
        (with("cut_off", json!("besok")), "cut_off"),
        (with("cut_off", json!("+262142-12-31T23:59:59Z")), "cut_off"),
        (with("ready_on", json!("2026-11-25")), "ready_on"),
        (with("ready_on", json!("2062-11-28")), "ready_on"),
        (with("capacity", json!(0)), "capacity"),
        (with("capacity", json!(1_000_001)), "capacity"),
        (with("taken", json!(3)), "taken"),
    ] {
        let refused = owner.post(&path, wrong);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], told);
    }
    let mut ids: Vec<String> = (0..20).map(|_| opened(&shop.owner, &product, 1)).collect();
    owner.post(&path, window(1)).expect_problem(409, "too_many_preorders");
    owner.post(&format!("/v1/preorders/{}/close", ids[0]), json!({})).expect(200);
    ids.push(opened(&shop.owner, &product, 1));

    let own = format!("/v1/enterprises/{}/preorders", shop.id);
    let first = owner.get(&format!("{own}?limit=15")).expect(200);
    let rest = owner.get(&format!("{own}?limit=15&cursor={}", first["next_cursor"].as_str().expect("more"))).expect(200);
    let listed: Vec<&str> =
        [&first, &rest].iter().flat_map(|page| page["items"].as_array().expect("a list")).filter_map(|w| w["id"].as_str()).collect();
    ids.reverse();
    assert_eq!((listed, &rest["next_cursor"]), (ids.iter().map(String::as_str).collect(), &Value::Null));
}

#[test]
fn windows_of_what_is_not_for_sale_are_seen_by_its_house_alone() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let draft = app.draft(&shop, "Opak Ketan", 14_000, 10);
    let id = opened(&shop.owner, &draft, 10);
    for path in [format!("/v1/products/{draft}/preorders"), format!("/v1/preorders/{id}")] {
        app.client.get(&path).expect_problem(404, "not_found");
        buyer.client.get(&path).expect_problem(404, "not_found");
        shop.owner.client.get(&path).expect(200);
    }
    assert_eq!(not_taken(take(&app, &id, &product, 1)), NotTaken::NoSuchWindow, "it is for something else");
    let nowhere = WindowId::new().to_string();
    assert_eq!(not_taken(take(&app, &nowhere, &product, 1)), NotTaken::NoSuchWindow);
    assert!(matches!(give_back(&app, &nowhere, 1), Err(Failure::Db(DbError::NotFound))));
    app.client.get(&format!("/v1/preorders/{nowhere}")).expect_problem(404, "not_found");
    app.client.get(&format!("/v1/preorders/{product}")).expect_problem(400, "invalid_input");
}

/// Takes one unit, coming back as often as the house says it is full.
async fn insist(db: Db, window: WindowId, pack: PackId, start: Arc<tokio::sync::Barrier>) -> bool {
    start.wait().await;
    loop {
        match db.write(move |tx| preorders::service::take(tx, window, pack, 1)).await {
            Ok(_) => return true,
            Err(Failure::Refused(NotTaken::NotEnough { .. })) => return false,
            Err(Failure::Db(DbError::Busy)) => {}
            Err(failure) => panic!("{failure:?}"),
        }
    }
}

#[test]
fn the_last_units_are_taken_once_in_a_hundred_races() {
    const TAKERS: usize = 8;
    const LAST: usize = 3;
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let window = opened(&shop.owner, &product, 10);
    take(&app, &window, &product, 7).expect("all but the last three");
    let (id, of): (WindowId, PackId) = (window.parse().expect("an id"), pack_of(&product).parse().expect("an id"));
    for round in 0..100 {
        let start = Arc::new(tokio::sync::Barrier::new(TAKERS));
        let won = app.client.all((0..TAKERS).map(|_| insist(app.app.db.clone(), id, of, Arc::clone(&start))).collect());
        assert_eq!(won.into_iter().filter(|won| *won).count(), LAST, "round {round}");
        assert_eq!(not_taken(take(&app, &window, &product, 1)), NotTaken::NotEnough { free: 0 }, "round {round}");
        give_back(&app, &window, 3).expect("given back");
    }
}

#[test]
fn a_product_page_lists_the_windows_of_all_its_packs_on_sale() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let owner = &shop.owner.client;
    let small = opened(&shop.owner, &product, 10);
    let half_kilo = json!({ "unit": "pack", "net": { "quantity": 500, "unit": "g" }, "price": 23_000, "stock": 0 });
    let added = owner.post(&format!("/v1/products/{product}/packs"), half_kilo).expect(201);
    let pack = added["packs"][1]["id"].as_str().expect("an id");
    let earlier = json!({ "cut_off": "2026-11-25T10:00:00Z", "ready_on": "2026-11-28", "capacity": 4 });
    let large = owner.post(&format!("/v1/packs/{pack}/preorders"), earlier).expect(201);
    let large = large["id"].as_str().expect("an id");
    let listed = || {
        let page = app.client.get(&format!("/v1/products/{product}/preorders")).expect(200);
        let items = page["items"].as_array().expect("a list").iter();
        items.map(|window| (window["id"].clone(), window["pack_label"].clone())).collect::<Vec<_>>()
    };
    let (small, large) = ((json!(small), json!("Bungkus")), (json!(large), json!("Bungkus 500 g")));
    assert_eq!(listed(), [large, small.clone()], "first to end first");

    let tag = owner.get(&format!("/v1/products/{product}")).header("etag").to_owned();
    owner.patch(&format!("/v1/packs/{pack}"), &tag, json!({ "active": false })).expect(200);
    assert_eq!(listed(), [small]);
}

//! What happens to orders by the clock alone, and who is let in at all.

use chrono::Duration;
use serde_json::{Value, json};

use crate::orders::{Stall, claimed, stall};
use crate::support::people::{cart, pack_of};
use crate::support::{Person, Shop, TestApp};

/// The same people with fresh access tokens, after the clock has been moved past their last ones.
fn awake(app: &TestApp, stall: &Stall) -> (Shop, Person) {
    (Shop { id: stall.shop.id.clone(), owner: app.awake(&stall.shop.owner) }, app.awake(&stall.buyer))
}

fn by_transfer(stall: &Stall, quantity: i64) -> String {
    let mut body = cart(&stall.product, quantity);
    body["payment"] = "bank_transfer".into();
    let order = stall.buyer.client.post("/v1/order-groups", body).expect(201)["orders"][0]["id"].as_str().expect("an id").to_owned();
    stall.shop.owner.step(&order, "accept");
    order
}

/// The clock goes on, the server dies and comes back, and what is due is done; twice, to see that it is done once.
fn later(app: &mut TestApp, hours: i64) {
    app.run_jobs();
    app.advance(Duration::hours(hours));
    app.restart();
    app.run_jobs();
    app.run_jobs();
}

fn moves(who: &Person, order: &str) -> Vec<(Value, Value)> {
    let history = who.client.get(&format!("/v1/orders/{order}/history")).expect(200);
    history["items"].as_array().expect("a list").iter().map(|event| (event["to"].clone(), event["actor_id"].clone())).collect()
}

#[test]
fn an_order_that_is_not_paid_expires_and_one_that_is_claimed_waits() {
    let mut app = TestApp::start();
    let stall = stall(&app);
    app.takes_transfers(&stall.shop);
    let (unpaid, said, paid, cash) =
        (by_transfer(&stall, 3), by_transfer(&stall, 4), by_transfer(&stall, 5), stall.buyer.orders(&stall.product, 1));
    claimed(&stall.buyer, &said);
    stall.shop.owner.step(&paid, "payments/receive");
    stall.shop.owner.step(&cash, "accept");
    let pay_by = stall.buyer.client.get(&format!("/v1/orders/{unpaid}")).expect(200)["pay_by"].clone();
    assert_eq!(pay_by, "2026-11-25T02:00:00.000000Z", "the village gives a day");
    assert_eq!(stall.buyer.client.get(&format!("/v1/orders/{cash}")).expect(200)["pay_by"], Value::Null);

    later(&mut app, 23);
    assert_eq!(awake(&app, &stall).1.client.get(&format!("/v1/orders/{unpaid}")).expect(200)["state"], "accepted");
    later(&mut app, 2);
    let (_, buyer) = awake(&app, &stall);
    let state = |order: &str| buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["state"].clone();
    assert_eq!([&unpaid, &said, &paid, &cash].map(|order| state(order)), ["expired", "accepted", "accepted", "accepted"]);
    assert_eq!(moves(&buyer, &unpaid).last(), Some(&(json!("expired"), Value::Null)), "it was the clock, once");
    assert_eq!(moves(&buyer, &unpaid).len(), 3);
    assert_eq!(app.available(&stall.product), 40 - 4 - 5 - 1);
    buyer.client.post(&format!("/v1/orders/{unpaid}/payments/claim"), json!({})).expect_problem(409, "payment_not_due");
}

#[test]
fn what_is_not_handed_over_in_time_is_called_off_with_the_money_owed_back() {
    let mut app = TestApp::start();
    let stall = stall(&app);
    let (late, ready, out) =
        (stall.buyer.orders(&stall.product, 2), stall.buyer.orders(&stall.product, 3), stall.buyer.orders(&stall.product, 4));
    stall.shop.owner.steps(&late, &["accept", "payments/receive"]);
    stall.shop.owner.steps(&ready, &["accept", "prepare", "ready"]);
    stall.shop.owner.steps(&out, &["accept", "prepare", "ready", "hand-over"]);
    later(&mut app, 24 * 8);
    let (shop, buyer) = awake(&app, &stall);
    let seen = |order: &str| buyer.client.get(&format!("/v1/orders/{order}")).expect(200);
    assert_eq!([&late, &ready, &out].map(|order| seen(order)["state"].clone()), ["cancelled", "cancelled", "handed_over"]);
    assert_eq!((&seen(&late)["bill"]["owed_back"], &seen(&late)["refunds"][0]["state"]), (&json!(25_000), &json!("due")));
    assert_eq!(app.available(&stall.product), 36);
    assert_eq!(crate::order_changes::balance(&shop, "refunds:buyers"), -25_000);
}

#[test]
fn a_paid_order_completes_by_itself_and_an_unpaid_one_when_its_money_comes() {
    let mut app = TestApp::start();
    let stall = stall(&app);
    let orders = [(); 2].map(|()| stall.buyer.orders(&stall.product, 1));
    for order in &orders {
        stall.shop.owner.steps(order, &["accept", "prepare", "ready", "hand-over"]);
    }
    let [paid, unpaid] = orders;
    stall.shop.owner.step(&paid, "payments/receive");
    later(&mut app, 24 * 3 + 1);
    let (shop, buyer) = awake(&app, &stall);
    let state = |order: &str| buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["state"].clone();
    assert_eq!((state(&paid), state(&unpaid)), (json!("completed"), json!("handed_over")));
    assert_eq!(moves(&buyer, &paid).last(), Some(&(json!("completed"), Value::Null)));
    assert_eq!(shop.owner.step(&unpaid, "payments/receive")["state"], "completed", "the days for claims are over");
}

#[test]
fn pre_ordered_goods_are_made_for_the_order_and_not_taken_from_stock() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let window = json!({ "cut_off": "2026-11-26T10:00:00Z", "ready_on": "2026-11-28", "capacity": 10 });
    let window = shop.owner.client.post(&format!("/v1/packs/{}/preorders", pack_of(&product)), window).expect(201)["id"].clone();
    let place = |quantity: i64| {
        let line = json!({ "pack_id": pack_of(&product), "quantity": quantity, "preorder_id": window });
        buyer.client.post("/v1/order-groups", json!({ "lines": [line], "fulfilment": "pickup", "payment": "cash_at_pickup" }))
    };
    let free = || app.client.get(&format!("/v1/preorders/{}", window.as_str().expect("an id"))).expect(200)["free"].as_i64();
    place(11).expect_problem(409, "preorder_full");
    let placed = place(6).expect(201)["orders"][0].clone();
    let order = placed["id"].as_str().expect("an id");
    assert_eq!((&placed["ready_on"], free(), app.available(&product)), (&json!("2026-11-28"), Some(4), 40));
    let accepted = shop.owner.step(order, "accept");
    assert!(accepted["hand_over_by"].as_str() > Some("2026-12-01"), "the days to hand over begin when it is ready: {accepted}");

    shop.owner.step(order, "prepare");
    let fewer = json!({ "lines": [{ "position": 1, "quantity": 5 }], "reason": "Satu gosong" });
    let change = shop.owner.client.post(&format!("/v1/orders/{order}/changes"), fewer).expect(200)["change"]["id"].clone();
    buyer.client.post(&format!("/v1/orders/{order}/changes/accept"), json!({ "change_id": change })).expect(200);
    assert_eq!(free(), Some(5), "what is not made can be ordered again");
    shop.owner.step(order, "ready");
    let own = || shop.owner.client.get(&format!("/v1/products/{product}")).expect(200)["packs"][0].clone();
    assert_eq!((&own()["on_hand"], &own()["reserved"], app.available(&product)), (&json!(45), &json!(5), 40));
    shop.owner.steps(order, &["hand-over", "payments/receive", "complete"]);
    assert_eq!((&own()["on_hand"], &own()["reserved"]), (&json!(40), &json!(0)));

    let early = place(2).expect(201)["orders"][0]["id"].as_str().expect("an id").to_owned();
    buyer.client.post(&format!("/v1/orders/{early}/cancel"), json!({ "reason": "Batal" })).expect(200);
    assert_eq!((free(), app.available(&product)), (Some(5), 40));
    let made = place(3).expect(201)["orders"][0]["id"].as_str().expect("an id").to_owned();
    shop.owner.steps(&made, &["accept", "prepare", "ready"]);
    shop.owner.client.post(&format!("/v1/orders/{made}/cancel"), json!({ "reason": "Pembeli tidak datang" })).expect(200);
    assert_eq!((free(), app.available(&product)), (Some(2), 43), "what was made is stock");
}

#[test]
fn a_cart_that_a_seller_does_not_take_is_told_why() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let path = format!("/v1/enterprises/{}/shop", shop.id);
    let terms =
        |holiday: Value| json!({ "minimum_order": 20_000, "answer_hours": 12, "hand_over_days": 3, "opening": null, "holiday": holiday });
    let set = |version: i32, terms: Value| {
        shop.owner.client.send("PUT", &path, Some(terms), &[("If-Match", &format!("\"{version}\""))]).expect(200);
    };
    set(0, terms(Value::Null));
    let small = buyer.client.post("/v1/order-groups", cart(&product, 1));
    small.expect_problem(409, "below_minimum_order");
    assert!(small.text.contains("Rp20.000"), "{}", small.text);
    assert_eq!(app.available(&product), 40);
    let placed = buyer.client.post("/v1/order-groups", cart(&product, 2)).expect(201);
    assert_eq!(placed["orders"][0]["answer_by"], "2026-11-24T14:00:00.000000Z", "in her own time");
    set(1, terms(json!({ "from": "2026-11-20", "until": "2026-11-30", "note": null })));
    let away = buyer.client.post("/v1/order-groups", cart(&product, 2));
    away.expect_problem(409, "shop_on_holiday");
    assert!(away.text.contains("2026-12-01"), "{}", away.text);
    set(2, terms(Value::Null));

    let other = app.home_industry(&village, "Dodol Balewangi");
    let zone = |shop: &Shop, fee: i64| {
        let zone = json!({ "name": "Bandung", "fee": fee });
        shop.owner.client.post(&format!("/v1/enterprises/{}/delivery-zones", shop.id), zone).expect(201)["id"].clone()
    };
    let deliver = |zones: Value| {
        let mut body = cart(&product, 2);
        (body["fulfilment"], body["address"], body["zones"]) = ("seller_delivery".into(), "Jalan Braga 1".into(), zones);
        buyer.client.post("/v1/order-groups", body)
    };
    deliver(json!(["zon_01arz3ndektsv4rrffq69g5fav"])).expect_problem(400, "invalid_input");
    let (hers, others) = (zone(&shop, 12_000), zone(&other, 1));
    let quoted = deliver(json!([others])).expect(201);
    assert_eq!(quoted["orders"][0]["quote"]["state"], "asked", "another seller's zone is none of hers");
    let known = deliver(json!([hers])).expect(201);
    assert_eq!((&known["total"], &known["orders"][0]["zone"]), (&json!(37_000), &json!("Bandung")));
}

#[test]
fn nobody_holds_all_the_stock_with_orders_that_wait() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let guest = app.guest("Tamu");
    for _ in 0..5 {
        guest.orders(&product, 1);
    }
    guest.client.post("/v1/order-groups", cart(&product, 1)).expect_problem(409, "too_many_orders_waiting");
    let orders: Vec<String> = (0..20).map(|_| buyer.orders(&product, 1)).collect();
    buyer.client.post("/v1/order-groups", cart(&product, 1)).expect_problem(409, "too_many_orders_waiting");
    shop.owner.step(&orders[0], "accept");
    buyer.orders(&product, 1);
}

/// The clock looked when her money was said to be on its way: once that is not so, stock is not held for ever.
#[test]
fn an_order_whose_claim_is_refused_or_falls_short_is_looked_at_again() {
    let mut app = TestApp::start();
    let stall = stall(&app);
    app.takes_transfers(&stall.shop);
    let orders = [(); 3].map(|()| by_transfer(&stall, 2));
    let payments = orders.each_ref().map(|order| claimed(&stall.buyer, order));
    later(&mut app, 25);
    let (shop, buyer) = awake(&app, &stall);
    let act = |payment: &str, act: &str, body: Value| shop.owner.client.post(&format!("/v1/payments/{payment}/{act}"), body).expect(200);
    let refused = act(&payments[0], "refuse", json!({ "reason": "Belum masuk" }));
    assert_eq!((&refused["state"], &refused["pay_by"]), (&json!("accepted"), &json!("2026-11-25T15:00:00.000000Z")), "half a day more");
    act(&payments[1], "confirm", json!({ "amount": 1_000 }));
    act(&payments[2], "confirm", json!({}));
    act(&payments[2], "reverse", json!({ "reason": "Ditarik bank" }));
    later(&mut app, 11);
    let state =
        |buyer: &Person| orders.each_ref().map(|order| buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["state"].clone());
    assert_eq!(state(&app.awake(&buyer)), ["accepted"; 3]);
    assert_eq!(app.available(&stall.product), 40 - 6);
    later(&mut app, 2);
    assert_eq!(state(&app.awake(&buyer)), ["expired"; 3]);
    assert_eq!(app.available(&stall.product), 40, "the stock is free again");
    let part = app.awake(&buyer).client.get(&format!("/v1/orders/{}", orders[1])).expect(200);
    assert_eq!((&part["bill"]["owed_back"], &part["refunds"][0]["cause"]), (&json!(1_000), &json!("called_off")));
}

#[test]
fn a_quote_the_buyer_leaves_open_is_told_as_that() {
    let mut app = TestApp::start();
    let stall = stall(&app);
    let place = || {
        let mut body = cart(&stall.product, 1);
        (body["fulfilment"], body["address"]) = ("seller_delivery".into(), "Jalan Braga 1".into());
        stall.buyer.client.post("/v1/order-groups", body).expect(201)["orders"][0]["id"].as_str().expect("an id").to_owned()
    };
    let (quoted, silent) = (place(), place());
    stall.shop.owner.client.post(&format!("/v1/orders/{quoted}/quote"), json!({ "fee": 15_000 })).expect(200);
    later(&mut app, 49);
    let (_, buyer) = awake(&app, &stall);
    let reason = |order: &str| {
        let history = buyer.client.get(&format!("/v1/orders/{order}/history")).expect(200);
        history["items"].as_array().and_then(|all| all.last()).expect("a move")["reason"].clone()
    };
    assert_eq!(reason(&quoted), "Pembeli tidak menyetujui ongkos kirim sampai batas waktunya.");
    assert_eq!(reason(&silent), "Penjual tidak menjawab sampai batas waktunya.");
}

#[test]
fn a_sellers_time_to_answer_begins_when_she_is_open() {
    let app = TestApp::start();
    let stall = stall(&app);
    let day = json!([{ "from": "13:00", "until": "17:00" }]);
    let opening = json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day, "saturday": [], "sunday": [] });
    let terms = json!({ "minimum_order": 0, "answer_hours": 12, "hand_over_days": 3, "opening": opening, "holiday": null });
    let path = format!("/v1/enterprises/{}/shop", stall.shop.id);
    stall.shop.owner.client.send("PUT", &path, Some(terms), &[("If-Match", "\"0\"")]).expect(200);
    let order = stall.buyer.orders(&stall.product, 1);
    let seen = stall.buyer.client.get(&format!("/v1/orders/{order}")).expect(200);
    // Nine in the morning on a Tuesday; she opens at one, six o'clock in the morning of Greenwich.
    assert_eq!(seen["answer_by"], "2026-11-24T18:00:00.000000Z");
}

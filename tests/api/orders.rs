//! Orders from cart to completion and to every exit.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::people::{cart, pack_of};
use crate::support::{Person, Shop, TestApp, Village};

/// A village, a shop, a product of Rp12.500 with stock 40, and a buyer.
pub struct Stall {
    pub village: Village,
    pub shop: Shop,
    pub product: String,
    pub buyer: Person,
}

pub fn stall(app: &TestApp) -> Stall {
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let product = app.product(&village, &shop, "Keripik Singkong Balado 250 g", 12_500, 40);
    Stall { village, shop, product, buyer: app.buyer("Pembeli Bandung") }
}

/// The buyer says that she has paid; answers the payment's id.
pub fn claimed(buyer: &Person, order: &str) -> String {
    let seen = buyer.step(order, "payments/claim");
    let last = seen["payments"].as_array().and_then(|all| all.last()).expect("a payment");
    last["id"].as_str().expect("an id").to_owned()
}

const TO_HAND_OVER: [&str; 4] = ["accept", "prepare", "ready", "hand-over"];

#[test]
fn an_order_walks_from_cart_to_income() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let seller = &shop.owner;
    let order = buyer.orders(&product, 3);
    assert_eq!(app.available(&product), 37, "reserved");

    let seen = seller.client.get(&format!("/v1/orders/{order}")).expect(200);
    assert_eq!((seen["state"].as_str(), seen["total"].as_i64()), (Some("placed"), Some(37_500)));
    assert!(seen["buyer"].is_null(), "the seller sees who buys once she has accepted");

    seller.step(&order, "accept");
    let seen = seller.client.get(&format!("/v1/orders/{order}")).expect(200);
    assert_eq!(seen["buyer"]["name"], "Pembeli Bandung");
    seller.steps(&order, &["prepare", "ready", "hand-over"]);
    seller.client.post(&format!("/v1/orders/{order}/complete"), json!({})).expect_problem(409, "order_not_paid");
    seller.step(&order, "payments/receive");
    let done = seller.step(&order, "complete");
    assert_eq!((done["state"].as_str(), done["bill"]["status"].as_str()), (Some("completed"), Some("paid")));

    let income = seller.client.get(&format!("/v1/enterprises/{}/income", shop.id)).expect(200);
    assert_eq!((&income["total"]["revenue"]["amount"], &income["total"]["revenue"]["system"]), (&json!(37_500), &json!(37_500)));
    let channels = &income["periods"][0]["earned"]["channels"];
    assert_eq!(
        (&channels[0]["channel"], &channels[0]["revenue"]["amount"], &channels[1]),
        (&json!("online"), &json!(37_500), &Value::Null)
    );
    let trial = seller.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    assert_eq!(trial["difference"], 0);
    assert_eq!(app.available(&product), 37, "taken, not reserved twice");

    let history = buyer.client.get(&format!("/v1/orders/{order}/history")).expect(200);
    let moves: Vec<&str> = history["items"].as_array().expect("a list").iter().filter_map(|event| event["to"].as_str()).collect();
    assert_eq!(moves, ["placed", "accepted", "preparing", "ready", "handed_over", "completed"]);
}

#[test]
fn a_cart_of_two_sellers_is_two_orders_and_all_or_nothing() {
    let app = TestApp::start();
    let Stall { village, product, buyer, .. } = stall(&app);
    let other = app.home_industry(&village, "Dodol Balewangi");
    let dodol = app.product(&village, &other, "Dodol Garut 500 g", 35_000, 2);
    let lines = |dodols: i64| {
        json!({
            "lines": [
                { "pack_id": pack_of(&product), "quantity": 2 }, { "pack_id": pack_of(&dodol), "quantity": dodols }, { "pack_id": pack_of(&product), "quantity": 1 },
            ],
            "fulfilment": "pickup", "payment": "cash_at_pickup",
        })
    };
    buyer.client.post("/v1/order-groups", lines(3)).expect_problem(409, "out_of_stock");
    assert_eq!(app.available(&product), 40, "nothing is reserved for a cart that cannot be filled");

    let placed = buyer.client.post("/v1/order-groups", lines(2)).expect(201);
    assert_eq!(placed["total"], 3 * 12_500 + 2 * 35_000);
    assert_eq!(placed["orders"].as_array().map(Vec::len), Some(2));
    assert_eq!((app.available(&product), app.available(&dodol)), (37, 0), "two lines on one product are one demand");
    let again = buyer.client.get(&format!("/v1/order-groups/{}", placed["id"].as_str().expect("an id"))).expect(200);
    assert_eq!(again, placed);
    app.buyer("Orang lain")
        .client
        .get(&format!("/v1/order-groups/{}", placed["id"].as_str().expect("an id")))
        .expect_problem(404, "not_found");
}

#[test]
fn two_lines_of_one_cart_do_not_oversell_one_stock_item() {
    let app = TestApp::start();
    let Stall { product, buyer, .. } = stall(&app);
    let line = json!({ "pack_id": pack_of(&product), "quantity": 25 });
    let body = json!({ "lines": [line, line], "fulfilment": "pickup", "payment": "cash_on_delivery" });
    buyer.client.post("/v1/order-groups", body).expect_problem(409, "out_of_stock");
    assert_eq!(app.available(&product), 40);
}

#[test]
fn an_expected_total_only_refuses() {
    let app = TestApp::start();
    let Stall { product, buyer, .. } = stall(&app);
    let with_total = |total: i64| {
        let mut body = cart(&product, 3);
        body["expected_total"] = total.into();
        body
    };
    let refused = buyer.client.post("/v1/order-groups", with_total(1));
    refused.expect_problem(409, "other_total");
    assert!(refused.text.contains("Rp37.500"));
    assert_eq!(buyer.client.post("/v1/order-groups", with_total(37_500)).expect(201)["total"], 37_500);
}

#[test]
fn a_cart_that_makes_no_sense_is_told_where() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    for (body, field) in [
        (json!({ "lines": [], "fulfilment": "pickup", "payment": "cash_on_delivery" }), "lines"),
        (
            json!({ "lines": [{ "pack_id": pack_of(&product), "quantity": 0 }], "fulfilment": "pickup", "payment": "cash_on_delivery" }),
            "lines[0].quantity",
        ),
        (
            json!({ "lines": [{ "pack_id": pack_of(&product), "quantity": -1 }], "fulfilment": "pickup", "payment": "cash_on_delivery" }),
            "lines[0].quantity",
        ),
        (
            json!({ "lines": [{ "pack_id": shop.id, "quantity": 1 }], "fulfilment": "pickup", "payment": "cash_on_delivery" }),
            "lines[0].pack_id",
        ),
        (
            json!({ "lines": [{ "pack_id": pack_of(&product), "quantity": 1 }], "fulfilment": "seller_delivery", "payment": "cash_on_delivery" }),
            "address",
        ),
        (
            json!({ "lines": [{ "pack_id": pack_of(&product), "quantity": 1 }], "fulfilment": "pickup", "payment": "cash_on_delivery", "price": 1 }),
            "price",
        ),
    ] {
        let refused = buyer.client.post("/v1/order-groups", body.clone());
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], field, "{body}");
    }
    shop.owner.client.post("/v1/order-groups", cart(&product, 1)).expect_problem(409, "own_product");
}

#[test]
fn only_what_is_published_can_be_ordered() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, village } = stall(&app);
    let draft = app.draft(&shop, "Keripik Talas", 9_000, 5);
    buyer.client.post("/v1/order-groups", cart(&draft, 1)).expect_problem(409, "not_for_sale");
    shop.owner.client.post(&format!("/v1/products/{product}/pause"), json!({})).expect(200);
    buyer.client.post("/v1/order-groups", cart(&product, 1)).expect_problem(409, "not_for_sale");
    shop.owner.client.post(&format!("/v1/products/{product}/resume"), json!({})).expect(200);
    let reason = json!({ "reason": "Keluhan warga" });
    village.admin.client.post(&format!("/v1/enterprises/{}/suspend", shop.id), reason).expect(200);
    buyer.client.post("/v1/order-groups", cart(&product, 1)).expect_problem(409, "not_for_sale");
}

#[test]
fn a_step_in_the_wrong_state_is_refused() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let order = buyer.orders(&product, 1);
    for act in ["prepare", "ready", "hand-over", "complete"] {
        shop.owner.client.post(&format!("/v1/orders/{order}/{act}"), json!({})).expect_problem(409, "order_wrong_state");
    }
    shop.owner.step(&order, "accept");
    shop.owner.client.post(&format!("/v1/orders/{order}/accept"), json!({})).expect_problem(409, "order_wrong_state");
    let reason = json!({ "reason": "Bahan habis" });
    shop.owner.client.post(&format!("/v1/orders/{order}/reject"), reason).expect_problem(409, "order_wrong_state");
}

#[test]
fn a_step_by_the_wrong_person_is_refused() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, village } = stall(&app);
    let order = buyer.orders(&product, 1);
    let other = app.home_industry(&village, "Dodol Balewangi");
    other.owner.client.post(&format!("/v1/orders/{order}/accept"), json!({})).expect_problem(404, "not_found");
    other.owner.client.get(&format!("/v1/orders/{order}")).expect_problem(404, "not_found");
    buyer.client.post(&format!("/v1/orders/{order}/accept"), json!({})).expect_problem(403, "forbidden");
    buyer.client.post(&format!("/v1/orders/{order}/payments/receive"), json!({})).expect_problem(403, "forbidden");
    shop.owner.client.post(&format!("/v1/orders/{order}/payments/claim"), json!({})).expect_problem(403, "forbidden");
    village.admin.client.post(&format!("/v1/orders/{order}/accept"), json!({})).expect_problem(403, "forbidden");
}

#[test]
fn whoever_calls_off_in_time_frees_the_stock() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let why = || json!({ "reason": "Berubah rencana" });
    let rejected = buyer.orders(&product, 5);
    let seen = shop.owner.client.post(&format!("/v1/orders/{rejected}/reject"), why()).expect(200);
    assert_eq!((seen["state"].as_str(), seen["bill"]["status"].as_str()), (Some("rejected"), Some("void")));

    let cancelled = buyer.orders(&product, 5);
    shop.owner.client.post(&format!("/v1/orders/{cancelled}/cancel"), why()).expect_problem(409, "order_wrong_state");
    buyer.client.post(&format!("/v1/orders/{cancelled}/cancel"), why()).expect(200);

    let late = buyer.orders(&product, 5);
    shop.owner.steps(&late, &["accept", "prepare"]);
    buyer.client.post(&format!("/v1/orders/{late}/cancel"), why()).expect_problem(409, "order_wrong_state");
    shop.owner.client.post(&format!("/v1/orders/{late}/cancel"), why()).expect(200);
    assert_eq!(app.available(&product), 40);

    let gone = buyer.orders(&product, 5);
    shop.owner.steps(&gone, &TO_HAND_OVER);
    shop.owner.client.post(&format!("/v1/orders/{gone}/cancel"), why()).expect_problem(409, "order_wrong_state");
    shop.owner.client.post(&format!("/v1/orders/{gone}/cancel"), json!({})).expect_problem(400, "invalid_input");
    assert_eq!(app.available(&product), 35);
}

#[test]
fn a_transfer_is_claimed_refused_claimed_again_and_confirmed() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let mut body = cart(&product, 2);
    body["payment"] = "bank_transfer".into();
    buyer.client.post("/v1/order-groups", body.clone()).expect_problem(409, "payment_method_not_taken");
    app.takes_transfers(&shop);
    let order = buyer.client.post("/v1/order-groups", body).expect(201)["orders"][0]["id"].as_str().expect("an id").to_owned();
    shop.owner.step(&order, "accept");
    let first = claimed(&buyer, &order);
    buyer.client.post(&format!("/v1/orders/{order}/payments/claim"), json!({})).expect_problem(409, "nothing_to_pay");
    shop.owner.client.post(&format!("/v1/payments/{first}/refuse"), json!({ "reason": "Belum masuk" })).expect(200);
    let second = claimed(&buyer, &order);
    let paid = shop.owner.client.post(&format!("/v1/payments/{second}/confirm"), json!({})).expect(200);
    shop.owner.client.post(&format!("/v1/payments/{second}/confirm"), json!({})).expect_problem(409, "payment_wrong_state");
    let digits = paid["bill"]["digits"].as_i64().expect("digits");
    assert!((1..=999).contains(&digits));
    shop.owner.steps(&order, &["prepare", "ready", "hand-over"]);
    buyer.step(&order, "complete");
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    let bank = trial["accounts"].as_array().expect("a list").iter().find(|row| row["account"] == "bank").cloned().expect("the bank");
    assert_eq!(bank, json!({ "account": "bank", "partner_id": null, "debit": 25_000 + digits, "credit": 0 }));
}

#[test]
fn money_for_an_order_called_off_is_owed_until_sent_back() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.steps(&order, &["accept", "payments/receive"]);
    let seen = buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Batal" })).expect(200);
    assert_eq!((&seen["bill"]["owed_back"], &seen["refunds"][0]["state"]), (&json!(25_000), &json!("due")));
    let refund = format!("/v1/refunds/{}", seen["refunds"][0]["id"].as_str().expect("an id"));
    buyer.client.post(&format!("{refund}/acknowledge"), json!({})).expect_problem(409, "refund_wrong_state");
    buyer.client.post(&format!("{refund}/send"), json!({})).expect_problem(403, "forbidden");
    shop.owner.client.post(&format!("{refund}/send"), json!({})).expect(200);
    shop.owner.client.post(&format!("{refund}/send"), json!({})).expect_problem(409, "refund_wrong_state");
    shop.owner.client.post(&format!("{refund}/acknowledge"), json!({})).expect_problem(403, "forbidden");
    buyer.client.post(&format!("{refund}/dispute"), json!({ "reason": "Belum masuk" })).expect(200);
    shop.owner.client.post(&format!("{refund}/send"), json!({})).expect(200);
    let seen = buyer.client.post(&format!("{refund}/acknowledge"), json!({})).expect(200);
    assert_eq!((&seen["bill"]["owed_back"], &seen["bill"]["returned"]), (&json!(0), &json!(25_000)));
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    for row in trial["accounts"].as_array().expect("a list") {
        assert_eq!(row["debit"], row["credit"], "nothing is left: {row}");
    }
    let income = shop.owner.client.get(&format!("/v1/enterprises/{}/income", shop.id)).expect(200);
    assert_eq!(income["total"]["revenue"]["amount"], 0, "money sent back was never income");
}

#[test]
fn a_claim_on_a_cancelled_order_stays_open_until_the_seller_has_looked() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    buyer.client.post(&format!("/v1/orders/{order}/payments/claim"), json!({})).expect_problem(409, "payment_not_due");
    shop.owner.step(&order, "accept");
    let payment = claimed(&buyer, &order);
    let seen = buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Batal" })).expect(200);
    assert_eq!((&seen["payments"][0]["state"], &seen["bill"]["claimed"]), (&json!("claimed"), &json!(25_000)));
    let seen = shop.owner.client.post(&format!("/v1/payments/{payment}/confirm"), json!({})).expect(200);
    assert_eq!((&seen["payments"][0]["state"], &seen["refunds"][0]["state"]), (&json!("confirmed"), &json!("due")));
    assert_eq!((&seen["bill"]["claimed"], &seen["bill"]["owed_back"]), (&json!(0), &json!(25_000)));
}

#[test]
fn an_order_nobody_answers_expires_once() {
    let mut app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let (silent, answered) = (buyer.orders(&product, 4), buyer.orders(&product, 1));
    shop.owner.step(&answered, "accept");
    app.run_jobs();
    app.advance(chrono::Duration::hours(47));
    app.run_jobs();
    let state = |app: &TestApp, order: &str| {
        let whole = app.wait(app.app.db.read({
            let order = order.parse().expect("an id");
            move |conn| {
                use diesel::prelude::*;
                use kit::schema::orders as t;
                let id: market::orders::OrderId = order;
                Ok::<String, kit::db::Failure<kit::db::Never>>(t::table.find(id).select(t::state).first(conn)?)
            }
        }));
        whole.expect("an order")
    };
    assert_eq!(state(&app, &silent), "placed");
    app.restart();
    app.advance(chrono::Duration::hours(2));
    app.run_jobs();
    assert_eq!((state(&app, &silent), state(&app, &answered)), ("expired".to_owned(), "accepted".to_owned()));
    assert_eq!(app.available(&product), 39);
}

#[test]
fn lists_are_paged_newest_first() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let orders: Vec<String> = (0..5).map(|_| buyer.orders(&product, 1)).collect();
    shop.owner.step(&orders[0], "accept");
    let mut seen = Vec::new();
    let mut path = "/v1/me/orders?limit=2".to_owned();
    loop {
        let answer = buyer.client.get(&path);
        let page = answer.clone().expect(200);
        seen.extend(page["items"].as_array().expect("a list").iter().map(|order| order["id"].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            assert_eq!(answer.header("link"), "");
            break;
        };
        assert_eq!(answer.header("link"), format!("</v1/me/orders?limit=2&cursor={cursor}>; rel=\"next\""));
        path = format!("/v1/me/orders?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, orders.iter().rev().cloned().collect::<Vec<_>>());
    let accepted = shop.owner.client.get(&format!("/v1/enterprises/{}/orders?state=accepted", shop.id)).expect(200);
    assert_eq!(accepted["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(accepted["items"][0]["lines"][0]["quantity"], 1);
}

#[test]
fn the_village_office_acts_for_an_assisted_enterprise_and_it_is_written_down() {
    let app = TestApp::start();
    let village = app.balewangi();
    let body = json!({ "kind": "home_industry", "name": "Opak Tanpa Telepon" });
    let shop = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), body).expect(201);
    let shop = Shop { id: shop["id"].as_str().expect("an id").to_owned(), owner: village.admin.clone() };
    village.admin.client.post(&format!("/v1/enterprises/{}/submit", shop.id), json!({})).expect(200);
    village.admin.client.post(&format!("/v1/enterprises/{}/approve", shop.id), json!({})).expect(200);
    let product = app.product(&village, &shop, "Opak Ketan", 14_000, 10);
    let buyer = app.buyer("Pembeli");
    let order = buyer.orders(&product, 1);
    village.admin.step(&order, "accept");
    let history = village.admin.client.get(&format!("/v1/orders/{order}/history")).expect(200);
    assert_eq!(history["items"][1]["actor_id"], village.admin.account_id.as_str());
    assert_eq!(history["items"][1]["on_behalf_of"], shop.id.as_str());
    assert_eq!(history["items"][0]["on_behalf_of"], serde_json::Value::Null);
}

#[test]
fn a_suspended_seller_takes_no_new_order_and_finishes_what_she_took() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let (taken, new) = (buyer.orders(&product, 1), buyer.orders(&product, 1));
    shop.owner.step(&taken, "accept");
    let path = format!("/v1/enterprises/{}/suspend", shop.id);
    village.admin.client.post(&path, json!({ "reason": "Keluhan warga" })).expect(200);
    shop.owner.client.post(&format!("/v1/orders/{new}/accept"), json!({})).expect_problem(409, "enterprise_not_trading");
    shop.owner.steps(&taken, &["prepare", "ready", "hand-over", "payments/receive", "complete"]);
    shop.owner.client.post(&format!("/v1/products/{product}/pause"), json!({})).expect(200);
    shop.owner.client.post(&format!("/v1/products/{product}/resume"), json!({})).expect_problem(409, "enterprise_not_trading");
}

#[test]
fn why_a_payment_was_refused_stands_in_the_history() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 1);
    shop.owner.step(&order, "accept");
    let payment = claimed(&buyer, &order);
    shop.owner.client.post(&format!("/v1/payments/{payment}/refuse"), json!({ "reason": "Uang belum masuk" })).expect(200);
    let history = buyer.client.get(&format!("/v1/orders/{order}/history")).expect(200);
    let moves: Vec<_> = history["payment"].as_array().expect("a list").iter().map(|event| (&event["to"], &event["reason"])).collect();
    assert_eq!(moves, [(&json!("claimed"), &json!(null)), (&json!("refused"), &json!("Uang belum masuk"))]);
}

#[test]
fn a_seller_sees_whom_she_owes_money() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 1);
    shop.owner.steps(&order, &["accept", "payments/receive"]);
    let seen = shop.owner.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Bahan habis" })).expect(200);
    assert_eq!((seen["refunds"][0]["state"].as_str(), seen["buyer"]["phone"].is_string()), (Some("due"), true));
    let unpaid = buyer.orders(&product, 1);
    let seen = shop.owner.client.post(&format!("/v1/orders/{unpaid}/reject"), json!({ "reason": "Bahan habis" })).expect(200);
    assert!(seen["buyer"].is_null());
}

#[test]
fn the_office_does_not_buy_from_those_it_sells_for() {
    let app = TestApp::start();
    let village = app.balewangi();
    let body = json!({ "kind": "home_industry", "name": "Opak Tanpa Telepon" });
    let shop = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), body).expect(201);
    let shop = Shop { id: shop["id"].as_str().expect("an id").to_owned(), owner: village.admin.clone() };
    village.admin.client.post(&format!("/v1/enterprises/{}/submit", shop.id), json!({})).expect(200);
    village.admin.client.post(&format!("/v1/enterprises/{}/approve", shop.id), json!({})).expect(200);
    let product = app.product(&village, &shop, "Opak Ketan", 14_000, 10);
    village.admin.client.post("/v1/order-groups", cart(&product, 1)).expect_problem(409, "own_product");
}

/// Everything a seller reads about an order that is not hers to know the buyer of.
fn told_to(shop: &Shop, product: &str, order: &str) -> String {
    let get = |path: String| shop.owner.client.get(&path);
    let pages = [
        format!("/v1/orders/{order}"),
        format!("/v1/orders/{order}/history"),
        format!("/v1/enterprises/{}/orders", shop.id),
        format!("/v1/enterprises/{}/desk", shop.id),
        format!("/v1/enterprises/{}/orders.csv?month=2026-11", shop.id),
        format!("/v1/enterprises/{}/stock-movements?pack_id={}", shop.id, pack_of(product)),
    ];
    pages.into_iter().map(|path| get(path).text).collect()
}

#[test]
fn a_seller_does_not_learn_who_the_buyer_is_before_she_accepts_or_where_she_never_did() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let hidden = |shop: &Shop, order: &str, when: &str| {
        let told = told_to(shop, &product, order);
        for secret in [buyer.account_id.as_str(), "Pembeli Bandung", &buyer.phone[1..], "Suami saya"] {
            // What she says to the seller when she calls it off is said to the seller; her stock remembers nothing of it.
            let said = secret == "Suami saya" && when == "cancelled";
            assert!(said || !told.contains(secret), "{when}: {secret}");
        }
        let list = shop.owner.client.get(&format!("/v1/enterprises/{}/orders", shop.id)).expect(200);
        assert!(list["items"].as_array().expect("a list").iter().all(|item| item["buyer"].is_null()), "{when}");
    };
    let placed = buyer.orders(&product, 1);
    hidden(&shop, &placed, "placed");
    shop.owner.client.post(&format!("/v1/orders/{placed}/reject"), json!({ "reason": "Bahan habis" })).expect(200);
    hidden(&shop, &placed, "rejected");
    let off = buyer.orders(&product, 1);
    buyer.client.post(&format!("/v1/orders/{off}/cancel"), json!({ "reason": "Suami saya sudah beli" })).expect(200);
    hidden(&shop, &off, "cancelled");
    let movements = format!("/v1/enterprises/{}/stock-movements?pack_id={}", shop.id, pack_of(&product));
    assert!(!shop.owner.client.get(&movements).text.contains("Suami saya"));
    let late = buyer.orders(&product, 1);
    app.advance(Duration::hours(49));
    app.run_jobs();
    let awake = Shop { id: shop.id.clone(), owner: app.awake(&shop.owner) };
    assert_eq!(awake.owner.client.get(&format!("/v1/orders/{late}")).expect(200)["state"], "expired");
    hidden(&awake, &late, "expired");

    let buyer = app.awake(&buyer);
    let own = buyer.client.get(&format!("/v1/orders/{off}/history")).expect(200);
    assert_eq!(own["items"][0]["actor_id"], json!(buyer.account_id), "she sees herself");
    let taken = buyer.orders(&product, 1);
    awake.owner.step(&taken, "accept");
    assert!(told_to(&awake, &product, &taken).contains(&buyer.account_id), "once it is accepted");
    let history = awake.owner.client.get(&format!("/v1/orders/{taken}/history")).expect(200);
    assert_eq!(history["items"][1]["actor_id"], json!(awake.owner.account_id));
}

#[test]
fn a_line_keeps_the_name_and_the_price_it_was_ordered_at() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let order = buyer.orders(&product, 2);
    let tag = || shop.owner.client.get(&format!("/v1/products/{product}")).header("etag").to_owned();
    let prices = format!("/v1/packs/{}/prices", pack_of(&product));
    shop.owner.client.send("PUT", &prices, Some(json!({ "price": 99_000 })), &[("If-Match", &tag())]).expect(200);
    let edited = shop.owner.client.patch(&format!("/v1/products/{product}"), &tag(), json!({ "name": "Keripik Ganti Nama" })).expect(200);
    let change = edited["waiting"]["id"].as_str().expect("an id");
    village.admin.client.post(&format!("/v1/moderations/{change}/confirm"), json!({})).expect(200);
    assert_eq!(app.client.get(&format!("/v1/products/{product}")).expect(200)["name"], "Keripik Ganti Nama");
    for who in [&buyer, &shop.owner] {
        let seen = who.client.get(&format!("/v1/orders/{order}")).expect(200);
        let line = &seen["lines"][0];
        assert_eq!(
            (&line["name"], &line["unit_price"], &line["total"], &seen["total"]),
            (&json!("Keripik Singkong Balado 250 g"), &json!(12_500), &json!(25_000), &json!(25_000))
        );
    }
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over", "payments/receive"]);
    assert_eq!(crate::order_changes::balance(&shop, "sales:online"), -25_000);
    assert_eq!(buyer.client.post("/v1/order-groups", cart(&product, 1)).expect(201)["total"], 99_000);
}

//! What buyer and seller agree on before the goods change hands: what delivery costs, and what becomes of an
//! order the seller cannot make whole.

use serde_json::{Value, json};

use crate::orders::{Stall, claimed, stall};
use crate::support::people::{cart, pack_of};
use crate::support::{Answer, Person, Shop, TestApp};

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// Two packs to an address no zone is known for; answers the order.
fn far_away(buyer: &Person, product: &str, payment: &str) -> String {
    let mut body = cart(product, 2);
    body["fulfilment"] = "seller_delivery".into();
    body["address"] = "Jalan Braga 1, Bandung".into();
    body["area"] = "Bandung kota".into();
    body["payment"] = payment.into();
    id(&buyer.client.post("/v1/order-groups", body).expect(201)["orders"][0])
}

fn say(who: &Person, order: &str, act: &str, fee: i64) -> Answer {
    who.client.post(&format!("/v1/orders/{order}/{act}"), json!({ "fee": fee }))
}

fn stands(order: &Value) -> (Value, Value, Value) {
    (order["quote"]["state"].clone(), order["bill"]["delivery"].clone(), order["total"].clone())
}

#[test]
fn delivery_is_quoted_agreed_and_only_then_the_order_is_taken_on() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = far_away(&buyer, &product, "cash_on_delivery");
    let seen = shop.owner.client.get(&format!("/v1/orders/{order}")).expect(200);
    assert_eq!(stands(&seen), (json!("asked"), Value::Null, json!(25_000)));
    assert_eq!((&seen["area"], &seen["buyer"], &seen["bill"]["status"]), (&json!("Bandung kota"), &Value::Null, &json!("not_due")));

    shop.owner.client.post(&format!("/v1/orders/{order}/accept"), json!({})).expect_problem(409, "delivery_quote_open");
    say(&buyer, &order, "quote/accept", 15_000).expect_problem(409, "no_delivery_quote");
    assert_eq!(stands(&say(&shop.owner, &order, "quote", 20_000).expect(200)).0, "quoted");
    let path = format!("/v1/orders/{order}/quote");
    let first = shop.owner.client.post_once(&path, json!({ "fee": 15_000 }), "ongkir");
    let again = shop.owner.client.post_once(&path, json!({ "fee": 15_000 }), "ongkir");
    assert_eq!((first.status, &again.text, again.header("idempotency-replayed")), (200, &first.text, "true"));

    let old = say(&buyer, &order, "quote/accept", 20_000);
    old.expect_problem(409, "other_delivery_fee");
    assert!(old.text.contains("Rp15.000"), "she is told what it is now: {}", old.text);
    shop.owner.client.post(&format!("/v1/orders/{order}/accept"), json!({})).expect_problem(409, "delivery_quote_open");
    let agreed = say(&buyer, &order, "quote/accept", 15_000).expect(200);
    assert_eq!(stands(&agreed), (json!("agreed"), json!(15_000), json!(40_000)));
    say(&buyer, &order, "quote/accept", 15_000).expect_problem(409, "no_delivery_quote");
    say(&shop.owner, &order, "quote", 30_000).expect_problem(409, "no_delivery_quote");

    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over", "payments/receive", "complete"]);
    assert_eq!((balance(&shop, "sales:online"), balance(&shop, "income:delivery")), (-25_000, -15_000));
    assert_eq!(balance(&shop, "cash:seller"), 40_000);
}

#[test]
fn a_quote_is_for_the_two_sides_alone_and_for_an_order_that_lives() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let other = app.home_industry(&village, "Dodol Balewangi");
    let order = far_away(&buyer, &product, "cash_on_delivery");
    say(&other.owner, &order, "quote", 1).expect_problem(404, "not_found");
    say(&buyer, &order, "quote", 0).expect_problem(403, "forbidden");
    say(&shop.owner, &order, "quote", -1).expect_problem(400, "invalid_input");
    say(&shop.owner, &order, "quote", 15_000).expect(200);
    say(&shop.owner, &order, "quote/accept", 15_000).expect_problem(403, "forbidden");
    say(&other.owner, &order, "quote/accept", 15_000).expect_problem(404, "not_found");
    buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Terlalu mahal" })).expect(200);
    say(&buyer, &order, "quote/accept", 15_000).expect_problem(409, "order_cannot_change");
    say(&shop.owner, &order, "quote", 5_000).expect_problem(409, "order_cannot_change");

    let near = buyer.orders(&product, 1);
    say(&shop.owner, &near, "quote", 5_000).expect_problem(409, "no_delivery_quote");
}

/// The balance of an account, debits positive.
pub fn balance(shop: &Shop, account: &str) -> i64 {
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    assert_eq!(trial["difference"], 0);
    let rows = trial["accounts"].as_array().expect("a list").iter().filter(|row| row["account"] == account);
    rows.map(|row| row["debit"].as_i64().expect("an amount") - row["credit"].as_i64().expect("an amount")).sum()
}

fn propose(who: &Person, order: &str, lines: Value) -> Answer {
    who.client.post(&format!("/v1/orders/{order}/changes"), json!({ "lines": lines, "reason": "Singkong tinggal sedikit" }))
}

fn decide(who: &Person, order: &str, act: &str, change: &Value) -> Answer {
    who.client.post(&format!("/v1/orders/{order}/changes/{act}"), json!({ "change_id": change["change"]["id"] }))
}

#[test]
fn a_smaller_order_needs_the_buyers_word_and_gives_stock_and_money_back() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 6);
    shop.owner.steps(&order, &["accept", "payments/receive"]);
    let proposed = propose(&shop.owner, &order, json!([{ "position": 1, "quantity": 2 }])).expect(200);
    assert_eq!((&proposed["change"]["goods"], &proposed["total"]), (&json!(25_000), &json!(75_000)), "nothing has changed yet");
    assert_eq!((app.available(&product), &proposed["lines"][0]["quantity"]), (34, &json!(6)));
    propose(&shop.owner, &order, json!([{ "position": 1, "quantity": 1 }])).expect_problem(409, "order_change_waits");
    shop.owner.steps(&order, &["prepare", "ready"]);
    shop.owner.client.post(&format!("/v1/orders/{order}/hand-over"), json!({})).expect_problem(409, "order_change_waits");

    decide(&shop.owner, &order, "accept", &proposed).expect_problem(403, "forbidden");
    let path = format!("/v1/orders/{order}/changes/accept");
    let body = json!({ "change_id": proposed["change"]["id"] });
    let agreed = buyer.client.post_once(&path, body.clone(), "setuju");
    let again = buyer.client.post_once(&path, body, "setuju");
    assert_eq!((agreed.status, &again.text, again.header("idempotency-replayed")), (200, &agreed.text, "true"));
    let agreed = agreed.json;
    let line = &agreed["lines"][0];
    assert_eq!((&line["quantity"], &line["ordered"], &line["total"]), (&json!(2), &json!(6), &json!(25_000)));
    assert_eq!((&agreed["total"], &agreed["bill"]["owed_back"], &agreed["change"]), (&json!(25_000), &json!(50_000), &Value::Null));
    assert_eq!((&agreed["refunds"][0]["cause"], app.available(&product)), (&json!("changed"), 38));
    decide(&buyer, &order, "accept", &proposed).expect_problem(409, "no_order_change");

    shop.owner.step(&order, "hand-over");
    propose(&shop.owner, &order, json!([{ "position": 1, "quantity": 1 }])).expect_problem(409, "order_cannot_change");
    assert_eq!((balance(&shop, "sales:online"), balance(&shop, "refunds:buyers"), app.available(&product)), (-25_000, -50_000, 38));
}

#[test]
fn a_line_is_replaced_by_another_pack_of_the_same_seller() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let opak = app.product(&village, &shop, "Opak Ketan", 9_000, 5);
    let other = app.home_industry(&village, "Dodol Balewangi");
    let dodol = app.product(&village, &other, "Dodol Garut", 35_000, 5);
    let order = buyer.orders(&product, 3);
    shop.owner.step(&order, "accept");
    let with = |pack: &str, quantity: i64| json!([{ "position": 1, "quantity": 1, "replacement": { "pack_id": pack_of(pack), "quantity": quantity } }]);
    propose(&shop.owner, &order, with(&dodol, 1)).expect_problem(409, "not_for_sale");
    let proposed = propose(&shop.owner, &order, with(&opak, 4)).expect(200);
    assert_eq!((&proposed["change"]["goods"], app.available(&opak)), (&json!(12_500 + 36_000), 5), "what replaces is not held for her");

    app.buyer("Lebih cepat").orders(&opak, 2);
    decide(&buyer, &order, "accept", &proposed).expect_problem(409, "out_of_stock");
    let seen = buyer.client.get(&format!("/v1/orders/{order}")).expect(200);
    assert_eq!((&seen["change"]["id"], app.available(&product)), (&proposed["change"]["id"], 37), "and nothing has moved");
    decide(&buyer, &order, "withdraw", &proposed).expect_problem(403, "forbidden");
    decide(&shop.owner, &order, "decline", &proposed).expect_problem(403, "forbidden");
    decide(&shop.owner, &order, "withdraw", &proposed).expect(200);
    decide(&buyer, &order, "decline", &proposed).expect_problem(409, "no_order_change");

    let proposed = propose(&shop.owner, &order, with(&opak, 3)).expect(200);
    let agreed = decide(&buyer, &order, "accept", &proposed).expect(200);
    let quantities: Vec<_> = agreed["lines"].as_array().expect("a list").iter().map(|line| line["quantity"].clone()).collect();
    assert_eq!((quantities, &agreed["total"]), (vec![json!(1), json!(3)], &json!(39_500)));
    assert_eq!((app.available(&product), app.available(&opak)), (39, 0));

    let proposed = propose(&shop.owner, &order, json!([{ "position": 2, "quantity": 0 }])).expect(200);
    decide(&buyer, &order, "decline", &proposed).expect(200);
    buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Batal saja" })).expect(200);
    assert_eq!((app.available(&product), app.available(&opak)), (40, 3), "both lines are free again");
}

#[test]
fn a_replacement_whose_price_has_moved_is_asked_for_anew() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let opak = app.product(&village, &shop, "Opak Ketan", 9_000, 5);
    let order = buyer.orders(&product, 1);
    shop.owner.step(&order, "accept");
    let lines = json!([{ "position": 1, "quantity": 0, "replacement": { "pack_id": pack_of(&opak), "quantity": 1 } }]);
    let proposed = propose(&shop.owner, &order, lines).expect(200);
    let tag = shop.owner.client.get(&format!("/v1/products/{opak}")).header("etag").to_owned();
    let prices = format!("/v1/packs/{}/prices", pack_of(&opak));
    shop.owner.client.send("PUT", &prices, Some(json!({ "price": 11_000 })), &[("If-Match", &tag)]).expect(200);
    decide(&buyer, &order, "accept", &proposed).expect_problem(409, "other_total");
    assert_eq!(app.available(&product), 39);
}

#[test]
fn a_change_that_takes_nothing_away_is_none() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let order = buyer.orders(&product, 3);
    for lines in [
        json!([{ "position": 1, "quantity": 3 }]),
        json!([{ "position": 1, "quantity": 4 }]),
        json!([{ "position": 1, "quantity": -1 }]),
        json!([{ "position": 2, "quantity": 0 }]),
        json!([{ "position": 1, "quantity": 0 }]),
        json!([{ "position": 1, "quantity": 1 }, { "position": 1, "quantity": 0 }]),
        json!([]),
    ] {
        let refused = propose(&shop.owner, &order, lines.clone());
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "lines", "{lines}");
    }
    let one_less = || json!([{ "position": 1, "quantity": 2 }]);
    propose(&buyer, &order, one_less()).expect_problem(403, "forbidden");
    let other = app.home_industry(&village, "Dodol Balewangi");
    propose(&other.owner, &order, one_less()).expect_problem(404, "not_found");
    let proposed = propose(&shop.owner, &order, one_less()).expect(200);
    shop.owner.client.post(&format!("/v1/orders/{order}/reject"), json!({ "reason": "Habis" })).expect(200);
    decide(&buyer, &order, "accept", &proposed).expect_problem(409, "no_order_change");
    assert_eq!(app.available(&product), 40);
}

#[test]
fn a_transfer_is_asked_for_with_digits_that_no_other_open_order_has() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    app.takes_transfers(&shop);
    let orders: Vec<String> = (0..5)
        .map(|_| {
            let order = far_away(&buyer, &product, "bank_transfer");
            say(&shop.owner, &order, "quote", 15_000).expect(200);
            say(&buyer, &order, "quote/accept", 15_000).expect(200);
            shop.owner.step(&order, "accept");
            order
        })
        .collect();
    let mut digits = Vec::new();
    for order in &orders {
        let how = buyer.client.get(&format!("/v1/orders/{order}/payment-instructions")).expect(200);
        let amount = how["amount"].as_i64().expect("an amount");
        assert!((40_001..=40_999).contains(&amount) && how["pay_by"].is_string(), "{how}");
        digits.push(amount);
    }
    digits.sort_unstable();
    digits.dedup();
    assert_eq!(digits.len(), orders.len());
    claimed(&buyer, &orders[0]);
    shop.owner.client.get(&format!("/v1/orders/{}/payment-instructions", orders[0])).expect_problem(403, "forbidden");
}

/// What the buyer of each order is asked to transfer.
fn asked(buyer: &Person, orders: &[&String]) -> Vec<i64> {
    let amount = |order: &&String| buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["bill"]["outstanding"].as_i64();
    orders.iter().map(|order| amount(order).expect("an amount")).collect()
}

/// An order by transfer that its seller has taken on.
fn accepted_transfer(buyer: &Person, shop: &Shop, product: &str, quantity: i64) -> String {
    let mut body = cart(product, quantity);
    body["payment"] = "bank_transfer".into();
    let order = id(&buyer.client.post("/v1/order-groups", body).expect(201)["orders"][0]);
    shop.owner.step(&order, "accept");
    order
}

/// Other goods cost so much more that the digits of one order make up the difference: still no sum is asked for twice.
#[test]
fn no_sum_is_asked_for_twice_whatever_the_totals_are() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    app.takes_transfers(&shop);
    let transfer = |product: &str, quantity: i64| accepted_transfer(&buyer, &shop, product, quantity);
    let first = transfer(&product, 1);
    let sum = asked(&buyer, &[&first])[0];
    // All sums but one that these could be asked for lie on the sums of others: of 999, those of twelve orders are tried.
    let others: Vec<String> = (1..=12)
        .map(|step| {
            let price = sum - step * 83;
            transfer(&app.product(&village, &shop, &format!("Opak {step}"), price.max(12_000), 5), 1)
        })
        .collect();
    let all: Vec<&String> = std::iter::once(&first).chain(&others).collect();
    let sums = asked(&buyer, &all);
    let different: std::collections::BTreeSet<&i64> = sums.iter().collect();
    assert_eq!(different.len(), sums.len(), "{sums:?}");
}

#[test]
fn a_sum_that_changes_is_told_apart_anew_and_one_that_is_claimed_stays() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    app.takes_transfers(&shop);
    let transfer = |product: &str, quantity: i64| accepted_transfer(&buyer, &shop, product, quantity);
    // Two packs that become one come to exactly what the other is asked for, digits and all.
    let large = transfer(&product, 2);
    let digits = asked(&buyer, &[&large])[0] - 25_000;
    let twin = app.product(&village, &shop, "Kembaran", 12_400, 5);
    let small = transfer(&twin, 1);
    let shift = asked(&buyer, &[&small])[0] - 12_400;
    let bare = 12_400 + shift - digits;
    let odd = app.product(&village, &shop, "Ganjil", bare.max(1), 5);
    let line = json!([{ "position": 1, "quantity": 0, "replacement": { "pack_id": pack_of(&odd), "quantity": 1 } }]);
    let proposed = propose(&shop.owner, &large, line).expect(200);
    let changed = decide(&buyer, &large, "accept", &proposed).expect(200);
    assert_ne!(changed["bill"]["digits"], json!(digits), "with the old ones it would be the sum of the other");
    let sums = asked(&buyer, &[&large, &small]);
    assert!(sums[0] != sums[1] && (bare + 1..=bare + 999).contains(&sums[0]), "{sums:?}");

    let payment = claimed(&buyer, &large);
    let digits = buyer.client.get(&format!("/v1/orders/{large}")).expect(200)["bill"]["digits"].clone();
    let refused = shop.owner.client.post(&format!("/v1/payments/{payment}/refuse"), json!({ "reason": "Belum masuk" })).expect(200);
    assert_eq!(refused["bill"]["digits"], digits, "nobody else has come to be asked for it");
}

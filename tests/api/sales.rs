//! Sales made by chat, by telephone or in person, as their seller writes them down.

use serde_json::{Value, json};

use crate::order_changes::balance;
use crate::orders::{Stall, stall};
use crate::support::people::pack_of;
use crate::support::{Answer, Person, TestApp};

fn sale(product: &str, quantity: i64) -> Value {
    json!({
        "channel": "in_person", "lines": [{ "pack_id": pack_of(product), "quantity": quantity }], "payment": "cash_at_pickup",
        "handed_over": true, "paid": true,
    })
}

fn with(mut sale: Value, changes: &[(&str, Value)]) -> Value {
    for (field, value) in changes {
        sale[*field] = value.clone();
    }
    sale
}

fn write_down(who: &Person, shop: &str, sale: Value) -> Answer {
    who.client.post(&format!("/v1/enterprises/{shop}/orders"), sale)
}

#[test]
fn a_sale_at_the_door_is_stock_and_income_at_once() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let done = write_down(&shop.owner, &shop.id, sale(&product, 4)).expect(201);
    assert_eq!((&done["state"], &done["channel"], &done["bill"]["status"]), (&json!("completed"), &json!("in_person"), &json!("paid")));
    assert_eq!((&done["buyer"]["name"], &done["total"], app.available(&product)), (&Value::Null, &json!(50_000), 36));
    assert_eq!((balance(&shop, "sales:in_person"), balance(&shop, "cash:seller")), (-50_000, 50_000));
    let income = shop.owner.client.get(&format!("/v1/enterprises/{}/income", shop.id)).expect(200);
    assert_eq!(income["periods"][0]["earned"]["channels"][0]["channel"], "in_person");
}

#[test]
fn every_channel_is_kept_apart_and_an_agreed_price_holds() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let agreed = |price: i64| json!([{ "pack_id": pack_of(&product), "quantity": 2, "unit_price": price }]);
    for (channel, price) in [("chat", 11_000), ("phone", 12_000)] {
        let body = with(sale(&product, 2), &[("channel", channel.into()), ("lines", agreed(price))]);
        assert_eq!(write_down(&shop.owner, &shop.id, body).expect(201)["total"], 2 * price);
        assert_eq!(balance(&shop, &format!("sales:{channel}")), -2 * price);
    }
    for price in [0, -5] {
        let refused = write_down(&shop.owner, &shop.id, with(sale(&product, 2), &[("lines", agreed(price))]));
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "lines[0].unit_price");
    }
    let fee = write_down(&shop.owner, &shop.id, with(sale(&product, 1), &[("delivery_fee", 5_000.into())]));
    fee.expect_problem(400, "invalid_input");
    assert_eq!(fee.json["errors"][0]["field"], "delivery_fee");
    write_down(&shop.owner, &shop.id, with(sale(&product, 1), &[("channel", "online".into())])).expect_problem(400, "invalid_input");
}

#[test]
fn a_sale_on_credit_waits_for_its_money_and_one_to_come_for_its_goods() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let credit = write_down(&shop.owner, &shop.id, with(sale(&product, 2), &[("paid", false.into())])).expect(201);
    assert_eq!((&credit["state"], balance(&shop, "receivable:buyers")), (&json!("handed_over"), 25_000));
    let order = credit["id"].as_str().expect("an id");
    shop.owner.client.post(&format!("/v1/orders/{order}/payments/receive"), json!({ "amount": 10_000 })).expect(200);
    assert_eq!(balance(&shop, "receivable:buyers"), 15_000);

    let body = with(
        sale(&product, 3),
        &[
            ("handed_over", false.into()),
            ("address", "Cikajang".into()),
            ("delivery_fee", 5_000.into()),
            ("payment", "cash_on_delivery".into()),
        ],
    );
    let paid = write_down(&shop.owner, &shop.id, body).expect(201);
    assert_eq!((&paid["state"], &paid["total"], app.available(&product)), (&json!("accepted"), &json!(42_500), 35));
    assert_eq!(balance(&shop, "advances:buyers"), -42_500);
    let order = paid["id"].as_str().expect("an id");
    shop.owner.steps(order, &["prepare", "ready", "hand-over", "complete"]);
    assert_eq!((balance(&shop, "advances:buyers"), balance(&shop, "income:delivery")), (0, -5_000));
}

#[test]
fn only_her_own_packs_as_many_as_there_are_and_once() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let other = app.home_industry(&village, "Dodol Balewangi");
    let dodol = app.product(&village, &other, "Dodol Garut", 35_000, 5);
    write_down(&shop.owner, &shop.id, sale(&dodol, 1)).expect_problem(409, "not_for_sale");
    write_down(&shop.owner, &shop.id, sale(&product, 41)).expect_problem(409, "out_of_stock");
    write_down(&other.owner, &shop.id, sale(&product, 1)).expect_problem(404, "not_found");
    write_down(&buyer, &shop.id, sale(&product, 1)).expect_problem(404, "not_found");
    write_down(&village.admin, &shop.id, sale(&product, 1)).expect_problem(403, "forbidden");
    let path = format!("/v1/enterprises/{}/orders", shop.id);
    let first = shop.owner.client.post_once(&path, sale(&product, 1), "sekali");
    let again = shop.owner.client.post_once(&path, sale(&product, 1), "sekali");
    assert_eq!((first.status, &first.text, again.header("idempotency-replayed")), (201, &again.text, "true"));
    assert_eq!((app.available(&product), balance(&shop, "sales:in_person")), (39, -12_500));

    let draft = app.draft(&shop, "Keripik Talas", 9_000, 5);
    assert_eq!(
        write_down(&shop.owner, &shop.id, sale(&draft, 1)).expect(201)["total"],
        9_000,
        "what is not published is sold at the door too"
    );
}

#[test]
fn a_buyer_takes_over_what_was_written_down_for_her_number_once_it_is_proven() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let guest = app.guest("Siti");
    let own = guest.orders(&product, 1);
    let number = json!(guest.phone);
    let body = with(
        sale(&product, 2),
        &[
            ("channel", "chat".into()),
            ("buyer_name", "Siti".into()),
            ("buyer_phone", number.clone()),
            ("handed_over", false.into()),
            ("paid", false.into()),
        ],
    );
    let written = write_down(&shop.owner, &shop.id, body).expect(201);
    assert_eq!(written["buyer"]["name"], "Siti");

    let person = json!({ "phone": guest.phone, "name": "Siti", "password": crate::support::people::PASSWORD });
    app.client.post("/v1/auth/register", person).expect(202);
    let siti = app.sign_in(&guest.phone, "hp-siti-baru");
    siti.client.post("/v1/me/orders/adopt", json!({})).expect_problem(409, "phone_not_proven");
    siti.client.get(&format!("/v1/orders/{own}")).expect_problem(404, "not_found");
    village
        .admin
        .client
        .patch(&format!("/v1/villages/{}/settings", village.id), "\"1\"", json!({ "hotline": "0812-3456-7890" }))
        .expect(200);
    let proof = siti.client.post("/v1/me/phone-proof", json!({ "village_id": village.id })).expect(201);
    let came = json!({ "phone": guest.phone, "code": proof["code"] });
    village.admin.client.post(&format!("/v1/villages/{}/phone-proofs", village.id), came).expect(200);
    assert_eq!(siti.client.post("/v1/me/orders/adopt", json!({})).expect(200), json!({ "adopted": 2 }));
    assert_eq!(siti.client.post("/v1/me/orders/adopt", json!({})).expect(200), json!({ "adopted": 0 }));
    assert_eq!(siti.client.get("/v1/me/orders").expect(200)["items"].as_array().map(Vec::len), Some(2));
    siti.client.post(&format!("/v1/orders/{own}/cancel"), json!({ "reason": "Dobel" })).expect(200);
    guest.client.get(&format!("/v1/orders/{own}")).expect_problem(401, "session_ended");
    buyer.client.get(&format!("/v1/orders/{own}")).expect_problem(404, "not_found");
}

#[test]
fn a_search_finds_no_buyer_a_list_hides() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let buyer = app.buyer("Rahma Pangandaran");
    let order = buyer.client.post("/v1/order-groups", crate::support::people::cart(&product, 1)).expect(201)["orders"][0].clone();
    let found = |q: &str| {
        let page = shop.owner.client.get(&format!("/v1/enterprises/{}/orders?q={q}", shop.id)).expect(200);
        page["items"].as_array().expect("a list").len()
    };
    let number = order["number"].as_str().expect("a number").to_lowercase();
    let tail = &buyer.phone[4..];
    assert_eq!((found(&number), found("pangandaran"), found(&buyer.phone), found(tail)), (1, 0, 0, 0));
    shop.owner.step(order["id"].as_str().expect("an id"), "accept");
    assert_eq!((found("Pangandaran"), found(&buyer.phone), found(tail), found("rahma%25"), found("lain")), (1, 1, 1, 1, 0));
}

#[test]
fn a_transfer_that_is_written_down_is_the_sum_that_was_agreed() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let by_transfer = |paid: bool| with(sale(&product, 2), &[("payment", "bank_transfer".into()), ("paid", paid.into())]);
    let done = write_down(&shop.owner, &shop.id, by_transfer(true)).expect(201);
    assert_eq!((&done["total"], &done["bill"]["digits"], &done["bill"]["received"]), (&json!(25_000), &json!(0), &json!(25_000)));
    assert_eq!((balance(&shop, "bank"), balance(&shop, "sales:in_person"), balance(&shop, "rounding")), (25_000, -25_000, 0));
    let open = write_down(&shop.owner, &shop.id, by_transfer(false)).expect(201);
    assert_eq!((&open["total"], &open["bill"]["digits"], balance(&shop, "receivable:buyers")), (&json!(25_000), &json!(0), 25_000));
    let order = open["id"].as_str().expect("an id");
    shop.owner.step(order, "payments/receive");
    assert_eq!((balance(&shop, "bank"), balance(&shop, "receivable:buyers"), balance(&shop, "rounding")), (50_000, 0, 0));
}

#[test]
fn what_was_written_down_changes_by_the_sellers_word() {
    let app = TestApp::start();
    let Stall { shop, product, village, .. } = stall(&app);
    let other = app.product(&village, &shop, "Opak", 9_000, 5);
    let body = with(sale(&product, 3), &[("handed_over", false.into())]);
    let order = write_down(&shop.owner, &shop.id, body).expect(201)["id"].as_str().expect("an id").to_owned();
    let line = json!({ "position": 1, "quantity": 1, "replacement": { "pack_id": pack_of(&other), "quantity": 1 } });
    let path = format!("/v1/orders/{order}/changes");
    let changed = shop.owner.client.post(&path, json!({ "lines": [line], "reason": "Tinggal satu, Bu Sari setuju" })).expect(200);
    assert_eq!((&changed["change"], &changed["total"], &changed["lines"][0]["ordered"]), (&Value::Null, &json!(21_500), &json!(3)));
    assert_eq!((&changed["refunds"][0]["cause"], &changed["bill"]["owed_back"]), (&json!("changed"), &json!(16_000)));
    assert_eq!((app.available(&product), app.available(&other)), (39, 4));
    shop.owner
        .client
        .post(&path, json!({ "lines": [{ "position": 1, "quantity": 1 }], "reason": "Sama" }))
        .expect_problem(400, "invalid_input");
    shop.owner.steps(&order, &["prepare", "ready", "hand-over"]);
}

//! Packs: sizes of a product with their own stock, and prices by channel with their history.

use chrono::Duration;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::people::{pack_of, product_body};
use crate::support::{Answer, Person, TestApp};

fn etag(who: &Person, product: &str) -> String {
    who.client.get(&format!("/v1/products/{product}")).header("etag").to_owned()
}

/// Sets the prices of a pack with the version its product has now.
fn set_prices(who: &Person, product: &str, pack: &str, prices: Value) -> Answer {
    let tag = etag(who, product);
    who.client.send("PUT", &format!("/v1/packs/{pack}/prices"), Some(prices), &[("If-Match", &tag)])
}

fn edit(who: &Person, product: &str, pack: &str, change: Value) -> Answer {
    let tag = etag(who, product);
    who.client.patch(&format!("/v1/packs/{pack}"), &tag, change)
}

fn half_kilo() -> Value {
    json!({ "unit": "pack", "net": { "quantity": 500, "unit": "g" }, "price": 23_000, "stock": 10 })
}

#[test]
fn a_product_is_written_with_its_first_pack_in_one_call() {
    let app = TestApp::start();
    let Stall { village, shop, .. } = stall(&app);
    let mut body = product_body("Dodol", 20_000, 7);
    body["net"] = json!({ "quantity": 1_500, "unit": "g" });
    body["warung_price"] = json!(17_000);
    body["wholesale"] = json!([{ "min_quantity": 10, "price": 16_500 }]);
    let made = shop.owner.client.post(&format!("/v1/enterprises/{}/products", shop.id), body).expect(201);
    let pack = &made["packs"][0];
    assert_eq!((&made["price_from"], &made["available"]), (&json!(20_000), &json!(7)));
    assert_eq!((&pack["label"], &pack["net"]), (&json!("Bungkus 1,5 kg"), &json!({ "quantity": 1_500, "unit": "g" })));
    assert_eq!((&pack["price"], &pack["warung_price"], &pack["on_hand"]), (&json!(20_000), &json!(17_000), &json!(7)));
    assert_eq!(pack["wholesale"], json!([{ "min_quantity": 10, "price": 16_500 }]));
    let id = made["id"].as_str().expect("an id");
    shop.owner.client.post(&format!("/v1/products/{id}/submit"), json!({})).expect(200);
    village.admin.client.post(&format!("/v1/products/{id}/publish"), json!({})).expect(200);
    let public = app.client.get(&format!("/v1/products/{id}")).expect(200)["packs"][0].clone();
    assert_eq!((&public["warung_price"], &public["on_hand"]), (&Value::Null, &Value::Null), "not for everyone");
    assert_eq!(public["wholesale"], pack["wholesale"]);
    let mine = shop.owner.client.get(&format!("/v1/products/{id}")).expect(200)["packs"][0].clone();
    assert_eq!(mine["warung_price"], 17_000, "her own page tells all");
}

#[test]
fn a_second_pack_has_its_own_stock_and_price() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, village } = stall(&app);
    let (owner, path) = (&shop.owner, format!("/v1/products/{product}/packs"));
    let key = "kemasan-kedua";
    let added = owner.client.post_once(&path, half_kilo(), key);
    let again = owner.client.post_once(&path, half_kilo(), key);
    assert_eq!((added.status, &again.text), (201, &added.text));
    assert_eq!(added.json["packs"].as_array().map(Vec::len), Some(2), "added once");
    assert_eq!((&added.json["price_from"], &added.json["available"]), (&json!(12_500), &json!(50)));
    owner.client.post(&path, half_kilo()).expect_problem(409, "pack_label_taken");
    village.admin.client.post(&path, half_kilo()).expect_problem(403, "forbidden");
    app.buyer("Orang lain").client.post(&path, half_kilo()).expect_problem(404, "not_found");

    let (small, large) = (pack_of(&product), added.json["packs"][1]["id"].as_str().expect("an id").to_owned());
    let cart = json!({
        "lines": [{ "pack_id": large, "quantity": 3 }, { "pack_id": small, "quantity": 1 }], "fulfilment": "pickup", "payment": "cash_on_delivery",
    });
    let placed = buyer.client.post("/v1/order-groups", cart).expect(201);
    assert_eq!(placed["total"], 3 * 23_000 + 12_500);
    let line = placed["orders"][0]["lines"].as_array().expect("lines").iter().find(|line| line["pack_id"] == large.as_str()).expect("it");
    assert_eq!(
        (&line["pack_label"], &line["unit_price"], &line["price_channel"]),
        (&json!("Bungkus 500 g"), &json!(23_000), &json!("retail"))
    );
    let seen = app.client.get(&format!("/v1/products/{product}")).expect(200);
    assert_eq!((&seen["packs"][0]["available"], &seen["packs"][1]["available"]), (&json!(39), &json!(7)));
    let too_many = json!({ "lines": [{ "pack_id": large, "quantity": 8 }], "fulfilment": "pickup", "payment": "cash_on_delivery" });
    buyer.client.post("/v1/order-groups", too_many).expect_problem(409, "out_of_stock");
}

#[test]
fn a_pack_is_withdrawn_and_offered_again_but_never_the_last() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, village } = stall(&app);
    let owner = &shop.owner;
    let small = pack_of(&product);
    edit(owner, &product, &small, json!({ "active": false })).expect_problem(409, "last_pack");
    owner.client.post(&format!("/v1/products/{product}/packs"), half_kilo()).expect(201);
    let withdrawn = edit(owner, &product, &small, json!({ "active": false })).expect(200);
    assert_eq!((&withdrawn["price_from"], &withdrawn["available"]), (&json!(23_000), &json!(10)), "the price is of what is on sale");
    assert_eq!(withdrawn["packs"].as_array().map(Vec::len), Some(2), "its seller sees it");
    assert_eq!(app.client.get(&format!("/v1/products/{product}")).expect(200)["packs"].as_array().map(Vec::len), Some(1));
    let cart = crate::support::people::cart(&product, 1);
    buyer.client.post("/v1/order-groups", cart).expect_problem(409, "not_for_sale");
    let back = edit(owner, &product, &small, json!({ "active": true, "position": 9 })).expect(200);
    assert_eq!((&back["price_from"], &back["packs"][1]["id"]), (&json!(12_500), &json!(small)), "moved behind the other");
    edit(&village.admin, &product, &small, json!({ "active": false })).expect_problem(403, "forbidden");
    owner.client.patch(&format!("/v1/packs/{small}"), "\"1\"", json!({ "active": false })).expect_problem(412, "stale");
    app.buyer("Orang lain").client.patch(&format!("/v1/packs/{small}"), "\"1\"", json!({})).expect_problem(404, "not_found");
}

#[test]
fn who_takes_many_pays_wholesale_and_the_history_keeps_what_held() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let (owner, pack) = (&shop.owner, pack_of(&product));
    let path = format!("/v1/packs/{pack}/prices");
    app.advance(Duration::minutes(5));
    let first = json!({ "price": 13_000, "warung_price": 11_000, "wholesale": [{ "min_quantity": 10, "price": 12_000 }, { "min_quantity": 20, "price": 10_500 }] });
    set_prices(owner, &product, &pack, first.clone()).expect(200);
    let before = etag(owner, &product);
    set_prices(owner, &product, &pack, first).expect(200);
    assert_eq!(etag(owner, &product), before, "the same prices change nothing");
    app.advance(Duration::minutes(5));
    set_prices(
        owner,
        &product,
        &pack,
        json!({ "price": 13_500, "warung_price": 11_000, "wholesale": [{ "min_quantity": 10, "price": 12_000 }] }),
    )
    .expect(200);

    let placed = |quantity: i64| {
        let order = buyer.orders(&product, quantity);
        buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["lines"][0].clone()
    };
    let (few, many) = (placed(9), placed(10));
    assert_eq!((&few["unit_price"], &few["price_channel"]), (&json!(13_500), &json!("retail")));
    assert_eq!((&many["unit_price"], &many["total"], &many["price_channel"]), (&json!(12_000), &json!(120_000), &json!("wholesale")));

    let history = owner.client.get(&path).expect(200);
    let rows = history["items"].as_array().expect("a list");
    let row = |at: usize| {
        (rows[at]["channel"].as_str().expect("a word"), rows[at]["price"].as_i64().expect("a price"), rows[at]["valid_until"].is_null())
    };
    let seen: Vec<_> = (0..rows.len()).map(row).collect();
    assert_eq!(
        seen,
        [
            ("retail", 13_500, true),
            ("wholesale", 10_500, false),
            ("wholesale", 12_000, true),
            ("warung", 11_000, true),
            ("retail", 13_000, false),
            ("retail", 12_500, false)
        ]
    );
    assert_eq!(rows[0]["valid_from"], rows[4]["valid_until"], "one ends as the other begins");
    assert_eq!((&rows[0]["actor_id"], &rows[0]["on_behalf_of"]), (&json!(owner.account_id), &Value::Null));
    app.buyer("Orang lain").client.get(&path).expect_problem(404, "not_found");
    app.client.get(&path).expect_problem(401, "not_signed_in");

    for (prices, field) in [
        (json!({ "price": 10_000, "warung_price": 10_001 }), "warung_price"),
        (json!({ "price": 10_000, "wholesale": [{ "min_quantity": 5, "price": 10_000 }] }), "wholesale"),
        (json!({ "price": 10_000, "wholesale": [{ "min_quantity": 1, "price": 9_000 }] }), "wholesale[0].min_quantity"),
        (json!({ "price": 0 }), "price"),
        (json!({ "warung_price": 1 }), "price"),
    ] {
        let refused = set_prices(owner, &product, &pack, prices);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], field);
    }
}

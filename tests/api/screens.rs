//! A screen costs the same number of statements however many rows it shows.

use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::people::pack_of;
use crate::support::{Client, TestApp};

/// The statements one answer costs.
fn cost(app: &TestApp, client: &Client, path: &str) -> u64 {
    // The first request on a connection may prepare what later ones find prepared.
    client.get(path).expect(200);
    let before = app.app.db.statements();
    client.get(path).expect(200);
    app.app.db.statements() - before
}

/// Gives every product another pack, a batch near its end, a change that waits and a report.
fn furnish(products: &Value, owner: &Client, buyer: &Client) {
    for (n, product) in products["items"].as_array().expect("a list").iter().enumerate() {
        let id = product["id"].as_str().expect("an id");
        owner.post(&format!("/v1/products/{id}/packs"), json!({ "unit": "box", "price": 50_000, "stock": n })).expect(201);
        let batch = json!({ "quantity": 1, "produced_on": "2026-10-30", "expires_on": "2026-11-30" });
        owner.post(&format!("/v1/packs/{}/batches", pack_of(id)), batch).expect(201);
        let tag = owner.get(&format!("/v1/products/{id}")).header("etag").to_owned();
        owner.patch(&format!("/v1/products/{id}"), &tag, json!({ "name": format!("Opak Baru {n}") })).expect(200);
        buyer.post(&format!("/v1/products/{id}/complaints"), json!({ "cause": "other" })).expect(201);
    }
}

#[test]
fn a_longer_list_asks_no_more_of_the_database() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    for n in 0..6 {
        app.product(&village, &shop, &format!("Opak Ketan {n}"), 5_000 + n, 50);
    }
    let all = app.client.get("/v1/products").expect(200);
    let lines: Vec<_> =
        all["items"].as_array().expect("a list").iter().map(|p| json!({ "pack_id": p["packs"][0]["id"], "quantity": 1 })).collect();
    let mut group = String::new();
    for _ in 0..4 {
        let cart = json!({ "lines": lines, "fulfilment": "pickup", "payment": "cash_on_delivery" });
        group = buyer.client.post("/v1/order-groups", cart).expect(201)["id"].as_str().expect("an id").to_owned();
    }
    for capacity in 1..4 {
        let window = json!({ "cut_off": "2026-11-26T10:00:00Z", "ready_on": "2026-11-28", "capacity": capacity });
        shop.owner.client.post(&format!("/v1/packs/{}/preorders", pack_of(&product)), window).expect(201);
    }
    let order = buyer.orders(&product, 1);
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over", "payments/receive"]);

    let owner = &shop.owner.client;
    let page = format!("/v1/products/{product}");
    let (bare, bare_own) = (cost(&app, &app.client, &page), cost(&app, owner, &page));
    furnish(&all, owner, &buyer.client);
    assert_eq!((cost(&app, &app.client, &page), cost(&app, owner, &page)), (bare, bare_own), "a product with more to show");
    assert!(bare <= 5 && bare_own <= 10, "a product's page asks {bare} times, {bare_own} for its seller");
    let lists = [
        (&app.client, "/v1/products?".to_owned()),
        (&app.client, "/v1/products?q=opak&".to_owned()),
        (&app.client, "/v1/sellers?".to_owned()),
        (&buyer.client, "/v1/me/orders?".to_owned()),
        (owner, format!("/v1/enterprises/{}/orders?", shop.id)),
        (owner, format!("/v1/enterprises/{}/products?", shop.id)),
        (owner, format!("/v1/enterprises/{}/preorders?", shop.id)),
        (owner, format!("/v1/packs/{}/batches?", pack_of(&product))),
        (&village.admin.client, format!("/v1/villages/{}/moderations?", village.id)),
        (&village.admin.client, format!("/v1/villages/{}/complaints?", village.id)),
        (&buyer.client, "/v1/me/complaints?".to_owned()),
        (owner, format!("/v1/enterprises/{}/journal?", shop.id)),
        (owner, format!("/v1/enterprises/{}/claims?", shop.id)),
        (&village.admin.client, format!("/v1/villages/{}/products?state=published&", village.id)),
    ];
    for (client, path) in lists {
        let (one, many) = (cost(&app, client, &format!("{path}limit=1")), cost(&app, client, &format!("{path}limit=100")));
        assert_eq!(one, many, "{path}");
        assert!((1..=12).contains(&many), "{path} asks {many} times");
    }
    let (group, single) =
        (cost(&app, &buyer.client, &format!("/v1/order-groups/{group}")), cost(&app, &buyer.client, &format!("/v1/orders/{order}")));
    assert!(group <= 12 && single <= 12, "an order group asks {group} times, an order {single} times");
}

#[test]
fn the_desk_asks_as_much_for_one_order_as_for_many() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let wish = json!({ "position": 1, "quantity": 1, "text": "Hancur", "wish": "refund_full" });
    let trade = || {
        let [_, accepted, out] = [0; 3].map(|_| buyer.orders(&product, 1));
        shop.owner.step(&accepted, "accept");
        shop.owner.steps(&out, &["accept", "prepare", "ready", "hand-over"]);
        buyer.client.post(&format!("/v1/orders/{out}/claims"), wish.clone()).expect(201);
    };
    let costs = || {
        let path = |what: &str| format!("/v1/enterprises/{}/{what}", shop.id);
        ["desk", "desk/packing-list", "desk/owed", "orders.csv?month=2026-11"].map(|what| cost(&app, &shop.owner.client, &path(what)))
    };
    trade();
    let few = costs();
    for _ in 0..4 {
        trade();
    }
    assert_eq!(costs(), few);
    assert!(few.iter().all(|cost| (1..=16).contains(cost)), "{few:?}");
}

//! A screen costs the same number of statements however many rows it shows.

use serde_json::json;

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
    let lists = [
        (&app.client, "/v1/products?".to_owned()),
        (&app.client, "/v1/products?q=opak&".to_owned()),
        (&app.client, "/v1/sellers?".to_owned()),
        (&buyer.client, "/v1/me/orders?".to_owned()),
        (owner, format!("/v1/enterprises/{}/orders?", shop.id)),
        (owner, format!("/v1/enterprises/{}/products?", shop.id)),
        (owner, format!("/v1/enterprises/{}/preorders?", shop.id)),
        (owner, format!("/v1/enterprises/{}/journal?", shop.id)),
        (&village.admin.client, format!("/v1/villages/{}/products?state=published&", village.id)),
    ];
    for (client, path) in lists {
        let (one, many) = (cost(&app, client, &format!("{path}limit=1")), cost(&app, client, &format!("{path}limit=100")));
        assert_eq!(one, many, "{path}");
        assert!((1..=10).contains(&many), "{path} asks {many} times");
    }
    let (group, single) =
        (cost(&app, &buyer.client, &format!("/v1/order-groups/{group}")), cost(&app, &buyer.client, &format!("/v1/orders/{order}")));
    assert!(group <= 10 && single <= 10, "an order group asks {group} times, an order {single} times");
}

//! Packs made by a recipe: material leaves, a batch is there, and its cost is known.

use pasar_kuliner::kit::db::{Failure, Never};
use pasar_kuliner::kit::money::Rupiah;
use pasar_kuliner::market::costs;
use pasar_kuliner::market::packs::PackId;
use serde_json::{Value, json};

use crate::supplier_orders::{balance, stock};
use crate::support::people::pack_of;
use crate::support::{Answer, Shop, TestApp};

fn set(shop: &Shop, pack: &str, version: &str, makes: i64, lines: Value) -> Answer {
    shop.owner.client.send(
        "PUT",
        &format!("/v1/packs/{pack}/recipe"),
        Some(json!({ "makes": makes, "lines": lines })),
        &[("If-Match", version)],
    )
}

fn bought(shop: &Shop, material: &str, base: &str, quantity: i64, cost: i64) {
    let body = json!({ "material": material, "base": base, "quantity": quantity, "cost": cost, "paid_from": "cash" });
    shop.owner.client.post(&format!("/v1/enterprises/{}/materials/purchases", shop.id), body).expect(200);
}

#[test]
fn a_production_uses_material_and_its_batch_knows_its_cost() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let product = app.product(&village, &shop, "Keripik Singkong", 12_500, 0);
    let pack = pack_of(&product);
    let make = |quantity: i64, key: &str| {
        shop.owner.client.post_once(&format!("/v1/packs/{pack}/productions"), json!({ "quantity": quantity, "code": key }), key)
    };
    make(100, "a").expect_problem(409, "no_recipe");
    let lines = json!([{ "material": "Singkong", "base": "g", "quantity": 20_000 }, { "material": "Minyak goreng", "base": "ml", "quantity": 3_000 }]);
    let written = set(&shop, &pack, "\"0\"", 100, lines.clone());
    assert_eq!((written.status, written.header("etag")), (200, "\"1\""));
    set(&shop, &pack, "\"0\"", 100, lines).expect_problem(412, "stale");
    set(
        &shop,
        &pack,
        "\"1\"",
        100,
        json!([{ "material": "Garam", "base": "g", "quantity": 1 }, { "material": "garam", "base": "g", "quantity": 2 }]),
    )
    .expect_problem(400, "invalid_input");
    bought(&shop, "Singkong", "g", 45_000, 135_000);
    make(100, "b").expect_problem(409, "not_enough_material");
    assert_eq!(stock(&shop.owner, &shop.id), [("Singkong".to_owned(), 45_000, 135_000)], "nothing left halfway");
    bought(&shop, "Minyak goreng", "ml", 10_000, 180_000);

    let plan = shop.owner.client.get(&format!("/v1/enterprises/{}/production-plan?pack_id={pack}&quantity=300", shop.id)).expect(200);
    assert_eq!((&plan["packs"][0]["to_make"], &plan["packs"][0]["can_make"]), (&json!(300), &json!(225)));
    let cassava = plan["materials"].as_array().expect("a list").iter().find(|row| row["material"] == "Singkong").expect("needed").clone();
    assert_eq!((&cassava["needed"], &cassava["have"], &cassava["to_order"]), (&json!(60_000), &json!(45_000), &json!(15_000)));

    let made = make(100, "c").expect(201);
    assert_eq!((&made["cost"], &made["cost_per_pack"]), (&json!(114_000), &json!(1_140)));
    assert_eq!(make(100, "c").expect(201), made, "a replay lands once");
    make(100, "c2").expect(201);
    assert_eq!(app.available(&product), 200);
    assert_eq!(stock(&shop.owner, &shop.id), [("Singkong".to_owned(), 5_000, 15_000), ("Minyak goreng".to_owned(), 4_000, 72_000)]);
    assert_eq!((balance(&shop.owner, &shop.id, "materials"), balance(&shop.owner, &shop.id, "stock")), (87_000, 228_000));
    let id: PackId = pack.parse().expect("an id");
    let each = app.wait(app.app.db.read(move |conn| Ok::<_, Failure<Never>>(costs::cost_per_pack(conn, id)?))).expect("read");
    assert_eq!(each.map(Rupiah::amount), Some(1_140));
    let buyer = app.buyer("Sari");
    let order = buyer.orders(&product, 50);
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over"]);
    assert_eq!((balance(&shop.owner, &shop.id, "cost:goods"), balance(&shop.owner, &shop.id, "stock")), (57_000, 171_000));
    let batches = shop.owner.client.get(&format!("/v1/packs/{pack}/batches")).expect(200);
    assert_eq!(batches["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(shop.owner.client.get(&format!("/v1/packs/{pack}/productions")).expect(200)["items"][1]["id"], made["id"]);
    app.home_industry(&village, "Dodol").owner.client.get(&format!("/v1/packs/{pack}/recipe")).expect_problem(404, "not_found");
}

#[test]
fn what_is_counted_differently_stands_in_the_books() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    bought(&shop, "Singkong", "g", 50_000, 150_000);
    let count = |counted: i64, spoiled: bool| {
        let body = json!({ "material": "singkong", "base": "g", "counted": counted, "spoiled": spoiled, "reason": "Dihitung ulang" });
        shop.owner.client.post(&format!("/v1/enterprises/{}/materials/counts", shop.id), body).expect(200)
    };
    assert_eq!(count(40_000, true)["cost"], 120_000);
    assert_eq!((balance(&shop.owner, &shop.id, "cost:spoilage"), balance(&shop.owner, &shop.id, "materials")), (30_000, 120_000));
    assert_eq!(count(41_000, false)["cost"], 123_000);
    assert_eq!(count(0, false)["cost"], 0);
    assert_eq!((balance(&shop.owner, &shop.id, "materials"), balance(&shop.owner, &shop.id, "cost:materials")), (0, 120_000));
}

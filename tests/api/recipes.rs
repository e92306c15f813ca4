//! Packs made by a recipe: material leaves, a batch is there, and its cost is known.

use kit::db::{Failure, Never};
use kit::money::Rupiah;
use market::costs;
use market::packs::PackId;
use serde_json::{Value, json};

use crate::agreements::{supplied, supply_terms};
use crate::consignment::titip;
use crate::consignment_costs::made_for;
use crate::orders::{Stall, stall};
use crate::restock::{by_maker, list};
use crate::supplier_orders::{balance, sent, stock};
use crate::supply::item;
use crate::support::people::pack_of;
use crate::support::{Answer, Shop, TestApp};

pub fn set(shop: &Shop, pack: &str, version: &str, makes: i64, lines: Value) -> Answer {
    shop.owner.client.send(
        "PUT",
        &format!("/v1/packs/{pack}/recipe"),
        Some(json!({ "makes": makes, "lines": lines })),
        &[("If-Match", version)],
    )
}

pub fn bought(shop: &Shop, material: &str, base: &str, quantity: i64, cost: i64) {
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
    let cook = |quantity: i64, key: &str| {
        shop.owner.client.post_once(&format!("/v1/packs/{pack}/productions"), json!({ "quantity": quantity, "code": key }), key)
    };
    cook(100, "a").expect_problem(409, "no_recipe");
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
    cook(100, "b").expect_problem(409, "not_enough_material");
    assert_eq!(stock(&shop.owner, &shop.id), [("Singkong".to_owned(), 45_000, 135_000)], "nothing left halfway");
    bought(&shop, "Minyak goreng", "ml", 10_000, 180_000);

    let plan = shop.owner.client.get(&format!("/v1/enterprises/{}/production-plan?pack_id={pack}&quantity=300", shop.id)).expect(200);
    assert_eq!((&plan["packs"][0]["to_make"], &plan["packs"][0]["can_make"]), (&json!(300), &json!(225)));
    let cassava = plan["materials"].as_array().expect("a list").iter().find(|row| row["material"] == "Singkong").expect("needed").clone();
    assert_eq!((&cassava["needed"], &cassava["have"], &cassava["to_order"]), (&json!(60_000), &json!(45_000), &json!(15_000)));

    let made = cook(100, "c").expect(201);
    assert_eq!((&made["cost"], &made["cost_per_pack"]), (&json!(114_000), &json!(1_140)));
    assert_eq!(cook(100, "c").expect(201), made, "a replay lands once");
    cook(100, "c2").expect(201);
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
fn a_production_says_for_whom_the_village_wrote_it_down() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (own, led) = (app.home_industry(&village, "Keripik Cisurupan"), crate::agreements::assisted(&village, "Opak Tanpa Telepon"));
    for (shop, on_behalf_of) in [(&own, Value::Null), (&led, json!(led.id))] {
        let pack = pack_of(&app.draft(shop, "Keripik Singkong", 12_500, 0));
        set(shop, &pack, "\"0\"", 100, json!([{ "material": "Singkong", "base": "g", "quantity": 20_000 }]));
        bought(shop, "Singkong", "g", 45_000, 135_000);
        let path = format!("/v1/packs/{pack}/productions");
        assert_eq!(shop.owner.client.post(&path, json!({ "quantity": 10 })).expect(201)["on_behalf_of"], on_behalf_of);
        assert_eq!(shop.owner.client.get(&path).expect(200)["items"][0]["on_behalf_of"], on_behalf_of);
    }
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

/// A pack of which a hundred were made for Rp1.000 each.
pub fn made(app: &TestApp) -> (Stall, String) {
    let stall = stall(app);
    let pack = pack_of(&stall.product);
    let none = json!({ "on_hand": 0 });
    stall.shop.owner.client.put(&format!("/v1/packs/{pack}/stock"), none).expect(200);
    bought(&stall.shop, "Singkong", "g", 50_000, 100_000);
    set(&stall.shop, &pack, "\"0\"", 100, json!([{ "material": "Singkong", "base": "g", "quantity": 50_000 }]));
    let production = json!({ "quantity": 100 });
    stall.shop.owner.client.post(&format!("/v1/packs/{pack}/productions"), production).expect(201);
    (stall, pack)
}

#[test]
fn goods_that_leave_bring_their_cost_into_the_income_report() {
    let app = TestApp::start();
    let (stall, pack) = made(&app);
    let (owner, shop) = (&stall.shop.owner, &stall.shop.id);
    let order = stall.buyer.orders(&stall.product, 10);
    assert_eq!(balance(owner, shop, "cost:goods"), 0, "what is only promised costs nothing yet");
    owner.steps(&order, &["accept", "prepare", "ready", "hand-over"]);
    assert_eq!((balance(owner, shop, "cost:goods"), balance(owner, shop, "stock")), (10_000, 90_000));
    let income = owner.client.get(&format!("/v1/enterprises/{shop}/income?from=2026-11")).expect(200);
    assert_eq!((&income["total"]["revenue"]["amount"], &income["total"]["materials"]["amount"]), (&json!(125_000), &json!(10_000)));
    assert_eq!(income["total"]["net"]["amount"], 115_000);

    let called_off = stall.buyer.orders(&stall.product, 5);
    stall.buyer.client.post(&format!("/v1/orders/{called_off}/cancel"), json!({ "reason": "Tidak jadi" })).expect(200);
    assert_eq!(balance(owner, shop, "cost:goods"), 10_000);

    let claim = json!({ "position": 1, "quantity": 2, "text": "Hancur", "wish": "replacement" });
    let claim = stall.buyer.client.post(&format!("/v1/orders/{order}/claims"), claim).expect(201)["id"].clone();
    let claim = format!("/v1/claims/{}", claim.as_str().expect("an id"));
    owner.client.post(&format!("{claim}/offer"), json!({ "remedy": "replacement" })).expect(200);
    stall.buyer.client.post(&format!("{claim}/accept"), json!({})).expect(200);
    assert_eq!((balance(owner, shop, "cost:goods"), balance(owner, shop, "stock")), (12_000, 88_000), "what replaces them costs too");

    owner.client.put(&format!("/v1/packs/{pack}/stock"), json!({ "on_hand": 80 })).expect(200);
    assert_eq!((balance(owner, shop, "cost:spoilage"), balance(owner, shop, "stock")), (8_000, 80_000), "eight are missing");
    owner.client.put(&format!("/v1/packs/{pack}/stock"), json!({ "on_hand": 90 })).expect(200);
    assert_eq!(balance(owner, shop, "stock"), 80_000, "what is only counted brings no cost");
}

#[test]
fn what_must_be_made_and_ordered_follows_from_orders_in_hand() {
    let app = TestApp::start();
    let (stall, pack) = made(&app);
    let (owner, shop) = (&stall.shop.owner, &stall.shop.id);
    let window = json!({ "cut_off": "2026-11-26T10:00:00Z", "ready_on": "2026-11-28", "capacity": 200 });
    let window = owner.client.post(&format!("/v1/packs/{pack}/preorders"), window).expect(201)["id"].clone();
    for _ in 0..2 {
        let line = json!({ "pack_id": pack, "quantity": 75, "preorder_id": window });
        let body = json!({ "lines": [line], "fulfilment": "pickup", "payment": "cash_at_pickup" });
        stall.buyer.client.post("/v1/order-groups", body).expect(201);
    }
    bought(&stall.shop, "Singkong", "g", 5_000, 10_000);
    let supplier = app.shop(&stall.village, "supplier", "Pemasok Singkong Papandayan");
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 2_000);
    let mut terms = supply_terms(0);
    terms["minimum"] = json!(0);
    supplied(&supplier, &stall.shop, terms);
    let coming = sent(&stall.shop, &supplier, &[(&cassava, 12)], "cash");
    let planned = || {
        let plan = owner.client.get(&format!("/v1/enterprises/{shop}/production-plan")).expect(200);
        let (pack, cassava) = (&plan["packs"][0], &plan["materials"][0]);
        let number = |row: &Value, field: &str| row[field].as_i64().expect("a number");
        let packs = ["ordered", "on_hand", "to_make", "can_make"].map(|field| number(pack, field));
        (packs, ["needed", "have", "coming", "to_order"].map(|field| number(cassava, field)))
    };
    assert_eq!(planned(), ([150, 100, 50, 10], [25_000, 5_000, 12_000, 8_000]));
    let less = json!({ "answer": "accept", "lines": [{ "position": 1, "quantity": 9 }] });
    supplier.owner.client.post(&format!("/v1/supplier-orders/{coming}/answer"), less).expect(200);
    assert_eq!(planned(), ([150, 100, 50, 10], [25_000, 5_000, 9_000, 11_000]), "what she does not take on is to be ordered elsewhere");
    supplier.owner.client.post(&format!("/v1/supplier-orders/{coming}/ship"), json!({})).expect(200);
    assert_eq!(planned().1, [25_000, 5_000, 9_000, 11_000]);
    let counted = json!({ "lines": [{ "position": 1, "quantity": 12 }] });
    owner.client.post(&format!("/v1/supplier-orders/{coming}/receive"), counted).expect(200);
    assert_eq!(planned(), ([150, 100, 50, 34], [25_000, 17_000, 0, 8_000]));
}

#[test]
fn what_warungs_ask_for_and_were_offered_is_to_be_made_too() {
    let app = TestApp::start();
    let titip = titip(&app);
    made_for(&titip, 100_000);
    let planned = || {
        let plan = titip.maker.owner.client.get(&format!("/v1/enterprises/{}/production-plan", titip.maker.id)).expect(200);
        let packs = ["ordered", "for_warungs", "on_hand", "to_make"].map(|field| plan["packs"][0][field].as_i64().expect("a number"));
        (packs, plan["materials"][0]["to_order"].as_i64().expect("a number"))
    };
    let asks = format!("/v1/enterprises/{}/restocks", titip.warung.id);
    let asked = |quantity: i64| {
        let asked = titip.warung.owner.client.post(&asks, list(&titip, "consignment", quantity)).expect(201);
        asked["id"].as_str().expect("an id").to_owned()
    };
    let restock = asked(80);
    assert_eq!(planned(), ([0, 80, 100, 0], 0));
    let part = json!({ "answer": "accept", "lines": [{ "pack_id": titip.pack, "quantity": 60 }] });
    by_maker(&titip, &restock, "answer", part).expect(200);
    assert_eq!(planned(), ([0, 60, 100, 0], 0), "what she will not bring is not to be made");
    app.buyer("Sari").orders(&titip.product, 25);
    let declined = asked(50);
    assert_eq!(planned(), ([25, 110, 100, 35], 17_500));
    by_maker(&titip, &declined, "answer", json!({ "answer": "decline" })).expect(200);
    let note = titip.offer(10).expect(201)["id"].as_str().expect("an id").to_owned();
    assert_eq!(planned(), ([25, 70, 100, 0], 0));
    by_maker(&titip, &restock, "deliver", json!({})).expect(200);
    assert_eq!(planned(), ([25, 70, 100, 0], 0), "on its way, and nobody has counted it");
    titip.warung.owner.client.post(&format!("/v1/restocks/{restock}/confirm"), json!({})).expect(200);
    titip.receive(&note, 8).expect(200);
    assert_eq!(planned(), ([25, 2, 32, 0], 0));
}

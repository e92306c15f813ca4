//! Suppliers' price lists: units, prices with their days, and lists out of a spreadsheet.

use serde_json::{Value, json};

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::support::http::fresh_key;
use crate::support::{Answer, Shop, TestApp};

/// Offers an item; answers its id.
pub fn item(supplier: &Shop, material: &str, base: &str, unit: &str, content: Option<i64>, price: i64) -> String {
    let body = json!({ "material": material, "base": base, "unit": unit, "content": content, "price": { "price": price, "valid_from": null, "valid_until": null } });
    let added = supplier.owner.client.post(&format!("/v1/enterprises/{}/supply-items", supplier.id), body).expect(201);
    added["id"].as_str().expect("an id").to_owned()
}

fn import(supplier: &Shop, csv: &str) -> Answer {
    let path = format!("/v1/enterprises/{}/supply-items/import", supplier.id);
    supplier.owner.client.send_raw("POST", &path, Some(csv.to_owned()), &[("Content-Type", "text/csv"), ("Idempotency-Key", &fresh_key())])
}

fn listed(supplier: &Shop) -> Value {
    supplier.owner.client.get(&format!("/v1/enterprises/{}/supply-items", supplier.id)).expect(200)["items"].clone()
}

#[test]
fn a_price_list_is_for_partners() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let sack = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    item(&supplier, "Minyak goreng", "ml", "litre", None, 18_000);
    let path = format!("/v1/enterprises/{}/supply-items", supplier.id);
    maker.owner.client.get(&path).expect_problem(404, "not_found");
    village.admin.client.get(&path).expect(200);
    supplied(&supplier, &maker, supply_terms(0));
    let seen = maker.owner.client.get(&path).expect(200);
    assert_eq!((&seen["items"][0]["id"], &seen["items"][0]["label"]), (&json!(sack), &json!("Singkong, karung 50 kg")));
    assert_eq!((&seen["items"][1]["price"], &seen["items"][1]["content"]), (&json!(18_000), &json!(1_000)));
    maker.owner.client.post(&format!("/v1/supply-items/{sack}/prices"), json!({ "price": 1 })).expect_problem(404, "not_found");
    let body = json!({ "material": "singkong", "base": "g", "unit": "sack", "content": 50_000, "price": { "price": 1 } });
    supplier.owner.client.post(&path, body.clone()).expect_problem(409, "supply_item_exists");
    maker.owner.client.post(&format!("/v1/enterprises/{}/supply-items", maker.id), body).expect_problem(409, "not_a_supplier");
}

#[test]
fn a_price_holds_on_its_days() {
    let app = TestApp::start();
    let Dealing { supplier, .. } = dealing(&app);
    let sack = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    let path = format!("/v1/supply-items/{sack}/prices");
    let set = |price: i64, from: Option<&str>, until: Option<&str>| {
        supplier.owner.client.post(&path, json!({ "price": price, "valid_from": from, "valid_until": until }))
    };
    set(140_000, Some("2026-11-23"), None).expect_problem(400, "invalid_input");
    set(140_000, Some("2026-11-26"), Some("2026-11-25")).expect_problem(400, "invalid_input");
    set(140_000, None, Some("2026-11-25")).expect(200);
    set(160_000, Some("2026-12-01"), None).expect(200);
    let today = &listed(&supplier)[0];
    assert_eq!((&today["price"], &today["coming"]["price"]), (&json!(140_000), &json!(160_000)));
    app.advance(chrono::Duration::days(2));
    let owner = app.awake(&supplier.owner);
    let after = owner.client.get(&format!("/v1/enterprises/{}/supply-items", supplier.id)).expect(200);
    assert_eq!(after["items"][0]["price"], 150_000, "what had an end gives way");
    assert_eq!(owner.client.get(&path).expect(200)["items"].as_array().map(Vec::len), Some(3));
    let off = owner.client.patch(&format!("/v1/supply-items/{sack}"), "\"4\"", json!({ "active": false })).expect(200);
    assert_eq!(off["active"], false);
}

#[test]
fn a_list_is_imported_whole_or_not_at_all() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    let bad = import(
        &supplier,
        "bahan;satuan;isi;dasar;harga\nSingkong;karung;50000;g;155.000\nMinyak;liter;;ml;dua puluh\nGula;kg;;g;16000\nGula;kg;;g;17000\n",
    )
    .expect(200);
    assert_eq!(bad["imported"], false);
    let outcomes: Vec<&str> = bad["rows"].as_array().expect("rows").iter().filter_map(|row| row["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["changed", "refused", "added", "refused"]);
    assert_eq!((&bad["rows"][1]["row"], &bad["rows"][1]["column"]), (&json!(3), &json!("price")));
    assert!(bad["rows"][1]["detail"].as_str().is_some_and(|detail| detail.contains("angka")), "{bad}");
    assert_eq!((listed(&supplier).as_array().map(Vec::len), &listed(&supplier)[0]["price"]), (Some(1), &json!(150_000)));

    let csv = "material,unit,content,base,price,valid_from\nSingkong,sack,50000,g,155000,\nMinyak goreng,litre,,ml,18000,2026-12-01\n";
    let good = import(&supplier, csv).expect(200);
    assert_eq!(
        (&good["imported"], &good["rows"][0]["outcome"], &good["rows"][1]["outcome"]),
        (&json!(true), &json!("changed"), &json!("added"))
    );
    assert_eq!(listed(&supplier)[0]["price"], 155_000);
    assert_eq!(listed(&supplier)[1]["price"], Value::Null);
    assert_eq!(import(&supplier, csv).expect(200)["rows"][0]["outcome"], "unchanged");

    import(&supplier, "nama,harga\nSingkong,1\n").expect_problem(400, "csv_columns");
    import(&supplier, "material,unit,base,price\n").expect_problem(400, "csv_rows");
    import(&supplier, &"x".repeat(300_000)).expect_problem(413, "too_large");
    import(&maker, csv).expect_problem(409, "not_a_supplier");
    let path = format!("/v1/enterprises/{}/supply-items/import", supplier.id);
    supplier.owner.client.post(&path, json!({})).expect_problem(415, "not_csv");
}

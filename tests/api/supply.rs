//! Suppliers' price lists: units, prices with their days, and lists out of a spreadsheet.

use serde_json::{Value, json};

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::supplier_orders::{drafted, sent, stock};
use crate::support::http::fresh_key;
use crate::support::{Answer, Shop, TestApp};

/// Offers an item; answers its id.
pub fn item(supplier: &Shop, material: &str, base: &str, unit: &str, content: Option<i64>, price: i64) -> String {
    let body = json!({ "material": material, "base": base, "unit": unit, "content": content, "price": { "price": price, "valid_from": null, "valid_until": null } });
    let added = supplier.owner.client.post(&format!("/v1/enterprises/{}/supply-items", supplier.id), body).expect(201);
    added["id"].as_str().expect("an id").to_owned()
}

fn import(supplier: &Shop, csv: &str) -> Answer {
    import_once(supplier, csv, &fresh_key())
}

fn import_once(supplier: &Shop, csv: &str, key: &str) -> Answer {
    let path = format!("/v1/enterprises/{}/supply-items/import", supplier.id);
    supplier.owner.client.send_raw("POST", &path, Some(csv.to_owned()), &[("Content-Type", "text/csv"), ("Idempotency-Key", key)])
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
fn a_price_list_is_read_page_by_page() {
    let app = TestApp::start();
    let Dealing { supplier, .. } = dealing(&app);
    let items: Vec<String> = (1..=7).map(|n| item(&supplier, &format!("Bahan {n}"), "g", "sack", Some(1_000 * n), 10_000)).collect();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for most in [3, 3, 1] {
        let page = supplier.owner.client.get(&format!("/v1/enterprises/{}/supply-items?limit=3{cursor}", supplier.id)).expect(200);
        let rows = page["items"].as_array().expect("a list").clone();
        assert_eq!(rows.len(), most);
        seen.extend(rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()));
        cursor = page["next_cursor"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    assert_eq!((seen, cursor), (items, String::new()));
}

#[test]
fn what_is_ordered_by_the_sack_comes_as_kilograms() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let units = [
        ("Singkong", "g", "sack", Some(50_000), 150_000),
        ("Singkong", "g", "kg", None, 3_200),
        ("Minyak", "ml", "jerrycan", Some(18_000), 300_000),
    ];
    let [sack, kilo, can] = units.map(|(material, base, unit, content, price)| item(&supplier, material, base, unit, content, price));
    supplied(&supplier, &maker, supply_terms(0));
    let order = sent(&maker, &supplier, &[(&sack, 2), (&kilo, 3), (&can, 1)], "cash");
    let path = format!("/v1/supplier-orders/{order}");
    let placed = maker.owner.client.get(&path).expect(200);
    let line = |n: usize| ["content", "ordered", "total"].map(|field| placed["lines"][n][field].as_i64().expect("a number"));
    assert_eq!((line(0), line(1), line(2)), ([50_000, 2, 300_000], [1_000, 3, 9_600], [18_000, 1, 300_000]));
    supplier.owner.client.post(&format!("{path}/answer"), json!({ "answer": "accept" })).expect(200);
    let counted = |counts: [i64; 3]| {
        let lines: Vec<Value> =
            (1..).zip(counts).map(|(position, quantity)| json!({ "position": position, "quantity": quantity })).collect();
        maker.owner.client.post(&format!("{path}/receive"), json!({ "lines": lines })).expect(200)
    };
    counted([1, 3, 1]);
    let one_sack = [("Singkong".to_owned(), 53_000, 159_600), ("Minyak".to_owned(), 18_000, 300_000)];
    assert_eq!(stock(&maker.owner, &maker.id), one_sack, "sacks and kilograms are one stock");
    assert_eq!(counted([1, 0, 0])["state"], "received_full");
    assert_eq!(stock(&maker.owner, &maker.id)[0], ("Singkong".to_owned(), 103_000, 309_600));
    let wrong = json!({ "material": "Minyak", "base": "ml", "unit": "kg", "content": null, "price": { "price": 1 } });
    supplier.owner.client.post(&format!("/v1/enterprises/{}/supply-items", supplier.id), wrong).expect_problem(400, "invalid_input");
}

#[test]
fn who_waits_or_is_about_to_order_is_told_of_a_new_price() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let [sack, oil] = [("Singkong", "g", "sack", Some(50_000)), ("Minyak", "ml", "litre", None)]
        .map(|(material, base, unit, content)| item(&supplier, material, base, unit, content, 60_000));
    let [waiting, had, drafting, member, filling] = [(); 5].map(|()| app.home_industry(&village, "Usaha"));
    for buyer in [&maker, &waiting, &had, &drafting] {
        supplied(&supplier, buyer, supply_terms(0));
    }
    sent(&waiting, &supplier, &[(&sack, 1), (&oil, 1)], "cash");
    drafted(&drafting, &supplier, &[(&sack, 1)], "cash");
    let part = sent(&had, &supplier, &[(&sack, 1), (&oil, 1)], "cash");
    supplier.owner.client.post(&format!("/v1/supplier-orders/{part}/answer"), json!({ "answer": "accept" })).expect(200);
    let counted = json!({ "lines": [{ "position": 1, "quantity": 1 }] });
    had.owner.client.post(&format!("/v1/supplier-orders/{part}/receive"), counted).expect(200);
    let buy = json!({
        "supplier_id": supplier.id, "members": [member.id, filling.id], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0,
        "delivery_cost": 0, "split": "evenly", "extend_days": 1, "extensions": 0, "note": null,
    });
    let opened = maker.owner.client.post(&format!("/v1/enterprises/{}/joint-buys", maker.id), buy).expect(201);
    let wants = format!("/v1/joint-buys/{}/wants", opened["joint_buy"]["id"].as_str().expect("an id"));
    let want = json!({ "member_id": filling.id, "item_id": sack, "wanted": 1_000, "tolerance": 0 });
    filling.owner.client.post(&wants, want).expect(200);
    supplier.owner.client.post(&format!("/v1/supply-items/{sack}/prices"), json!({ "price": 70_000 })).expect(200);
    app.run_jobs();
    let told = |shop: &Shop| {
        let notices = shop.owner.client.get(&format!("/v1/enterprises/{}/notices", shop.id)).expect(200);
        notices["items"].as_array().expect("a list").iter().filter(|row| row["notice"] == "supply_price_changed").count()
    };
    assert_eq!([&waiting, &drafting, &maker, &member, &filling, &had].map(told), [1, 1, 1, 1, 1, 0], "who has it already is not told");
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
fn a_list_beyond_what_a_supplier_may_have_leaves_nothing_half_imported() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    item(&supplier, "Minyak goreng", "ml", "litre", None, 18_000);
    supplied(&supplier, &maker, supply_terms(0));
    sent(&maker, &supplier, &[(&cassava, 1)], "cash");
    let rows = |new: i64| {
        let names = "material,unit,content,base,price\nSingkong,sack,50000,g,155000\n".to_owned();
        (1..=new).fold(names, |list, n| list + &format!("Bahan {n},kg,,g,{}\n", 1_000 + n))
    };
    import(&supplier, &rows(499)).expect_problem(409, "too_many_supply_items");
    let list = listed(&supplier);
    assert_eq!((list.as_array().map(Vec::len), &list[0]["price"]), (Some(2), &json!(150_000)));
    let prices = supplier.owner.client.get(&format!("/v1/supply-items/{cassava}/prices")).expect(200);
    assert_eq!(prices["items"].as_array().map(Vec::len), Some(1));
    let notices = maker.owner.client.get(&format!("/v1/enterprises/{}/notices", maker.id)).expect(200);
    app.run_jobs();
    assert_eq!(maker.owner.client.get(&format!("/v1/enterprises/{}/notices", maker.id)).expect(200), notices, "nobody is told of a price");
    import(&supplier, &rows(498)).expect(200);
    let body = json!({ "material": "Garam", "base": "g", "unit": "kg", "price": { "price": 5_000 } });
    supplier.owner.client.post(&format!("/v1/enterprises/{}/supply-items", supplier.id), body).expect_problem(409, "too_many_supply_items");
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
    let good = import_once(&supplier, csv, "daftar-1").expect(200);
    assert_eq!(import_once(&supplier, csv, "daftar-1").expect(200), good, "a replay lands once");
    assert_eq!(
        (&good["imported"], &good["rows"][0]["outcome"], &good["rows"][1]["outcome"]),
        (&json!(true), &json!("changed"), &json!("added"))
    );
    assert_eq!(listed(&supplier)[0]["price"], 155_000);
    assert_eq!(listed(&supplier)[1]["price"], Value::Null);
    assert_eq!(import(&supplier, csv).expect(200)["rows"][0]["outcome"], "unchanged");

    let broken = "\u{FEFF}bahan;satuan;isi;dasar;harga\r\n\r\nGula;kg;;g;16.000\r\n;;;;\r\n\"Minyak\n\ngoreng\";liter;;ml;dua puluh\r\nTepung;kg;;g\r\n";
    let told = import(&supplier, broken).expect(200);
    let rows: Vec<(i64, &str)> = told["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (row["row"].as_i64().unwrap_or(0), row["outcome"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(rows, [(3, "added"), (5, "refused"), (6, "refused")], "as the spreadsheet counts");
    assert_eq!((&told["imported"], listed(&supplier).as_array().map(Vec::len)), (&json!(false), Some(2)));

    import(&supplier, "nama,harga\nSingkong,1\n").expect_problem(400, "csv_columns");
    import(&supplier, "material,unit,base,price\n").expect_problem(400, "csv_rows");
    import(&supplier, &"x".repeat(300_000)).expect_problem(413, "too_large");
    import(&maker, csv).expect_problem(409, "not_a_supplier");
    let path = format!("/v1/enterprises/{}/supply-items/import", supplier.id);
    supplier.owner.client.post(&path, json!({})).expect_problem(415, "not_csv");
}

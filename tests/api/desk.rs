//! The seller's desk, and a month of orders as a table.

use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::TestApp;
use crate::support::people::{cart, pack_of};

#[test]
fn the_desk_tells_what_is_to_be_done() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, village } = stall(&app);
    let owner = &shop.owner;
    let orders: Vec<String> = (0..6).map(|_| buyer.orders(&product, 2)).collect();
    let [placed, accepted, preparing, ready, out, called_off] = orders.as_slice() else { panic!("six orders") };
    for order in &orders[1..] {
        owner.step(order, "accept");
    }
    owner.step(preparing, "prepare");
    owner.steps(ready, &["prepare", "ready"]);
    owner.steps(out, &["prepare", "ready", "hand-over"]);
    owner.client.post(&format!("/v1/orders/{preparing}/payments/receive"), json!({ "holder": "courier" })).expect(200);
    owner.step(called_off, "payments/receive");
    buyer.client.post(&format!("/v1/orders/{called_off}/cancel"), json!({ "reason": "Batal" })).expect(200);
    let change = json!({ "lines": [{ "position": 1, "quantity": 1 }], "reason": "Tinggal satu" });
    owner.client.post(&format!("/v1/orders/{accepted}/changes"), change).expect(200);
    let wish = json!({ "position": 1, "quantity": 1, "text": "Hancur", "wish": "replacement" });
    buyer.client.post(&format!("/v1/orders/{out}/claims"), wish).expect(201);
    owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 12 })).expect(200);

    let path = |what: &str| format!("/v1/enterprises/{}/{what}", shop.id);
    let desk = owner.client.get(&path("desk")).expect(200);
    let ids = |list: &str| desk[list].as_array().expect("a list").iter().map(|order| order["id"].clone()).collect::<Vec<Value>>();
    assert_eq!(ids("to_answer"), [json!(placed)]);
    assert_eq!(ids("to_prepare"), [json!(accepted), json!(preparing)]);
    assert_eq!((ids("to_hand_over"), ids("to_collect")), (vec![json!(ready)], vec![json!(out)]));
    assert!(desk["to_answer"][0]["buyer"].is_null() && desk["to_answer"][0]["deadline"].is_string(), "not before she has accepted");
    assert_eq!(desk["to_prepare"][0]["buyer"]["name"], "Pembeli Bandung");
    assert_eq!((&desk["to_prepare"][1]["outstanding"], &desk["to_collect"][0]["outstanding"]), (&json!(0), &json!(25_000)));
    assert_eq!((&desk["claims"][0]["order_id"], &desk["changes"][0]["order_id"]), (&json!(out), &json!(accepted)));
    assert_eq!((&desk["refunds_due"][0]["amount"], &desk["refunds_due"][0]["order_id"]), (&json!(25_000), &json!(called_off)));
    assert_eq!(desk["low_stock"][0]["available"], 4);
    assert_eq!(desk["counts"].as_array().map(Vec::len), Some(6));

    let packing = owner.client.get(&path("desk/packing-list")).expect(200);
    assert_eq!((&packing["items"][0]["total"], packing["items"][0]["days"].as_array().map(Vec::len)), (&json!(4), Some(1)));
    let owed = owner.client.get(&path("desk/owed")).expect(200);
    assert_eq!(owed["by_buyers"], json!({ "amount": 25_000, "count": 1 }));
    assert_eq!(owed["to_come"], json!({ "amount": 50_000, "count": 2 }));
    assert_eq!(owed["to_buyers"], json!({ "amount": 25_000, "count": 1 }));
    assert_eq!(owed["held"], json!([{ "holder": "courier", "amount": 25_000, "count": 1 }]));
    for what in ["desk", "desk/packing-list", "desk/owed", "orders.csv?month=2026-11"] {
        buyer.client.get(&path(what)).expect_problem(404, "not_found");
        village.admin.client.get(&path(what)).expect_problem(403, "forbidden");
    }
}

#[test]
fn a_month_of_orders_is_a_table_that_tells_no_more_than_the_orders() {
    let app = TestApp::start();
    let Stall { village, shop, .. } = stall(&app);
    let product = app.product(&village, &shop, "=Opak \"manis\"; pedas", 5_000, 50);
    let buyer = app.buyer("-Siti");
    let hidden = buyer.client.post("/v1/order-groups", cart(&product, 1)).expect(201);
    let shown = buyer.orders(&product, 2);
    shop.owner.steps(&shown, &["accept", "payments/receive"]);
    let get = |query: &str| shop.owner.client.get(&format!("/v1/enterprises/{}/orders.csv?{query}", shop.id));
    let table = get("month=2026-11");
    assert_eq!((table.status, table.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"pesanan-2026-11.csv\"");
    let lines: Vec<&str> = table.text.trim_start_matches('\u{FEFF}').split("\r\n").collect();
    assert!(table.bytes.starts_with(&[0xEF, 0xBB, 0xBF]));
    let cells = |line: &str| format!("\"{}\"", line.split(',').collect::<Vec<_>>().join("\",\""));
    assert_eq!(lines[0], cells("number,day,state,channel,lines,goods,delivery,total,paid,buyer_name,buyer_phone"));
    let number = hidden["orders"][0]["number"].as_str().expect("a number");
    assert_eq!(lines[1], cells(&format!("{number},2026-11-24,placed,online,1 × =Opak \"\"manis\"\"; pedas Bungkus,5000,0,5000,0,,")));
    let phone = format!("'+62{}", buyer.phone.trim_start_matches('0'));
    assert!(lines[2].ends_with(&cells(&format!("10000,0,10000,10000,'-Siti,{phone}"))), "{}", lines[2]);
    assert_eq!((lines.len(), lines[3]), (4, ""));
    assert!(get("month=2026-11&sep=semicolon").text.contains("\"number\";\"day\";\"state\""));
    assert_eq!(get("month=2026-10").text.lines().count(), 1);
    let day = get("month=2026-11&day=24");
    assert_eq!((day.text.lines().count(), day.header("content-disposition")), (3, "attachment; filename=\"pesanan-2026-11-24.csv\""));
    assert_eq!(get("month=2026-11&day=25").text.lines().count(), 1);
    get("month=2026-11&day=31").expect_problem(400, "invalid_input");
    get("month=2026-13").expect_problem(400, "invalid_input");
    get("").expect_problem(400, "invalid_input");
}

/// A spreadsheet that splits at semicolons must not find a formula in a name of a table with commas.
#[test]
fn no_name_opens_a_cell_of_its_own() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    let buyer = app.buyer("Sari;=1+1");
    let order = buyer.orders(&product, 1);
    shop.owner.step(&order, "accept");
    let table = |sep: &str| shop.owner.client.get(&format!("/v1/enterprises/{}/orders.csv?month=2026-11&sep={sep}", shop.id)).text;
    for (word, sep) in [("comma", ","), ("semicolon", ";")] {
        let table = table(word);
        assert!(table.contains(&format!("{sep}\"Sari;=1+1\"{sep}")), "{table}");
        let rows = table.trim_start_matches('\u{FEFF}').lines();
        assert!(rows.into_iter().all(|row| row.starts_with('"') && row.ends_with('"')), "{table}");
    }
}

#[test]
fn what_waits_for_money_hides_nothing_that_waits_for_an_answer() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 1_000 })).expect(200);
    let line = json!({ "pack_id": pack_of(&product), "quantity": 1 });
    let sale = json!({ "channel": "in_person", "lines": [line], "payment": "cash_at_pickup", "handed_over": true, "paid": false });
    for _ in 0..501 {
        shop.owner.client.post(&format!("/v1/enterprises/{}/orders", shop.id), sale.clone()).expect(201);
    }
    let placed = buyer.orders(&product, 1);
    let desk = shop.owner.client.get(&format!("/v1/enterprises/{}/desk", shop.id)).expect(200);
    assert_eq!((&desk["to_answer"][0]["id"], desk["to_collect"].as_array().map(Vec::len)), (&json!(placed), Some(500)));
}

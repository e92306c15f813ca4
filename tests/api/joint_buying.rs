//! Home industries that fill sacks together, and what each of them owes for it.

use chrono::Duration;
use serde_json::{Value, json};

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::supplier_orders::{balance, stock};
use crate::supply::item;
use crate::support::{Answer, Shop, TestApp};

struct Circle {
    supplier: Shop,
    members: [Shop; 3],
    sack: String,
}

fn circle(app: &TestApp) -> Circle {
    let Dealing { supplier, maker, village } = dealing(app);
    let members = [maker, app.home_industry(&village, "Dodol Balewangi"), app.home_industry(&village, "Rengginang Mekar")];
    let sack = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    supplied(&supplier, &members[0], supply_terms(0));
    Circle { supplier, members, sack }
}

fn opened(circle: &Circle, minimum: i64, extensions: i64) -> String {
    let [first, second, third] = &circle.members;
    let body = json!({
        "supplier_id": circle.supplier.id, "members": [second.id, third.id], "cut_off": "2026-11-25T10:00:00Z", "minimum": minimum,
        "delivery_cost": 20_000, "split": "by_weight", "extend_days": 2, "extensions": extensions, "note": null,
    });
    let opened = first.owner.client.post(&format!("/v1/enterprises/{}/joint-buys", first.id), body).expect(201);
    opened["joint_buy"]["id"].as_str().expect("an id").to_owned()
}

fn want(member: &Shop, buy: &str, item: &str, wanted: i64, tolerance: i64) -> Answer {
    let body = json!({ "member_id": member.id, "item_id": item, "wanted": wanted, "tolerance": tolerance });
    member.owner.client.post(&format!("/v1/joint-buys/{buy}/wants"), body)
}

#[test]
fn three_fill_two_sacks_and_part_the_delivery_by_weight() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { supplier, members, sack } = &circle;
    let buy = opened(&circle, 0, 0);
    let [first, second, third] = members;
    want(first, &buy, sack, 40_000, 0).expect(200);
    want(second, &buy, sack, 90_000, 0).expect(200);
    want(third, &buy, sack, 25_000, 5_000).expect(200);
    let plan = want(second, &buy, sack, 30_000, 0).expect(200);
    assert_eq!((&plan["items"][0]["units"], &plan["value"]), (&json!(2), &json!(300_000)));
    supplier.owner.client.get(&format!("/v1/joint-buys/{buy}")).expect_problem(404, "not_found");
    second.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect_problem(403, "forbidden");
    let receipt = |of: &Shop| second.owner.client.get(&format!("/v1/joint-buys/{buy}/receipts/{}", of.id));
    receipt(third).expect_problem(409, "joint_buy_not_sent");
    let sent = first.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect(200);
    assert_eq!(sent["joint_buy"]["state"], "sent");
    let dearer = json!({ "price": 200_000 });
    supplier.owner.client.post(&format!("/v1/supply-items/{sack}/prices"), dearer).expect(200);
    let shown = third.owner.client.get(&format!("/v1/joint-buys/{buy}")).expect(200);
    assert_eq!(
        (&shown["items"], &shown["value"], &shown["members"]),
        (&sent["items"], &sent["value"], &sent["members"]),
        "it stands as sent"
    );
    want(first, &buy, sack, 1, 0).expect_problem(409, "joint_buy_wrong_state");

    let orders = supplier.owner.client.get(&format!("/v1/enterprises/{}/supplier-orders?direction=sold", supplier.id)).expect(200);
    assert_eq!(orders["items"].as_array().map(Vec::len), Some(3));
    for (member, grams, cost, delivery) in
        [(first, 40_000, 120_000, 8_000), (second, 30_000, 90_000, 6_000), (third, 30_000, 90_000, 6_000)]
    {
        let own = member.owner.client.get(&format!("/v1/enterprises/{}/supplier-orders?direction=bought", member.id)).expect(200);
        let order = &own["items"][0];
        assert_eq!(
            (&order["lines"][0]["ordered"], &order["total"], &order["delivery_cost"]),
            (&json!(grams), &json!(cost), &json!(delivery))
        );
        let id = order["id"].as_str().expect("an id");
        supplier.owner.client.post(&format!("/v1/supplier-orders/{id}/answer"), json!({ "answer": "accept" })).expect(200);
        let counted = json!({ "lines": [{ "position": 1, "quantity": grams }] });
        let came = member.owner.client.post(&format!("/v1/supplier-orders/{id}/receive"), counted).expect(200);
        assert_eq!((&came["state"], &came["owed"]), (&json!("received_full"), &json!(cost + delivery)));
        assert_eq!(stock(&member.owner, &member.id), [("Singkong".to_owned(), grams, cost + delivery)]);
        assert_eq!(balance(&member.owner, &member.id, "payable:partner"), -(cost + delivery));
    }
    let told = receipt(third).expect(200);
    let line = &told["lines"][0];
    let number = |value: &Value, fields: &[&str]| fields.iter().map(|field| value[field].as_i64().expect("a number")).collect::<Vec<_>>();
    assert_eq!(
        number(line, &["wanted", "tolerance", "gets", "received", "cost", "bought", "bought_cost"]),
        [25_000, 5_000, 30_000, 30_000, 90_000, 100_000, 300_000]
    );
    assert_eq!(
        number(&told, &["goods", "delivery", "total", "delivery_cost", "split_part", "split_of"]),
        [90_000, 6_000, 96_000, 20_000, 30_000, 100_000]
    );
    assert_eq!((&told["split"], &told["member"]["name"], &told["owed"]), (&json!("by_weight"), &json!("Rengginang Mekar"), &json!(96_000)));
    receipt(supplier).expect_problem(400, "invalid_input");
    supplier.owner.client.get(&format!("/v1/joint-buys/{buy}/receipts/{}", third.id)).expect_problem(404, "not_found");
    assert_eq!(balance(&supplier.owner, &supplier.id, "receivable:partner"), 320_000);
    assert_eq!(balance(&supplier.owner, &supplier.id, "income:delivery"), -20_000);
}

#[test]
fn at_the_cut_off_it_is_extended_and_then_sent_or_dropped() {
    let app = TestApp::start();
    let circle = circle(&app);
    let [first, second, _] = &circle.members;
    let (enough, short) = (opened(&circle, 150_000, 1), opened(&circle, 500_000, 1));
    want(first, &enough, &circle.sack, 30_000, 0).expect(200);
    want(first, &short, &circle.sack, 30_000, 25_000).expect(200);
    first.owner.client.post(&format!("/v1/joint-buys/{enough}/send"), json!({})).expect_problem(409, "joint_not_enough");
    let state = |buy: &str| {
        let shown = app.awake(&first.owner).client.get(&format!("/v1/joint-buys/{buy}")).expect(200);
        (shown["joint_buy"]["state"].clone(), shown["joint_buy"]["extensions_left"].clone())
    };
    app.advance(Duration::days(2));
    let late = Shop { id: second.id.clone(), owner: app.awake(&second.owner) };
    want(&late, &enough, &circle.sack, 30_000, 0).expect_problem(409, "joint_cut_off_passed");
    app.run_jobs();
    assert_eq!((state(&enough), state(&short)), ((json!("open"), json!(0)), (json!("open"), json!(0))));
    want(&late, &enough, &circle.sack, 20_000, 0).expect(200);
    app.advance(Duration::days(2));
    app.run_jobs();
    assert_eq!((state(&enough).0, state(&short).0), (json!("sent"), json!("dropped")));
}

#[test]
fn a_joint_buy_is_for_its_members() {
    let app = TestApp::start();
    let circle = circle(&app);
    let [first, second, _] = &circle.members;
    let buy = opened(&circle, 0, 0);
    let path = format!("/v1/enterprises/{}/joint-buys", second.id);
    assert_eq!(second.owner.client.get(&path).expect(200)["items"][0]["id"], json!(buy));
    let body = json!({
        "supplier_id": circle.supplier.id, "members": [], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0, "delivery_cost": 0,
        "split": "evenly", "extend_days": 1, "extensions": 0, "note": null,
    });
    second.owner.client.post(&path, body.clone()).expect_problem(409, "no_supply_agreement");
    let mut past = body.clone();
    past["cut_off"] = json!("2026-11-23T10:00:00Z");
    let own = format!("/v1/enterprises/{}/joint-buys", first.id);
    first.owner.client.post(&own, past).expect_problem(400, "invalid_input");
    let mut with_supplier = body;
    with_supplier["members"] = json!([circle.supplier.id]);
    first.owner.client.post(&own, with_supplier).expect_problem(400, "invalid_input");
    app.buyer("Orang lain").client.get(&format!("/v1/joint-buys/{buy}")).expect_problem(404, "not_found");
    let off = first.owner.client.post(&format!("/v1/joint-buys/{buy}/call-off"), json!({ "reason": "Pemasok libur" })).expect(200);
    assert_eq!((&off["joint_buy"]["state"], &off["value"]), (&json!("called_off"), &Value::from(0)));
}

//! Products from draft to the public list, and the ways to look for them.

use chrono::Duration;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::people::{pack_of, product_body, remembered};
use crate::support::{Answer, Person, Shop, TestApp, Village};

/// One act on a product, with a reason where one is given.
fn act(who: &Person, id: &str, act: &str, reason: Option<&str>) -> Answer {
    let body = reason.map_or_else(|| json!({}), |reason| json!({ "reason": reason }));
    who.client.post(&format!("/v1/products/{id}/{act}"), body)
}

/// Publishes what `body` describes; answers its id.
fn publish(village: &Village, shop: &Shop, body: Value) -> String {
    let id = remembered(&shop.owner.client.post(&format!("/v1/enterprises/{}/products", shop.id), body).expect(201));
    act(&shop.owner, &id, "submit", None).expect(200);
    act(&village.admin, &id, "publish", None).expect(200);
    id
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| item["id"].as_str().unwrap_or("").to_owned()).collect()
}

/// What the public finds, newest first.
fn found(app: &TestApp, query: &str) -> Vec<String> {
    ids(&app.client.get(&format!("/v1/products?{query}")).expect(200))
}

fn newest_first(products: &[&String]) -> Vec<String> {
    products.iter().rev().map(|id| (*id).clone()).collect()
}

fn etag(who: &Person, id: &str) -> String {
    who.client.get(&format!("/v1/products/{id}")).header("etag").to_owned()
}

fn edit(who: &Person, id: &str, change: Value) -> Answer {
    let tag = etag(who, id);
    who.client.patch(&format!("/v1/products/{id}"), &tag, change)
}

#[test]
fn a_product_is_sent_back_changed_and_published() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (shop, admin) = (app.home_industry(&village, "Keripik Cisurupan"), &village.admin);
    let path = format!("/v1/enterprises/{}/products", shop.id);
    let made = shop.owner.client.post_once(&path, product_body("Kripik", 9_000, 5), "tulis");
    let again = shop.owner.client.post_once(&path, product_body("Kripik", 9_000, 5), "tulis");
    assert_eq!((again.status, &again.text, again.header("etag")), (201, &made.text, "\"1\""));
    shop.owner.client.post_once(&path, product_body("Kripik", 9_001, 5), "tulis").expect_problem(422, "idempotency_key_reused");
    let id = made.json["id"].as_str().expect("an id").to_owned();
    assert_eq!(made.header("location"), format!("/v1/products/{id}"));
    assert_eq!((&made.json["state"], &made.json["available"], &made.json["published_at"]), (&json!("draft"), &json!(5), &Value::Null));

    act(admin, &id, "publish", None).expect_problem(409, "product_wrong_state");
    assert_eq!(act(&shop.owner, &id, "submit", None).expect(200)["state"], "submitted");
    act(&shop.owner, &id, "submit", None).expect_problem(409, "product_wrong_state");
    edit(&shop.owner, &id, json!({ "name": "Keripik Singkong" })).expect_problem(409, "product_not_editable");
    act(&shop.owner, &id, "publish", None).expect_problem(403, "forbidden");
    act(&shop.owner, &id, "return", Some("Sendiri")).expect_problem(403, "forbidden");
    act(admin, &id, "return", None).expect_problem(400, "invalid_input");
    assert_eq!(act(admin, &id, "return", Some("Tulis beratnya")).expect(200)["state"], "returned");
    act(admin, &id, "publish", None).expect_problem(409, "product_wrong_state");

    let history = || shop.owner.client.get(&format!("/v1/products/{id}/history")).expect(200);
    assert_eq!(
        (&history()["items"][0]["reason"], &history()["items"][0]["actor_id"]),
        (&json!("Tulis beratnya"), &json!(admin.account_id))
    );
    edit(&shop.owner, &id, json!({ "name": "Keripik Singkong 250 g", "category": "kue_kering" })).expect(200);
    act(&shop.owner, &id, "submit", None).expect(200);
    let path = format!("/v1/products/{id}/publish");
    let published = admin.client.post_once(&path, json!({}), "terbit");
    let again = admin.client.post_once(&path, json!({}), "terbit");
    assert_eq!((again.status, &again.text, again.header("idempotency-replayed")), (200, &published.text, "true"));
    assert_eq!(history()["items"].as_array().map(Vec::len), Some(4), "published once");
    let moves: Vec<Value> = history()["items"].as_array().expect("a list").iter().map(|event| event["to"].clone()).collect();
    assert_eq!(moves, ["published", "submitted", "returned", "submitted"]);

    let public = app.client.get(&format!("/v1/products/{id}")).expect(200);
    assert_eq!((&public["name"], &public["category"]), (&json!("Keripik Singkong 250 g"), &json!("kue_kering")));
    assert_eq!((&public["seller_name"], &public["village_name"]), (&json!("Keripik Cisurupan"), &json!("Balewangi")));
    assert_eq!(public["published_at"], "2026-11-24T02:00:00.000000Z");
    assert_eq!(found(&app, ""), [id]);
}

#[test]
fn a_published_text_stays_and_its_price_moves() {
    let app = TestApp::start();
    let Stall { product, shop, village, .. } = stall(&app);
    let before = app.client.get(&format!("/v1/products/{product}")).expect(200);
    edit(&shop.owner, &product, json!({ "name": "Keripik", "pirt": "2063205010001-29" })).expect(200);
    let after = app.client.get(&format!("/v1/products/{product}")).expect(200);
    assert_eq!((&after["name"], &after["pirt"]), (&before["name"], &before["pirt"]), "it waits for the village admin");
    let (path, prices) = (format!("/v1/products/{product}"), format!("/v1/packs/{}/prices", pack_of(&product)));
    let tag = etag(&shop.owner, &product);
    let price =
        |who: &Person, tag: &str, price: i64| who.client.send("PUT", &prices, Some(json!({ "price": price })), &[("If-Match", tag)]);
    shop.owner.client.put(&prices, json!({ "price": 13_000 })).expect_problem(428, "if_match_missing");
    assert_eq!(price(&shop.owner, &tag, 13_000).expect(200)["price_from"], 13_000);
    price(&shop.owner, &tag, 14_000).expect_problem(412, "stale");
    assert_eq!(app.client.get(&path).expect(200)["packs"][0]["price"], 13_000);
    let refused = price(&shop.owner, &etag(&shop.owner, &product), 0);
    refused.expect_problem(400, "invalid_input");
    assert_eq!(refused.json["errors"][0]["field"], "price");
    edit(&shop.owner, &product, json!({ "stock": 4 })).expect_problem(400, "invalid_input");

    let other = app.home_industry(&village, "Dodol Balewangi");
    price(&other.owner, &tag, 1).expect_problem(404, "not_found");
    price(&village.admin, &tag, 1).expect_problem(403, "forbidden");
    app.client.send("PUT", &prices, Some(json!({ "price": 1 })), &[("If-Match", &tag)]).expect_problem(401, "not_signed_in");
}

#[test]
fn a_product_off_sale_is_seen_by_its_house_and_its_village_only() {
    let app = TestApp::start();
    let (village, neighbour) = (app.balewangi(), app.village("32.05.20.2008"));
    let (shop, other) = (app.home_industry(&village, "Keripik Cisurupan"), app.home_industry(&village, "Dodol Balewangi"));
    let draft = app.draft(&shop, "Keripik Talas", 9_000, 5);
    let (path, stock) = (format!("/v1/products/{draft}"), format!("/v1/packs/{}/stock", pack_of(&draft)));
    app.client.get(&path).expect_problem(404, "not_found");
    for stranger in [&other.owner, &app.buyer("Pembeli"), &neighbour.admin] {
        stranger.client.get(&path).expect_problem(404, "not_found");
        stranger.client.get(&format!("{path}/history")).expect_problem(404, "not_found");
        act(stranger, &draft, "submit", None).expect_problem(404, "not_found");
        act(stranger, &draft, "publish", None).expect_problem(404, "not_found");
        stranger.client.put(&stock, json!({ "on_hand": 1 })).expect_problem(404, "not_found");
        stranger.client.get(&format!("/v1/enterprises/{}/products", shop.id)).expect_problem(404, "not_found");
    }
    for friend in [&shop.owner, &village.admin] {
        assert_eq!(friend.client.get(&path).expect(200)["state"], "draft");
        assert_eq!(ids(&friend.client.get(&format!("/v1/enterprises/{}/products", shop.id)).expect(200)), std::slice::from_ref(&draft));
    }
    village.admin.client.put(&stock, json!({ "on_hand": 1 })).expect_problem(403, "forbidden");
    assert_eq!(found(&app, ""), Vec::<String>::new());
    app.client.get(&format!("/v1/products/prd_{}", uuid::Uuid::now_v7().simple())).expect_problem(404, "not_found");
}

#[test]
fn a_product_is_paused_by_its_seller_and_suspended_by_its_village() {
    let app = TestApp::start();
    let Stall { product, shop, village, .. } = stall(&app);
    let (owner, admin) = (&shop.owner, &village.admin);
    act(admin, &product, "pause", None).expect_problem(403, "forbidden");
    act(owner, &product, "resume", None).expect_problem(409, "product_wrong_state");
    assert_eq!(act(owner, &product, "pause", None).expect(200)["state"], "paused");
    app.client.get(&format!("/v1/products/{product}")).expect_problem(404, "not_found");
    assert_eq!(act(owner, &product, "resume", None).expect(200)["state"], "published");
    act(owner, &product, "suspend", Some("Sendiri")).expect_problem(403, "forbidden");
    act(admin, &product, "suspend", None).expect_problem(400, "invalid_input");
    assert_eq!(act(admin, &product, "suspend", Some("Izin palsu")).expect(200)["state"], "suspended");
    act(owner, &product, "resume", None).expect_problem(409, "product_wrong_state");
    act(owner, &product, "reinstate", None).expect_problem(403, "forbidden");
    let (prices, tag) = (format!("/v1/packs/{}/prices", pack_of(&product)), etag(owner, &product));
    owner.client.send("PUT", &prices, Some(json!({ "price": 1_000 })), &[("If-Match", &tag)]).expect_problem(409, "product_not_editable");
    assert_eq!(found(&app, ""), Vec::<String>::new());
    assert_eq!(act(admin, &product, "reinstate", None).expect(200)["state"], "published");
    assert_eq!(found(&app, ""), [product]);

    let refused = app.draft(&shop, "Keripik Jamur", 9_000, 5);
    act(owner, &refused, "submit", None).expect(200);
    act(admin, &refused, "reject", None).expect_problem(400, "invalid_input");
    assert_eq!(act(admin, &refused, "reject", Some("Bukan makanan")).expect(200)["state"], "rejected");
    act(owner, &refused, "submit", None).expect_problem(409, "product_wrong_state");
    edit(owner, &refused, json!({ "name": "Lain" })).expect_problem(409, "product_not_editable");
}

#[test]
fn the_moderation_queue_and_the_own_list_are_paged() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let drafts: Vec<String> = (1..=5).map(|n| app.draft(&shop, &format!("Keripik {n}"), 9_000, 5)).collect();
    for id in &drafts[..3] {
        act(&shop.owner, id, "submit", None).expect(200);
    }
    let queue = format!("/v1/villages/{}/products", village.id);
    let walk = |who: &Person, base: &str| {
        let joint = if base.contains('?') { '&' } else { '?' };
        let (mut all, mut path) = (Vec::new(), format!("{base}{joint}limit=2"));
        loop {
            let page = who.client.get(&path).expect(200);
            all.extend(ids(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { return all };
            path = format!("{base}{joint}limit=2&cursor={cursor}");
        }
    };
    assert_eq!(walk(&village.admin, &queue), drafts[..3], "submitted, oldest first");
    assert_eq!(walk(&village.admin, &format!("{queue}?state=draft")), drafts[3..]);
    let own = format!("/v1/enterprises/{}/products", shop.id);
    assert_eq!(walk(&shop.owner, &own), drafts.iter().rev().cloned().collect::<Vec<_>>());
    let cursor = shop.owner.client.get(&format!("{own}?limit=1")).expect(200)["next_cursor"].as_str().expect("more").to_owned();
    village.admin.client.get(&format!("{queue}?cursor={cursor}")).expect_problem(400, "invalid_cursor");
    shop.owner.client.get(&queue).expect_problem(404, "not_found");
    app.client.get(&queue).expect_problem(401, "not_signed_in");
}

#[test]
fn the_public_list_is_filtered() {
    let app = TestApp::start();
    let (village, neighbour) = (app.balewangi(), app.village("32.05.20.2008"));
    let (shop, other) = (app.home_industry(&village, "Keripik Cisurupan"), app.home_industry(&neighbour, "Dodol Cikajang"));
    let keripik = publish(&village, &shop, product_body("Keripik", 10_000, 5));
    let mut body = product_body("Bandrek", 15_000, 0);
    body["category"] = "minuman".into();
    let bandrek = publish(&village, &shop, body);
    let dodol = publish(&neighbour, &other, product_body("Dodol", 20_000, 1));
    app.draft(&shop, "Belum jadi", 10_000, 5);

    assert_eq!(found(&app, ""), newest_first(&[&keripik, &bandrek, &dodol]));
    assert_eq!(found(&app, "category=minuman"), std::slice::from_ref(&bandrek));
    assert_eq!(found(&app, "category=tidak_ada"), Vec::<String>::new());
    assert_eq!(found(&app, &format!("seller={}", shop.id)), newest_first(&[&keripik, &bandrek]));
    assert_eq!(found(&app, &format!("village={}", neighbour.id)), std::slice::from_ref(&dodol));
    assert_eq!(found(&app, "price_min=15000"), newest_first(&[&bandrek, &dodol]));
    assert_eq!(found(&app, "price_max=15000"), newest_first(&[&keripik, &bandrek]));
    assert_eq!(found(&app, "price_min=10001&price_max=19999"), [bandrek]);
    assert_eq!(found(&app, "in_stock=true"), newest_first(&[&keripik, &dodol]));
    app.buyer("Pembeli").orders(&dodol, 1);
    assert_eq!(found(&app, "in_stock=true"), [keripik], "what is promised is not free");
    for wrong in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "price_min=murah",
        "price_max=1.5",
        "badge=organik",
        "sort=cheapest",
        "in_stock=maybe",
        "seller=x",
        "colour=red",
    ] {
        app.client.get(&format!("/v1/products?{wrong}")).expect_problem(400, "invalid_input");
    }
    assert_eq!(app.client.get(&format!("/v1/products?village={}", shop.id)).status, 400, "an id of another kind");
    app.client.get("/v1/products?limit=100").expect(200);
}

#[test]
fn a_badge_counts_until_it_ends() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let with = |name: &str, pirt: Option<&str>, halal: Value| {
        let mut body = product_body(name, 10_000, 5);
        body["pirt"] = json!(pirt);
        body["halal"] = halal;
        publish(&village, &shop, body)
    };
    let halal = |until: Value| json!({ "number": "ID32110000123456789", "scheme": "self_declare", "until": until });
    let plain = with("Tanpa", None, Value::Null);
    let lasting = with("Lama", Some("P-IRT No. 2063205010001-29"), halal(Value::Null));
    let this_year = with("Tahun ini", Some("206320501000126"), halal(json!("2026-11-24")));
    let over = with("Lewat", Some("2063205010001-25"), halal(json!("2026-11-23")));
    let older = with("Nomor lama", Some("206320501001"), Value::Null);

    assert_eq!(found(&app, "badge=pirt"), newest_first(&[&lasting, &this_year, &older]));
    assert_eq!(found(&app, "badge=halal"), newest_first(&[&lasting, &this_year]));
    let seen = |id: &str| app.client.get(&format!("/v1/products/{id}")).expect(200);
    assert_eq!((&seen(&plain)["pirt"], &seen(&plain)["halal"]), (&Value::Null, &Value::Null));
    assert_eq!(seen(&lasting)["pirt"], json!({ "number": "2063205010001-29", "expires_year": 2029, "valid": true }));
    assert_eq!(seen(&over)["pirt"], json!({ "number": "2063205010001-25", "expires_year": 2025, "valid": false }));
    assert_eq!(seen(&older)["pirt"], json!({ "number": "206320501001", "expires_year": null, "valid": true }));
    assert_eq!((&seen(&this_year)["halal"]["valid"], &seen(&over)["halal"]["valid"]), (&json!(true), &json!(false)));
    assert_eq!(seen(&over)["halal"]["until"], "2026-11-23");

    // 23:59 in Garut, then midnight.
    app.advance(Duration::hours(15) - Duration::minutes(1));
    assert_eq!(found(&app, "badge=halal").len(), 2);
    app.advance(Duration::minutes(1));
    assert_eq!(found(&app, "badge=halal"), std::slice::from_ref(&lasting));
    app.advance(Duration::days(37));
    assert_eq!(found(&app, "badge=pirt"), newest_first(&[&lasting, &older]), "1 January 2027");
    assert_eq!(seen(&this_year)["pirt"]["valid"], false);
}

#[test]
fn every_order_of_the_list_is_paged_without_gaps_or_doubles() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let prices = [12_000, 9_000, 12_000, 15_000, 9_000, 12_000, 12_000];
    let all: Vec<(i64, String)> =
        prices.iter().enumerate().map(|(n, price)| (*price, app.product(&village, &shop, &format!("Keripik {n}"), *price, 5))).collect();
    let mut by_price = all.clone();
    by_price.sort();
    let only_ids = |rows: &[(i64, String)]| rows.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>();
    let (up, new) = (only_ids(&by_price), only_ids(&all));
    let backwards = |ids: &[String]| ids.iter().rev().cloned().collect::<Vec<_>>();

    for (query, expected) in
        [("", backwards(&new)), ("sort=newest&", backwards(&new)), ("sort=price_asc&", up.clone()), ("sort=price_desc&", backwards(&up))]
    {
        for limit in 1..=7 {
            let (mut seen, mut path) = (Vec::new(), format!("/v1/products?{query}limit={limit}"));
            loop {
                let page = app.client.get(&path).expect(200);
                seen.extend(ids(&page));
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                path = format!("/v1/products?{query}limit={limit}&cursor={cursor}");
            }
            assert_eq!(seen, expected, "{query} {limit}");
        }
    }
    let cursor =
        |query: &str| app.client.get(&format!("/v1/products?{query}limit=1")).expect(200)["next_cursor"].as_str().expect("more").to_owned();
    let newest = cursor("");
    for query in [
        format!("sort=price_asc&cursor={newest}"),
        format!("q=keripik&cursor={newest}"),
        format!("cursor={}", cursor("sort=price_desc&")),
        format!("cursor={}", cursor("q=keripik&")),
        "cursor=abc".to_owned(),
        "cursor=%25".to_owned(),
        format!("cursor={}x", &newest[..newest.len() - 4]),
    ] {
        app.client.get(&format!("/v1/products?{query}")).expect_problem(400, "invalid_cursor");
    }
}

#[test]
fn stock_is_never_counted_below_what_orders_hold() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, village } = stall(&app);
    buyer.orders(&product, 5);
    let path = format!("/v1/packs/{}/stock", pack_of(&product));
    let count = |on_hand: i64| shop.owner.client.put(&path, json!({ "on_hand": on_hand }));
    let refused = count(4);
    refused.expect_problem(409, "stock_below_reserved");
    assert!(refused.json["detail"].as_str().is_some_and(|detail| detail.contains('5')), "{}", refused.text);
    assert_eq!(app.available(&product), 35, "nothing has changed");
    assert_eq!(count(5).expect(200)["available"], 0);
    assert_eq!(count(12).expect(200)["available"], 7);
    for wrong in [json!(-1), json!(1_000_001), json!("12"), json!(1.5), Value::Null] {
        let refused = shop.owner.client.put(&path, json!({ "on_hand": wrong }));
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "on_hand", "{wrong}");
    }
    let other = app.home_industry(&village, "Dodol Balewangi");
    other.owner.client.put(&path, json!({ "on_hand": 1 })).expect_problem(404, "not_found");
    app.client.put(&path, json!({ "on_hand": 1 })).expect_problem(401, "not_signed_in");
}

#[test]
fn what_is_no_product_is_told_where() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let path = format!("/v1/enterprises/{}/products", shop.id);
    let halal = |number: &str, scheme: &str| json!({ "number": number, "scheme": scheme });
    let cases = [
        ("category", json!("tidak_ada"), "category"),
        ("name", json!(" "), "name"),
        ("name", json!("x".repeat(101)), "name"),
        ("unit", json!("karung"), "unit"),
        ("price", json!(0), "price"),
        ("price", json!(-5), "price"),
        ("price", json!(1_000_000_001), "price"),
        ("price", json!(1.5), "price"),
        ("stock", json!(-1), "stock"),
        ("pirt", json!("20632050100"), "pirt"),
        ("pirt", json!("0063205010001-29"), "pirt"),
        ("pirt", json!("2060005010001-29"), "pirt"),
        ("halal", halal("32110000123", "regular"), "halal.number"),
        ("halal", halal("ID", "regular"), "halal.number"),
        ("halal", halal("ID32110000123456789", "katanya"), "halal.scheme"),
        ("state", json!("published"), "state"),
    ];
    for (key, value, field) in &cases {
        let mut body = product_body("Keripik", 9_000, 5);
        body[*key] = value.clone();
        let refused = shop.owner.client.post(&path, body);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], *field, "{value}");
    }
    let draft = app.draft(&shop, "Keripik", 9_000, 5);
    for (key, value, field) in cases.iter().filter(|(key, ..)| !["stock", "price", "unit"].contains(key)) {
        let refused = edit(&shop.owner, &draft, json!({ *key: value }));
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], *field, "{value}");
    }
    let right =
        edit(&shop.owner, &draft, json!({ "pirt": "2063205010001-29", "halal": halal("ID32110000123456789", "regular") })).expect(200);
    assert_eq!((&right["pirt"]["expires_year"], &right["halal"]["scheme"]), (&json!(2029), &json!("regular")));
    let categories = app.client.get("/v1/categories").expect(200);
    assert_eq!((categories["items"].as_array().map(Vec::len), &categories["items"][0]["code"]), (Some(10), &json!("keripik_kerupuk")));
}

#[test]
fn only_who_trades_writes_and_only_who_trades_is_shown() {
    let app = TestApp::start();
    let Stall { product, shop, village, .. } = stall(&app);
    let newcomer = app.buyer("Ceu Euis");
    let id = app.onboarding(&village, &newcomer, "home_industry", "Opak Ceu Euis");
    let body = || product_body("Opak", 9_000, 5);
    newcomer.client.post(&format!("/v1/enterprises/{id}/products"), body()).expect_problem(409, "enterprise_not_trading");
    newcomer.client.post(&format!("/v1/enterprises/{}/products", shop.id), body()).expect_problem(404, "not_found");
    village.admin.client.post(&format!("/v1/enterprises/{}/products", shop.id), body()).expect_problem(403, "forbidden");
    app.client.post(&format!("/v1/enterprises/{}/products", shop.id), body()).expect_problem(401, "not_signed_in");

    let enterprise = |act: &str, body: Value| village.admin.client.post(&format!("/v1/enterprises/{}/{act}", shop.id), body).expect(200);
    enterprise("suspend", json!({ "reason": "Keluhan warga" }));
    assert_eq!(found(&app, ""), Vec::<String>::new());
    assert_eq!(found(&app, "q=keripik"), Vec::<String>::new());
    app.client.get(&format!("/v1/products/{product}")).expect_problem(404, "not_found");
    assert_eq!(shop.owner.client.get(&format!("/v1/products/{product}")).expect(200)["state"], "published");
    shop.owner.client.post(&format!("/v1/enterprises/{}/products", shop.id), body()).expect_problem(409, "enterprise_not_trading");
    enterprise("reinstate", json!({}));
    assert_eq!(found(&app, ""), [product]);
}

#[test]
fn a_seller_sees_what_there_is_and_what_orders_hold() {
    let app = TestApp::start();
    let crate::orders::Stall { shop, product, buyer, .. } = crate::orders::stall(&app);
    buyer.orders(&product, 5);
    let own = shop.owner.client.get(&format!("/v1/enterprises/{}/products", shop.id)).expect(200)["items"][0].clone();
    let own = &own["packs"][0];
    assert_eq!((&own["on_hand"], &own["reserved"], &own["available"]), (&json!(40), &json!(5), &json!(35)));
    let public = app.client.get(&format!("/v1/products/{product}")).expect(200)["packs"][0].clone();
    assert_eq!((&public["on_hand"], &public["reserved"], &public["available"]), (&json!(null), &json!(null), &json!(35)));
    let counted = shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 38 })).expect(200);
    assert_eq!((&counted["packs"][0]["on_hand"], &counted["available"]), (&json!(38), &json!(33)));
}

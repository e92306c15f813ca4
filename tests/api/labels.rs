//! What belongs on a label: told, missing, ended; batches; and the warnings before something ends.

use chrono::Duration;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::people::{pack_of, product_body, remembered};
use crate::support::{Answer, Person, Shop, TestApp};

fn edit(who: &Person, id: &str, change: Value) -> Answer {
    let tag = who.client.get(&format!("/v1/products/{id}")).header("etag").to_owned();
    who.client.patch(&format!("/v1/products/{id}"), &tag, change)
}

fn label(who: &Person, id: &str) -> Value {
    who.client.get(&format!("/v1/products/{id}/label")).expect(200)
}

fn missing(label: &Value) -> Vec<&str> {
    let items = label["items"].as_array().expect("items").iter();
    items.filter(|item| item["state"] == "missing").filter_map(|item| item["item"].as_str()).collect()
}

fn record(who: &Person, product: &str, batch: Value) -> Answer {
    who.client.post(&format!("/v1/packs/{}/batches", pack_of(product)), batch)
}

#[test]
fn a_label_tells_what_is_missing_and_how_to_get_help() {
    let app = TestApp::start();
    let Stall { shop, village, .. } = stall(&app);
    let owner = &shop.owner;
    let draft = app.draft(&shop, "Opak Ketan", 14_000, 10);
    let before = label(owner, &draft);
    assert_eq!((&before["present"], &before["needed"]), (&json!(2), &json!(8)));
    assert_eq!(missing(&before), ["ingredients", "net_weight", "halal", "batch", "expiry", "permit"]);
    assert!(before["items"][1]["advice"].as_str().expect("words").starts_with("Tulis bahan-bahannya"));
    assert!(before["help"].as_str().expect("words").contains("Kantor desa"));
    let tag = village.admin.client.get(&format!("/v1/villages/{}/settings", village.id)).header("etag").to_owned();
    village.admin.client.patch(&format!("/v1/villages/{}/settings", village.id), &tag, json!({ "hotline": "0812-9999-0000" })).expect(200);
    assert!(label(owner, &draft)["help"].as_str().expect("words").contains("+6281299990000"));

    edit(
        owner,
        &draft,
        json!({ "ingredients": "Ketan, kelapa, garam", "allergens": ["tree_nut", "soy"], "storage": "room", "shelf_life_days": 5 }),
    )
    .expect(200);
    owner
        .client
        .post(
            &format!("/v1/products/{draft}/packs"),
            json!({ "unit": "pack", "net": { "quantity": 250, "unit": "g" }, "price": 14_000, "stock": 1 }),
        )
        .expect(201);
    record(owner, &draft, json!({ "quantity": 5 })).expect(201);
    let after = label(owner, &draft);
    assert_eq!(missing(&after), ["net_weight", "halal"], "one of its packs is not weighed");
    assert_eq!((&after["present"], &after["needed"]), (&json!(5), &json!(7)), "what is eaten within a week needs no permit");
    let english = owner.client.send("GET", &format!("/v1/products/{draft}/label"), None, &[("Accept-Language", "en")]).expect(200);
    assert!(english["items"][2]["advice"].as_str().expect("words").contains("250 g"));
    assert_eq!(label(&village.admin, &draft)["product_id"], draft.as_str());
    app.buyer("Orang lain").client.get(&format!("/v1/products/{draft}/label")).expect_problem(404, "not_found");
}

#[test]
fn a_permit_of_the_old_kind_or_from_elsewhere_is_a_hint_and_no_wall() {
    let app = TestApp::start();
    let Stall { shop, .. } = stall(&app);
    let draft = app.draft(&shop, "Opak Ketan", 14_000, 10);
    for (pirt, hints) in [
        ("206320501001", json!(["pirt_legacy"])),
        ("P-IRT 2063204010001-29", json!(["pirt_other_regency"])),
        ("2063205010001-25", json!(["pirt_ended"])),
        ("2063205010001-29", json!([])),
    ] {
        edit(&shop.owner, &draft, json!({ "pirt": pirt })).expect(200);
        let told: Vec<Value> =
            label(&shop.owner, &draft)["hints"].as_array().expect("hints").iter().map(|hint| hint["hint"].clone()).collect();
        assert_eq!(Value::Array(told), hints, "{pirt}");
    }
    edit(&shop.owner, &draft, json!({ "storage": "frozen" })).expect(200);
    let hint = &label(&shop.owner, &draft)["hints"][0];
    assert_eq!(hint["hint"], "pirt_not_for_frozen");
    assert!(hint["advice"].as_str().expect("words").contains("BPOM"));
}

#[test]
fn null_takes_a_claim_away_and_missing_leaves_it() {
    let app = TestApp::start();
    let Stall { shop, .. } = stall(&app);
    let mut body = product_body("Opak Ketan", 14_000, 10);
    body["pirt"] = json!("2063205010001-29");
    body["halal"] = json!({ "number": "ID32110000123456789", "scheme": "self_declare", "until": "2027-01-31" });
    let id = remembered(&shop.owner.client.post(&format!("/v1/enterprises/{}/products", shop.id), body).expect(201));
    let version = || shop.owner.client.get(&format!("/v1/products/{id}")).header("etag").to_owned();
    let kept = edit(&shop.owner, &id, json!({ "description": "Lain" })).expect(200);
    assert_eq!((&kept["pirt"]["number"], &kept["halal"]["scheme"]), (&json!("2063205010001-29"), &json!("self_declare")));
    let before = version();
    edit(&shop.owner, &id, json!({ "description": "Lain", "pirt": "2063205010001-29" })).expect(200);
    assert_eq!(version(), before, "what changes nothing counts nothing");
    let cleared = edit(&shop.owner, &id, json!({ "pirt": null })).expect(200);
    assert_eq!((&cleared["pirt"], &cleared["halal"]["scheme"]), (&Value::Null, &json!("self_declare")));
    assert_ne!(version(), before);
    assert_eq!(edit(&shop.owner, &id, json!({ "halal": null })).expect(200)["halal"], Value::Null);
    edit(&shop.owner, &id, json!({ "name": null, "allergens": ["egg", "egg"] })).expect(200);
    assert_eq!(shop.owner.client.get(&format!("/v1/products/{id}")).expect(200)["allergens"], json!(["egg"]));
    for (change, field) in [
        (json!({ "allergens": ["batu"] }), "allergens[0]"),
        (json!({ "shelf_life_days": 0 }), "shelf_life_days"),
        (json!({ "storage": "atap" }), "storage"),
        (json!({ "photos": ["prd_1"] }), "photos[0]"),
    ] {
        let refused = edit(&shop.owner, &id, change);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], field);
    }
}

#[test]
fn a_batch_is_stock_with_a_last_day() {
    let app = TestApp::start();
    let Stall { shop, village, .. } = stall(&app);
    let owner = &shop.owner;
    let product = app.draft(&shop, "Opak Ketan", 14_000, 10);
    edit(owner, &product, json!({ "shelf_life_days": 60 })).expect(200);
    let path = format!("/v1/packs/{}/batches", pack_of(&product));
    let first = owner.client.post_once(&path, json!({ "quantity": 30 }), "satu");
    let again = owner.client.post_once(&path, json!({ "quantity": 30 }), "satu");
    assert_eq!((first.status, &again.text), (201, &first.text));
    let batch = &first.json;
    assert_eq!(
        (&batch["code"], &batch["produced_on"], &batch["expires_on"]),
        (&json!("20261124"), &json!("2026-11-24"), &json!("2027-01-23"))
    );
    assert_eq!((&batch["days_left"], &batch["near_expiry"]), (&json!(60), &json!(false)));
    let stock = || owner.client.get(&format!("/v1/products/{product}")).expect(200)["available"].clone();
    assert_eq!(stock(), 40, "once");
    record(owner, &product, json!({ "quantity": 1 })).expect_problem(409, "batch_code_taken");
    let old = record(owner, &product, json!({ "quantity": 5, "code": "A-1", "produced_on": "2026-10-01", "expires_on": "2026-11-30" }))
        .expect(201);
    assert_eq!((&old["days_left"], &old["near_expiry"]), (&json!(6), &json!(true)));
    assert_eq!(stock(), 45);

    let codes = |query: &str| {
        let page = owner.client.get(&format!("{path}?{query}")).expect(200);
        page["items"].as_array().expect("a list").iter().map(|row| row["code"].as_str().expect("a code").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(""), ["A-1", "20261124"]);
    assert_eq!(codes("expires_by=2026-12-31"), ["A-1"]);
    let page = owner.client.get(&format!("{path}?limit=1")).expect(200);
    assert_eq!(codes(&format!("limit=1&cursor={}", page["next_cursor"].as_str().expect("more"))), ["20261124"]);
    let own = owner.client.get(&format!("/v1/enterprises/{}/products?limit=1", shop.id)).expect(200);
    assert_eq!(own["items"][0]["notices"], json!([{ "kind": "batch", "subject": "A-1", "lapses_on": "2026-11-30", "days_left": 6 }]));

    for (batch, field) in [
        (json!({ "quantity": 0 }), "quantity"),
        (json!({ "quantity": 1, "produced_on": "2026-11-25" }), "produced_on"),
        (json!({ "quantity": 1, "produced_on": "2026-11-20", "expires_on": "2026-11-19" }), "expires_on"),
        (json!({ "quantity": 1, "expires_on": "2126-11-19" }), "expires_on"),
    ] {
        let refused = record(owner, &product, batch);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], field);
    }
    record(&village.admin, &product, json!({ "quantity": 1 })).expect_problem(403, "forbidden");
    app.buyer("Orang lain").client.get(&path).expect_problem(404, "not_found");
    assert_eq!(village.admin.client.get(&path).status, 200);
}

/// What the hourly look finds, and the letters that follow: two jobs for each warning.
fn warned(app: &TestApp) -> usize {
    app.wait(app.app.sweep()).expect("swept");
    app.run_jobs() / 2
}

fn published_with(app: &TestApp, shop: &Shop, admin: &Person, name: &str, with: &[(&str, Value)]) -> String {
    let mut body = product_body(name, 10_000, 5);
    for (key, value) in with {
        body[*key] = value.clone();
    }
    let id = remembered(&shop.owner.client.post(&format!("/v1/enterprises/{}/products", shop.id), body).expect(201));
    shop.owner.client.post(&format!("/v1/products/{id}/submit"), json!({})).expect(200);
    admin.client.post(&format!("/v1/products/{id}/publish"), json!({})).expect(200);
    app.run_jobs();
    id
}

#[test]
fn what_ends_is_told_once_for_each_span() {
    let app = TestApp::start();
    let Stall { shop, village, product, .. } = stall(&app);
    let halal = json!({ "number": "ID32110000123456789", "scheme": "regular", "until": "2027-02-20" });
    let opak = published_with(&app, &shop, &village.admin, "Opak", &[("halal", halal)]);
    published_with(&app, &shop, &village.admin, "Comring", &[("pirt", json!("2063205010001-26"))]);
    record(&shop.owner, &product, json!({ "quantity": 1, "code": "B-1", "expires_on": "2026-12-01" })).expect(201);
    // 88, 37 and 7 days before their ends; the batch never had more than seven.
    assert_eq!(warned(&app), 2, "the certificate within 90 days, the permit too");
    assert_eq!(warned(&app), 0, "told");
    app.advance(Duration::days(7));
    assert_eq!(warned(&app), 1, "the permit within 30 days");
    app.advance(Duration::days(16));
    assert_eq!(warned(&app), 0);
    app.advance(Duration::days(8));
    assert_eq!(warned(&app), 1, "the permit within 7 days");
    app.advance(Duration::days(28));
    assert_eq!(warned(&app), 1, "the certificate within 30 days");
    let owner = app.awake(&shop.owner);
    let seen = owner.client.get(&format!("/v1/products/{opak}")).expect(200);
    assert_eq!((&seen["notices"][0]["kind"], &seen["notices"][0]["days_left"]), (&json!("halal"), &json!(29)));
    assert_eq!(app.client.get(&format!("/v1/products/{opak}")).expect(200)["notices"], json!([]), "not for everyone");
    app.advance(Duration::days(22));
    assert_eq!(warned(&app), 1, "and within 7");
    app.advance(Duration::days(30));
    assert_eq!(warned(&app), 0, "it has ended");
}

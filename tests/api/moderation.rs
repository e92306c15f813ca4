//! What waits for the village admin: changes of products on sale, the queue, trust, reports, and recalls.

use chrono::Duration;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::pictures::jpeg;
use crate::support::{Answer, Person, TestApp};

fn tag(who: &Person, id: &str) -> String {
    who.client.get(&format!("/v1/products/{id}")).header("etag").to_owned()
}

fn edit(who: &Person, id: &str, change: Value) -> Answer {
    who.client.patch(&format!("/v1/products/{id}"), &tag(who, id), change)
}

fn decide(who: &Person, id: &str, act: &str, reason: Option<&str>) -> Answer {
    let body = reason.map_or_else(|| json!({}), |reason| json!({ "reason": reason }));
    who.client.post(&format!("/v1/moderations/{id}/{act}"), body)
}

/// Asks for a change of a product on sale; answers the id of what waits.
fn waits(who: &Person, product: &str, change: Value) -> String {
    edit(who, product, change).expect(200)["waiting"]["id"].as_str().expect("it waits").to_owned()
}

fn public(app: &TestApp, id: &str) -> Value {
    app.client.get(&format!("/v1/products/{id}")).expect(200)
}

#[test]
fn a_change_of_what_the_public_knows_waits_and_is_confirmed() {
    let app = TestApp::start();
    let Stall { shop, product, village, .. } = stall(&app);
    let (owner, admin) = (&shop.owner, &village.admin);
    let asked = edit(
        owner,
        &product,
        json!({ "name": "Keripik Balado", "ingredients": "Singkong, cabai", "description": "Renyah dan gurih dari dapur sendiri" }),
    )
    .expect(200);
    assert_eq!(asked["name"], "Keripik Singkong Balado 250 g", "it stays until somebody has looked");
    let change = &asked["waiting"];
    assert_eq!(
        (&change["state"], &change["subject"], &change["asked_by"]),
        (&json!("waiting"), &json!("change"), &json!(owner.account_id))
    );
    let mut differences = change["differences"].as_array().expect("a list").clone();
    differences.sort_by_key(|one| one["field"].as_str().unwrap_or("").to_owned());
    assert_eq!(
        differences,
        [
            json!({ "field": "ingredients", "before": null, "after": "Singkong, cabai" }),
            json!({ "field": "name", "before": "Keripik Singkong Balado 250 g", "after": "Keripik Balado" }),
        ],
        "what stays the same is no difference"
    );
    assert_eq!(
        (&public(&app, &product)["name"], &public(&app, &product)["waiting"]),
        (&json!("Keripik Singkong Balado 250 g"), &Value::Null)
    );

    edit(owner, &product, json!({ "name": "Lain" })).expect_problem(409, "change_waits");
    let id = change["id"].as_str().expect("an id");
    decide(owner, id, "confirm", None).expect_problem(403, "forbidden");
    decide(&app.buyer("Orang lain"), id, "confirm", None).expect_problem(404, "not_found");
    let path = format!("/v1/moderations/{id}/confirm");
    let first = admin.client.post_once(&path, json!({}), "setuju");
    let again = admin.client.post_once(&path, json!({}), "setuju");
    assert_eq!((first.status, &again.text), (200, &first.text));
    assert_eq!((&first.json["state"], &first.json["decided_by"]), (&json!("confirmed"), &json!(admin.account_id)));
    let seen = public(&app, &product);
    assert_eq!((&seen["name"], &seen["ingredients"]), (&json!("Keripik Balado"), &json!("Singkong, cabai")));
    let found = app.client.get("/v1/products?q=keripik%20balado").expect(200);
    assert_eq!(found["items"][0]["name"], "Keripik Balado", "found by its new name");
    decide(admin, id, "reject", Some("Terlambat")).expect_problem(409, "moderation_wrong_state");
    let changes = owner.client.get(&format!("/v1/products/{product}/changes")).expect(200);
    assert_eq!((changes["items"].as_array().map(Vec::len), &changes["items"][0]["state"]), (Some(1), &json!("confirmed")));
    assert!(app.run_jobs() >= 2, "its seller is told");
}

#[test]
fn a_change_is_sent_back_turned_down_or_withdrawn() {
    let app = TestApp::start();
    let Stall { shop, product, village, .. } = stall(&app);
    let (owner, admin) = (&shop.owner, &village.admin);
    let claim = json!({ "pirt": "2063205010001-29" });
    let id = waits(owner, &product, claim.clone());
    decide(admin, &id, "return", None).expect_problem(400, "invalid_input");
    assert_eq!(decide(admin, &id, "return", Some("Foto izinnya buram")).expect(200)["reason"], "Foto izinnya buram");
    app.run_jobs();
    assert_eq!(app.objects(), 0, "a photo goes with the change that named it");
    let id = waits(owner, &product, claim.clone());
    assert_eq!(decide(admin, &id, "reject", Some("Nomor milik orang lain")).expect(200)["state"], "rejected");
    let id = waits(owner, &product, json!({ "description": "Baru" }));
    decide(admin, &id, "withdraw", None).expect_problem(403, "forbidden");
    assert_eq!(decide(owner, &id, "withdraw", None).expect(200)["state"], "withdrawn");
    decide(owner, &id, "withdraw", None).expect_problem(409, "moderation_wrong_state");
    decide(admin, &id, "confirm", None).expect_problem(409, "moderation_wrong_state");
    let seen = public(&app, &product);
    assert_eq!((&seen["pirt"], &seen["description"]), (&Value::Null, &json!("Renyah dan gurih dari dapur sendiri")), "nothing was changed");
    let before = tag(owner, &product);
    edit(owner, &product, json!({ "pirt": null, "name": seen["name"] })).expect(200);
    assert_eq!(tag(owner, &product), before, "a change of nothing asks nobody");
    assert_eq!(owner.client.get(&format!("/v1/products/{product}")).expect(200)["waiting"], Value::Null);
}

#[test]
fn photos_are_held_while_something_names_them() {
    let app = TestApp::start();
    let Stall { shop, product, village, .. } = stall(&app);
    let (owner, admin) = (&shop.owner, &village.admin);
    let upload = |side: u32| owner.client.photo("product_photo", &jpeg(side, 480)).expect(201)["id"].as_str().expect("an id").to_owned();
    let is_kept = |app: &TestApp, id: &str| app.client.get(&format!("/v1/media/{id}/320")).status == 200;
    let foreign = app.buyer("Orang lain").client.photo("product_photo", &jpeg(500, 480)).expect(201)["id"].clone();
    let refused = edit(owner, &product, json!({ "photos": [foreign] }));
    refused.expect_problem(400, "invalid_input");
    assert_eq!(refused.json["errors"][0]["field"], "photos");

    let (first, second, third) = (upload(640), upload(641), upload(642));
    let change = waits(owner, &product, json!({ "photos": [first, second] }));
    assert_eq!(public(&app, &product)["photos"], json!([]), "until somebody has looked");
    decide(admin, &change, "confirm", None).expect(200);
    app.advance(Duration::days(2));
    app.run_jobs();
    let (owner, admin) = (&app.awake(owner), &app.awake(admin));
    let shown = public(&app, &product)["photos"].clone();
    assert_eq!((&shown[0]["id"], &shown[1]["id"]), (&json!(first), &json!(second)), "in their order");
    let change = waits(owner, &product, json!({ "photos": [second, first] }));
    decide(admin, &change, "confirm", None).expect(200);
    assert!(is_kept(&app, &first) && is_kept(&app, &second) && !is_kept(&app, &third), "what nothing names goes after a day");

    let fourth = owner.client.photo("product_photo", &jpeg(643, 480)).expect(201)["id"].as_str().expect("an id").to_owned();
    let change = waits(owner, &product, json!({ "photos": [fourth] }));
    decide(admin, &change, "reject", Some("Bukan fotonya")).expect(200);
    app.run_jobs();
    assert!(!is_kept(&app, &fourth) && is_kept(&app, &first), "those of a change that is not made go");
    let change = waits(owner, &product, json!({ "photos": [second] }));
    decide(admin, &change, "confirm", None).expect(200);
    app.run_jobs();
    assert!(is_kept(&app, &second) && !is_kept(&app, &first));
}

#[test]
fn a_trusted_seller_confirms_her_own_changes() {
    let app = TestApp::start();
    let Stall { shop, product, village, .. } = stall(&app);
    let (owner, admin) = (&shop.owner, &village.admin);
    let act = |who: &Person, act: &str| who.client.post(&format!("/v1/enterprises/{}/{act}", shop.id), json!({ "reason": "Selalu rapi" }));
    act(owner, "trust").expect_problem(403, "forbidden");
    app.buyer("Orang lain")
        .client
        .post(&format!("/v1/enterprises/{}/trust", shop.id), json!({ "reason": "Saya" }))
        .expect_problem(404, "not_found");
    admin.client.post(&format!("/v1/enterprises/{}/trust", shop.id), json!({})).expect_problem(400, "invalid_input");
    assert_eq!(act(admin, "trust").expect(200)["trusted"], true);
    act(admin, "trust").expect(200);
    let history = owner.client.get(&format!("/v1/enterprises/{}/history", shop.id)).expect(200);
    let events: Vec<&Value> = history["items"].as_array().expect("a list").iter().filter(|event| !event["trusted"].is_null()).collect();
    assert_eq!((events.len(), &events[0]["trusted"], &events[0]["reason"]), (1, &json!(true), &json!("Selalu rapi")), "one event");

    let edited = edit(owner, &product, json!({ "name": "Keripik Balado" })).expect(200);
    assert_eq!((&edited["name"], &edited["waiting"]), (&json!("Keripik Balado"), &Value::Null));
    let changes = admin.client.get(&format!("/v1/products/{product}/changes")).expect(200);
    assert_eq!((&changes["items"][0]["state"], &changes["items"][0]["decided_by"]), (&json!("confirmed"), &Value::Null));
    assert_eq!(act(admin, "distrust").expect(200)["trusted"], false);
    waits(owner, &product, json!({ "name": "Keripik Lagi" }));
}

#[test]
fn the_queue_tells_who_waits_longest_and_whether_the_village_is_late() {
    let app = TestApp::start();
    let Stall { shop, product, village, .. } = stall(&app);
    let level =
        |app: &TestApp| app.awake(&village.admin).client.get(&format!("/v1/villages/{}/moderation-service-level", village.id)).expect(200);
    assert_eq!(level(&app)["decided"], 1, "the product of the stall");
    app.advance(Duration::hours(1));
    let change = waits(&app.awake(&shop.owner), &product, json!({ "name": "Keripik Balado" }));
    app.advance(Duration::hours(30));
    let owner = app.awake(&shop.owner);
    let draft = app.draft(&crate::support::Shop { id: shop.id.clone(), owner: owner.clone() }, "Opak", 9_000, 5);
    owner.client.post(&format!("/v1/products/{draft}/submit"), json!({})).expect(200);
    app.advance(Duration::hours(19));
    let admin = app.awake(&village.admin);
    let queue = format!("/v1/villages/{}/moderations", village.id);
    let page = admin.client.get(&queue).expect(200);
    let seen: Vec<(&str, i64, bool)> = page["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            (
                one["moderation"]["subject"].as_str().expect("a word"),
                one["hours_waited"].as_i64().expect("hours"),
                one["late"].as_bool().expect("a word"),
            )
        })
        .collect();
    assert_eq!(seen, [("change", 49, true), ("product", 19, false)]);
    assert_eq!(page["items"][1]["product"]["id"], draft.as_str());
    let first = admin.client.get(&format!("{queue}?limit=1")).expect(200);
    let cursor = first["next_cursor"].as_str().expect("more");
    assert_eq!(admin.client.get(&format!("{queue}?limit=1&cursor={cursor}")).expect(200)["items"][0]["product"]["id"], draft.as_str());
    app.awake(&shop.owner).client.get(&queue).expect_problem(404, "not_found");

    let now = level(&app);
    assert_eq!((&now["hours"], &now["waiting"], &now["late"]), (&json!(48), &json!(2), &json!(1)));
    let settings = format!("/v1/villages/{}/settings", village.id);
    let version = admin.client.get(&settings).header("etag").to_owned();
    admin.client.patch(&settings, &version, json!({ "moderation_hours": 12 })).expect(200);
    assert_eq!(level(&app)["late"], 2);
    decide(&admin, &change, "confirm", None).expect(200);
    let product_id = page["items"][1]["moderation"]["id"].as_str().expect("an id");
    decide(&app.awake(&shop.owner), product_id, "withdraw", None).expect_problem(409, "moderation_wrong_state");
    decide(&admin, product_id, "confirm", None).expect(200);
    assert_eq!(public(&app, &draft)["state"], "published", "a new product is let through the same way");
    let done = level(&app);
    assert_eq!((&done["waiting"], &done["decided"], &done["median_minutes"]), (&json!(0), &json!(3), &json!(19 * 60)));
}

#[test]
fn prices_and_stock_do_not_wait() {
    let app = TestApp::start();
    let Stall { shop, product, .. } = stall(&app);
    waits(&shop.owner, &product, json!({ "name": "Keripik Balado" }));
    let pack = crate::support::people::pack_of(&product);
    let version = tag(&shop.owner, &product);
    shop.owner
        .client
        .send("PUT", &format!("/v1/packs/{pack}/prices"), Some(json!({ "price": 13_000 })), &[("If-Match", &version)])
        .expect(200);
    shop.owner.client.put(&format!("/v1/packs/{pack}/stock"), json!({ "on_hand": 7 })).expect(200);
    let seen = public(&app, &product);
    assert_eq!(
        (&seen["price_from"], &seen["available"], &seen["name"]),
        (&json!(13_000), &json!(7), &json!("Keripik Singkong Balado 250 g"))
    );
}

#[test]
fn a_buyer_reports_a_product_and_sees_what_came_of_it() {
    let app = TestApp::start();
    let Stall { shop, product, village, buyer } = stall(&app);
    let path = format!("/v1/products/{product}/complaints");
    let body = || json!({ "cause": "misleading", "text": "Isinya hanya 200 g" });
    let made = buyer.client.post_once(&path, body(), "lapor");
    let again = buyer.client.post_once(&path, body(), "lapor");
    assert_eq!((made.status, &again.text), (201, &made.text));
    buyer.client.post(&path, body()).expect_problem(409, "complaint_open");
    buyer.client.post(&path, json!({ "cause": "iseng" })).expect_problem(400, "invalid_input");
    let other = app.buyer("Pembeli lain");
    other.client.post(&path, json!({ "cause": "unsafe" })).expect(201);
    let draft = app.draft(&shop, "Opak", 9_000, 5);
    other.client.post(&format!("/v1/products/{draft}/complaints"), body()).expect_problem(404, "not_found");

    let list = format!("/v1/villages/{}/complaints", village.id);
    let open = village.admin.client.get(&list).expect(200);
    assert_eq!((open["items"].as_array().map(Vec::len), &open["items"][0]["text"]), (Some(2), &json!("Isinya hanya 200 g")));
    shop.owner.client.get(&list).expect_problem(404, "not_found");
    let resolve = format!("/v1/complaints/{}/resolve", made.json["id"].as_str().expect("an id"));
    let outcome = || json!({ "outcome": "seller_advised", "note": "Sudah ditimbang ulang bersama" });
    buyer.client.post(&resolve, outcome()).expect_problem(404, "not_found");
    shop.owner.client.post(&resolve, outcome()).expect_problem(403, "forbidden");
    village.admin.client.post(&resolve, outcome()).expect(200);
    village.admin.client.post(&resolve, outcome()).expect_problem(409, "complaint_resolved");
    let mine = buyer.client.get("/v1/me/complaints").expect(200);
    assert_eq!(
        (&mine["items"][0]["outcome"], &mine["items"][0]["note"]),
        (&json!("seller_advised"), &json!("Sudah ditimbang ulang bersama"))
    );
    assert_eq!(other.client.get("/v1/me/complaints").expect(200)["items"][0]["state"], "open");
    buyer.client.post(&path, body()).expect(201);
    assert_eq!(village.admin.client.get(&format!("{list}?state=resolved")).expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn orders_go_on_when_a_product_is_suspended_unless_its_food_is_unsafe() {
    let app = TestApp::start();
    let Stall { shop, product, village, buyer } = stall(&app);
    let (placed, ready, gone) = (buyer.orders(&product, 2), buyer.orders(&product, 3), buyer.orders(&product, 4));
    shop.owner.steps(&ready, &["accept", "payments/receive", "prepare", "ready"]);
    shop.owner.steps(&gone, &["accept", "payments/receive", "prepare", "ready", "hand-over"]);
    let suspend = |body: Value| village.admin.client.post(&format!("/v1/products/{product}/suspend"), body);
    let state = |order: &str| buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["state"].clone();

    suspend(json!({ "reason": "Izin diperiksa" })).expect(200);
    app.run_jobs();
    assert_eq!((state(&placed), state(&ready)), (json!("placed"), json!("ready")), "orders already placed go on");
    village.admin.client.post(&format!("/v1/products/{product}/reinstate"), json!({})).expect(200);

    suspend(json!({ "reason": "Ada yang sakit", "food_is_unsafe": true })).expect(200);
    app.run_jobs();
    assert_eq!((state(&placed), state(&ready), state(&gone)), (json!("cancelled"), json!("cancelled"), json!("handed_over")));
    let seen = buyer.client.get(&format!("/v1/orders/{ready}")).expect(200);
    assert_eq!(seen["refunds"][0]["amount"], 37_500, "what was paid is owed back");
    let history = buyer.client.get(&format!("/v1/orders/{placed}/history")).expect(200);
    assert!(history["items"].as_array().expect("a list").iter().any(|event| event["reason"] == "Ada yang sakit"), "the buyer reads why");
    let own = shop.owner.client.get(&format!("/v1/products/{product}")).expect(200)["packs"][0].clone();
    assert_eq!((&own["on_hand"], &own["reserved"]), (&json!(36), &json!(0)), "nothing is held any more");
}

#[test]
fn a_guest_reports_a_product_once_at_a_time() {
    let app = TestApp::start();
    let Stall { product, village, .. } = stall(&app);
    let guest = app.guest("Tamu");
    let path = format!("/v1/products/{product}/complaints");
    let body = || json!({ "cause": "unsafe", "text": "Berjamur" });
    guest.client.post(&path, body()).expect(201);
    guest.client.post(&path, body()).expect_problem(409, "complaint_open");
    app.client.post(&path, body()).expect_problem(401, "not_signed_in");
    let open = village.admin.client.get(&format!("/v1/villages/{}/complaints", village.id)).expect(200);
    assert_eq!(open["items"][0]["text"], "Berjamur");
    assert_eq!(guest.client.get("/v1/me/complaints").expect(200)["items"][0]["state"], "open");
}

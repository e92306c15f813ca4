//! The terms on which a seller sells, and where she delivers.

use chrono::Duration;
use kit::db::{Failure, Never};
use market::shops;
use people::enterprises::EnterpriseId;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::http::fresh_key;
use crate::support::{Answer, Client, TestApp};

fn terms() -> Value {
    json!({ "minimum_order": 20_000, "answer_hours": 12, "hand_over_days": 3, "opening": null, "holiday": null })
}

fn terms_with(field: &str, value: Value) -> Value {
    let mut terms = terms();
    terms[field] = value;
    terms
}

/// Seven to noon and one to five, every day but Sunday.
fn opening() -> Value {
    let day = json!([{ "from": "07:00", "until": "12:00" }, { "from": "13:00", "until": "17:00" }]);
    json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day, "saturday": day, "sunday": [] })
}

fn set(client: &Client, shop: &str, version: i32, terms: Value) -> Answer {
    let tag = format!("\"{version}\"");
    client.send("PUT", &format!("/v1/enterprises/{shop}/shop"), Some(terms), &[("If-Match", tag.as_str())])
}

#[test]
fn a_seller_says_on_what_terms_she_sells() {
    let app = TestApp::start();
    let Stall { village, shop, buyer, .. } = stall(&app);
    let path = format!("/v1/enterprises/{}/shop", shop.id);
    let usual = app.client.get(&path);
    assert_eq!((usual.status, usual.header("etag")), (200, "\"0\""));
    assert_eq!(
        usual.json,
        json!({
            "enterprise_id": shop.id, "minimum_order": 0, "answer_hours": 48, "hand_over_days": 7, "opening": null, "holiday": null,
            "open_now": true, "next_open": "2026-11-24T02:00:00.000000Z", "back_on": null, "updated_at": null,
        })
    );

    let owner = &shop.owner.client;
    let body = json!({
        "minimum_order": 20_000, "answer_hours": 12, "hand_over_days": 3, "opening": opening(),
        "holiday": { "from": "2026-12-24", "until": "2027-01-01", "note": "  Pulang kampung " },
    });
    let said = set(owner, &shop.id, 0, body);
    assert_eq!((said.status, said.header("etag")), (200, "\"1\""), "{}", said.text);
    let seen = buyer.client.get(&path).expect(200);
    assert_eq!(seen, said.json);
    assert_eq!((&seen["minimum_order"], &seen["answer_hours"], &seen["hand_over_days"]), (&json!(20_000), &json!(12), &json!(3)));
    assert_eq!(seen["opening"], opening());
    assert_eq!(seen["holiday"], json!({ "from": "2026-12-24", "until": "2027-01-01", "note": "Pulang kampung" }));
    assert_eq!(seen["updated_at"], "2026-11-24T02:00:00.000000Z");

    set(owner, &shop.id, 0, terms()).expect_problem(412, "stale");
    set(owner, &shop.id, 2, terms()).expect_problem(412, "stale");
    owner.put(&path, terms()).expect_problem(428, "if_match_missing");
    let again = set(owner, &shop.id, 1, terms()).expect(200);
    assert_eq!((&again["opening"], &again["holiday"]), (&Value::Null, &Value::Null), "what is said is said as a whole");

    set(&buyer.client, &shop.id, 2, terms()).expect_problem(404, "not_found");
    let other = app.home_industry(&village, "Dodol Balewangi");
    set(&other.owner.client, &shop.id, 2, terms()).expect_problem(404, "not_found");
    set(&village.admin.client, &shop.id, 2, terms()).expect_problem(403, "forbidden");
    set(&app.client, &shop.id, 2, terms()).expect_problem(401, "not_signed_in");
}

#[test]
fn terms_that_cannot_be_kept_are_refused_field_by_field() {
    let app = TestApp::start();
    let Stall { shop, .. } = stall(&app);
    let owner = &shop.owner.client;
    let monday = |stretches: Value| {
        let mut week = opening();
        week["monday"] = stretches;
        week
    };
    let mut closed = opening();
    for day in closed.as_object_mut().expect("a week").values_mut() {
        *day = json!([]);
    }
    let mut six_days = opening();
    six_days.as_object_mut().expect("a week").remove("sunday");
    let days = |from: &str, until: &str| json!({ "from": from, "until": until, "note": null });
    let cases = [
        ("minimum_order", json!(-1), "minimum_order"),
        ("minimum_order", json!(1_000_000_001), "minimum_order"),
        ("answer_hours", json!(0), "answer_hours"),
        ("answer_hours", json!(73), "answer_hours"),
        ("hand_over_days", json!(0), "hand_over_days"),
        ("hand_over_days", json!(31), "hand_over_days"),
        ("opening", monday(json!([{ "from": "7:00", "until": "12:00" }])), "opening.monday[0].from"),
        ("opening", monday(json!([{ "from": "12:00", "until": "07:00" }])), "opening.monday"),
        ("opening", monday(json!([{ "from": "13:00", "until": "17:00" }, { "from": "07:00", "until": "12:00" }])), "opening.monday"),
        (
            "opening",
            monday(
                json!([{ "from": "07:00", "until": "08:00" }, { "from": "09:00", "until": "10:00" }, { "from": "11:00", "until": "12:00" }]),
            ),
            "opening.monday",
        ),
        ("opening", closed, "opening"),
        ("opening", six_days, "opening.sunday"),
        ("holiday", days("2026-12-24", "2026-12-23"), "holiday.until"),
        ("holiday", days("2026-12-24", "2028-12-24"), "holiday.until"),
        ("holiday", days("2126-12-24", "2126-12-25"), "holiday.until"),
        ("holiday", days("24-12-2026", "2026-12-25"), "holiday.from"),
    ];
    for (field, value, told) in cases {
        let refused = set(owner, &shop.id, 0, terms_with(field, value.clone()));
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], told, "{field}: {value}");
        let detail = refused.json["errors"][0]["detail"].as_str().expect("a detail");
        assert!(detail.contains(' ') || told == "holiday.from", "{field} is told in words: {detail}");
    }
    let mut forgotten = terms();
    forgotten.as_object_mut().expect("terms").remove("opening");
    let refused = set(owner, &shop.id, 0, forgotten);
    refused.expect_problem(400, "invalid_input");
    assert_eq!(refused.json["errors"][0]["field"], "opening", "left out is not the same as always open");
}

#[test]
fn buyers_see_when_she_is_open_and_when_she_is_back() {
    let app = TestApp::start();
    let Stall { shop, .. } = stall(&app);
    let mut body = terms_with("opening", opening());
    body["holiday"] = json!({ "from": "2026-11-26", "until": "2026-11-28", "note": null });
    set(&shop.owner.client, &shop.id, 0, body).expect(200);
    let seen = |after: Duration| {
        app.advance(after);
        let shop = app.client.get(&format!("/v1/enterprises/{}/shop", shop.id)).expect(200);
        (shop["open_now"].clone(), shop["next_open"].as_str().expect("a time").to_owned(), shop["back_on"].clone())
    };
    let at = |time: &str| format!("{time}.000000Z");
    assert_eq!(seen(Duration::zero()), (json!(true), at("2026-11-24T02:00:00"), Value::Null), "Tuesday at nine");
    assert_eq!(seen(Duration::hours(3)), (json!(false), at("2026-11-24T06:00:00"), Value::Null), "at noon");
    // Thursday to Saturday she is away, on Sunday she is closed.
    assert_eq!(seen(Duration::hours(45)), (json!(false), at("2026-11-30T00:00:00"), json!("2026-11-29")), "Thursday at nine");
}

#[test]
fn a_shop_that_does_not_trade_is_seen_by_its_house_and_an_office_is_none() {
    let app = TestApp::start();
    let village = app.balewangi();
    let owner = app.buyer("Bu Wati");
    let id = app.onboarding(&village, &owner, "home_industry", "Opak Bu Wati");
    for path in [format!("/v1/enterprises/{id}/shop"), format!("/v1/enterprises/{id}/delivery-zones")] {
        app.client.get(&path).expect_problem(404, "not_found");
        app.buyer("Orang lain").client.get(&path).expect_problem(404, "not_found");
        owner.client.get(&path).expect(200);
        village.admin.client.get(&path).expect(200);
    }
    set(&owner.client, &id, 0, terms()).expect(200);

    let office = village.admin.client.get("/v1/me/enterprises").expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    set(&village.admin.client, &office, 0, terms()).expect_problem(409, "sells_nothing");
    let zone = json!({ "name": "Cisurupan", "fee": 5_000 });
    village.admin.client.post(&format!("/v1/enterprises/{office}/delivery-zones"), zone).expect_problem(409, "sells_nothing");
    app.client.get(&format!("/v1/enterprises/{office}/shop")).expect_problem(404, "not_found");
}

#[test]
fn the_office_and_the_staff_write_for_whom_they_help() {
    let app = TestApp::start();
    let village = app.balewangi();
    let body = json!({ "kind": "home_industry", "name": "Opak Tanpa Telepon" });
    let opened = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), body).expect(201);
    let assisted = opened["id"].as_str().expect("an id");
    set(&village.admin.client, assisted, 0, terms()).expect(200);
    let zone = json!({ "name": "Balewangi", "fee": 0 });
    village.admin.client.post(&format!("/v1/enterprises/{assisted}/delivery-zones"), zone).expect(201);

    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let staff = app.buyer("Pembantu");
    let member = json!({ "phone": staff.phone, "role": "staff" });
    shop.owner.client.post(&format!("/v1/enterprises/{}/members", shop.id), member).expect(200);
    set(&staff.client, &shop.id, 0, terms()).expect(200);
}

#[test]
fn a_seller_keeps_a_list_of_places_she_delivers_to() {
    let app = TestApp::start();
    let Stall { village, shop, buyer, .. } = stall(&app);
    let (owner, list) = (&shop.owner.client, format!("/v1/enterprises/{}/delivery-zones", shop.id));
    assert_eq!(app.client.get(&list).expect(200)["items"], json!([]));

    let body = json!({ "name": "Cisurupan kota", "fee": 5_000, "minimum_order": 30_000 });
    let made = owner.post_once(&list, body.clone(), "wilayah");
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{}", made.text);
    let again = owner.post_once(&list, body.clone(), "wilayah");
    assert_eq!((again.status, &again.text, again.header("idempotency-replayed")), (201, &made.text, "true"));
    owner.post_once(&list, json!({ "name": "Lain", "fee": 1 }), "wilayah").expect_problem(422, "idempotency_key_reused");
    owner.post(&list, body.clone()).expect_problem(409, "zone_name_taken");
    let path = made.header("location").to_owned();
    let near = owner.post(&list, json!({ "name": "Balewangi", "fee": 0 })).expect(201);
    assert_eq!(near["minimum_order"], 0);

    let shown = buyer.client.get(&path);
    assert_eq!((shown.status, shown.header("etag"), &shown.json), (200, "\"1\"", &made.json));
    assert_eq!((&shown.json["name"], &shown.json["fee"]), (&json!("Cisurupan kota"), &json!(5_000)));
    assert_eq!(app.client.get(&list).expect(200)["items"], json!([made.json, near]));

    let edited = owner.patch(&path, "\"1\"", json!({ "fee": 7_500, "minimum_order": 0 })).expect(200);
    assert_eq!((&edited["name"], &edited["fee"], &edited["minimum_order"]), (&json!("Cisurupan kota"), &json!(7_500), &json!(0)));
    owner.patch(&path, "\"1\"", json!({ "fee": 1 })).expect_problem(412, "stale");
    owner.patch(&path, "\"2\"", json!({ "name": "Balewangi" })).expect_problem(409, "zone_name_taken");
    owner.send("PATCH", &path, Some(json!({})), &[]).expect_problem(428, "if_match_missing");

    let other = app.home_industry(&village, "Dodol Balewangi");
    for stranger in [&other.owner.client, &buyer.client] {
        stranger.post(&list, body.clone()).expect_problem(404, "not_found");
        stranger.patch(&path, "\"2\"", json!({ "fee": 1 })).expect_problem(404, "not_found");
        stranger.delete(&path).expect_problem(404, "not_found");
    }
    village.admin.client.delete(&path).expect_problem(403, "forbidden");
    app.client.delete(&path).expect_problem(401, "not_signed_in");
    // Of different houses, two may go by one name.
    other.owner.client.post(&format!("/v1/enterprises/{}/delivery-zones", other.id), body.clone()).expect(201);

    owner.delete(&path).expect(204);
    owner.delete(&path).expect_problem(404, "not_found");
    owner.patch(&path, "\"3\"", json!({ "fee": 1 })).expect_problem(404, "not_found");
    app.client.get(&path).expect_problem(404, "not_found");
    assert_eq!(app.client.get(&list).expect(200)["items"], json!([near]));
    owner.post(&list, body).expect(201);
}

#[test]
fn a_zone_has_a_name_and_a_fee_and_there_are_fifty_at_most() {
    let app = TestApp::start();
    let Stall { shop, .. } = stall(&app);
    let (owner, list) = (&shop.owner.client, format!("/v1/enterprises/{}/delivery-zones", shop.id));
    for (wrong, told) in [
        (json!({ "name": " ", "fee": 1 }), "name"),
        (json!({ "name": "Cisurupan", "fee": -1 }), "fee"),
        (json!({ "name": "Cisurupan" }), "fee"),
        (json!({ "name": "Cisurupan", "fee": 1, "minimum_order": -1 }), "minimum_order"),
        (json!({ "name": "Cisurupan", "fee": 1, "active": true }), "active"),
    ] {
        let refused = owner.post(&list, wrong);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], told);
    }
    for n in 0..50 {
        owner.post(&list, json!({ "name": format!("Kampung {n}"), "fee": 1_000 * n })).expect(201);
    }
    owner.post(&list, json!({ "name": "Kampung terakhir", "fee": 0 })).expect_problem(409, "too_many_zones");
    let zones = app.client.get(&list).expect(200);
    assert_eq!(zones["items"].as_array().map(Vec::len), Some(50));
    let first = zones["items"][0]["id"].as_str().expect("an id");
    owner.delete(&format!("/v1/delivery-zones/{first}")).expect(204);
    owner.post(&list, json!({ "name": "Kampung terakhir", "fee": 0 })).expect(201);
}

#[test]
fn orders_ask_for_terms_of_many_and_for_a_zone_of_its_seller() {
    let app = TestApp::start();
    let Stall { village, shop, .. } = stall(&app);
    let other = app.home_industry(&village, "Dodol Balewangi");
    set(&shop.owner.client, &shop.id, 0, terms()).expect(200);
    let zone = json!({ "name": "Cisurupan", "fee": 5_000 });
    let zone = shop.owner.client.post_once(&format!("/v1/enterprises/{}/delivery-zones", shop.id), zone, &fresh_key()).expect(201);
    let zone: shops::ZoneId = zone["id"].as_str().expect("an id").parse().expect("a zone's id");
    let id = |text: &str| text.parse::<EnterpriseId>().expect("an id");
    let (first, second) = (id(&shop.id), id(&other.id));

    let ask = |of: Vec<EnterpriseId>| {
        let before = app.app.db.statements();
        let terms = app.app.db.read(move |conn| Ok::<_, Failure<Never>>(shops::service::terms_of(conn, &of)?));
        (app.wait(terms).expect("terms"), app.app.db.statements() - before)
    };
    ask(vec![first]);
    let (terms, many) = ask(vec![first, second]);
    assert_eq!((terms[&first].minimum_order.amount(), terms[&first].answer_hours), (20_000, 12));
    assert_eq!(terms[&second], shops::Terms::default());
    assert_eq!(many, ask(vec![first]).1, "one query for all");

    let look = |seller: EnterpriseId| {
        let found = app.app.db.read(move |conn| Ok::<_, Failure<Never>>(shops::service::zone(conn, seller, zone)?));
        app.wait(found).expect("an answer").map(|zone| (zone.name, zone.fee.amount()))
    };
    assert_eq!(look(first), Some(("Cisurupan".to_owned(), 5_000)));
    assert_eq!(look(second), None, "another seller does not deliver there");
    shop.owner.client.delete(&format!("/v1/delivery-zones/{zone}")).expect(204);
    assert_eq!(look(first), None);
}

#[test]
fn of_two_who_write_the_first_terms_one_is_told_to_look_again() {
    let app = TestApp::start();
    let village = app.balewangi();
    for round in 0..10 {
        let shop = app.home_industry(&village, &format!("Opak {round}"));
        let write = |hours: i64| {
            let (client, path) = (shop.owner.client.clone(), format!("/v1/enterprises/{}/shop", shop.id));
            let body = terms_with("answer_hours", json!(hours)).to_string();
            async move {
                let headers = [("If-Match", "\"0\""), ("Content-Type", "application/json")];
                client.call("PUT", &path, Some(body), &headers).await.status
            }
        };
        let mut statuses = app.client.all(vec![write(1), write(2)]);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
    }
}

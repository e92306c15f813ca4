//! Agreements between enterprises: how they come about, what they bind, and how they end.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Engine, Failure, Never};
use partners::{agreements, supply};
use people::enterprises::EnterpriseId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ledger::{plan, sent as sent_for};
use crate::supplier_orders::{drafted, sent};
use crate::supply::item;
use crate::support::people::pack_of;
use crate::support::{Person, Shop, TestApp, Village, engine};

/// A supplier and a home industry of one village.
pub struct Dealing {
    pub village: Village,
    pub supplier: Shop,
    pub maker: Shop,
}

pub fn dealing(app: &TestApp) -> Dealing {
    let village = app.balewangi();
    let supplier = app.shop(&village, "supplier", "Pemasok Singkong Papandayan");
    let maker = app.home_industry(&village, "Keripik Cisurupan");
    Dealing { village, supplier, maker }
}

pub fn supply_terms(credit_limit: i64) -> Value {
    json!({
        "kind": "supply", "lead_time_days": 2, "delivery_days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "minimum": 50_000,
        "credit_limit": credit_limit, "payment_days": 7, "prices": [],
    })
}

pub fn proposal(terms: Value) -> Value {
    json!({ "starts_on": "2026-11-24", "ends_on": "2027-11-23", "notice_days": 14, "terms": terms })
}

/// Drafts and offers; answers the agreement's id.
pub fn offered(by: &Person, provider: &Shop, receiver: &Shop, proposal: Value) -> String {
    let body = json!({ "provider_id": provider.id, "receiver_id": receiver.id, "proposal": proposal });
    let drafted = by.client.post("/v1/agreements", body).expect(201);
    let id = drafted["id"].as_str().expect("an id").to_owned();
    by.client.post(&format!("/v1/agreements/{id}/offer"), json!({})).expect(200);
    id
}

/// A supply agreement in force.
pub fn supplied(supplier: &Shop, buyer: &Shop, terms: Value) -> String {
    let id = offered(&buyer.owner, supplier, buyer, proposal(terms));
    supplier.owner.client.post(&format!("/v1/agreements/{id}/accept"), json!({ "number": 1 })).expect(200);
    id
}

/// A home industry that the village's office leads for someone without a phone.
pub fn assisted(village: &Village, name: &str) -> Shop {
    let body = json!({ "kind": "home_industry", "name": name });
    let opened = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), body).expect(201);
    let shop = Shop { id: opened["id"].as_str().expect("an id").to_owned(), owner: village.admin.clone() };
    for step in ["submit", "approve"] {
        village.admin.client.post(&format!("/v1/enterprises/{}/{step}", shop.id), json!({})).expect(200);
    }
    shop
}

fn act(by: &Person, id: &str, act: &str, body: Value) -> crate::support::Answer {
    by.client.post(&format!("/v1/agreements/{id}/{act}"), body)
}

fn partners(app: &TestApp, a: &Shop, b: &Shop) -> bool {
    let (a, b, now): (EnterpriseId, EnterpriseId, Timestamp) =
        (a.id.parse().expect("an id"), b.id.parse().expect("an id"), app.clock.now());
    app.wait(app.app.db.read(move |conn| Ok::<_, Failure<Never>>(agreements::are_partners(conn, a, b, now)?))).expect("read")
}

/// The limit in force and the version it comes from.
fn limit(app: &TestApp, supplier: &Shop, maker: &Shop) -> Option<(i32, i64)> {
    let (s, m, now): (EnterpriseId, EnterpriseId, Timestamp) =
        (supplier.id.parse().expect("an id"), maker.id.parse().expect("an id"), app.clock.now());
    let found =
        app.wait(app.app.db.read(move |conn| Ok::<_, Failure<Never>>(agreements::supply_in_force(conn, s, m, now)?))).expect("read");
    found.map(|found| (found.number, found.terms.credit_limit.amount().amount()))
}

#[test]
fn an_agreement_is_offered_countered_and_accepted() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let body = json!({ "provider_id": supplier.id, "receiver_id": maker.id, "proposal": proposal(supply_terms(300_000)) });
    let drafted = maker.owner.client.post("/v1/agreements", body).expect(201);
    let id = drafted["id"].as_str().expect("an id").to_owned();
    assert_eq!((&drafted["state"], &drafted["turn"], &drafted["proposed"]["number"]), (&json!("draft"), &json!(maker.id), &json!(1)));
    supplier.owner.client.get(&format!("/v1/agreements/{id}")).expect_problem(404, "not_found");
    act(&supplier.owner, &id, "offer", json!({})).expect_problem(404, "not_found");
    assert_eq!(supplier.owner.client.get(&format!("/v1/enterprises/{}/agreements", supplier.id)).expect(200)["items"], json!([]));

    let edited = maker.owner.client.send(
        "PUT",
        &format!("/v1/agreements/{id}/draft"),
        Some(proposal(supply_terms(400_000))),
        &[("If-Match", "\"1\"")],
    );
    assert_eq!(edited.header("etag"), "\"2\"");
    let stale =
        maker.owner.client.send("PUT", &format!("/v1/agreements/{id}/draft"), Some(proposal(supply_terms(1))), &[("If-Match", "\"1\"")]);
    stale.expect_problem(412, "stale");
    act(&maker.owner, &id, "accept", json!({ "number": 1 })).expect_problem(409, "agreement_wrong_state");
    act(&maker.owner, &id, "offer", json!({})).expect(200);
    act(&maker.owner, &id, "accept", json!({ "number": 1 })).expect_problem(409, "not_your_turn");
    act(&supplier.owner, &id, "withdraw", json!({})).expect_problem(409, "not_your_turn");

    let countered = act(&supplier.owner, &id, "counter", proposal(supply_terms(200_000))).expect(200);
    assert_eq!(
        (&countered["state"], &countered["turn"], &countered["proposed"]["number"]),
        (&json!("countered"), &json!(maker.id), &json!(2))
    );
    act(&supplier.owner, &id, "accept", json!({ "number": 1 })).expect_problem(409, "not_your_turn");
    assert!(!partners(&app, &supplier, &maker));
    act(&maker.owner, &id, "accept", json!({ "number": 1 })).expect_problem(409, "other_version_proposed");
    let accepted = act(&maker.owner, &id, "accept", json!({ "number": 2 })).expect(200);
    assert_eq!((&accepted["state"], &accepted["turn"], &accepted["proposed"]), (&json!("active"), &Value::Null, &Value::Null));
    assert_eq!(accepted["accepted"]["terms"]["credit_limit"], 200_000);
    assert_eq!((&accepted["in_force_from"], &accepted["ends_by"]), (&json!("2026-11-24T02:00:00.000000Z"), &json!("expire")));
    assert!(partners(&app, &supplier, &maker) && partners(&app, &maker, &supplier));
    assert_eq!(limit(&app, &supplier, &maker), Some((2, 200_000)));

    let history = village.admin.client.get(&format!("/v1/agreements/{id}/history")).expect(200);
    let acts: Vec<&str> = history["items"].as_array().expect("a list").iter().rev().filter_map(|event| event["act"].as_str()).collect();
    assert_eq!(acts, ["edit", "edit", "offer", "counter", "accept", "begin"]);
    let versions = supplier.owner.client.get(&format!("/v1/agreements/{id}/versions")).expect(200);
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(versions["items"][0]["digest"].as_str().map(str::len), Some(64));
    assert_ne!(versions["items"][0]["digest"], versions["items"][1]["digest"]);
    assert!(
        versions["items"][0]["wording"].as_str().is_some_and(|text| text.contains("KESEPAKATAN PASOKAN") && text.contains("Rp200.000"))
    );
}

#[test]
fn a_version_is_printed_without_anything_from_elsewhere() {
    let app = TestApp::start();
    let village = app.balewangi();
    let supplier = app.shop(&village, "supplier", "Pemasok <b>Tebal</b> & Rekan");
    let maker = app.home_industry(&village, "Keripik Cisurupan");
    let id = offered(&maker.owner, &supplier, &maker, proposal(supply_terms(200_000)));
    let page = supplier.owner.client.get(&format!("/v1/agreements/{id}/versions/1/print"));
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.text.contains("Pemasok &lt;b&gt;Tebal&lt;/b&gt; &amp; Rekan") && !page.text.contains("<b>"));
    assert!(!page.text.contains("http") && !page.text.contains("<script") && page.text.contains("@page"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    supplier.owner.client.get(&format!("/v1/agreements/{id}/versions/2/print")).expect_problem(404, "not_found");
    app.buyer("Orang lain").client.get(&format!("/v1/agreements/{id}/versions/1/print")).expect_problem(404, "not_found");
}

#[test]
fn an_amendment_takes_over_on_its_day_and_the_end_comes_by_the_clock() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let id = supplied(&supplier, &maker, supply_terms(200_000));
    let mut later = proposal(supply_terms(500_000));
    later["starts_on"] = json!("2026-12-01");
    later["ends_on"] = json!("2026-12-31");
    act(&supplier.owner, &id, "amend", later.clone()).expect(200);
    act(&maker.owner, &id, "amend", later.clone()).expect_problem(409, "already_proposed");
    let agreed = act(&maker.owner, &id, "accept", json!({ "number": 2 })).expect(200);
    assert_eq!((&agreed["state"], &agreed["accepted"]["number"]), (&json!("active"), &json!(2)));
    assert_eq!(limit(&app, &supplier, &maker), Some((1, 200_000)));
    app.advance(Duration::days(7));
    assert_eq!(limit(&app, &supplier, &maker), Some((2, 500_000)), "without any job");
    app.advance(Duration::days(31));
    assert_eq!(limit(&app, &supplier, &maker), None);
    assert!(!partners(&app, &supplier, &maker));
    let (maker_owner, supplier_owner) = (app.awake(&maker.owner), app.awake(&supplier.owner));
    assert_eq!(maker_owner.client.get(&format!("/v1/agreements/{id}")).expect(200)["state"], "expired");
    app.run_jobs();
    act(&supplier_owner, &id, "amend", later).expect_problem(409, "agreement_wrong_state");
    let history = maker_owner.client.get(&format!("/v1/agreements/{id}/history")).expect(200);
    assert_eq!((&history["items"][0]["act"], &history["items"][0]["actor_id"]), (&json!("expire"), &Value::Null));
}

#[test]
fn notice_ends_it_after_its_days_and_a_new_agreement_takes_the_place_of_an_old_one() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let first = supplied(&supplier, &maker, supply_terms(200_000));
    let second = supplied(&supplier, &maker, supply_terms(300_000));
    let old = maker.owner.client.get(&format!("/v1/agreements/{first}")).expect(200);
    assert_eq!((&old["state"], &old["ends_by"]), (&json!("superseded"), &json!("supersede")));
    assert_eq!(limit(&app, &supplier, &maker), Some((1, 300_000)));

    let mut third = proposal(supply_terms(400_000));
    third["starts_on"] = json!("2026-12-20");
    let third_id = offered(&supplier.owner, &supplier, &maker, third);
    act(&maker.owner, &third_id, "accept", json!({ "number": 1 })).expect(200);
    assert_eq!(maker.owner.client.get(&format!("/v1/agreements/{second}")).expect(200)["ends_by"], "supersede");
    let ended = act(&maker.owner, &third_id, "terminate", json!({ "reason": "Pindah usaha" })).expect(200);
    assert_eq!((&ended["state"], &ended["ends_by"]), (&json!("accepted"), &json!("terminate")));
    app.advance(Duration::days(16));
    assert_eq!(app.awake(&maker.owner).client.get(&format!("/v1/agreements/{third_id}")).expect(200)["state"], "terminated");
    assert_eq!(limit(&app, &supplier, &maker), Some((1, 300_000)), "a notice on what was to follow does not end what runs");
    app.advance(Duration::days(11));
    assert_eq!(limit(&app, &supplier, &maker), None, "it ends on the day agreed for what was to follow");
    app.run_jobs();
    let maker_owner = app.awake(&maker.owner);
    assert_eq!(maker_owner.client.get(&format!("/v1/agreements/{third_id}")).expect(200)["state"], "terminated");

    let fourth = offered(
        &app.awake(&supplier.owner),
        &supplier,
        &maker,
        json!({ "starts_on": "2026-12-21", "ends_on": "2027-06-30", "notice_days": 14, "terms": supply_terms(100_000) }),
    );
    act(&maker_owner, &fourth, "accept", json!({ "number": 1 })).expect(200);
    act(&maker_owner, &fourth, "terminate", json!({ "reason": "Pindah usaha" })).expect(200);
    app.advance(Duration::days(14));
    assert!(partners(&app, &supplier, &maker), "the notice runs");
    app.advance(Duration::days(1));
    assert!(!partners(&app, &supplier, &maker));
    app.run_jobs();
}

#[test]
fn a_notice_on_what_runs_leaves_what_is_to_follow() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let running = supplied(&supplier, &maker, supply_terms(200_000));
    let mut next = proposal(supply_terms(400_000));
    next["starts_on"] = json!("2027-01-01");
    let next = offered(&supplier.owner, &supplier, &maker, next);
    act(&maker.owner, &next, "accept", json!({ "number": 1 })).expect(200);
    let ended = act(&maker.owner, &running, "terminate", json!({ "reason": "Ganti kesepakatan" })).expect(200);
    assert_eq!((&ended["ends_by"], &ended["in_force_until"]), (&json!("terminate"), &json!("2026-12-08T17:00:00.000000Z")));
    app.advance(Duration::days(20));
    assert_eq!(limit(&app, &supplier, &maker), None);
    app.advance(Duration::days(18));
    app.run_jobs();
    assert_eq!(app.awake(&maker.owner).client.get(&format!("/v1/agreements/{next}")).expect(200)["state"], "active");
    assert_eq!(limit(&app, &supplier, &maker), Some((1, 400_000)), "what is active has terms in force");
    assert!(partners(&app, &supplier, &maker));
}

#[test]
fn an_amendment_leaves_no_day_without_terms_and_a_notice_goes_by_the_terms_of_its_day() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let mut short = proposal(supply_terms(200_000));
    short["ends_on"] = json!("2026-12-31");
    let id = offered(&maker.owner, &supplier, &maker, short);
    act(&supplier.owner, &id, "accept", json!({ "number": 1 })).expect(200);
    let amended = |starts: &str| {
        let mut amended = proposal(supply_terms(500_000));
        amended["starts_on"] = json!(starts);
        amended["notice_days"] = json!(60);
        amended
    };
    let gap = act(&supplier.owner, &id, "amend", amended("2027-01-02"));
    gap.expect_problem(409, "amendment_leaves_gap");
    act(&supplier.owner, &id, "amend", amended("2027-01-01")).expect(200);
    act(&maker.owner, &id, "counter", amended("2027-02-01")).expect_problem(409, "amendment_leaves_gap");
    let agreed = act(&maker.owner, &id, "accept", json!({ "number": 2 })).expect(200);
    assert_eq!((&agreed["state"], &agreed["accepted"]["number"]), (&json!("active"), &json!(2)));
    let ended = act(&maker.owner, &id, "terminate", json!({ "reason": "Pindah usaha" })).expect(200);
    assert_eq!(ended["in_force_until"], "2026-12-08T17:00:00.000000Z", "after 14 days and not 60, which are to come");

    let id = offered(&maker.owner, &supplier, &maker, amended("2026-11-24"));
    act(&supplier.owner, &id, "accept", json!({ "number": 1 })).expect(200);
    act(&supplier.owner, &id, "amend", amended("2027-02-01")).expect(200);
    act(&supplier.owner, &id, "terminate", json!({ "reason": "Pindah usaha" })).expect(200);
    act(&maker.owner, &id, "accept", json!({ "number": 2 })).expect_problem(409, "amendment_leaves_gap");
}

#[test]
fn the_village_is_witness_for_someone_without_a_phone_and_never_against_her() {
    let app = TestApp::start();
    let Dealing { supplier, village, .. } = dealing(&app);
    let maker = assisted(&village, "Opak Tanpa Telepon");
    let id = offered(&supplier.owner, &supplier, &maker, proposal(supply_terms(0)));
    let accepted = act(&village.admin, &id, "accept", json!({ "number": 1 })).expect(200);
    assert_eq!(accepted["state"], "active");
    let history = supplier.owner.client.get(&format!("/v1/agreements/{id}/history")).expect(200);
    assert_eq!((&history["items"][1]["act"], &history["items"][1]["on_behalf_of"]), (&json!("accept"), &json!(maker.id)));

    let both = app.buyer("Pemasok dan perangkat desa");
    let body = json!({ "phone": both.phone, "role": "owner" });
    supplier.owner.client.post(&format!("/v1/enterprises/{}/members", supplier.id), body).expect(200);
    village.admin.client.post(&format!("/v1/villages/{}/admins", village.id), json!({ "phone": both.phone })).expect(200);
    let second = offered(&supplier.owner, &supplier, &maker, proposal(supply_terms(0)));
    act(&both, &second, "accept", json!({ "number": 1 })).expect_problem(403, "forbidden");
}

#[test]
fn only_what_fits_is_proposed() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let pack = pack_of(&app.product(&village, &maker, "Keripik", 12_500, 10));
    let warung = app.shop(&village, "warung", "Warung Pojok");
    let draft = |by: &Person, provider: &Shop, receiver: &Shop, proposal: Value| {
        by.client.post("/v1/agreements", json!({ "provider_id": provider.id, "receiver_id": receiver.id, "proposal": proposal }))
    };
    draft(&maker.owner, &maker, &supplier, proposal(supply_terms(0))).expect_problem(409, "agreement_kinds_do_not_fit");
    draft(&warung.owner, &supplier, &maker, proposal(supply_terms(0))).expect_problem(404, "not_found");
    let mut past = proposal(supply_terms(0));
    past["starts_on"] = json!("2026-11-23");
    draft(&maker.owner, &supplier, &maker, past).expect_problem(400, "invalid_input");
    let mut turned = proposal(supply_terms(0));
    turned["ends_on"] = json!("2026-11-23");
    draft(&maker.owner, &supplier, &maker, turned).expect_problem(400, "invalid_input");
    let consigned = |pack: &str, times: usize| {
        let prices = vec![json!({ "pack_id": pack, "price": 10_000 }); times];
        json!({
            "kind": "consignment", "earning": { "by": "fixed_prices", "prices": prices }, "visit_days": ["saturday"], "return_rule": "anytime",
            "return_days": 0, "credit_limit": 150_000, "spoilage_borne_by": "provider",
        })
    };
    let drafted = draft(&maker.owner, &maker, &warung, proposal(consigned(&pack, 1))).expect(201);
    assert!(drafted["proposed"]["wording"].as_str().is_some_and(|text| text.contains("Keripik, Bungkus: Rp10.000")));
    draft(&maker.owner, &maker, &warung, proposal(consigned(&pack, 2))).expect_problem(400, "invalid_input");
    let other = app.home_industry(&village, "Dodol Balewangi");
    let foreign = pack_of(&app.product(&village, &other, "Dodol", 9_000, 10));
    draft(&maker.owner, &maker, &warung, proposal(consigned(&foreign, 1))).expect_problem(400, "invalid_input");
    let mut unknown = proposal(supply_terms(0));
    unknown["terms"]["harga"] = json!(1);
    draft(&maker.owner, &supplier, &maker, unknown).expect_problem(400, "invalid_input");
}

#[test]
fn a_village_words_its_own_agreements() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let path = format!("/v1/villages/{}/agreement-templates/supply", village.id);
    let house = village.admin.client.get(&path);
    assert_eq!(house.header("etag"), "\"0\"");
    let wording = house.json["wording"].as_str().expect("a text").to_owned();
    let set =
        |text: &str, version: &str| village.admin.client.send("PUT", &path, Some(json!({ "wording": text })), &[("If-Match", version)]);
    let unknown = set(&format!("{wording} {{rahasia}}"), "\"0\"");
    unknown.expect_problem(400, "invalid_input");
    assert!(unknown.json["errors"][0]["detail"].as_str().is_some_and(|detail| detail.contains("rahasia")), "{}", unknown.text);
    set(&wording.replace("{batas_kasbon}", "-"), "\"0\"").expect_problem(400, "invalid_input");
    let own = set(&wording.replace("KESEPAKATAN PASOKAN BAHAN", "PERJANJIAN DESA"), "\"0\"");
    assert_eq!((own.status, own.header("etag"), &own.json["own"]), (200, "\"1\"", &json!(true)));
    set(&wording, "\"0\"").expect_problem(412, "stale");
    supplier.owner.client.get(&path).expect_problem(404, "not_found");
    village.admin.client.get(&path.replace("supply", "marriage")).expect_problem(404, "not_found");
    let id = offered(&maker.owner, &supplier, &maker, proposal(supply_terms(0)));
    let shown = maker.owner.client.get(&format!("/v1/agreements/{id}")).expect(200);
    assert!(shown["proposed"]["wording"].as_str().is_some_and(|text| text.starts_with("PERJANJIAN DESA")));
}

#[test]
fn a_breach_is_noted_answered_and_settled_by_the_village() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let id = offered(&maker.owner, &supplier, &maker, proposal(supply_terms(0)));
    let note = json!({ "note": "Singkong datang terlambat", "obligation_id": null });
    act(&maker.owner, &id, "breaches", note.clone()).expect_problem(409, "agreement_never_in_force");
    act(&supplier.owner, &id, "accept", json!({ "number": 1 })).expect(200);
    let breach = act(&maker.owner, &id, "breaches", note).expect(201);
    let breach = breach["id"].as_str().expect("an id").to_owned();
    let say = |by: &Person, act: &str| {
        by.client.post(
            &format!("/v1/breaches/{breach}/{act}"),
            if matches!(act, "reply" | "settle") { json!({ "words": "Jalan rusak" }) } else { json!({}) },
        )
    };
    say(&maker.owner, "reply").expect_problem(409, "other_sides_to_do");
    say(&village.admin, "settle").expect_problem(409, "breach_wrong_state");
    assert_eq!(say(&supplier.owner, "reply").expect(200)["reply"], "Jalan rusak");
    say(&supplier.owner, "withdraw").expect_problem(409, "other_sides_to_do");
    say(&maker.owner, "mediate").expect(200);
    say(&maker.owner, "settle").expect_problem(403, "forbidden");
    let desk = |by: &Person, state: &str| by.client.get(&format!("/v1/villages/{}/breaches?state={state}", village.id));
    let waiting = desk(&village.admin, "mediating").expect(200);
    assert_eq!(
        (&waiting["items"][0]["breach"]["id"], &waiting["items"][0]["between"][0]["id"], &waiting["items"][0]["between"][1]["name"]),
        (&json!(breach), &json!(supplier.id), &json!("Keripik Cisurupan"))
    );
    assert_eq!(desk(&village.admin, "settled").expect(200)["items"], json!([]));
    desk(&maker.owner, "mediating").expect_problem(404, "not_found");
    let settled = say(&village.admin, "settle").expect(200);
    assert_eq!((&settled["state"], &settled["outcome"]), (&json!("settled"), &json!("Jalan rusak")));
    say(&maker.owner, "withdraw").expect_problem(409, "breach_wrong_state");
    let shown = supplier.owner.client.get(&format!("/v1/breaches/{breach}")).expect(200);
    assert_eq!(shown["history"].as_array().map(Vec::len), Some(4));
    assert_eq!(maker.owner.client.get(&format!("/v1/agreements/{id}/breaches")).expect(200)["items"][0]["id"], json!(breach));
    app.buyer("Orang lain").client.get(&format!("/v1/breaches/{breach}")).expect_problem(404, "not_found");
}

#[test]
fn who_is_accused_replies_once_also_while_the_village_mediates() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let id = supplied(&supplier, &maker, supply_terms(0));
    let noted = || {
        let breach = act(&maker.owner, &id, "breaches", json!({ "note": "Singkong datang terlambat" })).expect(201);
        breach["id"].as_str().expect("an id").to_owned()
    };
    let say = |by: &Person, breach: &str, act: &str, body: Value| by.client.post(&format!("/v1/breaches/{breach}/{act}"), body);
    let words = |text: &str| json!({ "words": text });

    let hasty = noted();
    say(&maker.owner, &hasty, "mediate", json!({})).expect(200);
    say(&maker.owner, &hasty, "reply", words("Memang begitu")).expect_problem(409, "other_sides_to_do");
    let replied = say(&supplier.owner, &hasty, "reply", words("Jalan rusak")).expect(200);
    assert_eq!((&replied["state"], &replied["reply"]), (&json!("mediating"), &json!("Jalan rusak")));
    let again = say(&supplier.owner, &hasty, "reply", words("Dan hujan"));
    again.expect_problem(409, "breach_replied");
    let shown = village.admin.client.get(&format!("/v1/breaches/{hasty}")).expect(200);
    assert_eq!((&shown["breach"]["reply"], shown["history"].as_array().map(Vec::len)), (&json!("Jalan rusak"), Some(3)));
    say(&village.admin, &hasty, "settle", words("Ongkir dipotong")).expect(200);

    let calm = noted();
    say(&supplier.owner, &calm, "reply", words("Jalan rusak")).expect(200);
    say(&maker.owner, &calm, "mediate", json!({})).expect(200);
    say(&supplier.owner, &calm, "reply", words("Dan hujan")).expect_problem(409, "breach_replied");

    let silent = noted();
    say(&village.admin, &silent, "mediate", json!({})).expect(200);
    say(&village.admin, &silent, "settle", words("Tidak dijawab")).expect(200);
    say(&supplier.owner, &silent, "reply", words("Terlambat")).expect_problem(409, "breach_wrong_state");
}

#[test]
fn a_breach_is_about_what_was_owed_under_its_own_agreement() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let other = app.home_industry(&village, "Dodol Balewangi");
    let [hers, theirs] = [&maker, &other].map(|buyer| supplied(&supplier, buyer, supply_terms(0)));
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let owed = |buyer: &Shop, agreement: &str| {
        let order = sent(buyer, &supplier, &[(&cassava, 50)], "cash");
        supplier.owner.client.post(&format!("/v1/supplier-orders/{order}/answer"), json!({ "answer": "accept" })).expect(200);
        buyer.owner.client.get(&format!("/v1/agreements/{agreement}/obligations")).expect(200)["items"][0]["id"].clone()
    };
    let (own, foreign) = (owed(&maker, &hers), owed(&other, &theirs));
    let about = |obligation: &Value| json!({ "note": "Tidak datang", "obligation_id": obligation });
    for side in [&maker, &supplier] {
        let refused = act(&side.owner, &hers, "breaches", about(&foreign));
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "obligation_id");
    }
    assert_eq!(maker.owner.client.get(&format!("/v1/agreements/{hers}/breaches")).expect(200)["items"], json!([]));
    assert_eq!(act(&maker.owner, &hers, "breaches", about(&own)).expect(201)["obligation_id"], own);
}

#[test]
fn an_offer_is_declined_or_withdrawn_once_and_a_replay_lands_once() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let first = offered(&maker.owner, &supplier, &maker, proposal(supply_terms(0)));
    let reason = json!({ "reason": "Belum sanggup" });
    let path = format!("/v1/agreements/{first}/decline");
    let declined = supplier.owner.client.post_once(&path, reason.clone(), "tolak-1").expect(200);
    assert_eq!(supplier.owner.client.post_once(&path, reason, "tolak-1").expect(200), declined);
    assert_eq!((&declined["state"], &declined["proposed"]), (&json!("declined"), &Value::Null));
    let second = offered(&maker.owner, &supplier, &maker, proposal(supply_terms(0)));
    assert_eq!(act(&maker.owner, &second, "withdraw", json!({})).expect(200)["state"], "withdrawn");
    act(&supplier.owner, &second, "accept", json!({ "number": 1 })).expect_problem(409, "agreement_wrong_state");
}

/// JSON without blanks and with the names of every object in the order of their bytes, as docs/adr/0012 says.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, &Value> = fields.iter().collect();
            let inside: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{}", sorted(value))).collect();
            format!("{{{}}}", inside.join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(sorted).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// The hash of a version, computed from what the API tells of it and nothing else.
fn recomputed(agreement: &Value, version: &Value) -> String {
    let facts = json!({
        "agreement": agreement["id"], "version": version["number"], "provider": agreement["provider"]["id"],
        "receiver": agreement["receiver"]["id"], "starts_on": version["starts_on"], "ends_on": version["ends_on"],
        "notice_days": version["notice_days"], "terms": version["terms"],
    });
    let text = format!("pasar-kuliner agreement 1\n{}\n\n{}", sorted(&facts), version["wording"].as_str().expect("a text"));
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[test]
fn it_is_countered_as_often_as_they_like_and_the_last_word_counts() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let id = offered(&maker.owner, &supplier, &maker, proposal(supply_terms(0)));
    for turn in 1..=8 {
        let (hers, other) = if turn % 2 == 1 { (&supplier.owner, &maker.owner) } else { (&maker.owner, &supplier.owner) };
        let terms = || proposal(supply_terms(turn * 50_000));
        act(other, &id, "counter", terms()).expect_problem(409, "not_your_turn");
        let countered = act(hers, &id, "counter", terms()).expect(200);
        assert_eq!((&countered["state"], &countered["proposed"]["number"]), (&json!("countered"), &json!(turn + 1)));
        act(hers, &id, "accept", json!({ "number": 1 })).expect_problem(409, "not_your_turn");
        assert!(!partners(&app, &supplier, &maker));
    }
    let accepted = act(&supplier.owner, &id, "accept", json!({ "number": 9 })).expect(200);
    assert_eq!(limit(&app, &supplier, &maker), Some((9, 400_000)));
    let versions = maker.owner.client.get(&format!("/v1/agreements/{id}/versions")).expect(200);
    let versions = versions["items"].as_array().expect("a list").clone();
    assert_eq!(versions.len(), 9);
    for version in &versions {
        assert_eq!(version["digest"], recomputed(&accepted, version), "version {}", version["number"]);
        assert_eq!(version["accepted_at"].is_null(), version["number"] != 9, "version {}", version["number"]);
    }
    let digests: BTreeSet<&str> = versions.iter().filter_map(|version| version["digest"].as_str()).collect();
    assert_eq!(digests.len(), 9);
}

#[test]
fn every_kind_has_its_template_and_a_village_may_word_each() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let warung = app.shop(&village, "warung", "Warung Pojok");
    let consignment = json!({
        "kind": "consignment", "earning": { "by": "share", "bp": 2_000 }, "visit_days": ["saturday"], "return_rule": "before_expiry",
        "return_days": 3, "credit_limit": 150_000, "spoilage_borne_by": "provider",
    });
    let purchase =
        json!({ "kind": "purchase", "prices": [], "delivery_days": ["monday"], "minimum": 0, "credit_limit": 0, "payment_days": 0 });
    let stall = json!({
        "kind": "joint_stall", "place": "Alun-alun Cisurupan", "days": ["sunday"], "stall_cost": 20_000, "provider_bears": 5_000,
        "provider_share": 500,
    });
    for (kind, provider, receiver, terms, said) in [
        ("supply", &supplier, &maker, supply_terms(0), "KESEPAKATAN PASOKAN"),
        ("consignment", &maker, &warung, consignment, "20%"),
        ("purchase", &maker, &warung, purchase, "KESEPAKATAN"),
        ("joint_stall", &maker, &warung, stall, "Alun-alun Cisurupan"),
    ] {
        let offered_in = |words: &str| {
            let id = offered(&maker.owner, provider, receiver, proposal(terms.clone()));
            let shown = maker.owner.client.get(&format!("/v1/agreements/{id}")).expect(200);
            let wording = shown["proposed"]["wording"].as_str().expect("a text").to_owned();
            assert!(wording.contains(words) && !wording.contains('{'), "{kind}: {wording}");
            id
        };
        let before = offered_in(said);
        let path = format!("/v1/villages/{}/agreement-templates/{kind}", village.id);
        let house = village.admin.client.get(&path).expect(200);
        assert_eq!(house["own"], false, "{kind}");
        let own = format!("PERJANJIAN DESA BALEWANGI\n{}", house["wording"].as_str().expect("a text"));
        let set = village.admin.client.send("PUT", &path, Some(json!({ "wording": own })), &[("If-Match", "\"0\"")]);
        assert_eq!(set.status, 200, "{kind}: {}", set.text);
        offered_in("PERJANJIAN DESA BALEWANGI");
        let kept = maker.owner.client.get(&format!("/v1/agreements/{before}")).expect(200);
        assert!(kept["proposed"]["wording"].as_str().is_some_and(|text| !text.contains("PERJANJIAN DESA")), "what was read stays");
    }
}

#[test]
fn access_hangs_on_an_agreement_and_ends_with_it() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let mut short = proposal(supply_terms(500_000));
    short["ends_on"] = json!("2026-11-30");
    let id = offered(&maker.owner, &supplier, &maker, short);
    let doors = [format!("/v1/enterprises/{}/supply-items", supplier.id), format!("/v1/enterprises/{}/on-time", supplier.id)];
    let closed = |who: &Person| {
        for door in &doors {
            who.client.get(door).expect_problem(404, "not_found");
        }
    };
    closed(&maker.owner);
    act(&supplier.owner, &id, "accept", json!({ "number": 1 })).expect(200);
    for door in &doors {
        maker.owner.client.get(door).expect(200);
    }
    let elsewhere = app.village("32.05.20.2008");
    closed(&elsewhere.admin);
    let assisted = assisted(&elsewhere, "Opak Tanpa Telepon");
    closed(&elsewhere.admin);
    supplied(&supplier, &assisted, supply_terms(0));
    for door in &doors {
        elsewhere.admin.client.get(door).expect(200);
    }
    let waiting = drafted(&maker, &supplier, &[(&cassava, 50)], "cash");
    app.advance(Duration::days(7));
    let owner = app.awake(&maker.owner);
    closed(&owner);
    owner.client.post(&format!("/v1/supplier-orders/{waiting}/send"), json!({})).expect_problem(409, "no_supply_agreement");
    let body = json!({ "supplier_id": supplier.id, "lines": [{ "item_id": cassava, "quantity": 50 }], "payment": "cash" });
    owner.client.post(&format!("/v1/enterprises/{}/supplier-orders", maker.id), body).expect_problem(409, "no_supply_agreement");
    app.run_jobs();
}

#[test]
fn partners_are_found_without_reading_the_periods_of_everyone() {
    // PostgreSQL reads a table whole that is as small as this.
    if engine() == Engine::Postgres {
        return;
    }
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    supplied(&supplier, &maker, supply_terms(0));
    let stranger = app.buyer("Orang lain");
    let (account, session) = (stranger.account_id.parse().expect("an id"), stranger.session_id.parse().expect("an id"));
    let (who, of, now) = (Identity { account, session, guest: false }, supplier.id.parse().expect("an id"), app.clock.now());
    let look = app.app.db.read(move |conn| {
        let statements = sent_for(conn, |conn| {
            supply::service::list(conn, who, now, of, None, 10).expect_err("not hers");
        });
        let about: Vec<String> = statements.into_iter().filter(|sql| sql.contains("agreement_periods")).collect();
        assert!(!about.is_empty());
        let steps: Vec<String> = about.iter().flat_map(|sql| plan(conn, sql)).collect();
        Ok::<_, Failure<Never>>(steps)
    });
    let steps = app.wait(look).expect("read");
    assert!(!steps.iter().any(|step| step.starts_with("SCAN agreement_periods")), "{steps:#?}");
    assert!(steps.iter().any(|step| step.contains("ix_agreement_periods_receiver")), "{steps:#?}");
}

#[test]
fn an_act_goes_by_the_terms_of_its_own_day() {
    let app = TestApp::start();
    let Dealing { supplier, maker, .. } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let priced = |price: i64, minimum: i64| {
        let mut terms = supply_terms(500_000);
        terms["prices"] = json!([{ "item_id": cassava, "price": price }]);
        terms["minimum"] = json!(minimum);
        terms
    };
    let id = supplied(&supplier, &maker, priced(2_800, 50_000));
    let mut later = proposal(priced(2_500, 100_000));
    later["starts_on"] = json!("2026-12-01");
    act(&supplier.owner, &id, "amend", later).expect(200);
    act(&maker.owner, &id, "accept", json!({ "number": 2 })).expect(200);
    let sending = |who: &Person, order: &str| who.client.post(&format!("/v1/supplier-orders/{order}/send"), json!({}));
    let [now, few, enough] = [20, 20, 40].map(|quantity| drafted(&maker, &supplier, &[(&cassava, quantity)], "credit"));
    let sent = sending(&maker.owner, &now).expect(200);
    assert_eq!((&sent["total"], &sent["agreement_version"]), (&json!(56_000), &json!(1)));
    app.advance(Duration::days(7));
    let owner = app.awake(&maker.owner);
    sending(&owner, &few).expect_problem(409, "below_agreed_minimum");
    let sent = sending(&owner, &enough).expect(200);
    assert_eq!((&sent["total"], &sent["agreement_version"]), (&json!(100_000), &json!(2)));
    let first = owner.client.get(&format!("/v1/supplier-orders/{now}")).expect(200);
    assert_eq!((&first["total"], &first["agreement_version"]), (&json!(56_000), &json!(1)), "what was sent stays as it was agreed");
}

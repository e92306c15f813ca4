//! Enterprises from the first form to the public page, and the villages they stand in.

use chrono::Duration;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::support::people::new_phone;
use crate::support::{Answer, Client, Person, TestApp, Village};

/// One act on an enterprise, with a reason where one is given.
fn act(who: &Person, id: &str, act: &str, reason: Option<&str>) -> Answer {
    let body = reason.map_or_else(|| json!({}), |reason| json!({ "reason": reason }));
    who.client.post(&format!("/v1/enterprises/{id}/{act}"), body)
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| item["id"].as_str().unwrap_or("").to_owned()).collect()
}

/// All pages of a list, two by two.
fn walk(client: &Client, base: &str) -> Vec<String> {
    let joint = if base.contains('?') { '&' } else { '?' };
    let (mut all, mut path) = (Vec::new(), format!("{base}{joint}limit=2"));
    loop {
        let page = client.get(&path).expect(200);
        let here = ids(&page);
        assert!(here.len() <= 2, "{page}");
        all.extend(here);
        let Some(cursor) = page["next_cursor"].as_str() else { return all };
        path = format!("{base}{joint}limit=2&cursor={cursor}");
    }
}

/// The moves of an enterprise, newest first: where to, and why.
fn moves(who: &Person, id: &str) -> Vec<(String, Option<String>)> {
    let history = who.client.get(&format!("/v1/enterprises/{id}/history")).expect(200);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let items = history["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|event| (text(&event["to"]).unwrap_or_default(), text(&event["reason"]))).collect()
}

fn assisted(village: &Village, name: &str) -> String {
    let body = json!({ "kind": "home_industry", "name": name });
    let opened = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), body).expect(201);
    opened["id"].as_str().unwrap_or_default().to_owned()
}

fn invite(village: &Village, id: &str) -> String {
    act(&village.admin, id, "invite", None).expect(200)["code"].as_str().unwrap_or_default().to_owned()
}

fn join(who: &Person, code: &str) -> Answer {
    who.client.post("/v1/enterprises/join", json!({ "code": code }))
}

#[test]
fn an_enterprise_is_reviewed_suspended_and_reinstated() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (owner, admin) = (app.buyer("Ceu Euis"), &village.admin);
    let body = json!({ "village_id": village.id, "kind": "warung", "name": "Warung Ceu Euis", "about": "Gorengan\ndan kopi" });
    let opened = owner.client.post_once("/v1/enterprises", body.clone(), "buka-warung");
    let again = owner.client.post_once("/v1/enterprises", body, "buka-warung");
    assert_eq!((again.status, &again.text, again.header("idempotency-replayed")), (201, &opened.text, "true"));
    assert_eq!(again.header("location"), opened.header("location"));
    assert_eq!((opened.header("etag"), again.header("etag")), ("\"1\"", "\"1\""));
    let (location, opened) = (opened.header("location").to_owned(), opened.expect(201));
    let id = opened["id"].as_str().expect("an id");
    assert_eq!(location, format!("/v1/enterprises/{id}"));
    assert_eq!((&opened["state"], &opened["assisted"], &opened["phone_public"]), (&json!("onboarding"), &json!(false), &json!(false)));
    assert_eq!(owner.client.get(&location).expect(200), opened);
    let mine = owner.client.get("/v1/me/enterprises").expect(200);
    assert_eq!((ids(&mine), &mine["items"][0]["role"]), (vec![id.to_owned()], &json!("owner")));

    act(admin, id, "approve", None).expect_problem(409, "enterprise_wrong_state");
    act(admin, id, "suspend", Some("Belum")).expect_problem(409, "enterprise_wrong_state");
    assert_eq!(act(&owner, id, "submit", None).expect(200)["state"], "ready_for_review");
    act(&owner, id, "submit", None).expect_problem(409, "enterprise_wrong_state");
    act(&owner, id, "approve", None).expect_problem(403, "forbidden");
    let path = format!("/v1/enterprises/{id}/approve");
    let approved = admin.client.post_once(&path, json!({}), "setuju");
    assert_eq!(approved.clone().expect(200)["state"], "approved");
    let again = admin.client.post_once(&path, json!({}), "setuju");
    assert_eq!((again.status, &again.text, again.header("etag")), (200, &approved.text, approved.header("etag")));
    act(admin, id, "approve", None).expect_problem(409, "enterprise_wrong_state");
    act(admin, id, "reinstate", None).expect_problem(409, "enterprise_wrong_state");

    act(admin, id, "suspend", None).expect_problem(400, "invalid_input");
    act(&owner, id, "suspend", Some("Libur")).expect_problem(403, "forbidden");
    assert_eq!(act(admin, id, "suspend", Some("Keluhan warga")).expect(200)["state"], "suspended");
    act(&owner, id, "reinstate", None).expect_problem(403, "forbidden");
    assert_eq!(act(admin, id, "reinstate", None).expect(200)["state"], "approved");

    let history =
        [("approved", None), ("suspended", Some("Keluhan warga")), ("approved", None), ("ready_for_review", None), ("onboarding", None)];
    let history: Vec<_> = history.iter().map(|(to, why)| ((*to).to_owned(), why.map(str::to_owned))).collect();
    assert_eq!(moves(&owner, id), history);
    assert_eq!(moves(admin, id), history);
    let first = &admin.client.get(&format!("/v1/enterprises/{id}/history")).expect(200)["items"][0];
    assert_eq!((&first["from"], &first["actor_id"]), (&json!("suspended"), &json!(admin.account_id)));
}

#[test]
fn a_review_sends_back_with_a_reason_or_turns_down_for_good() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (owner, admin) = (app.buyer("Ceu Euis"), &village.admin);
    let id = app.onboarding(&village, &owner, "home_industry", "Opak Ceu Euis");
    act(&owner, &id, "submit", None).expect(200);
    act(admin, &id, "return", None).expect_problem(400, "invalid_input");
    act(admin, &id, "return", Some("  ")).expect_problem(400, "invalid_input");
    act(&owner, &id, "return", Some("Salah")).expect_problem(403, "forbidden");
    assert_eq!(act(admin, &id, "return", Some("Nama belum lengkap")).expect(200)["state"], "onboarding");
    assert_eq!(moves(&owner, &id)[0], ("onboarding".to_owned(), Some("Nama belum lengkap".to_owned())));
    act(admin, &id, "reject", Some("Terlambat")).expect_problem(409, "enterprise_wrong_state");
    act(&owner, &id, "submit", None).expect(200);
    assert_eq!(act(admin, &id, "reject", Some("Di luar desa")).expect(200)["state"], "rejected");
    for (who, what) in [(&owner, "submit"), (admin, "approve"), (admin, "reinstate")] {
        act(who, &id, what, None).expect_problem(409, "enterprise_wrong_state");
    }
    act(admin, &id, "invite", None).expect_problem(409, "enterprise_not_assisted");
    assert_eq!(moves(&owner, &id)[0], ("rejected".to_owned(), Some("Di luar desa".to_owned())));
}

#[test]
fn another_village_and_a_stranger_learn_nothing() {
    let app = TestApp::start();
    let (village, neighbour) = (app.balewangi(), app.village("32.05.20.2008"));
    let owner = app.buyer("Ceu Euis");
    let id = app.onboarding(&village, &owner, "home_industry", "Opak Ceu Euis");
    act(&owner, &id, "submit", None).expect(200);
    let stranger = app.buyer("Orang lain");
    for who in [&neighbour.admin, &stranger] {
        for path in ["", "/history", "/members"] {
            who.client.get(&format!("/v1/enterprises/{id}{path}")).expect_problem(404, "not_found");
        }
        for what in ["approve", "submit", "invite", "reinstate"] {
            act(who, &id, what, None).expect_problem(404, "not_found");
        }
        for what in ["return", "reject", "suspend"] {
            act(who, &id, what, Some("Bukan urusan saya")).expect_problem(404, "not_found");
        }
        who.client.patch(&format!("/v1/enterprises/{id}"), "\"2\"", json!({ "name": "Opak" })).expect_problem(404, "not_found");
        who.client.get(&format!("/v1/villages/{}/enterprises", village.id)).expect_problem(404, "not_found");
    }
    owner.client.get(&format!("/v1/villages/{}/enterprises", village.id)).expect_problem(404, "not_found");
    app.client.get(&format!("/v1/enterprises/{id}")).expect_problem(401, "not_signed_in");
    app.client.post(&format!("/v1/enterprises/{id}/approve"), json!({})).expect_problem(401, "not_signed_in");
    assert_eq!(village.admin.client.get(&format!("/v1/enterprises/{id}")).expect(200)["state"], "ready_for_review");
}

#[test]
fn an_enterprise_that_cannot_be_is_told_where() {
    let app = TestApp::start();
    let (village, owner) = (app.balewangi(), app.buyer("Ceu Euis"));
    let whole = || json!({ "village_id": village.id, "kind": "warung", "name": "Warung Ceu Euis" });
    let nowhere = format!("vil_{}", uuid::Uuid::now_v7().simple());
    for (field, value) in [
        ("kind", json!("village_office")),
        ("kind", json!("toko")),
        ("village_id", json!(nowhere)),
        ("village_id", json!(owner.account_id)),
        ("name", json!("")),
        ("name", json!("Warung\nCeu Euis")),
        ("about", json!("x".repeat(1001))),
        ("phone", json!("08")),
        ("state", json!("approved")),
    ] {
        let mut body = whole();
        body[field] = value.clone();
        let refused = owner.client.post("/v1/enterprises", body);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], field, "{value}");
    }
    let office = json!({ "kind": "village_office", "name": "Kantor kedua" });
    let refused = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), office);
    refused.expect_problem(400, "invalid_input");
    assert_eq!(refused.json["errors"][0]["field"], "kind");
    owner.client.send("POST", "/v1/enterprises", Some(whole()), &[]).expect_problem(400, "idempotency_key_missing");
    assert_eq!(owner.client.get("/v1/me/enterprises").expect(200)["items"], json!([]));
}

#[test]
fn an_edit_lands_only_on_the_version_that_was_seen() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let path = format!("/v1/enterprises/{}", shop.id);
    let seen = shop.owner.client.get(&path);
    let etag = seen.header("etag").to_owned();
    let change = || json!({ "name": "Keripik Bu Euis", "about": "Sejak 1987" });
    shop.owner.client.send("PATCH", &path, Some(change()), &[]).expect_problem(428, "if_match_missing");
    village.admin.client.patch(&path, &etag, change()).expect_problem(403, "forbidden");
    let changed = shop.owner.client.patch(&path, &etag, change());
    assert_ne!(changed.header("etag"), etag);
    let changed = changed.expect(200);
    assert_eq!(
        (&changed["name"], &changed["about"], &changed["phone"]),
        (&json!("Keripik Bu Euis"), &json!("Sejak 1987"), &seen.json["phone"])
    );
    shop.owner.client.patch(&path, &etag, json!({ "name": "Lain" })).expect_problem(412, "stale");
    shop.owner.client.patch(&path, &etag, json!({ "kind": "warung" })).expect_problem(400, "invalid_input");
    assert_eq!(shop.owner.client.get(&path).expect(200), changed);
}

#[test]
fn the_public_page_shows_a_number_only_by_consent_and_only_those_who_trade() {
    let app = TestApp::start();
    let village = app.balewangi();
    let owner = app.buyer("Ceu Euis");
    let id = app.onboarding(&village, &owner, "warung", "Warung Ceu Euis");
    let page = format!("/v1/sellers/{id}");
    app.client.get(&page).expect_problem(404, "not_found");
    act(&owner, &id, "submit", None).expect(200);
    app.client.get(&page).expect_problem(404, "not_found");
    act(&village.admin, &id, "approve", None).expect(200);
    let public = json!({ "id": id, "village_id": village.id, "kind": "warung", "name": "Warung Ceu Euis", "about": null, "phone": null, "payment_methods": ["cash_on_delivery", "cash_at_pickup"] });
    assert_eq!(app.client.get(&page).expect(200), public);

    let path = format!("/v1/enterprises/{id}");
    let etag = owner.client.get(&path).header("etag").to_owned();
    owner.client.patch(&path, &etag, json!({ "phone_public": true })).expect(200);
    let number = format!("+62{}", owner.phone.strip_prefix('0').expect("a trunk zero"));
    assert_eq!(app.client.get(&page).expect(200)["phone"], number.as_str());
    assert_eq!(ids(&app.client.get("/v1/sellers").expect(200)), std::slice::from_ref(&id));
    act(&village.admin, &id, "suspend", Some("Keluhan warga")).expect(200);
    app.client.get(&page).expect_problem(404, "not_found");
    assert_eq!(app.client.get("/v1/sellers").expect(200)["items"], json!([]));

    let office = &village.admin.client.get("/v1/me/enterprises").expect(200)["items"][0];
    assert_eq!((&office["kind"], &office["state"]), (&json!("village_office"), &json!("approved")));
    app.client.get(&format!("/v1/sellers/{}", office["id"].as_str().expect("an id"))).expect_problem(404, "not_found");
}

#[test]
fn sellers_are_listed_by_village_and_kind_page_by_page() {
    let app = TestApp::start();
    let (village, neighbour) = (app.balewangi(), app.village("32.05.20.2008"));
    let shops: Vec<String> = (1..=5).map(|n| app.home_industry(&village, &format!("Keripik {n}")).id).collect();
    let warung = app.shop(&village, "warung", "Warung").id;
    let elsewhere = app.home_industry(&neighbour, "Dodol").id;
    let everybody: Vec<String> = shops.iter().cloned().chain([warung.clone(), elsewhere.clone()]).collect();
    assert_eq!(walk(&app.client, "/v1/sellers"), everybody);
    assert_eq!(walk(&app.client, &format!("/v1/sellers?village={}&kind=home_industry", village.id)), shops);
    assert_eq!(walk(&app.client, "/v1/sellers?kind=warung"), [warung]);
    assert_eq!(walk(&app.client, &format!("/v1/sellers?village={}", neighbour.id)), [elsewhere]);
    assert_eq!(walk(&app.client, "/v1/sellers?kind=supplier"), Vec::<String>::new());
    for (query, code) in
        [("limit=0", "invalid_input"), ("limit=101", "invalid_input"), ("kind=toko", "invalid_input"), ("cursor=abc", "invalid_cursor")]
    {
        app.client.get(&format!("/v1/sellers?{query}")).expect_problem(400, code);
    }
}

#[test]
fn members_come_and_go_and_one_owner_stays() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, village } = stall(&app);
    let path = format!("/v1/enterprises/{}/members", shop.id);
    let (staff, partner) = (app.buyer("Pegawai"), app.buyer("Suami"));
    let as_role = |person: &Person, role: &str| json!({ "phone": person.phone, "role": role });
    let added = shop.owner.client.post_once(&path, as_role(&staff, "staff"), "pegawai");
    let again = shop.owner.client.post_once(&path, as_role(&staff, "staff"), "pegawai");
    assert_eq!((again.status, &again.text), (200, &added.text));
    let added = added.expect(200);
    let rows: Vec<_> = added["items"].as_array().expect("a list").iter().map(|m| (&m["account_id"], &m["role"])).collect();
    assert_eq!(rows, [(&json!(shop.owner.account_id), &json!("owner")), (&json!(staff.account_id), &json!("staff"))]);
    assert!(!again.text.contains(&staff.phone[1..]), "members see names, not numbers");
    shop.owner.client.post(&path, as_role(&staff, "owner")).expect_problem(409, "already_member");
    shop.owner.client.post(&path, json!({ "phone": new_phone(), "role": "staff" })).expect_problem(409, "no_account_with_phone");
    shop.owner.client.post(&path, json!({ "phone": partner.phone, "role": "boss" })).expect_problem(400, "invalid_input");
    village.admin.client.post(&path, as_role(&partner, "staff")).expect_problem(403, "forbidden");
    buyer.client.post(&path, as_role(&buyer, "owner")).expect_problem(404, "not_found");

    // The daily work, not the books, not the others.
    let order = buyer.orders(&product, 1);
    staff.step(&order, "accept");
    assert_eq!(staff.client.get(&path).expect(200), added);
    staff.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect_problem(403, "forbidden");
    staff.client.post(&path, as_role(&partner, "staff")).expect_problem(403, "forbidden");
    let member = |person: &Person| format!("{path}/{}", person.account_id);
    staff.client.delete(&member(&shop.owner)).expect_problem(403, "forbidden");

    shop.owner.client.delete(&member(&shop.owner)).expect_problem(409, "last_owner");
    assert_eq!(shop.owner.client.delete(&member(&staff)).status, 204);
    shop.owner.client.delete(&member(&staff)).expect_problem(404, "not_found");
    staff.client.get(&path).expect_problem(404, "not_found");
    staff.client.post(&format!("/v1/orders/{order}/prepare"), json!({})).expect_problem(404, "not_found");

    shop.owner.client.post(&path, as_role(&partner, "owner")).expect(200);
    assert_eq!(shop.owner.client.delete(&member(&shop.owner)).status, 204, "another owner is left");
    partner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    partner.client.delete(&member(&partner)).expect_problem(409, "last_owner");
}

#[test]
fn who_had_no_phone_joins_with_a_code_and_leads_from_then_on() {
    let app = TestApp::start();
    let village = app.balewangi();
    let owner = app.buyer("Nini Icah");
    let body = json!({ "kind": "home_industry", "name": "Opak Nini Icah" });
    let path = format!("/v1/villages/{}/enterprises", village.id);
    owner.client.post(&path, body.clone()).expect_problem(404, "not_found");
    let opened = village.admin.client.post_once(&path, body.clone(), "opak");
    assert_eq!(village.admin.client.post_once(&path, body, "opak").text, opened.text);
    let opened = opened.expect(201);
    assert_eq!((&opened["state"], &opened["assisted"]), (&json!("pending"), &json!(true)));
    let id = opened["id"].as_str().expect("an id");

    let books = format!("/v1/enterprises/{id}/trial-balance");
    village.admin.client.get(&books).expect(200);
    let path = format!("/v1/enterprises/{id}/invite");
    owner.client.post(&path, json!({})).expect_problem(404, "not_found");
    let invited = village.admin.client.post_once(&path, json!({}), "undang");
    assert_eq!(village.admin.client.post_once(&path, json!({}), "undang").text, invited.text, "the same code again");
    let code = invited.expect(200)["code"].as_str().expect("a code").to_owned();
    assert_eq!(village.admin.client.get(&format!("/v1/enterprises/{id}")).expect(200)["state"], "invited");

    join(&owner, "bukan-kodenya").expect_problem(409, "invitation_invalid");
    app.client.post("/v1/enterprises/join", json!({ "code": code })).expect_problem(401, "not_signed_in");
    let joined = owner.client.post_once("/v1/enterprises/join", json!({ "code": code }), "ikut");
    let again = owner.client.post_once("/v1/enterprises/join", json!({ "code": code }), "ikut");
    assert_eq!((again.status, &again.text), (200, &joined.text));
    let joined = joined.expect(200);
    assert_eq!((&joined["state"], &joined["assisted"]), (&json!("onboarding"), &json!(false)));
    assert_eq!(owner.client.get("/v1/me/enterprises").expect(200)["items"][0]["role"], "owner");
    join(&owner, &code).expect_problem(409, "invitation_invalid");
    join(&app.buyer("Orang lain"), &code).expect_problem(409, "invitation_invalid");
    act(&village.admin, id, "invite", None).expect_problem(409, "enterprise_not_assisted");

    owner.client.get(&books).expect(200);
    village.admin.client.get(&books).expect_problem(403, "forbidden");
    act(&owner, id, "submit", None).expect(200);
    act(&village.admin, id, "approve", None).expect(200);
}

#[test]
fn only_the_latest_code_works_and_not_for_ever() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (owner, other) = (app.buyer("Nini Icah"), app.buyer("Aki Uca"));
    let id = assisted(&village, "Opak Nini Icah");
    let older = invite(&village, &id);
    let newer = invite(&village, &id);
    assert_ne!(older, newer);
    join(&owner, &older).expect_problem(409, "invitation_invalid");
    join(&owner, &newer).expect(200);

    let id = assisted(&village, "Opak Aki Uca");
    let (in_time, late) = (invite(&village, &id), Duration::days(30));
    app.advance(late - Duration::seconds(1));
    let village = Village { admin: app.awake(&village.admin), ..village };
    let second = assisted(&village, "Opak kedua");
    let fresh = invite(&village, &second);
    app.advance(Duration::seconds(1));
    join(&app.awake(&other), &in_time).expect_problem(409, "invitation_invalid");
    join(&app.awake(&other), &fresh).expect(200);
    assert_eq!(village.admin.client.get(&format!("/v1/enterprises/{id}")).expect(200)["state"], "invited");
    join(&app.awake(&owner), &invite(&village, &id)).expect(200);
}

#[test]
fn the_review_queue_is_filtered_by_state_and_paged() {
    let app = TestApp::start();
    let (village, neighbour) = (app.balewangi(), app.village("32.05.20.2008"));
    let mut waiting = Vec::new();
    let mut everybody = ids(&village.admin.client.get("/v1/me/enterprises").expect(200));
    for n in 1..=5 {
        let owner = app.buyer("Pemilik");
        let id = app.onboarding(&village, &owner, "warung", &format!("Warung {n}"));
        if n != 3 {
            act(&owner, &id, "submit", None).expect(200);
            waiting.push(id.clone());
        }
        everybody.push(id);
    }
    app.home_industry(&neighbour, "Dodol");
    let base = format!("/v1/villages/{}/enterprises", village.id);
    assert_eq!(walk(&village.admin.client, &format!("{base}?state=ready_for_review")), waiting);
    assert_eq!(walk(&village.admin.client, &base), everybody);
    assert_eq!(walk(&village.admin.client, &format!("{base}?state=rejected")), Vec::<String>::new());
    let cursor = village.admin.client.get(&format!("{base}?limit=1")).expect(200)["next_cursor"].as_str().expect("more").to_owned();
    village.admin.client.get(&format!("/v1/villages/{}/products?cursor={cursor}", village.id)).expect_problem(400, "invalid_cursor");
    village.admin.client.get(&format!("{base}?state=open")).expect_problem(400, "invalid_input");
    app.client.get(&base).expect_problem(401, "not_signed_in");
}

#[test]
fn villages_are_entered_by_an_operator() {
    let app = TestApp::start();
    let operator = app.balewangi().admin;
    let body = |code: &str| json!({ "code": code, "name": "Cikajang", "district": "Cikajang", "regency": "Garut", "province": "Jawa Barat", "post_code": "44171" });
    let made = operator.client.post_once("/v1/villages", body("32.05.21.2001"), "desa");
    let again = operator.client.post_once("/v1/villages", body("32.05.21.2001"), "desa");
    assert_eq!((again.status, &again.text, again.header("idempotency-replayed")), (201, &made.text, "true"));
    let (location, made) = (made.header("location").to_owned(), made.expect(201));
    assert_eq!(app.client.get(&location).expect(200), made);
    operator.client.post("/v1/villages", body("32.05.21.2001")).expect_problem(409, "village_code_taken");
    let other = operator.client.post_once("/v1/villages", body("32.05.21.2002"), "desa");
    other.expect_problem(422, "idempotency_key_reused");

    let nobody = app.buyer("Warga");
    nobody.client.post("/v1/villages", body("32.05.21.2002")).expect_problem(403, "forbidden");
    app.client.post("/v1/villages", body("32.05.21.2002")).expect_problem(401, "not_signed_in");
    for code in ["3205212002", "32.05.21.200", "32.05.21.20022", "32-05-21-2002", "aa.05.21.2002"] {
        let refused = operator.client.post("/v1/villages", body(code));
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "code", "{code}");
    }
    operator.client.post("/v1/villages", body("32.05.21.2002")).expect(201);
    let codes = |page: &Value| -> Vec<String> {
        page["items"].as_array().expect("a list").iter().filter_map(|v| v["code"].as_str().map(str::to_owned)).collect()
    };
    let first = app.client.get("/v1/villages?limit=2").expect(200);
    assert_eq!(codes(&first), ["32.05.20.2007", "32.05.21.2001"]);
    let rest = app.client.get(&format!("/v1/villages?limit=2&cursor={}", first["next_cursor"].as_str().expect("more"))).expect(200);
    assert_eq!((codes(&rest), &rest["next_cursor"]), (vec!["32.05.21.2002".to_owned()], &Value::Null));
    app.client.get(&format!("/v1/villages/vil_{}", uuid::Uuid::now_v7().simple())).expect_problem(404, "not_found");
}

#[test]
fn an_operator_appoints_who_administers_a_village() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (operator, new) = (&village.admin, app.buyer("Sekretaris Desa"));
    let path = format!("/v1/villages/{}/admins", village.id);
    let body = json!({ "phone": new.phone });
    new.client.post(&path, body.clone()).expect_problem(403, "forbidden");
    operator.client.post(&path, json!({ "phone": new_phone() })).expect_problem(409, "no_account_with_phone");
    let nowhere = format!("/v1/villages/vil_{}/admins", uuid::Uuid::now_v7().simple());
    operator.client.post(&nowhere, body.clone()).expect_problem(404, "not_found");
    let queue = format!("/v1/villages/{}/enterprises", village.id);
    new.client.get(&queue).expect_problem(404, "not_found");
    let appointed = operator.client.post_once(&path, body.clone(), "angkat");
    assert_eq!(operator.client.post_once(&path, body.clone(), "angkat").text, appointed.text);
    appointed.expect(200);
    operator.client.post(&path, body.clone()).expect(200);
    new.client.get(&queue).expect(200);
    new.client.post(&path, body).expect_problem(403, "forbidden");
}

#[test]
fn what_is_being_reviewed_stays_as_it_was_handed_in() {
    let app = TestApp::start();
    let village = app.balewangi();
    let owner = app.buyer("Pemilik Opak");
    let id = app.onboarding(&village, &owner, "home_industry", "Opak Mekar");
    let path = format!("/v1/enterprises/{id}");
    let edit = |to: &str| owner.client.patch(&path, owner.client.get(&path).header("etag"), json!({ "name": to }));
    edit("Opak Mekar Wangi").expect(200);
    owner.client.post(&format!("{path}/submit"), json!({})).expect(200);
    edit("Kantor Desa Balewangi").expect_problem(409, "enterprise_not_editable");
    village.admin.client.post(&format!("{path}/return"), json!({ "reason": "Lengkapi" })).expect(200);
    edit("Opak Mekar").expect(200);
}

#[test]
fn a_member_may_go_by_herself_and_nobody_else_goes_with_her() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Dodol Balewangi");
    let helper = app.buyer("Pembantu");
    let members = format!("/v1/enterprises/{}/members", shop.id);
    shop.owner.client.post(&members, json!({ "phone": helper.phone, "role": "staff" })).expect(200);
    helper.client.delete(&format!("{members}/{}", shop.owner.account_id)).expect_problem(403, "forbidden");
    assert_eq!(helper.client.delete(&format!("{members}/{}", helper.account_id)).status, 204);
    helper.client.get(&members).expect_problem(404, "not_found");
    shop.owner.client.delete(&format!("{members}/{}", shop.owner.account_id)).expect_problem(409, "last_owner");
}

#[test]
fn nobody_reviews_her_own_and_the_office_itself_is_the_operators() {
    let app = TestApp::start();
    let village = app.balewangi();
    let id = app.onboarding(&village, &village.admin, "home_industry", "Usaha Bu Admin");
    let path = format!("/v1/enterprises/{id}");
    village.admin.client.post(&format!("{path}/submit"), json!({})).expect(200);
    village.admin.client.post(&format!("{path}/approve"), json!({})).expect_problem(403, "forbidden");
    let mine = village.admin.client.get("/v1/me/enterprises").expect(200);
    let office = mine["items"].as_array().expect("a list").iter().find(|one| one["kind"] == "village_office").expect("the office");
    let office = format!("/v1/enterprises/{}", office["id"].as_str().expect("an id"));
    let other = app.buyer("Orang lain");
    village
        .admin
        .client
        .post(&format!("{office}/members"), json!({ "phone": other.phone, "role": "owner" }))
        .expect_problem(409, "office_not_by_hand");
}

#[test]
fn staff_of_an_assisted_enterprise_becomes_its_owner_by_the_code() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = village
        .admin
        .client
        .post(&format!("/v1/villages/{}/enterprises", village.id), json!({ "kind": "home_industry", "name": "Opak" }))
        .expect(201);
    let path = format!("/v1/enterprises/{}", shop["id"].as_str().expect("an id"));
    let helper = app.buyer("Pembantu");
    village.admin.client.post(&format!("{path}/members"), json!({ "phone": helper.phone, "role": "staff" })).expect(200);
    let code = village.admin.client.post(&format!("{path}/invite"), json!({})).expect(200)["code"].clone();
    helper.client.post("/v1/enterprises/join", json!({ "code": code })).expect(200);
    assert_eq!(helper.client.get(&format!("{path}/members")).expect(200)["items"][0]["role"], "owner");
}

#[test]
fn nobody_makes_an_officer_a_member_against_her_will() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Opak Bulanan");
    let body = json!({ "phone": village.admin.phone, "role": "staff" });
    shop.owner.client.post(&format!("/v1/enterprises/{}/members", shop.id), body).expect_problem(409, "officer_not_by_hand");
}

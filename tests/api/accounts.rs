//! Accounts from registration to the end of a session.

use std::collections::BTreeSet;

use chrono::Duration;
use kit::db::{Failure, Never};
use people::accounts;
use serde_json::{Value, json};

use crate::support::people::{PASSWORD, new_phone};
use crate::support::{Answer, Person, TestApp};

const DEVICE: &str = "hp-pertama";

fn register(app: &TestApp, phone: &str, password: &str) -> Answer {
    let body = json!({ "phone": phone, "name": "Ceu Euis", "password": password });
    app.client.send("POST", "/v1/auth/register", Some(body), &[])
}

fn sign_in(app: &TestApp, phone: &str, password: &str) -> Answer {
    let body = json!({ "phone": phone, "password": password, "device": DEVICE });
    app.client.send("POST", "/v1/auth/sign-in", Some(body), &[])
}

fn refresh(app: &TestApp, token: &str, device: &str) -> Answer {
    app.client.send("POST", "/v1/auth/refresh", Some(json!({ "refresh_token": token, "device": device })), &[])
}

fn set_up_body(token: &str, phone: &str, password: &str) -> Value {
    json!({
        "token": token,
        "admin": { "phone": phone, "name": "Ibu Kades", "password": password },
        "village": { "code": "32.05.20.2007", "name": "Balewangi", "district": "Cisurupan", "regency": "Garut", "province": "Jawa Barat" },
    })
}

#[test]
fn a_number_is_one_account_however_it_is_spelt() {
    let app = TestApp::start();
    let phone = new_phone();
    let rest = phone.strip_prefix('0').expect("a trunk zero");
    let (bare, plus, spaced) = (format!("62{rest}"), format!("+62{rest}"), format!("+62 {}-{}", &rest[..3], &rest[3..]));
    let first = register(&app, &phone, PASSWORD);
    assert_eq!((first.status, &first.json), (202, &json!({ "next": "sign_in" })));
    let mut accounts: Vec<String> = Vec::new();
    for spelling in [&phone, &bare, &plus, &spaced] {
        let tokens = sign_in(&app, spelling, PASSWORD).expect(200);
        accounts.push(tokens["account_id"].as_str().expect("an id").to_owned());
    }
    accounts.dedup();
    assert_eq!(accounts.len(), 1);

    for spelling in [&phone, &bare, &plus] {
        let again = register(&app, spelling, "sandi-pencuri");
        assert_eq!((again.status, &again.text), (first.status, &first.text), "a known number is answered as a new one");
        assert_eq!(again.headers.len(), first.headers.len());
    }
    sign_in(&app, &phone, "sandi-pencuri").expect_problem(401, "wrong_phone_or_password");
    sign_in(&app, &phone, PASSWORD).expect(200);
}

#[test]
fn nobody_learns_from_a_sign_in_whether_a_number_has_an_account() {
    let app = TestApp::start();
    let (phone, nobody) = (new_phone(), new_phone());
    let cost = |act: &dyn Fn() -> Answer| {
        let before = app.app.passwords.computed();
        let answer = act();
        (app.app.passwords.computed() - before, answer)
    };
    for _ in 0..2 {
        let (hashes, answer) = cost(&|| register(&app, &phone, PASSWORD));
        assert_eq!((hashes, answer.status), (1, 202), "a known number costs what a new one does");
    }
    let (for_nobody, wrong_phone) = cost(&|| sign_in(&app, &nobody, PASSWORD));
    let (for_somebody, wrong_password) = cost(&|| sign_in(&app, &phone, "bukan-sandinya"));
    let (for_herself, right) = cost(&|| sign_in(&app, &phone, PASSWORD));
    assert_eq!((for_nobody, for_somebody, for_herself), (1, 1, 1));
    wrong_phone.expect_problem(401, "wrong_phone_or_password");
    assert_eq!((wrong_phone.status, &wrong_phone.text), (wrong_password.status, &wrong_password.text));
    let names = |answer: &Answer| answer.headers.keys().map(|name| name.as_str().to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(names(&wrong_phone), names(&wrong_password));
    assert_eq!(right.expect(200)["expires_in"], 900);
}

#[test]
fn what_is_no_registration_is_told_where() {
    let app = TestApp::start();
    let whole = || json!({ "phone": new_phone(), "name": "Ceu Euis", "password": PASSWORD });
    for (field, value) in [
        ("password", json!("1234567")),
        ("password", json!("é".repeat(7))),
        ("password", json!("x".repeat(129))),
        ("phone", json!("12")),
        ("name", json!("  ")),
        ("name", json!("x".repeat(81))),
        ("email", json!("bukan surel")),
        ("language", json!("fr")),
        ("operator", json!(true)),
    ] {
        let mut body = whole();
        body[field] = value.clone();
        let refused = app.client.send("POST", "/v1/auth/register", Some(body), &[]);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], field, "{value}");
    }
    assert!(register(&app, &new_phone(), "1234567").text.contains('8'));
    assert_eq!(app.app.passwords.computed(), 0, "nothing is hashed for what is refused");
    register(&app, &new_phone(), "12345678").expect(202);
    let unknown = json!({ "phone": new_phone(), "password": PASSWORD, "device": DEVICE, "remember": true });
    app.client.send("POST", "/v1/auth/sign-in", Some(unknown), &[]).expect_problem(400, "invalid_input");
}

#[test]
fn an_access_token_lives_a_quarter_of_an_hour_and_a_refresh_gives_the_next_pair() {
    let app = TestApp::start();
    let person = app.registered("Ceu Euis");
    app.advance(Duration::seconds(15 * 60 - 1));
    person.client.get("/v1/me").expect(200);
    app.advance(Duration::seconds(1));
    person.client.get("/v1/me").expect_problem(401, "token_invalid");

    let tokens = refresh(&app, &person.refresh_token, DEVICE).expect(200);
    assert_eq!((tokens["session_id"].as_str(), tokens["account_id"].as_str()), (Some(&*person.session_id), Some(&*person.account_id)));
    assert_ne!(tokens["refresh_token"], person.refresh_token.as_str());
    app.person(&person.phone, &tokens).client.get("/v1/me").expect(200);
    refresh(&app, "tidak-ada", DEVICE).expect_problem(401, "session_ended");
}

#[test]
fn a_session_nobody_uses_ends_and_a_refresh_keeps_it() {
    let app = TestApp::start();
    let person = app.buyer("Ceu Euis");
    app.advance(Duration::days(59));
    let tokens = refresh(&app, &person.refresh_token, DEVICE).expect(200);
    app.advance(Duration::days(59));
    let tokens = refresh(&app, tokens["refresh_token"].as_str().expect("a token"), DEVICE).expect(200);
    app.advance(Duration::days(60));
    refresh(&app, tokens["refresh_token"].as_str().expect("a token"), DEVICE).expect_problem(401, "session_ended");
    app.awake(&person).client.get("/v1/me").expect_problem(401, "session_ended");
}

#[test]
fn a_refresh_whose_answer_was_lost_may_be_sent_again_for_half_a_minute() {
    let app = TestApp::start();
    let person = app.buyer("Ceu Euis");
    let first = refresh(&app, &person.refresh_token, DEVICE).expect(200);
    app.advance(Duration::seconds(30));
    let again = refresh(&app, &person.refresh_token, DEVICE).expect(200);
    assert_eq!((&again["refresh_token"], &again["session_id"]), (&first["refresh_token"], &first["session_id"]));
    refresh(&app, again["refresh_token"].as_str().expect("a token"), DEVICE).expect(200);
    // Her successor has been used, so this is somebody else.
    refresh(&app, &person.refresh_token, DEVICE).expect_problem(401, "session_ended");
    person.client.get("/v1/me").expect_problem(401, "session_ended");
}

/// Whoever holds a token of this session holds nothing any more.
#[track_caller]
fn expect_ended(app: &TestApp, person: &Person, tokens: &Value) {
    refresh(app, tokens["refresh_token"].as_str().unwrap_or_default(), DEVICE).expect_problem(401, "session_ended");
    app.person(&person.phone, tokens).client.get("/v1/me").expect_problem(401, "session_ended");
    person.client.get("/v1/me").expect_problem(401, "session_ended");
}

#[test]
fn a_refresh_token_used_again_later_ends_the_whole_session() {
    let app = TestApp::start();
    let person = app.buyer("Ceu Euis");
    let tokens = refresh(&app, &person.refresh_token, DEVICE).expect(200);
    app.advance(Duration::seconds(31));
    refresh(&app, &person.refresh_token, DEVICE).expect_problem(401, "session_ended");
    expect_ended(&app, &person, &tokens);
}

#[test]
fn a_refresh_token_on_another_device_ends_the_whole_session() {
    let app = TestApp::start();
    let (used, unused) = (app.buyer("Ceu Euis"), app.buyer("Ceu Imas"));
    let tokens = refresh(&app, &used.refresh_token, DEVICE).expect(200);
    refresh(&app, &used.refresh_token, "hp-pencuri").expect_problem(401, "session_ended");
    expect_ended(&app, &used, &tokens);

    refresh(&app, &unused.refresh_token, "hp-pencuri").expect_problem(401, "session_ended");
    refresh(&app, &unused.refresh_token, DEVICE).expect_problem(401, "session_ended");
    unused.client.get("/v1/me").expect_problem(401, "session_ended");
}

#[test]
fn a_session_is_listed_and_revoked_by_its_owner_alone() {
    let app = TestApp::start();
    let first = app.registered("Ceu Euis");
    let body = json!({ "phone": first.phone, "password": PASSWORD, "device": "laptop-desa", "label": "Laptop kantor" });
    let second = app.person(&first.phone, &app.client.send("POST", "/v1/auth/sign-in", Some(body), &[]).expect(200));
    let listed = second.client.get("/v1/me/sessions").expect(200);
    let rows: Vec<(&str, &str, bool)> = listed["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["id"].as_str().unwrap_or(""), row["label"].as_str().unwrap_or(""), row["current"] == true))
        .collect();
    assert_eq!(rows, [(&*second.session_id, "Laptop kantor", true), (&*first.session_id, "-", false)]);

    let path = format!("/v1/me/sessions/{}", first.session_id);
    app.buyer("Orang lain").client.delete(&path).expect_problem(404, "not_found");
    app.client.delete(&path).expect_problem(401, "not_signed_in");
    first.client.get("/v1/me").expect(200);
    assert_eq!(second.client.delete(&path).status, 204);
    first.client.get("/v1/me").expect_problem(401, "session_ended");
    refresh(&app, &first.refresh_token, DEVICE).expect_problem(401, "session_ended");
    second.client.delete(&path).expect_problem(404, "not_found");
    second.client.delete(&format!("/v1/me/sessions/{}", first.account_id)).expect_problem(400, "invalid_input");
    assert_eq!(second.client.get("/v1/me/sessions").expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn who_signs_out_is_out() {
    let app = TestApp::start();
    let person = app.buyer("Ceu Euis");
    app.client.send("POST", "/v1/auth/sign-out", None, &[]).expect_problem(401, "not_signed_in");
    assert_eq!(person.client.send("POST", "/v1/auth/sign-out", None, &[]).status, 204);
    person.client.get("/v1/me").expect_problem(401, "session_ended");
    person.client.send("POST", "/v1/auth/sign-out", None, &[]).expect_problem(401, "session_ended");
    refresh(&app, &person.refresh_token, DEVICE).expect_problem(401, "session_ended");
}

#[test]
fn her_own_account_changes_only_from_the_version_she_saw() {
    let app = TestApp::start();
    let person = app.buyer("Ceu Euis");
    let seen = person.client.get("/v1/me");
    assert_eq!((seen.header("etag"), &seen.json["name"], &seen.json["operator"]), ("\"1\"", &json!("Ceu Euis"), &json!(false)));
    assert!(seen.json["phone"].as_str().is_some_and(|phone| phone.starts_with("+62812")));
    assert!(!seen.text.contains("password"));

    let change = || json!({ "name": "Euis Komariah", "language": "su" });
    person.client.send("PATCH", "/v1/me", Some(change()), &[]).expect_problem(428, "if_match_missing");
    let changed = person.client.patch("/v1/me", "\"1\"", change());
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.expect(200);
    assert_eq!((&changed["name"], &changed["language"], &changed["email"]), (&json!("Euis Komariah"), &json!("su"), &seen.json["email"]));
    assert_eq!(person.client.get("/v1/me").expect(200), changed);
    for stale in ["\"1\"", "\"3\"", "2", "*", ""] {
        person.client.patch("/v1/me", stale, change()).expect_problem(412, "stale");
    }
    person.client.patch("/v1/me", "\"2\"", json!({ "phone": new_phone() })).expect_problem(400, "invalid_input");
    person.client.patch("/v1/me", "\"2\"", json!({ "email": "baru@desa.example" })).expect(200);
    app.client.get("/v1/me").expect_problem(401, "not_signed_in");
    app.client.patch("/v1/me", "\"3\"", change()).expect_problem(401, "not_signed_in");
}

#[test]
fn a_token_somebody_touched_is_refused() {
    let app = TestApp::start();
    let (sari, rahma) = (app.registered("Sari"), app.registered("Rahma"));
    let token = |person: &Person| {
        let identity = kit::auth::Identity {
            account: person.account_id.parse().expect("an id"),
            session: person.session_id.parse().expect("an id"),
            guest: false,
        };
        app.app.tokens.access(identity).expect("a token")
    };
    let (hers, other) = (token(&sari), token(&rahma));
    app.client.signed_in(&hers).get("/v1/me").expect(200);
    let parts: Vec<&str> = hers.split('.').collect();
    let first = if parts[2].starts_with('A') { 'B' } else { 'A' };
    let signature = format!("{}.{}.{first}{}", parts[0], parts[1], &parts[2][1..]);
    let payload = format!("{}.{}.{}", parts[0], other.split('.').nth(1).expect("claims"), parts[2]);
    // {"alg":"none","kid":"kept"}
    let unsigned = format!("eyJhbGciOiJub25lIiwia2lkIjoia2VwdCJ9.{}.", parts[1]);
    for wrong in [&*signature, &*payload, &*unsigned, &parts[..2].join("."), "x", ""] {
        let refused = app.client.signed_in(wrong).get("/v1/me");
        refused.expect_problem(401, "token_invalid");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    app.client.send("GET", "/v1/me", None, &[("Authorization", &format!("Basic {hers}"))]).expect_problem(401, "token_invalid");
    // What is open to all does not look away from a token that is wrong.
    app.client.signed_in(&signature).get("/v1/products").expect_problem(401, "token_invalid");
}

#[test]
fn a_fresh_installation_is_set_up_once() {
    let app = TestApp::start();
    let offer = |token: &'static str| {
        let offered = app.app.db.write(move |tx| Ok::<_, Failure<Never>>(accounts::service::offer_set_up(tx, token)?));
        app.wait(offered).expect("the database answers")
    };
    assert!(offer("token-pertama"));
    assert!(!offer("token-kedua"), "a token is given out once");
    let post = |body: Value| app.client.send("POST", "/v1/setup", Some(body), &[]);
    let phone = new_phone();
    post(set_up_body("token-kedua", &phone, PASSWORD)).expect_problem(401, "set_up_token_invalid");
    let short = post(set_up_body("token-pertama", &phone, "1234567"));
    short.expect_problem(400, "invalid_input");
    assert_eq!(short.json["errors"][0]["field"], "admin.password");

    let village = post(set_up_body("token-pertama", &phone, PASSWORD)).expect(201);
    assert_eq!(village["code"], "32.05.20.2007");
    post(set_up_body("token-pertama", &new_phone(), PASSWORD)).expect_problem(401, "set_up_token_invalid");
    assert!(!offer("token-ketiga"), "somebody runs it now");
    post(set_up_body("token-ketiga", &new_phone(), PASSWORD)).expect_problem(401, "set_up_token_invalid");

    let operator = app.sign_in(&phone, DEVICE);
    assert_eq!(operator.client.get("/v1/me").expect(200)["operator"], true);
    let path = format!("/v1/villages/{}/enterprises", village["id"].as_str().expect("an id"));
    assert_eq!(operator.client.get(&path).expect(200)["items"][0]["kind"], "village_office");
}

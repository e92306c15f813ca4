//! What every request passes, whatever it is about.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::num::NonZeroU32;
use std::time::Duration;

use kit::http::limits::Limits;
use serde_json::{Value, json};

use crate::support::people::new_phone;
use crate::support::{Answer, TestApp, Wishes};

const ORIGIN: &str = "https://pasar.desa.example";
const JSON: (&str, &str) = ("Content-Type", "application/json");

fn limits(change: impl FnOnce(&mut Limits)) -> Wishes {
    let many = NonZeroU32::MAX;
    let mut limits = Limits { per_network: many, per_account: many, sign_in_per_network: many, sign_in_per_phone: many };
    change(&mut limits);
    Wishes { limits: Some(limits), ..Wishes::default() }
}

fn a_few(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

#[track_caller]
fn expect_too_many(answer: &Answer, limit: &str) {
    answer.expect_problem(429, "too_many_requests");
    let seconds: u64 = answer.header("retry-after").parse().unwrap_or(0);
    assert!((1..=60).contains(&seconds), "{}", answer.header("retry-after"));
    assert!(answer.json["detail"].as_str().is_some_and(|detail| detail.contains(&seconds.to_string())));
    assert_eq!((answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")), (limit, "0"));
}

#[test]
fn a_path_there_is_not_and_a_method_it_does_not_take() {
    let app = TestApp::start();
    for path in ["/v1/nothing", "/nothing", "/v1", "/v1/products/", "/v1/products/x/y/z", "/v2/products"] {
        app.client.get(path).expect_problem(404, "no_such_path");
    }
    app.client.post("/v1/nothing", json!({})).expect_problem(404, "no_such_path");
    let product = format!("/v1/products/prd_{}", uuid::Uuid::now_v7().simple());
    let submit = format!("{product}/submit");
    for (method, path, allow) in [
        ("DELETE", "/v1/categories", "GET"),
        ("POST", &*product, "GET, PATCH"),
        ("GET", &*submit, "POST"),
        ("GET", "/v1/auth/sign-in", "POST"),
    ] {
        let refused = app.client.send(method, path, None, &[]);
        refused.expect_problem(405, "wrong_method");
        assert_eq!(refused.header("allow"), allow);
    }
}

#[test]
fn a_body_that_cannot_be_read_is_refused_for_what_it_is() {
    let app = TestApp::start();
    let post = |body: String, headers: &[(&str, &str)]| app.client.send_raw("POST", "/v1/auth/register", Some(body), headers);
    let padded = |bytes: usize| {
        let body = json!({ "phone": "" }).to_string();
        format!("{body}{}", " ".repeat(bytes - body.len()))
    };
    let too_large = post(padded(256 * 1024 + 1), &[JSON]);
    too_large.expect_problem(413, "too_large");
    assert!(too_large.json["detail"].as_str().is_some_and(|detail| detail.contains("256")));
    post(padded(256 * 1024), &[JSON]).expect_problem(400, "invalid_input");

    let nested = |arrays: usize| format!("{{\"phone\":{}{}}}", "[".repeat(arrays), "]".repeat(arrays));
    post(nested(32), &[JSON]).expect_problem(400, "too_deep");
    post(nested(31), &[JSON]).expect_problem(400, "invalid_input");
    post("[".repeat(100_000), &[JSON]).expect_problem(400, "too_deep");

    let right = json!({ "phone": new_phone(), "name": "Ceu Euis", "password": "rahasia-desa" }).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", ""] {
        post(right.clone(), &[("Content-Type", kind)]).expect_problem(415, "not_json");
    }
    post(right.clone(), &[]).expect_problem(415, "not_json");
    for malformed in ["{", "{\"phone\":}", "{'phone':1}", "nonsense", "\u{feff}{}"] {
        post(malformed.to_owned(), &[JSON]).expect_problem(400, "invalid_json");
    }
    post(format!("{right}{{}}"), &[JSON]).expect_problem(400, "invalid_json");
    for other in ["[]", "null", "12", "\"x\""] {
        post(other.to_owned(), &[JSON]).expect_problem(400, "invalid_json");
    }
    post(right, &[("Content-Type", "Application/JSON; charset=utf-8")]).expect(202);
}

#[test]
fn a_problem_is_told_in_the_readers_language() {
    let app = TestApp::start();
    let told = |accepted: &str| app.client.send("GET", "/v1/nothing", None, &[("Accept-Language", accepted)]);
    let mut titles = BTreeSet::new();
    for (accepted, language) in
        [("id", "id"), ("en-GB,en;q=0.9", "en"), ("su", "su"), ("fr, su;q=0.2, en;q=0.8", "en"), ("fr", "id"), ("", "id"), ("in-ID", "id")]
    {
        let answer = told(accepted);
        answer.expect_problem(404, "no_such_path");
        assert_eq!(answer.header("content-language"), language, "{accepted}");
        assert_eq!((&answer.json["status"], &answer.json["type"]), (&json!(404), &json!("urn:pasar:problem:no_such_path")));
        titles.insert(answer.json["title"].as_str().unwrap_or("").to_owned());
    }
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert!(titles.contains("No such address"));

    let field = |language: &str| {
        let headers = [JSON, ("Accept-Language", language)];
        let refused =
            app.client.send_raw("POST", "/v1/auth/refresh", Some("{\"refresh_token\":\"x\",\"device\":\"\"}".to_owned()), &headers);
        refused.expect_problem(400, "invalid_input");
        refused.json["errors"][0]["detail"].as_str().unwrap_or("").to_owned()
    };
    let details = BTreeSet::from([field("id"), field("en"), field("su")]);
    assert_eq!(details.len(), 3, "{details:?}");
    assert!(details.contains("The device name needs at least 8 characters."));
}

#[test]
fn every_answer_carries_its_id_its_quota_and_its_armour() {
    let app = TestApp::start();
    let mut request_ids = BTreeSet::new();
    for path in ["/v1/products", "/v1/nothing", "/v1/me", "/v1/products/x", "/healthz"] {
        let answer = app.client.get(path);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-site"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ] {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        let id = answer.header("x-request-id");
        assert_eq!(id.len(), 32, "{path}: {id}");
        assert!(request_ids.insert(id.to_owned()), "an id of its own");
        if path.starts_with("/v1") {
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("ratelimit-limit"), "1000000");
            assert!(answer.header("ratelimit-remaining").parse::<u32>().is_ok_and(|left| left < 1_000_000));
        }
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let docs = app.client.get("/docs/");
    assert_eq!(docs.status, 200);
    assert!(docs.header("content-security-policy").starts_with("default-src 'self'"));
}

#[test]
fn a_network_that_knocks_too_often_waits_and_the_probes_do_not() {
    let app = TestApp::with(limits(|limits| limits.per_network = a_few(3)));
    for left in ["2", "1", "0"] {
        let answer = app.client.get("/v1/categories");
        assert_eq!((answer.status, answer.header("ratelimit-remaining")), (200, left));
    }
    let refused = app.client.get("/v1/categories");
    expect_too_many(&refused, "3");
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
    expect_too_many(&app.client.get("/v1/nothing"), "3");
    for probe in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(app.client.get(probe).status, 200, "{probe}");
    }
    // What the caller writes about where she comes from is not believed.
    expect_too_many(&app.client.send("GET", "/v1/categories", None, &[("X-Forwarded-For", "203.0.113.9")]), "3");
}

#[test]
fn an_account_that_knocks_too_often_waits() {
    let app = TestApp::with(limits(|limits| limits.per_account = a_few(2)));
    let (busy, calm) = (app.buyer("Sibuk"), app.buyer("Tenang"));
    busy.client.get("/v1/me").expect(200);
    busy.client.get("/v1/me/orders").expect(200);
    expect_too_many(&busy.client.get("/v1/me"), "2");
    calm.client.get("/v1/me").expect(200);
    app.client.get("/v1/products").expect(200);
}

#[test]
fn a_number_is_guessed_at_only_so_often() {
    let app = TestApp::with(limits(|limits| limits.sign_in_per_phone = a_few(2)));
    let guess = |phone: &str| {
        let body = json!({ "phone": phone, "password": "sandi-tebakan", "device": "hp-pencuri" });
        app.client.send("POST", "/v1/auth/sign-in", Some(body), &[])
    };
    let phone = new_phone();
    guess(&phone).expect_problem(401, "wrong_phone_or_password");
    guess(&format!("+62{}", &phone[1..])).expect_problem(401, "wrong_phone_or_password");
    let before = app.app.passwords.computed();
    expect_too_many(&guess(&phone), "2");
    expect_too_many(&guess(&format!("62{}", &phone[1..])), "2");
    assert_eq!(app.app.passwords.computed(), before, "a refused guess costs nothing");
    guess(&new_phone()).expect_problem(401, "wrong_phone_or_password");
}

#[test]
fn a_network_signs_in_only_so_often() {
    let app = TestApp::with(limits(|limits| limits.sign_in_per_network = a_few(2)));
    let refresh = || {
        let body = json!({ "refresh_token": "tidak-ada", "device": "hp-pencuri" });
        app.client.send("POST", "/v1/auth/refresh", Some(body), &[])
    };
    refresh().expect_problem(401, "session_ended");
    refresh().expect_problem(401, "session_ended");
    expect_too_many(&refresh(), "2");
    app.client.get("/v1/products").expect(200);
}

#[test]
fn a_page_from_a_known_origin_may_read_answers_and_problems() {
    let one = |limits: &mut Limits| limits.per_network = a_few(8);
    let app = TestApp::with(Wishes { cors_origin: Some(ORIGIN.to_owned()), ..limits(one) });
    let from = |method: &str, path: &str, origin: &str, more: &[(&str, &str)]| {
        let mut headers = vec![("Origin", origin)];
        headers.extend(more);
        app.client.send(method, path, None, &headers)
    };
    let asks = [
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization,content-type,idempotency-key,if-match"),
    ];
    let allowed = from("OPTIONS", "/v1/order-groups", ORIGIN, &asks);
    assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (200, ORIGIN));
    assert!(allowed.header("access-control-allow-methods").contains("POST"));
    assert!(allowed.header("access-control-allow-headers").to_lowercase().contains("idempotency-key"));
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    let refused = from("OPTIONS", "/v1/order-groups", "https://jahat.example", &asks);
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (400, ""));

    for (path, status) in [("/v1/categories", 200), ("/v1/nothing", 404), ("/v1/me", 401)] {
        let answer = from("GET", path, ORIGIN, &[]);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, ORIGIN), "{path}");
        assert!(answer.header("access-control-expose-headers").contains("etag"), "{path}");
        assert!(answer.header("vary").to_lowercase().contains("origin"), "{path}");
        let stranger = from("GET", path, "https://jahat.example", &[]);
        assert_eq!((stranger.status, stranger.header("access-control-allow-origin")), (status, ""), "{path}");
    }
    for _ in 0..8 {
        app.client.get("/v1/categories");
    }
    let waits = from("GET", "/v1/categories", ORIGIN, &[]);
    assert_eq!((waits.status, waits.header("access-control-allow-origin")), (429, ORIGIN), "a page must be able to read when to come back");
}

#[test]
fn an_id_of_another_kind_is_never_looked_up() {
    let app = TestApp::start();
    let person = app.buyer("Ceu Euis");
    let bare = uuid::Uuid::now_v7();
    for path in [
        format!("/v1/products/ord_{}", bare.simple()),
        format!("/v1/products/{bare}"),
        "/v1/products/1".to_owned(),
        format!("/v1/orders/prd_{}", bare.simple()),
        format!("/v1/sellers/acc_{}", bare.simple()),
        format!("/v1/villages/VIL_{}", bare.simple()),
        format!("/v1/enterprises/ent_{bare}"),
        "/v1/products/prd_%00".to_owned(),
    ] {
        let refused = person.client.send("GET", &path, None, &[("Accept-Language", "en")]);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "id", "{path}");
        assert!(
            refused.json["errors"][0]["detail"].as_str().is_some_and(|detail| detail.starts_with("This ID is wrong")),
            "{}",
            refused.text
        );
    }
}

/// Words of the parser, of no use to who sells cassava chips.
fn is_foreign(told: &str) -> bool {
    ["expected", "invalid", "struct", "i64", "sequence", "integer", "string", "input", "trailing"].iter().any(|word| told.contains(word))
}

#[test]
fn a_value_that_cannot_be_read_is_named_and_told_in_the_readers_language() {
    let app = TestApp::start();
    let village = app.balewangi();
    let shop = app.home_industry(&village, "Keripik Cisurupan");
    let id = |prefix: &str| format!("{prefix}_{}", uuid::Uuid::now_v7().simple());
    let told = |method: &str, path: &str, body: Option<Value>, field: &str| {
        for language in ["id", "su"] {
            let key = crate::support::http::fresh_key();
            let headers = [("Accept-Language", language), ("Idempotency-Key", key.as_str()), ("If-Match", "\"1\"")];
            let refused = shop.owner.client.send(method, path, body.clone(), &headers);
            refused.expect_problem(400, "invalid_input");
            let error = &refused.json["errors"][0];
            assert_eq!(error["field"], field, "{path} {body:?} {}", refused.text);
            let detail = error["detail"].as_str().unwrap_or("");
            assert!(!detail.is_empty() && !is_foreign(detail), "{path} {body:?}: {detail}");
        }
    };
    for (query, field) in [
        ("limit=banyak", "limit"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("warna=merah", "warna"),
        ("limit=20&unread=ya", "unread"),
    ] {
        told("GET", &format!("/v1/enterprises/{}/notices?{query}", shop.id), None, field);
    }
    told("GET", &format!("/v1/enterprises/{}/supplier-orders?direction=keluar", shop.id), None, "direction");
    told("GET", &format!("/v1/enterprises/{}/orders?to=kemarin", shop.id), None, "to");
    told("GET", &format!("/v1/enterprises/{}/orders?from=2026-02-30", shop.id), None, "from");
    told("GET", &format!("/v1/joint-buys/{}/receipts/{}", id("jnt"), id("prd")), None, "member_id");
    told("GET", &format!("/v1/joint-buys/{}/receipts/{}", id("ent"), id("ent")), None, "id");
    told("GET", &format!("/v1/agreements/{}/versions/terakhir/print", id("agr")), None, "number");

    let joint = format!("/v1/enterprises/{}/joint-buys", shop.id);
    let right = json!({
        "supplier_id": id("ent"), "members": [], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0, "delivery_cost": 0, "split": "evenly",
        "extend_days": 1, "extensions": 0,
    });
    for (field, value, place) in [
        ("minimum", json!("banyak"), "minimum"),
        ("minimum", json!(1.5), "minimum"),
        ("cut_off", json!("besok"), "cut_off"),
        ("cut_off", json!(7), "cut_off"),
        ("split", json!("rata"), "split"),
        ("split", json!(3), "split"),
        ("split", json!({}), "split"),
        ("members", json!("semua"), "members"),
        ("members", json!([1]), "members[0]"),
        ("supplier_id", json!(["ent"]), "supplier_id"),
        ("warna", json!("merah"), "warna"),
    ] {
        let mut body = right.clone();
        body[field] = value;
        told("POST", &joint, Some(body), place);
    }
    let order =
        |wanted_on: Value, lines: Value| json!({ "supplier_id": id("ent"), "lines": lines, "payment": "cash", "wanted_on": wanted_on });
    let orders = format!("/v1/enterprises/{}/supplier-orders", shop.id);
    let line = json!({ "item_id": id("itm"), "quantity": 1 });
    for day in [json!("besok"), json!("2026-13-01"), json!("2026-11-27 pagi"), json!(20_261_127)] {
        told("POST", &orders, Some(order(day, json!([line]))), "wanted_on");
    }
    // By position a struct's fields could be taken from an array: here they are not, however deep.
    told("POST", &orders, Some(order(Value::Null, json!([[id("itm"), 1]]))), "lines[0]");
    told("POST", &orders, Some(order(Value::Null, json!([line, { "item_id": id("itm") }]))), "lines[1].quantity");
    let terms = |prices: Value| {
        let mut terms = crate::agreements::supply_terms(0);
        terms["prices"] = prices;
        json!({ "provider_id": id("ent"), "receiver_id": shop.id, "proposal": crate::agreements::proposal(terms) })
    };
    told("POST", "/v1/agreements", Some(terms(json!([[id("itm"), 1_000]]))), "proposal.terms");
    let mut listed = terms(json!([]));
    listed["proposal"]["terms"] = json!(["supply", 2]);
    told("POST", "/v1/agreements", Some(listed), "proposal.terms");
}

#[test]
fn answers_are_compressed_when_asked_for() {
    let app = TestApp::start();
    let plain = app.client.get("/v1/categories");
    assert_eq!((plain.status, plain.header("content-encoding")), (200, ""));
    for (accepted, encoding) in [("gzip", "gzip"), ("br", "br"), ("br, gzip", "br"), ("identity", ""), ("zstd", "")] {
        let answer = app.client.send("GET", "/v1/categories", None, &[("Accept-Encoding", accepted)]);
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{accepted}");
        assert_eq!(answer.json.is_null(), !encoding.is_empty(), "{accepted}");
    }
}

#[test]
fn the_probes_answer() {
    let app = TestApp::start();
    assert_eq!((app.client.get("/healthz").status, &*app.client.get("/healthz").text), (200, "ok\n"));
    assert_eq!((app.client.get("/readyz").status, &*app.client.get("/readyz").text), (200, "ready\n"));
    let metrics = app.client.get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").starts_with("text/plain"));
    let document = app.client.get("/openapi.json").expect(200);
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    assert_ne!(document["paths"]["/v1/products"], Value::Null);
}

/// A request on a connection of its own, sent whole.
fn sent(address: &str, request: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    stream.write_all(request.as_bytes())?;
    Ok(stream)
}

#[test]
fn a_server_that_stops_answers_what_it_has_begun() {
    let mut app = TestApp::start();
    let address = app.client.base().trim_start_matches("http://").to_owned();
    let mut streams: Vec<TcpStream> = (0..16)
        .map(|_| {
            let body = json!({ "phone": new_phone(), "name": "Ceu Euis", "password": "rahasia-desa" }).to_string();
            let length = body.len();
            let head = format!("POST /v1/auth/register HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n");
            sent(&address, &format!("{head}Content-Length: {length}\r\n\r\n{body}")).expect("the server takes it")
        })
        .collect();
    // Each hash takes a while and two run at once: by the fourth all the others have been read and wait.
    while app.app.passwords.computed() < 4 {
        std::thread::sleep(Duration::from_millis(1));
    }
    app.stop();
    for stream in &mut streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer, then the end");
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    }
    assert_eq!(app.app.passwords.computed(), 16);
    assert!(TcpStream::connect(&address).is_err(), "nobody listens any more");
}

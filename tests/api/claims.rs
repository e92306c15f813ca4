//! Claims about goods that were handed over: what they do to money, stock and order, and who may do what when.

use chrono::Duration;
use serde_json::{Value, json};

use crate::orders::{Stall, stall};
use crate::pictures::jpeg;
use crate::support::people::pack_of;
use crate::support::{Person, Shop, TestApp, Village};

/// The same people with fresh access tokens, after the clock has been moved past their last ones.
fn awake(app: &TestApp, stall: &Stall) -> Stall {
    Stall {
        village: Village { id: stall.village.id.clone(), admin: app.awake(&stall.village.admin) },
        shop: Shop { id: stall.shop.id.clone(), owner: app.awake(&stall.shop.owner) },
        product: stall.product.clone(),
        buyer: app.awake(&stall.buyer),
    }
}

const OUT: [&str; 4] = ["accept", "prepare", "ready", "hand-over"];

/// Two packs at Rp12.500 in the buyer's hands.
fn handed_over(stall: &Stall) -> String {
    let order = stall.buyer.orders(&stall.product, 2);
    stall.shop.owner.steps(&order, &OUT);
    order
}

fn completed(stall: &Stall) -> String {
    let order = handed_over(stall);
    stall.shop.owner.step(&order, "payments/receive");
    assert_eq!(stall.buyer.step(&order, "complete")["state"], "completed");
    order
}

fn wish(quantity: i64) -> Value {
    json!({ "position": 1, "quantity": quantity, "text": "Sudah melempem", "wish": "refund_full" })
}

/// The buyer claims; answers the path of the claim.
fn claim(buyer: &Person, order: &str, quantity: i64) -> String {
    let made = buyer.client.post(&format!("/v1/orders/{order}/claims"), wish(quantity)).expect(201);
    assert_eq!(buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["state"], "claim_open");
    format!("/v1/claims/{}", made["id"].as_str().expect("an id"))
}

fn act(who: &Person, claim: &str, act: &str, body: Value) -> Value {
    who.client.post(&format!("{claim}/{act}"), body).expect(200)
}

fn refund(amount: i64) -> Value {
    json!({ "remedy": "refund", "amount": amount })
}

/// The order's state, allowance, what is outstanding, owed back; the seller's income, the trial balance's difference, the stock.
fn standing(app: &TestApp, stall: &Stall, order: &str) -> (String, [i64; 6]) {
    let seen = stall.buyer.client.get(&format!("/v1/orders/{order}")).expect(200);
    let bill = |field: &str| seen["bill"][field].as_i64().expect("an amount");
    let books = |what: &str| stall.shop.owner.client.get(&format!("/v1/enterprises/{}/{what}", stall.shop.id)).expect(200);
    let figures = [
        bill("allowance"),
        bill("outstanding"),
        bill("owed_back"),
        books("income")["total"]["revenue"]["amount"].as_i64().expect("an amount"),
        books("trial-balance")["difference"].as_i64().expect("an amount"),
        app.available(&stall.product),
    ];
    (seen["state"].as_str().expect("a state").to_owned(), figures)
}

fn balance(shop: &Shop, account: &str) -> i64 {
    let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
    let rows = trial["accounts"].as_array().expect("a list").iter().filter(|row| row["account"] == account);
    rows.map(|row| row["debit"].as_i64().expect("an amount") - row["credit"].as_i64().expect("an amount")).sum()
}

#[test]
fn a_full_refund_of_a_completed_order_is_right_to_the_rupiah() {
    let app = TestApp::start();
    let stall = stall(&app);
    let order = completed(&stall);
    let claim = claim(&stall.buyer, &order, 2);
    stall.buyer.client.post(&format!("/v1/orders/{order}/complete"), json!({})).expect_problem(409, "order_wrong_state");
    let offered = act(&stall.shop.owner, &claim, "offer", refund(25_000));
    assert_eq!((&offered["state"], &offered["amount"], &offered["value"]), (&json!("offered"), &json!(25_000), &json!(25_000)));
    assert_eq!(standing(&app, &stall, &order), ("claim_open".to_owned(), [0, 0, 0, 25_000, 0, 38]), "an offer moves no money");
    assert_eq!(act(&stall.buyer, &claim, "accept", json!({}))["state"], "settled");
    assert_eq!(standing(&app, &stall, &order), ("completed".to_owned(), [25_000, 0, 25_000, 0, 0, 38]));
    assert_eq!(balance(&stall.shop, "refunds:buyers"), -25_000);
    let seen = stall.buyer.client.get(&format!("/v1/orders/{order}")).expect(200);
    assert_eq!((&seen["refunds"][0]["cause"], &seen["refunds"][0]["amount"]), (&json!("claim"), &json!(25_000)));
    let refund = seen["refunds"][0]["id"].as_str().expect("an id");
    stall.shop.owner.client.post(&format!("/v1/refunds/{refund}/send"), json!({})).expect(200);
    assert_eq!((balance(&stall.shop, "refunds:buyers"), balance(&stall.shop, "cash:seller")), (0, 0));
    let again = stall.buyer.client.post(&format!("/v1/orders/{order}/claims"), wish(1));
    again.expect_problem(400, "invalid_input");
    assert_eq!(again.json["errors"][0]["field"], "quantity", "what was made good is not claimed again");
}

#[test]
fn a_half_refund_leaves_half_the_income() {
    let app = TestApp::start();
    let stall = stall(&app);
    let order = completed(&stall);
    let path = claim(&stall.buyer, &order, 1);
    let offer = |amount: i64| stall.shop.owner.client.post(&format!("{path}/offer"), refund(amount));
    for amount in [0, -1, 12_501] {
        offer(amount).expect_problem(400, "invalid_input");
    }
    offer(6_250).expect(200);
    act(&stall.buyer, &path, "accept", json!({}));
    assert_eq!(standing(&app, &stall, &order), ("completed".to_owned(), [6_250, 0, 6_250, 18_750, 0, 38]));
    let second = claim(&stall.buyer, &order, 1);
    act(&stall.shop.owner, &second, "offer", refund(12_500));
    act(&stall.buyer, &second, "accept", json!({}));
    assert_eq!(standing(&app, &stall, &order), ("completed".to_owned(), [18_750, 0, 18_750, 6_250, 0, 38]), "one refund due, of both");
    assert_eq!(balance(&stall.shop, "refunds:buyers"), -18_750);
}

#[test]
fn a_replacement_comes_out_of_the_free_stock() {
    let app = TestApp::start();
    let stall = stall(&app);
    let order = handed_over(&stall);
    stall.shop.owner.step(&order, "payments/receive");
    let path = claim(&stall.buyer, &order, 2);
    act(&stall.shop.owner, &path, "offer", json!({ "remedy": "replacement" }));
    let on_hand = |count: i64| {
        let path = format!("/v1/packs/{}/stock", pack_of(&stall.product));
        stall.shop.owner.client.put(&path, json!({ "on_hand": count })).expect(200);
    };
    on_hand(1);
    stall.buyer.client.post(&format!("{path}/accept"), json!({})).expect_problem(409, "out_of_stock");
    assert_eq!(standing(&app, &stall, &order), ("claim_open".to_owned(), [0, 0, 0, 25_000, 0, 1]), "nothing has moved");
    on_hand(5);
    act(&stall.buyer, &path, "accept", json!({}));
    assert_eq!(standing(&app, &stall, &order), ("handed_over".to_owned(), [0, 0, 0, 25_000, 0, 3]));
    app.advance(Duration::days(3));
    let stall = awake(&app, &stall);
    app.run_jobs();
    assert_eq!(standing(&app, &stall, &order).0, "completed", "its time goes on");
}

#[test]
fn a_claim_on_goods_that_are_not_paid_makes_the_bill_smaller() {
    let app = TestApp::start();
    let stall = stall(&app);
    let order = handed_over(&stall);
    let path = claim(&stall.buyer, &order, 2);
    act(&stall.shop.owner, &path, "offer", refund(12_500));
    act(&stall.buyer, &path, "accept", json!({}));
    assert_eq!(standing(&app, &stall, &order), ("handed_over".to_owned(), [12_500, 12_500, 0, 12_500, 0, 38]));
    assert_eq!(balance(&stall.shop, "receivable:buyers"), 12_500);
    stall.shop.owner.step(&order, "payments/receive");
    stall.buyer.step(&order, "complete");
    assert_eq!((balance(&stall.shop, "receivable:buyers"), balance(&stall.shop, "cash:seller")), (0, 12_500));

    let other = handed_over(&stall);
    let path = claim(&stall.buyer, &other, 2);
    app.advance(Duration::days(2));
    let stall = awake(&app, &stall);
    act(&stall.shop.owner, &path, "offer", refund(25_000));
    app.advance(Duration::days(2));
    let stall = awake(&app, &stall);
    act(&stall.buyer, &path, "accept", json!({}));
    let (state, figures) = standing(&app, &stall, &other);
    assert_eq!((state.as_str(), figures[1]), ("completed", 0), "nothing is left to pay, and its time is over");
}

#[test]
fn the_village_decides_what_the_two_could_not_settle() {
    let app = TestApp::start();
    let stall = stall(&app);
    let admin = &stall.village.admin;
    let list = format!("/v1/villages/{}/claims", stall.village.id);
    let reason = || json!({ "reason": "Rasanya memang begitu" });
    let order = completed(&stall);
    let path = claim(&stall.buyer, &order, 2);
    let decide = |path: &str, body: Value| admin.client.post(&format!("{path}/decide"), body);
    let nothing = || json!({ "reason": "Fotonya tidak menunjukkan apa-apa" });
    decide(&path, nothing()).expect_problem(409, "claim_wrong_state");
    let refused = act(&stall.shop.owner, &path, "refuse", reason());
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("Rasanya memang begitu")));
    act(&stall.buyer, &path, "mediate", json!({ "reason": "Baunya tengik" }));
    app.advance(Duration::hours(5));
    let stall = awake(&app, &stall);
    let admin = &stall.village.admin;
    let decide = |path: &str, body: Value| admin.client.post(&format!("{path}/decide"), body);
    let queue = admin.client.get(&list).expect(200);
    assert_eq!((queue["items"].as_array().map(Vec::len), &queue["items"][0]["waiting_hours"]), (Some(1), &json!(5)));
    stall.shop.owner.client.get(&list).expect_problem(404, "not_found");
    stall.shop.owner.client.post(&format!("{path}/decide"), nothing()).expect_problem(403, "forbidden");
    decide(&path, json!({ "remedy": "refund", "reason": "Setengah" })).expect_problem(400, "invalid_input");
    assert_eq!(decide(&path, nothing()).expect(200)["state"], "dismissed");
    assert_eq!(standing(&app, &stall, &order), ("completed".to_owned(), [0, 0, 0, 25_000, 0, 38]), "dismissed: all is as it was");
    assert_eq!(admin.client.get(&list).expect(200)["items"], json!([]));

    let second = claim(&stall.buyer, &order, 2);
    act(&stall.shop.owner, &second, "offer", refund(1_000));
    act(&stall.buyer, &second, "decline", json!({ "reason": "Terlalu sedikit" }));
    let seen = admin.client.get(&second).expect(200);
    assert_eq!((&seen["state"], &seen["amount"]), (&json!("mediation"), &json!(1_000)), "the village sees what was offered");
    let half = json!({ "remedy": "refund", "amount": 12_500, "reason": "Setengahnya masih baik" });
    let first = admin.client.post_once(&format!("{second}/decide"), half.clone(), "putusan");
    let again = admin.client.post_once(&format!("{second}/decide"), half, "putusan");
    assert_eq!((first.status, &first.text), (200, &again.text));
    assert_eq!(standing(&app, &stall, &order), ("completed".to_owned(), [12_500, 0, 12_500, 12_500, 0, 38]));
    let history = stall.buyer.client.get(&format!("{second}/history")).expect(200);
    let moves: Vec<&str> = history["items"].as_array().expect("a list").iter().filter_map(|event| event["to"].as_str()).collect();
    assert_eq!(moves, ["open", "offered", "mediation", "settled"]);
}

#[test]
fn silence_has_an_end_that_survives_a_restart() {
    let mut app = TestApp::start();
    let stall = stall(&app);
    let state = |app: &TestApp, path: &str| {
        let buyer = app.awake(&stall.buyer).client;
        buyer.get(path).expect(200)["state"].as_str().expect("a state").to_owned()
    };
    let [silent, offered, refused, gone] = [0; 4].map(|_| completed(&stall));
    let [silent, offered, refused, gone] = [silent, offered, refused, gone].map(|order| claim(&stall.buyer, &order, 2));
    act(&stall.shop.owner, &offered, "offer", refund(5_000));
    act(&stall.shop.owner, &refused, "refuse", json!({ "reason": "Tidak benar" }));
    act(&stall.shop.owner, &gone, "offer", json!({ "remedy": "replacement" }));
    stall.shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&stall.product)), json!({ "on_hand": 1 })).expect(200);
    app.advance(Duration::days(3) - Duration::minutes(1));
    app.run_jobs();
    assert_eq!(state(&app, &silent), "open");
    app.restart();
    app.advance(Duration::minutes(1));
    app.run_jobs();
    let states = [&silent, &offered, &refused, &gone].map(|path| state(&app, path));
    assert_eq!(states, ["mediation", "settled", "dismissed", "mediation"], "what is out of stock cannot be agreed to by silence");
    assert_eq!(app.run_jobs(), 0);
    let buyer = app.awake(&stall.buyer).client;
    let history = buyer.get(&format!("{offered}/history")).expect(200);
    let last = history["items"].as_array().and_then(|all| all.last()).expect("a move").clone();
    assert_eq!((&last["to"], &last["actor_id"], &last["amount"]), (&json!("settled"), &Value::Null, &json!(5_000)), "once, by the clock");
}

#[test]
fn a_claim_is_made_in_time_about_what_there_is_and_by_its_buyer() {
    let app = TestApp::start();
    let stall = stall(&app);
    let order = stall.buyer.orders(&stall.product, 2);
    let path = format!("/v1/orders/{order}/claims");
    stall.buyer.client.post(&path, wish(1)).expect_problem(409, "order_wrong_state");
    stall.shop.owner.steps(&order, &OUT);
    stall.shop.owner.client.post(&path, wish(1)).expect_problem(403, "forbidden");
    app.buyer("Orang lain").client.post(&path, wish(1)).expect_problem(404, "not_found");
    let photo = |purpose: &str, width: u32| stall.buyer.client.photo(purpose, &jpeg(width, 24)).expect(201)["id"].clone();
    let wrong = photo("product_photo", 30);
    for (field, value, told) in [
        ("position", json!(9), "position"),
        ("quantity", json!(3), "quantity"),
        ("batch_code", json!("TIDAK-ADA"), "batch_code"),
        ("wish", json!("refund_part"), "wished_amount"),
        ("wished_amount", json!(100), "wished_amount"),
        ("photos", json!([wrong]), "photos"),
        ("photos", json!([wrong, wrong, wrong, wrong, wrong]), "photos"),
    ] {
        let mut body = wish(2);
        body[field] = value;
        let refused = stall.buyer.client.post(&path, body);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], told);
    }
    let batch = json!({ "quantity": 5, "code": "A-17" });
    stall.shop.owner.client.post(&format!("/v1/packs/{}/batches", pack_of(&stall.product)), batch).expect(201);
    let proof = photo("claim_photo", 40);
    let body = json!({
        "position": 1, "quantity": 2, "batch_code": "A-17", "text": "Berjamur", "photos": [proof], "wish": "refund_part", "wished_amount": 10_000,
    });
    let first = stall.buyer.client.post_once(&path, body.clone(), "keluhan");
    let again = stall.buyer.client.post_once(&path, body, "keluhan");
    assert_eq!((first.status, &first.text), (201, &again.text));
    stall.buyer.client.post(&path, wish(1)).expect_problem(409, "order_wrong_state");
    let url = first.json["photos"][0]["variants"][0]["url"].as_str().expect("a place").to_owned();
    for (who, status) in [(&stall.buyer, 200), (&stall.shop.owner, 200), (&stall.village.admin, 200), (&app.buyer("Orang lain"), 404)] {
        assert_eq!(who.client.get(&url).status, status);
    }
    let claim = format!("/v1/claims/{}", first.json["id"].as_str().expect("an id"));
    stall.buyer.client.post(&format!("{claim}/offer"), refund(1)).expect_problem(403, "forbidden");
    stall.shop.owner.client.post(&format!("{claim}/accept"), json!({})).expect_problem(403, "forbidden");
    stall.buyer.client.post(&format!("{claim}/accept"), json!({})).expect_problem(409, "claim_wrong_state");
    app.buyer("Orang lain").client.get(&claim).expect_problem(404, "not_found");
    assert_eq!(act(&stall.buyer, &claim, "withdraw", json!({}))["state"], "withdrawn");
    assert_eq!(standing(&app, &stall, &order).0, "handed_over");
    let listed = stall.shop.owner.client.get(&format!("/v1/enterprises/{}/claims?state=withdrawn", stall.shop.id)).expect(200);
    assert_eq!((&listed["items"][0]["batch_code"], &listed["items"][0]["buyer"]["name"]), (&json!("A-17"), &json!("Pembeli Bandung")));
    assert_eq!(stall.shop.owner.client.get(&path).expect(200)["items"].as_array().map(Vec::len), Some(1));
    app.advance(Duration::days(3));
    let stall = awake(&app, &stall);
    stall.buyer.client.post(&path, wish(1)).expect_problem(409, "claim_too_late");
}

#[test]
fn a_guest_claims_and_the_letters_go_out() {
    let app = TestApp::start();
    let stall = stall(&app);
    let guest = app.guest("Tamu");
    let order = guest.orders(&stall.product, 1);
    stall.shop.owner.steps(&order, &OUT);
    app.run_jobs();
    let path = claim(&guest, &order, 1);
    assert_eq!(app.run_jobs(), 2, "one event, one letter to the seller");
    act(&stall.shop.owner, &path, "offer", refund(500));
    assert_eq!(act(&guest, &path, "accept", json!({}))["state"], "settled");
}

#[test]
fn whoever_spoke_for_a_seller_does_not_decide_on_her_claim() {
    let app = TestApp::start();
    let village = app.balewangi();
    let body = json!({ "kind": "home_industry", "name": "Opak Tanpa Telepon" });
    let shop = village.admin.client.post(&format!("/v1/villages/{}/enterprises", village.id), body).expect(201);
    let shop = Shop { id: shop["id"].as_str().expect("an id").to_owned(), owner: village.admin.clone() };
    for step in ["submit", "approve"] {
        village.admin.client.post(&format!("/v1/enterprises/{}/{step}", shop.id), json!({})).expect(200);
    }
    let product = app.product(&village, &shop, "Opak Ketan", 12_500, 40);
    let stall = Stall { shop, product, buyer: app.buyer("Pembeli"), village };
    let path = claim(&stall.buyer, &handed_over(&stall), 1);
    act(&stall.village.admin, &path, "refuse", json!({ "reason": "Tidak benar" }));
    act(&stall.buyer, &path, "mediate", json!({ "reason": "Benar" }));
    let decided = || json!({ "remedy": "replacement", "reason": "Diganti" });
    stall.village.admin.client.post(&format!("{path}/decide"), decided()).expect_problem(409, "claim_needs_another_admin");
    let second = app.buyer("Admin kedua");
    let appointed = json!({ "phone": second.phone });
    stall.village.admin.client.post(&format!("/v1/villages/{}/admins", stall.village.id), appointed).expect(200);
    assert_eq!(act(&second, &path, "decide", decided())["state"], "settled");
    assert_eq!(app.available(&stall.product), 37);
}

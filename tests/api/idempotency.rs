//! Acts that land once.

use serde_json::json;

use crate::orders::{Stall, stall};
use crate::support::TestApp;
use crate::support::http::fresh_key;
use crate::support::people::{cart, pack_of};

#[test]
fn a_replay_is_byte_equal_even_after_a_restart() {
    let mut app = TestApp::start();
    let Stall { product, buyer, .. } = stall(&app);
    let key = fresh_key();
    let first = buyer.client.post_once("/v1/order-groups", cart(&product, 3), &key);
    let again = buyer.client.post_once("/v1/order-groups", cart(&product, 3), &key);
    assert_eq!((first.status, &first.text, first.header("location")), (201, &again.text, again.header("location")));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    app.restart();
    let token = app.app.tokens.access(identity(&buyer)).expect("a token");
    let later = app.client.signed_in(&token).post_once("/v1/order-groups", cart(&product, 3), &key);
    assert_eq!((later.status, later.text), (201, first.text));
    assert_eq!(app.available(&product), 37, "ordered once");
}

fn identity(person: &crate::support::Person) -> kit::auth::Identity {
    kit::auth::Identity {
        account: person.account_id.parse().expect("an id"),
        session: person.session_id.parse().expect("an id"),
        guest: false,
    }
}

#[test]
fn a_key_belongs_to_one_request_of_one_person() {
    let app = TestApp::start();
    let Stall { product, buyer, .. } = stall(&app);
    let key = fresh_key();
    buyer.client.post_once("/v1/order-groups", cart(&product, 3), &key).expect(201);
    buyer.client.post_once("/v1/order-groups", cart(&product, 4), &key).expect_problem(422, "idempotency_key_reused");
    buyer.client.post_once("/v1/enterprises/join", json!({ "code": "x" }), &key).expect_problem(422, "idempotency_key_reused");
    app.buyer("Orang lain").client.post_once("/v1/order-groups", cart(&product, 4), &key).expect(201);
    assert_eq!(app.available(&product), 33);
}

#[test]
fn a_key_must_be_given_and_usable() {
    let app = TestApp::start();
    let Stall { product, buyer, .. } = stall(&app);
    buyer.client.send("POST", "/v1/order-groups", Some(cart(&product, 1)), &[]).expect_problem(400, "idempotency_key_missing");
    let long = "k".repeat(201);
    buyer.client.post_once("/v1/order-groups", cart(&product, 1), &long).expect_problem(400, "idempotency_key_invalid");
    assert_eq!(app.available(&product), 40);
}

#[test]
fn an_act_that_was_refused_may_be_tried_again_with_its_key() {
    let app = TestApp::start();
    let Stall { product, buyer, shop, .. } = stall(&app);
    let key = fresh_key();
    buyer.client.post_once("/v1/order-groups", cart(&product, 41), &key).expect_problem(409, "out_of_stock");
    shop.owner.client.put(&format!("/v1/packs/{}/stock", pack_of(&product)), json!({ "on_hand": 50 })).expect(200);
    buyer.client.post_once("/v1/order-groups", cart(&product, 41), &key).expect(201);
}

#[test]
fn copies_sent_at_once_are_one_order() {
    let app = TestApp::start();
    let Stall { product, buyer, .. } = stall(&app);
    let key = fresh_key();
    let copy = || {
        let (client, key, body) = (buyer.client.clone(), key.clone(), cart(&product, 2).to_string());
        async move {
            let headers = [("Idempotency-Key", key.as_str()), ("Content-Type", "application/json")];
            client.call("POST", "/v1/order-groups", Some(body), &headers).await
        }
    };
    let answers = app.client.all((0..20).map(|_| copy()).collect());
    let landed: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!landed.is_empty() && landed.iter().all(|answer| answer.text == landed[0].text));
    for waiting in answers.iter().filter(|answer| answer.status != 201) {
        waiting.expect_problem(409, "still_running");
        assert_eq!(waiting.header("retry-after"), "1");
    }
    assert_eq!(app.available(&product), 38);
}

#[test]
fn an_answer_is_kept_for_seven_days() {
    let app = TestApp::start();
    let Stall { product, buyer, .. } = stall(&app);
    let key = fresh_key();
    buyer.client.post_once("/v1/order-groups", cart(&product, 1), &key).expect(201);
    let sign_in_again = || app.client.signed_in(&app.app.tokens.access(identity(&buyer)).expect("a token"));
    app.advance(chrono::Duration::days(7) - chrono::Duration::minutes(1));
    app.wait(app.app.sweep()).expect("swept");
    sign_in_again().post_once("/v1/order-groups", cart(&product, 1), &key).expect(201);
    assert_eq!(app.available(&product), 39);
    app.run_jobs();
    app.advance(chrono::Duration::minutes(2));
    app.wait(app.app.sweep()).expect("swept");
    sign_in_again().post_once("/v1/order-groups", cart(&product, 1), &key).expect(201);
    assert_eq!(app.available(&product), 39, "the first had expired by now, and this is a second order");
}

//! Buying without an account, and proving a number.

use serde_json::json;

use crate::orders::stall;
use crate::support::TestApp;

#[test]
fn a_guest_orders_and_comes_back_with_her_tracking_token() {
    let app = TestApp::start();
    let stall = stall(&app);
    let guest = app.guest("Tamu dari Bandung");
    let order = guest.orders(&stall.product, 1);
    let back = app.client.post("/v1/auth/track", json!({ "tracking_token": guest.refresh_token })).expect(200);
    let again = app.client.signed_in(back["access_token"].as_str().expect("a token"));
    assert!(again.get(&format!("/v1/orders/{order}")).expect(200)["buyer"]["phone"].is_string());
    assert_eq!(again.get("/v1/me/orders").expect(200)["items"].as_array().map(Vec::len), Some(1));
    app.client.post("/v1/auth/track", json!({ "tracking_token": "salah" })).expect_problem(401, "tracking_token_unknown");
}

#[test]
fn a_guest_does_nothing_but_buy_and_sees_nothing_of_others() {
    let app = TestApp::start();
    let stall = stall(&app);
    let (guest, other) = (app.guest("Tamu"), app.guest("Tamu lain"));
    let order = guest.orders(&stall.product, 1);
    other.client.get(&format!("/v1/orders/{order}")).expect_problem(404, "not_found");
    guest.client.get("/v1/me").expect_problem(403, "guests_only_buy");
    let body = json!({ "village_id": stall.village.id, "kind": "warung", "name": "Warung Tamu" });
    guest.client.post("/v1/enterprises", body).expect_problem(403, "guests_only_buy");
    // A guest's number is nobody's account: it can be registered, and signs nobody in.
    let person = json!({ "phone": guest.phone, "name": "Tamu", "password": "rahasia-desa" });
    let sign_in = json!({ "phone": guest.phone, "password": "rahasia-desa", "device": "hp-pertama" });
    app.client.post("/v1/auth/sign-in", sign_in.clone()).expect_problem(401, "wrong_phone_or_password");
    app.client.post("/v1/auth/register", person).expect(202);
    app.client.post("/v1/auth/sign-in", sign_in).expect(200);
}

#[test]
fn a_number_is_proven_by_a_code_that_came_from_it() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (sari, rahma) = (app.buyer("Sari"), app.buyer("Rahma"));
    sari.client.post("/v1/me/phone-proof", json!({ "village_id": village.id })).expect_problem(409, "village_without_hotline");
    let settings = format!("/v1/villages/{}/settings", village.id);
    village.admin.client.patch(&settings, "\"1\"", json!({ "hotline": "0812-3456-7890" })).expect(200);

    let proof = sari.client.post("/v1/me/phone-proof", json!({ "village_id": village.id })).expect(201);
    let code = proof["code"].as_str().expect("a code");
    assert_eq!(proof["whatsapp_url"], format!("https://wa.me/6281234567890?text=PASAR%20{code}"));
    let proofs = format!("/v1/villages/{}/phone-proofs", village.id);
    let came = |phone: &str, code: &str| village.admin.client.post(&proofs, json!({ "phone": phone, "code": code }));
    came(&rahma.phone, code).expect_problem(409, "phone_code_wrong");
    rahma.client.post(&proofs, json!({ "phone": sari.phone, "code": code })).expect_problem(404, "not_found");
    assert_eq!(sari.client.get("/v1/me").expect(200)["phone_proven_at"], serde_json::Value::Null);
    came(&sari.phone, code).expect(200);
    assert!(sari.client.get("/v1/me").expect(200)["phone_proven_at"].is_string());
    came(&sari.phone, code).expect_problem(409, "phone_code_wrong");
}

#[test]
fn a_code_cannot_be_guessed() {
    let app = TestApp::start();
    let village = app.balewangi();
    let sari = app.buyer("Sari");
    let settings = format!("/v1/villages/{}/settings", village.id);
    village.admin.client.patch(&settings, "\"1\"", json!({ "hotline": "0812-3456-7890" })).expect(200);
    let proof = sari.client.post("/v1/me/phone-proof", json!({ "village_id": village.id })).expect(201);
    let code = proof["code"].as_str().expect("a code").to_owned();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let proofs = format!("/v1/villages/{}/phone-proofs", village.id);
    for _ in 0..5 {
        village.admin.client.post(&proofs, json!({ "phone": sari.phone, "code": wrong })).expect_problem(409, "phone_code_wrong");
    }
    village.admin.client.post(&proofs, json!({ "phone": sari.phone, "code": code })).expect_problem(409, "phone_code_wrong");
}

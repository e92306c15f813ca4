//! The money of orders that does not come as it was asked for: in parts, too much, late, to the wrong hand, or not at all.

use serde_json::{Value, json};

use crate::order_changes::balance;
use crate::orders::{Stall, claimed, stall};
use crate::pictures::jpeg;
use crate::support::people::cart;
use crate::support::{Answer, Person, TestApp};

fn pay(who: &Person, order: &str, body: Value) -> Answer {
    who.client.post(&format!("/v1/orders/{order}/payments/receive"), body)
}

/// Status, received, outstanding, owed back.
fn bill(order: &Value) -> (String, [i64; 3]) {
    let amount = |field: &str| order["bill"][field].as_i64().expect("an amount");
    (order["bill"]["status"].as_str().expect("a status").to_owned(), ["received", "outstanding", "owed_back"].map(amount))
}

fn last(order: &Value, list: &str) -> String {
    order[list].as_array().and_then(|all| all.last()).and_then(|one| one["id"].as_str()).expect("an id").to_owned()
}

/// Two packs by transfer, taken on; answers the order and what is to be transferred.
fn by_transfer(buyer: &Person, seller: &Person, product: &str) -> (String, i64) {
    let mut body = cart(product, 2);
    body["payment"] = "bank_transfer".into();
    let order = buyer.client.post("/v1/order-groups", body).expect(201)["orders"][0]["id"].as_str().expect("an id").to_owned();
    let accepted = seller.step(&order, "accept");
    (order, accepted["total"].as_i64().expect("an amount"))
}

#[test]
fn a_part_is_a_part_and_too_much_is_owed_back() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.step(&order, "accept");
    let part = pay(&shop.owner, &order, json!({ "amount": 10_000 })).expect(200);
    assert_eq!(bill(&part), ("part_paid".to_owned(), [10_000, 15_000, 0]));
    shop.owner.steps(&order, &["prepare", "ready", "hand-over"]);
    assert_eq!((balance(&shop, "receivable:buyers"), balance(&shop, "sales:online")), (15_000, -25_000));
    shop.owner.client.post(&format!("/v1/orders/{order}/complete"), json!({})).expect_problem(409, "order_not_paid");

    let over = pay(&shop.owner, &order, json!({ "amount": 20_000 })).expect(200);
    assert_eq!(bill(&over), ("paid".to_owned(), [30_000, 0, 5_000]));
    assert_eq!((&over["refunds"][0]["cause"], balance(&shop, "refunds:buyers")), (&json!("overpaid"), -5_000));
    pay(&shop.owner, &order, json!({})).expect_problem(409, "nothing_to_pay");
    for amount in [0, -1, 1_000_000_001] {
        pay(&shop.owner, &order, json!({ "amount": amount })).expect_problem(400, "invalid_input");
    }
    let more = pay(&shop.owner, &order, json!({ "amount": 1_000 })).expect(200);
    assert_eq!((bill(&more).1[2], more["refunds"].as_array().map(Vec::len)), (6_000, Some(1)), "one refund is due, of all of it");
    shop.owner.client.post(&format!("/v1/refunds/{}/send", last(&more, "refunds")), json!({})).expect(200);
    assert_eq!((balance(&shop, "cash:seller"), balance(&shop, "refunds:buyers")), (25_000, 0));
    shop.owner.step(&order, "complete");
}

#[test]
fn what_really_came_counts_and_forgotten_digits_are_forgiven() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    app.takes_transfers(&shop);
    let (order, asked) = by_transfer(&buyer, &shop.owner, &product);
    let payment = claimed(&buyer, &order);
    let confirmed = shop.owner.client.post(&format!("/v1/payments/{payment}/confirm"), json!({ "amount": 25_000 })).expect(200);
    assert_eq!((bill(&confirmed), &confirmed["total"]), (("paid".to_owned(), [25_000, 0, 0]), &json!(25_000)), "asked for {asked}");

    let (short, asked) = by_transfer(&buyer, &shop.owner, &product);
    let payment = claimed(&buyer, &short);
    let confirmed = shop.owner.client.post(&format!("/v1/payments/{payment}/confirm"), json!({ "amount": 20_000 })).expect(200);
    assert_eq!(bill(&confirmed), ("part_paid".to_owned(), [20_000, asked - 20_000, 0]));
    let claim = |amount: i64| buyer.client.post(&format!("/v1/orders/{short}/payments/claim"), json!({ "amount": amount }));
    assert_eq!(claim(3_000).expect(200)["bill"]["claimed"], 3_000);
    let rest = buyer.client.post(&format!("/v1/orders/{short}/payments/claim"), json!({})).expect(200);
    assert_eq!(rest["bill"]["claimed"], asked - 20_000, "the rest of what is not claimed yet");
    claim(1).expect(200);
}

#[test]
fn a_payment_that_was_not_there_is_taken_back_unless_it_was_sent_back() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over"]);
    let paid = pay(&shop.owner, &order, json!({})).expect(200);
    let payment = last(&paid, "payments");
    let reverse =
        |who: &Person, payment: &str| who.client.post(&format!("/v1/payments/{payment}/reverse"), json!({ "reason": "Uang palsu" }));
    reverse(&buyer, &payment).expect_problem(403, "forbidden");
    let other = app.home_industry(&village, "Dodol Balewangi");
    reverse(&other.owner, &payment).expect_problem(404, "not_found");
    shop.owner.client.post(&format!("/v1/payments/{payment}/reverse"), json!({})).expect_problem(400, "invalid_input");
    let back = reverse(&shop.owner, &payment).expect(200);
    assert_eq!(bill(&back), ("awaiting".to_owned(), [0, 25_000, 0]));
    assert_eq!((balance(&shop, "cash:seller"), balance(&shop, "receivable:buyers")), (0, 25_000));
    reverse(&shop.owner, &payment).expect_problem(409, "payment_wrong_state");

    let off = buyer.orders(&product, 2);
    shop.owner.steps(&off, &["accept", "payments/receive"]);
    let seen = buyer.client.post(&format!("/v1/orders/{off}/cancel"), json!({ "reason": "Batal" })).expect(200);
    shop.owner.client.post(&format!("/v1/refunds/{}/send", last(&seen, "refunds")), json!({})).expect(200);
    reverse(&shop.owner, &last(&seen, "payments")).expect_problem(409, "already_sent_back");

    let due = buyer.orders(&product, 2);
    shop.owner.steps(&due, &["accept", "payments/receive"]);
    let seen = buyer.client.post(&format!("/v1/orders/{due}/cancel"), json!({ "reason": "Batal" })).expect(200);
    let gone = reverse(&shop.owner, &last(&seen, "payments")).expect(200);
    assert_eq!((bill(&gone).1, &gone["refunds"][0]["state"]), ([0, 0, 0], &json!("withdrawn")), "what never came is not owed back");
    assert_eq!(balance(&shop, "refunds:buyers"), 0);
}

#[test]
fn cash_has_a_holder_until_it_is_handed_in() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over"]);
    let paid = pay(&shop.owner, &order, json!({ "holder": "courier" })).expect(200);
    let payment = last(&paid, "payments");
    assert_eq!((balance(&shop, "cash:courier"), balance(&shop, "cash:seller")), (25_000, 0));
    let path = format!("/v1/payments/{payment}/hand-in");
    buyer.client.post(&path, json!({})).expect_problem(403, "forbidden");
    let first = shop.owner.client.post_once(&path, json!({}), "setor");
    let again = shop.owner.client.post_once(&path, json!({}), "setor");
    assert_eq!((first.status, &again.text, again.header("idempotency-replayed")), (200, &first.text, "true"));
    assert_eq!((balance(&shop, "cash:courier"), balance(&shop, "cash:seller")), (0, 25_000));
    shop.owner.client.post(&path, json!({})).expect_problem(409, "cash_with_seller");

    let other = buyer.orders(&product, 2);
    shop.owner.step(&other, "accept");
    let seen = pay(&shop.owner, &other, json!({ "holder": "warung" })).expect(200);
    let held = last(&seen, "payments");
    assert_eq!(balance(&shop, "cash:warung"), 25_000);
    shop.owner.client.post(&format!("/v1/payments/{held}/reverse"), json!({ "reason": "Salah catat" })).expect(200);
    assert_eq!(balance(&shop, "cash:warung"), 0, "taken back from where it was");
}

#[test]
fn a_claim_is_never_money_and_its_proof_is_for_the_two_sides() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    app.takes_transfers(&shop);
    let (order, asked) = by_transfer(&buyer, &shop.owner, &product);
    let proof = buyer.client.photo("payment_proof", &jpeg(400, 300)).expect(201);
    let path = format!("/v1/orders/{order}/payments/claim");
    let strangers = app.buyer("Orang lain").client.photo("payment_proof", &jpeg(400, 300)).expect(201);
    buyer.client.post(&path, json!({ "proof_media_id": strangers["id"] })).expect_problem(400, "invalid_input");
    let said = buyer.client.post(&path, json!({ "proof_media_id": proof["id"] })).expect(200);
    assert_eq!((bill(&said), &said["bill"]["claimed"]), (("claimed".to_owned(), [0, asked, 0]), &json!(asked)));
    assert_eq!((balance(&shop, "bank"), &said["payments"][0]["proof_media_id"]), (0, &proof["id"]));
    let picture = format!("/v1/private-media/{}/640", proof["id"].as_str().expect("an id"));
    assert_eq!((shop.owner.client.get(&picture).status, buyer.client.get(&picture).status), (200, 200));
    let other = app.home_industry(&village, "Dodol Balewangi");
    assert_eq!((other.owner.client.get(&picture).status, app.client.get(&picture).status), (404, 401));
}

#[test]
fn whoever_has_the_number_sees_how_far_it_has_come_and_nothing_else() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    let number = buyer.client.get(&format!("/v1/orders/{order}")).expect(200)["number"].as_str().expect("a number").to_owned();
    shop.owner.step(&order, "accept");
    let seen = app.client.get(&format!("/v1/tracking/{}", number.to_lowercase()));
    let text = seen.text.clone();
    let seen = seen.expect(200);
    assert_eq!(
        (&seen["state"], &seen["payment"], &seen["seller_name"]),
        (&json!("accepted"), &json!("awaiting"), &json!("Keripik Cisurupan"))
    );
    assert!(!text.contains("Pembeli") && !text.contains(&buyer.phone[2..]) && !text.contains("25000"), "{text}");
    app.client.get("/v1/tracking/0000-0000").expect_problem(404, "not_found");
}

#[test]
fn who_buys_is_not_learned_by_writing_down_money() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 1);
    pay(&shop.owner, &order, json!({ "amount": 1 })).expect_problem(409, "payment_not_due");
    shop.owner.client.post(&format!("/v1/orders/{order}/reject"), json!({ "reason": "Bahan habis" })).expect(200);
    pay(&shop.owner, &order, json!({ "amount": 1 })).expect_problem(409, "payment_not_due");
    assert!(shop.owner.client.get(&format!("/v1/orders/{order}")).expect(200)["buyer"].is_null());
}

#[test]
fn money_that_is_claimed_is_confirmed_and_not_written_down_beside_it() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.step(&order, "accept");
    let payment = claimed(&buyer, &order);
    pay(&shop.owner, &order, json!({})).expect_problem(409, "payment_claim_waits");
    let desk = || shop.owner.client.get(&format!("/v1/enterprises/{}/desk", shop.id)).expect(200);
    assert_eq!((&desk()["to_check"][0]["id"], &desk()["to_check"][0]["claimed"]), (&json!(order), &json!(25_000)));
    buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Batal" })).expect(200);
    assert_eq!(desk()["to_check"][0]["id"], json!(order), "her money may still come");
    let seen = shop.owner.client.post(&format!("/v1/payments/{payment}/confirm"), json!({})).expect(200);
    assert_eq!(desk()["to_check"], json!([]));
    let refund = last(&seen, "refunds");
    shop.owner.client.post(&format!("/v1/refunds/{refund}/send"), json!({})).expect(200);
    assert_eq!(desk()["refunds_due"], json!([]));
    buyer.client.post(&format!("/v1/refunds/{refund}/dispute"), json!({ "reason": "Belum masuk" })).expect(200);
    assert_eq!(desk()["refunds_due"][0]["state"], "disputed");
}

#[test]
fn a_completed_order_whose_money_was_not_there_is_paid_again() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.steps(&order, &["accept", "prepare", "ready", "hand-over"]);
    let paid = pay(&shop.owner, &order, json!({})).expect(200);
    shop.owner.step(&order, "complete");
    shop.owner.client.post(&format!("/v1/payments/{}/reverse", last(&paid, "payments")), json!({ "reason": "Uang palsu" })).expect(200);
    let desk = shop.owner.client.get(&format!("/v1/enterprises/{}/desk", shop.id)).expect(200);
    assert_eq!(desk["to_collect"][0]["id"], json!(order));
    let payment = claimed(&buyer, &order);
    let again = shop.owner.client.post(&format!("/v1/payments/{payment}/confirm"), json!({})).expect(200);
    assert_eq!(bill(&again), ("paid".to_owned(), [25_000, 0, 0]));
}

#[test]
fn claims_that_are_refused_do_not_keep_the_seller_from_her_money() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.step(&order, "accept");
    let claim = || buyer.client.post(&format!("/v1/orders/{order}/payments/claim"), json!({ "amount": 1 }));
    for _ in 0..20 {
        let payment = last(&claim().expect(200), "payments");
        shop.owner.client.post(&format!("/v1/payments/{payment}/refuse"), json!({ "reason": "Belum masuk" })).expect(200);
    }
    claim().expect_problem(409, "too_many_payments");
    assert_eq!(bill(&pay(&shop.owner, &order, json!({})).expect(200)).0, "paid");
}

#[test]
fn a_refund_goes_back_the_way_the_money_came() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    app.takes_transfers(&shop);
    let (order, asked) = by_transfer(&buyer, &shop.owner, &product);
    pay(&shop.owner, &order, json!({ "method": "cash_at_pickup", "amount": asked })).expect(200);
    let seen = buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Batal" })).expect(200);
    shop.owner.client.post(&format!("/v1/refunds/{}/send", last(&seen, "refunds")), json!({})).expect(200);
    assert_eq!((balance(&shop, "cash:seller"), balance(&shop, "bank")), (0, 0));
}

/// Two packs of Rp12.500 by transfer, paid with 10.000 in cash and then by 15.000 of the bank; answers the order.
fn mixed(buyer: &Person, seller: &Person, product: &str) -> String {
    let (order, _) = by_transfer(buyer, seller, product);
    pay(seller, &order, json!({ "method": "cash_at_pickup", "amount": 10_000 })).expect(200);
    pay(seller, &order, json!({ "amount": 15_000 })).expect(200);
    order
}

fn called_off(buyer: &Person, order: &str) -> Value {
    buyer.client.post(&format!("/v1/orders/{order}/cancel"), json!({ "reason": "Batal" })).expect(200)
}

#[test]
fn no_till_gives_back_what_never_came_into_it() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    app.takes_transfers(&shop);
    let tills = || (balance(&shop, "cash:seller"), balance(&shop, "bank"), balance(&shop, "refunds:buyers"));
    let give_back = |seen: &Value, body: Value| shop.owner.client.post(&format!("/v1/refunds/{}/send", last(seen, "refunds")), body);

    let order = mixed(&buyer, &shop.owner, &product);
    assert_eq!(tills(), (10_000, 15_000, 0));
    let off = called_off(&buyer, &order);
    assert_eq!(tills(), (10_000, 15_000, -25_000));
    let sent = give_back(&off, json!({})).expect(200);
    assert_eq!((tills(), &sent["refunds"][0]["by_bank"]), ((0, 0, 0), &json!(15_000)));

    let order = mixed(&buyer, &shop.owner, &product);
    let sent = give_back(&called_off(&buyer, &order), json!({ "method": "cash" })).expect(200);
    assert_eq!((tills(), &sent["refunds"][0]["by_bank"]), ((-15_000, 15_000, 0), &json!(0)), "as the seller says");
    let order = mixed(&buyer, &shop.owner, &product);
    give_back(&called_off(&buyer, &order), json!({ "method": "bank" })).expect(200);
    assert_eq!(tills(), (-5_000, 5_000, 0));

    let order = buyer.orders(&product, 2);
    shop.owner.step(&order, "accept");
    let paid = pay(&shop.owner, &order, json!({ "holder": "courier" })).expect(200);
    let off = called_off(&buyer, &order);
    give_back(&off, json!({})).expect_problem(409, "cash_not_handed_in");
    shop.owner.client.post(&format!("/v1/payments/{}/hand-in", last(&paid, "payments")), json!({})).expect(200);
    give_back(&off, json!({})).expect(200);
    assert_eq!((tills(), balance(&shop, "cash:courier")), ((-5_000, 5_000, 0), 0));
}

#[test]
fn more_money_does_not_hide_why_a_refund_is_due() {
    let app = TestApp::start();
    let Stall { shop, product, buyer, .. } = stall(&app);
    let order = buyer.orders(&product, 2);
    shop.owner.steps(&order, &["accept", "payments/receive", "prepare", "ready", "hand-over"]);
    let claim = json!({ "position": 1, "quantity": 1, "text": "Hancur", "wish": "refund_full" });
    let claim = buyer.client.post(&format!("/v1/orders/{order}/claims"), claim).expect(201)["id"].as_str().expect("an id").to_owned();
    shop.owner.client.post(&format!("/v1/claims/{claim}/offer"), json!({ "remedy": "refund", "amount": 12_500 })).expect(200);
    buyer.client.post(&format!("/v1/claims/{claim}/accept"), json!({})).expect(200);
    let more = pay(&shop.owner, &order, json!({ "amount": 3_000 })).expect(200);
    let due = &more["refunds"][0];
    assert_eq!((&due["cause"], &due["amount"], more["refunds"].as_array().map(Vec::len)), (&json!("claim"), &json!(15_500), Some(1)));
    let less =
        shop.owner.client.post(&format!("/v1/payments/{}/reverse", last(&more, "payments")), json!({ "reason": "Salah" })).expect(200);
    assert_eq!((&less["refunds"][0]["cause"], &less["refunds"][0]["amount"]), (&json!("claim"), &json!(12_500)));
}

#[test]
fn a_picture_proves_nothing_for_the_other_side() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    app.takes_transfers(&shop);
    let (order, _) = by_transfer(&buyer, &shop.owner, &product);
    let hers = buyer.client.photo("payment_proof", &jpeg(400, 300)).expect(201)["id"].clone();
    let claim = |proof: &Value| {
        buyer.client.post(&format!("/v1/orders/{order}/payments/claim"), json!({ "amount": 5_000, "proof_media_id": proof }))
    };
    claim(&hers).expect(200);
    let payment = last(&claim(&hers).expect(200), "payments");
    shop.owner.client.post(&format!("/v1/payments/{payment}/confirm"), json!({})).expect(200);
    let off = called_off(&buyer, &order);
    let refund = format!("/v1/refunds/{}/send", last(&off, "refunds"));
    shop.owner.client.post(&refund, json!({ "proof_media_id": hers })).expect_problem(400, "invalid_input");
    let own = shop.owner.client.photo("payment_proof", &jpeg(300, 400)).expect(201)["id"].clone();
    shop.owner.client.post(&refund, json!({ "proof_media_id": own })).expect(200);
    let picture = |id: &Value| format!("/v1/private-media/{}/640", id.as_str().expect("an id"));
    for proof in [&hers, &own] {
        assert_eq!((shop.owner.client.get(&picture(proof)).status, buyer.client.get(&picture(proof)).status), (200, 200));
        village.admin.client.get(&picture(proof)).expect_problem(403, "forbidden");
    }
}

#[test]
fn the_village_decides_whether_a_refund_was_sent() {
    let app = TestApp::start();
    let Stall { village, shop, product, buyer } = stall(&app);
    let list = format!("/v1/villages/{}/disputed-refunds", village.id);
    let disputed = || {
        let order = buyer.orders(&product, 2);
        shop.owner.steps(&order, &["accept", "payments/receive"]);
        let refund = last(&called_off(&buyer, &order), "refunds");
        shop.owner.client.post(&format!("/v1/refunds/{refund}/send"), json!({})).expect(200);
        (order, refund)
    };
    let decide = |who: &Person, refund: &str, sent: bool| {
        who.client.post(&format!("/v1/refunds/{refund}/decide"), json!({ "sent": sent, "reason": "Buku kas sudah dilihat bersama" }))
    };
    let (order, refund) = disputed();
    decide(&village.admin, &refund, true).expect_problem(409, "refund_wrong_state");
    let dispute =
        |refund: &str| buyer.client.post(&format!("/v1/refunds/{refund}/dispute"), json!({ "reason": "Belum sampai" })).expect(200);
    dispute(&refund);
    let waiting = village.admin.client.get(&list).expect(200);
    assert_eq!((&waiting["items"][0]["refund"]["id"], &waiting["items"][0]["order_id"]), (&json!(refund), &json!(order)));
    assert!(!waiting.to_string().contains("Pembeli"), "{waiting}");
    buyer.client.get(&list).expect_problem(404, "not_found");
    decide(&shop.owner, &refund, true).expect_problem(403, "forbidden");
    decide(&buyer, &refund, false).expect_problem(403, "forbidden");
    let elsewhere = app.village("32.05.20.2001");
    decide(&elsewhere.admin, &refund, true).expect_problem(404, "not_found");

    assert_eq!(decide(&village.admin, &refund, false).expect(200)["refund"]["state"], "withdrawn");
    assert_eq!((balance(&shop, "cash:seller"), balance(&shop, "refunds:buyers")), (25_000, -25_000));
    let anew = buyer.client.get(&format!("/v1/orders/{order}")).expect(200);
    let due = last(&anew, "refunds");
    assert_eq!(
        (bill(&anew).1[2], &anew["refunds"][1]["state"], &anew["refunds"][1]["cause"]),
        (25_000, &json!("due"), &json!("called_off"))
    );
    shop.owner.client.post(&format!("/v1/refunds/{due}/send"), json!({})).expect(200);
    dispute(&due);
    assert_eq!(decide(&village.admin, &due, true).expect(200)["refund"]["state"], "acknowledged");
    decide(&village.admin, &due, true).expect_problem(409, "refund_wrong_state");
    assert_eq!((balance(&shop, "cash:seller"), balance(&shop, "refunds:buyers")), (0, 0));
    assert_eq!(village.admin.client.get(&list).expect(200)["items"], json!([]));
}

//! Restock: asked for with one call, answered, brought and counted; suggested, and made by itself on days of the week.

use chrono::Duration;
use serde_json::{Value, json};

use crate::consignment::{Titip, balance, terms, titip, titip_by};
use crate::obligations::kept;
use crate::support::{Answer, Shop, TestApp};

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn ask(titip: &Titip, body: Value) -> Answer {
    titip.warung.owner.client.post(&format!("/v1/enterprises/{}/restocks", titip.warung.id), body)
}

pub fn list(titip: &Titip, basis: &str, quantity: i64) -> Value {
    json!({ "maker_id": titip.maker.id, "basis": basis, "ask": "list", "lines": [{ "pack_id": titip.pack, "quantity": quantity }] })
}

pub fn by_maker(titip: &Titip, id: &str, act: &str, body: Value) -> Answer {
    titip.maker.owner.client.post(&format!("/v1/restocks/{id}/{act}"), body)
}

fn pay(titip: &Titip, id: &str, amount: i64) -> Answer {
    by_maker(titip, id, "payments", json!({ "amount": amount, "method": "cash" }))
}

#[test]
fn thirty_asked_for_are_accepted_as_twenty_and_stand_there_on_consignment() {
    let app = TestApp::start();
    let titip = titip(&app);
    let asked = ask(&titip, list(&titip, "consignment", 30)).expect(201);
    let id = text(&asked["id"]);
    assert_eq!((&asked["state"], &asked["total"]), (&json!("requested"), &json!(300_000)));
    let part = |quantity: i64| json!({ "answer": "accept", "lines": [{ "pack_id": titip.pack, "quantity": quantity }] });
    by_maker(&titip, &id, "answer", part(31)).expect_problem(409, "more_than_asked");
    titip.warung.owner.client.post(&format!("/v1/restocks/{id}/answer"), part(20)).expect(403);
    let partly = by_maker(&titip, &id, "answer", part(20)).expect(200);
    assert_eq!((&partly["state"], &partly["lines"][0]["accepted"]), (&json!("partly"), &json!(20)));
    assert_eq!(app.available(&titip.product), 80, "promised");
    by_maker(&titip, &id, "deliver", json!({})).expect(200);
    let short = json!({ "lines": [{ "pack_id": titip.pack, "quantity": 19 }] });
    let confirmed = titip.warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), short.clone()).expect(200);
    let line = &confirmed["lines"][0];
    assert_eq!((&line["asked"], &line["accepted"], &line["received"]), (&json!(30), &json!(20), &json!(19)));
    assert_eq!((titip.stock(), app.available(&titip.product)), ((81, 19, 0), 81));
    titip.warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), short).expect_problem(409, "restock_wrong_state");
    let page = titip.maker.owner.client.get(&format!("/v1/enterprises/{}/restocks?direction=asked", titip.maker.id)).expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    app.buyer("Orang lain").client.get(&format!("/v1/restocks/{id}")).expect(404);
    let again = json!({ "maker_id": titip.maker.id, "basis": "consignment", "ask": "same_as_last_time" });
    let again = ask(&titip, again).expect(201);
    assert_eq!((&again["asked_as"], &again["lines"][0]["asked"]), (&json!("same_as_last_time"), &json!(30)));
    let declined = by_maker(&titip, &text(&again["id"]), "answer", json!({ "answer": "decline", "reason": "Hujan" })).expect(200);
    assert_eq!(declined["state"], "declined");
    let history = titip.warung.owner.client.get(&format!("/v1/restocks/{id}/history")).expect(200);
    assert_eq!(history["items"].as_array().map(Vec::len), Some(4));
}

/// A purchase agreement at Rp8.500, to be paid after seven days; answers its id.
pub fn buys(titip: &Titip, minimum: i64, credit_limit: i64) -> String {
    let purchase = json!({
        "kind": "purchase", "prices": [{ "pack_id": titip.pack, "price": 8_500 }], "delivery_days": ["wednesday"], "minimum": minimum,
        "credit_limit": credit_limit, "payment_days": 7,
    });
    let agreement = crate::agreements::offered(&titip.maker.owner, &titip.maker, &titip.warung, crate::agreements::proposal(purchase));
    titip.warung.owner.client.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
    agreement
}

/// Asked for outright and brought; answers its id.
fn delivered(titip: &Titip, payment: &str, quantity: i64) -> String {
    let mut outright = list(titip, "outright", quantity);
    outright["payment"] = json!(payment);
    let id = text(&ask(titip, outright).expect(201)["id"]);
    by_maker(titip, &id, "answer", json!({ "answer": "accept" })).expect(200);
    by_maker(titip, &id, "deliver", json!({})).expect(200);
    id
}

/// Bought outright, brought and counted; answers its id.
fn bought(titip: &Titip, payment: &str, quantity: i64) -> String {
    let id = delivered(titip, payment, quantity);
    titip.warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), json!({})).expect(200);
    id
}

fn money(value: &Value) -> [i64; 2] {
    ["owed", "paid"].map(|field| value[field].as_i64().expect("a number"))
}

#[test]
fn goods_on_credit_are_to_be_paid_by_their_day_in_parts_or_at_once() {
    let app = TestApp::start();
    let titip = titip(&app);
    let agreement = buys(&titip, 20_000, 50_000);
    let mut little = list(&titip, "outright", 2);
    little["payment"] = json!("credit");
    ask(&titip, little).expect_problem(409, "below_agreed_minimum");
    let of = |titip: &Titip, kind: &str| {
        let side: &Shop = if kind == "payment" { &titip.warung } else { &titip.maker };
        kept(&titip.maker.owner, &agreement, side, kind)
    };
    let first = bought(&titip, "credit", 5);
    assert_eq!((of(&titip, "payment"), of(&titip, "delivery")), ([1, 0, 0, 0, 0], [0, 1, 0, 0, 0]));
    let mut more = list(&titip, "outright", 3);
    more["payment"] = json!("credit");
    ask(&titip, more.clone()).expect_problem(409, "over_credit_limit");
    let own_word = json!({ "amount": 1_000, "method": "cash" });
    titip.warung.owner.client.post(&format!("/v1/restocks/{first}/payments"), own_word).expect_problem(403, "forbidden");
    app.buyer("Orang lain").client.post(&format!("/v1/restocks/{first}/payments"), json!({ "amount": 1, "method": "cash" })).expect(404);
    assert_eq!(money(&pay(&titip, &first, 20_000).expect(200)), [42_500, 20_000]);
    assert_eq!(of(&titip, "payment"), [1, 0, 0, 0, 0], "a part is not the whole");
    pay(&titip, &first, 22_501).expect_problem(409, "more_than_owed");
    app.advance(Duration::days(7));
    let titip = titip.awake(&app);
    let path = format!("/v1/restocks/{first}/payments");
    let rest = json!({ "amount": 22_500, "method": "transfer" });
    let paid = titip.maker.owner.client.post_once(&path, rest.clone(), "sisa").expect(200);
    assert_eq!(titip.maker.owner.client.post_once(&path, rest, "sisa").expect(200), paid, "a replay lands once");
    assert_eq!((money(&paid), of(&titip, "payment")), ([42_500, 42_500], [0, 1, 0, 0, 0]));
    let books = |shop: &Shop, these: [&str; 3]| these.map(|account| balance(shop, account));
    assert_eq!(books(&titip.maker, ["cash:seller", "bank", "receivable:partner"]), [20_000, 22_500, 0]);
    assert_eq!(books(&titip.warung, ["cash:seller", "bank", "payable:partner"]), [-20_000, -22_500, 0]);

    // What is paid frees the limit; what is asked for and may still come takes of it.
    let open = text(&ask(&titip, more.clone()).expect(201)["id"]);
    ask(&titip, more).expect_problem(409, "over_credit_limit");
    titip.warung.owner.client.post(&format!("/v1/restocks/{open}/withdraw"), json!({ "reason": "Penuh" })).expect(200);
    let second = bought(&titip, "credit", 5);
    app.advance(Duration::days(9));
    let titip = titip.awake(&app);
    pay(&titip, &second, 42_500).expect(200);
    assert_eq!(of(&titip, "payment"), [0, 1, 1, 0, 2], "two days late");
    pay(&titip, &second, 1).expect_problem(409, "more_than_owed");
    assert_eq!((balance(&titip.maker, "receivable:partner"), balance(&titip.warung, "payable:partner")), (0, 0));
}

#[test]
fn goods_for_money_under_an_agreement_are_to_be_paid_on_the_day_when_they_are_counted() {
    let app = TestApp::start();
    let titip = titip(&app);
    let agreement = buys(&titip, 0, 50_000);
    let of = |titip: &Titip| kept(&titip.maker.owner, &agreement, &titip.warung, "payment");
    let [prompt, slow] = ["cash", "transfer"].map(|payment| bought(&titip, payment, 5));
    assert_eq!(of(&titip), [2, 0, 0, 0, 0]);
    pay(&titip, &prompt, 20_000).expect(200);
    assert_eq!(of(&titip), [2, 0, 0, 0, 0], "a part is not the whole");
    pay(&titip, &prompt, 22_500).expect(200);
    assert_eq!(of(&titip), [1, 1, 0, 0, 0]);
    app.advance(Duration::days(3));
    let titip = titip.awake(&app);
    pay(&titip, &slow, 42_500).expect(200);
    assert_eq!(of(&titip), [0, 1, 1, 0, 3]);

    let id = delivered(&titip, "cash", 5);
    app.advance(Duration::days(2));
    let titip = titip.awake(&app);
    let came = json!({ "received_at": app.clock.now().after(-Duration::days(2)) });
    titip.warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), came).expect(200);
    pay(&titip, &id, 42_500).expect(200);
    assert_eq!(of(&titip), [0, 2, 1, 0, 3], "a receipt that is keyed in late makes no payment late");
}

#[test]
fn without_an_agreement_no_day_is_owed() {
    let app = TestApp::start();
    let titip = titip(&app);
    let id = bought(&titip, "cash", 5);
    assert_eq!(money(&pay(&titip, &id, 50_000).expect(200)), [50_000, 50_000]);
    assert_eq!(kept(&titip.maker.owner, &titip.agreement, &titip.warung, "payment"), [0; 5]);
}

#[test]
fn what_is_owed_for_a_restock_is_paid_there_and_not_in_the_cash_book() {
    let app = TestApp::start();
    let titip = titip(&app);
    buys(&titip, 0, 50_000);
    let first = bought(&titip, "credit", 5);
    let mut more = list(&titip, "outright", 5);
    more["payment"] = json!("credit");
    ask(&titip, more.clone()).expect_problem(409, "over_credit_limit");
    let row = json!({ "kind": "debt_collected", "amount": 42_500, "paid": "cash", "partner_id": titip.warung.id });
    let path = format!("/v1/enterprises/{}/cash-book", titip.maker.id);
    titip.maker.owner.client.post(&format!("{path}/preview"), row.clone()).expect_problem(409, "more_than_owed_by_hand");
    titip.maker.owner.client.post(&path, row).expect_problem(409, "more_than_owed_by_hand");
    pay(&titip, &first, 42_500).expect(200);
    assert_eq!((balance(&titip.maker, "receivable:partner"), balance(&titip.warung, "payable:partner")), (0, 0));
    ask(&titip, more).expect(201);
}

#[test]
fn what_the_maker_owes_for_something_else_frees_no_limit() {
    let app = TestApp::start();
    let titip = titip(&app);
    buys(&titip, 0, 50_000);
    let first = bought(&titip, "credit", 5);
    let stall = crate::stalls::joined(&titip.warung, &titip.maker);
    let day = crate::stalls::told(&titip.maker, &stall, "2026-11-24", 350_000);
    let books = |titip: &Titip| ["receivable:partner", "payable:partner"].map(|account| balance(&titip.maker, account));
    assert_eq!(books(&titip), [42_500, -50_000]);
    let mut more = list(&titip, "outright", 5);
    more["payment"] = json!("credit");
    ask(&titip, more.clone()).expect_problem(409, "over_credit_limit");
    let paid = json!({ "method": "cash" });
    titip.warung.owner.client.post(&format!("/v1/stall-days/{day}/pay"), paid).expect(200);
    ask(&titip, more.clone()).expect_problem(409, "over_credit_limit");
    pay(&titip, &first, 42_500).expect(200);
    ask(&titip, more).expect(201);
}

#[test]
fn outright_goods_are_the_warungs_own_for_money_or_within_the_limit() {
    let app = TestApp::start();
    let titip = titip(&app);
    ask(&titip, list(&titip, "outright", 5)).expect_problem(400, "invalid_input");
    let mut credit = list(&titip, "outright", 5);
    credit["payment"] = json!("credit");
    ask(&titip, credit.clone()).expect_problem(409, "no_restock_agreement");
    buys(&titip, 0, 50_000);
    let mut many = credit.clone();
    many["lines"][0]["quantity"] = json!(6);
    ask(&titip, many).expect_problem(409, "over_credit_limit");
    let asked = ask(&titip, credit).expect(201);
    assert_eq!(asked["total"], 42_500);
    let id = text(&asked["id"]);
    by_maker(&titip, &id, "answer", json!({ "answer": "accept" })).expect(200);
    by_maker(&titip, &id, "deliver", json!({})).expect(200);
    titip.warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), json!({})).expect(200);
    assert_eq!(titip.stock(), (95, 0, 5));
    assert_eq!((balance(&titip.maker, "receivable:partner"), balance(&titip.warung, "payable:partner")), (42_500, -42_500));
    let withdrawn = text(&ask(&titip, list(&titip, "consignment", 4)).expect(201)["id"]);
    by_maker(&titip, &withdrawn, "answer", json!({ "answer": "accept" })).expect(200);
    titip.warung.owner.client.post(&format!("/v1/restocks/{withdrawn}/withdraw"), json!({ "reason": "Penuh" })).expect(200);
    assert_eq!(app.available(&titip.product), 95, "free again");
}

#[test]
fn par_levels_and_suggestions_tell_what_is_missing_and_why() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    let id = titip.leave(20);
    let levels = format!("/v1/enterprises/{}/par-levels", titip.warung.id);
    let par = json!({ "maker_id": titip.maker.id, "basis": "consignment", "ask": "par_levels" });
    ask(&titip, par.clone()).expect_problem(409, "nothing_to_ask");
    titip.warung.owner.client.put(&levels, json!({ "lines": [{ "pack_id": titip.pack, "quantity": 25 }] })).expect(200);
    titip.maker.owner.client.put(&levels, json!({ "lines": [] })).expect(404);
    let asked = ask(&titip, par.clone()).expect(201);
    assert_eq!(asked["lines"][0]["asked"], 5);
    ask(&titip, par.clone()).expect_problem(409, "nothing_to_ask");
    by_maker(&titip, &text(&asked["id"]), "answer", json!({ "answer": "accept", "lines": [{ "pack_id": titip.pack, "quantity": 3 }] }))
        .expect(200);
    let note = text(&titip.offer(1).expect(201)["id"]);
    let rest = ask(&titip, par).expect(201);
    assert_eq!(rest["lines"][0]["asked"], 1, "twenty are there, three are promised and one is offered");
    titip.warung.owner.client.post(&format!("/v1/restocks/{}/withdraw", text(&rest["id"])), json!({ "reason": "Cukup" })).expect(200);
    titip.warung.owner.client.post(&format!("/v1/restocks/{}/withdraw", text(&asked["id"])), json!({ "reason": "Cukup" })).expect(200);
    titip.maker.owner.client.post(&format!("/v1/consignment-notes/{note}/withdraw"), json!({ "reason": "Cukup" })).expect(200);
    app.advance(Duration::days(3));
    let (maker, warung) = (app.awake(&titip.maker.owner), app.awake(&titip.warung.owner));
    titip.visit(&maker, &id, "hp-1", (8, 0, 0, 0), 0).expect(201);
    let path = format!("/v1/enterprises/{}/restock-suggestions/{}", titip.warung.id, titip.maker.id);
    let told = warung.client.get(&path).expect(200);
    assert_eq!(
        (&told["from"], &told["to"], &told["days"], &told["visits"]),
        (&json!("2026-11-24"), &json!("2026-11-27"), &json!(4), &json!(1))
    );
    assert_eq!((&told["next_visit_on"], &told["days_to_next_visit"]), (&json!("2026-11-28"), &json!(1)));
    let line = &told["lines"][0];
    assert_eq!((&line["sold"], &line["needed"], &line["on_hand"], &line["suggested"]), (&json!(12), &json!(3), &json!(8), &json!(0)));
    app.buyer("Orang lain").client.get(&path).expect(404);
}

#[test]
fn what_sells_faster_than_it_lasts_is_suggested_less_what_is_coming() {
    let app = TestApp::start();
    let mut by = terms(1_000_000, "anytime", "provider");
    by["visit_days"] = json!(["monday"]);
    let titip = titip_by(&app, by);
    let id = titip.leave(20);
    app.advance(Duration::days(3));
    let titip = titip.awake(&app);
    titip.visit(&titip.maker.owner, &id, "hp-1", (8, 0, 0, 0), 0).expect(201);
    let path = format!("/v1/enterprises/{}/restock-suggestions/{}", titip.warung.id, titip.maker.id);
    let told = || {
        let line = titip.warung.owner.client.get(&path).expect(200)["lines"][0].clone();
        ["sold", "needed", "on_hand", "coming", "suggested"].map(|field| line[field].as_i64().expect("a number"))
    };
    // Twelve in four days, and three days to go.
    assert_eq!(told(), [12, 9, 8, 0, 1]);
    titip.till("k", 4).expect(201);
    assert_eq!(told(), [16, 12, 4, 0, 8]);
    ask(&titip, list(&titip, "consignment", 5)).expect(201);
    assert_eq!(told(), [16, 12, 4, 5, 3]);
}

#[test]
fn a_restock_is_owed_once_it_is_accepted_on_an_agreed_day_and_met_when_the_warung_says_that_it_came() {
    let app = TestApp::start();
    let titip = titip(&app);
    let agreement = buys(&titip, 0, 1_000_000);
    let of = |titip: &Titip| kept(&titip.maker.owner, &agreement, &titip.maker, "delivery");
    let wanted = |day: &str| {
        let mut body = list(&titip, "outright", 1);
        (body["payment"], body["wanted_on"]) = (json!("credit"), json!(day));
        ask(&titip, body)
    };
    wanted("2026-11-23").expect_problem(400, "invalid_input");
    wanted("2027-02-23").expect_problem(400, "invalid_input");
    // It is brought on Wednesdays.
    let asked = wanted("2026-11-26").expect(201);
    assert_eq!((&asked["wanted_on"], &asked["due_on"]), (&json!("2026-11-26"), &json!("2026-12-02")));
    let ignored = wanted("2026-11-25").expect(201);
    assert_eq!((&ignored["due_on"], of(&titip)), (&json!("2026-11-25"), [0; 5]), "nobody has accepted");
    let id = text(&asked["id"]);
    by_maker(&titip, &id, "answer", json!({ "answer": "accept" })).expect(200);
    assert_eq!(of(&titip), [1, 0, 0, 0, 0]);
    app.advance(Duration::days(8));
    let titip = titip.awake(&app);
    by_maker(&titip, &id, "deliver", json!({})).expect(200);
    assert_eq!(of(&titip), [1, 0, 0, 0, 0], "not by her word alone");
    let late = by_maker(&titip, &text(&ignored["id"]), "answer", json!({ "answer": "accept" })).expect(200);
    assert_eq!(late["due_on"], "2026-12-02", "the agreed day after that has come");
    app.advance(Duration::days(2));
    let titip = titip.awake(&app);
    let confirm = |id: &str, at: Value| titip.warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), json!({ "received_at": at }));
    confirm(&id, json!("2026-11-23T03:00:00Z")).expect_problem(400, "invalid_input");
    confirm(&id, json!("2026-12-02T03:00:00Z")).expect(200);
    assert_eq!(of(&titip), [1, 1, 0, 0, 0], "it came on Wednesday, whenever that is keyed in");
    assert_eq!(kept(&titip.maker.owner, &agreement, &titip.warung, "payment"), [1, 0, 0, 0, 0]);
    by_maker(&titip, &text(&ignored["id"]), "deliver", json!({})).expect(200);
    confirm(&text(&ignored["id"]), Value::Null).expect(200);
    assert_eq!(of(&titip), [0, 1, 1, 0, 2], "two days late");
}

#[test]
fn what_comes_short_of_what_was_accepted_keeps_no_promise() {
    let app = TestApp::start();
    let titip = titip(&app);
    let agreement = buys(&titip, 0, 1_000_000);
    let of = |titip: &Titip| kept(&titip.maker.owner, &agreement, &titip.maker, "delivery");
    let [whole, short, none, late] = [10, 1, 0, 9].map(|came| (delivered(&titip, "credit", 10), came));
    let count = |titip: &Titip, (id, came): &(String, i64)| {
        let counted = json!({ "lines": [{ "pack_id": titip.pack, "quantity": came }] });
        titip.warung.owner.client.post(&format!("/v1/restocks/{id}/confirm"), counted).expect(200)
    };
    assert_eq!((of(&titip), app.available(&titip.product)), ([4, 0, 0, 0, 0], 60));
    // They are brought on Wednesdays.
    app.advance(Duration::days(1));
    let titip = titip.awake(&app);
    for restock in [&whole, &short, &none] {
        count(&titip, restock);
    }
    assert_eq!(of(&titip), [1, 1, 0, 2, 0], "one of ten, and none of ten");
    app.advance(Duration::days(2));
    let titip = titip.awake(&app);
    count(&titip, &late);
    assert_eq!(of(&titip), [0, 1, 1, 2, 2]);
    assert_eq!(app.available(&titip.product), 80, "what did not come is free again");
}

#[test]
fn a_standing_reorder_tells_its_own_reasons_and_all_are_listed_page_by_page() {
    let app = TestApp::start();
    let titip = titip(&app);
    buys(&titip, 20_000, 1_000_000);
    let path = format!("/v1/enterprises/{}/restock-templates", titip.warung.id);
    let keep = |basis: &str, payment: Value| {
        let lines = json!([{ "pack_id": titip.pack, "quantity": 2 }]);
        let body = json!({ "maker_id": titip.maker.id, "basis": basis, "payment": payment, "days": ["wednesday"], "lines": lines });
        titip.warung.owner.client.post(&path, body)
    };
    keep("outright", Value::Null).expect_problem(400, "invalid_input");
    keep("consignment", json!("cash")).expect_problem(400, "invalid_input");
    let small = text(&keep("outright", json!("credit")).expect(201)["id"]);
    let other = text(&keep("consignment", Value::Null).expect(201)["id"]);
    app.advance(Duration::days(1));
    app.run_jobs();
    let warung = app.awake(&titip.warung.owner);
    let runs = warung.client.get(&format!("/v1/restock-templates/{small}/runs")).expect(200);
    assert_eq!(runs["items"][0]["reason"], "below_minimum");
    let first = warung.client.get(&format!("{path}?limit=1")).expect(200);
    assert_eq!(first["items"][0]["id"], other.as_str());
    let rest = warung.client.get(&format!("{path}?limit=1&cursor={}", text(&first["next_cursor"]))).expect(200);
    assert_eq!((&rest["items"][0]["id"], &rest["next_cursor"]), (&json!(small), &Value::Null));
}

#[test]
fn a_standing_reorder_is_made_once_for_each_of_its_days_or_says_why_not() {
    let app = TestApp::start();
    let titip = titip(&app);
    let body = json!({
        "maker_id": titip.maker.id, "basis": "consignment", "days": ["wednesday", "friday"], "lines": [{ "pack_id": titip.pack, "quantity": 10 }],
    });
    let kept = titip.warung.owner.client.post(&format!("/v1/enterprises/{}/restock-templates", titip.warung.id), body).expect(201);
    let runs = format!("/v1/restock-templates/{}/runs", text(&kept["id"]));
    app.run_jobs();
    assert_eq!(titip.warung.owner.client.get(&runs).expect(200)["items"], json!([]), "its day is to come");
    app.advance(Duration::days(1));
    app.run_jobs();
    app.run_jobs();
    let warung = app.awake(&titip.warung.owner);
    let told = warung.client.get(&runs).expect(200);
    assert_eq!(
        (told["items"].as_array().map(Vec::len), &told["items"][0]["day"], &told["items"][0]["reason"]),
        (Some(1), &json!("2026-11-25"), &Value::Null)
    );
    let made = warung.client.get(&format!("/v1/restocks/{}", text(&told["items"][0]["restock_id"]))).expect(200);
    assert_eq!((&made["asked_as"], &made["wanted_on"], &made["lines"][0]["asked"]), (&json!("standing"), &json!("2026-11-25"), &json!(10)));

    let maker = app.awake(&titip.maker.owner);
    maker.client.post(&format!("/v1/products/{}/pause", titip.product), json!({})).expect(200);
    app.advance(Duration::days(2));
    app.run_jobs();
    let warung = app.awake(&titip.warung.owner);
    let told = warung.client.get(&runs).expect(200);
    assert_eq!((&told["items"][0]["day"], &told["items"][0]["reason"]), (&json!("2026-11-27"), &json!("not_for_sale")));
    // The house was closed for a week: the days that passed say so, and none is made twice.
    app.advance(Duration::days(7));
    app.run_jobs();
    let warung = app.awake(&titip.warung.owner);
    let told = warung.client.get(&runs).expect(200);
    let reasons: Vec<String> = told["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|run| format!("{} {}", text(&run["day"]), run["reason"].as_str().unwrap_or("made")))
        .collect();
    assert_eq!(reasons, ["2026-12-04 not_for_sale", "2026-12-02 day_passed", "2026-11-27 not_for_sale", "2026-11-25 made"]);
    let stopped = warung.client.post(&format!("/v1/restock-templates/{}/stop", text(&kept["id"])), json!({})).expect(200);
    assert_eq!(stopped["active"], false);
    app.advance(Duration::days(5));
    app.run_jobs();
    let warung = app.awake(&titip.warung.owner);
    assert_eq!(warung.client.get(&runs).expect(200)["items"].as_array().map(Vec::len), Some(4));
    let all = warung.client.get(&format!("/v1/enterprises/{}/restock-templates", titip.warung.id)).expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
}

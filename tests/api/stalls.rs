//! Stalls that two share: what a day comes to by the agreement, in both books, once, paid or taken back.

use chrono::Duration;
use serde_json::{Value, json};

use crate::agreements::{assisted, offered, proposal};
use crate::consignment::balance;
use crate::obligations::kept;
use crate::support::{Answer, Shop, TestApp, Village};

/// A stall at Rp20.000 a day, of which its holder bears a quarter; a tenth of what the other takes is hers.
pub fn joined(provider: &Shop, receiver: &Shop) -> String {
    let terms = json!({
        "kind": "joint_stall", "place": "Alun-alun Cisurupan", "days": ["tuesday", "sunday"], "stall_cost": 20_000, "provider_bears": 2_500,
        "provider_share": 1_000,
    });
    let id = offered(&provider.owner, provider, receiver, proposal(terms));
    receiver.owner.client.post(&format!("/v1/agreements/{id}/accept"), json!({ "number": 1 })).expect(200);
    id
}

pub fn told(by: &Shop, stall: &str, day: &str, takings: i64) -> String {
    tell(by, stall, day, takings).expect(201)["id"].as_str().expect("an id").to_owned()
}

fn tell(by: &Shop, stall: &str, day: &str, takings: i64) -> Answer {
    by.owner.client.post(&format!("/v1/agreements/{stall}/stall-days"), json!({ "day": day, "takings": takings }))
}

fn on(by: &Shop, day: &str, act: &str, body: Value) -> Answer {
    by.owner.client.post(&format!("/v1/stall-days/{day}/{act}"), body)
}

fn awake(app: &TestApp, shop: &Shop) -> Shop {
    Shop { id: shop.id.clone(), owner: app.awake(&shop.owner) }
}

fn state(day: &Value) -> &str {
    day["state"].as_str().expect("a state")
}

fn office(app: &TestApp, village: &Village, shop: &Shop, act: &str, body: Value) {
    app.awake(&village.admin).client.post(&format!("/v1/enterprises/{}/{act}", shop.id), body).expect(200);
}

#[test]
fn a_day_is_settled_by_the_agreement_in_both_books_and_paid_by_the_next() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (holder, joiner) = (app.home_industry(&village, "Keripik"), app.shop(&village, "warung", "Warung Pojok"));
    let stall = joined(&holder, &joiner);
    let body = json!({ "day": "2026-11-24", "takings": 155_555 });
    let path = format!("/v1/agreements/{stall}/stall-days");
    let day = joiner.owner.client.post_once(&path, body.clone(), "lapak-1").expect(201);
    let again = joiner.owner.client.post_once(&path, body, "lapak-1");
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!((&day["share"], &day["cost_part"], &day["owed"]), (&json!(15_555), &json!(15_000), &json!(30_555)));
    assert_eq!((state(&day), &day["due_on"], &day["agreement_version"]), ("owed", &json!("2026-11-29"), &json!(1)));
    let id = day["id"].as_str().expect("an id");
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (30_555, -30_555));
    assert_eq!((balance(&holder, "income:other"), balance(&joiner, "cost:other")), (-30_555, 30_555));
    assert_eq!(kept(&joiner.owner, &stall, &joiner, "payment"), [1, 0, 0, 0, 0]);
    let income = holder.owner.client.get(&format!("/v1/enterprises/{}/income", holder.id)).expect(200);
    let revenue = &income["total"]["revenue"];
    assert_eq!((&revenue["recorded"], &revenue["system"]), (&json!(30_555), &json!(0)), "one person's word is no proof");

    tell(&joiner, &stall, "2026-11-24", 1).expect_problem(409, "stall_day_told");
    on(&joiner, id, "withdraw", json!({ "reason": "Salah" })).expect_problem(403, "forbidden");
    let stranger = app.home_industry(&village, "Dodol");
    tell(&stranger, &stall, "2026-11-24", 1).expect_problem(404, "not_found");
    stranger.owner.client.get(&path).expect_problem(404, "not_found");
    stranger.owner.client.get(&format!("/v1/stall-days/{id}")).expect_problem(404, "not_found");
    stranger.owner.client.get(&format!("/v1/stall-days/{id}/history")).expect_problem(404, "not_found");

    app.advance(Duration::days(5));
    let (holder, joiner) = (awake(&app, &holder), awake(&app, &joiner));
    assert_eq!(state(&on(&holder, id, "pay", json!({ "method": "cash" })).expect(200)), "paid");
    on(&holder, id, "pay", json!({ "method": "cash" })).expect_problem(409, "stall_day_wrong_state");
    on(&holder, id, "withdraw", json!({ "reason": "Salah" })).expect_problem(409, "stall_day_wrong_state");
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (0, 0));
    assert_eq!((balance(&holder, "cash:seller"), balance(&joiner, "cash:seller")), (30_555, -30_555));
    assert_eq!(kept(&joiner.owner, &stall, &joiner, "payment"), [0, 1, 0, 0, 0], "by Sunday, the next day of the stall");
    app.run_jobs();
}

#[test]
fn what_the_holder_tells_waits_for_the_word_of_who_took_it() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (holder, joiner) = (app.home_industry(&village, "Keripik"), assisted(&village, "Opak Mak Icih"));
    let stall = joined(&holder, &joiner);
    let proposed = tell(&holder, &stall, "2026-11-24", 900_000).expect(201);
    assert_eq!((state(&proposed), &proposed["due_on"]), ("proposed", &Value::Null));
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (0, 0));
    let id = proposed["id"].as_str().expect("an id");
    on(&holder, id, "confirm", json!({})).expect_problem(403, "forbidden");
    on(&joiner, id, "pay", json!({ "method": "cash" })).expect_problem(409, "stall_day_wrong_state");
    tell(&joiner, &stall, "2026-11-24", 90_000).expect_problem(409, "stall_day_told");
    on(&holder, id, "refuse", json!({ "reason": "Saya" })).expect_problem(403, "forbidden");
    assert_eq!(state(&on(&joiner, id, "refuse", json!({ "reason": "Kelebihan nol" })).expect(200)), "refused");

    let right = tell(&holder, &stall, "2026-11-24", 90_000).expect(201);
    let right = right["id"].as_str().expect("an id");
    let confirmed = on(&joiner, right, "confirm", json!({})).expect(200);
    assert_eq!((state(&confirmed), &confirmed["owed"], &confirmed["due_on"]), ("owed", &json!(24_000), &json!("2026-11-29")));
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (24_000, -24_000));
    on(&joiner, right, "confirm", json!({})).expect_problem(409, "stall_day_wrong_state");
    let history = holder.owner.client.get(&format!("/v1/stall-days/{right}/history")).expect(200);
    let moves: Vec<(&str, &Value)> = history["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| (item["to"].as_str().expect("a state"), &item["on_behalf_of"]))
        .collect();
    assert_eq!(moves, [("proposed", &Value::Null), ("owed", &json!(joiner.id))]);
    let refused = holder.owner.client.get(&format!("/v1/stall-days/{id}/history")).expect(200);
    assert_eq!(refused["items"][1]["reason"], "Kelebihan nol");

    let days = holder.owner.client.get(&format!("/v1/agreements/{stall}/stall-days?limit=1")).expect(200);
    assert_eq!(days["items"][0]["id"], right);
    let cursor = days["next_cursor"].as_str().expect("more");
    let rest = holder.owner.client.get(&format!("/v1/agreements/{stall}/stall-days?cursor={cursor}")).expect(200);
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["items"][0]["id"]), (Some(1), &json!(id)));
    app.run_jobs();
}

#[test]
fn a_payment_was_made_on_the_day_its_payer_said() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (holder, joiner) = (app.home_industry(&village, "Keripik"), app.shop(&village, "warung", "Warung Pojok"));
    let stall = joined(&holder, &joiner);
    let day = told(&joiner, &stall, "2026-11-24", 100_000);
    on(&joiner, &day, "pay", json!({ "method": "cash", "on": "2026-11-23" })).expect_problem(400, "invalid_input");
    on(&joiner, &day, "pay", json!({ "method": "cash", "on": "2026-11-25" })).expect_problem(400, "invalid_input");
    assert_eq!(state(&on(&joiner, &day, "pay", json!({ "method": "cash" })).expect(200)), "claimed");
    assert_eq!(balance(&joiner, "payable:partner"), -25_000, "before the holder has said that she has it");
    on(&holder, &day, "withdraw", json!({ "reason": "Salah" })).expect_problem(409, "stall_day_wrong_state");
    on(&joiner, &day, "refuse-payment", json!({ "reason": "Salah" })).expect_problem(403, "forbidden");
    let refused = on(&holder, &day, "refuse-payment", json!({ "reason": "Belum masuk" })).expect(200);
    assert_eq!((state(&refused), &refused["paid_on"], &refused["method"]), ("owed", &Value::Null, &Value::Null));

    app.advance(Duration::days(2));
    let (holder, joiner) = (awake(&app, &holder), awake(&app, &joiner));
    on(&joiner, &day, "pay", json!({ "method": "transfer", "on": "2026-11-25" })).expect(200);
    app.advance(Duration::days(40));
    app.run_jobs();
    let (holder, joiner) = (awake(&app, &holder), awake(&app, &joiner));
    assert_eq!(kept(&joiner.owner, &stall, &joiner, "payment"), [0, 0, 0, 1, 0], "as long as the holder says nothing");
    let paid = on(&holder, &day, "pay", json!({ "method": "transfer" })).expect(200);
    assert_eq!((state(&paid), &paid["paid_on"]), ("paid", &json!("2026-11-25")));
    assert_eq!(kept(&joiner.owner, &stall, &joiner, "payment"), [0, 1, 0, 0, 0]);
    assert_eq!((balance(&holder, "bank"), balance(&joiner, "payable:partner")), (25_000, 0));
    app.run_jobs();
}

#[test]
fn only_a_day_that_was_agreed_on_is_told_and_a_wrong_one_was_never_owed() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (holder, joiner) = (app.home_industry(&village, "Keripik"), app.shop(&village, "warung", "Warung Pojok"));
    let stall = joined(&holder, &joiner);
    tell(&joiner, &stall, "2026-11-22", 1).expect_problem(409, "stall_day_not_agreed");
    tell(&joiner, &stall, "2026-11-29", 1).expect_problem(400, "invalid_input");
    tell(&joiner, &stall, "2026-10-20", 1).expect_problem(400, "invalid_input");
    let wrong = told(&joiner, &stall, "2026-11-24", 900_000);

    app.advance(Duration::days(7));
    let (holder, joiner) = (awake(&app, &holder), awake(&app, &joiner));
    tell(&joiner, &stall, "2026-11-25", 1).expect_problem(409, "stall_day_not_agreed");
    let back = on(&holder, &wrong, "withdraw", json!({ "reason": "Kelebihan nol" })).expect(200);
    assert_eq!(state(&back), "withdrawn");
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (0, 0));
    assert_eq!(kept(&holder.owner, &stall, &joiner, "payment"), [0; 5], "after its day as before it");
    let right = tell(&joiner, &stall, "2026-11-24", 90_000).expect(201);
    assert_eq!((&right["share"], &right["due_on"]), (&json!(9_000), &json!("2026-12-06")), "told on a Tuesday, the next day is Sunday");

    // Who the village has stopped writes into nobody's books; what is owed is paid all the same.
    office(&app, &village, &joiner, "suspend", json!({ "reason": "Diperiksa" }));
    tell(&joiner, &stall, "2026-12-01", 1).expect_problem(409, "partners_not_trading");
    tell(&holder, &stall, "2026-12-01", 1).expect_problem(409, "partners_not_trading");
    on(&holder, right["id"].as_str().expect("an id"), "pay", json!({ "method": "cash" })).expect(200);
    office(&app, &village, &joiner, "reinstate", json!({}));

    // The terms of a day are those in force when it ended, of whichever agreement, and a day is told once.
    let next = free(&holder, &joiner);
    tell(&joiner, &stall, "2026-12-01", 80_000).expect_problem(409, "stall_day_not_agreed");
    let nothing = tell(&joiner, &next, "2026-12-01", 0).expect(201);
    assert_eq!((state(&nothing), &nothing["owed"]), ("settled", &json!(0)));
    tell(&joiner, &next, "2026-11-24", 80_000).expect_problem(409, "stall_day_not_agreed");
    on(&holder, nothing["id"].as_str().expect("an id"), "withdraw", json!({ "reason": "Ada hasilnya" })).expect(200);
    let again = tell(&holder, &next, "2026-12-01", 0).expect(201);
    assert_eq!(state(&on(&joiner, again["id"].as_str().expect("an id"), "confirm", json!({})).expect(200)), "settled");
    app.run_jobs();
}

/// A stall that costs nothing, of whose takings the holder gets a tenth.
fn free(provider: &Shop, receiver: &Shop) -> String {
    let terms = json!({
        "kind": "joint_stall", "place": "Alun-alun Garut", "days": ["tuesday"], "stall_cost": 0, "provider_bears": 0, "provider_share": 1_000,
    });
    let mut proposal = proposal(terms);
    proposal["starts_on"] = json!("2026-12-01");
    let id = offered(&provider.owner, provider, receiver, proposal);
    receiver.owner.client.post(&format!("/v1/agreements/{id}/accept"), json!({ "number": 1 })).expect(200);
    id
}

#[test]
fn a_day_is_told_and_settled_once_whoever_is_quicker() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (holder, joiner) = (app.home_industry(&village, "Keripik"), app.shop(&village, "warung", "Warung Pojok"));
    let stall = joined(&holder, &joiner);
    let path = format!("/v1/agreements/{stall}/stall-days");
    let body = |takings: i64| json!({ "day": "2026-11-24", "takings": takings });
    let mut statuses = app.at_once([(&joiner.owner, path.clone(), body(10_000)), (&joiner.owner, path.clone(), body(20_000))]);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let day = joiner.owner.client.get(&path).expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    let (pay, back) = (format!("/v1/stall-days/{day}/pay"), format!("/v1/stall-days/{day}/withdraw"));
    let mut statuses =
        app.at_once([(&holder.owner, pay, json!({ "method": "cash" })), (&holder.owner, back, json!({ "reason": "Salah" }))]);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (0, 0));
}

//! Stalls that two share: what a day comes to by the agreement, in both books, once, paid or taken back.

use chrono::Duration;
use serde_json::{Value, json};

use crate::agreements::{assisted, offered, proposal};
use crate::consignment::balance;
use crate::obligations::kept;
use crate::support::{Answer, Shop, TestApp};

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
    assert_eq!((&day["share"], &day["cost_part"], &day["state"]), (&json!(15_555), &json!(15_000), &json!("owed")));
    let id = day["id"].as_str().expect("an id");
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (30_555, -30_555));
    assert_eq!(
        (balance(&holder, "income:other"), balance(&holder, "cost:other"), balance(&joiner, "cost:other")),
        (-15_555, -15_000, 30_555)
    );
    assert_eq!(kept(&joiner.owner, &stall, &joiner, "payment"), [1, 0, 0, 0, 0]);

    tell(&joiner, &stall, "2026-11-24", 1).expect_problem(409, "stall_day_told");
    tell(&holder, &stall, "2026-11-24", 1).expect_problem(403, "forbidden");
    on(&joiner, id, "pay", json!({ "method": "cash" })).expect_problem(403, "forbidden");
    let stranger = app.home_industry(&village, "Dodol");
    tell(&stranger, &stall, "2026-11-24", 1).expect_problem(404, "not_found");
    stranger.owner.client.get(&path).expect_problem(404, "not_found");

    app.advance(Duration::days(5));
    let (holder, joiner) = (awake(&app, &holder), awake(&app, &joiner));
    assert_eq!(on(&holder, id, "pay", json!({ "method": "cash" })).expect(200)["state"], "paid");
    on(&holder, id, "pay", json!({ "method": "cash" })).expect_problem(409, "stall_day_wrong_state");
    on(&holder, id, "withdraw", json!({ "reason": "Salah" })).expect_problem(409, "stall_day_wrong_state");
    assert_eq!((balance(&holder, "receivable:partner"), balance(&joiner, "payable:partner")), (0, 0));
    assert_eq!((balance(&holder, "cash:seller"), balance(&joiner, "cash:seller")), (30_555, -30_555));
    assert_eq!(kept(&joiner.owner, &stall, &joiner, "payment"), [0, 1, 0, 0, 0], "by Sunday, the next day of the stall");
    app.run_jobs();
}

#[test]
fn only_a_day_that_was_agreed_on_is_told_and_a_wrong_one_is_taken_back() {
    let app = TestApp::start();
    let village = app.balewangi();
    let (holder, joiner) = (app.home_industry(&village, "Keripik"), assisted(&village, "Opak Mak Icih"));
    let stall = joined(&holder, &joiner);
    tell(&joiner, &stall, "2026-11-22", 1).expect_problem(409, "stall_day_not_agreed");
    tell(&joiner, &stall, "2026-11-29", 1).expect_problem(400, "invalid_input");
    tell(&joiner, &stall, "2026-10-20", 1).expect_problem(400, "invalid_input");
    let wrong = told(&joiner, &stall, "2026-11-24", 900_000);
    let path = format!("/v1/agreements/{stall}/stall-days");
    on(&joiner, &wrong, "withdraw", json!({ "reason": "Salah" })).expect_problem(403, "forbidden");
    let back = on(&holder, &wrong, "withdraw", json!({ "reason": "Kelebihan nol" })).expect(200);
    assert_eq!((&back["state"], &back["reason"]), (&json!("withdrawn"), &json!("Kelebihan nol")));
    assert_eq!(balance(&holder, "receivable:partner"), 0);
    assert_eq!(kept(&holder.owner, &stall, &joiner, "payment"), [0; 5]);
    told(&joiner, &stall, "2026-11-24", 90_000);
    let days = holder.owner.client.get(&format!("{path}?limit=1")).expect(200);
    assert_eq!((&days["items"][0]["share"], &days["items"][0]["on_behalf_of"]), (&json!(9_000), &json!(joiner.id)));
    let rest = holder.owner.client.get(&format!("{path}?cursor={}", days["next_cursor"].as_str().expect("more"))).expect(200);
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["items"][0]["id"]), (Some(1), &json!(wrong)));

    // A Wednesday is none of the days, and after the agreement there are none.
    app.advance(Duration::days(1));
    let late = awake(&app, &joiner);
    tell(&late, &stall, "2026-11-25", 1).expect_problem(409, "stall_day_not_agreed");
    app.run_jobs();
}

//! Acts at the same moment, by devices whose clocks differ: one visit written down by both sides, the till against a visit, and two
//! that would go beyond the limit together. A hundred rounds each.

use chrono::Duration;
use serde_json::{Value, json};

use crate::consignment::{Titip, terms, titip, titip_by};
use crate::obligations::kept;
use crate::restock::{buys, list};
use crate::support::TestApp;

const ROUNDS: i64 = 100;

/// A little later, with tokens that hold.
fn later(app: &TestApp, titip: Titip) -> Titip {
    app.advance(Duration::minutes(1));
    titip.awake(app)
}

/// A body that says when it happened: so many seconds ago.
fn ago(app: &TestApp, mut body: Value, field: &str, seconds: i64) -> Value {
    body[field] = json!(app.clock.now().after(Duration::seconds(-seconds)));
    body
}

#[test]
fn one_visit_that_both_sides_write_down_at_once_has_one_winner() {
    let app = TestApp::start();
    let mut titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
    titip.stocked(300);
    let id = titip.leave(250);
    let path = format!("/v1/consignments/{id}/visits");
    titip = later(&app, titip);
    for round in 1..=ROUNDS {
        // Each side's device has its own clock, so that either could be the later one.
        let body = |name: &str, seconds: i64| {
            let mut body = titip.visit_body(&format!("{name}-{round}"), (250 - round, 0, 0, 0), 0);
            body["follows"] = titip.last_visit(&id);
            ago(&app, body, "visited_at", seconds)
        };
        let (a, b) = (body("a", 10 + round % 3), body("b", 11));
        let mut statuses = app.at_once([(&titip.maker.owner, &path, a.clone()), (&titip.warung.owner, &path, b.clone())]);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "round {round}");
        let won = titip.last_visit(&id);
        let (loser, body) = if titip.warung.owner.client.get(&format!("{path}?limit=1")).expect(200)["items"][0]["recorded_by"] == "maker" {
            (&titip.warung, b)
        } else {
            (&titip.maker, a)
        };
        let told = loser.owner.client.post(&path, body).expect(409);
        assert_eq!(told["code"], "visit_exists", "round {round}");
        assert!(told["detail"].as_str().is_some_and(|detail| detail.contains(won.as_str().expect("an id"))), "{told}");
        titip = later(&app, titip);
    }
    assert_eq!((titip.stock(), titip.owed(&id)), ((50, 250 - ROUNDS, 0), ROUNDS * 8_000));
}

#[test]
fn the_same_visit_sent_twice_at_once_lands_once() {
    let app = TestApp::start();
    let mut titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
    let id = titip.leave(60);
    let path = format!("/v1/consignments/{id}/visits");
    for round in 1..=ROUNDS / 4 {
        let mut body = titip.visit_body(&format!("hp-{round}"), (60 - round, 0, 0, 0), 0);
        body["follows"] = titip.last_visit(&id);
        let statuses = app.at_once([(&titip.maker.owner, &path, body.clone()), (&titip.maker.owner, &path, body)]);
        assert_eq!(statuses, [201, 201], "round {round}");
        titip = later(&app, titip);
    }
    assert_eq!((titip.stock(), titip.owed(&id)), ((40, 60 - ROUNDS / 4, 0), ROUNDS / 4 * 8_000));
    let visits = titip.maker.owner.client.get(&format!("{path}?limit=100")).expect(200);
    assert_eq!(visits["items"].as_array().map(Vec::len), usize::try_from(ROUNDS / 4).ok());
}

#[test]
fn a_till_against_a_visit_loses_nothing() {
    let app = TestApp::start();
    let mut titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
    titip.stocked(300);
    let id = titip.leave(250);
    let (visits, till) = (format!("/v1/consignments/{id}/visits"), format!("/v1/enterprises/{}/till-sales", titip.warung.id));
    titip = later(&app, titip);
    let mut there = 250;
    for round in 1..=ROUNDS {
        // The visit counts all that is there; the till sells one of it, after that or before.
        let before = round % 2 == 0;
        let sale = json!({ "client_id": format!("k-{round}"), "method": "cash", "lines": [{ "pack_id": titip.pack, "quantity": 1 }] });
        let sale = ago(&app, sale, "sold_at", if before { 20 } else { 10 });
        let mut count = titip.visit_body(&format!("c-{round}"), (there, 0, 0, 0), 0);
        count["follows"] = titip.last_visit(&id);
        let count = ago(&app, count, "visited_at", 15);
        let statuses = app.at_once([(&titip.maker.owner, &visits, count), (&titip.warung.owner, &till, sale)]);
        // What was sold before is in the count, or the count cannot be right: never both.
        let right: &[[u16; 2]] = if before { &[[201, 409], [409, 201]] } else { &[[201, 201]] };
        assert!(right.iter().any(|right| right[..] == statuses[..]), "round {round}: {statuses:?}");
        there -= i64::from(statuses[1] == 201);
        titip = later(&app, titip);
    }
    assert_eq!((titip.stock(), titip.owed(&id)), ((50, there, 0), (250 - there) * 8_000));
}

#[test]
fn two_acts_at_once_never_owe_more_than_was_agreed() {
    let app = TestApp::start();
    let mut titip = titip(&app);
    titip.stocked(5_000);
    let agreement = buys(&titip, 0, 50_000);
    let id = titip.leave(2_500);
    let (asks, visits) = (format!("/v1/enterprises/{}/restocks", titip.warung.id), format!("/v1/consignments/{id}/visits"));
    let mut there = 2_500;
    for round in 1..=ROUNDS {
        let mut ask = list(&titip, "outright", 5);
        ask["payment"] = json!("credit");
        // Two restocks of Rp42.500 each, of which the limit of Rp50.000 allows one.
        let mut statuses = app.at_once([(&titip.warung.owner, &asks, ask.clone()), (&titip.warung.owner, &asks, ask.clone())]);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "round {round}");
        // Two visits of which each puts Rp80.000 on credit, where Rp100.000 may be owed; and one beside a third restock.
        let last = titip.last_visit(&id);
        let body = |name: &str| {
            let mut body = titip.visit_body(&format!("{name}-{round}"), (there - 10, 0, 0, 0), 0);
            body["follows"] = last.clone();
            body
        };
        let mut statuses = app.at_once([(&titip.maker.owner, &visits, body("a")), (&titip.warung.owner, &visits, body("b"))]);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "round {round}");
        there -= 10;
        titip = later(&app, titip);
        let mut more = titip.visit_body(&format!("c-{round}"), (there - 10, 0, 0, 0), 0);
        more["follows"] = titip.last_visit(&id);
        let statuses = app.at_once([(&titip.maker.owner, &visits, more), (&titip.warung.owner, &asks, ask)]);
        assert_eq!(statuses, [409, 409], "round {round}");
        assert_eq!(titip.owed(&id), 80_000, "within the limit of Rp100.000");
        titip
            .maker
            .owner
            .client
            .post(&format!("/v1/consignments/{id}/payments"), json!({ "amount": 80_000, "method": "cash" }))
            .expect(200);
        let newest = titip.warung.owner.client.get(&format!("{asks}?limit=1")).expect(200)["items"][0].clone();
        assert_eq!((&newest["state"], &newest["total"]), (&json!("requested"), &json!(42_500)));
        let newest = newest["id"].as_str().expect("an id");
        titip.warung.owner.client.post(&format!("/v1/restocks/{newest}/withdraw"), json!({ "reason": "Diuji" })).expect(200);
    }
    assert_eq!(kept(&titip.maker.owner, &agreement, &titip.warung, "payment"), [0; 5], "nothing came of them");
}

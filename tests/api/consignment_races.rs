//! Acts at the same moment: two visits, the till against a visit, and two that would go beyond the limit together. A hundred rounds each.

use chrono::Duration;
use serde_json::json;

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

#[test]
fn two_visits_at_once_have_one_winner() {
    let app = TestApp::start();
    let mut titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
    titip.stocked(300);
    let id = titip.leave(250);
    let path = format!("/v1/consignments/{id}/visits");
    for round in 1..=ROUNDS {
        let body = |name: &str| titip.visit_body(&format!("{name}-{round}"), (250 - round, 0, 0, 0), 0);
        let mut statuses = app.at_once([(&titip.maker.owner, &path, body("a")), (&titip.warung.owner, &path, body("b"))]);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "round {round}");
        titip = later(&app, titip);
    }
    assert_eq!((titip.stock(), titip.owed(&id)), ((50, 250 - ROUNDS, 0), ROUNDS * 8_000));
}

#[test]
fn a_till_against_a_visit_loses_nothing() {
    let app = TestApp::start();
    let mut titip = titip_by(&app, terms(1_000_000_000, "anytime", "provider"));
    titip.stocked(300);
    let id = titip.leave(250);
    let (visits, till) = (format!("/v1/consignments/{id}/visits"), format!("/v1/enterprises/{}/till-sales", titip.warung.id));
    for round in 1..=ROUNDS {
        // The visit counts all that is there; the till sells one of it at that moment.
        let sale = json!({ "client_id": format!("k-{round}"), "method": "cash", "lines": [{ "pack_id": titip.pack, "quantity": 1 }] });
        let count = titip.visit_body(&format!("c-{round}"), (251 - round, 0, 0, 0), 0);
        let statuses = app.at_once([(&titip.maker.owner, &visits, count), (&titip.warung.owner, &till, sale)]);
        assert!(matches!(statuses[0], 201 | 409) && statuses[1] == 201, "round {round}: {statuses:?}");
        titip = later(&app, titip);
    }
    assert_eq!((titip.stock(), titip.owed(&id)), ((50, 250 - ROUNDS, 0), ROUNDS * 8_000));
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
        let body = |name: &str| titip.visit_body(&format!("{name}-{round}"), (there - 10, 0, 0, 0), 0);
        let mut statuses = app.at_once([(&titip.maker.owner, &visits, body("a")), (&titip.warung.owner, &visits, body("b"))]);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "round {round}");
        there -= 10;
        titip = later(&app, titip);
        let more = titip.visit_body(&format!("c-{round}"), (there - 10, 0, 0, 0), 0);
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

//! What a village decides for itself.

use kit::db::{Failure, Never};
use people::villages::{self, VillageId};
use serde_json::json;

use crate::support::TestApp;

#[test]
fn a_village_has_settings_from_the_day_it_is_entered_and_its_admin_changes_them() {
    let app = TestApp::start();
    let village = app.balewangi();
    let path = format!("/v1/villages/{}/settings", village.id);
    let admin = &village.admin.client;

    let usual = admin.get(&path);
    assert_eq!(usual.header("etag"), "\"1\"");
    let usual = usual.expect(200);
    assert_eq!(
        (&usual["hotline"], &usual["language"], &usual["qris_amount_filling"], &usual["hours_to_pay"], &usual["days_to_complete"]),
        (&json!(null), &json!("id"), &json!(false), &json!(24), &json!(3))
    );

    let change = json!({ "hotline": "0812-9999-0000", "hours_to_pay": 48, "language": "su" });
    let changed = admin.patch(&path, "\"1\"", change.clone()).expect(200);
    assert_eq!(
        (&changed["hotline"], &changed["hours_to_pay"], &changed["days_to_complete"]),
        (&json!("+6281299990000"), &json!(48), &json!(3))
    );
    admin.patch(&path, "\"1\"", change).expect_problem(412, "stale");

    let kept = admin.patch(&path, "\"2\"", json!({ "qris_amount_filling": true })).expect(200);
    assert_eq!((&kept["hotline"], &kept["qris_amount_filling"]), (&json!("+6281299990000"), &json!(true)));
    let gone = admin.patch(&path, "\"3\"", json!({ "hotline": null })).expect(200);
    assert_eq!((&gone["hotline"], &gone["hours_to_pay"]), (&json!(null), &json!(48)));

    let id: VillageId = village.id.parse().expect("an id");
    let read = app.wait(app.app.db.read(move |conn| Ok::<_, Failure<Never>>(villages::settings(conn, id)?))).expect("settings");
    assert_eq!((read.hours_to_pay.count(), read.qris_amount_filling, read.version), (48, true, 4));
}

#[test]
fn settings_are_bounded_and_their_own_villages() {
    let app = TestApp::start();
    let (village, elsewhere) = (app.balewangi(), app.village("32.05.20.2001"));
    let path = format!("/v1/villages/{}/settings", village.id);
    for wrong in
        [json!({ "hours_to_pay": 0 }), json!({ "hours_to_pay": 169 }), json!({ "days_to_complete": 31 }), json!({ "hotline": "12" })]
    {
        village.admin.client.patch(&path, "\"1\"", wrong).expect_problem(400, "invalid_input");
    }
    village.admin.client.send("PATCH", &path, Some(json!({})), &[]).expect_problem(428, "if_match_missing");
    elsewhere.admin.client.get(&path).expect_problem(404, "not_found");
    elsewhere.admin.client.patch(&path, "\"1\"", json!({})).expect_problem(404, "not_found");
    app.buyer("Sari").client.get(&path).expect_problem(404, "not_found");
}

//! Goods whose cost is known, on consignment: their cost goes where they go, to the rupiah.

use serde_json::{Value, json};

use crate::consignment::{Titip, balance, terms, text, titip_by};
use crate::recipes::{bought, set};
use crate::support::TestApp;

/// A hundred packs at the maker's that were made for `cost`.
pub fn made_for(titip: &Titip, cost: i64) {
    titip.stocked(0);
    bought(&titip.maker, "Singkong", "g", 50_000, cost);
    set(&titip.maker, &titip.pack, "\"0\"", 100, json!([{ "material": "Singkong", "base": "g", "quantity": 50_000 }])).expect(200);
    let production = json!({ "quantity": 100 });
    titip.maker.owner.client.post(&format!("/v1/packs/{}/productions", titip.pack), production).expect(201);
}

/// What the maker's goods at home had cost, those at the warung, those sold, and those that were lost.
pub fn costs(titip: &Titip) -> [i64; 4] {
    ["stock", "stock:consigned", "cost:goods", "cost:spoilage"].map(|account| balance(&titip.maker, account))
}

fn settle(titip: &Titip, visit: &Value, (counted, returned, spoiled): (i64, i64, i64)) -> Value {
    let visit = text(&visit["id"]);
    let dispute = json!({ "answer": "dispute", "lines": [{ "pack_id": titip.pack, "reason": "Belum cocok" }] });
    titip.warung.owner.client.post(&format!("/v1/consignment-visits/{visit}/answer"), dispute).expect(200);
    let right = json!({ "lines": [{ "pack_id": titip.pack, "counted": counted, "returned": returned, "spoiled": spoiled }] });
    titip.maker.owner.client.post(&format!("/v1/consignment-visits/{visit}/settle"), right).expect(200)
}

#[test]
fn cost_goes_with_the_goods_and_what_goes_bad_is_its_owners_loss() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    made_for(&titip, 100_000);
    assert_eq!(costs(&titip), [100_000, 0, 0, 0]);
    let id = titip.leave(40);
    assert_eq!(costs(&titip), [60_000, 40_000, 0, 0]);
    let maker = &titip.maker.owner;
    titip.visit(maker, &id, "a", (13, 2, 1, 25), 0).expect(201);
    assert_eq!(costs(&titip), [37_000, 38_000, 24_000, 1_000]);
    titip.till("k", 3).expect(201);
    assert_eq!(costs(&titip), [37_000, 35_000, 27_000, 1_000]);
    let note = text(&titip.offer(7).expect(201)["id"]);
    titip.receive(&note, 5).expect(200);
    assert_eq!(costs(&titip), [32_000, 40_000, 27_000, 1_000], "what is missing is still hers");
    maker.client.post(&format!("/v1/consignment-notes/{note}/missing"), json!({ "missing": "lost" })).expect(200);
    assert_eq!(costs(&titip), [30_000, 40_000, 27_000, 3_000]);
    app.advance(chrono::Duration::minutes(5));
    titip.visit(maker, &id, "b", (0, 30, 0, 0), 0).expect(201);
    assert_eq!((titip.stock(), costs(&titip)), ((60, 0, 0), [60_000, 0, 37_000, 3_000]), "nothing there, no cost there");
}

#[test]
fn what_goes_bad_at_the_warungs_expense_was_sold_to_her() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "receiver"));
    made_for(&titip, 100_000);
    let id = titip.leave(40);
    let visit = titip.visit(&titip.maker.owner, &id, "a", (13, 2, 3, 0), 0).expect(201);
    assert_eq!((&visit["lines"][0]["sold"], &visit["lines"][0]["spoilage_due"]), (&json!(22), &json!(24_000)));
    assert_eq!(costs(&titip), [62_000, 13_000, 25_000, 0], "her loss is none of the maker's");
    assert_eq!((titip.owed(&id), balance(&titip.warung, "cost:spoilage")), (22 * 8_000 + 24_000, 24_000));
    settle(&titip, &visit, (13, 2, 1));
    assert_eq!(costs(&titip), [62_000, 13_000, 25_000, 0], "it was sold to others and not to her");
    assert_eq!((titip.owed(&id), balance(&titip.warung, "cost:spoilage")), (24 * 8_000 + 8_000, 8_000));
}

#[test]
fn a_visit_put_right_puts_cost_right_too_to_the_last_rupiah() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    made_for(&titip, 100_037);
    let id = titip.leave(40);
    assert_eq!(costs(&titip), [60_023, 40_014, 0, 0]);
    let visit = titip.visit(&titip.maker.owner, &id, "a", (13, 2, 1, 0), 0).expect(201);
    let before = costs(&titip);
    assert_eq!(before.iter().sum::<i64>(), 100_037);
    settle(&titip, &visit, (15, 4, 2));
    assert_eq!(titip.stock(), (64, 15, 0));
    let after = costs(&titip);
    assert_eq!(after.iter().sum::<i64>(), 100_037, "what was made for it, neither more nor less");
    assert_eq!([0, 1, 2, 3].map(|at| (after[at] - before[at] + 500).div_euclid(1_000)), [2, 2, -5, 1]);
    let journal = titip.maker.owner.client.get(&format!("/v1/enterprises/{}/journal?limit=100", titip.maker.id)).expect(200);
    let entries = journal["items"].as_array().expect("items").clone();
    let undone = entries.iter().find(|entry| text(&entry["reference"]).ends_with(":2:cost_sold")).expect("the cost that comes back");
    assert_eq!((&undone["movement"], undone["postings"].as_array().map(Vec::len)), (&json!("cost_of_goods"), Some(2)));

    // And the other way round: fewer stood there, went back and were spoiled than was said.
    app.advance(chrono::Duration::minutes(5));
    let visit = titip.visit(&titip.maker.owner, &id, "b", (9, 3, 2, 0), 0).expect(201);
    settle(&titip, &visit, (8, 1, 0));
    assert_eq!((titip.stock(), costs(&titip).iter().sum::<i64>()), ((65, 8, 0), 100_037));
    app.advance(chrono::Duration::minutes(5));
    titip.visit(&titip.maker.owner, &id, "c", (0, 0, 0, 0), 0).expect(201);
    assert_eq!((titip.stock().1, costs(&titip)[1]), (0, 0), "nothing there, no cost there");
    let taken = json!({ "lines": [{ "pack_id": titip.pack, "counted": 0 }] });
    titip.maker.owner.client.post(&format!("/v1/enterprises/{}/stocktakes", titip.maker.id), taken).expect(201);
    assert_eq!(costs(&titip)[0], 0, "nothing at home, no cost at home");
    assert_eq!(costs(&titip).iter().sum::<i64>(), 100_037);
}

#[test]
fn goods_without_a_known_cost_cost_nothing_wherever_they_go() {
    let app = TestApp::start();
    let titip = titip_by(&app, terms(1_000_000, "anytime", "provider"));
    made_for(&titip, 100_000);
    // Twenty more were counted in by hand: of the hundred and twenty, a hundred have a cost, and those leave first.
    titip.stocked(120);
    let id = titip.leave(110);
    assert_eq!(costs(&titip), [0, 100_000, 0, 0]);
    let visit = titip.visit(&titip.maker.owner, &id, "a", (0, 4, 6, 0), 0).expect(201);
    assert_eq!(costs(&titip), [4_000, 0, 90_000, 6_000]);
    settle(&titip, &visit, (0, 0, 0));
    assert_eq!((titip.stock(), costs(&titip)), ((10, 0, 0), [0, 0, 100_000, 0]));
}

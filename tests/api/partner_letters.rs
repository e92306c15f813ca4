//! Who is told what about dealings between enterprises: by letters, spoken over SMTP to a real listener.

use chrono::Duration;
use serde_json::json;

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::mail::Postbox;
use crate::supplier_orders::sent;
use crate::supply::item;
use crate::support::{Person, Shop, TestApp, Wishes};

/// How many letters with this subject came to a person.
fn letters(postbox: &Postbox, to: &Person, subject: &str) -> usize {
    let addressed = format!("{}@desa.example", to.phone);
    postbox.letters().iter().filter(|letter| letter.contains(&addressed) && letter.contains(&format!("Subject: {subject}"))).count()
}

fn with_mail() -> (Postbox, TestApp) {
    let postbox = Postbox::open();
    let app = TestApp::with(Wishes { smtp_url: Some(postbox.url.clone()), ..Wishes::default() });
    (postbox, app)
}

#[test]
fn a_new_price_is_told_to_those_who_wait_for_the_goods_and_to_nobody_else() {
    let (postbox, app) = with_mail();
    let Dealing { supplier, maker, village } = dealing(&app);
    let idle = app.home_industry(&village, "Dodol Balewangi");
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    for buyer in [&maker, &idle] {
        supplied(&supplier, buyer, supply_terms(500_000));
    }
    let order = sent(&maker, &supplier, &[(&cassava, 50)], "cash");
    let price =
        |amount: i64| supplier.owner.client.post(&format!("/v1/supply-items/{cassava}/prices"), json!({ "price": amount })).expect(200);
    price(3_500);
    app.run_jobs();
    let told = |who: &Shop| letters(&postbox, &who.owner, "Harga bahan Pemasok Singkong Papandayan berubah");
    assert_eq!((told(&maker), told(&idle), told(&supplier)), (1, 0, 0));
    let seen = maker.owner.client.get(&format!("/v1/supplier-orders/{order}")).expect(200);
    assert_eq!(seen["total"], 150_000, "what was sent keeps its price");
    supplier
        .owner
        .client
        .post(&format!("/v1/supplier-orders/{order}/answer"), json!({ "answer": "reject", "reason": "Habis" }))
        .expect(200);
    price(4_000);
    app.run_jobs();
    assert_eq!(told(&maker), 1, "she waits for nothing any more");
}

#[test]
fn every_member_is_told_what_became_of_a_joint_buy() {
    let (postbox, app) = with_mail();
    let Dealing { supplier, maker, village } = dealing(&app);
    let members = [maker, app.home_industry(&village, "Dodol Balewangi"), app.home_industry(&village, "Rengginang Mekar")];
    let sack = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    supplied(&supplier, &members[0], supply_terms(0));
    let opened = |minimum: i64, extensions: i64| {
        let body = json!({
            "supplier_id": supplier.id, "members": [members[1].id, members[2].id], "cut_off": "2026-11-25T10:00:00Z", "minimum": minimum,
            "delivery_cost": 0, "split": "evenly", "extend_days": 1, "extensions": extensions,
        });
        let made = members[0].owner.client.post(&format!("/v1/enterprises/{}/joint-buys", members[0].id), body).expect(201);
        let id = made["joint_buy"]["id"].as_str().expect("an id").to_owned();
        let want = json!({ "member_id": members[1].id, "item_id": sack, "wanted": 50_000, "tolerance": 0 });
        members[1].owner.client.post(&format!("/v1/joint-buys/{id}/wants"), want).expect(200);
        id
    };
    opened(0, 0);
    opened(900_000, 1);
    let off = opened(0, 0);
    members[0].owner.client.post(&format!("/v1/joint-buys/{off}/call-off"), json!({ "reason": "Pemasok libur" })).expect(200);
    app.run_jobs();
    let told = |subject: &str| members.each_ref().map(|member| letters(&postbox, &member.owner, subject));
    assert_eq!((told("Belanja bersama dibuka"), told("Belanja bersama dibatalkan")), ([3, 3, 3], [1, 1, 1]));
    app.advance(Duration::days(2));
    app.run_jobs();
    assert_eq!((told("Belanja bersama dipesankan"), told("Belanja bersama diperpanjang")), ([0, 1, 0], [1, 1, 1]));
    assert_eq!(told("Anda tidak mendapat bagian belanja bersama"), [1, 0, 1]);
    app.advance(Duration::days(1));
    app.run_jobs();
    assert_eq!(told("Belanja bersama tidak jadi"), [1, 1, 1]);
}

//! Home industries that fill sacks together, and what each of them owes for it.

use chrono::Duration;
use kit::auth::Identity;
use kit::db::{Failure, Never};
use partners::joint_buying::reading;
use serde_json::{Value, json};

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::supplier_orders::{balance, stock};
use crate::supply::item;
use crate::support::{Answer, Shop, TestApp, Village};

struct Circle {
    village: Village,
    supplier: Shop,
    members: [Shop; 3],
    sack: String,
}

fn circle(app: &TestApp) -> Circle {
    let Dealing { supplier, maker, village } = dealing(app);
    let members = [maker, app.home_industry(&village, "Dodol Balewangi"), app.home_industry(&village, "Rengginang Mekar")];
    let sack = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    supplied(&supplier, &members[0], supply_terms(0));
    Circle { village, supplier, members, sack }
}

fn opened(circle: &Circle, minimum: i64, extensions: i64) -> String {
    parted(circle, minimum, extensions, ("by_weight", 20_000))
}

fn parted(circle: &Circle, minimum: i64, extensions: i64, (split, delivery_cost): (&str, i64)) -> String {
    let [first, second, third] = &circle.members;
    let body = json!({
        "supplier_id": circle.supplier.id, "members": [second.id, third.id], "cut_off": "2026-11-25T10:00:00Z", "minimum": minimum,
        "delivery_cost": delivery_cost, "split": split, "extend_days": 2, "extensions": extensions, "note": null,
    });
    let opened = first.owner.client.post(&format!("/v1/enterprises/{}/joint-buys", first.id), body).expect(201);
    opened["joint_buy"]["id"].as_str().expect("an id").to_owned()
}

fn want(member: &Shop, buy: &str, item: &str, wanted: i64, tolerance: i64) -> Answer {
    let body = json!({ "member_id": member.id, "item_id": item, "wanted": wanted, "tolerance": tolerance });
    member.owner.client.post(&format!("/v1/joint-buys/{buy}/wants"), body)
}

#[test]
fn three_fill_two_sacks_and_part_the_delivery_by_weight() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { supplier, members, sack, .. } = &circle;
    let buy = opened(&circle, 0, 0);
    let [first, second, third] = members;
    want(first, &buy, sack, 40_000, 0).expect(200);
    want(second, &buy, sack, 90_000, 0).expect(200);
    want(third, &buy, sack, 25_000, 5_000).expect(200);
    let plan = want(second, &buy, sack, 30_000, 0).expect(200);
    assert_eq!((&plan["items"][0]["units"], &plan["value"]), (&json!(2), &json!(300_000)));
    supplier.owner.client.get(&format!("/v1/joint-buys/{buy}")).expect_problem(404, "not_found");
    second.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect_problem(403, "forbidden");
    let receipt = |of: &Shop| second.owner.client.get(&format!("/v1/joint-buys/{buy}/receipts/{}", of.id));
    receipt(third).expect_problem(409, "joint_buy_not_sent");
    let sent = first.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect(200);
    assert_eq!(sent["joint_buy"]["state"], "sent");
    let dearer = json!({ "price": 200_000 });
    supplier.owner.client.post(&format!("/v1/supply-items/{sack}/prices"), dearer).expect(200);
    let shown = third.owner.client.get(&format!("/v1/joint-buys/{buy}")).expect(200);
    assert_eq!(
        (&shown["items"], &shown["value"], &shown["members"]),
        (&sent["items"], &sent["value"], &sent["members"]),
        "it stands as sent"
    );
    want(first, &buy, sack, 1, 0).expect_problem(409, "joint_buy_wrong_state");

    let orders = supplier.owner.client.get(&format!("/v1/enterprises/{}/supplier-orders?direction=sold", supplier.id)).expect(200);
    assert_eq!(orders["items"].as_array().map(Vec::len), Some(3));
    for (member, grams, cost, delivery) in
        [(first, 40_000, 120_000, 8_000), (second, 30_000, 90_000, 6_000), (third, 30_000, 90_000, 6_000)]
    {
        let own = member.owner.client.get(&format!("/v1/enterprises/{}/supplier-orders?direction=bought", member.id)).expect(200);
        let order = &own["items"][0];
        assert_eq!(
            (&order["lines"][0]["ordered"], &order["total"], &order["delivery_cost"]),
            (&json!(grams), &json!(cost), &json!(delivery))
        );
        let id = order["id"].as_str().expect("an id");
        supplier.owner.client.post(&format!("/v1/supplier-orders/{id}/answer"), json!({ "answer": "accept" })).expect(200);
        let counted = json!({ "lines": [{ "position": 1, "quantity": grams }] });
        let came = member.owner.client.post(&format!("/v1/supplier-orders/{id}/receive"), counted).expect(200);
        assert_eq!((&came["state"], &came["owed"]), (&json!("received_full"), &json!(cost + delivery)));
        assert_eq!(stock(&member.owner, &member.id), [("Singkong".to_owned(), grams, cost + delivery)]);
        assert_eq!(balance(&member.owner, &member.id, "payable:partner"), -(cost + delivery));
    }
    let told = receipt(third).expect(200);
    let line = &told["lines"][0];
    let number = |value: &Value, fields: &[&str]| fields.iter().map(|field| value[field].as_i64().expect("a number")).collect::<Vec<_>>();
    assert_eq!(
        number(line, &["wanted", "tolerance", "gets", "received", "cost", "bought", "bought_cost"]),
        [25_000, 5_000, 30_000, 30_000, 90_000, 100_000, 300_000]
    );
    assert_eq!(
        number(&told, &["goods", "delivery", "total", "delivery_cost", "split_part", "split_of"]),
        [90_000, 6_000, 96_000, 20_000, 30_000, 100_000]
    );
    assert_eq!((&told["split"], &told["member"]["name"], &told["owed"]), (&json!("by_weight"), &json!("Rengginang Mekar"), &json!(96_000)));
    receipt(supplier).expect_problem(400, "invalid_input");
    supplier.owner.client.get(&format!("/v1/joint-buys/{buy}/receipts/{}", third.id)).expect_problem(404, "not_found");
    assert_eq!(balance(&supplier.owner, &supplier.id, "receivable:partner"), 320_000);
    assert_eq!(balance(&supplier.owner, &supplier.id, "income:delivery"), -20_000);
}

#[test]
fn at_the_cut_off_it_is_extended_and_then_sent_or_dropped() {
    let app = TestApp::start();
    let circle = circle(&app);
    let [first, second, _] = &circle.members;
    let (enough, short) = (opened(&circle, 150_000, 1), opened(&circle, 500_000, 1));
    want(first, &enough, &circle.sack, 30_000, 0).expect(200);
    want(first, &short, &circle.sack, 30_000, 25_000).expect(200);
    first.owner.client.post(&format!("/v1/joint-buys/{enough}/send"), json!({})).expect_problem(409, "joint_not_enough");
    let state = |buy: &str| {
        let shown = app.awake(&first.owner).client.get(&format!("/v1/joint-buys/{buy}")).expect(200);
        (shown["joint_buy"]["state"].clone(), shown["joint_buy"]["extensions_left"].clone())
    };
    app.advance(Duration::days(2));
    let late = Shop { id: second.id.clone(), owner: app.awake(&second.owner) };
    want(&late, &enough, &circle.sack, 30_000, 0).expect_problem(409, "joint_cut_off_passed");
    app.run_jobs();
    assert_eq!((state(&enough), state(&short)), ((json!("open"), json!(0)), (json!("open"), json!(0))));
    want(&late, &enough, &circle.sack, 20_000, 0).expect(200);
    app.advance(Duration::days(2));
    app.run_jobs();
    assert_eq!((state(&enough).0, state(&short).0), (json!("sent"), json!("dropped")));
}

/// What the village's office does to an enterprise.
fn office(circle: &Circle, shop: &Shop, act: &str) {
    let body = if act == "suspend" { json!({ "reason": "Diperiksa" }) } else { json!({}) };
    circle.village.admin.client.post(&format!("/v1/enterprises/{}/{act}", shop.id), body).expect(200);
}

/// The last thing that an enterprise was told.
fn told_last(shop: &Shop) -> Value {
    shop.owner.client.get(&format!("/v1/enterprises/{}/notices?limit=1", shop.id)).expect(200)["items"][0]["notice"].clone()
}

#[test]
fn whoever_the_village_has_stopped_begins_nothing_by_a_joint_buy() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { supplier, members: [first, second, third], sack, .. } = &circle;
    let buy = opened(&circle, 0, 0);
    want(first, &buy, sack, 50_000, 0).expect(200);
    want(second, &buy, sack, 50_000, 0).expect(200);
    office(&circle, second, "suspend");
    let shown = first.owner.client.get(&format!("/v1/joint-buys/{buy}")).expect(200);
    assert_eq!((&shown["items"][0]["units"], &shown["value"]), (&json!(1), &json!(150_000)), "a sack without her");
    want(second, &buy, sack, 60_000, 0).expect_problem(409, "partners_not_trading");
    want(second, &buy, sack, 50_000, 1).expect_problem(409, "partners_not_trading");
    want(second, &buy, sack, 40_000, 0).expect(200);
    office(&circle, supplier, "suspend");
    let send = || first.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({}));
    send().expect_problem(409, "partners_not_trading");
    want(third, &buy, sack, 50_000, 0).expect_problem(409, "partners_not_trading");
    let body = json!({
        "supplier_id": supplier.id, "members": [], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0, "delivery_cost": 0, "split": "evenly",
        "extend_days": 1, "extensions": 0,
    });
    let open = || first.owner.client.post(&format!("/v1/enterprises/{}/joint-buys", first.id), body.clone());
    open().expect_problem(409, "partners_not_trading");
    office(&circle, supplier, "reinstate");
    office(&circle, first, "suspend");
    send().expect_problem(409, "partners_not_trading");
    open().expect_problem(409, "partners_not_trading");
    office(&circle, first, "reinstate");
    send().expect(200);
    let orders = |of: &Shop| {
        of.owner.client.get(&format!("/v1/enterprises/{}/supplier-orders?direction=bought", of.id)).expect(200)["items"].clone()
    };
    let members = [first, second, third];
    assert_eq!(members.map(|of| orders(of).as_array().map(Vec::len)), [Some(1), Some(0), Some(0)]);
    assert_eq!(members.map(told_last), ["joint_buy_sent", "joint_buy_no_share", "joint_buy_no_share"]);
}

#[test]
fn what_a_joint_buy_came_to_is_told_with_its_reason() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { supplier, members: [first, second, third], sack, .. } = &circle;
    let (off, short, stopped) = (opened(&circle, 0, 0), opened(&circle, 500_000, 1), opened(&circle, 0, 0));
    for buy in [&off, &short, &stopped] {
        want(first, buy, sack, 50_000, 0).expect(200);
    }
    let end = |of: &Shop, buy: &str| {
        let shown = of.owner.client.get(&format!("/v1/joint-buys/{buy}")).expect(200);
        [shown["joint_buy"]["state"].clone(), shown["reason"].clone(), shown["hindrance"].clone()]
    };
    assert_eq!(end(second, &off), [json!("open"), Value::Null, Value::Null]);
    first.owner.client.post(&format!("/v1/joint-buys/{off}/call-off"), json!({ "reason": "Pemasok libur" })).expect(200);
    assert_eq!(end(second, &off), [json!("called_off"), json!("Pemasok libur"), Value::Null]);
    assert_eq!([first, second, third].map(told_last), ["joint_buy_called_off"; 3]);

    office(&circle, supplier, "suspend");
    app.advance(Duration::days(2));
    app.run_jobs();
    let [first, second] = [first, second].map(|shop| Shop { id: shop.id.clone(), owner: app.awake(&shop.owner) });
    assert_eq!(end(&second, &stopped), [json!("dropped"), Value::Null, json!("not_trading")]);
    let notices = second.owner.client.get(&format!("/v1/enterprises/{}/notices?limit=2", second.id)).expect(200);
    let of =
        |buy: &str| notices["items"].as_array().expect("a list").iter().find(|row| row["fact"] == buy).expect("told")["notice"].clone();
    assert_eq!((of(&stopped), of(&short)), (json!("joint_buy_hindered"), json!("joint_buy_extended")));
    let admin = app.awake(&circle.village.admin);
    admin.client.post(&format!("/v1/enterprises/{}/reinstate", supplier.id), json!({})).expect(200);
    app.advance(Duration::days(2));
    app.run_jobs();
    let [first, second] = [first, second].map(|shop| Shop { owner: app.awake(&shop.owner), ..shop });
    let admin = app.awake(&admin);
    assert_eq!(end(&second, &short), [json!("dropped"), Value::Null, json!("not_enough")]);
    assert_eq!(told_last(&second), "joint_buy_dropped");

    let history = |of: &Shop, buy: &str| of.owner.client.get(&format!("/v1/joint-buys/{buy}/history"));
    let moves = |buy: &str| {
        let told = history(&second, buy).expect(200);
        let row = |row: &Value| ["from", "to", "reason", "hindrance"].map(|field| row[field].as_str().unwrap_or("").to_owned());
        told["items"].as_array().expect("a list").iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(moves(&off), [["open", "open", "", ""], ["open", "called_off", "Pemasok libur", ""]]);
    assert_eq!(moves(&short), [["open", "open", "", ""], ["open", "open", "", "not_trading"], ["open", "dropped", "", "not_enough"]]);
    let told = history(&first, &off).expect(200);
    assert_eq!((&told["items"][1]["actor_id"], &told["items"][1]["on_behalf_of"]), (&json!(first.owner.account_id), &Value::Null));
    assert_eq!(history(&first, &short).expect(200)["items"][2]["actor_id"], Value::Null, "it was the clock");
    admin.client.get(&format!("/v1/joint-buys/{off}/history")).expect(200);
    app.buyer("Orang lain").client.get(&format!("/v1/joint-buys/{off}/history")).expect_problem(404, "not_found");
}

#[test]
fn without_the_organisers_agreement_nothing_more_is_wanted_or_sent() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let members = [maker, app.home_industry(&village, "Dodol Balewangi"), app.home_industry(&village, "Rengginang Mekar")];
    let sack = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    let mut proposal = crate::agreements::proposal(supply_terms(0));
    proposal["ends_on"] = json!("2026-11-24");
    let agreement = crate::agreements::offered(&members[0].owner, &supplier, &members[0], proposal);
    supplier.owner.client.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
    let circle = Circle { village, supplier, members, sack };
    let buy = opened(&circle, 0, 0);
    want(&circle.members[1], &buy, &circle.sack, 50_000, 0).expect(200);
    app.advance(Duration::hours(20));
    let [first, second, _] = circle.members.each_ref().map(|shop| Shop { id: shop.id.clone(), owner: app.awake(&shop.owner) });
    first.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect_problem(409, "no_supply_agreement");
    want(&second, &buy, &circle.sack, 60_000, 0).expect_problem(409, "joint_no_agreement");
    want(&second, &buy, &circle.sack, 40_000, 0).expect(200);
    app.advance(Duration::days(1));
    app.run_jobs();
    let second = Shop { owner: app.awake(&second.owner), ..second };
    let shown = second.owner.client.get(&format!("/v1/joint-buys/{buy}")).expect(200);
    assert_eq!((&shown["joint_buy"]["state"], &shown["hindrance"]), (&json!("dropped"), &json!("no_agreement")));
    assert_eq!(told_last(&second), "joint_buy_hindered");
}

#[test]
fn only_what_the_supplier_sells_is_wanted_and_what_she_takes_off_her_list_is_taken_back() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { supplier, members: [first, second, _], sack, village } = &circle;
    let other = app.shop(village, "supplier", "Pemasok Gula");
    let sugar = item(&other, "Gula aren", "g", "sack", Some(25_000), 400_000);
    let buy = opened(&circle, 0, 0);
    let detail = |answer: &Answer| answer.json["detail"].as_str().expect("a text").to_owned();
    let foreign = want(first, &buy, &sugar, 25_000, 0);
    foreign.expect_problem(409, "supply_not_for_sale");
    assert!(detail(&foreign).starts_with("Bahan yang dipilih tidak dijual"), "{}", foreign.text);
    want(first, &buy, sack, 50_000, 0).expect(200);
    let off = supplier.owner.client.send(
        "PATCH",
        &format!("/v1/supply-items/{sack}"),
        Some(json!({ "active": false })),
        &[("If-Match", "\"2\"")],
    );
    assert_eq!(off.status, 200, "{}", off.text);
    let gone = want(second, &buy, sack, 50_000, 0);
    gone.expect_problem(409, "supply_not_for_sale");
    assert!(detail(&gone).starts_with("Bahan Singkong, karung 50 kg tidak dijual"), "{}", gone.text);
    want(first, &buy, sack, 50_001, 0).expect_problem(409, "supply_not_for_sale");
    let back = want(first, &buy, sack, 0, 0).expect(200);
    assert_eq!((&back["items"], &back["value"]), (&json!([]), &json!(0)));
}

#[test]
fn a_joint_buy_is_for_its_members() {
    let app = TestApp::start();
    let circle = circle(&app);
    let [first, second, _] = &circle.members;
    let buy = opened(&circle, 0, 0);
    let path = format!("/v1/enterprises/{}/joint-buys", second.id);
    assert_eq!(second.owner.client.get(&path).expect(200)["items"][0]["id"], json!(buy));
    let body = json!({
        "supplier_id": circle.supplier.id, "members": [], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0, "delivery_cost": 0,
        "split": "evenly", "extend_days": 1, "extensions": 0, "note": null,
    });
    second.owner.client.post(&path, body.clone()).expect_problem(409, "no_supply_agreement");
    let mut past = body.clone();
    past["cut_off"] = json!("2026-11-23T10:00:00Z");
    let own = format!("/v1/enterprises/{}/joint-buys", first.id);
    first.owner.client.post(&own, past).expect_problem(400, "invalid_input");
    let mut with_supplier = body;
    with_supplier["members"] = json!([circle.supplier.id]);
    first.owner.client.post(&own, with_supplier).expect_problem(400, "invalid_input");
    app.buyer("Orang lain").client.get(&format!("/v1/joint-buys/{buy}")).expect_problem(404, "not_found");
    let off = first.owner.client.post(&format!("/v1/joint-buys/{buy}/call-off"), json!({ "reason": "Pemasok libur" })).expect(200);
    assert_eq!((&off["joint_buy"]["state"], &off["value"]), (&json!("called_off"), &Value::from(0)));
}

/// Her own order of a joint buy that was sent.
fn share(member: &Shop) -> Value {
    let own = member.owner.client.get(&format!("/v1/enterprises/{}/supplier-orders?direction=bought", member.id)).expect(200);
    own["items"][0].clone()
}

fn text(value: &Value) -> String {
    value.as_str().expect("an id").to_owned()
}

#[test]
fn a_member_without_an_agreement_sees_what_she_can_want_and_what_she_is_owed() {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let members = [maker, app.home_industry(&village, "Dodol Balewangi"), app.home_industry(&village, "Rengginang Mekar")];
    let sack = item(&supplier, "Singkong", "g", "sack", Some(50_000), 150_000);
    let oil = item(&supplier, "Minyak goreng", "ml", "litre", None, 18_000);
    let mut terms = supply_terms(0);
    terms["prices"] = json!([{ "item_id": sack, "price": 140_000 }]);
    let agreement = supplied(&supplier, &members[0], terms);
    let circle = Circle { village, supplier, members, sack };
    let Circle { village, supplier, members: [first, second, third], sack } = &circle;
    let (stranger, outsider) = (app.buyer("Orang lain"), app.home_industry(village, "Keripik Sukarame"));
    let prices = format!("/v1/enterprises/{}/supply-items", supplier.id);
    let on_time = format!("/v1/enterprises/{}/on-time", supplier.id);
    second.owner.client.get(&prices).expect_problem(404, "not_found");
    second.owner.client.get(&on_time).expect_problem(404, "not_found");

    let buy = opened(&circle, 0, 0);
    let offers = format!("/v1/joint-buys/{buy}/offers");
    let seen = second.owner.client.get(&format!("{offers}?limit=1")).expect(200);
    let of_sack = &seen["items"][0];
    assert_eq!((&of_sack["item_id"], &of_sack["label"]), (&json!(sack), &json!("Singkong, karung 50 kg")));
    assert_eq!(
        (&of_sack["unit"], &of_sack["content"], &of_sack["base"], &of_sack["price"]),
        (&json!("sack"), &json!(50_000), &json!("g"), &json!(140_000)),
        "the price the organiser agreed on"
    );
    let next = seen["next_cursor"].as_str().expect("another page");
    let rest = second.owner.client.get(&format!("{offers}?limit=1&cursor={next}")).expect(200);
    assert_eq!(
        (&rest["items"][0]["item_id"], &rest["items"][0]["price"], &rest["next_cursor"]),
        (&json!(oil), &json!(18_000), &Value::Null)
    );
    let plan = want(second, &buy, sack, 50_000, 0).expect(200);
    assert_eq!((&plan["value"], &plan["needed"]), (&json!(140_000), &json!(50_000)), "the agreement's minimum");
    second.owner.client.get(&prices).expect(200);
    second.owner.client.get(&on_time).expect(200);
    for other in [&stranger.client, &outsider.owner.client] {
        for path in [&offers, &prices, &on_time, &format!("/v1/joint-buys/{buy}")] {
            other.get(path).expect_problem(404, "not_found");
        }
    }

    let sent = first.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect(200);
    assert_eq!(sent["needed"], Value::Null);
    second.owner.client.get(&offers).expect_problem(409, "joint_buy_wrong_state");
    second.owner.client.get(&on_time).expect(200);
    third.owner.client.get(&on_time).expect_problem(404, "not_found");
    let order = text(&share(second)["id"]);
    let obligations = format!("/v1/agreements/{agreement}/obligations");
    second.owner.client.get(&obligations).expect_problem(404, "not_found");
    supplier.owner.client.post(&format!("/v1/supplier-orders/{order}/answer"), json!({ "answer": "accept" })).expect(200);
    let own = sent_by_herself(&circle);
    supplier.owner.client.post(&format!("/v1/supplier-orders/{own}/answer"), json!({ "answer": "accept" })).expect(200);
    let hers = second.owner.client.get(&obligations).expect(200);
    assert_eq!((&hers["items"][0]["subject"], hers["items"].as_array().map(Vec::len)), (&json!(order), Some(1)), "and not the organiser's");
    assert_eq!(first.owner.client.get(&obligations).expect(200)["items"].as_array().map(Vec::len), Some(2));
    for other in [&stranger.client, &outsider.owner.client, &third.owner.client] {
        other.get(&obligations).expect_problem(404, "not_found");
        other.get(&format!("/v1/agreements/{agreement}/breaches")).expect_problem(404, "not_found");
    }
    second.owner.client.get(&format!("/v1/agreements/{agreement}")).expect_problem(404, "not_found");

    let breaches = format!("/v1/agreements/{agreement}/breaches");
    let about = json!({ "note": "Karungnya basah", "obligation_id": hers["items"][0]["id"] });
    third.owner.client.post(&breaches, about.clone()).expect_problem(404, "not_found");
    second.owner.client.post(&breaches, json!({ "note": "Tanpa kewajiban" })).expect_problem(404, "not_found");
    let noted = second.owner.client.post(&breaches, about).expect(201);
    first.owner.client.post(&breaches, json!({ "note": "Milik penyelenggara" })).expect(201);
    let listed = second.owner.client.get(&breaches).expect(200);
    assert_eq!((&listed["items"][0]["id"], listed["items"].as_array().map(Vec::len)), (&noted["id"], Some(1)));
    let breach = format!("/v1/breaches/{}", text(&noted["id"]));
    third.owner.client.get(&breach).expect_problem(404, "not_found");
    first.owner.client.get(&breach).expect(200);
    supplier.owner.client.post(&format!("{breach}/reply"), json!({ "words": "Hujan di jalan" })).expect(200);
    assert_eq!(second.owner.client.get(&breach).expect(200)["breach"]["reply"], "Hujan di jalan");
    let of_village = village.admin.client.get(&format!("/v1/villages/{}/breaches", village.id)).expect(200);
    let between = of_village["items"][1]["between"].as_array().expect("two").clone();
    assert!(between.iter().any(|side| side["id"] == second.id) && between.iter().any(|side| side["id"] == supplier.id), "{between:?}");

    let counted = json!({ "lines": [{ "position": 1, "quantity": 50_000 }] });
    second.owner.client.post(&format!("/v1/supplier-orders/{order}/receive"), counted).expect(200);
    supplier.owner.client.post(&format!("/v1/supplier-orders/{order}/bill"), json!({ "lines": [] })).expect(200);
    second.owner.client.get(&prices).expect(200);
    let paid = json!({ "amount": 160_000, "method": "cash" });
    supplier.owner.client.post(&format!("/v1/supplier-orders/{order}/payments"), paid).expect(200);
    second.owner.client.get(&prices).expect_problem(404, "not_found");
    second.owner.client.get(&on_time).expect_problem(404, "not_found");
    second.owner.client.get(&obligations).expect(200);
}

/// An order of the organiser's own under the same agreement.
fn sent_by_herself(circle: &Circle) -> String {
    crate::supplier_orders::sent(&circle.members[0], &circle.supplier, &[(&circle.sack, 1)], "cash")
}

#[test]
fn who_wants_more_goes_to_the_end_of_the_line() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { members: [first, second, third], sack, .. } = &circle;
    let buy = opened(&circle, 0, 0);
    let gets = |plan: &Value| {
        let of = |member: &Shop| {
            let part = plan["members"].as_array().expect("members").iter().find(|part| part["member"]["id"] == member.id).expect("hers");
            part["shares"][0]["gets"].as_i64()
        };
        [first, second, third].map(of)
    };
    want(first, &buy, sack, 1, 0).expect(200);
    want(second, &buy, sack, 40_000, 0).expect(200);
    let raised = want(first, &buy, sack, 50_000, 0).expect(200);
    assert_eq!(gets(&raised), [Some(10_000), Some(40_000), None], "a gram keeps no place for fifty kilograms");
    let plan = want(third, &buy, sack, 30_000, 0).expect(200);
    assert_eq!(gets(&plan), [Some(50_000), Some(40_000), Some(10_000)]);
    let less = want(second, &buy, sack, 35_000, 0).expect(200);
    assert_eq!(gets(&less), [Some(50_000), Some(35_000), Some(15_000)], "less keeps the place");

    let body = json!({ "member_id": second.id, "item_id": sack, "wanted": 45_000, "tolerance": 0 });
    let path = format!("/v1/joint-buys/{buy}/wants");
    let once = second.owner.client.post_once(&path, body.clone(), "mau-1").expect(200);
    assert_eq!(gets(&once), [Some(50_000), Some(20_000), Some(30_000)]);
    want(third, &buy, sack, 31_000, 0).expect(200);
    assert_eq!(second.owner.client.post_once(&path, body.clone(), "mau-1").expect(200), once, "a replay lands once");
    let now = second.owner.client.post(&path, body).expect(200);
    assert_eq!(gets(&now), [Some(50_000), Some(45_000), Some(5_000)], "saying the same again loses no place");
    want(third, &buy, sack, 5_000, 1_000).expect(200);
    let tolerant = want(third, &buy, sack, 5_000, 500).expect(200);
    assert_eq!(gets(&tolerant), [Some(50_000), Some(45_000), Some(5_000)]);
}

#[test]
fn the_delivery_is_parted_by_value_or_evenly_to_the_rupiah() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { supplier, members: [first, second, third], sack, .. } = &circle;
    let oil = item(supplier, "Minyak goreng", "ml", "litre", None, 18_000);
    for (split, delivery) in [("by_value", [10_715, 5_357, 3_929]), ("evenly", [6_667, 6_667, 6_667])] {
        let buy = parted(&circle, 0, 0, (split, 20_001));
        want(first, &buy, sack, 30_000, 0).expect(200);
        want(second, &buy, sack, 15_000, 0).expect(200);
        want(third, &buy, sack, 5_000, 0).expect(200);
        want(third, &buy, &oil, 1_000, 0).expect(200);
        let sent = first.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect(200);
        assert_eq!(sent["value"], 168_000);
        for ((member, goods), delivery) in [(first, 90_000), (second, 45_000), (third, 33_000)].into_iter().zip(delivery) {
            let receipt = member.owner.client.get(&format!("/v1/joint-buys/{buy}/receipts/{}", member.id)).expect(200);
            assert_eq!((&receipt["goods"], &receipt["delivery"], &receipt["split"]), (&json!(goods), &json!(delivery), &json!(split)));
            let order = share(member);
            assert_eq!((&order["total"], &order["delivery_cost"]), (&json!(goods), &json!(delivery)));
        }
    }
    let oil_by_weight = parted(&circle, 0, 0, ("by_weight", 0));
    want(third, &oil_by_weight, &oil, 2_500, 500).expect(200);
    let sent = third.owner.client.get(&format!("/v1/joint-buys/{oil_by_weight}")).expect(200);
    assert_eq!((&sent["items"][0]["units"], &sent["value"]), (&json!(3), &json!(54_000)), "litres are filled like sacks");
}

#[test]
fn a_joint_buy_of_fifty_is_read_in_as_few_queries_as_one_of_three() {
    let app = TestApp::start();
    let circle = circle(&app);
    let many: Vec<Shop> = (0..20).map(|n| app.home_industry(&circle.village, &format!("Usaha {n}"))).collect();
    let [first, second, _] = &circle.members;
    let mut body = json!({
        "supplier_id": circle.supplier.id, "members": [second.id], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0, "delivery_cost": 0,
        "split": "evenly", "extend_days": 1, "extensions": 0, "note": null,
    });
    let path = format!("/v1/enterprises/{}/joint-buys", first.id);
    let few = text(&first.owner.client.post(&path, body.clone()).expect(201)["joint_buy"]["id"]);
    body["members"] = many.iter().map(|shop| shop.id.clone()).collect();
    let most = text(&first.owner.client.post(&path, body).expect(201)["joint_buy"]["id"]);
    let queries = |buy: &str, person: &crate::support::Person| {
        let (id, account, session) =
            (buy.parse().expect("an id"), person.account_id.parse().expect("an id"), person.session_id.parse().expect("an id"));
        let (who, now) = (Identity { account, session, guest: false }, app.clock.now());
        let look = app.app.db.read(move |conn| {
            let statements = crate::ledger::sent(conn, |conn| {
                reading::show(conn, who, now, id).expect("hers");
            });
            Ok::<_, Failure<Never>>(statements.len())
        });
        app.wait(look).expect("read")
    };
    assert_eq!(queries(&few, &second.owner), queries(&most, &many[19].owner));
}

/// A joint buy of two sacks that was sent: forty, thirty and thirty kilograms.
fn two_sacks(circle: &Circle) -> String {
    let buy = opened(circle, 0, 0);
    for (member, grams) in circle.members.iter().zip([40_000, 30_000, 30_000]) {
        want(member, &buy, &circle.sack, grams, 0).expect(200);
    }
    circle.members[0].owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect(200);
    buy
}

#[test]
fn what_was_sent_together_is_answered_and_called_off_together() {
    let app = TestApp::start();
    let circle = circle(&app);
    let Circle { supplier, members, .. } = &circle;
    let [first, second, third] = members;
    let states = || members.iter().map(|member| text(&share(member)["state"])).collect::<Vec<_>>();
    let on = |by: &Shop, of: &Shop, act: &str, body: Value| {
        by.owner.client.post(&format!("/v1/supplier-orders/{}/{act}", text(&share(of)["id"])), body)
    };
    let reason = json!({ "reason": "Tidak jadi" });

    two_sacks(&circle);
    on(second, second, "cancel", reason.clone()).expect_problem(409, "joint_share");
    on(second, second, "link", json!({})).expect_problem(409, "joint_share");
    let less = json!({ "answer": "accept", "lines": [{ "position": 1, "quantity": 20_000 }] });
    on(supplier, second, "answer", less).expect_problem(409, "joint_share_in_part");
    on(supplier, third, "answer", json!({ "answer": "reject", "reason": "Panen gagal" })).expect(200);
    assert_eq!(states(), ["rejected"; 3], "none is left with half a sack");
    let notices = first.owner.client.get(&format!("/v1/enterprises/{}/notices?limit=1", first.id)).expect(200);
    assert_eq!(notices["items"][0]["notice"], "supplier_order_answered");

    let buy = two_sacks(&circle);
    let whole = json!({ "answer": "accept", "on": "2026-11-26", "lines": [{ "position": 1, "quantity": 30_000 }] });
    on(supplier, second, "answer", whole).expect(200);
    assert_eq!(states(), ["promised"; 3]);
    assert!(members.iter().all(|member| share(member)["promised_on"] == "2026-11-26"));
    on(supplier, first, "answer", json!({ "answer": "reject" })).expect_problem(409, "supplier_order_wrong_state");
    second.owner.client.post(&format!("/v1/joint-buys/{buy}/call-off"), reason.clone()).expect_problem(403, "forbidden");
    let off = first.owner.client.post(&format!("/v1/joint-buys/{buy}/call-off"), reason.clone()).expect(200);
    assert_eq!((&off["joint_buy"]["state"], &off["value"]), (&json!("called_off"), &json!(300_000)));
    assert_eq!(states(), ["cancelled"; 3]);

    let buy = two_sacks(&circle);
    let link = on(first, first, "link", json!({})).expect(200);
    let answered = app.client.send("POST", &format!("{}/answer", text(&link["path"])), Some(json!({ "answer": "accept" })), &[]);
    answered.expect(200);
    assert_eq!(states(), ["promised"; 3], "the organiser's link speaks to all");
    on(supplier, second, "ship", json!({})).expect(200);
    let calls = format!("/v1/joint-buys/{buy}/call-off");
    first.owner.client.post(&calls, reason.clone()).expect_problem(409, "supplier_order_not_overdue");
    assert_eq!(states(), ["promised", "shipped", "promised"], "nothing is called off halfway");
    let mut delivery = 0;
    for (member, grams, cost) in [(first, 40_000, 128_000), (second, 30_000, 96_000)] {
        let came = on(member, member, "receive", json!({ "lines": [{ "position": 1, "quantity": grams }] })).expect(200);
        assert_eq!(balance(&member.owner, &member.id, "payable:partner"), -cost);
        delivery += came["delivery_cost"].as_i64().expect("a number");
    }
    app.advance(Duration::days(2));
    let late = Shop { id: third.id.clone(), owner: app.awake(&third.owner) };
    late.owner
        .client
        .post(&format!("/v1/supplier-orders/{}/cancel", text(&share(&late)["id"])), reason.clone())
        .expect_problem(409, "joint_share");
    app.advance(Duration::days(2));
    let late = Shop { id: third.id.clone(), owner: app.awake(&third.owner) };
    let never = late.owner.client.post(&format!("/v1/supplier-orders/{}/cancel", text(&share(&late)["id"])), reason).expect(200);
    assert_eq!((&never["state"], &never["in_full"], &never["owed"]), (&json!("cancelled"), &json!(false), &json!(0)), "her day has passed");
    delivery += never["delivery_cost"].as_i64().expect("a number");
    assert_eq!(delivery, 20_000);
    let seller = app.awake(&supplier.owner);
    assert_eq!(
        (balance(&seller, &supplier.id, "receivable:partner"), balance(&seller, &supplier.id, "income:delivery")),
        (224_000, -14_000)
    );
}

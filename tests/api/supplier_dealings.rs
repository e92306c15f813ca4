//! What may go wrong with an order of material: late or never, counted or billed wrong, paid and not confirmed; and how it is judged.

use chrono::Duration;
use serde_json::{Value, json};

use crate::agreements::{Dealing, dealing, supplied, supply_terms};
use crate::obligations::kept;
use crate::supplier_orders::{act, balance, cassava_at, count, drafted, sent, stock};
use crate::supply::item;
use crate::support::{Person, Shop, TestApp};

/// A supplier whose cassava is Rp3.000 a kilogram, a maker who may owe her so much, and their agreement.
struct Trade {
    app: TestApp,
    supplier: Shop,
    maker: Shop,
    village: crate::support::Village,
    cassava: String,
    agreement: String,
}

fn trade(credit_limit: i64) -> Trade {
    let app = TestApp::start();
    let Dealing { supplier, maker, village } = dealing(&app);
    let cassava = item(&supplier, "Singkong", "g", "kg", None, 3_000);
    let agreement = supplied(&supplier, &maker, supply_terms(credit_limit));
    Trade { app, supplier, maker, village, cassava, agreement }
}

impl Trade {
    fn buyer(&self) -> Person {
        self.app.awake(&self.maker.owner)
    }

    fn seller(&self) -> Person {
        self.app.awake(&self.supplier.owner)
    }

    /// 50 kg, sent; wanted for the day after tomorrow.
    fn ordered(&self, payment: &str) -> String {
        let maker = Shop { id: self.maker.id.clone(), owner: self.buyer() };
        sent(&maker, &self.supplier, &[(&self.cassava, 50)], payment)
    }

    fn promised(&self, payment: &str) -> String {
        let order = self.ordered(payment);
        act(&self.seller(), &order, "answer", json!({ "answer": "accept" })).expect(200);
        order
    }

    fn came(&self, order: &str, quantity: i64) -> Value {
        act(&self.buyer(), order, "receive", count(&[(1, quantity)])).expect(200)
    }

    fn paid(&self, order: &str, amount: i64) {
        act(&self.seller(), order, "payments", json!({ "amount": amount, "method": "cash" })).expect(200);
    }

    /// Open, met, late, missed, days late.
    fn delivery(&self) -> [i64; 5] {
        kept(&self.buyer(), &self.agreement, &self.supplier, "delivery")
    }

    fn payment(&self) -> [i64; 5] {
        kept(&self.buyer(), &self.agreement, &self.maker, "payment")
    }

    /// How many of this quarter: all, on time, in full, both, outstanding, unanswered.
    fn on_time(&self) -> [i64; 6] {
        let told = self.buyer().client.get(&format!("/v1/enterprises/{}/on-time", self.supplier.id)).expect(200);
        ["n", "on_time", "in_full", "on_time_in_full", "outstanding", "unanswered"]
            .map(|field| told["quarters"][0][field].as_i64().unwrap_or(0))
    }

    fn days(&self, days: i64) {
        self.app.advance(Duration::days(days));
    }

    fn books(&self) -> [i64; 5] {
        let (buyer, seller) = (self.buyer(), self.seller());
        let of = |account: &str| balance(&buyer, &self.maker.id, account);
        let hers = |account: &str| balance(&seller, &self.supplier.id, account);
        [of("payable:partner"), of("materials"), of("cost:materials"), hers("receivable:partner"), hers("sales:supply")]
    }

    fn newest_notice(&self, of: &Shop) -> Value {
        let owner = self.app.awake(&of.owner);
        owner.client.get(&format!("/v1/enterprises/{}/notices", of.id)).expect(200)["items"][0].clone()
    }
}

#[test]
fn after_the_bill_the_buyer_owes_no_less_by_counting_and_the_supplier_puts_her_bill_right() {
    let t = trade(0);
    let order = t.promised("cash");
    t.came(&order, 50);
    let bill = |by: &Person, quantity: i64| act(by, &order, "bill", count(&[(1, quantity)]));
    assert_eq!(bill(&t.seller(), 5).expect(200)["owed"], 15_000, "a nought was forgotten");
    assert_eq!(t.books(), [-15_000, 15_000, 0, 15_000, -15_000]);
    bill(&t.buyer(), 50).expect_problem(409, "supplier_order_wrong_state");
    t.paid(&order, 10_000);
    bill(&t.seller(), 3).expect_problem(409, "below_paid");
    let righted = bill(&t.seller(), 50).expect(200);
    assert_eq!((&righted["state"], &righted["owed"], &righted["lines"][0]["billed"]), (&json!("billed"), &json!(150_000), &json!(50)));
    assert_eq!(t.books(), [-140_000, 150_000, 0, 140_000, -150_000]);
    assert_eq!(stock(&t.buyer(), &t.maker.id), [("Singkong".to_owned(), 50_000, 150_000)]);
    assert_eq!(bill(&t.seller(), 45).expect(200)["owed"], 135_000);
    assert_eq!(t.books(), [-125_000, 135_000, 0, 125_000, -135_000]);

    let recount = |quantity: i64| act(&t.buyer(), &order, "recount", count(&[(1, quantity)]));
    recount(0).expect_problem(409, "billed_count_lowered");
    recount(44).expect_problem(409, "billed_count_lowered");
    let lost = recount(48).expect(200);
    assert_eq!((&lost["state"], &lost["owed"], &lost["lines"][0]["received"]), (&json!("billed"), &json!(135_000), &json!(48)));
    assert_eq!(t.books(), [-125_000, 129_600, 5_400, 125_000, -135_000], "what was counted too much is her own cost");
    t.paid(&order, 125_000);
    bill(&t.seller(), 50).expect_problem(409, "supplier_order_wrong_state");
    assert_eq!(t.payment(), [0, 1, 0, 0, 0]);
}

#[test]
fn a_bill_put_right_makes_what_was_used_dearer_too() {
    let t = trade(0);
    let order = t.promised("cash");
    t.came(&order, 50);
    act(&t.seller(), &order, "bill", count(&[(1, 5)])).expect(200);
    let used = json!({ "material": "Singkong", "base": "g", "counted": 20_000, "spoiled": false, "reason": "Dipakai" });
    t.buyer().client.post(&format!("/v1/enterprises/{}/materials/counts", t.maker.id), used).expect(200);
    assert_eq!(t.books(), [-15_000, 6_000, 9_000, 15_000, -15_000]);
    act(&t.seller(), &order, "bill", count(&[(1, 50)])).expect(200);
    assert_eq!(stock(&t.buyer(), &t.maker.id), [("Singkong".to_owned(), 20_000, 60_000)]);
    assert_eq!(t.books(), [-150_000, 60_000, 90_000, 150_000, -150_000]);
}

#[test]
fn what_was_another_order_s_is_still_to_come_and_nothing_is_owed_for_it() {
    let t = trade(0);
    let order = t.promised("cash");
    t.days(2);
    t.came(&order, 50);
    assert_eq!((t.delivery(), t.payment()), ([0, 1, 0, 0, 0], [1, 0, 0, 0, 0]));
    let none = act(&t.buyer(), &order, "recount", count(&[(1, 0)])).expect(200);
    assert_eq!((&none["state"], &none["received_on"], &none["in_full"]), (&json!("promised"), &Value::Null, &Value::Null));
    assert_eq!((t.delivery(), t.payment()), ([1, 0, 0, 0, 0], [0; 5]), "it did not come, and costs nothing");
    assert_eq!(t.books(), [0; 5]);
    t.days(32);
    t.app.run_jobs();
    assert_eq!((t.delivery(), t.payment()), ([0, 0, 0, 1, 0], [0; 5]));
    assert_eq!(act(&t.buyer(), &order, "cancel", json!({ "reason": "Tidak pernah datang" })).expect(200)["state"], "cancelled");
    assert_eq!(t.on_time(), [1, 0, 0, 0, 1, 0]);
}

#[test]
fn a_part_on_its_day_is_not_the_whole() {
    let t = trade(0);
    let order = t.promised("cash");
    t.days(2);
    assert_eq!(t.came(&order, 1)["state"], "received_part");
    assert_eq!((t.delivery(), t.on_time()), ([1, 0, 0, 0, 0], [1, 0, 0, 0, 1, 0]));
    t.days(3);
    let shown = t.buyer().client.get(&format!("/v1/supplier-orders/{order}")).expect(200);
    assert_eq!(shown["delay_days"], 3, "the rest is late");
    let closed = act(&t.seller(), &order, "bill", count(&[])).expect(200);
    assert_eq!((&closed["state"], &closed["owed"], &closed["in_full"]), (&json!("billed"), &json!(3_000), &json!(false)));
    assert_eq!((t.delivery(), t.on_time()), ([0, 0, 0, 1, 0], [1, 1, 0, 0, 0, 0]), "closed short, it is not met");
    act(&t.buyer(), &order, "receive", count(&[(1, 49)])).expect_problem(409, "supplier_order_wrong_state");
}

#[test]
fn what_she_took_on_less_is_what_is_expected_of_her_and_she_does_not_take_it_back() {
    let t = trade(0);
    let order = t.ordered("cash");
    let taken = |quantity: i64| {
        let lines = json!([{ "position": 1, "quantity": quantity }]);
        act(&t.seller(), &order, "answer", json!({ "answer": "accept", "lines": lines }))
    };
    taken(40).expect(200);
    let less = taken(10);
    less.expect_problem(400, "invalid_input");
    assert_eq!(less.json["errors"][0]["field"], "lines", "{}", less.text);
    let came = t.came(&order, 40);
    assert_eq!((&came["state"], &came["in_full"]), (&json!("received_full"), &json!(false)), "nothing more is to come");
    t.days(2);
    assert_eq!((t.delivery(), t.on_time()), ([0, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0]), "by its day, and not with all that was ordered");
}

#[test]
fn a_later_part_is_to_be_paid_too() {
    let t = trade(0);
    let order = t.promised("cash");
    t.came(&order, 20);
    t.paid(&order, 60_000);
    assert_eq!(t.payment(), [0, 1, 0, 0, 0]);
    t.days(1);
    t.came(&order, 10);
    t.came(&order, 20);
    assert_eq!(t.payment(), [1, 1, 0, 0, 0], "the second part and what came with it the same day");
    let owed = t.buyer().client.get(&format!("/v1/agreements/{}/obligations", t.agreement)).expect(200);
    assert!(owed["items"][0]["subject"].as_str().is_some_and(|subject| subject.starts_with(&format!("{order}:"))), "{owed}");
    t.days(32);
    t.app.run_jobs();
    assert_eq!(t.payment(), [0, 1, 0, 1, 0]);
    t.paid(&order, 90_000);
    assert_eq!((t.payment(), t.books()[0]), ([0, 1, 0, 1, 0], 0), "too late for being late");
}

#[test]
fn a_payment_is_judged_by_the_day_it_was_told_of() {
    let t = trade(500_000);
    let (first, second) = (t.promised("credit"), t.promised("credit"));
    t.came(&first, 50);
    t.came(&second, 50);
    t.days(7);
    let claim = |order: &str| {
        let told = act(&t.buyer(), order, "payments", json!({ "amount": 150_000, "method": "transfer" })).expect(200);
        told["payments"][0]["id"].as_str().expect("an id").to_owned()
    };
    let claims = [claim(&first), claim(&second)];
    let confirm = |payment: &str| t.seller().client.post(&format!("/v1/supplier-payments/{payment}/confirm"), json!({})).expect(200);
    t.days(5);
    confirm(&claims[0]);
    assert_eq!(t.payment(), [1, 1, 0, 0, 0], "paid on its day, confirmed five days later");
    t.days(30);
    t.app.run_jobs();
    assert_eq!(t.payment(), [0, 1, 0, 1, 0]);
    confirm(&claims[1]);
    assert_eq!(t.payment(), [0, 2, 0, 0, 0], "it was paid in time after all");
}

#[test]
fn money_that_is_not_there_is_refused_and_a_transfer_lands_in_the_bank() {
    let t = trade(0);
    let order = t.promised("transfer");
    t.came(&order, 50);
    let claim = |amount: i64| act(&t.buyer(), &order, "payments", json!({ "amount": amount, "method": "transfer" }));
    let told = claim(150_000).expect(200);
    claim(1).expect_problem(409, "more_than_open");
    let payment = told["payments"][0]["id"].as_str().expect("an id").to_owned();
    let say = |by: &Person, payment: &str, word: &str| by.client.post(&format!("/v1/supplier-payments/{payment}/{word}"), json!({}));
    say(&t.buyer(), &payment, "refuse").expect_problem(403, "forbidden");
    let seller = t.seller();
    let refused = seller.client.post(&format!("/v1/supplier-payments/{payment}/refuse"), json!({ "reason": "Belum masuk" })).expect(200);
    assert_eq!((&refused["payments"][0]["state"], &refused["paid"]), (&json!("refused"), &json!(0)));
    assert_eq!(
        (&refused["payments"][0]["reason"], &refused["payments"][0]["settled_by"]),
        (&json!("Belum masuk"), &json!(seller.account_id))
    );
    assert_eq!(t.newest_notice(&t.maker)["notice"], "supplier_payment_refused");
    say(&t.seller(), &payment, "confirm").expect_problem(409, "supplier_payment_settled");
    assert_eq!(t.books()[0], -150_000, "it is owed as before");
    let again = claim(150_000).expect(200)["payments"][1]["id"].as_str().expect("an id").to_owned();
    say(&t.seller(), &again, "confirm").expect(200);
    assert_eq!((t.books()[0], t.books()[3]), (0, 0));
    assert_eq!((balance(&t.buyer(), &t.maker.id, "bank"), balance(&t.seller(), &t.supplier.id, "bank")), (-150_000, 150_000));
}

#[test]
fn what_is_entered_a_day_late_makes_nobody_late() {
    let t = trade(0);
    let order = t.promised("cash");
    t.days(3);
    let came = |on: &str| {
        let body = json!({ "lines": [{ "position": 1, "quantity": 50 }], "on": on });
        act(&t.buyer(), &order, "receive", body)
    };
    for wrong in ["2026-11-23", "2026-11-28"] {
        let refused = came(wrong);
        refused.expect_problem(400, "invalid_input");
        assert_eq!(refused.json["errors"][0]["field"], "on", "{}", refused.text);
    }
    let seen = came("2026-11-26").expect(200);
    assert_eq!((&seen["received_on"], &seen["delay_days"]), (&json!("2026-11-26"), &json!(0)));
    assert_eq!((t.delivery(), t.on_time()), ([0, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0]));
    assert_eq!(t.payment(), [1, 0, 0, 0, 0]);
}

#[test]
fn nobody_promises_or_agrees_to_a_day_of_the_past() {
    let t = trade(0);
    let order = t.ordered("cash");
    let answer = |body: Value| act(&t.seller(), &order, "answer", body);
    answer(json!({ "answer": "accept", "on": "2026-11-27" })).expect(200);
    t.days(4);
    let agree = |on: &str| act(&t.buyer(), &order, "agree", json!({ "on": on }));
    let passed = agree("2026-11-27");
    passed.expect_problem(400, "invalid_input");
    assert_eq!(passed.json["errors"][0]["field"], "on", "{}", passed.text);
    answer(json!({ "answer": "accept" })).expect_problem(400, "invalid_input");
    answer(json!({ "answer": "accept", "on": "2026-11-30" })).expect(200);
    assert_eq!(agree("2026-11-30").expect(200)["promised_on"], "2026-11-30");

    let other = t.ordered("cash");
    let path = act(&t.buyer(), &other, "link", json!({})).expect(200)["path"].as_str().expect("a path").to_owned();
    t.days(5);
    for on in [Value::Null, json!("2026-11-30"), json!("2026-12-02")] {
        let refused = t.app.client.send("POST", &format!("{path}/answer"), Some(json!({ "answer": "accept", "on": on })), &[]);
        refused.expect_problem(400, "invalid_input");
    }
    assert_eq!(t.delivery(), [1, 0, 0, 0, 0]);
}

#[test]
fn nobody_is_late_by_what_a_link_promised_for_the_very_day() {
    let t = trade(0);
    let order = t.ordered("cash");
    let path = act(&t.buyer(), &order, "link", json!({})).expect(200)["path"].as_str().expect("a path").to_owned();
    let known = t.ordered("cash");
    t.days(2);
    let yes = json!({ "answer": "accept", "on": null });
    let answered = t.app.client.send("POST", &format!("{path}/answer"), Some(yes.clone()), &[]).expect(200);
    assert_eq!((&answered["state"], &answered["promised_on"]), (&json!("promised"), &json!("2026-11-26")));
    assert_eq!(t.delivery(), [0; 5]);
    t.days(1);
    t.came(&order, 50);
    assert_eq!((t.delivery(), t.on_time()), ([0; 5], [0, 0, 0, 0, 0, 1]), "the other one was not answered");
    act(&t.seller(), &known, "answer", json!({ "answer": "accept", "on": "2026-11-26" })).expect(200);
    t.came(&known, 50);
    assert_eq!((t.delivery(), t.on_time()), ([0, 0, 1, 0, 1], [1, 0, 1, 0, 0, 0]), "her own word counts");
}

#[test]
fn what_is_on_its_way_and_never_comes_is_called_off_by_either_and_was_missed() {
    let t = trade(200_000);
    let [first, second] = [(); 2].map(|()| t.promised("cash"));
    for order in [&first, &second] {
        act(&t.seller(), order, "ship", json!({})).expect(200);
    }
    let reason = || json!({ "reason": "Truk mogok" });
    t.days(2);
    act(&t.buyer(), &first, "cancel", reason()).expect_problem(409, "supplier_order_not_overdue");
    act(&t.seller(), &first, "cancel", reason()).expect_problem(409, "supplier_order_not_overdue");
    t.days(1);
    assert_eq!(act(&t.buyer(), &first, "cancel", reason()).expect(200)["state"], "cancelled");
    assert_eq!(t.newest_notice(&t.supplier)["notice"], "supplier_order_cancelled");
    assert_eq!(act(&t.seller(), &second, "cancel", reason()).expect(200)["state"], "cancelled");
    let told = t.newest_notice(&t.maker);
    assert_eq!((&told["notice"], &told["fact"]), (&json!("supplier_order_cancelled"), &json!(second)));
    assert_eq!((t.delivery(), t.on_time()), ([0, 0, 0, 2, 0], [2, 0, 0, 0, 2, 0]));
    let sold = t.ordered("cash");
    act(&t.seller(), &sold, "cancel", reason()).expect_problem(403, "forbidden");
}

#[test]
fn what_nobody_answers_is_counted_beside() {
    let t = trade(0);
    let [silent, dropped, called_off] = [(); 3].map(|()| t.ordered("cash"));
    let reason = || json!({ "reason": "Tidak dijawab" });
    act(&t.buyer(), &called_off, "cancel", reason()).expect(200);
    assert_eq!(t.on_time(), [0; 6]);
    t.days(3);
    assert_eq!(t.on_time(), [0, 0, 0, 0, 0, 2], "what was called off before its day says nothing");
    act(&t.buyer(), &dropped, "cancel", reason()).expect(200);
    assert_eq!(t.on_time(), [0, 0, 0, 0, 0, 2]);
    act(&t.seller(), &silent, "answer", json!({ "answer": "reject" })).expect(200);
    assert_eq!(t.on_time(), [0, 0, 0, 0, 0, 1]);
}

#[test]
fn the_limit_counts_whatever_is_owed_and_what_is_still_to_come() {
    let t = trade(300_000);
    let purchase = json!({ "kind": "purchase", "amount": 100_000, "paid": "credit", "partner_id": t.supplier.id });
    t.maker.owner.client.post(&format!("/v1/enterprises/{}/cash-book", t.maker.id), purchase).expect(201);
    let first = t.promised("credit");
    let second = drafted(&t.maker, &t.supplier, &[(&t.cassava, 50)], "credit");
    let over = |free: &str| {
        let refused = act(&t.buyer(), &second, "send", json!({}));
        refused.expect_problem(409, "over_credit_limit");
        assert!(refused.json["detail"].as_str().is_some_and(|detail| detail.contains(free)), "{}", refused.text);
    };
    over("Rp50.000");
    let hers = json!({ "kind": "purchase", "amount": 40_000, "paid": "credit", "partner_id": t.maker.id });
    t.supplier.owner.client.post(&format!("/v1/enterprises/{}/cash-book", t.supplier.id), hers).expect(201);
    over("Rp50.000");
    t.came(&first, 20);
    over("Rp50.000");
    t.paid(&first, 60_000);
    over("Rp110.000");
    let third = t.promised("cash");
    t.came(&third, 10);
    over("Rp80.000");
    t.came(&first, 60);
    over("Rp0");
}

#[test]
fn a_suspended_enterprise_settles_what_is_under_way_and_begins_nothing() {
    let t = trade(0);
    let (drafted, asked, under_way) = (drafted(&t.maker, &t.supplier, &[(&t.cassava, 50)], "cash"), t.ordered("cash"), t.promised("cash"));
    let stop =
        |of: &Shop, word: &str, body: Value| t.village.admin.client.post(&format!("/v1/enterprises/{}/{word}", of.id), body).expect(200);
    for side in [&t.supplier, &t.maker] {
        stop(side, "suspend", json!({ "reason": "Izin habis" }));
        act(&t.buyer(), &drafted, "send", json!({})).expect_problem(409, "partners_not_trading");
        let body = json!({ "supplier_id": t.supplier.id, "lines": [{ "item_id": t.cassava, "quantity": 50 }], "payment": "cash" });
        t.buyer().client.post(&format!("/v1/enterprises/{}/supplier-orders", t.maker.id), body).expect_problem(409, "partners_not_trading");
        act(&t.seller(), &asked, "answer", json!({ "answer": "accept" })).expect_problem(409, "partners_not_trading");
        t.came(&under_way, 25);
        t.paid(&under_way, 75_000);
        stop(side, "reinstate", json!({}));
    }
    assert_eq!(act(&t.seller(), &under_way, "bill", count(&[])).expect(200)["state"], "paid");
    act(&t.buyer(), &drafted, "send", json!({})).expect(200);
}

#[test]
fn a_delivery_is_parted_over_the_lines_by_what_they_are_worth() {
    let app = TestApp::start();
    let (Dealing { supplier, maker, village }, _) = cassava_at(&app, 0);
    let other = app.home_industry(&village, "Dodol Balewangi");
    let (sack, oil) = (
        item(&supplier, "Ketela", "g", "sack", Some(50_000), 150_000),
        item(&supplier, "Minyak goreng", "ml", "litre", Some(1_000), 18_000),
    );
    let body = json!({
        "supplier_id": supplier.id, "members": [other.id], "cut_off": "2026-11-25T10:00:00Z", "minimum": 0, "delivery_cost": 20_000,
        "split": "by_value", "extend_days": 2, "extensions": 0, "note": null,
    });
    let opened = maker.owner.client.post(&format!("/v1/enterprises/{}/joint-buys", maker.id), body).expect(201);
    let buy = opened["joint_buy"]["id"].as_str().expect("an id").to_owned();
    for (item, wanted) in [(&sack, 50_000), (&oil, 5_000)] {
        let want = json!({ "member_id": maker.id, "item_id": item, "wanted": wanted, "tolerance": 0 });
        maker.owner.client.post(&format!("/v1/joint-buys/{buy}/wants"), want).expect(200);
    }
    maker.owner.client.post(&format!("/v1/joint-buys/{buy}/send"), json!({})).expect(200);
    let own = maker.owner.client.get(&format!("/v1/enterprises/{}/supplier-orders", maker.id)).expect(200);
    let order = own["items"][0]["id"].as_str().expect("an id").to_owned();
    act(&supplier.owner, &order, "answer", json!({ "answer": "accept" })).expect(200);
    let all = own["items"][0]["lines"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|line| json!({ "position": line["position"], "quantity": line["ordered"] }));
    act(&maker.owner, &order, "receive", json!({ "lines": all.collect::<Vec<_>>() })).expect(200);
    let mut there: Vec<i64> = stock(&maker.owner, &maker.id).into_iter().map(|(.., cost)| cost).collect();
    there.sort_unstable();
    assert_eq!(there, [97_500, 162_500], "Rp7.500 and Rp12.500 of Rp20.000");
    assert_eq!(balance(&maker.owner, &maker.id, "payable:partner"), -260_000);
    act(&maker.owner, &order, "recount", count(&[(1, 0), (2, 0)])).expect(200);
    assert_eq!(balance(&supplier.owner, &supplier.id, "income:delivery"), 0, "nothing came, nothing was brought");
    assert_eq!((balance(&maker.owner, &maker.id, "payable:partner"), balance(&maker.owner, &maker.id, "materials")), (0, 0));
}

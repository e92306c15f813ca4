//! Random trade over HTTP: no rupiah and no unit appears or vanishes.
//!
//! Two sellers, four packs, two buyers, their village, and whatever they may do with prices, carts, sales, quotes, changes,
//! payments, refunds, claims and time, allowed or not. The test keeps what really happened beside it: the coins that changed
//! hands, till by till, and the packs that left the house. At the end orders, stock and books must each say the same, and so
//! must every figure of every order. 10 runs of 300 acts; `PROPTEST_CASES` makes more of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::model::{self, Done};
use crate::support::people::pack_of;
use crate::support::{Answer, Person, Shop, TestApp, Village};

const CASES: u32 = 10;
const ACTS: usize = 300;
const STOCK: i64 = 60;
/// What a pack of each product costs at first, one and from five on.
const PRICES: [(i64, i64); 4] = [(12_500, 11_000), (9_000, 9_000), (35_000, 30_000), (999, 777)];

#[derive(Clone, Debug)]
enum Act {
    /// Buyer, lines of product and quantity, by transfer, brought.
    Place(usize, Vec<(usize, i64)>, bool, bool),
    /// Product, quantity, agreed price, handed over, paid, by transfer.
    Sell(usize, i64, Option<i64>, bool, bool, bool),
    /// Product, what a pack costs from now on, how much less from five on.
    Price(usize, i64, i64),
    /// Order, step.
    Step(usize, &'static str),
    /// The next step on an order's way.
    GoOn(usize),
    /// Order, fee.
    Quote(usize, i64),
    AgreeFee(usize),
    /// Order, how many of its first line stay, what replaces the rest.
    Propose(usize, i64, Option<(usize, i64)>),
    /// Order, what becomes of the proposal.
    Decide(usize, &'static str),
    /// Order, amount.
    Claim(usize, Option<i64>),
    /// Order, what really came, if it is not what was claimed.
    Confirm(usize, Option<i64>),
    Refuse(usize),
    /// Order, amount, who takes it, whether it is cash however the order was to be paid.
    Receive(usize, Option<i64>, &'static str, bool),
    Reverse(usize),
    /// Cash that someone else held for an order comes in.
    HandIn(usize),
    /// Order, how the refund is moved, and how it is sent.
    Refund(usize, &'static str, Option<&'static str>),
    /// Order, whether the village finds that its refund was sent.
    Rule(usize, bool),
    /// Order, packs of its first line that are not right, and what is wished for.
    Complain(usize, i64, &'static str),
    /// Order, share of what they cost that is offered in percent; `None` for others in their place.
    Offer(usize, Option<i64>),
    Settle(usize, &'static str),
    /// Order, what the village decides (no word where the buyer gets nothing), and the share of what they cost where it is money.
    Mediate(usize, Option<&'static str>, i64),
    /// Hours that pass.
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let n = 0usize..100;
    let steps = prop::sample::select(vec!["accept", "prepare", "ready", "hand-over", "complete", "reject", "cancel", "cancel", "cancel"]);
    let line = (0usize..4, 1i64..8);
    prop_oneof![
        8 => (0usize..2, proptest::collection::vec(line, 1..4), any::<bool>(), any::<bool>()).prop_map(|(b, l, t, d)| Act::Place(b, l, t, d)),
        2 => (0usize..4, 1i64..6, proptest::option::of(1i64..50_000), any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(p, q, a, h, d, t)| Act::Sell(p, q, a, h, d, t)),
        3 => (0usize..4, 500i64..40_000, 0i64..400).prop_map(|(p, one, less)| Act::Price(p, one, less)),
        8 => (n.clone(), steps).prop_map(|(n, s)| Act::Step(n, s)),
        40 => n.clone().prop_map(Act::GoOn),
        3 => (n.clone(), 0i64..30_000).prop_map(|(n, f)| Act::Quote(n, f)),
        3 => n.clone().prop_map(Act::AgreeFee),
        8 => (n.clone(), 0i64..5, proptest::option::of((0usize..4, 1i64..4))).prop_map(|(n, k, r)| Act::Propose(n, k, r)),
        8 => (n.clone(), prop::sample::select(vec!["accept", "accept", "accept", "decline", "withdraw"])).prop_map(|(n, d)| Act::Decide(n, d)),
        6 => (n.clone(), proptest::option::of(1i64..90_000)).prop_map(|(n, a)| Act::Claim(n, a)),
        6 => (n.clone(), proptest::option::weighted(0.3, 1i64..120_000)).prop_map(|(n, a)| Act::Confirm(n, a)),
        3 => n.clone().prop_map(Act::Refuse),
        8 => (n.clone(), proptest::option::weighted(0.4, 1i64..120_000), prop::sample::select(vec!["seller", "seller", "courier", "warung"]), any::<bool>())
            .prop_map(|(n, a, h, c)| Act::Receive(n, a, h, c)),
        2 => n.clone().prop_map(Act::Reverse),
        8 => n.clone().prop_map(Act::HandIn),
        16 => (n.clone(), prop::sample::select(vec!["send", "acknowledge", "acknowledge", "dispute", "dispute"]), prop::sample::select(vec![None, None, Some("cash"), Some("bank")]))
            .prop_map(|(n, m, w)| Act::Refund(n, m, w)),
        12 => (n.clone(), any::<bool>()).prop_map(|(n, s)| Act::Rule(n, s)),
        8 => (n.clone(), 1i64..4, prop::sample::select(vec!["refund_full", "refund_part", "replacement"])).prop_map(|(n, q, w)| Act::Complain(n, q, w)),
        12 => (n.clone(), proptest::option::weighted(0.7, 1i64..=100)).prop_map(|(n, p)| Act::Offer(n, p)),
        16 => (n.clone(), prop::sample::select(vec!["accept", "accept", "decline", "withdraw", "refuse", "refuse", "mediate", "mediate"])).prop_map(|(n, s)| Act::Settle(n, s)),
        20 => (n, prop::sample::select(vec![None, Some("replacement"), Some("refund"), Some("refund")]), 1i64..=100)
            .prop_map(|(n, r, p)| Act::Mediate(n, r, p)),
        1 => (1i64..80).prop_map(Act::Wait),
    ]
}

/// An order the test has made, and the claim that was opened last.
struct Known {
    id: String,
    seller: usize,
    buyer: Option<usize>,
    claim: Option<String>,
    /// What its lines cost when they were ordered.
    prices: Vec<i64>,
    /// Whether all that went back went the way it came.
    straight: bool,
    /// As it was shown last; forgotten by every act on it.
    shown: RefCell<Option<Value>>,
}

impl Known {
    fn new(seen: &Value, seller: usize, buyer: Option<usize>) -> Self {
        let prices = rows(&seen["lines"]).iter().map(|line| amount(&line["unit_price"])).collect();
        Self { id: text(&seen["id"]), seller, buyer, claim: None, prices, straight: true, shown: RefCell::new(None) }
    }
}

/// Who trades, and what really happened.
struct World<'a> {
    app: &'a TestApp,
    shops: [Shop; 2],
    buyers: [Person; 2],
    admin: Person,
    products: [String; 4],
    /// What a pack of each costs now, one and from five on.
    prices: [(i64, i64); 4],
    orders: Vec<Known>,
    /// The coins of each seller in each of her tills, as the hands know that gave and took them.
    coins: [BTreeMap<String, i64>; 2],
    /// The payments those coins came by, and the refunds they went by.
    confirmed: BTreeSet<String>,
    refunded: BTreeSet<String>,
    /// Packs that were given in another's place, by product.
    given: [i64; 4],
    /// How often each kind of act went through.
    done: Done,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn amount(value: &Value) -> i64 {
    value.as_i64().expect("an amount")
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// Where the money of a payment is.
fn till(payment: &Value) -> String {
    match payment["method"].as_str() {
        Some("bank_transfer" | "qris") => "bank".to_owned(),
        _ => format!("cash:{}", text(&payment["holder"])),
    }
}

fn set_price(shop: &Shop, product: &str, one: i64, many: i64) -> Answer {
    let tag = shop.owner.client.get(&format!("/v1/products/{product}")).header("etag").to_owned();
    let wholesale = if many < one { json!([{ "min_quantity": 5, "price": many }]) } else { json!([]) };
    let path = format!("/v1/packs/{}/prices", pack_of(product));
    shop.owner.client.send("PUT", &path, Some(json!({ "price": one, "wholesale": wholesale })), &[("If-Match", &tag)])
}

impl<'a> World<'a> {
    fn new(app: &'a TestApp, village: &Village) -> Self {
        let shops = ["Keripik", "Dodol"].map(|name| app.home_industry(village, name));
        let products = [0, 1, 2, 3].map(|n| {
            let shop = &shops[n / 2];
            let (one, many) = PRICES[n];
            let id = app.product(village, shop, &format!("Jajanan {n}"), one, STOCK);
            if many < one {
                set_price(shop, &id, one, many).expect(200);
            }
            id
        });
        for shop in &shops {
            app.takes_transfers(shop);
        }
        let buyers = ["Sari", "Rahma"].map(|name| app.buyer(name));
        Self {
            app,
            shops,
            buyers,
            admin: village.admin.clone(),
            products,
            prices: PRICES,
            orders: Vec::new(),
            coins: [BTreeMap::new(), BTreeMap::new()],
            confirmed: BTreeSet::new(),
            refunded: BTreeSet::new(),
            given: [0; 4],
            done: BTreeMap::new(),
        }
    }

    fn seller(&self, order: &Known) -> &Person {
        &self.shops[order.seller].owner
    }

    fn buyer(&self, order: &Known) -> Option<&Person> {
        order.buyer.map(|buyer| &self.buyers[buyer])
    }

    fn seen(&self, order: &Known) -> Value {
        let shown = || self.seller(order).client.get(&format!("/v1/orders/{}", order.id)).expect(200);
        order.shown.borrow_mut().get_or_insert_with(shown).clone()
    }

    /// The n-th order; of a random few none is there.
    fn pick(&self, n: usize) -> Option<&Known> {
        if self.orders.is_empty() { None } else { self.orders.get(n % self.orders.len()) }
    }

    /// The n-th order of which `fits` holds: most acts would otherwise meet a state they do not fit.
    fn pick_where(&self, n: usize, fits: impl Fn(&Value) -> bool) -> Option<&Known> {
        let fitting: Vec<&Known> = self.orders.iter().filter(|order| fits(&self.seen(order))).collect();
        // One in ten is left to chance, so that what must be refused is tried as well.
        if n.is_multiple_of(10) || fitting.is_empty() { self.pick(n) } else { Some(fitting[n % fitting.len()]) }
    }

    fn price(&self, product: usize, quantity: i64) -> i64 {
        if quantity >= 5 { self.prices[product].1 } else { self.prices[product].0 }
    }

    /// What a refused act may answer: a conflict or a wrong value, told as a problem.
    fn refused(answer: &Answer, act: &Act) {
        assert!(matches!(answer.status, 400 | 403 | 409), "{act:?}: {}", answer.text);
        assert!(answer.json["code"].is_string(), "{act:?}: {}", answer.text);
    }

    fn step(&mut self, act: &Act) {
        let Some((kind, answer)) = self.send(act) else { return };
        if answer.status >= 300 {
            return Self::refused(&answer, act);
        }
        *self.done.entry(kind).or_default() += 1;
        let seen = &answer.json;
        let touched = seen["order_id"].as_str().or(seen["id"].as_str());
        for order in self.orders.iter().filter(|order| Some(order.id.as_str()) == touched) {
            *order.shown.borrow_mut() = None;
        }
        match act {
            Act::Place(buyer, lines, _, _) => self.placed(*buyer, lines, seen),
            Act::Sell(product, quantity, agreed, handed_over, paid, _) => {
                let price = agreed.unwrap_or_else(|| self.price(*product, *quantity));
                assert_eq!(amount(&seen["bill"]["goods"]), price * quantity);
                assert_eq!(
                    text(&seen["state"]),
                    if *handed_over && *paid {
                        "completed"
                    } else if *handed_over {
                        "handed_over"
                    } else {
                        "accepted"
                    }
                );
                if *paid {
                    self.coins(product / 2, &till(&seen["payments"][0]), price * quantity);
                    self.confirmed.insert(text(&seen["payments"][0]["id"]));
                }
                self.orders.push(Known::new(seen, product / 2, None));
            }
            Act::Price(product, one, less) => self.prices[*product] = (*one, one - less),
            Act::Confirm(_, came) | Act::Receive(_, came, _, _) => {
                let new = |one: &&Value| one["state"] == "confirmed" && !self.confirmed.contains(&text(&one["id"]));
                let payment = rows(&seen["payments"]).iter().find(new).expect("a payment that was not there before");
                let (id, sum) = (text(&payment["id"]), amount(&payment["amount"]));
                assert!(came.is_none_or(|came| came == sum), "{seen}");
                self.coins(self.of(&text(&seen["id"])), &till(payment), sum);
                self.confirmed.insert(id);
            }
            Act::Reverse(_) => {
                let gone = |one: &&Value| one["state"] == "reversed" && self.confirmed.contains(&text(&one["id"]));
                let payment = rows(&seen["payments"]).iter().find(gone).expect("a payment that was there before");
                self.coins(self.of(&text(&seen["id"])), &till(payment), -amount(&payment["amount"]));
                self.confirmed.remove(&text(&payment["id"]));
                // What it paid back before may now have come from another till.
                let id = text(&seen["id"]);
                self.orders.iter_mut().filter(|known| known.id == id).for_each(|known| known.straight = false);
            }
            Act::Refund(_, _, way) => self.sent(seen, *way),
            Act::Rule(_, sent) => {
                let (refund, seller) = (&seen["refund"], self.of(&text(&seen["order_id"])));
                assert_eq!(refund["state"], if *sent { "acknowledged" } else { "withdrawn" }, "{seen}");
                if !sent {
                    self.gone_back(seller, refund, -1);
                }
            }
            Act::Complain(..) => {
                let (order, claim) = (text(&seen["order_id"]), text(&seen["id"]));
                let known = self.orders.iter_mut().find(|known| known.id == order).expect("an order made here");
                known.claim = Some(claim);
            }
            Act::Settle(_, "accept") | Act::Mediate(..) => self.given(seen),
            Act::Step(..)
            | Act::GoOn(_)
            | Act::Quote(..)
            | Act::AgreeFee(_)
            | Act::Propose(..)
            | Act::Decide(..)
            | Act::Claim(..)
            | Act::Refuse(_)
            | Act::Offer(..)
            | Act::Settle(..)
            | Act::HandIn(_)
            | Act::Wait(_) => {}
        }
    }

    /// Coins come into a till, or go out of it.
    fn coins(&mut self, seller: usize, till: &str, amount: i64) {
        *self.coins[seller].entry(till.to_owned()).or_default() += amount;
    }

    /// A settled claim for which others were given in place of the goods.
    fn given(&mut self, claim: &Value) {
        if claim["state"] == "settled" && claim["remedy"] == "replacement" {
            let pack = text(&claim["pack_id"]);
            let product = self.products.iter().position(|product| pack_of(product) == pack).expect("a product made here");
            self.given[product] += amount(&claim["quantity"]);
        }
    }

    /// The coins of a refund leave, or come back where `sign` is less than nothing.
    fn gone_back(&mut self, seller: usize, refund: &Value, sign: i64) {
        let (all, by_bank) = (amount(&refund["amount"]), amount(&refund["by_bank"]));
        self.coins(seller, "bank", -sign * by_bank);
        self.coins(seller, "cash:seller", -sign * (all - by_bank));
    }

    /// A refund was sent, perhaps for the second time: only the first time do coins leave.
    fn sent(&mut self, seen: &Value, way: Option<&str>) {
        let new = |one: &&Value| one["state"] == "sent" && !self.refunded.contains(&text(&one["id"]));
        let Some(refund) = rows(&seen["refunds"]).iter().find(new) else { return };
        let (all, by_bank) = (amount(&refund["amount"]), amount(&refund["by_bank"]));
        self.refunded.insert(text(&refund["id"]));
        let seller = self.of(&text(&seen["id"]));
        self.gone_back(seller, refund, 1);
        let id = text(&seen["id"]);
        let known = self.orders.iter_mut().find(|known| known.id == id).expect("an order made here");
        known.straight &= way.is_none();
        match way {
            Some("bank") => assert_eq!(by_bank, all),
            Some(_) => assert_eq!(by_bank, 0),
            None => {}
        }
        // Where the seller never said otherwise, nothing has left a till that did not come into it.
        let came = |bank: bool| -> i64 {
            let these = rows(&seen["payments"]).iter().filter(|one| one["state"] == "confirmed" && (till(one) == "bank") == bank);
            these.map(|one| amount(&one["amount"])).sum()
        };
        let left = rows(&seen["refunds"]).iter().filter(|one| matches!(one["state"].as_str(), Some("sent" | "acknowledged" | "disputed")));
        let (all, bank) = left.fold((0, 0), |(all, bank), one| (all + amount(&one["amount"]), bank + amount(&one["by_bank"])));
        assert!(!known.straight || (bank <= came(true) && all - bank <= came(false)), "{seen}");
    }

    /// Which seller's an order is.
    fn of(&self, id: &str) -> usize {
        self.orders.iter().find(|known| known.id == id).expect("an order made here").seller
    }

    fn placed(&mut self, buyer: usize, lines: &[(usize, i64)], group: &Value) {
        let mut wanted: BTreeMap<usize, i64> = BTreeMap::new();
        for (product, quantity) in lines {
            *wanted.entry(*product).or_default() += quantity;
        }
        let expected: i64 = wanted.iter().map(|(product, quantity)| self.price(*product, *quantity) * quantity).sum();
        assert_eq!(amount(&group["total"]), expected, "{group}");
        for order in rows(&group["orders"]) {
            let seller = self.shops.iter().position(|shop| shop.id == text(&order["seller_id"])).expect("a shop made here");
            self.orders.push(Known::new(order, seller, Some(buyer)));
        }
    }

    /// Does `act`; answers nothing where there is nobody to do it or nothing to do it to.
    #[expect(clippy::too_many_lines, reason = "one arm for each act")]
    fn send(&mut self, act: &Act) -> Option<(&'static str, Answer)> {
        let path = |order: &Known, act: &str| format!("/v1/orders/{}/{act}", order.id);
        let state = |wanted: &'static str| move |seen: &Value| seen["state"] == wanted;
        Some(match act {
            // Few orders that go far tell more than many that stand at their beginning.
            Act::Place(..) if self.orders.len() >= 16 => return None,
            Act::Place(buyer, lines, transfer, brought) => {
                let lines: Vec<Value> = lines
                    .iter()
                    .map(|(product, quantity)| json!({ "pack_id": pack_of(&self.products[*product]), "quantity": quantity }))
                    .collect();
                let payment = if *transfer { "bank_transfer" } else { "cash_on_delivery" };
                let mut cart = json!({ "lines": lines, "fulfilment": "pickup", "payment": payment });
                if *brought {
                    (cart["fulfilment"], cart["address"]) = ("seller_delivery".into(), "Jalan Braga 1".into());
                }
                ("place", self.buyers[*buyer].client.post("/v1/order-groups", cart))
            }
            Act::Sell(product, quantity, agreed, handed_over, paid, transfer) => {
                let line = json!({ "pack_id": pack_of(&self.products[*product]), "quantity": quantity, "unit_price": agreed });
                let payment = if *transfer { "bank_transfer" } else { "cash_at_pickup" };
                let sale = json!({ "channel": "chat", "lines": [line], "payment": payment, "handed_over": handed_over, "paid": paid });
                let shop = &self.shops[product / 2];
                ("sell", shop.owner.client.post(&format!("/v1/enterprises/{}/orders", shop.id), sale))
            }
            Act::Price(product, one, less) => ("price", set_price(&self.shops[product / 2], &self.products[*product], *one, one - less)),
            Act::Step(n, step) => {
                let from = match *step {
                    "accept" | "reject" => "placed",
                    "prepare" | "cancel" => "accepted",
                    "ready" => "preparing",
                    "hand-over" => "ready",
                    _ => "handed_over",
                };
                let order = self.pick_where(*n, state(from))?;
                let buyer = self.buyer(order).filter(|_| *step == "cancel" && n.is_multiple_of(2));
                let body = if matches!(*step, "reject" | "cancel") { json!({ "reason": "Batal" }) } else { json!({}) };
                (step, buyer.unwrap_or(self.seller(order)).client.post(&path(order, step), body))
            }
            Act::GoOn(n) => {
                let next = |seen: &Value| match (seen["state"].as_str(), seen["quote"]["state"].as_str()) {
                    (Some("placed"), Some("asked")) => Some("quote"),
                    (Some("placed"), Some("quoted")) => Some("quote/accept"),
                    (Some("placed"), _) => Some("accept"),
                    (Some("accepted"), _) => Some("prepare"),
                    (Some("preparing"), _) => Some("ready"),
                    (Some("ready"), _) => Some("hand-over"),
                    (Some("handed_over"), _) if seen["bill"]["status"] == "paid" => Some("complete"),
                    _ => None,
                };
                let order = self.pick_where(*n, |seen| next(seen).is_some())?;
                let seen = self.seen(order);
                let step = next(&seen)?;
                let fee = json!({ "fee": seen["quote"]["fee"].as_i64().unwrap_or(15_000) });
                let (who, body) = match step {
                    "quote" => (self.seller(order), fee),
                    "quote/accept" => (self.buyer(order)?, fee),
                    _ => (self.seller(order), json!({})),
                };
                (step, who.client.post(&path(order, step), body))
            }
            Act::Quote(n, fee) => {
                let order = self.pick_where(*n, |seen| seen["quote"]["state"] == "asked" && seen["state"] == "placed")?;
                ("quote", self.seller(order).client.post(&path(order, "quote"), json!({ "fee": fee })))
            }
            Act::AgreeFee(n) => {
                let order = self.pick_where(*n, |seen| seen["quote"]["state"] == "quoted" && seen["state"] == "placed")?;
                let fee = self.seen(order)["quote"]["fee"].as_i64().unwrap_or(0);
                ("quote/accept", self.buyer(order)?.client.post(&path(order, "quote/accept"), json!({ "fee": fee })))
            }
            Act::Propose(n, keep, replacement) => {
                let order = self.pick_where(*n, |seen| {
                    seen["change"].is_null() && matches!(seen["state"].as_str(), Some("accepted" | "preparing" | "ready"))
                })?;
                let replacement =
                    replacement.map(|(product, quantity)| json!({ "pack_id": pack_of(&self.products[product]), "quantity": quantity }));
                let body =
                    json!({ "lines": [{ "position": 1, "quantity": keep, "replacement": replacement }], "reason": "Tinggal sedikit" });
                ("propose", self.seller(order).client.post(&path(order, "changes"), body))
            }
            Act::Decide(n, word) => {
                let order = self.pick_where(*n, |seen| seen["change"].is_object())?;
                let change = self.seen(order)["change"]["id"].as_str()?.to_owned();
                let who = if *word == "withdraw" { self.seller(order) } else { self.buyer(order)? };
                ("decide", who.client.post(&path(order, &format!("changes/{word}")), json!({ "change_id": change })))
            }
            Act::Claim(n, sum) => {
                let order = self.pick_where(*n, |seen| seen["bill"]["status"] == "awaiting" && seen["state"] != "placed")?;
                ("claim", self.buyer(order)?.client.post(&path(order, "payments/claim"), json!({ "amount": sum })))
            }
            Act::Confirm(n, came) => {
                let (order, payment) = self.payment(*n, "claimed")?;
                ("confirm", self.seller(order).client.post(&format!("/v1/payments/{payment}/confirm"), json!({ "amount": came })))
            }
            Act::Refuse(n) => {
                let (order, payment) = self.payment(*n, "claimed")?;
                ("refuse", self.seller(order).client.post(&format!("/v1/payments/{payment}/refuse"), json!({ "reason": "Belum masuk" })))
            }
            Act::Receive(n, sum, holder, cash) => {
                let order = self.pick_where(*n, |seen| amount(&seen["bill"]["outstanding"]) > 0)?;
                let method = if *cash { json!("cash_on_delivery") } else { Value::Null };
                let body = json!({ "amount": sum, "holder": holder, "method": method });
                ("receive", self.seller(order).client.post(&path(order, "payments/receive"), body))
            }
            Act::HandIn(n) => {
                let held = |one: &Value| one["state"] == "confirmed" && !matches!(till(one).as_str(), "bank" | "cash:seller");
                let order = self.pick_where(*n, |seen| rows(&seen["payments"]).iter().any(held))?;
                let seen = self.seen(order);
                let payment = rows(&seen["payments"]).iter().find(|one| held(one))?;
                let (seller, from, sum) = (order.seller, till(payment), amount(&payment["amount"]));
                let answer = self.seller(order).client.post(&format!("/v1/payments/{}/hand-in", text(&payment["id"])), json!({}));
                if answer.status == 200 {
                    self.coins(seller, &from, -sum);
                    self.coins(seller, "cash:seller", sum);
                }
                ("hand-in", answer)
            }
            Act::Reverse(n) => {
                let (order, payment) = self.payment(*n, "confirmed")?;
                ("reverse", self.seller(order).client.post(&format!("/v1/payments/{payment}/reverse"), json!({ "reason": "Uang palsu" })))
            }
            Act::Refund(n, word, way) => {
                let open = |one: &Value| matches!(one["state"].as_str(), Some("due" | "sent"));
                let order = self.pick_where(*n, |seen| rows(&seen["refunds"]).iter().any(open))?;
                let seen = self.seen(order);
                let refunds = rows(&seen["refunds"]);
                let refund = refunds.iter().find(|one| open(one)).or_else(|| refunds.last())?;
                let id = text(&refund["id"]);
                // What is due is sent first; what was sent is left to chance.
                let word = if refund["state"] == "due" { "send" } else { *word };
                let who = if word == "send" { self.seller(order) } else { self.buyer(order)? };
                let body = match word {
                    "send" => json!({ "method": way }),
                    "dispute" => json!({ "reason": "Belum masuk" }),
                    _ => json!({}),
                };
                (word, who.client.post(&format!("/v1/refunds/{id}/{word}"), body))
            }
            Act::Rule(n, sent) => {
                let disputed = |one: &Value| one["state"] == "disputed";
                let order = self.pick_where(*n, |seen| rows(&seen["refunds"]).iter().any(disputed))?;
                let seen = self.seen(order);
                let refunds = rows(&seen["refunds"]);
                let id = text(&refunds.iter().find(|one| disputed(one)).or_else(|| refunds.last())?["id"]);
                ("rule", self.admin.client.post(&format!("/v1/refunds/{id}/decide"), json!({ "sent": sent, "reason": "Sudah diperiksa" })))
            }
            Act::Complain(n, packs, wish) => {
                let order = self.pick_where(*n, |seen| matches!(seen["state"].as_str(), Some("handed_over" | "completed")))?;
                let part = (*wish == "refund_part").then_some(300);
                let claim = json!({ "position": 1, "quantity": packs, "text": "Hancur", "wish": wish, "wished_amount": part });
                ("complain", self.buyer(order)?.client.post(&path(order, "claims"), claim))
            }
            Act::Offer(n, percent) => {
                let order = self.pick_where(*n, state("claim_open"))?;
                let claim = order.claim.clone()?;
                let value = amount(&self.seller(order).client.get(&format!("/v1/claims/{claim}")).expect(200)["value"]);
                let body = percent
                    .map_or(json!({ "remedy": "replacement" }), |percent| json!({ "remedy": "refund", "amount": value * percent / 100 }));
                ("offer", self.seller(order).client.post(&format!("/v1/claims/{claim}/offer"), body))
            }
            Act::Settle(n, word) => {
                let order = self.pick_where(*n, state("claim_open"))?;
                let claim = order.claim.clone()?;
                let who = if *word == "refuse" { self.seller(order) } else { self.buyer(order)? };
                let body = if matches!(*word, "accept" | "withdraw") { json!({}) } else { json!({ "reason": "Begitu saja" }) };
                let kind = if matches!(*word, "refuse" | "mediate") { *word } else { "settle" };
                (kind, who.client.post(&format!("/v1/claims/{claim}/{word}"), body))
            }
            Act::Mediate(n, remedy, percent) => {
                let order = self.pick_where(*n, state("claim_open"))?;
                let claim = order.claim.clone()?;
                let value = amount(&self.seller(order).client.get(&format!("/v1/claims/{claim}")).expect(200)["value"]);
                let sum = (*remedy == Some("refund")).then_some(value * percent / 100);
                let body = json!({ "remedy": remedy, "amount": sum, "reason": "Sudah dilihat bersama" });
                ("decide-claim", self.admin.client.post(&format!("/v1/claims/{claim}/decide"), body))
            }
            Act::Wait(hours) => {
                self.wait(*hours);
                return None;
            }
        })
    }

    /// The n-th order with a payment in `state`, and that payment.
    fn payment(&self, n: usize, state: &str) -> Option<(&Known, String)> {
        let order = self.pick_where(n, |seen| rows(&seen["payments"]).iter().any(|one| one["state"] == state))?;
        let seen = self.seen(order);
        let payments = rows(&seen["payments"]);
        let payment = payments.iter().find(|one| one["state"] == state).or_else(|| payments.last())?;
        Some((order, text(&payment["id"])))
    }

    fn wait(&mut self, hours: i64) {
        // Offers that nobody answers are settled by the clock: what they give must be known before.
        let replaced = |world: &Self| -> Vec<(String, Value)> {
            let claims = world.orders.iter().filter_map(|order| Some((order, order.claim.clone()?)));
            claims
                .map(|(order, claim)| (claim.clone(), world.seller(order).client.get(&format!("/v1/claims/{claim}")).expect(200)))
                .collect()
        };
        let before = replaced(self);
        self.forget();
        self.app.advance(Duration::hours(hours));
        self.app.run_jobs();
        for person in &mut self.buyers {
            *person = self.app.awake(person);
        }
        for shop in &mut self.shops {
            shop.owner = self.app.awake(&shop.owner);
        }
        self.admin = self.app.awake(&self.admin);
        for ((_, was), (_, is)) in before.iter().zip(replaced(self)) {
            if was["state"] != "settled" {
                self.given(&is);
            }
        }
    }

    /// Looks at every order anew from now on.
    fn forget(&self) {
        for order in &self.orders {
            *order.shown.borrow_mut() = None;
        }
    }

    /// Stock, orders and books, each beside what really happened.
    fn compare(&self) {
        self.forget();
        let orders: Vec<(&Known, Value)> = self.orders.iter().map(|order| (order, self.seen(order))).collect();
        for (known, seen) in &orders {
            adds_up(seen);
            let prices: Vec<i64> = rows(&seen["lines"]).iter().map(|line| amount(&line["unit_price"])).collect();
            assert_eq!(prices[..known.prices.len()], known.prices, "a line keeps its price: {seen}");
        }
        self.units(&orders);
        for seller in 0..2 {
            self.money(seller, &orders);
        }
    }

    /// What was there, less what left the house, is there; what open orders hold is held.
    fn units(&self, orders: &[(&Known, Value)]) {
        for (n, product) in self.products.iter().enumerate() {
            let pack = pack_of(product);
            let packs = |states: &[&str]| -> i64 {
                let these = orders.iter().filter(|(_, seen)| states.contains(&seen["state"].as_str().expect("a state")));
                these
                    .flat_map(|(_, seen)| rows(&seen["lines"]))
                    .filter(|line| line["pack_id"] == pack.as_str())
                    .map(|line| amount(&line["quantity"]))
                    .sum()
            };
            let gone = packs(&["handed_over", "claim_open", "completed"]) + self.given[n];
            let held = packs(&["placed", "accepted", "preparing", "ready"]);
            let own = self.shops[n / 2].owner.client.get(&format!("/v1/products/{product}")).expect(200);
            assert_eq!((amount(&own["packs"][0]["on_hand"]), amount(&own["packs"][0]["reserved"])), (STOCK - gone, held), "{own}");
        }
    }

    /// The till holds the coins that came and did not go back, and the rest of the books is what the orders say.
    fn money(&self, seller: usize, orders: &[(&Known, Value)]) {
        let shop = &self.shops[seller];
        let trial = shop.owner.client.get(&format!("/v1/enterprises/{}/trial-balance", shop.id)).expect(200);
        assert_eq!(trial["difference"], 0);
        let mut books: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows(&trial["accounts"]) {
            *books.entry(text(&row["account"])).or_default() += amount(&row["debit"]) - amount(&row["credit"]);
        }
        let mut book = |account: &str| books.remove(account).unwrap_or(0);
        for till in ["cash:seller", "cash:courier", "cash:warung", "bank"] {
            assert_eq!(book(till), self.coins[seller].get(till).copied().unwrap_or(0), "{till} of {}", shop.id);
        }
        let of = |earned: Option<bool>, figure: &dyn Fn(&Value) -> i64| -> i64 {
            let hers = orders.iter().filter(|(order, _)| order.seller == seller);
            hers.filter(|(_, seen)| earned.is_none_or(|earned| seen["handed_over_at"].is_string() == earned))
                .map(|(_, seen)| figure(&seen["bill"]))
                .sum()
        };
        let goods = of(Some(true), &|bill| amount(&bill["goods"]) - amount(&bill["allowance"]));
        assert_eq!(-(book("sales:online") + book("sales:chat")), goods);
        assert_eq!(-book("income:delivery"), of(Some(true), &|bill| bill["delivery"].as_i64().unwrap_or(0)));
        assert_eq!(-book("rounding"), of(Some(true), &|bill| amount(&bill["digits"])));
        assert_eq!(book("receivable:buyers"), of(Some(true), &|bill| amount(&bill["outstanding"])));
        assert_eq!(-book("refunds:buyers"), of(None, &|bill| amount(&bill["owed_back"])));
        let kept = |bill: &Value| amount(&bill["received"]) - amount(&bill["returned"]) - amount(&bill["owed_back"]);
        assert_eq!(-book("advances:buyers"), of(Some(false), &kept));
        books.retain(|_, balance| *balance != 0);
        assert!(books.is_empty(), "nothing else is in the books: {books:?}");
    }
}

/// Every figure of an order follows from its lines, payments and refunds.
fn adds_up(seen: &Value) {
    let bill = |field: &str| seen["bill"][field].as_i64().unwrap_or(0);
    let sum = |list: &str, states: &[&str]| -> i64 {
        let these = rows(&seen[list]).iter().filter(|row| states.contains(&row["state"].as_str().expect("a state")));
        these.map(|row| amount(&row["amount"])).sum()
    };
    let lines = rows(&seen["lines"]);
    assert!(lines.iter().all(|line| amount(&line["total"]) == amount(&line["unit_price"]) * amount(&line["quantity"])), "{seen}");
    let called_off = matches!(seen["state"].as_str(), Some("rejected" | "cancelled" | "expired"));
    let goods: i64 = lines.iter().map(|line| amount(&line["total"])).sum();
    let charge = if called_off { 0 } else { goods + bill("delivery") + bill("digits") - bill("allowance") };
    let kept = bill("received") - bill("returned");
    let found = ["goods", "total", "received", "claimed", "returned", "owed_back", "outstanding"].map(bill);
    let wanted = [
        goods,
        charge,
        sum("payments", &["confirmed"]),
        sum("payments", &["claimed"]),
        sum("refunds", &["sent", "acknowledged", "disputed"]),
        sum("refunds", &["due"]),
        (charge - kept).max(0),
    ];
    assert_eq!(found, wanted, "{seen}");
    assert_eq!(bill("owed_back"), (kept - charge).max(0), "{seen}");
}

#[test]
fn no_rupiah_and_no_unit_appears_or_vanishes() {
    let app = TestApp::start();
    let kinds = [
        "place",
        "sell",
        "accept",
        "hand-over",
        "complete",
        "cancel",
        "quote/accept",
        "decide",
        "confirm",
        "receive",
        "reverse",
        "hand-in",
        "price",
        "send",
        "acknowledge",
        "dispute",
        "rule",
        "complain",
        "offer",
        "settle",
        "refuse",
    ];
    model::run(CASES, proptest::collection::vec(act(), ACTS), &kinds, |run, acts| {
        let village = app.village(&format!("32.05.20.{run}"));
        let mut world = World::new(&app, &village);
        for act in &acts {
            world.step(act);
        }
        world.compare();
        world.done
    });
}

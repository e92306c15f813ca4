//! Supplier orders against a model of them in memory: whatever both sides do, allowed or not, in whatever order. The model says of
//! each act whether it may happen and how the order then stands; at the end material, debts, claims, both books and what became of every
//! delivery and payment are what it says.
//!
//! 8 runs of 260 acts; `PROPTEST_CASES` makes more of them.

use chrono::{Datelike, Days, Duration, NaiveDate, Weekday};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::agreements::{offered, supply_terms};
use crate::obligations::kept;
use crate::supplier_orders::{act, balance, count, stock};
use crate::supply::item;
use crate::support::model::{self, Done};
use crate::support::{Answer, Person, Shop, TestApp};

const CASES: u32 = 8;
const ACTS: usize = 260;
/// What one kilogram, one litre and one piece cost.
const PRICES: [i64; 3] = [3_000, 18_000, 1_333];
/// Days to pay what is bought on credit.
const TO_PAY: u64 = 7;
/// What is done so late counts as missed.
const MISSED: u64 = 30;
/// How long a run goes on: people who do nothing for longer are signed out.
const MOST_DAYS: i64 = 50;

/// Which act, on which order, and what chance says of it.
type Roll = (u8, usize, i64, i64, i64, bool);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    Met,
    Late(i64),
    Missed,
    Released,
}

#[derive(Clone, Debug)]
struct Due {
    on: NaiveDate,
    fate: Fate,
}

impl Due {
    fn new(on: NaiveDate) -> Self {
        Self { on, fate: Fate::Open }
    }

    fn last(&self) -> NaiveDate {
        self.on + Days::new(MISSED)
    }

    fn judged(&self, day: NaiveDate) -> Fate {
        let late = (day - self.on).num_days();
        if late <= 0 { Fate::Met } else { Fate::Late(late) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    item: usize,
    ordered: i64,
    promised: Option<i64>,
    billed: Option<i64>,
    received: i64,
}

impl Line {
    fn payable(&self) -> i64 {
        self.billed.map_or(self.received, |billed| billed.min(self.received))
    }
}

fn owed(lines: &[Line]) -> i64 {
    lines.iter().map(|line| PRICES[line.item] * line.payable()).sum()
}

fn complete(lines: &[Line]) -> bool {
    let whole = |line: &Line| line.received >= line.promised.unwrap_or(line.ordered).min(line.ordered);
    lines.iter().any(|line| line.received > 0) && lines.iter().all(whole)
}

/// What the model believes of one order.
#[derive(Clone, Debug)]
struct Order {
    id: String,
    credit: bool,
    state: &'static str,
    lines: Vec<Line>,
    sent: NaiveDate,
    wanted: NaiveDate,
    proposed: Option<NaiveDate>,
    promised: Option<NaiveDate>,
    received_on: Option<NaiveDate>,
    /// The payments that wait for the supplier's word.
    claims: Vec<(String, i64, NaiveDate)>,
    paid: i64,
    paid_last: Option<NaiveDate>,
    delivery: Option<Due>,
    payments: Vec<Due>,
}

impl Order {
    fn open(&self) -> i64 {
        owed(&self.lines) - self.paid - self.claims.iter().map(|(_, amount, _)| amount).sum::<i64>()
    }

    fn promise(&mut self, day: NaiveDate, counted: bool) {
        if self.promised.is_none() && counted {
            self.delivery = Some(Due::new(day));
        }
        (self.state, self.promised, self.proposed) = ("promised", Some(day), None);
    }

    /// What is known of the delivery and the payment now, `before` being what was owed before.
    fn weigh(&mut self, before: i64, today: NaiveDate) {
        let (whole, closed) = (complete(&self.lines), self.state == "billed");
        if let Some(due) = self.delivery.as_mut().filter(|due| due.fate != Fate::Released) {
            due.fate = match self.received_on {
                Some(day) if (whole || closed) && day > due.last() => Fate::Missed,
                Some(day) if whole => due.judged(day),
                Some(day) if closed => match due.judged(day) {
                    Fate::Late(days) => Fate::Late(days),
                    Fate::Open | Fate::Met | Fate::Missed | Fate::Released => Fate::Missed,
                },
                Some(_) | None => {
                    if today <= due.last() {
                        Fate::Open
                    } else {
                        Fate::Missed
                    }
                }
            };
        }
        self.settle(before, today);
    }

    fn settle(&mut self, before: i64, today: NaiveDate) {
        let owed = owed(&self.lines);
        if self.paid < owed {
            if owed > before && !self.payments.iter().any(|due| due.fate == Fate::Open) {
                self.payments.push(Due::new(today + Days::new(if self.credit { TO_PAY } else { 0 })));
            }
            return;
        }
        let day = self.paid_last.unwrap_or(today);
        for due in self.payments.iter_mut().filter(|due| matches!(due.fate, Fate::Open | Fate::Missed)) {
            due.fate = match due.fate {
                _ if owed == 0 => Fate::Released,
                Fate::Missed if day > due.last() => Fate::Missed,
                Fate::Open | Fate::Missed | Fate::Met | Fate::Late(_) | Fate::Released => due.judged(day),
            };
        }
        if self.state == "billed" {
            self.state = "paid";
        }
    }

    /// What the order says of itself, as the model has it.
    fn told(&self) -> Value {
        let lines: Vec<Value> = self.lines.iter().map(|line| json!([line.ordered, line.promised, line.billed, line.received])).collect();
        json!([self.state, owed(&self.lines), self.paid, self.promised, self.received_on, lines])
    }
}

fn told(order: &Value) -> Value {
    let lines: Vec<Value> = order["lines"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|line| json!([line["ordered"], line["promised"], line["billed"], line["received"]]))
        .collect();
    json!([order["state"], order["owed"], order["paid"], order["promised_on"], order["received_on"], lines])
}

struct World<'a> {
    app: &'a TestApp,
    supplier: Shop,
    maker: Shop,
    agreement: String,
    items: [String; 3],
    orders: Vec<Order>,
    done: Done,
}

impl<'a> World<'a> {
    fn new(app: &'a TestApp, village: &crate::support::Village) -> Self {
        let supplier = app.shop(village, "supplier", "Pemasok Singkong Papandayan");
        let maker = app.home_industry(village, "Keripik Cisurupan");
        let items = [
            item(&supplier, "Singkong", "g", "kg", None, PRICES[0]),
            item(&supplier, "Minyak goreng", "ml", "litre", None, PRICES[1]),
            item(&supplier, "Plastik", "piece", "piece", None, PRICES[2]),
        ];
        let today = app.clock.now().business_date();
        let mut terms = supply_terms(100_000_000);
        terms["minimum"] = json!(0);
        let proposal = json!({ "starts_on": today, "ends_on": today + Days::new(700), "notice_days": 14, "terms": terms });
        let agreement = offered(&maker.owner, &supplier, &maker, proposal);
        supplier.owner.client.post(&format!("/v1/agreements/{agreement}/accept"), json!({ "number": 1 })).expect(200);
        Self { app, supplier, maker, agreement, items, orders: Vec::new(), done: Done::new() }
    }

    fn today(&self) -> NaiveDate {
        self.app.clock.now().business_date()
    }

    fn hands(&self) -> (Person, Person) {
        (self.app.awake(&self.maker.owner), self.app.awake(&self.supplier.owner))
    }

    fn step(&mut self, (kind, which, a, b, c, yes): Roll) {
        match kind {
            0..=2 if self.orders.len() < 16 => return self.order(a, b, c, yes),
            3..=4 if (self.today() - self.orders[0].sent).num_days() < MOST_DAYS => return self.wait(1 + a % 4),
            _ => {}
        }
        let which = which % self.orders.len();
        let mut order = self.orders[which].clone();
        let (name, answer, may) = self.act(&mut order, (kind, a, b, c, yes));
        let Some(answer) = answer else { return };
        assert_eq!(answer.status == 200, may, "{name} of {:?}, then {order:?}: {}", self.orders[which], answer.text);
        if may {
            assert_eq!(told(&answer.json), order.told(), "after {name} of {:?}", self.orders[which]);
            *self.done.entry(name).or_default() += 1;
            self.orders[which] = order;
        }
    }

    /// What chance alone seldom brings about: each kind of act, where it may be done.
    fn begin(&mut self) {
        for n in 0..6 {
            self.order(9 + 7 * n, n, 3 * n, n % 2 == 0);
        }
        let (promise, agree, ship, call_off, receive, recount, bill, claim, take_in, settle) = (5, 10, 13, 14, 16, 24, 28, 32, 34, 36);
        for (kind, which, a, b, yes) in [
            // Declined; agreed for a later day, counted, counted as nothing, called off.
            (9, 0, 0, 0, false),
            (promise, 1, 1, 2, true),
            (agree, 1, 0, 0, false),
            (receive, 1, 1, 1, false),
            (recount, 1, 0, 0, false),
            (call_off, 1, 0, 0, true),
            // Counted again, billed, put right, counted again, paid as told and as taken in.
            (promise, 2, 1, 1, false),
            (receive, 2, 0, 2, false),
            (recount, 2, 1, 3, false),
            (bill, 2, 0, 0, false),
            (bill, 2, 0, 1, false),
            (recount, 2, 3, 3, false),
            (claim, 2, 0, 0, false),
            (settle, 2, 0, 0, false),
            (claim, 2, 0, 0, false),
            (settle, 2, 1, 0, false),
            (take_in, 2, 0, 0, false),
            // On its way, and never there.
            (promise, 3, 1, 1, false),
            (ship, 3, 0, 0, false),
            (3, 0, 3, 0, false),
            (3, 0, 3, 0, false),
            (call_off, 3, 0, 0, false),
        ] {
            self.step((kind, which, a, b, 2, yes));
        }
    }

    fn wait(&mut self, days: i64) {
        self.app.advance(Duration::days(days));
        self.app.run_jobs();
        let today = self.today();
        for order in &mut self.orders {
            let dues = order.payments.iter_mut().chain(order.delivery.as_mut());
            for due in dues.filter(|due| due.fate == Fate::Open && today > due.last()) {
                due.fate = Fate::Missed;
            }
        }
    }

    fn order(&mut self, a: i64, b: i64, c: i64, credit: bool) {
        let (buyer, _) = self.hands();
        let quantities = [a % 40 + 1, b % 8, c % 30];
        let lines: Vec<Line> = (0..3)
            .filter(|item| quantities[*item] > 0)
            .map(|item| Line { item, ordered: quantities[item], promised: None, billed: None, received: 0 })
            .collect();
        let wanted: Vec<Value> = lines.iter().map(|line| json!({ "item_id": self.items[line.item], "quantity": line.ordered })).collect();
        let payment = if credit { "credit" } else { "cash" };
        let body = json!({ "supplier_id": self.supplier.id, "lines": wanted, "payment": payment });
        let drafted = buyer.client.post(&format!("/v1/enterprises/{}/supplier-orders", self.maker.id), body).expect(201);
        let id = drafted["id"].as_str().expect("an id").to_owned();
        act(&buyer, &id, "send", json!({})).expect(200);
        let sent = self.today();
        let mut wanted = sent + Days::new(2);
        while matches!(wanted.weekday(), Weekday::Sat | Weekday::Sun) {
            wanted = wanted + Days::new(1);
        }
        self.orders.push(Order {
            id,
            credit,
            state: "sent",
            lines,
            sent,
            wanted,
            proposed: None,
            promised: None,
            received_on: None,
            claims: Vec::new(),
            paid: 0,
            paid_last: None,
            delivery: None,
            payments: Vec::new(),
        });
    }

    /// Does it, and changes `order` as the model thinks it may be changed: what it is called, what was answered, and whether it may be.
    fn act(&self, order: &mut Order, (kind, a, b, c, yes): (u8, i64, i64, i64, bool)) -> (&'static str, Option<Answer>, bool) {
        let (buyer, seller) = self.hands();
        match kind {
            5..=8 => self.answer(order, &seller, (a, b, yes)),
            9 => {
                let id = order.id.clone();
                let may = order.state == "sent" && b % 4 == 0;
                if b % 4 != 0 {
                    return ("reject", None, false);
                }
                if may {
                    order.state = "rejected";
                }
                ("reject", Some(act(&seller, &id, "answer", json!({ "answer": "reject" }))), may)
            }
            10..=12 => {
                let Some(day) = order.proposed else { return ("agree", None, false) };
                let may = matches!(order.state, "sent" | "promised") && day >= self.today();
                if may {
                    order.promise(day, day > self.today());
                }
                ("agree", Some(act(&buyer, &order.id, "agree", json!({ "on": day }))), may)
            }
            13 => {
                let may = order.state == "promised";
                if may {
                    order.state = "shipped";
                }
                ("ship", Some(act(&seller, &order.id, "ship", json!({}))), may)
            }
            14..=15 => self.cancel(order, if yes { &buyer } else { &seller }, yes, a),
            16..=23 => self.receive(order, &buyer, [a, b, c]),
            24..=27 => self.recount(order, &buyer, [a, b, c]),
            28..=31 => self.bill(order, if yes { &buyer } else { &seller }, yes, (a, b)),
            _ => self.pay(order, (&buyer, &seller), (kind, a, yes)),
        }
    }

    fn answer(&self, order: &mut Order, seller: &Person, (a, b, yes): (i64, i64, bool)) -> (&'static str, Option<Answer>, bool) {
        let today = self.today();
        let on = yes.then(|| if a % 2 == 0 { order.wanted - Days::new(1) } else { order.wanted + Days::new((b % 4).unsigned_abs()) });
        let less = (b % 3 == 0).then_some((a % 5).max(0)).map(|fewer| (order.lines[0].ordered - fewer).max(0));
        let lines: Vec<Value> = less.iter().map(|quantity| json!({ "position": 1, "quantity": quantity })).collect();
        let body = json!({ "answer": "accept", "on": on, "lines": lines });
        let answer = act(seller, &order.id, "answer", body);
        let day = on.or(order.promised).unwrap_or(order.wanted);
        let passed = day < today && (on.is_none() || day < today - Days::new(7));
        let lower = order.promised.is_some() && less.is_some_and(|less| order.lines[0].promised.is_some_and(|before| less < before));
        let nothing = order.lines.len() == 1 && less.or(order.lines[0].promised).unwrap_or(order.lines[0].ordered) == 0;
        let standing = order.promised.unwrap_or(order.wanted);
        let unasked = day > standing || day < standing && matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let gone = unasked && day < today;
        let may = matches!(order.state, "sent" | "promised") && !passed && !lower && !nothing && !gone;
        if may {
            for (index, line) in order.lines.iter_mut().enumerate() {
                line.promised = less.filter(|_| index == 0).or(line.promised).or(Some(line.ordered));
            }
            if unasked {
                order.proposed = Some(day);
            } else {
                order.promise(day, true);
            }
        }
        (if yes { "promise a day" } else { "promise" }, Some(answer), may)
    }

    fn cancel(&self, order: &mut Order, by: &Person, buyer: bool, a: i64) -> (&'static str, Option<Answer>, bool) {
        if a % 3 != 0 {
            return ("cancel", None, false);
        }
        let (id, today) = (order.id.clone(), self.today());
        let overdue = order.promised.is_some_and(|day| day < today);
        let may = matches!(order.state, "sent" | "promised" | "shipped") && (overdue || buyer && order.state != "shipped");
        if may {
            order.state = "cancelled";
            if let Some(due) = order.delivery.as_mut().filter(|due| due.fate == Fate::Open) {
                due.fate = if today <= due.on { Fate::Released } else { Fate::Missed };
            }
        }
        (if overdue { "cancel what is overdue" } else { "cancel" }, Some(act(by, &id, "cancel", json!({ "reason": "-" }))), may)
    }

    fn receive(&self, order: &mut Order, buyer: &Person, some: [i64; 3]) -> (&'static str, Option<Answer>, bool) {
        let (today, before) = (self.today(), owed(&order.lines));
        let some_of = |(line, n): (&Line, i64)| if n % 2 == 0 { (line.ordered - line.received).max(0) } else { n % 20 };
        let counts: Vec<i64> = order.lines.iter().zip(some).map(some_of).collect();
        let on = today - Days::new(if some[1] % 4 == 0 { (some[2] % 3).unsigned_abs() } else { 0 });
        let mut body = count(&counts.iter().zip(1..).map(|(n, position)| (position, *n)).collect::<Vec<_>>());
        body["on"] = json!(on);
        let answer = act(buyer, &order.id, "receive", body);
        let comes = matches!(order.state, "promised" | "shipped" | "received_part" | "received_full");
        let much = order.lines.iter().zip(&counts).any(|(line, n)| line.received + n > 2 * line.ordered);
        let may = comes && !much && counts.iter().any(|n| *n > 0) && on >= order.sent;
        if may {
            let last = order.received_on;
            order.received_on = Some(if complete(&order.lines) { last.unwrap_or(on) } else { last.map_or(on, |last| last.max(on)) });
            for (line, n) in order.lines.iter_mut().zip(&counts) {
                line.received += n;
            }
            order.state = if complete(&order.lines) { "received_full" } else { "received_part" };
            order.weigh(before, today);
        }
        (if complete(&order.lines) { "receive all" } else { "receive a part" }, Some(answer), may)
    }

    fn recount(&self, order: &mut Order, buyer: &Person, some: [i64; 3]) -> (&'static str, Option<Answer>, bool) {
        let (today, before) = (self.today(), owed(&order.lines));
        let none = some[0] % 4 == 0;
        let counted: Vec<Line> = order
            .lines
            .iter()
            .zip(some)
            .map(|(line, n)| Line { received: if none { 0 } else { (line.received + n % 5 - 2).max(0) }, ..line.clone() })
            .collect();
        let answer =
            act(buyer, &order.id, "recount", count(&counted.iter().zip(1..).map(|(line, n)| (n, line.received)).collect::<Vec<_>>()));
        let stands = matches!(order.state, "received_part" | "received_full" | "billed") && counted != order.lines;
        let much = counted.iter().any(|line| line.received > 2 * line.ordered);
        let billed = order.state == "billed";
        let may = stands && !much && owed(&counted) >= order.paid && !(billed && owed(&counted) < before);
        let name = if billed {
            "count what is billed"
        } else if none {
            "count nothing"
        } else {
            "recount"
        };
        if may {
            order.lines = counted;
            let nothing = order.lines.iter().all(|line| line.received == 0);
            order.received_on = order.received_on.filter(|_| !nothing);
            order.state = match (billed, nothing, complete(&order.lines)) {
                (true, ..) => "billed",
                (_, true, _) => "promised",
                (.., true) => "received_full",
                (.., false) => "received_part",
            };
            order.weigh(before, today);
        }
        (name, Some(answer), may)
    }

    fn bill(&self, order: &mut Order, by: &Person, buyer: bool, (a, b): (i64, i64)) -> (&'static str, Option<Answer>, bool) {
        if a % 3 != 0 {
            return ("bill", None, false);
        }
        let (today, before) = (self.today(), owed(&order.lines));
        let first = (b % 3 > 0).then(|| (order.lines[0].received + b % 5 - 2).max(0));
        let told: Vec<(i32, i64)> = first.iter().map(|n| (1, *n)).collect();
        let charged = |(index, line): (usize, &Line)| {
            let billed = first.filter(|_| index == 0).or(line.billed).or(Some(line.received));
            Line { billed, ..line.clone() }
        };
        let after: Vec<Line> = order.lines.iter().enumerate().map(charged).collect();
        let answer = act(by, &order.id, "bill", count(&told));
        let again = order.state == "billed";
        let stands = matches!(order.state, "received_part" | "received_full") || again && !buyer;
        let generous = buyer && after.iter().any(|line| line.billed.is_some_and(|billed| billed < line.received));
        let may = stands && !generous && owed(&after) >= order.paid;
        if may {
            (order.lines, order.state) = (after, "billed");
            order.weigh(before, today);
        }
        (if again { "put the bill right" } else { "bill" }, Some(answer), may)
    }

    fn pay(
        &self,
        order: &mut Order,
        (buyer, seller): (&Person, &Person),
        (kind, a, yes): (u8, i64, bool),
    ) -> (&'static str, Option<Answer>, bool) {
        let (today, open, owes) = (self.today(), order.open(), owed(&order.lines));
        let amount = if yes { open.max(1) } else { 1_000 * (a % 30 + 1) };
        let paid = |order: &mut Order, amount: i64, day: NaiveDate| {
            order.paid += amount;
            order.paid_last = order.paid_last.max(Some(day));
            order.settle(owes, today);
        };
        let body = json!({ "amount": amount, "method": "cash" });
        match kind {
            32..=33 => {
                let answer = act(buyer, &order.id, "payments", body);
                if amount <= open {
                    let payments = answer.json["payments"].as_array().expect("a list");
                    let newest = payments.last().and_then(|payment| payment["id"].as_str()).expect("an id");
                    order.claims.push((newest.to_owned(), amount, today));
                }
                ("claim", Some(answer), amount <= open)
            }
            34..=35 => {
                let answer = act(seller, &order.id, "payments", body);
                if amount <= open {
                    paid(order, amount, today);
                }
                ("take in", Some(answer), amount <= open)
            }
            _ => {
                let word = if a % 4 == 0 { "refuse" } else { "confirm" };
                let Some((payment, amount, day)) = order.claims.first().cloned() else { return (word, None, false) };
                let answer = seller.client.post(&format!("/v1/supplier-payments/{payment}/{word}"), json!({}));
                let may = word == "refuse" || order.paid + amount <= owes;
                if may {
                    order.claims.remove(0);
                    if word == "confirm" {
                        paid(order, amount, day);
                    }
                }
                (word, Some(answer), may)
            }
        }
    }

    /// Everything that can be read says what the model says.
    fn compare(&self) {
        let (buyer, seller) = self.hands();
        for order in &self.orders {
            let shown = buyer.client.get(&format!("/v1/supplier-orders/{}", order.id)).expect(200);
            assert_eq!(told(&shown), order.told());
        }
        let sum = |of: fn(&Order) -> i64| self.orders.iter().map(of).sum::<i64>();
        let (whole, paid) = (sum(|order| owed(&order.lines)), sum(|order| order.paid));
        let of = |account: &str| balance(&buyer, &self.maker.id, account);
        let hers = |account: &str| balance(&seller, &self.supplier.id, account);
        assert_eq!((of("payable:partner"), hers("receivable:partner")), (paid - whole, whole - paid));
        assert_eq!((of("materials") + of("cost:materials"), hers("sales:supply")), (whole, -whole));
        assert_eq!((of("cash:seller"), hers("cash:seller")), (-paid, paid));
        let there = stock(&buyer, &self.maker.id);
        assert_eq!(there.iter().map(|(_, _, cost)| cost).sum::<i64>(), of("materials"), "what is there is worth what the books say");
        let received = |item: usize| -> i64 {
            self.orders.iter().flat_map(|order| &order.lines).filter(|line| line.item == item).map(|line| line.received).sum()
        };
        for (name, item, content) in [("Singkong", 0, 1_000), ("Minyak goreng", 1, 1_000), ("Plastik", 2, 1)] {
            let has = there.iter().find(|(of, ..)| of == name).map_or(0, |(_, quantity, _)| *quantity);
            assert_eq!(has, received(item) * content, "{name}");
        }
        let deliveries: Vec<&Due> = self.orders.iter().filter_map(|order| order.delivery.as_ref()).collect();
        let payments: Vec<&Due> = self.orders.iter().flat_map(|order| &order.payments).collect();
        assert_eq!(kept(&buyer, &self.agreement, &self.supplier, "delivery"), tally(&deliveries), "{:?}", self.orders);
        assert_eq!(kept(&buyer, &self.agreement, &self.maker, "payment"), tally(&payments), "{:?}", self.orders);
    }
}

/// Open, met, late, missed, and the days late together.
fn tally(dues: &[&Due]) -> [i64; 5] {
    let mut sums = [0; 5];
    for due in dues {
        match due.fate {
            Fate::Open => sums[0] += 1,
            Fate::Met => sums[1] += 1,
            Fate::Late(days) => {
                sums[2] += 1;
                sums[4] += days;
            }
            Fate::Missed => sums[3] += 1,
            Fate::Released => {}
        }
    }
    sums
}

#[test]
fn orders_do_what_a_model_of_them_does() {
    let app = TestApp::start();
    let kinds = [
        "promise",
        "promise a day",
        "agree",
        "reject",
        "ship",
        "cancel",
        "cancel what is overdue",
        "receive a part",
        "receive all",
        "recount",
        "count nothing",
        "count what is billed",
        "bill",
        "put the bill right",
        "claim",
        "take in",
        "confirm",
        "refuse",
    ];
    let roll = (0u8..40, 0usize..10, 0i64..1_000, 0i64..1_000, 0i64..1_000, any::<bool>());
    model::run(CASES, proptest::collection::vec(roll, ACTS), &kinds, |run, rolls| {
        let village = app.village(&format!("32.05.20.{run}"));
        let mut world = World::new(&app, &village);
        world.begin();
        for roll in rolls {
            world.step(roll);
        }
        world.compare();
        world.done
    });
}

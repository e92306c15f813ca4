//! The ledger against a model of it in memory: random acts, the same refusals, the same balances.
//!
//! 256 runs of 50 acts; `PROPTEST_CASES=20000` makes a million of them (see CONTRIBUTING).

use std::collections::BTreeMap;

use books::ledger::service::{self, BooksError, LedgerError};
use books::ledger::{Account, Channel, Entry, EntryId, Movement, Place, balances};
use chrono::{Days, NaiveDate};
use kit::auth::Identity;
use kit::clock::{Month, Timestamp};
use kit::db::{Failure, Never, Tx};
use kit::money::Rupiah;
use people::enterprises::{self, EnterpriseId};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{TestApp, Village};

#[derive(Clone, Debug)]
enum Act {
    /// Shop, from, to, amount, days ago.
    Post(usize, usize, usize, i64, u64),
    /// Again what was posted as the n-th.
    Repeat(usize),
    /// Who buys on credit of the other, amount, days ago.
    Supply(usize, i64, u64),
    Reverse(usize),
    /// Shop, months ago.
    Close(usize, i32),
    /// Link and mark.
    Tend,
}

/// Accounts that are not kept per partner.
fn accounts() -> Vec<Account> {
    Account::ALL.iter().copied().filter(|account| !account.per_partner()).collect()
}

fn act() -> impl Strategy<Value = Act> {
    let n = accounts().len();
    prop_oneof![
        10 => (0usize..2, 0..n, 0..n, 1i64..1_000_000, 0u64..100).prop_map(|(shop, from, to, amount, ago)| Act::Post(shop, from, to, amount, ago)),
        1 => (0usize..50).prop_map(Act::Repeat),
        3 => (0usize..2, 1i64..1_000_000, 0u64..100).prop_map(|(buyer, amount, ago)| Act::Supply(buyer, amount, ago)),
        3 => (0usize..50).prop_map(Act::Reverse),
        1 => (0usize..2, 0i32..5).prop_map(|(shop, ago)| Act::Close(shop, ago)),
        1 => Just(Act::Tend),
    ]
}

#[derive(Clone)]
struct Known {
    shop: usize,
    id: EntryId,
    reference: String,
    day: NaiveDate,
    postings: Vec<(Place, Rupiah)>,
    /// Where its other half stands in the list.
    mirror: Option<usize>,
    reversed: bool,
}

/// What the ledger must be.
struct Model {
    now: Timestamp,
    shops: [EnterpriseId; 2],
    entries: Vec<Known>,
    closed: [Option<Month>; 2],
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Closed,
    Again,
    NotOver,
}

fn told<T>(result: Result<T, Failure<LedgerError>>) -> (Outcome, Option<T>) {
    match result {
        Ok(done) => (Outcome::Done, Some(done)),
        Err(Failure::Refused(LedgerError::MonthClosed { .. })) => (Outcome::Closed, None),
        Err(Failure::Refused(LedgerError::AlreadyEntered | LedgerError::AlreadyReversed)) => (Outcome::Again, None),
        Err(other) => panic!("{other:?}"),
    }
}

impl Model {
    fn open(&self, shop: usize, day: NaiveDate) -> bool {
        self.closed[shop].is_none_or(|closed| Month::of(day) > closed)
    }

    fn at(&self, ago: u64) -> Timestamp {
        let today = self.now.business_date();
        if ago == 0 { self.now } else { Timestamp::in_village(today.checked_sub_days(Days::new(ago)).expect("a day"), 720) }
    }

    fn balance(&self, shop: usize, day: NaiveDate) -> BTreeMap<Place, (i64, i64)> {
        let mut all = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.shop == shop && entry.day <= day) {
            for (place, amount) in &entry.postings {
                let (debit, credit) = all.entry(*place).or_insert((0, 0));
                if amount.is_positive() { *debit += amount.amount() } else { *credit -= amount.amount() }
            }
        }
        all
    }

    /// The n-th entry, counted round, of those that were not made by taking another back.
    fn own(&self, n: usize) -> Option<usize> {
        let own: Vec<usize> = (0..self.entries.len()).filter(|at| !self.entries[*at].reference.starts_with("reversal")).collect();
        own.get(n.checked_rem(own.len())?).copied()
    }

    fn add(&mut self, shop: usize, id: EntryId, entry: &Entry, mirror: Option<usize>) {
        let day = entry.happened_at.business_date();
        let (reference, postings) = (entry.reference.clone(), entry.postings().to_vec());
        self.entries.push(Known { shop, id, reference, day, postings, mirror, reversed: false });
    }

    /// Does `act` in both worlds; whatever differs is a panic.
    fn step(&mut self, app: &TestApp, who: Identity, act: &Act) {
        match act {
            Act::Post(shop, from, to, amount, ago) => {
                let names = accounts();
                let reference = format!("act:{}", self.entries.len());
                let entry = Entry::new(Movement::Expense, reference, self.at(*ago));
                let entry = entry.transfer(names[*from], names[*to], Rupiah::new(*amount).expect("in range")).expect("positive");
                self.post(app, *shop, &entry);
            }
            Act::Repeat(n) => {
                let Some(known) = self.own(*n).map(|at| &self.entries[at]) else { return };
                let (shop, books) = (known.shop, self.shops[known.shop]);
                let entry = Entry::new(Movement::Expense, known.reference.clone(), self.now);
                let entry = entry.transfer(Account::Bank, Account::Draws, Rupiah::new(1).expect("one")).expect("positive");
                let expected = if self.open(shop, self.now.business_date()) { Outcome::Again } else { Outcome::Closed };
                let done = app.wait(app.app.db.write(move |tx| service::post(tx, books, &entry)));
                assert_eq!(told(done).0, expected, "{act:?}");
            }
            Act::Supply(buyer, amount, ago) => self.supply(app, *buyer, Rupiah::new(*amount).expect("in range"), self.at(*ago)),
            Act::Reverse(n) => self.reverse(app, *n),
            Act::Close(shop, ago) => {
                let month = Month::of(self.now.business_date()).later(-ago);
                let books = self.shops[*shop];
                let done = app.wait(app.app.db.write(move |tx| service::close_month(tx, who, books, month)));
                let outcome = match done {
                    Ok(()) => Outcome::Done,
                    Err(Failure::Refused(BooksError::MonthNotOver)) => Outcome::NotOver,
                    Err(Failure::Refused(BooksError::Ledger(LedgerError::MonthClosed { .. }))) => Outcome::Closed,
                    Err(other) => panic!("{other:?}"),
                };
                let again = self.closed[*shop].is_some_and(|closed| month <= closed);
                let expected = if *ago == 0 {
                    Outcome::NotOver
                } else if again {
                    Outcome::Closed
                } else {
                    Outcome::Done
                };
                assert_eq!(outcome, expected, "{act:?}");
                if outcome == Outcome::Done {
                    self.closed[*shop] = Some(month);
                }
            }
            Act::Tend => app.wait(app.app.tend_books()).expect("tended"),
        }
    }

    fn post(&mut self, app: &TestApp, shop: usize, entry: &Entry) {
        let (books, posted) = (self.shops[shop], entry.clone());
        let (outcome, id) = told(app.wait(app.app.db.write(move |tx| service::post(tx, books, &posted))));
        let expected = if self.open(shop, entry.happened_at.business_date()) { Outcome::Done } else { Outcome::Closed };
        assert_eq!(outcome, expected, "{entry:?}");
        if let Some(Some(id)) = id {
            self.add(shop, id, entry, None);
        }
    }

    fn supply(&mut self, app: &TestApp, buyer: usize, amount: Rupiah, at: Timestamp) {
        let seller = 1 - buyer;
        let (b, s) = (self.shops[buyer], self.shops[seller]);
        let entry = || Entry::new(Movement::Supplied, format!("act:{}", self.entries.len()), at);
        let buys = entry().transfer(Account::PayablePartner.with(s), Account::CostMaterials, amount).expect("positive");
        let sells = entry().transfer(Account::sales(Channel::Supply), Account::ReceivablePartner.with(b), amount).expect("positive");
        let pair = (buys.clone(), sells.clone());
        let (outcome, ids) = told(app.wait(app.app.db.write(move |tx| service::post_mirrored(tx, (b, &pair.0), (s, &pair.1)))));
        let open = self.open(buyer, at.business_date()) && self.open(seller, at.business_date());
        assert_eq!(outcome, if open { Outcome::Done } else { Outcome::Closed });
        if let Some((bought, sold)) = ids {
            let first = self.entries.len();
            self.add(buyer, bought, &buys, Some(first + 1));
            self.add(seller, sold, &sells, Some(first));
        }
    }

    fn reverse(&mut self, app: &TestApp, n: usize) {
        let Some(n) = self.own(n) else { return };
        let known = self.entries[n].clone();
        let (books, id) = (self.shops[known.shop], known.id);
        let (outcome, reversal) = told(app.wait(app.app.db.write(move |tx| service::reverse(tx, books, id))));
        assert_eq!(outcome, if known.reversed { Outcome::Again } else { Outcome::Done });
        let Some(reversal) = reversal else { return };
        let halves = [Some(n), known.mirror].into_iter().flatten();
        let own_day = halves.map(|at| &self.entries[at]).all(|half| self.open(half.shop, half.day));
        // The other half's reversal has an id that only the database knows; nothing in the model asks for it.
        for (at, id) in [(n, reversal)].into_iter().chain(known.mirror.map(|mirror| (mirror, EntryId::new()))) {
            let taken_back = self.entries[at].clone();
            let day = if own_day { taken_back.day } else { self.now.business_date() };
            self.entries[at].reversed = true;
            let postings = taken_back.postings.iter().map(|(place, amount)| (*place, amount.negated())).collect();
            let reference = format!("reversal:{}", taken_back.id);
            self.entries.push(Known { shop: taken_back.shop, id, reference, day, postings, mirror: None, reversed: true });
        }
    }

    fn compare(&self, app: &TestApp) {
        let today = self.now.business_date();
        for (shop, books) in self.shops.into_iter().enumerate() {
            for ago in [0, 20, 60, 95] {
                let day = today.checked_sub_days(Days::new(ago)).expect("a day");
                let found =
                    app.wait(app.app.db.read(move |conn| Ok::<_, Failure<Never>>(balances::at(conn, books, day)?))).expect("balances");
                let found: BTreeMap<Place, (i64, i64)> =
                    found.into_iter().map(|balance| (balance.place, (balance.debit.amount(), balance.credit.amount()))).collect();
                assert_eq!(found, self.balance(shop, day), "{ago} days ago");
            }
        }
    }
}

/// Two enterprises that the office leads, so that one account may close their months.
fn two(app: &TestApp, village: &Village, who: Identity) -> [EnterpriseId; 2] {
    let village = village.id.parse().expect("an id");
    let open = move |tx: &mut Tx<'_>| {
        let new = |name: &str| enterprises::model::NewEnterprise {
            village,
            kind: enterprises::Kind::HomeIndustry,
            name: name.parse().expect("a name"),
            about: None,
            phone: None,
            phone_public: false,
        };
        Ok([
            enterprises::service::open_assisted(tx, who, &new("Keripik"))?.id,
            enterprises::service::open_assisted(tx, who, &new("Dodol"))?.id,
        ])
    };
    app.wait(app.app.db.write::<_, enterprises::service::EnterpriseError>(open)).expect("two enterprises")
}

/// So many runs share a database; with every run before it a run costs more.
const RUNS: u32 = 500;

#[test]
fn the_ledger_is_what_its_model_is() {
    let mut left = Config::default().cases;
    while left > 0 {
        let cases = left.min(RUNS);
        compared(cases);
        left -= cases;
    }
}

fn compared(cases: u32) {
    let app = TestApp::start();
    let village = app.balewangi();
    let admin = &village.admin;
    let who =
        Identity { account: admin.account_id.parse().expect("an id"), session: admin.session_id.parse().expect("an id"), guest: false };
    let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let run = runner.run(&proptest::collection::vec(act(), 50), |acts| {
        let mut model = Model { now: app.clock.now(), shops: two(&app, &village, who), entries: Vec::new(), closed: [None; 2] };
        for act in &acts {
            model.step(&app, who, act);
        }
        model.compare(&app);
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
    // Over all books at once: a look per run would cost more with every run before it.
    let drifting = app.wait(app.app.db.read(|conn| Ok::<_, Failure<Never>>(service::drifting(conn)?))).expect("pairs");
    assert_eq!(drifting, []);
    assert_eq!(app.faults(), []);
}

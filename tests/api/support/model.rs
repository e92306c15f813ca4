//! Random acts, done to the house and to a model of it in memory.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// How often each kind of act went through.
pub type Done = BTreeMap<&'static str, usize>;

/// Lets `live` live through `cases` lists of `acts`, or as many as `PROPTEST_CASES` says; each is told its number, which no other has.
/// Over all of them every one of `kinds` must have gone through: a model that is refused everything proves nothing.
pub fn run<A: Clone + Debug>(cases: u32, acts: impl Strategy<Value = Vec<A>>, kinds: &[&'static str], live: impl Fn(u32, Vec<A>) -> Done) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let mut runner = TestRunner::new(Config { cases, max_shrink_iters: 40, failure_persistence: None, ..Config::default() });
    let (done, number) = (RefCell::new(Done::new()), Cell::new(1_000));
    let lived = runner.run(&acts, |acts| {
        number.set(number.get() + 1);
        for (kind, times) in live(number.get(), acts) {
            *done.borrow_mut().entry(kind).or_default() += times;
        }
        Ok(())
    });
    lived.unwrap_or_else(|failure| panic!("{failure}"));
    let done = done.into_inner();
    for kind in kinds {
        assert!(done.contains_key(kind), "{kind} was never done: {done:?}");
    }
}

//! How an agreement moves, and what is in force when.

use std::collections::BTreeSet;

use super::model::{AgreementId, Period, State};
use super::terms::Kind;
use kit::clock::Timestamp;
use kit::word_enum;
use people::enterprises;

word_enum! {
    /// What can happen to an agreement.
    Act as "AgreementAct" {
        /// Its author writes or changes the draft.
        Edit = "edit",
        /// It goes to the other side.
        Offer = "offer",
        /// The other side answers with terms of its own.
        Counter = "counter",
        /// The other side agrees.
        Accept = "accept",
        /// The other side does not want it.
        Decline = "decline",
        /// Its author takes it back.
        Withdraw = "withdraw",
        /// Its first day has come.
        Begin = "begin",
        /// One side wants other terms while it runs.
        Amend = "amend",
        /// One side says that it will end.
        GiveNotice = "give_notice",
        /// Its last day has passed.
        Expire = "expire",
        /// The time of the notice is over.
        Terminate = "terminate",
        /// Another agreement took its place.
        Supersede = "supersede",
    }
}

/// The state after `act`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, act: Act) -> Option<State> {
    match (state, act) {
        (State::Draft, Act::Edit) => Some(State::Draft),
        (State::Draft, Act::Offer) => Some(State::Offered),
        (State::Draft | State::Offered | State::Countered, Act::Withdraw) => Some(State::Withdrawn),
        (State::Offered | State::Countered, Act::Counter) => Some(State::Countered),
        (State::Offered | State::Countered, Act::Accept) => Some(State::Accepted),
        (State::Offered | State::Countered, Act::Decline) => Some(State::Declined),
        (State::Accepted, Act::Begin) => Some(State::Active),
        // What is proposed while it runs is answered in the same words, and it runs on.
        (State::Active, Act::Amend | Act::Counter | Act::Accept | Act::Decline | Act::Withdraw | Act::GiveNotice) => Some(State::Active),
        (State::Accepted, Act::GiveNotice) => Some(State::Accepted),
        (State::Active, Act::Expire) => Some(State::Expired),
        (State::Accepted | State::Active, Act::Terminate) => Some(State::Terminated),
        (State::Accepted | State::Active, Act::Supersede) => Some(State::Superseded),
        (
            State::Draft
            | State::Offered
            | State::Countered
            | State::Accepted
            | State::Active
            | State::Declined
            | State::Withdrawn
            | State::Expired
            | State::Terminated
            | State::Superseded,
            Act::Edit
            | Act::Offer
            | Act::Counter
            | Act::Accept
            | Act::Decline
            | Act::Withdraw
            | Act::Begin
            | Act::Amend
            | Act::GiveNotice
            | Act::Expire
            | Act::Terminate
            | Act::Supersede,
        ) => None,
    }
}

word_enum! {
    /// What will end an agreement.
    Ending as "AgreementEnding" {
        /// Its last day.
        Expire = "expire",
        /// A notice.
        Terminate = "terminate",
        /// Another agreement.
        Supersede = "supersede",
    }
}

impl Ending {
    /// What then happens to it.
    #[must_use]
    pub const fn act(self) -> Act {
        match self {
            Self::Expire => Act::Expire,
            Self::Terminate => Act::Terminate,
            Self::Supersede => Act::Supersede,
        }
    }
}

/// What the clock alone has done by `now` to an agreement stored as `state` that runs from the first of `span` to the second.
#[must_use]
pub fn passed(state: State, span: Option<(Timestamp, Timestamp)>, ending: Ending, now: Timestamp) -> Vec<Act> {
    let Some((from, until)) = span else { return Vec::new() };
    let begins = state == State::Accepted && from <= now && from < until;
    let runs = matches!(state, State::Accepted | State::Active);
    begins.then_some(Act::Begin).into_iter().chain((runs && until <= now).then_some(ending.act())).collect()
}

/// How far an agreement has come at `now`, whatever is written down.
#[must_use]
pub fn state_at(state: State, span: Option<(Timestamp, Timestamp)>, ending: Ending, now: Timestamp) -> State {
    passed(state, span, ending, now).into_iter().fold(state, |state, act| next(state, act).unwrap_or(state))
}

/// What is in force at `at`: the period that began last, if it has not ended.
#[must_use]
pub fn in_force(timeline: &[Period], at: Timestamp) -> Option<&Period> {
    timeline.iter().filter(|period| period.begins_at <= at).max_by_key(|period| period.begins_at).filter(|period| at < period.ends_at)
}

/// What of `this` is in force before `at`.
fn before(this: &Period, at: Timestamp) -> Option<Period> {
    (this.begins_at < at).then(|| Period { ends_at: this.ends_at.min(at), ..*this })
}

/// The timeline with `new`, which takes the place of whatever would be in force from its beginning on.
#[must_use]
pub fn laid(timeline: &[Period], new: Period) -> Vec<Period> {
    timeline.iter().filter_map(|period| before(period, new.begins_at)).chain([new]).collect()
}

/// The timeline when `agreement` ends at `at`; what is in force by another stays.
#[must_use]
pub fn ended(timeline: &[Period], agreement: AgreementId, at: Timestamp) -> Vec<Period> {
    timeline.iter().filter_map(|period| if period.agreement_id == agreement { before(period, at) } else { Some(*period) }).collect()
}

/// The other agreements that run on after `new` begins, and so make way for it.
#[must_use]
pub fn displaced(timeline: &[Period], new: &Period) -> BTreeSet<AgreementId> {
    let others = timeline.iter().filter(|period| period.ends_at > new.begins_at && period.agreement_id != new.agreement_id);
    others.map(|period| period.agreement_id).collect()
}

/// From when until when an agreement runs, and what ends it then.
pub type Run = ((Timestamp, Timestamp), Ending);

/// How an agreement that ran for `span` runs with `new`.
///
/// # Errors
/// The end of `span`, when nothing would be in force between it and `new`.
pub fn runs_with(span: Option<(Timestamp, Timestamp)>, new: &Period) -> Result<Run, Timestamp> {
    match span {
        Some((_, until)) if until < new.begins_at => Err(until),
        Some((from, _)) => Ok(((from.min(new.begins_at), new.ends_at), Ending::Expire)),
        None => Ok(((new.begins_at, new.ends_at), Ending::Expire)),
    }
}

/// How an agreement runs that is ended at `at` by `ending`, unless it ends before.
#[must_use]
pub fn runs_until(((from, until), ends_by): Run, at: Timestamp, ending: Ending) -> Run {
    if at < until { ((from.min(at), at), ending) } else { ((from, until), ends_by) }
}

/// Whether enterprises of these kinds can make such an agreement.
#[must_use]
pub fn fits(kind: Kind, provider: enterprises::Kind, receiver: enterprises::Kind) -> bool {
    use enterprises::Kind::{HomeIndustry, Supplier, Warung};
    let sells = |side| matches!(side, HomeIndustry | Warung | Supplier);
    match kind {
        Kind::Consignment => provider == HomeIndustry && receiver == Warung,
        Kind::Supply => provider == Supplier && matches!(receiver, HomeIndustry | Warung),
        Kind::Purchase => provider == HomeIndustry && sells(receiver),
        Kind::JointStall => sells(provider) && sells(receiver),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Act::ALL, State::word, Act::word, next));
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_chrono("2026-11-24T00:00:00Z".parse().expect("an instant")).after(Duration::days(day))
    }

    #[test]
    fn the_clock_begins_and_ends_what_was_accepted() {
        let span = Some((at(2), at(5)));
        let state = |day| state_at(State::Accepted, span, Ending::Expire, at(day));
        assert_eq!([1, 2, 4, 5].map(state), [State::Accepted, State::Active, State::Active, State::Expired]);
        assert_eq!(state_at(State::Active, span, Ending::Supersede, at(5)), State::Superseded);
        assert_eq!(state_at(State::Accepted, Some((at(5), at(5))), Ending::Terminate, at(6)), State::Terminated, "it never began");
        assert_eq!(state_at(State::Declined, None, Ending::Expire, at(9)), State::Declined);
    }

    /// What people did: a version of one of three agreements that begins so many days later and lasts so long, or a notice on one
    /// of so many days; and how many days after the step before.
    #[derive(Clone, Debug)]
    enum Step {
        Accept { which: usize, starts: i64, lasts: i64 },
        Notice { which: usize, days: i64 },
    }

    fn step() -> impl Strategy<Value = (i64, Step)> {
        let accept = (0usize..3, 0i64..30, 1i64..60).prop_map(|(which, starts, lasts)| Step::Accept { which, starts, lasts });
        let notice = (0usize..3, 0i64..30).prop_map(|(which, days)| Step::Notice { which, days });
        (0i64..20, prop_oneof![2 => accept, 1 => notice])
    }

    /// Agreements of one pair and kind as their rows tell of them, and the timeline beside them.
    struct Chain {
        rows: Vec<(AgreementId, Option<Run>)>,
        timeline: Vec<Period>,
    }

    impl Chain {
        fn state(&self, which: usize, day: i64) -> Option<State> {
            let (span, ending) = self.rows[which].1?;
            Some(state_at(State::Accepted, Some(span), ending, at(day)))
        }

        /// The same steps as the service takes. What has ended is not taken up again: the next of its kind is another agreement.
        fn take(&mut self, now: i64, number: i32, step: &Step) {
            match *step {
                Step::Accept { which, starts, lasts } => {
                    match self.state(which, now) {
                        Some(State::Active) | None => {}
                        Some(State::Accepted) => return,
                        Some(_) => self.rows[which] = (AgreementId::new(), None),
                    }
                    let (id, run) = self.rows[which];
                    let new = Period { begins_at: at(now + starts), ends_at: at(now + starts + lasts), agreement_id: id, number };
                    let Ok(runs) = runs_with(run.map(|(span, _)| span), &new) else { return };
                    for other in displaced(&self.timeline, &new) {
                        if let Some((_, Some(run))) = self.rows.iter_mut().find(|(id, _)| *id == other) {
                            *run = runs_until(*run, new.begins_at, Ending::Supersede);
                        }
                    }
                    self.rows[which].1 = Some(runs);
                    self.timeline = laid(&self.timeline, new);
                }
                Step::Notice { which, days } => {
                    let (id, Some(run)) = self.rows[which] else { return };
                    if !matches!(self.state(which, now), Some(State::Accepted | State::Active)) {
                        return;
                    }
                    self.timeline = ended(&self.timeline, id, at(now + days));
                    self.rows[which].1 = Some(runs_until(run, at(now + days), Ending::Terminate));
                }
            }
        }
    }

    proptest! {
        // Every day of two years is looked at after every step.
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whatever chain of agreements, amendments and notices: at every instant at most one version is in force, an agreement is
        /// active exactly while one of its versions is, and what was in force before an act is so for ever.
        #[test]
        fn terms_in_force_are_one_or_none_and_agreements_are_active_with_them(steps in proptest::collection::vec(step(), 1..25)) {
            let mut chain = Chain { rows: (0..3).map(|_| (AgreementId::new(), None)).collect(), timeline: Vec::new() };
            let mut now = 0;
            for (number, (later, step)) in (1_i32..).zip(&steps) {
                now += later;
                let past = chain.timeline.clone();
                let others = |chain: &Chain, this: &Step| -> Vec<Period> {
                    let (Step::Accept { which, .. } | Step::Notice { which, .. }) = this;
                    chain.timeline.iter().filter(|period| period.agreement_id != chain.rows[*which].0).copied().collect()
                };
                let theirs = others(&chain, step);
                chain.take(now, number, step);
                if matches!(step, Step::Notice { .. }) {
                    prop_assert_eq!(theirs, others(&chain, step), "a notice is about its own agreement");
                }
                let version = |timeline: &[Period], day| in_force(timeline, at(day)).map(|period| (period.agreement_id, period.number));
                for day in 0..now {
                    prop_assert_eq!(version(&past, day), version(&chain.timeline, day));
                }
                for day in 0..now + 100 {
                    let mut running = chain.timeline.iter().filter(|period| period.begins_at <= at(day) && at(day) < period.ends_at);
                    prop_assert!(running.clone().count() <= 1);
                    let in_force = in_force(&chain.timeline, at(day));
                    prop_assert_eq!(running.next(), in_force);
                    for (which, (id, _)) in chain.rows.iter().enumerate() {
                        let active = chain.state(which, day) == Some(State::Active);
                        prop_assert_eq!(active, in_force.is_some_and(|period| period.agreement_id == *id), "on day {} after step {}", day, number);
                    }
                }
                let mut begins: Vec<Timestamp> = chain.timeline.iter().map(|period| period.begins_at).collect();
                begins.sort_unstable();
                begins.dedup();
                prop_assert_eq!(begins.len(), chain.timeline.len(), "one begins at an instant");
            }
        }
    }

    #[test]
    fn an_amendment_joins_what_runs() {
        let amended = |begins: i64| {
            let new = Period { begins_at: at(begins), ends_at: at(60), agreement_id: AgreementId::new(), number: 2 };
            runs_with(Some((at(0), at(30))), &new)
        };
        assert_eq!(amended(30), Ok(((at(0), at(60)), Ending::Expire)));
        assert_eq!(amended(31), Err(at(30)), "a day without terms");
    }
}

//! How an agreement moves, and what is in force when.

use super::model::{AgreementId, Period, State};
use super::terms::Kind;
use crate::kit::clock::Timestamp;
use crate::people::enterprises;
use crate::word_enum;

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

/// The timeline when nothing is in force from `at` on.
#[must_use]
pub fn cut(timeline: &[Period], at: Timestamp) -> Vec<Period> {
    timeline.iter().filter(|period| period.begins_at < at).map(|period| Period { ends_at: period.ends_at.min(at), ..*period }).collect()
}

/// The timeline with `new`, which takes the place of whatever would be in force from its beginning on.
#[must_use]
pub fn laid(timeline: &[Period], new: Period) -> Vec<Period> {
    let mut laid = cut(timeline, new.begins_at);
    laid.push(new);
    laid
}

/// When the last of an agreement's periods in `timeline` ends, if it has any.
#[must_use]
pub fn end_of(timeline: &[Period], agreement: AgreementId) -> Option<Timestamp> {
    timeline.iter().filter(|period| period.agreement_id == agreement).map(|period| period.ends_at).max()
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
        insta::assert_snapshot!(crate::kit::text::state_table(State::ALL, Act::ALL, State::word, Act::word, next));
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

    /// What people did on a day: another version or agreement, from some days on for so long, or a notice.
    type Step = (i64, Option<(usize, i64, i64)>, i64);

    proptest! {
        // Every day of two years is looked at after every step.
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whatever chain of agreements, amendments and notices: at every instant at most one is in force, and what was in
        /// force before an act is so for ever.
        #[test]
        fn terms_in_force_are_one_or_none_and_the_past_stays(steps in proptest::collection::vec((0i64..20, proptest::option::of((0usize..3, 0i64..30, 1i64..60)), 0i64..30), 1..25)) {
            let agreements = [AgreementId::new(), AgreementId::new(), AgreementId::new()];
            let (mut now, mut timeline, mut number) = (0, Vec::new(), 0);
            let steps: Vec<Step> = steps;
            for (later, lay, notice) in steps {
                now += later;
                number += 1;
                let before = timeline.clone();
                timeline = match lay {
                    Some((which, starts, lasts)) => {
                        let (begins_at, ends_at) = (at(now + starts), at(now + starts + lasts));
                        laid(&timeline, Period { begins_at, ends_at, agreement_id: agreements[which], number })
                    }
                    None => cut(&timeline, at(now + notice)),
                };
                let version = |timeline: &[Period], day| in_force(timeline, at(day)).map(|period| (period.agreement_id, period.number));
                for day in 0..now {
                    prop_assert_eq!(version(&before, day), version(&timeline, day));
                }
                for day in 0..now + 100 {
                    let mut running = timeline.iter().filter(|period| period.begins_at <= at(day) && at(day) < period.ends_at);
                    prop_assert!(running.clone().count() <= 1);
                    prop_assert_eq!(running.next(), in_force(&timeline, at(day)));
                }
                let mut begins: Vec<Timestamp> = timeline.iter().map(|period| period.begins_at).collect();
                begins.dedup();
                prop_assert_eq!(begins.len(), timeline.len(), "one begins at an instant");
            }
        }
    }
}

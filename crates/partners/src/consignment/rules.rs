//! How notes and visits move, and what a visit comes to.

use chrono::Duration;
use serde::Serialize;

use super::model::{NoteState, Side, VisitLine, VisitState};
use crate::agreements::terms::{Consignment as Terms, Earning};
use kit::clock::Timestamp;
use kit::money::{BasisPoints, MoneyError, Rupiah};
use kit::word_enum;
use market::costs::Known;
use market::packs::PackId;

word_enum! {
    /// What can happen to a note.
    NoteMove {
        /// The maker calls it off.
        Withdraw = "withdraw",
        /// The warung counts, and fewer came.
        Receive = "receive",
        /// The goods stand there, and both know how many.
        Activate = "activate",
        /// Nothing of it is left.
        Close = "close",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next_note(state: NoteState, event: NoteMove) -> Option<NoteState> {
    match (state, event) {
        (NoteState::Offered, NoteMove::Withdraw) => Some(NoteState::Withdrawn),
        (NoteState::Offered, NoteMove::Receive) => Some(NoteState::Received),
        (NoteState::Offered | NoteState::Received, NoteMove::Activate) => Some(NoteState::Active),
        (NoteState::Active, NoteMove::Close) => Some(NoteState::Closed),
        (
            NoteState::Offered | NoteState::Received | NoteState::Active | NoteState::Closed | NoteState::Withdrawn,
            NoteMove::Withdraw | NoteMove::Receive | NoteMove::Activate | NoteMove::Close,
        ) => None,
    }
}

word_enum! {
    /// What can happen to a visit.
    VisitMove {
        /// The other side says that it is right.
        Confirm = "confirm",
        /// The other side says that a line is wrong.
        Dispute = "dispute",
        /// Who wrote it down put it right, but not as the other side says.
        Correct = "correct",
        /// Both agree again.
        Settle = "settle",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next_visit(state: VisitState, event: VisitMove) -> Option<VisitState> {
    match (state, event) {
        (VisitState::Submitted, VisitMove::Confirm) => Some(VisitState::Confirmed),
        (VisitState::Submitted, VisitMove::Dispute) => Some(VisitState::Disputed),
        (VisitState::Disputed, VisitMove::Correct) => Some(VisitState::Submitted),
        (VisitState::Disputed, VisitMove::Settle) => Some(VisitState::Settled),
        (
            VisitState::Submitted | VisitState::Confirmed | VisitState::Disputed | VisitState::Settled,
            VisitMove::Confirm | VisitMove::Dispute | VisitMove::Correct | VisitMove::Settle,
        ) => None,
    }
}

/// Whether money is in both books as soon as this side says that it went over. Who got it says so against herself; who paid it needs
/// the other's word.
#[must_use]
pub const fn counts_at_once(says: Side) -> bool {
    match says {
        Side::Maker => true,
        Side::Warung => false,
    }
}

/// Whether both sides agree: everything disputed is now as the other side said it was. What she gave no figure for is hers to judge.
#[must_use]
pub fn agreed<T: PartialEq>(disputed: &[(Option<T>, T)]) -> bool {
    disputed.iter().all(|(said, is)| said.as_ref() == Some(is))
}

/// A device's clock may run ahead by so many minutes.
pub const MINUTES_AHEAD: i64 = 10;

/// Whether something can have happened at `at`: not before `earliest`, and not to come.
#[must_use]
pub fn can_be(at: Timestamp, earliest: Timestamp, now: Timestamp) -> bool {
    at >= earliest && at <= now.after(Duration::minutes(MINUTES_AHEAD))
}

/// What the warung earns with one pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earned {
    /// A part of what she sold, in basis points.
    Share(u16),
    /// What is above a fixed price per pack.
    Above(Rupiah),
}

impl Earned {
    /// What the terms say of a pack; `None` where they fix prices, but not this one's.
    #[must_use]
    pub fn by(terms: &Terms, pack: PackId) -> Option<Self> {
        match &terms.earning {
            Earning::Share { bp } => u16::try_from(bp.get()).ok().map(Self::Share),
            Earning::FixedPrices { prices } => {
                prices.iter().find(|price| price.pack_id == pack).map(|price| Self::Above(price.price.amount()))
            }
        }
    }

    /// At what one pack is sold, at least: never below what the warung owes for it.
    #[must_use]
    pub fn selling_price(self, retail: Rupiah) -> Rupiah {
        match self {
            Self::Share(_) => retail,
            Self::Above(fixed) => retail.max(fixed),
        }
    }
}

/// What so many packs come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    pub gross: Rupiah,
    pub share: Rupiah,
    pub due: Rupiah,
}

/// What `quantity` packs at `price` come to: all, the warung's, and the maker's. The odd rupiah of a share is the maker's.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn money(earned: Earned, price: Rupiah, quantity: i64) -> Result<Money, MoneyError> {
    let gross = price.times(quantity)?;
    let share = match earned {
        Earned::Share(bp) => gross.share(BasisPoints::new(bp)?)?,
        Earned::Above(fixed) => gross.minus(fixed.times(quantity)?)?,
    };
    Ok(Money { gross, share, due: gross.minus(share)? })
}

/// What there was of a pack at the time of a visit, before it.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub pack: PackId,
    /// What should stand there.
    pub expected: i64,
    /// What came since the visit before.
    pub delivered: i64,
    /// What the till sold since then.
    pub at_till: i64,
    pub price: Rupiah,
    pub earned: Earned,
}

impl Standing {
    /// What stood there after the visit before.
    #[must_use]
    pub const fn opening(&self) -> i64 {
        self.expected + self.at_till - self.delivered
    }
}

/// What was found of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    pub counted: i64,
    pub returned: i64,
    pub spoiled: i64,
    pub topped_up: i64,
}

/// More was found than there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    pub pack: PackId,
    pub opening: i64,
    pub delivered: i64,
    pub at_till: i64,
    /// What was counted, returned and spoiled together.
    pub found: i64,
}

/// Why a line cannot be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    TooMany(TooMany),
    Money(MoneyError),
}

/// One line of a visit: opening + delivered − counted − returned − spoiled = sold. What the till had told is settled already.
///
/// # Errors
/// [`LineError::TooMany`] with the figures.
pub fn line(standing: &Standing, found: Found, warung_bears_spoilage: bool) -> Result<VisitLine, LineError> {
    let together = found.counted + found.returned + found.spoiled;
    let (opening, delivered, at_till) = (standing.opening(), standing.delivered, standing.at_till);
    if together > standing.expected {
        return Err(LineError::TooMany(TooMany { pack: standing.pack, opening, delivered, at_till, found: together }));
    }
    let sold = opening + delivered - together;
    let Money { gross, share, due } = money(standing.earned, standing.price, sold - at_till).map_err(LineError::Money)?;
    let spoiled = if warung_bears_spoilage { found.spoiled } else { 0 };
    let spoilage_due = money(standing.earned, standing.price, spoiled).map_err(LineError::Money)?.due;
    Ok(VisitLine {
        pack_id: standing.pack,
        opening,
        delivered,
        counted: found.counted,
        returned: found.returned,
        spoiled: found.spoiled,
        sold,
        at_till,
        topped_up: found.topped_up,
        price: standing.price,
        earned: standing.earned,
        gross,
        share,
        due,
        spoilage_due,
        spoiled_cost: Known::default(),
        sold_cost: Known::default(),
        disputed: None,
        said: None,
    })
}

/// How `quantity` is taken from what stands there, oldest first: how much of each.
#[must_use]
pub fn oldest_first(remaining: &[i64], quantity: i64) -> Vec<i64> {
    let mut left = quantity;
    let take = |there: &i64| {
        let part = (*there).min(left).max(0);
        left -= part;
        part
    };
    remaining.iter().map(take).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_state_tables_are_as_committed() {
        insta::assert_snapshot!("notes", kit::text::state_table(NoteState::ALL, NoteMove::ALL, NoteState::word, NoteMove::word, next_note));
        insta::assert_snapshot!(
            "visits",
            kit::text::state_table(VisitState::ALL, VisitMove::ALL, VisitState::word, VisitMove::word, next_visit)
        );
    }

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    #[test]
    fn the_first_visit_of_the_example_comes_to_its_figures() {
        let standing =
            Standing { pack: PackId::new(), expected: 40, delivered: 40, at_till: 0, price: rp(10_000), earned: Earned::Share(2_000) };
        let found = Found { counted: 13, returned: 2, spoiled: 1, topped_up: 25 };
        let line = line(&standing, found, false).expect("a line");
        assert_eq!((line.opening, line.sold), (0, 24));
        assert_eq!((line.gross, line.share, line.due, line.spoilage_due), (rp(240_000), rp(48_000), rp(192_000), Rupiah::ZERO));
    }

    #[test]
    fn both_agree_when_all_that_is_disputed_is_as_the_other_side_said() {
        assert!(agreed(&[(Some(3), 3), (Some(0), 0)]));
        assert!(!agreed(&[(Some(3), 3), (Some(0), 1)]), "one is not");
        assert!(!agreed(&[(None, 3)]), "she did not say what it was");
    }

    proptest! {
        #[test]
        fn a_line_accounts_for_every_pack_and_every_rupiah(
            expected in 0i64..1_000, delivered in 0i64..500, at_till in 0i64..500, found in (0i64..600, 0i64..100, 0i64..100),
            price in 1i64..1_000_000, bp in 0u16..=10_000, bears: bool,
        ) {
            prop_assume!(expected + at_till >= delivered);
            let standing = Standing { pack: PackId::new(), expected, delivered, at_till, price: rp(price), earned: Earned::Share(bp) };
            let found = Found { counted: found.0, returned: found.1, spoiled: found.2, topped_up: 0 };
            match line(&standing, found, bears) {
                Ok(line) => {
                    prop_assert_eq!(line.opening + line.delivered, line.counted + line.returned + line.spoiled + line.sold);
                    prop_assert!(line.sold >= line.at_till);
                    prop_assert_eq!(line.gross, rp(price).times(line.sold - line.at_till).expect("in range"));
                    prop_assert_eq!(line.gross, line.share.plus(line.due).expect("in range"));
                }
                Err(LineError::TooMany(told)) => prop_assert!(told.opening + told.delivered - told.at_till < told.found),
                Err(LineError::Money(_)) => prop_assert!(false, "in range"),
            }
        }

        #[test]
        fn what_came_first_leaves_first(remaining in proptest::collection::vec(0i64..50, 0..10), quantity in 0i64..300) {
            let parts = oldest_first(&remaining, quantity);
            let there: i64 = remaining.iter().sum();
            prop_assert_eq!(parts.iter().sum::<i64>(), quantity.min(there));
            let first_left = parts.iter().zip(&remaining).position(|(part, there)| part < there);
            if let Some(first) = first_left {
                prop_assert!(parts[first + 1..].iter().all(|part| *part == 0));
            }
        }
    }
}

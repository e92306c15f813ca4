//! How sacks are filled, and how what they cost is parted.

use std::collections::BTreeMap;

use super::model::{JointBuy, Split, State, Want};
use crate::agreements::terms::Supply;
use crate::supply::{Base, ItemId};
use kit::money::{MoneyError, Rupiah};
use kit::word_enum;
use people::enterprises::EnterpriseId;

word_enum! {
    /// What can happen to a joint buy.
    Move {
        /// It goes to the supplier.
        Send = "send",
        /// It gets more time.
        Extend = "extend",
        /// It was not enough.
        Drop = "drop",
        /// Its organiser calls it off.
        CallOff = "call_off",
    }
}

/// The state after `event`, or `None` where it cannot happen.
#[must_use]
pub const fn next(state: State, event: Move) -> Option<State> {
    match (state, event) {
        (State::Open, Move::Send) => Some(State::Sent),
        (State::Open, Move::Extend) => Some(State::Open),
        (State::Open, Move::Drop) => Some(State::Dropped),
        (State::Open | State::Sent, Move::CallOff) => Some(State::CalledOff),
        (State::Sent, Move::Send | Move::Extend | Move::Drop)
        | (State::Dropped | State::CalledOff, Move::Send | Move::Extend | Move::Drop | Move::CallOff) => None,
    }
}

/// Whether who wanted `before` keeps her place in the line by wanting `after`: whoever wants more of either, goods or tolerance,
/// goes to its end, so that nobody can hold a place with a gram and overtake those who came since.
#[must_use]
pub const fn keeps_place(before: (i64, i64), after: (i64, i64)) -> bool {
    after.0 <= before.0 && after.1 <= before.1
}

/// What a joint buy must come to: its own minimum, or the agreement's where that is more.
#[must_use]
pub fn needed(buy: &JointBuy, terms: &Supply) -> Rupiah {
    buy.minimum.max(terms.minimum.amount())
}

/// What one unit holds and costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub item: ItemId,
    pub content: i64,
    pub base: Base,
    pub price: Rupiah,
}

/// How units of one item are filled: as many as are bought, and each want's share in base units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    pub units: i64,
    pub shares: Vec<i64>,
}

/// Fills whole units of `content` from wants in the order in which they came.
#[must_use]
pub fn fill(content: i64, wants: &[(i64, i64)]) -> Filled {
    let wanted: i64 = wants.iter().map(|(wanted, _)| wanted).sum();
    let tolerance: i64 = wants.iter().map(|(_, tolerance)| tolerance).sum();
    let (whole, rest) = (wanted / content, wanted % content);
    let units = if rest > 0 && rest + tolerance >= content { whole + 1 } else { whole };
    let mut left = units * content;
    let mut give = |most: i64| {
        let given = most.min(left);
        left -= given;
        given
    };
    let mut shares: Vec<i64> = wants.iter().map(|(wanted, _)| give(*wanted)).collect();
    for (share, (_, tolerance)) in shares.iter_mut().zip(wants) {
        *share += give(*tolerance);
    }
    Filled { units, shares }
}

/// A member's share of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub item: ItemId,
    /// In base units.
    pub quantity: i64,
    pub cost: Rupiah,
}

/// What one member gets, and her part of the delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub shares: Vec<Share>,
    pub delivery: Rupiah,
}

/// What has come together: units per item, their value, and the part of each member who gets something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub units: BTreeMap<ItemId, i64>,
    pub value: Rupiah,
    pub parts: BTreeMap<EnterpriseId, Part>,
}

/// Plans a joint buy. Wants of items that are not for sale come to nothing.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn plan(offers: &[Offer], wants: &[Want], delivery_cost: Rupiah, split: Split) -> Result<Plan, MoneyError> {
    let mut plan = Plan::default();
    for offer in offers {
        let mut of_item: Vec<&Want> = wants.iter().filter(|want| want.item == offer.item).collect();
        of_item.sort_by_key(|want| want.id);
        let filled = fill(offer.content, &of_item.iter().map(|want| (want.wanted, want.tolerance)).collect::<Vec<_>>());
        if filled.units == 0 {
            continue;
        }
        let value = offer.price.times(filled.units)?;
        let weights = filled.shares.iter().map(|share| u32::try_from(*share).map_err(|_| MoneyError::OutOfRange));
        let costs = value.split(&weights.collect::<Result<Vec<_>, _>>()?)?;
        plan.units.insert(offer.item, filled.units);
        plan.value = plan.value.plus(value)?;
        for ((want, quantity), cost) in of_item.iter().zip(filled.shares).zip(costs) {
            if quantity > 0 {
                plan.parts.entry(want.member).or_default().shares.push(Share { item: offer.item, quantity, cost });
            }
        }
    }
    let parts = delivery_parts(offers, &plan, delivery_cost, split)?;
    for (part, delivery) in plan.parts.values_mut().zip(parts) {
        part.delivery = delivery;
    }
    Ok(plan)
}

/// The delivery in the order of the plan's members.
fn delivery_parts(offers: &[Offer], plan: &Plan, delivery_cost: Rupiah, split: Split) -> Result<Vec<Rupiah>, MoneyError> {
    if plan.parts.is_empty() {
        return Ok(Vec::new());
    }
    let is_weighed = |item: ItemId| offers.iter().any(|offer| offer.item == item && offer.base != Base::Piece);
    let weights: Vec<i64> = weights(plan, split, is_weighed).into_values().collect();
    // A split takes weights of 32 bits; greater ones are taken in thousands.
    let scale = weights.iter().max().map_or(1, |most| most / i64::from(u32::MAX) + 1);
    let weights: Vec<u32> = weights.iter().map(|weight| u32::try_from(weight / scale).unwrap_or(u32::MAX)).collect();
    delivery_cost.split(&weights)
}

/// The weight by which each member bears the delivery. Where nothing has a weight, or a value, all bear it evenly.
#[must_use]
pub fn weights(plan: &Plan, split: Split, is_weighed: impl Fn(ItemId) -> bool) -> BTreeMap<EnterpriseId, i64> {
    let weight = |part: &Part| -> i64 {
        match split {
            Split::ByWeight => part.shares.iter().filter(|share| is_weighed(share.item)).map(|share| share.quantity).sum(),
            Split::ByValue => part.shares.iter().map(|share| share.cost.amount()).sum(),
            Split::Evenly => 1,
        }
    };
    let mut all: BTreeMap<EnterpriseId, i64> = plan.parts.iter().map(|(member, part)| (*member, weight(part))).collect();
    if all.values().all(|weight| *weight == 0) {
        for weight in all.values_mut() {
            *weight = 1;
        }
    }
    all
}

/// What a joint buy became when it was sent: each member's share of each item, with what it costs, and her part of the delivery.
/// `content` tells how much one unit of an item holds.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn as_sent(parts: BTreeMap<EnterpriseId, Part>, content: impl Fn(ItemId) -> i64) -> Result<Plan, MoneyError> {
    let mut bought: BTreeMap<ItemId, i64> = BTreeMap::new();
    for share in parts.values().flat_map(|part| &part.shares) {
        *bought.entry(share.item).or_insert(0) += share.quantity;
    }
    let units = bought.into_iter().map(|(item, quantity)| (item, quantity / content(item).max(1))).collect();
    let value = Rupiah::sum(parts.values().flat_map(|part| &part.shares).map(|share| share.cost))?;
    Ok(Plan { units, value, parts })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::WantId;
    use super::*;

    #[test]
    fn the_state_table_is_as_committed() {
        insta::assert_snapshot!(kit::text::state_table(State::ALL, Move::ALL, State::word, Move::word, next));
    }

    #[test]
    fn a_tolerance_fills_the_last_sack_and_who_came_last_waits() {
        let kg = |wanted: i64, tolerance: i64| (wanted * 1_000, tolerance * 1_000);
        assert_eq!(fill(50_000, &[kg(40, 0), kg(30, 0), kg(25, 5)]), Filled { units: 2, shares: vec![40_000, 30_000, 30_000] });
        assert_eq!(fill(50_000, &[kg(40, 0), kg(30, 0), kg(25, 4)]), Filled { units: 1, shares: vec![40_000, 10_000, 0] });
        assert_eq!(fill(50_000, &[kg(30, 50)]), Filled { units: 1, shares: vec![50_000] });
        assert_eq!(fill(50_000, &[kg(50, 10)]), Filled { units: 1, shares: vec![50_000] }, "a tolerance alone buys nothing");
        assert_eq!(fill(50_000, &[]), Filled { units: 0, shares: vec![] });
    }

    fn offers(prices: &[(i64, i64, bool)]) -> Vec<Offer> {
        let offer = |(content, price, is_weighed): &(i64, i64, bool)| Offer {
            item: ItemId::new(),
            content: *content,
            base: if *is_weighed { Base::Gram } else { Base::Piece },
            price: Rupiah::new(*price).expect("in range"),
        };
        prices.iter().map(offer).collect()
    }

    /// What a member says, as it is kept.
    fn say(lines: &mut BTreeMap<(EnterpriseId, ItemId), Want>, member: EnterpriseId, item: ItemId, (wanted, tolerance): (i64, i64)) {
        let before = lines.get(&(member, item)).filter(|want| keeps_place((want.wanted, want.tolerance), (wanted, tolerance)));
        let id = before.map_or_else(WantId::new, |want| want.id);
        lines.insert((member, item), Want { id, member, item, wanted, tolerance });
    }

    #[test]
    fn who_held_a_place_with_a_gram_does_not_overtake() {
        assert!(keeps_place((50_000, 0), (50_000, 0)) && keeps_place((50_000, 5_000), (1, 0)));
        assert!(!keeps_place((1, 0), (50_000, 0)) && !keeps_place((50_000, 0), (40_000, 1)));
    }

    #[test]
    fn the_delivery_is_parted_as_was_said_and_to_the_rupiah() {
        let offers = offers(&[(50_000, 100_000, true), (10, 300_000, false)]);
        let members: Vec<EnterpriseId> = (0..2).map(|_| EnterpriseId::new()).collect();
        let want = |member: usize, item: usize, wanted| Want {
            id: WantId::new(),
            member: members[member],
            item: offers[item].item,
            wanted,
            tolerance: 0,
        };
        let wants = [want(0, 0, 40_000), want(1, 0, 10_000), want(1, 1, 10)];
        let parted = |split| {
            let plan = plan(&offers, &wants, Rupiah::new(10_001).expect("in range"), split).expect("in range");
            members.iter().map(|member| plan.parts[member].delivery.amount()).collect::<Vec<_>>()
        };
        assert_eq!(parted(Split::ByWeight), [8_001, 2_000], "40 kg against 10; pieces are not weighed");
        assert_eq!(parted(Split::ByValue), [2_000, 8_001], "80.000 against 320.000");
        assert_eq!(parted(Split::Evenly).iter().sum::<i64>(), 10_001);
        assert!(parted(Split::Evenly).iter().all(|part| (5_000..=5_001).contains(part)));
    }

    proptest! {
        /// Shares sum to whole units, nobody gets more than she takes, and nobody is served before one who came earlier.
        #[test]
        fn filling_is_exact_and_fair(content in 1i64..100_000, wants in proptest::collection::vec((0i64..500_000, 0i64..100_000), 0..12)) {
            let filled = fill(content, &wants);
            prop_assert_eq!(filled.shares.iter().sum::<i64>(), filled.units * content);
            for (share, (wanted, tolerance)) in filled.shares.iter().zip(&wants) {
                prop_assert!(*share <= wanted + tolerance);
            }
            let short = filled.shares.iter().zip(&wants).position(|(share, (wanted, _))| share < wanted);
            if let Some(first) = short {
                prop_assert!(filled.shares[first + 1..].iter().all(|share| *share == 0), "whoever came later gets nothing");
                prop_assert!(filled.shares[..first].iter().zip(&wants).all(|(share, (wanted, _))| share == wanted));
            }
            let wanted: i64 = wants.iter().map(|(wanted, _)| wanted).sum();
            prop_assert!((filled.units * content - wanted).abs() < content);
        }

        /// Whoever wants more takes nothing that another wanted and had; saying the same again, or less, changes no place.
        #[test]
        fn nobody_is_overtaken(
            content in 1i64..100_000, before in proptest::collection::vec((0i64..300_000, 0i64..50_000), 2..8),
            who in any::<prop::sample::Index>(), more in (0i64..300_000, 0i64..50_000), part in (0i64..=100, 0i64..=100),
        ) {
            let (item, members) = (ItemId::new(), before.iter().map(|_| EnterpriseId::new()).collect::<Vec<_>>());
            let mut lines = BTreeMap::new();
            for (member, wish) in members.iter().zip(&before) {
                say(&mut lines, *member, item, *wish);
            }
            let had = |lines: &BTreeMap<(EnterpriseId, ItemId), Want>| -> BTreeMap<EnterpriseId, i64> {
                let mut line: Vec<&Want> = lines.values().collect();
                line.sort_by_key(|want| want.id);
                let filled = fill(content, &line.iter().map(|want| (want.wanted, want.tolerance)).collect::<Vec<_>>());
                line.iter().zip(filled.shares).map(|(want, share)| (want.member, share.min(want.wanted))).collect()
            };
            let (at, first) = (who.index(before.len()), had(&lines));
            let (member, (wanted, tolerance)) = (members[at], before[at]);
            let mut raised = lines.clone();
            say(&mut raised, member, item, (wanted + more.0, tolerance + more.1));
            let then = had(&raised);
            prop_assert!(members.iter().filter(|other| **other != member).all(|other| then[other] >= first[other]));
            let mut lowered = lines.clone();
            say(&mut lowered, member, item, (wanted * part.0 / 100, tolerance * part.1 / 100));
            prop_assert_eq!(lowered[&(member, item)].id, lines[&(member, item)].id);
            let mut again = raised.clone();
            say(&mut again, member, item, (wanted + more.0, tolerance + more.1));
            prop_assert_eq!(again, raised);
        }

        /// Whatever the order in which rows are read or a want was sent again: one plan, and every rupiah in it once.
        #[test]
        fn a_plan_is_one_and_sums_to_the_rupiah(
            prices in proptest::collection::vec((1i64..60_000, 1i64..1_000_000, any::<bool>()), 1..4),
            wants in proptest::collection::vec((0usize..5, 0usize..4, 0i64..200_000, 0i64..50_000), 0..16),
            delivery in 0i64..1_000_000, split in 0usize..3, seed in any::<u64>(),
        ) {
            let offers = offers(&prices);
            let members: Vec<EnterpriseId> = (0..5).map(|_| EnterpriseId::new()).collect();
            let mut lines: BTreeMap<(EnterpriseId, ItemId), Want> = BTreeMap::new();
            for (member, item, wanted, tolerance) in wants {
                let (member, item) = (members[member], offers[item % offers.len()].item);
                say(&mut lines, member, item, (wanted, tolerance));
            }
            let wants: Vec<Want> = lines.into_values().collect();
            let delivery = Rupiah::new(delivery).expect("in range");
            let planned = plan(&offers, &wants, delivery, Split::ALL[split]).expect("in range");
            let mut shuffled = wants.clone();
            shuffled.sort_by_key(|want| want.id.uuid().as_u128().wrapping_mul(u128::from(seed) | 1));
            prop_assert_eq!(&plan(&offers, &shuffled, delivery, Split::ALL[split]).expect("in range"), &planned);
            let shares = || planned.parts.values().flat_map(|part| &part.shares);
            prop_assert_eq!(Rupiah::sum(shares().map(|share| share.cost)), Ok(planned.value));
            for offer in &offers {
                let got: i64 = shares().filter(|share| share.item == offer.item).map(|share| share.quantity).sum();
                prop_assert_eq!(got, planned.units.get(&offer.item).copied().unwrap_or(0) * offer.content);
            }
            let parted = Rupiah::sum(planned.parts.values().map(|part| part.delivery)).expect("in range");
            prop_assert_eq!(parted, if planned.parts.is_empty() { Rupiah::ZERO } else { delivery });
        }
    }
}

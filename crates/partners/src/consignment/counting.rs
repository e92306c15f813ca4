//! What a visit counts: what should be there, what was found, and what of it may go back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::model::{Consignment, Goods, Visit, VisitCount, VisitLine};
use super::rules::{self, Standing};
use super::service::{ConsignmentError, Outcome, on_sale, priced};
use super::{sale_store, store};
use crate::agreements::terms::{Consignment as Terms, ReturnRule, Side as TermsSide};
use kit::clock::Timestamp;
use kit::db::{Conn, DbError};
use market::inventory::{self, First, Lot, Shelf};
use market::packs::PackId;

/// Whether the warung owes for what goes bad.
pub(super) fn warung_bears_spoilage(terms: &Terms) -> bool {
    terms.spoilage_borne_by == TermsSide::Receiver
}

/// What should stand there of every pack at an instant, before the visit; what moved after it is left out.
fn standing(conn: &mut Conn, of: &Consignment, goods: &BTreeMap<PackId, Goods>, at: Timestamp) -> Outcome<BTreeMap<PackId, Standing>> {
    let (last, packs) = (of.last_visited_at, goods.keys().copied().collect::<Vec<_>>());
    let (delivered, delivered_later) = (store::delivered(conn, of.id, last, Some(at))?, store::delivered(conn, of.id, Some(at), None)?);
    let (at_till, at_till_later) = (sale_store::at_till(conn, of.id, last, Some(at))?, sale_store::at_till(conn, of.id, Some(at), None)?);
    let shelves = inventory::held_of(conn, of.warung_id, &packs)?;
    let count = |these: &BTreeMap<PackId, i64>, pack: &PackId| these.get(pack).copied().unwrap_or(0);
    let one = |goods: &Goods| {
        let pack = goods.pack;
        let on_hand = shelves.iter().find(|row| row.pack == pack && row.owner == of.maker_id).map_or(0, |row| row.on_hand);
        let expected = on_hand + count(&at_till_later, &pack) - count(&delivered_later, &pack);
        let (delivered, at_till) = (count(&delivered, &pack), count(&at_till, &pack));
        (pack, Standing { pack, expected, delivered, at_till, price: goods.price, earned: goods.earned })
    };
    Ok(goods.values().map(one).collect())
}

/// The lines of a visit: everything that is there must be counted, and nothing more than can be there.
pub(super) fn settled(
    conn: &mut Conn,
    of: &Consignment,
    goods: &BTreeMap<PackId, Goods>,
    counts: &[VisitCount],
    (terms, agreed): (&Terms, bool),
    at: Timestamp,
) -> Outcome<Vec<VisitLine>> {
    let packs: BTreeSet<PackId> = counts.iter().map(|count| count.pack_id).collect();
    if packs.len() < counts.len() {
        return Err(ConsignmentError::LineTwice.into());
    }
    let mut there = standing(conn, of, goods, at)?;
    there.retain(|_, one| one.expected > 0 || one.delivered > 0 || one.at_till > 0);
    if let Some(pack) = there.keys().find(|pack| !packs.contains(pack)) {
        return Err(ConsignmentError::NotCounted { pack: *pack }.into());
    }
    let added: Vec<PackId> = counts.iter().filter(|count| count.found().topped_up > 0).map(|count| count.pack_id).collect();
    if !added.is_empty() && !agreed {
        return Err(ConsignmentError::NoAgreement.into());
    }
    let offers = on_sale(conn, of.maker_id, &added)?;
    let returns = Returns::at(conn, of, terms, at)?;
    let mut lines = Vec::with_capacity(counts.len());
    for count in counts {
        let (pack, found) = (count.pack_id, count.found());
        let offer = offers.get(&pack);
        if found.topped_up > 0 && offer.is_none() {
            return Err(ConsignmentError::NotForSale { pack }.into());
        }
        let known = there.remove(&pack);
        let fresh = match (known, offer, goods.get(&pack)) {
            (Some(standing), _, _) => standing,
            (None, Some(offer), _) => {
                let (price, earned) = priced(terms, offer)?;
                Standing { pack, expected: 0, delivered: 0, at_till: 0, price, earned }
            }
            (None, None, Some(goods)) => Standing { pack, expected: 0, delivered: 0, at_till: 0, price: goods.price, earned: goods.earned },
            (None, None, None) => return Err(ConsignmentError::NotThere { pack }.into()),
        };
        let line = rules::line(&fresh, found, warung_bears_spoilage(terms)).map_err(ConsignmentError::from)?;
        returns.allow(pack, fresh.expected, found.returned)?;
        lines.push(line);
    }
    Ok(lines)
}

/// What may go back at a visit by its terms, and which of it goes first.
pub(super) struct Returns {
    rule: ReturnRule,
    /// Until when goods must last to go back before their expiry.
    until: NaiveDate,
    /// How many do not, by pack.
    late: BTreeMap<PackId, i64>,
}

impl Returns {
    /// At an instant, of what stands there now.
    pub(super) fn at(conn: &mut Conn, of: &Consignment, terms: &Terms, at: Timestamp) -> Result<Self, DbError> {
        let (rule, days) = (terms.return_rule, Days::new(u64::try_from(terms.return_days.get()).unwrap_or(0)));
        let until = at.business_date() + days;
        let too_late = |lot: &&Lot| lot.expires_on.is_some_and(|end| end < until);
        let mut late = BTreeMap::new();
        if rule == ReturnRule::BeforeExpiry {
            for (row, lots) in inventory::consigned(conn, &[of.maker_id], &[of.warung_id])? {
                late.insert(row.pack, lots.iter().filter(too_late).map(|lot| lot.quantity).sum());
            }
        }
        Ok(Self { rule, until, late })
    }

    /// At a visit that is put right: its own goods are where they were before it.
    pub(super) fn before(conn: &mut Conn, of: &Consignment, terms: &Terms, visit: &Visit, packs: &[PackId]) -> Result<Self, DbError> {
        let mut returns = Self::at(conn, of, terms, visit.visited_at)?;
        if returns.rule == ReturnRule::BeforeExpiry {
            for pack in packs {
                let there = Shelf::consigned(*pack, of.maker_id, of.warung_id);
                let moved = inventory::moved_by(conn, there, &visit.id.to_string())?;
                let late = moved.iter().filter(|step| step.expires_on.is_some_and(|end| end < returns.until));
                *returns.late.entry(*pack).or_default() -= late.map(|step| step.quantity).sum::<i64>();
            }
        }
        Ok(returns)
    }

    /// Refuses more than may go back of so many that are there.
    pub(super) fn allow(&self, pack: PackId, there: i64, returned: i64) -> Result<(), ConsignmentError> {
        let most = match self.rule {
            ReturnRule::Anytime => return Ok(()),
            ReturnRule::BeforeExpiry => (there - self.late.get(&pack).copied().unwrap_or(0).max(0)).max(0),
            ReturnRule::Never => 0,
        };
        if returned > most { Err(ConsignmentError::ReturnNotAgreed { pack, most }) } else { Ok(()) }
    }

    /// What goes back first: what ends first, but where only what lasts may go back, that.
    pub(super) const fn first(&self) -> First<'static> {
        match self.rule {
            ReturnRule::Anytime | ReturnRule::Never => First::Ending,
            ReturnRule::BeforeExpiry => First::Lasting(self.until),
        }
    }
}

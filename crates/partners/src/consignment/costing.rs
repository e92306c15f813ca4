//! What consigned goods had cost, as far as it is known: it goes where the goods go, in the maker's books alone.
//!
//! 1. Goods take their cost along to the warung, back home, and to where they were sold or went bad.
//! 2. What goes bad at the warung's expense is sold to her: its cost is one of goods sold, and no loss of the maker.
//! 3. A visit remembers what its goods had cost, so that putting it right brings back exactly that.

use std::collections::BTreeMap;

use super::accounting::{About, AtCost};
use super::model::{Consignment, Goods, VisitLine};
use super::service::{Outcome, post, sums};
use super::store;
use kit::db::Tx;
use kit::money::Rupiah;
use market::costs::{self, Known};
use market::packs::PackId;

/// What `quantity` of these goods had cost, which leaves them.
pub(super) fn part_with(goods: &mut Goods, quantity: i64) -> Outcome<Known> {
    let gone = if goods.cost.quantity == 0 { Known::default() } else { costs::part(goods.cost, quantity) };
    goods.cost = less(goods.cost, gone)?;
    Ok(gone)
}

fn less(all: Known, part: Known) -> Outcome<Known> {
    Ok(Known { quantity: all.quantity - part.quantity, cost: sums(all.cost.minus(part.cost))? })
}

fn more(all: Known, part: Known) -> Outcome<Known> {
    Ok(Known { quantity: all.quantity + part.quantity, cost: sums(all.cost.plus(part.cost))? })
}

/// Goods come to a warung from their maker's home, and their cost with them; answers what it is.
pub(super) fn bring(tx: &mut Tx<'_>, goods: &mut Goods, quantity: i64) -> Outcome<Rupiah> {
    let came = costs::take_known(tx, goods.pack, quantity)?;
    goods.cost = more(goods.cost, came)?;
    Ok(came.cost)
}

/// Enters what goods had cost that went somewhere, where it is known; below nothing it comes back from there.
pub(super) fn enter(tx: &mut Tx<'_>, about: &About, what: AtCost, cost: Rupiah) -> Outcome<()> {
    let part = match what {
        AtCost::Left => "cost_left",
        AtCost::CameBack => "cost_back",
        AtCost::WentBad => "cost_bad",
        AtCost::Sold => "cost_sold",
    };
    let entry = if cost < Rupiah::ZERO {
        sums(about.at_cost(part, what, cost.negated()))?.turned()
    } else {
        sums(about.at_cost(part, what, cost))?
    };
    post(tx, about.maker, &entry)
}

/// Where cost went at a visit.
#[derive(Clone, Copy, Debug, Default)]
struct Went {
    back: Rupiah,
    bad: Rupiah,
    sold: Rupiah,
}

impl Went {
    fn add(&mut self, back: Known, bad: Known, sold: Known) -> Outcome<()> {
        self.back = sums(self.back.plus(back.cost))?;
        self.bad = sums(self.bad.plus(bad.cost))?;
        self.sold = sums(self.sold.plus(sold.cost))?;
        Ok(())
    }

    fn take_back(&mut self, back: Known, bad: Known, sold: Known) -> Outcome<()> {
        self.back = sums(self.back.minus(back.cost))?;
        self.bad = sums(self.bad.minus(bad.cost))?;
        self.sold = sums(self.sold.minus(sold.cost))?;
        Ok(())
    }

    fn enter(self, tx: &mut Tx<'_>, about: &About, warung_bears_spoilage: bool) -> Outcome<()> {
        let (bad, sold) = if warung_bears_spoilage { (Rupiah::ZERO, sums(self.sold.plus(self.bad))?) } else { (self.bad, self.sold) };
        enter(tx, about, AtCost::CameBack, self.back)?;
        enter(tx, about, AtCost::WentBad, bad)?;
        enter(tx, about, AtCost::Sold, sold)
    }
}

/// What goes back, went bad or was sold at a visit takes along what it had cost; the lines remember it.
pub(super) fn leave(
    tx: &mut Tx<'_>,
    of: &Consignment,
    goods: &mut BTreeMap<PackId, Goods>,
    lines: &mut [VisitLine],
    about: &About,
    warung_bears_spoilage: bool,
) -> Outcome<()> {
    let mut went = Went::default();
    for line in lines {
        let Some(goods) = goods.get_mut(&line.pack_id) else { continue };
        let back = part_with(goods, line.returned)?;
        if back.quantity > 0 {
            costs::add(tx, line.pack_id, back)?;
        }
        line.spoiled_cost = part_with(goods, line.spoiled)?;
        line.sold_cost = part_with(goods, line.sold - line.at_till)?;
        went.add(back, line.spoiled_cost, line.sold_cost)?;
        store::keep_goods(tx, of.id, goods)?;
    }
    went.enter(tx, about, warung_bears_spoilage)
}

/// A visit is put right: first the cost of all that comes back to the shelf, then of all that leaves it. The right lines, each
/// beside what it was, remember what their goods had cost.
pub(super) fn shift(
    tx: &mut Tx<'_>,
    of: &Consignment,
    lines: &mut [(VisitLine, VisitLine)],
    about: &About,
    warung_bears_spoilage: bool,
) -> Outcome<()> {
    let (mut went, mut all) = (Went::default(), store::goods(tx, of.id)?);
    for (was, is) in lines {
        let Some(goods) = all.get_mut(&was.pack_id) else { continue };
        let (sold, spoiled, returned) = (is.sold - was.sold, is.spoiled - was.spoiled, is.returned - was.returned);
        let unsold = costs::part(was.sold_cost, (-sold).max(0));
        let unspoiled = costs::part(was.spoiled_cost, (-spoiled).max(0));
        let unreturned = costs::take_known(tx, was.pack_id, (-returned).max(0))?;
        for came in [unsold, unspoiled, unreturned] {
            goods.cost = more(goods.cost, came)?;
        }
        went.take_back(unreturned, unspoiled, unsold)?;

        // What was not left after all is at home, as what went back is. What more was left has brought its cost along.
        let back = part_with(goods, returned.max(0) + (was.topped_up - is.topped_up).max(0))?;
        if back.quantity > 0 {
            costs::add(tx, was.pack_id, back)?;
        }
        let (bad, gone) = (part_with(goods, spoiled.max(0))?, part_with(goods, sold.max(0))?);
        went.add(back, bad, gone)?;
        is.spoiled_cost = more(less(was.spoiled_cost, unspoiled)?, bad)?;
        is.sold_cost = more(less(was.sold_cost, unsold)?, gone)?;
        store::keep_goods(tx, of.id, goods)?;
    }
    went.enter(tx, about, warung_bears_spoilage)
}

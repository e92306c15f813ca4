//! A disputed visit is put right: the figures, the goods, the money, and both books.

use std::collections::BTreeMap;

use super::accounting::About;
use super::counting::{Returns, warung_bears_spoilage};
use super::model::{Consignment, NewSale, SaleKind, Visit, VisitLine};
use super::notes::{self, Arriving, Source};
use super::rules::{self, Found, Money, Standing};
use super::service::{ConsignmentError, Hand, Outcome, about, mirrored, stock, sums, terms_of};
use super::visits::{clear, spoilage};
use super::{costing, sale_store, store, visit_store};
use crate::debts::{Method, Mirrored};
use books::ledger::Account;
use kit::db::Tx;
use kit::money::Rupiah;
use market::inventory::{self, Movement, Shelf, Why};
use market::packs::PackId;
use people::permissions::By;

/// What was there of a pack after all; what is not told of a top-up stands.
#[derive(Clone, Copy, Debug)]
pub struct RightLine {
    pub pack: PackId,
    pub counted: i64,
    pub returned: i64,
    pub spoiled: i64,
    pub topped_up: Option<i64>,
}

/// What is put right.
#[derive(Clone, Debug)]
pub struct Right {
    pub lines: Vec<RightLine>,
    /// What went over after all, and how.
    pub paid: Option<(Rupiah, Method)>,
}

impl Right {
    /// Whether it is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.paid.is_none()
    }
}

/// A line as it was, and as it is right.
type Corrected = (VisitLine, VisitLine);

/// Puts a visit right; answers whether both agree now. It happened when the visit was held, and counts today.
pub(super) fn correct(tx: &mut Tx<'_>, hand: &Hand<'_>, visit: &Visit, right: &Right) -> Outcome<bool> {
    let (of, now) = (&hand.consignment, tx.now());
    if right.paid.is_some() && visit.paid_disputed.is_none() {
        return Err(ConsignmentError::NotDisputed { pack: None }.into());
    }
    let terms = terms_of(tx, (visit.agreement_id, visit.agreement_number))?;
    let bears = warung_bears_spoilage(&terms);
    let mut lines: BTreeMap<PackId, VisitLine> = BTreeMap::new();
    for (line, ..) in visit_store::lines(tx, &[visit.id])?.remove(&visit.id).unwrap_or_default() {
        lines.insert(line.pack_id, line);
    }
    let packs: Vec<PackId> = right.lines.iter().map(|one| one.pack).collect();
    let returns = Returns::before(tx, of, &terms, visit, &packs)?;
    let about = about(of, format!("{}:{}", visit.id, visit.postings + 1), now);
    let why = Why::at(&about.reference, Some(hand.by), visit.visited_at).counting(now);
    let mut beside = Vec::with_capacity(packs.len());
    for (at, one) in right.lines.iter().enumerate() {
        if packs[..at].contains(&one.pack) {
            return Err(ConsignmentError::LineTwice.into());
        }
        let was = lines.get(&one.pack).ok_or(ConsignmentError::NotThere { pack: one.pack })?;
        let is = again(was, *one, bears)?;
        check(of, visit, was, &is)?;
        returns.allow(one.pack, was.opening + was.delivered - was.at_till, is.returned)?;
        shift_goods(tx, of, visit, (was, &is), &returns, (&why, hand.by))?;
        beside.push((was.clone(), is));
    }
    costing::shift(tx, of, &mut beside, &about, bears)?;
    // What more was left takes its cost from home, where that of what went back must be by then.
    for (was, is) in &beside {
        top_up(tx, of, (was.pack_id, is.topped_up - was.topped_up), (&why, hand.by), &visit.id.to_string())?;
    }
    for (_, is) in &beside {
        visit_store::correct_line(tx, visit.id, is)?;
        lines.insert(is.pack_id, is.clone());
    }
    let due = enter(tx, of, &beside, &about)?;
    let visit = Visit { postings: visit.postings + 1, ..with(visit, &beside, due)? };
    let visit = repay(tx, hand, visit, right.paid, &about)?;
    visit_store::set_totals(tx, &visit)?;
    visit_store::shift_due_through(tx, of.id, visit.number, due)?;
    store::add_due(tx, of.id, due)?;
    clear(tx, of.id, visit.visited_at.business_date())?;
    Ok(agreed(&visit, lines.values()))
}

/// Whether all that was disputed is as the other side said.
fn agreed<'a>(visit: &Visit, lines: impl Iterator<Item = &'a VisitLine>) -> bool {
    let disputed = lines.filter(|line| line.disputed.is_some()).map(|line| (line.said, line.found()));
    let paid = visit.paid_disputed.as_ref().map(|_| (visit.said_paid, visit.handed_over()));
    rules::agreed(&disputed.collect::<Vec<_>>()) && rules::agreed(&paid.into_iter().collect::<Vec<_>>())
}

/// Only what was disputed is put right, and not what a later visit has counted again.
fn check(of: &Consignment, visit: &Visit, was: &VisitLine, is: &VisitLine) -> Result<(), ConsignmentError> {
    let pack = was.pack_id;
    if was.disputed.is_none() {
        return Err(ConsignmentError::NotDisputed { pack: Some(pack) });
    }
    let stays = |found: Found| (found.counted, found.topped_up);
    if stays(was.found()) != stays(is.found()) && of.last_visit_id != Some(visit.id) {
        return Err(ConsignmentError::CountedSince { pack });
    }
    Ok(())
}

/// The line as it would have been settled with the right figures.
fn again(line: &VisitLine, one: RightLine, bears: bool) -> Outcome<VisitLine> {
    let standing = Standing {
        pack: line.pack_id,
        expected: line.opening + line.delivered - line.at_till,
        delivered: line.delivered,
        at_till: line.at_till,
        price: line.price,
        earned: line.earned,
    };
    let topped_up = one.topped_up.unwrap_or(line.topped_up);
    let found = Found { counted: one.counted, returned: one.returned, spoiled: one.spoiled, topped_up };
    let settled = rules::line(&standing, found, bears).map_err(ConsignmentError::from)?;
    Ok(VisitLine { disputed: line.disputed.clone(), said: line.said, ..settled })
}

/// Moves goods to where the right figures say they are: first all that comes back to the shelf, then all that leaves it.
fn shift_goods(
    tx: &mut Tx<'_>,
    of: &Consignment,
    visit: &Visit,
    (was, is): (&VisitLine, &VisitLine),
    returns: &Returns,
    (why, by): (&Why<'_>, By<'_>),
) -> Outcome<()> {
    let (pack, its) = (was.pack_id, visit.id.to_string());
    let (there, home) = (Shelf::consigned(pack, of.maker_id, of.warung_id), Shelf::home(pack, of.maker_id));
    let (sold, spoiled, returned) = (is.sold - was.sold, is.spoiled - was.spoiled, is.returned - was.returned);
    inventory::put_back(tx, there, Movement::HandedOver, (-sold).max(0), why, &its)?;
    inventory::put_back(tx, there, Movement::Spoiled, (-spoiled).max(0), why, &its)?;
    stock(inventory::bring_back(tx, (home, there), Movement::Returned, (-returned).max(0), why, &its))?;
    stock(inventory::move_first(tx, (there, home), Movement::Returned, returns.first(), returned.max(0), why))?;
    stock(inventory::take_out(tx, there, Movement::Spoiled, spoiled.max(0), why))?;
    stock(inventory::take_out(tx, there, Movement::HandedOver, sold.max(0), why))?;
    let more = is.counted - was.counted;
    if more > 0 {
        notes::found_again(tx, of, &why.reference, (pack, was.price, more), by)?;
    } else {
        notes::depart(tx, of.id, pack, -more)?;
    }
    Ok(())
}

/// More was left than had been written down, or less.
fn top_up(tx: &mut Tx<'_>, of: &Consignment, (pack, more): (PackId, i64), (why, by): (&Why<'_>, By<'_>), its: &str) -> Outcome<()> {
    let (there, home) = (Shelf::consigned(pack, of.maker_id, of.warung_id), Shelf::home(pack, of.maker_id));
    if more <= 0 {
        stock(inventory::bring_back(tx, (there, home), Movement::Moved, -more, why, its))?;
        return notes::depart(tx, of.id, pack, -more);
    }
    let goods = store::goods(tx, of.id)?.remove(&pack).ok_or(ConsignmentError::NotThere { pack })?;
    let came = [Arriving { pack, price: goods.price, earned: goods.earned, quantity: more }];
    let under = (of.agreement_id, of.agreement_number);
    notes::deliver(tx, of, under, &why.reference, &came, Source::Free, (Some(by), why.happened_at))
}

/// The visit with its totals as they are right.
fn with(visit: &Visit, lines: &[Corrected], due: Rupiah) -> Outcome<Visit> {
    let (mut gross, mut share) = (visit.gross, visit.share);
    for (was, is) in lines {
        gross = sums(is.gross.minus(was.gross).and_then(|more| gross.plus(more)))?;
        share = sums(is.share.minus(was.share).and_then(|more| share.plus(more)))?;
    }
    Ok(Visit { gross, share, due: sums(visit.due.plus(due))?, ..visit.clone() })
}

/// The difference goes into both books; answers what more, or less, is due.
fn enter(tx: &mut Tx<'_>, of: &Consignment, lines: &[Corrected], about: &About) -> Outcome<Rupiah> {
    let (mut due, now) = (Rupiah::ZERO, about.at);
    for (was, is) in lines {
        let money =
            Money { gross: sums(is.gross.minus(was.gross))?, share: sums(is.share.minus(was.share))?, due: sums(is.due.minus(was.due))? };
        if is.sold != was.sold {
            let sale = NewSale {
                pack: is.pack_id,
                kind: SaleKind::Correction,
                quantity: is.sold - was.sold,
                gross: money.gross,
                share: money.share,
                due: money.due,
                happened_at: now,
                counts_at: now,
            };
            sale_store::insert_sale(tx, of.id, &sale)?;
        }
        let bad = sums(is.spoilage_due.minus(was.spoilage_due))?;
        if bad != Rupiah::ZERO {
            sale_store::insert_sale(tx, of.id, &spoilage(is.pack_id, bad, (now, now)))?;
        }
        // Lines may go opposite ways, so each is entered for itself.
        let part = format!("sold:{}", is.pack_id);
        mirrored(tx, of, &either_way(about, &part, money)?)?;
        let part = format!("spoiled:{}", is.pack_id);
        let entries = sums(about.spoiled_by_warung(&part, Rupiah::new(bad.amount().abs()).unwrap_or_default()))?;
        mirrored(tx, of, &if bad < Rupiah::ZERO { opposite(entries) } else { entries })?;
        due = sums(due.plus(money.due).and_then(|sum| sum.plus(bad)))?;
    }
    Ok(due)
}

/// What was sold more, or less, as entries of amounts above nothing.
fn either_way(about: &About, part: &str, money: Money) -> Outcome<Mirrored> {
    if money.gross >= Rupiah::ZERO {
        return sums(about.sold(part, money, Account::CashSeller));
    }
    let less = Money { gross: money.gross.negated(), share: money.share.negated(), due: money.due.negated() };
    sums(about.sold(part, less, Account::CashSeller)).map(opposite)
}

fn opposite((maker, warung): Mirrored) -> Mirrored {
    (maker.turned(), warung.turned())
}

/// Other money went over than was written down: what is in both books is taken back, and the right amount entered. What is only
/// claimed is in none.
fn repay(tx: &mut Tx<'_>, hand: &Hand<'_>, visit: Visit, right: Option<(Rupiah, Method)>, about: &About) -> Outcome<Visit> {
    let Some((amount, method)) = right else { return Ok(visit) };
    let of = &hand.consignment;
    let visit = Visit { method: Some(method), ..visit };
    if !rules::counts_at_once(visit.recorded_by) {
        return Ok(Visit { claimed: amount, ..visit });
    }
    let was = visit_store::get(tx, visit.id)?.method.unwrap_or(method);
    if visit.paid.is_positive() {
        mirrored(tx, of, &opposite(sums(about.paid("unpaid", was, visit.paid))?))?;
        store::pay(tx, of.id, Some(visit.id), (visit.paid.negated(), was, about.at), hand.by)?;
    }
    if amount.is_positive() {
        mirrored(tx, of, &sums(about.paid("paid", method, amount))?)?;
        store::pay(tx, of.id, Some(visit.id), (amount, method, about.at), hand.by)?;
    }
    Ok(Visit { paid: amount, ..visit })
}

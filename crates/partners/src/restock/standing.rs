//! Standing reorders: kept by the warung, made by the clock, exactly once for each of their days.

use chrono::{Days as Span, NaiveDate};
use serde_json::json;

use super::model::{AskedAs, Basis, NewRestock, NotMade, Run, Template, TemplateId};
use super::service::{Outcome, RestockError, request, seen_by};
use super::{jobs, store};
use crate::agreements::terms::Days;
use crate::consignment::model::{PackCount, Side};
use crate::consignment::service::{ConsignmentError, side_of};
use crate::notices::{Notice, tell};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Tx};
use kit::jobs::enqueue_at;
use market::packs::PackId;
use people::enterprises::EnterpriseId;
use people::permissions::{Action, By};

/// The hour of a day at which its reorders are made, in minutes.
const AT_MINUTES: u16 = 5 * 60;

/// The warung keeps a reorder for days of the week; the first of them is tomorrow or later.
///
/// # Errors
/// [`RestockError::Denied`], [`RestockError::NothingToAsk`], [`RestockError::PaymentDoesNotFit`].
pub fn keep(tx: &mut Tx<'_>, who: Identity, warung: EnterpriseId, new: &NewRestock, days: &Days) -> Outcome<Template> {
    let acting = side_of(tx, who, (new.maker, warung), &[Side::Warung], None);
    let (_, by) = acting.map_err(|failure| {
        failure.map(|error| match error {
            ConsignmentError::Denied(denied) => RestockError::Denied(denied),
            other => RestockError::Consigned(other),
        })
    })?;
    if new.lines.is_empty() {
        return Err(RestockError::NothingToAsk.into());
    }
    if (new.basis == Basis::Outright) != new.payment.is_some() {
        return Err(RestockError::PaymentDoesNotFit.into());
    }
    let id = store::insert_template(tx, warung, new, days, by)?;
    let today = tx.now().business_date();
    look_again(tx, id, days.next_from(today + Span::new(1)))?;
    Ok(store::template(tx, id)?)
}

fn look_again(tx: &mut Tx<'_>, id: TemplateId, day: NaiveDate) -> Result<(), DbError> {
    enqueue_at(tx, jobs::STANDING, json!({ "template_id": id, "day": day }), Timestamp::in_village(day, AT_MINUTES))
}

/// The warung wants it no more.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn stop(tx: &mut Tx<'_>, who: Identity, id: TemplateId) -> Outcome<Template> {
    let now = tx.now();
    let template = store::template(tx, id)?;
    seen_by(tx, who, now, &[template.warung_id], Action::WriteProduct)?;
    store::stop_template(tx, id)?;
    Ok(store::template(tx, id)?)
}

/// Makes the reorder of a day, or writes down why there is none; and looks at the next day.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn run(tx: &mut Tx<'_>, id: TemplateId, day: NaiveDate) -> Result<(), DbError> {
    let today = tx.now().business_date();
    let template = store::template(tx, id)?;
    if !template.active || store::has_run(tx, id, day)? {
        return Ok(());
    }
    let outcome = if day < today { Err(NotMade::DayPassed) } else { made(tx, &template, day)? };
    store::insert_run(tx, id, day, outcome)?;
    if outcome.is_err() {
        tell(tx, Notice::RestockNotMade, template.warung_id, template.maker_id, day)?;
    }
    look_again(tx, id, template.days.next_from(day + Span::new(1)))
}

/// All is checked before anything is written, so that a refusal leaves nothing behind.
fn made(tx: &mut Tx<'_>, template: &Template, day: NaiveDate) -> Result<Result<super::RestockId, NotMade>, DbError> {
    let lines: Vec<(PackId, i64)> = template.lines.iter().map(|line| (line.pack_id, line.quantity)).collect();
    let new = NewRestock {
        maker: template.maker_id,
        basis: template.basis,
        payment: template.payment,
        asked_as: AskedAs::Standing,
        lines: Vec::<PackCount>::new(),
        wanted_on: Some(day),
        note: None,
    };
    let by = By { actor: template.actor, on_behalf_of: template.on_behalf_of, reason: None };
    match request(tx, template.warung_id, &new, &lines, Some(by)) {
        Ok(restock) => Ok(Ok(restock)),
        Err(Failure::Refused(refused)) => Ok(Err(reason(&refused))),
        Err(Failure::Db(error)) => Err(error),
    }
}

/// Why there is none, in the words that both sides read.
const fn reason(refused: &RestockError) -> NotMade {
    match refused {
        RestockError::NoAgreement => NotMade::NoAgreement,
        RestockError::NotForSale { .. } => NotMade::NotForSale,
        RestockError::OverCredit { .. } => NotMade::OverCredit,
        RestockError::BelowMinimum { .. } => NotMade::BelowMinimum,
        RestockError::PaymentDoesNotFit => NotMade::PaymentDoesNotFit,
        RestockError::LineTwice
        | RestockError::WantedOn
        | RestockError::NothingToAsk
        | RestockError::MoreThanAsked { .. }
        | RestockError::NothingAccepted
        | RestockError::WrongState { .. }
        | RestockError::TooMuch
        | RestockError::Stock(_)
        | RestockError::Books(_)
        | RestockError::Consigned(_)
        | RestockError::OverPaid { .. }
        | RestockError::Denied(_) => NotMade::NotPossible,
    }
}

/// The standing reorders an enterprise has a part in, newest first.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn templates(
    conn: &mut Conn,
    who: Identity,
    now: Timestamp,
    of: EnterpriseId,
    before: Option<TemplateId>,
    rows: i64,
) -> Outcome<Vec<Template>> {
    seen_by(conn, who, now, &[of], Action::ViewEnterprise)?;
    Ok(store::templates(conn, of, before, rows)?)
}

/// What became of a standing reorder on its days, the latest first.
///
/// # Errors
/// [`RestockError::Denied`].
pub fn runs(conn: &mut Conn, who: Identity, now: Timestamp, id: TemplateId, before: Option<NaiveDate>, rows: i64) -> Outcome<Vec<Run>> {
    let template = store::template(conn, id)?;
    seen_by(conn, who, now, &[template.warung_id, template.maker_id], Action::ViewEnterprise)?;
    Ok(store::runs(conn, id, before, rows)?)
}

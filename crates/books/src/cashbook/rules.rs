//! What a row of the cash book does to the books.

use chrono::NaiveDate;

use super::model::{Kind, NewCashRow, Paid, Source};
use crate::ledger::{Account, Channel, Entry, Evidence, Movement, Place};
use kit::clock::Timestamp;
use kit::money::{MoneyError, Rupiah};
use people::enterprises::EnterpriseId;

/// What is wrong with a row: the field, and the code of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRow(pub &'static str, pub &'static str);

/// A row that makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub movement: Movement,
    pub from: Place,
    pub to: Place,
    pub paid: Paid,
    pub channel: Option<Channel>,
    pub source: Option<Source>,
    /// What the partner's books must say of it: the same amount, from here to there.
    pub mirror: Option<(EnterpriseId, Account, Account)>,
}

/// Makes sense of a row, in the books of `own`.
///
/// # Errors
/// [`BadRow`].
pub fn read(own: EnterpriseId, new: &NewCashRow) -> Result<Row, BadRow> {
    let paid = new.paid.unwrap_or(Paid::Cash);
    if new.channel.is_some() && new.kind != Kind::Sale {
        return Err(BadRow("channel", "channel_only_for_sale"));
    }
    if new.source.is_some() && new.kind != Kind::CashIn {
        return Err(BadRow("source", "source_only_for_cash_in"));
    }
    let owed_to = new.kind == Kind::Purchase && paid == Paid::Credit;
    if new.partner_id.is_some() && !owed_to && new.kind != Kind::DebtCollected {
        return Err(BadRow("partner_id", "partner_only_with_debt"));
    }
    if new.partner_id == Some(own) {
        return Err(BadRow("partner_id", "partner_is_self"));
    }
    let may_owe = matches!(new.kind, Kind::Sale | Kind::Purchase | Kind::Expense);
    if paid == Paid::Credit && !may_owe {
        return Err(BadRow("paid", "credit_not_here"));
    }
    let channel = (new.kind == Kind::Sale).then(|| new.channel.unwrap_or(Channel::InPerson));
    let source = (new.kind == Kind::CashIn).then(|| new.source.unwrap_or(Source::Own));
    let (movement, from, to) = accounts(new, paid, channel, source);
    Ok(Row { movement, from, to, paid, channel, source, mirror: mirror(new, paid) })
}

/// Where money that was paid, or not yet, comes from or goes to; `owed` is for what is not paid yet.
const fn till(paid: Paid, owed: Account) -> Account {
    match paid {
        Paid::Cash => Account::CashSeller,
        Paid::Bank => Account::Bank,
        Paid::Credit => owed,
    }
}

fn accounts(new: &NewCashRow, paid: Paid, channel: Option<Channel>, source: Option<Source>) -> (Movement, Place, Place) {
    let got = || Place::from(till(paid, Account::ReceivableOthers));
    let gave = || match (paid, new.partner_id) {
        (Paid::Credit, Some(partner)) => Account::PayablePartner.with(partner),
        (Paid::Cash | Paid::Bank | Paid::Credit, _) => till(paid, Account::PayableOthers).into(),
    };
    match new.kind {
        Kind::Sale => (Movement::Sale, Account::sales(channel.unwrap_or(Channel::InPerson)).into(), got()),
        Kind::Purchase => (Movement::Purchase, gave(), Account::CostMaterials.into()),
        Kind::Expense => (Movement::Expense, gave(), Account::CostOther.into()),
        Kind::Draw => (Movement::Draw, gave(), Account::Draws.into()),
        Kind::CashIn => {
            let (movement, from) = brought_in(source.unwrap_or(Source::Own));
            (movement, from.into(), got())
        }
        Kind::DebtPaid => (Movement::DebtPaid, gave(), Account::PayableOthers.into()),
        Kind::DebtCollected => match new.partner_id {
            Some(partner) => (Movement::DebtSettled, Account::ReceivablePartner.with(partner), got()),
            None => (Movement::DebtCollected, Account::ReceivableOthers.into(), got()),
        },
        Kind::LoanRepaid => (Movement::LoanRepaid, gave(), Account::Loans.into()),
    }
}

const fn brought_in(source: Source) -> (Movement, Account) {
    match source {
        Source::Own => (Movement::CapitalIn, Account::Capital),
        Source::Grant => (Movement::GrantIn, Account::Grants),
        Source::Loan => (Movement::LoanIn, Account::Loans),
        Source::Other => (Movement::OtherIncome, Account::IncomeOther),
    }
}

/// A purchase on credit is a sale in the supplier's books; money that was collected left the debtor's till.
fn mirror(new: &NewCashRow, paid: Paid) -> Option<(EnterpriseId, Account, Account)> {
    let partner = new.partner_id?;
    match new.kind {
        Kind::Purchase => Some((partner, Account::SalesSupply, Account::ReceivablePartner)),
        Kind::DebtCollected => Some((partner, till(paid, Account::CashSeller), Account::PayablePartner)),
        Kind::Sale | Kind::Expense | Kind::Draw | Kind::CashIn | Kind::DebtPaid | Kind::LoanRepaid => None,
    }
}

/// The entry of a row, and the partner's where it needs one.
///
/// # Errors
/// [`MoneyError`] for a negative amount.
pub fn entries(
    own: EnterpriseId,
    row: &Row,
    amount: Rupiah,
    reference: &str,
    evidence: Evidence,
    at: Timestamp,
) -> Result<(Entry, Option<(EnterpriseId, Entry)>), MoneyError> {
    let entry = |movement| Entry::new(movement, reference.to_owned(), at).known(evidence);
    let mine = entry(row.movement).transfer(row.from, row.to, amount)?;
    let Some((partner, from, to)) = row.mirror else { return Ok((mine, None)) };
    let side = |account: Account| if account.per_partner() { account.with(own) } else { account.into() };
    let movement = if row.movement == Movement::Purchase { Movement::Supplied } else { row.movement };
    let theirs = entry(movement).transfer(side(from), side(to), amount)?;
    Ok((mine, Some((partner, theirs))))
}

/// When a row of `day` happened: now where it is today's, else at noon of its day.
///
/// # Errors
/// [`BadRow`] for a day ahead, or one of another century.
pub fn happened(day: Option<NaiveDate>, now: Timestamp) -> Result<Timestamp, BadRow> {
    let today = now.business_date();
    match day {
        Some(day) if day > today => Err(BadRow("day", "day_in_future")),
        Some(day) if day < NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or(day) => Err(BadRow("day", "day_out_of_range")),
        Some(day) if day < today => Ok(Timestamp::in_village(day, 12 * 60)),
        Some(_) | None => Ok(now),
    }
}

/// What makes the books say what was counted.
///
/// # Errors
/// [`MoneyError`] when the difference leaves the range.
pub fn difference(cash: Account, expected: Rupiah, counted: Rupiah, reference: String, at: Timestamp) -> Result<Entry, MoneyError> {
    let entry = Entry::new(Movement::CashCounted, reference, at).known(Evidence::Recorded);
    let more = counted.minus(expected)?;
    if more.is_positive() {
        entry.transfer(Account::CashDifference, cash, more)
    } else {
        entry.transfer(cash, Account::CashDifference, more.negated())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ledger::rules::mirrors;

    fn rp(amount: i64) -> Rupiah {
        Rupiah::new(amount).expect("in range")
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_chrono(text.parse().expect("an instant"))
    }

    fn row(value: serde_json::Value) -> NewCashRow {
        serde_json::from_value(value).expect("a row")
    }

    #[test]
    fn every_kind_of_row_balances_and_mirrors_where_it_must() {
        let (own, partner) = (EnterpriseId::new(), EnterpriseId::new());
        for kind in Kind::ALL {
            for paid in Paid::ALL {
                for with in [None, Some(partner)] {
                    let new = row(json!({ "kind": kind, "amount": 5000, "paid": paid, "partner_id": with }));
                    let Ok(row) = read(own, &new) else { continue };
                    let (mine, theirs) =
                        entries(own, &row, rp(5_000), "r", Evidence::Recorded, at("2026-11-24T02:00:00Z")).expect("positive");
                    assert_eq!(mine.needs_mirror(), theirs.is_some(), "{kind} {paid}");
                    if let Some((other, entry)) = theirs {
                        assert_eq!(mirrors(own, &mine, other, &entry), Ok(true), "{kind} {paid}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_told_by_its_field() {
        let (own, partner) = (EnterpriseId::new(), EnterpriseId::new());
        let wrong = |value| read(own, &row(value)).expect_err("no sense").1;
        assert_eq!(wrong(json!({ "kind": "draw", "amount": 1, "channel": "chat" })), "channel_only_for_sale");
        assert_eq!(wrong(json!({ "kind": "sale", "amount": 1, "source": "loan" })), "source_only_for_cash_in");
        assert_eq!(wrong(json!({ "kind": "draw", "amount": 1, "paid": "credit" })), "credit_not_here");
        assert_eq!(wrong(json!({ "kind": "purchase", "amount": 1, "partner_id": partner })), "partner_only_with_debt");
        assert_eq!(wrong(json!({ "kind": "sale", "amount": 1, "paid": "credit", "partner_id": partner })), "partner_only_with_debt");
        assert_eq!(wrong(json!({ "kind": "purchase", "amount": 1, "paid": "credit", "partner_id": own })), "partner_is_self");
        for amount in [0, -1, 1_000_000_001] {
            assert!(serde_json::from_value::<NewCashRow>(json!({ "kind": "sale", "amount": amount })).is_err());
        }
    }

    #[test]
    fn a_row_happens_now_or_at_noon_of_an_earlier_day() {
        let now = at("2026-11-24T02:00:00Z");
        let day = |text: &str| Some(text.parse().expect("a day"));
        assert_eq!(happened(None, now), Ok(now));
        assert_eq!(happened(day("2026-11-24"), now), Ok(now));
        assert_eq!(happened(day("2026-11-20"), now).map(|at| at.to_string()), Ok("2026-11-20T05:00:00.000000Z".to_owned()));
        assert_eq!(happened(day("2026-11-25"), now), Err(BadRow("day", "day_in_future")));
        assert_eq!(happened(day("1999-12-31"), now), Err(BadRow("day", "day_out_of_range")));
    }

    #[test]
    fn a_count_moves_the_books_to_what_is_there() {
        let entry = |expected, counted| {
            difference(Account::CashSeller, rp(expected), rp(counted), "c".to_owned(), at("2026-11-24T02:00:00Z")).expect("in range")
        };
        let cash =
            |entry: &Entry| entry.postings().iter().find(|(place, _)| place.account == Account::CashSeller).map(|(_, amount)| *amount);
        assert_eq!(cash(&entry(50_000, 48_000)), Some(rp(-2_000)));
        assert_eq!(cash(&entry(48_000, 50_000)), Some(rp(2_000)));
        assert!(entry(7, 7).postings().is_empty());
    }
}

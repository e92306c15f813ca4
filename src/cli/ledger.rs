//! `pasar ledger verify`: proves the books, on a live database.

use super::CliError;
use crate::app::{App, StartError};
use books::ledger::chain::verify::{Head, MOST_FAULTS, Report, verify};
use kit::db::{Failure, Never};

/// Links what has come since, then looks at every entry, link and stored balance. `heads` are seals that were written down before.
pub(super) async fn prove(app: &App, heads: &[String]) -> Result<(), CliError> {
    let heads: Vec<Head> = heads.iter().map(|head| read(head)).collect::<Result<_, _>>()?;
    if let Err(error) = app.tend_books().await {
        // A damaged file may refuse to be written; what stands in it is looked at all the same.
        eprintln!("not everything could be linked: {error}");
    }
    let looked = app.db.report(move |conn| Ok::<_, Failure<Never>>(verify(conn, &heads)?)).await;
    let report = looked.map_err(|failure| match failure {
        Failure::Refused(never) => match never {},
        Failure::Db(error) => CliError::from(StartError::Db(error)),
    })?;
    tell(&report)
}

fn tell(report: &Report) -> Result<(), CliError> {
    for (village, number, hash) in &report.chains {
        println!("{village}:{number}:{hash}");
    }
    println!("{} stored balances, {} entries not linked yet, {} entries of nobody", report.balances, report.waiting, report.anonymous);
    if report.faults.is_empty() {
        println!("the books are whole");
        return Ok(());
    }
    for fault in &report.faults {
        println!("WRONG: {fault}");
    }
    let more = if report.faults.len() == MOST_FAULTS { " or more" } else { "" };
    Err(CliError::Other(format!("the books are not whole: {}{more} faults", report.faults.len())))
}

fn read(head: &str) -> Result<Head, CliError> {
    let parts: Vec<&str> = head.split(':').collect();
    match parts.as_slice() {
        [village, number, hash] if number.parse::<i64>().is_ok() => {
            Ok(((*village).to_owned(), number.parse().unwrap_or_default(), (*hash).to_owned()))
        }
        _ => Err(CliError::Other(format!("write a head like 32.05.20.2007:120:3f…, not `{head}`"))),
    }
}

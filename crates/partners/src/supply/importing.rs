//! A price list out of a spreadsheet: all of it or nothing, with a word about every row.

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpRequest, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::RawRow;
use super::service::{self, RowOutcome};
use kit::auth::{Actor, SignedIn};
use kit::db::Db;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{PostedText, Problem, Reply};
use kit::i18n::{Language, say_field};
use kit::word_enum;
use people::enterprises::EnterpriseId;

/// The most rows of one list.
const MOST_ROWS: usize = 500;

word_enum! {
    /// What became of a row, or would have.
    Outcome as "ImportOutcome" {
        /// A unit that was not in the list.
        Added = "added",
        /// Another price.
        Changed = "changed",
        /// As it was.
        Unchanged = "unchanged",
        /// It cannot be read as it is.
        Refused = "refused",
    }
}

/// One row of the list.
#[derive(Serialize, ToSchema)]
pub struct ImportRowView {
    /// As the spreadsheet counts, empty rows too: the first row after the names of the columns is 2.
    row: usize,
    outcome: Outcome,
    /// The column that is wrong.
    column: Option<&'static str>,
    /// What is wrong with it, in the reader's language.
    detail: Option<String>,
}

/// What became of a list.
#[derive(Serialize, ToSchema)]
pub struct ImportView {
    /// False where a row was refused: then nothing was imported.
    imported: bool,
    rows: Vec<ImportRowView>,
}

impl ImportView {
    fn new(language: Language, numbers: &[usize], outcomes: Vec<RowOutcome>) -> Self {
        let view = |(row, outcome): (&usize, RowOutcome)| {
            let (outcome, wrong) = match outcome {
                RowOutcome::Added => (Outcome::Added, None),
                RowOutcome::Changed => (Outcome::Changed, None),
                RowOutcome::Unchanged => (Outcome::Unchanged, None),
                RowOutcome::Refused { column, code } => (Outcome::Refused, Some((column, say_field(language, &code)))),
            };
            let (column, detail) = wrong.unzip();
            ImportRowView { row: *row, outcome, column, detail }
        };
        let rows: Vec<ImportRowView> = numbers.iter().zip(outcomes).map(view).collect();
        Self { imported: rows.iter().all(|row| row.outcome != Outcome::Refused), rows }
    }
}

/// A row as the spreadsheet counts it, with what it holds.
type Numbered = (usize, Result<RawRow, String>);

/// The rows of a list; spreadsheets here part columns by commas or semicolons. Empty rows are passed over and counted.
fn rows(text: &str) -> Result<Vec<Numbered>, Problem> {
    let text = text.trim_start_matches('\u{FEFF}');
    let names = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let delimiter = if names.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let wrong = |_| Problem::bad_request("csv_columns");
    let headers = reader.headers().map_err(wrong)?.clone();
    if !headers.iter().any(|name| ["material", "bahan"].contains(&name)) {
        return Err(Problem::bad_request("csv_columns"));
    }
    let (mut number, mut rows, mut record) = (1 + empty_lines(text, 0), Vec::new(), csv::StringRecord::new());
    loop {
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if rows.len() > MOST_ROWS || !reader.read_record(&mut record).map_err(wrong)? {
            break;
        }
        number += 1 + empty_lines(text, start);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let whole = record.len() == headers.len();
        let row = if whole { record.deserialize(Some(&headers)).map_err(|error| error.to_string()) } else { Err(String::new()) };
        rows.push((number, row));
    }
    if rows.is_empty() || rows.len() > MOST_ROWS {
        return Err(Problem::bad_request("csv_rows").arg("most", MOST_ROWS));
    }
    Ok(rows)
}

/// How many empty lines stand before the record that is read next; the reader passes over them without a word. A line break
/// inside quotes is none: a spreadsheet shows it within its row.
fn empty_lines(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let (before, mut rest) = bytes.split_at(start.min(bytes.len()));
    // The record before ended in the middle of a line end of two bytes.
    if before.ends_with(b"\r") {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut empty = 0;
    while let Some(after) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r")) {
        (rest, empty) = (after, empty + 1);
    }
    empty
}

/// Imports a price list as CSV with the columns `material,unit,content,base,price,valid_from,valid_until`, or in Indonesian
/// `bahan,satuan,isi,dasar,harga,berlaku_mulai,berlaku_sampai`. All rows are imported, or none where one is refused.
#[utoipa::path(tag = "supply", operation_id = "import_supply_items", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/supply-items/import")]
pub async fn import(
    actor: Actor<SignedIn>,
    req: HttpRequest,
    id: web::Path<EnterpriseId>,
    posted: PostedText,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let language = Language::accepted(req.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()));
    let (who, id, (numbers, rows)) = (actor.who, id.into_inner(), rows(&posted.text)?.into_iter().unzip::<_, _, Vec<_>, Vec<_>>());
    let reply = posted.once.write(&db, who, move |tx| {
        let outcomes = service::import(tx, who, id, &rows)?;
        Ok(Reply::ok(&ImportView::new(language, &numbers, outcomes)))
    });
    Ok(reply.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_separator_is_read_and_a_broken_row_is_told_by_itself() {
        let read = rows("\u{FEFF}bahan;satuan;isi;dasar;harga\nSingkong;karung;50000;g;150.000\nMinyak;liter\n").expect("a list");
        assert!(read[0].1.as_ref().is_ok_and(|row| row.material == "Singkong" && row.price == "150.000"));
        assert!(read[1].1.is_err());
        assert!(rows("a,b\n1,2\n").is_err() && rows("material,unit,base,price\n").is_err() && rows("").is_err());
    }

    #[test]
    fn rows_are_counted_as_the_spreadsheet_shows_them() {
        let numbers = |text: &str| rows(text).expect("a list").into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        for end in ["\n", "\r\n", "\r"] {
            let list = |lines: &[&str]| numbers(&lines.join(end));
            let (names, row) = ("material,unit,base,price", "Gula,kg,g,16000");
            assert_eq!(list(&[names, row, row]), [2, 3], "{end:?}");
            assert_eq!(list(&[names, "", row, "", "", row, ""]), [3, 6], "empty lines, {end:?}");
            assert_eq!(list(&["", names, row]), [3], "before the names, {end:?}");
            assert_eq!(list(&[names, ",,,", row, "  ", row]), [3, 5], "empty cells, {end:?}");
            assert_eq!(list(&[names, "\"Gula", "", "pasir\",kg,g,16000", row]), [2, 3], "a line break within a cell, {end:?}");
            assert_eq!(list(&["\u{FEFF}bahan;satuan;dasar;harga", "", "Gula;kg;g;16.000"]), [3], "a mark before it, {end:?}");
        }
    }
}

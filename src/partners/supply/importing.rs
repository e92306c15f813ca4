//! A price list out of a spreadsheet: all of it or nothing, with a word about every row.

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpRequest, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::RawRow;
use super::service::{self, RowOutcome};
use crate::kit::auth::{Actor, SignedIn};
use crate::kit::db::Db;
use crate::kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use crate::kit::http::{PostedText, Problem, Reply};
use crate::kit::i18n::{Language, say_field};
use crate::people::enterprises::EnterpriseId;
use crate::word_enum;

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
    /// As the spreadsheet counts: the first row after the names of the columns is 2.
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
    fn new(language: Language, outcomes: Vec<RowOutcome>) -> Self {
        let view = |(row, outcome)| {
            let (outcome, wrong) = match outcome {
                RowOutcome::Added => (Outcome::Added, None),
                RowOutcome::Changed => (Outcome::Changed, None),
                RowOutcome::Unchanged => (Outcome::Unchanged, None),
                RowOutcome::Refused { column, code } => (Outcome::Refused, Some((column, say_field(language, &code)))),
            };
            let (column, detail) = wrong.unzip();
            ImportRowView { row, outcome, column, detail }
        };
        let rows: Vec<ImportRowView> = (2..).zip(outcomes).map(view).collect();
        Self { imported: rows.iter().all(|row| row.outcome != Outcome::Refused), rows }
    }
}

/// The rows of a list; spreadsheets here part columns by commas or semicolons.
fn rows(text: &str) -> Result<Vec<Result<RawRow, String>>, Problem> {
    let text = text.trim_start_matches('\u{FEFF}');
    let delimiter = if text.lines().next().unwrap_or("").contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let named = |name: &&str| ["material", "bahan"].contains(name);
    if !reader.headers().is_ok_and(|headers| headers.iter().any(|header| named(&header))) {
        return Err(Problem::bad_request("csv_columns"));
    }
    let rows: Vec<_> = reader.deserialize().map(|row| row.map_err(|error: csv::Error| error.to_string())).take(MOST_ROWS + 1).collect();
    if rows.is_empty() || rows.len() > MOST_ROWS {
        return Err(Problem::bad_request("csv_rows").arg("most", MOST_ROWS));
    }
    Ok(rows)
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
    let (who, id, rows) = (actor.who, id.into_inner(), rows(&posted.text)?);
    let reply = posted.once.write(&db, who, move |tx| {
        let outcomes = service::import(tx, who, id, &rows)?;
        Ok(Reply::ok(&ImportView::new(language, outcomes)))
    });
    Ok(reply.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_separator_is_read_and_a_broken_row_is_told_by_itself() {
        let read = rows("\u{FEFF}bahan;satuan;isi;dasar;harga\nSingkong;karung;50000;g;150.000\nMinyak;liter\n").expect("a list");
        assert!(read[0].as_ref().is_ok_and(|row| row.material == "Singkong" && row.price == "150.000"));
        assert!(read[1].is_err());
        assert!(rows("a,b\n1,2\n").is_err() && rows("material,unit,base,price\n").is_err());
    }
}

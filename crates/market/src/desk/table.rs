//! A month of orders as a table that spreadsheets open.

use actix_web::http::StatusCode;

use super::rules::cell;
use crate::orders::model::{Line, Order};
use crate::orders::rules::seller_sees_buyer;
use kit::http::Problem;
use kit::money::MoneyError;

const HEAD: [&str; 11] = ["number", "day", "state", "channel", "lines", "goods", "delivery", "total", "paid", "buyer_name", "buyer_phone"];

/// The table in UTF-8 with a mark at its beginning, by which spreadsheets know it. Every cell is quoted: a spreadsheet that splits
/// at another separator finds none outside of quotes.
///
/// # Errors
/// A problem when a sum leaves the range of money.
pub(super) fn of_orders(orders: &[(Order, Vec<Line>)], separator: u8) -> Result<Vec<u8>, Problem> {
    let mut table = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    table.write_record(HEAD).map_err(unwritten)?;
    for (order, lines) in orders {
        let row = row(order, lines).map_err(|_| Problem::conflict("sum_out_of_range"))?;
        table.write_record(row.iter().map(|text| cell(text))).map_err(unwritten)?;
    }
    table.into_inner().map_err(|error| unwritten(error.into_error().into()))
}

fn unwritten(error: csv::Error) -> Problem {
    tracing::error!(%error, "a table could not be written");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
}

fn row(order: &Order, lines: &[Line]) -> Result<[String; 11], MoneyError> {
    let told = |line: &Line| format!("{} × {} {}", line.quantity, line.name, line.pack_label);
    let lines: Vec<String> = lines.iter().filter(|line| line.quantity > 0).map(told).collect();
    let bill = &order.bill;
    let shown = seller_sees_buyer(order.state, bill.owed_back, bill.returned);
    let name = order.buyer_name.clone().filter(|_| shown).unwrap_or_default();
    let phone = order.buyer_phone.as_ref().filter(|_| shown).map(ToString::to_string).unwrap_or_default();
    Ok([
        order.number.clone(),
        order.placed_at.business_date().to_string(),
        order.state.to_string(),
        order.channel.to_string(),
        lines.join(", "),
        bill.goods.amount().to_string(),
        bill.delivery.map(|fee| fee.amount().to_string()).unwrap_or_default(),
        bill.charge()?.amount().to_string(),
        bill.kept()?.amount().to_string(),
        name,
        phone,
    ])
}

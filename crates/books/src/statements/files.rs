//! A statement as a page to print, as CSV and as XLSX.

use minijinja::{AutoEscape, Environment, context};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

use super::model::{Line, Row, Separator, Statement};
use super::rules::cell;
use kit::clock::Timestamp;
use kit::i18n::{Language, say};

const PAGE: &str = include_str!("statement.html");
/// Tells Excel that the file is UTF-8.
const BOM: &str = "\u{FEFF}";

/// What a line is called.
#[must_use]
pub fn label(language: Language, line: Line) -> String {
    say(language, &format!("statement.line.{line}"), &[])
}

fn words(language: Language, key: &str) -> String {
    say(language, &format!("statement.{key}"), &[])
}

/// The two parts with their titles.
fn parts(statement: &Statement, language: Language) -> [(String, &[Row]); 2] {
    let as_of = statement.as_of.format("%d-%m-%Y").to_string();
    let period = [("month", statement.month.to_string())];
    let period: Vec<(&str, &str)> = period.iter().map(|(name, value)| (*name, value.as_str())).collect();
    [
        (say(language, "statement.profit_and_loss", &period), &statement.profit_and_loss),
        (say(language, "statement.balance_sheet", &[("day", &as_of)]), &statement.balance_sheet),
    ]
}

/// How much of it is known by this system, and whether it may still change.
fn note(statement: &Statement, language: Language) -> String {
    let share = statement.evidence_share.map_or_else(|| "0".to_owned(), |share| (share / 100).to_string());
    let known = say(language, "statement.evidence", &[("share", &share)]);
    let closed = words(language, if statement.closed { "closed" } else { "open" });
    format!("{known} {closed}")
}

/// A page to print.
///
/// # Errors
/// The template's own words.
pub fn html(statement: &Statement, language: Language, now: Timestamp) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    let parts: Vec<_> = parts(statement, language)
        .into_iter()
        .map(|(title, rows)| {
            let row =
                |(line, amount): &Row| context! { label => label(language, *line), amount => amount.to_string(), total => line.is_total() };
            context! { title => title, rows => rows.iter().map(row).collect::<Vec<_>>() }
        })
        .collect();
    templates.render_str(
        PAGE,
        context! {
            language => language.word(),
            title => words(language, "title"),
            name => statement.name.as_str(),
            month => statement.month.to_string(),
            parts => parts,
            note => note(statement, language),
            owner => words(language, "owner"),
            date => now.business_date().format("%d-%m-%Y").to_string(),
        },
    )
}

/// Rows of cells: the part, the line, the amount.
///
/// # Errors
/// The writer's own words.
pub fn csv(statement: &Statement, language: Language, separator: Separator, bom: bool) -> Result<Vec<u8>, csv::Error> {
    let delimiter = match separator {
        Separator::Comma => b',',
        Separator::Semicolon => b';',
    };
    let start = if bom { BOM.as_bytes().to_vec() } else { Vec::new() };
    // Texts stand in quotes whatever is in them: a spreadsheet that cuts at the other separator must not find a cell inside one.
    let quoted = csv::QuoteStyle::NonNumeric;
    let mut file = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .quote_style(quoted)
        .terminator(csv::Terminator::CRLF)
        .from_writer(start);
    file.write_record([cell(&statement.name), statement.month.to_string(), note(statement, language)])?;
    file.write_record([words(language, "part"), words(language, "item"), words(language, "amount")])?;
    for (title, rows) in parts(statement, language) {
        for (line, amount) in rows {
            file.write_record([cell(&title), cell(&label(language, *line)), amount.amount().to_string()])?;
        }
    }
    file.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// A workbook of one sheet a part. Texts are written as texts, figures as numbers; there is no formula in it.
///
/// # Errors
/// The writer's own words.
pub fn xlsx(statement: &Statement, language: Language, now: Timestamp) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(now.unix_seconds())?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_title(words(language, "title")).set_creation_datetime(&made));
    let (bold, money) = (Format::new().set_bold(), Format::new().set_num_format("#,##0"));
    let total = Format::new().set_bold().set_num_format("#,##0");
    let names = [words(language, "sheet_profit_and_loss"), words(language, "sheet_balance_sheet")];
    for ((title, rows), name) in parts(statement, language).into_iter().zip(names) {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?.set_column_width(0, 44)?.set_column_width(1, 18)?;
        sheet.write_string_with_format(0, 0, &statement.name, &bold)?;
        sheet.write_string(1, 0, title)?;
        sheet.write_string_with_format(3, 0, words(language, "item"), &bold)?;
        sheet.write_string_with_format(3, 1, words(language, "amount"), &bold)?;
        for ((line, amount), at) in rows.iter().zip(4_u32..) {
            // Excel keeps 15 digits exactly, and no village has more.
            #[expect(clippy::cast_precision_loss, reason = "a cell of a workbook is a float")]
            let value = amount.amount() as f64;
            sheet.write_string(at, 0, label(language, *line))?;
            sheet.write_number_with_format(at, 1, value, if line.is_total() { &total } else { &money })?;
        }
        let end = u32::try_from(rows.len()).unwrap_or(0) + 5;
        sheet.write_string(end, 0, note(statement, language))?;
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use calamine::Reader as _;

    use super::*;
    use kit::money::Rupiah;

    fn statement(name: &str) -> Statement {
        let rp = |amount| Rupiah::new(amount).expect("in range");
        Statement {
            enterprise: people::enterprises::EnterpriseId::new(),
            name: name.to_owned(),
            month: "2026-11".parse().expect("a month"),
            as_of: "2026-11-30".parse().expect("a day"),
            closed: true,
            evidence_share: Some(8_000),
            profit_and_loss: vec![(Line::SalesOnline, rp(150_000)), (Line::NetIncome, rp(-20_000))],
            balance_sheet: vec![(Line::Cash, rp(48_000)), (Line::TotalAssets, rp(48_000))],
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_chrono("2026-12-01T02:00:00Z".parse().expect("an instant"))
    }

    #[test]
    fn a_page_says_nothing_that_its_names_could_make_it_do() {
        let page = html(&statement("<script>alert(1)</script> & Co"), Language::Indonesian, now()).expect("a page");
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"));
        assert!(page.contains("Rp150.000") && page.contains("Laba"));
        assert!(!page.contains("http"), "it needs nothing from elsewhere");
    }

    #[test]
    fn a_spreadsheet_reads_figures_as_figures_and_never_a_formula() {
        for (separator, sign) in [(Separator::Comma, ','), (Separator::Semicolon, ';')] {
            let file = csv(&statement("=HYPERLINK(\"http://x\")"), Language::Indonesian, separator, true).expect("a file");
            let text = String::from_utf8(file).expect("UTF-8");
            assert!(text.starts_with("\u{FEFF}\"'=HYPERLINK"), "{text}");
            assert!(text.contains(&format!("{sign}150000\r\n")) && text.contains(&format!("{sign}-20000\r\n")), "{text}");
        }
        let named = csv(&statement("Toko;=1+1;\"x"), Language::Indonesian, Separator::Comma, false).expect("a file");
        assert!(String::from_utf8(named).expect("UTF-8").starts_with("\"Toko;=1+1;\"\"x\",\"2026-11\","));
        assert!(!csv(&statement("x"), Language::English, Separator::Comma, false).expect("a file").starts_with(BOM.as_bytes()));
        let book = xlsx(&statement("=1+1"), Language::Indonesian, now()).expect("a workbook");
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(book)).expect("a workbook");
        for (name, figure) in book.sheet_names().into_iter().zip([150_000.0, 48_000.0]) {
            assert!(book.worksheet_formula(&name).expect("a sheet").is_empty(), "{name}");
            let sheet = book.worksheet_range(&name).expect("a sheet");
            assert_eq!(sheet.get_value((0, 0)), Some(&calamine::Data::String("=1+1".to_owned())), "a text");
            assert_eq!(sheet.get_value((4, 1)), Some(&calamine::Data::Float(figure)));
        }
    }
}

//! What a unit holds, what it is called, what it costs on a day, and what a row of a list means.

use chrono::NaiveDate;

use super::model::{Base, Content, MaterialName, Named, NewItem, Quote, RawRow, Standing, Unit};
use kit::money::Rupiah;
use market::packs::model::Price;

/// How many base units one holds: told where it is not in the unit's own name. `None` where they do not fit each other.
#[must_use]
pub fn content(unit: Unit, base: Base, told: Option<Content>) -> Option<i64> {
    let fixed = match (unit, base) {
        (Unit::Kg, Base::Gram) | (Unit::Litre, Base::Millilitre) => Some(1_000),
        (Unit::Piece, Base::Piece) => Some(1),
        (Unit::Kg, Base::Millilitre | Base::Piece)
        | (Unit::Litre, Base::Gram | Base::Piece)
        | (Unit::Piece, Base::Gram | Base::Millilitre) => {
            return None;
        }
        (Unit::Sack | Unit::Jerrycan | Unit::Box | Unit::Bottle | Unit::Pack | Unit::Bunch, _) => None,
    };
    match (fixed, told.map(Content::get)) {
        (Some(fixed), told) => told.is_none_or(|told| told == fixed).then_some(fixed),
        (None, told) => told,
    }
}

/// A quantity of base units as people say it: `50 kg`, `1,5 liter`, `24 buah`.
#[must_use]
pub fn measured(quantity: i64, base: Base) -> String {
    let (small, large) = match base {
        Base::Gram => ("g", "kg"),
        Base::Millilitre => ("ml", "liter"),
        Base::Piece => return format!("{quantity} buah"),
    };
    match (quantity / 1000, quantity % 1000) {
        (0, _) => format!("{quantity} {small}"),
        (whole, 0) => format!("{whole} {large}"),
        (whole, rest) => format!("{whole},{} {large}", format!("{rest:03}").trim_end_matches('0')),
    }
}

/// What an item is called: `Singkong, karung 50 kg`.
#[must_use]
pub fn label(name: &str, unit: Unit, content: i64, base: Base) -> String {
    let unit = match unit {
        Unit::Kg => return format!("{name}, per kg"),
        Unit::Litre => return format!("{name}, per liter"),
        Unit::Piece => return format!("{name}, per buah"),
        Unit::Sack => "karung",
        Unit::Jerrycan => "jeriken",
        Unit::Box => "dus",
        Unit::Bottle => "botol",
        Unit::Pack => "bungkus",
        Unit::Bunch => "ikat",
    };
    format!("{name}, {unit} {}", measured(content, base))
}

/// What one costs on `day`: of the prices that hold then, the one that began last.
#[must_use]
pub fn price_on(prices: &[Standing], day: NaiveDate) -> Option<Rupiah> {
    let holding = prices.iter().filter(|price| price.valid_from <= day && price.valid_until.is_none_or(|until| day <= until));
    holding.max_by_key(|price| (price.valid_from, price.id)).map(|price| price.amount)
}

/// The first price that begins after `day`.
#[must_use]
pub fn next_price(prices: &[Standing], day: NaiveDate) -> Option<Standing> {
    prices.iter().filter(|price| price.valid_from > day).min_by_key(|price| (price.valid_from, std::cmp::Reverse(price.id))).copied()
}

/// Why the days of a price do not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDays {
    /// It would count for a day that has passed.
    From,
    /// It would end before it begins.
    Until,
}

/// Judges the days of a price.
///
/// # Errors
/// [`BadDays`].
pub fn check_days(quote: &Quote, today: NaiveDate) -> Result<(), BadDays> {
    if quote.valid_from < today || quote.valid_from > today + chrono::Days::new(366) {
        Err(BadDays::From)
    } else if quote.valid_until.is_some_and(|until| until < quote.valid_from) {
        Err(BadDays::Until)
    } else {
        Ok(())
    }
}

/// What is wrong with a row: the column, and a code with its words in the catalogue.
pub type BadCell = (&'static str, String);

/// What a row means; without a first day it counts from `today`.
///
/// # Errors
/// The first column that is wrong.
pub fn understood(raw: &RawRow, today: NaiveDate) -> Result<NewItem, BadCell> {
    let name: MaterialName = raw.material.parse().map_err(|bad: kit::text::BadText| ("material", bad.to_string()))?;
    let unit = unit_of(&raw.unit).ok_or_else(|| ("unit", "supply_unit_unknown".to_owned()))?;
    let base = base_of(&raw.base).ok_or_else(|| ("base", "supply_base_unknown".to_owned()))?;
    let told = raw.content.trim();
    let told: Option<Content> = if told.is_empty() {
        None
    } else {
        let number: i64 = told.parse().map_err(|_| ("content", "content_out_of_range".to_owned()))?;
        Some(serde_json::from_value(number.into()).map_err(|_| ("content", "content_out_of_range".to_owned()))?)
    };
    let content = content(unit, base, told).ok_or_else(|| ("content", "content_does_not_fit".to_owned()))?;
    let amount: Rupiah = raw.price.trim().parse().map_err(|_| ("price", "amount_invalid".to_owned()))?;
    let price: Price = serde_json::from_value(amount.amount().into()).map_err(|_| ("price", "price_out_of_range".to_owned()))?;
    let quote = Quote {
        price,
        valid_from: day("valid_from", &raw.valid_from)?.unwrap_or(today),
        valid_until: day("valid_until", &raw.valid_until)?,
    };
    check_days(&quote, today).map_err(|bad| match bad {
        BadDays::From => ("valid_from", "valid_from_out_of_range".to_owned()),
        BadDays::Until => ("valid_until", "from_after_until".to_owned()),
    })?;
    Ok(NewItem { material: Named { name, base }, unit, content, quote })
}

fn day(column: &'static str, text: &str) -> Result<Option<NaiveDate>, BadCell> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| (column, "date_invalid".to_owned())),
    }
}

fn unit_of(word: &str) -> Option<Unit> {
    let word = word.trim().to_lowercase();
    let local = match word.as_str() {
        "liter" => Some(Unit::Litre),
        "buah" | "biji" => Some(Unit::Piece),
        "karung" => Some(Unit::Sack),
        "jeriken" | "jerigen" => Some(Unit::Jerrycan),
        "dus" => Some(Unit::Box),
        "botol" => Some(Unit::Bottle),
        "bungkus" => Some(Unit::Pack),
        "ikat" => Some(Unit::Bunch),
        _ => None,
    };
    local.or_else(|| Unit::ALL.iter().copied().find(|unit| unit.word() == word))
}

fn base_of(word: &str) -> Option<Base> {
    let word = word.trim().to_lowercase();
    let local = match word.as_str() {
        "gram" => Some(Base::Gram),
        "buah" | "biji" => Some(Base::Piece),
        _ => None,
    };
    local.or_else(|| Base::ALL.iter().copied().find(|base| base.word() == word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::{ItemId, SupplyPriceId};
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn units_hold_whole_base_units() {
        let told = |number: i64| serde_json::from_value(number.into()).ok();
        assert_eq!(content(Unit::Kg, Base::Gram, None), Some(1_000));
        assert_eq!(content(Unit::Kg, Base::Gram, told(900)), None);
        assert_eq!(content(Unit::Litre, Base::Gram, None), None);
        assert_eq!(content(Unit::Sack, Base::Gram, told(50_000)), Some(50_000));
        assert_eq!(content(Unit::Sack, Base::Gram, None), None);
        assert_eq!(label("Singkong", Unit::Sack, 50_000, Base::Gram), "Singkong, karung 50 kg");
        assert_eq!(measured(1_050, Base::Millilitre), "1,05 liter");
        assert_eq!(measured(24, Base::Piece), "24 buah");
    }

    #[test]
    fn a_row_is_read_in_either_language() {
        let row = RawRow {
            material: "Singkong".to_owned(),
            unit: "Karung".to_owned(),
            content: "50000".to_owned(),
            base: "gram".to_owned(),
            price: "Rp150.000".to_owned(),
            ..RawRow::default()
        };
        let item = understood(&row, date("2026-11-24")).expect("a row");
        assert_eq!((item.unit, item.content, item.quote.price.amount().amount()), (Unit::Sack, 50_000, 150_000));
        assert_eq!(item.quote.valid_from, date("2026-11-24"));
        let wrong = |row: RawRow| understood(&row, date("2026-11-24")).map_err(|(column, _)| column).err();
        assert_eq!(wrong(RawRow { price: "15.00".to_owned(), ..row.clone() }), Some("price"));
        assert_eq!(wrong(RawRow { valid_from: "2026-11-23".to_owned(), ..row.clone() }), Some("valid_from"));
        assert_eq!(wrong(RawRow { unit: "kg".to_owned(), ..row.clone() }), Some("content"));
        assert_eq!(wrong(RawRow { material: String::new(), ..row }), Some("material"));
    }

    proptest! {
        /// On a day one price counts or none: of those that hold the one that began last, so that a price with an end gives way to
        /// the one before it.
        #[test]
        fn one_price_or_none_counts_on_a_day(starts in proptest::collection::vec((0u64..40, proptest::option::of(0u64..20)), 0..12), day in 0u64..60) {
            let first = date("2026-11-24");
            let prices: Vec<Standing> = starts.iter().zip(1..).map(|((from, lasts), amount)| {
                let valid_from = first + chrono::Days::new(*from);
                Standing { id: SupplyPriceId::new(), item_id: ItemId::new(), amount: Rupiah::new(amount).expect("in range"), valid_from, valid_until: lasts.map(|days| valid_from + chrono::Days::new(days)) }
            }).collect();
            let day = first + chrono::Days::new(day);
            let mut by_beginning = prices.clone();
            by_beginning.sort_by_key(|price| (price.valid_from, price.amount));
            let holds = |price: &&Standing| price.valid_from <= day && price.valid_until.is_none_or(|until| day <= until);
            let expected = by_beginning.iter().rfind(holds).map(|price| price.amount);
            prop_assert_eq!(price_on(&prices, day), expected);
        }
    }
}

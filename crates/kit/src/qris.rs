//! QRIS, Indonesia's national payment code: reading, checking and writing its text.
//!
//! The text is the merchant-presented form of EMV: fields of a two-digit tag, a two-digit length and a value, the last of them
//! (63) a CRC-16/CCITT-FALSE over everything before its value. A seller's printed code is *static* (tag 01 is `11`): whoever
//! pays types the amount. With an amount (tag 54) it becomes *dynamic* (`12`).
//!
//! A code says whom money would go to. That money went is seen in the seller's account alone.

use std::fmt;
use std::str::FromStr;

use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};

use super::money::Rupiah;

/// The longest text taken; real ones have 150 to 300 characters.
const LONGEST: usize = 512;
/// What names the national scheme inside a merchant's account template.
const NATIONAL: &str = "ID.CO.QRIS.WWW";

mod tag {
    pub(super) const FORMAT: u8 = 0;
    pub(super) const INITIATION: u8 = 1;
    pub(super) const ACCOUNTS: std::ops::RangeInclusive<u8> = 26..=51;
    pub(super) const CURRENCY: u8 = 53;
    pub(super) const AMOUNT: u8 = 54;
    pub(super) const COUNTRY: u8 = 58;
    pub(super) const MERCHANT_NAME: u8 = 59;
    pub(super) const MERCHANT_CITY: u8 = 60;
    pub(super) const CRC: u8 = 63;
    /// Inside an account template.
    pub(super) const SCHEME: u8 = 0;
    pub(super) const NMID: u8 = 2;
}

/// Why a text is no QRIS code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQris {
    /// Not the form of a merchant's payment code.
    #[error("qris_unreadable")]
    Unreadable,
    /// A character is wrong: the check digits do not fit.
    #[error("qris_damaged")]
    Damaged,
    /// A payment code, but not of the national scheme in rupiah.
    #[error("qris_foreign")]
    Foreign,
}

type Field = (u8, String);

/// A QRIS code whose check digits fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qris {
    /// In their order, without the CRC.
    fields: Vec<Field>,
    nmid: String,
}

impl Qris {
    /// The merchant's name as her bank registered it.
    #[must_use]
    pub fn merchant_name(&self) -> &str {
        value(&self.fields, tag::MERCHANT_NAME).unwrap_or_default()
    }

    /// The merchant's city.
    #[must_use]
    pub fn merchant_city(&self) -> &str {
        value(&self.fields, tag::MERCHANT_CITY).unwrap_or_default()
    }

    /// The national merchant id.
    #[must_use]
    pub fn nmid(&self) -> &str {
        &self.nmid
    }

    /// Whether it is a code to print and use again, without an amount.
    #[must_use]
    pub fn is_static(&self) -> bool {
        value(&self.fields, tag::INITIATION) == Some("11") && value(&self.fields, tag::AMOUNT).is_none()
    }

    /// The same code asking for `amount`, for one payment.
    #[must_use]
    pub fn asking_for(&self, amount: Rupiah) -> Self {
        let mut fields: Vec<Field> = self.fields.iter().filter(|(tag, _)| *tag != tag::AMOUNT).cloned().collect();
        for (tag, value) in &mut fields {
            if *tag == tag::INITIATION {
                "12".clone_into(value);
            }
        }
        let place = fields.iter().position(|(tag, _)| *tag > tag::AMOUNT).unwrap_or(fields.len());
        fields.insert(place, (tag::AMOUNT, amount.amount().to_string()));
        Self { fields, nmid: self.nmid.clone() }
    }

    /// The code as a picture to scan, with a quiet zone, in SVG; `None` when it does not fit into a QR code, which no valid text does.
    #[must_use]
    pub fn svg(&self) -> Option<String> {
        let code = QrCode::new(self.to_string()).ok()?;
        Some(code.render::<svg::Color<'_>>().min_dimensions(320, 320).build())
    }
}

impl FromStr for Qris {
    type Err = BadQris;

    fn from_str(text: &str) -> Result<Self, BadQris> {
        let text = text.trim_end_matches(['\r', '\n']);
        let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !printable || !(12..=LONGEST).contains(&text.len()) {
            return Err(BadQris::Unreadable);
        }
        let (body, crc) = text.split_at(text.len() - 4);
        let body = body.strip_suffix("6304").ok_or(BadQris::Unreadable)?;
        if !body.starts_with("000201") {
            return Err(BadQris::Unreadable);
        }
        if crc != checked(body) {
            return Err(BadQris::Damaged);
        }
        let fields = fields(body).ok_or(BadQris::Unreadable)?;
        let named = |tag| value(&fields, tag).is_some_and(|name| !name.trim().is_empty());
        let initiated = matches!(value(&fields, tag::INITIATION), Some("11" | "12"));
        if !initiated || !named(tag::MERCHANT_NAME) || value(&fields, tag::FORMAT).is_none() {
            return Err(BadQris::Unreadable);
        }
        let rupiah = value(&fields, tag::CURRENCY) == Some("360") && value(&fields, tag::COUNTRY) == Some("ID");
        let nmid = fields.iter().filter(|(tag, _)| tag::ACCOUNTS.contains(tag)).find_map(|(_, template)| national_id(template));
        match nmid.filter(|_| rupiah) {
            Some(nmid) => Ok(Self { fields, nmid }),
            None => Err(BadQris::Foreign),
        }
    }
}

impl fmt::Display for Qris {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut body = String::with_capacity(LONGEST);
        for (tag, value) in &self.fields {
            body.push_str(&format!("{tag:02}{:02}{value}", value.len()));
        }
        write!(f, "{body}{:02}04{}", tag::CRC, checked(&body))
    }
}

impl Serialize for Qris {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Qris {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Qris {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .max_length(Some(LONGEST))
            .description(Some("The text of a QRIS code with its check digits, as a scanner reads it."))
            .into()
    }
}
impl utoipa::ToSchema for Qris {}

/// Takes `text` apart; `None` when lengths do not fit or a tag stands twice.
fn fields(mut text: &str) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    let two_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u8>().ok()).flatten();
    while !text.is_empty() {
        let (tag, length) = (two_digits(text.get(..2)?)?, two_digits(text.get(2..4)?)?);
        let end = 4 + usize::from(length);
        if length == 0 || fields.iter().any(|(seen, _)| *seen == tag) {
            return None;
        }
        fields.push((tag, text.get(4..end)?.to_owned()));
        text = &text[end..];
    }
    Some(fields)
}

fn value(fields: &[Field], tag: u8) -> Option<&str> {
    fields.iter().find(|(this, _)| *this == tag).map(|(_, value)| value.as_str())
}

/// The national merchant id, where an account template belongs to the national scheme.
fn national_id(template: &str) -> Option<String> {
    let inner = fields(template)?;
    let national = value(&inner, tag::SCHEME)?.eq_ignore_ascii_case(NATIONAL);
    value(&inner, tag::NMID).filter(|_| national).map(str::to_owned)
}

/// The check digits of a code whose fields before them are `body`.
fn checked(body: &str) -> String {
    let crc = crc16(body.bytes().chain(*b"6304"));
    format!("{crc:04X}")
}

/// CRC-16/CCITT-FALSE: polynomial 1021, begun with FFFF, nothing reflected. It notices every wrong character.
fn crc16(bytes: impl Iterator<Item = u8>) -> u16 {
    bytes.fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(tag: u8, value: &str) -> String {
        format!("{tag:02}{:02}{value}", value.len())
    }

    fn with_crc(body: &str) -> String {
        format!("{body}6304{}", checked(body))
    }

    fn code(name: &str, city: &str, nmid: &str) -> String {
        let bank = field(0, "ID.CO.BANKKU.WWW") + &field(1, "936000140000000001") + &field(2, "000000001") + &field(3, "UMI");
        let national = field(0, NATIONAL) + &field(2, nmid) + &field(3, "UMI");
        let parts = [
            field(0, "01"),
            field(1, "11"),
            field(26, &bank),
            field(51, &national),
            field(52, "5411"),
            field(53, "360"),
            field(58, "ID"),
            field(59, name),
            field(60, city),
            field(61, "44163"),
        ];
        with_crc(&parts.concat())
    }

    fn sample() -> String {
        code("OPAK BU WATI", "GARUT", "ID1020012345678")
    }

    #[test]
    fn the_crc_is_the_one_everybody_computes() {
        assert_eq!(crc16(b"123456789".iter().copied()), 0x29B1);
    }

    #[test]
    fn a_static_code_tells_who_is_paid() {
        let qris: Qris = sample().parse().expect("a code");
        assert_eq!((qris.merchant_name(), qris.merchant_city(), qris.nmid()), ("OPAK BU WATI", "GARUT", "ID1020012345678"));
        assert!(qris.is_static());
        assert_eq!(qris.to_string(), sample());
        assert!(qris.svg().expect("fits").starts_with("<?xml"));
    }

    #[test]
    fn an_amount_makes_it_dynamic_and_stands_in_its_place() {
        let qris: Qris = sample().parse().expect("a code");
        let asking = qris.asking_for(Rupiah::new(37_521).expect("an amount")).to_string();
        assert!(asking.contains("5303360540537521") && asking.contains("010212"), "{asking}");
        let read: Qris = asking.parse().expect("its check digits fit");
        assert!(!read.is_static());
        assert_eq!(
            read.asking_for(Rupiah::new(5).expect("an amount")).to_string().matches("5401").count(),
            1,
            "an amount replaces the one before"
        );
    }

    #[test]
    fn what_is_not_a_national_code_is_refused() {
        let dollars = sample().replace("5303360", "5303840");
        assert_eq!(with_crc(&dollars[..dollars.len() - 8]).parse::<Qris>(), Err(BadQris::Foreign));
        let elsewhere = code("A", "B", "ID1").replace(NATIONAL, "ID.CO.OTHER.WW");
        assert_eq!(with_crc(&elsewhere[..elsewhere.len() - 8]).parse::<Qris>(), Err(BadQris::Foreign));
        for text in ["", "https://example.com", "0002016304", "00020101021163041234", "000201010211é6304ABCD"] {
            assert!(text.parse::<Qris>().is_err(), "{text}");
        }
        let twice = with_crc(&(sample()[..sample().len() - 8].to_owned() + &field(59, "SOMEONE ELSE")));
        assert_eq!(twice.parse::<Qris>(), Err(BadQris::Unreadable), "a second name is no name");
    }

    #[test]
    fn one_wrong_character_is_always_noticed() {
        let text = sample();
        for at in 0..text.len() {
            for wrong in (b' '..=b'~').filter(|wrong| *wrong != text.as_bytes()[at]) {
                let damaged = format!("{}{}{}", &text[..at], char::from(wrong), &text[at + 1..]);
                assert!(damaged.parse::<Qris>().is_err(), "{damaged}");
            }
        }
    }

    proptest! {
        #[test]
        fn is_written_as_it_was_read(name in "[A-Z][A-Z0-9 ]{0,23}[A-Z]", city in "[A-Z]{1,15}", nmid in "ID[0-9]{13}", amount in 1_i64..1_000_000_000) {
            let text = code(&name, &city, &nmid);
            let qris: Qris = text.parse().expect("a code");
            prop_assert_eq!(qris.to_string(), text);
            prop_assert_eq!((qris.merchant_name(), qris.nmid()), (name.as_str(), nmid.as_str()));
            let asking = qris.asking_for(Rupiah::new(amount).expect("an amount"));
            let read: Result<Qris, _> = asking.to_string().parse();
            prop_assert_eq!(read, Ok(asking));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", tail in "[0-9]{0,80}") {
            let _ = text.parse::<Qris>();
            let body = format!("000201{tail}");
            let _ = with_crc(&body).parse::<Qris>();
        }
    }
}

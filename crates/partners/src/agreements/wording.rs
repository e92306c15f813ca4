//! What people read and put their name to: the templates, the text made of them, and its hash.
//!
//! A template is plain Indonesian with placeholders in braces. A village may have its own; it names every placeholder of its
//! kind and no other, so that nothing that is agreed stays unwritten. The hash covers the text and the terms as the system
//! keeps them: docs/adr/0012-what-an-agreements-hash-covers.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::model::{AgreementId, Proposal};
use super::terms::{Day, Days, Earning, ItemPrice, Kind, PackPrice, ReturnRule, ShareBp, Side, Terms};
use crate::supply::ItemId;
use kit::http::idempotency::hex;
use market::packs::PackId;

/// Every agreement's text names these.
const COMMON: [&str; 10] =
    ["nomor", "versi", "penyedia", "penerima", "desa", "kecamatan", "kabupaten", "mulai", "berakhir", "hari_pemberitahuan"];

/// The template a village has that wrote none of its own.
#[must_use]
pub const fn built_in(kind: Kind) -> &'static str {
    match kind {
        Kind::Consignment => include_str!("templates/consignment.txt"),
        Kind::Supply => include_str!("templates/supply.txt"),
        Kind::Purchase => include_str!("templates/purchase.txt"),
        Kind::JointStall => include_str!("templates/joint_stall.txt"),
    }
}

/// The placeholders of a kind beside the common ones.
const fn own(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Consignment => &["bagian_warung", "hari_kunjungan", "aturan_retur", "penanggung_rusak", "batas_kasbon"],
        Kind::Supply => &["waktu_tunggu", "hari_antar", "minimum", "daftar_harga", "batas_kasbon", "waktu_bayar"],
        Kind::Purchase => &["hari_antar", "minimum", "daftar_harga", "batas_kasbon", "waktu_bayar"],
        Kind::JointStall => &["tempat", "hari_lapak", "biaya_lapak", "bagian_biaya", "bagian_hasil"],
    }
}

/// Every placeholder a template of this kind names.
pub fn placeholders(kind: Kind) -> impl Iterator<Item = &'static str> {
    COMMON.iter().chain(own(kind)).copied()
}

/// Why a template does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadTemplate {
    /// It names something there is not, or leaves a brace open.
    Unknown(String),
    /// It leaves out something that is agreed.
    Missing(&'static str),
}

/// Judges a template.
///
/// # Errors
/// [`BadTemplate`] names the first placeholder that is wrong.
pub fn check(kind: Kind, template: &str) -> Result<(), BadTemplate> {
    let mut named = Vec::new();
    for piece in template.split('{').skip(1) {
        let name = piece.split_once('}').map_or(piece, |(name, _)| name);
        let known = piece.contains('}').then(|| placeholders(kind).find(|known| *known == name)).flatten();
        named.push(known.ok_or_else(|| BadTemplate::Unknown(name.chars().take(40).collect()))?);
    }
    placeholders(kind).find(|name| !named.contains(name)).map_or(Ok(()), |missing| Err(BadTemplate::Missing(missing)))
}

/// What the text says beside the terms.
#[derive(Clone, Debug)]
pub struct Facts {
    pub id: AgreementId,
    pub number: i32,
    pub provider: String,
    pub receiver: String,
    pub village: String,
    pub district: String,
    pub regency: String,
    pub packs: BTreeMap<PackId, String>,
    pub items: BTreeMap<ItemId, String>,
}

/// The text of a version. What people wrote is put in as it is: a brace in a name is not a placeholder.
#[must_use]
pub fn written(template: &str, proposal: &Proposal, facts: &Facts) -> String {
    let mut values = said(&proposal.terms, facts);
    values.extend([
        ("nomor", facts.id.to_string()),
        ("versi", facts.number.to_string()),
        ("penyedia", facts.provider.clone()),
        ("penerima", facts.receiver.clone()),
        ("desa", facts.village.clone()),
        ("kecamatan", facts.district.clone()),
        ("kabupaten", facts.regency.clone()),
        ("mulai", day(proposal.starts_on)),
        ("berakhir", day(proposal.ends_on)),
        ("hari_pemberitahuan", proposal.notice_days.get().to_string()),
    ]);
    let mut pieces = template.split('{');
    let mut text = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        text.push_str(values.get(name).map_or("", String::as_str));
        text.push_str(rest);
    }
    tidy(&text)
}

/// Lines end with one line feed and without blanks, the text with one line feed.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

fn said(terms: &Terms, facts: &Facts) -> BTreeMap<&'static str, String> {
    let pairs = match terms {
        Terms::Consignment(c) => vec![
            ("bagian_warung", earning(&c.earning, facts)),
            ("hari_kunjungan", days(&c.visit_days)),
            ("aturan_retur", returning(c.return_rule, c.return_days.get())),
            ("penanggung_rusak", side(c.spoilage_borne_by).to_owned()),
            ("batas_kasbon", c.credit_limit.amount().to_string()),
        ],
        Terms::Supply(s) => vec![
            ("waktu_tunggu", s.lead_time_days.get().to_string()),
            ("hari_antar", days(&s.delivery_days)),
            ("minimum", s.minimum.amount().to_string()),
            ("daftar_harga", item_prices(&s.prices, facts)),
            ("batas_kasbon", s.credit_limit.amount().to_string()),
            ("waktu_bayar", s.payment_days.get().to_string()),
        ],
        Terms::Purchase(p) => vec![
            ("hari_antar", days(&p.delivery_days)),
            ("minimum", p.minimum.amount().to_string()),
            ("daftar_harga", listed(pack_prices(&p.prices, facts), "harga warung Penjual pada hari pesanan.")),
            ("batas_kasbon", p.credit_limit.amount().to_string()),
            ("waktu_bayar", p.payment_days.get().to_string()),
        ],
        Terms::JointStall(j) => vec![
            ("tempat", j.place.to_string()),
            ("hari_lapak", days(&j.days)),
            ("biaya_lapak", j.stall_cost.amount().to_string()),
            ("bagian_biaya", percent(j.provider_bears)),
            ("bagian_hasil", percent(j.provider_share)),
        ],
    };
    pairs.into_iter().collect()
}

fn earning(earning: &Earning, facts: &Facts) -> String {
    match earning {
        Earning::Share { bp } => format!("{} dari hasil jualan", percent(*bp)),
        Earning::FixedPrices { prices } => {
            format!("selisih harga jual dengan harga setoran tetap berikut{}", pack_prices(prices, facts))
        }
    }
}

fn returning(rule: ReturnRule, days: i64) -> String {
    match rule {
        ReturnRule::Anytime => "boleh dikembalikan saat kunjungan".to_owned(),
        ReturnRule::BeforeExpiry => format!("boleh dikembalikan paling lambat {days} hari sebelum kedaluwarsa"),
        ReturnRule::Never => "tidak dikembalikan".to_owned(),
    }
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Provider => "Pemilik Barang",
        Side::Receiver => "Warung",
    }
}

fn item_prices(prices: &[ItemPrice], facts: &Facts) -> String {
    let lines = prices.iter().fold(String::new(), |mut text, price| {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n   - {}: {}", facts.items.get(&price.item_id).map_or("", String::as_str), price.price.amount());
        text
    });
    listed(lines, "daftar harga Pemasok pada hari pesanan.")
}

fn pack_prices(prices: &[PackPrice], facts: &Facts) -> String {
    prices.iter().fold(String::new(), |mut text, price| {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n   - {}: {}", facts.packs.get(&price.pack_id).map_or("", String::as_str), price.price.amount());
        text
    })
}

fn listed(lines: String, otherwise: &str) -> String {
    if lines.is_empty() { otherwise.to_owned() } else { format!("sebagai berikut, selebihnya {otherwise}{lines}") }
}

fn percent(bp: ShareBp) -> String {
    match (bp.get() / 100, bp.get() % 100) {
        (whole, 0) => format!("{whole}%"),
        (whole, rest) => format!("{whole},{rest:02}%"),
    }
}

fn days(days: &Days) -> String {
    let names: Vec<&str> = days
        .iter()
        .map(|day| match day {
            Day::Monday => "Senin",
            Day::Tuesday => "Selasa",
            Day::Wednesday => "Rabu",
            Day::Thursday => "Kamis",
            Day::Friday => "Jumat",
            Day::Saturday => "Sabtu",
            Day::Sunday => "Minggu",
        })
        .collect();
    if names.len() == Day::ALL.len() { "setiap hari".to_owned() } else { format!("hari {}", names.join(", ")) }
}

fn day(day: NaiveDate) -> String {
    const MONTHS: [&str; 12] =
        ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];
    let month = usize::try_from(day.month0()).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or("");
    format!("{} {month} {}", day.day(), day.year())
}

/// The canonical text of a version: what its hash covers.
#[must_use]
pub fn canonical(id: AgreementId, number: i32, proposal: &Proposal, parties: [&str; 2], wording: &str) -> String {
    let Proposal { starts_on, ends_on, notice_days, terms } = proposal;
    let machine = json!({
        "agreement": id, "version": number, "provider": parties[0], "receiver": parties[1],
        "starts_on": starts_on, "ends_on": ends_on, "notice_days": notice_days, "terms": terms,
    });
    format!("pasar-kuliner agreement 1\n{}\n\n{wording}", sorted(&machine))
}

/// JSON without blanks and with the names of every object in the order of their bytes.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, &Value> = fields.iter().collect();
            let inside: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), sorted(value))).collect();
            format!("{{{}}}", inside.join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(sorted).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// SHA-256 of a text in lower-case hexadecimal.
#[must_use]
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_that_come_with_the_house_do() {
        for kind in Kind::ALL {
            assert_eq!(check(*kind, built_in(*kind)), Ok(()), "{kind}");
        }
    }

    #[test]
    fn a_template_names_what_there_is_and_all_of_it() {
        let supply = built_in(Kind::Supply);
        assert_eq!(check(Kind::Supply, &format!("{supply}{{harga_gelap}}")), Err(BadTemplate::Unknown("harga_gelap".to_owned())));
        assert_eq!(check(Kind::Supply, &format!("{supply}{{minimum")), Err(BadTemplate::Unknown("minimum".to_owned())));
        assert_eq!(check(Kind::Supply, &supply.replace("{batas_kasbon}", "-")), Err(BadTemplate::Missing("batas_kasbon")));
        assert_eq!(check(Kind::Purchase, supply), Err(BadTemplate::Unknown("waktu_tunggu".to_owned())));
    }

    #[test]
    fn the_text_says_what_is_agreed_and_the_hash_holds_every_letter() {
        let terms = r#"{"kind":"consignment","earning":{"by":"share","bp":2000},"visit_days":["tuesday","saturday"],"return_rule":"before_expiry",
            "return_days":3,"credit_limit":150000,"spoilage_borne_by":"provider"}"#;
        let date = |text: &str| text.parse().expect("a day");
        let proposal = Proposal {
            starts_on: date("2026-11-24"),
            ends_on: date("2027-11-23"),
            notice_days: serde_json::from_str("14").expect("days"),
            terms: serde_json::from_str(terms).expect("terms"),
        };
        let facts = Facts {
            id: AgreementId::new(),
            number: 1,
            provider: "Keripik {penerima}".to_owned(),
            receiver: "Warung Pojok".to_owned(),
            village: "Balewangi".to_owned(),
            district: "Cisurupan".to_owned(),
            regency: "Garut".to_owned(),
            packs: BTreeMap::new(),
            items: BTreeMap::new(),
        };
        let text = written(built_in(Kind::Consignment), &proposal, &facts);
        for said in [
            "20% dari hasil jualan",
            "hari Selasa, Sabtu",
            "3 hari sebelum kedaluwarsa",
            "Rp150.000",
            "24 November 2026",
            "Keripik {penerima},",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
        let whole = canonical(facts.id, 1, &proposal, ["ent_a", "ent_b"], &text);
        assert!(
            whole
                .lines()
                .nth(1)
                .is_some_and(|line| line.starts_with(r#"{"agreement":"agr_"#) && line.contains(r#""bp":2000,"by":"share""#))
        );
        let other = canonical(facts.id, 1, &Proposal { ends_on: date("2027-11-24"), ..proposal.clone() }, ["ent_a", "ent_b"], &text);
        assert_ne!(digest(&whole), digest(&other));
        assert_eq!(digest(&whole), digest(&canonical(facts.id, 1, &proposal, ["ent_a", "ent_b"], &text)));
    }
}

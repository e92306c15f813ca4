//! What can be agreed: the terms of each kind of agreement, right by their types.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::supply::ItemId;
use kit::{bounded, plain_text, word_enum};
use market::packs::PackId;
use market::packs::model::Price;
use market::shops::model::Charge;

word_enum! {
    /// What an agreement is about.
    Kind as "AgreementKind" {
        /// Goods stand at a warung and stay their maker's until they are sold.
        Consignment = "consignment",
        /// A supplier delivers raw material.
        Supply = "supply",
        /// A warung or another maker buys goods outright.
        Purchase = "purchase",
        /// Two sell side by side at one stall.
        JointStall = "joint_stall",
    }
}

word_enum! {
    /// One of the two sides.
    Side as "AgreementSide" {
        /// Who gives the goods, or holds the stall.
        Provider = "provider",
        /// Who takes them, or joins it.
        Receiver = "receiver",
    }
}

word_enum! {
    /// A day of the week.
    Day as "Weekday" {
        /// Senin.
        Monday = "monday",
        /// Selasa.
        Tuesday = "tuesday",
        /// Rabu.
        Wednesday = "wednesday",
        /// Kamis.
        Thursday = "thursday",
        /// Jumat.
        Friday = "friday",
        /// Sabtu.
        Saturday = "saturday",
        /// Minggu.
        Sunday = "sunday",
    }
}

bounded!(
    /// A part of the takings in hundredths of a percent: 2000 is 20 %.
    ShareBp, 0 ..= 10_000, "share_out_of_range"
);
bounded!(
    /// Days from an order to its delivery.
    LeadDays, 0 ..= 60, "lead_days_out_of_range"
);
bounded!(
    /// Days from a delivery until it must be paid; 0 is at once.
    PaymentDays, 0 ..= 90, "payment_days_out_of_range"
);
bounded!(
    /// Days before an agreement ends by notice.
    NoticeDays, 0 ..= 90, "notice_days_out_of_range"
);
bounded!(
    /// Days before its last day until which goods may go back.
    ReturnDays, 0 ..= 60, "return_days_out_of_range"
);
plain_text!(
    /// Where a stall stands.
    StallPlace, max 120
);

/// The most prices one agreement fixes.
pub const MOST_PRICES: usize = 100;

/// Days of the week on which something happens: at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<Day>, min_items = 1, max_items = 7)]
pub struct Days(BTreeSet<Day>);

impl Days {
    /// In the order of the week.
    pub fn iter(&self) -> impl Iterator<Item = Day> + '_ {
        self.0.iter().copied()
    }

    /// Whether `date` is one of them.
    #[must_use]
    pub fn contain(&self, date: NaiveDate) -> bool {
        let index = date.weekday().num_days_from_monday();
        usize::try_from(index).ok().and_then(|index| Day::ALL.get(index)).is_some_and(|day| self.0.contains(day))
    }

    /// The first of them on or after `date`.
    #[must_use]
    pub fn next_from(&self, date: NaiveDate) -> NaiveDate {
        date.iter_days().take(7).find(|day| self.contain(*day)).unwrap_or(date)
    }
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = BTreeSet::deserialize(deserializer)?;
        if days.is_empty() { Err(serde::de::Error::custom("days_empty")) } else { Ok(Self(days)) }
    }
}

/// What one pack of the provider costs under this agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackPrice {
    pub pack_id: PackId,
    pub price: Price,
}

/// What one unit of the supplier's price list costs under this agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemPrice {
    pub item_id: ItemId,
    pub price: Price,
}

/// What the warung earns from consigned goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Earning {
    /// A part of what she sold, at the maker's retail price.
    Share { bp: ShareBp },
    /// What is above a fixed price per pack.
    FixedPrices {
        #[serde(deserialize_with = "kit::http::strict::read")]
        prices: Vec<PackPrice>,
    },
}

word_enum! {
    /// Which unsold goods may go back.
    ReturnRule {
        /// Whatever is unsold at a visit.
        Anytime = "anytime",
        /// What has so many days left as the terms say.
        BeforeExpiry = "before_expiry",
        /// None.
        Never = "never",
    }
}

/// Goods at a warung that stay their maker's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consignment {
    #[serde(deserialize_with = "kit::http::strict::object")]
    pub earning: Earning,
    /// When the maker comes, counts and tops up.
    pub visit_days: Days,
    pub return_rule: ReturnRule,
    /// Counts with `before_expiry`.
    pub return_days: ReturnDays,
    /// What the warung may owe.
    pub credit_limit: Charge,
    /// Who bears what spoils.
    pub spoilage_borne_by: Side,
}

/// Raw material from a supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    /// How long before a delivery it must be ordered.
    pub lead_time_days: LeadDays,
    pub delivery_days: Days,
    /// What the goods of one order come to at least.
    pub minimum: Charge,
    /// What the buyer may owe.
    pub credit_limit: Charge,
    /// When a delivery on credit must be paid.
    pub payment_days: PaymentDays,
    /// Prices that hold whatever the price list says; the rest is as listed on the day of the order.
    #[serde(deserialize_with = "kit::http::strict::read")]
    pub prices: Vec<ItemPrice>,
}

/// Goods bought outright.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// Prices that hold; the rest is at the maker's price for warungs.
    #[serde(deserialize_with = "kit::http::strict::read")]
    pub prices: Vec<PackPrice>,
    pub delivery_days: Days,
    /// What one order comes to at least.
    pub minimum: Charge,
    /// What the buyer may owe.
    pub credit_limit: Charge,
    /// When a delivery on credit must be paid.
    pub payment_days: PaymentDays,
}

/// One stall for two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JointStall {
    pub place: StallPlace,
    pub days: Days,
    /// What the stall costs each time.
    pub stall_cost: Charge,
    /// The part of that cost that the holder of the stall bears.
    pub provider_bears: ShareBp,
    /// The part of the other's takings that goes to the holder.
    pub provider_share: ShareBp,
}

/// The terms of an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = AgreementTerms)]
pub enum Terms {
    Consignment(Consignment),
    Supply(Supply),
    Purchase(Purchase),
    JointStall(JointStall),
}

impl Terms {
    /// Which kind of agreement these are for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Consignment(_) => Kind::Consignment,
            Self::Supply(_) => Kind::Supply,
            Self::Purchase(_) => Kind::Purchase,
            Self::JointStall(_) => Kind::JointStall,
        }
    }

    /// The packs whose price they fix.
    #[must_use]
    pub fn pack_prices(&self) -> &[PackPrice] {
        match self {
            Self::Consignment(Consignment { earning: Earning::FixedPrices { prices }, .. }) | Self::Purchase(Purchase { prices, .. }) => {
                prices
            }
            Self::Consignment(_) | Self::Supply(_) | Self::JointStall(_) => &[],
        }
    }

    /// The items of the price list whose price they fix.
    #[must_use]
    pub fn item_prices(&self) -> &[ItemPrice] {
        match self {
            Self::Supply(supply) => &supply.prices,
            Self::Consignment(_) | Self::Purchase(_) | Self::JointStall(_) => &[],
        }
    }

    /// Whether they fix a price twice, or more than [`MOST_PRICES`].
    #[must_use]
    pub fn prices_fit(&self) -> bool {
        let packs: BTreeSet<PackId> = self.pack_prices().iter().map(|price| price.pack_id).collect();
        let items: BTreeSet<ItemId> = self.item_prices().iter().map(|price| price.item_id).collect();
        let count = self.pack_prices().len() + self.item_prices().len();
        packs.len() + items.len() == count && count <= MOST_PRICES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_as_they_are_written_and_nothing_else() {
        let text = r#"{"kind":"supply","lead_time_days":2,"delivery_days":["tuesday","friday"],"minimum":100000,"credit_limit":500000,"payment_days":7,"prices":[]}"#;
        let terms: Terms = serde_json::from_str(text).expect("terms");
        assert_eq!(serde_json::to_string(&terms).expect("JSON"), text);
        assert!(serde_json::from_str::<Terms>(&text.replace("\"prices\"", "\"harga\"")).is_err());
        assert!(serde_json::from_str::<Terms>(&text.replace("[\"tuesday\",\"friday\"]", "[]")).is_err());
    }

    #[test]
    fn the_next_day_is_one_of_the_week() {
        let days: Days = serde_json::from_str(r#"["friday","tuesday"]"#).expect("days");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!(days.next_from(day("2026-11-24")), day("2026-11-24"), "a Tuesday");
        assert_eq!(days.next_from(day("2026-11-25")), day("2026-11-27"));
        assert_eq!(days.next_from(day("2026-11-28")), day("2026-12-01"));
    }
}

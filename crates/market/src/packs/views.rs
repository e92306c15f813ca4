//! Packs and prices as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Channel, Held, InForce, NetUnit, Pack, PackId, Unit};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use people::enterprises::EnterpriseId;

/// What is in a pack.
#[derive(Serialize, ToSchema)]
pub struct NetView {
    quantity: i64,
    unit: NetUnit,
}

/// A price from a number of packs on.
#[derive(Serialize, ToSchema)]
pub struct TierView {
    min_quantity: i64,
    price: Rupiah,
}

/// A pack: one size of a product, with its prices.
#[derive(Serialize, ToSchema)]
pub struct PackView {
    id: PackId,
    /// The wrapping and what is in it.
    #[schema(example = "Bungkus 250 g")]
    label: String,
    unit: Unit,
    net: Option<NetView>,
    /// Where it stands among the product's packs.
    position: i32,
    /// Whether it is on sale; the public sees only those that are.
    active: bool,
    /// What one costs.
    price: Rupiah,
    /// What one costs a warung; for the seller alone.
    warung_price: Option<Rupiah>,
    /// What one costs from a quantity on.
    wholesale: Vec<TierView>,
    /// How many can be ordered now.
    available: i64,
    /// How many there are; for the seller alone.
    on_hand: Option<i64>,
    /// How many of those orders hold; for the seller alone.
    reserved: Option<i64>,
}

impl PackView {
    /// With the figures that are the seller's alone.
    #[must_use]
    pub fn own(pack: Pack) -> Self {
        let (on_hand, reserved) = (Some(pack.row.on_hand), Some(pack.row.reserved));
        let warung_price = one(&pack.prices, Channel::Warung);
        Self { warung_price, on_hand, reserved, ..Self::public(pack) }
    }

    /// As everyone sees it.
    #[must_use]
    pub fn public(pack: Pack) -> Self {
        let tier = |price: &InForce| TierView { min_quantity: price.min_quantity, price: price.amount };
        let wholesale = pack.prices.iter().filter(|price| price.channel == Channel::Wholesale).map(tier).collect();
        Self {
            available: pack.available(),
            price: one(&pack.prices, Channel::Retail).unwrap_or_default(),
            warung_price: None,
            wholesale,
            id: pack.row.id,
            label: pack.row.label,
            unit: pack.row.unit,
            net: pack.row.net_quantity.zip(pack.row.net_unit).map(|(quantity, unit)| NetView { quantity, unit }),
            position: pack.row.position,
            active: pack.row.active,
            on_hand: None,
            reserved: None,
        }
    }
}

fn one(prices: &[InForce], channel: Channel) -> Option<Rupiah> {
    prices.iter().find(|price| price.channel == channel).map(|price| price.amount)
}

/// A price with the time in which it held.
#[derive(Serialize, ToSchema)]
pub struct HeldPriceView {
    channel: Channel,
    /// From how many packs on.
    min_quantity: i64,
    price: Rupiah,
    valid_from: Timestamp,
    /// Null while it is in force.
    valid_until: Option<Timestamp>,
    /// Null for what stood before prices were kept.
    actor_id: Option<AccountId>,
    /// The enterprise for which the village office acted.
    on_behalf_of: Option<EnterpriseId>,
}

/// The latest hundred prices of a pack, newest first.
#[derive(Serialize, ToSchema)]
pub struct PriceHistoryView {
    items: Vec<HeldPriceView>,
}

impl From<Vec<Held>> for PriceHistoryView {
    fn from(prices: Vec<Held>) -> Self {
        let view = |Held { channel, min_quantity, amount: price, valid_from, valid_until, actor: actor_id, on_behalf_of }| HeldPriceView {
            channel,
            min_quantity,
            price,
            valid_from,
            valid_until,
            actor_id,
            on_behalf_of,
        };
        Self { items: prices.into_iter().map(view).collect() }
    }
}

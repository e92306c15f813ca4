//! What a pack is called and what it costs: for whom, from how many on.

use super::model::{Channel, InForce, NetUnit, Price, PriceId, Tier, Unit};
use kit::money::Rupiah;

/// The most packs of one product.
pub const MOST_PACKS: usize = 20;
/// The most wholesale prices of one pack.
pub const MOST_TIERS: usize = 5;

/// What is wrong with a list of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPrices {
    /// A warung would pay more than a buyer.
    WarungAboveRetail,
    /// More tiers than [`MOST_TIERS`].
    TooManyTiers,
    /// The tiers do not rise in quantity while they fall in price, beginning below retail.
    TiersOutOfOrder,
}

/// What a pack costs from now on, in every channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceList(Vec<Quote>);

/// One price of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub channel: Channel,
    pub min_quantity: i64,
    pub amount: Rupiah,
}

impl PriceList {
    /// # Errors
    /// [`BadPrices`] says what does not fit.
    pub fn new(retail: Price, warung: Option<Price>, wholesale: &[Tier]) -> Result<Self, BadPrices> {
        if warung.is_some_and(|warung| warung > retail) {
            return Err(BadPrices::WarungAboveRetail);
        }
        if wholesale.len() > MOST_TIERS {
            return Err(BadPrices::TooManyTiers);
        }
        let (mut quantity, mut price) = (1, retail);
        for tier in wholesale {
            if tier.min_quantity.get() <= quantity || tier.price >= price {
                return Err(BadPrices::TiersOutOfOrder);
            }
            (quantity, price) = (tier.min_quantity.get(), tier.price);
        }
        let quote = |channel, min_quantity, price: Price| Quote { channel, min_quantity, amount: price.amount() };
        let mut quotes = vec![quote(Channel::Retail, 1, retail)];
        quotes.extend(warung.map(|warung| quote(Channel::Warung, 1, warung)));
        quotes.extend(wholesale.iter().map(|tier| quote(Channel::Wholesale, tier.min_quantity.get(), tier.price)));
        Ok(Self(quotes))
    }

    /// Every price of it.
    #[must_use]
    pub fn quotes(&self) -> &[Quote] {
        &self.0
    }

    /// What one pack costs whoever buys it.
    #[must_use]
    pub fn retail(&self) -> Rupiah {
        self.0.iter().find(|quote| quote.channel == Channel::Retail).map_or(Rupiah::ZERO, |quote| quote.amount)
    }
}

/// What `quantity` packs cost each, for who buys in `channel`: retail, or wholesale from its quantity on; a warung her
/// own price where that is less; in wholesale, nothing below the least quantity. `None` where there is no such price.
#[must_use]
pub fn price_for(prices: &[InForce], channel: Channel, quantity: i64) -> Option<InForce> {
    let open = |price: &&InForce| {
        let for_whom = match price.channel {
            Channel::Retail => channel != Channel::Wholesale,
            Channel::Warung => channel == Channel::Warung,
            Channel::Wholesale => true,
        };
        for_whom && price.min_quantity <= quantity
    };
    prices.iter().filter(open).min_by_key(|price| (price.amount, price.channel != channel)).copied()
}

/// How the prices in force become `wanted`: which end now, and which begin.
#[must_use]
pub fn changes(in_force: &[InForce], wanted: &PriceList) -> (Vec<PriceId>, Vec<Quote>) {
    let quote = |price: &InForce| Quote { channel: price.channel, min_quantity: price.min_quantity, amount: price.amount };
    let ended = in_force.iter().filter(|price| !wanted.0.contains(&quote(price))).map(|price| price.id).collect();
    let begun = wanted.0.iter().filter(|wanted| !in_force.iter().any(|price| quote(price) == **wanted)).copied().collect();
    (ended, begun)
}

/// What buyers read beside the product's name: the wrapping and what is in it.
#[must_use]
pub fn label(unit: Unit, net: Option<(i64, NetUnit)>) -> String {
    let wrapping = match unit {
        Unit::Pack => "Bungkus",
        Unit::Bottle => "Botol",
        Unit::Box => "Dus",
        Unit::Tray => "Baki",
        Unit::Piece => "Buah",
        Unit::Kg => "1 kg",
        Unit::Litre => "1 liter",
    };
    match net {
        None => wrapping.to_owned(),
        Some((quantity, NetUnit::Gram)) => format!("{wrapping} {}", measure(quantity, "g", "kg")),
        Some((quantity, NetUnit::Millilitre)) => format!("{wrapping} {}", measure(quantity, "ml", "liter")),
        Some((quantity, NetUnit::Piece)) => format!("{wrapping} isi {quantity}"),
    }
}

/// `250 g`, `1 kg`, `1,5 kg`: the larger unit where it takes at most one decimal.
fn measure(quantity: i64, small: &str, large: &str) -> String {
    match (quantity / 1000, quantity % 1000) {
        (0, _) => format!("{quantity} {small}"),
        (whole, 0) => format!("{whole} {large}"),
        (whole, rest) if rest % 100 == 0 => format!("{whole},{} {large}", rest / 100),
        _ => format!("{quantity} {small}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(value: i64) -> T {
        serde_json::from_value(value.into()).expect("in range")
    }

    fn tiers(rows: &[(i64, i64)]) -> Vec<Tier> {
        rows.iter().map(|(quantity, price)| Tier { min_quantity: read(*quantity), price: read(*price) }).collect()
    }

    fn in_force(list: &PriceList) -> Vec<InForce> {
        let row =
            |quote: &Quote| InForce { id: PriceId::new(), channel: quote.channel, min_quantity: quote.min_quantity, amount: quote.amount };
        list.quotes().iter().map(row).collect()
    }

    #[test]
    fn a_label_tells_wrapping_and_content() {
        assert_eq!(label(Unit::Pack, Some((250, NetUnit::Gram))), "Bungkus 250 g");
        assert_eq!(label(Unit::Pack, Some((1000, NetUnit::Gram))), "Bungkus 1 kg");
        assert_eq!(label(Unit::Bottle, Some((1500, NetUnit::Millilitre))), "Botol 1,5 liter");
        assert_eq!(label(Unit::Pack, Some((1250, NetUnit::Gram))), "Bungkus 1250 g");
        assert_eq!(label(Unit::Box, Some((12, NetUnit::Piece))), "Dus isi 12");
        assert_eq!(label(Unit::Kg, None), "1 kg");
    }

    #[test]
    fn a_buyer_pays_retail_or_wholesale_and_a_warung_her_own_price() {
        let list = PriceList::new(read(12_500), Some(read(10_000)), &tiers(&[(20, 11_000), (100, 9_500)])).expect("in order");
        let prices = in_force(&list);
        let pays = |channel, quantity| price_for(&prices, channel, quantity).map(|price| (price.amount.amount(), price.channel));
        assert_eq!(pays(Channel::Retail, 1), Some((12_500, Channel::Retail)));
        assert_eq!(pays(Channel::Retail, 19), Some((12_500, Channel::Retail)));
        assert_eq!(pays(Channel::Retail, 20), Some((11_000, Channel::Wholesale)));
        assert_eq!(pays(Channel::Retail, 100), Some((9_500, Channel::Wholesale)));
        assert_eq!(pays(Channel::Warung, 20), Some((10_000, Channel::Warung)));
        assert_eq!(pays(Channel::Warung, 100), Some((9_500, Channel::Wholesale)));
        assert_eq!(pays(Channel::Wholesale, 19), None);
        let plain = in_force(&PriceList::new(read(5_000), None, &[]).expect("in order"));
        assert_eq!(price_for(&plain, Channel::Warung, 3).map(|price| price.channel), Some(Channel::Retail));
    }

    #[test]
    fn a_list_that_makes_no_sense_is_told_why() {
        let list = |warung: Option<i64>, wholesale: &[(i64, i64)]| PriceList::new(read(10_000), warung.map(read), &tiers(wholesale));
        assert_eq!(list(Some(10_001), &[]), Err(BadPrices::WarungAboveRetail));
        assert_eq!(list(None, &[(10, 10_000)]), Err(BadPrices::TiersOutOfOrder), "not below retail");
        assert_eq!(list(None, &[(10, 9_000), (10, 8_000)]), Err(BadPrices::TiersOutOfOrder));
        assert_eq!(list(None, &[(10, 9_000), (20, 9_000)]), Err(BadPrices::TiersOutOfOrder));
        assert_eq!(list(None, &[(2, 6), (3, 5), (4, 4), (5, 3), (6, 2), (7, 1)]), Err(BadPrices::TooManyTiers));
        assert!(list(Some(10_000), &[(2, 9_999), (3, 9_998)]).is_ok());
    }

    proptest! {
        /// However a list is replaced, what is in force afterwards is the new list, and what did not change was not touched.
        #[test]
        fn the_changes_lead_to_the_new_list(old in 2i64..1_000_000, new in 2i64..1_000_000, warung: bool, many in 2i64..100) {
            let before = in_force(&PriceList::new(read(old), warung.then(|| read(old - 1)), &[]).expect("in order"));
            let wanted = PriceList::new(read(new), None, &tiers(&[(many, new - 1)])).expect("in order");
            let (ended, begun) = changes(&before, &wanted);
            let kept = before.iter().filter(|price| !ended.contains(&price.id)).map(|price| (price.channel, price.min_quantity, price.amount));
            let mut after: Vec<_> = kept.chain(begun.iter().map(|quote| (quote.channel, quote.min_quantity, quote.amount))).collect();
            after.sort_unstable();
            let mut expected: Vec<_> = wanted.quotes().iter().map(|quote| (quote.channel, quote.min_quantity, quote.amount)).collect();
            expected.sort_unstable();
            prop_assert_eq!(after, expected);
            prop_assert_eq!(changes(&in_force(&wanted), &wanted), (vec![], vec![]));
        }

        /// Nobody pays more by taking more.
        #[test]
        fn more_is_never_dearer(first in 2i64..50, second in 51i64..100, quantity in 1i64..200) {
            let prices = in_force(&PriceList::new(read(100), Some(read(90)), &tiers(&[(first, 95), (second, 80)])).expect("in order"));
            for channel in [Channel::Retail, Channel::Warung] {
                let now = price_for(&prices, channel, quantity).expect("a price").amount;
                prop_assert!(price_for(&prices, channel, quantity + 1).expect("a price").amount <= now);
            }
        }
    }
}

//! Messages, whom they go to, and the templates they are made by.

use kit::clock::Timestamp;
use kit::i18n::Language;
use kit::money::Rupiah;
use kit::phone::Phone;
use kit::{plain_text, word_enum};

plain_text!(
    /// A template of a message: plain text with `{{ name }}` where a value goes, and `{% if name %}…{% endif %}`.
    TemplateText, max 1000, lines true
);

word_enum! {
    /// What a message is about.
    Kind as "MessageKind" {
        /// An order.
        Order = "order",
        /// A product.
        Product = "product",
    }
}

impl Kind {
    /// The names a template may use.
    #[must_use]
    pub const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Order => &["number", "shop", "lines", "total", "tracking_url", "from_shop"],
            Self::Product => &["name", "shop", "price", "url"],
        }
    }

    /// The template where a village has none of its own.
    #[must_use]
    pub const fn usual(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Order, Language::Indonesian) => include_str!("templates/order.id.txt"),
            (Self::Order, Language::Sundanese) => include_str!("templates/order.su.txt"),
            (Self::Order, Language::English) => include_str!("templates/order.en.txt"),
            (Self::Product, Language::Indonesian) => include_str!("templates/product.id.txt"),
            (Self::Product, Language::Sundanese) => include_str!("templates/product.su.txt"),
            (Self::Product, Language::English) => include_str!("templates/product.en.txt"),
        }
    }
}

/// One line of an order as a message tells it.
#[derive(Clone, Debug)]
pub struct MessageLine {
    pub quantity: i64,
    pub name: String,
    pub amount: Rupiah,
}

/// What a message about an order tells.
#[derive(Clone, Debug)]
pub struct OrderMessage {
    /// The order's number, as people say it.
    pub number: String,
    /// The seller's name.
    pub shop: String,
    pub lines: Vec<MessageLine>,
    pub total: Rupiah,
    /// Where the buyer sees how far it has come; whole, `https://…`.
    pub tracking_url: Option<String>,
    /// Whether the seller writes to her buyer, and not the buyer to her.
    pub from_shop: bool,
}

/// What a message about a product tells.
#[derive(Clone, Debug)]
pub struct ProductMessage {
    pub name: String,
    /// The seller's name.
    pub shop: String,
    pub price: Rupiah,
    /// Where it can be seen; whole, `https://…`.
    pub url: String,
}

/// A seller's number, and whether she agreed to show it.
#[derive(Clone, Debug)]
pub struct Contact {
    pub phone: Option<Phone>,
    pub public: bool,
}

/// How a village speaks: its hotline, its language, its templates.
#[derive(Clone, Debug)]
pub struct Voice {
    pub hotline: Option<Phone>,
    pub language: Language,
    /// Its own, where it has one.
    pub order: Option<String>,
    pub product: Option<String>,
}

word_enum! {
    /// Whose number a link opens.
    Recipient as "WhatsappRecipient" {
        /// The seller's.
        Seller = "seller",
        /// The village's hotline.
        Village = "village",
        /// The buyer's.
        Buyer = "buyer",
    }
}

word_enum! {
    /// Why there is no link.
    NoLink as "NoWhatsappLink" {
        /// The seller keeps her number to herself, and the village has no hotline.
        NumberKept = "number_kept",
        /// There is no number to write to.
        NoNumber = "no_number",
        /// The seller has not accepted the order, so she does not see who buys.
        NotAccepted = "not_accepted",
    }
}

/// A link, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    To { recipient: Recipient, url: String },
    None(NoLink),
}

/// A village's template as it stands.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its own text; without one, ours counts.
    pub own: Option<String>,
    pub usual: &'static str,
    /// 0 where the village has never changed it.
    pub version: i32,
    pub updated_at: Option<Timestamp>,
}

//! From values to a message, from a message to a link. Pure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::model::{Contact, Kind, Link, MessageLine, NoLink, OrderMessage, ProductMessage, Recipient, Voice};
use kit::i18n::{Language, say};
use kit::money::Rupiah;
use kit::phone::Phone;

/// What a template may cost to fill, in the engine's steps; ours take about fifty.
const MOST_STEPS: u64 = 2_000;
/// The longest message in characters: beyond it, links break on the way into the app.
const LONGEST_MESSAGE: usize = 2_000;
/// How many lines of an order a message tells one by one.
const MOST_LINES: usize = 20;
/// What stands in a link as it is (RFC 3986, unreserved); everything else is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a template was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadTemplate {
    /// It cannot be read: a bracket or an end is missing.
    Unreadable { line: usize },
    /// It names something this message does not tell.
    UnknownName(String),
    /// It does not come to an end, or makes too long a message.
    TooMuch,
}

type Values = BTreeMap<&'static str, String>;

/// An engine with nothing in it: no functions, no filters, no way to another template.
fn engine() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    // What is made is plain text.
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_fuel(Some(MOST_STEPS));
    engine
}

/// Whether `text` can be the template of such messages: it is read, names only what there is, and fills a sample.
///
/// # Errors
/// [`BadTemplate`] says what is wrong.
pub fn check(kind: Kind, text: &str) -> Result<(), BadTemplate> {
    let engine = engine();
    let template = engine.template_from_str(text).map_err(|error| BadTemplate::Unreadable { line: error.line().unwrap_or(1) })?;
    let mut names: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    names.sort();
    if let Some(unknown) = names.into_iter().find(|name| !kind.variables().contains(&name.as_str())) {
        return Err(BadTemplate::UnknownName(unknown));
    }
    fill(text, &sample_values(kind, Language::Indonesian)).map(|_| ()).ok_or(BadTemplate::TooMuch)
}

/// The message; `None` when the template does not work.
fn fill(text: &str, values: &Values) -> Option<String> {
    let message = engine().render_str(text, values).ok()?;
    let message = message.trim();
    (!message.is_empty() && message.chars().count() <= LONGEST_MESSAGE).then(|| message.to_owned())
}

/// A sample message, for a preview.
#[must_use]
pub fn sample(kind: Kind, text: &str, language: Language) -> Option<String> {
    fill(text, &sample_values(kind, language))
}

fn sample_values(kind: Kind, language: Language) -> Values {
    let rupiah = |amount| Rupiah::new(amount).unwrap_or(Rupiah::ZERO);
    let line = |quantity, name: &str, amount| MessageLine { quantity, name: name.to_owned(), amount: rupiah(amount) };
    match kind {
        Kind::Order => order_values(
            &OrderMessage {
                number: "PK-1124-0001".to_owned(),
                shop: "Opak Bu Wati".to_owned(),
                lines: vec![line(2, "Opak Ketan 250 g", 28_000), line(1, "Ranginang 500 g", 25_000)],
                total: rupiah(53_000),
                tracking_url: Some("https://pasar.desa.example/v1/orders/…".to_owned()),
                from_shop: false,
            },
            language,
        ),
        Kind::Product => product_values(&ProductMessage {
            name: "Opak Ketan 250 g".to_owned(),
            shop: "Opak Bu Wati".to_owned(),
            price: rupiah(14_000),
            url: "https://pasar.desa.example/v1/products/…".to_owned(),
        }),
    }
}

fn order_values(order: &OrderMessage, language: Language) -> Values {
    let mut lines = String::new();
    for MessageLine { quantity, name, amount } in order.lines.iter().take(MOST_LINES) {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "- {quantity} × {name} ({amount})");
    }
    if let Some(more) = order.lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        lines.push_str(&say(language, "whatsapp.more_lines", &[("n", &more.to_string())]));
    }
    BTreeMap::from([
        ("number", order.number.clone()),
        ("shop", order.shop.clone()),
        ("lines", lines.trim_end().to_owned()),
        ("total", order.total.to_string()),
        ("tracking_url", order.tracking_url.clone().unwrap_or_default()),
        ("from_shop", if order.from_shop { "1".to_owned() } else { String::new() }),
    ])
}

fn product_values(product: &ProductMessage) -> Values {
    BTreeMap::from([
        ("name", product.name.clone()),
        ("shop", product.shop.clone()),
        ("price", product.price.to_string()),
        ("url", product.url.clone()),
    ])
}

/// Whose number a link may show.
///
/// # Errors
/// [`NoLink`] says why there is none.
fn recipient<'a>(seller: &'a Contact, voice: &'a Voice) -> Result<(Recipient, &'a Phone), NoLink> {
    match (&seller.phone, seller.public, &voice.hotline) {
        (Some(phone), true, _) => Ok((Recipient::Seller, phone)),
        (_, _, Some(hotline)) => Ok((Recipient::Village, hotline)),
        (Some(_), false, None) => Err(NoLink::NumberKept),
        (None, _, None) => Err(NoLink::NoNumber),
    }
}

/// The link that opens a chat with `phone` and puts `message` into it: `https://wa.me/` with the digits of the number, without plus.
#[must_use]
pub fn link(phone: &Phone, message: &str) -> String {
    let digits = phone.as_str().trim_start_matches('+');
    format!("https://wa.me/{digits}?text={}", utf8_percent_encode(message, ENCODED))
}

fn linked(kind: Kind, own: Option<&str>, values: &Values, seller: &Contact, voice: &Voice) -> Link {
    match recipient(seller, voice) {
        Ok((recipient, phone)) => Link::To { recipient, url: link(phone, &message(kind, own, values, voice)) },
        Err(why) => Link::None(why),
    }
}

fn message(kind: Kind, own: Option<&str>, values: &Values, voice: &Voice) -> String {
    // A template was tried when it was saved; should it fail with these values all the same, ours does not.
    own.and_then(|own| fill(own, values)).or_else(|| fill(kind.usual(voice.language), values)).unwrap_or_default()
}

/// The link for an order, from its seller to its buyer, whose number she may see.
#[must_use]
pub fn buyer_link(voice: &Voice, buyer: Option<&Phone>, order: &OrderMessage) -> Link {
    let Some(phone) = buyer else { return Link::None(NoLink::NoNumber) };
    let said = message(Kind::Order, voice.order.as_deref(), &order_values(order, voice.language), voice);
    Link::To { recipient: Recipient::Buyer, url: link(phone, &said) }
}

/// The link for an order, to its seller or her village.
#[must_use]
pub fn order_link(voice: &Voice, seller: &Contact, order: &OrderMessage) -> Link {
    linked(Kind::Order, voice.order.as_deref(), &order_values(order, voice.language), seller, voice)
}

/// The link for a product, to its seller or her village.
#[must_use]
pub fn product_link(voice: &Voice, seller: &Contact, product: &ProductMessage) -> Link {
    linked(Kind::Product, voice.product.as_deref(), &product_values(product), seller, voice)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phone(text: &str) -> Phone {
        text.parse().expect("a number")
    }

    fn voice(product: Option<&str>, hotline: Option<&str>) -> Voice {
        Voice { hotline: hotline.map(phone), language: Language::Indonesian, order: None, product: product.map(str::to_owned) }
    }

    fn opak() -> ProductMessage {
        let price = Rupiah::new(14_000).expect("an amount");
        ProductMessage {
            name: "Opak & Kéju 100%".to_owned(),
            shop: "Bu Wati".to_owned(),
            price,
            url: "https://desa.example/p?a=1".to_owned(),
        }
    }

    #[test]
    fn a_link_is_exactly_what_the_app_opens() {
        let seller = Contact { phone: Some(phone("081234567890")), public: true };
        let Link::To { recipient, url } = product_link(&voice(Some("{{ name }}\n{{ price }} {{ url }}"), None), &seller, &opak()) else {
            panic!("a link");
        };
        assert_eq!(recipient, Recipient::Seller);
        assert_eq!(
            url,
            "https://wa.me/6281234567890?text=Opak%20%26%20K%C3%A9ju%20100%25%0ARp14.000%20https%3A%2F%2Fdesa.example%2Fp%3Fa%3D1"
        );
    }

    #[test]
    fn a_number_is_shown_by_consent_or_it_is_the_villages() {
        let kept = Contact { phone: Some(phone("081234567890")), public: false };
        let none = Contact { phone: None, public: true };
        let to = |link| match link {
            Link::To { recipient, url } => Ok((recipient, url.contains("6281299990000"))),
            Link::None(why) => Err(why),
        };
        assert_eq!(to(product_link(&voice(None, Some("081299990000")), &kept, &opak())), Ok((Recipient::Village, true)));
        assert_eq!(to(product_link(&voice(None, Some("081299990000")), &none, &opak())), Ok((Recipient::Village, true)));
        assert_eq!(to(product_link(&voice(None, None), &kept, &opak())), Err(NoLink::NumberKept));
        assert_eq!(to(product_link(&voice(None, None), &none, &opak())), Err(NoLink::NoNumber));
    }

    #[test]
    fn our_own_templates_work_in_every_language() {
        for kind in Kind::ALL {
            for language in Language::ALL {
                assert_eq!(check(*kind, kind.usual(*language)), Ok(()), "{kind} {language}");
            }
        }
        insta::assert_snapshot!(sample(Kind::Order, Kind::Order.usual(Language::Indonesian), Language::Indonesian).expect("a message"));
    }

    #[test]
    fn a_template_that_does_not_work_is_refused() {
        assert_eq!(check(Kind::Product, "Halo {{ name }"), Err(BadTemplate::Unreadable { line: 1 }));
        assert_eq!(check(Kind::Product, "Halo\n{% if name %}"), Err(BadTemplate::Unreadable { line: 2 }));
        assert_eq!(check(Kind::Product, "Halo {{ total }}"), Err(BadTemplate::UnknownName("total".to_owned())));
        assert_eq!(check(Kind::Product, "{{ range(9) }}"), Err(BadTemplate::UnknownName("range".to_owned())));
        assert!(check(Kind::Product, "{{ name|upper }}").is_err(), "no filters");
        assert!(check(Kind::Product, "{% include 'a' %}").is_err(), "no other templates");
        assert!(check(Kind::Product, "{{ name.a.b }}").is_err(), "no insides");
        let growing =
            "{% for a in name %}{% for b in name %}{% for c in name %}{% for d in name %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}";
        assert_eq!(check(Kind::Product, growing), Err(BadTemplate::TooMuch));
        let recursive = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
        assert_eq!(check(Kind::Product, recursive), Err(BadTemplate::TooMuch));
    }

    #[test]
    fn values_are_not_read_as_templates() {
        let tricky = ProductMessage { name: "{{ url }}{% if".to_owned(), ..opak() };
        let seller = Contact { phone: Some(phone("081234567890")), public: true };
        let Link::To { url, .. } = product_link(&voice(Some("{{ name }}"), None), &seller, &tricky) else { panic!("a link") };
        assert!(url.ends_with("?text=%7B%7B%20url%20%7D%7D%7B%25%20if"), "{url}");
    }

    #[test]
    fn a_long_order_is_told_in_short() {
        let amount = Rupiah::new(1_000).expect("an amount");
        let line = |n: i64| MessageLine { quantity: n, name: "Keripik Singkong Pedas Manis dari Dapur Bu Euis 250 g".to_owned(), amount };
        let order = OrderMessage {
            number: "PK-1".to_owned(),
            shop: "Bu Wati".to_owned(),
            lines: (1..=50).map(line).collect(),
            total: amount,
            tracking_url: None,
            from_shop: false,
        };
        let told = order_values(&order, Language::Indonesian);
        assert!(told["lines"].ends_with("30 barang lain"), "{}", told["lines"]);
        assert!(fill(Kind::Order.usual(Language::Indonesian), &told).is_some_and(|message| !message.contains("Status")));
    }

    proptest! {
        #[test]
        fn no_template_makes_it_panic(text in "(\\PC|\\{\\{|\\}\\}|\\{%|%\\}|name| |if|for|in|end|set|macro){0,40}") {
            let _ = check(Kind::Product, &text);
        }

        #[test]
        fn every_link_is_plain_ascii_and_tells_the_message_again(message in "\\PC{0,80}") {
            let url = link(&phone("081234567890"), &message);
            prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()));
            let text = url.split_once("?text=").expect("a text").1;
            prop_assert_eq!(percent_encoding::percent_decode_str(text).decode_utf8().expect("UTF-8"), message);
        }
    }
}

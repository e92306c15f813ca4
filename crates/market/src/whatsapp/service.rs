//! What villages say, and in whose name a link is made.

use std::collections::HashMap;

use super::model::{Contact, Kind, Link, ProductMessage, Template, TemplateText, Voice};
use super::rules::{self, BadTemplate};
use super::store;
use crate::catalogue::service::ProductError;
use crate::catalogue::{self, ProductId};
use kit::auth::Identity;
use kit::clock::Timestamp;
use kit::db::{Conn, DbError, Failure, Refusal, Tx};
use kit::i18n::Language;
use kit::money::Rupiah;
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Denied, Resource, authorize, principal};
use people::villages::{self, VillageId};

/// What can happen to an admin here.
#[derive(Debug)]
pub enum TemplateError {
    Bad(BadTemplate),
    Stale,
    Denied(Denied),
}
impl Refusal for TemplateError {}

impl From<Denied> for TemplateError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

type Outcome<T> = Result<T, Failure<TemplateError>>;

/// How several villages speak, in two queries however many they are.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn voices(conn: &mut Conn, of: &[VillageId]) -> Result<HashMap<VillageId, Voice>, DbError> {
    let settings = villages::settings_of(conn, of)?;
    let voice = |(village, said): (VillageId, villages::Settings)| {
        (village, Voice { hotline: said.hotline, language: said.language, order: None, product: None })
    };
    let mut voices: HashMap<VillageId, Voice> = settings.into_iter().map(voice).collect();
    for (village, kind, text) in store::own(conn, of)? {
        if let Some(voice) = voices.get_mut(&village) {
            match kind {
                Kind::Order => voice.order = Some(text),
                Kind::Product => voice.product = Some(text),
            }
        }
    }
    Ok(voices)
}

/// How a village speaks.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such village.
pub fn voice(conn: &mut Conn, village: VillageId) -> Result<Voice, DbError> {
    voices(conn, &[village])?.remove(&village).ok_or(DbError::NotFound)
}

/// The link for a product of `seller` that is seen at `url`.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn about_product(conn: &mut Conn, seller: EnterpriseId, name: &str, price: Rupiah, url: String) -> Result<Link, DbError> {
    let seller = enterprises::service::get(conn, seller)?;
    let voice = voice(conn, seller.village_id)?;
    let message = ProductMessage { name: name.to_owned(), shop: seller.name, price, url };
    let contact = Contact { phone: seller.phone, public: seller.phone_public };
    Ok(rules::product_link(&voice, &contact, &message))
}

/// The link for a product that is for sale.
///
/// # Errors
/// [`ProductError::Denied`] when it is not.
pub fn for_product(conn: &mut Conn, now: Timestamp, id: ProductId, url: String) -> Result<Link, Failure<ProductError>> {
    let product = catalogue::service::show(conn, None, now, id)?.listing.product;
    Ok(about_product(conn, product.enterprise_id, product.content.name.as_str(), product.price_from, url)?)
}

/// A village's template, for its admins.
///
/// # Errors
/// [`TemplateError::Denied`].
pub fn show(conn: &mut Conn, who: Identity, now: Timestamp, village: VillageId, kind: Kind) -> Outcome<Template> {
    let language = permitted(conn, who, now, village)?;
    Ok(template(conn, village, kind, language)?)
}

/// Gives a village its own template, or with `None` ours again.
///
/// # Errors
/// [`TemplateError::Bad`] when it does not work; [`TemplateError::Stale`] when it has changed since `version`.
pub fn put(tx: &mut Tx<'_>, who: Identity, village: VillageId, kind: Kind, version: i32, text: Option<&TemplateText>) -> Outcome<Template> {
    let now = tx.now();
    let language = permitted(tx, who, now, village)?;
    if let Some(text) = text {
        rules::check(kind, text.as_str()).map_err(TemplateError::Bad)?;
    }
    if !store::put(tx, village, kind, text.map(TemplateText::as_str), version)? {
        return Err(TemplateError::Stale.into());
    }
    Ok(template(tx, village, kind, language)?)
}

/// What a template would say, without keeping it.
///
/// # Errors
/// [`TemplateError::Bad`] when it does not work.
pub fn preview(conn: &mut Conn, who: Identity, now: Timestamp, village: VillageId, kind: Kind, text: &TemplateText) -> Outcome<String> {
    let language = permitted(conn, who, now, village)?;
    rules::check(kind, text.as_str()).map_err(TemplateError::Bad)?;
    Ok(rules::sample(kind, text.as_str(), language).ok_or(TemplateError::Bad(BadTemplate::TooMuch))?)
}

/// The village's language, if `who` administers it.
fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, village: VillageId) -> Outcome<Language> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(TemplateError::from))?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::RunVillage, &resource).map_err(TemplateError::from)?;
    Ok(villages::settings(conn, village)?.language)
}

fn template(conn: &mut Conn, village: VillageId, kind: Kind, language: Language) -> Result<Template, DbError> {
    let usual = kind.usual(language);
    Ok(match store::get(conn, village, kind)? {
        Some((own, version, at)) => Template { own, usual, version, updated_at: Some(at) },
        None => Template { own: None, usual, version: 0, updated_at: None },
    })
}

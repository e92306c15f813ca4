//! What a village decides for itself: the number people may write to, and how long things may take.
//!
//! 1. Every village has settings from the day it is entered.
//! 2. Its own admins read and change them.
//! 3. A changed length of time counts for what begins after the change.

use actix_web::{HttpResponse, get, patch};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::VillageId;
use crate::permissions::{Action, Denied, Resource, authorize, principal};
use kit::auth::{Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, Db, DbError, Failure, Refusal, Tx};
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::input::Patch;
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithVersion};
use kit::http::web;
use kit::http::{Problem, Valid};
use kit::i18n::Language;
use kit::phone::Phone;
use kit::schema::village_settings;

macro_rules! length_of_time {
    ($(#[$meta:meta])* $name:ident, 1 to $max:tt, usual $usual:tt, $refused:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = i32, minimum = 1, maximum = $max)]
        pub struct $name(i32);

        impl $name {
            /// Where a village has not said otherwise.
            pub const USUAL: Self = Self($usual);

            /// How many.
            #[must_use]
            pub const fn count(self) -> i32 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let count = i32::deserialize(deserializer)?;
                if (1..=$max).contains(&count) { Ok(Self(count)) } else { Err(serde::de::Error::custom($refused)) }
            }
        }
    };
}

length_of_time!(
    /// Hours a buyer has to pay before her order ends: up to a week.
    HoursToPay, 1 to 168, usual 24, "hours_to_pay_out_of_range"
);
length_of_time!(
    /// Days after which an order that was handed over completes by itself: up to thirty.
    DaysToComplete, 1 to 30, usual 3, "days_to_complete_out_of_range"
);

length_of_time!(
    /// Hours within which the village means to look at products and changes: up to two weeks.
    HoursToModerate, 1 to 336, usual 48, "moderation_hours_out_of_range"
);

/// The settings of a village.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The village's own number for buyers, where a seller's is not hers to give away.
    pub hotline: Option<Phone>,
    /// The language of what is written in the village's name.
    pub language: Language,
    /// Whether a seller's QRIS code is shown with the amount filled in.
    pub qris_amount_filling: bool,
    pub hours_to_pay: HoursToPay,
    pub days_to_complete: DaysToComplete,
    pub moderation_hours: HoursToModerate,
    pub version: i32,
    pub updated_at: Timestamp,
}

type Row = (Option<Phone>, Language, bool, i32, i32, i32, i32, Timestamp);

impl From<Row> for Settings {
    fn from((hotline, language, qris_amount_filling, hours, days, to_moderate, version, updated_at): Row) -> Self {
        let (hours_to_pay, days_to_complete, moderation_hours) = (HoursToPay(hours), DaysToComplete(days), HoursToModerate(to_moderate));
        Self { hotline, language, qris_amount_filling, hours_to_pay, days_to_complete, moderation_hours, version, updated_at }
    }
}

columns!(
    Columns, COLUMNS:
    village_settings::hotline,
    village_settings::language,
    village_settings::qris_amount_filling,
    village_settings::hours_to_pay,
    village_settings::days_to_complete,
    village_settings::moderation_hours,
    village_settings::version,
    village_settings::updated_at,
);

/// What can happen to an admin here.
#[derive(Debug)]
pub enum SettingsError {
    Stale,
    Denied(Denied),
}
impl Refusal for SettingsError {}

impl From<Denied> for SettingsError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Stale => stale(),
            SettingsError::Denied(denied) => denied.into(),
        }
    }
}

/// Gives a new village its settings.
///
/// # Errors
/// [`DbError`] when the database fails.
pub(super) fn open(tx: &mut Tx<'_>, village: VillageId) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(village_settings::table)
        .values((
            village_settings::village_id.eq(village),
            village_settings::language.eq(Language::Indonesian),
            village_settings::qris_amount_filling.eq(false),
            village_settings::hours_to_pay.eq(HoursToPay::USUAL.0),
            village_settings::days_to_complete.eq(DaysToComplete::USUAL.0),
            village_settings::moderation_hours.eq(HoursToModerate::USUAL.0),
            village_settings::version.eq(1),
            village_settings::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The settings of a village, for other features.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such village.
pub fn settings(conn: &mut Conn, village: VillageId) -> Result<Settings, DbError> {
    let row: Row = village_settings::table.find(village).select(COLUMNS).first(conn)?;
    Ok(row.into())
}

/// The settings of several villages, in one query.
///
/// # Errors
/// [`DbError`] when the database fails.
pub fn settings_of(conn: &mut Conn, villages: &[VillageId]) -> Result<Vec<(VillageId, Settings)>, DbError> {
    let rows = village_settings::table.filter(village_settings::village_id.eq_any(villages));
    let rows: Vec<(VillageId, Row)> = rows.select((village_settings::village_id, COLUMNS)).load(conn)?;
    Ok(rows.into_iter().map(|(village, row)| (village, row.into())).collect())
}

fn update(tx: &mut Tx<'_>, village: VillageId, new: &Settings, version: i32) -> Result<bool, DbError> {
    let now = tx.now();
    let seen = village_settings::table.filter(village_settings::village_id.eq(village).and(village_settings::version.eq(version)));
    let changed = diesel::update(seen)
        .set((
            village_settings::hotline.eq(&new.hotline),
            village_settings::language.eq(new.language),
            village_settings::qris_amount_filling.eq(new.qris_amount_filling),
            village_settings::hours_to_pay.eq(new.hours_to_pay.0),
            village_settings::days_to_complete.eq(new.days_to_complete.0),
            village_settings::moderation_hours.eq(new.moderation_hours.0),
            village_settings::version.eq(version.saturating_add(1)),
            village_settings::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// The settings, if `who` administers the village.
fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, village: VillageId) -> Result<Settings, Failure<SettingsError>> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(SettingsError::from))?;
    let resource = Resource { village: Some(village), ..Resource::default() };
    authorize(&person, Action::RunVillage, &resource).map_err(SettingsError::from)?;
    Ok(settings(conn, village)?)
}

/// The settings of a village as its admins see them.
#[derive(Serialize, ToSchema)]
pub struct VillageSettingsView {
    /// The village's own number for buyers of those sellers who keep theirs to themselves. It is public in `wa.me` links.
    hotline: Option<Phone>,
    /// The language of what is written in the village's name.
    language: Language,
    /// Whether a seller's QRIS code is shown with the amount filled in.
    qris_amount_filling: bool,
    /// Hours a buyer has to pay before her order ends.
    hours_to_pay: HoursToPay,
    /// Days after which an order that was handed over completes by itself.
    days_to_complete: DaysToComplete,
    /// Hours within which the village means to look at products and changes.
    moderation_hours: HoursToModerate,
    updated_at: Timestamp,
}

impl From<Settings> for VillageSettingsView {
    fn from(settings: Settings) -> Self {
        let Settings { hotline, language, qris_amount_filling, hours_to_pay, days_to_complete, moderation_hours, version: _, updated_at } =
            settings;
        Self { hotline, language, qris_amount_filling, hours_to_pay, days_to_complete, moderation_hours, updated_at }
    }
}

/// A change; what is missing stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditVillageSettings {
    /// `null` takes the number away.
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    hotline: Patch<Phone>,
    language: Option<Language>,
    qris_amount_filling: Option<bool>,
    hours_to_pay: Option<HoursToPay>,
    days_to_complete: Option<DaysToComplete>,
    moderation_hours: Option<HoursToModerate>,
}

impl EditVillageSettings {
    fn apply(&self, to: &mut Settings) {
        self.hotline.apply(&mut to.hotline);
        to.language = self.language.unwrap_or(to.language);
        to.qris_amount_filling = self.qris_amount_filling.unwrap_or(to.qris_amount_filling);
        to.hours_to_pay = self.hours_to_pay.unwrap_or(to.hours_to_pay);
        to.days_to_complete = self.days_to_complete.unwrap_or(to.days_to_complete);
        to.moderation_hours = self.moderation_hours.unwrap_or(to.moderation_hours);
    }
}

/// Shows a village's settings to its admins.
#[utoipa::path(tag = "villages", operation_id = "get_village_settings", params(("id" = VillageId, Path)),
    responses((status = 200, body = VillageSettingsView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/settings")]
pub async fn show_settings(actor: Actor<SignedIn>, id: web::Path<VillageId>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let now = db.clock().now();
    let settings = db.read(move |conn| permitted(conn, actor.who, now, *id)).await?;
    Ok(tagged(settings.version, &VillageSettingsView::from(settings)))
}

/// Changes a village's settings. A changed length of time counts for orders placed from then on.
#[utoipa::path(tag = "villages", operation_id = "edit_village_settings", params(("id" = VillageId, Path), ("If-Match" = String, Header)), request_body = EditVillageSettings,
    responses((status = 200, body = VillageSettingsView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[patch("/villages/{id}/settings")]
pub async fn edit_settings(
    actor: Actor<SignedIn>,
    id: web::Path<VillageId>,
    version: IfMatch,
    body: Valid<EditVillageSettings>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let edited = db.write(move |tx| {
        let now = tx.now();
        let mut changed = permitted(tx, actor.who, now, *id)?;
        body.0.apply(&mut changed);
        if !update(tx, *id, &changed, version.0)? {
            return Err(SettingsError::Stale.into());
        }
        Ok(settings(tx, *id)?)
    });
    let settings = edited.await?;
    Ok(tagged(settings.version, &VillageSettingsView::from(settings)))
}

//! The tables of agreements, their versions, periods, events and templates.

use std::collections::BTreeMap;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Agreement, AgreementId, Event, Pair, Period, Proposal, State, Version, VersionRow};
use super::rules::{Act, Ending};
use super::terms::{Kind, Terms};
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::types::Document;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{agreement_events, agreement_periods, agreement_templates, agreement_versions, agreements, enterprises};
use people::enterprises::EnterpriseId;
use people::permissions::By;
use people::villages::VillageId;

columns!(
    Columns, COLUMNS:
    agreements::id,
    agreements::village_id,
    agreements::kind,
    agreements::provider_id,
    agreements::receiver_id,
    agreements::drafted_by,
    agreements::state,
    agreements::proposed,
    agreements::accepted,
    agreements::in_force_from,
    agreements::in_force_until,
    agreements::ends_by,
    agreements::version,
    agreements::created_at,
    agreements::updated_at,
);
columns!(
    VersionColumns, VERSION:
    agreement_versions::agreement_id,
    agreement_versions::number,
    agreement_versions::proposed_by,
    agreement_versions::starts_on,
    agreement_versions::ends_on,
    agreement_versions::notice_days,
    agreement_versions::terms,
    agreement_versions::wording,
    agreement_versions::digest,
    agreement_versions::accepted_at,
    agreement_versions::created_at,
);
columns!(
    PeriodColumns, PERIOD:
    agreement_periods::begins_at,
    agreement_periods::ends_at,
    agreement_periods::agreement_id,
    agreement_periods::number,
);

pub(super) fn get(conn: &mut Conn, id: AgreementId) -> Result<Agreement, DbError> {
    Ok(agreements::table.find(id).select(COLUMNS).first(conn)?)
}

/// Between whom agreements are: the provider first.
pub(super) fn pairs(conn: &mut Conn, these: &[AgreementId]) -> Result<BTreeMap<AgreementId, [EnterpriseId; 2]>, DbError> {
    let wanted = agreements::table.filter(agreements::id.eq_any(these));
    let rows: Vec<(AgreementId, EnterpriseId, EnterpriseId)> =
        wanted.select((agreements::id, agreements::provider_id, agreements::receiver_id)).load(conn)?;
    Ok(rows.into_iter().map(|(id, provider, receiver)| (id, [provider, receiver])).collect())
}

/// The agreements of an enterprise on whichever side, newest first; drafts of others are not told.
pub(super) fn of_enterprise(conn: &mut Conn, of: EnterpriseId, before: Option<AgreementId>, rows: i64) -> Result<Vec<Agreement>, DbError> {
    let theirs = agreements::provider_id.eq(of).or(agreements::receiver_id.eq(of));
    let told = agreements::state.ne(State::Draft).or(agreements::drafted_by.eq(of));
    let mut query = agreements::table.filter(theirs.and(told)).order(agreements::id.desc()).limit(rows).select(COLUMNS).into_boxed();
    if let Some(before) = before {
        query = query.filter(agreements::id.lt(before));
    }
    Ok(query.load(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, pair: Pair, drafted_by: EnterpriseId, village: VillageId) -> Result<AgreementId, DbError> {
    let (id, now) = (AgreementId::new(), tx.now());
    diesel::insert_into(agreements::table)
        .values((
            agreements::id.eq(id),
            agreements::village_id.eq(village),
            agreements::kind.eq(pair.kind),
            agreements::provider_id.eq(pair.provider),
            agreements::receiver_id.eq(pair.receiver),
            agreements::drafted_by.eq(drafted_by),
            agreements::state.eq(State::Draft),
            agreements::proposed.eq(1),
            agreements::ends_by.eq(Ending::Expire),
            agreements::version.eq(1),
            agreements::created_at.eq(now),
            agreements::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// A version as it is written.
pub(super) struct NewVersion<'a> {
    pub agreement: AgreementId,
    pub number: i32,
    pub proposed_by: EnterpriseId,
    pub proposal: &'a Proposal,
    pub wording: &'a str,
    pub digest: &'a str,
}

pub(super) fn insert_version(tx: &mut Tx<'_>, new: &NewVersion<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(agreement_versions::table)
        .values((
            agreement_versions::agreement_id.eq(new.agreement),
            agreement_versions::number.eq(new.number),
            agreement_versions::proposed_by.eq(new.proposed_by),
            agreement_versions::starts_on.eq(new.proposal.starts_on),
            agreement_versions::ends_on.eq(new.proposal.ends_on),
            agreement_versions::notice_days.eq(new.proposal.notice_days.get()),
            agreement_versions::terms.eq(Document(serde_json::to_value(&new.proposal.terms).unwrap_or_default())),
            agreement_versions::wording.eq(new.wording),
            agreement_versions::digest.eq(new.digest),
            agreement_versions::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes away a draft that its author writes anew; what was once offered stays.
pub(super) fn remove_draft(tx: &mut Tx<'_>, id: AgreementId) -> Result<(), DbError> {
    let draft = agreement_versions::agreement_id.eq(id).and(agreement_versions::accepted_at.is_null());
    diesel::delete(agreement_versions::table.filter(draft)).execute(&mut **tx)?;
    Ok(())
}

fn read(row: VersionRow) -> Result<Version, DbError> {
    let terms: Terms = serde_json::from_value(row.terms.0.clone()).map_err(|error| DbError::Violation(error.to_string()))?;
    Ok(Version { row, terms })
}

pub(super) fn version(conn: &mut Conn, id: AgreementId, number: i32) -> Result<Version, DbError> {
    read(agreement_versions::table.find((id, number)).select(VERSION).first(conn)?)
}

/// The versions of agreements that are proposed or were accepted last, and no others.
pub(super) fn current(conn: &mut Conn, these: &[Agreement]) -> Result<BTreeMap<(AgreementId, i32), Version>, DbError> {
    let ids: Vec<AgreementId> = these.iter().map(|agreement| agreement.id).collect();
    let now =
        agreements::proposed.eq(agreement_versions::number.nullable()).or(agreements::accepted.eq(agreement_versions::number.nullable()));
    let rows: Vec<VersionRow> =
        agreement_versions::table.inner_join(agreements::table).filter(agreements::id.eq_any(ids).and(now)).select(VERSION).load(conn)?;
    rows.into_iter().map(|row| Ok(((row.agreement_id, row.number), read(row)?))).collect()
}

pub(super) fn versions(conn: &mut Conn, id: AgreementId) -> Result<Vec<Version>, DbError> {
    let rows: Vec<VersionRow> = agreement_versions::table
        .filter(agreement_versions::agreement_id.eq(id))
        .order(agreement_versions::number.desc())
        .limit(100)
        .select(VERSION)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

pub(super) fn accept_version(tx: &mut Tx<'_>, id: AgreementId, number: i32) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(agreement_versions::table.find((id, number))).set(agreement_versions::accepted_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// One act on an agreement: where it stands written down, where it has come, and where it goes.
pub(super) struct Moving<'a> {
    pub stored: State,
    pub from: State,
    pub to: State,
    pub act: Act,
    pub number: i32,
    pub by: Option<By<'a>>,
}

/// The only writer of the state; answers whether the agreement still stood where the move begins.
pub(super) fn move_state(tx: &mut Tx<'_>, id: AgreementId, this: &Moving<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let moved = diesel::update(agreements::table.filter(agreements::id.eq(id).and(agreements::state.eq(this.stored))))
        .set((agreements::state.eq(this.to), agreements::version.eq(agreements::version + 1), agreements::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, this)?;
    }
    Ok(moved == 1)
}

pub(super) fn record(tx: &mut Tx<'_>, id: AgreementId, this: &Moving<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(agreement_events::table)
        .values((
            agreement_events::id.eq(EventId::new()),
            agreement_events::agreement_id.eq(id),
            agreement_events::act.eq(this.act),
            agreement_events::from_state.eq(this.from),
            agreement_events::to_state.eq(this.to),
            agreement_events::number.eq(this.number),
            agreement_events::actor_id.eq(this.by.map(|by| by.actor)),
            agreement_events::on_behalf_of.eq(this.by.and_then(|by| by.on_behalf_of)),
            agreement_events::reason.eq(this.by.and_then(|by| by.reason)),
            agreement_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn propose(tx: &mut Tx<'_>, id: AgreementId, number: Option<i32>) -> Result<(), DbError> {
    diesel::update(agreements::table.find(id)).set(agreements::proposed.eq(number)).execute(&mut **tx)?;
    Ok(())
}

/// Writes from when until when an agreement is in force, by which version, and what will end it.
pub(super) fn set_span(
    tx: &mut Tx<'_>,
    id: AgreementId,
    accepted: i32,
    span: (Timestamp, Timestamp),
    ends_by: Ending,
) -> Result<(), DbError> {
    diesel::update(agreements::table.find(id))
        .set((
            agreements::accepted.eq(accepted),
            agreements::in_force_from.eq(span.0),
            agreements::in_force_until.eq(span.1),
            agreements::ends_by.eq(ends_by),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn timeline(conn: &mut Conn, pair: Pair) -> Result<Vec<Period>, DbError> {
    let between = agreement_periods::provider_id.eq(pair.provider).and(agreement_periods::receiver_id.eq(pair.receiver));
    let rows = agreement_periods::table.filter(between.and(agreement_periods::kind.eq(pair.kind))).order(agreement_periods::begins_at);
    Ok(rows.select(PERIOD).load(conn)?)
}

/// What began last between a pair, up to `at`.
pub(super) fn begun_last(conn: &mut Conn, pair: Pair, at: Timestamp) -> Result<Option<Period>, DbError> {
    let between = agreement_periods::provider_id.eq(pair.provider).and(agreement_periods::receiver_id.eq(pair.receiver));
    let begun =
        agreement_periods::table.filter(between.and(agreement_periods::kind.eq(pair.kind)).and(agreement_periods::begins_at.le(at)));
    Ok(begun.order(agreement_periods::begins_at.desc()).select(PERIOD).first(conn).optional()?)
}

/// Whether anything is in force between one of `these` and `other`, whoever provides.
pub(super) fn any_in_force(conn: &mut Conn, these: &[EnterpriseId], other: EnterpriseId, at: Timestamp) -> Result<bool, DbError> {
    let gives = agreement_periods::provider_id.eq_any(these).and(agreement_periods::receiver_id.eq(other));
    let between = gives.or(agreement_periods::provider_id.eq(other).and(agreement_periods::receiver_id.eq_any(these)));
    let running =
        agreement_periods::table.filter(between).filter(agreement_periods::begins_at.le(at).and(agreement_periods::ends_at.gt(at)));
    Ok(diesel::select(exists(running.select(agreement_periods::number))).get_result(conn)?)
}

/// The enterprises with anything in force with `other` that a village's office acts for, each with its village.
pub(super) fn assisted_partners(conn: &mut Conn, other: EnterpriseId, at: Timestamp) -> Result<Vec<(EnterpriseId, VillageId)>, DbError> {
    let running = || agreement_periods::table.filter(agreement_periods::begins_at.le(at).and(agreement_periods::ends_at.gt(at)));
    let receive = running().filter(agreement_periods::provider_id.eq(other)).select(agreement_periods::receiver_id);
    let provide = running().filter(agreement_periods::receiver_id.eq(other)).select(agreement_periods::provider_id);
    let partners = enterprises::id.eq_any(receive).or(enterprises::id.eq_any(provide));
    let assisted = enterprises::table.filter(enterprises::assisted.eq(true).and(partners));
    Ok(assisted.select((enterprises::id, enterprises::village_id)).load(conn)?)
}

/// Writes a timeline over the one that stood before.
pub(super) fn replace_timeline(tx: &mut Tx<'_>, pair: Pair, before: &[Period], after: &[Period]) -> Result<(), DbError> {
    for gone in before.iter().filter(|old| !after.iter().any(|new| new == *old)) {
        diesel::delete(agreement_periods::table.find((pair.provider, pair.receiver, pair.kind, gone.begins_at))).execute(&mut **tx)?;
    }
    for new in after.iter().filter(|new| !before.iter().any(|old| old == *new)) {
        diesel::insert_into(agreement_periods::table)
            .values((
                agreement_periods::provider_id.eq(pair.provider),
                agreement_periods::receiver_id.eq(pair.receiver),
                agreement_periods::kind.eq(pair.kind),
                agreement_periods::begins_at.eq(new.begins_at),
                agreement_periods::ends_at.eq(new.ends_at),
                agreement_periods::agreement_id.eq(new.agreement_id),
                agreement_periods::number.eq(new.number),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub(super) fn events(conn: &mut Conn, id: AgreementId) -> Result<Vec<Event>, DbError> {
    use agreement_events as e;
    let rows = e::table.filter(e::agreement_id.eq(id)).order(e::id.desc()).limit(100);
    Ok(rows.select((e::act, e::from_state, e::to_state, e::number, e::actor_id, e::on_behalf_of, e::reason, e::at)).load(conn)?)
}

/// A village's own template with its version, if it has one.
pub(super) fn template(conn: &mut Conn, village: VillageId, kind: Kind) -> Result<Option<(String, i32)>, DbError> {
    use agreement_templates as t;
    Ok(t::table.find((village, kind)).select((t::wording, t::version)).first(conn).optional()?)
}

/// Writes a village's template, if nobody has since `version`; 0 is the one that comes with the house.
pub(super) fn set_template(
    tx: &mut Tx<'_>,
    village: VillageId,
    kind: Kind,
    wording: &str,
    version: i32,
    actor: AccountId,
) -> Result<bool, DbError> {
    use agreement_templates as t;
    let now = tx.now();
    if version == 0 {
        if template(tx, village, kind)?.is_some() {
            return Ok(false);
        }
        diesel::insert_into(t::table)
            .values((
                t::village_id.eq(village),
                t::kind.eq(kind),
                t::wording.eq(wording),
                t::version.eq(1),
                t::actor_id.eq(actor),
                t::updated_at.eq(now),
            ))
            .execute(&mut **tx)?;
        return Ok(true);
    }
    let seen = t::table.filter(t::village_id.eq(village).and(t::kind.eq(kind)).and(t::version.eq(version)));
    let changed = diesel::update(seen)
        .set((t::wording.eq(wording), t::version.eq(version.saturating_add(1)), t::actor_id.eq(actor), t::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

//! The tables of enterprises, their members, events and invitations.

use diesel::prelude::*;

use super::model::{Enterprise, EnterpriseId, Event, Kind, Member, NewEnterprise, Role, State};
use crate::permissions::By;
use crate::villages::VillageId;
use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::columns;
use kit::db::{Conn, DbError, Tx};
use kit::ids::EventId;
use kit::schema::{accounts, enterprise_events, enterprises, invitations, members};

columns!(
    Columns, COLUMNS:
    enterprises::id,
    enterprises::village_id,
    enterprises::kind,
    enterprises::name,
    enterprises::about,
    enterprises::phone,
    enterprises::phone_public,
    enterprises::assisted,
    enterprises::state,
    enterprises::version,
    enterprises::created_at,
    enterprises::updated_at,
    enterprises::trusted,
);

pub(super) fn get(conn: &mut Conn, id: EnterpriseId) -> Result<Enterprise, DbError> {
    Ok(enterprises::table.find(id).select(COLUMNS).first(conn)?)
}

pub(super) fn these(conn: &mut Conn, ids: &[EnterpriseId]) -> Result<Vec<Enterprise>, DbError> {
    Ok(enterprises::table.filter(enterprises::id.eq_any(ids)).order(enterprises::id).select(COLUMNS).load(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewEnterprise, state: State, assisted: bool) -> Result<EnterpriseId, DbError> {
    let (id, now) = (EnterpriseId::new(), tx.now());
    diesel::insert_into(enterprises::table)
        .values((
            enterprises::id.eq(id),
            enterprises::village_id.eq(new.village),
            enterprises::kind.eq(new.kind),
            enterprises::name.eq(&new.name),
            enterprises::about.eq(&new.about),
            enterprises::phone.eq(&new.phone),
            enterprises::phone_public.eq(new.phone_public),
            enterprises::assisted.eq(assisted),
            enterprises::state.eq(state),
            enterprises::version.eq(1),
            enterprises::created_at.eq(now),
            enterprises::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Writes what an enterprise says about itself, if nobody has changed it since `version`.
pub(super) fn update(tx: &mut Tx<'_>, enterprise: &Enterprise, version: i32) -> Result<bool, DbError> {
    let now = tx.now();
    let changed = diesel::update(enterprises::table.filter(enterprises::id.eq(enterprise.id).and(enterprises::version.eq(version))))
        .set((
            enterprises::name.eq(&enterprise.name),
            enterprises::about.eq(&enterprise.about),
            enterprises::phone.eq(&enterprise.phone),
            enterprises::phone_public.eq(enterprise.phone_public),
            enterprises::version.eq(version.saturating_add(1)),
            enterprises::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// The only writer of the state; answers whether the enterprise still stood in `from`.
pub(super) fn move_state(tx: &mut Tx<'_>, id: EnterpriseId, from: State, to: State, by: By<'_>) -> Result<bool, DbError> {
    let now = tx.now();
    let moved = diesel::update(enterprises::table.filter(enterprises::id.eq(id).and(enterprises::state.eq(from))))
        .set((enterprises::state.eq(to), enterprises::version.eq(enterprises::version + 1), enterprises::updated_at.eq(now)))
        .execute(&mut **tx)?;
    if moved == 1 {
        record(tx, id, from, to, by)?;
    }
    Ok(moved == 1)
}

/// The owner leads it herself from now on.
pub(super) fn end_assistance(tx: &mut Tx<'_>, id: EnterpriseId) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(enterprises::table.find(id))
        .set((enterprises::assisted.eq(false), enterprises::version.eq(enterprises::version + 1), enterprises::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn record(tx: &mut Tx<'_>, id: EnterpriseId, from: State, to: State, by: By<'_>) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(enterprise_events::table)
        .values((
            enterprise_events::id.eq(EventId::new()),
            enterprise_events::enterprise_id.eq(id),
            enterprise_events::from_state.eq(from),
            enterprise_events::to_state.eq(to),
            enterprise_events::actor_id.eq(by.actor),
            enterprise_events::on_behalf_of.eq(by.on_behalf_of),
            enterprise_events::reason.eq(by.reason),
            enterprise_events::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Writes whether the village trusts her, with an event that moves no state.
pub(super) fn set_trusted(tx: &mut Tx<'_>, enterprise: &Enterprise, trusted: bool, by: By<'_>) -> Result<(), DbError> {
    let (id, state, now) = (enterprise.id, enterprise.state, tx.now());
    diesel::update(enterprises::table.find(id))
        .set((enterprises::trusted.eq(trusted), enterprises::version.eq(enterprises::version + 1), enterprises::updated_at.eq(now)))
        .execute(&mut **tx)?;
    diesel::insert_into(enterprise_events::table)
        .values((
            enterprise_events::id.eq(EventId::new()),
            enterprise_events::enterprise_id.eq(id),
            enterprise_events::from_state.eq(state),
            enterprise_events::to_state.eq(state),
            enterprise_events::actor_id.eq(by.actor),
            enterprise_events::reason.eq(by.reason),
            enterprise_events::at.eq(now),
            enterprise_events::trusted.eq(trusted),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn events(conn: &mut Conn, id: EnterpriseId) -> Result<Vec<Event>, DbError> {
    let rows =
        enterprise_events::table.filter(enterprise_events::enterprise_id.eq(id)).order(enterprise_events::id.desc()).limit(100).select((
            enterprise_events::from_state,
            enterprise_events::to_state,
            enterprise_events::actor_id,
            enterprise_events::on_behalf_of,
            enterprise_events::reason,
            enterprise_events::at,
            enterprise_events::trusted,
        ));
    Ok(rows.load(conn)?)
}

pub(super) fn add_member(tx: &mut Tx<'_>, id: EnterpriseId, account: AccountId, role: Role) -> Result<bool, DbError> {
    let now = tx.now();
    let already: i64 =
        members::table.filter(members::enterprise_id.eq(id).and(members::account_id.eq(account))).count().get_result(&mut **tx)?;
    if already > 0 {
        return Ok(false);
    }
    diesel::insert_into(members::table)
        .values((members::enterprise_id.eq(id), members::account_id.eq(account), members::role.eq(role), members::since.eq(now)))
        .execute(&mut **tx)?;
    Ok(true)
}

/// Whether someone belongs to the office of a village.
pub(super) fn is_officer(conn: &mut Conn, account: AccountId) -> Result<bool, DbError> {
    let offices = members::table.inner_join(enterprises::table).filter(enterprises::kind.eq(Kind::VillageOffice));
    Ok(diesel::select(diesel::dsl::exists(offices.filter(members::account_id.eq(account)).select(members::account_id))).get_result(conn)?)
}

pub(super) fn role(conn: &mut Conn, id: EnterpriseId, account: AccountId) -> Result<Role, DbError> {
    Ok(members::table.find((id, account)).select(members::role).first(conn)?)
}

pub(super) fn set_role(tx: &mut Tx<'_>, id: EnterpriseId, account: AccountId, role: Role) -> Result<(), DbError> {
    diesel::update(members::table.find((id, account))).set(members::role.eq(role)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn has_owner(conn: &mut Conn, id: EnterpriseId) -> Result<bool, DbError> {
    let owners = members::table.filter(members::enterprise_id.eq(id).and(members::role.eq(Role::Owner)));
    Ok(diesel::select(diesel::dsl::exists(owners)).get_result(conn)?)
}

pub(super) fn remove_member(tx: &mut Tx<'_>, id: EnterpriseId, account: AccountId) -> Result<bool, DbError> {
    let this = members::table.filter(members::enterprise_id.eq(id).and(members::account_id.eq(account)));
    Ok(diesel::delete(this).execute(&mut **tx)? == 1)
}

pub(super) fn members(conn: &mut Conn, id: EnterpriseId) -> Result<Vec<Member>, DbError> {
    let rows = members::table
        .inner_join(accounts::table)
        .filter(members::enterprise_id.eq(id))
        .order((members::since, members::account_id))
        .limit(100);
    Ok(rows.select((members::account_id, accounts::name, members::role, members::since)).load(conn)?)
}

pub(super) fn office_of(conn: &mut Conn, village: VillageId) -> Result<EnterpriseId, DbError> {
    let office = enterprises::table.filter(enterprises::village_id.eq(village).and(enterprises::kind.eq(Kind::VillageOffice)));
    Ok(office.order(enterprises::id).select(enterprises::id).first(conn)?)
}

pub(super) fn of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<(Enterprise, Role)>, DbError> {
    let rows = members::table.inner_join(enterprises::table).filter(members::account_id.eq(account)).order(enterprises::id).limit(100);
    Ok(rows.select((COLUMNS, members::role)).load(conn)?)
}

pub(super) fn in_village(
    conn: &mut Conn,
    village: VillageId,
    state: Option<State>,
    after: Option<EnterpriseId>,
    rows: i64,
) -> Result<Vec<Enterprise>, DbError> {
    let mut query =
        enterprises::table.filter(enterprises::village_id.eq(village)).order(enterprises::id).limit(rows).select(COLUMNS).into_boxed();
    if let Some(state) = state {
        query = query.filter(enterprises::state.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(enterprises::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub(super) fn trading(
    conn: &mut Conn,
    village: Option<VillageId>,
    kind: Option<Kind>,
    after: Option<EnterpriseId>,
    rows: i64,
) -> Result<Vec<Enterprise>, DbError> {
    let mut query = enterprises::table
        .filter(enterprises::state.eq(State::Approved).and(enterprises::kind.ne_all([Kind::VillageOffice, Kind::Partner])))
        .order(enterprises::id)
        .limit(rows)
        .select(COLUMNS)
        .into_boxed();
    if let Some(village) = village {
        query = query.filter(enterprises::village_id.eq(village));
    }
    if let Some(kind) = kind {
        query = query.filter(enterprises::kind.eq(kind));
    }
    if let Some(after) = after {
        query = query.filter(enterprises::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// The cooperatives and banks of every village.
pub(super) fn partners(conn: &mut Conn, after: Option<EnterpriseId>, rows: i64) -> Result<Vec<Enterprise>, DbError> {
    let approved = enterprises::state.eq(State::Approved).and(enterprises::kind.eq(Kind::Partner));
    let mut query = enterprises::table.filter(approved).order(enterprises::id).limit(rows).select(COLUMNS).into_boxed();
    if let Some(after) = after {
        query = query.filter(enterprises::id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub(super) fn add_invitation(tx: &mut Tx<'_>, id: EnterpriseId, digest: &str, expires_at: Timestamp) -> Result<(), DbError> {
    let now = tx.now();
    diesel::update(invitations::table.filter(invitations::enterprise_id.eq(id).and(invitations::used_at.is_null())))
        .set(invitations::used_at.eq(now))
        .execute(&mut **tx)?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::digest.eq(digest),
            invitations::enterprise_id.eq(id),
            invitations::created_at.eq(now),
            invitations::expires_at.eq(expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn use_invitation(tx: &mut Tx<'_>, digest: &str) -> Result<Option<EnterpriseId>, DbError> {
    let now = tx.now();
    let open =
        invitations::table.filter(invitations::digest.eq(digest).and(invitations::used_at.is_null()).and(invitations::expires_at.gt(now)));
    let enterprise = open.select(invitations::enterprise_id).first(&mut **tx).optional()?;
    diesel::update(invitations::table.find(digest)).set(invitations::used_at.eq(now)).execute(&mut **tx)?;
    Ok(enterprise)
}

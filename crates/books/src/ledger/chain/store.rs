//! Keys, digests and seals; and the books as bytes, so that a row no reader could make sense of is still seen.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use super::KeyId;
use super::rules::{Closing, Content, Side};
use crate::ledger::model::EntryId;
use kit::db::types::Id;
use kit::db::{Conn, DbError, Engine, Tx};
use kit::schema::{book_keys, entry_digests, journal_entries, journal_seals, unsealed_entries};
use people::enterprises::EnterpriseId;
use people::villages::VillageId;

pub(super) fn key_of(conn: &mut Conn, enterprise: EnterpriseId) -> Result<Option<(KeyId, String)>, DbError> {
    let theirs = book_keys::table.filter(book_keys::enterprise_id.eq(enterprise)).order(book_keys::id.desc());
    Ok(theirs.select((book_keys::id, book_keys::secret)).first(conn).optional()?)
}

pub(super) fn insert_key(tx: &mut Tx<'_>, enterprise: EnterpriseId, id: KeyId, secret: &str) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(book_keys::table)
        .values((book_keys::id.eq(id), book_keys::enterprise_id.eq(enterprise), book_keys::secret.eq(secret), book_keys::made_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn delete_keys(tx: &mut Tx<'_>, enterprise: EnterpriseId) -> Result<usize, DbError> {
    Ok(diesel::delete(book_keys::table.filter(book_keys::enterprise_id.eq(enterprise))).execute(&mut **tx)?)
}

pub(super) fn insert_digest(tx: &mut Tx<'_>, id: EntryId, key: KeyId, commitment: &str, digest: &str) -> Result<(), DbError> {
    diesel::insert_into(entry_digests::table)
        .values((
            entry_digests::entry_id.eq(id),
            entry_digests::key_id.eq(key),
            entry_digests::commitment.eq(commitment),
            entry_digests::digest.eq(digest),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn wait(tx: &mut Tx<'_>, village: VillageId, id: EntryId) -> Result<(), DbError> {
    diesel::insert_into(unsealed_entries::table)
        .values((unsealed_entries::village_id.eq(village), unsealed_entries::entry_id.eq(id)))
        .execute(&mut **tx)?;
    Ok(())
}

/// A village with something to seal. What waits and is not in the journal cannot be sealed; the proof tells of it.
pub(super) fn waiting(conn: &mut Conn) -> Result<Option<VillageId>, DbError> {
    let waiting = unsealed_entries::table.inner_join(journal_entries::table).order(unsealed_entries::village_id);
    Ok(waiting.select(unsealed_entries::village_id).first(conn).optional()?)
}

/// Holds the chain until the transaction ends. On PostgreSQL another node may hold it.
pub(super) fn hold_chain(conn: &mut Conn, village: VillageId) -> Result<bool, DbError> {
    use diesel::sql_types::Bool;
    if conn.engine() == Engine::Sqlite {
        return Ok(true);
    }
    let free =
        diesel::dsl::sql::<Bool>("pg_try_advisory_xact_lock(hashtextextended(").bind::<Text, _>(format!("chain/{village}")).sql(", 0))");
    Ok(diesel::select(free).get_result(conn)?)
}

/// The last number and hash of a village's chain.
pub(super) fn head(conn: &mut Conn, village: VillageId) -> Result<Option<(i64, String)>, DbError> {
    let seals = journal_seals::table.filter(journal_seals::village_id.eq(village)).order(journal_seals::number.desc());
    Ok(seals.select((journal_seals::number, journal_seals::hash)).first(conn).optional()?)
}

type Waiting = (EntryId, EnterpriseId, Option<String>);

pub(super) fn unsealed(conn: &mut Conn, village: VillageId, rows: i64) -> Result<Vec<Waiting>, DbError> {
    let waiting = unsealed_entries::table
        .inner_join(journal_entries::table)
        .left_join(entry_digests::table.on(entry_digests::entry_id.eq(unsealed_entries::entry_id)))
        .filter(unsealed_entries::village_id.eq(village))
        .order(unsealed_entries::entry_id)
        .limit(rows);
    Ok(waiting.select((unsealed_entries::entry_id, journal_entries::enterprise_id, entry_digests::digest.nullable())).load(conn)?)
}

pub(super) fn no_longer_wait(tx: &mut Tx<'_>, village: VillageId, ids: &[EntryId]) -> Result<(), DbError> {
    let these = unsealed_entries::table.filter(unsealed_entries::village_id.eq(village).and(unsealed_entries::entry_id.eq_any(ids)));
    diesel::delete(these).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn insert_seal(tx: &mut Tx<'_>, village: VillageId, number: i64, id: EntryId, hash: &str) -> Result<(), DbError> {
    let now = tx.now();
    diesel::insert_into(journal_seals::table)
        .values((
            journal_seals::village_id.eq(village),
            journal_seals::number.eq(number),
            journal_seals::entry_id.eq(id),
            journal_seals::hash.eq(hash),
            journal_seals::sealed_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Villages that have a chain or wait for one.
pub(super) fn villages(conn: &mut Conn) -> Result<Vec<(VillageId, String)>, DbError> {
    use kit::schema::villages;
    let sealed = journal_seals::table.filter(journal_seals::village_id.eq(villages::id)).select(journal_seals::number);
    let waiting = unsealed_entries::table.filter(unsealed_entries::village_id.eq(villages::id)).select(unsealed_entries::entry_id);
    let theirs = villages::table.filter(exists(sealed).or(exists(waiting))).order(villages::code);
    Ok(theirs.select((villages::id, villages::code)).load(conn)?)
}

/// A link of the chain, or an entry that waits for one, beside the entry it is about.
#[derive(Debug)]
pub(super) struct Link {
    /// Nought while it waits.
    pub number: i64,
    pub entry: String,
    pub hash: String,
    /// What was kept when it was recorded; nothing for an entry older than the chain.
    pub kept: Option<Kept>,
    /// Nothing where the entry is gone.
    pub content: Option<Content>,
}

#[derive(Debug)]
pub(super) struct Kept {
    pub key: String,
    /// The secret, and whose it is, unless it was destroyed.
    pub secret: Option<(String, String)>,
    pub commitment: String,
    pub digest: String,
}

#[derive(QueryableByName)]
struct RawLink {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Binary)]
    linked: Vec<u8>,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
    #[diesel(sql_type = Binary)]
    key: Vec<u8>,
    #[diesel(sql_type = Binary)]
    secret: Vec<u8>,
    #[diesel(sql_type = Binary)]
    key_of: Vec<u8>,
    #[diesel(sql_type = Binary)]
    commitment: Vec<u8>,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Binary)]
    entry: Vec<u8>,
    #[diesel(sql_type = Binary)]
    village: Vec<u8>,
    #[diesel(sql_type = Binary)]
    enterprise: Vec<u8>,
    #[diesel(sql_type = Binary)]
    reference: Vec<u8>,
    #[diesel(sql_type = Binary)]
    movement: Vec<u8>,
    #[diesel(sql_type = Binary)]
    evidence: Vec<u8>,
    #[diesel(sql_type = Binary)]
    happened_at: Vec<u8>,
    #[diesel(sql_type = Binary)]
    business_date: Vec<u8>,
    #[diesel(sql_type = Binary)]
    month: Vec<u8>,
    #[diesel(sql_type = Binary)]
    recorded_at: Vec<u8>,
    #[diesel(sql_type = Binary)]
    reverses: Vec<u8>,
    #[diesel(sql_type = Binary)]
    mirror: Vec<u8>,
}

#[derive(QueryableByName)]
struct RawSide {
    #[diesel(sql_type = Binary)]
    entry: Vec<u8>,
    #[diesel(sql_type = Binary)]
    position: Vec<u8>,
    #[diesel(sql_type = Binary)]
    enterprise: Vec<u8>,
    #[diesel(sql_type = Binary)]
    account: Vec<u8>,
    #[diesel(sql_type = Binary)]
    partner: Vec<u8>,
    #[diesel(sql_type = Binary)]
    amount: Vec<u8>,
    #[diesel(sql_type = Binary)]
    evidence: Vec<u8>,
    #[diesel(sql_type = Binary)]
    business_date: Vec<u8>,
    #[diesel(sql_type = Binary)]
    month: Vec<u8>,
}

/// A column as the bytes of its text, nothing where it is null.
fn bytes(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Sqlite => format!("CAST(coalesce(CAST({column} AS BLOB), x'') AS BLOB)"),
        Engine::Postgres => format!("convert_to(coalesce({column}::text, ''), 'UTF8')"),
    }
}

/// An instant as [`Timestamp`](kit::clock::Timestamp) writes it.
fn instant(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Sqlite => bytes(engine, column),
        Engine::Postgres => {
            format!("convert_to(coalesce(to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), ''), 'UTF8')")
        }
    }
}

fn link_columns(engine: Engine) -> String {
    let text = |column: &str, name: &str| format!("{} AS {name}", bytes(engine, column));
    let time = |column: &str, name: &str| format!("{} AS {name}", instant(engine, column));
    [
        text("d.key_id", "key"),
        text("k.secret", "secret"),
        text("k.enterprise_id", "key_of"),
        text("d.commitment", "commitment"),
        text("d.digest", "digest"),
        text("e.id", "entry"),
        text("e.village_id", "village"),
        text("e.enterprise_id", "enterprise"),
        text("e.reference", "reference"),
        text("e.movement", "movement"),
        text("e.evidence", "evidence"),
        time("e.happened_at", "happened_at"),
        text("e.business_date", "business_date"),
        text("e.month", "month"),
        time("e.recorded_at", "recorded_at"),
        text("e.reverses_id", "reverses"),
        text("e.mirror_id", "mirror"),
    ]
    .join(", ")
}

fn side_columns(engine: Engine) -> String {
    let text = |column: &str, name: &str| format!("{} AS {name}", bytes(engine, column));
    [
        text("p.entry_id", "entry"),
        text("p.position", "position"),
        text("p.enterprise_id", "enterprise"),
        text("p.account", "account"),
        text("p.partner_id", "partner"),
        text("p.amount", "amount"),
        text("p.evidence", "evidence"),
        text("p.business_date", "business_date"),
        text("p.month", "month"),
    ]
    .join(", ")
}

const JOINS: &str = "LEFT JOIN entry_digests d ON d.entry_id = s.entry_id LEFT JOIN book_keys k ON k.id = d.key_id \
                     LEFT JOIN journal_entries e ON e.id = s.entry_id";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn assemble(links: Vec<RawLink>, sides: Vec<RawSide>) -> Vec<Link> {
    let mut sides = sides.into_iter().peekable();
    let mut all = Vec::with_capacity(links.len());
    for link in links {
        let mut mine = Vec::new();
        while let Some(side) = sides.next_if(|side| side.entry == link.linked) {
            mine.push(Side {
                position: text(&side.position),
                enterprise: text(&side.enterprise),
                account: text(&side.account),
                partner: text(&side.partner),
                amount: text(&side.amount),
                evidence: text(&side.evidence),
                business_date: text(&side.business_date),
                month: text(&side.month),
            });
        }
        all.push(whole(&link, mine));
    }
    all
}

fn whole(link: &RawLink, sides: Vec<Side>) -> Link {
    let content = (!link.entry.is_empty()).then(|| Content {
        entry: text(&link.entry),
        village: text(&link.village),
        enterprise: text(&link.enterprise),
        reference: text(&link.reference),
        movement: text(&link.movement),
        evidence: text(&link.evidence),
        happened_at: text(&link.happened_at),
        business_date: text(&link.business_date),
        month: text(&link.month),
        recorded_at: text(&link.recorded_at),
        reverses: text(&link.reverses),
        mirror: text(&link.mirror),
        sides,
    });
    let kept = (!link.digest.is_empty()).then(|| Kept {
        key: text(&link.key),
        secret: (!link.secret.is_empty()).then(|| (text(&link.secret), text(&link.key_of))),
        commitment: text(&link.commitment),
        digest: text(&link.digest),
    });
    Link { number: link.number, entry: text(&link.linked), hash: text(&link.hash), kept, content }
}

/// The links of a village's chain after `number`, in their order.
pub(super) fn links(conn: &mut Conn, village: VillageId, number: i64, rows: i64) -> Result<Vec<Link>, DbError> {
    let engine = conn.engine();
    let (linked, hash) = (bytes(engine, "s.entry_id"), bytes(engine, "s.hash"));
    let sql = format!(
        "SELECT s.number AS number, {linked} AS linked, {hash} AS hash, {} FROM journal_seals s {JOINS} \
         WHERE s.village_id = $1 AND s.number > $2 ORDER BY s.number LIMIT $3",
        link_columns(engine)
    );
    let links: Vec<RawLink> = diesel::sql_query(sql).bind::<Id, _>(village).bind::<BigInt, _>(number).bind::<BigInt, _>(rows).load(conn)?;
    let Some(last) = links.last().map(|link| link.number) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT {} FROM journal_seals s JOIN postings p ON p.entry_id = s.entry_id \
         WHERE s.village_id = $1 AND s.number > $2 AND s.number <= $3 ORDER BY s.number, p.position",
        side_columns(engine)
    );
    let sides = diesel::sql_query(sql).bind::<Id, _>(village).bind::<BigInt, _>(number).bind::<BigInt, _>(last).load(conn)?;
    Ok(assemble(links, sides))
}

/// What of a village waits for the chain, after `entry`, as links without a number.
pub(super) fn loose(conn: &mut Conn, village: VillageId, after: Option<EntryId>, rows: i64) -> Result<Vec<(EntryId, Link)>, DbError> {
    let mut these =
        unsealed_entries::table.filter(unsealed_entries::village_id.eq(village)).order(unsealed_entries::entry_id).limit(rows).into_boxed();
    if let Some(after) = after {
        these = these.filter(unsealed_entries::entry_id.gt(after));
    }
    let ids: Vec<EntryId> = these.select(unsealed_entries::entry_id).load(conn)?;
    ids.into_iter().map(|id| Ok((id, one(conn, id)?))).collect()
}

fn one(conn: &mut Conn, id: EntryId) -> Result<Link, DbError> {
    let engine = conn.engine();
    let (linked, none) = (bytes(engine, "s.entry_id"), bytes(engine, "NULL"));
    let sql = format!(
        "SELECT CAST(0 AS BIGINT) AS number, {linked} AS linked, {none} AS hash, {} FROM unsealed_entries s {JOINS} WHERE s.entry_id = $1",
        link_columns(engine)
    );
    let link: RawLink = diesel::sql_query(sql).bind::<Id, _>(id).get_result(conn)?;
    let sql = format!("SELECT {} FROM postings p WHERE p.entry_id = $1 ORDER BY p.position", side_columns(engine));
    let sides: Vec<RawSide> = diesel::sql_query(sql).bind::<Id, _>(id).load(conn)?;
    assemble(vec![link], sides).pop().ok_or(DbError::NotFound)
}

/// An entry as it stands, to be kept as that.
pub(super) fn content(conn: &mut Conn, id: EntryId) -> Result<Content, DbError> {
    one(conn, id)?.content.ok_or(DbError::NotFound)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Binary)]
    name: Vec<u8>,
}

/// Runs a query whose rows are names.
fn names(conn: &mut Conn, sql: String) -> Result<Vec<String>, DbError> {
    let rows: Vec<Named> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| text(&row.name)).collect())
}

/// Entries that stand in the journal but neither in a chain nor in line for one.
pub(super) fn strays(conn: &mut Conn, rows: i64) -> Result<Vec<String>, DbError> {
    let name = bytes(conn.engine(), "e.id");
    names(
        conn,
        format!(
            "SELECT {name} AS name FROM journal_entries e WHERE NOT EXISTS (SELECT 1 FROM journal_seals s WHERE s.entry_id = e.id) \
             AND NOT EXISTS (SELECT 1 FROM unsealed_entries u WHERE u.entry_id = e.id) LIMIT {rows}"
        ),
    )
}

/// Entries that are not in the journal but have postings.
pub(super) fn orphans(conn: &mut Conn, rows: i64) -> Result<Vec<String>, DbError> {
    let name = bytes(conn.engine(), "p.entry_id");
    names(
        conn,
        format!(
            "SELECT DISTINCT {name} AS name FROM postings p WHERE NOT EXISTS (SELECT 1 FROM journal_entries e WHERE e.id = p.entry_id) LIMIT {rows}"
        ),
    )
}

/// Secrets that no entry was recorded with. One is made with the first entry that needs it, so there are none.
pub(super) fn stray_keys(conn: &mut Conn, rows: i64) -> Result<Vec<String>, DbError> {
    let name = bytes(conn.engine(), "k.id");
    names(conn, format!("SELECT {name} AS name FROM book_keys k WHERE k.id NOT IN (SELECT d.key_id FROM entry_digests d) LIMIT {rows}"))
}

/// A closing as it stands, every field as its text.
#[derive(Debug)]
pub(super) struct RawClosing {
    pub closing: Closing,
    /// Empty where it is older than its proof.
    pub digest: String,
}

#[derive(QueryableByName)]
struct ClosingBytes {
    #[diesel(sql_type = Binary)]
    enterprise: Vec<u8>,
    #[diesel(sql_type = Binary)]
    month: Vec<u8>,
    #[diesel(sql_type = Binary)]
    closed_by: Vec<u8>,
    #[diesel(sql_type = Binary)]
    on_behalf_of: Vec<u8>,
    #[diesel(sql_type = Binary)]
    closed_at: Vec<u8>,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
}

/// The months that were closed, those of all books: twelve a year for each at most.
pub(super) fn closings(conn: &mut Conn) -> Result<Vec<RawClosing>, DbError> {
    let engine = conn.engine();
    let column = |name: &str| format!("{} AS {name}", bytes(engine, &format!("c.{name}")));
    let sql = format!(
        "SELECT {} AS enterprise, {}, {}, {}, {} AS closed_at, {} FROM closed_months c",
        bytes(engine, "c.enterprise_id"),
        column("month"),
        column("closed_by"),
        column("on_behalf_of"),
        instant(engine, "c.closed_at"),
        column("digest")
    );
    let rows: Vec<ClosingBytes> = diesel::sql_query(sql).load(conn)?;
    let read = |row: ClosingBytes| RawClosing {
        closing: Closing {
            enterprise: text(&row.enterprise),
            month: text(&row.month),
            closed_by: text(&row.closed_by),
            on_behalf_of: text(&row.on_behalf_of),
            closed_at: text(&row.closed_at),
        },
        digest: text(&row.digest),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// What the engine itself finds wrong with its file: SQLite alone looks on demand.
pub(super) fn damage(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    if conn.engine() == Engine::Postgres {
        return Ok(Vec::new());
    }
    let found = names(conn, "SELECT CAST(integrity_check AS BLOB) AS name FROM pragma_integrity_check LIMIT 20".to_owned())?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

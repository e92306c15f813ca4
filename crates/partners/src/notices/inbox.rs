//! The notices of an enterprise, to be read in the app by whoever has no address for letters.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Notice, NoticeId, store};
use crate::parties::{Names, PartyView};
use kit::auth::{Actor, Identity, SignedIn};
use kit::clock::Timestamp;
use kit::db::{Conn, Db, Failure, Refusal};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithKey};
use kit::http::web;
use kit::http::{Limit, Page, Posted, Problem, Reply, page};
use kit::i18n::{Language, find, say};
use people::enterprises::{self, EnterpriseId};
use people::permissions::{Action, Denied, authorize, principal};

/// Somebody may not.
#[derive(Debug)]
pub struct NoticeError(Denied);
impl Refusal for NoticeError {}

impl From<NoticeError> for Problem {
    fn from(NoticeError(denied): NoticeError) -> Self {
        denied.into()
    }
}

/// A notice as it is kept.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Kept {
    pub id: NoticeId,
    pub from: EnterpriseId,
    pub notice: Notice,
    pub fact: String,
    pub at: Timestamp,
    pub read_at: Option<Timestamp>,
}

/// What an enterprise is told about its dealings with another.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    id: NoticeId,
    notice: Notice,
    /// The other side.
    partner: PartyView,
    /// In the reader's language.
    text: String,
    /// The thing it is about, a day or a figure.
    fact: String,
    at: Timestamp,
    read_at: Option<Timestamp>,
}

/// Which of an enterprise's notices are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Only what has not been read.
    #[serde(default)]
    unread: bool,
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// Up to which notice everything has been read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadNotices {
    up_to: NoticeId,
}

/// How many notices this call made read.
#[derive(Serialize, ToSchema)]
pub struct NoticesReadView {
    read: usize,
}

const NEWEST: &str = "notices";

fn permitted(conn: &mut Conn, who: Identity, now: Timestamp, id: EnterpriseId, action: Action) -> Result<(), Failure<NoticeError>> {
    let person = principal(conn, who, now).map_err(|failure| failure.map(NoticeError))?;
    let enterprise = enterprises::service::get(conn, id)?;
    Ok(authorize(&person, action, &enterprise.resource()).map_err(NoticeError)?)
}

/// Lists what an enterprise was told about its dealings, newest first.
#[utoipa::path(tag = "agreements", operation_id = "list_notices", params(("id" = EnterpriseId, Path), NoticeQuery),
    responses((status = 200, body = Page<NoticeView>), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/enterprises/{id}/notices")]
pub async fn list(
    actor: Actor<SignedIn>,
    language: Language,
    id: web::Path<EnterpriseId>,
    query: web::Query<NoticeQuery>,
    db: web::Data<Db>,
) -> Result<Page<NoticeView>, Problem> {
    let (now, q) = (db.clock().now(), query.into_inner());
    let before = page::decode(NEWEST, q.cursor.as_deref())?;
    let (rows, names) = db
        .read(move |conn| {
            permitted(conn, actor.who, now, *id, Action::ViewEnterprise)?;
            let rows = store::page(conn, *id, q.unread, before, q.limit.fetch())?;
            let names = Names::of(conn, rows.iter().map(|row| row.from))?;
            Ok::<_, Failure<NoticeError>>((rows, names))
        })
        .await?;
    Ok(Page::cut(rows, q.limit, NEWEST, |row| row.id).map(|row| shown(row, &names, language)))
}

fn shown(Kept { id, from, notice, fact, at, read_at }: Kept, names: &Names, language: Language) -> NoticeView {
    let partner = names.party(from);
    let told = find(language, &format!("word.{fact}"), &[]).unwrap_or_else(|| fact.clone());
    let args = [("partner", partner.name.as_str()), ("fact", told.as_str())];
    let text = say(language, &format!("letter.{notice}.subject"), &args);
    NoticeView { id, notice, partner, text, fact, at, read_at }
}

/// Says that everything up to a notice has been read.
#[utoipa::path(tag = "agreements", operation_id = "read_notices", params(("id" = EnterpriseId, Path), ("Idempotency-Key" = String, Header)), request_body = ReadNotices,
    responses((status = 200, body = NoticesReadView), Always, SignedInOnly, OnOne, WithBody, WithKey), security(("bearer" = [])))]
#[post("/enterprises/{id}/notices/read")]
pub async fn read(
    actor: Actor<SignedIn>,
    id: web::Path<EnterpriseId>,
    posted: Posted<ReadNotices>,
    db: web::Data<Db>,
) -> Result<Reply, Problem> {
    let (who, id, up_to) = (actor.who, id.into_inner(), posted.body.up_to);
    let reply = posted.once.write(&db, who, move |tx| {
        let now = tx.now();
        permitted(tx, who, now, id, Action::WriteProduct)?;
        let read = store::read(tx, id, up_to)?;
        Ok::<_, Failure<NoticeError>>(Reply::ok(&NoticesReadView { read }))
    });
    Ok(reply.await?)
}

//! The templates of a village: what comes with the house until it writes its own.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use super::terms::Kind;
use super::wording::{self, BadTemplate};
use kit::auth::{Actor, SignedIn};
use kit::db::{Conn, Db, DbError, Failure, Refusal};
use kit::http::etag::{IfMatch, stale, tagged};
use kit::http::responses::{Always, OnOne, SignedInOnly, WithBody, WithVersion};
use kit::http::web;
use kit::http::{Problem, Valid};
use kit::plain_text;
use people::permissions::{Action, Denied, Resource, authorize, principal};
use people::villages::{self, VillageId};

plain_text!(
    /// A template in plain words with placeholders in braces.
    Wording, max 12000, lines true
);

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

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        match error {
            TemplateError::Bad(BadTemplate::Unknown(name)) => Self::invalid_field("wording", format!("placeholder_unknown({name})")),
            TemplateError::Bad(BadTemplate::Missing(name)) => Self::invalid_field("wording", format!("placeholder_missing({name})")),
            TemplateError::Stale => stale(),
            TemplateError::Denied(denied) => denied.into(),
        }
    }
}

/// The template a village uses for a kind, with its version; 0 is the one that comes with the house.
pub(super) fn in_use(conn: &mut Conn, village: VillageId, kind: Kind) -> Result<(String, i32), DbError> {
    Ok(store::template(conn, village, kind)?.unwrap_or_else(|| (wording::built_in(kind).to_owned(), 0)))
}

/// A template.
#[derive(Serialize, ToSchema)]
pub struct AgreementTemplateView {
    kind: Kind,
    wording: String,
    /// Whether the village wrote it.
    own: bool,
    /// What it must name, each in braces.
    placeholders: Vec<&'static str>,
}

fn shown(kind: Kind, (wording, version): (String, i32)) -> HttpResponse {
    tagged(version, &AgreementTemplateView { kind, wording, own: version > 0, placeholders: wording::placeholders(kind).collect() })
}

/// A village's template as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTemplate {
    wording: Wording,
}

fn kind_of(word: &str) -> Result<Kind, Problem> {
    Kind::ALL.iter().copied().find(|kind| kind.word() == word).ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found"))
}

/// Shows the template a village uses for a kind of agreement.
#[utoipa::path(tag = "agreements", operation_id = "get_agreement_template", params(("id" = VillageId, Path), ("kind" = Kind, Path)),
    responses((status = 200, body = AgreementTemplateView), Always, SignedInOnly, OnOne), security(("bearer" = [])))]
#[get("/villages/{id}/agreement-templates/{kind}")]
pub async fn show(actor: Actor<SignedIn>, path: web::Path<(VillageId, String)>, db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    let (now, (village, kind)) = (db.clock().now(), path.into_inner());
    let kind = kind_of(&kind)?;
    let found = db.read(move |conn| {
        let person = principal(conn, actor.who, now)?;
        let resource = Resource { village: Some(villages::get(conn, village)?.id), ..Resource::default() };
        authorize(&person, Action::RunVillage, &resource)?;
        Ok::<_, Failure<Denied>>(in_use(conn, village, kind)?)
    });
    Ok(shown(kind, found.await?))
}

/// Writes a village's own template; it counts for what is proposed from then on.
#[utoipa::path(tag = "agreements", operation_id = "set_agreement_template", params(("id" = VillageId, Path), ("kind" = Kind, Path), ("If-Match" = String, Header)), request_body = SetTemplate,
    responses((status = 200, body = AgreementTemplateView), Always, SignedInOnly, OnOne, WithBody, WithVersion), security(("bearer" = [])))]
#[put("/villages/{id}/agreement-templates/{kind}")]
pub async fn set(
    actor: Actor<SignedIn>,
    path: web::Path<(VillageId, String)>,
    version: IfMatch,
    body: Valid<SetTemplate>,
    db: web::Data<Db>,
) -> Result<HttpResponse, Problem> {
    let (who, (village, kind), text) = (actor.who, path.into_inner(), body.0.wording);
    let kind = kind_of(&kind)?;
    let written = db.write(move |tx| {
        let now = tx.now();
        let person = principal(tx, who, now).map_err(|failure| failure.map(TemplateError::from))?;
        let resource = Resource { village: Some(villages::get(tx, village)?.id), ..Resource::default() };
        authorize(&person, Action::RunVillage, &resource).map_err(TemplateError::from)?;
        wording::check(kind, text.as_str()).map_err(TemplateError::Bad)?;
        if !store::set_template(tx, village, kind, text.as_str(), version.0, who.account)? {
            return Err(TemplateError::Stale.into());
        }
        Ok(in_use(tx, village, kind)?)
    });
    Ok(shown(kind, written.await?))
}

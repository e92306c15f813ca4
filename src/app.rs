//! The house put together: what handlers share, the server around them, the worker beside them.

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};

use actix_cors::Cors;
use actix_web::dev::{ResourceDef, Server};
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as Actix, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::SwaggerUi;

use crate::config::Config;
use crate::office::{notifications, owner_letters, partner_letters, product_news};
use crate::routes;
use books::income::model::Period;
use books::ledger::{Account, balances, chain};
use books::statements::model::{Form, Separator};
use kit::auth::password::Passwords;
use kit::auth::token::{SigningKey, Tokens, random_secret};
use kit::clock::{Clock, Month};
use kit::db::{Db, DbError, Failure, Never};
use kit::http::edge::{KnownPaths, TrustedProxies, edge, only_get, unrouted};
use kit::http::idempotency;
use kit::http::limits::Gate;
use kit::http::problem::ProblemView;
use kit::http::upload::upload_config;
use kit::http::{InFlight, Limit, Problem};
use kit::jobs::{Doer, Job};
use kit::mail::Mailer;
use kit::objects::{Objects, ObjectsConfig};
use kit::pictures::Darkroom;
use market::catalogue::model::{Badge, Sort};
use market::whatsapp::PublicUrl;
use market::{catalogue, claims, desk, inventory, moderation, orders};
use partners::supplier_orders::http::Direction;
use partners::{agreements, consignment, joint_buying, notices, obligations, restock, supplier_orders, supply};
use people::media::intake::Studio;
use people::{accounts, enterprises, media, payment_details};

/// What all handlers share; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub gate: Gate,
    pub studio: Studio,
    in_flight: InFlight,
    mailer: Mailer,
    metrics: Option<PrometheusHandle>,
    config: Arc<Config>,
}

/// Why the house could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Other(String),
}

impl App {
    /// Opens the database, applies what migrations it lacks, and makes the rest ready.
    ///
    /// # Errors
    /// [`StartError`] in words an operator can act on.
    pub fn new(config: Config, clock: Clock) -> Result<Self, StartError> {
        create_private(&config.data_dir)?;
        let db = Db::open(&config.db, clock.clone())?;
        let applied = db.migrate()?;
        if !applied.is_empty() {
            tracing::info!(?applied, "migrated");
        }
        let keys = if config.auth.keys.is_empty() { vec![kept_key(&config)?] } else { config.auth.keys.clone() };
        Ok(Self {
            tokens: Tokens::new(&keys, clock).ok_or_else(|| StartError::Other("there is no signing key".to_owned()))?,
            passwords: Passwords::new().map_err(StartError::Other)?,
            gate: Gate::new(config.http.limits),
            studio: studio(&config)?,
            in_flight: InFlight::default(),
            mailer: Mailer::new(&config.mail).map_err(StartError::Other)?,
            metrics: recorder(),
            config: Arc::new(config),
            db,
        })
    }

    /// Who does which job.
    #[must_use]
    pub fn doer(&self) -> Doer {
        let app = self.clone();
        Arc::new(move |job: Job| {
            let app = app.clone();
            Box::pin(async move {
                match job.kind.as_str() {
                    media::jobs::DISCARD => media::jobs::discard(&app.db, &job).await,
                    media::jobs::FORGET => media::jobs::forget(&app.db, &app.studio.objects, &job).await,
                    orders::jobs::PLACED
                    | orders::jobs::ACCEPTED
                    | orders::jobs::QUOTED
                    | orders::jobs::CHANGE_PROPOSED
                    | orders::jobs::CHANGE_DECIDED
                    | claims::jobs::OPENED
                    | claims::jobs::OFFERED
                    | claims::jobs::REFUSED
                    | claims::jobs::DECIDED => notifications::fan_out(&app.db, &job).await,
                    enterprises::RENAMED => catalogue::jobs::refresh(&app.db, &job).await,
                    joint_buying::jobs::CUT_OFF => joint_buying::jobs::cut_off(&app.db, &job).await,
                    supply::PRICE_CHANGED => supplier_orders::jobs::price_changed(&app.db, &job).await,
                    agreements::jobs::CLOCK => agreements::jobs::clock(&app.db, &job).await,
                    obligations::TIME_UP => obligations::time_up(&app.db, &job).await,
                    restock::jobs::STANDING => restock::jobs::standing(&app.db, &job).await,
                    notices::NOTICE => partner_letters::fan_out(&app.db, &job).await,
                    partner_letters::LETTER => partner_letters::write(&app.db, &app.mailer, &job).await,
                    orders::jobs::TIME_UP => orders::jobs::time_up(&app.db, &job).await,
                    claims::jobs::TIME_UP => claims::jobs::time_up(&app.db, &job).await,
                    catalogue::jobs::RECALLED => orders::jobs::recall(&app.db, &job).await,
                    catalogue::lapses::LAPSES | moderation::service::DECIDED => product_news::fan_out(&app.db, &job).await,
                    product_news::LETTER => product_news::write(&app.db, &app.mailer, &job).await,
                    notifications::LETTER => notifications::write(&app.db, &app.mailer, &job).await,
                    payment_details::CHANGED => owner_letters::fan_out(&app.db, &job).await,
                    owner_letters::LETTER => owner_letters::write(&app.db, &app.mailer, &job).await,
                    unknown => Err(format!("nobody here does `{unknown}`")),
                }
            })
        })
    }

    /// Forgets what need not be remembered: old answers, ended sessions, full buckets. Looks for what ends soon, and at what the tables
    /// have come to hold.
    ///
    /// # Errors
    /// [`DbError`] when the database fails.
    pub async fn sweep(&self) -> Result<(), DbError> {
        self.gate.tidy();
        let swept = self.db.write(|tx| {
            let now = tx.now();
            let (answers, sessions, told) = (idempotency::sweep(tx, now)?, accounts::service::sweep(tx)?, notices::sweep(tx)?);
            Ok::<_, Failure<Never>>((answers, sessions, told, catalogue::lapses::watch(tx)?))
        });
        match swept.await {
            Ok((answers, sessions, told, warnings)) => tracing::debug!(answers, sessions, told, warnings, "swept"),
            Err(Failure::Db(error)) => return Err(error),
            Err(Failure::Refused(never)) => match never {},
        }
        self.db.tune().await
    }

    /// Links new entries of the books into their chains, and makes the stored balances that are due.
    ///
    /// # Errors
    /// [`DbError`] when the database fails.
    pub async fn tend_books(&self) -> Result<(), DbError> {
        let tended = match chain::sealing::seal_all(&self.db).await {
            Ok(books) => balances::service::keep_up(&self.db, books).await,
            Err(failure) => Err(failure),
        };
        match tended {
            Ok(marks) => tracing::debug!(marks, "tended the books"),
            Err(Failure::Db(error)) => return Err(error),
            Err(Failure::Refused(never)) => match never {},
        }
        Ok(())
    }

    /// The server on `listener`, not yet running. It stops by its handle or by a signal, after
    /// finishing what is in flight.
    ///
    /// # Errors
    /// [`std::io::Error`] when the listener cannot be used.
    pub fn server(&self, listener: TcpListener) -> std::io::Result<Server> {
        let app = self.clone();
        let (document, known) = described();
        let server = HttpServer::new(move || {
            let data = app.clone();
            Actix::new()
                .app_data(web::Data::new(data.db))
                .app_data(web::Data::new(data.tokens))
                .app_data(web::Data::new(data.passwords))
                .app_data(web::Data::new(data.gate))
                .app_data(web::Data::new(data.studio.darkroom.clone()))
                .app_data(web::Data::new(data.studio))
                .app_data(web::Data::new(PublicUrl(data.config.public_url.clone())))
                .app_data(web::Data::new(data.in_flight))
                .app_data(web::Data::new(data.metrics))
                .app_data(web::Data::new(TrustedProxies(data.config.http.trusted_proxies.clone().into())))
                .app_data(web::Data::new(known.clone()))
                .app_data(upload_config())
                .wrap(from_fn(edge))
                // Outside the edge, so that pages from elsewhere can read problems too.
                .wrap(cors(&data.config.http.cors_origins))
                .wrap(Compress::default())
                .service(web::resource("/healthz").get(healthz).default_service(web::to(only_get)))
                .service(web::resource("/readyz").get(readyz).default_service(web::to(only_get)))
                .service(web::resource("/metrics").get(metrics).default_service(web::to(only_get)))
                .service(web::redirect("/", "/docs/"))
                .service(web::redirect("/docs", "/docs/"))
                .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document.clone()))
                .into_utoipa_app()
                .configure(routes::api)
                .into_app()
                .default_service(web::to(unrouted))
        });
        let http = &self.config.http;
        Ok(server.workers(http.workers).shutdown_timeout(http.shutdown_seconds).listen(listener)?.run())
    }
}

/// The process's one recorder: whatever is measured anywhere in it is shown here.
fn recorder() -> Option<PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}

#[derive(utoipa::OpenApi)]
// Types that stand only in queries are not gathered from the operations.
#[openapi(components(schemas(
    ProblemView,
    Limit,
    Sort,
    Badge,
    Month,
    Account,
    Period,
    Form,
    Separator,
    desk::http::Separator,
    Direction,
    restock::http::Direction,
    inventory::http::Side,
    consignment::Side
)))]
struct Shared;

/// The OpenAPI document of everything this binary serves.
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, served) = Actix::new().into_utoipa_app().configure(routes::api).split_for_parts();
    let mut document = routes::base();
    document.merge(Shared::openapi());
    document.merge(served);
    routes::describe_successes(&mut document);
    routes::require_all_of_answers(&mut document);
    document
}

fn described() -> (OpenApi, KnownPaths) {
    let document = openapi();
    let known = document.paths.paths.iter().map(|(path, item)| {
        let methods = [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)];
        let taken = methods.into_iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| method.to_owned());
        (ResourceDef::new(path.as_str()), taken.collect())
    });
    let known = KnownPaths(known.collect::<Vec<_>>().into());
    (document, known)
}

/// A key made on first start and kept beside the database, so that one village needs no configuration.
fn kept_key(config: &Config) -> Result<SigningKey, StartError> {
    let path = config.data_dir.join("signing.key");
    if !path.exists() {
        let secret = random_secret().map_err(|error| StartError::Other(error.to_string()))?;
        write_private(&path, &secret)?;
    }
    Ok(SigningKey { id: "kept".to_owned(), secret: std::fs::read_to_string(&path)?.into() })
}

fn studio(config: &Config) -> Result<Studio, StartError> {
    if let ObjectsConfig::Folder(folder) = &config.objects {
        create_private(folder)?;
    }
    let objects = Objects::open(&config.objects).map_err(StartError::Other)?;
    Ok(Studio { darkroom: Darkroom::default(), objects, most_a_day: config.uploads_per_day })
}

/// The folder holds telephone numbers and hashes: it is its owner's alone.
pub(crate) fn create_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn cors(origins: &[String]) -> Cors {
    let exposed =
        ["etag", "link", "location", "retry-after", "x-request-id", "ratelimit-limit", "ratelimit-remaining", "idempotency-replayed"];
    let taken = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::ACCEPT_LANGUAGE,
        header::IF_MATCH,
        HeaderName::from_static("idempotency-key"),
    ];
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers(taken)
        .expose_headers(exposed)
        .max_age(3600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// The process lives.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// The database answers.
async fn readyz(db: web::Data<Db>) -> Result<HttpResponse, Problem> {
    db.read(|conn| Ok::<_, Failure<Never>>(conn.version()?)).await?;
    Ok(HttpResponse::Ok().body("ready\n"))
}

async fn metrics(handle: web::Data<Option<PrometheusHandle>>) -> HttpResponse {
    let text = handle.as_ref().as_ref().map(PrometheusHandle::render).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}

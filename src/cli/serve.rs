//! `pasar serve` and `pasar worker`.

use std::net::TcpListener;
use std::time::Duration;

use tokio::sync::watch;

use super::CliError;
use crate::app::{App, StartError};
use crate::config::Config;
use kit::auth::token::random_secret;
use kit::clock::Clock;
use kit::db::{Failure, Never};
use kit::i18n::{Language, say};
use kit::jobs;
use people::accounts;

/// How often new entries are linked into the chain of their village.
const TEND: Duration = Duration::from_secs(30);
/// How often old answers and ended sessions are swept out.
const SWEEP: Duration = Duration::from_hours(1);

pub(super) async fn serve(config: Config, with_worker: bool) -> Result<(), CliError> {
    tracing::info!(config = config.redacted(), "starting");
    let listener = listen(&config)?;
    let app = App::new(config, Clock::System)?;
    offer_set_up(&app, &listener).await?;
    run(&app, listener, with_worker).await
}

/// Takes the address before anything is promised on it.
pub(super) fn listen(config: &Config) -> Result<TcpListener, CliError> {
    TcpListener::bind(config.bind).map_err(|error| CliError::Other(format!("cannot listen on {}: {error}", config.bind)))
}

/// Serves until a signal comes, then finishes what is in flight and the job in hand.
pub(super) async fn run(app: &App, listener: TcpListener, with_worker: bool) -> Result<(), CliError> {
    let (stop, stopping) = watch::channel(false);
    let worker = with_worker.then(|| actix_web::rt::spawn(jobs::work(app.db.clone(), app.doer(), stopping.clone())));
    let tender = with_worker.then(|| actix_web::rt::spawn(tend(app.clone(), stopping.clone())));
    let sweeper = actix_web::rt::spawn(sweep(app.clone(), stopping));
    let address = listener.local_addr()?;
    let serving = actix_web::rt::spawn(app.server(listener)?);
    // Once it has run for the first time it hears signals, and the address can be told.
    tokio::task::yield_now().await;
    println!("http://{address}/  docs: http://{address}/docs/");
    serving.await.map_err(|error| CliError::Other(error.to_string()))??;
    // Nobody may be listening any more.
    let _ = stop.send(true);
    if let Some(worker) = worker {
        worker.await.map_err(|error| CliError::Other(error.to_string()))?;
    }
    sweeper.abort();
    if let Some(tender) = tender {
        tender.abort();
    }
    tracing::info!("stopped");
    Ok(())
}

async fn tend(app: App, stopping: watch::Receiver<bool>) {
    while !*stopping.borrow() {
        if let Err(error) = app.tend_books().await {
            tracing::error!(%error, "tending the books failed");
        }
        tokio::time::sleep(TEND).await;
    }
}

async fn sweep(app: App, stopping: watch::Receiver<bool>) {
    while !*stopping.borrow() {
        if let Err(error) = app.sweep().await {
            tracing::error!(%error, "sweeping failed");
        }
        tokio::time::sleep(SWEEP).await;
    }
}

pub(super) async fn work(config: Config) -> Result<(), CliError> {
    tracing::info!(config = config.redacted(), "working");
    let app = App::new(config, Clock::System)?;
    let (stop, stopping) = watch::channel(false);
    let tender = actix_web::rt::spawn(tend(app.clone(), stopping.clone()));
    let worker = actix_web::rt::spawn(jobs::work(app.db.clone(), app.doer(), stopping));
    stop_signal().await?;
    tender.abort();
    // The worker hears it after the job in hand.
    let _ = stop.send(true);
    worker.await.map_err(|error| CliError::Other(error.to_string()))
}

async fn stop_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Where nobody runs the installation yet, prints the way in, once.
async fn offer_set_up(app: &App, listener: &TcpListener) -> Result<(), CliError> {
    let address = listener.local_addr()?.to_string();
    let token = random_secret().map_err(|error| CliError::Other(error.to_string()))?;
    let offered = token.clone();
    let offer = app.db.write(move |tx| Ok::<_, Failure<Never>>(accounts::service::offer_set_up(tx, &offered)?)).await;
    match offer {
        Ok(true) => println!("{}", say(Language::Indonesian, "cli.set_up", &[("token", &token), ("address", &address)])),
        Ok(false) => {}
        Err(Failure::Db(error)) => return Err(StartError::Db(error).into()),
        Err(Failure::Refused(never)) => match never {},
    }
    Ok(())
}

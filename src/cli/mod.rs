//! The command line.

mod admin;
mod demo;
mod doctor;
mod ledger;
mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::app::{App, StartError, openapi};
use crate::config::{Config, ConfigError, Flags};
use kit::clock::Clock;

/// A village's food trade in one binary.
#[derive(Parser)]
#[command(name = "pasar", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and do its jobs.
    Serve {
        #[command(flatten)]
        settings: Settings,
        /// Leave the jobs to `pasar worker`.
        #[arg(long)]
        no_worker: bool,
    },
    /// Do the jobs of a server started with --no-worker.
    Worker(Settings),
    /// Serve a village made up for looking around, with sign-ins printed.
    Demo {
        #[command(flatten)]
        settings: Settings,
        /// Empty the demo's folder first.
        #[arg(long)]
        reset: bool,
    },
    /// Bring the database up to date and stop.
    Migrate(Settings),
    /// Accounts that run the installation.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// The books.
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Say how this machine and its database are doing.
    Doctor(Settings),
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an account that runs the installation; its password is read from standard input.
    Create {
        #[command(flatten)]
        settings: Settings,
        /// Telephone number.
        #[arg(long)]
        phone: String,
        /// Name.
        #[arg(long)]
        name: String,
    },
    /// Give someone who has forgotten hers a new password, read from standard input; all her sessions end.
    SetPassword {
        #[command(flatten)]
        settings: Settings,
        /// Telephone number.
        #[arg(long)]
        phone: String,
    },
}

#[derive(Subcommand)]
enum LedgerCommand {
    /// Prove that the books are what was recorded, on a live database; prints the head of each village's chain.
    Verify {
        #[command(flatten)]
        settings: Settings,
        /// A head that was printed before, VILLAGE:NUMBER:HASH: the chain must still hold it.
        #[arg(long, value_name = "HEAD")]
        head: Vec<String>,
    },
}

/// Settings that win over the file and the environment.
#[derive(Args)]
struct Settings {
    /// A TOML file.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR:PORT")]
    bind: Option<SocketAddr>,
    /// Where the embedded database lives [default: ./data].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// `sqlite:path` or `postgres://…`.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

impl Settings {
    fn load(self) -> Result<Config, ConfigError> {
        let Self { config, bind, data_dir, database_url } = self;
        Config::load(Flags { config, bind, data_dir, database_url }, std::env::vars())
    }
}

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Other(String),
}

/// Does what the command line says.
///
/// # Errors
/// [`CliError`] in words for the person at the terminal.
pub fn run(cli: Cli) -> Result<(), CliError> {
    match cli.command {
        Command::Serve { settings, no_worker } => {
            log_as_json();
            let config = settings.load()?;
            actix_web::rt::System::new().block_on(serve::serve(config, !no_worker))
        }
        Command::Worker(settings) => {
            log_as_json();
            let config = settings.load()?;
            actix_web::rt::System::new().block_on(serve::work(config))
        }
        Command::Demo { mut settings, reset } => {
            log_as_json();
            settings.data_dir = Some(settings.data_dir.unwrap_or_else(|| PathBuf::from("./data-demo")));
            actix_web::rt::System::new().block_on(demo::demo(settings.load()?, reset))
        }
        Command::Migrate(settings) => {
            log_as_json();
            App::new(settings.load()?, Clock::System)?;
            println!("the database is up to date");
            Ok(())
        }
        Command::Admin { command: AdminCommand::Create { settings, phone, name } } => {
            let app = App::new(settings.load()?, Clock::System)?;
            actix_web::rt::System::new().block_on(admin::create(&app, &phone, &name))
        }
        Command::Admin { command: AdminCommand::SetPassword { settings, phone } } => {
            let app = App::new(settings.load()?, Clock::System)?;
            actix_web::rt::System::new().block_on(admin::set_password(&app, &phone))
        }
        Command::Ledger { command: LedgerCommand::Verify { settings, head } } => {
            let app = App::new(settings.load()?, Clock::System)?;
            actix_web::rt::System::new().block_on(ledger::prove(&app, &head))
        }
        Command::Openapi => {
            let document = openapi().to_pretty_json().map_err(|error| CliError::Other(error.to_string()))?;
            println!("{document}");
            Ok(())
        }
        Command::Doctor(settings) => {
            let config = settings.load()?;
            let app = App::new(config.clone(), Clock::System)?;
            actix_web::rt::System::new().block_on(doctor::doctor(&config, &app))
        }
    }
}

/// JSON lines on standard error; `PASAR_LOG` filters them (`info` unless set).
fn log_as_json() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PASAR_LOG").unwrap_or_else(|_| "info".into());
    // A second subscriber in one process is refused; the first goes on.
    let _ = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

//! `pasar admin`: what only who sits at the server may do.

use std::io::BufRead as _;

use super::CliError;
use crate::app::App;
use kit::db::{Failure, Never};
use kit::i18n::{Language, say_field};
use kit::phone::{BadPhone, Phone};
use kit::text::BadText;
use people::accounts::model::{Password, Registered};
use people::accounts::service;

pub(super) async fn create(app: &App, phone: &str, name: &str) -> Result<(), CliError> {
    let phone = number(phone)?;
    let name = name.parse().map_err(|error: BadText| told(&error.to_string()))?;
    let password_hash = password(app).await?;
    let person = Registered { phone, email: None, name, password_hash, language: Language::Indonesian };
    let created = app.db.write(move |tx| Ok::<_, Failure<Never>>(service::create_operator(tx, &person)?)).await;
    println!("{}", created.map_err(failed)?);
    Ok(())
}

pub(super) async fn set_password(app: &App, phone: &str) -> Result<(), CliError> {
    let phone = number(phone)?;
    let password_hash = password(app).await?;
    let known = app.db.write(move |tx| Ok::<_, Failure<Never>>(service::reset_password(tx, &phone, &password_hash)?)).await;
    if known.map_err(failed)? { Ok(()) } else { Err(CliError::Other("no account has this number".to_owned())) }
}

fn number(text: &str) -> Result<Phone, CliError> {
    text.parse().map_err(|error: BadPhone| told(&error.to_string()))
}

async fn password(app: &App) -> Result<String, CliError> {
    eprintln!("password (one line on standard input):");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password: Password =
        serde_json::from_value(line.trim_end_matches(['\r', '\n']).into()).map_err(|error| told(&error.to_string()))?;
    app.passwords.hash(password.secret().clone()).await.map_err(|problem| CliError::Other(problem.to_string()))
}

fn told(message: &str) -> CliError {
    CliError::Other(say_field(Language::Indonesian, message))
}

fn failed(failure: Failure<Never>) -> CliError {
    match failure {
        Failure::Refused(never) => match never {},
        Failure::Db(error) => crate::app::StartError::Db(error).into(),
    }
}

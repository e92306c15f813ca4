//! `pasar admin create`.

use std::io::BufRead as _;

use super::CliError;
use crate::app::App;
use crate::kit::db::{Failure, Never};
use crate::kit::i18n::{Language, say_field};
use crate::people::accounts::model::{Password, Registered};
use crate::people::accounts::service;

pub(super) async fn create(app: &App, phone: &str, name: &str) -> Result<(), CliError> {
    let told = |message: String| CliError::Other(say_field(Language::Indonesian, &message));
    let phone = phone.parse().map_err(|error: crate::kit::phone::BadPhone| told(error.to_string()))?;
    let name = name.parse().map_err(|error: crate::kit::text::BadText| told(error.to_string()))?;
    eprintln!("password (one line on standard input):");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password: Password = serde_json::from_value(line.trim_end_matches(['\r', '\n']).into()).map_err(|error| told(error.to_string()))?;
    let password_hash = app.passwords.hash(password.secret().clone()).await.map_err(|problem| CliError::Other(problem.to_string()))?;
    let person = Registered { phone, email: None, name, password_hash, language: Language::Indonesian };
    let created = app.db.write(move |tx| Ok::<_, Failure<Never>>(service::create_operator(tx, &person)?)).await;
    let id = created.map_err(|failure| CliError::Other(format!("{failure:?}")))?;
    println!("{id}");
    Ok(())
}

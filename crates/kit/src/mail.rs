//! Letters by SMTP.

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

/// Where letters go out, and under which name.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// `smtp://host:port`, `smtps://user:password@host`; without it no mail is sent.
    pub smtp_url: Option<SecretString>,
    /// The sender, `Pasar Kuliner <pasar@desa.example>`.
    pub from: String,
}

/// Sends letters, or quietly does not where no server is configured.
#[derive(Clone)]
pub struct Mailer {
    way: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
}

/// A letter in plain text.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Mailer {
    /// # Errors
    /// In words, when the URL or the sender cannot be understood.
    pub fn new(config: &MailConfig) -> Result<Self, String> {
        let Some(url) = &config.smtp_url else { return Ok(Self { way: None }) };
        let from = config.from.parse().map_err(|error| format!("mail.from: {error}"))?;
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(|error| format!("mail.smtp_url: {error}"))?;
        let transport = transport.timeout(Some(std::time::Duration::from_secs(20))).build();
        Ok(Self { way: Some((transport, from)) })
    }

    /// Hands `letter` to the server.
    ///
    /// # Errors
    /// In words without the address, when the server does not take it.
    pub async fn send(&self, letter: Letter) -> Result<(), String> {
        let Some((transport, from)) = &self.way else {
            metrics::counter!("pasar_mail_skipped_total").increment(1);
            return Ok(());
        };
        let to: Mailbox = letter.to.parse().map_err(|_| "the account's address cannot be used".to_owned())?;
        let message = Message::builder()
            .from(from.clone())
            .to(to)
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|error| error.to_string())?;
        transport.send(message).await.map(|_| ()).map_err(|error| {
            if error.is_permanent() {
                "the mail server refused the letter for good".to_owned()
            } else {
                "the mail server could not be reached or put the letter off".to_owned()
            }
        })
    }
}

//! Gives letters that go by e-mail to the relay of this machine, which knows the way and keeps them.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::SmtpTransport;
use lettre::{Address, Transport as _};

use crate::app::mail_out::Mail;
use crate::app::{App, blocking};
use crate::config::SmtpConfig;

/// Between two looks at the queue.
const LOOK: Duration = Duration::from_secs(5);

/// A relay on the same machine answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// The code for an address or a sender that is none: as a relay says it (RFC 5321, 4.2.3).
const NOT_AN_ADDRESS: u16 = 553;

/// Sends what is due, round after round.
pub async fn run(app: Arc<App>, smtp: SmtpConfig) -> &'static str {
    loop {
        tokio::time::sleep(LOOK).await;
        let reader = Arc::clone(&app);
        let due = match blocking(move || reader.mails_due()).await {
            Ok(due) => due,
            Err(fault) => {
                tracing::error!(%fault, "the mails that wait cannot be read");
                continue;
            }
        };
        for mail in due {
            let (smtp, one) = (smtp.clone(), mail.clone());
            let code = tokio::task::spawn_blocking(move || hand_over(&smtp, &one)).await.unwrap_or(0);
            if let Err(trouble) = app.mail_tried(&mail, code).await {
                tracing::warn!(%trouble, "what the relay said could not be kept");
            }
        }
    }
}

/// Gives one mail to the relay. What it said; 0 when there was no answer.
fn hand_over(smtp: &SmtpConfig, mail: &Mail) -> u16 {
    let Some(message) = message(smtp, mail) else { return NOT_AN_ADDRESS };
    let relay = SmtpTransport::builder_dangerous(smtp.relay.ip().to_string())
        .port(smtp.relay.port())
        .timeout(Some(PATIENCE))
        .build();
    match relay.send(&message) {
        Ok(_) => 250,
        Err(error) => error.status().map_or(0, u16::from),
    }
}

fn message(smtp: &SmtpConfig, mail: &Mail) -> Option<Message> {
    let from: Address = smtp.from.parse().ok()?;
    let to: Address = mail.to.parse().ok()?;
    let id = format!("<{}@{}>", mail.id, from.domain());
    Message::builder()
        .from(Mailbox::new(None, from))
        .to(Mailbox::new(None, to))
        .subject(mail.subject.clone())
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .ok()
}

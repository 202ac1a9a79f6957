//! A mail as papers: its text, and those attachments that an office takes. What it cannot take is
//! named, so that nobody believes it is there. Nothing of a mail is ever run or fetched.

use mail_parser::{Address, Message, MessageParser, MimeHeaders as _};
use mohar_protocol::matter_text::TITLE_CHARS_MAX;
use mohar_protocol::matter_text::cover::SCANS_MAX;
use mohar_protocol::time::Timestamp;

use crate::app::attach::{Paper, PaperKind, TEXT_BYTES_MAX};

/// Attachments looked at; more than a dak may have papers, so that what is left out can be named.
const PARTS_MAX: usize = 40;

/// What a mail says, and what is in it.
#[derive(Clone, Default)]
pub struct Mail {
    /// Name and address of the sender.
    pub from: String,
    /// The address alone.
    pub email: String,
    /// The subject.
    pub subject: String,
    /// When it was sent, as it says.
    pub sent: Option<Timestamp>,
    /// Its text, then its attachments.
    pub papers: Vec<Paper>,
    /// Names of attachments that are not taken.
    pub left_out: Vec<String>,
}

/// Whether a disk file of this name is a mail. The name tells, because a mail is plain text.
pub fn is_mail(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".eml")
}

/// Reads a mail; `None` when there is no sender, for then it is none.
pub fn read(bytes: &[u8], text_title: &str) -> Option<Mail> {
    let message = MessageParser::default().parse(bytes)?;
    let (name, email) = sender(message.from()?)?;
    let from = if name.is_empty() { email.clone() } else { format!("{name} <{email}>") };
    let mut mail = Mail {
        subject: tidy(message.subject().unwrap_or_default()),
        sent: message
            .date()
            .and_then(|date| u64::try_from(date.to_timestamp()).ok())
            .map(|s| Timestamp(s * 1000)),
        from,
        email,
        ..Mail::default()
    };
    mail.papers.push(Paper { title: text_title.to_owned(), date: None, bytes: text(&message, &mail) });
    for part in message.attachments().take(PARTS_MAX) {
        let name = tidy(part.attachment_name().unwrap_or("?"));
        let taken =
            !part.is_message() && mail.papers.len() < SCANS_MAX && PaperKind::of(part.contents()).is_ok();
        if taken {
            let title = name.chars().take(TITLE_CHARS_MAX).collect();
            mail.papers.push(Paper { title, date: None, bytes: part.contents().to_vec() });
        } else {
            mail.left_out.push(name);
        }
    }
    Some(mail)
}

fn sender(address: &Address<'_>) -> Option<(String, String)> {
    let first = address.first()?;
    let email = tidy(first.address().unwrap_or_default());
    if email.is_empty() { None } else { Some((tidy(first.name().unwrap_or_default()), email)) }
}

/// The text with its head, as it would be printed.
fn text(message: &Message<'_>, mail: &Mail) -> Vec<u8> {
    let head = [("From", mail.from.as_str()), ("Subject", &mail.subject)];
    let date = message.date().map(|date| format!("Date: {}\n", date.to_rfc3339())).unwrap_or_default();
    let mut out: String = head.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    out.push_str(&date);
    for at in 0..message.text_body_count() {
        out.push('\n');
        out.push_str(&message.body_text(at).unwrap_or_default());
    }
    let visible = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let mut kept = String::new();
    for c in out.chars().filter(visible) {
        if kept.len() + c.len_utf8() > TEXT_BYTES_MAX {
            break;
        }
        kept.push(c);
    }
    kept.into_bytes()
}

/// One line of what a stranger wrote: no controls, no characters that nobody sees.
fn tidy(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept: String = line.chars().take(400).collect();
    // What a field would refuse is taken out here, where nobody can correct the mail.
    let seen = |c: &char| mohar_protocol::matter_text::line(&c.to_string(), 1).is_ok();
    kept.chars().filter(|c| *c == ' ' || matches!(c, '\u{200C}' | '\u{200D}') || seen(c)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{is_mail, read};

    const MAIL: &str = "From: =?utf-8?B?4KSl4KS+4KSo4KS+IOCkquCljeCksOCkreCkvuCksOClgA==?= <ps@example.org>\r\n\
        Subject: =?utf-8?B?4KSa4KSw4KS/4KSk4KWN4KSwIOCkuOCkpOCljeCkr+CkvuCkquCkqA==?=\r\n\
        Date: Fri, 20 Nov 2026 10:30:00 +0530\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nकृपया सत्यापन करें।\r\n\
        --x\r\nContent-Type: application/pdf; name=letter.pdf\r\nContent-Disposition: attachment; filename=letter.pdf\r\n\r\n\
        %PDF-1.4\n%%EOF\n\r\n\
        --x\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=all.zip\r\n\r\nPK\u{3}\u{4}\r\n--x--\r\n";

    #[test]
    fn a_mail_gives_sender_subject_day_text_and_papers_and_names_what_is_left_out() {
        let mail = read(MAIL.as_bytes(), "ई-मेल").unwrap();
        assert_eq!(mail.from, "थाना प्रभारी <ps@example.org>");
        assert_eq!(mail.subject, "चरित्र सत्यापन");
        assert_eq!(mail.sent.unwrap().0, 1_795_150_800_000);
        let text = String::from_utf8(mail.papers[0].bytes.clone()).unwrap();
        assert!(text.contains("कृपया सत्यापन करें।"), "{text}");
        assert_eq!(mail.papers[1].title, "letter.pdf");
        assert!(mail.papers[1].bytes.starts_with(b"%PDF-"));
        assert_eq!(mail.left_out, ["all.zip"]);
    }

    #[test]
    fn what_has_no_sender_is_no_mail_and_hidden_characters_do_not_come_in() {
        assert!(read(b"just text", "x").is_none());
        let mail =
            read("From: a\u{202E}b <a@b.in>\r\nSubject: x\u{200B}y\u{7}\r\n\r\n".as_bytes(), "x").unwrap();
        assert_eq!(mail.subject, "xy");
        assert!(!mail.from.contains('\u{202E}'));
        assert!(is_mail("A.EML") && !is_mail("a.pdf"));
    }
}

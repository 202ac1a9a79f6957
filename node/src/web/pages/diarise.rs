//! The form that diarises a letter, with the paper beside it when that is here already.
//!
//! Three fields are required; the rest is at hand and stays folded until it is used. What the officer
//! typed comes back after a refusal, and so does the paper.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::intake::FieldError;
use crate::web::pages::words::{Classification, Mode, Urgency, Watch};

/// The form.
#[derive(Clone, Debug, Template)]
#[template(path = "diarise.html")]
pub struct Diarise {
    /// The common part.
    pub frame: Frame,
    /// The largest upload, bytes.
    pub max_bytes: u64,
    /// What was typed before, or what the paper suggests.
    pub typed: DiariseTyped,
    /// What to correct.
    pub errors: Vec<FieldError>,
    /// Who wrote before.
    pub senders: Vec<String>,
    /// Typed cases.
    pub cases: Vec<Case>,
    /// Letters that this one seems to repeat; not empty only when the officer has to decide.
    pub repeats: Vec<Repeat>,
    /// The paper that is here already.
    pub item: Option<Item>,
    /// How many others wait in the tray.
    pub waiting: u32,
    /// Whether the officer sees tray and register.
    pub is_registry: bool,
}

/// The fields of [`Diarise`].
#[derive(Clone, Debug, Default)]
pub struct DiariseTyped {
    /// The sender, as written on the letter.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The day it came, `2026-11-22`.
    pub received: String,
    /// The date of the letter, may be empty.
    pub letter_date: String,
    /// The number of the letter, may be empty.
    pub letter_number: String,
    /// What was pasted before it was converted, to be kept as a paper; may be empty.
    pub pasted: String,
    /// How urgent.
    pub urgency: Urgency,
    /// How it came.
    pub mode: Mode,
    /// Address of the sender.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Classification.
    pub classification: Classification,
    /// Watched classes that were ticked.
    pub watch: Vec<Watch>,
    /// Code of the typed case, may be empty.
    pub case: String,
    /// The day it is due, may be empty.
    pub due: String,
    /// What came with it.
    pub enclosures: String,
    /// Remarks.
    pub remarks: String,
    /// Why it is entered although it seems to be here.
    pub repeats: String,
}

/// A typed case to choose.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its code.
    pub code: String,
    /// Its name in the language of the page.
    pub name: String,
    /// Working days until it is due.
    pub days: u32,
}

/// A letter that is here already.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Its address, if the officer may open it.
    pub id: Option<String>,
    /// Its inward number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// Its sender.
    pub from: String,
    /// The number on it.
    pub letter_number: String,
    /// When it was received, milliseconds.
    pub received: Option<u64>,
    /// Whether it was entered from the same disk file.
    pub same_bytes: bool,
}

/// A paper that is here and not diarised.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id in addresses.
    pub id: String,
    /// Its digest, so that a form sent twice is known again when the paper is gone from the tray.
    pub digest: String,
    /// The name of the disk file.
    pub name: String,
    /// Titles of the papers in it.
    pub papers: Vec<String>,
    /// The paper shown, from 1.
    pub shown: u32,
    /// Whether that is a picture.
    pub is_picture: bool,
    /// Names of attachments that are not taken.
    pub left_out: Vec<String>,
    /// Whether it belongs to this form alone, and not to the tray.
    pub is_held: bool,
}

impl Diarise {
    /// Whether the folded part has something in it, and so is open.
    pub fn is_unfolded(&self) -> bool {
        let typed = &self.typed;
        let words = [&typed.address, &typed.phone, &typed.email, &typed.enclosures, &typed.remarks];
        let folded = ["mode", "address", "phone", "email", "enclosures", "remarks", "classification"];
        words.iter().any(|word| !word.is_empty())
            || typed.classification != Classification::default()
            || self.errors.iter().any(|error| folded.contains(&error.field))
    }

    /// Whether a class is ticked.
    pub fn is_watched(&self, watch: &Watch) -> bool {
        self.typed.watch.contains(watch)
    }
}

#[cfg(test)]
mod samples {
    use super::{Case, Diarise, DiariseTyped, Item, Repeat};
    use crate::web::pages::frame::{Frame, Here, SAMPLE_NOW};
    use crate::web::pages::words::Watch;
    use crate::web::texts::Lang;

    impl Diarise {
        /// A form without a paper.
        pub fn sample(lang: Lang) -> Self {
            Self {
                frame: Frame::sample_at(lang, Here::Diarise),
                max_bytes: 20 * 1024 * 1024,
                typed: DiariseTyped {
                    from: "थाना प्रभारी, देपालपुर".to_owned(),
                    received: "2026-11-22".to_owned(),
                    letter_date: "2026-11-20".to_owned(),
                    watch: vec![Watch::Court],
                    ..DiariseTyped::default()
                },
                errors: Vec::new(),
                senders: vec!["तहसीलदार, देपालपुर".to_owned(), "थाना प्रभारी, देपालपुर".to_owned()],
                cases: vec![Case {
                    code: "dharna".to_owned(),
                    name: "धरना-प्रदर्शन की अनुमति".to_owned(),
                    days: 3,
                }],
                repeats: Vec::new(),
                item: None,
                waiting: 4,
                is_registry: true,
            }
        }

        /// A letter that seems to be here, with its paper.
        pub fn sample_repeated(lang: Lang) -> Self {
            let item = Item {
                id: "0a".repeat(16),
                digest: "0b".repeat(32),
                name: "scan-0012.eml".to_owned(),
                papers: vec!["ई-मेल".to_owned(), "letter.pdf".to_owned()],
                shown: 2,
                is_picture: false,
                left_out: vec!["all.zip".to_owned()],
                is_held: false,
            };
            let repeat = Repeat {
                id: Some("00000001".to_owned()),
                number: "आवक 118/2026".to_owned(),
                subject: "धरना-प्रदर्शन की अनुमति".to_owned(),
                from: "थाना प्रभारी, देपालपुर".to_owned(),
                letter_number: "जा.क्र. 42/2026".to_owned(),
                received: Some(SAMPLE_NOW),
                same_bytes: true,
            };
            Self { item: Some(item), repeats: vec![repeat], ..Self::sample(lang) }
        }
    }
}

//! One file or letter: note sheet on the left, papers on the right.
//!
//! Which acts are offered is decided by the caller; a button here is an offer, not a right.

use askama::Template;

use crate::web::format;
use crate::web::pages::frame::Frame;
use crate::web::pages::letters::{LetterLine, Look};
use crate::web::pages::note_text::{Para, paragraphs};
use crate::web::pages::words::{Classification, Kind, Ladder, Place, Urgency, Watch};
use crate::web::texts::{Key, Texts, key};

/// The page of one matter.
#[derive(Clone, Debug, Template)]
#[template(path = "file.html")]
pub struct FileView {
    /// The common part.
    pub frame: Frame,
    /// What is shown.
    pub sheet: Sheet,
    /// The papers, in the order of their page numbers.
    pub papers: Vec<Paper>,
    /// The number of the paper shown on the right.
    pub shown: Option<u32>,
    /// The page of the correspondence to open in it, if a reference asked for one.
    pub at_page: Option<u32>,
    /// Which side has the room.
    pub view: View,
    /// My unsent note; `None` if I may not write on this matter now.
    pub draft: Option<Draft>,
    /// The officer's own unsent words on a file that is not on the desk now, parked for example.
    pub kept: Option<String>,
    /// The acts that are allowed to me now, in the order of the buttons.
    pub actions: Vec<Action>,
    /// Letters that are or were drafted in it, and not among the papers yet.
    pub letters: Vec<LetterLine>,
    /// The stock phrases of this office.
    pub phrases: Vec<String>,
    /// Reminders to me about it, oldest first.
    pub reminders: Vec<Reminder>,
    /// From where it came: one press signs the note and returns it there.
    pub back_to: Option<Place>,
}

/// A reminder about this matter.
#[derive(Clone, Debug)]
pub struct Reminder {
    /// Who reminds.
    pub by: Option<Place>,
    /// When.
    pub at: u64,
    /// The words; may be empty.
    pub words: String,
    /// The day by which.
    pub due: Option<u64>,
}

/// The note side alone, for `GET /files/{id}/notes`.
#[derive(Clone, Debug, Template)]
#[template(path = "_notes.html")]
pub struct Notes {
    /// The texts of the officer's language.
    pub t: Texts,
    /// The time of this answer, milliseconds since 1970 UTC.
    pub now: u64,
    /// What is shown.
    pub sheet: Sheet,
    /// The papers, so that references can be resolved.
    pub papers: Vec<Paper>,
}

/// What the desk shows of a matter before it is opened, for `GET /files/{id}/preview`.
#[derive(Clone, Debug, Template)]
#[template(path = "_preview.html")]
pub struct Preview {
    /// The texts of the officer's language.
    pub t: Texts,
    /// What is shown.
    pub sheet: Sheet,
    /// The papers, by their titles.
    pub papers: Vec<Paper>,
}

/// The cover of a matter and its signed notes.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The id in URLs.
    pub id: String,
    /// File or dak.
    pub kind: Kind,
    /// Our number.
    pub number: String,
    /// The number it had on paper.
    pub legacy_number: Option<String>,
    /// The subject.
    pub subject: String,
    /// How urgent.
    pub urgency: Urgency,
    /// The day it is due.
    pub due: Option<u64>,
    /// Who has it now.
    pub holder: Place,
    /// Whether that is me.
    pub mine: bool,
    /// Since when.
    pub since: u64,
    /// What hinders work on it: closed, parked, on the way, frozen. In the officer's language.
    pub hindrance: Option<String>,
    /// The signed notes, oldest first.
    pub notes: Vec<Note>,
    /// Of a dak: what the diary says about the letter.
    pub letter: Option<LetterFacts>,
}

/// What the page of a dak says about the letter.
#[derive(Clone, Debug)]
pub struct LetterFacts {
    /// Sender.
    pub from: String,
    /// Number on it.
    pub number: String,
    /// Date on it.
    pub date: Option<u64>,
    /// Day on which it came.
    pub received: Option<u64>,
    /// Name of the typed case; may be empty.
    pub case: String,
    /// Watched classes.
    pub watch: Vec<Watch>,
    /// Its classification.
    pub classification: Classification,
    /// Whether it is a copy.
    pub is_copy: bool,
    /// Address, telephone, e-mail, enclosures, remarks: what is not empty.
    pub more: Vec<String>,
}

/// A signed note.
#[derive(Clone, Debug)]
pub struct Note {
    /// The id of the act, hexadecimal.
    pub act: String,
    /// The page of the note side on which it begins.
    pub page: u32,
    /// Its numbered paragraphs.
    pub paras: Vec<Para>,
    /// Who signed, on which post, in which office.
    pub by: Place,
    /// The declared time.
    pub at: u64,
    /// Whether the declared time lies outside what witnesses prove.
    pub time_in_doubt: bool,
    /// What is proved about its safety.
    pub ladder: Ladder,
}

impl Note {
    /// A note from its signed text; `first` is the number of its first paragraph.
    pub fn new(act: String, page: u32, first: u32, text: &str, by: Place, at: u64) -> Self {
        Self {
            act,
            page,
            paras: paragraphs(text, first),
            by,
            at,
            time_in_doubt: false,
            ladder: Ladder::local(None),
        }
    }

    /// The first digits of the act id, enough to tell notes of one file apart by eye.
    pub fn short_act(&self) -> String {
        self.act.chars().take(12).collect()
    }
}

/// A paper of the correspondence side.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its number in the list, from 1.
    pub n: u32,
    /// Its title.
    pub title: String,
    /// Its first page number in the correspondence.
    pub first_page: u32,
    /// Its last page number.
    pub last_page: u32,
    /// Its date.
    pub date: Option<u64>,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is a letter that was issued or served.
    pub is_letter: bool,
    /// How it is shown.
    pub body: PaperBody,
}

impl Paper {
    /// The page inside the document for a page of the correspondence, from 1.
    pub fn inner_page(&self, at_page: &Option<u32>) -> u32 {
        match at_page {
            Some(page) if (self.first_page..=self.last_page).contains(page) => page - self.first_page + 1,
            _ => 1,
        }
    }
}

/// How a paper is shown.
#[derive(Clone, Debug)]
pub enum PaperBody {
    /// In a frame by the browser's own viewer.
    Pdf,
    /// As a picture.
    Image,
    /// As text in the page.
    Text(String),
    /// A letter that was issued or served, in the page.
    Letter(Box<Look>),
    /// Only offered for saving.
    Other,
}

/// Which side of the file has the room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Both, 47 to 53.
    #[default]
    Both,
    /// The notes alone.
    Notes,
    /// The papers alone.
    Papers,
}

impl View {
    /// All views in order.
    pub const ALL: [Self; 3] = [Self::Both, Self::Notes, Self::Papers];

    /// The value in URLs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Notes => "notes",
            Self::Papers => "papers",
        }
    }

    /// Reads the value of a URL; anything else means both sides.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.code() == code).unwrap_or_default()
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Both => key("view-both"),
            Self::Notes => key("view-notes"),
            Self::Papers => key("view-papers"),
        }
    }

    /// The physical key of its shortcut.
    pub fn shortcut(self) -> &'static str {
        match self {
            Self::Both => "Backslash",
            Self::Notes => "BracketLeft",
            Self::Papers => "BracketRight",
        }
    }
}

/// My unsent note.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// The version that the node holds; autosave names it so that two editors are noticed.
    pub version: u64,
    /// The number its first paragraph will get.
    pub next_para: u32,
    /// When the node last stored it.
    pub saved_at: Option<u64>,
    /// The most characters a note may have.
    pub max_chars: u32,
}

impl Draft {
    /// The autosave line as the page first shows it.
    pub fn saved_text(&self, t: impl AsRef<Texts>) -> String {
        let t = *t.as_ref();
        match self.saved_at {
            Some(at) => t.a("autosave-node", "time", format::clock_seconds(at)),
            None => t.s("autosave-idle"),
        }
    }
}

/// An act that the caller allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// भेजें
    Send,
    /// वापस करें
    SendBack,
    /// वापस बुलाएँ
    Recall,
    /// संलग्न करें
    Attach,
    /// स्थगित रखें
    Park,
    /// पुनः मेज पर लाएँ
    Wake,
    /// नस्तीबद्ध करें
    Close,
    /// पुनः खोलें
    Reopen,
    /// नस्ती में रखें
    PutInFile,
    /// प्रतियाँ भेजें
    Copies,
    /// प्रारूप लिखें
    Draft,
    /// स्मरण कराएँ
    Remind,
}

impl Action {
    /// The last part of its URL, `/files/{id}/{path}`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::SendBack => "send-back",
            Self::Recall => "recall",
            Self::Attach => "attach",
            Self::Park => "park",
            Self::Wake => "wake",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::PutInFile => "put-in-file",
            Self::Copies => "copies",
            Self::Draft => "letters/new",
            Self::Remind => "remind",
        }
    }

    /// Its word on the button.
    pub fn key(self) -> Key {
        match self {
            Self::Send => key("act-send"),
            Self::SendBack => key("act-send-back"),
            Self::Recall => key("act-recall"),
            Self::Attach => key("act-attach"),
            Self::Park => key("act-park"),
            Self::Wake => key("act-wake"),
            Self::Close => key("act-close"),
            Self::Reopen => key("act-reopen"),
            Self::PutInFile => key("act-put-in-file"),
            Self::Copies => key("act-copies"),
            Self::Draft => key("act-draft"),
            Self::Remind => key("act-remind"),
        }
    }

    /// The physical key of its shortcut, empty if it has none.
    pub fn shortcut(self) -> &'static str {
        match self {
            Self::Send => "KeyF",
            Self::SendBack => "KeyR",
            Self::Park => "KeyP",
            Self::Attach => "KeyL",
            Self::PutInFile => "KeyM",
            Self::Copies => "KeyC",
            Self::Draft => "KeyD",
            Self::Remind | Self::Recall | Self::Wake | Self::Close | Self::Reopen => "",
        }
    }

    /// The letter shown on the button for the shortcut.
    pub fn letter(self) -> &'static str {
        self.shortcut().strip_prefix("Key").unwrap_or_default()
    }
}

impl FileView {
    /// The paper shown on the right.
    pub fn shown_paper(&self) -> Option<&Paper> {
        self.papers.iter().find(|paper| self.is_shown(paper))
    }

    /// Whether this paper is the one on the right.
    pub fn is_shown(&self, paper: &Paper) -> bool {
        self.shown == Some(paper.n)
    }
}

/// The number of the paper that has a page of the correspondence.
pub fn paper_with_page(papers: &[Paper], page: &u32) -> Option<u32> {
    papers.iter().find(|paper| (paper.first_page..=paper.last_page).contains(page)).map(|paper| paper.n)
}

/// The act whose note begins on a page of the note side or runs over it.
pub fn note_on_page<'a>(notes: &'a [Note], page: &u32) -> Option<&'a str> {
    notes.iter().rev().find(|note| note.page <= *page).map(|note| note.act.as_str())
}

#[cfg(test)]
mod samples;

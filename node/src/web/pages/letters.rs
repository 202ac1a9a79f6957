//! Letters that go out: the form of a draft, the letter with its versions, the sheet that issues it.
//!
//! What a letter says is in its own language, whatever the language of the page around it.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::intake::FieldError;
use crate::web::pages::send::Target;
use crate::web::pages::words::{Mode, Place};
use crate::web::texts::{Key, Lang, Texts, key};

/// A letter as it looks on paper.
#[derive(Clone, Debug)]
pub struct Look {
    /// The words of its own language.
    pub t: Texts,
    /// What kind.
    pub kind: Kind,
    /// The government, as the heading names it.
    pub government: String,
    /// The office, as the heading names it.
    pub office: String,
    /// The number; none before it is issued.
    pub number: Option<String>,
    /// Its date; none before it is issued.
    pub date: Option<u64>,
    /// To whom, line by line.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// What it refers to; may be empty.
    pub reference: String,
    /// The salutation; may be empty.
    pub salutation: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// The words above the signature; may be empty.
    pub closing: String,
    /// Who signed, on which post; none before it is issued.
    pub signed: Option<(String, String)>,
    /// What goes with it; may be empty.
    pub enclosures: String,
    /// The number of the endorsement; none before it is issued.
    pub endorsement: Option<String>,
    /// Who gets a copy, line by line.
    pub copies: Vec<String>,
    /// What proves it.
    pub proof: Option<LookProof>,
}

/// What stands under an issued letter about its proof.
#[derive(Clone, Debug)]
pub struct LookProof {
    /// The first digits of the act.
    pub act: String,
    /// When it was signed, as declared.
    pub at: u64,
    /// Who signed it, as the registry knows.
    pub by: Option<Place>,
    /// Whether it was served and proved with its recipient.
    pub served: bool,
}

/// The kinds of letters, in the order of their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// पत्र
    #[default]
    Letter,
    /// अर्ध शासकीय पत्र
    Demi,
    /// ज्ञापन
    Memo,
    /// आदेश
    Order,
    /// परिपत्र
    Circular,
    /// अधिसूचना
    Notification,
    /// यू.ओ. नोट
    Uo,
}

/// What a new letter of a kind begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begins {
    /// Salutation.
    pub salutation: &'static str,
    /// Words above the signature.
    pub closing: &'static str,
    /// Text.
    pub text: &'static str,
}

impl Kind {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Letter, Self::Demi, Self::Memo, Self::Order, Self::Circular, Self::Notification, Self::Uo];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Demi => "demi",
            Self::Memo => "memo",
            Self::Order => "order",
            Self::Circular => "circular",
            Self::Notification => "notification",
            Self::Uo => "uo",
        }
    }

    /// Reads the value of a form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// By its number.
    pub fn of(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or_default()
    }

    /// Its number.
    pub fn number(self) -> u8 {
        let at = Self::ALL.iter().position(|kind| *kind == self);
        at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Letter => key("letter-kind-letter"),
            Self::Demi => key("letter-kind-demi"),
            Self::Memo => key("letter-kind-memo"),
            Self::Order => key("letter-kind-order"),
            Self::Circular => key("letter-kind-circular"),
            Self::Notification => key("letter-kind-notification"),
            Self::Uo => key("letter-kind-uo"),
        }
    }

    /// Whether its name stands above it: an ordinary letter has none.
    pub fn has_title(self) -> bool {
        self != Self::Letter
    }

    /// Whether the addressee stands below the signature instead of above the subject.
    pub fn addressee_below(self) -> bool {
        matches!(self, Self::Demi | Self::Order | Self::Notification | Self::Uo)
    }

    /// What a new one begins with.
    pub fn begins(self, lang: Lang) -> Begins {
        macro_rules! skeletons {
            ($($kind:ident $name:literal)*) => {
                match (self, lang) {
                    $(
                        (Self::$kind, Lang::Hi) => include_str!(concat!("../../../letters/", $name, ".hi.txt")),
                        (Self::$kind, Lang::En) => include_str!(concat!("../../../letters/", $name, ".en.txt")),
                    )*
                }
            };
        }
        Begins::of(skeletons! {
            Letter "letter" Demi "demi" Memo "memo" Order "order" Circular "circular"
            Notification "notification" Uo "uo"
        })
    }
}

impl Begins {
    /// Reads a skeleton: two lines with a name, a blank one, the text.
    fn of(skeleton: &'static str) -> Self {
        let (head, text) = skeleton.split_once("\n\n").unwrap_or(("", skeleton));
        let said = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").trim();
        Self { salutation: said("salutation:"), closing: said("closing:"), text: text.trim_end_matches('\n') }
    }
}

/// The word for a way of dispatch by its number.
pub fn way(mode: u8) -> Key {
    match mode {
        0 => key("way-node"),
        mode => Mode::ALL.get(usize::from(mode)).copied().unwrap_or_default().key(),
    }
}

/// The same, for templates, which lend what they name.
pub fn way_of(mode: &u8) -> Key {
    way(*mode)
}

/// The form of a draft.
#[derive(Clone, Debug, Template)]
#[template(path = "letter_form.html")]
pub struct LetterForm {
    /// The common part.
    pub frame: Frame,
    /// The file in addresses.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// The address of the form.
    pub action: String,
    /// Versions that the officer has seen; 0 for a new letter.
    pub seen: u32,
    /// What was typed.
    pub typed: LetterTyped,
    /// Addressees so far.
    pub to: Vec<Picked>,
    /// Copies so far.
    pub copies: Vec<Picked>,
    /// Both, as the form carries them.
    pub chosen: String,
    /// What was searched for.
    pub q: String,
    /// Posts that match.
    pub found: Vec<Target>,
    /// Whether more match than are shown.
    pub more: bool,
    /// Groups of posts.
    pub groups: Vec<GroupOffer>,
    /// Who was written to before.
    pub addresses: Vec<String>,
    /// What to correct.
    pub errors: Vec<FieldError>,
}

/// The fields of [`LetterForm`].
#[derive(Clone, Debug, Default)]
pub struct LetterTyped {
    /// What kind.
    pub kind: Kind,
    /// In which language.
    pub language: Lang,
    /// The subject.
    pub subject: String,
    /// What it refers to.
    pub reference: String,
    /// The salutation.
    pub salutation: String,
    /// The text.
    pub text: String,
    /// The words above the signature.
    pub closing: String,
    /// What goes with it.
    pub enclosures: String,
    /// Name and address of somebody without a node.
    pub other_name: String,
    /// E-mail of the same.
    pub other_email: String,
    /// How it goes there.
    pub other_mode: u8,
}

/// An addressee on the form.
#[derive(Clone, Debug)]
pub struct Picked {
    /// Its place.
    pub n: usize,
    /// Its name; of a group the name of the group.
    pub name: String,
    /// Of a group: how many it has.
    pub count: u32,
    /// How it goes.
    pub mode: u8,
}

impl Picked {
    /// The word for its way.
    pub fn way(&self) -> Key {
        way(self.mode)
    }
}

/// A group of posts to choose.
#[derive(Clone, Debug)]
pub struct GroupOffer {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Posts in it.
    pub count: u32,
}

/// Ways without a node, by their numbers.
pub const WAYS: [u8; 6] = [1, 2, 3, 4, 5, 6];

/// Where a letter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Drafted.
    Drafted,
    /// Approved as it is.
    Approved,
    /// Issued, by this act.
    Issued(String),
    /// Given up for newer drafts.
    Forgotten,
}

impl Stage {
    /// Its word.
    pub fn key(&self) -> Key {
        match self {
            Self::Drafted => key("letter-drafted"),
            Self::Approved => key("letter-approved"),
            Self::Issued(_) => key("letter-issued"),
            Self::Forgotten => key("letter-forgotten"),
        }
    }

    /// Its style.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Drafted => "mark-wait",
            Self::Approved | Self::Issued(_) => "mark-good",
            Self::Forgotten => "mark-plain",
        }
    }
}

/// A letter in the list of a file.
#[derive(Clone, Debug)]
pub struct LetterLine {
    /// Its first version, in addresses.
    pub letter: String,
    /// Its subject, or why it cannot be read.
    pub subject: String,
    /// Versions.
    pub versions: u32,
    /// Where it stands.
    pub stage: Stage,
}

/// A letter with its versions.
#[derive(Clone, Debug, Template)]
#[template(path = "letter.html")]
pub struct LetterPage {
    /// The common part.
    pub frame: Frame,
    /// The file in addresses.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// The letter in addresses.
    pub letter: String,
    /// The newest version, or the one asked for; why it cannot be read, else.
    pub look: Result<Look, String>,
    /// The act of that version.
    pub version: String,
    /// Its number.
    pub shown: u32,
    /// Versions, newest first.
    pub versions: Vec<VersionLine>,
    /// Where it stands.
    pub stage: Stage,
    /// Whether it may be changed, approved and issued now.
    pub may: bool,
    /// What was changed since another version.
    pub compared: Option<Compared>,
}

/// A version in a list.
#[derive(Clone, Debug)]
pub struct VersionLine {
    /// Its number, from 1.
    pub n: u32,
    /// Who wrote it.
    pub by: Option<Place>,
    /// When.
    pub at: u64,
    /// Who approved it.
    pub approved_by: Option<Place>,
    /// When.
    pub approved_at: Option<u64>,
}

/// Two versions word by word.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The older one.
    pub with: u32,
    /// Its pieces, paragraph after paragraph.
    pub lines: Vec<Vec<Change>>,
}

/// A piece of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// In both.
    Same(String),
    /// New.
    Added(String),
    /// No longer there.
    Removed(String),
}

/// The sheet: check, sign, number, dispatch.
#[derive(Clone, Debug, Template)]
#[template(path = "issue.html")]
pub struct IssueSheet {
    /// The common part.
    pub frame: Frame,
    /// The file in addresses.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// The letter in addresses.
    pub letter: String,
    /// The letter.
    pub look: Look,
    /// The act that approved it.
    pub approval: String,
    /// Who approved it.
    pub approved_by: Option<Place>,
    /// When.
    pub approved_at: u64,
    /// The series of its number.
    pub series: String,
    /// To whom it goes and how.
    pub lines: Vec<IssueLine>,
    /// Why it was refused.
    pub error: Option<String>,
}

/// A recipient on the sheet.
#[derive(Clone, Debug)]
pub struct IssueLine {
    /// Its name.
    pub name: String,
    /// Whether it gets a copy.
    pub is_copy: bool,
    /// How it goes.
    pub mode: u8,
    /// Over the link: whether its office answers.
    pub target: Option<Target>,
}

impl IssueLine {
    /// The word for its way.
    pub fn way(&self) -> Key {
        way(self.mode)
    }
}

/// One issued letter alone, to be read and printed.
#[derive(Clone, Debug, Template)]
#[template(path = "letter_paper.html")]
pub struct LetterPaper {
    /// The common part.
    pub frame: Frame,
    /// The file in addresses.
    pub id: String,
    /// The letter.
    pub look: Look,
}

#[cfg(test)]
mod samples;

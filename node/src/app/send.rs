//! Send: to whom a matter can go, and the words that go with it.

use mohar_protocol::act::Holder;
use mohar_protocol::id::OfficeId;
use mohar_protocol::matter_text::Block;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::Content;
use mohar_protocol::time::Timestamp;

use crate::app::names::{Names, Place};
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, remark};

/// Posts of other offices on one sheet: two screens.
pub const OTHERS_MAX: usize = 40;

/// Words of a search that count.
const SEARCH_WORDS_MAX: usize = 8;

/// The words that go with a matter.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// `hi` or `en`.
    pub language: String,
    /// What is wanted, as the sheet names it.
    pub wanted: String,
    /// The day by which, `yyyy-mm-dd`; may be empty.
    pub due: String,
    /// 0 to 3.
    pub urgency: u8,
    /// Remarks; may be empty.
    pub remarks: String,
}

/// To whom a matter can go.
#[derive(Debug, Clone)]
pub struct Targets {
    /// Posts of this office.
    pub own: Vec<Target>,
    /// Posts of other offices.
    pub others: Vec<Target>,
    /// Whether more match.
    pub more: bool,
    /// The one that was chosen.
    pub chosen: Option<Target>,
}

/// A post.
#[derive(Debug, Clone)]
pub struct Target {
    /// Office and post.
    pub holder: Holder,
    /// Names.
    pub place: Place,
    /// Whether its office answers.
    pub reach: Reach,
}

/// Whether an office answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On this node.
    Here,
    /// Linked.
    Now,
    /// Was linked, until.
    Lost(Timestamp),
    /// Never since the start.
    Unknown,
}

impl App {
    /// The posts that match a search, and the one chosen. Blocks.
    ///
    /// # Errors
    /// [`Refusal::PostUnknown`] when the chosen post does not exist.
    pub fn targets(&self, officer: &Officer, q: &str, chosen: Option<Holder>) -> Result<Targets, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let words: Vec<String> = q.split_whitespace().take(SEARCH_WORDS_MAX).map(folded).collect();
        let chosen = chosen.map(|holder| self.target(&names, holder)).transpose()?;
        let (mut own, mut others, mut more) = (Vec::new(), Vec::new(), false);
        if chosen.is_none() {
            let register = names.registry().office(&officer.office)?;
            own = self.matching(&names, register, &words)?;
            own.retain(|target| target.holder != officer.holder());
            for register in names.registry().offices() {
                if words.is_empty()
                    || register.id() == officer.office
                    || register.ended().is_some()
                    || !names.registry().is_admitted(register)
                {
                    continue;
                }
                others.extend(self.matching(&names, register, &words)?);
                if others.len() > OTHERS_MAX {
                    others.truncate(OTHERS_MAX);
                    more = true;
                    break;
                }
            }
        }
        Ok(Targets { own, others, more, chosen })
    }

    /// Whether an office answers.
    pub fn reach(&self, office: &OfficeId) -> Reach {
        let links = self.ledger.links();
        if self.ledger.hosted().contains(office) {
            Reach::Here
        } else if links.linked.contains_key(office) {
            Reach::Now
        } else {
            links.lost.get(office).map_or(Reach::Unknown, |since| Reach::Lost(*since))
        }
    }

    fn matching(
        &self,
        names: &Names<'_, '_>,
        register: &mohar_protocol::registry::Register,
        words: &[String],
    ) -> Result<Vec<Target>, Trouble> {
        let mut found = Vec::new();
        for post in register.posts() {
            let holder = Holder { office: register.id(), post: post.id };
            let target = self.target(names, holder)?;
            let text = folded(&searchable(&target.place, register.path(), &post.code));
            if words.iter().all(|word| text.contains(word)) {
                found.push((names.rank(&holder)?, target));
            }
        }
        found.sort_by(|(a, left), (b, right)| (a, &left.place.post.hi).cmp(&(b, &right.place.post.hi)));
        Ok(found.into_iter().map(|(_, target)| target).collect())
    }

    fn target(&self, names: &Names<'_, '_>, holder: Holder) -> Result<Target, Trouble> {
        names.registry().office(&holder.office)?.post(&holder.post).ok_or(Refusal::PostUnknown)?;
        Ok(Target { holder, place: names.place(&holder)?, reach: self.reach(&holder.office) })
    }
}

impl Words {
    /// Whether the words can be taken, before anything is signed.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), Refusal> {
        self.remark().map(|_| ())
    }

    /// The remark to seal.
    pub(super) fn remark(&self) -> Result<Vec<Content>, Refusal> {
        let facts = [
            (Block::WANTED, self.wanted.clone()),
            (Block::DUE, self.due.clone()),
            (Block::URGENCY, self.urgency.to_string()),
        ];
        let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
        remark(&self.language, &self.remarks, facts.map(|(code, text)| Block { code, text }).collect())
    }

    /// The words, behind what else makes an operation.
    pub(super) fn with<'a>(&'a self, first: &[&'a [u8]]) -> Vec<&'a [u8]> {
        let words = [&self.wanted, &self.due, &self.remarks].map(|word| word.as_bytes());
        [first, &words, &[std::slice::from_ref(&self.urgency)]].concat()
    }
}

fn searchable(place: &Place, path: &str, code: &str) -> String {
    let person = place.person.as_ref();
    let parts = [
        place.post.hi.as_str(),
        &place.post.en,
        &place.office.hi,
        &place.office.en,
        person.map_or("", |person| &person.hi),
        person.map_or("", |person| &person.en),
        path,
        code,
    ];
    parts.join(" ")
}

/// Upper and lower case alike, and letters however they were typed.
fn folded(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfc().collect::<String>().to_lowercase()
}

//! Finding: matters that the officer's post may see, by number, subject, sender, post, note or the text of
//! a paper.
//!
//! The index proposes; each row of a page is asked of the records again, as a file view is, and what is
//! shown of it is opened with the office's own keys. What the post may not see is not there.

mod feed;

use mohar_protocol::act::{Holder, VerifiedAct};
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::PostId;
use mohar_protocol::matter_text::{Cover, Note};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::names::{Named, Names, Place};
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble};
use crate::search::index::{Asked, Hit, Part};
use crate::search::query::Query;
use crate::search::snippet::{self, Piece};
use crate::search::vocabulary::Near;

/// Matters of one answer: twenty pages of 50. Whoever has more asks more exactly.
pub const HITS_MAX: usize = 1_000;

/// Characters that are shown of a note.
const SNIPPET_CHARS: usize = 200;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The words as typed.
    pub words: String,
    /// Daks only, or files only.
    pub is_dak: Option<bool>,
    /// Begun in this year.
    pub year: Option<u16>,
    /// Closed ones only, or others only.
    pub closed: Option<bool>,
    /// This post of the office has or had it.
    pub through: Option<PostId>,
}

/// One page of what was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The rows.
    pub rows: Vec<Row>,
    /// Matters on all pages, at most [`HITS_MAX`].
    pub total: usize,
    /// The page shown, from 1.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
    /// Posts of the office, to choose from.
    pub posts: Vec<(PostId, Named)>,
    /// Leaves of the own log that are not in the index yet.
    pub behind: u64,
}

/// A matter that was found.
#[derive(Debug, Clone)]
pub struct Row {
    /// The matter.
    pub matter: Matter,
    /// Its number.
    pub number: Vec<Piece>,
    /// Its subject.
    pub subject: Vec<Piece>,
    /// Where in it the words stand.
    pub part: Part,
    /// The text around them; empty when number and subject say it.
    pub snippet: Vec<Piece>,
    /// Who signed that.
    pub by: Option<Place>,
    /// When.
    pub at: Timestamp,
    /// Who has the matter.
    pub holder: Place,
    /// Whether that is another office.
    pub is_elsewhere: bool,
    /// Whether the words are there in the spelling that was asked, or in one that means the same.
    pub as_asked: bool,
}

impl App {
    /// One page of what a post may see of what fits. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn find(
        &self,
        officer: &Officer,
        wanted: &Wanted,
        page: usize,
        per_page: usize,
    ) -> Result<Found, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let size = reader.records.log(&officer.office)?.map_or(0, |log| log.frontier.size());
        let index = self.search.office(&officer.office);
        let query = Query::of(&wanted.words);
        let asked = Asked {
            query,
            post: officer.post,
            is_dak: wanted.is_dak,
            year: wanted.year,
            closed: wanted.closed,
            through: wanted.through,
        };
        let hits = match &index {
            Some(index) if !asked.query.is_empty() => index.find(&asked, HITS_MAX),
            _ => Vec::new(),
        };
        let pages = hits.len().div_ceil(per_page).max(1);
        let page = page.clamp(1, pages);
        let mut rows = Vec::new();
        for hit in hits.iter().skip((page - 1) * per_page).take(per_page) {
            let row = self.found(&reader, &names, &officer.holder(), &asked.query, hit);
            // What moved away from under the index is not there.
            rows.extend(unless_fault(row)?.ok());
        }
        Ok(Found {
            rows,
            total: hits.len(),
            page,
            pages,
            posts: own_posts(&names, officer)?,
            behind: size.saturating_sub(index.map_or(0, |index| index.size().position)),
        })
    }

    fn found(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        whose: &Holder,
        query: &Query,
        hit: &Hit,
    ) -> Result<Row, Trouble> {
        let matter = reader.visible(whose, &hit.matter)?;
        let act = reader.records.act(&hit.act)?.ok_or(Refusal::MatterUnknown)?;
        // An act that gave way to another one is no part of the file any more.
        if reader.records.chain_at(&matter.id, act.header().number)? != Some(act.id()) {
            return Err(Refusal::MatterUnknown.into());
        }
        let cover = reader.cover(&matter.id)?;
        Ok(Row {
            number: snippet::whole(query, &cover.number),
            subject: snippet::whole(query, &cover.subject),
            part: hit.part,
            snippet: snippet(reader, names, query, &cover, hit, &act)?,
            by: names.signer(act.header())?,
            at: act.header().time,
            holder: names.place(&matter.holder)?,
            is_elsewhere: !matter.is_held_by(&whose.office)
                || matches!(matter.phase, Phase::InTransit { .. }),
            as_asked: hit.near <= Near::Folded,
            matter,
        })
    }
}

/// The text around what was found.
fn snippet(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    query: &Query,
    cover: &Cover,
    hit: &Hit,
    act: &VerifiedAct,
) -> Result<Vec<Piece>, Trouble> {
    let text = match hit.part {
        Part::Cover => cover.letter.as_ref().map_or_else(String::new, |letter| {
            let said = [&letter.from, &letter.number, &letter.address, &letter.enclosures, &letter.remarks];
            said.into_iter()
                .filter(|text| !text.is_empty())
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" · ")
        }),
        Part::Movement => match act.header().holder {
            Some(holder) => {
                let place = names.place(&holder)?;
                format!("{}, {}", place.post.hi, place.office.hi)
            }
            None => String::new(),
        },
        Part::Note | Part::Remark | Part::Paper => {
            let reference = act.header().contents.get(usize::from(hit.place)).ok_or(Refusal::ContentNone)?;
            if hit.part == Part::Paper {
                let title = reader.paper(&hit.matter, reference)?.title.clone();
                return Ok(snippet::whole(query, &title));
            }
            Note::from_content(&reader.open(&hit.matter, reference)?)?.text()
        }
    };
    Ok(snippet::around(query, &text, SNIPPET_CHARS).unwrap_or_default())
}

fn own_posts(names: &Names<'_, '_>, officer: &Officer) -> Result<Vec<(PostId, Named)>, Trouble> {
    let register = names.registry().office(&officer.office)?;
    let mut posts = Vec::new();
    for post in register.posts() {
        let holder = Holder { office: officer.office, post: post.id };
        posts.push((names.rank(&holder)?, post.id, names.post(&holder)?));
    }
    posts.sort_by(|(a, _, one), (b, _, other)| a.cmp(b).then_with(|| one.hi.cmp(&other.hi)));
    Ok(posts.into_iter().map(|(_, post, name)| (post, name)).collect())
}

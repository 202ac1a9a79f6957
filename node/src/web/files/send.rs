//! The send sheet: what leaves, to whom, and then the signature.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::act::Holder;
use mohar_protocol::id::{MatterId, PostId};
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::Trouble;
use crate::app::names::{holder_from_text, holder_to_text};
use crate::app::note::Signed;
use crate::app::operation::FormId;
use crate::app::send::{Target as AppTarget, Targets, Words};
use crate::app::show::View;
use crate::clock;
use crate::web::error::Failure;
use crate::web::files::show::paragraphs_before;
use crate::web::files::{correctable, done, matter, next_on_desk, number, refused};
use crate::web::form::{Fields, Posted};
use crate::web::format::day_from_iso;
use crate::web::locale::{name, reach, sentence, urgency, urgency_number};
use crate::web::pages::frame::Here;
use crate::web::pages::note_text::paragraphs;
use crate::web::pages::send::{Leaves, SendSheet, SendTyped, Target, Wanted};
use crate::web::pages::words::Urgency;
use crate::web::session::AtWork;
use crate::web::texts::{Key, Lang, key};
use crate::web::{Web, html};

/// Characters of a search.
const SEARCH_CHARS_MAX: usize = 100;

/// What the sheet is asked for.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    to: String,
}

/// The sheet.
pub async fn ask(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
    Query(search): Query<Search>,
) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, search, None, None).await
}

/// Signs the note, if one was written, and then the movement.
pub async fn send(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let id = matter(&id)?;
    let to = holder_from_text(fields.get("to")).ok_or(Refusal::PostUnknown)?;
    let typed = typed(&fields);
    let seen = fields.get("version").parse().unwrap_or(0);
    let next = next_on_desk(&web, &visit, id).await?;
    match sign(&web, &visit, form, id, to, &typed, seen).await {
        Ok(false) => Err(Failure::changed().with_typed(fields.typed())),
        Ok(true) => {
            let number = number(&web, &visit, id).await?;
            let office = std::sync::Arc::clone(&visit.officer);
            let target = web.read_to_act(move |app| app.targets(&office, "", Some(to))).await?.chosen;
            let to_name = target.map_or_else(String::new, |target| name(visit.lang(), &target.place.post));
            let key = if to.office == visit.officer.office { "done-sent" } else { "done-queued" };
            let sentence = visit.t().b(key, "number", number, "to", to_name);
            done(&next, &informed(&web, &visit, form, id, &fields, sentence).await?)
        }
        Err(trouble) => {
            let refusal = correctable(trouble).map_err(|failure| failure.with_typed(fields.typed()))?;
            let search = Search { q: String::new(), to: fields.take("to") };
            sheet(&web, &visit, id, search, Some(typed), Some(refusal)).await
        }
    }
}

/// Copies for information to the levels that are passed over. The file has gone already: a copy that did
/// not go is said, and holds nothing up.
async fn informed(
    web: &Web,
    visit: &AtWork,
    form: FormId,
    id: MatterId,
    fields: &Fields,
    sentence_before: String,
) -> Result<String, Failure> {
    let posts = fields.names().filter_map(|name| holder_from_text(name.strip_prefix("copy-")?));
    let own = visit.officer.office;
    let posts: Vec<PostId> = posts.filter(|to| to.office == own).map(|to| to.post).collect();
    if posts.is_empty() {
        return Ok(sentence_before);
    }
    let more = match web.app.inform(&visit.officer, form, id, &posts, visit.lang().code()).await {
        Ok(n) => visit.t().n("done-informed", n),
        Err(Trouble::Refused(refusal)) => {
            visit.t().a("done-not-informed", "why", sentence(visit.lang(), refusal))
        }
        Err(fault) => return Err(fault.into()),
    };
    Ok(format!("{sentence_before} {more}"))
}

/// Signs note and movement; `false` when the note is not the one that was seen.
async fn sign(
    web: &Web,
    visit: &AtWork,
    form: FormId,
    id: MatterId,
    to: Holder,
    typed: &SendTyped,
    seen: u64,
) -> Result<bool, Trouble> {
    let (officer, language) = (&visit.officer, visit.lang().code());
    let words = words(language, typed.clone());
    words.check()?;
    // After a resend the note is signed and the draft is empty; only the movement is left to answer.
    match web.app.sign_draft(officer, id, language, seen).await {
        Ok(Signed::Changed) => return Ok(false),
        Ok(_) | Err(Trouble::Refused(Refusal::NotHolder | Refusal::NotHolderOffice | Refusal::IsQueued)) => {}
        Err(trouble) => return Err(trouble),
    }
    if to.office == officer.office {
        web.app.mark(officer, form, id, to.post, &words).await?;
    } else {
        web.app.forward(officer, form, id, to, &words).await?;
    }
    Ok(true)
}

/// The words of a dispatch, as they are signed.
pub fn words(language: &str, typed: SendTyped) -> Words {
    Words {
        language: language.to_owned(),
        wanted: typed.wanted.code().to_owned(),
        due: if day_from_iso(&typed.due).is_some() { typed.due } else { String::new() },
        urgency: urgency_number(typed.urgency),
        remarks: typed.remarks,
    }
}

/// A search, no longer than one may be.
pub fn search_words(q: &str) -> String {
    q.chars().take(SEARCH_CHARS_MAX).collect()
}

/// The posts to choose from, under their headings.
pub fn offered(lang: Lang, targets: &Targets) -> Vec<(Key, Vec<Target>)> {
    let shown = |one: &AppTarget| target(lang, one);
    // Whoever stands among the recent ones does not stand below again.
    let is_new = |one: &&AppTarget| targets.recent.iter().all(|known| known.holder != one.holder);
    let rest = |all: &[AppTarget]| all.iter().filter(is_new).map(shown).collect();
    vec![
        (key("send-recent"), targets.recent.iter().map(shown).collect()),
        (key("send-own"), rest(&targets.own)),
        (key("send-near"), rest(&targets.near)),
        (key("send-others"), rest(&targets.others)),
    ]
}

/// What was typed on the sheet.
pub fn typed(fields: &Fields) -> SendTyped {
    SendTyped {
        remarks: fields.take("remarks"),
        wanted: Wanted::from_code(fields.get("wanted")).unwrap_or_default(),
        due: fields.take("due"),
        urgency: Urgency::from_code(fields.get("urgency")).unwrap_or_default(),
    }
}

async fn sheet(
    web: &Web,
    visit: &AtWork,
    id: MatterId,
    search: Search,
    typed: Option<SendTyped>,
    error: Option<Refusal>,
) -> Result<Response, Failure> {
    let q = search_words(&search.q);
    let (chosen, words) = (holder_from_text(&search.to), q.clone());
    let read = web.page(visit, Here::Desk, move |app, officer| {
        let onward = chosen.map(|to| app.onward(officer, &id, to)).transpose()?;
        Ok((app.show(officer, &id, clock::now())?, app.targets(officer, &words, chosen)?, onward))
    });
    let (frame, (view, targets, onward)) = read.await?;
    if !view.may.work {
        return Err(Refusal::NotHolder.into());
    }
    let lang = visit.lang();
    let (number, subject) = match &view.cover {
        Ok(cover) => (cover.number.clone(), cover.subject.clone()),
        Err(refusal) => (id.short(), sentence(lang, *refusal)),
    };
    let onward = onward.unwrap_or_default();
    let standing = view.past.urgency(view.cover.as_deref().ok());
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SendSheet {
        frame,
        id: id.to_string(),
        number,
        subject,
        leaves: leaves(&view),
        q,
        offered: offered(lang, &targets),
        again: onward.again && view.draft.as_ref().is_none_or(|draft| draft.text.trim().is_empty()),
        levels: u32::try_from(onward.levels).unwrap_or(u32::MAX),
        skipped: onward.skipped.iter().map(|one| target(lang, one)).collect(),
        more: targets.more,
        chosen: targets.chosen.as_ref().map(|one| target(lang, one)),
        typed: typed.unwrap_or_else(|| SendTyped { urgency: urgency(standing), ..SendTyped::default() }),
        error: error.map(|refusal| sentence(lang, refusal)),
    };
    Ok(refused(html(&page)?, status))
}

fn leaves(view: &View) -> Leaves {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let text = view.draft.as_ref().map_or("", |draft| draft.text.as_str());
    let draft = paragraphs(text, paragraphs_before(&view.notes, view.notes.len()));
    Leaves {
        version: view.draft.as_ref().map_or(0, |draft| draft.version),
        notes: count(view.notes.len()) + u32::from(!draft.is_empty()),
        draft,
        papers: count(view.papers.len()),
        bytes: view
            .papers
            .iter()
            .filter_map(|paper| paper.facts.as_ref().ok())
            .map(|facts| facts.bytes)
            .sum(),
    }
}

/// A post as the sheets show it.
pub fn target(lang: Lang, target: &AppTarget) -> Target {
    Target {
        id: holder_to_text(&target.holder),
        post: name(lang, &target.place.post),
        office: name(lang, &target.place.office),
        person: target.place.person.as_ref().map(|person| name(lang, person)),
        remark: None,
        reach: reach(target.reach),
        needs_newer: false,
    }
}

//! What may be asked of the office's node in the name of an officer.

use crate::act::body::Dispatch;
use crate::act::{Body, Holder, Verb, body};
use crate::custody::Matter;
use crate::hash::Hash;
use crate::id::{ActId, MatterId, PostId};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A wish about a matter that exists already. It becomes an act when the rules allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Write a note (its text is the content that comes with the request).
    Note,
    /// Attach papers (the contents that come with the request).
    Attach,
    /// Mark to another post of this office.
    Mark {
        /// The post.
        to: PostId,
    },
    /// Queue for dispatch to another office.
    Forward {
        /// Office and post.
        to: Holder,
    },
    /// Take the queued dispatch back.
    Cancel,
    /// Record that the received file was opened.
    Opened,
    /// Return to where it came from.
    SendBack,
    /// Ask for it back after handover.
    RequestRecall,
    /// Remind whoever holds it.
    Remind,
    /// Lay aside.
    Park {
        /// Until when.
        until: Timestamp,
    },
    /// Take up again.
    Wake,
    /// Close.
    Close {
        /// Retention category.
        retention: u8,
    },
    /// Open again what was closed.
    Reopen,
    /// Close, because the papers are in a file now.
    PutInFile {
        /// The file.
        file: MatterId,
        /// The act that attached them to it.
        attach: ActId,
    },
    /// Draft a letter (its text is the content that comes with the request).
    Draft {
        /// The first version, of a later one.
        letter: Option<ActId>,
        /// How many versions there are with this one.
        version: u32,
    },
    /// Approve a version of a letter.
    Approve {
        /// The version.
        draft: ActId,
    },
    /// Issue an approved letter (the letter and the list of recipients are the contents).
    Issue {
        /// The approval.
        approval: ActId,
        /// Root over the list of recipients.
        root: Hash,
        /// How many they are.
        count: u32,
    },
    /// Say how an issued letter goes to one recipient. A side act: custody is not asked for.
    Dispatch(Dispatch),
}

impl Command {
    /// The verb of the act that the command becomes.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Note => Verb::Note,
            Self::Attach => Verb::Attach,
            Self::Mark { .. } => Verb::Mark,
            Self::Forward { .. } => Verb::Forward,
            Self::Cancel => Verb::Cancel,
            Self::Opened => Verb::Opened,
            Self::SendBack => Verb::SendBack,
            Self::RequestRecall => Verb::RequestRecall,
            Self::Remind => Verb::Remind,
            Self::Park { .. } => Verb::Park,
            Self::Wake => Verb::Wake,
            Self::Close { .. } => Verb::Close,
            Self::Reopen => Verb::Reopen,
            Self::PutInFile { .. } => Verb::PutInFile,
            Self::Draft { .. } => Verb::Draft,
            Self::Approve { .. } => Verb::Approve,
            Self::Issue { .. } => Verb::Issue,
            Self::Dispatch(_) => Verb::Dispatch,
        }
    }

    /// The body and the holder that the act will name. What the state forbids is refused by
    /// [`Matter::advance`], which judges the finished act.
    ///
    /// # Errors
    /// [`Refusal`] when the state lacks what the body needs.
    pub(crate) fn propose(&self, matter: &Matter) -> Result<(Body, Holder), Refusal> {
        let stay = matter.holder;
        Ok(match self {
            Self::Note => (Body::Note(body::Note {}), stay),
            Self::Attach => (Body::Attach(body::Attach {}), stay),
            Self::Mark { to } => {
                (Body::Mark(body::Mark { to: *to }), Holder { office: stay.office, post: *to })
            }
            Self::Forward { to } => (Body::Forward(body::Forward { to: *to }), stay),
            Self::Cancel => {
                let forward = queued_by(matter).ok_or(Refusal::NotQueued)?;
                (Body::Cancel(body::Cancel { forward }), stay)
            }
            Self::Opened => (Body::Opened(body::Opened {}), stay),
            Self::SendBack => {
                let to = matter.came_from.ok_or(Refusal::NoWayBack)?;
                let holder = if to.office == stay.office { to } else { stay };
                (Body::SendBack(body::SendBack { to }), holder)
            }
            // A side act: the machine builds it, because it embeds this office's own ready.
            Self::RequestRecall => return Err(Refusal::NotRecallable),
            // Another one.
            Self::Remind => return Err(Refusal::WrongHolder),
            Self::Park { until } => (Body::Park(body::Park { until: *until }), stay),
            Self::Wake => (Body::Wake(body::Wake {}), stay),
            Self::Close { retention } => (Body::Close(body::Close { retention: *retention }), stay),
            Self::Reopen => (Body::Reopen(body::Reopen {}), stay),
            Self::PutInFile { file, attach } => {
                (Body::PutInFile(body::PutInFile { file: *file, attach: *attach }), stay)
            }
            Self::Draft { letter, version } => {
                (Body::Draft(body::Draft { letter: *letter, version: *version }), stay)
            }
            Self::Approve { draft } => (Body::Approve(body::Approve { draft: *draft }), stay),
            Self::Issue { approval, root, count } => {
                (Body::Issue(body::Issue { approval: *approval, root: *root, count: *count }), stay)
            }
            Self::Dispatch(dispatch) => (Body::Dispatch(dispatch.clone()), stay),
        })
    }
}

fn queued_by(matter: &Matter) -> Option<ActId> {
    match matter.phase {
        super::Phase::Queued { by, .. } => Some(by),
        _ => None,
    }
}

//! What the command line says to a running node over its local control socket: one JSON object a
//! line, one answer a line. The socket belongs to the node's user; whoever may open it is trusted
//! as office IT, and still needs an administrator's password for acts.

use serde::{Deserialize, Serialize};

use crate::act::body::ChargeKind;
use crate::id::{MatterId, OfficeId};

/// Bytes of one line: an import of a large registry, in base64.
pub const LINE_BYTES_MAX: usize = 96 * 1024 * 1024;

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// How is the node?
    Status,
    /// Charter and dossiers, as a `mohar/registry/1` file in base64.
    Registry,
    /// Takes in a registry file (base64), such as the dossier of an office just admitted.
    Import {
        /// The file.
        registry: String,
    },
    /// What this node holds of an office, as a `mohar/holding/1` file in base64: for the ceremony after
    /// a fire.
    Holding {
        /// The office.
        office: OfficeId,
    },
    /// Leaves of an office log held here.
    Leaves {
        /// The office; the node's first one when absent.
        office: Option<OfficeId>,
        /// First index.
        from: u64,
        /// At most this many (bounded by the node as well).
        max: usize,
    },
    /// The latest checkpoint of an office log held here, with all cosignatures.
    Checkpoint {
        /// The office; the node's first one when absent.
        office: Option<OfficeId>,
    },
    /// The audit bundle of one matter, in base64.
    Bundle {
        /// The matter.
        matter: MatterId,
    },
    /// Makes a post.
    AddPost {
        /// The administrator.
        by: Credentials,
        /// Identifier such as `tehsildar`.
        code: String,
        /// Hindi name.
        name_hi: String,
        /// English name.
        name_en: String,
        /// Order in lists, lower is higher.
        rank: u8,
        /// Whether its holder may change the register.
        admin: bool,
    },
    /// Names a person and makes a sign-in.
    AddOfficer {
        /// The administrator.
        by: Credentials,
        /// Sign-in name.
        login: String,
        /// First password.
        password: String,
        /// Hindi name.
        name_hi: String,
        /// English name.
        name_en: String,
    },
    /// Gives an officer a new key under a new first password.
    RekeyOfficer {
        /// The administrator.
        by: Credentials,
        /// Sign-in name.
        login: String,
        /// First password.
        password: String,
    },
    /// Puts an officer on a post.
    GiveCharge {
        /// The administrator.
        by: Credentials,
        /// The officer's sign-in name.
        login: String,
        /// The post's code.
        post: String,
        /// How.
        kind: ChargeKind,
    },
    /// Takes an officer off a post.
    EndCharge {
        /// The administrator.
        by: Credentials,
        /// The officer's sign-in name.
        login: String,
        /// The post's code.
        post: String,
    },
    /// The head of office goes on although no mirror and no witness can be asked.
    Continue {
        /// The head of office.
        by: Credentials,
    },
    /// This installation of an office is the right one, whatever other speaks for it.
    Rejoin {
        /// The office; the node's first one when absent.
        office: Option<OfficeId>,
    },
    /// Acts that gave way to the log that cosigners hold.
    Orphans {
        /// The office; the node's first one when absent.
        office: Option<OfficeId>,
    },
    /// Queues files for a successor of the office; what is on its way already is left out.
    HandOn {
        /// The administrator.
        by: Credentials,
        /// The successor.
        to: OfficeId,
        /// Files and daks.
        matters: Vec<MatterId>,
        /// Posts whose files and daks are meant as well, by code.
        posts: Vec<String>,
    },
    /// Files and daks that an office holds, as far as this node knows.
    Held {
        /// The office.
        office: OfficeId,
        /// The answer before said that there are more after this one.
        after: Option<MatterId>,
    },
    /// Takes in an order of reassignment: the `reassign`, then its endorsements, each in base64.
    Reassign {
        /// The acts.
        acts: Vec<String>,
    },
    /// Makes node keys for one more office that the node is to host.
    HostKeys {
        /// Sign-in name of the new office's first administrator; it must be free on this node.
        login: String,
    },
    /// Recomputes what is derived and compares it with what is kept.
    Check,
    /// How much do the search indexes know?
    SearchStatus,
    /// Makes the search indexes anew; the present ones answer until that is done.
    SearchRebuild,
    /// Writes a carrier packet.
    PacketExport {
        /// For whom.
        to: OfficeId,
    },
    /// Takes in a carrier packet (base64) and writes one with the answers.
    PacketImport {
        /// The packet.
        packet: String,
    },
}

/// Sign-in name and password of an administrator.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: String,
}

impl core::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Credentials({}, …)", self.login)
    }
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "written once to a socket")]
pub enum Response {
    /// Done.
    Done {
        /// The id of what was made, if anything.
        id: Option<String>,
    },
    /// To [`Request::Status`].
    Status(Status),
    /// Bytes in base64.
    Bytes {
        /// The bytes.
        base64: String,
    },
    /// To [`Request::Leaves`].
    Leaves {
        /// The office.
        office: OfficeId,
        /// Index of the first.
        from: u64,
        /// Size of the log.
        size: u64,
        /// Acts in base64.
        leaves: Vec<String>,
    },
    /// To [`Request::Held`].
    Held {
        /// In the order of their ids.
        matters: Vec<HeldMatter>,
        /// Ask again after this one: there are more.
        more: Option<MatterId>,
    },
    /// To [`Request::Orphans`].
    Orphans {
        /// The office.
        office: OfficeId,
        /// In the order in which they stood in the log.
        orphans: Vec<Orphan>,
    },
    /// To [`Request::PacketExport`] and [`Request::PacketImport`].
    Packet {
        /// The office at the other end.
        other: OfficeId,
        /// Its path.
        path: String,
        /// Frames that were taken in.
        taken: u64,
        /// Refused frames, by code.
        refused: std::collections::BTreeMap<String, u64>,
        /// Frames in the new packet that want something done; with none it need not be carried.
        owed: u64,
        /// The new packet.
        base64: String,
    },
    /// To [`Request::Checkpoint`].
    Checkpoint {
        /// The office.
        office: OfficeId,
        /// The note.
        note: String,
    },
    /// To [`Request::HostKeys`].
    HostKeys {
        /// The keys, sealed under the storage key of the node, in base64.
        sealed: String,
        /// CBOR of the first `incarnate` body of the new office, in base64.
        incarnate: String,
    },
    /// To [`Request::SearchStatus`].
    Search {
        /// Hosted offices.
        offices: Vec<SearchStatus>,
        /// Whether they are being made anew.
        rebuilding: bool,
        /// Leaves that were read for the one that is being made anew.
        fresh: u64,
    },
    /// No, with code and sentences.
    Refused {
        /// Stable code.
        code: String,
        /// Hindi.
        hindi: String,
        /// English.
        english: String,
    },
    /// The node could not answer.
    Failed {
        /// Why.
        why: String,
    },
}

impl From<crate::refusal::Refusal> for Response {
    fn from(refusal: crate::refusal::Refusal) -> Self {
        Self::Refused {
            code: refusal.code().to_owned(),
            hindi: refusal.hindi().to_owned(),
            english: refusal.english().to_owned(),
        }
    }
}

/// How a node is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// Software version.
    pub version: String,
    /// The state.
    pub state: crate::id::StateId,
    /// Seconds since the start.
    pub up_s: u64,
    /// Where the officers' pages are.
    pub web: String,
    /// Its key on the network, 64 hexadecimal digits.
    pub transport: String,
    /// Where other nodes reach it.
    pub listen: Vec<String>,
    /// Hosted offices.
    pub offices: Vec<OfficeStatus>,
    /// Other offices of the state.
    pub others: Vec<OtherStatus>,
    /// What is still to come from others after an absence; none when nothing is known to be missing.
    pub catching_up: Option<CatchingUp>,
    /// Unknown peers refused since the start.
    pub refused_peers: u64,
    /// Peers' messages refused since the start, by code.
    pub refused_messages: std::collections::BTreeMap<String, u64>,
}

/// What is still to come from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatchingUp {
    /// Registers and directories of other offices.
    pub dossiers: u64,
    /// Files addressed to this node.
    pub files: u64,
    /// Acts of mirrored logs.
    pub acts: u64,
    /// Bytes of all that, in part an estimate.
    pub bytes: u64,
    /// Bytes a second at present.
    pub bytes_per_s: u64,
    /// Seconds that it takes at the present rate.
    pub seconds: Option<u64>,
}

/// A hosted office.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfficeStatus {
    /// The office.
    pub office: OfficeId,
    /// Path.
    pub path: String,
    /// Hindi name.
    pub name_hi: String,
    /// English name.
    pub name_en: String,
    /// Leaves in the log.
    pub log_size: u64,
    /// Whether it may sign: `working`, `asking`, `restoring`, `continuing` or `stopped`.
    pub standing: String,
    /// Why it does not simply work; one of the words of `machine::Why`.
    pub why: Option<String>,
    /// What is awaited and what to do, when it may not sign.
    pub hindrance: Option<String>,
    /// Acts that gave way to the log that cosigners hold.
    pub orphans: u64,
    /// Cosigners with role and how much they have cosigned.
    pub cosigners: Vec<CosignerStatus>,
    /// How far it is, while it is fetched from its mirrors after its machine was replaced.
    pub restoring: Option<RestoringStatus>,
}

/// How much the search index of an office knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SearchStatus {
    /// The office.
    pub office: OfficeId,
    /// Path.
    pub path: String,
    /// Leaves in the log.
    pub log_size: u64,
    /// Those that the index has read.
    pub read: u64,
    /// The leaf from which on it was read: older ones are left out when there are too many.
    pub begun_at: u64,
    /// Covers, notes, remarks, papers and movements in it.
    pub documents: u64,
    /// Different spellings.
    pub words: u64,
    /// Bytes on the disk.
    pub bytes: u64,
}

/// How much of an office that is being restored there is, and how much of it is here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoringStatus {
    /// Leaves of its log that survive.
    pub acts: u64,
    /// Those that are here.
    pub acts_here: u64,
    /// Contents that the leaves here name.
    pub contents: u64,
    /// Those that are here.
    pub contents_here: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are here.
    pub bytes_here: u64,
    /// Whether officers can work already; papers may still be on their way.
    pub works: bool,
    /// Seconds that the rest will take at the pace since the node's start; unknown at first.
    pub left_s: Option<u64>,
}

/// A file or dak that an office holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeldMatter {
    /// The matter.
    pub matter: MatterId,
    /// How often it was reassigned.
    pub epoch: u32,
    /// Number of the last act that is known here.
    pub number: u64,
    /// When that act was signed, by the clock of its signer.
    pub time_ms: u64,
    /// That act in base64, which an order names.
    pub last: String,
    /// An order that is not carried out yet.
    pub order: Option<OpenOrder>,
}

/// An order of reassignment that is not carried out yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenOrder {
    /// The `reassign`.
    pub act: crate::id::ActId,
    /// The office that takes the matter up.
    pub to: OfficeId,
    /// Time anchors that must pass in its log before it does.
    pub window: u32,
    /// Time anchors that have passed, where this node hosts that office.
    pub anchors: u32,
    /// The office that holds the matter has shown that it is alive.
    pub contested: bool,
}

/// An act that gave way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Orphan {
    /// Its place in the log that was given up.
    pub index: u64,
    /// The act.
    pub act: crate::id::ActId,
    /// Its matter.
    pub matter: MatterId,
    /// The verb, or its number when this software does not know it.
    pub verb: String,
    /// Declared time, milliseconds since 1970.
    pub time_ms: u64,
    /// Its bytes in base64.
    pub base64: String,
}

/// A cosigner of an own log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CosignerStatus {
    /// Its path.
    pub path: String,
    /// `mirror` or `witness`.
    pub role: String,
    /// Leaves cosigned.
    pub size: u64,
}

/// Another office.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OtherStatus {
    /// The office.
    pub office: OfficeId,
    /// Path.
    pub path: String,
    /// Hindi name.
    pub name_hi: String,
    /// English name.
    pub name_en: String,
    /// Whether its node is linked.
    pub linked: bool,
    /// Milliseconds since 1970 of the last change of `linked`, if any was seen.
    pub since_ms: Option<u64>,
    /// Files that wait for it.
    pub waiting: u64,
    /// Milliseconds since 1970 since when the oldest waits.
    pub oldest_ms: Option<u64>,
}

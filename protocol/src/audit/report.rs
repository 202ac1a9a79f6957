//! The result of an audit: one verdict for every act, what was checked how often, and counts that
//! are always recomputed from the verdicts. This module never reads a count from its input.

use std::collections::BTreeMap;

use serde::Serialize;

use super::finding::{Finding, Weight};
use crate::act::VerifiedAct;
use crate::hash::Hash;
use crate::id::{ActId, Commitment, MatterId, OfficeId, StateId};
use crate::records::Role;
use crate::time::Timestamp;

/// What became of one act or content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "because", rename_all = "snake_case")]
pub enum Verdict {
    /// Bytes, signature, authority and place are proven.
    Verified,
    /// Intact, but something is missing.
    NotFullyCheckable(Finding),
    /// A proof contradicts the bytes, or a rule was broken.
    Failed(Finding),
    /// Not reached, because something before it failed. Never counts as passed.
    NotChecked,
}

impl Verdict {
    fn of(worst: Option<Finding>) -> Self {
        match worst.map(|finding| (finding, finding.weight())) {
            Some((finding, Weight::Failure)) => Self::Failed(finding),
            Some((finding, Weight::Gap)) => Self::NotFullyCheckable(finding),
            _ => Self::Verified,
        }
    }
}

/// What was audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// A whole office log.
    Log(Option<OfficeId>),
    /// The bundle of one matter.
    Bundle(Option<MatterId>),
}

/// How far the authority of signers is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// Judged by the whole log: every register act stands where it must.
    Complete,
    /// Judged by the registers in the bundle: an office could have left out a later register act.
    Vouched,
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActLine {
    /// Position in the log, or in the bundle.
    pub position: u64,
    /// The act; absent when it cannot be read or its signature does not hold.
    pub act: Option<ActId>,
    /// The office that speaks.
    pub office: Option<OfficeId>,
    /// Its matter.
    pub matter: Option<MatterId>,
    /// Its number in the chain.
    pub number: Option<u64>,
    /// Its verb, as a word, or as a number when this software does not know it.
    pub verb: Option<String>,
    /// The declared time.
    pub time: Option<Timestamp>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What is worth a look besides.
    pub notices: Vec<Finding>,
}

impl ActLine {
    pub(super) const fn unread(position: u64, verdict: Verdict) -> Self {
        Self {
            position,
            act: None,
            office: None,
            matter: None,
            number: None,
            verb: None,
            time: None,
            verdict,
            notices: Vec::new(),
        }
    }

    /// The line of an act with everything that was found about it.
    pub(super) fn of(position: u64, act: &VerifiedAct, found: &[Finding]) -> Self {
        let header = act.header();
        let verb = header.known_verb().map_or_else(|| header.verb.to_string(), |verb| verb.name().to_owned());
        let weighs = |weight| found.iter().copied().find(|finding| finding.weight() == weight);
        Self {
            act: Some(act.id()),
            office: header.office,
            matter: Some(act.matter()),
            number: Some(header.number),
            verb: Some(verb),
            time: Some(header.time),
            notices: found.iter().copied().filter(|finding| finding.weight() == Weight::Notice).collect(),
            ..Self::unread(position, Verdict::of(weighs(Weight::Failure).or_else(|| weighs(Weight::Gap))))
        }
    }
}

/// One sealed content that an act names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContentLine {
    /// The act; absent for a disclosed content that no act names.
    pub act: Option<ActId>,
    /// What the act commits to.
    pub commitment: Commitment,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Something found about the registry, a checkpoint or a proof, rather than about an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingLine {
    /// What it is about: `registry`, `checkpoint`, `evidence`, `contents`, `state`.
    pub about: &'static str,
    /// The office concerned, if one is.
    pub office: Option<OfficeId>,
    /// What was found.
    pub finding: Finding,
}

/// A log whose checkpoint was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// The office.
    pub office: OfficeId,
    /// Entries under the checkpoint.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// Who cosigned this size: for entries at or beyond it they vouch for nothing.
    pub cosignatures: Vec<CosignatureLine>,
}

/// A cosignature that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CosignatureLine {
    /// The cosigner.
    pub by: OfficeId,
    /// `mirror` (holds the bytes) or `witness` (has seen the head).
    pub role: &'static str,
    /// Seconds since 1970, by the cosigner's clock.
    pub time_s: u64,
}

impl CosignatureLine {
    pub(super) const fn new(by: OfficeId, role: Role, time_s: u64) -> Self {
        Self { by, role: role.name(), time_s }
    }
}

macro_rules! checks {
    ($($name:ident $text:literal $hi:literal $en:literal;)*) => {
        /// A kind of check. The report says how often each was done, zero included.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Check { $(#[doc = $en] $name,)* }

        impl Check {
            /// Every check.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            const fn texts(self) -> [&'static str; 3] {
                match self { $(Self::$name => [$text, $hi, $en],)* }
            }
        }
    };
}

checks! {
    Registry "registry" "पंजी दी गई राज्य पहचान-संख्या से सिद्ध होती है" "The registry follows from the trusted state";
    Checkpoint "checkpoint" "शीर्ष-पत्र इसी कार्यालय का है और उस पर इसके सर्वर के हस्ताक्षर हैं" "The checkpoint is of this office and signed by its node";
    Root "root" "प्रविष्टियाँ शीर्ष-पत्र से मेल खाती हैं" "The entries add up to the checkpoint";
    Inclusion "inclusion" "प्रविष्टि अपने कार्यालय के अभिलेख में है" "The entry stands in the log of its office";
    Cosignature "cosignature" "प्रति-हस्ताक्षर सही हैं" "The cosignature holds";
    Form "form" "प्रविष्टि मानक रूप में है" "The act is in canonical form";
    Signature "signature" "हस्ताक्षर सही हैं और हस्ताक्षरकर्ता को अधिकार था" "The signature holds and its signer had the right";
    Register "register" "प्रविष्टि उस समय की पंजी पर आधारित है" "The act relies on the register recorded before it";
    Incarnation "incarnation" "उस समय कार्यालय का कार्य उसी सर्वर पर होता था" "That node spoke for the office then";
    Once "once" "प्रविष्टि एक ही बार दर्ज है" "The entry stands there once";
    Anchor "anchor" "समय का साक्ष्य सही है" "The time anchor holds";
    Time "time" "घोषित समय क्रम में है" "Declared times are in order";
    Link "link" "प्रविष्टि पिछली प्रविष्टि से जुड़ती है" "The entry follows the one before it";
    Custody "custody" "नस्ती पर कार्यवाही उसी ने की जिसके पास वह थी" "Whoever acted on the file held it";
    Content "content" "सामग्री वही है जिस पर हस्ताक्षर हुए थे" "The content is the one that was signed";
}

/// How often a check was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckLine {
    /// Its name.
    pub check: &'static str,
    /// Hindi.
    pub hindi: &'static str,
    /// English.
    pub english: &'static str,
    /// How often.
    pub times: u64,
}

/// Verdicts, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub all: u64,
    /// Proven.
    pub verified: u64,
    /// Intact, something missing.
    pub not_fully_checkable: u64,
    /// Contradicted.
    pub failed: u64,
    /// Not reached.
    pub not_checked: u64,
}

impl Counts {
    fn of(verdicts: impl Iterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            counts.all += 1;
            *match verdict {
                Verdict::Verified => &mut counts.verified,
                Verdict::NotFullyCheckable(_) => &mut counts.not_fully_checkable,
                Verdict::Failed(_) => &mut counts.failed,
                Verdict::NotChecked => &mut counts.not_checked,
            } += 1;
        }
        counts
    }
}

/// How an audit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything is proven.
    Proven,
    /// Nothing failed; something that would prove the rest is not here.
    Gaps,
    /// A proof contradicts the bytes, or a rule was broken.
    Failed,
}

/// The whole result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was audited.
    pub subject: Subject,
    /// The state that was trusted; nothing else was.
    pub trust: StateId,
    /// How far authority is proven.
    pub authority: Authority,
    /// How it ended.
    pub outcome: Outcome,
    /// Verdicts on acts, counted.
    pub acts_counted: Counts,
    /// Verdicts on contents, counted.
    pub contents_counted: Counts,
    /// Different matters among the acts.
    pub matters: u64,
    /// What was checked, and how often.
    pub checks: Vec<CheckLine>,
    /// Logs with a verified checkpoint.
    pub logs: Vec<LogLine>,
    /// What was found beside acts and contents.
    pub findings: Vec<FindingLine>,
    /// Every act.
    pub acts: Vec<ActLine>,
    /// Every content.
    pub contents: Vec<ContentLine>,
}

impl Report {
    /// Codes of everything that failed or is missing, sorted, each once.
    pub fn codes(&self) -> Vec<&'static str> {
        let verdicts = self.acts.iter().map(|line| line.verdict);
        let verdicts = verdicts.chain(self.contents.iter().map(|line| line.verdict));
        let mut codes: Vec<&'static str> = verdicts
            .filter_map(|verdict| match verdict {
                Verdict::Failed(finding) | Verdict::NotFullyCheckable(finding) => Some(finding.code()),
                Verdict::Verified | Verdict::NotChecked => None,
            })
            .chain(self.findings.iter().map(|line| line.finding.code()))
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// A report in the making.
#[derive(Debug)]
pub(super) struct Tally {
    pub logs: Vec<LogLine>,
    pub acts: Vec<ActLine>,
    pub contents: Vec<ContentLine>,
    findings: Vec<FindingLine>,
    checks: BTreeMap<Check, u64>,
}

impl Tally {
    pub const fn new() -> Self {
        Self {
            logs: Vec::new(),
            acts: Vec::new(),
            contents: Vec::new(),
            findings: Vec::new(),
            checks: BTreeMap::new(),
        }
    }

    /// Counts a check.
    pub fn did(&mut self, check: Check) {
        *self.checks.entry(check).or_insert(0) += 1;
    }

    /// Notes a finding that belongs to no act.
    pub fn found(&mut self, about: &'static str, office: Option<OfficeId>, finding: Finding) {
        self.findings.push(FindingLine { about, office, finding });
    }

    /// The report, with every summary computed from what stands in it.
    pub fn finish(self, subject: Subject, trust: StateId, authority: Authority) -> Report {
        let acts_counted = Counts::of(self.acts.iter().map(|line| line.verdict));
        let contents_counted = Counts::of(self.contents.iter().map(|line| line.verdict));
        let weight = self.findings.iter().map(|line| line.finding.weight()).max();
        let both = [acts_counted, contents_counted];
        let outcome = if weight == Some(Weight::Failure) || both.iter().any(|c| c.failed > 0) {
            Outcome::Failed
        } else if weight == Some(Weight::Gap) || both.iter().any(|c| c.verified < c.all) {
            Outcome::Gaps
        } else {
            Outcome::Proven
        };
        let matters: std::collections::BTreeSet<_> =
            self.acts.iter().filter_map(|line| line.matter).collect();
        let times = |check: &Check| self.checks.get(check).copied().unwrap_or(0);
        let line = |check: &Check| {
            let [name, hindi, english] = check.texts();
            CheckLine { check: name, hindi, english, times: times(check) }
        };
        Report {
            subject,
            trust,
            authority,
            outcome,
            acts_counted,
            contents_counted,
            matters: matters.len() as u64,
            checks: Check::ALL.iter().map(line).collect(),
            logs: self.logs,
            findings: self.findings,
            acts: self.acts,
            contents: self.contents,
        }
    }
}

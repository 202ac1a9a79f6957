//! What an audit may find, with a stable code and a sentence in Hindi and English.
//!
//! A finding is either a [`Refusal`], where a rule of the living system says the same, or one of
//! the closed list below. This module never decides what an act's verdict is.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::act::ActError;
use crate::refusal::Refusal;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Worth a look; proves nothing.
    Notice,
    /// What is there is intact, but something that would prove it is missing.
    Gap,
    /// A proof contradicts the bytes, or a rule was broken.
    Failure,
}

macro_rules! findings {
    ($($name:ident $weight:ident $code:literal $hi:literal $en:literal;)*) => {
        /// Something an audit found. Codes are never reused or renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Finding {
            /// A rule that the living system refuses by as well.
            Refused(Refusal),
            $(#[doc = $en] $name,)*
        }

        impl Finding {
            /// Every finding that is not a refusal.
            pub const OWN: &[Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { Self::Refused(refusal) => refusal.code(), $(Self::$name => $code,)* }
            }

            /// What to tell a person, in Hindi.
            pub const fn hindi(self) -> &'static str {
                match self { Self::Refused(refusal) => refusal.hindi(), $(Self::$name => $hi,)* }
            }

            /// What to tell a person, in English.
            pub const fn english(self) -> &'static str {
                match self { Self::Refused(refusal) => refusal.english(), $(Self::$name => $en,)* }
            }

            /// How much it weighs. What only newer software can judge is a gap, not a failure.
            pub const fn weight(self) -> Weight {
                match self {
                    Self::Refused(Refusal::ActUnknownVerb) => Weight::Gap,
                    Self::Refused(_) => Weight::Failure,
                    $(Self::$name => Weight::$weight,)*
                }
            }
        }
    };
}

findings! {
    // The log as a whole.
    LogEmpty Failure "audit.log_empty" "अभिलेख में कोई प्रविष्टि नहीं है।" "The log has no entries.";
    LogBegin Failure "audit.log_begin" "अभिलेख का आरंभ कार्यालय की स्थापना से नहीं होता।" "The log does not begin with the founding of its office.";
    LogSize Failure "audit.log_size" "प्रविष्टियों की संख्या शीर्ष-पत्र में लिखी संख्या से भिन्न है।" "The log has more or fewer entries than its checkpoint says.";
    LogForeign Failure "audit.log_foreign" "यह प्रविष्टि किसी अन्य कार्यालय की है।" "The entry belongs to the log of another office.";
    LogTwice Failure "audit.log_twice" "यही प्रविष्टि पहले भी आ चुकी है।" "The same entry stands in the log twice.";
    CheckpointForeign Failure "audit.checkpoint_foreign" "शीर्ष-पत्र किसी अन्य कार्यालय का है।" "The checkpoint is of another office's log.";
    Cosignature Failure "audit.cosignature" "शीर्ष-पत्र पर किसी कार्यालय के प्रति-हस्ताक्षर सही नहीं हैं।" "A cosignature on the checkpoint is wrong.";
    CosignerUnknown Gap "audit.cosigner_unknown" "शीर्ष-पत्र पर राज्य के किसी कार्यालय के नाम से ऐसी कुंजी के प्रति-हस्ताक्षर हैं, जो उसकी पंजी में नहीं है।" "A cosignature names an office of this state but a key that its register does not hold.";
    Uncosigned Notice "audit.uncosigned" "इस शीर्ष-पत्र पर किसी अन्य कार्यालय के प्रति-हस्ताक्षर नहीं हैं।" "No other office has cosigned this checkpoint.";

    // The register that an act relied on.
    RegisterOlder Failure "audit.register_older" "प्रविष्टि पुरानी पंजी पर आधारित है, जबकि उससे पहले नई पंजी दर्ज हो चुकी थी; इससे असत्य सिद्ध होता है।" "The act relies on an older register than the one recorded before it: this proves a lie.";
    RegisterLater Failure "audit.register_later" "प्रविष्टि पंजी की ऐसी प्रविष्टि पर आधारित है, जो उसके बाद दर्ज हुई।" "The act relies on a register entry that was recorded after it.";
    RegisterTwo Failure "audit.register_two" "अभिलेख और पंजी-संग्रह में इस कार्यालय की पंजी अलग-अलग है।" "Log and registry show two different registers of the office.";

    // Time.
    Anchor Failure "audit.anchor" "समय के जिस साक्ष्य का हवाला दिया गया है, वह इस प्रविष्टि से पहले दर्ज नहीं है।" "The time anchor that the act cites does not stand before it.";
    TimeBackwards Notice "audit.time_backwards" "घोषित समय पिछली प्रविष्टि से पहले का है।" "The declared time is earlier than that of the entry before.";
    TimeBeforeAnchor Notice "audit.time_before_anchor" "घोषित समय उस साक्ष्य से पहले का है, जिसका हवाला दिया गया है।" "The declared time is earlier than the time anchor that the act cites.";
    Unwitnessed Notice "audit.unwitnessed" "प्राप्ति के समय तक नस्ती सौंपे जाने का कोई साक्षी नहीं था।" "The handover had no witness when it was received.";

    // Files.
    Elsewhere Gap "audit.elsewhere" "नस्ती अन्य कार्यालयों में भी रही; बीच की प्रविष्टियाँ यहाँ नहीं हैं।" "The file was in other offices; the entries between are not here.";
    NoEvidence Gap "audit.no_evidence" "इस प्रविष्टि का अपने कार्यालय के अभिलेख में होना यहाँ सिद्ध नहीं है।" "Nothing here proves that the entry stands in the log of its office.";
    EvidenceStray Failure "audit.evidence_stray" "प्रमाण ऐसी प्रविष्टि का है, जो यहाँ नहीं है या उस अभिलेख की नहीं है।" "A proof is for an entry that is not here, or not of that log.";
    EvidenceTwo Failure "audit.evidence_two" "एक ही स्थान के लिए दो प्रमाण हैं।" "Two proofs claim the same place.";
    ReadyStray Failure "audit.ready_stray" "तैयारी की सूचना किसी अन्य नस्ती या कार्यालय की है।" "The embedded ready belongs to another matter or office.";

    // Contents.
    Withheld Gap "audit.withheld" "सामग्री इस प्रमाण-पैकेट में नहीं दी गई; केवल उसका मिलान-चिह्न है।" "The content was withheld; only its commitment is here.";
    Commitment Failure "audit.commitment" "सामग्री वह नहीं है जिस पर हस्ताक्षर हुए थे।" "The content is not the one that was signed.";
    ContentStray Failure "audit.content_stray" "दी गई सामग्री का उल्लेख किसी प्रविष्टि में नहीं है।" "A disclosed content is named by no entry.";
}

impl From<Refusal> for Finding {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ActError> for Finding {
    fn from(error: ActError) -> Self {
        Self::Refused(error.into())
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Finding", 3)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("hindi", self.hindi())?;
        fields.serialize_field("english", self.english())?;
        fields.end()
    }
}

//! Every reason to say no, with a stable code and a sentence in Hindi and English.
//!
//! A refusal is not an error: nothing broke, and the person asking can act on it. Pages, the
//! command line, reports and tests use the same codes. Faults are a different type.

macro_rules! refusals {
    ($($name:ident $code:literal $hi:literal $en:literal;)*) => {
        /// Why something was refused. Codes are never reused or renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Refusal { $(#[doc = $en] $name,)* }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What to tell a person, in Hindi.
            pub const fn hindi(self) -> &'static str {
                match self { $(Self::$name => $hi,)* }
            }

            /// What to tell a person, in English.
            pub const fn english(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }
        }
    };
}

refusals! {
    // What arrived is not an act.
    ActUnreadable "act.unreadable" "अभिलेख पढ़ा नहीं जा सका; प्रेषक से पुनः भेजने को कहें।" "The act cannot be read; ask the sender to send it again.";
    ActTooLarge "act.too_large" "अभिलेख निर्धारित आकार से बड़ा है।" "The act is larger than allowed.";
    ActNotCanonical "act.not_canonical" "अभिलेख मानक रूप में नहीं है; इसे बदला गया हो सकता है।" "The act is not in canonical form; it may have been altered.";
    ActNotCose "act.not_cose" "हस्ताक्षर का लिफाफा मान्य रूप में नहीं है।" "The signature envelope is not of the allowed form.";
    ActVersion "act.version" "यह अभिलेख किसी अन्य संस्करण का है।" "The act has an unknown header version.";
    ActHeader "act.header" "अभिलेख का शीर्ष अपने आप से मेल नहीं खाता।" "The header of the act contradicts itself.";
    ActOtherKey "act.other_key" "हस्ताक्षर किसी अन्य कुंजी का है।" "The act was signed with another key.";
    ActSignature "act.signature" "हस्ताक्षर सही नहीं है।" "The signature is wrong.";
    ActOtherState "act.other_state" "यह अभिलेख किसी अन्य राज्य की व्यवस्था का है।" "The act belongs to another state.";
    ActUnknownVerb "act.unknown_verb" "इसके लिए नया सॉफ्टवेयर चाहिए।" "This needs newer software.";

    // Who may sign.
    OfficeUnknown "authority.office_unknown" "यह कार्यालय पंजी में नहीं है।" "This office is not in the registry.";
    OfficeNotAdmitted "authority.office_not_admitted" "इस कार्यालय को अभी वरिष्ठ कार्यालय ने सम्मिलित नहीं किया है।" "This office has not been admitted by the office above it.";
    IncarnationUnknown "authority.incarnation_unknown" "इस नोड की कुंजी कार्यालय की पंजी में नहीं है।" "The node key is not in the register of the office.";
    IncarnationStale "authority.incarnation_stale" "इस कार्यालय की ओर से अब दूसरा नोड बोलता है।" "Another node speaks for this office now.";
    IncarnationStart "authority.incarnation_start" "नए नोड की कुंजियों का लेख अभिलेख के जिस स्थान से प्रारंभ होना बताता है, वह मान्य नहीं है।" "The new node keys may not start the log where their act says.";
    RegisterUnknown "authority.register_unknown" "अभिलेख जिस पंजी-प्रविष्टि का हवाला देता है वह यहाँ नहीं है।" "The register entry the act relies on is not known here.";
    RegisterStale "authority.register_stale" "पंजी बदल चुकी है; पृष्ठ पुनः खोलकर प्रयास करें।" "The register has changed; open the page again and retry.";
    ChargeUnknown "authority.charge_unknown" "यह प्रभार पंजी में नहीं है।" "This charge is not in the register.";
    ChargeEnded "authority.charge_ended" "इस पद का प्रभार समाप्त हो चुका है।" "The charge of this post has ended.";
    NotAdmin "authority.not_admin" "यह कार्य केवल कार्यालय का प्रशासक कर सकता है।" "Only an administrator of the office may do this.";
    NotAuthority "authority.not_authority" "हस्ताक्षर करने वाली कुंजी को यह अधिकार नहीं है।" "The signing key has no authority for this.";
    ThresholdNotMet "authority.threshold" "आवश्यक संख्या में हस्ताक्षर नहीं हैं।" "Not enough of the required keys have signed.";
    PostUnknown "authority.post_unknown" "यह पद उस कार्यालय में नहीं है।" "There is no such post in that office.";
    OfficerUnknown "authority.officer_unknown" "यह अधिकारी पंजी में नहीं है।" "This officer is not in the register.";

    OfficeEnded "authority.office_ended" "यह कार्यालय समाप्त हो चुका है; कार्यवाही उत्तरवर्ती कार्यालय में करें।" "This office has ended; turn to its successor.";
    NotSuccessor "authority.not_successor" "आदेश के अनुसार वह कार्यालय उत्तरवर्ती नहीं है।" "That office is not a successor under this order.";

    // Chains.
    ChainGap "chain.gap" "बीच की प्रविष्टियाँ नहीं मिलीं; प्राप्त होने पर स्वतः जुड़ जाएँगी।" "Entries before this one are missing; it will follow when they arrive.";
    ChainFork "chain.fork" "एक ही स्थान पर दो अलग प्रविष्टियाँ मिलीं; साक्ष्य सुरक्षित रखा गया।" "Two different entries claim the same place; the evidence is kept.";
    ChainEpoch "chain.epoch" "यह नस्ती पुनः आवंटित हो चुकी है।" "The matter has been reassigned since.";
    ChainLevel "chain.level" "प्रविष्टि का रूप इस प्रकरण के स्तर का नहीं है।" "The entry is of another schema level than its matter.";
    ChainKind "chain.kind" "प्रविष्टि इस प्रकार के प्रकरण की नहीं है।" "The entry does not belong to this kind of matter.";
    MatterUnknown "chain.matter_unknown" "यह नस्ती या डाक यहाँ नहीं है।" "This file or dak is not known here.";
    MatterFrozen "chain.frozen" "परस्पर विरोधी प्रविष्टियों के कारण यह नस्ती रोकी गई है; वरिष्ठ कार्यालय निर्णय करेगा।" "The matter is frozen because of conflicting entries; the office above will decide.";

    // Custody.
    NotHolder "custody.not_holder" "यह नस्ती आपके पास नहीं है।" "You do not hold this file.";
    NotHolderOffice "custody.not_holder_office" "यह नस्ती इस कार्यालय के पास नहीं है।" "This office does not hold the file.";
    WrongHolder "custody.wrong_holder" "अभिलेख में दर्शित धारक सही नहीं है।" "The act names the wrong holder.";
    IsQueued "custody.queued" "नस्ती प्रेषण की कतार में है; पहले प्रेषण रोकें।" "The file is queued for dispatch; cancel the dispatch first.";
    NotQueued "custody.not_queued" "नस्ती प्रेषण की कतार में नहीं है।" "The file is not queued for dispatch.";
    InTransit "custody.in_transit" "नस्ती मार्ग में है।" "The file is in transit.";
    NotInTransit "custody.not_in_transit" "नस्ती मार्ग में नहीं है।" "The file is not in transit.";
    IsParked "custody.parked" "नस्ती विराम में है; पहले पुनः चालू करें।" "The file is parked; wake it first.";
    NotParked "custody.not_parked" "नस्ती विराम में नहीं है।" "The file is not parked.";
    IsClosed "custody.closed" "नस्ती नस्तीबद्ध हो चुकी है; पहले पुनः खोलें।" "The file is closed; reopen it first.";
    NotClosed "custody.not_closed" "नस्ती नस्तीबद्ध नहीं है।" "The file is not closed.";
    AlreadyOpened "custody.already_opened" "नस्ती खोली जा चुकी है।" "The file has been opened already.";
    NoWayBack "custody.no_way_back" "यह नस्ती किसी से प्राप्त नहीं हुई है, इसलिए लौटाई नहीं जा सकती।" "The file came from nobody, so it cannot be sent back.";
    SameOffice "custody.same_office" "वह पद इसी कार्यालय में है; अंकित करें।" "That post is in this office; mark it instead.";
    OtherOffice "custody.other_office" "वह पद दूसरे कार्यालय में है; अग्रेषित करें।" "That post is in another office; forward it instead.";
    SamePost "custody.same_post" "नस्ती इसी पद पर है।" "The file is at that post already.";
    NotRecallable "custody.not_recallable" "यह नस्ती वापस नहीं माँगी जा सकती।" "This file cannot be recalled.";
    ReadyMismatch "custody.ready_mismatch" "पाने वाले कार्यालय की तैयारी इस प्रेषण से मेल नहीं खाती।" "The receiver's ready does not fit this dispatch.";
    ReadyLapsed "custody.ready_lapsed" "पाने वाले कार्यालय की तैयारी की अवधि बीत चुकी है।" "The receiver's ready has lapsed.";
    OrderMismatch "custody.order_mismatch" "पुनः आवंटन का आदेश इस नस्ती की स्थिति से मेल नहीं खाता।" "The order of reassignment does not fit the state of the file.";
    OrderOpen "custody.order_open" "पुनः आवंटन पर आपत्ति की अवधि अभी चल रही है।" "The reassignment may still be contested.";
    OrderContested "custody.order_contested" "पुराने धारक कार्यालय ने पुनः आवंटन पर आपत्ति दर्ज की है; वह कार्यालय चालू है।" "The office that holds the file has contested the reassignment: it is alive.";
    OnHold "custody.on_hold" "इस नस्ती पर विधिक रोक है; इसे नष्ट नहीं किया जा सकता।" "The file is on legal hold; it cannot be destroyed.";
    NotOnHold "custody.not_on_hold" "ऐसी कोई विधिक रोक नहीं है।" "There is no such legal hold.";
    RecipientsMismatch "custody.recipients" "प्राप्तकर्ताओं की सूची प्रविष्टि से मेल नहीं खाती।" "The list of recipients does not fit the act.";
    AlreadyDone "custody.already_done" "यह कार्य पहले ही हो चुका है।" "This has been done already.";

    // Contents.
    ContentMissing "content.missing" "संलग्न सामग्री अभी यहाँ नहीं है।" "The content is not here yet.";
    ContentTooLarge "content.too_large" "सामग्री निर्धारित आकार से बड़ी है।" "The content is larger than allowed.";
    ContentCount "content.count" "एक बार में इतने पत्र नहीं जोड़े जा सकते।" "Too many papers at once.";
    ContentNone "content.none" "कोई सामग्री नहीं दी गई।" "There is no content.";
    ContentSealed "content.sealed" "सामग्री की कुंजी इस कार्यालय के पास नहीं है।" "This office does not hold the key to the content.";
    ContentDamaged "content.damaged" "सामग्री क्षतिग्रस्त है।" "The content is damaged.";

    // Logs.
    LogForked "log.forked" "इस कार्यालय के अभिलेख की दो परस्पर विरोधी प्रतियाँ मिलीं; वरिष्ठ कार्यालय का निर्णय आने तक हस्ताक्षर बंद हैं।" "Two contradicting heads of this office's log exist; signing stops until the office above decides.";
    LogRootMismatch "log.root_mismatch" "अभिलेख का योग उसके शीर्ष से मेल नहीं खाता।" "The entries do not add up to the signed head.";
    LogProofInvalid "log.proof_invalid" "प्रमाण सही नहीं है।" "The proof is wrong.";
    CheckpointUnreadable "log.checkpoint_unreadable" "शीर्ष-पत्र पढ़ा नहीं जा सका।" "The checkpoint cannot be read.";
    CheckpointSignature "log.checkpoint_signature" "शीर्ष-पत्र का हस्ताक्षर सही नहीं है।" "The checkpoint's signature is wrong.";

    // What was signed before, and by whom.
    RejoinAsking "rejoin.asking" "यह कार्यालय जाँच रहा है कि उसके नाम से पहले क्या हस्ताक्षरित हो चुका है; प्रति-कार्यालय या साक्षी से उत्तर आने तक पढ़ा जा सकता है, हस्ताक्षर नहीं होंगे। लाइन जाँचें; लाइन न हो तो कार्यालय प्रमुख आगे बढ़ने का निर्णय ले सकते हैं।" "This office is asking its mirrors and witnesses what was signed in its name before; until one answers it can be read but not signed. Check the line; if there is none, the head of office may decide to go on.";
    RejoinTwin "rejoin.twin" "इसी कार्यालय की कुंजी से एक और मशीन अभी काम कर रही है; यहाँ हस्ताक्षर बंद हैं। दोनों में से एक मशीन बंद करें, तब यह स्वयं आगे बढ़ेगी।" "Another machine is working with the key of this office; nothing is signed here. Switch one of the two off, and this one goes on by itself.";
    RejoinSuperseded "rejoin.superseded" "इस कार्यालय की कुंजी अब दूसरी मशीन पर काम कर रही है; यहाँ हस्ताक्षर बंद हैं। यदि यही सही मशीन है तो दूसरी बंद करके यहाँ `mohar office rejoin` चलाएँ।" "Another machine has taken over the key of this office; nothing is signed here. If this is the right one, switch the other off and run `mohar office rejoin` here.";
    RejoinLinked "rejoin.linked" "प्रति-कार्यालय या साक्षी से संपर्क है; उनके उत्तर के बाद कार्यालय स्वयं आगे बढ़ेगा।" "A mirror or a witness is linked; the office goes on by itself when it has answered.";
    RejoinNotNeeded "rejoin.not_needed" "कार्यालय काम कर रहा है; इस निर्णय की आवश्यकता नहीं है।" "The office is working; there is nothing to decide.";
    PeerNotGreeted "link.not_greeted" "दूसरी ओर से अभी परिचय नहीं मिला है; वह पुनः प्रयास करेगा।" "The peer has not said yet which installation it is; it will try again.";

    // Carrier packets.
    PacketUnreadable "packet.unreadable" "यह डाक-पैकेट की फाइल नहीं है या अधूरी है; प्रेषक कार्यालय से पुनः बनवाएँ।" "This is not a carrier packet, or it is cut short; ask the other office to write it again.";
    PacketDamaged "packet.damaged" "डाक-पैकेट क्षतिग्रस्त है; प्रेषक कार्यालय से पुनः बनवाएँ।" "The carrier packet is damaged; ask the other office to write it again.";
    PacketSignature "packet.signature" "डाक-पैकेट पर उस कार्यालय के हस्ताक्षर नहीं हैं जिसका नाम उस पर है।" "The carrier packet was not signed by the office that it names.";
    PacketNotHere "packet.not_here" "यह डाक-पैकेट किसी अन्य कार्यालय के लिए है।" "The carrier packet is for another office.";
    PacketTooLarge "packet.too_large" "डाक-पैकेट निर्धारित आकार से बड़ा है।" "The carrier packet is larger than allowed.";

    // Doors.
    TextEmpty "input.empty" "यह खाना भरना आवश्यक है।" "This field is required.";
    TextTooLong "input.too_long" "लिखा हुआ निर्धारित सीमा से अधिक है।" "The text is longer than allowed.";
    TextInvisible "input.invisible" "पाठ में अदृश्य अक्षर हैं; उन्हें हटाकर पुनः प्रयास करें।" "The text contains invisible characters; remove them and retry.";
    Busy "node.busy" "नोड पर भार अधिक है; कुछ क्षण बाद पुनः प्रयास करें। आपका लिखा सुरक्षित है।" "The node is busy; retry in a moment. What you wrote is safe.";
    Restoring "office.restoring" "इस कार्यालय का अभिलेख प्रति-कार्यालयों से वापस लाया जा रहा है; पूरा होने पर कार्य प्रारंभ होगा।" "The records of this office are being fetched from its mirrors; work begins when they are here.";
    ReadOnly "node.read_only" "नोड अभी केवल पढ़ने योग्य है।" "The node is read-only at the moment.";
    SignInFailed "sign_in.failed" "प्रवेश नाम या पासवर्ड सही नहीं है।" "The sign-in name or the password is wrong.";
    SignInTooMany "sign_in.too_many" "बहुत अधिक असफल प्रयास हुए; कुछ मिनट बाद पुनः प्रयास करें।" "Too many failed attempts; retry in a few minutes.";
    SignInNoCharge "sign_in.no_charge" "आपके पास अभी कोई प्रभार नहीं है; कार्यालय प्रशासक से संपर्क करें।" "You hold no charge at present; ask your office administrator.";
    SessionEnded "session.ended" "सत्र समाप्त हो गया; पुनः प्रवेश करें। आपका लिखा सुरक्षित है।" "The session has ended; sign in again. What you wrote is safe.";
    FormForged "form.forged" "यह फॉर्म इस सत्र का नहीं है; पृष्ठ पुनः खोलें।" "The form does not belong to this session; open the page again.";
    PasswordRule "password.rule" "पासवर्ड 8 से 128 अक्षरों का होना चाहिए।" "A password has 8 to 128 characters.";
    UploadKind "upload.kind" "केवल PDF, JPEG, PNG या सादा पाठ संलग्न किया जा सकता है।" "Only PDF, JPEG, PNG or plain text can be attached.";
    UploadBroken "upload.broken" "यह पत्र खुल नहीं रहा; स्कैन पुनः करके संलग्न करें।" "The paper cannot be read; scan it again and attach it.";
    NameTaken "name.taken" "यह प्रवेश नाम पहले से है।" "This sign-in name is taken.";
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({})", self.english(), self.code())
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// The refusal with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|refusal| refusal.code() == code)
    }
}

impl From<crate::act::ActError> for Refusal {
    fn from(error: crate::act::ActError) -> Self {
        use crate::act::ActError;
        use crate::codec::CodecError;
        match error {
            ActError::Codec(CodecError::TooLarge { .. }) => Self::ActTooLarge,
            ActError::Codec(CodecError::Malformed) => Self::ActUnreadable,
            ActError::Codec(CodecError::NotCanonical) => Self::ActNotCanonical,
            ActError::Cose => Self::ActNotCose,
            ActError::Version => Self::ActVersion,
            ActError::Header => Self::ActHeader,
            ActError::OtherKey => Self::ActOtherKey,
            ActError::Signature => Self::ActSignature,
        }
    }
}

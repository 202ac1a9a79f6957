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
    ActUnreadable "act.unreadable" "यह कार्यवाही पढ़ी नहीं जा सकी; प्रेषक कार्यालय से पुनः भेजने को कहें।" "The act cannot be read; ask the sender to send it again.";
    ActTooLarge "act.too_large" "यह कार्यवाही निर्धारित आकार से बड़ी है; कम सामग्री देकर पुनः प्रयास करें।" "The act is larger than allowed; give less at a time.";
    ActNotCanonical "act.not_canonical" "यह कार्यवाही मानक रूप में नहीं है, संभव है कि बीच में बदली गई हो; प्रेषक कार्यालय से पुनः भेजने को कहें।" "The act is not in canonical form; it may have been altered. Ask the sender to send it again.";
    ActNotCose "act.not_cose" "हस्ताक्षर निर्धारित रूप में नहीं हैं; प्रेषक कार्यालय से पुनः भेजने को कहें।" "The signature envelope is not of the allowed form; ask the sender to send it again.";
    ActVersion "act.version" "यह कार्यवाही सॉफ्टवेयर के किसी अन्य संस्करण की है; कार्यालय के आईटी प्रभारी को सूचित करें।" "The act has an unknown header version; please inform the office's IT in-charge.";
    ActHeader "act.header" "इस कार्यवाही का शीर्ष स्वयं से मेल नहीं खाता; प्रेषक कार्यालय से पुनः भेजने को कहें।" "The header of the act contradicts itself; ask the sender to send it again.";
    ActOtherKey "act.other_key" "हस्ताक्षर किसी अन्य कुंजी से किए गए हैं; प्रेषक कार्यालय से पुष्टि करें।" "The act was signed with another key; ask the sender to confirm it.";
    ActSignature "act.signature" "हस्ताक्षर सही नहीं हैं; प्रेषक कार्यालय से पुष्टि करें।" "The signature is wrong; ask the sender to confirm the act.";
    ActOtherState "act.other_state" "यह कार्यवाही किसी अन्य राज्य की मोहर की है; यहाँ नहीं ली जा सकती।" "The act belongs to another state; it cannot be taken here.";
    ActUnknownVerb "act.unknown_verb" "इसके लिए नया सॉफ्टवेयर आवश्यक है; कार्यालय के आईटी प्रभारी को सूचित करें।" "This needs newer software; please inform the office's IT in-charge.";

    // Who may sign.
    OfficeUnknown "authority.office_unknown" "यह कार्यालय पंजी में नहीं है; कार्यालय का नाम जाँच लें।" "This office is not in the registry; please check its name.";
    OfficeNotAdmitted "authority.office_not_admitted" "वरिष्ठ कार्यालय ने इस कार्यालय को अभी सम्मिलित नहीं किया है; उनसे सम्मिलित करने को कहें।" "This office has not been admitted by the office above it; ask them to admit it.";
    IncarnationUnknown "authority.incarnation_unknown" "इस सर्वर की कुंजी कार्यालय की पंजी में नहीं है; कार्यालय के आईटी प्रभारी को सूचित करें।" "The node key is not in the register of the office; please inform the office's IT in-charge.";
    IncarnationStale "authority.incarnation_stale" "इस कार्यालय का कार्य अब दूसरे सर्वर पर होता है; उसी पर लॉग इन करें।" "Another node speaks for this office now; work there.";
    IncarnationStart "authority.incarnation_start" "नए नोड की कुंजियों का लेख अभिलेख के जिस स्थान से प्रारंभ होना बताता है, वह मान्य नहीं है।" "The new node keys may not start the log where their act says.";
    RegisterUnknown "authority.register_unknown" "यह कार्यवाही पंजी की जिस प्रविष्टि पर आधारित है, वह अभी यहाँ नहीं आई है।" "The register entry the act relies on has not reached this office.";
    RegisterStale "authority.register_stale" "इस बीच कार्यालय की पंजी बदल गई है; पृष्ठ पुनः खोलकर प्रयास करें।" "The register has changed meanwhile; open the page again and retry.";
    ChargeUnknown "authority.charge_unknown" "यह प्रभार कार्यालय की पंजी में दर्ज नहीं है; पहले दर्ज कराएँ।" "This charge is not in the register; have it entered first.";
    ChargeEnded "authority.charge_ended" "इस पद का प्रभार समाप्त हो चुका है; अब वर्तमान प्रभारी ही कार्य कर सकते हैं।" "The charge of this post has ended; only its present holder can act.";
    NotAdmin "authority.not_admin" "यह कार्य केवल कार्यालय प्रशासक कर सकते हैं; कृपया उनसे संपर्क करें।" "Only the office administrator may do this; please ask them.";
    LastAdmin "authority.last_admin" "यह कार्यालय प्रशासक का अंतिम प्रभार है; पहले किसी और को प्रशासक का प्रभार दें।" "This is the last administrator's charge; give that charge to somebody else first.";
    NotAuthority "authority.not_authority" "इस कुंजी को यहाँ हस्ताक्षर का अधिकार नहीं है; सक्षम कार्यालय से हस्ताक्षर कराएँ।" "The signing key has no authority for this; the competent office must sign.";
    ThresholdNotMet "authority.threshold" "आवश्यक संख्या में हस्ताक्षर नहीं हुए हैं; शेष कुंजियों से भी हस्ताक्षर कराएँ।" "Not enough of the required keys have signed; let more of them sign.";
    PostUnknown "authority.post_unknown" "उस कार्यालय में ऐसा कोई पद नहीं है; पद पुनः चुनें।" "There is no such post in that office; please choose again.";
    OfficerUnknown "authority.officer_unknown" "इस अधिकारी का नाम कार्यालय की पंजी में नहीं है; नाम जाँच लें।" "This officer is not in the register; please check the name.";

    OfficeEnded "authority.office_ended" "यह कार्यालय समाप्त हो चुका है; उत्तरवर्ती कार्यालय से कार्यवाही कराएँ।" "This office has ended; turn to its successor.";
    CharterOld "authority.charter_old" "चार्टर का यह संस्करण अब लागू नहीं है; लागू संस्करण के आधार पर पुनः प्रस्ताव करें।" "This goes back behind the charter in force; propose anew upon the version in force.";
    KeysReplaced "authority.keys_replaced" "हस्ताक्षर करने वाली कुंजियाँ बदली जा चुकी हैं; नई कुंजियों से हस्ताक्षर करें।" "The signing keys have been replaced since; sign with the new ones.";
    NotSuccessor "authority.not_successor" "आदेश के अनुसार वह कार्यालय उत्तरवर्ती नहीं है; आदेश में कार्यालय का नाम देख लें।" "That office is not a successor under this order; please see the order.";

    // Chains.
    ChainGap "chain.gap" "बीच की प्रविष्टियाँ अभी नहीं आई हैं; उनके आते ही यह अपने आप जुड़ जाएगी।" "Entries before this one are missing; it follows by itself when they arrive.";
    ChainFork "chain.fork" "एक ही स्थान पर दो अलग प्रविष्टियाँ मिलीं; साक्ष्य सुरक्षित है, वरिष्ठ कार्यालय को सूचित करें।" "Two different entries claim the same place; the evidence is kept, please inform the office above.";
    ChainEpoch "chain.epoch" "यह नस्ती पुनः आवंटित हो चुकी है; \"कहाँ है\" से देखें कि अब किसके पास है।" "The matter has been reassigned since; see in \"Where is it\" who has it now.";
    ChainLevel "chain.level" "इस प्रविष्टि का रूप इस प्रकरण में मान्य नहीं है।" "The entry is of another schema level than its matter.";
    ChainKind "chain.kind" "यह प्रविष्टि इस प्रकार के प्रकरण में मान्य नहीं है।" "The entry does not belong to this kind of matter.";
    MatterUnknown "chain.matter_unknown" "यह नस्ती या डाक यहाँ नहीं है; क्रमांक जाँच लें।" "This file or dak is not known here; please check the number.";
    MatterFrozen "chain.frozen" "परस्पर विरोधी प्रविष्टियों के कारण इस नस्ती पर कार्यवाही रुकी है; वरिष्ठ कार्यालय के निर्णय की प्रतीक्षा करें।" "The matter is frozen because of conflicting entries; wait for the decision of the office above.";

    // Custody.
    NotHolder "custody.not_holder" "यह नस्ती आपके पास नहीं है; \"कहाँ है\" से देखें कि किसके पास है।" "You do not hold this file; see in \"Where is it\" who has it.";
    NotHolderOffice "custody.not_holder_office" "यह नस्ती इस कार्यालय के पास नहीं है; \"कहाँ है\" से देखें कि किसके पास है।" "This office does not hold the file; see in \"Where is it\" who has it.";
    WrongHolder "custody.wrong_holder" "नस्ती जिसके पास बताई गई है, वास्तव में उसके पास नहीं है।" "The act names the wrong holder.";
    IsQueued "custody.queued" "नस्ती भेजे जाने की प्रतीक्षा में है; पहले इसे \"वापस बुलाएँ\"।" "The file is waiting to be dispatched; \"Recall\" it first.";
    NotQueued "custody.not_queued" "नस्ती अब भेजे जाने की प्रतीक्षा में नहीं है।" "The file is not waiting to be dispatched.";
    InTransit "custody.in_transit" "नस्ती मार्ग में है; पावती की प्रतीक्षा करें या इसे वापस बुलाएँ।" "The file is in transit; wait for its receipt, or recall it.";
    NotInTransit "custody.not_in_transit" "नस्ती मार्ग में नहीं है।" "The file is not in transit.";
    IsParked "custody.parked" "नस्ती स्थगित है; पहले इसे मेज पर लाएँ।" "The file is parked; bring it back to the desk first.";
    NotParked "custody.not_parked" "नस्ती स्थगित नहीं है।" "The file is not parked.";
    IsClosed "custody.closed" "नस्ती नस्तीबद्ध है; पहले इसे पुनः खोलें।" "The file is closed; reopen it first.";
    NotClosed "custody.not_closed" "नस्ती नस्तीबद्ध नहीं है।" "The file is not closed.";
    AlreadyOpened "custody.already_opened" "नस्ती वहाँ पहले ही खोली जा चुकी है।" "The file has been opened already.";
    NoWayBack "custody.no_way_back" "यह नस्ती किसी से प्राप्त नहीं हुई है, इसलिए वापस नहीं की जा सकती; \"भेजें\" से भेजें।" "The file came from nobody, so it cannot be sent back; use \"Send\".";
    SameOffice "custody.same_office" "वह पद इसी कार्यालय का है; अग्रेषित नहीं, अंकित करें।" "That post is in this office; mark it instead.";
    OtherOffice "custody.other_office" "वह पद दूसरे कार्यालय का है; अंकित नहीं, अग्रेषित करें।" "That post is in another office; forward it instead.";
    SamePost "custody.same_post" "नस्ती पहले से इसी पद पर है; कोई अन्य पद चुनें।" "The file is at that post already; choose another.";
    SameFile "custody.same_file" "नस्ती को उसी में नहीं रखा जा सकता; दूसरी नस्ती चुनें।" "A file cannot be put into itself; choose another one.";
    NotAttached "custody.not_attached" "पत्र उस नस्ती में संलग्न नहीं मिले; वहाँ पहले संलग्न करें।" "The papers were not found attached to that file; attach them there first.";
    NotRecallable "custody.not_recallable" "यह नस्ती वापस नहीं बुलाई जा सकती; जिनके पास है, उनसे वापस करने का अनुरोध करें।" "This file cannot be recalled; please ask its holder to send it back.";
    ReadyMismatch "custody.ready_mismatch" "प्राप्तकर्ता कार्यालय की तैयारी की सूचना इस प्रेषण से मेल नहीं खाती।" "The receiver's ready does not fit this dispatch.";
    ReadyLapsed "custody.ready_lapsed" "प्राप्तकर्ता कार्यालय की तैयारी की सूचना की अवधि बीत चुकी है; नई सूचना आवश्यक है।" "The receiver's ready has lapsed; a new one is needed.";
    OrderMismatch "custody.order_mismatch" "पुनः आवंटन का आदेश इस नस्ती की वर्तमान स्थिति से मेल नहीं खाता; नया आदेश आवश्यक है।" "The order of reassignment does not fit the state of the file; a new order is needed.";
    OrderOpen "custody.order_open" "पुनः आवंटन पर आपत्ति की अवधि अभी चल रही है; अवधि पूर्ण होने पर पुनः प्रयास करें।" "The reassignment may still be contested; retry when that time is over.";
    OrderContested "custody.order_contested" "जिस कार्यालय के पास नस्ती है, उसने पुनः आवंटन पर आपत्ति की है; कृपया उससे संपर्क करें।" "The office that holds the file has contested the reassignment: it is alive. Please contact it.";
    OnHold "custody.on_hold" "इस नस्ती पर विधिक रोक है; रोक हटने तक इसे विनष्ट नहीं किया जा सकता।" "The file is on legal hold; it cannot be destroyed until the hold is lifted.";
    NotOnHold "custody.not_on_hold" "इस नस्ती पर ऐसी कोई विधिक रोक नहीं है।" "There is no such legal hold on this file.";
    RecipientsMismatch "custody.recipients" "प्राप्तकर्ताओं की सूची जारी पत्र की सूची से मेल नहीं खाती।" "The list of recipients does not fit the act.";
    RemindedOften "custody.reminded_often" "इस प्रकरण पर आपके कार्यालय से बहुत बार स्मरण कराया जा चुका है; कृपया दूरभाष से संपर्क करें।" "Your office has sent many reminders about this already; please telephone.";
    NoteUnsigned "custody.note_unsigned" "इस पर आपकी टीप लिखी है, जिस पर हस्ताक्षर शेष हैं; इसे खोलकर अलग से भेजें।" "A note of yours on it is not signed yet; open it and send it by itself.";
    AlreadyDone "custody.already_done" "यह कार्य पहले ही हो चुका है; दोबारा करना आवश्यक नहीं है।" "This has been done already; nothing more is needed.";

    // Contents.
    ContentMissing "content.missing" "सामग्री अभी इस कार्यालय में नहीं आई है; कुछ समय बाद पुनः देखें।" "The content is not here yet; please look again later.";
    ContentTooLarge "content.too_large" "सामग्री निर्धारित आकार से बड़ी है; आकार कम करें या भागों में दें।" "The content is larger than allowed; make it smaller or give it in parts.";
    ContentCount "content.count" "एक बार में इतने पत्र संलग्न नहीं हो सकते; कम-कम करके संलग्न करें।" "Too many papers at once; attach fewer at a time.";
    ContentNone "content.none" "कोई सामग्री नहीं दी गई; पत्र चुनें या पाठ लिखें।" "There is no content; choose a paper or write the text.";
    ContentSealed "content.sealed" "इस सामग्री की कुंजी इस कार्यालय के पास नहीं है; प्रेषक कार्यालय से संपर्क करें।" "This office does not hold the key to the content; please contact the office it came from.";
    ContentDamaged "content.damaged" "सामग्री क्षतिग्रस्त है; प्रेषक कार्यालय से पुनः भेजने को कहें।" "The content is damaged; ask the sender to send it again.";

    // Logs.
    LogForked "log.forked" "इस कार्यालय के अभिलेख की दो परस्पर विरोधी प्रतियाँ मिलीं; वरिष्ठ कार्यालय का निर्णय आने तक हस्ताक्षर बंद हैं।" "Two contradicting heads of this office's log exist; signing stops until the office above decides.";
    LogRootMismatch "log.root_mismatch" "प्रविष्टियाँ अभिलेख के हस्ताक्षरित शीर्ष-पत्र से मेल नहीं खातीं।" "The entries do not add up to the signed head.";
    LogProofInvalid "log.proof_invalid" "प्रमाण सही नहीं है; संबंधित कार्यालय से पुनः प्राप्त करें।" "The proof is wrong; ask its office for it again.";
    CheckpointUnreadable "log.checkpoint_unreadable" "शीर्ष-पत्र पढ़ा नहीं जा सका; संबंधित कार्यालय से पुनः प्राप्त करें।" "The checkpoint cannot be read; ask its office for it again.";
    CheckpointSignature "log.checkpoint_signature" "शीर्ष-पत्र के हस्ताक्षर सही नहीं हैं; संबंधित कार्यालय से पुष्टि करें।" "The checkpoint's signature is wrong; ask its office to confirm it.";

    // What was signed before, and by whom.
    RejoinAsking "rejoin.asking" "यह कार्यालय जाँच रहा है कि उसके नाम से पहले क्या हस्ताक्षरित हो चुका है; सभी प्रति-कार्यालयों से उत्तर आने तक पढ़ा जा सकता है, हस्ताक्षर नहीं होंगे। लाइन जाँचें; लाइन न हो तो कार्यालय प्रमुख आगे बढ़ने का निर्णय ले सकते हैं।" "This office is asking its mirrors and witnesses what was signed in its name before; until all mirrors have answered it can be read but not signed. Check the line; if there is none, the head of office may decide to go on.";
    RejoinTwin "rejoin.twin" "इसी कार्यालय की कुंजी से एक और मशीन अभी काम कर रही है; यहाँ हस्ताक्षर बंद हैं। दोनों में से एक मशीन बंद करें, तब यह स्वयं आगे बढ़ेगी।" "Another machine is working with the key of this office; nothing is signed here. Switch one of the two off, and this one goes on by itself.";
    RejoinSuperseded "rejoin.superseded" "इस कार्यालय की कुंजी अब दूसरी मशीन पर काम कर रही है; यहाँ हस्ताक्षर बंद हैं। यदि यही सही मशीन है तो दूसरी बंद करके यहाँ `mohar office rejoin` चलाएँ।" "Another machine has taken over the key of this office; nothing is signed here. If this is the right one, switch the other off and run `mohar office rejoin` here.";
    RejoinLinked "rejoin.linked" "प्रति-कार्यालय या साक्षी से संपर्क है; उनके उत्तर के बाद कार्यालय स्वयं आगे बढ़ेगा।" "A mirror or a witness is linked; the office goes on by itself when it has answered.";
    RejoinNotNeeded "rejoin.not_needed" "कार्यालय काम कर रहा है; इस निर्णय की आवश्यकता नहीं है।" "The office is working; there is nothing to decide.";
    PeerNotGreeted "link.not_greeted" "दूसरी ओर से अभी परिचय नहीं मिला है; वह पुनः प्रयास करेगा।" "The peer has not said yet which installation it is; it will try again.";

    // Carrier packets.
    PacketUnreadable "packet.unreadable" "यह वाहक-पैकेट नहीं है या अधूरा है; प्रेषक कार्यालय से पुनः बनवाएँ।" "This is not a carrier packet, or it is cut short; ask the other office to write it again.";
    PacketDamaged "packet.damaged" "वाहक-पैकेट क्षतिग्रस्त है; प्रेषक कार्यालय से पुनः बनवाएँ।" "The carrier packet is damaged; ask the other office to write it again.";
    PacketSignature "packet.signature" "वाहक-पैकेट पर जिस कार्यालय का नाम है, उसके हस्ताक्षर नहीं हैं; उस कार्यालय से पुष्टि करें।" "The carrier packet was not signed by the office that it names; ask that office to confirm it.";
    PacketNotHere "packet.not_here" "यह वाहक-पैकेट किसी अन्य कार्यालय के लिए है; उसी कार्यालय को दें।" "The carrier packet is for another office; give it to that office.";
    PacketTooLarge "packet.too_large" "वाहक-पैकेट निर्धारित आकार से बड़ा है; प्रेषक कार्यालय को सूचित करें।" "The carrier packet is larger than allowed; please inform the other office.";

    // Doors.
    TextEmpty "input.empty" "इसे भरना आवश्यक है।" "This field is required.";
    NothingTicked "input.nothing_ticked" "कोई पंक्ति नहीं चुनी गई; मेज पर पहले पंक्तियाँ चुनें।" "No row is ticked; tick rows on the desk first.";
    HeadUnknown "input.head" "यह मद सूची में नहीं है; सूची से चुनें।" "This head is not in the list; choose one from it.";
    TextTooLong "input.too_long" "लिखा हुआ निर्धारित सीमा से लंबा है; कृपया संक्षिप्त करें।" "The text is longer than allowed; please shorten it.";
    TextInvisible "input.invisible" "लिखे हुए में अदृश्य अक्षर हैं; उन्हें हटाकर पुनः प्रयास करें।" "The text contains invisible characters; remove them and retry.";
    Busy "node.busy" "कार्यालय के सर्वर पर इस समय भार अधिक है; कुछ क्षण बाद पुनः प्रयास करें। आपका लिखा सुरक्षित है।" "The office server is busy; retry in a moment. What you wrote is safe.";
    Restoring "office.restoring" "इस कार्यालय का अभिलेख प्रति-कार्यालयों से वापस लाया जा रहा है; पूरा होने पर कार्य प्रारंभ होगा।" "The records of this office are being fetched from its mirrors; work begins when they are here.";
    ReadOnly "node.read_only" "इस समय केवल पढ़ा जा सकता है, कुछ दर्ज नहीं हो सकता; कार्यालय के आईटी प्रभारी को सूचित करें।" "Reading only at present, nothing can be recorded; please inform the office's IT in-charge.";
    SignInFailed "sign_in.failed" "लॉग इन नाम या पासवर्ड सही नहीं है; कृपया पुनः भरें।" "The login name or the password is not correct; please try again.";
    SignInTooMany "sign_in.too_many" "बहुत बार गलत प्रयास हुआ है; कृपया कुछ मिनट बाद पुनः प्रयास करें।" "Too many wrong attempts; please try again in a few minutes.";
    SignInNoCharge "sign_in.no_charge" "आपके पास अभी किसी पद का प्रभार नहीं है; कृपया कार्यालय प्रशासक से संपर्क करें।" "You hold no charge at present; please ask your office administrator.";
    SessionEnded "session.ended" "आपका लॉग इन समाप्त हो गया है; पुनः लॉग इन करें। आपका लिखा सुरक्षित है।" "Your session has ended; sign in again. What you wrote is safe.";
    FormForged "form.forged" "यह प्रपत्र इस लॉग इन का नहीं है, कुछ भी दर्ज नहीं हुआ; पृष्ठ पुनः खोलें।" "The form does not belong to this session, nothing was recorded; open the page again.";
    PasswordRule "password.rule" "पासवर्ड 8 से 128 अक्षरों का रखें।" "Please choose a password of 8 to 128 characters.";
    UploadKind "upload.kind" "केवल PDF, JPEG, PNG या सादा पाठ संलग्न किया जा सकता है।" "Only PDF, JPEG, PNG or plain text can be attached.";
    UploadBroken "upload.broken" "यह पत्र खुल नहीं रहा; पुनः स्कैन करके संलग्न करें।" "The paper cannot be read; scan it again and attach it.";
    NotInTray "dak.not_in_tray" "यह पत्र ट्रे में नहीं है; संभवतः दर्ज हो चुका है या हटाया गया है।" "The letter is not in the tray; it may have been diarised or discarded.";
    NotRegistry "dak.not_registry" "आवक पंजी केवल आवक शाखा के पद देख सकते हैं।" "Only posts of the registry see the inward register.";
    NameTaken "name.taken" "यह लॉग इन नाम पहले से दिया जा चुका है; दूसरा नाम चुनें।" "This login name is taken; choose another.";
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

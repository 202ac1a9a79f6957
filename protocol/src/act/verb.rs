//! The closed list of verbs: code, name, who signs, chain or side, and in which kinds of matter.
//! `spec/act.md` holds the same table. Codes are never reused.

use super::{MatterKind, Place};

/// Who signs an act of a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerClass {
    /// Keys of a charter or an inception: one proposal and k - 1 endorsements.
    Authority,
    /// The node key of the office's incarnation.
    Node,
    /// An officer under a charge.
    Officer,
}

macro_rules! verbs {
    ($($code:literal $name:ident $text:literal $class:ident $place:ident [$($kind:ident)*] $doc:literal;)*) => {
        /// Something that can be done to a matter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Verb { $(#[doc = $doc] $name,)* }

        impl Verb {
            /// Every verb, in the order of the codes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The verb of a code; `None` for codes that this software does not know.
            pub const fn from_code(code: u16) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// The code that is signed.
            pub const fn code(self) -> u16 {
                match self { $(Self::$name => $code,)* }
            }

            /// The name, the same in rule, use case, screen, template and test.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Who signs.
            pub const fn signer(self) -> SignerClass {
                match self { $(Self::$name => SignerClass::$class,)* }
            }

            /// Whether it extends the chain.
            pub const fn place(self) -> Place {
                match self { $(Self::$name => Place::$place,)* }
            }

            /// Whether the header may name sealed contents: what an officer says in a file or a dak. An
            /// authority and a node say nothing that is sealed, and others log their acts: whoever
            /// mirrors those logs would look for such contents for ever.
            pub fn may_name_contents(self) -> bool {
                self.signer() == SignerClass::Officer && !self.kinds().contains(&MatterKind::REGISTER)
            }

            /// The kinds of matter in which the verb has a meaning.
            pub const fn kinds(self) -> &'static [MatterKind] {
                match self { $(Self::$name => &[$(MatterKind::$kind),*],)* }
            }
        }
    };
}

verbs! {
    1 Charter "charter" Authority Chain [CHARTER] "Founds a state or renews its charter.";
    2 Endorse "endorse" Authority Side [CHARTER REGISTER FILE DAK] "Adds a signature of the threshold to the act it names.";
    10 Inception "inception" Authority Chain [REGISTER] "Begins an office.";
    11 Admit "admit" Authority Side [REGISTER] "The parent (or the charter) takes the office in.";
    12 Incarnate "incarnate" Authority Chain [REGISTER] "Names the node keys that speak for the office from now on.";
    13 AddPost "add_post" Officer Chain [REGISTER] "Makes a post.";
    14 AddOfficer "add_officer" Officer Chain [REGISTER] "Names a person's key.";
    15 GiveCharge "give_charge" Officer Chain [REGISTER] "Puts an officer on a post.";
    16 EndCharge "end_charge" Officer Chain [REGISTER] "Takes an officer off a post.";
    17 RekeyOfficer "rekey_officer" Officer Chain [REGISTER] "Gives an officer a new key.";
    18 Directory "directory" Node Side [REGISTER] "Publishes the names of posts and officers.";
    19 Anchor "anchor" Node Side [REGISTER] "Embeds a checkpoint that another office cosigned: not before.";
    20 Commence "commence" Node Chain [REGISTER FILE DAK] "Brings a dated order into force; queues a file for the successor.";
    21 SucceedDivide "succeed_divide" Authority Side [CHARTER REGISTER] "Divides an office.";
    22 SucceedMerge "succeed_merge" Authority Side [CHARTER REGISTER] "Merges an office into another.";
    23 SucceedParent "succeed_parent" Authority Side [CHARTER REGISTER] "Puts an office under another one.";
    24 SucceedClose "succeed_close" Authority Side [CHARTER REGISTER] "Closes an office.";
    25 ContinueUnwitnessed "continue_unwitnessed" Officer Side [REGISTER] "The head of office goes on although nobody can say what was signed before.";
    26 Escrow "escrow" Node Side [REGISTER] "Lays down the node's sealing secret for the recovery keys.";
    27 RekeyOffice "rekey_office" Authority Chain [REGISTER] "Gives an office new operating keys.";
    30 Open "open" Officer Chain [FILE] "Opens a file.";
    31 Diarise "diarise" Officer Chain [DAK] "Enters an incoming paper.";
    32 Note "note" Officer Chain [FILE DAK] "Writes a note.";
    33 Attach "attach" Officer Chain [FILE DAK] "Attaches papers.";
    34 Mark "mark" Officer Chain [FILE DAK] "Marks to another post of the same office.";
    35 Forward "forward" Officer Chain [FILE DAK] "Queues for dispatch to a post of another office.";
    36 Cancel "cancel" Officer Chain [FILE DAK] "Takes a queued dispatch back.";
    37 Ready "ready" Node Side [FILE DAK] "The receiver holds everything up to a head.";
    38 Handover "handover" Node Chain [FILE DAK] "Moves custody to the office that said it is ready.";
    39 Receive "receive" Node Chain [FILE DAK] "Takes custody.";
    40 Opened "opened" Officer Chain [FILE DAK] "An officer has opened what was received.";
    41 SendBack "send_back" Officer Chain [FILE DAK] "Returns to where it came from.";
    42 RequestRecall "request_recall" Officer Side [FILE DAK] "Asks for a file back after handover.";
    43 RefuseRecall "refuse_recall" Node Side [FILE DAK] "The holder keeps it, because it was opened.";
    44 Park "park" Officer Chain [FILE DAK] "Lays aside until a day.";
    45 Wake "wake" Officer Chain [FILE DAK] "Takes up again.";
    46 Close "close" Officer Chain [FILE DAK] "Closes.";
    47 Reopen "reopen" Officer Chain [FILE DAK] "Opens again what was closed.";
    48 Reassign "reassign" Authority Side [FILE DAK] "Orders that another office takes the file up in a new epoch.";
    49 Contest "contest" Node Side [FILE DAK] "The office that is to lose the file shows that it is alive.";
    50 Remind "remind" Officer Side [FILE DAK] "Reminds the holder.";
    51 Issue "issue" Officer Chain [FILE DAK] "Issues a letter to a list of recipients.";
    52 Destroy "destroy" Officer Side [FILE DAK] "Orders that the contents be destroyed, as the law says.";
    53 Destroyed "destroyed" Node Side [FILE DAK] "An office that kept contents has erased them.";
    54 Hold "hold" Officer Side [FILE DAK] "Sets or lifts a legal hold.";
    55 BlindHandover "blind_handover" Node Chain [FILE DAK] "Moves custody to an office that could not say it is ready.";
    56 SideSignature "side_signature" Officer Side [FILE DAK] "Adds a DSC or an eSign over an act.";
    57 RaiseLevel "raise_level" Node Chain [FILE DAK] "Lets later acts be of a higher schema level.";
    58 TakeUp "take_up" Node Chain [FILE DAK] "Takes custody by an order of reassignment.";
    59 PutInFile "put_in_file" Officer Chain [FILE DAK] "Puts it into a file, to which its papers were attached.";
    60 Draft "draft" Officer Chain [FILE DAK] "Drafts a letter, or a new version of it.";
    61 Approve "approve" Officer Chain [FILE DAK] "Approves one version of a draft.";
    62 Dispatch "dispatch" Officer Side [FILE DAK] "Says how an issued letter goes to one recipient, and what came of it.";
}

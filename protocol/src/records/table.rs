//! The catalogue of tables: key and value of each. Numbers in keys are big-endian, so that key
//! order is number order. A changed row gets a new table; numbers are never reused.

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(pub u8);

macro_rules! tables {
    ($($(#[$doc:meta])* $number:literal $name:ident;)*) => {
        impl Table {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// Every table of the protocol with its name.
            pub const ALL: &[(Self, &str)] = &[$((Self::$name, stringify!($name)),)*];
        }
    };
}

tables! {
    // Ground truth.

    /// act id → bytes of the act as received
    1 ACTS;
    /// office, index → act id: the leaves of an office log, own or mirrored
    2 LEAVES;
    /// act id, office → index: where an act stands in a log
    3 PLACES;
    /// office, tile level (1 byte), index → hash
    4 HASHES;
    /// office → [`crate::records::LogState`]
    5 LOGS;
    /// position → act id: the charter chain with its endorsements
    6 CHARTER;
    /// office, class (1 byte), number or act id → act id: what everyone keeps of an office; the class
    /// is 0 inception, 1 admission, 2 chain, 3 endorsement, 4 other side act
    7 DOSSIERS;
    /// matter, number → act id: the chain
    8 CHAINS;
    /// matter, act id → nothing: side acts
    9 SIDES;
    /// matter, generation (4 bytes) → matter key, sealed at rest
    10 KEYS;
    /// content root → [`crate::records::ContentState`]
    11 CONTENTS;
    /// content root, chunk index → chunk hash, then the chunk itself when the content is small
    12 CHUNKS;
    /// office → note: the latest checkpoint of an office, with the cosignatures known here
    13 HEADS;
    /// office, role (1 byte) → size, root: what this node last cosigned
    14 COSIGNED;
    /// office → [`crate::records::Held`]: who has cosigned how much of our log
    15 HELD;
    /// operation id (16 bytes) → act id: a repeated form is answered, not done twice
    16 OPERATIONS;
    /// office, act id or size → bytes: kept evidence of a fork or a lie
    17 EVIDENCE;

    /// office → note: the latest checkpoint of an own log that a witness has cosigned
    18 WITNESSED;

    /// office → [`crate::records::Lineages`]: which installation speaks for an office that we cosign
    45 LINEAGES;
    /// office, act id → index: acts of an own log that gave way to the log that cosigners hold
    46 ORPHANS;
    /// matter, act id → nothing: an own act that came back from others and still lacks something
    47 RETURNED;
    /// transport key of a node, matter → an offer that came by carrier packet and is not done
    50 CARRIED;

    // Derived: can be rebuilt from the tables above.

    /// matter → [`crate::custody::Matter`]
    30 MATTERS;
    /// office, post, class (1 byte), time, matter → nothing
    31 DESKS;
    /// addressed office, matter → nothing: waits for that office
    32 QUEUED;
    /// receiving office, matter → handover act id: handed over, receipt not seen
    33 TRANSIT;
    /// holding office, matter → request act id: recall asked for, answer not seen
    34 RECALLS;
    /// head act id → ready act id: our promise for that head
    35 READIES;
    /// matter → nothing: was here, is elsewhere
    36 FOLLOWED;
    /// office, index → matter: the inward register, the daks of a log in the order of their diarising or receipt
    37 DIARISED;
    /// office, index → issue act id: the outward register, the letters of a log in the order of their issue
    38 ISSUED;

    /// office of the holder, act id of the reminder → nothing: said, and not said back yet
    39 REMINDERS;

    // Reassignment and forks. BRANCHES and FORKS are ground truth; the others follow from acts.

    /// matter, number, act id → nothing: chain acts known here beside the chain (mirrored, rival, orphan)
    40 BRANCHES;
    /// matter, order act id → [`crate::records::OrderState`]: orders that this node has to do with
    41 ORDERS;
    /// matter, epoch (4 bytes) → [`crate::records::Fork`]: two acts that cannot both stand
    42 FORKS;
    /// former office, matter → take_up act id: taken from that office, which has not said that it knows
    43 RELEASED;
}

//! The rules of Mohar, pure: what is signed, who holds a file, what a log proves and what
//! offices say to each other. Read the modules in the order of this list.
//!
//! This crate never reads a clock, a disk, a socket or ambient randomness: time and entropy
//! arrive as arguments, stored facts through [`records::Kv`], and everything wished for leaves
//! as data. So the code that runs in an office is the code that runs in the simulator.

pub mod act;
pub mod audit;
pub mod ceremony;
pub mod codec;
pub mod control;
pub mod custody;
pub mod directory;
pub mod entropy;
pub mod guard;
pub mod hash;
pub mod id;
pub mod keys;
pub mod limits;
pub mod log;
pub mod machine;
pub mod matter_text;
pub mod memo;
pub mod message;
pub mod packet;
pub mod placement;
pub mod recipients;
pub mod records;
pub mod refusal;
pub mod registry;
pub mod sealing;
pub mod time;

#[cfg(feature = "testing")]
pub mod testing;

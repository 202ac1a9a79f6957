//! What nothing above can beat: the disk's flush, redb alone, Ed25519 alone.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey};
use redb::{Database, Durability, TableDefinition};

use super::{Rows, repeat, spread};

const ROWS: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("rows");

/// Bytes of a row: an act and its index entries have about as much.
const ROW: [u8; 1024] = [7; 1024];

/// Acts in a group commit.
const GROUP: u64 = 64;

/// All limits.
pub fn run() -> Rows {
    let dir = tempfile::tempdir().expect("a folder");
    let (flushes, took) = fdatasync(dir.path());
    let (single, group) = (redb(dir.path(), 1, false), redb(dir.path(), GROUP, false));
    let (single_quick, group_quick) = (redb(dir.path(), 1, true), redb(dir.path(), GROUP, true));
    let (sign, verify) = ed25519();
    vec![
        ("fdatasync of 1 KiB appended".to_owned(), format!("{flushes:.0}/s, {}", spread(&took))),
        ("redb alone, rows of 1 KiB, one a commit".to_owned(), format!("{single:.0} rows/s")),
        ("redb alone, 64 a commit".to_owned(), format!("{group:.0} rows/s")),
        ("redb alone with quick repair, one a commit".to_owned(), format!("{single_quick:.0} rows/s")),
        ("redb alone with quick repair, 64 a commit".to_owned(), format!("{group_quick:.0} rows/s")),
        ("Ed25519 sign, one core".to_owned(), format!("{sign:.0}/s")),
        ("Ed25519 verify_strict, one core".to_owned(), format!("{verify:.0}/s")),
    ]
}

/// Appends and flushes in a loop: rate and durations.
pub fn fdatasync(dir: &Path) -> (f64, Vec<std::time::Duration>) {
    let mut file = File::create(dir.join("append")).expect("a disk file");
    repeat(|| {
        file.write_all(&ROW).expect("written");
        file.sync_data().expect("flushed");
    })
}

/// Rows a second that redb makes durable with so many in a commit.
pub fn redb(dir: &Path, in_commit: u64, quick_repair: bool) -> f64 {
    let database = Database::create(dir.join(format!("{in_commit}-{quick_repair}.redb"))).expect("a store");
    let mut next = 0;
    let (rate, _) = repeat(|| {
        let mut write = database.begin_write().expect("a write");
        write.set_durability(Durability::Immediate).expect("a durability");
        write.set_quick_repair(quick_repair);
        {
            let mut table = write.open_table(ROWS).expect("a table");
            for _ in 0..in_commit {
                table.insert(next, ROW.as_slice()).expect("a row");
                next += 1;
            }
        }
        write.commit().expect("committed");
    });
    rate * in_commit as f64
}

/// Signatures made and strictly verified a second, on one core.
pub fn ed25519() -> (f64, f64) {
    let key = SigningKey::from_bytes(&[3; 32]);
    let (message, public) = ([5; 400], key.verifying_key());
    let signature = key.sign(&message);
    let (sign, _) = repeat(|| {
        std::hint::black_box(key.sign(&message));
    });
    let (verify, _) = repeat(|| public.verify_strict(&message, &signature).expect("it verifies"));
    (sign, verify)
}

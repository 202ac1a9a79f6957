//! Files that people carry, as somebody would make them who wants to exhaust their reader.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use mohar_protocol::audit::Bundle;
use mohar_protocol::ceremony::{from_file, to_file};
use mohar_protocol::codec::{CodecError, is_crowded};
use mohar_protocol::id::StateId;
use mohar_protocol::machine::Package;

#[test]
fn a_file_of_empty_strings_is_refused_before_it_takes_memory() {
    for empty in [0x40_u8, 0x80] {
        // A list of so many empty acts, or of empty dossiers.
        let count = 4_000_000_u32;
        let list = [&[0x9a][..], &count.to_be_bytes(), &vec![empty; count as usize]].concat();
        let (charter, dossiers) = if empty == 0x40 { (list, vec![0x80]) } else { (vec![0x80], list) };
        let file = [b"mohar/registry/1\n\x82".as_slice(), &charter, &dossiers].concat();
        assert!(matches!(from_file::<Package>(&file), Err(CodecError::TooLarge { .. })));
    }
}

#[test]
fn a_small_file_of_small_things_is_read() {
    let charter = vec![minicbor::bytes::ByteVec::from(Vec::new()); 500];
    let package = Package { charter, dossiers: vec![Vec::new(); 500] };
    assert_eq!(from_file::<Package>(&to_file(&package)).unwrap(), package);
    let bundle = Bundle {
        state: StateId([1; 32]),
        registry: package,
        chain: Vec::new(),
        sides: Vec::new(),
        evidence: Vec::new(),
        contents: Vec::new(),
    };
    assert_eq!(from_file::<Bundle>(&to_file(&bundle)).unwrap(), bundle);
}

#[test]
fn items_are_counted_through_everything_that_holds_items() {
    let nested = [[0x81].repeat(30), vec![0x00]].concat();
    assert!(is_crowded(&nested, 30, 1_000) && !is_crowded(&nested, 31, 1_000));
    let long = [&[0x58, 200][..], &[0x80; 200]].concat();
    assert!(!is_crowded(&long, 1, 1_000), "what stands in a string is no item");
    assert!(!is_crowded(b"\xff\xff\xff", 1, 1_000) && !is_crowded(b"", 0, 8));
}

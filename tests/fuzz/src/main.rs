//! One program for all targets of `mohar_tests::fuzz`: `MOHAR_FUZZ_TARGET` names the one to run.
//!
//! Half of the changes are libFuzzer's own; the other half keep CBOR canonical and change what it
//! says, which bytes alone hardly ever do.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use mohar_protocol::entropy::Entropy;
use mohar_tests::fuzz::mutate::mutate;
use mohar_tests::fuzz::{TARGETS, Target, target};

fn chosen() -> &'static Target {
    static CHOSEN: OnceLock<&'static Target> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let name = std::env::var("MOHAR_FUZZ_TARGET").unwrap_or_default();
        target(&name).unwrap_or_else(|| {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            panic!("MOHAR_FUZZ_TARGET names one of\n  {}", names.join("\n  "))
        })
    })
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() <= chosen().bytes_max {
        (chosen().run)(bytes);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut start = [0; 32];
    start[..4].copy_from_slice(&seed.to_be_bytes());
    let changed = mutate(&data[..size], &data[..size], max_size, &mut Entropy::from_seed(start));
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
});

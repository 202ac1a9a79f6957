//! The kept inputs of every fuzz target, and seeded changes of each of them.
//!
//! `MOHAR_FUZZ_CHANGES` says how many changes of each input are tried, `MOHAR_FUZZ_SEED` with
//! which seed. `MOHAR_WRITE_CORPORA=1` writes the inputs that come from vectors and from simulated
//! offices anew; findings of a fuzzer (`tests/fuzz`) are added by hand.

#![expect(clippy::print_stderr, reason = "a test prints its seed and the input that failed")]

mod seeds;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::{Context, hash};
use mohar_tests::fuzz::mutate::mutate;
use mohar_tests::fuzz::{TARGETS, Target, machine, target};

/// Changes of each input. Thirty seconds of one core, in release, for all targets together.
const CHANGES: u64 = 40;

/// Bytes of one kept input: what is longer is a nuisance to keep and says no more. A bundle with the
/// register of one office has 30 KiB.
const KEPT_BYTES_MAX: usize = 40 * 1024;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The kept inputs of a target, by name, and those that are made anew every time.
fn inputs(target: &Target) -> Vec<(String, Vec<u8>)> {
    let mut inputs = Vec::new();
    if let Ok(folder) = fs::read_dir(corpora().join(target.name)) {
        for entry in folder {
            let path = entry.expect("an entry of the folder").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            inputs.push((name, fs::read(&path).expect("a kept input")));
        }
    }
    if target.name.starts_with("a_node_survives") {
        inputs.extend((0..).map(|at| format!("heard {at}")).zip(machine::seeds()));
    }
    inputs.sort();
    inputs
}

fn try_one(target: &Target, input: &[u8], what: &str) {
    if catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err() {
        let id = hash(Context::Trace, &[input]).to_string();
        panic!("{}: {what} fails; as input {}: {}", target.name, &id[..16], HEXLOWER.encode(input));
    }
}

/// Replays the kept inputs of one target and changes of them.
fn replay(name: &str) {
    let target = target(name).expect("a target of this name");
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "{name} has no kept input: see the module");
    // A whole node takes a hundred times as long as a parser.
    let usual = if name.starts_with("a_node_survives") { CHANGES / 4 } else { CHANGES };
    let (changes, seed) = (number("MOHAR_FUZZ_CHANGES", usual), number("MOHAR_FUZZ_SEED", 1));
    eprintln!("{name}: {} inputs, {changes} changes of each, seed {seed}", inputs.len());
    let start = hash(Context::Trace, &[name.as_bytes(), &seed.to_be_bytes()]).0;
    let mut entropy = Entropy::from_seed(start);
    (target.run)(&[]);
    for (file, input) in &inputs {
        try_one(target, input, file);
        for change in 0..changes {
            let other = &inputs[(entropy.next_u64() % inputs.len() as u64) as usize].1;
            let changed = mutate(input, other, target.bytes_max, &mut entropy);
            try_one(target, &changed, &format!("change {change} of {file} with seed {seed}"));
        }
    }
}

macro_rules! replays {
    ($($name:ident)*) => {
        $(#[test] fn $name() { replay(stringify!($name)); })*

        #[test]
        fn every_target_is_replayed() {
            let here = [$(stringify!($name)),*];
            let missing: Vec<&str> = TARGETS.iter().map(|t| t.name).filter(|name| !here.contains(name)).collect();
            assert!(missing.is_empty(), "not replayed: {missing:?}");
        }
    };
}

replays! {
    an_act_reads_back_and_names_one_key
    a_body_of_any_verb_is_kept_as_it_was_signed
    a_value_has_one_spelling
    an_id_is_64_digits
    a_note_is_written_back_as_it_was_read
    a_checkpoint_is_written_back_as_it_was_read
    a_cosigned_checkpoint_keeps_its_text
    a_verifier_key_has_one_spelling
    a_tile_path_has_one_spelling
    a_tile_is_written_back_as_it_was_read
    an_exported_proof_is_written_back_as_it_was_read
    a_proof_holds_for_one_leaf_of_one_tree
    a_frontier_goes_on_as_it_was
    a_wrap_set_is_written_back_and_opens_for_nobody_else
    a_sealed_content_opens_only_as_it_was_sealed
    a_disclosed_content_is_in_its_one_form
    a_chunk_is_taken_only_where_it_belongs
    a_value_at_rest_opens_only_as_it_was_sealed
    a_password_envelope_is_bounded
    a_password_is_one_however_it_was_typed
    a_signing_key_is_canonical_and_verifies_nothing_by_chance
    a_sealing_key_takes_a_wrap_or_is_refused
    node_secrets_open_only_as_they_were_sealed
    a_message_is_its_only_frame
    a_control_request_is_read_or_refused
    a_control_answer_is_read_or_refused
    a_node_survives_what_its_peers_say
    a_node_survives_what_its_peers_sign
    a_registry_is_written_back_and_folds
    an_office_request_is_written_back_as_it_was_read
    an_invitation_is_written_back_as_it_was_read
    a_founding_is_written_back_as_it_was_read
    a_bundle_is_written_back_and_judged
    a_log_directory_is_read_and_judged
    a_line_is_in_its_one_form
    several_lines_are_in_their_one_form
    a_typed_note_can_be_read_again
    a_cover_is_read_only_in_its_one_form
    a_note_is_read_only_in_its_one_form
    a_label_says_the_same_twice
    a_directory_snapshot_has_one_spelling
    settings_are_read_or_refused_with_a_line
    an_upload_is_told_by_its_bytes
    a_form_with_a_paper_is_read_or_refused
    a_field_of_a_form_is_read_or_refused
    a_note_is_shown_as_it_was_written
}

#[test]
fn kept_inputs_are_small_and_belong_to_a_target() {
    if std::env::var_os("MOHAR_WRITE_CORPORA").is_some() {
        seeds::write(&corpora()).expect("the inputs are written");
    }
    for folder in fs::read_dir(corpora()).expect("the folder of kept inputs") {
        let folder = folder.expect("an entry").path();
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(target(&name).is_some(), "{name} is no target");
        for input in fs::read_dir(&folder).expect("a folder") {
            let input = input.expect("an entry");
            let length = input.metadata().expect("a length").len();
            assert!(length <= KEPT_BYTES_MAX as u64, "{:?} has {length} bytes", input.path());
        }
    }
}

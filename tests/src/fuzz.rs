//! Every decoder and every door as one plain function over any bytes.
//!
//! A target's name is its property. It returns when the property holds and panics when it does
//! not, so the same function serves three callers: `tests/tests/fuzz` replays the kept inputs of
//! `tests/corpora/<target>` and seeded changes of them, and the crate in `tests/fuzz` gives it to
//! a fuzzer that watches coverage. A finding is kept as one more input.
//!
//! Nothing here reads a clock, a disk or ambient randomness.

pub mod acts;
pub mod exchange;
pub mod files;
pub mod logs;
pub mod machine;
pub mod mutate;
pub mod office;
pub mod sealing;
pub mod texts;

use mohar_protocol::limits::{ACT_BYTES_MAX, FRAME_BYTES_MAX, NOTE_BYTES_MAX};

/// One property over any bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// The property, and the name of the folder of kept inputs.
    pub name: &'static str,
    /// Panics when the property does not hold.
    pub run: fn(&[u8]),
    /// Bytes of the longest input that makes sense.
    pub bytes_max: usize,
}

macro_rules! targets {
    ($($module:ident { $($name:ident $bytes_max:expr;)* })*) => {
        /// Every target.
        pub const TARGETS: &[Target] = &[
            $($(Target { name: stringify!($name), run: $module::$name, bytes_max: $bytes_max },)*)*
        ];
    };
}

/// Room for the formats that have no bound of their own below a whole upload or registry.
const LARGE: usize = 64 * 1024;

targets! {
    acts {
        an_act_reads_back_and_names_one_key ACT_BYTES_MAX;
        a_body_of_any_verb_is_kept_as_it_was_signed 16 * 1024;
        a_value_has_one_spelling 16 * 1024;
        an_id_is_64_digits 256;
    }
    logs {
        a_note_is_written_back_as_it_was_read NOTE_BYTES_MAX;
        a_checkpoint_is_written_back_as_it_was_read NOTE_BYTES_MAX;
        a_cosigned_checkpoint_keeps_its_text NOTE_BYTES_MAX;
        a_verifier_key_has_one_spelling 512;
        a_tile_path_has_one_spelling 128;
        a_tile_is_written_back_as_it_was_read LARGE;
        an_exported_proof_is_written_back_as_it_was_read LARGE;
        a_proof_holds_for_one_leaf_of_one_tree 4096;
        a_frontier_goes_on_as_it_was 4096;
    }
    sealing {
        a_wrap_set_is_written_back_and_opens_for_nobody_else LARGE;
        a_sealed_content_opens_only_as_it_was_sealed LARGE;
        a_disclosed_content_is_in_its_one_form LARGE;
        a_chunk_is_taken_only_where_it_belongs LARGE;
        a_value_at_rest_opens_only_as_it_was_sealed 4096;
        a_password_envelope_is_bounded 512;
        a_password_is_one_however_it_was_typed 1024;
        a_signing_key_is_canonical_and_verifies_nothing_by_chance 256;
        a_sealing_key_takes_a_wrap_or_is_refused 2048;
        node_secrets_open_only_as_they_were_sealed 4096;
    }
    exchange {
        a_message_is_its_only_frame FRAME_BYTES_MAX;
        a_control_request_is_read_or_refused LARGE;
        a_control_answer_is_read_or_refused LARGE;
    }
    machine {
        a_node_survives_what_its_peers_say LARGE;
        a_node_survives_what_its_peers_sign LARGE;
    }
    files {
        a_registry_is_written_back_and_folds LARGE;
        an_office_request_is_written_back_as_it_was_read LARGE;
        an_invitation_is_written_back_as_it_was_read LARGE;
        a_founding_is_written_back_as_it_was_read LARGE;
        a_bundle_is_written_back_and_judged LARGE;
        a_log_directory_is_read_and_judged LARGE;
    }
    texts {
        a_line_is_in_its_one_form 8192;
        several_lines_are_in_their_one_form 8192;
        a_typed_note_can_be_read_again 8192;
        a_cover_is_read_only_in_its_one_form 8192;
        a_note_is_read_only_in_its_one_form LARGE;
        a_label_says_the_same_twice 512;
        a_directory_snapshot_has_one_spelling LARGE;
    }
    office {
        settings_are_read_or_refused_with_a_line 8192;
        an_upload_is_told_by_its_bytes LARGE;
        a_form_with_a_paper_is_read_or_refused LARGE;
        a_field_of_a_form_is_read_or_refused 4096;
        a_note_is_shown_as_it_was_written 8192;
    }
}

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

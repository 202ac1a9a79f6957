//! For every invariant a guard is switched off, and the judge must notice. `cargo run --release -p
//! mohar-tests --bin simulate -- mutations` measures how many seeds each takes.

use mohar_tests::runs::seeds_to_catch;
use mohar_tests::world::Mutation;

/// Seeds within which a mutation must be noticed.
const SEEDS_MAX: u64 = 60;

macro_rules! caught {
    ($($test:ident $mutation:ident;)*) => {
        $(#[test]
        fn $test() {
            let caught = seeds_to_catch(Mutation::$mutation, SEEDS_MAX);
            let seeds = caught.unwrap_or_else(|| panic!("went unnoticed for {SEEDS_MAX} seeds"));
            eprintln!("{:?} was caught by seed {seeds}", Mutation::$mutation);
        })*

        #[test]
        fn every_mutation_has_a_test_and_every_invariant_a_mutation() {
            let tried = [$(Mutation::$mutation),*];
            for mutation in Mutation::ALL {
                assert!(tried.contains(mutation), "{mutation:?}");
            }
            for invariant in 1..=15 {
                assert!(Mutation::ALL.iter().any(|m| m.invariant() == invariant), "invariant {invariant}");
            }
        }
    };
}

caught! {
    a_forgotten_handover_is_caught HandoverForgotten;
    a_lost_commit_is_caught CommitsAreLost;
    an_answer_before_the_commit_is_caught AnswerBeforeCommit;
    a_mirror_that_forgets_is_caught MirrorForgets;
    a_message_before_the_commit_is_caught SendBeforeCommit;
    a_head_that_is_not_added_up_again_is_caught RecheckOff;
    a_witness_that_forgets_is_caught WitnessForgets;
    a_restored_disk_without_a_barrier_is_caught RestoredWithoutBarrier;
    a_forgotten_ready_is_caught ReadyForgotten;
    silence_after_a_loss_is_caught NothingIsRepeated;
    an_act_of_anybody_is_caught AuthorityOff;
    wrong_clocks_everywhere_are_caught NoClockIsRight;
    a_note_in_the_clear_is_caught NotesInTheClear;
    an_act_erased_with_its_content_is_caught ErasingTakesActs;
    a_relay_that_drops_the_unknown_is_caught RelayDropsUnknown;
    offers_without_bound_are_caught OffersWithoutBound;
    damage_that_nobody_notices_is_caught DamageIsNotNoticed;
    half_a_commit_that_stays_is_caught HalfCommitsStay;
}

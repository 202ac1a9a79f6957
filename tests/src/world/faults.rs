//! What may go wrong in a world, and how strongly. A seed draws which faults are on at all, so that
//! runs differ in kind and not only in order (swarm testing).

use mohar_protocol::entropy::Entropy;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident $max:literal;)*) => {
        /// Chances out of a thousand per occasion. Times are of the world, not of any clock in it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct WorldFaults { $($(#[$doc])* pub $name: u64,)* }

        impl WorldFaults {
            /// No faults at all.
            pub const NONE: Self = Self { $($name: 0,)* };

            /// Faults drawn from a seed. One fault in three is off.
            pub fn draw(rng: &mut Entropy) -> Self {
                let mut chance =
                    |max: u64| if rng.next_u64().is_multiple_of(3) { 0 } else { rng.next_u64() % max };
                Self { $($name: chance($max),)* }
            }

            /// The faults that are on, by name.
            pub fn names(&self) -> Vec<(&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter().filter(|(_, chance)| *chance > 0).collect()
            }
        }
    };
}

faults! {
    /// A step ends in a crash before its commit.
    crash_before_commit 6;
    /// A step ends in a crash after its commit, before anything is answered or sent.
    crash_after_commit 6;
    /// A frame is dropped although the link stands.
    frame_lost 50;
    /// A frame is delivered twice.
    frame_twice 50;
    /// A frame is kept back and comes after newer ones, or over the next link.
    frame_late 20;
    /// A link breaks when a frame is sent.
    link_breaks 10;
    /// Two offices are cut from each other for a while, per second.
    cut 300;
    /// Frames between two offices are lost in one direction for a while, per second.
    cut_one_way 100;
    /// A link comes and goes every few seconds for a while, per second.
    flapping 60;
    /// A node loses all links for three weeks, once, per second.
    long_outage 4;
    /// The disk refuses a commit because it is full; nothing of it is kept.
    disk_full 3;
    /// The disk reports that a commit failed; whether it is kept shows after the restart.
    fsync_failed 3;
    /// Power goes in the middle of a commit; the store finds a half-written one and takes it back.
    torn_commit 3;
    /// A bit flips in a row that was written lately, per second.
    flip_hot 4;
    /// A bit flips in any row, per second.
    flip_cold 4;
    /// A node's clock jumps by up to ten years, either way, or back to the truth, per second.
    clock_jump 60;
    /// A node's clock stops, or goes on again, per second.
    clock_stuck 40;
}

//! Switches that take one guard out of the machine, so that a test can ask whether its absence is
//! noticed. Only guards that cannot be taken away from outside have one. Behind the feature
//! `testing`: without it, [`is_off`] is a constant.

/// A guard of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The head of a log is added up again before it is signed.
    Recheck,
    /// The signature of an act is verified.
    Authority,
    /// A peer may make so many offers at one time.
    Offers,
    /// An office that does not know what it has signed asks before it signs.
    Rejoin,
}

#[cfg(feature = "testing")]
thread_local! {
    static OFF: core::cell::Cell<Option<Guard>> = const { core::cell::Cell::new(None) };
}

/// Switches one guard off in this thread, or all of them on.
#[cfg(feature = "testing")]
pub fn switch_off(guard: Option<Guard>) {
    OFF.set(guard);
}

/// Whether a guard is off.
#[cfg(feature = "testing")]
pub(crate) fn is_off(guard: Guard) -> bool {
    OFF.get() == Some(guard)
}

/// No guard is ever off.
#[cfg(not(feature = "testing"))]
pub(crate) const fn is_off(_guard: Guard) -> bool {
    false
}

//! Answers remembered: which keys are admissible and which signatures hold. A simulation asks the same
//! of thousands of nodes, and more than half of its time went into asking. Behind the feature `testing`,
//! and off until a thread asks for it; without the feature every question is asked. Only a yes is
//! remembered, under a digest of everything that the answer depends on. It never answers by itself.

/// What is asked. The number goes into the digest, so that no answer is taken for another question's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether a signature holds: key, signature, message.
    Signature = 1,
    /// Whether bytes are an admissible sealing key: number of the algorithm, bytes.
    SealingKey = 2,
}

#[cfg(feature = "testing")]
mod remembered {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    use crate::keys::PublicKey;

    /// Answers of one thread: 65,536 digests are 2 MiB.
    pub const ANSWERS_MAX: usize = 1 << 16;

    #[derive(Default)]
    pub struct Answers {
        pub good: BTreeSet<[u8; 32]>,
        pub keys: BTreeMap<[u8; 32], PublicKey>,
    }

    thread_local! {
        pub static ANSWERS: RefCell<Option<Answers>> = const { RefCell::new(None) };
    }
}

#[cfg(feature = "testing")]
use self::remembered::{ANSWERS, ANSWERS_MAX, Answers};
use crate::keys::PublicKey;

/// From now on this thread remembers.
#[cfg(feature = "testing")]
pub fn remember() {
    ANSWERS.with_borrow_mut(|answers| {
        answers.get_or_insert_with(Answers::default);
    });
}

/// The answer to a question: the one that was given before, or that of `ask`.
#[cfg(feature = "testing")]
pub(crate) fn once(question: Question, about: &[&[u8]], ask: impl FnOnce() -> bool) -> bool {
    if ANSWERS.with_borrow(Option::is_none) {
        return ask();
    }
    let mut parts: Vec<&[u8]> = Vec::with_capacity(about.len() + 1);
    let number = [question as u8];
    parts.push(&number);
    parts.extend(about);
    let digest = crate::hash::sha256(&parts);
    if ANSWERS.with_borrow(|answers| answers.as_ref().is_some_and(|a| a.good.contains(&digest))) {
        return true;
    }
    let good = ask();
    if good {
        ANSWERS.with_borrow_mut(|answers| {
            let Some(Answers { good, .. }) = answers else { return };
            if good.len() >= ANSWERS_MAX {
                good.clear();
            }
            good.insert(digest);
        });
    }
    good
}

/// A public key that was admitted before, or what `admit` makes of its bytes.
#[cfg(feature = "testing")]
pub(crate) fn key<E>(bytes: &[u8; 32], admit: impl FnOnce() -> Result<PublicKey, E>) -> Result<PublicKey, E> {
    if let Some(known) = ANSWERS.with_borrow(|answers| answers.as_ref()?.keys.get(bytes).copied()) {
        return Ok(known);
    }
    let key = admit()?;
    ANSWERS.with_borrow_mut(|answers| {
        let Some(Answers { keys, .. }) = answers else { return };
        if keys.len() >= ANSWERS_MAX {
            keys.clear();
        }
        keys.insert(*bytes, key);
    });
    Ok(key)
}

/// Every question is asked.
#[cfg(not(feature = "testing"))]
pub(crate) fn once(_question: Question, _about: &[&[u8]], ask: impl FnOnce() -> bool) -> bool {
    ask()
}

/// Every key is looked at.
#[cfg(not(feature = "testing"))]
pub(crate) fn key<E>(
    _bytes: &[u8; 32],
    admit: impl FnOnce() -> Result<PublicKey, E>,
) -> Result<PublicKey, E> {
    admit()
}

#[cfg(test)]
mod tests {
    use super::{Question, once, remember};

    #[test]
    fn only_a_yes_is_remembered_and_only_for_its_question() {
        remember();
        assert!(!once(Question::Signature, &[b"a", b"b"], || false));
        assert!(once(Question::Signature, &[b"a", b"b"], || true));
        assert!(once(Question::Signature, &[b"a", b"b"], || panic!("it was asked before")));
        assert!(!once(Question::SealingKey, &[b"a", b"b"], || false));
        assert!(!once(Question::Signature, &[b"a", b"c"], || false));
    }
}

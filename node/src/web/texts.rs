//! The words of the pages in two languages, Hindi first.
//!
//! Texts live in `locales/hi.ftl` and `locales/en.ftl`; `build.rs` proves that both have every
//! message that a template or a source names. Numbers inside texts get Indian digit groups. This
//! never guesses a language and never holds what a user typed.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};

use crate::web::format;

/// A language of the pages. Hindi is the default everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Hindi in Devanagari, ASCII digits.
    #[default]
    Hi,
    /// English as Indian offices write it.
    En,
}

impl Lang {
    /// Both languages, in the order in which the switch shows them.
    pub const ALL: [Self; 2] = [Self::Hi, Self::En];

    /// The BCP 47 code for the `lang` attribute, cookies and settings.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hi => "hi",
            Self::En => "en",
        }
    }

    /// Reads a code from a cookie or form; anything unknown is `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }
}

/// The name of a message. Made only by [`key`], whose uses `build.rs` checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(&'static str);

impl Key {
    /// The name as the text files write it.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// Names a message that is chosen at run time, for example by the kind of an act.
pub const fn key(name: &'static str) -> Key {
    Key(name)
}

/// The texts of one language: a small handle that every page carries as `t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The language spoken.
    pub lang: Lang,
}

impl Texts {
    /// The texts of a language.
    pub fn of(lang: Lang) -> Self {
        Self { lang }
    }

    /// A plain text without placeholders.
    pub fn s(&self, name: &str) -> String {
        self.speak(name, None)
    }

    /// A text chosen at run time, without placeholders.
    pub fn k(&self, name: Key) -> String {
        self.speak(name.0, None)
    }

    /// A text with the count `$n`, in the right plural.
    pub fn n(&self, name: &str, n: impl Count) -> String {
        let mut args = FluentArgs::new();
        args.set("n", FluentValue::from(n.count()));
        self.speak(name, Some(&args))
    }

    /// A text with one placeholder.
    pub fn a(&self, name: &str, first: &str, value: impl ToString) -> String {
        let mut args = FluentArgs::new();
        args.set(first.to_owned(), FluentValue::from(value.to_string()));
        self.speak(name, Some(&args))
    }

    /// A text with two placeholders; a placeholder called `n` is a count.
    pub fn b(
        &self,
        name: &str,
        first: &str,
        value: impl ToString,
        second: &str,
        other: impl ToString,
    ) -> String {
        let mut args = FluentArgs::new();
        args.set(first.to_owned(), argument(first, value.to_string()));
        args.set(second.to_owned(), argument(second, other.to_string()));
        self.speak(name, Some(&args))
    }

    fn speak(&self, name: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = match self.lang {
            Lang::Hi => &BUNDLES[0],
            Lang::En => &BUNDLES[1],
        };
        let mut errors: Vec<FluentError> = Vec::new();
        match bundle.get_message(name).and_then(|message| message.value()) {
            Some(pattern) => bundle.format_pattern(pattern, args, &mut errors).into_owned(),
            None => format!("⟦{name}⟧"),
        }
    }
}

impl AsRef<Self> for Texts {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// A number that a text counts with.
pub trait Count {
    /// The number as Fluent takes it.
    fn count(&self) -> u64;
}

impl Count for u32 {
    fn count(&self) -> u64 {
        u64::from(*self)
    }
}

impl Count for u64 {
    fn count(&self) -> u64 {
        *self
    }
}

impl Count for usize {
    fn count(&self) -> u64 {
        u64::try_from(*self).unwrap_or(u64::MAX)
    }
}

impl<C: Count> Count for &C {
    fn count(&self) -> u64 {
        (*self).count()
    }
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> = LazyLock::new(|| {
    [
        bundle(Lang::Hi, include_str!("../../locales/hi.ftl")),
        bundle(Lang::En, include_str!("../../locales/en.ftl")),
    ]
});

fn bundle(lang: Lang, source: &str) -> FluentBundle<FluentResource> {
    let locale = lang.code().parse().expect("hi and en are BCP 47 codes");
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // Isolation marks would end up in titles and attributes; pages isolate names with <bdi>.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) if number.value >= 0.0 && number.value.fract() == 0.0 => {
            Some(format::grouped(number.value as u64))
        }
        _ => None,
    }));
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable); // build.rs refuses unreadable texts
    bundle.add_resource_overriding(resource);
    bundle
}

fn argument(name: &str, value: String) -> FluentValue<'static> {
    match value.parse::<u64>() {
        Ok(count) if name == "n" => FluentValue::from(count),
        _ => FluentValue::from(value),
    }
}

#[cfg(test)]
mod tests {
    use super::{Lang, Texts};

    #[test]
    fn plurals_follow_each_language() {
        let (hi, en) = (Texts::of(Lang::Hi), Texts::of(Lang::En));
        assert_eq!(hi.n("files-count", 1_u32), "1 नस्ती");
        assert_eq!(hi.n("files-count", 5_u32), "5 नस्तियाँ");
        assert_eq!(en.n("files-count", 1_u32), "1 file");
        assert_eq!(en.n("files-count", 0_u32), "0 files");
    }

    #[test]
    fn numbers_in_texts_have_indian_groups() {
        assert_eq!(Texts::of(Lang::Hi).n("files-count", 1_234_567_u64), "12,34,567 नस्तियाँ");
    }

    #[test]
    fn what_a_user_typed_is_never_read_as_a_number() {
        let text = Texts::of(Lang::En).a("waits-for", "office", "007");
        assert!(text.contains("007"), "{text}");
    }

    #[test]
    fn unknown_codes_are_no_language() {
        assert_eq!(Lang::from_code("hi"), Some(Lang::Hi));
        assert_eq!(Lang::from_code("hi-IN"), None);
    }
}

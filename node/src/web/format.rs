//! Dates, ages, sizes and numbers as people in the state write them, and the page escaper.
//!
//! All times are Indian Standard Time (a fixed +05:30 since 1945), all digits ASCII. Nothing here
//! reads a clock: `now` is always given. Nothing here is ever part of signed bytes.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::web::texts::{Count, Texts};

/// `22/11/2026 14:30`; a dash for a time no calendar holds.
pub fn date_time(ms: u64) -> String {
    written(ms, "%d/%m/%Y %H:%M")
}

/// `22/11/2026 14:30 IST`, for signatures and everything that may be read abroad or on paper.
pub fn stamp(ms: u64) -> String {
    written(ms, "%d/%m/%Y %H:%M IST")
}

/// `22/11/2026`.
pub fn date(ms: u64) -> String {
    written(ms, "%d/%m/%Y")
}

/// `14:30` on the same Indian day as `now`, else day and time.
pub fn clock(ms: u64, now: u64) -> String {
    if date(ms) == date(now) { written(ms, "%H:%M") } else { date_time(ms) }
}

/// `14:30:07`, for the autosave line.
pub fn clock_seconds(ms: u64) -> String {
    written(ms, "%H:%M:%S")
}

/// `2026-11-22`, the value of a date field and of `datetime` attributes.
pub fn iso_date(ms: u64) -> String {
    written(ms, "%Y-%m-%d")
}

/// The first millisecond of an Indian day given as `2026-11-22` (a date field's value).
pub fn day_from_iso(text: &str) -> Option<u64> {
    let day = Date::strptime("%Y-%m-%d", text).ok()?;
    let start = ist().to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok()?;
    u64::try_from(start.as_millisecond()).ok()
}

/// Time passed in one unit, rounded down: `40 मि.`, `3 घंटे`, `12 दिन`.
pub fn age(t: Texts, since: u64, now: u64) -> String {
    let minutes = now.saturating_sub(since) / 60_000;
    match minutes {
        0 => t.s("age-now"),
        1..=59 => t.n("age-minutes", minutes),
        60..=1439 => t.n("age-hours", minutes / 60),
        _ => t.n("age-days", minutes / 1440),
    }
}

/// How long a paper has been waiting, in the four steps of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ageing {
    /// 0 to 3 working days.
    Fresh,
    /// 4 to 7: yellow, circle.
    Aware,
    /// 8 to 15: orange, triangle.
    Late,
    /// 16 and more: red, square.
    Old,
}

impl Ageing {
    /// The step for a number of working days.
    pub fn of(days: u32) -> Self {
        match days {
            0..=3 => Self::Fresh,
            4..=7 => Self::Aware,
            8..=15 => Self::Late,
            _ => Self::Old,
        }
    }

    /// The shape that says the same without colour.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Fresh => "",
            Self::Aware => "●",
            Self::Late => "▲",
            Self::Old => "■",
        }
    }

    /// The style class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Fresh => "age-fresh",
            Self::Aware => "age-aware",
            Self::Late => "age-late",
            Self::Old => "age-old",
        }
    }
}

/// A number with Indian digit groups: `12,34,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 2);
    for (at, digit) in digits.char_indices() {
        let left = digits.len() - at;
        // After the last three digits, groups are of two: lakh, crore, arab.
        if at > 0 && left >= 3 && (left - 3).is_multiple_of(2) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in bytes for people: `820 KB`, `4.2 MB`, `212 GB`.
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    const GIB: u64 = 1024 * MIB;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{} KB", bytes / KIB),
        MIB..GIB => format!("{}.{} MB", bytes / MIB, bytes % MIB * 10 / MIB),
        _ => format!("{} GB", grouped(bytes / GIB)),
    }
}

/// The same functions as templates call them, which pass references as often as values.
impl Texts {
    /// See [`date`].
    pub fn day(&self, ms: impl Count) -> String {
        date(ms.count())
    }

    /// See [`date_time`].
    pub fn time(&self, ms: impl Count) -> String {
        date_time(ms.count())
    }

    /// See [`stamp`].
    pub fn stamp(&self, ms: impl Count) -> String {
        stamp(ms.count())
    }

    /// See [`age`].
    pub fn age(&self, since: impl Count, now: impl Count) -> String {
        age(*self, since.count(), now.count())
    }

    /// See [`size`].
    pub fn bytes(&self, bytes: impl Count) -> String {
        size(bytes.count())
    }

    /// See [`grouped`].
    pub fn number(&self, number: impl Count) -> String {
        grouped(number.count())
    }
}

/// The escaper of every page: HTML escaping by askama, and no hidden reordering of text.
///
/// Bidirectional controls in a subject or name can make `exe.fdp` look like `pdf.exe` and one
/// office look like another (Unicode TR 36); they are shown as a visible mark instead. The joiners
/// that Hindi needs (ZWJ, ZWNJ) stay.
#[derive(Clone, Copy, Debug, Default)]
pub struct Careful;

impl Escaper for Careful {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        for (at, piece) in string.split(reorders).enumerate() {
            if at > 0 {
                dest.write_char('\u{FFFD}')?;
            }
            Html.write_escaped_str(&mut dest, piece)?;
        }
        Ok(())
    }
}

fn ist() -> Offset {
    Offset::from_seconds(19_800).expect("five and a half hours is within every bound of an offset")
}

fn reorders(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\0')
}

fn written(ms: u64, pattern: &str) -> String {
    civil(ms).map_or_else(|| "—".to_owned(), |at| at.strftime(pattern).to_string())
}

fn civil(ms: u64) -> Option<DateTime> {
    let ms = i64::try_from(ms).ok()?;
    Some(ist().to_datetime(Timestamp::from_millisecond(ms).ok()?))
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper;

    use super::{Ageing, Careful, age, date, date_time, day_from_iso, grouped, size, stamp};
    use crate::web::texts::{Lang, Texts};

    /// 21/11/2026 18:29:59.999 UTC is the last millisecond of 21 November in India.
    const LAST_OF_21: u64 = 1_795_285_799_999;

    #[test]
    fn the_day_changes_at_indian_midnight() {
        assert_eq!(date_time(LAST_OF_21), "21/11/2026 23:59");
        assert_eq!(date_time(LAST_OF_21 + 1), "22/11/2026 00:00");
        assert_eq!(stamp(LAST_OF_21 + 1), "22/11/2026 00:00 IST");
    }

    #[test]
    fn a_date_field_means_the_indian_day() {
        assert_eq!(day_from_iso("2026-11-22"), Some(LAST_OF_21 + 1));
        assert_eq!(day_from_iso("22/11/2026"), None);
        assert_eq!(day_from_iso("2026-02-30"), None);
    }

    #[test]
    fn a_time_no_calendar_holds_is_a_dash() {
        assert_eq!(date(u64::MAX), "—");
    }

    #[test]
    fn groups_are_indian() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (99_999, "99,999"),
            (1_234_567, "12,34,567"),
            (10_000_000, "1,00,00,000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn ages_take_the_largest_whole_unit() {
        let t = Texts::of(Lang::Hi);
        assert_eq!(age(t, 0, 40 * 60_000), "40 मि.");
        assert_eq!(age(t, 0, 3 * 3_600_000 + 5), "3 घंटे");
        assert_eq!(age(t, 5, 0), "अभी");
    }

    #[test]
    fn ageing_has_four_steps() {
        assert_eq!(Ageing::of(3), Ageing::Fresh);
        assert_eq!(Ageing::of(4), Ageing::Aware);
        assert_eq!(Ageing::of(15), Ageing::Late);
        assert_eq!(Ageing::of(16), Ageing::Old);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(820 * 1024), "820 KB");
        assert_eq!(size(212 << 30), "212 GB");
        assert_eq!(size(4 * 1024 * 1024 + 300_000), "4.2 MB");
    }

    #[test]
    fn markup_and_reordering_never_reach_the_page() {
        let mut out = String::new();
        let hostile = "<b>\u{202E}exe.fdp\u{2066} क\u{094D}\u{200D}ष";
        Careful.write_escaped_str(&mut out, hostile).expect("a string takes all");
        assert!(!out.contains("<b>"), "{out}");
        assert!(!out.contains('\u{202E}') && !out.contains('\u{2066}'), "{out}");
        assert!(out.contains("क\u{094D}\u{200D}ष"), "joiners stay: {out}");
    }
}

//! The calendar of the office: which days are worked. Saturdays and Sundays are not; holidays, and
//! Saturdays that are worked, stand in a text that the office gets from the state and adds to.
//!
//! It counts days for people. It is never part of an act, and decides nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;

/// Days of one text: thirty years of forty holidays.
const DAYS_MAX: usize = 1_200;

/// Bytes of the text: a line of 200 for each of them.
pub const CALENDAR_BYTES_MAX: usize = 240 * 1024;

/// Days that a count looks at: longer than any matter lies.
const SPAN_MAX: i32 = 366 * 100;

/// The days that differ from the week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// A day, and whether it is worked.
    days: BTreeMap<Date, bool>,
}

impl Calendar {
    /// Reads one day a line: `2026-11-09 दीपावली`, `+2026-11-14` for a Saturday that is worked. What
    /// follows the day, and lines that begin with `#`, are for people.
    ///
    /// # Errors
    /// The line, from 1, and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut days = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_start_matches('\u{FEFF}').trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let day = line.split_whitespace().next().unwrap_or_default();
            let (worked, day) = day.strip_prefix('+').map_or((false, day), |day| (true, day));
            let day = Date::strptime("%Y-%m-%d", day).map_err(|_| (at + 1, "a day is written 2026-08-15"))?;
            if days.insert(day, worked).is_some() {
                return Err((at + 1, "the day stands here already"));
            }
            if days.len() > DAYS_MAX {
                return Err((at + 1, "more than 1,200 days"));
            }
        }
        Ok(Self { days })
    }

    /// Whether a day is worked.
    pub fn is_worked(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.days.get(&day).copied().unwrap_or(!weekend)
    }

    /// Working days from the Indian day of one time to that of another, both in milliseconds. The first
    /// day counts as nought; so does a time that no calendar holds.
    pub fn between(&self, since: u64, now: u64) -> u32 {
        let (Some(from), Some(to)) = (indian(since), indian(now)) else { return 0 };
        let span = to.since(from).map_or(0, |span| span.get_days());
        if !(1..=SPAN_MAX).contains(&span) {
            return 0;
        }
        // Whole weeks at once, the rest day by day, then the days that differ from the week.
        let mut count = span / 7 * 5;
        let mut day = to;
        for _ in 0..span % 7 {
            count += i32::from(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
            day = day.yesterday().unwrap_or(day);
        }
        for (day, worked) in self.days.range(from..=to).filter(|(day, _)| **day != from) {
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            count += i32::from(*worked && weekend) - i32::from(!*worked && !weekend);
        }
        u32::try_from(count).unwrap_or(0)
    }

    /// The day so many working days after a day, both `yyyy-mm-dd`.
    pub fn after(&self, day: &str, working_days: u16) -> Option<String> {
        let mut day = Date::strptime("%Y-%m-%d", day).ok()?;
        for _ in 0..working_days {
            day = day.tomorrow().ok()?;
            while !self.is_worked(day) {
                day = day.tomorrow().ok()?;
            }
        }
        Some(day.to_string())
    }
}

/// The Indian day of a time.
fn indian(ms: u64) -> Option<Date> {
    let ist = Offset::from_seconds(19_800).ok()?;
    Some(ist.to_datetime(Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()?).date())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::Calendar;

    const DAY: u64 = 86_400_000;
    /// Friday, 20 November 2026, at midnight in India.
    const FRIDAY: u64 = 1_795_113_000_000;

    #[test]
    fn weekends_are_not_counted() {
        let calendar = Calendar::default();
        for (days, counted) in [(0, 0), (2, 0), (3, 1), (7, 5), (31, 21)] {
            assert_eq!(calendar.between(FRIDAY, FRIDAY + days * DAY), counted, "{days} days");
        }
        assert_eq!(calendar.between(FRIDAY + DAY, FRIDAY), 0);
        assert_eq!(calendar.between(0, u64::MAX), 0);
    }

    #[test]
    fn holidays_are_not_counted_and_a_worked_saturday_is() {
        let calendar = Calendar::parse("# 2026\n2026-11-24 गुरु नानक जयंती\n2026-11-22\n+2026-11-21\n").unwrap();
        // Saturday worked, Sunday not, Monday, Tuesday a holiday, Wednesday.
        assert_eq!(calendar.between(FRIDAY, FRIDAY + 5 * DAY), 3);
        assert_eq!(calendar.between(FRIDAY, FRIDAY + 12 * DAY), 8);
        assert_eq!(calendar.after("2026-11-20", 3).as_deref(), Some("2026-11-25"));
        assert_eq!(calendar.after("20/11/2026", 3), None);
    }

    #[test]
    fn the_day_on_which_a_paper_came_counts_as_nought_even_if_it_is_no_holiday_of_the_week() {
        let calendar = Calendar::parse("2026-11-20").unwrap();
        assert_eq!(calendar.between(FRIDAY, FRIDAY + 3 * DAY), 1);
    }

    #[test]
    fn what_is_no_day_is_refused_with_its_line() {
        assert_eq!(Calendar::parse("2026-01-26\n26/01/2026").unwrap_err().0, 2);
        assert_eq!(Calendar::parse("2026-02-30").unwrap_err().0, 1);
        assert_eq!(Calendar::parse("2026-01-26\n+2026-01-26").unwrap_err().0, 2);
    }
}

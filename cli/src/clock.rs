//! The only place where this command reads the clock or asks for randomness.

use anyhow::Context as _;
use jiff::tz::{Offset, TimeZone};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::time::Timestamp;

/// Indian Standard Time is ahead of UTC by five and a half hours, without summer time.
const IST_AHEAD_S: i32 = 5 * 3600 + 1800;

/// The time of this machine.
pub fn now() -> Timestamp {
    // A clock before 1970 is a dead battery; acts then say so by their time.
    Timestamp(u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0))
}

/// A generator with a start from the operating system.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn entropy() -> anyhow::Result<Entropy> {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).context("the operating system gives no randomness")?;
    Ok(Entropy::from_seed(*seed))
}

/// Day and time in IST, as offices write them: `26/08/2026 14:05:09`.
pub fn ist(time: Timestamp) -> String {
    let zone = Offset::from_seconds(IST_AHEAD_S).map(TimeZone::fixed);
    let moment = i64::try_from(time.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    match (moment, zone) {
        (Some(moment), Ok(zone)) => moment.to_zoned(zone).strftime("%d/%m/%Y %H:%M:%S").to_string(),
        _ => format!("{} ms", time.0),
    }
}

/// The beginning of a day in India, from `2023-08-15`.
///
/// # Errors
/// Says what is expected.
pub fn parse_day(text: &str) -> Result<Timestamp, String> {
    let expected = |_| "expected a day such as 2023-08-15".to_owned();
    let day: jiff::civil::Date = text.parse().map_err(expected)?;
    let zone = Offset::from_seconds(IST_AHEAD_S).map(TimeZone::fixed).map_err(expected)?;
    let moment = day.to_zoned(zone).map_err(expected)?.timestamp().as_millisecond();
    u64::try_from(moment).map(Timestamp).map_err(|_| "expected a day after 1970".to_owned())
}

/// How long ago, in the largest unit that says something: `3 d`, `2 h`, `5 min`, `8 s`.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.ms_since(since) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use mohar_protocol::time::Timestamp;

    #[test]
    fn midnight_of_1970_is_half_past_five_in_india() {
        assert_eq!(super::ist(Timestamp(0)), "01/01/1970 05:30:00");
    }

    #[test]
    fn a_day_begins_at_midnight_in_india() {
        assert_eq!(super::parse_day("1970-01-02").map(super::ist), Ok("02/01/1970 00:00:00".to_owned()));
        assert!(super::parse_day("1960-01-02").is_err() && super::parse_day("15.8.2023").is_err());
    }

    #[test]
    fn an_impossible_time_is_shown_and_not_refused() {
        assert_eq!(super::ist(Timestamp(u64::MAX)), format!("{} ms", u64::MAX));
    }

    #[test]
    fn an_age_has_one_unit() {
        assert_eq!(super::age(Timestamp(0), Timestamp(59_999)), "59 s");
        assert_eq!(super::age(Timestamp(0), Timestamp(3_600_000)), "1 h");
        assert_eq!(super::age(Timestamp(0), Timestamp(5 * 86_400_000)), "5 d");
        assert_eq!(super::age(Timestamp(9), Timestamp(0)), "0 s");
    }
}

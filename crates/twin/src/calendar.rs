//! Civil days: the only place where the generator looks at the calendar.

use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};
use linje_types::{HOUR_US, Timestamp};

use crate::profile::{Error, SpecialDate};

/// One civil day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: Date,
    /// 0 = Monday.
    pub(crate) weekday: usize,
    /// Days since 1970-01-01.
    pub(crate) number: u64,
    pub(crate) begins: Timestamp,
    pub(crate) ends: Timestamp,
    /// Minutes of the day between which people come; equal = closed.
    pub(crate) open: (u16, u16),
    /// Twelve hours before noon; differs from `begins` only on the two days when clocks change.
    base: Timestamp,
}

impl Day {
    /// The moment when the clock on the wall shows `minute` minutes after midnight (exact from 3 o'clock on).
    pub(crate) fn at(&self, minute: f64) -> Timestamp {
        self.base.plus_us(us_of(minute * 60.0))
    }

    /// Whether people come in the quarter of an hour that begins at `minute`.
    pub(crate) fn is_open(&self, minute: u16) -> bool {
        (self.open.0..self.open.1).contains(&minute)
    }
}

/// The day that `now` lies in; `special` is in order of date.
pub(crate) fn day(zone: &TimeZone, special: &[SpecialDate], now: Timestamp) -> Day {
    let now = jiff::Timestamp::from_microsecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = now.to_zoned(zone.clone()).date();
    let next = date.tomorrow().unwrap_or(Date::MAX);
    let epoch = Date::constant(1970, 1, 1);
    let number = (date - epoch).get_days();
    let noon = moment(zone, date, 12);
    let open = special
        .binary_search_by_key(&date, |special| special.date)
        .map_or((0, 24 * 60), |place| {
            (special[place].from_min, special[place].until_min)
        });
    Day {
        date,
        weekday: weekday(date),
        number: u64::try_from(number).unwrap_or(0),
        open,
        begins: moment(zone, date, 0),
        ends: moment(zone, next, 0),
        base: noon.plus_us(-12 * HOUR_US),
    }
}

/// The zone of this name in the bundled data.
pub(crate) fn zone(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|_| Error::Zone(String::from(name)))
}

fn weekday(date: Date) -> usize {
    match date.weekday() {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}

fn moment(zone: &TimeZone, date: Date, hour: i8) -> Timestamp {
    let zoned = date.at(hour, 0, 0, 0).to_zoned(zone.clone());
    zoned.map_or(Timestamp::NEVER, |zoned| {
        Timestamp(zoned.timestamp().as_microsecond())
    })
}

/// Seconds as microseconds, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast saturates, and spans are days at most"
)]
#[inline]
pub(crate) fn us_of(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_with_a_change_of_clocks_has_another_length() {
        let oslo = zone("Europe/Oslo").unwrap();
        let spring = day(&oslo, &[], Timestamp(1_774_746_000_000_000)); // 2026-03-29 03:00 summer time
        assert_eq!(spring.date, Date::constant(2026, 3, 29));
        assert_eq!(spring.ends.since_us(spring.begins), 23 * HOUR_US);
        assert_eq!(spring.weekday, 6);
        let nine = spring.at(540.0);
        assert_eq!(nine.since_us(spring.begins), 8 * HOUR_US);
        assert_eq!(day(&oslo, &[], spring.ends).begins, spring.ends);
        assert!(zone("Europe/Atlantis").is_err());
    }

    #[test]
    fn a_special_date_has_its_own_hours() {
        let oslo = zone("Europe/Oslo").unwrap();
        let date = Date::constant(2026, 3, 29);
        let special = [SpecialDate {
            date,
            from_min: 540,
            until_min: 720,
        }];
        let short = day(&oslo, &special, Timestamp(1_774_746_000_000_000));
        assert!(short.is_open(540) && !short.is_open(720));
        assert!(day(&oslo, &special, short.ends).is_open(0));
    }
}

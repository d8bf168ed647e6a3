//! The scenario clock: start plus monotonic time, never decreasing; and how a moment is written.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::tz::TimeZone;
use linje_types::Timestamp;

static OSLO: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::get("Europe/Oslo").expect("the zone is in the tables that are built in")
});

/// Scenario time: `start + elapsed x speed`. A change of the wall clock does not move it.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Timestamp,
    started: Instant,
    speed: f64,
    offset_us: i64,
}

impl Clock {
    /// A clock that says `start` now and runs at `speed` times real time.
    #[must_use]
    pub fn starting_at(start: Timestamp, speed: f64) -> Clock {
        Clock {
            start,
            started: Instant::now(),
            speed,
            offset_us: start.0 - wall_now().0,
        }
    }

    /// The moment now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.start
            .plus_us(us(self.started.elapsed().mul_f64(self.speed)))
    }

    /// Scenario seconds per real second.
    #[must_use]
    pub const fn speed(&self) -> f64 {
        self.speed
    }

    /// Scenario time minus wall time when the clock started, in whole seconds.
    #[must_use]
    pub fn offset_s(&self) -> i64 {
        self.offset_us.div_euclid(linje_types::SECOND_US)
    }

    /// How long to wait, in real time, until the clock says `then`.
    #[must_use]
    pub fn until(&self, then: Timestamp) -> Duration {
        let us = u64::try_from(then.since_us(self.now())).unwrap_or(0);
        Duration::from_micros(us).div_f64(self.speed.max(1e-6))
    }
}

/// The wall clock, for the offset that people see and for nothing else.
#[must_use]
pub fn wall_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(us(since.unwrap_or_default()))
}

/// `2026-11-23T10:00:03.120+01:00`, on Norway's clock.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::MAX);
    instant
        .to_zoned(OSLO.clone())
        .strftime("%Y-%m-%dT%H:%M:%S%.3f%:z")
        .to_string()
}

/// Reads an RFC 3339 moment with an offset.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(instant.as_microsecond()))
}

/// The first midnight in Norway after `now`.
#[must_use]
pub fn next_midnight(now: Timestamp) -> Timestamp {
    let today = linje_centre::hours::local(now).date();
    let midnight = linje_centre::hours::moment(today.tomorrow().unwrap_or(today), 0);
    if midnight > now {
        midnight
    } else {
        now.plus_us(24 * linje_types::HOUR_US)
    }
}

fn us(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_on_the_clock_of_norway_and_reads_back() {
        let at = Timestamp(1_795_424_403_120_000);
        assert_eq!(rfc3339(at), "2026-11-23T10:00:03.120+01:00");
        assert_eq!(parse(&rfc3339(at)), Some(at));
        assert_eq!(parse("2026-11-23 10:00"), None);
    }

    #[test]
    fn midnight_follows_the_change_of_the_clock() {
        let before = parse("2026-10-25T00:00:00+02:00").unwrap();
        assert_eq!(
            rfc3339(next_midnight(before)),
            "2026-10-26T00:00:00.000+01:00"
        );
    }

    #[test]
    fn the_clock_begins_where_it_is_told_and_does_not_go_back() {
        let clock = Clock::starting_at(Timestamp(1_000), 1.0);
        let first = clock.now();
        assert!(first >= Timestamp(1_000));
        assert!(clock.now() >= first);
    }
}

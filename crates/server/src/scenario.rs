//! The scenario's time: where the clock starts, and the offset that a restart keeps.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use linje_centre::Centre;
use linje_http::clock::{self, Clock};
use linje_types::{MINUTE_US, Timestamp};
use serde::{Deserialize, Serialize};

use crate::cli::WrongUse;

/// The hour and minute that the demo starts at.
const TEN: u16 = 10 * 60;
/// A demo that would start outside these minutes of the day starts on a new Monday instead.
const ALIVE: std::ops::Range<u16> = 9 * 60..14 * 60 + 45;

/// What a restart keeps: scenario time minus wall time.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    offset_us: i64,
}

/// What the clock is asked to do.
pub(crate) struct Wish<'a> {
    /// Whether it is a demo, whose clock starts on a Monday at ten.
    pub(crate) demo: bool,
    /// A moment that was asked for.
    pub(crate) time: Option<&'a str>,
    /// Scenario seconds per second.
    pub(crate) speed: f64,
    /// The end of the log: the clock never goes back behind it.
    pub(crate) log_ends: Timestamp,
}

/// The clock of this run.
pub(crate) fn clock(wish: &Wish<'_>, centre: &Centre, folder: &Path) -> Result<Clock> {
    if !(wish.speed.is_finite() && wish.speed > 0.0 && wish.speed <= 10_000.0) {
        bail!(WrongUse(format!(
            "--speed {} is not within 0 to 10000",
            wish.speed
        )));
    }
    let wall = clock::wall_now();
    let start = match (wish.time, wish.demo) {
        (Some(text), _) => asked(text)?,
        (None, false) => wall,
        (None, true) => demo_start(wish, centre, folder, wall),
    };
    let start = start.max(wish.log_ends);
    if wish.demo {
        keep(folder, start.0 - wall.0)?;
    }
    Ok(Clock::starting_at(start, wish.speed))
}

fn asked(text: &str) -> Result<Timestamp> {
    clock::parse(text).with_context(|| {
        WrongUse(format!(
            "--scenario-time {text} is not a moment with an offset, e.g. 2026-11-23T10:00:00+01:00"
        ))
    })
}

fn demo_start(wish: &Wish<'_>, centre: &Centre, folder: &Path, wall: Timestamp) -> Timestamp {
    if let Some(offset_us) = kept(folder) {
        let same = wall.plus_us(offset_us);
        if same >= wish.log_ends && is_alive(same) {
            return same;
        }
    }
    monday(centre, wall, wish.log_ends)
}

/// Whether people ring at this moment, with some time left of the day.
fn is_alive(at: Timestamp) -> bool {
    let civil = linje_centre::hours::local(at);
    let weekday = !matches!(civil.weekday(), Weekday::Saturday | Weekday::Sunday);
    let minute =
        u16::from(civil.hour().unsigned_abs()) * 60 + u16::from(civil.minute().unsigned_abs());
    weekday && ALIVE.contains(&minute)
}

/// The Monday at ten of this week, or the first one after `after` on which the centre is open.
fn monday(centre: &Centre, wall: Timestamp, after: Timestamp) -> Timestamp {
    let from = wall.max(after);
    let today = linje_centre::hours::local(from).date();
    let back = i64::from(today.weekday().since(Weekday::Monday));
    let mut day = today.checked_sub(back.days()).unwrap_or(today);
    for _ in 0..60 {
        let ten = linje_centre::hours::moment(day, TEN);
        if ten >= after && opens(centre, day) {
            return ten;
        }
        day = day.checked_add(7.days()).unwrap_or(day);
    }
    from
}

/// Whether the longest-open line is open on that day at ten; holidays fall on Mondays too.
fn opens(centre: &Centre, day: Date) -> bool {
    let ten = linje_centre::hours::moment(day, TEN);
    centre.hours.iter().any(|hours| {
        let middle = hours.at(ten).is_open();
        middle && !hours.at(ten.plus_us(-24 * 60 * MINUTE_US)).is_open()
    }) || centre.hours.is_empty()
}

fn kept(folder: &Path) -> Option<i64> {
    let text = std::fs::read_to_string(folder.join("scenario.json")).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    Some(kept.offset_us)
}

fn keep(folder: &Path, offset_us: i64) -> Result<()> {
    let path = folder.join("scenario.json");
    let text = serde_json::to_string(&Kept { offset_us })?;
    std::fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn centre() -> Centre {
        Centre::parse(crate::config::NATIONAL_2015).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        clock::parse(text).unwrap()
    }

    #[test]
    fn the_demo_starts_on_the_monday_of_the_week_whatever_the_day() {
        for wall in [
            "2026-11-22T11:45:00Z",
            "2026-11-18T03:00:00Z",
            "2026-11-16T23:00:00Z",
        ] {
            let monday = monday(&centre(), at(wall), Timestamp::ZERO);
            assert_eq!(
                clock::rfc3339(monday),
                "2026-11-16T10:00:00.000+01:00",
                "{wall}"
            );
        }
    }

    #[test]
    fn a_monday_that_is_a_holiday_is_passed_over() {
        let monday = monday(&centre(), at("2027-05-18T12:00:00Z"), Timestamp::ZERO);
        assert_eq!(clock::rfc3339(monday), "2027-05-24T10:00:00.000+02:00");
    }

    #[test]
    fn a_new_monday_is_never_before_the_end_of_the_log() {
        let log_ends = at("2026-11-16T13:00:00+01:00");
        let monday = monday(&centre(), at("2026-11-17T12:00:00Z"), log_ends);
        assert_eq!(clock::rfc3339(monday), "2026-11-23T10:00:00.000+01:00");
    }

    #[test]
    fn evenings_and_sundays_are_not_alive() {
        assert!(is_alive(at("2026-11-23T09:00:00+01:00")));
        assert!(!is_alive(at("2026-11-23T14:50:00+01:00")));
        assert!(!is_alive(at("2026-11-22T11:00:00+01:00")));
    }
}

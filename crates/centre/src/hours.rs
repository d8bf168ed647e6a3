//! Opening hours: open or closed now, when that changes, and how to say it.
//!
//! Pure functions of a `Timestamp`; the civil clock is Europe/Oslo from tables inside the binary.

use std::sync::LazyLock;

pub use jiff::civil::Date;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ToSpan as _};
use linje_types::{Language, Timestamp};

use crate::calendar::{Holiday, easter_sunday, holiday};
use crate::fault::Place;
use crate::model::{HoursId, PromptId, Text};

/// Minutes in a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// How far ahead an opening is looked for.
const HORIZON_DAYS: i32 = 400;

static OSLO: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::get("Europe/Oslo").expect("the zone is in the tables that are built in")
});

/// A part of a day, in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// First minute that is open.
    pub from: u16,
    /// First minute that is not; up to 1,440.
    pub to: u16,
}

impl Period {
    /// From midnight to midnight.
    pub const WHOLE_DAY: Period = Period {
        from: 0,
        to: DAY_MINUTES,
    };
}

/// The hours of some weekdays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekdayRule {
    /// `[weekday]`, Monday first.
    pub days: [bool; 7],
    /// When those days are open.
    pub period: Period,
    /// Where the rule stands.
    pub at: Place,
}

/// A day that comes back each year and has hours of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialDay {
    /// The Wednesday before Maundy Thursday.
    WednesdayBeforeEaster,
    /// The Saturday before Easter Sunday.
    EasterEve,
    /// The Saturday before Whit Sunday.
    WhitsunEve,
    /// 24 December.
    ChristmasEve,
    /// 27 to 30 December (*romjul*).
    BetweenChristmasAndNewYear,
    /// 31 December.
    NewYearsEve,
}

impl SpecialDay {
    /// The words that files use.
    pub const NAMES: [(&'static str, SpecialDay); 6] = [
        ("wednesday-before-easter", SpecialDay::WednesdayBeforeEaster),
        ("easter-eve", SpecialDay::EasterEve),
        ("whitsun-eve", SpecialDay::WhitsunEve),
        ("christmas-eve", SpecialDay::ChristmasEve),
        (
            "between-christmas-and-new-year",
            SpecialDay::BetweenChristmasAndNewYear,
        ),
        ("new-years-eve", SpecialDay::NewYearsEve),
    ];

    /// `[weekday]`, Monday first: whether it can fall on that day.
    pub(crate) const fn weekdays(self) -> [bool; 7] {
        match self {
            SpecialDay::WednesdayBeforeEaster => [false, false, true, false, false, false, false],
            SpecialDay::EasterEve | SpecialDay::WhitsunEve => {
                [false, false, false, false, false, true, false]
            }
            SpecialDay::ChristmasEve
            | SpecialDay::BetweenChristmasAndNewYear
            | SpecialDay::NewYearsEve => [true; 7],
        }
    }

    pub(crate) fn is_on(self, date: Date) -> bool {
        let of_easter = |days: i32| date == easter_sunday(date.year()).saturating_add(days.days());
        match self {
            SpecialDay::WednesdayBeforeEaster => of_easter(-4),
            SpecialDay::EasterEve => of_easter(-1),
            SpecialDay::WhitsunEve => of_easter(48),
            SpecialDay::ChristmasEve => date.month() == 12 && date.day() == 24,
            SpecialDay::BetweenChristmasAndNewYear => {
                date.month() == 12 && (27..=30).contains(&date.day())
            }
            SpecialDay::NewYearsEve => date.month() == 12 && date.day() == 31,
        }
    }
}

/// What a special day or an exception does to the hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Closed all day.
    Closed,
    /// Open within this period only: on a special day no longer than the weekday's own hours.
    Within(Period),
}

/// A date with hours of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedException {
    /// The date.
    pub date: Date,
    /// Its hours.
    pub change: Change,
    /// What callers hear when it is closed.
    pub prompt: Option<PromptId>,
    /// Why, for people.
    pub note: Option<Text>,
    /// Where it stands.
    pub at: Place,
}

/// Opening hours: weekdays, holidays, special days, dated exceptions; the last that applies rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    /// The id in the file.
    pub id: String,
    /// The name.
    pub name: Text,
    /// Hours by weekday.
    pub rules: Vec<WeekdayRule>,
    /// Whether public holidays are as other days; they are closed otherwise.
    pub open_on_holidays: bool,
    /// Days that come back each year.
    pub special: Vec<(SpecialDay, Change)>,
    /// Dated exceptions.
    pub exceptions: Vec<DatedException>,
    /// Whether the file says what holidays are.
    pub says_holidays: bool,
    /// What callers hear when it is closed, instead of the usual words.
    pub prompt: Option<PromptId>,
    /// From which rule they differ, and why; `None` = they are a rule of their own.
    pub local: Option<Local>,
    /// Where they stand.
    pub at: Place,
}

/// Why some hours differ from a rule (*lokalt avvik*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// The rule: what is not said here is as it is there.
    pub base: HoursId,
    /// Since when.
    pub since: Option<Date>,
    /// Why.
    pub reason: Text,
}

/// Why it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Before or after the hours of the day, or no hours on that weekday.
    Hours,
    /// A public holiday.
    Holiday(Holiday),
    /// A special day of the year.
    Special(SpecialDay),
    /// A dated exception, with what callers hear.
    Exception(Option<PromptId>),
}

/// Open or closed at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Open.
    Open {
        /// When it closes; `NEVER` if not within the coming year.
        closes: Timestamp,
    },
    /// Closed.
    Closed {
        /// When it opens; `NEVER` if not within the coming year.
        opens: Timestamp,
        /// Why it is closed.
        reason: Reason,
    },
}

impl Opening {
    /// Whether it is open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Opening::Open { .. })
    }

    /// When open turns into closed or the other way round.
    #[must_use]
    pub const fn next_change(self) -> Timestamp {
        match self {
            Opening::Open { closes } => closes,
            Opening::Closed { opens, .. } => opens,
        }
    }
}

impl OpeningHours {
    /// Open or closed at `now`, and until when.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Opening {
        let local = local(now);
        let minute = minute_of_day(local);
        let (periods, reason) = self.periods(local.date());
        match periods
            .iter()
            .find(|period| (period.from..period.to).contains(&minute))
        {
            Some(period) => Opening::Open {
                closes: self.end_of(local.date(), *period),
            },
            None => Opening::Closed {
                opens: self.next_opening(local.date(), minute),
                reason: if periods.is_empty() {
                    reason
                } else {
                    Reason::Hours
                },
            },
        }
    }

    /// Whether it is open at every moment of every day.
    #[must_use]
    pub fn is_always_open(&self) -> bool {
        let whole_day = |day: usize| {
            let mut rules = self.rules.iter();
            rules.any(|rule| rule.days.get(day) == Some(&true) && rule.period == Period::WHOLE_DAY)
        };
        let undisturbed = self.special.is_empty() && self.exceptions.is_empty();
        self.open_on_holidays && undisturbed && (0..7).all(whole_day)
    }

    /// The open periods of a date in order, and why there are none.
    #[must_use]
    pub fn periods(&self, date: Date) -> (Vec<Period>, Reason) {
        if let Some(exception) = self.exceptions.iter().find(|day| day.date == date) {
            let reason = Reason::Exception(exception.prompt);
            return match exception.change {
                Change::Closed => (Vec::new(), reason),
                Change::Within(period) => (vec![period], reason),
            };
        }
        if !self.open_on_holidays
            && let Some(holiday) = holiday(date)
        {
            return (Vec::new(), Reason::Holiday(holiday));
        }
        let weekday = self.weekday_periods(date.weekday());
        match self.special.iter().find(|(day, _)| day.is_on(date)) {
            None => (weekday, Reason::Hours),
            Some((day, Change::Closed)) => (Vec::new(), Reason::Special(*day)),
            Some((day, Change::Within(limit))) => {
                let within = weekday
                    .into_iter()
                    .map(|period| Period {
                        from: period.from.max(limit.from),
                        to: period.to.min(limit.to),
                    })
                    .filter(|period| period.from < period.to)
                    .collect();
                (within, Reason::Special(*day))
            }
        }
    }

    fn weekday_periods(&self, weekday: Weekday) -> Vec<Period> {
        let number = usize::from(weekday.to_monday_zero_offset().unsigned_abs());
        let mut periods: Vec<Period> = self
            .rules
            .iter()
            .filter(|rule| rule.days.get(number) == Some(&true))
            .map(|rule| rule.period)
            .collect();
        periods.sort();
        periods
    }

    /// The end of `period`, over midnight when the next day begins open.
    fn end_of(&self, date: Date, period: Period) -> Timestamp {
        let mut day = date;
        let mut to = period.to;
        for _ in 0..HORIZON_DAYS {
            let following = if to == DAY_MINUTES {
                day = day.saturating_add(1.day());
                0
            } else {
                to
            };
            let (periods, _) = self.periods(day);
            match periods.iter().find(|period| period.from == following) {
                Some(period) => to = period.to,
                None => return moment(day, following),
            }
        }
        Timestamp::NEVER
    }

    fn next_opening(&self, date: Date, minute: u16) -> Timestamp {
        let mut day = date;
        let mut earliest = minute;
        for _ in 0..HORIZON_DAYS {
            let (periods, _) = self.periods(day);
            if let Some(period) = periods.iter().find(|period| period.from >= earliest) {
                return moment(day, period.from);
            }
            day = day.saturating_add(1.day());
            earliest = 0;
        }
        Timestamp::NEVER
    }

    /// The state in a sentence: "Stengt nå. Åpner i morgen kl. 09.00".
    #[must_use]
    pub fn sentence(&self, now: Timestamp, language: Language) -> String {
        let norwegian = language != Language::En;
        match self.at(now) {
            Opening::Open { closes } if closes == Timestamp::NEVER => {
                String::from(if norwegian { "Åpent nå" } else { "Open now" })
            }
            Opening::Open { closes } => {
                let when = say_moment(now, closes, language);
                if norwegian {
                    format!("Åpent nå. Stenger {when}")
                } else {
                    format!("Open now. Closes {when}")
                }
            }
            Opening::Closed { opens, .. } if opens == Timestamp::NEVER => {
                String::from(if norwegian { "Stengt" } else { "Closed" })
            }
            Opening::Closed { opens, .. } => {
                let when = say_moment(now, opens, language);
                if norwegian {
                    format!("Stengt nå. Åpner {when}")
                } else {
                    format!("Closed now. Opens {when}")
                }
            }
        }
    }
}

/// The civil date and time in Norway.
#[must_use]
pub fn local(at: Timestamp) -> DateTime {
    let instant = Instant::from_microsecond(at.0).unwrap_or(if at.0 < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    });
    OSLO.to_datetime(instant)
}

/// The moment when a date in Norway has come to `minute` of its day. A minute that the change to
/// summer time skips is moved on by the hour that is skipped; of a minute that comes twice in
/// autumn the first is taken.
#[must_use]
pub fn moment(date: Date, minute: u16) -> Timestamp {
    let midnight = date.at(0, 0, 0, 0);
    let civil = midnight.saturating_add(i32::from(minute).minutes());
    match OSLO.to_zoned(civil) {
        Ok(zoned) => Timestamp(zoned.timestamp().as_microsecond()),
        Err(_) => Timestamp::NEVER,
    }
}

/// The end of the day that is `count` working days after the day of `at`; the day itself does not count.
#[must_use]
pub fn working_days_after(at: Timestamp, count: u16) -> Timestamp {
    let day = crate::calendar::add_working_days(local(at).date(), count);
    moment(day, DAY_MINUTES)
}

/// Minutes after midnight on the civil clock.
#[must_use]
pub fn minute_of_day(civil: DateTime) -> u16 {
    u16::from(civil.hour().unsigned_abs()) * 60 + u16::from(civil.minute().unsigned_abs())
}

/// "kl. 15.00", "i morgen kl. 09.00", "mandag kl. 09.00", "mandag 4. januar kl. 09.00".
#[must_use]
pub fn say_moment(now: Timestamp, then: Timestamp, language: Language) -> String {
    let (today, then) = (local(now).date(), local(then));
    let day = then.date();
    let days = today.until(day).map_or(i32::MAX, |span| span.get_days());
    let (hour, minute) = (then.hour(), then.minute());
    let number = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    let month = usize::from(day.month().unsigned_abs()) - 1;
    if language == Language::En {
        let clock = format!("at {hour:02}:{minute:02}");
        let (weekday, month) = (WEEKDAYS_EN[number], MONTHS_EN[month]);
        return match days {
            0 => clock,
            1 => format!("tomorrow {clock}"),
            2..=6 => format!("on {weekday} {clock}"),
            _ => format!("on {weekday} {} {month} {clock}", day.day()),
        };
    }
    let clock = format!("kl. {hour:02}.{minute:02}");
    let (weekday, month) = (WEEKDAYS_NB[number], MONTHS_NB[month]);
    match days {
        0 => clock,
        1 => format!("i morgen {clock}"),
        2..=6 => format!("{weekday} {clock}"),
        _ => format!("{weekday} {}. {month} {clock}", day.day()),
    }
}

/// `25. november`, in English `25 November`.
#[must_use]
pub fn say_date(day: Date, language: Language) -> String {
    let month = usize::from(day.month().unsigned_abs()) - 1;
    if language == Language::En {
        format!("{} {}", day.day(), MONTHS_EN[month])
    } else {
        format!("{}. {}", day.day(), MONTHS_NB[month])
    }
}

/// `kl. 10.20`, in English `at 10:20`.
#[must_use]
pub fn say_clock(at: Timestamp, language: Language) -> String {
    let at = local(at);
    if language == Language::En {
        format!("at {:02}:{:02}", at.hour(), at.minute())
    } else {
        format!("kl. {:02}.{:02}", at.hour(), at.minute())
    }
}

/// Until when something is promised, seen from `now`: `innen onsdag 25. november` of the midnight that ends it,
/// `innen onsdag 25. november kl. 14.00`, `innen kl. 14.00 i dag`, `innen utgangen av dagen`.
#[must_use]
pub fn say_before(now: Timestamp, then: Timestamp, language: Language) -> String {
    let english = language == Language::En;
    let civil = local(then);
    let ends_a_day = (civil.hour(), civil.minute(), civil.second()) == (0, 0, 0);
    let day = if ends_a_day {
        local(then.plus_s(-1)).date()
    } else {
        civil.date()
    };
    let clock = say_clock(then, language);
    let same_day = day == local(now).date();
    let number = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    let weekday = if english { WEEKDAYS_EN } else { WEEKDAYS_NB }[number];
    let date = say_date(day, language);
    let by = match language {
        Language::En => "by",
        Language::Nn => "innan",
        Language::Nb | Language::Se => "innen",
    };
    match (same_day, ends_a_day, english) {
        (true, true, false) => format!("{by} utgangen av dagen"),
        (true, true, true) => format!("{by} the end of today"),
        (true, false, false) => format!("{by} {clock} i dag"),
        (true, false, true) => format!("{by} {} today", clock.trim_start_matches("at ")),
        (false, true, _) => format!("{by} {weekday} {date}"),
        (false, false, _) => format!("{by} {weekday} {date} {clock}"),
    }
}

pub(crate) const WEEKDAYS_NB: [&str; 7] = [
    "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag",
];
pub(crate) const WEEKDAYS_EN: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
pub(crate) const MONTHS_NB: [&str; 12] = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
];
pub(crate) const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_promise_reads_the_same_everywhere() {
        let now = moment(date(2026, 11, 23), 10 * 60);
        let said = |day: i8, minute: u16| {
            let then = moment(date(2026, 11, day), minute);
            say_before(now, then, Language::Nb) + " / " + &say_before(now, then, Language::En)
        };
        assert_eq!(
            said(25, DAY_MINUTES),
            "innen onsdag 25. november / by Wednesday 25 November"
        );
        assert_eq!(
            said(25, 14 * 60),
            "innen onsdag 25. november kl. 14.00 / by Wednesday 25 November at 14:00"
        );
        assert_eq!(said(23, 14 * 60), "innen kl. 14.00 i dag / by 14:00 today");
        assert_eq!(
            said(23, DAY_MINUTES),
            "innen utgangen av dagen / by the end of today"
        );
    }

    fn weekdays_nine_to_three() -> OpeningHours {
        OpeningHours {
            id: String::from("weekdays"),
            name: Text::default(),
            rules: vec![WeekdayRule {
                days: [true, true, true, true, true, false, false],
                period: Period { from: 540, to: 900 },
                at: Place::default(),
            }],
            open_on_holidays: false,
            special: vec![
                (
                    SpecialDay::WednesdayBeforeEaster,
                    Change::Within(Period { from: 0, to: 720 }),
                ),
                (SpecialDay::ChristmasEve, Change::Closed),
                (
                    SpecialDay::BetweenChristmasAndNewYear,
                    Change::Within(Period {
                        from: 600,
                        to: DAY_MINUTES,
                    }),
                ),
            ],
            exceptions: vec![DatedException {
                date: date(2026, 11, 25),
                change: Change::Closed,
                prompt: None,
                note: None,
                at: Place::default(),
            }],
            says_holidays: true,
            prompt: None,
            local: None,
            at: Place::default(),
        }
    }

    fn always() -> OpeningHours {
        let mut hours = weekdays_nine_to_three();
        hours.rules[0].days = [true; 7];
        hours.rules[0].period = Period {
            from: 0,
            to: DAY_MINUTES,
        };
        hours.open_on_holidays = true;
        hours.special.clear();
        hours.exceptions.clear();
        hours
    }

    fn check(year: i16, month: i8, day: i8, clock: (u16, u16), expected: Expect) {
        let now = moment(date(year, month, day), clock.0 * 60 + clock.1);
        expected.assert_eq(&weekdays_nine_to_three().sentence(now, Language::Nb));
    }

    #[test]
    fn hours_are_told_in_plain_words() {
        check(2026, 11, 23, (8, 59), expect!["Stengt nå. Åpner kl. 09.00"]);
        check(2026, 11, 23, (9, 0), expect!["Åpent nå. Stenger kl. 15.00"]);
        check(
            2026,
            11,
            23,
            (15, 0),
            expect!["Stengt nå. Åpner i morgen kl. 09.00"],
        );
        check(
            2026,
            11,
            20,
            (15, 0),
            expect!["Stengt nå. Åpner mandag kl. 09.00"],
        );
        check(
            2026,
            11,
            24,
            (15, 1),
            expect!["Stengt nå. Åpner torsdag kl. 09.00"],
        );
        check(
            2026,
            4,
            1,
            (12, 0),
            expect!["Stengt nå. Åpner tirsdag kl. 09.00"],
        );
        check(2026, 4, 1, (11, 59), expect!["Åpent nå. Stenger kl. 12.00"]);
        check(
            2026,
            12,
            23,
            (16, 0),
            expect!["Stengt nå. Åpner mandag kl. 10.00"],
        );
        check(
            2027,
            5,
            14,
            (16, 0),
            expect!["Stengt nå. Åpner tirsdag kl. 09.00"],
        );
    }

    #[test]
    fn an_opening_far_ahead_has_its_date() {
        let mut hours = weekdays_nine_to_three();
        hours.rules[0].days = [true, false, false, false, false, false, false];
        let now = moment(date(2026, 12, 21), 16 * 60);
        expect!["Stengt nå. Åpner mandag 28. desember kl. 10.00"]
            .assert_eq(&hours.sentence(now, Language::Nb));
        expect!["Closed now. Opens on Monday 28 December at 10:00"]
            .assert_eq(&hours.sentence(now, Language::En));
    }

    #[test]
    fn both_changes_of_the_clock_keep_nine_at_nine() {
        let hours = weekdays_nine_to_three();
        // Summer time begins on 29 March 2026 and ends on 25 October 2026; both are Sundays.
        for (friday, monday, hours_between) in [
            (date(2026, 3, 27), date(2026, 3, 30), 65),
            (date(2026, 10, 23), date(2026, 10, 26), 67),
        ] {
            let now = moment(friday, 15 * 60);
            let Opening::Closed { opens, .. } = hours.at(now) else {
                panic!("open on Friday at three");
            };
            assert_eq!(opens, moment(monday, 9 * 60));
            assert_eq!(opens.since_us(now), hours_between * 3_600_000_000);
        }
    }

    #[test]
    fn a_minute_that_is_skipped_or_doubled_has_one_moment() {
        let skipped = moment(date(2026, 3, 29), 2 * 60 + 30);
        assert_eq!(minute_of_day(local(skipped)), 3 * 60 + 30);
        let doubled = moment(date(2026, 10, 25), 2 * 60 + 30);
        assert_eq!(doubled.0, 1_792_888_200_000_000);
        assert_eq!(local(doubled.plus_s(3_600)), local(doubled));
    }

    #[test]
    fn the_days_of_change_are_23_and_25_hours_long() {
        let length = |month, day| {
            let begin = moment(date(2026, month, day), 0);
            moment(date(2026, month, day), DAY_MINUTES).since_us(begin) / 3_600_000_000
        };
        assert_eq!(length(3, 29), 23);
        assert_eq!(length(10, 25), 25);
        assert_eq!(length(11, 23), 24);
    }

    #[test]
    fn never_closed_means_never() {
        let now = moment(date(2026, 11, 23), 600);
        assert_eq!(always().at(now).next_change(), Timestamp::NEVER);
        assert_eq!(always().sentence(now, Language::Nb), "Åpent nå");
    }

    #[test]
    fn hours_run_over_midnight() {
        let mut hours = always();
        hours.rules[0].days = [true, true, false, false, false, false, false];
        let now = moment(date(2026, 11, 23), 600);
        let closes = hours.at(now).next_change();
        assert_eq!(closes, moment(date(2026, 11, 25), 0));
    }

    #[test]
    fn a_closed_day_says_why() {
        let hours = weekdays_nine_to_three();
        let reason = |year, month, day| hours.periods(date(year, month, day)).1;
        assert_eq!(reason(2026, 4, 3), Reason::Holiday(Holiday::GoodFriday));
        assert_eq!(
            reason(2026, 12, 24),
            Reason::Special(SpecialDay::ChristmasEve)
        );
        assert_eq!(reason(2026, 11, 25), Reason::Exception(None));
    }

    #[test]
    fn the_ends_of_time_are_answered() {
        let hours = weekdays_nine_to_three();
        for at in [i64::MIN, -1, 0, i64::MAX] {
            let opening = hours.at(Timestamp(at));
            assert!(!opening.is_open());
        }
    }
}

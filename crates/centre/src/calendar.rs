//! Norwegian public holidays and working days.
//!
//! Pure arithmetic on civil dates: no clock, no zone.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan as _};
use linje_types::Language;

/// A Norwegian public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holiday {
    /// 1 January.
    NewYearsDay,
    /// Three days before Easter Sunday.
    MaundyThursday,
    /// Two days before Easter Sunday.
    GoodFriday,
    /// Easter Sunday.
    EasterSunday,
    /// The day after Easter Sunday.
    EasterMonday,
    /// 1 May.
    LabourDay,
    /// 17 May.
    ConstitutionDay,
    /// 39 days after Easter Sunday.
    AscensionDay,
    /// 49 days after Easter Sunday.
    WhitSunday,
    /// 50 days after Easter Sunday.
    WhitMonday,
    /// 25 December.
    ChristmasDay,
    /// 26 December.
    BoxingDay,
}

impl Holiday {
    /// The name in bokmål, or in English for English.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        let (norwegian, english) = match self {
            Holiday::NewYearsDay => ("1. nyttårsdag", "New Year's Day"),
            Holiday::MaundyThursday => ("skjærtorsdag", "Maundy Thursday"),
            Holiday::GoodFriday => ("langfredag", "Good Friday"),
            Holiday::EasterSunday => ("1. påskedag", "Easter Sunday"),
            Holiday::EasterMonday => ("2. påskedag", "Easter Monday"),
            Holiday::LabourDay => ("1. mai", "Labour Day"),
            Holiday::ConstitutionDay => ("17. mai", "Constitution Day"),
            Holiday::AscensionDay => ("Kristi himmelfartsdag", "Ascension Day"),
            Holiday::WhitSunday => ("1. pinsedag", "Whit Sunday"),
            Holiday::WhitMonday => ("2. pinsedag", "Whit Monday"),
            Holiday::ChristmasDay => ("1. juledag", "Christmas Day"),
            Holiday::BoxingDay => ("2. juledag", "Boxing Day"),
        };
        match language {
            Language::En => english,
            Language::Nb | Language::Nn | Language::Se => norwegian,
        }
    }
}

/// Easter Sunday of a year in the Gregorian calendar.
///
/// Source: J. Meeus, Astronomical Algorithms, chapter 8.
#[must_use]
pub fn easter_sunday(year: i16) -> Date {
    let y = i32::from(year);
    let (century, of_century) = (y.div_euclid(100), y.rem_euclid(100));
    let golden = y.rem_euclid(19);
    let f = (century + 8).div_euclid(25);
    let g = (century - f + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - g + 15).rem_euclid(30);
    let leap = 32 + 2 * century.rem_euclid(4) + 2 * of_century.div_euclid(4);
    let weekday = (leap - epact - of_century.rem_euclid(4)).rem_euclid(7);
    let m = (golden + 11 * epact + 22 * weekday).div_euclid(451);
    let days_after_march_1 = epact + weekday - 7 * m + 114 - 3 * 31;
    first_of(year, 3).saturating_add(days_after_march_1.days())
}

/// The holidays with a date of their own: month, day.
const FIXED: [(i8, i8, Holiday); 5] = [
    (1, 1, Holiday::NewYearsDay),
    (5, 1, Holiday::LabourDay),
    (5, 17, Holiday::ConstitutionDay),
    (12, 25, Holiday::ChristmasDay),
    (12, 26, Holiday::BoxingDay),
];
/// The holidays that follow Easter: days after Easter Sunday.
const MOVING: [(i16, Holiday); 7] = [
    (-3, Holiday::MaundyThursday),
    (-2, Holiday::GoodFriday),
    (0, Holiday::EasterSunday),
    (1, Holiday::EasterMonday),
    (39, Holiday::AscensionDay),
    (49, Holiday::WhitSunday),
    (50, Holiday::WhitMonday),
];

/// The holidays of a year in order of date; two of them can fall on one date, as on 17 May 2027.
#[must_use]
pub fn holidays(year: i16) -> Vec<(Date, Holiday)> {
    let easter = easter_sunday(year);
    let fixed = FIXED.iter().map(|&(month, day, holiday)| {
        let date = first_of(year, month).saturating_add((i32::from(day) - 1).days());
        (date, holiday)
    });
    let moving = MOVING
        .iter()
        .map(|&(after, holiday)| (easter.saturating_add(i32::from(after).days()), holiday));
    let mut days: Vec<(Date, Holiday)> = fixed.chain(moving).collect();
    days.sort();
    days
}

/// The holiday on a date; the first of two.
#[must_use]
pub fn holiday(date: Date) -> Option<Holiday> {
    let mut fixed = FIXED.iter();
    let fixed = fixed.find(|(month, day, _)| (*month, *day) == (date.month(), date.day()));
    // Asked for each queue in each picture, so no list of the year is made for it.
    let may_move = (3..=6).contains(&date.month());
    let moving = may_move.then(|| {
        let after = date.day_of_year() - easter_sunday(date.year()).day_of_year();
        MOVING.iter().find(|(day, _)| *day == after)
    });
    let moving = moving.flatten().map(|(_, holiday)| *holiday);
    fixed
        .map(|(_, _, holiday)| *holiday)
        .into_iter()
        .chain(moving)
        .min()
}

/// Whether a date is a working day: Monday to Friday and no holiday.
#[must_use]
pub fn is_working_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && holiday(date).is_none()
}

/// The date that is `count` working days after `date`; the day itself does not count.
#[must_use]
pub fn add_working_days(date: Date, count: u16) -> Date {
    let mut day = date;
    for _ in 0..count {
        day = day.saturating_add(Span::new().days(1));
        while !is_working_day(day) && day < Date::MAX {
            day = day.saturating_add(Span::new().days(1));
        }
    }
    day
}

fn first_of(year: i16, month: i8) -> Date {
    Date::new(year, month, 1).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Year, then month and day of: Maundy Thursday, Easter, Easter Monday, Ascension, Whitsun, Whit Monday.
    const VECTORS: [(i16, [(i8, i8); 6]); 8] = [
        (2025, [(4, 17), (4, 20), (4, 21), (5, 29), (6, 8), (6, 9)]),
        (2026, [(4, 2), (4, 5), (4, 6), (5, 14), (5, 24), (5, 25)]),
        (2027, [(3, 25), (3, 28), (3, 29), (5, 6), (5, 16), (5, 17)]),
        (2028, [(4, 13), (4, 16), (4, 17), (5, 25), (6, 4), (6, 5)]),
        (2029, [(3, 29), (4, 1), (4, 2), (5, 10), (5, 20), (5, 21)]),
        (2030, [(4, 18), (4, 21), (4, 22), (5, 30), (6, 9), (6, 10)]),
        (2031, [(4, 10), (4, 13), (4, 14), (5, 22), (6, 1), (6, 2)]),
        (2032, [(3, 25), (3, 28), (3, 29), (5, 6), (5, 16), (5, 17)]),
    ];

    #[test]
    fn movable_feasts_fall_on_their_known_dates() {
        let kinds = [
            Holiday::MaundyThursday,
            Holiday::EasterSunday,
            Holiday::EasterMonday,
            Holiday::AscensionDay,
            Holiday::WhitSunday,
            Holiday::WhitMonday,
        ];
        for (year, dates) in VECTORS {
            for (kind, (month, day)) in kinds.into_iter().zip(dates) {
                let found = holidays(year).into_iter().find(|(_, of)| *of == kind);
                assert_eq!(found, Some((date(year, month, day), kind)), "{year}");
            }
        }
    }

    #[test]
    fn two_holidays_can_share_a_date() {
        let shared: Vec<Holiday> = holidays(2027)
            .into_iter()
            .filter(|(day, _)| *day == date(2027, 5, 17))
            .map(|(_, holiday)| holiday)
            .collect();
        assert_eq!(shared, [Holiday::ConstitutionDay, Holiday::WhitMonday]);
    }

    #[test]
    fn a_date_is_a_holiday_when_the_year_has_it() {
        for year in 2024..2034 {
            let days = holidays(year);
            let mut date = first_of(year, 1);
            while date.year() == year {
                let of_year = days.iter().find(|(day, _)| *day == date);
                assert_eq!(holiday(date), of_year.map(|(_, of)| *of), "{date}");
                date = date.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn two_working_days_over_easter_take_a_week() {
        assert_eq!(add_working_days(date(2026, 4, 1), 2), date(2026, 4, 8));
        assert_eq!(add_working_days(date(2026, 11, 23), 2), date(2026, 11, 25));
        assert_eq!(add_working_days(date(2026, 11, 20), 2), date(2026, 11, 24));
        assert_eq!(add_working_days(date(2026, 11, 20), 0), date(2026, 11, 20));
    }

    #[test]
    fn no_year_is_too_strange() {
        for year in [-9999, -1, 0, 1, 1582, 9998, 9999] {
            assert_eq!(easter_sunday(year).weekday(), Weekday::Sunday, "{year}");
        }
    }
}

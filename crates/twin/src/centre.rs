//! The profile of a centre, from its description.

use jiff::{ToSpan as _, civil::Date};
use linje_centre::{Arrivals, Centre, Role, hours::OpeningHours};
use linje_types::{AdviserId, Channel, Language, QueueId, TopicId};

use crate::profile::{
    Duty, Habits, Menu, Person, Profile, QUARTER_MIN, Share, SpecialDate, Spread, Stream,
};

/// The years whose special days are known.
const YEARS: core::ops::RangeInclusive<i16> = 2015..=2040;

/// How long callers listen before they have chosen; assumed.
const MENU: Menu = Menu {
    least_s: 12.0,
    mean_s: 35.0,
    leave_share: 0.02,
};

/// Variance over mean squared of talks; assumed, of the size measured by Brown et al. 2005.
const TALK_SCV: f64 = 1.2;

/// How citizens come and advisers work in a centre. The advisers played are the synthetic ones who
/// answer; demo advisers, leaders and traffic controllers are left alone.
#[must_use]
pub fn profile_from(centre: &Centre) -> Profile {
    let stream = |channel: &Channel| stream(centre, *channel);
    let hours = first_hours(centre);
    Profile {
        zone: String::from("Europe/Oslo"),
        special: hours.map(special_dates).unwrap_or_default(),
        streams: Channel::ALL.iter().filter_map(stream).collect(),
        people: people(centre),
        habits: Habits {
            absent_share: centre.people.absent,
            peak_load: centre.population.peak_load,
            ..Habits::USUAL
        },
    }
}

fn people(centre: &Centre) -> Vec<Person> {
    let everybody = linje_centre::people(centre);
    let advisers = (0..)
        .zip(&everybody)
        .filter(|(_, person)| person.role == Role::Adviser);
    let played = advisers.map(|(number, person)| Person {
        adviser: AdviserId(number),
        duty: Duty::Days {
            share: f64::from(person.position_percent) / 100.0,
        },
    });
    played.collect()
}

fn stream(centre: &Centre, channel: Channel) -> Option<Stream> {
    let population = &centre.population;
    let of_channel = |arrivals: &&Arrivals| centre.queue(arrivals.queue).channel == channel;
    let arrivals: Vec<&Arrivals> = population.arrivals.iter().filter(of_channel).collect();
    if arrivals.is_empty() {
        return None;
    }
    let speaks = matches!(channel, Channel::Voice | Channel::Chat);
    let per_day = core::array::from_fn(|weekday| {
        let expected = arrivals
            .iter()
            .map(|arrivals| population.expected(arrivals, weekday));
        expected.sum()
    });
    let opens_min = population.curve_from / QUARTER_MIN * QUARTER_MIN;
    Some(Stream {
        channel,
        per_day,
        opens_min,
        curve: curve(centre, opens_min),
        shares: arrivals
            .iter()
            .flat_map(|arrivals| shares(centre, arrivals))
            .collect(),
        languages: vec![
            (Language::Nb, 1.0 - population.english),
            (Language::En, population.english),
        ],
        menu: (channel == Channel::Voice).then_some(MENU),
        patience_mean_s: speaks.then_some(f64::from(population.patience_s)),
        spread: Spread::Lognormal(TALK_SCV),
    })
}

/// The curve in quarters of an hour.
fn curve(centre: &Centre, opens_min: u16) -> Vec<f64> {
    let quarters = (opens_min..24 * 60).step_by(usize::from(QUARTER_MIN));
    let minutes = |from: u16| from..from + QUARTER_MIN;
    let of_quarter = |from| {
        let shares = minutes(from).map(|minute| centre.population.share_per_minute(minute));
        shares.sum::<f64>()
    };
    let mut curve: Vec<f64> = quarters.map(of_quarter).collect();
    while curve.last().is_some_and(|share| *share <= 0.0) {
        curve.pop();
    }
    curve
}

/// One share per topic of the queue; the earlier a topic stands, the more come for it.
fn shares(centre: &Centre, arrivals: &Arrivals) -> Vec<Share> {
    let queue = centre.queue(arrivals.queue);
    let share = |topic: TopicId, weight: f64| Share {
        queue: arrivals.queue,
        topic,
        class: u8::try_from(queue.class.0).unwrap_or(0),
        weight: arrivals.yearly * weight,
        talk_mean_s: f64::from(arrivals.handling_s),
    };
    if queue.topics.is_empty() {
        return vec![share(TopicId::NONE, 1.0)];
    }
    let rank = |place: u32| 1.0 / f64::from(place + 1);
    let ranked = || (0..).map(rank).zip(&queue.topics);
    let sum: f64 = ranked().map(|(weight, _)| weight).sum();
    ranked()
        .map(|(weight, topic)| share(*topic, weight / sum))
        .collect()
}

/// The hours of the first queue that callers come to; the centre's usual ones.
fn first_hours(centre: &Centre) -> Option<&OpeningHours> {
    let voice = |queue: &QueueId| centre.queue(*queue).channel == Channel::Voice;
    let mut queues = centre
        .population
        .arrivals
        .iter()
        .map(|arrivals| arrivals.queue);
    Some(centre.hours_of(queues.find(voice)?))
}

/// The dates on which the hours differ from those of the weekday in another week.
fn special_dates(hours: &OpeningHours) -> Vec<SpecialDate> {
    let first = Date::new(*YEARS.start(), 1, 1).unwrap_or(Date::ZERO);
    let last = Date::new(*YEARS.end(), 12, 31).unwrap_or(Date::ZERO);
    let usual: Vec<_> = (0..7).map(|weekday| usual(hours, first, weekday)).collect();
    let mut special = Vec::new();
    for date in first.series(1.day()).take_while(|date| *date <= last) {
        let window = window(hours, date);
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        if window != usual[weekday] {
            let (from_min, until_min) = window;
            special.push(SpecialDate {
                date,
                from_min,
                until_min,
            });
        }
    }
    special
}

/// The hours of a weekday: the most frequent of the first year.
fn usual(hours: &OpeningHours, first: Date, weekday: i32) -> (u16, u16) {
    let offset = i32::from(first.weekday().to_monday_zero_offset());
    let start = first.saturating_add((weekday - offset).rem_euclid(7).days());
    let mut windows: Vec<(u16, u16)> = start
        .series(7.days())
        .take(52)
        .map(|date| window(hours, date))
        .collect();
    windows.sort_unstable();
    let count = |window: &(u16, u16)| windows.iter().filter(|other| *other == window).count();
    windows.iter().copied().max_by_key(count).unwrap_or((0, 0))
}

/// From the first minute open to the last; equal when closed.
fn window(hours: &OpeningHours, date: Date) -> (u16, u16) {
    let (periods, _) = hours.periods(date);
    match (periods.first(), periods.last()) {
        (Some(first), Some(last)) => (first.from, last.to),
        _ => (0, 0),
    }
}

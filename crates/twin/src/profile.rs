//! Who comes, when, and how people behave: plain numbers, filled from a centre description.

use jiff::civil::Date;
use linje_types::{AdviserId, Channel, Language, QueueId, TopicId};

/// Minutes of one part of the curve of a day and of the adviser plan.
pub const QUARTER_MIN: u16 = 15;

/// Everything the generator is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The IANA time zone whose days are meant.
    pub zone: String,
    /// Dates with hours of their own, in order of date.
    pub special: Vec<SpecialDate>,
    /// Ways in which citizens come.
    pub streams: Vec<Stream>,
    /// The advisers whom the generator plays.
    pub people: Vec<Person>,
    /// How they behave.
    pub habits: Habits,
}

/// A date on which people come only between two minutes of the day; equal = closed, nobody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialDate {
    /// The date.
    pub date: Date,
    /// First minute after midnight.
    pub from_min: u16,
    /// The minute when it closes.
    pub until_min: u16,
}

/// Citizens who come on one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The channel.
    pub channel: Channel,
    /// `[weekday]` from Monday: how many are expected in a day.
    pub per_day: [f64; 7],
    /// Minute of the day at which the curve begins.
    pub opens_min: u16,
    /// Weight of each quarter of an hour from then on; the sum is anything above 0.
    pub curve: Vec<f64>,
    /// What they come for.
    pub shares: Vec<Share>,
    /// Languages that they want and the weight of each.
    pub languages: Vec<(Language, f64)>,
    /// The time in a menu; `None` = straight to the queue.
    pub menu: Option<Menu>,
    /// Mean of the exponential patience, counted from entering the queue; `None` = they wait as long as it takes.
    pub patience_mean_s: Option<f64>,
    /// How talks spread around their mean.
    pub spread: Spread,
}

/// What some of the citizens of a stream come for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The queue.
    pub queue: QueueId,
    /// The topic, or `NONE`.
    pub topic: TopicId,
    /// The priority class, a place in `Rules::classes`.
    pub class: u8,
    /// How many, against the other shares.
    pub weight: f64,
    /// Mean time of the conversation or the work, without wrap-up.
    pub talk_mean_s: f64,
}

/// The time before the queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Menu {
    /// The least time; half of the mean is usual.
    pub least_s: f64,
    /// The mean; what is above the least time is exponential.
    pub mean_s: f64,
    /// Share of callers who hang up in it, 0..=1.
    pub leave_share: f64,
}

/// How talks spread around their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// Exponential.
    Exponential,
    /// Lognormal, as measured in real centres (Brown et al. 2005), with this variance over mean squared.
    Lognormal(f64),
}

/// An adviser whom the generator plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    /// The adviser.
    pub adviser: AdviserId,
    /// When they work.
    pub duty: Duty,
}

/// When an adviser works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Duty {
    /// Comes on working days, plans lunch, breaks and learning, and goes home.
    Days {
        /// Share of the days, 0..=1: below 1 for part time.
        share: f64,
    },
    /// Signed in for ever, on the channel of the first stream, without breaks.
    Always,
}

/// How the advisers behave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habits {
    /// Share who are ill or on leave on a day.
    pub absent_share: f64,
    /// Busiest quarter of the day: load offered to the phones against those signed in to phone.
    pub peak_load: f64,
    /// An offer is answered after at least this time.
    pub answer_least_s: f64,
    /// An offer is answered after at most this time.
    pub answer_most_s: f64,
    /// Share of offers declined.
    pub decline_share: f64,
    /// Share of offers not seen.
    pub miss_share: f64,
    /// Mean time until somebody who declined or missed takes calls again.
    pub return_mean_s: f64,
    /// Share of wrap-ups ended before their time.
    pub early_share: f64,
    /// Share of wrap-ups that need more time.
    pub extend_share: f64,
    /// Share of talks that the citizen ends.
    pub citizen_ends_share: f64,
}

impl Habits {
    /// The habits of the demo; assumed, no figures are public.
    pub const USUAL: Habits = Habits {
        absent_share: 0.12,
        peak_load: 0.95,
        answer_least_s: 1.0,
        answer_most_s: 5.0,
        decline_share: 0.002,
        miss_share: 0.004,
        return_mean_s: 45.0,
        early_share: 0.25,
        extend_share: 0.05,
        citizen_ends_share: 0.5,
    };

    /// People who answer at once and never hesitate: for comparison with formulas.
    pub const NONE: Habits = Habits {
        absent_share: 0.0,
        peak_load: 0.95,
        answer_least_s: 0.0,
        answer_most_s: 0.0,
        decline_share: 0.0,
        miss_share: 0.0,
        return_mean_s: 0.0,
        early_share: 0.0,
        extend_share: 0.0,
        citizen_ends_share: 0.0,
    };
}

impl Profile {
    /// M/M/n+M: one queue 0 on the phone, `rate` calls a second around the clock, exponential talk
    /// and patience, and the first `n` advisers always there. Used against Erlang A.
    #[must_use]
    pub fn erlang(n: u32, rate: f64, talk_mean_s: f64, patience_mean_s: f64) -> Profile {
        let share = Share {
            queue: QueueId(0),
            topic: TopicId::NONE,
            class: 0,
            weight: 1.0,
            talk_mean_s,
        };
        let stream = Stream {
            channel: Channel::Voice,
            per_day: [rate * 86_400.0; 7],
            opens_min: 0,
            curve: vec![1.0; 96],
            shares: vec![share],
            languages: vec![(Language::Nb, 1.0)],
            menu: None,
            patience_mean_s: Some(patience_mean_s),
            spread: Spread::Exponential,
        };
        let always = |n| Person {
            adviser: AdviserId(n),
            duty: Duty::Always,
        };
        Profile {
            zone: String::from("UTC"),
            special: Vec::new(),
            streams: vec![stream],
            people: (0..n).map(always).collect(),
            habits: Habits::NONE,
        }
    }
}

/// A profile that cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The zone is not in the bundled time zone data.
    #[error("time zone `{0}` is not known")]
    Zone(String),
    /// A number that must be finite and not negative is not.
    #[error("{what} of stream {stream} is negative or not a number")]
    Number {
        /// Place in `Profile::streams`.
        stream: usize,
        /// Which number.
        what: &'static str,
    },
    /// Nothing to choose from.
    #[error("stream {stream} has no {what} with a weight above 0")]
    Empty {
        /// Place in `Profile::streams`.
        stream: usize,
        /// What is missing.
        what: &'static str,
    },
    /// A curve longer than a day.
    #[error("the curve of stream {0} goes past midnight")]
    Curve(usize),
    /// A share of a habit outside 0..=1.
    #[error("habit {0} is out of range")]
    Habit(&'static str),
    /// A queue that the rules do not have.
    #[error("queue {0} of a share is not in the rules")]
    Queue(u16),
    /// An adviser that the rules do not have.
    #[error("adviser {0} is not in the rules")]
    Adviser(u32),
    /// More than the generator can hold.
    #[error("more than {0} streams or queues of one channel")]
    TooMany(usize),
}

/// Checks what the types do not.
pub(crate) fn check(profile: &Profile, n_queues: usize, n_advisers: usize) -> Result<(), Error> {
    if profile.streams.len() > 32 {
        return Err(Error::TooMany(32));
    }
    for (idx, stream) in profile.streams.iter().enumerate() {
        check_stream(stream, idx, n_queues)?;
    }
    for person in &profile.people {
        if person.adviser.idx() >= n_advisers {
            return Err(Error::Adviser(person.adviser.0));
        }
    }
    check_habits(&profile.habits)
}

fn check_stream(stream: &Stream, idx: usize, n_queues: usize) -> Result<(), Error> {
    let number = |what| Error::Number { stream: idx, what };
    let good = |value: f64| value.is_finite() && value >= 0.0;
    let numbers = [
        ("expected number", stream.per_day.iter().copied().all(good)),
        ("curve", stream.curve.iter().copied().all(good)),
        (
            "language",
            stream.languages.iter().all(|(_, weight)| good(*weight)),
        ),
        (
            "share",
            stream
                .shares
                .iter()
                .all(|s| good(s.weight) && good(s.talk_mean_s)),
        ),
        ("patience", stream.patience_mean_s.is_none_or(good)),
        (
            "menu",
            stream.menu.is_none_or(|m| {
                good(m.least_s) && good(m.mean_s - m.least_s) && good(m.leave_share)
            }),
        ),
        (
            "spread",
            if let Spread::Lognormal(scv) = stream.spread {
                good(scv)
            } else {
                true
            },
        ),
    ];
    if let Some((what, _)) = numbers.iter().find(|(_, good)| !good) {
        return Err(number(what));
    }
    let empty = |what| Error::Empty { stream: idx, what };
    if stream.curve.iter().sum::<f64>() <= 0.0 {
        return Err(empty("part of the curve"));
    }
    if stream.shares.iter().map(|share| share.weight).sum::<f64>() <= 0.0 {
        return Err(empty("share"));
    }
    if stream
        .languages
        .iter()
        .map(|(_, weight)| weight)
        .sum::<f64>()
        <= 0.0
    {
        return Err(empty("language"));
    }
    if usize::from(stream.opens_min) + stream.curve.len() * usize::from(QUARTER_MIN) > 24 * 60 {
        return Err(Error::Curve(idx));
    }
    match stream
        .shares
        .iter()
        .find(|share| share.queue.idx() >= n_queues)
    {
        Some(share) => Err(Error::Queue(share.queue.0)),
        None => Ok(()),
    }
}

fn check_habits(habits: &Habits) -> Result<(), Error> {
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let span = |value: f64| value.is_finite() && value >= 0.0;
    let checks = [
        ("absent_share", share(habits.absent_share)),
        (
            "peak_load",
            habits.peak_load > 0.0 && span(habits.peak_load),
        ),
        ("answer_least_s", span(habits.answer_least_s)),
        (
            "answer_most_s",
            span(habits.answer_most_s - habits.answer_least_s),
        ),
        ("decline_share", share(habits.decline_share)),
        (
            "miss_share",
            share(habits.miss_share + habits.decline_share),
        ),
        ("return_mean_s", span(habits.return_mean_s)),
        ("early_share", share(habits.early_share)),
        (
            "extend_share",
            share(habits.extend_share + habits.early_share),
        ),
        ("citizen_ends_share", share(habits.citizen_ends_share)),
    ];
    match checks.iter().find(|(_, good)| !good) {
        Some((what, _)) => Err(Error::Habit(what)),
        None => Ok(()),
    }
}

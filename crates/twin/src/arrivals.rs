//! When citizens come: a Poisson process whose rate is constant within each quarter of an hour.
//!
//! Exact: the hazard of each gap is drawn and used up along the curve, across quarters.

use linje_types::{QueueId, Timestamp};

use crate::{
    calendar::{Day, us_of},
    profile::{QUARTER_MIN, Share, Spread, Stream},
    random::{Purpose, Streams, exp, ln},
};

const QUARTER_US: f64 = 15.0 * 60e6;

/// A made-up person: which stream, which day, which number.
///
/// Everything about them follows from this and the seed. It is a key for random numbers, not an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Citizen(pub(crate) u64);

const NUMBER_BITS: u32 = 26;
const DAY_BITS: u32 = 30;
const STREAM_SHIFT: u32 = NUMBER_BITS + DAY_BITS;
const ADOPTED: u64 = 1 << 61;

impl Citizen {
    pub(crate) const NOBODY: Citizen = Citizen(u64::MAX);

    fn first(stream: usize, day: u64) -> Citizen {
        Citizen((stream as u64) << STREAM_SHIFT | day << NUMBER_BITS)
    }

    /// Somebody who was there already: a contact found in a state.
    pub(crate) fn adopted(stream: usize, contact: u64) -> Citizen {
        let low = (contact ^ contact >> 20) & ((1 << STREAM_SHIFT) - 1);
        Citizen(ADOPTED | (stream as u64) << STREAM_SHIFT | low)
    }

    #[inline]
    pub(crate) fn stream(self) -> usize {
        (self.0 >> STREAM_SHIFT & 31) as usize
    }
}

/// One stream with everything worked out that does not change.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) stream: Stream,
    /// Running sum of the weights, ending with 1.
    shares: Vec<f64>,
    languages: Vec<f64>,
    /// By quarter: share of the day.
    curve: Vec<f64>,
    /// Spread of the logarithm of a talk; 0 when talks are exponential.
    sigma: f64,
    // The day in progress.
    open: Timestamp,
    ends: Timestamp,
    /// By quarter: microseconds between arrivals; infinite = none come.
    gaps: Vec<f64>,
    quarter: usize,
    /// Microseconds since `open`.
    offset: f64,
    citizen: Citizen,
    next: Timestamp,
}

impl Source {
    pub(crate) fn new(stream: &Stream) -> Source {
        let sum: f64 = stream.curve.iter().sum();
        let sigma = match stream.spread {
            Spread::Exponential => 0.0,
            Spread::Lognormal(scv) => ln(1.0 + scv).sqrt(),
        };
        Source {
            shares: running(stream.shares.iter().map(|share| share.weight)),
            languages: running(stream.languages.iter().map(|language| language.1)),
            curve: stream.curve.iter().map(|weight| weight / sum).collect(),
            sigma,
            open: Timestamp::NEVER,
            ends: Timestamp::NEVER,
            gaps: Vec::new(),
            quarter: 0,
            offset: 0.0,
            citizen: Citizen::NOBODY,
            next: Timestamp::NEVER,
            stream: stream.clone(),
        }
    }

    /// Begins a day; nobody comes when it is closed.
    pub(crate) fn begin(&mut self, idx: usize, day: &Day, streams: &Streams) {
        let seconds = QUARTER_US / 1e6;
        let first = usize::from(self.stream.opens_min / QUARTER_MIN);
        let rates = self.rates(day);
        let n = self.curve.len();
        self.gaps.clear();
        self.gaps.extend(
            rates[first..first + n]
                .iter()
                .map(|rate| QUARTER_US / (rate * seconds)),
        );
        self.open = day.at(f64::from(self.stream.opens_min));
        self.ends = day.ends;
        self.quarter = 0;
        self.offset = 0.0;
        self.citizen = Citizen::first(idx, day.number);
        self.draw(streams);
    }

    /// When the next one comes; `NEVER` = nobody more today.
    #[inline]
    pub(crate) fn next(&self) -> Timestamp {
        self.next
    }

    /// The one who comes at [`Source::next`]; draws the one after.
    pub(crate) fn take(&mut self, streams: &Streams) -> Citizen {
        let citizen = self.citizen;
        self.citizen.0 += 1;
        self.draw(streams);
        citizen
    }

    fn draw(&mut self, streams: &Streams) {
        let mut hazard = streams.exponential(Purpose::Arrival, self.citizen.0);
        #[expect(clippy::cast_precision_loss, reason = "at most 96 quarters")]
        while let Some(gap) = self.gaps.get(self.quarter) {
            let end = (self.quarter + 1) as f64 * QUARTER_US;
            let at = self.offset + hazard * gap;
            if at < end {
                self.offset = at;
                self.next = self.open.plus_us(us_of(at / 1e6));
                if self.next >= self.ends {
                    self.next = Timestamp::NEVER;
                }
                return;
            }
            hazard -= (end - self.offset) / gap;
            self.offset = end;
            self.quarter += 1;
        }
        self.next = Timestamp::NEVER;
    }

    /// Which share a citizen belongs to.
    #[inline]
    pub(crate) fn share_idx(&self, citizen: Citizen, streams: &Streams) -> usize {
        choose(&self.shares, citizen, Purpose::Share, streams)
    }

    #[inline]
    pub(crate) fn language(&self, citizen: Citizen, streams: &Streams) -> linje_types::Language {
        self.stream.languages[choose(&self.languages, citizen, Purpose::Language, streams)].0
    }

    /// The share that goes to a queue; the first when none does.
    pub(crate) fn share_of(&self, queue: QueueId) -> usize {
        let place = self
            .stream
            .shares
            .iter()
            .position(|share| share.queue == queue);
        place.unwrap_or(0)
    }

    #[inline]
    pub(crate) fn share(&self, idx: usize) -> &Share {
        &self.stream.shares[idx]
    }

    /// Microseconds that the talk takes.
    #[inline]
    pub(crate) fn talk_us(&self, share: usize, citizen: Citizen, streams: &Streams) -> i64 {
        let mean_s = self.stream.shares[share].talk_mean_s;
        let factor = match self.stream.spread {
            Spread::Exponential => streams.exponential(Purpose::Talk, citizen.0),
            Spread::Lognormal(_) => {
                let normal = streams.normal(Purpose::Talk, citizen.0);
                exp(self.sigma * (normal - self.sigma / 2.0))
            }
        };
        us_of(mean_s * factor)
    }

    /// Microseconds of patience; `None` = without end.
    #[inline]
    pub(crate) fn patience_us(&self, citizen: Citizen, streams: &Streams) -> Option<i64> {
        let mean_s = self.stream.patience_mean_s?;
        Some(us_of(
            mean_s * streams.exponential(Purpose::Patience, citizen.0),
        ))
    }

    /// Expected arrivals per second in each quarter of an hour of a day.
    pub(crate) fn rates(&self, day: &Day) -> [f64; 96] {
        let mut rates = [0.0; 96];
        let per_day = self.stream.per_day[day.weekday];
        let minutes = (self.stream.opens_min..).step_by(usize::from(QUARTER_MIN));
        for (minute, share) in minutes.zip(&self.curve) {
            if day.is_open(minute) {
                rates[usize::from(minute / QUARTER_MIN)] = per_day * share / (QUARTER_US / 1e6);
            }
        }
        rates
    }
}

fn running(weights: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let sum: f64 = weights.clone().sum();
    weights
        .scan(0.0, |so_far, weight| {
            *so_far += weight / sum;
            Some(*so_far)
        })
        .collect()
}

#[inline]
fn choose(running: &[f64], citizen: Citizen, purpose: Purpose, streams: &Streams) -> usize {
    if running.len() == 1 {
        return 0;
    }
    let unit = streams.unit(purpose, citizen.0);
    running
        .partition_point(|so_far| *so_far <= unit)
        .min(running.len() - 1)
}

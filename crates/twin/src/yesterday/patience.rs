//! How long people are willing to wait, as far as a day shows it.
//!
//! Who was answered says only "at least so long": the estimate of Kaplan and Meier takes both kinds of
//! evidence. Beyond the longest wait after which somebody left, nothing was seen: there the mean hazard of
//! the queue goes on, which is the maximum likelihood estimate of an exponential patience.
//!
//! Source: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, 1958.

use linje_types::{Channel, QueueId};

use crate::random::ln;

/// Departures below which a queue is estimated together with its channel.
const LEAST_LEFT: usize = 20;

/// One wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waited {
    pub(super) us: i64,
    /// Whether they left then; otherwise they were answered, or the day ended.
    pub(super) left: bool,
}

/// The share who still wait, by time waited.
#[derive(Debug, Clone, Default)]
struct Curve {
    /// Moments of departure, rising, and the share who wait longer.
    steps: Vec<(i64, f64)>,
    /// Departures per microsecond of waiting; 0 = nobody leaves.
    rate: f64,
}

impl Curve {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts and microseconds of a day are far below 2^53"
    )]
    fn of(mut waits: Vec<Waited>) -> Curve {
        // Who left counts before who was answered at the same moment.
        waits.sort_unstable_by_key(|waited| (waited.us, !waited.left));
        let exposure: f64 = waits.iter().map(|waited| waited.us as f64).sum();
        let left = waits.iter().filter(|waited| waited.left).count();
        let mut steps: Vec<(i64, f64)> = Vec::new();
        let mut share = 1.0;
        let mut at_risk = waits.len();
        for waited in &waits {
            if waited.left {
                share *= (at_risk - 1) as f64 / at_risk as f64;
                match steps.last_mut().filter(|last| last.0 == waited.us) {
                    Some(last) => last.1 = share,
                    None => steps.push((waited.us, share)),
                }
            }
            at_risk -= 1;
        }
        let rate = if exposure > 0.0 {
            left as f64 / exposure
        } else {
            0.0
        };
        Curve { steps, rate }
    }

    /// The share who wait longer than `us`, tail left out.
    fn share(&self, us: i64) -> f64 {
        let before = self.steps.partition_point(|step| step.0 <= us);
        before.checked_sub(1).map_or(1.0, |last| self.steps[last].1)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a wait of years ends the day as well"
    )]
    fn longer_than(&self, us: i64, unit: f64) -> Option<i64> {
        if self.rate <= 0.0 {
            return None;
        }
        let target = self.share(us) * (1.0 - unit);
        let later = &self.steps[self.steps.partition_point(|step| step.0 <= us)..];
        if let Some(step) = later.get(later.partition_point(|step| step.1 > target)) {
            return Some(step.0);
        }
        let (last, share) = self.steps.last().copied().unwrap_or((0, 1.0));
        // A share of 0 after the last who left: the tail begins anew there.
        let left = if share > 0.0 {
            target / share
        } else {
            1.0 - unit
        };
        let more = -ln(left.clamp(1e-12, 1.0)) / self.rate;
        Some(us.max(last).saturating_add(1 + more as i64))
    }
}

/// The patience of those who come to each queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Patience {
    curves: Vec<Curve>,
    /// By queue, then channel: place in `curves`.
    of: Vec<[u16; 4]>,
}

impl Patience {
    /// `waits` are by queue and channel.
    pub(super) fn of(n_queues: usize, waits: &[(QueueId, Channel, Waited)]) -> Patience {
        let mut by_queue: Vec<[Vec<Waited>; 4]> = Vec::new();
        by_queue.resize_with(n_queues, Default::default);
        let mut by_channel: [Vec<Waited>; 4] = Default::default();
        for &(queue, channel, waited) in waits {
            by_queue[queue.idx()][channel as usize].push(waited);
            by_channel[channel as usize].push(waited);
        }
        let mut curves: Vec<Curve> = by_channel.into_iter().map(Curve::of).collect();
        let of = by_queue
            .into_iter()
            .map(|channels| {
                let mut channel = 0;
                channels.map(|waits| {
                    let usual = channel;
                    channel += 1;
                    let left = waits.iter().filter(|waited| waited.left).count();
                    let place = u16::try_from(curves.len()).unwrap_or(u16::MAX);
                    if left < LEAST_LEFT || place == u16::MAX {
                        return usual;
                    }
                    curves.push(Curve::of(waits));
                    place
                })
            })
            .collect();
        Patience { curves, of }
    }

    /// How long somebody waits who has already waited `us`: longer. `unit` is uniform in 0..1.
    /// `None` = as long as it takes.
    pub(super) fn longer_than(
        &self,
        us: i64,
        queue: QueueId,
        channel: Channel,
        unit: f64,
    ) -> Option<i64> {
        let usual = channel as usize;
        let place = self
            .of
            .get(queue.idx())
            .map_or(usual, |channels| usize::from(channels[usual]));
        self.curves.get(place)?.longer_than(us, unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};

    fn waits(of: &[(i64, bool)]) -> Vec<Waited> {
        of.iter().map(|&(us, left)| Waited { us, left }).collect()
    }

    #[test]
    fn the_textbook_example_of_kaplan_and_meier() {
        // Kaplan and Meier 1958, table 1: deaths at 0.8, 3.1, 5.4, 9.2, losses at 1.0, 2.7, 7.0, 12.1.
        let curve = Curve::of(waits(&[
            (8, true),
            (10, false),
            (27, false),
            (31, true),
            (54, true),
            (70, false),
            (92, true),
            (121, false),
        ]));
        let shares: Vec<f64> = curve.steps.iter().map(|step| step.1).collect();
        let expected = [0.875, 0.7, 0.525, 0.2625];
        assert_eq!(shares.len(), expected.len());
        for (share, expected) in shares.iter().zip(expected) {
            assert!((share - expected).abs() < 1e-12, "{shares:?}");
        }
        assert!((curve.share(53) - 0.7).abs() < 1e-12);
        assert!((curve.share(54) - 0.525).abs() < 1e-12);
    }

    #[test]
    fn patience_comes_back_from_answered_and_left_alike() {
        // Exponential patience of mean 300 s, seen only up to an exponential answer of mean 200 s.
        let streams = Streams::new(3);
        let us = |purpose, n, mean: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "a test")]
            let us = (streams.exponential(purpose, n) * mean * 1e6) as i64;
            us
        };
        let seen = (0..40_000_u64).map(|n| {
            let (patience, answer) = (us(Purpose::Patience, n, 300.0), us(Purpose::Talk, n, 200.0));
            Waited {
                us: patience.min(answer),
                left: patience < answer,
            }
        });
        let seen: Vec<_> = seen
            .map(|waited| (QueueId(0), Channel::Voice, waited))
            .collect();
        let patience = Patience::of(1, &seen);
        for already_s in [0_i64, 120, 400] {
            let already = already_s * 1_000_000;
            let n = 20_000_u32;
            let sum: f64 = (0..u64::from(n))
                .map(|n| {
                    let unit = streams.unit(Purpose::Order, n);
                    let drawn = patience
                        .longer_than(already, QueueId(0), Channel::Voice, unit)
                        .unwrap();
                    assert!(drawn > already);
                    #[expect(clippy::cast_precision_loss, reason = "a test")]
                    let more = (drawn - already) as f64 / 1e6;
                    more
                })
                .sum();
            let mean = sum / f64::from(n);
            // Memoryless: always 300 s more. The error of the draws is 2.1 s, that of the curve 8 s at 400 s.
            assert!((mean - 300.0).abs() < 25.0, "{already_s}: {mean}");
        }
    }

    #[test]
    fn who_never_saw_anybody_leave_waits_as_long_as_it_takes() {
        let seen = [(QueueId(0), Channel::Message, Waited { us: 5, left: false })];
        let patience = Patience::of(1, &seen);
        assert_eq!(
            patience.longer_than(0, QueueId(0), Channel::Message, 0.999),
            None
        );
    }
}

//! Any sample rate to 8 kHz by a polyphase windowed-sinc filter, off line.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side.
const HALF_WIDTH: f64 = 20.0;
/// End of the pass band as a share of the lower Nyquist frequency.
const PASS: f64 = 0.92;

/// Samples at `rate` hertz as samples at 8 kHz. 8 kHz comes back unchanged; a rate of 0 gives nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the range of i16"
)]
pub fn to_8_khz(samples: &[i16], rate: u32) -> Vec<i16> {
    if rate == 8_000 || rate == 0 {
        return if rate == 0 {
            Vec::new()
        } else {
            samples.to_vec()
        };
    }
    let divisor = gcd(rate, 8_000);
    let (up, down) = (u64::from(8_000 / divisor), u64::from(rate / divisor));
    let filter = Filter::new(rate, up);
    let total = u64::try_from(samples.len()).unwrap_or(0) * up / down;
    (0..total)
        .map(|index| {
            let position = index * down;
            let whole = usize::try_from(position / up).unwrap_or(usize::MAX);
            let phase = usize::try_from(position % up).unwrap_or(0);
            filter
                .at(samples, whole, phase)
                .round()
                .clamp(-32_768.0, 32_767.0) as i16
        })
        .collect()
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

struct Filter {
    /// [phase][tap], each phase adds up to 1.
    phases: Vec<Vec<f64>>,
    before: usize,
}

impl Filter {
    fn new(rate: u32, up: u64) -> Self {
        let cutoff = PASS * (8_000.0 / f64::from(rate)).min(1.0);
        let reach = HALF_WIDTH / cutoff;
        let mut before = 0_usize;
        let mut reach_left = reach;
        while reach_left > 0.0 {
            before += 1;
            reach_left -= 1.0;
        }
        let count = u32::try_from(up).unwrap_or(1);
        let phases = (0..count)
            .map(|phase| {
                let fraction = f64::from(phase) / f64::from(count);
                let mut distance = -fraction - f64::from(u32::try_from(before).unwrap_or(0));
                let mut taps: Vec<f64> = Vec::with_capacity(2 * before + 1);
                for _ in 0..=2 * before {
                    taps.push(windowed_sinc(distance, cutoff, reach));
                    distance += 1.0;
                }
                let sum: f64 = taps.iter().sum();
                taps.iter().map(|tap| tap / sum).collect()
            })
            .collect();
        Self { phases, before }
    }

    fn at(&self, samples: &[i16], whole: usize, phase: usize) -> f64 {
        self.phases[phase]
            .iter()
            .enumerate()
            .filter_map(|(tap, weight)| {
                let index = (whole + tap).checked_sub(self.before)?;
                samples.get(index).map(|&sample| weight * f64::from(sample))
            })
            .sum()
    }
}

fn windowed_sinc(distance: f64, cutoff: f64, reach: f64) -> f64 {
    if distance.abs() >= reach {
        return 0.0;
    }
    let angle = PI * distance * cutoff;
    let sinc = if angle.abs() < 1e-9 {
        1.0
    } else {
        angle.sin() / angle
    };
    let turn = PI * distance / reach;
    sinc * (0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos())
}

#[cfg(test)]
#[allow(
    clippy::cast_possible_truncation,
    reason = "test tones fit into samples"
)]
mod tests {
    use super::*;

    fn tone(hertz: f64, rate: u32, count: u32) -> Vec<i16> {
        (0..count)
            .map(|n| (10_000.0 * (2.0 * PI * hertz * f64::from(n) / f64::from(rate)).sin()) as i16)
            .collect()
    }

    fn rms(samples: &[i16]) -> f64 {
        let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
        (middle
            .iter()
            .map(|&s| f64::from(s) * f64::from(s))
            .sum::<f64>()
            / middle.len() as f64)
            .sqrt()
    }

    #[test]
    fn speech_band_passes_and_what_would_fold_is_gone() {
        for rate in [16_000, 22_050, 44_100, 48_000] {
            let kept = rms(&to_8_khz(&tone(1_000.0, rate, rate), rate));
            assert!((kept - 7_071.0).abs() < 40.0, "{rate}: {kept}");
            let folded = rms(&to_8_khz(&tone(5_000.0, rate, rate), rate));
            assert!(folded < 30.0, "{rate}: {folded}");
        }
    }

    #[test]
    fn length_and_phase_are_right() {
        let out = to_8_khz(&tone(400.0, 22_050, 22_050), 22_050);
        assert_eq!(out.len(), 8_000);
        let expected = tone(400.0, 8_000, 8_000);
        assert!((2_000..6_000).all(|n| (i32::from(out[n]) - i32::from(expected[n])).abs() < 60));
    }
}

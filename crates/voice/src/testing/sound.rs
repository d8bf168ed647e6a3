//! Comparing what was heard with what was played.

use std::f64::consts::TAU;

/// A sine at 8 kHz.
#[expect(clippy::cast_possible_truncation, reason = "the amplitude is an i16")]
pub fn tone(hertz: f64, amplitude: i16, samples: u32) -> Vec<i16> {
    (0..samples)
        .map(|n| (f64::from(amplitude) * (TAU * hertz * f64::from(n) / 8_000.0).sin()) as i16)
        .collect()
}

/// Root mean square of samples; 0 of none.
pub fn rms(samples: &[i16]) -> f64 {
    let energy: f64 = samples
        .iter()
        .map(|&sample| f64::from(sample) * f64::from(sample))
        .sum();
    let count = f64::from(u32::try_from(samples.len().max(1)).unwrap_or(u32::MAX));
    (energy / count).sqrt()
}

/// The best normalised correlation of a piece of `wanted` anywhere in `heard`, 0 to 1.
///
/// The piece is the loudest half second of `wanted`, so that silence around it does not matter.
pub fn correlation(heard: &[i16], wanted: &[i16]) -> f64 {
    let piece = loudest(wanted, 4_000);
    if piece.is_empty() || heard.len() < piece.len() {
        return 0.0;
    }
    let own = norm(piece);
    let step = 3;
    let coarse = 0..=heard.len() - piece.len();
    let at = |start: usize| {
        let window = heard.get(start..start + piece.len()).unwrap_or(&[]);
        let dot: f64 = window
            .iter()
            .zip(piece)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum();
        dot / (norm(window) * own).max(1.0)
    };
    // Coarse on every fourth sample first: speech and tones below 500 Hz survive that.
    let rough = |start: usize| {
        let window = heard.get(start..start + piece.len()).unwrap_or(&[]);
        let pairs = window.iter().zip(piece).step_by(4);
        let (mut dot, mut a2, mut b2) = (0.0, 1.0, 1.0);
        for (&a, &b) in pairs {
            let (a, b) = (f64::from(a), f64::from(b));
            dot += a * b;
            a2 += a * a;
            b2 += b * b;
        }
        dot / (a2 * b2).sqrt()
    };
    let best = coarse
        .map(|start| (start, rough(start)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((start, _)) = best else { return 0.0 };
    let last = heard.len() - piece.len();
    (start.saturating_sub(step)..=(start + step).min(last))
        .map(at)
        .fold(0.0, f64::max)
}

fn norm(samples: &[i16]) -> f64 {
    samples
        .iter()
        .map(|&sample| f64::from(sample) * f64::from(sample))
        .sum::<f64>()
        .sqrt()
}

fn loudest(samples: &[i16], length: usize) -> &[i16] {
    if samples.len() <= length {
        return samples;
    }
    let starts = (0..=samples.len() - length).step_by(400);
    let loud = |start: usize| samples.get(start..start + length).map_or(0.0, norm);
    let best = starts
        .max_by(|&a, &b| loud(a).total_cmp(&loud(b)))
        .unwrap_or(0);
    samples.get(best..best + length).unwrap_or(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delayed_copy_is_found_and_something_else_is_not() {
        let wanted: Vec<i16> = tone(310.0, 8_000, 4_000)
            .into_iter()
            .chain(tone(540.0, 8_000, 4_000))
            .collect();
        let mut heard = vec![3; 1_234];
        heard.extend(&wanted);
        assert!(correlation(&heard, &wanted) > 0.999);
        assert!(correlation(&tone(425.0, 8_000, 16_000), &wanted) < 0.4);
        assert!(correlation(&[], &wanted) < 0.01);
    }
}

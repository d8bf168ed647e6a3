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

/// Samples in a window of [`heard_in_order`]: 100 ms.
const WINDOW: usize = 800;
/// Windows in a row that make something heard: 400 ms.
const RUN: usize = 4;

/// Whom a recording holds, in order. Each voice is a tone of its own; what is loud and none of them is `music`,
/// what is more than one thing at once for long is `mixed`. Silence and changes of less than 400 ms are left out.
pub fn heard_in_order<'a>(samples: &[i16], voices: &[(&'a str, f64)]) -> Vec<&'a str> {
    let mut order: Vec<&str> = Vec::new();
    let mut run = ("", 0);
    for window in samples.chunks_exact(WINDOW) {
        let heard = heard_in(window, voices);
        run = if run.0 == heard {
            (heard, run.1 + 1)
        } else {
            (heard, 1)
        };
        if run.1 == RUN && !heard.is_empty() && order.last() != Some(&heard) {
            order.push(heard);
        }
    }
    order
}

/// Whom a recording holds at any time, alone or with others: those who have a fifth of the energy for 400 ms or more.
pub fn heard_at_all<'a>(samples: &[i16], voices: &[(&'a str, f64)]) -> Vec<&'a str> {
    let holds = |hertz: f64| {
        let loud = samples
            .chunks_exact(WINDOW)
            .filter(|window| rms(window) >= 150.0 && share(window, hertz) > 0.2);
        loud.count() >= RUN
    };
    let heard = voices.iter().filter(|(_, hertz)| holds(*hertz));
    heard.map(|(name, _)| *name).collect()
}

fn heard_in<'a>(window: &[i16], voices: &[(&'a str, f64)]) -> &'a str {
    if rms(window) < 150.0 {
        return "";
    }
    let shares: Vec<(&str, f64)> = voices
        .iter()
        .map(|&(name, hertz)| (name, share(window, hertz)))
        .collect();
    match shares.iter().find(|(_, share)| *share > 0.8) {
        Some((name, _)) => name,
        None if shares.iter().all(|(_, share)| *share < 0.1) => "music",
        None => "mixed",
    }
}

/// How much of the energy lies at one frequency, 0 to 1 (Goertzel).
fn share(window: &[i16], hertz: f64) -> f64 {
    let twice_cosine = 2.0 * (TAU * hertz / 8_000.0).cos();
    let (mut last, mut before, mut energy) = (0.0, 0.0, 1.0);
    for &sample in window {
        let sample = f64::from(sample);
        energy += sample * sample;
        let next = sample + twice_cosine * last - before;
        before = last;
        last = next;
    }
    let power = last * last + before * before - twice_cosine * last * before;
    let count = f64::from(u32::try_from(window.len().max(1)).unwrap_or(u32::MAX));
    2.0 * power / (count * energy)
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
    fn voices_are_told_apart_from_music_and_from_each_other() {
        let voices = [("a", 1_100.0), ("b", 1_500.0)];
        let (a, b) = (tone(1_100.0, 7_000, 8_000), tone(1_500.0, 7_000, 8_000));
        let music = crate::audio::calm_music();
        let both: Vec<i16> = a.iter().zip(&b).map(|(a, b)| a / 2 + b / 2).collect();
        let parts = [
            &a[..],
            &[0; 4_000],
            &music[..16_000],
            &b,
            &both,
            &a[..2_000],
            &b,
        ];
        let order = heard_in_order(&parts.concat(), &voices);
        assert_eq!(order, ["a", "music", "b", "mixed", "b"]);
    }

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

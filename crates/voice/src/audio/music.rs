//! The music while waiting, composed here: a slow arpeggio over four soft chords.
//!
//! It is calm, has nothing above 1 kHz, and loops without a seam: every note rings on past the end into the beginning.

use std::f64::consts::TAU;

const RATE: f64 = 8_000.0;
/// Samples between two notes: 0.6 s.
const STEP: usize = 4_800;
/// Notes in the loop: 4 chords of 10 notes, 24 s.
const STEPS: usize = CHORDS.len() * PATTERN.len();
/// Samples a note rings: 3 s.
const RING: usize = 24_000;
/// Samples of tone and of rest in the ringing tone: 1 s and 4 s.
const RINGING: (u32, usize) = (8_000, 32_000);
/// Root mean square of the loop, as a share of full scale: -21 dBFS.
const LEVEL: f64 = 0.09;

/// [chord][voice], semitones from A3 (220 Hz): D, Bm, G, A with added ninths.
const CHORDS: [[i32; 5]; 4] = [
    [-7, 0, 2, 5, 9],
    [-10, -3, 2, 5, 9],
    [-14, -2, 2, 5, 7],
    [-12, -5, 0, 4, 7],
];
/// [step] voice of the chord.
const PATTERN: [usize; 10] = [0, 2, 4, 3, 1, 2, 4, 2, 3, 1];

/// The loop at 8 kHz, mono. The same samples on every call.
pub fn calm_music() -> Vec<i16> {
    let mut sum = vec![0.0_f64; STEP * STEPS];
    for step in 0..STEPS {
        let chord = CHORDS[step / PATTERN.len()];
        let semitones = chord[PATTERN[step % PATTERN.len()]];
        add_note(
            &mut sum,
            step * STEP,
            220.0 * 2.0_f64.powf(f64::from(semitones) / 12.0),
        );
        if step % PATTERN.len() == 0 {
            add_note(
                &mut sum,
                step * STEP,
                220.0 * 2.0_f64.powf(f64::from(chord[0] + 12) / 12.0),
            );
        }
    }
    scaled(&sum)
}

/// The ringing tone at 8 kHz, mono, as Norwegian telephones know it: 425 Hz, one second in five.
pub(super) fn ringing_tone() -> Vec<i16> {
    let tone = (0..RINGING.0).map(|sample| {
        let radians = TAU * 425.0 * f64::from(sample) / RATE;
        // Quieter than speech.
        0.11 * radians.sin()
    });
    let rest = std::iter::repeat_n(0.0, RINGING.1);
    tone.chain(rest).map(sample).collect()
}

/// A sine with a faint second partial, 90 ms attack, exponential decay, wrapped around the loop's end.
fn add_note(sum: &mut [f64], start: usize, hertz: f64) {
    let length = sum.len();
    let mut seconds = 0.0;
    for offset in 0..RING {
        let attack = (seconds / 0.09_f64).min(1.0);
        let release = ((3.0 - seconds) / 0.4_f64).clamp(0.0, 1.0);
        let envelope = attack * attack * (3.0 - 2.0 * attack) * (-1.3 * seconds).exp() * release;
        let phase = TAU * hertz * seconds;
        sum[(start + offset) % length] += envelope * (phase.sin() + 0.12 * (2.0 * phase).sin());
        seconds += 1.0 / RATE;
    }
}

/// A share of full scale as a sample.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the range of i16"
)]
fn sample(share: f64) -> i16 {
    (share * 32_768.0).clamp(-32_768.0, 32_767.0) as i16
}

fn scaled(sum: &[f64]) -> Vec<i16> {
    let energy: f64 = sum.iter().map(|sample| sample * sample).sum();
    let count = f64::from(u32::try_from(sum.len()).unwrap_or(1));
    let gain = LEVEL / (energy / count).sqrt().max(1e-9);
    sum.iter().map(|share| sample(share * gain)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_quiet_and_has_no_seam() {
        let music = calm_music();
        assert_eq!(music.len() % crate::g711::FRAME, 0);
        let peak = music.iter().map(|sample| sample.unsigned_abs()).max();
        assert!(peak < Some(16_000), "peak {peak:?}");
        let jump = |a: i16, b: i16| (i32::from(a) - i32::from(b)).abs();
        let largest = music.windows(2).map(|pair| jump(pair[0], pair[1])).max();
        assert!(Some(jump(music[0], music[music.len() - 1])) <= largest);
        let longest_silence = music
            .split(|sample| sample.unsigned_abs() > 200)
            .map(<[i16]>::len)
            .max();
        assert!(longest_silence < Some(800), "{longest_silence:?}");
    }
}

//! How fast a processor is just now: a little work of a fixed size, and the processor time that it took.
//!
//! It walks through a table as large as the nearest caches in an order that no processor guesses, so that it slows
//! down by what slows down a server: a neighbour on the same core, a lower clock, caches that others fill.

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Places in the table: 512 KiB.
const PLACES: usize = 128 * 1_024;
/// Steps of one look: about a millisecond.
const STEPS: u32 = 150_000;

/// Measures on the thread that made it.
pub(crate) struct Speedometer {
    next: Vec<u32>,
    at: u32,
}

impl Speedometer {
    /// Moves this thread to the first processor.
    pub(crate) fn on_the_first_processor() -> Speedometer {
        let thread = std::fs::read_link("/proc/thread-self").unwrap_or_default();
        if let Some(thread) = thread.file_name() {
            let mut command = Command::new("taskset");
            // Where it may not, it measures wherever it runs.
            drop(
                command
                    .args(["--cpu-list", "--pid", "0"])
                    .arg(thread)
                    .output(),
            );
        }
        let places = u32::try_from(PLACES).unwrap_or(u32::MAX);
        // One round through all places: an odd factor and an odd step over a power of two.
        let next =
            (0..places).map(|at| at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % places);
        Speedometer {
            next: next.collect(),
            at: 0,
        }
    }

    /// Steps in a microsecond of processor time.
    pub(crate) fn steps_per_us(&mut self) -> f64 {
        let before = own_time_us();
        for _step in 0..STEPS {
            self.at = black_box(self.next.get(self.at as usize).copied().unwrap_or_default());
        }
        f64::from(STEPS) / (own_time_us() - before).max(1.0)
    }
}

/// Processor time of this thread, microseconds.
fn own_time_us() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from);
    time.unwrap_or_default().as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_comes_through_all_places_and_has_a_speed() {
        let mut speedometer = Speedometer::on_the_first_processor();
        let mut seen = vec![false; PLACES];
        let mut at = 0_u32;
        for _ in 0..PLACES {
            at = speedometer.next[at as usize];
            assert!(!std::mem::replace(&mut seen[at as usize], true));
        }
        assert!(speedometer.steps_per_us() > 0.0);
    }
}

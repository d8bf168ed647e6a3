//! A share of one processor for a server that is measured, by a control group of the kernel (version 1 or 2), so
//! that those who ring and those who answer are never what is short of time. What may not make a group does without.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::speed::Speedometer;

/// How long the kernel counts before it gives the share anew, microseconds. Whoever has used their share waits for
/// the rest of it, so a short one is more like a slow processor than a long one.
const PERIOD_US: u32 = 10_000;
/// The shortest quota, microseconds.
const LEAST_US: f64 = 500.0;
/// Between two looks at how fast the processor is.
const LOOK: Duration = Duration::from_millis(50);
/// What one look counts against those before it.
const NEW: f64 = 0.2;
/// Looks before the speed at the start is known.
const FIRST_LOOKS: u32 = 40;
/// Weight against whatever else runs on the machine, so that builds beside it take little from the share.
const WEIGHT_V1: &str = "262144";
const WEIGHT_V2: &str = "10000";

/// A group whose processes together get so much of one processor; it ends with its last process.
///
/// A rented processor is not always equally fast: neighbours take up to half of it. So its speed is measured all the
/// time, and the quota follows: what the group gets is always as much work as at the start.
#[derive(Debug)]
pub struct Share {
    group: Arc<Group>,
    over: Arc<AtomicBool>,
    pace: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Group {
    folder: PathBuf,
    is_v2: bool,
    /// Microseconds of each period at the speed of the start.
    quota_us: f64,
    state: Mutex<Pace>,
}

#[derive(Debug, Clone, Copy)]
struct Pace {
    limited: bool,
    /// How fast the processor is now, of how fast it was at the start.
    speed: f64,
    slowest: f64,
    fastest: f64,
}

impl Share {
    /// A group that gets `percent` of the first processor. Takes two seconds, to see how fast that is.
    ///
    /// # Errors
    /// When this process may not make one, or the kernel has none.
    pub fn of_one_processor(percent: u32) -> Result<Share> {
        let name = format!("linje-bench-{}", std::process::id());
        let unified = Path::new("/sys/fs/cgroup");
        let is_v2 = unified.join("cgroup.controllers").exists();
        let parent = if is_v2 {
            // It is on already where the system's manager has done so.
            drop(std::fs::write(
                unified.join("cgroup.subtree_control"),
                "+cpu",
            ));
            unified.to_owned()
        } else {
            unified.join("cpu")
        };
        let folder = parent.join(name);
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) | Ok(()) => {}
        }
        let group = Arc::new(Group {
            folder,
            is_v2,
            quota_us: f64::from(PERIOD_US) * f64::from(percent.clamp(1, 100)) / 100.0,
            state: Mutex::new(Pace {
                limited: true,
                speed: 1.0,
                slowest: 1.0,
                fastest: 1.0,
            }),
        });
        if is_v2 {
            group.write("cpu.weight", WEIGHT_V2)?;
        } else {
            group.write("cpu.cfs_period_us", &PERIOD_US.to_string())?;
            group.write("cpu.shares", WEIGHT_V1)?;
        }
        group.apply()?;
        let over = Arc::new(AtomicBool::new(false));
        let (follow, stop) = (Arc::clone(&group), Arc::clone(&over));
        let (ready, started) = std::sync::mpsc::channel();
        let pace = std::thread::spawn(move || follow.follow(&stop, &ready));
        started.recv().map_err(Error::other)?;
        Ok(Share {
            group,
            over,
            pace: Some(pace),
        })
    }

    /// From now on it gets its share and no more.
    ///
    /// # Errors
    /// When the kernel says no.
    pub fn limit(&self) -> Result<()> {
        self.group.state().limited = true;
        self.group.apply()
    }

    /// Puts a process with all its threads into the group.
    ///
    /// # Errors
    /// When the kernel says no.
    pub fn take_in(&self, pid: u32) -> Result<()> {
        self.group.write("cgroup.procs", &pid.to_string())
    }

    /// From now on it may take as much as there is, so that it ends as it would by itself.
    ///
    /// # Errors
    /// When the kernel says no.
    pub fn lift(&self) -> Result<()> {
        self.group.state().limited = false;
        self.group.apply()
    }

    /// Periods so far, and in how many of them the share was used up.
    #[must_use]
    pub fn periods(&self) -> (u64, u64) {
        let stat = self.group.folder.join("cpu.stat");
        let text = std::fs::read_to_string(stat).unwrap_or_default();
        (
            number_after(&text, "nr_periods"),
            number_after(&text, "nr_throttled"),
        )
    }

    /// How slow and how fast the processor was since this was asked last, of how fast it was at the start.
    #[must_use]
    pub fn speeds(&self) -> (f64, f64) {
        let mut state = self.group.state();
        let was = (state.slowest, state.fastest);
        (state.slowest, state.fastest) = (state.speed, state.speed);
        was
    }
}

impl Group {
    fn state(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the quota in step with the processor until it is over.
    fn follow(&self, over: &AtomicBool, ready: &std::sync::mpsc::Sender<()>) {
        let mut speedometer = Speedometer::on_the_first_processor();
        let looks: Vec<f64> = (0..FIRST_LOOKS)
            .map(|_| {
                std::thread::sleep(LOOK);
                speedometer.steps_per_us()
            })
            .collect();
        let at_start = looks.iter().sum::<f64>() / f64::from(FIRST_LOOKS);
        // Whoever started this has gone only when the run has ended.
        let _waits = ready.send(());
        while !over.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
            let now = speedometer.steps_per_us() / at_start;
            {
                let mut state = self.state();
                state.speed += NEW * (now - state.speed);
                state.slowest = state.slowest.min(state.speed);
                state.fastest = state.fastest.max(state.speed);
            }
            if self.apply().is_err() {
                return;
            }
        }
    }

    fn apply(&self) -> Result<()> {
        let state = *self.state();
        let quota = (self.quota_us / state.speed).clamp(LEAST_US, f64::from(PERIOD_US));
        match (self.is_v2, state.limited) {
            (true, true) => self.write("cpu.max", &format!("{quota:.0} {PERIOD_US}")),
            (true, false) => self.write("cpu.max", "max"),
            (false, true) => self.write("cpu.cfs_quota_us", &format!("{quota:.0}")),
            (false, false) => self.write("cpu.cfs_quota_us", "-1"),
        }
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.folder.join(file);
        std::fs::write(&path, text)
            .map_err(|error| Error::new(error.kind(), format!("{}: {error}", path.display())))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(pace) = self.pace.take() {
            drop(pace.join());
        }
        // A group with a process in it stays; the next run takes the same name again.
        drop(std::fs::remove_dir(&self.group.folder));
    }
}

/// The whole number after `name` on a line of its own; 0 when there is none.
fn number_after(text: &str, name: &str) -> u64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|number| number.trim().parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::number_after;

    #[test]
    fn the_kernels_counts_are_read_by_their_whole_name() {
        let text = "nr_periods 1200\nnr_throttled 37\nthrottled_time 5\n";
        assert_eq!(number_after(text, "nr_periods"), 1_200);
        assert_eq!(number_after(text, "nr_throttled"), 37);
        assert_eq!(number_after(text, "nr"), 0);
        assert_eq!(number_after("", "nr_periods"), 0);
    }
}

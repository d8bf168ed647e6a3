//! A share of one processor for a server that is measured, by a control group of the kernel (version 1 or 2), so
//! that those who ring and those who answer are never what is short of time. What may not make a group does without.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// How long the kernel counts before it gives the share anew, microseconds. Whoever has used their share waits for
/// the rest of it, so a short one is more like a slow processor than a long one.
const PERIOD_US: u32 = 10_000;
/// Weight against whatever else runs on the machine, so that builds beside it take little from the share.
const WEIGHT_V1: &str = "262144";
const WEIGHT_V2: &str = "10000";

/// A group whose processes together get so much of one processor; it ends with its last process.
#[derive(Debug)]
pub struct Share {
    folder: PathBuf,
    is_v2: bool,
    /// Microseconds of each period.
    quota: u32,
}

impl Share {
    /// A group that gets `percent` of one processor.
    ///
    /// # Errors
    /// When this process may not make one, or the kernel has none.
    pub fn of_one_processor(percent: u32) -> Result<Share> {
        let quota = PERIOD_US * percent.clamp(1, 100) / 100;
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
        let share = Share {
            folder,
            is_v2,
            quota,
        };
        if is_v2 {
            share.write("cpu.weight", WEIGHT_V2)?;
        } else {
            share.write("cpu.cfs_period_us", &PERIOD_US.to_string())?;
            share.write("cpu.shares", WEIGHT_V1)?;
        }
        share.limit()?;
        Ok(share)
    }

    /// From now on it gets its share and no more.
    ///
    /// # Errors
    /// When the kernel says no.
    pub fn limit(&self) -> Result<()> {
        let quota = self.quota;
        if self.is_v2 {
            self.write("cpu.max", &format!("{quota} {PERIOD_US}"))
        } else {
            self.write("cpu.cfs_quota_us", &quota.to_string())
        }
    }

    /// Puts a process with all its threads into the group.
    ///
    /// # Errors
    /// When the kernel says no.
    pub fn take_in(&self, pid: u32) -> Result<()> {
        self.write("cgroup.procs", &pid.to_string())
    }

    /// From now on it may take as much as there is, so that it ends as it would by itself.
    ///
    /// # Errors
    /// When the kernel says no.
    pub fn lift(&self) -> Result<()> {
        if self.is_v2 {
            self.write("cpu.max", "max")
        } else {
            self.write("cpu.cfs_quota_us", "-1")
        }
    }

    /// Periods so far, and in how many of them the share was used up.
    #[must_use]
    pub fn periods(&self) -> (u64, u64) {
        let text = std::fs::read_to_string(self.folder.join("cpu.stat")).unwrap_or_default();
        (
            number_after(&text, "nr_periods"),
            number_after(&text, "nr_throttled"),
        )
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.folder.join(file);
        std::fs::write(&path, text)
            .map_err(|error| Error::new(error.kind(), format!("{}: {error}", path.display())))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // A group with a process in it stays; the next run takes the same name again.
        drop(std::fs::remove_dir(&self.folder));
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

//! A small disk of its own, so that it can be full or read-only. Needs the right to mount.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dice::say;
use crate::folder::Folder;

/// A mounted tmpfs; unmounted on drop.
#[derive(Debug)]
pub struct Disk {
    folder: Folder,
}

impl Disk {
    /// Mounts one of `megabytes`; `None`, with a line that says so, when this process may not mount.
    #[must_use]
    pub fn mount(name: &str, megabytes: u32) -> Option<Disk> {
        let folder = Folder::new(name);
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "linje-test"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            say(&format!(
                "{name}: left out, this process may not mount a disk"
            ));
        }
        mounted.then_some(Disk { folder })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes it read-only.
    pub fn read_only(&self) {
        let done = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(self.path())
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "remounts read-only"
        );
    }

    /// Fills what is left of it. Gives the file that fills it.
    #[must_use]
    pub fn fill(&self) -> PathBuf {
        let path = self.folder.join("filler");
        let mut file = std::fs::File::create(&path).expect("a file that fills the disk");
        for size in [1 << 20, 4096, 1] {
            let block = vec![0x55; size];
            while file.write_all(&block).is_ok() {}
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("-l").arg(self.path()).status();
        if !done.is_ok_and(|status| status.success()) {
            say("a test's disk is still mounted");
        }
    }
}

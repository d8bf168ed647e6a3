//! Test peers: real telephones and load generators, driven by tests. Never part of the program.
//!
//! Each peer has its own directory and its own ports, and ends when its handle is dropped.

mod baresip;
mod browser;
mod raw;
mod sipp;
mod sound;

pub use baresip::{Baresip, BaresipAccount};
pub use browser::{WebPeer, live};
pub use raw::RawSip;
pub use sipp::{PhoneBehaviour, Sipp, SippRun, SippTotals, free_port, register_phones};
pub use sound::{correlation, heard_at_all, heard_in_order, rms, tone};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The public test data (`LINJE_TESTDATA`, or `shared/data` beside the repository); None when it is not there.
pub fn test_data(below: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("LINJE_TESTDATA").map_or(beside, PathBuf::from);
    Some(root.join(below)).filter(|path| path.exists())
}

/// Whether a program can be started; a test that needs it says so and ends when not.
pub fn has_program(name: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()))
}

/// A new empty directory for one peer. It is removed with [`Scratch`].
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes the directory.
    pub fn new(name: &str) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("linje-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind lies in the temporary directory.
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}

//! Test data that is not ours and not in the repository.

use std::path::PathBuf;

use crate::dice::say;
use crate::server::checkout;

/// A folder of the test data: `LINJE_TESTDATA`, or beside the checkout. `None`, with a line that
/// says so, when it is not there.
#[must_use]
pub fn folder(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("LINJE_TESTDATA")
        .map_or_else(|| checkout().join("../shared/data"), PathBuf::from);
    let folder = base.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    say(&format!("left out: the test data `{name}` is not here"));
    None
}

/// The files of a folder with their bytes, by name.
#[must_use]
pub fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .expect("the test data")
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).expect("a file of the test data");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

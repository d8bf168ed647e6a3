//! The files that the repository holds or is about to hold.

use std::path::PathBuf;

use crate::{place, run};

/// A file with text in it.
pub(super) struct File {
    /// From the root of the checkout, with `/` between.
    pub(super) path: String,
    /// What it says.
    pub(super) text: String,
}

/// Every text file that git tracks or would track.
pub(super) fn texts() -> Vec<File> {
    let root = place::root();
    paths()
        .into_iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).ok()?;
            Some(File { path, text })
        })
        .collect()
}

/// The paths of all files that git tracks or would track, in order.
pub(super) fn paths() -> Vec<String> {
    let mut git = run::command("git", &place::root());
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = run::output(&mut git).expect("the tests run in a git checkout");
    let mut paths: Vec<String> = listed.lines().map(str::to_owned).collect();
    paths.retain(|path| place::root().join(PathBuf::from(path)).is_file());
    paths.sort();
    paths.dedup();
    paths
}

/// A file made up for a test.
pub(super) fn made(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn the_list_holds_this_file() {
    assert!(
        paths()
            .iter()
            .any(|path| path == "xtask/src/check/files.rs")
    );
}

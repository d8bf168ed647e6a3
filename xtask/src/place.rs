//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder of the pages.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// Where cargo puts what it builds with the profile `ci`: where this very program lies.
pub(crate) fn built() -> Result<PathBuf> {
    let me = std::env::current_exe().context("cannot find where this program lies")?;
    let folder = me
        .parent()
        .with_context(|| format!("`{}` lies in no folder", me.display()))?;
    let is_deps = folder.file_name().is_some_and(|name| name == "deps");
    Ok(if is_deps {
        folder.parent().unwrap_or(folder).to_owned()
    } else {
        folder.to_owned()
    })
}

/// The server's binary.
pub(crate) fn server() -> Result<PathBuf> {
    Ok(built()?.join("linje"))
}

/// The names of the end-to-end tests: one for each file in `crates/acceptance/tests`.
pub(crate) fn end_to_end() -> Result<Vec<String>> {
    let folder = root().join("crates/acceptance/tests");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder)
        .with_context(|| format!("cannot read folder `{}`", folder.display()))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "rs")
            && let Some(stem) = path.file_stem()
        {
            names.push(stem.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

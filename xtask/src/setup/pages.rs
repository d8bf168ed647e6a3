//! The pages in `ui/`: npm's packages and the build, each only when its sources changed.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::{place, run};

/// What the build reads, beside `package-lock.json`.
const SOURCES: [&str; 6] = [
    "package.json",
    "index.html",
    "vite.config.ts",
    "tsconfig.json",
    "public",
    "src",
];

/// Brings `ui/node_modules` and `ui/dist` up to date.
pub(super) fn build() -> Result<()> {
    let ui = place::ui();
    let lock = [PathBuf::from("package-lock.json")];
    let packages = stamp_of(&ui, &lock)?;
    step(
        "npm's packages",
        &ui.join("node_modules/.linje-packages"),
        packages,
        ui.join("node_modules/vite").is_dir(),
        &["ci", "--no-audit", "--no-fund"],
    )?;
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&ui, Path::new(source), &mut files)?;
    }
    files.extend(lock);
    let pages = stamp_of(&ui, &files)?;
    step(
        "the pages",
        &ui.join("node_modules/.linje-pages"),
        pages,
        ui.join("dist/index.html").is_file(),
        &["run", "build"],
    )
}

/// Runs npm with `args` unless what it makes is there and was made from the same sources.
fn step(what: &str, stamp_file: &Path, stamp: u64, is_there: bool, args: &[&str]) -> Result<()> {
    let stamp = format!("{stamp:016x}\n");
    let before = std::fs::read_to_string(stamp_file).unwrap_or_default();
    if is_there && before == stamp {
        println!("set-up: {what} are up to date");
        return Ok(());
    }
    let begin = Instant::now();
    println!("set-up: npm {} for {what} ...", args.join(" "));
    run::to_end(run::command("npm", &place::ui()).args(args))?;
    std::fs::write(stamp_file, stamp)
        .with_context(|| format!("cannot write `{}`", stamp_file.display()))?;
    println!("set-up: {what} in {}", run::time(begin.elapsed()));
    Ok(())
}

/// All files at or below `path`, as paths from `base`, in order.
fn collect(base: &Path, path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let full = base.join(path);
    if full.is_file() {
        files.push(path.to_owned());
    } else if full.is_dir() {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&full)
            .with_context(|| format!("cannot read folder `{}`", full.display()))?
        {
            names.push(entry?.file_name());
        }
        names.sort();
        for name in names {
            collect(base, &path.join(name), files)?;
        }
    }
    Ok(())
}

/// A number that changes when a name or a byte of `files` does.
fn stamp_of(base: &Path, files: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let full = base.join(file);
        let bytes =
            std::fs::read(&full).with_context(|| format!("cannot read `{}`", full.display()))?;
        file.hash(&mut hasher);
        bytes.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stamp_follows_names_and_bytes() {
        let folder = std::env::temp_dir().join(format!("linje-stamp-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("src/deep")).expect("folder");
        std::fs::write(folder.join("src/deep/a.ts"), "one").expect("file");
        let stamp = |folder: &Path| {
            let mut files = Vec::new();
            collect(folder, Path::new("src"), &mut files).expect("collects");
            stamp_of(folder, &files).expect("reads")
        };
        let first = stamp(&folder);
        assert_eq!(stamp(&folder), first);
        std::fs::write(folder.join("src/deep/a.ts"), "two").expect("file");
        let second = stamp(&folder);
        assert_ne!(second, first);
        std::fs::rename(folder.join("src/deep/a.ts"), folder.join("src/deep/b.ts"))
            .expect("renames");
        assert_ne!(stamp(&folder), second);
        std::fs::remove_dir_all(&folder).expect("removes");
    }
}

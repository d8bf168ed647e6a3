//! Installs what is missing and builds the pages. Asks nothing, says what and why.

mod packages;
mod pages;

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::run;

/// What the set-up is for; tests need more than the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Serving the demo.
    Demo,
    /// Running every test.
    Tests,
}

/// Something that the set-up may not or cannot put in place itself. The text says what to do.
#[derive(Debug)]
pub(crate) struct Missing(String);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// The oldest Node.js that builds the pages (Vite 8 asks for it).
const NODE_AT_LEAST: (u32, u32) = (20, 19);

/// Does all of it.
pub(crate) fn all(wanted: For) -> Result<()> {
    let begin = Instant::now();
    packages::install(wanted)?;
    node()?;
    pages::build()?;
    println!("set-up: done in {}", run::time(begin.elapsed()));
    Ok(())
}

/// Checks that Node.js and npm are there and new enough.
fn node() -> Result<()> {
    let (major, minor) = NODE_AT_LEAST;
    let wanted = format!("Node.js {major}.{minor} or newer with npm builds the pages");
    if !run::is_there("node") || !run::is_there("npm") {
        return Err(Missing(format!(
            "{wanted}; `node` or `npm` is not to be found in PATH"
        ))
        .into());
    }
    let said = run::output(Command::new("node").arg("--version"))?;
    let version =
        version(&said).with_context(|| format!("node gave an unreadable version `{said}`"))?;
    if version < NODE_AT_LEAST {
        return Err(Missing(format!("{wanted}; this machine has {}", said.trim())).into());
    }
    println!("set-up: node {} is there", said.trim());
    Ok(())
}

/// `v20.19.2` as (20, 19).
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_not_by_letter() {
        assert_eq!(version("v20.20.2\n"), Some((20, 20)));
        assert!(version("v9.11.0") < Some(NODE_AT_LEAST));
        assert!(version("v22.1.0") >= Some(NODE_AT_LEAST));
        assert_eq!(version("strange"), None);
    }
}

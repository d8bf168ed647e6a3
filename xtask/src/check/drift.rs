//! The API that the server describes, the one in `ui/openapi.json` and the types made from it agree.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::{place, run};

/// The description in the checkout.
const DESCRIPTION: &str = "ui/openapi.json";
/// The types made from it.
const TYPES: &str = "ui/src/api/schema.d.ts";

/// Compares; an error says what to do.
pub(crate) fn check() -> Result<()> {
    let root = place::root();
    let described = describe()?;
    let kept = read(&root.join(DESCRIPTION))?;
    if described.trim() != kept.trim() {
        bail!("{DESCRIPTION} is not what the server describes: run `cargo xtask openapi`");
    }
    let made = place::built()?.join("schema.d.ts");
    make_types(&root.join(DESCRIPTION), &made)?;
    if read(&made)? != read(&root.join(TYPES))? {
        bail!("{TYPES} was not made from {DESCRIPTION}: run `cargo xtask openapi`");
    }
    Ok(())
}

/// Writes both.
pub(crate) fn write() -> Result<()> {
    let root = place::root();
    run::to_end(run::cargo().args(["build", "--profile", "ci", "--workspace", "--bin", "linje"]))?;
    let description = root.join(DESCRIPTION);
    std::fs::write(&description, describe()?.trim().to_owned() + "\n")
        .with_context(|| format!("cannot write `{DESCRIPTION}`"))?;
    make_types(&description, &root.join(TYPES))?;
    println!("openapi: wrote {DESCRIPTION} and {TYPES}");
    Ok(())
}

/// What the built server says of its API.
fn describe() -> Result<String> {
    let server = place::server()?;
    run::output(run::command(&server.to_string_lossy(), &place::root()).arg("openapi"))
}

fn make_types(description: &Path, types: &Path) -> Result<()> {
    run::to_end(
        run::command("node", &place::ui())
            .arg("node_modules/openapi-typescript/bin/cli.js")
            .args([description, Path::new("-o"), types]),
    )
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

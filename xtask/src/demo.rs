//! `cargo xtask demo`: set up, build, serve.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::{place, run, setup};

/// Sets up, builds and becomes the server: nothing of us stays behind that could leave it running.
pub(crate) fn run(server_args: &[String]) -> Result<ExitCode> {
    setup::all(setup::For::Demo)?;
    let is_cold = !place::server()?.is_file();
    let begin = Instant::now();
    println!("build: the server, profile `ci` (some minutes the first time) ...");
    // The whole workspace is named so that the tests later find the same dependencies built.
    run::to_end(run::cargo().args(["build", "--profile", "ci", "--workspace", "--bin", "linje"]))?;
    let kind = if is_cold { "cold build" } else { "build" };
    println!("build: {kind} in {}", run::time(begin.elapsed()));
    let server = place::server()?;
    println!("demo: linje demo {}", server_args.join(" "));
    let failed = Command::new(&server)
        .current_dir(place::root())
        .arg("demo")
        .args(server_args)
        .exec();
    Err(failed).with_context(|| format!("cannot start `{}`", server.display()))
}

//! Measurements. Figures of a shared machine mean little without its load, so that stands beside them.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::args::Bench;
use crate::{place, run, setup};

/// Runs one of them.
pub(crate) fn run(bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Routing(args) => measured("routing", built("routing-bench", args)?),
        Bench::Server { name, args } => {
            setup::all(setup::For::Tests)?;
            build("linje")?;
            measured(name, built(&format!("{name}-bench"), args)?)
        }
        Bench::Desk(args) => {
            setup::all(setup::For::Tests)?;
            build("linje")?;
            let mut command = run::command("node", &place::root().join("ui"));
            command.arg("bench/desk.mjs").args(args);
            command.env("LINJE_BIN", place::server()?);
            measured("desk", command)
        }
        Bench::History { events } => {
            setup::all(setup::For::Tests)?;
            build("linje")?;
            let mut command = acceptance("history")?;
            command.env("LINJE_HISTORY_EVENTS", events.to_string());
            measured("history", command)
        }
    }
}

/// The kill -9 ledger, as long as one likes.
pub(crate) fn kill9(rounds: u32) -> Result<ExitCode> {
    setup::all(setup::For::Tests)?;
    build("linje")?;
    let mut command = acceptance("kill9")?;
    command.env("LINJE_KILL9_ROUNDS", rounds.to_string());
    measured("kill9", command)
}

/// Readings of people with kills between, as many as one likes.
pub(crate) fn readings(count: u32) -> Result<ExitCode> {
    setup::all(setup::For::Tests)?;
    build("linje")?;
    let mut command = acceptance("persons")?;
    command.env("LINJE_READINGS", count.to_string());
    command.arg("no_reading_is_answered");
    measured("readings", command)
}

/// The simulation. Its exit code and its last line are the program's.
pub(crate) fn sim(args: &[String]) -> Result<ExitCode> {
    let status = simulation(args)?
        .status()
        .context("cannot start the simulation")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Builds the simulation and gives the command that runs it. With planted bugs it is another program, with
/// dependencies of its own, in a folder beside the others.
pub(crate) fn simulation(args: &[String]) -> Result<Command> {
    let bugs = args.iter().any(|arg| arg == "--bugs");
    let mut folder = place::built()?;
    let mut build = run::cargo();
    build.args(["build", "--profile", "ci", "--bin", "sim", "--quiet"]);
    if bugs {
        folder.pop();
        folder.push("mutants");
        build.args(["--package", "linje-testkit", "--features", "mutants"]);
        build.arg("--target-dir").arg(&folder);
        folder.push("ci");
    } else {
        build.arg("--workspace");
    }
    run::to_end(&mut build)?;
    let mut command = run::command(&folder.join("sim").to_string_lossy(), &place::root());
    command.args(args);
    Ok(command)
}

/// Builds a program. The whole workspace is named, so that every program and test shares one set
/// of dependencies.
fn build(program: &str) -> Result<()> {
    run::to_end(run::cargo().args(["build", "--profile", "ci", "--workspace", "--bin", program]))
}

/// Builds a program and gives the command that runs it.
fn built(program: &str, args: &[String]) -> Result<Command> {
    build(program)?;
    let path = place::built()?.join(program);
    let mut command = run::command(&path.to_string_lossy(), &place::root());
    command.args(args).env("LINJE_BIN", place::server()?);
    Ok(command)
}

fn acceptance(test: &str) -> Result<Command> {
    let mut command = run::cargo();
    command.args(["test", "--profile", "ci", "--workspace", "--test", test]);
    command.args(["--", "--nocapture"]);
    command.env("LINJE_BIN", place::server()?);
    Ok(command)
}

/// Runs `command` between two looks at the machine's load.
fn measured(name: &str, mut command: Command) -> Result<ExitCode> {
    println!("{name}: machine before: {}", run::load());
    let begin = Instant::now();
    let result = run::to_end(&mut command);
    println!("{name}: machine after:  {}", run::load());
    println!("{name}: {}", run::time(begin.elapsed()));
    for left in run::sweep(&run::mark()) {
        println!("{name}: ended what was left running: {left}");
    }
    result.map(|()| ExitCode::SUCCESS)
}

//! Measurements. Figures of a shared machine mean little without its load, so that stands beside them.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::Result;

use crate::args::Bench;
use crate::{place, run, setup};

/// Runs one of them.
pub(crate) fn run(bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Routing(args) => {
            let mut command = run::cargo();
            command.args(["run", "--profile", "ci", "-p", "linje-testkit"]);
            command.args(["--bin", "routing-bench", "--"]).args(args);
            measured("routing", command)
        }
        Bench::Voice(args) => {
            setup::all(setup::For::Tests)?;
            build_server()?;
            let mut command = run::cargo();
            command.args(["run", "--profile", "ci", "-p", "linje-acceptance"]);
            command.args(["--bin", "voice-bench", "--"]).args(args);
            measured("voice", command)
        }
        Bench::History { events } => {
            setup::all(setup::For::Tests)?;
            build_server()?;
            let mut command = acceptance("history");
            command.env("LINJE_HISTORY_EVENTS", events.to_string());
            measured("history", command)
        }
    }
}

/// The kill -9 ledger, as long as one likes.
pub(crate) fn kill9(rounds: u32) -> Result<ExitCode> {
    setup::all(setup::For::Tests)?;
    build_server()?;
    let mut command = acceptance("kill9");
    command.env("LINJE_KILL9_ROUNDS", rounds.to_string());
    measured("kill9", command)
}

fn build_server() -> Result<()> {
    run::to_end(run::cargo().args(["build", "--profile", "ci", "--workspace", "--bin", "linje"]))
}

fn acceptance(test: &str) -> Command {
    let mut command = run::cargo();
    command.args(["test", "--profile", "ci", "-p", "linje-acceptance"]);
    command.args(["--test", test, "--", "--nocapture"]);
    command.env("LINJE_BIN", place::server().unwrap_or_default());
    command
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

//! `cargo xtask test`: every stage, its time, and one last line with the sum.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::count::Count;
use crate::run::{self, Ended, Limits};
use crate::{bench, check, place, setup};

/// Longest time for the whole, so that a test that hangs fails here and not in whoever waits for us.
const LIMIT: Duration = Duration::from_secs(80 * 60);

/// Longest time that tests may be quiet; what hangs then is ended, named and counted as failed.
const QUIET: Duration = Duration::from_secs(6 * 60);

/// A stage that is over.
struct Stage {
    name: &'static str,
    took: Duration,
    count: Count,
}

/// The stages so far and when all of it began.
struct Report {
    begin: Instant,
    stages: Vec<Stage>,
}

/// Runs every stage; what fails does not keep later stages from running, unless nothing was built.
pub(crate) fn run(quick: bool, filter: Option<&str>) -> Result<ExitCode> {
    let mut report = Report {
        begin: Instant::now(),
        stages: Vec::new(),
    };
    println!("machine: {}", run::load());
    setup::all(setup::For::Tests)?;
    if filter.is_none() {
        report.check("format", run::cargo().args(["fmt", "--all", "--check"]));
    }
    let is_built = report.check(
        "build",
        run::cargo().args(["build", "--profile", "ci", "--workspace", "--all-targets"]),
    );
    if is_built {
        rust(&mut report, quick, filter)?;
    }
    if filter.is_none() {
        simulate(&mut report, "simulation", &["--steps", "4000000"]);
        simulate(&mut report, "bug bank", &["--bugs"]);
        report.check("lint", &mut clippy());
        report.check("types", npm(&["run", "check"]));
        if is_built {
            report.checked("api", |_| check::drift::check());
        }
        if !quick {
            report.counted("pages", npm(&["run", "e2e"]));
            live_pages(&mut report, is_built)?;
        }
    }
    Ok(report.close())
}

/// Formats and lints.
pub(crate) fn tidy() -> Result<ExitCode> {
    run::to_end(run::cargo().args(["fmt", "--all"]))?;
    run::to_end(&mut clippy())?;
    Ok(ExitCode::SUCCESS)
}

fn clippy() -> Command {
    let mut command = run::cargo();
    command.args(["clippy", "--profile", "ci", "--workspace", "--all-targets"]);
    command.arg("--keep-going");
    command.args(["--", "-D", "warnings"]);
    command
}

fn npm(args: &[&str]) -> Command {
    let mut command = run::command("npm", &place::ui());
    command.args(args);
    command
}

/// The Rust tests: those of each crate, then those that start the real server.
fn rust(report: &mut Report, quick: bool, filter: Option<&str>) -> Result<()> {
    let end_to_end = place::end_to_end()?;
    let mut crates = cargo_test();
    crates.args(["--exclude", "linje-acceptance"]).args(filter);
    report.counted("crates", crates);
    if quick || end_to_end.is_empty() {
        return Ok(());
    }
    let mut whole = cargo_test();
    for name in &end_to_end {
        whole.args(["--test", name]);
    }
    // One at a time: they share two cores, and each starts a server and callers of its own.
    whole.args(filter).args(["--", "--test-threads=1"]);
    whole.env("LINJE_BIN", place::server()?);
    report.counted("end to end", whole);
    Ok(())
}

fn cargo_test() -> Command {
    let mut command = run::cargo();
    command.args(["test", "--profile", "ci", "--workspace", "--no-fail-fast"]);
    command
}

/// The simulation, or the bugs that it must catch.
fn simulate(report: &mut Report, name: &'static str, args: &[&str]) {
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    report.checked(name, |left| {
        let mut command = bench::simulation(&args)?;
        match run::watched(&mut command, Limits::whole(left), |_| {})? {
            Ended::By(status) if status.success() => Ok(()),
            Ended::By(status) => anyhow::bail!("ended with {status}"),
            Ended::TimeUp => anyhow::bail!("its time was up"),
        }
    });
}

/// The pages against the real server.
fn live_pages(report: &mut Report, is_built: bool) -> Result<()> {
    let folder = place::ui().join("e2e-live");
    if !is_built || !folder.is_dir() {
        return Ok(());
    }
    let mut tests: Vec<PathBuf> = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot read folder `{}`", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    tests.sort();
    if tests.is_empty() {
        return Ok(());
    }
    let mut node = run::command("node", &place::ui());
    node.args(["--test", "--test-concurrency=1"]).args(tests);
    node.env("LINJE_BIN", place::server()?);
    report.counted("pages, live", node);
    Ok(())
}

impl Report {
    /// A stage that either holds or does not, by a program's exit code.
    fn check(&mut self, name: &'static str, command: impl std::borrow::BorrowMut<Command>) -> bool {
        let mut command = command;
        self.checked(name, |left| {
            match run::watched(command.borrow_mut(), Limits::whole(left), |_| {})? {
                Ended::By(status) if status.success() => Ok(()),
                Ended::By(status) => anyhow::bail!("ended with {status}"),
                Ended::TimeUp => anyhow::bail!("its time was up"),
            }
        })
    }

    /// A stage that either holds or does not.
    fn checked(&mut self, name: &'static str, hold: impl FnOnce(Duration) -> Result<()>) -> bool {
        let begin = self.open(name);
        let result = hold(self.left());
        let holds = result.is_ok();
        let count = match result {
            Ok(()) => Count::one_passed(),
            Err(error) => Count::one_failed(format!("{error:#}")),
        };
        self.shut(name, begin, count);
        holds
    }

    /// A stage whose program counts its tests itself.
    fn counted(&mut self, name: &'static str, mut command: Command) {
        let begin = self.open(name);
        let mut count = Count::default();
        let limits = Limits {
            whole: self.left(),
            quiet: Some(QUIET),
        };
        let ended = run::watched(&mut command, limits, |line| count.line(line));
        let fault = match ended {
            Ok(Ended::By(status)) if status.success() => None,
            // A test that ended its whole program, or one that was not even compiled.
            Ok(Ended::By(status)) if count.failed == 0 => Some(format!("ended with {status}")),
            Ok(Ended::By(_)) => None,
            Ok(Ended::TimeUp) => Some("its time was up".to_owned()),
            Err(error) => Some(format!("{error:#}")),
        };
        if let Some(fault) = fault {
            count.add(Count::one_failed(fault));
        }
        for left in run::sweep(&run::mark()) {
            count.add(Count::one_failed(format!("left running: {left}")));
        }
        self.shut(name, begin, count);
    }

    fn left(&self) -> Duration {
        LIMIT.saturating_sub(self.begin.elapsed())
    }

    fn open(&self, name: &str) -> Instant {
        println!("\n== {name} (after {})", run::time(self.begin.elapsed()));
        Instant::now()
    }

    fn shut(&mut self, name: &'static str, begin: Instant, count: Count) {
        let took = begin.elapsed();
        println!(
            "== {name}: {} passed, {} failed, {}",
            count.passed,
            count.failed,
            run::time(took)
        );
        self.stages.push(Stage { name, took, count });
    }

    /// Prints the times, what failed, and the last line.
    fn close(self) -> ExitCode {
        println!("\nmachine: {}", run::load());
        println!(
            "{:<14} {:>14} {:>8} {:>8}",
            "stage", "time", "passed", "failed"
        );
        let mut sum = Count::default();
        for stage in &self.stages {
            println!(
                "{:<14} {:>14} {:>8} {:>8}",
                stage.name,
                run::time(stage.took),
                stage.count.passed,
                stage.count.failed
            );
        }
        println!("{:<14} {:>14}", "all", run::time(self.begin.elapsed()));
        for stage in self.stages {
            for name in &stage.count.names {
                println!("failed: {}: {name}", stage.name);
            }
            sum.add(stage.count);
        }
        println!("{} passed, {} failed", sum.passed, sum.failed);
        if sum.failed > 0 || sum.passed == 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }
}

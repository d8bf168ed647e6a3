//! `cargo xtask`: every task of this repository that is more than one command.
//!
//! It must build in seconds, so that a fresh machine shows progress at once: no dependency on any
//! crate of the workspace, and few others. It ends only processes that it started itself.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it prints is what it is for"
)]

mod args;
mod bench;
mod check;
mod count;
mod demo;
mod place;
mod run;
mod setup;
mod test;

use std::process::ExitCode;

use args::{Parsed, Task};

fn main() -> ExitCode {
    let task = match args::parse(std::env::args().skip(1)) {
        Ok(Parsed::Task(task)) => task,
        Ok(Parsed::Help(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("xtask: {wrong} (`cargo xtask --help` shows how)");
            return ExitCode::from(2);
        }
    };
    match perform(&task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            if error.is::<setup::Missing>() {
                ExitCode::from(2)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn perform(task: &Task) -> anyhow::Result<ExitCode> {
    match task {
        Task::Setup => {
            setup::all(setup::For::Tests)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Demo { server_args } => demo::run(server_args),
        Task::Test { quick, filter } => test::run(*quick, filter.as_deref()),
        Task::Bench(bench) => bench::run(bench),
        Task::Kill9 { rounds } => bench::kill9(*rounds),
        Task::Readings { count } => bench::readings(*count),
        Task::Sim(args) => bench::sim(args),
        Task::Openapi => check::drift::write().map(|()| ExitCode::SUCCESS),
        Task::Tidy => test::tidy(),
    }
}

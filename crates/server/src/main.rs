//! The binary `linje`: reads what it is told, wires the parts, and says in one line what went wrong.
//!
//! No rule lives here. A refusal for wrong use ends with status 2, a start that fails with 1.

mod automatic;
mod beside;
mod centre_command;
mod cli;
mod code;
mod command;
mod config;
mod desk_shell;
mod guide;
mod identity;
mod lines;
mod listener;
mod measures;
mod morning;
mod people;
mod plain_http;
mod population;
mod publish;
mod registers;
mod scenario;
mod sound;
mod start;
mod telephony;
mod trial;
mod trunk;
mod trusted;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_use(&error),
    };
    match command::run(cli) {
        Ok(code) => code,
        Err(error) => {
            let code = code::of(&error).map_or_else(String::new, |code| format!("{code}: "));
            say(&format!("linje: {code}{}", one_line(&error)));
            ExitCode::from(if error.is::<cli::WrongUse>() { 2 } else { 1 })
        }
    }
}

/// Help and version go out as they are; a mistake becomes one line.
fn wrong_use(error: &clap::Error) -> ExitCode {
    let help = [
        ErrorKind::DisplayHelp,
        ErrorKind::DisplayVersion,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ];
    if help.contains(&error.kind()) {
        let shown = error.print().is_ok();
        let asked = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        return ExitCode::from(if shown && asked { 0 } else { 2 });
    }
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let what = lines
        .next()
        .unwrap_or("wrong use")
        .trim_start_matches("error: ");
    let mut what = what.to_owned();
    if what.ends_with(':') {
        // The names of what is missing follow, one a line.
        for name in lines.by_ref().take_while(|line| line.starts_with('-')) {
            what.push(' ');
            what.push_str(name);
        }
    }
    let tip = lines.find(|line| line.starts_with("tip:"));
    let tip = tip.map_or_else(String::new, |tip| format!(" ({tip})"));
    say(&format!("linje: {what}{tip}; see `linje --help`"));
    ExitCode::from(2)
}

/// The whole chain of causes on one line, each cause once.
fn one_line(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.is_empty() && text.ends_with(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(cause.trim_end());
    }
    text
}

/// Standard error is where a program talks to the one who started it.
#[expect(
    clippy::print_stderr,
    reason = "the last word of a command-line program"
)]
fn say(line: &str) {
    eprintln!("{line}");
}

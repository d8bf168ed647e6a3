//! The `linje` binary as a command that ends by itself.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::server::{binary, checkout};
use crate::wait;

/// How long a command may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// What it wrote for programs.
    pub out: String,
    /// What it wrote for people.
    pub err: String,
}

impl Outcome {
    /// The one line for people of a command that refused with this code; panics when there are
    /// more or fewer lines, or when one of the words is not in it.
    #[track_caller]
    pub fn refused(&self, code: i32, words: &[&str]) {
        let lines: Vec<&str> = self.err.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(lines.len(), 1, "one clear line: {self:?}");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

/// Runs `linje` with `args` from the root of the checkout.
#[track_caller]
#[must_use]
pub fn linje(args: &[&str]) -> Outcome {
    linje_with(args, &[])
}

/// Runs `linje` with `args` and further environment.
#[track_caller]
#[must_use]
pub fn linje_with(args: &[&str], env: &[(&str, &str)]) -> Outcome {
    let mut child = Command::new(binary())
        .current_dir(checkout())
        .args(args)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("linje starts");
    let mut out = child.stdout.take().expect("its output");
    let mut err = child.stderr.take().expect("its messages");
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        drop(err.read_to_end(&mut text));
        text
    });
    let second = std::thread::spawn(move || {
        let mut text = Vec::new();
        drop(out.read_to_end(&mut text));
        text
    });
    let status = wait::until_some(LIMIT, || child.try_wait().expect("its state"));
    if status.is_none() {
        drop(child.kill());
        drop(child.wait());
    }
    let text = |reader: std::thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&reader.join().expect("a reader")).into_owned()
    };
    let (err, out) = (text(reader), text(second));
    let status = status.unwrap_or_else(|| panic!("linje {args:?} did not end:\n{out}{err}"));
    Outcome {
        code: status.code().unwrap_or(-1),
        out,
        err,
    }
}

/// What `linje log NAME --data DATA --json` prints.
#[track_caller]
#[must_use]
pub fn log(name: &str, data: &Path) -> Value {
    let outcome = linje(&["log", name, "--json", "--data", &data.to_string_lossy()]);
    assert_eq!(outcome.code, 0, "linje log {name}: {outcome:?}");
    serde_json::from_str(&outcome.out).expect("JSON from linje log")
}

/// Every event of the log, as `linje log export` writes them.
#[track_caller]
#[must_use]
pub fn log_export(data: &Path) -> Vec<Value> {
    let outcome = linje(&["log", "export", "--data", &data.to_string_lossy()]);
    assert_eq!(outcome.code, 0, "linje log export: {}", outcome.err);
    let lines = outcome.out.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

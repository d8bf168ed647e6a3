//! Starts programs, watches them, and leaves none behind.
//!
//! Every program started here carries a mark of this run in its environment, so that what is left
//! running can be told from everybody else's processes. Nothing is ever ended by name.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// The environment variable with the mark of this run.
pub(crate) const MARK: &str = "LINJE_TEST_RUN";

/// How long ending a program may take before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// The mark: this process and when it started, or what an outer run gave us.
pub(crate) fn mark() -> String {
    std::env::var(MARK).unwrap_or_else(|_| {
        let me = std::process::id();
        format!("{me}-{}", started(me).unwrap_or(0))
    })
}

/// A command that runs in `folder` and carries the mark.
pub(crate) fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env(MARK, mark());
    command
}

/// Cargo, the one that started us when there is one.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    command(&cargo, &crate::place::root())
}

/// Runs to the end with its output passed through; an error when it fails.
pub(crate) fn to_end(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Runs to the end and gives what it wrote.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` ended with {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` wrote no text"))
}

/// How long a program may run, and be quiet.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// From start to end.
    pub(crate) whole: Duration,
    /// Without a line. Then the innermost programs are ended, one of which hangs, and the rest goes on.
    pub(crate) quiet: Option<Duration>,
}

impl Limits {
    /// However quiet it is.
    pub(crate) fn whole(whole: Duration) -> Limits {
        Limits { whole, quiet: None }
    }
}

/// How a watched program ended.
pub(crate) enum Ended {
    /// By itself.
    By(ExitStatus),
    /// It was ended because its time was up.
    TimeUp,
}

/// Runs to the end, or until its time is over, and gives each line it writes to `line` as well as
/// to our own output.
pub(crate) fn watched(
    command: &mut Command,
    limits: Limits,
    mut line: impl FnMut(&str),
) -> Result<Ended> {
    let shown = show(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let output = child
        .stdout
        .take()
        .with_context(|| format!("`{shown}` has no output"))?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if sender
                .send(String::from_utf8_lossy(&line).into_owned())
                .is_err()
            {
                return;
            }
        }
    });
    let end = Instant::now() + limits.whole;
    let mut heard = Instant::now();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left.min(Duration::from_secs(1))) {
            Ok(text) => {
                heard = Instant::now();
                println!("{text}");
                line(&text);
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(Ended::By(child.wait()?)),
            Err(RecvTimeoutError::Timeout) => {
                // What a test started may hold the pipe open after the test itself has ended.
                if let Some(status) = child.try_wait()? {
                    while let Ok(text) = receiver.try_recv() {
                        println!("{text}");
                        line(&text);
                    }
                    return Ok(Ended::By(status));
                }
                if left.is_zero() {
                    end_tree(&mut child);
                    return Ok(Ended::TimeUp);
                }
                if limits.quiet.is_some_and(|quiet| heard.elapsed() > quiet) {
                    heard = Instant::now();
                    for name in end_innermost(child.id()) {
                        let text = format!("test {name} hung and was ended ... FAILED");
                        println!("{text}");
                        line(&text);
                    }
                }
            }
        }
    }
}

/// Ends a program that we started and everything it started.
fn end_tree(child: &mut Child) {
    for pid in descendants(child.id()).into_iter().chain([child.id()]) {
        signal("TERM", pid);
    }
    let until = Instant::now() + GRACE;
    while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(50));
    }
    for pid in descendants(child.id()) {
        signal("KILL", pid);
    }
    if matches!(child.try_wait(), Ok(None)) {
        drop(child.kill());
        drop(child.wait());
    }
}

/// Ends what `pid` started and what has itself started nothing; gives their names.
fn end_innermost(pid: u32) -> Vec<String> {
    let mut names = Vec::new();
    for inner in descendants(pid) {
        if descendants(inner).is_empty() {
            let name = std::fs::read_to_string(format!("/proc/{inner}/comm")).unwrap_or_default();
            names.push(format!("{} (pid {inner})", name.trim()));
            signal("KILL", inner);
        }
    }
    names
}

/// Ends what carries `mark` and is still there; gives a line about each.
pub(crate) fn sweep(mark: &str) -> Vec<String> {
    let wanted = format!("{MARK}={mark}");
    let me = std::process::id();
    let mut left = Vec::new();
    for pid in all_pids() {
        let Ok(environment) = std::fs::read(format!("/proc/{pid}/environ")) else {
            continue;
        };
        let is_ours = environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == wanted.as_bytes());
        if !is_ours || pid == me {
            continue;
        }
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        left.push(format!("{} (pid {pid})", name.trim()));
        signal("KILL", pid);
    }
    left
}

/// Sends a signal to one process.
fn signal(name: &str, pid: u32) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{name} {pid} 2>/dev/null")])
        .status();
    drop(sent);
}

/// Every process started by `pid`, and by those, deepest last.
fn descendants(pid: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for other in all_pids() {
        if let Some(parent) = stat_field(other, 1) {
            #[expect(clippy::cast_possible_truncation, reason = "a pid fits 32 bits")]
            children.entry(parent as u32).or_default().push(other);
        }
    }
    let mut found = Vec::new();
    let mut open = vec![pid];
    while let Some(next) = open.pop() {
        let below = children.remove(&next).unwrap_or_default();
        open.extend(&below);
        found.extend(below);
    }
    found
}

fn all_pids() -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

/// When a process started, in clock ticks since boot.
fn started(pid: u32) -> Option<u64> {
    stat_field(pid, 19)
}

/// Field number `field` after the name in `/proc/PID/stat`, from 0 = state.
fn stat_field(pid: u32, field: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(field)?.parse().ok()
}

/// Whether a program of this name is to be found.
pub(crate) fn is_there(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// The machine's load: one line to stand beside figures.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<&str> = load.split_whitespace().take(3).collect();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let stolen = std::fs::read_to_string("/proc/stat")
        .unwrap_or_default()
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(8).map(str::to_owned))
        .unwrap_or_default();
    format!(
        "{cores} cores, load {} (1, 5, 15 min), stolen ticks {stolen}",
        averages.join(" ")
    )
}

/// A duration as people say it.
pub(crate) fn time(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds < 60 {
        format!("{:.1} s", span.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn show(command: &Command) -> String {
    let mut shown = command.get_program().to_string_lossy().into_owned();
    if let Some((_, name)) = shown.rsplit_once('/') {
        shown = name.to_owned();
    }
    for arg in command.get_args() {
        shown.push(' ');
        shown.push_str(&arg.to_string_lossy());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = command("sh", Path::new("/"));
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_watched_program_gives_its_lines_and_its_end() {
        let mut lines = Vec::new();
        let ended = watched(
            &mut shell("echo one; echo two; exit 3"),
            Limits::whole(Duration::from_secs(60)),
            |line| lines.push(line.to_owned()),
        )
        .expect("runs");
        assert!(matches!(ended, Ended::By(status) if status.code() == Some(3)));
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_program_whose_time_is_up_ends_with_all_it_started() {
        let mut inner = None;
        let ended = watched(
            &mut shell("sleep 600 & echo $!; wait"),
            Limits::whole(Duration::from_secs(2)),
            |line| inner = line.parse::<u32>().ok(),
        )
        .expect("runs");
        assert!(matches!(ended, Ended::TimeUp));
        let inner = inner.expect("the pid of the inner program");
        let until = Instant::now() + Duration::from_secs(10);
        while is_running(inner) {
            assert!(Instant::now() < until, "the inner program is still there");
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_hangs_is_ended_and_named_and_the_rest_goes_on() {
        let mut lines = Vec::new();
        let limits = Limits {
            whole: Duration::from_secs(60),
            quiet: Some(Duration::from_secs(2)),
        };
        let ended = watched(&mut shell("sleep 600; echo on; exit 3"), limits, |line| {
            lines.push(line.to_owned());
        })
        .expect("runs");
        assert!(matches!(ended, Ended::By(status) if status.code() == Some(3)));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("test sleep (pid "), "{lines:?}");
        assert!(lines[0].ends_with("... FAILED"), "{lines:?}");
        assert_eq!(lines[1], "on");
    }

    /// Whether a process runs; one that has ended and waits for its parent does not.
    fn is_running(pid: u32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.chars().next());
        state.is_some_and(|state| state != 'Z')
    }

    #[test]
    fn what_is_left_running_is_found_by_its_mark_alone() {
        let mut ours = Command::new("sleep")
            .arg("600")
            .env(MARK, "a-mark-of-this-test")
            .spawn()
            .expect("starts");
        let mut other = Command::new("sleep")
            .arg("600")
            .env(MARK, "another-mark")
            .spawn()
            .expect("starts");
        // Until the new program's own environment is in place, there is nothing to find.
        let comm = format!("/proc/{}/comm", ours.id());
        while std::fs::read_to_string(&comm).unwrap_or_default().trim() != "sleep" {
            std::thread::yield_now();
        }
        let left = sweep("a-mark-of-this-test");
        assert_eq!(left, [format!("sleep (pid {})", ours.id())]);
        assert!(!ours.wait().expect("ends").success());
        assert!(matches!(other.try_wait(), Ok(None)), "the other one lives");
        other.kill().expect("ends");
        other.wait().expect("ends");
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let error = to_end(&mut shell("exit 4")).expect_err("fails");
        assert!(error.to_string().contains("sh -c exit 4"), "{error}");
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(time(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(time(Duration::from_secs(125)), "2 min 05 s");
    }
}

//! The real server as a child process that never outlives its test.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::Folder;
use crate::http::Client;
use crate::wait;

/// How long a start may take on a machine that does other things too.
const START: Duration = Duration::from_secs(60);
/// How long an orderly end may take.
const STOP: Duration = Duration::from_secs(20);

/// The `linje` binary: `LINJE_BIN`, or beside the test.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("LINJE_BIN") {
        return PathBuf::from(path);
    }
    let me = std::env::current_exe().expect("where the test lies");
    let built = me
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("linje"))
        .find(|path| path.is_file());
    built.expect("no `linje` beside the test: run `cargo build --profile ci --workspace` first")
}

/// The root of the checkout.
#[must_use]
pub fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// How to start it.
#[derive(Debug, Clone)]
pub struct Options {
    /// `demo` or `serve`.
    pub mode: &'static str,
    /// Whether synthetic people ring and answer.
    pub population: bool,
    /// How many free advisers with phones.
    pub phones: u32,
    /// The HTTP port; 0 = any that is free.
    pub http_port: u16,
    /// Where the data lies; below the test's folder when `None`.
    pub data: Option<PathBuf>,
    /// Further arguments.
    pub args: Vec<String>,
    /// Further environment.
    pub env: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            mode: "demo",
            population: false,
            phones: 10,
            http_port: 0,
            data: None,
            args: Vec::new(),
            env: Vec::new(),
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    options: Options,
    folder: Folder,
    ready: Value,
    starts: u32,
    /// For programs that may do everything; in the demo.
    token: Option<&'static str>,
    /// How long the last start took until the ready file was there.
    pub start_took: Duration,
}

impl Server {
    /// Starts it and waits until it says that it is ready.
    #[track_caller]
    #[must_use]
    pub fn start(name: &str, options: Options) -> Server {
        let folder = Folder::new(name);
        let data = options.data.clone().unwrap_or_else(|| folder.join("data"));
        link_all(&kept_prompts(), &data.join("prompts"));
        let begin = Instant::now();
        let child = spawn(&folder, &options, 0);
        let mut server = Server {
            child,
            options,
            folder,
            ready: Value::Null,
            starts: 0,
            token: None,
            start_took: Duration::ZERO,
        };
        server.wait_until_ready(begin);
        server
    }

    /// Starts it again on the same data, after it was killed or stopped.
    #[track_caller]
    pub fn start_again(&mut self) {
        self.starts += 1;
        let begin = Instant::now();
        self.child = spawn(&self.folder, &self.options, self.starts);
        self.wait_until_ready(begin);
    }

    /// Starts it again with other options on the same data.
    #[track_caller]
    pub fn start_again_with(&mut self, change: impl FnOnce(&mut Options)) {
        change(&mut self.options);
        self.start_again();
    }

    /// Ends it as a power cut would (SIGKILL).
    pub fn kill9(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        let pid = self.child.id();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {pid}")])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "SIGTERM was not sent"
        );
        wait::until("the server has ended after SIGTERM", STOP, || {
            self.child.try_wait().expect("its state")
        })
    }

    /// Talks to it over HTTP.
    #[must_use]
    pub fn http(&self) -> Client {
        let client = Client::new(self.address("http"));
        self.token.map_or(client, |token| client.bearer(token))
    }

    /// Talks to it as somebody else: `fields` go to the token endpoint, such as `scope` or `act_as`.
    #[track_caller]
    #[must_use]
    pub fn http_as(&self, fields: &[(&str, &str)]) -> Client {
        let client = Client::new(self.address("http"));
        let url = self.ready["token_url"].as_str().expect("the demo's issuer");
        client.bearer(client.fetch_token(url, fields))
    }

    /// Where it takes SIP.
    #[must_use]
    pub fn sip(&self) -> SocketAddr {
        self.address("sip")
    }

    /// What it wrote when it was ready.
    #[must_use]
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// One of the phone numbers of the ready file.
    #[must_use]
    pub fn number(&self, name: &str) -> String {
        let number = &self.ready["numbers"][name];
        number.as_str().expect("a phone number").to_owned()
    }

    /// Where its data lies.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        let own = || self.folder.join("data");
        self.options.data.clone().unwrap_or_else(own)
    }

    /// The folder of this test.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// CPU time used so far, user and system.
    #[must_use]
    pub fn cpu(&self) -> Duration {
        cpu_of(self.pid())
    }

    /// What it has written to its log so far, in this life and in earlier ones.
    #[must_use]
    pub fn log(&self) -> String {
        let mut text = String::new();
        for start in 0..=self.starts {
            let path = self.folder.join(&format!("server-{start}.log"));
            text.push_str(&std::fs::read_to_string(path).unwrap_or_default());
        }
        text
    }

    fn address(&self, name: &str) -> SocketAddr {
        let text = self.ready[name].as_str().expect("an address");
        let text = text.strip_prefix("http://").unwrap_or(text);
        text.parse().expect("an address with a port")
    }

    /// Where prompts are kept between tests, so that each is spoken once.
    fn prompts(&self) -> PathBuf {
        self.data().join("prompts")
    }

    #[track_caller]
    fn wait_until_ready(&mut self, begin: Instant) {
        let file = ready_file(&self.folder, self.starts);
        let child = &mut self.child;
        let folder = &self.folder;
        let starts = self.starts;
        self.ready = wait::until("the server has written its ready file", START, || {
            if let Some(status) = child.try_wait().expect("its state") {
                let log = folder.join(&format!("server-{starts}.log"));
                let log = std::fs::read_to_string(log).unwrap_or_default();
                panic!("the server ended with {status} before it was ready:\n{log}");
            }
            let text = std::fs::read_to_string(&file).ok()?;
            serde_json::from_str(&text).ok()
        });
        self.start_took = begin.elapsed();
        self.assert_ours();
        let client = Client::new(self.address("http"));
        let url = self.ready["token_url"].as_str();
        self.token = url.map(|url| client.fetch_token(url, &[]));
        link_all(&self.prompts(), &kept_prompts());
    }

    /// Whoever answers on the port must be the process that we started.
    #[track_caller]
    fn assert_ours(&self) {
        let port = self.address("http").port();
        let inode = listening_inode(port).expect("somebody listens on the port of the ready file");
        let wanted = format!("socket:[{inode}]");
        let fds = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("its open files");
        let is_ours = fds.flatten().any(|fd| {
            std::fs::read_link(fd.path()).is_ok_and(|target| target.to_string_lossy() == wanted)
        });
        assert!(
            is_ours,
            "port {port} is not held by the server of this test"
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let tail = lines.len().saturating_sub(40);
            crate::dice::say(&format!(
                "the server's last lines:\n{}",
                lines[tail..].join("\n")
            ));
        }
    }
}

/// CPU time that a process has used so far, user and system; nothing when it is gone.
#[must_use]
pub fn cpu_of(pid: u32) -> Duration {
    let ticks: u64 = [11, 12]
        .into_iter()
        .filter_map(|idx| stat_of(pid, idx))
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Field `idx` of `/proc/PID/stat` after the name, 0 = state.
fn stat_of(pid: u32, idx: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(idx)?.parse().ok()
}

fn ready_file(folder: &Folder, start: u32) -> PathBuf {
    folder.join(&format!("ready-{start}.json"))
}

fn spawn(folder: &Folder, options: &Options, start: u32) -> Child {
    let log = std::fs::File::create(folder.join(&format!("server-{start}.log"))).expect("a log");
    let again = log.try_clone().expect("the same log");
    let data = options.data.clone().unwrap_or_else(|| folder.join("data"));
    let mut command = Command::new(binary());
    command
        .current_dir(checkout())
        .arg(options.mode)
        .args(["--http", &format!("127.0.0.1:{}", options.http_port)])
        .args(["--sip", "127.0.0.1:0"])
        .arg("--data")
        .arg(data)
        .arg("--ready-file")
        .arg(ready_file(folder, start));
    if options.mode == "demo" {
        command.args(["--phones", &options.phones.to_string()]);
        if !options.population {
            command.arg("--no-population");
        }
    }
    command
        .args(&options.args)
        .envs(options.env.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(again)
        .spawn()
        .expect("the server starts")
}

/// Prompts that earlier servers have spoken; their names say what is in them.
fn kept_prompts() -> PathBuf {
    let built = binary();
    let beside = built
        .parent()
        .map_or_else(std::env::temp_dir, Path::to_owned);
    beside.join("acceptance-prompts")
}

/// Puts every file of one folder into another too, without copying where the disk allows it.
fn link_all(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else {
        return;
    };
    std::fs::create_dir_all(to).expect("a folder for prompts");
    for entry in entries.flatten() {
        let target = to.join(entry.file_name());
        if !target.exists() && std::fs::hard_link(entry.path(), &target).is_err() {
            drop(std::fs::copy(entry.path(), target));
        }
    }
}

/// The inode of the socket that listens on a TCP port of 127.0.0.1.
fn listening_inode(port: u16) -> Option<u64> {
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    let local = format!("0100007F:{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields.get(1) == Some(&local.as_str()) && fields.get(3) == Some(&"0A");
        is_it.then(|| fields.get(9)?.parse().ok()).flatten()
    })
}

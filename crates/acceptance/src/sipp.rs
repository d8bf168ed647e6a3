//! SIPp as a crowd: many phones that register and answer, many callers that ring and hang up.

use std::fmt::Write as _;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::server::Server;
use crate::wait;

/// Registrations a second.
const REGISTER_RATE: u32 = 100;
/// How long all phones may take to register.
const REGISTER_LIMIT: Duration = Duration::from_secs(60);

/// Phones that answer at once, as one SIPp process. Ended on drop.
#[derive(Debug)]
pub struct Phones {
    child: Child,
}

/// What callers did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// Calls that went through from INVITE to BYE.
    pub successful: u64,
    /// Calls that did not.
    pub failed: u64,
    /// Messages that were sent again because nothing came back in time.
    pub retransmissions: u64,
}

impl Phones {
    /// Registers every phone of the ready file and answers whatever rings.
    #[track_caller]
    #[must_use]
    pub fn register(server: &Server) -> Phones {
        let folder = server.folder().path();
        let sip = server.sip();
        let mut users = String::from("SEQUENTIAL\n");
        let phones = server.ready()["phones"].as_array().expect("phones");
        for phone in phones {
            let field = |name: &str| phone[name].as_str().expect("a text").to_owned();
            let (user, password) = (field("user"), field("password"));
            writeln!(
                users,
                "{user};[authentication username={user} password={password}]"
            )
            .expect("writes");
        }
        let users = write(folder, "phones.csv", &users);
        let answer = write(folder, "answer.xml", ANSWER);
        let port = free_port();
        let mut phones_up = sipp(folder, "answer", sip);
        phones_up.arg("-sf").arg(answer).args([
            "-p",
            &port.to_string(),
            "-aa",
            "-min_rtp_port",
            "20000",
        ]);
        let child = phones_up.spawn().expect("SIPp starts");
        let up = Phones { child };

        let register = write(
            folder,
            "register.xml",
            &REGISTER.replace("PORT", &port.to_string()),
        );
        let count = phones.len().to_string();
        let rate = REGISTER_RATE.to_string();
        let mut command = sipp(folder, "register", sip);
        command.arg("-sf").arg(register).arg("-inf").arg(users);
        command.args(["-m", &count, "-r", &rate, "-l", &count]);
        command.args(["-p", &free_port().to_string(), "-timeout", "60s"]);
        let status = finish(&mut command, REGISTER_LIMIT + Duration::from_secs(10));
        assert_eq!(
            status,
            Some(0),
            "the phones register: {}",
            said(folder, "register")
        );
        up
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Lets `count` callers ring `number` at `rate` a second, each for `talk`.
#[track_caller]
#[must_use]
pub fn ring(server: &Server, number: &str, rate: u32, count: u32, talk: Duration) -> Calls {
    let folder = server.folder().path();
    let scenario = RING.replace("TALK_MS", &talk.as_millis().to_string());
    let scenario = write(folder, "ring.xml", &scenario);
    let seconds = u64::from(count / rate.max(1)) + talk.as_secs() + 60;
    let mut command = sipp(folder, "ring", server.sip());
    command.arg("-sf").arg(scenario).args(["-s", number]);
    command.args(["-r", &rate.to_string(), "-m", &count.to_string()]);
    command.args(["-l", &count.to_string(), "-p", &free_port().to_string()]);
    command.args(["-timeout", &format!("{seconds}s"), "-trace_err"]);
    let limit = Duration::from_secs(seconds + 20);
    let status = finish(&mut command, limit);
    assert!(
        status.is_some(),
        "SIPp did not end: {}",
        said(folder, "ring")
    );
    let said = said(folder, "ring");
    let figure = |name: &str| {
        let line = said.lines().rev().find(|line| line.contains(name));
        line.and_then(|line| line.rsplit('|').next()?.trim().parse().ok())
            .unwrap_or_else(|| panic!("SIPp said nothing of `{name}`: {said}"))
    };
    Calls {
        successful: figure("Successful call"),
        failed: figure("Failed call"),
        retransmissions: said
            .lines()
            .rev()
            .find(|line| line.contains("retransmissions"))
            .and_then(|line| line.split_whitespace().find_map(|word| word.parse().ok()))
            .unwrap_or(0),
    }
}

/// How many of the server's contacts of one queue were answered by an adviser, by its own log.
#[must_use]
pub fn answered(events: &[Value]) -> usize {
    let kinds = ["offer_accepted", "contact_assigned"];
    let mut contacts: Vec<String> = events
        .iter()
        .filter(|event| kinds.iter().any(|kind| event["kind"] == *kind))
        .map(|event| event["contact"].to_string())
        .collect();
    contacts.sort();
    contacts.dedup();
    contacts.len()
}

fn sipp(folder: &Path, name: &str, server: SocketAddr) -> Command {
    assert!(server.ip().is_loopback(), "{server} is not loopback");
    let out = std::fs::File::create(folder.join(format!("{name}.out"))).expect("a file");
    let err = out.try_clone().expect("the same file");
    let mut command = Command::new("sipp");
    command
        .current_dir(folder)
        .arg(server.to_string())
        .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin"])
        .args(["-mp", &free_port().to_string()])
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err);
    command
}

/// Waits for the end; the exit code, or `None` when it had to be ended.
fn finish(command: &mut Command, limit: Duration) -> Option<i32> {
    let mut child = command.spawn().expect("SIPp starts");
    let status = wait::until_some(limit, || child.try_wait().expect("its state"));
    if status.is_none() {
        drop(child.kill());
        drop(child.wait());
    }
    status.and_then(|status| status.code())
}

fn said(folder: &Path, name: &str) -> String {
    let bytes = std::fs::read(folder.join(format!("{name}.out"))).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("writes");
    path
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}

const REGISTER: &str = include_str!("sipp/register.xml");
const ANSWER: &str = include_str!("sipp/answer.xml");
const RING: &str = include_str!("sipp/ring.xml");

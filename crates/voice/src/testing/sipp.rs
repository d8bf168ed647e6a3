//! SIPp as callers and as phones, with scenarios of our own.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Scratch;

/// What one run of SIPp does.
#[derive(Clone, Debug)]
pub struct SippRun {
    /// Whom it talks to.
    pub server: SocketAddr,
    /// The number or name that callers dial.
    pub dialled: String,
    /// Calls in all.
    pub calls: u32,
    /// New calls a second.
    pub rate: u32,
    /// `u1` (UDP), `t1` (one TCP connection), `tn` (one TCP connection per call).
    pub transport: &'static str,
    /// The whole run ends after this time.
    pub limit: Duration,
}

impl SippRun {
    /// One call over UDP.
    pub fn new(server: SocketAddr, dialled: &str) -> Self {
        Self {
            server,
            dialled: dialled.to_owned(),
            calls: 1,
            rate: 1,
            transport: "u1",
            limit: Duration::from_secs(60),
        }
    }
}

/// What phones do when they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneBehaviour {
    /// Ring, answer after `ring_ms`, hang up after `talk_ms`.
    AnswerAndHangUp {
        /// Time from ringing to answer, ms.
        ring_ms: u32,
        /// Time from answer to BYE, ms.
        talk_ms: u32,
    },
    /// Ring, answer after `ring_ms`, wait for the other side's BYE.
    AnswerAndWait {
        /// Time from ringing to answer, ms.
        ring_ms: u32,
    },
    /// Ring until cancelled.
    RingUntilCancelled,
    /// Refuse with a status.
    Refuse(u16),
    /// Answer, put the other side on hold, take it back, hang up.
    HoldAndResume,
    /// Ring; when cancelled, answer all the same, and wait for ACK and BYE.
    AnswerWhenCancelled,
    /// 183 with a description that leads nowhere, then 180 and 200 with the true one, then wait for BYE.
    EarlyMedia,
    /// Challenge once with 401 or 407, then take the call of this user only (the password counts after a 401),
    /// and wait for BYE.
    Challenge {
        /// 401 or 407.
        status: u16,
        /// The user.
        user: &'static str,
        /// Its password.
        password: &'static str,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SippTotals {
    /// Calls that followed the scenario to its end.
    pub successful: u64,
    /// Calls that did not.
    pub failed: u64,
    /// Messages that SIPp sent again.
    pub retransmissions: u64,
    /// SIPp's exit code.
    pub exit: i32,
}

/// A running SIPp; it is killed when dropped.
#[derive(Debug)]
pub struct Sipp {
    child: Child,
    scratch: Scratch,
    limit: Duration,
    port: u16,
}

/// A port that was free for UDP a moment ago.
pub fn free_port() -> io::Result<u16> {
    Ok(std::net::UdpSocket::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}

impl Sipp {
    /// Callers that wait for the other side to hang up.
    pub fn callers_until_bye(run: &SippRun) -> io::Result<Self> {
        Self::start(run, &caller(&[ACK, RECEIVE_BYE]), None, None)
    }

    /// Callers that hang up `talk_ms` after the answer.
    pub fn callers_that_hang_up(run: &SippRun, talk_ms: u32) -> io::Result<Self> {
        Self::start(run, &caller(&[ACK, &pause(talk_ms), BYE]), None, None)
    }

    /// Callers that give up `wait_ms` after they heard ringing.
    pub fn callers_that_cancel(run: &SippRun, wait_ms: u32) -> io::Result<Self> {
        Self::start(
            run,
            &scenario(&[
                INVITE,
                "<recv response=\"100\" optional=\"true\"/><recv response=\"180\"/>",
                &pause(wait_ms),
                CANCEL,
            ]),
            None,
            None,
        )
    }

    /// Callers that are to be refused with a status.
    pub fn callers_that_are_refused(run: &SippRun, status: u16) -> io::Result<Self> {
        let refused = format!(
            "<recv response=\"100\" optional=\"true\"/><recv response=\"180\" optional=\"true\"/><recv response=\"{status}\"/>{}",
            ack_of_refusal()
        );
        Self::start(run, &scenario(&[INVITE, &refused]), None, None)
    }

    /// Callers that press keys by RFC 4733, `before_ms` after the answer, and wait for BYE.
    pub fn callers_that_press(run: &SippRun, keys: &str, before_ms: u32) -> io::Result<Self> {
        let press = format!("<nop><action><exec play_dtmf=\"{keys}\"/></action></nop>");
        Self::start(
            run,
            &caller(&[ACK, &pause(before_ms), &press, RECEIVE_BYE]),
            None,
            None,
        )
    }

    /// Callers that press one key by SIP INFO, then wait for BYE.
    pub fn callers_that_send_info(run: &SippRun, key: char) -> io::Result<Self> {
        let info = INFO.replace("KEY", &key.to_string());
        Self::start(
            run,
            &caller(&[ACK, &pause(200), &info, RECEIVE_BYE]),
            None,
            None,
        )
    }

    /// Callers that put us on hold by re-INVITE, take us back, and hang up.
    pub fn callers_that_hold(run: &SippRun) -> io::Result<Self> {
        let reinvite = |number: u32, direction: &str| {
            REINVITE
                .replace("NUMBER", &number.to_string())
                .replace("DIRECTION", direction)
        };
        let steps = [
            ACK,
            &pause(300),
            &reinvite(2, "sendonly"),
            &pause(500),
            &reinvite(3, "sendrecv"),
            &pause(300),
            BYE_LATER,
        ];
        Self::start(run, &caller(&steps), None, None)
    }

    /// Callers that send no offer; it comes in the 200 and is answered in the ACK.
    pub fn callers_without_offer(run: &SippRun) -> io::Result<Self> {
        let bare = INVITE_WITHOUT_OFFER;
        Self::start(
            run,
            &scenario(&[bare, ANSWERED, ACK_WITH_ANSWER, RECEIVE_BYE]),
            None,
            None,
        )
    }

    /// Phones on `port` that answer `calls` calls. Register them first with [`register_phones`].
    pub fn phones(run: &SippRun, port: u16, behaviour: PhoneBehaviour) -> io::Result<Self> {
        Self::start(run, &phone(behaviour), Some(port), None)
    }

    fn start(
        run: &SippRun,
        scenario: &str,
        port: Option<u16>,
        users: Option<&str>,
    ) -> io::Result<Self> {
        let scratch = Scratch::new("sipp")?;
        let path = |name: &str| scratch.path().join(name);
        std::fs::write(path("scenario.xml"), scenario)?;
        let port = port.map_or_else(free_port, Ok)?;
        let mut command = Command::new("sipp");
        command
            .current_dir(scratch.path())
            .arg(run.server.to_string())
            .args(["-sf", "scenario.xml", "-s", &run.dialled]);
        command.args([
            "-i",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-mp",
            &free_port()?.to_string(),
        ]);
        command.args([
            "-m",
            &run.calls.to_string(),
            "-r",
            &run.rate.to_string(),
            "-l",
            &(run.calls.max(1)).to_string(),
        ]);
        command.args([
            "-t",
            run.transport,
            "-nostdin",
            "-timeout",
            &format!("{}s", run.limit.as_secs()),
            "-timeout_error",
        ]);
        command.args([
            "-trace_stat",
            "-stf",
            "totals.csv",
            "-fd",
            "1",
            "-trace_err",
            "-error_file",
            "errors.log",
        ]);
        command.args(["-max_socket", "8000", "-buff_size", "2000000"]);
        if let Some(users) = users {
            std::fs::write(path("users.csv"), users)?;
            command.args(["-inf", "users.csv"]);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(path("out.txt"))?)
            .stderr(File::create(path("err.txt"))?)
            .spawn()?;
        Ok(Self {
            child,
            scratch,
            limit: run.limit,
            port,
        })
    }

    /// Process id, to add up its processor time.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The port that it speaks SIP on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the end of the run.
    pub async fn finish(mut self) -> io::Result<SippTotals> {
        let until = tokio::time::Instant::now() + self.limit + Duration::from_secs(10);
        loop {
            if let Some(status) = self.child.try_wait()? {
                let exit = status.code().unwrap_or(-1);
                // 0: all successful, 1: some failed; anything else is no run at all.
                if !matches!(exit, 0 | 1) {
                    return Err(io::Error::other(format!(
                        "sipp ended with {exit}: {}",
                        self.errors()
                    )));
                }
                return Ok(SippTotals {
                    exit,
                    ..self.totals()?
                });
            }
            if tokio::time::Instant::now() > until {
                return Err(io::Error::other("sipp did not end in time"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The errors that SIPp wrote down, for the message of a failed test.
    pub fn errors(&self) -> String {
        let read = |name: &str| {
            std::fs::read_to_string(self.scratch.path().join(name)).unwrap_or_default()
        };
        let text = read("errors.log") + &read("err.txt");
        text.chars().take(3_000).collect()
    }

    fn totals(&self) -> io::Result<SippTotals> {
        let text = std::fs::read_to_string(self.scratch.path().join("totals.csv"))?;
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap_or("").split(';').collect();
        let last: Vec<&str> = lines.last().unwrap_or("").split(';').collect();
        let value = |name: &str| {
            let column = names.iter().position(|other| *other == name)?;
            last.get(column)?.parse().ok()
        };
        let totals = SippTotals {
            successful: value("SuccessfulCall(C)").unwrap_or(0),
            failed: value("FailedCall(C)").unwrap_or(0),
            retransmissions: value("Retransmissions(C)").unwrap_or(0),
            exit: 0,
        };
        if totals.failed > 0 {
            show(&self.errors());
        }
        Ok(totals)
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            show(&self.errors());
        }
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a failed test shows what its peer said"
)]
pub(super) fn show(text: &str) {
    eprintln!("peer: {text}");
}

/// Registers users by digest from `port`, where [`Sipp::phones`] listens afterwards. Gives how it ended.
pub async fn register_phones(
    server: SocketAddr,
    port: u16,
    users: &[(String, String)],
) -> io::Result<SippTotals> {
    let mut csv = String::from("SEQUENTIAL\n");
    for (user, password) in users {
        // Writing to a String cannot fail.
        let _written = writeln!(
            csv,
            "{user};[authentication username={user} password={password}]"
        );
    }
    let calls = u32::try_from(users.len()).unwrap_or(u32::MAX);
    let run = SippRun {
        calls,
        rate: 200,
        ..SippRun::new(server, "linje")
    };
    Sipp::start(
        &run,
        &scenario(&[
            &REGISTER.replace("AUTH", ""),
            "<recv response=\"401\" auth=\"true\"/>",
            &REGISTER.replace("AUTH", "[field1]\n"),
            "<recv response=\"200\"/>",
        ]),
        Some(port),
        Some(&csv),
    )?
    .finish()
    .await
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<!DOCTYPE scenario SYSTEM \"sipp.dtd\">\n<scenario name=\"linje\">\n";

fn scenario(steps: &[&str]) -> String {
    format!("{HEAD}{}\n</scenario>\n", steps.join("\n"))
}

fn caller(steps: &[&str]) -> String {
    let mut all = vec![INVITE, ANSWERED];
    all.extend(steps);
    scenario(&all)
}

fn pause(milliseconds: u32) -> String {
    format!("<pause milliseconds=\"{milliseconds}\"/>")
}

fn phone(behaviour: PhoneBehaviour) -> String {
    let ringing = format!("<recv request=\"INVITE\"/>{}", response("180 Ringing", ""));
    let ringing_known = format!("{INVITE_AND_NAMES}{}", response("180 Ringing", ""));
    let bye_comes = format!("<recv request=\"BYE\"/>{}", response("200 OK", ""));
    let answer = format!("{}<recv request=\"ACK\"/>", response("200 OK", SDP));
    match behaviour {
        PhoneBehaviour::AnswerAndHangUp { ring_ms, talk_ms } => scenario(&[
            &ringing_known,
            &pause(ring_ms),
            &answer,
            &pause(talk_ms),
            &phone_request("BYE", 1, ""),
            "<recv response=\"200\"/>",
        ]),
        PhoneBehaviour::AnswerAndWait { ring_ms } => {
            scenario(&[&ringing, &pause(ring_ms), &answer, &bye_comes])
        }
        PhoneBehaviour::RingUntilCancelled => {
            let cancelled = "<recv request=\"CANCEL\"/>".to_owned() + &response("200 OK", "");
            // The 487 answers the INVITE, whose header SIPp has to be asked for by hand.
            let terminated = "<send><![CDATA[\nSIP/2.0 487 Request Terminated\nVia: [$via]\nFrom: [$from]\nTo: [$to];tag=[call_number]\n[last_Call-ID:]\nCSeq: [$cseq] INVITE\nContent-Length: 0\n\n]]></send><recv request=\"ACK\"/>";
            let save = SAVE_INVITE;
            scenario(&[save, &response("180 Ringing", ""), &cancelled, terminated])
        }
        PhoneBehaviour::AnswerWhenCancelled => {
            let save = SAVE_INVITE;
            let ok = "<recv request=\"CANCEL\"/>".to_owned() + &response("200 OK", "");
            let answer = format!(
                "<send retrans=\"500\"><![CDATA[\nSIP/2.0 200 OK\nVia: [$via]\nFrom: [$from]\nTo: [$to];tag=[call_number]\n[last_Call-ID:]\nCSeq: [$cseq] INVITE\nContact: <sip:phone@[local_ip]:[local_port]>\n{SDP}]]></send><recv request=\"ACK\"/>"
            );
            scenario(&[save, &response("180 Ringing", ""), &ok, &answer, &bye_comes])
        }
        PhoneBehaviour::EarlyMedia => {
            // Port 9 discards.
            let nowhere = SDP.replace("m=audio [media_port]", "m=audio 9");
            scenario(&[
                "<recv request=\"INVITE\"/>",
                &response("100 Trying", ""),
                &response("183 Session Progress", &nowhere),
                &pause(200),
                &response("180 Ringing", ""),
                &pause(200),
                &answer,
                &bye_comes,
            ])
        }
        PhoneBehaviour::Challenge {
            status,
            user,
            password,
        } => {
            let name = if status == 407 { "Proxy" } else { "WWW" };
            let challenge = format!(
                "<send><![CDATA[\nSIP/2.0 {status} Who are you\n[last_Via:]\n[last_From:]\n[last_To:];tag=first\n[last_Call-ID:]\n[last_CSeq:]\n{name}-Authenticate: Digest realm=\"trunk\",nonce=\"0123abcd\",algorithm=MD5,qop=\"auth\"\nContent-Length: 0\n\n]]></send><recv request=\"ACK\"/>"
            );
            // SIPp computes the answer to a 401 only; the answer to a 407 is looked at.
            let check = if status == 407 {
                format!(
                    "<ereg regexp=\"Digest username=.{user}.*response=.[0-9a-f]+\" search_in=\"hdr\" header=\"Proxy-Authorization:\" check_it=\"true\" assign_to=\"known\"/>"
                )
            } else {
                format!(
                    "<verifyauth assign_to=\"known\" username=\"{user}\" password=\"{password}\"/>"
                )
            };
            let verify = format!(
                "<recv request=\"INVITE\"><action>{check}</action></recv><nop next=\"1\" test=\"known\"/>"
            );
            let refuse = format!(
                "{}<recv request=\"ACK\" next=\"2\"/>",
                response("403 Forbidden", "")
            );
            scenario(&[
                "<recv request=\"INVITE\"/>",
                &challenge,
                &verify,
                &refuse,
                "<label id=\"1\"/>",
                &response("180 Ringing", ""),
                &answer,
                &bye_comes,
                "<label id=\"2\"/>",
                // A scenario cannot end with a label.
                &pause(1),
            ])
        }
        PhoneBehaviour::Refuse(status) => scenario(&[
            "<recv request=\"INVITE\"/>",
            &response(&format!("{status} Refused"), ""),
            "<recv request=\"ACK\"/>",
        ]),
        PhoneBehaviour::HoldAndResume => {
            let reinvite = |number: u32, direction: &str| {
                let offer = format!(
                    "Content-Type: application/sdp\nContent-Length: [len]\n\n{}a={direction}\n",
                    SDP_BODY
                );
                format!(
                    "{}<recv response=\"100\" optional=\"true\"/><recv response=\"200\"/>{}",
                    phone_request("INVITE", number, &offer),
                    phone_request("ACK", number, "")
                )
            };
            scenario(&[
                &ringing_known,
                &answer,
                &pause(300),
                &reinvite(1, "sendonly"),
                &pause(500),
                &reinvite(2, "sendrecv"),
                &pause(300),
                &phone_request("BYE", 3, ""),
                "<recv response=\"200\"/>",
            ])
        }
    }
}

/// A request of a phone in the dialog that the server opened.
fn phone_request(method: &str, number: u32, rest: &str) -> String {
    let rest = if rest.is_empty() {
        "Content-Length: 0\n\n"
    } else {
        rest
    };
    let again = if method == "ACK" {
        ""
    } else {
        " retrans=\"500\""
    };
    format!(
        "<send{again}><![CDATA[\n{method} sip:linje@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\nMax-Forwards: 70\nFrom: [$own];tag=[call_number]\nTo: [$peer]\n[last_Call-ID:]\nCSeq: {number} {method}\nContact: <sip:phone@[local_ip]:[local_port]>\n{rest}]]></send>"
    )
}

fn response(status: &str, body: &str) -> String {
    let rest = if body.is_empty() {
        "Content-Length: 0\n\n"
    } else {
        body
    };
    let again = if status.starts_with("200") && !body.is_empty() {
        " retrans=\"500\""
    } else {
        ""
    };
    format!(
        "<send{again}><![CDATA[\nSIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:phone@[local_ip]:[local_port]>\n{rest}]]></send>"
    )
}

/// Takes the INVITE and keeps its names, for requests of our own in the dialog.
const INVITE_AND_NAMES: &str = "<recv request=\"INVITE\"><action><ereg regexp=\"[^ ].*\" search_in=\"hdr\" header=\"From:\" assign_to=\"peer\"/><ereg regexp=\"[^ ].*\" search_in=\"hdr\" header=\"To:\" assign_to=\"own\"/></action></recv>";

/// Takes the INVITE and keeps what its final answer needs, for when another request came since.
const SAVE_INVITE: &str = "<recv request=\"INVITE\"><action><ereg regexp=\"[^ ].*\" search_in=\"hdr\" header=\"Via:\" assign_to=\"via\"/><ereg regexp=\"[^ ].*\" search_in=\"hdr\" header=\"From:\" assign_to=\"from\"/><ereg regexp=\"[^ ].*\" search_in=\"hdr\" header=\"To:\" assign_to=\"to\"/><ereg regexp=\"[0-9]+\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"cseq\"/></action></recv>";

const SDP_BODY: &str = "v=0\no=phone 1 1 IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 8 0 96\na=rtpmap:96 telephone-event/8000\n";
const SDP: &str = "Content-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=phone 1 1 IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 8 96\na=rtpmap:96 telephone-event/8000\n";

const INVITE: &str = "<send retrans=\"500\"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 0 96
a=rtpmap:96 telephone-event/8000
]]></send>";

const INVITE_WITHOUT_OFFER: &str = "<send retrans=\"500\"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Content-Length: 0

]]></send>";

const ANSWERED: &str = "<recv response=\"100\" optional=\"true\"/><recv response=\"180\" optional=\"true\"/><recv response=\"183\" optional=\"true\"/><recv response=\"200\" rrs=\"true\"/>";

const ACK: &str = "<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>";

const ACK_WITH_ANSWER: &str = "<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
]]></send>";

const BYE: &str = "<send retrans=\"500\"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Content-Length: 0

]]></send><recv response=\"200\"/>";

const BYE_LATER: &str = "<send retrans=\"500\"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 9 BYE
Content-Length: 0

]]></send><recv response=\"200\"/>";

const RECEIVE_BYE: &str = "<recv request=\"BYE\"/><send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>";

const CANCEL: &str = "<send retrans=\"500\"><![CDATA[
CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-4]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 CANCEL
Content-Length: 0

]]></send><recv response=\"200\"/><recv response=\"487\"/><send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-7]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>";

fn ack_of_refusal() -> String {
    ACK.replace("[next_url]", "sip:[service]@[remote_ip]:[remote_port]")
        .replace("[routes]\n", "")
        .replace("branch=[branch]", "branch=[branch-4]")
}

const INFO: &str = "<send retrans=\"500\"><![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 INFO
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=KEY
Duration=160
]]></send><recv response=\"200\"/>";

const REINVITE: &str = "<send retrans=\"500\"><![CDATA[
INVITE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: NUMBER INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 NUMBER IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 0 96
a=rtpmap:96 telephone-event/8000
a=DIRECTION
]]></send><recv response=\"100\" optional=\"true\"/><recv response=\"200\"/><send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
Max-Forwards: 70
From: <sip:900[call_number]@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: NUMBER ACK
Content-Length: 0

]]></send>";

const REGISTER: &str = "<send retrans=\"500\"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[field0]@[remote_ip]>;tag=[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: [cseq] REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Expires: 600
AUTHContent-Length: 0

]]></send>";

//! baresip without a sound card: it plays a file and records both directions.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::Scratch;
use super::sipp::{free_port, show};
use crate::audio::{read_wav, to_8_khz, write_wav};

/// Who a baresip is.
#[derive(Clone, Debug)]
pub struct BaresipAccount {
    /// The user.
    pub user: String,
    /// The password; None means that it does not register.
    pub password: Option<String>,
    /// Whether it answers by itself.
    pub answers: bool,
}

/// A running baresip; it is killed when dropped.
#[derive(Debug)]
pub struct Baresip {
    child: Child,
    scratch: Scratch,
    control: TcpStream,
    heard: String,
    port: u16,
}

impl Baresip {
    /// Starts one that says `speech` (8 kHz) in its calls.
    pub async fn start(
        server: SocketAddr,
        account: &BaresipAccount,
        speech: &[i16],
    ) -> io::Result<Self> {
        let scratch = Scratch::new("baresip")?;
        let dir = scratch.path().display().to_string();
        let control_port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        std::fs::write(scratch.path().join("speech.wav"), write_wav(speech))?;
        let port = free_port()?;
        std::fs::write(
            scratch.path().join("config"),
            config(&dir, port, control_port),
        )?;
        let registers = account.password.as_ref().map_or_else(
            || ";regint=0".to_owned(),
            |password| format!(";auth_pass={password};regint=60"),
        );
        let answers = if account.answers {
            ";answermode=auto"
        } else {
            ""
        };
        let line = format!(
            "<sip:{}@{server}>{registers}{answers};audio_codecs=PCMA/8000/1,PCMU/8000/1\n",
            account.user
        );
        std::fs::write(scratch.path().join("accounts"), line)?;
        std::fs::write(scratch.path().join("contacts"), "")?;
        let out = File::create(scratch.path().join("out.txt"))?;
        let child = Command::new("baresip")
            .args(["-f", &dir])
            .current_dir(scratch.path())
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()?;
        let mut started = Started { child: Some(child) };
        let control = connected(control_port).await?;
        let child = started
            .child
            .take()
            .ok_or_else(|| io::Error::other("baresip is gone"))?;
        Ok(Self {
            child,
            scratch,
            control,
            heard: String::new(),
            port,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Calls.
    pub async fn dial(&mut self, uri: &str) -> io::Result<()> {
        self.command("dial", uri).await
    }

    /// Hangs up.
    pub async fn hang_up(&mut self) -> io::Result<()> {
        self.command("hangup", "").await
    }

    /// Answers a call that rings.
    pub async fn accept(&mut self) -> io::Result<()> {
        self.command("accept", "").await
    }

    /// Puts the call on hold by re-INVITE.
    pub async fn hold(&mut self) -> io::Result<()> {
        self.command("hold", "").await
    }

    /// Takes the call back.
    pub async fn resume(&mut self) -> io::Result<()> {
        self.command("resume", "").await
    }

    /// Presses a key by RFC 4733.
    pub async fn press(&mut self, key: char) -> io::Result<()> {
        self.command("sndcode", &key.to_string()).await
    }

    async fn command(&mut self, name: &str, parameters: &str) -> io::Result<()> {
        let json =
            format!("{{\"command\":\"{name}\",\"params\":\"{parameters}\",\"token\":\"t\"}}");
        self.control
            .write_all(format!("{}:{json},", json.len()).as_bytes())
            .await
    }

    /// Waits for an event, e.g. `REGISTER_OK`, `CALL_ESTABLISHED`, `CALL_CLOSED`. What came before counts once.
    pub async fn wait_for(&mut self, kind: &str, within: Duration) -> io::Result<()> {
        let wanted = format!("\"{kind}\"");
        let until = Instant::now() + within;
        let mut chunk = vec![0; 4_096];
        loop {
            if let Some(at) = self.heard.find(&wanted) {
                self.heard.drain(..at + wanted.len());
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            let count = match timeout(left, self.control.read(&mut chunk)).await {
                Ok(read) => read?,
                Err(_) => {
                    return Err(io::Error::other(format!(
                        "baresip did not tell {kind}: {}",
                        self.log()
                    )));
                }
            };
            if count == 0 {
                return Err(io::Error::other(format!("baresip ended: {}", self.log())));
            }
            self.heard
                .push_str(&String::from_utf8_lossy(chunk.get(..count).unwrap_or(&[])));
        }
    }

    /// What baresip wrote, for the message of a failed test.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.scratch.path().join("out.txt")).unwrap_or_default();
        text.chars()
            .rev()
            .take(2_000)
            .collect::<Vec<char>>()
            .into_iter()
            .rev()
            .collect()
    }

    /// What it heard in its last call, at 8 kHz. Waits until the recording is closed; call it after the call ended.
    pub async fn heard(&self) -> io::Result<Vec<i16>> {
        self.closed("-dec.wav").await
    }

    /// What it said in its last call, at 8 kHz. Like [`Baresip::heard`].
    pub async fn said(&self) -> io::Result<Vec<i16>> {
        self.closed("-enc.wav").await
    }

    /// The length in the header of a recording is written when it is closed.
    async fn closed(&self, ending: &str) -> io::Result<Vec<i16>> {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            match self.recording(ending) {
                Ok(samples) if !samples.is_empty() => return Ok(samples),
                other if Instant::now() > until => return other,
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn recording(&self, ending: &str) -> io::Result<Vec<i16>> {
        let mut found: Vec<PathBuf> = std::fs::read_dir(self.scratch.path())?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        found.retain(|path| path.display().to_string().ends_with(ending));
        found.sort();
        let path = found
            .pop()
            .ok_or_else(|| io::Error::other(format!("no recording {ending}: {}", self.log())))?;
        let (samples, rate) = read_wav(&std::fs::read(path)?).map_err(io::Error::other)?;
        Ok(to_8_khz(&samples, rate))
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        if std::thread::panicking() {
            show(&self.log());
        }
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Kills a baresip whose start failed half-way.
struct Started {
    child: Option<Child>,
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _killed = child.kill();
            let _reaped = child.wait();
        }
    }
}

async fn connected(port: u16) -> io::Result<TcpStream> {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        match TcpStream::connect(("127.0.0.1", port)).await {
            Ok(stream) => return Ok(stream),
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

fn config(dir: &str, sip_port: u16, control_port: u16) -> String {
    format!(
        "poll_method epoll
call_local_timeout 120
call_max_calls 4
sip_listen 127.0.0.1:{sip_port}
net_interface 127.0.0.1
audio_path {dir}
audio_player aufile,{dir}/player.wav
audio_source aufile,{dir}/speech.wav
audio_alert aufile,{dir}/alert.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_txmode poll
audio_level no
audio_buffer 20-160
rtp_timeout 0
rtp_stats no
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
snd_path {dir}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
"
    )
}

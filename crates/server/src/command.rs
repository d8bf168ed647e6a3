//! The commands, one function each.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use linje_centre::Centre;
use linje_http::Mode;
use linje_store::Reader;
use linje_types::Language;
use serde_json::json;

use crate::centre_command;
use crate::cli::{self, Cli, Command, Lang, WrongUse};
use crate::config::{Config, read_centre};
use crate::lines;
use crate::measures;
use crate::start::{self, Options};

/// Runs one command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(flags) => serve(&flags, None),
        Command::Demo(flags) => serve(&flags.serve, Some(&flags)),
        Command::Centre(command) => centre_command::run(command),
        Command::Log(log) => look(&log),
        Command::Prompt(cli::Prompt::Export {
            id,
            lang,
            output,
            centre,
            data,
        }) => export(&id, lang, &output, centre.as_deref(), data.as_deref()),
        Command::Measures(flags) => measures::run(&flags),
        Command::Doctor(flags) => doctor(&flags),
        Command::Openapi => print(&linje_http::openapi()),
    }
}

fn serve(flags: &cli::Serve, demo: Option<&cli::Demo>) -> Result<ExitCode> {
    let config = Config::read(flags, demo.is_some())?;
    logs();
    let options = Options {
        config,
        mode: if demo.is_some() {
            Mode::Demo
        } else {
            Mode::Serve
        },
        population: demo.is_some_and(|demo| !demo.no_population),
        speed: demo.map_or(1.0, |demo| demo.speed),
        phones: demo.map_or(0, |demo| demo.phones),
        scenario_time: flags.scenario_time.clone(),
        ready_file: flags.ready_file.clone(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(start::run(options))?;
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    Ok(ExitCode::SUCCESS)
}

/// Logs go to standard error, without personal data; `LINJE_LOG` chooses what, e.g. `debug`.
fn logs() {
    let asked = tracing_subscriber::EnvFilter::try_from_env("LINJE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // The SIP stack writes whole messages, with numbers, into its own log: never ours.
    let filter = match "rsipstack=off".parse() {
        Ok(quiet) => asked.add_directive(quiet),
        Err(_) => asked,
    };
    let format = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second subscriber is only ever set by a test, and then the first stays.
    drop(format.try_init());
}

fn look(log: &cli::Log) -> Result<ExitCode> {
    let (cli::Log::Verify(flags) | cli::Log::Export(flags) | cli::Log::Replay(flags)) = log;
    let path = flags.data.join("linje.db");
    if !path.is_file() {
        bail!(
            "there is no log in `{}`; name its folder by --data",
            flags.data.display()
        );
    }
    let reader = Reader::open(&path)?;
    match log {
        cli::Log::Verify(_) => {
            let verdict = reader.verify()?;
            print(&serde_json::to_string(&verdict)?)?;
            Ok(ExitCode::from(u8::from(!verdict.ok)))
        }
        cli::Log::Export(_) => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            reader.export(&mut out)?;
            out.flush().context("cannot write the export")?;
            Ok(ExitCode::SUCCESS)
        }
        cli::Log::Replay(_) => {
            // A walk holds its reader, so the descriptions are read by another.
            let kept = Reader::open(&path)?;
            let state = reader.replay(&mut |version| start::tables_of(&kept, version))?;
            let events = reader.head()?.seq;
            let hash = state.map(|state| format!("{:016x}", state.hash()));
            print(&json!({"events": events, "hash": hash}).to_string())
        }
    }
}

fn export(
    id: &str,
    lang: Lang,
    output: &Path,
    centre: Option<&Path>,
    data: Option<&Path>,
) -> Result<ExitCode> {
    let (text, name, folder) = read_centre(centre)?;
    let mut centre = Centre::parse(&text)
        .map_err(|faults| anyhow!("{}", linje_centre::render(&faults, &name).trim_end()))?;
    let language = match lang {
        Lang::Nb => Language::Nb,
        Lang::Nn => Language::Nn,
        Lang::Se => Language::Se,
        Lang::En => Language::En,
    };
    if id != lines::MUSIC {
        let known: Vec<String> = centre
            .prompts
            .iter()
            .map(|prompt| prompt.id.clone())
            .collect();
        centre.prompts.retain(|prompt| prompt.id == id);
        match centre.prompts.first() {
            None => bail!(WrongUse(format!(
                "there is no prompt `{id}`; there are: {}",
                known.join(", ")
            ))),
            Some(prompt) if !prompt.speaks(language) => bail!(WrongUse(format!(
                "prompt `{id}` has neither text nor recording in {language}"
            ))),
            Some(_) => {}
        }
    } else {
        centre.prompts.clear();
    }
    let temporary = std::env::temp_dir().join(format!("linje-prompts-{}", std::process::id()));
    let cache = data.map_or_else(|| temporary.clone(), |data| data.join("prompts"));
    let made = lines::prompts(&centre, &folder, &cache);
    std::fs::remove_dir_all(&temporary).ok();
    let (_, bank) = made?;
    let wav = lines::wav(&bank, id, language).context("the prompt was not made")?;
    std::fs::write(output, wav).with_context(|| format!("cannot write `{}`", output.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    ok: bool,
    detail: String,
}

fn doctor(flags: &cli::Doctor) -> Result<ExitCode> {
    let findings = [
        speech(),
        folder(&flags.data),
        http_port(flags.http),
        sip_port(flags.sip),
        pages(),
    ];
    let ok = findings.iter().all(|finding| finding.ok);
    if flags.json {
        let list: Vec<_> = findings
            .iter()
            .map(
                |finding| json!({"what": finding.what, "ok": finding.ok, "detail": finding.detail}),
            )
            .collect();
        print(&json!({"ok": ok, "findings": list}).to_string())?;
    } else {
        for finding in &findings {
            let mark = if finding.ok { "ok  " } else { "BAD " };
            print(&format!("{mark} {}: {}", finding.what, finding.detail))?;
        }
    }
    Ok(ExitCode::from(u8::from(!ok)))
}

fn finding(what: &'static str, result: Result<String, String>) -> Finding {
    let ok = result.is_ok();
    let (Ok(detail) | Err(detail)) = result;
    Finding { what, ok, detail }
}

fn speech() -> Finding {
    let asked = std::process::Command::new("espeak-ng")
        .arg("--version")
        .output();
    finding(
        "espeak-ng",
        match asked {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stdout);
                Ok(said.lines().next().unwrap_or_default().trim().to_owned())
            }
            Err(_) => Err("not installed; install the Debian package espeak-ng".to_owned()),
        },
    )
}

fn folder(data: &Path) -> Finding {
    let probe = data.join("doctor.probe");
    let made = std::fs::create_dir_all(data).and_then(|()| std::fs::write(&probe, b"probe"));
    let result = match made {
        Ok(()) => std::fs::remove_file(&probe),
        Err(error) => Err(error),
    };
    finding(
        "data folder",
        match result {
            Ok(()) => Ok(format!("`{}` can be written", data.display())),
            Err(error) => Err(format!("`{}` cannot be written: {error}", data.display())),
        },
    )
}

fn http_port(address: SocketAddr) -> Finding {
    finding(
        "HTTP port",
        free(address, TcpListener::bind(address).map(drop)),
    )
}

fn sip_port(address: SocketAddr) -> Finding {
    let both = TcpListener::bind(address)
        .and_then(|_tcp| UdpSocket::bind(address))
        .map(drop);
    finding("SIP port", free(address, both))
}

fn free(address: SocketAddr, bound: std::io::Result<()>) -> Result<String, String> {
    match bound {
        Ok(()) => Ok(format!("{address} is free")),
        Err(error) => Err(format!("{address} cannot be used: {error}")),
    }
}

fn pages() -> Finding {
    finding(
        "web pages",
        if linje_http::is_built() {
            Ok("built in".to_owned())
        } else {
            Err("not built in; run `cargo xtask setup` and build again".to_owned())
        },
    )
}

/// Writes a line to standard output, or nothing at all when there is nothing to say.
pub(crate) fn print(text: &str) -> Result<ExitCode> {
    if !text.is_empty() {
        writeln!(std::io::stdout(), "{text}").context("cannot write to standard output")?;
    }
    Ok(ExitCode::SUCCESS)
}

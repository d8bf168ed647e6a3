//! Settings: built-in values, then `linje.toml`, then the environment, then flags.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Deserialize;

use crate::cli::{Serve, WrongUse};
use crate::registers::{self, Connected, RegistersFile};
use crate::trunk::{self, TrunkSettings};
use crate::trusted::{IssuerFile, Said, SessionsFile, Trusted};

/// The centre that is built in.
pub(crate) const NATIONAL_2015: &str = include_str!("../../../centres/national-2015.toml");
/// What it is called in messages.
const BUILT_IN: &str = "national-2015.toml (built in)";

/// `linje.toml`. Unknown keys are errors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data_dir: Option<PathBuf>,
    centre: Option<PathBuf>,
    #[serde(default)]
    http: Listen,
    #[serde(default)]
    sip: Sip,
    #[serde(default)]
    voice: VoiceSettings,
    #[serde(default)]
    store: Store,
    #[serde(default)]
    sessions: SessionsFile,
    #[serde(default, rename = "issuer")]
    issuers: Vec<IssuerFile>,
    #[serde(default)]
    registers: RegistersFile,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listen {
    listen: Option<SocketAddr>,
    /// As browsers write the address of the service.
    public_url: Option<String>,
    /// Certificate chain and key, PEM.
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    /// The one who does TLS for us; nobody else is answered.
    trusted_proxy: Option<IpAddr>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sip {
    listen: Option<SocketAddr>,
    /// Numbers that many share, in E.164 form: their callers get no place back.
    #[serde(default)]
    shared_numbers: Vec<String>,
    /// The trunk for calls to the public network.
    outgoing: Option<TrunkSettings>,
    /// Calls from outside at one time; more are told to try again.
    max_calls: Option<usize>,
}

/// Sound in browsers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct VoiceSettings {
    /// Address and UDP port that browsers send their sound to; port 0 for any free one.
    browsers: Option<SocketAddr>,
    /// The address that browsers are told, when it is another than that of `browsers`.
    announced: Option<IpAddr>,
    /// Whether conversations may be recorded, when both say yes.
    recording: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Store {
    url: Option<String>,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// default: 127.0.0.1:8080
    pub(crate) http: SocketAddr,
    /// default: 127.0.0.1:5060
    pub(crate) sip: SocketAddr,
    /// default: ./data
    pub(crate) data: PathBuf,
    /// default: `sqlite:` and `linje.db` in the data folder
    pub(crate) store_url: String,
    /// default: none
    pub(crate) shared_numbers: Vec<String>,
    /// default: none; nobody is called
    pub(crate) outgoing: Option<linje_voice::Outgoing>,
    /// How much advisers may ring out by it.
    pub(crate) calls_out: Option<trunk::CallLimits>,
    /// default: nobody beside the demo's own issuers
    pub(crate) trusted: Trusted,
    /// Where the sound of browsers comes in. default: 127.0.0.1 and any free port
    pub(crate) browsers: SocketAddr,
    /// default: the address of `browsers`
    pub(crate) browsers_announced: Option<IpAddr>,
    /// default: none is connected
    pub(crate) registers: Connected,
    /// Whether conversations may be recorded, when both say yes. default: no; in the demo yes
    pub(crate) recording: Option<bool>,
    /// default: 5000
    pub(crate) max_calls: usize,
    /// The text of the centre description, the name for messages, and the folder that its recordings lie in.
    pub(crate) centre_text: String,
    pub(crate) centre_name: String,
    pub(crate) centre_folder: PathBuf,
}

/// Where HTTP listens when nobody says otherwise.
const HTTP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8_080);
/// Where SIP listens when nobody says otherwise.
const SIP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5_060);
/// Where the sound of browsers comes in when nobody says otherwise.
const BROWSERS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl Config {
    /// Reads everything; nothing is opened yet.
    pub(crate) fn read(flags: &Serve, demo: bool) -> Result<Config> {
        let file = read_file(flags.config.as_deref())?;
        let data = flags
            .data
            .clone()
            .or_else(|| env_path("LINJE_DATA_DIR"))
            .or(file.data_dir)
            .unwrap_or_else(|| PathBuf::from("data"));
        let http = flags
            .http
            .or(env_address("LINJE_HTTP__LISTEN")?)
            .or(file.http.listen);
        let sip = flags
            .sip
            .or(env_address("LINJE_SIP__LISTEN")?)
            .or(file.sip.listen);
        let url = env("LINJE_STORE__URL").or(file.store.url);
        let centre = flags
            .centre
            .clone()
            .or_else(|| env_path("LINJE_CENTRE"))
            .or(file.centre);
        let (centre_text, centre_name, centre_folder) = read_centre(centre.as_deref())?;
        let sip = sip.unwrap_or(SIP);
        let trunk = file.sip.outgoing;
        let calls_out = trunk.as_ref().map(TrunkSettings::limits);
        let outgoing = trunk.map(|trunk| trunk.outgoing(sip, env(trunk::PASSWORD)));
        let trusted = Trusted::read(
            Said {
                issuers: file.issuers,
                limits: file
                    .sessions
                    .limits(env("LINJE_SESSIONS__IDLE_S").as_deref())?,
                public_url: file.http.public_url,
                tls_cert: flags.tls_cert.clone().or(file.http.tls_cert),
                tls_key: flags.tls_key.clone().or(file.http.tls_key),
                proxy: file.http.trusted_proxy,
            },
            env,
        )?;
        let config = Config {
            http: http.unwrap_or(HTTP),
            sip,
            store_url: url.unwrap_or_else(|| format!("sqlite:{}", data.join("linje.db").display())),
            data,
            shared_numbers: file.sip.shared_numbers,
            outgoing: outgoing.transpose()?,
            calls_out,
            trusted,
            browsers: env_address("LINJE_VOICE__BROWSERS")?
                .or(file.voice.browsers)
                .unwrap_or(BROWSERS),
            browsers_announced: file.voice.announced,
            registers: Connected::read(file.registers, env(registers::SECRET))?,
            recording: file.voice.recording,
            max_calls: file
                .sip
                .max_calls
                .unwrap_or_else(|| linje_voice::Config::default().max_calls),
            centre_text,
            centre_name,
            centre_folder,
        };
        config.trusted.allows("--http", config.http, demo)?;
        config.trusted.allows("--sip", config.sip, demo)?;
        config
            .trusted
            .allows("[voice] browsers", config.browsers, demo)?;
        Ok(config)
    }
}

fn read_file(path: Option<&Path>) -> Result<File> {
    let usual = Path::new("linje.toml");
    let path = match path {
        Some(path) => path,
        None if usual.is_file() => usual,
        None => return Ok(File::default()),
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the settings `{}`", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        let (line, column) = place(&text, error.span().map_or(0, |span| span.start));
        let what = error.message().replace('\n', " ");
        anyhow!("{}:{line}:{column}: {what}", path.display())
    })
}

/// Line and column of a byte, both from 1.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |rest| rest.chars().count())
        + 1;
    (line, column)
}

/// The text of a description, what to call it, and where it lies.
pub(crate) fn read_centre(path: Option<&Path>) -> Result<(String, String, PathBuf)> {
    let Some(path) = path else {
        return Ok((
            NATIONAL_2015.to_owned(),
            BUILT_IN.to_owned(),
            PathBuf::new(),
        ));
    };
    let bytes = std::fs::read(path)
        .with_context(|| format!("cannot read the centre description `{}`", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        anyhow!("{}: not UTF-8 text from byte {byte} on", path.display())
    })?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    Ok((text, path.display().to_string(), folder))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn env_path(name: &str) -> Option<PathBuf> {
    env(name).map(PathBuf::from)
}

fn env_address(name: &str) -> Result<Option<SocketAddr>> {
    let Some(text) = env(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(address) => Ok(Some(address)),
        Err(_) => bail!(WrongUse(format!(
            "{name}={text} is not an address and port, e.g. {name}=127.0.0.1:8080"
        ))),
    }
}

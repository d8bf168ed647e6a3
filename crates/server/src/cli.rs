//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Wrong use that only shows when values are put together; ends with status 2.
#[derive(Debug)]
pub(crate) struct WrongUse(pub(crate) String);

impl std::fmt::Display for WrongUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// The contact centre of a public service: routing that explains itself, calls, live figures.
#[derive(Debug, Parser)]
#[command(
    name = "linje",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Example:\n  linje demo            the national centre of 2015 with synthetic people\n  linje centre check centres/national-2015.toml"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the service.
    #[command(
        after_help = "Example:\n  linje serve --centre centres/national-2015.toml --data ./data\n  LINJE_HTTP__LISTEN=127.0.0.1:9000 linje serve --config linje.toml"
    )]
    Serve(Serve),
    /// Runs the national centre with a synthetic population, on a clock that starts on a Monday at 10.00.
    #[command(
        after_help = "Example:\n  linje demo --phones 10\n  linje demo --no-population --http 127.0.0.1:0 --sip 127.0.0.1:0 --ready-file ready.json"
    )]
    Demo(Demo),
    /// Looks at a centre description.
    #[command(
        subcommand,
        after_help = "Example:\n  linje centre check centres/national-2015.toml"
    )]
    Centre(Centre),
    /// Looks at a log.
    #[command(subcommand, after_help = "Example:\n  linje log verify --data ./data")]
    Log(Log),
    /// Looks at prompts.
    #[command(
        subcommand,
        after_help = "Example:\n  linje prompt export main-menu --lang nb --output menu.wav"
    )]
    Prompt(Prompt),
    /// Figures of a list of calls in a CSV file, by every common definition of service level.
    ///
    /// The columns are id, queue, arrived (ISO time), wait_s, outcome (answered, abandoned or callback)
    /// and talk_s, in any order. A wait of exactly T is within T. `wait_all_s`, `wait_p50_s` and `wait_p90_s` are over
    /// all rows; percentiles are interpolated linearly between the two nearest (NumPy's default).
    #[command(
        after_help = "Example:\n  linje measures --calls calls.csv --threshold 45\n  linje measures --calls calls.csv --threshold 45 --json"
    )]
    Measures(Measures),
    /// Says what this machine has and lacks.
    #[command(after_help = "Example:\n  linje doctor --data ./data")]
    Doctor(Doctor),
    /// Prints the OpenAPI document.
    #[command(after_help = "Example:\n  linje openapi > openapi.json")]
    Openapi,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Settings file; without it `linje.toml` is read if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Centre description.
    #[arg(long, value_name = "FILE")]
    pub(crate) centre: Option<PathBuf>,
    /// Where HTTP listens; port 0 = any free one.
    #[arg(long, value_name = "ADDR")]
    pub(crate) http: Option<SocketAddr>,
    /// Where SIP listens, UDP and TCP; port 0 = any free one.
    #[arg(long, value_name = "ADDR")]
    pub(crate) sip: Option<SocketAddr>,
    /// Certificate chain (PEM) for HTTPS; needs --tls-key.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Key (PEM) of the certificate.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Folder of log, keys and prompts.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Writes addresses and numbers there when ready.
    #[arg(long, value_name = "PATH")]
    pub(crate) ready_file: Option<PathBuf>,
    /// The clock starts at this moment instead of now, e.g. 2026-11-23T10:00:00+01:00.
    #[arg(long, value_name = "ISO")]
    pub(crate) scenario_time: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) serve: Serve,
    /// Nobody synthetic comes or answers.
    #[arg(long)]
    pub(crate) no_population: bool,
    /// Scenario seconds per second; SIP answers 503 unless it is 1.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub(crate) speed: f64,
    /// Free advisers from K990001 up, each with a phone that may register; at most 5000.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=5000))]
    pub(crate) phones: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Centre {
    /// Finds faults, with line and column.
    #[command(after_help = "Example:\n  linje centre check centres/national-2015.toml")]
    Check {
        /// The description.
        file: PathBuf,
        /// Faults as JSON.
        #[arg(long)]
        json: bool,
        /// Exceptions before this date are told, e.g. 2026-11-23.
        #[arg(long, value_name = "DATE")]
        today: Option<String>,
        /// Language of the sentences.
        #[arg(long, value_enum, default_value = "en")]
        lang: Lang,
    },
    /// Says in words what has changed between two descriptions, and what it means.
    #[command(
        after_help = "Example:\n  linje centre diff centres/national-2015.toml new.toml\n  linje centre diff old.toml new.toml --lang en --json"
    )]
    Diff {
        /// The description as it was.
        old: PathBuf,
        /// The description as it is to be.
        new: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// Language of the sentences.
        #[arg(long, value_enum, default_value = "nb")]
        lang: Lang,
    },
    /// Publishes a description in a running centre, after telling what it changes.
    #[command(
        after_help = "Example:\n  linje centre apply new.toml --server http://127.0.0.1:8080 --why \"Longer hours in December\" --dry-run"
    )]
    Apply(Apply),
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The description.
    pub(crate) file: PathBuf,
    /// The running centre.
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// Why, for those who look back.
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// Token of a program that may publish; a demo gives one for the asking.
    #[arg(long, value_name = "TEXT", env = "LINJE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Who publishes, e.g. K100900.
    #[arg(long, value_name = "IDENT")]
    pub(crate) who: Option<String>,
    /// Tells the difference and the faults, and publishes nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of the sentences.
    #[arg(long, value_enum, default_value = "nb")]
    pub(crate) lang: Lang,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Checks the whole log; status 1 when it is damaged.
    #[command(after_help = "Example:\n  linje log verify --data ./data")]
    Verify(Data),
    /// Writes the log as JSON Lines.
    #[command(after_help = "Example:\n  linje log export --data ./data > log.jsonl")]
    Export(Data),
    /// Replays the log and prints the hash of the state.
    #[command(after_help = "Example:\n  linje log replay --data ./data")]
    Replay(Data),
}

#[derive(Debug, Args)]
pub(crate) struct Data {
    /// Folder of the log.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) data: PathBuf,
    /// Figures as JSON (they always are).
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Prompt {
    /// Writes a prompt as WAV, exactly the 8 kHz audio that is sent.
    #[command(after_help = "Example:\n  linje prompt export main-menu --lang nb --output menu.wav")]
    Export {
        /// Id of the prompt, e.g. `main-menu`; `music` is the music on hold.
        id: String,
        /// Language.
        #[arg(long, value_enum, default_value = "nb")]
        lang: Lang,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        /// Centre description.
        #[arg(long, value_name = "FILE")]
        centre: Option<PathBuf>,
        /// Folder with prompts made before.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    Nb,
    Nn,
    Se,
    En,
}

#[derive(Debug, Args)]
pub(crate) struct Measures {
    /// The list of calls.
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) calls: PathBuf,
    /// The acceptable wait T in seconds.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub(crate) threshold: f64,
    /// As JSON; without, a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Folder of the data.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) data: PathBuf,
    /// Where HTTP would listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) http: SocketAddr,
    /// Where SIP would listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5060")]
    pub(crate) sip: SocketAddr,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

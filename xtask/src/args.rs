//! Reads the command line. Wrong use is a value with one clear line; nothing here prints.

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Install what is missing, build the pages.
    Setup,
    /// Set up, build, serve the demo.
    Demo {
        /// Passed on to `linje demo`.
        server_args: Vec<String>,
    },
    /// Set up and run every test.
    Test {
        /// Leave out what starts servers and browsers.
        quick: bool,
        /// Only Rust tests whose name contains this.
        filter: Option<String>,
    },
    /// Measure.
    Bench(Bench),
    /// Kill the server again and again while contacts arrive.
    Kill9 {
        /// How often.
        rounds: u32,
    },
    /// Kill the server again and again while people are read.
    Readings {
        /// How many readings.
        count: u32,
    },
    /// The simulation; the rest is passed on.
    Sim(Vec<String>),
    /// Write `ui/openapi.json` and the types made from it.
    Openapi,
    /// Format and lint.
    Tidy,
}

/// What to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bench {
    /// The routing core alone; the rest is passed on.
    Routing(Vec<String>),
    /// A bench of the whole server.
    Server {
        /// Which: the program is called `NAME-bench`.
        name: &'static str,
        /// Passed on.
        args: Vec<String>,
    },
    /// What an adviser waits for in the browser while many are at work; the rest is passed on.
    Desk(Vec<String>),
    /// The start with much history.
    History {
        /// Events in the log.
        events: u64,
    },
}

/// What the command line asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// A task.
    Task(Task),
    /// A text to show.
    Help(&'static str),
}

const HELP: &str = "\
Tasks of Linje. Each sets up what it needs first and asks nothing.

Usage: cargo xtask TASK [ARGUMENTS]

  setup                    install missing Debian packages, build the pages
  demo [-- ARGUMENTS]      build and serve the demo on 127.0.0.1:8080 (SIP 5060)
  test [--quick] [FILTER]  run every test; the last line is `N passed, N failed`
  bench WHAT               print a table, with the machine's load beside it
  kill9 [--rounds N]       kill the server N times while contacts arrive (200)
  readings [--count N]     read people while the server is killed; rows = readings (10000)
  sim [--steps N] [--seed S] [--bugs]   simulate with faults; or catch the planted bugs
  openapi                  write ui/openapi.json and ui/src/api/schema.d.ts
  tidy                     format and lint

Examples:
  cargo xtask demo
  cargo xtask demo -- --no-population --phones 20
  cargo xtask test --quick
  cargo xtask test redial
  cargo xtask bench voice -- --rate 100 --seconds 30
  cargo xtask bench history --events 1000000
  cargo xtask kill9 --rounds 200
  cargo xtask sim --steps 200000000 --seed 1 --json
  cargo xtask sim --bugs --json

`cargo xtask TASK --help` says more about one task.";

const HELP_SETUP: &str = "\
Says which Debian packages are missing and what each is for, installs them with apt-get,
and builds the pages in ui/ when their sources changed. Asks nothing. When it may not
install, it prints the command to give an administrator and ends with 2.

Example: cargo xtask setup";

const HELP_DEMO: &str = "\
Sets up, builds (profile `ci`), and serves the national-2015 centre with its synthetic
population on http://127.0.0.1:8080 and SIP 127.0.0.1:5060. What follows `--` goes to
`linje demo`.

Examples:
  cargo xtask demo
  cargo xtask demo -- --http 127.0.0.1:9090 --sip 127.0.0.1:0
  cargo xtask demo -- --no-population --phones 400 --data demo-data";

const HELP_TEST: &str = "\
Sets up and runs format, lints, the build, all Rust tests, the tests of the pages, the
check that the API and its types agree, the checks of the repository itself and the
end-to-end tests. Prints the time of each stage; the last line is `N passed, N failed`,
and the exit code is 1 when something failed.

  --quick   leave out what starts servers and browsers
  FILTER    only Rust tests whose name contains it

Examples:
  cargo xtask test
  cargo xtask test --quick
  cargo xtask test kill";

const HELP_BENCH: &str = "\
Measures and prints a table with the machine's load before and after.

  routing [-- ARGUMENTS]          decisions and commands per second of the core alone
  voice [-- --rate R --seconds S --phones P]
                                  SIPp calls to the number `load`, counted at the server
  offers [-- --rate R --seconds S --advisers A]
                                  from the decision until an offer is on disk and out
  overload [-- --seconds S]       three times what one processor takes
  desk [-- --advisers N --articles N]
                                  a desk, a person and a search while many are at work
  history [--events N]            the start with N events in the log (1000000)

Examples:
  cargo xtask bench routing
  cargo xtask bench voice
  cargo xtask bench voice -- --rate 200 --seconds 60 --phones 600
  cargo xtask bench offers -- --rate 50 --seconds 60
  cargo xtask bench history --events 1000000";

const HELP_KILL9: &str = "\
Starts the server, lets calls, chats and tasks arrive, kills it at a random moment, starts
it again and compares with the ledger of what was acknowledged: none lost, none doubled,
none stuck.

Example: cargo xtask kill9 --rounds 200";

const HELP_READINGS: &str = "\
Reads people at random while the server is killed again and again, and compares the access log with
what was answered: no reading without its row, no row twice, the chain whole.

Example: cargo xtask readings --count 10000";

const HELP_SIM: &str = "\
Simulates desk, store, phones and people in one thread, from a seed, with faults: lost, doubled and late
messages, slow and failed commits, a full disk, crashes, clocks that jump, closed browsers. Stops at the
first broken invariant with the line that repeats it.

  --steps N   steps to take (4000000)
  --seed S    where chance begins (1)
  --json      the last line is {\"steps\":..,\"violations\":0,\"seed\":..,\"hash\":\"..\"}
  --bugs      plant each of the 15 bugs of the bank and run until it is caught
  --only B    with --bugs: only this one

Examples:
  cargo xtask sim --steps 4000000 --seed 1 --json
  cargo xtask sim --bugs --json";

const HELP_OPENAPI: &str = "\
Writes ui/openapi.json from the server and ui/src/api/schema.d.ts from that.

Example: cargo xtask openapi";

const HELP_TIDY: &str = "\
Formats all Rust code and lints it as the tests do.

Example: cargo xtask tidy";

/// Reads the arguments after the program's name.
pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Parsed, String> {
    let args: Vec<String> = args.collect();
    let Some((task, rest)) = args.split_first() else {
        return Ok(Parsed::Help(HELP));
    };
    let help = match task.as_str() {
        "-h" | "--help" | "help" => return Ok(Parsed::Help(HELP)),
        "setup" => HELP_SETUP,
        "demo" => HELP_DEMO,
        "test" => HELP_TEST,
        "bench" => HELP_BENCH,
        "kill9" => HELP_KILL9,
        "readings" => HELP_READINGS,
        "sim" => HELP_SIM,
        "openapi" => HELP_OPENAPI,
        "tidy" => HELP_TIDY,
        unknown => return Err(format!("there is no task `{unknown}`")),
    };
    if wants_help(rest) {
        return Ok(Parsed::Help(help));
    }
    let task = match task.as_str() {
        "setup" => alone(Task::Setup, "setup", rest)?,
        "demo" => Task::Demo {
            server_args: passed_on(rest),
        },
        "test" => test(rest)?,
        "bench" => Task::Bench(bench(rest)?),
        "kill9" => Task::Kill9 {
            rounds: number(rest, "--rounds", 200)?,
        },
        "readings" => Task::Readings {
            count: number(rest, "--count", 10_000)?,
        },
        "sim" => Task::Sim(passed_on(rest)),
        "openapi" => alone(Task::Openapi, "openapi", rest)?,
        _ => alone(Task::Tidy, "tidy", rest)?,
    };
    Ok(Parsed::Task(task))
}

/// Whether help is asked of the task itself and not, after `--`, of what it starts.
fn wants_help(rest: &[String]) -> bool {
    rest.iter()
        .take_while(|arg| *arg != "--")
        .any(|arg| arg == "-h" || arg == "--help")
}

fn alone(task: Task, name: &str, rest: &[String]) -> Result<Task, String> {
    match rest.first() {
        None => Ok(task),
        Some(extra) => Err(format!("`{name}` takes no argument, not `{extra}`")),
    }
}

fn passed_on(rest: &[String]) -> Vec<String> {
    let start = usize::from(rest.first().is_some_and(|arg| arg == "--"));
    rest.iter().skip(start).cloned().collect()
}

fn test(rest: &[String]) -> Result<Task, String> {
    let mut quick = false;
    let mut filter = None;
    for arg in rest {
        match arg.as_str() {
            "--quick" => quick = true,
            option if option.starts_with('-') => {
                return Err(format!("`test` has no option `{option}`"));
            }
            name if filter.is_none() => filter = Some(name.to_owned()),
            extra => return Err(format!("`test` takes one filter, not also `{extra}`")),
        }
    }
    Ok(Task::Test { quick, filter })
}

/// Benches that start the whole server.
const SERVER_BENCHES: [&str; 3] = ["voice", "offers", "overload"];

fn benches() -> String {
    format!("routing, history, desk, {}", SERVER_BENCHES.join(", "))
}

fn bench(rest: &[String]) -> Result<Bench, String> {
    let Some((what, rest)) = rest.split_first() else {
        return Err(format!("`bench` needs one of {}", benches()));
    };
    match what.as_str() {
        "routing" => Ok(Bench::Routing(passed_on(rest))),
        "desk" => Ok(Bench::Desk(passed_on(rest))),
        "history" => Ok(Bench::History {
            events: number(rest, "--events", 1_000_000)?,
        }),
        other => match SERVER_BENCHES.iter().find(|name| **name == other) {
            Some(name) => Ok(Bench::Server {
                name,
                args: passed_on(rest),
            }),
            None => Err(format!("`bench` needs one of {}, not `{other}`", benches())),
        },
    }
}

/// The whole number after the only option allowed, or `default` when nothing is said.
fn number<N: std::str::FromStr>(rest: &[String], option: &str, default: N) -> Result<N, String> {
    match rest {
        [] => Ok(default),
        [name, value] if name == option => value
            .parse()
            .map_err(|_| format!("{option} needs a whole number, not `{value}`")),
        [name] if name == option => Err(format!("{option} needs a whole number after it")),
        [other, ..] => Err(format!("only {option} is allowed here, not `{other}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Parsed, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn nothing_said_shows_the_tasks() {
        assert_eq!(parsed(""), Ok(Parsed::Help(HELP)));
        assert_eq!(parsed("--help"), Ok(Parsed::Help(HELP)));
        assert_eq!(parsed("kill9 --help"), Ok(Parsed::Help(HELP_KILL9)));
    }

    #[test]
    fn every_help_has_an_example() {
        for text in [
            HELP,
            HELP_SETUP,
            HELP_DEMO,
            HELP_TEST,
            HELP_BENCH,
            HELP_KILL9,
            HELP_SIM,
            HELP_OPENAPI,
            HELP_TIDY,
        ] {
            assert!(text.contains("Example"), "{text}");
        }
    }

    #[test]
    fn demo_passes_its_arguments_on_with_or_without_the_dashes() {
        let task = Parsed::Task(Task::Demo {
            server_args: vec!["--phones".to_owned(), "20".to_owned()],
        });
        assert_eq!(parsed("demo -- --phones 20"), Ok(task.clone()));
        assert_eq!(parsed("demo --phones 20"), Ok(task));
        assert_eq!(
            parsed("demo -- --help"),
            Ok(Parsed::Task(Task::Demo {
                server_args: vec!["--help".to_owned()]
            }))
        );
    }

    #[test]
    fn sim_passes_its_arguments_on() {
        let task = Parsed::Task(Task::Sim(vec!["--bugs".to_owned(), "--json".to_owned()]));
        assert_eq!(parsed("sim --bugs --json"), Ok(task));
        assert_eq!(parsed("sim --help"), Ok(Parsed::Help(HELP_SIM)));
    }

    #[test]
    fn test_takes_a_filter_and_a_switch() {
        assert_eq!(
            parsed("test --quick redial"),
            Ok(Parsed::Task(Task::Test {
                quick: true,
                filter: Some("redial".to_owned())
            }))
        );
    }

    #[test]
    fn wrong_use_is_one_clear_line() {
        for (line, says) in [
            ("tset", "there is no task `tset`"),
            ("test --fast", "`test` has no option `--fast`"),
            ("test a b", "takes one filter"),
            ("bench", "needs one of"),
            ("bench speed", "not `speed`"),
            ("kill9 --rounds many", "needs a whole number, not `many`"),
            ("kill9 --rounds", "needs a whole number after it"),
            ("kill9 7", "only --rounds is allowed here"),
            ("setup now", "takes no argument"),
        ] {
            let wrong = parsed(line).expect_err(line);
            assert!(wrong.contains(says), "{line}: {wrong}");
            assert!(!wrong.contains('\n'), "{line}: {wrong}");
        }
    }
}

//! `sim`: the simulation from the command line, and the bug bank.
//!
//! `cargo xtask sim --steps 4000000 --seed 1 --json`

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

use linje_testkit::sim::{self, Broken, Ran};

const HELP: &str = "\
Simulates desk, store, phones and people with faults, from a seed, and stops at the first broken invariant.

  --steps N   steps to take (4000000)
  --seed S    where chance begins (1)
  --json      the last line is one JSON object
  --bugs      plant each of the 15 bugs of the bank and run until it is caught (at most 1000000 steps each)
  --only B    with --bugs: only this one
  --world W   only the world of this seed, looking at everything after each step: to find what --steps saw

Examples:
  cargo xtask sim --steps 4000000 --seed 1 --json
  cargo xtask sim --bugs --json";

struct Wish {
    steps: u64,
    seed: u64,
    json: bool,
    bugs: bool,
    only: Option<u8>,
    world: Option<u64>,
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let wish = match wish(std::env::args().skip(1)) {
        Ok(Some(wish)) => wish,
        Ok(None) => {
            writeln!(out, "{HELP}")?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(text) => {
            writeln!(out, "sim: {text} (`--help` shows how)")?;
            return Ok(ExitCode::from(2));
        }
    };
    // A panic of the engine is a result here, told below.
    std::panic::set_hook(Box::new(|_| {}));
    if wish.bugs {
        return bugs(&mut out, &wish);
    }
    let begin = Instant::now();
    if let Some(world) = wish.world {
        return one_world(&mut out, world);
    }
    let mut told = 0;
    let result = caught(wish.seed, wish.steps, &mut |steps| {
        if steps / 1_000_000 > told {
            told = steps / 1_000_000;
            let rate = rate(steps, begin);
            // Progress is for people; a closed pipe is no reason to stop.
            let _told = writeln!(io::stderr(), "{steps} steps, {rate} a second");
        }
    });
    match result {
        Ok(ran) => {
            tell(&mut out, &ran, begin)?;
            if wish.json {
                writeln!(
                    out,
                    "{{\"steps\":{},\"violations\":0,\"seed\":{},\"hash\":\"{:016x}\"}}",
                    ran.steps, wish.seed, ran.hash
                )?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            tell_broken(&mut out, &broken)?;
            writeln!(
                out,
                "repeat: cargo xtask sim --seed {} --steps {}, or cargo xtask sim --world {}",
                wish.seed, broken.step, broken.world
            )?;
            if wish.json {
                writeln!(
                    out,
                    "{{\"steps\":{},\"violations\":1,\"seed\":{},\"hash\":\"\"}}",
                    broken.step, wish.seed
                )?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn one_world(out: &mut impl Write, world: u64) -> io::Result<ExitCode> {
    match sim::run_world(world, 1) {
        Ok(steps) => {
            writeln!(out, "{steps} steps in world {world}, 0 violations")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            tell_broken(out, &broken)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn tell_broken(out: &mut impl Write, broken: &Broken) -> io::Result<()> {
    for line in &broken.last {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "{broken}")
}

fn rate(steps: u64, begin: Instant) -> u64 {
    let ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    steps.saturating_mul(1_000) / ms.max(1)
}

fn tell(out: &mut impl Write, ran: &Ran, begin: Instant) -> io::Result<()> {
    for (name, count) in &ran.counts {
        writeln!(out, "{count:>12} {name}")?;
    }
    writeln!(
        out,
        "{} steps in {} worlds, {} a second, 0 violations",
        ran.steps,
        ran.worlds,
        rate(ran.steps, begin)
    )
}

/// A panic is a broken invariant too.
fn caught(seed: u64, steps: u64, progress: &mut dyn FnMut(u64)) -> Result<Ran, Box<Broken>> {
    let mut reached = 0;
    let whole = catch_unwind(AssertUnwindSafe(|| {
        sim::run(seed, steps, &mut |steps| {
            reached = steps;
            progress(steps);
        })
    }));
    whole.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Box::new(Broken {
            step: reached + 1,
            text: format!("G22: panic: {}", text.unwrap_or_default()),
            last: Vec::new(),
            world: 0,
        }))
    })
}

#[cfg(not(feature = "mutants"))]
fn bugs(out: &mut impl Write, wish: &Wish) -> io::Result<ExitCode> {
    let only = wish
        .only
        .map_or_else(String::new, |bug| format!(" for B{bug}"));
    writeln!(
        out,
        "sim: --bugs{only} needs the feature `mutants`: use `cargo xtask sim --bugs`"
    )?;
    Ok(ExitCode::from(2))
}

/// What each bug of the bank is, in a few words.
#[cfg(feature = "mutants")]
const BANK: [&str; 15] = [
    "answered hours after the call ended",
    "reserved for ever when another was quicker",
    "one unavailable adviser halts all",
    "the phone rings on after the caller left",
    "thrown out while a phone rings",
    "a stale row is looked at for ever",
    "a slow store stops everything",
    "in a call for ever after it was lost",
    "the same call answered by two",
    "a failed bridge costs the place",
    "a new call before the wrap-up is over",
    "a burst all goes to one adviser",
    "who misses a call is logged out silently",
    "a late word of an old leg ends the call",
    "a closed browser counts as there",
];

/// Plants each bug and runs until it is caught.
#[cfg(feature = "mutants")]
fn bugs(out: &mut impl Write, wish: &Wish) -> io::Result<ExitCode> {
    const MOST: u64 = 1_000_000;
    let mut found = 0;
    let mut steps = Vec::new();
    let all = (1_u8..).zip(BANK);
    let wanted: Vec<(u8, &str)> = all
        .filter(|(bug, _)| wish.only.is_none_or(|only| only == *bug))
        .collect();
    for &(bug, what) in &wanted {
        linje_routing::mutants::set(Some(bug));
        let result = caught(wish.seed, MOST, &mut |_| {});
        linje_routing::mutants::set(None);
        match result {
            Ok(_) => writeln!(out, "B{bug:<3} {what:<44} NOT caught in {MOST} steps")?,
            Err(broken) => {
                found += 1;
                steps.push(broken.step);
                let text: String = broken.text.chars().take(90).collect();
                writeln!(out, "B{bug:<3} {what:<44} step {:>8}  {text}", broken.step)?;
            }
        }
        out.flush()?;
    }
    let of = wanted.len();
    writeln!(out, "{found} of {of} caught")?;
    if wish.json {
        let most = steps.iter().max().copied().unwrap_or(0);
        writeln!(
            out,
            "{{\"caught\":{found},\"of\":{of},\"seed\":{},\"most_steps\":{most}}}",
            wish.seed
        )?;
    }
    Ok(if found == of {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn wish(words: impl Iterator<Item = String>) -> Result<Option<Wish>, String> {
    let mut wish = Wish {
        steps: 4_000_000,
        seed: 1,
        json: false,
        bugs: false,
        only: None,
        world: None,
    };
    let mut words = words;
    while let Some(name) = words.next() {
        match name.as_str() {
            "-h" | "--help" => return Ok(None),
            "--json" => wish.json = true,
            "--bugs" => wish.bugs = true,
            "--steps" | "--seed" | "--only" | "--world" => {
                let value = words.next();
                let value = value.ok_or_else(|| format!("{name} needs a whole number after it"))?;
                let number = value
                    .parse::<u64>()
                    .map_err(|_| format!("{name} needs a whole number, not `{value}`"))?;
                match name.as_str() {
                    "--steps" => wish.steps = number,
                    "--seed" => wish.seed = number,
                    "--world" => wish.world = Some(number),
                    _ => wish.only = Some(u8::try_from(number).unwrap_or(0)),
                }
            }
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok(Some(wish))
}

//! `model`: random worlds, the engine against the reference, for as long as wanted.
//!
//! `cargo run --profile ci -p linje-testkit --bin model -- --worlds 1000 --steps 1500 --seed 1`
//! Prints a line that repeats a failure. `--only 3,17,29` takes these steps and tells their story.

use std::io::{self, Write};
use std::process::ExitCode;

use linje_testkit::trial::{self, Tally};

struct Wish {
    worlds: u64,
    steps: u64,
    seed: u64,
    only: Vec<u64>,
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let wish = match wish(std::env::args().skip(1)) {
        Ok(wish) => wish,
        Err(text) => {
            writeln!(out, "{text}")?;
            return Ok(ExitCode::from(2));
        }
    };
    // A panic of the engine is a result here, told below.
    std::panic::set_hook(Box::new(|_| {}));
    if !wish.only.is_empty() {
        return tell(&mut out, wish.seed, &wish.only);
    }
    let steps: Vec<u64> = (0..wish.steps).collect();
    let mut tally = Tally::default();
    for seed in wish.seed..wish.seed.saturating_add(wish.worlds) {
        match trial::run(seed, &steps) {
            Ok(more) => tally.add(&more),
            Err(failure) => {
                writeln!(out, "world {seed}: {failure}")?;
                let until = steps.iter().copied().filter(|step| *step <= failure.step);
                let fewest = trial::shrink(seed, &until.collect::<Vec<_>>());
                let only: Vec<String> = fewest.iter().map(u64::to_string).collect();
                writeln!(out, "repeat: --seed {seed} --only {}", only.join(","))?;
                return tell(&mut out, seed, &fewest);
            }
        }
    }
    writeln!(
        out,
        "{} worlds x {} steps from seed {}",
        wish.worlds, wish.steps, wish.seed
    )?;
    writeln!(
        out,
        "{} commands, {} refused, 0 differences",
        tally.commands, tally.refused
    )?;
    for (kind, count) in &tally.events {
        writeln!(out, "{count:>12} {kind}")?;
    }
    for (reason, count) in &tally.refusals {
        writeln!(out, "{count:>12} refused: {reason}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(out: &mut impl Write, seed: u64, steps: &[u64]) -> io::Result<ExitCode> {
    for line in trial::story(seed, steps) {
        writeln!(out, "{line}")?;
    }
    match trial::run(seed, steps) {
        Ok(_) => writeln!(out, "0 differences"),
        Err(failure) => writeln!(out, "{failure}"),
    }?;
    Ok(ExitCode::FAILURE)
}

fn wish(mut words: impl Iterator<Item = String>) -> Result<Wish, String> {
    let mut wish = Wish {
        worlds: 1000,
        steps: 1500,
        seed: 1,
        only: Vec::new(),
    };
    while let Some(name) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("`{name}` needs a value"))?;
        let number = |text: &str| {
            let parsed = text.parse::<u64>();
            parsed.map_err(|_| format!("`{name} {text}` is not a number"))
        };
        match name.as_str() {
            "--worlds" => wish.worlds = number(&value)?,
            "--steps" => wish.steps = number(&value)?,
            "--seed" => wish.seed = number(&value)?,
            "--only" => wish.only = value.split(',').map(number).collect::<Result<_, _>>()?,
            _ => return Err(format!("unknown option `{name}`")),
        }
    }
    Ok(wish)
}

//! The command line of the benches: pairs of an option and a whole number.

use std::ops::RangeInclusive;
use std::process::ExitCode;

/// An option: its name, where its number goes, and the range it is brought into.
pub type Number<'a> = (&'a str, &'a mut u32, RangeInclusive<u32>);

/// Reads the arguments of this process into `numbers`. When help was asked for it is printed, and what is wrong
/// is said on the error stream; both give the code to end with.
///
/// # Errors
/// The exit code when the program has nothing more to do.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it speaks for the programs that print tables"
)]
pub fn read(program: &str, help: &str, mut numbers: Vec<Number<'_>>) -> Result<(), ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{help}");
        return Err(ExitCode::SUCCESS);
    }
    fill(&args, &mut numbers).map_err(|wrong| {
        eprintln!("{program}: {wrong}");
        ExitCode::from(2)
    })
}

fn fill(args: &[String], numbers: &mut [Number<'_>]) -> Result<(), String> {
    for pair in args.chunks(2) {
        let [name, value] = pair else {
            return Err(format!("`{}` needs a number after it", pair.concat()));
        };
        let number: u32 = value
            .parse()
            .map_err(|_| format!("`{name}` needs a number, not `{value}`"))?;
        let wanted = numbers.iter_mut().find(|(known, _, _)| known == name);
        let (_, place, range) = wanted.ok_or_else(|| format!("there is no option `{name}`"))?;
        **place = number.clamp(*range.start(), *range.end());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fill;

    fn filled(line: &str) -> Result<u32, String> {
        let mut rate = 50;
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        fill(&args, &mut [("--rate", &mut rate, 1..=100)])?;
        Ok(rate)
    }

    #[test]
    fn numbers_are_read_and_kept_within_their_range() {
        assert_eq!(filled(""), Ok(50));
        assert_eq!(filled("--rate 70"), Ok(70));
        assert_eq!(filled("--rate 700"), Ok(100));
        assert_eq!(
            filled("--rate"),
            Err("`--rate` needs a number after it".to_owned())
        );
        assert_eq!(
            filled("--rate fast"),
            Err("`--rate` needs a number, not `fast`".to_owned())
        );
        assert_eq!(
            filled("--speed 1"),
            Err("there is no option `--speed`".to_owned())
        );
    }
}

//! Adds up what test runners say about themselves: cargo test, cargo-nextest, node's runner.

/// Tests passed and the names of those that failed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    /// How many passed.
    pub(crate) passed: u64,
    /// How many failed, by the runners' own figures.
    pub(crate) failed: u64,
    /// Names of those that failed, as far as the runner gave them.
    pub(crate) names: Vec<String>,
}

impl Count {
    /// One check that went well.
    pub(crate) fn one_passed() -> Count {
        Count {
            passed: 1,
            ..Count::default()
        }
    }

    /// One check that failed.
    pub(crate) fn one_failed(name: impl Into<String>) -> Count {
        Count {
            failed: 1,
            names: vec![name.into()],
            ..Count::default()
        }
    }

    /// Adds another count.
    pub(crate) fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.names.extend(other.names);
    }

    /// Takes one line of a runner's output.
    pub(crate) fn line(&mut self, line: &str) {
        let line = without_colour(line);
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.passed += before(rest, " passed");
            self.failed += before(rest, " failed");
        } else if let Some(rest) = line.strip_prefix("Summary [") {
            self.passed += before(rest, " passed");
            self.failed += before(rest, " failed") + before(rest, " timed out");
        } else if let Some(name) = cargo_failure(line).or_else(|| node_failure(line)) {
            if !self.names.iter().any(|known| known == name) {
                self.names.push(name.to_owned());
            }
        } else if let Some((word, number)) = node_figure(line) {
            match word {
                "pass" => self.passed += number,
                "fail" | "cancelled" => self.failed += number,
                _ => {}
            }
        }
    }
}

/// `test a::b ... FAILED`, as cargo test says it.
fn cargo_failure(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

/// `not ok 3 - name` (TAP) or `✖ name (12.3ms)` (spec), as node's runner says it.
fn node_failure(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("not ok ") {
        return rest.split_once(" - ").map(|(_, name)| name);
    }
    let rest = line.strip_prefix("✖ ")?;
    if rest.starts_with("failing tests") {
        return None;
    }
    Some(rest.rsplit_once(" (").map_or(rest, |(name, _)| name))
}

/// `# pass 3` (TAP) or `ℹ pass 3` (spec).
fn node_figure(line: &str) -> Option<(&str, u64)> {
    let rest = line
        .strip_prefix("# ")
        .or_else(|| line.strip_prefix("ℹ "))?;
    let (word, number) = rest.split_once(' ')?;
    Some((word, number.parse().ok()?))
}

/// The number that stands right before `word`, or 0.
fn before(text: &str, word: &str) -> u64 {
    text.split_once(word)
        .and_then(|(head, _)| head.rsplit([' ', ',', ';', ':', '.']).next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// The line without terminal colours.
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Count {
        let mut count = Count::default();
        text.lines().for_each(|line| count.line(line));
        count
    }

    #[test]
    fn adds_up_cargo_test() {
        let count = counted(
            "running 3 tests\n\
             test a::one ... ok\n\
             test a::two ... FAILED\n\
             test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: ok. 20 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
        );
        assert_eq!((count.passed, count.failed), (21, 1));
        assert_eq!(count.names, ["a::two"]);
    }

    #[test]
    fn adds_up_nextest() {
        let count = counted(
            "     Summary [   0.420s] 15 tests run: 12 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n",
        );
        assert_eq!((count.passed, count.failed), (12, 3));
    }

    #[test]
    fn adds_up_node_in_both_of_its_forms() {
        let tap = counted("ok 1 - a\nnot ok 2 - b\n# tests 3\n# pass 1\n# fail 1\n# cancelled 1\n");
        assert_eq!((tap.passed, tap.failed), (1, 2));
        assert_eq!(tap.names, ["b"]);
        let spec = counted(
            "✔ a (1.2ms)\n✖ b (3.4ms)\nℹ tests 2\nℹ pass 1\nℹ fail 1\n\n✖ failing tests:\n\n✖ b (3.4ms)\n",
        );
        assert_eq!((spec.passed, spec.failed), (1, 1));
        assert_eq!(spec.names, ["b"]);
    }

    #[test]
    fn sees_through_colours() {
        let count = counted("test result: \u{1b}[32mok\u{1b}[0m. 4 passed; 0 failed; 0 ignored\n");
        assert_eq!(count.passed, 4);
    }

    #[test]
    fn other_lines_count_for_nothing() {
        assert_eq!(
            counted("12 passed by here\n# not a figure\n"),
            Count::default()
        );
    }
}

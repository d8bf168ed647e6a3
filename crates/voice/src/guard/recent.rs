//! The marks of calls that were let in of late, for as long as their first message may be repeated.

use std::collections::HashSet;
use std::time::{Duration, Instant};

/// A request is repeated for 32 seconds (64 times T1). Each mark is kept for at least so long.
const KEPT: Duration = Duration::from_secs(32);
/// Marks of one half; when there are more, those that are older go sooner.
const MOST: usize = 100_000;

/// Two halves: the one that is filled, and the one before it.
#[derive(Debug, Default)]
pub(super) struct Recent {
    young: HashSet<String>,
    old: HashSet<String>,
    since: Option<Instant>,
}

impl Recent {
    pub(super) fn holds(&self, mark: &str) -> bool {
        self.young.contains(mark) || self.old.contains(mark)
    }

    pub(super) fn add(&mut self, mark: String, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let is_over = now.saturating_duration_since(since) >= KEPT;
        if is_over || self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
            self.since = Some(now);
        }
        self.young.insert(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_kept_as_long_as_a_request_is_repeated_and_no_longer_than_twice_that() {
        let mut recent = Recent::default();
        let begin = Instant::now();
        recent.add("first".to_owned(), begin);
        recent.add("second".to_owned(), begin + KEPT);
        assert!(recent.holds("first") && recent.holds("second"));
        recent.add("third".to_owned(), begin + KEPT * 2);
        assert!(!recent.holds("first") && recent.holds("second"));
    }

    #[test]
    fn marks_are_bounded() {
        let mut recent = Recent::default();
        let now = Instant::now();
        for number in 0..MOST * 3 {
            recent.add(number.to_string(), now);
        }
        assert!(recent.young.len() + recent.old.len() <= MOST * 2);
        assert!(recent.holds(&(MOST * 3 - 1).to_string()));
    }
}

//! Two outcomes of one day beside each other, in numbers.

use linje_types::QueueId;

use super::outcome::{AdviserTime, End, Fate, Figures, Outcome};

/// The same figure in both runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair<T> {
    /// As it was.
    pub before: T,
    /// Under the change.
    pub after: T,
}

/// One person in both runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Affected {
    /// The place in [`Outcome::fates`], the same in both.
    pub person: u32,
    /// What became of them, and under the change.
    pub fate: Pair<Fate>,
}

impl Affected {
    /// Microseconds longer that they waited under the change; below 0 when less.
    #[must_use]
    pub const fn wait_change_us(&self) -> i64 {
        self.fate.after.wait_us - self.fate.before.wait_us
    }

    /// Whether it ended otherwise: answered instead of abandoned, or the other way.
    #[must_use]
    pub fn ends_otherwise(&self) -> bool {
        self.fate.after.end != self.fate.before.end
    }
}

/// What a change would have made of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// By queue.
    pub queues: Vec<Pair<Figures>>,
    /// All queues together.
    pub total: Pair<Figures>,
    /// Where the advisers' time went.
    pub time: Pair<AdviserTime>,
    /// Contacts that waited more than a second longer, or left instead of being answered.
    pub worse: u64,
    /// Contacts that waited more than a second less, or were answered instead of leaving.
    pub better: u64,
    /// Contacts whose wait was the same within a second, and that ended alike.
    pub alike: u64,
    /// The contacts most affected: first those that ended otherwise, then by change of wait.
    pub most: Vec<Affected>,
}

/// A change of wait that nobody notices, microseconds.
const NOTICED_US: i64 = linje_types::SECOND_US;

/// Compares two outcomes of one recording. `goals_us` is the acceptable wait by queue, before and after; both
/// outcomes number the queues alike. At most `n_most` contacts are named.
#[must_use]
pub fn compare(
    before: &Outcome,
    after: &Outcome,
    goals_us: &Pair<Vec<i64>>,
    n_most: usize,
) -> Difference {
    let (old, old_total) = before.figures(&goals_us.before);
    let (new, new_total) = after.figures(&goals_us.after);
    let queues = (0..old.len().max(new.len())).map(|queue| Pair {
        before: old.get(queue).copied().unwrap_or_default(),
        after: new.get(queue).copied().unwrap_or_default(),
    });
    let mut difference = Difference {
        queues: queues.collect(),
        total: Pair {
            before: old_total,
            after: new_total,
        },
        time: Pair {
            before: before.time,
            after: after.time,
        },
        worse: 0,
        better: 0,
        alike: 0,
        most: Vec::new(),
    };
    let mut affected: Vec<Affected> = Vec::new();
    for (person, (&before, &after)) in (0..).zip(before.fates.iter().zip(&after.fates)) {
        if before.queue == QueueId::NONE && after.queue == QueueId::NONE {
            continue;
        }
        let it = Affected {
            person,
            fate: Pair { before, after },
        };
        match verdict(&it) {
            0 => difference.alike += 1,
            1.. => difference.worse += 1,
            _ => difference.better += 1,
        }
        if it.ends_otherwise() || it.wait_change_us() != 0 {
            affected.push(it);
        }
    }
    affected.sort_unstable_by_key(|it| {
        let change = it.wait_change_us().unsigned_abs();
        (!it.ends_otherwise(), u64::MAX - change, it.person)
    });
    affected.truncate(n_most);
    difference.most = affected;
    difference
}

/// Above 0: worse for the citizen; below: better.
fn verdict(it: &Affected) -> i64 {
    let helped = |end| end == End::Answered;
    match (helped(it.fate.before.end), helped(it.fate.after.end)) {
        (true, false) => 1,
        (false, true) => -1,
        _ if it.wait_change_us().abs() <= NOTICED_US => 0,
        _ => it.wait_change_us().signum(),
    }
}

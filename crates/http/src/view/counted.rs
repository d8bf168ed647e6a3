//! Advisers by queue and unit, counted once for each change that concerns them, however many read the picture.

use std::sync::{Arc, Mutex, PoisonError};

use linje_event::Event;
use linje_measures::LineNow;
use linje_routing::AdviserCounts;

/// Advisers by queue, by unit and in all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    pub(crate) queues: Vec<AdviserCounts>,
    /// By queue: who serves it; nobody is ahead.
    pub(crate) lines: Vec<LineNow>,
    pub(crate) units: Vec<AdviserCounts>,
    pub(crate) all: AdviserCounts,
    /// In all, for those who wait on the line: whoever does written work is away from it.
    pub(crate) line: AdviserCounts,
}

/// The last count, and of which change.
#[derive(Debug, Default)]
pub(super) struct LastCount {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    of: Option<(u64, Arc<Counted>)>,
    times: u64,
}

impl LastCount {
    /// The count after change `change`, made by `count` when it is not at hand.
    pub(super) fn at(&self, change: u64, count: impl FnOnce() -> Counted) -> Arc<Counted> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, counted)) = &kept.of
            && *of == change
        {
            return Arc::clone(counted);
        }
        let counted = Arc::new(count());
        kept.of = Some((change, Arc::clone(&counted)));
        kept.times += 1;
        counted
    }

    /// What is kept is of another description.
    pub(super) fn forget(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.of = None;
    }

    /// How often everybody was counted.
    pub(super) fn times(&self) -> u64 {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.times
    }
}

/// Whether an event may change what an adviser does or takes. Those of a contact alone do not; in doubt it may.
pub(super) const fn concerns_advisers(event: &Event) -> bool {
    !matches!(
        event,
        Event::ContactArrived { .. }
            | Event::ContactQueued { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackDue { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestClosed { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_counted_once_for_each_change() {
        let last = LastCount::default();
        let first = last.at(7, Counted::default);
        assert!(Arc::ptr_eq(&first, &last.at(7, Counted::default)));
        assert!(!Arc::ptr_eq(&first, &last.at(8, Counted::default)));
        last.forget();
        let _again = last.at(8, Counted::default);
        assert_eq!(last.times(), 3);
    }
}

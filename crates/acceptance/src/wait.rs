//! Waiting for something that must become so, with an end.

use std::time::{Duration, Instant};

/// How often a condition that gives no event is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Asks `look` until it gives something; panics with `what` after `limit`.
#[track_caller]
pub fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            Instant::now() < end,
            "waited {} s in vain until {what}",
            limit.as_secs()
        );
        std::thread::sleep(LOOK);
    }
}

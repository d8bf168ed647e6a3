//! Waiting for something that must become so, with an end.

use std::time::{Duration, Instant};

/// How often a condition that gives no event is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Asks `look` until it gives something; panics with `what` after `limit`.
#[track_caller]
pub fn until<T>(what: &str, limit: Duration, look: impl FnMut() -> Option<T>) -> T {
    until_some(limit, look)
        .unwrap_or_else(|| panic!("waited {} s in vain until {what}", limit.as_secs()))
}

/// Asks `look` until it gives something, or `None` after `limit`.
pub fn until_some<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(LOOK);
    }
}

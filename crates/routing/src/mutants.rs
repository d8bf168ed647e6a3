//! Known bugs of other engines, planted at the place where each would live here and chosen at run time, so
//! that the simulation can show that it would see them. Only with the feature `mutants`; never in the service.

use core::cell::Cell;

thread_local! {
    static PLANTED: Cell<Option<u8>> = const { Cell::new(None) };
}

/// Plants one of the bugs 1..=15 of the bank in this thread, or none.
pub fn set(bug: Option<u8>) {
    PLANTED.set(bug);
}

/// Whether this bug is planted.
#[must_use]
pub fn planted(bug: u8) -> bool {
    PLANTED.get() == Some(bug)
}

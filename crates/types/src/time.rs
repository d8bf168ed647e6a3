//! Time as a number. Only the shell makes one; everything else is given it.

use serde::{Deserialize, Serialize};

/// One second in microseconds.
pub const SECOND_US: i64 = 1_000_000;
/// One minute in microseconds.
pub const MINUTE_US: i64 = 60 * SECOND_US;
/// One hour in microseconds.
pub const HOUR_US: i64 = 60 * MINUTE_US;

/// Microseconds since 1970-01-01 00:00 UTC, never decreasing within a log.
///
/// It is a number and not a `std` type, so that it can be logged and replayed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than anything that happens.
    pub const NEVER: Timestamp = Timestamp(i64::MAX);
    /// The beginning of 1970.
    pub const ZERO: Timestamp = Timestamp(0);

    /// The moment `us` microseconds later; `NEVER` stays `NEVER`.
    #[must_use]
    #[inline]
    pub const fn plus_us(self, us: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(us))
    }

    /// The moment `s` seconds later.
    #[must_use]
    #[inline]
    pub const fn plus_s(self, s: i64) -> Timestamp {
        self.plus_us(s.saturating_mul(SECOND_US))
    }

    /// Microseconds since `earlier`; 0 when `earlier` is later.
    #[must_use]
    #[inline]
    pub const fn since_us(self, earlier: Timestamp) -> i64 {
        let us = self.0.saturating_sub(earlier.0);
        if us < 0 { 0 } else { us }
    }

    /// Seconds since `earlier`, with fractions; 0 when `earlier` is later.
    #[must_use]
    #[inline]
    pub fn since_s(self, earlier: Timestamp) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "spans are far below 2^53 microseconds"
        )]
        let us = self.since_us(earlier) as f64;
        us / 1e6
    }
}

//! The one place where a count becomes a 32-bit index.

/// `n` as an index; tables and slabs stay far below 2^32.
#[expect(
    clippy::cast_possible_truncation,
    reason = "tables and slabs stay far below 2^32; checked in Tables::new and on arrival"
)]
#[inline]
pub(crate) const fn u32_of(n: usize) -> u32 {
    n as u32
}

/// Milliseconds of a span in microseconds, at most `u32::MAX` (49 days).
#[inline]
pub(crate) fn ms_of(us: i64) -> u32 {
    u32::try_from(us / 1_000).unwrap_or(u32::MAX)
}

//! Bit rows: sets of small numbers as words, so that three sets meet in one AND.

use crate::cast::u32_of;

/// Words needed for `n` bits, at least one.
pub(crate) const fn words(n: usize) -> usize {
    let words = n.div_ceil(64);
    if words == 0 { 1 } else { words }
}

/// Puts `bit` in.
pub(crate) fn set(row: &mut [u64], bit: usize) {
    row[bit / 64] |= 1 << (bit % 64);
}

/// Takes `bit` out.
pub(crate) fn clear(row: &mut [u64], bit: usize) {
    row[bit / 64] &= !(1 << (bit % 64));
}

/// Whether `bit` is in.
pub(crate) fn has(row: &[u64], bit: usize) -> bool {
    row[bit / 64] & (1 << (bit % 64)) != 0
}

/// Calls `f` for each bit of `word`, which is word number `idx` of its row.
#[inline]
pub(crate) fn each(idx: usize, mut word: u64, mut f: impl FnMut(u32)) {
    let base = u32_of(idx * 64);
    while word != 0 {
        f(base + word.trailing_zeros());
        word &= word - 1;
    }
}

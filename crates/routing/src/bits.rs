//! Bit rows: sets of small numbers as words, so that three sets meet in one AND.

use crate::cast::u32_of;

/// Words needed for `n` bits, at least one.
pub(crate) const fn words(n: usize) -> usize {
    let words = n.div_ceil(64);
    if words == 0 { 1 } else { words }
}

/// Puts `bit` in.
#[inline]
pub(crate) fn set(row: &mut [u64], bit: usize) {
    row[bit / 64] |= 1 << (bit % 64);
}

/// Rows of bits that are mostly empty. Above each lies a row that says which of its words are not,
/// so that a walk touches only those.
#[derive(Debug, Clone)]
pub(crate) struct Sparse {
    words: Vec<u64>,
    above: Vec<u64>,
    words_per_row: usize,
    above_per_row: usize,
}

impl Sparse {
    pub(crate) fn new(n_rows: usize, n_bits: usize) -> Sparse {
        let words_per_row = words(n_bits);
        let above_per_row = words(words_per_row);
        Sparse {
            words: vec![0; n_rows * words_per_row],
            above: vec![0; n_rows * above_per_row],
            words_per_row,
            above_per_row,
        }
    }

    /// One row more, empty.
    pub(crate) fn add_row(&mut self) {
        self.words.resize(self.words.len() + self.words_per_row, 0);
        self.above.resize(self.above.len() + self.above_per_row, 0);
    }

    /// Makes room for more bits in a set of one row.
    pub(crate) fn grow(&mut self, n_bits: usize) {
        self.words_per_row = words(n_bits);
        self.above_per_row = words(self.words_per_row);
        self.words.resize(self.words_per_row, 0);
        self.above.resize(self.above_per_row, 0);
    }

    #[inline]
    pub(crate) fn set(&mut self, row: usize, bit: usize) {
        self.words[row * self.words_per_row + bit / 64] |= 1 << (bit % 64);
        set(&mut self.above[row * self.above_per_row..], bit / 64);
    }

    #[inline]
    pub(crate) fn clear(&mut self, row: usize, bit: usize) {
        let word = &mut self.words[row * self.words_per_row + bit / 64];
        *word &= !(1 << (bit % 64));
        if *word == 0 {
            let above = row * self.above_per_row + bit / 64 / 64;
            self.above[above] &= !(1 << (bit / 64 % 64));
        }
    }

    pub(crate) fn has(&self, row: usize, bit: usize) -> bool {
        has(&self.words[row * self.words_per_row..], bit)
    }

    /// Calls `f` for each bit of a row that is also in the words given by `also`, lowest first.
    #[inline]
    pub(crate) fn each(&self, row: usize, also: impl Fn(usize) -> u64, mut f: impl FnMut(u32)) {
        let words = &self.words[row * self.words_per_row..(row + 1) * self.words_per_row];
        let above = &self.above[row * self.above_per_row..(row + 1) * self.above_per_row];
        for (idx, &used) in above.iter().enumerate() {
            each(idx, used, |word| {
                let word = word as usize;
                each(word, words[word] & also(word), &mut f);
            });
        }
    }
}

/// Whether `bit` is in.
#[inline]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparse_row_gives_its_bits_in_order() {
        let mut sparse = Sparse::new(2, 10_000);
        let bits = [0, 63, 64, 4_095, 4_096, 9_999];
        for bit in bits {
            sparse.set(1, bit);
            sparse.set(0, bit / 2);
        }
        sparse.clear(1, 64);
        sparse.clear(1, 4_096);
        let mut found = Vec::new();
        sparse.each(
            1,
            |word| if word == 0 { !1 } else { u64::MAX },
            |bit| found.push(bit),
        );
        assert_eq!(found, [63, 4_095, 9_999]);
        assert!(sparse.has(1, 4_095) && !sparse.has(1, 64) && sparse.has(0, 2_048));
    }
}

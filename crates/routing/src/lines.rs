//! The waiting lines: one sorted intrusive list per lane, and what is needed to see all heads at once.

use crate::{bits::Sparse, cast::u32_of};

/// No slot.
pub(crate) const NONE: u32 = u32::MAX;

/// The place of one contact in its line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    /// Static order: enqueued minus the head start of its class, microseconds.
    pub(crate) key: i64,
    /// Taken when first queued; decides between equal keys.
    pub(crate) seq: u64,
    next: u32,
    prev: u32,
}

/// All lines. Lanes are numbered by `Tables`.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    /// By contact slot.
    links: Vec<Link>,
    head: Vec<u32>,
    tail: Vec<u32>,
    /// By lane: order of the head, valid where `non_empty`.
    head_order: Vec<(i64, u64)>,
    /// One row over lanes.
    non_empty: Sparse,
}

impl Lines {
    pub(crate) fn new() -> Lines {
        Lines {
            links: Vec::new(),
            head: Vec::new(),
            tail: Vec::new(),
            head_order: Vec::new(),
            non_empty: Sparse::new(1, 0),
        }
    }

    pub(crate) fn add_lane(&mut self) {
        self.head.push(NONE);
        self.tail.push(NONE);
        self.head_order.push((0, 0));
        self.non_empty.grow(self.head.len());
    }

    pub(crate) fn add_slot(&mut self) {
        self.links.push(Link {
            key: 0,
            seq: 0,
            next: NONE,
            prev: NONE,
        });
    }

    #[inline]
    pub(crate) fn link(&self, slot: u32) -> Link {
        self.links[slot as usize]
    }

    /// Sets the order of a contact that is in no line.
    #[inline]
    pub(crate) fn set_order(&mut self, slot: u32, key: i64, seq: u64) {
        let link = &mut self.links[slot as usize];
        link.key = key;
        link.seq = seq;
    }

    /// Calls `f` for each lane that holds somebody and is also in the words given by `also`.
    #[inline]
    pub(crate) fn each(&self, also: impl Fn(usize) -> u64, f: impl FnMut(u32)) {
        self.non_empty.each(0, also, f);
    }

    pub(crate) fn is_empty(&self, lane: usize) -> bool {
        !self.non_empty.has(0, lane)
    }

    #[inline]
    pub(crate) fn head(&self, lane: usize) -> u32 {
        self.head[lane]
    }

    #[inline]
    pub(crate) fn head_order(&self, lane: usize) -> (i64, u64) {
        self.head_order[lane]
    }

    #[inline]
    pub(crate) fn order(&self, slot: u32) -> (i64, u64) {
        let link = &self.links[slot as usize];
        (link.key, link.seq)
    }

    /// The slots of a lane from its head.
    pub(crate) fn iter(&self, lane: usize) -> impl Iterator<Item = u32> + '_ {
        let first = self.head[lane];
        std::iter::successors((first != NONE).then_some(first), |&slot| {
            let next = self.links[slot as usize].next;
            (next != NONE).then_some(next)
        })
    }

    /// Puts `slot` where its order says: tail, head, or a walk from both ends.
    #[inline]
    pub(crate) fn insert(&mut self, lane: usize, slot: u32) {
        let order = self.order(slot);
        let (head, tail) = (self.head[lane], self.tail[lane]);
        let (prev, next) = if tail == NONE || self.order(tail) < order {
            (tail, NONE)
        } else if order < self.head_order[lane] {
            (NONE, head)
        } else {
            self.gap(head, tail, order)
        };
        let link = &mut self.links[slot as usize];
        link.prev = prev;
        link.next = next;
        if prev == NONE {
            self.head[lane] = slot;
            self.head_order[lane] = order;
            self.non_empty.set(0, lane);
        } else {
            self.links[prev as usize].next = slot;
        }
        if next == NONE {
            self.tail[lane] = slot;
        } else {
            self.links[next as usize].prev = slot;
        }
    }

    /// The neighbours between which `order` belongs; it lies between head and tail.
    fn gap(&self, head: u32, tail: u32, order: (i64, u64)) -> (u32, u32) {
        let (mut front, mut back) = (head, tail);
        loop {
            let after = self.links[front as usize].next;
            if order < self.order(after) {
                return (front, after);
            }
            front = after;
            let before = self.links[back as usize].prev;
            if self.order(before) < order {
                return (before, back);
            }
            back = before;
        }
    }

    #[inline]
    pub(crate) fn remove(&mut self, lane: usize, slot: u32) {
        let Link { next, prev, .. } = self.links[slot as usize];
        if prev == NONE {
            self.head[lane] = next;
            if next == NONE {
                self.non_empty.clear(0, lane);
            } else {
                self.head_order[lane] = self.order(next);
            }
        } else {
            self.links[prev as usize].next = next;
        }
        if next == NONE {
            self.tail[lane] = prev;
        } else {
            self.links[next as usize].prev = prev;
        }
    }

    pub(crate) fn n_slots(&self) -> u32 {
        u32_of(self.links.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_sorted_whatever_comes_and_goes() {
        let mut lines = Lines::new();
        lines.add_lane();
        let mut plain: Vec<(i64, u64, u32)> = Vec::new();
        for _ in 0..40 {
            lines.add_slot();
        }
        let mut seed = 11_u64;
        for step in 0..20_000_u64 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let slot = u32::try_from((seed >> 33) % 40).expect("small");
            if let Some(place) = plain.iter().position(|entry| entry.2 == slot) {
                plain.remove(place);
                lines.remove(0, slot);
            } else {
                let key = i64::try_from((seed >> 40) % 12).expect("small");
                lines.set_order(slot, key, step);
                lines.insert(0, slot);
                plain.push((key, step, slot));
            }
            plain.sort_unstable();
            let expected: Vec<u32> = plain.iter().map(|entry| entry.2).collect();
            assert_eq!(lines.iter(0).collect::<Vec<_>>(), expected);
            assert_eq!(lines.is_empty(0), plain.is_empty());
            if let Some(first) = plain.first() {
                assert_eq!(lines.head_order(0), (first.0, first.1));
            }
        }
    }
}

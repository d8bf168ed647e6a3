//! One deadline per contact, and one alarm per lane, each in an indexed 4-ary heap: the root is the next.

use linje_types::Timestamp;

use crate::cast::u32_of;

const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<T> {
    at: Timestamp,
    tie: T,
    slot: u32,
}

/// Deadlines by slot (of a contact, of a lane); equal ones go by `T`, then by slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deadlines<T = ()> {
    heap: Vec<Entry<T>>,
    /// By slot: its place in the heap.
    place: Vec<u32>,
}

impl Deadlines {
    /// Sets the deadline of `slot`; `NEVER` takes it away.
    pub(crate) fn set(&mut self, slot: u32, at: Timestamp) {
        self.set_with(slot, at, ());
    }
}

impl<T: Copy + Ord> Deadlines<T> {
    pub(crate) fn add_slot(&mut self) {
        self.place.push(NOWHERE);
    }

    #[inline]
    pub(crate) fn next(&self) -> Option<(Timestamp, u32)> {
        self.heap.first().map(|entry| (entry.at, entry.slot))
    }

    #[inline]
    pub(crate) fn of(&self, slot: u32) -> Option<Timestamp> {
        self.entry(slot).map(|(at, _)| at)
    }

    /// The deadline of `slot` and what decides between equal ones.
    #[inline]
    pub(crate) fn entry(&self, slot: u32) -> Option<(Timestamp, T)> {
        let place = self.place[slot as usize];
        (place != NOWHERE).then(|| {
            let entry = &self.heap[place as usize];
            (entry.at, entry.tie)
        })
    }

    /// Sets the deadline of `slot`; `NEVER` takes it away.
    pub(crate) fn set_with(&mut self, slot: u32, at: Timestamp, tie: T) {
        if at == Timestamp::NEVER {
            self.clear(slot);
            return;
        }
        let entry = Entry { at, tie, slot };
        let place = self.place[slot as usize];
        if place == NOWHERE {
            self.heap.push(entry);
            self.up(self.heap.len() - 1, entry);
        } else if entry < self.heap[place as usize] {
            self.up(place as usize, entry);
        } else {
            self.down(place as usize, entry);
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self, slot: u32) {
        let place = self.place[slot as usize];
        if place != NOWHERE {
            self.take_out(slot, place);
        }
    }

    fn take_out(&mut self, slot: u32, place: u32) {
        self.place[slot as usize] = NOWHERE;
        let Some(last) = self.heap.pop() else { return };
        if last.slot == slot {
            return;
        }
        if last < self.heap[place as usize] {
            self.up(place as usize, last);
        } else {
            self.down(place as usize, last);
        }
    }

    fn put(&mut self, place: usize, entry: Entry<T>) {
        self.heap[place] = entry;
        self.place[entry.slot as usize] = u32_of(place);
    }

    fn up(&mut self, mut place: usize, entry: Entry<T>) {
        while place > 0 {
            let parent = (place - 1) / 4;
            if self.heap[parent] <= entry {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, entry);
    }

    fn down(&mut self, mut place: usize, entry: Entry<T>) {
        loop {
            let first = place * 4 + 1;
            let end = (first + 4).min(self.heap.len());
            let Some(child) = (first..end).min_by_key(|&child| self.heap[child]) else {
                break;
            };
            if entry <= self.heap[child] {
                break;
            }
            self.put(place, self.heap[child]);
            place = child;
        }
        self.put(place, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_always_the_earliest() {
        let mut deadlines = Deadlines::<()>::default();
        let mut plain = std::collections::BTreeMap::new();
        for _ in 0..64 {
            deadlines.add_slot();
        }
        let mut seed = 7_u32;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let slot = (seed >> 8) % 64;
            let at = Timestamp(i64::from((seed >> 16) % 97));
            if seed.is_multiple_of(3) {
                deadlines.clear(slot);
                plain.remove(&slot);
            } else {
                deadlines.set(slot, at);
                plain.insert(slot, at);
            }
            let expected = plain.iter().map(|(&slot, &at)| (at, slot)).min();
            assert_eq!(deadlines.next(), expected);
            assert_eq!(deadlines.of(slot), plain.get(&slot).copied());
        }
    }
}

//! Two heaps of moments: one for what certainly comes, one for what is mostly called off.
//!
//! Four children per entry, 16 bytes per entry. A moment taken out of the first leaves a hole that
//! the next one put in fills; the second knows where each slot lies, so that calling off is exact
//! and leaves nothing behind.

use linje_types::Timestamp;

/// A moment and what it is for, opaque here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) what: u64,
}

/// What certainly comes: ends of talks, answers, menus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Agenda {
    entries: Vec<Entry>,
    hole: bool,
}

impl Agenda {
    /// The earliest moment; `NEVER` when there is none.
    #[inline]
    pub(crate) fn first(&mut self) -> Timestamp {
        if self.hole {
            self.close_hole();
        }
        self.entries
            .first()
            .map_or(Timestamp::NEVER, |entry| entry.at)
    }

    /// Takes the earliest.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Entry> {
        if self.hole {
            self.close_hole();
        }
        let first = *self.entries.first()?;
        self.hole = true;
        Some(first)
    }

    #[inline]
    pub(crate) fn put(&mut self, at: Timestamp, what: u64) {
        let entry = Entry { at, what };
        if self.hole {
            self.hole = false;
            self.sink(0, entry);
            return;
        }
        self.entries.push(entry);
        self.rise(self.entries.len() - 1, entry);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len() - usize::from(self.hole)
    }

    fn close_hole(&mut self) {
        self.hole = false;
        if let Some(last) = self.entries.pop()
            && !self.entries.is_empty()
        {
            self.sink(0, last);
        }
    }

    fn rise(&mut self, mut place: usize, entry: Entry) {
        while place > 0 {
            let parent = (place - 1) / 4;
            if self.entries[parent].at <= entry.at {
                break;
            }
            self.entries[place] = self.entries[parent];
            place = parent;
        }
        self.entries[place] = entry;
    }

    fn sink(&mut self, mut place: usize, entry: Entry) {
        let entries = &mut self.entries[..];
        loop {
            let first = place * 4 + 1;
            let child = if let Some(four) = entries.get(first..first + 4) {
                // Two rounds of two, without a branch to guess.
                let left = usize::from(four[1].at < four[0].at);
                let right = 2 + usize::from(four[3].at < four[2].at);
                first
                    + if four[right].at < four[left].at {
                        right
                    } else {
                        left
                    }
            } else if let Some(few) = entries.get(first..).filter(|few| !few.is_empty()) {
                let least =
                    (1..few.len()).fold(0, |a, b| if few[b].at < few[a].at { b } else { a });
                first + least
            } else {
                break;
            };
            if entries[child].at >= entry.at {
                break;
            }
            entries[place] = entries[child];
            place = child;
        }
        entries[place] = entry;
    }
}

const ABSENT: u32 = u32::MAX;

/// At most one moment per slot, which can be called off: how long each waiting citizen will wait.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alarms {
    entries: Vec<(Timestamp, u32)>,
    /// By slot: place in `entries`.
    places: Vec<u32>,
}

impl Alarms {
    /// The earliest moment; `NEVER` when there is none.
    #[inline]
    pub(crate) fn first(&self) -> Timestamp {
        self.entries
            .first()
            .map_or(Timestamp::NEVER, |entry| entry.0)
    }

    /// Takes the slot whose moment is earliest.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<u32> {
        let slot = self.entries.first()?.1;
        self.call_off(slot);
        Some(slot)
    }

    /// Sets the moment of a slot that has none.
    #[inline]
    pub(crate) fn set(&mut self, slot: u32, at: Timestamp) {
        let needed = slot as usize + 1;
        if self.places.len() < needed {
            self.places.resize(needed, ABSENT);
        }
        self.entries.push((at, slot));
        self.rise(self.entries.len() - 1, (at, slot));
    }

    /// Takes the moment of a slot away; nothing happens when it has none.
    #[inline]
    pub(crate) fn call_off(&mut self, slot: u32) {
        let Some(place) = self
            .places
            .get(slot as usize)
            .copied()
            .filter(|place| *place != ABSENT)
        else {
            return;
        };
        self.places[slot as usize] = ABSENT;
        let place = place as usize;
        let Some(last) = self.entries.pop() else {
            return;
        };
        if place == self.entries.len() {
            return;
        }
        if last.0 < self.entries[place].0 {
            self.rise(place, last);
        } else {
            self.sink(place, last);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    fn lay(&mut self, place: usize, entry: (Timestamp, u32)) {
        self.entries[place] = entry;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no more entries than slots, which are u32"
        )]
        let short = place as u32;
        self.places[entry.1 as usize] = short;
    }

    fn rise(&mut self, mut place: usize, entry: (Timestamp, u32)) {
        while place > 0 {
            let parent = (place - 1) / 4;
            if self.entries[parent].0 <= entry.0 {
                break;
            }
            self.lay(place, self.entries[parent]);
            place = parent;
        }
        self.lay(place, entry);
    }

    fn sink(&mut self, mut place: usize, entry: (Timestamp, u32)) {
        loop {
            let first = place * 4 + 1;
            let last = (first + 4).min(self.entries.len());
            if first >= last {
                break;
            }
            let child = (first + 1..last).fold(first, |a, b| {
                if self.entries[b].0 < self.entries[a].0 {
                    b
                } else {
                    a
                }
            });
            if self.entries[child].0 >= entry.0 {
                break;
            }
            self.lay(place, self.entries[child]);
            place = child;
        }
        self.lay(place, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};

    fn below(streams: &Streams, purpose: Purpose, number: u64, bound: i64) -> i64 {
        i64::try_from(streams.bits(purpose, number) >> 1).unwrap() % bound
    }

    #[test]
    fn moments_come_out_in_order_also_through_holes() {
        let streams = Streams::new(5);
        let mut agenda = Agenda::default();
        let mut waiting = std::collections::BTreeSet::new();
        for number in 0..20_000_u64 {
            let grows = if number / 2_000 % 2 == 0 { 0.6 } else { 0.4 };
            if streams.chance(Purpose::Order, number, grows) {
                let at = below(&streams, Purpose::Talk, number, 1 << 30);
                agenda.put(Timestamp(at), number);
                waiting.insert((at, number));
            } else if let Some(entry) = agenda.take() {
                assert_eq!(waiting.first().unwrap().0, entry.at.0);
                assert!(waiting.remove(&(entry.at.0, entry.what)));
            }
            assert_eq!(agenda.len(), waiting.len());
            if number % 3 == 0 {
                let first = waiting.first().map_or(Timestamp::NEVER, |w| Timestamp(w.0));
                assert_eq!(agenda.first(), first);
            }
        }
    }

    #[test]
    fn an_alarm_called_off_never_rings() {
        let streams = Streams::new(6);
        let mut alarms = Alarms::default();
        let mut set = std::collections::BTreeMap::new();
        for number in 0..20_000_u64 {
            let slot = u32::try_from(below(&streams, Purpose::Share, number, 300)).unwrap();
            let at = Timestamp(below(&streams, Purpose::Talk, number, 1 << 30));
            if set.remove(&slot).is_some() {
                alarms.call_off(slot);
            } else {
                set.insert(slot, at);
                alarms.set(slot, at);
            }
            alarms.call_off(1_000);
            assert_eq!(alarms.len(), set.len());
            assert_eq!(
                alarms.first(),
                set.values().min().copied().unwrap_or(Timestamp::NEVER)
            );
            if number % 7 == 0
                && let Some(slot) = alarms.take()
            {
                let at = set.remove(&slot).unwrap();
                assert!(set.values().all(|other| *other >= at));
            }
        }
    }
}

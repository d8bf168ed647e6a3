//! The idle advisers: each in exactly one list, by what they can take (mask) and who they are (profile).

use linje_types::Channel;

use crate::{bits::Sparse, cast::u32_of, lines::NONE, tables::Tables};

#[derive(Debug, Clone, Copy)]
struct Place {
    /// Taken when somebody becomes free; unique.
    seq: u64,
    next: u32,
    prev: u32,
    /// Number of the list, or `NONE`.
    list: u32,
}

/// Who was found idle longest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Longest {
    pub(crate) adviser: u32,
    /// The second longest, or `NONE`.
    pub(crate) runner_up: u32,
    /// All idle who are able, the barred not counted.
    pub(crate) able: u32,
}

/// Lists sorted by idle number, numbered `mask index << profile_bits | profile`.
#[derive(Debug, Clone)]
pub(crate) struct Idle {
    /// By adviser.
    places: Vec<Place>,
    head: Vec<u32>,
    tail: Vec<u32>,
    head_seq: Vec<u64>,
    len: Vec<u32>,
    /// By mask index: row over profiles.
    non_empty: Sparse,
    profile_bits: u32,
}

impl Idle {
    pub(crate) fn new(tables: &Tables) -> Idle {
        let n_masks = tables.masks().len();
        let stride = tables.n_profiles().next_power_of_two();
        let n_lists = n_masks * stride;
        Idle {
            places: vec![
                Place {
                    seq: 0,
                    next: NONE,
                    prev: NONE,
                    list: NONE,
                };
                tables.n_advisers()
            ],
            head: vec![NONE; n_lists],
            tail: vec![NONE; n_lists],
            head_seq: vec![0; n_lists],
            len: vec![0; n_lists],
            non_empty: Sparse::new(n_masks, stride),
            profile_bits: stride.trailing_zeros(),
        }
    }

    #[inline]
    pub(crate) fn is_listed(&self, adviser: u32) -> bool {
        self.places[adviser as usize].list != NONE
    }

    #[inline]
    pub(crate) fn seq(&self, adviser: u32) -> u64 {
        self.places[adviser as usize].seq
    }

    #[inline]
    pub(crate) fn set_seq(&mut self, adviser: u32, seq: u64) {
        self.places[adviser as usize].seq = seq;
    }

    /// Moves the adviser to the list of (mask, profile), or out of all lists.
    #[inline]
    pub(crate) fn relist(&mut self, adviser: u32, to: Option<(usize, u32)>) {
        let list = to.map_or(NONE, |(mask, profile)| {
            u32_of(mask << self.profile_bits) | profile
        });
        self.take_out(adviser);
        if list != NONE {
            self.put_in(adviser, list);
        }
    }

    #[inline]
    fn take_out(&mut self, adviser: u32) {
        let Place {
            next, prev, list, ..
        } = self.places[adviser as usize];
        if list == NONE {
            return;
        }
        let at = list as usize;
        if prev == NONE {
            self.head[at] = next;
            if next == NONE {
                let (mask, profile) = self.mask_and_profile(at);
                self.non_empty.clear(mask, profile);
            } else {
                self.head_seq[at] = self.seq(next);
            }
        } else {
            self.places[prev as usize].next = next;
        }
        if next == NONE {
            self.tail[at] = prev;
        } else {
            self.places[next as usize].prev = prev;
        }
        self.len[at] -= 1;
        self.places[adviser as usize].list = NONE;
    }

    #[inline]
    fn put_in(&mut self, adviser: u32, list: u32) {
        let at = list as usize;
        let seq = self.seq(adviser);
        // A new number is the largest; only a withdrawn offer comes back with an old one and walks.
        let mut prev = self.tail[at];
        let mut next = NONE;
        while prev != NONE && seq < self.seq(prev) {
            next = prev;
            prev = self.places[prev as usize].prev;
        }
        if prev == NONE {
            self.head[at] = adviser;
            self.head_seq[at] = seq;
            let (mask, profile) = self.mask_and_profile(at);
            self.non_empty.set(mask, profile);
        } else {
            self.places[prev as usize].next = adviser;
        }
        if next == NONE {
            self.tail[at] = adviser;
        } else {
            self.places[next as usize].prev = adviser;
        }
        self.len[at] += 1;
        self.places[adviser as usize] = Place {
            seq,
            next,
            prev,
            list,
        };
    }

    #[inline]
    fn mask_and_profile(&self, list: usize) -> (usize, usize) {
        let mask = list >> self.profile_bits;
        (mask, list & ((1 << self.profile_bits) - 1))
    }

    /// The adviser idle longest among those able, without those whom `barred` names.
    ///
    /// `profiles` is the bit row of the profiles that can take the contact.
    #[inline]
    pub(crate) fn longest<const WHY: bool>(
        &self,
        tables: &Tables,
        channel: Channel,
        profiles: &[u64],
        barred: impl Fn(u32) -> bool + Copy,
        any_barred: bool,
    ) -> Option<Longest> {
        let (mut best, mut second) = ((u64::MAX, NONE), (u64::MAX, NONE));
        let mut able = 0;
        for &mask in tables.masks_with(channel) {
            let can = |word: usize| profiles[word];
            self.non_empty.each(mask, can, |profile| {
                let list = mask << self.profile_bits | profile as usize;
                if WHY {
                    able += self.len[list];
                }
                let found = if any_barred {
                    self.first_not(list, barred, WHY.then_some(&mut able))
                } else {
                    Some((self.head_seq[list], self.head[list]))
                };
                if let Some(found) = found {
                    if found < best {
                        second = best;
                        best = found;
                    } else if found < second {
                        second = found;
                    }
                }
            });
        }
        if best.1 == NONE {
            return None;
        }
        if WHY {
            let mut next = self.places[best.1 as usize].next;
            while next != NONE && barred(next) {
                next = self.places[next as usize].next;
            }
            if next != NONE && self.seq(next) < second.0 {
                second = (self.seq(next), next);
            }
        }
        Some(Longest {
            adviser: best.1,
            runner_up: second.1,
            able,
        })
    }

    fn first_not(
        &self,
        list: usize,
        barred: impl Fn(u32) -> bool,
        able: Option<&mut u32>,
    ) -> Option<(u64, u32)> {
        let mut found = None;
        let mut n_barred = 0;
        let mut at = self.head[list];
        while at != NONE {
            if barred(at) {
                n_barred += 1;
            } else if found.is_none() {
                found = Some((self.seq(at), at));
            }
            at = self.places[at as usize].next;
        }
        if let Some(able) = able {
            *able -= n_barred;
        }
        found
    }

    /// The advisers in the list of (mask index, profile), longest idle first.
    pub(crate) fn iter(&self, mask: usize, profile: usize) -> impl Iterator<Item = u32> + '_ {
        let first = self.head[mask << self.profile_bits | profile];
        std::iter::successors((first != NONE).then_some(first), |&adviser| {
            let next = self.places[adviser as usize].next;
            (next != NONE).then_some(next)
        })
    }
}

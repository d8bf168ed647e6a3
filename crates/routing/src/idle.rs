//! The idle advisers: each in exactly one list, by what they can take (mask) and who they are (profile).

use linje_types::{Channel, Channels};

use crate::{
    bits::{self, Sparse},
    cast::u32_of,
    lines::NONE,
    tables::Tables,
};

/// What somebody can take now: channels, and whether deferred work must be laid aside for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mask(u8);

/// How many masks there are.
const N_MASKS: usize = 32;
const ASIDE: u8 = 16;

impl Mask {
    pub(crate) const NOTHING: Mask = Mask(0);

    pub(crate) fn new(channels: Channels, aside: bool) -> Mask {
        Mask(channels.0 & 15 | if aside { ASIDE } else { 0 })
    }

    #[inline]
    pub(crate) fn channels(self) -> Channels {
        Channels(self.0 & 15)
    }

    #[inline]
    pub(crate) fn is_nothing(self) -> bool {
        self.channels() == Channels::NONE
    }

    /// Free, takes a live channel, has nothing that would be laid aside.
    #[inline]
    pub(crate) fn is_quiet(self) -> bool {
        self.0 & ASIDE == 0 && self.0 & Channels::LIVE.0 != 0
    }

    /// Would have to lay deferred work aside for something they take.
    pub(crate) fn is_aside(self) -> bool {
        self.0 & ASIDE != 0
    }

    /// All masks.
    pub(crate) fn all() -> impl Iterator<Item = Mask> {
        (0_u8..).take(N_MASKS).map(Mask)
    }

    #[inline]
    fn idx(self) -> usize {
        usize::from(self.0)
    }
}

/// By channel: the masks that hold it, those with nothing to lay aside first in the low half.
const WITH: [u32; 4] = {
    let mut with = [0; 4];
    let mut mask = 0;
    while mask < N_MASKS {
        let mut channel = 0;
        while channel < 4 {
            if mask >> channel & 1 == 1 {
                with[channel] |= 1 << mask;
            }
            channel += 1;
        }
        mask += 1;
    }
    with
};

/// Masks with nothing to lay aside.
pub(crate) const PLAIN: u32 = 0xffff;
/// Masks with something to lay aside.
pub(crate) const WITH_ASIDE: u32 = !PLAIN;

#[derive(Debug, Clone, Copy)]
struct Place {
    /// Taken when somebody becomes free; unique.
    seq: u64,
    next: u32,
    prev: u32,
    /// Number of the list, or `NONE`.
    list: u32,
    /// In a list of a mask that [`Mask::is_quiet`], and takes deferred work when it is quiet.
    willing: bool,
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

/// Lists sorted by idle number, numbered `place of the mask << profile_bits | profile`. Masks get a place when
/// the first of them is seen, for most never are.
#[derive(Debug, Clone)]
pub(crate) struct Idle {
    /// By adviser.
    places: Vec<Place>,
    head: Vec<u32>,
    tail: Vec<u32>,
    head_seq: Vec<u64>,
    len: Vec<u32>,
    /// By place of a mask: row over profiles.
    non_empty: Sparse,
    /// By place of a mask: the mask, and how many of its lists hold somebody.
    seen: Vec<(Mask, u32)>,
    /// By mask: its place, or `UNSEEN`.
    place_of: [u8; N_MASKS],
    /// The masks of which some list holds somebody.
    in_use: u32,
    /// How many are in a list of a mask that [`Mask::is_quiet`].
    n_quiet: u32,
    /// The least that number has been since it was last asked for.
    low: u32,
    /// By profile: how many of them take deferred work; and the profiles of which there is one.
    willing: Vec<u32>,
    willing_row: Vec<u64>,
    n_willing: u32,
    profile_bits: u32,
}

const UNSEEN: u8 = u8::MAX;

impl Idle {
    pub(crate) fn new(tables: &Tables) -> Idle {
        let stride = tables.n_profiles().next_power_of_two();
        Idle {
            places: vec![
                Place {
                    seq: 0,
                    next: NONE,
                    prev: NONE,
                    list: NONE,
                    willing: false,
                };
                tables.n_advisers()
            ],
            head: Vec::new(),
            tail: Vec::new(),
            head_seq: Vec::new(),
            len: Vec::new(),
            non_empty: Sparse::new(0, stride),
            seen: Vec::new(),
            place_of: [UNSEEN; N_MASKS],
            in_use: 0,
            n_quiet: 0,
            low: 0,
            willing: vec![0; tables.n_profiles()],
            willing_row: vec![0; tables.profile_words()],
            n_willing: 0,
            profile_bits: stride.trailing_zeros(),
        }
    }

    #[inline]
    pub(crate) fn is_listed(&self, adviser: u32) -> bool {
        self.places[adviser as usize].list != NONE
    }

    /// How many are free, take a live channel and have nothing laid aside.
    #[inline]
    pub(crate) fn n_quiet(&self) -> u32 {
        self.n_quiet
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
    pub(crate) fn relist(&mut self, adviser: u32, to: Option<(Mask, u32)>, willing: bool) {
        self.take_out(adviser);
        let Some((mask, profile)) = to else { return };
        let place = self.place(mask);
        self.put_in(adviser, u32_of(place << self.profile_bits) | profile);
        if willing && mask.is_quiet() {
            self.places[adviser as usize].willing = true;
            self.n_willing += 1;
            self.willing[profile as usize] += 1;
            bits::set(&mut self.willing_row, profile as usize);
        }
    }

    /// The place of a mask; room is made when it is the first of its kind.
    #[inline]
    fn place(&mut self, mask: Mask) -> usize {
        let known = self.place_of[mask.idx()];
        if known != UNSEEN {
            return usize::from(known);
        }
        let place = self.seen.len();
        self.seen.push((mask, 0));
        self.place_of[mask.idx()] = u8::try_from(place).unwrap_or(UNSEEN);
        let n_lists = self.seen.len() << self.profile_bits;
        self.head.resize(n_lists, NONE);
        self.tail.resize(n_lists, NONE);
        self.head_seq.resize(n_lists, 0);
        self.len.resize(n_lists, 0);
        self.non_empty.add_row();
        place
    }

    /// The least number of quiet ones since this was last asked.
    pub(crate) fn take_low(&mut self) -> u32 {
        core::mem::replace(&mut self.low, self.n_quiet)
    }

    /// Whether the adviser is quiet and takes deferred work then.
    #[inline]
    pub(crate) fn is_willing(&self, adviser: u32) -> bool {
        self.places[adviser as usize].willing
    }

    /// How many are quiet and take deferred work then.
    #[inline]
    pub(crate) fn n_willing(&self) -> u32 {
        self.n_willing
    }

    /// Their profiles.
    pub(crate) fn willing(&self) -> &[u64] {
        &self.willing_row
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
                let (place, profile) = self.place_and_profile(at);
                self.non_empty.clear(place, profile);
                let (mask, n_lists) = &mut self.seen[place];
                *n_lists -= 1;
                self.in_use &= !(u32::from(*n_lists == 0) << mask.idx());
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
        let (place, profile) = self.place_and_profile(at);
        self.n_quiet -= u32::from(self.seen[place].0.is_quiet());
        self.low = self.low.min(self.n_quiet);
        let own = &mut self.places[adviser as usize];
        own.list = NONE;
        if own.willing {
            own.willing = false;
            self.n_willing -= 1;
            self.willing[profile] -= 1;
            if self.willing[profile] == 0 {
                self.willing_row[profile / 64] &= !(1 << (profile % 64));
            }
        }
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
            if next == NONE {
                let (place, profile) = self.place_and_profile(at);
                self.non_empty.set(place, profile);
                let (mask, n_lists) = &mut self.seen[place];
                *n_lists += 1;
                self.in_use |= 1 << mask.idx();
            }
        } else {
            self.places[prev as usize].next = adviser;
        }
        if next == NONE {
            self.tail[at] = adviser;
        } else {
            self.places[next as usize].prev = adviser;
        }
        self.len[at] += 1;
        let (place, _) = self.place_and_profile(at);
        self.n_quiet += u32::from(self.seen[place].0.is_quiet());
        self.places[adviser as usize] = Place {
            seq,
            next,
            prev,
            list,
            willing: false,
        };
    }

    #[inline]
    fn place_and_profile(&self, list: usize) -> (usize, usize) {
        let place = list >> self.profile_bits;
        (place, list & ((1 << self.profile_bits) - 1))
    }

    /// The adviser idle longest among those able, without those whom `barred` names.
    ///
    /// `profiles` is the bit row of the profiles that can take the contact; `masks` are [`PLAIN`] or [`WITH_ASIDE`].
    #[inline]
    pub(crate) fn longest<const WHY: bool>(
        &self,
        (channel, masks): (Channel, u32),
        profiles: &[u64],
        barred: impl Fn(u32) -> bool + Copy,
        any_barred: bool,
    ) -> Option<Longest> {
        let (mut best, mut second) = ((u64::MAX, NONE), (u64::MAX, NONE));
        let mut able = 0;
        let mut left = self.in_use & WITH[channel as usize] & masks;
        while left != 0 {
            let place = usize::from(self.place_of[left.trailing_zeros() as usize]);
            left &= left - 1;
            let can = |word: usize| profiles[word];
            self.non_empty.each(place, can, |profile| {
                let list = place << self.profile_bits | profile as usize;
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

    /// The adviser idle longest among those with one of `profiles` who take a live channel, have nothing laid
    /// aside, and whom `takes` names; and how many there are.
    pub(crate) fn longest_quiet(
        &self,
        profiles: &[u64],
        takes: impl Fn(u32) -> bool,
    ) -> Option<Longest> {
        let mut found: Vec<(u64, u32)> = Vec::new();
        let can = |word: usize| profiles[word] & self.willing_row[word];
        for (place, &(mask, _)) in self.seen.iter().enumerate() {
            if mask.is_quiet() {
                self.non_empty.each(place, can, |profile| {
                    let list = self.iter(mask, profile as usize);
                    let able = list.filter(|at| self.places[*at as usize].willing && takes(*at));
                    found.extend(able.map(|at| (self.seq(at), at)));
                });
            }
        }
        found.sort_unstable();
        let adviser = found.first()?.1;
        Some(Longest {
            adviser,
            runner_up: found.get(1).map_or(NONE, |next| next.1),
            able: u32_of(found.len()),
        })
    }

    /// The advisers in the list of (mask, profile), longest idle first.
    pub(crate) fn iter(&self, mask: Mask, profile: usize) -> impl Iterator<Item = u32> + '_ {
        let first = match self.place_of[mask.idx()] {
            UNSEEN => NONE,
            place => self.head[usize::from(place) << self.profile_bits | profile],
        };
        std::iter::successors((first != NONE).then_some(first), |&adviser| {
            let next = self.places[adviser as usize].next;
            (next != NONE).then_some(next)
        })
    }
}

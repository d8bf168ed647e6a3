//! Lanes: one line for each kind of contact that has ever waited, and who can serve it, as bit rows.
//!
//! A lane is numbered when the first contact of its kind comes, so that the number of possible kinds
//! costs nothing. The numbers are never seen outside and decide nothing: a restored state has others.

use linje_types::{Channel, Channels, Clearance, Language, Origin, QueueId};

use crate::{bits, cast::u32_of, tables::Tables};

/// Steps that never come.
pub(crate) const NO_STEP: i64 = i64::MAX;

/// What all contacts of one lane share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) queue: QueueId,
    pub(crate) ring: u8,
    pub(crate) class: u8,
    pub(crate) channel: Channel,
    pub(crate) language: Language,
    pub(crate) origin: Origin,
    pub(crate) clearance: Clearance,
    /// Its guaranteed longest wait is over.
    pub(crate) overdue: bool,
    /// It has been where the queue overflows to.
    pub(crate) fixed: bool,
}

impl Kind {
    /// All but queue and ring, as a number.
    fn rest(&self) -> u32 {
        let mut rest = u32::from(self.class);
        rest = rest << 2 | self.channel as u32;
        rest = rest << 2 | self.language as u32;
        rest = rest << 1 | self.origin as u32;
        rest = rest << 3 | u32::from(self.clearance.0 & Clearance::ALL.0);
        rest = rest << 1 | u32::from(self.overdue);
        rest << 1 | u32::from(self.fixed)
    }
}

/// One lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lane {
    pub(crate) channel: Channel,
    pub(crate) overdue: bool,
    /// Whether some advisers come before the others.
    pub(crate) prefers: bool,
    /// A key plus this is the moment the contact counts as having waited since.
    pub(crate) to_since: i64,
    /// The next step comes this long after that moment; `NO_STEP` = none.
    pub(crate) step_us: i64,
    /// The queue's acceptable wait.
    pub(crate) goal_us: i64,
    /// Whether its contacts may have deferred work laid aside.
    pub(crate) comes_first: bool,
}

/// The lanes known so far. Shared by clones of a state until one of them meets a new kind.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    lanes: Vec<Lane>,
    /// By ring of a queue: (rest of the kind, lane), sorted.
    by_ring: Vec<Vec<(u32, u32)>>,
    /// By queue.
    of_queue: Vec<Vec<u32>>,
    profile_words: usize,
    /// By lane: bit row over profiles that are able.
    able: Vec<u64>,
    /// By lane: bit row over profiles that come first.
    preferred: Vec<u64>,
    /// Words of a row over lanes.
    words: usize,
    /// By profile: bit row over lanes.
    profile_lanes: Vec<u64>,
    /// By set of channels: bit row over lanes.
    channel_lanes: Vec<u64>,
}

const N_SETS: usize = 16;

impl Lanes {
    pub(crate) fn new(tables: &Tables) -> Lanes {
        Lanes {
            lanes: Vec::new(),
            by_ring: vec![Vec::new(); tables.n_rings()],
            of_queue: vec![Vec::new(); tables.n_queues()],
            profile_words: tables.profile_words(),
            able: Vec::new(),
            preferred: Vec::new(),
            words: 1,
            profile_lanes: vec![0; tables.n_profiles()],
            channel_lanes: vec![0; N_SETS],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lanes.len()
    }

    #[inline]
    pub(crate) fn get(&self, lane: u32) -> &Lane {
        &self.lanes[lane as usize]
    }

    pub(crate) fn of_queue(&self, queue: QueueId) -> &[u32] {
        self.of_queue.get(queue.idx()).map_or(&[], Vec::as_slice)
    }

    /// The lane of `kind`, if one of its kind has come before.
    #[inline]
    pub(crate) fn find(&self, tables: &Tables, kind: &Kind) -> Option<u32> {
        let known = &self.by_ring[tables.ring(kind.queue, kind.ring)];
        let rest = kind.rest();
        let place = known.binary_search_by_key(&rest, |entry| entry.0).ok()?;
        Some(known[place].1)
    }

    /// Numbers a kind that has not come before.
    pub(crate) fn add(&mut self, tables: &Tables, kind: &Kind) -> u32 {
        let lane = u32_of(self.lanes.len());
        let known = &mut self.by_ring[tables.ring(kind.queue, kind.ring)];
        let rest = kind.rest();
        let place = known.partition_point(|entry| entry.0 < rest);
        known.insert(place, (rest, lane));
        self.of_queue[kind.queue.idx()].push(lane);
        self.lanes.push(tables.lane(kind));
        let (able, preferred) = tables.rows(kind);
        self.able.extend(&able);
        self.preferred.extend(&preferred);
        if self.lanes.len() > self.words * 64 {
            self.widen();
        }
        self.enter(lane as usize);
        lane
    }

    /// Twice the room for lanes, every lane entered anew.
    fn widen(&mut self) {
        self.words *= 2;
        let n_profiles = self.profile_lanes.len() / (self.words / 2);
        self.profile_lanes = vec![0; n_profiles * self.words];
        self.channel_lanes = vec![0; N_SETS * self.words];
        for lane in 0..self.lanes.len() {
            self.enter(lane);
        }
    }

    fn enter(&mut self, lane: usize) {
        let (words, from) = (self.words, lane * self.profile_words);
        for (idx, &word) in self.able[from..from + self.profile_words]
            .iter()
            .enumerate()
        {
            bits::each(idx, word, |profile| {
                let row = profile as usize * words;
                bits::set(&mut self.profile_lanes[row..row + words], lane);
            });
        }
        let channel = self.lanes[lane].channel;
        for set in (0_u8..).take(N_SETS) {
            if Channels(set).has(channel) {
                let row = usize::from(set) * words;
                bits::set(&mut self.channel_lanes[row..row + words], lane);
            }
        }
    }

    /// The profiles that can take what waits in `lane`.
    #[inline]
    pub(crate) fn able(&self, lane: u32) -> &[u64] {
        let from = lane as usize * self.profile_words;
        &self.able[from..from + self.profile_words]
    }

    /// Those of them that come first.
    #[inline]
    pub(crate) fn preferred(&self, lane: u32) -> &[u64] {
        let from = lane as usize * self.profile_words;
        &self.preferred[from..from + self.profile_words]
    }

    /// The lanes that a profile can serve.
    #[inline]
    pub(crate) fn for_profile(&self, profile: u32) -> &[u64] {
        let from = profile as usize * self.words;
        &self.profile_lanes[from..from + self.words]
    }

    /// The lanes of a set of channels.
    #[inline]
    pub(crate) fn for_channels(&self, channels: Channels) -> &[u64] {
        let from = usize::from(channels.0 & 15) * self.words;
        &self.channel_lanes[from..from + self.words]
    }
}

//! What waiting longer changes: rings, guarantees, overflow, bars; and the order of a line.

use super::*;

impl Ledger {
    pub(super) fn bar_ended(&mut self, id: ContactId) -> Checked {
        let at = self.at;
        let entry = self.entry(id)?;
        let due = entry.stage == Stage::Queued && !entry.alone && entry.deadline <= at;
        hold!(due, "S9", "the bar of {id:?} ended before its time");
        entry.forget_bars(at);
        Ok(())
    }

    pub(super) fn ring_started(&mut self, id: ContactId, ring: u8) -> Checked {
        let at = self.at;
        let entry = self.seen(id)?;
        let expected = self.ring_for(entry);
        hold!(
            entry.stage == Stage::Queued,
            "S13",
            "{id:?} has a ring while {:?}",
            entry.stage
        );
        hold!(
            ring == expected,
            "S6",
            "{id:?} is in ring {ring}, should be in {expected}"
        );
        let over = entry.alone && (entry.deadline <= at || !self.named_is_able(entry));
        hold!(
            over || ring > entry.ring,
            "S6",
            "the ring of {id:?} changed before its time"
        );
        let entry = self.entry(id)?;
        entry.ring = ring;
        entry.alone = false;
        entry.forget_bars(at);
        Ok(())
    }

    pub(super) fn overdue(&mut self, id: ContactId) -> Checked {
        let at = self.at;
        let entry = self.seen(id)?;
        let due = self.guarantee(entry).is_some_and(|until| until <= at);
        hold!(
            due && entry.stage == Stage::Queued && !entry.overdue,
            "L2",
            "{id:?} is overdue while {:?}",
            entry.stage
        );
        let entry = self.entry(id)?;
        entry.overdue = true;
        entry.forget_bars(at);
        Ok(())
    }

    /// The ring of its queue that its wait has reached.
    pub(super) fn ring_for(&self, entry: &Entry) -> u8 {
        let waited = self.at.since_us(entry.since);
        let rings = &self.rules.queues[entry.queue.idx()].rings;
        let reached = rings.iter().filter(|ring| ring.after_us <= waited);
        u8::try_from(reached.count().saturating_sub(1)).unwrap_or(u8::MAX)
    }

    /// When its guaranteed longest wait is over.
    fn guarantee(&self, entry: &Entry) -> Option<Timestamp> {
        let us = self.rules.guarantee_us(entry.class, entry.language);
        entry.is_live().then(|| entry.since.plus_us(us))
    }

    /// When waiting longer changes something.
    pub(super) fn next_step(&self, entry: &Entry) -> Timestamp {
        if entry.stage != Stage::Queued || entry.alone {
            return Timestamp::NEVER;
        }
        let rule = &self.rules.queues[entry.queue.idx()];
        let mut next = Timestamp::NEVER;
        if let Some(until) = self.guarantee(entry).filter(|_| !entry.overdue) {
            next = next.min(until);
        }
        if let Some(ring) = rule.rings.get(usize::from(entry.ring) + 1) {
            next = next.min(entry.since.plus_us(ring.after_us));
        }
        let overflow = rule.overflow.filter(|to| !entry.left.contains(&to.to));
        if let Some(after_us) = overflow.and_then(|overflow| overflow.after_us) {
            next = next.min(entry.since.plus_us(after_us));
        }
        next
    }

    /// Overdue ones by when they became so, before all others by wait and head start.
    pub(super) fn order(&self, entry: &Entry) -> (bool, Timestamp, u64) {
        let class = &self.rules.classes[usize::from(entry.class)];
        let place = match self.guarantee(entry).filter(|_| entry.overdue) {
            Some(until) => until,
            None => entry.since.plus_us(-class.head_start_us),
        };
        (!entry.overdue, place, entry.sequence)
    }
}

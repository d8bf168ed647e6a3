//! What must hold: at an offer, and between commands.

use super::*;

/// How an adviser can take one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// There is room.
    Free,
    /// There is, once deferred work is laid aside.
    Aside,
}

impl Ledger {
    /// Checks what must hold between commands. Looks at everything.
    ///
    /// # Errors
    /// The invariant that does not hold.
    pub fn settled(&self) -> Checked {
        hold!(
            self.leaving.is_none(),
            "S10",
            "{:?} left and was not closed",
            self.leaving
        );
        let open = self.open().count() as u64;
        let sum = open + self.closed;
        hold!(
            self.arrived == sum && self.n_open == open,
            "S2",
            "{} arrived, {sum} accounted for",
            self.arrived
        );
        self.flows_add_up()?;
        for id in self.everybody() {
            self.recount(id)?;
            self.load_holds(id)?;
        }
        self.nobody_waits_in_vain()
    }

    /// S5, S6, S7, S9: whom an offer may go to.
    pub(super) fn may_be_offered(&self, id: AdviserId, entry: &Entry) -> Checked {
        let contact = entry.id;
        if let Some((invariant, why)) = self.obstacle(id, entry, false) {
            let text = format!("{contact:?} was offered to {id:?}, who {why}");
            return broken(invariant, text);
        }
        hold!(
            self.room(id, entry.channel).is_some(),
            "S5",
            "{contact:?} was offered to {id:?}, who has no room"
        );
        Ok(())
    }

    /// What else than room stands between the two, and which invariant says so.
    fn obstacle(
        &self,
        id: AdviserId,
        entry: &Entry,
        at_once: bool,
    ) -> Option<(&'static str, &'static str)> {
        let Some(person) = self.people.get(id.idx()) else {
            return Some(("S6", "does not exist"));
        };
        if !person.signed_in {
            return Some(("S7", "has gone home"));
        }
        if person.absent_until.is_some() {
            return Some(("S6", "is gone"));
        }
        if person.not_ready.is_some() {
            return Some(("S6", "is not ready"));
        }
        let now = self.takes(person).has(entry.channel);
        let in_quiet = !at_once && person.takes_in_quiet(entry.channel);
        if !now && !in_quiet {
            return Some(("S7", "does something else"));
        }
        let able = if entry.alone {
            entry.needs.named == id && self.named_is_able(entry)
        } else {
            self.qualifies(id, entry)
        };
        if !able {
            return Some(("S6", "cannot help"));
        }
        let mut bars = entry.bars.iter();
        bars.any(|(barred, _)| *barred == id)
            .then_some(("S9", "may not be asked"))
    }

    /// The channels taken whenever there is room.
    fn takes(&self, person: &Person) -> Channels {
        let own = Channels::of(person.activity).0;
        if own == 0 {
            Channels::NONE
        } else if own & Channels::LIVE.0 == 0 {
            Channels(own | person.also.0)
        } else {
            Channels(own | person.also.0 & Channels::LIVE.0)
        }
    }

    /// S4, S5: whether the adviser can hold one more of this channel.
    fn room(&self, id: AdviserId, channel: Channel) -> Option<Room> {
        let person = &self.people[id.idx()];
        if channel == Channel::Voice && self.calls(person) > 0 {
            return None;
        }
        let weight = self.rules.weights[channel as usize];
        if person.used + weight <= CAPACITY {
            return Some(Room::Free);
        }
        let soft = self.soft(person, channel);
        (soft > 0 && person.used - soft + weight <= CAPACITY).then_some(Room::Aside)
    }

    /// The share of the capacity that could be laid aside for `channel`.
    fn soft(&self, person: &Person, channel: Channel) -> u16 {
        let before = self.rules.interrupts[channel as usize];
        if before == Channels::NONE || !Channels::LIVE.has(channel) {
            return 0;
        }
        let theirs = person
            .has
            .iter()
            .filter_map(|slot| self.open[*slot as usize].as_ref());
        let soft = theirs.filter(|entry| {
            let in_hand = matches!(entry.stage, Stage::Active | Stage::Held | Stage::Offered);
            in_hand && !entry.is_live() && before.has(entry.channel)
        });
        soft.map(|entry| self.rules.weights[entry.channel as usize])
            .sum()
    }

    fn calls(&self, person: &Person) -> usize {
        let theirs = person
            .has
            .iter()
            .filter_map(|slot| self.open[*slot as usize].as_ref());
        theirs
            .filter(|entry| entry.channel == Channel::Voice)
            .count()
    }

    /// Whether they would have to lay something aside for a channel that they take.
    fn lays_aside(&self, id: AdviserId) -> bool {
        let takes = self.takes(&self.people[id.idx()]);
        let mut channels = Channel::ALL.iter().filter(|channel| takes.has(**channel));
        channels.any(|channel| self.room(id, *channel) == Some(Room::Aside))
    }

    /// Whether an offer on this channel could come at once, but for what the contact needs.
    fn takes_at_once(&self, id: AdviserId, channel: Channel) -> bool {
        let person = &self.people[id.idx()];
        person.is_there() && self.takes(person).has(channel) && self.room(id, channel).is_some()
    }

    /// Free for a live channel, with nothing to lay aside.
    fn is_quiet(&self, id: AdviserId) -> bool {
        let live = [Channel::Voice, Channel::Chat];
        live.iter().any(|channel| self.takes_at_once(id, *channel)) && !self.lays_aside(id)
    }

    fn it_is_quiet(&self) -> bool {
        let quiet = self.everybody().filter(|id| self.is_quiet(*id)).count();
        quiet > self.rules.reserve as usize
    }

    fn can_take_at_once(&self, id: AdviserId, entry: &Entry) -> bool {
        self.obstacle(id, entry, true).is_none() && self.room(id, entry.channel).is_some()
    }

    fn can_take_in_quiet(&self, id: AdviserId, entry: &Entry) -> bool {
        self.people[id.idx()].takes_in_quiet(entry.channel)
            && self.obstacle(id, entry, false).is_none()
            && !self.takes(&self.people[id.idx()]).has(entry.channel)
            && self.room(id, entry.channel) == Some(Room::Free)
            && self.is_quiet(id)
    }

    /// S8 and L2, seen from the side that the rule names.
    pub(super) fn order_holds(&self, id: AdviserId, entry: &Entry, why: Why) -> Checked {
        let contact = entry.id;
        let person = &self.people[id.idx()];
        match why.rule {
            WhyRule::FirstInLine | WhyRule::Overdue | WhyRule::GoalShare => {
                self.first_for(id, entry, why.rule)
            }
            WhyRule::Named => {
                hold!(
                    entry.alone && entry.needs.named == id,
                    "S8",
                    "{contact:?} names {:?}, not {id:?}",
                    entry.needs.named
                );
                Ok(())
            }
            WhyRule::Quiet => {
                hold!(
                    self.can_take_in_quiet(id, entry) && self.it_is_quiet(),
                    "S7",
                    "{contact:?} came to {id:?}, but it is not quiet"
                );
                self.idle_longest(person, entry, &|other| self.can_take_in_quiet(other, entry))
            }
            WhyRule::SetAside => {
                let free = |other: AdviserId| {
                    // The chosen one has just laid something aside.
                    other != id && !self.lays_aside(other) && self.can_take_at_once(other, entry)
                };
                let passed = self.everybody().find(|other| free(*other));
                hold!(
                    passed.is_none(),
                    "S8",
                    "{id:?} got {contact:?}, but {passed:?} is free"
                );
                self.idle_longest(person, entry, &|other| self.can_take_at_once(other, entry))
            }
            WhyRule::Preferred | WhyRule::IdleLongest => {
                let rings = &self.rules.queues[entry.queue.idx()].rings;
                let preferred = &rings[usize::from(entry.ring)].preferred;
                let comes_first = |other: AdviserId| {
                    preferred.holds(&self.rules.advisers[other.idx()], &self.rules)
                };
                let wanted = why.rule == WhyRule::Preferred;
                hold!(
                    !self.lays_aside(id) && (!wanted || comes_first(id)),
                    "S8",
                    "{id:?} got {contact:?} by {:?}",
                    why.rule
                );
                let prefers = *preferred != Condition::ALWAYS;
                hold!(
                    prefers || !wanted,
                    "S8",
                    "nobody comes first for {contact:?}"
                );
                if prefers && !wanted {
                    // Whoever comes first would have got it, however short idle.
                    let passed = self.everybody().find(|other| {
                        comes_first(*other)
                            && self.can_take_at_once(*other, entry)
                            && !self.lays_aside(*other)
                    });
                    hold!(
                        passed.is_none(),
                        "S8",
                        "{id:?} got {contact:?}, but {passed:?} comes first"
                    );
                }
                self.idle_longest(person, entry, &|other| {
                    self.can_take_at_once(other, entry)
                        && (!wanted || comes_first(other))
                        && !self.lays_aside(other)
                })
            }
        }
    }

    fn idle_longest(
        &self,
        chosen: &Person,
        entry: &Entry,
        could: &dyn Fn(AdviserId) -> bool,
    ) -> Checked {
        for other in self.everybody() {
            let longer = self.people[other.idx()].idle_number < chosen.idle_number;
            hold!(
                !longer || !could(other),
                "S8",
                "{:?} went to another, but {other:?} is idle longer",
                entry.id
            );
        }
        Ok(())
    }

    /// The adviser chose: nobody whom they could take comes before.
    fn first_for(&self, id: AdviserId, entry: &Entry, rule: WhyRule) -> Checked {
        let contact = entry.id;
        hold!(
            entry.overdue == (rule == WhyRule::Overdue),
            "S8",
            "{contact:?} went by {rule:?}"
        );
        let own = self.order(entry);
        let share = |entry: &Entry, order: Timestamp| {
            let goal = self.rules.queues[entry.queue.idx()].goal_us;
            (
                i128::from(self.at.0) - i128::from(order.0),
                i128::from(goal),
            )
        };
        let (own_used, own_goal) = share(entry, own.1);
        for other in self.open() {
            if other.id == contact
                || self.made_room && other.channel != entry.channel
                || other.stage != Stage::Queued
            {
                continue;
            }
            let order = self.order(other);
            let comes_first = |entry: &Entry| self.rules.comes_before_deferred(entry.channel);
            let (first, other_first) = (comes_first(entry), comes_first(other));
            // Of those who are asked for by name only the first in order is weighed against others.
            let named = rule == WhyRule::GoalShare && other.alone;
            let before = if named || first && !other.is_live() {
                false
            } else if rule == WhyRule::GoalShare {
                let (used, goal) = share(other, order.1);
                let more = used * own_goal > own_used * goal;
                other.overdue || other_first && !first || first == other_first && more
            } else {
                order < own
            };
            let late = other.overdue && entry.since > other.since.plus_us(T_AGE_US);
            if !before && !late || !self.can_take_at_once(id, other) {
                continue;
            }
            let (invariant, text) = if late {
                ("L2", format!("which came long after {:?}", other.id))
            } else {
                ("S8", format!("by {rule:?}, before {:?}", other.id))
            };
            return broken(invariant, format!("{id:?} got {contact:?}, {text}"));
        }
        Ok(())
    }

    /// S4 and S5.
    pub(super) fn load_holds(&self, id: AdviserId) -> Checked {
        let Some(person) = self.people.get(id.idx()) else {
            return broken("S6", format!("{id:?} does not exist"));
        };
        let used = person.used;
        hold!(used <= CAPACITY, "S5", "{id:?} holds {used} of {CAPACITY}");
        let calls = self.calls(person);
        hold!(calls <= 1, "S4", "{id:?} has {calls} calls");
        Ok(())
    }

    /// S3, S5: what was counted along the way is what is there.
    fn recount(&self, id: AdviserId) -> Checked {
        let person = &self.people[id.idx()];
        let mut used = 0;
        let mut has: Vec<u32> = Vec::new();
        for entry in self.open().filter(|entry| entry.adviser == id) {
            has.push(entry.id.slot());
            if entry.stage != Stage::SetAside {
                used += self.rules.weights[entry.channel as usize];
            }
        }
        let mut counted = person.has.clone();
        counted.sort_unstable();
        hold!(
            used == person.used && has == counted,
            "S5",
            "{id:?} holds {used} in {has:?}, counted {} in {counted:?}",
            person.used
        );
        Ok(())
    }

    /// S2: what entered a queue is somewhere.
    fn flows_add_up(&self) -> Checked {
        for (idx, flow) in self.flows.iter().enumerate() {
            let queue = QueueId(u16::try_from(idx).unwrap_or(u16::MAX));
            let before = self.count(queue, Stage::before_an_answer);
            let after = self.count(queue, Stage::in_hand);
            let entered = flow.entered + flow.transferred_in + flow.overflowed_in + flow.returned;
            let left =
                before + flow.answered + flow.closed_waiting + flow.refused + flow.overflowed_out;
            hold!(
                entered == left,
                "S2",
                "{queue:?}: {before} in line do not fit {flow:?}"
            );
            let done =
                after + flow.closed_after + flow.transferred_out + flow.handed_out + flow.returned;
            hold!(
                flow.answered + flow.handed_in == done,
                "S2",
                "{queue:?}: {after} in hand do not fit {flow:?}"
            );
            let waiting = self.count(queue, |stage| stage == Stage::Queued);
            hold!(
                waiting == self.waiting[idx] as u64,
                "S2",
                "{queue:?}: {waiting} wait, counted {}",
                self.waiting[idx]
            );
        }
        Ok(())
    }

    fn count(&self, queue: QueueId, stage: impl Fn(Stage) -> bool) -> u64 {
        let there = |entry: &&Entry| entry.queue == queue && stage(entry.stage);
        self.open().filter(there).count() as u64
    }

    /// L1, L3: nobody waits for whom somebody is free.
    fn nobody_waits_in_vain(&self) -> Checked {
        let quiet = self.it_is_quiet();
        for entry in self.open() {
            let contact = entry.id;
            hold!(
                entry.stage != Stage::Created,
                "S1",
                "{contact:?} is nowhere"
            );
            if entry.stage != Stage::Queued {
                continue;
            }
            for id in self.everybody() {
                let idle = self.can_take_at_once(id, entry)
                    || quiet && !entry.alone && self.can_take_in_quiet(id, entry);
                hold!(!idle, "L1", "{contact:?} waits although {id:?} is free");
            }
        }
        Ok(())
    }

    /// Whether the adviser has what the contact needs in the ring in force.
    pub(super) fn qualifies(&self, id: AdviserId, entry: &Entry) -> bool {
        let rings = &self.rules.queues[entry.queue.idx()].rings;
        let ring = rings.get(usize::from(entry.ring));
        ring.is_some_and(|ring| self.qualifies_in(id, entry, &ring.condition))
    }

    fn qualifies_in(&self, id: AdviserId, entry: &Entry, ring: &Condition) -> bool {
        let rule = &self.rules.advisers[id.idx()];
        self.people[id.idx()].origins.has(entry.origin)
            && rule.channels.has(entry.channel)
            && rule.clearance.covers(entry.needs.clearance)
            && Condition::Speaks(entry.language).holds(rule, &self.rules)
            && ring.holds(rule, &self.rules)
    }

    /// Whether the one whom the contact names is at work and able in some ring.
    pub(super) fn named_is_able(&self, entry: &Entry) -> bool {
        let named = entry.needs.named;
        let rings = &self.rules.queues[entry.queue.idx()].rings;
        let known = self.people.get(named.idx());
        known.is_some_and(|person| person.signed_in)
            && rings
                .iter()
                .any(|ring| self.qualifies_in(named, entry, &ring.condition))
    }
}

impl Person {
    fn is_there(&self) -> bool {
        self.signed_in && self.absent_until.is_none() && self.not_ready.is_none()
    }

    /// Whether deferred work on this channel comes to them when it is quiet.
    fn takes_in_quiet(&self, channel: Channel) -> bool {
        let live = Channels::of(self.activity).0 & Channels::LIVE.0 != 0;
        live && Channels::DEFERRED.has(channel) && self.also.has(channel)
    }
}

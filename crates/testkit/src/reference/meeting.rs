//! Who meets whom.

use super::citizens::is_deferred;
use super::*;

/// One of those who could be next for an adviser.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    contact: &'a Contact,
    /// Waits for this adviser only.
    alone: bool,
}

impl Reference {
    /// Whether the adviser has what the contact needs in the ring in force, whatever they do now.
    pub(super) fn qualified(&self, id: AdviserId, contact: &Contact) -> bool {
        let rings = &self.rules.queues[contact.queue.idx()].rings;
        self.fits_ring(id, contact, &rings[usize::from(contact.ring)].condition)
    }

    /// The same in a ring of this condition.
    pub(super) fn fits_ring(&self, id: AdviserId, contact: &Contact, ring: &Condition) -> bool {
        let rule = &self.rules.advisers[id.idx()];
        let (channel, language) = (contact.channel, contact.language);
        self.fits_channel(id, channel, language, contact.origin)
            && rule.clearance.0 & contact.clearance.0 == contact.clearance.0
            && self.holds(ring, rule)
    }

    fn fits_channel(
        &self,
        id: AdviserId,
        channel: Channel,
        language: Language,
        origin: Origin,
    ) -> bool {
        let rule = &self.rules.advisers[id.idx()];
        self.speaks(rule, language)
            && self.advisers[id.idx()].origins.has(origin)
            && rule.channels.has(channel)
    }

    fn speaks(&self, rule: &AdviserRule, language: Language) -> bool {
        self.rules.languages[language as usize].is_none_or(|need| {
            let mut skills = rule.skills.iter();
            skills.any(|has| has.skill == need.skill && has.level >= need.level)
        })
    }

    fn holds(&self, condition: &Condition, rule: &AdviserRule) -> bool {
        match condition {
            Condition::Skill(need) => {
                let mut skills = rule.skills.iter();
                skills.any(|has| has.skill == need.skill && has.level >= need.level)
            }
            Condition::Speaks(language) => self.speaks(rule, *language),
            Condition::Unit(unit) => rule.unit == *unit,
            Condition::Group(group) => rule.groups.contains(group),
            Condition::All(parts) => !parts.iter().any(|part| !self.holds(part, rule)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part, rule)),
            Condition::Not(part) => !self.holds(part, rule),
        }
    }

    /// The channels taken whenever there is room.
    fn takes_now(&self, id: AdviserId) -> Channels {
        let adviser = &self.advisers[id.idx()];
        let own = match adviser.activity {
            Activity::Phone => Channel::Voice,
            Activity::Chat => Channel::Chat,
            Activity::Written => Channel::Message,
            Activity::Tasks => Channel::Task,
            Activity::Learning
            | Activity::Fagprat
            | Activity::Lunch
            | Activity::Break
            | Activity::Meeting => return Channels::NONE,
        };
        let mut takes = Channels::NONE.with(own);
        for channel in Channel::ALL {
            // Beside live work, deferred work comes only when it is quiet.
            let at_once = is_deferred(own) || !is_deferred(*channel);
            if at_once && adviser.also.has(*channel) {
                takes = takes.with(*channel);
            }
        }
        takes
    }

    /// Whether the adviser is there, ready, and takes this channel now.
    fn wants(&self, id: AdviserId, channel: Channel) -> bool {
        let adviser = &self.advisers[id.idx()];
        let there = adviser.signed_in && adviser.present && adviser.not_ready.is_none();
        let second_call = channel == Channel::Voice && self.has_a_call(id);
        there && !second_call && self.takes_now(id).has(channel)
    }

    fn has_room(&self, id: AdviserId, channel: Channel) -> bool {
        self.used(id) + self.rules.weights[channel as usize] <= CAPACITY
    }

    /// Whether there is room once deferred work is laid aside for it, and none before.
    fn would_have_room(&self, id: AdviserId, channel: Channel) -> bool {
        let soft = self.soft(id, channel);
        let weight = |id: &ContactId| {
            self.contact(*id)
                .map_or(0, |contact| self.rules.weights[contact.channel as usize])
        };
        let freed: u16 = soft.iter().map(weight).sum();
        let weight = self.rules.weights[channel as usize];
        !self.has_room(id, channel) && self.used(id) - freed + weight <= CAPACITY
    }

    /// What the adviser has in hand, or on offer, that a contact of `channel` may come before; by slot.
    fn soft(&self, id: AdviserId, channel: Channel) -> Vec<ContactId> {
        let mut soft = self.contacts_of(id);
        soft.retain(|other| {
            self.contact(*other).is_some_and(|other| {
                let offered = matches!(other.stage, Stage::Offered { .. });
                (offered || conversations::in_conversation(other))
                    && !is_deferred(channel)
                    && is_deferred(other.channel)
                    && self.rules.interrupts[channel as usize].has(other.channel)
            })
        });
        soft
    }

    /// Whether an offer on this channel could come now.
    pub(super) fn open_for(&self, id: AdviserId, channel: Channel) -> bool {
        self.wants(id, channel) && (self.has_room(id, channel) || self.would_have_room(id, channel))
    }

    /// Whether the adviser would have to lay work aside for something they take: such are asked last.
    fn is_soft(&self, id: AdviserId) -> bool {
        let mut channels = Channel::ALL.iter();
        channels.any(|channel| self.wants(id, *channel) && self.would_have_room(id, *channel))
    }

    /// Whether the adviser is free for a live channel and would lay nothing aside.
    fn is_quiet(&self, id: AdviserId) -> bool {
        let live = [Channel::Voice, Channel::Chat];
        !self.is_soft(id) && live.iter().any(|channel| self.open_for(id, *channel))
    }

    fn it_is_quiet(&self) -> bool {
        let quiet = self.adviser_ids().filter(|id| self.is_quiet(*id));
        quiet.count() > self.rules.reserve as usize
    }

    /// Whether the adviser takes deferred work of this channel because it is quiet.
    fn takes_in_quiet(&self, id: AdviserId, channel: Channel) -> bool {
        is_deferred(channel)
            && self.is_quiet(id)
            && self.advisers[id.idx()].also.has(channel)
            && !self.takes_now(id).has(channel)
            && self.has_room(id, channel)
    }

    /// Nobody has two calls, whatever a call weighs and in whatever state it is.
    fn has_a_call(&self, id: AdviserId) -> bool {
        let mut theirs = self.contacts.iter().filter(|other| other.adviser == id);
        theirs.any(|other| other.channel == Channel::Voice)
    }

    fn barred(&self, id: AdviserId, contact: &Contact) -> bool {
        // A bar holds until an event ends it, however late that comes.
        contact.bars.iter().any(|(adviser, _)| *adviser == id)
    }

    /// Contacts of one line differ in nothing but their place. Whether a contact has been where its queue
    /// overflows to is told apart as well, for it will not go there again.
    fn line(&self, contact: &Contact) -> impl PartialEq + use<> {
        let overflow = self.rules.queues[contact.queue.idx()].overflow;
        (
            (contact.queue, contact.ring, contact.class, contact.channel),
            (contact.language, contact.origin, contact.clearance),
            contact.overdue,
            overflow.is_some_and(|overflow| contact.left.contains(&overflow.to)),
        )
    }

    /// Overdue ones first, by when they became so; then first come, first served, but for the head start.
    pub(super) fn order(&self, contact: &Contact) -> (bool, i64, u64) {
        let class = self.rules.classes[usize::from(contact.class)];
        let since = contact.since.0;
        let place = if contact.overdue {
            let of_language = self.rules.language_guarantees[contact.language as usize];
            since.saturating_add(class.guarantee_us.min(of_language))
        } else {
            since.saturating_sub(class.head_start_us)
        };
        (!contact.overdue, place, contact.sequence)
    }

    pub(super) fn find_adviser_for_each(&mut self, contacts: &[ContactId]) {
        for contact in contacts {
            self.find_adviser_for(*contact);
        }
    }

    /// The contact waits: the able adviser who has been idle longest gets it.
    pub(super) fn find_adviser_for(&mut self, id: ContactId) {
        let Some(contact) = self.contact(id) else {
            return;
        };
        if contact.stage != Stage::Waiting {
            return;
        }
        let Some((adviser, why)) = self.adviser_for(contact) else {
            return;
        };
        let was_quiet = self.is_quiet(adviser);
        self.offer(id, adviser, why);
        if !was_quiet {
            self.give_quiet_work(adviser);
        }
    }

    fn adviser_for(&self, contact: &Contact) -> Option<(AdviserId, Why)> {
        let channel = contact.channel;
        if contact.alone_until.is_some() {
            let named = contact.named;
            let free = self.open_for(named, channel) && !self.barred(named, contact);
            return free.then(|| (named, self.why(contact, WhyRule::Named, &[named])));
        }
        let able = |id: &AdviserId| self.qualified(*id, contact) && !self.barred(*id, contact);
        let able: Vec<AdviserId> = self.adviser_ids().filter(able).collect();
        let of = |takes: &dyn Fn(AdviserId) -> bool| {
            let mut some: Vec<AdviserId> = able.iter().copied().filter(|id| takes(*id)).collect();
            some.sort_by_key(|id| self.advisers[id.idx()].idle_number);
            some
        };
        let free = of(&|id| self.open_for(id, channel) && !self.is_soft(id));
        let rings = &self.rules.queues[contact.queue.idx()].rings;
        let preferred = &rings[usize::from(contact.ring)].preferred;
        let mut tries = Vec::new();
        if *preferred != Condition::ALWAYS {
            let mut first = free.clone();
            first.retain(|id| self.holds(preferred, &self.rules.advisers[id.idx()]));
            tries.push((WhyRule::Preferred, first));
        }
        tries.push((WhyRule::IdleLongest, free));
        let soft = of(&|id| self.open_for(id, channel) && self.is_soft(id));
        tries.push((WhyRule::SetAside, soft));
        match tries.into_iter().find(|(_, found)| !found.is_empty()) {
            Some((rule, found)) => Some((found[0], self.why(contact, rule, &found))),
            None => self.quiet_for(contact),
        }
    }

    /// Somebody free who takes the contact because it is quiet.
    fn quiet_for(&self, contact: &Contact) -> Option<(AdviserId, Why)> {
        if !self.it_is_quiet() {
            return None;
        }
        let takes = |id: &AdviserId| {
            self.takes_in_quiet(*id, contact.channel)
                && self.qualified(*id, contact)
                && !self.barred(*id, contact)
        };
        let mut found: Vec<AdviserId> = self.adviser_ids().filter(takes).collect();
        found.sort_by_key(|id| self.advisers[id.idx()].idle_number);
        let chosen = *found.first()?;
        Some((chosen, self.why(contact, WhyRule::Quiet, &found)))
    }

    /// The figures when a contact chose among `found`, the one idle longest first.
    fn why(&self, contact: &Contact, rule: WhyRule, found: &[AdviserId]) -> Why {
        let passed_over = |id: AdviserId| {
            self.barred(id, contact)
                && self.open_for(id, contact.channel)
                && self.qualified(id, contact)
        };
        let runner_up = found.get(1).copied().unwrap_or(AdviserId::NONE);
        Why {
            rule,
            ring: contact.ring,
            class: contact.class,
            barred: self.adviser_ids().any(passed_over),
            able: u32::try_from(found.len()).unwrap_or(u32::MAX),
            idle_ms: self.idle_ms(found[0]),
            runner_up,
            runner_up_idle_ms: self.idle_ms(runner_up),
            waited_ms: millis(self.now.since_us(contact.enqueued)),
        }
    }

    /// The adviser is free: the first among those they can take, until there is no more room; then what they
    /// had laid aside; then, when it is quiet, deferred work for whoever is free.
    pub(super) fn find_contacts_for(&mut self, adviser: AdviserId) {
        while let Some((id, why)) = self.contact_for(adviser) {
            self.offer(id, adviser, why);
        }
        self.take_up(adviser);
        self.give_quiet_work(adviser);
    }

    /// When it is quiet, deferred work goes to whoever is free, if `adviser` is.
    fn give_quiet_work(&mut self, adviser: AdviserId) {
        if self.free(adviser) {
            while let Some((id, adviser, why)) = self.quiet_work() {
                self.offer(id, adviser, why);
            }
        }
    }

    /// The deferred contact first in order that somebody free would take.
    fn quiet_work(&self) -> Option<(ContactId, AdviserId, Why)> {
        let waits = |contact: &&Contact| {
            contact.stage == Stage::Waiting
                && contact.alone_until.is_none()
                && is_deferred(contact.channel)
        };
        let mut all: Vec<&Contact> = self.contacts.iter().filter(waits).collect();
        all.sort_by_key(|contact| self.order(contact));
        all.iter().find_map(|contact| {
            let (adviser, why) = self.quiet_for(contact)?;
            Some((contact.id, adviser, why))
        })
    }

    fn contact_for(&self, adviser: AdviserId) -> Option<(ContactId, Why)> {
        let lines = self.lines_for(adviser);
        let mut heads: Vec<&Contact> = Vec::new();
        for contact in &lines {
            let same = |head: &&Contact| self.line(head) == self.line(contact);
            if !heads.iter().any(same) {
                heads.push(contact);
            }
        }
        let in_line = |contact| Candidate {
            contact,
            alone: false,
        };
        let everybody: Vec<Candidate<'_>> = lines.iter().copied().map(in_line).collect();
        let mut candidates = everybody.clone();
        candidates.retain(|one| !self.barred(adviser, one.contact));
        candidates.extend(self.own_candidates(adviser));
        let channels = Channel::ALL.iter();
        let open = channels.filter(|channel| self.open_for(adviser, **channel));
        let several = open.count() > 1;
        let (chosen, rule) = self.first_of(&candidates, several)?;
        let first = self.first_of(&everybody, several);
        let passed = first.is_some_and(|(first, _)| self.barred(adviser, first.contact));
        let why = Why {
            rule,
            ring: chosen.contact.ring,
            class: chosen.contact.class,
            barred: passed && !chosen.alone,
            able: u32::try_from(heads.len()).unwrap_or(u32::MAX),
            idle_ms: self.idle_ms(adviser),
            runner_up: AdviserId::NONE,
            runner_up_idle_ms: 0,
            waited_ms: millis(self.now.since_us(chosen.contact.enqueued)),
        };
        Some((chosen.contact.id, why))
    }

    /// The first by share when the adviser takes several channels, else the first in order.
    fn first_of<'a>(
        &self,
        all: &[Candidate<'a>],
        several: bool,
    ) -> Option<(Candidate<'a>, WhyRule)> {
        if several {
            return self.by_share(all);
        }
        let first = all.iter().min_by_key(|one| self.order(one.contact))?;
        Some((*first, rule_of(first, WhyRule::FirstInLine)))
    }

    /// All in line, the first in order first, whom the adviser could take, were it not for a bar.
    fn lines_for(&self, adviser: AdviserId) -> Vec<&Contact> {
        let waits = |contact: &&Contact| {
            contact.stage == Stage::Waiting
                && contact.alone_until.is_none()
                && self.open_for(adviser, contact.channel)
                && self.qualified(adviser, contact)
        };
        let mut all: Vec<&Contact> = self.contacts.iter().filter(waits).collect();
        all.sort_by_key(|contact| self.order(contact));
        all
    }

    /// The first of those who wait for this adviser only.
    fn own_candidates(&self, adviser: AdviserId) -> Vec<Candidate<'_>> {
        let waits = |contact: &&Contact| {
            contact.stage == Stage::Waiting
                && contact.alone_until.is_some()
                && contact.named == adviser
                && self.open_for(adviser, contact.channel)
                && !self.barred(adviser, contact)
        };
        let first = self.contacts.iter().filter(waits);
        let first = first.min_by_key(|contact| self.order(contact));
        first
            .map(|contact| Candidate {
                contact,
                alone: true,
            })
            .into_iter()
            .collect()
    }

    /// Overdue ones first; then whoever has used the largest share of the goal.
    fn by_share<'a>(&self, all: &[Candidate<'a>]) -> Option<(Candidate<'a>, WhyRule)> {
        // Within a line the first in order goes first, whatever the shares.
        let mut firsts: Vec<Candidate<'a>> = Vec::new();
        let mut sorted = all.to_vec();
        sorted.sort_by_key(|one| self.order(one.contact));
        for one in sorted {
            let same = |other: &Candidate<'_>| {
                let alone = one.alone || other.alone;
                !alone && self.line(other.contact) == self.line(one.contact)
            };
            if !firsts.iter().any(same) {
                firsts.push(one);
            }
        }
        let mut best: Option<Candidate<'a>> = None;
        for one in firsts {
            // They come in order, so that an equal share does not displace an earlier one.
            let better = best.is_none_or(|best| {
                let (own, other) = (
                    self.comes_first(one.contact),
                    self.comes_first(best.contact),
                );
                let more = own == other && self.uses_more(one.contact, best.contact);
                !best.contact.overdue && (own && !other || more)
            });
            if better {
                best = Some(one);
            }
        }
        best.map(|best| (best, rule_of(&best, WhyRule::GoalShare)))
    }

    /// Whether somebody waits who may have deferred work laid aside: they go before all that waits.
    fn comes_first(&self, contact: &Contact) -> bool {
        let before = self.rules.interrupts[contact.channel as usize];
        let lays_aside = before.has(Channel::Message) || before.has(Channel::Task);
        !is_deferred(contact.channel) && lays_aside
    }

    /// Whether `a` has used a larger share of its queue's goal than `b`.
    fn uses_more(&self, a: &Contact, b: &Contact) -> bool {
        let used = |contact: &Contact| i128::from(self.now.0) - i128::from(self.order(contact).1);
        let goal = |contact: &Contact| i128::from(self.rules.queues[contact.queue.idx()].goal_us);
        used(a) * goal(b) > used(b) * goal(a)
    }

    fn offer(&mut self, id: ContactId, adviser: AdviserId, why: Why) {
        let back = self.make_room(id, adviser);
        let offer = OfferId::new(id.slot(), self.offers);
        self.offers += 1;
        let queue = self.contact_mut(id).queue;
        let mut ring_us = self.rules.queues[queue.idx()].ring_us;
        if ring_us == 0 && self.contact_mut(id).callback {
            ring_us = READY_US;
        }
        let expires = self.now.plus_us(ring_us);
        let contact = self.contact_mut(id);
        contact.adviser = adviser;
        contact.alone_until = None;
        if ring_us == 0 {
            contact.stage = Stage::Talking;
            self.events.push(Event::ContactAssigned {
                offer,
                contact: id,
                adviser,
                why,
            });
        } else {
            contact.stage = Stage::Offered { offer, expires };
            self.events.push(Event::OfferMade {
                offer,
                contact: id,
                adviser,
                expires,
                why,
            });
        }
        if let Some(back) = back {
            self.find_adviser_for_each(&back);
            // There may be more room now than this contact takes.
            self.find_contacts_for(adviser);
        }
    }

    /// Lays deferred work aside, and takes offers of it back, until there is room.
    fn make_room(&mut self, id: ContactId, adviser: AdviserId) -> Option<Vec<ContactId>> {
        let channel = self.contact_mut(id).channel;
        if self.has_room(adviser, channel) {
            return None;
        }
        let mut back = Vec::new();
        for other in self.soft(adviser, channel) {
            if self.has_room(adviser, channel) {
                break;
            }
            if conversations::in_conversation(self.contact_mut(other)) {
                self.contact_mut(other).stage = Stage::Aside;
                self.events.push(Event::ContactSetAside {
                    contact: other,
                    adviser,
                });
            } else {
                self.take_offer_back(other, OfferOutcome::Interrupted, Timestamp::ZERO);
                back.push(other);
            }
        }
        Some(back)
    }

    /// Takes up what was laid aside, by slot, as far as there is room.
    pub(super) fn take_up(&mut self, adviser: AdviserId) {
        for id in self.contacts_of(adviser) {
            let contact = self.contact_mut(id);
            let channel = contact.channel;
            if contact.stage == Stage::Aside && self.has_room(adviser, channel) {
                self.contact_mut(id).stage = Stage::Talking;
                self.events.push(Event::ContactTakenUp {
                    contact: id,
                    adviser,
                });
            }
        }
    }

    fn idle_ms(&self, adviser: AdviserId) -> u32 {
        adviser.some().map_or(0, |id| {
            millis(self.now.since_us(self.advisers[id.idx()].idle_since))
        })
    }

    /// What those do who have what some contact of `queue` on `channel` needs.
    #[must_use]
    pub fn states_of(&self, queue: QueueId, channel: Channel) -> Vec<AdviserState> {
        let mut states = Vec::new();
        for id in self.adviser_ids() {
            let rings = &self.rules.queues[queue.idx()].rings;
            let rule = &self.rules.advisers[id.idx()];
            let serves = |language: &Language| {
                let needs = |origin: &Origin| self.fits_channel(id, channel, *language, *origin);
                Origin::ALL.iter().any(needs)
            };
            if Language::ALL.iter().any(serves)
                && rings.iter().any(|ring| self.holds(&ring.condition, rule))
            {
                states.push(self.state_of(id));
            }
        }
        states
    }
}

fn rule_of(chosen: &Candidate<'_>, otherwise: WhyRule) -> WhyRule {
    if chosen.alone {
        WhyRule::Named
    } else if chosen.contact.overdue {
        WhyRule::Overdue
    } else {
        otherwise
    }
}

fn millis(us: i64) -> u32 {
    u32::try_from(us / 1000).unwrap_or(u32::MAX)
}

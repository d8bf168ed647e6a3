//! Citizens and advisers who do not exist: what they want of the core, and how they react to it.
//!
//! The population is driven by any clock. It is asked what is due, its wishes go to the core as
//! commands, and it is told every event. It plays only the advisers it was given and hangs up only
//! for citizens it made; whatever else happens in the centre is none of its business. Nothing in it
//! grows with the days.

use jiff::tz::TimeZone;
use linje_event::{Command, Entry, Event, OfferOutcome, WrapUpAction};
use linje_routing::{ContactState, Rules, State};
use linje_types::{
    Activity, AdviserId, Channel, ContactId, OfferId, Origin, SECOND_US, Timestamp, TopicId,
};

use crate::{
    arrivals::{Citizen, Source},
    calendar::{self, Day, us_of},
    heap::{Agenda, Alarms, Entry as Due},
    plan::{Plan, Planner, Wish, activity_of},
    profile::{self, Duty, Error, Habits, Profile},
    random::{Purpose, Streams},
};

/// A command that the population wants to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// The command. An `Arrive` carries `ContactId::NONE`: whoever submits it puts in the id that
    /// comes next and tells it by [`Population::arrived`] when the core has taken it.
    pub command: Command,
    /// Who comes; only with `Arrive`.
    pub citizen: Option<Citizen>,
}

/// What an entry of the agenda is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    /// A citizen has listened to the menu. By slot.
    MenuEnds,
    /// An adviser takes the offer. By slot.
    Accept,
    /// An adviser declines the offer. By slot.
    Decline,
    /// The talk or the work is over. By slot.
    TalkEnds,
    /// The wrap-up is done before its time. By slot.
    WrapUpDone,
    /// The wrap-up needs more time. By slot.
    WrapUpMore,
    /// An adviser does what they mean to. By person.
    Settle,
}

const KINDS: [Kind; 7] = [
    Kind::MenuEnds,
    Kind::Accept,
    Kind::Decline,
    Kind::TalkEnds,
    Kind::WrapUpDone,
    Kind::WrapUpMore,
    Kind::Settle,
];

const STAMP_MASK: u32 = (1 << 28) - 1;

#[inline]
fn pack(kind: Kind, stamp: u32, idx: u32) -> u64 {
    (kind as u64) << 60 | u64::from(stamp & STAMP_MASK) << 32 | u64::from(idx)
}

/// A contact as the population sees it, at the place of its slot.
#[derive(Debug, Clone, Copy)]
struct Slot {
    /// `NOBODY` when the slot is free or the contact is not ours.
    citizen: Citizen,
    generation: u32,
    /// Counts changes: an entry of the agenda with another stamp is out of date.
    stamp: u32,
    /// Number of the live offer.
    offer: u32,
    /// Who has it, or `NONE`.
    adviser: AdviserId,
    /// Place among the shares of the stream.
    share: u16,
}

const FREE: Slot = Slot {
    citizen: Citizen::NOBODY,
    // No contact lives so long.
    generation: u32::MAX,
    stamp: 0,
    offer: 0,
    adviser: AdviserId::NONE,
    share: 0,
};

/// An adviser whom the population plays.
#[derive(Debug, Clone, Copy)]
struct Player {
    adviser: AdviserId,
    wish: Wish,
    stamp: u32,
    signed_in: bool,
    present: bool,
    not_ready: bool,
    activity: Activity,
    ringing: u8,
    contacts: u8,
}

impl Player {
    #[inline]
    fn settled(&self) -> bool {
        match self.wish {
            Wish::Home => !self.signed_in,
            Wish::Do(activity) => {
                self.signed_in && self.present && !self.not_ready && self.activity == activity
            }
        }
    }

    /// The next command towards the wish, unless something must end first.
    fn towards_wish(&self) -> Option<Command> {
        let adviser = self.adviser;
        if self.settled() || self.signed_in && self.ringing > 0 {
            return None;
        }
        if self.signed_in && !self.present {
            return Some(Command::RegainPresence { adviser });
        }
        match self.wish {
            Wish::Do(activity) if !self.signed_in => Some(Command::SignIn { adviser, activity }),
            Wish::Do(activity) => Some(Command::Choose { adviser, activity }),
            Wish::Home if self.contacts == 0 => Some(Command::SignOut { adviser }),
            // On the way home: finish, take nothing new.
            Wish::Home => (self.activity != Activity::Break).then_some(Command::Choose {
                adviser,
                activity: Activity::Break,
            }),
        }
    }
}

const NO_PLAYER: u32 = u32::MAX;
const NO_SLOT: u32 = u32::MAX;

/// Citizens who come and advisers who work, made from a profile and a seed.
#[derive(Debug, Clone)]
pub struct Population {
    profile: Profile,
    streams: Streams,
    zone: TimeZone,
    planner: Planner,
    sources: Vec<Source>,
    next_arrival: Timestamp,
    next_source: usize,
    day: Day,
    plan: Plan,
    next_step: usize,
    /// When the next step of the plan or the next day is due.
    next_rest: Timestamp,
    agenda: Agenda,
    patience: Alarms,
    slots: Vec<Slot>,
    players: Vec<Player>,
    /// By adviser: place in `players`.
    player_of: Vec<u32>,
    /// Citizens whose `Arrive` is on its way.
    expected: Vec<(ContactId, Citizen)>,
    /// A citizen who has just been queued and may be answered within the same command.
    fresh: u32,
    fresh_at: Timestamp,
}

impl Population {
    /// A population that begins at `now` in an empty centre.
    ///
    /// # Errors
    /// When the profile contradicts itself or the rules.
    pub fn new(
        profile: Profile,
        rules: &Rules,
        seed: u64,
        now: Timestamp,
    ) -> Result<Population, Error> {
        profile::check(&profile, rules.queues.len(), rules.advisers.len())?;
        let sources: Vec<Source> = profile.streams.iter().map(Source::new).collect();
        let zone = calendar::zone(&profile.zone)?;
        let mut player_of = vec![NO_PLAYER; rules.advisers.len()];
        for (idx, person) in (0..).zip(&profile.people) {
            player_of[person.adviser.idx()] = idx;
        }
        let mut population = Population {
            streams: Streams::new(seed),
            planner: Planner::new(&sources, &profile.people, rules)?,
            day: calendar::day(&zone, &profile.special, now),
            players: profile
                .people
                .iter()
                .map(|person| Player {
                    adviser: person.adviser,
                    wish: Wish::Home,
                    stamp: 0,
                    signed_in: false,
                    present: true,
                    not_ready: false,
                    activity: Activity::Break,
                    ringing: 0,
                    contacts: 0,
                })
                .collect(),
            zone,
            sources,
            next_arrival: Timestamp::NEVER,
            next_source: 0,
            plan: Plan::EMPTY,
            next_step: 0,
            next_rest: Timestamp::NEVER,
            agenda: Agenda::default(),
            patience: Alarms::default(),
            slots: Vec::new(),
            player_of,
            expected: Vec::new(),
            fresh: NO_SLOT,
            fresh_at: Timestamp::ZERO,
            profile,
        };
        population.begin_for_ever();
        population.begin_day(now);
        population.skip_to(now);
        population.settle_all(now);
        Ok(population)
    }

    /// A population that goes on with what is open in `state` at `now`, as after a crash.
    ///
    /// Who comes later is the same as if nothing had happened. How long those already there wait and
    /// talk is drawn anew: for exponential patience that is exact, for talks it is a fresh talk.
    ///
    /// # Errors
    /// When the profile contradicts itself or the rules.
    pub fn resume(
        profile: Profile,
        rules: &Rules,
        seed: u64,
        state: &State,
        now: Timestamp,
    ) -> Result<Population, Error> {
        let mut population = Population::new(profile, rules, seed, now)?;
        for player in &mut population.players {
            if let Some(view) = state.adviser(player.adviser) {
                player.signed_in = view.signed_in;
                player.present = view.present;
                player.not_ready = view.not_ready.is_some();
                player.activity = view.activity;
            }
        }
        for view in state.contacts() {
            population.adopt(&view, now);
        }
        Ok(population)
    }

    /// When something is next due; `NEVER` = nothing before the end of days.
    pub fn next_due(&mut self) -> Timestamp {
        self.flush_fresh();
        self.agenda
            .first()
            .min(self.patience.first())
            .min(self.next_arrival)
            .min(self.next_rest)
    }

    /// Appends the commands that are due at `now`.
    pub fn due(&mut self, now: Timestamp, asks: &mut Vec<Ask>) {
        while let Some((_, ask)) = self.next(now) {
            asks.push(ask);
        }
    }

    /// The next command that is due before or at `until`, and its moment.
    pub fn next(&mut self, until: Timestamp) -> Option<(Timestamp, Ask)> {
        let mut ask = plain(Command::Tick);
        let at = self.next_into(until, &mut ask)?;
        Some((at, ask))
    }

    /// As [`Population::next`], written where it is wanted: a command is large to hand around.
    pub(crate) fn next_into(&mut self, until: Timestamp, ask: &mut Ask) -> Option<Timestamp> {
        self.flush_fresh();
        loop {
            let (finish, leave) = (self.agenda.first(), self.patience.first());
            let (come, rest) = (self.next_arrival, self.next_rest);
            let at = finish.min(leave).min(come).min(rest);
            if at > until {
                return None;
            }
            let asks = if at == come {
                self.arrive(ask);
                true
            } else if at == finish {
                self.agenda.take().is_some_and(|due| self.fire(due, ask))
            } else if at == leave {
                self.patience
                    .take()
                    .is_some_and(|slot| self.leaves(slot, ask))
            } else if at < self.day.ends {
                self.next_step(ask)
            } else {
                self.begin_day(at);
                false
            };
            if asks {
                return Some(at);
            }
        }
    }

    /// Tells which contact a citizen became, before or after the events of the `Arrive` are told.
    pub fn arrived(&mut self, citizen: Citizen, contact: ContactId, at: Timestamp) {
        if self.known(contact).is_some() {
            self.enters(citizen, contact, at);
            let waits = self.sources[citizen.stream()].stream.menu.is_none();
            if waits && self.slots[contact.slot() as usize].adviser == AdviserId::NONE {
                self.lose_patience_from(contact.slot(), at);
            }
        } else {
            self.expected.push((contact, citizen));
        }
    }

    /// Tells that a command could not be taken just now (the log is busy): it is asked again soon,
    /// except that a citizen who could not come at all does not try again.
    pub fn postponed(&mut self, ask: &Ask, now: Timestamp) {
        let again = now.plus_s(3);
        match ask.command {
            Command::Enqueue { contact, .. } => self.again(contact, Kind::MenuEnds, again),
            Command::End { contact, .. } => self.again(contact, Kind::TalkEnds, again),
            Command::Leave { contact } => {
                let ours = self
                    .known(contact)
                    .map(|slot| slot.adviser == AdviserId::NONE);
                match ours {
                    Some(true) => self.patience.set(contact.slot(), again),
                    Some(false) => self.again(contact, Kind::TalkEnds, again),
                    None => {}
                }
            }
            Command::Accept { offer, .. } => self.offer_again(offer, Kind::Accept, again),
            Command::Decline { offer, .. } => self.offer_again(offer, Kind::Decline, again),
            Command::SignIn { adviser, .. }
            | Command::SignOut { adviser }
            | Command::Choose { adviser, .. }
            | Command::RegainPresence { adviser } => {
                if let Some(player) = self.player_idx(adviser) {
                    self.settle_at(player, again);
                }
            }
            Command::Arrive { .. }
            | Command::Lose { .. }
            | Command::Cut { .. }
            | Command::Close { .. }
            | Command::Fail { .. }
            | Command::Hold { .. }
            | Command::Resume { .. }
            | Command::Transfer { .. }
            | Command::WrapUp { .. }
            | Command::Meet { .. }
            | Command::LosePresence { .. }
            | Command::Publish { .. }
            | Command::Return { .. }
            | Command::Consult { .. }
            | Command::EndConsult { .. }
            | Command::AskCallback { .. }
            | Command::BookCallback { .. }
            | Command::Dialled { .. }
            | Command::Also { .. }
            | Command::Expect { .. }
            | Command::SwitchPlan { .. }
            | Command::AskAdvisers { .. }
            | Command::AnswerRequest { .. }
            | Command::CloseRequest { .. }
            | Command::Protect { .. }
            | Command::CallOut { .. }
            | Command::Conference { .. }
            | Command::Tick => {}
        }
    }

    /// Tells what the core decided at `at`.
    pub fn observe(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::ContactArrived { contact, .. } => self.seen(contact, at),
            Event::ContactQueued { contact, .. } => self.queued(contact, at),
            Event::OfferMade {
                offer,
                contact,
                adviser,
                ..
            } => self.offered(offer, contact, adviser, at),
            Event::ContactAssigned {
                contact, adviser, ..
            } => self.talks(contact, adviser, false, at),
            Event::OfferAccepted {
                contact, adviser, ..
            } => self.talks(contact, adviser, true, at),
            Event::OfferEnded {
                contact,
                adviser,
                outcome,
                ..
            } => {
                self.offer_ended(contact, adviser, outcome, at);
            }
            Event::ContactEnded {
                contact,
                adviser,
                wrap_up_until,
                ..
            } => {
                self.wraps_up(contact, adviser, wrap_up_until, at);
            }
            Event::ContactTransferred { contact, .. } | Event::ContactReturned { contact, .. } => {
                self.back_in_line(contact, at);
            }
            Event::ContactClosed { contact, .. } => self.closed(contact, at),
            Event::AdviserSignedIn { adviser, activity } => self.player(adviser, at, |player| {
                player.signed_in = true;
                player.present = true;
                player.not_ready = false;
                player.activity = activity;
            }),
            Event::AdviserSignedOut { adviser } => {
                self.player(adviser, at, |player| player.signed_in = false);
            }
            Event::ActivityChosen { adviser, activity } => self.player(adviser, at, |player| {
                player.activity = activity;
                player.not_ready = false;
            }),
            Event::PresenceLost { adviser, .. } => {
                self.player(adviser, at, |player| player.present = false);
            }
            Event::PresenceRegained { adviser } => {
                self.player(adviser, at, |player| player.present = true);
            }
            Event::CentrePublished { .. }
            | Event::ContactHeld { .. }
            | Event::ContactResumed { .. }
            | Event::WrapUpSet { .. }
            | Event::OriginsChosen { .. }
            | Event::BarEnded { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::ContactOverflowed { .. }
            | Event::ContactSetAside { .. }
            | Event::ContactGivenBack { .. }
            | Event::ContactTakenUp { .. }
            | Event::ConsultStarted { .. }
            | Event::ConsultEnded { .. }
            | Event::ContactHandedOver { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackDue { .. }
            | Event::CallbackDialling { .. }
            | Event::CallbackAnswered { .. }
            | Event::CallbackMissed { .. }
            | Event::CalledOut { .. }
            | Event::ConferenceSet { .. }
            | Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. } => {}
        }
    }

    /// The plan of the day in progress.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many moments are remembered: bounded by who is here, whatever has gone by.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.agenda.len() + self.patience.len() + self.plan.steps.len() + self.slots.len()
    }

    fn begin_day(&mut self, at: Timestamp) {
        self.day = calendar::day(&self.zone, &self.profile.special, at);
        for (idx, source) in self.sources.iter_mut().enumerate() {
            source.begin(idx, &self.day, &self.streams);
        }
        let world = (
            &self.sources[..],
            &self.profile.people[..],
            &self.profile.habits,
        );
        self.plan = self.planner.plan(&self.day, world, &self.streams);
        self.next_step = 0;
        self.choose_step();
        self.choose_source();
    }

    /// Those who never go home.
    fn begin_for_ever(&mut self) {
        let channel = self
            .sources
            .first()
            .map_or(Channel::Voice, |source| source.stream.channel);
        for (player, person) in self.players.iter_mut().zip(&self.profile.people) {
            if person.duty == Duty::Always {
                player.wish = Wish::Do(activity_of(channel));
            }
        }
    }

    /// Forgets what would have been due before `now`.
    fn skip_to(&mut self, now: Timestamp) {
        for source in &mut self.sources {
            while source.next() < now {
                source.take(&self.streams);
            }
        }
        self.choose_source();
        while let Some(step) = self
            .plan
            .steps
            .get(self.next_step)
            .filter(|step| step.at < now)
        {
            self.players[step.person as usize].wish = step.wish;
            self.next_step += 1;
        }
        self.choose_step();
    }

    /// Everybody does what the plan says within three seconds.
    fn settle_all(&mut self, now: Timestamp) {
        for player in 0..self.players.len() {
            let wait_us = 3 * SECOND_US / i64::try_from(self.players.len()).unwrap_or(1);
            let place = i64::try_from(player).unwrap_or(0);
            self.settle_at(player, now.plus_us(wait_us * place));
        }
    }

    fn choose_step(&mut self) {
        let step = self.plan.steps.get(self.next_step);
        let at = step.map_or(Timestamp::NEVER, |step| step.at);
        self.next_rest = at.min(self.day.ends);
    }

    fn choose_source(&mut self) {
        let next = self
            .sources
            .iter()
            .enumerate()
            .min_by_key(|(_, source)| source.next());
        let (idx, at) = next.map_or((0, Timestamp::NEVER), |(idx, source)| (idx, source.next()));
        self.next_source = idx;
        self.next_arrival = at;
    }

    fn arrive(&mut self, ask: &mut Ask) {
        let citizen = self.sources[self.next_source].take(&self.streams);
        let source = &self.sources[self.next_source];
        let (channel, language) = (
            source.stream.channel,
            source.language(citizen, &self.streams),
        );
        let share = source.share(source.share_idx(citizen, &self.streams));
        let (topic, entry) = if source.stream.menu.is_some() {
            (TopicId::NONE, Entry::Menu)
        } else {
            let entry = Entry::Queue {
                queue: share.queue,
                class: share.class,
                place: Timestamp::NEVER,
                needs: linje_event::Needs::NONE,
            };
            (share.topic, entry)
        };
        if self.sources.len() == 1 {
            self.next_arrival = source.next();
        } else {
            self.choose_source();
        }
        ask.citizen = Some(citizen);
        ask.command = Command::Arrive {
            contact: ContactId::NONE,
            channel,
            topic,
            origin: Origin::Synthetic,
            language,
            entry,
        };
    }

    fn fire(&self, due: Due, ask: &mut Ask) -> bool {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the three parts of the packed number"
        )]
        let (kind, stamp, idx) = (
            (due.what >> 60) as usize,
            (due.what >> 32) as u32 & STAMP_MASK,
            due.what as u32,
        );
        let kind = KINDS[kind];
        if kind == Kind::Settle {
            let player = &self.players[idx as usize];
            let live = player.stamp & STAMP_MASK == stamp;
            return live && wishes(player, ask);
        }
        let slot = &self.slots[idx as usize];
        if slot.stamp & STAMP_MASK != stamp {
            return false;
        }
        let contact = ContactId::new(idx, slot.generation);
        let offer = OfferId::new(idx, slot.offer);
        let adviser = slot.adviser;
        ask.citizen = None;
        ask.command = match kind {
            Kind::MenuEnds => self.menu_ends(contact),
            Kind::Accept => Command::Accept { offer, adviser },
            Kind::Decline => Command::Decline { offer, adviser },
            Kind::TalkEnds => self.talk_ends(contact),
            Kind::WrapUpDone => Command::WrapUp {
                contact,
                action: WrapUpAction::Done,
            },
            Kind::WrapUpMore => {
                let more_s = 20.0 + 60.0 * self.streams.unit(Purpose::WrapUpLength, slot.citizen.0);
                Command::WrapUp {
                    contact,
                    action: WrapUpAction::Extend(us_of(more_s)),
                }
            }
            Kind::Settle => return false,
        };
        true
    }

    fn menu_ends(&self, contact: ContactId) -> Command {
        let slot = &self.slots[contact.slot() as usize];
        let citizen = slot.citizen;
        let source = &self.sources[citizen.stream()];
        let leave_share = source.stream.menu.map_or(0.0, |menu| menu.leave_share);
        if self
            .streams
            .chance(Purpose::LeavesMenu, citizen.0, leave_share)
        {
            return Command::Leave { contact };
        }
        let share = source.share(usize::from(slot.share));
        Command::Enqueue {
            contact,
            queue: share.queue,
            topic: share.topic,
            language: source.language(citizen, &self.streams),
            class: share.class,
            place: Timestamp::NEVER,
            needs: linje_event::Needs::NONE,
        }
    }

    /// A real adviser who helps a made-up citizen is never cut off by a made-up colleague.
    fn talk_ends(&self, contact: ContactId) -> Command {
        let slot = &self.slots[contact.slot() as usize];
        let (citizen, adviser) = (slot.citizen, slot.adviser);
        let played = self.player_idx(adviser).is_some();
        let share = self.profile.habits.citizen_ends_share;
        let citizen_ends = citizen != Citizen::NOBODY
            && (!played
                || share > 0.0
                    && self.speaks(citizen)
                    && self.streams.chance(Purpose::WhoEnds, citizen.0, share));
        if citizen_ends {
            Command::Leave { contact }
        } else {
            Command::End { contact, adviser }
        }
    }

    fn speaks(&self, citizen: Citizen) -> bool {
        matches!(
            self.sources[citizen.stream()].stream.channel,
            Channel::Voice | Channel::Chat
        )
    }

    fn next_step(&mut self, ask: &mut Ask) -> bool {
        let step = self.plan.steps[self.next_step];
        self.next_step += 1;
        self.choose_step();
        let player = &mut self.players[step.person as usize];
        player.wish = step.wish;
        player.stamp = player.stamp.wrapping_add(1);
        wishes(player, ask)
    }

    /// A contact came; it is ours when it was told to be.
    #[inline]
    fn seen(&mut self, contact: ContactId, at: Timestamp) {
        self.slot(contact);
        let place = self
            .expected
            .iter()
            .position(|(expected, _)| expected.slot() == contact.slot());
        let Some(place) = place else { return };
        let (expected, citizen) = self.expected.swap_remove(place);
        if expected == contact {
            self.enters(citizen, contact, at);
        }
    }

    /// The contact is this citizen, who listens to the menu first if there is one.
    #[inline]
    fn enters(&mut self, citizen: Citizen, contact: ContactId, at: Timestamp) {
        let source = &self.sources[citizen.stream()];
        let share = source.share_idx(citizen, &self.streams);
        let menu = source.stream.menu;
        let slot = self.slot(contact);
        slot.citizen = citizen;
        slot.share = u16::try_from(share).unwrap_or(0);
        let stamp = slot.stamp;
        if let Some(menu) = menu {
            let above_s =
                (menu.mean_s - menu.least_s) * self.streams.exponential(Purpose::Menu, citizen.0);
            let until = at.plus_us(us_of(menu.least_s + above_s));
            self.agenda
                .put(until, pack(Kind::MenuEnds, stamp, contact.slot()));
        }
    }

    #[inline]
    fn queued(&mut self, contact: ContactId, at: Timestamp) {
        self.flush_fresh();
        let Some(slot) = self
            .known(contact)
            .filter(|slot| slot.citizen != Citizen::NOBODY)
        else {
            return;
        };
        slot.stamp = slot.stamp.wrapping_add(1);
        self.fresh = contact.slot();
        self.fresh_at = at;
    }

    /// Whoever was queued last was not answered at once: patience counts.
    #[inline]
    fn flush_fresh(&mut self) {
        if self.fresh == NO_SLOT {
            return;
        }
        let slot = core::mem::replace(&mut self.fresh, NO_SLOT);
        self.lose_patience_from(slot, self.fresh_at);
    }

    #[inline]
    fn lose_patience_from(&mut self, slot: u32, at: Timestamp) {
        let citizen = self.slots[slot as usize].citizen;
        let source = &self.sources[citizen.stream()];
        if let Some(patience_us) = source.patience_us(citizen, &self.streams) {
            self.patience.call_off(slot);
            self.patience.set(slot, at.plus_us(patience_us));
        }
    }

    fn offered(&mut self, offer: OfferId, contact: ContactId, adviser: AdviserId, at: Timestamp) {
        let Some(player) = self.player_idx(adviser) else {
            return;
        };
        self.players[player].ringing += 1;
        let habits: Habits = self.profile.habits;
        let chance = self.streams.unit(Purpose::Answer, offer.0);
        let spread_s = habits.answer_most_s - habits.answer_least_s;
        let delay_s =
            habits.answer_least_s + spread_s * self.streams.unit(Purpose::AnswerDelay, offer.0);
        let slot = self.slot(contact);
        slot.stamp = slot.stamp.wrapping_add(1);
        slot.offer = offer.number();
        slot.adviser = adviser;
        let stamp = slot.stamp;
        if chance < habits.miss_share {
            return;
        }
        let declines = chance < habits.miss_share + habits.decline_share;
        let kind = if declines {
            Kind::Decline
        } else {
            Kind::Accept
        };
        self.agenda.put(
            at.plus_us(us_of(delay_s)),
            pack(kind, stamp, contact.slot()),
        );
    }

    #[inline]
    fn talks(&mut self, contact: ContactId, adviser: AdviserId, rang: bool, at: Timestamp) {
        let idx = contact.slot();
        let player = self.player_idx(adviser);
        let ours = self
            .known(contact)
            .is_some_and(|slot| slot.citizen != Citizen::NOBODY);
        if player.is_none() && !ours {
            return;
        }
        if self.fresh == idx {
            self.fresh = NO_SLOT;
        } else {
            self.patience.call_off(idx);
        }
        let slot = self.slot(contact);
        slot.stamp = slot.stamp.wrapping_add(1);
        slot.adviser = adviser;
        let (stamp, citizen, share) = (slot.stamp, slot.citizen, usize::from(slot.share));
        if let Some(player) = player {
            let who = &mut self.players[player];
            who.ringing -= u8::from(rang && who.ringing > 0);
            who.contacts += 1;
            if !who.settled() {
                self.settle_at(player, at.plus_s(1));
            }
        }
        let source = &self.sources[if ours { citizen.stream() } else { 0 }];
        let person = if ours {
            citizen
        } else {
            Citizen::adopted(0, contact.0)
        };
        let talk_us = source.talk_us(share, person, &self.streams);
        self.agenda
            .put(at.plus_us(talk_us), pack(Kind::TalkEnds, stamp, idx));
    }

    fn offer_ended(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        outcome: OfferOutcome,
        at: Timestamp,
    ) {
        if let Some(slot) = self.known(contact) {
            slot.stamp = slot.stamp.wrapping_add(1);
            slot.adviser = AdviserId::NONE;
        }
        let Some(player) = self.player_idx(adviser) else {
            return;
        };
        let who = &mut self.players[player];
        who.ringing = who.ringing.saturating_sub(1);
        let back_at = match outcome {
            OfferOutcome::CitizenLeft
            | OfferOutcome::Fault
            | OfferOutcome::PresenceLost
            | OfferOutcome::AdviserLeft
            | OfferOutcome::Interrupted => at.plus_s(1),
            OfferOutcome::Declined
            | OfferOutcome::Expired
            | OfferOutcome::Busy
            | OfferOutcome::Unreachable
            | OfferOutcome::BridgeFailed => {
                who.not_ready = true;
                let mean_s = self.profile.habits.return_mean_s;
                let wait_s = mean_s
                    * self
                        .streams
                        .exponential(Purpose::Return, contact.0 ^ u64::from(adviser.0) << 40);
                at.plus_us(us_of(5.0 + wait_s))
            }
        };
        if !self.players[player].settled() {
            self.settle_at(player, back_at);
        }
    }

    fn wraps_up(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        until: Timestamp,
        at: Timestamp,
    ) {
        let Some(slot) = self.known(contact) else {
            return;
        };
        slot.stamp = slot.stamp.wrapping_add(1);
        let (stamp, citizen) = (slot.stamp, slot.citizen);
        if until <= at || self.player_idx(adviser).is_none() {
            return;
        }
        let habits: Habits = self.profile.habits;
        let number = if citizen == Citizen::NOBODY {
            contact.0
        } else {
            citizen.0
        };
        let chance = self.streams.unit(Purpose::WrapUp, number);
        let kind = if chance < habits.early_share {
            Kind::WrapUpDone
        } else if chance < habits.early_share + habits.extend_share {
            Kind::WrapUpMore
        } else {
            return;
        };
        let part = self.streams.unit(Purpose::WrapUpLength, number);
        let moment = at.plus_us(us_of(until.min(at.plus_s(600)).since_s(at) * part));
        self.agenda.put(moment, pack(kind, stamp, contact.slot()));
    }

    fn back_in_line(&mut self, contact: ContactId, at: Timestamp) {
        self.release(contact, at);
        let Some(slot) = self.known(contact) else {
            return;
        };
        slot.stamp = slot.stamp.wrapping_add(1);
        if slot.citizen != Citizen::NOBODY {
            self.lose_patience_from(contact.slot(), at);
        }
    }

    #[inline]
    fn closed(&mut self, contact: ContactId, at: Timestamp) {
        self.release(contact, at);
        let Some(slot) = self.known(contact) else {
            return;
        };
        slot.stamp = slot.stamp.wrapping_add(1);
        slot.citizen = Citizen::NOBODY;
        if self.fresh == contact.slot() {
            self.fresh = NO_SLOT;
        }
        self.patience.call_off(contact.slot());
    }

    /// The adviser no longer has the contact.
    #[inline]
    fn release(&mut self, contact: ContactId, at: Timestamp) {
        let Some(slot) = self.known(contact) else {
            return;
        };
        let adviser = core::mem::replace(&mut slot.adviser, AdviserId::NONE);
        let Some(player) = self.player_idx(adviser) else {
            return;
        };
        let who = &mut self.players[player];
        who.contacts = who.contacts.saturating_sub(1);
        if !who.settled() && who.contacts == 0 {
            self.settle_at(player, at.plus_s(1));
        }
    }

    /// Changes what is known of a player; whoever is not where they want to be tries again soon.
    fn player(&mut self, adviser: AdviserId, at: Timestamp, change: impl FnOnce(&mut Player)) {
        let Some(idx) = self.player_idx(adviser) else {
            return;
        };
        let player = &mut self.players[idx];
        change(player);
        if !player.settled() && player.towards_wish().is_some() {
            self.settle_at(idx, at.plus_s(1));
        }
    }

    fn settle_at(&mut self, player: usize, at: Timestamp) {
        let who = &mut self.players[player];
        who.stamp = who.stamp.wrapping_add(1);
        let idx = u32::try_from(player).unwrap_or(NO_PLAYER);
        self.agenda.put(at, pack(Kind::Settle, who.stamp, idx));
    }

    fn again(&mut self, contact: ContactId, kind: Kind, at: Timestamp) {
        if let Some(slot) = self.known(contact) {
            let stamp = slot.stamp;
            self.agenda.put(at, pack(kind, stamp, contact.slot()));
        }
    }

    fn offer_again(&mut self, offer: OfferId, kind: Kind, at: Timestamp) {
        let slot = self.slots.get(offer.slot() as usize);
        if let Some(slot) =
            slot.filter(|slot| slot.offer == offer.number() && slot.adviser != AdviserId::NONE)
        {
            self.agenda.put(at, pack(kind, slot.stamp, offer.slot()));
        }
    }

    /// A citizen has waited long enough.
    fn leaves(&self, slot: u32, ask: &mut Ask) -> bool {
        let contact = ContactId::new(slot, self.slots[slot as usize].generation);
        *ask = plain(Command::Leave { contact });
        true
    }

    #[inline]
    fn player_idx(&self, adviser: AdviserId) -> Option<usize> {
        let idx = *self.player_of.get(adviser.idx())?;
        (idx != NO_PLAYER).then_some(idx as usize)
    }

    /// The slot of a contact that has been seen before.
    #[inline]
    fn known(&mut self, contact: ContactId) -> Option<&mut Slot> {
        self.slots
            .get_mut(contact.slot() as usize)
            .filter(|slot| slot.generation == contact.generation())
    }

    /// The slot of a contact, cleared when somebody else was in it before.
    #[inline]
    fn slot(&mut self, contact: ContactId) -> &mut Slot {
        let place = contact.slot() as usize;
        if place >= self.slots.len() {
            self.slots.resize(place + 1, FREE);
        }
        let slot = &mut self.slots[place];
        if slot.generation != contact.generation() {
            let stamp = slot.stamp.wrapping_add(1);
            *slot = Slot {
                generation: contact.generation(),
                stamp,
                ..FREE
            };
        }
        slot
    }

    /// Takes over a contact that was open before.
    fn adopt(&mut self, view: &linje_routing::ContactView, now: Timestamp) {
        let source = self
            .sources
            .iter()
            .position(|source| source.stream.channel == view.channel);
        let player = self.player_idx(view.adviser);
        let ours = view.origin == Origin::Synthetic && source.is_some();
        if !ours && player.is_none() {
            return;
        }
        let stream = source.unwrap_or(0);
        let citizen = Citizen::adopted(stream, view.id.0);
        // Who is still in the menu has not chosen: the choice is drawn, as for anybody who comes.
        let share = if view.state == ContactState::InMenu {
            self.sources[stream].share_idx(citizen, &self.streams)
        } else {
            self.sources[stream].share_of(view.queue)
        };
        let slot = self.slot(view.id);
        slot.share = u16::try_from(share).unwrap_or(0);
        if ours {
            slot.citizen = citizen;
        }
        match view.state {
            ContactState::InMenu if ours => self.again(view.id, Kind::MenuEnds, now.plus_s(10)),
            ContactState::InMenu => {}
            ContactState::Queued => self.queued(view.id, now),
            ContactState::Offered => {
                if ours {
                    self.queued(view.id, now);
                }
                if let Some(offer) = view.offer {
                    self.offered(offer, view.id, view.adviser, now);
                }
            }
            ContactState::Active
            | ContactState::Held
            | ContactState::SetAside
            | ContactState::Consulting => self.talks(view.id, view.adviser, false, now),
            // Synthetic citizens ask for no callback.
            ContactState::Parked | ContactState::Dialling => {}
            ContactState::WrapUp => {
                let slot = self.slot(view.id);
                slot.adviser = view.adviser;
                let stamp = slot.stamp;
                if let Some(player) = player {
                    self.players[player].contacts += 1;
                    if view.deadline.is_none() {
                        self.agenda.put(
                            now.plus_s(30),
                            pack(Kind::WrapUpDone, stamp, view.id.slot()),
                        );
                    }
                }
            }
        }
        self.flush_fresh();
    }
}

/// Puts the next command towards the player's wish into `ask`, if there is one now.
fn wishes(player: &Player, ask: &mut Ask) -> bool {
    let command = player.towards_wish();
    if let Some(command) = command {
        *ask = plain(command);
    }
    command.is_some()
}

#[inline]
fn plain(command: Command) -> Ask {
    Ask {
        command,
        citizen: None,
    }
}

//! Worlds: random centres, and random commands for them, the impossible ones among them.
//!
//! A command is made from the number of its step and from what is open just then, so that a sequence
//! with steps taken out is still a sequence that makes sense. That is what shrinking needs.

use linje_event::{CloseReason, Command, Entry, FailCause, Needs, WrapUpAction};
use linje_routing::{AdviserRule, Class, Condition, QueueRule, Requirement, Ring, Rules};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, QueueId, SECOND_US, SkillId, Timestamp, TopicId, UnitId,
};

use crate::dice::Dice;
use crate::reference::{Adviser, Contact, Reference, Stage};

/// What can be wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Arrive,
    Enqueue,
    Leave,
    Lose,
    Close,
    Accept,
    Decline,
    Fail,
    Hold,
    Resume,
    End,
    Transfer,
    WrapUp,
    SignIn,
    SignOut,
    Choose,
    Meet,
    LosePresence,
    RegainPresence,
    Publish,
    Tick,
}

/// How often each is wanted in an ordinary house; each world bends this its own way.
const ODDS: [(Kind, usize); 21] = [
    (Kind::Arrive, 24),
    (Kind::Enqueue, 8),
    (Kind::Leave, 4),
    (Kind::Lose, 2),
    (Kind::Close, 1),
    (Kind::Accept, 24),
    (Kind::Decline, 4),
    (Kind::Fail, 4),
    (Kind::Hold, 4),
    (Kind::Resume, 4),
    (Kind::End, 14),
    (Kind::Transfer, 5),
    (Kind::WrapUp, 8),
    (Kind::SignIn, 8),
    (Kind::SignOut, 2),
    (Kind::Choose, 12),
    (Kind::Meet, 2),
    (Kind::LosePresence, 2),
    (Kind::RegainPresence, 3),
    (Kind::Publish, 1),
    (Kind::Tick, 5),
];

/// A centre and the habits of those who use it.
#[derive(Debug, Clone)]
pub struct World {
    /// The rules.
    pub rules: Rules,
    /// Whether time is kept: everything that is due is fired before the next command.
    pub punctual: bool,
    odds: Vec<(Kind, usize)>,
    busy_channels: Vec<Channel>,
    longest_pause_us: i64,
    seed: u64,
}

/// What a step may look at when it makes its command.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What is open.
    pub reference: &'a Reference,
    /// The id for the next contact.
    pub next_contact: ContactId,
    /// The last moment.
    pub now: Timestamp,
    /// The last command.
    pub last: Command,
    /// Offers of the past, most of them no longer live.
    pub past_offers: &'a [OfferId],
    /// Contacts of the past, most of them closed.
    pub past_contacts: &'a [ContactId],
}

impl World {
    /// The world of this seed.
    #[must_use]
    pub fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let rules = rules(&mut dice);
        let mut odds = ODDS.to_vec();
        for (_, share) in &mut odds {
            *share *= dice.pick(&[0, 1, 2, 2, 4]);
        }
        // Somebody must come, and somebody must be there, or nothing happens.
        odds.push((Kind::Arrive, 10));
        odds.push((Kind::SignIn, 8));
        odds.push((Kind::Choose, 6));
        let mut busy_channels = vec![Channel::Voice];
        busy_channels.extend(Channel::ALL.iter().filter(|_| dice.chance(50)));
        World {
            rules,
            punctual: dice.chance(60),
            odds,
            busy_channels,
            longest_pause_us: dice.pick(&[1, SECOND_US, 4 * SECOND_US, 30 * SECOND_US]),
            seed,
        }
    }

    /// The moment and the command of step number `step`.
    #[must_use]
    pub fn step(&self, step: u64, scene: &Scene<'_>) -> (Timestamp, Command) {
        let mut dice = Dice::new(self.seed ^ step.wrapping_mul(0xd6e8_feb8_6659_fd93));
        let now = self.moment(&mut dice, scene);
        if dice.chance(3) {
            return (now, scene.last);
        }
        (now, self.command(&mut dice, scene))
    }

    fn moment(&self, dice: &mut Dice, scene: &Scene<'_>) -> Timestamp {
        let due = scene.reference.next_deadline();
        let near = due != Timestamp::NEVER && due >= scene.now;
        match dice.below(10) {
            0 | 1 => scene.now,
            2 if near => due,
            3 if near => due.plus_us(dice.within(-1, 1)).max(scene.now),
            4 if dice.chance(5) => scene.now.plus_us(120 * SECOND_US),
            _ => scene.now.plus_us(dice.within(0, self.longest_pause_us)),
        }
    }

    /// Something that can be wanted just now; after some tries, somebody comes.
    fn command(&self, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        for _ in 0..6 {
            let kind = self.kind(dice);
            if let Some(command) = self.command_of(kind, dice, scene) {
                return command;
            }
        }
        self.arrive(dice, scene)
    }

    fn kind(&self, dice: &mut Dice) -> Kind {
        let mut left = dice.below(self.odds.iter().map(|(_, share)| share).sum());
        for (kind, share) in &self.odds {
            if left < *share {
                return *kind;
            }
            left -= share;
        }
        Kind::Tick
    }

    /// A command of this kind, or `None` when there is nobody it would fit.
    fn command_of(&self, kind: Kind, dice: &mut Dice, scene: &Scene<'_>) -> Option<Command> {
        let in_line = |c: &Contact| matches!(c.stage, Stage::Waiting | Stage::Offered { .. });
        let open = |c: &Contact| !matches!(c.stage, Stage::WrappingUp { .. });
        let talking = |c: &Contact| c.stage == Stage::Talking;
        let in_hand = |c: &Contact| matches!(c.stage, Stage::Talking | Stage::OnHold);
        Some(match kind {
            Kind::Arrive => self.arrive(dice, scene),
            Kind::Enqueue => Command::Enqueue {
                contact: some_contact(dice, scene, |c| c.stage == Stage::InMenu)?,
                queue: self.some_queue(dice),
                topic: dice.pick(&[TopicId::NONE, TopicId(1)]),
                language: some_language(dice),
                class: self.some_class(dice),
                place: some_place(dice, scene.now),
                needs: Needs::NONE,
            },
            Kind::Leave if dice.chance(70) => Command::Leave {
                contact: some_contact(dice, scene, in_line)?,
            },
            Kind::Leave => Command::Leave {
                contact: some_contact(dice, scene, open)?,
            },
            Kind::Lose => Command::Lose {
                contact: some_contact(dice, scene, open)?,
            },
            Kind::Close => Command::Close {
                contact: some_contact(dice, scene, |c| open(c) && !in_hand(c))?,
                reason: close_reason(dice),
            },
            Kind::Accept => {
                let (offer, adviser) = some_offer(dice, scene)?;
                Command::Accept { offer, adviser }
            }
            Kind::Decline => {
                let (offer, adviser) = some_offer(dice, scene)?;
                Command::Decline { offer, adviser }
            }
            Kind::Fail => Command::Fail {
                offer: some_offer(dice, scene)?.0,
                cause: fail_cause(dice),
            },
            Kind::Hold => Command::Hold {
                contact: some_contact(dice, scene, talking)?,
            },
            Kind::Resume => Command::Resume {
                contact: some_contact(dice, scene, |c| c.stage == Stage::OnHold)?,
            },
            Kind::End => end(dice, scene)?,
            Kind::Transfer => Command::Transfer {
                contact: some_contact(dice, scene, in_hand)?,
                queue: self.some_queue(dice),
            },
            Kind::WrapUp => wrap_up(dice, scene)?,
            Kind::SignIn => {
                let adviser = some_adviser(dice, scene, |who| !who.signed_in)?;
                let activity = self.some_activity(dice, adviser);
                Command::SignIn { adviser, activity }
            }
            Kind::SignOut => Command::SignOut {
                adviser: some_adviser(dice, scene, |who| who.signed_in)?,
            },
            Kind::Choose => {
                let adviser = someone_to_choose(dice, scene)?;
                let activity = self.some_activity(dice, adviser);
                Command::Choose { adviser, activity }
            }
            Kind::Meet => Command::Meet {
                adviser: some_adviser(dice, scene, |who| who.signed_in)?,
                origins: Origins(dice.pick(&[3, 3, 3, 3, 1, 2, 0, 255])),
            },
            Kind::LosePresence => Command::LosePresence {
                adviser: some_adviser(dice, scene, |who| who.signed_in && who.present)?,
            },
            Kind::RegainPresence => Command::RegainPresence {
                adviser: some_adviser(dice, scene, |who| who.signed_in && !who.present)?,
            },
            Kind::Publish => Command::Publish {
                version: dice.next(),
            },
            Kind::Tick => Command::Tick,
        })
    }

    fn arrive(&self, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        let entry = if dice.chance(20) {
            Entry::Menu
        } else {
            Entry::Queue {
                queue: self.some_queue(dice),
                class: self.some_class(dice),
                place: some_place(dice, scene.now),
                needs: Needs::NONE,
            }
        };
        let contact = if dice.chance(1) {
            bygone(dice, scene)
        } else {
            scene.next_contact
        };
        Command::Arrive {
            contact,
            channel: dice.pick(&self.busy_channels),
            topic: dice.pick(&[TopicId::NONE, TopicId(0), TopicId(3)]),
            origin: dice.pick(&[Origin::Live, Origin::Live, Origin::Synthetic]),
            language: some_language(dice),
            entry,
        }
    }

    fn some_queue(&self, dice: &mut Dice) -> QueueId {
        let n_queues = self.rules.queues.len();
        if dice.chance(1) {
            return dice.pick(&[QueueId::NONE, QueueId(u16::try_from(n_queues).unwrap_or(0))]);
        }
        QueueId(u16::try_from(dice.below(n_queues)).unwrap_or(0))
    }

    fn some_class(&self, dice: &mut Dice) -> u8 {
        let all = self.rules.classes.len() + usize::from(dice.chance(1));
        u8::try_from(dice.below(all)).unwrap_or(0)
    }

    /// Mostly one that brings contacts.
    fn some_activity(&self, dice: &mut Dice, adviser: AdviserId) -> Activity {
        if dice.chance(12) {
            return dice.pick(Activity::ALL);
        }
        let rule = self.rules.advisers.get(adviser.idx());
        let takes = rule.map_or(Channels::NONE, |rule| rule.channels);
        let mut channel = dice.pick(&self.busy_channels);
        for _ in 0..3 {
            if !takes.has(channel) {
                channel = dice.pick(&self.busy_channels);
            }
        }
        match channel {
            Channel::Voice => Activity::Phone,
            Channel::Chat => Activity::Chat,
            Channel::Message => Activity::Written,
            Channel::Task => Activity::Tasks,
        }
    }
}

fn rules(dice: &mut Dice) -> Rules {
    // In a simple house everybody can do everything; the order of lines shows best there.
    let simple = dice.chance(35);
    let (n_skills, n_units) = (1 + dice.below(4), 1 + dice.below(3));
    let n_classes = 1 + dice.below(3);
    let mut classes = vec![Class::ahead(dice.pick(&[0, 0, 0, 5 * SECOND_US]))];
    while classes.len() < n_classes {
        let ahead_us = dice.pick(&[0, 20 * SECOND_US, 60 * SECOND_US, -10 * SECOND_US]);
        classes.push(Class::ahead(ahead_us));
    }
    let chooser = if simple { 0 } else { dice.pick(&[0, 30, 60]) };
    let mut languages = [None; 4];
    for language in languages.iter_mut().skip(1) {
        *language = dice.chance(chooser).then(|| requirement(dice, n_skills));
    }
    let queues = (0..1 + dice.below(5)).map(|_| queue(dice, simple, n_skills, n_units, n_classes));
    let queues = queues.collect();
    let most = dice.pick(&[2, 5, 5, 12, 12, 40]);
    let advisers = (0..1 + dice.below(most)).map(|_| adviser(dice, simple, n_skills, n_units));
    let advisers = advisers.collect();
    Rules {
        version: dice.next(),
        weights: [
            dice.pick(&[100, 100, 60, 30]),
            dice.pick(&[50, 33, 40, 20, 100]),
            dice.pick(&[100, 50, 30]),
            dice.pick(&[100, 25]),
        ],
        classes,
        languages,
        queues,
        advisers,
        bar_us: dice.pick(&[30, 30, 5, 1, 0]) * SECOND_US,
        return_us: dice.pick(&[60, 10, 2, 0]) * SECOND_US,
        ..Rules::empty()
    }
}

fn requirement(dice: &mut Dice, n_skills: usize) -> Requirement {
    Requirement {
        skill: SkillId(u16::try_from(dice.below(n_skills)).unwrap_or(0)),
        level: dice.pick(&[1, 1, 2, 3]),
    }
}

fn queue(
    dice: &mut Dice,
    simple: bool,
    n_skills: usize,
    n_units: usize,
    n_classes: usize,
) -> QueueRule {
    let (mut requires, mut units) = (Vec::new(), Vec::new());
    if !simple {
        let n_needs = dice.pick(&[0, 1, 1, 2]);
        requires = (0..n_needs).map(|_| requirement(dice, n_skills)).collect();
        for _ in 0..dice.pick(&[0, 0, 0, 1, 2]) {
            units.push(UnitId(u16::try_from(dice.below(n_units)).unwrap_or(0)));
        }
    }
    let mut all = vec![Condition::skills(&requires)];
    if !units.is_empty() {
        all.push(Condition::Any(
            units.into_iter().map(Condition::Unit).collect(),
        ));
    }
    QueueRule {
        rings: vec![Ring::of(Condition::All(all))],
        wrap_up_us: dice.pick(&[0, 1, 5, 30]) * SECOND_US,
        ring_us: dice.pick(&[0, 20, 20, 3]) * SECOND_US,
        max_waiting: dice.pick(&[1000, 1000, 10, 3, 1, 0]),
        class: u8::try_from(dice.below(n_classes)).unwrap_or(0),
        ..QueueRule::default()
    }
}

fn adviser(dice: &mut Dice, simple: bool, n_skills: usize, n_units: usize) -> AdviserRule {
    let mut skills = Vec::new();
    for skill in 0..n_skills {
        while dice.chance(55) {
            skills.push(Requirement {
                skill: SkillId(u16::try_from(skill).unwrap_or(0)),
                level: dice.pick(&[1, 2, 3]),
            });
        }
    }
    let origins = dice.pick(&[3, 3, 3, 1, 2, 0]);
    let channels = dice.pick(&[15, 15, 3, 1]);
    AdviserRule {
        unit: UnitId(u16::try_from(dice.below(n_units)).unwrap_or(0)),
        skills,
        origins: if simple {
            Origins::BOTH
        } else {
            Origins(origins)
        },
        channels: Channels(if simple { 15 } else { channels }),
        groups: Vec::new(),
        clearance: Clearance::NONE,
    }
}

fn some_language(dice: &mut Dice) -> Language {
    let all = [
        Language::Nb,
        Language::Nb,
        Language::Nn,
        Language::Se,
        Language::En,
    ];
    dice.pick(&all)
}

/// Mostly from now; some keep an old place, a few claim one that is still to come.
fn some_place(dice: &mut Dice, now: Timestamp) -> Timestamp {
    match dice.below(20) {
        0..=2 => now.plus_us(-dice.within(0, 300 * SECOND_US)),
        3 if dice.chance(5) => Timestamp(i64::MIN),
        3 if dice.chance(30) => now.plus_us(dice.within(0, 10 * SECOND_US)),
        _ => Timestamp::NEVER,
    }
}

fn close_reason(dice: &mut Dice) -> CloseReason {
    dice.pick(&[
        CloseReason::ClosedHours,
        CloseReason::Cancelled,
        CloseReason::NoChoice,
    ])
}

fn fail_cause(dice: &mut Dice) -> FailCause {
    dice.pick(&[
        FailCause::Busy,
        FailCause::Unreachable,
        FailCause::NoAnswer,
        FailCause::BridgeFailed,
    ])
}

fn end(dice: &mut Dice, scene: &Scene<'_>) -> Option<Command> {
    let in_hand = |c: &Contact| matches!(c.stage, Stage::Talking | Stage::OnHold);
    let contact = some_contact(dice, scene, in_hand)?;
    let has = scene.reference.contact(contact).map(|c| c.adviser);
    let adviser = match dice.below(20) {
        0..=3 => AdviserId::NONE,
        4 => some_adviser(dice, scene, |_| true)?,
        _ => has.unwrap_or(AdviserId::NONE),
    };
    Some(Command::End { contact, adviser })
}

fn wrap_up(dice: &mut Dice, scene: &Scene<'_>) -> Option<Command> {
    let wrapping = |c: &Contact| matches!(c.stage, Stage::WrappingUp { .. });
    let action = match dice.below(4) {
        0 => WrapUpAction::StopClock,
        1 => WrapUpAction::Extend(dice.pick(&[0, 1, -5, 20, 60]) * SECOND_US),
        _ => WrapUpAction::Done,
    };
    Some(Command::WrapUp {
        contact: some_contact(dice, scene, wrapping)?,
        action,
    })
}

/// Mostly one who is not ready: choosing is the way back.
fn someone_to_choose(dice: &mut Dice, scene: &Scene<'_>) -> Option<AdviserId> {
    if dice.chance(60) {
        return some_adviser(dice, scene, |who| who.signed_in && who.not_ready.is_some());
    }
    some_adviser(dice, scene, |who| who.signed_in)
}

/// Mostly one who fits; some who do not, or do not exist; `None` when nobody fits.
fn some_adviser(
    dice: &mut Dice,
    scene: &Scene<'_>,
    fits: impl Fn(&Adviser) -> bool,
) -> Option<AdviserId> {
    if dice.chance(1) {
        return Some(dice.pick(&[AdviserId::NONE, AdviserId(1000)]));
    }
    let any = dice.chance(3);
    let mut found = Vec::new();
    for (idx, adviser) in scene.reference.advisers().iter().enumerate() {
        if any || fits(adviser) {
            found.push(AdviserId(u32::try_from(idx).unwrap_or(0)));
        }
    }
    (!found.is_empty()).then(|| dice.pick(&found))
}

/// Mostly one that fits; some that do not, are closed, or never were; `None` when none fits.
fn some_contact(
    dice: &mut Dice,
    scene: &Scene<'_>,
    fits: impl Fn(&Contact) -> bool,
) -> Option<ContactId> {
    if dice.chance(2) {
        return Some(bygone(dice, scene));
    }
    let any = dice.chance(4);
    let mut found = Vec::new();
    for contact in scene.reference.contacts() {
        if any || fits(contact) {
            found.push(contact.id);
        }
    }
    // The order in which contacts lie in the reference means nothing; ids do.
    found.sort_unstable();
    (!found.is_empty()).then(|| dice.pick(&found))
}

fn bygone(dice: &mut Dice, scene: &Scene<'_>) -> ContactId {
    if scene.past_contacts.is_empty() || dice.chance(10) {
        return dice.pick(&[ContactId::NONE, scene.next_contact, ContactId::new(5000, 0)]);
    }
    dice.pick(scene.past_contacts)
}

/// Mostly a live offer and whom it was made to; some are late, some are somebody else's.
fn some_offer(dice: &mut Dice, scene: &Scene<'_>) -> Option<(OfferId, AdviserId)> {
    let mut live = Vec::new();
    for contact in scene.reference.contacts() {
        if let Stage::Offered { offer, .. } = contact.stage {
            live.push((offer, contact.adviser));
        }
    }
    live.sort_unstable();
    let n_advisers = scene.reference.advisers().len();
    let anybody = AdviserId(u32::try_from(dice.below(n_advisers)).unwrap_or(0));
    if !scene.past_offers.is_empty() && dice.chance(3) {
        return Some((dice.pick(scene.past_offers), anybody));
    }
    if live.is_empty() {
        let unknown = OfferId(u64::MAX);
        return dice.chance(1).then_some((unknown, anybody));
    }
    let (offer, adviser) = dice.pick(&live);
    if dice.chance(4) {
        return Some((offer, dice.pick(&[anybody, AdviserId::NONE])));
    }
    Some((offer, adviser))
}

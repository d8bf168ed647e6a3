//! Worlds: random centres, and random commands for them, the impossible ones among them.
//!
//! A command is made from the number of its step and from what is open just then, so that a sequence
//! with steps taken out is still a sequence that makes sense. That is what shrinking needs.

use linje_event::{CloseReason, Command, Entry, FailCause, WrapUpAction};
use linje_routing::{AdviserRule, QueueRule, Requirement, Rules};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, Language, OfferId, Origin, Origins, QueueId,
    SECOND_US, SkillId, Timestamp, TopicId, UnitId,
};

use crate::dice::Dice;
use crate::reference::{Contact, Reference, Stage};

/// What can be wanted, as rows of a world's table of odds.
const KINDS: usize = 21;

/// A centre and the habits of those who use it.
#[derive(Debug, Clone)]
pub struct World {
    /// The rules.
    pub rules: Rules,
    /// Whether time is kept: everything that is due is fired before the next command.
    pub punctual: bool,
    odds: [usize; KINDS],
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
        let mut odds = [0; KINDS];
        for share in &mut odds {
            *share = dice.pick(&[0, 1, 2, 3, 5, 8]);
        }
        // Somebody must come, and somebody must be there, or nothing happens.
        odds[0] = odds[0].max(3) * dice.pick(&[1, 2, 6]);
        odds[5] += 3;
        odds[14] = odds[14].max(2);
        odds[16] = odds[16].max(1);
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
        if dice.chance(4) {
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

    fn command(&self, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        let mut left = dice.below(self.odds.iter().sum());
        for (kind, share) in self.odds.iter().enumerate() {
            if left < *share {
                return self.command_of_kind(kind, dice, scene);
            }
            left -= share;
        }
        Command::Tick
    }

    fn command_of_kind(&self, kind: usize, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        let in_line = |c: &Contact| matches!(c.stage, Stage::Waiting | Stage::Offered { .. });
        let talking = |c: &Contact| c.stage == Stage::Talking;
        let in_hand = |c: &Contact| matches!(c.stage, Stage::Talking | Stage::OnHold);
        match kind {
            0 => self.arrive(dice, scene),
            1 => self.enqueue(dice, scene),
            2 => Command::Leave {
                contact: some_contact(dice, scene, in_line),
            },
            3 => Command::Lose {
                contact: some_contact(dice, scene, |_| true),
            },
            4 => Command::Close {
                contact: some_contact(dice, scene, |c| c.stage == Stage::InMenu),
                reason: close_reason(dice),
            },
            5 | 6 => {
                let (offer, adviser) = some_offer(dice, scene);
                Command::Accept { offer, adviser }
            }
            7 => {
                let (offer, adviser) = some_offer(dice, scene);
                Command::Decline { offer, adviser }
            }
            8 => Command::Fail {
                offer: some_offer(dice, scene).0,
                cause: dice.pick(&[
                    FailCause::Busy,
                    FailCause::Unreachable,
                    FailCause::NoAnswer,
                    FailCause::BridgeFailed,
                ]),
            },
            9 => Command::Hold {
                contact: some_contact(dice, scene, talking),
            },
            10 => Command::Resume {
                contact: some_contact(dice, scene, |c| c.stage == Stage::OnHold),
            },
            11 => self.end(dice, scene),
            12 => Command::Transfer {
                contact: some_contact(dice, scene, in_hand),
                queue: self.some_queue(dice),
            },
            13 => wrap_up(dice, scene),
            14 => Command::SignIn {
                adviser: self.some_adviser(dice, scene, |signed_in| !signed_in),
                activity: self.some_activity(dice),
            },
            15 => Command::SignOut {
                adviser: self.some_adviser(dice, scene, |signed_in| signed_in),
            },
            16 => Command::Choose {
                adviser: self.some_adviser(dice, scene, |signed_in| signed_in),
                activity: self.some_activity(dice),
            },
            17 => Command::Meet {
                adviser: self.some_adviser(dice, scene, |signed_in| signed_in),
                origins: dice.pick(&[Origins::LIVE, Origins::SYNTHETIC, Origins::BOTH, Origins(0)]),
            },
            18 => Command::LosePresence {
                adviser: self.some_adviser(dice, scene, |signed_in| signed_in),
            },
            19 => Command::RegainPresence {
                adviser: self.some_adviser(dice, scene, |signed_in| signed_in),
            },
            _ if dice.chance(5) => Command::Publish {
                version: dice.next(),
            },
            _ => Command::Tick,
        }
    }

    fn arrive(&self, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        let entry = if dice.chance(20) {
            Entry::Menu
        } else {
            Entry::Queue {
                queue: self.some_queue(dice),
                class: self.some_class(dice),
                place: some_place(dice, scene.now),
            }
        };
        let contact = if dice.chance(2) {
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

    fn enqueue(&self, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        Command::Enqueue {
            contact: some_contact(dice, scene, |c| c.stage == Stage::InMenu),
            queue: self.some_queue(dice),
            topic: dice.pick(&[TopicId::NONE, TopicId(1)]),
            language: some_language(dice),
            class: self.some_class(dice),
            place: some_place(dice, scene.now),
        }
    }

    fn end(&self, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        let in_hand = |c: &Contact| matches!(c.stage, Stage::Talking | Stage::OnHold);
        let contact = some_contact(dice, scene, in_hand);
        let has = scene.reference.contact(contact).map(|c| c.adviser);
        let adviser = match dice.below(10) {
            0 | 1 => AdviserId::NONE,
            2 => self.some_adviser(dice, scene, |_| true),
            _ => has.unwrap_or(AdviserId::NONE),
        };
        Command::End { contact, adviser }
    }

    fn some_queue(&self, dice: &mut Dice) -> QueueId {
        if dice.chance(2) {
            return dice.pick(&[
                QueueId::NONE,
                QueueId(u16::try_from(self.rules.queues.len()).unwrap_or(0)),
            ]);
        }
        QueueId(u16::try_from(dice.below(self.rules.queues.len())).unwrap_or(0))
    }

    fn some_class(&self, dice: &mut Dice) -> u8 {
        let all = self.rules.classes.len() + usize::from(dice.chance(2));
        u8::try_from(dice.below(all)).unwrap_or(0)
    }

    fn some_activity(&self, dice: &mut Dice) -> Activity {
        if dice.chance(25) {
            return dice.pick(Activity::ALL);
        }
        match dice.pick(&self.busy_channels) {
            Channel::Voice => Activity::Phone,
            Channel::Chat => Activity::Chat,
            Channel::Message => Activity::Written,
            Channel::Task => Activity::Tasks,
        }
    }

    fn some_adviser(
        &self,
        dice: &mut Dice,
        scene: &Scene<'_>,
        wanted: impl Fn(bool) -> bool,
    ) -> AdviserId {
        if dice.chance(2) {
            return dice.pick(&[AdviserId::NONE, AdviserId(1000)]);
        }
        let advisers = scene.reference.advisers();
        let start = dice.below(advisers.len());
        let any = dice.chance(8);
        for turn in 0..advisers.len() {
            let idx = (start + turn) % advisers.len();
            if any || wanted(advisers[idx].signed_in) {
                return AdviserId(u32::try_from(idx).unwrap_or(0));
            }
        }
        AdviserId(u32::try_from(start).unwrap_or(0))
    }
}

fn rules(dice: &mut Dice) -> Rules {
    let (n_skills, n_units) = (1 + dice.below(4), 1 + dice.below(3));
    let n_classes = 1 + dice.below(3);
    let mut classes = vec![dice.pick(&[0, 0, 0, 5 * SECOND_US])];
    while classes.len() < n_classes {
        classes.push(dice.pick(&[0, 20 * SECOND_US, 60 * SECOND_US, -10 * SECOND_US]));
    }
    let chooser = dice.pick(&[0, 30, 60]);
    let mut languages = [None; 4];
    for language in languages.iter_mut().skip(1) {
        *language = dice.chance(chooser).then(|| requirement(dice, n_skills));
    }
    let queues = (0..1 + dice.below(5)).map(|_| queue(dice, n_skills, n_units, n_classes));
    let queues = queues.collect();
    let advisers = (0..1 + dice.below(dice.clone().pick(&[2, 5, 12])))
        .map(|_| adviser(dice, n_skills, n_units))
        .collect();
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
        bar_us: dice.pick(&[30, 30, 5, 1]) * SECOND_US,
        return_us: dice.pick(&[60, 10, 2]) * SECOND_US,
    }
}

fn requirement(dice: &mut Dice, n_skills: usize) -> Requirement {
    Requirement {
        skill: SkillId(u16::try_from(dice.below(n_skills)).unwrap_or(0)),
        level: dice.pick(&[1, 1, 2, 3]),
    }
}

fn queue(dice: &mut Dice, n_skills: usize, n_units: usize, n_classes: usize) -> QueueRule {
    let n_needs = dice.pick(&[0, 1, 1, 1, 2]);
    let n_restricted = dice.pick(&[0, 0, 1, 2]);
    QueueRule {
        requires: (0..n_needs).map(|_| requirement(dice, n_skills)).collect(),
        units: (0..n_restricted)
            .map(|_| UnitId(u16::try_from(dice.below(n_units)).unwrap_or(0)))
            .collect(),
        wrap_up_us: dice.pick(&[0, 1, 5, 30]) * SECOND_US,
        ring_us: dice.pick(&[0, 20, 20, 3]) * SECOND_US,
        max_waiting: dice.pick(&[1000, 1000, 10, 3, 1, 0]),
        class: u8::try_from(dice.below(n_classes)).unwrap_or(0),
    }
}

fn adviser(dice: &mut Dice, n_skills: usize, n_units: usize) -> AdviserRule {
    let mut skills = Vec::new();
    for skill in 0..n_skills {
        if dice.chance(70) {
            skills.push(Requirement {
                skill: SkillId(u16::try_from(skill).unwrap_or(0)),
                level: dice.pick(&[1, 2, 3]),
            });
        }
    }
    AdviserRule {
        unit: UnitId(u16::try_from(dice.below(n_units)).unwrap_or(0)),
        skills,
        origins: dice.pick(&[
            Origins::BOTH,
            Origins::BOTH,
            Origins::LIVE,
            Origins::SYNTHETIC,
        ]),
        channels: dice.pick(&[Channels(15), Channels(15), Channels(3), Channels(1)]),
    }
}

fn some_language(dice: &mut Dice) -> Language {
    dice.pick(&[
        Language::Nb,
        Language::Nb,
        Language::Nn,
        Language::Se,
        Language::En,
    ])
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

fn wrap_up(dice: &mut Dice, scene: &Scene<'_>) -> Command {
    let wrapping = |c: &Contact| matches!(c.stage, Stage::WrappingUp { .. });
    let action = match dice.below(4) {
        0 => WrapUpAction::StopClock,
        1 => WrapUpAction::Extend(dice.pick(&[0, 1, -5, 20, 60]) * SECOND_US),
        _ => WrapUpAction::Done,
    };
    Command::WrapUp {
        contact: some_contact(dice, scene, wrapping),
        action,
    }
}

/// Mostly one that fits; some that do not, are closed, or never were.
fn some_contact(dice: &mut Dice, scene: &Scene<'_>, fits: impl Fn(&Contact) -> bool) -> ContactId {
    if dice.chance(5) {
        return bygone(dice, scene);
    }
    let any = dice.chance(8);
    let mut found = Vec::new();
    for contact in scene.reference.contacts() {
        if any || fits(contact) {
            found.push(contact.id);
        }
    }
    if found.is_empty() {
        return bygone(dice, scene);
    }
    // The order in which contacts lie in the reference means nothing; ids do.
    found.sort_unstable();
    dice.pick(&found)
}

fn bygone(dice: &mut Dice, scene: &Scene<'_>) -> ContactId {
    if scene.past_contacts.is_empty() || dice.chance(10) {
        return dice.pick(&[ContactId::NONE, scene.next_contact, ContactId::new(5000, 0)]);
    }
    dice.pick(scene.past_contacts)
}

/// Mostly a live offer and whom it was made to; some are late, some are somebody else's.
fn some_offer(dice: &mut Dice, scene: &Scene<'_>) -> (OfferId, AdviserId) {
    let mut live = Vec::new();
    for contact in scene.reference.contacts() {
        if let Stage::Offered { offer, .. } = contact.stage {
            live.push((offer, contact.adviser));
        }
    }
    live.sort_unstable();
    let n_advisers = scene.reference.advisers().len();
    let anybody = AdviserId(u32::try_from(dice.below(n_advisers)).unwrap_or(0));
    if live.is_empty() || dice.chance(8) {
        let number = scene.past_offers.len();
        let offer = if number == 0 {
            OfferId(u64::MAX)
        } else {
            dice.pick(scene.past_offers)
        };
        return (offer, anybody);
    }
    let (offer, adviser) = dice.pick(&live);
    if dice.chance(4) {
        (offer, dice.pick(&[anybody, AdviserId::NONE]))
    } else {
        (offer, adviser)
    }
}

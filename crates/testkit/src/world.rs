//! Worlds: random centres, and random commands for them, the impossible ones among them.
//!
//! A command is made from the number of its step and from what is open just then, so that a sequence
//! with steps taken out is still a sequence that makes sense. That is what shrinking needs.

use linje_event::{CloseReason, Command, ConsultAction, Entry, FailCause, Needs, WrapUpAction};
use linje_routing::{
    AdviserRule, CallbackRule, Class, Condition, Overflow, QueueRule, Requirement, Ring, Rules,
};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, GroupId, Language, OfferId,
    Origin, Origins, PlanId, QueueId, RequestId, SECOND_US, SkillId, Timestamp, TopicId, UnitId,
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
    Return,
    Consult,
    EndConsult,
    AskCallback,
    BookCallback,
    Dialled,
    Also,
    Expect,
    SwitchPlan,
    AskAdvisers,
    AnswerRequest,
    CloseRequest,
    Protect,
    CallOut,
    Conference,
}

/// How often each is wanted in an ordinary house; each world bends this its own way.
const ODDS: [(Kind, usize); 36] = [
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
    (Kind::Return, 2),
    (Kind::Consult, 10),
    (Kind::EndConsult, 7),
    (Kind::AskCallback, 4),
    (Kind::BookCallback, 3),
    (Kind::Dialled, 8),
    (Kind::Also, 4),
    (Kind::Expect, 2),
    (Kind::SwitchPlan, 1),
    (Kind::AskAdvisers, 1),
    (Kind::AnswerRequest, 2),
    (Kind::CloseRequest, 1),
    (Kind::Protect, 3),
    (Kind::CallOut, 4),
    (Kind::Conference, 10),
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
        if dice.chance(20) {
            // A house of long talks, with experts at hand.
            let long = [
                (Kind::Consult, 40),
                (Kind::EndConsult, 50),
                (Kind::Conference, 50),
                (Kind::Accept, 90),
                (Kind::Leave, 1),
                (Kind::Lose, 1),
                (Kind::End, 1),
                (Kind::SignOut, 1),
                (Kind::Meet, 1),
            ];
            odds.retain(|(kind, _)| long.iter().all(|(other, _)| other != kind));
            odds.extend(long);
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
        let dials = |c: &Contact| matches!(c.stage, Stage::Dialling { .. });
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
                needs: some_needs(dice, scene),
            },
            Kind::Leave if dice.chance(70) => Command::Leave {
                contact: some_contact(dice, scene, in_line)?,
            },
            Kind::Leave => Command::Leave {
                contact: some_contact(dice, scene, open)?,
            },
            Kind::Lose => {
                let contact = some_contact(dice, scene, open)?;
                if dice.chance(30) {
                    Command::Cut { contact }
                } else {
                    Command::Lose { contact }
                }
            }
            Kind::Close => Command::Close {
                contact: some_contact(dice, scene, |c| open(c) && !in_hand(c) && !dials(c))?,
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
            Kind::Transfer => {
                let contact = some_contact(dice, scene, in_hand)?;
                let queue = self.some_target(dice, scene, contact, |rule| &rule.transfers);
                Command::Transfer { contact, queue }
            }
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
            Kind::Return => Command::Return {
                contact: some_contact(dice, scene, |c| {
                    let deferred = Channels::DEFERRED.has(c.channel);
                    deferred && (in_hand(c) || c.stage == Stage::Aside)
                })?,
                adviser: dice.pick(&[AdviserId::NONE, AdviserId::NONE, AdviserId(0)]),
            },
            Kind::Consult => self.consult(dice, scene)?,
            Kind::EndConsult => Command::EndConsult {
                contact: some_contact(dice, scene, |c| c.stage == Stage::Consulting)?,
                adviser: dice.pick(&[AdviserId::NONE, AdviserId::NONE, AdviserId(0)]),
                action: if dice.chance(80) {
                    ConsultAction::HandOver
                } else {
                    ConsultAction::TakeBack
                },
            },
            Kind::AskCallback => Command::AskCallback {
                contact: some_contact(dice, scene, |c| {
                    c.stage == Stage::Waiting && c.channel == Channel::Voice
                })?,
                from: some_window(dice, scene.now),
                until: scene.now.plus_s(dice.pick(&[90, 3600])),
            },
            Kind::BookCallback => self.book_callback(dice, scene),
            Kind::Dialled => dialled(dice, scene, dials)?,
            Kind::Also => Command::Also {
                adviser: some_adviser(dice, scene, |who| who.signed_in)?,
                channels: Channels(dice.pick(&[0, 1, 2, 3, 4, 8, 12, 12, 14, 15])),
            },
            Kind::Expect => Command::Expect {
                queue: self.some_queue(dice),
                wait_us: dice.pick(&[0, 1, 5, 60, 600]) * SECOND_US,
            },
            Kind::SwitchPlan => Command::SwitchPlan {
                plan: PlanId(dice.pick(&[0, 0, 1, 1, 2, 63])),
                on: dice.chance(50),
            },
            Kind::AskAdvisers => Command::AskAdvisers {
                activity: dice.pick(Activity::ALL),
                wanted: dice.pick(&[1, 1, 2, 3, 0]),
                unit: dice.chance(40).then_some(UnitId(0)),
            },
            Kind::AnswerRequest => Command::AnswerRequest {
                request: some_request(dice, scene)?,
                adviser: some_adviser(dice, scene, |who| who.signed_in)?,
                yes: dice.chance(60),
            },
            Kind::CloseRequest => Command::CloseRequest {
                request: some_request(dice, scene)?,
            },
            Kind::Protect => Command::Protect {
                contact: some_contact(dice, scene, in_hand)?,
                clearance: Clearance(dice.pick(&[0, 1, 2, 4, 7])),
                not_to: dice.pick(&[AdviserId::NONE, AdviserId(0), AdviserId(1), AdviserId(2)]),
            },
            Kind::CallOut => Command::CallOut {
                contact: if dice.chance(1) {
                    bygone(dice, scene)
                } else {
                    scene.next_contact
                },
                adviser: some_adviser(dice, scene, |who| who.signed_in && who.present)?,
                queue: self.some_queue(dice),
                topic: TopicId(2),
                language: some_language(dice),
            },
            Kind::Conference => Command::Conference {
                contact: some_contact(dice, scene, |c| c.stage == Stage::Consulting)?,
                adviser: dice.pick(&[AdviserId::NONE, AdviserId::NONE, AdviserId(0)]),
                joined: dice.chance(70),
            },
        })
    }

    fn consult(&self, dice: &mut Dice, scene: &Scene<'_>) -> Option<Command> {
        let contact = some_contact(dice, scene, |c| {
            let in_hand = matches!(c.stage, Stage::Talking | Stage::OnHold);
            in_hand && c.channel == Channel::Voice && !c.is_consult
        })?;
        let consult = if dice.chance(1) {
            bygone(dice, scene)
        } else {
            scene.next_contact
        };
        Some(Command::Consult {
            contact,
            consult,
            adviser: if dice.chance(5) {
                AdviserId(0)
            } else {
                AdviserId::NONE
            },
            queue: self.some_target(dice, scene, contact, |rule| &rule.consults),
        })
    }

    fn book_callback(&self, dice: &mut Dice, scene: &Scene<'_>) -> Command {
        let needs = some_needs(dice, scene);
        Command::BookCallback {
            contact: scene.next_contact,
            queue: self.some_queue(dice),
            topic: TopicId(2),
            origin: dice.pick(&[Origin::Live, Origin::Synthetic]),
            language: some_language(dice),
            class: self.some_class(dice),
            clearance: needs.clearance,
            not_to: needs.not_to,
            from: some_window(dice, scene.now),
            until: scene.now.plus_s(3600),
        }
    }

    /// Mostly a queue to which the rule lets the contact go.
    fn some_target(
        &self,
        dice: &mut Dice,
        scene: &Scene<'_>,
        contact: ContactId,
        of: impl Fn(&QueueRule) -> &Vec<QueueId>,
    ) -> QueueId {
        let queue = scene.reference.contact(contact).map(|own| own.queue);
        let rule = queue.and_then(|queue| self.rules.queues.get(queue.idx()));
        match rule.map(of) {
            Some(targets) if !targets.is_empty() && dice.chance(90) => dice.pick(targets),
            _ => self.some_queue(dice),
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
                needs: some_needs(dice, scene),
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

/// How big and how particular a house is.
#[derive(Clone, Copy)]
struct Size {
    /// Everybody can do everything; the order of lines shows best there.
    simple: bool,
    skills: usize,
    units: usize,
    groups: usize,
    classes: usize,
    queues: usize,
    /// The last of the queues are experts'.
    experts: usize,
}

fn rules(dice: &mut Dice) -> Rules {
    let size = Size {
        simple: dice.chance(35),
        skills: 1 + dice.below(4),
        units: 1 + dice.below(3),
        groups: 1 + dice.below(2),
        classes: 1 + dice.below(3),
        queues: 1 + dice.below(5),
        experts: dice.pick(&[0, 1, 1, 2]),
    };
    let mut classes = vec![Class {
        head_start_us: dice.pick(&[0, 0, 0, 5]) * SECOND_US,
        guarantee_us: guarantee(dice),
    }];
    while classes.len() < size.classes {
        classes.push(Class {
            head_start_us: dice.pick(&[0, 20, 60, -10]) * SECOND_US,
            guarantee_us: guarantee(dice),
        });
    }
    let chooser = if size.simple {
        0
    } else {
        dice.pick(&[0, 30, 60])
    };
    let mut languages = [None; 4];
    for language in languages.iter_mut().skip(1) {
        *language = dice.chance(chooser).then(|| requirement(dice, size.skills));
    }
    let n_queues = size.queues + size.experts;
    let queues = (0..n_queues).map(|idx| queue(dice, size, idx));
    let queues = queues.collect();
    let most = dice.pick(&[2, 5, 5, 12, 12, 40]);
    let advisers = (0..1 + dice.below(most)).map(|_| adviser(dice, size));
    let advisers = advisers.collect();
    let mut interrupts = [Channels::NONE; 4];
    if dice.chance(50) {
        interrupts = [0; 4].map(|_| Channels(dice.pick(&[0, 4, 8, 12, 12, 15])));
    }
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
        language_guarantees: [0; 4].map(|_| guarantee(dice)),
        interrupts,
        reserve: dice.pick(&[0, 0, 1, 2]),
        callback: CallbackRule {
            ring_us: dice.pick(&[30, 5, 1]) * SECOND_US,
            attempts: dice.pick(&[1, 2, 3]),
            retry_us: dice.pick(&[0, 1, 20]) * SECOND_US,
        },
        queues,
        advisers,
        plans: dice.pick(&[0, 2, 2, 64]),
        bar_us: dice.pick(&[30, 30, 5, 1, 0]) * SECOND_US,
        return_us: dice.pick(&[60, 10, 2, 0]) * SECOND_US,
    }
}

fn guarantee(dice: &mut Dice) -> i64 {
    dice.pick(&[1200, 1200, 1200, 60, 10, 0]) * SECOND_US
}

fn small<N: TryFrom<usize> + Default>(number: usize) -> N {
    N::try_from(number).unwrap_or_default()
}

fn requirement(dice: &mut Dice, n_skills: usize) -> Requirement {
    Requirement {
        skill: SkillId(small(dice.below(n_skills))),
        level: dice.pick(&[1, 1, 2, 3]),
    }
}

fn condition(dice: &mut Dice, size: Size, depth: usize) -> Condition {
    let parts = |dice: &mut Dice| {
        let n_parts = dice.pick(&[0, 1, 2, 2, 3]);
        (0..n_parts)
            .map(|_| condition(dice, size, depth - 1))
            .collect()
    };
    match dice.below(if depth == 0 { 5 } else { 9 }) {
        0 | 1 => Condition::Skill(requirement(dice, size.skills)),
        2 => Condition::Unit(UnitId(small(dice.below(size.units)))),
        3 => Condition::Group(GroupId(small(dice.below(size.groups)))),
        4 => Condition::Speaks(some_language(dice)),
        5 | 6 => Condition::All(parts(dice)),
        7 => Condition::Any(parts(dice)),
        _ => Condition::Not(Box::new(condition(dice, size, depth - 1))),
    }
}

fn rings(dice: &mut Dice, size: Size) -> Vec<Ring> {
    let prefers = dice.chance(30);
    let mut rings = Vec::new();
    let mut after_us = 0;
    for _ in 0..dice.pick(&[1, 1, 1, 2, 3, 6]) {
        let condition = if size.simple || dice.chance(25) {
            Condition::ALWAYS
        } else {
            condition(dice, size, 2)
        };
        let preferred = if prefers {
            self::condition(dice, size, 1)
        } else {
            Condition::ALWAYS
        };
        rings.push(Ring {
            after_us,
            condition,
            preferred,
        });
        after_us += dice.pick(&[1, 5, 20, 60]) * SECOND_US;
    }
    rings
}

fn queue(dice: &mut Dice, size: Size, idx: usize) -> QueueRule {
    let experts = idx >= size.queues;
    let to = if experts {
        size.queues + size.experts
    } else {
        size.queues
    };
    // Overflow leads only onwards, and so never in a circle.
    let onwards = to - idx - 1;
    let overflow = (onwards > 0 && dice.chance(40)).then(|| Overflow {
        after_us: dice
            .chance(70)
            .then(|| dice.pick(&[0, 1, 10, 40, 120]) * SECOND_US),
        expected_us: dice
            .chance(50)
            .then(|| dice.pick(&[0, 1, 60, 300]) * SECOND_US),
        to: QueueId(small(idx + 1 + dice.below(onwards))),
    });
    let some = |dice: &mut Dice, from: usize, to: usize| -> Vec<QueueId> {
        let others = (from..to).filter(|other| *other != idx);
        let some = others.filter(|_| dice.chance(70));
        some.map(|other| QueueId(small(other))).collect()
    };
    QueueRule {
        rings: rings(dice, size),
        named_us: dice.pick(&[0, 0, 1, 10, 60]) * SECOND_US,
        goal_us: dice.pick(&[1, 45, 45, 600, 86_400]) * SECOND_US,
        overflow,
        transfers: some(dice, 0, size.queues),
        consults: some(dice, size.queues, size.queues + size.experts),
        experts,
        wrap_up_us: dice.pick(&[0, 1, 5, 30]) * SECOND_US,
        ring_us: dice.pick(&[0, 20, 20, 3]) * SECOND_US,
        max_waiting: dice.pick(&[1000, 1000, 10, 3, 1, 0]),
        class: small(dice.below(size.classes)),
    }
}

fn adviser(dice: &mut Dice, size: Size) -> AdviserRule {
    let mut skills = Vec::new();
    for skill in 0..size.skills {
        while dice.chance(55) {
            skills.push(Requirement {
                skill: SkillId(small(skill)),
                level: dice.pick(&[1, 2, 3]),
            });
        }
    }
    let origins = dice.pick(&[3, 3, 3, 1, 2, 0]);
    let channels = dice.pick(&[15, 15, 3, 1]);
    let clearance = dice.pick(&[0, 1, 7, 7, 255]);
    AdviserRule {
        unit: UnitId(small(dice.below(size.units))),
        skills,
        origins: if size.simple {
            Origins::BOTH
        } else {
            Origins(origins)
        },
        channels: Channels(if size.simple { 15 } else { channels }),
        groups: (0..size.groups)
            .filter(|_| dice.chance(40))
            .map(|group| GroupId(small(group)))
            .collect(),
        clearance: Clearance(clearance),
    }
}

/// Mostly nothing in particular.
fn some_needs(dice: &mut Dice, scene: &Scene<'_>) -> Needs {
    if dice.chance(60) {
        return Needs::NONE;
    }
    let n_advisers = scene.reference.advisers().len();
    let somebody = |dice: &mut Dice| AdviserId(small(dice.below(n_advisers + 1)));
    Needs {
        clearance: Clearance(dice.pick(&[0, 0, 0, 0, 0, 1, 2, 7, 9])),
        named: if dice.chance(60) {
            somebody(dice)
        } else {
            AdviserId::NONE
        },
        not_to: if dice.chance(30) {
            somebody(dice)
        } else {
            AdviserId::NONE
        },
        due: match dice.below(6) {
            0 => scene.now.plus_us(dice.within(-600, 100_000) * SECOND_US),
            1 => scene.now,
            2 if dice.chance(10) => Timestamp(-1),
            _ => Timestamp::NEVER,
        },
    }
}

/// When a callback may be rung: mostly when its turn comes, or soon.
fn some_window(dice: &mut Dice, now: Timestamp) -> Timestamp {
    now.plus_us(dice.pick(&[-60, 0, 0, 0, 1, 20, 60]) * SECOND_US)
}

fn dialled(
    dice: &mut Dice,
    scene: &Scene<'_>,
    dials: impl Fn(&Contact) -> bool,
) -> Option<Command> {
    let contact = some_contact(dice, scene, dials)?;
    let attempts = scene
        .reference
        .contact(contact)
        .map_or(0, |own| own.attempts);
    Some(Command::Dialled {
        contact,
        attempt: if dice.chance(5) {
            dice.pick(&[0, 1, 2])
        } else {
            attempts
        },
        failed: dice.chance(50).then(|| fail_cause(dice)),
    })
}

fn some_request(dice: &mut Dice, scene: &Scene<'_>) -> Option<RequestId> {
    if dice.chance(5) {
        return Some(RequestId(0));
    }
    let open: Vec<RequestId> = scene.reference.requests().iter().map(|it| it.id).collect();
    (!open.is_empty()).then(|| dice.pick(&open))
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
    let in_hand = |c: &Contact| {
        matches!(
            c.stage,
            Stage::Talking
                | Stage::OnHold
                | Stage::Consulting
                | Stage::Aside
                | Stage::Dialling { .. }
        )
    };
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

//! Citizens, advisers and traffic controllers. They know what people know: what their phone does, what their
//! page shows, what they were answered.

use std::sync::Arc;

use linje_desk::{Accepted, CallerKey, Refusal, Submit};
use linje_event::{CloseReason, Command, ConsultAction, Entry, FailCause, Needs, WrapUpAction};
use linje_routing::{ContactState, ContactView, Tables};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, Origin, PlanId,
    QueueId, RequestId, SECOND_US, Timestamp, TopicId,
};

use super::{Asked, From, Happening, World, centre};

/// How many citizens there are.
pub(super) const CITIZENS: usize = 48;
/// How long a silent browser counts as there, microseconds.
const SILENT_US: i64 = 15 * SECOND_US;

/// What a citizen is about.
#[derive(Debug, Clone, Default)]
pub(super) enum Citizen {
    /// Something else.
    #[default]
    Idle,
    /// Has asked, and asks again until there is an answer.
    Asking(Box<Submit>),
    /// Is there, as far as they know.
    Here(ContactId),
    /// Says good-bye until it is heard.
    Leaving(ContactId),
}

/// What an adviser's browser does.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Person {
    /// Closed, without a word, since then.
    closed_since: Option<Timestamp>,
}

/// Citizens.
impl World {
    pub(super) fn citizen(&mut self, number: usize) {
        let citizen = core::mem::take(&mut self.citizens[number]);
        self.citizens[number] = match citizen {
            Citizen::Idle if self.fair => Citizen::Idle,
            Citizen::Idle => self.comes(number),
            Citizen::Asking(submit) => {
                self.send((*submit).clone(), From::Citizen(number));
                Citizen::Asking(submit)
            }
            Citizen::Here(contact) => match self.state().contact(contact) {
                Some(view) => self.waits(number, &view),
                None => Citizen::Idle,
            },
            Citizen::Leaving(contact) if self.state().contact(contact).is_none() => Citizen::Idle,
            Citizen::Leaving(contact) => {
                let leave = Submit::new(0, Command::Leave { contact });
                self.send(leave, From::Citizen(number));
                Citizen::Leaving(contact)
            }
        };
        let idle = matches!(self.citizens[number], Citizen::Idle);
        let within_s = if idle { self.away_s } else { 15 };
        self.soon(within_s, Happening::Citizen(number));
    }

    fn comes(&mut self, number: usize) -> Citizen {
        let command = self.arrival();
        self.ids += 1;
        let mut submit = Submit::new(0, command).with_id(self.ids);
        if self.dice.chance(50) {
            let key = u8::try_from(number).unwrap_or(0);
            submit = submit.with_caller(CallerKey([key; 32]));
        }
        self.send(submit.clone(), From::Citizen(number));
        Citizen::Asking(Box::new(submit))
    }

    fn arrival(&mut self) -> Command {
        let queue =
            QueueId(u16::try_from(self.dice.below(usize::from(centre::QUEUES))).unwrap_or(0));
        let language = self.dice.pick(&[
            Language::Nb,
            Language::Nb,
            Language::Nb,
            Language::Nn,
            Language::Se,
            Language::En,
        ]);
        let class = self.dice.pick(&[0, 0, 0, 1, 2]);
        let needs = self.needs();
        if self.dice.chance(10) {
            return Command::BookCallback {
                contact: ContactId::NONE,
                queue,
                topic: TopicId(1),
                origin: Origin::Live,
                language,
                class,
                clearance: needs.clearance,
                not_to: needs.not_to,
                from: self.window(),
                until: self.now.plus_s(7200),
            };
        }
        let channel = self.dice.pick(&[
            Channel::Voice,
            Channel::Voice,
            Channel::Voice,
            Channel::Chat,
            Channel::Chat,
            Channel::Message,
            Channel::Task,
        ]);
        let entry = if self.dice.chance(20) {
            Entry::Menu
        } else {
            Entry::Queue {
                queue,
                class,
                place: Timestamp::NEVER,
                needs,
            }
        };
        Command::Arrive {
            contact: ContactId::NONE,
            channel,
            topic: TopicId(0),
            origin: Origin::Live,
            language,
            entry,
        }
    }

    fn needs(&mut self) -> Needs {
        if self.dice.chance(70) {
            return Needs::NONE;
        }
        let n_people = self.people.len();
        let mut somebody = |percent| match (self.dice.chance(percent), self.dice.below(n_people)) {
            (true, idx) => AdviserId(u32::try_from(idx).unwrap_or(0)),
            (false, _) => AdviserId::NONE,
        };
        let (named, not_to) = (somebody(60), somebody(30));
        Needs {
            clearance: Clearance(self.dice.pick(&[0, 0, 0, 1])),
            named,
            not_to,
            due: if self.dice.chance(30) {
                self.now.plus_us(self.dice.within(-600, 7_200) * SECOND_US)
            } else {
                Timestamp::NEVER
            },
        }
    }

    /// From when a callback may come.
    fn window(&mut self) -> Timestamp {
        let wait_s = self.dice.pick(&[0, 0, 30, 300]);
        self.now.plus_s(wait_s)
    }

    /// In a menu, in line or in conversation: patience, and the keys.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "people do something about a few things only"
    )]
    fn waits(&mut self, number: usize, view: &ContactView) -> Citizen {
        let contact = view.id;
        if view.callback || view.state == ContactState::WrapUp || deferred(view.channel) {
            return Citizen::Idle; // hung up, helped, or written
        }
        match view.state {
            ContactState::InMenu if self.dice.chance(70) => {
                let queue = self.dice.below(usize::from(centre::QUEUES));
                let enqueue = Command::Enqueue {
                    contact,
                    queue: QueueId(u16::try_from(queue).unwrap_or(0)),
                    topic: TopicId(2),
                    language: view.language,
                    class: 0,
                    place: Timestamp::NEVER,
                    needs: self.needs(),
                };
                self.say(enqueue);
            }
            ContactState::Queued if self.dice.chance(10) && !self.fair => {
                let ask = Command::AskCallback {
                    contact,
                    from: self.window(),
                    until: self.now.plus_s(7200),
                };
                self.say(ask);
            }
            _ if self.dice.chance(2) => self.say(Command::Lose { contact }),
            ContactState::InMenu | ContactState::Queued | ContactState::Offered
                if self.dice.chance(12) =>
            {
                let leave = Submit::new(0, Command::Leave { contact });
                self.send(leave, From::Citizen(number));
                return Citizen::Leaving(contact);
            }
            _ if self.dice.chance(4) => {
                let leave = Submit::new(0, Command::Leave { contact });
                self.send(leave, From::Citizen(number));
                return Citizen::Leaving(contact);
            }
            _ => {}
        }
        Citizen::Here(contact)
    }

    pub(super) fn answered_citizen(
        &mut self,
        number: usize,
        asked: Asked,
        result: Result<Accepted, Refusal>,
    ) {
        let citizen = core::mem::take(&mut self.citizens[number]);
        self.citizens[number] = match (citizen, result) {
            (Citizen::Asking(submit), Ok(accepted)) if submit.id == asked.id => {
                match accepted.contact.filter(|_| accepted.closed.is_none()) {
                    Some(contact) => Citizen::Here(contact),
                    None => Citizen::Idle,
                }
            }
            (Citizen::Asking(submit), Err(Refusal::Rejected(_))) if submit.id == asked.id => {
                Citizen::Idle
            }
            (Citizen::Leaving(contact), Ok(_)) if asked.leaves == Some(contact) => Citizen::Idle,
            (other, _) => other,
        };
    }

    /// What comes of ringing a citizen.
    pub(super) fn rung(&mut self, contact: ContactId, attempt: u8) {
        let known = self.shell.dials.get(&contact);
        if known.is_none_or(|(_, now)| *now != attempt) {
            return; // stopped
        }
        let failed = match self.dice.below(10) {
            0 => Some(FailCause::Busy),
            1 => Some(FailCause::BridgeFailed),
            2 => return, // never answers
            _ => None,
        };
        let dialled = Command::Dialled {
            contact,
            attempt,
            failed,
        };
        self.say(dialled);
        if self.dice.chance(10) {
            self.say(dialled);
        }
    }
}

fn deferred(channel: Channel) -> bool {
    matches!(channel, Channel::Message | Channel::Task)
}

/// Advisers.
impl World {
    pub(super) fn person(&mut self, number: usize) {
        self.soon(8, Happening::Person(number));
        if self.people[number].closed_since.is_some() {
            if self.fair || self.dice.chance(15) {
                self.people[number].closed_since = None;
            }
            return;
        }
        let id = AdviserId(u32::try_from(number).unwrap_or(u32::MAX));
        let Some(view) = self.state().adviser(id) else {
            return;
        };
        let activity = self.activity(number);
        if !view.signed_in {
            if self.fair || self.dice.chance(30) {
                self.say(Command::SignIn {
                    adviser: id,
                    activity,
                });
            }
        } else if !view.present {
            self.say(Command::RegainPresence { adviser: id });
        } else if view.not_ready.is_some()
            || self.fair && Channels::of(view.activity) == Channels::NONE
        {
            self.say(Command::Choose {
                adviser: id,
                activity,
            });
        } else {
            self.works(id, activity);
        }
    }

    fn activity(&mut self, number: usize) -> Activity {
        if self.dice.chance(8) && !self.fair {
            return self.dice.pick(&[Activity::Lunch, Activity::Meeting]);
        }
        match number % 5 {
            0 | 1 => Activity::Phone,
            2 => self.dice.pick(&[Activity::Phone, Activity::Chat]),
            3 => self.dice.pick(&[Activity::Chat, Activity::Written]),
            _ => self.dice.pick(&[Activity::Tasks, Activity::Written]),
        }
    }

    fn works(&mut self, id: AdviserId, activity: Activity) {
        let contacts = self.state().contacts_of(id);
        if let Some(contact) = (!contacts.is_empty()).then(|| self.dice.pick(&contacts))
            && let Some(view) = self.state().contact(contact)
        {
            self.attends(id, &view);
        }
        match self.dice.below(if self.fair { 60 } else { 200 }) {
            0 | 1 => self.say(Command::Choose {
                adviser: id,
                activity,
            }),
            2..=5 => {
                let channels = Channels(self.dice.pick(&[0, 3, 12, 12, 14, 15]));
                self.say(Command::Also {
                    adviser: id,
                    channels,
                });
            }
            6 if !self.fair => self.say(Command::SignOut { adviser: id }),
            7 if !self.fair => {
                self.people[id.idx()].closed_since = Some(self.now);
                self.count("browser closed");
            }
            8 if !self.past_offers.is_empty() => {
                let (offer, adviser) = self.dice.pick(&self.past_offers);
                self.say(Command::Accept { offer, adviser });
            }
            9..=12 if !self.past_talks.is_empty() => {
                let (contact, adviser) = self.dice.pick(&self.past_talks);
                self.say(Command::End { contact, adviser });
            }
            _ => {}
        }
    }

    /// What an adviser does with one of the contacts on the page.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "people do something about a few things only"
    )]
    fn attends(&mut self, adviser: AdviserId, view: &ContactView) {
        let contact = view.id;
        match view.state {
            ContactState::Offered => self.answers(adviser, view),
            ContactState::Active => {
                let command = match self.dice.below(if self.fair { 40 } else { 100 }) {
                    0..=19 => Command::End { contact, adviser },
                    40..=45 => Command::Hold { contact },
                    46..=50 => Command::Transfer {
                        contact,
                        queue: QueueId(self.dice.pick(&[0, 1, 2, 3])),
                    },
                    51..=60 if view.consult_of.is_none() => Command::Consult {
                        contact,
                        consult: self.state().next_contact(),
                        adviser,
                        queue: centre::EXPERTS,
                    },
                    61..=64 if deferred(view.channel) => Command::Return { contact, adviser },
                    _ => return,
                };
                self.say(command);
            }
            ContactState::Held => self.say(Command::Resume { contact }),
            ContactState::Consulting if self.dice.chance(40) => {
                let action = self
                    .dice
                    .pick(&[ConsultAction::TakeBack, ConsultAction::HandOver]);
                self.say(Command::EndConsult {
                    contact,
                    adviser,
                    action,
                });
            }
            ContactState::WrapUp => {
                let action = match self.dice.below(if self.fair { 4 } else { 10 }) {
                    0..=3 => WrapUpAction::Done,
                    4 => WrapUpAction::Extend(20 * SECOND_US),
                    5 => WrapUpAction::StopClock,
                    _ => return,
                };
                self.say(Command::WrapUp { contact, action });
            }
            ContactState::SetAside if self.dice.chance(3) => {
                self.say(Command::End { contact, adviser });
            }
            ContactState::Dialling if self.dice.chance(3) => {
                self.say(Command::End { contact, adviser });
            }
            _ => {}
        }
    }

    /// A phone or a page rings: they answer, late, twice, or not.
    fn answers(&mut self, adviser: AdviserId, view: &ContactView) {
        let Some(offer) = view.offer else { return };
        if !self.shell.ringing.contains_key(&offer) {
            return; // it has not rung yet
        }
        let accept = Command::Accept { offer, adviser };
        match self.dice.below(100) {
            0..=3 if !self.fair => self.say(Command::Decline { offer, adviser }),
            4..=9 if !self.fair => {
                let cause = self.dice.pick(&[
                    FailCause::Busy,
                    FailCause::Unreachable,
                    FailCause::NoAnswer,
                    FailCause::BridgeFailed,
                    FailCause::BridgeFailed,
                ]);
                self.say(Command::Fail { offer, cause });
            }
            10..=13 => {
                self.say(accept);
                self.say(accept);
            }
            14..=30 if !self.fair => {}
            _ => self.say(accept),
        }
    }

    /// Presence: who has been silent too long is gone. The shell says so itself, not over the network.
    pub(super) fn watch(&mut self) -> Result<(), String> {
        self.later(5 * SECOND_US, Happening::Watch);
        for number in 0..self.people.len() {
            let id = AdviserId(u32::try_from(number).unwrap_or(u32::MAX));
            let Some(since) = self.people[number].closed_since else {
                continue;
            };
            let silent = self.now.since_us(since);
            let there = |world: &World| {
                let view = world.state().adviser(id);
                view.is_some_and(|view| view.signed_in && view.present)
            };
            // B15: a browser that was closed counts as there for ever.
            #[cfg(feature = "mutants")]
            let silent_enough = silent > SILENT_US && !linje_routing::mutants::planted(15);
            #[cfg(not(feature = "mutants"))]
            let silent_enough = silent > SILENT_US;
            if silent_enough && there(self) {
                self.arrives(super::Message {
                    submit: Submit::new(0, Command::LosePresence { adviser: id }),
                    from: From::Other,
                })?;
            }
            if silent > SILENT_US + 10 * SECOND_US && there(self) {
                return Err(format!(
                    "L6: {id:?} has been silent for {silent} us and counts as there"
                ));
            }
        }
        Ok(())
    }
}

/// Traffic controllers and the house.
impl World {
    pub(super) fn house(&mut self) -> Result<(), String> {
        self.soon(60, Happening::House);
        if self.fair {
            self.tidies();
            return Ok(());
        }
        match self.dice.below(100) {
            0..=39 => {
                let queue = QueueId(self.dice.pick(&[0, 1, 2, 3, 4, 5]));
                let wait_us = self.dice.pick(&[0, 30, 600]) * SECOND_US;
                self.say(Command::Expect { queue, wait_us });
            }
            40..=49 => {
                let plan = PlanId(self.dice.pick(&[0, 1, 2]));
                let on = self.dice.chance(50);
                self.say(Command::SwitchPlan { plan, on });
            }
            50..=59 => self.say(Command::AskAdvisers {
                activity: Activity::Phone,
                wanted: 2,
                unit: None,
            }),
            60..=84 => {
                let last = self.state().requests().last().map(|it| it.id);
                let request = last.unwrap_or(RequestId(0));
                let adviser = self.dice.below(self.people.len());
                let command = if self.dice.chance(20) {
                    Command::CloseRequest { request }
                } else {
                    Command::AnswerRequest {
                        request,
                        adviser: AdviserId(u32::try_from(adviser).unwrap_or(0)),
                        yes: self.dice.chance(50),
                    }
                };
                self.say(command);
            }
            85..=92 => {
                // Daylight saving, a leap second, a wrong battery: the clock on the wall jumps.
                self.count("clock jumped");
                let off_s = self.dice.pick(&[-86_400, -3_600, -1, 1, 3_600, 0]);
                self.wall_off_us = off_s * SECOND_US;
            }
            93 => return self.new_description(),
            _ => {}
        }
        Ok(())
    }

    /// Another centre description comes into force.
    fn new_description(&mut self) -> Result<(), String> {
        let mut rules = self.rules.clone();
        rules.version += 1;
        centre::change(&mut rules, &mut self.dice);
        let tables = Tables::new(&rules).map_err(|error| error.to_string())?;
        let version = rules.version;
        self.tables
            .insert(version, (Arc::new(tables), rules.clone()));
        let more = rules.advisers.len() - self.people.len();
        self.people.resize(rules.advisers.len(), Person::default());
        for number in self.people.len() - more..self.people.len() {
            self.soon(30, Happening::Person(number));
        }
        self.rules = rules;
        self.publish(version)
    }

    /// The fair phase: nobody new comes, and what nobody can take is cancelled after half an hour.
    fn tidies(&mut self) {
        let before = self.now.plus_s(-1_800);
        let old = self.state().contacts().filter(|view| {
            let waits = matches!(
                view.state,
                ContactState::Queued | ContactState::Parked | ContactState::InMenu
            );
            waits && view.arrived < before && view.consult_of.is_none()
        });
        let old: Vec<ContactId> = old.map(|view| view.id).collect();
        for contact in old {
            self.say(Command::Close {
                contact,
                reason: CloseReason::Cancelled,
            });
        }
    }
}

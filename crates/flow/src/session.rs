//! One caller's way through the menus.

use std::borrow::Cow;

use linje_centre::{
    Centre, Flow, FlowAct, Menu, PlanAct, PromptId, PromptUse, Speech, Target, Text,
    hours::Opening, hours::Reason,
};
use linje_event::CloseReason;
use linje_types::{Language, QueueId, Timestamp, TopicId};

use crate::announce::{Status, announcement};
use crate::step::{Input, LiveKey, PromptRef, Step};

/// Most steps of a description that one caller goes through; whoever needs more is going in circles.
const MOVES_MAX: u16 = 200;
/// Most times that a caller has a menu said again by the key for it.
const REPEATS_MAX: u8 = 9;

/// Why a session cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody has this number.
    #[error("no number of the centre description has these figures")]
    UnknownNumber,
}

/// What is known of a caller and of the day when the call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// The language of the caller, as far as known.
    pub language: Language,
    /// A bit for each crisis plan that is on, by its place in the description.
    pub plans: u64,
    /// Whether the caller can be rung: the number is known, and the line out would ring it.
    pub can_be_rung: bool,
    /// Whether anybody can be rung at all: without a line out nobody is told of it.
    pub line_out: bool,
}

impl Circumstances {
    /// An ordinary day.
    #[must_use]
    pub const fn usual(language: Language) -> Circumstances {
        Circumstances {
            language,
            plans: 0,
            can_be_rung: false,
            line_out: false,
        }
    }
}

/// One caller's way through the menus of a centre description.
///
/// Feed it what happens, in order, and do what it says. After `Step::Close` it says nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    at: Target,
    language: Language,
    state: State,
    moves: u16,
    closed_prompt: Option<PromptId>,
    plans: u64,
    can_be_rung: bool,
    line_out: bool,
    /// Whether what the crisis plans say first has been said.
    warned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Words play; then the caller goes on.
    Playing { then: Then },
    /// A menu is being said or waits for a key.
    Asking {
        listens_until: Option<Timestamp>,
        missed: u8,
        repeats: u8,
    },
    /// In a queue.
    Waiting(Wait),
    /// With an adviser; kept for coming back.
    Answered(Wait),
    /// Over.
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Go(Target),
    Close(CloseReason),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wait {
    queue: QueueId,
    announces: bool,
    /// Whether words play.
    speaks: bool,
    /// When the next announcement comes; `NEVER` while words play, and when there are none.
    next: Timestamp,
    status: Option<Status>,
    told: bool,
    /// Whether the caller has been told that they can be rung.
    offered: bool,
}

impl Session {
    /// Begins with a call to the number with these figures.
    ///
    /// # Errors
    /// When no number of the description has them.
    pub fn start(
        centre: &Centre,
        figures: &str,
        now: Timestamp,
        circumstances: Circumstances,
    ) -> Result<(Session, Vec<Step>), Error> {
        let number = centre.number(figures).ok_or(Error::UnknownNumber)?;
        let first = Target {
            flow: number.flow,
            step: 0,
        };
        let mut session = Session {
            at: first,
            language: circumstances.language,
            state: State::Ended,
            moves: 0,
            closed_prompt: None,
            plans: circumstances.plans,
            can_be_rung: circumstances.can_be_rung && circumstances.line_out,
            line_out: circumstances.line_out,
            warned: false,
        };
        let mut out = Vec::new();
        session.go(centre, first, now, &mut out);
        Ok((session, out))
    }

    /// Takes in what happened and says what to do. What makes no sense now is ignored.
    pub fn on(&mut self, centre: &Centre, input: Input, now: Timestamp) -> Vec<Step> {
        let mut out = Vec::new();
        match input {
            Input::Key(key) => self.key(centre, key, now, &mut out),
            Input::PlayEnded => self.play_ended(centre, now, &mut out),
            Input::Timeout => self.timeout(centre, now, &mut out),
            Input::HungUp => self.hung_up(&mut out),
            Input::QueueStatus {
                position,
                expected_wait_s,
            } => self.note_status(Status {
                position,
                expected_wait_s,
            }),
            Input::Answered => self.answered(),
            Input::Refused => self.refused(centre, &mut out),
            Input::BackInQueue => self.back_in_queue(centre, now, &mut out),
        }
        out
    }

    /// When `Input::Timeout` is wanted.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match self.state {
            State::Asking { listens_until, .. } => listens_until,
            State::Waiting(wait) => (wait.next != Timestamp::NEVER).then_some(wait.next),
            State::Playing { .. } | State::Answered(_) | State::Ended => None,
        }
    }

    /// The caller's language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The queue that the caller waits in or was answered from.
    #[must_use]
    pub fn queue(&self) -> Option<QueueId> {
        match self.state {
            State::Waiting(wait) | State::Answered(wait) => Some(wait.queue),
            State::Playing { .. } | State::Asking { .. } | State::Ended => None,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Goes to a step and on from there, until the caller has something to hear or to do.
    fn go(&mut self, centre: &Centre, target: Target, now: Timestamp, out: &mut Vec<Step>) {
        let mut target = target;
        loop {
            self.moves += 1;
            if self.moves > MOVES_MAX {
                self.end(CloseReason::NoChoice, out);
                return;
            }
            self.at = target;
            target = match &centre.step(target).act {
                FlowAct::Play { prompts, then } => {
                    let then = Then::Go(*then);
                    match self.play_then(centre, prompts, then, out) {
                        Some(next) => next,
                        None => return,
                    }
                }
                FlowAct::Menu(menu) => {
                    let menu = self.menu(centre, menu);
                    self.ask(centre, &menu, &[], (0, 0), out);
                    return;
                }
                FlowAct::Language { speech, then } => {
                    self.language = self.speech(centre, *speech);
                    *then
                }
                FlowAct::Hours {
                    hours,
                    open,
                    closed,
                } => {
                    let asked = &centre.hours[hours.idx()];
                    match asked.at(now) {
                        Opening::Open { .. } => *open,
                        Opening::Closed { reason, .. } => {
                            self.closed_prompt = match reason {
                                Reason::Exception(prompt) => prompt.or(asked.prompt),
                                Reason::Hours | Reason::Holiday(_) | Reason::Special(_) => {
                                    asked.prompt
                                }
                            };
                            *closed
                        }
                    }
                }
                FlowAct::Queue { .. } => {
                    self.enqueue(centre, now, out);
                    return;
                }
                FlowAct::HangUp { prompts, closed } => {
                    self.say_goodbye(centre, prompts, *closed, out);
                    return;
                }
            };
        }
    }

    /// Plays and remembers what follows; gives the target at once when there is nothing to play.
    fn play_then(
        &mut self,
        centre: &Centre,
        prompts: &[PromptUse],
        then: Then,
        out: &mut Vec<Step>,
    ) -> Option<Target> {
        if prompts.is_empty() {
            match then {
                Then::Go(target) => return Some(target),
                Then::Close(reason) => {
                    self.end(reason, out);
                    return None;
                }
            }
        }
        out.push(Step::Keys(Vec::new()));
        out.push(self.play(centre, prompts, false));
        self.state = State::Playing { then };
        None
    }

    /// Says a menu, with words before it; `asked` is how often no good key came, and how often it was repeated.
    fn ask(
        &mut self,
        centre: &Centre,
        menu: &Menu,
        before: &[PromptUse],
        asked: (u8, u8),
        out: &mut Vec<Step>,
    ) {
        let mut prompts = self.warnings(centre);
        prompts.extend(before.iter().chain(&menu.prompts).copied());
        out.push(Step::Keys(live_keys(menu)));
        out.push(self.play(centre, &prompts, true));
        let (missed, repeats) = asked;
        self.state = State::Asking {
            listens_until: None,
            missed,
            repeats,
        };
    }

    /// The acts of the crisis plans that are on.
    fn plan_acts<'a>(&self, centre: &'a Centre) -> impl Iterator<Item = &'a PlanAct> + use<'a> {
        let plans = self.plans;
        let on = (0_u32..).zip(&centre.plans);
        on.filter(move |(place, _)| plans.checked_shr(*place).is_some_and(|rest| rest & 1 == 1))
            .flat_map(|(_, plan)| plan.steps.iter().map(|step| &step.act))
    }

    /// What the plans say first, once.
    fn warnings(&mut self, centre: &Centre) -> Vec<PromptUse> {
        if core::mem::replace(&mut self.warned, true) {
            return Vec::new();
        }
        let at = centre.step(self.at).at;
        self.plan_acts(centre)
            .filter_map(|act| match act {
                PlanAct::Say(prompt) => Some(PromptUse {
                    prompt: *prompt,
                    speech: Speech::Chosen,
                    at,
                }),
                PlanAct::Menu { .. } | PlanAct::CallbackOnly(_) | PlanAct::Ask { .. } => None,
            })
            .collect()
    }

    /// The menu as a plan that is on leaves it.
    fn menu<'a>(&self, centre: &Centre, menu: &'a Menu) -> Cow<'a, Menu> {
        let mut shown = Cow::Borrowed(menu);
        for act in self.plan_acts(centre) {
            if let PlanAct::Menu {
                target,
                keys,
                prompts,
            } = act
                && *target == self.at
            {
                let shorter = shown.to_mut();
                shorter.keys.retain(|choice| keys.contains(&choice.key));
                if !prompts.is_empty() {
                    shorter.prompts.clone_from(prompts);
                }
            }
        }
        shown
    }

    /// Whether nobody waits for this queue now: its callers are rung, those of them who can be.
    fn rings_back(&self, centre: &Centre, queue: QueueId) -> bool {
        self.plan_acts(centre).any(|act| match act {
            PlanAct::CallbackOnly(queues) => queues.contains(&queue),
            PlanAct::Say(_) | PlanAct::Menu { .. } | PlanAct::Ask { .. } => false,
        })
    }

    /// What somebody hears who would be rung, and cannot be: what they can do instead.
    fn withheld(&self, centre: &Centre) -> Option<PromptUse> {
        let prompt = centre.callback.offer.as_ref()?.withheld?;
        Some(PromptUse {
            prompt,
            speech: Speech::Chosen,
            at: centre.step(self.at).at,
        })
    }

    fn enqueue(&mut self, centre: &Centre, now: Timestamp, out: &mut Vec<Step>) {
        let FlowAct::Queue {
            queue,
            topic,
            class,
            prompts,
            announce,
        } = &centre.step(self.at).act
        else {
            return;
        };
        let class = class.unwrap_or(centre.queue(*queue).class);
        let served = centre.queue(*queue).languages.contains(&self.language);
        let language = if served {
            self.language
        } else {
            self.heard(centre)
        };
        let topic = topic.unwrap_or(TopicId::NONE);
        let class = u8::try_from(class.0).unwrap_or(0);
        let mut wait = Wait {
            queue: *queue,
            announces: *announce,
            speaks: !prompts.is_empty(),
            next: Timestamp::NEVER,
            status: None,
            told: false,
            offered: false,
        };
        out.push(Step::Keys(Vec::new()));
        let rings_back = self.rings_back(centre, *queue);
        if rings_back && self.can_be_rung {
            out.push(Step::BookCallback {
                queue: *queue,
                topic,
                language,
                class,
            });
            self.state = State::Waiting(wait);
            return;
        }
        out.push(Step::Enqueue {
            queue: *queue,
            topic,
            language,
            class,
        });
        let mut first = self.warnings(centre);
        let unknown = rings_back && self.line_out;
        first.extend(unknown.then(|| self.withheld(centre)).flatten());
        first.extend(prompts);
        let prompts = &first;
        wait.speaks = !prompts.is_empty();
        if prompts.is_empty() {
            out.push(Step::Music);
            wait.next = wait.after(now, centre.waiting.first_s);
        } else {
            out.push(self.play(centre, prompts, false));
        }
        self.state = State::Waiting(wait);
    }

    /// The last words. What an exception of the hours says replaces the first of them.
    fn say_goodbye(
        &mut self,
        centre: &Centre,
        prompts: &[PromptUse],
        closed: bool,
        out: &mut Vec<Step>,
    ) {
        let mut prompts = prompts.to_vec();
        if let (true, Some(special), Some(first)) =
            (closed, self.closed_prompt, prompts.first_mut())
        {
            first.prompt = special;
        }
        let reason = if closed {
            CloseReason::ClosedHours
        } else {
            CloseReason::NoChoice
        };
        self.play_then(centre, &prompts, Then::Close(reason), out);
    }

    fn key(&mut self, centre: &Centre, key: char, now: Timestamp, out: &mut Vec<Step>) {
        if let (State::Waiting(wait), Some(offer)) = (self.state, &centre.callback.offer) {
            if wait.offered && offer.key == key {
                out.push(Step::AskCallback);
            }
            return;
        }
        let State::Asking {
            missed, repeats, ..
        } = self.state
        else {
            return;
        };
        let FlowAct::Menu(menu) = &centre.step(self.at).act else {
            return;
        };
        let menu = &*self.menu(centre, menu);
        if let Some(choice) = menu.keys.iter().find(|choice| choice.key == key) {
            self.go(centre, choice.to, now, out);
        } else if menu.repeat == Some(key) && repeats < REPEATS_MAX {
            self.ask(centre, menu, &[], (missed, repeats + 1), out);
        } else {
            self.ask_again(
                centre,
                menu,
                &menu.on_wrong_key,
                (missed, repeats),
                now,
                out,
            );
        }
    }

    /// Asks once more, or gives up.
    fn ask_again(
        &mut self,
        centre: &Centre,
        menu: &Menu,
        before: &[PromptUse],
        asked: (u8, u8),
        now: Timestamp,
        out: &mut Vec<Step>,
    ) {
        let (missed, repeats) = (asked.0.saturating_add(1), asked.1);
        if missed >= menu.tries || repeats >= REPEATS_MAX {
            self.go(centre, menu.give_up, now, out);
        } else {
            self.ask(centre, menu, before, (missed, repeats), out);
        }
    }

    fn play_ended(&mut self, centre: &Centre, now: Timestamp, out: &mut Vec<Step>) {
        match self.state {
            State::Playing {
                then: Then::Go(target),
            } => self.go(centre, target, now, out),
            State::Playing {
                then: Then::Close(reason),
            } => self.end(reason, out),
            State::Asking {
                listens_until: None,
                missed,
                repeats,
            } => {
                let FlowAct::Menu(menu) = &centre.step(self.at).act else {
                    return;
                };
                let until = now.plus_s(i64::from(menu.timeout_s));
                out.push(Step::ListenUntil(until));
                self.state = State::Asking {
                    listens_until: Some(until),
                    missed,
                    repeats,
                };
            }
            State::Waiting(wait) if wait.speaks => {
                let pause = if wait.told {
                    centre.waiting.every_s
                } else {
                    centre.waiting.first_s
                };
                let next = wait.after(now, pause);
                out.push(Step::Music);
                self.state = State::Waiting(Wait {
                    speaks: false,
                    next,
                    ..wait
                });
            }
            State::Asking { .. } | State::Waiting(_) | State::Answered(_) | State::Ended => {}
        }
    }

    fn timeout(&mut self, centre: &Centre, now: Timestamp, out: &mut Vec<Step>) {
        if self.next_deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match self.state {
            State::Asking {
                missed, repeats, ..
            } => {
                let FlowAct::Menu(menu) = &centre.step(self.at).act else {
                    return;
                };
                let menu = &*self.menu(centre, menu);
                self.ask_again(centre, menu, &menu.on_no_key, (missed, repeats), now, out);
            }
            State::Waiting(wait) => self.announce(centre, wait, out),
            State::Playing { .. } | State::Answered(_) | State::Ended => {}
        }
    }

    fn announce(&mut self, centre: &Centre, wait: Wait, out: &mut Vec<Step>) {
        let mut prompts = announcement(&centre.waiting, wait.status, !wait.told);
        let expected_s = wait.status.and_then(|status| status.expected_wait_s);
        let long = expected_s.is_some_and(|wait_s| centre.offers_callback(wait.queue, wait_s));
        let offer = centre.callback.offer.as_ref();
        let offer = offer.filter(|_| self.can_be_rung && long);
        if let Some(offer) = offer {
            prompts.push(offer.offer);
            out.push(Step::Keys(vec![LiveKey {
                key: offer.key,
                label: callback_label(),
            }]));
        }
        let prompts = prompts
            .into_iter()
            .map(|id| self.spoken(centre, id, self.heard(centre)))
            .collect();
        out.push(Step::Play {
            prompts,
            interruptible: false,
        });
        self.state = State::Waiting(Wait {
            speaks: true,
            next: Timestamp::NEVER,
            told: true,
            offered: wait.offered || offer.is_some(),
            ..wait
        });
    }

    fn hung_up(&mut self, out: &mut Vec<Step>) {
        let reason = match self.state {
            State::Playing {
                then: Then::Close(reason),
            } => Some(reason),
            State::Playing { .. } | State::Asking { .. } => Some(CloseReason::LeftInMenu),
            State::Waiting(_) => Some(CloseReason::Abandoned),
            // The adviser's side closes it.
            State::Answered(_) | State::Ended => None,
        };
        out.extend(reason.map(Step::Close));
        self.state = State::Ended;
    }

    fn note_status(&mut self, status: Status) {
        if let State::Waiting(wait) | State::Answered(wait) = &mut self.state {
            wait.status = Some(status);
        }
    }

    fn answered(&mut self) {
        if let State::Waiting(wait) = self.state {
            self.state = State::Answered(wait);
        }
    }

    fn refused(&mut self, centre: &Centre, out: &mut Vec<Step>) {
        let State::Waiting(_) = self.state else {
            return;
        };
        let full = self.spoken(centre, centre.waiting.full, self.heard(centre));
        out.push(Step::Play {
            prompts: vec![full],
            interruptible: false,
        });
        self.state = State::Playing {
            then: Then::Close(CloseReason::QueueFull),
        };
    }

    fn back_in_queue(&mut self, centre: &Centre, now: Timestamp, out: &mut Vec<Step>) {
        let State::Answered(wait) = self.state else {
            return;
        };
        out.push(Step::Music);
        let next = wait.after(now, centre.waiting.first_s);
        self.state = State::Waiting(Wait {
            speaks: false,
            next,
            status: None,
            told: false,
            ..wait
        });
    }

    fn end(&mut self, reason: CloseReason, out: &mut Vec<Step>) {
        out.extend([Step::Close(reason), Step::HangUp]);
        self.state = State::Ended;
    }

    fn play(&self, centre: &Centre, prompts: &[PromptUse], interruptible: bool) -> Step {
        let prompts = prompts
            .iter()
            .map(|used| self.spoken(centre, used.prompt, self.speech(centre, used.speech)))
            .collect();
        Step::Play {
            prompts,
            interruptible,
        }
    }

    /// The prompt in the language; in the first that it has when it lacks that one.
    fn spoken(&self, centre: &Centre, id: PromptId, language: Language) -> PromptRef {
        let prompt = centre.prompt(id);
        let offered = self.flow(centre).languages.iter().copied();
        let language = core::iter::once(language)
            .chain(offered)
            .find(|language| prompt.speaks(*language))
            .unwrap_or(language);
        PromptRef { id, language }
    }

    fn speech(&self, centre: &Centre, speech: Speech) -> Language {
        match speech {
            Speech::Chosen => self.heard(centre),
            Speech::Fixed(language) => language,
            Speech::Next => {
                let (languages, heard) = (&self.flow(centre).languages, self.heard(centre));
                let here = languages.iter().position(|of| *of == heard);
                let next = here.map_or(0, |here| (here + 1) % languages.len().max(1));
                languages.get(next).copied().unwrap_or(heard)
            }
        }
    }

    /// The caller's language, or the flow's first when it does not speak that one.
    fn heard(&self, centre: &Centre) -> Language {
        let languages = &self.flow(centre).languages;
        if languages.contains(&self.language) {
            return self.language;
        }
        languages.first().copied().unwrap_or(self.language)
    }

    fn flow<'c>(&self, centre: &'c Centre) -> &'c Flow {
        &centre.flows[self.at.flow.idx()]
    }
}

impl Wait {
    fn after(&self, now: Timestamp, pause_s: u32) -> Timestamp {
        if self.announces {
            now.plus_s(i64::from(pause_s))
        } else {
            Timestamp::NEVER
        }
    }
}

/// What the key does that asks to be rung.
fn callback_label() -> Text {
    Text {
        nb: "Bli ringt opp".to_owned(),
        en: "Be called back".to_owned(),
    }
}

fn live_keys(menu: &Menu) -> Vec<LiveKey> {
    let choices = menu.keys.iter().map(|choice| LiveKey {
        key: choice.key,
        label: choice.label.clone(),
    });
    let repeat = menu.repeat.map(|key| LiveKey {
        key,
        label: Text {
            nb: String::from("Hør valgene igjen"),
            en: String::from("Hear the choices again"),
        },
    });
    choices.chain(repeat).collect()
}

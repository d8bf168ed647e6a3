//! Joins the lines, the pages' calls and the desk: one task around [`Calls`], no rule of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_calls::{Calls, Input, LineState, Output, PageId, PageView, Pages, Status};
use linje_centre::Centre;
use linje_desk::{Accepted, Batch, CallerKey, Refusal};
use linje_event::{Command, Effect, Event};
use linje_http::{AnsweredBy, Api, CallAsk, CallView};
use linje_store::NumberKey;
use linje_types::{Activity, AdviserId, Clearance, ContactId, Language, PlanId, QueueId};
use linje_voice::Voice;
use tokio::sync::{broadcast, mpsc, watch};

use crate::desk_shell::DeskHandle;

/// Calls that pages may steer at once.
const PAGES_MAX: usize = 200;

/// What the task is made of.
pub(crate) struct Telephony {
    pub(crate) calls: Calls,
    pub(crate) api: Api,
    pub(crate) desk: DeskHandle,
    /// `None` when the clock does not run at the speed of speech: then only pages ring.
    pub(crate) voice: Option<Voice>,
    pub(crate) voice_events: mpsc::Receiver<linje_voice::Event>,
    pub(crate) effects: mpsc::UnboundedReceiver<Effect>,
    pub(crate) feed: broadcast::Receiver<Arc<Batch>>,
    pub(crate) pages: mpsc::Receiver<CallAsk>,
    /// What is wanted beside conversations.
    pub(crate) beside: mpsc::Receiver<linje_http::BesideAsk>,
    /// Who waits for the sound of a conversation, until the lines have said where it is.
    pub(crate) sounds: BTreeMap<ContactId, Option<mpsc::Sender<linje_voice::Sound>>>,
    pub(crate) readers: Readers,
    pub(crate) numbers: Numbers,
}

/// Reads the number that a citizen wants to be rung at; blocks.
pub(crate) type Numbers = Arc<dyn Fn(ContactId) -> Option<linje_voice::Number> + Send + Sync>;

/// Answers of the read models.
pub(crate) struct Readers {
    pub(crate) api: Api,
    pub(crate) key: NumberKey,
    /// Numbers that many share, in E.164 form: their callers have no place of their own.
    pub(crate) shared_numbers: Vec<String>,
}

impl Status for Readers {
    fn place(&self, contact: ContactId, queue: QueueId) -> (Option<u32>, Option<f64>) {
        let (position, expected_s) = self.api.place(contact, queue);
        let seconds = |s: u64| f64::from(u32::try_from(s).unwrap_or(u32::MAX));
        (position, expected_s.map(seconds))
    }

    fn shown(&self, contact: ContactId) -> String {
        self.api.ids.contact(contact)
    }

    fn caller_key(&self, number: &str) -> Option<CallerKey> {
        let number = e164(number)?;
        (!self.shared_numbers.contains(&number)).then(|| self.key.hash(&number))
    }

    fn clearance(&self, caller: CallerKey) -> Clearance {
        self.api.people.needs(caller)
    }

    fn plans(&self) -> u64 {
        let plans = (0_u8..).take(self.api.directory.centre.plans.len().min(64));
        self.api.shared.read(|view| {
            let on = plans.filter(|plan| view.state.plan_is_on(PlanId(*plan)));
            on.fold(0, |bits, plan| bits | 1 << plan)
        })
    }

    fn adviser_of(&self, user: &str) -> Option<AdviserId> {
        self.api.directory.adviser(user)
    }

    fn user_of(&self, adviser: AdviserId) -> Option<String> {
        if self.api.softphones.is_page_only(adviser) && self.api.presence.has_desk(adviser) {
            return None;
        }
        let card = self.api.directory.card(adviser)?;
        Some(card.ident.clone())
    }
}

/// A number that a person wrote, in E.164 form; `None` when nobody can be rung there.
pub(crate) fn written(number: &str) -> Option<String> {
    let plain = |letter: char| letter.is_ascii_digit() || " +-().".contains(letter);
    let whole = linje_voice::Number::from(number).e164();
    let number = whole.filter(|_| number.chars().all(plain))?;
    let figures = number.strip_prefix('+')?;
    let fits = match figures.strip_prefix("47") {
        Some(norwegian) => norwegian.len() == 8 && !norwegian.starts_with(['0', '1']),
        None => (8..=15).contains(&figures.len()),
    };
    fits.then_some(number)
}

/// A number in E.164 form; eight figures are Norwegian. `None` when it is no number.
pub(crate) fn e164(number: &str) -> Option<String> {
    let figures: String = number.chars().filter(char::is_ascii_digit).collect();
    let known = number.starts_with('+') || figures.len() != 8;
    match figures.len() {
        0..=2 => None,
        _ if number.starts_with("00") => figures.strip_prefix("00").map(|rest| format!("+{rest}")),
        _ if known => Some(format!("+{figures}")),
        _ => Some(format!("+47{figures}")),
    }
}

impl Telephony {
    /// Runs until the desk or the lines are gone.
    pub(crate) async fn run(mut self) {
        let (answers, mut answered) = mpsc::unbounded_channel();
        let mut shown: BTreeMap<PageId, watch::Sender<CallView>> = BTreeMap::new();
        let (numbers, mut numbered) = mpsc::unbounded_channel();
        let mut next_page = 0;
        let mut out = Vec::new();
        loop {
            let due = self.api.clock.until(self.calls.next_deadline());
            let input = tokio::select! {
                Some(effect) = self.effects.recv() => {
                    if let Effect::Dial { contact, adviser, attempt, promised } = effect {
                        self.look_up((contact, adviser, attempt), promised, &numbers);
                        continue;
                    }
                    Input::Effect(effect)
                }
                Some(dial) = numbered.recv() => dial,
                Some((token, result)) = answered.recv() => Input::Reply { token, result },
                Some(event) = self.voice_events.recv(), if self.voice.is_some() => Input::Voice(event),
                Some(ask) = self.pages.recv() => {
                    match open_page(ask, &mut next_page, &mut shown, &self.api.directory.centre) {
                        Some(page) => Input::Page(page),
                        None => continue,
                    }
                }
                Some(ask) = self.beside.recv() => match crate::beside::wish(ask) {
                    crate::beside::Wish::Lines(input) => input,
                    crate::beside::Wish::Sound(contact, to) => {
                        self.sounds.insert(contact, to);
                        Input::Beside(linje_calls::Beside::Sound { contact })
                    }
                },
                batch = self.feed.recv() => match batch {
                    Ok(batch) => {
                        let now = self.api.now();
                        for record in &batch.records {
                            if let Event::CentrePublished { version } = record.event
                                && let Some(centre) = self.api.directory.centre(version)
                            {
                                self.calls.describe(centre);
                            }
                            let input = Input::Recorded(record.event);
                            self.calls.step(input, now, &self.readers, &mut out);
                        }
                        Input::Tick
                    }
                    Err(broadcast::error::RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "telephony lost sight of the log; pages may show an old state");
                        continue;
                    }
                    Err(broadcast::error::RecvError::Closed) => break,
                },
                () = tokio::time::sleep(due) => Input::Tick,
            };
            self.calls
                .step(input, self.api.now(), &self.readers, &mut out);
            for output in out.drain(..) {
                self.act(output, &answers, &mut shown);
            }
        }
        if let Some(voice) = self.voice.take() {
            voice.shutdown().await;
        }
    }

    /// Reads the number to ring from the vault, away from the lines; it comes back as an input.
    fn look_up(
        &self,
        (contact, adviser, attempt): (ContactId, AdviserId, u8),
        promised: bool,
        numbers: &mpsc::UnboundedSender<Input>,
    ) {
        let (vault, numbers) = (Arc::clone(&self.numbers), numbers.clone());
        tokio::task::spawn_blocking(move || {
            let number = vault(contact);
            numbers
                .send(Input::Dial {
                    contact,
                    adviser,
                    attempt,
                    promised,
                    number,
                })
                .ok();
        });
    }

    fn act(
        &mut self,
        output: Output,
        answers: &mpsc::UnboundedSender<(u64, Result<Accepted, Refusal>)>,
        shown: &mut BTreeMap<PageId, watch::Sender<CallView>>,
    ) {
        match output {
            Output::Voice(command) => {
                if let Some(voice) = &self.voice
                    && let Err(error) = voice.send(command)
                {
                    tracing::error!(%error, "a command did not reach the lines");
                }
            }
            Output::Submit(submit) => {
                let token = submit.token;
                let answer = self.desk.submit(submit);
                let answers = answers.clone();
                tokio::spawn(async move {
                    answers.send((token, answer.await)).ok();
                });
            }
            Output::Page(view) => {
                if let Some(contact) = view.contact {
                    self.api.follow(contact);
                }
                show(&view, &self.api.directory.centre, shown);
            }
            Output::Phone {
                adviser,
                registered,
            } => self.phone(adviser, registered),
            Output::Attending { contact, on } => self.api.attending(contact, on),
            Output::SaidYes { contact } => self.api.said_yes(contact),
            Output::Sound { contact, at } => {
                let to = self.sounds.remove(&contact).flatten();
                if let (Some((call, leg)), Some(voice)) = (at, &self.voice) {
                    let browsers = voice.browsers();
                    tokio::spawn(async move {
                        if let Err(error) = browsers.record(call, leg, to).await {
                            tracing::warn!(%error, "the sound of a conversation is not handed on");
                        }
                    });
                }
            }
        }
    }

    /// A phone is presence; whoever is signed out begins the day with it.
    fn phone(&self, adviser: AdviserId, registered: bool) {
        self.api.presence.phone(adviser, registered);
        let signed_in = self
            .api
            .shared
            .read(|view| view.state.adviser(adviser).is_some_and(|who| who.signed_in));
        // Whoever sits at an open desk chooses there.
        if registered && !signed_in && !self.api.presence.has_desk(adviser) {
            let activity = Activity::Phone;
            let command = Command::SignIn { adviser, activity };
            let answer = self.desk.submit(linje_desk::Submit::new(0, command));
            tokio::spawn(async move {
                if let Err(refusal) = answer.await {
                    tracing::warn!(
                        ?refusal,
                        "a phone registered, but its adviser could not be signed in"
                    );
                }
            });
        }
    }
}

/// Turns a page's wish into one of a line; `None` when it is done with.
fn open_page(
    ask: CallAsk,
    next_page: &mut u64,
    shown: &mut BTreeMap<PageId, watch::Sender<CallView>>,
    centre: &Centre,
) -> Option<Pages> {
    match ask {
        CallAsk::Ring {
            number,
            answered_by,
            reply,
        } => {
            if centre.number_named(&number).is_none() || shown.len() >= PAGES_MAX {
                reply.send(None).ok();
                return None;
            }
            *next_page += 1;
            let page = PageId(*next_page);
            let synthetic = answered_by == AnsweredBy::Synthetic;
            let (view, watched) = watch::channel(CallView {
                in_menu: true,
                synthetic,
                ..CallView::default()
            });
            shown.insert(page, view);
            reply.send(Some((page.0, watched))).ok();
            Some(Pages::Ring {
                page,
                number,
                synthetic,
            })
        }
        CallAsk::Key { call, key } => Some(Pages::Key {
            page: PageId(call),
            key,
        }),
        CallAsk::HangUp { call } => Some(Pages::HangUp { page: PageId(call) }),
        CallAsk::Follow { line, reply } => {
            if shown.len() >= PAGES_MAX {
                reply.send(None).ok();
                return None;
            }
            *next_page += 1;
            let page = PageId(*next_page);
            let (view, _) = watch::channel(CallView {
                in_menu: true,
                ..CallView::default()
            });
            shown.insert(page, view);
            reply.send(Some(page.0)).ok();
            Some(Pages::Follow {
                page,
                call: linje_voice::CallId(line),
            })
        }
        CallAsk::Watch { call, reply } => {
            let view = shown.get(&PageId(call)).map(watch::Sender::subscribe);
            reply.send(view).ok();
            None
        }
    }
}

fn show(view: &PageView, centre: &Centre, shown: &mut BTreeMap<PageId, watch::Sender<CallView>>) {
    let closed = view.state == LineState::Closed;
    if let Some(sender) = shown.get(&view.page) {
        let (playing_seq, said) = view.playing.clone().unwrap_or_default();
        sender.send_replace(CallView {
            contact: view.contact,
            in_menu: matches!(view.state, LineState::Ringing | LineState::Menu),
            closed,
            playing_seq,
            playing: said
                .iter()
                .map(|spoken| {
                    let prompt = centre.prompt(spoken.prompt);
                    let text = prompt.text(spoken.language).unwrap_or_default();
                    (prompt.id.clone(), spoken.language, text.to_owned())
                })
                .collect(),
            music: view.music,
            keys: view
                .keys
                .iter()
                .map(|key| (key.key, key.label.get(view.language).to_owned()))
                .collect(),
            english: view.language == Language::En,
            synthetic: view.synthetic,
        });
    }
    if closed {
        shown.remove(&view.page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_number_however_it_is_written() {
        for text in ["22334455", "+4722334455", "004722334455", "22 33 44 55"] {
            assert_eq!(e164(text).as_deref(), Some("+4722334455"), "{text}");
        }
        assert_eq!(e164("anonymous"), None);
    }

    #[test]
    fn what_nobody_can_be_rung_at_is_refused() {
        for text in ["90 00 00 01", "+47 900 00 001", "004790000001"] {
            assert_eq!(written(text).as_deref(), Some("+4790000001"), "{text}");
        }
        assert_eq!(written("+46701234567").as_deref(), Some("+46701234567"));
        for text in ["", "112", "12345678", "9000000", "x90000001", "+4790000"] {
            assert_eq!(written(text), None, "{text}");
        }
    }
}

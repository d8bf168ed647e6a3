//! What goes on beside the calls that come: ringing out, attending a conversation, recording it.
//!
//! Nobody attends and nothing is recorded without the yes of the adviser in that very call, and nothing is recorded
//! without the yes of the person outside, which the lines hear themselves. Each step is a row in the records before
//! it takes effect. It must never let a number leave but to the vault and the lines, and never hold sound.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use linje_store::{Act, RecordsError};
use linje_types::{AdviserId, Channel, ContactId, Origin, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use utoipa::ToSchema;

use crate::api::Api;
use crate::problem::Problem;
use crate::view::Stage;

/// Seconds of a recording that may wait to be sealed.
const SOUND: usize = 30;
/// The person outside, in the rows.
const CITIZEN: &str = "citizen";
/// What ended by itself, in the rows.
const LINE: &str = "line";

/// Why a number is not rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRung {
    /// It is no number.
    NoNumber,
    /// It costs the one who rings.
    Premium,
    /// The centre's list does not name it.
    NotListed,
}

/// Whether a number may be rung.
type MayRing = dyn Fn(&str) -> Result<(), NotRung> + Send + Sync;

/// Advisers may ring people, within these limits.
#[derive(Clone)]
pub struct Calling {
    /// Whether a number in E.164 form may be rung.
    pub may: Arc<MayRing>,
    /// Calls that one adviser may begin in an hour.
    pub per_hour: u32,
    /// Calls of advisers that may be open at one time, in the whole centre.
    pub at_once: u32,
}

impl fmt::Debug for Calling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling")
            .field("per_hour", &self.per_hour)
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}

/// How somebody attends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Hears both.
    Listen,
    /// Hears both; the adviser hears them.
    Whisper,
    /// All three hear each other.
    Join,
}

impl How {
    const fn as_str(self) -> &'static str {
        match self {
            How::Listen => "listen",
            How::Whisper => "whisper",
            How::Join => "join",
        }
    }
}

/// What is asked of the lines.
#[derive(Debug)]
pub enum BesideAsk {
    /// A user's page attends a conversation.
    Attend {
        /// The contact.
        contact: ContactId,
        /// The user, as the lines know the page.
        user: String,
        /// How.
        how: How,
    },
    /// Nobody attends any more.
    Leave {
        /// The contact.
        contact: ContactId,
    },
    /// The person outside is asked for a yes by key, or no longer.
    AskYes {
        /// The contact.
        contact: ContactId,
        /// Whether.
        on: bool,
    },
    /// What the two say goes to `to`; to nobody any more when there is none.
    Record {
        /// The contact.
        contact: ContactId,
        /// A second at a time, as it is kept; its end is the end of the conversation.
        to: Option<mpsc::Sender<Vec<u8>>>,
    },
}

/// Where somebody's wish to attend has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Attending {
    /// The adviser has not answered.
    Asked,
    /// The adviser said yes; the sound comes.
    Agreed,
    /// They hear the conversation.
    On,
}

/// Somebody attends, or wants to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listening {
    pub(crate) who: String,
    pub(crate) name: String,
    pub(crate) adviser: AdviserId,
    pub(crate) how: How,
    pub(crate) state: Attending,
    pub(crate) since: Timestamp,
}

/// Where a recording has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RecordingState {
    /// The adviser said yes; the person outside has not.
    Asked,
    /// It runs.
    On,
    /// Something secret is said.
    Paused,
}

/// A recording, or a wish for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) adviser: AdviserId,
    pub(crate) state: RecordingState,
    pub(crate) id: Option<i64>,
    pub(crate) since: Timestamp,
    /// Raised at each pause and whenever sound is taken up: what ends an earlier part, ends nothing of this one.
    part: u32,
    /// Who ended it, when the last of its sound is still to come.
    ended_by: Option<String>,
}

/// Makes a file of sound.
pub type AsWav = fn(&[u8]) -> Vec<u8>;

/// What there is of it here.
#[derive(Default)]
pub struct BesideSetup {
    /// Ringing out; none when the centre has no line out.
    pub calling: Option<Calling>,
    /// The lines; none when they do not run at the speed of speech.
    pub lines: Option<mpsc::Sender<BesideAsk>>,
    /// Whether conversations may be recorded here.
    pub records: bool,
    /// The sound of a recording as a file that browsers play.
    pub as_wav: Option<AsWav>,
}

/// Beside the calls that come.
#[derive(Default)]
pub struct Beside {
    setup: BesideSetup,
    state: Mutex<Now>,
}

impl Beside {
    /// With nothing going on yet.
    #[must_use]
    pub fn new(setup: BesideSetup) -> Beside {
        Beside {
            setup,
            state: Mutex::default(),
        }
    }
}

impl std::ops::Deref for Beside {
    type Target = BesideSetup;

    fn deref(&self) -> &BesideSetup {
        &self.setup
    }
}

#[derive(Default)]
struct Now {
    listening: BTreeMap<ContactId, Listening>,
    recording: BTreeMap<ContactId, Recording>,
    /// Pages of those who may attend, by ident: the newest counts.
    pages: BTreeMap<String, u64>,
    last_page: u64,
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beside")
            .field("calling", &self.calling)
            .finish_non_exhaustive()
    }
}

impl Beside {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn listening(&self, contact: ContactId) -> Option<Listening> {
        self.now().listening.get(&contact).cloned()
    }

    pub(crate) fn recording(&self, contact: ContactId) -> Option<Recording> {
        self.now().recording.get(&contact).cloned()
    }

    /// A page with sound of somebody who may attend; gives its number.
    pub(crate) fn page_opened(&self, ident: &str) -> u64 {
        let mut now = self.now();
        now.last_page += 1;
        let page = now.last_page;
        now.pages.insert(ident.to_owned(), page);
        page
    }

    /// Whether it was still the newest of its owner; then there is none now.
    pub(crate) fn page_closed(&self, ident: &str, page: u64) -> bool {
        let mut now = self.now();
        let newest = now.pages.get(ident) == Some(&page);
        if newest {
            now.pages.remove(ident);
        }
        newest
    }

    /// The conversations that somebody attends or asks to attend.
    pub(crate) fn attended_by(&self, ident: &str) -> Vec<ContactId> {
        let now = self.now();
        let own = now.listening.iter().filter(|(_, it)| it.who == ident);
        own.map(|(contact, _)| *contact).collect()
    }

    async fn ask(&self, ask: BesideAsk) -> Result<(), Problem> {
        let down =
            || Problem::unavailable("no_sound", "Telefonien går ikke nå. Prøv igjen om litt.");
        let lines = self.lines.as_ref().ok_or_else(down)?;
        lines.send(ask).await.map_err(|_| down())
    }
}

/// The user by whom the lines know somebody's page.
pub(crate) fn user(ident: &str) -> String {
    format!("attends:{ident}")
}

fn not_kept(error: &RecordsError) -> Problem {
    tracing::error!(%error, "what was done beside a conversation could not be kept");
    Problem::unavailable(
        "not_kept",
        "Dette kunne ikke skrives ned, og ble derfor ikke gjort. Prøv igjen om litt.",
    )
}

impl Api {
    /// The adviser who talks in a live call, in which something may go on beside it.
    pub(crate) fn talks(&self, contact: ContactId) -> Result<AdviserId, Problem> {
        let found = self.shared.read(|view| {
            let entry = view.contacts.get(contact)?;
            let talks = matches!(entry.stage, Stage::Active | Stage::Held | Stage::Consulting);
            let live = entry.channel == Channel::Voice && entry.origin == Origin::Live;
            Some((entry.adviser, talks && live && entry.consult_of.is_none()))
        });
        match found {
            None => Err(Problem::not_found("Henvendelsen finnes ikke.")),
            Some((_, false)) => Err(Problem::conflict(
                "no_conversation",
                "Det går ingen telefonsamtale her nå.",
            )),
            Some((adviser, true)) => Ok(adviser),
        }
    }

    fn ident_of(&self, adviser: AdviserId) -> String {
        let card = self.directory.card(adviser);
        card.map(|card| card.ident.clone()).unwrap_or_default()
    }

    fn act(&self, contact: ContactId, adviser: AdviserId, what: &str, who: &str) -> Act {
        Act {
            contact,
            at: self.now(),
            what: what.to_owned(),
            who: who.to_owned(),
            adviser: self.ident_of(adviser),
            how: String::new(),
        }
    }

    /// On disk before it is answered.
    async fn keep(&self, act: Act) -> Result<(), Problem> {
        let (tell, told) = oneshot::channel();
        self.records.note_act(act, move |end| {
            tell.send(end).ok();
        });
        told.await
            .unwrap_or(Err(RecordsError::Closed))
            .map_err(|error| not_kept(&error))
    }

    /// Kept without anybody who waits for it.
    fn keep_later(&self, act: Act) {
        self.records.note_act(act, |end| {
            if let Err(error) = end {
                not_kept(&error);
            }
        });
    }

    // Attending.

    pub(crate) async fn ask_to_attend(
        &self,
        contact: ContactId,
        (who, name): (&str, &str),
        how: How,
    ) -> Result<(), Problem> {
        let adviser = self.talks(contact)?;
        if self.beside.lines.is_none() || !self.beside.now().pages.contains_key(who) {
            return Err(Problem::conflict(
                "no_page",
                "Slå på lyden på siden først, så du kan høre samtalen.",
            ));
        }
        let taken = |now: &Now| {
            let known = now.listening.get(&contact);
            known.is_some_and(|known| known.adviser == adviser)
        };
        let already = || {
            Problem::conflict(
                "already",
                "Noen er allerede med i eller har spurt om denne samtalen.",
            )
        };
        if taken(&self.beside.now()) {
            return Err(already());
        }
        let mut act = self.act(contact, adviser, "listen_asked", who);
        how.as_str().clone_into(&mut act.how);
        self.keep(act).await?;
        {
            let mut now = self.beside.now();
            if taken(&now) {
                return Err(already());
            }
            now.listening.insert(
                contact,
                Listening {
                    who: who.to_owned(),
                    name: name.to_owned(),
                    adviser,
                    how,
                    state: Attending::Asked,
                    since: self.now(),
                },
            );
        }
        self.presence.show();
        Ok(())
    }

    /// The adviser's answer; only in the call in which it was asked.
    pub(crate) async fn answer_attending(
        &self,
        contact: ContactId,
        yes: bool,
    ) -> Result<(), Problem> {
        let adviser = self.talks(contact)?;
        let gone = || Problem::conflict("not_asked", "Ingen spør om å få være med nå.");
        let asked = self.beside.listening(contact);
        let asked = asked
            .filter(|asked| asked.state == Attending::Asked && asked.adviser == adviser)
            .ok_or_else(gone)?;
        let what = if yes {
            "listen_agreed"
        } else {
            "listen_refused"
        };
        let mut act = self.act(contact, adviser, what, &self.ident_of(adviser));
        asked.how.as_str().clone_into(&mut act.how);
        self.keep(act).await?;
        {
            let mut now = self.beside.now();
            if yes {
                let asked = now.listening.get_mut(&contact).ok_or_else(gone)?;
                asked.state = Attending::Agreed;
            } else {
                now.listening.remove(&contact);
            }
        }
        self.presence.show();
        if yes {
            let user = user(&asked.who);
            let how = asked.how;
            self.beside
                .ask(BesideAsk::Attend { contact, user, how })
                .await?;
        }
        Ok(())
    }

    /// Either of the two ends it.
    pub(crate) async fn end_attending(&self, contact: ContactId, who: &str) -> Result<(), Problem> {
        let gone = || Problem::conflict("not_asked", "Ingen er med i samtalen nå.");
        let known = self
            .beside
            .now()
            .listening
            .remove(&contact)
            .ok_or_else(gone)?;
        self.presence.show();
        self.beside.ask(BesideAsk::Leave { contact }).await?;
        self.keep(self.act(contact, known.adviser, "listen_ended", who))
            .await
    }

    /// What the lines tell: somebody attends now, or nobody any more.
    pub fn attending(&self, contact: ContactId, on: bool) {
        let (adviser, what) = {
            let mut now = self.beside.now();
            let Some(known) = now.listening.get_mut(&contact) else {
                return;
            };
            let adviser = known.adviser;
            if on {
                known.state = Attending::On;
                (adviser, "listen_began")
            } else {
                now.listening.remove(&contact);
                (adviser, "listen_ended")
            }
        };
        self.presence.show();
        self.keep_later(self.act(contact, adviser, what, LINE));
    }

    // Recording.

    /// The adviser's own yes; the person outside is asked next.
    pub(crate) async fn ask_to_record(&self, contact: ContactId) -> Result<(), Problem> {
        if !self.beside.records {
            return Err(Problem::conflict(
                "no_recording",
                "Opptak er ikke slått på i dette sentret.",
            ));
        }
        let adviser = self.talks(contact)?;
        let centre = &self.directory.centre;
        let leaves_no_trace = self.shared.read(|view| {
            let entry = view.contacts.get(contact);
            entry.is_some_and(|entry| entry.leaves_no_trace(centre))
        });
        if leaves_no_trace {
            return Err(Problem::conflict(
                "leaves_no_trace",
                "Om dette temaet skal ingenting bli liggende, heller ikke et opptak.",
            ));
        }
        let known = self.beside.recording(contact);
        if known.is_some_and(|known| known.adviser == adviser) {
            return Err(Problem::conflict(
                "already",
                "Det er allerede spurt om opptak.",
            ));
        }
        let own = self.ident_of(adviser);
        self.keep(self.act(contact, adviser, "recording_asked", &own))
            .await?;
        self.beside.now().recording.insert(
            contact,
            Recording {
                adviser,
                state: RecordingState::Asked,
                id: None,
                since: self.now(),
                part: 0,
                ended_by: None,
            },
        );
        self.presence.show();
        self.beside
            .ask(BesideAsk::AskYes { contact, on: true })
            .await
    }

    /// The person outside pressed the key that means yes. What was not asked in this call counts for nothing.
    pub fn said_yes(&self, contact: ContactId) {
        let known = self.beside.recording(contact);
        let Some(known) = known.filter(|known| known.state == RecordingState::Asked) else {
            return;
        };
        if self.talks(contact).ok() != Some(known.adviser) {
            return;
        }
        let unit = self.directory.card(known.adviser).and_then(|card| {
            let unit = self.directory.centre.units.get(usize::from(card.unit.0))?;
            Some(unit.id.clone())
        });
        let act = self.act(contact, known.adviser, "recording_agreed", CITIZEN);
        let api = self.clone();
        let here = tokio::runtime::Handle::current();
        self.records
            .begin_recording(act, unit.unwrap_or_default(), move |begun| {
                here.spawn(async move {
                    match begun {
                        Ok(id) => api.recording_begun(contact, id).await,
                        Err(error) => {
                            not_kept(&error);
                            api.beside.now().recording.remove(&contact);
                            api.presence.show();
                        }
                    }
                });
            });
    }

    async fn recording_begun(&self, contact: ContactId, id: i64) {
        {
            let mut now = self.beside.now();
            let Some(known) = now.recording.get_mut(&contact) else {
                return;
            };
            known.id = Some(id);
            known.state = RecordingState::On;
            known.since = self.now();
        }
        self.presence.show();
        self.take_sound(contact, id).await;
    }

    /// Lets the sound come, and seals it as it comes.
    async fn take_sound(&self, contact: ContactId, id: i64) {
        let part = {
            let mut now = self.beside.now();
            let Some(known) = now.recording.get_mut(&contact) else {
                return;
            };
            known.part += 1;
            known.part
        };
        let (to, mut sound) = mpsc::channel::<Vec<u8>>(SOUND);
        let api = self.clone();
        tokio::spawn(async move {
            while let Some(second) = sound.recv().await {
                let keys = api.guide.keys.clone();
                api.records.add_sound(keys, id, second, |end| {
                    if let Err(error) = end {
                        not_kept(&error);
                    }
                });
            }
            // Paused is not over, nor is what was taken up again.
            let known = api.beside.recording(contact).filter(|known| {
                (known.id, known.part, known.state) == (Some(id), part, RecordingState::On)
            });
            if let Some(known) = known {
                api.finish_recording(contact, known.ended_by.as_deref().unwrap_or(LINE));
            }
        });
        let to = Some(to);
        if self
            .beside
            .ask(BesideAsk::Record { contact, to })
            .await
            .is_err()
        {
            self.finish_recording(contact, LINE);
        }
    }

    fn finish_recording(&self, contact: ContactId, who: &str) {
        let known = self.beside.now().recording.remove(&contact);
        let Some(known) = known else { return };
        self.presence.show();
        let act = self.act(contact, known.adviser, "recording_ended", who);
        match known.id {
            Some(id) => self.records.end_recording(id, act, |end| {
                if let Err(error) = end {
                    not_kept(&error);
                }
            }),
            None => self.keep_later(act),
        }
    }

    pub(crate) async fn pause_recording(
        &self,
        contact: ContactId,
        pause: bool,
    ) -> Result<(), Problem> {
        let (from, to, what) = if pause {
            (
                RecordingState::On,
                RecordingState::Paused,
                "recording_paused",
            )
        } else {
            (
                RecordingState::Paused,
                RecordingState::On,
                "recording_resumed",
            )
        };
        let adviser = self.talks(contact)?;
        let id = {
            let mut now = self.beside.now();
            let known = now.recording.get_mut(&contact);
            let known = known
                .filter(|known| known.state == from && known.adviser == adviser)
                .ok_or_else(|| {
                    Problem::conflict("no_recording", "Det går ikke noe slikt opptak nå.")
                })?;
            known.state = to;
            // The sound so far ends on purpose, however late its end is noticed: it ends no recording.
            known.part += 1;
            known.id
        };
        self.presence.show();
        if pause {
            // Silence first, the row after: what is secret waits for nobody.
            self.beside
                .ask(BesideAsk::Record { contact, to: None })
                .await?;
        }
        let own = self.ident_of(adviser);
        self.keep(self.act(contact, adviser, what, &own)).await?;
        if let (false, Some(id)) = (pause, id) {
            self.take_sound(contact, id).await;
        }
        Ok(())
    }

    pub(crate) async fn stop_recording(
        &self,
        contact: ContactId,
        who: &str,
    ) -> Result<(), Problem> {
        if self.beside.recording(contact).is_none() {
            return Err(Problem::conflict(
                "no_recording",
                "Det går ikke noe opptak nå.",
            ));
        }
        self.beside
            .ask(BesideAsk::AskYes { contact, on: false })
            .await?;
        if self.is_ending(contact, who) {
            // The last of the sound comes first, and then its end.
            return self
                .beside
                .ask(BesideAsk::Record { contact, to: None })
                .await;
        }
        self.finish_recording(contact, who);
        Ok(())
    }

    /// Whether sound is still to come of a recording that ends now.
    fn is_ending(&self, contact: ContactId, who: &str) -> bool {
        let mut now = self.beside.now();
        let Some(known) = now.recording.get_mut(&contact) else {
            return false;
        };
        if known.state == RecordingState::On && known.id.is_some() {
            known.ended_by.get_or_insert_with(|| who.to_owned());
            return true;
        }
        false
    }

    /// Forgets what was asked in a conversation that is over or is somebody else's now.
    pub(crate) fn forget_beside(&self) {
        let asked: Vec<(ContactId, AdviserId)> = {
            let now = self.beside.now();
            let listening = now
                .listening
                .iter()
                .map(|(contact, it)| (*contact, it.adviser));
            let recording = now
                .recording
                .iter()
                .map(|(contact, it)| (*contact, it.adviser));
            listening.chain(recording).collect()
        };
        for (contact, adviser) in asked {
            if self.talks(contact).ok() == Some(adviser) {
                continue;
            }
            self.attending(contact, false);
            let known = self.beside.recording(contact);
            if known.is_some_and(|known| known.ended_by.is_some()) {
                continue;
            }
            if self.is_ending(contact, LINE) {
                let api = self.clone();
                tokio::spawn(async move {
                    let stop = BesideAsk::Record { contact, to: None };
                    if api.beside.ask(stop).await.is_err() {
                        api.finish_recording(contact, LINE);
                    }
                });
            } else {
                self.finish_recording(contact, LINE);
            }
        }
    }
}

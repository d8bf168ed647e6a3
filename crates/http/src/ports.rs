//! What the server gives to the web: doors to the desk, the log, phones, prompts and page calls.
//!
//! Plain values and functions, no traits, so that a test can give its own.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use linje_centre::Centre;
use linje_desk::{Accepted, CallerKey, Record, Refusal, Submit};
use linje_measures::{Cells, Goal, Layout};
use linje_routing::Tables;
use linje_types::{AdviserId, ContactId, Language, SECOND_US, Timestamp, UnitId};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot, watch};
use utoipa::ToSchema;

use crate::directories::Prepared;
use crate::ids::Ids;

/// The answer of the desk, after the commit.
pub type Reply = Result<Accepted, Refusal>;
/// A future that can be kept in a struct.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The door to the desk: one command in, one answer out, when it is durable. The token is the shell's.
#[derive(Clone)]
pub struct DeskDoor(Arc<dyn Fn(Submit) -> Later<Reply> + Send + Sync>);

impl DeskDoor {
    /// A door that asks by `ask`.
    pub fn new(ask: impl Fn(Submit) -> Later<Reply> + Send + Sync + 'static) -> DeskDoor {
        DeskDoor(Arc::new(ask))
    }

    /// Asks, and waits for the answer.
    pub fn ask(&self, submit: Submit) -> Later<Reply> {
        (self.0)(submit)
    }
}

impl fmt::Debug for DeskDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskDoor")
    }
}

/// Reads the log. Blocks: called on a thread where that is allowed.
type ReadOf = dyn Fn(ContactId) -> Result<Vec<Record>, String> + Send + Sync;
/// Up to so many records after a place in the log.
type ReadAfter = dyn Fn(u64, usize) -> Result<Vec<Record>, String> + Send + Sync;

/// The door to the log.
#[derive(Clone)]
pub struct History {
    of_contact: Arc<ReadOf>,
    after: Arc<ReadAfter>,
}

impl History {
    /// A history that reads the records of a contact by `of_contact` and those after a place, at most so
    /// many, by `after`. Both may block.
    pub fn new(
        of_contact: impl Fn(ContactId) -> Result<Vec<Record>, String> + Send + Sync + 'static,
        after: impl Fn(u64, usize) -> Result<Vec<Record>, String> + Send + Sync + 'static,
    ) -> History {
        History {
            of_contact: Arc::new(of_contact),
            after: Arc::new(after),
        }
    }

    /// All records of a contact.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn of_contact(&self, contact: ContactId) -> Result<Vec<Record>, String> {
        let read = Arc::clone(&self.of_contact);
        tokio::task::spawn_blocking(move || read(contact))
            .await
            .map_err(|error| error.to_string())?
    }

    /// At most `limit` records after `seq`.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn after(&self, seq: u64, limit: usize) -> Result<Vec<Record>, String> {
        let read = Arc::clone(&self.after);
        tokio::task::spawn_blocking(move || read(seq, limit))
            .await
            .map_err(|error| error.to_string())?
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("History")
    }
}

/// The sums of the quarters of an hour from the first number up to, but not with, the second.
type ReadSums = dyn Fn(i64, i64) -> Result<Cells, String> + Send + Sync;

/// The door to the stored sums.
#[derive(Clone)]
pub struct Figures(Arc<ReadSums>);

impl Figures {
    /// Sums read by `read`, which may block.
    pub fn new(
        read: impl Fn(i64, i64) -> Result<Cells, String> + Send + Sync + 'static,
    ) -> Figures {
        Figures(Arc::new(read))
    }

    /// The sums of the quarters `from..to`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn between(&self, from: i64, to: i64) -> Result<Cells, String> {
        let read = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || read(from, to))
            .await
            .map_err(|error| error.to_string())?
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

/// A number as somebody wrote it, read at the edge. It is not kept anywhere but in the vault.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyed {
    /// The number in E.164 form.
    pub number: String,
    /// Whose it is; None when many share it.
    pub caller: Option<CallerKey>,
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(redacted)")
    }
}

/// Reads a number; None when it cannot be one.
type ReadNumber = dyn Fn(&str) -> Option<Keyed> + Send + Sync;
/// The open contacts of whoever has a number. Blocks.
type ContactsOf = dyn Fn(CallerKey) -> Vec<ContactId> + Send + Sync;

/// What the edge makes of numbers.
#[derive(Clone)]
pub struct Numbers {
    pub(crate) read: Arc<ReadNumber>,
    of: Arc<ContactsOf>,
}

impl Numbers {
    /// Numbers read by `read`, and the open contacts of a caller found by `of`, which may block.
    pub fn new(
        read: impl Fn(&str) -> Option<Keyed> + Send + Sync + 'static,
        of: impl Fn(CallerKey) -> Vec<ContactId> + Send + Sync + 'static,
    ) -> Numbers {
        Numbers {
            read: Arc::new(read),
            of: Arc::new(of),
        }
    }

    /// The open contacts of a caller.
    pub async fn contacts_of(&self, caller: CallerKey) -> Vec<ContactId> {
        let of = Arc::clone(&self.of);
        let found = tokio::task::spawn_blocking(move || of(caller)).await;
        found.unwrap_or_default()
    }
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Numbers")
    }
}

/// An adviser as people know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The sign-in name.
    pub ident: String,
    /// The name that people see.
    pub name: String,
    /// The unit.
    pub unit: UnitId,
    /// Whether the population plays this person.
    pub synthetic: bool,
}

/// The names of a centre: the description, and its advisers in the order of their ids.
#[derive(Debug)]
pub struct Directory {
    /// The description.
    pub centre: Arc<Centre>,
    cards: Vec<Card>,
    by_ident: BTreeMap<String, AdviserId>,
}

impl Directory {
    /// A directory; `cards` is by `AdviserId`.
    #[must_use]
    pub fn new(centre: Arc<Centre>, cards: Vec<Card>) -> Directory {
        let by_ident = (0..)
            .map(AdviserId)
            .zip(&cards)
            .map(|(id, card)| (card.ident.clone(), id))
            .collect();
        Directory {
            centre,
            cards,
            by_ident,
        }
    }

    /// What the day's figures need to know.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let goal = |queue: &linje_centre::Queue| Goal {
            within_us: i64::from(queue.goal.within_s) * SECOND_US,
        };
        Layout {
            queues: self.centre.queues.iter().map(goal).collect(),
            n_advisers: self.cards.len(),
            next_midnight: crate::clock::next_midnight,
        }
    }

    /// The adviser with this sign-in name.
    #[must_use]
    pub fn adviser(&self, ident: &str) -> Option<AdviserId> {
        self.by_ident.get(ident).copied()
    }

    /// An adviser's card.
    #[must_use]
    pub fn card(&self, adviser: AdviserId) -> Option<&Card> {
        self.cards.get(adviser.idx())
    }

    /// All cards with their ids.
    pub fn cards(&self) -> impl Iterator<Item = (AdviserId, &Card)> {
        (0..).map(AdviserId).zip(&self.cards)
    }
}

/// A day to be lived again.
#[derive(Debug, Clone)]
pub struct TrialAsk {
    /// The description in force.
    pub before: Arc<Centre>,
    /// The one to try.
    pub centre: Arc<Centre>,
    /// A date; None = the last whole working day in the log, or what there is of today.
    pub day: Option<String>,
    /// Now.
    pub now: Timestamp,
    /// In which words to answer.
    pub language: Language,
    /// Ids as people see them.
    pub ids: Ids,
}

/// A figure in both lives of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Both<T: ToSchema> {
    /// As it was.
    pub before: T,
    /// Under the description that was tried.
    pub after: T,
}

/// The figures of a queue on a day. A contact counts once, in the queue it came to first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DayFigures {
    /// Came to it first.
    pub offered: u64,
    /// Of these, answered.
    pub answered: u64,
    /// Left before an answer.
    pub abandoned: u64,
    /// Answered within the goal over all offered, 0 to 1.
    pub sl_offered: Option<f64>,
    /// Mean wait of the answered.
    pub mean_wait_s: Option<f64>,
    /// Nine of ten of the answered waited no longer.
    pub p90_wait_s: Option<f64>,
    /// Moved on to another queue because the wait was too long.
    pub overflowed: u64,
}

/// A queue in both lives of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TriedQueue {
    /// The queue.
    pub queue: String,
    /// Its name.
    pub name: String,
    /// As it was.
    pub before: DayFigures,
    /// Under the description that was tried.
    pub after: DayFigures,
}

/// A contact whose day would have been different.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TriedContact {
    /// The contact.
    pub contact: String,
    /// How long it waited.
    pub wait_before_s: f64,
    /// How long it would have waited.
    pub wait_after_s: f64,
    /// How it ended: answered, abandoned ..
    pub end_before: String,
    /// How it would have ended.
    pub end_after: String,
}

/// A day lived again.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Tried {
    /// The date.
    pub day: String,
    /// Whether the day is over; otherwise it is lived as far as it has come.
    pub whole: bool,
    /// How long it took.
    pub seconds: f64,
    /// Contacts of the day.
    pub contacts: u64,
    /// Whether nothing at all would have been different, to the bit.
    pub identical: bool,
    /// Whether the day lived again under its own rules was itself, to the bit: the proof of the method.
    pub proven: bool,
    /// All queues together.
    #[schema(inline)]
    pub total: Both<DayFigures>,
    /// By queue.
    pub queues: Vec<TriedQueue>,
    /// Share of the time at work that advisers were busy, 0 to 1.
    #[schema(inline)]
    pub occupancy: Both<Option<f64>>,
    /// Contacts that would have waited more than a second longer, or left.
    pub worse: u64,
    /// Contacts that would have waited more than a second less, or been answered.
    pub better: u64,
    /// The most affected, the worst first.
    pub most_affected: Vec<TriedContact>,
    /// What the trial takes for granted, and what it cannot see.
    pub assumed: Vec<String>,
}

type Prepare = dyn Fn(Arc<Centre>, &str, Option<u64>) -> Result<Prepared, String> + Send + Sync;
type KeepSource = dyn Fn(u64, &str) + Send + Sync;
type PublishRules = dyn Fn(Arc<Tables>, u64) -> Later<Reply> + Send + Sync;
type ReadSource = dyn Fn(u64) -> Result<Option<String>, String> + Send + Sync;
type Attempt = dyn Fn(TrialAsk) -> Result<Tried, String> + Send + Sync;

/// What the server does with centre descriptions.
#[derive(Clone)]
pub struct Centres {
    /// Makes rules and names of a description and its text; names it by the version, or by a new one.
    pub make: Arc<Prepare>,
    /// Keeps the text of a version, before anything that is told to the log after it.
    pub keep: Arc<KeepSource>,
    /// Brings rules into force.
    pub publish: Arc<PublishRules>,
    /// Reads the text of a version. Blocks.
    pub source: Arc<ReadSource>,
    /// Lives a day again. Blocks.
    pub attempt: Arc<Attempt>,
    /// Hash of the description that the settings name: another one there goes before what was published.
    pub over: u64,
}

impl fmt::Debug for Centres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Centres")
    }
}

impl Centres {
    /// The text of a version.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn source(&self, version: u64) -> Result<Option<String>, String> {
        let read = Arc::clone(&self.source);
        tokio::task::spawn_blocking(move || read(version))
            .await
            .map_err(|error| error.to_string())?
    }

    /// Lives a day again, off the handlers' threads.
    ///
    /// # Errors
    /// Why it cannot be done, in words for people.
    pub async fn attempt(&self, ask: TrialAsk) -> Result<Tried, String> {
        let attempt = Arc::clone(&self.attempt);
        tokio::task::spawn_blocking(move || attempt(ask))
            .await
            .map_err(|error| error.to_string())?
    }
}

/// Whether the log can be written, in words for people when it cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreHealth(pub Option<linje_desk::StoreFault>);

/// SIP credentials of a demo adviser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Phone {
    /// The adviser.
    pub adviser: String,
    /// The SIP user.
    pub user: String,
    /// The password; of the demo only.
    pub password: String,
}

/// What the demo has beside the service.
#[derive(Debug, Clone, Default)]
pub struct Demo {
    /// The numbers by their ids, without spaces.
    pub numbers: Vec<(String, String)>,
    /// Where SIP listens.
    pub sip: String,
    /// Phones that may register.
    pub phones: Vec<Phone>,
}

/// The audio of a prompt as WAV, exactly as it is sent; None when there is none.
pub type PromptAudio = Arc<dyn Fn(&str, Language) -> Option<bytes::Bytes> + Send + Sync>;

/// Who answers a call that is steered in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// A synthetic adviser.
    Synthetic,
    /// A person at a desk.
    Me,
}

/// What a page does with its call.
#[derive(Debug)]
pub enum CallAsk {
    /// Rings a number.
    Ring {
        /// Its id in the centre description.
        number: String,
        /// Who answers.
        answered_by: AnsweredBy,
        /// The call, and what to look at; None when there is no such number or too many calls.
        reply: oneshot::Sender<Option<(u64, watch::Receiver<CallView>)>>,
    },
    /// Presses a key.
    Key {
        /// The call.
        call: u64,
        /// The key.
        key: char,
    },
    /// Hangs up.
    HangUp {
        /// The call.
        call: u64,
    },
    /// Looks at a call that a browser makes with sound.
    Follow {
        /// Its number on the lines.
        line: u64,
        /// The call; None when too many are looked at.
        reply: oneshot::Sender<Option<u64>>,
    },
    /// Looks at a call that goes on.
    Watch {
        /// The call.
        call: u64,
        /// What to look at.
        reply: oneshot::Sender<Option<watch::Receiver<CallView>>>,
    },
}

/// The door to the calls that are steered in a page.
pub type CallDoor = mpsc::Sender<CallAsk>;

/// A call as its page sees it; `http` adds ids, words and places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallView {
    /// The contact, once there is one.
    pub contact: Option<ContactId>,
    /// The words of the state while no contact tells it: ringing, menu, closed.
    pub in_menu: bool,
    /// Over.
    pub closed: bool,
    /// Counts what is played, so that a page knows what is new.
    pub playing_seq: u64,
    /// The prompts that are played now, in order, and their texts.
    pub playing: Vec<(String, Language, String)>,
    /// Whether music plays.
    pub music: bool,
    /// The keys that mean something now.
    pub keys: Vec<(char, String)>,
    /// The language.
    pub english: bool,
    /// Whether a synthetic adviser is to answer.
    pub synthetic: bool,
}

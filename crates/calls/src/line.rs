//! One citizen's line: a SIP call or a page, its contact and its menu.

use std::sync::Arc;

use linje_centre::Centre;
use linje_desk::CallerKey;
use linje_flow::Session;
use linje_types::{AdviserId, Clearance, ContactId, Language, Origin, QueueId, Timestamp};
use linje_voice::{CallId, LegId, Number};

use crate::page::{PageId, PageKey, PageView, Spoken};

/// Where a citizen's line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// Not answered yet: the contact is on its way to the log.
    Ringing,
    /// In the menu.
    Menu,
    /// In line.
    Queued,
    /// Presented to an adviser.
    Offered,
    /// With an adviser.
    Active,
    /// On hold.
    Held,
    /// Over.
    Closed,
}

impl LineState {
    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            LineState::Ringing => "ringing",
            LineState::Menu => "menu",
            LineState::Queued => "queued",
            LineState::Offered => "offered",
            LineState::Active => "active",
            LineState::Held => "held",
            LineState::Closed => "closed",
        }
    }
}

/// Which end the citizen is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Sip(CallId),
    Page(PageId),
}

/// A phone that rings or talks for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leg {
    pub(crate) id: LegId,
    pub(crate) adviser: AdviserId,
    pub(crate) offer: linje_types::OfferId,
    pub(crate) answered: bool,
}

/// Somebody's browser that attends a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attends {
    pub(crate) leg: LegId,
    pub(crate) user: String,
    pub(crate) how: linje_voice::Attend,
    pub(crate) answered: bool,
}

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) end: End,
    /// The page that shows a call of the lines.
    pub(crate) followed: Option<PageId>,
    pub(crate) contact: Option<ContactId>,
    pub(crate) origin: Origin,
    pub(crate) caller: Option<CallerKey>,
    /// What the number says that an adviser must be cleared for.
    pub(crate) clearance: Clearance,
    pub(crate) session: Option<Session>,
    /// The description that the menu began under; the call is walked through that one to its end.
    pub(crate) centre: Option<Arc<Centre>>,
    pub(crate) number: String,
    pub(crate) state: LineState,
    /// The citizen is gone before the contact was in the log.
    pub(crate) gone: bool,
    pub(crate) leg: Option<Leg>,
    pub(crate) talking: Option<AdviserId>,
    /// An expert is asked: the consultation, and the expert's phone.
    pub(crate) consult: Option<ContactId>,
    pub(crate) expert: Option<Leg>,
    /// Citizen, adviser and expert talk all three.
    pub(crate) conference: bool,
    /// Somebody attends the conversation.
    pub(crate) attends: Option<Attends>,
    /// The citizen is asked whether they may be recorded.
    pub(crate) asks_yes: bool,
    /// The question waits to be said, because the two do not talk now.
    pub(crate) question_due: bool,
    /// It is being said: the adviser hears silence until its end.
    pub(crate) question: bool,
    /// The desk says that adviser and expert may talk.
    pub(crate) expert_talks: bool,
    /// A callback: the citizen hears who rings before the two may talk.
    pub(crate) greets: bool,
    /// Whether a citizen who is rung asked for it, and is told so.
    pub(crate) promised: bool,
    /// A callback: the citizen is being rung, for the how-manieth time.
    pub(crate) dialling: Option<u8>,
    /// The number that the call came from, to ring back when asked.
    pub(crate) from: Option<Number>,
    /// Whether the phone itself put the citizen on hold.
    pub(crate) held_by_phone: bool,
    /// Number of the last play.
    pub(crate) play: u64,
    /// Page: when what is being said ends.
    pub(crate) play_ends: Timestamp,
    /// When the clock is set to come back.
    pub(crate) armed: Timestamp,
    /// Hang up when what is being said ends.
    pub(crate) hang_up_after: bool,
    pub(crate) queue: QueueId,
    pub(crate) enqueued: Option<Timestamp>,
    pub(crate) language: Language,
    pub(crate) keys: Vec<PageKey>,
    pub(crate) said: Vec<Spoken>,
    pub(crate) music: bool,
    pub(crate) reason: Option<&'static str>,
    /// What the page shows, its time left out.
    pub(crate) shown: Option<PageView>,
}

impl Line {
    pub(crate) fn new(end: End, number: &str, origin: Origin, caller: Option<CallerKey>) -> Line {
        Line {
            end,
            followed: None,
            contact: None,
            origin,
            caller,
            clearance: Clearance::NONE,
            session: None,
            centre: None,
            number: number.to_owned(),
            state: LineState::Ringing,
            gone: false,
            leg: None,
            talking: None,
            consult: None,
            expert: None,
            conference: false,
            attends: None,
            asks_yes: false,
            question_due: false,
            question: false,
            expert_talks: false,
            dialling: None,
            promised: true,
            greets: false,
            from: None,
            held_by_phone: false,
            play: 0,
            play_ends: Timestamp::NEVER,
            armed: Timestamp::NEVER,
            hang_up_after: false,
            queue: QueueId::NONE,
            enqueued: None,
            language: Language::Nb,
            keys: Vec::new(),
            said: Vec::new(),
            music: false,
            reason: None,
            shown: None,
        }
    }

    pub(crate) fn call(&self) -> Option<CallId> {
        match self.end {
            End::Sip(call) => Some(call),
            End::Page(_) => None,
        }
    }

    pub(crate) fn page(&self) -> Option<PageId> {
        match self.end {
            End::Sip(_) => self.followed,
            End::Page(page) => Some(page),
        }
    }

    /// When the clock must come back to this line.
    pub(crate) fn deadline(&self) -> Timestamp {
        let menu = self
            .session
            .as_ref()
            .and_then(Session::next_deadline)
            .unwrap_or(Timestamp::NEVER);
        menu.min(self.play_ends)
    }
}

//! Why something ended, failed or was refused.

use serde::{Deserialize, Serialize};

/// The one reason a contact was closed for (S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum CloseReason {
    /// An adviser helped.
    Served,
    /// The citizen left while waiting (*la på*).
    Abandoned,
    /// The citizen left in the menu.
    LeftInMenu,
    /// The call or connection died.
    Lost,
    /// The queue was full; the citizen was told and given another way.
    QueueFull,
    /// Outside opening hours.
    ClosedHours,
    /// Somebody cancelled it, e.g. a callback that a redial made needless.
    Cancelled,
    /// The menu ended without a choice.
    NoChoice,
    /// A callback that never reached the citizen, as often as the rule says.
    NotReached,
    /// A consultation that ended because the citizen went over to the expert.
    HandedOver,
    /// A failure on our side (*driftsfeil*): the service stopped under it, or the line out was away until the promise
    /// had run out. Never the citizen's doing.
    Fault,
}

impl CloseReason {
    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CloseReason::Served => "served",
            CloseReason::Abandoned => "abandoned",
            CloseReason::LeftInMenu => "left_in_menu",
            CloseReason::Lost => "lost",
            CloseReason::QueueFull => "queue_full",
            CloseReason::ClosedHours => "closed_hours",
            CloseReason::Cancelled => "cancelled",
            CloseReason::NoChoice => "no_choice",
            CloseReason::NotReached => "not_reached",
            CloseReason::HandedOver => "handed_over",
            CloseReason::Fault => "fault",
        }
    }
}

/// Who ended a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum By {
    /// The citizen.
    Citizen,
    /// The adviser.
    Adviser,
    /// The connection died.
    Lost,
}

/// Why a phone did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum FailCause {
    /// Busy.
    Busy,
    /// Not registered, or no answer from the network.
    Unreachable,
    /// It rang to the end.
    NoAnswer,
    /// It answered, but the two could not be connected.
    BridgeFailed,
}

/// How an offer ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum OfferOutcome {
    /// The adviser said no.
    Declined,
    /// Nobody answered in time.
    Expired,
    /// The phone was busy.
    Busy,
    /// The phone could not be reached.
    Unreachable,
    /// It answered, but the two could not be connected.
    BridgeFailed,
    /// The citizen left.
    CitizenLeft,
    /// The adviser's presence was lost.
    PresenceLost,
    /// The adviser chose another activity or signed out.
    AdviserLeft,
    /// A contact that cannot wait came first; the deferred one is back in line.
    Interrupted,
    /// The service stopped under it.
    Fault,
}

/// How a consultation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ConsultOutcome {
    /// The adviser went back to the citizen.
    TakenBack,
    /// The citizen went over to the expert.
    HandedOver,
    /// The expert ended it.
    ExpertLeft,
    /// The expert's connection died, or the experts' queue was full.
    Failed,
    /// The citizen left.
    CitizenLeft,
}

/// Why an adviser who is signed in gets no offers although the activity would give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum NotReady {
    /// Did not answer an offer in time.
    NoAnswer,
    /// Declined an offer.
    Declined,
    /// The phone was busy.
    PhoneBusy,
    /// The phone could not be reached.
    PhoneUnreachable,
}

/// Why a command changed nothing. A refusal is a value, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Rejection {
    /// No open contact has this id.
    UnknownContact,
    /// No adviser has this id.
    UnknownAdviser,
    /// No queue has this id.
    UnknownQueue,
    /// No such priority class.
    UnknownClass,
    /// The offer is no longer live, or is somebody else's (S12).
    StaleOffer,
    /// The contact is not in a state that allows this.
    WrongState,
    /// Somebody else has the contact now (S12).
    NotYours,
    /// The adviser is not signed in.
    NotSignedIn,
    /// The adviser is signed in already.
    SignedIn,
    /// The adviser still has contacts.
    HasContacts,
    /// The contact id is not the one that comes next.
    WrongId,
    /// No rule allows this transfer or consultation.
    NotAllowed,
    /// The contact has been in that queue before: it would go round in a loop.
    Loop,
    /// No open request has this id.
    UnknownRequest,
    /// No such crisis plan, or it is so already.
    UnknownPlan,
    /// It is so already.
    Already,
    /// The core broke on it: a fault of the program. It was undone.
    Broken,
}

//! The telephony shell of Linje: SIP over UDP and TCP behind a guard, a registrar for phones, and RTP on own threads.
//!
//! It carries out [`Command`]s and tells [`Event`]s. It must never know a queue, an adviser or a rule of routing,
//! never write a number or a name to a log, and never let one slow reader stop the others: every queue is bounded.

pub mod audio;
mod config;
mod destination;
mod digest;
mod flows;
pub mod g711;
mod guard;
mod media;
mod message;
mod registrar;
mod rtp;
mod sdp;
mod sip;
#[cfg(feature = "testing")]
pub mod testing;
mod voice;
mod web;

pub use config::{Config, Guard, Login, Network, NetworkParseError, Outgoing, Transport, User};
pub use destination::{NotCalled, Number, Pattern, PatternParseError, may_call};
pub use media::Sound;
pub use voice::{Stats, Voice};
pub use web::{Browsers, CallNews, PhoneNews, WebError};

use std::io;
use std::net::SocketAddr;

use audio::ClipId;

/// A call from or to the outside. Never used twice in one run.
///
/// Calls that come in are numbered here. Whoever sends [`Command::CallOut`] numbers those by [`CallId::outgoing`],
/// which never meets the numbers of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

impl CallId {
    /// The bit that outgoing calls have and incoming ones have not.
    const OUTGOING: u64 = 1 << 63;

    /// The call with this number, below 2^63, among the outgoing ones.
    #[must_use]
    pub const fn outgoing(number: u64) -> Self {
        Self(number | Self::OUTGOING)
    }

    /// Whether it was made by [`CallId::outgoing`].
    #[must_use]
    pub const fn is_outgoing(self) -> bool {
        self.0 & Self::OUTGOING != 0
    }
}

/// A call to a phone. Made by whoever sends [`Command::Dial`]; must not be used twice in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub u64);

/// One end of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The person outside.
    Call(CallId),
    /// A phone.
    Leg(LegId),
}

impl From<CallId> for Party {
    fn from(call: CallId) -> Self {
        Self::Call(call)
    }
}

impl From<LegId> for Party {
    fn from(leg: LegId) -> Self {
        Self::Leg(leg)
    }
}

/// Who calls, as far as the network says. A hint, never an identity.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// The number as the network gave it; None when it is withheld.
    pub number: Option<String>,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.number.is_some() {
            "Caller(number)"
        } else {
            "Caller(withheld)"
        })
    }
}

/// Why a call from outside is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The caller hung up.
    Far,
    /// The caller gave up before the answer.
    Cancelled,
    /// [`Command::HangUp`] or [`Command::Reject`].
    Near,
    /// No sound came for longer than allowed.
    MediaTimeout,
    /// The caller did not confirm the answer, or did not refresh the session.
    SignallingTimeout,
    /// The call could not be carried: no common codec, or no socket.
    Failed,
}

/// Why a phone was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// 486, 600.
    Busy,
    /// Not registered, not found, or no answer to signalling at all.
    Unreachable,
    /// 603, 403 and other refusals.
    Declined,
    /// 408, 480 after ringing.
    Timeout,
    /// [`Command::CancelLeg`], or the caller left.
    Cancelled,
}

/// Why an outgoing call was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallCause {
    /// 486, 600.
    Busy,
    /// It rang for as long as allowed, or the network gave up ringing.
    NoAnswer,
    /// The network does not reach the number: switched off, not in use, incomplete.
    Unreachable,
    /// The network or the person refused the call.
    Declined,
    /// The list of destinations does not allow the number, or it is no number. Nothing left this machine.
    Refused,
    /// As many outgoing calls as allowed are open. Nothing left this machine.
    Full,
    /// No trunk is set, or it did not do its part: silent, broken, does not know us.
    /// It says nothing about the person.
    Trunk,
    /// [`Command::HangUp`] before the answer.
    Cancelled,
}

/// What happened on the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A call came. It is silent until [`Command::Ringing`], [`Command::Answer`] or [`Command::Reject`].
    Incoming {
        /// The call.
        call: CallId,
        /// User part of the Request-URI; digits and `+` only, when it is a number.
        dialled: String,
        /// Who calls.
        from: Caller,
    },
    /// A key was pressed: `0`-`9`, `*`, `#`, `A`-`D`.
    Digit {
        /// The call.
        call: CallId,
        /// The key.
        digit: char,
    },
    /// The clips of a [`Command::Play`] were heard to their end.
    PlayEnded {
        /// The call.
        call: CallId,
        /// The number that the command gave.
        play: u64,
    },
    /// It rings at the other end of an outgoing call. Told once.
    CallRinging {
        /// The call.
        call: CallId,
    },
    /// An outgoing call was answered: from now on it is like one that came in and was answered.
    CallAnswered {
        /// The call.
        call: CallId,
    },
    /// An outgoing call was not answered. The call is gone, without [`Event::CallEnded`].
    CallFailed {
        /// The call.
        call: CallId,
        /// Why.
        cause: CallCause,
    },
    /// The call is over; its legs are ended too, each with its own event.
    CallEnded {
        /// The call.
        call: CallId,
        /// Who ended it.
        by: End,
    },
    /// The caller put us on hold, or took us back.
    CallHeld {
        /// The call.
        call: CallId,
        /// True while on hold.
        held: bool,
    },
    /// The phone rings.
    LegRinging {
        /// The leg.
        leg: LegId,
    },
    /// The phone was answered.
    LegAnswered {
        /// The leg.
        leg: LegId,
    },
    /// The phone was not reached. The leg is gone.
    LegFailed {
        /// The leg.
        leg: LegId,
        /// Why.
        cause: Cause,
    },
    /// An answered phone hung up, or was hung up. The leg is gone.
    LegEnded {
        /// The leg.
        leg: LegId,
    },
    /// The phone put the caller on hold (the caller hears music), or took them back.
    LegHeld {
        /// The leg.
        leg: LegId,
        /// True while on hold.
        held: bool,
    },
    /// A user has a phone now.
    Registered {
        /// The user.
        user: String,
    },
    /// A user's last phone is gone.
    Unregistered {
        /// The user.
        user: String,
        /// True when nobody said so: it ran out, or its connection broke.
        expired: bool,
    },
}

/// How somebody attends a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attend {
    /// Hears both; nobody hears them.
    Listen,
    /// Hears both; the phone hears them, the caller does not.
    Whisper,
    /// Hears both, and both hear them.
    Join,
}

/// What the lines shall do. Commands for calls and legs that are gone do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Let the caller hear ringing (180), with `X-Linje-Contact: contact`.
    Ringing {
        /// The call.
        call: CallId,
        /// The opaque id of the contact.
        contact: String,
    },
    /// Answer (200), with `X-Linje-Contact: contact`. The caller hears silence until told otherwise.
    Answer {
        /// The call.
        call: CallId,
        /// The opaque id of the contact.
        contact: String,
    },
    /// Refuse a call that is not answered.
    Reject {
        /// The call.
        call: CallId,
        /// SIP status, 300 to 699; 503 for anything else.
        status: u16,
        /// Text of the `Reason` header.
        reason: String,
        /// Seconds for `Retry-After`.
        retry_after: Option<u32>,
    },
    /// Call a number of the public network through the trunk. The answer is one of [`Event::CallAnswered`]
    /// (then `Answer` is not needed) and [`Event::CallFailed`]; [`Command::HangUp`] withdraws it.
    CallOut {
        /// A new number, made by [`CallId::outgoing`].
        call: CallId,
        /// Whom to call.
        number: Number,
        /// Longest time from the command to the answer.
        ring_timeout: std::time::Duration,
    },
    /// Play clips without gaps. Parts the call from its partner; replaces what the caller hears now.
    Play {
        /// The call.
        call: CallId,
        /// Comes back in [`Event::PlayEnded`].
        play: u64,
        /// The clips in order.
        items: Vec<ClipId>,
        /// Music follows the last clip; else silence.
        then_music: bool,
    },
    /// Play music. Parts the call from its partner, who hears silence.
    Music {
        /// The call.
        call: CallId,
    },
    /// Play nothing. Parts the call from its partner, who hears silence.
    Silence {
        /// The call.
        call: CallId,
    },
    /// Let an answered phone hear that it rings elsewhere, until it is bridged. Parts it from its partner.
    RingTone {
        /// The leg.
        leg: LegId,
    },
    /// Play clips, then send back what the caller says. Parts the call from its partner.
    Echo {
        /// The call.
        call: CallId,
        /// The clips in order.
        first: Vec<ClipId>,
    },
    /// Call a user's phone on behalf of a call: the browser that is one, else a registered one. A call may have several phones, e.g. an adviser's and an expert's.
    Dial {
        /// A new leg.
        leg: LegId,
        /// The call it is for; when that ends, the leg ends.
        call: CallId,
        /// The user.
        user: String,
        /// For `X-Linje-Contact`.
        contact: String,
        /// What the phone shows.
        caller_display: String,
    },
    /// Answer a phone that is a browser: whoever it belongs to said so elsewhere. Others are answered by hand.
    AnswerLeg {
        /// The leg.
        leg: LegId,
    },
    /// Stop ringing a phone.
    CancelLeg {
        /// The leg.
        leg: LegId,
    },
    /// Let two parties of one call hear each other: the call and one of its answered legs, or two of its legs.
    /// Each is parted from its partner before, who then hears silence.
    Bridge {
        /// One of them.
        a: Party,
        /// The other.
        b: Party,
    },
    /// Let the caller and two answered legs of the call hear each other, all three. Each is parted from its
    /// partner before. It ends when one of them is bridged, parted or gone; the others then hear silence.
    Conference {
        /// The call.
        call: CallId,
        /// Two of its legs.
        legs: [LegId; 2],
    },
    /// Let an answered leg of a call attend the conversation of the call with another of its legs. While the
    /// two do not talk (hold, music, another partner) it hears silence. It ends with either leg.
    Attend {
        /// Who attends.
        leg: LegId,
        /// Whose conversation.
        to: LegId,
        /// How.
        how: Attend,
    },
    /// Part a party from its partner; both hear silence.
    Unbridge {
        /// One of the two.
        party: Party,
    },
    /// The caller hears music; the bridged phone is put on hold by re-INVITE.
    Hold {
        /// The call.
        call: CallId,
    },
    /// Ends [`Command::Hold`]. So does parting the two.
    Resume {
        /// The call.
        call: CallId,
    },
    /// End a call, answered or not; its legs end too. An outgoing call that was not made yet cannot be made any more.
    HangUp {
        /// The call.
        call: CallId,
    },
    /// End a leg, answered or not.
    HangUpLeg {
        /// The leg.
        leg: LegId,
    },
}

impl Command {
    /// [`Command::Bridge`] of a call and a leg, or of two legs.
    pub fn bridge(a: impl Into<Party>, b: impl Into<Party>) -> Self {
        Self::Bridge {
            a: a.into(),
            b: b.into(),
        }
    }

    /// [`Command::Unbridge`] of a call or a leg.
    pub fn unbridge(party: impl Into<Party>) -> Self {
        Self::Unbridge {
            party: party.into(),
        }
    }
}

/// What keeps the telephony shell from working.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The SIP port could not be opened.
    #[error("cannot listen for SIP on `{address}` ({transport})")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// `udp` or `tcp`.
        transport: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A thread for signalling or media could not be started.
    #[error("cannot start the threads of telephony")]
    Media {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system gave no random numbers.
    #[error("cannot get random numbers from the system")]
    Random,
    /// The trunk's host cannot stand in a SIP address.
    #[error("not a host of a trunk: `{host}`")]
    TrunkHost {
        /// What was given.
        host: String,
    },
    /// The SIP stack refused to start.
    #[error("cannot start the SIP stack: {reason}")]
    Stack {
        /// Its own words.
        reason: String,
    },
    /// The command queue is full; the command comes back.
    #[error("the telephony command queue is full")]
    Busy(Box<Command>),
    /// The telephony shell was shut down.
    #[error("the telephony shell is shut down")]
    Closed,
}

impl Error {
    fn media(errno: nix::errno::Errno) -> Self {
        Self::Media {
            source: errno.into(),
        }
    }
}

//! Browsers as telephones: what the shell above asks for them, and what they are told.
//!
//! A browser is a phone of a user ([`Browsers::phone`]), which rings and is answered like a registered one, or it is
//! the caller ([`Browsers::ring`]). Its sound is joined by an offer and an answer (SDP); a new offer for the same leg
//! or call takes the place of the one before, so that a page that was loaded again goes on where it was.
//! It must never trust the page: whose leg it is, is checked here, and a page steers nothing but its own sound.

use tokio::sync::{mpsc, oneshot};

use crate::sip::Notice;
use crate::{CallId, Caller, End, LegId};

/// Longest offer that is read, in bytes.
const MAX_OFFER: usize = 32 * 1_024;

/// What a page that is an adviser's phone is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneNews {
    /// A call is for this phone: now is the time to offer sound.
    Ringing {
        /// The leg.
        leg: LegId,
        /// The opaque id of the contact.
        contact: String,
        /// What a phone shows.
        display: String,
    },
    /// The call was answered.
    Answered {
        /// The leg.
        leg: LegId,
    },
    /// The caller was put on hold, or taken back.
    Held {
        /// The leg.
        leg: LegId,
        /// True while on hold.
        held: bool,
    },
    /// The call is over for this phone.
    Gone {
        /// The leg.
        leg: LegId,
    },
}

/// What a page that calls is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallNews {
    /// The call was answered.
    Answered,
    /// The call is over.
    Ended(End),
}

/// Why a browser got no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// The offer cannot be read, or has no audio line with G.711.
    #[error("the offer of the browser has no sound that can be spoken here")]
    Offer,
    /// The address that browsers are told is no address to be reached at.
    #[error("the announced address for browsers cannot be used")]
    Address,
    /// There is no such leg or call, or it is somebody else's.
    #[error("no such call of this browser")]
    Gone,
    /// As many calls as allowed are open, or the service is not ready.
    #[error("no more calls are taken now")]
    Full,
    /// The telephony shell was shut down, or does not follow.
    #[error("the telephony shell does not answer")]
    Closed,
}

/// A wish of a browser.
pub(crate) enum Ask {
    /// A user has a browser as phone now, or none any more.
    Phone {
        user: String,
        news: Option<mpsc::Sender<PhoneNews>>,
    },
    /// Sound for a leg of this user.
    Join {
        user: String,
        leg: LegId,
        offer: String,
        reply: oneshot::Sender<Result<String, WebError>>,
    },
    /// A call begins.
    Ring {
        dialled: String,
        from: Caller,
        offer: String,
        news: mpsc::Sender<CallNews>,
        reply: oneshot::Sender<Result<(CallId, String), WebError>>,
    },
    /// Sound for a call that goes on.
    Again {
        call: CallId,
        offer: String,
        news: mpsc::Sender<CallNews>,
        reply: oneshot::Sender<Result<(bool, String), WebError>>,
    },
    /// A key at an adviser's phone.
    LegKey { user: String, leg: LegId, key: char },
    /// A key at a caller's page.
    CallKey { call: CallId, key: char },
    /// The caller hangs up.
    HangUp { call: CallId },
    /// What a call and one of its legs say to each other goes to `to`, or to nobody any more.
    Record {
        call: CallId,
        leg: LegId,
        to: Option<mpsc::Sender<crate::Sound>>,
    },
}

/// The door for browsers.
#[derive(Clone)]
pub struct Browsers(pub(crate) mpsc::Sender<Notice>);

impl std::fmt::Debug for Browsers {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Browsers")
    }
}

impl Browsers {
    /// A page is this user's phone from now on; it takes the place of an earlier page. While it is, calls for the
    /// user come to it and not to a registered phone.
    ///
    /// # Errors
    /// When telephony was shut down.
    pub async fn phone(&self, user: &str, news: mpsc::Sender<PhoneNews>) -> Result<(), WebError> {
        let user = user.to_owned();
        let news = Some(news);
        self.ask(Ask::Phone { user, news }).await
    }

    /// No page is this user's phone any more. Conversations go on until their sound has been missing for long.
    ///
    /// # Errors
    /// When telephony was shut down.
    pub async fn no_phone(&self, user: &str) -> Result<(), WebError> {
        let user = user.to_owned();
        self.ask(Ask::Phone { user, news: None }).await
    }

    /// Joins the sound of a page to a leg of its user; gives the answer to the offer.
    ///
    /// # Errors
    /// When the leg is not this user's, or the offer is no good.
    pub async fn join(&self, user: &str, leg: LegId, offer: String) -> Result<String, WebError> {
        within(&offer)?;
        let (reply, answer) = oneshot::channel();
        let user = user.to_owned();
        self.ask(Ask::Join {
            user,
            leg,
            offer,
            reply,
        })
        .await?;
        answer.await.map_err(|_| WebError::Closed)?
    }

    /// Rings a number; gives the call and the answer to the offer. The call is told as [`crate::Event::Incoming`].
    ///
    /// # Errors
    /// When the offer is no good, or no more calls are taken.
    pub async fn ring(
        &self,
        dialled: &str,
        from: Caller,
        offer: String,
        news: mpsc::Sender<CallNews>,
    ) -> Result<(CallId, String), WebError> {
        within(&offer)?;
        let (reply, answer) = oneshot::channel();
        let dialled = dialled.to_owned();
        self.ask(Ask::Ring {
            dialled,
            from,
            offer,
            news,
            reply,
        })
        .await?;
        answer.await.map_err(|_| WebError::Closed)?
    }

    /// Joins the sound of a page that was loaded again to its call; tells whether the call was answered.
    ///
    /// # Errors
    /// When the call is over, or the offer is no good.
    pub async fn again(
        &self,
        call: CallId,
        offer: String,
        news: mpsc::Sender<CallNews>,
    ) -> Result<(bool, String), WebError> {
        within(&offer)?;
        let (reply, answer) = oneshot::channel();
        self.ask(Ask::Again {
            call,
            offer,
            news,
            reply,
        })
        .await?;
        answer.await.map_err(|_| WebError::Closed)?
    }

    /// A key at an adviser's phone: whoever it talks with hears it, made here (RFC 4733).
    ///
    /// # Errors
    /// When telephony was shut down.
    pub async fn leg_key(&self, user: &str, leg: LegId, key: char) -> Result<(), WebError> {
        let user = user.to_owned();
        self.ask(Ask::LegKey { user, leg, key }).await
    }

    /// A key at a caller's page.
    ///
    /// # Errors
    /// When telephony was shut down.
    pub async fn call_key(&self, call: CallId, key: char) -> Result<(), WebError> {
        self.ask(Ask::CallKey { call, key }).await
    }

    /// The caller hangs up.
    ///
    /// # Errors
    /// When telephony was shut down.
    pub async fn hang_up(&self, call: CallId) -> Result<(), WebError> {
        self.ask(Ask::HangUp { call }).await
    }

    /// What the person outside and this phone say to each other is handed on to `to`, a second at a time, while
    /// they hear each other; the end of the channel is the end of the recording. `None` stops it.
    ///
    /// # Errors
    /// When telephony was shut down.
    pub async fn record(
        &self,
        call: CallId,
        leg: LegId,
        to: Option<mpsc::Sender<crate::Sound>>,
    ) -> Result<(), WebError> {
        self.ask(Ask::Record { call, leg, to }).await
    }

    async fn ask(&self, ask: Ask) -> Result<(), WebError> {
        let notice = Notice::Browser(Box::new(ask));
        self.0.send(notice).await.map_err(|_| WebError::Closed)
    }
}

fn within(offer: &str) -> Result<(), WebError> {
    if offer.len() > MAX_OFFER {
        return Err(WebError::Offer);
    }
    Ok(())
}

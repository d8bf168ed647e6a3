//! The sound of browsers: the door to the lines, and which page is an adviser's phone.
//!
//! A desk may be open in several tabs; the newest that took the sound has it, the others are told so. A tab that
//! goes away keeps the phone for a while, so that a page that is loaded again finds its conversation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use linje_types::AdviserId;
use tokio::sync::{mpsc, oneshot};

/// What a page that is an adviser's phone is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneNews {
    /// A call is for this phone: now is the time to offer sound.
    Ringing {
        /// The leg.
        leg: u64,
        /// The contact, as the API shows it.
        contact: String,
        /// What a phone shows.
        display: String,
    },
    /// The call was answered.
    Answered {
        /// The leg.
        leg: u64,
    },
    /// The person was put on hold, or taken back.
    Held {
        /// The leg.
        leg: u64,
        /// True while on hold.
        held: bool,
    },
    /// The call is over for this phone.
    Gone {
        /// The leg.
        leg: u64,
    },
    /// Another tab has the sound now.
    Elsewhere,
}

/// What a page that calls is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallNews {
    /// The call was answered.
    Answered,
    /// The call is over.
    Ended,
}

/// Why a browser got no sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSound {
    /// The offer cannot be read, or has no sound that can be spoken here.
    Offer,
    /// The call is over, or somebody else's.
    Gone,
    /// No more calls are taken now.
    Full,
    /// Telephony does not answer.
    Down,
}

/// What a browser wants of the lines.
#[derive(Debug)]
pub enum SoundAsk {
    /// A page is this user's phone.
    Phone {
        /// The user, as phones know them.
        user: String,
        /// Where it hears of calls.
        news: mpsc::Sender<PhoneNews>,
    },
    /// No page is this user's phone any more.
    NoPhone {
        /// The user.
        user: String,
    },
    /// Sound for a call at a user's phone: an offer; the reply is the answer.
    Join {
        /// The user.
        user: String,
        /// The leg.
        leg: u64,
        /// SDP.
        offer: String,
        /// SDP, or why not.
        reply: oneshot::Sender<Result<String, NoSound>>,
    },
    /// A key at a user's phone.
    LegKey {
        /// The user.
        user: String,
        /// The leg.
        leg: u64,
        /// The key.
        key: char,
    },
    /// Rings a number with sound.
    Ring {
        /// The number's id in the centre description.
        number: String,
        /// The caller's number in E.164 form; none when it is withheld.
        from: Option<String>,
        /// SDP.
        offer: String,
        /// Where the page hears of its call.
        news: mpsc::Sender<CallNews>,
        /// The call and SDP, or why not.
        reply: oneshot::Sender<Result<(u64, String), NoSound>>,
    },
    /// Sound for a call that goes on.
    Again {
        /// The call.
        call: u64,
        /// SDP.
        offer: String,
        /// Where the page hears of its call.
        news: mpsc::Sender<CallNews>,
        /// Whether it was answered, and SDP; or why not.
        reply: oneshot::Sender<Result<(bool, String), NoSound>>,
    },
    /// A key of a caller.
    Key {
        /// The call.
        call: u64,
        /// The key.
        key: char,
    },
    /// The caller hangs up.
    HangUp {
        /// The call.
        call: u64,
    },
}

/// The door to the sound of browsers.
pub type SoundDoor = mpsc::Sender<SoundAsk>;

/// Which tab is whose phone.
#[derive(Debug, Default)]
pub struct Softphones {
    tabs: Mutex<Tabs>,
}

#[derive(Debug, Default)]
struct Tabs {
    last: u64,
    /// Those at a desk who want no telephone to ring.
    page_only: BTreeSet<AdviserId>,
    of: BTreeMap<AdviserId, (u64, mpsc::Sender<PhoneNews>)>,
}

impl Softphones {
    /// A tab takes the sound; the one that had it is told. Gives the tab's number.
    pub(crate) fn take(&self, adviser: AdviserId, news: mpsc::Sender<PhoneNews>) -> u64 {
        let mut tabs = self.tabs.lock().unwrap_or_else(PoisonError::into_inner);
        tabs.last += 1;
        let tab = tabs.last;
        if let Some((_, before)) = tabs.of.insert(adviser, (tab, news)) {
            // A tab that is closed already needs no word.
            before.try_send(PhoneNews::Elsewhere).ok();
        }
        tab
    }

    /// Whether the adviser, while at a desk, wants no telephone to ring.
    pub(crate) fn choose(&self, adviser: AdviserId, page_only: bool) {
        let mut tabs = self.tabs.lock().unwrap_or_else(PoisonError::into_inner);
        if page_only {
            tabs.page_only.insert(adviser);
        } else {
            tabs.page_only.remove(&adviser);
        }
    }

    /// Whether calls come to the page only. It counts while a desk is open.
    #[must_use]
    pub fn is_page_only(&self, adviser: AdviserId) -> bool {
        let tabs = self.tabs.lock().unwrap_or_else(PoisonError::into_inner);
        tabs.page_only.contains(&adviser)
    }

    /// Whether the tab still has the sound.
    pub(crate) fn has(&self, adviser: AdviserId, tab: u64) -> bool {
        let tabs = self.tabs.lock().unwrap_or_else(PoisonError::into_inner);
        tabs.of.get(&adviser).is_some_and(|(own, _)| *own == tab)
    }

    /// The tab gives the sound up; false when another has it.
    pub(crate) fn leave(&self, adviser: AdviserId, tab: u64) -> bool {
        let mut tabs = self.tabs.lock().unwrap_or_else(PoisonError::into_inner);
        let own = tabs.of.get(&adviser).is_some_and(|(own, _)| *own == tab);
        if own {
            tabs.of.remove(&adviser);
        }
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_tab_has_the_sound_and_the_other_is_told() {
        let phones = Softphones::default();
        let adviser = AdviserId(3);
        let (one, mut first) = mpsc::channel(1);
        let (two, mut second) = mpsc::channel(1);
        let old = phones.take(adviser, one);
        let new = phones.take(adviser, two);
        assert_eq!(first.try_recv(), Ok(PhoneNews::Elsewhere));
        assert!(second.try_recv().is_err());
        assert!(phones.has(adviser, new) && !phones.has(adviser, old));
        assert!(!phones.leave(adviser, old), "an old tab ends nothing");
        assert!(phones.leave(adviser, new) && !phones.has(adviser, new));
    }
}

//! Who is there: desk sessions with an open stream, registered phones, and advisers who act by the API.
//!
//! An adviser is present while a stream is open, a phone is registered or a lease runs. When the last of
//! these is gone the core is told; when one comes back it is told too (L6).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use linje_event::Command;
use linje_types::AdviserId;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::api::Api;

/// How long after a stream or registration ended somebody still counts as present.
pub const GRACE: Duration = Duration::from_secs(15);
/// How long an action by the plain API counts as presence.
pub const LEASE: Duration = Duration::from_secs(600);
/// How long to wait before the core is told again after it could not be.
const AGAIN: Duration = Duration::from_secs(1);
/// Changes within this time are looked at together.
const TOGETHER: Duration = Duration::from_millis(50);

/// What is known of one adviser.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    session: Option<u64>,
    streams: u32,
    phone: bool,
    until: Option<Instant>,
}

impl Known {
    fn is_there(&self, now: Instant) -> bool {
        self.streams > 0 || self.phone || self.until.is_some_and(|until| until > now)
    }

    fn stay(&mut self, until: Instant) {
        self.until = Some(self.until.map_or(until, |known| known.max(until)));
    }
}

/// Everybody's presence.
#[derive(Debug, Default)]
pub struct Presence {
    known: Mutex<BTreeMap<AdviserId, Known>>,
    changed: Notify,
}

impl Presence {
    /// Those who were signed in when the service started: as if they had just acted.
    pub fn start(&self, advisers: impl IntoIterator<Item = AdviserId>) {
        for adviser in advisers {
            self.acted(adviser);
        }
    }

    /// The adviser did something by the API.
    pub fn acted(&self, adviser: AdviserId) {
        self.change(adviser, |known| known.stay(Instant::now() + LEASE));
    }

    /// The adviser's phone registered or is no longer registered.
    pub fn phone(&self, adviser: AdviserId, registered: bool) {
        self.change(adviser, |known| {
            if known.phone && !registered {
                known.stay(Instant::now() + GRACE);
            }
            known.phone = registered;
        });
    }

    /// Whether the adviser's phone is registered.
    #[must_use]
    pub fn has_phone(&self, adviser: AdviserId) -> bool {
        self.look(adviser).phone
    }

    /// Whether a desk is open as this adviser.
    #[must_use]
    pub fn has_desk(&self, adviser: AdviserId) -> bool {
        let known = self.look(adviser);
        known.session.is_some() && (known.streams > 0 || known.is_there(Instant::now()))
    }

    /// The desk that is open as this adviser.
    pub(crate) fn session(&self, adviser: AdviserId) -> Option<u64> {
        self.look(adviser).session
    }

    /// Opens a desk; false when somebody else is the adviser.
    pub(crate) fn open_desk(&self, adviser: AdviserId, session: u64) -> bool {
        if self.has_desk(adviser) {
            return false;
        }
        self.change(adviser, |known| {
            known.session = Some(session);
            known.stay(Instant::now() + GRACE);
        });
        true
    }

    /// Takes up a desk that a process before this one opened; false when another desk is open.
    pub(crate) fn resume_desk(&self, adviser: AdviserId, session: u64) -> bool {
        match self.look(adviser).session {
            Some(known) => known == session,
            None => self.open_desk(adviser, session),
        }
    }

    /// Closes a desk.
    pub(crate) fn close_desk(&self, adviser: AdviserId) {
        self.change(adviser, |known| {
            *known = Known {
                phone: known.phone,
                ..Known::default()
            };
        });
    }

    /// A stream of a desk opened; it is a heartbeat while it is held.
    pub(crate) fn stream(self: &Arc<Self>, adviser: AdviserId) -> Heartbeat {
        self.change(adviser, |known| known.streams += 1);
        Heartbeat {
            presence: Arc::clone(self),
            adviser,
        }
    }

    fn look(&self, adviser: AdviserId) -> Known {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&adviser).copied().unwrap_or_default()
    }

    fn change(&self, adviser: AdviserId, change: impl FnOnce(&mut Known)) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        change(known.entry(adviser).or_default());
        drop(known);
        self.changed.notify_one();
    }

    /// Everybody's presence now, and when it changes by itself.
    fn all(&self) -> (Vec<(AdviserId, bool)>, Option<Instant>) {
        let now = Instant::now();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let all = known
            .iter()
            .map(|(adviser, known)| (*adviser, known.is_there(now)));
        let next = known
            .values()
            .filter_map(|known| known.until)
            .filter(|until| *until > now);
        (all.collect(), next.min())
    }
}

/// A stream that is open.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    presence: Arc<Presence>,
    adviser: AdviserId,
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.presence.change(self.adviser, |known| {
            known.streams = known.streams.saturating_sub(1);
            if known.session.is_some() {
                known.stay(Instant::now() + GRACE);
            }
        });
    }
}

/// Tells the core who is there, for as long as the service runs.
pub(crate) async fn run(api: Api) {
    let mut moving = api.shared.seq();
    loop {
        let (all, next) = api.presence.all();
        let told = tell(&api, &all).await;
        let next = if told {
            next
        } else {
            Some(Instant::now() + AGAIN)
        };
        tokio::select! {
            () = api.presence.changed.notified() => {}
            moved = moving.changed() => if moved.is_err() { return },
            () = sleep_until(next) => {}
        }
        tokio::time::sleep(TOGETHER).await;
    }
}

/// Tells the core where it thinks otherwise; false when it could not be told.
async fn tell(api: &Api, all: &[(AdviserId, bool)]) -> bool {
    let wrong: Vec<Command> = api.shared.read(|view| {
        all.iter()
            .filter_map(|&(adviser, there)| {
                let is = view.state.adviser(adviser)?;
                if !is.signed_in || is.present == there {
                    return None;
                }
                Some(if there {
                    Command::RegainPresence { adviser }
                } else {
                    Command::LosePresence { adviser }
                })
            })
            .collect()
    });
    let mut told = true;
    for command in wrong {
        told &= api.command_unnamed(command).await.is_ok();
    }
    told
}

async fn sleep_until(then: Option<Instant>) {
    match then {
        Some(then) => tokio::time::sleep_until(then).await,
        None => std::future::pending().await,
    }
}

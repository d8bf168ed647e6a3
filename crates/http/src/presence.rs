//! Who is there: desk sessions with an open stream, registered phones, and advisers who act by the API.
//!
//! An adviser is present while a stream is open, a phone is registered or a lease runs. When the last of
//! these is gone the core is told; when one comes back it is told too (L6).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use linje_event::Command;
use linje_types::AdviserId;
use tokio::sync::{Notify, watch};
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
    /// Until when a desk without a stream still counts.
    desk_until: Option<Instant>,
    phone: bool,
    /// Until when anything else counts: a lease, or the grace of a phone.
    until: Option<Instant>,
}

impl Known {
    fn is_there(&self, now: Instant) -> bool {
        self.has_desk(now) || self.phone || self.until.is_some_and(|until| until > now)
    }

    fn has_desk(&self, now: Instant) -> bool {
        let seen = self.desk_until.is_some_and(|until| until > now);
        self.session.is_some() && (self.streams > 0 || seen)
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
    /// Counts what desks show: desks that open and close, phones that come and go.
    shown: watch::Sender<u64>,
}

impl Presence {
    /// Those who were signed in when the service started: as if they had just acted.
    pub fn start(&self, advisers: impl IntoIterator<Item = AdviserId>) {
        for adviser in advisers {
            self.acted(adviser);
        }
    }

    /// The adviser did something by the API. At a desk the stream alone says who is there.
    pub fn acted(&self, adviser: AdviserId) {
        self.change(adviser, |known| {
            let now = Instant::now();
            if !known.has_desk(now) {
                known.stay(now + LEASE);
            }
        });
    }

    /// The adviser's phone registered or is no longer registered.
    pub fn phone(&self, adviser: AdviserId, registered: bool) {
        self.change(adviser, |known| {
            if known.phone && !registered {
                known.stay(Instant::now() + GRACE);
            }
            known.phone = registered;
        });
        self.show();
    }

    /// Moves when a desk opens or closes and when a phone comes or goes.
    pub(crate) fn shown(&self) -> watch::Receiver<u64> {
        self.shown.subscribe()
    }

    pub(crate) fn show(&self) {
        self.shown.send_modify(|count| *count += 1);
    }

    /// Whether the adviser's phone is registered.
    #[must_use]
    pub fn has_phone(&self, adviser: AdviserId) -> bool {
        self.look(adviser).phone
    }

    /// Whether a desk is open as this adviser.
    #[must_use]
    pub fn has_desk(&self, adviser: AdviserId) -> bool {
        self.look(adviser).has_desk(Instant::now())
    }

    /// The desk that is open as this adviser.
    pub(crate) fn session(&self, adviser: AdviserId) -> Option<u64> {
        self.look(adviser).session
    }

    /// The desk that is open as this adviser, while somebody is at it.
    pub(crate) fn open_session(&self, adviser: AdviserId) -> Option<u64> {
        let known = self.look(adviser);
        known.session.filter(|_| known.has_desk(Instant::now()))
    }

    /// Opens a desk; false when somebody else is the adviser. The same session may be opened again.
    pub(crate) fn open_desk(&self, adviser: AdviserId, session: u64) -> bool {
        let mut opened = false;
        self.change(adviser, |known| {
            let now = Instant::now();
            opened = !known.has_desk(now) || known.session == Some(session);
            if opened {
                known.session = Some(session);
                known.desk_until = Some(now + GRACE);
            }
        });
        self.show();
        opened
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
        self.show();
    }

    /// A stream of a desk opened; it is a heartbeat while it is held.
    pub(crate) fn stream(self: &Arc<Self>, adviser: AdviserId) -> Heartbeat {
        self.change(adviser, |known| {
            known.streams += 1;
            // From now on the stream says who is there.
            known.until = None;
        });
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
        let ends = known
            .values()
            .flat_map(|known| [known.until, known.desk_until]);
        let next = ends.flatten().filter(|until| *until > now);
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
            known.desk_until = Some(Instant::now() + GRACE);
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

//! Live changes of the Trafikkbilde: made once, sent to all, remembered for those who come back.
//!
//! The first event after a quiet moment starts a short wait, so that a burst becomes one change. Nothing
//! is built while nobody looks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use linje_types::{Language, MINUTE_US, Timestamp};
use tokio::sync::broadcast;
use tokio::time::Instant;

use crate::api::Api;
use crate::traffic::{TrafficView, difference, picture};

/// Events within this time become one change.
const TOGETHER: Duration = Duration::from_millis(200);
/// Changes that are remembered.
const REMEMBERED: usize = 300;
/// Changes that a reader may be behind before it gets a new snapshot.
const BEHIND: usize = 64;
/// How long changes are still made after the last reader left.
const LINGER: Duration = Duration::from_secs(60);

/// The languages of the pages.
const LANGUAGES: [Language; 2] = [Language::Nb, Language::En];

/// A change as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// Its place among the changes, from 1.
    pub(crate) number: u64,
    /// The last record in it.
    pub(crate) seq: u64,
    pub(crate) json: Arc<str>,
}

/// The feed: one line of changes per language of the pages.
#[derive(Debug, Default)]
pub struct Feed {
    nb: Line,
    en: Line,
}

impl Feed {
    /// The changes in a language.
    pub(crate) const fn line(&self, language: Language) -> &Line {
        match language {
            Language::En => &self.en,
            Language::Nb | Language::Nn | Language::Se => &self.nb,
        }
    }
}

/// Changes in one language.
#[derive(Debug)]
pub(crate) struct Line {
    sender: broadcast::Sender<Sent>,
    past: Mutex<Past>,
}

#[derive(Debug, Default)]
struct Past {
    /// The record that the first remembered change starts from.
    base: Option<u64>,
    sent: VecDeque<Sent>,
    /// How many changes were made.
    number: u64,
    /// What the next change is compared with.
    last: Option<TrafficView>,
}

impl Default for Line {
    fn default() -> Line {
        Line {
            sender: broadcast::Sender::new(BEHIND),
            past: Mutex::default(),
        }
    }
}

impl Line {
    /// Listens from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Sent> {
        self.sender.subscribe()
    }

    /// The changes after record `seq`; None when they are no longer remembered.
    pub(crate) fn after(&self, seq: u64) -> Option<Vec<Sent>> {
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let known = past.base.is_some_and(|base| base <= seq);
        known.then(|| {
            past.sent
                .iter()
                .filter(|sent| sent.seq > seq)
                .cloned()
                .collect()
        })
    }

    /// What the first reader after a quiet time was shown: changes are counted from there.
    pub(crate) fn begin_at(&self, picture: &TrafficView) {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        if past.last.is_none() {
            past.last = Some(picture.clone());
        }
    }

    fn last(&self) -> Option<TrafficView> {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.last.take()
    }

    fn keep(&self, picture: TrafficView) {
        self.past
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .last = Some(picture);
    }

    fn send(&self, base: u64, seq: u64, json: Arc<str>) {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.base.get_or_insert(base);
        if past.sent.len() == REMEMBERED
            && let Some(dropped) = past.sent.pop_front()
        {
            past.base = Some(dropped.seq);
        }
        past.number += 1;
        let number = past.number;
        let sent = Sent { number, seq, json };
        past.sent.push_back(sent.clone());
        drop(past);
        // Nobody listening is no fault: the change is remembered for whoever comes back.
        let _listeners = self.sender.send(sent).unwrap_or(0);
    }

    fn forget(&self) {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        *past = Past {
            number: past.number,
            ..Past::default()
        };
    }
}

/// Makes changes for as long as the service runs.
pub(crate) async fn run(api: Api) {
    let mut moving = api.shared.seq();
    let mut store = api.store.clone();
    let mut wanted = [Instant::now(); 2];
    loop {
        let next_minute = Timestamp((api.now().0 / MINUTE_US + 1) * MINUTE_US);
        tokio::select! {
            moved = moving.changed() => if moved.is_err() { return },
            changed = store.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(api.clock.until(next_minute)) => {}
        }
        tokio::time::sleep(TOGETHER).await;
        moving.mark_unchanged();
        for (language, wanted) in LANGUAGES.into_iter().zip(&mut wanted) {
            let line = api.feed.line(language);
            if line.sender.receiver_count() > 0 {
                *wanted = Instant::now();
            } else if wanted.elapsed() > LINGER {
                line.forget();
                continue;
            }
            step(&api, line, language);
        }
    }
}

fn step(api: &Api, line: &Line, language: Language) {
    let last = line.last();
    let last = last.as_ref();
    let now = api.now();
    let new = api.shared.read(|view| picture(api, view, now, language));
    if let Some(change) = difference(last, &new) {
        match serde_json::to_string(&change) {
            Ok(json) => {
                let base = last.map_or(change.seq, |last| last.seq);
                line.send(base, change.seq, Arc::from(json));
            }
            Err(error) => tracing::error!(%error, "cannot write a change"),
        }
    }
    line.keep(new);
}

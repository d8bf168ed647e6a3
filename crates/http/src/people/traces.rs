//! A contact whose topic leaves no trace forgets whom it was about once it is over, however it ended: by a click,
//! by the clock of its wrap-up, by a crash.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use linje_types::ContactId;

use crate::api::Api;
use crate::view::Stage;

/// Links that are looked at when the service starts, the newest first.
const AT_START: u32 = 10_000;
/// What moves within this time is looked at once.
const TOGETHER: Duration = Duration::from_millis(200);

/// The contacts that are not over and are known to be about somebody.
#[derive(Debug, Default)]
pub(super) struct Traces(Mutex<BTreeSet<ContactId>>);

impl Traces {
    /// This contact is about somebody.
    pub(super) fn watch(&self, contact: ContactId) {
        self.open().insert(contact);
    }

    /// Those that are over and must forget; those that may remember are watched no more.
    fn due(&self, api: &Api) -> Vec<ContactId> {
        let centre = &api.directory.centre;
        let mut open = self.open();
        api.shared.read(|view| {
            let mut due = Vec::new();
            open.retain(|contact| match view.contacts.get(*contact) {
                Some(entry) if entry.stage != Stage::Closed => true,
                Some(entry) if entry.leaves_no_trace(centre) => {
                    due.push(*contact);
                    true
                }
                Some(_) | None => false,
            });
            due
        })
    }

    fn open(&self) -> MutexGuard<'_, BTreeSet<ContactId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs for as long as the service does.
pub(crate) async fn run(api: Api) {
    let mut moving = api.shared.seq();
    let records = api.people.records.clone();
    let kept = tokio::task::spawn_blocking(move || records.linked_lately(AT_START)).await;
    match kept {
        Ok(Ok(kept)) => api.people.traces.open().extend(kept),
        Ok(Err(error)) => tracing::error!(%error, "whom contacts are about cannot be read"),
        Err(_) => {}
    }
    loop {
        for contact in api.people.traces.due(&api) {
            // What cannot be written now is tried again when something moves.
            if api.people.unlink(&api, contact).await.is_ok() {
                api.people.traces.open().remove(&contact);
            }
        }
        if moving.changed().await.is_err() {
            return;
        }
        tokio::time::sleep(TOGETHER).await;
        moving.mark_unchanged();
    }
}

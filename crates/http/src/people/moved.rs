//! Who hears when it becomes known, or surer, whom a contact is about: the desk that has it and the citizen's own
//! page. Levels only; whom it is about never leaves by this way.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use linje_store::records::access::PersonKey;
use linje_types::ContactId;
use tokio::sync::broadcast;

use super::{Level, People};
use crate::api::Api;
use crate::view::Stage;

/// Changes that a reader may be behind before it reads everything anew.
const BEHIND: usize = 64;

/// It became known, or is no longer known, whom a contact is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) contact: ContactId,
    /// The opaque name of the person; None when it was forgotten.
    pub(crate) whom: Option<PersonKey>,
}

/// What was said of open contacts since this process began, and who waits to hear more.
pub(super) struct Links {
    levels: Mutex<HashMap<ContactId, Level>>,
    moved: broadcast::Sender<Moved>,
}

impl Default for Links {
    fn default() -> Links {
        Links {
            levels: Mutex::default(),
            moved: broadcast::Sender::new(BEHIND),
        }
    }
}

impl Links {
    fn levels(&self) -> MutexGuard<'_, HashMap<ContactId, Level>> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn know(&self, contact: ContactId, level: Level) {
        self.levels().insert(contact, level);
    }
}

impl People {
    /// How sure it is whom an open contact is about, as far as it was said or read since this process began.
    pub(crate) fn level_now(&self, contact: ContactId) -> Option<Level> {
        self.links.levels().get(&contact).copied()
    }

    /// Changes from now on.
    pub(crate) fn links_moved(&self) -> broadcast::Receiver<Moved> {
        self.links.moved.subscribe()
    }

    /// Tells those who wait. What is closed is forgotten meanwhile, so that the table does not grow.
    pub(super) fn tell_moved(&self, api: &Api, moved: Moved, level: Option<Level>) {
        {
            let mut levels = self.links.levels();
            api.shared.read(|view| {
                levels.retain(|contact, _| {
                    let entry = view.contacts.get(*contact);
                    entry.is_some_and(|entry| entry.stage != Stage::Closed)
                });
            });
            match level {
                Some(level) => levels.insert(moved.contact, level),
                None => levels.remove(&moved.contact),
            };
        }
        // Nobody who listens is no fault.
        let _listeners = self.links.moved.send(moved).unwrap_or(0);
        api.presence.show();
    }
}

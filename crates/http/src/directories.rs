//! The descriptions that have been in force: the last of them now, the others for whoever still reads one.
//!
//! One that is to come is laid here before the log says that it is in force; the read model brings it into
//! force when it comes to that record. So nobody sees names of another description than the state's.

use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use linje_centre::Centre;
use linje_routing::Tables;

use crate::ports::Directory;

/// A description that can come into force.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Names it in the log.
    pub version: u64,
    /// Its rules.
    pub tables: Arc<Tables>,
    /// Its names.
    pub directory: Arc<Directory>,
}

/// All of them; reads as the one in force.
#[derive(Debug)]
pub struct Directories {
    first: Node,
    known: Mutex<Vec<Prepared>>,
}

#[derive(Debug)]
struct Node {
    directory: Arc<Directory>,
    next: OnceLock<Box<Node>>,
}

impl Deref for Directories {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        &self.last().directory
    }
}

impl Directories {
    /// With one in force.
    #[must_use]
    pub fn new(directory: Directory) -> Directories {
        Directories {
            first: Node {
                directory: Arc::new(directory),
                next: OnceLock::new(),
            },
            known: Mutex::default(),
        }
    }

    /// Lays a description ready that the log may say is in force.
    pub fn prepare(&self, prepared: Prepared) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| other.version != prepared.version);
        known.push(prepared);
    }

    /// A description that was laid ready.
    #[must_use]
    pub fn prepared(&self, version: u64) -> Option<Prepared> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|known| known.version == version).cloned()
    }

    /// The description of a version that was laid ready.
    #[must_use]
    pub fn centre(&self, version: u64) -> Option<Arc<Centre>> {
        let prepared = self.prepared(version)?;
        Some(Arc::clone(&prepared.directory.centre))
    }

    /// Brings it into force.
    pub(crate) fn enter(&self, directory: Arc<Directory>) {
        let next = Box::new(Node {
            directory,
            next: OnceLock::new(),
        });
        // One task enters; a second one would only lose its own.
        let lost = self.last().next.set(next).is_err();
        debug_assert!(!lost, "two descriptions came into force at once");
    }

    fn last(&self) -> &Node {
        let mut node = &self.first;
        while let Some(next) = node.next.get() {
            node = next;
        }
        node
    }
}

//! The read model between its one writer and its many readers.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use crate::view::View;

/// How long a handler waits for the read model to show what it has just done.
const PATIENCE: Duration = Duration::from_secs(2);

/// A view that many read and one task writes. The lock is held for microseconds, never across a wait.
#[derive(Debug)]
pub struct Shared {
    view: RwLock<View>,
    seq: watch::Sender<u64>,
}

impl Shared {
    /// Shares `view`.
    #[must_use]
    pub fn new(view: View) -> Shared {
        Shared {
            seq: watch::Sender::new(view.seq),
            view: RwLock::new(view),
        }
    }

    /// Looks at the view.
    pub fn read<R>(&self, look: impl FnOnce(&View) -> R) -> R {
        look(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the view and tells those who wait for it.
    pub(crate) fn write(&self, change: impl FnOnce(&mut View)) {
        let seq = {
            let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
            change(&mut view);
            view.seq
        };
        self.seq.send_if_modified(|known| {
            let moved = *known != seq;
            *known = seq;
            moved
        });
    }

    /// The last record in the view, as it moves.
    pub fn seq(&self) -> watch::Receiver<u64> {
        self.seq.subscribe()
    }

    /// Waits until the view shows record `seq`, so that whoever wrote it reads it.
    pub async fn reached(&self, seq: u64) {
        let mut moving = self.seq();
        let shown = moving.wait_for(|known| *known >= seq);
        if tokio::time::timeout(PATIENCE, shown).await.is_err() {
            tracing::warn!(seq, "read model is behind the log");
        }
    }
}

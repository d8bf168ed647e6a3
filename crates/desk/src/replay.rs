//! Replay: the state from the log. A new centre description takes over by snapshot and restore, the
//! same way live and here, so that the hash is the same (S16).

use std::sync::Arc;

use linje_event::Event;
use linje_routing::{RestoreError, State, Tables};
use linje_types::Timestamp;

use crate::batch::{Remembered, VaultRow};

/// Why a log could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log starts without saying which centre description is in force.
    #[error("the log does not begin with a centre description")]
    NoCentre,
    /// A description that the log names is not at hand.
    #[error("centre description {0:016x} is not at hand")]
    UnknownCentre(u64),
    /// A snapshot does not fit the centre description.
    #[error("cannot restore the state under centre description {version:016x}")]
    Restore {
        /// The description.
        version: u64,
        /// What is wrong.
        #[source]
        source: RestoreError,
    },
}

/// A replay under way.
pub struct Replay<'a> {
    tables: &'a mut dyn FnMut(u64) -> Option<Arc<Tables>>,
    state: Option<State>,
    version: Option<u64>,
}

impl<'a> Replay<'a> {
    /// From the first record. `tables` gives the rules of a centre description by its hash.
    pub fn new(tables: &'a mut dyn FnMut(u64) -> Option<Arc<Tables>>) -> Replay<'a> {
        Replay {
            tables,
            state: None,
            version: None,
        }
    }

    /// From a snapshot taken under description `version`.
    ///
    /// # Errors
    /// When the description is not at hand or the bytes do not fit it.
    pub fn from_snapshot(
        tables: &'a mut dyn FnMut(u64) -> Option<Arc<Tables>>,
        version: u64,
        bytes: &[u8],
    ) -> Result<Replay<'a>, ReplayError> {
        let rules = tables(version).ok_or(ReplayError::UnknownCentre(version))?;
        let state = State::restore(rules, bytes)
            .map_err(|source| ReplayError::Restore { version, source })?;
        Ok(Replay {
            tables,
            state: Some(state),
            version: Some(version),
        })
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// When the log does not begin with a description, or names one that is not at hand.
    pub fn apply(&mut self, event: &Event, at: Timestamp) -> Result<(), ReplayError> {
        if let Event::CentrePublished { version } = *event {
            self.publish(version)?;
        }
        let state = self.state.as_mut().ok_or(ReplayError::NoCentre)?;
        state.apply(event, at);
        Ok(())
    }

    fn publish(&mut self, version: u64) -> Result<(), ReplayError> {
        let rules = (self.tables)(version).ok_or(ReplayError::UnknownCentre(version))?;
        let state = match &self.state {
            None => State::new(rules),
            Some(old) => State::restore(rules, &old.snapshot())
                .map_err(|source| ReplayError::Restore { version, source })?,
        };
        self.state = Some(state);
        self.version = Some(version);
        Ok(())
    }

    /// The state and the description in force; `None` for an empty log.
    #[must_use]
    pub fn finish(self) -> Option<(State, u64)> {
        self.state.zip(self.version)
    }
}

/// What a desk starts from: the store's answer to "where were we?".
pub struct Recovered {
    /// The last record.
    pub seq: u64,
    /// Its time; `ZERO` for an empty log.
    pub at: Timestamp,
    /// State and description in force; `None` for an empty log.
    pub state: Option<(State, u64)>,
    /// Records replayed after the snapshot.
    pub replayed: u64,
    /// Replies to remember.
    pub remembered: Vec<Remembered>,
    /// The vault's rows of the fields `caller`, `redial` and `callback_number`.
    pub vault: Vec<VaultRow>,
}

impl Recovered {
    /// An empty log.
    #[must_use]
    pub fn nothing() -> Recovered {
        Recovered {
            seq: 0,
            at: Timestamp::ZERO,
            state: None,
            replayed: 0,
            remembered: Vec::new(),
            vault: Vec::new(),
        }
    }
}

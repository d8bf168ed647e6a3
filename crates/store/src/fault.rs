//! A layer for tests that makes a store behave badly in a decided way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use linje_desk::Batch;

use crate::error::Error;
use crate::store::Store;

/// What happens to one append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing bad.
    None,
    /// It takes this much longer.
    Delay(Duration),
    /// It fails; nothing is written.
    Fail,
    /// The disk is full; nothing is written.
    Full,
    /// It is written, but the writer is told that it failed.
    LoseReply,
}

#[derive(Debug, Default)]
struct Plan {
    next: VecDeque<Fault>,
    always: Option<Fault>,
}

/// The plan of faults, shared with the test.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    /// This happens to one append, after those planned before.
    pub fn once(&self, fault: Fault) {
        self.plan(|plan| plan.next.push_back(fault));
    }

    /// This happens to every append that has nothing planned.
    pub fn always(&self, fault: Fault) {
        self.plan(|plan| plan.always = Some(fault));
    }

    fn take(&self) -> Fault {
        self.plan(|plan| plan.next.pop_front().or(plan.always))
            .unwrap_or(Fault::None)
    }

    fn plan<R>(&self, act: impl FnOnce(&mut Plan) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A store with faults.
#[derive(Debug)]
pub struct Faulty {
    pub(crate) inner: Store,
    faults: Faults,
}

impl Faulty {
    pub(crate) fn new(inner: Store, faults: Faults) -> Faulty {
        Faulty { inner, faults }
    }

    /// The store without the faults.
    #[must_use]
    pub fn into_inner(self) -> Store {
        self.inner
    }

    pub(crate) fn append(&mut self, batch: &Batch) -> Result<(), Error> {
        let said = |detail: &str| Error::Unavailable {
            path: "fault".into(),
            detail: detail.to_owned(),
        };
        match self.faults.take() {
            Fault::None => self.inner.append(batch),
            Fault::Delay(time) => {
                std::thread::sleep(time);
                self.inner.append(batch)
            }
            Fault::Fail => Err(said("planned failure")),
            Fault::Full => Err(Error::Full {
                path: "fault".into(),
            }),
            Fault::LoseReply => {
                self.inner.append(batch)?;
                Err(said("reply lost"))
            }
        }
    }
}

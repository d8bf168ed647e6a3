//! The task that moves the read model: committed batches in, the shared view out.

use std::sync::Arc;

use linje_desk::{Batch, Record};
use linje_event::{CloseReason, Event};
use linje_types::{MINUTE_US, Timestamp};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::clock::Clock;
use crate::directories::Directories;
use crate::metrics::{Metric, Metrics};
use crate::ports::History;
use crate::shared::Shared;
use crate::view::View;

/// Records read from the log at once.
const PAGE: usize = 10_000;

/// What moves the view.
#[derive(Debug)]
pub struct Projection {
    /// The view.
    pub shared: Arc<Shared>,
    /// Committed batches, subscribed to before the view was built.
    pub batches: broadcast::Receiver<Arc<Batch>>,
    /// Where to read what was missed.
    pub history: History,
    /// The descriptions: one that comes into force is brought there with its record.
    pub directory: Arc<Directories>,
    /// The scenario clock.
    pub clock: Clock,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

impl Projection {
    /// Runs until the desk is gone.
    pub async fn run(mut self) {
        self.catch_up().await;
        loop {
            let next_minute = Timestamp((self.clock.now().0 / MINUTE_US + 1) * MINUTE_US);
            let minute = tokio::time::sleep(self.clock.until(next_minute));
            tokio::select! {
                batch = self.batches.recv() => match batch {
                    Ok(batch) => self.take(&batch).await,
                    Err(RecvError::Lagged(_)) => self.catch_up().await,
                    Err(RecvError::Closed) => return,
                },
                () = minute => {
                    let now = self.clock.now();
                    self.shared.write(|view| view.advance(now));
                }
            }
        }
    }

    async fn take(&mut self, batch: &Batch) {
        let seq = self.shared.read(|view| view.seq);
        if batch.expected_seq > seq {
            self.catch_up().await;
        }
        self.fold(&batch.records);
    }

    fn fold(&self, records: &[Record]) {
        self.shared.write(|view| {
            for record in records {
                if record.seq > view.seq {
                    self.bring_into_force(record, view);
                }
                alarm(record, view);
                view.take(record);
            }
        });
        let (seq, n_open) = self.shared.read(|view| (view.seq, view.contacts.n_open()));
        self.metrics.set(Metric::ViewSeq, seq);
        self.metrics.set(Metric::ContactsOpen, n_open as u64);
    }

    fn bring_into_force(&self, record: &Record, view: &mut View) {
        if let Event::CentrePublished { version } = record.event
            && version != view.version()
            && let Some(prepared) = self.directory.prepared(version)
        {
            let layout = prepared.directory.layout();
            view.prepare(prepared.tables, layout);
            self.directory.enter(prepared.directory);
        }
    }

    /// Reads from the log what the view has not seen.
    async fn catch_up(&self) {
        self.metrics.count(Metric::ViewCatchUps);
        loop {
            let seq = self.shared.read(|view| view.seq);
            match self.history.after(seq, PAGE).await {
                Ok(records) if records.is_empty() => return,
                Ok(records) => self.fold(&records),
                Err(error) => {
                    tracing::error!(%error, "read model cannot read the log");
                    return;
                }
            }
        }
    }
}

/// Somebody must act: what was promised was not kept, and the fault is ours.
fn alarm(record: &Record, view: &View) {
    if let Event::ContactClosed {
        contact,
        reason: CloseReason::Fault,
        ..
    } = record.event
        && record.seq > view.seq
    {
        let entry = view.contacts.get(contact);
        if entry.is_some_and(|entry| entry.callback.is_some_and(|it| it.reached.is_none())) {
            tracing::error!("a promise to ring somebody was broken: the line out was away");
        }
    }
}

//! The shell of the desk: two threads and the queues between them.
//!
//! "desk" owns the [`Desk`] and never waits for the disk; "store" owns the [`Store`] and does nothing
//! but append and keep snapshots. No rule lives here: what to do when is the desk's answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use linje_desk::{
    Accepted, Batch, Desk, Input, Output, Reconcile, Refusal, Snapshot, StoreFault, Submit,
};
use linje_event::{Effect, Event};
use linje_routing::Tables;
use linje_store::Store;
use linje_types::{OfferId, Timestamp};
use tokio::sync::{broadcast, mpsc as tokio_mpsc, oneshot, watch};

/// Commands that wait for the desk; more are refused as overload.
const INPUTS: usize = 4_096;
/// Published batches that a slow reader may lag behind before it must begin anew.
const FEED: usize = 1_024;
/// The longest sleep of the desk, so that a changed clock is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// An answer to a command.
pub(crate) type Answer = Result<Accepted, Refusal>;

/// The clock of the centre: start plus monotonic time, perhaps faster than real.
#[derive(Clone)]
pub(crate) struct Clock {
    /// The time now.
    pub(crate) now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Seconds of the centre per real second.
    pub(crate) speed: f64,
}

/// How the log is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Health {
    /// What is wrong, if anything.
    pub(crate) fault: Option<StoreFault>,
    /// The store's words about it, for the operator; may name paths.
    pub(crate) detail: String,
}

enum Wake {
    Submit(Box<Submit>, oneshot::Sender<Answer>),
    Publish(Arc<Tables>, u64, oneshot::Sender<Answer>),
    Reconcile(Reconcile),
    Appended(Result<u64, (StoreFault, String)>),
    Stop,
}

enum Job {
    Append(Arc<Batch>),
    Snapshot(Box<Snapshot>),
    Keep(&'static str, u64, Vec<u8>),
    Centre(u64, u32, String),
    Stop,
}

/// What the shell tells of, so that it can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// An offer is durable and on its way, so many microseconds after it was decided.
    OfferOut(i64),
    /// The core broke on a command, which was undone.
    Broken,
}

/// Who is told.
pub(crate) type Tell = Box<dyn Fn(Told) + Send>;

/// The way to the desk; clone it freely.
#[derive(Clone)]
pub(crate) struct DeskHandle {
    wake: SyncSender<Wake>,
    jobs: Sender<Job>,
    feed: broadcast::Sender<Arc<Batch>>,
    health: watch::Receiver<Health>,
}

/// The two threads; join them after [`DeskHandle::stop`].
pub(crate) struct DeskThreads {
    desk: JoinHandle<()>,
    store: JoinHandle<()>,
}

impl DeskThreads {
    /// Waits until everything is on disk and both threads are done.
    pub(crate) fn join(self) {
        self.desk.join().ok();
        self.store.join().ok();
    }
}

/// Starts both threads. Effects come in the returned queue, in order, after their commit.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn spawn(
    desk: Desk,
    store: Store,
    clock: Clock,
    tell: Tell,
) -> std::io::Result<(
    DeskHandle,
    tokio_mpsc::UnboundedReceiver<Effect>,
    DeskThreads,
)> {
    let (wake, inputs) = mpsc::sync_channel(INPUTS);
    let (jobs, work) = mpsc::channel();
    let (effects, effects_out) = tokio_mpsc::unbounded_channel();
    let (feed, _) = broadcast::channel(FEED);
    let (health_in, health) = watch::channel(Health::default());
    let mut shell = Shell {
        desk,
        clock,
        jobs: jobs.clone(),
        effects,
        feed: feed.clone(),
        health: health_in,
        detail: String::new(),
        waiting: BTreeMap::new(),
        next_token: 0,
        tell,
        offers: Vec::new(),
    };
    let done = wake.clone();
    let store = thread::Builder::new()
        .name("store".to_owned())
        .spawn(move || or_end(|| run_store(store, &work, &done)))?;
    let desk = thread::Builder::new()
        .name("desk".to_owned())
        .spawn(move || or_end(|| shell.run(&inputs)))?;
    let handle = DeskHandle {
        wake,
        jobs,
        feed,
        health,
    };
    Ok((handle, effects_out, DeskThreads { desk, store }))
}

/// A service without its one writer would look alive and help nobody: after a panic the process ends,
/// and the next start goes on from the log.
fn or_end(thread: impl FnOnce()) {
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(thread)).is_err() {
        tracing::error!(
            "the desk or the log broke; the process ends and can start again from the log"
        );
        std::process::abort();
    }
}

impl DeskHandle {
    /// Hands in a command at once (its token is set here); the answer comes when it is durable.
    /// Commands are handed in in the order of the calls, whenever the answers are awaited.
    ///
    /// # Errors
    /// The refusal.
    pub(crate) fn submit(&self, submit: Submit) -> impl Future<Output = Answer> + Send + 'static {
        let (answer, reply) = oneshot::channel();
        let asked = self.ask(Wake::Submit(Box::new(submit), answer));
        async move {
            asked?;
            reply.await.unwrap_or(Err(GONE))
        }
    }

    /// Brings a centre description into force; call at the start, before anything else, and whenever another
    /// one is published.
    ///
    /// # Errors
    /// The refusal.
    pub(crate) async fn publish(&self, tables: Arc<Tables>, version: u64) -> Answer {
        let (answer, reply) = oneshot::channel();
        self.ask(Wake::Publish(tables, version, answer))?;
        reply.await.unwrap_or(Err(GONE))
    }

    /// Puts right what a stop or crash left; call once, after [`DeskHandle::publish`].
    ///
    /// # Errors
    /// When the desk is gone.
    pub(crate) fn reconcile(&self, reconcile: Reconcile) -> Result<(), Refusal> {
        self.ask(Wake::Reconcile(reconcile))
    }

    /// The durable records from now on. Whoever lags is told so and must begin anew.
    #[must_use]
    pub(crate) fn feed(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.feed.subscribe()
    }

    /// How the log is doing, and its changes.
    #[must_use]
    pub(crate) fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Keeps bytes that belong to record `seq`, e.g. the measures, for a short start.
    pub(crate) fn keep(&self, name: &'static str, seq: u64, body: Vec<u8>) {
        self.jobs.send(Job::Keep(name, seq, body)).ok();
    }

    /// Keeps the text of a centre description, before every record that is handed in after it.
    pub(crate) fn keep_centre(&self, version: u64, phones: u32, source: String) {
        self.jobs.send(Job::Centre(version, phones, source)).ok();
    }

    /// Writes what waits and a snapshot, then ends both threads. Blocks while the queue is full.
    pub(crate) fn stop(&self) {
        self.wake.send(Wake::Stop).ok();
    }

    fn ask(&self, wake: Wake) -> Result<(), Refusal> {
        self.wake.try_send(wake).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => Refusal::Overloaded,
            mpsc::TrySendError::Disconnected(_) => GONE,
        })
    }
}

const GONE: Refusal = Refusal::StoreDown {
    fault: StoreFault::Unavailable,
};

struct Shell {
    desk: Desk,
    clock: Clock,
    jobs: Sender<Job>,
    effects: tokio_mpsc::UnboundedSender<Effect>,
    feed: broadcast::Sender<Arc<Batch>>,
    health: watch::Sender<Health>,
    detail: String,
    waiting: BTreeMap<u64, oneshot::Sender<Answer>>,
    next_token: u64,
    tell: Tell,
    /// Offers that have just become durable, and when they were decided.
    offers: Vec<(OfferId, Timestamp)>,
}

impl Shell {
    fn run(&mut self, inputs: &Receiver<Wake>) {
        let mut out = Vec::new();
        let mut stopping = false;
        while !(stopping && (self.desk.is_settled() || self.desk.store_fault().is_some())) {
            let input = match inputs.recv_timeout(self.sleep()) {
                Ok(Wake::Stop) => {
                    stopping = true;
                    continue;
                }
                Ok(wake) => self.input(wake),
                Err(RecvTimeoutError::Timeout) => Some(Input::Tick),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if let Some(input) = input {
                self.desk.step(input, (self.clock.now)(), &mut out);
            }
            if !out.drain(..).all(|output| self.act(output)) {
                break;
            }
        }
        if let Some(snapshot) = self.desk.snapshot() {
            self.jobs.send(Job::Snapshot(Box::new(snapshot))).ok();
        }
        self.jobs.send(Job::Stop).ok();
    }

    fn sleep(&self) -> Duration {
        let ahead_s = self.desk.deadline().since_s((self.clock.now)()) / self.clock.speed;
        Duration::try_from_secs_f64(ahead_s).map_or(SLEEP_MAX, |ahead| ahead.min(SLEEP_MAX))
    }

    fn input(&mut self, wake: Wake) -> Option<Input> {
        match wake {
            Wake::Submit(mut submit, answer) => {
                submit.token = self.wait(answer);
                Some(Input::Submit(*submit))
            }
            Wake::Publish(tables, version, answer) => Some(Input::Publish {
                token: self.wait(answer),
                tables,
                version,
            }),
            Wake::Reconcile(reconcile) => Some(Input::Reconcile(reconcile)),
            Wake::Appended(Ok(seq)) => Some(Input::Committed { seq }),
            Wake::Appended(Err((fault, detail))) => {
                self.detail = detail;
                Some(Input::CommitFailed { fault })
            }
            Wake::Stop => None,
        }
    }

    fn wait(&mut self, answer: oneshot::Sender<Answer>) -> u64 {
        self.next_token += 1;
        self.waiting.insert(self.next_token, answer);
        self.next_token
    }

    /// Counts how long an offer took from the decision until now.
    fn out(&self, offer: OfferId) {
        let decided = self.offers.iter().find(|(id, _)| *id == offer);
        if let Some((_, at)) = decided {
            (self.tell)(Told::OfferOut((self.clock.now)().since_us(*at)));
        }
    }

    /// Does one output; false when the desk must end.
    fn act(&mut self, output: Output) -> bool {
        match output {
            Output::Append(batch) => return self.jobs.send(Job::Append(batch)).is_ok(),
            Output::Publish(batch) => {
                self.offers.clear();
                self.offers.extend(batch.records.iter().filter_map(offered));
                drop(self.feed.send(batch));
            }
            Output::Effect(effect) => {
                self.effects.send(effect).ok();
                if let Effect::Present { offer, .. } = effect {
                    self.out(offer);
                }
            }
            Output::Reply { token, result } => {
                if let Some(answer) = self.waiting.remove(&token) {
                    answer.send(result).ok();
                }
            }
            Output::Snapshot(snapshot) => drop(self.jobs.send(Job::Snapshot(snapshot))),
            Output::Health(fault) => {
                let detail = fault.map_or_else(String::new, |_| self.detail.clone());
                self.health.send_replace(Health { fault, detail });
            }
            Output::Broken {
                command,
                state_hash,
            } => {
                (self.tell)(Told::Broken);
                tracing::error!(
                    ?command,
                    state_hash,
                    "the core broke on a command; it was undone and refused"
                );
            }
            Output::Reload => return false,
        }
        true
    }
}

/// The offer that a record makes, and when it was decided.
fn offered(record: &linje_desk::Record) -> Option<(OfferId, Timestamp)> {
    if let Event::OfferMade { offer, .. } = record.event {
        Some((offer, record.at))
    } else {
        None
    }
}

fn run_store(mut store: Store, work: &Receiver<Job>, done: &SyncSender<Wake>) {
    for job in work {
        let kept = match job {
            Job::Append(batch) => {
                let result = store
                    .append(&batch)
                    .map(|()| batch.last_seq())
                    .map_err(|error| (error.fault(), error.to_string()));
                if done.send(Wake::Appended(result)).is_err() {
                    return;
                }
                Ok(())
            }
            Job::Snapshot(kept) => {
                let state = kept.state.snapshot();
                store.put_snapshot((kept.seq, kept.at), kept.version, &state)
            }
            Job::Keep(name, seq, body) => store.put_extra(name, seq, &body),
            Job::Centre(version, phones, source) => store.put_centre(version, phones, &source),
            Job::Stop => return,
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "a snapshot was not kept, the next start takes longer");
        }
    }
}

//! Folders that vanish, and days that a real core made up.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use linje_desk::Batch;
use linje_event::{Command, Effect, Entry, Event, Output};
use linje_routing::{AdviserRule, QueueRule, Rules, State, Tables};
use linje_store::Store;
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, Origin, Origins,
    QueueId, SECOND_US, Timestamp, TopicId, UnitId,
};

pub(crate) const VERSION: u64 = 0xfeed_f00d_dead_beef;
pub(crate) const ZIP: QueueId = QueueId(0);
pub(crate) const SLOW: QueueId = QueueId(1);
pub(crate) const CALLBACKS: QueueId = QueueId(2);

/// A folder for one test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("linje-store-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("linje.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

pub(crate) fn tables() -> Arc<Tables> {
    let queue = QueueRule {
        max_waiting: 100_000,
        wrap_up_us: 10 * SECOND_US,
        ring_us: 20 * SECOND_US,
        ..QueueRule::default()
    };
    let zip = QueueRule {
        wrap_up_us: 0,
        ring_us: 0,
        ..queue.clone()
    };
    let channels = Channel::ALL
        .iter()
        .fold(Channels::NONE, |set, channel| set.with(*channel));
    let adviser = AdviserRule {
        unit: UnitId(0),
        groups: Vec::new(),
        skills: Vec::new(),
        origins: Origins::LIVE,
        channels,
        clearance: Clearance::NONE,
    };
    let rules = Rules {
        version: VERSION,
        queues: vec![zip, queue.clone(), queue],
        advisers: vec![adviser; 20],
        ..Rules::empty()
    };
    Arc::new(Tables::new(&rules).unwrap())
}

pub(crate) fn tables_of(tables: &Arc<Tables>) -> impl FnMut(u64) -> Option<Arc<Tables>> {
    let tables = Arc::clone(tables);
    move |version| (version == VERSION).then(|| Arc::clone(&tables))
}

/// A day as the core makes it: calls that are taken at once and end, and now and then one that waits.
pub(crate) struct Day {
    pub(crate) state: State,
    pub(crate) seq: u64,
    now: Timestamp,
    events: Vec<(Timestamp, Event)>,
    n_calls: u32,
}

struct Collect<'a>(&'a mut Vec<(Timestamp, Event)>, Timestamp);

impl Output for Collect<'_> {
    const WHY: bool = true;
    fn event(&mut self, event: &Event) {
        self.0.push((self.1, *event));
    }
    fn effect(&mut self, _: Effect) {}
}

impl Day {
    pub(crate) fn new(tables: &Arc<Tables>) -> Day {
        let mut day = Day {
            state: State::new(Arc::clone(tables)),
            seq: 0,
            now: Timestamp(1_790_000_000 * SECOND_US),
            events: Vec::new(),
            n_calls: 0,
        };
        day.run(Command::Publish { version: VERSION });
        for adviser in (0..20).map(AdviserId) {
            day.run(Command::SignIn {
                adviser,
                activity: Activity::Phone,
            });
        }
        day
    }

    fn run(&mut self, command: Command) {
        self.now = self.now.plus_us(200_000);
        let mut out = Collect(&mut self.events, self.now);
        self.state.handle(&command, self.now, &mut out).unwrap();
    }

    /// The next batch, of at least `n_records`.
    pub(crate) fn batch(&mut self, n_records: usize) -> Batch {
        while self.events.len() < n_records {
            self.call();
        }
        let batch = Batch::of_events(self.seq, &self.events);
        self.seq = batch.last_seq();
        self.events.clear();
        batch
    }

    fn call(&mut self) {
        self.n_calls += 1;
        let contact = self.state.next_contact();
        let waits = self.n_calls.is_multiple_of(50);
        let (channel, queue) = if waits {
            (Channel::Task, SLOW)
        } else {
            (Channel::Voice, ZIP)
        };
        self.run(arrive(contact, channel, queue));
        if !waits {
            let adviser = AdviserId::NONE;
            self.run(Command::End { contact, adviser });
        } else if self.n_calls.is_multiple_of(100) {
            self.run(Command::Leave { contact });
        }
    }
}

pub(crate) fn arrive(contact: ContactId, channel: Channel, queue: QueueId) -> Command {
    Command::Arrive {
        contact,
        channel,
        topic: TopicId(3),
        origin: Origin::Live,
        language: Language::Nb,
        entry: Entry::Queue {
            queue,
            class: 0,
            place: Timestamp::NEVER,
            needs: linje_event::Needs::NONE,
        },
    }
}

/// Runs a test on each backend.
pub(crate) fn on_each(test: impl Fn(Store, &dyn Fn(&Store) -> Store)) {
    let folder = Folder::new();
    let path = folder.log();
    test(Store::open_file(&path).unwrap(), &|_| {
        Store::open_file(&path).unwrap()
    });
    test(Store::open("memory:").unwrap(), &|store| match store {
        Store::Memory(memory) => Store::Memory(memory.reopen()),
        Store::Sqlite(_) | Store::Faulty(_) => panic!("a store in memory"),
    });
}

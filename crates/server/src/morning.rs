//! The morning before the demo begins: the same core and the same generator, by simulated time.
//!
//! It goes into the log like everything else, and every contact in it is synthetic.

use anyhow::{Context as _, Result};
use linje_desk::Batch;
use linje_event::{Command, Event, Output};
use linje_routing::State;
use linje_store::Store;
use linje_twin::{Population, Sink, simulate};
use linje_types::{HOUR_US, Timestamp};

/// How long before the start people come to work and ring.
pub(crate) const BEFORE_US: i64 = 2 * HOUR_US;
/// Records per append.
const CHUNK: usize = 20_000;

#[derive(Default)]
struct Collect(Vec<(Timestamp, Event)>);

impl Sink for Collect {
    const WHY: bool = true;

    fn event(&mut self, at: Timestamp, event: &Event) {
        self.0.push((at, *event));
    }
}

struct First<'a>(Timestamp, &'a mut Collect);

impl Output for First<'_> {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.1.0.push((self.0, *event));
    }

    fn effect(&mut self, _effect: linje_event::Effect) {}
}

/// Runs `state` and `population` until `start` and writes what happens into the log after `seq`.
/// An empty log begins with the centre description.
pub(crate) fn write(
    store: &mut Store,
    mut state: State,
    population: &mut Population,
    (mut seq, from): (u64, Timestamp),
    start: Timestamp,
) -> Result<()> {
    let mut events = Collect::default();
    if seq == 0 {
        let version = state.tables().rules().version;
        let publish = Command::Publish { version };
        if let Err(rejection) = state.handle(&publish, from, &mut First(from, &mut events)) {
            anyhow::bail!("the core refused the centre description: {rejection:?}");
        }
    }
    simulate(&mut state, population, start.plus_us(-1), &mut events);
    for chunk in events.0.chunks(CHUNK) {
        let batch = Batch::of_events(seq, chunk);
        store
            .append(&batch)
            .context("cannot write the morning into the log")?;
        seq = batch.last_seq();
    }
    Ok(())
}

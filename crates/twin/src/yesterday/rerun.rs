//! The day once more, under the same rules or others.
//!
//! The driver gives the core what the world did: the script at its moments, and each contact's steps as
//! long after the beginning of a phase as they were. Steps of one microsecond keep the order of the log.
//! Clocks fire when the core says, and as late as they did that day.

use core::ops::Range;
use std::sync::Arc;

use linje_event::{CloseReason, Command, Effect, Event, Output};
use linje_routing::{RestoreError, State, Tables};
use linje_types::{AdviserId, QueueId, Timestamp};

use super::{
    outcome::{Fold, Outcome},
    script::{Act, Class, Outside, Recorded, Wanted},
    world::{Next, World},
};
use crate::simulate::{Nothing, Sink};

/// What is tried.
#[derive(Debug, Clone)]
pub struct Change {
    /// The rules of the whole day; its advisers are those of the day, more may follow at the end.
    pub tables: Arc<Tables>,
    /// By queue of the day: the queue that its contacts go to. Queues beyond the list keep their number.
    pub queues: Vec<QueueId>,
    /// By queue of the day: when it is closed under the change and was open that day. Who comes to it by phone then
    /// is turned away. Whoever was turned away that day stays away: nobody knows what they wanted.
    pub closed: Vec<Vec<Range<Timestamp>>>,
}

impl Change {
    /// Other rules for the same queues.
    #[must_use]
    pub fn rules(tables: Arc<Tables>) -> Change {
        Change {
            tables,
            queues: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// Whether a queue of the changed centre is closed now, and was open.
    fn is_closed(&self, queue: QueueId, at: Timestamp) -> bool {
        let spans = (0..).map(QueueId).zip(&self.closed);
        let mut of_queue = spans.filter(|(of, _)| self.queue(*of) == queue);
        of_queue.any(|(_, spans)| spans.iter().any(|span| span.contains(&at)))
    }

    pub(super) fn queue(&self, queue: QueueId) -> QueueId {
        self.queues.get(queue.idx()).copied().unwrap_or(queue)
    }
}

/// Rules that the day cannot be lived under.
#[derive(Debug, thiserror::Error)]
pub enum RerunError {
    /// What was open when the day began does not fit them.
    #[error("the start of the day does not fit the rules")]
    Start(#[source] RestoreError),
    /// A queue that contacts of the day came to is missing, or only for experts.
    #[error("contacts of the day came to queue {}, which the rules do not have for citizens", .0.0)]
    Queue(QueueId),
    /// A priority class that contacts of the day came with is missing.
    #[error("contacts of the day came with priority class {0}, which the rules do not have")]
    Class(u8),
    /// An adviser who worked that day is missing.
    #[error("adviser {} worked that day and is not in the rules", .0.0)]
    Adviser(AdviserId),
    /// Far more happened than a day can hold: somebody goes round in circles under these rules.
    #[error("the day does not end under the rules")]
    Endless,
}

/// Lives the day again under the rules that were in force. [`Outcome::is_same_day`] with
/// [`Recorded::outcome`] says whether the same happened, to the bit: it does, unless the log was made by
/// another version of the core or the process was too loaded to fire its clocks in order.
///
/// # Errors
/// Never for a recording that is whole; a restart within the day is as good as none.
pub fn rerun_unchanged<S: Sink>(recorded: &Recorded, sink: &mut S) -> Result<Outcome, RerunError> {
    run(recorded, None, sink)
}

/// Lives the day again under other rules.
///
/// # Errors
/// When the day cannot be lived under them.
pub fn rerun(recorded: &Recorded, change: &Change) -> Result<Outcome, RerunError> {
    rerun_into(recorded, change, &mut Nothing)
}

/// As [`rerun`], and tells `sink` everything.
///
/// # Errors
/// When the day cannot be lived under the rules.
pub fn rerun_into<S: Sink>(
    recorded: &Recorded,
    change: &Change,
    sink: &mut S,
) -> Result<Outcome, RerunError> {
    fits(recorded, change)?;
    run(recorded, Some(change), sink)
}

fn fits(recorded: &Recorded, change: &Change) -> Result<(), RerunError> {
    let n_queues = change.tables.n_queues();
    let n_classes = change.tables.rules().classes.len();
    let wanted = |wanted: &Wanted| {
        let queue = change.queue(wanted.queue);
        let rule = change.tables.rules().queues.get(queue.idx());
        if rule.is_none_or(|rule| rule.experts) {
            return Err(RerunError::Queue(queue));
        }
        match wanted.class {
            Class::Fixed(class) if usize::from(class) >= n_classes => Err(RerunError::Class(class)),
            Class::Fixed(_) | Class::OfQueue => Ok(()),
        }
    };
    for person in &recorded.people {
        person.wanted.iter().try_for_each(wanted)?;
    }
    for step in &recorded.steps {
        if let Act::Enqueue(asked) = &step.act {
            wanted(asked)?;
        } else if let Act::Transfer(queue) | Act::Consult(queue) = step.act {
            let queue = change.queue(queue);
            if queue.idx() >= n_queues {
                return Err(RerunError::Queue(queue));
            }
        }
    }
    for scripted in &recorded.script {
        if let Outside::SignIn(adviser, _) = scripted.act
            && adviser.idx() >= change.tables.n_advisers()
        {
            return Err(RerunError::Adviser(adviser));
        }
    }
    Ok(())
}

fn run<S: Sink>(
    recorded: &Recorded,
    change: Option<&Change>,
    sink: &mut S,
) -> Result<Outcome, RerunError> {
    let mut state = match change {
        None => recorded.start.clone(),
        Some(change) => State::restore(Arc::clone(&change.tables), &recorded.start.snapshot())
            .map_err(RerunError::Start)?,
    };
    let mut fold = Fold::new(&state, recorded.from);
    let mut world = World::new(recorded, change, &state);
    let mut now = recorded.from;
    let mut left = 10_000 + 40 * (recorded.steps.len() + recorded.script.len());
    while let Some((at, what)) = world.next(&state, now) {
        now = at;
        left = left.checked_sub(1).ok_or(RerunError::Endless)?;
        let command = match what {
            Next::Tick => Some(Command::Tick),
            Next::Due(due) => world.command(&due, state.next_contact()),
            // The rules that are tried hold all day.
            Next::Outside(Outside::Publish(_)) if change.is_some() => None,
            Next::Outside(Outside::Publish(place)) => {
                let (version, tables) = &recorded.published[place as usize];
                state = State::restore(Arc::clone(tables), &state.snapshot())
                    .map_err(RerunError::Start)?;
                world.widen(&state);
                fold.widen(at, state.n_advisers());
                Some(Command::Publish { version: *version })
            }
            Next::Outside(outside) => world.outside(outside, state.next_contact(), at),
        };
        let Some(command) = command else { continue };
        let command = if let Command::Enqueue { contact, queue, .. } = command
            && change.is_some_and(|change| change.is_closed(queue, at))
        {
            let reason = CloseReason::ClosedHours;
            Command::Close { contact, reason }
        } else {
            command
        };
        sink.command(at, &command);
        let mut out = Both {
            at,
            world: &mut world,
            fold: &mut fold,
            sink,
        };
        let done = state.handle(&command, at, &mut out);
        world.done(&command, done, at);
        fold.after(at, &state);
        sink.after(at, &state);
    }
    Ok(fold.finish(recorded.end, &state))
}

struct Both<'a, 'r, S> {
    at: Timestamp,
    world: &'a mut World<'r>,
    fold: &'a mut Fold,
    sink: &'a mut S,
}

impl<S: Sink> Output for Both<'_, '_, S> {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.world.observe(self.at, event);
        self.fold.event(self.at, event);
        self.sink.event(self.at, event);
    }

    fn effect(&mut self, _effect: Effect) {}
}

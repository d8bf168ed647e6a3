//! A state that is known to be right, and what has happened since: what the desk goes back to when the
//! core breaks on a command. One command is then refused, and the lines stay open.

use linje_event::Event;
use linje_routing::State;
use linje_types::Timestamp;

use crate::batch::Record;

/// Records after which a new copy of the state is taken.
const FRESH: usize = 4_096;

/// The state at some record, and the records since.
pub(crate) struct Anchor {
    state: State,
    since: Vec<(Timestamp, Event)>,
    /// How many records of the open batch are in `state` already.
    skip: usize,
}

impl Anchor {
    /// At `state`, which has taken `n_open` records of the open batch.
    pub(crate) fn at(state: &State, n_open: usize) -> Anchor {
        Anchor {
            state: state.clone(),
            since: Vec::new(),
            skip: n_open,
        }
    }

    /// The open batch is full and goes to the store; `state` has taken all of it.
    pub(crate) fn sent(&mut self, records: &[Record], state: &State) {
        let new = records.get(self.skip..).unwrap_or_default();
        self.since
            .extend(new.iter().map(|record| (record.at, record.event)));
        self.skip = 0;
        if self.since.len() >= FRESH {
            *self = Anchor::at(state, 0);
        }
    }

    /// The state as it was after the records `open` of the open batch.
    pub(crate) fn state(&self, open: &[Record]) -> State {
        let mut state = self.state.clone();
        let open = open.get(self.skip..).unwrap_or_default();
        let open = open.iter().map(|record| (record.at, record.event));
        for (at, event) in self.since.iter().copied().chain(open) {
            state.apply(&event, at);
        }
        state
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it fails")]
mod tests {
    use std::sync::Arc;

    use linje_event::{Command, Entry, Needs, Rejection};
    use linje_routing::{QueueRule, Rules, Tables};
    use linje_types::{Channel, ContactId, Language, Origin, QueueId, SECOND_US, TopicId};

    use super::*;
    use crate::{Desk, Input, Output, Recovered, Refusal, Submit};

    const NOW: Timestamp = Timestamp(1_000 * SECOND_US);

    fn desk() -> Desk {
        let mut rules = Rules::empty();
        rules.queues.push(QueueRule {
            max_waiting: 10,
            ..QueueRule::default()
        });
        let tables = Arc::new(Tables::new(&rules).unwrap());
        let mut desk = Desk::new(Recovered::nothing(), Arc::clone(&tables));
        let publish = Input::Publish {
            token: 0,
            tables,
            version: 1,
        };
        step(&mut desk, publish, NOW);
        desk
    }

    /// One input, and the commits that it asks for.
    fn step(desk: &mut Desk, input: Input, now: Timestamp) -> Vec<Output> {
        let (mut all, mut inputs) = (Vec::new(), vec![input]);
        while let Some(input) = inputs.pop() {
            let mut out = Vec::new();
            desk.step(input, now, &mut out);
            inputs.extend(out.iter().filter_map(|output| {
                let Output::Append(batch) = output else {
                    return None;
                };
                Some(Input::Committed {
                    seq: batch.last_seq(),
                })
            }));
            all.extend(out);
        }
        all
    }

    fn arrive(channel: Channel) -> Command {
        Command::Arrive {
            contact: ContactId::NONE,
            channel,
            topic: TopicId::NONE,
            origin: Origin::Live,
            language: Language::Nb,
            entry: Entry::Queue {
                queue: QueueId(0),
                class: 0,
                place: Timestamp::NEVER,
                needs: Needs::NONE,
            },
        }
    }

    fn submit(desk: &mut Desk, command: Command) -> Vec<Output> {
        step(desk, Input::Submit(Submit::new(7, command)), NOW)
    }

    fn accepted(out: &[Output]) -> Option<Result<(), Refusal>> {
        out.iter().find_map(|output| {
            let Output::Reply { token: 7, result } = output else {
                return None;
            };
            Some((*result).map(|_| ()))
        })
    }

    #[test]
    fn a_command_that_breaks_the_core_is_undone_and_the_service_goes_on() {
        let mut desk = desk();
        assert_eq!(
            accepted(&submit(&mut desk, arrive(Channel::Chat))),
            Some(Ok(()))
        );
        let (hash, committed) = (desk.state().hash(), desk.committed());

        desk.breaks_on = Some(|command| matches!(command, Command::Arrive { .. }));
        let out = submit(&mut desk, arrive(Channel::Voice));
        let broken = Err(Refusal::Rejected(Rejection::Broken));
        assert_eq!(accepted(&out), Some(broken));
        let told = out.iter().find_map(|output| {
            let Output::Broken { state_hash, .. } = output else {
                return None;
            };
            Some(*state_hash)
        });
        assert_eq!(told, Some(hash));
        assert_eq!((desk.state().hash(), desk.committed()), (hash, committed));

        desk.breaks_on = None;
        assert_eq!(
            accepted(&submit(&mut desk, arrive(Channel::Voice))),
            Some(Ok(()))
        );
        assert_eq!(desk.state().n_open(), 2);
        assert_eq!(desk.state().check(), Ok(()));
    }

    #[test]
    fn a_timer_that_breaks_the_core_is_tried_again_later() {
        let mut desk = desk();
        submit(&mut desk, arrive(Channel::Chat));
        let due = desk.deadline();
        assert_ne!(due, Timestamp::NEVER);
        desk.breaks_on = Some(|command| *command == Command::Tick);
        step(&mut desk, Input::Tick, due);
        assert_eq!(desk.deadline(), due.plus_us(SECOND_US));
        desk.breaks_on = None;
        let again = desk.deadline();
        step(&mut desk, Input::Tick, again);
        assert!(desk.deadline() > due.plus_us(SECOND_US));
    }

    #[test]
    fn the_state_is_found_again_at_any_record_of_the_open_batch() {
        let mut desk = desk();
        let mut hashes = Vec::new();
        // The first is in flight, the others wait in the open batch.
        let mut out = Vec::new();
        for _ in 0..4 {
            let input = Input::Submit(Submit::new(7, arrive(Channel::Chat)));
            desk.step(input, NOW, &mut out);
            hashes.push(desk.state().hash());
        }
        desk.breaks_on = Some(|_| true);
        desk.step(
            Input::Submit(Submit::new(7, arrive(Channel::Chat))),
            NOW,
            &mut out,
        );
        assert_eq!(desk.state().hash(), hashes[3]);
    }
}

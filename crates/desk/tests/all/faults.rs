//! Random days with a store that fails, delays, loses replies, and a process that dies: nothing that
//! was acknowledged is lost or doubled, and replay gives the live state (G1, S11, S15, S16).

use std::collections::BTreeMap;

use crate::world::{World, arrive, arrive_at, enqueue, sign_in};
use linje_desk::{CallerKey, Input, Refusal, StoreFault, Submit};
use linje_event::{Command, Entry, Event};
use linje_routing::ContactState;
use linje_types::{Activity, AdviserId, Channel, ContactId, QueueId};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Op {
    Arrive { channel: u8, queue: u16, caller: u8 },
    Repeat(usize),
    Menu(u8),
    Enqueue(usize, u16),
    Leave(usize),
    Lose(usize),
    SignIn(u32, u8),
    Accept(u32),
    End(u32),
    Advance(i64),
    Commit,
    Fail { landed: bool },
    Crash { landed: bool },
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..4_u8, 0..4_u16, 0..4_u8)
            .prop_map(|(channel, queue, caller)| Op::Arrive { channel, queue, caller }),
        2 => any::<usize>().prop_map(Op::Repeat),
        1 => (0..4_u8).prop_map(Op::Menu),
        1 => (any::<usize>(), 0..4_u16).prop_map(|(nth, queue)| Op::Enqueue(nth, queue)),
        1 => any::<usize>().prop_map(Op::Leave),
        1 => any::<usize>().prop_map(Op::Lose),
        2 => (0..4_u32, 0..4_u8).prop_map(|(adviser, activity)| Op::SignIn(adviser, activity)),
        2 => (0..4_u32).prop_map(Op::Accept),
        1 => (0..4_u32).prop_map(Op::End),
        2 => (0..40_000_000_i64).prop_map(Op::Advance),
        8 => Just(Op::Commit),
        2 => any::<bool>().prop_map(|landed| Op::Fail { landed }),
        1 => any::<bool>().prop_map(|landed| Op::Crash { landed }),
    ]
}

/// What the clients know: every command they sent with an id, and the answer they saw.
#[derive(Default)]
struct Ledger {
    sent: Vec<Submit>,
    tokens: BTreeMap<u64, u128>,
}

impl Ledger {
    fn send(&mut self, world: &mut World, submit: Submit) {
        if let Some(id) = submit.id {
            self.tokens.insert(world.tokens + 1, id);
        }
        world.send(submit);
    }

    fn new_command(&mut self, world: &mut World, command: Command, caller: u8) {
        let mut submit = Submit::new(0, command).with_id(self.sent.len() as u128 + 1);
        submit.caller = (caller > 0).then_some(CallerKey([caller; 32]));
        self.sent.push(submit.clone());
        self.send(world, submit);
    }

    /// All answers to one id are the same, and what was acknowledged is there exactly once.
    fn check(&self, world: &World) {
        let mut first = BTreeMap::new();
        for (token, id) in &self.tokens {
            let Some(result) = world.replies.get(token) else {
                continue;
            };
            match result {
                Ok(_) | Err(Refusal::Rejected(_)) => {
                    assert_eq!(first.entry(*id).or_insert(*result), result, "id {id}");
                }
                Err(Refusal::StoreDown { .. } | Refusal::Overloaded) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        for (id, result) in first {
            let Ok(accepted) = result else { continue };
            let contact = accepted.contact.unwrap();
            let made: Vec<ContactId> = arrivals(world, id);
            assert_eq!(made, [contact], "acknowledged once, there once");
        }
    }
}

fn arrivals(world: &World, id: u128) -> Vec<ContactId> {
    let records = world.log.records.iter();
    records
        .filter(|record| record.command_id == Some(id))
        .filter(|record| matches!(record.event, Event::ContactArrived { .. }))
        .filter_map(|record| record.event.contact())
        .collect()
}

fn nth_open(world: &World, nth: usize) -> Option<ContactId> {
    let open: Vec<ContactId> = world.desk.state().contacts().map(|view| view.id).collect();
    open.get(nth.checked_rem(open.len())?).copied()
}

fn run(world: &mut World, ledger: &mut Ledger, op: &Op) {
    let activities = [
        Activity::Phone,
        Activity::Chat,
        Activity::Written,
        Activity::Tasks,
    ];
    match *op {
        Op::Arrive {
            channel,
            queue,
            caller,
        } => {
            let channel = Channel::ALL[channel as usize];
            let caller = if channel == Channel::Voice { caller } else { 0 };
            ledger.new_command(world, arrive(channel, QueueId(queue)), caller);
        }
        Op::Repeat(nth) => {
            if let Some(at) = nth.checked_rem(ledger.sent.len()) {
                let submit = ledger.sent[at].clone();
                ledger.send(world, submit);
            }
        }
        Op::Menu(caller) => {
            ledger.new_command(world, arrive_at(Channel::Voice, Entry::Menu), caller);
        }
        Op::Enqueue(nth, queue) => {
            if let Some(contact) = nth_open(world, nth) {
                world.submit(enqueue(contact, QueueId(queue)));
            }
        }
        Op::Leave(nth) => {
            if let Some(contact) = nth_open(world, nth) {
                world.submit(Command::Leave { contact });
            }
        }
        Op::Lose(nth) => {
            if let Some(contact) = nth_open(world, nth) {
                world.submit(Command::Lose { contact });
            }
        }
        Op::SignIn(adviser, activity) => {
            let activity = activities[activity as usize];
            world.submit(sign_in(adviser, activity));
            let adviser = AdviserId(adviser);
            world.submit(Command::RegainPresence { adviser });
            world.submit(Command::Choose { adviser, activity });
        }
        Op::Accept(adviser) => {
            let adviser = AdviserId(adviser);
            let offer = world
                .desk
                .state()
                .contacts()
                .find(|view| view.adviser == adviser && view.offer.is_some());
            if let Some(offer) = offer.and_then(|view| view.offer) {
                world.submit(Command::Accept { offer, adviser });
            }
        }
        Op::End(adviser) => {
            let adviser = AdviserId(adviser);
            if let Some(contact) = world.desk.state().contacts_of(adviser).first().copied() {
                world.submit(Command::End { contact, adviser });
            }
        }
        Op::Advance(us) => {
            world.now = world.now.plus_us(us);
            world.step(Input::Tick);
        }
        Op::Commit => world.commit(),
        Op::Fail { landed } => world.fail(StoreFault::Unavailable, landed),
        Op::Crash { landed } => world.crash(landed),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_acknowledged_is_lost_or_doubled(ops in prop::collection::vec(op(), 1..150)) {
        let mut world = World::new();
        let mut ledger = Ledger::default();
        for op in &ops {
            run(&mut world, &mut ledger, op);
        }
        world.settle();
        ledger.check(&world);
        // Everybody who saw no answer asks again: then each is there exactly once.
        for submit in ledger.sent.clone() {
            ledger.send(&mut world, submit);
            world.settle();
        }
        ledger.check(&world);
        for submit in &ledger.sent {
            let id = submit.id.unwrap();
            prop_assert!(arrivals(&world, id).len() == 1 || queue_is_wrong(&world, &ledger, id));
        }
        world.assert_replays();
    }

    #[test]
    fn every_call_that_dies_in_a_crash_is_closed_and_called_back(
        ops in prop::collection::vec(op(), 1..80),
        landed in any::<bool>(),
    ) {
        let mut world = World::new();
        let mut ledger = Ledger::default();
        for op in &ops {
            run(&mut world, &mut ledger, op);
        }
        world.crash(landed);
        let before = world.log.state(&world.tables).map_or_else(Vec::new, |(state, _)| calls(&state));
        let at = world.log.records.len();
        world.settle();
        for call in before {
            let view = world.desk.state().contact(call);
            prop_assert!(view.is_none_or(|view| view.state == ContactState::WrapUp));
        }
        let lost = world.log.records[at..].iter().filter(|record| matches!(
            record.event,
            Event::ContactClosed { reason: linje_event::CloseReason::Fault, .. }
        )).count();
        let callbacks = world.log.records[at..].iter().filter(|record| matches!(
            record.event,
            Event::ContactArrived { channel: Channel::Task, .. }
        )).count();
        prop_assert_eq!(lost, callbacks);
    }
}

fn calls(state: &linje_routing::State) -> Vec<ContactId> {
    state
        .contacts()
        .filter(|view| view.channel == Channel::Voice)
        .map(|view| view.id)
        .collect()
}

/// Whether the command was refused for good, by the core.
fn queue_is_wrong(world: &World, ledger: &Ledger, id: u128) -> bool {
    let tokens = ledger.tokens.iter().filter(|(_, of)| **of == id);
    tokens
        .filter_map(|(token, _)| world.replies.get(token))
        .any(|result| matches!(result, Err(Refusal::Rejected(_))))
}

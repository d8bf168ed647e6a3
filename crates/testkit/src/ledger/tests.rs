//! The ledger sees each kind of broken promise: events as a faulty engine would make them.

use linje_event::WhyRule;
use linje_routing::{AdviserRule, QueueRule};
use linje_types::{SECOND_US, TopicId, UnitId};

use super::*;

const QUEUE: QueueId = QueueId(0);
const OTHER_QUEUE: QueueId = QueueId(1);
const FIRST: ContactId = ContactId::new(0, 0);
const SECOND: ContactId = ContactId::new(1, 0);
const ANNE: AdviserId = AdviserId(0);
const BO: AdviserId = AdviserId(1);

#[test]
fn an_ordinary_call_breaks_nothing() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(1, FIRST, ANNE),
    ]);
    it.at(5).all(&[accepted(1, FIRST, ANNE)]).settles();
    it.at(60).all(&[ended(FIRST, ANNE, 90)]).settles();
    it.at(90)
        .all(&[closed(FIRST, CloseReason::Served)])
        .settles();
    let flow = it.ledger.flow(QUEUE);
    assert_eq!((flow.entered, flow.answered, flow.closed_after), (1, 1, 1));
}

#[test]
fn nothing_follows_a_close() {
    let mut it = house();
    it.all(&[
        arrived(FIRST),
        queued(FIRST),
        closed(FIRST, CloseReason::Abandoned),
    ]);
    it.breaks("S1", &closed(FIRST, CloseReason::Abandoned));
    it.breaks("S1", &queued(FIRST));
    it.breaks("S1", &arrived(FIRST));
}

#[test]
fn only_a_finished_conversation_is_closed_as_served() {
    let mut it = house();
    it.all(&[arrived(FIRST), queued(FIRST)]);
    it.breaks("S1", &closed(FIRST, CloseReason::Served));
}

#[test]
fn a_contact_that_goes_missing_is_missed() {
    let mut it = house();
    it.all(&[arrived(FIRST), queued(FIRST)]);
    it.ledger.open[0] = None;
    assert_eq!(it.unsettled(), Some("S2"));
    let mut it = house();
    it.all(&[arrived(FIRST), queued(FIRST)]);
    it.ledger.flows[QUEUE.idx()].entered = 2;
    assert_eq!(it.unsettled(), Some("S2"));
}

#[test]
fn a_contact_is_offered_to_one_at_a_time() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        signed_in(BO),
        arrived(FIRST),
        queued(FIRST),
    ]);
    it.all(&[made(1, FIRST, ANNE)]);
    it.breaks("S3", &made(2, FIRST, BO));
    it.breaks("S3", &accepted(1, FIRST, BO));
}

#[test]
fn nobody_gets_a_second_call() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(1, FIRST, ANNE),
    ]);
    it.all(&[arrived(SECOND), queued(SECOND)]);
    it.breaks("S5", &made(2, SECOND, ANNE));
}

#[test]
fn wrap_up_counts_as_work() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(1, FIRST, ANNE),
    ]);
    it.all(&[accepted(1, FIRST, ANNE), ended(FIRST, ANNE, 30)]);
    it.all(&[arrived(SECOND), queued(SECOND)]);
    it.breaks("S5", &made(2, SECOND, ANNE));
}

#[test]
fn nobody_shortens_a_wrap_up() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(1, FIRST, ANNE),
    ]);
    it.all(&[accepted(1, FIRST, ANNE)]);
    it.breaks("S7", &ended(FIRST, ANNE, 29));
}

#[test]
fn whoever_pauses_is_gone_or_is_not_ready_gets_no_offer() {
    let mut it = house();
    it.all(&[arrived(FIRST), queued(FIRST)]);
    it.breaks("S7", &made(1, FIRST, ANNE));
    it.all(&[signed_in(ANNE), chosen(ANNE, Activity::Lunch)]);
    it.breaks("S7", &made(1, FIRST, ANNE));
    it.all(&[chosen(ANNE, Activity::Phone), lost(ANNE, 60)]);
    it.breaks("S6", &made(1, FIRST, ANNE));
    it.all(&[Event::PresenceRegained { adviser: ANNE }]);
    it.all(&[
        made(1, FIRST, ANNE),
        let_go(1, FIRST, ANNE, OfferOutcome::Declined, 0),
    ]);
    it.breaks("S6", &made(2, FIRST, ANNE));
    it.all(&[chosen(ANNE, Activity::Phone), made(2, FIRST, ANNE)])
        .settles();
}

#[test]
fn the_first_in_line_and_the_one_idle_longest_come_first() {
    let mut it = house();
    it.all(&[
        arrived(FIRST),
        queued(FIRST),
        arrived(SECOND),
        queued(SECOND),
        signed_in(ANNE),
    ]);
    it.breaks("S8", &made_by(WhyRule::FirstInLine, 1, SECOND, ANNE));
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        signed_in(BO),
        arrived(FIRST),
        queued(FIRST),
    ]);
    it.breaks("S8", &made(1, FIRST, BO));
    it.all(&[made(1, FIRST, ANNE)]).settles();
}

#[test]
fn who_let_it_go_is_not_asked_again_while_others_are_there() {
    let mut it = house();
    it.all(&[signed_in(ANNE), signed_in(BO), chosen(BO, Activity::Lunch)]);
    it.all(&[arrived(FIRST), queued(FIRST), made(1, FIRST, ANNE)]);
    it.breaks("S9", &let_go(1, FIRST, ANNE, OfferOutcome::Expired, 0));
    it.breaks("S9", &let_go(1, FIRST, ANNE, OfferOutcome::Expired, 31));
    it.all(&[let_go(1, FIRST, ANNE, OfferOutcome::Expired, 30)]);
    it.all(&[chosen(ANNE, Activity::Phone)]).settles();
    it.breaks("S9", &made(2, FIRST, ANNE));
    it.at(29).breaks("S9", &Event::BarEnded { contact: FIRST });
    it.at(30).all(&[Event::BarEnded { contact: FIRST }]);
    assert_eq!(it.unsettled(), Some("L1"));
    it.all(&[made(2, FIRST, ANNE)]).settles();
}

#[test]
fn when_the_citizen_leaves_the_contact_closes_at_once() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(1, FIRST, ANNE),
    ]);
    it.all(&[let_go(1, FIRST, ANNE, OfferOutcome::CitizenLeft, 0)]);
    assert_eq!(it.unsettled(), Some("S10"));
    it.breaks("S10", &made(2, FIRST, ANNE));
    it.all(&[closed(FIRST, CloseReason::Abandoned)]).settles();
}

#[test]
fn an_offer_is_answered_by_its_own_number_once() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(7, FIRST, ANNE),
    ]);
    it.breaks("S12", &accepted(6, FIRST, ANNE));
    it.all(&[
        let_go(7, FIRST, ANNE, OfferOutcome::Busy, 0),
        chosen(ANNE, Activity::Phone),
    ]);
    it.breaks("S12", &made(7, FIRST, ANNE));
}

#[test]
fn a_full_queue_refuses_and_only_a_full_one() {
    let mut it = house();
    it.all(&[arrived(FIRST), queued(FIRST), arrived(SECOND)]);
    it.breaks("S14", &closed(SECOND, CloseReason::QueueFull));
    let third = ContactId::new(2, 0);
    it.all(&[queued(SECOND), arrived(third)]);
    it.breaks("S14", &queued(third));
    it.all(&[closed(third, CloseReason::QueueFull)]).settles();
    assert_eq!(it.ledger.flow(QUEUE).refused, 1);
}

#[test]
fn time_does_not_run_backwards() {
    let mut it = house();
    it.at(10).all(&[arrived(FIRST)]);
    it.at(9).breaks("S17", &queued(FIRST));
}

#[test]
fn a_call_does_not_go_back_in_line_because_the_desk_is_gone() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(1, FIRST, ANNE),
    ]);
    it.all(&[accepted(1, FIRST, ANNE), lost(ANNE, 60)]);
    assert_eq!(it.ledger.next_deadline(), Timestamp::NEVER);
    let returned = Event::ContactReturned {
        contact: FIRST,
        adviser: ANNE,
    };
    it.at(60).breaks("S9", &returned);
}

#[test]
fn a_transfer_leaves_one_queue_and_enters_another() {
    let mut it = house();
    it.all(&[
        signed_in(ANNE),
        arrived(FIRST),
        queued(FIRST),
        made(1, FIRST, ANNE),
    ]);
    it.all(&[accepted(1, FIRST, ANNE)]).at(60);
    it.all(&[transferred(FIRST, ANNE)]);
    it.breaks("S1", &transferred(FIRST, ANNE));
    it.all(&[chosen(ANNE, Activity::Lunch)]).settles();
    assert_eq!(it.ledger.flow(QUEUE).transferred_out, 1);
    assert_eq!(it.ledger.flow(OTHER_QUEUE).transferred_in, 1);
}

struct House {
    ledger: Ledger,
    now: Timestamp,
}

/// Two queues of at most two, two advisers who can everything, calls that fill the hands.
fn house() -> House {
    let queue = QueueRule {
        wrap_up_us: 30 * SECOND_US,
        ring_us: 20 * SECOND_US,
        max_waiting: 2,
        ..QueueRule::default()
    };
    let adviser = AdviserRule {
        unit: UnitId(0),
        skills: Vec::new(),
        origins: Origins::BOTH,
        groups: Vec::new(),
        clearance: linje_types::Clearance::NONE,
        channels: Channels(15),
    };
    let mut other = queue.clone();
    other.transfers = vec![QUEUE];
    let queue = QueueRule {
        transfers: vec![OTHER_QUEUE],
        ..queue
    };
    let rules = Rules {
        queues: vec![queue, other],
        advisers: vec![adviser; 2],
        ..Rules::empty()
    };
    House {
        ledger: Ledger::new(&rules),
        now: Timestamp::ZERO,
    }
}

impl House {
    fn at(&mut self, s: i64) -> &mut House {
        self.now = Timestamp::ZERO.plus_s(s);
        self
    }

    fn all(&mut self, events: &[Event]) -> &mut House {
        for event in events {
            self.ledger.take(self.now, event).unwrap();
        }
        self
    }

    fn settles(&self) {
        self.ledger.settled().unwrap();
    }

    fn unsettled(&self) -> Option<&'static str> {
        self.ledger
            .settled()
            .err()
            .map(|violation| violation.invariant)
    }

    /// Tried on a copy, so that more can be tried from the same moment.
    fn breaks(&mut self, invariant: &str, event: &Event) {
        let violation = self.ledger.clone().take(self.now, event).unwrap_err();
        assert_eq!(violation.invariant, invariant, "{violation}");
    }
}

fn arrived(contact: ContactId) -> Event {
    Event::ContactArrived {
        contact,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Live,
        language: Language::Nb,
        in_menu: true,
    }
}

fn queued(contact: ContactId) -> Event {
    Event::ContactQueued {
        contact,
        queue: QUEUE,
        topic: TopicId::NONE,
        language: Language::Nb,
        class: 0,
        enqueued: Timestamp::ZERO,
    }
}

fn made(number: u32, contact: ContactId, adviser: AdviserId) -> Event {
    made_by(WhyRule::IdleLongest, number, contact, adviser)
}

fn made_by(rule: WhyRule, number: u32, contact: ContactId, adviser: AdviserId) -> Event {
    Event::OfferMade {
        offer: OfferId::new(contact.slot(), number),
        contact,
        adviser,
        expires: Timestamp::ZERO.plus_s(20),
        why: Why {
            rule,
            ring: 0,
            class: 0,
            barred: false,
            able: 1,
            idle_ms: 0,
            runner_up: AdviserId::NONE,
            runner_up_idle_ms: 0,
            waited_ms: 0,
        },
    }
}

fn accepted(number: u32, contact: ContactId, adviser: AdviserId) -> Event {
    Event::OfferAccepted {
        offer: OfferId::new(contact.slot(), number),
        contact,
        adviser,
    }
}

/// `barred_s` = 0 means: may be asked again at once.
fn let_go(
    number: u32,
    contact: ContactId,
    adviser: AdviserId,
    outcome: OfferOutcome,
    barred_s: i64,
) -> Event {
    Event::OfferEnded {
        offer: OfferId::new(contact.slot(), number),
        contact,
        adviser,
        outcome,
        barred_until: Timestamp::ZERO.plus_s(barred_s),
    }
}

fn ended(contact: ContactId, adviser: AdviserId, until_s: i64) -> Event {
    Event::ContactEnded {
        contact,
        adviser,
        by: linje_event::By::Citizen,
        wrap_up_until: Timestamp::ZERO.plus_s(until_s),
    }
}

fn transferred(contact: ContactId, adviser: AdviserId) -> Event {
    Event::ContactTransferred {
        contact,
        adviser,
        from: QUEUE,
        queue: OTHER_QUEUE,
        class: 0,
        barred_until: Timestamp::ZERO.plus_s(60 + 30),
    }
}

fn closed(contact: ContactId, reason: CloseReason) -> Event {
    Event::ContactClosed {
        contact,
        adviser: AdviserId::NONE,
        queue: QUEUE,
        reason,
    }
}

fn signed_in(adviser: AdviserId) -> Event {
    Event::AdviserSignedIn {
        adviser,
        activity: Activity::Phone,
    }
}

fn chosen(adviser: AdviserId, activity: Activity) -> Event {
    Event::ActivityChosen { adviser, activity }
}

fn lost(adviser: AdviserId, until_s: i64) -> Event {
    Event::PresenceLost {
        adviser,
        return_at: Timestamp::ZERO.plus_s(until_s),
    }
}

//! What one who comes to a queue, or waits in it, may expect; from the state, the day and the promises so far.

use linje_centre::{Centre, Queue};
use linje_event::Event;
use linje_measures::{Accuracy, Expected, LineNow, Promise, Usual};
use linje_routing::{AdviserState, AdviserView};
use linje_types::{AdviserId, Channel, Channels, ContactId, Origin, QueueId, SECOND_US, Timestamp};

use super::View;

/// A conversation when nothing has ended today and the description says nothing, seconds.
const USUAL_TALK_S: u32 = 300;

/// The channels that an adviser takes contacts from, beside the activity too.
pub(crate) fn takes(who: &AdviserView) -> Channels {
    let own = Channels::of(who.activity);
    if own == Channels::NONE {
        own
    } else {
        Channels(own.0 | who.also.0)
    }
}

/// Counts an adviser who has what a queue needs into its line. Who is away, did not answer an offer, or takes
/// nothing of the channel now is not at work for it.
pub(crate) fn count(line: &mut LineNow, who: &AdviserView, channel: Channel) {
    if !who.signed_in || !takes(who).has(channel) {
        return;
    }
    match who.state {
        AdviserState::Ready => {
            line.ready += 1;
            line.at_work += 1;
        }
        AdviserState::Offered | AdviserState::Busy | AdviserState::WrapUp => {
            // Who has room for one more beside what they do is ready too.
            line.ready += u32::from(who.free);
            line.at_work += 1;
        }
        AdviserState::Away | AdviserState::NotReady | AdviserState::SignedOut => {}
    }
}

impl View {
    /// Learns from the description how long it usually takes to help, for the time until something has ended today.
    pub(crate) fn learn_usual(&mut self, centre: &Centre) {
        let usual = |(queue, _): (QueueId, &Queue)| {
            let mut arrivals = centre.population.arrivals.iter();
            let known = arrivals.find(|arrivals| arrivals.queue == queue);
            let (talk_s, wrap_up_s) = known.map_or((USUAL_TALK_S, 0), |known| {
                (known.handling_s, known.wrap_up_s)
            });
            Usual {
                talk_us: i64::from(talk_s) * SECOND_US,
                wrap_up_us: i64::from(wrap_up_s) * SECOND_US,
            }
        };
        self.last_count.forget();
        self.usual = (0..).map(QueueId).zip(&centre.queues).map(usual).collect();
    }

    /// The line of a queue, with nobody counted who serves it yet, and `ahead` before one who comes.
    pub(crate) fn empty_line(&self, queue: QueueId, ahead: u32) -> LineNow {
        let usual = self.usual.get(queue.idx()).copied().unwrap_or_default();
        LineNow {
            ahead,
            handle_us: self.day.handle_us(queue, usual),
            ..LineNow::default()
        }
    }

    /// Who serves a queue now, for somebody of this origin, or of any; and `ahead` before them.
    fn line(
        &self,
        queue: QueueId,
        channel: Channel,
        origin: Option<Origin>,
        ahead: u32,
    ) -> LineNow {
        let mut line = self.empty_line(queue, ahead);
        let everybody = (0..).map(AdviserId);
        for who in everybody.map_while(|adviser| self.state.adviser(adviser)) {
            let meets = origin.is_none_or(|origin| who.origins.has(origin));
            if meets && self.state.serves(who.id, queue, channel) {
                count(&mut line, &who, channel);
            }
        }
        line
    }

    /// What one who comes to `queue` now may expect.
    #[must_use]
    pub fn expected(&self, queue: QueueId, channel: Channel, origin: Option<Origin>) -> Expected {
        let line = self.line(queue, channel, origin, self.state.waiting(queue));
        self.told(queue, line)
    }

    /// What one is told who meets this line: the model's figures as they have turned out to hold.
    pub(crate) fn told(&self, queue: QueueId, line: LineNow) -> Expected {
        self.promises.correct(queue, self.day.expected(queue, line))
    }

    /// Advisers able to serve a queue who could take a contact of it at once.
    #[must_use]
    pub fn free_for(&self, queue: QueueId, channel: Channel) -> u32 {
        self.line(queue, channel, None, 0).ready
    }

    /// What a contact that waits may expect from now on; None when it does not wait in line.
    #[must_use]
    pub fn expected_of(&self, contact: ContactId) -> Option<Expected> {
        let position = self.state.position(contact)?;
        let entry = self.contacts.get(contact)?;
        let ahead = position.saturating_sub(1);
        let line = self.line(entry.queue, entry.channel, Some(entry.origin), ahead);
        Some(self.told(entry.queue, line))
    }

    /// What a contact was told when it came to its queue.
    #[must_use]
    pub fn promise(&self, contact: ContactId) -> Option<Promise> {
        self.promises.of(contact)
    }

    /// How good the expectations of a queue were, of late and since the start of the service.
    #[must_use]
    pub fn accuracy(&self, queue: QueueId) -> Accuracy {
        self.promises.accuracy(queue)
    }

    /// Before an event is applied: whoever comes to a queue is told what to expect.
    pub(super) fn promise_to(&mut self, at: Timestamp, event: &Event) {
        if let Event::ContactQueued { contact, queue, .. } = *event
            && let Some(entry) = self.contacts.get(contact)
            && Channels::LIVE.has(entry.channel)
        {
            let (channel, origin) = (entry.channel, entry.origin);
            self.day.advance(at);
            let expected = self.expected(queue, channel, Some(origin));
            if let Some(wait) = expected.wait {
                let basis = expected.basis;
                let promise = Promise {
                    queue,
                    at,
                    wait,
                    basis,
                };
                self.promises.tell(contact, promise);
            }
        }
        self.promises.fold(at, event);
    }
}

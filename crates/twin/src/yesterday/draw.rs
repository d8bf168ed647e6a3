//! What was never seen, drawn from what the same day showed of others: by the number of the contact.

use linje_types::{Channel, QueueId};

use super::script::{Kind, NONE, Over, Person, Phase};
use crate::random::{Purpose, Streams};

/// Examples below which a queue is taken together with its channel.
const LEAST: usize = 10;

/// Phases of one kind to draw from, by queue, by channel, and all.
#[derive(Debug, Clone, Default)]
struct Pool {
    queues: Vec<Vec<u32>>,
    channels: [Vec<u32>; 4],
    all: Vec<u32>,
}

impl Pool {
    fn add(&mut self, phase: u32, queue: QueueId, channel: Channel) {
        if let Some(of_queue) = self.queues.get_mut(queue.idx()) {
            of_queue.push(phase);
        }
        self.channels[channel as usize].push(phase);
        self.all.push(phase);
    }

    fn draw(&self, queue: QueueId, channel: Channel, unit: f64) -> Option<u32> {
        let of_queue = self.queues.get(queue.idx()).map_or(&[][..], Vec::as_slice);
        let from = if of_queue.len() >= LEAST {
            of_queue
        } else if self.channels[channel as usize].is_empty() {
            &self.all
        } else {
            &self.channels[channel as usize]
        };
        pick(from, unit)
    }
}

fn pick<T: Copy>(from: &[T], unit: f64) -> Option<T> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list, below its length"
    )]
    let place = (unit * from.len() as f64) as usize;
    from.get(place).or_else(|| from.last()).copied()
}

/// Talks, reactions to offers, wrap-ups and returns of the day.
#[derive(Debug, Clone)]
pub(super) struct Pools {
    streams: Streams,
    offers: Pool,
    talks: Pool,
    wrap_ups: Pool,
    dials: Pool,
    /// Microseconds from letting an offer go to being ready again.
    returns: Vec<i64>,
}

impl Pools {
    pub(super) fn of(
        seed: u64,
        n_queues: usize,
        people: &[Person],
        phases: &[Phase],
        returns: Vec<i64>,
    ) -> Pools {
        let empty = || Pool {
            queues: vec![Vec::new(); n_queues],
            ..Pool::default()
        };
        let mut pools = Pools {
            streams: Streams::new(seed),
            offers: empty(),
            talks: empty(),
            wrap_ups: empty(),
            dials: empty(),
            returns,
        };
        for (number, phase) in (0..).zip(phases) {
            let seen = !phase.before && !matches!(phase.over, Over::Cut(_));
            let pool = match phase.kind {
                Kind::Offer => &mut pools.offers,
                Kind::Talk => &mut pools.talks,
                Kind::WrapUp => &mut pools.wrap_ups,
                Kind::Dial => &mut pools.dials,
                Kind::Menu | Kind::Wait => continue,
            };
            if seen {
                let channel = people[phase.person as usize].channel;
                pool.add(number, phase.queue, channel);
            }
        }
        pools
    }

    /// Uniform in 0..1, for the `nth` phase of a kind of a contact.
    pub(super) fn unit(&self, purpose: Purpose, person: u32, nth: u32) -> f64 {
        let number = u64::from(nth) << 32 | u64::from(person);
        self.streams.unit(purpose, number)
    }

    /// A phase of `kind` that somebody else had in the queue, or `NONE`.
    pub(super) fn phase(
        &self,
        kind: Kind,
        (queue, channel): (QueueId, Channel),
        person: u32,
        nth: u32,
    ) -> u32 {
        let (pool, purpose) = match kind {
            Kind::Offer => (&self.offers, Purpose::Answer),
            Kind::Talk => (&self.talks, Purpose::Talk),
            Kind::WrapUp => (&self.wrap_ups, Purpose::WrapUp),
            Kind::Dial => (&self.dials, Purpose::AnswerDelay),
            Kind::Menu | Kind::Wait => return NONE,
        };
        let unit = self.unit(purpose, person, nth);
        pool.draw(queue, channel, unit).unwrap_or(NONE)
    }

    /// How long after letting an offer go somebody is ready again; `None` when nobody was that day.
    pub(super) fn returns(&self, person: u32, nth: u32) -> Option<i64> {
        pick(&self.returns, self.unit(Purpose::Return, person, nth))
    }
}

//! Drives the population by the scenario clock: what is due goes to the desk, what the log says comes back.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use linje_desk::{Batch, Submit};
use linje_http::Clock;
use linje_twin::{Ask, Population};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::desk_shell::DeskHandle;

/// Commands that may be under way at once; the rest waits for its turn, as people in a doorway do.
const UNDER_WAY: usize = 256;

/// Lets the population live until the desk is gone. `feed` must begin where `population` knows the log to be.
/// `again` makes the population anew from the state when the feed was lost for a while.
pub(crate) async fn run(
    mut population: Population,
    desk: DeskHandle,
    mut feed: broadcast::Receiver<Arc<Batch>>,
    clock: Clock,
    again: impl Fn() -> Option<Population>,
) {
    let mut under_way = FuturesUnordered::new();
    let mut asks: Vec<Ask> = Vec::new();
    loop {
        let now = clock.now();
        if under_way.len() < UNDER_WAY {
            population.due(now, &mut asks);
        }
        for ask in asks.drain(..) {
            let answer = desk.submit(Submit::new(0, ask.command));
            under_way.push(async move { (ask, answer.await) });
        }
        let due = if under_way.len() < UNDER_WAY {
            clock.until(population.next_due())
        } else {
            std::time::Duration::MAX
        };
        tokio::select! {
            biased;
            batch = feed.recv() => match batch {
                Ok(batch) => {
                    for record in &batch.records {
                        population.observe(record.at, &record.event);
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    tracing::warn!("the population lost sight of the log and looks anew");
                    if let Some(fresh) = again() {
                        population = fresh;
                    }
                }
                Err(RecvError::Closed) => return,
            },
            Some((ask, answer)) = under_way.next(), if !under_way.is_empty() => {
                match (answer, ask.citizen) {
                    (Ok(accepted), Some(citizen)) => {
                        if let Some(contact) = accepted.contact {
                            population.arrived(citizen, contact, clock.now());
                        }
                    }
                    // A refusal by the core means that the world moved on; only a busy log is asked again.
                    (Ok(_) | Err(linje_desk::Refusal::Rejected(_)), _) => {}
                    (Err(_), _) => population.postponed(&ask, clock.now()),
                }
            }
            () = tokio::time::sleep(due) => {}
        }
    }
}

//! What the service does by itself beside the desk: looks at the invariants of the state, tells the core the
//! expected waits that its rules look at, and ends requests whose time is over.
//!
//! Off the hot path: each look works on a copy, and what is told is bounded in rate.

use std::time::Duration;

use linje_types::{HOUR_US, QueueId, SECOND_US, Timestamp};

use crate::api::Api;
use crate::metrics::Metric;
use crate::route::requests;
use crate::traffic::expected_s;

/// How often the invariants are looked at.
const LOOK: Duration = Duration::from_secs(10);
/// How often expected waits are compared, seconds of the scenario; a queue is told of once in each at most.
const COMPARE_S: i64 = 10;
/// Never oftener than this, however fast the scenario runs.
const COMPARE_LEAST: Duration = Duration::from_secs(1);
/// Requests are not looked at oftener than this.
const REQUESTS_LEAST: Duration = Duration::from_millis(200);
/// What is told of a queue that nobody serves: longer than any rule waits for.
const NOBODY_US: i64 = 24 * HOUR_US;
/// A change of the expected wait that is told.
const CHANGE_US: i64 = 15 * SECOND_US;

/// What the invariants said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    /// When.
    pub(crate) at: Timestamp,
    /// The record that the state stood at.
    pub(crate) seq: u64,
    /// What does not hold; never about a person.
    pub(crate) broken: Option<String>,
    /// How often they have been looked at.
    pub(crate) checks: u64,
}

/// Runs for as long as the service does.
pub(crate) async fn run(api: Api) {
    tokio::join!(look(&api), tell(&api), end_requests(&api));
}

async fn look(api: &Api) {
    let mut checks = 0;
    loop {
        let (at, seq, state) = api
            .shared
            .read(|view| (view.at, view.seq, view.state.clone()));
        let broken = tokio::task::spawn_blocking(move || state.check().err()).await;
        checks += 1;
        let broken = broken.unwrap_or_else(|_| Some(String::from("the check broke")));
        if let Some(broken) = &broken {
            tracing::error!(seq, broken, "an invariant of the state does not hold");
        }
        api.metrics.count(Metric::InvariantsChecked);
        let metric = u64::from(broken.is_some());
        api.metrics.set(Metric::InvariantsBroken, metric);
        api.note_checked(Checked {
            at,
            seq,
            broken,
            checks,
        });
        tokio::time::sleep(LOOK).await;
    }
}

/// Tells the core the expected wait of the queues whose rule looks at it, when it has changed.
async fn tell(api: &Api) {
    loop {
        let next = api.now().plus_s(COMPARE_S);
        tokio::time::sleep(api.clock.until(next).max(COMPARE_LEAST)).await;
        for (queue, wait_us) in changed(api) {
            let command = linje_event::Command::Expect { queue, wait_us };
            if let Err(refusal) = api.command_unnamed(command).await {
                tracing::debug!(?refusal, "the core was not told an expected wait");
            }
        }
    }
}

/// Ends requests that nobody answered in time.
async fn end_requests(api: &Api) {
    loop {
        let (late, next) = requests::late(api);
        for request in late {
            let command = linje_event::Command::CloseRequest { request };
            if let Err(refusal) = api.command_unnamed(command).await {
                tracing::debug!(?refusal, "a request that was over was not ended");
            }
        }
        let rest = api.clock.until(next).clamp(REQUESTS_LEAST, LOOK);
        tokio::time::sleep(rest).await;
    }
}

fn changed(api: &Api) -> Vec<(QueueId, i64)> {
    api.shared.read(|view| {
        let rules = view.state.tables().rules();
        let queues = (0..).map(QueueId).zip(&rules.queues);
        let looked_at = queues.filter(|(_, rule)| {
            let overflow = rule.overflow;
            overflow.is_some_and(|overflow| overflow.expected_us.is_some())
        });
        looked_at
            .map(|(queue, _)| {
                let wait_s = expected_s(api, view, queue);
                let wait_us = wait_s.and_then(|s| i64::try_from(s).ok());
                (queue, wait_us.map_or(NOBODY_US, |s| s * SECOND_US))
            })
            .filter(|(queue, wait_us)| is_news(view.state.expected(*queue), *wait_us))
            .collect()
    })
}

/// Whether a wait differs so much from the one that was told that the core should know: by 15 seconds, or by
/// a fifth of a wait that is longer than that.
fn is_news(told_us: i64, wait_us: i64) -> bool {
    let change = (wait_us - told_us).abs();
    let fifth = told_us.min(wait_us) > CHANGE_US && change * 5 > told_us;
    change > CHANGE_US || fifth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_changes_are_not_told() {
        let s = SECOND_US;
        assert!(!is_news(0, 10 * s));
        assert!(is_news(0, 16 * s));
        assert!(!is_news(100 * s, 110 * s));
        assert!(is_news(40 * s, 50 * s));
        assert!(is_news(100 * s, 80 * s));
        assert!(!is_news(2 * s, 4 * s));
    }
}

//! What those who wait are told: their place and how long it will take.

use linje_centre::{PromptId, Waiting};

/// News of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) position: u32,
    pub(crate) expected_wait_s: Option<u32>,
}

/// The prompts of an announcement. The first says that all are busy; nothing is said of what is not known.
pub(crate) fn announcement(
    waiting: &Waiting,
    status: Option<Status>,
    first: bool,
) -> Vec<PromptId> {
    let mut prompts = Vec::new();
    if first || status.is_none() {
        prompts.push(waiting.hold);
    }
    if let Some(status) = status {
        position(waiting, status.position, &mut prompts);
        if let Some(wait_s) = status.expected_wait_s {
            expected_wait(waiting, wait_s, &mut prompts);
        }
    }
    prompts
}

fn position(waiting: &Waiting, position: u32, prompts: &mut Vec<PromptId>) {
    match number(waiting, position.max(1)) {
        Some(number) => prompts.extend([waiting.position, number, waiting.in_queue]),
        None => prompts.push(waiting.many),
    }
}

/// Minutes, rounded up: nobody should wait longer than we said because we rounded.
fn expected_wait(waiting: &Waiting, wait_s: u32, prompts: &mut Vec<PromptId>) {
    match wait_s.div_ceil(60) {
        0 => prompts.push(waiting.soon),
        1 if wait_s < 45 => prompts.push(waiting.soon),
        1 => prompts.extend([waiting.wait, waiting.minute]),
        minutes => match number(waiting, minutes) {
            Some(number) => prompts.extend([waiting.wait, number, waiting.minutes]),
            None => prompts.push(waiting.long),
        },
    }
}

fn number(waiting: &Waiting, number: u32) -> Option<PromptId> {
    waiting.numbers.get(usize::try_from(number).ok()?).copied()
}

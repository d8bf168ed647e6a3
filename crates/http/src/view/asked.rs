//! Requests of the traffic controller: which record made which, and the last ones that are over.

use std::collections::VecDeque;

use linje_desk::Record;
use linje_event::Event;
use linje_routing::{Request, State};
use linje_types::{RequestId, Timestamp};

/// How many of each are kept.
const MAX_ASKED: usize = 100;

/// What was asked of late.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    made: VecDeque<(u64, RequestId)>,
    over: VecDeque<(Request, Timestamp)>,
}

impl Asked {
    /// Takes a record that `state` has not taken yet.
    pub(crate) fn fold(&mut self, record: &Record, state: &State) {
        if let Event::RequestMade { request, .. } = record.event {
            keep(&mut self.made, (record.seq, request));
        }
        if let Event::RequestClosed { request } = record.event {
            let mut open = state.requests().iter();
            if let Some(closed) = open.find(|open| open.id == request) {
                keep(&mut self.over, (closed.clone(), record.at));
            }
        }
    }

    /// The request that record `seq` made.
    pub(crate) fn made(&self, seq: u64) -> Option<RequestId> {
        let mut made = self.made.iter();
        made.find(|(by, _)| *by == seq).map(|(_, request)| *request)
    }

    /// Those that are over and when, newest first.
    pub(crate) fn over(&self) -> impl Iterator<Item = &(Request, Timestamp)> {
        self.over.iter().rev()
    }
}

fn keep<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == MAX_ASKED {
        list.pop_front();
    }
    list.push_back(item);
}

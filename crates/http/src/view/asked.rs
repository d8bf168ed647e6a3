//! Requests of the traffic controller: which record made which, and the last ones that are over. Folded from the log
//! alone, so that they are the same after a restart.

use std::collections::VecDeque;

use linje_desk::Record;
use linje_event::Event;
use linje_routing::Request;
use linje_types::{RequestId, Timestamp};
use serde::{Deserialize, Serialize};

/// How many of each are kept.
const MAX_ASKED: usize = 100;

/// What was asked of late.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Asked {
    made: VecDeque<(u64, RequestId)>,
    open: Vec<Request>,
    over: VecDeque<(Request, Timestamp)>,
}

impl Asked {
    /// Takes a record.
    pub(crate) fn fold(&mut self, record: &Record) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "three events are about requests"
        )]
        match record.event {
            Event::RequestMade {
                request,
                activity,
                wanted,
                unit,
            } => {
                keep(&mut self.made, (record.seq, request));
                self.open.push(Request {
                    id: request,
                    activity,
                    wanted,
                    unit,
                    at: record.at,
                    answers: Vec::new(),
                });
            }
            Event::RequestAnswered {
                request,
                adviser,
                yes,
            } => {
                let mut open = self.open.iter_mut();
                if let Some(asked) = open.find(|open| open.id == request) {
                    asked.answers.push((adviser, yes));
                }
            }
            Event::RequestClosed { request } => {
                if let Some(place) = self.open.iter().position(|open| open.id == request) {
                    keep(&mut self.over, (self.open.remove(place), record.at));
                }
            }
            _ => {}
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

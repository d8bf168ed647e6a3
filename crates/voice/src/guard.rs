//! The guard in front of the SIP stack: only messages that are whole, known and within limits get past.
//!
//! It answers bad requests by itself and keeps no state per call or peer, but for one word per source address and
//! the marks of the calls let in within the last minute.
//! It must never pass what the stack would drop, or its depth counter would drift.

mod bucket;
mod recent;
mod scan;
mod tcp;
mod udp;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rsipstack::sip::{SipMessage, Transport};
use rsipstack::transaction::endpoint::TransportEventInspector;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transport::{SipConnection, TransportEvent};
use sha2::{Digest as _, Sha256};

pub(crate) use scan::ALLOW;
pub(crate) use tcp::{Places, TcpGuard};
pub(crate) use udp::GuardedUdp;

use crate::config::{Guard, Network};
use bucket::Buckets;
use recent::Recent;
use scan::{Facts, Refusal, Scan};

/// No call waits to be taken up.
const NOBODY: u64 = u64::MAX;

/// What the guard did since start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) passed: AtomicU64,
    pub(crate) answered: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) limited: AtomicU64,
}

/// The judgement that UDP and TCP share.
pub(crate) struct Gate {
    trunks: Vec<Network>,
    /// The trunk that we call through: it answers a lot, but may not call by that.
    outgoing: Option<IpAddr>,
    limits: Guard,
    started: Instant,
    strangers: Mutex<Buckets>,
    known: Mutex<Buckets>,
    ready: AtomicBool,
    overloaded: AtomicBool,
    /// The calls that were let in of late: one that says its first word again is not refused.
    let_in: Mutex<Recent>,
    /// When each message that waits for the stack came, oldest first.
    waiting: Mutex<VecDeque<Instant>>,
    /// When the oldest call came that nobody has taken up, microseconds after `started`; none: `NOBODY`.
    untaken: AtomicU64,
    /// Until when the shorter patience counts, microseconds after `started`.
    strict_until: AtomicU64,
    retry_after_s: u32,
    secret: [u8; 32],
    pub(crate) counters: Counters,
}

/// What becomes of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Give it to the stack; insert this before the empty line if it is not empty, and cut the message to `length`.
    Pass {
        insert: Option<(usize, String)>,
        length: usize,
    },
    /// Send this back; over UDP to this port of where the message came from.
    Answer {
        bytes: Vec<u8>,
        port: u16,
    },
    Drop,
}

impl Gate {
    pub(crate) fn new(
        trunks: Vec<Network>,
        outgoing: Option<IpAddr>,
        limits: Guard,
        retry_after_s: u32,
        secret: [u8; 32],
    ) -> Self {
        Self {
            trunks,
            outgoing,
            limits,
            started: Instant::now(),
            strangers: Mutex::new(Buckets::new(limits.rate, limits.burst)),
            known: Mutex::new(Buckets::new(limits.trunk_rate, limits.trunk_burst)),
            ready: AtomicBool::new(false),
            overloaded: AtomicBool::new(false),
            let_in: Mutex::default(),
            waiting: Mutex::default(),
            untaken: AtomicU64::new(NOBODY),
            strict_until: AtomicU64::new(0),
            retry_after_s,
            secret,
            counters: Counters::default(),
        }
    }

    pub(crate) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// Whether new calls are taken now.
    pub(crate) fn takes_calls(&self) -> bool {
        self.ready.load(Ordering::Acquire) && !self.overloaded.load(Ordering::Acquire)
    }

    /// Refuse new calls for now: the shell above does not keep up.
    pub(crate) fn set_overloaded(&self, overloaded: bool) {
        self.overloaded.store(overloaded, Ordering::Release);
    }

    /// Messages that wait for the stack.
    pub(crate) fn depth(&self) -> usize {
        self.waiting().len()
    }

    pub(crate) fn entered(&self) {
        self.waiting().push_back(Instant::now());
    }

    fn left(&self) {
        // Messages of different transports may change places: only the age of the oldest is asked for.
        self.waiting().pop_front();
    }

    fn let_in(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.let_in.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, VecDeque<Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when the oldest new call waits to be taken up by the shell above.
    pub(crate) fn set_untaken(&self, since: Option<Instant>) {
        let since = since.map_or(NOBODY, |since| {
            micros(since.saturating_duration_since(self.started))
        });
        self.untaken.store(since, Ordering::Relaxed);
    }

    /// Whether what came before waits so long that a new call is better told so at once. It is the age of the oldest
    /// that counts: it falls by itself as soon as the work is done, and nothing has to be measured beforehand. A hiccup
    /// refuses nobody; once somebody was refused, less is let in until the crowd has gone: who waits hears music, and
    /// that is work too, so a long line of them would keep the server as busy as the crowd did.
    fn is_behind(&self) -> bool {
        let now = Instant::now();
        let since_start = micros(now.saturating_duration_since(self.started));
        let is_strict = since_start < self.strict_until.load(Ordering::Relaxed);
        let limits = &self.limits;
        let (patience, call_patience) = if is_strict {
            (
                limits.max_message_age_in_crowd,
                limits.max_call_age_in_crowd,
            )
        } else {
            (limits.max_message_age, limits.max_call_age)
        };
        let oldest = self.waiting().front().copied();
        let is_old = oldest.is_some_and(|since| now.saturating_duration_since(since) > patience);
        let untaken = self.untaken.load(Ordering::Relaxed);
        let behind = is_old || since_start.saturating_sub(untaken) > micros(call_patience);
        if behind {
            let until = since_start.saturating_add(micros(self.limits.crowd));
            self.strict_until.store(until, Ordering::Relaxed);
        }
        behind
    }

    pub(crate) fn is_trunk(&self, ip: IpAddr) -> bool {
        self.trunks.iter().any(|network| network.contains(ip))
    }

    /// Whether the source may send one more message now.
    fn is_within_rate(&self, ip: IpAddr) -> bool {
        let now = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let buckets = if self.is_trunk(ip) || self.outgoing == Some(ip) {
            &self.known
        } else {
            &self.strangers
        };
        let within = buckets
            .lock()
            .is_ok_and(|mut buckets| buckets.take(ip, now));
        if !within {
            self.counters.limited.fetch_add(1, Ordering::Relaxed);
        }
        within
    }

    /// Judges one whole message.
    pub(crate) fn judge(&self, message: &[u8], from: SocketAddr, transport: Transport) -> Decision {
        if !self.is_within_rate(from.ip()) {
            return Decision::Drop;
        }
        let decision = self.judged(message, from, transport);
        let counter = match decision {
            Decision::Pass { .. } => &self.counters.passed,
            Decision::Answer { .. } => &self.counters.answered,
            Decision::Drop => &self.counters.dropped,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        decision
    }

    fn judged(&self, message: &[u8], from: SocketAddr, transport: Transport) -> Decision {
        let is_datagram = transport == Transport::Udp;
        let facts = match scan::scan(message, is_datagram) {
            Scan::Ping if is_datagram => {
                return Decision::Answer {
                    bytes: b"\r\n".to_vec(),
                    port: from.port(),
                };
            }
            Scan::Ping | Scan::Junk => return Decision::Drop,
            Scan::Message(facts) => facts,
        };
        // An ACK is never answered; and one that nobody waits for is no news.
        if facts.is_ack() {
            let passes = facts.refusal.is_none()
                && !facts.is_tagged(&self.tag(&facts))
                && self.vet(message, from, transport);
            return if passes { facts.pass() } else { Decision::Drop };
        }
        if facts.is_new_call() && !self.is_trunk(from.ip()) {
            return Decision::Drop;
        }
        let mark = facts.is_new_call().then(|| self.tag(&facts));
        let is_known = mark.as_ref().is_some_and(|mark| self.let_in().holds(mark));
        let not_now = || (!is_known).then(|| self.not_now(&facts)).flatten();
        let refusal = facts.refusal.clone().or_else(not_now);
        if let Some(refusal) = refusal {
            return self.answer(&facts, &refusal, mark, from, transport);
        }
        if is_known && self.depth() >= self.limits.max_depth {
            // Who rings is being seen to, and a refusal would end a call that the stack goes on with.
            return Decision::Drop;
        }
        if self.vet(message, from, transport) {
            if let Some(mark) = mark {
                self.let_in().add(mark, Instant::now());
            }
            facts.pass()
        } else {
            self.answer(&facts, &Refusal::bad_request(), mark, from, transport)
        }
    }

    /// 503 for what would start something, until there is room for it.
    fn not_now(&self, facts: &Facts<'_>) -> Option<Refusal> {
        let starts = facts.is_new_call() || facts.is_registration();
        let busy = !self.ready.load(Ordering::Acquire)
            || (facts.is_new_call() && self.overloaded.load(Ordering::Acquire))
            || self.depth() >= self.limits.max_depth
            || (facts.is_new_call() && self.is_behind());
        (starts && busy).then(|| Refusal::unavailable(self.retry_after_s))
    }

    /// The same steps that the stack takes before it queues a message: what fails here would be dropped there.
    fn vet(&self, message: &[u8], from: SocketAddr, transport: Transport) -> bool {
        let Ok(read) = SipMessage::try_from(message) else {
            return false;
        };
        let Ok(read) = SipConnection::update_msg_received(read, from, transport) else {
            return false;
        };
        match &read {
            SipMessage::Request(request) => {
                TransactionKey::from_request(request, TransactionRole::Server).is_ok()
            }
            SipMessage::Response(response) => {
                TransactionKey::from_response(response, TransactionRole::Client).is_ok()
            }
        }
    }

    /// Our tag in an answer to this message, and so in the ACK of that answer: it needs no memory.
    fn tag(&self, facts: &Facts<'_>) -> String {
        let mut hash = Sha256::new();
        hash.update(self.secret);
        for part in [
            facts.call_id,
            facts.cseq_number(),
            facts.via.first().copied(),
        ] {
            hash.update(part.unwrap_or_default().as_bytes());
            hash.update([0]);
        }
        let digest = hash.finalize();
        digest
            .iter()
            .take(5)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The answer to a message; `tag` is ours for it, when it is known already.
    fn answer(
        &self,
        facts: &Facts<'_>,
        refusal: &Refusal,
        tag: Option<String>,
        from: SocketAddr,
        transport: Transport,
    ) -> Decision {
        let tag = tag.unwrap_or_else(|| self.tag(facts));
        facts
            .answer(refusal, from, transport, &tag)
            .map_or(Decision::Drop, |bytes| Decision::Answer {
                bytes,
                port: facts.response_port(from),
            })
    }
}

/// Whole microseconds.
fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Counts down the depth when the stack takes a message out of its queue.
pub(crate) struct DepthInspector(pub(crate) std::sync::Arc<Gate>);

#[async_trait]
impl TransportEventInspector for DepthInspector {
    async fn handle(&self, event: TransportEvent) -> Option<TransportEvent> {
        if matches!(event, TransportEvent::Incoming(..)) {
            self.0.left();
        }
        Some(event)
    }
}

#[cfg(test)]
mod tests;

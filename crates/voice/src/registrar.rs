//! Which user has which phone, where it is, and until when.
//!
//! A phone is reached where its REGISTER came from, not where its Contact says. Pure but for the table of flows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Request, Uri};
use rsipstack::transport::SipAddr;

use crate::Event;
use crate::config::{Config, User};
use crate::digest::{self, Ha1, Verdict, Verifier};
use crate::flows::Flows;
use crate::message::header;

/// Phones that one user may have; the one that was registered last is called.
const MAX_PHONES: usize = 4;

/// One registered phone.
#[derive(Clone, Debug)]
struct Phone {
    contact: Uri,
    /// The Contact as it was written, for the answer.
    written: String,
    at: SipAddr,
    flow: String,
    call_id: String,
    cseq: u32,
    until: Instant,
}

/// What a REGISTER is answered with.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Header>,
    pub(crate) events: Vec<Event>,
}

impl Reply {
    fn of(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }
}

/// Where to call a user.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) contact: Uri,
    pub(crate) at: SipAddr,
}

pub(crate) struct Registrar {
    users: HashMap<String, Ha1>,
    verifier: Verifier,
    phones: HashMap<String, Vec<Phone>>,
    deadlines: BTreeSet<(Instant, String)>,
    flows: Arc<Flows>,
    started: Instant,
    max_expires: Duration,
    min_expires: Duration,
}

/// What one Contact of a REGISTER asks for.
struct Wish {
    contact: Uri,
    written: String,
    expires: Duration,
}

impl Registrar {
    pub(crate) fn new(config: &Config, key: [u8; 32], flows: Arc<Flows>) -> Self {
        let mut registrar = Self {
            users: HashMap::new(),
            verifier: Verifier::new(key, &config.realm, config.nonce_life, config.offer_sha256),
            phones: HashMap::new(),
            deadlines: BTreeSet::new(),
            flows,
            started: Instant::now(),
            max_expires: config.max_expires,
            min_expires: config.min_expires,
        };
        registrar.set_users(config.users.clone());
        registrar
    }

    /// Replaces the users. Phones of users that are gone stay until they run out, but cannot renew.
    pub(crate) fn set_users(&mut self, users: Vec<User>) {
        self.users = users
            .into_iter()
            .map(|user| (user.name, user.ha1))
            .collect();
    }

    pub(crate) fn registered(&self) -> usize {
        self.phones.len()
    }

    /// The phone that was registered last.
    pub(crate) fn find(&self, user: &str, now: Instant) -> Option<Target> {
        let phone = self
            .phones
            .get(user)?
            .iter()
            .rfind(|phone| phone.until > now)?;
        Some(Target {
            contact: phone.contact.clone(),
            at: phone.at.clone(),
        })
    }

    /// Answers a REGISTER that came from `source`.
    pub(crate) fn handle(&mut self, request: &Request, source: &SipAddr, now: Instant) -> Reply {
        let user = match self.authenticated(request, now) {
            Ok(user) => user,
            Err(reply) => return reply,
        };
        // A user registers phones for itself only.
        let own = request
            .to_header()
            .ok()
            .and_then(|to| to.uri().ok())
            .is_some_and(|uri| uri.user() == Some(&user));
        if !own {
            return Reply::of(403);
        }
        let (Ok(call_id), Some(cseq)) = (
            request.call_id_header(),
            request.cseq_header().ok().and_then(|cseq| cseq.seq().ok()),
        ) else {
            return Reply::of(400);
        };
        let call_id = call_id.value().to_owned();
        let before = self.phones.contains_key(&user);
        let contacts = contacts_of(request);
        let status = if contacts.iter().any(|contact| contact.trim() == "*") {
            self.remove_all(&user, request, contacts.len())
        } else {
            self.apply(&user, request, &contacts, (&call_id, cseq), source, now)
        };
        let mut reply = Reply::of(status);
        if status == 200 {
            reply.headers = self.contact_headers(&user, now);
        } else if status == 423 {
            reply.headers.push(Header::MinExpires(
                self.min_expires.as_secs().to_string().into(),
            ));
        }
        match (before, self.phones.contains_key(&user)) {
            (false, true) => reply.events.push(Event::Registered { user }),
            (true, false) => reply.events.push(Event::Unregistered {
                user,
                expired: false,
            }),
            (true, true) | (false, false) => {}
        }
        reply
    }

    fn authenticated(&mut self, request: &Request, now: Instant) -> Result<String, Reply> {
        let now_ms =
            u64::try_from(now.duration_since(self.started).as_millis()).unwrap_or(u64::MAX);
        let answer = header(request.headers.iter(), "Authorization").and_then(digest::parse);
        let verdict = answer.as_ref().map_or(Verdict::Wrong, |answer| {
            self.verifier
                .judge(answer, "REGISTER", self.users.get(&answer.username), now_ms)
        });
        match (verdict, answer) {
            (Verdict::Right, Some(answer)) => Ok(answer.username),
            (verdict, _) => {
                let challenges = self.verifier.challenge(now_ms, verdict == Verdict::Stale);
                let headers = challenges
                    .into_iter()
                    .map(|value| Header::WwwAuthenticate(value.into()))
                    .collect();
                Err(Reply {
                    status: 401,
                    headers,
                    events: Vec::new(),
                })
            }
        }
    }

    fn remove_all(&mut self, user: &str, request: &Request, contacts: usize) -> u16 {
        if contacts != 1
            || header(request.headers.iter(), "Expires").is_none_or(|value| value.trim() != "0")
        {
            return 400;
        }
        self.drop_phones(user, |_| true);
        200
    }

    /// All of them or none.
    fn apply(
        &mut self,
        user: &str,
        request: &Request,
        contacts: &[String],
        order: (&str, u32),
        source: &SipAddr,
        now: Instant,
    ) -> u16 {
        let default =
            header(request.headers.iter(), "Expires").and_then(|value| value.trim().parse().ok());
        let default = default.map_or(self.max_expires, Duration::from_secs);
        let Some(wishes) = contacts
            .iter()
            .map(|text| wish(text, default))
            .collect::<Option<Vec<Wish>>>()
        else {
            return 400;
        };
        let (call_id, cseq) = order;
        let known = self.phones.get(user).map_or(&[][..], Vec::as_slice);
        let is_old = |wish: &Wish| {
            let mut same = known.iter().filter(|phone| phone.contact == wish.contact);
            same.any(|phone| phone.call_id == call_id && cseq <= phone.cseq)
        };
        if wishes.iter().any(is_old) {
            return 500;
        }
        if wishes
            .iter()
            .any(|wish| !wish.expires.is_zero() && wish.expires < self.min_expires)
        {
            return 423;
        }
        for wish in wishes {
            self.drop_phones(user, |phone| phone.contact == wish.contact);
            if !wish.expires.is_zero() {
                self.add_phone(user, wish, order, source, now);
            }
        }
        200
    }

    fn add_phone(
        &mut self,
        user: &str,
        wish: Wish,
        (call_id, cseq): (&str, u32),
        source: &SipAddr,
        now: Instant,
    ) {
        let until = now + wish.expires.min(self.max_expires);
        let flow = self.flows.hold(&wish.contact, source);
        let phone = Phone {
            contact: wish.contact,
            written: wish.written,
            at: source.clone(),
            flow,
            call_id: call_id.to_owned(),
            cseq,
            until,
        };
        self.deadlines.insert((until, user.to_owned()));
        let phones = self.phones.entry(user.to_owned()).or_default();
        phones.push(phone);
        if phones.len() > MAX_PHONES {
            let oldest = phones.remove(0);
            self.flows.release(&oldest.flow);
        }
    }

    fn drop_phones(&mut self, user: &str, unwanted: impl Fn(&Phone) -> bool) {
        let Some(phones) = self.phones.get_mut(user) else {
            return;
        };
        let flows = &self.flows;
        phones.retain(|phone| {
            let goes = unwanted(phone);
            if goes {
                flows.release(&phone.flow);
            }
            !goes
        });
        if phones.is_empty() {
            self.phones.remove(user);
        }
    }

    fn contact_headers(&self, user: &str, now: Instant) -> Vec<Header> {
        let phones = self.phones.get(user).map_or(&[][..], Vec::as_slice);
        let line = |phone: &Phone| {
            let left = phone.until.saturating_duration_since(now).as_secs();
            Header::Contact(format!("{};expires={left}", phone.written).into())
        };
        phones.iter().map(line).collect()
    }

    /// When the next phone runs out.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Takes out what has run out.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some((at, user)) = self.deadlines.first().cloned() {
            if at > now {
                break;
            }
            self.deadlines.remove(&(at, user.clone()));
            events.extend(self.dropped(user, |phone| phone.until <= now));
        }
        events
    }

    /// Takes out the phones whose stream closed.
    pub(crate) fn stream_closed(&mut self, at: &SipAddr) -> Vec<Event> {
        let on_it = |phones: &Vec<Phone>| phones.iter().any(|phone| phone.at == *at);
        let users: Vec<String> = self
            .phones
            .iter()
            .filter(|(_, phones)| on_it(phones))
            .map(|(user, _)| user.clone())
            .collect();
        users
            .into_iter()
            .filter_map(|user| self.dropped(user, |phone| phone.at == *at))
            .collect()
    }

    fn dropped(&mut self, user: String, unwanted: impl Fn(&Phone) -> bool) -> Option<Event> {
        let before = self.phones.contains_key(&user);
        self.drop_phones(&user, unwanted);
        (before && !self.phones.contains_key(&user)).then_some(Event::Unregistered {
            user,
            expired: true,
        })
    }
}

/// Every Contact value, comma-separated ones apart.
fn contacts_of(request: &Request) -> Vec<String> {
    let values = request.headers.iter().filter_map(|header| {
        if let Header::Contact(contact) = header {
            Some(contact.value())
        } else {
            None
        }
    });
    values.flat_map(split_values).collect()
}

/// Splits at commas outside quotes and angle brackets.
fn split_values(value: &str) -> Vec<String> {
    let (mut quoted, mut bracketed) = (false, false);
    let mut out = vec![String::new()];
    for c in value.chars() {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ',' if !quoted && !bracketed => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out
}

fn wish(text: &str, default: Duration) -> Option<Wish> {
    let text = text.trim();
    let (uri, parameters) = match text.split_once('<') {
        Some((_, rest)) => rest.split_once('>')?,
        None => text.split_once(';').unwrap_or((text, "")),
    };
    let contact = Uri::try_from(uri.trim()).ok()?;
    let expires = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("expires")
            .then(|| value.trim().parse().ok())
    });
    let expires = match expires {
        Some(Some(seconds)) => Duration::from_secs(seconds),
        Some(None) | None => default,
    };
    Some(Wish {
        contact,
        written: format!("<{}>", uri.trim()),
        expires,
    })
}

#[cfg(test)]
mod tests;

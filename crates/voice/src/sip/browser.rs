//! Browsers at the switchboard: as phones that ring, and as callers.
//!
//! They stand beside the phones and calls of SIP as equals: who talks with whom, hold and music are the same.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::sync::mpsc;

use super::board::{Board, Call, Way};
use super::bridge::Talk;
use super::phone::{Device, Leg};
use crate::media::{NewLeg, Order};
use crate::message::SessionTimer;
use crate::web::{Ask, CallNews, PhoneNews, WebError};
use crate::{CallId, Caller, Cause, End, Event, LegId, Party};

impl Board {
    pub(super) fn browser(&mut self, ask: Ask) {
        match ask {
            Ask::Phone { user, news } => self.browser_phone(user, news),
            Ask::Join {
                user,
                leg,
                offer,
                reply,
            } => {
                // A page that did not wait for its answer is gone.
                let _told = reply.send(self.join(&user, leg, &offer));
            }
            Ask::Ring {
                dialled,
                from,
                offer,
                news,
                reply,
            } => {
                let rung = self.browser_rings(dialled, from, &offer, news);
                let call = rung.as_ref().ok().map(|(call, _)| *call);
                if let (Err(_), Some(call)) = (reply.send(rung), call) {
                    self.end_call(call, End::Cancelled, false);
                }
            }
            Ask::Again {
                call,
                offer,
                news,
                reply,
            } => {
                let _told = reply.send(self.again(call, &offer, news));
            }
            Ask::LegKey { user, leg, key } => self.leg_key(&user, leg, key),
            Ask::Record { call, leg, to } => {
                let far = self.calls.get(&call).filter(|call| call.answered);
                let is_its = self.legs.get(&leg).is_some_and(|leg| leg.call == call);
                if let Some(thread) = far.map(|call| call.thread).filter(|_| is_its) {
                    let (far, near) = (Party::Call(call), Party::Leg(leg));
                    self.media.order(thread, Order::Record { far, near, to });
                }
            }
            Ask::CallKey { call, key } => self.call_key(call, key),
            Ask::HangUp { call } => {
                if self.is_browser_call(call) {
                    self.end_call(call, End::Far, false);
                }
            }
        }
    }

    // Phones.

    fn browser_phone(&mut self, user: String, news: Option<mpsc::Sender<PhoneNews>>) {
        let Some(news) = news else {
            if self.browsers.remove(&user).is_none() {
                return;
            }
            self.unring(&user);
            let has_other = {
                let registrar = self
                    .shared
                    .registrar
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                registrar.find(&user, Instant::now()).is_some()
            };
            if !has_other {
                self.tell(Event::Unregistered {
                    user,
                    expired: false,
                });
            }
            return;
        };
        // A page that was loaded again learns what goes on.
        for leg in self.legs_of(&user) {
            self.catch_up(leg, &news);
        }
        self.browsers.insert(user.clone(), news);
        self.tell(Event::Registered { user });
    }

    /// What rang at a browser that is gone was not heard by anybody.
    fn unring(&mut self, user: &str) {
        for id in self.legs_of(user) {
            if self.legs.get(&id).is_some_and(|leg| !leg.answered) {
                self.end_leg(id, Cause::Unreachable, false);
            }
        }
    }

    fn legs_of(&self, user: &str) -> Vec<LegId> {
        let own = self.legs.iter().filter(|(_, leg)| leg.is_of(user));
        own.map(|(id, _)| *id).collect()
    }

    fn catch_up(&self, id: LegId, news: &mpsc::Sender<PhoneNews>) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let Device::Browser {
            contact, display, ..
        } = &leg.device
        else {
            return;
        };
        let mut all = vec![PhoneNews::Ringing {
            leg: id,
            contact: contact.clone(),
            display: display.clone(),
        }];
        if leg.answered {
            all.push(PhoneNews::Answered { leg: id });
        }
        if leg.wants_hold {
            all.push(PhoneNews::Held {
                leg: id,
                held: true,
            });
        }
        for one in all {
            tell_page(news, one);
        }
    }

    /// Rings at the user's browser; false when the user has none.
    pub(super) fn dial_browser(
        &mut self,
        id: LegId,
        (call, thread): (CallId, usize),
        user: &str,
        contact: &str,
        display: &str,
    ) -> bool {
        if !self.browsers.contains_key(user) {
            return false;
        }
        let Some(new) = browser_leg(Party::Leg(id), self.shared.advertised.ip()) else {
            return false;
        };
        self.media.add(thread, new);
        let device = Device::Browser {
            user: user.to_owned(),
            contact: contact.to_owned(),
            display: display.to_owned(),
        };
        self.legs.insert(id, Leg::new(call, device, thread));
        self.shared.legs.fetch_add(1, Ordering::Relaxed);
        self.tell_phone(
            id,
            PhoneNews::Ringing {
                leg: id,
                contact: contact.to_owned(),
                display: display.to_owned(),
            },
        );
        self.tell(Event::LegRinging { leg: id });
        true
    }

    /// A browser's leg is answered by the shell above; a phone is answered by its user.
    pub(super) fn answer_leg(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if leg.answered || !matches!(leg.device, Device::Browser { .. }) {
            return;
        }
        leg.answered = true;
        self.tell_phone(id, PhoneNews::Answered { leg: id });
        self.tell(Event::LegAnswered { leg: id });
    }

    /// Tells the page of a leg, if it is a browser's and the page is there.
    pub(super) fn tell_phone(&self, id: LegId, news: PhoneNews) {
        let Some(Device::Browser { user, .. }) = self.legs.get(&id).map(|leg| &leg.device) else {
            return;
        };
        if let Some(page) = self.browsers.get(user) {
            tell_page(page, news);
        }
    }

    fn join(&mut self, user: &str, id: LegId, offer: &str) -> Result<String, WebError> {
        let leg = self.legs.get(&id).filter(|leg| leg.is_of(user));
        let thread = leg.ok_or(WebError::Gone)?.thread;
        self.attach(Party::Leg(id), thread, offer)
    }

    fn attach(&self, party: Party, thread: usize, offer: &str) -> Result<String, WebError> {
        let (end, answer) = self.media.ends.answer(offer, self.media.told(thread))?;
        let end = Box::new(end);
        self.media.order(thread, Order::Browser { party, end });
        Ok(answer)
    }

    fn leg_key(&self, user: &str, id: LegId, key: char) {
        let leg = self.legs.get(&id).filter(|leg| leg.is_of(user));
        let Some(leg) = leg else { return };
        let (partner, thread) = (leg.talk.partner, leg.thread);
        if let Some(party) = partner.or_else(|| self.caller_in_room(leg.call, id)) {
            self.media.order(thread, Order::Key { party, key });
        }
    }

    // Callers.

    fn is_browser_call(&self, call: CallId) -> bool {
        let call = self.calls.get(&call);
        call.is_some_and(|call| matches!(call.way, Way::Browser(_)))
    }

    fn browser_rings(
        &mut self,
        dialled: String,
        from: Caller,
        offer: &str,
        news: mpsc::Sender<CallNews>,
    ) -> Result<(CallId, String), WebError> {
        let is_full = self.shared.calls.load(Ordering::Relaxed) >= self.shared.max_calls;
        if is_full || !self.shared.gate.takes_calls() {
            return Err(WebError::Full);
        }
        let call = CallId(self.shared.last_call.fetch_add(1, Ordering::Relaxed) + 1);
        let thread = self.media.quietest();
        let new = browser_leg(Party::Call(call), self.shared.advertised.ip());
        self.media.add(thread, new.ok_or(WebError::Closed)?);
        let answer = match self.attach(Party::Call(call), thread, offer) {
            Ok(answer) => answer,
            Err(error) => {
                self.media.remove(thread, Party::Call(call));
                return Err(error);
            }
        };
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        let state = Call {
            way: Way::Browser(news),
            respond: None,
            out: None,
            thread,
            offer: None,
            timer: SessionTimer::None,
            source: self.shared.advertised,
            flows: Vec::new(),
            local: None,
            answered: false,
            confirmed: true,
            awaits_answer: false,
            expires: None,
            legs: Vec::new(),
            talk: Talk::default(),
            held_by_far: false,
            held: false,
            room: None,
            attendance: None,
        };
        self.calls.insert(call, state);
        self.tell(Event::Incoming {
            call,
            dialled,
            from,
        });
        Ok((call, answer))
    }

    fn again(
        &mut self,
        id: CallId,
        offer: &str,
        news: mpsc::Sender<CallNews>,
    ) -> Result<(bool, String), WebError> {
        let call = self.calls.get_mut(&id).ok_or(WebError::Gone)?;
        let (answered, thread) = (call.answered, call.thread);
        let Way::Browser(known) = &mut call.way else {
            return Err(WebError::Gone);
        };
        *known = news;
        let answer = self.attach(Party::Call(id), thread, offer)?;
        Ok((answered, answer))
    }

    fn call_key(&mut self, id: CallId, key: char) {
        if !self.is_browser_call(id) {
            return;
        }
        self.tell(Event::Digit {
            call: id,
            digit: key,
        });
        let partner = self
            .calls
            .get(&id)
            .and_then(|call| Some((call.talk.partner?, call.thread)));
        if let Some((party, thread)) = partner {
            self.media.order(thread, Order::Key { party, key });
        }
    }
}

/// Tells a page. One that does not read is caught up when it comes back.
fn tell_page<T>(page: &mpsc::Sender<T>, news: T) {
    if page.try_send(news).is_err() {
        tracing::debug!("a page does not hear its phone");
    }
}

/// Tells the page of a caller.
pub(super) fn tell_caller(page: &mpsc::Sender<CallNews>, news: CallNews) {
    tell_page(page, news);
}

/// Random numbers for a leg without a port of its own. None when the system gives none.
fn browser_leg(party: Party, nearby: std::net::IpAddr) -> Option<NewLeg> {
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random).ok()?;
    let [a, b, c, d, e, f, g, h, i, j] = random;
    Some(NewLeg {
        party,
        socket: None,
        ssrc: u32::from_be_bytes([a, b, c, d]),
        timestamp: u32::from_be_bytes([e, f, g, h]),
        // The lower half of the numbers: the first rollover is far (RFC 3711, 3.3.1).
        sequence: u16::from_be_bytes([i, j]) >> 1,
        signalling: nearby,
    })
}

//! What happened to a contact, in one plain sentence per event.

use linje_centre::Centre;
use linje_event::{By, CloseReason, ConsultOutcome, Event, FailCause, OfferOutcome};
use linje_types::{Channel, Language, QueueId, Timestamp};

use super::{Reader, before, moment_of, span_of};
use crate::view::Past;

/// By what way a contact came that came by no menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// The citizen did something on that channel.
    ByChannel,
    /// The citizen ordered to be rung, on the web.
    Ordered,
    /// The citizen rang, and is rung instead of waiting.
    RungInstead,
    /// An adviser rings somebody.
    RungOut,
    /// An adviser asks an expert.
    Question,
}

impl Came {
    /// From what happened to it, the first first.
    pub(crate) fn of(events: &[Past], centre: &Centre) -> Came {
        let Some(first) = events.first() else {
            return Came::ByChannel;
        };
        // What belongs to the coming happened in the same moment.
        let beginning = events.iter().take_while(|past| past.at == first.at);
        beginning
            .filter_map(|past| Came::by(&past.event, centre))
            .next()
            .unwrap_or(Came::ByChannel)
    }

    fn by(event: &Event, centre: &Centre) -> Option<Came> {
        if let Event::CallbackAsked { from, .. } = *event {
            let on_the_line = from == Timestamp::ZERO;
            return Some(if on_the_line {
                Came::RungInstead
            } else {
                Came::Ordered
            });
        }
        if let Event::ContactQueued { queue, .. } = *event {
            let queue = centre.queues.get(queue.idx())?;
            return queue.experts.then_some(Came::Question);
        }
        matches!(event, Event::CalledOut { .. }).then_some(Came::RungOut)
    }
}

/// The sentence about `past`, one of the `events` of its contact, for somebody who is or is not the adviser in it.
#[must_use]
pub(crate) fn happened(
    past: &Past,
    events: &[Past],
    centre: &Centre,
    reader: Reader,
    language: Language,
) -> String {
    let words = Words {
        centre,
        at: past.at,
        came: Came::of(events, centre),
        attempt: attempt_at(past, events),
        promised: promised_at(past, events),
        mine: reader == Reader::Chosen,
        english: language == Language::En,
        language,
    };
    words.of(&past.event)
}

/// Whether the citizen is to be rung and has not been reached, when `past` happens.
fn promised_at(past: &Past, events: &[Past]) -> bool {
    let so_far = events.iter().take_while(|other| other.seq <= past.seq);
    so_far.fold(false, |promised, other| {
        let asked = matches!(other.event, Event::CallbackAsked { .. });
        let answered = matches!(other.event, Event::CallbackAnswered { .. });
        (promised || asked) && !answered
    })
}

/// Which attempt to ring the citizen `past` is about, as the promise counts them: those that failed on our side are
/// none. 0 = none yet.
fn attempt_at(past: &Past, events: &[Past]) -> u8 {
    let so_far = events.iter().take_while(|other| other.seq <= past.seq);
    so_far.fold(0_u8, |attempt, other| {
        #[expect(clippy::wildcard_enum_match_arm, reason = "few events count attempts")]
        match other.event {
            Event::CallbackAsked { .. } => 0,
            Event::CallbackDialling { .. } => attempt.saturating_add(1),
            Event::CallbackMissed {
                cause: FailCause::BridgeFailed,
                ..
            } => attempt.saturating_sub(1),
            _ => attempt,
        }
    })
}

struct Words<'a> {
    centre: &'a Centre,
    at: Timestamp,
    came: Came,
    attempt: u8,
    /// To be rung, and not reached yet.
    promised: bool,
    mine: bool,
    english: bool,
    language: Language,
}

impl Words<'_> {
    fn pick(&self, nb: &str, en: &str) -> String {
        String::from(if self.english { en } else { nb })
    }

    /// "Du" or "Veilederen", and the rest of the sentence.
    fn who(&self, nb: &str, en: &str) -> String {
        match (self.english, self.mine) {
            (false, true) => format!("Du {nb}"),
            (false, false) => format!("Veilederen {nb}"),
            (true, true) => format!("You {en}"),
            (true, false) => format!("The adviser {en}"),
        }
    }

    fn queue(&self, queue: QueueId) -> &str {
        let queue = self.centre.queues.get(queue.idx());
        queue.map_or("?", |queue| queue.name.get(self.language))
    }

    fn moment(&self, at: Timestamp) -> String {
        moment_of(at, self.at, self.language)
    }

    fn span(&self, until: Timestamp) -> String {
        let seconds = u64::try_from(until.since_us(self.at) / 1_000_000).unwrap_or(0);
        span_of(seconds, self.language)
    }

    fn of(&self, event: &Event) -> String {
        match *event {
            Event::ContactArrived {
                channel, in_menu, ..
            } => self.arrived(channel, in_menu),
            Event::ContactQueued {
                queue, enqueued, ..
            } => self.queued(queue, enqueued),
            Event::OfferMade { .. } => match (self.english, self.mine) {
                (false, true) => String::from("Henvendelse til deg"),
                (false, false) => String::from("En veileder ble spurt"),
                (true, true) => String::from("Presented to you"),
                (true, false) => String::from("An adviser was asked"),
            },
            Event::ContactAssigned { .. } => match (self.english, self.mine) {
                (false, true) => String::from("Gikk rett til deg"),
                (false, false) => String::from("Gikk rett til en veileder"),
                (true, true) => String::from("Went straight to you"),
                (true, false) => String::from("Went straight to an adviser"),
            },
            Event::OfferAccepted { .. } => self.who("svarte", "answered"),
            Event::OfferEnded { outcome, .. } => self.offer_ended(outcome),
            Event::ContactHeld { .. } => self.pick("Satt på vent", "Put on hold"),
            Event::ContactResumed { .. } => self.pick("Tatt inn fra vent", "Taken back from hold"),
            Event::ContactEnded { by, .. } => self.ended(by),
            Event::WrapUpSet { until, .. } if until == Timestamp::NEVER => self.pick(
                "Klokken for etterarbeidet er stoppet",
                "The clock of the wrap-up is stopped",
            ),
            Event::WrapUpSet { until, .. } => {
                let until = self.moment(until);
                self.pick(
                    &format!("Etterarbeidet varer til {until}"),
                    &format!("The wrap-up lasts until {until}"),
                )
            }
            Event::ContactTransferred { queue, .. } => {
                let queue = self.queue(queue);
                self.pick(
                    &format!("Satt over til {queue}; plassen i køen er beholdt"),
                    &format!("Transferred to {queue}; the place in line is kept"),
                )
            }
            Event::ContactReturned { .. } => self.pick(
                "Veilederen var borte for lenge; tilbake i køen på sin gamle plass",
                "The adviser was gone too long; back in line at its old place",
            ),
            Event::ContactClosed { reason, .. } => self.closed(reason),
            Event::BarEnded { .. } => self.pick(
                "Den som lot henvendelsen gå, kan spørres igjen",
                "Whoever let it go may be asked again",
            ),
            Event::ContactNeeds { .. } => self.pick(
                "Har særskilte krav til hvem som kan hjelpe",
                "Has particular needs as to who can help",
            ),
            Event::RingStarted { ring, .. } => {
                let step = u16::from(ring) + 1;
                self.pick(
                    &format!("Kretsen ble utvidet: trinn {step} i køens regel"),
                    &format!("The circle widened: step {step} of the queue's rule"),
                )
            }
            Event::ContactOverdue { .. } => self.pick(
                "Den lovede lengste ventetiden er over: går foran de andre",
                "The guaranteed longest wait is over: goes before the others",
            ),
            Event::ContactOverflowed { from, queue, .. } => {
                let (from, to) = (self.queue(from), self.queue(queue));
                self.pick(
                    &format!("Gikk fra {from} til {to}; plassen er beholdt"),
                    &format!("Moved from {from} to {to}; the place is kept"),
                )
            }
            Event::ContactSetAside { .. } => self.pick(
                "Lagt til side fordi en bruker ventet på linjen",
                "Set aside because somebody waited on the line",
            ),
            Event::ContactGivenBack { .. } => self.who(
                "ga den tilbake; den står i køen på sin gamle plass",
                "gave it back; it is in line at its old place",
            ),
            Event::ContactTakenUp { .. } => self.pick("Tatt opp igjen", "Taken up again"),
            Event::ConsultStarted { queue, .. } => {
                let queue = self.queue(queue);
                self.who(
                    &format!("spør {queue}; brukeren hører musikk"),
                    &format!("asks {queue}; the person hears music"),
                )
            }
            Event::ConsultEnded { outcome, .. } => self.consult_ended(outcome),
            Event::ContactHandedOver { queue, .. } => {
                let queue = self.queue(queue);
                self.pick(
                    &format!("Satt over med samtale til {queue}"),
                    &format!("Handed over to {queue} after talking"),
                )
            }
            Event::CallbackAsked { from, until, .. } => self.callback_asked(from, until),
            Event::CallbackDue { .. } => self.pick(
                "Tiden for å ringe er kommet; står i køen på sin plass",
                "It is time to ring; in line at its place",
            ),
            Event::CallbackDialling { .. } => match self.attempt {
                0 | 1 => self.pick("Brukeren ringes opp", "The person is being rung"),
                attempt => self.pick(
                    &format!("Brukeren ringes opp, forsøk {attempt}"),
                    &format!("The person is being rung, attempt {attempt}"),
                ),
            },
            Event::CallbackAnswered { .. } => self.pick("Brukeren svarte", "The person answered"),
            Event::CalledOut { .. } => self.who("ringte ut", "rang out"),
            Event::ConferenceSet { joined: true, .. } => {
                self.pick("Alle tre snakker sammen", "All three talk together")
            }
            Event::ConferenceSet { joined: false, .. } => self.pick(
                "Brukeren hører musikk igjen",
                "The person hears music again",
            ),
            Event::CallbackMissed {
                cause, retry_at, ..
            } => self.missed(cause, retry_at),
            Event::CentrePublished { .. }
            | Event::AdviserSignedIn { .. }
            | Event::AdviserSignedOut { .. }
            | Event::ActivityChosen { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. }
            | Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. } => String::new(),
        }
    }

    fn arrived(&self, channel: Channel, in_menu: bool) -> String {
        match (channel, in_menu) {
            (Channel::Voice, true) => {
                self.pick("Ringte inn til menyen", "Rang and came to the menu")
            }
            (Channel::Voice, false) => match self.came {
                Came::ByChannel => self.pick("Kom inn på telefon", "Came by phone"),
                Came::Ordered => self.pick(
                    "Bestilte på nettet å bli ringt opp",
                    "Ordered on the web to be rung",
                ),
                Came::RungInstead => self.pick(
                    "Ringte inn; ringes opp i stedet for å vente på linja",
                    "Rang in; is rung instead of waiting on the line",
                ),
                Came::RungOut => self.pick("En veileder ringer ut", "An adviser rings out"),
                Came::Question => self.pick(
                    "En veileder spør en ekspert, i samtale",
                    "An adviser asks an expert, by phone",
                ),
            },
            (Channel::Chat, _) => self.pick("Kom inn på chat", "Came by chat"),
            (Channel::Message, _) => self.pick("Skrev til oss", "Wrote a secure message"),
            (Channel::Task, _) => self.pick("Oppgaven ble opprettet", "The task was made"),
        }
    }

    fn queued(&self, queue: QueueId, enqueued: Timestamp) -> String {
        let queue = self.queue(queue);
        if enqueued >= self.at {
            return self.pick(&format!("I kø: {queue}"), &format!("In line: {queue}"));
        }
        let since = self.moment(enqueued);
        self.pick(
            &format!("I kø: {queue}, med plass fra {since}"),
            &format!("In line: {queue}, with a place from {since}"),
        )
    }

    fn offer_ended(&self, outcome: OfferOutcome) -> String {
        match outcome {
            OfferOutcome::Declined => self.who("tok den ikke", "did not take it"),
            OfferOutcome::Expired => self.who("svarte ikke i tide", "did not answer in time"),
            OfferOutcome::Busy => self.pick("Telefonen var opptatt", "The phone was busy"),
            OfferOutcome::Unreachable => {
                self.pick("Telefonen kunne ikke nås", "The phone could not be reached")
            }
            OfferOutcome::BridgeFailed => self.pick(
                "De to kunne ikke kobles sammen",
                "The two could not be connected",
            ),
            OfferOutcome::CitizenLeft => self.pick("Brukeren la på", "The person hung up"),
            OfferOutcome::Fault => self.pick(
                "Tjenesten stoppet; en driftsfeil, ingen la på",
                "The service stopped; a failure on our side, nobody hung up",
            ),
            OfferOutcome::PresenceLost => self.who("ble borte", "was gone"),
            OfferOutcome::AdviserLeft => self.who("valgte noe annet", "chose something else"),
            OfferOutcome::Interrupted => self.pick(
                "En bruker som ventet på linjen, gikk foran",
                "Somebody who waited on the line came first",
            ),
        }
    }

    fn ended(&self, by: By) -> String {
        match by {
            By::Citizen => self.pick("Brukeren la på; etterarbeid", "The person hung up; wrap-up"),
            By::Adviser => self.who("avsluttet; etterarbeid", "ended it; wrap-up"),
            By::Lost => self.pick(
                "Forbindelsen ble brutt; etterarbeid",
                "The connection was lost; wrap-up",
            ),
        }
    }

    fn consult_ended(&self, outcome: ConsultOutcome) -> String {
        match outcome {
            ConsultOutcome::TakenBack => self.pick(
                "Tilbake til brukeren etter å ha spurt",
                "Back with the person after asking",
            ),
            ConsultOutcome::HandedOver => self.pick(
                "Fagpersonen har brukeren nå",
                "The expert has the person now",
            ),
            ConsultOutcome::ExpertLeft => self.pick(
                "Fagpersonen er ferdig; tilbake til brukeren",
                "The expert is done; back with the person",
            ),
            ConsultOutcome::Failed => self.pick(
                "Fikk ikke tak i noen fagperson; tilbake til brukeren",
                "No expert could be reached; back with the person",
            ),
            ConsultOutcome::CitizenLeft => self.pick(
                "Brukeren la på mens en fagperson ble spurt",
                "The person hung up while an expert was asked",
            ),
        }
    }

    fn callback_asked(&self, from: Timestamp, until: Timestamp) -> String {
        let until = before(until, self.at, self.language);
        if from <= self.at {
            return self.pick(
                &format!("Blir ringt opp når det er sin tur, {until}; plassen er beholdt"),
                &format!("Will be rung when its turn comes, {until}; the place is kept"),
            );
        }
        let from = self.moment(from);
        self.pick(
            &format!("Blir ringt opp etter {from}, {until}"),
            &format!("Will be rung after {from}, {until}"),
        )
    }

    fn missed(&self, cause: FailCause, retry_at: Timestamp) -> String {
        let why = match cause {
            FailCause::Busy => self.pick("Opptatt hos brukeren", "Busy"),
            FailCause::NoAnswer => self.pick("Brukeren svarte ikke", "The person did not answer"),
            FailCause::Unreachable => {
                self.pick("Brukeren kunne ikke nås", "The person could not be reached")
            }
            FailCause::BridgeFailed => self.pick(
                "Linjen ut virket ikke; feilen er vår, og det teller ikke som forsøk",
                "The line out did not work; the fault is ours, and it is not counted as an attempt",
            ),
        };
        if retry_at == Timestamp::NEVER && cause == FailCause::BridgeFailed {
            let over = self.pick("det prøves ikke igjen", "it is not tried again");
            return format!("{why}; {over}");
        }
        if retry_at == Timestamp::NEVER {
            let last = self.pick("det var siste forsøk", "it was the last attempt");
            return format!("{why}; {last}");
        }
        let (span, at) = (self.span(retry_at), self.moment(retry_at));
        let again = self.pick(
            &format!("nytt forsøk om {span} ({at})"),
            &format!("another attempt in {span} ({at})"),
        );
        format!("{why}; {again}")
    }

    fn closed(&self, reason: CloseReason) -> String {
        match reason {
            CloseReason::Served => self.pick("Avsluttet", "Done"),
            CloseReason::Abandoned => self.pick("La på før svar", "Hung up before an answer"),
            CloseReason::LeftInMenu => self.pick("La på i menyen", "Hung up in the menu"),
            CloseReason::Lost => self.pick("Forbindelsen ble brutt", "The connection was lost"),
            CloseReason::QueueFull => self.pick("Køen var full", "The queue was full"),
            CloseReason::ClosedHours => self.pick("Utenom åpningstiden", "Outside opening hours"),
            CloseReason::Cancelled => self.pick("Avbestilt", "Cancelled"),
            CloseReason::NoChoice => {
                self.pick("Valgte ikke noe i menyen", "Chose nothing in the menu")
            }
            CloseReason::NotReached => self.pick(
                "Brukeren ble ikke nådd, så mange ganger som regelen sier",
                "The person was not reached, as often as the rule says",
            ),
            CloseReason::HandedOver => self.pick(
                "Brukeren gikk over til fagpersonen",
                "The person went over to the expert",
            ),
            CloseReason::Fault if self.came == Came::RungOut => self.pick(
                "Linjen ut virket ikke. Feilen er vår, ikke brukerens",
                "The line out did not work. The fault is ours, not the person's",
            ),
            CloseReason::Fault if self.promised => self.pick(
                "Linjen ut var borte til fristen var ute. Feilen er vår, ikke brukerens",
                "The line out was away until the promise had run out. The fault is ours, not the person's",
            ),
            CloseReason::Fault => self.pick(
                "Brutt av en driftsfeil hos oss; brukeren la ikke på",
                "Cut off by a failure on our side; the person did not hang up",
            ),
        }
    }
}

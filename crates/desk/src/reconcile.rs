//! The reconciler: what a start puts right after a stop or a crash.
//!
//! Calls hang on the process and die with it; chats, messages and tasks do not. Nobody is dropped
//! without a trace: each live call gets a callback task, and its place is kept for a redial.

use linje_event::{Command, Effect, Entry};
use linje_routing::{ContactState, ContactView};
use linje_types::{AdviserId, Channel, ContactId, OfferId, Origin, QueueId, Timestamp};

use crate::batch::{CallerKey, VaultRow, VaultWrite, field};
use crate::desk::Desk;
use crate::redial::Place;

/// Who outlived the old process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconcile {
    /// Where callback tasks wait; `None` = the centre has no such queue and makes none.
    pub callback_queue: Option<QueueId>,
    /// Whether calls of synthetic people go on, because the population takes them over.
    pub keep_synthetic: bool,
    /// Advisers who are still there, e.g. those of the population; all others must come back.
    pub present: Vec<AdviserId>,
}

impl Reconcile {
    /// Puts the state right; all of it lands in one batch.
    pub(crate) fn run(&self, desk: &mut Desk, now: Timestamp) {
        let presented = offers(desk);
        self.lose_presence(desk, now);
        let calls: Vec<ContactView> = desk
            .state
            .contacts()
            .filter(|view| self.died(view))
            .collect();
        for view in &calls {
            self.lose(desk, view, now);
        }
        present_again(desk, &presented);
    }

    fn died(&self, view: &ContactView) -> bool {
        let kept = self.keep_synthetic && view.origin == Origin::Synthetic;
        let line = !view.callback || view.state == ContactState::Dialling;
        view.channel == Channel::Voice && view.state != ContactState::WrapUp && line && !kept
    }

    /// First of all, so that nothing is offered to somebody who is not there.
    fn lose_presence(&self, desk: &mut Desk, now: Timestamp) {
        let gone: Vec<AdviserId> = (0..u32::MAX)
            .map(AdviserId)
            .take(desk.state.n_advisers())
            .filter(|adviser| !self.present.contains(adviser))
            .filter(|adviser| {
                desk.state
                    .adviser(*adviser)
                    .is_some_and(|view| view.signed_in && view.present)
            })
            .collect();
        for adviser in gone {
            // A refusal means that there is nothing to put right.
            desk.handle(&Command::LosePresence { adviser }, None, now)
                .unwrap_or_default();
        }
    }

    fn lose(&self, desk: &mut Desk, view: &ContactView, now: Timestamp) {
        let contact = view.id;
        let kept = desk.place_of(contact, ContactId::NONE, now);
        let lost = desk.handle(&Command::Cut { contact }, None, now).is_ok();
        let citizen = view.consult_of.is_none() && !view.callback;
        if lost && view.origin == Origin::Live && citizen {
            desk.call_back_lost(view, kept, now);
        }
    }
}

impl Desk {
    /// A live call has died, in a crash or on the line: a callback task is made, and the place is
    /// kept for a redial, which cancels the callback.
    pub(crate) fn call_back_lost(
        &mut self,
        view: &ContactView,
        kept: Option<(CallerKey, Place)>,
        now: Timestamp,
    ) {
        let callback = self.call_back(view, now);
        if let Some((caller, mut place)) = kept {
            place.callback = callback.unwrap_or(ContactId::NONE);
            self.redial.keep(caller, place, self.open.vault());
        }
    }

    /// Makes the callback task of a call that died.
    fn call_back(&mut self, view: &ContactView, now: Timestamp) -> Option<ContactId> {
        let queue = self.callback_queue?;
        let callback = self.state.next_contact();
        // Since the citizen came, and not since the service is back: whoever lost most time goes first.
        let since = if view.queue == QueueId::NONE {
            view.arrived
        } else {
            view.enqueued
        };
        let arrive = Command::Arrive {
            contact: callback,
            channel: Channel::Task,
            topic: view.topic,
            origin: Origin::Live,
            language: view.language,
            entry: Entry::Queue {
                queue,
                class: 0,
                place: since,
                needs: linje_event::Needs::NONE,
            },
        };
        self.handle(&arrive, None, now).ok()?;
        self.state.contact(callback)?;
        self.open.vault().push(VaultWrite::Put(VaultRow {
            contact: callback,
            field: field::CALLBACK_FOR.to_owned(),
            value: view.id.0.to_le_bytes().to_vec(),
            expires: Timestamp::NEVER,
        }));
        Some(callback)
    }
}

/// The offers under way, each with the effect that presents it.
fn offers(desk: &Desk) -> Vec<(OfferId, Effect)> {
    let present = |view: ContactView| {
        let offer = view.offer.filter(|_| view.state == ContactState::Offered)?;
        let effect = Effect::Present {
            offer,
            contact: view.id,
            adviser: view.adviser.some()?,
            channel: view.channel,
            callback: view.callback,
        };
        (view.origin == Origin::Live).then_some((offer, effect))
    };
    desk.state.contacts().filter_map(present).collect()
}

/// Presents again what is still on offer: the old process may not have got round to it.
fn present_again(desk: &mut Desk, presented: &[(OfferId, Effect)]) {
    let still: Vec<(OfferId, Effect)> = offers(desk);
    let again = presented.iter().filter(|offer| still.contains(offer));
    let effects: Vec<Effect> = again.map(|(_, effect)| *effect).collect();
    desk.open.effects.extend(effects);
}

//! The shell's part: which phones ring, who is joined with whom, whom we ring, and who is there.

use std::collections::BTreeMap;

use linje_event::Effect;
use linje_types::{AdviserId, ContactId, OfferId};

/// What hangs on the process and dies with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Shell {
    /// Phones and pages that ring.
    pub(super) ringing: BTreeMap<OfferId, (ContactId, AdviserId)>,
    /// Citizens being rung: who waits, and which attempt.
    pub(super) dials: BTreeMap<ContactId, (AdviserId, u8)>,
    /// Who is joined with whom.
    pub(super) joined: BTreeMap<ContactId, AdviserId>,
}

impl Shell {
    /// Does what the desk says. Gives the contact that is to be rung now, and the attempt.
    pub(super) fn effect(
        &mut self,
        effect: Effect,
        last_offer: Option<u32>,
    ) -> Result<Option<(ContactId, u8)>, String> {
        match effect {
            Effect::Present {
                offer,
                contact,
                adviser,
                ..
            } => {
                if last_offer < Some(offer.number()) {
                    return Err(format!("S15: {offer:?} rings before it is durable"));
                }
                self.ringing.insert(offer, (contact, adviser));
            }
            Effect::Withdraw { offer, .. } => {
                self.ringing.remove(&offer);
            }
            Effect::Connect { contact, adviser } => {
                self.ringing.retain(|_, ring| ring.0 != contact);
                self.dials.remove(&contact);
                self.joined.insert(contact, adviser);
            }
            // The citizen's side; a phone that rings stops only when it is told so.
            Effect::Disconnect { contact, .. } | Effect::Release { contact, .. } => {
                self.joined.remove(&contact);
            }
            Effect::HandOver {
                contact,
                consult,
                to,
                ..
            } => {
                self.joined.remove(&consult);
                self.joined.insert(contact, to);
            }
            Effect::Dial {
                contact,
                adviser,
                attempt,
                ..
            } => {
                self.ringing.retain(|_, ring| ring.0 != contact);
                let before = self.dials.insert(contact, (adviser, attempt));
                if let Some((_, before)) = before.filter(|before| before.1 != attempt) {
                    return Err(format!(
                        "S20: {contact:?} is rung twice at once, attempts {before} and {attempt}"
                    ));
                }
                return Ok(Some((contact, attempt)));
            }
            Effect::StopDial { contact, .. } => {
                self.dials.remove(&contact);
            }
            Effect::Hold { .. }
            | Effect::Resume { .. }
            | Effect::Consult { .. }
            | Effect::Conference { .. } => {}
        }
        Ok(None)
    }
}

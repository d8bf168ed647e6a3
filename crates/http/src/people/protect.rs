//! Protection that was found out late follows its contact to whoever gets it next.

use linje_event::Command;
use linje_types::{AdviserId, Clearance, ContactId};

use super::People;
use crate::api::Api;

impl People {
    /// Tells the core what the person of a contact needs, as the register has it now, before the contact goes
    /// on to somebody else. Only for whom somebody has opened: what a mere number needs was told when it rang.
    /// A register that is down costs this, never the transfer.
    pub(crate) async fn protect(&self, api: &Api, contact: ContactId) {
        let Ok(Some((id, _))) = self.linked(contact).await else {
            return;
        };
        let facts = match self.registers.person(id).await {
            Ok(Some(person)) => person.facts(),
            Ok(None) => return,
            Err(failed) => {
                tracing::warn!(why = ?failed.why, "what a contact needs is not known as it goes on");
                return;
            }
        };
        let own = facts.employee.as_deref();
        let not_to = own.and_then(|ident| api.directory.adviser(ident));
        if facts.needs == Clearance::NONE && not_to.is_none() {
            return;
        }
        let command = Command::Protect {
            contact,
            clearance: facts.needs,
            not_to: not_to.unwrap_or(AdviserId::NONE),
        };
        if let Err(refusal) = api.command_unnamed(command).await {
            tracing::debug!(?refusal, "a contact is not in a conversation");
        }
    }
}

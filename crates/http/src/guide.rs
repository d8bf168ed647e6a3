//! What guidance, knowledge and wrap-up need from outside: the rows about people, their keys, and whom a
//! contact is kept on. Nothing here decides what may be read.

use std::sync::Arc;

use linje_access::is_own_desk;
use linje_desk::CallerKey;
use linje_store::records::access::PersonKey;
use linje_store::{PersonKeys, Records, RecordsError, Subject};
use linje_types::{AdviserId, ContactId, QueueId, TopicId};

use crate::admit::Me;
use crate::api::Api;
use crate::problem::Problem;
use crate::view::{Entry, Stage};

/// A keyed hash of a text.
type HashOf = dyn Fn(&str) -> [u8; 32] + Send + Sync;
/// The keyed hash of the number that a contact came from, if it has one of its own. Blocks.
type CallerOf = dyn Fn(ContactId) -> Option<CallerKey> + Send + Sync;

/// How sure it must be who a contact is about: a number alone is a hint, never identity.
const SURE: u8 = crate::people::Level::Questions as u8;

/// The rows about people, and what seals and names them.
#[derive(Clone)]
pub struct Guide {
    pub(crate) records: Records,
    pub(crate) keys: PersonKeys,
    hash: Arc<HashOf>,
    caller_of: Arc<CallerOf>,
}

impl std::fmt::Debug for Guide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guide")
    }
}

impl Guide {
    /// With rows and what seals them, a keyed hash, and whose number a contact came from.
    pub fn new(
        records: Records,
        keys: PersonKeys,
        hash: impl Fn(&str) -> [u8; 32] + Send + Sync + 'static,
        caller_of: impl Fn(ContactId) -> Option<CallerKey> + Send + Sync + 'static,
    ) -> Guide {
        Guide {
            records,
            keys,
            hash: Arc::new(hash),
            caller_of: Arc::new(caller_of),
        }
    }

    /// Whom a contact is kept on: the person when it is sure enough who it is, else whoever has the number,
    /// else the contact alone. Blocks.
    pub(crate) fn subject(&self, contact: ContactId) -> Result<Subject, RecordsError> {
        let linked = self.records.linked(contact)?;
        if let Some(linked) = linked.filter(|linked| linked.level >= SURE) {
            return Ok(of_person(&linked.whom));
        }
        Ok(match (self.caller_of)(contact) {
            Some(caller) => Subject::new(format!("number:{}", hex(&caller.0))),
            None => Subject::new(format!("contact:{}", contact.0)),
        })
    }

    /// The keyed hash of person and topic by which repeat contacts are found; None when all that is known of
    /// the person is this contact.
    pub(crate) fn matter(&self, subject: &Subject, topic: &str) -> Option<Vec<u8>> {
        let known = !subject.as_str().starts_with("contact:");
        known.then(|| {
            let hash = (self.hash)(&format!("matter {} {topic}", subject.as_str()));
            hash[..16].to_vec()
        })
    }
}

/// What is kept on a person, by the person's opaque name.
pub(crate) fn of_person(whom: &PersonKey) -> Subject {
    Subject::new(format!("person:{}", hex(whom)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<RecordsError> for Problem {
    fn from(error: RecordsError) -> Problem {
        tracing::error!(%error, "the rows about people cannot be used");
        Problem::unavailable(
            "records_down",
            "Det som er skrevet, ble ikke lagret. Behold vinduet åpent og prøv igjen om litt.",
        )
    }
}

/// Does what blocks where that is allowed.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Problem::unavailable("internal", "Noe gikk galt hos oss. Prøv igjen."))
}

/// A contact and the adviser who has it, or had it last.
pub(crate) struct Held {
    pub(crate) contact: ContactId,
    pub(crate) adviser: AdviserId,
    pub(crate) ident: String,
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) unit_name: linje_centre::Text,
    pub(crate) entry: Entry,
}

impl Held {
    /// The queue, when it came to one.
    pub(crate) fn queue(&self) -> Option<QueueId> {
        (self.entry.queue != QueueId::NONE).then_some(self.entry.queue)
    }

    /// The topic that the menu gave.
    pub(crate) fn topic(&self) -> Option<TopicId> {
        (self.entry.topic != TopicId::NONE).then_some(self.entry.topic)
    }

    /// Whether its conversation is over.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.entry.stage, Stage::WrapUp | Stage::Closed)
    }
}

/// The contact of an id in an address, with the adviser who answered it: oneself, or somebody for whom a
/// program speaks.
pub(crate) async fn held(api: &Api, me: &Me, id: &str) -> Result<Held, Problem> {
    let contact = api.contact(id)?;
    let gone =
        || Problem::not_found("Henvendelsen finnes ikke, eller ingen veileder har hatt den.");
    let known = api.shared.read(|view| view.contacts.get(contact).cloned());
    let entry = match known {
        Some(entry) => entry,
        None => {
            let records = api.history.of_contact(contact).await;
            let records = records.map_err(|_| gone())?;
            Entry::from_records(&records).ok_or_else(gone)?
        }
    };
    if entry.answered.is_none() {
        return Err(gone());
    }
    let card = api.directory.card(entry.adviser).ok_or_else(gone)?;
    if !is_own_desk(me, &card.ident) {
        return Err(Problem::conflict(
            "not_yours",
            "En annen veileder har eller hadde henvendelsen.",
        ));
    }
    let unit = api
        .directory
        .centre
        .units
        .get(card.unit.idx())
        .ok_or_else(gone)?;
    Ok(Held {
        contact,
        adviser: entry.adviser,
        ident: card.ident.clone(),
        name: card.name.clone(),
        unit: unit.id.clone(),
        unit_name: unit.name.clone(),
        entry,
    })
}

//! Whom a contact is about: said by its adviser, or by the citizen's own log-in. A number alone says nothing.

use linje_access::{Who, own_person};
use linje_store::RecordsError;
use linje_store::records::linked::Linked;
use linje_types::{ContactId, PersonId, QueueId, TopicId};
use tokio::sync::oneshot;

use super::{Level, Moved, People};
use crate::api::Api;
use crate::problem::Problem;

impl People {
    /// Keeps whom a contact is about.
    pub(crate) async fn link(
        &self,
        api: &Api,
        who: &Who,
        contact: ContactId,
        id: PersonId,
        level: Level,
    ) -> Result<(), Problem> {
        let whom = self.keys.key_of(id);
        let moved = Moved {
            contact,
            whom: Some(whom),
        };
        let linked = Linked {
            contact,
            whom,
            sealed: self
                .keys
                .seal(&whom, &id.digits())
                .map_err(|_| unwritten())?,
            level: level as u8,
            by: who.ident.clone(),
            at: api.now(),
        };
        let (tell, told) = oneshot::channel();
        self.records.link(linked, |end| {
            tell.send(end).ok();
        });
        self.traces.watch(contact);
        written(told).await?;
        // The same person never becomes less sure: what is kept counts, not what was said.
        let kept = self.linked(contact).await.map_err(|_| unwritten())?;
        self.tell_moved(api, moved, kept.map(|(_, level)| level));
        Ok(())
    }

    /// A contact that a logged-in citizen made is about them, unless its topic leaves no trace on anybody or
    /// somebody has said already whom it is about.
    pub(crate) async fn link_own(
        &self,
        api: &Api,
        who: &Who,
        contact: ContactId,
        queue: QueueId,
        topic: Option<TopicId>,
    ) -> Result<(), Problem> {
        let Some(id) = own_person(who).and_then(PersonId::parse) else {
            return Ok(());
        };
        let no_log = api
            .directory
            .centre
            .leaves_no_trace(Some(queue), topic.filter(|topic| *topic != TopicId::NONE));
        let known = self.linked(contact).await.map_err(|_| unwritten())?;
        if no_log || known.is_some() {
            return Ok(());
        }
        self.link(api, who, contact, id, Level::LoggedIn).await
    }

    /// Forgets whom a contact was about, where its topic leaves no trace on the person.
    pub(crate) async fn unlink(&self, api: &Api, contact: ContactId) -> Result<(), Problem> {
        let (tell, told) = oneshot::channel();
        self.records.unlink(contact, |end| {
            tell.send(end).ok();
        });
        written(told).await?;
        let moved = Moved {
            contact,
            whom: None,
        };
        self.tell_moved(api, moved, None);
        Ok(())
    }
}

async fn written(told: oneshot::Receiver<Result<(), RecordsError>>) -> Result<(), Problem> {
    let end = told.await.unwrap_or(Err(RecordsError::Closed));
    end.inspect_err(|error| tracing::error!(%error, "whom a contact is about cannot be written"))
        .map_err(|_| unwritten())
}

fn unwritten() -> Problem {
    Problem::unavailable(
        "people_unwritten",
        "Filen om personer kan ikke skrives nå. Prøv igjen om litt.",
    )
}

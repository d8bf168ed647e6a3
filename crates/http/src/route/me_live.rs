//! The conversations that are said to be mine, as they come, become surer and end: my page never asks again and
//! again. My contacts are read from disk when one of them moved, not when anything did.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use linje_store::records::access::PersonKey;
use linje_types::{ContactId, PersonId};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::live::{KEEP_ALIVE, Open};
use super::me::{MyContact, going_on, own_contacts};
use crate::admit::Me;
use crate::api::{Api, Gate};
use crate::people::{Level, Moved, own_id};
use crate::problem::Problem;
use crate::shape::List;

/// Changes within this time are shown together.
const TOGETHER: Duration = Duration::from_millis(200);

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(my_contacts_live))
}

/// `contacts` at once and on each change: the conversations that go on now and are said to be with me.
#[utoipa::path(
    get, path = "/api/v1/me/contacts/live", tag = "citizen",
    responses(
        (status = 200, content_type = "text/event-stream", body = List<MyContact>, description = "`contacts`: the list"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn my_contacts_live(
    api: Api,
    me: Me,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let own = own_id(&me)?;
    let links = api.people.links_moved();
    let reader = Reader {
        open: Open::new(&api),
        moving: api.shared.seq(),
        links,
        own,
        key: api.people.keys.key_of(own),
        contacts: own_contacts(&api, own).await?,
        api,
        last: None,
    };
    let stream = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Reader {
    #[expect(dead_code, reason = "its end is what counts")]
    open: Open,
    moving: watch::Receiver<u64>,
    links: broadcast::Receiver<Moved>,
    api: Api,
    own: PersonId,
    key: PersonKey,
    contacts: Vec<(ContactId, Level)>,
    last: Option<Vec<MyContact>>,
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.last.is_some() {
                self.wait().await?;
            }
            let now = going_on(&self.api, &self.contacts);
            if self.last.as_ref() == Some(&now) {
                continue;
            }
            let list = List::all(now.clone());
            self.last = Some(now);
            let json = serde_json::to_string(&list).ok()?;
            return Some(Event::default().event("contacts").data(json));
        }
    }

    /// Until there may be something new; None when the service ends or what is mine cannot be read.
    async fn wait(&mut self) -> Option<()> {
        // While nothing of mine goes on, only a link can change that.
        let any = !self.contacts.is_empty();
        tokio::select! {
            moved = self.moving.changed(), if any => {
                moved.ok()?;
                tokio::time::sleep(TOGETHER).await;
                self.moving.mark_unchanged();
            }
            moved = self.links.recv() => match moved {
                Ok(moved) if self.concerns(moved) => self.read().await?,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.read().await?,
                Err(RecvError::Closed) => return None,
            }
        }
        Some(())
    }

    fn concerns(&self, moved: Moved) -> bool {
        moved.whom == Some(self.key) || self.contacts.iter().any(|(own, _)| *own == moved.contact)
    }

    async fn read(&mut self) -> Option<()> {
        self.contacts = own_contacts(&self.api, self.own).await.ok()?;
        Some(())
    }
}

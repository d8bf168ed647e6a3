//! Live changes of the Trafikkbilde as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use linje_types::Language;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::Spoken;
use crate::feed::Sent;
use crate::metrics::{Metric, Metrics};
use crate::traffic::{TrafficChange, TrafficView, picture};

/// How often a quiet stream says that it lives.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(10);

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(live_traffic))
}

/// First `snapshot` (the whole picture), then `change`. `id` is the log sequence; `Last-Event-ID` goes on
/// where it was; a slow reader gets a new snapshot.
#[utoipa::path(
    get, path = "/api/v1/live", tag = "traffic",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last id that was read")),
    responses(
        (status = 200, content_type = "text/event-stream", body = TrafficView, description = "`snapshot`: TrafficView"),
        (status = 206, content_type = "text/event-stream", body = TrafficChange, description = "never sent; `change` events carry this"),
    )
)]
async fn live_traffic(
    api: Api,
    headers: HeaderMap,
    Spoken(language): Spoken,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let reader = Reader::new(api, last, language);
    let stream = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// An open stream, counted while it lives.
pub(super) struct Open(Arc<Metrics>);

impl Open {
    pub(super) fn new(api: &Api) -> Open {
        api.metrics.count(Metric::Streams);
        Open(Arc::clone(&api.metrics))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.uncount(Metric::Streams);
    }
}

struct Reader {
    api: Api,
    changes: broadcast::Receiver<Sent>,
    /// The last record that this reader knows.
    seq: u64,
    /// The last change that this reader was sent.
    number: u64,
    waiting: VecDeque<Sent>,
    snapshot_due: bool,
    language: Language,
    _open: Open,
}

impl Reader {
    fn new(api: Api, last: Option<u64>, language: Language) -> Reader {
        let line = api.feed.line(language);
        let changes = line.subscribe();
        let head = api.shared.read(|view| view.seq);
        let missed = last
            .filter(|last| *last <= head)
            .and_then(|last| Some((last, line.after(last)?)));
        let (seq, waiting) = match missed.clone() {
            Some((last, sent)) => (last, sent.into()),
            None => (0, VecDeque::new()),
        };
        Reader {
            _open: Open::new(&api),
            changes,
            seq,
            number: 0,
            waiting,
            snapshot_due: missed.is_none(),
            api,
            language,
        }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if std::mem::take(&mut self.snapshot_due) {
                return self.snapshot();
            }
            let sent = match self.waiting.pop_front() {
                Some(sent) => sent,
                None => match self.changes.recv().await {
                    Ok(sent) => sent,
                    Err(RecvError::Lagged(_)) => {
                        self.api.metrics.count(Metric::StreamsLagged);
                        self.snapshot_due = true;
                        continue;
                    }
                    Err(RecvError::Closed) => return None,
                },
            };
            // What the snapshot has already would take the page back.
            if sent.seq < self.seq || sent.number <= self.number {
                continue;
            }
            (self.seq, self.number) = (sent.seq, sent.number);
            let event = Event::default().event("change").id(sent.seq.to_string());
            return Some(event.data(&*sent.json));
        }
    }

    fn snapshot(&mut self) -> Option<Event> {
        let now = self.api.now();
        let api = &self.api;
        let picture = api
            .shared
            .read(|view| picture(api, view, now, self.language));
        self.seq = picture.seq;
        api.feed.line(self.language).begin_at(&picture);
        let event = Event::default()
            .event("snapshot")
            .id(picture.seq.to_string());
        match serde_json::to_string(&picture) {
            Ok(json) => Some(event.data(json)),
            Err(error) => {
                tracing::error!(%error, "cannot write a snapshot");
                None
            }
        }
    }
}

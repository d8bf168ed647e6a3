//! The expected wait: of one who comes to a queue, and of one who waits; and how good the figures were.

use axum::Json;
use axum::extract::Path;
use linje_measures::{Accuracy, Basis, Expected, LAST};
use linje_types::{Language, QueueId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::Spoken;
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::shape::whole_seconds;
use crate::traffic::{basis_words, expected};
use crate::view::View;

/// An expected wait. Null is unknown, which is not zero.
#[derive(Debug, Serialize, ToSchema)]
struct ExpectedWait {
    /// As likely shorter as longer, seconds.
    p50_s: Option<u64>,
    /// Nine of ten wait no longer, seconds.
    p90_s: Option<u64>,
    /// `ready`, `rate`, `handling`, `nobody`, `closed`; for a contact `not_waiting` too.
    basis: &'static str,
    /// The basis in words.
    text: &'static str,
    accuracy: AccuracyRow,
}

/// What the last who waited were told, held against the wait that they got. Since the service started; who left
/// before an answer is not counted, since nobody knows how long they would have waited.
#[derive(Debug, Serialize, ToSchema)]
struct AccuracyRow {
    /// How many there are, at most `last`.
    count: usize,
    last: usize,
    /// Half were wrong by no more than this, seconds.
    error_p50_s: Option<f64>,
    /// Nine of ten were wrong by no more than this, seconds.
    error_p90_s: Option<f64>,
    /// Share who waited no longer than `p50_s` said; 0.5 is right, more is on the safe side.
    within_p50: Option<f64>,
    /// Share who waited no longer than `p90_s` said; 0.9 is right.
    within_p90: Option<f64>,
}

/// The expected wait of one who waits, from now on.
#[derive(Debug, Serialize, ToSchema)]
struct ContactWait {
    #[serde(flatten)]
    expected: ExpectedWait,
    /// The place in line, 1 = next.
    position: Option<u32>,
    /// How long it has waited, seconds.
    waited_s: Option<u64>,
    /// What it was told when it came to the queue.
    told: Option<Told>,
}

/// What somebody was told.
#[derive(Debug, Serialize, ToSchema)]
struct Told {
    at: String,
    p50_s: u64,
    p90_s: u64,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(expected_wait_of_queue))
        .routes(routes!(of_contact))
}

/// How long one who comes to the queue now may expect to wait.
#[utoipa::path(
    get, path = "/api/v1/queues/{id}/expected-wait", tag = "measures",
    params(("id" = String, Path, description = "The queue")),
    responses((status = 200, body = ExpectedWait), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn expected_wait_of_queue(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<ExpectedWait>, Problem> {
    let centre = &api.directory.centre;
    let queue = centre.queue_id(&id).ok_or_else(|| {
        Problem::not_found(
            "Køen finnes ikke. Sjekk merket i adressen; GET /api/v1/queues viser køene.",
        )
    })?;
    let is_open = centre.hours_of(queue).at(api.now()).is_open();
    let found = api.shared.read(|view| {
        if is_open {
            wait(view, queue, expected(&api, view, queue), language)
        } else {
            no_wait(view, queue, closed(language))
        }
    });
    Ok(Json(found))
}

/// How long a contact that waits may expect to wait from now on, and what it was told.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/expected-wait", tag = "measures",
    params(("id" = String, Path, description = "The contact")),
    responses((status = 200, body = ContactWait), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn of_contact(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<ContactWait>, Problem> {
    let contact = api.contact(&id)?;
    let now = api.now();
    let found = api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        let expected = match view.expected_of(contact) {
            Some(expected) => wait(view, entry.queue, expected, language),
            None => no_wait(view, entry.queue, not_waiting(language)),
        };
        let position = view.state.position(contact);
        let since = entry.enqueued.filter(|_| position.is_some());
        Some(ContactWait {
            expected,
            position,
            waited_s: since.map(|since| whole_seconds(now.since_us(since))),
            told: view.promise(contact).map(|promise| Told {
                at: rfc3339(promise.at),
                p50_s: whole_seconds(promise.wait.p50_us),
                p90_s: whole_seconds(promise.wait.p90_us),
            }),
        })
    });
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke, eller er slettet. Sjekk merket i adressen; GET /api/v1/contacts viser dem som finnes."))
}

fn wait(view: &View, queue: QueueId, expected: Expected, language: Language) -> ExpectedWait {
    let wait = expected.wait;
    ExpectedWait {
        p50_s: wait.map(|wait| whole_seconds(wait.p50_us)),
        p90_s: wait.map(|wait| whole_seconds(wait.p90_us)),
        basis: Basis::as_str(expected.basis),
        text: basis_words(expected.basis, language),
        accuracy: accuracy(view.accuracy(queue)),
    }
}

fn no_wait(
    view: &View,
    queue: QueueId,
    (basis, text): (&'static str, &'static str),
) -> ExpectedWait {
    ExpectedWait {
        p50_s: None,
        p90_s: None,
        basis,
        text,
        accuracy: accuracy(view.accuracy(queue)),
    }
}

const fn closed(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => ("closed", "the queue is closed"),
        Language::Nb | Language::Nn | Language::Se => ("closed", "køen er stengt"),
    }
}

const fn not_waiting(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => ("not_waiting", "the contact does not wait in line"),
        Language::Nb | Language::Nn | Language::Se => {
            ("not_waiting", "henvendelsen står ikke i kø")
        }
    }
}

fn accuracy(of: Accuracy) -> AccuracyRow {
    AccuracyRow {
        count: of.count,
        last: LAST,
        error_p50_s: of.error_p50_s,
        error_p90_s: of.error_p90_s,
        within_p50: of.within_p50,
        within_p90: of.within_p90,
    }
}

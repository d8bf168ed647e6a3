//! Recording a conversation: both parties' yes, paused at a click, sealed with a key of its own, destroyed with it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use linje_access::Role;
use linje_store::{Act, KeptRecording, RecordsError};
use linje_types::{AdviserId, ContactId};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::listening::{named, own_voice};
use crate::admit::Me;
use crate::api::{Api, Gate};
use crate::beside::RecordingState;
use crate::body::{Body, CommandId};
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::shape::{List, Named};

/// How many recordings are listed.
const LISTED: u32 = 100;

/// A recording under way, or asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RecordingRow {
    state: RecordingState,
    since: String,
}

impl RecordingRow {
    /// The row of a contact with this adviser.
    pub(super) fn of(api: &Api, contact: ContactId, adviser: AdviserId) -> Option<RecordingRow> {
        let known = api.beside.recording(contact)?;
        (known.adviser == adviser).then(|| RecordingRow {
            state: known.state,
            since: rfc3339(known.since),
        })
    }
}

/// A recording that is kept, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct RecordingView {
    id: String,
    contact: String,
    adviser: Named,
    begun: String,
    ended: Option<String>,
    /// When it was destroyed; then there is no sound any more.
    destroyed: Option<String>,
    destroyed_by: Option<String>,
}

/// What the adviser wants of a recording.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RecordingWish {
    /// The adviser's own yes; the person outside is asked for theirs, by key 1.
    Ask,
    /// Something secret is said.
    Pause,
    /// It is over.
    Resume,
    /// The end.
    Stop,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WishRecording {
    wish: RecordingWish,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(wish_recording))
        .routes(routes!(list_recordings))
        .routes(routes!(destroy_recording))
        .routes(routes!(recording_sound))
}

/// Asks for a recording, pauses it, goes on, or ends it. It begins when the person outside has pressed 1.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/recording", tag = "recordings", request_body = WishRecording,
    params(("id" = String, Path, description = "The contact"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn wish_recording(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    _: CommandId,
    Body(WishRecording { wish }): Body<WishRecording>,
) -> Result<StatusCode, Problem> {
    let contact = api.contact(&id)?;
    api.forget_beside();
    let adviser = api.talks(contact)?;
    own_voice(&api, &me, adviser)?;
    match wish {
        RecordingWish::Ask => api.ask_to_record(contact).await?,
        RecordingWish::Pause => api.pause_recording(contact, true).await?,
        RecordingWish::Resume => api.pause_recording(contact, false).await?,
        RecordingWish::Stop => api.stop_recording(contact, &me.ident).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The recordings of the leader's own unit; for an adviser, those with the adviser's own voice.
#[utoipa::path(get, path = "/api/v1/recordings", tag = "recordings", responses((status = 200, body = List<RecordingView>)))]
async fn list_recordings(api: Api, me: Me) -> Result<Json<List<RecordingView>>, Problem> {
    let unit = me.unit.clone().filter(|_| !me.roles.has(Role::Program));
    let records = api.records.clone();
    let rows = blocking(move || records.recordings(unit, LISTED)).await?;
    let rows = rows.into_iter().filter(|row| is_theirs(&me, row));
    let rows = rows.map(|row| shown(&api, row)).collect();
    Ok(Json(List::all(rows)))
}

/// The sound of a recording, as a WAV file with the person outside on the left. The row that says who heard it is on
/// disk before it is sent.
#[utoipa::path(
    post, path = "/api/v1/recordings/{id}/sound", tag = "recordings",
    params(("id" = String, Path, description = "The recording"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, content_type = "audio/wav", description = "WAV, 8 kHz, stereo"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn recording_sound(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    _: CommandId,
) -> Result<impl IntoResponse, Problem> {
    let kept = find(&api, &me, &id).await?;
    api.people.note_heard(&api, &me, kept.contact).await?;
    let (tell, told) = oneshot::channel();
    api.records
        .note_act(act(&api, &me, &kept, "recording_played"), move |end| {
            tell.send(end).ok();
        });
    told.await
        .unwrap_or(Err(RecordsError::Closed))
        .map_err(|error| unread(&error))?;
    let (records, keys) = (api.records.clone(), api.guide.keys.clone());
    let number = kept.id;
    let sound = blocking(move || records.sound_of(&keys, number)).await?;
    let sound = sound.filter(|_| kept.destroyed.is_none()).ok_or_else(|| {
        Problem::new(StatusCode::GONE, "destroyed", "Opptaket er slettet")
            .detail("Nøkkelen til opptaket er slettet. Lyden kan ikke hentes fram igjen.")
    })?;
    let wav = api.beside.as_wav.map(|as_wav| as_wav(&sound));
    let headers = [
        (header::CONTENT_TYPE, "audio/wav"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Bytes::from(wav.unwrap_or(sound))))
}

/// Destroys a recording: its key is deleted, and its sound with it. The row remains and says so. The adviser
/// who is heard in it may, as the leader may: a yes that cannot be taken back is none.
#[utoipa::path(
    delete, path = "/api/v1/recordings/{id}", tag = "recordings",
    params(("id" = String, Path, description = "The recording"), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn destroy_recording(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    _: CommandId,
) -> Result<StatusCode, Problem> {
    let kept = find(&api, &me, &id).await?;
    let (tell, told) = oneshot::channel();
    let gone = act(&api, &me, &kept, "recording_destroyed");
    api.records.destroy_recording(kept.id, gone, move |end| {
        tell.send(end).ok();
    });
    told.await
        .unwrap_or(Err(RecordsError::Closed))
        .map_err(|error| unread(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A recording that is the reader's business; another is not told from one that is not there.
async fn find(api: &Api, me: &Me, id: &str) -> Result<KeptRecording, Problem> {
    let gone = || Problem::not_found("Opptaket finnes ikke.");
    let number: i64 = id.parse().map_err(|_| gone())?;
    let records = api.records.clone();
    let kept = blocking(move || records.recording(number)).await?;
    kept.filter(|kept| is_theirs(me, kept)).ok_or_else(gone)
}

/// Whether a recording is of the leader's own unit, or of the adviser's own voice.
fn is_theirs(me: &Me, kept: &KeptRecording) -> bool {
    let unit = me.unit.as_deref().is_none_or(|unit| unit == kept.unit);
    me.roles.has(Role::Program) || (me.roles.has(Role::Leader) && unit) || kept.adviser == me.ident
}

fn act(api: &Api, me: &Me, kept: &KeptRecording, what: &str) -> Act {
    Act {
        contact: kept.contact,
        at: api.now(),
        what: what.to_owned(),
        who: me.ident.clone(),
        adviser: kept.adviser.clone(),
        how: kept.id.to_string(),
    }
}

fn shown(api: &Api, row: KeptRecording) -> RecordingView {
    let adviser = api.directory.adviser(&row.adviser);
    let adviser = adviser.map_or_else(
        || Named {
            id: row.adviser.clone(),
            name: row.adviser.clone(),
        },
        |adviser| named(api, adviser),
    );
    RecordingView {
        id: row.id.to_string(),
        contact: api.ids.contact(row.contact),
        adviser,
        begun: rfc3339(row.begun),
        ended: row.ended.map(rfc3339),
        destroyed: row.destroyed.as_ref().map(|(at, _)| rfc3339(*at)),
        destroyed_by: row.destroyed.map(|(_, by)| by),
    }
}

fn unread(error: &RecordsError) -> Problem {
    tracing::error!(%error, "a recording could not be read or its row not kept");
    Problem::unavailable(
        "not_kept",
        "Opptaket kunne ikke hentes nå. Prøv igjen om litt.",
    )
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RecordsError> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(RecordsError::Closed))
        .map_err(|error| unread(&error))
}

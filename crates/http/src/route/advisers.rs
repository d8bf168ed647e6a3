//! Advisers: who is free, what one does, the choice of an activity, the clock of the wrap-up.

use axum::Json;
use axum::extract::Path;
use linje_centre::UnitKind;
use linje_desk::Refusal;
use linje_event::{Command, Rejection, WrapUpAction};
use linje_routing::{AdviserState, ContactState};
use linje_types::{Activity, AdviserId, Channel, Channels, OfferId, Origin, SECOND_US};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Query};
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::shape::{List, Named};
use crate::view::View;

/// Longest extension of a wrap-up at once.
const MAX_EXTEND_S: i64 = 3600;

/// An adviser, as colleagues see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Adviser {
    /// The ident, such as `K990001`.
    pub(crate) id: String,
    pub(crate) name: String,
    unit: Option<Named>,
    /// Played by the population.
    pub(crate) synthetic: bool,
    signed_in: bool,
    activity: Option<String>,
    #[schema(value_type = String, example = "ready")]
    state: AdviserState,
    not_ready_reason: Option<String>,
    since: String,
    /// Whether a phone is registered.
    phone: bool,
    /// Nobody is this adviser now: you can be.
    free: bool,
    serves_synthetic: bool,
    /// *Fagekspert*: of a deciding unit, asked by advisers; nobody rings this one directly.
    expert: bool,
    /// Channels taken besides the activity: voice, chat, message, task.
    also: Vec<&'static str>,
}

impl Adviser {
    /// Nobody is this adviser now.
    pub(crate) const fn is_free(&self) -> bool {
        self.free
    }
}

/// What only the adviser's own programs need.
#[derive(Debug, Serialize, ToSchema)]
struct AdviserDetail {
    #[serde(flatten)]
    adviser: Adviser,
    offer: Option<OfferRef>,
    contacts: Vec<String>,
}

/// An offer that stands.
#[derive(Debug, Serialize, ToSchema)]
struct OfferRef {
    id: String,
    contact: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only those that nobody is now.
    #[serde(default, deserialize_with = "flag")]
    free: Option<bool>,
    /// Only of this unit.
    unit: Option<String>,
    /// At most so many, 1 to 1000.
    limit: Option<usize>,
    /// Where the page before ended.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// phone, chat, written, tasks, learning, fagprat, lunch, break or meeting.
    activity: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Besides {
    /// voice, chat, message, task; none = only what the activity gives.
    channels: Vec<String>,
}

/// Exactly one of the three.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WrapUp {
    /// It is finished.
    done: Option<bool>,
    /// So many seconds more.
    extend_s: Option<i64>,
    /// No clock.
    stop_clock: Option<bool>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_advisers))
        .routes(routes!(one_of_advisers))
        .routes(routes!(choose))
        .routes(routes!(also))
        .routes(routes!(wrap_up))
}

/// An adviser as they are in `view`.
pub(crate) fn adviser_of(api: &Api, view: &View, id: AdviserId) -> Option<Adviser> {
    let card = api.directory.card(id)?;
    let is = view.state.adviser(id)?;
    let unit = api.directory.centre.units.get(card.unit.idx());
    // Whoever closed the window can be taken up again, with the call that goes on.
    let at_work = is.signed_in && is.present;
    let taken = card.synthetic || at_work || api.presence.has_desk(id);
    Some(Adviser {
        id: card.ident.clone(),
        name: card.name.clone(),
        unit: unit.map(|unit| Named {
            id: unit.id.clone(),
            name: unit.name.nb.clone(),
        }),
        synthetic: card.synthetic,
        signed_in: is.signed_in,
        activity: is.signed_in.then(|| is.activity.as_str().to_owned()),
        state: is.state,
        not_ready_reason: is.not_ready.map(|reason| not_ready_word(reason).to_owned()),
        since: rfc3339(view.since(id)),
        phone: api.presence.has_phone(id),
        free: !taken,
        serves_synthetic: is.origins.has(Origin::Synthetic),
        expert: unit.is_some_and(|unit| unit.kind == UnitKind::Deciding),
        also: Channel::ALL
            .iter()
            .filter(|channel| is.also.has(**channel))
            .map(|channel| channel.as_str())
            .collect(),
    })
}

/// `?free` alone means true.
fn flag<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    match String::deserialize(from)?.as_str() {
        "" | "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        other => Err(serde::de::Error::custom(format!(
            "`{other}` is neither true nor false"
        ))),
    }
}

/// Advisers, in the order of their idents.
#[utoipa::path(get, path = "/api/v1/advisers", tag = "advisers", params(Filter), responses((status = 200, body = List<Adviser>)))]
async fn list_advisers(
    api: Api,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Adviser>>, Problem> {
    let unit = filter
        .unit
        .map(|unit| {
            let known = api.directory.centre.unit_id(&unit);
            known.ok_or_else(|| Problem::not_found("Enheten finnes ikke."))
        })
        .transpose()?;
    let after = filter.cursor.unwrap_or_default();
    let limit = filter.limit.unwrap_or(200).clamp(1, 1000);
    let mut cards: Vec<(AdviserId, &crate::ports::Card)> = api
        .directory
        .cards()
        .filter(|(_, card)| unit.is_none_or(|unit| card.unit == unit))
        .filter(|(_, card)| card.ident > after)
        .collect();
    cards.sort_by(|one, other| one.1.ident.cmp(&other.1.ident));
    let items: Vec<Adviser> = api.shared.read(|view| {
        cards
            .iter()
            .filter_map(|(id, _)| adviser_of(&api, view, *id))
            .filter(|adviser| filter.free.is_none_or(|free| adviser.free == free))
            .take(limit + 1)
            .collect()
    });
    Ok(Json(page(items, limit)))
}

fn page(mut items: Vec<Adviser>, limit: usize) -> List<Adviser> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    List { items, next }
}

/// One adviser, with the offer that stands and the contacts in hand.
#[utoipa::path(
    get, path = "/api/v1/advisers/{id}", tag = "advisers",
    params(("id" = String, Path, description = "The ident")),
    responses((status = 200, body = AdviserDetail), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn one_of_advisers(api: Api, Path(id): Path<String>) -> Result<Json<AdviserDetail>, Problem> {
    let adviser = api.adviser(&id)?;
    show(&api, adviser).map(Json)
}

fn show(api: &Api, id: AdviserId) -> Result<AdviserDetail, Problem> {
    api.shared.read(|view| {
        let adviser = adviser_of(api, view, id)
            .ok_or_else(|| Problem::not_found("Veilederen finnes ikke."))?;
        let contacts: Vec<_> = view
            .state
            .contacts_of(id)
            .into_iter()
            .filter_map(|contact| view.state.contact(contact))
            .collect();
        let offer = contacts.iter().find_map(|contact| {
            contact.offer.map(|offer: OfferId| OfferRef {
                id: api.ids.offer(offer),
                contact: api.ids.contact(contact.id),
            })
        });
        let in_hand = contacts.iter().filter(|contact| contact.offer.is_none());
        Ok(AdviserDetail {
            adviser,
            offer,
            contacts: in_hand.map(|contact| api.ids.contact(contact.id)).collect(),
        })
    })
}

/// Chooses an activity. Whoever is not signed in is signed in by it; whoever was not ready is ready again.
#[utoipa::path(
    put, path = "/api/v1/advisers/{id}/activity", tag = "advisers", request_body = Choice,
    params(("id" = String, Path, description = "The ident"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = AdviserDetail),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn choose(
    api: Api,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(choice): Body<Choice>,
) -> Result<Json<AdviserDetail>, Problem> {
    let adviser = api.adviser(&id)?;
    refuse_synthetic(&api, adviser)?;
    let activity = Activity::parse(&choice.activity).ok_or_else(|| {
        let valid = Activity::ALL
            .iter()
            .map(|activity| activity.to_string())
            .collect();
        Problem::invalid("activity", "Ukjent aktivitet.", valid)
    })?;
    api.presence.acted(adviser);
    set_activity(&api, command_id, adviser, activity).await?;
    show(&api, adviser).map(Json)
}

/// Signs in with an activity, or chooses it.
async fn set_activity(
    api: &Api,
    command_id: CommandId,
    adviser: AdviserId,
    activity: Activity,
) -> Result<(), Problem> {
    let sign_in = Command::SignIn { adviser, activity };
    let choose = Command::Choose { adviser, activity };
    let signed_in = is_signed_in(api, adviser);
    let first = if signed_in { choose } else { sign_in };
    let submit = linje_desk::Submit::new(0, first).with_id(command_id.0);
    let refusal = match api.desk.ask(submit).await {
        Ok(accepted) => {
            api.shared.reached(accepted.seq).await;
            return Ok(());
        }
        Err(refusal) => refusal,
    };
    // The other came first, or the same request came twice: say it the other way, without the id.
    let second = match refusal {
        Refusal::Rejected(Rejection::SignedIn) | Refusal::IdReused if !signed_in => choose,
        Refusal::Rejected(Rejection::NotSignedIn) => sign_in,
        Refusal::IdReused => choose,
        Refusal::Rejected(_)
        | Refusal::StoreDown { .. }
        | Refusal::Overloaded
        | Refusal::Unpublishable => return Err(api.refused(refusal)),
    };
    match api.command_unnamed(second).await {
        Ok(_) => Ok(()),
        Err(refusal) => Err(api.refused(refusal)),
    }
}

/// What the adviser takes besides the activity: other lines at once, messages and tasks when it is quiet.
#[utoipa::path(
    post, path = "/api/v1/advisers/{id}/also", tag = "advisers", request_body = Besides,
    params(("id" = String, Path, description = "The ident"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = AdviserDetail),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn also(
    api: Api,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(besides): Body<Besides>,
) -> Result<Json<AdviserDetail>, Problem> {
    let adviser = api.adviser(&id)?;
    refuse_synthetic(&api, adviser)?;
    let mut channels = Channels::NONE;
    for word in &besides.channels {
        let channel = Channel::parse(word).ok_or_else(|| {
            let valid = Channel::ALL.iter().map(ToString::to_string).collect();
            Problem::invalid("channels", "Ukjent kanal.", valid)
        })?;
        channels = channels.with(channel);
    }
    api.presence.acted(adviser);
    api.command(command_id, Command::Also { adviser, channels })
        .await?;
    show(&api, adviser).map(Json)
}

/// The clock of the wrap-up of the adviser's contact.
#[utoipa::path(
    post, path = "/api/v1/advisers/{id}/wrap-up", tag = "advisers", request_body = WrapUp,
    params(("id" = String, Path, description = "The ident"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = AdviserDetail),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn wrap_up(
    api: Api,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(body): Body<WrapUp>,
) -> Result<Json<AdviserDetail>, Problem> {
    let adviser = api.adviser(&id)?;
    let action = action(&body)?;
    api.presence.acted(adviser);
    let contact = api.shared.read(|view| {
        let contacts = view.state.contacts_of(adviser).into_iter();
        contacts
            .filter_map(|contact| view.state.contact(contact))
            .find(|contact| contact.state == ContactState::WrapUp)
            .map(|contact| contact.id)
            // A repeat of the request comes when it is over: it must be the same command.
            .or_else(|| view.contacts.last_ended(adviser))
    });
    let contact = contact.ok_or_else(|| {
        Problem::conflict("no_wrap_up", "Veilederen har ikke noe etterarbeid nå.")
    })?;
    api.command(command_id, Command::WrapUp { contact, action })
        .await?;
    show(&api, adviser).map(Json)
}

fn action(body: &WrapUp) -> Result<WrapUpAction, Problem> {
    let one = "Si nøyaktig ett av done, extend_s og stop_clock.";
    match (body.done, body.extend_s, body.stop_clock) {
        (Some(true), None, None) => Ok(WrapUpAction::Done),
        (None, Some(seconds), None) if (1..=MAX_EXTEND_S).contains(&seconds) => {
            Ok(WrapUpAction::Extend(seconds * SECOND_US))
        }
        (None, Some(_), None) => Err(Problem::invalid(
            "extend_s",
            format!("Fra 1 til {MAX_EXTEND_S} sekunder."),
            Vec::new(),
        )),
        (None, None, Some(true)) => Ok(WrapUpAction::StopClock),
        _ => Err(Problem::invalid(
            ".",
            one,
            ["done", "extend_s", "stop_clock"]
                .map(str::to_owned)
                .to_vec(),
        )),
    }
}

pub(crate) fn is_signed_in(api: &Api, adviser: AdviserId) -> bool {
    api.shared
        .read(|view| view.state.adviser(adviser).is_some_and(|is| is.signed_in))
}

/// Synthetic people are played by the population; nobody steers them.
pub(crate) fn refuse_synthetic(api: &Api, adviser: AdviserId) -> Result<(), Problem> {
    let synthetic = api
        .directory
        .card(adviser)
        .is_some_and(|card| card.synthetic);
    if synthetic && api.population {
        return Err(Problem::conflict(
            "synthetic_adviser",
            "Denne veilederen er syntetisk og styres av demoen. Velg en ledig demoveileder.",
        ));
    }
    Ok(())
}

const fn not_ready_word(reason: linje_event::NotReady) -> &'static str {
    match reason {
        linje_event::NotReady::NoAnswer => "no_answer",
        linje_event::NotReady::Declined => "declined",
        linje_event::NotReady::PhoneBusy => "phone_busy",
        linje_event::NotReady::PhoneUnreachable => "phone_unreachable",
    }
}

//! The registers themselves: organisations, whether each answers, and in the demo, trouble on purpose. And
//! the measures that touch staff.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_registry::{Organisation, Register, Trouble};
use linje_store::records::access::Reading;
use linje_types::{Language, OrgNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate, Mode};
use crate::body::{Body, Spoken};
use crate::people::{Asker, ControlMeasure, failed_problem, grounded};
use crate::problem::Problem;
use crate::shape::List;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganisationAsk {
    /// Nine figures.
    orgnr: String,
    /// A contact that the reader has in hand.
    contact: Option<String>,
    /// Without a contact: why.
    reason: Option<String>,
}

/// Whether a register answers.
#[derive(Serialize, ToSchema)]
struct RegisterRow {
    register: Register,
    /// False while it is left alone after several failures.
    answers: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rehearse {
    trouble: Trouble,
}

/// Somebody to try the demo with. They do not exist.
#[derive(Serialize, ToSchema)]
struct Persona {
    fnr: String,
    name: String,
    /// To ring from, so that the number is known.
    phone: Option<String>,
    /// What they are good for.
    about: String,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(open_organisation))
        .routes(routes!(list_registers))
        .routes(routes!(rehearse_register))
        .routes(routes!(demo_people))
        .routes(routes!(control_measures))
}

/// An organisation by its number.
#[utoipa::path(
    post, path = "/api/v1/organisations/open", tag = "persons", request_body = OrganisationAsk,
    responses(
        (status = 200, body = Organisation),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn open_organisation(
    api: Api,
    who: Asker,
    Body(ask): Body<OrganisationAsk>,
) -> Result<Json<Organisation>, Problem> {
    let number = OrgNumber::parse(&ask.orgnr).ok_or_else(|| {
        Problem::invalid("orgnr", "Organisasjonsnummeret har ikke riktig form. Det har ni siffer, og kontrollsifferet må stemme.", Vec::new())
    })?;
    let ground = grounded(&api, &who, ask.contact.as_deref(), ask.reason.as_deref())?;
    let people = &api.people;
    let found = people
        .registers
        .organisation(number)
        .await
        .map_err(failed_problem)?;
    let key = people.organisation_key(&number.digits());
    let reason = ground
        .reason
        .and_then(|reason| people.keys.seal(&key, reason).ok());
    let row = people.blank_row(&api, &who, &ground, "organisation");
    let row = Reading {
        whom: Some(key),
        reason,
        permit: true,
        ..row
    };
    people.keep(vec![row]).await?;
    found.map(Json).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no_organisation",
            "Ingen virksomhet har dette nummeret",
        )
    })
}

/// Which registers answer.
#[utoipa::path(get, path = "/api/v1/registers", tag = "persons", responses((status = 200, body = List<RegisterRow>)))]
async fn list_registers(api: Api) -> Json<List<RegisterRow>> {
    let rows = Register::ALL.into_iter().map(|register| RegisterRow {
        register,
        answers: !api.people.registers.is_resting(register),
    });
    Json(List::all(rows.collect()))
}

/// Rehearses trouble with a register: down, slow (five seconds), wrong, none. Demo only.
#[utoipa::path(
    post, path = "/api/v1/demo/registers/{register}", tag = "demo", request_body = Rehearse,
    params(("register" = String, Path, description = "persons, preferences, cases, payments, powers, offices, tasks, organisations, benefits, follow_up, notices")),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn rehearse_register(
    api: Api,
    Path(register): Path<String>,
    Body(ask): Body<Rehearse>,
) -> Result<StatusCode, Problem> {
    refuse_work(&api)?;
    let known = Register::ALL
        .into_iter()
        .find(|known| known.name() == register);
    let register = known.ok_or_else(|| Problem::not_found("Registeret finnes ikke."))?;
    api.people.registers.rehearse(register, ask.trouble);
    Ok(StatusCode::NO_CONTENT)
}

fn refuse_work(api: &Api) -> Result<(), Problem> {
    if api.mode == Mode::Demo {
        return Ok(());
    }
    Err(Problem::not_found("Dette finnes bare i demoen."))
}

/// People to try the demo with. Nobody among them is protected, and nobody exists.
#[utoipa::path(get, path = "/api/v1/demo/people", tag = "demo", responses((status = 200, body = List<Persona>), (status = 404, body = Problem, content_type = "application/problem+json")))]
async fn demo_people(api: Api, Spoken(language): Spoken) -> Result<Json<List<Persona>>, Problem> {
    refuse_work(&api)?;
    let people = api
        .people
        .built_in
        .iter()
        .flat_map(linje_registry::BuiltIn::personas);
    let rows = people.map(|(person, nb, en)| Persona {
        fnr: person.id.digits(),
        phone: person.phones.first().map(|phone| phone.number.clone()),
        name: person.name,
        about: if language == Language::En { en } else { nb }.to_owned(),
    });
    Ok(Json(List::all(rows.collect())))
}

/// Measures that touch staff: what, what for, on what basis, who sees it, when it was discussed.
#[utoipa::path(get, path = "/api/v1/control-measures", tag = "measures", responses((status = 200, body = List<ControlMeasure>)))]
async fn control_measures(api: Api) -> Json<List<ControlMeasure>> {
    Json(List::all(api.people.measures.clone()))
}

//! Crisis plans (*beredskapsplaner*): what each does, whether it is on, and the switch.

use axum::Json;
use axum::extract::Path;
use linje_centre::{Plan, PlanAct};
use linje_event::Command;
use linje_types::{Language, PlanId, QueueId, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admit::{Me, signed};
use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Spoken};
use crate::notes::{Note, Noted};
use crate::problem::Problem;
use crate::shape::{List, Named, moment, named, queue_name};
use crate::view::View;
use crate::words::count_of;

/// A crisis plan.
#[derive(Debug, Serialize, ToSchema)]
struct PlanRow {
    id: String,
    name: String,
    on: bool,
    /// Since when it is on or off; null when it was never switched.
    since: Option<String>,
    /// Who switched it last.
    by: Option<String>,
    /// Why it was switched last.
    why: Option<String>,
    /// What it does, step by step, in words.
    steps: Vec<String>,
    /// To each of `steps`, what is to be known while the plan is on; null when there is nothing.
    step_notes: Vec<Option<String>>,
    /// Callers who could not be rung as the plan wants, since it was switched on last: no number is known.
    not_offered: u32,
    /// Callers of these queues are rung instead of waiting.
    callback_only: Vec<Named>,
    /// What callers hear first.
    message: Option<String>,
    /// What advisers are asked when it is switched on.
    asked: Vec<Asked>,
}

/// What advisers are asked.
#[derive(Debug, Serialize, ToSchema)]
struct Asked {
    activity: &'static str,
    wanted: u16,
    /// Of this unit; null = of all.
    unit: Option<Named>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    /// On or off.
    on: bool,
    /// Why; kept with the switch.
    why: String,
    /// Of a program: whom it says that it acts for. Who is logged in signs with their own ident.
    who: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_plans))
        .routes(routes!(switch))
}

/// Plans that are on, by name, for the desk.
pub(super) fn plans_on(api: &Api, view: &View, language: Language) -> Vec<Named> {
    let plans = (0..).map(PlanId).zip(&api.directory.centre.plans);
    plans
        .filter(|(id, _)| view.state.plan_is_on(*id))
        .map(|(_, plan)| named(&plan.id, &plan.name, language))
        .collect()
}

/// All crisis plans.
#[utoipa::path(get, path = "/api/v1/plans", tag = "traffic", responses((status = 200, body = List<PlanRow>)))]
async fn list_plans(api: Api, Spoken(language): Spoken) -> Json<List<PlanRow>> {
    let plans = (0..).map(PlanId).zip(&api.directory.centre.plans);
    let rows = plans.map(|(id, plan)| row(&api, id, plan, language));
    Json(List::all(rows.collect()))
}

/// Switches a plan. Switched on, the advisers it names are asked; they decide.
#[utoipa::path(
    post, path = "/api/v1/plans/{id}/switch", tag = "traffic", request_body = Switch,
    params(("id" = String, Path, description = "The plan"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = PlanRow),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn switch(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Spoken(language): Spoken,
    Body(body): Body<Switch>,
) -> Result<Json<PlanRow>, Problem> {
    let centre = &api.directory.centre;
    let known = centre.plan_id(&id);
    let plan = known.ok_or_else(|| Problem::not_found("Beredskapsplanen finnes ikke."))?;
    let description = centre.plans.get(usize::from(plan.0));
    let description = description.ok_or_else(|| Problem::not_found("Planen finnes ikke."))?;
    if body.why.trim().is_empty() {
        let text = "Skriv hvorfor planen slås på eller av.";
        return Err(Problem::invalid("why", text, Vec::new()));
    }
    let was_on = api.shared.read(|view| view.state.plan_is_on(plan));
    let accepted = api
        .command(command_id, Command::SwitchPlan { plan, on: body.on })
        .await?;
    let what = Noted::Plan { id, on: body.on };
    api.notes.add(Note {
        at: api.now(),
        seq: accepted.seq,
        who: signed(&me, body.who.as_deref()),
        why: body.why,
        what,
    });
    // A repeat of the request finds the plan on already and asks nobody again.
    match (was_on, body.on) {
        (false, true) => ask(&api, description).await,
        (true, false) => no_longer_ask(&api, description).await,
        (false, false) | (true, true) => {}
    }
    Ok(Json(row(&api, plan, description, language)))
}

/// Withdraws what the plan asked and nobody needs to answer any more.
async fn no_longer_ask(api: &Api, plan: &Plan) {
    for asked in asks(plan) {
        let Some(request) = open_request(api, asked) else {
            continue;
        };
        if let Err(refusal) = api.command_unnamed(Command::CloseRequest { request }).await {
            tracing::warn!(?refusal, "what a plan asked was not withdrawn");
        }
    }
}

/// The open request that asks the same.
fn open_request(
    api: &Api,
    (activity, wanted, unit): (linje_types::Activity, u16, Option<UnitId>),
) -> Option<linje_types::RequestId> {
    api.shared.read(|view| {
        let mut open = view.state.requests().iter();
        let same = open.find(|request| {
            (request.activity, request.wanted, request.unit) == (activity, wanted, unit)
        });
        same.map(|request| request.id)
    })
}

/// Asks the advisers whom the plan names, where nobody asks them the same already.
async fn ask(api: &Api, plan: &Plan) {
    for (activity, wanted, unit) in asks(plan) {
        if open_request(api, (activity, wanted, unit)).is_some() {
            continue;
        }
        let command = Command::AskAdvisers {
            activity,
            wanted,
            unit,
        };
        if let Err(refusal) = api.command_unnamed(command).await {
            tracing::warn!(?refusal, "advisers were not asked as the plan says");
        }
    }
}

fn asks(plan: &Plan) -> impl Iterator<Item = (linje_types::Activity, u16, Option<UnitId>)> {
    plan.steps.iter().filter_map(|step| {
        let PlanAct::Ask {
            activity,
            wanted,
            unit,
        } = step.act
        else {
            return None;
        };
        Some((activity, wanted, unit))
    })
}

/// Who waits in these queues although the plan rings their callers.
fn not_offered(view: &View, id: PlanId, queues: &[QueueId]) -> u32 {
    view.contacts.waited_in_plan(id, queues)
}

fn step_note(
    api: &Api,
    view: &View,
    id: PlanId,
    act: &PlanAct,
    language: Language,
) -> Option<String> {
    let PlanAct::CallbackOnly(queues) = act else {
        return None;
    };
    if api.beside.calling.is_none() {
        return Some(String::from(match language {
            Language::En => {
                "The centre has no line out, so nobody can be rung: callers wait on the line. An administrator sets it up under [sip.outgoing]."
            }
            Language::Nb | Language::Nn | Language::Se => {
                "Sentret har ingen linje ut, så ingen kan ringes: de som ringer, venter på linja. En administrator setter den opp under [sip.outgoing]."
            }
        }));
    }
    let count = not_offered(view, id, queues);
    (count > 0 && view.state.plan_is_on(id)).then(|| {
        let number = count_of(u64::from(count), language);
        match (language, count) {
            (Language::En, 1) => format!("{number} caller could not be offered this, because no number is known. They were told so, and wait on the line."),
            (Language::En, _) => format!("{number} callers could not be offered this, because no number is known. They were told so, and wait on the line."),
            (_, 1) => format!("{number} som ringte, kunne ikke få tilbudet, fordi nummeret ikke er kjent. Brukeren har fått vite det og venter på linja."),
            (_, _) => format!("{number} som ringte, kunne ikke få tilbudet, fordi nummeret ikke er kjent. De har fått vite det og venter på linja."),
        }
    })
}

fn row(api: &Api, id: PlanId, plan: &Plan, language: Language) -> PlanRow {
    let centre = &api.directory.centre;
    let last = api
        .notes
        .last(|note| matches!(&note.what, Noted::Plan { id, .. } if *id == plan.id));
    let only = plan.steps.iter().flat_map(|step| match &step.act {
        PlanAct::CallbackOnly(queues) => queues.clone(),
        PlanAct::Say(_) | PlanAct::Menu { .. } | PlanAct::Ask { .. } => Vec::new(),
    });
    let only: Vec<QueueId> = only.collect();
    let (on, not_offered, step_notes) = api.shared.read(|view| {
        let notes = plan.steps.iter();
        let notes = notes.map(|step| step_note(api, view, id, &step.act, language));
        let is_on = view.state.plan_is_on(id);
        (is_on, not_offered(view, id, &only), notes.collect())
    });
    let says = plan.steps.iter().find_map(|step| {
        let PlanAct::Say(prompt) = step.act else {
            return None;
        };
        let prompt = centre.prompt(prompt);
        prompt.text(language).or_else(|| prompt.text(Language::Nb))
    });
    PlanRow {
        id: plan.id.clone(),
        name: plan.name.get(language).to_owned(),
        on,
        since: last.as_ref().and_then(|note| moment(note.at)),
        by: last.as_ref().map(|note| note.who.clone()),
        why: last.map(|note| note.why),
        steps: plan
            .steps
            .iter()
            .map(|step| step.text.get(language).to_owned())
            .collect(),
        step_notes,
        not_offered,
        callback_only: only
            .into_iter()
            .filter_map(|queue| queue_name(&api.directory, queue, language))
            .collect(),
        message: says.map(str::to_owned),
        asked: asks(plan)
            .map(|(activity, wanted, unit)| Asked {
                activity: activity.as_str(),
                wanted,
                unit: unit
                    .and_then(|unit| centre.units.get(unit.idx()))
                    .map(|unit| named(&unit.id, &unit.name, language)),
            })
            .collect(),
    }
}

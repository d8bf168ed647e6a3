//! Ringing out: an adviser rings a number of the list, within caps. The number goes to the vault and is never
//! told again.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_desk::{Submit, field};
use linje_event::Command;
use linje_types::{AdviserId, Channel, ContactId, HOUR_US, Language, QueueId, TopicId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::advisers::refuse_synthetic;
use super::contacts::{ContactView, contact_view, named_queue, topic};
use crate::admit::{Me, own_desk};
use crate::api::{Api, Gate};
use crate::beside::{Calling, NotRung};
use crate::body::{Body, CommandId};
use crate::problem::Problem;
use crate::view::{Stage, View};

/// A number is forgotten so long after it was rung.
const KEPT_S: i64 = 3600;

/// Whether an adviser may ring out now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CallingView {
    /// How many more calls this adviser may begin within the hour.
    left: u32,
    /// Of how many.
    per_hour: u32,
}

impl CallingView {
    /// None when the centre has no line out.
    pub(super) fn of(api: &Api, view: &View, adviser: AdviserId) -> Option<CallingView> {
        let calling = api.beside.calling.as_ref()?;
        Some(CallingView {
            left: calling
                .per_hour
                .saturating_sub(Rung::count(api, view, adviser).by_adviser),
            per_hour: calling.per_hour,
        })
    }
}

/// Calls of advisers.
struct Rung {
    /// That this adviser began in the last hour.
    by_adviser: u32,
    /// Of everybody, that are open now.
    open: u32,
}

impl Rung {
    fn count(api: &Api, view: &View, adviser: AdviserId) -> Rung {
        let since = api.now().plus_us(-HOUR_US);
        let mut rung = Rung {
            by_adviser: 0,
            open: 0,
        };
        for (at, who, contact) in view.contacts.rung() {
            rung.by_adviser += u32::from(who == adviser && at > since);
            let entry = view.contacts.get(contact);
            let open = entry.is_some_and(|it| !matches!(it.stage, Stage::Closed | Stage::WrapUp));
            rung.open += u32::from(open);
        }
        rung
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCall {
    /// Whom to ring: eight digits, or with a country code.
    number: String,
    /// The queue that the conversation belongs to; left out = the first that the adviser serves by phone.
    queue: Option<String>,
    /// The three-letter code of the topic.
    topic: Option<String>,
    /// nb, nn, se or en.
    language: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(call_out))
}

/// Rings somebody. The adviser's own phone is taken up and hears that it rings; the call is a contact like any
/// other from then on.
#[utoipa::path(
    post, path = "/api/v1/advisers/{id}/calls", tag = "advisers", request_body = NewCall,
    params(("id" = String, Path, description = "The ident"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = ContactView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "No line out, no phone, something in hand, or as many calls as allowed"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Not a number, or not one that may be rung"),
    )
)]
async fn call_out(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    command_id: CommandId,
    Body(new): Body<NewCall>,
) -> Result<(StatusCode, Json<ContactView>), Problem> {
    let adviser = api.adviser(&id)?;
    own_desk(&me, &id)?;
    refuse_synthetic(&api, adviser)?;
    let contact = match api.rung(command_id) {
        Some(known) => ContactId(known),
        None => ring(&api, adviser, command_id, &new).await?,
    };
    let shown = api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        Some(contact_view(&api, view, entry, None))
    });
    let shown = shown.ok_or_else(|| Problem::not_found("Samtalen finnes ikke."))?;
    Ok((StatusCode::CREATED, Json(shown)))
}

async fn ring(
    api: &Api,
    adviser: AdviserId,
    command_id: CommandId,
    new: &NewCall,
) -> Result<ContactId, Problem> {
    let calling = api.beside.calling.as_ref().ok_or_else(|| {
        Problem::conflict(
            "no_line_out",
            "Sentret har ingen linje ut. En administrator setter den opp under [sip.outgoing].",
        )
    })?;
    let number = number(api, calling, &new.number)?;
    let page_only = api.softphones.is_page_only(adviser) && api.presence.has_desk(adviser);
    if page_only || !api.presence.has_phone(adviser) {
        return Err(Problem::conflict(
            "no_phone",
            "Du har ingen telefon å ringe med. Velg Hodetelefon i nettleseren, eller logg på bordtelefonen.",
        ));
    }
    within_caps(api, calling, adviser)?;
    let language = new.language.as_deref().map_or(Ok(Language::Nb), spoken)?;
    let topic = new
        .topic
        .as_deref()
        .map(|code| topic(api, Channel::Voice, code))
        .transpose()?;
    let queue = match &new.queue {
        Some(queue) => named_queue(api, Channel::Voice, queue)?,
        None => own_queue(api, adviser)?,
    };
    let command = Command::CallOut {
        contact: ContactId::NONE,
        adviser,
        queue,
        topic: topic.unwrap_or(TopicId::NONE),
        language,
    };
    let mut submit = Submit::new(0, command).with_id(command_id.0);
    submit.vault.push((
        field::CALLBACK_NUMBER.to_owned(),
        number.into_bytes(),
        api.now().plus_s(KEPT_S),
    ));
    let accepted = api
        .desk
        .ask(submit)
        .await
        .map_err(|refusal| api.refused(refusal))?;
    api.shared.reached(accepted.seq).await;
    let contact = accepted
        .contact
        .ok_or_else(|| Problem::not_found("Samtalen finnes ikke."))?;
    api.note_rung(command_id, contact.0);
    Ok(contact)
}

/// The number in the form that is kept; a refusal says why and what would do.
fn number(api: &Api, calling: &Calling, text: &str) -> Result<String, Problem> {
    let wrong = |text: &str| Problem::invalid("number", text, Vec::new());
    let no_number = "Skriv et telefonnummer med åtte sifre, eller med landkode.";
    let keyed = (api.numbers.read)(text).ok_or_else(|| wrong(no_number))?;
    match (calling.may)(&keyed.number) {
        Ok(()) => Ok(keyed.number),
        Err(NotRung::NoNumber) => Err(wrong(no_number)),
        Err(NotRung::Premium) => Err(wrong(
            "Dette er et betalingsnummer. Slike numre ringes aldri herfra.",
        )),
        Err(NotRung::NotListed) => Err(wrong(
            "Nummeret er ikke på sentrets liste over numre som kan ringes. En administrator kan utvide listen.",
        )),
    }
}

fn within_caps(api: &Api, calling: &Calling, adviser: AdviserId) -> Result<(), Problem> {
    let rung = api.shared.read(|view| Rung::count(api, view, adviser));
    if rung.by_adviser >= calling.per_hour {
        let text = format!(
            "Du har ringt ut {} ganger den siste timen, og flere er ikke satt av. Vent litt, eller la brukeren bli ringt opp fra køen.",
            rung.by_adviser
        );
        return Err(Problem::conflict("calls_per_hour", &text));
    }
    if rung.open >= calling.at_once {
        let text = format!(
            "Det går {} samtaler ut fra sentret nå, og flere er ikke satt av. Prøv igjen om litt.",
            rung.open
        );
        return Err(Problem::conflict("calls_at_once", &text));
    }
    Ok(())
}

/// The first queue with a phone that the adviser serves.
fn own_queue(api: &Api, adviser: AdviserId) -> Result<QueueId, Problem> {
    let found = api.shared.read(|view| {
        let queues = (0..).map(QueueId).zip(&api.directory.centre.queues);
        let rules = view.state.tables().rules();
        let mut own = queues.filter(|(id, queue)| {
            let experts = rules.queues.get(id.idx()).is_some_and(|rule| rule.experts);
            queue.channel == Channel::Voice
                && !queue.demo_only
                && !experts
                && view.state.serves(adviser, *id, queue.channel)
        });
        own.next().map(|(id, _)| id)
    });
    found.ok_or_else(|| {
        Problem::conflict(
            "no_queue",
            "Du betjener ingen telefonkø. Velg hvilken kø samtalen hører til.",
        )
    })
}

fn spoken(text: &str) -> Result<Language, Problem> {
    Language::parse(text).ok_or_else(|| {
        let valid = Language::ALL.iter().map(ToString::to_string).collect();
        Problem::invalid("language", "Ukjent språk.", valid)
    })
}

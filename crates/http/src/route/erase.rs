//! Erasing what is kept here about one person, when they ask for it and the law allows it. The row of the
//! access log comes first; what must be kept is named on the receipt.

use axum::Json;
use linje_store::records::access::{Reading, hex};
use linje_store::{Erased, Erasure};
use linje_types::{Language, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::{Body, CommandId, Spoken};
use crate::clock::rfc3339;
use crate::guide::{blocking, of_person};
use crate::people::{Asker, grounded, person_id};
use crate::problem::Problem;
use crate::shape::List;

/// Receipts that are listed.
const LISTED: u32 = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EraseAsk {
    /// Eleven figures.
    fnr: String,
    /// The same number once more: what is erased is gone.
    again: String,
    /// Who asked for it and on what ground, at least ten letters.
    reason: String,
}

/// What was erased, and what the law wants kept.
#[derive(Debug, Serialize, ToSchema)]
struct Receipt {
    at: String,
    /// The ident of who did it.
    by: String,
    /// The opaque number of the person in the access log.
    whom: String,
    /// Conversation notes that are gone.
    notes: u32,
    /// Drafts that are gone.
    drafts: u32,
    /// Promises that are gone.
    promises: u32,
    /// Promises that had ended: counted still, without words, contact and person.
    counted: u32,
    /// Contacts that are about nobody now.
    contacts: u32,
    /// Reasons of contacts: marks in figures now.
    reasons: u32,
    kept: Vec<Remains>,
}

/// Something that stays.
#[derive(Debug, Serialize, ToSchema)]
struct Remains {
    what: &'static str,
    why: &'static str,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(erase_person))
        .routes(routes!(erasures))
}

/// Erases what is kept here about one person. Nobody is told whether there was anything: who has nothing kept
/// gets a receipt of nothing.
#[utoipa::path(
    post, path = "/api/v1/access/erase", tag = "access", request_body = EraseAsk,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key is the same erasure")),
    responses(
        (status = 200, body = Receipt),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "nothing was erased", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn erase_person(
    api: Api,
    who: Asker,
    command_id: CommandId,
    Spoken(language): Spoken,
    Body(ask): Body<EraseAsk>,
) -> Result<Json<Receipt>, Problem> {
    let id = person_id(&ask.fnr)?;
    if PersonId::parse(&ask.again) != Some(id) {
        return Err(Problem::invalid(
            "again",
            "Numrene er ikke like. Skriv fødselsnummeret en gang til; det som slettes, kan ikke hentes tilbake.",
            Vec::new(),
        ));
    }
    let ground = grounded(&api, &who, None, Some(&ask.reason))?;
    let people = &api.people;
    let whom = people.keys.key_of(id);
    let row = people.row(&api, &who, &ground, id, "erase");
    people
        .keep(vec![Reading {
            permit: true,
            reason: people.keys.seal(&whom, &ask.reason).ok(),
            ..row
        }])
        .await?;
    let erasure = Erasure {
        command: command_id.0.to_be_bytes(),
        at: api.now(),
        by: who.ident.clone(),
        whom,
        subject: of_person(&whom),
    };
    let records = people.records.clone();
    let erased = blocking(move || records.erase_person(erasure)).await??;
    Ok(Json(receipt(&erased, language)))
}

/// The receipts, the newest first.
#[utoipa::path(get, path = "/api/v1/access/erasures", tag = "access", responses((status = 200, body = List<Receipt>)))]
async fn erasures(api: Api, Spoken(language): Spoken) -> Result<Json<List<Receipt>>, Problem> {
    let records = api.people.records.clone();
    let found = blocking(move || records.erasures(LISTED)).await??;
    let shown = found.iter().map(|erased| receipt(erased, language));
    Ok(Json(List::all(shown.collect())))
}

fn receipt(erased: &Erased, language: Language) -> Receipt {
    Receipt {
        at: rfc3339(erased.at),
        by: erased.by.clone(),
        whom: hex(&erased.whom),
        notes: erased.notes,
        drafts: erased.drafts,
        promises: erased.promises,
        counted: erased.counted,
        contacts: erased.contacts,
        reasons: erased.reasons,
        kept: remains(language),
    }
}

/// What the law wants kept, or what is about nobody.
fn remains(language: Language) -> Vec<Remains> {
    let rows = [
        (
            "Innsynsloggen: hvem som har lest om personen, og denne slettingen",
            "Må kunne kontrolleres (personvernforordningen artikkel 5 nr. 2 og artikkel 32).",
            "The access log: who read about the person, and this erasure",
            "Must be open to control (GDPR articles 5(2) and 32).",
        ),
        (
            "Saker, dokumenter og oppgaver hos dem som behandler dem",
            "Er arkivpliktige (arkivlova). Be den som behandler saken, om retting eller sletting.",
            "Cases, documents and tasks of those who handle them",
            "Must be archived (the Archives Act). Ask whoever handles the case.",
        ),
        (
            "Meldinger om trusler",
            "Hører til den ansattes arbeidsmiljø (arbeidsmiljøloven kapittel 4), og er lagret på den ansatte.",
            "Reports of threats",
            "Belong to the working environment of staff, and are kept on them.",
        ),
        (
            "Hendelsesloggen og tallene",
            "Sier når en henvendelse kom og ble besvart, aldri hvem den gjaldt.",
            "The log of events and the figures",
            "Say when a contact came and was answered, never whom it was about.",
        ),
        (
            "Et telefonnummer vi har lovet å ringe",
            "Slettes når vi har ringt, når bruker avbestiller, og senest et døgn etter fristen.",
            "A number that we have promised to call",
            "Is deleted when we have called, when it is cancelled, at the latest a day after its date.",
        ),
    ];
    let english = language == Language::En;
    let shown = rows
        .into_iter()
        .map(|(what, why, what_en, why_en)| Remains {
            what: if english { what_en } else { what },
            why: if english { why_en } else { why },
        });
    shown.collect()
}

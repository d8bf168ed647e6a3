//! The one way to a person: number, ground, policy, row on disk, answer.

use axum::http::StatusCode;
use linje_access::read_person::{Decision, Denial, Ground, Subject, read_person, says_something};
use linje_access::{Role, Who};
use linje_registry::{Facts, Failed, Person, Protection};
use linje_store::RecordsError;
use linje_store::records::access::{PersonKey, Reading, Signs};
use linje_types::{ContactId, HOUR_US, PersonId};
use serde::Deserialize;
use tokio::sync::oneshot;
use utoipa::ToSchema;

use super::{Mandate, People};
use crate::api::Api;
use crate::problem::Problem;
use crate::view::Stage;

/// Whom, and on what ground.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadAsk {
    /// Eleven figures; left out for whoever the contact is said to be about already.
    #[serde(default)]
    fnr: Option<String>,
    /// A contact that the reader has in hand.
    contact: Option<String>,
    /// Without a contact: why, in the reader's words, at least ten letters.
    reason: Option<String>,
    /// Why all the same, over a denial that may be overridden.
    over: Option<String>,
    /// Whoever rings speaks for this person, by a power of attorney or as guardian: only what that covers is shown.
    #[serde(default)]
    represented: bool,
}

/// A person who may be read, with the row on disk.
pub(crate) struct Opened {
    pub(crate) id: PersonId,
    pub(crate) person: Person,
    pub(crate) contact: Option<ContactId>,
    /// By what whoever rings speaks for the person, when they ring for somebody else.
    pub(crate) mandate: Option<Mandate>,
}

/// A ground that was found good in form.
pub(crate) struct Grounded<'a> {
    pub(crate) contact: Option<ContactId>,
    pub(crate) reason: Option<&'a str>,
}

/// An identity number as somebody wrote it.
pub(crate) fn person_id(fnr: &str) -> Result<PersonId, Problem> {
    PersonId::parse(fnr).ok_or_else(|| {
        Problem::invalid(
            "fnr",
            "Fødselsnummeret har ikke riktig form. Det har elleve siffer, og kontrollsifrene må stemme.",
            Vec::new(),
        )
    })
}

impl ReadAsk {
    /// The identity number, when one is said.
    fn id(&self) -> Result<Option<PersonId>, Problem> {
        self.fnr.as_deref().map(person_id).transpose()
    }

    pub(crate) fn new(id: PersonId, contact: Option<String>, reason: Option<String>) -> ReadAsk {
        ReadAsk {
            fnr: Some(id.digits()),
            contact,
            reason,
            over: None,
            represented: false,
        }
    }
}

/// Reads the ground: a contact in hand, or words that say something.
pub(crate) fn grounded<'a>(
    api: &Api,
    who: &Who,
    contact: Option<&str>,
    reason: Option<&'a str>,
) -> Result<Grounded<'a>, Problem> {
    if let Some(contact) = contact {
        let contact = api.contact(contact)?;
        if !has_in_hand(api, who, contact) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "not_your_contact",
                "Du har ikke denne henvendelsen",
            )
            .detail("Bare den som har henvendelsen, kan åpne personen på grunn av den. Uten henvendelse må du skrive en begrunnelse."));
        }
        return Ok(Grounded {
            contact: Some(contact),
            reason: None,
        });
    }
    match reason {
        Some(reason) if says_something(reason) => Ok(Grounded {
            contact: None,
            reason: Some(reason),
        }),
        _ => Err(Problem::invalid(
            "reason",
            "Skriv hvorfor du trenger opplysningene: minst ti bokstaver. Begrunnelsen blir lagret og kan leses av innsynskontrollen.",
            Vec::new(),
        )),
    }
}

/// The ground of a reading: as above, or for as much as says who it was, a wrap-up that is left over.
async fn ground<'a>(
    api: &Api,
    who: &Who,
    ask: &'a ReadAsk,
    what: &str,
) -> Result<Grounded<'a>, Problem> {
    let said = grounded(api, who, ask.contact.as_deref(), ask.reason.as_deref());
    let is_late = said.is_err() && LATE.contains(&what) && !ask.represented;
    let Some(contact) = ask.contact.as_deref().filter(|_| is_late) else {
        return said;
    };
    let contact = api.contact(contact)?;
    if has_left_over(api, who, contact).await? {
        return Ok(Grounded {
            contact: Some(contact),
            reason: None,
        });
    }
    said
}

/// Whether a contact is with this adviser now, from the answer until the wrap-up ended. A program speaks for
/// whoever has it, as it does at the desk.
pub(crate) fn has_in_hand(api: &Api, who: &Who, contact: ContactId) -> bool {
    let in_hand = [
        Stage::Active,
        Stage::Held,
        Stage::Consulting,
        Stage::SetAside,
        Stage::WrapUp,
        Stage::Dialling,
    ];
    is_with(api, who, contact, &in_hand)
}

/// The code of a reading for which whoever rings has no power.
const NO_MANDATE: &str = "AVVIST_FULLMAKT";

/// How long after a conversation its adviser may still say whom it was about.
const LATE_US: i64 = 24 * HOUR_US;
/// What may be read on the ground of a wrap-up that is left over: as much as it takes to say who it was.
const LATE: [&str; 4] = ["header", "link", "confirm", "questions"];

/// Whether a contact is over, was with this adviser, and its wrap-up is still to be done. It ends with the
/// wrap-up, and after a day; where nothing may be kept there is nothing to say.
pub(crate) async fn has_left_over(
    api: &Api,
    who: &Who,
    contact: ContactId,
) -> Result<bool, Problem> {
    if !is_with(api, who, contact, &[Stage::Closed]) {
        return Ok(false);
    }
    let (centre, now) = (&api.directory.centre, api.now());
    let found = api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        let late = entry
            .ended
            .is_none_or(|ended| now.since_us(ended) > LATE_US);
        let was_had = entry.answered.is_some() && !late && !entry.leaves_no_trace(centre);
        was_had.then_some((entry.adviser, entry.broke_off()))
    });
    let Some((adviser, broke)) = found else {
        return Ok(false);
    };
    let Some(owner) = api.directory.card(adviser).map(|card| card.ident.clone()) else {
        return Ok(false);
    };
    let records = api.people.records.clone();
    let left = tokio::task::spawn_blocking(move || records.has_left_over(contact, &owner, broke));
    let left = left.await.unwrap_or(Err(RecordsError::Closed));
    left.map_err(no_row)
}

/// Whether a contact is in one of these stages with this adviser, or with anybody whom a program speaks for.
pub(crate) fn is_with(api: &Api, who: &Who, contact: ContactId, stages: &[Stage]) -> bool {
    let adviser = api.directory.adviser(&who.ident);
    let speaks_for_others = who.roles.has(Role::Program);
    api.shared.read(|view| {
        view.contacts.get(contact).is_some_and(|entry| {
            let own = Some(entry.adviser) == adviser || speaks_for_others;
            own && stages.contains(&entry.stage)
        })
    })
}

/// A contact that may stand beside somebody's name: one whose topic leaves no trace may not.
pub(crate) fn traceable(api: &Api, contact: Option<ContactId>) -> Option<ContactId> {
    let centre = &api.directory.centre;
    contact.filter(|contact| {
        api.shared.read(|view| {
            let entry = view.contacts.get(*contact);
            !entry.is_some_and(|entry| entry.leaves_no_trace(centre))
        })
    })
}

/// Nobody whom this reader can open, and nothing about whether there is anybody.
pub(crate) fn not_here(with_contact: bool) -> Problem {
    let problem = Problem::new(StatusCode::NOT_FOUND, "no_person", "Ingen person å vise");
    if with_contact {
        problem.detail(
            "Er nummeret lest riktig? Da må henvendelsen tas av en annen – sett over. Si ikke hvorfor.",
        )
    } else {
        problem.detail("Ingen du kan åpne, har dette nummeret.")
    }
}

/// A register that failed, said to whoever needs it.
pub(crate) fn failed_problem(failed: Failed) -> Problem {
    Problem::unavailable(
        "register_failed",
        "Registeret svarer ikke som det skal. Samtalen kan fortsette; prøv igjen om litt.",
    )
    .with("register", serde_json::json!(failed.register.name()))
    .with("why", serde_json::json!(failed.why))
}

pub(super) fn no_row(_: RecordsError) -> Problem {
    Problem::unavailable(
        "no_access_row",
        "Innsynsloggen kan ikke skrives. Ingen personer kan åpnes før den virker igjen.",
    )
}

impl People {
    /// Whom a contact in hand is said to be about.
    async fn whom(&self, contact: Option<ContactId>) -> Result<PersonId, Problem> {
        let linked = match contact {
            Some(contact) => self.linked(contact).await.map_err(no_row)?,
            None => None,
        };
        linked.map(|(id, _)| id).ok_or_else(|| {
            Problem::invalid(
                "fnr",
                "Skriv fødselsnummeret: det er ikke sagt hvem henvendelsen gjelder.",
                Vec::new(),
            )
        })
    }

    /// Opens a person for a reader, or says why not. The row is on disk when this returns.
    pub(crate) async fn open(
        &self,
        api: &Api,
        who: &Who,
        ask: &ReadAsk,
        what: &str,
    ) -> Result<Opened, Problem> {
        let said = ask.id()?;
        let ground = ground(api, who, ask, what).await?;
        let id = match said {
            Some(id) => id,
            None => self.whom(ground.contact).await?,
        };
        let caller = if ask.represented {
            Some(self.caller_for_another(ground.contact).await?)
        } else {
            None
        };
        let over = ask.over.as_deref();
        let (found, reader, mandate) = match self.ask_registers(api, who, id, caller).await {
            Ok(answers) => answers,
            Err(failed) => {
                let row = self.row(api, who, &ground, id, what);
                self.keep(vec![Reading {
                    code: "REGISTER".to_owned(),
                    ..row
                }])
                .await?;
                return Err(failed_problem(failed));
            }
        };
        let facts = found.as_ref().map(Person::facts);
        let (decision, signs) = judge(
            api,
            who,
            facts.as_ref().zip(found.as_ref()),
            reader.as_ref(),
            &ground,
            over,
        );
        let row = self.row(api, who, &ground, id, what);
        let told = mandate.as_ref().map(Mandate::told);
        let spoken = ground
            .reason
            .into_iter()
            .chain(told.as_deref())
            .chain(over)
            .collect::<Vec<_>>()
            .join(" / ");
        let reason = (!spoken.is_empty()).then(|| self.keys.seal(&self.keys.key_of(id), &spoken));
        let without = caller.is_some() && mandate.is_none();
        let row = Reading {
            permit: !without && decision.is_some_and(Decision::allows),
            code: match decision {
                Some(_) if without => NO_MANDATE.to_owned(),
                Some(decision) => decision.denial().map_or("", Denial::code).to_owned(),
                None => "UKJENT".to_owned(),
            },
            ground: mandate
                .as_ref()
                .map_or_else(|| row.ground.clone(), |it| it.ground().to_owned()),
            reason: reason
                .transpose()
                .map_err(|_| no_row(RecordsError::Closed))?,
            signs: row.signs.and(signs),
            ..row
        };
        self.keep(vec![row]).await?;
        if without {
            return Err(not_here(true));
        }
        match (decision, found) {
            (Some(decision), Some(person)) if decision.allows() => Ok(Opened {
                id,
                person: person.for_reader(who.clearance),
                contact: ground.contact,
                mandate,
            }),
            (Some(decision), _) => Err(denied(decision, ground.contact.is_some())),
            (None, _) => Err(not_here(ground.contact.is_some())),
        }
    }

    /// What the registers say of a person, of the reader, and of whoever rings for the person.
    async fn ask_registers(
        &self,
        api: &Api,
        who: &Who,
        id: PersonId,
        caller: Option<PersonId>,
    ) -> Result<(Option<Person>, Option<Facts>, Option<Mandate>), Failed> {
        let found = self.registers.person(id).await?;
        let reader = self.reader(&who.ident, who.person.as_deref()).await?;
        let mandate = match caller {
            Some(caller) => self.mandate(api, caller, (id, found.as_ref())).await?,
            None => None,
        };
        Ok((found, reader, mandate))
    }

    /// A row about a reading, denied until it is found to be permitted.
    pub(crate) fn row(
        &self,
        api: &Api,
        who: &Who,
        ground: &Grounded<'_>,
        id: PersonId,
        what: &str,
    ) -> Reading {
        let key = self.keys.key_of(id);
        Reading {
            whom: Some(key),
            sealed: self.keys.seal(&key, &id.digits()).ok(),
            ..self.blank_row(api, who, ground, what)
        }
    }

    /// A row about nobody in particular.
    pub(crate) fn blank_row(
        &self,
        api: &Api,
        who: &Who,
        ground: &Grounded<'_>,
        what: &str,
    ) -> Reading {
        let at = api.now();
        let mut signs = Signs::default();
        if ground.contact.is_none() {
            signs = signs.and(Signs::NO_CONTACT);
        }
        if is_night(at) {
            signs = signs.and(Signs::AT_NIGHT);
        }
        Reading {
            at,
            who: who.ident.clone(),
            unit: who.unit.clone().unwrap_or_default(),
            what: what.to_owned(),
            ground: match (ground.contact, ground.reason) {
                (Some(_), _) => "contact",
                (None, Some(_)) => "reason",
                (None, None) => "none",
            }
            .to_owned(),
            contact: traceable(api, ground.contact),
            signs,
            ..Reading::default()
        }
    }

    /// Somebody hears what was said in a contact: a row on whom it was about, before it is heard.
    pub(crate) async fn note_heard(
        &self,
        api: &Api,
        who: &Who,
        contact: ContactId,
    ) -> Result<(), Problem> {
        let linked = self.linked(contact).await.map_err(no_row)?;
        let Some((id, _)) = linked else { return Ok(()) };
        let ground = Grounded {
            contact: Some(contact),
            reason: None,
        };
        let row = self.row(api, who, &ground, id, "recording");
        let row = Reading {
            permit: true,
            ..row
        };
        self.keep(vec![row]).await
    }

    /// The opaque name of an organisation.
    pub(crate) fn organisation_key(&self, number: &str) -> PersonKey {
        self.keys.name(&format!("organisation {number}"))
    }

    /// Writes rows and waits until they are on disk. No row, no answer.
    pub(crate) async fn keep(&self, rows: Vec<Reading>) -> Result<(), Problem> {
        let (tell, told) = oneshot::channel();
        self.records.note_readings(rows, |end| {
            tell.send(end).ok();
        });
        let end = told.await.unwrap_or(Err(RecordsError::Closed));
        end.inspect_err(|error| tracing::error!(%error, "the access log cannot be written"))
            .map_err(no_row)
    }

    /// Which of many a reader may see in a list, and what to note about each.
    pub(crate) async fn sift(
        &self,
        api: &Api,
        who: &Who,
        ground: &Grounded<'_>,
        facts: &Facts,
    ) -> Result<(Decision, Signs), Failed> {
        let reader = self.reader(&who.ident, who.person.as_deref()).await?;
        let subject = subject(api, who, facts, false, reader.as_ref());
        let decision = read_person(who, &subject, ground.policy(), None);
        Ok((decision, signs_of(facts, reader.as_ref(), decision)))
    }
}

impl Grounded<'_> {
    fn policy(&self) -> Ground<'_> {
        match (self.contact, self.reason) {
            (Some(_), _) => Ground::Contact,
            (None, Some(reason)) => Ground::Reason(reason),
            (None, None) => Ground::None,
        }
    }
}

/// Decides, and says what the row should be marked with. None when there is no such person.
fn judge(
    api: &Api,
    who: &Who,
    found: Option<(&Facts, &Person)>,
    reader: Option<&Facts>,
    ground: &Grounded<'_>,
    over: Option<&str>,
) -> (Option<Decision>, Signs) {
    let Some((facts, person)) = found else {
        return (None, Signs::default());
    };
    let strict_abroad = person.protection == Protection::StrictAbroad;
    let subject = subject(api, who, facts, strict_abroad, reader);
    let decision = read_person(who, &subject, ground.policy(), over);
    (Some(decision), signs_of(facts, reader, decision))
}

fn subject(
    api: &Api,
    who: &Who,
    facts: &Facts,
    strict_abroad: bool,
    reader: Option<&Facts>,
) -> Subject {
    let unit_of = |ident: &str| {
        let adviser = api.directory.adviser(ident)?;
        Some(api.directory.card(adviser)?.unit)
    };
    let own_unit = unit_of(&who.ident);
    let colleague = facts
        .employee
        .as_deref()
        .filter(|ident| *ident != who.ident);
    Subject {
        needs: facts.needs,
        strict_abroad,
        is_reader: reader.is_some_and(|reader| reader.id == facts.id),
        is_family: reader.is_some_and(|reader| {
            reader.family.contains(&facts.id) || facts.family.contains(&reader.id)
        }),
        is_colleague: own_unit.is_some() && colleague.and_then(unit_of) == own_unit,
        is_dead: facts.dead,
        is_abroad: facts.abroad,
        is_lost: facts.unknown_home,
        is_elsewhere: false,
    }
}

fn signs_of(facts: &Facts, reader: Option<&Facts>, decision: Decision) -> Signs {
    let mut signs = Signs::default();
    if reader.is_some_and(|reader| reader.surname == facts.surname) {
        signs = signs.and(Signs::SAME_NAME);
    }
    if facts.employee.is_some() {
        signs = signs.and(Signs::EMPLOYEE);
    }
    if matches!(decision, Decision::Overridden(_)) {
        signs = signs.and(Signs::OVERRIDDEN);
    }
    signs
}

/// Outside the hours when the centre has people at work.
fn is_night(at: linje_types::Timestamp) -> bool {
    let local = linje_centre::hours::local(at);
    let weekend = !linje_centre::calendar::is_working_day(local.date());
    weekend || !(7..18).contains(&local.hour())
}

fn denied(decision: Decision, with_contact: bool) -> Problem {
    let Some(denial) = decision.denial().filter(|denial| denial.may_be_told()) else {
        return not_here(with_contact);
    };
    let words = match denial {
        Denial::Oneself => "Du kan ikke slå opp deg selv. Bruk innloggede sider som alle andre.",
        Denial::Family => {
            "Personen er i nær familie med deg. Saken må tas av en annen – sett over."
        }
        Denial::Colleague => {
            "Personen er kollega i enheten din. Saken må tas av en annen – sett over."
        }
        Denial::Dead => "Personen er død. Skriv hvorfor du trenger opplysningene.",
        Denial::Abroad => "Personen bor i utlandet. Skriv hvorfor du trenger opplysningene.",
        Denial::UnknownHome => {
            "Personen har ukjent bosted. Skriv hvorfor du trenger opplysningene."
        }
        Denial::Geography => {
            "Personen hører til et annet kontor. Skriv hvorfor du trenger opplysningene."
        }
        Denial::NoGround => "Rollen din leser ikke opplysninger om personer.",
        Denial::StrictlyConfidential
        | Denial::StrictlyConfidentialAbroad
        | Denial::Confidential
        | Denial::Shielded => return not_here(with_contact),
    };
    Problem::new(
        StatusCode::FORBIDDEN,
        "denied",
        "Du kan ikke åpne denne personen",
    )
    .detail(words)
    .with("reason_code", serde_json::json!(denial.code()))
    .with(
        "can_be_overridden",
        serde_json::json!(denial.may_be_overridden()),
    )
}

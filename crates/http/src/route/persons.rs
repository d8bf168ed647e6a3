//! People: open one, read a tab, search, link with a contact. Identity numbers are in bodies, never in
//! addresses.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_access::read_person::Decision;
use linje_access::represent::Power;
use linje_registry::{
    Benefit, Case, CivilStatus, Failed, FollowUp, Notice, Office, Payment, Person, PowerOfAttorney,
    Powers, Preferences, SafetyMeasure, Search, Task,
};
use linje_store::Chosen;
use linje_store::records::access::Reading;
use linje_store::records::linked::Linked;
use linje_types::{ContactId, Language, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::{Body, Spoken};
use crate::clock::{parse, rfc3339};
use crate::people::{
    Asker, By, Level, Mandate, Opened, ReadAsk, failed_problem, grounded, has_in_hand,
    has_left_over, is_with, person_id,
};
use crate::problem::Problem;
use crate::shape::{TopicName, topic_names};
use crate::view::Stage;

/// Most people that a search shows.
const HITS: usize = 20;
/// Most people that a search looks at, so that those who are left out leave no gap.
const LOOKED_AT: usize = 60;
/// The tabs that there are.
const TABS: [&str; 7] = [
    "overview",
    "communication",
    "follow_up",
    "payments",
    "benefits",
    "cases",
    "notices",
];
/// Control questions asked, and right answers wanted.
const QUESTIONS: usize = 3;
const RIGHT: usize = 2;

/// A label of the header, in the order in which advisers know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Tag {
    StrictlyConfidential,
    StrictlyConfidentialAbroad,
    Confidential,
    OwnEmployee,
    SafetyMeasure,
    Reserved,
    NotRegistered,
    PossiblyDigital,
    Guardianship,
    SpeechInterpreter,
    SignInterpreter,
    Dead,
    PowerOfAttorney,
}

/// A person opened.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonView {
    person: Person,
    /// In whole years, where the register tells when the person was born.
    age: Option<i16>,
    tags: Vec<Tag>,
    /// Must be read before anything is said.
    warnings: Vec<SafetyMeasure>,
    /// The phone is barred.
    phone_barred: bool,
    preferences: Option<Preferences>,
    powers: Option<Powers>,
    office: Option<Office>,
    /// How sure it is that the contact is about this person; null without a contact.
    level: Option<Level>,
    /// Whoever rings speaks for this person; null when they do not.
    represented: Option<Represented>,
    /// Registers that did not answer: what they know is missing here.
    failed: Vec<Failed>,
}

/// By what whoever rings speaks for a person.
#[derive(Serialize, ToSchema)]
struct Represented {
    by: RepresentedBy,
    /// Who rings; null where that is protected.
    name: Option<String>,
    /// By a power of attorney: what may be said and done.
    areas: Vec<Area>,
    /// As a guardian: what about, in the words of the register.
    scope: Option<String>,
    /// The tabs that may be read.
    tabs: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RepresentedBy {
    Power,
    Guardian,
}

/// A topic of a power of attorney.
#[derive(Serialize, ToSchema)]
struct Area {
    topic: TopicName,
    /// LES, KOMMUNISER, SKRIV.
    actions: Vec<String>,
    /// Whether anything about it may be told.
    heard: bool,
}

/// What a tab shows; what it does not show is left out.
#[derive(Default, Serialize, ToSchema)]
pub(super) struct TabView {
    benefits: Option<Vec<Benefit>>,
    cases: Option<Vec<Case>>,
    payments: Option<Vec<Payment>>,
    follow_up: Option<FollowUp>,
    notices: Option<Vec<Notice>>,
    tasks: Option<Vec<Task>>,
    contacts: Option<Vec<EarlierContact>>,
    /// Registers that did not answer: what they know is missing here.
    failed: Vec<Failed>,
    /// The names of the topics that occur.
    topics: Vec<TopicName>,
}

/// A contact of before, or another that is open.
#[derive(Serialize, ToSchema)]
struct EarlierContact {
    id: String,
    at: String,
    /// How sure it was who it was.
    level: Level,
    state: Option<Stage>,
    channel: Option<String>,
    topic: Option<String>,
    /// The unit whose adviser had it.
    unit: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SearchAsk {
    /// Beginnings of names.
    name: Option<String>,
    /// A date.
    born: Option<String>,
    /// A phone number.
    phone: Option<String>,
    /// A contact that the reader has in hand.
    contact: Option<String>,
    /// Without a contact: why.
    reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Found {
    people: Vec<FoundPerson>,
    /// There are more than are shown: say more.
    more: bool,
}

#[derive(Serialize, ToSchema)]
struct FoundPerson {
    fnr: String,
    name: String,
    born: Option<String>,
    place: Option<String>,
}

/// Who a contact is about, as far as one may know before a person is opened.
#[derive(Serialize, ToSchema)]
struct ContactPerson {
    /// How sure it is; null when nobody is linked.
    level: Option<Level>,
    /// People who have the number that rings. A number is a hint: anybody may ring from it.
    number_of: usize,
    /// A safety measure bars somebody with this number from the phone: read it before you answer.
    phone_barred: bool,
    /// Somebody with this number has a safety measure.
    safety_measure: bool,
    /// Whoever it is, this reader may not open them: hand the contact over.
    must_be_handed_over: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkAsk {
    /// Eleven figures; left out, the one person who has the number that rings.
    fnr: Option<String>,
    /// hint, or questions with the answers that were right.
    level: Level,
    /// Numbers of the control questions that were answered right.
    #[serde(default)]
    right: Vec<usize>,
}

#[derive(Serialize, ToSchema)]
struct LinkedView {
    /// Eleven figures.
    fnr: String,
    level: Level,
}

#[derive(Serialize, ToSchema)]
struct LevelView {
    /// Null when the contact is said to be about somebody else, or about nobody.
    level: Option<Level>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QuestionsAsk {
    /// Eleven figures.
    fnr: String,
}

/// Something that only the person is likely to know.
#[derive(Serialize, ToSchema)]
struct Question {
    /// Names it in the answer.
    number: usize,
    /// What kind: address, born, spouse, children, account, email, payment.
    kind: &'static str,
    /// The right answer, for the adviser's eyes.
    answer: String,
}

#[derive(Serialize, ToSchema)]
struct Questions {
    questions: Vec<Question>,
    /// So many must be right.
    wanted: usize,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(open_person))
        .routes(routes!(person_tab))
        .routes(routes!(search_people))
        .routes(routes!(contact_person, link_person))
        .routes(routes!(control_questions))
        .routes(routes!(person_level))
}

/// Opens a person: the header, with what must be known before anything is said.
#[utoipa::path(
    post, path = "/api/v1/persons/open", tag = "persons", request_body = ReadAsk,
    responses(
        (status = 200, body = PersonView),
        (status = 403, description = "not your contact, or denied with a reason", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "nobody, or nobody you may open", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "the register of people or the access log does not work", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn open_person(
    api: Api,
    who: Asker,
    Spoken(language): Spoken,
    Body(ask): Body<ReadAsk>,
) -> Result<Json<PersonView>, Problem> {
    let opened = api.people.open(&api, &who, &ask, "header").await?;
    Ok(Json(header(&api, &who, opened, language).await?))
}

async fn header(
    api: &Api,
    who: &Asker,
    opened: Opened,
    language: Language,
) -> Result<PersonView, Problem> {
    let Opened {
        id,
        mut person,
        contact,
        mandate,
    } = opened;
    let registers = &api.people.registers;
    let office = async {
        match &person.municipality {
            Some(municipality) => registers.local_office(municipality).await,
            None => Ok(None),
        }
    };
    let (preferences, powers, office) =
        tokio::join!(registers.preferences(id), registers.powers(id), office);
    let mut failed = Vec::new();
    let preferences = kept(preferences, &mut failed);
    let today = linje_centre::hours::local(api.now()).date();
    let powers = match kept(powers, &mut failed) {
        Some(powers) => Some(shown_powers(api, powers, who, &today.to_string()).await),
        None => None,
    };
    let office = kept(office, &mut failed).flatten();
    let level = match contact {
        Some(contact) => level_of(api, contact, id).await?,
        None => None,
    };
    let warnings = in_force(&person, &today.to_string());
    let tags = tags(&person, preferences.as_ref(), powers.as_ref(), &warnings);
    let (preferences, powers) = match &mandate {
        // Whom it is about, and nothing that the power does not cover.
        Some(Mandate {
            by: By::Power { .. },
            ..
        }) => {
            outside_gone(&mut person);
            (None, None)
        }
        Some(_) | None => (preferences, powers),
    };
    Ok(PersonView {
        age: person.born.as_deref().and_then(|born| age(born, today)),
        tags,
        phone_barred: warnings.iter().any(|measure| measure.kind.bars_phone()),
        warnings,
        person,
        preferences,
        powers,
        office,
        level,
        represented: mandate.map(|mandate| represented(api, mandate, language)),
        failed,
    })
}

/// The powers that hold today, of those whom this reader may know of: the others leave no gap.
async fn shown_powers(api: &Api, powers: Powers, who: &Asker, today: &str) -> Powers {
    Powers {
        given: shown_side(api, powers.given, who, today, |power| power.holder).await,
        held: shown_side(api, powers.held, who, today, |power| power.giver).await,
    }
}

async fn shown_side(
    api: &Api,
    side: Vec<PowerOfAttorney>,
    who: &Asker,
    today: &str,
    other: impl Fn(&PowerOfAttorney) -> PersonId,
) -> Vec<PowerOfAttorney> {
    let mut shown = Vec::new();
    for mut power in side {
        let holds = Power {
            from: &power.from,
            until: power.until.as_deref(),
            areas: &power.areas,
        }
        .holds(today);
        if holds && power.other_name.is_none() {
            // A register that tells no name tells no protection either: the other one's own row does.
            let own = api.people.registers.person(other(&power)).await;
            if let Ok(Some(own)) = own {
                power.needs = own.facts().needs;
                power.other_name = Some(own.name);
            }
        }
        if holds && who.clearance.covers(power.needs) {
            shown.push(power);
        }
    }
    shown
}

/// What is about no topic goes where only topics may be told of.
fn outside_gone(person: &mut Person) {
    person.relations.clear();
    person.addresses.clear();
    person.phones.clear();
    person.guardians.clear();
    person.citizenship.clear();
    person.civil = CivilStatus::Unknown;
    person.account = None;
}

/// The tabs of which a power of attorney may open its topics.
const BY_TOPIC: [&str; 4] = ["overview", "payments", "benefits", "cases"];

fn represented(api: &Api, mandate: Mandate, language: Language) -> Represented {
    let (by, areas, scope, tabs): (_, _, _, &[&str]) = match &mandate.by {
        By::Power { areas, .. } => (RepresentedBy::Power, areas.as_slice(), None, &BY_TOPIC),
        By::Guardian { scope } => (
            RepresentedBy::Guardian,
            [].as_slice(),
            Some(scope.clone()),
            &TABS,
        ),
    };
    let areas = areas.iter().flat_map(|(code, actions)| {
        let names = topic_names(&api.directory, vec![code.as_str()], language);
        names.into_iter().map(|topic| Area {
            heard: mandate.covers(&topic.code),
            topic,
            actions: actions.clone(),
        })
    });
    Represented {
        by,
        areas: areas.collect(),
        scope,
        tabs: tabs.to_vec(),
        name: mandate.name.clone(),
    }
}

pub(super) fn kept<T>(answer: Result<T, Failed>, failed: &mut Vec<Failed>) -> Option<T> {
    answer.map_err(|fault| failed.push(fault)).ok()
}

fn in_force(person: &Person, today: &str) -> Vec<SafetyMeasure> {
    let measures = person.safety.iter();
    let now = measures.filter(|measure| {
        measure.from.as_str() <= today
            && measure.until.as_deref().is_none_or(|until| until >= today)
    });
    now.cloned().collect()
}

fn age(born: &str, today: jiff::civil::Date) -> Option<i16> {
    let born: jiff::civil::Date = born.parse().ok()?;
    let before = (today.month(), today.day()) < (born.month(), born.day());
    Some(today.year() - born.year() - i16::from(before))
}

fn tags(
    person: &Person,
    preferences: Option<&Preferences>,
    powers: Option<&Powers>,
    warnings: &[SafetyMeasure],
) -> Vec<Tag> {
    use linje_registry::{DigitalLevel, Protection};
    let protection = match person.protection {
        Protection::Open => None,
        Protection::Confidential => Some(Tag::Confidential),
        Protection::Strict => Some(Tag::StrictlyConfidential),
        Protection::StrictAbroad => Some(Tag::StrictlyConfidentialAbroad),
    };
    let digital = preferences.and_then(|preferences| match preferences.level {
        DigitalLevel::Digital => None,
        DigitalLevel::PossiblyDigital => Some(Tag::PossiblyDigital),
        DigitalLevel::NotDigital if preferences.reserved => Some(Tag::Reserved),
        DigitalLevel::NotDigital => Some(Tag::NotRegistered),
    });
    let has_power =
        powers.is_some_and(|powers| !powers.given.is_empty() || !powers.held.is_empty());
    [
        protection,
        person.shielded.then_some(Tag::OwnEmployee),
        (!warnings.is_empty()).then_some(Tag::SafetyMeasure),
        digital,
        (!person.guardians.is_empty()).then_some(Tag::Guardianship),
        person
            .interpreter
            .speech
            .as_ref()
            .map(|_| Tag::SpeechInterpreter),
        person
            .interpreter
            .sign
            .as_ref()
            .map(|_| Tag::SignInterpreter),
        person.died.as_ref().map(|_| Tag::Dead),
        has_power.then_some(Tag::PowerOfAttorney),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn level_of(api: &Api, contact: ContactId, id: PersonId) -> Result<Option<Level>, Problem> {
    let linked = api.people.linked(contact).await.map_err(|_| unreadable())?;
    Ok(linked
        .filter(|(known, _)| *known == id)
        .map(|(_, level)| level))
}

pub(super) fn unreadable() -> Problem {
    Problem::unavailable(
        "people_unreadable",
        "Filen om personer kan ikke leses nå. Prøv igjen om litt.",
    )
}

/// Reads a tab of a person: overview, communication, follow_up, payments, benefits, cases or notices. Each
/// reading is a row of its own in the access log.
#[utoipa::path(
    post, path = "/api/v1/persons/tabs/{tab}", tag = "persons", request_body = ReadAsk,
    params(("tab" = String, Path, description = "overview, communication, follow_up, payments, benefits, cases, notices")),
    responses(
        (status = 200, body = TabView),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn person_tab(
    api: Api,
    who: Asker,
    Spoken(language): Spoken,
    Path(tab): Path<String>,
    Body(ask): Body<ReadAsk>,
) -> Result<Json<TabView>, Problem> {
    if !TABS.contains(&tab.as_str()) {
        return Err(Problem::not_found("Fanen finnes ikke."));
    }
    let opened = api.people.open(&api, &who, &ask, &tab).await?;
    let by_power = opened
        .mandate
        .filter(|mandate| matches!(mandate.by, By::Power { .. }));
    if by_power.is_some() && !BY_TOPIC.contains(&tab.as_str()) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "outside_power",
            "Fullmakten gjelder ikke dette",
        )
        .detail("Fullmakten gjelder enkelte temaer. Denne fanen er ikke delt etter tema."));
    }
    let mut view = read_tab(&api, &tab, opened.id).await?;
    if let Some(mandate) = by_power {
        view.keep_within(&mandate);
    }
    view.topics = topics(&api, &view, language);
    Ok(Json(view))
}

impl TabView {
    /// Leaves what a power of attorney covers.
    fn keep_within(&mut self, mandate: &Mandate) {
        fn within<T>(rows: &mut Option<Vec<T>>, is: impl Fn(&T) -> bool) {
            if let Some(rows) = rows {
                rows.retain(|row| is(row));
            }
        }
        within(&mut self.benefits, |it| mandate.covers(&it.topic));
        within(&mut self.cases, |it| mandate.covers(&it.topic));
        within(&mut self.payments, |it| mandate.covers(&it.topic));
        within(&mut self.tasks, |it| mandate.covers(&it.topic));
        self.follow_up = None;
        self.notices = None;
        self.contacts = None;
    }
}

async fn read_tab(api: &Api, tab: &str, id: PersonId) -> Result<TabView, Problem> {
    let registers = &api.people.registers;
    let mut view = TabView::default();
    let failed = &mut view.failed;
    match tab {
        "overview" => {
            let (from, to) = window(api.now(), 60);
            let (benefits, cases, payments, tasks, contacts) = tokio::join!(
                registers.benefits(id),
                registers.cases(id),
                registers.payments(id, &from, &to),
                registers.tasks(id),
                contacts_of(api, id),
            );
            view.benefits = kept(benefits, failed);
            view.cases = kept(cases, failed);
            view.payments = kept(payments, failed);
            view.tasks = kept(tasks, failed);
            view.contacts = Some(contacts?);
        }
        "communication" => {
            let (tasks, contacts) = tokio::join!(registers.tasks(id), contacts_of(api, id));
            view.tasks = kept(tasks, failed);
            view.contacts = Some(contacts?);
        }
        "follow_up" => view.follow_up = kept(registers.follow_up(id).await, failed),
        "payments" => {
            let (from, to) = window(api.now(), 400);
            view.payments = kept(registers.payments(id, &from, &to).await, failed);
        }
        "benefits" => view.benefits = kept(registers.benefits(id).await, failed),
        "cases" => view.cases = kept(registers.cases(id).await, failed),
        _ => view.notices = kept(registers.notices(id).await, failed),
    }
    Ok(view)
}

/// From so many days ago to as many ahead.
pub(super) fn window(now: Timestamp, days: i32) -> (String, String) {
    let today = linje_centre::hours::local(now).date();
    let span = jiff::Span::new().days(days);
    (
        today.saturating_sub(span).to_string(),
        today.saturating_add(span).to_string(),
    )
}

async fn contacts_of(api: &Api, id: PersonId) -> Result<Vec<EarlierContact>, Problem> {
    let (records, key) = (api.people.records.clone(), api.people.keys.key_of(id));
    let rows = tokio::task::spawn_blocking(move || {
        let rows = records.contacts_about(key, 50)?;
        let contacts: Vec<ContactId> = rows.iter().map(|row| row.contact).collect();
        records.chosen(&contacts).map(|chosen| (rows, chosen))
    });
    let rows = rows.await.map_err(|_| unreadable())?;
    let (rows, chosen): (Vec<Linked>, Vec<Chosen>) = rows.map_err(|_| unreadable())?;
    let centre = &api.directory.centre;
    Ok(api.shared.read(|view| {
        let earlier = rows.into_iter().filter_map(|row| {
            let entry = view.contacts.get(row.contact);
            // Until its wrap-up it must be known whom it is about; nobody else is told.
            if entry.is_some_and(|entry| entry.leaves_no_trace(centre)) {
                return None;
            }
            // What the wrap-up chose counts; before it, what the menu did and who has it.
            let chosen = chosen.iter().find(|chosen| chosen.contact == row.contact);
            let by = chosen.is_none().then(|| {
                let linker = api.directory.adviser(&row.by);
                let card = linker.or_else(|| entry?.adviser.some());
                let card = card.and_then(|by| api.directory.card(by))?;
                centre.units.get(usize::from(card.unit.0))
            });
            let unit = chosen
                .and_then(|chosen| centre.units.iter().find(|unit| unit.id == chosen.unit))
                .or_else(|| by.flatten());
            Some(EarlierContact {
                id: api.ids.contact(row.contact),
                at: rfc3339(row.at),
                level: Level::from_kept(row.level),
                state: entry.map(|entry| entry.stage),
                channel: entry
                    .map(|entry| entry.channel.to_string())
                    .or_else(|| chosen.map(|chosen| chosen.channel.clone())),
                topic: chosen.map(|chosen| chosen.topic.clone()).or_else(|| {
                    let topic = centre.topics.get(entry?.topic.idx())?;
                    Some(topic.code.clone())
                }),
                unit: unit.map(|unit| unit.name.get(Language::Nb).to_owned()),
            })
        });
        earlier.collect()
    }))
}

fn topics(api: &Api, view: &TabView, language: Language) -> Vec<TopicName> {
    let mut codes: Vec<&str> = Vec::new();
    codes.extend(view.benefits.iter().flatten().map(|it| it.topic.as_str()));
    codes.extend(view.cases.iter().flatten().map(|it| it.topic.as_str()));
    codes.extend(view.payments.iter().flatten().map(|it| it.topic.as_str()));
    codes.extend(view.tasks.iter().flatten().map(|it| it.topic.as_str()));
    codes.extend(
        view.contacts
            .iter()
            .flatten()
            .filter_map(|it| it.topic.as_deref()),
    );
    topic_names(&api.directory, codes, language)
}

/// Searches for people. Who may not be opened is left out, and nothing tells that they were.
#[utoipa::path(
    post, path = "/api/v1/persons/search", tag = "persons", request_body = SearchAsk,
    responses(
        (status = 200, body = Found),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn search_people(
    api: Api,
    who: Asker,
    Body(ask): Body<SearchAsk>,
) -> Result<Json<Found>, Problem> {
    let ground = grounded(&api, &who, ask.contact.as_deref(), ask.reason.as_deref())?;
    let search = search_of(&api, &ask)?;
    let people = &api.people;
    let hits = people
        .registers
        .search(&search, LOOKED_AT)
        .await
        .map_err(failed_problem)?;
    let reason = ground.reason.map(str::to_owned);
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    for hit in &hits {
        let (decision, signs) = people
            .sift(&api, &who, &ground, &hit.facts)
            .await
            .map_err(failed_problem)?;
        let tells = match decision {
            Decision::Allow | Decision::Overridden(_) | Decision::Overridable(_) => true,
            Decision::Deny(_) => false,
        };
        if !tells || found.len() == HITS {
            continue;
        }
        let row = people.row(&api, &who, &ground, hit.facts.id, "search");
        let key = people.keys.key_of(hit.facts.id);
        let sealed = reason
            .as_deref()
            .map(|reason| people.keys.seal(&key, reason));
        rows.push(Reading {
            permit: true,
            reason: sealed.transpose().map_err(|_| unreadable())?,
            signs: row.signs.and(signs),
            ..row
        });
        found.push(FoundPerson {
            fnr: hit.facts.id.digits(),
            name: hit.name.clone(),
            born: hit.born.clone(),
            place: hit.place.clone(),
        });
    }
    if rows.is_empty() {
        rows.push(Reading {
            permit: true,
            ..people.blank_row(&api, &who, &ground, "search")
        });
    }
    people.keep(rows).await?;
    Ok(Json(Found {
        more: found.len() == HITS,
        people: found,
    }))
}

fn search_of(api: &Api, ask: &SearchAsk) -> Result<Search, Problem> {
    let name = ask
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| name.chars().count() >= 2);
    let born = match ask.born.as_deref() {
        None => None,
        Some(text) => {
            let date: Result<jiff::civil::Date, _> = text.parse();
            let date = date.map_err(|_| {
                Problem::invalid("born", "Skriv datoen slik: 1985-03-15.", Vec::new())
            })?;
            Some(date.to_string())
        }
    };
    let phone = match ask.phone.as_deref() {
        None => None,
        Some(text) => {
            let read = (api.numbers.read)(text);
            let read = read.ok_or_else(|| {
                Problem::invalid("phone", "Dette er ikke et telefonnummer.", Vec::new())
            })?;
            Some(read.number)
        }
    };
    if name.is_none() && born.is_none() && phone.is_none() {
        return Err(Problem::invalid(
            "name",
            "Skriv minst to bokstaver av et navn, en fødselsdato eller et telefonnummer.",
            Vec::new(),
        ));
    }
    Ok(Search {
        name: name.map(str::to_owned),
        born,
        phone,
    })
}

/// Who a contact may be about, before anybody is opened: for its adviser, also while it is offered.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/person", tag = "persons",
    params(("id" = String, Path, description = "The contact")),
    responses(
        (status = 200, body = ContactPerson),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn contact_person(
    api: Api,
    who: Asker,
    Path(id): Path<String>,
) -> Result<Json<ContactPerson>, Problem> {
    let contact = api.contact(&id)?;
    refuse_others(&api, &who, contact, true).await?;
    let people = &api.people;
    let linked = people.linked(contact).await.map_err(|_| unreadable())?;
    let hint = people.hint(contact).await;
    let ground = grounded_by(contact);
    let today = linje_centre::hours::local(api.now()).date().to_string();
    let (mut safety, mut barred, mut refused, mut rows) = (false, false, false, Vec::new());
    let known = linked.map(|(person, _)| person);
    // Whom somebody before found it to be counts as much as the number does.
    let others = known.filter(|person| !hint.people.contains(person));
    for person in hint.people.iter().chain(&others) {
        // A register that is down costs the hint, never the call.
        let Ok(Some(person)) = people.registers.person(*person).await else {
            continue;
        };
        let (decision, signs) = people
            .sift(&api, &who, &ground, &person.facts())
            .await
            .map_err(failed_problem)?;
        let is_likely = known == Some(person.id) || (known.is_none() && hint.people.len() == 1);
        refused |= is_likely && matches!(decision, Decision::Deny(_));
        let measures = in_force(&person, &today);
        safety |= !measures.is_empty();
        barred |= measures.iter().any(|measure| measure.kind.bars_phone());
        if !measures.is_empty() {
            let row = people.row(&api, &who, &ground, person.id, "hint");
            rows.push(Reading {
                permit: true,
                signs: row.signs.and(signs),
                ..row
            });
        }
    }
    if !rows.is_empty() {
        people.keep(rows).await?;
    }
    Ok(Json(ContactPerson {
        level: linked.map(|(_, level)| level),
        number_of: hint.people.len(),
        phone_barred: barred,
        safety_measure: safety,
        must_be_handed_over: refused,
    }))
}

fn grounded_by(contact: ContactId) -> crate::people::Grounded<'static> {
    crate::people::Grounded {
        contact: Some(contact),
        reason: None,
    }
}

/// Only the adviser who has the contact, is offered it, or still has its wrap-up to do, learns about its person.
async fn refuse_others(
    api: &Api,
    who: &Asker,
    contact: ContactId,
    offered: bool,
) -> Result<(), Problem> {
    let is_offered = offered && is_with(api, who, contact, &[Stage::Offered]);
    if is_offered || has_in_hand(api, who, contact) || has_left_over(api, who, contact).await? {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "not_your_contact",
        "Du har ikke denne henvendelsen",
    ))
}

/// Links a contact with its person. By the number alone, the person is a hint; control questions make it surer.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/person", tag = "persons", request_body = LinkAsk,
    params(("id" = String, Path, description = "The contact")),
    responses(
        (status = 200, body = LinkedView),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn link_person(
    api: Api,
    who: Asker,
    Path(id): Path<String>,
    Body(ask): Body<LinkAsk>,
) -> Result<Json<LinkedView>, Problem> {
    let contact = api.contact(&id)?;
    refuse_others(&api, &who, contact, false).await?;
    let person = match ask.fnr {
        Some(fnr) => person_id(&fnr)?,
        None => only_hint(&api, contact).await?,
    };
    let mut right = ask.right.clone();
    right.sort_unstable();
    right.dedup();
    match ask.level {
        Level::Hint => {}
        Level::Questions
            if right.len() >= RIGHT && right.iter().all(|number| *number < QUESTIONS) => {}
        Level::Questions => {
            return Err(Problem::invalid(
                "right",
                format!("Minst {RIGHT} kontrollspørsmål må være riktig besvart."),
                Vec::new(),
            ));
        }
        Level::LoggedIn => {
            return Err(Problem::invalid(
                "level",
                "Bare brukeren selv kan logge inn.",
                vec!["hint".to_owned(), "questions".to_owned()],
            ));
        }
    }
    // What is surer now is no second reading of whom it is about.
    let what = match ask.level {
        Level::Questions => "confirm",
        Level::Hint | Level::LoggedIn => "link",
    };
    let opened = api
        .people
        .open(&api, &who, &ReadAsk::new(person, Some(id), None), what)
        .await?;
    api.people
        .link(&api, &who, contact, opened.id, ask.level)
        .await?;
    let level = level_of(&api, contact, opened.id)
        .await?
        .unwrap_or(ask.level);
    Ok(Json(LinkedView {
        fnr: opened.id.digits(),
        level,
    }))
}

/// How sure it is that a contact is about this person. Nothing of the person is read, so there is no row: the page
/// asks when it hears that somebody said more, instead of opening the person once again.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/person/level", tag = "persons", request_body = QuestionsAsk,
    params(("id" = String, Path, description = "The contact")),
    responses(
        (status = 200, body = LevelView),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn person_level(
    api: Api,
    who: Asker,
    Path(id): Path<String>,
    Body(ask): Body<QuestionsAsk>,
) -> Result<Json<LevelView>, Problem> {
    let contact = api.contact(&id)?;
    refuse_others(&api, &who, contact, false).await?;
    let id = person_id(&ask.fnr)?;
    let level = level_of(&api, contact, id).await?;
    // Who may not be opened is not told from somebody else.
    let readable = match level {
        Some(_) => is_readable(&api, &who, contact, id).await?,
        None => false,
    };
    Ok(Json(LevelView {
        level: level.filter(|_| readable),
    }))
}

/// Whether this reader could open a person because of a contact. Nothing of the person is answered.
async fn is_readable(
    api: &Api,
    who: &Asker,
    contact: ContactId,
    id: PersonId,
) -> Result<bool, Problem> {
    let people = &api.people;
    let found = people.registers.person(id).await.map_err(failed_problem)?;
    let Some(person) = found else {
        return Ok(false);
    };
    let (decision, _) = people
        .sift(api, who, &grounded_by(contact), &person.facts())
        .await
        .map_err(failed_problem)?;
    Ok(decision.allows())
}

async fn only_hint(api: &Api, contact: ContactId) -> Result<PersonId, Problem> {
    match api.people.hint(contact).await.people.as_slice() {
        [one] => Ok(*one),
        [] => Err(Problem::invalid(
            "fnr",
            "Nummeret er ikke kjent. Be om fødselsnummer.",
            Vec::new(),
        )),
        _ => Err(Problem::invalid(
            "fnr",
            "Flere har dette nummeret. Be om fødselsnummer.",
            Vec::new(),
        )),
    }
}

/// Control questions about a person, with the answers, for the adviser who has the contact.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/person/questions", tag = "persons", request_body = QuestionsAsk,
    params(("id" = String, Path, description = "The contact")),
    responses(
        (status = 200, body = Questions),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn control_questions(
    api: Api,
    who: Asker,
    Path(id): Path<String>,
    Body(ask): Body<QuestionsAsk>,
) -> Result<Json<Questions>, Problem> {
    let contact = api.contact(&id)?;
    refuse_others(&api, &who, contact, false).await?;
    let person = person_id(&ask.fnr)?;
    let opened = api
        .people
        .open(
            &api,
            &who,
            &ReadAsk::new(person, Some(id), None),
            "questions",
        )
        .await?;
    let (from, to) = window(api.now(), 60);
    let registers = &api.people.registers;
    let (preferences, payments) = tokio::join!(
        registers.preferences(person),
        registers.payments(person, &from, &to)
    );
    let today = linje_centre::hours::local(api.now()).date().to_string();
    let mut known = about(&opened.person);
    known.extend(
        preferences
            .ok()
            .and_then(|it| it.email)
            .map(|email| ("email", email)),
    );
    let paid = payments
        .ok()
        .into_iter()
        .flatten()
        .find(|payment| payment.date <= today);
    known.extend(paid.map(|payment| {
        (
            "payment",
            format!("{}: {} kr", payment.title, payment.net_ore / 100),
        )
    }));
    // Which ones are asked differs from contact to contact, so that nobody learns three answers by heart.
    let turn = usize::try_from(contact.0 % 97).unwrap_or(0) % known.len().max(1);
    known.rotate_left(turn);
    let questions: Vec<Question> = known
        .into_iter()
        .take(QUESTIONS)
        .enumerate()
        .map(|(number, (kind, answer))| Question {
            number,
            kind,
            answer,
        })
        .collect();
    Ok(Json(Questions {
        questions,
        wanted: RIGHT,
    }))
}

fn about(person: &Person) -> Vec<(&'static str, String)> {
    use linje_registry::RelationKind;
    let of = |kind: RelationKind| {
        let names = person
            .relations
            .iter()
            .filter(move |relation| relation.kind == kind);
        names
            .filter_map(|relation| relation.name.clone())
            .collect::<Vec<_>>()
    };
    let mut known = Vec::new();
    if let Some(address) = person.addresses.first() {
        known.push((
            "address",
            format!("{}, {} {}", address.line, address.post_code, address.place),
        ));
    }
    if let Some(spouse) = of(RelationKind::Spouse).into_iter().next() {
        known.push(("spouse", spouse));
    }
    let children = of(RelationKind::Child);
    if !children.is_empty() {
        known.push(("children", children.join(", ")));
    }
    if let Some(account) = &person.account {
        let last: String = account.number.chars().skip(7).collect();
        known.push(("account", last));
    }
    if let Some(born) = &person.born {
        known.push(("born", born.clone()));
    }
    known
}

/// Reads a moment of a query.
pub(super) fn since(text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    text.map(|text| {
        parse(text).ok_or_else(|| {
            Problem::bad_query(
                "since",
                "Ikke et tidspunkt etter RFC 3339.",
                vec!["2026-11-23T00:00:00+01:00".to_owned()],
            )
        })
    })
    .transpose()
}

//! Advice: what the first line does and does not do with these facts, and why. Nothing is locked, nobody is
//! asked why they did otherwise, and nothing of it is kept.

use axum::Json;
use linje_guidance::{
    Counsel, Digital, Fact, Facts, Needs, NeedsGroup, Question, Tongue, Way, Words, advise,
};
use linje_types::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Gate};
use crate::body::{Body, Spoken};
use crate::problem::Problem;
use crate::shape::{Named, TopicName, topic_names};
use crate::words::guidance as words;

/// The words that facts are given in.
#[derive(Debug, Serialize, ToSchema)]
struct GuidanceWords {
    questions: Vec<Named>,
    digital: Vec<Named>,
    needs: Vec<FitRow>,
    agencies: Vec<Signpost>,
    causes: Vec<Named>,
    /// Every topic, for those who write knowledge.
    topics: Vec<TopicName>,
    /// Every unit that somebody works in or that decides.
    units: Vec<Named>,
}

/// A needs group, and the ways that fit it, best first.
#[derive(Debug, Serialize, ToSchema)]
struct FitRow {
    id: &'static str,
    name: String,
    ways: Vec<Named>,
    because: String,
}

/// Another agency.
#[derive(Debug, Serialize, ToSchema)]
struct Signpost {
    id: String,
    name: String,
    /// What it answers for.
    answers: String,
    web: String,
    phone: Option<String>,
}

/// What is known; what is left out is not known.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KnownFacts {
    /// digital, possibly, not.
    digital: Option<String>,
    /// phone, chat, message, public, office, task, web, letter.
    way: Option<String>,
    /// The three-letter code.
    topic: Option<String>,
    /// benefits_only, simple_follow_up, compound_follow_up: one or two.
    #[serde(default)]
    needs: Vec<String>,
    /// What kind of help is asked for.
    question: Option<String>,
    /// The id of another agency.
    agency: Option<String>,
    /// nb, nn, se, en or other.
    language: Option<String>,
    been_to_web: Option<bool>,
    /// Whether it is certain who it is.
    identified: Option<bool>,
}

/// What the rules say.
#[derive(Debug, Serialize, ToSchema)]
struct CounselView {
    advice: Vec<AdviceRow>,
    /// What is worth asking, most useful first.
    ask: Vec<Named>,
    signpost: Option<Signpost>,
    fits: Vec<FitRow>,
    /// The ways that fit all of the person's needs groups, best first.
    ways: Vec<Named>,
}

/// One piece of advice.
#[derive(Debug, Serialize, ToSchema)]
struct AdviceRow {
    /// The rule in the centre description.
    id: String,
    #[serde(rename = "do")]
    does: Option<String>,
    #[serde(rename = "not")]
    does_not: Option<String>,
    because: String,
    /// The facts that it stands on, in words.
    grounds: Vec<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(guidance_words))
        .routes(routes!(give_advice))
}

fn said(words: &Words, language: Language) -> String {
    let text = match language {
        Language::En => &words.en,
        Language::Nb | Language::Nn | Language::Se => &words.nb,
    };
    text.clone()
}

/// The words of guidance: kinds of questions, needs groups, other agencies, causes.
#[utoipa::path(get, path = "/api/v1/guidance", tag = "guidance", responses((status = 200, body = GuidanceWords)))]
async fn guidance_words(api: Api, Spoken(language): Spoken) -> Json<GuidanceWords> {
    let centre = &api.directory.centre;
    let named = |id: &'static str, name: &str| Named {
        id: id.to_owned(),
        name: name.to_owned(),
    };
    Json(GuidanceWords {
        questions: Question::ALL
            .iter()
            .map(|it| named(it.as_str(), words::question(*it, language)))
            .collect(),
        digital: Digital::ALL
            .iter()
            .map(|it| named(it.as_str(), words::digital(*it, language)))
            .collect(),
        needs: centre
            .guidance
            .fits
            .iter()
            .map(|fit| fit_row(fit, language))
            .collect(),
        agencies: centre
            .guidance
            .agencies
            .iter()
            .map(|agency| signpost(agency, language))
            .collect(),
        causes: centre
            .causes
            .iter()
            .map(|cause| crate::shape::named(&cause.id, &cause.name, language))
            .collect(),
        topics: topic_names(
            &api.directory,
            centre.topics.iter().map(|it| it.code.as_str()).collect(),
            language,
        ),
        units: centre
            .units
            .iter()
            .map(|unit| crate::shape::named(&unit.id, &unit.name, language))
            .collect(),
    })
}

/// What to do and not to do, and why. Only facts are sent, nothing about a person; nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/guidance/advice", tag = "guidance", request_body = KnownFacts,
    responses((status = 200, body = CounselView), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn give_advice(
    api: Api,
    Spoken(language): Spoken,
    Body(known): Body<KnownFacts>,
) -> Result<Json<CounselView>, Problem> {
    let centre = &api.directory.centre;
    let facts = facts(&known)?;
    let counsel = advise(&centre.guidance, &facts);
    Ok(Json(shown(&api, &counsel, language)))
}

fn facts(known: &KnownFacts) -> Result<Facts<'_>, Problem> {
    let needs = known.needs.iter().map(|word| {
        let read = NeedsGroup::parse(word);
        read.ok_or_else(|| unknown("needs", words_of(NeedsGroup::NAMES)))
    });
    let needs: Needs = needs.collect::<Result<Vec<_>, _>>()?.into_iter().collect();
    if !needs.fits() {
        let text = "I én sak kan en bruker være i én eller to behovsgrupper.";
        return Err(Problem::invalid("needs", text, Vec::new()));
    }
    Ok(Facts {
        digital: one("digital", known.digital.as_deref(), Digital::parse, || {
            words_of(Digital::NAMES)
        })?,
        way: one("way", known.way.as_deref(), Way::parse, || {
            words_of(Way::NAMES)
        })?,
        topic: known.topic.as_deref(),
        needs,
        question: one(
            "question",
            known.question.as_deref(),
            Question::parse,
            || words_of(Question::NAMES),
        )?,
        agency: known.agency.as_deref(),
        language: one("language", known.language.as_deref(), Tongue::parse, || {
            let spoken = Language::ALL.iter().map(ToString::to_string);
            spoken.chain([Tongue::OTHER.to_owned()]).collect()
        })?,
        been_to_web: known.been_to_web,
        identified: known.identified,
    })
}

fn one<T>(
    field: &str,
    word: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
    valid: impl Fn() -> Vec<String>,
) -> Result<Option<T>, Problem> {
    let Some(word) = word else { return Ok(None) };
    read(word).map(Some).ok_or_else(|| unknown(field, valid()))
}

fn unknown(field: &str, valid: Vec<String>) -> Problem {
    Problem::invalid(field, "Ukjent ord.", valid)
}

fn words_of<T>(names: &[(&'static str, T)]) -> Vec<String> {
    names.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn shown(api: &Api, counsel: &Counsel<'_>, language: Language) -> CounselView {
    let advice = counsel.advice.iter();
    CounselView {
        advice: advice
            .map(|advice| AdviceRow {
                id: advice.rule.id.clone(),
                does: advice.rule.does.as_ref().map(|words| said(words, language)),
                does_not: advice
                    .rule
                    .does_not
                    .as_ref()
                    .map(|words| said(words, language)),
                because: said(&advice.rule.because, language),
                grounds: advice
                    .grounds
                    .iter()
                    .map(|ground| ground_words(api, ground.fact, &ground.value, language))
                    .collect(),
            })
            .collect(),
        ask: counsel
            .ask
            .iter()
            .map(|fact| Named {
                id: fact.as_str().to_owned(),
                name: words::ask(*fact, language).to_owned(),
            })
            .collect(),
        signpost: counsel.signpost.map(|agency| signpost(agency, language)),
        fits: counsel
            .fits
            .iter()
            .map(|fit| fit_row(fit, language))
            .collect(),
        ways: ways(&counsel.ways, language),
    }
}

/// A fact in words: `Mulig digital`, `Dagpenger`.
fn ground_words(api: &Api, fact: Fact, value: &str, language: Language) -> String {
    let centre = &api.directory.centre;
    let name = match fact {
        Fact::Digital => Digital::parse(value).map(|it| words::digital(it, language).to_owned()),
        Fact::Way => Way::parse(value).map(|it| words::way(it, language).to_owned()),
        Fact::Topic => {
            let topic = centre.topics.iter().find(|topic| topic.code == value);
            topic.map(|topic| topic.name.get(language).to_owned())
        }
        Fact::Needs => {
            let fits = centre.guidance.fits.iter();
            let names = fits.filter(|fit| value.split(',').any(|id| id == fit.group.as_str()));
            let names: Vec<String> = names.map(|fit| said(&fit.name, language)).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        Fact::Question => Question::parse(value).map(|it| words::question(it, language).to_owned()),
        Fact::Agency => {
            let mut agencies = centre.guidance.agencies.iter();
            let agency = agencies.find(|agency| agency.id == value);
            agency.map(|agency| said(&agency.name, language))
        }
        Fact::Language | Fact::BeenToWeb | Fact::Identified => None,
    };
    let asked = words::fact(fact, language);
    match name {
        Some(name) => name,
        None => format!("{asked}: {}", words::value(value, language)),
    }
}

fn signpost(agency: &linje_guidance::Agency, language: Language) -> Signpost {
    Signpost {
        id: agency.id.clone(),
        name: said(&agency.name, language),
        answers: said(&agency.answers, language),
        web: agency.web.clone(),
        phone: agency.phone.clone(),
    }
}

fn fit_row(fit: &linje_guidance::Fit, language: Language) -> FitRow {
    FitRow {
        id: fit.group.as_str(),
        name: said(&fit.name, language),
        ways: ways(&fit.ways, language),
        because: said(&fit.because, language),
    }
}

fn ways(ways: &[Way], language: Language) -> Vec<Named> {
    let ways = ways.iter().map(|way| Named {
        id: way.as_str().to_owned(),
        name: words::way(*way, language).to_owned(),
    });
    ways.collect()
}

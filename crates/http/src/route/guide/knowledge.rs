//! Knowledge: search while typing, articles with owner, date and history, ready answers, news, status of
//! systems, the traffic controller's corner; and the editor of those who answer for them.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use linje_access::Role;
use linje_store::{Article, Changed, Content, EntryKind, Found, Hand, Sought, Version};
use linje_types::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admit::Me;
use crate::api::{Api, Gate};
use crate::body::{Body, Query, Spoken};
use crate::clock::{parse, rfc3339};
use crate::guide::blocking;
use crate::problem::Problem;
use crate::shape::{List, TopicName};

/// Most letters of a text.
const MOST_BODY: usize = 20_000;
/// Most letters of a title.
const MOST_TITLE: usize = 200;
/// Most letters of a question.
const MOST_QUESTION: usize = 200;

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
struct ArticleView {
    id: String,
    /// article, answer, news, status or corner.
    kind: &'static str,
    topic: Option<TopicName>,
    language: String,
    /// Who answers for it.
    owner: String,
    title: String,
    body: String,
    review_by: Option<String>,
    /// The day on which it must be looked at has passed.
    stale: bool,
    until: Option<String>,
    pinned: bool,
    withdrawn: bool,
    /// Made up for the demo.
    example: bool,
    version: i64,
    changed: String,
    changed_by: String,
}

/// A piece of text, and whether it is a word that was searched for.
#[derive(Debug, Serialize, ToSchema)]
struct Piece {
    text: String,
    hit: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct FoundView {
    article: ArticleView,
    snippet: Vec<Piece>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SearchBody {
    /// As typed so far. In the body, because people type what they hear.
    words: String,
    /// nb or en; left out = all.
    language: Option<String>,
    kind: Option<String>,
    /// The topic of the contact in hand: its entries come first.
    topic: Option<String>,
    /// 1 to 50.
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// article, answer, news, status or corner.
    kind: Option<String>,
    /// The three-letter code.
    topic: Option<String>,
}

/// What everybody sees first.
#[derive(Debug, Serialize, ToSchema)]
struct Home {
    /// What does not work, or works again.
    status: Vec<ArticleView>,
    news: Vec<ArticleView>,
    /// *Trafikkstyrers hjørne*.
    corner: Vec<ArticleView>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ArticleBody {
    /// Only for a new one: article, answer, news, status or corner.
    kind: Option<String>,
    /// The version that was read, when an entry is changed.
    version: Option<i64>,
    topic: Option<String>,
    language: String,
    owner: String,
    title: String,
    body: String,
    /// The day on which it must be looked at again.
    review_by: Option<String>,
    /// When it is over.
    until: Option<String>,
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    withdrawn: bool,
    /// Why; kept in the history.
    why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UndoBody {
    /// The version that is in force.
    version: i64,
    /// The version to go back to.
    to: i64,
    why: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct VersionView {
    version: i64,
    at: String,
    by: String,
    why: String,
    title: String,
    body: String,
    withdrawn: bool,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(list_articles, add_article))
        .routes(routes!(knowledge_home))
        .routes(routes!(search_knowledge))
        .routes(routes!(one_article, change_article))
        .routes(routes!(article_versions))
        .routes(routes!(undo_article))
}

/// Entries of a kind.
#[utoipa::path(get, path = "/api/v1/knowledge", tag = "knowledge", params(Filter), responses((status = 200, body = List<ArticleView>)))]
async fn list_articles(
    api: Api,
    Spoken(language): Spoken,
    Query(filter): Query<Filter>,
) -> Result<Json<List<ArticleView>>, Problem> {
    let kind = kind(filter.kind.as_deref().unwrap_or("article"))?;
    let (guide, now) = (api.guide.clone(), api.now());
    let found = blocking(move || guide.records.articles(kind, filter.topic.as_deref(), now));
    let found = found.await??.into_iter();
    Ok(Json(List::all(
        found.map(|article| view(&api, article, language)).collect(),
    )))
}

/// Status of systems, news and the traffic controller's corner.
#[utoipa::path(get, path = "/api/v1/knowledge/home", tag = "knowledge", responses((status = 200, body = Home)))]
async fn knowledge_home(api: Api, Spoken(language): Spoken) -> Result<Json<Home>, Problem> {
    let (guide, now) = (api.guide.clone(), api.now());
    let read = blocking(move || {
        let of = |kind| guide.records.articles(kind, None, now);
        let (status, news) = (of(EntryKind::Status)?, of(EntryKind::News)?);
        Ok::<_, linje_store::RecordsError>((status, news, of(EntryKind::Corner)?))
    });
    let (status, news, corner) = read.await??;
    let shown = |articles: Vec<Article>| {
        let articles = articles.into_iter();
        articles
            .map(|article| view(&api, article, language))
            .collect()
    };
    Ok(Json(Home {
        status: shown(status),
        news: shown(news),
        corner: shown(corner),
    }))
}

/// Searches while somebody types.
#[utoipa::path(
    post, path = "/api/v1/knowledge/search", tag = "knowledge", request_body = SearchBody,
    responses((status = 200, body = List<FoundView>), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn search_knowledge(
    api: Api,
    Spoken(language): Spoken,
    Body(body): Body<SearchBody>,
) -> Result<Json<List<FoundView>>, Problem> {
    let sought = Sought {
        words: body.words.chars().take(MOST_QUESTION).collect(),
        language: body.language.filter(|it| !it.is_empty()),
        kind: body.kind.as_deref().map(kind).transpose()?,
        topic: body.topic,
        limit: body.limit.unwrap_or(8),
    };
    let guide = api.guide.clone();
    let found = blocking(move || guide.records.search_articles(&sought)).await??;
    let found = found
        .into_iter()
        .map(|Found { article, snippet }| FoundView {
            article: view(&api, article, language),
            snippet: snippet
                .into_iter()
                .map(|(text, hit)| Piece { text, hit })
                .collect(),
        });
    Ok(Json(List::all(found.collect())))
}

/// One entry.
#[utoipa::path(
    get, path = "/api/v1/knowledge/{id}", tag = "knowledge", params(("id" = String, Path, description = "The entry")),
    responses((status = 200, body = ArticleView), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn one_article(
    api: Api,
    Path(id): Path<String>,
    Spoken(language): Spoken,
) -> Result<Json<ArticleView>, Problem> {
    let (guide, id) = (api.guide.clone(), number(&id)?);
    let found = blocking(move || guide.records.article(id)).await??;
    let article = found.ok_or_else(gone)?;
    Ok(Json(view(&api, article, language)))
}

/// Every version of an entry, the newest first.
#[utoipa::path(
    get, path = "/api/v1/knowledge/{id}/versions", tag = "knowledge", params(("id" = String, Path, description = "The entry")),
    responses((status = 200, body = List<VersionView>), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn article_versions(
    api: Api,
    Path(id): Path<String>,
) -> Result<Json<List<VersionView>>, Problem> {
    let (guide, id) = (api.guide.clone(), number(&id)?);
    let found = blocking(move || guide.records.article_versions(id)).await??;
    if found.is_empty() {
        return Err(gone());
    }
    Ok(Json(List::all(
        found.into_iter().map(version_view).collect(),
    )))
}

fn version_view(version: Version) -> VersionView {
    VersionView {
        version: version.version,
        at: rfc3339(version.at),
        by: version.by,
        why: version.why,
        title: version.content.title,
        body: version.content.body,
        withdrawn: version.content.withdrawn,
    }
}

/// A new entry.
#[utoipa::path(
    post, path = "/api/v1/knowledge", tag = "knowledge", request_body = ArticleBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = ArticleView), (status = 422, body = Problem, content_type = "application/problem+json"))
)]
async fn add_article(
    api: Api,
    me: Me,
    Spoken(language): Spoken,
    Body(body): Body<ArticleBody>,
) -> Result<(StatusCode, Json<ArticleView>), Problem> {
    let kind = kind(body.kind.as_deref().unwrap_or("article"))?;
    may_write(&me, kind)?;
    let (content, hand) = (content(&api, &body)?, hand(&api, &me, &body.why)?);
    let about = about(&api, &content.topic);
    let guide = api.guide.clone();
    let made = blocking(move || {
        guide
            .records
            .add_article(kind, &content, (&about, false), &hand)
    });
    let made = made.await??;
    Ok((StatusCode::CREATED, Json(view(&api, made, language))))
}

/// Changes an entry; the version that was read must be in force.
#[utoipa::path(
    put, path = "/api/v1/knowledge/{id}", tag = "knowledge", request_body = ArticleBody,
    params(("id" = String, Path, description = "The entry"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ArticleView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn change_article(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    Spoken(language): Spoken,
    Body(body): Body<ArticleBody>,
) -> Result<Json<ArticleView>, Problem> {
    let id = number(&id)?;
    let version = body
        .version
        .ok_or_else(|| Problem::invalid("version", "Si hvilken versjon du endrer.", Vec::new()))?;
    let (content, hand) = (content(&api, &body)?, hand(&api, &me, &body.why)?);
    let about = about(&api, &content.topic);
    may_write(&me, kind_of(&api, id).await?)?;
    let guide = api.guide.clone();
    let end = blocking(move || {
        guide
            .records
            .change_article((id, version), &content, &about, &hand)
    });
    changed(&api, end.await??, language)
}

/// Goes back to an earlier version, as a new version.
#[utoipa::path(
    post, path = "/api/v1/knowledge/{id}/undo", tag = "knowledge", request_body = UndoBody,
    params(("id" = String, Path, description = "The entry"), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ArticleView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn undo_article(
    api: Api,
    me: Me,
    Path(id): Path<String>,
    Spoken(language): Spoken,
    Body(body): Body<UndoBody>,
) -> Result<Json<ArticleView>, Problem> {
    let (id, hand) = (number(&id)?, hand(&api, &me, &body.why)?);
    may_write(&me, kind_of(&api, id).await?)?;
    let guide = api.guide.clone();
    let topics: Vec<(String, String)> = api
        .directory
        .centre
        .topics
        .iter()
        .map(|topic| (topic.code.clone(), words_about(topic)))
        .collect();
    let end = blocking(move || {
        let before = guide.records.article_versions(id)?;
        let before = before.into_iter().find(|it| it.version == body.to);
        let topic = before.map(|it| it.content.topic).unwrap_or_default();
        let about = topics.iter().find(|(code, _)| *code == topic);
        let about = about.map_or("", |(_, words)| words.as_str());
        guide
            .records
            .restore_article((id, body.version), body.to, about, &hand)
    });
    changed(&api, end.await??, language)
}

fn changed(api: &Api, end: Changed, language: Language) -> Result<Json<ArticleView>, Problem> {
    match end {
        Changed::Done(article) => Ok(Json(view(api, *article, language))),
        Changed::Unknown => Err(gone()),
        Changed::Stale(version) => Err(Problem::conflict(
            "stale_version",
            "Noen andre har endret artikkelen mens du skrev. Det du har skrevet, står her fortsatt. Hent den nye versjonen og se hva som er forskjellig.",
        )
        .with("version", version.into())),
    }
}

async fn kind_of(api: &Api, id: i64) -> Result<EntryKind, Problem> {
    let guide = api.guide.clone();
    let found = blocking(move || guide.records.article(id)).await??;
    found.map(|article| article.kind).ok_or_else(gone)
}

/// The traffic controller writes news, status and the corner; the subject owner articles and answers.
fn may_write(me: &Me, kind: EntryKind) -> Result<(), Problem> {
    let of_subjects = matches!(kind, EntryKind::Article | EntryKind::Answer);
    let owns = me
        .roles
        .has_any(&[Role::SubjectOwner, Role::Administrator, Role::Program]);
    if owns || (!of_subjects && me.roles.has(Role::TrafficController)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "forbidden",
        "Rollen din gir ikke adgang til dette",
    )
    .detail("Fagansvarlig skriver artikler og svar. Trafikkstyrer skriver nyheter og status."))
}

fn kind(word: &str) -> Result<EntryKind, Problem> {
    EntryKind::parse(word).ok_or_else(|| {
        let valid = EntryKind::ALL.iter().map(|kind| kind.as_str().to_owned());
        Problem::invalid("kind", "Ukjent slag.", valid.collect())
    })
}

fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| gone())
}

fn gone() -> Problem {
    Problem::not_found("Artikkelen finnes ikke.")
}

fn hand(api: &Api, me: &Me, why: &str) -> Result<Hand, Problem> {
    if why.trim().is_empty() {
        let text = "Skriv kort hva som er endret. Det står i historikken.";
        return Err(Problem::invalid("why", text, Vec::new()));
    }
    Ok(Hand {
        by: me.name.clone(),
        why: why.to_owned(),
        at: api.now(),
    })
}

fn content(api: &Api, body: &ArticleBody) -> Result<Content, Problem> {
    let topic = body.topic.clone().unwrap_or_default();
    if !topic.is_empty() && api.directory.centre.topic_id(&topic).is_none() {
        let valid = api.directory.centre.topics.iter().map(|it| it.code.clone());
        return Err(Problem::invalid("topic", "Ukjent tema.", valid.collect()));
    }
    if Language::parse(&body.language).is_none() {
        let valid = Language::ALL.iter().map(ToString::to_string);
        return Err(Problem::invalid(
            "language",
            "Ukjent språk.",
            valid.collect(),
        ));
    }
    for (field, text, most) in [
        ("title", &body.title, MOST_TITLE),
        ("body", &body.body, MOST_BODY),
        ("owner", &body.owner, MOST_TITLE),
    ] {
        if text.trim().is_empty() {
            return Err(Problem::invalid(field, "Feltet er tomt.", Vec::new()));
        }
        if text.chars().count() > most {
            let says = format!("Det er plass til {most} tegn.");
            return Err(Problem::invalid(field, says, Vec::new()));
        }
    }
    let until = body.until.as_deref().map(|text| {
        let bad = || Problem::invalid("until", "Skriv et tidspunkt.", Vec::new());
        parse(text).ok_or_else(bad)
    });
    if let Some(day) = &body.review_by {
        let date: Option<linje_centre::hours::Date> = day.parse().ok();
        if date.is_none() {
            let text = "Skriv en dato, for eksempel 2026-11-25.";
            return Err(Problem::invalid("review_by", text, Vec::new()));
        }
    }
    Ok(Content {
        topic,
        language: body.language.clone(),
        owner: body.owner.clone(),
        title: body.title.clone(),
        body: body.body.clone(),
        review_by: body.review_by.clone(),
        until: until.transpose()?,
        pinned: body.pinned,
        withdrawn: body.withdrawn,
    })
}

/// Other words by which entries of a topic are found.
fn about(api: &Api, code: &str) -> String {
    let topics = &api.directory.centre.topics;
    let topic = topics.iter().find(|topic| topic.code == code);
    topic.map(words_about).unwrap_or_default()
}

pub(super) fn words_about(topic: &linje_centre::Topic) -> String {
    format!("{} {} {}", topic.code, topic.name.nb, topic.name.en)
}

fn view(api: &Api, article: Article, language: Language) -> ArticleView {
    let content = article.content;
    let topic = api.directory.centre.topic_id(&content.topic);
    let today = linje_centre::hours::local(api.now()).date().to_string();
    ArticleView {
        id: article.id.to_string(),
        kind: article.kind.as_str(),
        topic: topic.and_then(|topic| crate::shape::topic_name(&api.directory, topic, language)),
        language: content.language,
        owner: content.owner,
        title: content.title,
        body: content.body,
        // Dates of this form sort as text.
        stale: content.review_by.as_ref().is_some_and(|day| *day < today),
        review_by: content.review_by,
        until: content.until.map(rfc3339),
        pinned: content.pinned,
        withdrawn: content.withdrawn,
        example: article.example,
        version: article.version,
        changed: rfc3339(article.changed),
        changed_by: article.changed_by,
    }
}

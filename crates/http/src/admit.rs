//! Who may come in: from cookie or token to a person, from the table of endpoints to yes or no.
//!
//! One layer around every endpoint of the API. It denies what the table does not allow. Streams end when the
//! session or token that they were opened with does.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, OptionalFromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use linje_access::{Access, Endpoint, Role, Verdict, Who, is_own_desk};
use linje_identity::{Ended, Key, Refused};
use linje_types::ContactId;
use tokio::sync::watch;

use crate::api::{Api, Gate, Mode};
use crate::problem::Problem;

/// The cookie of a session. The prefix keeps it to this host, every path and safe transport.
pub(crate) const COOKIE: &str = "__Host-linje";

/// Who asks. As an argument of a handler it is always somebody; `Option<Me>` for endpoints that are public.
#[derive(Debug, Clone)]
pub(crate) struct Me(pub(crate) Arc<Who>);

impl std::ops::Deref for Me {
    type Target = Who;

    fn deref(&self) -> &Who {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Me, Problem> {
        parts.extensions.get::<Me>().cloned().ok_or_else(log_in)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Me>, Problem> {
        Ok(parts.extensions.get::<Me>().cloned())
    }
}

/// What proved who asks, and when that ends.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    /// A browser's session.
    Session {
        key: Key,
        over: watch::Receiver<bool>,
    },
    /// A program's token, good until so many seconds after 1970.
    Token { until: i64 },
}

impl Credential {
    /// The session, if it is one.
    pub(crate) const fn key(&self) -> Option<&Key> {
        match self {
            Credential::Session { key, .. } => Some(key),
            Credential::Token { .. } => None,
        }
    }

    /// Returns when it counts no longer. What stays open must end then, a WebSocket too.
    pub(crate) async fn ended(&mut self) {
        match self {
            // A channel that closed is a session that is gone.
            Credential::Session { over, .. } => drop(over.wait_for(|over| *over).await),
            Credential::Token { until } => {
                let until = UNIX_EPOCH + Duration::from_secs(u64::try_from(*until).unwrap_or(0));
                let left = until.duration_since(SystemTime::now()).unwrap_or_default();
                tokio::time::sleep(left).await;
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Credential, Problem> {
        parts
            .extensions
            .get::<Credential>()
            .cloned()
            .ok_or_else(log_in)
    }
}

/// Lets in whom the table lets in, with [`Me`] and [`Credential`] as extensions.
pub(crate) async fn admit(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let Some(api) = gate.api() else {
        return Problem::unavailable("starting", "Tjenesten starter. Prøv igjen om litt.")
            .into_response();
    };
    let row = request
        .extensions()
        .get::<MatchedPath>()
        .and_then(|path| Endpoint::find(request.method().as_str(), path.as_str()));
    let proved = prove(api, request.headers()).await;
    let mut credential = match decide(api, row, &proved, &request) {
        Ok(()) => proved.ok().flatten(),
        Err(problem) => return problem.into_response(),
    };
    if let Some((who, credential)) = &credential {
        request.extensions_mut().insert(Me(Arc::clone(who)));
        request.extensions_mut().insert(credential.clone());
    }
    let response = next.run(request).await;
    match credential.take() {
        Some((_, credential)) if is_stream(&response) => until_ended(response, credential),
        _ => response,
    }
}

type Proof = Result<Option<(Arc<Who>, Credential)>, Problem>;

/// Who it is, by token or cookie; both at once is one too many.
async fn prove(api: &Api, headers: &HeaderMap) -> Proof {
    let token = headers.get(header::AUTHORIZATION);
    let cookie = cookie(headers, COOKIE);
    if let Some(value) = token {
        let text = value.to_str().ok().and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token)
        });
        let text = text.ok_or_else(|| bad_token("Bruk Authorization: Bearer med et token."))?;
        let proved = api
            .identity
            .relying
            .bearer(text)
            .await
            .map_err(token_refused)?;
        let credential = Credential::Token {
            until: proved.until,
        };
        return Ok(Some((in_unit(api, proved.who.clone()), credential)));
    }
    let Some(shown) = cookie else {
        return Ok(None);
    };
    let live = api.identity.sessions.find(shown).map_err(session_ended)?;
    let credential = Credential::Session {
        key: live.kept.key,
        over: live.over,
    };
    Ok(Some((in_unit(api, live.kept.who), credential)))
}

/// With the unit that the centre knows, where the issuer tells none.
fn in_unit(api: &Api, mut who: Who) -> Arc<Who> {
    if who.unit.is_none() {
        let adviser = api.directory.adviser(&who.ident);
        let card = adviser.and_then(|adviser| api.directory.card(adviser));
        let unit = card.and_then(|card| api.directory.centre.units.get(usize::from(card.unit.0)));
        who.unit = unit.map(|unit| unit.id.clone());
    }
    Arc::new(who)
}

fn decide(
    api: &Api,
    row: Option<&Endpoint>,
    proved: &Proof,
    request: &Request,
) -> Result<(), Problem> {
    let Some(row) = row else {
        return Err(forbidden(
            "Ingen har adgang til dette. Det mangler i tabellen over adgang.",
        ));
    };
    let who = proved.as_ref().ok().and_then(Option::as_ref);
    let roles = who.map(|(who, _)| who.roles);
    match row.verdict(roles, api.mode == Mode::Demo) {
        Verdict::Absent => Err(Problem::not_found("Dette finnes bare i demoen.")),
        Verdict::LogIn => Err(proved.as_ref().err().cloned().unwrap_or_else(log_in)),
        Verdict::Forbidden => Err(forbidden(
            "Rollen din gir ikke adgang til dette. Trenger du det, må lederen din gi deg en annen rolle.",
        )),
        Verdict::Allowed if !is_own_path(row, who.map(|(who, _)| &**who), request) => {
            Err(forbidden("Dette kan bare veilederen selv gjøre."))
        }
        Verdict::Allowed => match who {
            Some((_, Credential::Session { key, .. })) => guard_session(api, key, request),
            _ => Ok(()),
        },
    }
}

/// Whether the adviser whom the path names is the one who asks, where the table wants that.
fn is_own_path(row: &Endpoint, who: Option<&Who>, request: &Request) -> bool {
    if !matches!(row.access, Access::Own(_)) {
        return true;
    }
    let parts = row.path.split('/').zip(request.uri().path().split('/'));
    let mut named = parts.filter(|(template, _)| template.starts_with('{'));
    let ident = named.next().map(|(_, ident)| ident);
    who.zip(ident)
        .is_some_and(|(who, ident)| is_own_desk(who, ident))
}

/// What changes something, or opens a socket, must come from a page of ours when a cookie speaks for it.
fn guard_session(api: &Api, key: &Key, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let upgrades = headers.contains_key(header::UPGRADE);
    if is_safe && !upgrades {
        return Ok(());
    }
    // The wall has compared an origin that is there with the name of the service.
    let from_here = headers.contains_key(header::ORIGIN)
        || headers
            .get(HeaderName::from_static("sec-fetch-site"))
            .is_some_and(|site| site == "same-origin");
    if !from_here {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "no_origin",
            "Forespørselen sier ikke hvilken side den kommer fra",
        )
        .detail("Med innlogging i nettleser må Origin eller Sec-Fetch-Site følge med."));
    }
    if !is_safe {
        api.identity.sessions.touch(key);
    }
    Ok(())
}

/// The value of a cookie; one that is sent twice is not believed.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

pub(crate) fn log_in() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "log_in", "Du må logge inn")
        .detail("Logg inn, så kommer du tilbake hit. Programmer sender et token som Bearer.")
}

/// Somebody is who they are, and may not do this.
pub(crate) fn forbidden(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "forbidden", "Du har ikke adgang").detail(detail)
}

/// The desk of `ident` is one's own, or a program speaks for it.
pub(crate) fn own_desk(me: &Me, ident: &str) -> Result<(), Problem> {
    if is_own_desk(me, ident) {
        return Ok(());
    }
    Err(forbidden("Dette kan bare veilederen selv gjøre."))
}

/// The contact is in one's own hands; the traffic controller and programs may lend a hand to any.
pub(crate) fn own_contact(api: &Api, me: &Me, contact: ContactId) -> Result<(), Problem> {
    if me.roles.has_any(&[Role::TrafficController, Role::Program]) {
        return Ok(());
    }
    let holder = api.shared.read(|view| {
        let entry = view.contacts.get(contact)?;
        Some(entry.adviser)
    });
    // Whether it is open at all is for the desk to say.
    let Some(holder) = holder else { return Ok(()) };
    let card = api.directory.card(holder);
    if card.is_some_and(|card| card.ident == me.ident) {
        return Ok(());
    }
    Err(forbidden("En annen veileder har henvendelsen."))
}

/// Longest name that a program may give of whom it acts for.
const NAMED_MAX: usize = 80;

/// Who signs: oneself. A program signs with its own identity; whom it says that it acts for is said, and not known.
pub(crate) fn signed(me: &Me, named: Option<&str>) -> String {
    let named = named.filter(|_| me.roles.has(Role::Program));
    let named = named.map(|named| {
        let printed = named.trim().chars().filter(|c| !c.is_control());
        printed.take(NAMED_MAX).collect::<String>()
    });
    match named {
        Some(named) if !named.is_empty() && named != me.ident => {
            format!("{} (oppgir å handle for {named})", me.ident)
        }
        Some(_) | None => me.ident.clone(),
    }
}

fn bad_token(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "bad_token", "Tokenet holder ikke").detail(detail)
}

fn token_refused(refused: Refused) -> Problem {
    match refused {
        Refused::Unavailable(_) | Refused::NoChance => Problem::unavailable(
            "issuer_down",
            "Utstederen av tokenet svarer ikke. Prøv igjen om litt.",
        ),
        Refused::UnknownIssuer
        | Refused::State
        | Refused::Browser
        | Refused::Code
        | Refused::Token(_) => {
            tracing::info!(reason = %refused, "a token was refused");
            bad_token("Hent et nytt token, og sjekk at det er laget for linje-api.")
        }
    }
}

fn session_ended(ended: Ended) -> Problem {
    let (code, detail) = match ended {
        Ended::Unknown => ("session_gone", "Du er logget ut. Logg inn igjen."),
        Ended::Idle => (
            "session_idle",
            "Du ble logget ut fordi du ikke gjorde noe på en stund. Logg inn igjen.",
        ),
        Ended::Old => (
            "session_old",
            "Innloggingen har vart så lenge den kan. Logg inn igjen.",
        ),
    };
    Problem::new(StatusCode::UNAUTHORIZED, code, "Du må logge inn igjen").detail(detail)
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/event-stream"))
}

/// The stream, ended with what opened it.
fn until_ended(response: Response, mut credential: Credential) -> Response {
    let (parts, body) = response.into_parts();
    let ended = async move { credential.ended().await };
    let stream = body.into_data_stream().take_until(Box::pin(ended));
    Response::from_parts(parts, Body::from_stream(stream))
}

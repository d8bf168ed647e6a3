//! Logging in and out, and whose sessions there are.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use linje_access::{Role, Who};
use linje_identity::{IssuerKind, Kept, Refused, Secret};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admit::{COOKIE, Credential, Me, cookie};
use crate::api::{Api, Gate, Mode};
use crate::body::Query;
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::shape::List;

/// The cookie of a log-in that is under way.
const LOG_IN: &str = "__Host-linje-login";
/// How long a browser keeps that, in seconds.
const LOG_IN_S: i64 = 600;
/// The page on which one logs in.
const PAGE: &str = "/logg-inn";
/// The longest way back, in bytes.
const MAX_BACK: usize = 500;

/// Who has logged in here, and how one can.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    /// Null when nobody has.
    who: Option<WhoView>,
    issuers: Vec<IssuerView>,
    /// Seconds without a sign of life until the session ends.
    idle_s: i64,
    /// When the session ends in any case.
    ends_at: Option<String>,
    /// Seconds until the session ends because nothing was done.
    idle_left_s: Option<i64>,
    demo: bool,
    /// Where programs get tokens, in the demo.
    token_url: Option<String>,
}

/// Somebody, as shown to themselves.
#[derive(Debug, Serialize, ToSchema)]
struct WhoView {
    ident: String,
    name: String,
    unit: Option<String>,
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// Whether the ident is one of the centre's advisers whose desk it may open.
    has_desk: bool,
    issuer: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct IssuerView {
    id: String,
    name: String,
    /// staff or citizens.
    kind: &'static str,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct LogIn {
    /// Id of the issuer.
    issuer: String,
    /// Where to go afterwards, a path of this service.
    back: Option<String>,
    /// Who it probably is, for the issuer.
    hint: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LoggedOut {
    /// Where the session with the issuer is ended too.
    end_session_url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SessionRow {
    issuer: String,
    began: String,
    seen: String,
    /// Whether it is the one that asks.
    this: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct SessionsEnded {
    ended: usize,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(session, log_out))
        .routes(routes!(log_in))
        .routes(routes!(callback))
        .routes(routes!(go_on))
        .routes(routes!(own_sessions, end_own))
        .routes(routes!(end_of_staff))
}

/// Who has logged in, and with whom one can. Answers without log-in too.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = SessionView)))]
async fn session(api: Api, me: Option<Me>, headers: HeaderMap) -> Json<SessionView> {
    let sessions = &api.identity.sessions;
    let live = cookie(&headers, COOKIE).and_then(|shown| sessions.find(shown).ok());
    let limits = sessions.limits();
    let kept = live.map(|live| live.kept);
    let now = api.identity.now_s();
    let issuers = api.identity.relying.issuers();
    Json(SessionView {
        who: me.map(|me| who_view(&api, &me, kept.as_ref())),
        issuers: issuers
            .map(|issuer| IssuerView {
                id: issuer.id.clone(),
                name: issuer.name.clone(),
                kind: match issuer.kind {
                    IssuerKind::Citizens => "citizens",
                    IssuerKind::Staff => "staff",
                },
            })
            .collect(),
        idle_s: limits.idle_s,
        ends_at: kept
            .as_ref()
            .map(|kept| moment(kept.began + limits.absolute_s)),
        idle_left_s: kept.map(|kept| (kept.seen + limits.idle_s - now).max(0)),
        demo: api.mode == Mode::Demo,
        token_url: api.identity.token_url(),
    })
}

fn who_view(api: &Api, who: &Who, kept: Option<&Kept>) -> WhoView {
    let adviser = api.directory.adviser(&who.ident);
    let card = adviser.and_then(|adviser| api.directory.card(adviser));
    WhoView {
        ident: who.ident.clone(),
        name: who.name.clone(),
        unit: who.unit.clone(),
        roles: who.roles.iter().collect(),
        has_desk: card.is_some_and(|card| !card.synthetic),
        issuer: kept.map(|kept| kept.issuer.clone()),
    }
}

/// Sends the browser to an issuer to log in.
#[utoipa::path(
    get, path = "/api/v1/session/login", tag = "session", params(LogIn),
    responses((status = 303, description = "To the issuer, or back to the page of log-in with `feil`"))
)]
async fn log_in(api: Api, headers: HeaderMap, Query(asked): Query<LogIn>) -> Response {
    let back = way_back(asked.back);
    let redirect = format!("{}/api/v1/session/callback", own_url(&api, &headers));
    let had = cookie(&headers, LOG_IN);
    let begun = api
        .identity
        .relying
        .begin(&asked.issuer, &redirect, back.clone(), asked.hint, had)
        .await;
    match begun {
        Ok(begun) => {
            let kept = set_cookie(LOG_IN, &begun.browser, LOG_IN_S);
            see_other(&begun.to, &[kept])
        }
        Err(refused) => refuse(&refused, &back),
    }
}

/// Where the issuer sends the browser back to.
#[utoipa::path(
    get, path = "/api/v1/session/callback", tag = "session", params(Callback),
    responses((status = 303, description = "To where the page wanted to go, or to the page of log-in with `feil`"))
)]
async fn callback(api: Api, headers: HeaderMap, Query(came): Query<Callback>) -> Response {
    let relying = &api.identity.relying;
    let state = came.state.unwrap_or_default();
    let (None, Some(code)) = (&came.error, &came.code) else {
        let known = relying.give_up(&state);
        let why = if known { "avbrutt" } else { "utdatert" };
        return see_other(&format!("{PAGE}?feil={why}"), &[]);
    };
    let started = match relying.finish(&state, code, cookie(&headers, LOG_IN)).await {
        Ok(started) => started,
        Err(refused) => return refuse(&refused, "/"),
    };
    let sessions = &api.identity.sessions;
    let Ok(secret) = sessions.begin(&started.proved, cookie(&headers, COOKIE)) else {
        return refuse(&Refused::NoChance, "/");
    };
    if let Err(error) = api.identity.settled().await {
        tracing::error!(%error, "a log-in could not be kept");
        sessions.end(&secret.digest());
        let why = Refused::Unavailable(error.to_string());
        return refuse(&why, &started.back);
    }
    let cookies = [
        set_cookie(COOKIE, &secret, sessions.limits().absolute_s),
        clear_cookie(LOG_IN),
    ];
    see_other(&started.back, &cookies)
}

/// Logs out. Works without a session too.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 200, body = LoggedOut)))]
async fn log_out(api: Api, headers: HeaderMap) -> Result<Response, Problem> {
    let mut issuer = None;
    if let Some(shown) = cookie(&headers, COOKIE) {
        let sessions = &api.identity.sessions;
        if let Ok(live) = sessions.find(shown) {
            sessions.end(&live.kept.key);
            issuer = Some(live.kept.issuer);
        }
        settled(&api).await?;
    }
    let end_session_url = match issuer {
        Some(issuer) => api.identity.relying.end_session(&issuer).await,
        None => None,
    };
    let mut response = Json(LoggedOut { end_session_url }).into_response();
    put_cookies(&mut response, &[clear_cookie(COOKIE)]);
    Ok(response)
}

/// *Fortsett*: the person is there.
#[utoipa::path(
    post, path = "/api/v1/session/continue", tag = "session",
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 401, body = Problem, content_type = "application/problem+json"))
)]
async fn go_on(api: Api, credential: Credential) -> StatusCode {
    if let Some(key) = credential.key() {
        api.identity.sessions.touch(key);
    }
    StatusCode::NO_CONTENT
}

/// One's own sessions, newest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", responses((status = 200, body = List<SessionRow>)))]
async fn own_sessions(api: Api, me: Me, credential: Credential) -> Json<List<SessionRow>> {
    let own = api.identity.sessions.of(&me.ident);
    let row = |kept: Kept| SessionRow {
        this: credential.key() == Some(&kept.key),
        issuer: kept.issuer,
        began: moment(kept.began),
        seen: moment(kept.seen),
    };
    Json(List::all(own.into_iter().map(row).collect()))
}

/// Ends all of one's own sessions, this one too.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "session", responses((status = 200, body = SessionsEnded)))]
async fn end_own(api: Api, me: Me) -> Result<Json<SessionsEnded>, Problem> {
    let ended = api.identity.sessions.end_of(&me.ident);
    settled(&api).await?;
    Ok(Json(SessionsEnded { ended }))
}

/// Ends all sessions of somebody who works here, at once.
#[utoipa::path(
    delete, path = "/api/v1/staff/{ident}/sessions", tag = "session",
    params(("ident" = String, Path, description = "Whose")),
    responses((status = 200, body = SessionsEnded))
)]
async fn end_of_staff(
    api: Api,
    me: Me,
    Path(ident): Path<String>,
) -> Result<Json<SessionsEnded>, Problem> {
    let ended = api.identity.sessions.end_of(&ident);
    tracing::info!(
        by = me.ident,
        ended,
        "sessions were ended by an administrator"
    );
    settled(&api).await?;
    Ok(Json(SessionsEnded { ended }))
}

async fn settled(api: &Api) -> Result<(), Problem> {
    api.identity.settled().await.map_err(|error| {
        tracing::error!(%error, "the end of a session could not be kept");
        Problem::unavailable(
            "records_down",
            "Du er logget ut her, men det kunne ikke lagres. Prøv igjen om litt.",
        )
    })
}

/// A path of ours; anything else leads to the front page.
fn way_back(back: Option<String>) -> String {
    let good = |path: &String| {
        let bytes = path.as_bytes();
        bytes.first() == Some(&b'/')
            && !matches!(bytes.get(1), Some(b'/' | b'\\'))
            && bytes.len() <= MAX_BACK
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_graphic() && *byte != b'\\')
    };
    back.filter(good).unwrap_or_else(|| String::from("/"))
}

/// How the browser wrote the address of the service. The wall has checked the name.
fn own_url(api: &Api, headers: &HeaderMap) -> String {
    if let Some(url) = &api.identity.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST);
    let host = host
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    format!("http://{host}")
}

/// Back to the page of log-in, which says what went wrong in plain words.
fn refuse(refused: &Refused, back: &str) -> Response {
    let word = match refused {
        Refused::UnknownIssuer => "ukjent",
        Refused::Unavailable(_) | Refused::NoChance => "nede",
        Refused::State => "utdatert",
        Refused::Browser => "nettleser",
        Refused::Code | Refused::Token(_) => "avvist",
    };
    tracing::info!(reason = %refused, "a log-in was refused");
    let mut to = format!("{PAGE}?feil={word}");
    if back != "/" {
        to.push_str("&tilbake=");
        to.extend(back.bytes().map(escaped));
    }
    see_other(&to, &[])
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn see_other(to: &str, cookies: &[String]) -> Response {
    let Ok(place) = HeaderValue::from_str(to) else {
        return Problem::not_found("Siden finnes ikke.").into_response();
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
    put_cookies(&mut response, cookies);
    response
}

fn put_cookies(response: &mut Response, cookies: &[String]) {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

fn set_cookie(name: &str, secret: &Secret, for_s: i64) -> String {
    let value = secret.reveal();
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={for_s}")
}

fn clear_cookie(name: &str) -> String {
    format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// Seconds since 1970 as people and programs read them.
fn moment(at_s: i64) -> String {
    rfc3339(linje_types::Timestamp(at_s.saturating_mul(1_000_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_a_way_back() {
        let way = |text: &str| way_back(Some(text.to_owned()));
        for good in ["/desk", "/trafikk/vegg?a=1", "/"] {
            assert_eq!(way(good), good);
        }
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "desk",
            "",
            "/a\r\nSet-Cookie: x=1",
            "/\t/evil.example",
        ] {
            assert_eq!(way(bad), "/", "{bad:?}");
        }
    }
}

//! The built-in development issuer: synthetic people log in with one click, programs get tokens for the
//! asking. For the demo only; whoever wires it into a service for work is refused by `server`.
//!
//! Two issuers on the service's own port: `/idporten` vouches for citizens, `/entra` for staff and
//! programs, each in the shape of its model. The key is made at the start and lives as long as the process.

mod key;
mod page;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use linje_access::{Role, Roles};
use linje_types::Clearance;
use openidconnect::core::{
    CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreRsaPrivateSigningKey, CoreSubjectIdentifierType,
};
use openidconnect::http::{Request, Response, StatusCode, header};
use openidconnect::url::{Url, form_urlencoded};
use openidconnect::{
    Audience, AuthUrl, AuthenticationContextClass, EmptyAdditionalProviderMetadata, EndSessionUrl,
    EndUserName, IssuerUrl, JsonWebKeySetUrl, LogoutProviderMetadata, Nonce,
    PrivateSigningKey as _, ProviderMetadataWithLogout, ResponseTypes, Scope, StandardClaims,
    SubjectIdentifier, TokenUrl,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::Clock;
use crate::chance::Secret;
use crate::claims::{Claims, More, Token};
use crate::settings::{API_AUDIENCE, Grant, IssuerKind, IssuerSettings, WEB_CLIENT, grant};

pub use key::KeyFault;

/// How long a code may be used.
const CODE: Duration = Duration::from_secs(60);
/// How long a token counts.
const TOKEN: Duration = Duration::from_secs(8 * 3_600);
/// Codes that wait to be used.
const MAX_CODES: usize = 1_000;
/// The level of assurance of every citizen here.
const LEVEL: &str = "idporten-loa-high";
/// The protections, by the name of their group.
const CLEARANCES: [(&str, Clearance); 3] = [
    ("shielded", Clearance::SHIELDED),
    ("confidential", Clearance::CONFIDENTIAL),
    ("strict", Clearance::STRICT),
];

/// A synthetic person who can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// Ident of staff; for a citizen what names them in a link, never their number.
    pub ident: String,
    /// Name; says that they do not exist.
    pub name: String,
    /// What they are here as.
    pub roles: Roles,
    /// Whom they may meet.
    pub clearance: Clearance,
    /// Code of the unit of staff.
    pub unit: Option<String>,
    /// Identity number, synthetic.
    pub pid: Option<String>,
    /// What they are, for the page.
    pub about: String,
}

/// Finds a persona by ident.
pub type Find = Box<dyn Fn(&str) -> Option<Persona> + Send + Sync>;

/// Who can log in.
pub struct People {
    /// Shown with a button each, in order.
    pub shown: Vec<Persona>,
    /// Anybody else, by ident.
    pub find: Find,
}

impl People {
    fn find(&self, ident: &str, kind: IssuerKind) -> Option<Persona> {
        let shown = self.shown.iter().find(|person| person.ident == ident);
        let found = shown.cloned().or_else(|| (self.find)(ident));
        found.filter(|person| is_of(person, kind))
    }
}

fn is_of(person: &Persona, kind: IssuerKind) -> bool {
    let citizen = person.roles.has(Role::Citizen);
    citizen == (kind == IssuerKind::Citizens)
}

struct Code {
    kind: IssuerKind,
    client: String,
    redirect: String,
    challenge: String,
    nonce: Option<String>,
    person: Persona,
    until: SystemTime,
}

/// The built-in issuers.
pub struct DevIssuers {
    base: String,
    people: People,
    key: CoreRsaPrivateSigningKey,
    clock: Clock,
    codes: Mutex<HashMap<String, Code>>,
    /// What a test makes of the claims before they are signed.
    #[cfg(test)]
    pub(crate) twist: Mutex<Option<Twist>>,
}

#[cfg(test)]
pub(crate) type Twist = Box<dyn Fn(Claims) -> Claims + Send>;

/// The names of the built-in issuers, as they stand in addresses.
pub const NAMES: [&str; 2] = ["idporten", "entra"];

fn kind_of(name: &str) -> Option<IssuerKind> {
    match name {
        "idporten" => Some(IssuerKind::Citizens),
        "entra" => Some(IssuerKind::Staff),
        _ => None,
    }
}

const fn name_of(kind: IssuerKind) -> &'static str {
    match kind {
        IssuerKind::Citizens => "idporten",
        IssuerKind::Staff => "entra",
    }
}

type Answer = Response<Vec<u8>>;
type Fields = HashMap<String, String>;

impl DevIssuers {
    /// Issuers below `base`, such as `http://127.0.0.1:8080`, with a new key.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn new(base: &str, people: People, clock: Clock) -> Result<DevIssuers, KeyFault> {
        Ok(DevIssuers {
            base: base.trim_end_matches('/').to_owned(),
            people,
            key: key::new()?,
            clock,
            codes: Mutex::default(),
            #[cfg(test)]
            twist: Mutex::default(),
        })
    }

    /// How the relying party trusts them.
    #[must_use]
    pub fn settings(&self) -> Vec<IssuerSettings> {
        let roles = Role::ALL.into_iter().map(Role::as_str);
        let names = roles.chain(CLEARANCES.iter().map(|(name, _)| *name));
        let groups: BTreeMap<String, Grant> = names
            .filter_map(|name| Some((group(name), grant(name)?)))
            .collect();
        let issuer = |kind, name: &str, scopes: &[&str]| IssuerSettings {
            id: name_of(kind).to_owned(),
            name: name.to_owned(),
            url: self.url(kind, ""),
            client_id: WEB_CLIENT.to_owned(),
            client_secret: None,
            kind,
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            audience: API_AUDIENCE.to_owned(),
            groups: groups.clone(),
            levels: match kind {
                IssuerKind::Citizens => vec![LEVEL.to_owned()],
                IssuerKind::Staff => Vec::new(),
            },
        };
        vec![
            issuer(
                IssuerKind::Staff,
                "Ansatt (utviklingsutsteder)",
                &["profile"],
            ),
            issuer(
                IssuerKind::Citizens,
                "Bruker (utviklingsutsteder)",
                &["profile"],
            ),
        ]
    }

    /// Where programs get their tokens.
    #[must_use]
    pub fn token_url(&self) -> String {
        self.url(IssuerKind::Staff, "/token")
    }

    /// The path of an address of ours.
    #[must_use]
    pub fn path_of(&self, target: &str) -> Option<String> {
        let path = target.strip_prefix(&self.base)?;
        let name = path.strip_prefix('/')?.split(['/', '?']).next()?;
        kind_of(name).map(|_| path.to_owned())
    }

    /// Answers a request for `target`, a path with its query.
    #[must_use]
    pub fn answer(&self, request: &Request<Vec<u8>>, target: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut parts = path.trim_start_matches('/').splitn(2, '/');
        let kind = parts.next().and_then(kind_of);
        let (Some(kind), Some(rest)) = (kind, parts.next()) else {
            return plain(StatusCode::NOT_FOUND, "Ingenting er på denne adressen.");
        };
        let is_post = request.method().as_str() == "POST";
        match (rest, is_post) {
            (".well-known/openid-configuration", false) => self.metadata(kind),
            ("jwks", false) => self.jwks(),
            ("authorize", false) => self.authorize(kind, &fields(query.as_bytes()), path),
            ("token", true) => self.token(kind, request),
            ("logout", false) => self.log_out(&fields(query.as_bytes())),
            ("style.css", false) => with(StatusCode::OK, "text/css", page::STYLE.into()),
            _ => plain(StatusCode::NOT_FOUND, "Ingenting er på denne adressen."),
        }
    }

    fn url(&self, kind: IssuerKind, rest: &str) -> String {
        format!("{}/{}{rest}", self.base, name_of(kind))
    }

    fn metadata(&self, kind: IssuerKind) -> Answer {
        let made = || -> Result<Vec<u8>, Box<dyn std::error::Error>> {
            let end = EndSessionUrl::new(self.url(kind, "/logout"))?;
            let metadata = ProviderMetadataWithLogout::new(
                IssuerUrl::new(self.url(kind, ""))?,
                AuthUrl::new(self.url(kind, "/authorize"))?,
                JsonWebKeySetUrl::new(self.url(kind, "/jwks"))?,
                vec![ResponseTypes::new(vec![CoreResponseType::Code])],
                vec![CoreSubjectIdentifierType::Public],
                vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256],
                LogoutProviderMetadata {
                    end_session_endpoint: Some(end),
                    additional_metadata: EmptyAdditionalProviderMetadata::default(),
                },
            )
            .set_token_endpoint(Some(TokenUrl::new(self.url(kind, "/token"))?))
            .set_response_modes_supported(Some(vec![CoreResponseMode::Query]))
            .set_scopes_supported(Some(
                ["openid", "profile"]
                    .into_iter()
                    .map(|scope| Scope::new(scope.to_owned()))
                    .collect(),
            ));
            Ok(serde_json::to_vec(&metadata)?)
        };
        json_or_fault(made())
    }

    fn jwks(&self) -> Answer {
        let keys = CoreJsonWebKeySet::new(vec![self.key.as_verification_key()]);
        json_or_fault(serde_json::to_vec(&keys).map_err(Into::into))
    }

    /// A page with a button per person, or at once with `as` or `login_hint`.
    fn authorize(&self, kind: IssuerKind, asked: &Fields, path: &str) -> Answer {
        let Some(redirect) = asked.get("redirect_uri").and_then(|uri| here(uri)) else {
            let text = "redirect_uri mangler eller peker ikke til denne maskinen.";
            return plain(StatusCode::BAD_REQUEST, text);
        };
        let text = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let is_code = text("response_type") == "code";
        let has_pkce =
            text("code_challenge_method") == "S256" && text("code_challenge").len() == 43;
        if !is_code || !has_pkce || text("client_id").is_empty() {
            let text = "Bare response_type=code med client_id og PKCE (S256) tas imot her.";
            return plain(StatusCode::BAD_REQUEST, text);
        }
        if text("as") == "-" {
            return redirected(
                redirect,
                &[("error", "access_denied"), ("state", text("state"))],
            );
        }
        let chosen = asked.get("as").or_else(|| asked.get("login_hint"));
        let Some(person) = chosen.and_then(|ident| self.people.find(ident, kind)) else {
            let shown = self.people.shown.iter().filter(|one| is_of(one, kind));
            let page = page::choose(kind, path, asked, shown);
            return with(
                StatusCode::OK,
                "text/html; charset=utf-8",
                page.into_bytes(),
            );
        };
        let Ok(secret) = Secret::new() else {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "Ingen tilfeldige tall.");
        };
        let code = secret.reveal().to_owned();
        let now = (self.clock)();
        let kept = Code {
            kind,
            client: text("client_id").to_owned(),
            redirect: text("redirect_uri").to_owned(),
            challenge: text("code_challenge").to_owned(),
            nonce: asked.get("nonce").cloned(),
            person,
            until: now + CODE,
        };
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, code| code.until > now);
        if codes.len() < MAX_CODES {
            codes.insert(code.clone(), kept);
        }
        redirected(redirect, &[("code", &code), ("state", text("state"))])
    }

    fn token(&self, kind: IssuerKind, request: &Request<Vec<u8>>) -> Answer {
        let form = fields(request.body());
        let client = client_of(request, &form);
        let Some(client) = client else {
            return refused(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "client_id is missing",
            );
        };
        match form.get("grant_type").map(String::as_str) {
            Some("authorization_code") => self.redeem(kind, &client, &form),
            Some("client_credentials") => self.program(kind, &client, &form),
            _ => {
                let text = "grant_type is authorization_code or client_credentials";
                refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", text)
            }
        }
    }

    fn redeem(&self, kind: IssuerKind, client: &str, form: &Fields) -> Answer {
        let code = form.get("code").map(String::as_str).unwrap_or_default();
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = codes.remove(code);
        drop(codes);
        let verifier = form.get("code_verifier").map(String::as_str);
        let challenge = verifier.map(|text| URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
        let good = kept.filter(|kept| {
            kept.until > (self.clock)()
                && kept.kind == kind
                && kept.client == client
                && form.get("redirect_uri") == Some(&kept.redirect)
                && challenge.as_ref() == Some(&kept.challenge)
        });
        let Some(kept) = good else {
            let text = "the code is unknown, used, too old or of another log-in";
            return refused(StatusCode::BAD_REQUEST, "invalid_grant", text);
        };
        let person = Some(&kept.person);
        let access = self.claims(
            kind,
            API_AUDIENCE,
            client,
            person,
            more(kind, person, client, ""),
        );
        let id = self
            .claims(kind, client, client, person, more(kind, person, client, ""))
            .set_nonce(kept.nonce.map(Nonce::new));
        self.tokens(access, Some(id))
    }

    /// Any client in the demo. `scope` chooses roles; `act_as` makes the token that person's.
    fn program(&self, kind: IssuerKind, client: &str, form: &Fields) -> Answer {
        let person = match form.get("act_as") {
            None => None,
            Some(ident) => match self.people.find(ident, kind) {
                Some(person) => Some(person),
                None => {
                    let text = "act_as names nobody whom this issuer knows";
                    return refused(StatusCode::BAD_REQUEST, "invalid_request", text);
                }
            },
        };
        if kind == IssuerKind::Citizens && person.is_none() {
            let text = "this issuer knows citizens only; name one by act_as";
            return refused(StatusCode::BAD_REQUEST, "invalid_request", text);
        }
        let scope = form.get("scope").map(String::as_str).unwrap_or_default();
        let more = more(kind, person.as_ref(), client, scope);
        self.tokens(
            self.claims(kind, API_AUDIENCE, client, person.as_ref(), more),
            None,
        )
    }

    fn claims(
        &self,
        kind: IssuerKind,
        audience: &str,
        client: &str,
        person: Option<&Persona>,
        more: More,
    ) -> Claims {
        let subject = person.map_or(client, |person| &person.ident).to_owned();
        let name = person.map(|person| EndUserName::new(person.name.clone()).into());
        let now = (self.clock)();
        let issuer = IssuerUrl::new(self.url(kind, ""));
        let issuer = issuer.unwrap_or_else(|_| unreachable!("the base is an address"));
        let claims = Claims::new(
            issuer,
            vec![Audience::new(audience.to_owned())],
            (now + TOKEN).into(),
            now.into(),
            StandardClaims::new(SubjectIdentifier::new(subject)).set_name(name),
            more,
        );
        match kind {
            IssuerKind::Citizens => {
                claims.set_auth_context_ref(Some(AuthenticationContextClass::new(LEVEL.to_owned())))
            }
            IssuerKind::Staff => claims,
        }
    }

    fn tokens(&self, access: Claims, id: Option<Claims>) -> Answer {
        let sign = |claims| {
            #[cfg(test)]
            let claims = match &*self.twist.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(twist) => twist(claims),
                None => claims,
            };
            let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
            let token = Token::new(claims, &self.key, algorithm, None, None)?;
            Ok::<String, openidconnect::JsonWebTokenError>(token.to_string())
        };
        let made = || -> Result<Vec<u8>, Box<dyn std::error::Error>> {
            let mut answer = json!({
                "access_token": sign(access)?,
                "token_type": "Bearer",
                "expires_in": TOKEN.as_secs(),
            });
            if let Some(id) = id {
                answer["id_token"] = sign(id)?.into();
            }
            Ok(serde_json::to_vec(&answer)?)
        };
        json_or_fault(made())
    }

    fn log_out(&self, asked: &Fields) -> Answer {
        let back = asked.get("post_logout_redirect_uri");
        match back.and_then(|uri| here(uri)) {
            Some(back) => redirected(back, &[]),
            None => plain(StatusCode::OK, "Du er logget ut."),
        }
    }
}

/// The group of a role or a protection.
fn group(name: &str) -> String {
    format!("linje-{name}")
}

fn groups(roles: Roles, clearance: Clearance) -> Vec<String> {
    let roles = roles.iter().map(|role| group(role.as_str()));
    let cleared = CLEARANCES
        .iter()
        .filter(|(_, one)| clearance.covers(*one))
        .map(|(name, _)| group(name));
    roles.chain(cleared).collect()
}

fn more(kind: IssuerKind, person: Option<&Persona>, client: &str, scope: &str) -> More {
    match (kind, person) {
        (IssuerKind::Citizens, person) => More {
            pid: person.and_then(|person| person.pid.clone()),
            ..More::default()
        },
        (IssuerKind::Staff, Some(person)) => More {
            nav_ident: Some(person.ident.clone()),
            groups: groups(person.roles, person.clearance),
            unit: person.unit.clone(),
            pid: person.pid.clone(),
            ..More::default()
        },
        (IssuerKind::Staff, None) => {
            let (roles, clearance) = asked_for(scope);
            More {
                client_id: Some(client.to_owned()),
                roles: groups(roles, clearance),
                ..More::default()
            }
        }
    }
}

/// What a scope asks for; one that names no role asks for all of the staff.
fn asked_for(scope: &str) -> (Roles, Clearance) {
    let mut roles = Roles::NONE;
    let mut clearance = Clearance::NONE;
    for name in scope.split_whitespace() {
        match grant(name) {
            Some(Grant::Role(role)) => roles = roles.with(role),
            Some(Grant::Clearance(one)) => clearance = clearance.and(one),
            None => {}
        }
    }
    if roles == Roles::NONE {
        let staff = Role::ALL.into_iter().filter(|role| role.is_staff());
        return (staff.collect(), Clearance::ALL);
    }
    (roles, clearance)
}

fn fields(text: &[u8]) -> Fields {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The client of a request, by header or form; any secret will do.
fn client_of(request: &Request<Vec<u8>>, form: &Fields) -> Option<String> {
    let basic = request.headers().get(header::AUTHORIZATION);
    let basic = basic.and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let decoded = basic.and_then(|text| STANDARD.decode(text).ok());
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let named = decoded.and_then(|pair| Some(pair.split_once(':')?.0.to_owned()));
    let named = named.or_else(|| form.get("client_id").cloned());
    named.filter(|client| !client.is_empty() && client.len() <= 100)
}

/// An address of this machine, where anybody may be sent.
fn here(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    (is_here && matches!(url.scheme(), "http" | "https")).then_some(url)
}

fn redirected(mut to: Url, pairs: &[(&str, &str)]) -> Answer {
    let known = pairs.iter().filter(|(_, value)| !value.is_empty());
    for (name, value) in known {
        to.query_pairs_mut().append_pair(name, value);
    }
    answer(
        StatusCode::SEE_OTHER,
        (header::LOCATION, to.as_str()),
        Vec::new(),
    )
}

fn refused(status: StatusCode, error: &str, text: &str) -> Answer {
    let body = json!({"error": error, "error_description": text});
    with(status, "application/json", body.to_string().into_bytes())
}

fn json_or_fault(made: Result<Vec<u8>, Box<dyn std::error::Error>>) -> Answer {
    match made {
        Ok(body) => with(StatusCode::OK, "application/json", body),
        Err(error) => {
            tracing::error!(%error, "the development issuer cannot answer");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "Noe gikk galt hos oss.")
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Answer {
    with(
        status,
        "text/plain; charset=utf-8",
        text.as_bytes().to_vec(),
    )
}

fn with(status: StatusCode, kind: &str, body: Vec<u8>) -> Answer {
    answer(status, (header::CONTENT_TYPE, kind), body)
}

fn answer(status: StatusCode, (name, value): (header::HeaderName, &str), body: Vec<u8>) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    if let Ok(value) = header::HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}

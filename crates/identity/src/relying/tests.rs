//! What the relying party lets in and what it refuses, against the development issuer with tokens twisted.

use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linje_access::{Role, Roles};
use linje_types::Clearance;
use openidconnect::http::Request;
use openidconnect::url::Url;
use openidconnect::{Audience, AuthenticationContextClass, Nonce};

use super::*;
use crate::dev::{DevIssuers, People, Persona, Twist};

const BASE: &str = "http://127.0.0.1:8080";
const BACK: &str = "http://127.0.0.1:8080/api/v1/session/callback";
const NUMBER: &str = "12837110147";

struct World {
    dev: Arc<DevIssuers>,
    relying: Relying,
    late_s: Arc<AtomicI64>,
}

fn clock(late_s: &Arc<AtomicI64>) -> Clock {
    let late_s = Arc::clone(late_s);
    Arc::new(move || {
        let late = u64::try_from(late_s.load(Ordering::SeqCst)).unwrap();
        SystemTime::now() + Duration::from_secs(late)
    })
}

fn persona(ident: &str, role: Role, pid: Option<&str>) -> Persona {
    Persona {
        ident: ident.to_owned(),
        name: format!("Syntetisk <{ident}>"),
        roles: Roles::NONE.with(role),
        clearance: Clearance::SHIELDED,
        unit: Some("ks-troms".to_owned()),
        pid: pid.map(str::to_owned),
        about: String::new(),
    }
}

fn dev(clock: &Clock) -> Arc<DevIssuers> {
    let people = People {
        shown: vec![
            persona("K990001", Role::Adviser, None),
            persona("bruker-1", Role::Citizen, Some(NUMBER)),
        ],
        find: Box::new(|_| None),
    };
    Arc::new(DevIssuers::new(BASE, people, Arc::clone(clock)).unwrap())
}

fn world() -> World {
    let late_s = Arc::new(AtomicI64::new(0));
    let clock = clock(&late_s);
    let dev = dev(&clock);
    let wire = Wire::new(Some(Arc::clone(&dev))).unwrap();
    let opaque: Opaque = Arc::new(|number| format!("b-{}", number.len()));
    World {
        relying: Relying::new(dev.settings(), wire, clock, opaque),
        dev,
        late_s,
    }
}

impl World {
    fn twist(&self, twist: impl Fn(Claims) -> Claims + Send + 'static) {
        *self.dev.twist.lock().unwrap() = Some(Box::new(twist) as Twist);
    }

    /// The browser's way: to the issuer, a click, and back with state and code.
    async fn go(&self, issuer: &str, who: &str) -> (String, String, String) {
        let begun =
            self.relying
                .begin(issuer, BACK, "/desk".to_owned(), Some(who.to_owned()), None);
        let begun = begun.await.unwrap();
        let (state, code) = self.click(&begun.to);
        (state, code, begun.browser.reveal().to_owned())
    }

    fn click(&self, to: &str) -> (String, String) {
        let answer = self.ask("GET", to, "");
        assert_eq!(answer.status().as_u16(), 303);
        let place = answer.headers()["location"].to_str().unwrap();
        let url = Url::parse(place).unwrap();
        let named = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
        };
        (named("state"), named("code"))
    }

    fn ask(&self, method: &str, url: &str, form: &str) -> HttpResponse {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .body(form.as_bytes().to_vec())
            .unwrap();
        self.dev.answer(&request, &self.dev.path_of(url).unwrap())
    }

    async fn log_in(&self, issuer: &str, who: &str) -> Result<Started, Refused> {
        let (state, code, browser) = self.go(issuer, who).await;
        self.relying.finish(&state, &code, Some(&browser)).await
    }

    fn token(&self, form: &str) -> String {
        let form = format!("grant_type=client_credentials&client_id=test&{form}");
        let answer = self.ask("POST", &self.dev.token_url(), &form);
        let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }
}

fn reason(refused: &Refused) -> String {
    refused.to_string()
}

#[tokio::test]
async fn staff_citizens_and_programs_become_who_they_are() {
    let world = world();
    let staff = world.log_in("entra", "K990001").await.unwrap();
    let who = staff.proved.who;
    assert_eq!(
        (who.ident.as_str(), staff.back.as_str()),
        ("K990001", "/desk")
    );
    assert_eq!(who.roles, Roles::NONE.with(Role::Adviser));
    assert_eq!(who.clearance, Clearance::SHIELDED);
    assert_eq!(who.unit.as_deref(), Some("ks-troms"));
    let citizen = world
        .log_in("idporten", "bruker-1")
        .await
        .unwrap()
        .proved
        .who;
    assert_eq!(
        (citizen.ident.as_str(), citizen.person.as_deref()),
        ("b-11", Some(NUMBER))
    );
    assert_eq!(citizen.roles, Roles::NONE.with(Role::Citizen));
    let all = world.relying.bearer(&world.token("")).await.unwrap();
    assert!(all.who.roles.has(Role::Program) && all.who.roles.has(Role::Administrator));
    let one = world
        .relying
        .bearer(&world.token("scope=leader+strict"))
        .await
        .unwrap();
    assert_eq!(
        one.who.roles,
        Roles::NONE.with(Role::Program).with(Role::Leader)
    );
    assert_eq!(one.who.clearance, Clearance::STRICT);
    let act = world
        .relying
        .bearer(&world.token("act_as=K990001"))
        .await
        .unwrap();
    assert_eq!(
        (act.who.ident.as_str(), act.who.roles),
        ("K990001", Roles::NONE.with(Role::Adviser))
    );
}

#[tokio::test]
async fn a_log_in_counts_once_in_its_own_browser_and_in_time() {
    let world = world();
    let finish = async |state: &str, code: &str, browser: Option<&str>| {
        let end = world.relying.finish(state, code, browser).await;
        end.map(|_| ()).map_err(|refused| reason(&refused))
    };
    let unknown = Err(reason(&Refused::State));
    let (state, code, browser) = world.go("entra", "K990001").await;
    assert_eq!(
        finish("another state", &code, Some(&browser)).await,
        unknown
    );
    assert_eq!(finish(&state, &code, Some(&browser)).await, Ok(()));
    assert_eq!(
        finish(&state, &code, Some(&browser)).await,
        unknown,
        "replayed whole"
    );
    let (fresh, _, browser) = world.go("entra", "K990001").await;
    let used = finish(&fresh, &code, Some(&browser)).await;
    assert_eq!(used, Err(reason(&Refused::Code)), "a code that was used");
    for other in [None, Some("another browser")] {
        let (state, code, browser) = world.go("entra", "K990001").await;
        let end = finish(&state, &code, other).await;
        assert_eq!(end, Err(reason(&Refused::Browser)), "begun elsewhere");
        assert_eq!(
            finish(&state, &code, Some(&browser)).await,
            unknown,
            "spent by the try"
        );
    }
    let (state, code, browser) = world.go("entra", "K990001").await;
    world.late_s.fetch_add(601, Ordering::SeqCst);
    assert_eq!(
        finish(&state, &code, Some(&browser)).await,
        unknown,
        "too late"
    );
    let (state, code, browser) = world.go("entra", "K990001").await;
    world.late_s.fetch_add(61, Ordering::SeqCst);
    let old = finish(&state, &code, Some(&browser)).await;
    assert_eq!(old, Err(reason(&Refused::Code)), "the code is a minute old");
    let (state, ..) = world.go("entra", "K990001").await;
    assert!(world.relying.give_up(&state) && !world.relying.give_up(&state));
}

#[tokio::test]
async fn a_code_of_one_log_in_does_not_open_another() {
    let world = world();
    let (_, code, _) = world.go("entra", "K990001").await;
    // The state is one's own, the code somebody else's: the challenge is another.
    let (state, _, browser) = world.go("entra", "K990001").await;
    let end = world.relying.finish(&state, &code, Some(&browser)).await;
    assert_eq!(end.unwrap_err(), Refused::Code);
    // A code of the other issuer.
    let (_, code, _) = world.go("idporten", "bruker-1").await;
    let (state, _, browser) = world.go("entra", "K990001").await;
    let end = world.relying.finish(&state, &code, Some(&browser)).await;
    assert_eq!(end.unwrap_err(), Refused::Code);
}

#[tokio::test]
async fn a_twisted_id_token_is_refused_by_the_claim_that_is_wrong() {
    let hour = Duration::from_secs(3_600);
    let day = Duration::from_secs(86_400);
    let cases: [(&str, &str, Twist); 9] = [
        (
            "nonce",
            "nonce",
            Box::new(|claims| claims.set_nonce(Some(Nonce::new("other".into())))),
        ),
        (
            "no nonce",
            "nonce",
            Box::new(|claims| claims.set_nonce(None)),
        ),
        (
            "audience",
            "aud",
            Box::new(|claims| claims.set_audiences(vec![Audience::new("x".into())])),
        ),
        (
            "the audience of programs",
            "aud",
            Box::new(|claims| claims.set_audiences(vec![Audience::new("linje-api".into())])),
        ),
        (
            "issuer",
            "iss",
            Box::new(|claims| {
                claims.set_issuer(IssuerUrl::new("https://evil.example".into()).unwrap())
            }),
        ),
        (
            "the other issuer",
            "iss",
            Box::new(|claims| {
                claims.set_issuer(IssuerUrl::new(format!("{BASE}/idporten")).unwrap())
            }),
        ),
        (
            "expired",
            "expired",
            Box::new(move |claims| claims.set_expiration((SystemTime::now() - hour).into())),
        ),
        (
            "issued tomorrow",
            "expired",
            Box::new(move |claims| claims.set_issue_time((SystemTime::now() + day).into())),
        ),
        (
            "not before tomorrow",
            "expired",
            Box::new(move |mut claims| {
                let more = claims.additional_claims_mut();
                more.nbf = Some(seconds(SystemTime::now() + day));
                claims
            }),
        ),
    ];
    for (name, word, twist) in cases {
        let world = world();
        *world.dev.twist.lock().unwrap() = Some(twist);
        let refused = world.log_in("entra", "K990001").await.unwrap_err();
        assert!(reason(&refused).contains(word), "{name}: {refused}");
    }
}

#[tokio::test]
async fn a_citizen_needs_a_number_and_a_level_that_will_do() {
    for (word, low) in [("pid", false), ("level", true)] {
        let world = world();
        world.twist(move |mut claims| {
            if low {
                let level = AuthenticationContextClass::new("idporten-loa-low".into());
                return claims.set_auth_context_ref(Some(level));
            }
            claims.additional_claims_mut().pid = None;
            claims
        });
        let refused = world.log_in("idporten", "bruker-1").await.unwrap_err();
        assert!(reason(&refused).contains(word), "{refused}");
        assert!(!reason(&refused).contains(NUMBER));
    }
}

#[tokio::test]
async fn clocks_may_differ_by_less_than_a_minute() {
    let now = SystemTime::now();
    for (apart_s, good) in [(50, true), (70, false)] {
        let world = world();
        let ago = now - Duration::from_secs(apart_s);
        world.twist(move |claims| claims.set_expiration(ago.into()));
        let end = world.relying.bearer(&world.token("")).await;
        assert_eq!(end.is_ok(), good, "expired {apart_s} s ago");
        let ahead = now + Duration::from_secs(apart_s);
        world.twist(move |claims| claims.set_issue_time(ahead.into()));
        let end = world.relying.bearer(&world.token("")).await;
        assert_eq!(end.is_ok(), good, "issued in {apart_s} s");
    }
}

/// The token with another head, payload or signature.
fn remade(token: &str, head: Option<&str>, sign: impl Fn(&str) -> String) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let head = head.map_or_else(|| parts[0].to_owned(), |head| URL_SAFE_NO_PAD.encode(head));
    format!("{head}.{}.{}", parts[1], sign(parts[2]))
}

#[tokio::test]
async fn a_token_that_is_not_signed_by_its_issuer_is_refused() {
    let world = world();
    let token = world.token("");
    assert!(world.relying.bearer(&token).await.is_ok());
    let other_key = {
        let other = dev(&clock(&world.late_s));
        let form = b"grant_type=client_credentials&client_id=test".to_vec();
        let request = Request::builder().method("POST").body(form).unwrap();
        let answer = other.answer(&request, "/entra/token");
        let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    };
    let same = |signature: &str| signature.to_owned();
    let cases = [
        ("no text", String::new()),
        ("no token", "abc".to_owned()),
        ("another key", other_key),
        (
            "alg none",
            remade(&token, Some(r#"{"alg":"none"}"#), |_| String::new()),
        ),
        (
            "alg none, signed",
            remade(&token, Some(r#"{"alg":"none"}"#), same),
        ),
        (
            "alg HS256",
            remade(&token, Some(r#"{"alg":"HS256"}"#), same),
        ),
        ("no alg", remade(&token, Some("{}"), same)),
        ("no signature", remade(&token, None, |_| String::new())),
        (
            "another signature",
            remade(&token, None, |text| text.chars().rev().collect()),
        ),
        ("a longer payload", token.replacen('.', ".e30", 1)),
    ];
    for (name, text) in cases {
        let end = world.relying.bearer(&text).await;
        assert!(matches!(end, Err(Refused::Token(_))), "{name}: {end:?}");
    }
}

#[tokio::test]
async fn an_id_token_opens_no_api_and_a_token_ends() {
    let world = world();
    world.twist(|claims| claims.set_audiences(vec![Audience::new("linje".into())]));
    let end = world.relying.bearer(&world.token("")).await.unwrap_err();
    assert!(reason(&end).contains("aud"), "{end}");
    world.twist(|claims| claims);
    let token = world.token("");
    assert!(world.relying.bearer(&token).await.is_ok());
    world.late_s.fetch_add(9 * 3_600, Ordering::SeqCst);
    let end = world.relying.bearer(&token).await.unwrap_err();
    assert!(
        reason(&end).contains("expired"),
        "a token that was good before: {end}"
    );
}

#[tokio::test]
async fn an_issuer_that_is_not_trusted_or_not_there_is_told_apart() {
    let world = world();
    let begin = |issuer: &'static str| {
        world
            .relying
            .begin(issuer, BACK, "/".to_owned(), None, None)
    };
    assert_eq!(begin("evil").await.unwrap_err(), Refused::UnknownIssuer);
    world.twist(|claims| claims.set_issuer(IssuerUrl::new("https://evil.example".into()).unwrap()));
    let end = world.relying.bearer(&world.token("")).await;
    assert_eq!(end.unwrap_err(), Refused::UnknownIssuer);
    let mut settings = world.dev.settings();
    settings.truncate(1);
    settings[0].url = "http://127.0.0.1:1/entra".to_owned();
    let wire = Wire::new(None).unwrap();
    let alone = Relying::new(
        settings.clone(),
        wire.clone(),
        crate::wall_clock(),
        Arc::new(str::to_owned),
    );
    let end = alone.begin("entra", BACK, "/".to_owned(), None, None).await;
    assert!(matches!(end, Err(Refused::Unavailable(_))), "{end:?}");
    settings[0].url = "http://issuer.example/entra".to_owned();
    let open = Relying::new(settings, wire, crate::wall_clock(), Arc::new(str::to_owned));
    let end = open.begin("entra", BACK, "/".to_owned(), None, None).await;
    assert!(
        matches!(end, Err(Refused::Unavailable(_))),
        "never over an open network: {end:?}"
    );
}

#[tokio::test]
async fn the_development_issuer_sends_nobody_away_from_this_machine_and_asks_for_pkce() {
    let world = world();
    let authorize = |query: &str| {
        let url = format!("{BASE}/entra/authorize?client_id=linje&as=K990001&state=s&{query}");
        world.ask("GET", &url, "").status().as_u16()
    };
    let pkce = format!(
        "response_type=code&code_challenge_method=S256&code_challenge={}",
        "a".repeat(43)
    );
    assert_eq!(
        authorize(&format!("{pkce}&redirect_uri=http://localhost:1/x")),
        303
    );
    for away in [
        "https://evil.example/",
        "javascript:alert(1)",
        "http://127.0.0.1.evil.example/",
    ] {
        assert_eq!(
            authorize(&format!("{pkce}&redirect_uri={away}")),
            400,
            "{away}"
        );
    }
    assert_eq!(
        authorize("response_type=code&redirect_uri=http://localhost:1/x"),
        400,
        "no PKCE"
    );
    assert_eq!(
        authorize("response_type=token&redirect_uri=http://localhost:1/x"),
        400
    );
    let page = world.ask("GET", &format!("{BASE}/entra/authorize?client_id=%22%3E%3Cscript%3E&{pkce}&redirect_uri=http://localhost:1/x"), "");
    let page = String::from_utf8(page.into_body()).unwrap();
    assert!(
        page.contains("K990001")
            && !page.contains("<script")
            && page.contains("Syntetisk &lt;K990001&gt;")
    );
}

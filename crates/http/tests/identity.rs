//! Logging in and out in a browser, and everything that must not count as having logged in.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]
#![allow(
    clippy::type_complexity,
    reason = "tables of cases are read where they stand"
)]
#![allow(
    clippy::string_slice,
    reason = "what is cut is ASCII that the test made"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::body::Body;
use axum::http::{Method, Request, header};
use common::{Answer, OWN, SOON, World, world};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const HOST: &str = "127.0.0.1:8080";
const COOKIE: &str = "__Host-linje";

/// A browser: keeps cookies, follows nothing by itself.
struct Browser<'a> {
    world: &'a World,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(world: &'a World) -> Browser<'a> {
        Browser {
            world,
            cookies: BTreeMap::new(),
        }
    }

    fn cookie(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        more: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        let cookie = self.cookie();
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend(more);
        let body = body.map(str::to_owned);
        let answer = self.world.send(method, path, &headers, body).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (pair, rest) = set.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
                assert!(
                    rest.split("; ").any(|is| is.trim() == part),
                    "{part} in {set}"
                );
            }
            assert!(!rest.contains("Domain"), "{set}");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// As a page of ours posts.
    async fn post(&mut self, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let own = [("origin", OWN), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &own, Some(&body)).await
    }

    async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[("origin", OWN)], None)
            .await
    }

    /// To the issuer and a click there; the address that leads back.
    async fn begin(&mut self, issuer: &str, ident: &str, back: &str) -> String {
        let path = format!("/api/v1/session/login?issuer={issuer}&hint={ident}&back={back}");
        let to = place(&self.get(&path).await);
        assert!(
            to.starts_with(&format!("{OWN}/{issuer}/authorize?")),
            "{to}"
        );
        let answer = self
            .world
            .send(Method::GET, own_path(&to), &[("cookie", "")], None)
            .await;
        own_path(&place(&answer)).to_owned()
    }

    async fn log_in(&mut self, ident: &str) -> String {
        let callback = self.begin("entra", ident, "/desk").await;
        place(&self.get(&callback).await)
    }

    async fn is_in(&mut self) -> bool {
        self.get("/api/v1/queues").await.status == 200
    }
}

fn place(answer: &Answer) -> String {
    assert_eq!(
        answer.status,
        303,
        "{}",
        String::from_utf8_lossy(&answer.bytes)
    );
    answer.headers[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned()
}

fn own_path(url: &str) -> &str {
    url.strip_prefix(OWN).unwrap()
}

#[tokio::test]
async fn a_log_in_opens_what_the_roles_open_and_comes_back_to_the_page() {
    let world = world();
    let mut browser = Browser::new(&world);
    let nobody = browser.get("/api/v1/session").await.expect(200);
    assert_eq!(nobody["who"], Value::Null);
    assert_eq!(nobody["issuers"].as_array().unwrap().len(), 2);
    assert_eq!(
        browser.get("/api/v1/queues").await.problem(401)["code"],
        "log_in"
    );
    assert_eq!(browser.log_in("K990001").await, "/desk");
    assert_eq!(
        browser.cookies.keys().collect::<Vec<_>>(),
        [COOKIE],
        "nothing of the log-in is left"
    );
    let session = browser.get("/api/v1/session").await.expect(200);
    assert_eq!(session["who"]["ident"], "K990001");
    assert_eq!(session["who"]["roles"], json!(["adviser"]));
    assert_eq!(session["who"]["has_desk"], true);
    assert!(browser.is_in().await);
    let body = json!({"activity": "phone", "wanted": 1});
    let refused = browser.post("/api/v1/requests", &body).await.problem(403);
    assert_eq!(refused["code"], "forbidden");
}

#[tokio::test]
async fn a_citizen_is_an_opaque_ident_and_the_number_is_told_to_nobody() {
    let world = world();
    let mut browser = Browser::new(&world);
    let callback = browser.begin("idporten", "bruker-1", "/").await;
    let answer = browser.get(&callback).await;
    assert_eq!(place(&answer), "/");
    let session = browser.get("/api/v1/session").await;
    let text = String::from_utf8_lossy(&session.bytes);
    assert!(!text.contains("12837110147"), "{text}");
    assert_eq!(session.expect(200)["who"]["roles"], json!(["citizen"]));
    browser.get("/api/v1/queues").await.problem(403);
}

#[tokio::test]
async fn nothing_else_counts_as_a_log_in() {
    let world = world();
    let mut browser = Browser::new(&world);
    browser.log_in("K990001").await;
    let secret = browser.cookies[COOKIE].clone();
    let token = world.token("/entra", &[]).await;
    let cases: [(&str, &str, Vec<(&str, String)>); 14] = [
        ("no cookie", "log_in", vec![("cookie", String::new())]),
        (
            "an invented cookie",
            "session_gone",
            vec![("cookie", format!("{COOKIE}=invented"))],
        ),
        (
            "an empty cookie",
            "session_gone",
            vec![("cookie", format!("{COOKIE}="))],
        ),
        (
            "a cookie of another name",
            "log_in",
            vec![("cookie", format!("linje={secret}"))],
        ),
        (
            "a cookie without its prefix",
            "log_in",
            vec![("cookie", format!("Host-linje={secret}"))],
        ),
        (
            "the cookie twice",
            "log_in",
            vec![("cookie", format!("{COOKIE}={secret}; {COOKIE}=other"))],
        ),
        (
            "a letter less",
            "session_gone",
            vec![("cookie", format!("{COOKIE}={}", &secret[1..]))],
        ),
        (
            "Basic",
            "bad_token",
            vec![("authorization", "Basic dGVzdDp0ZXN0".to_owned())],
        ),
        (
            "the secret as a token",
            "bad_token",
            vec![("authorization", format!("Bearer {secret}"))],
        ),
        (
            "no token",
            "bad_token",
            vec![("authorization", "Bearer ".to_owned())],
        ),
        (
            "no scheme",
            "bad_token",
            vec![("authorization", token.clone())],
        ),
        (
            "half a token",
            "bad_token",
            vec![("authorization", format!("Bearer {}", &token[..200]))],
        ),
        (
            "a bad token beside a good cookie",
            "bad_token",
            vec![
                ("authorization", "Bearer x".to_owned()),
                ("cookie", format!("{COOKIE}={secret}")),
            ],
        ),
        (
            "the token as a cookie",
            "session_gone",
            vec![("cookie", format!("{COOKIE}={token}"))],
        ),
    ];
    for (name, code, headers) in &cases {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = world
            .send(Method::GET, "/api/v1/queues", &headers, None)
            .await;
        assert_eq!(answer.problem(401)["code"], **code, "{name}");
        let open = world
            .send(Method::GET, "/api/v1/clock", &headers, None)
            .await;
        assert_eq!(
            open.status, 200,
            "{name} does not close what is open to everybody"
        );
    }
    for path in [
        format!("/api/v1/queues?access_token={token}"),
        format!("/api/v1/queues?session={secret}"),
    ] {
        let answer = world
            .send(Method::GET, &path, &[("cookie", "")], None)
            .await;
        assert_eq!(answer.problem(401)["code"], "log_in", "in the address");
    }
    let head = world
        .send(Method::HEAD, "/api/v1/queues", &[("cookie", "")], None)
        .await;
    assert_eq!(head.status, 401);
    assert!(browser.is_in().await, "and the session itself is untouched");
}

#[tokio::test]
async fn a_session_cannot_be_fixed_beforehand_and_is_new_at_each_log_in() {
    let world = world();
    let mut browser = Browser::new(&world);
    browser
        .cookies
        .insert(COOKIE.to_owned(), "planted-by-somebody-else".to_owned());
    browser.log_in("K990001").await;
    let first = browser.cookies[COOKIE].clone();
    assert_ne!(first, "planted-by-somebody-else");
    assert!(first.len() >= 43, "256 bits");
    browser.log_in("K990002").await;
    assert_ne!(browser.cookies[COOKIE], first);
    let mut thief = Browser::new(&world);
    thief.cookies.insert(COOKIE.to_owned(), first);
    assert!(
        !thief.is_in().await,
        "the old one ended with the new log-in"
    );
}

#[tokio::test]
async fn a_log_in_that_is_broken_replayed_or_begun_elsewhere_makes_no_session() {
    let world = world();
    let mut browser = Browser::new(&world);
    let callback = browser.begin("entra", "K990001", "/desk").await;
    let mut other = Browser::new(&world);
    assert_eq!(
        place(&other.get(&callback).await),
        "/logg-inn?feil=nettleser"
    );
    assert_eq!(
        place(&browser.get(&callback).await),
        "/logg-inn?feil=utdatert",
        "spent by the other"
    );
    let callback = browser.begin("entra", "K990001", "/desk").await;
    assert_eq!(place(&browser.get(&callback).await), "/desk");
    assert_eq!(
        place(&browser.get(&callback).await),
        "/logg-inn?feil=utdatert",
        "replayed"
    );
    let refused = [
        ("/api/v1/session/callback", "utdatert"),
        ("/api/v1/session/callback?state=x&code=y", "utdatert"),
        (
            "/api/v1/session/callback?error=access_denied&state=x",
            "utdatert",
        ),
        ("/api/v1/session/login?issuer=evil", "ukjent"),
    ];
    for (path, why) in refused {
        let to = place(&other.get(path).await);
        assert_eq!(to, format!("/logg-inn?feil={why}"), "{path}");
    }
    let to = place(
        &other
            .get("/api/v1/session/login?issuer=entra&back=/desk")
            .await,
    );
    let asked = world
        .send(
            Method::GET,
            &format!("{}&as=-", own_path(&to)),
            &[("cookie", "")],
            None,
        )
        .await;
    let back = place(&asked);
    assert_eq!(
        place(&other.get(own_path(&back)).await),
        "/logg-inn?feil=avbrutt"
    );
    assert!(!other.cookies.contains_key(COOKIE));
}

#[tokio::test]
async fn two_tabs_log_in_at_the_same_time_and_no_log_in_leads_away() {
    let world = world();
    let mut browser = Browser::new(&world);
    let first = browser.begin("entra", "K990001", "/trafikk").await;
    let second = browser.begin("entra", "K990001", "/desk").await;
    assert_eq!(place(&browser.get(&first).await), "/trafikk");
    // The first has taken the log-in's cookie away; the second is tried again by the person.
    assert_eq!(
        place(&browser.get(&second).await),
        "/logg-inn?feil=nettleser"
    );
    for away in [
        "//evil.example",
        "https:%2F%2Fevil.example",
        "%2F%5Cevil.example",
    ] {
        let callback = browser.begin("entra", "K990001", away).await;
        assert_eq!(place(&browser.get(&callback).await), "/", "{away}");
    }
}

#[tokio::test]
async fn what_changes_something_must_come_from_a_page_of_ours() {
    let world = world();
    let mut browser = Browser::new(&world);
    browser.log_in("K980001").await;
    let body = json!({"activity": "phone", "wanted": 1}).to_string();
    let cases: [(&str, Vec<(&str, &str)>, u16); 9] = [
        ("no origin", vec![], 403),
        (
            "a foreign page",
            vec![("origin", "https://evil.example")],
            403,
        ),
        ("no origin of its own", vec![("origin", "null")], 403),
        ("another port", vec![("origin", "http://127.0.0.1:9")], 403),
        (
            "another scheme's page",
            vec![("sec-fetch-site", "cross-site")],
            403,
        ),
        ("a neighbour", vec![("sec-fetch-site", "same-site")], 403),
        (
            "a form",
            vec![
                ("origin", OWN),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            415,
        ),
        (
            "plain text",
            vec![("origin", OWN), ("content-type", "text/plain")],
            415,
        ),
        (
            "another name",
            vec![("host", "evil.example"), ("origin", "http://evil.example")],
            421,
        ),
    ];
    for (name, headers, status) in &cases {
        let answer = browser
            .send(Method::POST, "/api/v1/requests", headers, Some(&body))
            .await;
        assert_eq!(answer.status, *status, "{name}");
    }
    let socket = [("connection", "upgrade"), ("upgrade", "websocket")];
    let answer = browser
        .send(Method::GET, "/api/v1/queues", &socket, None)
        .await;
    assert_eq!(
        answer.problem(403)["code"],
        "no_origin",
        "a socket without an origin"
    );
    let foreign = [("upgrade", "websocket"), ("origin", "https://evil.example")];
    let answer = browser
        .send(Method::GET, "/api/v1/queues", &foreign, None)
        .await;
    assert_eq!(answer.status, 403, "a socket of a foreign page");
    let asked = browser.get("/api/v1/requests").await.expect(200);
    assert_eq!(asked["items"], json!([]), "none of them did anything");
    let fetched = [("sec-fetch-site", "same-origin")];
    for own in [&[("origin", OWN)], &fetched] {
        let answer = browser
            .send(Method::POST, "/api/v1/requests", own, Some(&body))
            .await;
        assert!(answer.status.is_success(), "{own:?}: {}", answer.status);
    }
}

#[tokio::test]
async fn logging_out_ends_it_and_works_without_a_session() {
    let world = world();
    let mut browser = Browser::new(&world);
    browser.log_in("K990001").await;
    let secret = browser.cookies[COOKIE].clone();
    let out = browser.delete("/api/v1/session").await.expect(200);
    assert_eq!(out["end_session_url"], format!("{OWN}/entra/logout"));
    assert!(browser.cookies.is_empty());
    browser.cookies.insert(COOKIE.to_owned(), secret);
    assert!(!browser.is_in().await, "the server forgot it too");
    browser.cookies.clear();
    browser.delete("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_session_ends_by_idleness_and_by_age() {
    let world = world();
    let late = |s: u64| world.late_s.fetch_add(s, Ordering::SeqCst);
    let mut browser = Browser::new(&world);
    browser.log_in("K990001").await;
    late(1_700);
    assert!(browser.is_in().await, "reading is no sign of life");
    let left = browser.get("/api/v1/session").await.expect(200)["idle_left_s"].as_i64();
    assert!(
        left.is_some_and(|left| (90..=100).contains(&left)),
        "{left:?}"
    );
    let go_on = browser.post("/api/v1/session/continue", &json!({})).await;
    assert_eq!(go_on.status, 204);
    late(1_700);
    assert!(browser.is_in().await, "Fortsett was a sign of life");
    late(101);
    let gone = browser.get("/api/v1/queues").await.problem(401);
    assert_eq!(gone["code"], "session_idle");
    let again = browser.get("/api/v1/queues").await.problem(401);
    assert_eq!(again["code"], "session_gone", "and it does not come back");
    browser.log_in("K990001").await;
    for _ in 0..28 {
        late(1_600);
        if browser
            .post("/api/v1/session/continue", &json!({}))
            .await
            .status
            != 204
        {
            break;
        }
    }
    late(1_600);
    assert!(
        !browser.is_in().await,
        "twelve hours are the end in any case"
    );
}

#[tokio::test]
async fn all_sessions_of_a_person_end_by_themselves_or_by_an_administrator() {
    let world = world();
    let (mut one, mut two, mut other) = (
        Browser::new(&world),
        Browser::new(&world),
        Browser::new(&world),
    );
    one.log_in("K990001").await;
    two.log_in("K990001").await;
    other.log_in("K990002").await;
    let own = one.get("/api/v1/sessions").await.expect(200);
    let this: Vec<bool> = own["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["this"] == true)
        .collect();
    assert_eq!(this.iter().filter(|this| **this).count(), 1);
    assert_eq!(this.len(), 2);
    assert_eq!(one.delete("/api/v1/sessions").await.expect(200)["ended"], 2);
    assert!(!one.is_in().await && !two.is_in().await);
    assert!(other.is_in().await);
    other
        .delete("/api/v1/staff/K990001/sessions")
        .await
        .problem(403);
    let mut administrator = Browser::new(&world);
    administrator.log_in("K980003").await;
    let ended = administrator
        .delete("/api/v1/staff/K990002/sessions")
        .await
        .expect(200);
    assert_eq!(ended["ended"], 1);
    assert!(!other.is_in().await && administrator.is_in().await);
}

#[tokio::test]
async fn an_open_stream_ends_with_its_session() {
    let world = world();
    for how in ["revoked", "idle"] {
        let mut browser = Browser::new(&world);
        browser.log_in("K990001").await;
        let request = Request::get("/api/v1/live")
            .header("host", HOST)
            .header("cookie", browser.cookie())
            .body(Body::empty())
            .unwrap();
        let response = world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut stream = response.into_body().into_data_stream();
        assert!(stream.next().await.is_some(), "it is open");
        let begin = Instant::now();
        if how == "revoked" {
            browser.delete("/api/v1/sessions").await.expect(200);
        } else {
            world.late_s.fetch_add(1_801, Ordering::SeqCst);
        }
        let rest = async { while stream.next().await.is_some() {} };
        tokio::time::timeout(SOON, rest)
            .await
            .expect("the stream ends");
        println!(
            "a stream ended {} ms after its session was {how}",
            begin.elapsed().as_millis()
        );
    }
}

fn on_disk(world: &World) -> Vec<u8> {
    let files = std::fs::read_dir(&world.folder).unwrap().flatten();
    let bytes = files.flat_map(|file| std::fs::read(file.path()).unwrap());
    bytes.collect()
}

#[tokio::test]
async fn only_the_digest_of_a_session_is_on_disk() {
    let world = world();
    let mut browser = Browser::new(&world);
    browser.log_in("K990001").await;
    let secret = browser.cookies[COOKIE].clone();
    let digest = linje_identity::digest(secret.as_bytes());
    let bytes = on_disk(&world);
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
    assert!(holds(&digest), "the session is kept");
    assert!(!holds(secret.as_bytes()), "and its secret is not");
}

#[tokio::test]
async fn nobody_reads_on_disk_who_is_logged_in() {
    let world = world();
    let mut browser = Browser::new(&world);
    let callback = browser.begin("idporten", "bruker-1", "/").await;
    browser.get(&callback).await;
    let shown = browser.get("/api/v1/session").await.expect(200);
    let kept = linje_store::PersonKeys::new([7; 32]);
    let read = |keys: &linje_store::PersonKeys| {
        let records = world.api.records();
        records
            .read(|file| linje_store::records::sessions::all(file, keys))
            .unwrap()
    };
    let rows = read(&kept);
    assert_eq!(rows.len(), 1);
    let number = rows[0].person.clone().unwrap();
    assert_eq!(number.len(), 11);
    assert_eq!(shown["who"]["name"], rows[0].name.as_str());
    let bytes = on_disk(&world);
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
    assert!(holds(&rows[0].key), "the session is kept");
    assert!(!holds(number.as_bytes()), "its number is not");
    assert!(!holds(rows[0].name.as_bytes()), "nor its name");
    let stranger = linje_store::PersonKeys::new([8; 32]);
    assert!(read(&stranger).is_empty(), "another secret opens nothing");
}

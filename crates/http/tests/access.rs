//! The table of endpoints and roles, against the OpenAPI document and against the service itself.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use common::{World, world};
use linje_access::{Access, Endpoint, Role, Roles, Verdict};
use serde_json::Value;
use tower::ServiceExt as _;

/// Every endpoint of the document.
fn documented() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(&linje_http::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| {
        let path = path.clone();
        let names: Vec<String> = methods.as_object().unwrap().keys().cloned().collect();
        names
            .into_iter()
            .map(move |method| (method.to_uppercase(), path.clone()))
    };
    paths.iter().flat_map(methods).collect()
}

#[test]
fn every_endpoint_has_a_row_and_every_row_an_endpoint() {
    let rows: BTreeSet<(String, String)> = Endpoint::all()
        .map(|row| (row.method.to_owned(), row.path.to_owned()))
        .collect();
    let documented = documented();
    let missing: Vec<_> = documented.difference(&rows).collect();
    let gone: Vec<_> = rows.difference(&documented).collect();
    assert!(missing.is_empty(), "no row in linje-access for {missing:?}");
    assert!(
        gone.is_empty(),
        "rows of linje-access without an endpoint: {gone:?}"
    );
}

/// Somebody of one role: issuer and ident, or a program of no other role.
const PEOPLE: [(Role, &str, &str); 15] = [
    (Role::Citizen, "/idporten", "bruker-1"),
    (Role::Partner, "/entra", "S980011"),
    (Role::Adviser, "/entra", "K990001"),
    (Role::Expert, "/entra", "K200001"),
    (Role::LocalAdviser, "/entra", "K980008"),
    (Role::Leader, "/entra", "K980002"),
    (Role::TrafficController, "/entra", "K980001"),
    (Role::Planner, "/entra", "K980006"),
    (Role::SubjectOwner, "/entra", "K980005"),
    (Role::UnionRepresentative, "/entra", "K980007"),
    (Role::WorkingLifeAdviser, "/entra", "K980009"),
    (Role::UserCouncil, "/entra", "B980010"),
    (Role::AccessAuditor, "/entra", "K980004"),
    (Role::Administrator, "/entra", "K980003"),
    (Role::Program, "/entra", ""),
];

async fn bearer(world: &World, issuer: &str, ident: &str) -> String {
    let token = if ident.is_empty() {
        world.token(issuer, &[("scope", "program")]).await
    } else {
        world.token(issuer, &[("act_as", ident)]).await
    };
    format!("Bearer {token}")
}

/// The status of a request without its body: streams go on for ever.
async fn status(world: &World, row: &Endpoint, ident: &str, bearer: Option<&str>) -> u16 {
    let path: String = row
        .path
        .split('/')
        .map(|part| match part {
            // A program speaks for anybody.
            "{id}" if matches!(row.access, Access::Own(_)) && ident.is_empty() => "K990001",
            "{id}" if matches!(row.access, Access::Own(_)) => ident,
            "{file}" => "none.wav",
            "{version}" => "0",
            part if part.starts_with('{') => "none",
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/");
    let method = Method::from_bytes(row.method.as_bytes()).unwrap();
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:8080")
        .header("content-type", "application/json");
    if let Some(bearer) = bearer {
        request = request.header("authorization", bearer);
    }
    let request = request.body(Body::from("{}")).unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    response.status().as_u16()
}

#[tokio::test]
async fn every_endpoint_lets_in_every_role_exactly_as_the_table_says() {
    let world = world();
    let mut tried = 0;
    for row in Endpoint::all() {
        let nobody = status(&world, row, "none", None).await;
        let open = row.access == Access::Public;
        assert_eq!(
            nobody != 401,
            open,
            "{} {} nobody: {nobody}",
            row.method,
            row.path
        );
        tried += 1;
    }
    for (role, issuer, ident) in PEOPLE {
        let bearer = bearer(&world, issuer, ident).await;
        let roles = Roles::NONE.with(role);
        for row in Endpoint::all() {
            let found = status(&world, row, ident, Some(&bearer)).await;
            let allowed = row.verdict(Some(roles), true) == Verdict::Allowed;
            let let_in = found != 401 && found != 403;
            assert_eq!(
                let_in, allowed,
                "{} {} {role:?}: {found}",
                row.method, row.path
            );
            tried += 1;
        }
    }
    println!("endpoints x roles: {tried} requests as the table says");
}

#[tokio::test]
async fn the_desk_of_somebody_else_is_closed_and_a_program_may_speak_for_any() {
    let world = world();
    let own = bearer(&world, "/entra", "K990001").await;
    let other = bearer(&world, "/entra", "K990002").await;
    for row in Endpoint::all().filter(|row| matches!(row.access, Access::Own(_))) {
        assert_eq!(
            status(&world, row, "K990001", Some(&other)).await,
            403,
            "{}",
            row.path
        );
        assert_ne!(
            status(&world, row, "K990001", Some(&own)).await,
            403,
            "{}",
            row.path
        );
        let program = world.bearer().await;
        assert_ne!(
            status(&world, row, "K990001", Some(program)).await,
            403,
            "{}",
            row.path
        );
    }
    let open = |bearer: String| {
        let world = &world;
        async move {
            let headers = [("authorization", bearer.as_str())];
            let body = Some(r#"{"adviser":"K990001"}"#.to_owned());
            world
                .send(Method::POST, "/api/v1/desk/sessions", &headers, body)
                .await
        }
    };
    open(other.clone()).await.problem(403);
    let session = open(own.clone()).await.expect(201);
    let desk = format!(
        "/api/v1/desk/sessions/{}",
        session["session"].as_str().unwrap()
    );
    let leave = |bearer: String| {
        let (world, desk) = (&world, &desk);
        async move {
            let headers = [("authorization", bearer.as_str())];
            world.send(Method::DELETE, desk, &headers, None).await
        }
    };
    leave(other).await.problem(404);
    assert_eq!(leave(own).await.status, 204);
}

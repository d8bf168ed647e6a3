//! The outer wall: which names the service answers to, who may send, and what every answer carries.
//!
//! It answers to the names of this machine and to its public address, if it has one. A page of another site
//! must not reach it, neither by a form nor by a name that points here (DNS rebinding).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::Gate;
use crate::problem::Problem;

const CSP: &str = "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; \
                   form-action 'self'; frame-ancestors 'none'";

/// Refuses requests that come under a foreign name or from a foreign page.
pub(crate) async fn wall(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let identity = gate.api().map(|api| &api.identity);
    let public = identity.and_then(|identity| identity.public_host());
    let mut response = match check(request.headers(), request.uri().host(), public) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let address = identity.and_then(|identity| identity.public_url.as_deref());
    if address.is_some_and(|address| address.starts_with("https://")) {
        let year = HeaderValue::from_static("max-age=31536000");
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// Puts the headers that protect a reader on every answer.
pub(crate) async fn armour(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(headers: &HeaderMap, target: Option<&str>, public: Option<&str>) -> Result<(), Problem> {
    let host = text(headers, &header::HOST).or(target).unwrap_or("");
    let is_public = public.is_some_and(|public| public.eq_ignore_ascii_case(host));
    if !is_public && !is_loopback(host_name(host)) {
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "foreign_host",
            "Tjenesten svarer ikke på dette navnet",
        )
        .detail("Tjenesten svarer på localhost og på adressen i public_url."));
    }
    let foreign_origin = text(headers, &header::ORIGIN)
        .is_some_and(|origin| origin.split_once("://").map(|(_, rest)| rest) != Some(host));
    let foreign_site = text(headers, &HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| site == "cross-site");
    let navigation = text(headers, &HeaderName::from_static("sec-fetch-mode"))
        .is_some_and(|mode| mode == "navigate");
    if foreign_origin || (foreign_site && !navigation) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "En annen nettside kan ikke bruke tjenesten",
        ));
    }
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// The name of `name:port`; brackets of an IPv6 address are kept.
fn host_name(host: &str) -> &str {
    if host.starts_with('[') {
        return host.split_inclusive(']').next().unwrap_or(host);
    }
    host.split(':').next().unwrap_or(host)
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name == "[::1]"
        || name
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(pairs: &[(&'static str, &'static str)]) -> u16 {
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        check(&headers, None, Some("linje.example.no"))
            .map_or_else(|problem| problem.status, |()| 200)
    }

    #[test]
    fn own_names_are_answered() {
        for host in [
            "localhost:8080",
            "127.0.0.1",
            "127.0.0.9:1",
            "[::1]:8080",
            "linje.example.no",
        ] {
            assert_eq!(status(&[("host", host)]), 200, "{host}");
        }
    }

    #[test]
    fn a_name_that_points_here_is_refused() {
        for host in [
            "evil.example",
            "localhost.evil.example:8080",
            "127.0.0.1.nip.io",
            "",
            "10.0.0.1",
        ] {
            assert_eq!(status(&[("host", host)]), 421, "{host}");
        }
    }

    #[test]
    fn a_foreign_page_is_refused_and_an_own_page_is_not() {
        let host = ("host", "127.0.0.1:8080");
        assert_eq!(status(&[host, ("origin", "http://127.0.0.1:8080")]), 200);
        for origin in ["https://evil.example", "http://127.0.0.1:9", "null"] {
            assert_eq!(status(&[host, ("origin", origin)]), 403, "{origin}");
        }
        assert_eq!(status(&[host, ("sec-fetch-site", "cross-site")]), 403);
        let link = [
            host,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ];
        assert_eq!(status(&link), 200, "a link from elsewhere may be followed");
    }
}

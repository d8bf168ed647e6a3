//! The pages, built by Vite, packed by the build script and embedded. Without them one page says how to
//! build them.

use std::io::Read as _;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::read::GzDecoder;

use crate::problem::Problem;

/// An embedded file.
struct Page {
    name: &'static str,
    packed: bool,
    hash: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Whether the pages themselves are embedded, not only the page that says how to build them.
#[must_use]
pub fn is_built() -> bool {
    PAGES.len() > 1
}

/// The file of an address; every address without a file is a page of the application.
pub(crate) async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Dette kan ikke gjøres her",
        )
        .into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let name = if path.contains('.') {
        path
    } else {
        "index.html"
    };
    match find(name) {
        Some(page) => {
            let mut response = serve(page, &headers);
            if response.status() == StatusCode::OK && name != path && !is_route(path) {
                // The application says so in its own words; programs see it here.
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            response
        }
        None => Problem::not_found("Siden finnes ikke.").into_response(),
    }
}

/// Whether the application has a page for an address without its first `/`. Where its sources were not there as
/// this was built, every address is one.
fn is_route(path: &str) -> bool {
    let parts = |path: &'static str| path.trim_matches('/').split('/');
    let asked = || path.trim_matches('/').split('/');
    let matches = |route: &&'static str| {
        let same = |(route, asked): (&str, &str)| route == asked || route.starts_with('$');
        parts(route).count() == asked().count() && parts(route).zip(asked()).all(same)
    };
    ROUTES.is_empty() || ROUTES.iter().any(matches)
}

fn find(name: &str) -> Option<&'static Page> {
    let place = PAGES.binary_search_by(|page| page.name.cmp(name)).ok()?;
    PAGES.get(place)
}

fn serve(page: &'static Page, headers: &HeaderMap) -> Response {
    let asked = |name: &HeaderName, word: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.contains(word))
    };
    // Vite names assets by their content; the page itself must be asked for again.
    let cache = if page.name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let fixed = [
        (header::CONTENT_TYPE, content_type(page.name).to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, format!("\"{}\"", page.hash)),
        (header::VARY, String::from("accept-encoding")),
    ];
    if asked(&header::IF_NONE_MATCH, page.hash) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    if !page.packed {
        return (fixed, Bytes::from_static(page.bytes)).into_response();
    }
    if asked(&header::ACCEPT_ENCODING, "gzip") {
        let gzip = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        return (fixed, gzip, Bytes::from_static(page.bytes)).into_response();
    }
    let mut plain = Vec::new();
    match GzDecoder::new(page.bytes).read_to_end(&mut plain) {
        Ok(_) => (fixed, plain).into_response(),
        Err(error) => {
            tracing::error!(%error, page = page.name, "an embedded page is damaged");
            Problem::unavailable("page_damaged", "Siden kan ikke vises.").into_response()
        }
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, kind)| kind) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wav") => "audio/wav",
        Some("txt") => "text/plain; charset=utf-8",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

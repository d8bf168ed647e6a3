//! Reading a request: JSON body, query, language, idempotency key. Every fault names its field.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use linje_types::Language;
use serde::de::DeserializeOwned;

use crate::ids::command_id;
use crate::problem::Problem;

/// Most bytes of a body.
pub(crate) const MAX_BODY: usize = 64 * 1024;
/// Most characters of an idempotency key.
const MAX_KEY: usize = 128;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Innholdet må være JSON",
            )
            .detail("Send Content-Type: application/json."));
        }
        let bytes = read(request, state).await?;
        parse(&bytes).map(Body)
    }
}

/// A JSON body that may be left out.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let json = is_json(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(OptionalBody(T::default()));
        }
        if !json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Innholdet må være JSON",
            ));
        }
        parse(&bytes).map(OptionalBody)
    }
}

/// The query of the address.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|query| Query(query.0))
            .map_err(|rejection| {
                let text = rejection.body_text();
                let text = text
                    .strip_prefix("Failed to deserialize query string: ")
                    .unwrap_or(&text);
                let field = text.split(':').next().unwrap_or(".").to_owned();
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "bad_query",
                    "Noe i adressen stemmer ikke",
                )
                .detail(text.to_owned())
                .field(&field, text, Vec::new())
            })
    }
}

/// The id of the command that a request is: the same `Idempotency-Key` on the same path is the
/// same command; without a key each request is a new one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandId(pub(crate) u128);

impl<S: Send + Sync> FromRequestParts<S> for CommandId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match key(&parts.headers)? {
            None => random_id().map(CommandId),
            Some(key) => {
                let path = format!("{} {}", parts.method, parts.uri.path());
                Ok(CommandId(command_id(&path, key)))
            }
        }
    }
}

/// The key of a request, if it has one.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let bad = |title: &'static str| {
        Problem::new(StatusCode::BAD_REQUEST, "bad_idempotency_key", title).detail(format!(
            "Bruk 1 til {MAX_KEY} tegn, helst en UUID. Samme nøkkel er samme kommando."
        ))
    };
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or("");
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(bad("Idempotency-Key stemmer ikke"));
    }
    Ok(Some(key))
}

/// A random command id.
pub(crate) fn random_id() -> Result<u128, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| {
        Problem::unavailable("no_randomness", "Maskinen gir ingen tilfeldige tall.")
    })?;
    Ok(u128::from_le_bytes(bytes))
}

/// The language that a page or program asks for: English when it says so, else bokmål.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spoken(pub(crate) Language);

impl<S: Send + Sync> FromRequestParts<S> for Spoken {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let first = parts
            .headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let english = first.trim_start().to_ascii_lowercase().starts_with("en");
        Ok(Spoken(if english { Language::En } else { Language::Nb }))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = text.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too_large",
                    "Forespørselen er for stor",
                )
                .detail(format!("Det er plass til {} kB.", MAX_BODY / 1024))
            } else {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "bad_body",
                    "Innholdet kunne ikke leses",
                )
            }
        })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let syntax = error.inner().is_syntax() || error.inner().is_eof();
        let field = error.path().to_string();
        let message = in_words(&error.inner().to_string(), syntax);
        let (status, code) = if syntax {
            (StatusCode::BAD_REQUEST, "bad_json")
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
        };
        Problem::new(status, code, "Noe i innholdet stemmer ikke")
            .detail(if field == "." {
                message.clone()
            } else {
                format!("{field}: {message}")
            })
            .field(&field, message, Vec::new())
    })?;
    reader.end().map_err(|error| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_json",
            "Noe i innholdet stemmer ikke",
        )
        .detail(in_words(&error.to_string(), true))
    })?;
    Ok(value)
}

/// What the reader says in English prose, in Norwegian: what is wrong, the names and the place.
fn in_words(english: &str, syntax: bool) -> String {
    let (what, place) = english.rsplit_once(" at line ").unwrap_or((english, ""));
    let place = place.split_once(" column ").map_or_else(String::new, |at| {
        format!(" (linje {}, tegn {})", at.0, at.1)
    });
    let names: Vec<&str> = what.split('`').skip(1).step_by(2).collect();
    let (first, rest) = names
        .split_first()
        .map_or(("", &[][..]), |(first, rest)| (*first, rest));
    let valid = if rest.is_empty() {
        String::new()
    } else {
        format!(" Bruk en av: {}.", rest.join(", "))
    };
    let said = if syntax {
        String::from("Dette er ikke gyldig JSON.")
    } else if what.starts_with("missing field") {
        format!("Feltet «{first}» mangler.")
    } else if what.starts_with("unknown field") {
        format!("Feltet «{first}» finnes ikke.{valid}")
    } else if what.starts_with("unknown variant") {
        format!("Verdien «{first}» finnes ikke.{valid}")
    } else if what.starts_with("duplicate field") {
        format!("Feltet «{first}» står to ganger.")
    } else if what.starts_with("invalid type") {
        String::from("Verdien er av feil slag.")
    } else {
        String::from("Verdien kan ikke brukes.")
    };
    format!("{said}{place}")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        n: u8,
    }

    #[test]
    fn a_wrong_value_names_its_path() {
        let problem = parse::<Outer>(br#"{"inner":{"n":"x"}}"#).unwrap_err();
        assert_eq!(
            problem.detail.as_deref(),
            Some("inner.n: Verdien er av feil slag. (linje 1, tegn 17)")
        );
        let problem = parse::<Outer>(br#"{"inne":1}"#).unwrap_err();
        let said = problem.detail.unwrap();
        assert!(
            said.contains("Feltet «inne» finnes ikke. Bruk en av: inner."),
            "{said}"
        );
        let problem = parse::<Outer>(br#"{"inner":{"n":"x"}}"#).unwrap_err();
        assert_eq!(
            (problem.status, problem.errors[0].field.as_str()),
            (422, "inner.n")
        );
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        for text in ["{", "", "{\"inner\":{\"n\":1}} x"] {
            assert_eq!(
                parse::<Outer>(text.as_bytes()).unwrap_err().status,
                400,
                "{text}"
            );
        }
    }
}

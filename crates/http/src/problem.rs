//! Errors as problem documents (RFC 9457). The one place where a refusal becomes a status code.
//!
//! Title and detail are for people, in Norwegian, and never hold personal data.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use linje_event::Rejection;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A field of the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Path of the field, such as `channel`; `.` is the whole body.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// The values that would do, if they are few.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub valid: Vec<String>,
}

/// The kind of a problem, written as a URN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(&'static str);

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("urn:linje:problem:{}", self.0))
    }
}

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; stable.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "urn:linje:problem:not_found")]
    pub kind: Kind,
    /// What went wrong, in a few words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What it means and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The kind as a short word, for programs.
    pub code: &'static str,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// After how many seconds to try again; also sent as `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// More about this kind of problem, under names of its own.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub more: Option<Box<BTreeMap<&'static str, serde_json::Value>>>,
}

impl Problem {
    /// A problem of kind `code`.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Problem {
        Problem {
            kind: Kind(code),
            title,
            status: status.as_u16(),
            detail: None,
            code,
            errors: Vec::new(),
            retry_after_s: None,
            more: None,
        }
    }

    /// With an explanation.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Problem {
        self.detail = Some(detail.into());
        self
    }

    /// With something more, under a name of its own.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: serde_json::Value) -> Problem {
        self.more.get_or_insert_default().insert(name, value);
        self
    }

    /// With a field that is wrong and the values that would do.
    #[must_use]
    pub fn field(mut self, field: &str, message: impl Into<String>, valid: Vec<String>) -> Problem {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
            valid,
        });
        self
    }

    /// With a time to wait before trying again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Nothing is at this address, or the thing is gone.
    #[must_use]
    pub fn not_found(what: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", "Finnes ikke").detail(what)
    }

    /// A value that makes no sense here.
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>, valid: Vec<String>) -> Problem {
        let message = message.into();
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Noe i forespørselen stemmer ikke",
        )
        .detail(with_valid(&message, &valid))
        .field(field, message, valid)
    }

    /// A value in the address that makes no sense.
    #[must_use]
    pub fn bad_query(field: &str, message: impl Into<String>, valid: Vec<String>) -> Problem {
        let message = message.into();
        Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_query",
            "Noe i adressen stemmer ikke",
        )
        .detail(with_valid(&message, &valid))
        .field(field, message, valid)
    }

    /// What is asked for clashes with how things are now.
    #[must_use]
    pub fn conflict(code: &'static str, detail: &str) -> Problem {
        Problem::new(StatusCode::CONFLICT, code, "Det går ikke nå").detail(detail)
    }

    /// The service cannot do it now, and nothing was changed.
    #[must_use]
    pub fn unavailable(code: &'static str, detail: &str) -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code,
            "Tjenesten kan ikke ta imot dette nå",
        )
        .detail(detail)
        .retry_after(1)
    }
}

/// The most values that a sentence names; all of them are in `errors`.
const MOST_NAMED: usize = 12;

/// What is wrong, and what can be written instead.
fn with_valid(message: &str, valid: &[String]) -> String {
    if valid.is_empty() {
        return message.to_owned();
    }
    let named: Vec<&str> = valid.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = valid.len() - named.len();
    let named = named.join(", ");
    if more == 0 {
        format!("{message} Bruk: {named}.")
    } else {
        format!("{message} Bruk: {named} eller en av {more} til, se `errors`.")
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Problem {
        match rejection {
            Rejection::UnknownContact => Problem::not_found(
                "Henvendelsen er avsluttet eller finnes ikke, så ingenting er gjort. GET /api/v1/contacts viser de åpne.",
            ),
            Rejection::UnknownAdviser => Problem::not_found(
                "Veilederen finnes ikke. GET /api/v1/advisers viser hvem som finnes.",
            ),
            Rejection::UnknownQueue => {
                Problem::not_found("Køen finnes ikke. GET /api/v1/queues viser køene.")
            }
            Rejection::StaleOffer => Problem::conflict(
                "stale_offer",
                "Henvendelsen gjelder ikke lenger: den er tatt, trukket tilbake eller utløpt.",
            ),
            Rejection::WrongState => Problem::conflict(
                "wrong_state",
                "Henvendelsen er i en tilstand der dette ikke kan gjøres. Se `state` på GET /api/v1/contacts/{id}, og prøv igjen når den er en annen.",
            ),
            Rejection::NotYours => Problem::conflict(
                "not_yours",
                "En annen veileder har henvendelsen nå. Den som har den, må gjøre dette.",
            ),
            Rejection::NotSignedIn => Problem::conflict(
                "not_signed_in",
                "Veilederen er ikke pålogget. Logg på og velg en aktivitet først.",
            ),
            Rejection::SignedIn => Problem::conflict(
                "signed_in",
                "Veilederen er allerede pålogget. Du trenger ikke gjøre noe.",
            ),
            Rejection::HasContacts => Problem::conflict(
                "has_contacts",
                "Veilederen har henvendelser som ikke er avsluttet. Avslutt dem først.",
            ),
            Rejection::NotAllowed => Problem::conflict(
                "not_allowed",
                "Reglene for køen tillater ikke dette. En administrator kan åpne for det i beskrivelsen av sentret.",
            ),
            Rejection::Loop => Problem::conflict(
                "loop",
                "Henvendelsen har vært i den køen før, og settes ikke over i ring. Velg en annen kø, eller fullfør den her.",
            ),
            Rejection::UnknownRequest => {
                Problem::not_found("Spørsmålet er besvart av nok veiledere eller trukket tilbake.")
            }
            Rejection::UnknownPlan => Problem::conflict(
                "unknown_plan",
                "Beredskapsplanen finnes ikke, eller er allerede slik. GET /api/v1/plans viser hvilke som er på.",
            ),
            Rejection::Already => Problem::conflict(
                "already",
                "Det er allerede gjort. Du trenger ikke gjøre noe.",
            ),
            Rejection::UnknownClass | Rejection::WrongId | Rejection::Broken => Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Noe gikk galt hos oss",
            )
            .detail("Ingenting ble endret. Prøv igjen."),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

//! How issuers are asked: over HTTPS, over HTTP on this machine only, and within the process for the
//! built-in ones. Follows no redirect, waits five seconds, reads a megabyte.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::http::{Request, Response};

use crate::dev::DevIssuers;

/// How long an issuer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes of an answer.
const LONGEST: usize = 1024 * 1024;

/// Why an issuer could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// No answer.
    #[error("the issuer does not answer: {0}")]
    Silent(String),
    /// Too much of an answer.
    #[error("the answer of the issuer is longer than a megabyte")]
    TooLong,
    /// Not over an open network.
    #[error("an issuer is asked over https only, or on this machine")]
    Open,
}

/// Asks issuers.
#[derive(Clone)]
pub struct Wire {
    outside: reqwest::Client,
    inside: Option<Arc<DevIssuers>>,
}

impl Wire {
    /// Asks the issuers of the network, and `inside` without one.
    ///
    /// # Errors
    /// When the machine's roots of trust cannot be read.
    pub fn new(inside: Option<Arc<DevIssuers>>) -> Result<Wire, WireError> {
        let outside = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(silent)?;
        Ok(Wire { outside, inside })
    }

    /// One request.
    ///
    /// # Errors
    /// When there is no answer, or too much of it.
    pub async fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, WireError> {
        let target = request.uri().to_string();
        if let Some(inside) = &self.inside
            && let Some(path) = inside.path_of(&target)
        {
            return Ok(inside.answer(&request, &path));
        }
        if !is_safe(request.uri()) {
            return Err(WireError::Open);
        }
        let (parts, body) = request.into_parts();
        let mut asked = self.outside.request(parts.method, target);
        for (name, value) in &parts.headers {
            asked = asked.header(name, value);
        }
        let mut answer = asked.body(body).send().await.map_err(silent)?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(silent)? {
            if bytes.len() + chunk.len() > LONGEST {
                return Err(WireError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        response
            .body(bytes)
            .map_err(|error| WireError::Silent(error.to_string()))
    }
}

/// Without the address: a query may hold what nobody else should read.
fn silent(error: reqwest::Error) -> WireError {
    WireError::Silent(error.without_url().to_string())
}

/// HTTPS, or this machine.
fn is_safe(uri: &openidconnect::http::Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let here = host.eq_ignore_ascii_case("localhost")
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    uri.scheme_str() == Some("https") || here
}

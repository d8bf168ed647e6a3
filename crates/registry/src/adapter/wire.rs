//! How a register is reached: an address, a token, a name for the call. Bodies are never logged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::token::Token;
use crate::port::{Answer, Fault};

/// No answer of a register is longer.
const LIMIT: Duration = Duration::from_secs(10);

/// Why a register cannot be reached at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the way to a register: {0}")]
pub struct WireError(pub(super) String);

/// The way to a register. Cheap to clone.
#[derive(Clone)]
pub struct Wire {
    client: Client,
    base: Arc<str>,
    token: Token,
    calls: Arc<AtomicU64>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wire({})", self.base)
    }
}

impl Wire {
    /// A way to `base`, such as `https://pdl-api.example`. Follows no redirect.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn new(base: &str, token: Token) -> Result<Wire, WireError> {
        let client = Client::builder()
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| WireError(error.to_string()))?;
        Ok(Wire {
            client,
            base: Arc::from(base.trim_end_matches('/')),
            token,
            calls: Arc::default(),
        })
    }

    /// The same way with another token.
    #[must_use]
    pub fn with(self, token: Token) -> Wire {
        Wire { token, ..self }
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.named(self.client.get(format!("{}{path}", self.base)))
    }

    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> RequestBuilder {
        self.named(self.client.post(format!("{}{path}", self.base)).json(body))
    }

    fn named(&self, request: RequestBuilder) -> RequestBuilder {
        let call = format!(
            "linje-{}-{}",
            std::process::id(),
            self.calls.fetch_add(1, Ordering::Relaxed)
        );
        request
            .header("nav-call-id", &call)
            .header("x-correlation-id", call)
    }

    /// Sends with the token of now, and reads; None for 404.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Answer<Option<T>> {
        let request = match self.token.now().await? {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        read(request).await
    }

    /// A GraphQL question; the answer's `data`.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        headers: &[(&'static str, &str)],
        query: &str,
        variables: Value,
    ) -> Answer<Option<T>> {
        let body = json!({"query": query, "variables": variables});
        let mut request = self.post("/graphql", &body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer: Graph<T> = self.send(request).await?.ok_or(Fault::Refused(404))?;
        for error in &answer.errors {
            match error.extensions.code.as_deref() {
                Some("not_found") => return Ok(None),
                Some("unauthorized" | "unauthenticated") => return Err(Fault::Refused(403)),
                _ => {}
            }
        }
        if !answer.errors.is_empty() {
            return Err(Fault::Wrong("errors in a GraphQL answer".to_owned()));
        }
        Ok(answer.data)
    }
}

#[derive(serde::Deserialize)]
struct Graph<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<GraphError>,
}

#[derive(serde::Deserialize)]
struct GraphError {
    #[serde(default)]
    extensions: GraphExtensions,
}

#[derive(serde::Deserialize, Default)]
struct GraphExtensions {
    code: Option<String>,
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Answer<Option<T>> {
    let reply = request.send().await.map_err(|_| Fault::Unreachable)?;
    let status = reply.status();
    if status == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if !status.is_success() {
        return Err(Fault::Refused(status.as_u16()));
    }
    let bytes = reply.bytes().await.map_err(|_| Fault::Unreachable)?;
    // The message of the parser may quote the body: only where it stopped is told.
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        Fault::Wrong(format!(
            "JSON stops making sense at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

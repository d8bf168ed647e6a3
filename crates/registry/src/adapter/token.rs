//! The token of a call: none, one that was given, or one that is asked for with client credentials and kept
//! until it is nearly over. Secrets are in no message.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde::Deserialize;

use super::wire::WireError;
use crate::port::{Answer, Fault};

/// A token is taken to be over this long before it is.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a token lasts when its issuer does not say.
const UNSAID_S: u64 = 60;
/// No issuer takes longer.
const LIMIT: Duration = Duration::from_secs(5);

/// What a register is shown.
#[derive(Clone)]
pub enum Token {
    /// Nothing.
    None,
    /// Always the same.
    Given(Arc<str>),
    /// Asked for at an issuer.
    Asked(Arc<ClientCredentials>),
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

impl Token {
    /// The token now.
    pub(super) async fn now(&self) -> Answer<Option<String>> {
        match self {
            Token::None => Ok(None),
            Token::Given(token) => Ok(Some(token.to_string())),
            Token::Asked(credentials) => credentials.token().await.map(Some),
        }
    }
}

/// The grant `client_credentials` of OAuth 2.0.
pub struct ClientCredentials {
    client: Client,
    url: String,
    id: String,
    secret: String,
    scope: String,
    kept: Mutex<Option<(String, Instant)>>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<u64>,
}

impl ClientCredentials {
    /// Asks `url` as `id` for tokens of `scope`.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn new(
        url: &str,
        id: &str,
        secret: &str,
        scope: &str,
    ) -> Result<ClientCredentials, WireError> {
        let client = Client::builder()
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| WireError(error.to_string()))?;
        Ok(ClientCredentials {
            client,
            url: url.to_owned(),
            id: id.to_owned(),
            secret: secret.to_owned(),
            scope: scope.to_owned(),
            kept: Mutex::default(),
        })
    }

    /// The token that is kept, while it is good.
    fn good(&self, now: Instant) -> Option<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let good = kept.as_ref().filter(|(_, until)| *until > now);
        good.map(|(token, _)| token.clone())
    }

    async fn token(&self) -> Answer<String> {
        let now = Instant::now();
        if let Some(token) = self.good(now) {
            return Ok(token);
        }
        let form = [("grant_type", "client_credentials"), ("scope", &self.scope)];
        let reply = self
            .client
            .post(&self.url)
            .basic_auth(&self.id, Some(&self.secret))
            .form(&form)
            .send()
            .await
            .map_err(|_| Fault::Unreachable)?;
        if !reply.status().is_success() {
            return Err(Fault::Refused(reply.status().as_u16()));
        }
        let granted: Granted = reply
            .json()
            .await
            .map_err(|_| Fault::Wrong("the issuer of tokens said something else".to_owned()))?;
        let lasts = Duration::from_secs(granted.expires_in.unwrap_or(UNSAID_S));
        let until = now + lasts.saturating_sub(MARGIN);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((granted.access_token.clone(), until));
        Ok(granted.access_token)
    }
}

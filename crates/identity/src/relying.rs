//! The relying party: log-in with code, PKCE, state and nonce; tokens of programs.
//!
//! What an issuer is and which keys it has is asked when first needed, kept for an hour, and asked again
//! when a token is signed by a key that is not known. Clocks may differ by a minute.

use std::borrow::Cow;
use std::collections::HashMap;
use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use linje_access::Who;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IdTokenFields, IdTokenVerifier, IssuerUrl, JsonWebTokenType, LoginHint, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};

use crate::chance::{Secret, digest};
use crate::claims::{self, Claims, More, Proved, Token};
use crate::settings::IssuerSettings;
use crate::wire::{Wire, WireError};
use crate::{Clock, seconds};

type Metadata = ProviderMetadataWithLogout;
type TokenAnswer = StandardTokenResponse<
    IdTokenFields<
        More,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type Rp = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How much the clock of an issuer may differ.
const SKEW: Duration = Duration::from_secs(60);
/// How long a log-in may take.
const LOG_IN: Duration = Duration::from_secs(600);
/// How long what an issuer says of itself is believed.
const BELIEVED: Duration = Duration::from_secs(3_600);
/// How often an issuer is asked for unknown keys at most.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// Letters of a secret of ours.
const SECRET_LENGTH: usize = 43;
/// Log-ins that are under way at one time.
const MAX_PENDING: usize = 10_000;
/// Tokens that are remembered as good.
const MAX_TOKENS: usize = 10_000;
/// Algorithms that will do; none that needs a shared secret, and never none.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

/// Makes an opaque id of an identity number; the same each time.
pub type Opaque = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// Why somebody was not let in. Holds no personal data and no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody of that name is trusted.
    #[error("the issuer is not one of those that are trusted")]
    UnknownIssuer,
    /// It does not answer as it should.
    #[error("the issuer cannot be used now: {0}")]
    Unavailable(String),
    /// The log-in is unknown, was finished before, or took too long.
    #[error("the log-in is unknown, finished or too old")]
    State,
    /// It was begun in another browser.
    #[error("the log-in was begun in another browser")]
    Browser,
    /// The issuer did not take the code.
    #[error("the issuer did not take the code")]
    Code,
    /// The token does not hold; the reason names the claim, never its value.
    #[error("the token does not hold: {0}")]
    Token(String),
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    NoChance,
}

/// A log-in that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser must go.
    pub to: String,
    /// What the browser must show when it comes back.
    pub browser: Secret,
}

/// A log-in that has ended well.
#[derive(Debug)]
pub struct Started {
    /// Who it is.
    pub proved: Proved,
    /// Where the page wanted to go.
    pub back: String,
}

struct Pending {
    issuer: usize,
    browser: [u8; 32],
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
    back: String,
    until: SystemTime,
}

struct Issuer {
    settings: IssuerSettings,
    known: tokio::sync::Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    metadata: Arc<Metadata>,
    at: SystemTime,
}

/// The relying party towards all trusted issuers.
pub struct Relying {
    issuers: Vec<Issuer>,
    wire: Wire,
    clock: Clock,
    opaque: Opaque,
    pending: Mutex<HashMap<[u8; 32], Pending>>,
    tokens: Mutex<HashMap<[u8; 32], Arc<Proved>>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Relying {
    /// Trusts `issuers` and nobody else.
    #[must_use]
    pub fn new(issuers: Vec<IssuerSettings>, wire: Wire, clock: Clock, opaque: Opaque) -> Relying {
        let issuer = |settings| Issuer {
            settings,
            known: tokio::sync::Mutex::default(),
        };
        Relying {
            issuers: issuers.into_iter().map(issuer).collect(),
            wire,
            clock,
            opaque,
            pending: Mutex::default(),
            tokens: Mutex::default(),
        }
    }

    /// Those who are trusted.
    pub fn issuers(&self) -> impl Iterator<Item = &IssuerSettings> {
        self.issuers.iter().map(|issuer| &issuer.settings)
    }

    /// Begins a log-in at `issuer`, which sends the browser back to `redirect`. `had` is what this browser
    /// was given when it began another, so that two tabs can log in at the same time.
    ///
    /// # Errors
    /// When the issuer is unknown or does not answer.
    pub async fn begin(
        &self,
        issuer: &str,
        redirect: &str,
        back: String,
        hint: Option<String>,
        had: Option<&str>,
    ) -> Result<Begun, Refused> {
        let place = self
            .issuers
            .iter()
            .position(|known| known.settings.id == issuer)
            .ok_or(Refused::UnknownIssuer)?;
        let issuer = &self.issuers[place];
        let known = self.known(issuer).await?;
        let redirect = RedirectUrl::new(redirect.to_owned())
            .map_err(|_| Refused::Unavailable(String::from("our own address is no URL")))?;
        let secret = || Secret::new().map_err(|_| Refused::NoChance);
        let (state, nonce) = (secret()?, secret()?);
        let browser = match had.filter(|had| had.len() == SECRET_LENGTH) {
            Some(had) => Secret::shown(had),
            None => secret()?,
        };
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state_sent, nonce_sent) = (
            CsrfToken::new(state.reveal().to_owned()),
            Nonce::new(nonce.reveal().to_owned()),
        );
        let kept_nonce = nonce_sent.clone();
        let client = client(&known, &issuer.settings);
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || state_sent,
                move || nonce_sent,
            )
            .set_redirect_uri(Cow::Borrowed(&redirect))
            .set_pkce_challenge(challenge);
        for scope in &issuer.settings.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        if let Some(hint) = hint {
            request = request.set_login_hint(LoginHint::new(hint));
        }
        let (to, _, _) = request.url();
        let now = (self.clock)();
        let pending = Pending {
            issuer: place,
            browser: browser.digest(),
            nonce: kept_nonce,
            verifier,
            redirect: redirect.clone(),
            back,
            until: now + LOG_IN,
        };
        let mut waiting = held(&self.pending);
        waiting.retain(|_, pending| pending.until > now);
        if waiting.len() >= MAX_PENDING {
            return Err(Refused::Unavailable(String::from("too many log-ins")));
        }
        waiting.insert(state.digest(), pending);
        Ok(Begun {
            to: to.to_string(),
            browser,
        })
    }

    /// Ends a log-in with what the issuer sent the browser back with. Each works once.
    ///
    /// # Errors
    /// When it does not hold.
    pub async fn finish(
        &self,
        state: &str,
        code: &str,
        browser: Option<&str>,
    ) -> Result<Started, Refused> {
        let pending = held(&self.pending).remove(&digest(state.as_bytes()));
        let pending = pending.ok_or(Refused::State)?;
        if pending.until <= (self.clock)() {
            return Err(Refused::State);
        }
        let shown = browser.map(|shown| digest(shown.as_bytes()));
        if shown != Some(pending.browser) {
            return Err(Refused::Browser);
        }
        let issuer = &self.issuers[pending.issuer];
        let known = self.known(issuer).await?;
        let client = client(&known, &issuer.settings);
        let code = AuthorizationCode::new(code.to_owned());
        let (redirect, verifier) = (pending.redirect, pending.verifier);
        let answer = redeem(self.wire.clone(), client, code, redirect, verifier).await?;
        let token = answer
            .id_token()
            .ok_or_else(|| Refused::Token(String::from("there is no ID token")))?;
        let audience = &issuer.settings.client_id;
        let claims = self
            .verify(issuer, token, audience, Some(&pending.nonce))
            .await?;
        Ok(Started {
            proved: self.proved(&claims, issuer)?,
            back: pending.back,
        })
    }

    /// Forgets a log-in that the issuer or the person broke off; true when it was under way.
    pub fn give_up(&self, state: &str) -> bool {
        held(&self.pending)
            .remove(&digest(state.as_bytes()))
            .is_some()
    }

    /// Who holds this token.
    ///
    /// # Errors
    /// When it does not hold.
    pub async fn bearer(&self, text: &str) -> Result<Arc<Proved>, Refused> {
        let key = digest(text.as_bytes());
        let now = seconds((self.clock)());
        let good = held(&self.tokens).get(&key).cloned();
        if let Some(good) = good.filter(|good| good.until > now) {
            return Ok(good);
        }
        let token = Token::from_str(text)
            .map_err(|_| Refused::Token(String::from("it is no signed token")))?;
        let issuer = self.issuer_of(&token)?;
        let audience = &issuer.settings.audience;
        let claims = self.verify(issuer, &token, audience, None).await?;
        let proved = Arc::new(self.proved(&claims, issuer)?);
        let mut tokens = held(&self.tokens);
        if tokens.len() >= MAX_TOKENS {
            tokens.retain(|_, proved| proved.until > now);
        }
        if tokens.len() < MAX_TOKENS {
            tokens.insert(key, Arc::clone(&proved));
        }
        Ok(proved)
    }

    /// Where the browser ends its session with the issuer, if it has such a place.
    pub async fn end_session(&self, issuer: &str) -> Option<String> {
        let issuer = self
            .issuers
            .iter()
            .find(|known| known.settings.id == issuer)?;
        let known = self.known(issuer).await.ok()?;
        let place = known.additional_metadata().end_session_endpoint.as_ref();
        place.map(|place| place.url().to_string())
    }

    /// Which of the trusted issuers a token claims to be of; proves nothing.
    fn issuer_of(&self, token: &Token) -> Result<&Issuer, Refused> {
        let blind = IdTokenVerifier::<CoreJsonWebKey>::new_insecure_without_verification()
            .allow_all_jose_types()
            .set_time_fn(|| SystemTime::UNIX_EPOCH.into());
        let claims = token
            .claims(&blind, |_: Option<&Nonce>| Ok(()))
            .map_err(|_| Refused::Token(String::from("its claims cannot be read")))?;
        let named = claims.issuer().as_str();
        self.issuers
            .iter()
            .find(|known| known.settings.url == named)
            .ok_or(Refused::UnknownIssuer)
    }

    async fn verify(
        &self,
        issuer: &Issuer,
        token: &Token,
        audience: &str,
        nonce: Option<&Nonce>,
    ) -> Result<Claims, Refused> {
        let known = self.known(issuer).await?;
        let first = self.verify_with(&known, issuer, token, audience, nonce);
        let unknown_key = ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        );
        let end = match first {
            Err(error) if error.to_string() == unknown_key.to_string() => {
                let again = self.known_since(issuer, ASK_AGAIN).await?;
                self.verify_with(&again, issuer, token, audience, nonce)
            }
            end => end,
        };
        end.map_err(|error| Refused::Token(why(&error).to_owned()))
    }

    fn verify_with(
        &self,
        known: &Metadata,
        issuer: &Issuer,
        token: &Token,
        audience: &str,
        nonce: Option<&Nonce>,
    ) -> Result<Claims, ClaimsVerificationError> {
        let now = (self.clock)();
        let url = IssuerUrl::new(issuer.settings.url.clone())
            .map_err(|error| ClaimsVerificationError::InvalidIssuer(error.to_string()))?;
        let kinds = ["JWT", "at+jwt"];
        let kinds = kinds
            .into_iter()
            .filter(|kind| *kind == "JWT" || nonce.is_none())
            .filter_map(|kind| JsonWebTokenType::new(kind.to_owned()).normalize().ok());
        let client = ClientId::new(audience.to_owned());
        let verifier = IdTokenVerifier::new_public_client(client, url, known.jwks().clone())
            .set_allowed_algs(ALGORITHMS)
            .set_allowed_jose_types(kinds)
            .set_time_fn(move || (now - SKEW).into())
            .set_issue_time_verifier_fn(move |issued| {
                let late = seconds(now + SKEW);
                let early = issued.timestamp() <= late;
                early
                    .then_some(())
                    .ok_or_else(|| String::from("it is issued in the future"))
            });
        let claims = token.claims(&verifier, |found: Option<&Nonce>| match nonce {
            None => Ok(()),
            Some(wanted) if found.is_some_and(|found| is_same(found, wanted)) => Ok(()),
            Some(_) => Err(String::from("the nonce is another")),
        })?;
        let begins = claims.additional_claims().nbf.unwrap_or(0);
        if begins > seconds(now + SKEW) {
            let text = String::from("it does not count yet");
            return Err(ClaimsVerificationError::Expired(text));
        }
        Ok(claims.clone())
    }

    fn proved(&self, claims: &Claims, issuer: &Issuer) -> Result<Proved, Refused> {
        let who: Who = claims::who(claims, &issuer.settings, &*self.opaque)
            .map_err(|missing| Refused::Token(missing.to_owned()))?;
        Ok(Proved {
            who,
            issuer: issuer.settings.id.clone(),
            until: claims.expiration().timestamp(),
        })
    }

    async fn known(&self, issuer: &Issuer) -> Result<Arc<Metadata>, Refused> {
        self.known_since(issuer, BELIEVED).await
    }

    /// What an issuer says of itself, not older than `age`; what was known stands in while it is silent.
    async fn known_since(&self, issuer: &Issuer, age: Duration) -> Result<Arc<Metadata>, Refused> {
        let mut known = issuer.known.lock().await;
        let now = (self.clock)();
        if let Some(known) = &*known
            && now < known.at + age
        {
            return Ok(Arc::clone(&known.metadata));
        }
        let url = IssuerUrl::new(issuer.settings.url.clone())
            .map_err(|error| Refused::Unavailable(error.to_string()))?;
        match discover(self.wire.clone(), url).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Some(Known {
                    metadata: Arc::clone(&metadata),
                    at: now,
                });
                Ok(metadata)
            }
            Err(error) => {
                tracing::warn!(issuer = issuer.settings.id, %error, "the issuer cannot be asked");
                let kept = known.as_ref().map(|known| Arc::clone(&known.metadata));
                kept.ok_or_else(|| Refused::Unavailable(String::from("it does not answer")))
            }
        }
    }
}

/// A future that owns what it needs, so that it can be sent between threads.
type Owned<T> = Pin<Box<dyn Future<Output = T> + Send>>;

fn discover(wire: Wire, issuer: IssuerUrl) -> Owned<Result<Metadata, String>> {
    Box::pin(async move {
        let ask = asks(wire);
        let found = Metadata::discover_async(issuer, &ask).await;
        found.map_err(|error| error.to_string())
    })
}

fn redeem(
    wire: Wire,
    client: Rp,
    code: AuthorizationCode,
    redirect: RedirectUrl,
    verifier: PkceCodeVerifier,
) -> Owned<Result<TokenAnswer, Refused>> {
    Box::pin(async move {
        let ask = asks(wire);
        let answer = client
            .exchange_code(code)
            .map_err(|_| Refused::Unavailable(String::from("it has no token endpoint")))?
            .set_redirect_uri(Cow::Owned(redirect))
            .set_pkce_verifier(verifier)
            .request_async(&ask)
            .await;
        answer.map_err(|error| code_refused(&error))
    })
}

type Asked = Owned<Result<HttpResponse, WireError>>;

fn asks(wire: Wire) -> impl Fn(HttpRequest) -> Asked + Send + Sync {
    move |request| {
        let wire = wire.clone();
        Box::pin(async move { wire.ask(request).await })
    }
}

fn is_same(one: &Nonce, other: &Nonce) -> bool {
    digest(one.secret().as_bytes()) == digest(other.secret().as_bytes())
}

fn client(known: &Metadata, settings: &IssuerSettings) -> Rp {
    let secret = settings.client_secret.clone().map(ClientSecret::new);
    Rp::from_provider_metadata(
        known.clone(),
        ClientId::new(settings.client_id.clone()),
        secret,
    )
}

fn code_refused(
    error: &openidconnect::RequestTokenError<
        WireError,
        StandardErrorResponse<CoreErrorResponseType>,
    >,
) -> Refused {
    match error {
        openidconnect::RequestTokenError::ServerResponse(_) => Refused::Code,
        openidconnect::RequestTokenError::Request(error) => Refused::Unavailable(error.to_string()),
        openidconnect::RequestTokenError::Parse(..)
        | openidconnect::RequestTokenError::Other(_) => Refused::Token(String::from(
            "the answer of the token endpoint cannot be read",
        )),
    }
}

/// Names what is wrong without telling values.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library may add more; none of them is let in"
)]
fn why(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "it has expired or does not count yet",
        ClaimsVerificationError::InvalidAudience(_) => "it is made for somebody else (aud)",
        ClaimsVerificationError::InvalidAuthContext(_) => "its level is another (acr)",
        ClaimsVerificationError::InvalidAuthTime(_) => "its time of log-in is another (auth_time)",
        ClaimsVerificationError::InvalidIssuer(_) => "it is of another issuer (iss)",
        ClaimsVerificationError::InvalidNonce(_) => "it answers another log-in (nonce)",
        ClaimsVerificationError::InvalidSubject(_) => "it is about somebody else (sub)",
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::NoMatchingKey => "it is signed by an unknown key",
            SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_) => "its algorithm will not do (alg)",
            SignatureVerificationError::NoSignature => "it is not signed",
            _ => "its signature is wrong",
        },
        _ => "it cannot be read",
    }
}

#[cfg(test)]
mod tests;

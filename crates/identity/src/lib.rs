//! Who is asking: OpenID Connect towards several issuers, the built-in development issuer, sessions and
//! tokens. It says who somebody is, never what they may do: that is `access`.
//!
//! Identity numbers and secrets pass through here; none of them is ever in an error, a log line or a URL.
#![warn(missing_docs)]

mod chance;
mod claims;
pub mod dev;
mod relying;
mod sessions;
mod settings;
mod wire;

pub use chance::{NoChance, Secret, digest};
pub use claims::{Claims, More, Proved};
pub use relying::{Begun, Opaque, Refused, Relying, Started};
pub use sessions::{Ended, Kept, Key, Limits, Live, Sessions, Write};
pub use settings::{API_AUDIENCE, Grant, IssuerKind, IssuerSettings, WEB_CLIENT, grant};
pub use wire::{Wire, WireError};

/// The moment that counts for sessions and tokens; never the scenario's.
pub type Clock = std::sync::Arc<dyn Fn() -> std::time::SystemTime + Send + Sync>;

/// The clock of the machine.
#[must_use]
pub fn wall_clock() -> Clock {
    std::sync::Arc::new(std::time::SystemTime::now)
}

/// Whole seconds since 1970.
#[must_use]
pub fn seconds(at: std::time::SystemTime) -> i64 {
    let since = at.duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

//! Secrets made by chance, and what is kept of them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The machine gives no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the machine gives no random numbers")]
pub struct NoChance;

/// A secret that its holder shows again; never printed, and kept only as its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// 256 bits by chance.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn new() -> Result<Secret, NoChance> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| NoChance)?;
        Ok(Secret(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// One that somebody shows.
    #[must_use]
    pub fn shown(text: &str) -> Secret {
        Secret(text.to_owned())
    }

    /// Its text, for the holder alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What may be kept of it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(self.0.as_bytes())
    }
}

/// SHA-256 of a text that is too long to guess.
#[must_use]
pub fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

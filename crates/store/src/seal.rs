//! Seals what lies beside a row in plain sight of whoever has the file: AES-256-GCM, bound to what it is about.
//!
//! Without the key a sealed value is noise; with the wrong `about` it does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Why something could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The system has no randomness.
    #[error("the system gives no random bytes to seal with")]
    Random,
    /// The cipher refused.
    #[error("the cipher refused to seal")]
    Cipher,
}

/// A key to seal and open with.
pub struct Seal(LessSafeKey);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// With this key.
    ///
    /// # Errors
    /// Never in practice: every 32 bytes are a key.
    pub fn new(key: [u8; 32]) -> Result<Seal, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| SealError::Cipher)?;
        Ok(Seal(LessSafeKey::new(key)))
    }

    /// Seals `plain`, bound to `about`.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn seal(&self, about: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Random)?;
        let mut body = plain.to_vec();
        let sealed = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(sealed, Aad::from(about), &mut body)
            .map_err(|_| SealError::Cipher)?;
        Ok([nonce.as_slice(), &body].concat())
    }

    /// Opens what was sealed about the same; None when it was not, or was changed.
    #[must_use]
    pub fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let plain = self
            .0
            .open_in_place(nonce, Aad::from(about), &mut body)
            .ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_its_subject_only() {
        let seal = Seal::new([7; 32]).unwrap();
        let sealed = seal.seal(b"whom", b"158385 10075").unwrap();
        assert_eq!(
            seal.open(b"whom", &sealed).as_deref(),
            Some(b"158385 10075".as_slice())
        );
        assert_eq!(seal.open(b"reason", &sealed), None);
        assert_eq!(Seal::new([8; 32]).unwrap().open(b"whom", &sealed), None);
        assert_ne!(seal.seal(b"whom", b"158385 10075").unwrap(), sealed);
        for place in 0..sealed.len() {
            let mut touched = sealed.clone();
            touched[place] ^= 1;
            assert_eq!(seal.open(b"whom", &touched), None, "{place}");
        }
        assert_eq!(seal.open(b"whom", b"short"), None);
    }
}

//! The key that turns a caller's number into a hash. It lies in its own file, outside the log, so
//! that a copy of the log tells nobody who rang.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use linje_desk::CallerKey;
use sha2::Sha256;

/// Length of the key, bytes.
const KEY_LEN: usize = 32;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("cannot read or make the number key `{path}`")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Others may read it.
    #[error("the number key `{path}` can be read by others: run `chmod 600` on it")]
    Permissions {
        /// The file.
        path: PathBuf,
    },
    /// It is not a key.
    #[error(
        "the number key `{path}` does not hold {KEY_LEN} bytes: restore it, or delete it to make a new one (kept places of callers are then lost)"
    )]
    Length {
        /// The file.
        path: PathBuf,
    },
    /// The system has no randomness.
    #[error("the system gives no random bytes for the number key: {0}")]
    Random(getrandom::Error),
}

/// Makes keyed hashes of numbers (HMAC-SHA-256).
#[derive(Clone)]
pub struct NumberKey([u8; KEY_LEN]);

impl NumberKey {
    /// Reads the key `number.key` in `folder`, or makes one that only this user can read.
    ///
    /// # Errors
    /// When the file cannot be read or made, others may read it, or it is not a key.
    pub fn open(folder: &Path) -> Result<NumberKey, KeyError> {
        let path = folder.join("number.key");
        match File::open(&path) {
            Ok(file) => NumberKey::read(&path, &file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => NumberKey::make(&path),
            Err(source) => Err(KeyError::Io { path, source }),
        }
    }

    /// A key for tests and for a store in memory.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> Result<NumberKey, KeyError> {
        let mut key = [0; KEY_LEN];
        getrandom::fill(&mut key).map_err(KeyError::Random)?;
        Ok(NumberKey(key))
    }

    /// The hash of a number in E.164 form. Numbers that are withheld or shared by many must not be
    /// hashed: their callers have no place to come back to.
    #[must_use]
    pub fn hash(&self, e164: &str) -> CallerKey {
        // A key shorter than the hash's block is filled up with zeros: the definition of HMAC.
        let mut block = [0; 64];
        block[..KEY_LEN].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(e164.as_bytes());
        CallerKey(mac.finalize().into_bytes().into())
    }

    fn read(path: &Path, file: &File) -> Result<NumberKey, KeyError> {
        let io = |source| KeyError::Io {
            path: path.to_owned(),
            source,
        };
        if file.metadata().map_err(io)?.mode() & 0o077 != 0 {
            return Err(KeyError::Permissions {
                path: path.to_owned(),
            });
        }
        let bytes = fs::read(path).map_err(io)?;
        let key = bytes.try_into().map_err(|_| KeyError::Length {
            path: path.to_owned(),
        })?;
        Ok(NumberKey(key))
    }

    /// Written beside and renamed, so that a crash leaves no half key.
    fn make(path: &Path) -> Result<NumberKey, KeyError> {
        let key = NumberKey::random()?;
        let beside = path.with_extension("new");
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&beside)?;
            file.write_all(&key.0)?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            path.parent()
                .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        write().map_err(|source| KeyError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("linje-key-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn the_key_stays_and_is_private() {
        let folder = folder("stays");
        let first = NumberKey::open(&folder).unwrap();
        let again = NumberKey::open(&folder).unwrap();
        assert_eq!(first.hash("+4755553333"), again.hash("+4755553333"));
        assert_ne!(first.hash("+4755553333"), first.hash("+4755553334"));
        let mode = fs::metadata(folder.join("number.key")).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_short_is_refused() {
        let folder = folder("refused");
        NumberKey::open(&folder).unwrap();
        let path = folder.join("number.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            NumberKey::open(&folder),
            Err(KeyError::Permissions { .. })
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, b"short").unwrap();
        assert!(matches!(
            NumberKey::open(&folder),
            Err(KeyError::Length { .. })
        ));
        fs::remove_dir_all(folder).unwrap();
    }
}

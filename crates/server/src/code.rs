//! Codes of what an operator can meet. Each has a page in `docs/errors` with cause and remedy, and
//! keeps its meaning for ever.

use linje_store::KeyError;
use linje_voice::audio::PromptError;

/// HTTP cannot listen.
pub(crate) const HTTP_PORT: &str = "LJ0001";
/// SIP cannot listen.
const SIP_PORT: &str = "LJ0002";
/// The data folder cannot be made or written.
pub(crate) const FOLDER: &str = "LJ0003";
/// Another linje has the data folder.
pub(crate) const IN_USE: &str = "LJ0004";
/// The speech program is missing.
const NO_SPEECH: &str = "LJ0005";
/// The disk is full.
const DISK_FULL: &str = "LJ0006";
/// The log is damaged.
const DAMAGED: &str = "LJ0007";
/// The file is no log.
const NO_LOG: &str = "LJ0008";
/// The log was written by a newer release.
const NEWER: &str = "LJ0009";
/// Another process took over the log.
const FENCED: &str = "LJ0010";
/// The number key cannot be used.
const KEY: &str = "LJ0011";

/// A fault with a code. Shows its text; the code is asked for by [`of`].
#[derive(Debug)]
pub(crate) struct Coded(pub(crate) &'static str, pub(crate) String);

impl std::fmt::Display for Coded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

impl std::error::Error for Coded {}

/// The code of an error, if it is one that an operator can meet.
pub(crate) fn of(error: &anyhow::Error) -> Option<&'static str> {
    let given = error.downcast_ref::<Coded>().map(|coded| coded.0);
    given.or_else(|| error.chain().find_map(known))
}

fn known(cause: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    if let Some(error) = cause.downcast_ref::<linje_store::Error>() {
        return stored(error);
    }
    if cause.is::<KeyError>() {
        return Some(KEY);
    }
    if let Some(linje_voice::Error::Listen { .. }) = cause.downcast_ref() {
        return Some(SIP_PORT);
    }
    if let Some(PromptError::NotInstalled { .. }) = cause.downcast_ref() {
        return Some(NO_SPEECH);
    }
    None
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most of them are faults of the program, not the operator's"
)]
fn stored(error: &linje_store::Error) -> Option<&'static str> {
    match error {
        linje_store::Error::Full { .. } => Some(DISK_FULL),
        linje_store::Error::NotWritable { .. } => Some(FOLDER),
        linje_store::Error::Corrupt { .. } => Some(DAMAGED),
        linje_store::Error::Foreign { .. } => Some(NO_LOG),
        linje_store::Error::Newer { .. } => Some(NEWER),
        linje_store::Error::Fenced { .. } => Some(FENCED),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_code_is_found_however_deep_its_cause() {
        let deep = Err::<(), _>(linje_store::Error::Foreign {
            path: "data/linje.db".into(),
        })
        .context("cannot start")
        .unwrap_err();
        assert_eq!(of(&deep), Some(NO_LOG));
        let given = Err::<(), _>(std::io::Error::other("refused"))
            .context(Coded(IN_USE, "the data folder is in use".to_owned()))
            .context("cannot start")
            .unwrap_err();
        assert_eq!(of(&given), Some(IN_USE));
        assert_eq!(of(&anyhow::anyhow!("something else")), None);
    }
}

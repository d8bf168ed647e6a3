//! Prompts from text by `espeak-ng` (called as a program, never linked), or from an operator's recording.
//!
//! What was made once is kept in a directory under the hash of its text and voice. Text must be normalised beforehand.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{WavError, read_wav, to_8_khz, write_wav};

/// Raised when the way a prompt is made changes, so that old ones are made anew.
const RECIPE: &str = "1";
/// Samples below this are the silence around speech.
const QUIET: u16 = 250;
/// Highest sample of a made prompt: -4 dBFS.
const PEAK: i32 = 20_600;

/// A language that `espeak-ng` can speak and that the service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tongue {
    /// Norwegian bokmål.
    Nb,
    /// English.
    En,
}

impl Tongue {
    /// The code in file names and in the centre description.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nb => "nb",
            Self::En => "en",
        }
    }
}

/// Where a prompt comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Normalised text, spoken by `espeak-ng`.
    Spoken {
        /// The language.
        tongue: Tongue,
        /// Words only: numbers and abbreviations are written out.
        text: String,
    },
    /// A mono 16-bit PCM file of 8 to 48 kHz.
    Recorded(PathBuf),
}

/// Why there is no prompt.
#[derive(Debug, Error)]
pub enum PromptError {
    /// The speech program is not there.
    #[error(
        "cannot make prompts: the program `{program}` is not installed; install the Debian package espeak-ng"
    )]
    NotInstalled {
        /// The program that was called.
        program: String,
    },
    /// The speech program said no.
    #[error("`{program}` made no speech: {reason}")]
    NoSpeech {
        /// The program that was called.
        program: String,
        /// Its own words, or what was wrong with its answer.
        reason: String,
    },
    /// A recording or the cache could not be read or written.
    #[error("cannot use `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The operator's recording has the wrong form.
    #[error("cannot use the recording `{path}`")]
    Recording {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: WavError,
    },
}

/// Makes prompts and keeps them. It blocks: call it before start, not in a call.
#[derive(Clone, Debug)]
pub struct PromptMaker {
    cache: PathBuf,
    program: OsString,
}

impl PromptMaker {
    /// Keeps what it makes in `cache`, which is created when missing.
    pub fn new(cache: impl Into<PathBuf>) -> Self {
        Self {
            cache: cache.into(),
            program: "espeak-ng".into(),
        }
    }

    /// Calls another program with the options of `espeak-ng`.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<OsString>) -> Self {
        self.program = program.into();
        self
    }

    /// The prompt at 8 kHz, mono.
    pub fn make(&self, prompt: &Prompt) -> Result<Vec<i16>, PromptError> {
        match prompt {
            Prompt::Spoken { tongue, text } => self.spoken(*tongue, text),
            Prompt::Recorded(path) => recorded(path),
        }
    }

    fn spoken(&self, tongue: Tongue, text: &str) -> Result<Vec<i16>, PromptError> {
        let path = self.cache.join(cache_name(tongue, text));
        if let Ok(bytes) = std::fs::read(&path)
            && let Ok((samples, 8_000)) = read_wav(&bytes)
        {
            return Ok(samples);
        }
        let (raw, rate) = self.speak(tongue, text)?;
        let samples = louder(trimmed(&to_8_khz(&raw, rate)));
        keep(&path, &write_wav(&samples)).map_err(|source| PromptError::File { path, source })?;
        Ok(samples)
    }

    fn speak(&self, tongue: Tongue, text: &str) -> Result<(Vec<i16>, u32), PromptError> {
        let program = self.program.to_string_lossy().into_owned();
        let no_speech = |reason: String| PromptError::NoSpeech {
            program: program.clone(),
            reason,
        };
        let mut child = Command::new(&self.program)
            .args([
                "-v",
                tongue.code(),
                "-s",
                "150",
                "-b",
                "1",
                "--stdout",
                "--stdin",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                if error.kind() == io::ErrorKind::NotFound {
                    PromptError::NotInstalled {
                        program: program.clone(),
                    }
                } else {
                    no_speech(error.to_string())
                }
            })?;
        if let Some(mut input) = child.stdin.take() {
            input
                .write_all(text.as_bytes())
                .map_err(|error| no_speech(error.to_string()))?;
        }
        let output = child
            .wait_with_output()
            .map_err(|error| no_speech(error.to_string()))?;
        if !output.status.success() {
            return Err(no_speech(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        read_wav(&output.stdout).map_err(|error| no_speech(error.to_string()))
    }
}

fn cache_name(tongue: Tongue, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [RECIPE, tongue.code(), text] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hex: String = hash
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}-{hex}.wav", tongue.code())
}

/// Writes beside and renames, so that a half-written prompt is never found.
fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}

fn recorded(path: &Path) -> Result<Vec<i16>, PromptError> {
    let bytes = std::fs::read(path).map_err(|source| PromptError::File {
        path: path.to_owned(),
        source,
    })?;
    let (samples, rate) = read_wav(&bytes).map_err(|source| PromptError::Recording {
        path: path.to_owned(),
        source,
    })?;
    Ok(to_8_khz(&samples, rate))
}

/// Without the silence around, but 20 ms before and 60 ms after, so that clips can follow one another.
fn trimmed(samples: &[i16]) -> &[i16] {
    let loud = |sample: &i16| sample.unsigned_abs() > QUIET;
    let (Some(first), Some(last)) = (
        samples.iter().position(loud),
        samples.iter().rposition(loud),
    ) else {
        return &[];
    };
    samples
        .get(first.saturating_sub(160)..(last + 480).min(samples.len()))
        .unwrap_or(&[])
}

fn louder(samples: &[i16]) -> Vec<i16> {
    let peak = samples
        .iter()
        .map(|sample| i32::from(sample.unsigned_abs()))
        .max()
        .unwrap_or(0)
        .max(1);
    samples
        .iter()
        .map(|&sample| i16::try_from(i32::from(sample) * PEAK / peak).unwrap_or(i16::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("linje-prompt-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_missing_program_names_the_package() {
        let maker = PromptMaker::new(directory("missing")).with_program("no-such-speech-program");
        let error = maker
            .make(&Prompt::Spoken {
                tongue: Tongue::Nb,
                text: "hei".into(),
            })
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot make prompts: the program `no-such-speech-program` is not installed; install the Debian package espeak-ng"
        );
    }

    #[test]
    fn a_prompt_is_made_once_and_then_found() {
        let cache = directory("cache");
        let prompt = Prompt::Spoken {
            tongue: Tongue::Nb,
            text: "Velkommen til linja.".into(),
        };
        let first = match PromptMaker::new(&cache).make(&prompt) {
            Err(PromptError::NotInstalled { .. }) => {
                println!("skipped: espeak-ng is not installed");
                return;
            }
            other => other.unwrap(),
        };
        assert!((4_000..40_000).contains(&first.len()), "{}", first.len());
        let again = PromptMaker::new(&cache)
            .with_program("no-such-speech-program")
            .make(&prompt)
            .unwrap();
        assert_eq!(first, again);
        std::fs::remove_dir_all(cache).unwrap();
    }

    #[test]
    fn an_operators_recording_is_taken_as_it_is() {
        let cache = directory("recorded");
        let path = cache.join("own.wav");
        std::fs::write(&path, write_wav(&[5; 400])).unwrap();
        assert_eq!(
            PromptMaker::new(&cache)
                .make(&Prompt::Recorded(path))
                .unwrap(),
            vec![5; 400]
        );
        std::fs::remove_dir_all(cache).unwrap();
    }
}

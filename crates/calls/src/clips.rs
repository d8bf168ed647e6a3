//! The prompts of a centre as clips of a bank: which words, in which language, how long.

use std::collections::BTreeMap;
use std::path::Path;

use linje_centre::{Centre, PromptId};
use linje_types::Language;
use linje_voice::audio::{AudioBank, ClipId, Prompt, PromptError, PromptMaker, Tongue};

/// A prompt in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clip {
    /// Its place in the bank.
    pub id: ClipId,
    /// How long it lasts, microseconds.
    pub lasts_us: i64,
}

/// A prompt that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// The speech program or a recording failed.
    #[error("cannot make prompt `{prompt}` in {language}")]
    Prompt {
        /// The prompt.
        prompt: String,
        /// The language.
        language: Language,
        /// What failed.
        #[source]
        source: PromptError,
    },
    /// Nobody can speak this language; only a recording helps.
    #[error("prompt `{prompt}` has no recording in {language}, which no voice here can speak")]
    NoVoice {
        /// The prompt.
        prompt: String,
        /// The language.
        language: Language,
    },
}

/// All prompts of a centre.
#[derive(Debug, Default)]
pub struct Clips {
    clips: BTreeMap<(u16, Language), Clip>,
}

impl Clips {
    /// Makes every prompt in every language it has words or a recording for, and the bank that plays them.
    /// Blocks for as long as the speech program needs; what it made before comes from `maker`'s cache.
    /// Recordings are looked up in `folder`, the folder of the centre description.
    ///
    /// # Errors
    /// When a prompt cannot be made: a line can not be silent where words are promised.
    pub fn make(
        centre: &Centre,
        maker: &PromptMaker,
        folder: &Path,
    ) -> Result<(Clips, AudioBank), ClipError> {
        let mut builder = AudioBank::builder();
        let mut made = Vec::new();
        for (place, prompt) in (0_u16..).zip(&centre.prompts) {
            for &language in Language::ALL {
                if !prompt.speaks(language) {
                    continue;
                }
                let pcm = speak(prompt, language, maker, folder)?;
                let id = builder.add(&Clips::name(&prompt.id, language), &pcm);
                made.push(((place, language), id));
            }
        }
        let bank = builder.build();
        let clip = |id| Clip {
            id,
            lasts_us: i64::try_from(bank.duration_ms(id)).unwrap_or(0) * 1_000,
        };
        let clips = made.into_iter().map(|(key, id)| (key, clip(id))).collect();
        Ok((Clips { clips }, bank))
    }

    /// One prompt of two seconds in one language, without any sound.
    #[cfg(test)]
    pub(crate) fn silent(prompt: PromptId, language: Language) -> Clips {
        let clip = Clip {
            id: AudioBank::builder().add("silence", &[0; 160]),
            lasts_us: 2_000_000,
        };
        Clips {
            clips: BTreeMap::from([((prompt.0, language), clip)]),
        }
    }

    /// The name of a clip in the bank.
    #[must_use]
    pub fn name(prompt: &str, language: Language) -> String {
        format!("{prompt}.{language}")
    }

    /// The clip of a prompt; in bokmål when the language has none.
    #[must_use]
    pub fn get(&self, prompt: PromptId, language: Language) -> Option<Clip> {
        let find = |language| self.clips.get(&(prompt.0, language)).copied();
        find(language).or_else(|| find(Language::Nb))
    }
}

fn speak(
    prompt: &linje_centre::Prompt,
    language: Language,
    maker: &PromptMaker,
    folder: &Path,
) -> Result<Vec<i16>, ClipError> {
    let what = match (
        prompt.recording(language),
        prompt.text(language),
        tongue(language),
    ) {
        (Some(file), _, _) => Prompt::Recorded(folder.join(file)),
        (None, Some(text), Some(tongue)) => Prompt::Spoken {
            tongue,
            text: text.to_owned(),
        },
        _ => {
            return Err(ClipError::NoVoice {
                prompt: prompt.id.clone(),
                language,
            });
        }
    };
    maker.make(&what).map_err(|source| ClipError::Prompt {
        prompt: prompt.id.clone(),
        language,
        source,
    })
}

fn tongue(language: Language) -> Option<Tongue> {
    match language {
        Language::Nb => Some(Tongue::Nb),
        Language::En => Some(Tongue::En),
        Language::Nn | Language::Se => None,
    }
}

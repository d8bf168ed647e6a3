//! The lines of the service: prompts as clips, and SIP once they are made.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use linje_calls::Clips;
use linje_centre::Centre;
use linje_http::PromptAudio;
use linje_types::Language;
use linje_voice::audio::{AudioBank, PromptMaker, write_wav};

/// The name under which the music on hold can be fetched.
pub(crate) const MUSIC: &str = "music";

/// Makes the prompts of a centre, or takes them from `cache`.
pub(crate) fn prompts(centre: &Centre, folder: &Path, cache: &Path) -> Result<(Clips, AudioBank)> {
    let maker = PromptMaker::new(cache);
    Clips::make(centre, &maker, folder).context("cannot make the prompts")
}

/// What is sent for a prompt, as WAV.
pub(crate) fn wav(bank: &AudioBank, prompt: &str, language: Language) -> Option<Vec<u8>> {
    if prompt == MUSIC {
        return Some(write_wav(&bank.sent_music()));
    }
    let clip = bank.id(&Clips::name(prompt, language))?;
    Some(write_wav(&bank.sent_audio(clip)))
}

/// The door through which pages fetch prompts.
pub(crate) fn audio(bank: &Arc<AudioBank>) -> PromptAudio {
    let bank = Arc::clone(bank);
    Arc::new(move |prompt, language| wav(&bank, prompt, language).map(Bytes::from))
}

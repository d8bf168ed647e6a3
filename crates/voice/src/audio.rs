//! What callers hear: clips that were encoded once, ready to be copied into packets.
//!
//! It must never decode or encode while a call is up: all of that happens before start.

mod bank;
mod music;
mod prompt;
mod resample;
mod wav;

pub use bank::{AudioBank, BankBuilder, ClipId};
pub use music::calm_music;
pub use prompt::{Prompt, PromptError, PromptMaker, Tongue};
pub use resample::to_8_khz;
pub use wav::{WavError, read_wav, write_wav};

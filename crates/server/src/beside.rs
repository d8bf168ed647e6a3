//! Brings what goes on beside conversations to the lines, and recordings into a form that browsers play.

use linje_calls::{Beside, Input};
use linje_http::{BesideAsk, How};
use linje_types::ContactId;
use linje_voice::g711::Codec;
use linje_voice::{Attend, Sound};
use tokio::sync::mpsc;

/// What is to be done with a wish.
pub(crate) enum Wish {
    /// For the lines.
    Lines(Input),
    /// Sound for somebody, when the lines have said where it is; or no more.
    Sound(ContactId, Option<mpsc::Sender<Sound>>),
}

/// A wish in the words of the lines.
pub(crate) fn wish(ask: BesideAsk) -> Wish {
    Wish::Lines(Input::Beside(match ask {
        BesideAsk::Attend { contact, user, how } => Beside::Attend {
            contact,
            user,
            how: match how {
                How::Listen => Attend::Listen,
                How::Whisper => Attend::Whisper,
                How::Join => Attend::Join,
            },
        },
        BesideAsk::Leave { contact } => Beside::Leave { contact },
        BesideAsk::AskYes { contact, on } => Beside::AskYes { contact, on },
        BesideAsk::Record { contact, to } => return Wish::Sound(contact, to),
    }))
}

/// Sound as the lines hand it on (A-law, both sides in turn), as a WAV file: 8 kHz, stereo, 16 bit.
pub(crate) fn as_wav(sound: &[u8]) -> Vec<u8> {
    let length = u32::try_from(2 * sound.len()).unwrap_or(u32::MAX - 36);
    let mut wav = Vec::with_capacity(44 + 2 * sound.len());
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + length).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    for (value, width) in [
        (16_u32, 4),
        (1, 2),
        (2, 2),
        (8_000, 4),
        (32_000, 4),
        (4, 2),
        (16, 2),
    ] {
        wav.extend_from_slice(value.to_le_bytes().get(..width).unwrap_or(&[]));
    }
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&length.to_le_bytes());
    for code in sound {
        wav.extend_from_slice(&Codec::Pcma.decode(*code).to_le_bytes());
    }
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wav_file_says_what_it_holds() {
        let sound: Vec<u8> = [Codec::Pcma.encode(1_000), Codec::Pcma.encode(-1_000)].repeat(8_000);
        let wav = as_wav(&sound);
        assert_eq!(wav.len(), 44 + 32_000);
        assert_eq!(&wav[..4], b"RIFF");
        assert_eq!(&wav[22..24], &2_u16.to_le_bytes());
        assert_eq!(&wav[40..44], &32_000_u32.to_le_bytes());
        assert!(i16::from_le_bytes([wav[44], wav[45]]) > 900);
        assert!(i16::from_le_bytes([wav[46], wav[47]]) < -900);
    }
}

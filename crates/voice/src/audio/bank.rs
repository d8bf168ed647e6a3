//! The clips of one centre in both codecs, looked up by name once and by number ever after.

use std::collections::BTreeMap;

use crate::g711::{Codec, FRAME};

/// A clip of one bank. Only the bank that gave it can play it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClipId(u32);

/// One recording as 20 ms frames in both codecs; both have the same length, a multiple of [`FRAME`].
#[derive(Debug)]
struct Clip {
    alaw: Box<[u8]>,
    ulaw: Box<[u8]>,
}

impl Clip {
    fn of(pcm: &[i16]) -> Self {
        Self {
            alaw: encoded(pcm, Codec::Pcma),
            ulaw: encoded(pcm, Codec::Pcmu),
        }
    }

    fn bytes(&self, codec: Codec) -> &[u8] {
        match codec {
            Codec::Pcma => &self.alaw,
            Codec::Pcmu => &self.ulaw,
        }
    }
}

impl Clip {
    /// A frame of a clip that begins again at its end.
    fn looped(&self, index: usize, codec: Codec) -> &[u8] {
        let bytes = self.bytes(codec);
        let start = (index % (bytes.len() / FRAME)) * FRAME;
        bytes.get(start..start + FRAME).unwrap_or(&[])
    }
}

fn encoded(pcm: &[i16], codec: Codec) -> Box<[u8]> {
    let mut bytes: Vec<u8> = pcm.iter().map(|&sample| codec.encode(sample)).collect();
    bytes.resize(pcm.len().div_ceil(FRAME) * FRAME, codec.silence());
    bytes.into_boxed_slice()
}

/// All clips and the music of one centre. It does not change once built; share it by `Arc`.
#[derive(Debug)]
pub struct AudioBank {
    clips: Vec<Clip>,
    names: BTreeMap<String, ClipId>,
    music: Clip,
    ringing: Clip,
}

/// Collects clips for an [`AudioBank`].
#[derive(Debug, Default)]
pub struct BankBuilder {
    clips: Vec<Clip>,
    names: BTreeMap<String, ClipId>,
    music: Option<Clip>,
}

impl BankBuilder {
    /// Adds a recording (8 kHz, mono). A name that is given twice means the later recording.
    pub fn add(&mut self, name: &str, pcm: &[i16]) -> ClipId {
        let id = ClipId(u32::try_from(self.clips.len()).unwrap_or(u32::MAX));
        self.clips.push(Clip::of(pcm));
        self.names.insert(name.to_owned(), id);
        id
    }

    /// Replaces the music that is made here (8 kHz, mono, it loops).
    pub fn music(&mut self, pcm: &[i16]) {
        self.music = Some(Clip::of(pcm));
    }

    /// The finished bank.
    pub fn build(self) -> AudioBank {
        let music = self.music.filter(|clip| !clip.alaw.is_empty());
        AudioBank {
            clips: self.clips,
            names: self.names,
            music: music.unwrap_or_else(|| Clip::of(&super::calm_music())),
            ringing: Clip::of(&super::music::ringing_tone()),
        }
    }
}

impl AudioBank {
    /// Starts an empty bank with our own music.
    pub fn builder() -> BankBuilder {
        BankBuilder::default()
    }

    /// The clip of a name, e.g. `main-menu` or `num-12`.
    pub fn id(&self, name: &str) -> Option<ClipId> {
        self.names.get(name).copied()
    }

    /// Every name, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// How long the clip lasts, ms. Unknown clips last 0 ms.
    pub fn duration_ms(&self, id: ClipId) -> u64 {
        let frames = self.bytes(id, Codec::Pcma).len() / FRAME;
        u64::try_from(frames).unwrap_or(0) * 20
    }

    /// The samples that are sent for a clip: A-law decoded, 8 kHz.
    pub fn sent_audio(&self, id: ClipId) -> Vec<i16> {
        self.bytes(id, Codec::Pcma)
            .iter()
            .map(|&code| Codec::Pcma.decode(code))
            .collect()
    }

    /// The samples that are sent as music: A-law decoded, 8 kHz.
    pub fn sent_music(&self) -> Vec<i16> {
        self.music
            .alaw
            .iter()
            .map(|&code| Codec::Pcma.decode(code))
            .collect()
    }

    pub(crate) fn frame(&self, id: ClipId, index: usize, codec: Codec) -> Option<&[u8]> {
        self.bytes(id, codec)
            .get(index * FRAME..(index + 1) * FRAME)
    }

    pub(crate) fn music_frame(&self, index: usize, codec: Codec) -> &[u8] {
        self.music.looped(index, codec)
    }

    pub(crate) fn ringing_frame(&self, index: usize, codec: Codec) -> &[u8] {
        self.ringing.looped(index, codec)
    }

    fn bytes(&self, id: ClipId, codec: Codec) -> &[u8] {
        let index = usize::try_from(id.0).unwrap_or(usize::MAX);
        self.clips.get(index).map_or(&[], |clip| clip.bytes(codec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_end_on_a_frame_boundary_with_silence() {
        let mut builder = AudioBank::builder();
        let id = builder.add("beep", &[1000; 161]);
        let bank = builder.build();
        assert_eq!(bank.id("beep"), Some(id));
        assert_eq!(bank.duration_ms(id), 40);
        assert_eq!(
            bank.frame(id, 1, Codec::Pcmu).map(|frame| frame[159]),
            Some(0xFF)
        );
        assert_eq!(bank.frame(id, 2, Codec::Pcma), None);
        assert_eq!(bank.frame(ClipId(9), 0, Codec::Pcma), None);
    }

    #[test]
    fn music_wraps_around() {
        let bank = AudioBank::builder().build();
        let frames = bank.sent_music().len() / FRAME;
        assert_eq!(
            bank.music_frame(frames + 3, Codec::Pcma),
            bank.music_frame(3, Codec::Pcma)
        );
        // One second of tone, four of rest, and again.
        let is_tone = |index| bank.ringing_frame(index, Codec::Pcma) != [0xD5; FRAME];
        let tones: Vec<usize> = (0..500).filter(|&index| is_tone(index)).collect();
        assert_eq!(tones, (0..50).chain(250..300).collect::<Vec<usize>>());
    }
}

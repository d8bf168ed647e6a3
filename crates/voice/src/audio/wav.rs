//! Reading and writing mono 16-bit PCM in RIFF/WAVE.

use thiserror::Error;

/// Why bytes were not taken as a recording.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WavError {
    /// Not RIFF/WAVE, or cut off before the samples.
    #[error("not a wav file, or it has no samples")]
    NotWav,
    /// Something other than mono 16-bit PCM.
    #[error(
        "a recording must be mono 16-bit pcm, this one has format {format}, {channels} channels, {bits} bits"
    )]
    Unsupported {
        /// Format tag; 1 is PCM.
        format: u16,
        /// Number of channels.
        channels: u16,
        /// Bits in a sample.
        bits: u16,
    },
    /// A sample rate that no telephone recording has.
    #[error("a recording must have 8000 to 48000 samples a second, this one has {0}")]
    Rate(u32),
}

/// Samples and sample rate (hertz) of a mono 16-bit PCM recording.
pub fn read_wav(bytes: &[u8]) -> Result<(Vec<i16>, u32), WavError> {
    if bytes.get(0..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(WavError::NotWav);
    }
    let mut rest = bytes.get(12..).unwrap_or(&[]);
    let mut rate = None;
    while let Some((kind, size)) = chunk_head(rest) {
        let body = rest.get(8..).unwrap_or(&[]);
        // A program that writes to a pipe does not know the size beforehand: take what is there.
        let body = body.get(..size).unwrap_or(body);
        match &kind {
            b"fmt " => rate = Some(format_of(body)?),
            b"data" => {
                return rate
                    .map(|rate| (samples(body), rate))
                    .ok_or(WavError::NotWav);
            }
            _ => {}
        }
        rest = rest.get(8 + size + size % 2..).unwrap_or(&[]);
    }
    Err(WavError::NotWav)
}

fn chunk_head(rest: &[u8]) -> Option<([u8; 4], usize)> {
    let kind = rest.first_chunk::<4>()?;
    let size = rest.get(4..8)?.first_chunk::<4>()?;
    Some((*kind, usize::try_from(u32::from_le_bytes(*size)).ok()?))
}

fn format_of(body: &[u8]) -> Result<u32, WavError> {
    let short = |at: usize| {
        body.get(at..at + 2)
            .and_then(<[u8]>::first_chunk)
            .map(|b| u16::from_le_bytes(*b))
    };
    let (Some(format), Some(channels), Some(bits)) = (short(0), short(2), short(14)) else {
        return Err(WavError::NotWav);
    };
    let rate = body
        .get(4..8)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |b| u32::from_le_bytes(*b));
    // 0xFFFE is the extensible form; its sub-format is taken to be PCM.
    if !matches!(format, 1 | 0xFFFE) || channels != 1 || bits != 16 {
        return Err(WavError::Unsupported {
            format,
            channels,
            bits,
        });
    }
    if (8_000..=48_000).contains(&rate) {
        Ok(rate)
    } else {
        Err(WavError::Rate(rate))
    }
}

fn samples(body: &[u8]) -> Vec<i16> {
    body.chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

/// A mono 16-bit PCM recording at 8 kHz.
pub fn write_wav(samples: &[i16]) -> Vec<u8> {
    let size = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX - 36);
    let mut out = Vec::with_capacity(44 + samples.len() * 2);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&(size + 36).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&16_u32.to_le_bytes());
    for word in [1_u16, 1] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    for word in [8_000_u32, 16_000] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    for word in [2_u16, 16] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.extend_from_slice(b"data");
    out.extend_from_slice(&size.to_le_bytes());
    for sample in samples {
        out.extend_from_slice(&sample.to_le_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let samples = vec![0, 1, -1, i16::MAX, i16::MIN];
        assert_eq!(read_wav(&write_wav(&samples)), Ok((samples, 8_000)));
    }

    #[test]
    fn a_pipe_with_an_unknown_size_is_read_to_its_end() {
        let mut bytes = write_wav(&[7, 8]);
        bytes[40..44].copy_from_slice(&0x7FFF_F000_u32.to_le_bytes());
        assert_eq!(read_wav(&bytes), Ok((vec![7, 8], 8_000)));
    }

    #[test]
    fn stereo_and_junk_are_refused_with_the_reason() {
        let mut bytes = write_wav(&[7, 8]);
        bytes[22] = 2;
        assert_eq!(
            read_wav(&bytes),
            Err(WavError::Unsupported {
                format: 1,
                channels: 2,
                bits: 16
            })
        );
        assert_eq!(read_wav(b"hello"), Err(WavError::NotWav));
        assert_eq!(read_wav(&write_wav(&[])[..30]), Err(WavError::NotWav));
    }
}

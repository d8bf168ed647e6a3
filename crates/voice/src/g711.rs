//! G.711 A-law and mu-law, and the tables between the two.
//!
//! Source: ITU-T G.711. Everything is a table that is built at compile time; nothing here allocates.
//! It must never see a packet or a socket: bytes in, samples out.

/// Bytes (and samples) in one 20 ms frame at 8 kHz.
pub const FRAME: usize = 160;
/// A-law code of silence.
pub const ALAW_SILENCE: u8 = 0xD5;
/// mu-law code of silence.
pub const ULAW_SILENCE: u8 = 0xFF;

/// The two codecs that the media path speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Codec {
    /// A-law, static payload type 8.
    Pcma,
    /// mu-law, static payload type 0.
    Pcmu,
}

impl Codec {
    /// The code of silence.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcma => ALAW_SILENCE,
            Self::Pcmu => ULAW_SILENCE,
        }
    }

    /// The static RTP payload type.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcma => 8,
            Self::Pcmu => 0,
        }
    }

    /// The name in `a=rtpmap`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
        }
    }

    /// One linear sample as a code.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Pcma => encode_alaw(sample),
            Self::Pcmu => encode_ulaw(sample),
        }
    }

    /// One code as a linear sample.
    pub fn decode(self, code: u8) -> i16 {
        match self {
            Self::Pcma => ALAW_TO_LINEAR[usize::from(code)],
            Self::Pcmu => ULAW_TO_LINEAR[usize::from(code)],
        }
    }
}

const fn alaw_to_linear(code: u8) -> i16 {
    let bits = code ^ 0x55;
    let mantissa = ((bits & 0x0F) as i16) << 4;
    let segment = (bits & 0x70) >> 4;
    let magnitude = match segment {
        0 => mantissa + 8,
        1 => mantissa + 0x108,
        _ => (mantissa + 0x108) << (segment - 1),
    };
    if bits & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

const fn ulaw_to_linear(code: u8) -> i16 {
    let bits = !code;
    let mantissa = ((bits & 0x0F) as i16) << 3;
    let segment = (bits & 0x70) >> 4;
    let magnitude = ((mantissa + 0x84) << segment) - 0x84;
    if bits & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

const fn decode_table(alaw: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0_u8;
    loop {
        table[code as usize] = if alaw {
            alaw_to_linear(code)
        } else {
            ulaw_to_linear(code)
        };
        if code == u8::MAX {
            return table;
        }
        code += 1;
    }
}

/// [code] linear sample of an A-law code.
pub static ALAW_TO_LINEAR: [i16; 256] = decode_table(true);
/// [code] linear sample of a mu-law code.
pub static ULAW_TO_LINEAR: [i16; 256] = decode_table(false);

/// The segment number of a magnitude: how many of the thresholds it passes.
const fn segment(magnitude: u16, first: u16) -> u8 {
    let mut limit = first;
    let mut number = 0;
    while number < 8 && magnitude > limit {
        limit = (limit << 1) | 1;
        number += 1;
    }
    number
}

const fn encode_alaw(sample: i16) -> u8 {
    let wide = sample >> 3;
    let (magnitude, mask) = if wide >= 0 {
        (wide.unsigned_abs(), 0xD5)
    } else {
        ((-wide - 1).unsigned_abs(), 0x55)
    };
    let number = segment(magnitude, 0x1F);
    if number >= 8 {
        return 0x7F ^ mask;
    }
    let shift = if number < 2 { 1 } else { number };
    let [_, low] = ((magnitude >> shift) & 0x0F).to_be_bytes();
    ((number << 4) | low) ^ mask
}

const fn encode_ulaw(sample: i16) -> u8 {
    let wide = sample >> 2;
    let (positive, mask) = if wide >= 0 {
        (wide.unsigned_abs(), 0xFF)
    } else {
        (wide.unsigned_abs(), 0x7F)
    };
    let clipped = if positive > 8159 { 8159 } else { positive };
    let magnitude = clipped + 33;
    let number = segment(magnitude, 0x3F);
    if number >= 8 {
        return 0x7F ^ mask;
    }
    let [_, low] = ((magnitude >> (number + 1)) & 0x0F).to_be_bytes();
    ((number << 4) | low) ^ mask
}

const fn transcode_table(from_alaw: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut code = 0_u8;
    loop {
        table[code as usize] = if from_alaw {
            encode_ulaw(alaw_to_linear(code))
        } else {
            encode_alaw(ulaw_to_linear(code))
        };
        if code == u8::MAX {
            return table;
        }
        code += 1;
    }
}

/// [A-law code] the mu-law code that sounds the same.
pub static ALAW_TO_ULAW: [u8; 256] = transcode_table(true);
/// [mu-law code] the A-law code that sounds the same.
pub static ULAW_TO_ALAW: [u8; 256] = transcode_table(false);

/// Rewrites a payload from one codec to the other in place; nothing happens when they agree.
pub fn transcode(payload: &mut [u8], from: Codec, to: Codec) {
    let table = match (from, to) {
        (Codec::Pcma, Codec::Pcmu) => &ALAW_TO_ULAW,
        (Codec::Pcmu, Codec::Pcma) => &ULAW_TO_ALAW,
        (Codec::Pcma, Codec::Pcma) | (Codec::Pcmu, Codec::Pcmu) => return,
    };
    for code in payload {
        *code = table[usize::from(*code)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_of_the_recommendation() {
        assert_eq!(
            [
                encode_alaw(0),
                encode_alaw(32767),
                encode_alaw(-32768),
                encode_alaw(-8)
            ],
            [0xD5, 0xAA, 0x2A, 0x55]
        );
        assert_eq!(
            [encode_ulaw(0), encode_ulaw(32767), encode_ulaw(-32768)],
            [0xFF, 0x80, 0x00]
        );
        assert_eq!(
            [
                ALAW_TO_LINEAR[0xD5],
                ALAW_TO_LINEAR[0x55],
                ALAW_TO_LINEAR[0xAA],
                ALAW_TO_LINEAR[0x2A]
            ],
            [8, -8, 32256, -32256]
        );
        assert_eq!(
            [
                ULAW_TO_LINEAR[0xFF],
                ULAW_TO_LINEAR[0x80],
                ULAW_TO_LINEAR[0x00]
            ],
            [0, 32124, -32124]
        );
    }

    #[test]
    fn digital_milliwatt_round_trips() {
        // The 1 kHz 0 dBm0 sequences of G.711 tables 5 and 6.
        let alaw = [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4];
        let ulaw = [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E];
        for (a, u) in alaw.into_iter().zip(ulaw) {
            assert_eq!(encode_alaw(ALAW_TO_LINEAR[usize::from(a)]), a);
            assert_eq!(encode_ulaw(ULAW_TO_LINEAR[usize::from(u)]), u);
            let difference = i32::from(ALAW_TO_LINEAR[usize::from(a)])
                - i32::from(ULAW_TO_LINEAR[usize::from(u)]);
            assert!(
                difference.abs() <= 256,
                "{a:02x} and {u:02x} differ by {difference}"
            );
        }
    }

    #[test]
    fn every_code_survives_decode_and_encode() {
        for code in 0..=u8::MAX {
            assert_eq!(encode_alaw(ALAW_TO_LINEAR[usize::from(code)]), code);
            let again = encode_ulaw(ULAW_TO_LINEAR[usize::from(code)]);
            assert!(
                again == code || (code == 0x7F && again == 0xFF),
                "mu-law {code:02x} became {again:02x}"
            );
        }
    }

    #[test]
    fn error_is_within_half_a_step_for_every_sample() {
        for sample in i16::MIN..=i16::MAX {
            for codec in [Codec::Pcma, Codec::Pcmu] {
                let error =
                    (i32::from(codec.decode(codec.encode(sample))) - i32::from(sample)).abs();
                let allowed = 16
                    + i32::from(sample.unsigned_abs()) / 31
                    + if sample.unsigned_abs() > 32000 {
                        700
                    } else {
                        0
                    };
                assert!(error <= allowed, "{codec:?} {sample}: {error}");
            }
        }
    }

    #[test]
    fn transcoding_follows_the_tables() {
        let mut payload = [ALAW_SILENCE, 0xAA, 0x2A];
        transcode(&mut payload, Codec::Pcma, Codec::Pcmu);
        assert_eq!(payload[1..], [encode_ulaw(32256), encode_ulaw(-32256)]);
        transcode(&mut payload, Codec::Pcmu, Codec::Pcma);
        assert_eq!(payload, [ALAW_SILENCE, 0xAA, 0x2A]);
    }
}

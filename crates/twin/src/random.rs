//! Randomness by number instead of by order: what a citizen is like depends on the seed, the
//! citizen and the purpose, and on nothing that happened before. So the same person has the same
//! patience whatever the rules are, and two rules are compared on the same people.
//!
//! The numbers are those of splitmix64, entered at any place. Logarithm and exponential are written
//! out in plain arithmetic, because those of the platform differ between machines in the last bit.

/// What a number is drawn for; each purpose has a stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Purpose {
    Arrival,
    Share,
    Language,
    Menu,
    LeavesMenu,
    Patience,
    Talk,
    WhoEnds,
    WrapUp,
    WrapUpLength,
    Answer,
    AnswerDelay,
    Return,
    Start,
    Presence,
    Order,
    Block,
    Jitter,
}

const PURPOSES: usize = Purpose::Jitter as usize + 1;
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The streams of one seed.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    keys: [u64; PURPOSES],
}

impl Streams {
    pub(crate) fn new(seed: u64) -> Streams {
        let root = mix(seed.wrapping_add(GOLDEN));
        Streams {
            keys: core::array::from_fn(|purpose| {
                mix(root ^ (purpose as u64 + 1).wrapping_mul(0xD134_2543_DE82_EF95))
            }),
        }
    }

    /// 64 random bits.
    #[inline]
    pub(crate) fn bits(&self, purpose: Purpose, number: u64) -> u64 {
        mix(self.keys[purpose as usize].wrapping_add(number.wrapping_mul(GOLDEN)))
    }

    /// Uniform in 0..1, 1 left out.
    #[inline]
    pub(crate) fn unit(&self, purpose: Purpose, number: u64) -> f64 {
        unit_of(self.bits(purpose, number) >> 11)
    }

    /// True with probability `share`.
    #[inline]
    pub(crate) fn chance(&self, purpose: Purpose, number: u64, share: f64) -> bool {
        self.unit(purpose, number) < share
    }

    /// Exponential with mean 1, by the ziggurat: nearly always one look into a table.
    ///
    /// Source: G. Marsaglia and W. W. Tsang, The ziggurat method for generating random variables, 2000.
    #[inline]
    pub(crate) fn exponential(&self, purpose: Purpose, number: u64) -> f64 {
        let bits = self.bits(purpose, number);
        let layer = (bits & 255) as usize;
        let x = unit_of(bits >> 11) * ZIGGURAT.x[layer];
        if x < ZIGGURAT.x[layer + 1] {
            return x;
        }
        exponential_at_the_edge(bits)
    }

    /// Standard normal.
    pub(crate) fn normal(&self, purpose: Purpose, number: u64) -> f64 {
        normal_quantile(unit_of((self.bits(purpose, number) >> 12) * 2 + 1))
    }
}

/// The one draw in eighty that misses the inside of its layer; more bits follow from the first.
#[cold]
fn exponential_at_the_edge(mut bits: u64) -> f64 {
    loop {
        let layer = (bits & 255) as usize;
        let x = unit_of(bits >> 11) * ZIGGURAT.x[layer];
        if x < ZIGGURAT.x[layer + 1] {
            return x;
        }
        bits = mix(bits.wrapping_add(GOLDEN));
        let unit = unit_of((bits >> 11) + 1);
        if layer == 0 {
            return TAIL - ln(unit);
        }
        let (low, high) = (ZIGGURAT.y[layer], ZIGGURAT.y[layer + 1]);
        if low + unit * (high - low) < exp(-x) {
            return x;
        }
        bits = mix(bits.wrapping_add(GOLDEN));
    }
}

/// 256 layers of equal area under e^-x.
struct Ziggurat {
    /// Right edges, falling; the first is that of a rectangle with the area of base and tail.
    x: [f64; 257],
    /// e^-x of them.
    y: [f64; 257],
}

/// Where the tail begins, and the area of a layer. Source: as above, for 256 layers.
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 0.003_949_659_822_581_557;

static ZIGGURAT: Ziggurat = ziggurat();

const fn ziggurat() -> Ziggurat {
    let (mut x, mut y) = ([0.0; 257], [0.0; 257]);
    x[0] = AREA / exp(-TAIL);
    x[1] = TAIL;
    y[1] = exp(-TAIL);
    let mut layer = 2;
    while layer < 256 {
        y[layer] = y[layer - 1] + AREA / x[layer - 1];
        x[layer] = -ln(y[layer]);
        layer += 1;
    }
    y[256] = 1.0;
    Ziggurat { x, y }
}

/// 53 bits as a fraction of 2^53.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
#[inline]
fn unit_of(bits: u64) -> f64 {
    bits as f64 * (1.0 / 9_007_199_254_740_992.0)
}

#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Natural logarithm of a positive normal number, to about 12 figures.
#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the exponent of a double is taken out of its bits"
)]
#[inline]
pub(crate) const fn ln(x: f64) -> f64 {
    // Bits of the square root of one half: the mantissa is brought into 0.707..1.414.
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(ROOT_HALF) as i64) >> 52;
    let m = f64::from_bits(bits.wrapping_sub((exponent << 52) as u64));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let z2 = z * z;
    let low = (1.0 + z * (1.0 / 3.0)) + z2 * (1.0 / 5.0 + z * (1.0 / 7.0));
    let high = (1.0 / 9.0 + z * (1.0 / 11.0)) + z2 * (1.0 / 13.0 + z * (1.0 / 15.0));
    2.0 * s * (low + z2 * z2 * high) + exponent as f64 * core::f64::consts::LN_2
}

/// e to the power of `x`, for `x` between -700 and 700, to about 13 figures.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the exponent of a double is put into its bits"
)]
pub(crate) const fn exp(x: f64) -> f64 {
    let whole = (x * core::f64::consts::LOG2_E).round();
    let r = x - whole * core::f64::consts::LN_2;
    let (r2, r4) = (r * r, r * r * r * r);
    let low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    let middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5_040.0));
    let high = (1.0 / 40_320.0 + r * (1.0 / 362_880.0))
        + r2 * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0));
    let sum = low + r4 * (middle + r4 * high);
    sum * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

/// The value that a standard normal stays below with probability `p`, to about 9 figures.
///
/// Source: P. J. Acklam, rational approximation of the inverse normal distribution function.
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        0.007_784_695_709_041_462,
        0.322_467_129_070_039_8,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    let tail = p.min(1.0 - p);
    if tail > 0.024_25 {
        let q = p - 0.5;
        return q * polynomial(&A, q * q) / polynomial(&B, q * q);
    }
    let q = (-2.0 * ln(tail)).sqrt();
    let below = polynomial(&C, q) / polynomial(&D, q);
    if p < 0.5 { below } else { -below }
}

/// Highest power first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_agree_with_the_platform() {
        for step in 1..4_000 {
            let x = f64::from(step) * 0.37e-3;
            assert!((ln(x) - x.ln()).abs() < 1e-11, "ln {x}");
            let y = f64::from(step) * 0.02 - 40.0;
            assert!((exp(y) / y.exp() - 1.0).abs() < 1e-12, "exp {y}");
        }
        assert!((ln(f64::EPSILON) - f64::EPSILON.ln()).abs() < 1e-10);
    }

    #[test]
    fn the_streams_are_those_of_splitmix() {
        // State 1234567, first output of the published generator.
        assert_eq!(
            mix(1_234_567_u64.wrapping_add(GOLDEN)),
            6_457_827_717_110_365_317
        );
    }

    fn moments(draw: impl Fn(u64) -> f64) -> (f64, f64) {
        let n = 400_000_u32;
        let (sum, squares) = (0..u64::from(n))
            .map(&draw)
            .fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
        let mean = sum / f64::from(n);
        (mean, squares / f64::from(n) - mean * mean)
    }

    #[test]
    fn means_and_variances_are_those_of_the_law() {
        let streams = Streams::new(7);
        // Standard errors: 1/632 of the spread; four of them are allowed.
        let (mean, variance) = moments(|n| streams.exponential(Purpose::Talk, n));
        assert!(
            (mean - 1.0).abs() < 0.007 && (variance - 1.0).abs() < 0.02,
            "{mean} {variance}"
        );
        let (mean, variance) = moments(|n| streams.normal(Purpose::Talk, n));
        assert!(
            mean.abs() < 0.007 && (variance - 1.0).abs() < 0.01,
            "{mean} {variance}"
        );
        let (mean, variance) = moments(|n| streams.unit(Purpose::Patience, n << 20));
        assert!(
            (mean - 0.5).abs() < 0.002 && (variance - 1.0 / 12.0).abs() < 0.001,
            "{mean} {variance}"
        );
    }

    #[test]
    fn the_exponential_has_its_shape_in_the_middle_and_in_the_tail() {
        let streams = Streams::new(9);
        let n = 2_000_000_u32;
        let draws: Vec<f64> = (0..u64::from(n))
            .map(|i| streams.exponential(Purpose::Talk, i))
            .collect();
        for above in [
            0.001, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 7.0, 7.697, 8.0, 9.0, 11.0,
        ] {
            let expected = f64::from(n) * f64::exp(-above);
            let found = draws.iter().filter(|draw| **draw > above).count();
            let found = f64::from(u32::try_from(found).unwrap());
            let spread = (expected * (1.0 - f64::exp(-above))).sqrt().max(1.0);
            assert!(
                (found - expected).abs() < 4.5 * spread,
                "above {above}: {found}, expected {expected}"
            );
        }
    }

    #[test]
    fn purposes_do_not_know_of_each_other() {
        let streams = Streams::new(3);
        let n = 100_000;
        let sum: f64 = (0..n)
            .map(|i| {
                (streams.unit(Purpose::Talk, i) - 0.5) * (streams.unit(Purpose::Patience, i) - 0.5)
            })
            .sum();
        // Spread of one product is 1/12; four standard errors of the mean.
        assert!((sum / 100_000.0).abs() < 4.0 / 12.0 / 316.0);
    }
}

//! The beta distribution, as far as an expected wait needs it.

/// Coefficients of Lanczos' approximation with g = 7, n = 9 (error below 1e-13).
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// Logarithm of the gamma function for x >= 0.5.
fn ln_gamma(x: f64) -> f64 {
    let x = x - 1.0;
    let mut sum = LANCZOS[0];
    let mut place = x;
    for coefficient in &LANCZOS[1..] {
        place += 1.0;
        sum += coefficient / place;
    }
    let t = x + 7.5;
    0.5 * (2.0 * core::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The share of a beta distribution with parameters `a` and `b`, both at least 0.5, that lies below `x`.
///
/// Source: the continued fraction of DLMF 8.17.22, evaluated by Lentz' method.
#[must_use]
pub(crate) fn beta_below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, 1.0 - x) / b
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let off_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / off_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..10_000_u32 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / off_zero(1.0 + even * d);
        c = off_zero(1.0 + even / c);
        product *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / off_zero(1.0 + odd * d);
        c = off_zero(1.0 + odd / c);
        product *= d * c;
        if (d * c - 1.0).abs() < 1e-12 {
            break;
        }
    }
    product
}

/// The value below which `share` of a beta distribution lies, to 1e-9.
#[must_use]
pub(crate) fn beta_at(a: f64, b: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while high - low > 1e-9 {
        let middle = f64::midpoint(low, high);
        if beta_below(a, b, middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-8, "{value} is not {expected}");
    }

    #[test]
    fn values_that_can_be_worked_out_by_hand() {
        close(beta_below(1.0, 1.0, 0.3), 0.3);
        close(beta_below(2.0, 1.0, 0.5), 0.25);
        // Beta(3, 2): 4 x^3 - 3 x^4.
        close(beta_below(3.0, 2.0, 0.6), 4.0 * 0.216 - 3.0 * 0.1296);
        close(beta_below(400.0, 400.0, 0.5), 0.5);
        close(beta_at(1.0, 2.0, 0.75), 0.5);
        close(beta_at(5.0, 5.0, 0.5), 0.5);
    }

    #[test]
    fn long_lines_and_many_takes_stay_exact() {
        let x = beta_at(5000.0, 300.0, 0.9);
        close(beta_below(5000.0, 300.0, x), 0.9);
        close(ln_gamma(10.0), 362_880.0_f64.ln());
    }
}

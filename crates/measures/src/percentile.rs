//! Percentiles, by one definition.

/// The percentile of a sorted list: linear interpolation between the two nearest.
///
/// With n values `x[0]..=x[n-1]` in order and share p, the place is `h = (n - 1) p` and the value
/// `x[floor h] + (h - floor h) (x[floor h + 1] - x[floor h])`; None of nothing. Source: Hyndman and Fan
/// 1996, definition 7, the default of NumPy, R and spreadsheets. `share` outside 0..=1 is taken as the nearest of them.
#[must_use]
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let place = last as f64 * share.clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= place <= last"
    )]
    let low = (place.floor() as usize).min(last);
    let (below, above) = (sorted[low], sorted[(low + 1).min(last)]);
    Some(below + (place - place.floor()) * (above - below))
}

#[cfg(test)]
mod tests {
    use super::percentile;

    fn close(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!(
            (value - expected).abs() < 1e-12,
            "{value} is not {expected}"
        );
    }

    #[test]
    fn the_values_that_numpy_gives() {
        let list = [1.0, 2.0, 4.0, 8.0];
        close(percentile(&list, 0.5), 3.0);
        close(percentile(&list, 0.9), 6.8);
        close(percentile(&list, 0.0), 1.0);
        close(percentile(&list, 1.0), 8.0);
        close(percentile(&[7.0], 0.9), 7.0);
        assert_eq!(percentile(&[], 0.5), None);
    }
}

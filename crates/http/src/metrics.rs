//! What operators watch: one enum of metrics with unit and meaning, written as Prometheus text by hand.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! metrics {
    ($($(#[$doc:meta])+ $name:ident = $text:literal, $kind:literal, $meaning:literal;)+) => {
        /// A metric. Its name ends with its unit, its meaning is in the exposition.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Metric { $($(#[$doc])+ $name),+ }

        impl Metric {
            /// All metrics.
            pub const ALL: &'static [Metric] = &[$(Metric::$name),+];

            const fn text(self) -> (&'static str, &'static str, &'static str) {
                match self { $(Metric::$name => ($text, $kind, $meaning)),+ }
            }
        }
    };
}

metrics! {
    /// HTTP answers.
    HttpRequests = "linje_http_requests_total", "counter", "HTTP requests answered";
    /// HTTP answers that blame the service.
    HttpServerErrors = "linje_http_server_errors_total", "counter", "HTTP requests answered with a status of 500 or more";
    /// Commands refused by the core.
    CommandsRefused = "linje_commands_refused_total", "counter", "commands from HTTP that the core refused";
    /// Commands that the desk could not take.
    CommandsShed = "linje_commands_shed_total", "counter", "commands from HTTP that were refused because the log could not take them";
    /// Open live streams.
    Streams = "linje_live_streams", "gauge", "open streams of server-sent events";
    /// Readers that were too slow and got a new snapshot.
    StreamsLagged = "linje_live_streams_lagged_total", "counter", "streams that fell behind and got a new snapshot";
    /// Last record in the read model.
    ViewSeq = "linje_read_model_seq", "gauge", "last record of the log in the read model";
    /// Times the read model had to read the log again.
    ViewCatchUps = "linje_read_model_catch_ups_total", "counter", "times the read model fell behind and read the log";
    /// Contacts that are open.
    ContactsOpen = "linje_contacts_open", "gauge", "contacts that are open";
    /// Invariants that do not hold.
    InvariantsBroken = "linje_invariants_broken", "gauge", "1 when the state broke an invariant when it was looked at last, else 0";
    /// Times the invariants were looked at.
    InvariantsChecked = "linje_invariants_checked_total", "counter", "times the invariants of the state were looked at";
    /// Commands undone because the core broke on them.
    CommandsBroken = "linje_commands_broken_total", "counter", "commands that were undone because the core broke on them";
    /// Whether the log can be written.
    StoreUp = "linje_store_up", "gauge", "1 when the log can be written, else 0";
}

/// Upper bounds of [`Metrics::offer_out`] in microseconds: each half again the one before, from a quarter of a millisecond to 2 s.
const BOUNDS_US: [u64; 23] = {
    let mut bounds = [250; 23];
    let mut at = 1;
    while at < bounds.len() {
        bounds[at] = bounds[at - 1] * 3 / 2;
        at += 1;
    }
    bounds
};

/// The values. Counting is one relaxed addition.
#[derive(Debug, Default)]
pub struct Metrics {
    values: [AtomicU64; Metric::ALL.len()],
    /// By bound, the last for all above: offers.
    offers: [AtomicU64; BOUNDS_US.len() + 1],
    offers_sum_us: AtomicU64,
}

impl Metrics {
    /// One more.
    pub fn count(&self, metric: Metric) {
        self.values[metric as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// One less, of a gauge.
    pub fn uncount(&self, metric: Metric) {
        self.values[metric as usize].fetch_sub(1, Ordering::Relaxed);
    }

    /// The value of a gauge.
    pub fn set(&self, metric: Metric, value: u64) {
        self.values[metric as usize].store(value, Ordering::Relaxed);
    }

    /// An offer is on disk and on its way, so many microseconds after it was decided.
    pub fn offer_out(&self, after_us: i64) {
        let after_us = u64::try_from(after_us).unwrap_or(0);
        let place = BOUNDS_US.partition_point(|bound| *bound < after_us);
        self.offers[place].fetch_add(1, Ordering::Relaxed);
        self.offers_sum_us.fetch_add(after_us, Ordering::Relaxed);
    }

    fn offers_text(&self, text: &mut String) -> std::fmt::Result {
        let name = "linje_offer_out_seconds";
        writeln!(
            text,
            "# HELP {name} time from the decision until the offer is on disk and on its way"
        )?;
        writeln!(text, "# TYPE {name} histogram")?;
        let mut sum = 0;
        for (place, count) in self.offers.iter().enumerate() {
            sum += count.load(Ordering::Relaxed);
            match BOUNDS_US.get(place) {
                Some(bound) => writeln!(
                    text,
                    "{name}_bucket{{le=\"{}.{:06}\"}} {sum}",
                    bound / 1_000_000,
                    bound % 1_000_000
                )?,
                None => writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {sum}")?,
            }
        }
        let sum_us = self.offers_sum_us.load(Ordering::Relaxed);
        writeln!(
            text,
            "{name}_sum {}.{:06}",
            sum_us / 1_000_000,
            sum_us % 1_000_000
        )?;
        writeln!(text, "{name}_count {sum}")
    }

    /// Everything as Prometheus text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for metric in Metric::ALL {
            let (name, kind, meaning) = metric.text();
            let value = self.values[*metric as usize].load(Ordering::Relaxed);
            let written = write!(
                text,
                "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value}\n"
            );
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
        let written = self.offers_text(&mut text);
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_metric_has_meaning_kind_and_value() {
        let metrics = Metrics::default();
        metrics.count(Metric::HttpRequests);
        let text = metrics.text();
        let offers = 2 + BOUNDS_US.len() + 1 + 2;
        assert_eq!(text.lines().count(), 3 * Metric::ALL.len() + offers);
        assert!(text.contains("\nlinje_http_requests_total 1\n"));
    }

    #[test]
    fn offers_are_counted_up_to_each_bound() {
        let metrics = Metrics::default();
        for after_us in [100, 300, 9_000_000, -4] {
            metrics.offer_out(after_us);
        }
        let text = metrics.text();
        assert!(text.contains("_bucket{le=\"0.000250\"} 2\n"), "{text}");
        assert!(text.contains("_bucket{le=\"0.000375\"} 3\n"), "{text}");
        assert!(text.contains("_bucket{le=\"+Inf\"} 4\n"), "{text}");
        assert!(text.contains("_sum 9.000400\n"), "{text}");
    }
}

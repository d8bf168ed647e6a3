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
    /// Whether the log can be written.
    StoreUp = "linje_store_up", "gauge", "1 when the log can be written, else 0";
}

/// The values. Counting is one relaxed addition.
#[derive(Debug, Default)]
pub struct Metrics([AtomicU64; Metric::ALL.len()]);

impl Metrics {
    /// One more.
    pub fn count(&self, metric: Metric) {
        self.0[metric as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// One less, of a gauge.
    pub fn uncount(&self, metric: Metric) {
        self.0[metric as usize].fetch_sub(1, Ordering::Relaxed);
    }

    /// The value of a gauge.
    pub fn set(&self, metric: Metric, value: u64) {
        self.0[metric as usize].store(value, Ordering::Relaxed);
    }

    /// Everything as Prometheus text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for metric in Metric::ALL {
            let (name, kind, meaning) = metric.text();
            let value = self.0[*metric as usize].load(Ordering::Relaxed);
            let written = write!(
                text,
                "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value}\n"
            );
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
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
        assert_eq!(text.lines().count(), 3 * Metric::ALL.len());
        assert!(text.contains("\nlinje_http_requests_total 1\n"));
    }
}

//! Service level: the strict definition, and no other.

use serde::{Deserialize, Serialize};

/// Name of the definition, shown beside every service level.
pub const DEFINITION: &str = "sl_offered";

/// How many were answered within the acceptable wait, of all who came to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServiceLevel {
    /// Contacts answered within the acceptable wait.
    pub answered_within: u64,
    /// All contacts that came to the queue: those who wait now, left, or met a full queue too.
    pub offered: u64,
}

impl ServiceLevel {
    /// Share of contacts answered within the acceptable wait, 0..=1; None if nothing came.
    ///
    /// `answered_within / offered`. Source: the strictest variant, as in Cisco's "abandoned calls
    /// count against" and Buist and L'Ecuyer, ContactCenters, SERVICELEVEL with nothing taken out
    /// of the denominator: a contact that left early counts against the centre.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        (self.offered > 0).then(|| self.answered_within as f64 / self.offered as f64)
    }

    /// The two taken together.
    #[must_use]
    pub const fn plus(self, other: ServiceLevel) -> ServiceLevel {
        ServiceLevel {
            answered_within: self.answered_within + other.answered_within,
            offered: self.offered + other.offered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_offered_is_no_figure() {
        assert_eq!(ServiceLevel::default().value(), None);
    }

    #[test]
    fn the_worked_example_gives_56_percent() {
        let level = ServiceLevel {
            answered_within: 560,
            offered: 1000,
        };
        assert_eq!(level.value(), Some(0.56));
    }
}

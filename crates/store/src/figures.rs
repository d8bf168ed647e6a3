//! Figures: the roll-up's sums, folded from every batch and written in its transaction.
//!
//! The log comes first: sums that turn out damaged are thrown away and made anew from the log at the
//! next start, and never keep a contact from being logged.

use std::fmt;

use linje_desk::Record;
use linje_measures::{Cells, RollUp, Yardstick};

use crate::error::Error;
use crate::reader::{Extra, Reader};

/// The name under which the fold's open ends are kept.
pub(crate) const OPEN_ENDS: &str = "sums";
/// Records folded at once when there is something to catch up.
const PAGE: usize = 10_000;

/// Gives the yardstick of a centre description by its hash.
pub type YardsOf = Box<dyn FnMut(u64) -> Option<Yardstick> + Send>;

/// The fold of a store that measures.
pub(crate) struct Figures {
    rollup: RollUp,
    yards: YardsOf,
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figures")
            .field("rollup", &self.rollup)
            .finish_non_exhaustive()
    }
}

impl Figures {
    /// The fold at the end of the log. `stored` is the last record in the stored sums; what came after
    /// it is given to `write` with the place that it reaches.
    pub(crate) fn start(
        reader: &Reader,
        kept: Option<Extra>,
        stored: u64,
        mut yards: YardsOf,
        write: &mut dyn FnMut(&Cells, u64) -> Result<(), Error>,
    ) -> Result<Figures, Error> {
        let kept = kept.filter(|kept| kept.seq <= stored).and_then(|kept| {
            let rollup: RollUp = postcard::from_bytes(&kept.body).ok()?;
            Some((rollup, kept.seq))
        });
        let (rollup, mut seq) = kept.unwrap_or_default();
        let rollup = rollup.resume(&mut yards);
        let mut figures = Figures { rollup, yards };
        loop {
            let known = usize::try_from(stored.saturating_sub(seq)).unwrap_or(PAGE);
            let limit = if known == 0 { PAGE } else { known.min(PAGE) };
            let page = reader.log(seq, limit)?;
            let Some(last) = page.last() else {
                return Ok(figures);
            };
            let is_stored = seq < stored;
            seq = last.seq;
            let events = page.iter().map(|logged| (logged.at, &logged.event));
            let cells = figures.rollup.fold(events, &mut figures.yards);
            if !is_stored {
                write(&cells, seq)?;
            }
            figures.rollup.keep();
        }
    }

    /// What a batch adds, to be stored with it; then [`Figures::keep`] or [`Figures::undo`].
    pub(crate) fn fold(&mut self, records: &[Record]) -> Cells {
        let events = records.iter().map(|record| (record.at, &record.event));
        self.rollup.fold(events, &mut self.yards)
    }

    pub(crate) fn keep(&mut self) {
        self.rollup.keep();
    }

    pub(crate) fn undo(&mut self) {
        self.rollup.undo();
    }

    /// The open ends, to be kept under [`OPEN_ENDS`].
    pub(crate) fn open_ends(&self) -> Vec<u8> {
        postcard::to_allocvec(&self.rollup).unwrap_or_default()
    }
}

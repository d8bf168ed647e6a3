//! Tables of sums: cells gathered by time, queue, channel, topic and unit, and small units never shown alone.

use std::collections::{BTreeMap, BTreeSet};

use linje_types::{Channel, QueueId, Timestamp, TopicId, UnitId};

use crate::sums::NO_UNIT;
use crate::{Cells, Key, Quantity, Sums};

/// Units with fewer advisers at work are not broken down.
pub const FEWEST: i64 = 5;

/// What a table is broken down by; time is given beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct By {
    /// A row for each queue.
    pub queue: bool,
    /// A row for each channel.
    pub channel: bool,
    /// A row for each topic.
    pub topic: bool,
    /// A row for each unit.
    pub unit: bool,
}

impl By {
    /// Whether rows are about contacts only: adviser time belongs to no queue, channel or topic.
    const fn leaves_time_out(self) -> bool {
        self.queue || self.channel || self.topic
    }
}

/// Which units a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Units {
    /// All, or not broken down.
    All,
    /// This one.
    One(UnitId),
    /// So many together, because each is, or could be worked out to be, too small to be shown.
    Together(usize),
    /// Contacts that nobody answered belong to none.
    Nobody,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowGroup {
    /// When its time begins; None when not broken down by time.
    pub period: Option<Timestamp>,
    /// The queue.
    pub queue: Option<QueueId>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The topic.
    pub topic: Option<TopicId>,
    /// The units.
    pub units: Units,
}

/// Sums by what they are about, and how many units were not shown on their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The rows, in order.
    pub rows: BTreeMap<RowGroup, Sums>,
    /// Everything together, adviser time too.
    pub total: Sums,
    /// Units that were put together with others in some period.
    pub withheld: usize,
}

/// Gathers cells; `period` gives the beginning of the time that a quarter of an hour belongs to.
#[must_use]
pub fn table(cells: &Cells, by: By, period: &dyn Fn(i64) -> Option<Timestamp>) -> Table {
    let together = if by.unit {
        small_units(cells, period)
    } else {
        BTreeMap::new()
    };
    let mut table = Table::default();
    let mut withheld = BTreeSet::new();
    for (key, sums) in cells {
        table.total.plus(sums);
        if by.leaves_time_out() && key.queue == QueueId::NONE {
            continue;
        }
        let period = period(key.quarter);
        let units = match together.get(&period) {
            _ if !by.unit => Units::All,
            _ if key.unit == NO_UNIT => Units::Nobody,
            Some(small) if small.contains(&key.unit) => {
                withheld.insert(key.unit);
                Units::Together(small.len())
            }
            Some(_) | None => Units::One(key.unit),
        };
        let group = RowGroup {
            period,
            queue: by.queue.then_some(key.queue),
            channel: key.channel.filter(|_| by.channel),
            topic: by.topic.then_some(key.topic),
            units,
        };
        table.rows.entry(group).or_default().plus(sums);
    }
    table.withheld = withheld.len();
    table
}

/// By time: the units that are shown together. Those are all that had fewer than [`FEWEST`] advisers in every
/// quarter of it, and as many of the next smallest as it takes that nobody can work out the figures
/// of few people by taking the shown from the whole.
fn small_units(
    cells: &Cells,
    period: &dyn Fn(i64) -> Option<Timestamp>,
) -> BTreeMap<Option<Timestamp>, BTreeSet<UnitId>> {
    let mut sizes: BTreeMap<Option<Timestamp>, BTreeMap<UnitId, i64>> = BTreeMap::new();
    for (key, sums) in cells.iter().filter(|(key, _)| key.unit != NO_UNIT) {
        let present = present(key, sums);
        let of_period = sizes.entry(period(key.quarter)).or_default();
        let size = of_period.entry(key.unit).or_default();
        *size = (*size).max(present);
    }
    sizes
        .into_iter()
        .map(|(period, sizes)| (period, put_together(sizes)))
        .collect()
}

/// Advisers at work in the quarter of a cell; 0 when it is about contacts.
fn present(key: &Key, sums: &Sums) -> i64 {
    if key.queue == QueueId::NONE {
        sums.get(Quantity::Present)
    } else {
        0
    }
}

fn put_together(sizes: BTreeMap<UnitId, i64>) -> BTreeSet<UnitId> {
    let mut by_size: Vec<(i64, UnitId)> =
        sizes.into_iter().map(|(unit, size)| (size, unit)).collect();
    by_size.sort_unstable();
    let (mut together, mut people) = (BTreeSet::new(), 0);
    for (size, unit) in by_size {
        if size >= FEWEST && (together.is_empty() || people >= FEWEST) {
            break;
        }
        together.insert(unit);
        people += size;
    }
    together
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sums::quarter_start;

    fn cells(units: &[(u16, i64)]) -> Cells {
        let mut cells = Cells::new();
        for (unit, present) in units {
            let time = Key {
                quarter: 0,
                queue: QueueId::NONE,
                channel: None,
                topic: TopicId::NONE,
                unit: UnitId(*unit),
            };
            cells
                .entry(time)
                .or_default()
                .add(Quantity::Present, *present);
            let answered = Key {
                queue: QueueId(1),
                channel: Some(Channel::Voice),
                topic: TopicId(2),
                ..time
            };
            cells
                .entry(answered)
                .or_default()
                .add(Quantity::Answered, 10);
            let nobody = Key {
                unit: NO_UNIT,
                ..answered
            };
            cells.entry(nobody).or_default().add(Quantity::Offered, 12);
        }
        cells
    }

    fn answered(cells: &Cells) -> Vec<(Units, i64)> {
        let by = By {
            unit: true,
            ..By::default()
        };
        let table = table(cells, by, &|_| None);
        let rows = table.rows.iter();
        rows.map(|(group, sums)| (group.units, sums.get(Quantity::Answered)))
            .collect()
    }

    #[test]
    fn a_small_unit_cannot_be_worked_out_from_the_whole() {
        let one_small = answered(&cells(&[(0, 3), (1, 6), (2, 9)]));
        assert_eq!(
            one_small,
            [
                (Units::One(UnitId(2)), 10),
                (Units::Together(2), 20),
                (Units::Nobody, 0)
            ]
        );
        let two_small = answered(&cells(&[(0, 3), (1, 2), (2, 9)]));
        assert_eq!(two_small[0], (Units::One(UnitId(2)), 10));
        assert_eq!(two_small[1], (Units::Together(2), 20));
        let none_small = answered(&cells(&[(0, 5), (1, 6)]));
        assert_eq!(none_small.len(), 3);
        assert_eq!(none_small[0], (Units::One(UnitId(0)), 10));
    }

    #[test]
    fn a_unit_that_nobody_was_seen_in_is_small() {
        let mut cells = cells(&[(0, 9)]);
        let key = Key {
            quarter: 0,
            queue: QueueId(1),
            channel: Some(Channel::Voice),
            topic: TopicId(2),
            unit: UnitId(7),
        };
        cells.entry(key).or_default().count(Quantity::Answered);
        assert_eq!(answered(&cells)[0], (Units::Together(2), 11));
    }

    #[test]
    fn rows_add_up_to_the_total_however_they_are_broken_down() {
        let cells = cells(&[(0, 5), (1, 6), (2, 2)]);
        let whole = table(&cells, By::default(), &|_| None);
        assert_eq!(whole.rows.len(), 1);
        for bits in 1..16_u8 {
            let by = By {
                queue: bits & 1 > 0,
                channel: bits & 2 > 0,
                topic: bits & 4 > 0,
                unit: bits & 8 > 0,
            };
            let broken = table(&cells, by, &|quarter| Some(quarter_start(quarter)));
            for quantity in [Quantity::Offered, Quantity::Answered] {
                let sum: i64 = broken.rows.values().map(|sums| sums.get(quantity)).sum();
                assert_eq!(sum, whole.total.get(quantity), "{by:?}");
            }
        }
    }
}

//! The store in memory: the same rules as in a file, nothing on disk.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use linje_desk::{Batch, REMEMBER_US, Remembered, VaultRow, VaultWrite};
use linje_measures::Cells;
use linje_types::{ContactId, Timestamp};

use crate::contact::{Contact, Open, Query};
use crate::error::Error;
use crate::figures::{Figures, OPEN_ENDS, YardsOf};
use crate::reader::{Centre, Extra, Head, Reader, StoredSnapshot, Visit, checked};
use crate::row::{Logged, NO_SUM, Row, Sum};
use crate::sqlite::encode_batch;

#[derive(Debug, Default)]
struct Inner {
    head: Option<Head>,
    rows: Vec<Row>,
    by_contact: BTreeMap<ContactId, Vec<usize>>,
    contacts: BTreeMap<ContactId, Contact>,
    open: Open,
    replies: BTreeMap<u128, Remembered>,
    vault: BTreeMap<(ContactId, String), VaultRow>,
    snapshots: BTreeMap<u64, StoredSnapshot>,
    extras: BTreeMap<String, Extra>,
    centres: BTreeMap<u64, Centre>,
    sums: Cells,
    /// The last record in the sums.
    sums_seq: u64,
}

/// A log in memory, shared by its writers and readers.
#[derive(Debug)]
pub struct Memory {
    shared: Arc<Mutex<Inner>>,
    epoch: u64,
    figures: Option<Figures>,
}

/// A reader of a log in memory.
#[derive(Debug, Clone)]
pub struct MemoryReader(Arc<Mutex<Inner>>);

impl Default for Memory {
    fn default() -> Memory {
        Memory::new()
    }
}

impl Memory {
    /// An empty log.
    #[must_use]
    pub fn new() -> Memory {
        Memory::take_over(Arc::default())
    }

    /// The same log with a new writer; this one is fenced. What a restart is for a file.
    #[must_use]
    pub fn reopen(&self) -> Memory {
        Memory::take_over(Arc::clone(&self.shared))
    }

    fn take_over(shared: Arc<Mutex<Inner>>) -> Memory {
        let epoch = {
            let mut inner = lock(&shared);
            let head = inner.head.get_or_insert(Head::EMPTY);
            head.epoch += 1;
            head.epoch
        };
        Memory {
            shared,
            epoch,
            figures: None,
        }
    }

    pub(crate) fn reader(&self) -> MemoryReader {
        MemoryReader(Arc::clone(&self.shared))
    }

    pub(crate) fn head(&self) -> Head {
        Head {
            epoch: self.epoch,
            ..lock(&self.shared).head()
        }
    }

    /// From now on every batch is measured too; what was not yet, is made up for.
    pub(crate) fn measure(&mut self, yards: YardsOf) -> Result<(), Error> {
        let reader = Reader::Memory(self.reader());
        let stored = lock(&self.shared).sums_seq;
        let kept = reader.extra(OPEN_ENDS)?;
        let mut write = |cells: &Cells, seq: u64| {
            lock(&self.shared).add_sums(cells, seq);
            Ok(())
        };
        let figures = Figures::start(&reader, kept, stored, yards, &mut write)?;
        self.figures = Some(figures);
        Ok(())
    }

    pub(crate) fn append(&mut self, batch: &Batch) -> Result<(), Error> {
        let mut inner = lock(&self.shared);
        let head = inner.head();
        if head.epoch != self.epoch {
            return Err(Error::Fenced {
                mine: self.epoch,
                now: head.epoch,
            });
        }
        if head.seq != batch.expected_seq {
            return inner.landed(batch, self.epoch);
        }
        let rows = encode_batch(batch, &head, self.epoch)?;
        if let Some(figures) = &mut self.figures {
            inner.add_sums(&figures.fold(&batch.records), batch.last_seq());
            figures.keep();
        }
        let touched = inner.open.touched(&batch.records);
        inner
            .contacts
            .extend(touched.iter().map(|(id, it)| (*id, *it)));
        inner.open.take(touched);
        for row in rows {
            inner.push(row);
        }
        for reply in &batch.replies {
            inner.replies.insert(reply.id, *reply);
        }
        for write in &batch.vault {
            inner.write_vault(write);
        }
        Ok(())
    }

    pub(crate) fn put_snapshot(
        &self,
        (seq, at): (u64, Timestamp),
        version: u64,
        state: &[u8],
    ) -> Result<(), Error> {
        let mut inner = lock(&self.shared);
        if seq > inner.head().seq {
            return Err(Error::Invalid(
                "a snapshot of records that are not in the log",
            ));
        }
        let chain = inner.sum_at(seq);
        let kept = StoredSnapshot {
            seq,
            at,
            version,
            state: state.to_vec(),
            chain,
        };
        inner.snapshots.insert(seq, kept);
        while inner.snapshots.len() > 2 {
            inner.snapshots.pop_first();
        }
        inner
            .replies
            .retain(|_, reply| at.since_us(reply.at) < REMEMBER_US);
        inner.vault.retain(|_, row| row.expires > at);
        if let Some(figures) = &self.figures {
            let extra = Extra {
                seq: inner.head().seq,
                body: figures.open_ends(),
            };
            inner.extras.insert(OPEN_ENDS.to_owned(), extra);
        }
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a file can fail here")]
    pub(crate) fn put_extra(&self, name: &str, seq: u64, body: &[u8]) -> Result<(), Error> {
        let extra = Extra {
            seq,
            body: body.to_vec(),
        };
        lock(&self.shared).extras.insert(name.to_owned(), extra);
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a file can fail here")]
    pub(crate) fn put_centre(&self, version: u64, phones: u32, source: &str) -> Result<(), Error> {
        let centre = Centre {
            version,
            phones,
            source: source.to_owned(),
        };
        lock(&self.shared).centres.insert(version, centre);
        Ok(())
    }
}

impl Inner {
    fn head(&self) -> Head {
        self.head.unwrap_or(Head::EMPTY)
    }

    fn sum_at(&self, seq: u64) -> Sum {
        let idx = usize::try_from(seq).unwrap_or(0);
        idx.checked_sub(1)
            .and_then(|idx| self.rows.get(idx))
            .map_or(NO_SUM, |row| row.sum)
    }

    /// Whether the log ends with this batch already.
    fn landed(&self, batch: &Batch, epoch: u64) -> Result<(), Error> {
        let head = self.head();
        let before = Head {
            seq: batch.expected_seq,
            at: Timestamp(i64::MIN),
            epoch,
            chain: self.sum_at(batch.expected_seq),
        };
        let ends_here = head.seq == batch.last_seq();
        let last = if ends_here {
            encode_batch(batch, &before, epoch)?
                .last()
                .map(|row| row.sum)
        } else {
            None
        };
        if last == Some(head.chain) {
            return Ok(());
        }
        Err(Error::Behind {
            expected: batch.expected_seq,
            head: head.seq,
        })
    }

    fn push(&mut self, row: Row) {
        let epoch = self.head().epoch;
        self.head = Some(Head {
            seq: row.seq,
            at: row.at,
            epoch,
            chain: row.sum,
        });
        if let Some(contact) = row.contact {
            let idx = self.rows.len();
            self.by_contact.entry(contact).or_default().push(idx);
        }
        self.rows.push(row);
    }

    fn add_sums(&mut self, cells: &Cells, seq: u64) {
        for (key, sums) in cells {
            self.sums.entry(*key).or_default().plus(sums);
        }
        self.sums_seq = seq;
    }

    fn write_vault(&mut self, write: &VaultWrite) {
        match write {
            VaultWrite::Put(row) => {
                self.vault
                    .insert((row.contact, row.field.clone()), row.clone());
            }
            VaultWrite::Delete { contact, field } => {
                self.vault.remove(&(*contact, field.clone()));
            }
        }
    }

    fn read(&self, idx: usize) -> Result<Logged, Error> {
        let row = &self.rows[idx];
        let previous = self.sum_at(row.seq - 1);
        if checked(row, &previous) {
            row.decode()
        } else {
            Err(Error::corrupt(
                "memory".as_ref(),
                format!("record {}", row.seq),
            ))
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the same shape as the file's reader"
)]
impl MemoryReader {
    pub(crate) fn head(&self) -> Result<Head, Error> {
        Ok(lock(&self.0).head())
    }

    pub(crate) fn contacts(&self, query: &Query) -> Result<Vec<Contact>, Error> {
        let mut found: Vec<Contact> = lock(&self.0)
            .contacts
            .values()
            .filter(|contact| contact.matches(query))
            .copied()
            .collect();
        found.sort_by_key(|contact| core::cmp::Reverse((contact.arrived, contact.id)));
        found.truncate(query.rows());
        Ok(found)
    }

    pub(crate) fn contact(&self, id: ContactId) -> Result<Option<Contact>, Error> {
        Ok(lock(&self.0).contacts.get(&id).copied())
    }

    pub(crate) fn events_of(&self, contact: ContactId) -> Result<Vec<Logged>, Error> {
        let inner = lock(&self.0);
        let rows = inner.by_contact.get(&contact);
        rows.into_iter()
            .flatten()
            .map(|idx| inner.read(*idx))
            .collect()
    }

    pub(crate) fn log(&self, after: u64, limit: usize) -> Result<Vec<Logged>, Error> {
        let inner = lock(&self.0);
        let from = usize::try_from(after).unwrap_or(usize::MAX);
        let until = inner.rows.len().min(from.saturating_add(limit));
        (from..until).map(|idx| inner.read(idx)).collect()
    }

    pub(crate) fn rows(&self, after: u64, visit: Visit<'_>) -> Result<(), Error> {
        let from = usize::try_from(after).unwrap_or(usize::MAX);
        let rows: Vec<Row> = lock(&self.0).rows.iter().skip(from).cloned().collect();
        rows.into_iter().try_for_each(|row| visit(Ok(row)))
    }

    pub(crate) fn sum_at(&self, seq: u64) -> Result<Sum, Error> {
        Ok(lock(&self.0).sum_at(seq))
    }

    pub(crate) fn vault(&self, contact: ContactId, field: &str) -> Result<Option<VaultRow>, Error> {
        Ok(lock(&self.0)
            .vault
            .get(&(contact, field.to_owned()))
            .cloned())
    }

    pub(crate) fn vault_field(&self, field: &str) -> Result<Vec<VaultRow>, Error> {
        let inner = lock(&self.0);
        let rows = inner.vault.values().filter(|row| row.field == field);
        Ok(rows.cloned().collect())
    }

    pub(crate) fn remembered(&self) -> Result<Vec<Remembered>, Error> {
        Ok(lock(&self.0).replies.values().copied().collect())
    }

    pub(crate) fn snapshot(&self) -> Result<Option<StoredSnapshot>, Error> {
        Ok(lock(&self.0).snapshots.values().next_back().cloned())
    }

    pub(crate) fn extra(&self, name: &str) -> Result<Option<Extra>, Error> {
        Ok(lock(&self.0).extras.get(name).cloned())
    }

    pub(crate) fn centre(&self, version: u64) -> Result<Option<Centre>, Error> {
        Ok(lock(&self.0).centres.get(&version).cloned())
    }

    pub(crate) fn sums(&self, (from, to): (i64, i64)) -> Result<Cells, Error> {
        let inner = lock(&self.0);
        let wanted = inner.sums.iter();
        Ok(wanted
            .filter(|(key, _)| (from..to).contains(&key.quarter))
            .map(|(key, sums)| (*key, sums.clone()))
            .collect())
    }

    pub(crate) fn all_contacts(&self) -> Result<Vec<Contact>, Error> {
        Ok(lock(&self.0).contacts.values().copied().collect())
    }

    pub(crate) fn inspect(&self) -> Result<Option<String>, Error> {
        Ok(None)
    }
}

fn lock(shared: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

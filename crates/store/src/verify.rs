//! Verification: is this still the log that was written?

use serde::Serialize;

use linje_types::Timestamp;

use crate::contact::Open;
use crate::error::Error;
use crate::reader::Reader;
use crate::row::{NO_SUM, Row, Sum};

/// What a verification found. `Display` of the hash is hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Records that are whole, from the first on.
    pub events: u64,
    /// The chained hash of the last of them, hex.
    pub hash: String,
    /// Whether everything is whole.
    pub ok: bool,
    /// The first record that is not; `None` also when only something beside the log is damaged.
    pub first_bad: Option<u64>,
    /// What is wrong, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What must hold from row to row.
struct Walk {
    n_rows: u64,
    chain: Sum,
    epoch: u64,
    at: Timestamp,
    open: Open,
    contacts: std::collections::BTreeMap<linje_types::ContactId, crate::contact::Contact>,
}

impl Verdict {
    pub(crate) fn of(reader: &Reader) -> Result<Verdict, Error> {
        let mut walk = Walk {
            n_rows: 0,
            chain: NO_SUM,
            epoch: 0,
            at: Timestamp(i64::MIN),
            open: Open::default(),
            contacts: std::collections::BTreeMap::new(),
        };
        let mut bad: Option<String> = None;
        let walked = reader.rows(0, &mut |row| {
            if bad.is_none() {
                bad = row.and_then(|row| walk.take(&row)).err();
            }
            Ok(())
        });
        match walked {
            // Not damage: the disk or another connection stood in the way.
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            Err(error) if bad.is_none() => bad = Some(error.to_string()),
            Err(_) | Ok(()) => {}
        }
        let first_bad = bad.is_some().then_some(walk.n_rows + 1);
        let problem = match bad {
            Some(problem) => Some(problem),
            None => walk.beside(reader),
        };
        Ok(Verdict {
            events: walk.n_rows,
            hash: walk
                .chain
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            ok: problem.is_none(),
            first_bad,
            problem,
        })
    }
}

impl Walk {
    fn take(&mut self, row: &Row) -> Result<(), String> {
        if row.seq != self.n_rows + 1 {
            return Err(format!("record {} is missing", self.n_rows + 1));
        }
        if row.link(&self.chain) != row.sum {
            return Err(format!("the checksum of record {} is wrong", row.seq));
        }
        if row.epoch < self.epoch {
            return Err(format!("the epoch of record {} goes back", row.seq));
        }
        if row.at < self.at {
            return Err(format!("the time of record {} goes back", row.seq));
        }
        let logged = row.decode().map_err(|error| error.to_string())?;
        let record = linje_desk::Record {
            seq: row.seq,
            at: row.at,
            command_id: row.command_id,
            event: logged.event,
        };
        let touched = self.open.touched(&[record]);
        self.contacts
            .extend(touched.iter().map(|(id, it)| (*id, *it)));
        self.open.take(touched);
        self.n_rows = row.seq;
        self.chain = row.sum;
        self.epoch = row.epoch;
        self.at = row.at;
        Ok(())
    }

    /// Checks what lies beside the log.
    fn beside(&self, reader: &Reader) -> Option<String> {
        let check = || -> Result<Option<String>, Error> {
            let head = reader.head()?;
            if head.seq != self.n_rows || head.chain != self.chain || head.epoch < self.epoch {
                return Ok(Some("the log does not end where its head says".to_owned()));
            }
            if let Some(problem) = reader.inspect()? {
                return Ok(Some(problem));
            }
            let kept = reader.all_contacts()?;
            let same = kept.len() == self.contacts.len()
                && kept.iter().all(|it| self.contacts.get(&it.id) == Some(it));
            Ok((!same).then(|| "the list of contacts does not follow from the log".to_owned()))
        };
        check().unwrap_or_else(|error| Some(error.to_string()))
    }
}

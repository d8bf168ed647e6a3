//! The log and what is folded from it: records, snapshots, read models, remembered replies, vault.
//!
//! One writer per log: [`Store::append`] succeeds only for whoever opened the store last and knows
//! the last record. That is the whole fencing (S18). An append is all or nothing, durable when it
//! returns, and may be repeated: a batch that landed is recognised.
//!
//! Calls block; the shell gives them a thread. Nothing here decides anything about contacts, and no
//! personal data is in the log: only the vault holds any.
#![warn(missing_docs)]

mod contact;
mod error;
mod fault;
mod figures;
mod key;
mod memory;
mod reader;
pub mod records;
mod row;
mod seal;
mod sqlite;
mod store;
mod verify;

pub use contact::{Contact, Query, Stage};
pub use error::Error;
pub use fault::{Fault, Faults, Faulty};
pub use figures::YardsOf;
pub use key::{KeyError, NumberKey};
pub use memory::Memory;
pub use reader::{Centre, Extra, Head, Reader, StoredSnapshot, TablesOf};
pub use records::{
    Act, AfterCall, Article, Changed, Chosen, Content, Draft, DraftEnd, EntryKind, Erased,
    ErasedLeft, Erasure, Found, Hand, HandedTask, KeptNote, KeptPromise, KeptRecording, KeptThreat,
    NewPromise, PersonKeys, PromiseState, Reason, Records, RecordsError, Sought, Subject, Version,
    Whose,
};
pub use row::{Logged, Upcaster};
pub use seal::{Seal, SealError};
pub use sqlite::{Sqlite, SqliteReader};
pub use store::Store;
pub use verify::Verdict;

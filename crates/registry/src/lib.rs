//! What other systems know about a person: one port per register, adapters that speak the real contracts,
//! and a built-in synthetic register. It answers or says what failed; whoever may read is decided before.
//!
//! Every call has a time limit and a breaker of its own: a register that fails or is slow costs its own part
//! of a page, which names it, and nothing else. No error and no log line holds anything about a person.
#![warn(missing_docs)]

pub mod adapter;
mod breaker;
mod built_in;
mod model;
mod port;
mod registers;

pub use breaker::{Failed, Trouble, Why};
pub use built_in::{BuiltIn, Today};
pub use model::{
    Account, Address, AddressKind, Benefit, BenefitState, Case, CaseState, CivilStatus, Contract,
    DigitalLevel, Document, DocumentKind, Facts, FollowUp, Guardian, Hit, Interpreter, NewTask,
    Notice, Office, Organisation, Payment, PaymentState, Person, PersonStatus, Phone,
    PowerOfAttorney, Powers, Preferences, Priority, Protection, Relation, RelationKind, SafetyKind,
    SafetyMeasure, Search, Sex, Task, TaskKind, TaskStatus,
};
pub use port::{
    Answer, Benefits, Cases, Fault, FollowUps, Notices, Offices, Organisations, Payments, Persons,
    PowersOfAttorney, PreferencesOf, Tasks,
};
pub use registers::{Register, Registers, Sources};

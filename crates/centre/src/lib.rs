//! The centre description: what a centre is, read from TOML and found free of faults.
//!
//! `parse` turns text into values, `check` looks for what a reader cannot see: dead ends, loops
//! without exit, queues that nothing leads to, skills that nobody has. No file, clock or network.
#![warn(missing_docs)]

pub mod calendar;
pub mod hours;
pub mod words;

mod after;
mod check;
mod compare;
mod fault;
mod local;
mod model;
mod names;
mod people;
mod random;
mod read;
mod reader;
mod rules;
mod say;
mod who;

pub use after::{Cause, CauseKind, HandOver, NoteTemplate, TaskKind};
pub use check::{check, check_on};
pub use compare::{Change, differences_in_words};
pub use fault::{Code, Fault, Place, Severity, render, render_in, render_json};
pub use local::{Difference, differences};
pub use model::{
    Arrivals, Callback, CallbackOffer, Centre, Channels, Class, ClassId, Flow, FlowAct, FlowId,
    FlowStep, Goal, Group, Guarantee, HoursId, Load, Menu, MenuKey, Number, Overflow, People, Plan,
    PlanAct, PlanStep, Population, Profile, ProfileId, Prompt, PromptId, PromptUse, Queue,
    QueueGroup, QueueRef, Requirement, Ring, Routing, Skill, Speech, Target, Text, Topic, Unit,
    UnitKind, Waiting, Window,
};
pub use people::{Extra, Person, Role, experts, people, staff};
pub use rules::routing_rules;
pub use who::{Who, language_name};

use reader::{Reader, Table};

impl Centre {
    /// Reads a centre description.
    ///
    /// # Errors
    /// All faults of form and all references to what does not exist, in the order of the text.
    pub fn parse(text: &str) -> Result<Centre, Vec<Fault>> {
        let reader = Reader::new(text);
        let document = reader.document();
        let centre = document.map(|document| Table::root(&reader, &document, read::centre));
        let faults = reader.into_faults();
        match centre {
            Some(mut centre) if !faults.iter().any(Fault::is_error) => {
                centre.warned = faults;
                Ok(centre)
            }
            _ => Err(faults),
        }
    }
}

/// Reads and checks a description: the centre when it can be used, and every fault that was found.
#[must_use]
pub fn examine(text: &str) -> (Option<Centre>, Vec<Fault>) {
    let (centre, faults) = look(text);
    let usable = !faults.iter().any(Fault::is_error);
    (centre.filter(|_| usable), faults)
}

/// As `examine`, but the centre also when it has faults that only a look at the whole shows: what is in it and
/// what it changes can be told before they are mended. Never put it in force when a fault is an error.
#[must_use]
pub fn look(text: &str) -> (Option<Centre>, Vec<Fault>) {
    match Centre::parse(text) {
        Err(faults) => (None, faults),
        Ok(centre) => {
            let faults = check(&centre);
            (Some(centre), faults)
        }
    }
}

//! Which registers the service reads: the built-in one in the demo, and otherwise those that are connected.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use linje_http::{Clock, People, PeopleKeys, PeopleParts, StoredTasks, read_measures};
use linje_registry::{BuiltIn, Offices, Registers, Sources};
use linje_store::{NumberKey, Reader, Records};

use crate::config::Config;
use crate::registers::Connected;

/// The seed of the people who do not exist.
const SEED: u64 = 2015;
/// Measures that touch staff, unless a file of that name lies beside the centre description.
const MEASURES: &str = include_str!("../../../centres/control-measures.toml");
const MEASURES_FILE: &str = "control-measures.toml";

/// What people are known by. `demo` = the built-in register answers.
pub(crate) fn people(
    demo: bool,
    records: &Records,
    key: &NumberKey,
    reader: &Reader,
    clock: Clock,
    config: &Config,
) -> Result<People> {
    let keys = PeopleKeys::new(key.clone())?;
    let built_in = demo.then(|| {
        let today = move || linje_centre::hours::local(clock.now()).date();
        BuiltIn::new(SEED, BuiltIn::PEOPLE, Arc::new(today))
    });
    let connected = config.registers.clone();
    let sources = sources(built_in.as_ref(), connected, records, &keys, clock);
    let (vault, tasks) = (reader.clone(), reader.clone());
    Ok(People::new(PeopleParts {
        registers: Registers::new(sources),
        built_in,
        records: records.clone(),
        keys,
        caller_of: Arc::new(move |contact| {
            let row = vault
                .vault(contact, linje_desk::field::CALLER)
                .inspect_err(
                    |error| tracing::error!(%error, "cannot read whose number a contact has"),
                )
                .ok()??;
            row.value.try_into().ok().map(linje_desk::CallerKey)
        }),
        rings_back: Arc::new(move |lost| {
            let rows = tasks.vault_field(linje_desk::field::CALLBACK_FOR);
            let rows = rows
                .inspect_err(|error| tracing::error!(%error, "cannot read who is to be rung"))
                .unwrap_or_default();
            let of = rows
                .into_iter()
                .find(|row| row.value == lost.0.to_le_bytes());
            of.map(|row| row.contact)
        }),
        measures: measures(&config.centre_folder)?,
    }))
}

fn measures(folder: &Path) -> Result<Vec<linje_http::ControlMeasure>> {
    let path = folder.join(MEASURES_FILE);
    let own = path
        .is_file()
        .then(|| std::fs::read_to_string(&path))
        .transpose();
    let shown = path.display();
    let own = own.with_context(|| format!("cannot read `{shown}`"))?;
    read_measures(own.as_deref().unwrap_or(MEASURES)).with_context(|| format!("in `{shown}`"))
}

fn sources(
    built_in: Option<&BuiltIn>,
    connected: Connected,
    records: &Records,
    keys: &PeopleKeys,
    clock: Clock,
) -> Sources {
    let offices: Arc<dyn Offices> = match built_in {
        Some(built_in) => Arc::new(built_in.clone()),
        None => connected.offices(),
    };
    let worked_on = built_in.is_some();
    let tasks = StoredTasks::new(
        records.clone(),
        keys.clone(),
        Arc::clone(&offices),
        clock,
        worked_on,
    );
    let tasks = Arc::new(tasks);
    match built_in {
        Some(built_in) => {
            let one = Arc::new(built_in.clone());
            Sources {
                persons: one.clone(),
                preferences: one.clone(),
                cases: one.clone(),
                payments: one.clone(),
                powers: one.clone(),
                offices,
                tasks,
                organisations: one.clone(),
                benefits: one.clone(),
                follow_ups: one.clone(),
                notices: one,
            }
        }
        None => connected.sources(offices, tasks),
    }
}

//! Centre descriptions while the service runs: which one is in force at a start, how another one is made
//! ready, kept and tried. No rule lives here.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use linje_centre::{Centre, Extra, Person, Role};
use linje_http::{Card, Centres, Directory, Noted, Notes, Prepared, read_notes};
use linje_routing::Tables;
use linje_store::Reader;

use crate::desk_shell::DeskHandle;
use crate::trial;

/// The name under which the notes of who did what are kept.
const NOTES: &str = "notes";

/// The description that a start begins with.
pub(crate) struct InForce {
    pub(crate) centre: Arc<Centre>,
    pub(crate) text: String,
    /// The name of one that was published while the service ran.
    pub(crate) version: Option<u64>,
}

/// What was published last stays in force until the settings name another description than they did then.
pub(crate) fn in_force(reader: &Reader, named: Arc<Centre>, text: &str) -> Result<InForce> {
    let own = InForce {
        centre: named,
        text: text.to_owned(),
        version: None,
    };
    let extra = reader.extra(NOTES)?;
    let notes = read_notes(extra.as_ref().map(|extra| extra.body.as_slice()));
    let last = notes.iter().rev().find_map(|note| match note.what {
        Noted::Published { version, over } => Some((version, over)),
        Noted::Plan { .. } | Noted::Request { .. } => None,
    });
    let Some((version, _)) = last.filter(|(_, over)| *over == hash(text)) else {
        return Ok(own);
    };
    let Some(kept) = reader.centre(version)? else {
        return Ok(own);
    };
    let centre = Centre::parse(&kept.source)
        .map_err(|_| anyhow!("the description that was published last cannot be read"))?;
    Ok(InForce {
        centre: Arc::new(centre),
        text: kept.source,
        version: Some(version),
    })
}

/// The notes, kept with the log.
pub(crate) fn notes(reader: &Reader, desk: &DeskHandle) -> Result<Notes> {
    let extra = reader.extra(NOTES)?;
    let desk = desk.clone();
    Ok(Notes::new(
        extra.as_ref().map(|extra| extra.body.as_slice()),
        move |body| desk.keep(NOTES, 0, body),
    ))
}

/// The doors for the pages.
pub(crate) fn centres(reader: &Reader, desk: &DeskHandle, extra: Extra, named: &str) -> Centres {
    let phones = u32::try_from(extra.phones).unwrap_or(u32::MAX);
    let (keeps, publishes) = (desk.clone(), desk.clone());
    let (source, tries) = (reader.clone(), reader.clone());
    Centres {
        make: Arc::new(move |centre, text, version| {
            make(centre, version.unwrap_or_else(|| hash(text)), &extra)
        }),
        keep: Arc::new(move |version, text| keeps.keep_centre(version, phones, text.to_owned())),
        publish: Arc::new(move |tables, version| {
            let desk = publishes.clone();
            Box::pin(async move { desk.publish(tables, version).await })
        }),
        source: Arc::new(move |version| {
            let kept = source.centre(version).map_err(|error| error.to_string())?;
            Ok(kept.map(|kept| kept.source))
        }),
        attempt: Arc::new(move |ask| trial::attempt(&tries, &extra, &ask)),
        over: hash(named),
    }
}

fn make(centre: Arc<Centre>, version: u64, extra: &Extra) -> Result<Prepared, String> {
    let mut rules = linje_centre::routing_rules(&centre, extra);
    rules.version = version;
    let tables = Tables::new(&rules).map_err(|error| error.to_string())?;
    let staff = linje_centre::staff(&centre, extra);
    Ok(Prepared {
        version,
        tables: Arc::new(tables),
        directory: Arc::new(Directory::new(centre, cards(&staff))),
    })
}

/// The people of a centre as pages know them.
pub(crate) fn cards(staff: &[Person]) -> Vec<Card> {
    let card = |person: &Person| Card {
        ident: person.ident.clone(),
        name: person.name.clone(),
        unit: person.unit,
        synthetic: is_played(person.role),
    };
    staff.iter().map(card).collect()
}

/// Whether the population plays such a person, or the program itself does.
pub(crate) const fn is_played(role: Role) -> bool {
    matches!(
        role,
        Role::Adviser | Role::Leader | Role::Steering | Role::Automatic
    )
}

/// FNV-1a over a description: the same text is the same version. Not for secrets.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

//! Who is asking, for the web: the relying party, the sessions, and the demo's people.
//!
//! Sessions are written to the file of people by their digest; what is ended is on disk before the answer.

use std::sync::Arc;
use std::time::Duration;

use linje_access::{Role, Roles, Who};
use linje_centre::{Centre, Person};
use linje_identity::dev::{DevIssuers, KeyFault, People, Persona};
use linje_identity::{
    Clock, IssuerSettings, Kept, Limits, Opaque, Relying, Sessions, Wire, WireError, Write,
};
use linje_store::records::sessions::{self as rows, SessionRow};
use linje_store::{PersonKeys, Records, RecordsError};
use linje_types::Clearance;
use tokio::sync::oneshot;

/// How often sessions that are idle or old are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// What identity is made of.
pub struct IdentitySetup {
    /// The issuers that are trusted beside the built-in ones.
    pub issuers: Vec<IssuerSettings>,
    /// The demo's own address and people; None in a service for work.
    pub dev: Option<(String, People)>,
    /// How long sessions last.
    pub limits: Limits,
    /// Where they are kept.
    pub records: Records,
    /// What seals whose they are.
    pub keys: PersonKeys,
    /// The clock of sessions and tokens.
    pub clock: Clock,
    /// Makes an opaque id of an identity number.
    pub opaque: Opaque,
    /// As browsers write the address of the service; None = this machine, by whatever name it was called.
    pub public_url: Option<String>,
}

/// Why identity cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No way to ask issuers.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// No key for the development issuer.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The sessions cannot be read.
    #[error(transparent)]
    Records(#[from] RecordsError),
}

/// Who is asking.
pub struct Identity {
    pub(crate) relying: Relying,
    pub(crate) sessions: Sessions,
    pub(crate) dev: Option<Arc<DevIssuers>>,
    pub(crate) public_url: Option<String>,
    records: Records,
    clock: Clock,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({:?})", self.sessions)
    }
}

impl Identity {
    /// Reads the sessions that are kept, and trusts the issuers.
    ///
    /// # Errors
    /// When there is no key, no way to the network, or the sessions cannot be read.
    pub fn new(setup: IdentitySetup) -> Result<Identity, IdentityError> {
        let dev = match setup.dev {
            None => None,
            Some((base, people)) => {
                let clock = Arc::clone(&setup.clock);
                Some(Arc::new(DevIssuers::new(&base, people, clock)?))
            }
        };
        let mut issuers = setup.issuers;
        issuers.extend(dev.iter().flat_map(|dev| dev.settings()));
        let wire = Wire::new(dev.clone())?;
        let keys = setup.keys;
        let kept = setup.records.read(|file| rows::all(file, &keys))?;
        let keeps = setup.records.clone();
        let sessions = Sessions::new(
            setup.limits,
            Arc::clone(&setup.clock),
            kept.into_iter().map(from_row).collect(),
            Box::new(move |write| keep(&keeps, &keys, write)),
        );
        Ok(Identity {
            relying: Relying::new(issuers, wire, Arc::clone(&setup.clock), setup.opaque),
            clock: setup.clock,
            sessions,
            dev,
            public_url: setup.public_url,
            records: setup.records,
        })
    }

    /// Where programs get tokens, in the demo.
    #[must_use]
    pub fn token_url(&self) -> Option<String> {
        self.dev.as_ref().map(|dev| dev.token_url())
    }

    /// Now, in seconds since 1970.
    pub(crate) fn now_s(&self) -> i64 {
        linje_identity::seconds((self.clock)())
    }

    /// Waits until everything that was written before is on disk.
    pub(crate) async fn settled(&self) -> Result<(), RecordsError> {
        let (tell, told) = oneshot::channel();
        self.records.write(|_| Ok(()), |end| drop(tell.send(end)));
        told.await.unwrap_or(Err(RecordsError::Closed))
    }

    /// The name under which browsers know the service, if it is fixed.
    pub(crate) fn public_host(&self) -> Option<&str> {
        let (_, rest) = self.public_url.as_deref()?.split_once("://")?;
        Some(rest.trim_end_matches('/'))
    }
}

/// Ends sessions that are due, for as long as the service runs.
pub(crate) async fn run(identity: Arc<Identity>) {
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        identity.sessions.end_due();
    }
}

fn keep(records: &Records, keys: &PersonKeys, write: Write) {
    let done = |end: Result<(), RecordsError>| {
        if let Err(error) = end {
            tracing::error!(%error, "a session could not be kept");
        }
    };
    match write {
        Write::Put(kept) => {
            let row = to_row(kept);
            let keys = keys.clone();
            records.write(move |tx| rows::put(tx, &keys, &row), done);
        }
        Write::Seen(key, at) => records.write(move |tx| rows::seen(tx, &key, at), done),
        Write::Gone(keys) => records.write(move |tx| rows::forget(tx, &keys), done),
    }
}

fn to_row(kept: Kept) -> SessionRow {
    SessionRow {
        key: kept.key,
        ident: kept.who.ident,
        name: kept.who.name,
        unit: kept.who.unit,
        roles: kept.who.roles.bits(),
        clearance: kept.who.clearance.0,
        person: kept.who.person,
        issuer: kept.issuer,
        began: kept.began,
        seen: kept.seen,
    }
}

fn from_row(row: SessionRow) -> Kept {
    Kept {
        key: row.key,
        who: Who {
            ident: row.ident,
            name: row.name,
            unit: row.unit,
            roles: Roles::from_bits(row.roles),
            clearance: Clearance(row.clearance),
            person: row.person,
        },
        issuer: row.issuer,
        began: row.began,
        seen: row.seen,
    }
}

/// The demo's people: one for each role, the free advisers, and by ident everybody whom the centre has.
#[must_use]
pub fn demo_people(centre: &Centre, staff: &[Person]) -> People {
    let mut shown: Vec<Persona> = staff
        .iter()
        .filter(|person| person.role == linje_centre::Role::Demo)
        .take(5)
        .filter_map(|person| persona(centre, person))
        .collect();
    let unit = centre.units.first().map(|unit| unit.id.clone());
    // The demo's leader leads the demo's advisers.
    let led = shown.first().and_then(|adviser| adviser.unit.clone());
    shown.extend(ONE_EACH.iter().map(|(ident, name, role, about)| Persona {
        ident: (*ident).to_owned(),
        name: (*name).to_owned(),
        roles: Roles::NONE.with(*role),
        clearance: Clearance::NONE,
        unit: if *role == Role::Leader {
            led.clone()
        } else {
            unit.clone().filter(|_| role.is_staff())
        },
        pid: None,
        about: (*about).to_owned(),
    }));
    shown.extend(CITIZENS.iter().map(|(ident, name, pid)| Persona {
        ident: (*ident).to_owned(),
        name: (*name).to_owned(),
        roles: Roles::NONE.with(Role::Citizen),
        clearance: Clearance::NONE,
        unit: None,
        pid: Some((*pid).to_owned()),
        about: String::from("Bruker"),
    }));
    let everybody: std::collections::HashMap<String, Persona> = staff
        .iter()
        .filter_map(|person| Some((person.ident.clone(), persona(centre, person)?)))
        .collect();
    People {
        shown,
        find: Box::new(move |ident| everybody.get(ident).cloned()),
    }
}

/// Ident, name, role and what they do, of those who are no advisers.
const ONE_EACH: [(&str, &str, Role, &str); 11] = [
    (
        "K980001",
        "Syntetisk Trafikkstyrer",
        Role::TrafficController,
        "Trafikkstyrer",
    ),
    ("K980002", "Syntetisk Leder", Role::Leader, "Avdelingsleder"),
    (
        "K980003",
        "Syntetisk Administrator",
        Role::Administrator,
        "Administrator",
    ),
    (
        "K980004",
        "Syntetisk Kontrollør",
        Role::AccessAuditor,
        "Innsynskontrollør",
    ),
    (
        "K980005",
        "Syntetisk Fagansvarlig",
        Role::SubjectOwner,
        "Fagansvarlig",
    ),
    (
        "K980006",
        "Syntetisk Planlegger",
        Role::Planner,
        "Planlegger",
    ),
    (
        "K980007",
        "Syntetisk Tillitsvalgt",
        Role::UnionRepresentative,
        "Tillitsvalgt",
    ),
    (
        "K980008",
        "Syntetisk Lokalveileder",
        Role::LocalAdviser,
        "Veileder på lokalkontor",
    ),
    (
        "K980009",
        "Syntetisk Rådgiver",
        Role::WorkingLifeAdviser,
        "Rådgiver i arbeidslivssenter",
    ),
    (
        "B980010",
        "Syntetisk Brukerutvalg",
        Role::UserCouncil,
        "Medlem av brukerutvalg",
    ),
    (
        "S980011",
        "Syntetisk Samhandler",
        Role::Partner,
        "Samhandler",
    ),
];

/// Name in links, name, and a number that is synthetic by its month (80 is added).
const CITIZENS: [(&str, &str, &str); 3] = [
    ("bruker-1", "Syntetisk Bruker En", "12837110147"),
    ("bruker-2", "Syntetisk Bruker To", "05898820221"),
    ("bruker-3", "Syntetisk Bruker Tre", "23919530332"),
];

fn persona(centre: &Centre, person: &Person) -> Option<Persona> {
    let (role, about) = match person.role {
        linje_centre::Role::Adviser | linje_centre::Role::Demo => (Role::Adviser, "Veileder"),
        linje_centre::Role::Leader => (Role::Leader, "Avdelingsleder"),
        linje_centre::Role::Steering => (Role::TrafficController, "Trafikkstyrer"),
        linje_centre::Role::Expert => (Role::Expert, "Fagekspert"),
        linje_centre::Role::Automatic => return None,
    };
    let unit = centre.units.get(usize::from(person.unit.0))?;
    Some(Persona {
        ident: person.ident.clone(),
        name: person.name.clone(),
        roles: Roles::NONE.with(role),
        clearance: person.clearance,
        unit: Some(unit.id.clone()),
        pid: None,
        about: format!("{about}, {}", unit.name.nb),
    })
}

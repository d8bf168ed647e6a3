//! Whom the service trusts to say who somebody is.
//!
//! The built-in development issuer gives everybody every role for the asking. It exists in the demo only.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use linje_centre::{Centre, Person};
use linje_http::{Identity, IdentitySetup, Mode, demo_people};
use linje_identity::wall_clock;
use linje_store::{NumberKey, Records};

use crate::start::Options;

/// Identity as the settings want it.
pub(crate) fn open(
    options: &Options,
    http: SocketAddr,
    (centre, staff): (&Centre, &[Person]),
    records: &Records,
    key: &NumberKey,
) -> Result<Identity> {
    let dev = match options.mode {
        Mode::Demo => Some((format!("http://{http}"), demo_people(centre, staff))),
        Mode::Serve => None,
    };
    let key = key.clone();
    let setup = IdentitySetup {
        issuers: options.config.trusted.issuers.clone(),
        dev,
        limits: options.config.trusted.limits,
        records: records.clone(),
        keys: crate::guide::person_keys(&key),
        clock: wall_clock(),
        opaque: Arc::new(move |number| opaque(&key, number)),
        public_url: options.config.trusted.public_url.clone(),
    };
    Identity::new(setup).context("cannot set up who may log in")
}

/// Sixteen figures that say nothing about the number they are made from, and are the same each time.
fn opaque(key: &NumberKey, number: &str) -> String {
    let hash = key.hash(&format!("citizen {number}")).0;
    let letters: String = hash
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("b-{letters}")
}

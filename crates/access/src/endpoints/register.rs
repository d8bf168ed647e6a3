//! Registers, people and the lawful reading of them.

use super::Access::{Public, Roles};
use super::{ADVISERS, Endpoint, STAFF, demo, row};
use crate::role::Role::{self, AccessAuditor, Administrator, Citizen};

const AUDIT: &[Role] = &[AccessAuditor];
const CITIZEN: &[Role] = &[Citizen];

pub(super) const ROWS: &[Endpoint] = &[
    row("POST", "/api/v1/persons/open", Roles(ADVISERS)),
    row("POST", "/api/v1/persons/tabs/{tab}", Roles(ADVISERS)),
    row("POST", "/api/v1/persons/search", Roles(ADVISERS)),
    row("GET", "/api/v1/contacts/{id}/person", Roles(ADVISERS)),
    row("POST", "/api/v1/contacts/{id}/person", Roles(ADVISERS)),
    row(
        "POST",
        "/api/v1/contacts/{id}/person/questions",
        Roles(ADVISERS),
    ),
    row(
        "POST",
        "/api/v1/contacts/{id}/person/level",
        Roles(ADVISERS),
    ),
    row("POST", "/api/v1/organisations/open", Roles(ADVISERS)),
    row("GET", "/api/v1/registers", Roles(STAFF)),
    row("GET", "/api/v1/control-measures", Roles(STAFF)),
    row("GET", "/api/v1/access/readings", Roles(AUDIT)),
    row("GET", "/api/v1/access/patterns", Roles(AUDIT)),
    row("GET", "/api/v1/access/cef", Roles(AUDIT)),
    row("GET", "/api/v1/access/chain", Roles(AUDIT)),
    row("POST", "/api/v1/access/whose", Roles(AUDIT)),
    row("POST", "/api/v1/access/reveal", Roles(AUDIT)),
    row("POST", "/api/v1/access/erase", Roles(&[Administrator])),
    row(
        "GET",
        "/api/v1/access/erasures",
        Roles(&[AccessAuditor, Administrator]),
    ),
    row("GET", "/api/v1/me/readings", Roles(CITIZEN)),
    row("GET", "/api/v1/me/notes", Roles(CITIZEN)),
    row("GET", "/api/v1/me/promises", Roles(CITIZEN)),
    row("GET", "/api/v1/me/callbacks", Roles(CITIZEN)),
    row("DELETE", "/api/v1/me/callbacks/{id}", Roles(CITIZEN)),
    row("GET", "/api/v1/me/matters", Roles(CITIZEN)),
    row("GET", "/api/v1/me/contacts", Roles(CITIZEN)),
    row("GET", "/api/v1/me/contacts/live", Roles(CITIZEN)),
    row("POST", "/api/v1/me/contacts/{id}/confirm", Roles(CITIZEN)),
    demo("GET", "/api/v1/demo/people", Public),
    demo("POST", "/api/v1/demo/registers/{register}", Public),
];

//! Guidance, knowledge, notes and wrap-up.

use super::Access::{Own, Roles};
use super::{ADVISERS, Endpoint, STAFF, row};
use crate::role::Role;

/// Those who answer for what is written; the traffic controller for what is news.
const WRITERS: &[Role] = &[
    Role::SubjectOwner,
    Role::TrafficController,
    Role::Administrator,
];
const LEADERS: &[Role] = &[Role::Leader];

pub(super) const ROWS: &[Endpoint] = &[
    row("GET", "/api/v1/guidance", Roles(STAFF)),
    row("POST", "/api/v1/guidance/advice", Roles(STAFF)),
    row("GET", "/api/v1/contacts/{id}/after", Roles(ADVISERS)),
    row("POST", "/api/v1/contacts/{id}/after", Roles(ADVISERS)),
    row("DELETE", "/api/v1/contacts/{id}/after", Roles(ADVISERS)),
    row("PUT", "/api/v1/contacts/{id}/draft", Roles(ADVISERS)),
    row("POST", "/api/v1/contacts/{id}/threat", Roles(ADVISERS)),
    row("GET", "/api/v1/advisers/{id}/after", Own(ADVISERS)),
    row("POST", "/api/v1/promises/{id}/end", Roles(ADVISERS)),
    row("GET", "/api/v1/units/{id}/after", Roles(LEADERS)),
    row("POST", "/api/v1/threats/{id}/seen", Roles(LEADERS)),
    row("GET", "/api/v1/knowledge", Roles(STAFF)),
    row("GET", "/api/v1/knowledge/home", Roles(STAFF)),
    row("POST", "/api/v1/knowledge", Roles(WRITERS)),
    row("POST", "/api/v1/knowledge/search", Roles(STAFF)),
    row("GET", "/api/v1/knowledge/{id}", Roles(STAFF)),
    row("PUT", "/api/v1/knowledge/{id}", Roles(WRITERS)),
    row("GET", "/api/v1/knowledge/{id}/versions", Roles(STAFF)),
    row("POST", "/api/v1/knowledge/{id}/undo", Roles(WRITERS)),
    row("GET", "/api/v1/measures/repeats", Roles(STAFF)),
];

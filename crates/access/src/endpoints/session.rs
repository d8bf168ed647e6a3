//! Logging in and out, and what the service is.

use super::Access::{LoggedIn, Public, Roles};
use super::{Endpoint, row};
use crate::role::Role;

pub(super) const ROWS: &[Endpoint] = &[
    row("GET", "/api/v1/clock", Public),
    row("GET", "/api/v1/version", Public),
    row("GET", "/api/v1/session", Public),
    row("GET", "/api/v1/session/login", Public),
    row("GET", "/api/v1/session/callback", Public),
    row("DELETE", "/api/v1/session", Public),
    row("POST", "/api/v1/session/continue", LoggedIn),
    row("GET", "/api/v1/sessions", LoggedIn),
    row("DELETE", "/api/v1/sessions", LoggedIn),
    row(
        "DELETE",
        "/api/v1/staff/{ident}/sessions",
        Roles(&[Role::Administrator]),
    ),
];

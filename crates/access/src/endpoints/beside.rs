//! Attending conversations, and recordings.

use super::Access::Roles;
use super::{ADVISERS, Endpoint, row};
use crate::role::Role;

/// Who may ask to attend, and hear what was recorded.
const LEADERS: &[Role] = &[Role::Leader];
/// Either of the two may end it, and destroy what was recorded: an adviser only the own voice.
const BOTH: &[Role] = &[
    Role::Leader,
    Role::Adviser,
    Role::Expert,
    Role::LocalAdviser,
];

pub(super) const ROWS: &[Endpoint] = &[
    row("GET", "/api/v1/listening", Roles(LEADERS)),
    row("GET", "/api/v1/listening/phone", Roles(LEADERS)),
    row("POST", "/api/v1/contacts/{id}/listening", Roles(LEADERS)),
    row("DELETE", "/api/v1/contacts/{id}/listening", Roles(BOTH)),
    row(
        "POST",
        "/api/v1/contacts/{id}/listening/answer",
        Roles(ADVISERS),
    ),
    row("POST", "/api/v1/contacts/{id}/recording", Roles(ADVISERS)),
    row("GET", "/api/v1/recordings", Roles(BOTH)),
    row("POST", "/api/v1/recordings/{id}/sound", Roles(LEADERS)),
    row("DELETE", "/api/v1/recordings/{id}", Roles(BOTH)),
];

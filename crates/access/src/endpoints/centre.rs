//! The centre description: who may read it, try it and publish it.

use super::Access::Roles;
use super::{Endpoint, STAFF, row};
use crate::role::Role;

const KEEPERS: &[Role] = &[Role::Administrator, Role::SubjectOwner];
const TRY: &[Role] = &[
    Role::Administrator,
    Role::SubjectOwner,
    Role::TrafficController,
    Role::Planner,
    Role::Leader,
];

pub(super) const ROWS: &[Endpoint] = &[
    row("GET", "/api/v1/centre/outline", Roles(STAFF)),
    row("GET", "/api/v1/centre/source", Roles(STAFF)),
    row("GET", "/api/v1/centre/versions", Roles(STAFF)),
    row(
        "GET",
        "/api/v1/centre/versions/{version}/source",
        Roles(STAFF),
    ),
    row("POST", "/api/v1/centre/check", Roles(TRY)),
    row("POST", "/api/v1/centre/edit", Roles(TRY)),
    row("POST", "/api/v1/centre/try", Roles(TRY)),
    row("POST", "/api/v1/centre/publish", Roles(KEEPERS)),
    row("POST", "/api/v1/centre/undo", Roles(KEEPERS)),
];

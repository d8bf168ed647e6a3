//! The Trafikkbilde, figures, and what the traffic controller does.

use super::Access::{Public, Roles};
use super::{Endpoint, STAFF, row};
use crate::role::Role::{Administrator, Leader, Planner, Program, TrafficController, UserCouncil};

const STEER: &[crate::role::Role] = &[TrafficController];
/// Figures of units and queues are open to those who give feedback on them too.
const FIGURES: &[crate::role::Role] = &[
    crate::role::Role::Adviser,
    crate::role::Role::Expert,
    crate::role::Role::LocalAdviser,
    Leader,
    TrafficController,
    Planner,
    crate::role::Role::SubjectOwner,
    crate::role::Role::UnionRepresentative,
    crate::role::Role::WorkingLifeAdviser,
    UserCouncil,
    crate::role::Role::AccessAuditor,
    Administrator,
];
/// A program may look whether the state is right.
const WATCH: &[crate::role::Role] = &[TrafficController, Administrator, Program];

pub(super) const ROWS: &[Endpoint] = &[
    row("GET", "/api/v1/traffic", Roles(STAFF)),
    row("GET", "/api/v1/live", Roles(STAFF)),
    row("GET", "/api/v1/queues", Roles(STAFF)),
    row("GET", "/api/v1/queues/{id}", Roles(STAFF)),
    row("GET", "/api/v1/queues/{id}/hour", Roles(STAFF)),
    row("GET", "/api/v1/queues/{id}/hours", Public),
    row("GET", "/api/v1/queues/{id}/expected-wait", Public),
    row("GET", "/api/v1/hours/differences", Public),
    row("GET", "/api/v1/measures", Roles(FIGURES)),
    row("GET", "/api/v1/measures/definitions", Roles(FIGURES)),
    row("GET", "/api/v1/invariants", Roles(WATCH)),
    row("GET", "/api/v1/plans", Roles(STAFF)),
    row("POST", "/api/v1/plans/{id}/switch", Roles(STEER)),
    row("GET", "/api/v1/requests", Roles(STAFF)),
    row("POST", "/api/v1/requests", Roles(STEER)),
    row("POST", "/api/v1/requests/{id}/close", Roles(STEER)),
];

//! Advisers, contacts, offers and callbacks.

use super::Access::{Own, Public, Roles};
use super::{ADVISERS, Endpoint, STAFF, demo, row};
use crate::role::Role;

/// Those who lead a conversation or steer the traffic.
const HANDS: &[Role] = &[
    Role::Adviser,
    Role::Expert,
    Role::LocalAdviser,
    Role::TrafficController,
];
/// Contacts come from citizens, partners, other programs, and from staff on their behalf.
const COMERS: &[Role] = &[
    Role::Citizen,
    Role::Partner,
    Role::Program,
    Role::Adviser,
    Role::Expert,
    Role::LocalAdviser,
    Role::TrafficController,
];
pub(super) const ROWS: &[Endpoint] = &[
    row("GET", "/api/v1/advisers", Roles(STAFF)),
    row("GET", "/api/v1/advisers/{id}", Own(ADVISERS)),
    row("PUT", "/api/v1/advisers/{id}/activity", Own(ADVISERS)),
    row("POST", "/api/v1/advisers/{id}/also", Own(ADVISERS)),
    row("POST", "/api/v1/advisers/{id}/calls", Own(ADVISERS)),
    row("POST", "/api/v1/advisers/{id}/wrap-up", Own(ADVISERS)),
    row("POST", "/api/v1/desk/sessions", Roles(ADVISERS)),
    row("DELETE", "/api/v1/desk/sessions/{session}", Roles(ADVISERS)),
    row(
        "GET",
        "/api/v1/desk/sessions/{session}/live",
        Roles(ADVISERS),
    ),
    row(
        "PUT",
        "/api/v1/desk/sessions/{session}/synthetic",
        Roles(ADVISERS),
    ),
    row("POST", "/api/v1/offers/{id}/accept", Roles(ADVISERS)),
    row("POST", "/api/v1/offers/{id}/decline", Roles(ADVISERS)),
    row("POST", "/api/v1/requests/{id}/answer", Roles(ADVISERS)),
    row("GET", "/api/v1/contacts", Roles(STAFF)),
    row("POST", "/api/v1/contacts", Roles(COMERS)),
    row("GET", "/api/v1/contacts/{id}", Roles(STAFF)),
    row("GET", "/api/v1/contacts/{id}/why", Roles(STAFF)),
    row("GET", "/api/v1/contacts/{id}/expected-wait", Roles(STAFF)),
    row("GET", "/api/v1/contacts/{id}/consults", Roles(STAFF)),
    row("POST", "/api/v1/contacts/{id}/callback", Roles(COMERS)),
    row("POST", "/api/v1/contacts/{id}/consult", Roles(HANDS)),
    row("POST", "/api/v1/contacts/{id}/conference", Roles(HANDS)),
    row("POST", "/api/v1/contacts/{id}/consult/end", Roles(HANDS)),
    row("POST", "/api/v1/contacts/{id}/end", Roles(HANDS)),
    row("POST", "/api/v1/contacts/{id}/hold", Roles(HANDS)),
    row("POST", "/api/v1/contacts/{id}/resume", Roles(HANDS)),
    row("POST", "/api/v1/contacts/{id}/return", Roles(HANDS)),
    row("POST", "/api/v1/contacts/{id}/transfer", Roles(HANDS)),
    row("GET", "/api/v1/callbacks", Roles(STAFF)),
    row("POST", "/api/v1/callbacks", Roles(COMERS)),
    row("GET", "/api/v1/callbacks/{id}", Roles(COMERS)),
    row("DELETE", "/api/v1/callbacks/{id}", Roles(COMERS)),
    row("GET", "/api/v1/prompts/{file}", Public),
    demo("GET", "/api/v1/demo", Public),
    demo("POST", "/api/v1/demo/calls", Public),
    demo("DELETE", "/api/v1/demo/calls/{id}", Public),
    demo("POST", "/api/v1/demo/calls/{id}/keys", Public),
    demo("GET", "/api/v1/demo/calls/{id}/live", Public),
];

//! The softphone and calls in the browser.

use super::Access::Roles;
use super::{ADVISERS, Endpoint, demo, row};
use crate::role::Role;

pub(super) const ROWS: &[Endpoint] = &[
    row(
        "GET",
        "/api/v1/desk/sessions/{session}/phone",
        Roles(ADVISERS),
    ),
    row(
        "PUT",
        "/api/v1/desk/sessions/{session}/phone",
        Roles(ADVISERS),
    ),
    demo("GET", "/api/v1/demo/phone", Roles(&Role::ALL)),
];

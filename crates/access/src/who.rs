//! Whoever asks.

use linje_types::Clearance;

use crate::role::{Role, Roles};

/// Somebody who proved who they are. Made by the session or the token of a request, never by its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// `NAVident`-shaped ident of staff (`K990001`), client id of a program, an opaque id of a citizen.
    /// Never an identity number.
    pub ident: String,
    /// As shown to themselves.
    pub name: String,
    /// Code of the unit that they work in.
    pub unit: Option<String>,
    /// What they are here as.
    pub roles: Roles,
    /// Protected people whom they may meet.
    pub clearance: Clearance,
    /// Identity number of a citizen who logged in, or of staff for the rule against reading of oneself.
    /// Never shown, never logged.
    pub person: Option<String>,
}

impl Who {
    /// Whether this is somebody who works here.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.roles.iter().any(Role::is_staff)
    }
}

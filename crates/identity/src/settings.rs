//! The issuers that are trusted, and what their groups mean here.

use std::collections::BTreeMap;

use linje_access::Role;
use linje_types::Clearance;

/// Whom the tokens of programs must be made for, unless an issuer says otherwise.
pub const API_AUDIENCE: &str = "linje-api";
/// The client id of the pages, unless an issuer says otherwise.
pub const WEB_CLIENT: &str = "linje";

/// What an issuer vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerKind {
    /// Citizens, with `pid` and `acr` as ID-porten writes them.
    Citizens,
    /// Staff and programs, with `NAVident` and `groups` as Entra ID writes them.
    Staff,
}

/// What a group gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// A role.
    Role(Role),
    /// Protected people whom its members may meet.
    Clearance(Clearance),
}

/// The grant of a name: a role as the API writes it, or `shielded`, `confidential`, `strict`.
#[must_use]
pub fn grant(name: &str) -> Option<Grant> {
    let clearance = match name {
        "shielded" => Clearance::SHIELDED,
        "confidential" => Clearance::CONFIDENTIAL,
        "strict" => Clearance::STRICT,
        _ => return role(name).map(Grant::Role),
    };
    Some(Grant::Clearance(clearance))
}

fn role(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.as_str() == name)
}

/// An issuer that is trusted.
#[derive(Clone)]
pub struct IssuerSettings {
    /// Names it in addresses, such as `entra`.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// The issuer as it writes itself in tokens.
    pub url: String,
    /// What we are called there.
    pub client_id: String,
    /// What we prove that by; never shown.
    pub client_secret: Option<String>,
    /// Whom it vouches for.
    pub kind: IssuerKind,
    /// Scopes asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Whom the tokens of programs are made for.
    pub audience: String,
    /// What the groups and the roles of programs give.
    pub groups: BTreeMap<String, Grant>,
    /// Levels of assurance that will do; empty = any.
    pub levels: Vec<String>,
}

impl std::fmt::Debug for IssuerSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IssuerSettings({} {})", self.id, self.url)
    }
}

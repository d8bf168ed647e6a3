//! What a token says about its holder, and whom that makes.

use linje_access::{Role, Roles, Who};
use linje_types::Clearance;
use openidconnect::core::{
    CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{AdditionalClaims, IdToken, IdTokenClaims};
use serde::{Deserialize, Serialize};

use crate::settings::{Grant, IssuerKind, IssuerSettings};

/// Claims beside the standard ones, as ID-porten and Entra ID write them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// Identity number of a citizen (ID-porten), or of staff where an issuer tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<String>,
    /// Ident of staff (Entra ID).
    #[serde(default, rename = "NAVident", skip_serializing_if = "Option::is_none")]
    pub nav_ident: Option<String>,
    /// Groups of staff (Entra ID).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Roles of a program (Entra ID).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Id of the program that got the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Display name, where the standard claim is a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Seconds since 1970 before which it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
}

impl AdditionalClaims for More {}

/// A token as it comes.
pub(crate) type Token =
    IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
/// What it says.
pub type Claims = IdTokenClaims<More, CoreGenderClaim>;

/// Somebody whom an issuer vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Who it is.
    pub who: Who,
    /// Which issuer says so.
    pub issuer: String,
    /// Until when, seconds since 1970.
    pub until: i64,
}

/// Whom verified claims make; an error says what is missing.
pub(crate) fn who(
    claims: &Claims,
    issuer: &IssuerSettings,
    opaque: &dyn Fn(&str) -> String,
) -> Result<Who, &'static str> {
    let more = claims.additional_claims();
    let name = claims
        .name()
        .and_then(|name| name.get(None))
        .map(|name| name.to_string());
    match issuer.kind {
        IssuerKind::Citizens => {
            let pid = more.pid.clone().ok_or("the token has no pid")?;
            if !is_identity_number(&pid) {
                return Err("the pid of the token is no identity number");
            }
            if !issuer.levels.is_empty() {
                let level = claims.auth_context_ref().map(|level| level.as_str());
                if !level.is_some_and(|level| issuer.levels.iter().any(|known| known == level)) {
                    return Err("the log-in is of too low a level");
                }
            }
            Ok(Who {
                ident: opaque(&pid),
                name: name.unwrap_or_else(|| String::from("Innlogget bruker")),
                unit: None,
                roles: Roles::NONE.with(Role::Citizen),
                clearance: Clearance::NONE,
                person: Some(pid),
            })
        }
        IssuerKind::Staff => Ok(staff(claims, more, name, issuer)),
    }
}

fn staff(claims: &Claims, more: &More, name: Option<String>, issuer: &IssuerSettings) -> Who {
    let program = more.nav_ident.is_none();
    let groups = if program { &more.roles } else { &more.groups };
    let mut roles = if program {
        Roles::NONE.with(Role::Program)
    } else {
        Roles::NONE
    };
    let mut clearance = Clearance::NONE;
    for group in groups {
        match issuer.groups.get(group) {
            Some(Grant::Role(role)) => roles = roles.with(*role),
            Some(Grant::Clearance(one)) => clearance = clearance.and(*one),
            None => {}
        }
    }
    let subject = || claims.subject().to_string();
    let ident = match &more.nav_ident {
        Some(ident) => ident.clone(),
        None => more.client_id.clone().unwrap_or_else(subject),
    };
    Who {
        name: name.unwrap_or_else(|| ident.clone()),
        ident,
        unit: more.unit.clone(),
        roles,
        clearance,
        person: more.pid.clone(),
    }
}

fn is_identity_number(text: &str) -> bool {
    text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit())
}

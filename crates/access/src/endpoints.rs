//! The table of every endpoint and who may use it. What is not in it is refused.
//!
//! One file per area in `endpoints/`; a row is method, path as OpenAPI writes it, and who. A test of `http`
//! fails when an endpoint has no row, or a row no endpoint. What a row cannot say (only one's own desk, only
//! an assigned contact) is asked of a policy by the handler.

mod beside;
mod centre;
mod desk;
mod guide;
mod register;
mod session;
mod sound;
mod traffic;

use crate::role::{Role, Roles};
use crate::who::Who;

/// Who may use an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without logging in.
    Public,
    /// Whoever has logged in, whatever they are here as.
    LoggedIn,
    /// Whoever has one of these roles.
    Roles(&'static [Role]),
    /// As `Roles`, and the adviser named in the path must be oneself; a program may speak for anybody.
    Own(&'static [Role]),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// In capitals.
    pub method: &'static str,
    /// With names in braces.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// Whether it is there in the demo only.
    pub demo_only: bool,
}

/// What the table says to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allowed,
    /// Log in first.
    LogIn,
    /// Not with these roles.
    Forbidden,
    /// Not here: it is for the demo, or not in the table.
    Absent,
}

/// Everybody who works here, and programs that have one of these roles.
const STAFF: &[Role] = &[
    Role::Adviser,
    Role::Expert,
    Role::LocalAdviser,
    Role::Leader,
    Role::TrafficController,
    Role::Planner,
    Role::SubjectOwner,
    Role::UnionRepresentative,
    Role::WorkingLifeAdviser,
    Role::AccessAuditor,
    Role::Administrator,
];
/// Those who have a contact in hand.
const ADVISERS: &[Role] = &[Role::Adviser, Role::Expert, Role::LocalAdviser];

const TABLES: [&[Endpoint]; 8] = [
    session::ROWS,
    traffic::ROWS,
    desk::ROWS,
    centre::ROWS,
    sound::ROWS,
    register::ROWS,
    guide::ROWS,
    beside::ROWS,
];

impl Endpoint {
    /// Every row.
    pub fn all() -> impl Iterator<Item = &'static Endpoint> {
        TABLES.into_iter().flatten()
    }

    /// The row of an endpoint.
    #[must_use]
    pub fn find(method: &str, path: &str) -> Option<&'static Endpoint> {
        let method = if method == "HEAD" { "GET" } else { method };
        Endpoint::all().find(|row| row.path == path && row.method == method)
    }

    /// Whether somebody with these roles may use it; `None` has not logged in.
    #[must_use]
    pub fn verdict(&self, roles: Option<Roles>, demo: bool) -> Verdict {
        if self.demo_only && !demo {
            return Verdict::Absent;
        }
        match (self.access, roles) {
            (Access::Public, _) | (Access::LoggedIn, Some(_)) => Verdict::Allowed,
            (_, None) => Verdict::LogIn,
            (Access::Roles(wanted) | Access::Own(wanted), Some(roles)) => {
                if roles.has_any(wanted) {
                    Verdict::Allowed
                } else {
                    Verdict::Forbidden
                }
            }
        }
    }
}

/// Whether `who` may act at the desk of the adviser `ident`: oneself, or a program that speaks for others.
#[must_use]
pub fn is_own_desk(who: &Who, ident: &str) -> bool {
    who.ident == ident || who.roles.has(Role::Program)
}

const fn row(method: &'static str, path: &'static str, access: Access) -> Endpoint {
    Endpoint {
        method,
        path,
        access,
        demo_only: false,
    }
}

const fn demo(method: &'static str, path: &'static str, access: Access) -> Endpoint {
    Endpoint {
        method,
        path,
        access,
        demo_only: true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_endpoint_has_two_rows() {
        let mut seen = BTreeSet::new();
        for row in Endpoint::all() {
            assert!(
                seen.insert((row.path, row.method)),
                "{} {}",
                row.method,
                row.path
            );
        }
    }

    #[test]
    fn nobody_in_particular_is_told_to_log_in_and_no_role_is_refused() {
        for row in Endpoint::all() {
            let nobody = row.verdict(None, true);
            let no_role = row.verdict(Some(Roles::NONE), true);
            match row.access {
                Access::Public => {
                    assert_eq!((nobody, no_role), (Verdict::Allowed, Verdict::Allowed))
                }
                Access::LoggedIn => {
                    assert_eq!((nobody, no_role), (Verdict::LogIn, Verdict::Allowed))
                }
                Access::Roles(_) | Access::Own(_) => {
                    assert_eq!((nobody, no_role), (Verdict::LogIn, Verdict::Forbidden));
                }
            }
        }
    }

    #[test]
    fn what_is_for_the_demo_is_nowhere_else() {
        let everything = Some(Role::ALL.into_iter().collect());
        for row in Endpoint::all().filter(|row| row.demo_only) {
            assert_eq!(
                row.verdict(everything, false),
                Verdict::Absent,
                "{}",
                row.path
            );
        }
        assert!(Endpoint::all().any(|row| row.demo_only));
    }

    #[test]
    fn every_role_of_the_staff_is_staff() {
        for role in Role::ALL {
            assert_eq!(role.is_staff(), STAFF.contains(&role), "{role:?}");
        }
    }
}

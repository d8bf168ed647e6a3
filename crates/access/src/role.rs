//! The roles of a contact centre. One person may have several.

use serde::{Deserialize, Serialize};

/// What somebody is here as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// *Bruker*.
    Citizen,
    /// *Samhandler*: employer, health personnel.
    Partner,
    /// *Veileder* in the contact centre.
    Adviser,
    /// *Fagekspert, saksbehandler* in a deciding unit.
    Expert,
    /// Adviser of a local office.
    LocalAdviser,
    /// *Avdelingsleder*.
    Leader,
    /// *Trafikkstyrer*.
    TrafficController,
    /// *Planlegger*.
    Planner,
    /// *Fagansvarlig*.
    SubjectOwner,
    /// *Tillitsvalgt, verneombud*.
    UnionRepresentative,
    /// *Rådgiver* at a working-life centre.
    WorkingLifeAdviser,
    /// Member of a user council.
    UserCouncil,
    /// *Innsynskontrollør*.
    AccessAuditor,
    /// Keeps the centre description.
    Administrator,
    /// Another program, with a token of its own.
    Program,
}

impl Role {
    /// Every role, in the order of declaration.
    pub const ALL: [Role; 15] = [
        Role::Citizen,
        Role::Partner,
        Role::Adviser,
        Role::Expert,
        Role::LocalAdviser,
        Role::Leader,
        Role::TrafficController,
        Role::Planner,
        Role::SubjectOwner,
        Role::UnionRepresentative,
        Role::WorkingLifeAdviser,
        Role::UserCouncil,
        Role::AccessAuditor,
        Role::Administrator,
        Role::Program,
    ];

    /// As the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Citizen => "citizen",
            Role::Partner => "partner",
            Role::Adviser => "adviser",
            Role::Expert => "expert",
            Role::LocalAdviser => "local_adviser",
            Role::Leader => "leader",
            Role::TrafficController => "traffic_controller",
            Role::Planner => "planner",
            Role::SubjectOwner => "subject_owner",
            Role::UnionRepresentative => "union_representative",
            Role::WorkingLifeAdviser => "working_life_adviser",
            Role::UserCouncil => "user_council",
            Role::AccessAuditor => "access_auditor",
            Role::Administrator => "administrator",
            Role::Program => "program",
        }
    }

    /// Whether this is somebody who works here.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        !matches!(
            self,
            Role::Citizen | Role::Partner | Role::UserCouncil | Role::Program
        )
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u16);

impl Roles {
    /// Nobody in particular.
    pub const NONE: Roles = Roles(0);

    /// The set with `role` too.
    #[must_use]
    pub const fn with(self, role: Role) -> Roles {
        Roles(self.0 | 1 << role as u16)
    }

    /// As bits, to be kept.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// From bits that were kept.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Roles {
        Roles(bits)
    }

    /// Whether `role` is one of them.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & 1 << role as u16 != 0
    }

    /// Whether one of `roles` is one of them.
    #[must_use]
    pub fn has_any(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// The roles, in the order of declaration.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Roles {
        roles.into_iter().fold(Roles::NONE, Roles::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for role in Role::ALL {
            let one: Roles = [role].into_iter().collect();
            assert_eq!(one.iter().collect::<Vec<_>>(), [role]);
            assert!(
                Role::ALL
                    .iter()
                    .all(|other| one.has(*other) == (*other == role))
            );
        }
        assert_eq!(Role::ALL.into_iter().collect::<Roles>().iter().count(), 15);
        assert!(!Roles::NONE.has_any(&Role::ALL));
    }
}

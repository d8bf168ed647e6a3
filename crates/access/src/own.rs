//! What a citizen may see of what is kept: one's own, and nobody else's.
//!
//! Being represented (guardianship, power of attorney) opens nothing here: whoever speaks for another does it
//! with an adviser, by `represent`.

use crate::role::Role;
use crate::who::Who;

/// The identity number of whom somebody may see everything of: themselves, logged in as a citizen. The number
/// that follows staff for the rule against reading of oneself opens nothing.
#[must_use]
pub fn own_person(who: &Who) -> Option<&str> {
    if who.is_staff() || !who.roles.has(Role::Citizen) {
        return None;
    }
    who.person.as_deref()
}

#[cfg(test)]
mod tests {
    use linje_types::Clearance;

    use super::*;

    fn who(roles: &[Role], person: Option<&str>) -> Who {
        Who {
            ident: "x".to_owned(),
            name: String::new(),
            unit: None,
            roles: roles.iter().copied().collect(),
            clearance: Clearance::NONE,
            person: person.map(str::to_owned),
        }
    }

    #[test]
    fn only_a_citizen_has_an_own_page() {
        let number = Some("12837110147");
        for role in Role::ALL {
            let seen = own_person(&who(&[role], number)).is_some();
            assert_eq!(seen, role == Role::Citizen, "{role:?}");
        }
        assert_eq!(own_person(&who(&[Role::Citizen], None)), None);
        let both = who(&[Role::Citizen, Role::Adviser], number);
        assert_eq!(own_person(&both), None);
    }
}

//! A number is a hint, never identity. It may say what a call needs and that the phone is barred; it opens
//! nobody.

use std::collections::HashMap;

use linje_desk::CallerKey;
use linje_registry::BuiltIn;
use linje_types::{Clearance, PersonId};

use super::PeopleKeys;

/// Who may be behind a number.
#[derive(Clone, Default)]
pub(crate) struct Hint {
    /// Those whose number it is.
    pub(crate) people: Vec<PersonId>,
    /// What all of them together need.
    pub(crate) needs: Clearance,
}

/// Numbers that are known, by keyed hash.
pub(super) struct Hints(HashMap<[u8; 32], Hint>);

impl Hints {
    pub(super) fn new(built_in: Option<&BuiltIn>, keys: &PeopleKeys) -> Hints {
        let mut hints: HashMap<[u8; 32], Hint> = HashMap::new();
        for (number, id, needs) in built_in.into_iter().flat_map(BuiltIn::phones) {
            let hint = hints.entry(keys.caller(&number).0).or_default();
            hint.people.push(id);
            hint.needs = hint.needs.and(needs);
        }
        Hints(hints)
    }

    pub(super) fn needs(&self, caller: CallerKey) -> Clearance {
        self.0
            .get(&caller.0)
            .map_or(Clearance::NONE, |hint| hint.needs)
    }

    pub(super) fn of(&self, caller: CallerKey) -> Hint {
        self.0.get(&caller.0).cloned().unwrap_or_default()
    }
}

//! Somebody rings for somebody else: by a power of attorney or as a guardian, as the registers have it now.
//!
//! Nobody is represented on somebody's word. Who rings must be sure, and without a power there is no telling whether
//! there is such a person.

use axum::http::StatusCode;
use linje_access::represent::Power;
use linje_registry::{Failed, Person};
use linje_types::{Clearance, ContactId, PersonId};

use super::{Level, People};
use crate::api::Api;
use crate::problem::Problem;

/// By what somebody speaks for somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// A power of attorney for these topics, each with what may be done.
    Power {
        /// All that it names.
        areas: Vec<(String, Vec<String>)>,
        /// The topics that may be told of.
        heard: Vec<String>,
    },
    /// A guardian, within this scope.
    Guardian { scope: String },
}

/// Somebody who rings for somebody else, and may.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Mandate {
    pub(crate) by: By,
    /// The name of who rings; None where that is protected.
    pub(crate) name: Option<String>,
}

impl std::fmt::Debug for Mandate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mandate({})", self.ground())
    }
}

impl Mandate {
    /// The ground of a reading, as the access log has it.
    pub(crate) const fn ground(&self) -> &'static str {
        match self.by {
            By::Power { .. } => "power",
            By::Guardian { .. } => "guardian",
        }
    }

    /// What the access log says of who rang: the name and the topics, sealed for whom it is about.
    pub(crate) fn told(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        match &self.by {
            By::Power { heard, .. } => format!("{name} ({})", heard.join(", ")),
            By::Guardian { scope } => format!("{name} ({scope})"),
        }
    }

    /// Whether something about a topic may be told.
    pub(crate) fn covers(&self, topic: &str) -> bool {
        match &self.by {
            By::Power { heard, .. } => heard.iter().any(|heard| heard == topic),
            By::Guardian { .. } => true,
        }
    }
}

/// The name in what [`Mandate::told`] says; None where it was left out.
pub(crate) fn name_told(told: &str) -> Option<&str> {
    let (name, _) = told.rsplit_once(" (")?;
    Some(name).filter(|name| !name.is_empty())
}

impl People {
    /// Who rings in a contact, when it is sure enough to let them speak for somebody else.
    pub(super) async fn caller_for_another(
        &self,
        contact: Option<ContactId>,
    ) -> Result<PersonId, Problem> {
        let linked = match contact {
            Some(contact) => self.linked(contact).await.map_err(super::read::no_row)?,
            None => None,
        };
        match linked {
            Some((id, level)) if level >= Level::Questions => Ok(id),
            Some(_) | None => Err(Problem::new(
                StatusCode::CONFLICT,
                "caller_unsure",
                "Bekreft først hvem som ringer",
            )
            .detail("Den som ringer for noen andre, må være bekreftet med kontrollspørsmål eller innlogging.")),
        }
    }

    /// By what `caller` may speak for somebody today. The same registers are asked whether there is anybody or not.
    pub(super) async fn mandate(
        &self,
        api: &Api,
        caller: PersonId,
        whom: (PersonId, Option<&Person>),
    ) -> Result<Option<Mandate>, Failed> {
        let today = linje_centre::hours::local(api.now()).date().to_string();
        let (powers, own) =
            tokio::join!(self.registers.powers(caller), self.registers.person(caller));
        let (powers, own) = (powers?, own?);
        let (id, person) = whom;
        let power = powers.held.into_iter().find_map(|power| {
            let said = Power {
                from: &power.from,
                until: power.until.as_deref(),
                areas: &power.areas,
            };
            let heard: Vec<String> = said
                .may_hear(&today)
                .iter()
                .map(|it| (*it).to_owned())
                .collect();
            let theirs = power.giver == id && power.holder == caller && !heard.is_empty();
            theirs.then_some(By::Power {
                areas: power.areas,
                heard,
            })
        });
        let guardian = || {
            let guardians = &person?.guardians;
            let own = guardians.iter().find(|it| it.person == Some(caller))?;
            Some(By::Guardian {
                scope: own.scope.clone(),
            })
        };
        let Some(by) = power.or_else(guardian).filter(|_| caller != id) else {
            return Ok(None);
        };
        let open = own.filter(|own| own.facts().needs == Clearance::NONE);
        Ok(Some(Mandate {
            by,
            name: open.map(|own| own.name),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_read_back_from_what_the_log_says() {
        let mandate = |name: Option<&str>| Mandate {
            by: By::Power {
                areas: Vec::new(),
                heard: vec!["PEN".to_owned()],
            },
            name: name.map(str::to_owned),
        };
        let told = mandate(Some("Blid (Bo) Fjellkopp")).told();
        assert_eq!(told, "Blid (Bo) Fjellkopp (PEN)");
        assert_eq!(name_told(&told), Some("Blid (Bo) Fjellkopp"));
        assert_eq!(name_told(&mandate(None).told()), None);
    }
}

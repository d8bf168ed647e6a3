//! One's own: what the citizen who logged in may see. The row comes first here too.

use axum::http::StatusCode;
use linje_access::{Who, own_person};
use linje_event::Needs;
use linje_store::records::access::{Reading, Signs};
use linje_types::{Clearance, PersonId};

use super::{Grounded, People};
use crate::api::Api;
use crate::problem::Problem;

/// Whose page it is.
pub(crate) fn own_id(who: &Who) -> Result<PersonId, Problem> {
    own_person(who).and_then(PersonId::parse).ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "no_person_logged_in",
            "Logg inn som deg selv",
        )
        .detail("Innloggingen din har ikke noe fødselsnummer.")
    })
}

/// What a contact of somebody who logged in needs of its adviser.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnNeeds {
    clearance: Clearance,
    /// The ident of the caller, who works here: nobody is offered their own case.
    employee: Option<String>,
}

impl OwnNeeds {
    /// Put over what the request said: a log-in knows it better.
    pub(crate) fn over(self, api: &Api, said: Needs) -> Needs {
        let employee = self.employee.as_deref();
        let own = employee.and_then(|ident| api.directory.adviser(ident));
        Needs {
            clearance: said.clearance.and(self.clearance),
            not_to: own.unwrap_or(said.not_to),
            ..said
        }
    }
}

impl People {
    /// What the contact of a citizen who logged in needs; None for others. A register that is down costs the
    /// answer, never the contact.
    pub(crate) async fn own_needs(&self, who: &Who) -> Option<OwnNeeds> {
        let id = own_person(who).and_then(PersonId::parse)?;
        match self.registers.person(id).await {
            Ok(person) => person.map(|person| {
                let facts = person.facts();
                OwnNeeds {
                    clearance: facts.needs,
                    employee: facts.employee,
                }
            }),
            Err(failed) => {
                tracing::warn!(why = ?failed.why, "what a caller needs is not known");
                None
            }
        }
    }

    /// Opens one's own for the citizen who logged in. The row is on disk when this returns.
    pub(crate) async fn open_own(
        &self,
        api: &Api,
        who: &Who,
        what: &str,
    ) -> Result<PersonId, Problem> {
        let id = own_id(who)?;
        let ground = Grounded {
            contact: None,
            reason: None,
        };
        let row = self.row(api, who, &ground, id, what);
        self.keep(vec![Reading {
            permit: true,
            ground: "self".to_owned(),
            signs: Signs::default(),
            ..row
        }])
        .await?;
        Ok(id)
    }
}

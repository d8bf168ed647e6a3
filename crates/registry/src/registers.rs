//! All registers behind one handle, each with its limit and breaker.

use std::sync::Arc;
use std::time::Duration;

use linje_types::{OrgNumber, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::breaker::{Failed, Guarded, Trouble};
use crate::model::{
    Benefit, Case, FollowUp, Hit, NewTask, Notice, Office, Organisation, Payment, Person, Powers,
    Preferences, Search, Task,
};
use crate::port::{
    Benefits, Cases, FollowUps, Notices, Offices, Organisations, Payments, Persons,
    PowersOfAttorney, PreferencesOf, Tasks,
};

/// How long a page waits for a register.
const LIMIT: Duration = Duration::from_secs(2);
/// How long it waits for the two without which there is no page.
const LIMIT_PERSON: Duration = Duration::from_secs(3);

/// A register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// People.
    Persons,
    /// Contact preferences.
    Preferences,
    /// Cases and documents.
    Cases,
    /// Payments.
    Payments,
    /// Powers of attorney.
    Powers,
    /// Offices.
    Offices,
    /// Tasks.
    Tasks,
    /// Organisations.
    Organisations,
    /// Benefits.
    Benefits,
    /// The follow-up.
    FollowUp,
    /// Notices.
    Notices,
}

impl Register {
    /// All of them.
    pub const ALL: [Register; 11] = [
        Register::Persons,
        Register::Preferences,
        Register::Cases,
        Register::Payments,
        Register::Powers,
        Register::Offices,
        Register::Tasks,
        Register::Organisations,
        Register::Benefits,
        Register::FollowUp,
        Register::Notices,
    ];

    /// The word of the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Register::Persons => "persons",
            Register::Preferences => "preferences",
            Register::Cases => "cases",
            Register::Payments => "payments",
            Register::Powers => "powers",
            Register::Offices => "offices",
            Register::Tasks => "tasks",
            Register::Organisations => "organisations",
            Register::Benefits => "benefits",
            Register::FollowUp => "follow_up",
            Register::Notices => "notices",
        }
    }
}

/// The ports that the registers are reached through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port of its name")]
pub struct Sources {
    pub persons: Arc<dyn Persons>,
    pub preferences: Arc<dyn PreferencesOf>,
    pub cases: Arc<dyn Cases>,
    pub payments: Arc<dyn Payments>,
    pub powers: Arc<dyn PowersOfAttorney>,
    pub offices: Arc<dyn Offices>,
    pub tasks: Arc<dyn Tasks>,
    pub organisations: Arc<dyn Organisations>,
    pub benefits: Arc<dyn Benefits>,
    pub follow_ups: Arc<dyn FollowUps>,
    pub notices: Arc<dyn Notices>,
}

/// The registers. Cheap to clone.
#[derive(Clone)]
pub struct Registers(Arc<Inner>);

struct Inner {
    persons: Guarded<dyn Persons>,
    preferences: Guarded<dyn PreferencesOf>,
    cases: Guarded<dyn Cases>,
    payments: Guarded<dyn Payments>,
    powers: Guarded<dyn PowersOfAttorney>,
    offices: Guarded<dyn Offices>,
    tasks: Guarded<dyn Tasks>,
    organisations: Guarded<dyn Organisations>,
    benefits: Guarded<dyn Benefits>,
    follow_ups: Guarded<dyn FollowUps>,
    notices: Guarded<dyn Notices>,
}

impl std::fmt::Debug for Registers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registers")
    }
}

impl Registers {
    /// The registers behind `sources`.
    #[must_use]
    pub fn new(sources: Sources) -> Registers {
        Registers(Arc::new(Inner {
            persons: Guarded::new(Register::Persons, sources.persons, LIMIT_PERSON),
            preferences: Guarded::new(Register::Preferences, sources.preferences, LIMIT),
            cases: Guarded::new(Register::Cases, sources.cases, LIMIT),
            payments: Guarded::new(Register::Payments, sources.payments, LIMIT),
            powers: Guarded::new(Register::Powers, sources.powers, LIMIT),
            offices: Guarded::new(Register::Offices, sources.offices, LIMIT),
            tasks: Guarded::new(Register::Tasks, sources.tasks, LIMIT),
            organisations: Guarded::new(Register::Organisations, sources.organisations, LIMIT),
            benefits: Guarded::new(Register::Benefits, sources.benefits, LIMIT),
            follow_ups: Guarded::new(Register::FollowUp, sources.follow_ups, LIMIT),
            notices: Guarded::new(Register::Notices, sources.notices, LIMIT),
        }))
    }

    /// Rehearses trouble with a register.
    pub fn rehearse(&self, register: Register, trouble: Trouble) {
        match register {
            Register::Persons => self.0.persons.rehearse(trouble),
            Register::Preferences => self.0.preferences.rehearse(trouble),
            Register::Cases => self.0.cases.rehearse(trouble),
            Register::Payments => self.0.payments.rehearse(trouble),
            Register::Powers => self.0.powers.rehearse(trouble),
            Register::Offices => self.0.offices.rehearse(trouble),
            Register::Tasks => self.0.tasks.rehearse(trouble),
            Register::Organisations => self.0.organisations.rehearse(trouble),
            Register::Benefits => self.0.benefits.rehearse(trouble),
            Register::FollowUp => self.0.follow_ups.rehearse(trouble),
            Register::Notices => self.0.notices.rehearse(trouble),
        }
    }

    /// Whether a register is left alone now.
    #[must_use]
    pub fn is_resting(&self, register: Register) -> bool {
        match register {
            Register::Persons => self.0.persons.is_resting(),
            Register::Preferences => self.0.preferences.is_resting(),
            Register::Cases => self.0.cases.is_resting(),
            Register::Payments => self.0.payments.is_resting(),
            Register::Powers => self.0.powers.is_resting(),
            Register::Offices => self.0.offices.is_resting(),
            Register::Tasks => self.0.tasks.is_resting(),
            Register::Organisations => self.0.organisations.is_resting(),
            Register::Benefits => self.0.benefits.is_resting(),
            Register::FollowUp => self.0.follow_ups.is_resting(),
            Register::Notices => self.0.notices.is_resting(),
        }
    }

    /// A person.
    ///
    /// # Errors
    /// When the register fails; so for all below.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, Failed> {
        let ask = |port: Arc<dyn Persons>| async move { port.person(id).await };
        self.0.persons.ask(ask).await
    }

    /// People who fit, at most `limit`.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn search(&self, search: &Search, limit: usize) -> Result<Vec<Hit>, Failed> {
        let ask = |port: Arc<dyn Persons>| async move { port.search(search, limit).await };
        self.0.persons.ask(ask).await
    }

    /// The identity number of a member of staff.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn of_staff(&self, ident: &str) -> Result<Option<PersonId>, Failed> {
        let ask = |port: Arc<dyn Persons>| async move { port.of_staff(ident).await };
        self.0.persons.ask(ask).await
    }

    /// Contact preferences.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn preferences(&self, id: PersonId) -> Result<Preferences, Failed> {
        let ask = |port: Arc<dyn PreferencesOf>| async move { port.preferences(id).await };
        self.0.preferences.ask(ask).await
    }

    /// Cases and documents.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn cases(&self, id: PersonId) -> Result<Vec<Case>, Failed> {
        let ask = |port: Arc<dyn Cases>| async move { port.cases(id).await };
        self.0.cases.ask(ask).await
    }

    /// Payments between two dates.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn payments(
        &self,
        id: PersonId,
        from: &str,
        to: &str,
    ) -> Result<Vec<Payment>, Failed> {
        let ask = |port: Arc<dyn Payments>| async move { port.payments(id, from, to).await };
        self.0.payments.ask(ask).await
    }

    /// Powers of attorney in force.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn powers(&self, id: PersonId) -> Result<Powers, Failed> {
        let ask = |port: Arc<dyn PowersOfAttorney>| async move { port.powers(id).await };
        self.0.powers.ask(ask).await
    }

    /// The local office of a municipality.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn local_office(&self, municipality: &str) -> Result<Option<Office>, Failed> {
        let ask = |port: Arc<dyn Offices>| async move { port.local(municipality).await };
        self.0.offices.ask(ask).await
    }

    /// The unit that does work of this topic and kind.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn best_unit(
        &self,
        topic: &str,
        kind: &str,
        municipality: Option<&str>,
    ) -> Result<Option<Office>, Failed> {
        let ask =
            |port: Arc<dyn Offices>| async move { port.best(topic, kind, municipality).await };
        self.0.offices.ask(ask).await
    }

    /// Makes a task once.
    ///
    /// # Errors
    /// When the register fails: the task may or may not be there; the same key asks again.
    pub async fn create_task(&self, task: &NewTask) -> Result<Task, Failed> {
        let ask = |port: Arc<dyn Tasks>| async move { port.create(task).await };
        self.0.tasks.ask(ask).await
    }

    /// A person's tasks.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn tasks(&self, id: PersonId) -> Result<Vec<Task>, Failed> {
        let ask = |port: Arc<dyn Tasks>| async move { port.of_person(id).await };
        self.0.tasks.ask(ask).await
    }

    /// A task.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn task(&self, id: &str) -> Result<Option<Task>, Failed> {
        let ask = |port: Arc<dyn Tasks>| async move { port.one(id).await };
        self.0.tasks.ask(ask).await
    }

    /// An organisation.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn organisation(&self, number: OrgNumber) -> Result<Option<Organisation>, Failed> {
        let ask = |port: Arc<dyn Organisations>| async move { port.organisation(number).await };
        self.0.organisations.ask(ask).await
    }

    /// Benefits.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn benefits(&self, id: PersonId) -> Result<Vec<Benefit>, Failed> {
        let ask = |port: Arc<dyn Benefits>| async move { port.benefits(id).await };
        self.0.benefits.ask(ask).await
    }

    /// The follow-up.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn follow_up(&self, id: PersonId) -> Result<FollowUp, Failed> {
        let ask = |port: Arc<dyn FollowUps>| async move { port.follow_up(id).await };
        self.0.follow_ups.ask(ask).await
    }

    /// Notices.
    ///
    /// # Errors
    /// When the register fails.
    pub async fn notices(&self, id: PersonId) -> Result<Vec<Notice>, Failed> {
        let ask = |port: Arc<dyn Notices>| async move { port.notices(id).await };
        self.0.notices.ask(ask).await
    }
}

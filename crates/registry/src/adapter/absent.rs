//! A register that is not connected: it says so, and everything else goes on.

use async_trait::async_trait;
use linje_types::{OrgNumber, PersonId};

use crate::model::{
    Benefit, Case, FollowUp, Hit, NewTask, Notice, Office, Organisation, Payment, Person, Powers,
    Preferences, Search, Task,
};
use crate::port::{
    Answer, Benefits, Cases, Fault, FollowUps, Notices, Offices, Organisations, Payments, Persons,
    PowersOfAttorney, PreferencesOf, Tasks,
};

/// No register.
#[derive(Debug, Clone, Copy, Default)]
pub struct Absent;

#[async_trait]
impl Persons for Absent {
    async fn person(&self, _: PersonId) -> Answer<Option<Person>> {
        Err(Fault::Unreachable)
    }

    async fn search(&self, _: &Search, _: usize) -> Answer<Vec<Hit>> {
        Err(Fault::Unreachable)
    }

    async fn of_staff(&self, _: &str) -> Answer<Option<PersonId>> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl PreferencesOf for Absent {
    async fn preferences(&self, _: PersonId) -> Answer<Preferences> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl Cases for Absent {
    async fn cases(&self, _: PersonId) -> Answer<Vec<Case>> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl Payments for Absent {
    async fn payments(&self, _: PersonId, _: &str, _: &str) -> Answer<Vec<Payment>> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl PowersOfAttorney for Absent {
    async fn powers(&self, _: PersonId) -> Answer<Powers> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl Offices for Absent {
    async fn local(&self, _: &str) -> Answer<Option<Office>> {
        Err(Fault::Unreachable)
    }

    async fn best(&self, _: &str, _: &str, _: Option<&str>) -> Answer<Option<Office>> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl Tasks for Absent {
    async fn create(&self, _: &NewTask) -> Answer<Task> {
        Err(Fault::Unreachable)
    }

    async fn of_person(&self, _: PersonId) -> Answer<Vec<Task>> {
        Err(Fault::Unreachable)
    }

    async fn one(&self, _: &str) -> Answer<Option<Task>> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl Organisations for Absent {
    async fn organisation(&self, _: OrgNumber) -> Answer<Option<Organisation>> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl Benefits for Absent {
    async fn benefits(&self, _: PersonId) -> Answer<Vec<Benefit>> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl FollowUps for Absent {
    async fn follow_up(&self, _: PersonId) -> Answer<FollowUp> {
        Err(Fault::Unreachable)
    }
}

#[async_trait]
impl Notices for Absent {
    async fn notices(&self, _: PersonId) -> Answer<Vec<Notice>> {
        Err(Fault::Unreachable)
    }
}

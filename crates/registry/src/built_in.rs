//! The built-in register: people who do not exist, each a function of the seed and their place.
//!
//! Only their identity numbers are held; everything else is made when it is asked for, the same each time.
//! Names are words that nobody is called by, numbers are Tenor-shaped (month + 80), phones are of a series
//! that people do not have. A block of twenty is a few households that belong together.

mod life;
mod lists;
mod money;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::civil::Date;
use linje_types::{Clearance, OrgNumber, PersonId};

use crate::model::{
    Benefit, Case, FollowUp, Hit, Notice, Office, Organisation, Payment, Person, Powers,
    Preferences, Search,
};
use crate::port::{
    Answer, Benefits, Cases, FollowUps, Notices, Offices, Organisations, Payments, Persons,
    PowersOfAttorney, PreferencesOf,
};
use life::Life;

/// Places of those who can log in to the demo as citizens, with the numbers that the built-in issuer gives
/// them. A number tells nothing of birth, so any life will do.
const CITIZENS: [(u32, &str); 3] = [
    (10 * BLOCK + 10, "12837110147"),
    (2 * BLOCK + 5, "05898820221"),
    (16 * BLOCK + 4, "23919530332"),
];

/// How many people a block has.
const BLOCK: u32 = 20;

/// Tells today's date.
pub type Today = Arc<dyn Fn() -> Date + Send + Sync>;

/// The built-in register. Cheap to clone.
#[derive(Clone)]
pub struct BuiltIn(Arc<Inner>);

struct Inner {
    seed: u64,
    today: Today,
    ids: Vec<PersonId>,
    places: HashMap<PersonId, u32>,
    names: OnceLock<Vec<String>>,
}

impl std::fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BuiltIn({} people)", self.0.ids.len())
    }
}

impl BuiltIn {
    /// As many people as the demo has.
    pub const PEOPLE: u32 = 20_000;

    /// Makes `count` people from `seed`. Takes milliseconds.
    #[must_use]
    pub fn new(seed: u64, count: u32, today: Today) -> BuiltIn {
        let mut ids = Vec::with_capacity(count as usize);
        let mut places = HashMap::with_capacity(count as usize);
        let citizens: HashMap<u32, PersonId> = CITIZENS
            .iter()
            .filter_map(|(place, digits)| Some((*place, PersonId::parse(digits)?)))
            .collect();
        for place in 0..count {
            let life = Life::new(seed, place);
            let mut individual = life.draw(1) % 1000;
            let id = loop {
                let born = life.born;
                let made = PersonId::synthetic(
                    u64::from(born.day().unsigned_abs()),
                    u64::from(born.month().unsigned_abs()),
                    u64::from(born.year().unsigned_abs()),
                    individual,
                );
                let free = |id: &PersonId| {
                    !places.contains_key(id) && !citizens.values().any(|citizen| citizen == id)
                };
                match made.filter(free) {
                    Some(id) => break id,
                    None => individual = (individual + 1) % 1000,
                }
            };
            let id = citizens.get(&place).copied().unwrap_or(id);
            places.insert(id, place);
            ids.push(id);
        }
        BuiltIn(Arc::new(Inner {
            seed,
            today,
            ids,
            places,
            names: OnceLock::new(),
        }))
    }

    /// Everybody's identity number, by place.
    #[must_use]
    pub fn ids(&self) -> &[PersonId] {
        &self.0.ids
    }

    /// A person at a place.
    #[must_use]
    pub fn at(&self, place: u32) -> Person {
        self.person_of(&self.life(place))
    }

    /// Everybody's phone numbers in E.164 form with what each needs, for hints; who is dead has none.
    pub fn phones(&self) -> impl Iterator<Item = (String, PersonId, Clearance)> + '_ {
        (0..).zip(&self.0.ids).filter_map(|(place, id)| {
            let life = self.life(place);
            let number = life.phone()?;
            Some((number, *id, life.protection().needs(life.is_shielded())))
        })
    }

    /// Who is asked for in the demo: somebody for each kind of life, none of them protected. What they are
    /// good for, in Norwegian and English.
    #[must_use]
    pub fn personas(&self) -> Vec<(Person, &'static str, &'static str)> {
        let n_blocks = u32::try_from(self.0.ids.len()).unwrap_or(0) / BLOCK;
        lists::PERSONAS
            .iter()
            .filter(|(block, ..)| *block < n_blocks)
            .map(|(block, position, nb, en)| (self.at(block * BLOCK + position), *nb, *en))
            .collect()
    }

    fn life(&self, place: u32) -> Life {
        Life::new(self.0.seed, place)
    }

    fn find(&self, id: PersonId) -> Option<Life> {
        self.0.places.get(&id).map(|place| self.life(*place))
    }

    fn today(&self) -> Date {
        (self.0.today)()
    }

    fn id(&self, place: u32) -> Option<PersonId> {
        self.0.ids.get(place as usize).copied()
    }

    fn names(&self) -> &[String] {
        self.0.names.get_or_init(|| {
            let count = u32::try_from(self.0.ids.len()).unwrap_or(0);
            (0..count)
                .map(|place| self.life(place).name().to_lowercase())
                .collect()
        })
    }

    fn fits(&self, life: &Life, name: &str, search: &Search) -> bool {
        let named = search.name.as_ref().is_none_or(|wanted| {
            let wanted = wanted.to_lowercase();
            let mut words = wanted.split_whitespace().peekable();
            words.peek().is_some()
                && words.all(|word| name.split_whitespace().any(|own| own.starts_with(word)))
        });
        let born = search
            .born
            .as_ref()
            .is_none_or(|born| *born == life.born.to_string());
        let phone = search
            .phone
            .as_ref()
            .is_none_or(|phone| life.phone().as_ref() == Some(phone));
        named && born && phone
    }
}

#[async_trait]
impl Persons for BuiltIn {
    async fn person(&self, id: PersonId) -> Answer<Option<Person>> {
        Ok(self.find(id).map(|life| self.person_of(&life)))
    }

    async fn search(&self, search: &Search, limit: usize) -> Answer<Vec<Hit>> {
        if *search == Search::default() {
            return Ok(Vec::new());
        }
        let found = (0..)
            .zip(self.names())
            .map(|(place, name)| (self.life(place), name));
        let fitting = found.filter(|(life, name)| self.fits(life, name, search));
        Ok(fitting
            .take(limit)
            .map(|(life, _)| {
                let person = self.person_of(&life);
                Hit {
                    name: person.name.clone(),
                    born: person.born.clone(),
                    place: person
                        .addresses
                        .first()
                        .map(|address| address.place.clone()),
                    facts: person.facts(),
                }
            })
            .collect())
    }

    async fn of_staff(&self, ident: &str) -> Answer<Option<PersonId>> {
        Ok(life::place_of_staff(ident).and_then(|place| self.id(place)))
    }
}

#[async_trait]
impl PreferencesOf for BuiltIn {
    async fn preferences(&self, id: PersonId) -> Answer<Preferences> {
        let life = self.find(id);
        Ok(life.map_or_else(lists::no_preferences, |life| life.preferences(self.today())))
    }
}

#[async_trait]
impl Cases for BuiltIn {
    async fn cases(&self, id: PersonId) -> Answer<Vec<Case>> {
        Ok(self
            .find(id)
            .map_or_else(Vec::new, |life| life.cases(self.today())))
    }
}

#[async_trait]
impl Payments for BuiltIn {
    async fn payments(&self, id: PersonId, from: &str, to: &str) -> Answer<Vec<Payment>> {
        let mut payments = self
            .find(id)
            .map_or_else(Vec::new, |life| life.payments(self.today()));
        payments.retain(|payment| payment.date.as_str() >= from && payment.date.as_str() <= to);
        Ok(payments)
    }
}

#[async_trait]
impl PowersOfAttorney for BuiltIn {
    async fn powers(&self, id: PersonId) -> Answer<Powers> {
        Ok(self
            .find(id)
            .map_or_else(Powers::default, |life| self.powers_of(&life)))
    }
}

#[async_trait]
impl Offices for BuiltIn {
    async fn local(&self, municipality: &str) -> Answer<Option<Office>> {
        Ok(lists::local_office(municipality))
    }

    async fn best(
        &self,
        topic: &str,
        _: &str,
        municipality: Option<&str>,
    ) -> Answer<Option<Office>> {
        Ok(lists::best_unit(topic, municipality))
    }
}

#[async_trait]
impl Organisations for BuiltIn {
    async fn organisation(&self, number: OrgNumber) -> Answer<Option<Organisation>> {
        Ok(lists::organisation(self.0.seed, number))
    }
}

#[async_trait]
impl Benefits for BuiltIn {
    async fn benefits(&self, id: PersonId) -> Answer<Vec<Benefit>> {
        Ok(self
            .find(id)
            .map_or_else(Vec::new, |life| life.benefits(self.today())))
    }
}

#[async_trait]
impl FollowUps for BuiltIn {
    async fn follow_up(&self, id: PersonId) -> Answer<FollowUp> {
        let life = self.find(id);
        Ok(life.map_or_else(lists::no_follow_up, |life| life.follow_up(self.today())))
    }
}

#[async_trait]
impl Notices for BuiltIn {
    async fn notices(&self, id: PersonId) -> Answer<Vec<Notice>> {
        Ok(self
            .find(id)
            .map_or_else(Vec::new, |life| life.notices(self.today())))
    }
}

#[cfg(test)]
mod tests;

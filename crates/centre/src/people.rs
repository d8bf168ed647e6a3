//! Makes the synthetic people of a centre: same description, same people.
//!
//! Nobody here is or resembles a real person; the names say so.

use linje_types::{Language, SkillId, UnitId};

use crate::model::{Centre, Profile, Unit};
use crate::random::Random;

/// What a person does in the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Answers citizens.
    Adviser,
    /// Leads a team and takes no contacts.
    Leader,
}

/// A synthetic person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// The sign-in name: K1 and five figures.
    pub ident: String,
    /// A name that nobody bears.
    pub name: String,
    /// The unit.
    pub unit: UnitId,
    /// The role.
    pub role: Role,
    /// Share of a full position, in percent.
    pub position_percent: u8,
    /// Whether the person is away today.
    pub absent: bool,
    /// The skills with levels 1 to 3, in the order of the skills.
    pub skills: Vec<(SkillId, u8)>,
    /// The languages in which the person serves.
    pub languages: Vec<Language>,
}

/// Makes everybody, unit by unit in the order of the file. The first has the number 1.
#[must_use]
pub fn people(centre: &Centre) -> Vec<Person> {
    let mut random = Random::new(centre.people.seed);
    let mut everybody = Vec::with_capacity(usize::from(centre.people.count));
    for (unit_id, unit) in (0..).map(UnitId).zip(&centre.units) {
        for profile in shuffled_profiles(centre, unit, &mut random) {
            let number = everybody.len() + 1;
            let profile = &centre.people.profiles[profile];
            everybody.push(person(centre, unit, unit_id, profile, number, &mut random));
        }
    }
    choose(
        &mut everybody,
        centre.people.leaders,
        &mut random,
        |person| {
            person.role = Role::Leader;
            person.skills.clear();
            person.position_percent = 100;
        },
    );
    choose(
        &mut everybody,
        centre.people.absent,
        &mut random,
        |person| {
            person.absent = true;
        },
    );
    everybody
}

/// The profiles of a unit's people, as places, in the order of chance.
fn shuffled_profiles(centre: &Centre, unit: &Unit, random: &mut Random) -> Vec<usize> {
    let mut profiles: Vec<usize> = unit
        .profiles
        .iter()
        .filter(|(profile, _)| profile.idx() < centre.people.profiles.len())
        .flat_map(|(profile, count)| core::iter::repeat_n(profile.idx(), usize::from(*count)))
        .collect();
    random.shuffle(&mut profiles);
    profiles
}

/// Does `change` to an exact share of the people, chosen by chance.
fn choose(
    people: &mut [Person],
    share: f64,
    random: &mut Random,
    mut change: impl FnMut(&mut Person),
) {
    let mut order: Vec<usize> = (0..people.len()).collect();
    random.shuffle(&mut order);
    let all = f64::from(u32::try_from(people.len()).unwrap_or(u32::MAX));
    let chosen = (0..)
        .zip(order)
        .take_while(|(number, _): &(u32, usize)| f64::from(*number) + 0.5 < share * all);
    for (_, place) in chosen {
        change(&mut people[place]);
    }
}

fn person(
    centre: &Centre,
    unit: &Unit,
    unit_id: UnitId,
    profile: &Profile,
    number: usize,
    random: &mut Random,
) -> Person {
    let skills = skills(centre, profile, random);
    let part_time = random.chance(centre.people.part_time);
    let part = [50, 60, 80][random.below(3)];
    Person {
        ident: format!("K1{number:05}"),
        name: format!("Syntetisk Veileder {number:04}"),
        unit: unit_id,
        role: Role::Adviser,
        position_percent: if part_time { part } else { 100 },
        absent: false,
        skills,
        languages: languages(centre, unit, random),
    }
}

fn skills(centre: &Centre, profile: &Profile, random: &mut Random) -> Vec<(SkillId, u8)> {
    let [novice, able, _] = centre.people.levels;
    let mut skills: Vec<(SkillId, u8)> = Vec::new();
    for (skill, share) in &profile.skills {
        let has = random.chance(*share);
        let (first, second) = (
            random.chance(novice),
            random.chance(able / (1.0 - novice).max(1e-9)),
        );
        if has {
            let level = match (first, second) {
                (true, _) => 1,
                (false, true) => 2,
                (false, false) => 3,
            };
            skills.push((*skill, level));
        }
    }
    skills.sort_unstable();
    skills
}

fn languages(centre: &Centre, unit: &Unit, random: &mut Random) -> Vec<Language> {
    let mut languages = vec![Language::Nb, Language::Nn];
    let sami = random.chance(f64::from(unit.sami_percent) / 100.0);
    let english = random.chance(centre.people.english);
    languages.extend(sami.then_some(Language::Se));
    languages.extend(english.then_some(Language::En));
    languages
}

//! Makes the synthetic people of a centre: same description, same people.
//!
//! Nobody here is or resembles a real person; the names say so.

use linje_types::{Language, SkillId, UnitId};

use crate::model::{Centre, Profile, Unit, UnitKind};
use crate::random::Random;

/// What a person does in the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Answers citizens.
    Adviser,
    /// Leads a team and takes no contacts.
    Leader,
    /// Steers the traffic (*trafikkstyrer*) and takes no contacts.
    Steering,
    /// A free adviser of the demo, for a phone or a browser of a real person.
    Demo,
    /// Answers in the demo when no real person does.
    Automatic,
}

/// Who is there beside the synthetic people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extra {
    /// How many free demo advisers, K990001 and up.
    pub phones: usize,
    /// Whether K990000 answers when no real person does.
    pub automatic: bool,
}

/// A synthetic person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The sign-in name: a K and six figures.
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
    choose_roles(centre, &mut everybody, &mut random);
    everybody
}

/// Everybody by `AdviserId`: the synthetic people, then K990000, then the demo advisers.
///
/// K990000 has its place also when it does not answer, so that no id ever means somebody else.
#[must_use]
pub fn staff(centre: &Centre, extra: &Extra) -> Vec<Person> {
    let mut staff = people(centre);
    staff.push(automatic(centre, extra.automatic));
    staff.extend((1..=extra.phones).map(|number| demo_adviser(centre, number)));
    staff
}

fn demo_adviser(centre: &Centre, number: usize) -> Person {
    Person {
        ident: format!("K{}", 990_000 + number),
        name: format!("Demoveileder {number:04}"),
        unit: guest_unit(centre),
        role: Role::Demo,
        position_percent: 100,
        absent: false,
        skills: skill_ids(centre).map(|skill| (skill, 3)).collect(),
        languages: Language::ALL.to_vec(),
    }
}

/// Knows everything but what is for measurement only.
fn automatic(centre: &Centre, answers: bool) -> Person {
    let measured: Vec<SkillId> = centre
        .queues
        .iter()
        .filter(|queue| queue.demo_only)
        .flat_map(|queue| queue.requires.iter().map(|requirement| requirement.skill))
        .collect();
    let skills = skill_ids(centre).filter(|skill| answers && !measured.contains(skill));
    Person {
        ident: String::from("K990000"),
        name: String::from("Automatisk veileder"),
        role: Role::Automatic,
        skills: skills.map(|skill| (skill, 3)).collect(),
        ..demo_adviser(centre, 0)
    }
}

fn skill_ids(centre: &Centre) -> impl Iterator<Item = SkillId> {
    let count = u16::try_from(centre.skills.len()).unwrap_or(u16::MAX);
    (0..count).map(SkillId)
}

/// The unit where guests sit: the Service Centre, or else the first.
fn guest_unit(centre: &Centre) -> UnitId {
    let service = |unit: &Unit| unit.kind == UnitKind::ServiceCentre;
    let place = centre.units.iter().position(service).unwrap_or(0);
    UnitId(u16::try_from(place).unwrap_or(0))
}

/// Leaders are taken from those who would answer; anybody can be absent.
fn choose_roles(centre: &Centre, everybody: &mut [Person], random: &mut Random) {
    let count = f64::from(u32::try_from(everybody.len()).unwrap_or(u32::MAX));
    let advisers: Vec<usize> = (0..everybody.len())
        .filter(|place| everybody[*place].role == Role::Adviser)
        .collect();
    for place in choose(advisers, centre.people.leaders * count, random) {
        let person = &mut everybody[place];
        person.role = Role::Leader;
        person.skills.clear();
        person.position_percent = 100;
    }
    let all = (0..everybody.len()).collect();
    for place in choose(all, centre.people.absent * count, random) {
        everybody[place].absent = true;
    }
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

/// So many of the places, chosen by chance; the nearest whole number.
fn choose(mut places: Vec<usize>, many: f64, random: &mut Random) -> Vec<usize> {
    random.shuffle(&mut places);
    let chosen = (0..)
        .zip(places)
        .take_while(|(number, _): &(u32, usize)| f64::from(*number) + 0.5 < many);
    chosen.map(|(_, place)| place).collect()
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
        role: match unit.kind {
            UnitKind::Steering => Role::Steering,
            UnitKind::ContactCentre | UnitKind::ServiceCentre => Role::Adviser,
        },
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

//! Makes the synthetic people of a centre: same description, same people.
//!
//! Nobody here is or resembles a real person; the names say so.

use linje_types::{Clearance, GroupId, Language, SkillId, UnitId};

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
    /// An expert of a deciding unit (*fagekspert*), who is consulted.
    Expert,
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
    /// The groups, in the order of the description.
    pub groups: Vec<GroupId>,
    /// What the person is cleared for.
    pub clearance: Clearance,
    /// The skills with levels from 1, in the order of the skills.
    pub skills: Vec<(SkillId, u8)>,
    /// The languages in which the person serves.
    pub languages: Vec<Language>,
}

/// Keeps the experts' chances apart from those of the others, so that neither changes the other.
const EXPERTS: u64 = 0x6578_7065_7274_7321;
/// Keeps the chances of clearance apart.
const CLEARED: u64 = 0x636c_6561_7265_6421;

/// Makes everybody in the contact centre, unit by unit in the order of the file. The first has the
/// number 1. The experts of the deciding units are not among them.
#[must_use]
pub fn people(centre: &Centre) -> Vec<Person> {
    let mut random = Random::new(centre.people.seed);
    let mut everybody = Vec::with_capacity(usize::from(centre.people.count));
    for (unit_id, unit) in (0..).map(UnitId).zip(&centre.units) {
        if unit.kind == UnitKind::Deciding {
            continue;
        }
        for profile in shuffled_profiles(centre, unit, &mut random) {
            let number = everybody.len() + 1;
            let profile = &centre.people.profiles[profile];
            everybody.push(person(centre, unit, unit_id, profile, number, &mut random));
        }
    }
    choose_roles(centre, &mut everybody, &mut random);
    give_groups(centre, &mut everybody);
    give_clearance(centre, &mut everybody);
    everybody
}

/// Makes the experts of the deciding units, from K200001 up.
#[must_use]
pub fn experts(centre: &Centre) -> Vec<Person> {
    let mut random = Random::new(centre.people.seed ^ EXPERTS);
    let mut experts = Vec::new();
    for (unit_id, unit) in (0..).map(UnitId).zip(&centre.units) {
        if unit.kind != UnitKind::Deciding {
            continue;
        }
        for profile in shuffled_profiles(centre, unit, &mut random) {
            let number = experts.len() + 1;
            let profile = &centre.people.profiles[profile];
            let person = person(centre, unit, unit_id, profile, number, &mut random);
            experts.push(Person {
                ident: format!("K2{number:05}"),
                name: format!("Syntetisk Ekspert {number:04}"),
                absent: random.chance(centre.people.absent),
                ..person
            });
        }
    }
    give_groups(centre, &mut experts);
    give_clearance(centre, &mut experts);
    experts
}

/// Everybody by `AdviserId`: the synthetic people, the experts, then K990000, then the demo advisers.
///
/// K990000 has its place also when it does not answer, so that no id ever means somebody else.
#[must_use]
pub fn staff(centre: &Centre, extra: &Extra) -> Vec<Person> {
    let mut staff = people(centre);
    staff.extend(experts(centre));
    staff.push(automatic(centre, extra.automatic));
    staff.extend((1..=extra.phones).map(|number| demo_adviser(centre, number)));
    staff
}

fn give_groups(centre: &Centre, everybody: &mut [Person]) {
    for (id, group) in (0..).map(GroupId).zip(&centre.groups) {
        // A group has its own chances, so that a new one moves nobody in or out of the others.
        let own = group.id.bytes().fold(centre.people.seed, |seed, byte| {
            seed.rotate_left(9) ^ u64::from(byte)
        });
        let mut random = Random::new(own);
        for person in &mut *everybody {
            let chosen = random.chance(group.share);
            if chosen && (group.units.is_empty() || group.units.contains(&person.unit)) {
                person.groups.push(id);
            }
        }
    }
}

/// Whoever is cleared for the rarest protection is also cleared for those that more are cleared for.
fn give_clearance(centre: &Centre, everybody: &mut [Person]) {
    let mut random = Random::new(centre.people.seed ^ CLEARED);
    for person in everybody {
        let unit = &centre.units[person.unit.idx()];
        let shares = unit.cleared.unwrap_or(centre.people.cleared);
        let drawn = random.unit();
        person.clearance = crate::read::CLEARANCES
            .iter()
            .zip(shares)
            .filter(|(_, share)| drawn < *share)
            .fold(Clearance::NONE, |all, ((_, one), _)| all.and(*one));
    }
}

/// The demo adviser who is cleared for nobody protected, so that it can be tried what such an adviser sees.
const UNCLEARED: usize = 3;

fn demo_adviser(centre: &Centre, number: usize) -> Person {
    Person {
        ident: format!("K{}", 990_000 + number),
        name: if number == UNCLEARED {
            format!("Demoveileder {number:04}, uten klarering")
        } else {
            format!("Demoveileder {number:04}")
        },
        unit: guest_unit(centre),
        role: Role::Demo,
        position_percent: 100,
        absent: false,
        groups: Vec::new(),
        clearance: if number == UNCLEARED {
            Clearance::NONE
        } else {
            Clearance::ALL
        },
        skills: skill_ids(centre)
            .map(|skill| (skill, centre.highest_level()))
            .collect(),
        languages: Language::ALL.to_vec(),
    }
}

/// Knows everything but what is for measurement only.
fn automatic(centre: &Centre, answers: bool) -> Person {
    let mut measured = Vec::new();
    let demo_only = centre.queues.iter().filter(|queue| queue.demo_only);
    for ring in demo_only.flat_map(|queue| &queue.rings) {
        ring.who.skills(&mut measured);
    }
    let measured: Vec<SkillId> = measured.iter().map(|need| need.skill).collect();
    let skills = skill_ids(centre).filter(|skill| answers && !measured.contains(skill));
    Person {
        ident: String::from("K990000"),
        name: String::from("Automatisk veileder"),
        role: Role::Automatic,
        skills: skills
            .map(|skill| (skill, centre.highest_level()))
            .collect(),
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
            UnitKind::Deciding => Role::Expert,
            UnitKind::ContactCentre | UnitKind::ServiceCentre => Role::Adviser,
        },
        position_percent: if part_time { part } else { 100 },
        absent: false,
        groups: Vec::new(),
        clearance: Clearance::NONE,
        skills,
        languages: languages(centre, unit, random),
    }
}

fn skills(centre: &Centre, profile: &Profile, random: &mut Random) -> Vec<(SkillId, u8)> {
    let mut skills: Vec<(SkillId, u8)> = Vec::new();
    for (skill, share) in &profile.skills {
        let has = random.chance(*share);
        // Drawn also for those who lack the skill or have a set level: nobody else's chances change.
        let drawn = level(&centre.people.levels, random);
        let mut set = profile.levels.iter().filter(|(of, _)| of == skill);
        if has {
            skills.push((*skill, set.next().map_or(drawn, |(_, level)| *level)));
        }
    }
    skills.sort_unstable();
    skills
}

/// A level, as likely as its share; each level but the last takes one chance.
fn level(shares: &[f64], random: &mut Random) -> u8 {
    let mut left = 1.0;
    let mut found = None;
    let lower = shares.split_last().map_or(&[][..], |(_, lower)| lower);
    for (level, share) in (1..).zip(lower) {
        // The first share is taken as it is; 1.0 divides nothing.
        let hit = random.chance(share / f64::max(left, 1e-9));
        if hit && found.is_none() {
            found = Some(level);
        }
        left -= share;
    }
    found.unwrap_or_else(|| u8::try_from(shares.len()).unwrap_or(1))
}

fn languages(centre: &Centre, unit: &Unit, random: &mut Random) -> Vec<Language> {
    let mut languages = vec![Language::Nb, Language::Nn];
    let sami = random.chance(f64::from(unit.sami_percent) / 100.0);
    let english = random.chance(centre.people.english);
    languages.extend(sami.then_some(Language::Se));
    languages.extend(english.then_some(Language::En));
    languages
}

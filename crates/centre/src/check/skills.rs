//! Is there somebody for every queue?

use std::collections::BTreeSet;

use linje_types::{Language, SkillId, UnitId};

use crate::fault::{Code, Fault};
use crate::model::{Centre, Profile, Queue, Requirement, Unit, UnitKind};

pub(super) fn check(centre: &Centre, faults: &mut Vec<Fault>) {
    for queue in centre.queues.iter().filter(|queue| !queue.demo_only) {
        let alone = lacking(centre, queue);
        for requirement in &alone {
            let skill = &centre.skills[requirement.skill.idx()].id;
            let message = format!(
                "queue \"{}\" requires skill \"{skill}\" at level {}, which nobody has",
                queue.id, requirement.level
            );
            let help = "give it to a [[profile]] that some unit has people of";
            faults.push(Fault::new(
                Code::SkillNobodyHas,
                requirement.at,
                message,
                help,
            ));
        }
        if alone.is_empty() && !queue.requires.is_empty() {
            check_servers(centre, queue, faults);
        }
    }
    skills_of_nobody(centre, faults);
}

/// Units with people who answer.
fn answering(centre: &Centre) -> impl Iterator<Item = (UnitId, &Unit)> {
    let units = (0..).map(UnitId).zip(&centre.units);
    units.filter(|(_, unit)| unit.kind != UnitKind::Steering)
}

/// The profiles that somebody in the unit has.
fn profiles<'c>(centre: &'c Centre, unit: &'c Unit) -> impl Iterator<Item = &'c Profile> {
    let present = unit.profiles.iter().filter(|(_, count)| *count > 0);
    present.filter_map(|(profile, _)| centre.people.profiles.get(profile.idx()))
}

fn gives(centre: &Centre, profile: &Profile, requirement: &Requirement) -> bool {
    let mut set = profile.levels.iter();
    if let Some((_, level)) = set.find(|(skill, _)| *skill == requirement.skill) {
        let mut skills = profile.skills.iter();
        return *level >= requirement.level
            && skills.any(|(skill, share)| *skill == requirement.skill && *share > 0.0);
    }
    let least = usize::from(requirement.level).saturating_sub(1);
    let reaches = centre
        .people
        .levels
        .iter()
        .skip(least)
        .any(|share| *share > 0.0);
    let mut skills = profile.skills.iter();
    reaches && skills.any(|(skill, share)| *skill == requirement.skill && *share > 0.0)
}

/// What the rings of a queue ask for and no profile has.
fn lacking(centre: &Centre, queue: &Queue) -> Vec<Requirement> {
    let met = |requirement: &Requirement| {
        let mut units = answering(centre);
        units.any(|(_, unit)| {
            profiles(centre, unit).any(|profile| gives(centre, profile, requirement))
        })
    };
    let mut named = Vec::new();
    for ring in &queue.rings {
        ring.who.skills(&mut named);
        if let Some(prefer) = &ring.prefer {
            prefer.skills(&mut named);
        }
    }
    named.retain(|requirement| !met(requirement));
    named
}

/// Units with people who meet all requirements at once.
fn serving(centre: &Centre, queue: &Queue) -> BTreeSet<UnitId> {
    let able = |profile: &Profile| {
        let mut requires = queue.requires.iter();
        requires.all(|requirement| gives(centre, profile, requirement))
    };
    answering(centre)
        .filter(|(_, unit)| profiles(centre, unit).any(able))
        .map(|(id, _)| id)
        .collect()
}

fn check_servers(centre: &Centre, queue: &Queue, faults: &mut Vec<Fault>) {
    let serving = serving(centre, queue);
    if serving.is_empty() {
        let message = format!(
            "nobody has all the skills that queue \"{}\" requires",
            queue.id
        );
        let help = "give them to one [[profile]]";
        let at = queue.requires.first().map_or(queue.at, |first| first.at);
        faults.push(Fault::new(Code::SkillNobodyHas, at, message, help));
        return;
    }
    check_languages(centre, queue, &serving, faults);
    check_units(centre, queue, &serving, faults);
}

fn check_languages(
    centre: &Centre,
    queue: &Queue,
    serving: &BTreeSet<UnitId>,
    faults: &mut Vec<Fault>,
) {
    for language in &queue.languages {
        let spoken = match language {
            Language::Nb | Language::Nn => true,
            Language::En => centre.people.english > 0.0,
            Language::Se => serving
                .iter()
                .any(|unit| centre.units[unit.idx()].sami_percent > 0),
        };
        if !spoken {
            let message = format!("nobody who serves queue \"{}\" speaks {language}", queue.id);
            let help = format!("take \"{language}\" out of its languages");
            faults.push(Fault::new(Code::SkillNobodyHas, queue.at, message, help));
        }
    }
}

fn check_units(
    centre: &Centre,
    queue: &Queue,
    serving: &BTreeSet<UnitId>,
    faults: &mut Vec<Fault>,
) {
    if queue.units.is_empty() {
        return;
    }
    let named: BTreeSet<UnitId> = queue.units.iter().copied().collect();
    let names = |units: Vec<&UnitId>| {
        let names: Vec<&str> = units
            .into_iter()
            .map(|unit| centre.units[unit.idx()].id.as_str())
            .collect();
        names.join(", ")
    };
    let without = names(named.difference(serving).collect());
    if !without.is_empty() {
        let message = format!(
            "queue \"{}\" names units that lack its skills: {without}",
            queue.id
        );
        let help = "give them people of a fitting profile, or take them out";
        faults.push(Fault::new(Code::WrongUnits, queue.at, message, help));
    }
    let unnamed = names(serving.difference(&named).collect());
    if !unnamed.is_empty() {
        let message = format!(
            "units have the skills of queue \"{}\" unnamed: {unnamed}",
            queue.id
        );
        let help = "add them to \"units\", or give their people another profile";
        faults.push(Fault::new(Code::WrongUnits, queue.at, message, help));
    }
}

/// Skills that are described and that nobody has, required or not.
fn skills_of_nobody(centre: &Centre, faults: &mut Vec<Fault>) {
    let held: BTreeSet<SkillId> = answering(centre)
        .flat_map(|(_, unit)| profiles(centre, unit))
        .flat_map(|profile| profile.skills.iter().filter(|(_, share)| *share > 0.0))
        .map(|(skill, _)| *skill)
        .collect();
    // What a queue requires is told at the queue; demo phones have what only the demo requires.
    let required: BTreeSet<SkillId> = centre
        .queues
        .iter()
        .flat_map(|queue| &queue.rings)
        .flat_map(|ring| {
            let mut named = Vec::new();
            ring.who.skills(&mut named);
            named
        })
        .map(|requirement| requirement.skill)
        .collect();
    for (id, skill) in (0..).map(SkillId).zip(&centre.skills) {
        if !held.contains(&id) && !required.contains(&id) {
            let message = format!("nobody has skill \"{}\"", skill.id);
            let help = "give it to a [[profile]] that some unit has people of, or take it away";
            faults.push(Fault::new(Code::SkillNobodyHas, skill.at, message, help));
        }
    }
}

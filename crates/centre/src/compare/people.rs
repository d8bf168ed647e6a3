//! What has changed in units, groups, skills, topics, and the synthetic people and citizens.

use linje_types::Language;

use crate::model::{Centre, Group, People, Population, Profile, Text, Unit, UnitKind};
use crate::read::clock;
use crate::say;

use super::{Both, PLAIN, Thing, Words, matched};

pub(super) fn compare(both: &mut Both<'_>) {
    units(both);
    groups(both);
    let names = |centre: &Centre, language| {
        let skills = centre.skills.iter();
        skills
            .map(|skill| (skill.id.clone(), String::from(skill.name.get(language))))
            .collect::<Vec<_>>()
    };
    let (old, new, language) = (both.old, both.new, both.language);
    named(
        both,
        "skill",
        (("Kompetansen", "The skill"), ("Ny kompetanse", "New skill")),
        (&names(old, language), &names(new, language)),
    );
    let topics = |centre: &Centre| {
        let topics = centre.topics.iter();
        let said = topics.map(|topic| {
            let skill = topic
                .skill
                .map_or("-", |skill| &centre.skills[skill.idx()].id);
            let name = topic.name.get(language);
            (
                topic.code.clone(),
                format!("{name} ({}, {skill})", topic.group),
            )
        });
        said.collect::<Vec<_>>()
    };
    named(
        both,
        "topic",
        (("Temaet", "The topic"), ("Nytt tema", "New topic")),
        (&topics(old), &topics(new)),
    );
    profiles(both);
    people(both);
    population(both);
}

/// An id and a text.
type Said = (String, String);

/// Things that are but an id and a text.
fn named(
    both: &mut Both<'_>,
    section: &'static str,
    (kind, fresh): (Words<'_>, Words<'_>),
    (old, new): (&[Said], &[Said]),
) {
    let found = matched(old, new, |(id, _)| id);
    let thing = |both: &Both<'_>, id: &str| Thing {
        section,
        id: id.to_owned(),
        name: format!("{} {id}", both.words(kind)),
    };
    for (id, _) in &found.removed {
        let thing = thing(both, id);
        both.removed(&thing, PLAIN);
    }
    for (id, name) in &found.added {
        let thing = thing(both, id);
        both.added(&thing, fresh, name, PLAIN);
    }
    for ((id, was), (_, is)) in &found.pairs {
        let thing = thing(both, id);
        let lead = if section == "skill" {
            ("heter", "is called")
        } else {
            ("er nå", "is now")
        };
        both.field(&thing, lead, was, is, PLAIN);
    }
}

fn units(both: &mut Both<'_>) {
    let found = matched(&both.old.units, &both.new.units, |unit| &unit.id);
    let thing = |both: &Both<'_>, unit: &Unit| Thing {
        section: "unit",
        id: unit.id.clone(),
        name: both.name(&unit.name),
    };
    for unit in &found.removed {
        let thing = thing(both, unit);
        both.removed(&thing, PLAIN);
    }
    for unit in &found.added {
        let thing = thing(both, unit);
        let name = both.name(&unit.name);
        both.added(&thing, ("Ny enhet", "New unit"), &name, PLAIN);
    }
    for (was, is) in &found.pairs {
        let thing = thing(both, is);
        let names = (both.name(&was.name), both.name(&is.name));
        both.field(
            &thing,
            ("navnet er", "the name is"),
            &names.0,
            &names.1,
            PLAIN,
        );
        let kind = |unit: &Unit| UnitKind::NAMES.iter().find(|(_, kind)| *kind == unit.kind);
        let kind = |unit: &Unit| kind(unit).map_or("", |(name, _)| *name);
        both.field(
            &thing,
            ("slaget er", "the kind is"),
            kind(was),
            kind(is),
            PLAIN,
        );
        let people = |centre: &Centre, unit: &Unit, language| {
            let profiles = unit.profiles.iter();
            let mut parts: Vec<String> = profiles
                .map(|(profile, count)| {
                    let profile = &centre.people.profiles[profile.idx()];
                    format!("{count} {}", profile.name.get(language))
                })
                .collect();
            parts.sort();
            say::list(&parts, language)
        };
        let language = both.language;
        let sides = (
            people(both.old, was, language),
            people(both.new, is, language),
        );
        both.field(
            &thing,
            ("folkene er", "the people are"),
            &sides.0,
            &sides.1,
            PLAIN,
        );
        both.amount(
            &thing,
            (
                "andelen som snakker samisk, er",
                "the share who speak Sámi is",
            ),
            (was.sami_percent, is.sami_percent),
            |percent, language| say::share(f64::from(percent) / 100.0, language),
            (PLAIN, PLAIN),
        );
        let cleared = |unit: &Unit| match unit.cleared {
            Some(shares) => cleared(shares, language),
            None => say::pick(language, "som for alle", "as for all"),
        };
        both.field(
            &thing,
            ("klarert er", "cleared are"),
            &cleared(was),
            &cleared(is),
            PLAIN,
        );
        let assumed = |unit: &Unit| say::keys(&unit.assumed, language);
        both.field(
            &thing,
            ("antatt er", "assumed are"),
            &assumed(was),
            &assumed(is),
            PLAIN,
        );
    }
}

/// "30 % for skjermede personer, ..".
fn cleared(shares: [f64; 3], language: Language) -> String {
    let parts: Vec<String> = super::routing::PROTECTED
        .iter()
        .zip(shares)
        .map(|((_, (nb, en)), part)| {
            let part = say::share(part, language);
            say::pick(
                language,
                format!("{part} for {nb}"),
                format!("{part} for {en}"),
            )
        })
        .collect();
    say::list(&parts, language)
}

fn groups(both: &mut Both<'_>) {
    let language = both.language;
    let said = |centre: &Centre| -> Vec<(String, String)> {
        let groups = centre.groups.iter();
        groups
            .map(|group: &Group| {
                let units = group.units.iter();
                let units: Vec<String> = units
                    .map(|unit| String::from(centre.units[unit.idx()].name.get(language)))
                    .collect();
                let units = if units.is_empty() {
                    say::pick(language, "alle enheter", "all units")
                } else {
                    say::list(&units, language)
                };
                let part = say::share(group.share, language);
                let name = group.name.get(language);
                let text = say::pick(
                    language,
                    format!("{name}: {part} av {units}"),
                    format!("{name}: {part} of {units}"),
                );
                (group.id.clone(), text)
            })
            .collect()
    };
    let (old, new) = (said(both.old), said(both.new));
    named(
        both,
        "group",
        (("Gruppen", "The group"), ("Ny gruppe", "New group")),
        (&old, &new),
    );
}

fn profiles(both: &mut Both<'_>) {
    let language = both.language;
    let said = |centre: &Centre| -> Vec<(String, String)> {
        let profiles = centre.people.profiles.iter();
        profiles
            .map(|profile: &Profile| {
                let skills = profile.skills.iter();
                let skills: Vec<String> = skills
                    .map(|(skill, part)| {
                        let mut set = profile.levels.iter();
                        let level = set.find(|(of, _)| of == skill);
                        let level =
                            level.map_or_else(String::new, |(_, level)| format!(" @{level}"));
                        let part = say::share(*part, language);
                        format!("{} {part}{level}", centre.skills[skill.idx()].id)
                    })
                    .collect();
                let name: &Text = &profile.name;
                let text = format!("{}: {}", name.get(language), skills.join(", "));
                (profile.id.clone(), text)
            })
            .collect()
    };
    let (old, new) = (said(both.old), said(both.new));
    named(
        both,
        "profile",
        (("Profilen", "The profile"), ("Ny profil", "New profile")),
        (&old, &new),
    );
}

fn people(both: &mut Both<'_>) {
    let thing = Thing {
        section: "people",
        id: String::new(),
        name: both.t("De syntetiske folkene", "The synthetic people"),
    };
    let (was, is) = (&both.old.people, &both.new.people);
    let meaning: Words<'_> = ("Demoen får andre folk", "The demo gets other people");
    both.field(
        &thing,
        ("frøet er", "the seed is"),
        &was.seed.to_string(),
        &is.seed.to_string(),
        meaning,
    );
    both.amount(
        &thing,
        ("antallet er", "their number is"),
        (was.count, is.count),
        say::number,
        (PLAIN, PLAIN),
    );
    type Of = fn(&People) -> f64;
    let shares: [(Words<'_>, Of); 4] = [
        (("ledere er", "leaders are"), |of| of.leaders),
        (("deltid har", "part time have"), |of| of.part_time),
        (("fravær er", "absence is"), |of| of.absent),
        (("engelsk kan", "English is spoken by"), |of| of.english),
    ];
    for (lead, of) in shares {
        both.amount(&thing, lead, (of(was), of(is)), say::share, (PLAIN, PLAIN));
    }
    let language = both.language;
    let levels = |people: &People| {
        let levels = people.levels.iter();
        let levels: Vec<String> = levels.map(|part| say::share(*part, language)).collect();
        say::list(&levels, language)
    };
    both.field(
        &thing,
        ("nivåene fordeler seg med", "the levels are spread as"),
        &levels(was),
        &levels(is),
        PLAIN,
    );
    both.field(
        &thing,
        ("klarert er", "cleared are"),
        &cleared(was.cleared, language),
        &cleared(is.cleared, language),
        PLAIN,
    );
}

fn population(both: &mut Both<'_>) {
    let thing = Thing {
        section: "population",
        id: String::new(),
        name: both.t("De syntetiske brukerne", "The synthetic citizens"),
    };
    let (was, is) = (&both.old.population, &both.new.population);
    both.amount(
        &thing,
        ("samtaler i året er", "calls in a year are"),
        (was.yearly_calls, is.yearly_calls),
        say::number,
        (PLAIN, PLAIN),
    );
    let language = both.language;
    let shares = |shares: &[f64]| {
        let shares = shares.iter().map(|part| say::share(*part, language));
        shares.collect::<Vec<_>>().join(", ")
    };
    let curve = |of: &Population| {
        let (from, step) = (clock(of.curve_from), of.curve_step);
        let parts = shares(&of.curve);
        say::pick(
            language,
            format!("fra {from}, hvert {step}. minutt: {parts}"),
            format!("from {from}, every {step} minutes: {parts}"),
        )
    };
    let spans = |seconds: u32| say::seconds(seconds, language);
    let days = (was.working_days.to_string(), is.working_days.to_string());
    let fields: [(Words<'_>, String, String); 8] = [
        (
            ("arbeidsdager i året er", "working days in a year are"),
            days.0,
            days.1,
        ),
        (
            (
                "ukedagene, mandag først, har",
                "the weekdays, Monday first, have",
            ),
            shares(&was.weekdays),
            shares(&is.weekdays),
        ),
        (
            ("samtalene kommer", "the calls come"),
            curve(was),
            curve(is),
        ),
        (
            ("tålmodigheten er", "the patience is"),
            spans(was.patience_s),
            spans(is.patience_s),
        ),
        (
            ("en samtale varer", "a talk lasts"),
            spans(was.handling_s),
            spans(is.handling_s),
        ),
        (
            ("etterarbeidet varer", "the wrap-up lasts"),
            spans(was.wrap_up_s),
            spans(is.wrap_up_s),
        ),
        (
            ("belastningen på det meste er", "the load at its highest is"),
            say::share(was.peak_load, language),
            say::share(is.peak_load, language),
        ),
        (
            (
                "andelen som snakker engelsk, er",
                "the share who speak English is",
            ),
            say::share(was.english, language),
            say::share(is.english, language),
        ),
    ];
    for (lead, was, is) in fields {
        both.field(&thing, lead, &was, &is, PLAIN);
    }
    let arrivals = |centre: &Centre| -> Vec<(String, String)> {
        let arrivals = centre.population.arrivals.iter();
        arrivals
            .map(|of| {
                let queue = centre.queue(of.queue);
                let (talk, after) = (
                    say::seconds(of.handling_s, language),
                    say::seconds(of.wrap_up_s, language),
                );
                let count = say::round(of.yearly, language);
                let assumed = match (of.assumed, language) {
                    (false, _) => "",
                    (true, Language::En) => " (assumed)",
                    (true, Language::Nb | Language::Nn | Language::Se) => " (antatt)",
                };
                let text = say::pick(
                    language,
                    format!("{count} med samtale på {talk} og etterarbeid på {after}{assumed}"),
                    format!("{count} with a talk of {talk} and a wrap-up of {after}{assumed}"),
                );
                (String::from(queue.name.get(language)), text)
            })
            .collect()
    };
    let (old, new) = (arrivals(both.old), arrivals(both.new));
    named(
        both,
        "population",
        (
            ("Henvendelsene i året til", "Yearly contacts of"),
            ("Nye henvendelser i året", "New yearly contacts"),
        ),
        (&old, &new),
    );
}

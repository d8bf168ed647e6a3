//! A queue's rule of routing in words: who is asked, when the circle widens, what is promised.

use linje_centre::Centre;
use linje_routing::{Condition, QueueRule, Requirement, Ring, Rules};
use linje_types::{Language, QueueId, SECOND_US};

use super::clock_of;

/// The whole rule of a queue, in sentences.
#[must_use]
pub(crate) fn rule_words(
    centre: &Centre,
    rules: &Rules,
    queue: QueueId,
    language: Language,
) -> String {
    let Some(rule) = rules.queues.get(queue.idx()) else {
        return String::new();
    };
    let mut sentences: Vec<String> = rule
        .rings
        .iter()
        .map(|ring| ring_sentence(centre, ring, language))
        .collect();
    sentences.extend(promises(centre, rules, rule, language));
    sentences.join(" ")
}

/// Who is asked in a ring, in words, after "those who".
#[must_use]
pub(crate) fn ring_words(centre: &Centre, ring: &Ring, language: Language) -> String {
    let who = say(centre, &ring.condition, language);
    if ring.preferred == Condition::ALWAYS {
        return who;
    }
    let first = say(centre, &ring.preferred, language);
    match language {
        Language::En => format!("{who}; first of all those who {first}"),
        Language::Nb | Language::Nn | Language::Se => format!("{who}; aller først de som {first}"),
    }
}

fn ring_sentence(centre: &Centre, ring: &Ring, language: Language) -> String {
    let who = ring_words(centre, ring, language);
    let after = span(ring.after_us);
    match (ring.after_us, language) {
        (0, Language::En) => format!("Those who {who} are asked."),
        (_, Language::En) => format!("After {after} those who {who} are asked."),
        (0, _) => format!("De som {who}, blir spurt."),
        (_, _) => format!("Etter {after} blir de som {who}, spurt."),
    }
}

fn promises(centre: &Centre, rules: &Rules, rule: &QueueRule, language: Language) -> Vec<String> {
    let english = language == Language::En;
    let pick = |nb: String, en: String| if english { en } else { nb };
    let name = |queue: QueueId| {
        let queue = centre.queues.get(queue.idx());
        queue.map_or("?", |queue| queue.name.get(language))
    };
    let mut found = Vec::new();
    if rule.named_us > 0 {
        let span = span(rule.named_us);
        found.push(pick(
            format!("Den som hjalp brukeren sist, blir spurt alene de første {span}."),
            format!("Whoever helped the person last is asked alone for the first {span}."),
        ));
    }
    let goal = span(rule.goal_us);
    found.push(pick(
        format!("Målet er svar innen {goal}."),
        format!("The goal is an answer within {goal}."),
    ));
    if let Some(class) = rules.classes.get(usize::from(rule.class)) {
        let guarantee = span(class.guarantee_us);
        found.push(pick(
            format!("Etter {guarantee} går den som venter på linjen, foran alle andre."),
            format!("After {guarantee} whoever waits on the line goes before all others."),
        ));
    }
    if let Some(overflow) = rule.overflow {
        let to = name(overflow.to);
        if let Some(after) = overflow.after_us.map(span) {
            found.push(pick(
                format!("Etter {after} går henvendelsen videre til {to} med samme plass."),
                format!("After {after} it moves on to {to}, place kept."),
            ));
        }
        if let Some(expected) = overflow.expected_us.map(span) {
            found.push(pick(
                format!("Er forventet ventetid minst {expected}, går den til {to} med en gang."),
                format!("When the expected wait is at least {expected} it goes to {to} at once."),
            ));
        }
    }
    found
}

fn span(us: i64) -> String {
    clock_of(u64::try_from(us / SECOND_US).unwrap_or(0))
}

/// A condition in words, after "those who".
fn say(centre: &Centre, condition: &Condition, language: Language) -> String {
    let english = language == Language::En;
    let pick = |nb: String, en: String| if english { en } else { nb };
    let joined = |parts: &[Condition], joint: &str| {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| say(centre, part, language))
            .collect();
        parts.join(joint)
    };
    match condition {
        Condition::Skill(need) => skill(centre, *need, language),
        Condition::Speaks(spoken) => pick(format!("snakker {spoken}"), format!("speak {spoken}")),
        Condition::Unit(unit) => {
            let unit = centre.units.get(unit.idx());
            let name = unit.map_or("?", |unit| unit.name.get(language));
            pick(format!("hører til {name}"), format!("belong to {name}"))
        }
        Condition::Group(group) => pick(
            format!("er i gruppe {}", group.0 + 1),
            format!("are in group {}", group.0 + 1),
        ),
        Condition::All(parts) if parts.is_empty() => {
            pick(String::from("er på jobb"), String::from("are at work"))
        }
        Condition::All(parts) => joined(parts, if english { " and " } else { " og " }),
        Condition::Any(parts) => joined(parts, if english { " or " } else { " eller " }),
        Condition::Not(part) => {
            let part = say(centre, part, language);
            pick(format!("ikke {part}"), format!("do not {part}"))
        }
    }
}

fn skill(centre: &Centre, need: Requirement, language: Language) -> String {
    let skill = centre.skills.get(need.skill.idx());
    let name = skill.map_or("?", |skill| skill.name.get(language));
    match (need.level, language) {
        (0 | 1, Language::En) => format!("know {name}"),
        (level, Language::En) => format!("know {name} at level {level} or better"),
        (0 | 1, _) => format!("kan {name}"),
        (level, _) => format!("kan {name} på nivå {level} eller bedre"),
    }
}

//! A queue's rule of routing in words: who is asked, when the circle widens, what is promised.

use linje_centre::Centre;
use linje_routing::{QueueRule, Rules};
use linje_types::{Language, QueueId, SECOND_US};

use super::span_of;

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
    let rings = rule.rings.iter().enumerate();
    let mut sentences: Vec<String> = rings
        .map(|(ring, of)| ring_sentence(centre, (queue, ring, of.after_us), language))
        .collect();
    sentences.extend(promises(centre, rules, rule, language));
    sentences.join(" ")
}

/// Who is asked in a ring of a queue, in words, after "those who"; None when it has no such ring.
#[must_use]
pub(crate) fn ring_words(
    centre: &Centre,
    queue: QueueId,
    ring: usize,
    language: Language,
) -> Option<String> {
    let queue = centre.queues.get(queue.idx())?;
    let prefer = queue.rings.get(ring)?.prefer.as_ref();
    let who = queue.who(ring).say(centre, language);
    let Some(prefer) = prefer else {
        return Some(who);
    };
    let first = prefer.say(centre, language);
    Some(match language {
        Language::En => format!("{who} (first of all those who {first})"),
        Language::Nb | Language::Nn | Language::Se => format!("{who} (aller først de som {first})"),
    })
}

fn ring_sentence(
    centre: &Centre,
    (queue, ring, after_us): (QueueId, usize, i64),
    language: Language,
) -> String {
    let who = ring_words(centre, queue, ring, language).unwrap_or_default();
    let after = span(after_us, language);
    match (after_us, language) {
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
        let span = span(rule.named_us, language);
        found.push(pick(
            format!("Den som hjalp brukeren sist, blir spurt alene de første {span}."),
            format!("Whoever helped the person last is asked alone for the first {span}."),
        ));
    }
    let goal = span(rule.goal_us, language);
    found.push(pick(
        format!("Målet er svar innen {goal}."),
        format!("The goal is an answer within {goal}."),
    ));
    if let Some(class) = rules.classes.get(usize::from(rule.class)) {
        let guarantee = span(class.guarantee_us, language);
        found.push(pick(
            format!("Etter {guarantee} i kø går henvendelsen foran alle andre."),
            format!("After {guarantee} in line the contact goes before all others."),
        ));
    }
    if let Some(overflow) = rule.overflow {
        let to = name(overflow.to);
        if let Some(after) = overflow.after_us.map(|us| span(us, language)) {
            found.push(pick(
                format!("Etter {after} går henvendelsen videre til {to} med samme plass."),
                format!("After {after} it moves on to {to}, place kept."),
            ));
        }
        if let Some(expected) = overflow.expected_us.map(|us| span(us, language)) {
            found.push(pick(
                format!("Er forventet ventetid minst {expected}, går den til {to} med en gang."),
                format!("When the expected wait is at least {expected} it goes to {to} at once."),
            ));
        }
    }
    found
}

fn span(us: i64, language: Language) -> String {
    span_of(u64::try_from(us / SECOND_US).unwrap_or(0), language)
}

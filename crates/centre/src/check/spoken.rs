//! Do the words that callers hear say the same keys and the same hours as the rules?
//!
//! Numbers are known in words and in figures, in bokmål, nynorsk and English. What is not understood is
//! passed over: nothing here is an error, a person is asked to look.

use std::collections::BTreeSet;

use linje_types::Language;

use crate::fault::{Code, Fault, Place};
use crate::hours::{OpeningHours, WeekdayRule};
use crate::model::{Centre, Flow, FlowAct, FlowStep, Menu, PlanAct, Prompt, PromptUse, Speech};
use crate::read::clock;
use crate::words;

const HALF_DAY: u16 = 12 * 60;

pub(super) fn check(centre: &Centre, faults: &mut Vec<Fault>) {
    for flow in &centre.flows {
        for step in &flow.steps {
            if let FlowAct::Menu(menu) = &step.act {
                let all: Vec<char> = menu.keys.iter().map(|key| key.key).collect();
                let heard = heard(centre, flow, &menu.prompts);
                offered(
                    menu,
                    &all,
                    &heard,
                    &mut |prompt: &Prompt, key| other_key(prompt, key, step, flow, prompt.at),
                    faults,
                );
                other_label(menu, step, &heard, faults);
            }
        }
    }
    plans(centre, faults);
    callback(centre, faults);
    hours(centre, faults);
}

/// A prompt in one language, as callers hear it.
type Heard<'a> = (&'a Prompt, Language, &'a str);

fn heard<'a>(centre: &'a Centre, flow: &Flow, uses: &[PromptUse]) -> Vec<Heard<'a>> {
    let mut heard = Vec::new();
    for used in uses {
        let prompt = centre.prompt(used.prompt);
        let languages: &[Language] = match &used.speech {
            Speech::Chosen | Speech::Next => &flow.languages,
            Speech::Fixed(language) => core::slice::from_ref(language),
        };
        let texts = prompt.texts.iter();
        let texts = texts.filter(|(language, _)| languages.contains(language));
        heard.extend(texts.map(|(language, text)| (prompt, *language, text.as_str())));
    }
    heard
}

/// Each key that a prompt offers is one of `keys`, or hears the choices again.
fn offered(
    menu: &Menu,
    keys: &[char],
    heard: &[Heard<'_>],
    fault: &mut dyn FnMut(&Prompt, char) -> Fault,
    faults: &mut Vec<Fault>,
) {
    let mut told = BTreeSet::new();
    for (prompt, language, text) in heard {
        for (key, _) in said_keys(text, *language) {
            let known = keys.contains(&key) || menu.repeat == Some(key);
            if !known && told.insert((prompt.id.as_str(), key)) {
                faults.push(fault(prompt, key));
            }
        }
    }
}

fn other_key(prompt: &Prompt, key: char, step: &FlowStep, flow: &Flow, at: Place) -> Fault {
    let message = format!(
        "prompt \"{}\" offers key \"{key}\", which step \"{}\" of flow \"{}\" does not have",
        prompt.id, step.id, flow.id
    );
    let help = "let the words say the keys of the menu, or give the menu the key";
    Fault::new(Code::OtherKeys, at, message, help)
}

/// What is said to be on a key does not lie on another one.
fn other_label(menu: &Menu, step: &FlowStep, heard: &[Heard<'_>], faults: &mut Vec<Fault>) {
    let mut told = BTreeSet::new();
    for (prompt, language, text) in heard {
        for (key, sentence) in said_keys(text, *language) {
            let sentence = sentence.to_lowercase();
            let label_of = |own: char| {
                let mut keys = menu.keys.iter();
                let found = keys.find(|choice| choice.key == own);
                found.map(|choice| choice.label.get(*language).to_lowercase())
            };
            let own = label_of(key).unwrap_or_default();
            if own.is_empty() || sentence.contains(&own) {
                continue;
            }
            let mut others = menu.keys.iter().filter(|other| other.key != key);
            let other = others.find(|other| {
                let label = other.label.get(*language).to_lowercase();
                label.chars().count() > 4 && sentence.contains(&label)
            });
            if let Some(other) = other
                && told.insert((prompt.id.as_str(), key))
            {
                let message = format!(
                    "prompt \"{}\" says key \"{key}\" for {}, but step \"{}\" has that on key \"{}\"",
                    prompt.id,
                    other.label.get(*language),
                    step.id,
                    other.key
                );
                let help = "let the words and the keys say the same; the words are read in when the service starts";
                faults.push(Fault::new(Code::OtherKeys, prompt.at, message, help));
            }
        }
    }
}

/// A shorter menu does not offer what it has dropped.
fn plans(centre: &Centre, faults: &mut Vec<Fault>) {
    for plan in &centre.plans {
        for (number, plan_step) in plan.steps.iter().enumerate() {
            let PlanAct::Menu {
                target,
                keys,
                prompts,
            } = &plan_step.act
            else {
                continue;
            };
            let (flow, step) = (&centre.flows[target.flow.idx()], centre.step(*target));
            let FlowAct::Menu(menu) = &step.act else {
                continue;
            };
            let uses = if prompts.is_empty() {
                &menu.prompts
            } else {
                prompts
            };
            let mut fault = |prompt: &Prompt, key| {
                let message = format!(
                    "step {} of plan \"{}\" drops key \"{key}\", which prompt \"{}\" still offers",
                    number + 1,
                    plan.id,
                    prompt.id
                );
                let help = "keep the key, or play a prompt without it";
                Fault::new(Code::OtherKeys, plan_step.at, message, help)
            };
            let heard = heard(centre, flow, uses);
            offered(menu, keys, &heard, &mut fault, faults);
        }
    }
}

fn callback(centre: &Centre, faults: &mut Vec<Fault>) {
    let Some(offer) = &centre.callback.offer else {
        return;
    };
    let prompt = centre.prompt(offer.offer);
    let mut told = BTreeSet::new();
    for (language, text) in &prompt.texts {
        for (key, _) in said_keys(text, *language) {
            if key != offer.key && told.insert(key) {
                let message = format!(
                    "prompt \"{}\" offers key \"{key}\", but the callback is on key \"{}\"",
                    prompt.id, offer.key
                );
                let help = "let the words say the key of [callback.offer]";
                faults.push(Fault::new(Code::OtherKeys, prompt.at, message, help));
            }
        }
    }
}

/// The keys that a text tells to press, each with its sentence.
fn said_keys(text: &str, language: Language) -> Vec<(char, &str)> {
    let mut found = Vec::new();
    for sentence in text.split(['.', '?', '!']) {
        let words = words_of(sentence);
        for pair in words.windows(2) {
            let [verb, key] = pair else { continue };
            if matches!(verb.as_str(), "trykk" | "tast" | "press")
                && let Some(key) = key_of(key, language)
            {
                found.push((key, sentence));
            }
        }
    }
    found
}

fn key_of(word: &str, language: Language) -> Option<char> {
    match word {
        "stjerne" | "star" | "asterisk" => return Some('*'),
        "firkant" | "firkanttast" | "hash" | "pound" => return Some('#'),
        _ => {}
    }
    let number = number_of(word, language).filter(|number| *number < 10)?;
    char::from_digit(u32::from(number), 10)
}

/// Lower-case words; what joins two times, such as a dash, is a word too.
fn words_of(text: &str) -> Vec<String> {
    let spaced: String = text
        .chars()
        .map(|letter| match letter {
            '–' | '—' => String::from(" - "),
            other => other.to_string(),
        })
        .collect();
    let mut words = Vec::new();
    for word in spaced.split_whitespace() {
        // "09-15", but not "twenty-one".
        let figures = word.starts_with(|letter: char| letter.is_ascii_digit());
        let parts: Vec<&str> = if figures && word.contains('-') {
            word.splitn(2, '-').collect()
        } else {
            vec![word]
        };
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                words.push(String::from("-"));
            }
            let trimmed = part.trim_matches(|letter: char| !letter.is_alphanumeric());
            if !trimmed.is_empty() {
                words.push(trimmed.to_lowercase());
            } else if *part == "-" {
                words.push(String::from("-"));
            }
        }
    }
    words
}

fn number_of(word: &str, language: Language) -> Option<u8> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let same = match word {
        "ett" | "ein" | "éin" | "én" => "en",
        "syv" => "sju",
        "tyve" => "tjue",
        other => other,
    };
    (0..=59).find(|number| words::number(*number, language) == same)
}

/// A time that was said, in minutes after midnight or noon, and how many words it takes.
fn time_at(words: &[String], language: Language) -> Option<(u16, usize)> {
    let mut at = 0;
    while matches!(
        words.get(at).map(String::as_str),
        Some("klokka" | "klokken" | "kl")
    ) {
        at += 1;
    }
    let word = words.get(at)?.as_str();
    let next = |place: usize| words.get(place).map_or("", String::as_str);
    let hour = |place: usize| number_of(next(place), language).filter(|hour| *hour <= 24);
    let (minutes, used) = if word == "halv" {
        (u16::from(hour(at + 1)?) * 60 + 720 - 30, 2)
    } else if word == "half" && next(at + 1) == "past" {
        (u16::from(hour(at + 2)?) * 60 + 30, 3)
    } else if matches!(word, "kvart" | "kvarter" | "quarter") {
        let quarter = u16::from(hour(at + 2)?) * 60;
        match next(at + 1) {
            "over" | "past" => (quarter + 15, 3),
            "på" | "to" => (quarter + 720 - 15, 3),
            _ => return None,
        }
    } else if let Some((hour, minute)) = word.split_once(['.', ':']) {
        let minute = minute.parse::<u16>().ok().filter(|minute| *minute < 60)?;
        (
            hour.parse::<u16>().ok().filter(|hour| *hour <= 24)? * 60 + minute,
            1,
        )
    } else {
        let whole = u16::from(hour(at)?) * 60;
        // "åtte tretti", "three thirty".
        match number_of(next(at + 1), language).filter(|minute| *minute >= 10) {
            Some(minute) => (whole + u16::from(minute), 2),
            None => (whole, 1),
        }
    };
    Some((minutes % HALF_DAY, at + used))
}

/// The spans of time that a text names: "fra klokka ni til klokka femten", "from nine to three", "09–15".
fn spans(text: &str, language: Language) -> Vec<(u16, u16)> {
    const PASSED: [&str; 8] = [
        "in",
        "the",
        "morning",
        "afternoon",
        "am",
        "pm",
        "o'clock",
        "om",
    ];
    let words = words_of(text);
    let mut found = Vec::new();
    let mut place = 0;
    while place < words.len() {
        let rest = &words[place..];
        place += 1;
        let Some((from, used)) = time_at(rest, language) else {
            continue;
        };
        let mut next = used;
        while rest
            .get(next)
            .is_some_and(|word| PASSED.contains(&word.as_str()))
        {
            next += 1;
        }
        let joins = rest
            .get(next)
            .is_some_and(|word| matches!(word.as_str(), "til" | "to" | "-"));
        if !joins {
            continue;
        }
        if let Some((to, more)) = rest
            .get(next + 1..)
            .and_then(|rest| time_at(rest, language))
        {
            found.push((from, to));
            place += next + more;
        }
    }
    found
}

/// Whether spans that were said are the spans of the hours, each way.
fn says_hours(text: &str, language: Language, hours: &OpeningHours) -> bool {
    let said = spans(text, language);
    if said.is_empty() {
        return true;
    }
    let same = |(from, to): (u16, u16), rule: &WeekdayRule| {
        from == rule.period.from % HALF_DAY && to == rule.period.to % HALF_DAY
    };
    let known = said
        .iter()
        .all(|span| hours.rules.iter().any(|rule| same(*span, rule)));
    known
        && hours
            .rules
            .iter()
            .all(|rule| said.iter().any(|span| same(*span, rule)))
}

fn hours(centre: &Centre, faults: &mut Vec<Fault>) {
    for (number, hours) in centre.hours.iter().enumerate() {
        let wrong = |rule: &WeekdayRule| rule.period.from >= rule.period.to;
        if hours.rules.is_empty() || hours.rules.iter().any(wrong) {
            continue;
        }
        let rule = in_figures(hours);
        let names = [
            (Language::Nb, &hours.name.nb),
            (Language::En, &hours.name.en),
        ];
        let mut names = names.into_iter();
        if let Some((_, name)) = names.find(|(of, name)| !says_hours(name, *of, hours)) {
            let message = format!(
                "the name \"{name}\" says other hours than opening hours \"{}\", which are {rule}",
                hours.id
            );
            let help = "let the name say the hours, or no hours at all";
            faults.push(Fault::new(Code::OtherHours, hours.at, message, help));
        }
        let mut told = BTreeSet::new();
        for prompt in said_when_closed(centre, number) {
            let mut texts = prompt.texts.iter();
            let wrong = texts.find(|(of, text)| !says_hours(text, *of, hours));
            if let Some((language, _)) = wrong
                && told.insert(prompt.id.as_str())
            {
                let message = format!(
                    "prompt \"{}\" says other hours in {language} than opening hours \"{}\", which are {rule}",
                    prompt.id, hours.id
                );
                let help = "let it say those hours in words; the words are read in when the service starts";
                faults.push(Fault::new(Code::OtherHours, prompt.at, message, help));
            }
        }
    }
}

fn in_figures(hours: &OpeningHours) -> String {
    let mut spans: Vec<String> = Vec::new();
    for rule in &hours.rules {
        let span = format!("{}-{}", clock(rule.period.from), clock(rule.period.to));
        if !spans.contains(&span) {
            spans.push(span);
        }
    }
    spans.join(", ")
}

/// What callers hear when these hours are closed: their own prompt, else that of the steps they lead to.
fn said_when_closed(centre: &Centre, number: usize) -> Vec<&Prompt> {
    let steps = centre.flows.iter().flat_map(|flow| &flow.steps);
    let closed = steps.filter_map(|step| match &step.act {
        FlowAct::Hours { hours, closed, .. } if hours.idx() == number => Some(*closed),
        FlowAct::Hours { .. }
        | FlowAct::Play { .. }
        | FlowAct::Menu(_)
        | FlowAct::Language { .. }
        | FlowAct::Queue { .. }
        | FlowAct::HangUp { .. } => None,
    });
    let mut said: Vec<&Prompt> = Vec::new();
    let own = centre.hours[number]
        .prompt
        .map(|prompt| centre.prompt(prompt));
    for target in closed {
        if let FlowAct::HangUp { prompts, .. } = &centre.step(target).act {
            let mut prompts = prompts.iter().map(|used| centre.prompt(used.prompt));
            // Its own words are said instead of the first.
            let first = prompts.next();
            said.extend(own.or(first));
            said.extend(prompts);
        }
    }
    said.extend(own);
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_understood_in_words_and_in_figures() {
        let nb = |text| spans(text, Language::Nb);
        assert_eq!(
            nb("Vi svarer på hverdager fra klokka ni til klokka femten."),
            [(540, 180)]
        );
        assert_eq!(nb("fra klokka åtte til klokka halv fire"), [(480, 210)]);
        assert_eq!(
            nb(
                "mandag til torsdag fra klokka ni til klokka femten, og fredag fra klokka ni til klokka tretten"
            ),
            [(540, 180), (540, 60)]
        );
        assert_eq!(nb("Hverdager 09-15"), [(540, 180)]);
        assert_eq!(nb("Sentralbord 08–15.30"), [(480, 210)]);
        assert_eq!(nb("Alltid åpent, hele døgnet"), []);
        let en = |text| spans(text, Language::En);
        assert_eq!(
            en("on weekdays from nine in the morning to three in the afternoon."),
            [(540, 180)]
        );
        assert_eq!(en("from eight to half past three"), [(480, 210)]);
        assert_eq!(en("Weekdays 9-15"), [(540, 180)]);
    }

    #[test]
    fn keys_are_understood_in_words() {
        let keys = |text, language| -> String {
            said_keys(text, language)
                .into_iter()
                .map(|(key, _)| key)
                .collect()
        };
        assert_eq!(
            keys(
                "Gjelder det A, trykk en. Ellers, trykk sju. Igjen, trykk stjerne.",
                Language::Nb
            ),
            "17*"
        );
        assert_eq!(
            keys(
                "For A, press two. To hear it again, press star.",
                Language::En
            ),
            "2*"
        );
    }
}

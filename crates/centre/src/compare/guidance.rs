//! What has changed in guidance, and in what comes after a conversation.

use linje_guidance::{Fit, Rule, Words as Said};
use linje_types::Language;

use crate::after::{HandOver, NoteTemplate};
use crate::model::Centre;
use crate::say;

use super::{Both, PLAIN, Thing, Words, matched};

/// An id, what people call it, and everything it says.
type Row = (String, String, String);

/// How a kind of row is called: one of them, and a new one.
struct Kind {
    section: &'static str,
    one: Words<'static>,
    fresh: Words<'static>,
    meaning: Words<'static>,
}

const fn kind(
    section: &'static str,
    one: Words<'static>,
    fresh: Words<'static>,
    meaning: Words<'static>,
) -> Kind {
    Kind {
        section,
        one,
        fresh,
        meaning,
    }
}

/// The rows of one kind in a description.
type Rows = fn(&Centre, Language) -> Vec<Row>;

pub(super) fn compare(both: &mut Both<'_>) {
    let language = both.language;
    let advice = (
        "Veilederne ser det fra neste henvendelse",
        "Advisers see it from the next contact on",
    );
    let tasks = (
        "Nye oppgaver foreslås slik; de som finnes, endres ikke",
        "New tasks are proposed like this; those that exist do not change",
    );
    let agency = ("Ny etat å vise vei til", "New agency to show the way to");
    let template = ("Notatmalen", "The note template");
    let group = ("Behovsgruppen", "The needs group");
    let over = ("Overleveringen", "The hand-over");
    let kinds: [(Kind, Rows); 6] = [
        (
            kind(
                "guidance",
                ("Rådet", "The advice"),
                ("Nytt råd", "New advice"),
                advice,
            ),
            rules,
        ),
        (
            kind("agency", ("Etaten", "The agency"), agency, PLAIN),
            agencies,
        ),
        (
            kind(
                "needs_group",
                group,
                ("Ny behovsgruppe", "New needs group"),
                PLAIN,
            ),
            fits,
        ),
        (
            kind(
                "cause",
                ("Årsaken", "The cause"),
                ("Ny årsak", "New cause"),
                PLAIN,
            ),
            causes,
        ),
        (
            kind(
                "hand_over",
                over,
                ("Ny overlevering", "New hand-over"),
                tasks,
            ),
            hand_overs,
        ),
        (
            kind(
                "note_template",
                template,
                ("Ny notatmal", "New note template"),
                PLAIN,
            ),
            templates,
        ),
    ];
    for (kind, rows) in kinds {
        let (old, new) = (rows(both.old, language), rows(both.new, language));
        compare_rows(both, &kind, (&old, &new));
    }
    no_log(both);
}

fn compare_rows(both: &mut Both<'_>, kind: &Kind, (old, new): (&[Row], &[Row])) {
    let found = matched(old, new, |(id, _, _)| id);
    let thing = |both: &Both<'_>, (id, name, _): &Row| Thing {
        section: kind.section,
        id: id.clone(),
        name: format!("{} {name}", both.words(kind.one)),
    };
    for row in &found.removed {
        let thing = thing(both, row);
        both.removed(&thing, kind.meaning);
    }
    for row in &found.added {
        let thing = thing(both, row);
        both.added(&thing, kind.fresh, &row.1, kind.meaning);
    }
    for (was, is) in &found.pairs {
        let thing = thing(both, is);
        both.field(&thing, ("sier nå", "now says"), &was.2, &is.2, kind.meaning);
    }
}

fn no_log(both: &mut Both<'_>) {
    let (old, new) = (both.old, both.new);
    for (was, is) in matched(&old.topics, &new.topics, |topic| &topic.code).pairs {
        let thing = Thing {
            section: "topic",
            id: is.code.clone(),
            name: format!("{} {}", both.t("Temaet", "The topic"), is.code),
        };
        let said = |kept: bool, language| {
            if kept {
                say::pick(language, "ikke lagres", "is not kept")
            } else {
                say::pick(language, "lagres", "is kept")
            }
        };
        let (was, is) = (
            said(was.no_log, both.language),
            said(is.no_log, both.language),
        );
        let meaning = (
            "Det som alt er lagret, slettes ikke av dette",
            "What is kept already is not deleted by this",
        );
        both.field(
            &thing,
            ("det som handler om det, skal", "what is about it"),
            &was,
            &is,
            meaning,
        );
    }
}

fn said(words: &Said, language: Language) -> &str {
    match language {
        Language::En => &words.en,
        Language::Nb | Language::Nn | Language::Se => &words.nb,
    }
}

fn rules(centre: &Centre, language: Language) -> Vec<Row> {
    let row = |rule: &Rule| {
        let mut text = Vec::new();
        if let Some(does) = &rule.does {
            text.push(said(does, language).to_owned());
        }
        if let Some(does_not) = &rule.does_not {
            let not = say::pick(language, "ikke", "not");
            text.push(format!("{not}: {}", said(does_not, language)));
        }
        text.push(said(&rule.because, language).to_owned());
        text.push(conditions(rule, language));
        (rule.id.clone(), rule.id.clone(), text.join(" – "))
    };
    centre.guidance.rules.iter().map(row).collect()
}

/// When a rule applies, in the words of the file.
fn conditions(rule: &Rule, language: Language) -> String {
    if rule.when.is_always() {
        return say::pick(language, "alltid", "always");
    }
    let when = &rule.when;
    let mut parts: Vec<String> = Vec::new();
    let mut part = |key: &str, words: Vec<&str>| {
        if !words.is_empty() {
            parts.push(format!("{key} {}", words.join("/")));
        }
    };
    part(
        "digital",
        when.digital.iter().map(|it| it.as_str()).collect(),
    );
    part("way", when.way.iter().map(|it| it.as_str()).collect());
    part("topic", when.topic.iter().map(String::as_str).collect());
    part("needs", when.needs.iter().map(|it| it.as_str()).collect());
    part(
        "needs_not",
        when.needs_not.iter().map(|it| it.as_str()).collect(),
    );
    part(
        "question",
        when.question.iter().map(|it| it.as_str()).collect(),
    );
    part("agency", when.agency.iter().map(String::as_str).collect());
    part(
        "language",
        when.language.iter().map(|it| it.as_str()).collect(),
    );
    let flag = |flag: Option<bool>| flag.map(|yes| if yes { "true" } else { "false" });
    part("been_to_web", flag(when.been_to_web).into_iter().collect());
    part("identified", flag(when.identified).into_iter().collect());
    parts.join(", ")
}

fn agencies(centre: &Centre, language: Language) -> Vec<Row> {
    let agencies = centre.guidance.agencies.iter();
    agencies
        .map(|agency| {
            let phone = agency.phone.as_deref().unwrap_or("-");
            let (name, answers) = (
                said(&agency.name, language),
                said(&agency.answers, language),
            );
            let text = format!("{name}, {answers}, {}, {phone}", agency.web);
            (agency.id.clone(), name.to_owned(), text)
        })
        .collect()
}

fn fits(centre: &Centre, language: Language) -> Vec<Row> {
    let row = |fit: &Fit| {
        let ways: Vec<&str> = fit.ways.iter().map(|way| way.as_str()).collect();
        let name = said(&fit.name, language);
        let because = said(&fit.because, language);
        let text = format!("{name}: {} – {because}", ways.join(", "));
        (fit.group.as_str().to_owned(), name.to_owned(), text)
    };
    centre.guidance.fits.iter().map(row).collect()
}

fn causes(centre: &Centre, language: Language) -> Vec<Row> {
    let causes = centre.causes.iter();
    causes
        .map(|cause| {
            let name = cause.name.get(language);
            let text = format!("{name} ({})", cause.kind.as_str());
            (cause.id.clone(), name.to_owned(), text)
        })
        .collect()
}

fn hand_overs(centre: &Centre, language: Language) -> Vec<Row> {
    let row = |to: &HandOver| {
        let topics = to
            .topics
            .iter()
            .map(|topic| &centre.topics[topic.idx()].code);
        let topics: Vec<&str> = topics.map(String::as_str).collect();
        let unit = centre.units[to.unit.idx()].name.get(language);
        let days = to.working_days;
        let text = format!(
            "{} → {unit}, {}, {days}",
            topics.join("/"),
            to.kind.as_str()
        );
        (to.id.clone(), to.id.clone(), text)
    };
    centre.hand_overs.iter().map(row).collect()
}

fn templates(centre: &Centre, language: Language) -> Vec<Row> {
    let row = |template: &NoteTemplate| {
        let topics = template.topics.iter();
        let topics = topics.map(|topic| centre.topics[topic.idx()].code.as_str());
        let topics: Vec<&str> = topics.collect();
        let (name, text) = (template.name.get(language), template.text.get(language));
        let text = format!("{name} ({}): {text}", topics.join("/"));
        (template.id.clone(), name.to_owned(), text)
    };
    centre.note_templates.iter().map(row).collect()
}

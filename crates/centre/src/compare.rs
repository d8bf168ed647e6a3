//! What has changed between two descriptions, in words, with what it means for those who call and answer.
//!
//! A pure function of two centres. Nothing that differs is passed over in silence: what no sentence is
//! written for is told as such.

mod flows;
mod guidance;
mod hours;
mod people;
mod queues;
mod routing;

use linje_types::Language;
use serde::Serialize;

use crate::model::{Centre, Prompt, Text};
use crate::say;

/// One thing that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The section of the description: `queue`, `hours`, `flow` ..
    pub section: &'static str,
    /// The id within the section; empty when the section has but one.
    pub id: String,
    /// What has changed, as a sentence without full stop.
    pub what: String,
    /// What that means, as a sentence without full stop; empty when the change says it itself.
    pub meaning: String,
}

/// Everything in which `new` differs from `old`, in the order of the sections.
#[must_use]
pub fn differences_in_words(old: &Centre, new: &Centre, language: Language) -> Vec<Change> {
    let other = match language {
        Language::En => Language::Nb,
        Language::Nb | Language::Nn | Language::Se => Language::En,
    };
    // Prompts are called by how they begin: one whose words have changed is called the same on both sides.
    let mut named = old.clone();
    for prompt in &mut named.prompts {
        if let Some(same) = new.prompts.iter().find(|same| same.id == prompt.id) {
            prompt.texts.clone_from(&same.texts);
        }
    }
    let mut both = said_in(&named, &old.prompts, new, language);
    both.add_other(said_in(&named, &old.prompts, new, other).changes);
    if both.changes.is_empty() && without_places(old) != without_places(new) {
        let what = both.t(
            "Noe er endret som det ikke finnes egne ord for",
            "Something has changed that there are no words for",
        );
        let meaning = both.t(
            "Se på teksten selv før du publiserer",
            "Look at the text itself before you publish",
        );
        both.push("centre", "", what, meaning);
    }
    both.changes
}

fn said_in<'a>(
    old: &'a Centre,
    prompts: &'a [Prompt],
    new: &'a Centre,
    language: Language,
) -> Both<'a> {
    let mut both = Both {
        old,
        prompts,
        new,
        language,
        changes: Vec::new(),
    };
    both.head();
    routing::compare(&mut both);
    queues::compare(&mut both);
    hours::compare(&mut both);
    flows::compare(&mut both);
    people::compare(&mut both);
    guidance::compare(&mut both);
    both
}

/// The description as text, wherever in the file its parts stand.
fn without_places(centre: &Centre) -> String {
    let mut centre = centre.clone();
    centre.warned.clear();
    let text = format!("{centre:?}");
    let mut kept = String::with_capacity(text.len());
    for (number, part) in text.split("Place {").enumerate() {
        let rest = if number == 0 {
            Some(part)
        } else {
            part.split_once('}').map(|(_, rest)| rest)
        };
        kept.push_str(rest.unwrap_or_default());
    }
    kept
}

/// Bokmål and English of the same words.
type Words<'a> = (&'a str, &'a str);

/// No meaning beyond what is said.
const PLAIN: Words<'static> = ("", "");

/// What a sentence is about.
struct Thing {
    section: &'static str,
    id: String,
    /// As the sentence begins: "Køen Dagpenger".
    name: String,
}

/// Two descriptions and what was found between them.
struct Both<'a> {
    /// With the words of the new prompts.
    old: &'a Centre,
    /// The old prompts with their own words.
    prompts: &'a [Prompt],
    new: &'a Centre,
    language: Language,
    changes: Vec<Change>,
}

impl Both<'_> {
    /// Texts that have changed in the other language only.
    fn add_other(&mut self, others: Vec<Change>) {
        let is_of =
            |one: &Change, other: &Change| one.section == other.section && one.id == other.id;
        let mut told: Vec<Change> = Vec::new();
        for other in &others {
            let here = self.changes.iter().filter(|own| is_of(own, other));
            let there = others.iter().filter(|own| is_of(own, other));
            if here.count() < there.count() && !told.iter().any(|own| is_of(own, other)) {
                told.push(other.clone());
            }
        }
        for other in told {
            let what = self.t(
                format!("Også teksten på engelsk er endret – {}", other.what),
                format!("The Norwegian text has changed too – {}", other.what),
            );
            self.push(other.section, &other.id, what, String::new());
        }
    }

    fn t(&self, nb: impl Into<String>, en: impl Into<String>) -> String {
        say::pick(self.language, nb, en)
    }

    fn words(&self, words: Words<'_>) -> String {
        self.t(words.0, words.1)
    }

    fn name(&self, name: &Text) -> String {
        String::from(name.get(self.language))
    }

    fn push(&mut self, section: &'static str, id: &str, what: String, meaning: String) {
        self.changes.push(Change {
            section,
            id: id.to_owned(),
            what,
            meaning,
        });
    }

    /// "Køen Dagpenger: ring 2 begynner etter 40 sekunder (før 30 sekunder)", when the two are not the same.
    fn field(&mut self, thing: &Thing, lead: Words<'_>, was: &str, is: &str, meaning: Words<'_>) {
        if was == is {
            return;
        }
        let lead = self.words(lead);
        let before = self.t("før", "was");
        let what = format!("{}: {lead} {is} ({before} {was})", thing.name);
        let meaning = self.words(meaning);
        self.push(thing.section, &thing.id, what, meaning);
    }

    /// As `field`, for a number whose growth means another thing than its fall.
    fn amount<N: PartialOrd + Copy>(
        &mut self,
        thing: &Thing,
        lead: Words<'_>,
        (was, is): (N, N),
        show: impl Fn(N, Language) -> String,
        (more, less): (Words<'_>, Words<'_>),
    ) {
        let meaning = if is > was { more } else { less };
        let (was, is) = (show(was, self.language), show(is, self.language));
        self.field(thing, lead, &was, &is, meaning);
    }

    fn added(&mut self, thing: &Thing, lead: Words<'_>, name: &str, meaning: Words<'_>) {
        let what = format!("{}: {name}", self.words(lead));
        let meaning = self.words(meaning);
        self.push(thing.section, &thing.id, what, meaning);
    }

    fn removed(&mut self, thing: &Thing, meaning: Words<'_>) {
        let gone = self.t("er tatt bort", "is taken away");
        let what = format!("{} {gone}", thing.name);
        let meaning = self.words(meaning);
        self.push(thing.section, &thing.id, what, meaning);
    }

    fn head(&mut self) {
        let (old, new) = (self.old, self.new);
        let thing = Thing {
            section: "centre",
            id: String::new(),
            name: self.t("Senteret", "The centre"),
        };
        self.field(&thing, ("id-en er", "the id is"), &old.id, &new.id, PLAIN);
        let names = (self.name(&old.name), self.name(&new.name));
        self.field(
            &thing,
            ("navnet er", "the name is"),
            &names.0,
            &names.1,
            PLAIN,
        );
        self.field(
            &thing,
            ("versjonen heter", "the version is called"),
            &old.version,
            &new.version,
            PLAIN,
        );
        self.field(
            &thing,
            ("kilden er", "the source is"),
            &old.source,
            &new.source,
            PLAIN,
        );
        let from = |centre: &Centre, language| match centre.valid_from {
            Some(date) => say::date(date, language),
            None => say::pick(language, "ikke sagt", "not said"),
        };
        let dates = (from(old, self.language), from(new, self.language));
        self.field(
            &thing,
            ("den gjelder fra", "it holds from"),
            &dates.0,
            &dates.1,
            PLAIN,
        );
        let assumed = |centre: &Centre, language| {
            let texts = centre.assumed.iter();
            let texts: Vec<&str> = texts.map(|text| text.get(language)).collect();
            texts.join("; ")
        };
        let texts = (assumed(old, self.language), assumed(new, self.language));
        self.field(
            &thing,
            ("det som er antatt, er", "what is assumed is"),
            &texts.0,
            &texts.1,
            PLAIN,
        );
    }
}

/// Things with the same id in both, those that are new and those that are gone.
struct Matched<'a, T> {
    pairs: Vec<(&'a T, &'a T)>,
    added: Vec<&'a T>,
    removed: Vec<&'a T>,
}

fn matched<'a, T>(old: &'a [T], new: &'a [T], id: impl Fn(&T) -> &str) -> Matched<'a, T> {
    let find = |among: &'a [T], wanted: &T| among.iter().find(|other| id(other) == id(wanted));
    let mut result = Matched {
        pairs: Vec::new(),
        added: Vec::new(),
        removed: Vec::new(),
    };
    for is in new {
        match find(old, is) {
            Some(was) => result.pairs.push((was, is)),
            None => result.added.push(is),
        }
    }
    result.removed = old.iter().filter(|was| find(new, was).is_none()).collect();
    result
}

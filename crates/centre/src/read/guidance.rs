//! Guidance: `[[guidance]]` rules, `[[agency]]` signposts, `[[needs_group]]`.
//!
//! A rule that says nothing, or that can never apply, is found here, where its words have places.

use std::collections::BTreeSet;

use linje_guidance::{
    Agency, Digital, Fit, Guidance, NeedsGroup, Question, Rule, Tongue, Way, When, Words,
};
use linje_types::Language;

use crate::fault::Code;
use crate::names::{Names, word};
use crate::reader::{Placed, Table};

pub(super) fn guidance(root: &Table<'_, '_>, names: &Names) -> Guidance {
    let mut said = BTreeSet::new();
    let rules = root.tables("guidance", |table| rule(table, names, &mut said));
    let agencies = root.tables("agency", |table| agency(table, &said));
    let mut seen = BTreeSet::new();
    let fits = root.tables("needs_group", |table| fit(table, &mut seen));
    Guidance {
        rules,
        agencies,
        fits: fits.into_iter().flatten().collect(),
    }
}

fn words(table: &Table<'_, '_>) -> Words {
    Words {
        nb: table.need_text("nb").value,
        en: table.need_text("en").value,
    }
}

fn rule(table: &Table<'_, '_>, names: &Names, said: &mut BTreeSet<String>) -> Rule {
    let id = table.need_text("id").value;
    let does = table.table("do", words);
    let does_not = table.table("not", words);
    if !table.has("do") && !table.has("not") {
        let message = format!(
            "{} neither says what to do nor what not to do",
            table.what()
        );
        let help = "add do = { nb, en }, not = { nb, en }, or both";
        table
            .reader
            .fault(Code::BadGuidance, table.at, message, help);
    }
    let when = table.table("when", |when| self::when(when, names));
    let when = when.unwrap_or_default();
    said.extend(when.agency.iter().cloned());
    Rule {
        id,
        when,
        does,
        does_not,
        because: table.need_table("because", words).unwrap_or_default(),
    }
}

fn when(table: &Table<'_, '_>, names: &Names) -> When {
    let who = format!("{} asks for", table.what());
    let topics = list(table, "topic", |topic| {
        names.topic(table.reader, topic, &who);
        Some(topic.value.clone())
    });
    let agencies = list(table, "agency", |agency| {
        names.agencies.find(table.reader, agency, &who);
        Some(agency.value.clone())
    });
    let when = When {
        digital: closed(table, "digital", Digital::NAMES),
        way: closed(table, "way", Way::NAMES),
        topic: topics,
        needs: closed(table, "needs", NeedsGroup::NAMES),
        needs_not: closed(table, "needs_not", NeedsGroup::NAMES),
        question: closed(table, "question", Question::NAMES),
        agency: agencies,
        language: closed(table, "language", &tongues()),
        been_to_web: table.flag("been_to_web"),
        identified: table.flag("identified"),
    };
    contradictions(table, &when);
    when
}

fn tongues() -> Vec<(&'static str, Tongue)> {
    let spoken = Language::ALL.iter();
    spoken
        .map(|language| (language.as_str(), Tongue::Spoken(*language)))
        .chain([(Tongue::OTHER, Tongue::Other)])
        .collect()
}

fn contradictions(table: &Table<'_, '_>, when: &When) {
    let both = when
        .needs
        .iter()
        .find(|group| when.needs_not.contains(group));
    if let Some(group) = both {
        let message = format!(
            "{} wants the needs group \"{}\" and will not have it",
            table.what(),
            group.as_str()
        );
        let help = "take it from needs or from needs_not";
        let at = table.place_of("needs_not");
        table.reader.fault(Code::BadGuidance, at, message, help);
    }
    let elsewhere = !when.question.is_empty() && !when.question.contains(&Question::OtherAgency);
    if !when.agency.is_empty() && elsewhere {
        let message = format!(
            "{} is about another agency, but not about the question \"other_agency\"",
            table.what()
        );
        let help = "add \"other_agency\" to question, or take agency away";
        let at = table.place_of("question");
        table.reader.fault(Code::IdleGuidance, at, message, help);
    }
}

/// The words of a closed list under `key`.
fn closed<T: Copy>(
    table: &Table<'_, '_>,
    key: &'static str,
    known: &[(&'static str, T)],
) -> Vec<T> {
    let who = format!("{} asks for the {key}", table.what());
    list(table, key, |id| word(table.reader, id, &who, known))
}

/// What each word of the list `key` stands for; an empty list would never hold.
fn list<T>(
    table: &Table<'_, '_>,
    key: &'static str,
    read: impl Fn(&Placed<String>) -> Option<T>,
) -> Vec<T> {
    let ids = table.texts(key);
    if ids.is_empty() && table.has(key) {
        let message = format!(
            "\"{key}\" of {} is empty, so that nothing fits",
            table.what()
        );
        let help = "name one or more, or take the key away";
        let at = table.place_of(key);
        table.reader.fault(Code::BadGuidance, at, message, help);
    }
    ids.iter().filter_map(read).collect()
}

fn agency(table: &Table<'_, '_>, said: &BTreeSet<String>) -> Agency {
    let id = table.need_text("id").value;
    if !said.is_empty() && !said.contains(&id) {
        let message = format!("no rule of guidance shows the way to {}", table.what());
        let help = format!("add \"{id}\" to the agency of a rule");
        table
            .reader
            .fault(Code::IdleGuidance, table.at, message, help);
    }
    Agency {
        id,
        name: table.need_table("name", words).unwrap_or_default(),
        answers: table.need_table("answers", words).unwrap_or_default(),
        web: table.need_text("web").value,
        phone: table.text("phone").map(|phone| phone.value),
    }
}

fn fit(table: &Table<'_, '_>, seen: &mut BTreeSet<NeedsGroup>) -> Option<Fit> {
    let id = table.need_text("id");
    let who = format!("{} is the group", table.what());
    let group = word(table.reader, &id, &who, NeedsGroup::NAMES);
    if let Some(group) = group
        && !seen.insert(group)
    {
        let message = format!("{} is there twice", table.what());
        table
            .reader
            .fault(Code::Doubled, id.at, message, "take one of them away");
    }
    let ways = closed(table, "ways", Way::NAMES);
    if !table.has("ways") {
        let message = format!("{} does not say which ways fit", table.what());
        let help = "add ways = [\"web\", \"phone\"], best first";
        table
            .reader
            .fault(Code::BadGuidance, table.at, message, help);
    }
    let name = table.need_table("name", words).unwrap_or_default();
    let because = table.need_table("because", words).unwrap_or_default();
    Some(Fit {
        group: group?,
        name,
        ways,
        because,
    })
}

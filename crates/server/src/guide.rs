//! Opens what guidance and wrap-up need, and gives an empty knowledge base its first articles.

use anyhow::{Context as _, Result};
use linje_centre::Centre;
use linje_http::Guide;
use linje_store::{Content, EntryKind, Hand, NumberKey, PersonKeys, Reader, Records};
use linje_types::Timestamp;
use serde::Deserialize;

/// Examples, one per topic and language; marked as such wherever they are shown.
const EXAMPLES: &str = include_str!("../../../centres/knowledge.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    #[serde(default)]
    topic: String,
    owner: String,
    review_by: Option<String>,
    #[serde(default)]
    pinned: bool,
    nb: Words,
    en: Option<Words>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    title: String,
    body: String,
}

/// What seals texts about people: another use of the same secret, hashed with a name that is no number.
pub(crate) fn person_keys(numbers: &NumberKey) -> PersonKeys {
    PersonKeys::new(numbers.hash("keys of people").0)
}

/// What the web needs of people's rows for guidance.
pub(crate) fn open(
    centre: &Centre,
    records: &Records,
    numbers: &NumberKey,
    reader: &Reader,
    now: Timestamp,
) -> Result<Guide> {
    if records.count_articles()? == 0 {
        let count = fill(centre, records, now)?;
        tracing::info!(count, "the knowledge base got its examples");
    }
    let (numbers, reader) = (numbers.clone(), reader.clone());
    let caller_of = move |contact| {
        let row = reader
            .vault(contact, linje_desk::field::CALLER)
            .inspect_err(|error| tracing::error!(%error, "cannot read whose contact it is"))
            .ok()??;
        let caller = row.value.as_slice().try_into().ok()?;
        Some(linje_desk::CallerKey(caller))
    };
    Ok(Guide::new(
        records.clone(),
        person_keys(&numbers),
        move |text| numbers.hash(text).0,
        caller_of,
    ))
}

fn fill(centre: &Centre, records: &Records, now: Timestamp) -> Result<usize> {
    let hand = Hand {
        by: String::from("Linje"),
        why: String::from("Eksempel som følger med"),
        at: now,
    };
    Ok(records.add_articles(examples(centre)?, &hand)?)
}

fn examples(centre: &Centre) -> Result<Vec<(EntryKind, Content, String)>> {
    let file: File = toml::from_str(EXAMPLES).context("cannot read the examples of knowledge")?;
    let mut entries = Vec::new();
    for entry in file.entry {
        let topic = centre.topics.iter().find(|topic| topic.code == entry.topic);
        // Another centre has other topics.
        if topic.is_none() && !entry.topic.is_empty() {
            continue;
        }
        let kind = EntryKind::parse(&entry.kind)
            .with_context(|| format!("`{}` is no kind of entry", entry.kind))?;
        let about = topic.map_or_else(String::new, |topic| {
            format!("{} {} {}", topic.code, topic.name.nb, topic.name.en)
        });
        for (language, words) in [("nb", Some(&entry.nb)), ("en", entry.en.as_ref())] {
            let Some(words) = words else { continue };
            let content = Content {
                topic: entry.topic.clone(),
                language: language.to_owned(),
                owner: entry.owner.clone(),
                title: words.title.clone(),
                body: words.body.trim().to_owned(),
                review_by: entry.review_by.clone(),
                until: None,
                pinned: entry.pinned,
                withdrawn: false,
            };
            entries.push((kind, content, about.clone()));
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_topic_has_an_example_in_both_languages() {
        let centre = Centre::parse(crate::config::NATIONAL_2015).unwrap();
        let entries = examples(&centre).unwrap();
        let articles: BTreeSet<(String, String)> = entries
            .iter()
            .filter(|(kind, _, _)| *kind == EntryKind::Article)
            .map(|(_, content, _)| (content.topic.clone(), content.language.clone()))
            .collect();
        let missing: Vec<&str> = centre
            .topics
            .iter()
            .map(|topic| topic.code.as_str())
            .filter(|code| {
                ["nb", "en"].iter().any(|language| {
                    !articles.contains(&((*code).to_owned(), (*language).to_owned()))
                })
            })
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
        let kinds: BTreeSet<EntryKind> = entries.iter().map(|(kind, _, _)| *kind).collect();
        assert_eq!(kinds.len(), EntryKind::ALL.len());
    }
}

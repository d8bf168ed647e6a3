//! Knowledge: found while typing, changed with a history, never hurt by what somebody types.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::PathBuf;
use std::time::Instant;

use linje_store::{Changed, Content, EntryKind, Found, Hand, Records, Sought};
use linje_types::Timestamp;

fn file(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("linje-knowledge-{name}-{}", std::process::id()));
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("people.sqlite")
}

fn content(topic: &str, language: &str, title: &str, body: &str) -> Content {
    Content {
        topic: topic.to_owned(),
        language: language.to_owned(),
        owner: "fag-arbeid".to_owned(),
        title: title.to_owned(),
        body: body.to_owned(),
        review_by: None,
        until: None,
        pinned: false,
        withdrawn: false,
    }
}

fn hand(why: &str) -> Hand {
    Hand {
        by: "F990001".to_owned(),
        why: why.to_owned(),
        at: Timestamp(1),
    }
}

fn sought(words: &str) -> Sought {
    Sought {
        words: words.to_owned(),
        limit: 10,
        ..Sought::default()
    }
}

fn titles(found: &[Found]) -> Vec<&str> {
    let found = found.iter();
    found
        .map(|found| found.article.content.title.as_str())
        .collect()
}

#[test]
fn what_is_typed_so_far_finds_it_and_the_topic_in_hand_comes_first() {
    let records = Records::open(&file("typing")).unwrap();
    let add = |kind, content: Content, about: &str| {
        records
            .add_article(kind, &content, (about, true), &hand("ny"))
            .unwrap()
    };
    add(
        EntryKind::Article,
        content(
            "DAG",
            "nb",
            "Dagpenger når du er arbeidsledig",
            "Du må være registrert som arbeidssøker.",
        ),
        "Dagpenger",
    );
    add(
        EntryKind::Article,
        content(
            "SYK",
            "nb",
            "Sykepenger",
            "Arbeidsgiver betaler de første 16 dagene. Blå resept.",
        ),
        "Sykepenger",
    );
    add(
        EntryKind::Answer,
        content(
            "DAG",
            "en",
            "Unemployment benefit",
            "Register as a job seeker first.",
        ),
        "Dagpenger",
    );
    add(
        EntryKind::News,
        content("", "nb", "Arbeid i helgen", "Stengt."),
        "",
    );
    let find = |sought: &Sought| records.search_articles(sought).unwrap();
    assert_eq!(
        titles(&find(&sought("dagp"))),
        ["Dagpenger når du er arbeidsledig", "Unemployment benefit"]
    );
    assert_eq!(
        titles(&find(&sought("arbeidsgiver dagene"))),
        ["Sykepenger"]
    );
    let english = Sought {
        language: Some("en".to_owned()),
        ..sought("dagpenger")
    };
    assert_eq!(titles(&find(&english)), ["Unemployment benefit"]);
    let in_hand = Sought {
        topic: Some("SYK".to_owned()),
        ..sought("arbeid")
    };
    assert_eq!(titles(&find(&in_hand))[0], "Sykepenger");
    let news = Sought {
        kind: Some(EntryKind::News),
        ..sought("arbeid")
    };
    assert_eq!(titles(&find(&news)), ["Arbeid i helgen"]);
    // Å is a letter of its own.
    assert_eq!(
        titles(&find(&sought("bla resept"))).len(),
        1,
        "any word, when no entry has all"
    );
    assert!(find(&sought("bla")).is_empty() && find(&sought("blå")).len() == 1);
    // No entry has every word: those with any.
    assert_eq!(find(&sought("sykepenger romskip")).len(), 1);
    let snippet = &find(&sought("dagene"))[0].snippet;
    assert!(
        snippet.contains(&("dagene".to_owned(), true)),
        "{snippet:?}"
    );
    let whole: String = snippet.iter().map(|(text, _)| text.as_str()).collect();
    assert!(whole.starts_with("Arbeidsgiver betaler"), "{whole}");
}

#[test]
fn nothing_that_is_typed_is_taken_for_a_command() {
    let records = Records::open(&file("typed")).unwrap();
    let body = "Tekst om <script>alert(1)</script> og \"sitat\".";
    let entry = content("DAG", "nb", "NEAR OR AND NOT *", body);
    records
        .add_article(EntryKind::Article, &entry, ("", true), &hand("ny"))
        .unwrap();
    for typed in [
        "\"",
        "*",
        "(",
        ")",
        "AND",
        "NOT x",
        "title : x",
        "a NEAR(b)",
        "^a",
        "-",
        "{",
        "x'; DROP TABLE article",
        "\u{0}",
        "xxkindnews",
        "🦀",
        "",
    ] {
        records
            .search_articles(&sought(typed))
            .unwrap_or_else(|error| panic!("{typed:?}: {error}"));
    }
    let found = records.search_articles(&sought("script")).unwrap();
    let whole: String = found[0]
        .snippet
        .iter()
        .map(|(text, _)| text.as_str())
        .collect();
    assert_eq!(whole, body, "shown as it was written");
}

#[test]
fn changes_have_a_history_and_can_be_undone() {
    let records = Records::open(&file("history")).unwrap();
    let first = content("DAG", "nb", "Dagpenger", "Gammel sats.");
    let made = records
        .add_article(EntryKind::Article, &first, ("", false), &hand("ny"))
        .unwrap();
    let second = content("DAG", "nb", "Dagpenger", "Ny sats fra mai.");
    let change = |version: i64, content: &Content| {
        records
            .change_article((made.id, version), content, "", &hand("ny sats"))
            .unwrap()
    };
    assert!(matches!(change(1, &second), Changed::Done(article) if article.version == 2));
    assert_eq!(change(1, &first), Changed::Stale(2), "somebody was first");
    assert!(
        records
            .search_articles(&sought("gammel"))
            .unwrap()
            .is_empty()
    );
    let undone = records
        .restore_article((made.id, 2), 1, "", &hand("feil"))
        .unwrap();
    assert!(
        matches!(undone, Changed::Done(article) if article.version == 3 && article.content == first)
    );
    assert_eq!(records.search_articles(&sought("gammel")).unwrap().len(), 1);
    let versions = records.article_versions(made.id).unwrap();
    let told: Vec<(i64, &str)> = versions
        .iter()
        .map(|it| (it.version, it.why.as_str()))
        .collect();
    assert_eq!(told, [(3, "feil"), (2, "ny sats"), (1, "ny")]);
    let gone = Content {
        withdrawn: true,
        ..first
    };
    assert!(matches!(change(3, &gone), Changed::Done(_)));
    assert!(
        records
            .search_articles(&sought("gammel"))
            .unwrap()
            .is_empty()
    );
    assert_eq!(records.article_versions(made.id).unwrap().len(), 4);
}

/// Prints how long a search takes among 5,000 entries, letter by letter.
#[test]
fn search_among_five_thousand() {
    let records = Records::open(&file("many")).unwrap();
    let words = [
        "dagpenger",
        "sykepenger",
        "foreldrepenger",
        "utbetaling",
        "vedtak",
        "klage",
        "skjema",
        "frist",
        "arbeidsgiver",
        "barn",
        "pensjon",
        "uføretrygd",
        "dokumentasjon",
        "saksbehandling",
        "innlogging",
    ];
    let word = |seed: usize| words[(seed * 7 + seed / 3) % words.len()];
    let entries = (0..5_000).map(|number| {
        let title = format!("{} og {} {number}", word(number), word(number + 3));
        let body: Vec<String> = (0..120)
            .map(|place| format!("{} {}", word(number + place), number % 97))
            .collect();
        let entry = content("DAG", "nb", &title, &body.join(" "));
        (EntryKind::Article, entry, "Dagpenger".to_owned())
    });
    assert_eq!(
        records
            .add_articles(entries.collect(), &hand("mange"))
            .unwrap(),
        5_000
    );
    let mut times = Vec::new();
    for typed in [
        "utbetaling av dagpenger",
        "klage frist vedtak",
        "sykepenger 42",
    ] {
        for end in 1..=typed.len() {
            let Some(typed) = typed.get(..end) else {
                continue;
            };
            let start = Instant::now();
            let found = records.search_articles(&sought(typed)).unwrap();
            times.push(start.elapsed());
            assert!(!found.is_empty(), "{typed}");
        }
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!(
        "search among 5000: p50 {:?}, p95 {:?}, max {:?}",
        at(50),
        at(95),
        at(100)
    );
}

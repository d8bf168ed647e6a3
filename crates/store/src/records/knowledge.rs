//! Knowledge: articles, ready answers, news, status of systems and the traffic controller's corner, with
//! every version they ever had, and a search that keeps up with typing.
//!
//! Nothing here is about a person. What is published is what `article` holds; the index is made of it.

use linje_types::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Records, RecordsError};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS article (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    topic TEXT NOT NULL,
    language TEXT NOT NULL,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    about TEXT NOT NULL,
    review_by TEXT,
    until INTEGER,
    pinned INTEGER NOT NULL,
    example INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    version INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS article_kind ON article (kind, changed);
CREATE TABLE IF NOT EXISTS article_version (
    article INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL,
    topic TEXT NOT NULL,
    language TEXT NOT NULL,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    review_by TEXT,
    until INTEGER,
    pinned INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    PRIMARY KEY (article, version)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS article_text USING fts5 (
    title, body, about, tags, tokenize = \"unicode61 remove_diacritics 0\", prefix = '1 2 3'
);
";

/// Words of a question that count.
const MOST_WORDS: usize = 8;
/// Letters on each side of the first word that was found.
const AROUND: usize = 90;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// An article about a topic.
    Article,
    /// A ready answer (*svarberedskap*), with placeholders.
    Answer,
    /// News for everybody.
    News,
    /// Status of a system.
    Status,
    /// The traffic controller's corner (*trafikkstyrers hjørne*).
    Corner,
}

impl EntryKind {
    /// All of them.
    pub const ALL: [EntryKind; 5] = [
        EntryKind::Article,
        EntryKind::Answer,
        EntryKind::News,
        EntryKind::Status,
        EntryKind::Corner,
    ];

    /// The word of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryKind::Article => "article",
            EntryKind::Answer => "answer",
            EntryKind::News => "news",
            EntryKind::Status => "status",
            EntryKind::Corner => "corner",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<EntryKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What somebody writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The code of the topic; empty when it is for all.
    pub topic: String,
    /// nb, nn, se or en.
    pub language: String,
    /// Who answers for it: a subject area or a unit.
    pub owner: String,
    /// The title.
    pub title: String,
    /// The text, in paragraphs.
    pub body: String,
    /// The day on which it must be looked at again.
    pub review_by: Option<String>,
    /// When it is over, for news and status.
    pub until: Option<Timestamp>,
    /// Shown first.
    pub pinned: bool,
    /// Taken away: not found any more, but its history stays.
    pub withdrawn: bool,
}

/// An entry as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub kind: EntryKind,
    /// What it says.
    pub content: Content,
    /// Whether it was made up for the demo.
    pub example: bool,
    /// 1 for the first.
    pub version: i64,
    /// When it was changed last.
    pub changed: Timestamp,
    /// Who changed it last.
    pub changed_by: String,
}

/// A version of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// 1 for the first.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// What it said.
    pub content: Content,
}

/// Who changes something and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is so now.
    Done(Box<Article>),
    /// Somebody else changed it meanwhile; this is the version in force.
    Stale(i64),
    /// There is no such entry or version.
    Unknown,
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// As typed so far.
    pub words: String,
    /// Only in this language.
    pub language: Option<String>,
    /// Only of this kind; otherwise articles and answers.
    pub kind: Option<EntryKind>,
    /// The topic of the contact in hand: its entries come first.
    pub topic: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The entry.
    pub article: Article,
    /// The place in the text: pieces, and whether each is a word that was searched for.
    pub snippet: Vec<(String, bool)>,
}

const COLUMNS: &str = "article.id, kind, topic, language, owner, title, body, review_by, until, pinned, \
                       withdrawn, example, version, changed, changed_by";

impl Records {
    /// Adds an entry. `about` are other words by which it is found, such as the name of its topic.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_article(
        &self,
        kind: EntryKind,
        content: &Content,
        (about, example): (&str, bool),
        hand: &Hand,
    ) -> Result<Article, RecordsError> {
        let (content, about, hand) = (content.clone(), about.to_owned(), hand.clone());
        self.write_now(move |tx| add(tx, kind, content, (&about, example), &hand))
    }

    /// Adds many at once, for a start.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_articles(
        &self,
        entries: Vec<(EntryKind, Content, String)>,
        hand: &Hand,
    ) -> Result<usize, RecordsError> {
        let hand = hand.clone();
        self.write_now(move |tx| {
            let count = entries.len();
            for (kind, content, about) in entries {
                add(tx, kind, content, (&about, true), &hand)?;
            }
            Ok(count)
        })
    }

    /// Changes an entry that is in version `version`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn change_article(
        &self,
        (id, version): (i64, i64),
        content: &Content,
        about: &str,
        hand: &Hand,
    ) -> Result<Changed, RecordsError> {
        let (content, about, hand) = (content.clone(), about.to_owned(), hand.clone());
        self.write_now(move |tx| {
            let Some(now) = one(tx, id)? else {
                return Ok(Changed::Unknown);
            };
            if now.version != version {
                return Ok(Changed::Stale(now.version));
            }
            change(tx, now, content, &about, &hand).map(|article| Changed::Done(Box::new(article)))
        })
    }

    /// Makes an entry what it was in an earlier version, as a new version.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn restore_article(
        &self,
        (id, version): (i64, i64),
        to: i64,
        about: &str,
        hand: &Hand,
    ) -> Result<Changed, RecordsError> {
        let (about, hand) = (about.to_owned(), hand.clone());
        self.write_now(move |tx| {
            let Some(now) = one(tx, id)? else {
                return Ok(Changed::Unknown);
            };
            if now.version != version {
                return Ok(Changed::Stale(now.version));
            }
            let all = versions(tx, id)?;
            let Some(before) = all.into_iter().find(|known| known.version == to) else {
                return Ok(Changed::Unknown);
            };
            change(tx, now, before.content, &about, &hand)
                .map(|article| Changed::Done(Box::new(article)))
        })
    }

    /// One entry.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn article(&self, id: i64) -> Result<Option<Article>, RecordsError> {
        self.read(|connection| one(connection, id))
    }

    /// Entries of a kind, pinned ones first, then the newest; of a topic, or of all.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn articles(
        &self,
        kind: EntryKind,
        topic: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Article>, RecordsError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM article
                     WHERE kind = ?1 AND (?2 IS NULL OR topic = ?2) AND withdrawn = 0
                       AND (until IS NULL OR until > ?3)
                     ORDER BY pinned DESC, topic, changed DESC, id DESC LIMIT 1000"
                ))?
                .query_map(params![kind.as_str(), topic, now.0], article)?
                .collect()
        })
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn count_articles(&self) -> Result<u64, RecordsError> {
        self.read(|connection| {
            let count: i64 =
                connection.query_row("SELECT COUNT(*) FROM article", [], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
    }

    /// Every version of an entry, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn article_versions(&self, id: i64) -> Result<Vec<Version>, RecordsError> {
        self.read(|connection| versions(connection, id))
    }

    /// Searches while somebody types: the last word may be unfinished. First those with every word, and when
    /// there is none, those with any.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn search_articles(&self, sought: &Sought) -> Result<Vec<Found>, RecordsError> {
        let words = words_of(&sought.words);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|connection| {
            let mut ids = ranked(connection, sought, &words, " AND ")?;
            if ids.is_empty() && words.len() > 1 {
                ids = ranked(connection, sought, &words, " OR ")?;
            }
            let mut found = Vec::new();
            for id in ids {
                let Some(article) = one(connection, id)? else {
                    continue;
                };
                let snippet = snippet(&article.content.body, &words);
                found.push(Found { article, snippet });
            }
            Ok(found)
        })
    }
}

/// The numbers of those found, best first.
fn ranked(
    connection: &Connection,
    sought: &Sought,
    words: &[String],
    join: &str,
) -> rusqlite::Result<Vec<i64>> {
    let typed: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
    let mut question = format!("{{title body about}} : ({})", typed.join(join));
    let kinds = match sought.kind {
        Some(kind) => kind_tag(kind),
        None => format!(
            "{} OR {}",
            kind_tag(EntryKind::Article),
            kind_tag(EntryKind::Answer)
        ),
    };
    question = format!("({question}) AND (tags : ({kinds}))");
    if let Some(language) = &sought.language {
        let tag = language_tag(language);
        question = format!("{question} AND (tags : {tag})");
    }
    let limit = sought.limit.clamp(1, 50);
    let most = i64::try_from(limit).unwrap_or(50);
    let find = |question: &str| -> rusqlite::Result<Vec<i64>> {
        connection
            .prepare_cached(
                "SELECT rowid FROM article_text WHERE article_text MATCH ?1
                 AND rank MATCH 'bm25(10.0, 1.0, 5.0, 0.0)' ORDER BY rank LIMIT ?2",
            )?
            .query_map(params![question, most], |row| row.get(0))?
            .collect()
    };
    let mut ids = Vec::new();
    if let Some(topic) = &sought.topic {
        let tag = topic_tag(topic);
        ids = find(&format!("{question} AND (tags : {tag})"))?;
    }
    if ids.len() < limit {
        for id in find(&question)? {
            if ids.len() < limit && !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

/// The words of a question, without anything that means something to the index.
fn words_of(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .map(str::to_lowercase)
        .collect()
}

/// Marks by which the index chooses. No word that people type begins like them.
fn tags(kind: EntryKind, content: &Content) -> String {
    let (kind, language) = (kind_tag(kind), language_tag(&content.language));
    let topic = topic_tag(&content.topic);
    format!("{kind} {language} {topic}")
}

fn kind_tag(kind: EntryKind) -> String {
    format!("xxkind{}", kind.as_str())
}

fn language_tag(language: &str) -> String {
    format!("xxlang{}", plain(language))
}

fn topic_tag(topic: &str) -> String {
    format!("xxtopic{}", plain(topic))
}

fn plain(word: &str) -> String {
    let letters = word.chars().filter(char::is_ascii_alphanumeric);
    letters.take(20).collect::<String>().to_lowercase()
}

/// The text around the first word that was searched for, in pieces.
fn snippet(body: &str, words: &[String]) -> Vec<(String, bool)> {
    let pieces = pieces(body, words);
    let first = pieces.iter().position(|(_, is_word)| *is_word).unwrap_or(0);
    let mut result: Vec<(String, bool)> = Vec::new();
    let mut left = AROUND;
    for (text, is_word) in pieces[..first].iter().rev() {
        let count = text.chars().count();
        let kept: String = text.chars().skip(count.saturating_sub(left)).collect();
        let cut = count > left;
        left = left.saturating_sub(count);
        result.insert(0, (if cut { format!("…{kept}") } else { kept }, *is_word));
        if left == 0 {
            break;
        }
    }
    let mut left = 2 * AROUND;
    for (text, is_word) in &pieces[first..] {
        let count = text.chars().count();
        let kept: String = text.chars().take(left).collect();
        let cut = count > left;
        left = left.saturating_sub(count);
        result.push((if cut { format!("{kept}…") } else { kept }, *is_word));
        if left == 0 {
            break;
        }
    }
    result
}

/// A text cut at the words that were searched for.
fn pieces(body: &str, words: &[String]) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    for part in body.split_inclusive(|letter: char| !letter.is_alphanumeric()) {
        let word: String = part
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect();
        let low = word.to_lowercase();
        let is_word =
            !low.is_empty() && words.iter().any(|sought| low.starts_with(sought.as_str()));
        let rest: String = part.chars().skip(word.chars().count()).collect();
        match pieces.last_mut() {
            Some((text, false)) if !is_word => text.push_str(part),
            _ if is_word => {
                pieces.push((word, true));
                pieces.push((rest, false));
            }
            _ => pieces.push((part.to_owned(), false)),
        }
    }
    pieces
}

fn add(
    tx: &Connection,
    kind: EntryKind,
    content: Content,
    (about, example): (&str, bool),
    hand: &Hand,
) -> rusqlite::Result<Article> {
    tx.prepare_cached(
        "INSERT INTO article (kind, topic, language, owner, title, body, about, review_by, until, pinned,
                              withdrawn, example, version, changed, changed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, ?13, ?14)",
    )?
    .execute(params![
        kind.as_str(),
        content.topic,
        content.language,
        content.owner,
        content.title,
        content.body,
        about,
        content.review_by,
        content.until.map(|until| until.0),
        content.pinned,
        content.withdrawn,
        example,
        hand.at.0,
        hand.by,
    ])?;
    let article = Article {
        id: tx.last_insert_rowid(),
        kind,
        content,
        example,
        version: 1,
        changed: hand.at,
        changed_by: hand.by.clone(),
    };
    remember(tx, &article, hand)?;
    index(tx, &article, about)?;
    Ok(article)
}

fn change(
    tx: &Connection,
    now: Article,
    content: Content,
    about: &str,
    hand: &Hand,
) -> rusqlite::Result<Article> {
    let article = Article {
        content,
        version: now.version + 1,
        changed: hand.at,
        changed_by: hand.by.clone(),
        ..now
    };
    let content = &article.content;
    tx.execute(
        "UPDATE article SET topic = ?2, language = ?3, owner = ?4, title = ?5, body = ?6, about = ?7,
                review_by = ?8, until = ?9, pinned = ?10, withdrawn = ?11, version = ?12, changed = ?13,
                changed_by = ?14
         WHERE id = ?1",
        params![
            article.id,
            content.topic,
            content.language,
            content.owner,
            content.title,
            content.body,
            about,
            content.review_by,
            content.until.map(|until| until.0),
            content.pinned,
            content.withdrawn,
            article.version,
            hand.at.0,
            hand.by,
        ],
    )?;
    remember(tx, &article, hand)?;
    index(tx, &article, about)?;
    Ok(article)
}

fn remember(tx: &Connection, article: &Article, hand: &Hand) -> rusqlite::Result<()> {
    let content = &article.content;
    tx.prepare_cached(
        "INSERT INTO article_version (article, version, at, by, why, topic, language, owner, title, body,
                                      review_by, until, pinned, withdrawn)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        article.id,
        article.version,
        hand.at.0,
        hand.by,
        hand.why,
        content.topic,
        content.language,
        content.owner,
        content.title,
        content.body,
        content.review_by,
        content.until.map(|until| until.0),
        content.pinned,
        content.withdrawn,
    ])?;
    Ok(())
}

fn index(tx: &Connection, article: &Article, about: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM article_text WHERE rowid = ?1")?
        .execute([article.id])?;
    if article.content.withdrawn {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO article_text (rowid, title, body, about, tags) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        article.id,
        article.content.title,
        article.content.body,
        about,
        tags(article.kind, &article.content),
    ])?;
    Ok(())
}

fn one(connection: &Connection, id: i64) -> rusqlite::Result<Option<Article>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM article WHERE id = ?1"))?
        .query_row([id], article)
        .optional()
}

fn article(row: &Row<'_>) -> rusqlite::Result<Article> {
    let kind: String = row.get(1)?;
    Ok(Article {
        id: row.get(0)?,
        kind: EntryKind::parse(&kind).unwrap_or(EntryKind::Article),
        content: Content {
            topic: row.get(2)?,
            language: row.get(3)?,
            owner: row.get(4)?,
            title: row.get(5)?,
            body: row.get(6)?,
            review_by: row.get(7)?,
            until: row.get::<_, Option<i64>>(8)?.map(Timestamp),
            pinned: row.get(9)?,
            withdrawn: row.get(10)?,
        },
        example: row.get(11)?,
        version: row.get(12)?,
        changed: Timestamp(row.get(13)?),
        changed_by: row.get(14)?,
    })
}

fn versions(connection: &Connection, id: i64) -> rusqlite::Result<Vec<Version>> {
    connection
        .prepare_cached(
            "SELECT version, at, by, why, topic, language, owner, title, body, review_by, until, pinned,
                    withdrawn
             FROM article_version WHERE article = ?1 ORDER BY version DESC",
        )?
        .query_map([id], |row| {
            Ok(Version {
                version: row.get(0)?,
                at: Timestamp(row.get(1)?),
                by: row.get(2)?,
                why: row.get(3)?,
                content: Content {
                    topic: row.get(4)?,
                    language: row.get(5)?,
                    owner: row.get(6)?,
                    title: row.get(7)?,
                    body: row.get(8)?,
                    review_by: row.get(9)?,
                    until: row.get::<_, Option<i64>>(10)?.map(Timestamp),
                    pinned: row.get(11)?,
                    withdrawn: row.get(12)?,
                },
            })
        })?
        .collect()
}

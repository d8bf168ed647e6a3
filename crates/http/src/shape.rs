//! Small shapes that many answers share.

use linje_centre::Text;
use linje_types::{Language, QueueId, SECOND_US, Timestamp, TopicId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::ports::Directory;

/// A list and where it goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    /// Cursor of the next page.
    pub(crate) next: Option<String>,
}

impl<T> List<T> {
    pub(crate) fn all(items: Vec<T>) -> List<T> {
        List { items, next: None }
    }
}

/// A thing and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TopicName {
    /// The three-letter code.
    pub(crate) code: String,
    pub(crate) name: String,
}

/// The id of something new.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Created {
    pub(crate) id: String,
}

pub(crate) fn named(id: &str, name: &Text, language: Language) -> Named {
    Named {
        id: id.to_owned(),
        name: name.get(language).to_owned(),
    }
}

pub(crate) fn queue_name(
    directory: &Directory,
    queue: QueueId,
    language: Language,
) -> Option<Named> {
    let queue = directory.centre.queues.get(queue.idx())?;
    Some(named(&queue.id, &queue.name, language))
}

pub(crate) fn topic_name(
    directory: &Directory,
    topic: TopicId,
    language: Language,
) -> Option<TopicName> {
    let topic = directory.centre.topics.get(topic.idx())?;
    Some(TopicName {
        code: topic.code.clone(),
        name: topic.name.get(language).to_owned(),
    })
}

/// The names of topics by their codes, each once; a code that the centre does not know is its own name.
pub(crate) fn topic_names(
    directory: &Directory,
    mut codes: Vec<&str>,
    language: Language,
) -> Vec<TopicName> {
    codes.sort_unstable();
    codes.dedup();
    let known = &directory.centre.topics;
    let named = codes.into_iter().map(|code| {
        let topic = known.iter().find(|topic| topic.code == code);
        TopicName {
            code: code.to_owned(),
            name: topic
                .map_or(code, |topic| topic.name.get(language))
                .to_owned(),
        }
    });
    named.collect()
}

/// A moment, or nothing for `NEVER`.
pub(crate) fn moment(at: Timestamp) -> Option<String> {
    (at != Timestamp::NEVER).then(|| rfc3339(at))
}

/// Seconds with at most milliseconds.
pub(crate) fn seconds(us: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "spans are far below 2^53 ms")]
    let ms = (us / 1000) as f64;
    ms / 1000.0
}

/// Whole seconds.
pub(crate) fn whole_seconds(us: i64) -> u64 {
    u64::try_from(us / SECOND_US).unwrap_or(0)
}

//! What comes after a conversation: why the person came, who takes over, how a note begins.
//!
//! Values of the centre description, like `model`; nothing here decides.

use linje_types::{TopicId, UnitId};

use crate::fault::Place;
use crate::model::{Centre, Text};

/// What kind of thing made somebody come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    /// A letter from the agency.
    Letter,
    /// A form, on paper or on the web.
    Form,
    /// An earlier answer that did not help.
    EarlierAnswer,
    /// A decision.
    Decision,
    /// A payment that came, or did not.
    Payment,
    /// Nothing was heard.
    Waiting,
    /// Something in life.
    Life,
    /// The web did not work.
    Web,
    /// Anything else.
    Other,
}

impl CauseKind {
    /// The words that files use.
    pub const NAMES: [(&'static str, CauseKind); 9] = [
        ("letter", CauseKind::Letter),
        ("form", CauseKind::Form),
        ("earlier_answer", CauseKind::EarlierAnswer),
        ("decision", CauseKind::Decision),
        ("payment", CauseKind::Payment),
        ("waiting", CauseKind::Waiting),
        ("life", CauseKind::Life),
        ("web", CauseKind::Web),
        ("other", CauseKind::Other),
    ];

    /// The word that files and the API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// Whether better letters, forms, decisions or answers would have spared the citizen the contact.
    #[must_use]
    pub const fn is_avoidable(self) -> bool {
        match self {
            CauseKind::Letter
            | CauseKind::Form
            | CauseKind::EarlierAnswer
            | CauseKind::Decision
            | CauseKind::Waiting
            | CauseKind::Web => true,
            CauseKind::Payment | CauseKind::Life | CauseKind::Other => false,
        }
    }
}

/// What makes people come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// The kind.
    pub kind: CauseKind,
    /// Where it stands.
    pub at: Place,
}

/// What kind of task is handed over (*oppgavetype*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    /// *Behandle henvendelse*: somebody must answer.
    AnswerContact,
    /// *Vurder henvendelse*: somebody must judge whether anything is to be done.
    JudgeContact,
    /// *Vurder konsekvens for ytelse*: it can change what is paid.
    JudgeConsequence,
    /// *Kontakt bruker*: somebody must ring or write.
    ContactCitizen,
}

impl TaskKind {
    /// The codes of the task register.
    pub const NAMES: [(&'static str, TaskKind); 4] = [
        ("BEH_HENV", TaskKind::AnswerContact),
        ("VURD_HENV", TaskKind::JudgeContact),
        ("VUR_KONS_YTE", TaskKind::JudgeConsequence),
        ("KONT_BRUK", TaskKind::ContactCitizen),
    ];

    /// The code of the task register.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The kind of a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<TaskKind> {
        let mut names = Self::NAMES.iter();
        names.find(|(name, _)| *name == code).map(|(_, kind)| *kind)
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self, is_english: bool) -> &'static str {
        match (self, is_english) {
            (TaskKind::AnswerContact, false) => "Behandle henvendelse",
            (TaskKind::AnswerContact, true) => "Answer the contact",
            (TaskKind::JudgeContact, false) => "Vurder henvendelse",
            (TaskKind::JudgeContact, true) => "Judge the contact",
            (TaskKind::JudgeConsequence, false) => "Vurder konsekvens for ytelse",
            (TaskKind::JudgeConsequence, true) => "Judge the consequence for the benefit",
            (TaskKind::ContactCitizen, false) => "Kontakt bruker",
            (TaskKind::ContactCitizen, true) => "Contact the citizen",
        }
    }
}

/// Who takes over a matter that the first line cannot end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The id.
    pub id: String,
    /// The topics that it is for; none = all that no other is for.
    pub topics: Vec<TopicId>,
    /// The unit that takes over.
    pub unit: UnitId,
    /// The kind of task that is proposed.
    pub kind: TaskKind,
    /// Working days until it is due; 0 = today.
    pub working_days: u16,
    /// Where it stands.
    pub at: Place,
}

/// How a conversation note can begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteTemplate {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// The text; placeholders such as `[bruker.fornavn]` are filled in by the desk.
    pub text: Text,
    /// The topics that it is for; none = all.
    pub topics: Vec<TopicId>,
    /// Where it stands.
    pub at: Place,
}

impl Centre {
    /// Who takes over a matter of this topic: the first that names it, else the first that names none.
    #[must_use]
    pub fn hand_over(&self, topic: Option<TopicId>) -> Option<&HandOver> {
        let named = topic.and_then(|topic| {
            let mut all = self.hand_overs.iter();
            all.find(|hand_over| hand_over.topics.contains(&topic))
        });
        named.or_else(|| {
            let mut all = self.hand_overs.iter();
            all.find(|hand_over| hand_over.topics.is_empty())
        })
    }

    /// Whether nothing may be kept on a person about a contact of this queue and topic.
    #[must_use]
    pub fn leaves_no_trace(
        &self,
        queue: Option<linje_types::QueueId>,
        topic: Option<TopicId>,
    ) -> bool {
        let of_queue = queue.and_then(|queue| self.queues.get(queue.idx()));
        let of_topic = topic.and_then(|topic| self.topics.get(topic.idx()));
        of_queue.is_some_and(|queue| queue.no_log) || of_topic.is_some_and(|topic| topic.no_log)
    }
}

//! What is wrong with a centre description, where, and how to mend it.
//!
//! A fault is a value for people: one line, in English and with words in bokmål, that names the thing, the
//! place and the remedy. Nothing here decides what a fault is.

mod bokmal;

use core::fmt::Write as _;

use linje_types::Language;
use serde::{Serialize, Serializer};

/// A place in the text of a centre description; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The description cannot be used.
    Error,
    /// The description can be used, but a person should look.
    Warning,
}

impl Severity {
    /// The word that people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $number:literal, $severity:ident, $meaning:literal;)+) => {
        /// The kind of a fault; its number never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])+ $name),+ }

        impl Code {
            /// All codes in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The code as people see it: `LJ` and four digits.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $number),+ }
            }

            /// How bad a fault of this kind is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity),+ }
            }

            /// What the code means, as one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$name => $meaning),+ }
            }
        }
    };
}

codes! {
    /// The text is not TOML.
    Syntax = "LJ1001", Error, "the file is not valid TOML";
    /// A key that nobody reads.
    UnknownKey = "LJ1002", Error, "a key is not known in this section";
    /// A key that must be there is not.
    MissingKey = "LJ1003", Error, "a key that must be there is missing";
    /// A number where text should be, and the like.
    WrongType = "LJ1004", Error, "a value has the wrong type";
    /// A value that cannot be.
    BadValue = "LJ1005", Error, "a value is malformed or outside its range";
    /// The same id twice.
    Doubled = "LJ1006", Error, "an id is used twice";
    /// A reference to something that is not described.
    UnknownReference = "LJ1007", Error, "something is referred to that does not exist";
    /// A key that no phone has.
    WrongPhoneKey = "LJ1008", Error, "a menu key is not one of 0-9, * and #";
    /// Two choices on one phone key.
    DoubledPhoneKey = "LJ1009", Error, "a menu has the same key twice";
    /// A caller comes here and nothing follows.
    DeadEnd = "LJ1010", Error, "a step of a flow leads nowhere";
    /// A caller never gets out.
    EndlessLoop = "LJ1011", Error, "a flow has a loop without an exit";
    /// A step or flow that no caller comes to.
    UnreachableStep = "LJ1012", Error, "no caller can come to a step or flow";
    /// A queue that nothing leads to.
    UnreachableQueue = "LJ1013", Error, "nothing leads to a queue";
    /// A skill that is required and that nobody has.
    SkillNobodyHas = "LJ1014", Error, "nobody has a skill that is needed";
    /// A prompt without words in a language that is offered.
    MissingPrompt = "LJ1015", Error, "a prompt has neither text nor recording in a language that callers can choose";
    /// Hours that end before they begin, or overlap.
    BadHours = "LJ1016", Error, "opening hours are inverted or overlap";
    /// A queue without hours.
    NoHours = "LJ1017", Error, "a queue has no opening hours";
    /// A queue without a goal.
    NoGoal = "LJ1018", Error, "a queue has no goal";
    /// The same phone number twice.
    DoubledNumber = "LJ1019", Error, "a phone number is used twice";
    /// The same topic code twice.
    DoubledTopic = "LJ1020", Error, "a topic code is used twice";
    /// Shares or counts that do not add up.
    DoesNotAddUp = "LJ1021", Error, "shares or counts do not add up";
    /// A unit that is said to serve a queue without having the skills, or the other way round.
    WrongUnits = "LJ1022", Error, "the units of a queue are not those that have its skills";
    /// Words that a speech program reads wrongly.
    HardToSpeak = "LJ1023", Warning, "a prompt has figures or abbreviations that are read wrongly aloud";
    /// A prompt that nobody hears.
    UnusedPrompt = "LJ1024", Warning, "a prompt is never played";
    /// A flow that sends callers to a queue without asking for the hours.
    UncheckedHours = "LJ1025", Warning, "callers reach a queue without a check of its opening hours";
    /// A condition on advisers that cannot be read.
    BadCondition = "LJ1026", Error, "a condition on advisers cannot be read";
    /// Rings that do not follow each other, or that change nothing.
    BadRings = "LJ1027", Error, "the rings of a queue contradict each other";
    /// A ring, or all of a queue, that nobody is in.
    NobodyServes = "LJ1028", Error, "nobody can take the contacts of a ring";
    /// A guarantee or head start beyond the bound within which nobody is overtaken.
    TooLong = "LJ1029", Error, "a guarantee or head start is longer than 20 minutes";
    /// Queues that overflow into each other.
    OverflowCircle = "LJ1030", Error, "queues overflow in a circle";
    /// A transfer, consultation or overflow to a queue that does not take such contacts.
    WrongTarget = "LJ1031", Error, "contacts are sent to a queue that cannot take them";
    /// A callback that nobody could keep.
    BadCallback = "LJ1032", Error, "a callback is offered that cannot be kept";
    /// A crisis plan that does nothing, or what cannot be done.
    BadPlan = "LJ1033", Error, "a crisis plan cannot be carried out";
    /// A dated exception before the description holds.
    PastException = "LJ1034", Warning, "an exception of the opening hours lies in the past";
    /// Hours that touch the hour which the change of the clock skips or doubles.
    ClockChange = "LJ1035", Error, "opening hours begin or end in the hour that the change of the clock skips";
    /// Hours on weekdays that say nothing of holidays.
    NoHolidays = "LJ1036", Warning, "opening hours do not say whether they hold on public holidays";
    /// A class that nobody gets.
    UnusedClass = "LJ1037", Warning, "a priority class is never given";
    /// A protection that nobody is cleared for.
    NobodyCleared = "LJ1038", Error, "nobody who serves a queue is cleared for what its contacts can need";
    /// Experts who would get ordinary contacts, or the other way round.
    MixedExperts = "LJ1039", Error, "experts and the first line get each other's contacts";
    /// A group that nobody is in, or that nothing asks for.
    IdleGroup = "LJ1040", Warning, "a group has nobody in it, or nothing asks for it";
    /// A rule of guidance that says nothing or contradicts itself.
    BadGuidance = "LJ1041", Error, "a rule of guidance says nothing, or contradicts itself";
    /// Guidance that never helps anybody.
    IdleGuidance = "LJ1042", Error, "a rule of guidance can never apply, or none shows the way to an agency";
    /// A task that would leave a trace where none may be.
    NoLogTrace = "LJ1043", Error, "a hand-over would leave a trace of a matter of which nothing is kept";
    /// A matter that cannot be handed over.
    NobodyTakesOver = "LJ1044", Error, "a topic has nobody to hand it over to";
    /// Words that offer other keys than the menu has.
    OtherKeys = "LJ1045", Warning, "a prompt offers other keys than its menu has";
    /// A day of its own that is as any other.
    IdleDay = "LJ1046", Warning, "an exception or special day changes nothing";
    /// A value that can be, but is hardly meant.
    Unlikely = "LJ1047", Warning, "a value is so large that it is hardly meant";
    /// Words that say other hours than those they are used with.
    OtherHours = "LJ1048", Warning, "words say other hours than the rule that they are used with";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is wrong in a centre description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// How bad it is.
    pub severity: Severity,
    /// What kind it is.
    pub code: Code,
    /// What is wrong, without full stop.
    pub message: String,
    /// How to mend it, without full stop; empty when the message says it.
    pub help: String,
}

impl Fault {
    /// A fault of kind `code` at `place`.
    #[must_use]
    pub fn new(
        code: Code,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Fault {
        Fault {
            line: place.line,
            column: place.column,
            severity: code.severity(),
            code,
            message: message.into(),
            help: help.into(),
        }
    }

    /// Whether the description cannot be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The faults as text, one line each: `file:line:column: error LJ1007: what; how to mend`.
#[must_use]
pub fn render(faults: &[Fault], file_name: &str) -> String {
    render_in(faults, file_name, Language::En)
}

/// As `render`, in the words of a language.
#[must_use]
pub fn render_in(faults: &[Fault], file_name: &str, language: Language) -> String {
    let mut text = String::new();
    for fault in faults {
        let (line, column) = (fault.line, fault.column);
        let (severity, code) = (fault.severity.as_str(), fault.code.as_str());
        let (what, mend) = fault.said(language);
        let written = write!(
            text,
            "{file_name}:{line}:{column}: {severity} {code}: {what}"
        );
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        if !mend.is_empty() {
            text.push_str("; ");
            text.push_str(&mend);
        }
        text.push('\n');
    }
    text
}

/// The faults as a JSON document: `{"file", "ok", "errors", "warnings", "faults": [..]}`.
#[must_use]
pub fn render_json(faults: &[Fault], file_name: &str) -> String {
    let errors = faults.iter().filter(|fault| fault.is_error()).count();
    let document = serde_json::json!({
        "file": file_name,
        "ok": errors == 0,
        "errors": errors,
        "warnings": faults.len() - errors,
        "faults": faults,
    });
    format!("{document:#}")
}

/// The candidate that is most like `word`, if any is like it.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The remedy for an unknown word: the word that was meant, or the words there are.
pub(crate) fn suggestion<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.collect();
    if let Some(meant) = nearest(word, candidates.iter().copied()) {
        return format!("did you mean \"{meant}\"?");
    }
    match candidates.len() {
        0 => String::from("there are none yet"),
        1..=12 => format!("use one of: {}", candidates.join(", ")),
        count => format!("there are {count} to choose from"),
    }
}

/// Smallest number of letters to put in, take out, change or swap with the next.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(64).collect();
    let other: Vec<char> = other.chars().take(64).collect();
    let width = other.len() + 1;
    let mut cost = vec![0_usize; (one.len() + 1) * width];
    for row in 0..=one.len() {
        for column in 0..width {
            cost[row * width + column] = if row == 0 || column == 0 {
                row + column
            } else {
                let above = cost[(row - 1) * width + column] + 1;
                let left = cost[row * width + column - 1] + 1;
                let changed = usize::from(one[row - 1] != other[column - 1]);
                let aslant = cost[(row - 1) * width + column - 1] + changed;
                let swapped = row > 1
                    && column > 1
                    && one[row - 1] == other[column - 2]
                    && one[row - 2] == other[column - 1];
                let best = above.min(left).min(aslant);
                if swapped {
                    best.min(cost[(row - 2) * width + column - 2] + 1)
                } else {
                    best
                }
            };
        }
    }
    cost[one.len() * width + other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_finds_the_word_that_was_meant() {
        assert_eq!(nearest("famlie", ["arbeid", "familie"]), Some("familie"));
        assert_eq!(nearest("fmailie", ["arbeid", "familie"]), Some("familie"));
        assert_eq!(nearest("xyz", ["arbeid", "familie"]), None);
    }

    #[test]
    fn each_code_has_its_own_number() {
        let mut numbers: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), Code::ALL.len());
        assert!(numbers.is_sorted());
    }

    #[test]
    fn a_fault_is_one_line() {
        let place = Place {
            line: 41,
            column: 9,
        };
        let message = "key \"7\" goes to flow \"famlie\", which does not exist";
        let fault = Fault::new(
            Code::UnknownReference,
            place,
            message,
            "did you mean \"familie\"?",
        );
        assert_eq!(
            render(&[fault], "centres/x.toml"),
            "centres/x.toml:41:9: error LJ1007: key \"7\" goes to flow \"famlie\", which does not exist; \
             did you mean \"familie\"?\n"
        );
    }
}

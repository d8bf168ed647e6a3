//! Conditions on an adviser, as a subject owner writes them: `dagpenger >= 2 and unit ks-troms`.
//!
//! Parsed where they stand, so that a fault names its own column; said in words for people. Whether
//! one holds for somebody is asked here and, for the core, by [`Who::condition`].

use linje_routing::{Condition, Requirement};
use linje_types::{GroupId, Language, SkillId, UnitId};

use crate::fault::{Code, Place};
use crate::model::Centre;
use crate::names::Names;
use crate::people::Person;
use crate::reader::{Placed, Source, Table};

/// How deep brackets may go.
const DEEPEST: u8 = 32;

/// What must hold for an adviser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Has the skill at the level or better.
    Skill {
        /// The skill.
        skill: SkillId,
        /// The least level, from 1.
        level: u8,
        /// Where it stands.
        at: Place,
    },
    /// Speaks the language.
    Speaks(Language),
    /// Belongs to the unit.
    Unit(UnitId),
    /// Belongs to the group.
    Group(GroupId),
    /// All of them hold; none named = everybody.
    All(Vec<Who>),
    /// One of them holds.
    Any(Vec<Who>),
    /// It does not hold.
    Not(Box<Who>),
}

impl Who {
    /// Holds for everybody.
    pub const EVERYBODY: Who = Who::All(Vec::new());

    /// Whether it holds for a person.
    #[must_use]
    pub fn holds(&self, person: &Person) -> bool {
        match self {
            Who::Skill { skill, level, .. } => {
                let mut skills = person.skills.iter();
                skills.any(|(own, held)| own == skill && held >= level)
            }
            Who::Speaks(language) => match language {
                Language::Nb | Language::Nn => true,
                Language::Se | Language::En => person.languages.contains(language),
            },
            Who::Unit(unit) => person.unit == *unit,
            Who::Group(group) => person.groups.contains(group),
            Who::All(all) => all.iter().all(|part| part.holds(person)),
            Who::Any(any) => any.iter().any(|part| part.holds(person)),
            Who::Not(part) => !part.holds(person),
        }
    }

    /// The same for the routing core.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let all = |parts: &[Who]| parts.iter().map(Who::condition).collect();
        match self {
            Who::Skill { skill, level, .. } => Condition::Skill(Requirement {
                skill: *skill,
                level: *level,
            }),
            Who::Speaks(language) => Condition::Speaks(*language),
            Who::Unit(unit) => Condition::Unit(*unit),
            Who::Group(group) => Condition::Group(*group),
            Who::All(parts) => Condition::All(all(parts)),
            Who::Any(parts) => Condition::Any(all(parts)),
            Who::Not(part) => Condition::Not(Box::new(part.condition())),
        }
    }

    /// The skills that it names, with levels and places; also those under a `not`.
    pub(crate) fn skills(&self, found: &mut Vec<crate::model::Requirement>) {
        match self {
            Who::Skill { skill, level, at } => found.push(crate::model::Requirement {
                skill: *skill,
                level: *level,
                at: *at,
            }),
            Who::All(parts) | Who::Any(parts) => {
                for part in parts {
                    part.skills(found);
                }
            }
            Who::Not(part) => part.skills(found),
            Who::Speaks(_) | Who::Unit(_) | Who::Group(_) => {}
        }
    }

    /// The skills that everybody has for whom it holds.
    pub(crate) fn required(&self) -> Vec<crate::model::Requirement> {
        match self {
            Who::Skill { .. } => {
                let mut found = Vec::new();
                self.skills(&mut found);
                found
            }
            Who::All(parts) => parts.iter().flat_map(Who::required).collect(),
            Who::Any(_) | Who::Not(_) | Who::Speaks(_) | Who::Unit(_) | Who::Group(_) => Vec::new(),
        }
    }

    /// The condition as it is written in a file.
    #[must_use]
    pub fn text(&self, centre: &Centre) -> String {
        let joined = |parts: &[Who], joint: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.bracketed(centre)).collect();
            parts.join(joint)
        };
        match self {
            Who::Skill { skill, level, .. } => {
                let id = &centre.skills[skill.idx()].id;
                let id = if is_word(id) {
                    format!("skill {id}")
                } else {
                    id.clone()
                };
                match level {
                    0 | 1 => id,
                    level => format!("{id} >= {level}"),
                }
            }
            Who::Speaks(language) => format!("language {language}"),
            Who::Unit(unit) => format!("unit {}", centre.units[unit.idx()].id),
            Who::Group(group) => format!("group {}", centre.groups[group.idx()].id),
            Who::All(parts) if parts.is_empty() => String::from("everybody"),
            Who::All(parts) => joined(parts, " and "),
            Who::Any(parts) => joined(parts, " or "),
            Who::Not(part) => format!("not {}", part.bracketed(centre)),
        }
    }

    /// Whether it needs brackets beside others.
    fn is_compound(&self) -> bool {
        matches!(self, Who::All(parts) | Who::Any(parts) if parts.len() > 1)
    }

    fn bracketed(&self, centre: &Centre) -> String {
        if self.is_compound() {
            format!("({})", self.text(centre))
        } else {
            self.text(centre)
        }
    }

    /// The condition in words, after "those who".
    #[must_use]
    pub fn say(&self, centre: &Centre, language: Language) -> String {
        let norwegian = language != Language::En;
        let pick = |nb: String, en: String| if norwegian { nb } else { en };
        let joined = |parts: &[Who], joint: &str| {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| part.say_bracketed(centre, language))
                .collect();
            parts.join(joint)
        };
        match self {
            Who::Skill { skill, level, .. } => {
                let name = centre.skills[skill.idx()].name.get(language);
                match level {
                    0 | 1 => pick(format!("kan {name}"), format!("know {name}")),
                    level => pick(
                        format!("kan {name} på nivå {level} eller høyere"),
                        format!("know {name} at level {level} or higher"),
                    ),
                }
            }
            Who::Speaks(spoken) => {
                let name = language_name(*spoken, language);
                pick(format!("snakker {name}"), format!("speak {name}"))
            }
            Who::Unit(unit) => {
                let name = centre.units[unit.idx()].name.get(language);
                pick(format!("hører til {name}"), format!("belong to {name}"))
            }
            Who::Group(group) => {
                let name = centre.groups[group.idx()].name.get(language);
                pick(
                    format!("er i gruppen {name}"),
                    format!("are in the group {name}"),
                )
            }
            Who::All(parts) if parts.is_empty() => {
                pick(String::from("er der"), String::from("are there"))
            }
            Who::All(parts) => joined(parts, if norwegian { " og " } else { " and " }),
            Who::Any(parts) => joined(parts, if norwegian { " eller " } else { " or " }),
            Who::Not(part) => {
                let part = part.say_bracketed(centre, language);
                pick(format!("ikke {part}"), format!("not {part}"))
            }
        }
    }

    fn say_bracketed(&self, centre: &Centre, language: Language) -> String {
        if self.is_compound() {
            format!("({})", self.say(centre, language))
        } else {
            self.say(centre, language)
        }
    }
}

/// A language's name in bokmål or English.
#[must_use]
pub fn language_name(language: Language, shown_in: Language) -> &'static str {
    let (nb, en) = match language {
        Language::Nb => ("bokmål", "Norwegian bokmål"),
        Language::Nn => ("nynorsk", "Norwegian nynorsk"),
        Language::Se => ("nordsamisk", "Northern Sámi"),
        Language::En => ("engelsk", "English"),
    };
    if shown_in == Language::En { en } else { nb }
}

/// The words of conditions, which a skill of the same name must have `skill` before it.
const WORDS: [&str; 8] = [
    "and",
    "or",
    "not",
    "everybody",
    "skill",
    "unit",
    "group",
    "language",
];

fn is_word(text: &str) -> bool {
    WORDS.contains(&text)
}

/// Reads the condition under `key`; `None` when there is none, or a fault.
pub(crate) fn who(table: &Table<'_, '_>, key: &'static str, names: &Names) -> Option<Who> {
    let source = table.source(key)?;
    let what = format!("\"{key}\" of {}", table.what());
    let tokens = tokens(table, &source, &what)?;
    let mut parser = Parser {
        table,
        names,
        what,
        end: source.end(table.reader),
        tokens,
        next: 0,
    };
    let who = parser.joined(0)?;
    match parser.tokens.get(parser.next) {
        None => {
            if contradicts(&who) {
                let found = "asks for something and for its opposite, so that nobody fits";
                parser.fault(
                    source.place(table.reader, 0),
                    found,
                    "take one of the two away",
                );
            }
            Some(who)
        }
        Some(token) if token.value == ")" => {
            parser.fault(token.at, "has one bracket \")\" too many", "take it away");
            None
        }
        Some(token) => {
            let found = format!(
                "has \"{}\" where \"and\" or \"or\" was expected",
                token.value
            );
            parser.fault(token.at, &found, "write \"and\" or \"or\" before it");
            None
        }
    }
}

/// Whether parts that must all hold have one that another denies.
fn contradicts(who: &Who) -> bool {
    match who {
        Who::All(parts) => {
            let denied = |part: &Who| {
                let mut others = parts.iter();
                others.any(|other| matches!(other, Who::Not(not) if same(not, part)))
            };
            parts.iter().any(|part| denied(part) || contradicts(part))
        }
        Who::Any(parts) => !parts.is_empty() && parts.iter().all(contradicts),
        Who::Not(_) | Who::Skill { .. } | Who::Speaks(_) | Who::Unit(_) | Who::Group(_) => false,
    }
}

/// Whether two single conditions are the same, wherever they stand.
fn same(one: &Who, other: &Who) -> bool {
    if let (
        Who::Skill { skill, level, .. },
        Who::Skill {
            skill: of,
            level: least,
            ..
        },
    ) = (one, other)
    {
        // Who has not even the lower level cannot have the higher one.
        return skill == of && level <= least;
    }
    one == other
}

/// Words, numbers, brackets and `>=`, each with its place.
fn tokens(table: &Table<'_, '_>, source: &Source, what: &str) -> Option<Vec<Placed<String>>> {
    let text = source.value.as_str();
    let mut tokens = Vec::new();
    let mut from = 0;
    while let Some(letter) = text.get(from..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(from..).unwrap_or_default();
        let length = if letter.is_whitespace() {
            from += letter.len_utf8();
            continue;
        } else if rest.starts_with(">=") {
            2
        } else if matches!(letter, '(' | ')') {
            1
        } else {
            let in_word =
                |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
            rest.find(|letter: char| !in_word(letter))
                .unwrap_or(rest.len())
        };
        let at = source.place(table.reader, from);
        if length == 0 {
            let message = format!("{what} has \"{letter}\", which has no meaning in a condition");
            let help = "use names, >=, and, or, not and brackets";
            table.reader.fault(Code::BadCondition, at, message, help);
            return None;
        }
        let value = String::from(rest.get(..length).unwrap_or_default());
        tokens.push(Placed { value, at });
        from += length;
    }
    Some(tokens)
}

struct Parser<'a, 'r, 't> {
    table: &'a Table<'r, 't>,
    names: &'a Names,
    what: String,
    end: Place,
    tokens: Vec<Placed<String>>,
    next: usize,
}

impl Parser<'_, '_, '_> {
    fn fault(&self, at: Place, found: &str, help: &str) {
        let message = format!("{} {found}", self.what);
        self.table
            .reader
            .fault(Code::BadCondition, at, message, help);
    }

    fn peek(&self) -> Option<&Placed<String>> {
        self.tokens.get(self.next)
    }

    fn is_next(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.value == word)
    }

    fn take(&mut self) -> Option<Placed<String>> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        if token.is_none() {
            self.fault(
                self.end,
                "ends where something was expected",
                "write a skill, unit, group or language",
            );
        }
        token
    }

    /// Parts joined by `and`, or by `or`; never by both without brackets.
    fn joined(&mut self, depth: u8) -> Option<Who> {
        let first = self.part(depth)?;
        let joint = match self.peek() {
            Some(token) if token.value == "and" || token.value == "or" => token.value.clone(),
            _ => return Some(first),
        };
        let mut parts = vec![first];
        while self.is_next(&joint) {
            self.next += 1;
            parts.push(self.part(depth)?);
        }
        if self.is_next("and") || self.is_next("or") {
            let at = self.peek().map_or(self.end, |token| token.at);
            let help = "put brackets around what belongs together, as in a and (b or c)";
            self.fault(at, "mixes \"and\" and \"or\"", help);
            return None;
        }
        Some(if joint == "and" {
            Who::All(parts)
        } else {
            Who::Any(parts)
        })
    }

    fn part(&mut self, depth: u8) -> Option<Who> {
        let token = self.take()?;
        if depth >= DEEPEST {
            self.fault(token.at, "has too many brackets", "write it simpler");
            return None;
        }
        match token.value.as_str() {
            "not" => Some(Who::Not(Box::new(self.part(depth + 1)?))),
            "(" => {
                let inner = self.joined(depth + 1)?;
                if self.is_next(")") {
                    self.next += 1;
                    return Some(inner);
                }
                let at = self.peek().map_or(self.end, |token| token.at);
                self.fault(at, "has a bracket that is not closed", "write \")\"");
                None
            }
            "everybody" => Some(Who::EVERYBODY),
            "unit" => self.named(|parser, id| {
                let who = format!("{} names", parser.what);
                Who::Unit(parser.names.unit(parser.table.reader, id, &who))
            }),
            "group" => self.named(|parser, id| {
                let who = format!("{} names", parser.what);
                Who::Group(parser.names.group(parser.table.reader, id, &who))
            }),
            "language" => {
                let id = self.name()?;
                let who = format!("{} names the", self.what);
                crate::names::language(self.table.reader, &id, &who).map(Who::Speaks)
            }
            "skill" => {
                let id = self.name()?;
                self.skill(&id)
            }
            "and" | "or" | ")" | ">=" => {
                let found = format!("has \"{}\" where a name was expected", token.value);
                let help = "write a skill, unit, group or language before it";
                self.fault(token.at, &found, help);
                None
            }
            _ => self.skill(&token),
        }
    }

    fn name(&mut self) -> Option<Placed<String>> {
        let token = self.take()?;
        if matches!(token.value.as_str(), "(" | ")" | ">=") {
            let found = format!("has \"{}\" where a name was expected", token.value);
            self.fault(token.at, &found, "write the id before it");
            return None;
        }
        Some(token)
    }

    fn named(&mut self, make: impl FnOnce(&Self, &Placed<String>) -> Who) -> Option<Who> {
        let id = self.name()?;
        Some(make(self, &id))
    }

    /// A skill, and the least level after `>=`.
    fn skill(&mut self, id: &Placed<String>) -> Option<Who> {
        let who = format!("{} names", self.what);
        let known = self.names.skills.place(&id.value).is_some();
        if !known && !is_word(&id.value) && self.names.units.place(&id.value).is_some() {
            let found = format!("names unit \"{0}\" as if it were a skill", id.value);
            self.fault(id.at, &found, &format!("write unit {}", id.value));
            return None;
        }
        let skill = self.names.skill(self.table.reader, id, &who);
        let mut level = 1;
        if self.is_next(">=") {
            self.next += 1;
            let number = self.take()?;
            let most = self.names.levels;
            let Some(found) = number
                .value
                .parse()
                .ok()
                .filter(|level| (1..=most).contains(level))
            else {
                let found = format!("asks for level \"{}\"", number.value);
                let help = format!("write a level from 1 to {most}");
                self.fault(number.at, &found, &help);
                return None;
            };
            level = found;
        }
        let at = id.at;
        Some(Who::Skill { skill, level, at })
    }
}

//! Rules as data: when they apply, what to do, what not to do, and why.

use crate::fact::{Digital, Fact, Facts, NeedsGroup, Question, Tongue, Way};

/// A text in the two languages that advisers read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Bokmål.
    pub nb: String,
    /// English.
    pub en: String,
}

/// When a rule applies: each list that is not empty must hold the fact; an empty one asks nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct When {
    /// Whether the person can use the web.
    pub digital: Vec<Digital>,
    /// How the two talk.
    pub way: Vec<Way>,
    /// Codes of topics.
    pub topic: Vec<String>,
    /// Needs groups; one of the person's is enough.
    pub needs: Vec<NeedsGroup>,
    /// Needs groups that the person must not be in.
    pub needs_not: Vec<NeedsGroup>,
    /// Kinds of help.
    pub question: Vec<Question>,
    /// Other agencies, by their ids.
    pub agency: Vec<String>,
    /// Languages.
    pub language: Vec<Tongue>,
    /// Whether they have looked on the web first.
    pub been_to_web: Option<bool>,
    /// Whether it is certain who it is.
    pub identified: Option<bool>,
}

/// How one condition of a rule meets the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// It asks nothing.
    Silent,
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// The fact is not known.
    Unknown,
}

impl When {
    /// How each condition meets the facts, in the order in which they are best asked for.
    pub(crate) fn met(&self, facts: &Facts<'_>) -> [(Fact, Met); 9] {
        [
            (Fact::Language, one_of(&self.language, facts.language)),
            (Fact::Way, one_of(&self.way, facts.way)),
            (Fact::Topic, named(&self.topic, facts.topic)),
            (Fact::Question, one_of(&self.question, facts.question)),
            (Fact::Agency, named(&self.agency, facts.agency)),
            (Fact::Digital, one_of(&self.digital, facts.digital)),
            (Fact::Needs, self.needs_met(facts)),
            (Fact::BeenToWeb, same(self.been_to_web, facts.been_to_web)),
            (Fact::Identified, same(self.identified, facts.identified)),
        ]
    }

    fn needs_met(&self, facts: &Facts<'_>) -> Met {
        if self.needs.is_empty() && self.needs_not.is_empty() {
            return Met::Silent;
        }
        if facts.needs.is_unknown() {
            return Met::Unknown;
        }
        let has = |group: &NeedsGroup| facts.needs.has(*group);
        let wanted = self.needs.is_empty() || self.needs.iter().any(has);
        yes(wanted && !self.needs_not.iter().any(has))
    }

    /// Whether it asks for nothing at all, so that the rule always applies.
    #[must_use]
    pub fn is_always(&self) -> bool {
        let unknown = self.met(&Facts::default());
        unknown.iter().all(|(_, met)| *met == Met::Silent)
    }
}

fn yes(holds: bool) -> Met {
    if holds { Met::Yes } else { Met::No }
}

fn one_of<T: Copy + PartialEq>(wanted: &[T], fact: Option<T>) -> Met {
    match fact {
        _ if wanted.is_empty() => Met::Silent,
        None => Met::Unknown,
        Some(fact) => yes(wanted.contains(&fact)),
    }
}

fn named(wanted: &[String], fact: Option<&str>) -> Met {
    match fact {
        _ if wanted.is_empty() => Met::Silent,
        None => Met::Unknown,
        Some(fact) => yes(wanted.iter().any(|word| word == fact)),
    }
}

fn same(wanted: Option<bool>, fact: Option<bool>) -> Met {
    match (wanted, fact) {
        (None, _) => Met::Silent,
        (Some(_), None) => Met::Unknown,
        (Some(wanted), Some(fact)) => yes(wanted == fact),
    }
}

/// A rule of the first line (*ja/nei*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id in the description.
    pub id: String,
    /// When it applies.
    pub when: When,
    /// Do this.
    pub does: Option<Words>,
    /// Not that.
    pub does_not: Option<Words>,
    /// Because.
    pub because: Words,
}

/// Another agency, to which people are shown the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// Its id in the description.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// What it answers for.
    pub answers: Words,
    /// Where it is on the web.
    pub web: String,
    /// Its phone number, if it has one.
    pub phone: Option<String>,
}

/// How a needs group is served best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The group.
    pub group: NeedsGroup,
    /// What it is called.
    pub name: Words,
    /// The ways that fit, best first.
    pub ways: Vec<Way>,
    /// Why.
    pub because: Words,
}

/// All guidance of a centre description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guidance {
    /// The rules, in the order in which they are shown.
    pub rules: Vec<Rule>,
    /// Other agencies.
    pub agencies: Vec<Agency>,
    /// Needs groups and the ways that fit them.
    pub fits: Vec<Fit>,
}

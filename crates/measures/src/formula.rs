//! Formulas: named, versioned, applied on reading. None of nothing, never zero for "no figure".

use crate::{Kind, Quantity, percentile};

/// Sums that formulas can be applied to.
pub trait Amounts {
    /// The sum of a quantity; times in seconds.
    fn amount(&self, quantity: Quantity) -> f64;

    /// Every wait of a group in seconds, in ascending order.
    fn waits(&self, of: Waits) -> Vec<f64>;
}

/// Whose waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Contacts that were answered.
    Answered,
    /// Contacts that were answered, left, or asked to be called back.
    All,
}

/// A quantity with its sign and weight in a sum.
pub type Term = (i8, Quantity);

/// What a formula is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// The sum itself.
    Sum(Quantity),
    /// One weighted sum over another; no figure when the one below is not above zero.
    Ratio {
        /// Above the line.
        over: &'static [Term],
        /// Below the line.
        under: &'static [Term],
    },
    /// A percentile of waits, see [`percentile`].
    Percentile {
        /// Whose.
        of: Waits,
        /// 0..=1.
        share: f64,
    },
    /// Read from the state of this moment, not from sums.
    Live,
}

/// In what a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 0..=1, shown in percent.
    Share,
    /// Seconds.
    Seconds,
    /// A number of things.
    Number,
}

impl Unit {
    /// Its word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::Share => "share",
            Unit::Seconds => "seconds",
            Unit::Number => "number",
        }
    }
}

/// What a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// How many are answered in time.
    ServiceLevel,
    /// Who gives up.
    Abandonment,
    /// How long they wait.
    Wait,
    /// How long it takes to help.
    Handling,
    /// How much of the advisers' time goes to contacts.
    Occupancy,
    /// Whether it was solved, and where.
    Outcome,
    /// Callbacks.
    Callback,
    /// How it stands now.
    Now,
}

impl Group {
    /// Its word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Group::ServiceLevel => "service_level",
            Group::Abandonment => "abandonment",
            Group::Wait => "wait",
            Group::Handling => "handling",
            Group::Occupancy => "occupancy",
            Group::Outcome => "outcome",
            Group::Callback => "callback",
            Group::Now => "now",
        }
    }
}

/// Words of a formula in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Its name.
    pub name: &'static str,
    /// What it says, what it counts and what it leaves out.
    pub text: &'static str,
    /// The formula in words where [`Rule`] cannot be written out; empty otherwise.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// A definition of a figure. A change of meaning is a new version; an old version is never altered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Formula {
    /// Its name in the API, for ever.
    pub id: &'static str,
    /// 1 for the first.
    pub version: u16,
    /// What it is about.
    pub group: Group,
    /// In what it is shown.
    pub unit: Unit,
    /// What is computed.
    pub rule: Rule,
    /// Whether the sums it needs are kept today; otherwise it has no figure yet.
    pub is_kept: bool,
    /// Bokmål.
    pub nb: Words,
    /// English.
    pub en: Words,
}

impl Formula {
    /// The figure; None when there is nothing to divide by, or when it is read from the moment.
    #[must_use]
    pub fn apply(&self, sums: &impl Amounts) -> Option<f64> {
        match self.rule {
            Rule::Sum(quantity) => Some(sums.amount(quantity)),
            Rule::Ratio { over, under } => {
                let below = total(sums, under);
                (below > 0.0).then(|| total(sums, over) / below)
            }
            Rule::Percentile { of, share } => percentile(&sums.waits(of), share),
            Rule::Live => None,
        }
    }

    /// The formula as people read it, written from the rule itself so that the two cannot differ.
    #[must_use]
    pub fn text(&self, is_english: bool) -> String {
        let words = if is_english { self.en } else { self.nb };
        match self.rule {
            _ if !words.formula.is_empty() => words.formula.to_owned(),
            Rule::Sum(quantity) => name(quantity, is_english).to_owned(),
            Rule::Ratio { over, under } => format!(
                "{} / {}",
                written(over, is_english),
                written(under, is_english)
            ),
            Rule::Percentile { .. } | Rule::Live => String::new(),
        }
    }

    /// Whether it is made of times.
    #[must_use]
    pub fn is_of_times(&self) -> bool {
        match self.rule {
            Rule::Sum(quantity) => quantity.kind() == Kind::Time,
            Rule::Ratio { over, .. } => over.iter().all(|(_, q)| q.kind() == Kind::Time),
            Rule::Percentile { .. } => true,
            Rule::Live => false,
        }
    }
}

fn total(sums: &impl Amounts, terms: &[Term]) -> f64 {
    terms
        .iter()
        .map(|(weight, quantity)| f64::from(*weight) * sums.amount(*quantity))
        .sum()
}

fn name(quantity: Quantity, is_english: bool) -> &'static str {
    if is_english {
        quantity.en()
    } else {
        quantity.nb()
    }
}

/// `(a + b - c)`; without the brackets when there is one term.
fn written(terms: &[Term], is_english: bool) -> String {
    let mut text = String::new();
    for (weight, quantity) in terms {
        if !text.is_empty() {
            text.push_str(if *weight < 0 { " − " } else { " + " });
        }
        text.push_str(name(*quantity, is_english));
    }
    if terms.len() > 1 {
        format!("({text})")
    } else {
        text
    }
}

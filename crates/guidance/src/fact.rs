//! What the first line knows about a contact when it asks for advice. Nothing here names a person.

use linje_types::{Channel, Language};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All of them, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The words that files and the API use, with what they mean.
            pub const NAMES: &'static [(&'static str, $name)] = &[$(($text, $name::$variant)),+];

            /// The word that files and the API use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The word's meaning; `None` for an unknown word.
            #[must_use]
            pub fn parse(text: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// Whether somebody can use the service on the web, by the register of contact preferences.
    Digital {
        /// *Digital*: can be reached and served on the web.
        Digital = "digital",
        /// *Mulig digital*: not reserved, but has given neither mobile nor e-mail, or has not confirmed them.
        Possibly = "possibly",
        /// *Ikke digital*: reserved, or cannot.
        Not = "not",
    }
}

words! {
    /// How the two talk.
    Way {
        /// By phone.
        Phone = "phone",
        /// In a chat that nobody logged in to.
        Chat = "chat",
        /// In the logged-in inbox (*Skriv til oss*).
        Message = "message",
        /// On a public page, where everybody reads along.
        Public = "public",
        /// At a local office.
        Office = "office",
        /// As work with a deadline, without talking.
        Task = "task",
        /// On the web, by oneself.
        Web = "web",
        /// By post.
        Letter = "letter",
    }
}

impl From<Channel> for Way {
    fn from(channel: Channel) -> Way {
        match channel {
            Channel::Voice => Way::Phone,
            Channel::Chat => Way::Chat,
            Channel::Message => Way::Message,
            Channel::Task => Way::Task,
        }
    }
}

words! {
    /// What kind of help is asked for, whatever the topic.
    Question {
        /// Rights, rules, how to apply.
        General = "general",
        /// When or how much is paid, without more to it.
        Payment = "payment",
        /// How far a case has come.
        CaseStatus = "case_status",
        /// A print of what one could find oneself.
        Print = "print",
        /// Help with a form or with the web.
        Form = "form",
        /// To meet somebody at an office.
        Appointment = "appointment",
        /// New facts for a case.
        NewFacts = "new_facts",
        /// Something that another agency answers for.
        OtherAgency = "other_agency",
        /// That the rules are wrong.
        RulesDebate = "rules_debate",
        /// That a decision is wrong, or how to appeal.
        Appeal = "appeal",
        /// To find or keep work.
        Work = "work",
        /// Something about one's own case that only a caseworker can decide.
        Decision = "decision",
    }
}

words! {
    /// What somebody needs in one matter; a person can be in one or two groups at once.
    NeedsGroup {
        /// *Bare ytelse*: money, no follow-up.
        BenefitsOnly = "benefits_only",
        /// *Enkel oppfølging*: now and then, mostly digital.
        SimpleFollowUp = "simple_follow_up",
        /// *Sammensatt oppfølging*: closely, often with others.
        CompoundFollowUp = "compound_follow_up",
    }
}

/// The needs groups of one matter; none = not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs(u8);

impl Needs {
    /// Not known.
    pub const UNKNOWN: Needs = Needs(0);
    /// How many groups somebody can be in at once, per matter.
    pub const MOST: usize = 2;

    /// With one group more.
    #[must_use]
    pub const fn with(self, group: NeedsGroup) -> Needs {
        Needs(self.0 | 1 << group as u8)
    }

    /// Whether the group is one of them.
    #[must_use]
    pub const fn has(self, group: NeedsGroup) -> bool {
        self.0 & 1 << group as u8 != 0
    }

    /// Whether nothing is known.
    #[must_use]
    pub const fn is_unknown(self) -> bool {
        self.0 == 0
    }

    /// The groups, in the order of declaration.
    pub fn iter(self) -> impl Iterator<Item = NeedsGroup> {
        let all = NeedsGroup::ALL.iter().copied();
        all.filter(move |group| self.has(*group))
    }

    /// Whether they can be true at once in one matter.
    #[must_use]
    pub const fn fits(self) -> bool {
        self.0.count_ones() as usize <= Needs::MOST
    }
}

impl FromIterator<NeedsGroup> for Needs {
    fn from_iter<I: IntoIterator<Item = NeedsGroup>>(groups: I) -> Needs {
        groups.into_iter().fold(Needs::UNKNOWN, Needs::with)
    }
}

/// The language that somebody wants to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tongue {
    /// One that the service speaks.
    Spoken(Language),
    /// Any other.
    Other,
}

impl Tongue {
    /// The word for a language that the service does not speak.
    pub const OTHER: &'static str = "other";

    /// The word that files and the API use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Tongue::Spoken(language) => language.as_str(),
            Tongue::Other => Tongue::OTHER,
        }
    }

    /// The word's meaning; `None` for an unknown word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Tongue> {
        if text == Tongue::OTHER {
            return Some(Tongue::Other);
        }
        Language::parse(text).map(Tongue::Spoken)
    }
}

words! {
    /// A kind of fact, as something that can be asked for.
    Fact {
        /// Whether the person can use the web.
        Digital = "digital",
        /// How the two talk.
        Way = "way",
        /// What it is about.
        Topic = "topic",
        /// What the person needs in this matter.
        Needs = "needs",
        /// What kind of help is asked for.
        Question = "question",
        /// The agency whose matter it is.
        Agency = "agency",
        /// The language wanted.
        Language = "language",
        /// Whether they have looked on the web first.
        BeenToWeb = "been_to_web",
        /// Whether it is certain who it is.
        Identified = "identified",
    }
}

/// What is known. Everything may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts<'a> {
    /// Whether the person can use the web.
    pub digital: Option<Digital>,
    /// How the two talk.
    pub way: Option<Way>,
    /// The code of the topic.
    pub topic: Option<&'a str>,
    /// What the person needs in this matter.
    pub needs: Needs,
    /// What kind of help is asked for.
    pub question: Option<Question>,
    /// The agency whose matter it is, by its id in the description.
    pub agency: Option<&'a str>,
    /// The language wanted.
    pub language: Option<Tongue>,
    /// Whether they have looked on the web first.
    pub been_to_web: Option<bool>,
    /// Whether it is certain who it is.
    pub identified: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for question in Question::ALL {
            assert_eq!(Question::parse(question.as_str()), Some(*question));
        }
        for tongue in ["nb", "se", "other"] {
            assert_eq!(Tongue::parse(tongue).map(Tongue::as_str), Some(tongue));
        }
        assert_eq!(Tongue::parse("klingon"), None);
    }

    #[test]
    fn a_matter_has_one_or_two_needs_groups() {
        let two: Needs = [NeedsGroup::BenefitsOnly, NeedsGroup::SimpleFollowUp]
            .into_iter()
            .collect();
        assert!(two.fits() && two.iter().count() == 2);
        assert!(!two.with(NeedsGroup::CompoundFollowUp).fits());
        assert!(Needs::UNKNOWN.is_unknown());
    }
}

//! The small closed vocabularies of the field.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

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

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// The way a contact comes in.
    Channel {
        /// A phone call.
        Voice = "voice",
        /// A chat.
        Chat = "chat",
        /// A secure message (*Skriv til oss*).
        Message = "message",
        /// Deferred work with a deadline (*oppgave*).
        Task = "task",
    }
}

words! {
    /// A language that the service speaks.
    Language {
        /// Norwegian bokmål.
        Nb = "nb",
        /// Norwegian nynorsk.
        Nn = "nn",
        /// Northern Sámi.
        Se = "se",
        /// English.
        En = "en",
    }
}

words! {
    /// What an adviser chooses to do (*selvledelse*).
    Activity {
        /// Answers calls.
        Phone = "phone",
        /// Answers chats.
        Chat = "chat",
        /// Answers secure messages (*skriftlig*).
        Written = "written",
        /// Works on tasks (*oppgaver*).
        Tasks = "tasks",
        /// Learns.
        Learning = "learning",
        /// Professional talk with colleagues (*fagprat*).
        Fagprat = "fagprat",
        /// Lunch.
        Lunch = "lunch",
        /// A break.
        Break = "break",
        /// A meeting.
        Meeting = "meeting",
    }
}

words! {
    /// Whether somebody is real or made by the generator of the demo.
    Origin {
        /// A real person.
        Live = "live",
        /// A person whom the population generator made up.
        Synthetic = "synthetic",
    }
}

/// A set of channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channels(pub u8);

impl Channels {
    /// No channel.
    pub const NONE: Channels = Channels(0);
    /// Somebody waits on the line: calls and chats.
    pub const LIVE: Channels = Channels(1 << Channel::Voice as u8 | 1 << Channel::Chat as u8);
    /// Work with a deadline that can wait: messages and tasks.
    pub const DEFERRED: Channels = Channels(1 << Channel::Message as u8 | 1 << Channel::Task as u8);

    /// Whether `channel` is in the set.
    #[must_use]
    #[inline]
    pub const fn has(self, channel: Channel) -> bool {
        self.0 & (1 << channel as u8) != 0
    }

    /// The set with `channel` in it.
    #[must_use]
    #[inline]
    pub const fn with(self, channel: Channel) -> Channels {
        Channels(self.0 | (1 << channel as u8))
    }

    /// The channels that an adviser who does `activity` takes contacts from.
    #[must_use]
    #[inline]
    pub const fn of(activity: Activity) -> Channels {
        match activity {
            Activity::Phone => Channels::NONE.with(Channel::Voice),
            Activity::Chat => Channels::NONE.with(Channel::Chat),
            Activity::Written => Channels::NONE.with(Channel::Message),
            Activity::Tasks => Channels::NONE.with(Channel::Task),
            Activity::Learning
            | Activity::Fagprat
            | Activity::Lunch
            | Activity::Break
            | Activity::Meeting => Channels::NONE,
        }
    }
}

/// A set of protections: what a contact needs an adviser to be cleared for, or what an adviser is cleared for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Clearance(pub u8);

impl Clearance {
    /// An ordinary person.
    pub const NONE: Clearance = Clearance(0);
    /// A shielded person (*skjermet*), such as an employee of the agency.
    pub const SHIELDED: Clearance = Clearance(1);
    /// A confidential address (*fortrolig*, code 7).
    pub const CONFIDENTIAL: Clearance = Clearance(2);
    /// A strictly confidential address (*strengt fortrolig*, code 6).
    pub const STRICT: Clearance = Clearance(4);
    /// All of them.
    pub const ALL: Clearance = Clearance(7);
    /// How many different sets there are.
    pub const COUNT: usize = 8;

    /// Whether somebody cleared for `self` may meet a person who needs `need`.
    #[must_use]
    #[inline]
    pub const fn covers(self, need: Clearance) -> bool {
        need.0 & Clearance::ALL.0 & !self.0 == 0
    }

    /// Both sets.
    #[must_use]
    #[inline]
    pub const fn and(self, other: Clearance) -> Clearance {
        Clearance(self.0 | other.0)
    }
}

/// A set of origins: whom an adviser meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origins(pub u8);

impl Origins {
    /// Real people only.
    pub const LIVE: Origins = Origins(1);
    /// Synthetic people only.
    pub const SYNTHETIC: Origins = Origins(2);
    /// Both: a demo adviser who opted in.
    pub const BOTH: Origins = Origins(3);

    /// Whether `origin` is in the set.
    #[must_use]
    #[inline]
    pub const fn has(self, origin: Origin) -> bool {
        self.0 & (1 << origin as u8) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for activity in Activity::ALL {
            assert_eq!(Activity::parse(activity.as_str()), Some(*activity));
        }
        assert_eq!(Channel::parse("fax"), None);
    }

    #[test]
    fn a_break_takes_no_contacts() {
        assert_eq!(Channels::of(Activity::Lunch), Channels::NONE);
        assert!(Channels::of(Activity::Phone).has(Channel::Voice));
    }
}

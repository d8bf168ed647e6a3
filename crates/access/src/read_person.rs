//! May this reader read this person? The codes are those of the agency's own access service
//! (*Tilgangsmaskinen*), so that a denial means the same here as there.
//!
//! Order matters: protection is asked first, so that nobody learns of a protected person by another denial.
//! Being cleared opens no door that being oneself, family or a colleague of the unit closes.

use linje_types::Clearance;

use crate::role::Role;
use crate::who::Who;

/// Why a reader may not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// Not somebody who reads people at work, or no ground given.
    NoGround,
    /// *Strengt fortrolig adresse* (code 6).
    StrictlyConfidential,
    /// *Strengt fortrolig* and abroad.
    StrictlyConfidentialAbroad,
    /// *Fortrolig adresse* (code 7).
    Confidential,
    /// *Skjermet*: own employee, or close to one.
    Shielded,
    /// *Habilitet*: oneself.
    Oneself,
    /// *Habilitet*: close family.
    Family,
    /// *Habilitet*: a colleague of the same unit.
    Colleague,
    /// Dead for long; may be overridden.
    Dead,
    /// Lives abroad; may be overridden.
    Abroad,
    /// Nobody knows where the person lives; may be overridden.
    UnknownHome,
    /// Outside the geography of the reader; may be overridden.
    Geography,
}

impl Denial {
    /// All of them.
    pub const ALL: [Denial; 12] = [
        Denial::NoGround,
        Denial::StrictlyConfidential,
        Denial::StrictlyConfidentialAbroad,
        Denial::Confidential,
        Denial::Shielded,
        Denial::Oneself,
        Denial::Family,
        Denial::Colleague,
        Denial::Dead,
        Denial::Abroad,
        Denial::UnknownHome,
        Denial::Geography,
    ];

    /// The code as other systems write it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Denial::NoGround => "AVVIST_UTEN_GRUNN",
            Denial::StrictlyConfidential => "AVVIST_STRENGT_FORTROLIG_ADRESSE",
            Denial::StrictlyConfidentialAbroad => "AVVIST_STRENGT_FORTROLIG_UTLAND",
            Denial::Confidential => "AVVIST_FORTROLIG_ADRESSE",
            Denial::Shielded => "AVVIST_SKJERMING",
            Denial::Oneself | Denial::Family | Denial::Colleague => "AVVIST_HABILITET",
            Denial::Dead => "AVVIST_AVDØD",
            Denial::Abroad => "AVVIST_PERSON_UTLAND",
            Denial::UnknownHome => "AVVIST_UKJENT_BOSTED",
            Denial::Geography => "AVVIST_GEOGRAFISK",
        }
    }

    /// Whether the law leaves it to the reader, with a reason that is kept.
    #[must_use]
    pub const fn may_be_overridden(self) -> bool {
        matches!(
            self,
            Denial::Dead | Denial::Abroad | Denial::UnknownHome | Denial::Geography
        )
    }

    /// Whether the reader may be told that there is such a person.
    #[must_use]
    pub const fn may_be_told(self) -> bool {
        !matches!(
            self,
            Denial::StrictlyConfidential
                | Denial::StrictlyConfidentialAbroad
                | Denial::Confidential
                | Denial::Shielded
        )
    }
}

/// On what ground a person is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground<'a> {
    /// A contact that the reader has, or had until its wrap-up ended.
    Contact,
    /// The reader's own words.
    Reason(&'a str),
    /// None.
    None,
}

/// What the rules need to know of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a row of facts, each asked once"
)]
pub struct Subject {
    /// What a reader must be cleared for.
    pub needs: Clearance,
    /// Protected and abroad.
    pub strict_abroad: bool,
    /// The reader.
    pub is_reader: bool,
    /// Close family of the reader.
    pub is_family: bool,
    /// Works in the reader's unit.
    pub is_colleague: bool,
    /// Dead.
    pub is_dead: bool,
    /// Lives abroad.
    pub is_abroad: bool,
    /// Nobody knows where the person lives.
    pub is_lost: bool,
    /// Lives outside what the reader's office serves.
    pub is_elsewhere: bool,
}

/// What the policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Read.
    Allow,
    /// Read, because a reason was given over this denial.
    Overridden(Denial),
    /// Not without a reason over this denial.
    Overridable(Denial),
    /// Never.
    Deny(Denial),
}

impl Decision {
    /// Whether the person may be read now.
    #[must_use]
    pub const fn allows(self) -> bool {
        matches!(self, Decision::Allow | Decision::Overridden(_))
    }

    /// The denial behind it.
    #[must_use]
    pub const fn denial(self) -> Option<Denial> {
        match self {
            Decision::Allow => None,
            Decision::Overridden(denial)
            | Decision::Overridable(denial)
            | Decision::Deny(denial) => Some(denial),
        }
    }
}

/// Shortest reason that says something, letters.
const REASON: usize = 10;

/// Who reads people at work.
const READERS: [Role; 3] = [Role::Adviser, Role::Expert, Role::LocalAdviser];

/// Whether a reason says something: at least ten letters or figures, and not one of them alone.
#[must_use]
pub fn says_something(reason: &str) -> bool {
    let mut letters = reason.chars().filter(|letter| letter.is_alphanumeric());
    let Some(first) = letters.next() else {
        return false;
    };
    let (mut count, mut varied) = (1, false);
    for letter in letters {
        count += 1;
        varied |= letter != first;
    }
    count >= REASON && varied
}

/// Decides. `over` is the reason that was given over an earlier, overridable denial.
#[must_use]
pub fn read_person(
    who: &Who,
    subject: &Subject,
    ground: Ground<'_>,
    over: Option<&str>,
) -> Decision {
    if let Some(denial) = barred(who, subject, ground) {
        return Decision::Deny(denial);
    }
    match discouraged(who, subject, ground) {
        None => Decision::Allow,
        Some(denial) if over.is_some_and(says_something) => Decision::Overridden(denial),
        Some(denial) => Decision::Overridable(denial),
    }
}

/// What no reason opens.
fn barred(who: &Who, subject: &Subject, ground: Ground<'_>) -> Option<Denial> {
    let grounded = match ground {
        Ground::Contact => true,
        Ground::Reason(reason) => says_something(reason),
        Ground::None => false,
    };
    let lacks =
        |clearance: Clearance| subject.needs.covers(clearance) && !who.clearance.covers(clearance);
    if !who.roles.has_any(&READERS) || !grounded {
        Some(Denial::NoGround)
    } else if lacks(Clearance::STRICT) {
        Some(if subject.strict_abroad {
            Denial::StrictlyConfidentialAbroad
        } else {
            Denial::StrictlyConfidential
        })
    } else if lacks(Clearance::CONFIDENTIAL) {
        Some(Denial::Confidential)
    } else if lacks(Clearance::SHIELDED) {
        Some(Denial::Shielded)
    } else if subject.is_reader {
        Some(Denial::Oneself)
    } else if subject.is_family {
        Some(Denial::Family)
    } else {
        subject.is_colleague.then_some(Denial::Colleague)
    }
}

/// What a reason opens. The contact centre serves the whole country, and a contact is ground enough for it.
fn discouraged(who: &Who, subject: &Subject, ground: Ground<'_>) -> Option<Denial> {
    if ground == Ground::Contact {
        return None;
    }
    let national = who.roles.has(Role::Adviser);
    if subject.is_dead {
        Some(Denial::Dead)
    } else if subject.is_abroad {
        Some(Denial::Abroad)
    } else if subject.is_lost {
        Some(Denial::UnknownHome)
    } else {
        (subject.is_elsewhere && !national).then_some(Denial::Geography)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(clearance: Clearance, roles: &[Role]) -> Who {
        Who {
            ident: "K100001".to_owned(),
            name: String::new(),
            unit: None,
            roles: roles.iter().copied().collect(),
            clearance,
            person: None,
        }
    }

    /// Name, person, clearance and roles of the reader, ground, reason over a denial, what is said.
    type Row = (
        &'static str,
        Subject,
        Clearance,
        &'static [Role],
        Ground<'static>,
        Option<&'static str>,
        Decision,
    );

    const GROUND: Ground<'_> = Ground::Reason("Følger opp brev fra i går");

    #[test]
    fn the_table_holds() {
        use Decision::{Allow, Deny, Overridable, Overridden};
        let none = Subject::default();
        let needs = |needs| Subject { needs, ..none };
        let strict = needs(Clearance::STRICT);
        let both = needs(Clearance::STRICT.and(Clearance::SHIELDED));
        let own = Subject {
            is_reader: true,
            ..none
        };
        let family = Subject {
            is_family: true,
            ..none
        };
        let hidden_family = Subject {
            is_family: true,
            ..strict
        };
        let colleague = Subject {
            is_colleague: true,
            needs: Clearance::SHIELDED,
            ..none
        };
        let dead = Subject {
            is_dead: true,
            ..none
        };
        let abroad = Subject {
            is_abroad: true,
            ..none
        };
        let lost = Subject {
            is_lost: true,
            ..none
        };
        let elsewhere = Subject {
            is_elsewhere: true,
            ..none
        };
        let strict_abroad = Subject {
            strict_abroad: true,
            is_abroad: true,
            ..strict
        };
        let (no, all) = (Clearance::NONE, Clearance::ALL);
        let adviser: &'static [Role] = &[Role::Adviser];
        let local: &'static [Role] = &[Role::LocalAdviser];
        let over = Some("Etterlatte spør om gravferdsstønad");
        let table: &[Row] = &[
            ("usual", none, no, adviser, GROUND, None, Allow),
            (
                "usual by contact",
                none,
                no,
                adviser,
                Ground::Contact,
                None,
                Allow,
            ),
            (
                "no ground",
                none,
                all,
                adviser,
                Ground::None,
                None,
                Deny(Denial::NoGround),
            ),
            (
                "empty words",
                none,
                all,
                adviser,
                Ground::Reason("........... x"),
                None,
                Deny(Denial::NoGround),
            ),
            (
                "one letter",
                none,
                all,
                adviser,
                Ground::Reason("aaaaaaaaaaaa"),
                None,
                Deny(Denial::NoGround),
            ),
            (
                "a leader does not read",
                none,
                all,
                &[Role::Leader],
                Ground::Contact,
                None,
                Deny(Denial::NoGround),
            ),
            (
                "nor does an administrator",
                none,
                all,
                &[Role::Administrator],
                GROUND,
                over,
                Deny(Denial::NoGround),
            ),
            (
                "nor a citizen",
                none,
                all,
                &[Role::Citizen],
                GROUND,
                over,
                Deny(Denial::NoGround),
            ),
            (
                "code 6",
                strict,
                no,
                adviser,
                Ground::Contact,
                over,
                Deny(Denial::StrictlyConfidential),
            ),
            (
                "code 6 by another clearance",
                strict,
                Clearance::SHIELDED,
                adviser,
                GROUND,
                over,
                Deny(Denial::StrictlyConfidential),
            ),
            (
                "code 6 cleared",
                strict,
                Clearance::STRICT,
                adviser,
                GROUND,
                None,
                Allow,
            ),
            (
                "code 6 abroad",
                strict_abroad,
                no,
                adviser,
                GROUND,
                over,
                Deny(Denial::StrictlyConfidentialAbroad),
            ),
            (
                "code 7",
                needs(Clearance::CONFIDENTIAL),
                no,
                adviser,
                GROUND,
                over,
                Deny(Denial::Confidential),
            ),
            (
                "shielded",
                needs(Clearance::SHIELDED),
                no,
                adviser,
                GROUND,
                over,
                Deny(Denial::Shielded),
            ),
            (
                "code 6 and shielded, half cleared",
                both,
                Clearance::STRICT,
                adviser,
                GROUND,
                over,
                Deny(Denial::Shielded),
            ),
            (
                "oneself",
                own,
                all,
                adviser,
                Ground::Contact,
                over,
                Deny(Denial::Oneself),
            ),
            (
                "family",
                family,
                all,
                adviser,
                Ground::Contact,
                over,
                Deny(Denial::Family),
            ),
            (
                "family in hiding is not told of",
                hidden_family,
                no,
                adviser,
                GROUND,
                over,
                Deny(Denial::StrictlyConfidential),
            ),
            (
                "colleague",
                colleague,
                all,
                adviser,
                GROUND,
                over,
                Deny(Denial::Colleague),
            ),
            (
                "dead",
                dead,
                no,
                adviser,
                GROUND,
                None,
                Overridable(Denial::Dead),
            ),
            (
                "dead with a reason",
                dead,
                no,
                adviser,
                GROUND,
                over,
                Overridden(Denial::Dead),
            ),
            (
                "dead by contact",
                dead,
                no,
                adviser,
                Ground::Contact,
                None,
                Allow,
            ),
            (
                "abroad",
                abroad,
                no,
                adviser,
                GROUND,
                None,
                Overridable(Denial::Abroad),
            ),
            (
                "unknown home",
                lost,
                no,
                adviser,
                GROUND,
                Some("x"),
                Overridable(Denial::UnknownHome),
            ),
            (
                "the contact centre is national",
                elsewhere,
                no,
                adviser,
                GROUND,
                None,
                Allow,
            ),
            (
                "a local office is not",
                elsewhere,
                no,
                local,
                GROUND,
                None,
                Overridable(Denial::Geography),
            ),
            (
                "a local office with a reason",
                elsewhere,
                no,
                local,
                GROUND,
                over,
                Overridden(Denial::Geography),
            ),
        ];
        for (name, subject, clearance, roles, ground, over, expected) in table {
            let said = read_person(&who(*clearance, roles), subject, *ground, *over);
            assert_eq!(said, *expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_told_is_never_overridden() {
        for denial in Denial::ALL {
            assert!(
                denial.may_be_told() || !denial.may_be_overridden(),
                "{denial:?}"
            );
            assert!(denial.code().starts_with("AVVIST_"));
        }
    }

    #[test]
    fn no_clearance_opens_what_kinship_closes() {
        for needs in 0..8 {
            for clearance in 0..8 {
                let subject = Subject {
                    needs: Clearance(needs),
                    is_family: true,
                    ..Subject::default()
                };
                let said = read_person(
                    &who(Clearance(clearance), &[Role::Adviser]),
                    &subject,
                    GROUND,
                    Some("en lang begrunnelse"),
                );
                assert!(!said.allows());
            }
        }
    }
}

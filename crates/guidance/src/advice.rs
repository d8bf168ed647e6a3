//! From facts to advice: which rules apply and on what ground, what is worth asking, which way fits.

use crate::fact::{Fact, Facts, Way};
use crate::rule::{Agency, Fit, Guidance, Met, Rule};

/// A fact that made a rule apply, in the words of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// What kind of fact.
    pub fact: Fact,
    /// The fact.
    pub value: String,
}

/// A rule that applies, and why it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice<'g> {
    /// The rule.
    pub rule: &'g Rule,
    /// The facts that it asked for.
    pub grounds: Vec<Ground>,
}

/// Everything the rules have to say about a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counsel<'g> {
    /// The rules that apply, in the order of the description.
    pub advice: Vec<Advice<'g>>,
    /// Facts that would decide whether more rules apply, those that decide most first.
    pub ask: Vec<Fact>,
    /// The other agency whose matter it is.
    pub signpost: Option<&'g Agency>,
    /// How the person's needs groups are served best.
    pub fits: Vec<&'g Fit>,
    /// The ways that fit every group the person is in, best first.
    pub ways: Vec<Way>,
}

/// What the rules say to these facts.
#[must_use]
pub fn advise<'g>(guidance: &'g Guidance, facts: &Facts<'_>) -> Counsel<'g> {
    let mut advice = Vec::new();
    let mut open = [0_usize; Fact::ALL.len()];
    for rule in &guidance.rules {
        let met = rule.when.met(facts);
        if met.iter().any(|(_, met)| *met == Met::No) {
            continue;
        }
        let mut unknown = met.iter().filter(|(_, met)| *met == Met::Unknown);
        if let Some((fact, _)) = unknown.next() {
            // What is asked first decides first.
            open[*fact as usize] += 1;
            continue;
        }
        let grounds = met.iter().filter(|(_, met)| *met == Met::Yes);
        advice.push(Advice {
            rule,
            grounds: grounds.map(|(fact, _)| ground(*fact, facts)).collect(),
        });
    }
    let mut ask: Vec<Fact> = Fact::ALL
        .iter()
        .copied()
        .filter(|fact| open[*fact as usize] > 0)
        .collect();
    ask.sort_by_key(|fact| core::cmp::Reverse(open[*fact as usize]));
    let fits: Vec<&Fit> = guidance
        .fits
        .iter()
        .filter(|fit| facts.needs.has(fit.group))
        .collect();
    Counsel {
        advice,
        ask,
        signpost: facts.agency.and_then(|id| {
            let mut agencies = guidance.agencies.iter();
            agencies.find(|agency| agency.id == id)
        }),
        ways: common_ways(&fits),
        fits,
    }
}

/// The ways of the group that needs most, when every other group is served by them too; else its own.
fn common_ways(fits: &[&Fit]) -> Vec<Way> {
    let Some(most) = fits.iter().max_by_key(|fit| fit.group) else {
        return Vec::new();
    };
    let common: Vec<Way> = most
        .ways
        .iter()
        .copied()
        .filter(|way| fits.iter().all(|fit| fit.ways.contains(way)))
        .collect();
    if common.is_empty() {
        most.ways.clone()
    } else {
        common
    }
}

fn ground(fact: Fact, facts: &Facts<'_>) -> Ground {
    let yes_or_no =
        |value: Option<bool>| String::from(if value == Some(true) { "yes" } else { "no" });
    let value = match fact {
        Fact::Digital => facts.digital.map(|value| value.as_str().to_owned()),
        Fact::Way => facts.way.map(|value| value.as_str().to_owned()),
        Fact::Topic => facts.topic.map(str::to_owned),
        Fact::Needs => Some(needs_of(facts)),
        Fact::Question => facts.question.map(|value| value.as_str().to_owned()),
        Fact::Agency => facts.agency.map(str::to_owned),
        Fact::Language => facts.language.map(|value| value.as_str().to_owned()),
        Fact::BeenToWeb => Some(yes_or_no(facts.been_to_web)),
        Fact::Identified => Some(yes_or_no(facts.identified)),
    };
    Ground {
        fact,
        value: value.unwrap_or_default(),
    }
}

fn needs_of(facts: &Facts<'_>) -> String {
    let groups: Vec<&str> = facts.needs.iter().map(|group| group.as_str()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Digital, Needs, NeedsGroup, Question};
    use crate::rule::{When, Words};

    fn rule(id: &str, when: When) -> Rule {
        Rule {
            id: String::from(id),
            when,
            does: Some(Words::default()),
            does_not: None,
            because: Words::default(),
        }
    }

    fn guidance() -> Guidance {
        let fit = |group, ways: &[Way]| Fit {
            group,
            name: Words::default(),
            ways: ways.to_vec(),
            because: Words::default(),
        };
        Guidance {
            rules: vec![
                rule("always", When::default()),
                rule(
                    "payment-on-web",
                    When {
                        digital: vec![Digital::Digital, Digital::Possibly],
                        question: vec![Question::Payment],
                        ..When::default()
                    },
                ),
                rule(
                    "no-meeting",
                    When {
                        question: vec![Question::Appointment],
                        needs_not: vec![NeedsGroup::SimpleFollowUp, NeedsGroup::CompoundFollowUp],
                        ..When::default()
                    },
                ),
            ],
            agencies: Vec::new(),
            fits: vec![
                fit(NeedsGroup::BenefitsOnly, &[Way::Web, Way::Phone]),
                fit(NeedsGroup::CompoundFollowUp, &[Way::Office, Way::Phone]),
            ],
        }
    }

    fn ids(counsel: &Counsel<'_>) -> Vec<String> {
        let advice = counsel.advice.iter();
        advice.map(|advice| advice.rule.id.clone()).collect()
    }

    #[test]
    fn unknown_facts_make_questions_and_not_advice() {
        let guidance = guidance();
        let counsel = advise(&guidance, &Facts::default());
        assert_eq!(ids(&counsel), ["always"]);
        assert_eq!(counsel.ask, [Fact::Question]);
        let facts = Facts {
            question: Some(Question::Payment),
            ..Facts::default()
        };
        assert_eq!(advise(&guidance, &facts).ask, [Fact::Digital]);
    }

    #[test]
    fn advice_tells_the_facts_it_stands_on() {
        let guidance = guidance();
        let facts = Facts {
            digital: Some(Digital::Possibly),
            question: Some(Question::Payment),
            ..Facts::default()
        };
        let counsel = advise(&guidance, &facts);
        assert_eq!(ids(&counsel), ["always", "payment-on-web"]);
        let grounds: Vec<(Fact, &str)> = counsel.advice[1]
            .grounds
            .iter()
            .map(|ground| (ground.fact, ground.value.as_str()))
            .collect();
        assert_eq!(
            grounds,
            [(Fact::Question, "payment"), (Fact::Digital, "possibly")]
        );
        let not_digital = Facts {
            digital: Some(Digital::Not),
            ..facts
        };
        assert_eq!(ids(&advise(&guidance, &not_digital)), ["always"]);
    }

    #[test]
    fn a_meeting_is_for_those_who_need_follow_up() {
        let guidance = guidance();
        let with = |needs: Needs| Facts {
            question: Some(Question::Appointment),
            needs,
            ..Facts::default()
        };
        let only = Needs::UNKNOWN.with(NeedsGroup::BenefitsOnly);
        assert_eq!(
            ids(&advise(&guidance, &with(only))),
            ["always", "no-meeting"]
        );
        let both = only.with(NeedsGroup::CompoundFollowUp);
        let counsel = advise(&guidance, &with(both));
        assert_eq!(ids(&counsel), ["always"]);
        assert_eq!(counsel.fits.len(), 2);
        assert_eq!(counsel.ways, [Way::Phone], "what serves both groups");
    }
}

use std::collections::HashSet;

use jiff::civil::date;

use super::*;
use crate::model::{BenefitState, CaseState, DigitalLevel, PersonStatus, Protection};

fn register() -> BuiltIn {
    BuiltIn::new(2015, BuiltIn::PEOPLE, Arc::new(|| date(2026, 11, 23)))
}

#[tokio::test]
async fn twenty_thousand_people_are_made_with_numbers_that_nobody_real_has() {
    let register = register();
    let ids: HashSet<_> = register.ids().iter().collect();
    assert_eq!(ids.len(), 20_000);
    for id in register.ids() {
        assert!(id.is_synthetic());
        assert_eq!(PersonId::parse(&id.digits()), Some(*id));
    }
    let again = self::register();
    assert_eq!(register.ids(), again.ids());
    for place in [0, 4, 77, 19_999] {
        assert!(register.at(place) == again.at(place), "{place}");
    }
}

#[tokio::test]
async fn the_lives_hold_everything_that_the_desk_must_meet() {
    let register = register();
    let people: Vec<Person> = (0..BuiltIn::PEOPLE)
        .map(|place| register.at(place))
        .collect();
    let count =
        |wanted: &dyn Fn(&Person) -> bool| people.iter().filter(|person| wanted(person)).count();
    assert_eq!(count(&|p| p.protection == Protection::Strict), 30);
    assert_eq!(count(&|p| p.protection == Protection::StrictAbroad), 20);
    assert_eq!(count(&|p| p.protection == Protection::Confidential), 120);
    assert!(count(&|p| p.shielded) > 300);
    assert!(count(&|p| p.employee.is_some()) > 900);
    assert!(count(&|p| p.status == PersonStatus::Dead) > 100);
    assert!(count(&|p| !p.guardians.is_empty()) > 50);
    assert!(count(&|p| p.abroad) > 50);
    assert!(count(&|p| p.interpreter.speech.is_some()) > 50);
    assert!(count(&|p| p.interpreter.sign.is_some()) > 10);
    let measures: HashSet<_> = people
        .iter()
        .flat_map(|p| &p.safety)
        .map(|s| format!("{:?}", s.kind))
        .collect();
    assert_eq!(measures.len(), 5);
    let mut topics = HashSet::new();
    let mut levels = [0; 3];
    let mut languages = HashSet::new();
    for id in register.ids().iter().step_by(3) {
        topics.extend(
            register
                .cases(*id)
                .await
                .unwrap()
                .into_iter()
                .map(|case| case.topic),
        );
        let preferences = register.preferences(*id).await.unwrap();
        levels[match preferences.level {
            DigitalLevel::Digital => 0,
            DigitalLevel::PossiblyDigital => 1,
            DigitalLevel::NotDigital => 2,
        }] += 1;
        languages.extend(preferences.language);
    }
    assert_eq!(topics.len(), lists::TOPICS.len());
    assert!(levels.iter().all(|n| *n > 300), "{levels:?}");
    assert_eq!(languages.len(), 4);
}

#[tokio::test]
async fn families_agree_about_each_other() {
    let register = register();
    for place in (0..2_000).step_by(7) {
        let person = register.at(place);
        for relation in &person.relations {
            let other = register
                .person(relation.person.unwrap())
                .await
                .unwrap()
                .unwrap();
            assert_eq!(relation.name.as_ref(), Some(&other.name));
            let back = other
                .relations
                .iter()
                .any(|back| back.person == Some(person.id));
            assert!(back, "place {place}");
            assert_eq!(relation.needs, other.facts().needs);
        }
    }
}

#[tokio::test]
async fn a_search_finds_by_the_beginnings_of_words_and_nothing_finds_nobody() {
    let register = register();
    let person = register.at(104);
    let name = person
        .name
        .split_whitespace()
        .next_back()
        .unwrap()
        .to_lowercase();
    let search = Search {
        name: Some(name),
        ..Search::default()
    };
    let found = register.search(&search, 1_000).await.unwrap();
    assert!(found.iter().any(|hit| hit.facts.id == person.id));
    assert!(
        register
            .search(&Search::default(), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let blank = Search {
        name: Some(" ".to_owned()),
        ..Search::default()
    };
    assert!(register.search(&blank, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_registers_do_not_contradict_each_other() {
    let register = register();
    let (mut reserved, mut waiting) = (0, 0);
    for id in register.ids().iter().step_by(7) {
        let preferences = register.preferences(*id).await.unwrap();
        let notices = register.notices(*id).await.unwrap();
        if !preferences.can_be_notified {
            reserved += notices.len();
            assert!(notices.iter().all(|notice| notice.channel == "letter"));
        }
        let cases = register.cases(*id).await.unwrap();
        let benefits = register.benefits(*id).await.unwrap();
        for asked in benefits
            .iter()
            .filter(|benefit| benefit.state == BenefitState::AppliedFor)
        {
            let open = |case: &&Case| {
                case.topic == asked.topic && case.state == Some(CaseState::InProgress)
            };
            let case = cases
                .iter()
                .find(open)
                .expect("a case of what is asked for");
            assert_eq!(case.opened, asked.from);
            waiting += 1;
        }
    }
    assert!(reserved > 50 && waiting > 200, "{reserved} {waiting}");
}

#[tokio::test]
async fn payments_follow_the_benefits_and_the_window() {
    let register = register();
    let pensioner = register.ids()[10];
    let all = register
        .payments(pensioner, "2026-01-01", "2026-12-31")
        .await
        .unwrap();
    assert!(all.len() > 8, "{}", all.len());
    assert!(
        all.iter()
            .all(|payment| payment.gross_ore - payment.tax_ore == payment.net_ore)
    );
    assert!(all.windows(2).all(|pair| pair[0].date >= pair[1].date));
    let one = register
        .payments(pensioner, "2026-10-01", "2026-10-31")
        .await
        .unwrap();
    assert_eq!(one.len(), 1);
}

#[test]
fn the_personas_are_not_protected_and_staff_are_somebody() {
    let register = register();
    let personas = register.personas();
    assert_eq!(personas.len(), lists::PERSONAS.len());
    for (person, words, _) in &personas {
        assert_eq!(person.facts().needs, Clearance::NONE, "{words}");
        // A demo adviser may open them: nobody of the list is a colleague.
        assert_eq!(person.employee, None, "{words}");
    }
    assert_eq!(
        register
            .at(life::place_of_staff("K100007").unwrap())
            .employee
            .as_deref(),
        Some("K100007")
    );
    assert_eq!(
        register
            .at(life::place_of_staff("K990002").unwrap())
            .employee
            .as_deref(),
        Some("K990002")
    );
    assert_eq!(life::place_of_staff("X1"), None);
}

#[test]
fn a_reader_who_is_not_cleared_learns_nothing_of_protected_relatives() {
    let register = register();
    let shielded = (0..BuiltIn::PEOPLE)
        .map(|place| register.at(place))
        .find(|person| {
            person
                .relations
                .iter()
                .any(|relation| relation.needs != Clearance::NONE)
                && person.facts().needs == Clearance::NONE
        });
    let person = shielded.unwrap().for_reader(Clearance::NONE);
    let hidden: Vec<_> = person
        .relations
        .iter()
        .filter(|relation| relation.needs != Clearance::NONE)
        .collect();
    assert!(!hidden.is_empty());
    for relation in hidden {
        assert!(relation.person.is_none() && relation.name.is_none() && relation.born.is_none());
    }
}

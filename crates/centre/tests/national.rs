//! The description of 2015, as it lies in `centres/`.

use std::collections::BTreeSet;

use linje_centre::{
    Centre, Extra, Person, Queue, Role, UnitKind, experts, people, routing_rules, staff,
};
use linje_centre::{examine, render};
use linje_routing::Tables;
use linje_types::{Channel, Clearance, Language, Origins, UnitId};

const TEXT: &str = include_str!("../../../centres/national-2015.toml");

fn national() -> Centre {
    let (centre, faults) = examine(TEXT);
    assert_eq!(render(&faults, "national-2015.toml"), "");
    centre.expect("a description without faults is a centre")
}

fn able(person: &Person, queue: &Queue) -> bool {
    queue.requires.iter().all(|requirement| {
        person
            .skills
            .iter()
            .any(|(skill, level)| *skill == requirement.skill && *level >= requirement.level)
    })
}

#[test]
fn it_has_no_faults_and_the_public_figures() {
    let centre = national();
    let of = |kind| centre.units.iter().filter(|unit| unit.kind == kind).count();
    assert_eq!(of(UnitKind::ContactCentre), 18);
    assert_eq!(of(UnitKind::ServiceCentre), 1);
    assert_eq!(of(UnitKind::Steering), 1);
    // The agency's own, and the two that leave no trace.
    assert_eq!(centre.topics.len(), 67 + 2);
    let no_log = centre.topics.iter().filter(|topic| topic.no_log);
    assert_eq!(
        no_log.map(|topic| topic.code.as_str()).collect::<Vec<_>>(),
        ["KOM", "GJE"]
    );
    assert_eq!(centre.population.yearly_calls, 5_612_445);
    let calls: f64 = centre
        .population
        .arrivals
        .iter()
        .filter(|arrivals| centre.queue(arrivals.queue).channel == Channel::Voice)
        .map(|arrivals| arrivals.yearly)
        .sum();
    assert!((calls - 5_612_445.0).abs() < 1.0, "{calls}");
}

#[test]
fn the_main_number_has_five_keys_and_the_numbers_of_the_ready_file_are_there() {
    let centre = national();
    let keys: String = centre.queues.iter().filter_map(|queue| queue.key).collect();
    assert_eq!(keys, "12345");
    let wanted = [
        ("main", "55553333"),
        ("pension", "55553334"),
        ("partner", "55553336"),
        ("debt", "55553339"),
    ];
    for (id, figures) in wanted {
        assert_eq!(centre.number_named(id).unwrap().number, figures);
    }
    for id in [
        "international",
        "appeals",
        "eures",
        "support",
        "switchboard",
        "load",
    ] {
        assert!(centre.number_named(id).unwrap().assumed, "{id}");
    }
    assert!(centre.prompt_id("main-menu").is_some());
}

#[test]
fn live_queues_have_the_goal_70_within_45_seconds() {
    let centre = national();
    for queue in &centre.queues {
        if queue.channel == Channel::Voice {
            assert_eq!(
                (queue.goal.share, queue.goal.within_s),
                (0.70, 45),
                "{}",
                queue.id
            );
        }
    }
}

#[test]
fn the_same_description_makes_the_same_people() {
    let all = people(&national());
    assert_eq!(all, people(&national()));
    let mut other = national();
    other.people.seed += 1;
    assert_ne!(all, people(&other));
    let text = format!(
        "{:?}",
        all.iter()
            .map(|p| (&p.ident, &p.skills))
            .collect::<Vec<_>>()
    );
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // Pins the generator itself: another number means that every demo has other people.
    assert_eq!(hash, 10_609_556_712_244_302_974);
}

#[test]
fn nine_hundred_people_have_the_shares_that_were_asked_for() {
    let all = people(&national());
    assert_eq!(all.len(), 900);
    assert_eq!(all[0].ident, "K100001");
    assert_eq!(all[899].ident, "K100900");
    let count = |is: &dyn Fn(&Person) -> bool| all.iter().filter(|person| is(person)).count();
    assert_eq!(count(&|person| person.role == Role::Leader), 54);
    assert_eq!(count(&|person| person.role == Role::Steering), 15);
    assert_eq!(count(&|person| person.absent), 108);
    assert!((190..260).contains(&count(&|person| person.position_percent < 100)));
    assert!((730..800).contains(&count(&|person| person.languages.contains(&Language::En))));
    assert!((8..40).contains(&count(&|person| person.languages.contains(&Language::Se))));
    assert!(
        all.iter()
            .all(|person| person.name.starts_with("Syntetisk "))
    );
}

#[test]
fn advisers_have_several_skills_each() {
    let all = people(&national());
    let advisers: Vec<&Person> = all.iter().filter(|p| p.role == Role::Adviser).collect();
    let skills: usize = advisers.iter().map(|person| person.skills.len()).sum();
    let mean = skills as f64 / advisers.len() as f64;
    assert!((5.0..9.0).contains(&mean), "{mean}");
    assert!(advisers.iter().all(|person| !person.skills.is_empty()));
}

#[test]
fn written_themes_are_served_by_exactly_the_named_units() {
    let centre = national();
    let all = people(&centre);
    let written = centre
        .queues
        .iter()
        .filter(|queue| queue.channel == Channel::Message);
    let mut themes = Vec::new();
    for queue in written {
        let serving: BTreeSet<UnitId> = all
            .iter()
            .filter(|person| able(person, queue))
            .map(|person| person.unit)
            .collect();
        assert_eq!(
            serving,
            queue.units.iter().copied().collect(),
            "{}",
            queue.id
        );
        themes.push((queue.id.as_str(), serving.len()));
    }
    let expected = [
        ("skriv-arbeid", 9),
        ("skriv-familie", 4),
        ("skriv-pensjon", 3),
        ("skriv-ufor", 4),
    ];
    assert_eq!(themes, expected);
}

#[test]
fn each_key_of_the_main_number_is_served_by_many_units() {
    let centre = national();
    let all = people(&centre);
    for queue in centre.queues.iter().filter(|queue| queue.key.is_some()) {
        let units: BTreeSet<UnitId> = all
            .iter()
            .filter(|person| able(person, queue))
            .map(|person| person.unit)
            .collect();
        assert!(units.len() >= 8, "{}: {} units", queue.id, units.len());
    }
}

#[test]
fn somebody_is_there_for_every_queue_in_every_language() {
    let centre = national();
    let mut all = people(&centre);
    all.extend(experts(&centre));
    for queue in centre.queues.iter().filter(|queue| !queue.demo_only) {
        for language in &queue.languages {
            let there = all.iter().filter(|person| {
                !person.absent && able(person, queue) && person.languages.contains(language)
            });
            assert!(there.count() > 0, "{} in {language}", queue.id);
        }
    }
}

/// Work that comes in the busiest part of a Monday, in advisers who are needed at once.
fn peak_work(centre: &Centre, queue: usize) -> f64 {
    let population = &centre.population;
    let busiest = population.curve.iter().copied().fold(0.0, f64::max);
    let step_s = f64::from(population.curve_step) * 60.0;
    population
        .arrivals
        .iter()
        .filter(|arrivals| arrivals.queue.idx() == queue)
        .map(|arrivals| {
            let seconds = f64::from(arrivals.handling_s + arrivals.wrap_up_s);
            population.expected(arrivals, 0) * busiest / step_s * seconds
        })
        .sum()
}

#[test]
fn those_present_can_carry_a_mondays_peak_of_calls() {
    let centre = national();
    let present: Vec<Person> = people(&centre).into_iter().filter(|p| !p.absent).collect();
    let voice: Vec<usize> = (0..centre.queues.len())
        .filter(|queue| centre.queues[*queue].channel == Channel::Voice)
        .collect();
    let all: f64 = voice.iter().map(|queue| peak_work(&centre, *queue)).sum();
    let able_at_all = |person: &&Person| {
        voice
            .iter()
            .any(|queue| able(person, &centre.queues[*queue]))
    };
    let people_count = present.iter().filter(able_at_all).count() as f64;
    // About two thirds of those present are on the phone at the peak; the rest write, rest and learn.
    assert!(
        (0.55..0.70).contains(&(all / people_count)),
        "{all} of {people_count}"
    );
    // Hall's condition on single queues and on the small ones together: enough people for each.
    for queue in &voice {
        let work = peak_work(&centre, *queue);
        let able = present
            .iter()
            .filter(|p| able(p, &centre.queues[*queue]))
            .count() as f64;
        assert!(
            work / 0.6 <= able,
            "{}: {work} of {able}",
            centre.queues[*queue].id
        );
    }
}

#[test]
fn the_core_accepts_the_rules() {
    let centre = national();
    let extra = Extra {
        phones: 10,
        automatic: true,
    };
    let rules = routing_rules(&centre, &extra);
    assert_eq!(rules.queues.len(), centre.queues.len());
    // 900 people, 24 experts, the automatic adviser and ten demo advisers.
    assert_eq!(rules.advisers.len(), 935);
    assert_eq!(rules.version, routing_rules(&centre, &extra).version);
    assert_ne!(
        rules.version,
        routing_rules(&centre, &Extra::default()).version
    );
    assert_eq!(rules.advisers[0].origins, Origins::SYNTHETIC);
    assert_eq!(rules.advisers[923].origins, Origins::SYNTHETIC);
    assert_eq!(rules.advisers[924].origins, Origins::LIVE);
    Tables::new(&rules).unwrap();
}

#[test]
fn demo_phones_serve_everything_and_the_automatic_adviser_all_but_the_measurement() {
    let centre = national();
    let extra = Extra {
        phones: 2,
        automatic: true,
    };
    let staff = staff(&centre, &extra);
    let (automatic, phone) = (&staff[924], &staff[925]);
    assert_eq!(
        (automatic.ident.as_str(), phone.ident.as_str()),
        ("K990000", "K990001")
    );
    for queue in &centre.queues {
        assert!(able(phone, queue), "{}", queue.id);
        assert_eq!(able(automatic, queue), !queue.demo_only, "{}", queue.id);
    }
    let load = centre.queue(centre.queue_id("load").unwrap());
    assert_eq!(load.wrap_up_s, 0);
    assert!(!people(&centre).iter().any(|person| able(person, load)));
}

#[test]
fn leaders_and_steering_take_no_contacts() {
    let centre = national();
    let rules = routing_rules(&centre, &Extra::default());
    for (person, rule) in people(&centre).iter().zip(&rules.advisers) {
        let takes_none = matches!(person.role, Role::Leader | Role::Steering);
        assert_eq!(rule.channels.0 == 0, takes_none, "{}", person.ident);
    }
}

#[test]
fn one_demo_adviser_is_cleared_for_nobody_protected_and_says_so() {
    let centre = national();
    let extra = Extra {
        phones: 5,
        ..Extra::default()
    };
    let staff = staff(&centre, &extra);
    let demo: Vec<&Person> = staff.iter().filter(|it| it.role == Role::Demo).collect();
    let uncleared: Vec<&str> = demo
        .iter()
        .filter(|it| it.clearance == Clearance::NONE)
        .map(|it| it.ident.as_str())
        .collect();
    assert_eq!(uncleared, ["K990003"]);
    assert!(demo[2].name.contains("uten klarering"));
    // The first ones, whom the tasks of the demo name, open everybody.
    assert_eq!(demo[0].clearance, Clearance::ALL);
}

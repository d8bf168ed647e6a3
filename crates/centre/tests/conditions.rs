//! Conditions on advisers: what is written is what holds, it can be written back, and no text breaks it.

use linje_centre::{Centre, Extra, Who, examine, routing_rules, staff};
use linje_types::QueueId;
use proptest::prelude::*;

const NATIONAL: &str = include_str!("../../../centres/national-2015.toml");

/// The national centre with this condition in the first ring of the appeals queue.
fn with(condition: &str) -> (Option<Centre>, String) {
    let written = format!("who = {condition:?}");
    let text = NATIONAL.replacen("requires = [\"klage\"]", &written, 1);
    assert_ne!(text, NATIONAL);
    let faults = Centre::parse(&text);
    match faults {
        Ok(centre) => (Some(centre), String::new()),
        Err(faults) => (None, linje_centre::render(&faults, "x")),
    }
}

fn first_ring(centre: &Centre) -> &Who {
    let queue = centre.queue_id("klageinstans").expect("the queue");
    &centre.queue(queue).rings[0].who
}

#[test]
fn words_bind_as_they_are_bracketed() {
    for (written, meant) in [
        ("klage", "klage"),
        ("klage>=2", "klage >= 2"),
        ("skill klage >= 1", "klage"),
        (
            "not klage and not (ufor or pensjon)",
            "not klage and not (ufor or pensjon)",
        ),
        ("(klage and (ufor >= 3))", "klage and ufor >= 3"),
        ("not not everybody", "not not everybody"),
        (
            "unit ks-troms or group nye or language se",
            "unit ks-troms or group nye or language se",
        ),
        ("  klage\tand\n ufor ", "klage and ufor"),
    ] {
        let (centre, faults) = with(written);
        let centre = centre.unwrap_or_else(|| panic!("{written}: {faults}"));
        assert_eq!(first_ring(&centre).text(&centre), meant, "{written}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_own_column() {
    // The condition begins in column 8.
    for (written, column, says) in [
        ("", 8, "ends where"),
        ("klage and", 17, "ends where"),
        ("(klage", 14, "not closed"),
        ("klage)", 13, "one bracket"),
        ("klage ufor", 14, "where \"and\" or \"or\" was expected"),
        ("klage or ufor and aap", 22, "mixes"),
        ("klage >= 4", 17, "level \"4\""),
        ("klage >= two", 17, "level \"two\""),
        ("klage & ufor", 14, "no meaning"),
        ("ks-troms", 8, "as if it were a skill"),
        ("unit ks-tromsø", 13, "ks-tromsø"),
        ("language sv", 17, "sv"),
        ("group", 13, "ends where"),
        ("and klage", 8, "a name was expected"),
    ] {
        let (centre, faults) = with(written);
        assert!(centre.is_none(), "{written}");
        let place = faults.split(':').nth(2).expect("a column");
        assert_eq!(place, column.to_string(), "{written}: {faults}");
        assert!(faults.contains(says), "{written}: {faults}");
    }
}

#[test]
fn the_core_and_the_description_agree_who_it_is() {
    let (centre, _) = with("(arbeid >= 2 or language se) and not unit ks-troms and not group nye");
    let centre = centre.expect("a centre");
    let who = first_ring(&centre);
    let extra = Extra {
        phones: 2,
        automatic: true,
    };
    let rules = routing_rules(&centre, &extra);
    let condition = who.condition();
    let mut holds = 0;
    for (person, adviser) in staff(&centre, &extra).iter().zip(&rules.advisers) {
        assert_eq!(
            who.holds(person),
            condition.holds(adviser, &rules),
            "{}",
            person.ident
        );
        holds += usize::from(who.holds(person));
    }
    assert!((100..800).contains(&holds), "{holds}");
    let queue = centre.queue_id("klageinstans").map_or(0, QueueId::idx);
    assert_eq!(rules.queues[queue].rings[0].condition, condition);
}

/// Conditions as people could write them.
fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("klage".to_owned()),
        (1..=3_u8).prop_map(|level| format!("ufor >= {level}")),
        Just("unit ks-troms".to_owned()),
        Just("group nye".to_owned()),
        Just("language se".to_owned()),
        Just("everybody".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| format!("not ({part})")),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(") and ("))),
            prop::collection::vec(inner, 2..4)
                .prop_map(|parts| format!("({})", parts.join(") or ("))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_read_can_be_written_back(written in condition()) {
        let (centre, faults) = with(&written);
        // A condition that denies itself is refused; there is nothing to write back.
        prop_assume!(!faults.contains("opposite"));
        let centre = centre.unwrap_or_else(|| panic!("{written}: {faults}"));
        let text = first_ring(&centre).text(&centre);
        let (again, faults) = with(&text);
        let again = again.unwrap_or_else(|| panic!("{text}: {faults}"));
        prop_assert_eq!(first_ring(&again).text(&again), text);
        for person in staff(&centre, &Extra::default()).iter().step_by(17) {
            prop_assert_eq!(first_ring(&centre).holds(person), first_ring(&again).holds(person));
        }
    }

    #[test]
    fn no_text_breaks_it(written in "\\PC{0,60}") {
        let text = NATIONAL.replacen(
            "requires = [\"klage\"]",
            &format!("who = '''{}'''", written.replace('\'', "")),
            1,
        );
        let (_, faults) = examine(&text);
        prop_assert!(faults.iter().all(|fault| fault.line > 0 && fault.column > 0));
    }

    #[test]
    fn no_words_in_any_order_break_it(
        words in prop::collection::vec(
            prop::sample::select(vec!["and", "or", "not", "(", ")", ">=", "klage", "2", "unit", "group", "language", "skill", "everybody"]),
            0..20,
        )
    ) {
        let (centre, faults) = with(&words.join(" "));
        prop_assert_eq!(centre.is_none(), !faults.is_empty());
    }
}

//! Planted faults: each is found where it stands, and says how to mend it.

use expect_test::{Expect, expect};
use linje_centre::{Code, examine, render, render_json};
use proptest::prelude::*;

/// A small centre without faults.
const SMALL: &str = include_str!("small.toml");

/// Changes `old` into `new` in the small centre and shows every fault.
fn check(old: &str, new: &str, expected: Expect) {
    assert_eq!(SMALL.matches(old).count(), 1, "{old:?} must be there once");
    let (_, faults) = examine(&SMALL.replace(old, new));
    expected.assert_eq(&render(&faults, "x.toml"));
}

#[test]
fn the_small_centre_has_no_faults() {
    let (centre, faults) = examine(SMALL);
    assert_eq!(render(&faults, "small.toml"), "");
    assert!(centre.is_some());
}

#[test]
fn text_that_is_not_toml() {
    check(
        "id = \"small\"",
        "id = small",
        expect![[r#"
            x.toml:23:6: error LJ1001: not TOML: string values must be quoted, expected literal string; put texts in quotes and lists in brackets, one key = value to a line
        "#]],
    );
    check(
        "[centre]",
        "[centre",
        expect![[r#"
            x.toml:22:8: error LJ1001: not TOML: unclosed table, expected `]`; put texts in quotes and lists in brackets, one key = value to a line
        "#]],
    );
}

#[test]
fn unknown_keys_sections_and_missing_ones() {
    check(
        "ring = \"20s\"",
        "rinng = \"20s\"",
        expect![[r#"
        x.toml:38:1: error LJ1002: "rinng" is not a key of queue "work"; did you mean "ring"?
    "#]],
    );
    check(
        "[population]",
        "[populations]",
        expect![[r#"
            x.toml:1:1: error LJ1003: there is no [population]; add a section [population]
            x.toml:226:2: error LJ1002: "populations" is not a key of the file; did you mean "population"?
        "#]],
    );
    check(
        "id = \"family\"\nname",
        "name",
        expect![[r#"
            x.toml:42:1: error LJ1003: queue number 2 has no "id"; add id = ..
            x.toml:120:9: error LJ1007: step "family" of flow "main" goes to queue "family", which does not exist; use one of: chat, straight, work
            x.toml:233:13: error LJ1007: arrivals go to queue "family", which does not exist; use one of: chat, straight, work
        "#]],
    );
    check(
        "name = { nb = \"Liten\", en = \"Small\" }",
        "name = { nb = \"Liten\" }",
        expect![[r#"
        x.toml:25:8: error LJ1003: "name" of [centre] has no "en"; add en = ..
    "#]],
    );
}

#[test]
fn wrong_types_and_values() {
    check(
        "max_waiting = 100",
        "max_waiting = \"many\"",
        expect![[r#"
            x.toml:39:15: error LJ1004: "max_waiting" of queue "work" is of type string, not a whole number; write a whole number
        "#]],
    );
    check(
        "max_waiting = 100",
        "max_waiting = -1",
        expect![[r#"
            x.toml:39:15: error LJ1005: "max_waiting" is -1, outside 1 to 1000000, in queue "work"; write a number from 1 to 1000000
        "#]],
    );
    check(
        "ring = \"20s\"",
        "ring = \"20\"",
        expect![[r#"
        x.toml:38:8: error LJ1005: "ring" is "20", which is no span of time, in queue "work"; write a number and a unit, such as "45s", "2m" or "1h30m"
    "#]],
    );
    check(
        "share = 0.70",
        "share = 70",
        expect![[r#"
            x.toml:35:18: error LJ1005: "share" is 70, outside 0 to 1, in "goal" of queue "work"; write a number from 0 to 1
        "#]],
    );
    check(
        "channel = \"chat\"",
        "channel = \"fax\"",
        expect![[r#"
        x.toml:66:11: error LJ1005: queue "chat" has the channel "fax", which is not known; use one of: voice, chat, message, task
    "#]],
    );
    check(
        "family>=2",
        "family>=4",
        expect![[r#"
        x.toml:47:13: error LJ1005: the requirement "family>=4" is malformed in queue "family"; write a skill and a level from 1 to 3, as "arbeid>=2"
    "#]],
    );
    check(
        "2026-11-20",
        "\"2026-11-20\"",
        expect![[r#"
            x.toml:79:23: error LJ1004: "date" of exception number 1 of hours "weekdays" is of type string, not a date such as 2015-12-24; write a date such as 2015-12-24
        "#]],
    );
    check(
        "to = \"15:00\"",
        "to = \"15.00\"",
        expect![[r#"
        x.toml:76:76: error LJ1005: "to" is "15.00", which is no time of day, in open number 1 of hours "weekdays"; write it as "09:00"
    "#]],
    );
}

#[test]
fn references_to_what_does_not_exist() {
    check(
        "{ key = \"2\", to = \"family\" }",
        "{ key = \"2\", to = \"famlie\" }",
        expect![[r#"
            x.toml:103:21: error LJ1007: key "2" goes to step or flow "famlie", which does not exist; did you mean "family"?
        "#]],
    );
    check(
        "requires = [\"work\"]",
        "requires = [\"wrok\"]",
        expect![[r#"
        x.toml:33:13: error LJ1007: queue "work" requires skill "wrok", which does not exist; did you mean "work"?
    "#]],
    );
    check(
        "play = [\"closed\"]",
        "play = [\"colsed\"]",
        expect![[r#"
            x.toml:125:9: error LJ1007: "play" of step "closed" of flow "main" plays prompt "colsed", which does not exist; did you mean "closed"?
        "#]],
    );
    check(
        "give_up = \"work\"",
        "give_up = \"nowhere\"",
        expect![[r#"
            x.toml:108:11: error LJ1007: "give_up" of step "menu" of flow "main" goes to step or flow "nowhere", which does not exist; use one of: closed, family, hours, language, menu, work, main, straight
        "#]],
    );
    check(
        "flow = \"main\" }",
        "flow = \"mian\" }",
        expect![[r#"
        x.toml:3:87: error LJ1007: number 12345678 goes to flow "mian", which does not exist; did you mean "main"?
    "#]],
    );
    check(
        "menu = [\"menu\", \"other@next\"]",
        "menu = [\"menu\", \"other@sv\"]",
        expect![[r#"
            x.toml:100:17: error LJ1005: step "menu" of flow "main" speaks the language "sv", which is not known; did you mean "se"?
        "#]],
    );
}

#[test]
fn keys_that_no_phone_has_or_that_are_there_twice() {
    check(
        "key = \"1\"",
        "key = \"A\"",
        expect![[r#"
            x.toml:102:11: error LJ1008: "A" is no key of a phone; write one of 0-9, * and #
        "#]],
    );
    check(
        "key = \"1\"",
        "key = \"12\"",
        expect![[r#"
            x.toml:102:11: error LJ1008: "12" is no key of a phone; write one of 0-9, * and #
        "#]],
    );
    check(
        "key = \"1\"",
        "key = \"2\"",
        expect![[r#"
            x.toml:103:11: error LJ1009: key "2" is there twice in step "menu" of flow "main", first on line 102; give one of them another key
        "#]],
    );
    check(
        "repeat = \"*\"",
        "repeat = \"2\"",
        expect![[r#"
            x.toml:106:10: error LJ1009: key "2" is there twice in step "menu" of flow "main", first on line 103; give one of them another key
        "#]],
    );
}

#[test]
fn ids_numbers_and_topics_that_are_there_twice() {
    check(
        "id = \"family\", name",
        "id = \"work\", name",
        expect![[r#"
            x.toml:10:10: error LJ1006: skill "work" is there twice; give one of them another name
            x.toml:15:79: error LJ1007: topic "BAR" wants skill "family", which does not exist; use one of: chat, work
            x.toml:47:13: error LJ1007: queue "family" requires skill "family", which does not exist; use one of: chat, work
            x.toml:219:24: error LJ1007: profile "all-round" has skill "family", which does not exist; use one of: chat, work
        "#]],
    );
    check(
        "number = \"87654321\"",
        "number = \"12345678\"",
        expect![[r#"
        x.toml:4:14: error LJ1019: number 12345678 is there twice, first on line 3; give one of them another number
    "#]],
    );
    check(
        "code = \"BAR\"",
        "code = \"DAG\"",
        expect![[r#"
        x.toml:15:12: error LJ1020: topic "DAG" is there twice; give one of them another name
    "#]],
    );
}

#[test]
fn dead_ends() {
    check(
        "give_up = \"work\"\n",
        "",
        expect![[r#"
            x.toml:98:1: error LJ1010: step "menu" of flow "main" has no "give_up", so that the caller is left there; add give_up = ".." with the id of a step, or let the step hang up
        "#]],
    );
    check(
        "closed = \"closed\"\n",
        "",
        expect![[r#"
            x.toml:92:1: error LJ1010: step "hours" of flow "main" has no "closed", so that the caller is left there; add closed = ".." with the id of a step, or let the step hang up
        "#]],
    );
    check(
        "hang_up = true\n",
        "",
        expect![[r#"
            x.toml:123:1: error LJ1010: step "closed" of flow "main" has no "then", so that the caller is left there; add then = ".." with the id of a step, or let the step hang up
        "#]],
    );
    check(
        "keys = [\n  { key = \"1\", to = \"work\" },\n  { key = \"2\", to = \"family\" },\n  { key = \"9\", to = \"language\" },\n]\n",
        "",
        expect![[r#"
            x.toml:98:1: error LJ1010: step "menu" of flow "main" has no keys; add keys = [{ key = "1", to = ".." }]
        "#]],
    );
}

#[test]
fn loops() {
    check(
        "give_up = \"work\"",
        "give_up = \"menu\"",
        expect![[r#"
            x.toml:98:1: error LJ1011: a caller who presses nothing goes round for ever: menu -> menu; let one of the steps lead to a queue or hang up
        "#]],
    );
    check(
        "give_up = \"work\"",
        "give_up = \"language\"",
        expect![[r#"
            x.toml:98:1: error LJ1011: a caller who presses nothing goes round for ever: menu -> language -> menu; let one of the steps lead to a queue or hang up
        "#]],
    );
    check(
        "hang_up = true\n",
        "then = \"again\"\n\n[[flow.step]]\nid = \"again\"\nthen = \"closed\"\n",
        expect![[r#"
            x.toml:123:1: error LJ1011: no caller gets out of the loop closed -> again -> closed; let one of the steps lead to a queue or hang up
        "#]],
    );
}

#[test]
fn what_nobody_can_reach() {
    check(
        "  { key = \"2\", to = \"family\" },\n",
        "",
        expect![[r#"
            x.toml:42:1: error LJ1013: no number and no key leads to queue "family"; add a [[flow.step]] with this queue and lead a key to it
            x.toml:118:1: error LJ1012: nothing leads to step "family" of flow "main"; lead a key or a step to it, or take it away
        "#]],
    );
    check(
        "# extra flow\n",
        "[[flow]]\nid = \"lost\"\nname = { nb = \"Borte\", en = \"Lost\" }\nlanguages = [\"nb\"]\n[[flow.step]]\nid = \"end\"\nhang_up = true\n",
        expect![[r#"
            x.toml:137:1: error LJ1012: nothing leads to flow "lost"; give it a [[number]], or lead a key to it
        "#]],
    );
}

#[test]
fn skills_that_nobody_has() {
    check(
        "skills = { work = 1.0, family = 0.5 }",
        "skills = { work = 1.0 }",
        expect![[r#"
        x.toml:47:13: error LJ1014: queue "family" requires skill "family" at level 2, which nobody has; give it to a [[profile]] that some unit has people of
    "#]],
    );
    check(
        "levels = [0.25, 0.50, 0.25]",
        "levels = [1.0, 0.0, 0.0]",
        expect![[r#"
        x.toml:47:13: error LJ1014: queue "family" requires skill "family" at level 2, which nobody has; give it to a [[profile]] that some unit has people of
    "#]],
    );
    check(
        "people = { all-round = 6, chat = 1 }",
        "people = { all-round = 7 }",
        expect![[r#"
        x.toml:67:13: error LJ1014: queue "chat" requires skill "chat" at level 1, which nobody has; give it to a [[profile]] that some unit has people of
    "#]],
    );
    check(
        "skill = [\n",
        "skill = [\n  { id = \"law\", name = { nb = \"Jus\", en = \"Law\" } },\n",
        expect![[r#"
        x.toml:9:3: error LJ1014: nobody has skill "law"; give it to a [[profile]] that some unit has people of, or take it away
    "#]],
    );
    check(
        "english = 0.5\nlevels",
        "english = 0\nlevels",
        expect![[r#"
        x.toml:28:1: error LJ1014: nobody who serves queue "work" speaks en; take "en" out of its languages
    "#]],
    );
}

#[test]
fn prompts_that_are_missing_unused_or_hard_to_say() {
    check(
        "en = \"We are closed.\"\n",
        "",
        expect![[r#"
            x.toml:167:1: error LJ1015: prompt "closed" has no text and no recording in en, which flow "main" offers; add en = "..", or a recording
        "#]],
    );
    check(
        "en = \"in the queue.\"\n",
        "",
        expect![[r#"
            x.toml:182:1: error LJ1015: prompt "in-queue" has no text and no recording in en, which flow "main" offers; add en = "..", or a recording
        "#]],
    );
    check(
        "on_no_key = [\"no-key\"]\n",
        "",
        expect![[r#"
            x.toml:161:1: warning LJ1024: prompt "no-key" is never played; use it in a step, or take it away
        "#]],
    );
    check(
        "Vi har stengt.",
        "Vi har stengt til kl. 09.00.",
        expect![[r#"
            x.toml:167:1: warning LJ1023: prompt "closed" has "kl." in nb, which is read wrongly aloud; write it as people say it, in words
        "#]],
    );
    check(
        "Vi har stengt.",
        "Ring om AAP.",
        expect![[r#"
            x.toml:167:1: warning LJ1023: prompt "closed" has "AAP." in nb, which is read wrongly aloud; write it as people say it, in words
        "#]],
    );
    check(
        "en = \"We are closed.\"\n",
        "recording = { en = \"closed.wav\" }\n",
        expect![[""]],
    );
}

#[test]
fn hours_that_cannot_be() {
    check(
        "from = \"09:00\", to = \"15:00\"",
        "from = \"15:00\", to = \"09:00\"",
        expect![[r#"
        x.toml:76:9: error LJ1016: opening hours "weekdays" end at 09:00, not after their start at 15:00; swap from and to; hours over midnight are two entries
    "#]],
    );
    check(
        "to = \"15:00\" }]",
        "to = \"15:00\" }, { days = [\"fri\"], from = \"14:00\", to = \"16:00\" }]",
        expect![[r#"
            x.toml:76:87: error LJ1016: opening hours "weekdays" overlap those on line 76 on the same day; make one entry of the two
        "#]],
    );
    check(
        "exception = [",
        "exception = [{ date = 2026-11-20, closed = true }, ",
        expect![[r#"
            x.toml:79:52: error LJ1006: opening hours "weekdays" have two exceptions on 2026-11-20, first on line 79; take one away
        "#]],
    );
    check(
        "closed = true, prompt",
        "prompt",
        expect![[r#"
            x.toml:79:14: error LJ1005: neither closed nor hours, or both, in exception number 1 of hours "weekdays"; write closed = true, or from and to
        "#]],
    );
    check(
        "{ day = \"christmas-eve\", closed = true }",
        "{ day = \"christmas-eve\", from = \"12:00\", to = \"10:00\" }",
        expect![[r#"
            x.toml:78:12: error LJ1016: special number 1 of hours "weekdays" ends at 10:00, not after its start at 12:00; swap from and to
        "#]],
    );
}

#[test]
fn queues_without_hours_goal_or_requirement() {
    check(
        "hours = \"weekdays\" # work\n",
        "",
        expect![[r#"
        x.toml:28:1: error LJ1017: queue "work" has no opening hours; add hours = ".." with the id of a [[hours]] section
    "#]],
    );
    check(
        "goal = { share = 0.70, within = \"45s\" }\n",
        "",
        expect![[r#"
        x.toml:28:1: error LJ1018: queue "work" has no goal; add goal = { share = 0.70, within = "45s" }
    "#]],
    );
    check(
        "requires = [\"work\"]\n",
        "",
        expect![[r#"
        x.toml:28:1: error LJ1003: queue "work" requires no skill, so that nobody knows who serves it; add requires = ["skill>=1"]
    "#]],
    );
}

#[test]
fn callers_who_come_outside_the_hours() {
    check(
        "hours = \"always\"",
        "hours = \"weekdays\"",
        expect![[r#"
            x.toml:133:1: warning LJ1025: callers come to queue "straight" without a look at the hours; put a step with hours = ".." before it
        "#]],
    );
}

#[test]
fn sums_that_do_not_add_up() {
    check(
        "count = 10",
        "count = 11",
        expect![[r#"
            x.toml:207:1: error LJ1021: [people] counts 11, but the units have 10 people; write count = 10, or mend "people" of the units
        "#]],
    );
    check(
        "curve = [0.5, 0.5]",
        "curve = [0.5, 0.4]",
        expect![[r#"
            x.toml:231:9: error LJ1021: the parts of "curve" have the sum 0.900, not 1; let the parts have the sum 1
        "#]],
    );
    check(
        "queue = \"work\", share = 0.6",
        "queue = \"work\", share = 0.7",
        expect![[r#"
            x.toml:232:12: error LJ1021: the shares of the calls have the sum 1.100, not 1; let the shares of the calls have the sum 1
        "#]],
    );
    check(
        "mon = 1.2",
        "mon = 1.8",
        expect![[r#"
            x.toml:228:12: error LJ1021: the factors of the weekdays do not have the mean 1; let the factors of the open days have the mean 1
        "#]],
    );
}

#[test]
fn units_that_do_not_fit_the_skills() {
    check(
        "units = [\"north\"]",
        "units = [\"south\"]",
        expect![[r#"
        x.toml:62:1: error LJ1022: queue "chat" names units that lack its skills: south; give them people of a fitting profile, or take them out
        x.toml:62:1: error LJ1022: units have the skills of queue "chat" unnamed: north; add them to "units", or give their people another profile
    "#]],
    );
}

#[test]
fn several_faults_come_in_one_run() {
    let text = SMALL
        .replace("ring = \"20s\"", "rinng = \"20s\"")
        .replace("key = \"1\"", "key = \"A\"")
        .replace("share = 0.70", "share = 70");
    let (centre, faults) = examine(&text);
    assert!(centre.is_none());
    let codes: Vec<Code> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!(
        codes,
        [Code::BadValue, Code::UnknownKey, Code::WrongPhoneKey]
    );
}

#[test]
fn faults_can_be_read_by_programs() {
    let (_, faults) = examine(&SMALL.replace("ring = \"20s\"", "rinng = \"20s\""));
    expect![[r#"
        {
          "file": "x.toml",
          "ok": false,
          "errors": 1,
          "warnings": 0,
          "faults": [
            {
              "line": 38,
              "column": 1,
              "severity": "error",
              "code": "LJ1002",
              "message": "\"rinng\" is not a key of queue \"work\"",
              "help": "did you mean \"ring\"?"
            }
          ]
        }"#]]
    .assert_eq(&render_json(&faults, "x.toml"));
}

#[test]
fn naughty_texts_are_refused_without_a_crash() {
    let deep = format!("a = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let wide = "[[queue]]\n".repeat(11_000);
    for text in [
        "",
        "\u{0}",
        "\u{feff}",
        "= = =",
        "[[[[",
        "centre = 1",
        "[[centre]]",
        &deep,
        &wide,
    ] {
        let (centre, faults) = examine(text);
        assert!(centre.is_none());
        assert!(!faults.is_empty());
        assert!(
            faults
                .iter()
                .all(|fault| fault.line > 0 && fault.column > 0)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let (centre, _) = examine(&text);
        prop_assert!(centre.is_none());
    }

    /// Whatever is cut out of a good description or put into it, there is an answer.
    #[test]
    fn no_damage_makes_it_panic(
        from in 0_usize..6_000,
        cut in 0_usize..40,
        put in "[\\[\\]{}=\"#,a-z0-9\\n]{0,6}",
    ) {
        let letters: Vec<char> = SMALL.chars().collect();
        let from = from.min(letters.len());
        let to = (from + cut).min(letters.len());
        let damaged: String = letters[..from].iter().copied()
            .chain(put.chars())
            .chain(letters[to..].iter().copied())
            .collect();
        let (centre, faults) = examine(&damaged);
        prop_assert_eq!(centre.is_some(), !faults.iter().any(linje_centre::Fault::is_error));
    }
}

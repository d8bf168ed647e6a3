use expect_test::{Expect, expect};
use linje_centre::Centre;
use linje_centre::hours::moment;
use linje_types::{Language, Timestamp};
use proptest::prelude::*;

use crate::{Circumstances, Input, Session, Step};

const NATIONAL: &str = include_str!("../../../centres/national-2015.toml");

fn national() -> Centre {
    Centre::parse(NATIONAL).unwrap()
}

/// A Monday at ten in Norway.
fn monday() -> Timestamp {
    moment(day(2026, 11, 23), 600)
}

fn day(year: i16, month: i8, day: i8) -> linje_centre::hours::Date {
    linje_centre::hours::Date::new(year, month, day).unwrap()
}

/// Runs a script, one word or pair a line: `2` a key, `end` of the prompt, `timeout`, `hang up`,
/// `status 3 200`, `answered`, `refused`, `back`.
fn run(number: &str, now: Timestamp, language: Language, script: &str) -> String {
    run_in(number, now, Circumstances::usual(language), script)
}

fn run_in(number: &str, now: Timestamp, circumstances: Circumstances, script: &str) -> String {
    let centre = national();
    let (mut session, steps) = Session::start(&centre, number, now, circumstances).unwrap();
    let mut now = now;
    let mut told = show(&centre, now, &steps);
    for line in script
        .split(',')
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        if line == "timeout" {
            now = session.next_deadline().unwrap();
        } else {
            now = now.plus_s(1);
        }
        told.push_str(&format!("> {line}\n"));
        let steps = session.on(&centre, read(line), now);
        told.push_str(&show(&centre, now, &steps));
    }
    told
}

fn read(line: &str) -> Input {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["end"] => Input::PlayEnded,
        ["timeout"] => Input::Timeout,
        ["hang", "up"] => Input::HungUp,
        ["answered"] => Input::Answered,
        ["refused"] => Input::Refused,
        ["back"] => Input::BackInQueue,
        ["status", position, wait] => Input::QueueStatus {
            position: position.parse().unwrap(),
            expected_wait_s: wait.parse().ok(),
        },
        [key] => Input::Key(key.chars().next().unwrap()),
        _ => panic!("no such line: {line}"),
    }
}

fn show(centre: &Centre, now: Timestamp, steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| show_step(centre, now, step) + "\n")
        .collect()
}

fn show_step(centre: &Centre, now: Timestamp, step: &Step) -> String {
    match step {
        Step::Play {
            prompts,
            interruptible,
        } => {
            let names: Vec<String> = prompts
                .iter()
                .map(|prompt| format!("{}.{}", prompt.name(centre), prompt.language))
                .collect();
            let stops = if *interruptible {
                " (a key stops it)"
            } else {
                ""
            };
            format!("play {}{stops}", names.join(" "))
        }
        Step::ListenUntil(until) => format!("listen {} s", until.since_s(now)),
        Step::Enqueue {
            queue,
            topic,
            language,
            class,
        } => {
            let topic = centre
                .topics
                .get(topic.idx())
                .map_or("-", |topic| &topic.code);
            let queue = &centre.queue(*queue).id;
            format!(
                "enqueue {queue} {topic} {language} {}",
                centre.classes[usize::from(*class)].id
            )
        }
        Step::AskCallback => "ask to be rung".to_owned(),
        Step::BookCallback { queue, .. } => {
            format!("rung instead of waiting for {}", centre.queue(*queue).id)
        }
        Step::Music => String::from("music"),
        Step::Close(reason) => format!("close {}", reason.as_str()),
        Step::HangUp => String::from("hang up"),
        Step::Keys(keys) => {
            let keys: Vec<String> = keys
                .iter()
                .map(|key| format!("{} {}", key.key, key.label.nb))
                .collect();
            format!("keys [{}]", keys.join(", "))
        }
    }
}

fn check(number: &str, script: &str, expected: Expect) {
    expected.assert_eq(&run(number, monday(), Language::Nb, script));
}

#[test]
fn a_caller_presses_two_waits_and_is_answered() {
    check(
        "55553333",
        "2, timeout, end, status 3 200, timeout, end, answered, hang up",
        expect![[r#"
            keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
            play main-menu.nb other-language.en (a key stops it)
            > 2
            keys []
            enqueue arbeid-og-helse - nb vanlig
            music
            > timeout
            play hold.nb
            > end
            music
            > status 3 200
            > timeout
            play queue-position.nb num-3.nb in-queue.nb wait-about.nb num-4.nb minutes.nb
            > end
            music
            > answered
            > hang up
        "#]],
    );
}

#[test]
fn a_caller_who_presses_nothing_is_asked_three_times_and_then_helped() {
    check(
        "55553333",
        "end, timeout, end, timeout, end, timeout",
        expect![[r#"
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > end
        listen 6 s
        > timeout
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play no-key.nb main-menu.nb other-language.en (a key stops it)
        > end
        listen 6 s
        > timeout
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play no-key.nb main-menu.nb other-language.en (a key stops it)
        > end
        listen 6 s
        > timeout
        keys []
        enqueue andre-henvendelser - nb vanlig
        music
    "#]],
    );
}

#[test]
fn a_wrong_key_is_told_and_counts_with_silence() {
    check(
        "55553333",
        "7, end, 8, end, timeout",
        expect![[r#"
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > 7
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play wrong-key.nb main-menu.nb other-language.en (a key stops it)
        > end
        listen 6 s
        > 8
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play wrong-key.nb main-menu.nb other-language.en (a key stops it)
        > end
        listen 6 s
        > timeout
        keys []
        enqueue andre-henvendelser - nb vanlig
        music
    "#]],
    );
}

#[test]
fn star_says_it_again_and_nine_changes_the_language() {
    check(
        "55553333",
        "*, 9, 9, 9, 3",
        expect![[r#"
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > *
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > 9
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.en other-language.nb (a key stops it)
        > 9
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > 9
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.en other-language.nb (a key stops it)
        > 3
        keys []
        enqueue familieytelser - en vanlig
        music
    "#]],
    );
}

#[test]
fn keys_after_the_menu_mean_nothing() {
    check(
        "55553333",
        "1, 2, 9, hang up, 1, end, back",
        expect![[r#"
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > 1
        keys []
        enqueue sosiale-tjenester - nb vanlig
        music
        > 2
        > 9
        > hang up
        close abandoned
        > 1
        > end
        > back
    "#]],
    );
}

#[test]
fn a_closed_line_says_so_and_hangs_up() {
    let evening = moment(day(2026, 11, 23), 15 * 60);
    expect![[r#"
        keys []
        play closed.nb closed-web.nb
        > end
        close closed_hours
        hang up
    "#]]
    .assert_eq(&run("55553333", evening, Language::Nb, "end"));
}

#[test]
fn an_exception_of_the_hours_has_its_own_words() {
    let exception = moment(day(2015, 11, 20), 10 * 60);
    expect![[r#"
        keys []
        play closed-training.en closed-web.en
        > hang up
        close closed_hours
    "#]]
    .assert_eq(&run("55553333", exception, Language::En, "hang up"));
}

#[test]
fn the_partner_line_knows_the_topic() {
    check(
        "55553336",
        "4, hang up",
        expect![[r#"
        keys [1 Refusjon, 2 Oppfølging og tilrettelegging, 3 Rekruttering, 4 Permittering, 5 Arbeidsrettede tiltak, 6 Lege og behandler, 7 Andre henvendelser fra samhandlere, 9 English, * Hør valgene igjen]
        play partner-menu.nb other-language.en (a key stops it)
        > 4
        keys []
        enqueue samhandler-permittering PER nb vanlig
        music
        > hang up
        close abandoned
    "#]],
    );
}

#[test]
fn a_number_with_one_language_greets_and_waits() {
    let english = run(
        "55553339",
        monday(),
        Language::En,
        "end, timeout, end, timeout",
    );
    expect![[r#"
        keys []
        enqueue gjeldsradgivning - en vanlig
        play debt-welcome.nb
        > end
        music
        > timeout
        play hold.nb
        > end
        music
        > timeout
        play hold.nb
    "#]]
    .assert_eq(&english);
}

#[test]
fn a_full_queue_says_so() {
    check(
        "55553333",
        "5, refused, end",
        expect![[r#"
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > 5
        keys []
        enqueue andre-henvendelser - nb vanlig
        music
        > refused
        play no-adviser.nb
        > end
        close queue_full
        hang up
    "#]],
    );
}

#[test]
fn who_comes_back_hears_music_and_is_told_afresh() {
    check(
        "55553333",
        "5, answered, back, status 1 20, timeout, end",
        expect![[r#"
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > 5
        keys []
        enqueue andre-henvendelser - nb vanlig
        music
        > answered
        > back
        music
        > status 1 20
        > timeout
        play hold.nb queue-position.nb num-1.nb in-queue.nb wait-soon.nb
        > end
        music
    "#]],
    );
}

#[test]
fn places_and_waits_that_no_prompt_has_are_told_in_other_words() {
    check(
        "55553333",
        "5, status 61 3601, timeout, end, status 2 60, timeout, end, status 60 x, timeout",
        expect![[r#"
            keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
            play main-menu.nb other-language.en (a key stops it)
            > 5
            keys []
            enqueue andre-henvendelser - nb vanlig
            music
            > status 61 3601
            > timeout
            play hold.nb queue-many.nb wait-long.nb
            > end
            music
            > status 2 60
            > timeout
            play queue-position.nb num-2.nb in-queue.nb wait-about.nb one-minute.nb
            > end
            music
            > status 60 x
            > timeout
            play queue-position.nb num-60.nb in-queue.nb
        "#]],
    );
}

#[test]
fn the_number_for_measurement_says_nothing() {
    check(
        "55553399",
        "end, answered, hang up",
        expect![[r#"
            keys []
            enqueue load - nb vanlig
            music
            > end
            > answered
            > hang up
        "#]],
    );
}

#[test]
fn an_unknown_number_is_refused() {
    let refused = Session::start(
        &national(),
        "12345678",
        monday(),
        Circumstances::usual(Language::Nb),
    );
    assert_eq!(refused.map(|_| ()), Err(crate::Error::UnknownNumber));
}

#[test]
fn a_caller_who_goes_in_circles_is_let_go() {
    let centre = national();
    let (mut session, _) = Session::start(
        &centre,
        "55553333",
        monday(),
        Circumstances::usual(Language::Nb),
    )
    .unwrap();
    let pressed = (0..1_000).take_while(|_| {
        session.on(&centre, Input::Key('9'), monday());
        !session.has_ended()
    });
    assert!((50..200).contains(&pressed.count()));
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        prop::sample::select(vec!['0', '1', '2', '3', '5', '9', '*', '#', 'x'])
            .prop_map(Input::Key),
        Just(Input::PlayEnded),
        Just(Input::Timeout),
        Just(Input::Answered),
        Just(Input::Refused),
        Just(Input::BackInQueue),
        (any::<u32>(), proptest::option::of(any::<u32>())).prop_map(
            |(position, expected_wait_s)| {
                Input::QueueStatus {
                    position,
                    expected_wait_s,
                }
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever comes in any order: a contact closes once at most, joins one queue at most, and
    /// every prompt can be heard in its language.
    #[test]
    fn no_order_of_events_breaks_a_session(
        number in prop::sample::select(vec!["55553333", "55553336", "55553334", "55553399"]),
        minute in 0_u16..1_440,
        inputs in prop::collection::vec((any_input(), 0_i64..100), 0..60),
    ) {
        let centre = national();
        let mut now = moment(day(2026, 11, 23), minute);
        let (mut session, mut steps) =
            Session::start(&centre, number, now, Circumstances::usual(Language::Se)).unwrap();
        for (input, seconds) in inputs {
            now = now.plus_s(seconds);
            steps.extend(session.on(&centre, input, now));
        }
        steps.extend(session.on(&centre, Input::HungUp, now));
        prop_assert!(session.has_ended());
        prop_assert_eq!(session.next_deadline(), None);
        let closes = steps.iter().filter(|step| matches!(step, Step::Close(_))).count();
        prop_assert!(closes <= 1);
        let joins = steps.iter().filter(|step| matches!(step, Step::Enqueue { .. })).count();
        prop_assert!(joins <= 1);
        for step in &steps {
            if let Step::Play { prompts, .. } = step {
                prop_assert!(!prompts.is_empty());
                prop_assert!(prompts.iter().all(|prompt| prompt.text(&centre).is_some()));
            }
        }
    }
}

/// The caller's number is known, and these plans are on.
fn known(plans: u64) -> Circumstances {
    Circumstances {
        plans,
        can_be_rung: true,
        line_out: true,
        ..Circumstances::usual(Language::Nb)
    }
}

#[test]
fn who_must_wait_long_is_offered_to_be_rung() {
    let script = "2, 1, end, timeout, status 9 120, end, timeout, end, status 40 900, timeout, 1";
    let told = run_in("55553333", monday(), known(0), script);
    expect![[r#"
        keys [1 Økonomisk sosialhjelp og kommunale tjenester, 2 Arbeid og helse, 3 Familieytelser, 4 Uføretrygd, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play main-menu.nb other-language.en (a key stops it)
        > 2
        keys []
        enqueue arbeid-og-helse - nb vanlig
        music
        > 1
        > end
        > timeout
        play hold.nb
        > status 9 120
        > end
        music
        > timeout
        play queue-position.nb num-9.nb in-queue.nb wait-about.nb num-2.nb minutes.nb
        > end
        music
        > status 40 900
        > timeout
        keys [1 Bli ringt opp]
        play queue-position.nb num-40.nb in-queue.nb wait-about.nb num-15.nb minutes.nb callback-offer.nb
        > 1
        ask to be rung
    "#]].assert_eq(&told);
    let unknown = run("55553333", monday(), Language::Nb, script);
    assert!(!unknown.contains("rung"), "{unknown}");
}

#[test]
fn a_crisis_plan_says_so_first_shortens_the_menu_and_rings_instead_of_letting_wait() {
    let told = run_in("55553333", monday(), known(1), "end, 4, end, 2");
    expect![[r#"
        keys [2 Arbeid og helse, 3 Familieytelser, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play crisis-many.nb main-menu-short.nb other-language.en (a key stops it)
        > end
        listen 6 s
        > 4
        keys [2 Arbeid og helse, 3 Familieytelser, 5 Andre henvendelser, 9 English, * Hør valgene igjen]
        play wrong-key.nb main-menu-short.nb other-language.en (a key stops it)
        > end
        listen 6 s
        > 2
        keys []
        enqueue arbeid-og-helse - nb vanlig
        music
    "#]].assert_eq(&told);
    let told = run_in("55553334", monday(), known(1), "end, 1");
    expect![[r#"
        keys [1 Pensjon, 9 English, * Hør valgene igjen]
        play crisis-many.nb pension-welcome.nb other-language.en (a key stops it)
        > end
        listen 2 s
        > 1
        keys []
        rung instead of waiting for pensjon
    "#]]
    .assert_eq(&told);
    let unknown = Circumstances {
        can_be_rung: false,
        ..known(1)
    };
    let told = run_in("55553334", monday(), unknown, "end, 1, end");
    expect![[r#"
        keys [1 Pensjon, 9 English, * Hør valgene igjen]
        play crisis-many.nb pension-welcome.nb other-language.en (a key stops it)
        > end
        listen 2 s
        > 1
        keys []
        enqueue pensjon - nb vanlig
        play callback-withheld.nb
        > end
        music
    "#]]
    .assert_eq(&told);
    let no_line = Circumstances {
        line_out: false,
        ..known(1)
    };
    let told = run_in("55553334", monday(), no_line, "end, 1, end");
    assert!(
        told.contains("enqueue pensjon") && !told.contains("callback") && !told.contains("rung"),
        "nothing is said of what nobody can do: {told}"
    );
    let off = run_in("55553333", monday(), known(0), "end, 4");
    assert!(!off.contains("crisis") && off.contains("enqueue"), "{off}");
}

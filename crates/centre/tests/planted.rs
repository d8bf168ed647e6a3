//! Faults planted in the national description, one at a time: each is found at its line and column, by its
//! code, with how to mend it.

#![expect(
    clippy::string_slice,
    reason = "the places come from searches in the same text"
)]

use std::collections::BTreeSet;

use linje_centre::{Centre, Code, Fault, Severity, check_on, examine};
use linje_types::Language;

const NATIONAL: &str = include_str!("../../../centres/national-2015.toml");

/// A fault to plant.
struct Plant {
    /// Where: the first `old` after this.
    near: &'static str,
    /// What is replaced.
    old: &'static str,
    /// By what; a `¤` marks the place of the fault and is taken out.
    new: &'static str,
    code: Code,
    /// Where the fault stands when no `¤` marks it: what comes first after what was replaced; with `^`, what
    /// comes last before it; with `~`, parts to be found one after the other from the start.
    place: &'static str,
    /// What the message must say, to show that it names the thing.
    says: &'static str,
}

const fn plant(
    near: &'static str,
    old: &'static str,
    new: &'static str,
    code: Code,
    place: &'static str,
    says: &'static str,
) -> Plant {
    Plant {
        near,
        old,
        new,
        code,
        place,
        says,
    }
}

/// Faults that show where they stand.
const FORM: &[Plant] = &[
    plant(
        "centre.id",
        "centre.version = \"2015-1\"",
        "centre.version = ¤\"\"",
        Code::BadValue,
        "",
        "\"version\" is empty",
    ),
    plant(
        "id = \"pensjon\"\nname",
        "max_waiting = 5000",
        "¤max_wating = 5000",
        Code::UnknownKey,
        "",
        "max_wating",
    ),
    plant(
        "[callback.offer]",
        "greeting = \"callback-greeting\"\n",
        "",
        Code::MissingKey,
        "[callback.offer]",
        "greeting",
    ),
    plant(
        "[routing]",
        "reserve = 20",
        "reserve = ¤\"20\"",
        Code::WrongType,
        "",
        "reserve",
    ),
    plant(
        "[callback]",
        "attempts = 3",
        "attempts = ¤0",
        Code::BadValue,
        "",
        "attempts",
    ),
    plant(
        "id = \"familieytelser\"",
        "\"kompetanse-foreldrepenger\"",
        "¤\"kompetanse-foreldrepengr\"",
        Code::UnknownReference,
        "",
        "kompetanse-foreldrepengr",
    ),
    plant(
        "id = \"samhandler-tiltak\"",
        "overflow = { to = \"samhandler-annet\"",
        "overflow = { to = ¤\"samhandler-andre\"",
        Code::UnknownReference,
        "",
        "samhandler-andre",
    ),
    plant(
        "id = \"main\"\nname = { nb = \"Hovednummer\"",
        "{ key = \"1\", to = \"social\" }",
        "{ key = \"1\", to = ¤\"socail\" }",
        Code::UnknownReference,
        "",
        "socail",
    ),
    plant(
        "id = \"main\"\nname = { nb = \"Hovednummer\"",
        "{ key = \"2\"",
        "{ key = ¤\"B\"",
        Code::WrongPhoneKey,
        "",
        "B",
    ),
    plant(
        "id = \"main\"\nname = { nb = \"Hovednummer\"",
        "{ key = \"4\"",
        "{ key = ¤\"3\"",
        Code::DoubledPhoneKey,
        "",
        "3",
    ),
    plant(
        "id = \"partner\"\nname",
        "give_up = \"other\"\n",
        "",
        Code::DeadEnd,
        "[[flow.step]]\nid = \"menu\"",
        "give_up",
    ),
    plant(
        "id = \"uforetrygd\"",
        "who = \"grunnstonad >= 2 and not group nye\"",
        "who = \"grunnstonad >= 2 and not (group nye¤\"",
        Code::BadCondition,
        "",
        "bracket",
    ),
    plant(
        "id = \"samhandler-lege\"",
        "who = \"samhandler >= 2 or unit servicesenteret\"",
        "who = \"samhandler >= 2 or unit servicesenteret ¤and language en\"",
        Code::BadCondition,
        "",
        "mixes",
    ),
    plant(
        "id = \"arbeid-og-helse\"",
        "prefer = \"arbeid >= 2\"",
        "prefer = \"arbeid >= ¤4\"",
        Code::BadCondition,
        "",
        "level",
    ),
    plant(
        "id = \"samhandler-rekruttering\"",
        "who = \"samhandler >= 2\"",
        "who = \"not ¤samhandlar\"",
        Code::UnknownReference,
        "",
        "samhandlar",
    ),
    plant(
        "id = \"klageinstans\"",
        "requires = [\"klage\"]",
        "requires = [\"klage\"]\nwho = ¤\"klage\"",
        Code::BadRings,
        "",
        "both",
    ),
    plant(
        "id = \"eures\"\nname = { nb = \"Eures\", en = \"Eures\" }\ngroup",
        "goal = { share = 0.70, within = \"45s\", first_contact_end = 0.8 }\n",
        "",
        Code::NoGoal,
        "^[[queue]]\nid = \"eures\"",
        "eures",
    ),
    plant(
        "id = \"internasjonalt\"\nname = { nb = \"Internasjonalt\", en = \"International\" }\ngroup",
        "hours = \"hverdager\"\n",
        "",
        Code::NoHours,
        "^[[queue]]\nid = \"internasjonalt\"",
        "internasjonalt",
    ),
    plant(
        "id = \"support\"",
        "number = \"55553354\"",
        "number = ¤\"55553353\"",
        Code::DoubledNumber,
        "",
        "55553353",
    ),
    plant(
        "topic = [",
        "code = \"AAR\"",
        "code = ¤\"AAP\"",
        Code::DoubledTopic,
        "",
        "AAP",
    ),
    plant(
        "[population]",
        "curve = [0.094,",
        "curve = ¤[0.194,",
        Code::DoesNotAddUp,
        "",
        "curve",
    ),
    plant(
        "id = \"stor-pagang\"",
        "keys = [\"2\", \"3\", \"5\", \"9\"]",
        "keys = ¤[]",
        Code::BadPlan,
        "",
        "empty",
    ),
    plant(
        "id = \"stor-pagang\"",
        "callback_only = [\"uforetrygd\"",
        "callback_only = [¤\"ufortrygd\"",
        Code::UnknownReference,
        "",
        "ufortrygd",
    ),
    plant(
        "id = \"fagsystem-nede\"",
        "say = \"crisis-systems\"",
        "say = ¤\"crisis-system\"",
        Code::UnknownReference,
        "",
        "crisis-system",
    ),
    plant(
        "id = \"stor-pagang\"",
        "say = \"crisis-many\"",
        "say = \"crisis-many\"\ncallback_only = [\"pensjon\"]",
        Code::BadPlan,
        "^[[plan.step]]",
        "more than one",
    ),
    plant(
        "[routing]",
        "interrupts = { voice = [\"task\"] }",
        "interrupts = { voice = [¤\"chat\"] }",
        Code::BadValue,
        "",
        "chat",
    ),
    plant(
        "[routing]",
        "\"strict\"]",
        "¤\"secret\"]",
        Code::BadValue,
        "",
        "secret",
    ),
    plant(
        "id = \"sentralbord\"\nname = { nb = \"Sentralbord 08",
        "reason = { nb = \"Kontorene har lengre arbeidstid enn hovednummeret (antatt)\", en = \"The offices work longer than the main number is open (assumed)\" }\n",
        "",
        Code::MissingKey,
        "\"hverdager\"",
        "why",
    ),
    plant(
        "[callback.offer]",
        "{ from = \"11:00\", to = \"13:00\" }",
        "¤{ from = \"13:00\", to = \"11:00\" }",
        Code::BadCallback,
        "",
        "ends before",
    ),
    plant(
        "id = \"hverdager\"",
        "{ day = \"christmas-eve\", closed = true }",
        "¤{ day = \"christmas-eve\", from = \"14:00\", to = \"12:00\" }",
        Code::BadHours,
        "",
        "14:00",
    ),
    plant(
        "[people]",
        "levels = [0.25, 0.50, 0.25]",
        "levels = ¤[0.25, 0.50, 0.35]",
        Code::DoesNotAddUp,
        "",
        "levels",
    ),
    plant(
        "[[plan]]\nid = \"stor-pagang\"",
        "id = \"fagsystem-nede\"",
        "id = ¤\"stor-pagang\"",
        Code::Doubled,
        "",
        "stor-pagang",
    ),
    plant(
        "id = \"ingen-saksstatus\"",
        "question = [\"case_status\"]",
        "question = [¤\"case_staus\"]",
        Code::BadValue,
        "",
        "case_status",
    ),
    plant(
        "id = \"mulig-digital\"",
        "digital = [\"possibly\"]",
        "digital = ¤[]",
        Code::BadGuidance,
        "",
        "empty",
    ),
    plant(
        "id = \"kjente-etater\"",
        "\"lanekassen\"",
        "¤\"lånekassen\"",
        Code::UnknownReference,
        "",
        "lånekassen",
    ),
    plant(
        "id = \"ikke-digital-utskrift\"",
        "do = { nb = \"Send utskriften som B-post.\", en = \"Send the print by second-class post.\" }\n",
        "",
        Code::BadGuidance,
        "^[[guidance]]\nid = \"ikke-digital-utskrift\"",
        "neither",
    ),
    plant(
        "id = \"ingen-time-uten-oppfolging\"",
        "needs_not = [\"simple_follow_up\", \"compound_follow_up\"] }",
        "needs = [\"compound_follow_up\"], needs_not = ¤[\"compound_follow_up\"] }",
        Code::BadGuidance,
        "",
        "compound_follow_up",
    ),
    plant(
        "id = \"kjente-etater\"",
        "question = [\"other_agency\"]",
        "question = ¤[\"general\"]",
        Code::IdleGuidance,
        "",
        "other_agency",
    ),
    plant(
        "id = \"kjente-etater\"",
        "\"statsforvalteren\"]",
        "\"udi\"]",
        Code::IdleGuidance,
        "[[agency]]\nid = \"statsforvalteren\"",
        "statsforvalteren",
    ),
    plant(
        "id = \"compound_follow_up\"\nname",
        "ways = [\"office\", \"phone\"]",
        "ways = [\"office\", ¤\"telephone\"]",
        Code::BadValue,
        "",
        "telephone",
    ),
    plant(
        "{ id = \"ufor\", topics",
        "type = \"VUR_KONS_YTE\"",
        "type = ¤\"VUR_KONS\"",
        Code::BadValue,
        "",
        "VUR_KONS_YTE",
    ),
    plant(
        "cause = [",
        "kind = \"form\"",
        "kind = ¤\"forms\"",
        Code::BadValue,
        "",
        "forms",
    ),
    plant(
        "{ id = \"ufor\", topics",
        "unit = \"forvaltning-ostfold\"",
        "unit = ¤\"forvaltning-østfold\"",
        Code::UnknownReference,
        "",
        "forvaltning-ostfold",
    ),
];

/// Faults that only a look at the whole shows.
const WHOLE: &[Plant] = &[
    plant(
        "centre.id",
        "centre.valid_from = 2015-01-01",
        "centre.valid_from = ¤2015-02-30",
        Code::BadValue,
        "",
        "the date 2015-02-30 does not exist; write a day from 01 to 28",
    ),
    plant(
        "id = \"main\"\nname = { nb = \"Hovednummer\"",
        "give_up = \"other\"",
        "give_up = \"menu\"",
        Code::EndlessLoop,
        "^[[flow.step]]\nid = \"menu\"",
        "round",
    ),
    plant(
        "id = \"partner\"\nname",
        "  { key = \"6\", to = \"doctors\" },\n",
        "",
        Code::UnreachableStep,
        "[[flow.step]]\nid = \"doctors\"",
        "doctors",
    ),
    plant(
        "id = \"uforetrygd\"",
        "consults = [\"kompetanse-ufor\"]\n",
        "",
        Code::UnreachableQueue,
        "[[queue]]\nid = \"kompetanse-ufor\"",
        "kompetanse-ufor",
    ),
    plant(
        "id = \"klageinstans\"",
        "requires = [\"klage\"]",
        "requires = [\"klage\", ¤\"lasttest\"]",
        Code::SkillNobodyHas,
        "",
        "lasttest",
    ),
    plant(
        "id = \"kompetanse-ufor\"",
        "languages = [\"nb\", \"nn\", \"en\"]",
        "languages = [\"nb\", \"nn\", \"se\", \"en\"]",
        Code::SkillNobodyHas,
        "^[[queue]]\nid = \"kompetanse-ufor\"",
        "se",
    ),
    plant(
        "id = \"closed-eures\"",
        "en = \"Eures is closed now. We answer Monday to Thursday from nine to three, and on Friday from nine to one.\"\n",
        "",
        Code::MissingPrompt,
        "^[[prompt]]\nid = \"closed-eures\"",
        "closed-eures",
    ),
    plant(
        "id = \"hverdager\"",
        "to = \"15:00\" }]",
        "to = \"15:00\" }, ¤{ days = [\"wed\"], from = \"14:00\", to = \"16:00\" }]",
        Code::BadHours,
        "",
        "overlap",
    ),
    plant(
        "id = \"hverdager\"",
        "exception = [",
        "exception = [\n  { date = 2015-11-20, closed = true },",
        Code::Doubled,
        "{ date = 2015-11-20, closed = true, prompt",
        "2015-11-20",
    ),
    plant(
        "id = \"eures\"\nname = { nb = \"Eures\", en = \"Eures\" }\ngroup",
        "units = [\"servicesenteret\"]",
        "units = [\"servicesenteret\", \"ks-troms\"]",
        Code::WrongUnits,
        "^[[queue]]\nid = \"eures\"",
        "ks-troms",
    ),
    plant(
        "id = \"crisis-many\"",
        "Svært mange ringer oss akkurat nå.",
        "Svært mange ringer til oss nå, kl. 10.",
        Code::HardToSpeak,
        "^[[prompt]]\nid = \"crisis-many\"",
        "kl.",
    ),
    plant(
        "id = \"stor-pagang\"",
        ", play = [\"main-menu-short\", \"other-language@next\"]",
        "",
        Code::UnusedPrompt,
        "[[prompt]]\nid = \"main-menu-short\"",
        "main-menu-short",
    ),
    plant(
        "id = \"load\"\nname = { nb = \"Lasttest\", en = \"Load test\" }\ngroup",
        "hours = \"alltid\"",
        "hours = \"hverdager\"",
        Code::UncheckedHours,
        "[[flow.step]]\nid = \"queue\"\nqueue = \"load\"",
        "load",
    ),
    plant(
        "id = \"uforetrygd\"",
        "[[queue.then]]\nafter = \"5m\"",
        "¤[[queue.then]]\nafter = \"0s\"",
        Code::BadRings,
        "",
        "not later",
    ),
    plant(
        "id = \"samhandler-lege\"",
        "[[queue.then]]\nafter = \"3m\"\nwho = \"samhandler >= 2 or unit servicesenteret\"",
        "¤[[queue.then]]\nafter = \"3m\"\nwho = \"lege >= 2\"",
        Code::BadRings,
        "",
        "exactly",
    ),
    plant(
        "id = \"samhandler-rekruttering\"",
        "[[queue.then]]\nafter = \"3m\"\nwho = \"samhandler >= 2\"\nwiden = true",
        "¤[[queue.then]]\nafter = \"3m\"\nwho = \"rekruttering >= 3\"",
        Code::BadRings,
        "",
        "only some",
    ),
    plant(
        "id = \"samhandler-rekruttering\"",
        "[[queue.then]]\nafter = \"3m\"\nwho = \"samhandler >= 2\"\nwiden = true",
        "¤[[queue.then]]\nafter = \"3m\"\nwho = \"rekruttering and not veiledning\"",
        Code::NobodyServes,
        "",
        "nobody",
    ),
    plant(
        "# --- Priority",
        "guarantee = \"5m\"",
        "guarantee = \"25m\"",
        Code::TooLong,
        "^{ id = \"saerlige-behov\"",
        "25 minutes",
    ),
    plant(
        "[languages]",
        "guarantee = \"3m\"",
        "guarantee = ¤\"21m\"",
        Code::TooLong,
        "",
        "se",
    ),
    plant(
        "# --- Priority",
        "head_start = \"10m\"",
        "head_start = \"1h\"",
        Code::TooLong,
        "^{ id = \"lovet\"",
        "head start",
    ),
    plant(
        "id = \"samhandler-annet\"",
        "class = \"vanlig\"\n",
        "class = \"vanlig\"\noverflow = { to = \"samhandler-tiltak\", after = \"5m\" }\n",
        Code::OverflowCircle,
        "~id = \"samhandler-tiltak\"|overflow = { to = |\"samhandler-annet\"",
        "without end",
    ),
    plant(
        "id = \"familieytelser\"",
        "consults = [\"kompetanse-foreldrepenger\"]",
        "consults = [¤\"pensjon\"]",
        Code::WrongTarget,
        "",
        "no experts",
    ),
    plant(
        "id = \"klageinstans\"",
        "transfers_to = [\"andre-henvendelser\"]",
        "transfers_to = [¤\"kompetanse-ufor\"]",
        Code::WrongTarget,
        "",
        "only consultations",
    ),
    plant(
        "id = \"skriv-ufor\"\nname",
        "\"skriv-pensjon\"]",
        "¤\"uforetrygd\"]",
        Code::WrongTarget,
        "",
        "another channel",
    ),
    plant(
        "id = \"sosiale-tjenester\"",
        "named = \"2m\"",
        "overflow = { to = ¤\"klageinstans\", after = \"4m\" }",
        Code::WrongTarget,
        "",
        "not served in",
    ),
    plant(
        "[callback.offer]",
        "{ from = \"13:00\", to = \"15:00\" }",
        "¤{ from = \"15:00\", to = \"17:00\" }",
        Code::BadCallback,
        "",
        "outside",
    ),
    plant(
        "[callback.offer]",
        "queues = [\"sosiale-tjenester\"",
        "queues = [\"sosiale-tjenester\", ¤\"sosiale-tjenester\"",
        Code::Doubled,
        "",
        "names queue \"sosiale-tjenester\" twice",
    ),
    plant(
        "[callback.offer]",
        "queues = [\"sosiale-tjenester\"",
        "queues = [¤\"chat-foreldrepenger\"",
        Code::BadCallback,
        "",
        "not calls",
    ),
    plant(
        "[callback]",
        "lost_calls = \"ring-tilbake\"",
        "lost_calls = \"pensjon\"",
        Code::BadCallback,
        "^[callback]",
        "task",
    ),
    plant(
        "id = \"stor-pagang\"",
        "keys = [\"2\", \"3\", \"5\", \"9\"]",
        "keys = [\"2\", \"8\"]",
        Code::BadPlan,
        "~id = \"stor-pagang\"|say = \"crisis-many\"|[[plan.step]]",
        "8",
    ),
    plant(
        "id = \"stor-pagang\"",
        "ask = { activity = \"phone\"",
        "ask = { activity = \"lunch\"",
        Code::BadPlan,
        "~id = \"stor-pagang\"|callback_only|[[plan.step]]",
        "lunch",
    ),
    plant(
        "id = \"stor-pagang\"",
        "unit = \"servicesenteret\"",
        "unit = \"styringsenheten\"",
        Code::BadPlan,
        "~id = \"stor-pagang\"|wanted = 40|[[plan.step]]",
        "nobody answers",
    ),
    plant(
        "id = \"hverdager\"",
        "{ date = 2015-11-20",
        "¤{ date = 2014-11-20",
        Code::PastException,
        "",
        "2014-11-20",
    ),
    plant(
        "id = \"alltid\"",
        "open = [{ days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"], from = \"00:00\", to = \"24:00\" }]",
        "open = [¤{ days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"], from = \"02:30\", to = \"24:00\" }]",
        Code::ClockChange,
        "",
        "02:30",
    ),
    plant(
        "id = \"hverdager\"",
        "holidays = \"closed\"\n",
        "",
        Code::NoHolidays,
        "^[[hours]]\nid = \"hverdager\"",
        "hverdager",
    ),
    plant(
        "# --- Priority",
        ", given_by = \"lookup\"",
        "",
        Code::UnusedClass,
        "{ id = \"saerlige-behov\"",
        "saerlige-behov",
    ),
    plant(
        "id = \"forvaltning-ostfold\"",
        "cleared = { shielded = 1.0, confidential = 1.0, strict = 1.0 }",
        "cleared = { shielded = 1.0, confidential = 1.0 }",
        Code::NobodyCleared,
        "[[queue]]\nid = \"kompetanse-ufor\"",
        "strictly",
    ),
    plant(
        "id = \"ekspert-ufor\"\nname = { nb = \"Fagekspert uføretrygd\"",
        "skills = { ekspert-ufor = 1.00 }",
        "skills = { ekspert-ufor = 1.00, ufor = 1.00 }",
        Code::MixedExperts,
        "^[[queue]]\nid = \"uforetrygd\"",
        "deciding",
    ),
    plant(
        "group = [",
        "share = 0.05",
        "share = 0.0",
        Code::IdleGroup,
        "^{ id = \"nye\"",
        "nye",
    ),
    plant(
        "[people]",
        "count = 900",
        "count = 901",
        Code::DoesNotAddUp,
        "^[people]",
        "901",
    ),
    plant(
        "{ code = \"DAG\"",
        "skill = \"dagpenger\"",
        "skill = \"dagpenger\", no_log = true",
        Code::NoLogTrace,
        "{ id = \"arbeid\", topics",
        "DAG",
    ),
    plant(
        "{ id = \"utbetaling\", topics",
        "  { id = \"ellers\", unit = \"servicesenteret\", type = \"KONT_BRUK\", working_days = 2 },\n",
        "",
        Code::NobodyTakesOver,
        "~topic = [|{ code = \"AAR\"",
        "AAR",
    ),
];

/// What can be written, and is hardly meant.
const MEANT: &[Plant] = &[
    plant(
        "id = \"uforetrygd\"",
        "who = \"grunnstonad >= 2 and not group nye\"",
        "who = \"¤group nye and not group nye\"",
        Code::BadCondition,
        "",
        "opposite",
    ),
    plant(
        "id = \"main-menu\"",
        "Gjelder det noe annet, trykk fem.",
        "Gjelder det noe annet, trykk seks.",
        Code::OtherKeys,
        "^[[prompt]]\nid = \"main-menu\"",
        "\"6\"",
    ),
    plant(
        "id = \"main\"\nname = { nb = \"Hovednummer\"",
        "{ key = \"1\", to = \"social\" },\n  { key = \"2\", to = \"work\" }",
        "{ key = \"1\", to = \"work\" },\n  { key = \"2\", to = \"social\" }",
        Code::OtherKeys,
        "[[prompt]]\nid = \"main-menu\"",
        "Arbeid og helse",
    ),
    plant(
        "id = \"stor-pagang\"",
        "keys = [\"2\", \"3\", \"5\", \"9\"]",
        "keys = [\"2\", \"5\", \"9\"]",
        Code::OtherKeys,
        "~id = \"stor-pagang\"|say = \"crisis-many\"|[[plan.step]]",
        "drops",
    ),
    plant(
        "[callback.offer]",
        "key = \"1\"",
        "key = \"2\"",
        Code::OtherKeys,
        "[[prompt]]\nid = \"callback-offer\"",
        "callback",
    ),
    plant(
        "id = \"sentralbord\"\nname = { nb = \"Sentralbord 08",
        "open = [{ days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"], from = \"08:00\", to = \"15:30\" }]",
        "open = []",
        Code::BadHours,
        "^[[hours]]\nid = \"sentralbord\"",
        "never open",
    ),
    plant(
        "id = \"hverdager\"",
        "{ day = \"wednesday-before-easter\", to = \"12:00\" }",
        "¤{ day = \"wednesday-before-easter\", to = \"08:00\" }",
        Code::IdleDay,
        "",
        "08:00",
    ),
    plant(
        "id = \"hverdager\"",
        "{ day = \"wednesday-before-easter\", to = \"12:00\" }",
        "¤{ day = \"wednesday-before-easter\", to = \"18:00\" }",
        Code::IdleDay,
        "",
        "closes at 15:00",
    ),
    plant(
        "id = \"hverdager\"",
        "{ date = 2015-11-20",
        "¤{ date = 2015-11-21",
        Code::IdleDay,
        "",
        "without hours",
    ),
    plant(
        "id = \"hverdager\"",
        "{ date = 2015-11-20",
        "¤{ date = 2015-05-17",
        Code::IdleDay,
        "",
        "public holiday",
    ),
    plant(
        "[routing]",
        "reserve = 20",
        "reserve = ¤100000",
        Code::DoesNotAddUp,
        "",
        "900",
    ),
    plant(
        "id = \"uforetrygd\"",
        "after = \"5m\"",
        "after = ¤\"30m\"",
        Code::Unlikely,
        "",
        "20m",
    ),
    plant(
        "id = \"sosiale-tjenester\"",
        "named = \"2m\"",
        "named = ¤\"2h\"",
        Code::Unlikely,
        "",
        "20m",
    ),
    plant(
        "id = \"sosiale-tjenester\"",
        "ring = \"20s\"",
        "ring = ¤\"2h\"",
        Code::Unlikely,
        "",
        "10m",
    ),
    plant(
        "id = \"sosiale-tjenester\"",
        "wrap_up = \"30s\"",
        "wrap_up = ¤\"1d\"",
        Code::Unlikely,
        "",
        "1h",
    ),
    plant(
        "id = \"stor-pagang\"",
        "wanted = 40",
        "wanted = 4000",
        Code::BadPlan,
        "~id = \"stor-pagang\"|callback_only|[[plan.step]]",
        "4000",
    ),
    plant(
        "id = \"arbeid-og-helse\"",
        "key = \"2\"",
        "key = \"1\"",
        Code::DoubledPhoneKey,
        "^[[queue]]\nid = \"arbeid-og-helse\"",
        "sosiale-tjenester",
    ),
    plant(
        "[channels]",
        "chat = { weight = 50, at_once = 2 }",
        "chat = { weight = 60, at_once = ¤2 }",
        Code::DoesNotAddUp,
        "",
        "120",
    ),
    plant(
        "id = \"eures\"\nname = { nb = \"Eures: kortere",
        "since = 2015-02-02",
        "since = 2044-02-02",
        Code::Unlikely,
        "^[[hours]]\nid = \"eures\"",
        "2044",
    ),
    plant(
        "id = \"sosiale-tjenester\"",
        "topics = [\"KOM\", \"GEN\"]",
        "topics = [\"KOM\", \"GEN\", ¤\"GEN\"]",
        Code::Doubled,
        "",
        "twice",
    ),
    plant(
        "id = \"sosiale-tjenester\"",
        "share = 0.70",
        "share = ¤0.0",
        Code::BadValue,
        "",
        "share",
    ),
    plant(
        "id = \"hverdager\"",
        "to = \"15:00\" }]",
        "to = \"17:00\" }]",
        Code::OtherHours,
        "[[prompt]]\nid = \"closed\"",
        "09:00-17:00",
    ),
    plant(
        "id = \"hverdager\"",
        "to = \"15:00\" }]",
        "to = \"17:00\" }]",
        Code::OtherHours,
        "^[[hours]]\nid = \"hverdager\"",
        "Hverdager 09–15",
    ),
];

/// The text with the fault in it, and the byte where the fault stands.
fn planted(text: &str, plant: &Plant) -> (String, usize) {
    let near = text
        .find(plant.near)
        .unwrap_or_else(|| panic!("{:?}", plant.near));
    let offset = text[near..].find(plant.old);
    let at = near + offset.unwrap_or_else(|| panic!("{:?} after {:?}", plant.old, plant.near));
    let new = plant.new.replace('¤', "");
    let text = format!("{}{new}{}", &text[..at], &text[at + plant.old.len()..]);
    let place = if let Some(mark) = plant.new.find('¤') {
        at + mark
    } else if let Some(before) = plant.place.strip_prefix('^') {
        text[..at].rfind(before).expect("a place before")
    } else if let Some(parts) = plant.place.strip_prefix('~') {
        let mut from = 0;
        for part in parts.split('|') {
            from += text[from..].find(part).expect("a part") + part.len();
        }
        from - parts.rsplit('|').next().map_or(0, str::len)
    } else {
        let from = if new.is_empty() { near } else { at };
        let found = text[from..].find(plant.place);
        from + found.unwrap_or_else(|| panic!("{:?}", plant.place))
    };
    (text, place)
}

fn line_and_column(text: &str, at: usize) -> (u32, u32) {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (
        u32::try_from(line).expect("a line"),
        u32::try_from(column).expect("a column"),
    )
}

fn is_found(faults: &[Fault], plant: &Plant, (line, column): (u32, u32)) -> Result<(), String> {
    let found = faults
        .iter()
        .find(|fault| fault.code == plant.code && (fault.line, fault.column) == (line, column));
    let Some(found) = found else {
        let what = (plant.near, plant.new, plant.code.as_str());
        return Err(format!(
            "{what:?} not at {line}:{column}, but:\n{faults:#?}"
        ));
    };
    let what = format!("{}; {}", found.message, found.help);
    if !what.contains(plant.says) {
        return Err(format!("{:?} is not in: {what}", plant.says));
    }
    if found.help.is_empty() {
        return Err(format!("no mend in: {what}"));
    }
    Ok(())
}

#[test]
fn each_planted_fault_is_found_with_its_place_and_its_mend() {
    let mut missed = Vec::new();
    let mut count = 0;
    for plant in FORM.iter().chain(WHOLE).chain(MEANT) {
        let (text, at) = planted(NATIONAL, plant);
        let (centre, faults) = examine(&text);
        let result = is_found(&faults, plant, line_and_column(&text, at));
        missed.extend(result.err());
        count += 1;
        let refused = plant.code.severity() == Severity::Error;
        if centre.is_none() != refused {
            missed.push(format!(
                "{:?} refused: {refused}, but {faults:#?}",
                plant.new
            ));
        }
        // A fault that drags many others along hides itself among them.
        if faults.len() > 4 {
            missed.push(format!(
                "{:?} drags along: {faults:#?}",
                plant.code.as_str()
            ));
        }
    }
    assert!(
        missed.is_empty(),
        "{} of {count}:\n{}",
        missed.len(),
        missed.join("\n\n")
    );
    assert!(count >= 40, "{count} planted");
}

/// All faults of form in one text: one run shows them all.
#[test]
fn one_run_finds_all_faults_of_form() {
    let mut text = NATIONAL.to_owned();
    let mut codes = Vec::new();
    for plant in FORM {
        text = planted(&text, plant).0;
        codes.push(plant.code);
    }
    let (_, faults) = examine(&text);
    for code in Code::ALL {
        let wanted = codes.iter().filter(|of| *of == code).count();
        let found = faults.iter().filter(|fault| fault.code == *code).count();
        assert!(found >= wanted, "{}: {found} of {wanted}", code.as_str());
    }
}

#[test]
fn text_that_is_no_toml_is_found_where_it_goes_wrong() {
    let plant = plant(
        "centre.id",
        "centre.version = \"2015-1\"",
        "centre.version = ¤\"2015-1",
        Code::Syntax,
        "",
        "TOML",
    );
    let (text, at) = planted(NATIONAL, &plant);
    let (_, faults) = examine(&text);
    assert_eq!(faults[0].line, line_and_column(&text, at).0, "{faults:?}");
    assert!(!faults[0].help.is_empty());
}

#[test]
fn the_kinds_of_faults_are_nearly_all_planted() {
    let planted: BTreeSet<&str> = FORM
        .iter()
        .chain(WHOLE)
        .chain(MEANT)
        .map(|plant| plant.code.as_str())
        .collect();
    let all: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let left: Vec<&&str> = all.difference(&planted).collect();
    assert_eq!(left, [&Code::Syntax.as_str()]);
}

#[test]
fn what_lies_in_the_past_depends_on_the_day() {
    let centre = Centre::parse(NATIONAL).expect("a centre");
    let past = |today: &str| {
        let today = today.parse().expect("a date");
        let faults = check_on(&centre, Some(today));
        faults
            .iter()
            .filter(|fault| fault.code == Code::PastException)
            .count()
    };
    assert_eq!((past("2015-11-20"), past("2015-11-21")), (0, 1));
}

/// The fault and nothing that follows from it.
#[test]
fn one_wrong_value_is_one_fault() {
    let cases = [
        (
            "[callback.offer]",
            "key = \"1\"",
            "key = \"12\"",
            Code::WrongPhoneKey,
        ),
        (
            "id = \"hverdager\"",
            "from = \"09:00\", to = \"15:00\" }]",
            "from = \"15:00\", to = \"09:00\" }]",
            Code::BadHours,
        ),
    ];
    for (near, old, new, code) in cases {
        let (text, _) = planted(NATIONAL, &plant(near, old, new, code, "", ""));
        let (_, faults) = examine(&text);
        let codes: Vec<Code> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [code], "{faults:#?}");
    }
}

/// Every fault is told in bokmål too, what it is and how to mend it, for each kind there is.
#[test]
fn every_fault_has_words_in_bokmal() {
    let mut missing = BTreeSet::new();
    let all = FORM.iter().chain(WHOLE).chain(MEANT);
    let texts = all.map(|plant| planted(NATIONAL, plant).0);
    let broken = String::from("centre.version = \"2015-1");
    for text in texts.chain([broken]) {
        for fault in examine(&text).1 {
            let (what, mend) = fault.said(Language::Nb);
            for (nb, en) in [(&what, &fault.message), (&mend, &fault.help)] {
                if nb == en || nb.contains(" the ") || nb.contains(en.as_str()) {
                    missing.insert(format!("{}: {en} -> {nb}", fault.code.as_str()));
                }
            }
            assert_eq!(
                fault.said(Language::En),
                (fault.message.clone(), fault.help.clone())
            );
        }
    }
    for code in Code::ALL {
        assert_ne!(code.meaning_in(Language::Nb), code.meaning_in(Language::En));
    }
    let missing: Vec<String> = missing.into_iter().collect();
    assert!(
        missing.is_empty(),
        "{}:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

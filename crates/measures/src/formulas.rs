//! Every definition that Linje knows, once. The strictest is the one shown first; nothing is left out.
//!
//! A figure never changes its meaning: a better definition gets a new id or version beside the old one,
//! and history is not computed again under it without saying so.

use crate::Quantity::{
    Abandoned, AbandonedShort, AbandonedWithin, Adherent, Answered, AnsweredWithin, Avoidable,
    Busy, Callbacks, CallbacksReached, CallbacksWithin, Caused, Cut, Ended, FlowedOut, Handled,
    Hold, Idle, Keyed, Load, Matters, MattersOnce, Offered, Refused, Repeats, Room, Scheduled,
    Served, ServedByFirst, SignedIn, Solved, Talk, Told, Transfers, WaitAbandoned, WaitAnswered,
    WaitCallback, WaitReached, WrapUp,
};
use crate::formula::{Formula, Group, Rule, Term, Unit, Waits, Words};

/// The service level that is shown first and that goals are set by.
pub const HEADLINE: &str = "sl_offered";

/// The formula of that name, in its newest version.
#[must_use]
pub fn formula(id: &str) -> Option<&'static Formula> {
    FORMULAS.iter().rev().find(|formula| formula.id == id)
}

const fn words(name: &'static str, text: &'static str, source: &'static str) -> Words {
    Words {
        name,
        text,
        formula: "",
        source,
    }
}

const fn ratio(
    id: &'static str,
    (group, unit): (Group, Unit),
    over: &'static [Term],
    under: &'static [Term],
    nb: Words,
    en: Words,
) -> Formula {
    Formula {
        id,
        version: if looks_at_left(over) || looks_at_left(under) {
            2
        } else {
            1
        },
        group,
        unit,
        rule: Rule::Ratio { over, under },
        is_kept: true,
        nb,
        en,
    }
}

/// Whether somebody who left is among the terms. Version 1 took those for leaving whom a failure on our side cut off.
const fn looks_at_left(terms: &[Term]) -> bool {
    let mut place = 0;
    while place < terms.len() {
        let of = terms[place].1;
        if matches!(
            of,
            Abandoned | AbandonedWithin | AbandonedShort | WaitAbandoned
        ) {
            return true;
        }
        place += 1;
    }
    false
}

const fn percentile(
    id: &'static str,
    (of, share): (Waits, f64),
    nb: (&'static str, &'static str, &'static str),
    en: (&'static str, &'static str, &'static str),
) -> Formula {
    Formula {
        id,
        version: 1,
        group: Group::Wait,
        unit: Unit::Seconds,
        rule: Rule::Percentile { of, share },
        is_kept: true,
        nb: Words {
            name: nb.0,
            text: nb.1,
            formula: nb.2,
            source: "Hyndman og Fan 1996, definisjon 7: rett linje mellom de to nærmeste, som i NumPy, R og regneark.",
        },
        en: Words {
            name: en.0,
            text: en.1,
            formula: en.2,
            source: "Hyndman and Fan 1996, definition 7: a straight line between the two nearest, as in NumPy, R and spreadsheets.",
        },
    }
}

const fn live(id: &'static str, unit: Unit, nb: Words, en: Words) -> Formula {
    Formula {
        id,
        version: 1,
        group: Group::Now,
        unit,
        rule: Rule::Live,
        is_kept: true,
        nb,
        en,
    }
}

/// The same figure by a better definition: the first version is no longer computed.
const fn second(formula: Formula) -> Formula {
    Formula {
        version: 2,
        ..formula
    }
}

/// A definition whose sums nothing gives yet.
const fn not_yet(formula: Formula) -> Formula {
    Formula {
        is_kept: false,
        ..formula
    }
}

const LEVEL: (Group, Unit) = (Group::ServiceLevel, Unit::Share);
const LEFT: (Group, Unit) = (Group::Abandonment, Unit::Share);
const WAIT: (Group, Unit) = (Group::Wait, Unit::Seconds);
const HANDLING: (Group, Unit) = (Group::Handling, Unit::Seconds);
const OCCUPANCY: (Group, Unit) = (Group::Occupancy, Unit::Share);
const OUTCOME: (Group, Unit) = (Group::Outcome, Unit::Share);
const CALLBACK: (Group, Unit) = (Group::Callback, Unit::Share);

/// Every definition, in the order in which they are shown.
pub static FORMULAS: &[Formula] = &[
    ratio(
        "sl_offered",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Offered)],
        words(
            "Besvart innen målet",
            "Andelen som ble besvart innen den tiden køen har som mål (T), av alle som kom til køen. De som venter nå, de som la på, de som ba om å bli ringt opp og de som møtte full kø, teller med i nevneren. En henvendelse telles én gang, i den første køen den kom til og i det kvarteret den kom. Ventetiden regnes fra henvendelsen kom i kø, ikke fra menyen begynte.",
            "Den strengeste av de vanlige definisjonene: ingen trekkes fra. Andre definisjoner viser opptil 22 prosentpoeng mer for samme dag.",
        ),
        words(
            "Answered within the goal",
            "Share answered within the queue's own time (T), of all who came to the queue. Those who wait now, who left, who asked to be called back and who met a full queue count in the denominator. A contact counts once, in the first queue it came to and in the quarter of an hour in which it came. The wait begins when it comes to the queue, not when the menu began.",
            "The strictest of the usual definitions: nobody is taken out. Other definitions show up to 22 points more for the same day.",
        ),
    ),
    ratio(
        "sl_answered",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Answered)],
        words(
            "Besvart innen målet, av de besvarte",
            "Andelen av de besvarte som ble besvart innen T. De som ikke ble besvart, er ikke med: en dag der mange legger på, kan se god ut.",
            "Vanlig i rapporter; samme regnestykke som Asterisk.",
        ),
        words(
            "Answered within the goal, of the answered",
            "Share of the answered who were answered within T. Those who were not answered are left out: a day on which many give up can look good.",
            "Common in reports; the same arithmetic as Asterisk.",
        ),
    ),
    ratio(
        "sl_excl_short",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Offered), (-1, AbandonedWithin)],
        words(
            "Besvart innen målet, uten dem som la på innen T",
            "Som den strenge, men de som la på innen T er tatt ut av nevneren: de ga ikke tjenesten tid nok.",
            "Den tredje av de fire definisjonene i planleggingslitteraturen.",
        ),
        words(
            "Answered within the goal, early abandons left out",
            "Like the strict one, but those who left within T are taken out of the denominator: they did not give the service time enough.",
            "The third of the four definitions in the planning literature.",
        ),
    ),
    ratio(
        "sl_incl_short",
        LEVEL,
        &[(1, AnsweredWithin), (1, AbandonedWithin)],
        &[(1, Offered)],
        words(
            "Besvart eller la på innen T",
            "De som la på innen T, teller som om de fikk svar. Et tall som blir bedre når folk gir opp fort.",
            "Den fjerde av de fire definisjonene i planleggingslitteraturen.",
        ),
        words(
            "Answered or gone within T",
            "Those who left within T count as if they were answered. A figure that improves when people give up quickly.",
            "The fourth of the four definitions in the planning literature.",
        ),
    ),
    ratio(
        "sl_excl_abandoned",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Offered), (-1, Abandoned)],
        words(
            "Besvart innen målet, uten dem som la på",
            "Alle som la på, er tatt ut. De som ba om å bli ringt opp, er fortsatt med.",
            "Den andre av de fire definisjonene i planleggingslitteraturen.",
        ),
        words(
            "Answered within the goal, abandons left out",
            "All who left are taken out. Those who asked to be called back are still in.",
            "The second of the four definitions in the planning literature.",
        ),
    ),
    ratio(
        "sl_asterisk",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Answered)],
        words(
            "Asterisk: SL",
            "Besvart innen T av de besvarte.",
            "Asterisk, eksempelfilen queues.conf.",
        ),
        words(
            "Asterisk: SL",
            "Answered within T, of the answered.",
            "Asterisk, the sample file queues.conf.",
        ),
    ),
    ratio(
        "sl_asterisk_2",
        LEVEL,
        &[(1, AnsweredWithin), (1, AbandonedWithin)],
        &[(1, Answered), (1, Abandoned)],
        words(
            "Asterisk: SL2",
            "De som la på innen T, teller som innfridd. Den som ba om å bli ringt opp, er ikke med.",
            "Asterisk, eksempelfilen queues.conf.",
        ),
        words(
            "Asterisk: SL2",
            "Those who left within T count as met. Those who asked to be called back are left out.",
            "Asterisk, the sample file queues.conf.",
        ),
    ),
    ratio(
        "sl_amazon",
        LEVEL,
        &[
            (1, AnsweredWithin),
            (1, AbandonedWithin),
            (1, CallbacksWithin),
        ],
        &[(1, Offered)],
        words(
            "Amazon Connect: ute av køen innen T",
            "Alle som forlot køen innen T, teller som innfridd: de besvarte, de som la på og de som ba om å bli ringt opp. Den som legger på tidlig, pynter på tallet.",
            "Amazon Connect, «contacts removed from queue in X seconds».",
        ),
        words(
            "Amazon Connect: out of the queue within T",
            "All who left the queue within T count as met: answered, gone, or waiting to be called back. An early hang-up flatters the figure.",
            "Amazon Connect, contacts removed from queue in X seconds.",
        ),
    ),
    ratio(
        "sl_genesys",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Answered), (1, Abandoned)],
        words(
            "Genesys: med dem som la på",
            "Besvart innen T av de besvarte og dem som la på. De som ba om å bli ringt opp, og de som gikk videre til en annen kø, er ikke med.",
            "Genesys Cloud, «configure the service level calculation».",
        ),
        words(
            "Genesys: abandons included",
            "Answered within T, of the answered and the abandoned. Those who asked to be called back or flowed out to another queue are left out.",
            "Genesys Cloud, configure the service level calculation.",
        ),
    ),
    ratio(
        "sl_genesys_flow_outs",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Answered), (1, Abandoned), (1, FlowedOut)],
        words(
            "Genesys: også med dem som gikk videre",
            "Som den forrige, men de som gikk til en annen kø før svar, teller i nevneren en gang til for køen de forlot.",
            "Genesys Cloud, «include flow-outs».",
        ),
        words(
            "Genesys: flow-outs included",
            "As the one before, with those who went to another queue before an answer counted in the denominator of the queue they left.",
            "Genesys Cloud, include flow-outs.",
        ),
    ),
    ratio(
        "sl_genesys_excl_short",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Answered), (1, Abandoned), (-1, AbandonedShort)],
        words(
            "Genesys: uten dem som la på med en gang",
            "De som la på innen grensen for korte forsøk, er tatt ut av nevneren. Grensen er en annen enn T.",
            "Genesys Cloud, «exclude short abandons».",
        ),
        words(
            "Genesys: short abandons left out",
            "Those who left before the limit for short abandons are taken out of the denominator. That limit is not T.",
            "Genesys Cloud, exclude short abandons.",
        ),
    ),
    ratio(
        "sl_genesys_excl_abandoned",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Answered)],
        words(
            "Genesys: uten dem som la på",
            "Alle som la på, er tatt ut av nevneren.",
            "Genesys Cloud, «exclude abandons».",
        ),
        words(
            "Genesys: abandons left out",
            "All who left are taken out of the denominator.",
            "Genesys Cloud, exclude abandons.",
        ),
    ),
    ratio(
        "sl_cisco_ignored",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Offered), (-1, AbandonedWithin)],
        words(
            "Cisco: ser bort fra dem som la på innen T",
            "De som la på innen T, er verken for eller mot.",
            "Cisco Unified Contact Center, «abandon ignored».",
        ),
        words(
            "Cisco: abandons within T ignored",
            "Those who left within T count neither for nor against.",
            "Cisco Unified Contact Center, abandon ignored.",
        ),
    ),
    ratio(
        "sl_cisco_positive",
        LEVEL,
        &[(1, AnsweredWithin), (1, AbandonedWithin)],
        &[(1, Offered)],
        words(
            "Cisco: den som la på innen T, teller for",
            "De som la på innen T, teller som om de fikk svar.",
            "Cisco Unified Contact Center, «abandon positive impact».",
        ),
        words(
            "Cisco: abandons within T count for",
            "Those who left within T count as if they were answered.",
            "Cisco Unified Contact Center, abandon positive impact.",
        ),
    ),
    ratio(
        "sl_cisco_negative",
        LEVEL,
        &[(1, AnsweredWithin)],
        &[(1, Offered)],
        words(
            "Cisco: den som la på innen T, teller mot",
            "De som la på innen T, teller som ikke besvart. Det samme regnestykket som den strenge.",
            "Cisco Unified Contact Center, «abandon negative impact».",
        ),
        words(
            "Cisco: abandons within T count against",
            "Those who left within T count as not answered. The same arithmetic as the strict one.",
            "Cisco Unified Contact Center, abandon negative impact.",
        ),
    ),
    ratio(
        "answered_share",
        LEVEL,
        &[(1, Answered)],
        &[(1, Offered)],
        words(
            "Svarprosent",
            "Andelen som fikk svar, uansett hvor lenge de ventet.",
            "Besvart av tilbudt.",
        ),
        words(
            "Answered",
            "Share who got an answer, however long they waited.",
            "Answered of offered.",
        ),
    ),
    ratio(
        "abandoned_share",
        LEFT,
        &[(1, Abandoned)],
        &[(1, Offered)],
        words(
            "La på",
            "De som la på, eller der forbindelsen døde hos dem, før noen svarte. Også de som la på etter få sekunder, teller. Den som ba om å bli ringt opp, la ikke på, og ikke den som ble brutt av en driftsfeil hos oss. De som la på i menyen, kom ikke til noen kø og teller ikke.",
            "Som Amazon Connect: ingen fratrekk for korte, og den som blir ringt opp, er ikke tapt.",
        ),
        words(
            "Abandoned",
            "Those who hung up, or whose connection died on their side, before anybody answered. Those who left after a few seconds count too. Who asked to be called back did not abandon, nor did those whom a failure on our side cut off. Those who left in the menu came to no queue and do not count.",
            "As Amazon Connect: short ones are not taken out, and a callback is not an abandon.",
        ),
    ),
    ratio(
        "abandoned_genesys",
        LEFT,
        &[(1, Abandoned), (-1, AbandonedShort)],
        &[(1, Offered)],
        words(
            "La på, korte vist for seg",
            "De som la på før grensen for korte forsøk, er ikke med her; de har sin egen andel.",
            "Genesys Cloud, «abandon» og «short abandon».",
        ),
        words(
            "Abandoned, short ones apart",
            "Those who left before the limit for short abandons are not counted here; they have a share of their own.",
            "Genesys Cloud, abandon and short abandon.",
        ),
    ),
    ratio(
        "abandoned_short_share",
        LEFT,
        &[(1, AbandonedShort)],
        &[(1, Offered)],
        words(
            "La på med en gang",
            "Andelen som la på før grensen for korte forsøk.",
            "Genesys Cloud, «short abandon».",
        ),
        words(
            "Short abandons",
            "Share who left before the limit for short abandons.",
            "Genesys Cloud, short abandon.",
        ),
    ),
    ratio(
        "cut_share",
        LEFT,
        &[(1, Cut)],
        &[(1, Offered)],
        words(
            "Brutt av en driftsfeil",
            "De som sto i kø da tjenesten stoppet. De la ikke på: de får plassen sin igjen når de ringer på nytt, og det lages en oppgave om å ringe dem. Hvor lenge de ventet, er ikke kjent og er ikke med i noen ventetid.",
            "Vår egen.",
        ),
        words(
            "Cut by a failure on our side",
            "Those who waited in line when the service stopped. They did not hang up: they get their place back when they ring again, and a task is made to ring them. How long they waited is not known and is in no figure of waiting.",
            "Ours.",
        ),
    ),
    ratio(
        "refused_share",
        LEFT,
        &[(1, Refused)],
        &[(1, Offered)],
        words(
            "Møtte full kø",
            "Andelen som ikke slapp inn fordi køen var full.",
            "Vår egen.",
        ),
        words(
            "Met a full queue",
            "Share who were not let in because the queue was full.",
            "Ours.",
        ),
    ),
    ratio(
        "time_to_abandon_s",
        (Group::Abandonment, Unit::Seconds),
        &[(1, WaitAbandoned)],
        &[(1, Abandoned)],
        words(
            "Tid før de la på",
            "Snittet for dem som la på. Det er ikke folks tålmodighet: de mest tålmodige fikk svar.",
            "Vanlig i rapporter.",
        ),
        words(
            "Time to abandon",
            "Mean of those who left. It is not people's patience: the most patient were answered.",
            "Common in reports.",
        ),
    ),
    ratio(
        "asa_s",
        WAIT,
        &[(1, WaitAnswered)],
        &[(1, Answered)],
        words(
            "Snitt til svar",
            "Hvor lenge de besvarte ventet i snitt, fra første kø til første svar.",
            "ASA, «average speed of answer».",
        ),
        words(
            "Mean time to answer",
            "How long the answered waited on average, from the first queue to the first answer.",
            "ASA, average speed of answer.",
        ),
    ),
    ratio(
        "asa_with_callbacks_s",
        WAIT,
        &[(1, WaitAnswered), (1, WaitReached)],
        &[(1, Answered), (1, CallbacksReached)],
        words(
            "Snitt til svar, også for dem som ble ringt opp",
            "Fra første kø til første veileder. Den som ble ringt opp, ventet til telefonen ringte hos brukeren og ble tatt.",
            "Puzzel: fra første kø til første veileder, med oppringing.",
        ),
        words(
            "Mean time to answer, callbacks included",
            "From the first queue to the first adviser. Who was called back waited until the call was taken.",
            "Puzzel: from first queue to first agent, callbacks included.",
        ),
    ),
    ratio(
        "wait_all_s",
        WAIT,
        &[(1, WaitAnswered), (1, WaitAbandoned), (1, WaitCallback)],
        &[(1, Answered), (1, Abandoned), (1, Callbacks)],
        words(
            "Snitt ventetid, alle",
            "Også de som la på eller ba om å bli ringt opp, med den tiden de ventet.",
            "Vanlig i planlegging: ventetiden for alle.",
        ),
        words(
            "Mean wait, all",
            "Those who left or asked to be called back too, with the time that they waited.",
            "Common in planning: the wait of all.",
        ),
    ),
    percentile(
        "wait_p50_s",
        (Waits::All, 0.5),
        (
            "Ventetid, halvparten",
            "Halvparten ventet ikke lenger enn dette. Alle er med: besvarte, de som la på og de som ba om å bli ringt opp.",
            "50-persentilen av ventetiden for alle",
        ),
        (
            "Wait, half",
            "Half waited no longer than this. All are in: the answered, those who left and those who asked to be called back.",
            "50th percentile of the wait of all",
        ),
    ),
    percentile(
        "wait_p90_s",
        (Waits::All, 0.9),
        (
            "Ventetid, ni av ti",
            "Ni av ti ventet ikke lenger enn dette. Alle er med: besvarte, de som la på og de som ba om å bli ringt opp.",
            "90-persentilen av ventetiden for alle",
        ),
        (
            "Wait, nine of ten",
            "Nine of ten waited no longer than this. All are in: the answered, those who left and those who asked to be called back.",
            "90th percentile of the wait of all",
        ),
    ),
    percentile(
        "wait_answered_p50_s",
        (Waits::Answered, 0.5),
        (
            "Ventetid for besvarte, halvparten",
            "Halvparten av de besvarte ventet ikke lenger enn dette.",
            "50-persentilen av ventetiden for besvarte",
        ),
        (
            "Wait of the answered, half",
            "Half of the answered waited no longer than this.",
            "50th percentile of the wait of the answered",
        ),
    ),
    percentile(
        "wait_answered_p90_s",
        (Waits::Answered, 0.9),
        (
            "Ventetid for besvarte, ni av ti",
            "Ni av ti besvarte ventet ikke lenger enn dette.",
            "90-persentilen av ventetiden for besvarte",
        ),
        (
            "Wait of the answered, nine of ten",
            "Nine of ten answered waited no longer than this.",
            "90th percentile of the wait of the answered",
        ),
    ),
    ratio(
        "aht_s",
        HANDLING,
        &[(1, Talk), (1, Hold), (1, WrapUp)],
        &[(1, Ended)],
        words(
            "Behandlingstid",
            "Samtale, tid på vent og etterarbeid per samtale. Settes brukeren over, er det to samtaler, og hver teller for seg.",
            "AHT, «average handle time».",
        ),
        words(
            "Handle time",
            "Talk, hold and wrap-up per conversation. A transfer makes two conversations, each counted on its own.",
            "AHT, average handle time.",
        ),
    ),
    ratio(
        "aht_contact_s",
        HANDLING,
        &[(1, Talk), (1, Hold), (1, WrapUp)],
        &[(1, Handled)],
        words(
            "Behandlingstid per henvendelse",
            "Alt arbeid med en henvendelse samlet, også etter at brukeren er satt over.",
            "AHT der en henvendelse som settes over, telles én gang.",
        ),
        words(
            "Handle time per contact",
            "All work with one contact together, after a transfer too.",
            "AHT with a transferred contact counted once.",
        ),
    ),
    ratio(
        "talk_mean_s",
        HANDLING,
        &[(1, Talk)],
        &[(1, Ended)],
        words(
            "Samtaletid",
            "Snitt per samtale, uten tid på vent.",
            "En del av AHT.",
        ),
        words(
            "Talk",
            "Mean of a conversation, hold not counted.",
            "A part of AHT.",
        ),
    ),
    ratio(
        "hold_mean_s",
        HANDLING,
        &[(1, Hold)],
        &[(1, Ended)],
        words(
            "Tid på vent",
            "Snitt per samtale, også dem uten.",
            "En del av AHT.",
        ),
        words(
            "Hold",
            "Mean of a conversation, those without hold too.",
            "A part of AHT.",
        ),
    ),
    ratio(
        "wrap_up_mean_s",
        HANDLING,
        &[(1, WrapUp)],
        &[(1, Ended)],
        words(
            "Etterarbeid",
            "Snitt per samtale, også dem uten.",
            "En del av AHT.",
        ),
        words(
            "Wrap-up",
            "Mean of a conversation, those without wrap-up too.",
            "A part of AHT.",
        ),
    ),
    ratio(
        "transfers_share",
        (Group::Handling, Unit::Share),
        &[(1, Transfers)],
        &[(1, Ended)],
        words(
            "Satt over",
            "Andelen av samtalene som endte med at brukeren ble satt over til en annen kø.",
            "Vanlig i rapporter.",
        ),
        words(
            "Transferred",
            "Share of conversations that ended with a transfer to another queue.",
            "Common in reports.",
        ),
    ),
    ratio(
        "occupancy",
        OCCUPANCY,
        &[(1, Load)],
        &[(1, Room)],
        words(
            "Belegg",
            "Hvor stor del av plassene som er i bruk. Den som kan ha fire chatter og har én, er belagt 25 prosent. Pause, lunsj, læring og møter er ikke med, verken over eller under streken.",
            "Vår egen: flere henvendelser om gangen telles riktig.",
        ),
        words(
            "Occupancy",
            "How much of the places is in use. Who can have four chats and has one is at 25 per cent. Breaks, lunch, learning and meetings are neither above nor below the line.",
            "Ours: several contacts at once are counted right.",
        ),
    ),
    ratio(
        "occupancy_amazon",
        OCCUPANCY,
        &[(1, Busy)],
        &[(1, Busy), (1, Idle)],
        words(
            "Amazon Connect: belegg",
            "Tiden med minst én henvendelse. Én chat av fire mulige gir 100 prosent.",
            "Amazon Connect: handle / (handle + idle).",
        ),
        words(
            "Amazon Connect: occupancy",
            "Time with at least one contact. One chat of four possible gives 100 per cent.",
            "Amazon Connect: handle / (handle + idle).",
        ),
    ),
    ratio(
        "utilisation",
        OCCUPANCY,
        &[(1, Busy)],
        &[(1, SignedIn)],
        words(
            "Tid med henvendelser",
            "Av hele tiden pålogget, også pause, lunsj, læring og møter.",
            "Vanlig i planlegging.",
        ),
        words(
            "Time with contacts",
            "Of all time signed in, breaks, lunch, learning and meetings too.",
            "Common in planning.",
        ),
    ),
    not_yet(ratio(
        "adherence",
        OCCUPANCY,
        &[(1, Adherent)],
        &[(1, Scheduled)],
        words(
            "Som planlagt",
            "Del av den planlagte tiden. Uten tall til det finnes vaktplaner.",
            "Amazon Connect.",
        ),
        words(
            "Adherence",
            "Share of the scheduled time. No figure until there are schedules.",
            "Amazon Connect.",
        ),
    )),
    ratio(
        "first_contact_end",
        OUTCOME,
        &[(1, ServedByFirst)],
        &[(1, Served)],
        words(
            "Avslutningsgrad",
            "Andelen som ble avsluttet hos den første veilederen: ikke satt over, og ikke tilbake i kø. Om saken ble løst, sier det ikke.",
            "Talt fra loggen.",
        ),
        words(
            "Ended at first contact",
            "Share that ended with the first adviser: not transferred, and not back in a line. Whether the matter was solved it does not say.",
            "Counted from the log.",
        ),
    ),
    not_yet(ratio(
        "fcr_7d",
        OUTCOME,
        &[(1, MattersOnce)],
        &[(1, Matters)],
        words(
            "Løst første gang",
            "Andelen som ikke kom tilbake om samme tema innen sju dager. Køer som ikke logges, er ikke med.",
            "Callcentrehelper: sju dager. Andre bruker 1 til 30 dager, eller 48 til 72 timer.",
        ),
        words(
            "Solved the first time",
            "Share who did not come again about the same topic within seven days. Queues without a log are left out.",
            "Callcentrehelper: seven days. Others use 1 to 30 days, or 48 to 72 hours.",
        ),
    )),
    not_yet(ratio(
        "avoidable_share",
        OUTCOME,
        &[(1, Avoidable)],
        &[(1, Caused)],
        words(
            "Unødvendig for brukeren",
            "Andelen der brukeren måtte ta kontakt fordi noe var uklart, sent, feil eller avsluttet for tidlig.",
            "Storbritannia, National Indicator 14, 2008–2010: «avoidable contact».",
        ),
        words(
            "Of no value to the citizen",
            "Share in which the citizen had to make contact because something was unclear, late, wrong or closed too early.",
            "United Kingdom, National Indicator 14, 2008-2010: avoidable contact.",
        ),
    )),
    not_yet(ratio(
        "repeat_share_7d",
        OUTCOME,
        &[(1, Repeats)],
        &[(1, Keyed)],
        words(
            "Kom igjen",
            "Andelen av henvendelsene som kom fordi en tidligere ikke hjalp: samme person, samme tema, innen sju dager, over alle kanaler. Køer og tema som ikke logges, er ikke med.",
            "Vår egen, etter «Nav produserer egne kunder».",
        ),
        words(
            "Came again",
            "Share of contacts that came because an earlier one did not help: same person, same topic, within seven days, over all channels. Queues and topics without a log are left out.",
            "Ours, after the agency's own phrase that it makes its own customers.",
        ),
    )),
    not_yet(ratio(
        "solved_share",
        OUTCOME,
        &[(1, Solved)],
        &[(1, Told)],
        words(
            "Løst i henvendelsen",
            "Andelen der veilederen sa ved avslutning at saken ble løst.",
            "Vår egen: veilederens eget svar i etterarbeidet.",
        ),
        words(
            "Solved in the contact",
            "Share in which the adviser said at wrap-up that the matter was solved.",
            "Ours: the adviser's own answer at wrap-up.",
        ),
    )),
    ratio(
        "callback_share",
        CALLBACK,
        &[(1, Callbacks)],
        &[(1, Offered)],
        words(
            "Ba om å bli ringt opp",
            "Andelen som valgte å bli ringt opp i stedet for å vente.",
            "Vanlig i rapporter.",
        ),
        words(
            "Asked for a callback",
            "Share who chose to be called back instead of waiting.",
            "Common in reports.",
        ),
    ),
    ratio(
        "callback_reached_share",
        CALLBACK,
        &[(1, CallbacksReached)],
        &[(1, Callbacks)],
        words(
            "Ringt opp og nådd",
            "Andelen av dem som ba om å bli ringt opp, som ble nådd.",
            "Vanlig i rapporter.",
        ),
        words(
            "Called back and reached",
            "Share of those who asked to be called back who were reached.",
            "Common in reports.",
        ),
    ),
    ratio(
        "callback_mean_s",
        (Group::Callback, Unit::Seconds),
        &[(1, WaitReached)],
        &[(1, CallbacksReached)],
        words(
            "Tid til de ble ringt opp",
            "Snitt fra første kø til brukeren ble nådd.",
            "Vanlig i rapporter.",
        ),
        words(
            "Time until called back",
            "Mean from the first queue until the citizen was reached.",
            "Common in reports.",
        ),
    ),
    live(
        "waiting",
        Unit::Number,
        Words {
            name: "Venter nå",
            text: "De som står i kø og ikke er besvart. Den som akkurat nå ringer hos en veileder, venter fortsatt. Tallene øverst gjelder dem som venter på linjen: telefon og chat. Skriftlige henvendelser og oppgaver har egne rader.",
            formula: "antall i kø uten svar",
            source: "Talt fra loggen.",
        },
        Words {
            name: "Waiting now",
            text: "Those in a queue who are not answered. Whoever rings at an adviser right now still waits. The figures at the top are about those who wait on the line: calls and chats. Messages and tasks have rows of their own.",
            formula: "in a queue without an answer",
            source: "Counted from the log.",
        },
    ),
    live(
        "longest_wait",
        Unit::Seconds,
        Words {
            name: "Eldste",
            text: "Hvor lenge den som har ventet lengst, har ventet.",
            formula: "nå − da den som har ventet lengst kom i kø",
            source: "Talt fra loggen.",
        },
        Words {
            name: "Longest wait",
            text: "How long the one who has waited longest has waited.",
            formula: "now − when the one who has waited longest came to the queue",
            source: "Counted from the log.",
        },
    ),
    second(live(
        "expected_wait",
        Unit::Seconds,
        Words {
            name: "Forventet ventetid",
            text: "Hva en som kommer nå, kan vente: P50 er like ofte for lite som for mye, og ni av ti venter ikke lenger enn P90. Er en veileder som kan det, ledig og ingen venter, er det tiden det pleier å ta å svare. Uten tall når ingen som kan det, er på jobb for køen: ukjent er ikke null. Bare minutter som endte med kø teller: uten kø viser farten hvor mange som kommer, ikke hvor mange som kan hjelpes. Behandlingstid og veiledere på jobb teller som to til. Tallene heves litt hver gang noen ventet lenger, og senkes litt når de holdt, for hver kø, så de treffer også når pågangen vokser. Hvor godt de traff for de siste, måles og vises.",
            formula: "tid for (ventende + 1) flytt i køen, når den har flyttet seg k ganger på T sekunder: T × betaprim(ventende + 1, k), ganget med rettelsen for køen",
            source: "Vår egen, etter gamma–Poisson-fordelingen i lærebøker i bayesiansk statistikk. Rettelsen følger Gibbs og Candès (2021), adaptiv konform prediksjon. Genesys Engages EWT = AHT × ventende / veiledere er det den begynner med.",
        },
        Words {
            name: "Expected wait",
            text: "What one who comes now can expect: P50 is as often too little as too much, and nine of ten wait no longer than P90. When an able adviser is free and nobody waits it is the time that an answer usually takes. No figure when nobody able is at work for the queue: unknown is not zero. Only minutes that ended with a line count: without one the rate says how many come, not how many can be helped. Handle time and the advisers at work count as two more. The figures are raised a little whenever somebody waited longer, and lowered a little when they held, for each queue, so that they hold while load grows too. How good they were for the last ones is measured and shown.",
            formula: "time for (waiting + 1) moves of the line, when it has moved k times in T seconds: T × beta-prime(waiting + 1, k), times the correction of the queue",
            source: "Ours, by the gamma-Poisson distribution of any text on Bayesian statistics. The correction follows Gibbs and Candès (2021), adaptive conformal inference. Genesys Engage's EWT = AHT × calls in queue / advisers is what it begins with.",
        },
    )),
    live(
        "advisers",
        Unit::Number,
        Words {
            name: "Veiledere",
            text: "Ledig: kan få en henvendelse nå. Opptatt: har eller får en. Etterarbeid: fullfører. Borte: noe annet, som lunsj, læring eller møte. I en kø telles bare de som kan ta den. Enheter med færre enn fem pålogget viser ikke fordelingen.",
            formula: "antall pålogget etter hva de gjør",
            source: "Talt fra loggen. Aldri navn.",
        },
        Words {
            name: "Advisers",
            text: "Ready: can be offered a contact now. Busy: has one or is being offered one. Wrap-up: finishing. Away: something else, such as lunch, learning or a meeting. A queue counts only those who can take it. Units with fewer than five signed in do not show the split.",
            formula: "signed in, by what they do",
            source: "Counted from the log. Never names.",
        },
    ),
    live(
        "calls_today",
        Unit::Number,
        Words {
            name: "Samtaler i dag",
            text: "Alle som kom til en av telefonkøene i dag. I demoen er nesten alle syntetiske; de teller som andre.",
            formula: "antall som kom til en telefonkø siden midnatt",
            source: "Talt fra loggen.",
        },
        Words {
            name: "Calls today",
            text: "All who came to one of the phone queues today. In the demo nearly all are synthetic; they count like others.",
            formula: "came to a phone queue since midnight",
            source: "Counted from the log.",
        },
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::{Amounts, Quantity};

    use super::*;

    /// Sums written down by hand.
    struct Given(BTreeMap<Quantity, f64>);

    impl Amounts for Given {
        fn amount(&self, quantity: Quantity) -> f64 {
            self.0.get(&quantity).copied().unwrap_or(0.0)
        }

        fn waits(&self, _: Waits) -> Vec<f64> {
            Vec::new()
        }
    }

    fn given(sums: &[(Quantity, f64)]) -> Given {
        Given(sums.iter().copied().collect())
    }

    fn of(id: &str, sums: &Given) -> Option<f64> {
        formula(id).unwrap().apply(sums)
    }

    /// 1 000 came: 560 answered in time, 160 late; 100 left in time, 100 later; 80 asked for a callback in time.
    #[test]
    fn one_day_under_every_definition_is_22_points_apart() {
        let day = given(&[
            (Offered, 1000.0),
            (Answered, 720.0),
            (AnsweredWithin, 560.0),
            (Abandoned, 200.0),
            (AbandonedWithin, 100.0),
            (Callbacks, 80.0),
            (CallbacksWithin, 80.0),
        ]);
        let expected = [
            ("sl_offered", 56.0),
            ("sl_cisco_negative", 56.0),
            ("sl_genesys", 60.9),
            ("sl_cisco_ignored", 62.2),
            ("sl_excl_short", 62.2),
            ("sl_cisco_positive", 66.0),
            ("sl_incl_short", 66.0),
            ("sl_excl_abandoned", 70.0),
            ("sl_asterisk_2", 71.7),
            ("sl_amazon", 74.0),
            ("sl_asterisk", 77.8),
            ("sl_answered", 77.8),
            ("sl_genesys_excl_abandoned", 77.8),
            ("abandoned_share", 20.0),
            ("callback_share", 8.0),
        ];
        for (id, percent) in expected {
            let value = of(id, &day).unwrap() * 100.0;
            assert!((value - percent).abs() < 0.05, "{id} is {value}");
        }
    }

    #[test]
    fn short_abandons_and_flow_outs_move_only_the_figures_that_say_so() {
        let day = given(&[
            (Offered, 100.0),
            (Answered, 60.0),
            (AnsweredWithin, 45.0),
            (Abandoned, 30.0),
            (AbandonedShort, 10.0),
            (FlowedOut, 10.0),
        ]);
        assert_eq!(of("sl_genesys", &day), Some(0.5));
        assert_eq!(of("sl_genesys_flow_outs", &day), Some(0.45));
        assert_eq!(of("sl_genesys_excl_short", &day), Some(45.0 / 80.0));
        assert_eq!(of("abandoned_genesys", &day), Some(0.2));
        assert_eq!(of("abandoned_short_share", &day), Some(0.1));
    }

    #[test]
    fn one_chat_of_four_is_a_quarter_and_not_the_whole() {
        let hour = given(&[
            (Busy, 3600.0),
            (Idle, 0.0),
            (Load, 3600.0),
            (Room, 14_400.0),
            (SignedIn, 7200.0),
        ]);
        assert_eq!(of("occupancy", &hour), Some(0.25));
        assert_eq!(of("occupancy_amazon", &hour), Some(1.0));
        assert_eq!(of("utilisation", &hour), Some(0.5));
    }

    #[test]
    fn a_transferred_contact_is_two_conversations_and_one_contact() {
        let sums = given(&[
            (Talk, 300.0),
            (Hold, 60.0),
            (WrapUp, 40.0),
            (Ended, 2.0),
            (Handled, 1.0),
            (Transfers, 1.0),
        ]);
        assert_eq!(of("aht_s", &sums), Some(200.0));
        assert_eq!(of("aht_contact_s", &sums), Some(400.0));
        assert_eq!(of("transfers_share", &sums), Some(0.5));
    }

    #[test]
    fn a_called_back_citizen_waited_until_reached() {
        let sums = given(&[
            (WaitAnswered, 90.0),
            (Answered, 3.0),
            (WaitReached, 510.0),
            (CallbacksReached, 1.0),
        ]);
        assert_eq!(of("asa_s", &sums), Some(30.0));
        assert_eq!(of("asa_with_callbacks_s", &sums), Some(150.0));
        assert_eq!(of("callback_mean_s", &sums), Some(510.0));
    }

    #[test]
    fn nothing_counted_gives_no_figure_and_never_zero() {
        let nothing = given(&[]);
        for formula in FORMULAS {
            assert_eq!(formula.apply(&nothing), None, "{}", formula.id);
        }
    }

    #[test]
    fn every_definition_is_named_once_and_says_what_it_is() {
        let mut seen = BTreeSet::new();
        for formula in FORMULAS {
            assert!(
                seen.insert((formula.id, formula.version)),
                "{} comes twice",
                formula.id
            );
            for is_english in [false, true] {
                let words = if is_english { formula.en } else { formula.nb };
                let text = formula.text(is_english);
                for part in [words.name, words.text, words.source, &text] {
                    assert!(!part.is_empty(), "{} has an empty text", formula.id);
                }
            }
        }
        assert!(formula(HEADLINE).is_some());
        assert_eq!(formula("sl_nobody"), None);
    }

    #[test]
    fn the_formula_beside_a_figure_is_written_from_the_rule() {
        let formula = formula("sl_excl_short").unwrap();
        assert_eq!(
            formula.text(false),
            "besvart innen T / (tilbudt − la på innen T)"
        );
        assert_eq!(
            formula.text(true),
            "answered within T / (offered − abandoned within T)"
        );
    }
}

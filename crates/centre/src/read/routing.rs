//! How work is handed out over all queues, guarantees of languages, and how citizens are rung.

use linje_types::{Channel, Channels as ChannelSet, Clearance, Language};

use crate::fault::Code;
use crate::hours::{DAY_MINUTES, Period};
use crate::model::{Callback, CallbackOffer, Guarantee, PromptId, QueueRef, Routing, Window};
use crate::names::{Names, channel, word};
use crate::reader::{Placed, Table};

/// The protections of a person, as files name them.
pub(crate) const CLEARANCES: [(&str, Clearance); 3] = [
    ("shielded", Clearance::SHIELDED),
    ("confidential", Clearance::CONFIDENTIAL),
    ("strict", Clearance::STRICT),
];

pub(super) fn routing(root: &Table<'_, '_>, people: Option<u32>) -> Routing {
    let usual = Routing {
        reserve: 0,
        bar_s: 30,
        return_s: 60,
        interrupts: [ChannelSet::NONE; 4],
        clearances: Clearance::NONE,
    };
    let read = root.table("routing", |table| Routing {
        reserve: reserve(table, people),
        bar_s: table.seconds("bar").unwrap_or(usual.bar_s),
        return_s: table.seconds("return").unwrap_or(usual.return_s),
        interrupts: table
            .table("interrupts", interrupts)
            .unwrap_or(usual.interrupts),
        clearances: clearances(table),
    });
    read.unwrap_or(usual)
}

/// Advisers kept idle: fewer than there are.
fn reserve(table: &Table<'_, '_>, people: Option<u32>) -> u32 {
    let reserve = table.integer("reserve", 0..=100_000).unwrap_or(0);
    if let Some(people) = people.filter(|people| reserve >= *people) {
        let message = format!(
            "\"reserve\" of {} is {reserve}, but only {people} people work here",
            table.what()
        );
        let help = "write how many advisers are to stay idle, such as reserve = 20";
        let at = table.place_of("reserve");
        table.reader.fault(Code::DoesNotAddUp, at, message, help);
    }
    reserve
}

/// `{ voice = ["task"] }`: what comes, and what may be set aside for it.
fn interrupts(table: &Table<'_, '_>) -> [ChannelSet; 4] {
    let mut set = [ChannelSet::NONE; 4];
    for (row, key) in set.iter_mut().zip(["voice", "chat", "message", "task"]) {
        for id in table.texts(key) {
            let who = format!("\"{key}\" may set aside the");
            let Some(channel) = channel(table.reader, &id, &who) else {
                continue;
            };
            if matches!(channel, Channel::Voice | Channel::Chat) {
                let message =
                    format!("a {channel} is set aside, though somebody waits on the line,");
                table.bad(id.at, message, "set aside \"message\" or \"task\" only");
            } else {
                *row = row.with(channel);
            }
        }
    }
    set
}

fn clearances(table: &Table<'_, '_>) -> Clearance {
    let mut all = Clearance::NONE;
    for id in table.texts("clearances") {
        let found = word(
            table.reader,
            &id,
            "contacts can need the clearance",
            &CLEARANCES,
        );
        all = all.and(found.unwrap_or(Clearance::NONE));
    }
    all
}

/// Shares of people by protection, under `cleared`.
pub(super) fn cleared(table: &Table<'_, '_>) -> Option<[f64; 3]> {
    table.table("cleared", |cleared| {
        ["shielded", "confidential", "strict"].map(|key| {
            let share = cleared.decimal(key, 1.0);
            share.map_or(0.0, |share| share.value)
        })
    })
}

/// `[language]`: the guarantee, in seconds.
pub(super) fn languages(root: &Table<'_, '_>) -> [Option<Guarantee>; 4] {
    let read = root.table("languages", |table| {
        let mut guarantees = [None; 4];
        let keys = ["nb", "nn", "se", "en"];
        debug_assert_eq!(
            keys.map(Language::parse),
            [0, 1, 2, 3].map(|at| Language::ALL.get(at).copied())
        );
        for (guarantee, key) in guarantees.iter_mut().zip(keys) {
            let read = table.table(key, |language| {
                let at = language.place_of("guarantee");
                let seconds = language.seconds("guarantee")?;
                Some(Guarantee { seconds, at })
            });
            *guarantee = read.flatten();
        }
        guarantees
    });
    read.unwrap_or([None; 4])
}

pub(super) fn callback(root: &Table<'_, '_>, names: &Names) -> Callback {
    let usual = Callback {
        lost_calls: None,
        working_days: 2,
        ring_s: 30,
        attempts: 3,
        retry_s: 600,
        offer: None,
        at: root.at,
    };
    let read = root.table("callback", |table| {
        let lost = table.text("lost_calls");
        Callback {
            lost_calls: lost.map(|id| names.queue(table.reader, &id, "lost calls become tasks in")),
            working_days: table.integer("working_days", 0..=30).unwrap_or(2),
            ring_s: ring(table, usual.ring_s),
            attempts: table.integer("attempts", 1..=20).unwrap_or(usual.attempts),
            retry_s: table.seconds("retry").unwrap_or(usual.retry_s),
            offer: table
                .table("offer", |offer| self::offer(offer, names))
                .flatten(),
            at: table.at,
        }
    });
    read.unwrap_or(usual)
}

fn ring(table: &Table<'_, '_>, usual: u32) -> u32 {
    let ring = table.seconds("ring").unwrap_or(usual);
    if ring == 0 {
        table.bad(
            table.place_of("ring"),
            "\"ring\" is no time at all",
            "write ring = \"30s\"",
        );
    }
    table.hardly_meant("ring", ring, 600, "10m");
    ring.max(1)
}

fn offer(table: &Table<'_, '_>, names: &Names) -> Option<CallbackOffer> {
    let say = |key: &'static str| -> PromptId {
        let id = table.need_text(key);
        let who = format!("\"{key}\" of {} plays", table.what());
        names.prompt(table.reader, &id, &who)
    };
    let (offer, confirm, greeting) = (say("say"), say("confirm"), say("greeting"));
    let withheld = table.has("withheld").then(|| say("withheld"));
    let key = table.need_text("key");
    let key = super::flow::phone_key(table, &key);
    if !table.has("queues") {
        let message = format!(
            "{} names no queue, so that nobody is ever offered it",
            table.what()
        );
        let help = "add queues = [\"..\"]";
        table
            .reader
            .fault(Code::MissingKey, table.at, message, help);
    }
    let queues = table.texts("queues");
    super::queue::once(table, "queue", &queues);
    // Read before anything is given up, so that no key is called unknown for the fault of another.
    let expected_s = table.seconds("when_expected").unwrap_or(300);
    let windows = table.tables("windows", window);
    Some(CallbackOffer {
        expected_s,
        queues: queues
            .iter()
            .map(|id| QueueRef {
                queue: names.queue(table.reader, id, "a callback is offered in"),
                at: id.at,
            })
            .collect(),
        key: key?,
        offer,
        confirm,
        greeting,
        withheld,
        windows,
        at: table.at,
    })
}

fn window(table: &Table<'_, '_>) -> Window {
    let minute = |key| table.minute_of_day(key);
    let (from, to): (Option<Placed<u16>>, Option<Placed<u16>>) = (minute("from"), minute("to"));
    if !table.has("from") || !table.has("to") {
        let message = format!("{} needs both \"from\" and \"to\"", table.what());
        table.reader.fault(
            Code::MissingKey,
            table.at,
            message,
            "add the missing one, as from = \"09:00\"",
        );
    }
    let period = Period {
        from: from.map_or(0, |from| from.value),
        to: to.map_or(DAY_MINUTES, |to| to.value),
    };
    if period.from >= period.to {
        let message = format!("{} ends before it begins", table.what());
        table
            .reader
            .fault(Code::BadCallback, table.at, message, "swap from and to");
    }
    let at = table.at;
    Window { period, at }
}

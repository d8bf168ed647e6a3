//! *Prøv på gårsdagen*: reads a day from the log and lives it again under another description.

use std::ops::Range;
use std::time::Instant;

use linje_centre::hours::{self, Date, OpeningHours};
use linje_centre::{Extra, Queue};
use linje_event::Event;
use linje_http::{Both, DayFigures, TrialAsk, Tried, TriedContact, TriedQueue};
use linje_routing::{State, Tables};
use linje_store::Reader;
use linje_twin::Nothing;
use linje_twin::yesterday::{
    Affected, Change, Difference, End, Figures, Outcome, Pair, Recorded, compare, rerun,
    rerun_unchanged,
};
use linje_types::{Language, QueueId, SECOND_US, Timestamp};

use crate::start::tables_of;

/// Contacts that are named.
const MOST: usize = 20;

/// Lives a day again.
///
/// # Errors
/// Why it cannot be done, in words for people.
pub(crate) fn attempt(reader: &Reader, extra: &Extra, ask: &TrialAsk) -> Result<Tried, String> {
    let started = Instant::now();
    let log = read(reader)?;
    let day = match &ask.day {
        Some(text) => text
            .parse::<Date>()
            .map_err(|_| format!("«{text}» er ikke en dato. Skriv for eksempel 2026-11-23."))?,
        None => last_day(&log, ask.now).ok_or("Loggen har ingen henvendelser ennå.")?,
    };
    let begin = hours::moment(day, 0);
    let midnight = hours::moment(day.tomorrow().unwrap_or(day), 0);
    let whole = midnight <= ask.now;
    let end = if whole { midnight } else { ask.now };
    if end <= begin {
        return Err(String::from("Dagen har ikke begynt."));
    }
    let mut tables = |version| tables_of(reader, version);
    let first = log.first().map(|(_, event)| *event);
    let Some(Event::CentrePublished { version }) = first else {
        return Err(String::from("Loggen begynner ikke med en beskrivelse."));
    };
    let start = tables(version).ok_or("Den første beskrivelsen i loggen kan ikke leses.")?;
    let recorded = Recorded::of(State::new(start), log, begin..end, &mut tables)
        .map_err(|error| format!("Dagen kan ikke leves om igjen: {error}"))?;
    if recorded.n_contacts() == 0 {
        return Err(String::from("Ingen henvendelser kom den dagen."));
    }
    let unchanged = rerun_unchanged(&recorded, &mut Nothing)
        .map_err(|error| format!("Dagen kan ikke leves om igjen: {error}"))?;
    let change = change(ask, extra, (begin, end))?;
    let mut after = rerun(&recorded, &change)
        .map_err(|error| format!("Dagen kan ikke leves under denne beskrivelsen: {error}"))?;
    let before = recorded.outcome();
    let both = in_both(ask, &change.queues);
    renumber(&mut after, &both);
    let goals = Pair {
        before: ask.before.queues.iter().map(goal_us).collect(),
        after: both.iter().map(|(_, is)| goal_us(is)).collect(),
    };
    let difference = compare(before, &after, &goals, MOST);
    Ok(Tried {
        day: day.to_string(),
        whole,
        contacts: u64::try_from(recorded.n_contacts()).unwrap_or(u64::MAX),
        // The record that names the description is not lived again, so the events are one fewer.
        identical: after.fates == before.fates && after.time == before.time,
        proven: unchanged.is_same_day(before),
        total: Both {
            before: figures(&difference.total.before),
            after: figures(&difference.total.after),
        },
        queues: queues(&both, &difference, ask.language),
        occupancy: Both {
            before: difference.time.before.occupancy(),
            after: difference.time.after.occupancy(),
        },
        worse: difference.worse,
        better: difference.better,
        most_affected: difference
            .most
            .iter()
            .map(|one| contact(one, ask))
            .collect(),
        assumed: assumed(ask.language),
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn read(reader: &Reader) -> Result<Vec<(Timestamp, Event)>, String> {
    let mut log = Vec::new();
    let mut take = |logged: &linje_store::Logged| {
        log.push((logged.at, logged.event));
        Ok(())
    };
    reader.each_after(0, &mut take).map_err(|error| {
        tracing::error!(%error, "cannot read the log for a trial");
        String::from("Loggen kan ikke leses nå.")
    })?;
    Ok(log)
}

/// The last day before today on which somebody came, else today.
fn last_day(log: &[(Timestamp, Event)], now: Timestamp) -> Option<Date> {
    let today = hours::local(now).date();
    let midnight = hours::moment(today, 0);
    let came = |event: &Event| matches!(event, Event::ContactArrived { .. });
    let mut newest = log.iter().rev().filter(|(_, event)| came(event));
    let last = newest.clone().next()?;
    let before = newest.find(|(at, _)| *at < midnight);
    Some(hours::local(before.unwrap_or(last).0).date())
}

fn change(ask: &TrialAsk, extra: &Extra, day: (Timestamp, Timestamp)) -> Result<Change, String> {
    let rules = linje_centre::routing_rules(&ask.centre, extra);
    let tables =
        Tables::new(&rules).map_err(|error| format!("Reglene kan ikke brukes: {error}"))?;
    let mut change = Change::rules(std::sync::Arc::new(tables));
    for queue in &ask.before.queues {
        let to = ask.centre.queue_id(&queue.id);
        let gone = || format!("Køen «{}» finnes ikke i beskrivelsen.", queue.id);
        change.queues.push(to.ok_or_else(gone)?);
    }
    let hours = (0..)
        .map(QueueId)
        .zip(&change.queues)
        .map(|(was, will_be)| {
            let hours = (ask.before.hours_of(was), ask.centre.hours_of(*will_be));
            newly_closed(hours, day)
        });
    change.closed = hours.collect();
    Ok(change)
}

/// When a queue is closed under the change and was open that day, to the minute.
fn newly_closed(
    (was, will_be): (&OpeningHours, &OpeningHours),
    (begin, end): (Timestamp, Timestamp),
) -> Vec<Range<Timestamp>> {
    let mut spans: Vec<Range<Timestamp>> = Vec::new();
    let mut from = begin;
    while from < end {
        let to = from.plus_s(60);
        if was.at(from).is_open() && !will_be.at(from).is_open() {
            match spans.last_mut() {
                Some(last) if last.end == from => last.end = to,
                _ => spans.push(from..to),
            }
        }
        from = to;
    }
    spans
}

/// The queues as they will be, with their new number: first those of before in their order, then the new ones.
fn in_both<'a>(ask: &'a TrialAsk, kept: &[QueueId]) -> Vec<(QueueId, &'a Queue)> {
    let is_new = |id: &QueueId| !kept.contains(id);
    let new = (0..)
        .map(QueueId)
        .take(ask.centre.queues.len())
        .filter(is_new);
    let all = kept.iter().copied().chain(new);
    all.filter_map(|id| Some((id, ask.centre.queues.get(id.idx())?)))
        .collect()
}

/// Numbers the queues of the day under the change as the day before it did: otherwise a queue that was put in
/// between would be compared with its neighbour.
fn renumber(after: &mut Outcome, both: &[(QueueId, &Queue)]) {
    for fate in &mut after.fates {
        if let Some(place) = both.iter().position(|(id, _)| *id == fate.queue) {
            fate.queue = u16::try_from(place).map_or(fate.queue, QueueId);
        }
    }
}

fn goal_us(queue: &Queue) -> i64 {
    i64::from(queue.goal.within_s) * SECOND_US
}

fn queues(
    both: &[(QueueId, &Queue)],
    difference: &Difference,
    language: Language,
) -> Vec<TriedQueue> {
    let pairs = both.iter().zip(&difference.queues);
    pairs
        .filter(|(_, pair)| pair.before.offered > 0 || pair.after.offered > 0)
        .map(|((_, queue), pair)| TriedQueue {
            queue: queue.id.clone(),
            name: queue.name.get(language).to_owned(),
            before: figures(&pair.before),
            after: figures(&pair.after),
        })
        .collect()
}

fn figures(of: &Figures) -> DayFigures {
    DayFigures {
        offered: of.offered,
        answered: of.answered,
        abandoned: of.abandoned,
        sl_offered: of.level(),
        mean_wait_s: of.mean_wait_s(),
        p90_wait_s: (of.answered > 0).then(|| seconds(of.p90_us)),
        overflowed: of.overflowed,
    }
}

fn contact(one: &Affected, ask: &TrialAsk) -> TriedContact {
    TriedContact {
        contact: ask.ids.contact(one.fate.before.contact),
        wait_before_s: seconds(one.fate.before.wait_us),
        wait_after_s: seconds(one.fate.after.wait_us),
        end_before: end(one.fate.before.end),
        end_after: end(one.fate.after.end),
    }
}

/// `Answered` as `answered`.
fn end(end: End) -> String {
    let mut word = String::new();
    for letter in format!("{end:?}").chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

#[expect(clippy::cast_precision_loss, reason = "waits are far below 2^53 ms")]
fn seconds(us: i64) -> f64 {
    (us / 1000) as f64 / 1000.0
}

fn assumed(language: Language) -> Vec<String> {
    let said = match language {
        Language::En => [
            "The same people come at the same moments.",
            "Those who left have the patience that was seen; those who were answered have one drawn from the day's own.",
            "Advisers come, pause and answer as they did.",
            "Who wanted a queue finds it, whatever its key. Who calls when it is closed under the change is turned away; who was turned away that day stays away, for nobody knows what they wanted.",
        ],
        Language::Nb | Language::Nn | Language::Se => [
            "De samme menneskene kommer på de samme tidspunktene.",
            "De som la på, har tålmodigheten som ble sett; de som fikk svar, har en som er trukket fra dagens egen.",
            "Veilederne møter opp, tar pause og svarer som de gjorde.",
            "Den som ville til en kø, finner den, uansett tast. Den som ringer når køen er stengt under endringen, blir avvist. Den som ble avvist den dagen, er fortsatt borte: ingen vet hva de ville.",
        ],
    };
    said.map(str::to_owned).to_vec()
}

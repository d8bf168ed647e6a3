//! The Trafikkbilde as values: rows for queues and units, totals, the last hour. Counts, never names.

use std::ops::Deref;
use std::sync::Arc;

use linje_centre::{Queue, QueueGroup, UnitKind};
use linje_measures::{Basis, DEFINITION, Expected, LineNow, MINUTES, Minute, ServiceLevel};
use linje_routing::{AdviserCounts, AdviserState, AdviserView};
use linje_types::{AdviserId, Channel, Channels, ContactId, Language, QueueId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Api, Mode, store_words};
use crate::clock::rfc3339;
use crate::shape::{Named, named, whole_seconds};
use crate::view::{Counted, View, count, takes};

/// Units with fewer people signed in show no split of what they do.
const FEWEST: u32 = 5;
/// Totals and hour are about those who wait on the line; written work has rows only.
const HEADLINE: [Channel; 2] = [Channel::Voice, Channel::Chat];

/// A service level with what it stands on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Sl {
    /// Share, 0 to 1; null when nothing was offered.
    value: Option<f64>,
    answered_within: u64,
    offered: u64,
    /// The acceptable wait.
    threshold_s: u32,
    /// The share aimed at, 0 to 1.
    goal: f64,
    /// Of the offered, those who wait and whose time is not over: no verdict on the goal counts them.
    pending: u64,
    /// `sl_offered`: the strict definition.
    definition: &'static str,
    formula: String,
}

/// Those who left before an answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Abandoned {
    count: u64,
    /// Share of the offered, 0 to 1.
    share: Option<f64>,
    offered: u64,
}

/// Advisers by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub(crate) struct Counts {
    ready: u32,
    busy: u32,
    wrap_up: u32,
    away: u32,
}

/// Share of contacts that end with their first adviser.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct FirstContactEnd {
    /// Of those who were helped to the end today; null when nobody was.
    value: Option<f64>,
    goal: Option<f64>,
    assumed: bool,
}

/// The headline figures: all queues of calls and chats together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Totals {
    /// The channels that are counted.
    channels: Vec<&'static str>,
    waiting: usize,
    oldest_at: Option<String>,
    longest_wait_s: u64,
    expected_wait_s: Option<u64>,
    sl: Sl,
    abandoned: Abandoned,
    first_contact_end: Option<FirstContactEnd>,
    /// All advisers who are signed in, whatever the channel.
    advisers: Counts,
    calls_today: u64,
    /// Whether any queue is open.
    open: bool,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct QueueRow {
    pub(crate) id: String,
    pub(crate) name: String,
    group: Option<Named>,
    /// The key of the main menu.
    key: Option<String>,
    channel: &'static str,
    open: bool,
    opens_text: Option<String>,
    pub(crate) waiting: usize,
    oldest_at: Option<String>,
    pub(crate) longest_wait_s: u64,
    /// As likely shorter as longer; null when nobody serves the queue.
    expected_wait_s: Option<u64>,
    /// Nine of ten wait no longer.
    expected_p90_s: Option<u64>,
    expected_basis: String,
    sl: Sl,
    abandoned: Abandoned,
    advisers: Counts,
    /// Waiting at the end of each of the last 60 minutes.
    spark: Vec<u32>,
}

/// One unit. Fewer than five signed in: no split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UnitRow {
    id: String,
    name: String,
    ready: Option<u32>,
    busy: Option<u32>,
    wrap_up: Option<u32>,
    away: Option<u32>,
    signed_in: u32,
}

/// One minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MinuteRow {
    at: String,
    offered: u32,
    answered: u32,
    answered_within: u32,
    abandoned: u32,
    waiting: u32,
}

/// A step of a real person's contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RecentRow {
    seq: u64,
    at: String,
    kind: &'static str,
    contact: String,
    queue: Option<String>,
    state: crate::view::Stage,
}

/// The clock that all pages show.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ClockNow {
    pub(crate) now: String,
    /// Scenario time minus wall time.
    pub(crate) offset_s: i64,
    pub(crate) speed: f64,
    /// `demo` or `serve`.
    pub(crate) mode: &'static str,
    /// Whether synthetic people come.
    pub(crate) population: bool,
}

/// Whether the log can be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StoreRow {
    ok: bool,
    detail: Option<String>,
}

/// The whole picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TrafficView {
    pub(crate) seq: u64,
    pub(crate) at: String,
    clock: ClockNow,
    totals: Totals,
    queues: Vec<QueueRow>,
    units: Vec<UnitRow>,
    hour: Vec<MinuteRow>,
    recent: Vec<RecentRow>,
    store: StoreRow,
}

/// What changed since the last change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TrafficChange {
    pub(crate) seq: u64,
    at: String,
    totals: Totals,
    queues: Vec<QueueRow>,
    units: Vec<UnitRow>,
    hour: Vec<MinuteRow>,
    recent: Vec<RecentRow>,
    store: StoreRow,
}

/// Advisers by queue, by unit and in all, and the lines before them.
struct Staff {
    counted: Arc<Counted>,
    /// By queue: what one who comes now meets.
    lines: Vec<LineNow>,
}

impl Deref for Staff {
    type Target = Counted;

    fn deref(&self) -> &Counted {
        &self.counted
    }
}

impl From<AdviserCounts> for Counts {
    fn from(counts: AdviserCounts) -> Counts {
        Counts {
            ready: counts.ready,
            busy: counts.busy,
            wrap_up: counts.wrap_up,
            away: counts.away,
        }
    }
}

pub(crate) fn clock_now(api: &Api, now: Timestamp) -> ClockNow {
    ClockNow {
        now: rfc3339(now),
        offset_s: api.clock.offset_s(),
        speed: api.clock.speed(),
        mode: match api.mode {
            Mode::Demo => "demo",
            Mode::Serve => "serve",
        },
        population: api.population,
    }
}

pub(crate) fn store_row(api: &Api) -> StoreRow {
    let fault = api.store.borrow().0;
    StoreRow {
        ok: fault.is_none(),
        detail: fault.map(|fault| store_words(fault).to_owned()),
    }
}

/// The whole picture at `now`.
pub(crate) fn picture(api: &Api, view: &View, now: Timestamp, language: Language) -> TrafficView {
    let staff = staff(api, view);
    TrafficView {
        seq: view.seq,
        at: rfc3339(now),
        clock: clock_now(api, now),
        totals: totals(api, view, &staff, now),
        queues: queue_ids(api)
            .map(|queue| queue_row(api, view, &staff, queue, now, language))
            .collect(),
        units: unit_rows(api, &staff, language),
        hour: hour(api, view),
        recent: recent(api, view, 0),
        store: store_row(api),
    }
}

/// One queue's row at `now`.
pub(crate) fn one_queue(
    api: &Api,
    view: &View,
    queue: QueueId,
    now: Timestamp,
    language: Language,
) -> QueueRow {
    queue_row(api, view, &staff(api, view), queue, now, language)
}

/// All queues' rows at `now`.
pub(crate) fn all_queues(
    api: &Api,
    view: &View,
    now: Timestamp,
    language: Language,
) -> Vec<QueueRow> {
    let staff = staff(api, view);
    queue_ids(api)
        .map(|queue| queue_row(api, view, &staff, queue, now, language))
        .collect()
}

/// Seconds that one who comes now may expect to wait; None when nobody serves the queue.
pub(crate) fn expected_s(api: &Api, view: &View, queue: QueueId) -> Option<u64> {
    middle_s(expected(api, view, queue))
}

/// Advisers able to serve a queue who could take a contact of it at once.
pub(crate) fn n_free(api: &Api, view: &View, queue: QueueId) -> u32 {
    let description = api.directory.centre.queues.get(queue.idx());
    description.map_or(0, |description| view.free_for(queue, description.channel))
}

impl Api {
    /// Shows a synthetic contact among the recent ones, because a real person steers it.
    pub fn follow(&self, contact: ContactId) {
        self.shared.write(|view| {
            let at = (view.seq, view.at);
            view.recent.follow(contact, at, &view.contacts);
        });
    }

    /// The place in line of a contact (1 = next), and what one who comes to `queue` now may expect, in seconds.
    #[must_use]
    pub fn place(&self, contact: ContactId, queue: QueueId) -> (Option<u32>, Option<u64>) {
        self.shared
            .read(|view| (view.state.position(contact), expected_s(self, view, queue)))
    }
}

/// What is different in `new`; None when nothing is that a page would show.
pub(crate) fn difference(old: Option<&TrafficView>, new: &TrafficView) -> Option<TrafficChange> {
    let Some(old) = old else {
        return Some(change(
            new,
            new.queues.clone(),
            new.units.clone(),
            new.hour.clone(),
            new.recent.clone(),
        ));
    };
    let queues = changed(&old.queues, &new.queues, |row| &row.id, QueueRow::still);
    let units = changed(&old.units, &new.units, |row| &row.id, Clone::clone);
    let hour = changed(&old.hour, &new.hour, |row| &row.at, Clone::clone);
    let recent: Vec<RecentRow> = new
        .recent
        .iter()
        .filter(|row| row.seq > old.seq)
        .cloned()
        .collect();
    let same = queues.is_empty()
        && units.is_empty()
        && hour.is_empty()
        && recent.is_empty()
        && old.store == new.store
        && old.totals.still() == new.totals.still();
    (!same).then(|| change(new, queues, units, hour, recent))
}

fn change(
    new: &TrafficView,
    queues: Vec<QueueRow>,
    units: Vec<UnitRow>,
    hour: Vec<MinuteRow>,
    recent: Vec<RecentRow>,
) -> TrafficChange {
    TrafficChange {
        seq: new.seq,
        at: new.at.clone(),
        totals: new.totals.clone(),
        queues,
        units,
        hour,
        recent,
        store: new.store.clone(),
    }
}

fn changed<T: Clone + PartialEq>(
    old: &[T],
    new: &[T],
    key: impl Fn(&T) -> &String,
    still: impl Fn(&T) -> T,
) -> Vec<T> {
    // Rows keep their order; only the hour moves along, by one at most.
    let same = |row: &T| {
        let before = old.iter().find(|before| key(before) == key(row));
        before.is_some_and(|before| still(before) == still(row))
    };
    new.iter().filter(|row| !same(row)).cloned().collect()
}

impl QueueRow {
    /// The row without what grows by itself: a page counts on from `oldest_at`.
    fn still(&self) -> QueueRow {
        QueueRow {
            longest_wait_s: 0,
            ..self.clone()
        }
    }
}

impl Totals {
    fn still(&self) -> Totals {
        Totals {
            longest_wait_s: 0,
            ..self.clone()
        }
    }
}

fn queue_ids(api: &Api) -> impl Iterator<Item = QueueId> + use<> {
    let n = u16::try_from(api.directory.centre.queues.len()).unwrap_or(u16::MAX);
    (0..n).map(QueueId)
}

fn headline_queues(api: &Api) -> impl Iterator<Item = (QueueId, &Queue)> {
    (0..)
        .map(QueueId)
        .zip(&api.directory.centre.queues)
        .filter(|(_, queue)| HEADLINE.contains(&queue.channel) && !queue.demo_only)
}

/// What an adviser counts as for `channel`: whoever takes nothing of it now is away from it, whatever they do.
fn state_for(state: AdviserState, takes: Channels, channel: Channel) -> AdviserState {
    match state {
        AdviserState::SignedOut => state,
        _ if !takes.has(channel) => AdviserState::Away,
        AdviserState::Ready
        | AdviserState::Busy
        | AdviserState::Offered
        | AdviserState::WrapUp
        | AdviserState::Away
        | AdviserState::NotReady => state,
    }
}

fn staff(api: &Api, view: &View) -> Staff {
    let counted = view.counted(|| counted(api, view));
    let lines = queue_ids(api).zip(&counted.lines);
    let lines = lines.map(|(queue, served)| LineNow {
        ready: served.ready,
        at_work: served.at_work,
        ..view.empty_line(queue, view.state.waiting(queue))
    });
    Staff {
        lines: lines.collect(),
        counted,
    }
}

/// Looks at everybody who is signed in.
fn counted(api: &Api, view: &View) -> Counted {
    let centre = &api.directory.centre;
    let mut staff = Counted {
        queues: vec![AdviserCounts::default(); centre.queues.len()],
        lines: vec![LineNow::default(); centre.queues.len()],
        units: vec![AdviserCounts::default(); centre.units.len()],
        all: AdviserCounts::default(),
        line: AdviserCounts::default(),
    };
    for who in signed_in(view) {
        let (state, takes) = (who.state, takes(&who));
        staff.all.add(state);
        let on_line = HEADLINE.iter().any(|channel| takes.has(*channel));
        staff
            .line
            .add(if on_line { state } else { AdviserState::Away });
        if let Some(card) = api.directory.card(who.id)
            && let Some(unit) = staff.units.get_mut(card.unit.idx())
        {
            unit.add(state);
        }
        let counts = (0..)
            .map(QueueId)
            .zip(&centre.queues)
            .zip(staff.queues.iter_mut().zip(&mut staff.lines));
        for ((queue, description), (counts, line)) in counts {
            if view.state.serves(who.id, queue, description.channel) {
                counts.add(state_for(state, takes, description.channel));
                count(line, &who, description.channel);
            }
        }
    }
    staff
}

fn signed_in(view: &View) -> impl Iterator<Item = AdviserView> {
    (0..)
        .map(AdviserId)
        .map_while(|adviser| view.state.adviser(adviser))
        .filter(|is| is.signed_in)
}

fn queue_row(
    api: &Api,
    view: &View,
    staff: &Staff,
    id: QueueId,
    now: Timestamp,
    language: Language,
) -> QueueRow {
    let centre = &api.directory.centre;
    let queue = centre.queue(id);
    let hours = centre.hours_of(id);
    let counts = staff.queues.get(id.idx()).copied().unwrap_or_default();
    let expected = expected_now(view, staff, id);
    let oldest = view.day.oldest(id);
    let open = hours.at(now).is_open();
    let level = view.day.level([id]);
    QueueRow {
        id: queue.id.clone(),
        name: queue.name.get(language).to_owned(),
        group: Some(group(queue.group, language)),
        key: queue.key.map(String::from),
        channel: queue.channel.as_str(),
        open,
        opens_text: (!open).then(|| hours.sentence(now, language)),
        waiting: view.day.waiting(id),
        oldest_at: oldest.map(rfc3339),
        longest_wait_s: oldest.map_or(0, |oldest| whole_seconds(now.since_us(oldest))),
        expected_wait_s: middle_s(expected),
        expected_p90_s: expected.wait.map(|wait| whole_seconds(wait.p90_us)),
        expected_basis: basis_words(expected.basis, language).to_owned(),
        sl: sl(
            (level, view.day.not_due(id, now)),
            queue.goal.within_s,
            queue.goal.share,
            language,
        ),
        abandoned: abandoned(view, [id]),
        advisers: counts.into(),
        spark: view
            .day
            .queue(id)
            .map(|day| day.hour.iter().map(|minute| minute.waiting).collect())
            .unwrap_or_default(),
    }
}

/// What one who comes to `queue` now may expect.
pub(crate) fn expected(api: &Api, view: &View, queue: QueueId) -> Expected {
    let description = api.directory.centre.queues.get(queue.idx());
    description.map_or(Expected::NOBODY, |description| {
        view.expected(queue, description.channel, None)
    })
}

/// The same, from what was counted in one pass.
fn expected_now(view: &View, staff: &Staff, queue: QueueId) -> Expected {
    let line = staff.lines.get(queue.idx());
    line.map_or(Expected::NOBODY, |line| view.told(queue, *line))
}

/// The middle figure in whole seconds.
fn middle_s(expected: Expected) -> Option<u64> {
    expected.wait.map(|wait| whole_seconds(wait.p50_us))
}

fn totals(api: &Api, view: &View, staff: &Staff, now: Timestamp) -> Totals {
    let queues: Vec<QueueId> = headline_queues(api).map(|(id, _)| id).collect();
    let oldest = queues
        .iter()
        .filter_map(|queue| view.day.oldest(*queue))
        .min();
    let goals: Vec<linje_centre::Goal> =
        headline_queues(api).map(|(_, queue)| queue.goal).collect();
    let goal = goals.first();
    let ends: Vec<f64> = goals
        .iter()
        .filter_map(|goal| goal.first_contact_end)
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of queues")]
    let end_goal = (!ends.is_empty()).then(|| ends.iter().sum::<f64>() / ends.len() as f64);
    let level = view.day.level(queues.iter().copied());
    let pending = queues
        .iter()
        .map(|queue| view.day.not_due(*queue, now))
        .sum();
    Totals {
        channels: HEADLINE.iter().map(|channel| channel.as_str()).collect(),
        waiting: queues.iter().map(|queue| view.day.waiting(*queue)).sum(),
        oldest_at: oldest.map(rfc3339),
        longest_wait_s: oldest.map_or(0, |oldest| whole_seconds(now.since_us(oldest))),
        expected_wait_s: expected_total(view, staff, &queues),
        sl: sl(
            (level, pending),
            goal.map_or(45, |goal| goal.within_s),
            goal.map_or(0.7, |goal| goal.share),
            Language::Nb,
        ),
        abandoned: abandoned(view, queues.iter().copied()),
        first_contact_end: Some(FirstContactEnd {
            value: ended_at_first(view, &queues),
            goal: end_goal,
            assumed: true,
        }),
        advisers: staff.all.into(),
        calls_today: calls_today(api, view),
        open: headline_queues(api)
            .any(|(id, _)| api.directory.centre.hours_of(id).at(now).is_open()),
    }
}

/// The share of the day's contacts that ended with the first adviser, by `first_contact_end`.
fn ended_at_first(view: &View, queues: &[QueueId]) -> Option<f64> {
    let days = queues.iter().filter_map(|queue| view.day.queue(*queue));
    let (first, all) = days.fold((0, 0), |(first, all), day| {
        (first + day.served_by_first, all + day.served)
    });
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    (all > 0).then(|| first as f64 / all as f64)
}

fn calls_today(api: &Api, view: &View) -> u64 {
    headline_queues(api)
        .filter(|(_, queue)| queue.channel == Channel::Voice)
        .filter_map(|(id, _)| view.day.queue(id))
        .map(|day| day.offered)
        .sum()
}

/// The expected wait of a caller to any queue: the queues' own, weighted by who came in the last hour, and
/// alike when nobody did. None when no queue is served: unknown is not zero.
fn expected_total(view: &View, staff: &Staff, queues: &[QueueId]) -> Option<u64> {
    let known = |queue: &QueueId| {
        let wait_s = middle_s(expected_now(view, staff, *queue))?;
        let minutes = view.day.queue(*queue)?.hour.iter();
        let came: u64 = minutes.map(|minute| u64::from(minute.offered)).sum();
        Some((wait_s, came))
    };
    let known: Vec<(u64, u64)> = queues.iter().filter_map(known).collect();
    let came: u64 = known.iter().map(|(_, came)| came).sum();
    let weighted: u64 = known.iter().map(|(wait_s, came)| wait_s * came).sum();
    let alike: u64 = known.iter().map(|(wait_s, _)| wait_s).sum();
    weighted
        .checked_div(came)
        .or_else(|| alike.checked_div(known.len() as u64))
}

fn sl(
    (level, pending): (ServiceLevel, u64),
    threshold_s: u32,
    goal: f64,
    language: Language,
) -> Sl {
    Sl {
        value: level.value(),
        answered_within: level.answered_within,
        offered: level.offered,
        threshold_s,
        goal,
        pending,
        definition: DEFINITION,
        formula: sl_formula(threshold_s, language),
    }
}

/// "besvart innen 45 s / alle tilbudt".
pub(crate) fn sl_formula(threshold_s: u32, language: Language) -> String {
    let (number, unit) = match threshold_s {
        0..120 => (threshold_s, "s"),
        120..7200 => (threshold_s / 60, "min"),
        86_400.. if threshold_s.is_multiple_of(86_400) => (
            threshold_s / 86_400,
            match (language == Language::En, threshold_s == 86_400) {
                (true, true) => "day",
                (true, false) => "days",
                (false, true) => "dag",
                (false, false) => "dager",
            },
        ),
        _ => (
            threshold_s / 3600,
            if language == Language::En { "h" } else { "t" },
        ),
    };
    if language == Language::En {
        format!("answered within {number} {unit} / all offered")
    } else {
        format!("besvart innen {number} {unit} / alle tilbudt")
    }
}

fn abandoned(view: &View, queues: impl IntoIterator<Item = QueueId>) -> Abandoned {
    let days = queues.into_iter().filter_map(|queue| view.day.queue(queue));
    let (count, offered) = days.fold((0, 0), |(count, offered), day| {
        (count + day.abandoned, offered + day.offered)
    });
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let share = (offered > 0).then(|| count as f64 / offered as f64);
    Abandoned {
        count,
        share,
        offered,
    }
}

fn unit_rows(api: &Api, staff: &Staff, language: Language) -> Vec<UnitRow> {
    let units = api.directory.centre.units.iter().zip(&staff.units);
    units
        // The deciding units are asked, but are no part of the contact centre.
        .filter(|(unit, _)| unit.kind != UnitKind::Deciding)
        .map(|(unit, counts)| {
            let signed_in = counts.ready + counts.busy + counts.wrap_up + counts.away;
            let shown = |count: u32| (signed_in >= FEWEST).then_some(count);
            UnitRow {
                id: unit.id.clone(),
                name: unit.name.get(language).to_owned(),
                ready: shown(counts.ready),
                busy: shown(counts.busy),
                wrap_up: shown(counts.wrap_up),
                away: shown(counts.away),
                signed_in,
            }
        })
        .collect()
}

fn hour(api: &Api, view: &View) -> Vec<MinuteRow> {
    let mut minutes: Vec<Minute> = Vec::with_capacity(MINUTES);
    for (id, _) in headline_queues(api) {
        let Some(day) = view.day.queue(id) else {
            continue;
        };
        for (place, minute) in day.hour.iter().enumerate() {
            match minutes.get_mut(place) {
                Some(sum) => add(sum, minute),
                None => minutes.push(minute),
            }
        }
    }
    minutes.into_iter().map(minute_row).collect()
}

fn add(sum: &mut Minute, minute: Minute) {
    sum.offered += minute.offered;
    sum.answered += minute.answered;
    sum.answered_within += minute.answered_within;
    sum.abandoned += minute.abandoned;
    sum.waiting += minute.waiting;
}

pub(crate) fn minute_row(minute: Minute) -> MinuteRow {
    MinuteRow {
        at: rfc3339(minute.at),
        offered: minute.offered,
        answered: minute.answered,
        answered_within: minute.answered_within,
        abandoned: minute.abandoned,
        waiting: minute.waiting,
    }
}

fn recent(api: &Api, view: &View, after: u64) -> Vec<RecentRow> {
    let centre = &api.directory.centre;
    view.recent
        .after(after)
        .map(|step| RecentRow {
            seq: step.seq,
            at: rfc3339(step.at),
            kind: step.kind,
            contact: api.ids.contact(step.contact),
            queue: centre
                .queues
                .get(step.queue.idx())
                .map(|queue| queue.id.clone()),
            state: step.stage,
        })
        .collect()
}

fn group(group: QueueGroup, language: Language) -> Named {
    let (nb, en) = match group {
        QueueGroup::Main => ("Hovednummer", "Main number"),
        QueueGroup::Partner => ("Samhandlertelefon", "Partner line"),
        QueueGroup::Own => ("Egne numre", "Separate numbers"),
        QueueGroup::Chat => ("Chat", "Chat"),
        QueueGroup::Written => ("Skriv til oss", "Secure messages"),
        QueueGroup::Tasks => ("Oppgaver", "Tasks"),
        QueueGroup::Experts => ("Kompetansekøer", "Experts"),
        QueueGroup::Demo => ("Måling", "Measurement"),
    };
    let name = linje_centre::Text {
        nb: nb.to_owned(),
        en: en.to_owned(),
    };
    named(group.as_str(), &name, language)
}

pub(crate) const fn basis_words(basis: Basis, language: Language) -> &'static str {
    let english = matches!(language, Language::En);
    match (basis, english) {
        (Basis::Ready, false) => {
            "ledig veileder og ingen som venter: tiden det pleier å ta å svare"
        }
        (Basis::Ready, true) => {
            "an adviser is free and nobody waits: the time that an answer usually takes"
        }
        (Basis::Rate, false) => {
            "hvor fort køen har flyttet seg i de siste 10 minuttene, rettet etter hvor godt tallene har truffet"
        }
        (Basis::Rate, true) => {
            "how fast the line moved in the last 10 minutes, corrected by how well the figures have held"
        }
        (Basis::Handling, false) => "behandlingstid ganget med ventende, delt på veiledere på jobb",
        (Basis::Handling, true) => "handle time times waiting, divided by advisers at work",
        (Basis::Nobody, false) => "ingen som kan det, er på jobb for køen nå",
        (Basis::Nobody, true) => "nobody able is at work for the queue now",
    }
}

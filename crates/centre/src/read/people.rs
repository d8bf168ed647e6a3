//! Units, the synthetic people and the synthetic citizens.

use linje_types::SkillId;

use crate::fault::Code;
use crate::model::{Arrivals, Group, People, Population, Profile, ProfileId, Unit, UnitKind};
use crate::names::{Names, word};
use crate::read::{assumed, name, routing};
use crate::reader::Table;

pub(super) fn unit(table: &Table<'_, '_>, names: &Names) -> Unit {
    let id = table.need_text("id");
    let kind = table.need_text("kind");
    let who = format!("unit \"{}\" has the kind", id.value);
    let kind = word(table.reader, &kind, &who, &UnitKind::NAMES);
    let profiles: Vec<(ProfileId, u16)> = table
        .weights("people", 10_000.0)
        .into_iter()
        .map(|(profile, count)| {
            let who = format!("unit \"{}\" has people of", id.value);
            (names.profile(table.reader, &profile, &who), whole(count))
        })
        .collect();
    Unit {
        name: name(table),
        kind: kind.unwrap_or(UnitKind::ContactCentre),
        people: profiles
            .iter()
            .fold(0, |sum, (_, count)| sum.saturating_add(*count)),
        sami_percent: table.integer("sami_percent", 0..=100).unwrap_or(0),
        cleared: routing::cleared(table),
        profiles,
        assumed: assumed(table),
        at: table.at,
        id: id.value,
    }
}

pub(super) fn group(table: &Table<'_, '_>, names: &Names) -> Group {
    let units = table.texts("units");
    let share = table.decimal("share", 1.0);
    let who = format!("{} is in", table.what());
    let units = units.iter();
    Group {
        id: table.need_text("id").value,
        name: name(table),
        units: units.map(|id| names.unit(table.reader, id, &who)).collect(),
        share: share.map_or(1.0, |share| share.value),
        at: table.at,
    }
}

/// A count that was written as a number; decimals are cut off.
fn whole(count: f64) -> u16 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the reader refused everything outside 0 to 10,000"
    )]
    let count = count as u16;
    count
}

pub(super) fn people(root: &Table<'_, '_>, names: &Names) -> People {
    let profiles = root.tables("profile", |table| profile(table, names));
    let nobody = [0.0; 3];
    let read = root.need_table("people", |table| {
        let share = |key| table.decimal(key, 1.0).map_or(0.0, |share| share.value);
        People {
            seed: table.integer("seed", 0..=u64::MAX).unwrap_or(1),
            count: table.integer("count", 0..=50_000).unwrap_or(0),
            leaders: share("leaders"),
            part_time: share("part_time"),
            absent: share("absent"),
            english: share("english"),
            levels: levels(table),
            cleared: routing::cleared(table).unwrap_or(nobody),
            profiles: Vec::new(),
            at: table.at,
        }
    });
    People {
        profiles,
        ..read.unwrap_or_else(|| People {
            seed: 1,
            count: 0,
            leaders: 0.0,
            part_time: 0.0,
            absent: 0.0,
            english: 0.0,
            levels: vec![1.0, 0.0, 0.0],
            cleared: nobody,
            profiles: Vec::new(),
            at: root.at,
        })
    }
}

/// One to five shares; a centre without the line has three levels.
fn levels(table: &Table<'_, '_>) -> Vec<f64> {
    let levels: Vec<f64> = table
        .decimals("levels", 1.0)
        .into_iter()
        .map(|level| level.value)
        .collect();
    if (1..=5).contains(&levels.len()) && adds_up(&levels) {
        return levels;
    }
    let message = "\"levels\" are not one to five shares with the sum 1";
    let help = "write levels = [0.25, 0.50, 0.25]";
    table
        .reader
        .fault(Code::DoesNotAddUp, table.place_of("levels"), message, help);
    vec![1.0, 0.0, 0.0]
}

fn adds_up(shares: &[f64]) -> bool {
    (shares.iter().sum::<f64>() - 1.0).abs() < 0.001
}

fn profile(table: &Table<'_, '_>, names: &Names) -> Profile {
    let id = table.need_text("id").value;
    let mut skills: Vec<(SkillId, f64)> = Vec::new();
    let mut levels = Vec::new();
    for (skill, share, level) in table.levelled_weights("skills", 1.0, names.levels) {
        let who = format!("profile \"{id}\" has");
        let skill = names.skill(table.reader, &skill, &who);
        skills.push((skill, share));
        levels.extend(level.map(|level| (skill, level)));
    }
    Profile {
        id,
        name: name(table),
        skills,
        levels,
        at: table.at,
    }
}

pub(super) fn population(root: &Table<'_, '_>, names: &Names) -> Population {
    let read = root.need_table("population", |table| {
        let yearly_calls = table
            .integer("yearly_calls", 0..=1_000_000_000)
            .unwrap_or(0);
        let seconds = |key, usual| table.seconds(key).unwrap_or(usual);
        let (handling_s, wrap_up_s) = (seconds("handling", 270), seconds("wrap_up", 30));
        let usual = Usual {
            yearly_calls,
            handling_s,
            wrap_up_s,
        };
        Population {
            yearly_calls,
            working_days: table.integer("working_days", 1..=366).unwrap_or(250),
            weekdays: weekdays(table),
            curve_from: table
                .minute_of_day("curve_from")
                .map_or(540, |from| from.value),
            curve_step: curve_step(table),
            curve: curve(table),
            patience_s: seconds("patience", 300),
            handling_s,
            wrap_up_s,
            peak_load: table
                .decimal("peak_load", 1.5)
                .map_or(0.95, |load| load.value),
            english: table
                .decimal("english", 1.0)
                .map_or(0.0, |share| share.value),
            arrivals: arrivals(table, names, &usual),
        }
    });
    read.unwrap_or(Population {
        yearly_calls: 0,
        working_days: 250,
        weekdays: [0.0; 7],
        curve_from: 540,
        curve_step: 30,
        curve: Vec::new(),
        patience_s: 300,
        handling_s: 270,
        wrap_up_s: 30,
        peak_load: 0.95,
        english: 0.0,
        arrivals: Vec::new(),
    })
}

/// What holds for arrivals that say nothing else.
struct Usual {
    yearly_calls: u32,
    handling_s: u32,
    wrap_up_s: u32,
}

fn weekdays(table: &Table<'_, '_>) -> [f64; 7] {
    let read = table.need_table("weekdays", |days| {
        let day = |key| days.decimal(key, 10.0).map_or(0.0, |factor| factor.value);
        [
            day("mon"),
            day("tue"),
            day("wed"),
            day("thu"),
            day("fri"),
            day("sat"),
            day("sun"),
        ]
    });
    let factors = read.unwrap_or([0.0; 7]);
    let (sum, open) = factors
        .iter()
        .filter(|factor| **factor > 0.0)
        .fold((0.0, 0.0), |(sum, open), factor| (sum + factor, open + 1.0));
    if open > 0.0 && (sum / open - 1.0_f64).abs() > 0.01 {
        let message = "the factors of the weekdays do not have the mean 1";
        table.reader.fault(
            Code::DoesNotAddUp,
            table.place_of("weekdays"),
            message,
            "let the factors of the open days have the mean 1",
        );
    }
    factors
}

fn curve_step(table: &Table<'_, '_>) -> u16 {
    let minutes = table.seconds("curve_step").unwrap_or(1_800) / 60;
    u16::try_from(minutes).unwrap_or(30).clamp(1, 1_440)
}

fn curve(table: &Table<'_, '_>) -> Vec<f64> {
    let parts = table.decimals("curve", 1.0);
    let curve: Vec<f64> = parts.into_iter().map(|part| part.value).collect();
    if !adds_up(&curve) {
        let sum: f64 = curve.iter().sum();
        let message = format!("the parts of \"curve\" have the sum {sum:.3}, not 1");
        table.reader.fault(
            Code::DoesNotAddUp,
            table.place_of("curve"),
            message,
            "let the parts have the sum 1",
        );
    }
    curve
}

/// Arrivals by queue: a share of all calls, or a number of its own for other channels.
fn arrivals(table: &Table<'_, '_>, names: &Names, usual: &Usual) -> Vec<Arrivals> {
    let mut shares = 0.0;
    let arrivals = table.tables("arrivals", |entry| {
        let queue = entry.need_text("queue");
        let share = entry.decimal("share", 1.0);
        let yearly = entry.decimal("yearly", 1e9);
        if entry.has("share") == entry.has("yearly") {
            let help = "write one of share and yearly";
            entry.bad(
                entry.at,
                "neither a share nor a yearly number, or both,",
                help,
            );
        }
        let share = share.map_or(0.0, |share| share.value);
        shares += share;
        let all = f64::from(usual.yearly_calls);
        Arrivals {
            queue: names.queue(entry.reader, &queue, "arrivals go to"),
            yearly: yearly.map_or(share * all, |yearly| yearly.value),
            handling_s: entry.seconds("handling").unwrap_or(usual.handling_s),
            wrap_up_s: entry.seconds("wrap_up").unwrap_or(usual.wrap_up_s),
            assumed: entry.flag("assumed").unwrap_or(false),
        }
    });
    if (shares - 1.0_f64).abs() > 0.001 {
        let message = format!("the shares of the calls have the sum {shares:.3}, not 1");
        let at = table.place_of("arrivals");
        table.reader.fault(
            Code::DoesNotAddUp,
            at,
            message,
            "let the shares of the calls have the sum 1",
        );
    }
    arrivals
}

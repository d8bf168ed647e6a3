//! Can callbacks and crisis plans be carried out, is every class given, and is somebody cleared?

use std::collections::BTreeSet;

use linje_types::{Channel, Channels, Clearance};

use crate::fault::{Code, Fault};
use crate::model::{CallbackOffer, Centre, ClassId, FlowAct, Plan, PlanAct, Queue, Window};
use crate::people::{Person, Role};
use crate::read::{CLEARANCES, clock};
use crate::rules::serves;
use crate::who::Who;

pub(super) fn check(centre: &Centre, staff: &[Person], faults: &mut Vec<Fault>) {
    if let Some(offer) = &centre.callback.offer {
        callback(centre, offer, faults);
    }
    lost_calls(centre, faults);
    for plan in &centre.plans {
        for step in 0..plan.steps.len() {
            plan_step(centre, plan, step, faults);
        }
    }
    if centre.plans.len() > 64 {
        let at = centre
            .plans
            .last()
            .map_or_else(Default::default, |plan| plan.at);
        let message = "there are more than 64 crisis plans";
        faults.push(Fault::new(
            Code::BadPlan,
            at,
            message,
            "make one of several",
        ));
    }
    unused_classes(centre, faults);
    doubled_keys(centre, faults);
    cleared(centre, staff, faults);
    groups(centre, staff, faults);
}

fn callback(centre: &Centre, offer: &CallbackOffer, faults: &mut Vec<Fault>) {
    let mut callable = Vec::new();
    for (id, at) in offer.queues.iter().map(|to| (to.queue, to.at)) {
        let queue = centre.queue(id);
        let (why, help) = if queue.channel != Channel::Voice {
            ("whose contacts are not calls", "name queues of calls only")
        } else if queue.experts {
            ("which takes only consultations", "take it out")
        } else {
            callable.push(queue);
            continue;
        };
        let message = format!("a callback is offered in queue \"{}\", {why}", queue.id);
        faults.push(Fault::new(Code::BadCallback, at, message, help));
    }
    windows(centre, offer, &callable, faults);
}

/// Each window lies within the hours of each queue that offers it, on some weekday.
fn windows(centre: &Centre, offer: &CallbackOffer, queues: &[&Queue], faults: &mut Vec<Fault>) {
    for Window { period, at } in &offer.windows {
        let outside = |queue: &&&Queue| {
            let rules = &centre.hours[queue.hours.idx()].rules;
            // Hours that are wrong themselves are told where they stand, and nothing follows from them.
            let wrong = |rule: &crate::hours::WeekdayRule| rule.period.from >= rule.period.to;
            let mut usable = rules.iter();
            !rules.is_empty()
                && !rules.iter().any(wrong)
                && !usable
                    .any(|rule| rule.period.from <= period.from && period.to <= rule.period.to)
        };
        let outside: Vec<&str> = queues
            .iter()
            .filter(outside)
            .map(|queue| queue.id.as_str())
            .collect();
        if !outside.is_empty() {
            let message = format!(
                "a callback between {} and {} is outside the opening hours of queue {}",
                clock(period.from),
                clock(period.to),
                outside.join(", ")
            );
            let help = "keep the window within the hours, or take the queue out of \"queues\"";
            faults.push(Fault::new(Code::BadCallback, *at, message, help));
        }
    }
}

/// What is lost becomes a task, not a call.
fn lost_calls(centre: &Centre, faults: &mut Vec<Fault>) {
    let Some(queue) = centre.callback.lost_calls.map(|id| centre.queue(id)) else {
        return;
    };
    if queue.channel != Channel::Task {
        let message = format!(
            "lost calls go to queue \"{}\", whose channel is {}, not task",
            queue.id, queue.channel
        );
        let help = "name a queue of tasks";
        faults.push(Fault::new(
            Code::BadCallback,
            centre.callback.at,
            message,
            help,
        ));
    }
}

fn plan_step(centre: &Centre, plan: &Plan, number: usize, faults: &mut Vec<Fault>) {
    let step = &plan.steps[number];
    let name = format!("step {} of plan \"{}\"", number + 1, plan.id);
    let mut bad = |message: String, help: &str| {
        faults.push(Fault::new(Code::BadPlan, step.at, message, help));
    };
    match &step.act {
        PlanAct::Say(_) => {}
        PlanAct::Menu { target, keys, .. } => {
            let place = centre.step(*target);
            let FlowAct::Menu(menu) = &place.act else {
                bad(
                    format!("{name} shortens step \"{}\", which is no menu", place.id),
                    "name a step with a menu",
                );
                return;
            };
            for key in keys {
                if !menu.keys.iter().any(|choice| choice.key == *key) {
                    bad(
                        format!("{name} keeps key \"{key}\", which the menu does not have"),
                        "name keys that the menu has",
                    );
                }
            }
            if keys.len() >= menu.keys.len() {
                bad(
                    format!("{name} keeps every key, so that the menu is not shorter"),
                    "leave out the keys that can wait",
                );
            }
        }
        PlanAct::CallbackOnly(queues) => {
            for queue in queues.iter().map(|id| centre.queue(*id)) {
                if queue.channel != Channel::Voice || queue.experts {
                    bad(
                        format!(
                            "{name} rings back those of queue \"{}\", who do not call",
                            queue.id
                        ),
                        "name queues of calls only",
                    );
                } else if centre.callback.offer.is_none() {
                    bad(
                        format!(
                            "{name} rings back callers, but there is no [callback.offer] with the words for it"
                        ),
                        "add a section [callback.offer]",
                    );
                }
            }
            let offer = centre.callback.offer.as_ref();
            if offer.is_some_and(|offer| offer.withheld.is_none()) {
                bad(
                    format!(
                        "{name} rings back callers, but [callback.offer] has no words for those whose number is not known"
                    ),
                    "add withheld = \"..\" to [callback.offer], with what they can do instead",
                );
            }
        }
        PlanAct::Ask {
            activity,
            unit,
            wanted,
        } => {
            let all = centre.units.iter().map(|unit| u32::from(unit.people)).sum();
            let there = unit.map_or(all, |id| u32::from(centre.units[id.idx()].people));
            if u32::from(*wanted) > there && there > 0 {
                bad(
                    format!("{name} asks for {wanted} people, but only {there} work there"),
                    "ask for fewer, or ask another unit",
                );
            }
            if Channels::of(*activity) == Channels::NONE {
                bad(
                    format!("{name} asks advisers for {activity}, which takes no contacts"),
                    "ask for phone, chat, written or tasks",
                );
            }
            if let Some(unit) = unit.map(|id| &centre.units[id.idx()])
                && (unit.people == 0 || unit.kind == crate::model::UnitKind::Steering)
            {
                bad(
                    format!("{name} asks unit \"{}\", where nobody answers", unit.id),
                    "name a unit with advisers",
                );
            }
        }
    }
}

fn unused_classes(centre: &Centre, faults: &mut Vec<Fault>) {
    let mut given: BTreeSet<ClassId> = centre.queues.iter().map(|queue| queue.class).collect();
    for step in centre.flows.iter().flat_map(|flow| &flow.steps) {
        if let FlowAct::Queue {
            class: Some(class), ..
        } = &step.act
        {
            given.insert(*class);
        }
    }
    // The first class is the usual one of whatever says nothing.
    for (id, class) in (0..).map(ClassId).zip(&centre.classes).skip(1) {
        if !given.contains(&id) && !class.by_lookup {
            let message = format!("no queue and no menu gives class \"{}\"", class.id);
            let help = "use it, take it away, or say given_by = \"lookup\"";
            faults.push(Fault::new(Code::UnusedClass, class.at, message, help));
        }
    }
}

/// Two queues of a group are not chosen by the same key.
fn doubled_keys(centre: &Centre, faults: &mut Vec<Fault>) {
    for (number, queue) in centre.queues.iter().enumerate() {
        let same = |other: &&Queue| {
            queue.key.is_some() && (other.key, other.group) == (queue.key, queue.group)
        };
        let earlier = centre.queues.iter().take(number).find(same);
        if let (Some(key), Some(other)) = (queue.key, earlier) {
            let message = format!(
                "queue \"{}\" has key \"{key}\", which queue \"{}\" of the same group has too",
                queue.id, other.id
            );
            let help = "give one of them another key";
            faults.push(Fault::new(Code::DoubledPhoneKey, queue.at, message, help));
        }
    }
}

fn protected(need: Clearance) -> &'static str {
    if need == Clearance::SHIELDED {
        "shielded persons"
    } else if need == Clearance::CONFIDENTIAL {
        "persons with a confidential address"
    } else {
        "persons with a strictly confidential address"
    }
}

/// Somebody who serves a queue is cleared for each protection that contacts can need.
fn cleared(centre: &Centre, staff: &[Person], faults: &mut Vec<Fault>) {
    for queue in centre.queues.iter().filter(|queue| !queue.demo_only) {
        let serving: Vec<&Person> = staff
            .iter()
            .filter(|person| matches!(person.role, Role::Adviser | Role::Expert))
            .filter(|person| serves(person, queue))
            .collect();
        if serving.is_empty() {
            continue;
        }
        for (_, need) in CLEARANCES {
            let asked = centre.routing.clearances.covers(need) && need != Clearance::NONE;
            if asked && !serving.iter().any(|person| person.clearance.covers(need)) {
                let message = format!(
                    "nobody who serves queue \"{}\" is cleared for {}",
                    queue.id,
                    protected(need)
                );
                let help = "raise \"cleared\" of [people] or of a unit, or take it out of \"clearances\" of [routing]";
                faults.push(Fault::new(Code::NobodyCleared, queue.at, message, help));
            }
        }
    }
}

fn groups(centre: &Centre, staff: &[Person], faults: &mut Vec<Fault>) {
    let mut asked = BTreeSet::new();
    for ring in centre.queues.iter().flat_map(|queue| &queue.rings) {
        named_groups(&ring.who, &mut asked);
        if let Some(prefer) = &ring.prefer {
            named_groups(prefer, &mut asked);
        }
    }
    for (id, group) in (0..).map(linje_types::GroupId).zip(&centre.groups) {
        let members = staff.iter().any(|person| person.groups.contains(&id));
        let (why, help) = if !members {
            ("has nobody in it", "raise its share, or name other units")
        } else if !asked.contains(&id) {
            (
                "is asked for by no ring",
                "use it in a condition, or take it away",
            )
        } else {
            continue;
        };
        let message = format!("group \"{}\" {why}", group.id);
        faults.push(Fault::new(Code::IdleGroup, group.at, message, help));
    }
}

fn named_groups(who: &Who, found: &mut BTreeSet<linje_types::GroupId>) {
    match who {
        Who::Group(group) => {
            found.insert(*group);
        }
        Who::All(parts) | Who::Any(parts) => {
            for part in parts {
                named_groups(part, found);
            }
        }
        Who::Not(part) => named_groups(part, found),
        Who::Skill { .. } | Who::Speaks(_) | Who::Unit(_) => {}
    }
}

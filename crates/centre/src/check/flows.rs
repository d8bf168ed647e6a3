//! Can every caller get somewhere, and is there a way to everything?

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::{Code, Fault};
use crate::model::{Centre, FlowAct, FlowId, FlowStep, Speech, Target};

pub(super) fn check(centre: &Centre, faults: &mut Vec<Fault>) {
    let reached = reached(centre);
    unreachable(centre, &reached, faults);
    let stuck = loops_without_end(centre, faults);
    silent_loops(centre, &stuck, faults);
    unreachable_queues(centre, &reached, faults);
    unchecked_hours(centre, faults);
    languages(centre, faults);
}

/// Every step of every flow, in the order of the text.
fn steps(centre: &Centre) -> impl Iterator<Item = (Target, &FlowStep)> {
    (0..)
        .map(FlowId)
        .zip(&centre.flows)
        .flat_map(|(flow, described)| {
            (0..)
                .zip(&described.steps)
                .map(move |(step, described)| (Target { flow, step }, described))
        })
}

/// Where a caller goes who presses nothing.
fn silent(act: &FlowAct) -> Vec<Target> {
    match act {
        FlowAct::Play { then, .. } | FlowAct::Language { then, .. } => vec![*then],
        FlowAct::Menu(menu) => vec![menu.give_up],
        FlowAct::Hours { open, closed, .. } => vec![*open, *closed],
        FlowAct::Queue { .. } | FlowAct::HangUp { .. } => Vec::new(),
    }
}

/// Where a caller can go.
fn ways(act: &FlowAct) -> Vec<Target> {
    let mut ways = silent(act);
    if let FlowAct::Menu(menu) = act {
        ways.extend(menu.keys.iter().map(|key| key.to));
    }
    ways
}

fn walk(
    centre: &Centre,
    from: impl IntoIterator<Item = Target>,
    goes_on: impl Fn(&FlowAct) -> Vec<Target>,
) -> BTreeSet<Target> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<Target> = from.into_iter().collect();
    while let Some(target) = open.pop() {
        if reached.insert(target) {
            open.extend(goes_on(&centre.step(target).act));
        }
    }
    reached
}

fn entries(centre: &Centre) -> impl Iterator<Item = Target> {
    let flows = centre.numbers.iter().map(|number| number.flow);
    flows.map(|flow| Target { flow, step: 0 })
}

fn reached(centre: &Centre) -> BTreeSet<Target> {
    walk(centre, entries(centre), ways)
}

fn unreachable(centre: &Centre, reached: &BTreeSet<Target>, faults: &mut Vec<Fault>) {
    let flows: BTreeSet<FlowId> = reached.iter().map(|target| target.flow).collect();
    for (id, flow) in (0..).map(FlowId).zip(&centre.flows) {
        if !flows.contains(&id) {
            let message = format!("nothing leads to flow \"{}\"", flow.id);
            let help = "give it a [[number]], or lead a key to it";
            faults.push(Fault::new(Code::UnreachableStep, flow.at, message, help));
        }
    }
    for (target, step) in steps(centre) {
        if flows.contains(&target.flow) && !reached.contains(&target) {
            let flow = &centre.flows[target.flow.idx()].id;
            let message = format!("nothing leads to step \"{}\" of flow \"{flow}\"", step.id);
            let help = "lead a key or a step to it, or take it away";
            faults.push(Fault::new(Code::UnreachableStep, step.at, message, help));
        }
    }
}

/// Steps from which no queue and no end of the call can be reached, whatever is pressed.
fn loops_without_end(centre: &Centre, faults: &mut Vec<Fault>) -> BTreeSet<Target> {
    let stuck: BTreeSet<Target> = steps(centre)
        .filter(|(target, _)| {
            let onward = walk(centre, [*target], ways);
            !onward.iter().any(|target| ends(&centre.step(*target).act))
        })
        .map(|(target, _)| target)
        .collect();
    report_circles(centre, &stuck, ways, faults, |path| {
        format!("no caller gets out of the loop {path}")
    });
    stuck
}

fn ends(act: &FlowAct) -> bool {
    matches!(act, FlowAct::Queue { .. } | FlowAct::HangUp { .. })
}

/// Loops that a caller who presses nothing never leaves.
fn silent_loops(centre: &Centre, stuck: &BTreeSet<Target>, faults: &mut Vec<Fault>) {
    let on_loop: BTreeSet<Target> = steps(centre)
        .map(|(target, _)| target)
        .filter(|target| !stuck.contains(target))
        .filter(|target| {
            let onward = walk(centre, silent(&centre.step(*target).act), silent);
            onward.contains(target)
        })
        .collect();
    report_circles(centre, &on_loop, silent, faults, |path| {
        format!("a caller who presses nothing goes round for ever: {path}")
    });
}

/// One fault for each circle within `among`, at the step of it that stands first.
fn report_circles(
    centre: &Centre,
    among: &BTreeSet<Target>,
    ways: impl Fn(&FlowAct) -> Vec<Target>,
    faults: &mut Vec<Fault>,
    message: impl Fn(&str) -> String,
) {
    let mut covered = BTreeSet::new();
    for start in among {
        let Some(circle) = circle(centre, *start, among, &covered, &ways) else {
            continue;
        };
        covered.extend(circle.iter().copied());
        let names: Vec<&str> = circle
            .iter()
            .chain(circle.first())
            .map(|target| centre.step(*target).id.as_str())
            .collect();
        let at = centre.step(*start).at;
        let help = "let one of the steps lead to a queue or hang up";
        let message = message(&names.join(" -> "));
        faults.push(Fault::new(Code::EndlessLoop, at, message, help));
    }
}

/// The shortest way from `start` back to itself within `among`, avoiding what is covered.
fn circle(
    centre: &Centre,
    start: Target,
    among: &BTreeSet<Target>,
    covered: &BTreeSet<Target>,
    ways: impl Fn(&FlowAct) -> Vec<Target>,
) -> Option<Vec<Target>> {
    if covered.contains(&start) {
        return None;
    }
    let mut came_from: BTreeMap<Target, Target> = BTreeMap::new();
    let mut open = vec![start];
    while !open.is_empty() && !came_from.contains_key(&start) {
        let mut next = Vec::new();
        for from in open {
            for to in ways(&centre.step(from).act) {
                let allowed = among.contains(&to) && !covered.contains(&to);
                if allowed && !came_from.contains_key(&to) {
                    came_from.insert(to, from);
                    next.push(to);
                }
            }
        }
        open = next;
    }
    let mut circle = vec![start];
    let mut at = *came_from.get(&start)?;
    while at != start {
        circle.insert(1, at);
        at = *came_from.get(&at)?;
    }
    Some(circle)
}

fn unreachable_queues(centre: &Centre, reached: &BTreeSet<Target>, faults: &mut Vec<Fault>) {
    let joined: BTreeSet<usize> = reached
        .iter()
        .filter_map(|target| match &centre.step(*target).act {
            FlowAct::Queue { queue, .. } => Some(queue.idx()),
            FlowAct::Play { .. }
            | FlowAct::Menu(_)
            | FlowAct::Language { .. }
            | FlowAct::Hours { .. }
            | FlowAct::HangUp { .. } => None,
        })
        .collect();
    let mut joined = joined;
    joined.extend(sent_on(centre, &joined));
    for (place, queue) in centre.queues.iter().enumerate() {
        if queue.experts {
            let mut queues = centre.queues.iter();
            if !queues.any(|other| other.consults.iter().any(|to| to.queue.idx() == place)) {
                let message = format!("no queue consults the experts of queue \"{}\"", queue.id);
                let help = "name it in \"consults\" of a queue, or take it away";
                faults.push(Fault::new(Code::UnreachableQueue, queue.at, message, help));
            }
            continue;
        }
        // Written contacts name their queue when they come; calls need a way through a menu.
        let needs_way = queue.channel == linje_types::Channel::Voice;
        if needs_way && !joined.contains(&place) {
            let message = format!("no number and no key leads to queue \"{}\"", queue.id);
            let help = "add a [[flow.step]] with this queue and lead a key to it";
            faults.push(Fault::new(Code::UnreachableQueue, queue.at, message, help));
        }
    }
}

/// The queues that callers in one of `joined` can be sent on to.
fn sent_on(centre: &Centre, joined: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<usize> = joined.iter().copied().collect();
    while let Some(place) = open.pop() {
        if !reached.insert(place) {
            continue;
        }
        let queue = &centre.queues[place];
        open.extend(queue.transfers_to.iter().map(|to| to.queue.idx()));
        open.extend(queue.overflow.iter().map(|to| to.to.idx()));
    }
    reached
}

fn unchecked_hours(centre: &Centre, faults: &mut Vec<Fault>) {
    let unasked = walk(centre, entries(centre), |act| match act {
        FlowAct::Hours { .. } => Vec::new(),
        FlowAct::Play { .. }
        | FlowAct::Menu(_)
        | FlowAct::Language { .. }
        | FlowAct::Queue { .. }
        | FlowAct::HangUp { .. } => ways(act),
    });
    for target in unasked {
        let step = centre.step(target);
        let FlowAct::Queue { queue, .. } = &step.act else {
            continue;
        };
        if !centre.hours_of(*queue).is_always_open() {
            let queue = &centre.queue(*queue).id;
            let message = format!("callers come to queue \"{queue}\" without a look at the hours");
            let help = "put a step with hours = \"..\" before it";
            faults.push(Fault::new(Code::UncheckedHours, step.at, message, help));
        }
    }
}

/// A step must not change to a language that its flow does not offer.
fn languages(centre: &Centre, faults: &mut Vec<Fault>) {
    for (target, step) in steps(centre) {
        let FlowAct::Language {
            speech: Speech::Fixed(language),
            ..
        } = &step.act
        else {
            continue;
        };
        let flow = &centre.flows[target.flow.idx()];
        if !flow.languages.contains(language) {
            let message = format!(
                "step \"{}\" changes to language {language}, which flow \"{}\" does not offer",
                step.id, flow.id
            );
            let help = format!("add \"{language}\" to \"languages\" of the flow");
            faults.push(Fault::new(Code::BadValue, step.at, message, help));
        }
    }
}

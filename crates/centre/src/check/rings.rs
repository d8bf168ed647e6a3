//! Do the rings of a queue make sense, is there somebody in each, and do contacts go where they can be taken?

use std::collections::BTreeSet;

use linje_types::{Language, QueueId};

use crate::fault::{Code, Fault, Place};
use crate::model::{Centre, Queue};
use crate::people::{Person, Role};
use crate::rules::serves;
use crate::say;

/// Nobody is overtaken after so long (seconds), so that no guarantee or head start may be longer.
const LONGEST_S: u32 = 20 * 60;

/// The longest chain of queues that one contact may go through.
const MOST_HOPS: usize = 8;

pub(super) fn check(centre: &Centre, staff: &[Person], faults: &mut Vec<Fault>) {
    for queue in &centre.queues {
        order(queue, faults);
        if !queue.demo_only {
            somebody(queue, staff, faults);
            mixed(queue, staff, faults);
        }
        targets(centre, queue, faults);
    }
    circles(centre, faults);
    guarantees(centre, faults);
}

/// Rings begin one after the other.
fn order(queue: &Queue, faults: &mut Vec<Fault>) {
    for (number, pair) in (2..).zip(queue.rings.windows(2)) {
        let [before, ring] = pair else { continue };
        if ring.after_s <= before.after_s {
            let message = format!(
                "ring {number} of queue \"{}\" begins after {} seconds, not later than the ring before it, which begins after {}",
                queue.id, ring.after_s, before.after_s
            );
            let help = "give it a later \"after\", counted from the start of the wait";
            faults.push(Fault::new(Code::BadRings, ring.at, message, help));
        }
    }
}

/// Those of the staff who are in a ring.
fn members(queue: &Queue, ring: usize, staff: &[Person]) -> BTreeSet<usize> {
    let who = queue.who(ring);
    (0..staff.len())
        .filter(|place| works(&staff[*place]) && who.holds(&staff[*place]))
        .collect()
}

/// Whether a person takes contacts at all.
fn works(person: &Person) -> bool {
    matches!(person.role, Role::Adviser | Role::Expert)
}

/// Somebody is in each ring, and each ring changes who is.
fn somebody(queue: &Queue, staff: &[Person], faults: &mut Vec<Fault>) {
    let mut before: Option<BTreeSet<usize>> = None;
    for (number, ring) in queue.rings.iter().enumerate() {
        let members = members(queue, number, staff);
        // That nobody has what the queue requires is told where it is required.
        let told = number == 0 && !queue.requires.is_empty();
        if members.is_empty() && !told {
            let message = format!(
                "nobody can take the contacts of ring {} of queue \"{}\"",
                number + 1,
                queue.id
            );
            let help = "ask for less, or give what it asks for to people of some [[profile]], unit or group";
            faults.push(Fault::new(Code::NobodyServes, ring.at, message, help));
        }
        let changes = before.as_ref().is_none_or(|before| {
            members != *before || queue.rings[number].prefer != queue.rings[number - 1].prefer
        });
        if !changes && !members.is_empty() {
            let message = format!(
                "ring {} of queue \"{}\" has exactly the people of the ring before it",
                number + 1,
                queue.id
            );
            let help = "take in somebody else, or take the ring away";
            faults.push(Fault::new(Code::BadRings, ring.at, message, help));
        }
        let lost = before.as_ref().is_some_and(|before| {
            !members.is_empty() && members.is_subset(before) && members.len() < before.len()
        });
        if lost {
            let message = format!(
                "ring {} of queue \"{}\" has only some of the people of the ring before it, so that who waits longer has fewer to wait for",
                number + 1,
                queue.id
            );
            let help = "add widen = true, or ask for less than the ring before it";
            faults.push(Fault::new(Code::BadRings, ring.at, message, help));
        }
        if let Some(prefer) = &ring.prefer {
            let preferred = members.iter().any(|place| prefer.holds(&staff[*place]));
            if !preferred && !members.is_empty() {
                let message = format!(
                    "nobody in ring {} of queue \"{}\" is one of those it prefers",
                    number + 1,
                    queue.id
                );
                let help = "mend \"prefer\", or take it away";
                faults.push(Fault::new(Code::BadRings, ring.at, message, help));
            }
        }
        before = Some(members);
    }
}

/// Experts are for consultations, and consultations are for experts.
fn mixed(queue: &Queue, staff: &[Person], faults: &mut Vec<Fault>) {
    let wrong = if queue.experts {
        Role::Adviser
    } else {
        Role::Expert
    };
    let mut staff = staff.iter().filter(|person| person.role == wrong);
    let Some(person) = staff.find(|person| serves(person, queue)) else {
        return;
    };
    let message = if queue.experts {
        format!(
            "{} of the first line would be asked as an expert in queue \"{}\"",
            person.ident, queue.id
        )
    } else {
        format!(
            "{}, an expert of a deciding unit, would get ordinary contacts of queue \"{}\"",
            person.ident, queue.id
        )
    };
    let help = "ask for a skill that only the right ones have, or name their units";
    faults.push(Fault::new(Code::MixedExperts, queue.at, message, help));
}

/// Transfers, consultations and overflow lead to queues that take such contacts.
fn targets(centre: &Centre, queue: &Queue, faults: &mut Vec<Fault>) {
    let mut wrong = |to: QueueId, at: Place, verb: &str, experts: bool| {
        let other = centre.queue(to);
        let (why, help) = if other.id == queue.id {
            ("which is the same queue", "name another queue")
        } else if other.experts && !experts {
            (
                "which takes only consultations",
                "name it in \"consults\" instead",
            )
        } else if !other.experts && experts {
            (
                "which is no experts' queue",
                "name it in \"transfers_to\", or give it experts = true",
            )
        } else if other.channel != queue.channel && !experts {
            (
                "which has another channel",
                "name a queue of the same channel",
            )
        } else {
            return;
        };
        let message = format!(
            "queue \"{}\" {verb} queue \"{}\", {why}",
            queue.id, other.id
        );
        faults.push(Fault::new(Code::WrongTarget, at, message, help));
    };
    for to in &queue.transfers_to {
        wrong(to.queue, to.at, "transfers to", false);
    }
    for to in &queue.consults {
        wrong(to.queue, to.at, "consults", true);
    }
    if let Some(overflow) = &queue.overflow {
        wrong(overflow.to, overflow.at, "overflows to", queue.experts);
        language(centre, queue, overflow.to, overflow.at, faults);
    }
}

/// Whoever overflows is still served in the language they asked for.
fn language(centre: &Centre, queue: &Queue, to: QueueId, at: Place, faults: &mut Vec<Fault>) {
    let other = centre.queue(to);
    let lost = queue
        .languages
        .iter()
        .find(|of| **of != Language::Nb && !other.languages.contains(of));
    if let Some(lost) = lost {
        let message = format!(
            "queue \"{}\" overflows to queue \"{}\", which is not served in {lost}",
            queue.id, other.id
        );
        let help = "name a queue that is served in the same languages";
        faults.push(Fault::new(Code::WrongTarget, at, message, help));
    }
}

/// Overflow comes to an end.
fn circles(centre: &Centre, faults: &mut Vec<Fault>) {
    let mut told = BTreeSet::new();
    for start in 0..centre.queues.len() {
        let mut path = vec![start];
        let mut at = start;
        while let Some(overflow) = &centre.queues[at].overflow {
            at = overflow.to.idx();
            let back = at == start;
            let long = path.len() >= MOST_HOPS;
            if !back && !long && path.contains(&at) {
                break;
            }
            path.push(at);
            if !back && !long {
                continue;
            }
            let mut members = path.clone();
            members.sort_unstable();
            members.dedup();
            if path.len() > 2 && told.insert(members) {
                let names: Vec<&str> = path
                    .iter()
                    .map(|queue| centre.queues[*queue].id.as_str())
                    .collect();
                let message = format!("queues overflow without end: {}", names.join(" -> "));
                let help = "take \"overflow\" away from the last of them";
                let first = &centre.queues[start].overflow;
                let place = first.as_ref().map_or(centre.queues[start].at, |own| own.at);
                faults.push(Fault::new(Code::OverflowCircle, place, message, help));
            }
            break;
        }
    }
}

/// No promise is beyond the bound within which nobody is overtaken.
fn guarantees(centre: &Centre, faults: &mut Vec<Fault>) {
    let mut long = |seconds: u32, at: Place, what: String| {
        if seconds > LONGEST_S {
            let message = format!(
                "{what} of {}, which is longer than 20 minutes",
                say::seconds(seconds, Language::En)
            );
            let help = "write at most \"20m\": after that nobody who came later goes first";
            faults.push(Fault::new(Code::TooLong, at, message, help));
        }
    };
    for class in &centre.classes {
        long(
            class.head_start_s,
            class.at,
            format!("class \"{}\" has a head start", class.id),
        );
        if let Some(guarantee) = class.guarantee_s {
            long(
                guarantee,
                class.at,
                format!("class \"{}\" has a guarantee", class.id),
            );
        }
    }
    for (language, guarantee) in Language::ALL.iter().zip(centre.languages) {
        if let Some(guarantee) = guarantee {
            long(
                guarantee.seconds,
                guarantee.at,
                format!("language {language} has a guarantee"),
            );
        }
    }
}

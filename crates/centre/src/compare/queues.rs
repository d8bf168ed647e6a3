//! What has changed in the queues.

use linje_types::{Language, QueueId};

use crate::model::{Centre, Overflow, Queue, QueueRef, Ring};
use crate::say;
use crate::who::Who;

use super::{Both, PLAIN, Thing, matched};

pub(super) fn compare(both: &mut Both<'_>) {
    let found = matched(&both.old.queues, &both.new.queues, |queue| &queue.id);
    for queue in &found.removed {
        let thing = thing(both, queue);
        both.removed(
            &thing,
            (
                "Ingen kan stille seg i den; de som venter der, må flyttes først",
                "Nobody can join it; those who wait there must be moved first",
            ),
        );
    }
    for queue in &found.added {
        let thing = thing(both, queue);
        let name = both.name(&queue.name);
        let who = queue.who(0).say(both.new, both.language);
        both.added(&thing, ("Ny kø", "New queue"), &name, PLAIN);
        let what = format!(
            "{}: {} {who}",
            thing.name,
            both.t("den besvares av dem som", "it is answered by those who")
        );
        both.push("queue", &queue.id, what, String::new());
    }
    for (was, is) in &found.pairs {
        queue(both, was, is);
    }
    order(both);
}

fn thing(both: &Both<'_>, queue: &Queue) -> Thing {
    let name = both.name(&queue.name);
    Thing {
        section: "queue",
        id: queue.id.clone(),
        name: both.t(format!("Køen {name}"), format!("The queue {name}")),
    }
}

/// A queue's place is its number in the log.
fn order(both: &mut Both<'_>) {
    let ids = |centre: &Centre, other: &Centre| -> Vec<String> {
        let common = centre.queues.iter().map(|queue| queue.id.clone());
        common.filter(|id| other.queue_id(id).is_some()).collect()
    };
    if ids(both.old, both.new) != ids(both.new, both.old) {
        let what = both.t(
            "Køene står i en annen rekkefølge",
            "The queues stand in another order",
        );
        let meaning = both.t(
            "Rekkefølgen er køenes nummer i loggen: sett nye køer sist",
            "The order gives the queues their numbers in the log: put new queues last",
        );
        both.push("queue", "", what, meaning);
    }
}

fn queue(both: &mut Both<'_>, was: &Queue, is: &Queue) {
    let thing = thing(both, is);
    let language = both.language;
    let names = (both.name(&was.name), both.name(&is.name));
    both.field(
        &thing,
        ("navnet er", "the name is"),
        &names.0,
        &names.1,
        PLAIN,
    );
    both.field(
        &thing,
        ("den hører til", "it belongs to"),
        was.group.as_str(),
        is.group.as_str(),
        PLAIN,
    );
    let key = |queue: &Queue| match queue.key {
        Some(key) => key.to_string(),
        None => say::pick(language, "ingen", "none"),
    };
    both.field(
        &thing,
        ("tastevalget er", "the key is"),
        &key(was),
        &key(is),
        PLAIN,
    );
    both.field(
        &thing,
        ("kanalen er", "the channel is"),
        say::channel(was.channel, language),
        say::channel(is.channel, language),
        (
            "Bare de som velger denne kanalen, får henvendelsene",
            "Only those who choose this channel get the contacts",
        ),
    );
    rings(both, &thing, was, is);
    sent_on(both, &thing, was, is);
    goal(both, &thing, was, is);
    times(both, &thing, was, is);
    kept(both, &thing, was, is);
}

fn rings(both: &mut Both<'_>, thing: &Thing, was: &Queue, is: &Queue) {
    for number in 0..was.rings.len().max(is.rings.len()) {
        match (was.rings.get(number), is.rings.get(number)) {
            (Some(was), Some(is)) => ring(both, thing, number + 1, was, is),
            (None, Some(ring)) => {
                let after = say::seconds(ring.after_s, both.language);
                let who = ring.who.say(both.new, both.language);
                let others = if ring.widen {
                    both.t(" i tillegg til ringene før", " beside the rings before it")
                } else {
                    String::new()
                };
                let number = number + 1;
                let what = both.t(
                    format!(
                        "{}: ny ring {number} etter {after}, med dem som {who}{others}",
                        thing.name
                    ),
                    format!(
                        "{}: new ring {number} after {after}, of those who {who}{others}",
                        thing.name
                    ),
                );
                let meaning = both.t(
                    "Flere kan ta henvendelser som har ventet så lenge",
                    "More people can take contacts that have waited so long",
                );
                both.push("queue", &thing.id, what, meaning);
            }
            (Some(_), None) => {
                let number = number + 1;
                let what = both.t(
                    format!("{}: ring {number} er tatt bort", thing.name),
                    format!("{}: ring {number} is taken away", thing.name),
                );
                let meaning = both.t(
                    "Henvendelsene venter på dem i ringen før, så lenge det trengs",
                    "Contacts wait for those in the ring before it, as long as it takes",
                );
                both.push("queue", &thing.id, what, meaning);
            }
            (None, None) => {}
        }
    }
}

fn ring(both: &mut Both<'_>, thing: &Thing, number: usize, was: &Ring, is: &Ring) {
    let language = both.language;
    both.amount(
        thing,
        (
            &format!("ring {number} begynner etter"),
            &format!("ring {number} begins after"),
        ),
        (was.after_s, is.after_s),
        say::seconds,
        (
            (
                "De i ringene før har henvendelsene lenger for seg selv, og brukerne venter lenger på de andre",
                "Those in the rings before have the contacts longer to themselves, and citizens wait longer for the others",
            ),
            (
                "De som kommer til i ringen, får henvendelsene tidligere",
                "Those who join in the ring get the contacts earlier",
            ),
        ),
    );
    let those = |who: &Who, centre: &Centre| {
        let who = who.say(centre, language);
        say::pick(
            language,
            format!("de som {who}"),
            format!("those who {who}"),
        )
    };
    let who = (those(&was.who, both.old), those(&is.who, both.new));
    both.field(
        thing,
        (&format!("ring {number} er"), &format!("ring {number} is")),
        &who.0,
        &who.1,
        (
            "Andre veiledere kan få henvendelsene",
            "Other advisers can get the contacts",
        ),
    );
    let prefer = |ring: &Ring, centre: &Centre| match &ring.prefer {
        Some(prefer) => those(prefer, centre),
        None => say::pick(language, "ingen særskilt", "nobody in particular"),
    };
    let preferred = (prefer(was, both.old), prefer(is, both.new));
    both.field(
        thing,
        (
            &format!("først i ring {number} kommer"),
            &format!("first in ring {number} come"),
        ),
        &preferred.0,
        &preferred.1,
        (
            "De får henvendelsene når de er ledige; ellers går de til de andre i ringen",
            "They get the contacts when free; otherwise the others in the ring do",
        ),
    );
    let widen = (say::yes(was.widen, language), say::yes(is.widen, language));
    both.field(
        thing,
        (
            &format!("ring {number} kommer i tillegg til ringene før:"),
            &format!("ring {number} is beside the rings before it:"),
        ),
        &widen.0,
        &widen.1,
        PLAIN,
    );
}

/// Names of queues of one centre.
fn names(centre: &Centre, queues: &[QueueRef], language: Language) -> String {
    let mut names: Vec<String> = queues
        .iter()
        .map(|to| name(centre, to.queue, language))
        .collect();
    names.sort();
    say::list(&names, language)
}

fn name(centre: &Centre, queue: QueueId, language: Language) -> String {
    String::from(centre.queue(queue).name.get(language))
}

fn sent_on(both: &mut Both<'_>, thing: &Thing, was: &Queue, is: &Queue) {
    let (old, new, language) = (both.old, both.new, both.language);
    let overflow = |centre: &Centre, overflow: Option<Overflow>| {
        let Some(overflow) = overflow else {
            return say::pick(language, "ingen annen kø", "no other queue");
        };
        let to = name(centre, overflow.to, language);
        let mut when = Vec::new();
        if let Some(after) = overflow.after_s {
            let after = say::seconds(after, language);
            when.push(say::pick(
                language,
                format!("etter {after}"),
                format!("after {after}"),
            ));
        }
        if let Some(expected) = overflow.expected_s {
            let expected = say::seconds(expected, language);
            when.push(say::pick(
                language,
                format!("straks når ventetiden ventes å bli {expected}"),
                format!("at once when the expected wait is {expected}"),
            ));
        }
        format!(
            "{to} {}",
            when.join(if language == Language::En {
                " or "
            } else {
                " eller "
            })
        )
    };
    both.field(
        thing,
        (
            "ved lang ventetid går den over i",
            "when the wait is long it overflows to",
        ),
        &overflow(old, was.overflow),
        &overflow(new, is.overflow),
        (
            "Henvendelser som flyttes, beholder plassen sin; andre veiledere svarer",
            "Contacts that move keep their place; other advisers answer",
        ),
    );
    both.field(
        thing,
        (
            "uten samtale kan det settes over til",
            "without a word it can be transferred to",
        ),
        &names(old, &was.transfers_to, language),
        &names(new, &is.transfers_to, language),
        PLAIN,
    );
    both.field(
        thing,
        ("fageksperter kan spørres i", "experts can be consulted in"),
        &names(old, &was.consults, language),
        &names(new, &is.consults, language),
        PLAIN,
    );
    both.field(
        thing,
        ("den er en kompetansekø:", "it is an experts' queue:"),
        &say::yes(was.experts, language),
        &say::yes(is.experts, language),
        (
            "Bare veiledere som spør, kommer til en kompetansekø",
            "Only advisers who ask come to an experts' queue",
        ),
    );
}

fn goal(both: &mut Both<'_>, thing: &Thing, was: &Queue, is: &Queue) {
    let language = both.language;
    let goal = |queue: &Queue| {
        let share = say::share(queue.goal.share, language);
        let within = say::seconds(queue.goal.within_s, language);
        say::pick(
            language,
            format!("{share} innen {within}"),
            format!("{share} within {within}"),
        )
    };
    both.field(
        thing,
        ("målet er", "the goal is"),
        &goal(was),
        &goal(is),
        (
            "Tallene måles mot det nye målet fra nå; tidligere dager endres ikke. Den som tar flere kanaler, får først den henvendelsen som har brukt mest av målet sitt",
            "Figures are held against the new goal from now on; earlier days do not change. Who takes several channels gets first the contact that has used most of its goal",
        ),
    );
    let end = |queue: &Queue| match queue.goal.first_contact_end {
        Some(end) => say::share(end, language),
        None => say::pick(language, "ikke satt", "not set"),
    };
    both.field(
        thing,
        (
            "målet for avslutningsgrad er",
            "the goal for first-contact end is",
        ),
        &end(was),
        &end(is),
        PLAIN,
    );
}

fn times(both: &mut Both<'_>, thing: &Thing, was: &Queue, is: &Queue) {
    both.amount(
        thing,
        ("etterarbeidet varer", "wrap-up lasts"),
        (was.wrap_up_s, is.wrap_up_s),
        say::seconds,
        (
            (
                "Veilederne får mer tid etter hver samtale; er det få ledige, venter flere lenger",
                "Advisers get more time after each contact; when few are free, more people wait longer",
            ),
            (
                "Veilederne blir ledige før; de kan fortsatt be om mer tid",
                "Advisers are free sooner; they can still ask for more time",
            ),
        ),
    );
    both.amount(
        thing,
        ("en henvendelse ringer i", "an offer rings for"),
        (was.ring_s, is.ring_s),
        say::seconds,
        (PLAIN, PLAIN),
    );
    both.amount(
        thing,
        (
            "den som henvendelsen navngir, spørres alene i",
            "whoever the contact names is asked alone for",
        ),
        (was.named_s, is.named_s),
        say::seconds,
        (
            (
                "Flere får svar av den de har snakket med før; andre venter litt lenger på dem",
                "More people get the adviser they talked to before, and wait somewhat longer for them",
            ),
            (
                "Færre får svar av den de har snakket med før",
                "Fewer people get the adviser they talked to before",
            ),
        ),
    );
    both.amount(
        thing,
        ("så mange kan vente:", "so many can wait:"),
        (was.max_waiting, is.max_waiting),
        say::number,
        (
            (
                "Færre blir avvist når det er fullt",
                "Fewer people are turned away when it is full",
            ),
            (
                "Flere blir avvist når det er fullt",
                "More people are turned away when it is full",
            ),
        ),
    );
    let (language, old, new) = (both.language, both.old, both.new);
    let class = |centre: &Centre, queue: &Queue| {
        String::from(
            centre
                .classes
                .get(queue.class.idx())
                .map_or("", |class| class.name.get(language)),
        )
    };
    both.field(
        thing,
        ("klassen er", "the class is"),
        &class(old, was),
        &class(new, is),
        (
            "Klassen sier hvor mye tidligere henvendelsene regnes som kommet",
            "The class says how much earlier its contacts count as having come",
        ),
    );
    let hours = |centre: &Centre, queue: &Queue| {
        String::from(centre.hours[queue.hours.idx()].name.get(language))
    };
    both.field(
        thing,
        ("åpningstiden er", "the opening hours are"),
        &hours(old, was),
        &hours(new, is),
        PLAIN,
    );
    both.amount(
        thing,
        (
            "fristen i arbeidsdager er",
            "the deadline in working days is",
        ),
        (was.deadline_working_days, is.deadline_working_days),
        |days, _| days.to_string(),
        (PLAIN, PLAIN),
    );
}

fn kept(both: &mut Both<'_>, thing: &Thing, was: &Queue, is: &Queue) {
    let (old, new, language) = (both.old, both.new, both.language);
    both.field(
        thing,
        (
            "ingenting om henvendelsene lagres på personen:",
            "nothing about its contacts is kept on the person:",
        ),
        &say::yes(was.no_log, language),
        &say::yes(is.no_log, language),
        if is.no_log {
            (
                "Henvendelsene vises ikke på personen etterpå",
                "The contacts are not shown on the person afterwards",
            )
        } else {
            (
                "Henvendelsene vises på personen etterpå, også de som gjelder følsomme ting",
                "The contacts are shown on the person afterwards, also those about sensitive matters",
            )
        },
    );
    let languages = |queue: &Queue| {
        let names = queue.languages.iter();
        let names: Vec<String> = names
            .map(|of| String::from(crate::who::language_name(*of, language)))
            .collect();
        say::list(&names, language)
    };
    both.field(
        thing,
        ("den betjenes på", "it is served in"),
        &languages(was),
        &languages(is),
        (
            "Den som velger et annet språk, betjenes på norsk",
            "Whoever chooses another language is served in Norwegian",
        ),
    );
    let topics = |centre: &Centre, queue: &Queue| {
        let topics = queue.topics.iter();
        let mut topics: Vec<String> = topics
            .map(|topic| String::from(centre.topics[topic.idx()].name.get(language)))
            .collect();
        topics.sort();
        say::list(&topics, language)
    };
    both.field(
        thing,
        ("temaene er", "the topics are"),
        &topics(old, was),
        &topics(new, is),
        PLAIN,
    );
    let units = |centre: &Centre, queue: &Queue| {
        let units = queue.units.iter();
        let mut units: Vec<String> = units
            .map(|unit| String::from(centre.units[unit.idx()].name.get(language)))
            .collect();
        units.sort();
        say::list(&units, language)
    };
    both.field(
        thing,
        ("enhetene er", "the units are"),
        &units(old, was),
        &units(new, is),
        PLAIN,
    );
    both.field(
        thing,
        ("den er bare med i demoen:", "it is there in the demo only:"),
        &say::yes(was.demo_only, language),
        &say::yes(is.demo_only, language),
        PLAIN,
    );
    let assumed = |queue: &Queue| say::keys(&queue.assumed, language);
    both.field(
        thing,
        ("antatt er", "assumed are"),
        &assumed(was),
        &assumed(is),
        PLAIN,
    );
}

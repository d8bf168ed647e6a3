//! What has changed in numbers, menus, waiting and words.

use linje_types::Language;

use crate::model::{
    Centre, Flow, FlowAct, FlowStep, Menu, Number, Prompt, PromptUse, Speech, Target, Waiting,
};
use crate::say;
use crate::who::language_name;

use super::{Both, PLAIN, Thing, matched};

pub(super) fn compare(both: &mut Both<'_>) {
    numbers(both);
    flows(both);
    waiting(both);
    prompts_of(both);
}

fn numbers(both: &mut Both<'_>) {
    let found = matched(&both.old.numbers, &both.new.numbers, |number| &number.id);
    let thing = |both: &Both<'_>, number: &Number| {
        let name = both.name(&number.name);
        Thing {
            section: "number",
            id: number.id.clone(),
            name: both.t(format!("Nummeret {name}"), format!("The number {name}")),
        }
    };
    for number in &found.removed {
        let thing = thing(both, number);
        both.removed(
            &thing,
            (
                "De som ringer det, når ingen",
                "Those who call it reach nobody",
            ),
        );
    }
    for number in &found.added {
        let thing = thing(both, number);
        let name = format!("{} {}", both.name(&number.name), number.number);
        both.added(&thing, ("Nytt nummer", "New number"), &name, PLAIN);
    }
    for (was, is) in &found.pairs {
        let thing = thing(both, is);
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
            ("sifrene er", "the figures are"),
            &was.number,
            &is.number,
            (
                "Det gamle nummeret når ingen",
                "The old number reaches nobody",
            ),
        );
        let language = both.language;
        let flow = |centre: &Centre, number: &Number| {
            String::from(centre.flows[number.flow.idx()].name.get(language))
        };
        let flows = (flow(both.old, was), flow(both.new, is));
        both.field(
            &thing,
            ("det går til menyen", "it goes to the menu"),
            &flows.0,
            &flows.1,
            PLAIN,
        );
        let language = both.language;
        let flags = |number: &Number| {
            format!(
                "{}/{}",
                say::yes(number.assumed, language),
                say::yes(number.demo_only, language)
            )
        };
        both.field(
            &thing,
            ("antatt/bare i demoen er", "assumed/demo only is"),
            &flags(was),
            &flags(is),
            PLAIN,
        );
    }
}

fn flows(both: &mut Both<'_>) {
    let found = matched(&both.old.flows, &both.new.flows, |flow| &flow.id);
    let thing = |both: &Both<'_>, flow: &Flow| {
        let name = both.name(&flow.name);
        Thing {
            section: "flow",
            id: flow.id.clone(),
            name: both.t(format!("Menyen {name}"), format!("The menu {name}")),
        }
    };
    for flow in &found.removed {
        let thing = thing(both, flow);
        both.removed(&thing, PLAIN);
    }
    for flow in &found.added {
        let thing = thing(both, flow);
        let name = both.name(&flow.name);
        both.added(&thing, ("Ny meny", "New menu"), &name, PLAIN);
    }
    for (was, is) in &found.pairs {
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
        let languages = |flow: &Flow| {
            let names = flow.languages.iter();
            let names: Vec<String> = names
                .map(|of| String::from(language_name(*of, language)))
                .collect();
            say::list(&names, language)
        };
        both.field(
            &thing,
            ("språkene er", "the languages are"),
            &languages(was),
            &languages(is),
            PLAIN,
        );
        steps(both, &thing, was, is);
    }
}

fn steps(both: &mut Both<'_>, thing: &Thing, was: &Flow, is: &Flow) {
    let found = matched(&was.steps, &is.steps, |step| &step.id);
    let first = |flow: &Flow| flow.steps.first().map_or("", |step| &step.id).to_owned();
    both.field(
        thing,
        ("den begynner med", "it begins with"),
        &first(was),
        &first(is),
        PLAIN,
    );
    for step in &found.removed {
        let what = both.t(
            format!("{}: steget {} er tatt bort", thing.name, step.id),
            format!("{}: the step {} is taken away", thing.name, step.id),
        );
        both.push("flow", &thing.id, what, String::new());
    }
    for step in &found.added {
        let act = act(both.new, &step.act, both.language);
        let what = both.t(
            format!("{}: nytt steg {}: {act}", thing.name, step.id),
            format!("{}: new step {}: {act}", thing.name, step.id),
        );
        both.push("flow", &thing.id, what, String::new());
    }
    for (was, is) in &found.pairs {
        step(both, thing, was, is);
    }
}

fn step(both: &mut Both<'_>, thing: &Thing, was: &FlowStep, is: &FlowStep) {
    let (old, new, language) = (both.old, both.new, both.language);
    if let (FlowAct::Menu(was), FlowAct::Menu(is)) = (&was.act, &is.act) {
        keys(both, thing, was, is);
    }
    both.field(
        thing,
        (&format!("steget {}", is.id), &format!("the step {}", is.id)),
        &act(old, &was.act, language),
        &act(new, &is.act, language),
        PLAIN,
    );
}

fn keys(both: &mut Both<'_>, thing: &Thing, was: &Menu, is: &Menu) {
    let (old, new, language) = (both.old, both.new, both.language);
    let mut all: Vec<char> = was.keys.iter().chain(&is.keys).map(|key| key.key).collect();
    all.sort_unstable();
    all.dedup();
    for key in all {
        let leads = |centre: &Centre, menu: &Menu| {
            let choice = menu.keys.iter().find(|choice| choice.key == key);
            choice.map_or_else(
                || say::pick(language, "ingensteds", "nowhere"),
                |choice| {
                    let to = target(centre, choice.to, language);
                    let label = choice.label.get(language);
                    if to == label {
                        to
                    } else {
                        format!("{label} ({to})")
                    }
                },
            )
        };
        both.field(
            thing,
            (
                &format!("valg {key} går til"),
                &format!("key {key} leads to"),
            ),
            &leads(old, was),
            &leads(new, is),
            (
                "Ordene i menyen må si det samme som tastene",
                "The words of the menu must say the same as the keys",
            ),
        );
    }
}

/// Where a step is: the queue that it leads to, the menu, or the step by its id.
fn target(centre: &Centre, target: Target, language: Language) -> String {
    let step = centre.step(target);
    let flow = || centre.flows[target.flow.idx()].name.get(language);
    match &step.act {
        FlowAct::Queue { queue, .. } => String::from(centre.queue(*queue).name.get(language)),
        FlowAct::Menu(_) => say::pick(
            language,
            format!("menyen {}", flow()),
            format!("the menu {}", flow()),
        ),
        FlowAct::HangUp { closed: true, .. } => say::pick(language, "«stengt»", "\"closed\""),
        FlowAct::Play { .. }
        | FlowAct::Language { .. }
        | FlowAct::Hours { .. }
        | FlowAct::HangUp { .. } => say::pick(
            language,
            format!("steget {}", step.id),
            format!("the step {}", step.id),
        ),
    }
}

/// A prompt by how it begins.
pub(super) fn title(prompt: &Prompt, language: Language) -> String {
    let own = prompt.text(language);
    let text = own.or_else(|| prompt.texts.first().map(|(_, text)| text.as_str()));
    let Some(text) = text else {
        return prompt.id.clone();
    };
    let mut words = text.split_whitespace();
    let begin: Vec<&str> = words.by_ref().take(6).collect();
    let more = if words.next().is_some() { " …" } else { "" };
    format!("«{}{more}»", begin.join(" "))
}

/// Prompts by how they begin.
pub(super) fn prompts(centre: &Centre, uses: &[PromptUse], language: Language) -> String {
    let uses = uses.iter().map(|used| {
        let title = title(centre.prompt(used.prompt), language);
        match used.speech {
            Speech::Chosen => title,
            Speech::Next => say::pick(
                language,
                format!("{title} på neste språk"),
                format!("{title} in the next language"),
            ),
            Speech::Fixed(of) => {
                let of = language_name(of, language);
                say::pick(
                    language,
                    format!("{title} på {of}"),
                    format!("{title} in {of}"),
                )
            }
        }
    });
    say::list(&uses.collect::<Vec<_>>(), language)
}

/// What a step does, but for the keys of a menu.
fn act(centre: &Centre, act: &FlowAct, language: Language) -> String {
    let pick = |nb: String, en: String| say::pick(language, nb, en);
    match act {
        FlowAct::Play {
            prompts: uses,
            then,
        } => {
            let (said, then) = (
                prompts(centre, uses, language),
                target(centre, *then, language),
            );
            pick(
                format!("sier {said} og går til {then}"),
                format!("says {said} and goes to {then}"),
            )
        }
        FlowAct::Menu(menu) => {
            let said = prompts(centre, &menu.prompts, language);
            let none = prompts(centre, &menu.on_no_key, language);
            let wrong = prompts(centre, &menu.on_wrong_key, language);
            let repeat = menu.repeat.map_or_else(String::new, |key| key.to_string());
            let wait = say::seconds(menu.timeout_s, language);
            let (tries, give_up) = (menu.tries, target(centre, menu.give_up, language));
            pick(
                format!(
                    "sier {said}, gjentar ved {repeat}, venter {wait}, prøver {tries} ganger, sier {none} uten valg og {wrong} ved feil valg, og går så til {give_up}"
                ),
                format!(
                    "says {said}, repeats at {repeat}, waits {wait}, tries {tries} times, says {none} without a choice and {wrong} at a wrong one, and then goes to {give_up}"
                ),
            )
        }
        FlowAct::Language { speech, then } => {
            let to = match speech {
                Speech::Chosen => String::new(),
                Speech::Next => pick(
                    String::from("neste språk"),
                    String::from("the next language"),
                ),
                Speech::Fixed(of) => String::from(language_name(*of, language)),
            };
            let then = target(centre, *then, language);
            pick(
                format!("bytter til {to} og går til {then}"),
                format!("changes to {to} and goes to {then}"),
            )
        }
        FlowAct::Hours {
            hours,
            open,
            closed,
        } => {
            let hours = centre.hours[hours.idx()].name.get(language);
            let (open, closed) = (
                target(centre, *open, language),
                target(centre, *closed, language),
            );
            pick(
                format!("ser på {hours}: åpent går til {open}, stengt til {closed}"),
                format!("looks at {hours}: open goes to {open}, closed to {closed}"),
            )
        }
        FlowAct::Queue {
            queue,
            topic,
            class,
            prompts: uses,
            announce,
        } => {
            let queue = centre.queue(*queue).name.get(language);
            let said = prompts(centre, uses, language);
            let topic = topic.map_or("", |topic| centre.topics[topic.idx()].name.get(language));
            let class = class.map_or("", |class| centre.classes[class.idx()].name.get(language));
            let announce = say::yes(*announce, language);
            pick(
                format!(
                    "sier {said} og stiller i køen {queue} (tema: {topic}; klasse: {class}; sier plassen: {announce})"
                ),
                format!(
                    "says {said} and joins the queue {queue} (topic: {topic}; class: {class}; says the place: {announce})"
                ),
            )
        }
        FlowAct::HangUp {
            prompts: uses,
            closed,
        } => {
            let (said, closed) = (prompts(centre, uses, language), say::yes(*closed, language));
            pick(
                format!("sier {said} og legger på (stengt: {closed})"),
                format!("says {said} and hangs up (closed: {closed})"),
            )
        }
    }
}

fn waiting(both: &mut Both<'_>) {
    let thing = Thing {
        section: "waiting",
        id: String::new(),
        name: both.t("Ventingen", "Waiting"),
    };
    let (was, is) = (&both.old.waiting, &both.new.waiting);
    both.amount(
        &thing,
        (
            "den første beskjeden kommer etter",
            "the first message comes after",
        ),
        (was.first_s, is.first_s),
        say::seconds,
        (PLAIN, PLAIN),
    );
    both.amount(
        &thing,
        (
            "deretter kommer en beskjed hvert",
            "then a message comes every",
        ),
        (was.every_s, is.every_s),
        say::seconds,
        (PLAIN, PLAIN),
    );
    let words = |centre: &Centre, waiting: &Waiting| {
        let ids = [
            waiting.hold,
            waiting.position,
            waiting.in_queue,
            waiting.many,
            waiting.wait,
            waiting.minute,
            waiting.minutes,
            waiting.soon,
            waiting.long,
            waiting.full,
        ];
        let numbers = waiting.numbers.iter().copied();
        let ids = ids
            .into_iter()
            .chain(numbers.take(1))
            .chain(waiting.numbers.last().copied());
        let ids: Vec<String> = ids
            .map(|id| title(centre.prompt(id), both.language))
            .collect();
        ids.join(", ")
    };
    let (was, is) = (words(both.old, was), words(both.new, is));
    both.field(&thing, ("ordene er", "the words are"), &was, &is, PLAIN);
}

fn prompts_of(both: &mut Both<'_>) {
    let found = matched(both.prompts, &both.new.prompts, |prompt| &prompt.id);
    let thing = |both: &Both<'_>, prompt: &Prompt| Thing {
        section: "prompt",
        id: prompt.id.clone(),
        name: both.t(
            format!("Ordene {}", title(prompt, both.language)),
            format!("The words {}", title(prompt, both.language)),
        ),
    };
    let text = |prompt: &Prompt| {
        let first = prompt.texts.first();
        first.map_or_else(String::new, |(_, text)| format!("«{text}»"))
    };
    for prompt in &found.removed {
        let thing = thing(both, prompt);
        both.removed(&thing, PLAIN);
    }
    for prompt in &found.added {
        let thing = thing(both, prompt);
        let name = text(prompt);
        both.added(&thing, ("Nye ord", "New words"), &name, PLAIN);
    }
    for (was, is) in &found.pairs {
        let thing = thing(both, is);
        for of in Language::ALL {
            let name = language_name(*of, both.language);
            let none = both.t("ingen", "none");
            let said = |prompt: &Prompt| {
                prompt
                    .text(*of)
                    .map_or_else(|| none.clone(), |text| format!("«{text}»"))
            };
            let recorded = |prompt: &Prompt| String::from(prompt.recording(*of).unwrap_or(&none));
            let was_recorded = recorded(was);
            let meaning = if is.recording(*of).is_some() {
                (
                    "Et opptak brukes i stedet for ordene: det må leses inn på nytt",
                    "A recording is used instead of the words: it must be made anew",
                )
            } else {
                PLAIN
            };
            both.field(
                &thing,
                (&format!("på {name}:"), &format!("in {name}:")),
                &said(was),
                &said(is),
                meaning,
            );
            both.field(
                &thing,
                (
                    &format!("opptaket på {name} er"),
                    &format!("the recording in {name} is"),
                ),
                &was_recorded,
                &recorded(is),
                PLAIN,
            );
        }
        let language = both.language;
        both.field(
            &thing,
            (
                "spilles av programmet selv:",
                "played by the program itself:",
            ),
            &say::yes(was.program, language),
            &say::yes(is.program, language),
            PLAIN,
        );
    }
}

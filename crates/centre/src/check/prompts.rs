//! Can everything be heard in the languages that callers can choose, and is it fit to be spoken?

use std::collections::BTreeSet;

use linje_types::Language;

use crate::fault::{Code, Fault};
use crate::model::{Centre, Flow, FlowAct, HoursId, PlanAct, Prompt, PromptId, PromptUse, Speech};

/// A prompt, a language in which it must be heard, and the flow that wants it.
type Need<'a> = (PromptId, Language, &'a str);

pub(super) fn check(centre: &Centre, faults: &mut Vec<Fault>) {
    let needs = needs(centre);
    missing(centre, &needs, faults);
    unused(centre, &needs, faults);
    for prompt in &centre.prompts {
        hard_to_speak(prompt, faults);
    }
}

fn needs(centre: &Centre) -> Vec<Need<'_>> {
    let mut needs = Vec::new();
    for flow in &centre.flows {
        for used in flow.steps.iter().flat_map(|step| uses(&step.act)) {
            let languages: &[Language] = match &used.speech {
                Speech::Chosen | Speech::Next => &flow.languages,
                Speech::Fixed(language) => core::slice::from_ref(language),
            };
            needs.extend(
                languages
                    .iter()
                    .map(|of| (used.prompt, *of, flow.id.as_str())),
            );
        }
        let around = exceptions(centre, flow)
            .into_iter()
            .chain(waiting(centre, flow))
            .chain(callback(centre, flow))
            .chain(crisis(centre))
            .chain(own(centre));
        for prompt in around {
            needs.extend(
                flow.languages
                    .iter()
                    .map(|of| (prompt, *of, flow.id.as_str())),
            );
        }
    }
    for step in centre.plans.iter().flat_map(|plan| &plan.steps) {
        let PlanAct::Menu {
            target, prompts, ..
        } = &step.act
        else {
            continue;
        };
        let flow = &centre.flows[target.flow.idx()];
        for used in prompts {
            let languages: &[Language] = match &used.speech {
                Speech::Chosen | Speech::Next => &flow.languages,
                Speech::Fixed(language) => core::slice::from_ref(language),
            };
            let languages = languages.iter();
            needs.extend(languages.map(|of| (used.prompt, *of, flow.id.as_str())));
        }
    }
    needs
}

/// What crisis plans say first, to callers of any flow.
fn crisis(centre: &Centre) -> impl Iterator<Item = PromptId> {
    let steps = centre.plans.iter().flat_map(|plan| &plan.steps);
    steps.filter_map(|step| match &step.act {
        PlanAct::Say(prompt) => Some(*prompt),
        PlanAct::Menu { .. } | PlanAct::CallbackOnly(_) | PlanAct::Ask { .. } => None,
    })
}

/// The words of a callback, in flows that lead to a queue which offers it.
fn callback(centre: &Centre, flow: &Flow) -> Vec<PromptId> {
    let Some(offer) = &centre.callback.offer else {
        return Vec::new();
    };
    let offered = flow.steps.iter().any(|step| match &step.act {
        FlowAct::Queue { queue, .. } => offer.queues.iter().any(|to| to.queue == *queue),
        FlowAct::Play { .. }
        | FlowAct::Menu(_)
        | FlowAct::Language { .. }
        | FlowAct::Hours { .. }
        | FlowAct::HangUp { .. } => false,
    });
    if offered {
        let mut words = vec![offer.offer, offer.confirm, offer.greeting];
        words.extend(offer.withheld);
        words
    } else {
        Vec::new()
    }
}

/// What the program itself plays, to callers of any flow.
fn own(centre: &Centre) -> impl Iterator<Item = PromptId> {
    let prompts = (0..).map(PromptId).zip(&centre.prompts);
    prompts
        .filter(|(_, prompt)| prompt.program)
        .map(|(id, _)| id)
}

fn uses(act: &FlowAct) -> Vec<&PromptUse> {
    match act {
        FlowAct::Play { prompts, .. }
        | FlowAct::Queue { prompts, .. }
        | FlowAct::HangUp { prompts, .. } => prompts.iter().collect(),
        FlowAct::Menu(menu) => {
            let said = menu.prompts.iter().chain(&menu.on_no_key);
            said.chain(&menu.on_wrong_key).collect()
        }
        FlowAct::Language { .. } | FlowAct::Hours { .. } => Vec::new(),
    }
}

/// What the exceptions of the hours that a flow asks for say.
fn exceptions(centre: &Centre, flow: &Flow) -> Vec<PromptId> {
    let asked: BTreeSet<HoursId> = flow
        .steps
        .iter()
        .filter_map(|step| match &step.act {
            FlowAct::Hours { hours, .. } => Some(*hours),
            FlowAct::Play { .. }
            | FlowAct::Menu(_)
            | FlowAct::Language { .. }
            | FlowAct::Queue { .. }
            | FlowAct::HangUp { .. } => None,
        })
        .collect();
    let hours = asked.into_iter().map(|hours| &centre.hours[hours.idx()]);
    hours
        .flat_map(|hours| {
            let days = hours.exceptions.iter().filter_map(|day| day.prompt);
            days.chain(hours.prompt)
        })
        .collect()
}

/// What those who wait hear, when a flow has a queue that announces; a full queue always speaks.
fn waiting(centre: &Centre, flow: &Flow) -> Vec<PromptId> {
    let waiting = &centre.waiting;
    let mut announces = flow.steps.iter().filter_map(|step| match &step.act {
        FlowAct::Queue { announce, .. } => Some(*announce),
        FlowAct::Play { .. }
        | FlowAct::Menu(_)
        | FlowAct::Language { .. }
        | FlowAct::Hours { .. }
        | FlowAct::HangUp { .. } => None,
    });
    let Some(first) = announces.next() else {
        return Vec::new();
    };
    let mut said = vec![waiting.full];
    if first || announces.any(|announce| announce) {
        said.extend([
            waiting.hold,
            waiting.position,
            waiting.in_queue,
            waiting.many,
            waiting.wait,
            waiting.minute,
            waiting.minutes,
            waiting.soon,
            waiting.long,
        ]);
        said.extend(&waiting.numbers);
    }
    said
}

fn missing(centre: &Centre, needs: &[Need<'_>], faults: &mut Vec<Fault>) {
    let mut told = BTreeSet::new();
    for (id, language, flow) in needs {
        let prompt = centre.prompt(*id);
        if prompt.speaks(*language) || !told.insert((id, language)) {
            continue;
        }
        let message = format!(
            "prompt \"{}\" has no text and no recording in {language}, which flow \"{flow}\" offers",
            prompt.id
        );
        let help = format!("add {language} = \"..\", or a recording");
        faults.push(Fault::new(Code::MissingPrompt, prompt.at, message, help));
    }
}

fn unused(centre: &Centre, needs: &[Need<'_>], faults: &mut Vec<Fault>) {
    let mut used: BTreeSet<PromptId> = needs.iter().map(|(prompt, _, _)| *prompt).collect();
    used.extend(&centre.waiting.numbers);
    let exceptions = centre.hours.iter().flat_map(|hours| &hours.exceptions);
    used.extend(exceptions.filter_map(|day| day.prompt));
    used.extend(centre.hours.iter().filter_map(|hours| hours.prompt));
    used.extend(
        centre
            .callback
            .offer
            .iter()
            .flat_map(|offer| [offer.offer, offer.confirm, offer.greeting])
            .chain(
                centre
                    .callback
                    .offer
                    .iter()
                    .filter_map(|offer| offer.withheld),
            ),
    );
    let mut told = BTreeSet::new();
    for (id, prompt) in (0..).map(PromptId).zip(&centre.prompts) {
        if !used.contains(&id) && told.insert(prompt.at) {
            let message = format!("prompt \"{}\" is never played", prompt.id);
            let help = "use it in a step, or take it away";
            faults.push(Fault::new(Code::UnusedPrompt, prompt.at, message, help));
        }
    }
}

/// Figures, clock times and abbreviations are read wrongly by speech programs.
fn hard_to_speak(prompt: &Prompt, faults: &mut Vec<Fault>) {
    for (language, text) in &prompt.texts {
        let Some(word) = text.split_whitespace().find(|word| is_hard(word)) else {
            continue;
        };
        let message = format!(
            "prompt \"{}\" has \"{word}\" in {language}, which is read wrongly aloud",
            prompt.id
        );
        let help = "write it as people say it, in words";
        faults.push(Fault::new(Code::HardToSpeak, prompt.at, message, help));
    }
}

fn is_hard(word: &str) -> bool {
    let letters = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let capitals = letters
        .chars()
        .filter(|letter| letter.is_uppercase())
        .count();
    let inside = letters.contains(['.', '/', '§', '%']);
    let clock = matches!(word, "kl." | "tlf." | "nr." | "ca." | "ev." | "mv.");
    capitals > 1 || inside || clock || word.contains(|letter: char| letter.is_ascii_digit())
}

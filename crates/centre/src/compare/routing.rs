//! What has changed for all queues at once: classes, languages, the reserve, callbacks and crisis plans.

use linje_types::{Channel, Clearance, Language};

use crate::model::{CallbackOffer, Centre, Class, Plan, PlanAct, PlanStep};
use crate::say;
use crate::who::language_name;

use super::{Both, PLAIN, Thing, Words, matched};

pub(super) fn compare(both: &mut Both<'_>) {
    classes(both);
    languages(both);
    routing(both);
    channels(both);
    callback(both);
    plans(both);
}

/// What a longer or shorter promise means.
const GUARANTEE: (Words<'static>, Words<'static>) = (
    (
        "De kan vente lenger før de går foran alle andre",
        "They can wait longer before they go before all others",
    ),
    (
        "De går tidligere foran alle andre; de andre venter litt lenger",
        "They go before all others sooner; the others wait somewhat longer",
    ),
);

fn classes(both: &mut Both<'_>) {
    let found = matched(&both.old.classes, &both.new.classes, |class| &class.id);
    let thing = |both: &Both<'_>, class: &Class| {
        let name = both.name(&class.name);
        Thing {
            section: "class",
            id: class.id.clone(),
            name: both.t(format!("Klassen {name}"), format!("The class {name}")),
        }
    };
    for class in &found.removed {
        let thing = thing(both, class);
        both.removed(&thing, PLAIN);
    }
    for class in &found.added {
        let thing = thing(both, class);
        let head_start = say::seconds(class.head_start_s, both.language);
        let name = both.name(&class.name);
        let what = both.t(
            format!("{name}, med et forsprang på {head_start}"),
            format!("{name}, with a head start of {head_start}"),
        );
        both.added(&thing, ("Ny klasse", "New class"), &what, PLAIN);
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
        both.amount(
            &thing,
            ("forspranget er", "the head start is"),
            (was.head_start_s, is.head_start_s),
            say::seconds,
            (
                (
                    "De får svar tidligere; de andre venter litt lenger",
                    "They are answered sooner; the others wait somewhat longer",
                ),
                (
                    "De får svar senere enn før",
                    "They are answered later than before",
                ),
            ),
        );
        let longest = |class: &Class| class.guarantee_s.unwrap_or(1_200);
        both.amount(
            &thing,
            ("lengste ventetid er", "the longest wait is"),
            (longest(was), longest(is)),
            say::seconds,
            GUARANTEE,
        );
        let by = |class: &Class, language| {
            let (nb, en) = if class.by_lookup {
                ("oppslag på personen", "a look-up of the person")
            } else {
                ("køen eller menyen", "the queue or menu")
            };
            say::pick(language, nb, en)
        };
        let by = (by(was, both.language), by(is, both.language));
        both.field(
            &thing,
            ("den gis av", "it is given by"),
            &by.0,
            &by.1,
            PLAIN,
        );
    }
}

fn languages(both: &mut Both<'_>) {
    let pairs = both.old.languages.into_iter().zip(both.new.languages);
    for (of, (was, is)) in Language::ALL.iter().zip(pairs) {
        let name = language_name(*of, both.language);
        let thing = Thing {
            section: "languages",
            id: of.to_string(),
            name: both.t(
                format!("De som ønsker {name}"),
                format!("Those who want {name}"),
            ),
        };
        let longest = |own: Option<crate::model::Guarantee>| own.map_or(1_200, |own| own.seconds);
        both.amount(
            &thing,
            ("lengste ventetid er", "the longest wait is"),
            (longest(was), longest(is)),
            say::seconds,
            GUARANTEE,
        );
    }
}

fn routing(both: &mut Both<'_>) {
    let (was, is) = (&both.old.routing, &both.new.routing);
    let thing = Thing {
        section: "routing",
        id: String::new(),
        name: both.t("Fordelingen", "Routing"),
    };
    both.amount(
        &thing,
        (
            "så mange holdes ledige for telefon og chat:",
            "so many are kept free for phone and chat:",
        ),
        (was.reserve, is.reserve),
        say::number,
        (
            (
                "Meldinger og oppgaver venter oftere, telefonen svares fortere",
                "Messages and tasks wait more often, calls are answered faster",
            ),
            (
                "Meldinger og oppgaver gis oftere ut, telefonen kan vente lenger",
                "Messages and tasks are handed out more often, calls may wait longer",
            ),
        ),
    );
    both.amount(
        &thing,
        (
            "en henvendelse som kom tilbake, gis ikke til samme veileder på",
            "a contact that came back is not offered to the same adviser for",
        ),
        (was.bar_s, is.bar_s),
        say::seconds,
        (PLAIN, PLAIN),
    );
    both.amount(
        &thing,
        (
            "når en veileder blir borte, går skriftlige henvendelser tilbake i køen etter",
            "when an adviser is gone, written contacts go back in line after",
        ),
        (was.return_s, is.return_s),
        say::seconds,
        (PLAIN, PLAIN),
    );
    let language = both.language;
    for channel in Channel::ALL {
        let aside = |centre: &Centre| {
            let set = centre.routing.interrupts[*channel as usize];
            let names: Vec<String> = Channel::ALL
                .iter()
                .filter(|of| set.has(**of))
                .map(|of| String::from(say::channel(*of, language)))
                .collect();
            say::list(&names, language)
        };
        let name = say::channel(*channel, language);
        let (was, is) = (aside(both.old), aside(both.new));
        both.field(
            &thing,
            (
                &format!("{name} kan legge til side"),
                &format!("{name} may set aside"),
            ),
            &was,
            &is,
            (
                "Det som legges til side, tas opp igjen når det er plass",
                "What is set aside is taken up again when there is room",
            ),
        );
    }
    let cleared = |centre: &Centre| {
        let names: Vec<String> = PROTECTED
            .iter()
            .filter(|(need, _)| centre.routing.clearances.covers(*need))
            .map(|(_, (nb, en))| say::pick(language, *nb, *en))
            .collect();
        say::list(&names, language)
    };
    let (was, is) = (cleared(both.old), cleared(both.new));
    both.field(
        &thing,
        (
            "henvendelser kan kreve klarering for",
            "contacts can need clearance for",
        ),
        &was,
        &is,
        (
            "De går bare til veiledere som er klarert",
            "They go only to advisers who are cleared",
        ),
    );
}

/// The protections in words.
pub(super) const PROTECTED: [(Clearance, Words<'static>); 3] = [
    (
        Clearance::SHIELDED,
        ("skjermede personer", "shielded persons"),
    ),
    (
        Clearance::CONFIDENTIAL,
        ("fortrolig adresse", "confidential addresses"),
    ),
    (
        Clearance::STRICT,
        (
            "strengt fortrolig adresse",
            "strictly confidential addresses",
        ),
    ),
];

fn channels(both: &mut Both<'_>) {
    for channel in Channel::ALL {
        let name = say::channel(*channel, both.language);
        let thing = Thing {
            section: "channels",
            id: channel.to_string(),
            name: both.t(format!("Kanalen {name}"), format!("The channel {name}")),
        };
        let (was, is) = (
            both.old.channels.load(*channel),
            both.new.channels.load(*channel),
        );
        both.amount(
            &thing,
            (
                "en henvendelse tar så mye av en veileder:",
                "a contact takes so much of an adviser:",
            ),
            (was.weight, is.weight),
            |weight, language| say::share(f64::from(weight) / 100.0, language),
            (
                (
                    "Veilederne får færre på en gang",
                    "Advisers get fewer at once",
                ),
                (
                    "Veilederne kan få flere på en gang",
                    "Advisers can get more at once",
                ),
            ),
        );
        both.amount(
            &thing,
            ("så mange på en gang:", "so many at once:"),
            (was.at_once, is.at_once),
            |count, _| count.to_string(),
            (
                (
                    "Veilederne kan få flere på en gang",
                    "Advisers can get more at once",
                ),
                (
                    "Veilederne får færre på en gang",
                    "Advisers get fewer at once",
                ),
            ),
        );
    }
}

fn callback(both: &mut Both<'_>) {
    let (was, is, language) = (&both.old.callback, &both.new.callback, both.language);
    let thing = Thing {
        section: "callback",
        id: String::new(),
        name: both.t("Bli ringt opp", "Callback"),
    };
    let lost = |centre: &Centre| match centre.callback.lost_calls {
        Some(queue) => String::from(centre.queue(queue).name.get(language)),
        None => say::pick(language, "ingen kø", "no queue"),
    };
    let (lost_was, lost_is) = (lost(both.old), lost(both.new));
    both.field(
        &thing,
        (
            "samtaler som brytes, blir oppgaver i",
            "lost calls become tasks in",
        ),
        &lost_was,
        &lost_is,
        PLAIN,
    );
    both.amount(
        &thing,
        (
            "fristen i arbeidsdager er",
            "the deadline in working days is",
        ),
        (was.working_days, is.working_days),
        |days, _| days.to_string(),
        (PLAIN, PLAIN),
    );
    both.amount(
        &thing,
        ("et forsøk ringer i", "an attempt rings for"),
        (was.ring_s, is.ring_s),
        say::seconds,
        (PLAIN, PLAIN),
    );
    both.amount(
        &thing,
        ("antall forsøk er", "the number of attempts is"),
        (was.attempts, is.attempts),
        |count, _| count.to_string(),
        (
            ("Flere blir nådd", "More people are reached"),
            ("Færre blir nådd", "Fewer people are reached"),
        ),
    );
    both.amount(
        &thing,
        ("mellom to forsøk går det", "between two attempts there are"),
        (was.retry_s, is.retry_s),
        say::seconds,
        (PLAIN, PLAIN),
    );
    match (&was.offer, &is.offer) {
        (None, None) => {}
        (None, Some(_)) => {
            let what = both.t(
                "Brukere tilbys å bli ringt opp",
                "Citizens are offered to be called back",
            );
            let meaning = both.t(
                "Den som sier ja, beholder plassen i køen og trenger ikke vente på linja",
                "Whoever says yes keeps the place in line and need not wait on the phone",
            );
            both.push("callback", "", what, meaning);
        }
        (Some(_), None) => {
            let what = both.t(
                "Ingen tilbys å bli ringt opp",
                "Nobody is offered to be called back",
            );
            both.push("callback", "", what, String::new());
        }
        (Some(was), Some(is)) => offer(both, &thing, was, is),
    }
}

fn offer(both: &mut Both<'_>, thing: &Thing, was: &CallbackOffer, is: &CallbackOffer) {
    let (old, new, language) = (both.old, both.new, both.language);
    both.amount(
        thing,
        (
            "det tilbys når ventetiden ventes å bli",
            "it is offered when the expected wait is",
        ),
        (was.expected_s, is.expected_s),
        say::seconds,
        (
            ("Færre får tilbudet", "Fewer people get the offer"),
            ("Flere får tilbudet", "More people get the offer"),
        ),
    );
    let queues = |centre: &Centre, offer: &CallbackOffer| {
        let queues = offer.queues.iter();
        let names: Vec<String> = queues
            .map(|to| String::from(centre.queue(to.queue).name.get(language)))
            .collect();
        say::list(&names, language)
    };
    both.field(
        thing,
        ("det tilbys i", "it is offered in"),
        &queues(old, was),
        &queues(new, is),
        PLAIN,
    );
    both.field(
        thing,
        ("tasten er", "the key is"),
        &was.key.to_string(),
        &is.key.to_string(),
        (
            "Innspilte ord om tasten må endres likt",
            "Recorded words about the key must change alike",
        ),
    );
    let words = |centre: &Centre, offer: &CallbackOffer| {
        let ids = [offer.offer, offer.confirm, offer.greeting].into_iter();
        let ids = ids.chain(offer.withheld);
        let ids: Vec<String> = ids.map(|id| centre.prompt(id).id.clone()).collect();
        ids.join(", ")
    };
    both.field(
        thing,
        ("ordene er", "the words are"),
        &words(old, was),
        &words(new, is),
        PLAIN,
    );
    let windows = |offer: &CallbackOffer| {
        let windows = offer.windows.iter();
        let windows: Vec<String> = windows
            .map(|window| say::period(window.period, language))
            .collect();
        say::list(&windows, language)
    };
    both.field(
        thing,
        ("tidsrommene å velge er", "the windows to choose are"),
        &windows(was),
        &windows(is),
        PLAIN,
    );
}

fn plans(both: &mut Both<'_>) {
    let found = matched(&both.old.plans, &both.new.plans, |plan| &plan.id);
    let thing = |both: &Both<'_>, plan: &Plan| {
        let name = both.name(&plan.name);
        Thing {
            section: "plan",
            id: plan.id.clone(),
            name: both.t(
                format!("Beredskapsplanen {name}"),
                format!("The crisis plan {name}"),
            ),
        }
    };
    for plan in &found.removed {
        let thing = thing(both, plan);
        both.removed(&thing, PLAIN);
    }
    for plan in &found.added {
        let thing = thing(both, plan);
        let name = both.name(&plan.name);
        let meaning = (
            "Den gjør ingenting før en trafikkstyrer slår den på",
            "It does nothing before a traffic controller switches it on",
        );
        both.added(
            &thing,
            ("Ny beredskapsplan", "New crisis plan"),
            &name,
            meaning,
        );
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
        let language = both.language;
        let none = say::pick(language, "er ikke der", "is not there");
        for number in 0..was.steps.len().max(is.steps.len()) {
            let (was, is) = (was.steps.get(number), is.steps.get(number));
            let does = |centre: &Centre, step: Option<&PlanStep>| {
                step.map_or_else(|| none.clone(), |step| plan_step(centre, step, language))
            };
            let text = |step: Option<&PlanStep>| {
                step.map_or_else(String::new, |step| format!("«{}»", step.text.get(language)))
            };
            let acts = (does(both.old, was), does(both.new, is));
            let number = number + 1;
            both.field(
                &thing,
                (&format!("steg {number}"), &format!("step {number}")),
                &acts.0,
                &acts.1,
                PLAIN,
            );
            let texts = (text(was), text(is));
            if was.is_some() && is.is_some() {
                both.field(
                    &thing,
                    (
                        &format!("forklaringen av steg {number} er"),
                        &format!("the explanation of step {number} is"),
                    ),
                    &texts.0,
                    &texts.1,
                    PLAIN,
                );
            }
        }
    }
    let order = |centre: &Centre| -> Vec<String> {
        let plans = centre.plans.iter();
        plans.map(|plan| plan.id.clone()).collect()
    };
    if found.added.is_empty() && found.removed.is_empty() && order(both.old) != order(both.new) {
        let what = both.t(
            "Beredskapsplanene står i en annen rekkefølge",
            "The crisis plans stand in another order",
        );
        let meaning = both.t(
            "Rekkefølgen er planenes nummer i loggen: sett nye planer sist",
            "The order gives the plans their numbers in the log: put new plans last",
        );
        both.push("plan", "", what, meaning);
    }
}

/// What a step of a plan does.
fn plan_step(centre: &Centre, step: &PlanStep, language: Language) -> String {
    match &step.act {
        PlanAct::Say(prompt) => {
            let prompt = super::flows::title(centre.prompt(*prompt), language);
            say::pick(language, format!("sier {prompt}"), format!("says {prompt}"))
        }
        PlanAct::Menu {
            target,
            keys,
            prompts,
        } => {
            let menu = &centre.step(*target).id;
            let flow = centre.flows[target.flow.idx()].name.get(language);
            let keys: Vec<String> = keys.iter().map(char::to_string).collect();
            let keys = say::list(&keys, language);
            let prompts = super::flows::prompts(centre, prompts, language);
            say::pick(
                language,
                format!("{flow}, {menu}: valgene {keys}, med ordene {prompts}"),
                format!("{flow}, {menu}: the keys {keys}, with the words {prompts}"),
            )
        }
        PlanAct::CallbackOnly(queues) => {
            let queues = queues.iter();
            let names: Vec<String> = queues
                .map(|queue| String::from(centre.queue(*queue).name.get(language)))
                .collect();
            let names = say::list(&names, language);
            say::pick(
                language,
                format!("ringer tilbake til dem i {names}"),
                format!("calls back those in {names}"),
            )
        }
        PlanAct::Ask {
            activity,
            wanted,
            unit,
        } => {
            let unit = unit.map_or_else(String::new, |unit| {
                format!(" ({})", centre.units[unit.idx()].name.get(language))
            });
            let activity = say::activity(*activity, language);
            say::pick(
                language,
                format!("spør {wanted} om {activity}{unit}"),
                format!("asks {wanted} for {activity}{unit}"),
            )
        }
    }
}

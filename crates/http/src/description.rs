//! A centre description as pages edit it: what there is, single values changed with comments kept, and
//! whether it can follow the one in force while contacts are open.

use linje_centre::{Centre, FlowAct};
use linje_types::Language;
use serde::Serialize;
use toml_edit::{DocumentMut, Item, Value};
use utoipa::ToSchema;

/// What can be edited, with the line where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outline {
    /// The version; empty when it is not in force.
    version: String,
    queues: Vec<OutlineQueue>,
    menus: Vec<OutlineMenu>,
    hours: Vec<OutlineHours>,
}

/// A queue.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineQueue {
    id: String,
    name: String,
    channel: &'static str,
    line: u32,
    /// The id of its hours.
    hours: String,
    goal: OutlineGoal,
    rings: Vec<OutlineRing>,
}

/// A queue's goal.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineGoal {
    /// 0 to 1.
    share: f64,
    within_s: u32,
    first_contact_end: Option<f64>,
}

/// A step of a queue's rule.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineRing {
    after_s: u32,
    /// As it is written.
    who: String,
    /// In words, after "those who".
    words: String,
}

/// A menu.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineMenu {
    flow: String,
    name: String,
    step: String,
    line: u32,
    keys: Vec<OutlineKey>,
    /// Where its keys may lead.
    targets: Vec<OutlineTarget>,
}

/// A key.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineKey {
    key: String,
    /// The step.
    to: String,
    label: String,
}

/// A step that a key may lead to.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineTarget {
    id: String,
    label: String,
}

/// Opening hours.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineHours {
    id: String,
    name: String,
    line: u32,
    open: Vec<OutlineOpen>,
    /// The name of the rule that they differ from.
    base: Option<String>,
    /// Why they differ.
    reason: Option<String>,
}

/// Hours of some weekdays.
#[derive(Debug, Serialize, ToSchema)]
struct OutlineOpen {
    /// mon to sun.
    days: Vec<&'static str>,
    /// `09:00`.
    from: String,
    to: String,
}

/// The outline of a description.
pub(crate) fn outline(centre: &Centre, version: String, language: Language) -> Outline {
    Outline {
        version,
        queues: centre
            .queues
            .iter()
            .map(|queue| outline_queue(centre, queue, language))
            .collect(),
        menus: menus(centre, language),
        hours: centre
            .hours
            .iter()
            .map(|hours| outline_hours(centre, hours, language))
            .collect(),
    }
}

fn outline_queue(centre: &Centre, queue: &linje_centre::Queue, language: Language) -> OutlineQueue {
    OutlineQueue {
        id: queue.id.clone(),
        name: queue.name.get(language).to_owned(),
        channel: queue.channel.as_str(),
        line: queue.at.line,
        hours: centre.hours[queue.hours.idx()].id.clone(),
        goal: OutlineGoal {
            share: queue.goal.share,
            within_s: queue.goal.within_s,
            first_contact_end: queue.goal.first_contact_end,
        },
        rings: queue
            .rings
            .iter()
            .enumerate()
            .map(|(place, ring)| OutlineRing {
                after_s: ring.after_s,
                who: ring.who.text(centre),
                words: queue.who(place).say(centre, language),
            })
            .collect(),
    }
}

fn menus(centre: &Centre, language: Language) -> Vec<OutlineMenu> {
    let is_menu = |step: &&linje_centre::FlowStep| matches!(step.act, FlowAct::Menu(_));
    let mut menus = Vec::new();
    for flow in &centre.flows {
        let labels = labels(centre, flow, language);
        let many = flow.steps.iter().filter(is_menu).count() > 1;
        for step in &flow.steps {
            let FlowAct::Menu(menu) = &step.act else {
                continue;
            };
            let name = flow.name.get(language).to_owned();
            let keys = menu.keys.iter().map(|key| {
                let to = centre.step(key.to).id.clone();
                let own = flow.steps.iter().position(|step| step.id == to);
                let label = own.and_then(|place| labels.get(place)).cloned();
                OutlineKey {
                    key: key.key.to_string(),
                    label: label.unwrap_or_else(|| key.label.get(language).to_owned()),
                    to,
                }
            });
            let targets = flow.steps.iter().zip(&labels);
            menus.push(OutlineMenu {
                flow: flow.id.clone(),
                name: if many {
                    format!("{name}: {}", step.id)
                } else {
                    name
                },
                step: step.id.clone(),
                line: step.at.line,
                keys: keys.collect(),
                targets: targets
                    .filter(|(other, _)| other.id != step.id)
                    .map(|(step, label)| OutlineTarget {
                        id: step.id.clone(),
                        label: label.clone(),
                    })
                    .collect(),
            });
        }
    }
    menus
}

/// What each step of a flow is, for people; with the id where two would be called the same.
fn labels(centre: &Centre, flow: &linje_centre::Flow, language: Language) -> Vec<String> {
    let said: Vec<String> = flow
        .steps
        .iter()
        .map(|step| label(centre, flow, &step.act, language))
        .collect();
    let twice = |label: &String| said.iter().filter(|other| *other == label).count() > 1;
    let steps = flow.steps.iter().zip(&said);
    steps
        .map(|(step, label)| {
            if twice(label) {
                format!("{label} ({})", step.id)
            } else {
                label.clone()
            }
        })
        .collect()
}

/// What a step does, in a few words.
fn label(centre: &Centre, flow: &linje_centre::Flow, act: &FlowAct, language: Language) -> String {
    let pick = |nb: &str, en: &str| {
        let words = if language == Language::En { en } else { nb };
        words.to_owned()
    };
    match act {
        FlowAct::Queue { queue, .. } => centre.queue(*queue).name.get(language).to_owned(),
        FlowAct::Menu(_) => {
            let name = flow.name.get(language);
            format!("{} {name}", pick("Menyen", "The menu"))
        }
        FlowAct::Hours { hours, .. } => {
            let hours = centre.hours.get(hours.idx());
            let name = hours.map_or("", |hours| hours.name.get(language));
            let looks = pick("Ser etter om det er åpent", "Looks whether it is open");
            format!("{looks}: {name}")
        }
        FlowAct::Language { .. } => pick("Bytter språk", "Changes language"),
        FlowAct::HangUp { closed: true, .. } => pick(
            "Sier at det er stengt, og legger på",
            "Says it is closed, and hangs up",
        ),
        FlowAct::HangUp { .. } => pick("Sier takk, og legger på", "Says thanks, and hangs up"),
        FlowAct::Play { .. } => pick("Leser opp, og går videre", "Speaks, and goes on"),
    }
}

fn outline_hours(
    centre: &Centre,
    hours: &linje_centre::hours::OpeningHours,
    language: Language,
) -> OutlineHours {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let base = hours.local.as_ref();
    OutlineHours {
        id: hours.id.clone(),
        name: hours.name.get(language).to_owned(),
        line: hours.at.line,
        open: hours
            .rules
            .iter()
            .map(|rule| OutlineOpen {
                days: DAYS
                    .iter()
                    .zip(rule.days)
                    .filter(|(_, open)| *open)
                    .map(|(day, _)| *day)
                    .collect(),
                from: clock(rule.period.from),
                to: clock(rule.period.to),
            })
            .collect(),
        base: base
            .and_then(|local| centre.hours.get(local.base.idx()))
            .map(|base| base.name.get(language).to_owned()),
        reason: base.map(|local| local.reason.get(language).to_owned()),
    }
}

/// Why `new` cannot follow `old` while contacts are open; None when it can.
///
/// Ids inside are places in the lists, so what is there must stay where it is; more may follow. Prompts are
/// spoken when the service starts, and people are known by their place.
pub(crate) fn misfit(old: &Centre, new: &Centre, language: Language) -> Option<String> {
    let english = language == Language::En;
    let pick = |nb: String, en: String| if english { en } else { nb };
    if spoken(old) != spoken(new) {
        return Some(pick(
            String::from(
                "Opplesningene er endret. De leses inn når tjenesten starter: legg filen på plass og start på nytt.",
            ),
            String::from(
                "Prompts have changed. They are spoken when the service starts: put the file in place and start again.",
            ),
        ));
    }
    for (kind, nb, en) in LISTS {
        let (was, is) = (kind(old), kind(new));
        let moved = was.iter().enumerate();
        let mut moved = moved.filter(|(place, id)| is.get(*place) != Some(id));
        if let Some((_, id)) = moved.next() {
            return Some(pick(
                format!(
                    "«{id}» er tatt bort eller flyttet blant {nb}. Åpne henvendelser viser til plassen: legg nye sist, og ta bort bare ved en ny start."
                ),
                format!(
                    "`{id}` was taken away or moved among the {en}. Open contacts refer to its place: add new ones last, and take away only at a new start."
                ),
            ));
        }
    }
    (idents(old) != idents(new)).then(|| {
        pick(
            String::from("Hvem som arbeider i senteret er endret. Veiledere kjennes på plassen sin: en slik endring trer i kraft ved en ny start."),
            String::from("Who works in the centre has changed. Advisers are known by their place: such a change comes into force at a new start."),
        )
    })
}

fn idents(centre: &Centre) -> Vec<String> {
    let staff = linje_centre::staff(centre, &linje_centre::Extra::default());
    staff.into_iter().map(|person| person.ident).collect()
}

/// The ids of a list whose places are ids inside, and what it is called.
type List = (fn(&Centre) -> Vec<&str>, &'static str, &'static str);

const LISTS: [List; 5] = [
    (
        |centre| centre.units.iter().map(|one| one.id.as_str()).collect(),
        "enhetene",
        "units",
    ),
    (
        |centre| centre.queues.iter().map(|one| one.id.as_str()).collect(),
        "køene",
        "queues",
    ),
    (
        |centre| centre.topics.iter().map(|one| one.code.as_str()).collect(),
        "temaene",
        "topics",
    ),
    (
        |centre| centre.classes.iter().map(|one| one.id.as_str()).collect(),
        "prioritetsklassene",
        "priority classes",
    ),
    (
        |centre| centre.plans.iter().map(|one| one.id.as_str()).collect(),
        "beredskapsplanene",
        "crisis plans",
    ),
];

fn spoken(centre: &Centre) -> Vec<String> {
    let prompts = centre.prompts.iter();
    prompts
        .map(|one| format!("{} {:?} {:?}", one.id, one.texts, one.recordings))
        .collect()
}

/// Changes values in a description. A path names tables by key, and members of lists by id or place.
///
/// # Errors
/// The field at fault and what is wrong, in words.
pub(crate) fn edit<'a>(
    toml: &str,
    edits: impl Iterator<Item = (&'a str, &'a serde_json::Value)>,
) -> Result<String, (String, String)> {
    let mut document: DocumentMut = toml.parse().map_err(|error: toml_edit::TomlError| {
        (
            String::from("toml"),
            format!("Ikke TOML: {}", error.message()),
        )
    })?;
    for (place, (path, value)) in edits.enumerate() {
        let field = format!("edits[{place}].path");
        let parts: Vec<&str> = path.split('.').collect();
        let Some((last, way)) = parts.split_last() else {
            return Err((field, String::from("Stien er tom.")));
        };
        let item = walk(document.as_item_mut(), way)
            .ok_or_else(|| (field.clone(), format!("Finner ikke «{path}».")))?;
        set(item, last, value).map_err(|text| (field, format!("«{path}»: {text}")))?;
    }
    Ok(document.to_string())
}

fn walk<'a>(item: &'a mut Item, way: &[&str]) -> Option<&'a mut Item> {
    let mut item = item;
    for part in way {
        item = step(item, part)?;
    }
    Some(item)
}

/// The child of this name: a key, a member by id or place, or a member of the one list below by id.
fn step<'a>(item: &'a mut Item, part: &str) -> Option<&'a mut Item> {
    if let Some(place) = place_of(item, part) {
        return item.get_mut(place);
    }
    let table = item.as_table_like_mut()?;
    if table.contains_key(part) {
        return table.get_mut(part);
    }
    let mut lists = table.iter_mut().map(|(_, child)| child);
    lists.find_map(|child| {
        let place = place_of(child, part)?;
        child.get_mut(place)
    })
}

/// The place of a member of a list, by its id or its number.
fn place_of(item: &Item, part: &str) -> Option<usize> {
    let named = |id: Option<&str>| id == Some(part);
    let (by_id, n) = if let Some(tables) = item.as_array_of_tables() {
        let by_id = tables
            .iter()
            .position(|table| named(table.get("id").and_then(Item::as_str)));
        (by_id, tables.len())
    } else {
        let array = item.as_array()?;
        let by_id = array.iter().position(|value| {
            let table = value.as_inline_table();
            named(
                table
                    .and_then(|table| table.get("id"))
                    .and_then(Value::as_str),
            )
        });
        (by_id, array.len())
    };
    by_id.or_else(|| part.parse().ok().filter(|place| *place < n))
}

fn set(item: &mut Item, key: &str, value: &serde_json::Value) -> Result<(), String> {
    let wanted = match value {
        serde_json::Value::Null => None,
        serde_json::Value::Bool(value) => Some(Value::from(*value)),
        serde_json::Value::Number(number) => Some(match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64().unwrap_or_default()),
        }),
        serde_json::Value::String(text) => Some(Value::from(text.as_str())),
        serde_json::Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(serde_json::Value::as_str).collect();
            let texts = texts.ok_or("En liste må være av tekster.")?;
            Some(Value::from_iter(texts))
        }
        serde_json::Value::Object(_) => {
            return Err(String::from("Verdien kan ikke være en tabell."));
        }
    };
    if let Some(array) = item.as_array_mut() {
        let place: usize = key.parse().map_err(|_| "Ikke en plass i listen.")?;
        let old = array.get_mut(place).ok_or("Listen er kortere.")?;
        let wanted = wanted.ok_or("Kan ikke tas bort slik.")?;
        replace(old, wanted);
        return Ok(());
    }
    let table = item.as_table_like_mut().ok_or("Ikke en tabell.")?;
    match (wanted, table.get_mut(key)) {
        (None, _) => {
            table.remove(key);
        }
        (Some(wanted), Some(Item::Value(old))) => replace(old, wanted),
        (Some(wanted), None) => {
            table.insert(key, Item::Value(wanted));
        }
        (Some(_), Some(_)) => return Err(String::from("Er ikke en enkelt verdi.")),
    }
    Ok(())
}

/// The new value where the old one stood, its comments and blanks kept.
fn replace(old: &mut Value, new: Value) {
    let decor = old.decor().clone();
    *old = new;
    *old.decor_mut() = decor;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOML: &str = "# kept\n[[queue]]\nid = \"a\" # also kept\ngoal = { share = 0.7, within = \"45s\" }\n\n[[flow]]\nid = \"main\"\n\n[[flow.step]]\nid = \"menu\"\nkeys = [\n  { key = \"1\", to = \"x\" }, # first\n  { key = \"2\", to = \"y\" },\n]\n";

    fn edited(path: &str, value: &serde_json::Value) -> Result<String, (String, String)> {
        edit(TOML, [(path, value)].into_iter())
    }

    #[test]
    fn one_value_changes_and_everything_else_stays_to_the_letter() {
        let goal = edited("queue.a.goal.within", &json!("30s")).unwrap();
        assert_eq!(goal, TOML.replace("45s", "30s"));
        let key = edited("flow.main.menu.keys.1.to", &json!("x")).unwrap();
        assert_eq!(key, TOML.replace("to = \"y\"", "to = \"x\""));
        let share = edited("queue.0.goal.share", &json!(0.8)).unwrap();
        assert_eq!(share, TOML.replace("0.7", "0.8"));
    }

    #[test]
    fn what_is_not_there_is_named() {
        for path in [
            "queue.b.goal.within",
            "nothing.at.all",
            "flow.main.menu.keys.9.to",
        ] {
            let (field, text) = edited(path, &json!("1")).unwrap_err();
            assert_eq!(field, "edits[0].path");
            assert!(text.contains(path), "{text}");
        }
        let (field, _) = edit("= x", std::iter::empty()).unwrap_err();
        assert_eq!(field, "toml");
    }
}

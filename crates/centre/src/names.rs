//! The ids of a centre description and what they stand for.
//!
//! Collected before anything is read, so that each reference is settled where it stands.

use std::collections::BTreeMap;

use linje_types::{Activity, Channel, GroupId, Language, QueueId, SkillId, TopicId, UnitId};

use crate::fault::{Code, suggestion};
use crate::model::{ClassId, FlowId, HoursId, ProfileId, PromptId, Target};
use crate::reader::{Placed, Reader, Table};

/// Most entries of a section.
pub(crate) const MOST: usize = 10_000;

/// The ids of one section.
pub(crate) struct Ids {
    kind: &'static str,
    order: Vec<String>,
    places: BTreeMap<String, u16>,
}

impl Ids {
    fn collect(
        reader: &Reader<'_>,
        kind: &'static str,
        doubled: Code,
        ids: Vec<Placed<String>>,
    ) -> Ids {
        let mut places = BTreeMap::new();
        let mut order = Vec::new();
        for (number, id) in ids.into_iter().enumerate() {
            let Some(number) = u16::try_from(number).ok().filter(|_| number < MOST) else {
                let message = format!("there are more than {MOST} entries of kind {kind}");
                reader.fault(Code::BadValue, id.at, message, "split the centre");
                break;
            };
            if id.value.is_empty() {
                order.push(id.value);
                continue;
            }
            if places.insert(id.value.clone(), number).is_some() {
                let message = format!("{kind} \"{}\" is there twice", id.value);
                reader.fault(doubled, id.at, message, "give one of them another name");
            }
            order.push(id.value);
        }
        Ids {
            kind,
            order,
            places,
        }
    }

    /// The place of `id`, if it is described.
    pub(crate) fn place(&self, id: &str) -> Option<u16> {
        self.places.get(id).copied()
    }

    pub(crate) fn id(&self, place: u16) -> &str {
        self.order
            .get(usize::from(place))
            .map_or("", String::as_str)
    }

    /// The place of the id that `who` refers to; a fault and 0 when there is none.
    pub(crate) fn find(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> u16 {
        self.place(&id.value).unwrap_or_else(|| {
            let message = format!("{who} {} \"{}\", which does not exist", self.kind, id.value);
            let help = suggestion(&id.value, self.places.keys().map(String::as_str));
            reader.fault(Code::UnknownReference, id.at, message, help);
            0
        })
    }
}

/// All ids of a description.
pub(crate) struct Names {
    pub(crate) classes: Ids,
    pub(crate) units: Ids,
    pub(crate) groups: Ids,
    pub(crate) topics: Ids,
    pub(crate) skills: Ids,
    pub(crate) queues: Ids,
    pub(crate) hours: Ids,
    pub(crate) flows: Ids,
    pub(crate) prompts: Ids,
    pub(crate) profiles: Ids,
    pub(crate) agencies: Ids,
    /// `[flow]`: the ids of its steps.
    pub(crate) steps: Vec<Ids>,
    /// The highest level of a skill.
    pub(crate) levels: u8,
}

impl Names {
    pub(crate) fn collect(root: &Table<'_, '_>) -> Names {
        let reader = root.reader;
        let ids = |kind, key| Ids::collect(reader, kind, Code::Doubled, root.ids(key, "id"));
        let topics = root.ids("topic", "code");
        // Nothing refers to a plan, but two of one name could not be told apart.
        let _plans = ids("plan", "plan");
        let _rules = ids("rule of guidance", "guidance");
        let _causes = ids("cause", "cause");
        let _hand_overs = ids("hand-over", "hand_over");
        let _templates = ids("note template", "note_template");
        Names {
            classes: ids("class", "class"),
            units: ids("unit", "unit"),
            groups: ids("group", "group"),
            topics: Ids::collect(reader, "topic", Code::DoubledTopic, topics),
            skills: ids("skill", "skill"),
            queues: ids("queue", "queue"),
            hours: ids("opening hours", "hours"),
            flows: ids("flow", "flow"),
            prompts: Ids::collect(reader, "prompt", Code::Doubled, root.prompt_ids()),
            profiles: ids("profile", "profile"),
            agencies: ids("agency", "agency"),
            steps: root
                .steps()
                .into_iter()
                .map(|steps| Ids::collect(reader, "step", Code::Doubled, steps))
                .collect(),
            levels: root.count_of("people", "levels", 1..=5).unwrap_or(3),
        }
    }

    pub(crate) fn group(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> GroupId {
        GroupId(self.groups.find(reader, id, who))
    }

    pub(crate) fn class(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> ClassId {
        ClassId(self.classes.find(reader, id, who))
    }

    pub(crate) fn unit(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> UnitId {
        UnitId(self.units.find(reader, id, who))
    }

    pub(crate) fn topic(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> TopicId {
        TopicId(self.topics.find(reader, id, who))
    }

    pub(crate) fn skill(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> SkillId {
        SkillId(self.skills.find(reader, id, who))
    }

    pub(crate) fn queue(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> QueueId {
        QueueId(self.queues.find(reader, id, who))
    }

    pub(crate) fn hours(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> HoursId {
        HoursId(self.hours.find(reader, id, who))
    }

    pub(crate) fn flow(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> FlowId {
        FlowId(self.flows.find(reader, id, who))
    }

    pub(crate) fn prompt(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> PromptId {
        PromptId(self.prompts.find(reader, id, who))
    }

    pub(crate) fn profile(&self, reader: &Reader<'_>, id: &Placed<String>, who: &str) -> ProfileId {
        ProfileId(self.profiles.find(reader, id, who))
    }

    /// The step that `id` names in flow number `flow`, or else the first step of the flow `id`.
    pub(crate) fn target(
        &self,
        reader: &Reader<'_>,
        flow: u16,
        id: &Placed<String>,
        who: &str,
    ) -> Option<Target> {
        let steps = self.steps.get(usize::from(flow));
        if let Some(step) = steps.and_then(|steps| steps.place(&id.value)) {
            let flow = FlowId(flow);
            return Some(Target { flow, step });
        }
        if let Some(other) = self.flows.place(&id.value) {
            return Some(Target {
                flow: FlowId(other),
                step: 0,
            });
        }
        let own = steps.into_iter().flat_map(|steps| steps.places.keys());
        let known = own.chain(self.flows.places.keys()).map(String::as_str);
        let message = format!("{who} step or flow \"{}\", which does not exist", id.value);
        reader.fault(
            Code::UnknownReference,
            id.at,
            message,
            suggestion(&id.value, known),
        );
        None
    }
}

/// The value that `id` names in a closed list of words.
pub(crate) fn word<T: Copy>(
    reader: &Reader<'_>,
    id: &Placed<String>,
    who: &str,
    words: &[(&'static str, T)],
) -> Option<T> {
    let found = words.iter().find(|(name, _)| *name == id.value);
    if found.is_none() {
        let message = format!("{who} \"{}\", which is not known", id.value);
        let help = suggestion(&id.value, words.iter().map(|(name, _)| *name));
        reader.fault(Code::BadValue, id.at, message, help);
    }
    found.map(|(_, value)| *value)
}

pub(crate) fn language(reader: &Reader<'_>, id: &Placed<String>, who: &str) -> Option<Language> {
    let words: Vec<(&'static str, Language)> = Language::ALL
        .iter()
        .map(|language| (language.as_str(), *language))
        .collect();
    word(reader, id, &format!("{who} language"), &words)
}

pub(crate) fn channel(reader: &Reader<'_>, id: &Placed<String>, who: &str) -> Option<Channel> {
    let words: Vec<(&'static str, Channel)> = Channel::ALL
        .iter()
        .map(|channel| (channel.as_str(), *channel))
        .collect();
    word(reader, id, &format!("{who} channel"), &words)
}

pub(crate) fn activity(reader: &Reader<'_>, id: &Placed<String>, who: &str) -> Option<Activity> {
    let words: Vec<(&'static str, Activity)> = Activity::ALL
        .iter()
        .map(|activity| (activity.as_str(), *activity))
        .collect();
    word(reader, id, &format!("{who} activity"), &words)
}

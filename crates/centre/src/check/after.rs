//! Does every matter have somebody who takes it over, and does nothing that is to be forgotten get a task?

use linje_types::TopicId;

use crate::fault::{Code, Fault};
use crate::model::Centre;

pub(super) fn check(centre: &Centre, faults: &mut Vec<Fault>) {
    if centre.hand_overs.is_empty() {
        return;
    }
    for hand_over in &centre.hand_overs {
        let traced = hand_over
            .topics
            .iter()
            .find(|topic| is_no_log(centre, **topic));
        if let Some(topic) = traced {
            let code = &centre.topics[topic.idx()].code;
            let message = format!(
                "hand-over \"{}\" makes a task about {code}, of which nothing may be kept",
                hand_over.id
            );
            let help = "take the topic away; a callback or a promise without a task still works";
            faults.push(Fault::new(Code::NoLogTrace, hand_over.at, message, help));
        }
    }
    for (id, topic) in (0..).map(TopicId).zip(&centre.topics) {
        if !topic.no_log && centre.hand_over(Some(id)).is_none() {
            let message = format!("nobody takes over topic \"{}\"", topic.code);
            let help = "name it in a [[hand_over]], or add one without topics for all the others";
            let fault = Fault::new(Code::NobodyTakesOver, topic.at, message, help);
            faults.push(fault);
            // One is enough: the mend is the same for all.
            break;
        }
    }
}

fn is_no_log(centre: &Centre, topic: TopicId) -> bool {
    centre
        .topics
        .get(topic.idx())
        .is_some_and(|topic| topic.no_log)
}

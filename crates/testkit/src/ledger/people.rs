//! What advisers and traffic controllers do.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "events about something else are another file's"
)]

use super::*;

impl Ledger {
    pub(super) fn fold_person(&mut self, event: &Event) -> Checked {
        match *event {
            Event::AdviserSignedIn { adviser, activity } => {
                let person = self.person(adviser)?;
                hold!(!person.signed_in, "S6", "{adviser:?} signed in twice");
                person.signed_in = true;
                person.absent_until = None;
                person.not_ready = None;
                person.activity = activity;
                self.becomes_free(adviser);
            }
            Event::AdviserSignedOut { adviser } => {
                let person = self.working(adviser)?;
                hold!(
                    person.has.is_empty(),
                    "S3",
                    "{adviser:?} went home with contacts"
                );
                person.signed_in = false;
            }
            Event::ActivityChosen { adviser, activity } => {
                let person = self.working(adviser)?;
                person.activity = activity;
                person.not_ready = None;
                self.becomes_free(adviser);
            }
            Event::AlsoChosen { adviser, channels } => self.working(adviser)?.also = channels,
            Event::OriginsChosen { adviser, origins } => self.person(adviser)?.origins = origins,
            Event::PresenceLost { adviser, return_at } => {
                self.presence_changes(adviser, Some(return_at))?;
            }
            Event::PresenceRegained { adviser } => {
                self.presence_changes(adviser, None)?;
                self.becomes_free(adviser);
            }
            _ => hold!(false, "S1", "{event:?} is about nobody"),
        }
        Ok(())
    }

    fn presence_changes(&mut self, id: AdviserId, until: Option<Timestamp>) -> Checked {
        let person = self.working(id)?;
        hold!(
            person.absent_until.is_some() != until.is_some(),
            "S6",
            "{id:?} was so already: {until:?}"
        );
        person.absent_until = until;
        for slot in person.has.clone() {
            let Some(entry) = self.open[slot as usize].as_mut() else {
                return broken("S3", format!("{id:?} has nothing in slot {slot}"));
            };
            hold!(
                until.is_none() || entry.stage != Stage::Offered,
                "S6",
                "{id:?} is gone but keeps an offer"
            );
            let talks = matches!(entry.stage, Stage::Active | Stage::Held | Stage::SetAside);
            if talks && entry.channel != Channel::Voice {
                entry.deadline = until.unwrap_or(Timestamp::NEVER);
            }
        }
        Ok(())
    }

    pub(super) fn fold_house(&mut self, event: &Event) -> Checked {
        match *event {
            Event::PlanSwitched { plan, on } => {
                let was = self.plans.contains(&plan);
                hold!(was != on, "S1", "{plan:?} was so already");
                self.plans.retain(|other| *other != plan);
                if on {
                    self.plans.push(plan);
                }
            }
            Event::RequestMade {
                request, wanted, ..
            } => {
                let new = self.last_request.is_none_or(|last| last < request);
                hold!(new, "S1", "{request:?} was used before");
                self.last_request = Some(request);
                self.requests.push((request, wanted, Vec::new(), 0));
            }
            Event::RequestAnswered {
                request,
                adviser,
                yes,
            } => {
                let open = self.requests.iter_mut().find(|it| it.0 == request);
                let Some(open) = open else {
                    return broken("S1", format!("{request:?} is not open"));
                };
                hold!(
                    !open.2.contains(&adviser),
                    "S11",
                    "{adviser:?} answered {request:?} twice"
                );
                open.2.push(adviser);
                open.3 += u16::from(yes);
                hold!(open.3 <= open.1, "S1", "too many said yes to {request:?}");
            }
            Event::RequestClosed { request } => {
                let before = self.requests.len();
                self.requests.retain(|it| it.0 != request);
                let was_open = self.requests.len() < before;
                hold!(was_open, "S1", "{request:?} was closed twice");
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn becomes_free(&mut self, id: AdviserId) {
        self.idle_numbers += 1;
        if let Some(person) = self.people.get_mut(id.idx()) {
            person.idle_number = self.idle_numbers;
        }
    }
}

//! What traffic controllers do, and what is measured.

use super::*;

impl Reference {
    /// Other rules may let somebody free take whoever waits: all are looked at, the first in order first.
    pub(super) fn publish(&mut self, version: u64) {
        self.events.push(Event::CentrePublished { version });
        let waits = |contact: &&Contact| contact.stage == Stage::Waiting;
        let mut all: Vec<&Contact> = self.contacts.iter().filter(waits).collect();
        all.sort_by_key(|contact| self.order(contact));
        let all: Vec<ContactId> = all.iter().map(|contact| contact.id).collect();
        self.find_adviser_for_each(&all);
    }

    pub(super) fn expect(&mut self, queue: QueueId, wait_us: i64) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        self.expected[queue.idx()] = wait_us;
        self.events.push(Event::QueueExpected { queue, wait_us });
        Ok(())
    }

    pub(super) fn switch_plan(&mut self, plan: PlanId, on: bool) -> Result<(), Rejection> {
        if plan.0 >= self.rules.plans || self.plan_is_on(plan) == on {
            return Err(Rejection::UnknownPlan);
        }
        self.plans.retain(|other| *other != plan);
        if on {
            self.plans.push(plan);
        }
        self.events.push(Event::PlanSwitched { plan, on });
        Ok(())
    }

    /// Whether a crisis plan is on.
    #[must_use]
    pub fn plan_is_on(&self, plan: PlanId) -> bool {
        self.plans.contains(&plan)
    }

    /// The open requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    pub(super) fn ask_advisers(
        &mut self,
        activity: Activity,
        wanted: u16,
        unit: Option<UnitId>,
    ) -> Result<(), Rejection> {
        if wanted == 0 {
            return Err(Rejection::NotAllowed);
        }
        let id = RequestId(self.requests_made);
        self.requests_made += 1;
        self.requests.push(Request {
            id,
            activity,
            wanted,
            unit,
            at: self.now,
            answers: Vec::new(),
        });
        self.events.push(Event::RequestMade {
            request: id,
            activity,
            wanted,
            unit,
        });
        Ok(())
    }

    pub(super) fn answer_request(
        &mut self,
        id: RequestId,
        adviser: AdviserId,
        yes: bool,
    ) -> Result<(), Rejection> {
        self.known_signed_in(adviser)?;
        let unit = self.rules.advisers[adviser.idx()].unit;
        let Some(request) = self.requests.iter_mut().find(|request| request.id == id) else {
            return Err(Rejection::UnknownRequest);
        };
        if request.unit.is_some() && request.unit != Some(unit) {
            return Err(Rejection::NotYours);
        }
        if request.answers.iter().any(|(who, _)| *who == adviser) {
            return Err(Rejection::Already);
        }
        request.answers.push((adviser, yes));
        let activity = request.activity;
        let said_yes = request.answers.iter().filter(|(_, yes)| *yes).count();
        let enough = yes && said_yes >= usize::from(request.wanted);
        self.events.push(Event::RequestAnswered {
            request: id,
            adviser,
            yes,
        });
        if enough {
            self.requests.retain(|request| request.id != id);
            self.events.push(Event::RequestClosed { request: id });
        }
        if yes && self.advisers[adviser.idx()].activity != activity {
            self.choose(adviser, activity);
        }
        Ok(())
    }

    pub(super) fn close_request(&mut self, id: RequestId) -> Result<(), Rejection> {
        let before = self.requests.len();
        self.requests.retain(|request| request.id != id);
        if self.requests.len() == before {
            return Err(Rejection::UnknownRequest);
        }
        self.events.push(Event::RequestClosed { request: id });
        Ok(())
    }
}

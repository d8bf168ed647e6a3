//! What traffic controllers do: switch a crisis plan, ask advisers, who accept or not.

use linje_types::{PlanId, RequestId, UnitId};

use super::*;

impl State {
    pub(super) fn switch_plan<O: Output>(
        &mut self,
        plan: PlanId,
        on: bool,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let known = plan.0 < self.tables.rules().plans;
        if !known || self.plan_is_on(plan) == on {
            return Err(Rejection::UnknownPlan);
        }
        self.emit(Event::PlanSwitched { plan, on }, now, out);
        Ok(())
    }

    pub(super) fn ask_advisers<O: Output>(
        &mut self,
        activity: Activity,
        wanted: u16,
        unit: Option<UnitId>,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        if wanted == 0 {
            return Err(Rejection::NotAllowed);
        }
        let made = Event::RequestMade {
            request: RequestId(self.next_request),
            activity,
            wanted,
            unit,
        };
        self.emit(made, now, out);
        Ok(())
    }

    pub(super) fn answer_request<O: Output>(
        &mut self,
        request: RequestId,
        adviser: AdviserId,
        yes: bool,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        self.signed_in(adviser)?;
        let asked = self.requests.iter().find(|it| it.id == request);
        let asked = asked.ok_or(Rejection::UnknownRequest)?;
        let unit = self.tables.rules().advisers[adviser.idx()].unit;
        if asked.unit.is_some_and(|of| of != unit) {
            return Err(Rejection::NotYours);
        }
        if asked.answers.iter().any(|(who, _)| *who == adviser) {
            return Err(Rejection::Already);
        }
        let activity = asked.activity;
        let enough = yes && asked.accepted() + 1 >= usize::from(asked.wanted);
        let answered = Event::RequestAnswered {
            request,
            adviser,
            yes,
        };
        self.emit(answered, now, out);
        if enough {
            self.emit(Event::RequestClosed { request }, now, out);
        }
        if yes && self.advisers[adviser.idx()].activity != activity {
            self.choose(adviser, activity, now, out);
        }
        Ok(())
    }

    pub(super) fn close_request<O: Output>(
        &mut self,
        request: RequestId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        if !self.requests.iter().any(|it| it.id == request) {
            return Err(Rejection::UnknownRequest);
        }
        self.emit(Event::RequestClosed { request }, now, out);
        Ok(())
    }
}

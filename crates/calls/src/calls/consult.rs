//! Asking an expert while the citizen hears music, and handing the citizen over (*sett over med samtale*).

use super::*;

impl Calls {
    pub(super) fn is_consulting(&self, line: u64) -> bool {
        self.lines.get(&line).is_some_and(|it| it.consult.is_some())
    }

    /// The citizen hears music; the adviser's phone is silent until the expert answers.
    pub(super) fn consult(
        &mut self,
        line: u64,
        consult: ContactId,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        self.stop_asking(line, status, out);
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.consult = Some(consult);
        it.state = LineState::Held;
        it.music = true;
        let call = it.call();
        self.by_consult.insert(consult, line);
        if let Some(call) = call {
            out.push(Output::Voice(voice::Command::Music { call }));
        }
        self.show(line, status, out);
        for effect in self.early_for(consult) {
            self.on_effect(effect, status, out);
        }
    }

    /// What the desk says about a consultation.
    pub(super) fn on_consult(
        &mut self,
        line: u64,
        effect: Effect,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        match effect {
            Effect::Present {
                offer,
                contact,
                adviser,
                ..
            } => {
                let leg = self.ring(line, contact, offer, adviser, status, out);
                if let Some(it) = self.lines.get_mut(&line) {
                    it.expert = leg;
                }
            }
            Effect::Withdraw { offer, .. } => {
                let it = self.lines.get_mut(&line);
                let leg = it.and_then(|it| it.expert.take_if(|leg| leg.offer == offer));
                self.end_leg(leg, out);
            }
            Effect::Connect { .. } => {
                if let Some(it) = self.lines.get_mut(&line) {
                    it.expert_talks = true;
                    if let Some(leg) = it.expert.filter(|leg| !leg.answered).map(|leg| leg.id) {
                        out.push(Output::Voice(voice::Command::AnswerLeg { leg }));
                    }
                }
                self.join_expert(line, out);
            }
            Effect::Disconnect { contact, .. } | Effect::Release { contact, .. } => {
                let it = self.lines.get_mut(&line);
                let leg = it.and_then(|it| it.expert.take());
                self.end_leg(leg, out);
                self.by_consult.remove(&contact);
            }
            Effect::Hold { .. }
            | Effect::Resume { .. }
            | Effect::Consult { .. }
            | Effect::HandOver { .. }
            | Effect::Dial { .. }
            | Effect::Conference { .. }
            | Effect::StopDial { .. } => {}
        }
    }

    /// The adviser and the expert hear each other.
    fn join_expert(&mut self, line: u64, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get(&line) else {
            return;
        };
        if let (Some(own), Some(expert)) = (it.leg, it.expert)
            && it.expert_talks
            && !it.conference
            && own.answered
            && expert.answered
        {
            out.push(Output::Voice(voice::Command::bridge(own.id, expert.id)));
        }
    }

    /// All three hear each other; or the citizen hears music again, and the two go on.
    pub(super) fn conference(
        &mut self,
        line: u64,
        joined: bool,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.conference = joined;
        it.music = !joined;
        it.state = if joined {
            LineState::Active
        } else {
            LineState::Held
        };
        let legs = it
            .leg
            .zip(it.expert)
            .filter(|(own, expert)| own.answered && expert.answered);
        if let (Some(call), Some((own, expert))) = (it.call(), legs) {
            if joined {
                let legs = [own.id, expert.id];
                out.push(Output::Voice(voice::Command::Conference { call, legs }));
            } else {
                out.push(Output::Voice(voice::Command::Music { call }));
                out.push(Output::Voice(voice::Command::bridge(own.id, expert.id)));
            }
        }
        self.show(line, status, out);
    }

    /// The adviser is with the citizen again.
    pub(super) fn take_back(&mut self, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.consult = None;
        it.conference = false;
        it.expert_talks = false;
        it.state = LineState::Active;
        it.music = false;
        if let (Some(call), Some(leg)) = (it.call(), it.leg.filter(|leg| leg.answered)) {
            out.push(Output::Voice(voice::Command::bridge(call, leg.id)));
        }
        self.show(line, status, out);
    }

    /// The citizen is with the expert; the adviser's side ends.
    pub(super) fn hand_over(
        &mut self,
        line: u64,
        consult: ContactId,
        to: AdviserId,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        self.by_consult.remove(&consult);
        self.end_attendance(line, out);
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.consult = None;
        it.conference = false;
        it.expert_talks = false;
        it.state = LineState::Active;
        it.music = false;
        it.talking = Some(to);
        let own = it.leg.take();
        it.leg = it.expert.take();
        if let (Some(call), Some(leg)) = (it.call(), it.leg.filter(|leg| leg.answered)) {
            out.push(Output::Voice(voice::Command::bridge(call, leg.id)));
        }
        self.end_leg(own, out);
        self.show(line, status, out);
    }

    pub(super) fn expert_answered(&mut self, line: u64, leg: LegId, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let Some(expert) = it.expert.as_mut().filter(|expert| expert.id == leg) else {
            return;
        };
        expert.answered = true;
        let (offer, adviser) = (expert.offer, expert.adviser);
        if it.expert_talks {
            // Accepted on the page while the phone rang.
            return self.join_expert(line, out);
        }
        let accept = Command::Accept { offer, adviser };
        let asked = Asked::Accept {
            line,
            leg: Some(leg),
        };
        let submit = self.submit(accept, asked);
        out.push(Output::Submit(submit));
    }

    pub(super) fn expert_left(&mut self, line: u64, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let (Some(expert), Some(consult)) = (it.expert.take(), it.consult) else {
            return;
        };
        self.by_leg.remove(&expert.id);
        let end = Command::End {
            contact: consult,
            adviser: expert.adviser,
        };
        let submit = self.submit(end, Asked::Nothing);
        out.push(Output::Submit(submit));
    }
}

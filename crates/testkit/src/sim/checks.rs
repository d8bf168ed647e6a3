//! What must hold: after each step what costs nothing, now and then everything.

use linje_desk::{Accepted, Refusal};
use linje_event::Command;
use linje_routing::ContactState;
use linje_types::{AdviserId, Channel, ContactId};

use super::{From, World};

type Checked = Result<(), String>;

impl World {
    /// L4: timers do not wait, for the store or for anything else. Whoever comes back in line may find that a
    /// step of waiting is due already; that is for the next tick.
    pub(super) fn nothing_is_overdue(&mut self) -> Checked {
        let due = self.state().next_deadline();
        if due > self.now || self.desk.deadline() > self.now {
            self.overdue = 0;
            return Ok(());
        }
        self.overdue += 1;
        if self.overdue > 3 {
            let whose = self
                .state()
                .contacts()
                .find(|view| view.deadline == Some(due));
            return Err(format!(
                "L4: due at {due:?}, and it is {:?}: {whose:?}",
                self.now
            ));
        }
        Ok(())
    }

    /// Everything: the state, the ledger, and that live, replay and what hangs on the process agree.
    pub(super) fn sweep(&self) -> Checked {
        self.state().check()?;
        if !self.desk.is_settled() {
            return Ok(());
        }
        let settled = self.ledger.settled();
        settled.map_err(|violation| violation.to_string())?;
        if let Some((follower, _)) = &self.store.follower
            && follower.hash() != self.state().hash()
        {
            return Err("S16: the replay differs".to_owned());
        }
        for view in self.state().contacts() {
            let known = self.ledger.contact(view.id);
            if known.is_none_or(|entry| entry.enqueued != view.enqueued) {
                return Err(format!("S9: {view:?} has another place: {known:?}"));
            }
        }
        self.people_agree()?;
        self.legs_agree()
    }

    /// L5, L6: nobody is gone, or there, without the log saying so.
    fn people_agree(&self) -> Checked {
        for (place, _) in self.people.iter().enumerate() {
            let id = AdviserId(u32::try_from(place).unwrap_or(u32::MAX));
            let Some(view) = self.state().adviser(id) else {
                continue;
            };
            let known = self.ledger.at_work(id);
            let same = known.is_some_and(|(signed_in, present, not_ready)| {
                signed_in == view.signed_in
                    && (!signed_in || present == view.present && not_ready == view.not_ready)
            });
            if !same {
                return Err(format!("L5: {view:?}, but the log says {known:?}"));
            }
        }
        Ok(())
    }

    /// S10, S22: what rings, is rung or is joined belongs to an open contact in that state.
    fn legs_agree(&self) -> Checked {
        for (offer, (contact, adviser)) in &self.shell.ringing {
            let live = self.state().offered_contact(*offer);
            if live.is_none_or(|view| view.id != *contact || view.adviser != *adviser) {
                return Err(format!(
                    "S10: {adviser:?} is rung for {contact:?}, who is gone"
                ));
            }
        }
        for (contact, (_, attempt)) in &self.shell.dials {
            let view = self.state().contact(*contact);
            let dials = |view: &linje_routing::ContactView| {
                view.state == ContactState::Dialling && view.attempts == *attempt
            };
            if !view.as_ref().is_some_and(dials) {
                return Err(format!("S20: {contact:?} is rung while {view:?}"));
            }
        }
        for (contact, adviser) in &self.shell.joined {
            let view = self.state().contact(*contact);
            if view.is_none_or(|view| view.adviser != *adviser) {
                return Err(format!(
                    "S22: {contact:?} is joined with {adviser:?}: {view:?}"
                ));
            }
        }
        Ok(())
    }

    /// L8: after a start no call lives whose line died with the old process.
    pub(super) fn dead_lines_are_closed(&self) -> Checked {
        for view in self.state().contacts() {
            let waits = view.callback && view.state != ContactState::Dialling;
            if view.channel == Channel::Voice && view.state != ContactState::WrapUp && !waits {
                return Err(format!("L8: {view:?} outlived its line"));
            }
        }
        Ok(())
    }

    /// S26.
    pub(super) fn figures_agree(&self) -> Checked {
        let rules = |version: u64| self.tables.get(&version).map(|it| &it.1);
        self.store.figures_agree(&rules)
    }

    /// S12: whether a command is about something that is over, or is somebody else's.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only a few commands carry a number that can be old"
    )]
    pub(super) fn is_stale(&self, command: &Command) -> bool {
        if self.state().next_deadline() <= self.now {
            return false; // what is due comes first, and may change it
        }
        match *command {
            Command::Accept { offer, adviser } | Command::Decline { offer, adviser } => {
                let live = self.state().offered_contact(offer);
                live.is_none_or(|view| view.adviser != adviser)
            }
            Command::End { contact, adviser } if adviser != AdviserId::NONE => {
                let view = self.state().contact(contact);
                view.is_none_or(|view| view.adviser != adviser)
            }
            Command::Dialled {
                contact, attempt, ..
            } => {
                let view = self.state().contact(contact);
                view.is_none_or(|view| view.attempts != attempt)
            }
            _ => false,
        }
    }

    /// An answer reaches whoever asked.
    pub(super) fn reply(&mut self, token: u64, result: Result<Accepted, Refusal>) -> Checked {
        let Some(asked) = self.asked.remove(&token) else {
            return Ok(());
        };
        if let Ok(accepted) = result {
            if accepted.seq > self.store.seq() {
                return Err(format!("S15: answered {accepted:?} before it is durable"));
            }
            if asked.stale {
                return Err(format!("S12: a stale word was taken: {accepted:?}"));
            }
        }
        if let (Some(id), Ok(accepted)) = (asked.id, &result) {
            let first = *self.answered.entry(id).or_insert(accepted.contact);
            if first != accepted.contact {
                return Err(format!(
                    "S11: command {id} gave {first:?}, now {accepted:?}"
                ));
            }
        }
        match result {
            Err(Refusal::Overloaded | Refusal::StoreDown { .. }) => {
                self.count("refused, ask again")
            }
            Err(Refusal::Rejected(_)) => self.count("rejected"),
            Err(refusal) => return Err(format!("S11: {refusal:?}")),
            Ok(_) => self.count("accepted"),
        }
        if let Some(contact) = asked.leaves.filter(|_| result.is_ok()) {
            self.has_left(contact)?;
        }
        if let From::Citizen(number) = asked.from {
            self.answered_citizen(number, asked, result);
        }
        Ok(())
    }

    /// S1, S10: whoever said good-bye, and was heard, talks with nobody.
    fn has_left(&self, contact: ContactId) -> Checked {
        match self.state().contact(contact).map(|view| view.state) {
            None | Some(ContactState::WrapUp) => Ok(()),
            Some(state) => Err(format!("S10: {contact:?} has left and is {state:?}")),
        }
    }
}

//! Others than the two on the line: somebody who attends, a yes to being recorded, and where the sound is.
//!
//! It decides nothing about who may: whoever asks has the adviser's yes. It must never let an attendance or a
//! recording outlive the conversation that the yes was given in.

use linje_voice::Attend;

use super::*;

/// The key by which the person outside says yes to being recorded.
pub const YES: char = '1';

/// What is wanted on a line beside the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// A user's browser attends, or attends in another way.
    Attend {
        /// The contact.
        contact: ContactId,
        /// The user whose page it is.
        user: String,
        /// How.
        how: Attend,
    },
    /// Nobody attends any more.
    Leave {
        /// The contact.
        contact: ContactId,
    },
    /// The person outside is asked aloud, and their next [`YES`] is a yes to being recorded; or no longer.
    AskYes {
        /// The contact.
        contact: ContactId,
        /// Whether it is asked.
        on: bool,
    },
    /// Where the sound of the conversation is: answered by [`Output::Sound`].
    Sound {
        /// The contact.
        contact: ContactId,
    },
}

impl Calls {
    pub(super) fn on_beside(&mut self, beside: Beside, status: &dyn Status, out: &mut Vec<Output>) {
        match beside {
            Beside::Attend { contact, user, how } => {
                self.let_attend(contact, user, how, status, out);
            }
            Beside::Leave { contact } => {
                if let Some(&line) = self.by_contact.get(&contact) {
                    self.end_attendance(line, out);
                }
            }
            Beside::AskYes { contact, on } => {
                if let Some(&line) = self.by_contact.get(&contact) {
                    self.ask_yes(line, on, status, out);
                }
            }
            Beside::Sound { contact } => {
                let at = self.by_contact.get(&contact).and_then(|line| {
                    let it = self.lines.get(line)?;
                    let leg = it.leg.filter(|leg| leg.answered)?;
                    Some((it.call()?, leg.id))
                });
                out.push(Output::Sound { contact, at });
            }
        }
    }

    fn ask_yes(&mut self, line: u64, on: bool, status: &dyn Status, out: &mut Vec<Output>) {
        self.stop_asking(line, status, out);
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.asks_yes = on;
        it.question_due = on;
        self.ask_aloud(line, status, out);
    }

    /// Says the question that waits, when the two talk: the adviser hears silence meanwhile. Where three talk, and
    /// where the centre has no such words, the adviser asks.
    pub(super) fn ask_aloud(&mut self, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        let question = self.question;
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let talks = it.state == LineState::Active && it.leg.is_some_and(|leg| leg.answered);
        if !it.question_due || !talks || it.conference || it.consult.is_some() {
            return;
        }
        it.question_due = false;
        let language = it.language;
        let said = question.filter(|prompt| self.clips.get(*prompt, language).is_some());
        let Some(prompt) = said.filter(|_| it.call().is_some()) else {
            return;
        };
        it.question = true;
        self.play(line, vec![Spoken { prompt, language }], out);
        self.show(line, status, out);
    }

    /// The question is over, or must make room: the two hear each other again. The yes still counts.
    pub(super) fn stop_asking(&mut self, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        if !core::mem::take(&mut it.question) {
            return;
        }
        // Whatever tells of its end later tells of nothing.
        it.play += 1;
        it.said.clear();
        if let (Some(call), Some(leg)) = (it.call(), it.leg.filter(|leg| leg.answered)) {
            out.push(Output::Voice(voice::Command::bridge(call, leg.id)));
        }
        self.show(line, status, out);
    }

    fn let_attend(
        &mut self,
        contact: ContactId,
        user: String,
        how: Attend,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let line = self.by_contact.get(&contact).copied();
        let talks = line.and_then(|line| {
            let it = self.lines.get(&line)?;
            let leg = it.leg.filter(|leg| leg.answered)?;
            let talks = matches!(it.state, LineState::Active | LineState::Held);
            Some((line, it.call()?, leg.id)).filter(|_| talks)
        });
        let Some((line, call, to)) = talks else {
            out.push(Output::Attending { contact, on: false });
            return;
        };
        let own = self.lines.get_mut(&line).and_then(|it| it.attends.as_mut());
        if let Some(own) = own.filter(|own| own.user == user) {
            own.how = how;
            if own.answered {
                let leg = own.leg;
                out.push(Output::Voice(voice::Command::Attend { leg, to, how }));
            }
            return;
        }
        self.end_attendance(line, out);
        self.next += 1;
        let leg = LegId(self.next);
        self.by_leg.insert(leg, line);
        out.push(Output::Voice(voice::Command::Dial {
            leg,
            call,
            user: user.clone(),
            contact: status.shown(contact),
            caller_display: "Medlytting".to_owned(),
        }));
        // Whoever asked has said that they are ready.
        out.push(Output::Voice(voice::Command::AnswerLeg { leg }));
        if let Some(it) = self.lines.get_mut(&line) {
            it.attends = Some(Attends {
                leg,
                user,
                how,
                answered: false,
            });
        }
    }

    /// Whether the leg is of somebody who attends; then they hear the conversation from now on.
    pub(super) fn attendant_answered(
        &mut self,
        line: u64,
        leg: LegId,
        out: &mut Vec<Output>,
    ) -> bool {
        let Some(it) = self.lines.get_mut(&line) else {
            return false;
        };
        let (contact, to) = (it.contact, it.leg.filter(|leg| leg.answered));
        let Some(own) = it.attends.as_mut().filter(|own| own.leg == leg) else {
            return false;
        };
        own.answered = true;
        let how = own.how;
        if let (Some(contact), Some(to)) = (contact, to) {
            let to = to.id;
            out.push(Output::Voice(voice::Command::Attend { leg, to, how }));
            out.push(Output::Attending { contact, on: true });
        } else {
            self.end_attendance(line, out);
        }
        true
    }

    /// Whether the leg was of somebody who attended; then nobody does any more.
    pub(super) fn attendant_left(&mut self, line: u64, leg: LegId, out: &mut Vec<Output>) -> bool {
        let Some(it) = self.lines.get_mut(&line) else {
            return false;
        };
        if it.attends.take_if(|own| own.leg == leg).is_none() {
            return false;
        }
        self.by_leg.remove(&leg);
        if let Some(contact) = it.contact {
            out.push(Output::Attending { contact, on: false });
        }
        true
    }

    /// Nobody attends any more, and no yes of before counts: the conversation is another one, or over.
    pub(super) fn end_attendance(&mut self, line: u64, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.asks_yes = false;
        it.question_due = false;
        it.question = false;
        let Some(own) = it.attends.take() else { return };
        self.by_leg.remove(&own.leg);
        out.push(Output::Voice(voice::Command::HangUpLeg { leg: own.leg }));
        if let Some(contact) = it.contact {
            out.push(Output::Attending { contact, on: false });
        }
    }

    /// A key in the conversation: a yes when one was asked for.
    pub(super) fn hear_yes(
        &mut self,
        line: u64,
        key: char,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        if let Some(contact) = it.contact
            && it.asks_yes
            && key == YES
            && it.state == LineState::Active
        {
            it.asks_yes = false;
            it.question_due = false;
            self.stop_asking(line, status, out);
            out.push(Output::SaidYes { contact });
        }
    }
}

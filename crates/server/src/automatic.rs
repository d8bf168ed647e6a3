//! K990000, the automatic adviser of the demo: at work only while no person is signed in as adviser.
//!
//! It answers real calls, says what it is and echoes (see `linje_calls`). This task signs it in and out
//! and ends its wrap-up at once.

use std::sync::Arc;

use linje_desk::{Batch, Submit};
use linje_event::{Command, Event, WrapUpAction};
use linje_http::Api;
use linje_routing::{ContactState, State};
use linje_types::{Activity, AdviserId, ContactId, Origin};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::desk_shell::DeskHandle;

/// Keeps the automatic adviser at work when it is needed, until the desk is gone.
pub(crate) async fn run(
    automatic: AdviserId,
    api: Api,
    desk: DeskHandle,
    mut feed: broadcast::Receiver<Arc<Batch>>,
) {
    loop {
        for command in api.shared.read(|view| wanted(&view.state, automatic)) {
            if let Ok(accepted) = desk.submit(Submit::new(0, command)).await {
                api.shared.reached(accepted.seq).await;
            }
        }
        if !next_change(automatic, &mut feed, &api).await {
            return;
        }
    }
}

/// Waits until something happened that may change what is wanted; false when the desk is gone.
async fn next_change(
    automatic: AdviserId,
    feed: &mut broadcast::Receiver<Arc<Batch>>,
    api: &Api,
) -> bool {
    loop {
        match feed.recv().await {
            Ok(batch) => {
                if batch
                    .records
                    .iter()
                    .any(|record| matters(&record.event, automatic))
                {
                    api.shared.reached(batch.last_seq()).await;
                    return true;
                }
            }
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}

fn matters(event: &Event, automatic: AdviserId) -> bool {
    let is_about_presence = matches!(
        event,
        Event::AdviserSignedIn { .. }
            | Event::AdviserSignedOut { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. }
    );
    is_about_presence || event.adviser() == Some(automatic)
}

/// What the automatic adviser must do now.
fn wanted(state: &State, automatic: AdviserId) -> Vec<Command> {
    let adviser = automatic;
    let Some(own) = state.adviser(automatic) else {
        return Vec::new();
    };
    let rules = &state.tables().rules().advisers;
    let people = (0..).map(AdviserId).zip(rules).any(|(id, rule)| {
        id != automatic
            && rule.origins.has(Origin::Live)
            && state
                .adviser(id)
                .is_some_and(|who| who.signed_in && who.present)
    });
    let mut commands: Vec<Command> = wrapping_up(state, automatic)
        .into_iter()
        .map(|contact| Command::WrapUp {
            contact,
            action: WrapUpAction::Done,
        })
        .collect();
    // An offer that it does not take by itself is no reason to stay: it goes to the person.
    let idle = state.contacts_of(automatic).iter().all(|&contact| {
        let view = state.contact(contact);
        view.is_some_and(|view| view.state == ContactState::Offered)
    });
    if people && own.signed_in && idle {
        commands.push(Command::SignOut { adviser });
    } else if !people && !own.signed_in {
        let activity = Activity::Phone;
        commands.push(Command::SignIn { adviser, activity });
    } else if !people && own.not_ready.is_some() {
        let activity = Activity::Phone;
        commands.push(Command::Choose { adviser, activity });
    }
    commands
}

fn wrapping_up(state: &State, automatic: AdviserId) -> Vec<ContactId> {
    let contacts = state.contacts_of(automatic).into_iter();
    contacts
        .filter(|&contact| {
            state
                .contact(contact)
                .is_some_and(|view| view.state == ContactState::WrapUp)
        })
        .collect()
}

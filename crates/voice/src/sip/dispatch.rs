//! Sorts what the stack hands up: to its dialog, to the registrar, or a new call.
//!
//! It must never wait for the switchboard: when there is no room, the answer is 503.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use rsipstack::dialog::dialog::Dialog;
use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Method, StatusCode};
use rsipstack::transaction::{Transaction, TransactionReceiver};
use tokio::sync::mpsc;

use super::{Arrival, Notice, Shared, allow_header, socket_address};
use crate::message::{self, SessionTimer};
use crate::{CallId, sdp};

/// Runs until the stack ends.
pub(crate) async fn dispatch(
    shared: Arc<Shared>,
    mut incoming: TransactionReceiver,
    notices: mpsc::Sender<Notice>,
) {
    while let Some(transaction) = incoming.recv().await {
        if let Some(dialog) = shared.layer.match_dialog(&transaction) {
            tokio::spawn(in_dialog(dialog, transaction));
            continue;
        }
        match transaction.original.method {
            Method::Invite if is_outside(&transaction) => new_call(&shared, transaction, &notices),
            Method::Register => register(&shared, transaction, &notices),
            Method::Options if is_outside(&transaction) => {
                let headers = vec![allow_header(), Header::Accept("application/sdp".into())];
                reply(transaction, StatusCode::OK, headers);
            }
            Method::Ack => {}
            Method::Bye
            | Method::Cancel
            | Method::Info
            | Method::Invite
            | Method::Message
            | Method::Notify
            | Method::Options
            | Method::PRack
            | Method::Publish
            | Method::Refer
            | Method::Subscribe
            | Method::Update => reply(
                transaction,
                StatusCode::CallTransactionDoesNotExist,
                Vec::new(),
            ),
        }
    }
}

fn is_outside(transaction: &Transaction) -> bool {
    let tag = transaction
        .original
        .to_header()
        .ok()
        .and_then(|to| to.tag().ok().flatten());
    tag.is_none()
}

fn reply(mut transaction: Transaction, status: StatusCode, headers: Vec<Header>) {
    tokio::spawn(async move {
        if let Err(error) = transaction.reply_with(status, headers, None).await {
            tracing::debug!(%error, "cannot answer a SIP request");
        }
    });
}

async fn in_dialog(mut dialog: Dialog, mut transaction: Transaction) {
    if let Err(error) = dialog.handle(&mut transaction).await {
        tracing::debug!(%error, "request in a dialog failed");
    }
    // The stack drops what comes out of order; the other side shall not wait for it (RFC 3261, 12.2.2).
    if transaction.last_response.is_none() && transaction.original.method != Method::Ack {
        let _answered = transaction.reply(StatusCode::ServerInternalError).await;
    }
}

fn register(shared: &Shared, transaction: Transaction, notices: &mpsc::Sender<Notice>) {
    let source = transaction
        .connection
        .as_ref()
        .and_then(|connection| connection.get_remote_addr().cloned());
    let (Some(source), Ok(room)) = (source, notices.try_reserve()) else {
        reply(
            transaction,
            StatusCode::ServiceUnavailable,
            vec![retry_after(shared)],
        );
        return;
    };
    let answer = {
        let mut registrar = shared
            .registrar
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        registrar.handle(&transaction.original, &source, Instant::now())
    };
    // Also without events: a renewal may move the next deadline.
    if answer.status == 200 {
        room.send(Notice::Registry(answer.events));
    }
    reply(transaction, StatusCode::from(answer.status), answer.headers);
}

fn retry_after(shared: &Shared) -> Header {
    Header::RetryAfter(shared.retry_after_s.to_string().into())
}

fn new_call(shared: &Arc<Shared>, transaction: Transaction, notices: &mpsc::Sender<Notice>) {
    let request = &transaction.original;
    if !message::is_sdp_or_empty(request) {
        reply(
            transaction,
            StatusCode::UnsupportedMediaType,
            vec![Header::Accept("application/sdp".into())],
        );
        return;
    }
    let timer = message::session_timer(request);
    if timer == SessionTimer::TooShort {
        let shortest = Header::Other("Min-SE".into(), message::MIN_SESSION.as_secs().to_string());
        reply(
            transaction,
            StatusCode::SessionIntervalTooSmall,
            vec![shortest],
        );
        return;
    }
    let offer = match request.body.as_slice() {
        [] => None,
        body => match sdp::parse(body) {
            Ok(offer) => Some(offer),
            Err(_) => return reply(transaction, StatusCode::NotAcceptableHere, Vec::new()),
        },
    };
    let is_full = shared.calls.load(Ordering::Relaxed) >= shared.max_calls;
    let (false, Ok(room)) = (is_full, notices.try_reserve()) else {
        return reply(
            transaction,
            StatusCode::ServiceUnavailable,
            vec![retry_after(shared)],
        );
    };
    match arrival(shared, &transaction, offer, timer) {
        Some(arrival) => {
            shared.calls.fetch_add(1, Ordering::Relaxed);
            let dialog = Dialog::Invite(arrival.dialog.clone());
            room.send(Notice::Arrival(Box::new(arrival)));
            tokio::spawn(in_dialog(dialog, transaction));
        }
        None => reply(transaction, StatusCode::BadRequest, Vec::new()),
    }
}

fn arrival(
    shared: &Shared,
    transaction: &Transaction,
    offer: Option<sdp::Description>,
    timer: SessionTimer,
) -> Option<Arrival> {
    let request = &transaction.original;
    let at = transaction.connection.as_ref()?.get_remote_addr()?.clone();
    let contact = request.typed_contact_headers().ok()?.first()?.uri.clone();
    let ours = shared.contact(at.r#type);
    let made = shared.layer.get_or_create_server_invite(
        transaction,
        shared.states.clone(),
        None,
        Some(ours),
    );
    let dialog = made.ok()?;
    // In-dialog requests go to the source, which is the Contact unless a translator or proxy lies between.
    let is_direct = contact.host_with_port == at.addr || request.record_route_header().is_some();
    let flow = (!is_direct).then(|| shared.flows.hold(&contact, &at));
    Some(Arrival {
        call: CallId(shared.last_call.fetch_add(1, Ordering::Relaxed) + 1),
        dialog,
        respond: transaction.tu_sender.clone(),
        offer,
        timer,
        dialled: message::dialled(&request.uri),
        from: message::caller(request),
        source: socket_address(&at)?,
        flow,
        came: Instant::now(),
    })
}

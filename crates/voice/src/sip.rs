//! Dialogs on top of the SIP stack: what comes in is sorted here, calls and phones are kept by the switchboard.

pub(crate) mod board;
mod bridge;
mod browser;
mod dispatch;
mod hold;
mod out;
mod phone;
mod timers;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::DialogStateSender;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::uri::Auth;
use rsipstack::sip::{Header, Param, Scheme, Transport, Uri};
use rsipstack::transaction::transaction::TransactionEventSender;
use rsipstack::transport::SipAddr;

pub(crate) use dispatch::dispatch;
pub(crate) use out::Trunk;

use crate::flows::Flows;
use crate::guard::{ALLOW, Gate, TcpGuard};
use crate::message::SessionTimer;
use crate::registrar::Registrar;
use crate::sdp::Description;
use crate::{CallId, Caller, Event};

/// What the dispatcher and the switchboard share.
pub(crate) struct Shared {
    pub(crate) layer: Arc<DialogLayer>,
    pub(crate) registrar: Mutex<Registrar>,
    pub(crate) flows: Arc<Flows>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) states: DialogStateSender,
    /// The address in SIP and SDP.
    pub(crate) advertised: SocketAddr,
    pub(crate) max_calls: usize,
    pub(crate) calls: AtomicUsize,
    pub(crate) legs: AtomicUsize,
    pub(crate) last_call: AtomicU64,
    pub(crate) retry_after_s: u32,
    pub(crate) trunk: Option<Trunk>,
    /// Outgoing calls, those included that wait for a connection.
    pub(crate) outgoing: AtomicUsize,
    pub(crate) tcp: Arc<TcpGuard>,
}

/// What the dispatcher tells the switchboard.
pub(crate) enum Notice {
    Arrival(Box<Arrival>),
    Registry(Vec<Event>),
    Browser(Box<crate::web::Ask>),
}

/// A new call that was not refused at once.
pub(crate) struct Arrival {
    pub(crate) call: CallId,
    pub(crate) dialog: InviteDialog,
    pub(crate) respond: TransactionEventSender,
    pub(crate) offer: Option<Description>,
    pub(crate) timer: SessionTimer,
    pub(crate) dialled: String,
    pub(crate) from: Caller,
    pub(crate) source: SocketAddr,
    /// The entry in the table of flows that this call holds.
    pub(crate) flow: Option<String>,
    pub(crate) came: Instant,
}

/// Which dialog: our tag does not change while the other side's comes later.
pub(crate) fn key(id: &DialogId) -> String {
    format!("{}\n{}", id.call_id, id.local_tag)
}

impl Shared {
    /// Our Contact for a peer that is reached like this.
    fn contact(&self, transport: Option<Transport>) -> Uri {
        let is_stream = transport == Some(Transport::Tcp);
        Uri {
            scheme: Some(Scheme::Sip),
            auth: Some(Auth {
                user: "linje".to_owned(),
                password: None,
            }),
            host_with_port: self.advertised.into(),
            params: if is_stream {
                vec![Param::Transport(Transport::Tcp)]
            } else {
                Vec::new()
            },
            headers: Vec::new(),
        }
    }
}

/// The socket address of a peer, whatever way the stack names it.
fn socket_address(address: &SipAddr) -> Option<SocketAddr> {
    address.get_socketaddr().ok()
}

fn allow_header() -> Header {
    Header::Allow(ALLOW.into())
}

fn sdp_header() -> Header {
    Header::ContentType("application/sdp".into())
}

fn contact_header(contact: &str) -> Header {
    // The id is ours, but a line break in a header would be somebody else's header.
    let clean: String = contact
        .chars()
        .filter(|c| c.is_ascii_graphic())
        .take(128)
        .collect();
    Header::Other("X-Linje-Contact".to_owned(), clean)
}

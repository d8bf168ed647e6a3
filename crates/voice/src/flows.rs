//! Where a Contact really is: behind an address translator the address in it leads nowhere.
//!
//! It also knows which TCP streams are open, so that the stack never dials out past the guard. It never asks DNS.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use rsipstack::sip::uri::ParamsExt as _;
use rsipstack::sip::{Host, Transport, Uri};
use rsipstack::transaction::endpoint::TargetLocator;
use rsipstack::transport::SipAddr;

/// The table that registrations and calls write and the stack reads.
#[derive(Default)]
pub(crate) struct Flows {
    table: RwLock<Table>,
    /// Where names lead: only the dialogs of the trunk have any.
    names: Option<SipAddr>,
}

#[derive(Default)]
struct Table {
    /// Contact -> (where it is, how many hold the entry)
    contacts: HashMap<String, (SipAddr, usize)>,
    streams: HashSet<SocketAddr>,
}

/// The part of a URI that says which phone it is.
fn key(uri: &Uri) -> String {
    let transport = uri.transport().map_or("", |transport| {
        if *transport == Transport::Tcp {
            "tcp"
        } else {
            ""
        }
    });
    format!(
        "{}@{};{transport}",
        uri.user().unwrap_or(""),
        uri.host_with_port
    )
    .to_ascii_lowercase()
}

impl Flows {
    /// A table in which names lead to the trunk.
    pub(crate) fn with_trunk(trunk: Option<SipAddr>) -> Self {
        Self {
            names: trunk,
            ..Self::default()
        }
    }

    /// Whether there is a stream to the peer.
    pub(crate) fn is_open(&self, peer: SocketAddr) -> bool {
        self.table
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .streams
            .contains(&peer)
    }

    /// Remembers where a Contact is. Give it back with [`Flows::release`].
    pub(crate) fn hold(&self, uri: &Uri, at: &SipAddr) -> String {
        let key = key(uri);
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let entry = table
            .contacts
            .entry(key.clone())
            .or_insert_with(|| (at.clone(), 0));
        entry.0 = at.clone();
        entry.1 += 1;
        key
    }

    pub(crate) fn release(&self, key: &str) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = table.contacts.get_mut(key) {
            entry.1 -= 1;
            if entry.1 == 0 {
                table.contacts.remove(key);
            }
        }
    }

    pub(crate) fn stream_opened(&self, peer: SocketAddr) {
        self.table
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .streams
            .insert(peer);
    }

    pub(crate) fn stream_closed(&self, peer: SocketAddr) {
        self.table
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .streams
            .remove(&peer);
    }

    /// Entries, for the test that none is left behind.
    pub(crate) fn len(&self) -> usize {
        self.table
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contacts
            .len()
    }

    fn find(&self, uri: &Uri) -> Result<SipAddr, String> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let found = match table.contacts.get(&key(uri)) {
            Some((at, _)) => at.clone(),
            None => plain(uri).or_else(|error| self.names.clone().ok_or(error))?,
        };
        let is_stream = found
            .r#type
            .is_some_and(|transport| transport != Transport::Udp);
        let is_open = found
            .get_socketaddr()
            .is_ok_and(|peer| table.streams.contains(&peer));
        if is_stream && !is_open {
            Err("no open connection to the target".to_owned())
        } else {
            Ok(found)
        }
    }
}

fn plain(uri: &Uri) -> Result<SipAddr, String> {
    match uri.host() {
        Host::IpAddr(_) => Ok(SipAddr {
            r#type: Some(uri.transport().copied().unwrap_or(Transport::Udp)),
            addr: uri.host_with_port.clone(),
        }),
        Host::Domain(_) => Err("the target is a name, not an address".to_owned()),
    }
}

/// What the stack asks.
pub(crate) struct Locator(pub(crate) Arc<Flows>);

#[async_trait]
impl TargetLocator for Locator {
    async fn locate(&self, uri: &Uri) -> rsipstack::Result<SipAddr> {
        self.0.find(uri).map_err(rsipstack::Error::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        Uri::try_from(text).unwrap()
    }

    fn at(transport: Transport, text: &str) -> SipAddr {
        SipAddr {
            r#type: Some(transport),
            addr: text.parse::<SocketAddr>().unwrap().into(),
        }
    }

    #[test]
    fn a_contact_behind_a_translator_leads_to_its_source() {
        let flows = Flows::default();
        let contact = uri("sip:K990001@10.0.0.5:5060");
        let source = at(Transport::Udp, "198.51.100.7:40000");
        let key = flows.hold(&contact, &source);
        flows.hold(&contact, &source);
        assert_eq!(flows.find(&contact), Ok(source.clone()));
        flows.release(&key);
        assert_eq!(flows.find(&contact), Ok(source));
        flows.release(&key);
        assert_eq!(
            flows.find(&contact),
            Ok(at(Transport::Udp, "10.0.0.5:5060"))
        );
        assert_eq!(flows.len(), 0);
    }

    #[test]
    fn nothing_is_dialled_and_no_name_is_looked_up() {
        let flows = Flows::default();
        let contact = uri("sip:x@127.0.0.1:7000;transport=tcp");
        assert!(flows.find(&contact).is_err());
        flows.stream_opened("127.0.0.1:7000".parse().unwrap());
        assert_eq!(
            flows.find(&contact),
            Ok(at(Transport::Tcp, "127.0.0.1:7000"))
        );
        assert!(flows.find(&uri("sip:x@phone.example")).is_err());
        let trunk = at(Transport::Udp, "127.0.0.1:7001");
        let flows = Flows::with_trunk(Some(trunk.clone()));
        assert_eq!(flows.find(&uri("sip:x@gateway.example")), Ok(trunk));
    }
}

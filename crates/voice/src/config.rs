//! The settings of the telephony shell, and what they are when nobody says otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::destination::{Number, Pattern};
use crate::digest::Ha1;

/// Settings of [`crate::Voice`].
#[derive(Clone, Debug)]
pub struct Config {
    /// Where SIP listens, UDP and TCP on one port number. Port 0 lets the system choose. default: 127.0.0.1:5060
    pub sip: SocketAddr,
    /// The address in SIP and SDP when `sip` is a wildcard. default: the address of `sip`
    pub advertised: Option<IpAddr>,
    /// Threads for RTP. default: 1
    pub media_threads: usize,
    /// Calls at one time, outgoing ones included; more from outside get 503. default: 5000
    pub max_calls: usize,
    /// Who may send calls. default: loopback
    pub trunks: Vec<Network>,
    /// Where calls to the public network go. default: nowhere
    pub outgoing: Option<Outgoing>,
    /// The realm of digest authentication. default: linje
    pub realm: String,
    /// The phones' users.
    pub users: Vec<User>,
    /// Longest registration. default: 1 h
    pub max_expires: Duration,
    /// Shortest registration. default: 30 s
    pub min_expires: Duration,
    /// Whether phones are asked for SHA-256 beside MD5. Some that know only MD5 give up then
    /// (SIPp 3.6 looks at the first challenge only, baresip 1.0 fails on any unknown one). default: false
    pub offer_sha256: bool,
    /// How long a nonce is good. default: 5 min
    pub nonce_life: Duration,
    /// A side that was heard and is silent for this long counts as dead. default: 60 s
    pub media_timeout: Duration,
    /// A side that was never heard counts as dead after this long. default: 10 min
    pub never_heard_timeout: Duration,
    /// A phone that says nothing at all to an INVITE for this long is unreachable. default: 4 s
    pub dial_timeout: Duration,
    /// Seconds in `Retry-After` of a 503. default: 5
    pub retry_after_s: u32,
    /// Where the sound of browsers comes in: the UDP port of the first media thread, the next port for the next
    /// thread. Port 0 lets the system choose. default: 127.0.0.1:0
    pub browsers: SocketAddr,
    /// The address that browsers are told to send to, when `browsers` is a wildcard or behind a translator.
    /// default: the address of `browsers`
    pub browsers_announced: Option<IpAddr>,
    /// Limits of the guard.
    pub guard: Guard,
}

/// Limits of the guard in front of the SIP stack.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// Messages a second from one address that is not a trunk. default: 50
    pub rate: u32,
    /// Messages at once from such an address. default: 200
    pub burst: u32,
    /// Messages a second from one trunk address. default: 50000
    pub trunk_rate: u32,
    /// Messages at once from such an address. default: 100000
    pub trunk_burst: u32,
    /// Messages that may wait for the SIP stack before new requests get 503. default: 4000
    pub max_depth: usize,
    /// How long a message may have waited for the SIP stack before new calls get 503: after half a second senders
    /// repeat themselves. default: 400 ms
    pub max_message_age: Duration,
    /// The same for some time after a call was refused. default: 100 ms
    pub max_message_age_in_crowd: Duration,
    /// For how long after the last refusal that is. default: 1 s
    pub crowd: Duration,
    /// How long a new call may have waited for the shell above before further ones get 503. default: 1 s
    pub max_call_age: Duration,
    /// The same for some time after a call was refused. default: 200 ms
    pub max_call_age_in_crowd: Duration,
    /// TCP connections at one time. default: 2000
    pub max_connections: usize,
    /// TCP connections from one address that is not a trunk. default: 50
    pub max_connections_per_address: usize,
    /// A TCP connection that stays silent this long is closed. default: 10 min
    pub idle: Duration,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            rate: 50,
            burst: 200,
            trunk_rate: 50_000,
            trunk_burst: 100_000,
            max_depth: 4_000,
            max_message_age: Duration::from_millis(400),
            max_message_age_in_crowd: Duration::from_millis(100),
            crowd: Duration::from_secs(1),
            max_call_age: Duration::from_secs(1),
            max_call_age_in_crowd: Duration::from_millis(200),
            max_connections: 2_000,
            max_connections_per_address: 50,
            idle: Duration::from_secs(600),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sip: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5_060),
            advertised: None,
            media_threads: 1,
            max_calls: 5_000,
            trunks: Network::loopback(),
            outgoing: None,
            realm: "linje".to_owned(),
            users: Vec::new(),
            max_expires: Duration::from_secs(3_600),
            min_expires: Duration::from_secs(30),
            offer_sha256: false,
            nonce_life: Duration::from_secs(300),
            media_timeout: Duration::from_secs(60),
            never_heard_timeout: Duration::from_secs(600),
            dial_timeout: Duration::from_secs(4),
            retry_after_s: 5,
            browsers: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            browsers_announced: None,
            guard: Guard::default(),
        }
    }
}

/// The trunk to the public network, and what may be asked of it.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Where the trunk is.
    pub trunk: SocketAddr,
    /// The host in the addresses that the trunk is asked for. default: the address of `trunk`
    pub host: Option<String>,
    /// What it is spoken to over. default: UDP
    pub transport: Transport,
    /// What a challenge (401, 407) is answered with. default: nothing
    pub login: Option<Login>,
    /// The number that people see.
    pub from: Number,
    /// Which numbers may be called; premium numbers never. default: Norwegian subscribers, `+47NXXXXXXX`
    pub allowed: Vec<Pattern>,
    /// Outgoing calls at one time. default: 50
    pub max_calls: usize,
}

impl Outgoing {
    /// A trunk with the usual limits.
    pub fn new(trunk: SocketAddr, from: Number) -> Self {
        Self {
            trunk,
            host: None,
            transport: Transport::Udp,
            login: None,
            from,
            allowed: Pattern::norwegian(),
            max_calls: 50,
        }
    }
}

/// How a trunk is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams.
    #[default]
    Udp,
    /// One connection, opened when it is needed.
    Tcp,
}

/// User and password at a trunk.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Login(..)")
    }
}

/// A user who may register phones. The password itself is not kept.
#[derive(Clone)]
pub struct User {
    pub(crate) name: String,
    pub(crate) ha1: Ha1,
}

impl User {
    /// A user with a password, for one realm.
    pub fn new(name: &str, realm: &str, password: &str) -> Self {
        Self {
            name: name.to_owned(),
            ha1: Ha1::of(name, realm, password),
        }
    }
}

impl std::fmt::Debug for User {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("User")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A block of addresses, e.g. `10.2.0.0/16`; a single address has the whole prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Text that is no network.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("not an address or network: `{0}`")]
pub struct NetworkParseError(String);

impl Network {
    /// 127.0.0.0/8 and ::1.
    pub fn loopback() -> Vec<Self> {
        vec![
            Self {
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                prefix: 8,
            },
            Self {
                address: IpAddr::V6(Ipv6Addr::LOCALHOST),
                prefix: 128,
            },
        ]
    }

    /// Whether the address lies in the block.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.prefix.min(32));
                (u32::from(own) ^ u32::from(other))
                    .checked_shr(shift)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.prefix.min(128));
                (u128::from(own) ^ u128::from(other))
                    .checked_shr(shift)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NetworkParseError(text.to_owned());
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix
            .map_or(Ok(longest), str::parse)
            .map_err(|_| wrong())?;
        if prefix > longest {
            Err(wrong())
        } else {
            Ok(Self { address, prefix })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_and_hold_their_addresses() {
        let network: Network = "10.2.0.0/16".parse().unwrap();
        assert!(network.contains("10.2.255.1".parse().unwrap()));
        assert!(!network.contains("10.3.0.1".parse().unwrap()));
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .unwrap()
                .contains("8.8.8.8".parse().unwrap())
        );
        assert!(
            Network::loopback()
                .iter()
                .any(|n| n.contains("::ffff:127.0.0.1".parse().unwrap()))
        );
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("trunk.example".parse::<Network>().is_err());
    }

    #[test]
    fn a_user_shows_no_secret() {
        let shown = format!("{:?}", User::new("K990001", "linje", "hemmelig"));
        assert_eq!(shown, "User { name: \"K990001\", .. }");
    }
}

//! The trunk for calls to the public network, as `[sip.outgoing]` of the settings describes it.
//!
//! The password may come from the environment instead, and shows nowhere.

use std::net::{SocketAddr, ToSocketAddrs as _};

use anyhow::{Context as _, Result, bail};
use linje_voice::{Login, Number, Outgoing, Pattern, Transport};
use serde::Deserialize;

/// Overrides `password`.
pub(crate) const PASSWORD: &str = "LINJE_SIP__OUTGOING__PASSWORD";

/// `[sip.outgoing]`. Unknown keys are errors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrunkSettings {
    /// Host and port, e.g. `sip.example.no:5060`.
    trunk: String,
    /// `udp` or `tcp`.
    #[serde(default)]
    transport: Spoken,
    user: Option<String>,
    password: Option<Secret>,
    /// The number that people see.
    from: String,
    /// Patterns of numbers that may be called, e.g. `+47NXXXXXXX`, `+46*`.
    allowed: Option<Vec<String>>,
    max_calls: Option<usize>,
    /// Calls that one adviser may begin in an hour.
    per_adviser_hour: Option<u32>,
    /// Calls of advisers at one time.
    by_advisers: Option<u32>,
}

/// How much advisers may ring out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallLimits {
    /// Calls that one adviser may begin in an hour. default: 20
    pub(crate) per_hour: u32,
    /// Calls of advisers at one time, in the whole centre. default: 20
    pub(crate) at_once: u32,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Spoken {
    #[default]
    Udp,
    Tcp,
}

/// Text that does not show in debug output.
#[derive(Deserialize)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(..)")
    }
}

impl TrunkSettings {
    /// How much advisers may ring out.
    pub(crate) fn limits(&self) -> CallLimits {
        CallLimits {
            per_hour: self.per_adviser_hour.unwrap_or(20),
            at_once: self.by_advisers.unwrap_or(20),
        }
    }

    /// The trunk as the lines need it. A name is looked up here, once. `sip` is where the lines listen,
    /// `password` what the environment says.
    pub(crate) fn outgoing(self, sip: SocketAddr, password: Option<String>) -> Result<Outgoing> {
        let trunk = address(&self.trunk)?;
        if sip.ip().is_loopback() && !trunk.ip().is_loopback() {
            bail!(
                "[sip.outgoing] trunk {} cannot be reached from the loopback address {sip} that the lines listen on",
                self.trunk
            );
        }
        let from = Number::from(self.from);
        if from.as_str().is_empty()
            || !from
                .as_str()
                .chars()
                .all(|c| c.is_ascii_digit() || c == '+')
        {
            bail!("[sip.outgoing] from is no number: figures, and + before the country code");
        }
        let mut outgoing = Outgoing::new(trunk, from);
        if self.trunk.parse::<SocketAddr>().is_err() {
            outgoing.host = self.trunk.rsplit_once(':').map(|(name, _)| name.to_owned());
        }
        outgoing.transport = match self.transport {
            Spoken::Udp => Transport::Udp,
            Spoken::Tcp => Transport::Tcp,
        };
        let password = password.or_else(|| self.password.map(|secret| secret.0));
        outgoing.login = match (self.user, password) {
            (Some(user), Some(password)) => Some(Login { user, password }),
            (None, None) => None,
            (Some(_), None) => {
                bail!("[sip.outgoing] user needs a password: write password, or set {PASSWORD}")
            }
            (None, Some(_)) => bail!("[sip.outgoing] a password needs a user"),
        };
        if let Some(allowed) = self.allowed {
            let patterns: Result<Vec<Pattern>, _> =
                allowed.iter().map(|text| text.parse()).collect();
            outgoing.allowed = patterns.context("[sip.outgoing] allowed")?;
        }
        if let Some(most) = self.max_calls {
            outgoing.max_calls = most;
        }
        Ok(outgoing)
    }
}

fn address(trunk: &str) -> Result<SocketAddr> {
    let found = trunk.to_socket_addrs().with_context(|| {
        format!("[sip.outgoing] trunk `{trunk}` leads nowhere; write host and port, e.g. sip.example.no:5060")
    })?;
    // IPv4 first: the lines listen on one family, and that is it by default.
    let mut found: Vec<SocketAddr> = found.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    found
        .first()
        .copied()
        .with_context(|| format!("[sip.outgoing] trunk `{trunk}` has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, password: Option<&str>) -> Result<Outgoing> {
        let settings: TrunkSettings = toml::from_str(text)?;
        let sip = "127.0.0.1:5060".parse()?;
        settings.outgoing(sip, password.map(str::to_owned))
    }

    #[test]
    fn a_trunk_is_read_with_its_usual_limits() {
        let trunk = read("trunk = \"127.0.0.1:5070\"\nfrom = \"22334455\"", None).unwrap();
        assert_eq!(trunk.trunk, "127.0.0.1:5070".parse().unwrap());
        assert_eq!((trunk.transport, trunk.max_calls), (Transport::Udp, 50));
        assert_eq!((trunk.host, trunk.login), (None, None));
        assert_eq!(trunk.allowed, Pattern::norwegian());
    }

    #[test]
    fn everything_can_be_set_and_the_environment_knows_the_password_better() {
        let text = "trunk = \"localhost:5070\"\ntransport = \"tcp\"\nuser = \"linje\"\npassword = \"fil\"\nfrom = \"+4722334455\"\nallowed = [\"+46*\"]\nmax_calls = 3";
        let trunk = read(text, Some("miljø")).unwrap();
        assert!(trunk.trunk.ip().is_loopback());
        assert_eq!(trunk.host.as_deref(), Some("localhost"));
        assert_eq!((trunk.transport, trunk.max_calls), (Transport::Tcp, 3));
        assert_eq!(trunk.login.as_ref().unwrap().password, "miljø");
        assert_eq!(trunk.allowed, ["+46*".parse().unwrap()]);
        let shown = format!(
            "{trunk:?} {:?}",
            toml::from_str::<TrunkSettings>(text).unwrap()
        );
        assert!(
            !shown.contains("fil") && !shown.contains("miljø"),
            "{shown}"
        );
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        let head = "trunk = \"127.0.0.1:5070\"\nfrom = \"22334455\"\n";
        for (text, word) in [
            (
                "trunk = \"127.0.0.1\"\nfrom = \"22334455\"".to_owned(),
                "host and port",
            ),
            (
                "trunk = \"192.0.2.1:5060\"\nfrom = \"22334455\"".to_owned(),
                "cannot be reached",
            ),
            (
                "trunk = \"127.0.0.1:5070\"\nfrom = \"Etaten\"".to_owned(),
                "no number",
            ),
            (format!("{head}user = \"linje\""), "needs a password"),
            (format!("{head}password = \"x\""), "needs a user"),
            (format!("{head}allowed = [\"*\"]"), "allowed"),
            (format!("{head}transport = \"tls\""), "tls"),
            (format!("{head}max_cals = 1"), "max_cals"),
        ] {
            let error = format!("{:#}", read(&text, None).unwrap_err());
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}

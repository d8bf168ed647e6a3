//! Whom the settings trust to say who somebody is, and how browsers reach the service.
//!
//! ```toml
//! [http]
//! listen = "0.0.0.0:8443"
//! public_url = "https://linje.example.no"
//! tls_cert = "cert.pem"            # or: trusted_proxy = "10.0.0.5"
//! tls_key = "key.pem"
//!
//! [sessions]
//! idle_minutes = 30
//! absolute_hours = 12
//!
//! [[issuer]]
//! id = "entra"
//! name = "Ansatt"
//! url = "https://login.microsoftonline.com/TENANT/v2.0"
//! kind = "staff"
//! client_id = "..."
//! groups = { "0b1c..." = "adviser", "77aa..." = "strict" }
//! ```
//!
//! The secret of a client is in the environment, as `LINJE_ISSUER_ENTRA_SECRET`.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use linje_identity::{API_AUDIENCE, Grant, IssuerKind, IssuerSettings, Limits, grant};
use serde::Deserialize;

use crate::cli::WrongUse;

/// `[[issuer]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerFile {
    id: String,
    name: String,
    url: String,
    kind: KindFile,
    client_id: String,
    #[serde(default)]
    scopes: Vec<String>,
    /// Whom tokens of programs are made for. default: linje-api
    audience: Option<String>,
    #[serde(default)]
    groups: BTreeMap<String, String>,
    /// Values of `acr` that will do. default: any
    #[serde(default)]
    levels: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindFile {
    Citizens,
    Staff,
}

/// `[sessions]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionsFile {
    /// default: 30
    idle_minutes: Option<u32>,
    /// default: 12
    absolute_hours: Option<u32>,
}

impl SessionsFile {
    /// In seconds. `idle_s` is for tests that cannot wait for minutes.
    pub(crate) fn limits(&self, idle_s: Option<&str>) -> Result<Limits> {
        let usual = Limits::default();
        let idle = match idle_s {
            Some(text) => text.parse().map_err(|_| {
                let text = format!("LINJE_SESSIONS__IDLE_S={text} is no number of seconds");
                anyhow!(WrongUse(text))
            })?,
            None => self
                .idle_minutes
                .map_or(usual.idle_s, |minutes| i64::from(minutes) * 60),
        };
        let absolute = self
            .absolute_hours
            .map_or(usual.absolute_s, |hours| i64::from(hours) * 3_600);
        if idle <= 0 || absolute <= 0 {
            bail!("[sessions] idle_minutes and absolute_hours must be 1 or more");
        }
        Ok(Limits {
            idle_s: idle,
            absolute_s: absolute,
        })
    }
}

/// How the port is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Transport {
    /// Open text, on this machine only.
    Here,
    /// TLS by certificate and key.
    Tls {
        /// The chain, PEM.
        cert: PathBuf,
        /// The key, PEM.
        key: PathBuf,
    },
    /// Open text from this address only, which does TLS for us.
    Proxy(IpAddr),
}

/// Who may log in, and over what.
#[derive(Debug, Clone)]
pub(crate) struct Trusted {
    pub(crate) issuers: Vec<IssuerSettings>,
    pub(crate) limits: Limits,
    pub(crate) public_url: Option<String>,
    pub(crate) transport: Transport,
}

/// What the settings say of it.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) issuers: Vec<IssuerFile>,
    pub(crate) limits: Limits,
    pub(crate) public_url: Option<String>,
    pub(crate) tls_cert: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) proxy: Option<IpAddr>,
}

impl Trusted {
    /// Checks what belongs together.
    pub(crate) fn read(said: Said, secret: impl Fn(&str) -> Option<String>) -> Result<Trusted> {
        let transport = match (said.tls_cert, said.tls_key, said.proxy) {
            (None, None, None) => Transport::Here,
            (Some(cert), Some(key), None) => Transport::Tls { cert, key },
            (None, None, Some(proxy)) => Transport::Proxy(proxy),
            (Some(_), None, _) | (None, Some(_), _) => {
                bail!(WrongUse(String::from(
                    "TLS needs both --tls-cert FILE and --tls-key FILE"
                )))
            }
            (Some(_), Some(_), Some(_)) => bail!(WrongUse(String::from(
                "choose one: TLS here (--tls-cert, --tls-key) or http.trusted_proxy, which does TLS for us"
            ))),
        };
        if let Some(url) = &said.public_url
            && (!url.starts_with("https://") || url.trim_end_matches('/').matches('/').count() != 2)
        {
            bail!(WrongUse(format!(
                "http.public_url `{url}` must be https:// and a name, e.g. https://linje.example.no"
            )));
        }
        let issuers = said.issuers.into_iter().map(|file| issuer(file, &secret));
        Ok(Trusted {
            issuers: issuers.collect::<Result<_>>()?,
            limits: said.limits,
            public_url: said.public_url,
            transport,
        })
    }

    /// Whether `address` may be listened on. Beyond this machine only with somebody to log in with, and
    /// nothing in open text.
    pub(crate) fn allows(&self, flag: &str, address: SocketAddr, demo: bool) -> Result<()> {
        if address.ip().is_loopback() {
            return Ok(());
        }
        let port = address.port();
        let lacks = if demo {
            "the demo lets everybody be anybody, so only loopback addresses are allowed; a service for work is started by `linje serve`"
        } else if self.issuers.is_empty() {
            "nobody can log in yet: name an [[issuer]] in linje.toml, or use a loopback address"
        } else if self.transport == Transport::Here {
            "what is said there could be read by others: give --tls-cert and --tls-key, or name http.trusted_proxy, or use a loopback address"
        } else if self.public_url.is_none() {
            "say how browsers write the address: http.public_url = \"https://...\""
        } else {
            return Ok(());
        };
        bail!(WrongUse(format!(
            "{flag} {address} can be reached from other machines; {lacks}, e.g. {flag} 127.0.0.1:{port}"
        )))
    }
}

fn issuer(file: IssuerFile, secret: &impl Fn(&str) -> Option<String>) -> Result<IssuerSettings> {
    let id = &file.id;
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if id.is_empty() || !id.chars().all(plain) {
        bail!("[[issuer]] id `{id}` may have small letters, figures and - only");
    }
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    let safe = file.url.starts_with("https://") || here.iter().any(|own| file.url.starts_with(own));
    if !safe {
        bail!("[[issuer]] {id}: url `{}` must be https://", file.url);
    }
    let name = format!(
        "LINJE_ISSUER_{}_SECRET",
        id.to_uppercase().replace('-', "_")
    );
    let groups = file.groups.into_iter().map(|(group, gives)| {
        let known = grant(&gives).ok_or_else(|| {
            anyhow!("[[issuer]] {id}: group `{group}` gives `{gives}`, which is no role and no clearance")
        });
        known.map(|grant| (group, grant))
    });
    let groups: BTreeMap<String, Grant> = groups.collect::<Result<_>>()?;
    Ok(IssuerSettings {
        client_secret: secret(&name),
        kind: match file.kind {
            KindFile::Citizens => IssuerKind::Citizens,
            KindFile::Staff => IssuerKind::Staff,
        },
        audience: file.audience.unwrap_or_else(|| API_AUDIENCE.to_owned()),
        name: file.name,
        url: file.url,
        client_id: file.client_id,
        scopes: file.scopes,
        levels: file.levels,
        id: file.id,
        groups,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(more: &str) -> IssuerFile {
        let text = format!(
            "id = \"entra\"\nname = \"N\"\nurl = \"https://issuer.example\"\nkind = \"staff\"\nclient_id = \"c\"\n{more}"
        );
        toml::from_str(&text).unwrap()
    }

    fn said(issuers: bool, tls: bool, proxy: bool, url: bool) -> Said {
        Said {
            issuers: issuers.then(|| file("")).into_iter().collect(),
            public_url: url.then(|| "https://linje.example.no".to_owned()),
            tls_cert: tls.then(|| "c".into()),
            tls_key: tls.then(|| "k".into()),
            proxy: proxy.then(|| [10, 0, 0, 5].into()),
            ..Said::default()
        }
    }

    #[test]
    fn beyond_this_machine_only_with_an_issuer_a_name_and_nothing_in_open_text() {
        let outside = "10.0.0.1:8080".parse().unwrap();
        let here = "127.0.0.1:8080".parse().unwrap();
        for bits in 0..16 {
            let (issuers, tls, proxy, url) =
                (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0, bits & 8 != 0);
            let read = Trusted::read(said(issuers, tls, proxy, url), |_| None);
            if tls && proxy {
                assert!(read.is_err());
                continue;
            }
            let trusted = read.unwrap();
            let allowed = trusted.allows("--http", outside, false).is_ok();
            assert_eq!(allowed, issuers && (tls || proxy) && url, "{bits:04b}");
            assert!(
                trusted.allows("--http", outside, true).is_err(),
                "never a demo"
            );
            assert!(trusted.allows("--http", here, false).is_ok());
        }
    }

    #[test]
    fn half_of_tls_an_open_issuer_and_an_unknown_role_are_refused() {
        let half = Said {
            tls_cert: Some("c".into()),
            ..Said::default()
        };
        assert!(Trusted::read(half, |_| None).is_err());
        let open = Said {
            public_url: Some("http://linje.example.no".to_owned()),
            ..Said::default()
        };
        assert!(Trusted::read(open, |_| None).is_err());
        let mut wrong = file("");
        wrong.url = "http://issuer.example".to_owned();
        assert!(issuer(wrong, &|_| None).is_err());
        assert!(issuer(file("groups = { g = \"king\" }"), &|_| None).is_err());
        let good = issuer(file("groups = { g = \"leader\" }"), &|name| {
            Some(name.to_owned())
        })
        .unwrap();
        assert_eq!(
            good.client_secret.as_deref(),
            Some("LINJE_ISSUER_ENTRA_SECRET")
        );
        assert_eq!(good.groups.len(), 1);
    }
}

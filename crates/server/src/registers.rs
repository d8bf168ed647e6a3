//! `[registers]` of the settings: which real registers are read, where, and as whom.
//!
//! A register that is not named is not connected: the page says so, and everything else goes on.

use std::sync::Arc;

use anyhow::{Result, bail};
use linje_registry::adapter::{
    Absent, ClientCredentials, Kodeverk, Krr, Norg2, Oppgave, Pdl, Repr, Saf, Token, Utbetaling,
    Wire,
};
use linje_registry::{Offices, Sources, Tasks};
use serde::Deserialize;

/// The variable that the secret of the client comes in; it is never in the file.
pub(crate) const SECRET: &str = "LINJE_REGISTERS_SECRET";

/// `[registers]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistersFile {
    /// Where tokens are asked for, with client credentials. default: registers are shown none
    token_url: Option<String>,
    /// As whom. default: linje
    client_id: Option<String>,
    pdl: Option<PdlFile>,
    krr: Option<RegisterFile>,
    saf: Option<RegisterFile>,
    utbetaling: Option<RegisterFile>,
    repr: Option<RegisterFile>,
    norg2: Option<RegisterFile>,
    oppgave: Option<RegisterFile>,
    kodeverk: Option<RegisterFile>,
}

/// `[registers.krr]` and the like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegisterFile {
    url: String,
    /// What the token is for.
    #[serde(default)]
    scope: String,
}

/// `[registers.pdl]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PdlFile {
    url: String,
    #[serde(default)]
    scope: String,
    /// The number of the processing in the catalogue.
    behandlingsnummer: String,
}

/// The ways to the registers that are connected.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connected {
    pdl: Option<(Wire, String)>,
    krr: Option<Wire>,
    saf: Option<Wire>,
    utbetaling: Option<Wire>,
    repr: Option<Wire>,
    norg2: Option<Wire>,
    oppgave: Option<Wire>,
    kodeverk: Option<Wire>,
}

/// As whom tokens are asked for.
struct Client {
    url: String,
    id: String,
    secret: String,
}

impl Connected {
    /// Reads the settings; no register is asked yet.
    pub(crate) fn read(file: RegistersFile, secret: Option<String>) -> Result<Connected> {
        let client = match (file.token_url, secret) {
            (None, _) => None,
            (Some(url), Some(secret)) => {
                is_safe("token_url", &url)?;
                Some(Client {
                    url,
                    id: file.client_id.unwrap_or_else(|| "linje".to_owned()),
                    secret,
                })
            }
            (Some(_), None) => {
                bail!("[registers] token_url needs a secret: set {SECRET} in the environment")
            }
        };
        let client = client.as_ref();
        let wire = |name: &str, file: Option<RegisterFile>| {
            file.map(|file| wire(client, name, &file.url, &file.scope))
                .transpose()
        };
        Ok(Connected {
            pdl: file
                .pdl
                .map(|pdl| {
                    let wire = self::wire(client, "pdl", &pdl.url, &pdl.scope)?;
                    anyhow::Ok((wire, pdl.behandlingsnummer))
                })
                .transpose()?,
            krr: wire("krr", file.krr)?,
            saf: wire("saf", file.saf)?,
            utbetaling: wire("utbetaling", file.utbetaling)?,
            repr: wire("repr", file.repr)?,
            norg2: wire("norg2", file.norg2)?,
            oppgave: wire("oppgave", file.oppgave)?,
            kodeverk: wire("kodeverk", file.kodeverk)?,
        })
    }

    /// The register of offices.
    pub(crate) fn offices(&self) -> Arc<dyn Offices> {
        match &self.norg2 {
            Some(wire) => Arc::new(Norg2::new(wire.clone())),
            None => Arc::new(Absent),
        }
    }

    /// The ports of what is connected; `tasks` is where tasks are kept when no other register keeps them.
    pub(crate) fn sources(self, offices: Arc<dyn Offices>, tasks: Arc<dyn Tasks>) -> Sources {
        let none = Arc::new(Absent);
        let codes = self.kodeverk.map(Kodeverk::new);
        Sources {
            persons: match self.pdl {
                Some((wire, processing)) => {
                    let pdl = Pdl::new(wire, processing);
                    Arc::new(match codes {
                        Some(codes) => pdl.with_codes(codes),
                        None => pdl,
                    })
                }
                None => none.clone(),
            },
            preferences: match self.krr {
                Some(wire) => Arc::new(Krr::new(wire)),
                None => none.clone(),
            },
            cases: match self.saf {
                Some(wire) => Arc::new(Saf::new(wire)),
                None => none.clone(),
            },
            payments: match self.utbetaling {
                Some(wire) => Arc::new(Utbetaling::new(wire)),
                None => none.clone(),
            },
            powers: match self.repr {
                Some(wire) => Arc::new(Repr::new(wire)),
                None => none.clone(),
            },
            offices,
            tasks: match self.oppgave {
                Some(wire) => Arc::new(Oppgave::new(wire)),
                None => tasks,
            },
            organisations: none.clone(),
            benefits: none.clone(),
            follow_ups: none.clone(),
            notices: none,
        }
    }
}

fn wire(client: Option<&Client>, name: &str, url: &str, scope: &str) -> Result<Wire> {
    is_safe(&format!("{name}.url"), url)?;
    let token = match client {
        Some(client) => {
            let asked = ClientCredentials::new(&client.url, &client.id, &client.secret, scope)?;
            Token::Asked(Arc::new(asked))
        }
        None => Token::None,
    };
    Ok(Wire::new(url, token)?)
}

/// What is told of people goes over TLS, except within one machine.
fn is_safe(name: &str, url: &str) -> Result<()> {
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    if url.starts_with("https://") || here.iter().any(|own| url.starts_with(own)) {
        return Ok(());
    }
    bail!("[registers] {name} `{url}` must be https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, secret: Option<&str>) -> Result<Connected> {
        let file: RegistersFile = toml::from_str(text)?;
        Connected::read(file, secret.map(str::to_owned))
    }

    #[test]
    fn what_is_named_is_connected_and_nothing_else() {
        let none = read("", None).unwrap();
        assert!(none.pdl.is_none() && none.krr.is_none());
        let some = read(
            "token_url = \"https://login.example.no/token\"\n[pdl]\nurl = \"https://pdl.example.no\"\nbehandlingsnummer = \"B1\"\n[krr]\nurl = \"http://127.0.0.1:9\"",
            Some("hemmelig"),
        )
        .unwrap();
        assert!(some.pdl.is_some() && some.krr.is_some() && some.saf.is_none());
        assert!(!format!("{some:?}").contains("hemmelig"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_name() {
        let cases = [
            ("[krr]\nurl = \"http://krr.example.no\"", None, "krr.url"),
            (
                "token_url = \"http://x.example.no\"",
                Some("s"),
                "token_url",
            ),
            ("token_url = \"https://x.example.no\"", None, SECRET),
            (
                "[pdl]\nurl = \"https://x.example.no\"",
                None,
                "behandlingsnummer",
            ),
            (
                "[krr]\nurl = \"https://x.example.no\"\nkey = 1",
                None,
                "key",
            ),
        ];
        for (text, secret, named) in cases {
            let error = read(text, secret).unwrap_err();
            assert!(format!("{error:#}").contains(named), "{text}: {error:#}");
        }
    }

    /// Answers as an issuer of tokens, PDL, KRR and the register of codes do; keeps what was asked.
    async fn stand_in() -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
        use axum::http::{HeaderMap, Uri};
        let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let answer = move |uri: Uri, headers: HeaderMap| {
            let token = headers.get("authorization").and_then(|it| it.to_str().ok());
            let said = format!("{} {}", uri.path(), token.unwrap_or("-"));
            kept.lock().unwrap().push(said);
            let body = match uri.path() {
                "/token" => serde_json::json!({"access_token": "gitt", "expires_in": 300}),
                "/graphql" => serde_json::json!({"data": {
                    "hentPerson": {
                        "navn": [{"fornavn": "Blid", "mellomnavn": null, "etternavn": "Fjellkopp"}],
                        "foedselsdato": [{"foedselsdato": "1985-03-15"}],
                        "adressebeskyttelse": [],
                        "bostedsadresse": [{"gyldigFraOgMed": "2020-01-01", "vegadresse":
                            {"adressenavn": "Prøvestien", "husnummer": "7", "husbokstav": null, "postnummer": "8006"}}],
                    },
                    "hentGeografiskTilknytning": {"gtType": "KOMMUNE", "gtKommune": "1804", "gtBydel": null, "gtLand": null},
                }}),
                "/rest/v1/personer" => serde_json::json!({
                    "personer": {"15838510075": {"aktiv": true, "kanVarsles": true, "reservert": false, "spraak": "nn"}},
                    "feil": {},
                }),
                _ => {
                    serde_json::json!({"betydninger": {"8006": [{"beskrivelser": {"nb": {"term": "BODØ", "tekst": "BODØ"}}}]}})
                }
            };
            std::future::ready(axum::Json(body))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        (url, asked)
    }

    #[tokio::test]
    async fn a_person_comes_from_the_registers_that_the_settings_name() {
        let (url, asked) = stand_in().await;
        let text = format!(
            "token_url = \"{url}/token\"\n[pdl]\nurl = \"{url}\"\nscope = \"pdl\"\nbehandlingsnummer = \"B1\"\n\
             [krr]\nurl = \"{url}\"\n[kodeverk]\nurl = \"{url}\"\n"
        );
        let connected = read(&text, Some("hemmelig")).unwrap();
        let offices = connected.offices();
        let sources = connected.sources(offices, Arc::new(Absent));
        let registers = linje_registry::Registers::new(sources);
        let id = linje_types::PersonId::parse("15838510075").unwrap();
        let person = registers.person(id).await.unwrap().expect("somebody");
        assert_eq!(person.name, "Blid Fjellkopp");
        assert_eq!(person.addresses[0].place, "Bodø");
        let preferences = registers.preferences(id).await.unwrap();
        assert_eq!(preferences.level, linje_registry::DigitalLevel::Digital);
        // What is not named is not connected, and says so.
        assert!(registers.cases(id).await.is_err());
        let asked = asked.lock().unwrap().clone();
        let shown: Vec<&str> = asked
            .iter()
            .map(String::as_str)
            .filter(|it| !it.starts_with("/token"))
            .collect();
        assert!(
            shown.iter().all(|it| it.ends_with("Bearer gitt")),
            "{asked:?}"
        );
        assert!(
            shown.iter().any(|it| it.starts_with("/graphql")),
            "{asked:?}"
        );
        assert!(
            !asked.iter().any(|it| it.contains("15838510075")),
            "no number in an address"
        );
    }
}

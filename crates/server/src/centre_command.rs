//! `linje centre`: look at a description, say what a change means, publish it in a running centre.
//!
//! Nothing here starts a service or writes a file.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use linje_centre::hours::Date;
use linje_centre::{Centre, Change, Fault, differences_in_words};
use linje_types::Language;
use serde_json::{Value, json};

use crate::cli::{self, Lang, WrongUse};
use crate::command::print;
use crate::config::read_centre;
use crate::plain_http::{Reply, Server};

/// Runs one command about a description.
pub(crate) fn run(command: cli::Centre) -> Result<ExitCode> {
    match command {
        cli::Centre::Check {
            file,
            json,
            today,
            lang,
        } => check(&file, json, today.as_deref(), language(lang)),
        cli::Centre::Diff {
            old,
            new,
            json,
            lang,
        } => diff(&old, &new, json, language(lang)),
        cli::Centre::Apply(apply) => self::apply(&apply),
    }
}

/// The language of sentences: English, or bokmål for all others.
fn language(lang: Lang) -> Language {
    match lang {
        Lang::En => Language::En,
        Lang::Nb | Lang::Nn | Lang::Se => Language::Nb,
    }
}

fn check(file: &Path, as_json: bool, today: Option<&str>, language: Language) -> Result<ExitCode> {
    let today = today.map(date).transpose()?;
    let (text, name, _) = read_centre(Some(file))?;
    let (centre, faults) = examined(&text, today);
    if as_json {
        print(&linje_centre::render_json(&faults, &name))?;
    } else {
        print(linje_centre::render_in(&faults, &name, language).trim_end())?;
        if let Some(centre) = &centre {
            print(&format!(
                "{name}: ok: {} units, {} queues, {} numbers, {} menus, {} prompts",
                centre.units.len(),
                centre.queues.len(),
                centre.numbers.len(),
                centre.flows.len(),
                centre.prompts.len()
            ))?;
        }
    }
    Ok(ExitCode::from(u8::from(centre.is_none())))
}

fn date(text: &str) -> Result<Date> {
    let wrong = || WrongUse(format!("`{text}` is no date; write it as 2026-11-23"));
    text.parse().map_err(|_| anyhow!(wrong()))
}

/// The centre when it can be used, and every fault.
fn examined(text: &str, today: Option<Date>) -> (Option<Centre>, Vec<Fault>) {
    match Centre::parse(text) {
        Err(faults) => (None, faults),
        Ok(centre) => {
            let faults = linje_centre::check_on(&centre, today);
            let usable = !faults.iter().any(Fault::is_error);
            (usable.then_some(centre), faults)
        }
    }
}

fn diff(old: &Path, new: &Path, as_json: bool, language: Language) -> Result<ExitCode> {
    let changes = differences_in_words(&read(old)?, &read(new)?, language);
    if as_json {
        print(&json!({ "changes": changes }).to_string())
    } else {
        print(&in_words(&changes, language))
    }
}

/// A description that can be read; what else is wrong with it is the business of `check`.
fn read(file: &Path) -> Result<Centre> {
    let (text, name, _) = read_centre(Some(file))?;
    Centre::parse(&text)
        .map_err(|faults| anyhow!("{}", linje_centre::render(&faults, &name).trim_end()))
}

/// The changes as lines, each with its meaning below.
fn in_words(changes: &[Change], language: Language) -> String {
    if changes.is_empty() {
        let none = match language {
            Language::En => "Nothing has changed.",
            Language::Nb | Language::Nn | Language::Se => "Ingenting er endret.",
        };
        return none.to_owned();
    }
    let lines = changes.iter().map(|change| match change.meaning.as_str() {
        "" => format!("{}.", change.what),
        meaning => format!("{}.\n    {meaning}.", change.what),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn apply(flags: &cli::Apply) -> Result<ExitCode> {
    let language = language(flags.lang);
    let server = Server::parse(&flags.server).map_err(|message| anyhow!(WrongUse(message)))?;
    if flags.why.trim().is_empty() {
        bail!(WrongUse("say why: --why \"..\"".to_owned()));
    }
    let (text, name, _) = read_centre(Some(&flags.file))?;
    let (centre, faults) = examined(&text, None);
    if !flags.json {
        print(linje_centre::render_in(&faults, &name, language).trim_end())?;
    }
    let Some(new) = centre else {
        if flags.json {
            print(&json!({ "published": false, "faults": faults }).to_string())?;
        }
        return Ok(ExitCode::FAILURE);
    };
    let server = server
        .with_token(flags.token.clone())
        .with_context(|| format!("`{}` does not answer", flags.server))?;
    let in_force = server
        .get("/api/v1/centre/source")
        .with_context(|| format!("`{}` does not answer", flags.server))?;
    if in_force.status != 200 {
        bail!("{}", refused("the description in force", &in_force));
    }
    let old = Centre::parse(&in_force.text())
        .map_err(|_| anyhow!("the description in force cannot be read by this release"))?;
    let changes = differences_in_words(&old, &new, language);
    if !flags.json {
        print(&in_words(&changes, language))?;
    }
    if flags.dry_run || changes.is_empty() {
        if flags.json {
            print(&told(false, &changes, &faults, &Value::Null))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    publish(flags, &server, &text, &in_force, &changes, &faults)
}

fn publish(
    flags: &cli::Apply,
    server: &Server,
    text: &str,
    in_force: &Reply,
    changes: &[Change],
    faults: &[Fault],
) -> Result<ExitCode> {
    let mut body = json!({ "source": text, "why": flags.why });
    if let Some(who) = &flags.who {
        body["who"] = json!(who);
    }
    if let Some(version) = in_force.header("etag") {
        body["base"] = json!(version.trim_matches('"'));
    }
    let reply = server
        .post("/api/v1/centre/publish", &body)
        .with_context(|| format!("`{}` does not answer", flags.server))?;
    if !matches!(reply.status, 200 | 201) {
        bail!("{}", refused("the description", &reply));
    }
    let version = reply.json()["version"].clone();
    if flags.json {
        return print(&told(true, changes, faults, &version));
    }
    let version = version.as_str().unwrap_or_default();
    print(&match language(flags.lang) {
        Language::En => format!("Published as version {version}."),
        Language::Nb | Language::Nn | Language::Se => {
            format!("Publisert som versjon {version}.")
        }
    })
}

fn told(published: bool, changes: &[Change], faults: &[Fault], version: &Value) -> String {
    let told = json!({
        "published": published,
        "version": version,
        "changes": changes,
        "faults": faults,
    });
    told.to_string()
}

/// What the server said when it did not do it.
fn refused(what: &str, reply: &Reply) -> String {
    let problem = reply.json();
    let words = ["detail", "title"]
        .iter()
        .find_map(|key| problem[*key].as_str())
        .unwrap_or("no reason given");
    format!("the server refuses {what} ({}): {words}", reply.status)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::config::NATIONAL_2015;

    /// Answers so many requests, one connection each, and gives back what was asked.
    fn serve(replies: Vec<String>) -> (String, thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            let mut asked = Vec::new();
            for reply in replies {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                let mut chunk = [0; 65_536];
                while !is_whole(&request) {
                    let length = stream.read(&mut chunk).unwrap();
                    request.extend_from_slice(&chunk[..length]);
                }
                stream.write_all(reply.as_bytes()).unwrap();
                asked.push(String::from_utf8(request).unwrap());
            }
            asked
        });
        (url, served)
    }

    fn is_whole(request: &[u8]) -> bool {
        let text = String::from_utf8_lossy(request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .map_or(0, |length| length.parse().unwrap());
        body.len() >= length
    }

    fn flags(url: &str, text: &str, name: &str) -> cli::Apply {
        let file = std::env::temp_dir().join(format!("linje-apply-{}-{name}", std::process::id()));
        std::fs::write(&file, text).unwrap();
        cli::Apply {
            token: Some("of-a-test".to_owned()),
            file,
            server: url.to_owned(),
            why: "Longer ring".to_owned(),
            who: Some("K100900".to_owned()),
            dry_run: false,
            json: true,
            lang: Lang::Nb,
        }
    }

    fn in_force() -> String {
        format!("HTTP/1.0 200 OK\r\nETag: \"17\"\r\n\r\n{NATIONAL_2015}")
    }

    #[test]
    fn what_is_published_is_the_text_with_who_why_and_what_it_was_made_from() {
        let done = "HTTP/1.0 200 OK\r\n\r\n{\"version\":\"18\"}".to_owned();
        let (url, served) = serve(vec![in_force(), done]);
        let text = NATIONAL_2015.replace("reserve = 20", "reserve = 30");
        let flags = flags(&url, &text, "published");
        assert_eq!(apply(&flags).unwrap(), ExitCode::SUCCESS);
        let asked = served.join().unwrap();
        assert!(asked[0].starts_with("GET /api/v1/centre/source "));
        let (head, body) = asked[1].split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /api/v1/centre/publish "));
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["source"], text);
        assert_eq!(
            (&body["why"], &body["who"], &body["base"]),
            (&json!("Longer ring"), &json!("K100900"), &json!("17"))
        );
        std::fs::remove_file(flags.file).unwrap();
    }

    #[test]
    fn a_dry_run_no_change_and_a_faulty_text_publish_nothing() {
        let (url, served) = serve(vec![in_force(), in_force()]);
        let other = NATIONAL_2015.replace("reserve = 20", "reserve = 30");
        let dry = cli::Apply {
            dry_run: true,
            ..flags(&url, &other, "dry")
        };
        assert_eq!(apply(&dry).unwrap(), ExitCode::SUCCESS);
        let same = flags(&url, NATIONAL_2015, "same");
        assert_eq!(apply(&same).unwrap(), ExitCode::SUCCESS);
        let faulty = flags(&url, "reserve = 30", "faulty");
        assert_eq!(apply(&faulty).unwrap(), ExitCode::FAILURE);
        let asked = served.join().unwrap();
        assert!(asked.iter().all(|request| request.starts_with("GET ")));
        for flags in [dry, same, faulty] {
            std::fs::remove_file(flags.file).unwrap();
        }
    }

    #[test]
    fn a_refusal_is_told() {
        let refusal = "HTTP/1.0 409 Conflict\r\n\r\n{\"title\":\"Changed meanwhile\"}".to_owned();
        let (url, served) = serve(vec![in_force(), refusal]);
        let text = NATIONAL_2015.replace("reserve = 20", "reserve = 30");
        let flags = flags(&url, &text, "refused");
        let error = apply(&flags).unwrap_err().to_string();
        assert!(error.ends_with("(409): Changed meanwhile"), "{error}");
        served.join().unwrap();
        std::fs::remove_file(flags.file).unwrap();
    }
}

//! The page on which a synthetic person is chosen. No script, no form: links only.

use std::fmt::Write as _;

use openidconnect::url::form_urlencoded::Serializer;

use super::{Fields, Persona};
use crate::settings::IssuerKind;

/// How the page looks.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1.125rem/1.5 'Source Sans 3',system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:2rem 1rem}\
h1{font-size:1.75rem;line-height:1.25}\
ul{list-style:none;padding:0}\
li{margin:0 0 .75rem}\
a{display:block;padding:.75rem 1rem;border:1px solid currentColor;border-radius:8px;text-decoration:none;color:inherit}\
a:hover{text-decoration:underline}\
a:focus-visible{outline:3px solid Highlight;outline-offset:2px}\
strong,span{display:block}\
.note{border-left:4px solid #c77300;padding-left:1rem}";

/// The page for `people`, whose links go to `path` with what was `asked` and whom they are.
pub(super) fn choose<'a>(
    kind: IssuerKind,
    path: &str,
    asked: &Fields,
    people: impl Iterator<Item = &'a Persona>,
) -> String {
    let (title, lead) = match kind {
        IssuerKind::Staff => ("Logg inn som ansatt", "Velg hvem du vil være på jobb."),
        IssuerKind::Citizens => ("Logg inn som bruker", "Velg hvilken bruker du vil være."),
    };
    let mut list = String::new();
    for person in people {
        let (link, name) = (link(path, asked, &person.ident), escaped(&person.name));
        let about = escaped(&person.about);
        // Writing to a string cannot fail.
        write!(
            list,
            "<li><a href=\"{link}\"><strong>{name}</strong><span>{about}</span></a></li>"
        )
        .ok();
    }
    let style = escaped(&path.replace("/authorize", "/style.css"));
    let away = link(path, asked, "-");
    format!(
        "<!doctype html><html lang=\"nb\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} – Linje</title>\
         <link rel=\"stylesheet\" href=\"{style}\"></head><body><main><h1>{title}</h1>\
         <p class=\"note\">Dette er den innebygde utstederen for demo og utvikling. Alle personer er \
         syntetiske, og ingen passord trengs. I drift står ID-porten og Entra ID her.</p>\
         <p>{lead}</p><ul>{list}</ul><p><a href=\"{away}\">Avbryt</a></p></main></body></html>"
    )
}

fn link(path: &str, asked: &Fields, ident: &str) -> String {
    let mut pairs: Vec<_> = asked.iter().filter(|(name, _)| *name != "as").collect();
    pairs.sort();
    let query = Serializer::new(String::new())
        .extend_pairs(pairs)
        .append_pair("as", ident)
        .finish();
    escaped(&format!("{path}?{query}"))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

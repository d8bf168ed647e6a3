//! Links between the documents lead somewhere.

use std::path::Path;

use super::files::{File, made, texts};
use crate::place;

/// Links of one document that lead nowhere. `target` gives the text of a file, if it exists.
fn dead(file: &File, target: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (line, link) in links(&file.text) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let text = if path.is_empty() {
            Some(file.text.clone())
        } else {
            target(&beside(&file.path, path))
        };
        match text {
            None => faults.push(format!("{}:{line}: `{path}` does not exist", file.path)),
            Some(text) if !anchor.is_empty() && !anchors(&text).contains(&anchor.to_owned()) => {
                faults.push(format!(
                    "{}:{line}: `{link}` has no such heading",
                    file.path
                ));
            }
            Some(_) => {}
        }
    }
    faults
}

/// All `](target)` outside of code, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (line, number) in text.lines().zip(1..) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for part in line.split("](").skip(1) {
            if let Some((link, _)) = part.split_once(')') {
                found.push((number, link.trim().to_owned()));
            }
        }
    }
    found
}

/// `path` as seen from the folder of `from`, both from the root.
fn beside(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The anchors that a reader of Markdown makes of the headings.
fn anchors(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let read = |path: &str| {
        let full = place::root().join(Path::new(path));
        full.exists()
            .then(|| std::fs::read_to_string(full).unwrap_or_default())
    };
    let faults: Vec<String> = texts()
        .iter()
        .filter(|file| file.path.ends_with(".md"))
        .flat_map(|file| dead(file, &read))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn dead_links_and_anchors_are_found() {
    let read = |path: &str| (path == "docs/b.md").then(|| "# Some *Thing*, here".to_owned());
    let check = |text: &str| dead(&made("docs/a.md", text), &read).len();
    assert_eq!(check("[b](b.md) [b](../docs/b.md#some-thing-here)"), 0);
    assert_eq!(check("[c](c.md)"), 1);
    assert_eq!(check("[b](b.md#other)"), 1);
    assert_eq!(
        check("```\n[c](c.md)\n```\n[web](https://example.org/x)"),
        0
    );
}

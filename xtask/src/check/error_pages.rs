//! Every code that an operator can meet has a page, and every page a code.

use std::collections::BTreeSet;

use super::files::{File, made, texts};

/// What is wrong between codes in `crates/` and pages in `docs/errors/`.
fn faults(files: &[File]) -> Vec<String> {
    let mut used = BTreeSet::new();
    let mut described = BTreeSet::new();
    for file in files {
        if file.path.starts_with("crates/") && file.path.contains("/src/") {
            used.extend(codes(&file.text));
        } else if let Some(page) = file.path.strip_prefix("docs/errors/LJ")
            && let Some(number) = page.strip_suffix(".md")
        {
            described.insert(format!("LJ{number}"));
        }
    }
    let no_page = used
        .difference(&described)
        .map(|code| format!("{code} is used and has no page docs/errors/{code}.md"));
    let no_use = described
        .difference(&used)
        .map(|code| format!("docs/errors/{code}.md describes a code that nothing uses"));
    no_page.chain(no_use).collect()
}

/// Words of the form `LJ0001`.
fn codes(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| {
            word.strip_prefix("LJ")
                .is_some_and(|rest| rest.len() == 4 && rest.bytes().all(|b| b.is_ascii_digit()))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_error_code_has_its_page() {
    let faults = faults(&texts());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_code_without_a_page_and_a_page_without_a_code_are_found() {
    let found = faults(&[
        made("crates/server/src/main.rs", "fail(\"LJ9001\")"),
        made("docs/errors/LJ9002.md", "# LJ9002"),
    ]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("LJ9001"));
    assert!(found[1].contains("LJ9002.md"));
}

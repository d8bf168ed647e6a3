//! The pure crates stay pure: none may come to depend, by however many steps, on what reads a
//! clock, a file, a socket or a database. Arrows between our own crates point one way.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::place;

/// Crates without async, clock, files, sockets or database.
const PURE: [&str; 10] = [
    "linje-types",
    "linje-access",
    "linje-guidance",
    "linje-event",
    "linje-centre",
    "linje-routing",
    "linje-flow",
    "linje-desk",
    "linje-measures",
    "linje-twin",
];

/// What a pure crate must never reach.
const IO: [&str; 24] = [
    "async-std",
    "async-trait",
    "axum",
    "fastrand",
    "futures-util",
    "getrandom",
    "hyper",
    "libc",
    "mio",
    "nix",
    "rand",
    "rsipstack",
    "rusqlite",
    "rustix",
    "smol",
    "socket2",
    "str0m",
    "tokio",
    "tokio-postgres",
    "tokio-util",
    "tracing-subscriber",
    "ureq",
    "walkdir",
    "windows-sys",
];

/// Arrows that must not be: the first must never reach the second.
const NEVER: [(&str, &str); 12] = [
    ("linje-types", "linje-event"),
    ("linje-event", "linje-routing"),
    ("linje-event", "linje-centre"),
    ("linje-routing", "linje-centre"),
    ("linje-routing", "linje-flow"),
    ("linje-routing", "linje-desk"),
    ("linje-flow", "linje-desk"),
    ("linje-voice", "linje-routing"),
    ("linje-voice", "linje-desk"),
    ("linje-voice", "linje-store"),
    ("linje-store", "linje-http"),
    ("linje-store", "linje-voice"),
];

/// Name of a crate -> names of what it is built from.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// What is wrong, one line each, with the way that leads there.
fn faults(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for pure in PURE {
        for io in IO {
            if let Some(way) = way(graph, pure, io) {
                found.push(format!("{pure} must stay pure but reaches {io}: {way}"));
            }
        }
        if !graph.contains_key(pure) {
            found.push(format!(
                "{pure} is no longer in the workspace: mend the list"
            ));
        }
    }
    for (from, to) in NEVER {
        if let Some(way) = way(graph, from, to) {
            found.push(format!("{from} must never reach {to}: {way}"));
        }
    }
    found
}

/// A way from one crate to another, as text.
fn way(graph: &Graph, from: &str, to: &str) -> Option<String> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            let mut steps = vec![to];
            let mut step = to;
            while step != from {
                step = came_from.get(step)?;
                steps.push(step);
            }
            steps.reverse();
            return Some(steps.join(" -> "));
        }
        for next in graph.get(at).into_iter().flatten() {
            if next != from && !came_from.contains_key(next.as_str()) {
                came_from.insert(next, at);
                open.push(next);
            }
        }
    }
    None
}

/// The real graph: what each crate is built from on this kind of machine, tests left out.
fn graph() -> Graph {
    let metadata = MetadataCommand::new()
        .current_dir(place::root())
        .other_options(["--filter-platform".to_owned(), target()])
        .exec()
        .expect("cargo metadata");
    let resolve = metadata.resolve.expect("metadata with a graph");
    let name = |id: &cargo_metadata::PackageId| {
        let package = metadata.packages.iter().find(|package| package.id == *id);
        package.expect("a package of the graph").name.to_string()
    };
    resolve
        .nodes
        .iter()
        .map(|node| {
            let normal = node.deps.iter().filter(|dep| {
                dep.dep_kinds
                    .iter()
                    .any(|kind| kind.kind == DependencyKind::Normal)
            });
            (name(&node.id), normal.map(|dep| name(&dep.pkg)).collect())
        })
        .collect()
}

/// The kind of machine this runs on, in cargo's words.
fn target() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

#[test]
fn pure_crates_stay_pure_and_arrows_point_one_way() {
    let faults = faults(&graph());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_pure_crate_that_gains_io_is_found_however_deep() {
    let mut graph: Graph = PURE
        .iter()
        .map(|name| ((*name).to_owned(), BTreeSet::new()))
        .collect();
    let mut edge = |from: &str, to: &str| {
        graph
            .entry(from.to_owned())
            .or_default()
            .insert(to.to_owned());
    };
    edge("linje-desk", "helper");
    edge("helper", "deeper");
    edge("deeper", "tokio");
    edge("linje-voice", "linje-routing");
    let found = faults(&graph);
    assert_eq!(
        found,
        [
            "linje-desk must stay pure but reaches tokio: linje-desk -> helper -> deeper -> tokio",
            "linje-voice must never reach linje-routing: linje-voice -> linje-routing",
        ]
    );
}

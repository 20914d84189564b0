//! No circle of files inside a crate: what uses one another is one subject in several files, and nothing of it can be
//! understood, tested or moved by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::Modules;
use crate::step::root;

/// Checks every crate of the workspace.
pub(crate) fn check(files: &[String]) -> anyhow::Result<Vec<String>> {
    let mut crates: BTreeMap<String, Modules> = BTreeMap::new();
    for name in files {
        let Some((krate, file)) = place(name) else { continue };
        let Ok(text) = std::fs::read_to_string(root().join(name)) else { continue };
        crates.entry(krate.to_owned()).or_default().add(file, &text);
    }
    let mut faults = Vec::new();
    for (krate, modules) in &crates {
        faults.extend(circles(&modules.arrows()).iter().map(|circle| fault(krate, circle)));
    }
    Ok(faults)
}

/// Crate and file below `src/` of a path of the repository.
fn place(name: &str) -> Option<(&str, &str)> {
    let (krate, file) = name.strip_prefix("crates/").unwrap_or(name).split_once("/src/")?;
    let is_ours = !krate.contains('/') && file.ends_with(".rs") && !file.starts_with("gen/");
    is_ours.then_some((krate, file))
}

/// Sets of files that reach one another.
fn circles<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|from| (*from, reached(from, arrows))).collect();
    let mut found: Vec<BTreeSet<&str>> = Vec::new();
    for (from, reached) in &reach {
        if !reached.contains(from) || found.iter().any(|circle| circle.contains(from)) {
            continue;
        }
        let and_back = |file: &&&str| reach.get(**file).is_some_and(|back| back.contains(from));
        found.push(reached.iter().filter(and_back).copied().collect());
    }
    found
}

fn reached<'a>(from: &str, arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = vec![from];
    while let Some(file) = next.pop() {
        for to in arrows.get(file).into_iter().flatten() {
            if reached.insert(*to) {
                next.push(to);
            }
        }
    }
    reached
}

fn fault(krate: &str, circle: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = circle.iter().copied().collect();
    format!("{krate}: files that use one another in a circle: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arrows: &[(&'static str, &[&'static str])]) -> Vec<Vec<&'static str>> {
        let arrows = arrows.iter().map(|(from, to)| (*from, to.iter().copied().collect())).collect();
        circles(&arrows).into_iter().map(|circle| circle.into_iter().collect()).collect()
    }

    #[test]
    fn circles_are_what_reaches_itself() {
        let line: &[(&str, &[&str])] = &[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])];
        assert_eq!(found(line), Vec::<Vec<&str>>::new());
        let two: &[(&str, &[&str])] =
            &[("a", &["b"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &["e"]), ("e", &["d"])];
        assert_eq!(found(two), [vec!["a", "b", "c"], vec!["d", "e"]]);
    }

    #[test]
    fn a_fault_names_the_files() {
        let circle = BTreeSet::from(["b.rs", "a.rs"]);
        assert_eq!(fault("core", &circle), "core: files that use one another in a circle: a.rs, b.rs");
    }

    #[test]
    fn only_our_own_sources_are_looked_at() {
        assert_eq!(place("crates/core/src/room/join.rs"), Some(("core", "room/join.rs")));
        assert_eq!(place("xtask/src/main.rs"), Some(("xtask", "main.rs")));
        for other in ["crates/core/tests/sim/main.rs", "crates/proto/src/gen/media.rs", "web/src/shim.ts"] {
            assert_eq!(place(other), None, "{other}");
        }
    }
}

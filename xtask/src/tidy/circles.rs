//! No circle of files inside a crate: what uses one another is one subject in several files, and nothing of it can be
//! understood, tested or moved by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::Modules;
use crate::step::root;

/// Circles that are to be opened. The list only shrinks: a file that is in no circle any more is taken off.
const KNOWN: &[(&str, &[&str])] =
    &[("node", &["heard.rs", "load.rs", "room_task.rs", "rooms.rs", "shell.rs", "sockets.rs", "stall.rs"])];

/// Circles that stay, and why.
const WITH_REASON: &[(&str, &[&str], &str)] = &[];

/// Checks every crate of the workspace.
pub(crate) fn check(files: &[String]) -> anyhow::Result<Vec<String>> {
    let mut crates: BTreeMap<String, Modules> = BTreeMap::new();
    for name in files {
        let Some((krate, file)) = place(name) else { continue };
        let Ok(text) = std::fs::read_to_string(root().join(name)) else { continue };
        crates.entry(krate.to_owned()).or_default().add(file, &text);
    }
    let kept = WITH_REASON.iter().map(|(krate, files, _)| (*krate, *files));
    let listed: Vec<_> = KNOWN.iter().copied().chain(kept).collect();
    let mut faults = Vec::new();
    for (krate, modules) in &crates {
        let of_crate: Vec<_> = listed.iter().filter(|(of, _)| of == krate).map(|(_, files)| *files).collect();
        faults.extend(
            compare(&circles(&modules.arrows()), &of_crate).into_iter().map(|f| format!("{krate}: {f}")),
        );
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

/// What is new, and what the list says though it is over.
fn compare(found: &[BTreeSet<&str>], listed: &[&[&str]]) -> Vec<String> {
    let mut faults = Vec::new();
    for circle in found {
        if !listed.iter().any(|known| circle.iter().all(|file| known.contains(file))) {
            let names: Vec<&str> = circle.iter().copied().collect();
            faults.push(format!("files that use one another in a circle: {}", names.join(", ")));
        }
    }
    for known in listed {
        let over: Vec<&str> =
            known.iter().filter(|file| !found.iter().any(|circle| circle.contains(*file))).copied().collect();
        if !over.is_empty() {
            let names = over.join(", ");
            faults.push(format!(
                "in no circle any more, take off the list in xtask/src/tidy/circles.rs: {names}"
            ));
        }
    }
    faults
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
    fn a_new_circle_is_a_fault_and_so_is_one_that_is_over() {
        let circle = |files: &[&'static str]| files.iter().copied().collect::<BTreeSet<&str>>();
        assert_eq!(compare(&[circle(&["a", "b"])], &[&["a", "b", "c"]]).len(), 1, "c is over");
        assert_eq!(compare(&[circle(&["a", "b"])], &[&["a", "b"]]), Vec::<String>::new());
        assert_eq!(compare(&[circle(&["a", "d"])], &[&["a", "b"]]).len(), 2, "d is new, b is over");
        assert_eq!(compare(&[], &[&["a", "b"]]).len(), 1);
        // One that fell apart is still two.
        assert_eq!(
            compare(&[circle(&["a", "b"]), circle(&["c", "d"])], &[&["a", "b", "c", "d"]]),
            Vec::<String>::new()
        );
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

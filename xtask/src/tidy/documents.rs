//! Documents that must not drift from the tree.

use std::path::Path;

use crate::step::root;

/// Documents whose file names are checked.
const CHECKED: &[&str] = &[
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "README.md",
    "STYLE.md",
    "docs/operations.md",
    "docs/benchmarks.md",
];
/// The same, whole folders.
const CHECKED_FOLDERS: &[&str] = &["docs/spec/"];
/// Top-level folders a path in a document begins with.
const FOLDERS: &[&str] = &["crates/", "xtask/", "web/", "e2e/", "docs/", "studies/"];
/// Made by builds and tests, so not there in a fresh clone.
const MADE: &[&str] = &["web/dist", "web/dist-console", "e2e/out"];

pub(crate) fn check(files: &[String]) -> anyhow::Result<Vec<String>> {
    let mut faults = code_map()?;
    faults.extend(files.iter().filter(|name| name.ends_with(".md")).flat_map(|name| dead_links(name)));
    let of_folders = files.iter().map(String::as_str).filter(|name| {
        name.ends_with(".md") && CHECKED_FOLDERS.iter().any(|folder| name.starts_with(folder))
    });
    for document in CHECKED.iter().copied().chain(of_folders) {
        let Ok(text) = std::fs::read_to_string(root().join(document)) else {
            faults.push(format!("{document} is missing"));
            continue;
        };
        for path in paths(&text) {
            if !MADE.iter().any(|made| path.starts_with(made)) && !root().join(path).exists() {
                faults.push(format!("{document}: {path} does not exist"));
            }
        }
    }
    Ok(faults)
}

/// Every crate has a place on the map.
fn code_map() -> anyhow::Result<Vec<String>> {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap_or_default();
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root().join("crates"))? {
        let name = format!("crates/{}", entry?.file_name().to_string_lossy());
        if !map.contains(&format!("`{name}`")) {
            faults.push(format!("ARCHITECTURE.md: the code map lacks `{name}`"));
        }
    }
    Ok(faults)
}

/// Words in backticks that look like paths of this repository.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let in_backticks = text.split('`').skip(1).step_by(2);
    in_backticks.filter(|word| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        FOLDERS.iter().any(|folder| word.starts_with(folder))
            && word.chars().all(plain)
            && Path::new(word).is_relative()
    })
}

/// Links of a document to files that are not there.
fn dead_links(document: &str) -> Vec<String> {
    let path = root().join(document);
    let Ok(text) = std::fs::read_to_string(&path) else { return Vec::new() };
    let folder = path.parent().unwrap_or(&path);
    let dead = links(&text).filter(|link| !folder.join(link).exists());
    dead.map(|link| format!("{document}: the link to {link} leads nowhere")).collect()
}

/// Targets of links to files, without the place in the file.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let files = targets.filter(|target| !target.contains("://") && !target.contains(char::is_whitespace));
    files.map(|target| target.split('#').next().unwrap_or_default()).filter(|file| !file.is_empty())
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_paths_of_this_repository_are_checked() {
        let text = "See `crates/core/src/lib.rs`, `cargo xtask run`, `crates/*/src` and `/meet`.";
        assert_eq!(super::paths(text).collect::<Vec<_>>(), ["crates/core/src/lib.rs"]);
    }

    #[test]
    fn only_links_to_files_are_followed() {
        let text =
            "[a](docs/a.md) [b](../b.md#here) [c](https://c.example/c.md) [d](#d) ![e](e.png) [f](no link)";
        assert_eq!(super::links(text).collect::<Vec<_>>(), ["docs/a.md", "../b.md", "e.png"]);
    }
}

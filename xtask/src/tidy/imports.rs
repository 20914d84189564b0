//! Who may depend on whom. The table is the architecture; ARCHITECTURE.md explains it.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;

use crate::step::{cargo, output};

/// Crates of the workspace that each crate may use, outside its tests.
const MAY_USE: &[(&str, &[&str])] = &[
    ("index", &[]),
    ("core", &[]),
    ("files", &["core"]),
    ("relay", &[]),
    ("sfu", &[]),
    ("proto", &[]),
    ("store", &["index", "core"]),
    ("changes", &["core", "store"]),
    ("webhook", &["changes", "core", "store"]),
    ("node", &["core", "relay", "sfu", "store"]),
    ("app", &["core", "files", "node", "store"]),
    ("gateway", &["app", "core", "node", "proto"]),
    ("api", &["app", "changes", "core", "node", "store", "webhook"]),
    // From outside: it knows what a client knows, and nothing of what a server is made of.
    ("load", &["proto"]),
    ("server", &["core", "store", "node", "app", "gateway", "api", "webhook", "load"]),
    // The benchmarks measure the parts apart; nothing is built on them.
    ("bench", &["api", "app", "index", "core", "dice", "load", "sfu", "store", "node", "server", "webhook"]),
    // For tests alone.
    ("dice", &[]),
    ("testkit", &["app", "core", "node", "store", "webhook"]),
    ("xtask", &[]),
];

/// All that the pure crates may use besides the standard library: nothing with a clock, a socket or a runtime.
const PURE: &[(&str, &[&str])] = &[
    ("core", &["serde", "serde_json", "thiserror", "unicode-normalization"]),
    ("sfu", &["dimpl", "str0m", "slotmap", "smallvec", "thiserror"]),
    ("proto", &["bytes", "prost", "thiserror"]),
    ("relay", &["aws-lc-rs", "base64", "bytes", "md-5", "str0m"]),
];

/// Libraries that belong to few crates: whoever else names one is doing somebody else's work.
const OWNED: &[(&str, &[&str])] = &[
    ("rusqlite", &["store", "bench"]),
    ("image", &["files"]),
    ("prost", &["proto", "gateway", "load"]),
    ("str0m", &["relay", "sfu", "bench", "load"]),
    ("dimpl", &["sfu"]),
    ("socket2", &["node", "server", "load"]),
    ("jsonwebtoken", &["node"]),
    ("utoipa", &["api", "changes"]),
    ("clap", &["server", "bench", "xtask"]),
    ("anyhow", &["server", "bench", "xtask"]),
    ("rustls", &["server", "webhook", "load"]),
    ("tokio-rustls", &["server", "webhook", "load"]),
    ("rustls-native-certs", &["webhook", "load"]),
    ("webpki-roots", &["webhook", "load"]),
];

/// Pure crates may not even test with another crate of the workspace, apart from numbers.
const ALONE: &[&str] = &["core", "relay", "sfu", "proto"];
const NUMBERS: &str = "dice";

pub(crate) fn check() -> anyhow::Result<Vec<String>> {
    let text = output(&mut cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata has no packages")?;
    let may_use: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut faults = Vec::new();
    for package in packages {
        let name = short(package["name"].as_str().unwrap_or_default());
        let Some(allowed) = may_use.get(name) else {
            faults.push(format!("{name}: say in xtask/src/tidy/imports.rs which crates it may use"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let full = dependency["name"].as_str().unwrap_or_default();
            let in_tests = dependency["kind"] == "dev";
            let fault = if full.starts_with("sederunt-") {
                workspace_fault(name, short(full), allowed, in_tests)
            } else if in_tests {
                None
            } else {
                library_fault(name, full)
            };
            faults.extend(fault.map(|why| format!("crates/{name}/Cargo.toml: {why}")));
        }
    }
    Ok(faults)
}

fn workspace_fault(name: &str, used: &str, allowed: &[&str], in_tests: bool) -> Option<String> {
    let may_test = !ALONE.contains(&name) || used == NUMBERS;
    let fine = allowed.contains(&used) || (in_tests && may_test);
    (!fine).then(|| format!("{name} may not use {used}"))
}

fn library_fault(name: &str, library: &str) -> Option<String> {
    let pure = PURE.iter().find(|(pure, _)| *pure == name);
    if let Some((_, allowed)) = pure
        && !allowed.contains(&library)
    {
        return Some(format!("{name} is pure and may not use {library}"));
    }
    let owners = OWNED.iter().find(|(owned, _)| *owned == library).map(|(_, owners)| *owners)?;
    (!owners.contains(&name)).then(|| format!("{library} belongs to {}", owners.join(", ")))
}

fn short(name: &str) -> &str {
    name.strip_prefix("sederunt-").unwrap_or(name)
}

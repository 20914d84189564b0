//! Building and testing agree on the features of every library, or each that they do not agree on is compiled twice.

use std::collections::BTreeSet;

use crate::step::{cargo, output};

/// Checks the features that cargo resolves for the workspace, with and without what tests alone depend on.
pub(crate) fn check() -> anyhow::Result<Vec<String>> {
    Ok(only_built(&tree("normal,build")?, &tree("normal,build,dev")?))
}

/// Every package with its features.
fn tree(edges: &str) -> anyhow::Result<String> {
    let format = ["--prefix", "none", "--format", "{p} [{f}]"];
    output(cargo(&["tree", "--locked", "--quiet", "--workspace", "--edges", edges]).args(format))
}

/// What is built with features that it is not tested with.
fn only_built(built: &str, tested: &str) -> Vec<String> {
    let tested: BTreeSet<&str> = tested.lines().map(package).collect();
    let built: BTreeSet<&str> = built.lines().map(package).collect();
    let remedy =
        "tests add features to it, so it is compiled twice; name what adds them in crates/testkit/Cargo.toml";
    built.difference(&tested).map(|package| format!("{package}: {remedy}")).collect()
}

/// A line without the mark that says that its dependencies stand above.
fn package(line: &str) -> &str {
    line.trim_end_matches(" (*)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_alone_need_is_no_fault_and_what_they_add_is() {
        let built = "a v1 [std]\nb v1 []\nb v1 [] (*)\n";
        assert_eq!(only_built(built, "a v1 [std]\nb v1 []\nc v2 [x]\n"), Vec::<String>::new());
        let faults = only_built(built, "a v1 [std,test]\nb v1 [] (*)\n");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("a v1 [std]: "), "{faults:?}");
    }
}

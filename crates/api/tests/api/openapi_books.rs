//! What README.md and docs/api.md say of what is built follows from the documents; `cargo xtask openapi` writes it.

use std::fmt::Write as _;
use std::path::Path;

use sederunt_api::{DoorInfo, doors};
use serde_json::Value;

use crate::openapi::{METHODS, operations};

/// Where every path of a door begins that callers know already.
const BASES: [(&str, &str); 3] =
    [("realtimekit", "/accounts/{account_id}/realtime/kit"), ("pagecall", ""), ("sederunt", "")];

/// The text with `middle` between the first `begin` and the next `end`.
fn between(text: &str, begin: &str, end: &str, middle: &str) -> String {
    let (head, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin:?}"));
    let (_, tail) = rest.split_once(end).unwrap_or_else(|| panic!("no {end:?} after {begin:?}"));
    format!("{head}{begin}{middle}{end}{tail}")
}

/// Compares a book with what it has to say; `SEDERUNT_BLESS=1` writes it.
fn assert_says(book: &str, wanted: impl FnOnce(String) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(book);
    let text = std::fs::read_to_string(&path).unwrap();
    let wanted = wanted(text.clone());
    if std::env::var_os("SEDERUNT_BLESS").is_some() {
        std::fs::write(&path, wanted).unwrap();
    } else {
        assert!(text == wanted, "{book} is stale: run `cargo xtask openapi`");
    }
}

fn door(name: &str) -> DoorInfo {
    doors().into_iter().find(|door| door.name == name).unwrap()
}

fn count(door: &DoorInfo) -> String {
    let built = operations(&serde_json::to_value(&door.document).unwrap()).len();
    format!("{built} of {}", door.vendor_operations)
}

/// A row for each path, methods in the order of the document.
fn table(door: &DoorInfo, base: &str) -> String {
    let document: Value = serde_json::to_value(&door.document).unwrap();
    let mut rows = "\n| Operation | |\n|---|---|\n".to_owned();
    for (path, item) in document["paths"].as_object().unwrap() {
        // What is at the root is not below the base.
        let path = path.strip_prefix(base).unwrap_or(path);
        for method in METHODS {
            let Some(summary) = item[method]["summary"].as_str() else { continue };
            let (method, summary) = (method.to_uppercase(), summary.trim_end_matches('.'));
            writeln!(rows, "| `{method} {path}` | {summary} |").unwrap();
        }
    }
    rows
}

#[test]
fn openapi_is_counted_in_the_readme() {
    assert_says("README.md", |text| {
        let text = between(&text, "RealtimeKit REST (", " operations)", &count(&door("realtimekit")));
        between(&text, "Pagecall REST (", " operations)", &count(&door("pagecall")))
    });
}

#[test]
fn openapi_is_listed_in_the_handbook() {
    assert_says("docs/api.md", |text| {
        BASES.into_iter().fold(text, |text, (name, base)| {
            let begin = format!("<!-- operations of {name}: written by `cargo xtask openapi` -->\n");
            between(&text, &begin, "\n<!-- end of operations -->", &table(&door(name), base))
        })
    });
}

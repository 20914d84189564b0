//! Sizes and words.

use crate::step::root;

/// A longer file has more than one subject.
const FILE_LINES_MAX: usize = 500;
/// A longer function does not fit a screen.
const FUNCTION_LINES_MAX: usize = 70;

/// Made from definitions and documents, and checked in.
const MADE: &[&str] =
    &["crates/proto/src/gen/", "web/console/src/api/realtimekit.d.ts", "web/console/src/api/sederunt.d.ts"];

/// Text, where it may stand (`|` = or), and why not elsewhere. Spelled in two parts so that this table does not find itself.
const BANNED: &[(&str, &str, &str)] = &[
    (concat!("TO", "DO"), "", "finish it, or write an issue"),
    (concat!("FIX", "ME"), "", "finish it, or write an issue"),
    (concat!("XX", "X"), "", "finish it, or write an issue"),
    (concat!("#[", "allow("), "", "use #[expect(…, reason = \"…\")]"),
    // Shared test modules: what one test file leaves unused, the next one uses.
    (concat!("#![", "allow("), "/tests/", "use #![expect(…, reason = \"…\")]"),
    (concat!("unsafe ", "{"), UNSAFE_HOMES, "only the batch socket and the file map may"),
    (concat!("#[", "ignore"), "", "a test runs or does not exist"),
    (concat!("#[", "should_panic"), "", "assert on the error"),
];

/// Where `unsafe` may stand: the batch socket, and the map of a file of the index.
const UNSAFE_HOMES: &str = "crates/node/src/media/|crates/index/src/format/map.rs";

/// Banned in tests: a test waits on conditions.
const BANNED_IN_TESTS: &[&str] = &[concat!("thread::", "sleep("), concat!("time::", "sleep(")];

pub(crate) fn check(files: &[String]) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for name in files {
        let is_rust = name.ends_with(".rs");
        let is_script = [".ts", ".mjs", ".js", ".css"].iter().any(|ending| name.ends_with(ending));
        let is_ours = !MADE.iter().any(|made| name.starts_with(made));
        if !(is_ours && (is_rust || is_script)) {
            continue;
        }
        // A file that git knows and that is gone is being moved.
        let Ok(text) = std::fs::read_to_string(root().join(name)) else { continue };
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            faults.push(format!("{name}: {lines} lines, at most {FILE_LINES_MAX}"));
        }
        if is_rust {
            faults.extend(functions(name, &text));
            faults.extend(words(name, &text));
            faults.extend(module_file(name, &text));
        }
    }
    Ok(faults)
}

/// A function ends at the first closing brace with its own indentation: the formatter sees to that.
fn functions(name: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut faults = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        if !is_function(code) || line.ends_with(';') || line.ends_with('}') {
            continue;
        }
        let end = lines[at..].iter().position(|l| {
            let code = l.trim_start();
            l.len() - code.len() == indent && code.starts_with('}')
        });
        let length = end.map_or(0, |end| end + 1);
        if length > FUNCTION_LINES_MAX {
            faults
                .push(format!("{name}:{}: function of {length} lines, at most {FUNCTION_LINES_MAX}", at + 1));
        }
    }
    faults
}

fn is_function(code: &str) -> bool {
    let words = ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", "extern", "\"C\""];
    let mut rest = code;
    while let Some((word, after)) = rest.split_once(' ') {
        if word == "fn" {
            return true;
        }
        if !words.contains(&word) {
            return false;
        }
        rest = after;
    }
    false
}

fn words(name: &str, text: &str) -> Vec<String> {
    let in_tests = name.contains("/tests/");
    let mut faults = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for (word, home, why) in BANNED {
            if line.contains(word) && (home.is_empty() || !home.split('|').any(|home| name.contains(home))) {
                faults.push(format!("{name}:{}: {word}: {why}", at + 1));
            }
        }
        for word in BANNED_IN_TESTS {
            if in_tests && line.contains(word) {
                faults.push(format!("{name}:{}: {word}: wait on a condition", at + 1));
            }
        }
    }
    faults
}

/// `mod.rs` only lists.
fn module_file(name: &str, text: &str) -> Option<String> {
    if !name.ends_with("/mod.rs") || name.contains("/tests/") {
        return None;
    }
    let has_logic = text.lines().any(|line| is_function(line.trim_start()));
    has_logic.then(|| format!("{name}: a mod.rs only lists; put the code into a named file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function_of(lines: usize) -> String {
        format!(
            "    pub async fn f(\n        a: u8,\n    ) {{\n{}    }}\n",
            "        b();\n".repeat(lines - 4)
        )
    }

    #[test]
    fn a_function_is_measured_from_its_name_to_its_brace() {
        assert_eq!(functions("a.rs", &function_of(70)), Vec::<String>::new());
        let faults = functions("a.rs", &function_of(71));
        assert_eq!(faults, ["a.rs:1: function of 71 lines, at most 70"]);
    }

    #[test]
    fn functions_of_one_line_and_of_traits_have_no_body_to_measure() {
        let text = format!("fn a();\nfn b() {{}}\n{}", "x();\n".repeat(100));
        assert_eq!(functions("a.rs", &text), Vec::<String>::new());
    }

    #[test]
    fn words_are_found_where_they_may_not_stand() {
        let sleepy = format!("    {}5);\n", BANNED_IN_TESTS[0]);
        assert_eq!(words("crates/x/src/lib.rs", &sleepy).len(), 0);
        assert_eq!(words("crates/x/tests/a.rs", &sleepy).len(), 1);
        let block = BANNED[5].0;
        assert_eq!(words("crates/node/src/media/socket.rs", block).len(), 0);
        assert_eq!(words("crates/store/src/lib.rs", block).len(), 1);
    }
}

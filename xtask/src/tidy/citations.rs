//! What a comment or a document cites of a specification has to exist: `NAME` in capitals, a section sign with a number,
//! and perhaps `point 3`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::step::root;

/// Where the specifications are: `NAME.md`, and more chapters of it in a folder of that name in small letters.
const HOME: &str = "docs/spec";
/// Stands before the number of a section. Written so that this file cites nothing.
const SIGN: char = '\u{a7}';
/// Files that may cite.
const ENDINGS: &[&str] =
    &["rs", "md", "mjs", "js", "ts", "css", "html", "txt", "proto", "toml", "py", "sh", "sql"];
/// What the items of a numbered list in a section are called.
const POINTS: &[&str] = &["point", "rule", "fact"];
/// A specification of somebody else, as in `RFC 6455`.
const FOREIGN: &str = "RFC";

/// The sections of a specification, each with the numbers of its points.
type Sections = BTreeMap<String, BTreeSet<u32>>;

/// Checks every citation in `files`.
pub(crate) fn check(files: &[String]) -> anyhow::Result<Vec<String>> {
    let specs = specifications(files)?;
    let mut faults = Vec::new();
    for name in files {
        let path = Path::new(name);
        if !path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| *known == ending)) {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(root().join(name)) else { continue };
        let own = specification_of(name);
        for citation in citations(&text, own.as_deref()) {
            let fault = citation.fault(&specs);
            faults.extend(fault.map(|why| format!("{name}:{}: {why}", citation.line)));
        }
    }
    Ok(faults)
}

fn specifications(files: &[String]) -> anyhow::Result<BTreeMap<String, Sections>> {
    let mut specs: BTreeMap<String, Sections> = BTreeMap::new();
    for name in files {
        let (Some(spec), path) = (specification_of(name), root().join(name)) else { continue };
        if path.exists() {
            sections(&std::fs::read_to_string(path)?, specs.entry(spec).or_default());
        }
    }
    Ok(specs)
}

/// The specification that a file is, or is chapters of.
fn specification_of(file: &str) -> Option<String> {
    let inside = file.strip_prefix(HOME)?.strip_prefix('/')?.strip_suffix(".md")?;
    match inside.split_once('/') {
        Some((folder, _)) => Some(folder.to_uppercase()),
        None => is_name(inside).then(|| inside.to_owned()),
    }
}

/// Headings that begin with a number, and the numbered items below each.
fn sections(text: &str, into: &mut Sections) {
    let mut current: Option<String> = None;
    let mut in_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        if let Some(heading) = line.strip_prefix("##") {
            current = Some(number(heading.trim_start_matches('#').trim_start())).filter(|n| !n.is_empty());
            if let Some(section) = &current {
                into.entry(section.clone()).or_default();
            }
        } else if let (Some(section), Some((point, _))) = (&current, line.split_once(". "))
            && let (Some(points), Ok(point)) = (into.get_mut(section), point.parse())
        {
            points.insert(point);
        }
    }
}

/// `3.5` of `3.5, and more`.
fn number(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].trim_end_matches('.').to_owned()
}

/// Capitals and digits, as `PROTOCOL`.
fn is_name(word: &str) -> bool {
    word.len() >= 3
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// A place of a specification that somebody names.
#[derive(Debug, PartialEq, Eq)]
struct Citation {
    line: usize,
    /// `None` when no name stands before it.
    spec: Option<String>,
    section: String,
    point: Option<u32>,
}

impl Citation {
    fn fault(&self, specs: &BTreeMap<String, Sections>) -> Option<String> {
        let Self { section, .. } = self;
        let Some(spec) = &self.spec else {
            return Some(format!("{SIGN}{section}: say on the same line of which specification"));
        };
        let Some(sections) = specs.get(spec) else {
            let known: Vec<&str> = specs.keys().map(String::as_str).collect();
            return Some(format!("{spec} is not in {HOME}; there are {}", known.join(", ")));
        };
        let Some(points) = sections.get(section) else {
            return Some(format!("{spec} has no {SIGN}{section}"));
        };
        let point = self.point.filter(|point| !points.contains(point))?;
        Some(format!("{spec} {SIGN}{section} has no point {point}"))
    }
}

/// All citations of a text. A name holds to the end of its line; `own` is the specification that the text itself is.
fn citations(text: &str, own: Option<&str>) -> Vec<Citation> {
    let mut found = Vec::new();
    // A name at the end of a line is for the sign that begins the next one.
    let mut carried: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start().trim_start_matches(['/', '!', '*', '#']).trim_start();
        let pieces: Vec<&str> = line.split(SIGN).collect();
        let mut spec = carried.take().filter(|_| line.starts_with(SIGN)).or(own.map(str::to_owned));
        for (before, after) in pieces.iter().zip(pieces.iter().skip(1)) {
            match Named::last_in(before) {
                Named::Spec(name) => spec = Some(name.to_owned()),
                Named::Foreign => spec = Some(FOREIGN.to_owned()),
                Named::Nothing => {}
            }
            let section = number(after);
            if !section.is_empty() && spec.as_deref() != Some(FOREIGN) {
                let point = point(&after[section.len()..]);
                found.push(Citation { line: at + 1, spec: spec.clone(), section, point });
            }
        }
        carried = match Named::last_in(line) {
            Named::Spec(name) => Some(name.to_owned()),
            Named::Foreign => Some(FOREIGN.to_owned()),
            Named::Nothing => None,
        };
    }
    found
}

/// What the last words of a text name.
enum Named<'a> {
    Spec(&'a str),
    Foreign,
    Nothing,
}

impl<'a> Named<'a> {
    fn last_in(text: &'a str) -> Self {
        let mut words = text.split_whitespace().rev();
        let Some(last) = words.next() else { return Self::Nothing };
        if last.bytes().all(|b| b.is_ascii_digit())
            && words.next().is_some_and(|word| word.ends_with(FOREIGN))
        {
            return Self::Foreign;
        }
        let last = last.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        if is_name(last) { Self::Spec(last) } else { Self::Nothing }
    }
}

/// `3` of ` point 3, and more`.
fn point(text: &str) -> Option<u32> {
    let (word, rest) = text.strip_prefix(' ')?.split_once(' ')?;
    POINTS.contains(&word).then(|| number(rest).parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "# WIRE\n\n## 1. Names\n\n1. One.\n2. Two.\n\n### 1.2 More\n\n- none\n\n```\n## 7. No\n3. no\n```\n\n## Unnumbered\n\n4. Lost.\n";

    fn specs() -> BTreeMap<String, Sections> {
        let mut wire = Sections::new();
        sections(SPEC, &mut wire);
        BTreeMap::from([("WIRE".to_owned(), wire)])
    }

    /// The faults of a text in which `$` stands for the sign.
    fn faults(text: &str, own: Option<&str>) -> Vec<String> {
        let text = text.replace('$', "\u{a7}");
        let found = citations(&text, own);
        found.iter().filter_map(|c| c.fault(&specs())).map(|why| why.replace('\u{a7}', "$")).collect()
    }

    #[test]
    fn sections_are_numbered_headings_and_points_their_items() {
        let specs = specs();
        let of = |section: &str| {
            specs["WIRE"].get(section).map(|points| points.iter().copied().collect::<Vec<_>>())
        };
        assert_eq!((of("1"), of("1.2"), of("7")), (Some(vec![1, 2]), Some(Vec::new()), None));
        assert_eq!(specs["WIRE"].len(), 2, "an unnumbered heading ends a section and begins none");
    }

    #[test]
    fn chapters_belong_to_the_specification_of_their_folder() {
        assert_eq!(specification_of("docs/spec/WIRE.md").as_deref(), Some("WIRE"));
        assert_eq!(specification_of("docs/spec/wire/frames.md").as_deref(), Some("WIRE"));
        for other in ["docs/spec/README.txt", "docs/spec/Notes.md", "docs/WIRE.md", "WIRE.md"] {
            assert_eq!(specification_of(other), None, "{other}");
        }
    }

    #[test]
    fn what_exists_may_be_cited() {
        for fine in [
            "//! Names (WIRE $1, $1.2).",
            "/// WIRE $1 to $1.2, and what WIRE $1 point 2 says.",
            "// as the wire has it (WIRE\n// $1.2)",
            "RFC 9110 $7.2, and RFC 6455\n/// $5.5",
            "`$` alone, or $x, is no citation",
        ] {
            assert_eq!(faults(fine, None), Vec::<String>::new(), "{fine}");
        }
        assert_eq!(faults("see $1.2", Some("WIRE")), Vec::<String>::new(), "its own");
    }

    #[test]
    fn what_does_not_exist_is_a_fault() {
        assert_eq!(faults("(WIRE $1, $1.3)", None), ["WIRE has no $1.3"]);
        assert_eq!(faults("WIRE $1 rule 3", None), ["WIRE $1 has no point 3"]);
        assert_eq!(faults("WIRE2 $1", None), ["WIRE2 is not in docs/spec; there are WIRE"]);
        assert_eq!(faults("WIRE $1\n$1", None), ["$1: say on the same line of which specification"]);
        assert_eq!(faults("RFC 1 $9, WIRE $9", None), ["WIRE has no $9"]);
        assert_eq!(faults("see $9", Some("WIRE")), ["WIRE has no $9"]);
    }
}

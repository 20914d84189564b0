//! Which files of a crate the `use` declarations of another one lead to.

use std::collections::{BTreeMap, BTreeSet};

/// A name that a declaration brings into a file.
#[derive(Debug, PartialEq, Eq)]
struct Use {
    /// `pub use` hands a name on and needs nothing of it.
    is_private: bool,
    path: Vec<String>,
    /// What it is called in this file; `None` of a glob.
    name: Option<String>,
}

/// The modules of a crate, each a file.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// File and declarations by path; the root has the empty one.
    modules: BTreeMap<Vec<String>, (String, Vec<Use>)>,
}

/// A name that is handed on more often than this is handed on in a circle.
const HANDED_ON_MAX: usize = 16;

impl Modules {
    /// Adds a file by its name below `src/`.
    pub(super) fn add(&mut self, file: &str, text: &str) {
        let stem = file.strip_suffix(".rs").unwrap_or(file);
        let mut path: Vec<String> = stem.split('/').map(str::to_owned).collect();
        let is_root = path.len() == 1 && matches!(stem, "lib" | "main");
        if is_root || path.last().is_some_and(|last| last == "mod") {
            path.pop();
        }
        self.modules.insert(path, (file.to_owned(), uses(text)));
    }

    /// Which files each file uses.
    pub(super) fn arrows(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut arrows = BTreeMap::new();
        for (module, (file, uses)) in &self.modules {
            let mut used = BTreeSet::new();
            for one in uses.iter().filter(|one| one.is_private) {
                let target = self.absolute(module, &one.path).and_then(|path| self.file_of(path, 0));
                used.extend(target.filter(|target| target != file));
            }
            arrows.insert(file.as_str(), used);
        }
        arrows
    }

    /// A path from the root of the crate; `None` when it leads out of the crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let up = path.iter().take_while(|step| *step == "super").count();
        let (base, rest) = match path.first().map(String::as_str) {
            Some("crate") => (&module[..0], &path[1..]),
            Some("self") => (module, &path[1..]),
            Some("super") => (&module[..module.len().checked_sub(up)?], &path[up..]),
            _ => (module, path),
        };
        let full: Vec<String> = base.iter().chain(rest).cloned().collect();
        let leads_in = up > 0 || matches!(path.first().map(String::as_str), Some("crate" | "self"));
        (leads_in || self.modules.contains_key(&full[..(base.len() + 1).min(full.len())])).then_some(full)
    }

    /// The file that defines what a path names, through modules that hand it on.
    fn file_of(&self, path: Vec<String>, handed_on: usize) -> Option<&str> {
        let mut depth = 0;
        while depth < path.len() && self.modules.contains_key(&path[..=depth]) {
            depth += 1;
        }
        let (file, uses) = self.modules.get(&path[..depth])?;
        let Some(name) = path.get(depth) else { return Some(file) };
        let Some(handed) = uses.iter().find(|one| one.name.as_ref() == Some(name)) else { return Some(file) };
        if handed_on >= HANDED_ON_MAX {
            return None;
        }
        let further = self.absolute(&path[..depth], &handed.path)?;
        self.file_of(further.into_iter().chain(path[depth + 1..].iter().cloned()).collect(), handed_on + 1)
    }
}

/// The declarations of a file, those of its tests apart.
fn uses(text: &str) -> Vec<Use> {
    let mut found = Vec::new();
    let mut pending: Option<(bool, String)> = None;
    let mut behind_cfg_test = false;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        if behind_cfg_test && code.starts_with("mod ") && code.ends_with('{') {
            break;
        }
        behind_cfg_test = code == "#[cfg(test)]";
        let (is_private, mut declaration) = match pending.take() {
            Some((is_private, begun)) => (is_private, format!("{begun} {code}")),
            None => match declared(code) {
                Some((is_private, tree)) => (is_private, tree.to_owned()),
                None => continue,
            },
        };
        if declaration.ends_with(';') {
            declaration.pop();
            expand(&[], &declaration, &mut |path, name| found.push(Use { is_private, path, name }));
        } else {
            pending = Some((is_private, declaration));
        }
    }
    found
}

/// The tree of a line that begins a declaration, and whether it is private.
fn declared(code: &str) -> Option<(bool, &str)> {
    if let Some(tree) = code.strip_prefix("use ") {
        return Some((true, tree));
    }
    let visible = code.strip_prefix("pub")?;
    let after = match visible.strip_prefix('(') {
        Some(inside) => inside.split_once(')')?.1,
        None => visible,
    };
    after.strip_prefix(" use ").map(|tree| (false, tree))
}

/// Every path of a tree as `a::{b, c::{d as e, self}}`.
fn expand(prefix: &[String], tree: &str, found: &mut impl FnMut(Vec<String>, Option<String>)) {
    let tree = tree.trim();
    if let Some((head, inside)) = tree.split_once('{') {
        let prefix: Vec<String> = prefix.iter().cloned().chain(steps(head)).collect();
        for part in parts(inside.trim_end().strip_suffix('}').unwrap_or(inside)) {
            expand(&prefix, part, found);
        }
        return;
    }
    let (path, renamed) =
        tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name.trim())));
    let mut path: Vec<String> = prefix.iter().cloned().chain(steps(path)).collect();
    if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
        path.pop();
    }
    let is_glob = path.last().is_some_and(|last| last == "*");
    if is_glob {
        path.pop();
    }
    let own = path.last().filter(|_| !is_glob).cloned();
    if !path.is_empty() {
        found(path, renamed.map(str::to_owned).or(own));
    }
}

fn steps(path: &str) -> impl Iterator<Item = String> {
    path.split("::").map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned)
}

/// The text between commas that are in no braces.
fn parts(list: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let outside = |c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    list.split(outside).filter(|part| !part.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrows(files: &[(&str, &str)]) -> Vec<String> {
        let mut modules = Modules::default();
        for (file, text) in files {
            modules.add(file, text);
        }
        let arrows = modules.arrows();
        arrows.iter().flat_map(|(from, to)| to.iter().map(move |to| format!("{from} > {to}"))).collect()
    }

    #[test]
    fn trees_are_taken_apart() {
        let text = "use a::{b, c::{self, d as e}, f::*};\npub(crate) use g;\nlet use_of = 1;\n// use h;\n";
        let found: Vec<_> =
            uses(text).into_iter().map(|u| (u.is_private, u.path.join("::"), u.name)).collect();
        let name = |name: &str| Some(name.to_owned());
        let of = |path: &str| path.to_owned();
        assert_eq!(
            found,
            [
                (true, of("a::b"), name("b")),
                (true, of("a::c"), name("c")),
                (true, of("a::c::d"), name("e")),
                (true, of("a::f"), None),
                (false, of("g"), name("g")),
            ]
        );
    }

    #[test]
    fn a_declaration_over_several_lines_is_one() {
        let found = uses("use crate::{\n    a::B, // why\n    c,\n};\n");
        assert_eq!(found.iter().map(|u| u.path.join("::")).collect::<Vec<_>>(), ["crate::a::B", "crate::c"]);
    }

    #[test]
    fn paths_lead_to_the_file_of_the_module() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a.rs", "use crate::b::c::Thing;\nuse std::fmt;\n"),
            ("b/mod.rs", "pub mod c;\nuse self::c::Thing;\n"),
            ("b/c.rs", "use super::super::a;\nfn f() {\n    use super::Other;\n}\n"),
        ];
        assert_eq!(
            arrows(&files),
            ["a.rs > b/c.rs", "b/c.rs > a.rs", "b/c.rs > b/mod.rs", "b/mod.rs > b/c.rs"]
        );
    }

    #[test]
    fn a_name_that_is_handed_on_leads_to_where_it_is_from() {
        let files = [
            ("lib.rs", "pub use inner::Thing;\npub use other::Sized;\n"),
            ("inner.rs", "pub use deep::Thing as Thing;\n"),
            ("inner/deep.rs", ""),
            ("user.rs", "use crate::Thing;\nuse crate::Sized;\n"),
        ];
        assert_eq!(
            arrows(&files),
            ["user.rs > inner/deep.rs"],
            "handing on is no use, and `other` is another crate"
        );
    }

    #[test]
    fn tests_may_use_what_they_like() {
        let text = "use crate::a;\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\n";
        assert_eq!(arrows(&[("a.rs", ""), ("b.rs", ""), ("c.rs", text)]), ["c.rs > a.rs"]);
    }
}

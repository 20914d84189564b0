//! What doors may not do.

use crate::step::root;

/// The doors' folder.
const DOORS: &str = "crates/api/src/doors/";

pub(crate) fn check(files: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for name in files.iter().filter(|name| name.ends_with(".rs")) {
        let Some(door) = door_of(name) else { continue };
        // A file that git knows and that is gone is being moved.
        let Ok(text) = std::fs::read_to_string(root().join(name)) else { continue };
        let others = files.iter().filter_map(|file| door_of(file)).filter(|other| *other != door);
        faults.extend(foreign(name, &text, others));
    }
    faults
}

/// The door that a file belongs to.
fn door_of(name: &str) -> Option<&str> {
    let (door, _) = name.strip_prefix(DOORS)?.split_once('/')?;
    Some(door)
}

/// Doors never import doors.
fn foreign<'a>(name: &str, text: &str, mut others: impl Iterator<Item = &'a str>) -> Option<String> {
    let named =
        |other: &&str| ["doors::", "super::super::"].iter().any(|at| text.contains(&format!("{at}{other}")));
    others.find(named).map(|other| format!("{name}: a door may not import {other}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_do_not_see_each_other() {
        let name = "crates/api/src/doors/realtimekit/sessions.rs";
        assert_eq!((door_of(name), door_of("crates/api/src/doors.rs")), (Some("realtimekit"), None));
        let found = |text| foreign(name, text, ["pagecall", "sederunt"].into_iter());
        assert!(found("use crate::doors::pagecall::view;").is_some());
        assert!(found("use super::super::sederunt::view;").is_some());
        assert_eq!(found("use crate::doors::realtimekit::view;"), None);
    }
}

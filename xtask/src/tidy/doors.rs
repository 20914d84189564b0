//! What doors may not do: see each other, and change anything past the use cases.

use crate::step::root;

/// The doors of the REST APIs, a folder each.
const DOORS: &str = "crates/api/src/doors/";
/// Everything that is a door.
const OUTSIDE: &[&str] = &["crates/api/src/", "crates/gateway/src/"];

/// How verbs of the ledger begin, or are called, that change it, and those that tell a room of a change.
const CHANGES: &[&str] = &[
    "create_",
    "put_",
    "change_",
    "upsert_",
    "delete_",
    "revoke_",
    "remember",
    "remember_",
    "member_or_create",
    "user_or_create",
    "command",
    "meeting_changed",
];

pub(crate) fn check(files: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for name in files.iter().filter(|name| name.ends_with(".rs")) {
        if !OUTSIDE.iter().any(|folder| name.starts_with(folder)) {
            continue;
        }
        // A file that git knows and that is gone is being moved.
        let Ok(text) = std::fs::read_to_string(root().join(name)) else { continue };
        faults.extend(changes(name, &text));
        if let Some(door) = door_of(name) {
            let others = files.iter().filter_map(|file| door_of(file)).filter(|other| *other != door);
            faults.extend(foreign(name, &text, others));
        }
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

/// Whoever changes a row tells its room, so that is done in one place: `crates/app`.
fn changes(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, line) in text.lines().enumerate() {
        // What follows a dot and is called.
        let called = line.split('.').skip(1).filter_map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
            rest.get(end..)?.starts_with('(').then(|| &rest[..end])
        });
        let changing = |verb: &&str| {
            CHANGES.iter().any(|word| verb == word || (word.ends_with('_') && verb.starts_with(word)))
        };
        for verb in called.filter(changing) {
            faults.push(format!("{name}:{}: {verb}: a door changes nothing; use or add a use case", at + 1));
        }
    }
    faults
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

    #[test]
    fn doors_change_nothing() {
        let name = "crates/api/src/doors/pagecall/rooms.rs";
        for bad in [
            "    caller.store().create_meeting(row).await?;",
            "    store\n        .change_participant(id, change)\n        .await?;",
            "    let user = store.user_or_create(fresh).await?;",
            "    node.command(room, Command::Terminate).await?;",
        ] {
            assert_eq!(changes(name, bad).len(), 1, "{bad}");
        }
        let fine = "meetings::create(node, app).await?; node.store().meeting(id).await?; a.changed().await;";
        assert_eq!(changes(name, fine), Vec::<String>::new());
    }
}

//! Who came and who went, with imports before, between, behind and after what happened here.

use rusqlite::Connection;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::time::UnixMs;
use sederunt_store::{Activity, ActivityQuery, ActivityRow, ImportOptions, Pace, Store};
use serde_json::json;

use crate::common::{Recorder, app_row, at, open, person};

const MINUTE: i64 = 60_000;

/// `count` sessions from elsewhere, of the same minutes: each would be two joins, two leaves and a loss.
async fn import(store: &Store, app: &str, from: u32, count: u32) {
    let id = |kind: u32, n: u32| format!("{kind:08x}-0000-4000-8000-{n:012x}");
    let stay = |n: u32, nth: u32, reason: &str| {
        let n = n * 2 + nth;
        json!({
            "peer": id(3, n), "participant": id(4, n), "name": "Eve", "reason": reason,
            "joined_at": "2026-01-12T14:00:30Z", "left_at": "2026-01-12T14:02:30Z",
        })
    };
    let line = |n: u32| {
        json!({
            "app": app, "meeting": {"id": id(1, n), "title": "Elsewhere"},
            "session": {"id": id(2, n), "started_at": "2026-01-12T14:00:00Z", "ended_at": "2026-01-12T14:03:00Z"},
            "stays": [stay(n, 0, "left"), stay(n, 1, "connection_lost")],
        })
        .to_string()
    };
    let text: Vec<String> = (from..from + count).map(line).collect();
    let (store, text) = (store.clone(), text.join("\n"));
    let run = move || store.import(text.as_bytes(), &ImportOptions::default(), |_| {});
    let report = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    assert_eq!((report.imported, report.rejected), (u64::from(count), Vec::new()));
}

async fn activity(store: &Store, facts_max: usize) -> Activity {
    let edges = (0..=5).map(|minute| at(minute * MINUTE)).collect();
    let q = ActivityQuery { app: "p".into(), edges, lately: at(0), facts_max };
    let store = store.clone();
    tokio::task::spawn_blocking(move || store.activity(&Pace::default(), &q)).await.unwrap().unwrap()
}

/// One lesson in five minutes, in five parts, with what is imported before each and after the last.
async fn told(imports: [u32; 6]) -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    for app in ["p", "q"] {
        store.create_app(app_row(app), Vec::new()).await.unwrap();
    }
    let mut lesson = Recorder::new("p", 0x31, 0x51);
    for (minute, part) in (0_u32..).zip(imports) {
        import(&store, "p", minute * 1_000, part).await;
        let now = |secs: i64| at(i64::from(minute) * MINUTE + secs * 1_000);
        match minute {
            0 => {
                lesson.start(now(0), "Lesson");
                lesson.join(now(1), 0xb1, 0xa1, person("Ann", None));
            }
            1 => lesson.join(now(10), 0xb2, 0xa2, person("Bob", None)),
            2 => lesson.leave(now(20), 0xb1, LeaveReason::ConnectionLost),
            // Somebody else's facts and imports make another edge.
            3 => {
                let mut other = Recorder::new("q", 0x32, 0x52);
                other.start(now(0), "Other");
                other.join(now(0), 0xb9, 0xa9, person("Zoe", None));
                other.save(&store).await;
                import(&store, "q", 20_000, 5).await;
                lesson.join(now(30), 0xb3, 0xa3, person("Cyd", None));
            }
            4 => lesson.leave(now(40), 0xb3, LeaveReason::Left),
            _ => continue,
        }
        lesson.save(&store).await;
    }
    (dir, store)
}

fn expected() -> Vec<ActivityRow> {
    let row = |joins, leaves, lost, people| ActivityRow { joins, leaves, lost, people, sessions: 1 };
    vec![row(1, 0, 0, 1), row(1, 0, 0, 2), row(0, 1, 1, 2), row(1, 0, 0, 2), row(0, 1, 0, 2)]
}

#[tokio::test]
async fn what_was_imported_is_passed_over_and_nothing_else_is() {
    for imports in
        [[0; 6], [40, 0, 0, 0, 0, 40], [1, 2, 3, 4, 5, 6], [0, 300, 0, 1, 300, 0], [600, 90, 90, 90, 90, 600]]
    {
        let (dir, store) = told(imports).await;
        let found = activity(&store, 7).await;
        assert_eq!(found.rows, expected(), "{imports:?}");
        let losses: Vec<_> = found.losses.iter().map(|of| (&*of.title, of.lost, of.live)).collect();
        assert_eq!(losses, [("Lesson", 1, 1)], "{imports:?}");
        // One part of an import is one stretch, whatever its batches are.
        let conn = Connection::open(dir.path().join("ledger.sqlite")).unwrap();
        let stretches: i64 = conn.query_row("SELECT count(*) FROM imported", [], |r| r.get(0)).unwrap();
        assert_eq!(
            usize::try_from(stretches),
            Ok(imports.iter().filter(|part| **part > 0).count() + 1),
            "{imports:?}"
        );
        // A ledger of an older program does not know them, and says the same.
        conn.execute("DELETE FROM imported", []).unwrap();
        assert_eq!(activity(&store, 7).await, found, "{imports:?}");
    }
}

#[tokio::test]
async fn an_end_within_an_import_is_told() {
    let (_dir, store) = told([5, 5, 5, 5, 5, 5]).await;
    let mut gone = Recorder::new("p", 0x33, 0x53);
    gone.start(UnixMs(at(0).0 + 4 * MINUTE), "Short");
    gone.end(at(4 * MINUTE + 1), EndReason::AllParticipantsLeft);
    gone.save(&store).await;
    import(&store, "p", 30_000, 50).await;
    let sessions: Vec<u64> = activity(&store, 9).await.rows.iter().map(|row| row.sessions).collect();
    assert_eq!(sessions, [1, 1, 1, 1, 2]);
}

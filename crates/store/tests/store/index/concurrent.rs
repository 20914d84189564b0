//! Readers while rooms write and the sealer works.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_store::{SessionQuery, SessionSort, Status, Store};

use super::{open, settle, small};
use crate::common::{Recorder, all, app_row, at, person};

const ROOMS: u128 = 8;
const SESSIONS: i64 = 60;

/// Each room is the only one that writes its meeting, so it knows what every list of it says; at the same time others
/// write the same app, and segments are sealed and merged under everybody's feet.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_was_told_finds_it_in_the_next_list() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), small(10, 8));
    store.create_app(app_row("a"), Vec::new()).await.unwrap();
    let writing = Arc::new(AtomicU32::new(u32::try_from(ROOMS).unwrap()));
    let reader = tokio::spawn(watch(store.clone(), Arc::clone(&writing)));
    let rooms: Vec<_> = (0..ROOMS).map(|room| tokio::spawn(write(store.clone(), room))).collect();
    for room in rooms {
        room.await.unwrap();
        writing.fetch_sub(1, Ordering::Release);
    }
    reader.await.unwrap();
    settle(&store).await;
    let stats = store.index_stats();
    let sessions = u64::try_from(SESSIONS).unwrap() * u64::try_from(ROOMS).unwrap();
    assert_eq!(stats.sealed + stats.in_memory, sessions, "{stats:?}");
    assert!(stats.seals > 3 && stats.answers > 0, "{stats:?}");
}

async fn write(store: Store, room: u128) {
    let meeting = 0x100 + room;
    let (mut ended, mut consumed) = (0, 0);
    for n in 0..SESSIONS {
        let now = n * 1000;
        let session = (room << 64) + u128::try_from(n).unwrap() * 0x1_0001;
        let mut recorder = Recorder::new("a", meeting, session);
        recorder.start(at(now), "Weekly");
        recorder.join(at(now), session, 0xa1, person("x", None));
        recorder.save(&store).await;
        check(&store, &recorder, (ended, Some(session)), consumed).await;
        recorder.leave(at(now + 500), session, LeaveReason::Left);
        recorder.save(&store).await;
        consumed += 500;
        check(&store, &recorder, (ended, Some(session)), consumed).await;
        recorder.end(at(now + 600), EndReason::AllParticipantsLeft);
        recorder.save(&store).await;
        ended += 1;
        check(&store, &recorder, (ended, None), consumed).await;
    }
}

/// What the lists of one's own meeting must say, and that SQL says the same.
async fn check(store: &Store, room: &Recorder, (ended, live): (u64, Option<u128>), consumed: i64) {
    let columns = room.tally.as_ref().unwrap().columns();
    let meeting = Some(room.meeting.to_string());
    let now = columns.updated_at;
    let mine = SessionQuery { meeting, limit: 100, ..all("a", now) };
    let page = store.sessions(mine.clone()).await.unwrap();
    assert_eq!(page.total, ended + u64::from(live.is_some()));
    assert_eq!(page.items[0].id, columns.session, "newest first");
    assert_eq!(page.items.iter().map(|s| s.consumed_ms(now)).sum::<i64>(), consumed);
    assert_eq!(page, store.sessions_sql(mine.clone()).await.unwrap());
    let lives = SessionQuery { status: Some(Status::Live), ..mine.clone() };
    let lives = store.sessions(lives).await.unwrap();
    assert_eq!(lives.items.iter().map(|s| s.id.as_u128()).collect::<Vec<_>>(), Vec::from_iter(live));
    let search = Some(columns.session.to_string().to_uppercase());
    let found = store.sessions(SessionQuery { search, ..mine.clone() }).await.unwrap();
    assert_eq!((found.total, found.items[0].id), (1, columns.session));
    let sort = SessionSort::MinutesConsumed;
    let search = Some("week".to_owned());
    let slow = SessionQuery { search, sort, ascending: true, offset: 1, ..mine };
    assert_eq!(store.sessions(slow.clone()).await.unwrap(), store.sessions_sql(slow).await.unwrap());
}

/// One answer is one snapshot: the total is that of the page, nothing is on it twice, and nothing disappears.
async fn watch(store: Store, writing: Arc<AtomicU32>) {
    let (mut seen, mut last) = (0, false);
    while !last {
        last = writing.load(Ordering::Acquire) == 0;
        for sort in [SessionSort::CreatedAt, SessionSort::MinutesConsumed] {
            let q = SessionQuery { sort, limit: 10_000, ..all("a", at(100_000)) };
            // What SQL shows is in the next list.
            let sql = store.sessions_sql(q.clone()).await.unwrap().total;
            let page = store.sessions(q).await.unwrap();
            assert!(page.total >= sql, "{} after {sql} from SQL", page.total);
            assert_eq!(page.items.len() as u64, page.total);
            assert!(page.total >= seen, "{} after {seen}", page.total);
            seen = page.total;
            let mut ids: Vec<_> = page.items.iter().map(|s| s.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len() as u64, seen, "a session is listed twice");
            let live = SessionQuery { status: Some(Status::Live), limit: 100, ..all("a", at(100_000)) };
            assert!(store.sessions(live).await.unwrap().total <= u64::try_from(ROOMS).unwrap());
        }
        tokio::task::yield_now().await;
    }
}

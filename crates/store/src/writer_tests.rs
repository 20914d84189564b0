//! What only the inside can provoke: a full queue, a full disk, a group with a bad member.

use std::sync::mpsc::channel;

use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{AppId, MeetingId, SessionId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;

use super::*;
use crate::Thing;
use crate::places::QUEUE_MAX;
use crate::sql::find;

fn ledger() -> (tempfile::TempDir, Transaction) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Transaction::open(dir.path()).unwrap();
    (dir, ledger)
}

fn put(name: &'static str, bytes: i64) -> impl FnOnce(&mut Transaction) -> Result<()> + Send + 'static {
    move |l| {
        let sql = "INSERT INTO secret (name, value) VALUES (?1, zeroblob(?2))";
        l.conn
            .prepare_cached(sql)?
            .execute(rusqlite::params![name, bytes])
            .map_err(crate::sql::write_error(Thing::Secret))?;
        Ok(())
    }
}

fn count(writer: &Writer) -> i64 {
    let answer =
        writer.submit(|l| Ok(find(&l.conn, "SELECT count(*) FROM secret", [], |r| r.get(0))?.unwrap_or(-1)));
    answer.unwrap().blocking_recv().unwrap().unwrap()
}

/// Holds the writer inside a transaction until the sender is dropped, so that what is sent meanwhile is one group.
fn hold(writer: &Writer) -> (std::sync::mpsc::Sender<()>, oneshot::Receiver<Result<()>>) {
    let (release, held) = channel::<()>();
    let (entered, ready) = channel::<()>();
    let answer = writer.submit(move |_| {
        drop(entered);
        // Returns when the test drops its end.
        let _ = held.recv();
        Ok(())
    });
    let _ = ready.recv();
    (release, answer.unwrap())
}

#[test]
fn a_queue_that_is_full_says_so_and_loses_nothing() {
    let (_dir, ledger) = ledger();
    let writer = Writer::start(ledger).unwrap();
    let (release, held) = hold(&writer);
    let answers: Vec<_> = (0..QUEUE_MAX).map(|_| writer.submit(|_| Ok(())).unwrap()).collect();
    let refused = writer.submit(|_| Ok(()));
    assert!(matches!(refused, Err(StoreError::Busy(QUEUE_MAX))));
    drop(release);
    held.blocking_recv().unwrap().unwrap();
    for answer in answers {
        answer.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(count(&writer), 0, "and goes on");
}

#[test]
fn a_bad_member_takes_back_only_its_own() {
    let (_dir, ledger) = ledger();
    let writer = Writer::start(ledger).unwrap();
    let (release, held) = hold(&writer);
    let first = writer.submit(put("a", 1)).unwrap();
    let twice = writer.submit(put("a", 2)).unwrap();
    let half = writer.submit(|l| {
        put("half", 1)(l)?;
        Err::<(), _>(StoreError::NotFound(Thing::EndedSession))
    });
    let other = writer.submit(put("b", 1)).unwrap();
    drop(release);
    held.blocking_recv().unwrap().unwrap();
    first.blocking_recv().unwrap().unwrap();
    assert!(matches!(twice.blocking_recv().unwrap(), Err(StoreError::Exists(Thing::Secret))));
    assert!(matches!(half.unwrap().blocking_recv().unwrap(), Err(StoreError::NotFound(_))));
    other.blocking_recv().unwrap().unwrap();
    assert_eq!(count(&writer), 2);
}

/// A fact that opens session `n`, or one of a session that is not there.
fn fact(n: u128, starts: bool) -> Vec<Write> {
    let kind = FactKind::SessionStarted { title: "m".to_owned(), keep_alive_ms: 0, parent: None };
    let (app, at) = (AppId::from("p"), UnixMs(1));
    let mut fact = Fact { at, app, meeting: MeetingId::from_u128(n), session: SessionId::from_u128(n), kind };
    let columns = Tally::start(&fact).unwrap().columns().clone();
    if !starts {
        fact.kind = FactKind::SessionRetitled { title: "other".to_owned() };
    }
    vec![Write::Fact { fact, columns, stay: None, person: None, offset_ms: 0 }]
}

/// What comes first in a transaction has no savepoint: a refused room still takes back its own writes only.
#[test]
fn a_refused_room_takes_back_only_its_own() {
    let (_dir, ledger) = ledger();
    let writer = Writer::start(ledger).unwrap();
    let sql = "INSERT INTO app (id, account, name, name_fold, created_ms) VALUES ('p', '', '', '', 0)";
    let app = writer.submit(|l| Ok(l.conn.execute(sql, [])?)).unwrap();
    app.blocking_recv().unwrap().unwrap();
    let room = |writes| {
        let (reply, answer) = oneshot::channel();
        writer.places().take().unwrap();
        let writes = Arc::new(writes);
        writer
            .send(Command::Remember(Remember {
                node: "n".to_owned(),
                members: Arc::default(),
                writes,
                reply,
            }))
            .unwrap();
        answer
    };
    let (release, held) = hold(&writer);
    let rooms = [fact(1, true), fact(2, false), fact(3, true), fact(1, true), fact(4, true)].map(room);
    let job = writer.submit(put("a", 1)).unwrap();
    let after_job = [fact(5, true), fact(6, false)].map(room);
    drop(release);
    held.blocking_recv().unwrap().unwrap();
    let told = rooms.map(|answer| answer.blocking_recv().unwrap().ok());
    assert_eq!(told, [Some(1), None, Some(2), None, Some(3)]);
    job.blocking_recv().unwrap().unwrap();
    assert_eq!(after_job.map(|answer| answer.blocking_recv().unwrap().ok()), [Some(4), None]);
    let alone = room(fact(7, false)).blocking_recv().unwrap();
    assert!(matches!(alone, Err(StoreError::NotFound(_))), "{alone:?}");
    let stored = writer.submit(|l| {
        let sql = "SELECT count(*), max(seq), (SELECT count(*) FROM session) FROM fact";
        let row = |r: &rusqlite::Row<'_>| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?, r.get::<_, i64>(2)?));
        Ok((l.conn.query_row(sql, [], row)?, l.last_seq()))
    });
    assert_eq!(stored.unwrap().blocking_recv().unwrap().unwrap(), ((4, 4, 4), 4));
    assert_eq!(*writer.committed().borrow(), 4);
}

#[test]
fn a_full_disk_fails_the_whole_group_and_the_writer_goes_on() {
    let (_dir, ledger) = ledger();
    // The ledger may not grow any more: SQLite says the same as for a full disk.
    let pages: i64 = ledger.conn.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    ledger.conn.query_row(&format!("PRAGMA max_page_count = {}", pages + 4), [], |_| Ok(())).unwrap();
    let writer = Writer::start(ledger).unwrap();
    let (release, held) = hold(&writer);
    let small = writer.submit(put("small", 1)).unwrap();
    let large = writer.submit(put("large", 1 << 20)).unwrap();
    let after = writer.submit(put("after", 1)).unwrap();
    drop(release);
    let told = [held, small, large, after].map(|answer| answer.blocking_recv().unwrap().is_ok());
    let stored = count(&writer);
    // SQLite gives up the whole transaction, so nobody in it may be told otherwise.
    assert_eq!((told, stored), ([true, false, false, false], 0));
    let room = writer.submit(|l| {
        let sql = "PRAGMA max_page_count = 100000";
        Ok(l.conn.query_row(sql, [], |r| r.get::<_, i64>(0))?)
    });
    room.unwrap().blocking_recv().unwrap().unwrap();
    writer.submit(put("large", 1 << 20)).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(count(&writer), 1, "usable again");
}

/// What a full disk refused is asked again and kept once; the disk's trouble is known meanwhile.
#[test]
fn a_refused_write_of_a_room_may_be_asked_again() {
    let (_dir, ledger) = ledger();
    let sql = "INSERT INTO app (id, account, name, name_fold, created_ms) VALUES ('p', '', '', '', 0)";
    ledger.conn.execute(sql, []).unwrap();
    let writer = Writer::start(ledger).unwrap();
    let limit = |more: i64| {
        let answer = writer.submit(move |l| {
            let pages: i64 = l.conn.query_row("PRAGMA page_count", [], |r| r.get(0))?;
            let sql = format!("PRAGMA max_page_count = {}", pages + more);
            Ok(l.conn.query_row(&sql, [], |_| Ok(()))?)
        });
        answer.unwrap().blocking_recv().unwrap().unwrap();
    };
    let mut writes = fact(1, true);
    let Write::Fact { fact: Fact { kind: FactKind::SessionStarted { title, .. }, .. }, columns, .. } =
        &mut writes[0]
    else {
        panic!("a start");
    };
    // More than the free space of any page.
    *title = "t".repeat(100_000);
    columns.title.clone_from(title);
    let writes = Arc::new(writes);
    let ask = || {
        let (reply, answer) = oneshot::channel();
        writer.places().take().unwrap();
        let (node, writes) = ("n".to_owned(), Arc::clone(&writes));
        writer.send(Command::Remember(Remember { node, members: Arc::default(), writes, reply })).unwrap();
        answer.blocking_recv().unwrap()
    };
    limit(2);
    for n in 1..4 {
        let refused = ask().unwrap_err();
        assert!(refused.is_disk(), "{refused}");
        assert_eq!(writer.disk().failures(), n);
        assert_eq!(writer.disk().trouble(), Some(crate::DiskTrouble::Failing));
    }
    limit(1_000);
    assert_eq!(writer.disk().trouble(), Some(crate::DiskTrouble::Failing), "nothing was written yet");
    assert_eq!(ask().unwrap(), 1);
    assert_eq!(writer.disk().trouble(), None);
    let again = ask().unwrap_err();
    assert!(!again.is_disk(), "it is there once: {again}");
    assert_eq!(writer.disk().trouble(), None, "a rule that was broken is no trouble of the disk");
}

/// A room's writes wait for a place where others are refused; the queue says that it is behind until it is worked off.
#[tokio::test]
async fn a_room_waits_for_a_place_and_the_backlog_tells() {
    let (_dir, ledger) = ledger();
    let writer = Writer::start(ledger).unwrap();
    let (release, held) = hold(&writer);
    let answers: Vec<_> = (0..QUEUE_MAX).map(|_| writer.submit(|_| Ok(())).unwrap()).collect();
    let before = writer.places().backlog();
    assert_eq!((before.waiting, before.is_behind), (QUEUE_MAX as u64, false));
    let (reply, done) = oneshot::channel();
    let mut room = Box::pin(writer.remember(Remember {
        node: "n".to_owned(),
        members: Arc::default(),
        writes: Arc::default(),
        reply,
    }));
    tokio::select! {
        biased;
        queued = &mut room => panic!("there was no place: {queued:?}"),
        () = std::future::ready(()) => {}
    }
    assert!(matches!(writer.submit(|_| Ok(())), Err(StoreError::Busy(_))));
    let full = writer.places().backlog();
    assert_eq!((full.is_behind, full.refused, full.delayed), (true, 1, 1));
    drop(release);
    room.await.unwrap();
    assert_eq!(done.await.unwrap().unwrap(), 0);
    held.await.unwrap().unwrap();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    // The one after it begins when the transaction before is committed, and with it what is said of the queue.
    writer.submit(|_| Ok(())).unwrap().await.unwrap().unwrap();
    let after = writer.places().backlog();
    assert_eq!((after.waiting, after.is_behind), (0, false));
}

#[test]
fn short_keys_of_a_failed_verb_are_forgotten() {
    let (_dir, ledger) = ledger();
    let writer = Writer::start(ledger).unwrap();
    let failed = writer.submit(|l| {
        l.conn.execute(
            "INSERT INTO app (id, account, name, name_fold, created_ms) VALUES ('p', '', '', '', 0)",
            [],
        )?;
        l.app_no(&AppId::from("p"))?;
        l.node_no("n")?;
        l.last_seq += 1;
        Err::<(), _>(StoreError::Closed)
    });
    assert!(failed.unwrap().blocking_recv().unwrap().is_err());
    let now = writer.submit(|l| Ok((l.app_no(&AppId::from("p")).is_err(), l.last_seq())));
    assert_eq!(now.unwrap().blocking_recv().unwrap().unwrap(), (true, 0));
}

#[test]
fn dropping_the_writer_makes_everything_durable_first() {
    let (dir, ledger) = ledger();
    let writer = Writer::start(ledger).unwrap();
    let (release, _held) = hold(&writer);
    let answer = writer.submit(put("last", 1)).unwrap();
    drop(release);
    drop(writer);
    answer.blocking_recv().unwrap().unwrap();
    let conn = crate::schema::open_writer(dir.path()).unwrap();
    let rows: i64 = conn.query_row("SELECT count(*) FROM secret", [], |r| r.get(0)).unwrap();
    assert_eq!(rows, 1);
}

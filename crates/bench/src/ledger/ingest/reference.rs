//! What one would build on SQLite: a row of the connection, of the session and of the event for every join and leave.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use rusqlite::Connection;

use super::PEERS_PER_ROOM;
use super::committer::{Act, Committer};

const SCHEMA: &str = "
    create table session(sid integer primary key, id blob, mid int, status int, created_at int, started_at int,
        ended_at int, updated_at int, live int, max_c int, minutes int, type int);
    create table conn(sid int, cid int, id blob, user_id int, name text, joined_at int, left_at int, duration int,
        primary key(sid,cid)) without rowid;
    create table event(seq integer primary key, sid int, cid int, kind int, ts int);
    create unique index s_id on session(id);
    create index s_meet on session(mid);
    create index s_min on session(sid>>40, minutes);
    create index s_live on session(sid) where status=0;
    create index c_user on conn(user_id,sid);
    create index c_online on conn(sid) where left_at is null;";

/// WAL with `synchronous=FULL`; at most `group_max` joins and leaves in a transaction.
pub(super) fn start(dir: &Path, rooms: usize, group_max: usize) -> Result<Committer> {
    std::fs::create_dir_all(dir)?;
    let conn = Connection::open(dir.join("reference.sqlite"))?;
    conn.pragma_update(None, "page_size", 8192)?;
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", 8000, |_| Ok(()))?;
    conn.pragma_update(None, "cache_size", -65_536)?;
    conn.execute_batch(SCHEMA)?;
    for room in 0..rooms {
        conn.execute(
            "insert into session values (?1, randomblob(16), ?1, 0, 0, 0, null, 0, 0, 0, 0, 0)",
            [room as i64],
        )?;
    }
    let (mut stays, mut joined) = (0_i64, Vec::new());
    Committer::start(group_max, move |group| {
        conn.execute_batch("begin immediate")?;
        for act in group {
            one(&conn, act, &mut stays, &mut joined)?;
        }
        conn.execute_batch("commit")?;
        Ok(())
    })
}

fn one(conn: &Connection, act: &Act, stays: &mut i64, joined: &mut Vec<i64>) -> Result<()> {
    let sid = (act.peer / PEERS_PER_ROOM) as i64;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    if joined.len() <= act.peer {
        joined.resize(act.peer + 1, 0);
    }
    let cid = if act.joins {
        *stays += 1;
        joined[act.peer] = *stays;
        conn.prepare_cached("insert into conn values (?1, ?2, randomblob(16), ?3, 'Ada', ?4, null, 0)")?
            .execute([sid, *stays, act.peer as i64, now])?;
        conn.prepare_cached(
            "update session set live = live + 1, max_c = max(max_c, live + 1), updated_at = ?2 where sid = ?1",
        )?
        .execute([sid, now])?;
        *stays
    } else {
        let cid = joined[act.peer];
        conn.prepare_cached(
            "update conn set left_at = ?3, duration = ?3 - joined_at where sid = ?1 and cid = ?2",
        )?
        .execute([sid, cid, now])?;
        conn.prepare_cached(
            "update session set live = live - 1, minutes = minutes + 1, updated_at = ?2 where sid = ?1",
        )?
        .execute([sid, now])?;
        cid
    };
    conn.prepare_cached("insert into event (sid, cid, kind, ts) values (?1, ?2, ?3, ?4)")?.execute([
        sid,
        cid,
        i64::from(act.joins),
        now,
    ])?;
    Ok(())
}

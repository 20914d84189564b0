//! Facts of an app as deliveries name them: by their numbers, and how many there are.

use rusqlite::{Connection, params};
use sederunt_core::fact::FactName;
use sederunt_core::id::{AppId, MeetingId, SessionId};
use sederunt_core::time::UnixMs;

use crate::events::app_no;
use crate::replay::of_range;
use crate::rows::BLOCK_BITS;
use crate::sql::{find, id, list, ms, name, signed, unsigned};
use crate::{Result, Store};

/// Facts that a count looks at one by one, some 50 ms; of what lies beyond, whole blocks are counted.
const COUNT_MAX: i64 = 100_000;

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactAt {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at: UnixMs,
    /// What happened.
    pub kind: FactName,
    /// Where.
    pub meeting: MeetingId,
    /// In which session.
    pub session: SessionId,
}

/// How many facts of an app lie in a range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactCount {
    /// Those that were counted, by kind.
    pub kinds: Vec<(FactName, u64)>,
    /// At most so many more, of whatever kind.
    pub more: u64,
}

/// What an app has after a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactsAfter {
    /// Facts, as far as they were counted.
    pub facts: u64,
    /// When the first of them happened.
    pub first_at: Option<UnixMs>,
}

impl Store {
    /// The facts of an app that have these numbers, in no order; what is of another app is left out. `NotFound` when there is
    /// no such app.
    pub async fn facts_at(&self, app: &AppId, seqs: Vec<u64>) -> Result<Vec<FactAt>> {
        let app = app.clone();
        self.read(move |conn| {
            let app_no = app_no(conn, &app)?;
            let mut found = Vec::new();
            for seq in seqs {
                found.extend(fact_at(conn, app_no, seq)?);
            }
            Ok(found)
        })
        .await
    }

    /// The first and the last fact that an app has between two numbers, both included; `None` = there is none. `NotFound`
    /// when there is no such app.
    pub async fn facts_span(&self, app: &AppId, from: u64, to: u64) -> Result<Option<(u64, u64)>> {
        let app = app.clone();
        self.read(move |conn| {
            let app_no = app_no(conn, &app)?;
            let end = |order| {
                let sql = of_range("seq", order);
                find(conn, &sql, params![app_no, signed(from), signed(to)], |row| row.get(0).map(unsigned))
            };
            let first = end("ORDER BY block, seq LIMIT 1")?;
            Ok(first.zip(end("ORDER BY block DESC, seq DESC LIMIT 1")?))
        })
        .await
    }

    /// Counts the facts of an app between two numbers, both included. `NotFound` when there is no such app.
    pub async fn count_facts(&self, app: &AppId, from: u64, to: u64) -> Result<FactCount> {
        let app = app.clone();
        self.read(move |conn| count(conn, app_no(conn, &app)?, (signed(from), signed(to)), COUNT_MAX)).await
    }

    /// What an app has after a fact, counted up to `max`. `NotFound` when there is no such app.
    pub async fn facts_after(&self, app: &AppId, after: u64, max: usize) -> Result<FactsAfter> {
        let app = app.clone();
        self.read(move |conn| {
            let app_no = app_no(conn, &app)?;
            let facts = of_range("at_ms", "ORDER BY block, seq LIMIT ?4");
            let from = signed(after.saturating_add(1));
            let rows = |limit: i64| [app_no, from, i64::MAX, limit];
            let max = i64::try_from(max).unwrap_or(i64::MAX);
            let sql = format!("SELECT count(*) FROM ({facts})");
            let counted = find(conn, &sql, rows(max), |row| row.get(0))?;
            let first_at = find(conn, &facts, rows(1), |row| row.get(0).map(UnixMs))?;
            Ok(FactsAfter { facts: unsigned(counted.unwrap_or(0)), first_at })
        })
        .await
    }
}

fn fact_at(conn: &Connection, app_no: i64, seq: u64) -> Result<Option<FactAt>> {
    let sql = "SELECT at_ms, kind, meeting, session FROM fact WHERE seq = ?1 AND +app = ?2";
    find(conn, sql, params![signed(seq), app_no], |row| {
        Ok(FactAt {
            seq,
            at: ms(row, "at_ms")?,
            kind: name(row, "kind", FactName::parse)?,
            meeting: id(row, "meeting")?,
            session: id(row, "session")?,
        })
    })
}

/// Counts at most `max` facts one by one.
fn count(conn: &Connection, app_no: i64, (from, to): (i64, i64), max: i64) -> Result<FactCount> {
    let facts = of_range("seq, kind", "ORDER BY block, seq LIMIT ?4");
    let sql = format!("SELECT kind, count(*) AS n, max(seq) AS last FROM ({facts}) GROUP BY kind");
    let rows = list(conn, &sql, params![app_no, from, to, max], |row| {
        let counted: i64 = row.get("n")?;
        Ok((name(row, "kind", FactName::parse)?, counted, row.get::<_, i64>("last")?))
    })?;
    let counted: i64 = rows.iter().map(|(_, n, _)| n).sum();
    let last = rows.iter().map(|(.., last)| *last).max();
    let more = match last.filter(|last| counted >= max && *last < to) {
        Some(last) => blocks(conn, app_no, last + 1, to)?,
        None => 0,
    };
    let kinds = rows.into_iter().map(|(kind, n, _)| (kind, unsigned(n))).collect();
    Ok(FactCount { kinds, more: unsigned(more) })
}

/// Facts that the blocks of an app between two numbers may have.
fn blocks(conn: &Connection, app_no: i64, from: i64, to: i64) -> Result<i64> {
    let sql = "SELECT count(*) FROM fact_block WHERE app = ?1 AND block BETWEEN ?2 AND ?3";
    let blocks = find(conn, sql, [app_no, from >> BLOCK_BITS, to >> BLOCK_BITS], |row| row.get(0))?;
    let full: i64 = blocks.unwrap_or(0) << BLOCK_BITS;
    Ok(full.min(to.saturating_sub(from).saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// App 1 has each third fact of 1 to 300, in turn joins and leaves; app 2 the others.
    fn ledger(dir: &std::path::Path) -> Connection {
        let conn = crate::schema::open_writer(dir).unwrap();
        for seq in 1..=300_i64 {
            let (app, kind) =
                (if seq % 3 == 0 { 1 } else { 2 }, ["peer_joined", "peer_left"][seq as usize % 2]);
            let sql = "INSERT INTO fact (seq, node, at_ms, app, meeting, session, kind)
                       VALUES (?1, 1, 0, ?2, zeroblob(16), zeroblob(16), ?3)";
            conn.execute(sql, params![seq, app, kind]).unwrap();
            let block = "INSERT INTO fact_block VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            conn.execute(block, [app, seq >> BLOCK_BITS]).unwrap();
        }
        conn
    }

    #[test]
    fn what_is_not_counted_one_by_one_is_counted_by_blocks() {
        let dir = tempfile::tempdir().unwrap();
        let conn = ledger(dir.path());
        let of = |range, max| count(&conn, 1, range, max).unwrap();
        let kinds = |joined, left| vec![(FactName::PeerJoined, joined), (FactName::PeerLeft, left)];
        assert_eq!(of((1, 300), 1_000), FactCount { kinds: kinds(50, 50), more: 0 });
        assert_eq!(of((10, 20), 1_000), FactCount { kinds: kinds(2, 1), more: 0 }, "12, 15 and 18");
        assert_eq!(of((1, 300), 100), FactCount { kinds: kinds(50, 50), more: 0 }, "all of them");
        // Ten facts, up to number 30; the rest of the first block and four more.
        assert_eq!(of((1, 300), 10), FactCount { kinds: kinds(5, 5), more: 270 });
        assert_eq!(of((1, 300), 90), FactCount { kinds: kinds(45, 45), more: 30 }, "271 to 300");
        assert_eq!(of((301, 400), 10), FactCount::default());
        assert_eq!(count(&conn, 3, (1, 300), 10).unwrap(), FactCount::default());
    }
}

//! Which facts of an app lie between two instants.
//!
//! Facts are in the order in which they were recorded, and nearly in that of their times. A crash, a lost connection, or a
//! session that keeps the time it began with while the wall clock is set, put some out of order; an import records what
//! happened elsewhere long before, and does not count. So the place of an instant is found by halving over the blocks of the
//! app, of each of which the newest time counts. Around that place, some thousand facts are looked through for those that belong
//! to the other side. What is further out of order than that is not found by its time.

use rusqlite::{Connection, params};
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;

use crate::events::app_no;
use crate::imported::{self, IMPORTERS};
use crate::replay::of_range;
use crate::rows::BLOCK_BITS;
use crate::sql::{find, unsigned};
use crate::{Result, Store};

/// Facts of the app that are looked through on a side of a place.
const AROUND: i64 = 4_096;
/// Imported facts in a row that are looked at one by one, some 30 ms, where an older program imported: what this one imports is
/// known ([`imported`]). Longer imports are jumped over: what little was recorded in the midst of one is passed, too.
const IMPORTED_MAX: i64 = 100_000;

impl Store {
    /// The first and the last fact of an app of what happened between two instants, both included: between them are all
    /// such facts, but for those that are far out of order, and perhaps others. `None` = there is none. `NotFound` when there
    /// is no such app.
    pub async fn facts_between(&self, app: &AppId, from: UnixMs, to: UnixMs) -> Result<Option<(u64, u64)>> {
        let app = app.clone();
        self.read(move |conn| {
            let app = app_no(conn, &app)?;
            between(conn, app, from, to)
        })
        .await
    }
}

/// The same, of an app by its number, as this snapshot sees it.
pub(crate) fn between(conn: &Connection, app: i64, from: UnixMs, to: UnixMs) -> Result<Option<(u64, u64)>> {
    Facts { conn, app, around: AROUND, imported: IMPORTED_MAX }.between(from, to)
}

/// The facts of an app.
struct Facts<'a> {
    conn: &'a Connection,
    app: i64,
    around: i64,
    imported: i64,
}

/// A block with something that was recorded here.
#[derive(Debug, Clone, Copy)]
struct Block {
    no: i64,
    newest: UnixMs,
}

impl Facts<'_> {
    fn between(&self, from: UnixMs, to: UnixMs) -> Result<Option<(u64, u64)>> {
        let sql = "SELECT max(block) FROM fact_block WHERE app = ?1";
        let last = find(self.conn, sql, [self.app], |row| row.get::<_, Option<i64>>(0))?.flatten();
        let Some(last) = last.filter(|_| from <= to) else { return Ok(None) };
        let begin = self.place(last, from)?.unwrap_or(last);
        let Some(first) = self.earliest(begin, from)? else { return Ok(None) };
        let end = self.place(last, to.plus_ms(1))?.unwrap_or(last + 1);
        let Some(until) = self.latest(end, to)? else { return Ok(None) };
        Ok((first <= until).then_some((unsigned(first), unsigned(until))))
    }

    /// The earliest fact of that time or later, of the latest up to block `begin`.
    fn earliest(&self, begin: i64, from: UnixMs) -> Result<Option<i64>> {
        let facts = of_range("seq, at_ms, node", "ORDER BY block DESC, seq DESC LIMIT ?4");
        let sql = format!("SELECT min(seq) FROM ({facts}) WHERE at_ms >= ?5 AND node NOT IN ({IMPORTERS})");
        // The block itself is looked at as a whole.
        let (to, limit) = (start_of(begin + 1) - 1, self.around + start_of(1));
        let found = find(self.conn, &sql, params![self.app, 0, to, limit, from.0], |row| row.get(0))?;
        Ok(found.flatten())
    }

    /// The latest fact of that time or earlier, of the earliest from block `end` on; else the one before that block.
    fn latest(&self, end: i64, to: UnixMs) -> Result<Option<i64>> {
        let facts = of_range("seq, at_ms, node", "ORDER BY block, seq LIMIT ?4");
        let sql = format!("SELECT max(seq) FROM ({facts}) WHERE at_ms <= ?5 AND node NOT IN ({IMPORTERS})");
        let values = params![self.app, start_of(end), i64::MAX, self.around + start_of(1), to.0];
        if let Some(seq) = find(self.conn, &sql, values, |row| row.get(0))?.flatten() {
            return Ok(Some(seq));
        }
        let before = of_range("seq", "ORDER BY block DESC, seq DESC LIMIT 1");
        find(self.conn, &before, params![self.app, 0, start_of(end) - 1], |row| row.get(0))
    }

    /// The first block up to `last` with something of that time or later. Before it is nothing but older, where facts are in
    /// order.
    fn place(&self, last: i64, at: UnixMs) -> Result<Option<i64>> {
        let next = |no| Ok(self.next(no)?.map(|block| (block.no, block.newest >= at)));
        first((0, last + 1), next)
    }

    /// The first block from `no` on in which something was recorded here.
    fn next(&self, no: i64) -> Result<Option<Block>> {
        let facts = of_range(&format!("seq, node IN ({IMPORTERS})"), "ORDER BY block, seq");
        let mut statement = self.conn.prepare_cached(&facts)?;
        let (mut from, mut seen) = (start_of(no), 0);
        loop {
            let (first, last) = imported::between(self.conn, from)?;
            let mut rows = statement.query([self.app, first, last])?;
            while let Some(row) = rows.next()? {
                let block = row.get::<_, i64>(0)? >> BLOCK_BITS;
                if !row.get::<_, bool>(1)? {
                    return self.block(block);
                }
                seen += 1;
                if seen >= self.imported {
                    return self.behind_import(block);
                }
            }
            if last == i64::MAX {
                return Ok(None);
            }
            from = last + 1;
        }
    }

    /// The first block after `low`, which is in the midst of an import, in which something was recorded here.
    fn behind_import(&self, mut low: i64) -> Result<Option<Block>> {
        let mut step = 1;
        loop {
            let Some(no) =
                self.listed(low + step)?.map_or_else(|| self.newest_after(low), |no| Ok(Some(no)))?
            else {
                return Ok(None);
            };
            if self.block(no)?.is_some() {
                let next = |no| {
                    let Some(no) = self.listed(no)? else { return Ok(None) };
                    Ok(Some((no, self.block(no)?.is_some())))
                };
                return first((low + 1, no + 1), next)?.map_or(Ok(None), |no| self.block(no));
            }
            (low, step) = (no, step * 2);
        }
    }

    /// The first block of the app from `no` on.
    fn listed(&self, no: i64) -> Result<Option<i64>> {
        let sql = "SELECT block FROM fact_block WHERE app = ?1 AND block >= ?2 ORDER BY block LIMIT 1";
        find(self.conn, sql, [self.app, no], |row| row.get(0))
    }

    /// The last block of the app, if it is after `no`.
    fn newest_after(&self, no: i64) -> Result<Option<i64>> {
        let sql = "SELECT block FROM fact_block WHERE app = ?1 AND block > ?2 ORDER BY block DESC LIMIT 1";
        find(self.conn, sql, [self.app, no], |row| row.get(0))
    }

    /// A block, if something in it was recorded here.
    fn block(&self, no: i64) -> Result<Option<Block>> {
        let sql = format!(
            "SELECT max(at_ms) FROM fact WHERE seq BETWEEN ?2 AND ?3 AND +app = ?1 AND node NOT IN ({IMPORTERS})"
        );
        let values = [self.app, start_of(no), start_of(no + 1) - 1];
        let newest = find(self.conn, &sql, values, |row| row.get::<_, Option<i64>>(0))?.flatten();
        Ok(newest.map(|newest| Block { no, newest: UnixMs(newest) }))
    }
}

/// The first number that a block has.
const fn start_of(block: i64) -> i64 {
    block << BLOCK_BITS
}

/// The first block of a range that is wanted, if all that follow are. `next`: the first block from a number on, and whether
/// it is wanted.
fn first(
    (mut low, mut high): (i64, i64),
    next: impl Fn(i64) -> Result<Option<(i64, bool)>>,
) -> Result<Option<i64>> {
    let (end, mut found) = (high, None);
    while low < high {
        let middle = low + (high - low) / 2;
        match next(middle)?.filter(|(no, _)| *no < end) {
            Some((no, true)) => (high, found) = (middle, Some(no)),
            Some((no, false)) if no < high => low = no + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use sederunt_dice::Dice;

    use super::*;

    /// A fact of app 1: number, time, and whether it was imported.
    type Fact = (i64, i64, bool);

    fn ledger(dir: &std::path::Path, facts: &[Fact]) -> Connection {
        let conn = crate::schema::open_writer(dir).unwrap();
        conn.execute_batch("BEGIN; INSERT INTO node (no, name) VALUES (1, 'node-a'), (2, 'import');")
            .unwrap();
        for (seq, at, is_import) in facts {
            let sql = "INSERT INTO fact (seq, node, at_ms, app, meeting, session, kind)
                       VALUES (?1, ?2, ?3, 1, zeroblob(16), zeroblob(16), 'peer_away')";
            conn.prepare_cached(sql).unwrap().execute([*seq, 1 + i64::from(*is_import), *at]).unwrap();
            let block = "INSERT INTO fact_block VALUES (1, ?1) ON CONFLICT DO NOTHING";
            conn.prepare_cached(block).unwrap().execute([seq >> BLOCK_BITS]).unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
        conn
    }

    /// Facts that are in order but for some steps of `disorder`, with up to so many imports of some hundred between.
    fn any(dice: &mut Dice, disorder: i64, mut imports: usize) -> Vec<Fact> {
        let (mut seq, mut at, mut facts) = (1, 1_000, Vec::new());
        for _ in 0..dice.below(6) {
            let is_import = imports > 0 && dice.one_in(2);
            imports -= usize::from(is_import);
            for _ in 0..dice.below(700) {
                at += dice.between(0, 2);
                let time = if is_import { dice.between(0, 4_000) } else { at - dice.between(0, disorder) };
                facts.push((seq, time, is_import));
                seq += if dice.one_in(20) { dice.between(1, 300) } else { 1 };
            }
        }
        facts
    }

    fn expected(facts: &[Fact], from: i64, to: i64) -> Option<(u64, u64)> {
        let recorded = || facts.iter().filter(|(.., is_import)| !is_import);
        let first = recorded().find(|(_, at, _)| *at >= from)?.0;
        let last = recorded().rfind(|(_, at, _)| *at <= to)?.0;
        (first <= last).then_some((unsigned(first), unsigned(last)))
    }

    #[test]
    fn between_two_instants_are_the_facts_of_that_time_whatever_was_imported() {
        let mut dice = Dice::from_env("INSTANTS_SEED");
        let dir = tempfile::tempdir().unwrap();
        for n in 0..40 {
            let disorder = *dice.pick(&[0, 0, 30]);
            // One that is longer than what is looked at one by one is jumped over.
            let (imports, imported) = *dice.pick(&[(5, 100_000), (1, 200), (1, 1)]);
            let facts = any(&mut dice, disorder, imports);
            let conn = &ledger(&dir.path().join(n.to_string()), &facts);
            let facts_of = Facts { conn, app: 1, around: 64, imported };
            for _ in 0..50 {
                let (from, to) = (dice.between(900, 4_000), dice.between(900, 4_000));
                let found = facts_of.between(UnixMs(from), UnixMs(to)).unwrap();
                let Some((first, last)) = expected(&facts, from, to).filter(|_| from <= to) else { continue };
                let (begin, end) = found.unwrap_or((u64::MAX, 0));
                assert!(begin <= first && end >= last, "{from}..={to}: {found:?}, not {first}..={last}");
                let more = facts.iter().filter(|(seq, at, is_import)| {
                    let is_outside = *at < from - 70 || *at > to + 70;
                    (begin..=end).contains(&unsigned(*seq)) && is_outside && !is_import
                });
                assert!(more.count() <= 64, "{from}..={to}: {found:?}, for {first}..={last}");
            }
        }
    }

    #[test]
    fn times_without_any_order_end_somewhere() {
        let mut dice = Dice::from_env("INSTANTS_SEED");
        let dir = tempfile::tempdir().unwrap();
        let facts: Vec<Fact> =
            (1..2_000).map(|seq| (seq * 7, dice.between(0, 1_000), dice.one_in(4))).collect();
        let conn = &ledger(dir.path(), &facts);
        let facts_of = Facts { conn, app: 1, around: 64, imported: 10 };
        for _ in 0..200 {
            let (from, to) = (UnixMs(dice.between(0, 1_000)), UnixMs(dice.between(0, 1_000)));
            if let Some((first, last)) = facts_of.between(from, to).unwrap() {
                assert!(first <= last);
            }
        }
        let nobody = Facts { app: 2, ..facts_of };
        assert_eq!(nobody.between(UnixMs(0), UnixMs(1_000)).unwrap(), None);
    }
}

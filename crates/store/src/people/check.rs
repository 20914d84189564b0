//! Whether the file says what the ledger says, for `sederunt verify`.

use rusqlite::{Connection, OptionalExtension as _};

use super::file::{File, Joins, STEP, joins};
use super::shared::PeopleFile;
use crate::reader::Readers;
use crate::sql::list;
use crate::{Pace, Result};

/// How far the file is, and what is in it then.
struct End {
    known: i64,
    /// Rows that lead to joins.
    rows: i64,
    /// Stays of all people.
    stays: i64,
}

/// A row that leads to a join: app, person, fact.
type Lead = (i64, i64, i64);

impl PeopleFile {
    /// Compares the file, as far as it knows the ledger, with the ledger, in both directions. One that is not there, or that whoever
    /// asks would make anew, has no differences. Somebody else may ask for people meanwhile.
    pub(crate) fn verify(
        &self,
        readers: &Readers,
        pace: &Pace,
        differs: &mut impl FnMut(String),
    ) -> Result<()> {
        let end = match self.look(readers, end) {
            Ok(Some(end)) => end,
            Ok(None) => return Ok(()),
            Err(error) if error.is_disk() => return Err(error),
            Err(error) => {
                differs(format!("the index of people cannot be read: {error}"));
                return Ok(());
            }
        };
        readers.long(pace, |ledger| {
            let (mut rows, mut stays, mut from) = (0_i64, 0_i64, 0);
            while from < end.known {
                let to = end.known.min(from + STEP);
                let of = joins(ledger, from, to, &mut || ())?;
                let Some(missing) = self.at(end.known, |file| missing(file, &of))? else { return Ok(()) };
                for (_, _, seq) in &missing {
                    differs(format!("the index of people lacks the join of fact {seq}"));
                }
                rows += i64::try_from(of.of.len()).unwrap_or(i64::MAX);
                stays += i64::try_from(of.first.len()).unwrap_or(i64::MAX);
                from = to;
            }
            if stays != end.stays {
                differs(format!("the index of people counts {} stays, the facts say {stays}", end.stays));
            }
            // Of whoever was erased it has more.
            if rows < end.rows {
                self.strangers(ledger, end.known, differs)?;
            }
            Ok(())
        })
    }

    /// Tells rows that lead to no join, or to one of somebody else who was not erased.
    fn strangers(&self, ledger: &Connection, known: i64, differs: &mut impl FnMut(String)) -> Result<()> {
        let mut after: Lead = (i64::MIN, i64::MIN, i64::MIN);
        while let Some(page) = self.at(known, |file| leads(file, after, known))? {
            let Some(last) = page.last() else { break };
            after = *last;
            for (app, person, seq) in page {
                let of = joins(ledger, seq - 1, seq, &mut || ())?;
                let is_erased = of.erased.first().copied().unwrap_or(false)
                    && of.first.first().is_some_and(|first| first.0 == app);
                if !is_erased && !of.of.contains(&(app, person, seq)) {
                    differs(format!("the index of people has a join that is not theirs: fact {seq}"));
                }
            }
        }
        Ok(())
    }

    /// What `ask` makes of a file that is this far; `None` when it was made anew meanwhile.
    fn at<T>(&self, known: i64, ask: impl FnOnce(&File) -> Result<T>) -> Result<Option<T>> {
        self.open(|file| file.filter(|file| file.known >= known).map(ask).transpose())
    }
}

fn end(file: &File) -> Result<End> {
    let number = |sql: &str| file.conn.query_row(sql, [], |r| r.get::<_, i64>(0));
    Ok(End {
        known: file.known,
        rows: number("SELECT count(*) FROM stay_of")?,
        stays: number("SELECT coalesce(sum(stays), 0) FROM person")?,
    })
}

/// Joins that the file does not lead to, or does not count.
fn missing(file: &File, joins: &Joins) -> Result<Vec<Lead>> {
    let mut lead =
        file.conn.prepare_cached("SELECT 1 FROM stay_of WHERE app = ?1 AND person = ?2 AND seq = ?3")?;
    let mut latest =
        file.conn.prepare_cached("SELECT 1 FROM person WHERE app = ?1 AND person = ?2 AND seq >= ?3")?;
    let mut missing = Vec::new();
    for one in &joins.of {
        if !lead.exists([one.0, one.1, one.2])? {
            missing.push(*one);
        }
    }
    for (one, is_erased) in joins.first.iter().zip(&joins.erased) {
        let there = latest.query_row([one.0, one.1, one.2], |_| Ok(())).optional()?;
        if !is_erased && there.is_none() {
            missing.push(*one);
        }
    }
    Ok(missing)
}

/// The next rows after one, of joins that were known.
fn leads(file: &File, (app, person, seq): Lead, known: i64) -> Result<Vec<Lead>> {
    let sql = "SELECT app, person, seq FROM stay_of WHERE (app, person, seq) > (?1, ?2, ?3) LIMIT ?4";
    let rows = list(&file.conn, sql, [app, person, seq, STEP], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    Ok(rows.into_iter().filter(|row: &Lead| row.2 <= known).collect())
}

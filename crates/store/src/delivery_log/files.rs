//! The files of a read: those that know the endpoint, newest day first, each in one snapshot.

use rusqlite::Connection;
use sederunt_core::id::Id;
use sederunt_core::time::Day;

use super::day_file;
use super::shared::Shared;
use crate::sql::{blob, find};
use crate::{Result, StoreError};

/// A file in which an endpoint is.
#[derive(Debug)]
pub(super) struct Known {
    pub day: Day,
    pub conn: Connection,
    /// The endpoint's number there.
    pub no: i64,
}

impl Known {
    /// Says of an error in which file it came up.
    pub(super) fn here<T>(&self, result: Result<T>) -> std::result::Result<T, Fault> {
        result.map_err(|error| Fault { day: self.day, error })
    }
}

/// An error of a file.
#[derive(Debug)]
pub(super) struct Fault {
    day: Day,
    error: StoreError,
}

/// Runs `read` over the files from day `first` on; without those that turn out to be damaged, which the writer hears of.
pub(super) fn read<T>(
    shared: &Shared,
    endpoint: Id,
    first: Option<Day>,
    mut read: impl FnMut(&[Known]) -> std::result::Result<T, Fault>,
) -> Result<T> {
    let asides = shared.folder.asides();
    let days = shared.folder.days().into_iter().filter(|day| first.is_none_or(|first| *day >= first));
    let mut files = Vec::new();
    for day in days {
        match open(shared, day, endpoint) {
            Ok(known) => files.extend(known),
            Err(error) => report(shared, asides, Fault { day, error })?,
        }
    }
    loop {
        match read(&files) {
            Ok(answer) => return Ok(answer),
            Err(fault) => {
                files.retain(|file| file.day != fault.day);
                report(shared, asides, fault)?;
            }
        }
    }
}

/// Damage is the writer's matter; anything else is an error of the read.
fn report(shared: &Shared, asides: u64, Fault { day, error }: Fault) -> Result<()> {
    if !day_file::is_damage(&error) {
        return Err(error);
    }
    tracing::warn!(%error, day = day.0, "a day of the delivery log is damaged");
    shared.queue.is_damaged(day, asides);
    Ok(())
}

fn open(shared: &Shared, day: Day, endpoint: Id) -> Result<Option<Known>> {
    let Some(conn) = day_file::reader(&shared.folder, day)? else { return Ok(None) };
    conn.execute_batch("BEGIN")?;
    let sql = "SELECT no FROM endpoint WHERE id = ?1";
    let no = find(&conn, sql, [blob(endpoint.as_u128())], |r| r.get(0))?;
    Ok(no.map(|no| Known { day, conn, no }))
}

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

/// Runs `read` over the files from day `first` on; without those that turn out to be damaged, which the writer hears of, and without
/// older ones that cannot be read now.
pub(super) fn read<T>(
    shared: &Shared,
    endpoint: Id,
    first: Option<Day>,
    mut read: impl FnMut(&[Known]) -> std::result::Result<T, Fault>,
) -> Result<T> {
    let changes = shared.folder.changes();
    let days = shared.folder.days();
    let newest = days.first().copied();
    let mut files = Vec::new();
    for day in days.into_iter().filter(|day| first.is_none_or(|first| *day >= first)) {
        match open(shared, changes, day, endpoint) {
            Ok(known) => files.extend(known),
            Err(error) => report(shared, changes, newest, Fault { day, error })?,
        }
    }
    loop {
        match read(&files) {
            Ok(answer) => {
                for file in files {
                    end(shared, changes, file.day, file.conn);
                }
                return Ok(answer);
            }
            Err(fault) => {
                files.retain(|file| file.day != fault.day);
                report(shared, changes, newest, fault)?;
            }
        }
    }
}

/// Damage is the writer's matter. What cannot be read now is left out, so that one bad file does not hide all others; but for the newest,
/// in which nearly everything is that anybody asks for.
fn report(shared: &Shared, changes: u64, newest: Option<Day>, Fault { day, error }: Fault) -> Result<()> {
    let file = shared.folder.path(day);
    if day_file::is_damage(&error) {
        tracing::warn!(%error, file = %file.display(), "a day of the delivery log is damaged");
        shared.queue.is_damaged(day, changes);
        return Ok(());
    }
    if newest == Some(day) {
        return Err(error);
    }
    tracing::warn!(%error, file = %file.display(), "a day of the delivery log cannot be read and is left out");
    Ok(())
}

/// Begins a snapshot of a day, if the endpoint is in it.
fn open(shared: &Shared, changes: u64, day: Day, endpoint: Id) -> Result<Option<Known>> {
    let idle = shared.idle.take(changes, day);
    let Some(conn) = idle.map_or_else(|| day_file::reader(&shared.folder, day), |conn| Ok(Some(conn)))?
    else {
        return Ok(None);
    };
    conn.execute_batch("BEGIN")?;
    let sql = "SELECT no FROM endpoint WHERE id = ?1";
    match find(&conn, sql, [blob(endpoint.as_u128())], |r| r.get(0))? {
        Some(no) => Ok(Some(Known { day, conn, no })),
        None => {
            end(shared, changes, day, conn);
            Ok(None)
        }
    }
}

/// Ends a snapshot and keeps the connection for the next one.
fn end(shared: &Shared, changes: u64, day: Day, conn: Connection) {
    if conn.execute_batch("COMMIT").is_ok() {
        shared.idle.give(changes, day, conn);
    }
}

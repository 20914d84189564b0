//! Successes as they are read: rows of one stretch, unpacked.

use rusqlite::params;

use super::day_file::int;
use super::files::Known;
use super::pack::{Success, unpack};
use super::rows::of_minute;
use crate::{Result, StoreError};

/// Gives the successes of an endpoint to `each` whose rows begin in `from..=to`, and returns how many they were. The rows that were
/// written last come first, and with `most` successes it ends.
///
/// What is left out then is the oldest: a row has successes of any fact from its first one to the end of the stretch, so there is
/// no fact that could be left out as a whole.
pub(super) fn newest(
    file: &Known,
    (from, to): (u64, u64),
    most: usize,
    mut each: impl FnMut(Success),
) -> Result<usize> {
    // Ordered by numbers alone, which the index has: rows are long.
    let sql = "SELECT ok.first_seq, ok.minute, ok.packed FROM
                   (SELECT no FROM ok INDEXED BY ok_by_seq
                    WHERE endpoint = ?1 AND first_seq >= ?2 AND first_seq <= ?3 ORDER BY no DESC LIMIT ?4) AS newest
               CROSS JOIN ok ON ok.no = newest.no";
    let mut statement = file.conn.prepare_cached(sql)?;
    let rows_max = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![file.no, int(from), int(to), rows_max])?;
    let mut n = 0;
    while n < most
        && let Some(row) = rows.next()?
    {
        let packed = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        each_success(row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?, packed, |success| {
            n += 1;
            each(success);
        })?;
    }
    Ok(n)
}

/// The successes of a row.
pub(super) fn each_success(
    first_seq: u64,
    minute: i64,
    packed: &[u8],
    each: impl FnMut(Success),
) -> Result<()> {
    let packed = unpack(first_seq, of_minute(minute), packed, each);
    packed.map_err(|_| StoreError::Damaged("a row of successes cannot be unpacked".to_owned()))
}

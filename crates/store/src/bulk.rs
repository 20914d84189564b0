//! Many rows of a table with few statements: stepping a statement costs about as much as storing a row does.

use std::sync::OnceLock;

use rusqlite::{Connection, Statement, ToSql};

/// Rows in one statement, largest first: what is over goes with the next size.
const SIZES: [usize; 3] = [32, 4, 1];

/// An `INSERT` of any number of rows.
#[derive(Debug)]
pub(crate) struct Insert {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    sql: OnceLock<[String; SIZES.len()]>,
}

/// Takes the values of rows, column by column.
pub(crate) struct Values<'s, 'c> {
    statement: &'s mut Statement<'c>,
    bound: usize,
}

impl Insert {
    /// `head` goes up to `VALUES`, `tail` follows the rows.
    pub(crate) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self { head, columns, tail, sql: OnceLock::new() }
    }

    /// Inserts `rows` in their order; `bind` gives each one's columns.
    pub(crate) fn run<T>(
        &self,
        conn: &Connection,
        rows: &[T],
        mut bind: impl FnMut(&mut Values<'_, '_>, &T) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut rest = rows;
        for (size, sql) in SIZES.into_iter().zip(self.sql()) {
            if rest.len() < size {
                continue;
            }
            let mut statement = conn.prepare_cached(sql)?;
            while rest.len() >= size {
                let (these, others) = rest.split_at(size);
                let mut values = Values::of(&mut statement);
                for row in these {
                    bind(&mut values, row)?;
                }
                statement.raw_execute()?;
                rest = others;
            }
        }
        Ok(())
    }

    fn sql(&self) -> &[String; SIZES.len()] {
        self.sql.get_or_init(|| {
            SIZES.map(|rows| {
                let row = format!("({})", vec!["?"; self.columns].join(","));
                format!("{} VALUES {}{}", self.head, vec![row; rows].join(","), self.tail)
            })
        })
    }
}

impl<'s, 'c> Values<'s, 'c> {
    /// The values of a statement, from its first parameter on.
    pub(crate) fn of(statement: &'s mut Statement<'c>) -> Self {
        Self { statement, bound: 0 }
    }

    /// The next column.
    pub(crate) fn put(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.bound += 1;
        self.statement.raw_bind_parameter(self.bound, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_arrives_in_order() {
        static INSERT: Insert = Insert::new("INSERT INTO t (a, b)", 2, " ON CONFLICT (a) DO NOTHING");
        for rows in [0_i64, 1, 3, 4, 31, 32, 33, 1000] {
            let conn = Connection::open_in_memory().unwrap();
            conn.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER UNIQUE, b TEXT)").unwrap();
            let all: Vec<i64> = (0..rows).collect();
            for _ in 0..2 {
                INSERT
                    .run(&conn, &all, |v, n| {
                        v.put(n)?;
                        v.put((n % 3 > 0).then(|| n.to_string()))
                    })
                    .unwrap();
            }
            let mut statement = conn.prepare("SELECT a, b FROM t ORDER BY n").unwrap();
            let stored = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
            let stored: Vec<(i64, Option<String>)> = stored.map(Result::unwrap).collect();
            let told: Vec<_> = all.iter().map(|n| (*n, (n % 3 > 0).then(|| n.to_string()))).collect();
            assert_eq!(stored, told);
        }
    }
}

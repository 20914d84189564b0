//! Tables as lists of columns: what each is called, and what of a row it holds, said once.
//!
//! Many rows go with few statements: stepping a statement costs about as much as storing a row does.

use std::marker::PhantomData;
use std::sync::OnceLock;

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{CachedStatement, Connection, Statement, ToSql};

/// Rows in one statement, largest first: what is over goes with the next size.
const SIZES: [usize; 3] = [32, 4, 1];

/// Some columns of a row `R`: all of a table, or those that change together.
pub(crate) trait Columns<R> {
    /// Adds the names.
    fn names(to: &mut Vec<&'static str>);

    /// Gives the values, in the order of the names.
    fn cells(row: &R, to: &mut impl Cells) -> rusqlite::Result<()>;
}

/// Takes the values of a row, column by column.
pub(crate) trait Cells {
    /// The next one.
    fn cell(&mut self, name: &'static str, value: impl ToSql) -> rusqlite::Result<()>;
}

/// Declares [`Columns`]: `name = value,` for each, with the row at hand. `read PLACES of "table"` makes [`places`] of
/// them, too.
macro_rules! columns {
    (
        $(#[$doc:meta])*
        $name:ident of [$($life:lifetime)?] $row:ty, |$r:ident| $(let $with:ident = $made:expr;)?
        { $($column:ident = $value:expr,)+ }
    ) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl$(<$life>)? $crate::table::Columns<$row> for $name {
            fn names(to: &mut Vec<&'static str>) {
                to.extend([$(stringify!($column)),+]);
            }

            fn cells($r: &$row, to: &mut impl $crate::table::Cells) -> rusqlite::Result<()> {
                $(let $with = $made;)?
                $(to.cell(stringify!($column), $value)?;)+
                Ok(())
            }
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident of [$($life:lifetime)?] $row:ty, |$r:ident| $(let $with:ident = $made:expr;)?
        { $($column:ident = $value:expr,)+ }
        read $(#[$places_doc:meta])* $places:ident of $of:literal
    ) => {
        $crate::table::columns! {
            $(#[$doc])*
            $name of [$($life)?] $row, |$r| $(let $with = $made;)? { $($column = $value,)+ }
        }

        $crate::table::places! { $(#[$places_doc])* $places of $of { $($column,)+ } }
    };
}

/// Declares which columns of a table are read by position, as names would be looked for in every row.
macro_rules! places {
    ($(#[$doc:meta])* $name:ident of $of:literal { $first:ident, $($column:ident,)* }) => {
        $(#[$doc])*
        pub(crate) struct $name {
            pub $first: usize,
            $(pub $column: usize,)*
        }

        impl $name {
            /// The columns, for a `SELECT` that begins with them.
            pub(crate) const LIST: &str = concat!(
                $of, ".", stringify!($first) $(, ", ", $of, ".", stringify!($column))*
            );

            /// Where each of them stands then.
            pub(crate) const AT: Self = {
                let $first = 0;
                let mut last = $first;
                $(
                    last += 1;
                    let $column = last;
                )*
                let _ = last;
                Self { $first, $($column,)* }
            };
        }
    };
}

pub(crate) use {columns, places};

/// One list behind the other.
macro_rules! together {
    ($($list:ident),+) => {
        impl<R, $($list: Columns<R>),+> Columns<R> for ($($list,)+) {
            fn names(to: &mut Vec<&'static str>) {
                $($list::names(to);)+
            }

            fn cells(row: &R, to: &mut impl Cells) -> rusqlite::Result<()> {
                $($list::cells(row, to)?;)+
                Ok(())
            }
        }
    };
}

together!(A, B);
together!(A, B, C);
together!(A, B, C, D);
together!(A, B, C, D, E);

/// An `INSERT` of any number of rows.
#[derive(Debug)]
pub(crate) struct Insert {
    /// Up to the columns.
    head: &'static str,
    end: End,
    sql: OnceLock<[String; SIZES.len()]>,
}

/// What follows the rows.
#[derive(Debug)]
enum End {
    /// This.
    Text(&'static str),
    /// A row with the same key gets all other columns.
    OrChange(&'static str),
}

impl Insert {
    /// `head` goes up to the table's name, `tail` follows the rows.
    pub(crate) const fn new(head: &'static str, tail: &'static str) -> Self {
        Self { head, end: End::Text(tail), sql: OnceLock::new() }
    }

    /// Of rows that may be there, with another content: `head` goes up to the table's name, `key` are the columns of its
    /// primary key.
    pub(crate) const fn or_change(head: &'static str, key: &'static str) -> Self {
        Self { head, end: End::OrChange(key), sql: OnceLock::new() }
    }

    /// Inserts `rows` in their order. One `Insert` belongs to one list of columns.
    pub(crate) fn run<C: Columns<R>, R>(&self, conn: &Connection, rows: &[R]) -> rusqlite::Result<()> {
        let sql = self.sql.get_or_init(|| self.text::<C, R>());
        let mut rest = rows;
        for (size, sql) in SIZES.into_iter().zip(sql) {
            if rest.len() < size {
                continue;
            }
            let mut statement = conn.prepare_cached(sql)?;
            while rest.len() >= size {
                let (these, others) = rest.split_at(size);
                let mut values = Values::of(&mut statement);
                for row in these {
                    C::cells(row, &mut values)?;
                }
                statement.raw_execute()?;
                rest = others;
            }
        }
        Ok(())
    }

    fn text<C: Columns<R>, R>(&self) -> [String; SIZES.len()] {
        let mut names = Vec::new();
        C::names(&mut names);
        let row = format!("({})", vec!["?"; names.len()].join(","));
        let head = format!("{} ({})", self.head, names.join(", "));
        let tail = match self.end {
            End::Text(tail) => tail.to_owned(),
            End::OrChange(key) => {
                let others = names.iter().filter(|name| !key.split(", ").any(|key| key == **name));
                let set: Vec<_> = others.map(|name| format!("{name} = excluded.{name}")).collect();
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
            }
        };
        SIZES.map(|rows| format!("{head} VALUES {}{tail}", vec![&*row; rows].join(",")))
    }
}

/// An `UPDATE` of one row.
#[derive(Debug)]
pub(crate) struct Update {
    table: &'static str,
    condition: &'static str,
    sql: OnceLock<String>,
}

impl Update {
    /// `condition` names the row with a `?` for each of its keys.
    pub(crate) const fn new(table: &'static str, condition: &'static str) -> Self {
        Self { table, condition, sql: OnceLock::new() }
    }

    /// Ready for any number of rows. One `Update` belongs to one list of columns.
    pub(crate) fn on<'c, C: Columns<R>, R>(&self, conn: &'c Connection) -> rusqlite::Result<Updating<'c, C>> {
        let sql = self.sql.get_or_init(|| {
            let mut names = Vec::new();
            C::names(&mut names);
            let set = names.iter().map(|name| format!("{name} = ?")).collect::<Vec<_>>().join(", ");
            format!("UPDATE {} SET {set} WHERE {}", self.table, self.condition)
        });
        Ok(Updating { statement: conn.prepare_cached(sql)?, columns: PhantomData })
    }
}

/// An [`Update`] under way.
pub(crate) struct Updating<'c, C> {
    statement: CachedStatement<'c>,
    columns: PhantomData<C>,
}

impl<C> Updating<'_, C> {
    /// Sets the columns of the row with these keys; how many rows there were.
    pub(crate) fn run<R>(&mut self, row: &R, keys: &[impl ToSql]) -> rusqlite::Result<usize>
    where
        C: Columns<R>,
    {
        let mut values = Values::of(&mut self.statement);
        C::cells(row, &mut values)?;
        for key in keys {
            values.put(key)?;
        }
        self.statement.raw_execute()
    }
}

/// Binds the values of a statement in their order.
pub(crate) struct Values<'s, 'c> {
    statement: &'s mut Statement<'c>,
    bound: usize,
}

impl<'s, 'c> Values<'s, 'c> {
    /// From its first parameter on.
    fn of(statement: &'s mut Statement<'c>) -> Self {
        Self { statement, bound: 0 }
    }

    fn put(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.bound += 1;
        self.statement.raw_bind_parameter(self.bound, value)
    }
}

impl Cells for Values<'_, '_> {
    fn cell(&mut self, _: &'static str, value: impl ToSql) -> rusqlite::Result<()> {
        self.put(value)
    }
}

/// The values of a row by name, to compare with what is stored.
#[derive(Debug, Default)]
pub(crate) struct Named(pub Vec<(&'static str, Value)>);

impl Named {
    /// Of a row.
    pub(crate) fn of<C: Columns<R>, R>(row: &R) -> rusqlite::Result<Self> {
        let mut named = Self::default();
        C::cells(row, &mut named)?;
        Ok(named)
    }
}

impl Cells for Named {
    fn cell(&mut self, name: &'static str, value: impl ToSql) -> rusqlite::Result<()> {
        let value = match value.to_sql()? {
            ToSqlOutput::Borrowed(value) => {
                Value::try_from(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?
            }
            ToSqlOutput::Owned(value) => value,
            // Arguments of functions, which nothing here is.
            ToSqlOutput::Arg(_) | _ => Value::Null,
        };
        self.0.push((name, value));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    columns! {
        /// Two of a test.
        Both of [] i64, |n| {
            a = n,
            b = (n % 3 > 0).then(|| n.to_string()),
        }
        read
        /// Where they stand.
        Places of "t"
    }

    #[test]
    fn any_number_of_rows_arrives_in_order() {
        static INSERT: Insert = Insert::new("INSERT INTO t", " ON CONFLICT (a) DO NOTHING");
        for rows in [0_i64, 1, 3, 4, 31, 32, 33, 1000] {
            let conn = Connection::open_in_memory().unwrap();
            conn.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER UNIQUE, b TEXT)").unwrap();
            let all: Vec<i64> = (0..rows).collect();
            for _ in 0..2 {
                INSERT.run::<Both, _>(&conn, &all).unwrap();
            }
            let mut statement = conn.prepare(&format!("SELECT {} FROM t ORDER BY n", Places::LIST)).unwrap();
            let at = Places::AT;
            let stored = statement.query_map([], |r| Ok((r.get(at.a)?, r.get(at.b)?))).unwrap();
            let stored: Vec<(i64, Option<String>)> = stored.map(Result::unwrap).collect();
            let told: Vec<_> = all.iter().map(|n| (*n, (n % 3 > 0).then(|| n.to_string()))).collect();
            assert_eq!(stored, told);
        }
    }

    #[test]
    fn a_row_that_is_there_is_changed() {
        static PUT: Insert = Insert::or_change("INSERT INTO t", "a");
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c TEXT DEFAULT 'kept')").unwrap();
        conn.execute_batch("INSERT INTO t VALUES (1, 'old', 'mine'), (3, 'old', 'mine')").unwrap();
        PUT.run::<Both, _>(&conn, &[1, 2, 3]).unwrap();
        let mut statement = conn.prepare("SELECT a, b, c FROM t ORDER BY a").unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap();
        let rows: Vec<(i64, Option<String>, String)> = rows.map(Result::unwrap).collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            rows,
            [(1, Some(text("1")), text("mine")), (2, Some(text("2")), text("kept")), (3, None, text("mine"))]
        );
    }

    #[test]
    fn an_update_sets_its_columns_and_says_whether_there_was_a_row() {
        static UPDATE: Update = Update::new("t", "n = ?");
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER, b TEXT)").unwrap();
        conn.execute_batch("INSERT INTO t VALUES (1, 0, 'x'), (2, 0, 'x')").unwrap();
        let mut update = UPDATE.on::<Both, i64>(&conn).unwrap();
        assert_eq!((update.run(&7, &[2]).unwrap(), update.run(&7, &[3]).unwrap()), (1, 0));
        let read = |n: i64| {
            conn.query_row("SELECT a, b FROM t WHERE n = ?1", [n], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?))
            })
        };
        assert_eq!((read(1).unwrap(), read(2).unwrap()), ((0, "x".to_owned()), (7, "7".to_owned())));
        assert_eq!(Named::of::<Both, _>(&3).unwrap().0, [("a", Value::Integer(3)), ("b", Value::Null)]);
    }
}

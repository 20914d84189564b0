//! The same lists in SQL: as one writes them, and with ordinals.

use std::collections::HashMap;
use std::error::Error;

use anyhow::Result;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Row, Statement};

use crate::ledger::query::{Ask, PAGE};

const COLUMNS: &str =
    "id, meeting_id, title, status, created_at, ended_at, updated_at, live, max_c, consumed";

/// A connection with its prepared statements.
pub(in crate::ledger) struct Asker {
    client: Client,
    statements: HashMap<String, Statement>,
}

/// A row as the client holds it.
#[derive(Debug)]
#[expect(dead_code, reason = "every engine pays for whole rows; only ids are compared")]
pub(in crate::ledger) struct PgRow {
    pub(in crate::ledger) id: u128,
    meeting: u128,
    title: String,
    status: i16,
    created_at: i64,
    ended_at: Option<i64>,
    updated_at: i64,
    live: i32,
    max_c: i32,
    consumed: i64,
}

/// Total and page.
pub(in crate::ledger) type Answer = (u64, Vec<PgRow>);

impl Asker {
    pub(in crate::ledger) fn new(client: Client) -> Self {
        Self { client, statements: HashMap::new() }
    }

    async fn statement(&mut self, sql: String) -> Result<Statement> {
        if let Some(statement) = self.statements.get(&sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&sql).await?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Count, then page with `OFFSET`.
    pub(in crate::ledger) async fn plain(&mut self, ask: &Ask) -> Result<Answer> {
        let filter = Filter::new(ask);
        let count = self.statement(format!("SELECT count(*) FROM session WHERE {}", filter.sql)).await?;
        let key = if ask.by_minutes { "consumed" } else { "created_at" };
        let page = self
            .statement(format!(
                "SELECT {COLUMNS} FROM session WHERE {} ORDER BY {key} DESC, id DESC LIMIT {PAGE} OFFSET ${}",
                filter.sql,
                filter.params.len() + 1
            ))
            .await?;
        let mut params = filter.params();
        let total: i64 = self.client.query_one(&count, &params).await?.get(0);
        let offset = ask.offset.cast_signed();
        params.push(&offset);
        let rows = self.client.query(&page, &params).await?;
        Ok((total.unsigned_abs(), rows.iter().map(read).collect()))
    }

    /// By ordinals; `None` where they do not help and the plain form is what one would use.
    pub(in crate::ledger) async fn ordinal(&mut self, ask: &Ask) -> Result<Option<Answer>> {
        let Some((low, high)) = self.bounds(ask).await? else { return Ok(None) };
        let page = self
            .statement(format!(
                "SELECT {COLUMNS} FROM session WHERE app = $1 AND ord >= $2 AND ord < $3 ORDER BY ord DESC"
            ))
            .await?;
        let offset = ask.offset.cast_signed();
        let to = i32::try_from((high - offset).max(low))?;
        let from = i32::try_from((high - offset - PAGE.cast_signed()).max(low))?;
        let rows = self.client.query(&page, &[&ask.app.cast_signed(), &from, &to]).await?;
        Ok(Some(((high - low).unsigned_abs(), rows.iter().map(read).collect())))
    }

    /// Ordinals of the matches, if they are neighbours.
    async fn bounds(&mut self, ask: &Ask) -> Result<Option<(i64, i64)>> {
        let Ask { app, meeting, from_ms, to_ms, live, peak_min, search, by_minutes, offset: _ } = ask;
        if meeting.is_some() || *live || peak_min.is_some() || search.is_some() || *by_minutes {
            return Ok(None);
        }
        let app = app.cast_signed();
        if let (None, None) = (from_ms, to_ms) {
            let count = self.statement("SELECT n FROM app_count WHERE app = $1".to_owned()).await?;
            let total: i64 = self.client.query_one(&count, &[&app]).await?.get(0);
            return Ok(Some((0, total)));
        }
        let sql = "SELECT
            (SELECT ord FROM session WHERE app = $1 AND created_at >= $2 ORDER BY created_at, id LIMIT 1),
            (SELECT ord FROM session WHERE app = $1 AND created_at <= $3 ORDER BY created_at DESC, id DESC LIMIT 1)";
        let bounds = self.statement(sql.to_owned()).await?;
        let (from, to) = (from_ms.unwrap_or(i64::MIN), to_ms.unwrap_or(i64::MAX));
        let row = self.client.query_one(&bounds, &[&app, &from, &to]).await?;
        let (first, last): (Option<i32>, Option<i32>) = (row.get(0), row.get(1));
        Ok(Some(match first.zip(last) {
            Some((first, last)) if first <= last => (i64::from(first), i64::from(last) + 1),
            _ => (0, 0),
        }))
    }
}

struct Filter {
    sql: String,
    params: Vec<Box<dyn ToSql + Sync + Send>>,
}

impl Filter {
    fn new(ask: &Ask) -> Self {
        let Ask { app, meeting, from_ms, to_ms, live, peak_min, search, by_minutes: _, offset: _ } = ask;
        let mut filter = Self { sql: "app = $1".to_owned(), params: vec![Box::new(app.cast_signed())] };
        if let Some(meeting) = meeting {
            filter.and("meeting_id = $", Uuid(meeting.as_u128()));
        }
        if let Some(from) = *from_ms {
            filter.and("created_at >= $", from);
        }
        if let Some(to) = *to_ms {
            filter.and("created_at <= $", to);
        }
        if *live {
            filter.sql.push_str(" AND status = 0");
        }
        if let Some(min) = peak_min {
            filter.and("max_c >= $", min.cast_signed());
        }
        if let Some(text) = search {
            // Only what can be part of an id is looked for in ids: the best one can do for PostgreSQL here.
            let n = filter.params.len() + 1;
            let id_part = text.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
            let ids = if id_part {
                format!(" OR id::text LIKE ${n} OR meeting_id::text LIKE ${n}")
            } else {
                String::new()
            };
            filter.sql.push_str(&format!(" AND (title ILIKE ${n}{ids})"));
            filter.params.push(Box::new(format!("%{text}%")));
        }
        filter
    }

    fn and(&mut self, condition: &str, value: impl ToSql + Sync + Send + 'static) {
        self.params.push(Box::new(value));
        self.sql.push_str(&format!(" AND {condition}{}", self.params.len()));
    }

    fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.params.iter().map(|p| &**p as &(dyn ToSql + Sync)).collect()
    }
}

fn read(row: &Row) -> PgRow {
    PgRow {
        id: row.get::<_, Uuid>(0).0,
        meeting: row.get::<_, Uuid>(1).0,
        title: row.get(2),
        status: row.get(3),
        created_at: row.get(4),
        ended_at: row.get(5),
        updated_at: row.get(6),
        live: row.get(7),
        max_c: row.get(8),
        consumed: row.get(9),
    }
}

/// A `uuid` as a number.
#[derive(Debug, Clone, Copy)]
struct Uuid(u128);

impl<'a> FromSql<'a> for Uuid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(u128::from_be_bytes(raw.try_into()?)))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }
}

impl ToSql for Uuid {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0.to_be_bytes());
        Ok(tokio_postgres::types::IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }

    tokio_postgres::types::to_sql_checked!();
}

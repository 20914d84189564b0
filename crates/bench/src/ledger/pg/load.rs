//! The same sessions in PostgreSQL: a table as one builds it, and beside it what ordinals need.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::SinkExt as _;
use serde::{Deserialize, Serialize};
use tokio_postgres::Client;

use super::Postgres;
use crate::ledger::note;
use crate::ledger::world::{APPS, World};

const MARKER: &str = "loaded.json";
/// Rows in a chunk of the copy.
const CHUNK: u64 = 2_000;
/// Up to this many sessions in the large app, ids are in trigram indexes too; above, building them takes most of an
/// hour.
const IDS_INDEXED_MAX: u64 = 1_000_000;

const TABLE: &str = "CREATE TABLE session (
    id uuid NOT NULL, app integer NOT NULL, ord integer NOT NULL, meeting_id uuid NOT NULL, title text NOT NULL,
    status smallint NOT NULL, created_at bigint NOT NULL, ended_at bigint, updated_at bigint NOT NULL,
    live integer NOT NULL, max_c integer NOT NULL, consumed bigint NOT NULL)";

/// What a list needs, and no more.
const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX session_id ON session (id)",
    "CREATE INDEX session_created ON session (app, created_at, id)",
    "CREATE INDEX session_minutes ON session (app, consumed, id)",
    "CREATE INDEX session_meeting ON session (app, meeting_id, created_at, id)",
    "CREATE INDEX session_live ON session (app, created_at, id) WHERE status = 0",
    "CREATE INDEX session_title ON session USING gin (title gin_trgm_ops)",
];
const ID_INDEXES: &[&str] = &[
    "CREATE INDEX session_id_text ON session USING gin ((id::text) gin_trgm_ops)",
    "CREATE INDEX session_meeting_text ON session USING gin ((meeting_id::text) gin_trgm_ops)",
];
const ORDINALS: &[&str] = &[
    "CREATE UNIQUE INDEX session_ord ON session (app, ord)",
    "CREATE TABLE app_count (app integer PRIMARY KEY, n bigint NOT NULL)",
    "INSERT INTO app_count SELECT app, count(*) FROM session GROUP BY app",
];

/// What loading took, kept beside the data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::ledger) struct Loaded {
    pub(in crate::ledger) copy_secs: f64,
    pub(in crate::ledger) index_secs: f64,
    /// Table and indexes of the plain form.
    pub(in crate::ledger) plain_bytes: i64,
    /// The index of ordinals.
    pub(in crate::ledger) ordinal_bytes: i64,
    /// Ids can be searched with an index.
    pub(in crate::ledger) ids_indexed: bool,
}

/// Loads what is not loaded yet.
pub(in crate::ledger) async fn load(postgres: &Postgres, world: World, dir: &Path) -> Result<Loaded> {
    let marker = dir.join(MARKER);
    if let Ok(text) = std::fs::read(&marker) {
        return serde_json::from_slice(&text).with_context(|| format!("{} is damaged", marker.display()));
    }
    note!("PostgreSQL {}: loading {} sessions", postgres.version, world.total());
    let mut client = postgres.connect().await?;
    client.batch_execute("SET statement_timeout = 0; CREATE EXTENSION IF NOT EXISTS pg_trgm").await?;
    client.batch_execute("DROP TABLE IF EXISTS session, app_count").await?;
    let start = Instant::now();
    copy(&mut client, world).await?;
    let copy_secs = start.elapsed().as_secs_f64();
    note!("PostgreSQL: copied in {copy_secs:.0} s");
    let start = Instant::now();
    let ids_indexed = world.sessions <= IDS_INDEXED_MAX;
    let more = if ids_indexed { ID_INDEXES } else { &[] };
    for sql in INDEXES.iter().chain(more).chain(ORDINALS) {
        client.batch_execute(sql).await.with_context(|| (*sql).to_owned())?;
    }
    for sql in ["VACUUM (ANALYZE) session", "VACUUM (ANALYZE) app_count", "CHECKPOINT"] {
        client.batch_execute(sql).await?;
    }
    let index_secs = start.elapsed().as_secs_f64();
    note!("PostgreSQL: indexed in {index_secs:.0} s");
    let size = async |sql: &str| client.query_one(sql, &[]).await.map(|row| row.get::<_, i64>(0));
    let ordinal_bytes = size("SELECT pg_relation_size('session_ord')").await?;
    let all = size("SELECT pg_total_relation_size('session')").await?;
    let loaded =
        Loaded { copy_secs, index_secs, plain_bytes: all - ordinal_bytes, ordinal_bytes, ids_indexed };
    std::fs::write(marker, serde_json::to_vec_pretty(&loaded)?)?;
    Ok(loaded)
}

/// Table and rows in one transaction, which spares the log.
async fn copy(client: &mut Client, world: World) -> Result<()> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(TABLE).await?;
    let sink = transaction.copy_in::<_, Bytes>("COPY session FROM STDIN").await?;
    let mut sink = std::pin::pin!(sink);
    let mut next = 0;
    while next < world.total() {
        let end = (next + CHUNK).min(world.total());
        sink.send(tokio::task::block_in_place(|| rows(world, next, end)).into()).await?;
        next = end;
    }
    let copied = sink.finish().await?;
    anyhow::ensure!(copied == world.total(), "{copied} rows copied of {}", world.total());
    transaction.commit().await?;
    Ok(())
}

fn rows(world: World, from: u64, to: u64) -> Vec<u8> {
    use std::fmt::Write as _;
    let now = world.now_ms();
    let mut text = String::new();
    for n in from..to {
        let s = world.nth(n);
        debug_assert!(s.app < APPS);
        let ended = s.ended_ms.map_or_else(|| "\\N".to_owned(), |ended| ended.to_string());
        let live = if s.ended_ms.is_none() { s.stays.len() } else { 0 };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{ended}\t{}\t{live}\t{}\t{}",
            s.id,
            s.app,
            s.ord,
            world.meeting_id(s.app, s.meeting),
            world.title(s.app, s.meeting, s.ord),
            i32::from(s.ended_ms.is_some()),
            s.started_ms,
            s.updated_ms(),
            s.stays.len(),
            s.consumed_ms(now)
        );
    }
    text.into_bytes()
}

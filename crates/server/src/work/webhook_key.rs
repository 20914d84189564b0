//! `sederunt webhook-key`.

use anyhow::bail;
use sederunt_app::Site;
use sederunt_webhook::key_store::{self, KeyStoreError};
use sederunt_webhook::keys::{KeyRing, Shown as Key, Use};
use serde::Serialize;

use super::table::{cells, json_line, line, time};
use super::{Console, DONE, Desk};

/// A key as it is shown; its public half is at `/.well-known/webhooks.json`, the other one nowhere.
#[derive(Serialize)]
struct Shown {
    id: String,
    state: &'static str,
    created_at: String,
    used_from: String,
    /// From then on receivers are not shown it any more.
    shown_until: Option<String>,
}

impl Shown {
    fn of(key: &Key<'_>) -> anyhow::Result<Self> {
        let (state, until) = match key.does {
            Use::Signs => ("signs", None),
            Use::Next => ("next", None),
            Use::Former { until } => ("former", Some(until)),
        };
        Ok(Self {
            id: key.id()?,
            state,
            created_at: time(key.made_at),
            used_from: time(key.used_from),
            shown_until: until.map(time),
        })
    }
}

/// Adds the next key, and shows all.
pub(super) fn rotate(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let now = desk.now();
    match desk.wait(key_store::rotate(&desk.store, now)) {
        Ok(ring) => show(&ring, desk, json, console),
        Err(KeyStoreError::NextIsThere(next)) => bail!(
            "the next key is there already, and signs from {} on; after that there can be another one",
            time(next.used_from)
        ),
        Err(error) => Err(error.into()),
    }
}

/// Shows the keys.
pub(super) fn list(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let ring = desk.wait(key_store::load_or_make(&desk.store, desk.now()))?;
    show(&ring, desk, json, console)
}

fn show(ring: &KeyRing, desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let keys = ring.shown(desk.now());
    let rows: Vec<Shown> = keys.iter().map(Shown::of).collect::<anyhow::Result<_>>()?;
    if json {
        json_line(console, &rows)?;
        return Ok(DONE);
    }
    line(console, "ID\tSTATE\tCREATED\tUSED FROM\tSHOWN UNTIL")?;
    for Shown { id, state, created_at, used_from, shown_until } in &rows {
        let until = shown_until.as_deref().unwrap_or_default();
        cells(console, &[id, state, created_at, used_from, until])?;
    }
    Ok(DONE)
}

//! `sederunt index`.

use anyhow::{Context, bail};
use sederunt_core::id::AppId;
use sederunt_store::{IndexInfo, IndexReport, StoreError};
use serde_json::json;

use super::differences::Found;
use super::table::{json_line, line};
use super::{Console, DONE, Desk, FAILED, Progress, Unit};

pub(super) fn rebuild(
    desk: &Desk,
    app: Option<&str>,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    let id = app.map(AppId::from);
    let built = desk.store.index_rebuild(id.as_ref(), |done, all| {
        // A rebuild goes on to its end: half of one is none.
        let _ = console.progress(&Progress::of(Unit::Sessions, done, all));
    });
    let built = match (built, app) {
        (Err(StoreError::NotFound(_)), Some(app)) => bail!("there is no app {app}"),
        (built, _) => built.context("the index cannot be built")?,
    };
    if json {
        json_line(console, &json!({ "built": built }))?;
    } else {
        line(console, &format!("{built} indexes built"))?;
    }
    Ok(DONE)
}

pub(super) fn verify(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let pace = desk.pace(console);
    let report = desk.store.index_verify_at(&pace, |done, all| {
        // Whoever is gone is noticed by the pace.
        let _ = console.progress(&Progress::of(Unit::Sessions, done, all));
    });
    let report = report.context("the index cannot be read")?;
    let IndexReport { apps, sessions, difference_count, differences } = report;
    let found = Found {
        compared: json!({ "indexes": apps, "sessions": sessions }),
        words: format!("{apps} indexes, {sessions} sessions"),
        count: difference_count,
        differences: &differences,
    };
    found.tell(json, console)
}

/// One line an app: what a terminal shows and a script can cut.
pub(super) fn info(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let infos = desk.store.index_info().context("the index cannot be read")?;
    if json {
        let rows: Vec<_> = infos.iter().map(as_json).collect();
        json_line(console, &rows)?;
    } else {
        line(
            console,
            "folder\tapp\tsealed\tunsealed\tsegments\ttitles\tbytes\tsealed_seq\tgeneration\tstate",
        )?;
        for info in &infos {
            let IndexInfo {
                app,
                no,
                sealed,
                unsealed,
                segments,
                titles,
                bytes,
                sealed_seq,
                generation,
                fault,
            } = info;
            let app = app.as_ref().map_or("?", AppId::as_str);
            let state = fault.as_deref().unwrap_or("ok");
            let text = format!(
                "{no}\t{app}\t{sealed}\t{unsealed}\t{segments}\t{titles}\t{bytes}\t{sealed_seq}\t{generation}\t{state}"
            );
            line(console, &text)?;
        }
    }
    Ok(if infos.iter().all(|info| info.fault.is_none()) { DONE } else { FAILED })
}

fn as_json(info: &IndexInfo) -> serde_json::Value {
    let IndexInfo { app, no, sealed, unsealed, segments, titles, bytes, sealed_seq, generation, fault } =
        info;
    json!({
        "folder": no, "app_id": app.as_ref().map(AppId::as_str), "sealed": sealed, "unsealed": unsealed,
        "segments": segments, "titles": titles, "bytes": bytes, "sealed_seq": sealed_seq,
        "generation": generation, "state": fault.as_deref().unwrap_or("ok"),
    })
}

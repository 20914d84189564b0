//! `sederunt meeting`.

use anyhow::Context;
use sederunt_app::people::{self, NewPerson};
use sederunt_app::{Site, meetings};
use sederunt_core::id::MeetingId;
use sederunt_store::{ListQuery, MeetingRow};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::table::{cells, json_line, line, time};
use super::token::owned_app;
use super::{Console, DONE, Desk};
use crate::signing_key;

/// Meetings that are read at a time.
const PAGE: u32 = 1_000;

/// `sederunt meeting link`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) meeting: String,
    pub(crate) name: String,
    pub(crate) preset: String,
    pub(crate) custom_id: Option<String>,
    /// Address of the meeting page, if it was given.
    pub(crate) page: Option<String>,
    /// Address of the meeting page when no server says it.
    pub(crate) page_without_server: String,
    pub(crate) json: bool,
}

pub(super) fn create(
    desk: &Desk,
    (account, app): (Option<&str>, Option<&str>),
    title: String,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    let app = owned_app(desk, account, app)?;
    let row = desk.wait(meetings::create(desk, app.id, title, |_| ()))?;
    if json {
        json_line(console, &as_json(&row))?;
    } else {
        line(console, &row.id.to_string())?;
    }
    Ok(DONE)
}

fn status(row: &MeetingRow) -> &'static str {
    match (row.terminated_at, row.active) {
        (Some(_), _) => "TERMINATED",
        (None, true) => "ACTIVE",
        (None, false) => "INACTIVE",
    }
}

fn as_json(row: &MeetingRow) -> serde_json::Value {
    json!({
        "meeting_id": row.id.to_string(), "app_id": row.app.as_str(), "title": row.title,
        "status": status(row), "created_at": time(row.created_at),
    })
}

pub(super) fn list(
    desk: &Desk,
    (account, app): (Option<&str>, Option<&str>),
    search: Option<String>,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    let app = owned_app(desk, account, app)?;
    if !json {
        line(console, "MEETING\tCREATED\tSTATUS\tTITLE")?;
    }
    let (mut offset, mut opened) = (0, false);
    loop {
        let query = ListQuery { search: search.clone(), offset, limit: PAGE, ..ListQuery::default() };
        let page = desk.wait(desk.store.meetings(&app.id, query))?.items;
        for row in &page {
            if json {
                // An array that is written while it is read: there may be very many.
                console.out(if opened { b"," } else { b"[" })?;
                opened = true;
                console.out(as_json(row).to_string().as_bytes())?;
            } else {
                cells(console, &[&row.id.to_string(), &time(row.created_at), status(row), &row.title])?;
            }
        }
        offset += page.len() as u64;
        if page.len() < PAGE as usize {
            break;
        }
    }
    if json {
        console.out(if opened { b"]\n" } else { b"[]\n" })?;
    }
    Ok(DONE)
}

pub(super) fn link(desk: &Desk, what: Link, console: &mut dyn Console) -> anyhow::Result<u8> {
    let Link { meeting, name, preset, custom_id, page, page_without_server, json } = what;
    let id: MeetingId = meeting.parse().ok().with_context(|| format!("{meeting:?} is no meeting id"))?;
    let row = desk.wait(desk.store.meeting(id))?.with_context(|| format!("there is no meeting {id}"))?;
    let found = desk.wait(desk.store.preset(&row.app, &preset))?;
    found.with_context(|| format!("app {} has no preset {preset:?} (--preset)", row.app))?;
    let wanted =
        NewPerson { custom_participant_id: custom_id, preset_name: preset, name: Some(name), picture: None };
    let (participant, token) = match &desk.live {
        Some(live) => desk.wait(people::add(&live.node, &row, wanted))?,
        None => {
            let key = desk.wait(signing_key::load_or_make(&desk.store))?;
            desk.wait(people::add_at(desk, &row, wanted, |participant, preset| {
                Ok(sederunt_node::mint_token(&key, desk.now(), desk.mint_id(), participant, preset)?)
            }))?
        }
    };
    let page =
        page.or_else(|| desk.live.as_ref().map(|live| live.page_url.clone())).unwrap_or(page_without_server);
    let url = format!("{page}?authToken={token}");
    if json {
        let made = json!({
            "url": url, "token": token, "participant_id": participant.id.to_string(),
            "meeting_id": row.id.to_string(), "app_id": row.app.as_str(),
        });
        json_line(console, &made)?;
    } else {
        line(console, &url)?;
    }
    Ok(DONE)
}

//! `sederunt status`: who is live, and how the ledger does.

use anyhow::bail;
use sederunt_core::id::AppId;
use sederunt_store::{EventFilter, LivePart, LiveSession, Store};
use serde_json::{Value, json};

use super::table::{cells, json_line, line, time};
use super::{Console, DONE, Desk};

pub(super) fn run(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let server = server(desk);
    let ledger = ledger(desk);
    let sessions = sessions(desk)?;
    if json {
        let live: Vec<Value> = sessions.iter().map(as_json).collect();
        json_line(console, &json!({ "server": server, "ledger": ledger, "live": live }))?;
        return Ok(DONE);
    }
    if server.is_null() {
        line(console, "no server holds this data folder")?;
    } else {
        rows(console, "server", &server)?;
    }
    rows(console, "ledger", &ledger)?;
    line(console, &format!("live\tsessions\t{}", sessions.len()))?;
    for LiveSession { session, peers, .. } in &sessions {
        let (meeting, started) = (session.meeting.to_string(), time(session.started_at));
        cells(
            console,
            &["session", &session.id.to_string(), &meeting, session.app.as_str(), &started, &session.title],
        )?;
        for (stay, person) in peers {
            let name = person.as_ref().map_or("", |person| person.display_name.as_str());
            let state = if stay.away_since.is_some() { "reconnecting" } else { "connected" };
            let joined = time(stay.joined_at);
            cells(
                console,
                &["person", &stay.peer.to_string(), &stay.participant.to_string(), state, &joined, name],
            )?;
        }
    }
    Ok(DONE)
}

/// One line a value.
fn rows(console: &mut dyn Console, what: &str, values: &Value) -> anyhow::Result<()> {
    for (name, value) in values.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        cells(console, &[what, name, &text])?;
    }
    Ok(())
}

fn server(desk: &Desk) -> Value {
    let Some(live) = &desk.live else { return Value::Null };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "started_at": time(live.observed.started_at),
        "http": live.http_url,
        "page": live.page_url,
        "connections": live.observed.connections.count(),
        "commands_running": live.observed.control.running(),
    })
}

fn ledger(desk: &Desk) -> Value {
    let (bytes, log_bytes) = desk.store.bytes();
    let backlog = desk.store.backlog();
    let index = desk.store.index_stats();
    json!({
        "last_fact": *desk.store.durable().borrow(),
        "bytes": bytes,
        "log_bytes": log_bytes,
        "writes_waiting": backlog.waiting,
        "behind": backlog.is_behind,
        "writes_refused": backlog.refused,
        "writes_delayed": backlog.delayed,
        "index_apps": index.apps,
        "index_sessions_sealed": index.sealed,
        "index_failures": index.failures,
    })
}

/// The LIVE sessions of all apps, each with who is in it.
fn sessions(desk: &Desk) -> anyhow::Result<Vec<LiveSession>> {
    let mut all = Vec::new();
    for app in desk.wait(desk.store.live_apps())? {
        all.extend(desk.wait(of_app(&desk.store, app))?);
    }
    Ok(all)
}

async fn of_app(store: &Store, app: AppId) -> anyhow::Result<Vec<LiveSession>> {
    let mut all = Vec::new();
    let mut parts = store.live_sessions(app, EventFilter::default());
    loop {
        match parts.recv().await {
            Some(Ok(LivePart::Sessions(sessions))) => all.extend(sessions),
            Some(Ok(LivePart::At(_))) => {}
            Some(Ok(LivePart::Complete)) => return Ok(all),
            Some(Err(e)) => return Err(e.into()),
            None => bail!("the live sessions were cut off"),
        }
    }
}

fn as_json(live: &LiveSession) -> Value {
    let LiveSession { session, peers, .. } = live;
    let people: Vec<Value> = peers
        .iter()
        .map(|(stay, person)| {
            json!({
                "peer_id": stay.peer.to_string(),
                "participant_id": stay.participant.to_string(),
                "name": person.as_ref().map(|person| person.display_name.as_str()),
                "joined_at": time(stay.joined_at),
                "reconnecting": stay.away_since.is_some(),
            })
        })
        .collect();
    json!({
        "session_id": session.id.to_string(),
        "meeting_id": session.meeting.to_string(),
        "app_id": session.app.as_str(),
        "title": &*session.title,
        "started_at": time(session.started_at),
        "people": people,
    })
}

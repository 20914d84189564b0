//! What a client sends of files: it names them by links, and says what they are. Only which they are is believed.

use std::collections::BTreeMap;

use sederunt_core::id::FileId;
use sederunt_core::limit::{CHAT_FILES_MAX, CHAT_PAYLOAD_MAX_CHARS};
use sederunt_core::words::chat::{Ask, SentFile};
use sederunt_store::{ChatFileRow, Store, StoreError};
use serde_json::{Value, json};

use super::link::{mark, named_by};

const IMAGE: i32 = 1;
const FILE: i32 = 2;
/// Parts of custom messages within each other that are looked at.
const DEPTH_MAX: u32 = 8;

/// What a client asks, with the files that it names as the store knows them. Name, size and kind of a file are the store's; an
/// image that is no picture is sent as a file. What names no file of ours stays as it is, for the room to refuse.
pub async fn resolve(store: &Store, ask: Ask) -> Ask {
    match ask {
        Ask::SendFiles { peers, payload_type, payload, .. } => {
            let (payload_type, payload, files) = known_or_not(store, payload_type, payload).await;
            Ask::SendFiles { peers, payload_type, payload, files }
        }
        Ask::EditFiles { chat, payload_type, payload, .. } => {
            let (payload_type, payload, files) = known_or_not(store, payload_type, payload).await;
            Ask::EditFiles { chat, payload_type, payload, files }
        }
        other @ (Ask::All
        | Ask::Page { .. }
        | Ask::Search { .. }
        | Ask::Send { .. }
        | Ask::Edit { .. }
        | Ask::Delete { .. }
        | Ask::Pin { .. }) => other,
    }
}

async fn known_or_not(store: &Store, payload_type: i32, payload: String) -> (i32, String, Vec<SentFile>) {
    match known(store, payload_type, &payload).await {
        Ok(Some(known)) => known,
        Ok(None) => (payload_type, payload, Vec::new()),
        Err(error) => {
            tracing::error!(%error, "the files of a message could not be looked up");
            (payload_type, payload, Vec::new())
        }
    }
}

/// `None` = it names no file of ours.
async fn known(
    store: &Store,
    payload_type: i32,
    payload: &str,
) -> Result<Option<(i32, String, Vec<SentFile>)>, StoreError> {
    // Longer ones the room refuses.
    if payload.len() > CHAT_PAYLOAD_MAX_CHARS * 4 {
        return Ok(None);
    }
    let json = serde_json::from_str::<Value>(payload).ok();
    if payload_type == IMAGE || payload_type == FILE {
        let link = json.as_ref().and_then(|json| json.get("link")?.as_str()).unwrap_or(payload);
        let Some(file) = named_by(link) else { return Ok(None) };
        return Ok(store.chat_file(file).await?.map(|row| of_one(payload_type, &row)));
    }
    let Some(mut json) = json else { return Ok(None) };
    let mut named = Vec::new();
    each_text(&mut json, DEPTH_MAX, &mut |text| named.extend(named_by(text)));
    named.sort_unstable();
    named.dedup();
    // One more than the room takes, so that it refuses them.
    named.truncate(CHAT_FILES_MAX + 1);
    let rows = store.chat_files(named).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let marks: BTreeMap<FileId, String> = rows.iter().map(|row| (row.id, mark(row.id, &row.name))).collect();
    each_text(&mut json, DEPTH_MAX, &mut |text| {
        if let Some(mark) = named_by(text).and_then(|file| marks.get(&file)) {
            text.clone_from(mark);
        }
    });
    Ok(Some((payload_type, json.to_string(), rows.iter().map(sent).collect())))
}

/// An image or a file, as it is kept (PROTOCOL §7.1).
fn of_one(payload_type: i32, row: &ChatFileRow) -> (i32, String, Vec<SentFile>) {
    let mark = mark(row.id, &row.name);
    if payload_type == IMAGE && row.kind.is_picture() {
        return (IMAGE, mark, vec![sent(row)]);
    }
    let payload = json!({ "link": mark, "name": row.name, "size": row.bytes });
    (FILE, payload.to_string(), vec![sent(row)])
}

fn sent(row: &ChatFileRow) -> SentFile {
    SentFile { id: row.id, session: row.session, by: row.participant, chat: row.chat }
}

fn each_text(json: &mut Value, depth: u32, look: &mut impl FnMut(&mut String)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match json {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, depth, look)),
        Value::Object(map) => map.values_mut().for_each(|value| each_text(value, depth, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

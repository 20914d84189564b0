//! Stores of plug-ins.

use sederunt_core::words::plugin::{Ask, StoreAddress, StoreItem, Tell};
use sederunt_proto::event::plugin as n;
use sederunt_proto::socket::plugin as p;

use super::read::read;
use super::{Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        n::STORE_GET_KEYS => get(payload),
        n::STORE_INSERT_KEYS => insert(payload),
        n::STORE_DELETE_KEYS => delete(payload),
        n::STORE_DELETE => clear(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn names(keys: Vec<p::StoreKeys>) -> Vec<String> {
    keys.into_iter().map(|key| key.store_key).collect()
}

fn get(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<p::PluginStoreGetKeysRequest>(payload)?;
    let at = StoreAddress { plugin: q.plugin_id, store: q.store_name };
    Ok(Ask::Get { at, keys: names(q.get_keys) })
}

fn insert(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<p::PluginStoreInsertKeysRequest>(payload)?;
    let at = StoreAddress { plugin: q.plugin_id, store: q.store_name };
    let item = |key: p::StoreKeys| (key.store_key, key.payload.unwrap_or_default());
    Ok(Ask::Insert { at, items: q.insert_keys.into_iter().map(item).collect() })
}

fn delete(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<p::PluginStoreDeleteKeysRequest>(payload)?;
    let at = StoreAddress { plugin: q.plugin_id, store: q.store_name };
    Ok(Ask::Delete { at, keys: names(q.delete_keys) })
}

fn clear(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<p::PluginStoreDeleteRequest>(payload)?;
    Ok(Ask::Clear { at: StoreAddress { plugin: q.plugin_id, store: q.store_name } })
}

pub(super) fn tell(tell: &Tell) -> Wire {
    match tell {
        Tell::Inserted(at, items) => store_items(n::STORE_INSERT_KEYS, at, items),
        Tell::Got(at, items) => store_items(n::STORE_GET_KEYS, at, items),
        Tell::Deleted(at, items) => store_items(n::STORE_DELETE_KEYS, at, items),
        Tell::Cleared(at, items) => store_items(n::STORE_DELETE, at, items),
    }
}

fn store_items(event: u32, at: &StoreAddress, items: &[StoreItem]) -> Wire {
    let item = |item: &StoreItem| p::PluginStoreItem {
        timestamp: item.at.0.to_string(),
        peer_id: item.peer.to_string(),
        store_key: item.key.clone(),
        payload: item.payload.clone(),
    };
    let response = p::PluginStoreResponse {
        plugin_id: at.plugin.clone(),
        store_name: at.store.clone(),
        store_items: items.iter().map(item).collect(),
    };
    wire(event, &response)
}

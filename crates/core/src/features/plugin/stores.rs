//! Key-value stores of a session (PROTOCOL §7.3). They live as long as the session and only in memory.

use std::collections::BTreeMap;

use crate::error::RoomError;
use crate::id::PeerId;
use crate::limit;
use crate::time::UnixMs;
use crate::words::plugin::{StoreAddress, StoreItem};

/// All stores of one session.
#[derive(Debug, Default)]
pub(crate) struct PluginStores {
    stores: BTreeMap<StoreAddress, BTreeMap<String, StoreItem>>,
    keys: usize,
    bytes: usize,
}

impl PluginStores {
    /// The items of these keys that exist; no keys = all.
    pub(crate) fn get(&self, at: &StoreAddress, keys: &[String]) -> Vec<StoreItem> {
        let Some(store) = self.stores.get(at) else { return Vec::new() };
        if keys.is_empty() {
            return store.values().cloned().collect();
        }
        keys.iter().filter_map(|key| store.get(key)).cloned().collect()
    }

    /// The keys of a store.
    pub(crate) fn keys(&self, at: &StoreAddress) -> Vec<String> {
        self.stores.get(at).into_iter().flat_map(BTreeMap::keys).cloned().collect()
    }

    /// Who wrote a key last, if anybody did.
    pub(crate) fn author(&self, at: &StoreAddress, key: &str) -> Option<PeerId> {
        self.stores.get(at)?.get(key).map(|item| item.peer)
    }

    /// Sets all the items, or none when a limit would be exceeded. Returns them.
    pub(crate) fn insert(
        &mut self,
        at: &StoreAddress,
        items: Vec<(String, Vec<u8>)>,
        author: PeerId,
        now: UnixMs,
    ) -> Result<Vec<StoreItem>, RoomError> {
        check_address(at)?;
        check_count(items.len())?;
        let items: BTreeMap<String, Vec<u8>> = items.into_iter().collect();
        let store = self.stores.get(at);
        let (mut keys, mut bytes) = (self.keys, self.bytes);
        for (key, value) in &items {
            check_key(key)?;
            if value.len() > limit::STORE_VALUE_MAX_BYTES {
                return Err(RoomError::Limit {
                    what: "bytes of a store value",
                    max: limit::STORE_VALUE_MAX_BYTES,
                });
            }
            bytes = bytes.saturating_add(value.len());
            match store.and_then(|store| store.get(key)) {
                Some(old) => bytes = bytes.saturating_sub(old.payload.len()),
                None => {
                    keys = keys.saturating_add(1);
                    bytes = bytes.saturating_add(key.len());
                }
            }
        }
        if keys > limit::STORE_KEYS_MAX {
            return Err(RoomError::Limit { what: "keys of all stores", max: limit::STORE_KEYS_MAX });
        }
        if bytes > limit::STORE_TOTAL_MAX_BYTES {
            return Err(RoomError::Limit { what: "bytes of all stores", max: limit::STORE_TOTAL_MAX_BYTES });
        }
        (self.keys, self.bytes) = (keys, bytes);
        let mut set = Vec::with_capacity(items.len());
        if !items.is_empty() {
            let store = self.stores.entry(at.clone()).or_default();
            for (key, payload) in items {
                let item = StoreItem { key: key.clone(), payload, peer: author, at: now };
                set.push(item.clone());
                store.insert(key, item);
            }
        }
        Ok(set)
    }

    /// Drops keys. Returns those that existed, with empty values.
    pub(crate) fn delete(
        &mut self,
        at: &StoreAddress,
        keys: &[String],
        author: PeerId,
        now: UnixMs,
    ) -> Vec<StoreItem> {
        let Some(store) = self.stores.get_mut(at) else { return Vec::new() };
        let mut gone = Vec::new();
        for key in keys {
            if let Some(old) = store.remove(key) {
                self.keys = self.keys.saturating_sub(1);
                self.bytes = self.bytes.saturating_sub(key.len().saturating_add(old.payload.len()));
                gone.push(StoreItem { key: key.clone(), payload: Vec::new(), peer: author, at: now });
            }
        }
        if store.is_empty() {
            self.stores.remove(at);
        }
        gone
    }
}

/// No request may name more keys than may exist.
pub(crate) fn check_count(keys: usize) -> Result<(), RoomError> {
    if keys > limit::STORE_KEYS_MAX {
        return Err(RoomError::Limit { what: "keys of one request", max: limit::STORE_KEYS_MAX });
    }
    Ok(())
}

fn check_address(at: &StoreAddress) -> Result<(), RoomError> {
    check_key(&at.plugin)?;
    check_key(&at.store)
}

fn check_key(key: &str) -> Result<(), RoomError> {
    if key.len() > limit::STORE_KEY_MAX_BYTES {
        return Err(RoomError::Limit { what: "bytes of a store key", max: limit::STORE_KEY_MAX_BYTES });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(store: &str) -> StoreAddress {
        StoreAddress { plugin: "p".to_owned(), store: store.to_owned() }
    }

    fn put(stores: &mut PluginStores, key: &str, len: usize) -> Result<Vec<StoreItem>, RoomError> {
        stores.insert(&at("s"), vec![(key.to_owned(), vec![b'x'; len])], PeerId::from_u128(1), UnixMs(5))
    }

    #[test]
    fn a_refused_insert_changes_nothing() {
        let mut stores = PluginStores::default();
        put(&mut stores, "a", 1).unwrap();
        let items =
            vec![("b".to_owned(), vec![1]), ("c".to_owned(), vec![0; limit::STORE_VALUE_MAX_BYTES + 1])];
        assert!(stores.insert(&at("s"), items, PeerId::from_u128(1), UnixMs(0)).is_err());
        assert_eq!(stores.get(&at("s"), &[]).len(), 1);
    }

    #[test]
    fn keys_and_bytes_are_bounded_over_all_stores_and_given_back() {
        let mut stores = PluginStores::default();
        for i in 0..limit::STORE_KEYS_MAX {
            put(&mut stores, &format!("k{i}"), 0).unwrap();
        }
        assert!(matches!(put(&mut stores, "one more", 0), Err(RoomError::Limit { .. })));
        put(&mut stores, "k1", 10).unwrap();
        assert_eq!(
            stores.delete(&at("s"), &["k1".to_owned(), "no".to_owned()], PeerId::default(), UnixMs(0)).len(),
            1
        );
        put(&mut stores, "one more", 0).unwrap();
        let all: Vec<String> = (0..limit::STORE_KEYS_MAX).map(|i| format!("k{i}")).collect();
        stores.delete(&at("s"), &all, PeerId::default(), UnixMs(0));
        let mut filled = 0;
        while put(&mut stores, &format!("v{filled}"), limit::STORE_VALUE_MAX_BYTES).is_ok() {
            filled += 1;
        }
        assert!(filled * limit::STORE_VALUE_MAX_BYTES <= limit::STORE_TOTAL_MAX_BYTES);
        assert!((filled + 2) * limit::STORE_VALUE_MAX_BYTES > limit::STORE_TOTAL_MAX_BYTES);
    }
}

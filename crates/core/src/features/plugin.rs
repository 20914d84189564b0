//! Key-value stores of a session, for plug-ins (PROTOCOL §7.3). They live as long as the session and only in memory.

mod stores;

use std::collections::BTreeMap;

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall, Pace};
use crate::id::PeerId;
use crate::limit;
use crate::who::Ability;
use crate::words::plugin::{Ask, StoreAddress, Tell};

use stores::{PluginStores, check_count};

/// The store that says which plug-ins are open: one key each, whose value is `null` when it is closed.
const OPEN_PLUGINS: &str = "__rtk_plugins__";
/// Nothing, as JSON.
const NULL: &[u8] = b"null";

/// The stores of the session.
#[derive(Debug, Default)]
pub(crate) struct Plugin {
    stores: PluginStores,
    /// How often each peer has written.
    paces: BTreeMap<PeerId, Pace>,
}

impl Plugin {
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        let now = asked.stamp.now;
        let (reply, push) = match ask {
            // Also on the set-up screen: the official client's `init()` needs it (PROTOCOL §5.1).
            Ask::Get { at, keys } => {
                check_count(keys.len())?;
                let items = self.stores.get(&at, &keys);
                return hall.answer(asked, Tell::Got(at, items));
            }
            Ask::Insert { at, items } => {
                hall.joined(asked)?;
                for (key, value) in &items {
                    self.may_write(hall, asked, &at, key, Some(value))?;
                }
                self.pace(asked)?;
                let items = self.stores.insert(&at, items, asked.me, now)?;
                let tell = Tell::Inserted(at, items);
                (tell.clone(), tell)
            }
            Ask::Delete { at, keys } => {
                hall.joined(asked)?;
                check_count(keys.len())?;
                for key in &keys {
                    self.may_write(hall, asked, &at, key, None)?;
                }
                self.pace(asked)?;
                let items = self.stores.delete(&at, &keys, asked.me, now);
                let tell = Tell::Deleted(at, items);
                (tell.clone(), tell)
            }
            // The others know of keys alone.
            Ask::Clear { at } => {
                hall.joined(asked)?;
                let keys = self.stores.keys(&at);
                for key in &keys {
                    self.may_write(hall, asked, &at, key, None)?;
                }
                self.pace(asked)?;
                let items = self.stores.delete(&at, &keys, asked.me, now);
                (Tell::Cleared(at.clone(), items.clone()), Tell::Deleted(at, items))
            }
        };
        hall.reply(asked, reply);
        // What was not there is gone for nobody.
        if !push.items().is_empty() {
            hall.push(Some(asked.me), push);
        }
        Ok(())
    }

    /// Which plug-ins are open is a matter of rights: who may open one does, and closes it again. What is in all other stores
    /// is between the pages. `None` = the key goes.
    fn may_write(
        &self,
        hall: &Hall,
        asked: &Asked,
        at: &StoreAddress,
        key: &str,
        value: Option<&[u8]>,
    ) -> Result<(), RoomError> {
        if at.store != OPEN_PLUGINS {
            return Ok(());
        }
        let closes = value.is_none_or(|value| value == NULL);
        let own = self.stores.author(at, key).is_none_or(|author| author == asked.me);
        let ability = match (closes, own) {
            (true, true) => return Ok(()),
            (true, false) => Ability::ClosePlugins,
            (false, _) => Ability::StartPlugins,
        };
        hall.may(asked, ability).map(drop)
    }

    fn pace(&mut self, asked: &Asked) -> Result<(), RoomError> {
        let (now, per_second) = (asked.stamp.now, limit::STORE_WRITES_PER_SECOND);
        let new = || Pace::new(per_second, limit::STORE_WRITES_BURST, now);
        if self.paces.entry(asked.me).or_insert_with(new).take(now) {
            return Ok(());
        }
        Err(RoomError::TooOften { what: "writes to stores", per_second })
    }
}

impl Feature for Plugin {
    fn peer_left(&mut self, _: &mut Hall, gone: &Gone) {
        self.paces.remove(&gone.peer.id);
    }

    fn time_moved(&mut self, ms: i64) {
        self.paces.values_mut().for_each(|pace| pace.shift(ms));
    }

    fn session_ended(&mut self, _: &mut Hall) {
        self.stores = PluginStores::default();
    }
}

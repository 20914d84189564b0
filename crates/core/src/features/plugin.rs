//! Key-value stores of a session, for plug-ins (PROTOCOL §7.3). They live as long as the session and only in memory.

mod stores;

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Hall};
use crate::words::plugin::{Ask, Tell};

use stores::{PluginStores, check_count};

/// The stores of the session.
#[derive(Debug, Default)]
pub(crate) struct Plugin {
    stores: PluginStores,
}

impl Plugin {
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        let now = asked.stamp.now;
        let tell = match ask {
            // Also on the set-up screen: the official client's `init()` needs it (PROTOCOL §5.1).
            Ask::Get { at, keys } => {
                check_count(keys.len())?;
                let items = self.stores.get(&at, &keys);
                return hall.answer(asked, Tell::Got(at, items));
            }
            Ask::Insert { at, items } => {
                hall.joined(asked)?;
                let items = self.stores.insert(&at, items, asked.me, now)?;
                Tell::Inserted(at, items)
            }
            Ask::Delete { at, keys } => {
                hall.joined(asked)?;
                check_count(keys.len())?;
                let items = self.stores.delete(&at, &keys, asked.me, now);
                Tell::Deleted(at, items)
            }
        };
        hall.reply(asked, tell.clone());
        hall.push(Some(asked.me), tell);
        Ok(())
    }
}

impl Feature for Plugin {
    fn session_ended(&mut self, _: &mut Hall) {
        self.stores = PluginStores::default();
    }
}

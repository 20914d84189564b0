//! How many connections an address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Open connections by address; as many entries as connections at most.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Origins {
    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more of this address, until it is dropped; `None` when it has `most`.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Origin> {
        let mut open = self.open();
        let count = open.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Origin { origins: Arc::clone(self), address })
    }
}

/// A connection of an address.
#[derive(Debug)]
pub(crate) struct Origin {
    origins: Arc<Origins>,
    address: IpAddr,
}

impl Drop for Origin {
    fn drop(&mut self) {
        let mut open = self.origins.open();
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_an_address_are_counted_until_they_close() {
        let origins = Arc::new(Origins::default());
        let [one, other]: [IpAddr; 2] = [[203, 0, 113, 7].into(), [203, 0, 113, 8].into()];
        let mut open: Vec<_> = (0..3).map(|_| origins.take(one, 3).unwrap()).collect();
        assert!(origins.take(one, 3).is_none());
        assert!(origins.take(other, 3).is_some(), "another address is not touched");
        open.pop();
        open.push(origins.take(one, 3).unwrap());
        drop(open);
        assert!(origins.open().is_empty());
    }
}

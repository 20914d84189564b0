//! Which transport a datagram belongs to (MEDIA §7 point 6): STUN by the ICE user name, everything else by the way and the
//! source address that a verified STUN request came from.

use std::collections::HashMap;
use std::net::SocketAddr;

use slotmap::SecondaryMap;
use smallvec::SmallVec;
use str0m::ice::StunMessage;

use crate::id::TransportSlot;
use crate::limit::{ADDRESSES_PER_TRANSPORT_MAX, DATAGRAM_MAX_BYTES};
use crate::via::{Source, Via};

/// What a datagram is, from its first bytes (RFC 7983).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// STUN for this transport, whose integrity is still to be checked.
    Stun(TransportSlot),
    /// DTLS, SRTP or SRTCP of this transport.
    Peer(TransportSlot),
    /// STUN that names nobody we know.
    ForeignStun,
    /// Nobody's.
    Unknown,
}

#[derive(Debug, Default)]
struct Entry {
    ufrag: String,
    addresses: SmallVec<[Source; 2]>,
}

/// The table. It grows with transports only: every transport has one user name and a bounded number of addresses.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    by_ufrag: HashMap<String, TransportSlot>,
    by_address: HashMap<Source, TransportSlot>,
    entries: SecondaryMap<TransportSlot, Entry>,
}

impl Demux {
    /// Registers a transport, or its new user name after an ICE restart.
    pub(crate) fn set_ufrag(&mut self, slot: TransportSlot, ufrag: String) {
        let Some(entry) = self.entries.entry(slot).map(|e| e.or_default()) else { return };
        if entry.ufrag != ufrag {
            self.by_ufrag.remove(&entry.ufrag);
            entry.ufrag.clone_from(&ufrag);
            self.by_ufrag.insert(ufrag, slot);
        }
    }

    /// Remembers that a verified request of the transport came from this address. The oldest address makes room.
    pub(crate) fn learn(&mut self, slot: TransportSlot, address: Source) {
        if self.by_address.get(&address) == Some(&slot) {
            return;
        }
        let Some(entry) = self.entries.get_mut(slot) else { return };
        if entry.addresses.len() == ADDRESSES_PER_TRANSPORT_MAX {
            let oldest = entry.addresses.remove(0);
            self.by_address.remove(&oldest);
        }
        entry.addresses.push(address);
        if let Some(former) = self.by_address.insert(address, slot)
            && let Some(former) = self.entries.get_mut(former)
        {
            former.addresses.retain(|a| *a != address);
        }
    }

    /// Forgets a transport.
    pub(crate) fn remove(&mut self, slot: TransportSlot) {
        let Some(entry) = self.entries.remove(slot) else { return };
        self.by_ufrag.remove(&entry.ufrag);
        for address in entry.addresses {
            self.by_address.remove(&address);
        }
    }

    /// Whose this datagram is.
    pub(crate) fn owner(&self, source: Source, payload: &[u8]) -> Owner {
        let by_address = || self.by_address.get(&source).map_or(Owner::Unknown, |slot| Owner::Peer(*slot));
        if payload.len() > DATAGRAM_MAX_BYTES {
            return Owner::Unknown;
        }
        match payload.first() {
            Some(0 | 1) => match StunMessage::parse(payload) {
                // Requests carry "ours:theirs"; the address says nothing, ports are reused.
                Ok(message) => match message.split_username() {
                    Some((ours, _)) => {
                        self.by_ufrag.get(ours).map_or(Owner::ForeignStun, |s| Owner::Stun(*s))
                    }
                    None => Owner::ForeignStun,
                },
                Err(_) => Owner::Unknown,
            },
            Some(20..=63 | 128..=191) => by_address(),
            Some(_) | None => Owner::Unknown,
        }
    }

    /// By which way a datagram of this transport goes to an address, when ICE knows only that it is no TCP.
    pub(crate) fn way(&self, slot: TransportSlot, address: SocketAddr) -> Via {
        let relayed = (Via::Relay, address);
        let is_relayed = self.entries.get(slot).is_some_and(|entry| entry.addresses.contains(&relayed));
        if is_relayed { Via::Relay } else { Via::Udp }
    }

    /// Addresses and user names in the table.
    #[cfg(test)]
    fn sizes(&self) -> (usize, usize) {
        (self.by_address.len(), self.by_ufrag.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::SlotMap;

    fn address(port: u16) -> Source {
        (Via::Udp, SocketAddr::from(([127, 0, 0, 1], port)))
    }

    #[test]
    fn addresses_are_capped_moved_and_forgotten() {
        let mut slots = SlotMap::<TransportSlot, ()>::with_key();
        let (a, b) = (slots.insert(()), slots.insert(()));
        let mut demux = Demux::default();
        demux.set_ufrag(a, "aaaa".to_owned());
        demux.set_ufrag(b, "bbbb".to_owned());
        let dtls = [22_u8; 40];
        assert_eq!(demux.owner(address(1), &dtls), Owner::Unknown);
        for port in 1..=20 {
            demux.learn(a, address(port));
        }
        assert_eq!(demux.sizes(), (ADDRESSES_PER_TRANSPORT_MAX, 2));
        assert_eq!(demux.owner(address(20), &dtls), Owner::Peer(a));
        assert_eq!(demux.owner(address(1), &dtls), Owner::Unknown);
        demux.learn(b, address(20));
        assert_eq!(demux.owner(address(20), &dtls), Owner::Peer(b), "the port was reused");
        demux.remove(a);
        assert_eq!(demux.owner(address(20), &dtls), Owner::Peer(b));
        demux.set_ufrag(b, "cccc".to_owned());
        assert_eq!(demux.sizes(), (1, 1));
        demux.remove(b);
        assert_eq!(demux.sizes(), (0, 0));
    }

    #[test]
    fn an_address_is_another_one_on_another_way() {
        let mut slots = SlotMap::<TransportSlot, ()>::with_key();
        let (a, b) = (slots.insert(()), slots.insert(()));
        let mut demux = Demux::default();
        demux.set_ufrag(a, "aaaa".to_owned());
        demux.set_ufrag(b, "bbbb".to_owned());
        let (dtls, (_, at)) = ([22_u8; 40], address(1));
        demux.learn(a, (Via::Udp, at));
        demux.learn(b, (Via::Relay, at));
        assert_eq!(demux.owner((Via::Udp, at), &dtls), Owner::Peer(a));
        assert_eq!(demux.owner((Via::Relay, at), &dtls), Owner::Peer(b));
        assert_eq!(demux.owner((Via::Tcp, at), &dtls), Owner::Unknown);
        assert_eq!((demux.way(a, at), demux.way(b, at)), (Via::Udp, Via::Relay));
    }
}

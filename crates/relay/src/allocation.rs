//! What a client has beside the address that it was lent: its channels, and how long.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::limit::{CHANNELS_MAX, LIFETIME, LIFETIME_MAX};

/// A lent address, for as long as it lasts.
#[derive(Debug)]
pub(crate) struct Allocation {
    /// Whose it is: nobody else may change it (RFC 8656 §8).
    pub(crate) username: String,
    pub(crate) ends: Instant,
    channels: Vec<(u16, SocketAddr)>,
}

impl Allocation {
    pub(crate) fn new(now: Instant, username: &str, wanted: Option<u32>) -> (Self, u32) {
        let (lifetime, secs) = lifetime(wanted);
        let username = username.to_owned();
        (Self { username, ends: now + lifetime, channels: Vec::new() }, secs)
    }

    /// Keeps it for longer; the seconds.
    pub(crate) fn refresh(&mut self, now: Instant, wanted: Option<u32>) -> u32 {
        let (lifetime, secs) = lifetime(wanted);
        self.ends = now + lifetime;
        secs
    }

    /// Binds a channel to an address; false when either is bound otherwise, or there are too many.
    pub(crate) fn bind(&mut self, channel: u16, peer: SocketAddr) -> bool {
        let is_same = |(number, address): &(u16, SocketAddr)| (*number == channel, *address == peer);
        match self.channels.iter().map(is_same).find(|(number, address)| *number || *address) {
            Some((number, address)) => number && address,
            None if self.channels.len() < CHANNELS_MAX => {
                self.channels.push((channel, peer));
                true
            }
            None => false,
        }
    }

    pub(crate) fn peer(&self, channel: u16) -> Option<SocketAddr> {
        self.channels.iter().find(|(number, _)| *number == channel).map(|(_, peer)| *peer)
    }

    pub(crate) fn channel(&self, peer: SocketAddr) -> Option<u16> {
        self.channels.iter().find(|(_, address)| *address == peer).map(|(number, _)| *number)
    }
}

/// What a client gets of what it wants (RFC 8656 §7.2).
fn lifetime(wanted: Option<u32>) -> (Duration, u32) {
    let wanted = wanted.map_or(LIFETIME, |secs| Duration::from_secs(secs.into()));
    let lifetime = wanted.clamp(LIFETIME, LIFETIME_MAX);
    (lifetime, u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_of_one_address_and_the_other_way_round() {
        let at = |port| SocketAddr::from(([203, 0, 113, 7], port));
        let (mut allocation, secs) = Allocation::new(Instant::now(), "x", Some(1));
        assert_eq!(secs, 600);
        assert!(allocation.bind(0x4000, at(10)) && allocation.bind(0x4000, at(10)), "again is fine");
        assert!(!allocation.bind(0x4000, at(11)) && !allocation.bind(0x4001, at(10)));
        for n in 1..CHANNELS_MAX as u16 {
            assert!(allocation.bind(0x4000 + n, at(10 + n)));
        }
        assert!(!allocation.bind(0x4fff, at(9)), "one too many");
        assert_eq!((allocation.peer(0x4003), allocation.channel(at(13))), (Some(at(13)), Some(0x4003)));
    }

    #[test]
    fn nobody_keeps_an_address_for_ever() {
        assert_eq!(lifetime(None).1, 600);
        assert_eq!(lifetime(Some(900)).1, 900);
        assert_eq!(lifetime(Some(u32::MAX)).1, 3_600);
    }
}

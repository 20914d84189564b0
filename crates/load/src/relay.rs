//! Datagrams through a relay, TURN on a stream: which relay, and the way through it.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use serde_json::Value;
use tokio::time::timeout;

use crate::dial::Dial;
use crate::turn::{Turn, TurnTrouble};
use crate::wire::Wire;

/// For an address and its channels: three round trips.
const LEND_MAX: Duration = Duration::from_secs(10);
/// Ports unless they are said (RFC 7065 §3.2).
const PORT: u16 = 3478;
const PORT_TLS: u16 = 5349;

/// A relay, and how one may use it.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// It speaks TLS.
    pub is_secure: bool,
    /// Who asks.
    pub username: String,
    /// Password.
    pub credential: String,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port, is_secure, .. } = self;
        write!(f, "Relay {{ {host:?}:{port}, TLS: {is_secure} }}")
    }
}

impl Relay {
    /// The first one on a stream that an answer of `/iceservers` offers (PROTOCOL §2.2).
    pub(crate) fn offered(answer: &Value) -> Option<Self> {
        let servers = answer.pointer("/iceServers")?.as_array()?;
        servers.iter().find_map(|server| {
            let text = |name| server.get(name).and_then(Value::as_str).map(str::to_owned);
            let urls = server.get("urls")?;
            // One, or a list (RTCIceServer).
            let mut urls = urls
                .as_str()
                .into_iter()
                .chain(urls.as_array().into_iter().flatten().filter_map(Value::as_str));
            let (host, port, is_secure) = urls.find_map(place)?;
            Some(Self { host, port, is_secure, username: text("username")?, credential: text("credential")? })
        })
    }
}

/// Host, port and TLS of a URL (RFC 7065); `None` = it is no relay, or one of datagrams.
fn place(url: &str) -> Option<(String, u16, bool)> {
    let (scheme, rest) = url.split_once(':')?;
    let is_secure = match scheme {
        "turn" => false,
        "turns" => true,
        _ => return None,
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    // TLS goes without saying over a stream, everything else not.
    if !(query == "transport=tcp" || query.is_empty() && is_secure) {
        return None;
    }
    let port = if is_secure { PORT_TLS } else { PORT };
    let (host, port) = match place.rsplit_once(':') {
        // A colon within brackets is one of the address.
        Some((host, said)) if !said.ends_with(']') => (host, said.parse().ok()?),
        _ => (place, port),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then(|| (host.to_owned(), port, is_secure))
}

/// The way through a relay to one server.
pub(crate) struct Relayed {
    wire: Wire,
    turn: Turn,
    /// Where we are seen.
    pub(crate) lent: SocketAddr,
}

fn of_turn(trouble: TurnTrouble) -> io::Error {
    io::Error::other(trouble)
}

impl Relayed {
    /// Asks a relay for an address from which these candidates of a server are reached.
    pub(crate) async fn open(dial: &Dial, relay: &Relay, peers: Vec<SocketAddr>) -> io::Result<Self> {
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        timeout(LEND_MAX, Self::open_now(dial, relay, peers)).await.map_err(late)?
    }

    async fn open_now(dial: &Dial, relay: &Relay, peers: Vec<SocketAddr>) -> io::Result<Self> {
        let mut wire = Wire::new(dial.reach(&relay.host, relay.port, relay.is_secure).await?);
        let mut out = BytesMut::new();
        let mut turn = Turn::new(relay.username.clone(), relay.credential.clone(), peers, &mut out);
        loop {
            wire.room().into_iter().for_each(|room| room.unsplit(out.split()));
            if let Some(lent) = turn.ready() {
                return Ok(Self { wire, turn, lent });
            }
            wire.ready().await?;
            // Nobody knows our address yet: what comes are answers.
            while turn.take(Instant::now(), &mut wire.read, &mut out).map_err(of_turn)?.is_some() {}
            wire.is_empty_now();
        }
    }

    pub(crate) async fn ready(&mut self) -> io::Result<()> {
        self.wire.ready().await
    }

    /// When [`Self::turn`] has something to do.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.turn.due()
    }

    /// Keeps what the relay has lent.
    pub(crate) fn turn(&mut self, now: Instant) {
        if let Some(room) = self.wire.room() {
            self.turn.keep(now, room);
        }
    }

    /// The next datagram, its sender and length; `None` = nothing more now.
    pub(crate) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Option<(SocketAddr, usize)>> {
        let mut out = BytesMut::new();
        let taken = self.turn.take(Instant::now(), &mut self.wire.read, &mut out).map_err(of_turn)?;
        self.wire.room().into_iter().for_each(|room| room.unsplit(out.split()));
        let Some((source, datagram)) = taken else {
            self.wire.is_empty_now();
            return Ok(None);
        };
        buffer.iter_mut().zip(&datagram).for_each(|(to, from)| *to = *from);
        Ok(Some((source, datagram.len().min(buffer.len()))))
    }

    /// Sends a datagram; false = it is lost, because there is no room for it or no way to there.
    pub(crate) fn send(&mut self, to: SocketAddr, datagram: &[u8]) -> bool {
        self.wire.room().is_some_and(|room| self.turn.wrap(to, datagram, room))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_relay_on_a_stream_is_taken() {
        let offered = |servers: Value| Relay::offered(&json!({ "success": true, "iceServers": servers }));
        let relay = |urls: Value| {
            let relay = json!({ "urls": urls, "username": "a", "credential": "b" });
            offered(json!([{ "urls": "stun:example.com" }, relay])).map(|r| (r.host, r.port, r.is_secure))
        };
        let place = |host: &str, port, is_secure| Some((host.to_owned(), port, is_secure));
        let first = place("meet.example", 443, true);
        assert_eq!(relay(json!("turns:meet.example:443?transport=tcp")), first);
        assert_eq!(
            relay(json!(["turn:a", "turns:meet.example:443?transport=tcp", "turn:b?transport=tcp"])),
            first
        );
        assert_eq!(relay(json!("turn:[2001:db8::7]?transport=tcp")), place("2001:db8::7", 3_478, false));
        assert_eq!(relay(json!("turns:[::1]:9")), place("::1", 9, true));
        assert_eq!(relay(json!("turns:meet.example")), place("meet.example", 5_349, true));
        for none in ["turn:a:1", "turns:a:1?transport=udp", "stun:a", "turns:", "turns:a:b", "a"] {
            assert_eq!(relay(json!(none)), None, "{none}");
        }
        assert_eq!(offered(json!([])), None);
        assert_eq!(offered(json!([{ "urls": "turns:a" }])), None, "without credentials");
    }
}

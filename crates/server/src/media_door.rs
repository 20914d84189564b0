//! Streams of audio and video that come to the HTTP(S) port: who may open one, and who takes them (decision 0035).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use sederunt_node::clock::Clock;
use sederunt_node::media::MediaHandle;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::config::RelaySetting;
use crate::opened::Opened;
use crate::origins::{Origin, Origins};
use crate::stream::Held;

/// Streams whose first frame is still to come: a whole lecture that comes back in two seconds.
const STRANGERS_MAX: usize = 1_024;
/// Bytes of a stream that the kernel keeps beyond what is on its way: what waits longer is to wait where it can be left out.
#[cfg(target_os = "linux")]
const STREAM_UNSENT_MAX_BYTES: u32 = 16 * 1024;

/// Where streams of audio and video go.
#[derive(Debug, Clone)]
pub struct MediaDoor {
    handle: MediaHandle,
    /// The time, for credentials that end.
    clock: Arc<dyn Clock>,
    /// ICE-TCP is taken.
    tcp: bool,
    /// And TURN.
    relay: RelaySetting,
    strangers: Strangers,
}

impl MediaDoor {
    /// A door to the media of `handle`. What the settings switch off is not taken either, whoever knows how to ask for it.
    pub fn new(handle: MediaHandle, clock: Arc<dyn Clock>, tcp: bool, relay: RelaySetting) -> Self {
        Self { handle, clock, tcp, relay, strangers: Strangers::default() }
    }

    /// For one connection of a client, whose address may have `strangers_max` streams that have not shown whose they are.
    pub(crate) fn for_client(
        &self,
        client: SocketAddr,
        strangers_max: usize,
        shutdown: CancellationToken,
    ) -> MediaStream {
        MediaStream { door: self.clone(), client, strangers_max, shutdown }
    }
}

/// A connection that may be a stream of media.
#[derive(Debug, Clone)]
pub(crate) struct MediaStream {
    door: MediaDoor,
    client: SocketAddr,
    strangers_max: usize,
    shutdown: CancellationToken,
}

/// Streams whose first frame is still to come, and which may be anybody's.
#[derive(Debug, Clone)]
pub(crate) struct Strangers {
    all: Arc<Semaphore>,
    origins: Arc<Origins>,
}

impl Default for Strangers {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(STRANGERS_MAX)), origins: Arc::default() }
    }
}

impl Strangers {
    /// A place among them; `None` = there are too many, of all or of this address.
    fn enter(&self, address: IpAddr, most: usize) -> Option<(OwnedSemaphorePermit, Origin)> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some((permit, self.origins.take(address, most)?))
    }
}

/// Something that a TCP connection carries.
pub(crate) trait Carried {
    /// The connection.
    fn tcp(&self) -> &TcpStream;
}

impl<H> Carried for Held<TcpStream, H> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref()
    }
}

impl<T: Carried> Carried for TlsStream<T> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0.tcp()
    }
}

impl<T: Carried> Carried for Opened<T> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().tcp()
    }
}

/// What the kernel keeps of a stream beyond what is on its way waits in our queue instead, where a late picture is left out.
fn hurry(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(STREAM_UNSENT_MAX_BYTES);
}

impl MediaStream {
    /// ICE-TCP.
    pub(crate) async fn frames<T>(self, stream: T)
    where
        T: AsyncRead + AsyncWrite + Carried + Send + Unpin + 'static,
    {
        if !self.door.tcp {
            return tracing::debug!("ICE-TCP is switched off");
        }
        hurry(stream.tcp());
        let Some(place) = self.stranger() else { return };
        let greeted = match self.door.handle.greet(stream).await {
            Ok(greeted) => greeted,
            Err(refused) => return tracing::debug!(%refused, "a stream is not taken"),
        };
        drop(place);
        tokio::select! {
            end = greeted.carry(self.client) => tracing::debug!(%end, "a stream of media has ended"),
            () = self.shutdown.cancelled() => {}
        }
    }

    /// TURN, inside TLS or in the clear.
    pub(crate) async fn turn<T>(self, stream: T, in_tls: bool)
    where
        T: AsyncRead + AsyncWrite + Carried + Send + Unpin + 'static,
    {
        if !self.door.relay.offers(in_tls) {
            return tracing::debug!("the relay is switched off here");
        }
        hurry(stream.tcp());
        let Some(place) = self.stranger() else { return };
        let at = || u64::try_from(self.door.clock.now().0 / 1_000).unwrap_or(0);
        tokio::select! {
            end = self.door.handle.relay(stream, self.client, at, place) => {
                tracing::debug!(%end, "a relayed stream has ended");
            }
            () = self.shutdown.cancelled() => {}
        }
    }

    /// A place among the strangers.
    fn stranger(&self) -> Option<(OwnedSemaphorePermit, Origin)> {
        let address = sederunt_gateway::network(self.client.ip().to_canonical());
        let place = self.door.strangers.enter(address, self.strangers_max);
        if place.is_none() {
            tracing::debug!("too many streams of strangers");
        }
        place
    }
}

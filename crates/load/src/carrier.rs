//! What carries the datagrams of one peer connection: a UDP socket, a TCP stream with each behind its length (RFC 4571 §2),
//! or a relay.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use bytes::{Buf as _, BufMut as _, BytesMut};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpStream, UdpSocket};

use crate::relay::Relayed;
use crate::wire::Wire;

/// Kernel buffer for what is received: a second of ten videos. The system may grant less.
const RECEIVE_BUFFER_BYTES: usize = 1 << 20;
/// Bytes of a frame's length.
const LENGTH_BYTES: usize = 2;

/// Carries datagrams between one address of ours and the server.
pub(crate) enum Carrier {
    /// Datagrams as they are.
    Udp(UdpSocket),
    /// In frames.
    Tcp(Framed),
    /// Through a relay, in TURN.
    Relay(Box<Relayed>),
}

/// A stream of frames.
pub(crate) struct Framed {
    wire: Wire,
    local: SocketAddr,
    remote: SocketAddr,
}

impl Carrier {
    /// A socket on any free port of an address.
    pub(crate) fn udp(own: IpAddr) -> io::Result<Self> {
        let address = SocketAddr::from((own, 0));
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(Self::Udp(UdpSocket::from_std(socket.into())?))
    }

    /// A stream to where the server takes ICE-TCP.
    pub(crate) async fn tcp(remote: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(remote).await?;
        stream.set_nodelay(true)?;
        let local = stream.local_addr()?;
        Ok(Self::Tcp(Framed { wire: Wire::new(Box::new(stream)), local, remote }))
    }

    /// Where the server sees us.
    pub(crate) fn local(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Udp(socket) => socket.local_addr(),
            Self::Tcp(framed) => Ok(framed.local),
            Self::Relay(relayed) => Ok(relayed.lent),
        }
    }

    /// Until something can be received. What waits to be sent is sent meanwhile.
    pub(crate) async fn ready(&mut self) -> io::Result<()> {
        match self {
            Self::Udp(socket) => socket.readable().await,
            Self::Tcp(framed) => framed.wire.ready().await,
            Self::Relay(relayed) => relayed.ready().await,
        }
    }

    /// When [`Self::turn`] has something to do.
    pub(crate) fn due(&self) -> Option<Instant> {
        match self {
            Self::Udp(_) | Self::Tcp(_) => None,
            Self::Relay(relayed) => relayed.due(),
        }
    }

    /// Lets time pass.
    pub(crate) fn turn(&mut self, now: Instant) {
        if let Self::Relay(relayed) = self {
            relayed.turn(now);
        }
    }

    /// The next datagram, its sender and length; `None` = nothing more now.
    pub(crate) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Option<(SocketAddr, usize)>> {
        match self {
            Self::Udp(socket) => match socket.try_recv_from(buffer) {
                Ok((length, source)) => Ok(Some((source, length))),
                // Nothing yet; or a datagram of ours found nobody, which is no reason to stop.
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionRefused) => {
                    Ok(None)
                }
                Err(e) => Err(e),
            },
            Self::Tcp(framed) => Ok(framed.receive(buffer)),
            Self::Relay(relayed) => relayed.receive(buffer),
        }
    }

    /// Sends a datagram; false = it is lost, because there is no room for it.
    pub(crate) fn send(&mut self, to: SocketAddr, datagram: &[u8]) -> io::Result<bool> {
        match self {
            Self::Udp(socket) => match socket.try_send_to(datagram, to) {
                Ok(_) => Ok(true),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionRefused) => {
                    Ok(false)
                }
                Err(e) => Err(e),
            },
            Self::Tcp(framed) => Ok(framed.send(datagram)),
            Self::Relay(relayed) => Ok(relayed.send(to, datagram)),
        }
    }
}

impl Framed {
    fn receive(&mut self, buffer: &mut [u8]) -> Option<(SocketAddr, usize)> {
        let taken = take(&mut self.wire.read, buffer);
        if taken.is_none() {
            self.wire.is_empty_now();
        }
        taken.map(|length| (self.remote, length))
    }

    fn send(&mut self, datagram: &[u8]) -> bool {
        let (Ok(length), Some(room)) = (u16::try_from(datagram.len()), self.wire.room()) else {
            return false;
        };
        room.put_u16(length);
        room.extend_from_slice(datagram);
        true
    }
}

/// Takes the next whole frame off what was read; its length. What does not fit the buffer is cut, as a datagram is.
fn take(read: &mut BytesMut, buffer: &mut [u8]) -> Option<usize> {
    let &[high, low] = read.first_chunk::<LENGTH_BYTES>()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if read.len() < LENGTH_BYTES + length {
        return None;
    }
    read.advance(LENGTH_BYTES);
    let frame = read.split_to(length);
    buffer.iter_mut().zip(&frame).for_each(|(to, from)| *to = *from);
    Some(length.min(buffer.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_whole_however_the_stream_is_cut() {
        let sent: Vec<Vec<u8>> = [1, 500, 0, 7].map(|length| vec![length as u8; length]).to_vec();
        let stream: Vec<u8> =
            sent.iter().flat_map(|frame| [&(frame.len() as u16).to_be_bytes()[..], frame].concat()).collect();
        for piece in [1, 2, 3, 499, 5_000] {
            let (mut read, mut buffer, mut got) = (BytesMut::new(), [0; 600], Vec::new());
            for part in stream.chunks(piece) {
                read.extend_from_slice(part);
                while let Some(length) = take(&mut read, &mut buffer) {
                    got.push(buffer[..length].to_vec());
                }
            }
            assert_eq!((&got, read.len()), (&sent, 0), "in pieces of {piece}");
        }
    }
}

//! What carries the datagrams of one peer connection: a UDP socket, or a TCP stream with each behind its length
//! (RFC 4571 §2).

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use bytes::{Buf as _, BytesMut};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::{TcpStream, UdpSocket};

/// Kernel buffer for what is received: a second of ten videos. The system may grant less.
const RECEIVE_BUFFER_BYTES: usize = 1 << 20;
/// What waits for a TCP stream that takes nothing; more is lost, as it would be on its way.
const UNSENT_MAX_BYTES: usize = 256 << 10;
/// Bytes of a frame's length.
const LENGTH_BYTES: usize = 2;
/// Bytes read from a stream at a time.
const READ_BYTES: usize = 16 << 10;

/// Carries datagrams between one address of ours and the server.
#[derive(Debug)]
pub(crate) enum Carrier {
    /// Datagrams as they are.
    Udp(UdpSocket),
    /// In frames.
    Tcp(Framed),
}

/// A stream with what is under way on it.
#[derive(Debug)]
pub(crate) struct Framed {
    stream: TcpStream,
    local: SocketAddr,
    remote: SocketAddr,
    read: BytesMut,
    unsent: BytesMut,
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
        let (read, unsent) = (BytesMut::new(), BytesMut::new());
        Ok(Self::Tcp(Framed { stream, local, remote, read, unsent }))
    }

    pub(crate) fn local(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Udp(socket) => socket.local_addr(),
            Self::Tcp(framed) => Ok(framed.local),
        }
    }

    /// Until something can be read, or what waits can be written.
    pub(crate) async fn ready(&self) -> io::Result<()> {
        match self {
            Self::Udp(socket) => socket.readable().await,
            Self::Tcp(framed) if framed.unsent.is_empty() => framed.stream.readable().await,
            Self::Tcp(framed) => {
                framed.stream.ready(Interest::READABLE | Interest::WRITABLE).await.map(|_| ())
            }
        }
    }

    /// The next datagram, its sender and length; `None` = nothing more now.
    pub(crate) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Option<(SocketAddr, usize)>> {
        match self {
            Self::Udp(socket) => match socket.try_recv_from(buffer) {
                Ok((length, source)) => Ok(Some((source, length))),
                // A datagram of ours found nobody: that is no reason to stop.
                Err(e) if e.kind() == ErrorKind::ConnectionRefused => Ok(None),
                Err(e) => nothing_yet(e),
            },
            Self::Tcp(framed) => framed.receive(buffer),
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
            Self::Tcp(framed) => framed.send(datagram),
        }
    }
}

fn nothing_yet<T>(error: io::Error) -> io::Result<Option<T>> {
    if error.kind() == ErrorKind::WouldBlock { Ok(None) } else { Err(error) }
}

impl Framed {
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Option<(SocketAddr, usize)>> {
        self.write_unsent()?;
        loop {
            if let Some(length) = take(&mut self.read, buffer) {
                return Ok(Some((self.remote, length)));
            }
            self.read.reserve(READ_BYTES);
            match self.stream.try_read_buf(&mut self.read) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(e) => return nothing_yet(e),
            }
        }
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<bool> {
        let Ok(length) = u16::try_from(datagram.len()) else { return Ok(false) };
        if self.unsent.len() > UNSENT_MAX_BYTES {
            return Ok(false);
        }
        self.unsent.extend_from_slice(&length.to_be_bytes());
        self.unsent.extend_from_slice(datagram);
        self.write_unsent()?;
        Ok(true)
    }

    fn write_unsent(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.try_write(&self.unsent) {
                Ok(written) => self.unsent.advance(written),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(e) => return Err(e),
            }
        }
        Ok(())
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

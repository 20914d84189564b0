//! The UDP socket of the media thread: many datagrams per system call, in both directions.
//!
//! `recvmmsg` and `sendmmsg` halve the cost of a packet, and a run of equal-sized datagrams to one peer goes as one
//! message that the kernel segments (UDP_SEGMENT), which halves it again (DECISIONS §10). No library does both at
//! once, so this file alone speaks to the system directly. Whatever the kernel refuses falls back to plain `sendto`.
#![expect(
    unsafe_code,
    reason = "recvmmsg, sendmmsg, ppoll and control messages have no safe wrapper that batches"
)]

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sederunt_sfu::Transmit;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Datagrams per `recvmmsg`. Larger batches gain nothing measurable and delay the first packet of the batch.
const RECEIVE_BATCH: usize = 32;
/// Bytes per datagram; longer ones are cut, and then refused by SRTP, DTLS and STUN alike.
const RECEIVE_BYTES: usize = 2_048;
/// Messages per `sendmmsg`; the kernel allows 1024.
const SEND_BATCH: usize = 64;
/// Segments per message; older kernels allow 64.
const SEGMENTS_MAX: usize = 60;
/// Bytes per segmented message: what fits one UDP length field, with room for headers.
const SEGMENTED_BYTES_MAX: usize = 64_000;
/// A datagram waited no longer here; more is a clock that was set.
const WAITED_MAX: Duration = Duration::from_secs(10);
/// Kernel buffers: half a second of 64 Mbit/s. The system may grant less.
const BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Consecutive datagrams that go as one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: usize,
    count: usize,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// Datagrams taken by the kernel.
    pub(super) sent: u64,
    /// Datagrams dropped because its buffer is full.
    pub(super) dropped: u64,
    /// Datagrams it refused (unreachable, too long).
    pub(super) refused: u64,
    /// System calls.
    pub(super) calls: u64,
}

/// The socket.
pub(super) struct MediaSocket {
    socket: UdpSocket,
    ipv6: bool,
    segments: bool,
    segments_worked: bool,
    batches: bool,
    buffer: Vec<u8>,
}

impl MediaSocket {
    /// Binds it, non-blocking. An IPv6 wildcard takes IPv4 too.
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() && address.ip().is_unspecified() {
            socket.set_only_v6(false)?;
        }
        // Best effort: the limits of the system apply.
        let _ = socket.set_recv_buffer_size(BUFFER_BYTES);
        let _ = socket.set_send_buffer_size(BUFFER_BYTES);
        socket.set_nonblocking(true)?;
        stamp_arrivals(&socket);
        socket.bind(&address.into())?;
        Ok(Self {
            socket: socket.into(),
            ipv6: address.is_ipv6(),
            segments: true,
            segments_worked: false,
            batches: true,
            buffer: vec![0; RECEIVE_BATCH * RECEIVE_BYTES],
        })
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Receives and sends every datagram by a call of its own, for comparison.
    pub(super) fn without_batches(&mut self) {
        self.batches = false;
        self.segments = false;
    }

    /// Receives a batch; `each` gets source, bytes, and how long the datagram has waited here, zero where the system does not
    /// tell. True when more may wait.
    pub(super) fn receive(&mut self, mut each: impl FnMut(SocketAddr, &[u8], Duration)) -> io::Result<bool> {
        let mut names: [libc::sockaddr_storage; RECEIVE_BATCH] = zeroed();
        let mut vectors: [libc::iovec; RECEIVE_BATCH] = zeroed();
        let mut messages: [libc::mmsghdr; RECEIVE_BATCH] = zeroed();
        let mut controls = [Control::default(); RECEIVE_BATCH];
        let parts = self.buffer.chunks_exact_mut(RECEIVE_BYTES).zip(&mut names).zip(&mut vectors);
        for ((message, control), ((part, name), vector)) in messages.iter_mut().zip(&mut controls).zip(parts)
        {
            control.receive(&mut message.msg_hdr);
            *vector = libc::iovec { iov_base: part.as_mut_ptr().cast(), iov_len: part.len() };
            message.msg_hdr.msg_name = std::ptr::from_mut(name).cast();
            message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            message.msg_hdr.msg_iov = vector;
            message.msg_hdr.msg_iovlen = 1;
        }
        let fd = self.socket.as_raw_fd();
        let most = if self.batches { RECEIVE_BATCH } else { 1 };
        // SAFETY: `messages` holds RECEIVE_BATCH headers whose name, iovec and control point into `names`, `vectors`, `self.buffer`
        // and `controls`, all alive and unaliased until the call returns; the descriptor is open; no timeout.
        let count = unsafe {
            let no_timeout = std::ptr::null_mut();
            libc::recvmmsg(fd, messages.as_mut_ptr(), most as u32, libc::MSG_DONTWAIT, no_timeout)
        };
        let count = match usize::try_from(count) {
            Ok(count) => count,
            Err(_) => {
                let error = io::Error::last_os_error();
                // ConnectionRefused: an earlier datagram met a closed port (ICMP); nothing to read.
                let nothing =
                    [io::ErrorKind::WouldBlock, io::ErrorKind::Interrupted, io::ErrorKind::ConnectionRefused];
                return if nothing.contains(&error.kind()) { Ok(false) } else { Err(error) };
            }
        };
        let read = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let parts = self.buffer.chunks_exact(RECEIVE_BYTES).zip(&names);
        for (message, (part, name)) in messages.iter().take(count).zip(parts) {
            let bytes = part.get(..message.msg_len as usize).unwrap_or(part);
            if let Some(source) = address(name, message.msg_hdr.msg_namelen) {
                let came = arrival(&message.msg_hdr).unwrap_or(read);
                each(source, bytes, read.saturating_sub(came).min(WAITED_MAX));
            }
        }
        // Without batches every datagram is a turn of its own.
        Ok(self.batches && count == RECEIVE_BATCH)
    }

    /// Sends all datagrams, in order. Never blocks: what does not fit is dropped, as a network would.
    pub(super) fn send(&mut self, datagrams: &[Transmit]) -> Sent {
        let mut result = Sent::default();
        let mut rest = datagrams;
        while !rest.is_empty() {
            if !self.batches {
                self.send_singly(rest, &mut result);
                break;
            }
            let runs = plan(rest, self.segments);
            let total: usize = runs.iter().map(|run| run.count).sum();
            let (taken, error) = self.send_runs(rest, &runs);
            result.calls += 1;
            result.sent += taken as u64;
            self.segments_worked |= runs.iter().any(|run| run.count > 1 && run.first < taken);
            let first_left = runs.iter().find(|run| run.first >= taken).map_or(0, |run| run.count);
            rest = rest.get(taken..).unwrap_or_default();
            let Some(error) = error else {
                debug_assert!(taken <= total);
                continue;
            };
            match (error.kind(), error.raw_os_error()) {
                (io::ErrorKind::WouldBlock, _) => {
                    result.dropped += rest.len() as u64;
                    break;
                }
                (io::ErrorKind::Interrupted, _) => {}
                (_, Some(libc::ENOSYS)) => self.batches = false,
                // The route or the device cannot segment: never again with segments.
                (_, Some(libc::EIO | libc::EINVAL | libc::EOPNOTSUPP)) if first_left > 1 => {
                    self.segments = false
                }
                _ => {
                    result.refused += first_left.max(1) as u64;
                    rest = rest.get(first_left.max(1)..).unwrap_or_default();
                }
            }
        }
        result
    }

    fn send_singly(&self, datagrams: &[Transmit], result: &mut Sent) {
        for (index, datagram) in datagrams.iter().enumerate() {
            result.calls += 1;
            match self.socket.send_to(&datagram.payload, self.reachable(datagram.destination)) {
                Ok(_) => result.sent += 1,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    result.dropped += (datagrams.len() - index) as u64;
                    return;
                }
                Err(_) => result.refused += 1,
            }
        }
    }

    /// One `sendmmsg`; datagrams taken, and why not all.
    fn send_runs(&self, datagrams: &[Transmit], runs: &[Run]) -> (usize, Option<io::Error>) {
        let mut vectors: Vec<libc::iovec> = datagrams
            .iter()
            .map(|d| libc::iovec { iov_base: d.payload.as_ptr().cast_mut().cast(), iov_len: d.payload.len() })
            .collect();
        let of = |run: &Run| datagrams.get(run.first);
        let names: Vec<SockAddr> =
            runs.iter().filter_map(of).map(|d| self.reachable(d.destination).into()).collect();
        let mut controls = vec![Control::default(); runs.len()];
        let mut messages: Vec<libc::mmsghdr> = Vec::with_capacity(runs.len());
        for ((run, name), control) in runs.iter().zip(&names).zip(&mut controls) {
            let Some(parts) = vectors.get_mut(run.first..run.first + run.count) else { break };
            let mut message: libc::mmsghdr = zeroed();
            message.msg_hdr.msg_name = name.as_ptr().cast_mut().cast();
            message.msg_hdr.msg_namelen = name.len();
            message.msg_hdr.msg_iov = parts.as_mut_ptr();
            message.msg_hdr.msg_iovlen = parts.len();
            if let (true, Some(first)) = (run.count > 1, of(run)) {
                control.attach(&mut message.msg_hdr, first.payload.len() as u16);
            }
            messages.push(message);
        }
        let fd = self.socket.as_raw_fd();
        // SAFETY: every header points to a name in `names`, iovecs in `vectors` over payloads of `datagrams` (which
        // the kernel only reads), and at most one entry of `controls`; all outlive the call; the descriptor is open.
        let count =
            unsafe { libc::sendmmsg(fd, messages.as_mut_ptr(), messages.len() as u32, libc::MSG_DONTWAIT) };
        match usize::try_from(count) {
            Ok(count) => (runs.iter().take(count).map(|run| run.count).sum(), None),
            Err(_) => (0, Some(io::Error::last_os_error())),
        }
    }

    /// An IPv6 socket speaks to IPv4 peers by their mapped addresses.
    fn reachable(&self, address: SocketAddr) -> SocketAddr {
        match address.ip() {
            IpAddr::V4(ip) if self.ipv6 => SocketAddr::new(ip.to_ipv6_mapped().into(), address.port()),
            IpAddr::V4(_) | IpAddr::V6(_) => address,
        }
    }
}

impl AsRawFd for MediaSocket {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// Room for one control message, UDP_SEGMENT or SCM_TIMESTAMPNS, aligned as `cmsghdr` must be.
#[derive(Clone, Copy, Default)]
#[repr(C, align(8))]
struct Control([u8; 32]);

impl Control {
    /// Lets the kernel say here when the message came.
    fn receive(&mut self, header: &mut libc::msghdr) {
        header.msg_control = self.0.as_mut_ptr().cast();
        header.msg_controllen = self.0.len() as _;
    }

    /// Makes the kernel cut the message into datagrams of `bytes`.
    fn attach(&mut self, header: &mut libc::msghdr, bytes: u16) {
        // SAFETY: CMSG_SPACE(2) is 24 on every Linux ABI, `self` has 32 aligned bytes, and it is the header's own
        // control buffer, so CMSG_FIRSTHDR is inside of it and not null, and CMSG_DATA has room for two bytes.
        unsafe {
            header.msg_control = self.0.as_mut_ptr().cast();
            header.msg_controllen = libc::CMSG_SPACE(size_of::<u16>() as u32) as _;
            let control = libc::CMSG_FIRSTHDR(header);
            (*control).cmsg_level = libc::SOL_UDP;
            (*control).cmsg_type = libc::UDP_SEGMENT;
            (*control).cmsg_len = libc::CMSG_LEN(size_of::<u16>() as u32) as _;
            libc::CMSG_DATA(control).cast::<u16>().write_unaligned(bytes);
        }
    }
}

/// Asks the kernel to say when each datagram came. Best effort: without it nothing is known to have waited.
fn stamp_arrivals(socket: &Socket) {
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open, and the value is a live integer of the length that is told.
    unsafe {
        let length = size_of::<libc::c_int>() as libc::socklen_t;
        let on = std::ptr::from_ref(&on).cast();
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, on, length);
    }
}

/// When a received message came, by the system's clock.
fn arrival(header: &libc::msghdr) -> Option<Duration> {
    // SAFETY: the kernel has filled the header, whose control buffer of `msg_controllen` bytes is alive and aligned; CMSG_FIRSTHDR is
    // null or inside of it, and a message of this kind and length has a timespec as its data.
    let stamp = unsafe {
        let control = libc::CMSG_FIRSTHDR(header).as_ref()?;
        let length = libc::CMSG_LEN(size_of::<libc::timespec>() as u32) as usize;
        let kind = (control.cmsg_level, control.cmsg_type);
        if kind != (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) || (control.cmsg_len as usize) < length {
            return None;
        }
        libc::CMSG_DATA(control).cast::<libc::timespec>().read_unaligned()
    };
    Some(Duration::new(u64::try_from(stamp.tv_sec).ok()?, u32::try_from(stamp.tv_nsec).ok()?))
}

/// Groups the first datagrams into at most one system call's worth of messages.
fn plan(datagrams: &[Transmit], segments: bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    let mut bytes = 0;
    for (index, datagram) in datagrams.iter().enumerate() {
        let size = datagram.payload.len();
        if let (true, true, Some(run)) = (open, segments, runs.last_mut())
            && let Some(first) = datagrams.get(run.first)
            && first.destination == datagram.destination
            && size <= first.payload.len()
            && size > 0
            && run.count < SEGMENTS_MAX
            && bytes + size <= SEGMENTED_BYTES_MAX
        {
            run.count += 1;
            bytes += size;
            // Only the last segment may be shorter.
            open = size == first.payload.len();
            continue;
        }
        if runs.len() == SEND_BATCH {
            break;
        }
        runs.push(Run { first: index, count: 1 });
        open = true;
        bytes = size;
    }
    runs
}

/// Waits until one of the descriptors can be read, or the time is over. `None` = for ever.
pub(super) fn wait(fds: [RawFd; 2], timeout: Option<Duration>) -> io::Result<[bool; 2]> {
    let mut polls = fds.map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    let timeout = timeout.map(|time| libc::timespec {
        tv_sec: libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos().into(),
    });
    let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: `polls` has two entries; `timeout` is null or points to a timespec that lives until the call returns.
    let ready = unsafe { libc::ppoll(polls.as_mut_ptr(), 2, timeout, std::ptr::null()) };
    if ready < 0 {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
        return Ok([false; 2]);
    }
    Ok(polls.map(|poll| poll.revents != 0))
}

/// CPU time of the calling thread so far.
pub(crate) fn thread_cpu() -> Duration {
    let mut time: libc::timespec = zeroed();
    // SAFETY: the clock exists on every Linux and the pointer is to a live timespec.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    if result == 0 { Duration::new(seconds, nanos) } else { Duration::ZERO }
}

/// A plain C structure of zeroes, as the system calls want them.
fn zeroed<T: Copy>() -> T {
    // SAFETY: used only for `libc` structures of integers and raw pointers, for which all-zero bytes are valid.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// The peer's address; IPv4 as IPv4, also on an IPv6 socket.
fn address(storage: &libc::sockaddr_storage, length: libc::socklen_t) -> Option<SocketAddr> {
    let mut own = socket2::SockAddrStorage::zeroed();
    // SAFETY: `SockAddrStorage` is a transparent `sockaddr_storage`; the kernel wrote `length` bytes of an address.
    let found = unsafe {
        *own.view_as::<libc::sockaddr_storage>() = *storage;
        SockAddr::new(own, length)
    };
    let found = found.as_socket()?;
    Some(SocketAddr::new(found.ip().to_canonical(), found.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sederunt_sfu::Via;

    fn to(port: u16, bytes: usize) -> Transmit {
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Transmit {
            via: Via::Udp,
            source: address(1),
            destination: address(port),
            is_picture: false,
            payload: vec![port as u8; bytes],
        }
    }

    fn shape(datagrams: &[Transmit], segments: bool) -> Vec<usize> {
        plan(datagrams, segments).iter().map(|run| run.count).collect()
    }

    #[test]
    fn runs_are_of_one_peer_and_one_size_but_for_the_last() {
        let all = [to(1, 90), to(1, 90), to(1, 50), to(1, 90), to(2, 90), to(2, 91), to(2, 0), to(2, 0)];
        assert_eq!(shape(&all, true), [3, 1, 1, 1, 1, 1]);
        assert_eq!(shape(&all, false), [1; 8]);
        assert_eq!(shape(&vec![to(1, 1_200); 130], true), [53, 53, 24], "64 kB per message");
        assert_eq!(shape(&vec![to(1, 100); 130], true), [60, 60, 10]);
        let many: Vec<_> = (0..200).map(|i| to(i, 9)).collect();
        assert_eq!(plan(&many, true).len(), SEND_BATCH);
    }

    fn exchange(batches: bool) {
        let mut sender = MediaSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        if !batches {
            sender.without_batches();
        }
        let mut receiver = MediaSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let destination = receiver.local_addr().unwrap();
        let sizes: Vec<usize> = (0..100).map(|i| if i % 9 == 8 { 700 } else { 1_200 }).collect();
        let make = |(i, size): (usize, &usize)| Transmit { destination, ..to(i as u16, *size) };
        let all: Vec<Transmit> = sizes.iter().enumerate().map(make).collect();
        let sent = sender.send(&all);
        assert_eq!((sent.sent, sent.dropped, sent.refused), (100, 0, 0));
        assert_eq!(sent.calls == 100, !batches, "{sent:?}");
        let (from, mut got) = (sender.local_addr().unwrap(), Vec::new());
        let mut longest = Duration::ZERO;
        while got.len() < 100 {
            let ready =
                wait([receiver.as_raw_fd(), receiver.as_raw_fd()], Some(Duration::from_secs(5))).unwrap();
            assert!(ready[0], "only {} datagrams came", got.len());
            let each = |source: SocketAddr, bytes: &[u8], waited: Duration| {
                longest = longest.max(waited);
                assert_eq!(source, from);
                got.push(bytes.to_vec());
            };
            receiver.receive(each).unwrap();
        }
        assert!((Duration::from_nanos(1)..WAITED_MAX).contains(&longest), "since they came: {longest:?}");
        assert!(got.iter().zip(&all).all(|(got, sent)| *got == sent.payload));
    }

    #[test]
    fn what_is_sent_in_batches_arrives_datagram_by_datagram() {
        exchange(true);
    }

    #[test]
    fn what_is_sent_singly_arrives_too() {
        exchange(false);
    }

    #[test]
    fn a_datagram_that_cannot_go_does_not_stop_the_others() {
        let mut sender = MediaSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let receiver = MediaSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let good = Transmit { destination: receiver.local_addr().unwrap(), ..to(1, 10) };
        let huge = Transmit { payload: vec![0; 70_000], ..good.clone() };
        let sent = sender.send(&[good.clone(), huge, good]);
        assert_eq!((sent.sent, sent.refused), (2, 1));
    }
}

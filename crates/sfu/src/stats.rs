//! Counters, plain numbers that the caller reads when it wants.

/// Counters since the start of the engine, and gauges as of now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Gauge: transports.
    pub transports: u64,
    /// Gauge: producers.
    pub producers: u64,
    /// Gauge: consumers.
    pub consumers: u64,
    /// Gauge: transports whose sound carries redundancy, because their line loses packets.
    pub red_subscribers: u64,
    /// Gauge: receiving transports whose line is estimated.
    pub lines_estimated: u64,
    /// Gauge: the sum of those estimates, bits a second.
    pub lines_estimate_bps: u64,
    /// Gauge: those of them that get less than they ask for.
    pub lines_short: u64,
    /// Gauge: pictures that are paused because a line does not carry them.
    pub pictures_paused: u64,
    /// Gauge: voices that are not forwarded because a line does not carry all.
    pub voices_paused: u64,
    /// Steps of pictures down, to a lower layer or to nothing, because a line carries less.
    pub steps_down: u64,
    /// Steps of pictures up.
    pub steps_up: u64,
    /// Times that far less arrived than was estimated.
    pub lines_dropped: u64,
    /// Datagrams handed in.
    pub datagrams_received: u64,
    /// Datagrams from an address that no transport claims, or that are no STUN, DTLS or RTP.
    pub datagrams_unknown: u64,
    /// STUN requests whose user name or integrity is not ours.
    pub stun_refused: u64,
    /// STUN requests of transports that are no more, answered with 403.
    pub stun_forbidden: u64,
    /// The same, not answered because their source had been told often enough.
    pub stun_unanswered: u64,
    /// Datagrams of a transport that it could not use.
    pub datagrams_refused: u64,
    /// Datagrams handed out.
    pub datagrams_sent: u64,
    /// Media packets received.
    pub packets_received: u64,
    /// Of those, what came after a later one: repeated on request, or overtaken.
    pub packets_late: u64,
    /// Media packets handed to subscribers.
    pub packets_forwarded: u64,
    /// Bytes of the payloads of those.
    pub bytes_forwarded: u64,
    /// Of those packets, sound with redundancy.
    pub packets_redundant: u64,
    /// Of those bytes, redundancy.
    pub bytes_redundant: u64,
    /// Video packets without a readable VP8 descriptor.
    pub packets_malformed: u64,
    /// Key frame requests from subscribers.
    pub keyframes_asked: u64,
    /// Key frame requests sent to publishers.
    pub keyframes_requested: u64,
    /// Subscribers that began to receive or changed their layer.
    pub switches: u64,
    /// Transports that closed by themselves: ICE or DTLS ended, a timeout, an error.
    pub transports_failed: u64,
    /// Panics of the WebRTC library that were caught; each closed one transport.
    pub panics: u64,
    /// Commands refused because of a limit.
    pub limits_hit: u64,
}

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
    /// Gauge: rooms with so many people that only the loudest are heard.
    pub rooms_large: u64,
    /// Times that a voice gave way to a louder one in such a room.
    pub voices_replaced: u64,
    /// Packets of sound there that went to nobody, or to speakers alone, because others were louder.
    pub packets_unheard: u64,
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
    /// STUN requests of transports of another engine of this process, left to that one.
    pub stun_elsewhere: u64,
    /// Datagrams of a transport that it could not use.
    pub datagrams_refused: u64,
    /// Datagrams handed out.
    pub datagrams_sent: u64,
    /// Times that a session was told the time, and with that asked what it has to say next.
    pub looks: u64,
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

impl std::ops::Add for Stats {
    type Output = Self;

    /// Those of two engines together.
    fn add(self, other: Self) -> Self {
        Self {
            transports: self.transports + other.transports,
            producers: self.producers + other.producers,
            consumers: self.consumers + other.consumers,
            red_subscribers: self.red_subscribers + other.red_subscribers,
            lines_estimated: self.lines_estimated + other.lines_estimated,
            lines_estimate_bps: self.lines_estimate_bps + other.lines_estimate_bps,
            lines_short: self.lines_short + other.lines_short,
            pictures_paused: self.pictures_paused + other.pictures_paused,
            voices_paused: self.voices_paused + other.voices_paused,
            rooms_large: self.rooms_large + other.rooms_large,
            voices_replaced: self.voices_replaced + other.voices_replaced,
            packets_unheard: self.packets_unheard + other.packets_unheard,
            steps_down: self.steps_down + other.steps_down,
            steps_up: self.steps_up + other.steps_up,
            lines_dropped: self.lines_dropped + other.lines_dropped,
            datagrams_received: self.datagrams_received + other.datagrams_received,
            datagrams_unknown: self.datagrams_unknown + other.datagrams_unknown,
            stun_refused: self.stun_refused + other.stun_refused,
            stun_forbidden: self.stun_forbidden + other.stun_forbidden,
            stun_unanswered: self.stun_unanswered + other.stun_unanswered,
            stun_elsewhere: self.stun_elsewhere + other.stun_elsewhere,
            datagrams_refused: self.datagrams_refused + other.datagrams_refused,
            datagrams_sent: self.datagrams_sent + other.datagrams_sent,
            looks: self.looks + other.looks,
            packets_received: self.packets_received + other.packets_received,
            packets_late: self.packets_late + other.packets_late,
            packets_forwarded: self.packets_forwarded + other.packets_forwarded,
            bytes_forwarded: self.bytes_forwarded + other.bytes_forwarded,
            packets_redundant: self.packets_redundant + other.packets_redundant,
            bytes_redundant: self.bytes_redundant + other.bytes_redundant,
            packets_malformed: self.packets_malformed + other.packets_malformed,
            keyframes_asked: self.keyframes_asked + other.keyframes_asked,
            keyframes_requested: self.keyframes_requested + other.keyframes_requested,
            switches: self.switches + other.switches,
            transports_failed: self.transports_failed + other.transports_failed,
            panics: self.panics + other.panics,
            limits_hit: self.limits_hit + other.limits_hit,
        }
    }
}

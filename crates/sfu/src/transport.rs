//! One peer connection and what hangs on it.

use std::collections::VecDeque;
use std::time::Instant;

use smallvec::SmallVec;
use str0m::Rtc;
use str0m::change::SdpPendingOffer;
use str0m::format::Codec;
use str0m::media::{Mid, Pt};
use str0m::rtp::Ssrc;

use crate::command::{Command, Kind};
use crate::downlink::Downlink;
use crate::id::{CallId, ConsumerSlot, PeerKey, ProducerSlot, TransportKey};
use crate::limit::{CONNECT_MAX, DISCONNECTED_MAX, OFFER_WAIT_MAX, SOURCES_PER_TRANSPORT_MAX};
use crate::lines::Lines;
use crate::protect::Protection;
use crate::sample::Path;
use crate::sdp::Candidates;
use crate::timer::Scheduled;
use crate::track::Wanted;

/// An offer of ours that the client has not answered.
pub(crate) struct Pending {
    pub(crate) token: SdpPendingOffer,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) since: Instant,
}

/// Where the transport stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// Not up yet, since then.
    Connecting(Instant),
    /// Media flows.
    Up,
    /// ICE was lost, then.
    Lost(Instant),
}

/// What a session was told before it says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// What came from its client, or anything else that it may answer.
    Input,
    /// The time, because of what was written to it: none of its own timers was due.
    Time,
}

/// The track an SSRC belongs to; `None` = one that nobody produces any more.
pub(crate) type Origin = Option<(ProducerSlot, usize)>;

/// One peer connection.
pub(crate) struct Transport {
    pub(crate) key: TransportKey,
    pub(crate) peer: PeerKey,
    pub(crate) consuming: bool,
    pub(crate) rtc: Rtc,
    pub(crate) link: Link,
    pub(crate) producers: SmallVec<[(Mid, ProducerSlot); 2]>,
    pub(crate) consumers: Vec<(Mid, ConsumerSlot)>,
    pub(crate) lines: Lines,
    /// m-lines whose subscription is over: our next offer stops them.
    pub(crate) idle: Vec<Mid>,
    pub(crate) pending: Option<Pending>,
    pub(crate) queue: VecDeque<(CallId, Command)>,
    pub(crate) dirty: bool,
    /// What its client said of its addresses.
    pub(crate) candidates: Candidates,
    pub(crate) datagrams_in: u64,
    pub(crate) datagrams_out: u64,
    /// Packets that were written to the session and have not come out of it, or a few more: what it drops is not known.
    pub(crate) queued: u32,
    /// Payload type of packets that nobody wrote: repeats and padding.
    pub(crate) repeats: Option<Pt>,
    /// The session measures its line with a burst.
    pub(crate) is_probing: bool,
    /// A sample that is being taken.
    pub(crate) sample: Option<Path>,
    /// When the one before was taken.
    pub(crate) sampled: Instant,
    /// Of the sound that its client gets.
    pub(crate) protection: Protection,
    /// What its line carries, if its client tells.
    pub(crate) downlink: Option<Downlink>,
    /// When str0m wants to be woken.
    pub(crate) rtc_timeout: Instant,
    pub(crate) scheduled: Scheduled,
    origins: Vec<(Ssrc, Origin)>,
}

impl Transport {
    pub(crate) fn new(now: Instant, key: TransportKey, peer: PeerKey, consuming: bool, rtc: Rtc) -> Self {
        Self {
            key,
            peer,
            consuming,
            rtc,
            link: Link::Connecting(now),
            producers: SmallVec::new(),
            consumers: Vec::new(),
            lines: Lines::default(),
            idle: Vec::new(),
            pending: None,
            queue: VecDeque::new(),
            dirty: false,
            candidates: Candidates::default(),
            datagrams_in: 0,
            datagrams_out: 0,
            queued: 0,
            repeats: None,
            is_probing: false,
            sample: None,
            sampled: now,
            protection: Protection::default(),
            downlink: None,
            rtc_timeout: now,
            scheduled: Scheduled::default(),
            origins: Vec::new(),
        }
    }

    /// When the transport dies unless its link changes.
    pub(crate) fn expires(&self) -> Option<Instant> {
        match self.link {
            Link::Connecting(since) => Some(since + CONNECT_MAX),
            Link::Lost(since) => Some(since + DISCONNECTED_MAX),
            Link::Up => None,
        }
    }

    /// When the pending offer, and the transport with it, is given up for the calls behind it.
    pub(crate) fn offer_expires(&self) -> Option<Instant> {
        let pending = self.pending.as_ref()?;
        (!self.queue.is_empty()).then_some(pending.since + OFFER_WAIT_MAX)
    }

    /// The next instant at which anything is to be done here.
    pub(crate) fn deadline(&self) -> Instant {
        let own = [self.expires(), self.offer_expires(), self.leaves()];
        own.into_iter().flatten().fold(self.rtc_timeout, Instant::min)
    }

    /// When the next of its pictures takes nothing more of a layer that it is to leave.
    pub(crate) fn leaves(&self) -> Option<Instant> {
        self.downlink.as_ref()?.leaves
    }

    /// The payload type of a codec in this session (MEDIA §7 point 4).
    pub(crate) fn payload_type(&self, kind: Kind) -> Option<Pt> {
        let codec = match kind {
            Kind::Audio => Codec::Opus,
            Kind::Video => Codec::Vp8,
        };
        self.rtc.codec_config().find(|params| params.spec().codec == codec).map(|params| params.pt())
    }

    /// Whether an outgoing datagram carries a part of a picture, new or repeated: by the payload types of this session.
    pub(crate) fn is_picture(&self, payload: &[u8]) -> bool {
        let [128..=191, second, ..] = payload else { return false };
        let payload_type = Pt::from(second & 0x7f);
        let vp8 = self.rtc.codec_config().find(|params| params.spec().codec == Codec::Vp8);
        vp8.is_some_and(|vp8| vp8.pt() == payload_type || vp8.resend() == Some(payload_type))
    }

    /// Whether an outgoing packet was written to the session, or is a repeat or padding of its own; `None` for a report, or anything
    /// that is no packet of media.
    pub(crate) fn written(&self, payload: &[u8]) -> Option<bool> {
        /// A burst that measures the line, where nothing can be repeated.
        const PROBE: Option<&[u8]> = Some(&[0; 4]);
        let [128..=191, second @ (0..192 | 224..=255), ..] = payload else { return None };
        let repeats = self.repeats.is_some_and(|repeats| Pt::from(second & 0x7f) == repeats);
        Some(!repeats && payload.get(8..12) != PROBE)
    }

    /// The payload type of Opus with redundancy in this session, if both sides have it.
    pub(crate) fn red(&self) -> Option<Pt> {
        self.rtc.codec_config().find(|params| params.spec().codec == Codec::Opus)?.red()
    }

    /// Whose packets an SSRC carries, if it is known.
    pub(crate) fn origin(&self, ssrc: Ssrc) -> Option<Origin> {
        self.origins.iter().find(|(known, _)| *known == ssrc).map(|(_, origin)| *origin)
    }

    /// Remembers it; the oldest makes room.
    pub(crate) fn set_origin(&mut self, ssrc: Ssrc, origin: Origin) {
        if self.origins.len() == SOURCES_PER_TRANSPORT_MAX {
            self.origins.remove(0);
        }
        self.origins.push((ssrc, origin));
    }

    /// Forgets all origins: the tracks changed.
    pub(crate) fn forget_origins(&mut self) {
        self.origins.clear();
    }

    /// The producer of an m-line.
    pub(crate) fn producer(&self, mid: Mid) -> Option<ProducerSlot> {
        self.producers.iter().find(|(known, _)| *known == mid).map(|(_, slot)| *slot)
    }

    /// The consumer of an m-line.
    pub(crate) fn consumer(&self, mid: Mid) -> Option<ConsumerSlot> {
        self.consumers.iter().find(|(known, _)| *known == mid).map(|(_, slot)| *slot)
    }
}

//! Synthetic VP8 and Opus: sources whose packets say what they are, and a model of a decoder that believes only
//! what it received.

use std::collections::BTreeMap;
use std::time::Instant;

use str0m::media::{Mid, Pt, Rid};
use str0m::rtp::{ExtensionValues, RedDecoder, RtpPacket, RtpWrite, Vp8Descriptor};

/// Packets of a video frame.
pub(crate) const PACKETS_PER_FRAME: u64 = 3;
/// Bytes of the VP8 descriptor that the source writes: X, I with 15 bits, L, T.
const DESCRIPTOR_BYTES: usize = 6;
/// Bytes of a frame's header behind it.
const HEADER_BYTES: usize = 10;
const PAYLOAD_BYTES: usize = 300;
/// Of a large picture, about what fits a path.
const PAYLOAD_BYTES_MAX: usize = 1_100;
/// How much larger a key frame is than the others.
const KEY_TIMES: usize = 5;
/// Packets that a publisher can repeat.
const HISTORY: u64 = 2_000;

/// How large the frames of a source are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Of a frame that is no key frame.
    pub(crate) bytes: usize,
    /// Frames from one key frame to the next; 0 = on request alone.
    pub(crate) key_every: u32,
    /// So that not everybody's come together.
    pub(crate) key_phase: u32,
}

/// One encoding that a client sends.
pub(crate) struct Source {
    pub(crate) mid: Mid,
    pub(crate) rid: Option<Rid>,
    pub(crate) video: bool,
    pub(crate) muted: bool,
    /// Only padding instead of frames.
    pub(crate) padding_only: bool,
    pub(crate) need_key: bool,
    /// Key frames the publisher was asked for.
    pub(crate) asked: usize,
    pub(crate) frames: u32,
    /// When each was made.
    pub(crate) made: Vec<Instant>,
    /// Bytes of a frame, and every how many a key frame comes; `None` = three small packets, key frames on request.
    pub(crate) shape: Option<Shape>,
    /// Of a sound: how loud it says it is, in dB below the loudest there is.
    pub(crate) level: Option<i8>,
    seq: u64,
    picture: u16,
    tl0: u8,
    time: u32,
    history: BTreeMap<u64, (u32, bool, Vec<u8>)>,
}

impl Source {
    /// Numbers begin where a long-running publisher would be: about to wrap.
    pub(crate) fn new(mid: Mid, rid: Option<Rid>, video: bool, offset: u64) -> Self {
        Self {
            mid,
            rid,
            video,
            muted: false,
            padding_only: false,
            need_key: true,
            asked: 0,
            frames: 0,
            made: Vec::new(),
            shape: None,
            level: None,
            seq: 65_500 - offset,
            picture: 0x7ff0_u16.wrapping_add(offset as u16 * 100) & 0x7fff,
            tl0: 250,
            time: 0xffff_0000_u32.wrapping_add(offset as u32 * 1_000_003),
            history: BTreeMap::new(),
        }
    }

    /// The layer as the payload names it.
    fn layer(&self) -> u8 {
        self.rid.as_deref().and_then(|r| r.bytes().next()).unwrap_or(b'-')
    }

    /// Of its pictures; each layer halves that of the one before.
    pub(crate) fn width(&self) -> u16 {
        match self.layer() {
            b'h' => 320,
            b'q' => 160,
            _ => 640,
        }
    }

    /// The packets of the next frame, `ticks` after the last.
    pub(crate) fn frame(&mut self, now: Instant, pt: Pt, ticks: u32) -> Vec<RtpWrite> {
        self.time = self.time.wrapping_add(ticks);
        self.frames += 1;
        self.made.push(now);
        let is_due = self
            .shape
            .is_some_and(|s| s.key_every > 0 && (self.frames + s.key_phase).is_multiple_of(s.key_every));
        let key = self.video && (std::mem::take(&mut self.need_key) || is_due);
        if self.video {
            self.picture = (self.picture + 1) & 0x7fff;
            self.tl0 = self.tl0.wrapping_add(1);
        }
        let (count, bytes) = match self.shape {
            Some(Shape { bytes, .. }) => {
                let bytes = if key && self.video { bytes * KEY_TIMES } else { bytes };
                let count = bytes.div_ceil(PAYLOAD_BYTES_MAX).max(1);
                (count as u64, (bytes / count).max(DESCRIPTOR_BYTES + HEADER_BYTES + 6))
            }
            None => (if self.video { PACKETS_PER_FRAME } else { 1 }, PAYLOAD_BYTES),
        };
        let seqs: Vec<u64> = (0..count).map(|index| self.packet(index, count, key, bytes)).collect();
        seqs.into_iter().filter_map(|seq| self.again(seq, now, pt)).collect()
    }

    fn packet(&mut self, index: u64, count: u64, key: bool, bytes: usize) -> u64 {
        self.seq += 1;
        if self.padding_only {
            self.history.insert(self.seq, (self.time, false, Vec::new()));
            return self.seq;
        }
        let mut payload = Vec::with_capacity(PAYLOAD_BYTES);
        if self.video {
            let start = if index == 0 { 0x10 } else { 0 };
            let [high, low] = self.picture.to_be_bytes();
            payload.extend([0x80 | start, 0xe0, 0x80 | high, low, self.tl0, 0]);
            debug_assert_eq!(payload.len(), DESCRIPTOR_BYTES);
            let [w0, w1] = self.width().to_le_bytes();
            // As a frame begins: flags and length, a start code, width and height.
            payload.extend([u8::from(!key), 0, 0, 0x9d, 0x01, 0x2a, w0, w1, 90, 0]);
        } else {
            payload.push(0xfc);
        }
        payload.push(self.layer());
        payload.extend(self.frames.to_be_bytes());
        payload.push(index as u8);
        payload.resize(bytes, 0x55);
        let marker = self.video && index + 1 == count;
        self.history.insert(self.seq, (self.time, marker, payload));
        while self.history.first_key_value().is_some_and(|(seq, _)| seq + HISTORY <= self.seq) {
            self.history.pop_first();
        }
        self.seq
    }

    /// A packet as it was sent, or is sent again.
    pub(crate) fn again(&self, seq: u64, now: Instant, pt: Pt) -> Option<RtpWrite> {
        let (time, marker, payload) = self.history.get(&seq)?;
        let (audio_level, voice_activity) = (self.level, self.level.map(|level| level > -50));
        let said = ExtensionValues { audio_level, voice_activity, ..ExtensionValues::default() };
        Some(RtpWrite::new(pt, seq.into(), *time, now, payload.clone()).marker(*marker).ext_vals(said))
    }

    /// The extended number of a 16-bit one that was sent lately.
    pub(crate) fn extended(&self, seq: u16) -> Option<u64> {
        self.history.keys().rev().find(|known| **known as u16 == seq).copied()
    }
}

/// A packet as a subscriber got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) seq: u64,
    pub(crate) time: u32,
    pub(crate) marker: bool,
    pub(crate) picture: u16,
    pub tl0: u8,
    pub(crate) start: bool,
    pub(crate) key: bool,
    pub(crate) layer: char,
    pub(crate) frame: u32,
    pub(crate) index: u8,
    /// Of its payload.
    pub(crate) bytes: usize,
    pub(crate) at: Instant,
}

impl Got {
    pub(crate) fn video(packet: &RtpPacket) -> Self {
        let vp8 = Vp8Descriptor::parse(&packet.payload).expect("a VP8 descriptor");
        let body = &packet.payload[DESCRIPTOR_BYTES..];
        Self {
            seq: *packet.seq_no,
            time: packet.header.timestamp,
            marker: packet.header.marker,
            picture: vp8.picture_id().unwrap(),
            tl0: vp8.tl0_pic_idx().unwrap(),
            start: packet.payload[0] & 0x10 != 0,
            key: body[0] & 1 == 0,
            layer: body[HEADER_BYTES] as char,
            frame: u32::from_be_bytes(body[HEADER_BYTES + 1..HEADER_BYTES + 5].try_into().unwrap()),
            index: body[HEADER_BYTES + 5],
            bytes: packet.payload.len(),
            at: packet.timestamp,
        }
    }

    pub(crate) fn audio(packet: &RtpPacket) -> Self {
        Self::sound(packet, &packet.payload)
    }

    /// Sound with redundancy: the packet itself, and what it carries, oldest first.
    pub(crate) fn redundant(packet: &RtpPacket, opus: u8) -> (Self, Vec<Carried>) {
        let blocks = RedDecoder::decode(&packet.payload).expect("redundancy");
        assert!(blocks.iter().all(|block| block.pt == opus), "{blocks:?}");
        let (last, before) = blocks.split_last().unwrap();
        let carried = before.iter().map(|block| Carried {
            time: packet.header.timestamp.wrapping_sub(block.timestamp_offset),
            frame: u32::from_be_bytes(block.payload[2..6].try_into().unwrap()),
        });
        (Self::sound(packet, last.payload), carried.collect())
    }

    fn sound(packet: &RtpPacket, body: &[u8]) -> Self {
        Self {
            seq: *packet.seq_no,
            time: packet.header.timestamp,
            marker: packet.header.marker,
            picture: 0,
            tl0: 0,
            start: true,
            key: true,
            layer: body[1] as char,
            frame: u32::from_be_bytes(body[2..6].try_into().unwrap()),
            index: body[6],
            bytes: packet.payload.len(),
            at: packet.timestamp,
        }
    }
}

/// A packet of before that another one carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) time: u32,
    pub(crate) frame: u32,
}

/// What a decoder makes of the packets of one track.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// Complete frames whose references are all there.
    pub(crate) frames: usize,
    /// Numbers never received between the first and the last.
    pub(crate) missing: usize,
    /// Layers in the order they were shown.
    pub(crate) layers: Vec<char>,
}

/// Decodes video: packets in order of sequence number; a frame counts if it is whole, begins where the frame before
/// it ended (or is a key frame), and its picture id and TL0PICIDX follow those of the frame before.
pub(crate) fn decode(packets: &[Got]) -> Decoded {
    let ordered: BTreeMap<u64, &Got> = packets.iter().map(|p| (p.seq, p)).collect();
    assert_eq!(ordered.len(), packets.len(), "no packet is delivered twice");
    let (Some(first), Some(last)) = (ordered.keys().next(), ordered.keys().last()) else {
        return Decoded::default();
    };
    let mut out = Decoded { missing: (last - first + 1) as usize - ordered.len(), ..Decoded::default() };
    let mut frame: Vec<&Got> = Vec::new();
    let mut shown: Option<&Got> = None;
    for packet in ordered.values() {
        if packet.start {
            frame.clear();
        }
        let follows = frame.last().is_some_and(|before| {
            packet.seq == before.seq + 1 && packet.frame == before.frame && packet.layer == before.layer
        });
        if !packet.start && !follows {
            frame.clear();
            continue;
        }
        frame.push(packet);
        if !packet.marker {
            continue;
        }
        assert!(frame.iter().all(|p| p.picture == packet.picture && p.time == packet.time), "{frame:?}");
        let continues = shown.is_some_and(|s| {
            frame[0].seq == s.seq + 1
                && packet.picture == (s.picture + 1) & 0x7fff
                && packet.tl0 == s.tl0.wrapping_add(1)
                && packet.time.wrapping_sub(s.time) < 90_000 * 30
                && (packet.key || packet.layer == s.layer)
        });
        if continues || packet.key {
            if shown.is_none_or(|s| s.layer != packet.layer) {
                out.layers.push(packet.layer);
            }
            if let Some(s) = shown
                && frame[0].seq == s.seq + 1
            {
                assert!(continues, "numbers break between {s:?} and {packet:?}");
            }
            out.frames += 1;
            shown = Some(packet);
        } else {
            shown = None;
        }
    }
    out
}

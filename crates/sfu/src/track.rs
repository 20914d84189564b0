//! Producers and consumers: who sends, and who gets it.

use std::time::Instant;

use smallvec::SmallVec;
use str0m::media::{Mid, Pt, Rid};
use str0m::rtp::Ssrc;

use crate::allocate::Class;
use crate::command::Kind;
use crate::count::Count;
use crate::floor::Audience;
use crate::id::{ConsumerSlot, PeerKey, ProducerKey, ProducerSlot, TransportSlot};
use crate::keyframe::Gate;
use crate::limit::{LADDER_STEP_PERMILLE, LAYER_SILENCE_MAX, LAYERS_MAX};
use crate::rate::{Loudness, Rate};
use crate::red::Recent;
use crate::rewrite::Rewriter;
use crate::sample::{ConsumerCounts, LayerCounts};
use crate::select::{Selector, pick};
use crate::timer::Scheduled;

pub(crate) const AUDIO_HZ: u32 = 48_000;
pub(crate) const VIDEO_HZ: u32 = 90_000;

/// One encoding of a producer.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) rid: Option<Rid>,
    /// Frames flow.
    pub(crate) live: bool,
    /// The last packet of a frame. Padding does not count: browsers pad layers that they have stopped.
    pub(crate) last: Option<Instant>,
    pub(crate) ssrc: Option<Ssrc>,
    pub(crate) gate: Gate,
    pub(crate) count: Count,
    pub(crate) counts: LayerCounts,
    pub(crate) rate: Rate,
}

impl Layer {
    /// When the layer counts as stopped unless a frame comes. A stream without rid has no other to replace it.
    pub(crate) fn silent_at(&self) -> Option<Instant> {
        let last = self.last.filter(|_| self.live && self.rid.is_some())?;
        Some(last + LAYER_SILENCE_MAX)
    }

    fn new(rid: Option<Rid>) -> Self {
        Self {
            rid,
            live: false,
            last: None,
            ssrc: None,
            gate: Gate::default(),
            count: Count::default(),
            counts: LayerCounts::default(),
            rate: Rate::default(),
        }
    }
}

/// A published track.
#[derive(Debug)]
pub(crate) struct Producer {
    pub(crate) key: ProducerKey,
    pub(crate) peer: PeerKey,
    pub(crate) transport: TransportSlot,
    pub(crate) mid: Mid,
    pub(crate) kind: Kind,
    pub(crate) paused: bool,
    pub(crate) screen: bool,
    /// The publisher's own name of the media stream, by which subscribers synchronise its tracks.
    pub(crate) stream: String,
    pub(crate) layers: SmallVec<[Layer; 1]>,
    pub(crate) consumers: Vec<ConsumerSlot>,
    /// Of a sound: its latest packets, and how loud it was.
    pub(crate) recent: Recent,
    pub(crate) loudness: Loudness,
    /// The same: by whom it is heard.
    pub(crate) audience: Audience,
    /// How much it matters, and the place in it.
    pub(crate) rank: Rank,
    pub(crate) scheduled: Scheduled,
}

impl Producer {
    /// The layer with this rid; a layer that was not announced is added while there is room.
    pub(crate) fn layer(&mut self, rid: Option<Rid>) -> Option<usize> {
        if let Some(index) = self.layers.iter().position(|layer| layer.rid == rid) {
            return Some(index);
        }
        if self.layers.len() == LAYERS_MAX {
            return None;
        }
        self.layers.push(Layer::new(rid));
        Some(self.layers.len() - 1)
    }

    /// Layers for the given rids; none = one stream without rid.
    pub(crate) fn layers_of(rids: &[Rid]) -> SmallVec<[Layer; 1]> {
        match rids {
            [] => std::iter::once(Layer::new(None)).collect(),
            rids => rids.iter().take(LAYERS_MAX).map(|rid| Layer::new(Some(*rid))).collect(),
        }
    }

    /// The layer for a preference, among those that flow. A stream without rids is always there.
    pub(crate) fn pick(&self, preferred: Option<&str>) -> Option<usize> {
        let layers = self.layers.iter().enumerate().filter(|(_, layer)| layer.live || layer.rid.is_none());
        pick(preferred, layers.map(|(index, layer)| (index, layer.rid.as_deref().map(str::trim_end))))
    }

    /// Whether a layer flows. A stream without rids is always there.
    pub(crate) fn flows(&self, layer: usize) -> bool {
        self.layers.get(layer).is_some_and(|layer| layer.live || layer.rid.is_none())
    }

    /// What a subscriber with this preference may be given, lowest first: by what layers take, not by their names. None is
    /// larger than the preferred one.
    pub(crate) fn ladder(&self, now: Instant, preferred: Option<&str>) -> SmallVec<[Rung; LAYERS_MAX]> {
        let Some(top) = self.pick(preferred) else { return SmallVec::new() };
        let flowing = self.layers.iter().enumerate().filter(|(index, _)| *index != top && self.flows(*index));
        let mut below: SmallVec<[Rung; LAYERS_MAX]> =
            flowing.map(|(index, layer)| (index, layer.rate.bps(now))).filter(|(_, bps)| *bps > 0).collect();
        below.sort_by_key(|(_, bps)| std::cmp::Reverse(*bps));
        let most = self.layers.get(top).map_or(0, |layer| layer.rate.bps(now));
        let mut ladder: SmallVec<[Rung; LAYERS_MAX]> = SmallVec::new();
        ladder.push((top, most));
        for rung in below {
            let (_, above) = ladder.last().copied().unwrap_or(rung);
            if rung.1 * 1_000 <= above.saturating_mul(LADDER_STEP_PERMILLE) {
                ladder.push(rung);
            }
        }
        ladder.reverse();
        ladder
    }
}

/// How much a picture matters to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) class: Class,
    /// Of those who spoke, how long ago: lower is later. `None` = not lately.
    pub(crate) place: Option<u64>,
}

impl Rank {
    pub(crate) const NONE: Self = Self { class: Class::Rest, place: None };
}

/// What a subscription may take of its subscriber's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// What the client chose: nobody knows what its line carries.
    Free,
    /// Nothing is decided yet.
    New,
    /// This layer.
    Layer(usize),
    /// Nothing, for now.
    Paused,
}

/// A layer and what it takes, bits a second.
pub(crate) type Rung = (usize, u64);

/// A subscription that the client has answered.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) key: ProducerKey,
    pub(crate) producer: ProducerSlot,
    pub(crate) transport: TransportSlot,
    pub(crate) ssrc: Ssrc,
    pub(crate) pt: Pt,
    /// Payload type of sound with redundancy, if the client takes it.
    pub(crate) red: Option<Pt>,
    /// What its latest report told: packets, and how many of them did not come.
    pub(crate) reported: (u64, u64),
    pub(crate) preferred: Option<String>,
    pub(crate) grant: Grant,
    /// When it takes nothing more of the layer that it is to leave.
    pub(crate) leaves: Option<Instant>,
    /// A sound: since when it goes out.
    pub(crate) on_since: Option<Instant>,
    pub(crate) selector: Selector,
    pub(crate) rewriter: Rewriter,
    pub(crate) counts: ConsumerCounts,
}

/// A subscription in an offer that the client has not answered yet.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) key: ProducerKey,
    pub(crate) kind: Kind,
    pub(crate) mid: Mid,
    pub(crate) preferred: Option<String>,
}

/// The selector and rewriter of a new subscription.
pub(crate) fn decisions(kind: Kind) -> (Selector, Rewriter) {
    match kind {
        Kind::Audio => (Selector::new(false), Rewriter::new(AUDIO_HZ)),
        Kind::Video => (Selector::new(true), Rewriter::new(VIDEO_HZ)),
    }
}

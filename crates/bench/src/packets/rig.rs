//! The media thread from the side of a room: calls and their answers.

use anyhow::{Context, Result, bail};
use sederunt_core::id::{PeerId, ProducerId, TransportId};
use sederunt_core::media::{MediaAnswer, MediaCallId, MediaCmd, MediaKind};
use sederunt_node::media::{MediaHandle, MediaNotice, RoomTag};
use str0m::Rtc;
use str0m::media::Mid;
use tokio::sync::mpsc::UnboundedReceiver;

use super::client::{Forwarder, answer, offer_video};

const ROOM: RoomTag = RoomTag(1);
const PUBLISHER: u128 = 1;

/// Calls one at a time.
pub(super) struct Rig {
    media: MediaHandle,
    notices: UnboundedReceiver<MediaNotice>,
    calls: u64,
    peers: u128,
}

impl Forwarder for Rig {
    fn publish(&mut self, rtc: &mut Rtc) -> Result<Mid> {
        self.peers = PUBLISHER;
        offer_video(rtc, |_, offer| self.open(PUBLISHER, false, offer))?;
        offer_video(rtc, |mid, offer| self.produce(PUBLISHER, mid.to_string(), offer))
    }

    fn connected(&mut self) -> Result<()> {
        Ok(())
    }

    fn subscribe(&mut self, rtc: &mut Rtc) -> Result<()> {
        self.peers += 1;
        let peer = self.peers;
        offer_video(rtc, |_, offer| self.open(peer, true, offer))?;
        let offer = self.consume(peer, PUBLISHER)?;
        self.renegotiate(peer, answer(rtc, &offer)?)
    }
}

impl Rig {
    pub(super) fn new(media: MediaHandle, notices: UnboundedReceiver<MediaNotice>) -> Self {
        Self { media, notices, calls: 0, peers: 0 }
    }

    fn call(&mut self, peer: u128, cmd: MediaCmd) -> Result<MediaAnswer> {
        self.calls += 1;
        let id = MediaCallId(self.calls);
        self.media.call(ROOM, id, PeerId::from_u128(peer), cmd)?;
        loop {
            let notice = self.notices.blocking_recv().context("the media thread ended")?;
            if let MediaNotice::Done { call, result, .. } = notice
                && call == id
            {
                return Ok(result?);
            }
        }
    }

    fn answer(&mut self, peer: u128, cmd: MediaCmd) -> Result<String> {
        match self.call(peer, cmd)? {
            MediaAnswer::Answer(sdp) => Ok(sdp),
            other @ (MediaAnswer::Offer { .. } | MediaAnswer::Done) => bail!("not an answer: {other:?}"),
        }
    }

    fn open(&mut self, peer: u128, consuming: bool, offer: String) -> Result<String> {
        let transport = TransportId::from_u128(peer);
        self.answer(peer, MediaCmd::Open { transport, consuming, offer })
    }

    fn produce(&mut self, peer: u128, mid: String, offer: String) -> Result<String> {
        let cmd = MediaCmd::Produce {
            transport: TransportId::from_u128(peer),
            producer: ProducerId::from_u128(peer),
            kind: MediaKind::Video,
            mid: Some(mid),
            paused: false,
            screen_share: false,
            offer,
        };
        self.answer(peer, cmd)
    }

    /// Our offer for the publisher's track.
    fn consume(&mut self, peer: u128, publisher: u128) -> Result<String> {
        let wants = vec![(ProducerId::from_u128(publisher), None)];
        match self.call(peer, MediaCmd::Consume { transport: TransportId::from_u128(peer), wants })? {
            MediaAnswer::Offer { offer: Some(offer), .. } => Ok(offer),
            other @ (MediaAnswer::Offer { .. } | MediaAnswer::Answer(_) | MediaAnswer::Done) => {
                bail!("not an offer: {other:?}")
            }
        }
    }

    fn renegotiate(&mut self, peer: u128, answer: String) -> Result<()> {
        let cmd = MediaCmd::Renegotiate { transport: TransportId::from_u128(peer), answer };
        self.call(peer, cmd).map(|_| ())
    }
}

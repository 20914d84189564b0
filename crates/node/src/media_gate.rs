//! A room's way to the media thread: calls out, and the promise that every peer's media is closed in the end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::media::{MediaCallId, MediaCmd, MediaFault, Ranking};
use sederunt_core::time::UnixMs;

use crate::media::{MediaHandle, MediaOverload, RoomTag};
use crate::ranked::Ranked;
use crate::returning::Returning;
use crate::seen::{Book, Watch};

/// Pause before a closing that found the media queue full is tried again.
pub(crate) const RETRY_EVERY: Duration = Duration::from_millis(50);

/// The media calls of one room.
#[derive(Debug)]
pub(crate) struct MediaGate {
    media: Option<MediaHandle>,
    room: RoomTag,
    meeting: MeetingId,
    /// Hears of every peer whose media is closed: its client may not know.
    returning: Arc<Returning>,
    /// Peers that media knows of.
    open: BTreeSet<PeerId>,
    /// Peers whose closing found the queue full.
    closing: BTreeSet<PeerId>,
    ranked: Ranked,
    /// Whose stays are watched.
    pub(crate) watch: Watch,
}

impl MediaGate {
    pub(crate) fn new(
        media: Option<MediaHandle>,
        room: RoomTag,
        meeting: MeetingId,
        returning: Arc<Returning>,
        seen: Arc<Book>,
    ) -> Self {
        let (open, closing) = (BTreeSet::new(), BTreeSet::new());
        let (ranked, watch) = (Ranked::default(), Watch::new(seen, room));
        Self { media, room, meeting, returning, open, closing, ranked, watch }
    }

    /// Hands a call over. `Some` = it was not accepted, and this is its answer.
    pub(crate) fn call(&mut self, call: MediaCallId, peer: PeerId, cmd: MediaCmd) -> Option<MediaFault> {
        if let MediaCmd::ClosePeer { away_ms } = cmd {
            self.close(call, peer, away_ms);
            return None;
        }
        // A new transport of a peer whose closing still waits: the closing must come first.
        if self.closing.contains(&peer) {
            self.retry();
            if self.closing.contains(&peer) {
                return Some(MediaFault::Internal(MediaOverload::Full.to_string()));
            }
        }
        let Some(media) = &self.media else {
            return Some(MediaFault::Internal("media is switched off".to_owned()));
        };
        let is_track = matches!(cmd, MediaCmd::Produce { .. });
        match media.call(self.room, call, peer, cmd) {
            Ok(()) => {
                self.open.insert(peer);
                if is_track {
                    self.ranked.forget();
                }
                None
            }
            Err(overload) => Some(MediaFault::Internal(overload.to_string())),
        }
    }

    fn close(&mut self, call: MediaCallId, peer: PeerId, away_ms: i64) {
        let Some(media) = &self.media else { return };
        if !self.open.remove(&peer) {
            return;
        }
        let away = Duration::from_millis(u64::try_from(away_ms).unwrap_or_default());
        self.returning.gone(Instant::now(), away, (self.meeting, peer), Some(media.tag(peer)));
        if media.call(self.room, call, peer, MediaCmd::ClosePeer { away_ms }) == Err(MediaOverload::Full) {
            self.closing.insert(peer);
        }
    }

    /// Tells who matters, if that has changed; once a second at most, so the next occasion may be the right one.
    pub(crate) fn rank(&mut self, now: UnixMs, ranking: Ranking) {
        let Some(media) = &self.media else { return };
        if self.ranked.is_due(now, &ranking) && media.rank(self.room, ranking.clone()).is_ok() {
            self.ranked.tell(now, ranking);
        }
    }

    /// Closings that wait for room in the queue.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.closing.is_empty()
    }

    /// Tries the waiting closings again.
    pub(crate) fn retry(&mut self) {
        let Some(media) = &self.media else { return };
        let room = self.room;
        // A closing is not answered, so its number means nothing.
        self.closing.retain(|peer| {
            media.call(room, MediaCallId(0), *peer, MediaCmd::ClosePeer { away_ms: 0 })
                == Err(MediaOverload::Full)
        });
    }

    /// Closes everything the room has open.
    pub(crate) async fn close_all(mut self) {
        for peer in &self.open {
            let tag = self.media.as_ref().map(|media| media.tag(*peer));
            self.returning.gone(Instant::now(), Duration::ZERO, (self.meeting, *peer), tag);
        }
        self.closing.append(&mut self.open);
        self.retry();
        while self.has_waiting() {
            tokio::time::sleep(RETRY_EVERY).await;
            self.retry();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use sederunt_core::id::{ProducerId, TransportId};
    use sederunt_core::media::MediaKind;
    use sederunt_sfu::IceKey;
    use sederunt_sfu::limit::SAMPLE_EVERY;

    use super::*;
    use crate::media::MediaConfig;

    const PEER: PeerId = PeerId::from_u128(9);

    fn gate() -> MediaGate {
        let config = MediaConfig {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            workers: 1,
            announce: Vec::new(),
            tcp: Vec::new(),
            ice_key: IceKey([7; 32]),
            sample_every: SAMPLE_EVERY,
        };
        let (notices, _) = tokio::sync::mpsc::unbounded_channel();
        let media = MediaHandle::spawn(config, notices).unwrap();
        MediaGate::new(Some(media), RoomTag(1), MeetingId::from_u128(1), Arc::default(), Arc::default())
    }

    #[test]
    fn who_matters_is_told_again_when_somebody_publishes_and_at_no_other_call() {
        let (mut gate, t) = (gate(), |ms: i64| UnixMs(1_000_000 + ms));
        let ranking = Ranking { pinned: Some(PEER), speakers: vec![PEER] };
        gate.rank(t(0), ranking.clone());
        assert!(!gate.ranked.is_due(t(1_000), &ranking), "it is told");
        let (transport, producer) = (TransportId::from_u128(1), ProducerId::from_u128(2));
        let pause = MediaCmd::PauseProducer { producer, paused: true };
        assert_eq!(gate.call(MediaCallId(1), PEER, pause), None);
        assert!(!gate.ranked.is_due(t(1_000), &ranking), "nothing is new");
        let produce = MediaCmd::Produce {
            transport,
            producer,
            kind: MediaKind::Video,
            mid: None,
            paused: false,
            screen_share: false,
            offer: String::new(),
        };
        assert_eq!(gate.call(MediaCallId(2), PEER, produce), None);
        assert!(gate.ranked.is_due(t(1_000), &ranking), "media takes a new track for one of nobody");
        gate.rank(t(1_000), ranking.clone());
        assert!(!gate.ranked.is_due(t(2_000), &ranking), "and told again");
    }
}

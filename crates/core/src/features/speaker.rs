//! Who speaks: what clients hear with their microphones, as an order of speakers (PROTOCOL §6.7).

mod order;

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall};
use crate::id::PeerId;
use crate::words::speaker::{Ask, Tell};

use order::Speakers;

/// The speakers of the session.
#[derive(Debug, Default)]
pub(crate) struct Speaker {
    speakers: Speakers,
}

impl Speaker {
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        let Ask::AudioActivity { producer, energy, silent } = ask;
        let me = hall.joined(asked)?;
        // Never answered; a report about a track that just went is nothing to complain about.
        let Some(state) = me.media.microphone(producer).filter(|_| me.visible() && me.is_on_stage()) else {
            return Ok(());
        };
        let silent = silent || state.paused;
        if let Some(changes) = self.speakers.note(asked.stamp.now, asked.me, energy, silent) {
            hall.push_media(None, Tell::SpeakerDiff(changes));
        }
        Ok(())
    }

    /// The peers of the list; first = current or last speaker.
    pub(crate) fn order(&self) -> Vec<PeerId> {
        self.speakers.order().collect()
    }
}

impl Feature for Speaker {
    fn peer_lost(&mut self, _: &mut Hall, peer: PeerId) {
        self.speakers.hush(peer);
    }

    fn peer_silenced(&mut self, _: &mut Hall, peer: PeerId) {
        self.speakers.hush(peer);
    }

    fn peer_off_stage(&mut self, _: &mut Hall, peer: PeerId) {
        self.speakers.remove(peer);
    }

    fn peer_left(&mut self, _: &mut Hall, gone: &Gone) {
        self.speakers.remove(gone.peer.id);
    }

    fn session_ended(&mut self, _: &mut Hall) {
        self.speakers = Speakers::default();
    }

    /// The speaker left, was lost or fell mute: those who stay are told that nobody speaks.
    fn input_treated(&mut self, hall: &mut Hall) {
        if let Some(changes) = self.speakers.take_silence() {
            hall.push_media(None, Tell::SpeakerDiff(changes));
        }
    }
}

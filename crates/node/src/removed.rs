//! What a client is told whose meeting, token or membership is gone, when it was removed with them: its own reconnect
//! loop asks again and again, and a status of HTTP would not stop it (PROTOCOL §3.5).

use std::sync::Arc;

use sederunt_core::id::{MeetingId, ParticipantId, PeerId};
use sederunt_core::standing::Seat;
use sederunt_core::words::entry::PeerInfo;
use sederunt_core::words::{Msg, entry};

use crate::EntryError;
use crate::outbox::ToSocket;
use crate::shell::Shell;
use crate::token::Named;

/// Whom a removal can be told: a token of ours that does not open the door any more.
const fn may_be_removed(refusal: &EntryError) -> bool {
    match refusal {
        EntryError::NoMeeting
        | EntryError::NoParticipant
        | EntryError::Inactive
        | EntryError::Terminated
        | EntryError::Blocked => true,
        EntryError::BadToken | EntryError::NotInvited | EntryError::Busy(_) | EntryError::Node(_) => false,
    }
}

/// The words for a peer id that was removed from the token's meeting; `None` = it was not, and the refusal stands.
pub(crate) async fn words(
    shell: &Shell,
    token: &str,
    peer: PeerId,
    refusal: &EntryError,
) -> Option<(MeetingId, Vec<ToSocket>)> {
    if !may_be_removed(refusal) {
        return None;
    }
    let now = shell.clock.now();
    let Named { meeting, participant, .. } = Named::of(token, &shell.tokens.verify(token, now)?)?;
    let removal = match shell.store.removal(meeting, peer, now).await {
        Ok(removal) => removal?,
        Err(error) => {
            tracing::warn!(%peer, %error, "whether a peer was removed cannot be read");
            return None;
        }
    };
    let (event, close) = removal.told();
    let push = event.map(|event| {
        let peer = stranger(peer, participant);
        ToSocket::telling(None, Arc::new(Msg::Entry(entry::Tell::PeerInfo { event, peer })))
    });
    Some((meeting, push.into_iter().chain([ToSocket::Close(close)]).collect()))
}

/// The row may be gone; the client reads nothing of this but that it is there.
fn stranger(peer: PeerId, participant: ParticipantId) -> PeerInfo {
    PeerInfo {
        peer,
        participant,
        display_name: String::new(),
        custom_participant_id: None,
        picture: String::new(),
        preset_name: String::new(),
        hidden: false,
        recorder: false,
        seat: Seat::Audience,
    }
}

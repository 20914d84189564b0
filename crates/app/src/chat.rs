//! The chat of a session for whoever has a link to it (SEMANTICS §5).

use sederunt_core::id::SessionId;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{SessionRow, StoreError};

use crate::hex::{hex, unhex};

/// How long after the end of its session a link is good.
const GOOD_AFTER_END_MS: i64 = 7 * 24 * 3_600 * 1_000;
/// How long a link is good at least: whoever asks later gets one, too, that lasts for a download.
const GOOD_AT_LEAST_MS: i64 = 3_600 * 1_000;
/// What is signed begins with this, so that the signature of a link to something else is none of these.
const PURPOSE: &[u8] = b"sederunt chat export 1\0";

/// What a link to the chat of a session says, beside the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatLink {
    /// The last instant at which it is good.
    pub expires_at: UnixMs,
    /// Hex digits.
    pub signature: String,
}

/// A link to the chat of a session; `None` before the session has ended.
pub fn link(node: &Node, session: &SessionRow) -> Option<ChatLink> {
    let by_end = session.ended_at?.plus_ms(GOOD_AFTER_END_MS);
    Some(link_until(node, session.id, by_end.max(node.now().plus_ms(GOOD_AT_LEAST_MS))))
}

/// A link to the chat of a session that is good until an instant.
pub fn link_until(node: &Node, session: SessionId, expires_at: UnixMs) -> ChatLink {
    let signature = node.sign_link(&said(session, expires_at));
    ChatLink { expires_at, signature: hex(&signature) }
}

/// The session of a link that is good; `None` = it is not, for whatever reason. Whether there is such a session is looked
/// up for good links alone.
pub async fn open(
    node: &Node,
    session: SessionId,
    link: &ChatLink,
) -> Result<Option<SessionRow>, StoreError> {
    let is_signed =
        unhex(&link.signature).is_some_and(|bytes| node.verify_link(&said(session, link.expires_at), &bytes));
    if !is_signed || node.now() > link.expires_at {
        return Ok(None);
    }
    node.store().session_of_any_app(session).await
}

fn said(session: SessionId, expires_at: UnixMs) -> Vec<u8> {
    [PURPOSE, &session.as_u128().to_be_bytes(), &expires_at.0.to_be_bytes()].concat()
}

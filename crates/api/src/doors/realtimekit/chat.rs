//! The chat of a session as a file (SEMANTICS §5): the vendor's operation gives a link, which our own door answers.

use axum::http::StatusCode;
use sederunt_app::chat;
use sederunt_changes::text::iso;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::InSession;
use super::view::Envelope;
use crate::dialect::{KitError, KitErrors};
use crate::link;
use crate::origin::Origin;

/// Where the chat is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatDownload {
    /// Link to the chat as CSV. It needs no token.
    #[schema(format = "uri")]
    chat_download_url: String,
    /// Until when the link is good.
    #[schema(format = DateTime)]
    chat_download_url_expiry: String,
}

/// A link to the chat of an ended session as CSV; asking again gives a link again.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/chat",
    operation_id = "sessionsGetSessionChat",
    tag = "Sessions",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("session_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<ChatDownload>), KitErrors)
)]
pub(super) async fn get(
    caller: InSession,
    Origin(origin): Origin,
) -> Result<Envelope<ChatDownload>, KitError> {
    let link = chat::link(&caller.node, &caller.session);
    let link = link
        .ok_or_else(|| KitError::new(StatusCode::NOT_FOUND, "No chat export before the session has ended"))?;
    let path = link::to_chat(caller.session.id, &link);
    Ok(Envelope::of(ChatDownload {
        chat_download_url: format!("{origin}{path}"),
        chat_download_url_expiry: iso(link.expires_at),
    }))
}

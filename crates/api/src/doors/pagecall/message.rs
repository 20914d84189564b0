//! Messages to everybody in a room (SEMANTICS §6.6).

use sederunt_app::live;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::InRoom;
use crate::dialect::{PagecallError, PagecallErrors};
use crate::extract::Body;

/// What to say.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SendMessageRequest {
    /// Text to deliver. As the JSON `{"message":"…"}` it has at most 16384 bytes in UTF-8.
    #[schema(max_length = 16_370)]
    message: String,
}

/// What was said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentMessage {
    /// The text sent.
    message: String,
}

/// Delivers a text to everybody who is connected in the room; nothing of it is kept, and nobody may be there.
#[utoipa::path(
    post,
    path = "/rooms/{room_id}/message",
    operation_id = "roomsSendMessage",
    tag = "room",
    params(("room_id" = String, Path)),
    request_body = SendMessageRequest,
    responses((status = 200, description = "Done.", body = SentMessage), PagecallErrors)
)]
pub(super) async fn send(
    caller: InRoom,
    Body(body, _): Body<SendMessageRequest, PagecallError>,
) -> Result<axum::Json<SentMessage>, PagecallError> {
    let SendMessageRequest { message } = body;
    live::send_message(&caller.workspace.node, caller.room.id, &message).await?;
    Ok(axum::Json(SentMessage { message }))
}

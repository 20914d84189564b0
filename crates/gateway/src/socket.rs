//! How long a web socket may take for what is written to it, and how it is closed.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::StreamExt;
use tokio::time::timeout;

/// A write that takes longer than this means that nobody reads at the other end.
pub const WRITE_MAX: Duration = Duration::from_secs(10);
/// How long a client may take to answer a close frame before the connection is dropped.
pub(crate) const CLOSE_MAX: Duration = Duration::from_secs(2);

/// Says why, and waits a moment for the client's own close frame, so that ours is not lost with the connection.
pub(crate) async fn close(socket: &mut WebSocket, frame: CloseFrame) {
    let farewell = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    let _ = timeout(CLOSE_MAX, farewell).await;
}

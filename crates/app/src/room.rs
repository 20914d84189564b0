//! What is changed, and its room: told to the end, and although the meeting may be deleted at the same time.

use sederunt_core::effect::CommandReply;
use sederunt_core::id::MeetingId;
use sederunt_core::input::Command;
use sederunt_node::{Node, NodeError};

use crate::AppError;

/// Does work to its end, also when whoever asked for it is gone meanwhile: a row that is changed is a fact that its room must
/// hear of, and nobody could ask for it again.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, AppError>> + Send + 'static,
) -> Result<T, AppError> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(NodeError::RoomFailed(error.to_string()).into()))
}

/// Runs a command in the room of a meeting. `None` = the meeting was deleted meanwhile: its room has ended, and nobody is
/// in it.
pub(crate) async fn command(
    node: &Node,
    meeting: MeetingId,
    command: Command,
) -> Result<Option<CommandReply>, NodeError> {
    match node.command(meeting, command).await {
        Ok(reply) => Ok(Some(reply)),
        Err(error) => match node.store().meeting(meeting).await? {
            Some(_) => Err(error),
            None => Ok(None),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_ends_although_nobody_waits_for_it() {
        let ((go, gone), (end, ended)) = (oneshot::channel::<()>(), oneshot::channel());
        {
            let mut asked = pin!(to_the_end(async move {
                let _ = gone.await;
                let _ = end.send("told");
                Ok(())
            }));
            let is_pending = poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_pending())).await;
            assert!(is_pending, "it waits between the row and the room");
        }
        go.send(()).unwrap();
        assert_eq!(ended.await, Ok("told"));
    }
}

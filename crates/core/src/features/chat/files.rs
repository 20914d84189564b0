//! What a message may have of files. Who uploaded what, and for which session, the shell has read in the store.

use crate::error::RoomError;
use crate::id::{ChatId, FileId, ParticipantId};
use crate::limit;
use crate::tally::Tally;
use crate::words::chat::SentFile;

const IMAGE: i32 = 1;
const FILE: i32 = 2;
const CUSTOM: i32 = 3;

/// An image or a file is one that was uploaded here, whatever else its sender would like others to load; a text has none.
pub(super) fn check_count(payload_type: i32, count: usize) -> Result<(), RoomError> {
    match payload_type {
        IMAGE | FILE if count != 1 => Err(NOT_UPLOADED),
        CUSTOM if count > limit::CHAT_FILES_MAX => {
            Err(RoomError::Limit { what: "files of a chat message", max: limit::CHAT_FILES_MAX })
        }
        // What is no type at all is refused with the permissions.
        _ => Ok(()),
    }
}

/// Whether a message of this type may become one of that: what is shown of it must stay of its kind.
pub(super) fn check_change(from: i32, to: i32, count: usize) -> Result<(), RoomError> {
    let is_file = |payload_type| payload_type == IMAGE || payload_type == FILE;
    if from != to && !(is_file(from) && is_file(to)) {
        let rule = "must be that of the message";
        return Err(RoomError::Invalid { field: "payload_type", rule });
    }
    check_count(to, count)
}

/// The files of a message of this sender: his own, of this session, and of no other message.
pub(super) fn of_sender(
    files: &[SentFile],
    sender: ParticipantId,
    session: Option<&Tally>,
    chat: Option<ChatId>,
) -> Result<Vec<FileId>, RoomError> {
    let session = session.map(Tally::session);
    let mut ids = Vec::with_capacity(files.len());
    for file in files {
        let is_here = file.chat.is_some() && file.chat == chat;
        let is_free = file.chat.is_none() && Some(file.session) == session;
        if file.by != sender || !(is_here || is_free) {
            return Err(NOT_YOURS);
        }
        if !ids.contains(&file.id) {
            ids.push(file.id);
        }
    }
    Ok(ids)
}

const NOT_UPLOADED: RoomError =
    RoomError::Invalid { field: "payload", rule: "must be the link of one file that was uploaded here" };
const NOT_YOURS: RoomError =
    RoomError::Invalid { field: "payload", rule: "must name files that you have uploaded for this message" };

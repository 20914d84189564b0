//! A file of a chat message, as it is kept, and how much a session may have of them.

use sederunt_core::file_kind::FileKind;
use sederunt_core::id::{ChatId, FileId, ParticipantId, SessionId};
use sederunt_core::time::UnixMs;

/// A file whose bytes are durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatFileRow {
    /// Id.
    pub id: FileId,
    /// The session for which it was uploaded.
    pub session: SessionId,
    /// Who uploaded it.
    pub participant: ParticipantId,
    /// Its name, as people are shown it.
    pub name: String,
    /// What its bytes are.
    pub kind: FileKind,
    /// How many.
    pub bytes: u64,
    /// Of them.
    pub sha256: [u8; 32],
    /// When it was kept, on the wall clock.
    pub at: UnixMs,
    /// The message that has it; `None` = none yet.
    pub chat: Option<ChatId>,
}

/// What the files of a session may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes of all of them.
    pub session_max_bytes: u64,
    /// How many.
    pub session_max_files: u64,
    /// How many of one person that no message has.
    pub loose_max_files: u64,
}

/// What the files of a session come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilesOfSession {
    /// Bytes of all of them.
    pub bytes: u64,
    /// How many.
    pub files: u64,
}

/// What became of a file that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptFile {
    /// It is kept.
    New,
    /// It was kept before, with the same bytes: the answer to the first upload was lost.
    Same,
    /// Its id is that of a file with other bytes.
    Taken,
    /// The session is over.
    SessionOver,
    /// Who uploaded it is not in the session.
    NotInSession,
    /// Who uploaded it would have more files that no message has than it may.
    TooManyLoose,
    /// The session would have more bytes than it may.
    FullOfBytes,
    /// The session would have more files than it may.
    FullOfFiles,
}

impl FilesOfSession {
    /// Whether one more file of so many bytes fits; if not, what it is too much of.
    pub const fn check(self, bytes: u64, limits: FileLimits) -> std::result::Result<(), KeptFile> {
        if self.files >= limits.session_max_files {
            return Err(KeptFile::FullOfFiles);
        }
        if self.bytes.saturating_add(bytes) > limits.session_max_bytes {
            return Err(KeptFile::FullOfBytes);
        }
        Ok(())
    }
}

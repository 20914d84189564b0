//! Files of chat messages (PROTOCOL §7.1): who may upload what, by which links, and who gets it.
//!
//! A client asks for a place, puts the bytes there, and sends a message that names it. The bytes are durable before the row is,
//! the row before the client hears of it, and a message is told after that; a link is made whenever one is told, and never
//! kept. How the rest goes is in docs/decisions/0047-chat-files.md.

mod link;
mod places;
mod sent;
mod sweep;
mod upload;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use sederunt_core::id::FileId;
use sederunt_core::limit::CHAT_FILES_MAX;
use sederunt_core::who::Ability;
use sederunt_files::{FilesError, Shelf, safe_name};
use sederunt_node::Node;
use sederunt_store::{ChatFileRow, FileLimits, Presence, StoreError};
use tokio::sync::{Mutex, Semaphore};

use crate::abilities::abilities;
use crate::admission::{self, Ticket};

pub use link::{FileLink, FileLinks, UploadLink, encoded_name};
pub use sederunt_files::{Decoding, plain_name};
pub use sent::resolve;
pub use sweep::Swept;
pub use upload::{LOOK_EVERY_MS, Upload};

use places::Places;

/// Uploads at a time, of everybody: each has a thread for its writes, and some hundred KiB that wait for the disk.
const UPLOADS_MAX: usize = 32;
/// Files of a session: a row and a file of the disk each. The official client sends twenty a minute at most.
const SESSION_FILES_MAX: u64 = 2_000;
/// Files of a person in a session that no message has: those of one message, and some whose message was not sent. With them alone
/// nobody fills a session.
const LOOSE_FILES_MAX: u64 = CHAT_FILES_MAX as u64 + 10;
/// What somebody is told who has that many.
const UNSENT: FileRefusal = FileRefusal::Unsent { max_files: LOOSE_FILES_MAX };

/// What may be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSettings {
    /// Bytes of one file.
    pub max_bytes: u64,
    /// Bytes of all files of a session.
    pub session_max_bytes: u64,
    /// Bytes of the disk that no file may take: the ledger needs them.
    pub keep_free_bytes: u64,
}

/// Uploads and downloads of a server.
#[derive(Debug, Clone)]
pub struct ChatFiles {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    node: Node,
    shelf: Shelf,
    settings: FileSettings,
    uploads: Arc<Semaphore>,
    places: Places,
    keeping: Mutex<()>,
}

/// A place for a file that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Where to put the bytes: path and query.
    pub put: String,
    /// Where they will be: path and query.
    pub get: String,
}

/// Why a file is not taken, or not given.
#[derive(Debug, thiserror::Error)]
pub enum FileRefusal {
    /// The preset does not allow it.
    #[error("not allowed: your preset lacks the permission \"{0}\"")]
    NotAllowed(&'static str),
    /// Whoever asks is not in the room.
    #[error("join the room first")]
    NotInRoom,
    /// Whatever is wrong with a link.
    #[error("this link is not valid, or not any more")]
    BadLink,
    /// There is no such file, or not any more.
    #[error("this file is no more")]
    Gone,
    /// Its bytes were put there before, and others.
    #[error("another file was uploaded by this link before")]
    Used,
    /// The session is over.
    #[error("the session is over")]
    SessionOver,
    /// Too many bytes.
    #[error("a file may have at most {max_bytes} bytes")]
    TooLarge {
        /// The bound.
        max_bytes: u64,
    },
    /// The session has too many files, or bytes.
    #[error(
        "the files of this session have taken all their place: at most {max_files} files and {max_bytes} bytes"
    )]
    SessionFull {
        /// The bound of files.
        max_files: u64,
        /// The bound of bytes.
        max_bytes: u64,
    },
    /// Too many files of one person that no message has.
    #[error(
        "you have uploaded {max_files} files and not sent them: send them first, or wait a day until they are gone"
    )]
    Unsent {
        /// The bound.
        max_files: u64,
    },
    /// The disk has no place.
    #[error("the server's disk has no place for files now")]
    DiskFull,
    /// Too many uploads at a time, of one person.
    #[error("you upload too many files at once: wait for one to end")]
    TooMany,
    /// Too many uploads at a time, of everybody.
    #[error("too many files are uploaded at the moment, try again in a second")]
    Busy,
    /// The upload ended before it was whole.
    #[error("the upload was cut off")]
    CutOff,
    /// The ledger failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the server, which is in its log.
    #[error("the server could not keep or read the file")]
    Fault,
}

impl FileRefusal {
    /// Its name in metrics and answers.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NotAllowed(_) => "FILE_NOT_ALLOWED",
            Self::NotInRoom => "FILE_NOT_IN_ROOM",
            Self::BadLink => "FILE_BAD_LINK",
            Self::Gone => "FILE_GONE",
            Self::Used => "FILE_LINK_USED",
            Self::SessionOver => "FILE_SESSION_OVER",
            Self::TooLarge { .. } => "FILE_TOO_LARGE",
            Self::SessionFull { .. } => "FILE_SESSION_FULL",
            Self::Unsent { .. } => "FILE_UNSENT",
            Self::DiskFull => "FILE_DISK_FULL",
            Self::TooMany => "FILE_TOO_MANY",
            Self::Busy => "FILE_BUSY",
            Self::CutOff => "FILE_CUT_OFF",
            Self::Store(_) | Self::Fault => "FILE_FAULT",
        }
    }
}

impl ChatFiles {
    /// Opens the folder of files. Pictures are decoded one after the other, by whoever has the turn of `decoding`.
    pub fn open(
        node: Node,
        dir: &Path,
        settings: FileSettings,
        decoding: Decoding,
    ) -> Result<Self, FilesError> {
        let shelf = Shelf::open(dir, decoding)?;
        let (uploads, places, keeping) =
            (Arc::new(Semaphore::new(UPLOADS_MAX)), Places::default(), Mutex::new(()));
        Ok(Self { inner: Arc::new(Inner { node, shelf, settings, uploads, places, keeping }) })
    }

    /// A place for a file of this name, for somebody who is in the room and may send files there. Nothing is kept of it.
    pub async fn offer(&self, ticket: &Ticket, name: &str) -> Result<Offer, FileRefusal> {
        let node = self.node();
        let may = abilities(&ticket.preset.body).without(admission::taken(node, ticket).await?);
        if !may.has(Ability::ChatPublicFiles) && !may.has(Ability::ChatPrivateFiles) {
            return Err(FileRefusal::NotAllowed(Ability::ChatPublicFiles.name()));
        }
        let store = node.store();
        let session = store.session_with(ticket.meeting.id, ticket.participant.id).await?;
        let session = session.ok_or(FileRefusal::NotInRoom)?;
        let has = store.files_of_session(session).await?;
        has.check(0, self.limits()).map_err(|_| self.session_full())?;
        if store.loose_files(session, ticket.participant.id).await? >= LOOSE_FILES_MAX {
            return Err(UNSENT);
        }
        let file = FileId(node.mint_id());
        let link = UploadLink {
            session,
            file,
            by: ticket.participant.id,
            name: safe_name(name),
            until: node.now().plus_ms(link::UPLOAD_MS),
            signature: String::new(),
        }
        .sign(node);
        let get = FileLink::new(node, session, file).text(&link.name);
        Ok(Offer { put: link.text(), get })
    }

    /// An upload by a link; `announced` is how many bytes the client says it has.
    pub async fn upload(&self, link: UploadLink, announced: Option<u64>) -> Result<Upload, FileRefusal> {
        let FileSettings { max_bytes, keep_free_bytes, .. } = self.inner.settings;
        if !link.is_good(self.node()) {
            return Err(FileRefusal::BadLink);
        }
        if announced.is_some_and(|bytes| bytes > max_bytes) {
            return Err(FileRefusal::TooLarge { max_bytes });
        }
        self.is_here(&link).await?;
        let place = self.inner.places.take(link.by).ok_or(FileRefusal::TooMany)?;
        let uploads = Arc::clone(&self.inner.uploads).try_acquire_owned();
        let of_all = uploads.map_err(|_| FileRefusal::Busy)?;
        let bytes = announced.unwrap_or(0);
        let has = self.node().store().files_of_session(link.session).await?;
        has.check(bytes, self.limits()).map_err(|_| self.session_full())?;
        // One that does not say how large it is may become as large as any.
        let shelf = self.shelf().clone();
        let needs = announced.unwrap_or(max_bytes);
        let places = (of_all, place);
        // The thread has the places as long as it looks.
        let look = move || (shelf.has_place(needs, keep_free_bytes), places);
        let (looked, places) = tokio::task::spawn_blocking(look).await.map_err(|_| FileRefusal::Fault)?;
        looked.map_err(|error| self.failed(error))?;
        Ok(Upload::start(self.clone(), link, places, max_bytes))
    }

    /// The owner of a link to upload is in its session: somebody who was removed, or has left, holds no place.
    async fn is_here(&self, link: &UploadLink) -> Result<(), FileRefusal> {
        match self.node().store().presence(link.session, link.by).await? {
            Presence::Here => Ok(()),
            Presence::Away => Err(FileRefusal::NotInRoom),
            Presence::SessionOver => Err(FileRefusal::SessionOver),
        }
    }

    /// The file of a link that is good. Whether there is one is looked up for good links alone.
    pub async fn read(&self, link: &FileLink) -> Result<(ChatFileRow, File, u64), FileRefusal> {
        if !link.is_good(self.node()) {
            return Err(FileRefusal::BadLink);
        }
        // The session of the link, which is signed with the file, is that of the message: a message of a former session has files
        // of the session in which it was edited.
        let row = self.node().store().chat_file(link.file).await?.ok_or(FileRefusal::Gone)?;
        let (shelf, id) = (self.shelf().clone(), row.id);
        let opened = tokio::task::spawn_blocking(move || shelf.read(id)).await;
        let opened = opened.map_err(|_| FileRefusal::Fault)?.map_err(|error| self.failed(error))?;
        let (file, len) = opened.ok_or(FileRefusal::Gone)?;
        Ok((row, file, len))
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }

    fn shelf(&self) -> &Shelf {
        &self.inner.shelf
    }

    fn keeping(&self) -> &Mutex<()> {
        &self.inner.keeping
    }

    fn limits(&self) -> FileLimits {
        let session_max_bytes = self.inner.settings.session_max_bytes;
        FileLimits {
            session_max_bytes,
            session_max_files: SESSION_FILES_MAX,
            loose_max_files: LOOSE_FILES_MAX,
        }
    }

    fn session_full(&self) -> FileRefusal {
        let FileLimits { session_max_bytes, session_max_files, .. } = self.limits();
        FileRefusal::SessionFull { max_files: session_max_files, max_bytes: session_max_bytes }
    }

    /// What a fault of the folder is to whoever waits for it.
    fn failed(&self, error: FilesError) -> FileRefusal {
        match error {
            FilesError::TooLarge { max_bytes } => FileRefusal::TooLarge { max_bytes },
            FilesError::DiskFull => FileRefusal::DiskFull,
            FilesError::CutOff => FileRefusal::CutOff,
            FilesError::Io { .. } => {
                tracing::error!(%error, "a file failed");
                FileRefusal::Fault
            }
        }
    }
}

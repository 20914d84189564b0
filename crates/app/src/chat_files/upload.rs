//! One upload: bytes come in parts, go to the disk on a thread of its own, and are kept when they are whole.

use bytes::Bytes;
use sederunt_core::time::UnixMs;
use sederunt_files::{FilesError, Shelf, Whole};
use sederunt_store::{ChatFileRow, KeptFile};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinHandle;

use super::{ChatFiles, FileRefusal, UNSENT, UploadLink, places::Place};

/// Parts that wait for the disk: with the parts of a connection some hundred KiB.
const PARTS_MAX: usize = 8;

/// How long somebody who was removed may hold the places of an upload, milliseconds: each look reads the ledger.
pub const LOOK_EVERY_MS: i64 = 1_000;

/// The places of an upload, one of all and one of its person; freed when dropped.
pub(super) type Held = (OwnedSemaphorePermit, Place);

/// An upload under way. Dropped, it leaves nothing, and its places are free when its thread is.
#[derive(Debug)]
pub struct Upload {
    files: ChatFiles,
    link: UploadLink,
    parts: mpsc::Sender<Part>,
    /// When it was last known that its owner is in the session.
    seen_at: UnixMs,
    /// Gives the places back with what it has written: a thread that waits for others holds them, whoever has left.
    writer: JoinHandle<(Result<Whole, FilesError>, Held)>,
}

/// What the disk's thread is told. An upload that is cut off ends without the last.
#[derive(Debug)]
enum Part {
    Bytes(Bytes),
    End,
}

impl Upload {
    pub(super) fn start(files: ChatFiles, link: UploadLink, places: Held, max_bytes: u64) -> Self {
        let (parts, from_client) = mpsc::channel(PARTS_MAX);
        let shelf = files.shelf().clone();
        let writer = tokio::task::spawn_blocking(move || (write(&shelf, from_client, max_bytes), places));
        let seen_at = files.node().steady();
        Self { files, link, parts, seen_at, writer }
    }

    /// Looks now and then whether its owner is still in the session; fails when it is not, and its places are free then.
    pub async fn look(&mut self) -> Result<(), FileRefusal> {
        let now = self.files.node().steady();
        if now.since(self.seen_at) < LOOK_EVERY_MS {
            return Ok(());
        }
        self.seen_at = now;
        self.files.is_here(&self.link).await
    }

    /// The next bytes.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), FileRefusal> {
        if self.parts.send(Part::Bytes(bytes)).await.is_ok() {
            return Ok(());
        }
        // The writer has given up, and says why.
        match (&mut self.writer).await {
            Ok((Err(error), _)) => Err(self.files.failed(error)),
            Ok((Ok(_), _)) | Err(_) => Err(FileRefusal::Fault),
        }
    }

    /// All bytes are there: keeps them. They, and what is known of them, are durable when this returns. It goes on when whoever
    /// asked is gone: half of it done, the next upload by the same link could come in between.
    pub async fn finish(self) -> Result<ChatFileRow, FileRefusal> {
        tokio::spawn(self.end()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "an upload failed");
            Err(FileRefusal::Fault)
        })
    }

    async fn end(self) -> Result<ChatFileRow, FileRefusal> {
        let Self { files, link, parts, writer, .. } = self;
        // If the writer has given up, it says why.
        let _ = parts.send(Part::End).await;
        // The places are held until the row is there.
        let (whole, _places) = writer.await.map_err(|error| {
            tracing::error!(%error, "an upload failed");
            FileRefusal::Fault
        })?;
        let whole = whole.map_err(|error| files.failed(error))?;
        keep(&files, link, whole).await
    }
}

fn write(shelf: &Shelf, mut parts: mpsc::Receiver<Part>, max_bytes: u64) -> Result<Whole, FilesError> {
    let mut draft = shelf.begin(max_bytes)?;
    loop {
        match parts.blocking_recv() {
            Some(Part::Bytes(bytes)) => draft.write(&bytes)?,
            Some(Part::End) => return draft.finish(),
            None => return Err(FilesError::CutOff),
        }
    }
}

/// Puts the bytes in their place, then writes the row. Between the two a crash leaves a file that nobody knows, which is swept.
async fn keep(files: &ChatFiles, link: UploadLink, whole: Whole) -> Result<ChatFileRow, FileRefusal> {
    let row = ChatFileRow {
        id: link.file,
        session: link.session,
        participant: link.by,
        name: link.name,
        kind: whole.kind,
        bytes: whole.bytes,
        sha256: whole.sha256,
        at: files.node().now(),
        chat: None,
    };
    // One at a time: two uploads by one link must not write over each other.
    let _one = files.keeping().lock().await;
    match files.node().store().chat_file(row.id).await? {
        Some(before) if before.sha256 == row.sha256 => return Ok(before),
        Some(_) => return Err(FileRefusal::Used),
        None => {}
    }
    let id = row.id;
    let placed = tokio::task::spawn_blocking(move || whole.place(id)).await;
    placed.map_err(|_| FileRefusal::Fault)?.map_err(|error| files.failed(error))?;
    let kept = files.node().store().keep_chat_file(row.clone(), files.limits()).await;
    let refusal = match kept {
        Ok(KeptFile::New) => return Ok(row),
        Ok(KeptFile::Same | KeptFile::Taken) => return Err(FileRefusal::Used),
        Ok(KeptFile::SessionOver) => FileRefusal::SessionOver,
        Ok(KeptFile::NotInSession) => FileRefusal::NotInRoom,
        Ok(KeptFile::TooManyLoose) => UNSENT,
        Ok(KeptFile::FullOfBytes | KeptFile::FullOfFiles) => files.session_full(),
        Err(error) => error.into(),
    };
    // Whatever stays is swept as a file that nobody knows, unless its row was written after all.
    if !matches!(refusal, FileRefusal::Store(_)) {
        let shelf = files.shelf().clone();
        let _ = tokio::task::spawn_blocking(move || shelf.remove(id)).await;
    }
    Err(refusal)
}

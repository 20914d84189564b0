//! The server's side: takes commands, does their work on threads of their own, and bounds what they hold.

use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::frame::{self, HEAD_BYTES, Hello, Kind, PAYLOAD_MAX};
use super::socket::Listener;
use super::stats::ControlStats;
use crate::work::{self, Console, Desk, Progress, Work};

/// Commands at a time; further ones wait in the kernel's queue. Each holds two buffers and, while it works, a thread.
const COMMANDS_MAX: usize = 16;
/// Commands that read or write the whole ledger, at a time: each keeps a disk busy.
const LONG_MAX: usize = 2;
/// A command says at once what it wants.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// A command that does not read for so long is ended: its snapshot keeps the ledger's log from being folded.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(60);
/// Frames that the work may be ahead of the socket, and the socket of the work.
const FRAMES_AHEAD: usize = 4;
/// Progress is for eyes.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
/// Pause after a failed accept (out of file descriptors): neither spin nor die.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Takes commands until it is told to stop.
#[derive(Debug)]
pub(crate) struct Desks {
    desk: Arc<Desk>,
    stats: ControlStats,
    long: Arc<Semaphore>,
    works: TaskTracker,
    stop: CancellationToken,
}

impl Desks {
    /// Works at this desk until `stop`.
    pub(crate) fn new(desk: Desk, stop: CancellationToken) -> Self {
        let stats = desk.live.as_ref().map(|live| live.observed.control.clone()).unwrap_or_default();
        let long = Arc::new(Semaphore::new(LONG_MAX));
        Self { desk: Arc::new(desk), stats, long, works: TaskTracker::new(), stop }
    }

    /// Accepts until the stop, and returns when all work has ended, which it does soon then.
    pub(crate) async fn serve(self, listener: Listener) {
        let Listener { socket, .. } = &listener;
        let accepted = socket.try_clone().and_then(UnixListener::from_std);
        let socket = match accepted {
            Ok(socket) => socket,
            Err(error) => return tracing::error!(%error, "the control socket cannot be used"),
        };
        let places = Arc::new(Semaphore::new(COMMANDS_MAX));
        let desks = Arc::new(self);
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
                Ok::<_, io::Error>((socket.accept().await?.0, place))
            };
            let next = tokio::select! {
                () = desks.stop.cancelled() => break,
                next = next => next,
            };
            match next {
                Ok((stream, place)) => {
                    let this = Arc::clone(&desks);
                    // Waited for, so that the last word of a command reaches it.
                    desks.works.spawn(async move { this.serve_one(stream, place).await });
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a command");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        // Nobody finds the socket any more.
        drop(listener);
        desks.works.close();
        desks.works.wait().await;
    }

    async fn serve_one(&self, stream: UnixStream, place: OwnedSemaphorePermit) {
        let (read, mut write) = stream.into_split();
        if let Err(error) = self.converse(read, &mut write, place).await {
            self.stats.note_refused();
            tracing::warn!("a command was refused: {error:#}");
            let told = async { send(&mut write, Kind::Failed, format!("{error:#}").as_bytes()).await };
            // It may be gone, or not of ours.
            let _ = tokio::time::timeout(ASK_TIMEOUT, told).await;
        }
    }

    async fn converse(
        &self,
        mut read: OwnedReadHalf,
        write: &mut OwnedWriteHalf,
        place: OwnedSemaphorePermit,
    ) -> anyhow::Result<()> {
        check_peer(&read)?;
        send(write, Kind::Hello, &serde_json::to_vec(&Hello::ours())?).await?;
        let asked = tokio::select! {
            asked = tokio::time::timeout(ASK_TIMEOUT, receive(&mut read)) => asked,
            () = self.stop.cancelled() => bail!("the server is stopping"),
        };
        let (kind, payload) = asked.context("it asked for nothing")??;
        if kind != Kind::Ask {
            bail!("it does not say what it wants");
        }
        let work: Work =
            serde_json::from_slice(&payload).context("it asks for what this server does not know")?;
        let long = match work.is_long() {
            true => Some(Arc::clone(&self.long).try_acquire_owned().ok().with_context(|| {
                format!("{LONG_MAX} commands that read or write the whole ledger are at work: wait for one of them")
            })?),
            false => None,
        };
        let talk = Talk { takes_input: work.takes_input(), gone: Arc::default() };
        let (frames, queue) = mpsc::channel(FRAMES_AHEAD);
        let (parts, input) = mpsc::channel(FRAMES_AHEAD);
        let remote = Remote { frames, gone: Arc::clone(&talk.gone), told: None, stop: self.stop.clone() };
        let (desk, stats) = (Arc::clone(&self.desk), self.stats.clone());
        self.works.spawn_blocking(move || {
            let _places = (place, long);
            perform(&desk, work, remote, input, &stats);
        });
        tokio::select! {
            () = talk.write(write, queue) => {}
            () = talk.read(read, parts, &self.stop) => {}
        }
        // If the work goes on, it is for nobody.
        talk.gone.store(true, Ordering::SeqCst);
        Ok(())
    }
}

/// The same user, or root: others have no business here, whatever the file's mode.
fn check_peer(stream: &OwnedReadHalf) -> anyhow::Result<()> {
    let uid = stream.as_ref().peer_cred().context("who asks is not known")?.uid();
    let ours = rustix::process::geteuid().as_raw();
    if uid != ours && uid != 0 {
        bail!("user {uid} may not command the server of user {ours}");
    }
    Ok(())
}

async fn send(write: &mut OwnedWriteHalf, kind: Kind, payload: &[u8]) -> io::Result<()> {
    write.write_all(&frame::encode(kind, payload)?).await
}

async fn receive(read: &mut OwnedReadHalf) -> io::Result<(Kind, Vec<u8>)> {
    let mut head = [0; HEAD_BYTES];
    read.read_exact(&mut head).await?;
    let (kind, length) = frame::head(head)?;
    let mut payload = vec![0; length];
    read.read_exact(&mut payload).await?;
    Ok((kind, payload))
}

/// Both directions of a connection while the work is done.
struct Talk {
    takes_input: bool,
    gone: Arc<AtomicBool>,
}

impl Talk {
    /// Sends what the work writes, until it has ended or nobody reads.
    async fn write(&self, write: &mut OwnedWriteHalf, mut queue: mpsc::Receiver<(Kind, Vec<u8>)>) {
        while let Some((kind, payload)) = queue.recv().await {
            match tokio::time::timeout(UNREAD_TIMEOUT, send(write, kind, &payload)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => return tracing::warn!("a command did not read its answer and is ended"),
            }
        }
    }

    /// Passes input on, and notices when the command is gone. Ends never: the work does.
    async fn read(&self, mut read: OwnedReadHalf, parts: mpsc::Sender<Part>, stop: &CancellationToken) {
        let receiving = async {
            while let Ok((kind, payload)) = receive(&mut read).await {
                let part = match kind {
                    Kind::Input if self.takes_input => Part::Bytes(payload),
                    Kind::InputEnd if self.takes_input => Part::End,
                    Kind::Input | Kind::InputEnd | Kind::Hello | Kind::Ask => return,
                    Kind::Out | Kind::Err | Kind::Progress | Kind::Exit | Kind::Failed => return,
                };
                if parts.send(part).await.is_err() {
                    // The work reads no more; its answer is on its way.
                    return std::future::pending().await;
                }
            }
        };
        tokio::select! {
            () = receiving => {}
            () = stop.cancelled() => {}
        }
        self.gone.store(true, Ordering::SeqCst);
        // The work sees the input cut off.
        drop(parts);
        std::future::pending().await
    }
}

enum Part {
    Bytes(Vec<u8>),
    End,
}

fn perform(desk: &Desk, work: Work, mut remote: Remote, input: mpsc::Receiver<Part>, stats: &ControlStats) {
    let start = Instant::now();
    let name = work.name();
    stats.note_begun();
    let input = BufReader::with_capacity(
        PAYLOAD_MAX,
        RemoteInput { parts: input, part: Vec::new(), at: 0, ended: false },
    );
    let outcome = work::run(desk, work, &mut remote, Box::new(input));
    let (code, error) = match &outcome {
        Ok(code) => (*code, String::new()),
        Err(error) => (1, format!("{error:#}")),
    };
    let took_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(command = name, code, error, took_ms, "a command was done");
    let (kind, payload) = match outcome {
        Ok(code) => (Kind::Exit, vec![code]),
        Err(_) if remote.stop.is_cancelled() => (Kind::Failed, b"the server is stopping".to_vec()),
        Err(_) => (Kind::Failed, error.into_bytes()),
    };
    // Whoever is gone is not told.
    let _ = remote.frames.blocking_send((kind, payload));
    stats.note_done();
}

/// The terminal at the other end of the socket.
struct Remote {
    frames: mpsc::Sender<(Kind, Vec<u8>)>,
    gone: Arc<AtomicBool>,
    /// When progress was told last.
    told: Option<Instant>,
    stop: CancellationToken,
}

impl Remote {
    fn send(&self, kind: Kind, bytes: &[u8]) -> io::Result<()> {
        if self.gone.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        for part in bytes.chunks(PAYLOAD_MAX) {
            self.frames.blocking_send((kind, part.to_vec())).map_err(|_| io::ErrorKind::BrokenPipe)?;
        }
        Ok(())
    }
}

impl Console for Remote {
    fn out(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.send(Kind::Out, bytes)
    }

    fn err(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.send(Kind::Err, bytes)
    }

    fn progress(&mut self, at: &Progress) -> io::Result<()> {
        if self.told.is_some_and(|told| told.elapsed() < PROGRESS_EVERY) && !at.is_last() {
            return Ok(());
        }
        self.told = Some(Instant::now());
        self.send(Kind::Progress, &serde_json::to_vec(at)?)
    }

    fn is_gone(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.gone)
    }
}

/// What the command sends. A connection that breaks before the end of the input is an error, not an end.
struct RemoteInput {
    parts: mpsc::Receiver<Part>,
    part: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for RemoteInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.part.len() && !self.ended {
            match self.parts.blocking_recv() {
                Some(Part::Bytes(bytes)) => (self.part, self.at) = (bytes, 0),
                Some(Part::End) => self.ended = true,
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the input was cut off")),
            }
        }
        let rest = self.part.get(self.at..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        Ok(n)
    }
}

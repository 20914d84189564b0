//! The handle to the shell that the doors hold.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use sederunt_core::effect::CommandReply;
use sederunt_core::error::RoomError;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{Id, MeetingId, PeerId, SessionId};
use sederunt_core::input::Command;
use sederunt_core::time::{Reading, UnixMs};
use sederunt_store::{ParticipantRow, PresetRow, Store, StoreError, Thing};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::attached::Attached;
use crate::clock::{Clock, Steps};
use crate::heard::Heard;
use crate::ids::IdMint;
use crate::link::LinkKey;
use crate::mailbox::{Notice, RoomHandle, ToRoom};
use crate::media::{MediaHandle, MediaNotice};
use crate::metrics::Metrics;
use crate::outbox::ToSocket;
use crate::room::room_config;
use crate::rooms::{NoRoom, Rooms};
use crate::seen::{self, Seen};
use crate::shell::Shell;
use crate::token::{Claims, Named, TokenKey};
use crate::{EntryError, NodeConfig, NodeError, Pass, heartbeat, removed, supervisor};

/// A room takes a socket in within milliseconds, and refuses it within 8 s when its disk takes no writes.
const ATTACH_MAX: Duration = Duration::from_secs(10);
/// The last heartbeat of a server that stops may take so long: its disk may be stuck.
const LAST_BEAT_MAX: Duration = Duration::from_secs(2);

/// Handle to the shell; cheap to clone.
#[derive(Debug, Clone)]
pub struct Node {
    shell: Arc<Shell>,
}

impl From<NoRoom> for NodeError {
    fn from(why: NoRoom) -> Self {
        match why {
            NoRoom::Full => Self::Full,
            NoRoom::Stopping => Self::Stopping,
        }
    }
}

impl Node {
    /// Recovers the ledger, loads the rooms that are in keep-alive, starts heartbeats. `media` is `None` in tests
    /// of the REST doors: media requests are then refused. Must be called on a tokio runtime.
    pub async fn start(
        config: NodeConfig,
        store: Store,
        media: Option<(MediaHandle, mpsc::UnboundedReceiver<MediaNotice>)>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NodeError> {
        let tokens = TokenKey::from_pem(&config.signing_key_pem)?;
        let links = LinkKey::load_or_make(&store).await?;
        let (media, notices) = media.unzip();
        let shell = Arc::new(Shell {
            tokens,
            links,
            config,
            store,
            clock,
            ids: IdMint::default(),
            metrics: Metrics::default(),
            rooms: Rooms::new(media.clone()),
            media,
            returning: Arc::default(),
            seen: Arc::default(),
            tasks: TaskTracker::new(),
            last: TaskTracker::new(),
            stop: CancellationToken::new(),
            last_conn: AtomicU64::new(0),
        });
        let now = shell.clock.read();
        let recovered = shell.store.recover(&shell.config.node_id, now).await?;
        tracing::info!(
            stays_closed = recovered.stays_closed,
            sessions_ended = recovered.sessions_ended,
            still_open = recovered.still_open.len(),
            returning = recovered.returning.len(),
            "the ledger is recovered"
        );
        // Their transports were those of the process before: they hear so since the media thread answers.
        let since = shell.media.as_ref().map_or_else(Instant::now, MediaHandle::answers_since);
        for (meeting, peer) in recovered.returning {
            let tag = shell.media.as_ref().map(|media| media.tag(peer));
            shell.returning.gone(since, Duration::ZERO, (meeting, peer), tag);
        }
        shell.store.heartbeat(&shell.config.node_id, now).await?;
        for meeting in recovered.still_open {
            if supervisor::room(&shell, meeting).is_err() {
                tracing::warn!(%meeting, "too many open sessions to load at once; the heartbeat goes on with it");
                shell.rooms.mark_failed(meeting, now.steady);
            }
        }
        let pause = shell.clock.sleep_ms(heartbeat::HEARTBEAT_EVERY_MS);
        tokio::spawn(heartbeat::run(shell.clone(), pause, shell.stop.clone()));
        if let Some(notices) = notices {
            tokio::spawn(route_media(shell.clone(), notices));
        }
        if let Some(sightings) = shell.media.as_ref().and_then(MediaHandle::take_sightings) {
            shell.last.spawn(seen::run(shell.clone(), sightings, shell.stop.clone()));
        }
        Ok(Self { shell })
    }

    /// The wall clock: for what is written down and for what expires.
    pub fn now(&self) -> UnixMs {
        self.shell.clock.now()
    }

    /// The steady clock: for lengths. What a LIVE session's rows are asked with.
    pub fn steady(&self) -> UnixMs {
        self.shell.clock.steady()
    }

    /// Both at one moment.
    pub fn reading(&self) -> Reading {
        self.shell.clock.read()
    }

    /// What was seen of a stay's media and is not in the store yet.
    pub fn seen_lately(&self, session: SessionId, stay: PeerId) -> Seen {
        self.shell.seen.waiting(session, stay)
    }

    /// How the wall clock was set since the start.
    pub fn clock_steps(&self) -> Steps {
        // What has not been noticed yet is noticed now.
        let clock = &self.shell.clock;
        clock.read();
        *clock.steps().borrow()
    }

    /// A new id, greater than every one minted before in this process.
    pub fn mint_id(&self) -> Id {
        self.shell.ids.mint(self.shell.clock.now())
    }

    /// Milliseconds for which a lost connection may come back and continue its stay.
    pub fn reconnect_grace_ms(&self) -> i64 {
        self.shell.config.reconnect_grace_ms
    }

    /// The store, for reads.
    pub fn store(&self) -> &Store {
        &self.shell.store
    }

    /// What the shell counts.
    pub fn metrics(&self) -> &Metrics {
        &self.shell.metrics
    }

    /// Signs a participant token: RS256, 100 days (SEMANTICS §2.5); its payload decodes with plain `atob`.
    pub fn mint_token(&self, participant: &ParticipantRow, preset: &PresetRow) -> Result<String, NodeError> {
        self.sign(participant, preset, false)
    }

    /// The same for an anonymous visitor of an open room, of whom nothing is written before he joins.
    pub fn mint_visitor_token(
        &self,
        visitor: &ParticipantRow,
        preset: &PresetRow,
    ) -> Result<String, NodeError> {
        self.sign(visitor, preset, true)
    }

    /// Whom a participant token names, if it is one of ours and good now.
    pub fn verify(&self, token: &str) -> Option<Named> {
        Named::of(token, &self.shell.tokens.verify(token, self.now())?)
    }

    /// Signs what a link says.
    pub fn sign_link(&self, said: &[u8]) -> Vec<u8> {
        self.shell.links.sign(said)
    }

    /// Whether this is the signature of what a link says, of this ledger. Takes as long for a wrong one as for a right one.
    pub fn verify_link(&self, said: &[u8], signature: &[u8]) -> bool {
        self.shell.links.verify(said, signature)
    }

    fn sign(
        &self,
        participant: &ParticipantRow,
        preset: &PresetRow,
        visitor: bool,
    ) -> Result<String, NodeError> {
        let claims = Claims { visitor, ..Claims::of(participant, preset, self.now(), self.mint_id()) };
        self.shell.tokens.sign(&claims)
    }

    /// `Busy` while the ledger's disk is behind: who is in waits for it, but nobody else is let in until it has caught
    /// up.
    pub fn has_room_for_more(&self) -> Result<(), EntryError> {
        let why = match self.shell.store.disk_trouble() {
            Some(trouble) => trouble.to_string(),
            None if self.shell.store.backlog().is_behind => "the disk is behind".to_owned(),
            None => return Ok(()),
        };
        let refusal = EntryError::Busy(why);
        self.shell.metrics.refused_entry(None, refusal.kind());
        Err(refusal)
    }

    /// `Busy` while the ledger's disk takes no writes: nobody can enter or come back.
    pub fn takes_writes(&self) -> Result<(), EntryError> {
        let Some(trouble) = self.shell.store.disk_trouble() else { return Ok(()) };
        let refusal = EntryError::Busy(trouble.to_string());
        self.shell.metrics.refused_entry(None, refusal.kind());
        Err(refusal)
    }

    /// What a client is to be told instead of this refusal, when its peer id was removed from the
    /// meeting: the meeting and the words, the last of which is the closing.
    pub async fn removal_words(
        &self,
        token: &str,
        peer: PeerId,
        refusal: &EntryError,
    ) -> Option<(MeetingId, Vec<ToSocket>)> {
        removed::words(&self.shell, token, peer, refusal).await
    }

    /// Waits while the client of this peer may still believe in transports that are no more: [`crate::RETURN_WAIT`] from
    /// the start of the process, or from the end of its grace, and [`crate::LOSS_WAIT`] from its loss; longer when it asked
    /// after them late. True if it had to, so that what was read of the ledger before is old.
    pub async fn let_return(&self, meeting: MeetingId, peer: PeerId) -> bool {
        let opens_at = || self.shell.returning.opens_at(Instant::now(), (meeting, peer));
        let Some(mut opens) = opens_at() else { return false };
        self.shell.metrics.returns.inc();
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(opens.into()) => {}
                () = self.stopped() => return true,
            }
            // It may have asked after its transports meanwhile.
            match opens_at() {
                Some(later) => opens = later,
                None => return true,
            }
        }
    }

    /// Attaches a socket to its room, and returns when the room has taken it in. What the room refuses (a peer id in
    /// use, a closed meeting) arrives in `outbox` as a closing. A dropped `outbox` sender means: close, and let the
    /// client come back.
    pub async fn attach(
        &self,
        pass: Pass,
        peer: PeerId,
        outbox: mpsc::Sender<ToSocket>,
    ) -> Result<Attached, EntryError> {
        let conn = self.shell.next_conn();
        let (attached, taken_in) = oneshot::channel::<RoomHandle>();
        let Pass { meeting, mut who, newcomer, token_hash: token } = pass;
        if !self.shell.config.store_client_addresses {
            (who.ip_address, who.user_agent) = (None, None);
        }
        let (who, newcomer) = (Box::new(who), newcomer.map(Box::new));
        let heard = Heard::new(self.shell.clock.clone());
        let connect =
            ToRoom::Connect { conn, peer, token, who, newcomer, outbox, heard: heard.clone(), attached };
        supervisor::send(&self.shell, meeting, connect).await.map_err(|why| match why {
            NoRoom::Full => EntryError::Busy("too many live rooms".to_owned()),
            NoRoom::Stopping => EntryError::Node(NodeError::Stopping),
        })?;
        match tokio::time::timeout(ATTACH_MAX, taken_in).await {
            Ok(Ok(room)) => Ok(Attached::new(conn, peer, heard, room)),
            Err(_) => Err(EntryError::Busy("the room does not answer".to_owned())),
            Ok(Err(_)) if let Some(trouble) = self.shell.store.disk_trouble() => {
                Err(EntryError::Busy(trouble.to_string()))
            }
            Ok(Err(_)) => Err(NodeError::RoomFailed("it could not be opened".to_owned()).into()),
        }
    }

    /// Runs a command in the room of a meeting; a meeting without a live room answers as an empty room would.
    /// `Terminate` is performed and durable in any case, unless the meeting is deleted.
    pub async fn command(&self, meeting: MeetingId, command: Command) -> Result<CommandReply, NodeError> {
        if let Some(trouble) = self.shell.store.disk_trouble().filter(|_| command.is_refusable()) {
            return Err(StoreError::Unwritable(trouble).into());
        }
        let live = self.shell.rooms.get(meeting).is_some();
        if !live && self.shell.store.active_session(meeting).await?.is_none() {
            let (removed, muted) = (Vec::new(), Vec::new());
            let nobody = CommandReply { session: None, removed, elsewhere: Vec::new(), muted, poll: None };
            match command {
                Command::KickAll
                | Command::Mute { .. }
                | Command::MuteAll
                | Command::CreatePoll(_)
                | Command::Kick { reason: LeaveReason::Kicked, .. } => {
                    return Err(RoomError::NotFound("active session").into());
                }
                Command::Configure(_) | Command::Kick { .. } | Command::Broadcast { .. } | Command::Stop => {
                    return Ok(nobody);
                }
                // The room itself writes `terminated_at`.
                Command::Terminate => {
                    let row = self.shell.store.meeting(meeting).await?;
                    row.ok_or(StoreError::NotFound(Thing::Meeting))?;
                }
            }
        }
        let (done, reply) = oneshot::channel();
        supervisor::send(&self.shell, meeting, ToRoom::Command { command, done }).await?;
        reply.await.unwrap_or_else(|_| Err(NodeError::RoomFailed("it did not answer".to_owned())))
    }

    /// Re-reads a meeting's row and configures its room, if it is live. Call after every change of the row.
    pub async fn meeting_changed(&self, meeting: MeetingId) -> Result<(), NodeError> {
        let store = &self.shell.store;
        let Some(row) = store.meeting(meeting).await? else { return Ok(()) };
        let prior_ms = store.together_ms(meeting, None).await?;
        let config = room_config(&row, self.shell.config.reconnect_grace_ms, prior_ms);
        self.command(meeting, Command::Configure(config)).await?;
        if row.parent.is_some() {
            // A breakout room tells its parent what it is now, as soon as it is loaded.
            let _ = supervisor::room(&self.shell, meeting);
        }
        Ok(())
    }

    /// Graceful stop: clients told, stays closed with their true times, a last heartbeat. New rooms are refused from
    /// the first moment. Returns when every room has ended.
    pub async fn stop(&self) {
        for (meeting, room) in self.shell.rooms.stop() {
            let (done, _) = oneshot::channel();
            // A room that is gone meanwhile has nothing to stop.
            if room.inputs.send(ToRoom::Command { command: Command::Stop, done }).await.is_err() {
                tracing::debug!(%meeting, "the room had ended before the stop");
            }
        }
        self.shell.tasks.close();
        self.shell.tasks.wait().await;
        self.shell.stop.cancel();
        self.shell.last.close();
        let last = async {
            self.shell.last.wait().await;
            heartbeat::beat(&self.shell).await;
        };
        if tokio::time::timeout(LAST_BEAT_MAX, last).await.is_err() {
            tracing::error!("the last heartbeat is not written: the disk does not answer");
        }
    }

    /// Waits until [`Self::stop`] has closed every stay: no fact follows.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        self.shell.stop.clone().cancelled_owned()
    }

    /// Whether [`Self::stop`] was called.
    pub fn is_stopping(&self) -> bool {
        self.shell.rooms.is_stopping()
    }
}

/// Hands media's answers to their rooms. Never waits: a room that is behind must not hold up the others.
async fn route_media(shell: Arc<Shell>, mut notices: mpsc::UnboundedReceiver<MediaNotice>) {
    loop {
        let notice = tokio::select! {
            notice = notices.recv() => notice,
            () = shell.stop.cancelled() => return,
        };
        match notice {
            Some(MediaNotice::Done { room, call, result }) => {
                // Without the room nobody waits for the answer.
                if let Some(room) = shell.rooms.by_tag(room) {
                    let _ = room.notices.send(Notice::Media { call, result });
                }
            }
            Some(MediaNotice::Refused { whose }) => shell.returning.refused(Instant::now(), whose),
            Some(MediaNotice::Connected { room, peer, transport }) => {
                tracing::debug!(room = room.0, %peer, %transport, "media connected");
            }
            // The client sees it too and opens a new transport (PROTOCOL §9).
            Some(MediaNotice::Closed { room, peer, transport }) => {
                tracing::debug!(room = room.0, %peer, %transport, "media transport closed");
            }
            None => return,
        }
    }
}

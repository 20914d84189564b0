//! Performs what the engine decided: first the ledger, then everything else in order.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use sederunt_core::call::ConnId;
use sederunt_core::effect::{Effect, Write};
use sederunt_core::fact::FactKind;
use sederunt_core::id::PeerId;
use sederunt_core::input::Input;
use sederunt_core::media::MediaCmd;
use sederunt_store::{ParticipantRow, StoreError};

use crate::NodeError;
use crate::room_task::{RoomFault, RoomTask};
use crate::sockets::{Sent, ToSocket};
use crate::stall::STALL_AFTER;

impl RoomTask {
    /// Performs the effects that wait, and those they lead to (a socket that is cut, a media call that is refused).
    pub(crate) async fn perform(&mut self) -> Result<(), RoomFault> {
        while !self.writes.is_empty() || !self.effects.is_empty() {
            let writes = std::mem::take(&mut self.writes);
            self.pending.append(&mut self.effects);
            self.remember(writes).await?;
            for kept in std::mem::take(&mut self.pending) {
                self.do_one(kept.effect)?;
            }
        }
        Ok(())
    }

    async fn remember(&mut self, writes: Vec<Write>) -> Result<(), RoomFault> {
        if writes.is_empty() {
            return Ok(());
        }
        let (mut joins, mut leaves) = (0, 0);
        for write in &writes {
            if let Write::Fact { fact, .. } = write {
                match fact.kind {
                    FactKind::PeerJoined { .. } => joins += 1,
                    FactKind::PeerLeft { .. } => leaves += 1,
                    FactKind::SessionStarted { .. }
                    | FactKind::SessionRetitled { .. }
                    | FactKind::KeepAliveChanged { .. }
                    | FactKind::PeerAway { .. }
                    | FactKind::PeerBack { .. }
                    | FactKind::SessionEnded { .. } => {}
                }
            }
        }
        let start = Instant::now();
        let newcomers = Arc::new(std::mem::take(&mut self.newcomers));
        let writes = Arc::new(writes);
        while let Err(error) = self.write(&newcomers, &writes).await? {
            if !error.is_disk() {
                return Err(error.into());
            }
            self.is_ahead = true;
            self.wait_for_disk().await?;
        }
        self.media.watch.written(&writes, &self.room, self.shell.clock.steady());
        let metrics = &self.shell.metrics;
        metrics.commit_seconds.observe(start.elapsed().as_secs_f64());
        metrics.joins.inc_by(joins);
        metrics.leaves.inc_by(leaves);
        Ok(())
    }

    /// Tries it once. A disk that takes its time holds up only what must be durable.
    async fn write(
        &mut self,
        newcomers: &Arc<Vec<ParticipantRow>>,
        writes: &Arc<Vec<Write>>,
    ) -> Result<Result<u64, StoreError>, RoomFault> {
        let shell = Arc::clone(&self.shell);
        let (newcomers, writes) = (Arc::clone(newcomers), Arc::clone(writes));
        let mut writing = pin!(shell.store.remember_shared(&shell.config.node_id, newcomers, writes));
        match tokio::time::timeout(STALL_AFTER, &mut writing).await {
            Ok(result) => Ok(result),
            Err(_) => self.meanwhile(writing, true).await,
        }
    }

    pub(crate) fn do_one(&mut self, effect: Effect) -> Result<(), RoomFault> {
        match effect {
            Effect::Tell { conn, re, msg } => self.tell(conn, ToSocket::telling(re, msg)),
            Effect::Refuse { conn, re, error } => self.tell(conn, ToSocket::Refuse { re, error }),
            Effect::Close { conn, reason } => {
                self.sockets.close(conn, reason);
                Ok(())
            }
            Effect::Media { call, peer, cmd } => {
                self.watch(peer, &cmd);
                match self.media.call(call, peer, cmd) {
                    None => Ok(()),
                    Some(fault) => self.feed(Input::MediaDone { call, result: Err(fault) }),
                }
            }
            Effect::Done { id, result } => {
                if let Some(done) = self.commands.remove(&id) {
                    // The caller may have given up.
                    let _ = done.send(result.map_err(NodeError::Room));
                }
                Ok(())
            }
        }
    }

    /// Whoever has media is watched, and no longer once it is closed.
    fn watch(&mut self, peer: PeerId, cmd: &MediaCmd) {
        let now = self.shell.clock.steady();
        if matches!(cmd, MediaCmd::ClosePeer { .. }) {
            self.media.watch.closed(peer, now);
        } else if self.shell.media.is_some() {
            self.media.watch.has_media(peer, &self.room, now);
        }
    }

    pub(crate) fn tell(&mut self, conn: ConnId, message: ToSocket) -> Result<(), RoomFault> {
        match self.sockets.send(conn, message) {
            Sent::Done => Ok(()),
            Sent::Cut(how) => {
                tracing::warn!(meeting = %self.meeting, conn = conn.0, "a socket reads too slowly and is cut");
                self.shell.metrics.slow_consumers.inc();
                self.lose(conn, how)
            }
        }
    }
}

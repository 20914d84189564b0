//! Performs what the engine decided: first the ledger, then everything else in order.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use sederunt_core::effect::Write;
use sederunt_core::fact::FactKind;
use sederunt_store::{ParticipantRow, StoreError};

use super::fault::RoomFault;
use super::stall::STALL_AFTER;
use super::state::RoomTask;

impl RoomTask {
    /// Performs the effects that wait, and those they lead to (a socket that is cut, a media call that is refused).
    pub(super) async fn perform(&mut self) -> Result<(), RoomFault> {
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
        let took = start.elapsed();
        metrics.commit_seconds.observe(took.as_secs_f64());
        metrics.commits.add(took);
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
}

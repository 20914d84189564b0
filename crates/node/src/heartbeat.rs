//! One row per process says that it lives (DECISIONS §5). The same beat reloads rooms that failed.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::shell::Shell;

/// Renewed this often; after a crash, stays end at most this much too early.
pub const HEARTBEAT_EVERY_MS: i64 = 5_000;

/// Beats until `stop`.
pub(crate) async fn run(shell: Arc<Shell>, stop: CancellationToken) {
    loop {
        let next = shell.clock.now().plus_ms(HEARTBEAT_EVERY_MS);
        tokio::select! {
            () = shell.clock.sleep_until(next) => {}
            () = stop.cancelled() => return,
        }
        beat(&shell).await;
        for meeting in shell.rooms.failed() {
            // A room that is there already has been reloaded by a client that came back.
            let _ = shell.room(meeting);
        }
    }
}

/// Writes the row.
pub(crate) async fn beat(shell: &Shell) {
    match shell.store.heartbeat(&shell.config.node_id, shell.clock.now()).await {
        Ok(()) => {
            shell.metrics.heartbeats.inc();
        }
        Err(error) => {
            tracing::error!(%error, "the heartbeat cannot be written");
            shell.metrics.error("heartbeat");
        }
    }
}

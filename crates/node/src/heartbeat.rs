//! One row per process says that it lives (DECISIONS §5). The same beat reloads rooms that failed.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sederunt_store::DiskTrouble;
use tokio_util::sync::CancellationToken;

use crate::shell::Shell;
use crate::supervisor;

/// Renewed this often; after a crash, stays end at most this much too early.
pub const HEARTBEAT_EVERY_MS: i64 = 5_000;

/// Pause between beats while the disk takes no writes: they find out when it does again.
const PROBE_EVERY: Duration = Duration::from_millis(250);

/// The pause before a beat.
pub(crate) type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Beats until `stop`, first after `pause`. It beats out of turn when the wall clock was set: from the last beat the next
/// process learns how sessions' own time goes on.
pub(crate) async fn run(shell: Arc<Shell>, mut pause: Pause, stop: CancellationToken) {
    let mut steps = shell.clock.steps();
    loop {
        tokio::select! {
            () = &mut pause => {}
            Ok(()) = steps.changed() => {}
            () = refused(&shell) => {
                // Rooms wait for a write that succeeds, and this is the one that tries.
                beat(&shell).await;
                continue;
            }
            () = stop.cancelled() => return,
        }
        // Counted from here, so that a slow disk does not stretch the interval.
        pause = shell.clock.sleep_ms(HEARTBEAT_EVERY_MS);
        beat(&shell).await;
        for meeting in shell.rooms.failed() {
            // A room that is there already has been reloaded by a client that came back.
            let _ = supervisor::room(&shell, meeting);
        }
    }
}

/// Returns while the disk refuses writes.
async fn refused(shell: &Shell) {
    loop {
        tokio::time::sleep(PROBE_EVERY).await;
        if shell.store.disk_trouble() == Some(DiskTrouble::Failing) {
            return;
        }
    }
}

/// Writes the row.
pub(crate) async fn beat(shell: &Shell) {
    shell.metrics.refused.tick(shell.clock.read().wall());
    match shell.store.heartbeat(&shell.config.node_id, shell.clock.read()).await {
        Ok(()) => {
            shell.metrics.heartbeats.inc();
        }
        Err(error) => {
            tracing::debug!(%error, "the heartbeat cannot be written");
            shell.metrics.error("heartbeat");
        }
    }
}

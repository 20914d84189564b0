//! Takes what the media thread sees, and writes it down.

use std::sync::Arc;

use sederunt_store::ServerPost;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use crate::media::Sighting;
use crate::shell::Shell;

use super::book::{Due, Lost};

/// How often the book is looked through.
const LOOK_EVERY_MS: i64 = 5_000;
/// Sightings that are taken together.
const TAKEN_AT_ONCE: usize = 64;
/// Stays that are written in one transaction.
const WRITTEN_AT_ONCE: usize = 128;

/// Runs until `stop`, and then keeps what is left.
pub(crate) async fn run(shell: Arc<Shell>, mut sightings: Receiver<Sighting>, stop: CancellationToken) {
    let mut look = shell.clock.sleep_ms(LOOK_EVERY_MS);
    let mut taken = Vec::with_capacity(TAKEN_AT_ONCE);
    loop {
        tokio::select! {
            1.. = sightings.recv_many(&mut taken, TAKEN_AT_ONCE) => take(&shell, &mut taken),
            () = &mut look => {
                look = shell.clock.sleep_ms(LOOK_EVERY_MS);
                keep(&shell, false).await;
            }
            () = stop.cancelled() => break,
        }
    }
    while let Ok(sighting) = sightings.try_recv() {
        taken.push(sighting);
    }
    take(&shell, &mut taken);
    keep(&shell, true).await;
}

fn take(shell: &Shell, taken: &mut Vec<Sighting>) {
    let now = shell.clock.steady();
    for Sighting { room, peer, at, what } in taken.drain(..) {
        let ago = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        let lost = shell.seen.see((room, peer), now.plus_ms(-ago), what, shell.config.store_client_addresses);
        count(shell, &lost);
    }
}

async fn keep(shell: &Shell, all: bool) {
    loop {
        let due = shell.seen.due(shell.clock.steady(), all, WRITTEN_AT_ONCE);
        if due.is_empty() {
            return;
        }
        let entries: Vec<_> = due.iter().map(|due| due.no).collect();
        let posts = posts(shell, due);
        let rows = posts.len() as u64;
        match shell.store.server_posts(posts).await {
            Ok(kept) => {
                shell.metrics.call_samples("kept", kept);
                shell.metrics.call_samples("no_person", rows.saturating_sub(kept));
            }
            Err(error) => {
                // Joins and leaves go first, and what is lost here is no fact.
                tracing::debug!(%error, "what was seen of calls was not kept");
                shell.metrics.call_samples("not_written", rows);
            }
        }
        shell.seen.written(entries);
    }
}

/// What has place of what is due.
fn posts(shell: &Shell, due: Vec<Due>) -> Vec<ServerPost> {
    let at = shell.clock.read();
    let mut posts = Vec::with_capacity(due.len());
    for Due { no, session, stay, seen } in due {
        let Ok(body) = serde_json::to_string(&*seen) else { continue };
        if shell.seen.takes(no, body.len()) {
            posts.push(ServerPost { session, stay, at, body });
        } else {
            count(shell, &Lost { full: 1, ..Lost::default() });
        }
    }
    posts
}

fn count(shell: &Shell, lost: &Lost) {
    shell.metrics.call_samples("full", lost.full);
    shell.metrics.call_samples("no_stay", lost.no_stay);
}

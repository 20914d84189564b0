//! A thread that makes everything queued durable at once, and the bare disk behind it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result};
use tokio::sync::oneshot;

use super::clients::Store;

/// Most acts that become durable together.
pub(super) const GROUP_MAX: usize = 8_192;
/// More than clients are in flight.
const QUEUE: usize = 16_384;
/// What a join or leave takes in a log of one's own.
const RECORD_BYTES: usize = 96;
/// The log has its size from the start and is used again from its start.
const LOG_BYTES: u64 = 64 << 20;

/// A join or leave that waits.
pub(super) struct Act {
    pub(super) peer: usize,
    pub(super) joins: bool,
    reply: oneshot::Sender<Result<()>>,
}

/// Group commit by a thread; ends when it is dropped.
pub(super) struct Committer {
    queue: Option<SyncSender<Act>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// `commit` makes at most `group_max` acts durable at a time.
    pub(super) fn start(
        group_max: usize,
        commit: impl FnMut(&[Act]) -> Result<()> + Send + 'static,
    ) -> Result<Self> {
        let (queue, acts) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || run(&acts, group_max, commit))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }
}

fn run(acts: &Receiver<Act>, group_max: usize, mut commit: impl FnMut(&[Act]) -> Result<()>) {
    while let Ok(first) = acts.recv() {
        let mut group = vec![first];
        while group.len() < group_max {
            let Ok(next) = acts.try_recv() else { break };
            group.push(next);
        }
        let outcome = commit(&group).map_err(|e| format!("{e:#}"));
        for act in group {
            let _ = act.reply.send(outcome.clone().map_err(anyhow::Error::msg));
        }
    }
}

impl Store for Committer {
    async fn act(&self, peer: usize, joins: bool) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.as_ref().context("stopped")?;
        queue.try_send(Act { peer, joins, reply }).ok().context("the queue is full")?;
        answer.await?
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Nothing but the bytes and the `fdatasync`.
pub(super) fn raw(path: &Path) -> Result<Committer> {
    let file = File::create(path)?;
    let zeros = vec![0; 1 << 20];
    for at in (0..LOG_BYTES).step_by(zeros.len()) {
        file.write_all_at(&zeros, at)?;
    }
    file.sync_all()?;
    let (mut at, mut bytes) = (0, Vec::new());
    Committer::start(GROUP_MAX, move |group| {
        bytes.clear();
        bytes.resize(group.len() * RECORD_BYTES, 0x5a);
        if at + bytes.len() as u64 > LOG_BYTES {
            at = 0;
        }
        file.write_all_at(&bytes, at)?;
        file.sync_data()?;
        at += bytes.len() as u64;
        Ok(())
    })
}

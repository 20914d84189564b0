//! The task of one receiver: it feeds the machine, and does what that asks for.

mod keeper;
mod life;
mod only;

use std::sync::Arc;

use sederunt_core::id::{Id, MeetingId};
use sederunt_core::time::UnixMs;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::task::AbortOnDropHandle;

use super::config::Config;
use super::shared::Shared;
use crate::health::State;
use crate::told::Key;

pub(super) use keeper::Keeper;

/// Questions that may wait for a receiver.
const COMMANDS_MAX: usize = 64;

/// What a receiver is asked.
#[derive(Debug)]
pub(super) enum Command {
    /// It may have begun anew: what is in memory counts no more.
    Reload,
    /// Whether its URL works now is worth a probe.
    Probe,
    /// The server's key was changed then.
    Rotated(UnixMs),
    /// Send an event once more.
    Retry(Key, MeetingId, oneshot::Sender<Retried>),
    /// How it does.
    Status(oneshot::Sender<Status>),
    /// Have a row of its own.
    HaveRow,
    /// Have none any more; the shared place is at this fact then.
    DropRow(u64),
}

/// What became of [`Command::Retry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retried {
    /// It is due.
    Due,
    /// Not while a request for the event is under way.
    UnderWay,
    /// As many events wait as may.
    Full,
}

/// How a receiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// What is done with it.
    pub state: State,
    /// Everything up to this fact is settled or waits in a row.
    pub done_seq: u64,
    /// The last fact that it knows of.
    pub head: u64,
    /// Events that failed and wait, and meetings that are behind.
    pub waiting: usize,
    /// Requests in flight.
    pub in_flight: usize,
    /// When something is due by itself, on the steady clock.
    pub next_at: Option<UnixMs>,
}

/// A receiver's task; dropping it ends that.
#[derive(Debug)]
pub(super) struct Handle {
    commands: mpsc::Sender<Command>,
    config: watch::Sender<Arc<Config>>,
    news: watch::Sender<u64>,
    task: AbortOnDropHandle<()>,
}

impl Handle {
    /// Begins a task. `news`: the last fact that it is to look at.
    pub(super) fn spawn(app: Arc<Shared>, id: Id, config: Config, keeper: Keeper, news: u64) -> Self {
        let (commands, asked) = mpsc::channel(COMMANDS_MAX);
        let (config, configured) = watch::channel(Arc::new(config));
        let (news, heard) = watch::channel(news);
        let ends = life::Ends { asked, configured, heard };
        let task = AbortOnDropHandle::new(tokio::spawn(life::run(app, id, keeper, ends)));
        Self { commands, config, news, task }
    }

    /// There are facts up to here.
    pub(super) fn news(&self, seq: u64) {
        self.news.send_if_modified(|known| {
            let is_new = seq > *known;
            *known = seq.max(*known);
            is_new
        });
    }

    /// It is another one now.
    pub(super) fn configure(&self, config: Config) {
        self.config.send_replace(Arc::new(config));
    }

    /// Asks, unless too much waits already; whether it did.
    pub(super) fn ask(&self, command: Command) -> bool {
        self.commands.try_send(command).is_ok()
    }

    /// There is nothing for it to do any more: it is switched off, or gone.
    pub(super) fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    /// One that does nothing.
    #[cfg(test)]
    pub(super) fn idle() -> Self {
        let task = AbortOnDropHandle::new(tokio::spawn(std::future::pending()));
        Self {
            commands: mpsc::channel(1).0,
            config: watch::Sender::new(Config::nowhere().into()),
            news: watch::Sender::new(0),
            task,
        }
    }

    /// Its task, for whoever waits for its end.
    pub(super) fn into_task(self) -> AbortOnDropHandle<()> {
        self.task
    }
}

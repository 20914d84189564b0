//! The one writer: a thread that commits everything waiting in one transaction (group commit).
//!
//! A verb waits for the fsync of its group, so 1000 concurrent writes cost one fsync, and nothing is told before it
//! is durable. A verb that fails takes back its own changes only; the others of its group are not touched.

use sederunt_core::effect::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

use crate::disk::Disk;
use crate::places::Places;
use crate::transaction::Transaction;
use crate::{ParticipantRow, Result, StoreError};

/// Most writes in one transaction: bounds how long the first of a group waits for the last.
const GROUP_MAX: usize = 4_096;

/// The writes of one room, waiting for their fsync.
pub(crate) struct Remember {
    pub node: String,
    /// Who is let in by these writes and has no row yet.
    pub members: Arc<Vec<ParticipantRow>>,
    pub writes: Arc<Vec<Write>>,
    pub reply: oneshot::Sender<Result<u64>>,
}

/// Any other write.
pub(crate) trait Job: Send {
    /// Whether it is large enough for a transaction of its own.
    fn is_alone(&self) -> bool;
    /// Runs in the transaction of its group. `false` = it failed; its changes are taken back.
    fn run(&mut self, ledger: &mut Transaction) -> bool;
    /// Answers the caller: the group is durable, or it failed as a whole.
    fn answer(self: Box<Self>, lost: Option<StoreError>);
}

pub(crate) enum Command {
    Remember(Remember),
    Job(Box<dyn Job>),
}

/// The handle of the writer thread. Dropping it waits until everything queued is durable.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<Sender<Command>>,
    /// What bounds the queue.
    places: Arc<Places>,
    /// What it has met.
    disk: Arc<Disk>,
    thread: Option<JoinHandle<()>>,
    /// Sequence number of the last durable fact.
    committed: watch::Receiver<u64>,
}

impl Writer {
    pub(crate) fn start(ledger: Transaction) -> Result<Self> {
        let (queue, commands) = channel();
        let places = Arc::new(Places::new());
        let disk = Arc::new(Disk::new());
        let of_thread = (Arc::clone(&places), Arc::clone(&disk));
        let (durable, committed) = watch::channel(ledger.last_seq());
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || run(ledger, &commands, &of_thread, &durable))
            .map_err(|source| StoreError::Io { context: "starting the writer thread".to_owned(), source })?;
        Ok(Self { queue: Some(queue), places, disk, thread: Some(thread), committed })
    }

    /// Sequence number of the last durable fact; changes after each group.
    pub(crate) fn committed(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    /// What bounds the queue.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// What it has met.
    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Queues the writes of a room, as soon as there is a place: a room goes on only when they are durable, so that
    /// what waits is bounded by the rooms, and nothing of a room is dropped because the disk is slow.
    pub(crate) async fn remember(&self, remember: Remember) -> Result<()> {
        self.places.wait().await?;
        self.send(Command::Remember(remember))
    }

    fn send(&self, command: Command) -> Result<()> {
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(command).map_err(|_| StoreError::Closed)
    }

    /// Runs a closure in the transaction of the next group; [`StoreError::Busy`] when too much waits.
    pub(crate) fn submit<T, F>(&self, verb: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Transaction) -> Result<T> + Send + 'static,
    {
        self.places.take()?;
        self.queue_verb(verb, false)
    }

    /// Runs a closure in the transaction of the next group, as soon as there is a place.
    pub(crate) async fn submit_patiently<T, F>(&self, verb: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Transaction) -> Result<T> + Send + 'static,
    {
        self.places.wait().await?;
        self.queue_verb(verb, false)
    }

    /// Runs a closure in a transaction of its own: for so much work that a savepoint would cost more than it does.
    /// It takes no place: an import has one at a time.
    pub(crate) fn submit_alone<T, F>(&self, verb: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Transaction) -> Result<T> + Send + 'static,
    {
        self.queue_verb(verb, true)
    }

    fn queue_verb<T, F>(&self, verb: F, alone: bool) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Transaction) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let verb = Verb { verb: Some(verb), alone, result: Err(StoreError::Closed), reply };
        self.send(Command::Job(Box::new(verb)))?;
        Ok(answer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer thread panicked");
        }
    }
}

struct Verb<T, F> {
    verb: Option<F>,
    alone: bool,
    result: Result<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&mut Transaction) -> Result<T> + Send> Job for Verb<T, F> {
    fn is_alone(&self) -> bool {
        self.alone
    }

    fn run(&mut self, ledger: &mut Transaction) -> bool {
        if let Some(verb) = self.verb.take() {
            self.result = if self.alone { ledger.unguarded(verb) } else { ledger.guarded(verb) };
        }
        self.result.is_ok()
    }

    fn answer(self: Box<Self>, lost: Option<StoreError>) {
        let never_ran = self.verb.is_some();
        let result = match (self.result, lost) {
            (_, Some(lost)) if never_ran => Err(lost),
            (Ok(_), Some(lost)) => Err(lost),
            (result, _) => result,
        };
        // A caller that gave up has dropped its end; the write stands.
        let _ = self.reply.send(result);
    }
}

fn run(
    mut ledger: Transaction,
    commands: &Receiver<Command>,
    (places, disk): &(Arc<Places>, Arc<Disk>),
    durable: &watch::Sender<u64>,
) {
    let mut left_over = None;
    while let Some(first) = left_over.take().or_else(|| commands.recv().ok()) {
        let mut alone = is_alone(&first);
        let mut group = vec![first];
        while !alone && group.len() < GROUP_MAX {
            let Ok(next) = commands.try_recv() else { break };
            alone = is_alone(&next);
            if alone {
                left_over = Some(next);
            } else {
                group.push(next);
            }
        }
        places.give_back(group.iter().filter(|command| !is_alone(command)).count());
        if !alone {
            // An import may take as long as it likes.
            disk.begin();
        }
        let done = commit(&mut ledger, group, durable);
        disk.end(ledger.what_the_disk_did());
        done.answer();
        places.committed();
    }
    ledger.close();
}

fn is_alone(command: &Command) -> bool {
    matches!(command, Command::Job(job) if job.is_alone())
}

/// A member of a group, with what it will be told.
enum Done {
    Remember(oneshot::Sender<Result<u64>>, Result<u64>),
    Job(Box<dyn Job>),
}

/// A group whose transaction has ended, to be told so.
struct Ended {
    members: Vec<Done>,
    outcome: Result<()>,
}

impl Ended {
    fn answer(self) {
        let Self { members, outcome } = self;
        let lost = || outcome.as_ref().err().map(StoreError::again);
        for member in members {
            match member {
                Done::Remember(reply, result) => {
                    let result = lost().map_or(result, Err);
                    let _ = reply.send(result);
                }
                Done::Job(job) => job.answer(lost()),
            }
        }
    }
}

fn commit(ledger: &mut Transaction, group: Vec<Command>, durable: &watch::Sender<u64>) -> Ended {
    let mut members = Vec::with_capacity(group.len());
    let begun = ledger.begin();
    if let Err(e) = &begun {
        // Whoever waits is told; nothing was tried.
        refuse(group, e, &mut members);
    } else {
        perform(ledger, group, &mut members);
    }
    let outcome = begun.and_then(|()| ledger.commit());
    match &outcome {
        Ok(()) => {
            // Before the answers: whoever got one finds its facts in the feed.
            durable.send_if_modified(|seq| std::mem::replace(seq, ledger.last_seq()) != ledger.last_seq());
        }
        Err(e) => {
            tracing::debug!(error = %e, writes = members.len(), "a group of writes was not made durable");
        }
    }
    Ended { members, outcome }
}

fn refuse(group: Vec<Command>, e: &StoreError, done: &mut Vec<Done>) {
    for command in group {
        done.push(match command {
            Command::Remember(r) => Done::Remember(r.reply, Err(e.again())),
            Command::Job(job) => Done::Job(job),
        });
    }
}

/// Runs the group in the order of arrival; neighbouring ledger writes go together.
fn perform(ledger: &mut Transaction, group: Vec<Command>, done: &mut Vec<Done>) {
    let mut facts = Vec::new();
    for command in group {
        match command {
            Command::Remember(r) => facts.push(r),
            Command::Job(mut job) => {
                remember(ledger, std::mem::take(&mut facts), done);
                job.run(ledger);
                done.push(Done::Job(job));
            }
        }
    }
    remember(ledger, facts, done);
}

/// Applies many rooms' writes as one set; if one of them is refused, each by itself.
fn remember(ledger: &mut Transaction, rooms: Vec<Remember>, done: &mut Vec<Done>) {
    if rooms.is_empty() {
        return;
    }
    let apply = |l: &mut Transaction| {
        for room in &rooms {
            l.apply_newcomers(&room.members)?;
        }
        crate::facts::apply(l, rooms.iter().map(|r| (r.node.as_str(), &**r.writes)))
    };
    // What comes first in a transaction needs no savepoint, which would copy every page it touches: the whole
    // transaction can be taken back. Nearly all groups are one such set.
    let first = done.is_empty();
    let all = if first { ledger.unguarded(apply) } else { ledger.guarded(apply) };
    match all {
        Ok(seqs) => done.extend(rooms.into_iter().zip(seqs).map(|(r, seq)| Done::Remember(r.reply, Ok(seq)))),
        Err(e) => {
            if first && let Err(e) = ledger.begin() {
                tracing::error!(error = %e, "a transaction could not be begun again");
            }
            one_by_one(ledger, rooms, &e, done);
        }
    }
}

/// After `e` of all of them together. A single one has its answer in it.
fn one_by_one(ledger: &mut Transaction, rooms: Vec<Remember>, e: &StoreError, done: &mut Vec<Done>) {
    let single = rooms.len() == 1;
    for Remember { node, members, writes, reply } in rooms {
        let result = if single {
            Err(e.again())
        } else {
            let seqs = ledger.guarded(|l| {
                l.apply_newcomers(&members)?;
                crate::facts::apply(l, std::iter::once((node.as_str(), &**writes)))
            });
            seqs.map(|seqs| seqs.first().copied().unwrap_or_default())
        };
        done.push(Done::Remember(reply, result));
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;

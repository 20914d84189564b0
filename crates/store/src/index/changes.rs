//! What the transaction under way changes in the sessions of indexed apps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sederunt_core::fact::FactKind;
use sederunt_index::Change;

use super::{IndexedApp, Indexes, rows};
use crate::rows::{NewFact, SessionState};

/// The writer's list. It grows with the transaction, loses its end when a savepoint is taken back, and is handed on
/// once the transaction is durable.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Who is told; nobody in a store without an index.
    indexes: Option<Arc<Indexes>>,
    /// Numbers of the apps whose sessions are followed.
    followed: HashSet<i64>,
    /// How many apps had lost their index when `followed` was last looked through.
    detached: u64,
    /// Sessions of followed apps after each set of facts, with the app; the last state of a session counts.
    sessions: Vec<(i64, Change)>,
    /// Apps that are followed from this transaction on.
    attached: Vec<IndexedApp>,
    /// Ends in other apps. A hint only: it may count what was taken back.
    ended_elsewhere: HashMap<i64, u64>,
}

/// Where the list ended.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    sessions: usize,
    attached: usize,
}

/// What a transaction changed.
#[derive(Debug)]
pub(super) struct Changed {
    pub attached: Vec<IndexedApp>,
    pub sessions: Vec<(i64, Change)>,
    pub ended_elsewhere: HashMap<i64, u64>,
}

impl Changes {
    /// Tells `indexes` from now on, and follows the apps that have one.
    pub(super) fn tell(&mut self, indexes: Arc<Indexes>) {
        self.followed = indexes.all().iter().map(|app| app.no).collect();
        self.indexes = Some(indexes);
    }

    /// Notes the sessions that facts changed.
    pub(crate) fn note<'a>(
        &mut self,
        facts: &[NewFact<'_>],
        states: impl Iterator<Item = &'a SessionState<'a>>,
    ) {
        if self.indexes.is_none() {
            return;
        }
        let ends = facts.iter().filter_map(|new| match new.fact.kind {
            FactKind::SessionEnded { .. } => Some((new.fact.session, new.place.seq)),
            FactKind::SessionStarted { .. }
            | FactKind::SessionRetitled { .. }
            | FactKind::KeepAliveChanged { .. }
            | FactKind::PeerJoined { .. }
            | FactKind::PeerAway { .. }
            | FactKind::PeerBack { .. }
            | FactKind::PeerLeft { .. } => None,
        });
        let ends: HashMap<_, _> = ends.collect();
        for SessionState { app, columns, offset_ms, .. } in states {
            let ended_seq = ends.get(&columns.session).and_then(|seq| u64::try_from(*seq).ok());
            if self.followed.contains(app) {
                self.sessions.push((*app, Change { row: rows::of_columns(columns, *offset_ms), ended_seq }));
            } else if ended_seq.is_some() {
                *self.ended_elsewhere.entry(*app).or_insert(0) += 1;
            }
        }
    }

    /// Follows the sessions of an app; `app` has their states as of now. Its index answers once this is durable.
    pub(super) fn attach(&mut self, app: IndexedApp) {
        self.followed.insert(app.no);
        self.attached.push(app);
    }

    /// Where the list ends now, for [`Self::rewind`].
    pub(crate) fn mark(&self) -> Mark {
        Mark { sessions: self.sessions.len(), attached: self.attached.len() }
    }

    /// Takes back what came after `mark`.
    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.sessions.truncate(mark.sessions);
        self.attached.truncate(mark.attached);
    }

    /// The transaction is durable: lists show it from now on. Before anybody is told of it.
    pub(crate) fn publish(&mut self) {
        let Some(indexes) = &self.indexes else { return };
        if self.sessions.is_empty() && self.attached.is_empty() && self.ended_elsewhere.is_empty() {
            return;
        }
        indexes.publish(Changed {
            attached: std::mem::take(&mut self.attached),
            sessions: std::mem::take(&mut self.sessions),
            ended_elsewhere: std::mem::take(&mut self.ended_elsewhere),
        });
        let detached = indexes.detached();
        if std::mem::replace(&mut self.detached, detached) != detached {
            self.followed.retain(|app| indexes.of_no(*app).is_some());
        }
    }
}

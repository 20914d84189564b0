//! What the transaction under way changes in the sessions of indexed apps.

use std::collections::HashSet;

use sederunt_archive::Change;
use sederunt_core::tally::SessionColumns;

use super::rows;

/// The writer's list. It grows with the transaction, loses its end when a savepoint is taken back, and is handed on
/// once the transaction is durable.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Numbers of the apps whose sessions are followed.
    followed: HashSet<i64>,
    /// Sessions of followed apps after each set of facts, with the app; the last state of a session counts.
    sessions: Vec<(i64, Change)>,
}

impl Changes {
    /// Notes the state of a session; `ended_seq` is the fact that ended it.
    pub(crate) fn session(&mut self, app: i64, columns: &SessionColumns, ended_seq: Option<i64>) {
        if self.followed.contains(&app) {
            let ended_seq = ended_seq.and_then(|seq| u64::try_from(seq).ok());
            self.sessions.push((app, Change { row: rows::of_columns(columns), ended_seq }));
        }
    }

    /// Where the list ends now, for [`Self::rewind`].
    pub(crate) fn mark(&self) -> usize {
        self.sessions.len()
    }

    /// Takes back what came after `mark`.
    pub(crate) fn rewind(&mut self, mark: usize) {
        self.sessions.truncate(mark);
    }
}

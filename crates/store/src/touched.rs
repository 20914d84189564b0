//! What a transaction changes, told to listeners once it is durable and before anybody else hears of it.

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;

use sederunt_core::fact::FactKind;
use sederunt_core::id::AppId;

use crate::SessionRow;
use crate::rows::{NewFact, SessionState};

/// Hears of every transaction, on the writer's thread: it should be quick.
pub(crate) trait OnCommit: Debug + Send + Sync {
    /// Whether it wants to have the sessions of an app, not only to hear that there are changes.
    fn wants_sessions(&self, _app: i64) -> bool {
        false
    }

    /// A transaction is durable.
    fn committed(&self, touched: &Touched);

    /// A transaction failed. It may have become durable all the same: who knows how far it came.
    fn failed(&self, _touched: &Touched) {}
}

/// What a transaction changed.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Sequence number of the last fact.
    pub through: u64,
    /// Apps that have new facts. A hint only: it may name what was taken back.
    pub apps: HashMap<i64, AppId>,
    /// Sessions of apps that somebody [wants](OnCommit::wants_sessions), after each set of facts: the last state of one
    /// counts.
    pub sessions: Vec<TouchedSession>,
    /// Sessions that ended in other apps. A hint only.
    pub ended_elsewhere: HashMap<i64, u64>,
    /// An app, a token or a sign-in changed. A hint only.
    pub names_or_rights: bool,
    /// Apps whose receivers of webhooks changed. A hint only.
    pub receivers: HashSet<AppId>,
}

/// A session as it is now.
#[derive(Debug)]
pub(crate) struct TouchedSession {
    /// Short key of its app.
    pub app: i64,
    /// The session.
    pub row: SessionRow,
    /// Sequence number of the fact that ended it; `None` while LIVE.
    pub ended_seq: Option<u64>,
}

/// How far the list of a [`Touched`] went.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    sessions: usize,
}

impl Touched {
    /// Notes what facts did to sessions.
    pub(crate) fn facts<'a>(
        &mut self,
        facts: &[NewFact<'_>],
        states: impl Iterator<Item = &'a SessionState<'a>>,
        wants: impl Fn(i64) -> bool,
    ) {
        let mut ends = HashMap::new();
        let mut last = None;
        for new in facts {
            if last.replace(new.app) != Some(new.app) {
                self.apps.entry(new.app).or_insert_with(|| new.fact.app.clone());
            }
            if matches!(new.fact.kind, FactKind::SessionEnded { .. }) {
                ends.insert(new.fact.session, new.place.seq);
            }
        }
        for SessionState { app, columns, offset_ms, .. } in states {
            let ended_seq = ends.get(&columns.session).and_then(|seq| u64::try_from(*seq).ok());
            if wants(*app) {
                let row = SessionRow::of(columns, *offset_ms);
                self.sessions.push(TouchedSession { app: *app, row, ended_seq });
            } else if ended_seq.is_some() {
                *self.ended_elsewhere.entry(*app).or_insert(0) += 1;
            }
        }
    }

    /// How far it goes now, for [`Self::rewind`].
    pub(crate) fn mark(&self) -> Mark {
        Mark { sessions: self.sessions.len() }
    }

    /// Takes back what came after `mark`.
    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.sessions.truncate(mark.sessions);
    }

    /// For the next transaction. Its memory is kept.
    pub(crate) fn clear(&mut self) {
        self.apps.clear();
        self.sessions.clear();
        self.ended_elsewhere.clear();
        self.names_or_rights = false;
        self.receivers.clear();
    }
}

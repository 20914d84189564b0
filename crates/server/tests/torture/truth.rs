//! What the ledger says when all of it is written out: `sederunt export`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sederunt_core::id::Id;
use serde::Deserialize;

use crate::common::stdout_of;

/// A session of an export.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: Id,
    pub(crate) meeting: Id,
    /// The session that it is a breakout room of.
    pub(crate) parent: Option<Id>,
    pub(crate) title: String,
    pub(crate) started_at: i64,
    pub(crate) ended_at: i64,
    pub(crate) by_host: bool,
    /// By join, then id.
    pub(crate) stays: Vec<Stay>,
}

impl Session {
    pub(crate) fn consumed_ms(&self) -> i64 {
        self.stays.iter().map(|s| s.left_at - s.joined_at).sum()
    }
}

/// A stay of an export.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    /// Unique over all sessions.
    pub(crate) id: Id,
    pub(crate) peer: Id,
    pub(crate) participant: Id,
    pub(crate) joined_at: i64,
    pub(crate) left_at: i64,
    pub(crate) reason: String,
}

/// All sessions of a ledger in which nobody is.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub(crate) sessions: BTreeMap<Id, Session>,
    /// The lines as they were written, by session.
    pub(crate) lines: BTreeMap<Id, String>,
}

#[derive(Deserialize)]
struct Line {
    meeting: MeetingLine,
    session: SessionLine,
    stays: Vec<StayLine>,
}

#[derive(Deserialize)]
struct MeetingLine {
    id: String,
    #[serde(default)]
    title: String,
}

#[derive(Deserialize)]
struct SessionLine {
    id: String,
    parent: Option<String>,
    title: Option<String>,
    started_at: String,
    ended_at: Option<String>,
    end_reason: Option<String>,
}

#[derive(Deserialize)]
struct StayLine {
    peer: String,
    participant: String,
    stay: Option<String>,
    joined_at: String,
    left_at: Option<String>,
    reason: Option<String>,
}

impl Truth {
    /// No stay and no session is open.
    pub(crate) fn export(data: &Path) -> Self {
        let text = stdout_of(&["export", "--data", data.to_str().unwrap()]);
        let mut truth = Self { sessions: BTreeMap::new(), lines: BTreeMap::new() };
        let mut ids = BTreeSet::new();
        for line in text.lines() {
            let read: Line = serde_json::from_str(line).unwrap();
            let session = session(read, line);
            for stay in &session.stays {
                assert!(ids.insert(stay.id), "two stays have one id: {line}");
            }
            truth.lines.insert(session.id, line.to_owned());
            assert!(truth.sessions.insert(session.id, session).is_none(), "twice: {line}");
        }
        truth
    }
}

fn session(line: Line, what: &str) -> Session {
    let id = |text: &str| Id::parse(text).unwrap();
    let ms = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let stay = |s: StayLine| Stay {
        id: id(s.stay.as_ref().unwrap_or(&s.peer)),
        peer: id(&s.peer),
        participant: id(&s.participant),
        joined_at: ms(&s.joined_at),
        left_at: ms(&s.left_at.unwrap_or_else(|| panic!("a stay is open: {what}"))),
        reason: s.reason.unwrap(),
    };
    let s = line.session;
    Session {
        id: id(&s.id),
        meeting: id(&line.meeting.id),
        parent: s.parent.as_deref().map(id),
        title: s.title.unwrap_or(line.meeting.title),
        started_at: ms(&s.started_at),
        ended_at: ms(&s.ended_at.unwrap_or_else(|| panic!("a session is LIVE: {what}"))),
        by_host: s.end_reason.as_deref() == Some("host_ended_meeting"),
        stays: line.stays.into_iter().map(stay).collect(),
    }
}

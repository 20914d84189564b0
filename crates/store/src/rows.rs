//! The rows of the ledger's own tables, many at a time. Who applies facts decides which there are.

use rusqlite::Connection;
use sederunt_core::effect::Person;
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{MeetingId, SessionId};
use sederunt_core::tally::{SessionColumns, Stay};
use sederunt_core::time::{Day, UnixMs};
use sederunt_core::view_type::ViewType;

use crate::fold::fold;
use crate::sql::{blob, opt_stay_blob, write_error};
use crate::table::{Insert, Update, columns};
use crate::{Result, StoreError, Thing};

/// A block of the sequence is 2⁶ facts: one row for so many facts of a busy app, and a quiet one's few facts cost
/// reading so many others.
pub(crate) const BLOCK_BITS: i64 = 6;

/// Where a fact stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub seq: i64,
    /// The fact of its session before it.
    pub prev: Option<i64>,
}

/// A fact, who recorded it, and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewFact<'a> {
    pub node: i64,
    pub app: i64,
    pub place: Place,
    pub fact: &'a Fact,
}

/// A session as of its latest fact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionState<'a> {
    pub app: i64,
    pub columns: &'a SessionColumns,
    /// Sequence number of that fact.
    pub last_seq: i64,
    /// Title or keep-alive may be others than before.
    pub renamed: bool,
    /// Its own time minus the steady clock of the process that writes.
    pub offset_ms: i64,
}

/// A stay as of its latest fact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StayState<'a> {
    pub session: SessionId,
    pub node: i64,
    pub stay: &'a Stay,
    /// With a new stay.
    pub person: Option<&'a Person>,
}

/// What changes in the sums of a meeting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TallyChange {
    pub sessions: i64,
    pub first_joined_at: UnixMs,
    pub together_ms: i64,
    /// Of sessions that end.
    pub stays: i64,
}

/// What changes in the sums of an app's day: sessions that end, each on the day it began.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DayChange {
    pub sessions: i64,
    pub consumed_ms: i64,
}

impl DayChange {
    /// Adds a session that has ended: nobody is in, so all that it consumed is closed.
    pub(crate) fn add(&mut self, columns: &SessionColumns) {
        self.sessions += 1;
        self.consumed_ms = self.consumed_ms.saturating_add(columns.closed_ms);
    }
}

columns! {
    /// A fact.
    AFact of ['a] NewFact<'a>, |new| let of_kind = OfKind::of(&new.fact.kind); {
        seq = new.place.seq,
        node = new.node,
        at_ms = new.fact.at.0,
        app = new.app,
        meeting = blob(new.fact.meeting.as_u128()),
        session = blob(new.fact.session.as_u128()),
        kind = of_kind.kind,
        peer = of_kind.peer,
        participant = of_kind.participant,
        role = of_kind.role,
        created_ms = of_kind.created_ms,
        reason = of_kind.reason,
        title = of_kind.title,
        keep_alive_ms = of_kind.keep_alive_ms,
        prev = new.place.prev,
        parent = of_kind.parent,
        stay = of_kind.stay,
    }
    read
    /// Where they stand.
    FactPlaces of "fact"
}

/// Appends facts.
pub(crate) fn insert_facts(conn: &Connection, facts: &[NewFact<'_>]) -> Result<()> {
    static INSERT: Insert = Insert::new("INSERT OR FAIL INTO fact", "");
    Ok(INSERT.run::<AFact, _>(conn, facts)?)
}

columns! {
    /// In which block of the sequence an app has facts.
    ABlock of [] (i64, i64), |row| {
        app = row.0,
        block = row.1,
    }
}

/// Says in which blocks of the sequence apps have facts; `(app, block)` that are known are passed over.
pub(crate) fn insert_blocks(conn: &Connection, blocks: &[(i64, i64)]) -> Result<()> {
    static INSERT: Insert = Insert::new("INSERT OR IGNORE INTO fact_block", "");
    Ok(INSERT.run::<ABlock, _>(conn, blocks)?)
}

/// The columns that only some kinds of facts have.
#[derive(Default)]
struct OfKind<'a> {
    kind: &'static str,
    peer: Option<[u8; 16]>,
    participant: Option<[u8; 16]>,
    role: Option<&'static str>,
    created_ms: Option<i64>,
    reason: Option<&'static str>,
    title: Option<&'a str>,
    keep_alive_ms: Option<i64>,
    parent: Option<[u8; 16]>,
    stay: Option<[u8; 16]>,
}

impl<'a> OfKind<'a> {
    fn of(kind: &'a FactKind) -> Self {
        let named = Self { kind: kind.name().as_str(), ..Self::default() };
        match kind {
            FactKind::SessionStarted { title, keep_alive_ms, parent } => Self {
                title: Some(title.as_str()),
                keep_alive_ms: Some(*keep_alive_ms),
                parent: parent.map(|parent| blob(parent.as_u128())),
                ..named
            },
            FactKind::SessionRetitled { title } => Self { title: Some(title), ..named },
            FactKind::KeepAliveChanged { keep_alive_ms } => {
                Self { keep_alive_ms: Some(*keep_alive_ms), ..named }
            }
            FactKind::PeerJoined { peer, stay, participant, role, created_at } => Self {
                peer: Some(blob(peer.as_u128())),
                stay: opt_stay_blob(*stay, *peer),
                participant: Some(blob(participant.as_u128())),
                role: Some(role.as_str()),
                created_ms: Some(created_at.0),
                ..named
            },
            FactKind::PeerAway { peer } => Self { peer: Some(blob(peer.as_u128())), ..named },
            FactKind::PeerBack { peer } => Self { peer: Some(blob(peer.as_u128())), ..named },
            FactKind::PeerLeft { peer, reason } => {
                Self { peer: Some(blob(peer.as_u128())), reason: Some(reason.as_str()), ..named }
            }
            FactKind::SessionEnded { reason } => Self { reason: Some(reason.as_str()), ..named },
        }
    }
}

columns! {
    /// What of a session never changes.
    Began of ['a] SessionState<'a>, |s| {
        id = blob(s.columns.session.as_u128()),
        app = s.app,
        meeting = blob(s.columns.meeting.as_u128()),
        started_ms = s.columns.started_at.0,
        parent = s.columns.parent.map(|parent| blob(parent.as_u128())),
    }
}

columns! {
    /// What a fact of its own changes.
    Called of ['a] SessionState<'a>, |s| {
        title = &*s.columns.title,
        title_fold = fold(&s.columns.title),
        keep_alive_ms = s.columns.keep_alive_ms,
    }
}

columns! {
    /// How it ended.
    Ended of ['a] SessionState<'a>, |s| {
        ended_ms = s.columns.ended_at.map(|t| t.0),
        end_reason = s.columns.end_reason.map(|r| r.as_str()),
    }
}

columns! {
    /// What most facts change.
    Counted of ['a] SessionState<'a>, |s| {
        updated_ms = s.columns.updated_at.0,
        live_count = s.columns.live_count,
        peak = s.columns.peak,
        stay_count = s.columns.stay_count,
        closed_ms = s.columns.closed_ms,
        ticking_count = s.columns.ticking_count,
        ticking_joined_sum_ms = s.columns.ticking_joined_sum_ms,
        last_left_ms = s.columns.last_left_at.map(|t| t.0),
        together_ms = s.columns.together_ms,
        together_since_ms = s.columns.together_since.map(|t| t.0),
        last_seq = s.last_seq,
    }
}

columns! {
    /// What no fact says.
    Clocked of ['a] SessionState<'a>, |s| {
        offset_ms = s.offset_ms,
    }
}

/// What facts say of a session.
pub(crate) type OfFacts = (Began, Called, Ended, Counted);

/// Inserts sessions. `Exists` when one is there, or another LIVE one of its meeting.
pub(crate) fn insert_sessions(conn: &Connection, sessions: &[SessionState<'_>]) -> Result<()> {
    static INSERT: Insert = Insert::new("INSERT OR FAIL INTO session", "");
    INSERT.run::<(OfFacts, Clocked), _>(conn, sessions).map_err(write_error(Thing::Session))
}

/// Updates sessions that are LIVE; `NotFound` when one is not. Naming `ended_ms` while a session is LIVE would write two
/// indexes anew, so what ends is said apart.
pub(crate) fn update_sessions(conn: &Connection, sessions: &[SessionState<'_>]) -> Result<()> {
    const LIVE: &str = "id = ? AND ended_ms IS NULL";
    static COUNTS: Update = Update::new("session", LIVE);
    static NAMES: Update = Update::new("session", LIVE);
    static END: Update = Update::new("session", LIVE);
    if sessions.is_empty() {
        return Ok(());
    }
    let mut counts = COUNTS.on::<(Counted, Clocked), SessionState<'_>>(conn)?;
    for state in sessions {
        let id = [blob(state.columns.session.as_u128())];
        let mut changed = counts.run(state, &id)?;
        if state.renamed {
            changed = NAMES.on::<Called, SessionState<'_>>(conn)?.run(state, &id)?;
        }
        if state.columns.ended_at.is_some() {
            changed = END.on::<Ended, SessionState<'_>>(conn)?.run(state, &id)?;
        }
        if changed != 1 {
            return Err(StoreError::NotFound(Thing::LiveSession));
        }
    }
    Ok(())
}

columns! {
    /// What of a stay never changes.
    Joined of ['a] StayState<'a>, |s| {
        session = blob(s.session.as_u128()),
        peer = blob(s.stay.peer.as_u128()),
        participant = blob(s.stay.participant.as_u128()),
        role = s.stay.role.as_str(),
        created_ms = s.stay.created_at.0,
        joined_ms = s.stay.joined_at.0,
        id = opt_stay_blob(s.stay.id, s.stay.peer),
    }
}

columns! {
    /// What changes while it is open.
    Connected of ['a] StayState<'a>, |s| {
        node = s.node,
        away_ms = s.stay.away_since.map(|t| t.0),
    }
}

columns! {
    /// How it ended.
    Left of ['a] StayState<'a>, |s| {
        left_ms = s.stay.left_at.map(|t| t.0),
        reason = s.stay.reason.map(|r| r.as_str()),
    }
}

columns! {
    /// Who it was.
    Who of ['a] StayState<'a>, |s| let custom = s.person.and_then(|p| p.custom_participant_id.as_deref()); {
        display_name = s.person.map(|p| &*p.display_name),
        name_fold = s.person.map(|p| fold(&p.display_name)),
        preset_name = s.person.map(|p| &*p.preset_name),
        view_type = s.person.and_then(|p| p.view_type).map(ViewType::code),
        custom_participant_id = custom,
        custom_fold = custom.map(fold),
        user_id = s.person.and_then(|p| p.user_id.as_deref()),
        ip_address = s.person.and_then(|p| p.ip_address.as_deref()),
        user_agent = s.person.and_then(|p| p.user_agent.as_deref()),
    }
}

/// What facts say of a stay.
pub(crate) type StayOfFacts = (Joined, Connected, Left);

/// Inserts stays, with the people who stayed. `Exists` when one of the session has this peer id.
pub(crate) fn insert_stays(conn: &Connection, stays: &[StayState<'_>]) -> Result<()> {
    static INSERT: Insert = Insert::new("INSERT OR FAIL INTO stay", "");
    INSERT.run::<(StayOfFacts, Who), _>(conn, stays).map_err(write_error(Thing::Stay))
}

/// Updates stays that are open; `NotFound` when one is not.
pub(crate) fn update_stays(conn: &Connection, stays: &[StayState<'_>]) -> Result<()> {
    const OPEN: &str = "session = ? AND peer = ? AND left_ms IS NULL";
    static STILL: Update = Update::new("stay", OPEN);
    static END: Update = Update::new("stay", OPEN);
    if stays.is_empty() {
        return Ok(());
    }
    let mut end = END.on::<(Connected, Left), StayState<'_>>(conn)?;
    for state in stays {
        let key = [blob(state.session.as_u128()), blob(state.stay.peer.as_u128())];
        let changed = if state.stay.left_at.is_some() {
            end.run(state, &key)?
        } else {
            STILL.on::<Connected, StayState<'_>>(conn)?.run(state, &key)?
        };
        if changed != 1 {
            return Err(StoreError::NotFound(Thing::OpenStay));
        }
    }
    Ok(())
}

columns! {
    /// What is added to the sums of a meeting.
    MeetingSums of [] (MeetingId, TallyChange), |row| {
        meeting = blob(row.0.as_u128()),
        sessions = row.1.sessions,
        first_joined_ms = row.1.first_joined_at.0,
        together_ms = row.1.together_ms,
        stays = row.1.stays,
    }
}

/// Adds to the sums of meetings.
pub(crate) fn add_meeting_tallies(conn: &Connection, changes: &[(MeetingId, TallyChange)]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT INTO meeting_tally",
        " ON CONFLICT (meeting) DO UPDATE SET sessions = sessions + excluded.sessions,
              first_joined_ms = min(first_joined_ms, excluded.first_joined_ms),
              together_ms = together_ms + excluded.together_ms, stays = stays + excluded.stays",
    );
    Ok(INSERT.run::<MeetingSums, _>(conn, changes)?)
}

columns! {
    /// What is added to the sums of an app.
    AppSums of [] (i64, i64), |row| {
        app = row.0,
        sessions = row.1,
    }
}

/// Adds to the number of sessions of apps.
pub(crate) fn add_app_tallies(conn: &Connection, changes: &[(i64, i64)]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT INTO app_tally",
        " ON CONFLICT (app) DO UPDATE SET sessions = sessions + excluded.sessions",
    );
    Ok(INSERT.run::<AppSums, _>(conn, changes)?)
}

columns! {
    /// What is added to the sums of an app's day.
    DaySums of [] ((i64, Day), DayChange), |row| {
        app = row.0.0,
        day = row.0.1.0,
        sessions = row.1.sessions,
        consumed_ms = row.1.consumed_ms,
    }
}

/// Adds to the sums of apps' days.
pub(crate) fn add_app_days(conn: &Connection, changes: &[((i64, Day), DayChange)]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT INTO app_day",
        " ON CONFLICT (app, day) DO UPDATE SET sessions = sessions + excluded.sessions,
              consumed_ms = consumed_ms + excluded.consumed_ms",
    );
    Ok(INSERT.run::<DaySums, _>(conn, changes)?)
}

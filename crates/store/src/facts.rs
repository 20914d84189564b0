//! The ledger's write path: facts and the projections they lead to, many rooms at a time.
//!
//! A session's row is written once per group however many facts touched it, and so is a stay's. A row that starts
//! is inserted, any other is updated, so that a fact that does not fit what is stored is refused, not merged.

use std::collections::BTreeMap;

use sederunt_core::effect::{Person, Write};
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{MeetingId, PeerId, SessionId};
use sederunt_core::tally::{SessionColumns, Stay};
use sederunt_core::time::Day;

use crate::Result;
use crate::chronicle::Attended;
use crate::imported;
use crate::rows::{self, DayChange, NewFact, SessionState, StayState, TallyChange};
use crate::transaction::Transaction;

/// The rows that a set of writes leads to; the last state of each wins.
#[derive(Default)]
struct Rows<'a> {
    facts: Vec<NewFact<'a>>,
    /// With whether it starts.
    sessions: BTreeMap<SessionId, (SessionState<'a>, bool)>,
    /// With whether it starts.
    stays: BTreeMap<(SessionId, PeerId), (StayState<'a>, bool)>,
    tallies: Tallies,
}

/// What changes in the sums of meetings, of apps and of their days.
#[derive(Default)]
struct Tallies {
    meetings: BTreeMap<MeetingId, TallyChange>,
    apps: BTreeMap<i64, i64>,
    days: BTreeMap<(i64, Day), DayChange>,
}

/// A session that is new to the ledger, with all its facts and what they lead to.
pub(crate) struct Whole<'a> {
    pub node: i64,
    pub app: i64,
    pub facts: &'a [Fact],
    pub columns: &'a SessionColumns,
    pub stays: &'a [Attended],
}

/// Applies the writes of many rooms; returns the sequence number of the last fact of each.
pub(crate) fn apply<'a>(
    ledger: &mut Transaction,
    rooms: impl Iterator<Item = (&'a str, &'a [Write])>,
) -> Result<Vec<u64>> {
    let mut rows = Rows::default();
    let mut seqs = Vec::new();
    for (node, writes) in rooms {
        let node = ledger.node_no(node)?;
        for write in writes {
            one(ledger, node, write, &mut rows)?;
        }
        seqs.push(ledger.last_seq());
    }
    rows.flush(ledger)?;
    Ok(seqs)
}

/// Writes sessions that are new to the ledger, and happened elsewhere.
pub(crate) fn apply_whole<'a>(
    ledger: &mut Transaction,
    sessions: impl Iterator<Item = Whole<'a>>,
) -> Result<()> {
    let (mut facts, mut states, mut stays) = (Vec::new(), Vec::new(), Vec::new());
    let mut tallies = Tallies::default();
    for Whole { node, app, facts: its_facts, columns, stays: its_stays } in sessions {
        for fact in its_facts {
            facts.push(NewFact { node, app, place: ledger.place(fact)?, fact });
        }
        // History has the time that it was told with.
        states.push(SessionState { app, columns, last_seq: ledger.last_seq, renamed: false, offset_ms: 0 });
        let session = columns.session;
        stays.extend(its_stays.iter().map(|Attended { stay, person, .. }| StayState {
            session,
            node,
            stay,
            person: Some(person),
        }));
        tallies.start(app, columns);
        if columns.ended_at.is_some() {
            tallies.end(app, columns);
        }
    }
    // Neighbours in a table go together: a page is found once.
    states.sort_unstable_by_key(|s| s.columns.session);
    stays.sort_unstable_by_key(|s| (s.session, s.stay.peer));
    ledger.append(&facts)?;
    if let (Some(first), Some(last)) = (facts.first(), facts.last()) {
        imported::record(&ledger.conn, first.place.seq, last.place.seq)?;
    }
    ledger.note(&facts, states.iter());
    rows::insert_sessions(&ledger.conn, &states)?;
    rows::insert_stays(&ledger.conn, &stays)?;
    tallies.flush(ledger)
}

fn one<'a>(ledger: &mut Transaction, node: i64, write: &'a Write, rows: &mut Rows<'a>) -> Result<()> {
    match write {
        Write::Fact { fact, columns, stay, person, offset_ms } => {
            if matches!(fact.kind, FactKind::SessionEnded { .. }) {
                crate::seats::forget(&ledger.conn, fact.session)?;
                crate::permissions::forget(&ledger.conn, fact.session)?;
            }
            let app = ledger.app_no(&fact.app)?;
            let place = ledger.place(fact)?;
            let state =
                SessionState { app, columns, last_seq: place.seq, renamed: false, offset_ms: *offset_ms };
            rows.take(NewFact { node, app, place, fact }, state, stay.as_ref(), person.as_ref());
        }
        Write::Chat(message) => crate::chat::put(&ledger.conn, message)?,
        Write::ChatDeleted { session, chat } => crate::chat::delete(&ledger.conn, *session, *chat)?,
        Write::Poll(poll) => crate::polls::put_poll(&ledger.conn, poll)?,
        Write::PollVote { poll, vote, .. } => crate::polls::put_vote(&ledger.conn, *poll, vote)?,
        Write::Seat { session, peer, seat } => {
            crate::seats::put(&ledger.conn, *session, *peer, *seat)?;
        }
        Write::Permissions { session, participant, change } => {
            crate::permissions::put(&ledger.conn, *session, *participant, *change)?;
        }
        Write::Removed { meeting, removal } => crate::removed::put(&ledger.conn, *meeting, removal)?,
        Write::Waiting { meeting, change } => crate::waiting::put(&ledger.conn, *meeting, change)?,
        Write::Breakout { parent, change } => crate::breakout::put(ledger, *parent, change)?,
        Write::Terminated { meeting, at } => {
            crate::meetings::terminate(&ledger.conn, *meeting, *at)?;
        }
    }
    Ok(())
}

impl<'a> Rows<'a> {
    fn take(
        &mut self,
        new: NewFact<'a>,
        state: SessionState<'a>,
        stay: Option<&'a Stay>,
        person: Option<&'a Person>,
    ) {
        let NewFact { node, app, fact, .. } = new;
        let columns = state.columns;
        let session = fact.session;
        let starts = matches!(fact.kind, FactKind::SessionStarted { .. });
        let renamed =
            matches!(fact.kind, FactKind::SessionRetitled { .. } | FactKind::KeepAliveChanged { .. });
        let state = SessionState { renamed, ..state };
        let (last, _) = self.sessions.entry(session).or_insert((state, starts));
        *last = SessionState { renamed: renamed || last.renamed, ..state };
        if starts {
            self.tallies.start(app, columns);
        }
        if matches!(fact.kind, FactKind::SessionEnded { .. }) {
            self.tallies.end(app, columns);
        }
        if let Some(stay) = stay {
            let starts = matches!(fact.kind, FactKind::PeerJoined { .. });
            let state = StayState { session, node, stay, person };
            let (last, _) = self.stays.entry((session, stay.peer)).or_insert((state, starts));
            (last.stay, last.node) = (stay, node);
        }
        self.facts.push(new);
    }

    fn flush(self, ledger: &mut Transaction) -> Result<()> {
        ledger.append(&self.facts)?;
        ledger.note(&self.facts, self.sessions.values().map(|(state, _)| state));
        let (starts, goes_on): (Vec<_>, Vec<_>) =
            self.sessions.into_values().partition(|(_, starts)| *starts);
        let states = |of: Vec<(SessionState<'a>, bool)>| of.into_iter().map(|(s, _)| s).collect::<Vec<_>>();
        // Ends before starts: the session that makes room for another one of its meeting goes first.
        rows::update_sessions(&ledger.conn, &states(goes_on))?;
        rows::insert_sessions(&ledger.conn, &states(starts))?;
        let (starts, goes_on): (Vec<_>, Vec<_>) = self.stays.into_values().partition(|(_, starts)| *starts);
        let states = |of: Vec<(StayState<'a>, bool)>| of.into_iter().map(|(s, _)| s).collect::<Vec<_>>();
        rows::insert_stays(&ledger.conn, &states(starts))?;
        rows::update_stays(&ledger.conn, &states(goes_on))?;
        self.tallies.flush(ledger)
    }
}

impl Tallies {
    fn meeting(&mut self, columns: &SessionColumns) -> &mut TallyChange {
        let new = TallyChange { sessions: 0, first_joined_at: columns.started_at, together_ms: 0, stays: 0 };
        let tally = self.meetings.entry(columns.meeting).or_insert(new);
        tally.first_joined_at = tally.first_joined_at.min(columns.started_at);
        tally
    }

    fn start(&mut self, app: i64, columns: &SessionColumns) {
        self.meeting(columns).sessions += 1;
        *self.apps.entry(app).or_insert(0) += 1;
    }

    fn end(&mut self, app: i64, columns: &SessionColumns) {
        let tally = self.meeting(columns);
        tally.together_ms += columns.together_ms;
        tally.stays += i64::from(columns.stay_count);
        self.days.entry((app, columns.started_at.day())).or_default().add(columns);
    }

    fn flush(self, ledger: &Transaction) -> Result<()> {
        rows::add_meeting_tallies(&ledger.conn, &self.meetings.into_iter().collect::<Vec<_>>())?;
        rows::add_app_tallies(&ledger.conn, &self.apps.into_iter().collect::<Vec<_>>())?;
        rows::add_app_days(&ledger.conn, &self.days.into_iter().collect::<Vec<_>>())
    }
}

//! The tally of one session: a pure fold over its facts.
//!
//! The room engine keeps its own session in a `Tally`, the store writes a tally's columns as the session row,
//! and `sederunt verify` folds the facts again and compares. Minutes never tick (DECISIONS §3): a tally answers
//! for any instant.
//!
//! Invariants, checked by the simulation against a separate model:
//! - sum of stays = consumed time; peak ≥ live ≥ 0; an ended session has no open stay;
//! - consumed time never shrinks as the instant grows or a fact is applied in order of recording, but by the silence of a
//!   peer whose loss was noticed late.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{EndReason, Fact, FactKind, LeaveReason};
use crate::id::{AppId, MeetingId, PeerId, SessionId};
use crate::limit::LOSS_LATE_MAX_MS;
use crate::time::UnixMs;
use crate::together::Together;

pub use crate::stay::Stay;

/// A fact that contradicts the facts before it. Never produced by the engine; `verify` reports it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TallyError {
    /// The first fact of a session must be `SessionStarted`, and only the first.
    #[error("session {0}: starts twice or not at all")]
    Start(SessionId),
    /// A fact after `SessionEnded`.
    #[error("session {0}: a fact follows its end")]
    AfterEnd(SessionId),
    /// A peer joined twice, or left or was lost without being there.
    #[error("session {session}: peer {peer} {what}")]
    Stay {
        /// The session.
        session: SessionId,
        /// Whose stay.
        peer: PeerId,
        /// What is wrong.
        what: &'static str,
    },
    /// The session ended with somebody in it.
    #[error("session {0}: ended with open stays")]
    EndedWhileLive(SessionId),
    /// A join earlier than a fact recorded before it: history must be written in order of time.
    #[error("session {session}: peer {peer} joins at {at:?}, before the fact recorded last")]
    OutOfOrder {
        /// The session.
        session: SessionId,
        /// Whose stay.
        peer: PeerId,
        /// Its join.
        at: UnixMs,
    },
}

/// What the row of a session holds: cheap to copy, and enough to answer for any instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionColumns {
    /// The app.
    pub app: AppId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The session.
    pub session: SessionId,
    /// The session that this one is a breakout room of.
    pub parent: Option<SessionId>,
    /// Title; frozen when the session ends.
    pub title: String,
    /// Keep-alive in milliseconds; frozen when the session ends.
    pub keep_alive_ms: i64,
    /// First join. Also `created_at`.
    pub started_at: UnixMs,
    /// Set when ENDED.
    pub ended_at: Option<UnixMs>,
    /// Set when ENDED.
    pub end_reason: Option<EndReason>,
    /// Instant of the latest join, leave, title change or end.
    pub updated_at: UnixMs,
    /// Open stays, those in the reconnect grace included.
    pub live_count: u32,
    /// Highest `live_count` ever.
    pub peak: u32,
    /// Number of stays ever.
    pub stay_count: u32,
    /// Milliseconds of finished stays, plus those of stays that are away, up to the loss.
    pub closed_ms: i64,
    /// Open stays that are not away: those whose time grows.
    pub ticking_count: u32,
    /// Sum of the join instants of the ticking stays.
    pub ticking_joined_sum_ms: i64,
    /// Latest leave.
    pub last_left_at: Option<UnixMs>,
    /// Milliseconds in which two or more different members were together, up to `together_since` or the latest
    /// fact. Pagecall `meeting_time`.
    pub together_ms: i64,
    /// Set while two or more different members are together: add `now - together_since`.
    pub together_since: Option<UnixMs>,
}

impl SessionColumns {
    /// Milliseconds consumed at `now`: the sum of all stays.
    pub fn consumed_ms(&self, now: UnixMs) -> i64 {
        consumed_ms(self.closed_ms, self.ticking_count, self.ticking_joined_sum_ms, now)
    }

    /// Milliseconds in which two or more different members were together, at `now`.
    pub fn together_ms(&self, now: UnixMs) -> i64 {
        self.together_ms.saturating_add(self.together_since.map_or(0, |since| now.since(since)))
    }

    /// When the session ends if nobody comes: the latest leave plus the keep-alive, but not before `latest`. `None` while
    /// somebody is in, and when it has ended.
    pub fn keep_alive_until(&self, latest: UnixMs) -> Option<UnixMs> {
        if self.live_count > 0 || self.ended_at.is_some() {
            return None;
        }
        Some(emptied_until(self.started_at, self.last_left_at, self.keep_alive_ms, latest))
    }

    fn touch(&mut self, at: UnixMs) {
        self.updated_at = self.updated_at.max(at);
    }

    fn tick_in(&mut self, joined_at: UnixMs) {
        self.ticking_count = self.ticking_count.saturating_add(1);
        self.ticking_joined_sum_ms = self.ticking_joined_sum_ms.saturating_add(joined_at.0);
    }

    fn tick_out(&mut self, joined_at: UnixMs, at: UnixMs) {
        self.ticking_count = self.ticking_count.saturating_sub(1);
        self.ticking_joined_sum_ms = self.ticking_joined_sum_ms.saturating_sub(joined_at.0);
        self.closed_ms = self.closed_ms.saturating_add(at.since(joined_at));
    }
}

/// The state of one session after some prefix of its facts: the columns of its row, and what is needed to fold on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    columns: SessionColumns,
    open: BTreeMap<PeerId, Stay>,
    seen: BTreeSet<PeerId>,
    together: Together,
    /// Newest instant of any fact. Later facts count as not earlier, but for the losses they settle.
    latest: UnixMs,
}

impl Tally {
    /// The tally after the session's first fact.
    pub fn start(fact: &Fact) -> Result<Self, TallyError> {
        let FactKind::SessionStarted { title, keep_alive_ms, parent } = &fact.kind else {
            return Err(TallyError::Start(fact.session));
        };
        let columns = SessionColumns {
            app: fact.app.clone(),
            meeting: fact.meeting,
            session: fact.session,
            parent: *parent,
            title: title.clone(),
            keep_alive_ms: *keep_alive_ms,
            started_at: fact.at,
            ended_at: None,
            end_reason: None,
            updated_at: fact.at,
            live_count: 0,
            peak: 0,
            stay_count: 0,
            closed_ms: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            last_left_at: None,
            together_ms: 0,
            together_since: None,
        };
        Ok(Self {
            columns,
            open: BTreeMap::new(),
            seen: BTreeSet::new(),
            together: Together::default(),
            latest: fact.at,
        })
    }

    /// Folds one more fact. Returns the stay that the fact opened, changed or closed. On error nothing changes.
    pub fn apply(&mut self, fact: &Fact) -> Result<Option<Stay>, TallyError> {
        if self.columns.ended_at.is_some() {
            return Err(TallyError::AfterEnd(self.columns.session));
        }
        // A recovery may close a stay at a heartbeat that is older than the last fact: that fact proves that the
        // node was alive then, so nothing before it is taken back.
        let at = fact.at.max(self.latest);
        let touched = match &fact.kind {
            FactKind::SessionStarted { .. } => return Err(TallyError::Start(self.columns.session)),
            FactKind::SessionRetitled { title } => {
                self.columns.title.clone_from(title);
                self.columns.touch(at);
                None
            }
            FactKind::KeepAliveChanged { keep_alive_ms } => {
                self.columns.keep_alive_ms = *keep_alive_ms;
                None
            }
            FactKind::PeerJoined { peer, stay, participant, role, created_at } => {
                if fact.at < self.latest {
                    return Err(TallyError::OutOfOrder { session: fact.session, peer: *peer, at: fact.at });
                }
                Some(self.join(Stay {
                    id: *stay,
                    peer: *peer,
                    participant: *participant,
                    role: *role,
                    created_at: *created_at,
                    joined_at: at,
                    left_at: None,
                    reason: None,
                    away_since: None,
                })?)
            }
            // Silence is noticed late: what was counted of it is taken back.
            FactKind::PeerAway { peer } => Some(self.away(self.loss_at(*peer, fact.at), *peer)?),
            FactKind::PeerBack { peer } => Some(self.back(at, *peer)?),
            FactKind::PeerLeft { peer, reason } => Some(self.leave(at, *peer, *reason)?),
            FactKind::SessionEnded { reason } => {
                if self.columns.live_count > 0 {
                    return Err(TallyError::EndedWhileLive(self.columns.session));
                }
                self.columns.ended_at = Some(fact.at);
                self.columns.end_reason = Some(*reason);
                self.columns.touch(fact.at);
                None
            }
        };
        // Only the settling of a loss is recorded with an older instant, and it moves no time.
        self.latest = self.latest.max(fact.at);
        (self.columns.together_ms, self.columns.together_since) = self.together.columns();
        Ok(touched)
    }

    fn join(&mut self, stay: Stay) -> Result<Stay, TallyError> {
        let (peer, at) = (stay.peer, stay.joined_at);
        if !self.seen.insert(peer) {
            return Err(self.fault(peer, "joined twice"));
        }
        self.open.insert(peer, stay.clone());
        let columns = &mut self.columns;
        columns.live_count = columns.live_count.saturating_add(1);
        columns.stay_count = columns.stay_count.saturating_add(1);
        columns.peak = columns.peak.max(columns.live_count);
        columns.tick_in(at);
        columns.touch(at);
        self.together.enter(at, &stay);
        Ok(stay)
    }

    fn away(&mut self, at: UnixMs, peer: PeerId) -> Result<Stay, TallyError> {
        let session = self.columns.session;
        let Some(stay) = self.open.get_mut(&peer).filter(|s| s.away_since.is_none()) else {
            return Err(TallyError::Stay { session, peer, what: "lost without being connected" });
        };
        stay.away_since = Some(at);
        let stay = stay.clone();
        self.columns.tick_out(stay.joined_at, at);
        self.together.lose(at, &stay, self.open.values());
        Ok(stay)
    }

    fn back(&mut self, at: UnixMs, peer: PeerId) -> Result<Stay, TallyError> {
        let session = self.columns.session;
        let Some(stay) = self.open.get_mut(&peer) else {
            return Err(TallyError::Stay { session, peer, what: "came back without being there" });
        };
        let Some(lost_at) = stay.away_since.take() else {
            return Err(TallyError::Stay { session, peer, what: "came back without being lost" });
        };
        let stay = stay.clone();
        self.columns.closed_ms = self.columns.closed_ms.saturating_sub(lost_at.since(stay.joined_at));
        self.columns.tick_in(stay.joined_at);
        self.together.regain(at, &stay, lost_at, self.open.values());
        Ok(stay)
    }

    fn leave(&mut self, at: UnixMs, peer: PeerId, reason: LeaveReason) -> Result<Stay, TallyError> {
        let Some(mut stay) = self.open.remove(&peer) else {
            return Err(self.fault(peer, "left without being there"));
        };
        stay.reason = Some(reason);
        // A peer that is away ends at the loss, whatever the reason that ends its grace (DECISIONS §4).
        let lost_at = stay.away_since.take();
        let left_at = lost_at.unwrap_or(at);
        stay.left_at = Some(left_at);
        match lost_at {
            Some(lost_at) => self.together.give_up(&stay, lost_at, self.open.values()),
            None => {
                self.columns.tick_out(stay.joined_at, left_at);
                self.together.leave(left_at, &stay, self.open.values());
            }
        }
        self.columns.live_count = self.columns.live_count.saturating_sub(1);
        self.columns.last_left_at = self.columns.last_left_at.max(Some(left_at));
        self.columns.touch(left_at);
        Ok(stay)
    }

    fn fault(&self, peer: PeerId, what: &'static str) -> TallyError {
        TallyError::Stay { session: self.columns.session, peer, what }
    }

    /// The columns of the session's row.
    pub fn columns(&self) -> &SessionColumns {
        &self.columns
    }

    /// The session.
    pub fn session(&self) -> SessionId {
        self.columns.session
    }

    /// Newest instant of any fact so far. The next fact should not be earlier, unless it settles a loss.
    pub fn latest(&self) -> UnixMs {
        self.latest
    }

    /// When the session ends if nobody comes: the latest leave plus the keep-alive, but not before any fact, such as a
    /// lowered keep-alive. `None` while somebody is in.
    pub fn keep_alive_until(&self) -> Option<UnixMs> {
        self.columns.keep_alive_until(self.latest)
    }

    /// When a stay is lost whose peer was last heard at `heard_at`: not before it began, and not further back than the fold
    /// remembers.
    pub fn loss_at(&self, peer: PeerId, heard_at: UnixMs) -> UnixMs {
        let joined_at = self.open.get(&peer).map_or(UnixMs(i64::MIN), |stay| stay.joined_at);
        heard_at.max(joined_at).max(self.latest.plus_ms(-LOSS_LATE_MAX_MS))
    }

    /// Open stays in order of their peers' ids.
    pub fn open(&self) -> impl Iterator<Item = &Stay> {
        self.open.values()
    }

    /// Stays that are open and that nobody can continue, and when each of them ended, earliest first: at its loss, or when
    /// its peer was `last_alive`.
    pub fn orphans(&self, last_alive: impl Fn(&Stay) -> UnixMs) -> Vec<(PeerId, UnixMs)> {
        let end = |stay: &Stay| (stay.peer, stay.away_since.unwrap_or_else(|| last_alive(stay)));
        let mut orphans: Vec<_> = self.open().map(end).collect();
        orphans.sort_by_key(|(peer, at)| (*at, *peer));
        orphans
    }

    /// The open stay of this peer.
    pub fn open_stay(&self, peer: PeerId) -> Option<&Stay> {
        self.open.get(&peer)
    }

    /// Whether this peer has or had a stay in this session.
    pub fn has_seen(&self, peer: PeerId) -> bool {
        self.seen.contains(&peer)
    }

    /// Every peer that has or had a stay in this session.
    pub fn seen(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.seen.iter().copied()
    }
}

/// Milliseconds consumed at `now` from the three columns of a session row.
pub fn consumed_ms(closed_ms: i64, ticking_count: u32, ticking_joined_sum_ms: i64, now: UnixMs) -> i64 {
    let ticking = i64::from(ticking_count).saturating_mul(now.0).saturating_sub(ticking_joined_sum_ms);
    closed_ms.saturating_add(ticking.max(0))
}

/// When a session that nobody is in ends if nobody comes: the latest leave, or the start, plus the keep-alive, but not before
/// `latest`.
pub fn emptied_until(
    started_at: UnixMs,
    last_left_at: Option<UnixMs>,
    keep_alive_ms: i64,
    latest: UnixMs,
) -> UnixMs {
    last_left_at.unwrap_or(started_at).plus_ms(keep_alive_ms).max(latest)
}

/// Minutes with 4 decimals, half up, from milliseconds (SEMANTICS §2.3). Exact integer arithmetic inside.
#[expect(clippy::cast_precision_loss, reason = "ten-thousandths of minutes stay far below 2^53")]
pub fn minutes(ms: i64) -> f64 {
    minute_units(ms) as f64 / 10_000.0
}

/// Minutes from milliseconds, not rounded: sums over many sessions (SEMANTICS §5, analytics).
#[expect(clippy::cast_precision_loss, reason = "milliseconds of all sessions of ten years stay below 2^53")]
pub fn exact_minutes(ms: i64) -> f64 {
    ms as f64 / 60_000.0
}

/// [`minutes`] in ten-thousandths.
pub fn minute_units(ms: i64) -> i64 {
    // 1 minute = 60 000 ms = 10 000 units of 6 ms.
    ms.saturating_add(3).div_euclid(6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Role;
    use crate::id::{ParticipantId, StayId};

    fn fact(at: i64, kind: FactKind) -> Fact {
        let (app, meeting, session) = (AppId::from("a"), MeetingId::default(), SessionId::from_u128(1));
        Fact { at: UnixMs(at), app, meeting, session, kind }
    }

    fn join(at: i64, peer: u128) -> Fact {
        let (stay, participant) = (StayId::from_u128(peer), ParticipantId::from_u128(peer));
        let (peer, created_at) = (PeerId::from_u128(peer), UnixMs(at));
        fact(at, FactKind::PeerJoined { peer, stay, participant, role: Role::Member, created_at })
    }

    fn leave(at: i64, peer: u128) -> Fact {
        fact(at, FactKind::PeerLeft { peer: PeerId::from_u128(peer), reason: LeaveReason::Left })
    }

    fn away(at: i64, peer: u128) -> Fact {
        fact(at, FactKind::PeerAway { peer: PeerId::from_u128(peer) })
    }

    fn back(at: i64, peer: u128) -> Fact {
        fact(at, FactKind::PeerBack { peer: PeerId::from_u128(peer) })
    }

    fn ended(at: i64) -> Fact {
        fact(at, FactKind::SessionEnded { reason: EndReason::AllParticipantsLeft })
    }

    fn started() -> Tally {
        let kind = FactKind::SessionStarted { title: String::new(), keep_alive_ms: 60_000, parent: None };
        Tally::start(&fact(0, kind)).unwrap()
    }

    #[test]
    fn contradictions_are_refused_and_change_nothing() {
        let mut tally = started();
        for good in [join(0, 1), join(5, 2), leave(8, 2), join(8, 3), away(9, 3)] {
            tally.apply(&good).unwrap();
        }
        let before = tally.clone();
        let start =
            fact(9, FactKind::SessionStarted { title: String::new(), keep_alive_ms: 0, parent: None });
        for bad in [
            start,
            join(9, 1),
            join(9, 2),
            join(7, 4),
            leave(9, 2),
            leave(9, 9),
            away(9, 3),
            back(9, 1),
            ended(9),
        ] {
            assert!(tally.apply(&bad).is_err(), "{bad:?}");
            assert_eq!(tally, before, "{bad:?}");
        }
        assert!(Tally::start(&join(0, 1)).is_err());
        for good in [leave(10, 3), leave(10, 1), ended(70)] {
            tally.apply(&good).unwrap();
        }
        assert_eq!(tally.apply(&join(80, 5)), Err(TallyError::AfterEnd(SessionId::from_u128(1))));
    }

    /// Each return settles the time since the earliest loss anew.
    #[test]
    fn overlap_waits_for_those_who_are_away() {
        let mut tally = started();
        let together = |tally: &Tally, at| tally.columns().together_ms(UnixMs(at));
        for f in [join(0, 1), join(10, 2), join(10, 3), away(20, 1), away(30, 2)] {
            tally.apply(&f).unwrap();
        }
        assert_eq!(together(&tally, 40), 20, "only 3 is certain after 30");
        tally.apply(&leave(50, 3)).unwrap();
        assert_eq!(together(&tally, 50), 20);
        tally.apply(&back(60, 1)).unwrap();
        assert_eq!(together(&tally, 60), 40, "1 and 3 were together until 50");
        tally.apply(&back(70, 2)).unwrap();
        assert_eq!(together(&tally, 70), 60, "1 and 2 are together all the time");
        assert_eq!(together(&tally, 75), 65);
        tally.apply(&away(80, 1)).unwrap();
        tally.apply(&leave(90, 2)).unwrap();
        tally.apply(&leave(80, 1)).unwrap();
        assert_eq!(together(&tally, 500), 70);
        assert_eq!(tally.columns().last_left_at, Some(UnixMs(90)));
    }

    #[test]
    fn minutes_are_rounded_half_up_to_four_decimals() {
        // The vendor's examples (SEMANTICS §2.3): 348.582 s and 415.578 s.
        for (ms, expected) in
            [(348_582, 5.8097), (415_578, 6.9263), (0, 0.0), (2, 0.0), (3, 0.0001), (60_000, 1.0)]
        {
            assert!((minutes(ms) - expected).abs() < 1e-9, "{ms}");
        }
    }
}

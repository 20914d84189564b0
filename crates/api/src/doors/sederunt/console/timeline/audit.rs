//! `GET …/sessions/{session_id}/audit`: what is told of a session, beside what its facts say when they are folded once more.

use std::collections::HashMap;

use axum::Json;
use axum::http::StatusCode;
use sederunt_core::id::PeerId;
use sederunt_core::tally::{SessionColumns, Stay, Tally};
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionRow, SessionStory};
use serde::Serialize;
use utoipa::ToSchema;

use super::as_of;
use super::telling::tell;
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InSession;

/// A session that changes while it is read is read again; so often it does only while a crowd comes in.
const TRIES: usize = 5;

/// What is told of a session, and what its facts say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Audit {
    /// Facts that were folded: all that the ledger has of the session.
    facts: usize,
    /// Sequence number of the first.
    first_seq: u64,
    /// And of the last.
    last_seq: u64,
    /// The instant up to which minutes are counted, milliseconds since 1970; of an ended session, its end.
    as_of: i64,
    /// As lists and reports tell it.
    told: AuditNumbers,
    /// As the facts say.
    folded: AuditNumbers,
    /// The sum of all stays, one by one, in milliseconds.
    stays_ms: i64,
    /// Names of what differs; `stays_ms` when the sum is not what is told. Empty = the record is what its facts say.
    differs: Vec<&'static str>,
    /// A fact that cannot follow the ones before it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fault: Option<String>,
}

/// A session in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AuditNumbers {
    /// First join, milliseconds since 1970.
    started_at: i64,
    /// When it ended; `null` while LIVE.
    ended_at: Option<i64>,
    /// Why.
    end_reason: Option<&'static str>,
    /// Latest join, leave, title change or end.
    updated_at: i64,
    /// Stays ever.
    stays: u32,
    /// Peers connected.
    live_participants: u32,
    /// Most peers connected at a time.
    max_concurrent_participants: u32,
    /// Participant-time up to `as_of` in milliseconds.
    consumed_ms: i64,
}

impl AuditNumbers {
    fn told(session: &SessionRow, as_of: UnixMs) -> Self {
        Self {
            started_at: session.started_at.0,
            ended_at: session.ended_at.map(|at| at.0),
            end_reason: session.end_reason.map(|reason| reason.as_str()),
            updated_at: session.updated_at.0,
            stays: session.stay_count,
            live_participants: session.live_count,
            max_concurrent_participants: session.peak,
            consumed_ms: session.consumed_at(as_of),
        }
    }

    fn folded(columns: &SessionColumns, as_of: UnixMs) -> Self {
        Self {
            started_at: columns.started_at.0,
            ended_at: columns.ended_at.map(|at| at.0),
            end_reason: columns.end_reason.map(|reason| reason.as_str()),
            updated_at: columns.updated_at.0,
            stays: columns.stay_count,
            live_participants: columns.live_count,
            max_concurrent_participants: columns.peak,
            consumed_ms: columns.consumed_ms(as_of),
        }
    }

    /// Names of what is not the same.
    fn differing(&self, other: &Self) -> Vec<&'static str> {
        let Self {
            started_at,
            ended_at,
            end_reason,
            updated_at,
            stays,
            live_participants,
            max_concurrent_participants,
            consumed_ms,
        } = self;
        let same = [
            ("started_at", *started_at == other.started_at),
            ("ended_at", *ended_at == other.ended_at),
            ("end_reason", *end_reason == other.end_reason),
            ("updated_at", *updated_at == other.updated_at),
            ("stays", *stays == other.stays),
            ("live_participants", *live_participants == other.live_participants),
            (
                "max_concurrent_participants",
                *max_concurrent_participants == other.max_concurrent_participants,
            ),
            ("consumed_ms", *consumed_ms == other.consumed_ms),
        ];
        same.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
    }
}

/// Folds all facts of one session once more, and compares what comes of it with what lists and reports tell.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/sessions/{session_id}/audit",
    operation_id = "GetSessionAudit",
    tag = "Sessions",
    params(("app_id" = String, Path), ("session_id" = String, Path)),
    responses(
        (status = 200, description = "Compared; `differs` says what is not the same.", body = Audit),
        (
            status = 429,
            description = "Too many sessions are being told whole, or this one changes too fast.",
            body = KitErrorBody
        ),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn audit(caller: InSession) -> Result<Json<Audit>, KitError> {
    let InSession { session, api } = caller;
    for _ in 0..TRIES {
        let unknown = || KitError::not_found("Session");
        let before = api.node.store().last_fact(session.id).await?.ok_or_else(unknown)?;
        let node = api.node.clone();
        let made =
            tell(&api, session.clone(), move |row, story| Audit::of(row, &story, as_of(row, node.steady())));
        // The row was read in between: without a new fact it is of the same state.
        if let Some(audit) = made.await?.filter(|audit| audit.last_seq == before) {
            return Ok(Json(audit));
        }
    }
    let words = "This session changes faster than it can be compared; try again in a moment";
    Err(KitError::new(StatusCode::TOO_MANY_REQUESTS, words))
}

impl Audit {
    /// `None` when there is no fact.
    fn of(session: &SessionRow, story: &SessionStory, as_of: UnixMs) -> Option<Self> {
        let (first, last) = (story.facts.first()?, story.facts.last()?);
        let told = AuditNumbers::told(session, as_of);
        let mut stays: HashMap<PeerId, Stay> = HashMap::new();
        let mut fault = None;
        let folded = match Tally::start(&first.fact) {
            Ok(mut tally) => {
                for one in story.facts.iter().skip(1) {
                    match tally.apply(&one.fact) {
                        Ok(Some(stay)) => {
                            stays.insert(stay.peer, stay);
                        }
                        Ok(None) => {}
                        Err(error) => {
                            fault = Some(format!("fact {}: {error}", one.seq));
                            break;
                        }
                    }
                }
                AuditNumbers::folded(tally.columns(), as_of)
            }
            Err(error) => {
                fault = Some(format!("fact {}: {error}", first.seq));
                told.clone()
            }
        };
        let stays_ms = stays.values().map(|stay| stay.duration_ms(as_of)).sum();
        let mut differs = told.differing(&folded);
        if stays_ms != told.consumed_ms {
            differs.push("stays_ms");
        }
        Some(Self {
            facts: story.facts.len(),
            first_seq: first.seq,
            last_seq: last.seq,
            as_of: as_of.0,
            told,
            folded,
            stays_ms,
            differs,
            fault,
        })
    }
}

#[cfg(test)]
mod tests {
    use sederunt_core::fact::{Fact, FactKind, LeaveReason, Role};
    use sederunt_core::id::{AppId, MeetingId, ParticipantId, SessionId, StayId};
    use sederunt_store::SessionFact;

    use super::*;

    const MEETING: MeetingId = MeetingId::from_u128(1);
    const SESSION: SessionId = SessionId::from_u128(2);

    fn story(kinds: Vec<(i64, FactKind)>) -> SessionStory {
        let app = AppId::from("app");
        let fact =
            |at, kind| Fact { at: UnixMs(at), app: app.clone(), meeting: MEETING, session: SESSION, kind };
        let facts =
            (7..).zip(kinds).map(|(seq, (at, kind))| SessionFact { seq, fact: fact(at, kind) }).collect();
        SessionStory { facts, people: HashMap::new() }
    }

    fn joined(who: u128) -> FactKind {
        FactKind::PeerJoined {
            peer: PeerId::from_u128(who),
            stay: StayId::from_u128(who),
            participant: ParticipantId::from_u128(who),
            role: Role::Member,
            created_at: UnixMs(0),
        }
    }

    fn left(who: u128) -> FactKind {
        FactKind::PeerLeft { peer: PeerId::from_u128(who), reason: LeaveReason::Left }
    }

    /// As the ledger has it after these facts.
    fn row(story: &SessionStory) -> SessionRow {
        let mut tally = Tally::start(&story.facts[0].fact).unwrap();
        for one in &story.facts[1..] {
            tally.apply(&one.fact).unwrap();
        }
        let c = tally.columns();
        SessionRow {
            id: c.session,
            app: c.app.clone(),
            meeting: c.meeting,
            parent: None,
            title: c.title.as_str().into(),
            started_at: c.started_at,
            ended_at: c.ended_at,
            end_reason: c.end_reason,
            updated_at: c.updated_at,
            live_count: c.live_count,
            peak: c.peak,
            stay_count: c.stay_count,
            closed_ms: c.closed_ms,
            ticking_count: c.ticking_count,
            ticking_joined_sum_ms: c.ticking_joined_sum_ms,
            offset_ms: 0,
        }
    }

    fn two_people() -> SessionStory {
        let started = FactKind::SessionStarted { title: "T".to_owned(), keep_alive_ms: 0, parent: None };
        story(vec![(1_000, started), (1_000, joined(1)), (2_000, joined(2)), (5_000, left(1))])
    }

    #[test]
    fn a_record_that_is_what_its_facts_say_differs_in_nothing() {
        let story = two_people();
        let audit = Audit::of(&row(&story), &story, UnixMs(10_000)).unwrap();
        assert_eq!((audit.facts, audit.first_seq, audit.last_seq), (4, 7, 10));
        assert_eq!((audit.stays_ms, audit.folded.consumed_ms), (12_000, 12_000), "4 s, and 8 s until now");
        assert_eq!((audit.differs, audit.fault), (Vec::new(), None));
    }

    #[test]
    fn every_number_that_the_facts_do_not_say_is_named() {
        let story = two_people();
        let right = row(&story);
        let wrong = SessionRow {
            started_at: UnixMs(999),
            ended_at: Some(UnixMs(9_000)),
            end_reason: Some(sederunt_core::fact::EndReason::AllParticipantsLeft),
            updated_at: UnixMs(5_001),
            live_count: 2,
            peak: 3,
            stay_count: 1,
            closed_ms: right.closed_ms + 1,
            ..right
        };
        let audit = Audit::of(&wrong, &story, UnixMs(10_000)).unwrap();
        let named = [
            "started_at",
            "ended_at",
            "end_reason",
            "updated_at",
            "stays",
            "live_participants",
            "max_concurrent_participants",
            "consumed_ms",
            "stays_ms",
        ];
        assert_eq!(audit.differs, named);
    }

    #[test]
    fn a_fact_that_cannot_be_is_told() {
        let right = row(&two_people());
        let mut story = two_people();
        story.facts.remove(1);
        let audit = Audit::of(&right, &story, UnixMs(10_000)).unwrap();
        assert!(audit.fault.unwrap().starts_with("fact 10: "), "who left was never there");
        assert!(audit.differs.contains(&"stays"));
    }
}

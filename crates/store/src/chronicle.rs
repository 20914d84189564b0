//! The record format of `docs/record-format.md`: a session with its stays on one line.
//!
//! [`Record`] is the line as written; [`History`] is what it means, with every default filled in and every rule
//! checked. Import goes from the first to the second, export back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sederunt_core::effect::Person;
use sederunt_core::fact::{EndReason, LeaveReason, Role};
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;
use sederunt_core::view_type::ViewType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{MeetingRow, MemberType, RoomKind};

/// Keep-alive of a session that does not say.
const KEEP_ALIVE_DEFAULT_MS: i64 = 60_000;
/// Longest keep-alive of a session: a day, as a bound for what may come from elsewhere.
const KEEP_ALIVE_MAX_MS: i64 = 86_400_000;
/// Longest app id (DECISIONS §2).
const APP_ID_MAX_CHARS: usize = 64;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    app: String,
    meeting: MeetingRecord,
    session: SessionRecord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<Time>,
    stays: Vec<StayRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeetingRecord {
    id: MeetingId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<Name<RoomKind>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is_room: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_member_type: Option<Name<MemberType>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_meeting_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terminated_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<Time>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionRecord {
    id: SessionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<SessionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keep_alive_ms: Option<i64>,
    started_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_reason: Option<Name<EndReason>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StayRecord {
    peer: PeerId,
    /// Left out where it is the peer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stay: Option<StayId>,
    participant: ParticipantId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preset: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    view_type: Option<Name<ViewType>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom_participant_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Name<Role>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member_type: Option<Name<MemberType>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<Time>,
    joined_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Name<LeaveReason>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    away_since: Option<Time>,
}

/// A session with its stays, complete and consistent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct History {
    /// For a meeting that must be created.
    pub meeting: MeetingRow,
    pub session: SessionId,
    pub parent: Option<SessionId>,
    pub title: String,
    pub keep_alive_ms: i64,
    pub started_at: UnixMs,
    pub ended: Option<(UnixMs, EndReason)>,
    pub as_of: Option<UnixMs>,
    /// By `joined_at`, then id.
    pub stays: Vec<Attended>,
}

/// A stay and who it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attended {
    pub stay: Stay,
    pub person: Person,
    /// For a participant that must be created.
    pub member_type: MemberType,
}

impl History {
    /// Whether both tell the same about the session; what only matters for new rows is not compared.
    pub(crate) fn same_session(&self, other: &Self) -> bool {
        let key = |h: &Self| {
            (
                h.meeting.app.clone(),
                h.meeting.id,
                h.parent,
                h.title.clone(),
                h.keep_alive_ms,
                h.started_at,
                h.ended,
                h.as_of,
            )
        };
        let stays = |h: &Self| h.stays.iter().map(|a| (a.stay.clone(), a.person.clone())).collect::<Vec<_>>();
        key(self) == key(other) && stays(self) == stays(other)
    }
}

impl Record {
    /// What the line means, or why it cannot be true.
    pub(crate) fn resolve(self) -> Result<History, String> {
        if self.app.is_empty() || self.app.chars().count() > APP_ID_MAX_CHARS {
            return Err(format!("app has 1 to {APP_ID_MAX_CHARS} characters"));
        }
        let started_at = self.session.started_at.0;
        let meeting = self.meeting.resolve(self.app.as_str().into(), started_at)?;
        let s = self.session;
        let keep_alive_ms = s.keep_alive_ms.unwrap_or(KEEP_ALIVE_DEFAULT_MS);
        if !(0..=KEEP_ALIVE_MAX_MS).contains(&keep_alive_ms) {
            return Err(format!("session.keep_alive_ms is not between 0 and {KEEP_ALIVE_MAX_MS}"));
        }
        let ended = match (s.ended_at, s.end_reason) {
            (Some(at), reason) => Some((at.0, reason.map_or(EndReason::AllParticipantsLeft, |r| r.0))),
            (None, None) => None,
            (None, Some(_)) => return Err("session.end_reason without session.ended_at".to_owned()),
        };
        let mut stays = Vec::with_capacity(self.stays.len());
        for (i, stay) in self.stays.into_iter().enumerate() {
            stays.push(stay.resolve().map_err(|e| format!("stays[{i}]: {e}"))?);
        }
        stays.sort_by_key(|a| (a.stay.joined_at, a.stay.peer));
        let history = History {
            title: s.title.unwrap_or_else(|| meeting.title.clone()),
            meeting,
            session: s.id,
            parent: s.parent,
            keep_alive_ms,
            started_at,
            ended,
            as_of: self.as_of.map(|t| t.0),
            stays,
        };
        history.check_ids()?;
        history.check_times()?;
        Ok(history)
    }
}

impl MeetingRecord {
    fn resolve(self, app: AppId, started_at: UnixMs) -> Result<MeetingRow, String> {
        if self.max_meeting_seconds.is_some_and(|s| s < 0) {
            return Err("meeting.max_meeting_seconds is negative".to_owned());
        }
        let created_at = self.created_at.map_or(started_at, |t| t.0);
        Ok(MeetingRow {
            id: self.id,
            app,
            parent: None,
            title: self.title.unwrap_or_default(),
            active: self.active.unwrap_or(true),
            keep_alive_secs: KEEP_ALIVE_DEFAULT_MS / 1000,
            kind: self.kind.map_or(RoomKind::Private, |k| k.0),
            is_room: self.is_room.unwrap_or(false),
            default_member_type: self.default_member_type.map_or(MemberType::Guest, |t| t.0),
            max_meeting_seconds: self.max_meeting_seconds,
            terminated_at: self.terminated_at.map(|t| t.0),
            deleted_at: self.deleted_at.map(|t| t.0),
            extra: Value::Object(Map::new()),
            created_at,
            updated_at: created_at,
        })
    }
}

impl StayRecord {
    fn resolve(self) -> Result<Attended, String> {
        let joined_at = self.joined_at.0;
        let created_at = self.created_at.map_or(joined_at, |t| t.0);
        let left_at = self.left_at.map(|t| t.0);
        let away_since = self.away_since.map(|t| t.0);
        if created_at > joined_at {
            return Err("created_at is after joined_at".to_owned());
        }
        if left_at.is_some_and(|t| t < joined_at) {
            return Err("left_at is before joined_at".to_owned());
        }
        if left_at.is_none() && self.reason.is_some() {
            return Err("reason without left_at".to_owned());
        }
        if away_since.is_some_and(|t| t < joined_at) || (away_since.is_some() && left_at.is_some()) {
            return Err("away_since is before joined_at, or of a stay that has left_at".to_owned());
        }
        let (role, member_type) = match (self.role.map(|r| r.0), self.member_type.map(|t| t.0)) {
            (Some(Role::Bot), _) => return Err("bots are not part of the ledger".to_owned()),
            (Some(role), Some(member_type)) => (role, member_type),
            (Some(Role::Monitor), None) => (Role::Monitor, MemberType::Monitor),
            (Some(Role::Member), None) => (Role::Member, MemberType::Guest),
            (None, member_type) => {
                let member_type = member_type.unwrap_or(MemberType::Guest);
                (member_type.role(), member_type)
            }
        };
        let preset = match member_type {
            MemberType::Host => "group_call_host",
            MemberType::Guest | MemberType::Monitor => "group_call_participant",
        };
        Ok(Attended {
            stay: Stay {
                id: self.stay.unwrap_or(StayId(self.peer.0)),
                peer: self.peer,
                participant: self.participant,
                role,
                created_at,
                joined_at,
                left_at,
                reason: left_at.map(|_| self.reason.map_or(LeaveReason::Imported, |r| r.0)),
                away_since,
            },
            person: Person {
                display_name: self.name.unwrap_or_default(),
                preset_name: self.preset.unwrap_or_else(|| preset.to_owned()),
                view_type: self.view_type.map(|v| v.0),
                custom_participant_id: self.custom_participant_id,
                user_id: self.user_id,
                ip_address: None,
                user_agent: None,
            },
            member_type,
        })
    }
}

impl History {
    /// That peers differ is checked where the facts are folded.
    fn check_ids(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        match self.stays.iter().find(|attended| !ids.insert(attended.stay.id)) {
            Some(attended) => Err(format!("two stays have the id {}", attended.stay.id)),
            None => Ok(()),
        }
    }

    fn check_times(&self) -> Result<(), String> {
        if self.stays.is_empty() {
            return Err("stays is empty: a session begins with a join".to_owned());
        }
        let stays = || self.stays.iter().map(|a| &a.stay);
        if stays().any(|s| s.joined_at < self.started_at) {
            return Err("a stay joined before session.started_at".to_owned());
        }
        let open = stays().any(|s| s.left_at.is_none());
        if let Some((ended_at, _)) = self.ended {
            if open {
                return Err("the session has ended, but a stay has no left_at".to_owned());
            }
            if stays().any(|s| s.left_at > Some(ended_at)) {
                return Err("a stay left after session.ended_at".to_owned());
            }
        }
        match self.as_of {
            None if open => Err("as_of is missing, and a stay has no left_at".to_owned()),
            Some(_) if !open => Err("as_of without an open stay".to_owned()),
            Some(as_of) if self.latest() > as_of => {
                Err("as_of is before another time of the record".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The latest instant at which something happened.
    pub(crate) fn latest(&self) -> UnixMs {
        let of = |s: &Stay| s.joined_at.max(s.left_at.or(s.away_since).unwrap_or(s.joined_at));
        self.stays.iter().map(|a| of(&a.stay)).fold(self.started_at, UnixMs::max)
    }
}

impl From<History> for Record {
    fn from(h: History) -> Self {
        let m = h.meeting;
        Self {
            app: m.app.as_str().to_owned(),
            meeting: MeetingRecord {
                id: m.id,
                title: Some(m.title),
                kind: Some(Name(m.kind)),
                is_room: Some(m.is_room),
                default_member_type: Some(Name(m.default_member_type)),
                max_meeting_seconds: m.max_meeting_seconds,
                terminated_at: m.terminated_at.map(Time),
                active: Some(m.active),
                deleted_at: m.deleted_at.map(Time),
                created_at: Some(Time(m.created_at)),
            },
            session: SessionRecord {
                id: h.session,
                parent: h.parent,
                title: Some(h.title),
                keep_alive_ms: Some(h.keep_alive_ms),
                started_at: Time(h.started_at),
                ended_at: h.ended.map(|(at, _)| Time(at)),
                end_reason: h.ended.map(|(_, reason)| Name(reason)),
            },
            as_of: h.as_of.map(Time),
            stays: h.stays.into_iter().map(StayRecord::from).collect(),
        }
    }
}

impl From<Attended> for StayRecord {
    fn from(a: Attended) -> Self {
        Self {
            peer: a.stay.peer,
            stay: Some(a.stay.id).filter(|id| id.0 != a.stay.peer.0),
            participant: a.stay.participant,
            name: Some(a.person.display_name),
            preset: Some(a.person.preset_name),
            view_type: a.person.view_type.map(Name),
            custom_participant_id: a.person.custom_participant_id,
            user_id: a.person.user_id,
            role: Some(Name(a.stay.role)),
            member_type: Some(Name(a.member_type)),
            created_at: Some(Time(a.stay.created_at)),
            joined_at: Time(a.stay.joined_at),
            left_at: a.stay.left_at.map(Time),
            reason: a.stay.reason.map(Name),
            away_since: a.stay.away_since.map(Time),
        }
    }
}

/// An instant, RFC 3339 with milliseconds.
#[derive(Debug, Clone, Copy)]
struct Time(UnixMs);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let t = Timestamp::from_millisecond(self.0.0).map_err(serde::ser::Error::custom)?;
        s.collect_str(&format_args!("{t:.3}"))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        let bad = || serde::de::Error::custom(format!("{text:?} is not an RFC 3339 time from 1970 on"));
        let t: Timestamp = text.parse().map_err(|_| bad())?;
        if t < Timestamp::UNIX_EPOCH { Err(bad()) } else { Ok(Self(UnixMs(t.as_millisecond()))) }
    }
}

/// A word of a closed set.
#[derive(Debug, Clone, Copy)]
struct Name<T>(T);

macro_rules! names {
    ($($name:ident),+) => {$(
        impl Serialize for Name<$name> {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.0.as_str())
            }
        }
        impl<'de> Deserialize<'de> for Name<$name> {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                $name::parse(&text).map(Name).ok_or_else(|| {
                    let known: Vec<_> = $name::ALL.iter().map(|v| v.as_str()).collect();
                    serde::de::Error::custom(format!("{text:?} is none of {}", known.join(", ")))
                })
            }
        }
    )+};
}

names!(RoomKind, MemberType, Role, EndReason, LeaveReason, ViewType);

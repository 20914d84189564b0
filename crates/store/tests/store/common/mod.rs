//! What the tests share: a ledger in a temporary folder, registry rows, and a recorder that folds facts as a room does.

pub(crate) mod words;

use sederunt_core::effect::{Person, Write};
use sederunt_core::fact::{EndReason, Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;
use sederunt_core::view_type::ViewType;
use sederunt_store::{
    AppRow, MeetingRow, MemberType, ParticipantRow, PresetRow, RoomKind, SessionQuery, SessionSort, Store,
};
use serde_json::json;

pub(crate) const NODE: &str = "node-a";
/// 2026-01-12T14:00:00Z.
pub(crate) const T0: i64 = 1_768_226_400_000;

pub(crate) fn at(ms: i64) -> UnixMs {
    UnixMs(T0 + ms)
}

pub(crate) fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

pub(crate) fn app_row(id: &str) -> AppRow {
    AppRow { id: id.into(), account: "acc".to_owned(), name: format!("App {id}"), created_at: at(0) }
}

pub(crate) fn meeting_row(app: &str, id: u128, title: &str) -> MeetingRow {
    MeetingRow {
        id: MeetingId::from_u128(id),
        app: app.into(),
        parent: None,
        title: title.to_owned(),
        active: true,
        keep_alive_secs: 60,
        kind: RoomKind::Private,
        is_room: false,
        default_member_type: MemberType::Guest,
        max_meeting_seconds: None,
        terminated_at: None,
        deleted_at: None,
        extra: json!({}),
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn participant_row(app: &str, meeting: u128, id: u128, name: &str) -> ParticipantRow {
    ParticipantRow {
        id: ParticipantId::from_u128(id),
        meeting: MeetingId::from_u128(meeting),
        app: app.into(),
        name: name.to_owned(),
        picture: String::new(),
        custom_participant_id: Some(format!("c-{name}")),
        user_id: None,
        preset_id: None,
        preset_name: "group_call_host".to_owned(),
        member_type: MemberType::Host,
        blocked: false,
        deleted_at: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn preset_row(app: &str, id: &str, name: &str) -> PresetRow {
    PresetRow {
        id: id.to_owned(),
        app: app.into(),
        name: name.to_owned(),
        body: serde_json::json!({ "config": { "view_type": "WEBINAR" } }),
        deleted_at: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn person(name: &str, user_id: Option<&str>) -> Person {
    Person {
        display_name: name.to_owned(),
        view_type: Some(ViewType::GroupCall),
        preset_name: "group_call_host".to_owned(),
        custom_participant_id: Some(format!("c-{name}")),
        user_id: user_id.map(str::to_owned),
        ip_address: None,
        user_agent: None,
    }
}

/// A list query with nothing given.
pub(crate) fn all(app: &str, now: UnixMs) -> SessionQuery {
    SessionQuery {
        app: app.into(),
        now,
        meeting: None,
        started_from: None,
        started_to: None,
        status: None,
        peak_min: None,
        peak_max: None,
        search: None,
        sort: SessionSort::CreatedAt,
        ascending: false,
        offset: 0,
        limit: 25,
    }
}

/// One session, recorded as a room records it.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    pub app: AppId,
    pub meeting: MeetingId,
    pub session: SessionId,
    /// The session that this one is a breakout room of.
    pub parent: Option<SessionId>,
    pub tally: Option<Tally>,
    /// Its own time minus the steady clock of the process that records.
    pub offset_ms: i64,
    pub writes: Vec<Write>,
}

impl Recorder {
    pub(crate) fn new(app: &str, meeting: u128, session: u128) -> Self {
        Self {
            app: app.into(),
            meeting: MeetingId::from_u128(meeting),
            session: SessionId::from_u128(session),
            parent: None,
            tally: None,
            offset_ms: 0,
            writes: Vec::new(),
        }
    }

    pub(crate) fn fact(&mut self, at: UnixMs, kind: FactKind, person: Option<Person>) {
        let fact = Fact { at, app: self.app.clone(), meeting: self.meeting, session: self.session, kind };
        let stay = match &mut self.tally {
            None => {
                self.tally = Some(Tally::start(&fact).unwrap());
                None
            }
            Some(tally) => tally.apply(&fact).unwrap(),
        };
        let columns = self.tally.as_ref().unwrap().columns().clone();
        self.writes.push(Write::Fact { fact, columns, stay, person, offset_ms: self.offset_ms });
    }

    pub(crate) fn start(&mut self, at: UnixMs, title: &str) {
        let (title, parent) = (title.to_owned(), self.parent);
        self.fact(at, FactKind::SessionStarted { title, keep_alive_ms: 60_000, parent }, None);
    }

    pub(crate) fn join(&mut self, at: UnixMs, peer: u128, participant: u128, who: Person) {
        self.join_as(at, peer, participant, Role::Member, who);
    }

    pub(crate) fn join_as(&mut self, at: UnixMs, peer: u128, participant: u128, role: Role, who: Person) {
        let kind = FactKind::PeerJoined {
            peer: PeerId::from_u128(peer),
            stay: self.stay_of(peer),
            participant: ParticipantId::from_u128(participant),
            role,
            created_at: at,
        };
        self.fact(at, kind, Some(who));
    }

    /// Of a peer in this session: no other session has it.
    pub(crate) fn stay_of(&self, peer: u128) -> StayId {
        StayId::from_u128(self.session.as_u128() << 64 ^ peer)
    }

    pub(crate) fn away(&mut self, at: UnixMs, peer: u128) {
        self.fact(at, FactKind::PeerAway { peer: PeerId::from_u128(peer) }, None);
    }

    pub(crate) fn back(&mut self, at: UnixMs, peer: u128) {
        self.fact(at, FactKind::PeerBack { peer: PeerId::from_u128(peer) }, None);
    }

    pub(crate) fn leave(&mut self, at: UnixMs, peer: u128, reason: LeaveReason) {
        self.fact(at, FactKind::PeerLeft { peer: PeerId::from_u128(peer), reason }, None);
    }

    pub(crate) fn end(&mut self, at: UnixMs, reason: EndReason) {
        self.fact(at, FactKind::SessionEnded { reason }, None);
    }

    /// Takes what was recorded since the last call.
    pub(crate) fn take(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.writes)
    }

    pub(crate) async fn save(&mut self, store: &Store) -> u64 {
        store.remember(NODE, self.take()).await.unwrap()
    }
}

//! One story through the public verbs alone, so that a second backend can be held to it.

use crate::common::{NODE, Recorder, all, app_row, at, meeting_row, open, participant_row, person};
use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, LeaveReason, Role};
use sederunt_core::id::{AppId, ChatId, MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::chat::ChatMessage;
use sederunt_store::{
    ApiTokenRow, ListQuery, Permission, PresetRow, Recovered, RoomStayQuery, SessionQuery, SessionSort,
    Status, StayBatch, StayQuery, StaySort, Store, StoreError, Thing, UserRow,
};
use serde_json::json;

#[tokio::test]
async fn the_story() {
    let (dir, store) = open();
    registry(&store).await;
    tokens_and_secrets(&store).await;
    people(&store).await;
    a_session(&store).await;
    the_lists(&store).await;
    chat(&store).await;
    refusals(&store).await;
    drop(store);
    // Everything is still there in a new process.
    let store = Store::open(dir.path()).unwrap();
    the_lists(&store).await;
    after_a_crash(&store).await;
    termination(&store).await;
}

async fn registry(store: &Store) {
    let preset = |name: &str, n: u32| PresetRow {
        id: format!("00000000-0000-4000-8000-00000000000{n}"),
        app: "p".into(),
        name: name.to_owned(),
        body: json!({"config": {"max_video_streams": {"desktop": 24}}}),
        deleted_at: None,
        created_at: at(0),
        updated_at: at(0),
    };
    let presets = vec![preset("group_call_host", 1), preset("group_call_guest", 2)];
    store.create_app(app_row("p"), presets.clone()).await.unwrap();
    store.create_app(app_row("q"), Vec::new()).await.unwrap();
    let again = store.create_app(app_row("p"), Vec::new()).await;
    assert!(matches!(again, Err(StoreError::Exists(Thing::App))), "{again:?}");
    assert_eq!(store.app(&"p".into()).await.unwrap(), Some(app_row("p")));
    assert_eq!(store.app(&"x".into()).await.unwrap(), None);
    let q = ListQuery { limit: 10, ..ListQuery::default() };
    let apps = store.apps("acc", q.clone()).await.unwrap();
    assert_eq!((apps.total, apps.items[0].id.as_str()), (2, "q"), "newest first, ties by id");
    assert_eq!(store.apps("other", q.clone()).await.unwrap().total, 0);
    assert_eq!(store.presets(&"p".into(), q.clone()).await.unwrap().items, presets, "oldest first");
    assert_eq!(store.preset(&"p".into(), "group_call_guest").await.unwrap().as_ref(), presets.get(1));
    assert_eq!(store.preset(&"q".into(), "group_call_guest").await.unwrap(), None);

    for (id, title) in [(0x31, "Weekly sync"), (0x32, "100%_done"), (0x33, "Café ÉCLAIR")] {
        store.create_meeting(meeting_row("p", id, title)).await.unwrap();
    }
    let orphan = store.create_meeting(meeting_row("nowhere", 0x39, "")).await;
    assert!(matches!(orphan, Err(StoreError::NotFound(Thing::App))), "{orphan:?}");
    let found =
        |search: &str| ListQuery { search: Some(search.to_owned()), limit: 10, ..ListQuery::default() };
    for (term, total) in
        [("WEEKLY", 1), ("%", 1), ("_", 1), ("cafe\u{301} É", 1), ("0031", 1), ("zzz", 0), ("", 3)]
    {
        let page = store.meetings(&"p".into(), found(term)).await.unwrap();
        assert_eq!(page.total, total, "{term}");
    }
    let mut m = store.meeting(MeetingId::from_u128(0x33)).await.unwrap().unwrap();
    m.deleted_at = Some(at(5));
    store.put_meeting(m.clone()).await.unwrap();
    assert_eq!(store.meeting(m.id).await.unwrap(), None);
    assert_eq!(store.meetings(&"p".into(), q).await.unwrap().total, 2);
    m.id = MeetingId::from_u128(0x99);
    assert!(matches!(store.put_meeting(m).await, Err(StoreError::NotFound(Thing::Meeting))));
}

async fn tokens_and_secrets(store: &Store) {
    let token = ApiTokenRow {
        server: false,
        used_on: None,
        id: "t1".to_owned(),
        name: "ci".to_owned(),
        account: Some(("acc".to_owned(), Permission::RealtimeAdmin)),
        workspace: Some("p".into()),
        created_at: at(0),
        revoked_at: None,
    };
    store.create_token(token.clone(), [7; 32]).await.unwrap();
    assert_eq!(store.token([7; 32]).await.unwrap(), Some(token));
    assert_eq!(store.token([8; 32]).await.unwrap(), None);
    store.revoke_token("t1", at(9)).await.unwrap();
    store.revoke_token("t1", at(10)).await.unwrap();
    assert_eq!(store.token([7; 32]).await.unwrap(), None);
    assert_eq!(store.tokens().await.unwrap()[0].revoked_at, Some(at(9)), "the first revocation counts");
    assert!(matches!(store.revoke_token("t2", at(9)).await, Err(StoreError::NotFound(Thing::Token))));
    assert_eq!(store.secret("key", vec![1]).await.unwrap(), vec![1]);
    assert_eq!(store.secret("key", vec![2]).await.unwrap(), vec![1], "made once");
    assert_eq!(store.kept_secret("key").await.unwrap(), Some(vec![1]));
    assert_eq!(store.kept_secret("none").await.unwrap(), None);
    let kept = store.change_secret("key", |old| (None, old.map(<[u8]>::to_vec))).await.unwrap();
    assert_eq!((kept, store.kept_secret("key").await.unwrap()), (Some(vec![1]), Some(vec![1])), "as it is");
    store.change_secret("key", |_| (Some(vec![3]), ())).await.unwrap();
    assert_eq!(store.kept_secret("key").await.unwrap(), Some(vec![3]));
}

async fn people(store: &Store) {
    let meeting = MeetingId::from_u128(0x31);
    for (id, name) in [(0xa1, "Ann"), (0xa2, "Bob")] {
        store.create_participant(participant_row("p", 0x31, id, name)).await.unwrap();
    }
    let again = store.create_participant(participant_row("p", 0x31, 0xa1, "Ann")).await;
    assert!(matches!(again, Err(StoreError::Exists(Thing::Participant))), "{again:?}");
    let mut bob = store.participant(meeting, ParticipantId::from_u128(0xa2)).await.unwrap().unwrap();
    bob.user_id = Some("bob smith/한글".to_owned());
    store.put_participant(bob.clone()).await.unwrap();
    assert_eq!(store.member_of_user(meeting, "bob smith/한글").await.unwrap(), Some(bob.clone()));
    assert_eq!(store.member_of_user(MeetingId::from_u128(0x32), "bob smith/한글").await.unwrap(), None);
    bob.deleted_at = Some(at(3));
    store.put_participant(bob.clone()).await.unwrap();
    assert_eq!(store.participant(meeting, bob.id).await.unwrap(), None);
    let q = ListQuery { limit: 10, ..ListQuery::default() };
    assert_eq!(store.participants(meeting, q).await.unwrap().total, 1);

    let user = |name: &str, token: &str| UserRow {
        app: "p".into(),
        user_id: "alice".to_owned(),
        name: name.to_owned(),
        access_token: token.to_owned(),
        extra: json!({"image": null}),
        created_at: at(1),
        updated_at: at(1),
    };
    store.upsert_user(user("Alice", "secret-1")).await.unwrap();
    let after = store.upsert_user(user("Alice B", "secret-2")).await.unwrap();
    assert_eq!((after.name.as_str(), after.access_token.as_str()), ("Alice B", "secret-1"));
    assert_eq!(store.user_by_access_token("secret-1").await.unwrap(), Some(after.clone()));
    assert_eq!(store.user_by_access_token("secret-2").await.unwrap(), None);
    assert_eq!(store.user(&"p".into(), "alice").await.unwrap(), Some(after));
}

/// Ann 0–30 s; Bob 10 s – open, away since 40 s.
async fn a_session(store: &Store) {
    store.heartbeat(NODE, at(0)).await.unwrap();
    let mut room = Recorder::new("p", 0x31, 0x51);
    room.start(at(0), "Weekly sync");
    room.join(at(0), 0xb1, 0xa1, person("Ann", Some("alice")));
    assert_eq!(room.save(store).await, 2);
    room.join(at(10_000), 0xb2, 0xa2, person("Bob", None));
    assert_eq!(room.save(store).await, 3);
    room.leave(at(30_000), 0xb1, LeaveReason::Left);
    room.away(at(40_000), 0xb2);
    assert_eq!(room.save(store).await, 5, "sequence numbers have no gap");

    let open = store.open_session(MeetingId::from_u128(0x31), NODE, at(0)).await.unwrap().unwrap();
    assert_eq!(Some(&open.tally), room.tally.as_ref(), "folded from the facts");
    let mut other = Recorder::new("p", 0x32, 0x52);
    other.start(at(-100_000), "100%_done");
    other.join_as(at(-100_000), 0xb3, 0xa3, Role::Monitor, person("Moni", None));
    other.leave(at(-40_000), 0xb3, LeaveReason::Kicked);
    other.end(at(20_000), EndReason::AllParticipantsLeft);
    other.save(store).await;
}

async fn the_lists(store: &Store) {
    let ids = async |q: SessionQuery| {
        let page = store.sessions(q).await.unwrap();
        (page.total, page.items.iter().map(|s| s.id.as_u128()).collect::<Vec<_>>())
    };
    let now = at(60_000);
    assert_eq!(ids(all("p", now)).await, (2, vec![0x51, 0x52]));
    assert_eq!(ids(all("nowhere", now)).await, (0, vec![]));
    assert_eq!(ids(SessionQuery { status: Some(Status::Live), ..all("p", now) }).await, (1, vec![0x51]));
    assert_eq!(ids(SessionQuery { search: Some("%".to_owned()), ..all("p", now) }).await, (1, vec![0x52]));
    let by_minutes = SessionQuery { sort: SessionSort::MinutesConsumed, ascending: true, ..all("p", now) };
    assert_eq!(ids(by_minutes).await, (2, vec![0x51, 0x52]), "60 s each: by id, in the same direction");

    let row = store.session(&"p".into(), SessionId::from_u128(0x51)).await.unwrap().unwrap();
    assert_eq!((row.live_count, row.peak, row.stay_count), (1, 2, 2));
    assert_eq!(row.consumed_ms(now), 60_000, "30 s + 30 s up to the loss");
    assert_eq!(store.session(&"q".into(), row.id).await.unwrap(), None, "of another app");
    let active = store.active_session(MeetingId::from_u128(0x31)).await.unwrap();
    assert_eq!(active, Some(row));
    assert_eq!(store.active_session(MeetingId::from_u128(0x32)).await.unwrap(), None);
    assert_eq!(store.together_ms(MeetingId::from_u128(0x31), Some(now)).await.unwrap(), 20_000);
    assert_eq!(store.together_ms(MeetingId::from_u128(0x31), None).await.unwrap(), 0);
    assert_eq!(store.first_joined_at(MeetingId::from_u128(0x32)).await.unwrap(), Some(at(-100_000)));
    session_stays(store, now).await;
    room_stays(store).await;
}

async fn session_stays(store: &Store, now: UnixMs) {
    let q = |sort, ascending, search: Option<&str>| StayQuery {
        session: SessionId::from_u128(0x51),
        now,
        search: search.map(str::to_owned),
        sort,
        ascending,
        offset: 0,
        limit: 10,
    };
    let peers = async |q: StayQuery| {
        let page = store.stays(q).await.unwrap();
        (page.total, page.items.iter().map(|s| s.stay.peer.as_u128()).collect::<Vec<_>>())
    };
    assert_eq!(peers(q(StaySort::JoinedAt, true, None)).await, (2, vec![0xb1, 0xb2]));
    assert_eq!(
        peers(q(StaySort::LeftAt, false, None)).await,
        (2, vec![0xb2, 0xb1]),
        "open last when ascending"
    );
    assert_eq!(
        peers(q(StaySort::Duration, false, None)).await,
        (2, vec![0xb2, 0xb1]),
        "30 s each, then by id"
    );
    assert_eq!(peers(q(StaySort::JoinedAt, true, Some("ANN"))).await, (1, vec![0xb1]));
    assert_eq!(peers(q(StaySort::JoinedAt, true, Some("C-b"))).await, (1, vec![0xb2]));
    assert_eq!(peers(q(StaySort::JoinedAt, true, Some("0000a2"))).await, (1, vec![0xb2]));
    assert_eq!(peers(StayQuery { offset: 1, ..q(StaySort::JoinedAt, true, None) }).await, (2, vec![0xb2]));

    let session = SessionId::from_u128(0x51);
    let bob = store.stay(session, PeerId::from_u128(0xb2)).await.unwrap().unwrap();
    assert_eq!((bob.stay.away_since, bob.stay.left_at), (Some(at(40_000)), None));
    assert_eq!(bob.person, person("Bob", None));
    assert_eq!(bob.app, AppId::from("p"));
    assert_eq!(store.latest_stay(session, ParticipantId::from_u128(0xa2)).await.unwrap(), Some(bob));
    assert_eq!(
        store.stay(session, PeerId::from_u128(0xb3)).await.unwrap(),
        None,
        "a stay of another session"
    );
}

async fn room_stays(store: &Store) {
    let of_session = Recorder::new("p", 0x31, 0x51);
    let q = |connecting, user: Option<&str>, limit| RoomStayQuery {
        meeting: MeetingId::from_u128(0x31),
        user_id: user.map(str::to_owned),
        connecting,
        sort: StaySort::JoinedAt,
        ascending: false,
        offset: 0,
        limit,
    };
    for (connecting, user, expect) in [
        (None, None, vec![0xb2, 0xb1]),
        (Some(true), None, vec![0xb2]),
        (Some(false), None, vec![0xb1]),
        (None, Some("alice"), vec![0xb1]),
        (Some(true), Some("alice"), vec![]),
        (None, Some("ALICE"), vec![]),
    ] {
        let page = store.room_stays(q(connecting, user, Some(10))).await.unwrap();
        let streamed = stream(store, q(connecting, user, None)).await;
        let peers: Vec<u128> = page.items.iter().map(|s| s.stay.peer.as_u128()).collect();
        assert_eq!(peers, expect, "{connecting:?} {user:?}");
        let ids = page.items.iter().map(|s| s.stay.id);
        assert!(ids.eq(expect.iter().map(|peer| of_session.stay_of(*peer))), "{:?}", page.items);
        assert_eq!(streamed, page.items);
        assert_eq!(page.total, expect.len() as u64);
    }
}

async fn stream(store: &Store, q: RoomStayQuery) -> Vec<sederunt_store::StayRow> {
    let mut rx = store.room_stays_each(q);
    let Some(Ok(StayBatch::Total(total))) = rx.recv().await else { panic!("the total comes first") };
    let mut rows = Vec::new();
    while let Some(batch) = rx.recv().await {
        match batch.unwrap() {
            StayBatch::Rows(more) => rows.extend(more),
            StayBatch::Total(_) => panic!("only one total"),
        }
    }
    assert_eq!(rows.len() as u64, total);
    rows
}

async fn chat(store: &Store) {
    let session = SessionId::from_u128(0x51);
    let message = |n: u128, ms, text: &str| ChatMessage {
        id: ChatId::from_u128(n),
        session,
        peer: PeerId::from_u128(0xb1),
        participant: ParticipantId::from_u128(0xa1),
        display_name: "Ann".to_owned(),
        pinned: false,
        edited: false,
        payload_type: 0,
        payload: text.to_owned(),
        files: Vec::new(),
        targets: if n == 2 {
            vec![ParticipantId::from_u128(0xa1), ParticipantId::from_u128(0xa2)]
        } else {
            vec![]
        },
        at: at(ms),
    };
    let (one, two, three) = (message(1, 10, "1"), message(2, 20, "2"), message(3, 20, "3"));
    let writes = [&three, &one, &two].map(|m| Write::Chat(m.clone())).to_vec();
    store.remember(NODE, writes).await.unwrap();
    assert_eq!(store.chat(session, 10).await.unwrap(), [one, two.clone(), three.clone()]);
    let edited = ChatMessage { payload: "two".to_owned(), edited: true, pinned: true, ..two };
    let writes = vec![Write::Chat(edited.clone()), Write::ChatDeleted { session, chat: three.id }];
    store.remember(NODE, writes).await.unwrap();
    assert_eq!(store.chat(session, 1).await.unwrap(), [edited], "the newest, as edited");
}

/// What contradicts the ledger is refused as a whole, and takes nobody else along.
async fn refusals(store: &Store) {
    let now = at(60_000);
    let before = store.sessions(all("p", now)).await.unwrap();
    let mut second = Recorder::new("p", 0x31, 0x5f);
    second.start(at(50_000), "Weekly sync");
    second.join(at(50_000), 0xbf, 0xa1, person("Ann", None));
    let mut fine = Recorder::new("q", 0x71, 0x72);
    fine.start(at(0), "");
    fine.join(at(0), 0xc1, 0xc2, person("Q", None));
    fine.leave(at(1_000), 0xc1, LeaveReason::Left);
    fine.end(at(2_000), EndReason::HostEndedMeeting);
    let mut unknown = Recorder::new("nowhere", 0x73, 0x74);
    unknown.start(at(0), "");
    let (bad, good, lost) = tokio::join!(
        store.remember(NODE, second.take()),
        store.remember(NODE, fine.take()),
        store.remember(NODE, unknown.take()),
    );
    assert!(matches!(bad, Err(StoreError::Exists(_))), "one LIVE session per meeting: {bad:?}");
    assert!(matches!(lost, Err(StoreError::NotFound(Thing::App))), "{lost:?}");
    good.unwrap();
    assert_eq!(store.sessions(all("p", now)).await.unwrap(), before);
    assert_eq!(store.sessions(all("q", now)).await.unwrap().total, 1);
    assert_eq!(store.stay(SessionId::from_u128(0x5f), PeerId::from_u128(0xbf)).await.unwrap(), None);
}

async fn after_a_crash(store: &Store) {
    store.heartbeat(NODE, at(45_000)).await.unwrap();
    let early = store.recover("node-b", at(90_000)).await.unwrap();
    let meeting = MeetingId::from_u128(0x31);
    assert_eq!((early.stays_closed, early.sessions_ended, early.still_open), (1, 0, vec![meeting]));
    assert_eq!(early.returning.len(), 1);
    let late = store.recover("node-b", at(500_000)).await.unwrap();
    let nobody = Vec::new();
    assert_eq!(late, Recovered { stays_closed: 0, sessions_ended: 1, still_open: vec![], returning: nobody });
    let row = store.session(&"p".into(), SessionId::from_u128(0x51)).await.unwrap().unwrap();
    assert_eq!(
        row.ended_at,
        Some(at(100_000)),
        "60 s after the loss at 40 s, not after the heartbeat at 45 s"
    );
    assert_eq!(row.consumed_ms(at(999_999)), 60_000);
    let bob = store.stay(row.id, PeerId::from_u128(0xb2)).await.unwrap().unwrap().stay;
    assert_eq!((bob.left_at, bob.reason), (Some(at(40_000)), Some(LeaveReason::NodeLost)));
    assert_eq!(store.together_ms(meeting, None).await.unwrap(), 20_000, "counted once the session has ended");
}

async fn termination(store: &Store) {
    let meeting = MeetingId::from_u128(0x32);
    store.remember(NODE, vec![Write::Terminated { meeting, at: at(7) }]).await.unwrap();
    store.remember(NODE, vec![Write::Terminated { meeting, at: at(8) }]).await.unwrap();
    let row = store.meeting(meeting).await.unwrap().unwrap();
    assert_eq!(row.terminated_at, Some(at(7)), "cannot be undone, nor moved");
    let mut stale = row.clone();
    stale.terminated_at = None;
    store.put_meeting(stale).await.unwrap();
    assert_eq!(store.meeting(meeting).await.unwrap().unwrap().terminated_at, Some(at(7)));
}

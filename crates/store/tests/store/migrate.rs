//! A ledger of an older schema becomes one of today's, with everything in it.

use std::path::Path;

use crate::common::{NODE, Recorder, app_row, at, meeting_row, open, participant_row, person, preset_row};
use rusqlite::Connection;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_store::{ImportOptions, MeetingRow, ParticipantRow, RoomStayQuery, StaySort, Store};

/// The first three migrations: the schema before stays had names and facts were a chain.
const OLD: [&str; 3] = [
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/sqlite/0002_fact_app.sql"),
    include_str!("../../migrations/sqlite/0003_person_change.sql"),
];

/// The same rows under the old schema.
const COPY: &str = "
    INSERT INTO app SELECT * FROM today.app;
    INSERT INTO preset SELECT id, app, name, name_fold, body, created_ms, updated_ms FROM today.preset;
    INSERT INTO meeting SELECT id, app, title, title_fold, active, keep_alive_secs, kind, is_room, default_member_type,
        max_meeting_seconds, terminated_ms, deleted_ms, extra, created_ms, updated_ms FROM today.meeting;
    INSERT INTO participant SELECT id, meeting, app, name, name_fold, picture, custom_participant_id, custom_fold, user_id,
        preset_name, member_type, blocked, deleted_ms, created_ms, updated_ms FROM today.participant;
    INSERT INTO node SELECT no, name, heartbeat_ms FROM today.node;
    INSERT INTO fact SELECT seq, node, at_ms, app, meeting, session, kind, peer, participant, role, created_ms, reason,
        title, keep_alive_ms FROM today.fact;
    INSERT INTO session SELECT id, app, meeting, title, title_fold, keep_alive_ms, started_ms, ended_ms, end_reason,
        updated_ms, live_count, peak, stay_count, closed_ms, ticking_count, ticking_joined_sum_ms, last_left_ms,
        together_ms, together_since_ms FROM today.session;
    INSERT INTO stay SELECT s.session, s.peer, x.meeting, s.participant, s.node, s.role, s.created_ms, s.joined_ms,
        s.left_ms, s.reason, s.away_ms FROM today.stay s JOIN today.session x ON x.id = s.session;
    INSERT INTO person SELECT s.session, s.peer, x.meeting, s.display_name, s.name_fold, s.preset_name,
        s.custom_participant_id, s.custom_fold, s.user_id, s.ip_address, s.user_agent
        FROM today.stay s JOIN today.session x ON x.id = s.session WHERE s.display_name IS NOT NULL;
    INSERT INTO meeting_tally SELECT meeting, sessions, first_joined_ms, together_ms FROM today.meeting_tally;
    INSERT INTO app_tally SELECT * FROM today.app_tally;
    PRAGMA user_version = 3;";

async fn fill(store: &Store) {
    for app in ["p", "q"] {
        store
            .create_app(app_row(app), vec![preset_row(app, &format!("{app}-tutor"), "Tutor")])
            .await
            .unwrap();
    }
    // In a meeting and in a room: whoever has a preset of their own, one that a member's type gives, and one that is no row.
    let host = preset_row("q", "q-host", "group_call_host");
    store.create_preset(host).await.unwrap();
    store.create_meeting(MeetingRow { is_room: true, ..meeting_row("q", 0x21, "Room") }).await.unwrap();
    for meeting in [0x20, 0x21] {
        for (n, preset_name) in ["Tutor", "group_call_host", "nowhere"].into_iter().enumerate() {
            let row = participant_row("q", meeting, (meeting << 8) + n as u128, "Ann");
            store
                .create_participant(ParticipantRow { preset_name: preset_name.to_owned(), ..row })
                .await
                .unwrap();
        }
    }
    // Facts of two apps and several sessions lie between each other, over more than one block.
    let mut rooms: Vec<Recorder> =
        (0..5_u128).map(|n| Recorder::new(if n % 2 == 0 { "p" } else { "q" }, 0x30 + n, 0x50 + n)).collect();
    for (n, room) in rooms.iter_mut().enumerate() {
        room.start(at(0), "Weekly");
        room.join(at(n as i64), 0xb0, 0xa0, person("Ann", Some("ann")));
        room.save(store).await;
    }
    for room in &mut rooms[3..] {
        room.leave(at(60), 0xb0, LeaveReason::Left);
        room.end(at(70), EndReason::AllParticipantsLeft);
        room.save(store).await;
    }
    for step in 1..40_i64 {
        for room in &mut rooms[..3] {
            let peer = 0xb0 + u128::try_from(step).unwrap();
            room.join(at(step * 100), peer, 0xa1, person("Bób", Some("bob")));
            if step % 3 > 0 {
                room.leave(at(step * 100 + 50), peer, LeaveReason::Left);
            }
            room.save(store).await;
        }
    }
}

fn export(store: &Store) -> String {
    let mut out = Vec::new();
    store.export(&mut out, |_, _| {}).unwrap();
    String::from_utf8(out).unwrap()
}

/// Stays from before they had ids of their own are called as their peers, which an export does not say twice.
fn without_stay_ids(export: &str) -> String {
    const FIELD: &str = r#","stay":""#;
    let mut parts = export.split(FIELD);
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once('"').unwrap().1)
}

fn aged(today: &Path, dir: &Path) {
    let conn = Connection::open(dir.join("ledger.sqlite")).unwrap();
    for sql in OLD {
        conn.execute_batch(sql).unwrap();
    }
    conn.execute("ATTACH ?1 AS today", [today.join("ledger.sqlite").to_str().unwrap()]).unwrap();
    conn.execute_batch(COPY).unwrap();
}

#[tokio::test]
async fn an_older_ledger_is_brought_up_to_date() {
    let (dir, store) = open();
    fill(&store).await;
    let (before, facts) = (export(&store), store.verify(|_, _| {}).unwrap());
    drop(store);
    let old = tempfile::tempdir().unwrap();
    aged(dir.path(), old.path());
    let store = Store::open(old.path()).unwrap();
    let report = store.verify(|_, _| {}).unwrap();
    assert_eq!((report.difference_count, report.facts), (0, facts.facts), "{:?}", report.differences);
    // The view type of the join is kept since, and stays have ids of their own.
    assert_eq!(export(&store), without_stay_ids(&before.replace(r#","view_type":"GROUP_CALL""#, "")));
    let mut held = Vec::new();
    for meeting in [0x20, 0x21] {
        for n in 0..3 {
            let (meeting, id) = (MeetingId::from_u128(meeting), ParticipantId::from_u128((meeting << 8) + n));
            held.push(store.participant(meeting, id).await.unwrap().unwrap().preset_id);
        }
    }
    let by_id = |id: &str| Some(id.to_owned());
    assert_eq!(held, [by_id("q-tutor"), by_id("q-host"), None, by_id("q-tutor"), None, None]);
    let q = RoomStayQuery {
        meeting: MeetingId::from_u128(0x31),
        user_id: Some("bob".to_owned()),
        connecting: Some(true),
        sort: StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: Some(100),
    };
    let page = store.room_stays(q).await.unwrap();
    assert_eq!((page.total, page.items.len()), (13, 13));
    assert!(page.items.iter().all(|row| row.person.display_name == "Bób"), "{:?}", page.items);
    assert!(page.items.iter().all(|row| row.stay.id.0 == row.stay.peer.0), "{:?}", page.items);
}

/// A session that is open while the program is changed has stays of both kinds.
#[tokio::test]
async fn a_live_session_of_an_older_ledger_goes_on() {
    let (dir, store) = open();
    fill(&store).await;
    let old = tempfile::tempdir().unwrap();
    drop(store);
    aged(dir.path(), old.path());
    let store = Store::open(old.path()).unwrap();
    let mut room = Recorder::new("q", 0x31, 0x51);
    room.tally = Some(store.open_session(room.meeting, NODE, at(5_000)).await.unwrap().unwrap().tally);
    room.join(at(5_000), 0xff, 0xa5, person("Cy", Some("cy")));
    room.save(&store).await;
    let ids = async |store: &Store| {
        let q = RoomStayQuery {
            meeting: MeetingId::from_u128(0x31),
            user_id: Some("cy".to_owned()),
            connecting: None,
            sort: StaySort::JoinedAt,
            ascending: true,
            offset: 0,
            limit: None,
        };
        let rows = store.room_stays(q).await.unwrap().items;
        rows.into_iter().map(|row| (row.stay.peer.as_u128(), row.stay.id)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&store).await, [(0xff, room.stay_of(0xff))]);
    store.recover("next", at(10_000_000)).await.unwrap();
    let report = store.verify(|_, _| {}).unwrap();
    assert_eq!(report.difference_count, 0, "{:?}", report.differences);
    // What it tells is the same elsewhere.
    let (_dir, copy) = open();
    copy.create_app(app_row("q"), Vec::new()).await.unwrap();
    let session = room.session.to_string();
    let told: String = export(&store).lines().filter(|line| line.contains(&session)).collect();
    let (into, text) = (copy.clone(), told.clone());
    let import = move || into.import(text.as_bytes(), &ImportOptions::default(), |_| {}).unwrap();
    assert_eq!(tokio::task::spawn_blocking(import).await.unwrap().rejected, []);
    assert_eq!(ids(&copy).await, ids(&store).await);
    assert_eq!(export(&copy).trim_end(), told);
}

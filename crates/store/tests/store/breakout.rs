//! Breakout rooms are known to the rooms and processes that come after, and the session of their meeting outlives theirs.

use crate::common::{NODE, Recorder, app_row, at, meeting_row, open, person};
use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::family::{Change, RoomName};
use sederunt_core::id::{MeetingId, ParticipantId, SessionId};
use sederunt_store::{RoomKind, Store};

const MAIN: MeetingId = MeetingId::from_u128(0x30);
const RED: MeetingId = MeetingId::from_u128(0x31);
const BLUE: MeetingId = MeetingId::from_u128(0x32);
const ANN: ParticipantId = ParticipantId::from_u128(0x51);
const BOB: ParticipantId = ParticipantId::from_u128(0x52);

fn change(change: Change) -> Write {
    Write::Breakout { parent: MAIN, change }
}

fn opened(meeting: MeetingId, title: &str, ms: i64) -> Write {
    change(Change::Opened { room: RoomName { meeting, title: title.to_owned() }, at: at(ms) })
}

fn placed(participant: ParticipantId, room: Option<MeetingId>) -> Write {
    change(Change::Placed { participant, room, at: at(5) })
}

#[tokio::test]
async fn rooms_and_who_belongs_where_are_kept_over_a_restart_until_they_are_closed() {
    let (dir, store) = open();
    store.create_app(app_row("a"), Vec::new()).await.unwrap();
    let mut row = meeting_row("a", 0x30, "Main");
    (row.keep_alive_secs, row.kind, row.max_meeting_seconds) = (90, RoomKind::Open, Some(60));
    store.create_meeting(row).await.unwrap();
    let mut main = Recorder::new("a", 0x30, 0x40);
    main.start(at(0), "Main");
    main.join(at(0), 1, 0x51, person("ann", None));
    main.save(&store).await;
    let writes = vec![
        opened(RED, "Red", 1),
        opened(BLUE, "Blue", 2),
        placed(ANN, Some(RED)),
        placed(BOB, Some(RED)),
        placed(BOB, Some(BLUE)),
    ];
    store.remember(NODE, writes).await.unwrap();
    let mut red = Recorder::new("a", 0x31, 0x41);
    red.parent = Some(SessionId::from_u128(0x40));
    red.start(at(10), "Red");
    red.join(at(10), 2, 0x51, person("ann", None));
    red.save(&store).await;
    drop(store);

    let store = Store::open(dir.path()).unwrap();
    let links = store.links(MAIN).await.unwrap();
    assert_eq!(links.family.session, Some(SessionId::from_u128(0x40)));
    let rooms: Vec<(MeetingId, &str)> =
        links.family.rooms.iter().map(|room| (room.meeting, room.title.as_str())).collect();
    assert_eq!(rooms, [(RED, "Red"), (BLUE, "Blue")], "oldest first");
    assert_eq!((links.live, links.ended_at, links.made), (vec![RED], None, 2));
    assert_eq!(store.placement(MAIN, ANN).await.unwrap(), Some(RED));
    assert_eq!(store.placement(MAIN, BOB).await.unwrap(), Some(BLUE), "the latest");
    let room = store.meeting(RED).await.unwrap().unwrap();
    assert_eq!((room.parent, room.keep_alive_secs), (Some(MAIN), 90), "the settings of its parent");
    assert_eq!((room.kind, room.max_meeting_seconds), (RoomKind::Private, None), "but its doors and its end");
    // Nothing of it is anybody else's.
    assert!(store.links(RED).await.unwrap().family.rooms.is_empty());
    assert_eq!(store.placement(RED, ANN).await.unwrap(), None);

    red.leave(at(20), 2, LeaveReason::Moved);
    red.end(at(20), EndReason::AllParticipantsLeft);
    red.save(&store).await;
    let closed = vec![change(Change::Closed { room: RED, at: at(20) }), placed(BOB, None)];
    store.remember(NODE, closed).await.unwrap();
    let links = store.links(MAIN).await.unwrap();
    assert_eq!((links.live, links.ended_at, links.placed), (vec![], Some(at(20)), vec![]));
    assert_eq!(links.family.rooms.len(), 1);
    assert!(!store.meeting(RED).await.unwrap().unwrap().active);
    assert_eq!(store.breakout_sessions(SessionId::from_u128(0x40)).await.unwrap().len(), 1);
    // A room of a meeting is one, whatever its row is replaced with.
    store.put_meeting(meeting_row("a", 0x32, "Azure")).await.unwrap();
    assert_eq!(store.links(MAIN).await.unwrap().family.rooms[0].title, "Azure");
}

/// What a crash leaves: two rooms, in one of which somebody was until then; the meeting was left long ago.
#[tokio::test]
async fn after_a_crash_a_meeting_ends_after_its_rooms() {
    let (dir, store) = open();
    store.create_app(app_row("a"), Vec::new()).await.unwrap();
    for id in [0x30, 0x31, 0x32] {
        store.create_meeting(meeting_row("a", id, "T")).await.unwrap();
    }
    let mut main = Recorder::new("a", 0x30, 0x40);
    main.start(at(0), "T");
    main.join(at(0), 1, 0x51, person("ann", None));
    main.leave(at(1_000), 1, LeaveReason::Moved);
    main.save(&store).await;
    for (meeting, session, peer, left) in [(0x31, 0x41, 2, Some(200_000)), (0x32, 0x42, 3, None)] {
        let mut room = Recorder::new("a", meeting, session);
        room.parent = Some(SessionId::from_u128(0x40));
        room.start(at(2_000), "T");
        room.join(at(2_000), peer, 0x51, person("ann", None));
        if let Some(left) = left {
            room.leave(at(left), peer, LeaveReason::Left);
        }
        room.save(&store).await;
    }
    store.heartbeat(NODE, at(300_000)).await.unwrap();
    drop(store);

    // The first room's keep-alive is over, that of the other is not: it lives, and so does the meeting.
    let store = Store::open(dir.path()).unwrap();
    let done = store.recover(NODE, at(310_000)).await.unwrap();
    assert_eq!((done.sessions_ended, done.still_open), (1, vec![BLUE, MAIN]));
    // A process later everything is over, the meeting one keep-alive after its last room: people may be on the way back.
    let done = store.recover(NODE, at(900_000)).await.unwrap();
    assert_eq!(done.sessions_ended, 2);
    let ended =
        async |id| store.session(&"a".into(), SessionId::from_u128(id)).await.unwrap().unwrap().ended_at;
    assert_eq!(ended(0x41).await, Some(at(260_000)));
    assert_eq!(ended(0x42).await, Some(at(360_000)));
    assert_eq!(ended(0x40).await, Some(at(420_000)));
}

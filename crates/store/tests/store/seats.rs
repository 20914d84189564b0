//! Where peers sit is known to the rooms and processes that come after, and ends with the session.

use crate::common::{NODE, Recorder, app_row, at, meeting_row, open, person};
use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::standing::Seat;

const MEETING: MeetingId = MeetingId(sederunt_core::id::Id::from_u128(0x30));

fn peer(id: u128) -> PeerId {
    PeerId::from_u128(id)
}

#[tokio::test]
async fn a_seat_is_kept_over_a_restart_until_the_session_ends() {
    let (dir, store) = open();
    store.create_app(app_row("a"), Vec::new()).await.unwrap();
    store.create_meeting(meeting_row("a", 0x30, "T")).await.unwrap();
    let mut session = Recorder::new("a", 0x30, 0x40);
    session.start(at(0), "T");
    session.join(at(0), 1, 0x51, person("x", None));
    session.save(&store).await;
    let seat = |id, seat| Write::Seat { session: session.session, peer: peer(id), seat };
    let writes =
        vec![seat(1, Some(Seat::Asking)), seat(2, Some(Seat::Audience)), seat(1, Some(Seat::OnStage))];
    store.remember(NODE, writes).await.unwrap();
    drop(store);

    let store = sederunt_store::Store::open(dir.path()).unwrap();
    let known = store.seats(MEETING).await.unwrap();
    assert_eq!(known, [(peer(1), Seat::OnStage), (peer(2), Seat::Audience)], "the latest of each");
    assert_eq!(store.seats(MeetingId::from_u128(0x31)).await.unwrap(), []);
    store.remember(NODE, vec![seat(2, None), seat(3, None)]).await.unwrap();
    assert_eq!(store.seats(MEETING).await.unwrap(), [(peer(1), Seat::OnStage)]);

    session.leave(at(1_000), 1, LeaveReason::Left);
    session.end(at(61_000), EndReason::AllParticipantsLeft);
    session.save(&store).await;
    assert_eq!(store.seats(MEETING).await.unwrap(), []);
    drop(store);
    let ledger = rusqlite::Connection::open(dir.path().join("ledger.sqlite")).unwrap();
    let rows: i64 = ledger.query_row("SELECT count(*) FROM seat", [], |r| r.get(0)).unwrap();
    assert_eq!(rows, 0);
}

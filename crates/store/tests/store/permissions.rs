//! What hosts have changed for people is known to the rooms and processes that come after, and ends with the session.

use crate::common::{NODE, Recorder, app_row, at, meeting_row, open, person};
use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::rights::{Change, Right, Rights};

const MEETING: MeetingId = MeetingId(sederunt_core::id::Id::from_u128(0x30));

fn who(id: u128) -> ParticipantId {
    ParticipantId::from_u128(id)
}

fn change(taken: &[Right], touched: &[Right]) -> Change {
    Change { taken: Rights::of(taken), touched: Rights::of(touched) }
}

#[tokio::test]
async fn a_change_is_kept_over_a_restart_until_the_session_ends() {
    let (dir, store) = open();
    store.create_app(app_row("a"), Vec::new()).await.unwrap();
    store.create_meeting(meeting_row("a", 0x30, "T")).await.unwrap();
    let mut session = Recorder::new("a", 0x30, 0x40);
    session.start(at(0), "T");
    session.join(at(0), 1, 0x51, person("x", None));
    session.save(&store).await;
    let write = |id, change| Write::Permissions { session: session.session, participant: who(id), change };
    let everything = change(Right::ALL, Right::ALL);
    let given_back = change(&[], &[Right::Kick]);
    let writes =
        vec![write(1, change(&[Right::Kick], &[Right::Kick])), write(2, everything), write(1, given_back)];
    store.remember(NODE, writes).await.unwrap();
    drop(store);

    let store = sederunt_store::Store::open(dir.path()).unwrap();
    let known = store.permissions(MEETING).await.unwrap();
    assert_eq!(known, [(who(1), given_back), (who(2), everything)], "the latest of each");
    assert_eq!(store.taken(MEETING, who(2)).await.unwrap(), Rights::all());
    assert_eq!(store.taken(MEETING, who(1)).await.unwrap(), Rights::NONE);
    assert_eq!(store.taken(MEETING, who(3)).await.unwrap(), Rights::NONE);
    let other = MeetingId::from_u128(0x31);
    assert_eq!(store.permissions(other).await.unwrap(), []);
    assert_eq!(store.taken(other, who(2)).await.unwrap(), Rights::NONE);

    session.leave(at(1_000), 1, LeaveReason::Left);
    session.end(at(61_000), EndReason::AllParticipantsLeft);
    session.save(&store).await;
    assert_eq!(store.permissions(MEETING).await.unwrap(), []);
    assert_eq!(store.taken(MEETING, who(2)).await.unwrap(), Rights::NONE);
    drop(store);
    let ledger = rusqlite::Connection::open(dir.path().join("ledger.sqlite")).unwrap();
    let rows: i64 = ledger.query_row("SELECT count(*) FROM permission", [], |r| r.get(0)).unwrap();
    assert_eq!(rows, 0);
}

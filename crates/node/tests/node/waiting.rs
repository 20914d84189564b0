//! Who waits goes on waiting in another process, and who was let in is not asked twice. In the kill, nothing says goodbye:
//! another node opens the same ledger while the first one is still there.

use sederunt_core::id::{Id, MeetingId, PeerId};
use sederunt_core::words::{Msg, Request, entry, waiting};
use sederunt_store::ParticipantRow;
use sederunt_testkit::House;

use crate::world::{Client, T0, start};

/// Whether somebody who asks to come in has to wait.
pub(crate) async fn waits(client: &mut Client) -> bool {
    let ask = Request::Entry(entry::Ask::JoinRoom { display_name: String::new() });
    matches!(*client.ask(ask).await.unwrap(), Msg::Waiting(waiting::Tell::Waits(_)))
}

async fn list(host: &mut Client) -> Vec<PeerId> {
    let answer = host.ask(Request::Waiting(waiting::Ask::List)).await.unwrap();
    let Msg::Waiting(waiting::Tell::List(peers)) = &*answer else { panic!("{answer:?}") };
    peers.iter().map(|peer| peer.peer).collect()
}

fn is_called(msg: &Msg) -> bool {
    *msg == Msg::Waiting(waiting::Tell::Accepted)
}

/// A meeting of an app with the presets of new apps.
pub(crate) struct Scene {
    pub(crate) house: House,
    pub(crate) meeting: MeetingId,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let house = House::at(T0).await;
        let app = house.app("acc", "app-1", "App").await;
        let row = house.meeting_row(&app);
        house.store.create_meeting(row.clone()).await.unwrap();
        Self { house, meeting: row.id }
    }

    pub(crate) async fn person(&self, name: &str, preset: &str) -> ParticipantRow {
        let app = "app-1".into();
        let row = ParticipantRow {
            preset_id: None,
            preset_name: preset.to_owned(),
            ..self.house.participant_row(&app, self.meeting, name)
        };
        self.house.store.create_participant(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn attach(&self, row: &ParticipantRow, peer: PeerId) -> Client {
        let token = self.house.entry(row).await;
        self.house.attach(&token, peer).await.unwrap()
    }

    pub(crate) fn peer(&self) -> PeerId {
        PeerId(self.house.node.mint_id())
    }
}

#[tokio::test]
async fn whoever_waits_waits_on_in_another_process_and_who_was_let_in_is_not_asked_twice() {
    let mut s = Scene::new().await;
    let (host, gus, eve) = (
        s.person("host", "group_call_host").await,
        s.person("gus", "group_call_guest").await,
        s.person("eve", "group_call_guest").await,
    );
    let (host_peer, gus_peer, eve_peer) = (s.peer(), s.peer(), s.peer());
    let mut h = s.attach(&host, host_peer).await;
    h.join().await;
    let (mut g, mut e) = (s.attach(&gus, gus_peer).await, s.attach(&eve, eve_peer).await);
    assert!(waits(&mut g).await && waits(&mut e).await);
    assert_eq!(list(&mut h).await, [gus_peer, eve_peer]);
    // One of them is let in, and the process dies before it has come.
    let ids: Vec<Id> = vec![gus.id.0];
    h.attached.request("accept".into(), Request::Waiting(waiting::Ask::Accept { ids })).await.unwrap();
    g.push("the call", is_called).await;
    let dead = std::mem::replace(
        &mut s.house.node,
        start(&s.house.store, &s.house.clock, &s.house.key, "node-2").await,
    );

    // Nobody asks again: the clients do not.
    let mut e = s.attach(&eve, eve_peer).await;
    let mut g = s.attach(&gus, gus_peer).await;
    g.push("the call, again", is_called).await;
    let mut h = s.attach(&host, host_peer).await;
    h.join().await;
    assert_eq!(list(&mut h).await, [eve_peer]);
    assert!(!waits(&mut g).await, "let in is let in");
    // Another page of the same person, too.
    let mut again = s.attach(&gus, s.peer()).await;
    assert!(!waits(&mut again).await);
    let ids: Vec<Id> = vec![eve.id.0];
    h.attached.request("accept".into(), Request::Waiting(waiting::Ask::Accept { ids })).await.unwrap();
    e.push("the call", is_called).await;
    assert!(!waits(&mut e).await);
    // Nothing is left of a wait that is over.
    let (left, admitted) = s.house.store.waiting(s.meeting, T0).await.unwrap();
    assert_eq!((left, admitted.len()), (vec![], 2));
    drop(dead);
}

#[tokio::test]
async fn nobody_who_waits_is_in_any_list() {
    let s = Scene::new().await;
    let gus = s.person("gus", "group_call_guest").await;
    let mut g = s.attach(&gus, s.peer()).await;
    assert!(waits(&mut g).await);
    assert!(s.house.store.active_session(s.meeting).await.unwrap().is_none());
    let host = s.person("host", "group_call_host").await;
    let mut h = s.attach(&host, s.peer()).await;
    h.join().await;
    let session = s.house.store.active_session(s.meeting).await.unwrap().unwrap();
    assert_eq!((session.live_count, session.peak, session.stay_count), (1, 1, 1));
    // A goodbye, a refusal: nothing of it is a fact, and no row of the session changes.
    let mut eve = s.attach(&s.person("eve", "group_call_guest").await, s.peer()).await;
    assert!(waits(&mut eve).await);
    let ids: Vec<Id> = vec![gus.id.0];
    h.attached.request("deny".into(), Request::Waiting(waiting::Ask::Deny { ids })).await.unwrap();
    g.push("the refusal", |msg| *msg == Msg::Waiting(waiting::Tell::Denied)).await;
    eve.disconnect(sederunt_core::call::Disconnect::Clean).await;
    h.push("the empty list", |msg| *msg == Msg::Waiting(waiting::Tell::List(Vec::new()))).await;
    let after = s.house.store.active_session(s.meeting).await.unwrap().unwrap();
    assert_eq!((after.live_count, after.peak, after.stay_count), (1, 1, 1));
    assert_eq!(after.updated_at, session.updated_at);
}

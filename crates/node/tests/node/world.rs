//! A house with one app, and what its lists say.

use std::ops::{Deref, DerefMut};

use sederunt_core::id::{AppId, MeetingId, PeerId, SessionId};
use sederunt_store::{
    MeetingRow, Page, ParticipantRow, SessionQuery, SessionRow, SessionSort, StayQuery, StayRow, StaySort,
};
use sederunt_testkit::House;
pub(crate) use sederunt_testkit::{Person as Client, T0, start, until, within};

pub(crate) struct World {
    house: House,
    pub(crate) app: AppId,
}

impl Deref for World {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut House {
        &mut self.house
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let house = House::at(T0).await;
        let app = house.app("acc", "app-1", "App").await;
        Self { house, app }
    }

    pub(crate) fn meeting_row(&self) -> MeetingRow {
        self.house.meeting_row(&self.app)
    }

    pub(crate) async fn meeting(&self) -> MeetingRow {
        let row = self.meeting_row();
        self.store.create_meeting(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn participant(&self, meeting: MeetingId, name: &str) -> ParticipantRow {
        let row = self.participant_row(&self.app, meeting, name);
        self.store.create_participant(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn token(&self, participant: &ParticipantRow) -> String {
        self.entry(participant).await
    }

    /// A socket of a new participant, attached and not joined.
    pub(crate) async fn client(&self, meeting: MeetingId, name: &str) -> Client {
        let participant = self.participant(meeting, name).await;
        let token = self.token(&participant).await;
        self.attach(&token, PeerId(self.node.mint_id()), 1024).await
    }

    pub(crate) async fn attach(&self, token: &str, peer: PeerId, outbox: usize) -> Client {
        self.attach_with(token, peer, outbox).await.unwrap()
    }

    pub(crate) async fn sessions(&self) -> Page<SessionRow> {
        let query = SessionQuery {
            app: self.app.clone(),
            now: self.node.steady(),
            meeting: None,
            started_from: None,
            started_to: None,
            status: None,
            peak_min: None,
            peak_max: None,
            search: None,
            sort: SessionSort::CreatedAt,
            ascending: true,
            offset: 0,
            limit: 100,
        };
        self.store.sessions(query).await.unwrap()
    }

    pub(crate) async fn stays(&self, session: SessionId) -> Vec<StayRow> {
        let query = StayQuery {
            session,
            now: self.node.steady(),
            search: None,
            sort: StaySort::JoinedAt,
            ascending: true,
            offset: 0,
            limit: 100,
        };
        self.store.stays(query).await.unwrap().items
    }
}

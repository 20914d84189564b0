//! What a room takes of those who want something of its hosts: as many as it says, and whoever comes then hears why not.

use sederunt_core::call::{ConnId, ReqId};
use sederunt_core::config::RoomConfig;
use sederunt_core::effect::{Effect, Outcome};
use sederunt_core::error::RoomError;
use sederunt_core::fact::Role;
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId, StayId};
use sederunt_core::input::Input;
use sederunt_core::limit::{STAGE_REQUESTS_MAX, WAITING_MAX};
use sederunt_core::room::Room;
use sederunt_core::standing::StageAccess;
use sederunt_core::time::{Stamp, UnixMs};
use sederunt_core::who::{Abilities, WaitingRoom, Who};
use sederunt_core::words::{Msg, Request, entry, stage};

/// A room of people with one preset.
struct Crowd {
    room: Room,
    abilities: Abilities,
    fresh: u64,
}

impl Crowd {
    fn new(abilities: Abilities) -> Self {
        let config = RoomConfig {
            app: AppId::from("app"),
            meeting: MeetingId::from_u128(1),
            parent: None,
            title: String::new(),
            open: true,
            keep_alive_ms: 60_000,
            reconnect_grace_ms: 20_000,
            max_together_ms: None,
            persist_chat: false,
            prior_together_ms: 0,
        };
        Self { room: Room::new(config, None), abilities, fresh: 0 }
    }

    fn feed(&mut self, input: Input) -> Vec<Effect> {
        self.fresh += 1;
        let (fresh, stay) = (Id::mint(1, self.fresh), StayId(Id::mint(2, self.fresh)));
        let stamp = Stamp { now: UnixMs(1_000_000), offset_ms: 0, fresh, stay };
        let Outcome { effects, .. } = self.room.handle(stamp, input);
        effects
    }

    fn ask(&mut self, nth: usize, request: Request) -> Vec<Effect> {
        let (conn, re) = (ConnId(nth as u64), ReqId { event: 0, id: "r".to_owned() });
        self.feed(Input::Request { conn, re, request })
    }

    /// Another one asks to come in.
    fn comes(&mut self, nth: usize) -> Vec<Effect> {
        let who = Who {
            participant: ParticipantId::from_u128(nth as u128),
            display_name: String::new(),
            picture: String::new(),
            custom_participant_id: None,
            user_id: None,
            view_type: None,
            preset_name: "p".to_owned(),
            role: Role::Member,
            belongs: None,
            abilities: self.abilities,
            ip_address: None,
            user_agent: None,
        };
        let (conn, peer) = (ConnId(nth as u64), PeerId::from_u128(nth as u128));
        self.feed(Input::Connect { conn, peer, token: nth as u64, who: Box::new(who) });
        self.ask(nth, Request::Entry(entry::Ask::JoinRoom { display_name: String::new() }))
    }
}

fn refusal(effects: &[Effect]) -> Option<&RoomError> {
    effects
        .iter()
        .find_map(|effect| if let Effect::Refuse { error, .. } = effect { Some(error) } else { None })
}

#[test]
fn so_many_wait_and_no_more() {
    let way = WaitingRoom::UntilAccepted;
    let mut crowd = Crowd::new(Abilities { waiting_room: way, ..Abilities::default() });
    for nth in 0..WAITING_MAX {
        assert_eq!(refusal(&crowd.comes(nth)), None);
    }
    let late = crowd.comes(WAITING_MAX);
    assert_eq!(refusal(&late), Some(&RoomError::WaitingRoomFull { max: WAITING_MAX }));
    assert_eq!(crowd.room.waiting(), WAITING_MAX);
    assert!(crowd.room.session().is_none(), "nobody who waits is counted");
}

#[test]
fn so_many_ask_for_the_stage_and_no_more() {
    let mut crowd = Crowd::new(Abilities { stage: StageAccess::CanRequest, ..Abilities::default() });
    let request = || Request::Stage(stage::Ask::Request);
    for nth in 0..STAGE_REQUESTS_MAX {
        crowd.comes(nth);
        assert_eq!(refusal(&crowd.ask(nth, request())), None);
    }
    crowd.comes(STAGE_REQUESTS_MAX);
    let late = crowd.ask(STAGE_REQUESTS_MAX, request());
    assert_eq!(refusal(&late), Some(&RoomError::StageFull { max: STAGE_REQUESTS_MAX }));
    let denied = |effect: &&Effect| matches!(effect, Effect::Tell { msg, .. } if **msg == Msg::Stage(stage::Tell::Denied));
    assert_eq!(late.iter().filter(denied).count(), 1, "its button comes back");
}

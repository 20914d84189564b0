//! What a family does: one thing after the other, each open until it is answered.

use std::collections::BTreeSet;

use sederunt_dice::Dice;
use sederunt_proto::event::{media, room};
use sederunt_proto::socket::livestreaming::GrantStageAccessRequest;
use sederunt_proto::socket::room as r;
use sederunt_proto::socket::room::StageType;

use crate::common::client::Gone;
use crate::load::{Player, now_ms};

use super::Family;
use super::back::Who;
use super::page::{Answer, Standing};

/// Rooms that are open at a time.
const ROOMS: usize = 3;

impl Family {
    /// One thing.
    pub(super) async fn act(&mut self, player: &Player, rng: &mut Dice) -> Result<(), Gone> {
        let nth = usize::try_from(rng.within(0..self.guests.len() as u64)).unwrap();
        let who = Who::Guest(nth);
        self.breathe(who).await?;
        let page = self.guests[nth].page.as_ref();
        match page.map(|page| (page.standing, page.at == self.meeting)) {
            None => {
                let place = (self.meeting.clone(), self.guests[nth].token.clone(), None);
                self.enter(player, rng, who, place).await
            }
            Some((Standing::Waits, _)) => match rng.within(0..8) {
                0..5 => self.admit(player, who).await,
                5 => self.admit_who_is_away(player, who).await,
                _ => self.deny(who).await,
            },
            Some((Standing::In, in_meeting)) => match rng.within(0..20) {
                0 => self.counted(player).await,
                1 if in_meeting => self.kick(who).await,
                2 | 3 => self.goodbye(who).await,
                4 => {
                    self.cut = true;
                    let page = self.guests[nth].page.take().unwrap();
                    let place = (page.at.clone(), page.token.clone(), Some(page));
                    self.enter(player, rng, who, place).await
                }
                5..11 if in_meeting => self.stage(rng, who).await,
                1 | 5 | 6 => self.kick_from_room(player, who).await,
                11 | 12 if self.open.len() < ROOMS && self.may_ask(Who::Host) => self.make_rooms(rng).await,
                13 if !self.open.is_empty() && self.may_ask(Who::Host) => self.close(player, rng).await,
                14..18 if self.may_ask(Who::Host) => self.go(player, rng, Who::Host, who).await,
                18.. if self.may_ask(who) => self.go(player, rng, who, who).await,
                _ => Ok(()),
            },
        }
    }

    /// Reads what has come: of a page and the host's.
    async fn breathe(&mut self, who: Who) -> Result<(), Gone> {
        for who in [Who::Host, who] {
            if let Some(page) = self.person(who).page.as_mut() {
                page.breathe().await?;
            }
        }
        Ok(())
    }

    fn may_ask(&mut self, who: Who) -> bool {
        self.page(who).may_ask()
    }

    // ── the waiting room

    async fn admit(&mut self, player: &Player, who: Who) -> Result<(), Gone> {
        self.accept(who).await?;
        let _: r::GetWaitingRoomRequests = self.page(who).push(room::WAITING_ROOM_REQUEST_ACCEPTED).await?;
        self.person(who).admitted = BTreeSet::from([true]);
        self.count("admitted");
        self.comes(player, who).await
    }

    async fn accept(&mut self, who: Who) -> Result<(), Gone> {
        let user_ids = vec![self.person(who).id.clone()];
        self.person(who).admitted = BTreeSet::from([false, true]);
        let asked = r::AcceptWaitingRoomRequests { user_ids };
        self.page(Who::Host).send(room::ACCEPT_WAITING_ROOM_REQUESTS, &asked).await
    }

    /// Its socket breaks before it is called.
    async fn admit_who_is_away(&mut self, player: &Player, who: Who) -> Result<(), Gone> {
        self.page(who).cut();
        self.accept(who).await?;
        let asked = r::GetWaitingRoomRequests::default();
        let list: r::GetWaitingRoomRequests =
            self.page(Who::Host).done(room::GET_WAITING_ROOM_REQUESTS, &asked).await?;
        assert!(list.requests.iter().all(|request| request.user_id != self.person(who).id), "{list:?}");
        self.person(who).admitted = BTreeSet::from([true]);
        self.count("admitted");
        let page = self.person(who).page.take().unwrap();
        self.wait_on(player, who, page).await
    }

    async fn deny(&mut self, who: Who) -> Result<(), Gone> {
        let user_ids = vec![self.person(who).id.clone()];
        self.page(who).doubtful = true;
        let asked = r::DenyWaitingRoomRequests { user_ids };
        self.page(Who::Host).send(room::DENY_WAITING_ROOM_REQUESTS, &asked).await?;
        let _: r::GetWaitingRoomRequests = self.page(who).push(room::WAITING_ROOM_REQUEST_DENIED).await?;
        self.count("denied");
        self.person(who).page = None;
        Ok(())
    }

    // ── going

    async fn kick(&mut self, who: Who) -> Result<(), Gone> {
        let asked = r::RemoveParticipantsRequest { peer_ids: vec![self.page(who).peer.clone()] };
        self.ends(who, "kicked");
        self.person(who).admitted = BTreeSet::from([false, true]);
        self.page(who).doubtful = true;
        self.page(Who::Host).send(room::KICK, &asked).await?;
        let (code, events) = self.page(who).ended().await?;
        assert!(code == 1000 && events.contains(&room::KICK), "{code} {events:?}");
        self.person(who).admitted = BTreeSet::from([false]);
        self.count("kicked");
        self.ended(who);
        Ok(())
    }

    /// By the API in the meeting, of somebody who is in a breakout room.
    async fn kick_from_room(&mut self, player: &Player, who: Who) -> Result<(), Gone> {
        self.ends(who, "kicked");
        let meeting = self.meeting.clone();
        let person = self.person(who);
        person.admitted = BTreeSet::from([false, true]);
        person.belongs.insert(meeting.clone());
        let body = serde_json::json!({ "participant_ids": [person.id] });
        self.page(who).doubtful = true;
        let path = format!("/meetings/{meeting}/active-session/kick");
        let answer = player.kit.try_post(&path, Some(&body)).await.map_err(|e| Gone(e.to_string()))?;
        let Ok(told) = serde_json::from_str::<serde_json::Value>(&answer.body) else {
            return Err(Gone(format!("cut off: {answer:?}")));
        };
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(told["data"]["participants"].as_array().map(Vec::len), Some(1), "{answer:?}");
        let person = self.person(who);
        (person.belongs, person.admitted) = (BTreeSet::from([meeting]), BTreeSet::from([false]));
        let (code, events) = self.page(who).ended().await?;
        assert!(code == 1000 && events.contains(&room::KICK), "{code} {events:?}");
        self.count("kicked from a room");
        self.ended(who);
        Ok(())
    }

    async fn goodbye(&mut self, who: Who) -> Result<(), Gone> {
        self.ends(who, "left");
        self.page(who).doubtful = true;
        let _: sederunt_proto::media::edge::PeerLeaveResponse =
            self.page(who).done(media::LEAVE_ROOM, &r::GetWaitingRoomRequests::default()).await?;
        self.ended(who);
        Ok(())
    }

    /// Its stay is asked to end.
    fn ends(&mut self, who: Who, by: &'static str) {
        let nth = self.page(who).episode.unwrap();
        self.episodes[nth].ends(by);
    }

    /// It has ended, and the page with it.
    fn ended(&mut self, who: Who) {
        let nth = self.page(who).episode.unwrap();
        self.episodes[nth].left = Some(now_ms());
        self.person(who).page = None;
    }

    // ── the stage

    async fn stage(&mut self, rng: &mut Dice, who: Who) -> Result<(), Gone> {
        let seat = *self.page(who).seats.first().unwrap();
        assert_eq!(self.page(who).seats.len(), 1, "{:?}", self.page(who));
        let (user, other) = (self.person(who).id.clone(), rng.within(0..3) == 0);
        let users = GrantStageAccessRequest { user_ids: vec![user] };
        let to = match (seat, other) {
            (StageType::OffStage, false) => StageType::RequestedStage,
            (StageType::OffStage, true) | (StageType::RequestedStage, false) => StageType::ApprovedStage,
            (StageType::RequestedStage, true) => StageType::OffStage,
            (StageType::ApprovedStage, _) => StageType::OnStage,
            (StageType::OnStage, _) => StageType::OffStage,
            (StageType::Unspecified, _) => panic!("no seat"),
        };
        self.page(who).seats.insert(to);
        match (seat, to) {
            (_, StageType::RequestedStage) => {
                let peer = self.page(who).peer.clone();
                self.page(who)
                    .send(room::REQUEST_STAGE_ACCESS, &r::GetWaitingRoomRequests::default())
                    .await?;
                loop {
                    let told: r::PeerStatusUpdate =
                        self.page(Who::Host).push(room::PEER_STAGE_STATUS_UPDATE).await?;
                    if told.peer_id == peer && told.stage_type() == to {
                        break;
                    }
                }
            }
            (_, StageType::ApprovedStage) => {
                self.page(Who::Host).send(room::GRANT_STAGE_ACCESS, &users).await?;
                let _: r::PeerStatusUpdate = self.page(who).push(room::GRANT_STAGE_ACCESS).await?;
            }
            (StageType::RequestedStage, _) => {
                self.page(Who::Host).send(room::DENY_STAGE_ACCESS, &users).await?;
                let _: r::PeerStatusUpdate = self.page(who).push(room::DENY_STAGE_ACCESS).await?;
            }
            (StageType::OnStage, _) if other => {
                // The host takes it off.
                let _: r::PeerStatusUpdate = self.page(Who::Host).done(room::LEAVE_STAGE, &users).await?;
            }
            (_, StageType::OnStage) => {
                let told: r::PeerStatusUpdate =
                    self.page(who).done(room::JOIN_STAGE, &r::GetWaitingRoomRequests::default()).await?;
                assert_eq!(told.stage_type(), to);
            }
            _ => {
                let told: r::PeerStatusUpdate = self.page(who).done(room::LEAVE_STAGE, &users).await?;
                assert_eq!(told.stage_type(), to);
            }
        }
        self.page(who).seats = BTreeSet::from([to]);
        self.count("seats");
        Ok(())
    }

    // ── breakout rooms

    async fn make_rooms(&mut self, rng: &mut Dice) -> Result<(), Gone> {
        let titles = 0..=rng.within(0..2);
        let payloads: Vec<r::CreateRoomRequestPayload> =
            titles.map(|nth| r::CreateRoomRequestPayload { title: Some(format!("Room {nth}")) }).collect();
        self.unheard = payloads.len();
        let made: r::CreateConnectedRoomsResponse = self
            .page(Who::Host)
            .done(room::CREATE_CONNECTED_ROOMS, &r::CreateConnectedRoomsRequest { payloads })
            .await?;
        self.unheard = 0;
        self.count("rooms");
        self.open.extend(made.payloads.into_iter().map(|room| room.id.unwrap()));
        Ok(())
    }

    async fn close(&mut self, player: &Player, rng: &mut Dice) -> Result<(), Gone> {
        let nth = usize::try_from(rng.within(0..self.open.len() as u64)).unwrap();
        let closed = self.open.iter().nth(nth).unwrap().clone();
        self.open.remove(&closed);
        self.doubtful.insert(closed.clone());
        let meeting = self.meeting.clone();
        let theirs = self.guests.iter_mut().filter(|guest| guest.belongs.contains(&closed));
        for guest in theirs {
            guest.belongs.insert(meeting.clone());
            if let Some(nth) = guest.page.as_ref().and_then(|page| page.episode) {
                self.episodes[nth].ends("moved");
            }
        }
        let payloads = vec![r::DisableRoomPayload { id: Some(closed.clone()) }];
        let _: r::DisableConnectedRoomsResponse = self
            .page(Who::Host)
            .done(room::DELETE_CONNECTED_ROOMS, &r::DisableConnectedRoomsRequest { payloads })
            .await?;
        self.doubtful.clear();
        self.count("closed");
        self.guests.iter_mut().for_each(|guest| guest.belongs.retain(|at| *at != closed));
        for nth in 0..self.guests.len() {
            if self.guests[nth].page.as_ref().is_some_and(|page| page.at == closed) {
                self.is_sent(player, rng, Who::Guest(nth)).await?;
            }
        }
        Ok(())
    }

    /// Somebody goes to another room, or to the meeting: by itself, or because the host says so.
    async fn go(&mut self, player: &Player, rng: &mut Dice, by: Who, who: Who) -> Result<(), Gone> {
        let from = self.page(who).at.clone();
        let places: Vec<String> =
            self.open.iter().chain([&self.meeting]).filter(|place| **place != from).cloned().collect();
        if places.is_empty() {
            return Ok(());
        }
        let to = places[usize::try_from(rng.within(0..places.len() as u64)).unwrap()].clone();
        self.person(who).belongs.insert(to.clone());
        self.ends(who, "moved");
        let asked = r::MovePeersBetweenRoomsRequest {
            source_meeting_id: Some(from),
            destination_meeting_id: Some(to.clone()),
            participants: vec![r::MovePeerPayload { id: Some(self.person(who).id.clone()), preset_id: None }],
        };
        let answer = self.page(by).ask(room::MOVE_PEERS, &asked).await?;
        let Answer::Done(frame) = answer else {
            panic!("{by:?} moves {who:?} to {to}: {answer:?}\n{self:?}")
        };
        let moved: r::MovePeersBetweenRoomsResponse = prost::Message::decode(frame.payload).unwrap();
        assert!(moved.payloads.len() == 1 && moved.payloads[0].meeting_id.as_ref() == Some(&to), "{moved:?}");
        self.person(who).belongs = BTreeSet::from([to]);
        self.count(if by == who { "switches" } else { "moves" });
        self.is_sent(player, rng, who).await
    }

    /// Its stay ends before it hears where to go; there it is another client.
    async fn is_sent(&mut self, player: &Player, rng: &mut Dice, who: Who) -> Result<(), Gone> {
        let sent: r::TransferPeer = self.page(who).push(room::TRANSFER_PEER).await?;
        let (to, token) = (sent.meeting_id.unwrap(), sent.auth_token.unwrap());
        assert!(self.person(who).belongs.contains(&to), "{who:?} is sent to {to}");
        self.ended(who);
        self.enter(player, rng, who, (to, token, None)).await
    }
}

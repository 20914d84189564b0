//! Coming in, and coming back after a kill: what the server says has to be something that what was heard leaves open.

use std::collections::BTreeSet;

use sederunt_dice::Dice;
use sederunt_proto::event::room;
use sederunt_proto::socket::room as r;
use sederunt_proto::socket::room::StageType;

use crate::common::client::Gone;
use crate::load::{Player, now_ms};

use super::Family;
use super::episode::Episode;
use super::page::{Answer, Page, Standing};

/// Nobody was in for so long: the session may be over, whose keep-alive is 60 s.
const MAY_BE_OVER_MS: i64 = 50_000;

/// Who of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Host,
    Guest(usize),
}

impl Family {
    pub(super) fn person(&mut self, who: Who) -> &mut super::Person {
        match who {
            Who::Host => &mut self.host,
            Who::Guest(nth) => &mut self.guests[nth],
        }
    }

    pub(super) fn page(&mut self, who: Who) -> &mut Page {
        let person = self.person(who);
        person.page.as_mut().unwrap_or_else(|| panic!("{} has no page", person.name))
    }

    /// Everybody comes back, and finds what is certain.
    pub(super) async fn come_back(&mut self, player: &Player, rng: &mut Dice) -> Result<(), Gone> {
        let (meeting, token) = (self.meeting.clone(), self.host.token.clone());
        let is_open = |guest: &super::Person| {
            let seats = guest.page.as_ref().map_or(0, |page| page.seats.len());
            guest.belongs.len() > 1 || guest.admitted.len() > 1 || seats > 1
        };
        if self.guests.iter().any(is_open) {
            self.count("doubts");
        }
        self.enter(player, rng, Who::Host, (meeting.clone(), token, None)).await?;
        self.look_at_session().await?;
        self.look_at_rooms().await?;
        for nth in 0..self.guests.len() {
            let who = Who::Guest(nth);
            let token = self.guests[nth].token.clone();
            match self.guests[nth].page.take() {
                Some(page) if page.standing == Standing::Waits => self.wait_on(player, who, page).await?,
                Some(page) if !page.doubtful && rng.within(0..3) > 0 => {
                    let place = (page.at.clone(), page.token.clone(), Some(page));
                    self.enter(player, rng, who, place).await?;
                }
                Some(_) => self.enter(player, rng, who, (meeting.clone(), token, None)).await?,
                None if rng.within(0..2) == 0 => {
                    self.enter(player, rng, who, (meeting.clone(), token, None)).await?;
                }
                None => {}
            }
        }
        self.counted(player).await
    }

    /// Comes in by a token, or on a page that was in, and goes where it is sent. It is in then, or waits.
    pub(super) async fn enter(
        &mut self,
        player: &Player,
        rng: &mut Dice,
        who: Who,
        (mut at, mut token, mut before): (String, String, Option<Page>),
    ) -> Result<(), Gone> {
        loop {
            let mut page = match before.take() {
                Some(mut page) => {
                    let connected = page.connect(&player.base).await;
                    if connected.is_err() {
                        // It is still a page that was in.
                        self.person(who).page = Some(page);
                        return connected;
                    }
                    page
                }
                None => Page::open(&player.base, &at, &token, rng.uuid()).await?,
            };
            let asked = now_ms();
            let was_in = page.episode.filter(|nth| self.episodes[*nth].killed == 0);
            let nth = was_in.unwrap_or_else(|| {
                let person = self.person(who).id.clone();
                self.episodes.push(Episode::asked(person, page.at.clone(), page.peer.clone(), asked));
                self.episodes.len() - 1
            });
            let answer = match page.ask(room::JOIN_ROOM, &r::JoinRoomRequest::default()).await {
                Ok(answer) => answer,
                Err(gone) => {
                    if !page.seats.is_empty() {
                        page.episode = Some(nth);
                        self.person(who).page = Some(page);
                    }
                    return Err(gone);
                }
            };
            match answer {
                Answer::Done(frame) => {
                    let joined: r::PeerInfoResponse = prost::Message::decode(frame.payload).unwrap();
                    let me = joined.peer.unwrap();
                    return self.is_there(player, who, (page, nth), &me).await;
                }
                Answer::Refused(error) => {
                    let sent: r::TransferPeer = page
                        .told(room::TRANSFER_PEER)
                        .unwrap_or_else(|| panic!("{who:?} is refused: {error:?}\n{page:?}\n{self:?}"));
                    assert!(was_in.is_none(), "{who:?} was in, and is refused: {error:?}\n{page:?}");
                    self.episodes.pop();
                    (at, token) = (sent.meeting_id.unwrap(), sent.auth_token.unwrap());
                    self.belongs_in(who, &at);
                    assert_ne!(at, page.at, "{who:?} is sent to where it is");
                    self.count("redirects");
                }
            }
        }
    }

    /// The server has said where somebody belongs.
    fn belongs_in(&mut self, who: Who, at: &str) {
        let person = self.person(who);
        assert!(person.belongs.contains(at), "{} belongs in {:?}, not in {at}", person.name, person.belongs);
        person.belongs = BTreeSet::from([at.to_owned()]);
    }

    async fn is_there(
        &mut self,
        player: &Player,
        who: Who,
        (mut page, nth): (Page, usize),
        me: &r::Peer,
    ) -> Result<(), Gone> {
        let in_meeting = page.at == self.meeting;
        self.belongs_in(who, &page.at.clone());
        if in_meeting && who != Who::Host {
            let person = self.person(who);
            let lets_in = !me.waitlisted;
            let what = (&person.name, &person.admitted);
            assert!(
                person.admitted.contains(&lets_in),
                "waits: {}, known: {what:?}, {page:?}",
                me.waitlisted
            );
            person.admitted = BTreeSet::from([lets_in]);
        }
        assert!(!me.waitlisted || in_meeting && who != Who::Host, "{who:?} waits in {}", page.at);
        if me.waitlisted {
            assert_eq!(nth + 1, self.episodes.len(), "{who:?} was in, and waits");
            self.episodes.pop();
            page.standing = Standing::Waits;
            (page.episode, page.seats) = (None, BTreeSet::new());
            self.count("waits");
            self.person(who).page = Some(page);
            return self.nobody_who_waits_is_there(player, who).await;
        }
        let now = now_ms();
        self.episodes[nth].joined.get_or_insert(now);
        self.episodes[nth].dropped = None;
        self.seen_at = now;
        let first = if who == Who::Host { StageType::OnStage } else { StageType::OffStage };
        let seats = std::mem::replace(&mut page.seats, BTreeSet::from([me.stage_type()]));
        let kept = !seats.is_empty();
        let allowed = if kept { seats } else { BTreeSet::from([first]) };
        assert!(allowed.contains(&me.stage_type()), "{who:?} sits {:?}, not {allowed:?}", me.stage_type());
        if kept && me.stage_type() != first {
            self.count("seats kept");
        }
        (page.standing, page.doubtful, page.episode) = (Standing::In, false, Some(nth));
        if who != Who::Host {
            // It knows that it is in: from now on it can be moved.
            let _: r::GetConnectedRoomsDumpResponse =
                page.done(room::GET_CONNECTED_ROOMS_DUMP, &r::GetConnectedRoomsDumpRequest {}).await?;
        }
        self.person(who).page = Some(page);
        Ok(())
    }

    /// A page that waited does not ask again: it waits on, is called, or hears that it was sent away.
    pub(super) async fn wait_on(&mut self, player: &Player, who: Who, page: Page) -> Result<(), Gone> {
        self.person(who).page = Some(page);
        self.page(who).connect(&player.base).await?;
        let asked = r::GetWaitingRoomRequests::default();
        // What it is told as soon as it is back comes before this answer.
        let _: r::GetWaitingRoomRequests =
            self.page(who).done(room::GET_WAITING_ROOM_REQUESTS, &asked).await?;
        let list: r::GetWaitingRoomRequests =
            self.page(Who::Host).done(room::GET_WAITING_ROOM_REQUESTS, &asked).await?;
        let is_listed = list.requests.iter().any(|request| request.user_id == self.person(who).id);
        let called = self.page(who).told::<r::GetWaitingRoomRequests>(room::WAITING_ROOM_REQUEST_ACCEPTED);
        let denied = self.page(who).told::<r::GetWaitingRoomRequests>(room::WAITING_ROOM_REQUEST_DENIED);
        let person = self.person(who);
        match (called, denied) {
            (Some(_), None) => {
                assert!(person.admitted.contains(&true), "{} is called, and nobody let it in", person.name);
                person.admitted = BTreeSet::from([true]);
                self.comes(player, who).await
            }
            (None, Some(_)) => {
                let page = self.person(who).page.take().unwrap();
                assert!(page.doubtful && !is_listed, "{who:?} is sent away: {page:?}");
                Ok(())
            }
            (None, None) => {
                assert!(is_listed, "{} waits for ever: {:?}", person.name, person.page);
                let admitted = &mut self.person(who).admitted;
                assert!(admitted.contains(&false), "{who:?} was let in, and waits");
                *admitted = BTreeSet::from([false]);
                self.page(who).doubtful = false;
                Ok(())
            }
            (Some(_), Some(_)) => panic!("{who:?} is called and sent away"),
        }
    }

    /// Whoever is called asks again, on the page that waits.
    pub(super) async fn comes(&mut self, player: &Player, who: Who) -> Result<(), Gone> {
        let mut page = self.person(who).page.take().unwrap();
        page.doubtful = false;
        let (at, asked) = (page.at.clone(), now_ms());
        let person = self.person(who).id.clone();
        self.episodes.push(Episode::asked(person, at, page.peer.clone(), asked));
        let nth = self.episodes.len() - 1;
        let answer = match page.ask(room::JOIN_ROOM, &r::JoinRoomRequest::default()).await {
            Ok(answer) => answer,
            Err(gone) => {
                // It may be in: then it sits where everybody begins.
                (page.standing, page.doubtful) = (Standing::In, true);
                self.person(who).page = Some(page);
                return Err(gone);
            }
        };
        let Answer::Done(frame) = answer else { panic!("{who:?} was called, and is refused: {answer:?}") };
        let joined: r::PeerInfoResponse = prost::Message::decode(frame.payload).unwrap();
        let me = joined.peer.unwrap();
        assert!(!me.waitlisted, "{who:?} was called, and waits");
        self.is_there(player, who, (page, nth), &me).await
    }

    /// The meeting goes on with its session, unless nobody was there for its keep-alive.
    async fn look_at_session(&mut self) -> Result<(), Gone> {
        let asked = r::RoomInfoResponse::default();
        let told: r::RoomInfoResponse = self.page(Who::Host).done(room::GET_ROOM_INFO, &asked).await?;
        let session = told.room.unwrap().room_uuid;
        if self.session.is_some() && self.session != session {
            let joined = self.page(Who::Host).episode.and_then(|nth| self.episodes[nth].joined).unwrap();
            let before = self.episodes.iter().rev().skip(1).find_map(|e| (e.killed != 0).then_some(e.killed));
            let gap = joined - before.unwrap_or(0);
            assert!(gap > MAY_BE_OVER_MS, "another session after {gap} ms: {self:?}");
            let meeting = self.meeting.clone();
            for guest in &mut self.guests {
                guest.belongs = BTreeSet::from([meeting.clone()]);
                guest.admitted = BTreeSet::from([false]);
                guest.page = None;
            }
            (self.open, self.doubtful, self.unheard) = (BTreeSet::new(), BTreeSet::new(), 0);
        }
        self.session = session;
        Ok(())
    }

    /// The rooms that are open for certain are, and no others but those in doubt.
    async fn look_at_rooms(&mut self) -> Result<(), Gone> {
        let asked = r::GetConnectedRoomsDumpRequest {};
        let told: r::GetConnectedRoomsDumpResponse =
            self.page(Who::Host).done(room::GET_CONNECTED_ROOMS_DUMP, &asked).await?;
        let there: BTreeSet<String> = told.meetings.iter().filter_map(|room| room.id.clone()).collect();
        let missing: Vec<&String> = self.open.difference(&there).collect();
        assert!(missing.is_empty(), "rooms are lost: {missing:?} of {:?}", self.open);
        let unknown =
            there.iter().filter(|room| !self.open.contains(*room) && !self.doubtful.contains(*room));
        let unknown = unknown.count();
        assert!(unknown <= self.unheard, "{unknown} rooms that nobody made: {there:?}, {self:?}");
        for guest in &mut self.guests {
            // A room that is closed for certain is nobody's.
            guest.belongs.retain(|at| *at == self.meeting || there.contains(at));
            assert!(!guest.belongs.is_empty(), "{} belongs in a closed room", guest.name);
        }
        (self.open, self.doubtful, self.unheard) = (there, BTreeSet::new(), 0);
        Ok(())
    }

    /// Whoever waits is in no list: not in the room's, not in the rooms', not in the ledger's.
    async fn nobody_who_waits_is_there(&mut self, player: &Player, who: Who) -> Result<(), Gone> {
        let (peer, person) = (self.page(who).peer.clone(), self.person(who).id.clone());
        let host = self.page(Who::Host);
        let peers: r::RoomPeersInfoResponse =
            host.done(room::GET_ROOM_PEERS_INFO, &r::RoomPeersInfoRequest::default()).await?;
        assert!(peers.peers.iter().all(|p| p.peer_id != peer), "{who:?} waits and is in the room");
        let list = format!("/v1/rooms/{}/sessions?limit=200", self.meeting);
        let answer = player.kit.try_get(&list).await.map_err(|e| Gone(e.to_string()))?;
        let Ok(page) = serde_json::from_str::<serde_json::Value>(&answer.body) else {
            return Err(Gone(format!("cut off: {answer:?}")));
        };
        for stay in page["sessions"].as_array().unwrap() {
            assert!(!crate::load::same_id(&stay["connection_id"], &peer), "{person} waits and is listed");
        }
        Ok(())
    }

    /// Everybody who is in is counted once.
    pub(super) async fn counted(&mut self, player: &Player) -> Result<(), Gone> {
        if self.cut {
            return Ok(());
        }
        let is_in = |page: &&Page| page.standing == Standing::In && page.is_connected();
        let pages = self.guests.iter().filter_map(|guest| guest.page.as_ref()).filter(is_in);
        let there: Vec<String> = pages.map(|page| page.at.clone()).collect();
        for room in self.open.iter().chain([&self.meeting]) {
            let path = player.kit.target(&format!("/meetings/{room}/active-session"));
            let answer = player.kit.try_get(&path).await.map_err(|e| Gone(e.to_string()))?;
            let told = match answer.status {
                404 => 0,
                _ => match serde_json::from_str::<serde_json::Value>(&answer.body) {
                    Ok(body) => body["data"]["live_participants"].as_u64().unwrap(),
                    Err(_) => return Err(Gone(format!("cut off: {answer:?}"))),
                },
            };
            let wanted = there.iter().filter(|at| *at == room).count() + usize::from(*room == self.meeting);
            assert_eq!(told, wanted as u64, "in {room}: {self:?}");
        }
        Ok(())
    }
}

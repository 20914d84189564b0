//! Removals under torture: kicks and kick-alls by REST, and clients that come back by themselves after them, in the same
//! life of the server and in later ones.

use std::time::Duration;

use sederunt_proto::event::{media, room};
use sederunt_proto::socket::room::JoinRoomRequest;

use crate::common::client::{Client, End, Gone, Pass};
use crate::common::http::{Answer, Kit};
use crate::load::{Attempt, Log, Player, Seen, now_ms};
use sederunt_dice::Dice;

/// Longest pause of those who remove.
const PAUSE_MS: u64 = 60;
/// Until then the session of a join is LIVE, or somebody ended it: its keep-alive is 60 s.
const IN_SESSION_MS: i64 = 45_000;
/// Half of those who come back are among the newest, whose removal a kill may have hit.
const NEWEST: u64 = 60;

/// Somebody was removed, or a meeting was ended for everybody.
#[derive(Debug, Clone)]
pub(crate) struct Kick {
    pub(crate) meeting: String,
    /// Custom id; `None` = everybody.
    pub(crate) person: Option<String>,
    pub(crate) asked: i64,
    pub(crate) told: Option<Told>,
    pub(crate) killed: i64,
}

/// The answer to a kick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) at: i64,
    /// How many people it removed; `None` = there was no LIVE session.
    pub(crate) people: Option<u64>,
}

impl Kick {
    /// When it can have happened.
    pub(crate) fn window(&self) -> std::ops::RangeInclusive<i64> {
        self.asked..=self.told.map_or(self.killed, |told| told.at)
    }

    /// It may have removed this client.
    pub(crate) fn is_of(&self, attempt: &Attempt) -> bool {
        self.found_session()
            && self.meeting == attempt.pass.meeting
            && self.person.as_ref().is_none_or(|person| *person == attempt.pass.custom_id)
    }

    /// False when it is known that there was none.
    pub(crate) fn found_session(&self) -> bool {
        self.told.is_none_or(|told| told.people.is_some())
    }

    /// It removed this client, which had joined not long before, unless it was removed already.
    fn removed(&self, attempt: &Attempt) -> bool {
        let Some(told) = self.told.filter(|_| self.is_of(attempt)) else { return false };
        let same_life = self.killed == attempt.killed;
        match self.person {
            // Of the session, wherever it is by now. Right after a kill those whose stay it ended wait at the door.
            None => same_life || self.killed != 0,
            Some(_) => same_life && attempt.leave_asked.is_none_or(|asked| asked > told.at),
        }
    }
}

/// A peer id that was told of its removal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    /// [`room::KICK`] or [`room::KICK_ALL`].
    pub(crate) event: u32,
    /// When the server that told it first was dead.
    pub(crate) killed: i64,
    /// How often it came back.
    pub(crate) returns: u64,
    /// … to a server that was started after its removal.
    pub(crate) late_returns: u64,
}

impl Seen {
    /// A removal of this peer id that is certain by what was heard so far: when the server that did it was dead.
    fn removal(&self, peer: &str) -> Option<i64> {
        if let Some(out) = self.out.get(peer) {
            return Some(out.killed);
        }
        let attempt = self.attempts.get(peer)?;
        let joined = attempt.joined?;
        let later = &self.kicks[self.kicks.partition_point(|kick| kick.asked <= joined)..];
        let mut soon = later.iter().take_while(|kick| kick.asked - joined < IN_SESSION_MS);
        soon.find(|kick| kick.removed(attempt)).map(|kick| kick.killed)
    }

    /// Somebody who was removed.
    fn anybody_out(&self, rng: &mut Dice) -> Option<(String, Pass, i64)> {
        let all = self.order.len() as u64;
        let from = if rng.within(0..2) == 0 { all.saturating_sub(NEWEST) } else { 0 };
        let peer = (0..8).filter(|_| all > 0).find_map(|_| {
            let peer = &self.order[usize::try_from(rng.within(from..all)).unwrap()];
            Some((peer, self.removal(peer)?))
        });
        peer.map(|(peer, killed)| (peer.clone(), self.attempts[peer].pass.clone(), killed))
    }

    /// Notes of what a peer id was told, always the same.
    fn heard(&mut self, peer: &str, event: u32) -> &mut Out {
        let new = Out { event, killed: 0, returns: 0, late_returns: 0 };
        let out = self.out.entry(peer.to_owned()).or_insert(new);
        assert_eq!(out.event, event, "{peer} was told something else before");
        out
    }
}

impl Player {
    /// Removes one person now and then, or everybody, so that sessions end.
    pub(crate) async fn remove(mut self, everybody: Vec<Pass>, is_all: bool, mut rng: Dice) {
        while self.pauses(rng.within(0..PAUSE_MS)).await {
            let pass = &everybody[usize::try_from(rng.within(0..everybody.len() as u64)).unwrap()];
            let person = (!is_all).then_some(pass.custom_id.as_str());
            if let Err(why) = kick(&self.kit, &self.log, &pass.meeting, person).await {
                let failed_at = now_ms();
                return self.must_be_dying(failed_at, &format!("a kick: {why}")).await;
            }
        }
    }

    /// Comes back as those who were removed, as their own clients do, and asks to be let in.
    pub(crate) async fn come_back(mut self, mut rng: Dice) {
        loop {
            let somebody = self.log.lock().unwrap().anybody_out(&mut rng);
            let Some((peer, pass, killed)) = somebody else {
                if self.pauses(1).await {
                    continue;
                }
                return;
            };
            match turned_away(&self.base, &pass, &peer).await {
                Ok(end) => {
                    let [event] = end.events[..] else { panic!("{peer} is removed and was told {end:?}") };
                    assert!(is_removal(event, &end), "{peer} is removed and was told {end:?}");
                    let mut seen = self.log.lock().unwrap();
                    let out = seen.heard(&peer, event);
                    out.returns += 1;
                    out.late_returns += u64::from(killed != 0);
                    if out.killed == 0 {
                        out.killed = killed;
                    }
                }
                Err(gone) => {
                    let failed_at = now_ms();
                    return self.must_be_dying(failed_at, &format!("{peer} comes back: {gone:?}")).await;
                }
            }
        }
    }

    /// The server has closed the socket of somebody who had joined: for a removal and nothing else.
    pub(crate) fn is_removed(&self, peer: &str, end: &End) {
        let event = end.events.last().copied().filter(|event| is_removal(*event, end));
        let event = event.unwrap_or_else(|| panic!("{peer} is in the room and was closed: {end:?}"));
        self.log.lock().unwrap().heard(peer, event);
    }

    /// False when the server is dying.
    async fn pauses(&mut self, ms: u64) -> bool {
        let dying = self.dying.wait_for(Option::is_some);
        tokio::time::timeout(Duration::from_millis(ms), dying).await.is_err()
    }
}

fn is_removal(event: u32, end: &End) -> bool {
    let reason = match event {
        room::KICK => "removed from the meeting",
        room::KICK_ALL => "the meeting has ended",
        _ => return false,
    };
    (end.code, end.reason.as_str()) == (1000, reason)
}

/// How a client ends that joins as soon as it has a socket.
async fn turned_away(base: &str, pass: &Pass, peer: &str) -> Result<End, Gone> {
    use prost::Message as _;
    let mut client = Client::connect(base, pass, peer).await?;
    client.send(room::JOIN_ROOM, JoinRoomRequest::default().encode_to_vec()).await?;
    // Whoever is let in after all leaves, so that this ends.
    client.send(media::LEAVE_ROOM, Vec::new()).await?;
    client.ended().await
}

/// Asks for a kick of somebody, or of everybody, and notes the answer.
async fn kick(kit: &Kit, log: &Log, meeting: &str, person: Option<&str>) -> Result<(), String> {
    let place = {
        let mut seen = log.lock().unwrap();
        let (meeting, person) = (meeting.to_owned(), person.map(str::to_owned));
        seen.kicks.push(Kick { meeting, person, asked: now_ms(), told: None, killed: 0 });
        seen.kicks.len() - 1
    };
    let path = format!("/meetings/{meeting}/active-session");
    let answer = match person {
        None => kit.try_post(&format!("{path}/kick-all"), None).await,
        Some(person) => {
            let body = serde_json::json!({ "custom_participant_ids": [person] });
            kit.try_post(&format!("{path}/kick"), Some(&body)).await
        }
    };
    let answer = answer.map_err(|e| e.to_string())?;
    let people = match answer.status {
        200 => Some(people(&answer).ok_or_else(|| format!("cut off: {answer:?}"))?),
        404 => None,
        _ => return Err(format!("{answer:?}")),
    };
    let kick = &mut log.lock().unwrap().kicks[place];
    let at = now_ms();
    assert!(at >= kick.asked, "the clock went back");
    kick.told = Some(Told { at, people });
    Ok(())
}

fn people(answer: &Answer) -> Option<u64> {
    let body: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
    let data = &body["data"];
    data["kicked_participants_count"]
        .as_u64()
        .or_else(|| data["participants"].as_array().map(|people| people.len() as u64))
}

/// Ends all meetings, and nothing is killed.
pub(crate) async fn end_all(kit: &Kit, everybody: &[Pass], log: &Log) {
    for pass in everybody {
        kick(kit, log, &pass.meeting, None).await.unwrap();
    }
}

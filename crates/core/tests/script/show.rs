//! How ids, instants and effects read in the scripts.

use std::collections::BTreeMap;

use sederunt_core::call::ConnId;
use sederunt_core::effect::{Effect, Write};
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{Id, ParticipantId, PeerId};
use sederunt_core::media::ProducerState;
use sederunt_core::rights::{Right, Rights};
use sederunt_core::standing::Seat;
use sederunt_core::waiting::Change;
use sederunt_core::words::chat::ChatMessage;
use sederunt_core::words::media::Consumer;
use sederunt_core::words::speaker::SpeakerChange;
use sederunt_core::words::{
    Msg, chat, entry, media, permissions, plugin, polls, roster, speaker, stage, waiting,
};

use crate::rooms;

/// `19:00:00`, `90s`, `1500ms` and back.
pub(crate) mod clock {
    pub(crate) fn parse(text: &str) -> i64 {
        if let Some(ms) = text.strip_suffix("ms") {
            return ms.parse().unwrap();
        }
        if let Some(seconds) = text.strip_suffix('s') {
            return (seconds.parse::<f64>().unwrap() * 1000.0).round() as i64;
        }
        let parts: Vec<f64> = text.split(':').map(|p| p.parse().unwrap()).collect();
        assert_eq!(parts.len(), 3, "hh:mm:ss: {text}");
        ((parts[0] * 3600.0 + parts[1] * 60.0 + parts[2]) * 1000.0).round() as i64
    }

    pub(crate) fn show(ms: i64) -> String {
        let (s, ms) = (ms.div_euclid(1000), ms.rem_euclid(1000));
        let whole = format!("{:02}:{:02}:{:02}", s.div_euclid(3600), s.div_euclid(60) % 60, s % 60);
        if ms == 0 { whole } else { format!("{whole}.{ms:03}") }
    }
}

/// Names of the ids: `a` a peer, `alice` a person, `%1` the first minted id that was shown.
#[derive(Default)]
pub(crate) struct Names {
    by_id: BTreeMap<u128, String>,
    by_name: BTreeMap<String, u128>,
    sockets: BTreeMap<ConnId, String>,
    minted: usize,
}

impl Names {
    fn named(&mut self, name: &str, high: u128) -> u128 {
        let next = high + self.by_name.len() as u128 + 1;
        let id = *self.by_name.entry(name.to_owned()).or_insert(next);
        self.by_id.entry(id).or_insert_with(|| name.to_owned());
        id
    }

    pub(crate) fn peer(&mut self, name: &str) -> PeerId {
        PeerId::from_u128(self.named(name, 0xa000))
    }

    pub(crate) fn person(&mut self, name: &str) -> ParticipantId {
        ParticipantId::from_u128(self.named(&format!("{name}."), 0xb000))
    }

    pub(crate) fn socket(&mut self, conn: ConnId, peer: &str) {
        self.sockets.insert(conn, format!("{peer}/{}", conn.0));
    }

    pub(crate) fn find(&self, name: &str) -> Id {
        Id::from_u128(self.by_name.get(name).copied().unwrap_or(0))
    }

    pub(crate) fn id(&mut self, id: Id) -> String {
        if let Some(name) = self.by_id.get(&id.as_u128()) {
            return name.trim_end_matches('.').to_owned();
        }
        self.minted += 1;
        let name = format!("%{}", self.minted);
        self.by_name.insert(name.clone(), id.as_u128());
        self.by_id.insert(id.as_u128(), name.clone());
        name
    }

    fn conn(&self, conn: ConnId) -> &str {
        &self.sockets[&conn]
    }

    /// Puts names in the place of ids in a text made by `Debug`.
    pub(crate) fn read(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let id = rest.get(..36).and_then(|head| Id::parse(head).ok());
            match id {
                Some(id) => {
                    out.push_str(&self.id(id));
                    rest = &rest[36..];
                }
                None => {
                    let n = rest.chars().next().map_or(1, char::len_utf8);
                    out.push_str(&rest[..n]);
                    rest = &rest[n..];
                }
            }
        }
        out
    }
}

pub(crate) fn write_line(names: &mut Names, write: &Write) -> String {
    match write {
        Write::Fact { fact, .. } => fact_line(names, fact),
        Write::Chat(said) => format!("write {}", message(names, said)),
        Write::Poll(poll) => format!("write poll {} {:?}", names.id(poll.id.0), poll.question),
        Write::PollVote { poll, vote, .. } => {
            format!("write vote {} {} {}", names.id(poll.0), names.id(vote.participant.0), vote.option)
        }
        Write::ChatDeleted { chat, .. } => format!("write deleted {}", names.id(chat.0)),
        Write::Seat { peer, seat, .. } => {
            let seat = seat.map_or("as the preset says", Seat::as_str);
            format!("write seat of {} {seat}", names.id(peer.0))
        }
        Write::Permissions { participant, change, .. } => {
            let person = names.id(participant.0);
            format!("write taken from {person} {} of {}", rights(change.taken), rights(change.touched))
        }
        Write::Removed { removal, .. } => format!("write removed {}", names.id(removal.peer.0)),
        Write::Waiting { change, .. } => match change {
            Change::Waits(wait) => {
                let denied = if wait.denied { " denied" } else { "" };
                format!("write waits {} since {}{denied}", names.id(wait.peer.0), clock::show(wait.since.0))
            }
            Change::Over(peer) => format!("write waits no more {}", names.id(peer.0)),
            Change::Admitted(admission) => format!("write admitted {}", names.id(admission.participant.0)),
            Change::Revoked(participant) => format!("write admitted no more {}", names.id(participant.0)),
        },
        Write::Breakout { change, .. } => rooms::change_line(names, change),
        Write::Terminated { at, .. } => format!("write terminated {}", clock::show(at.0)),
    }
}

pub(crate) fn effect_line(names: &mut Names, effect: &Effect) -> String {
    match effect {
        Effect::Tell { conn, re, msg } => {
            let msg = msg_line(names, msg);
            let re = if re.is_some() { " reply" } else { "" };
            format!("{}{re} {msg}", names.conn(*conn))
        }
        Effect::Refuse { conn, error, .. } => format!("{} refused: {error}", names.conn(*conn)),
        Effect::Media { peer, cmd, .. } => {
            let (peer, cmd) = (names.id(peer.0), format!("{cmd:?}"));
            format!("sfu {peer} {}", names.read(&cmd))
        }
        Effect::Elsewhere { meeting, note } => rooms::note_line(names, *meeting, note),
        Effect::Transfer { conn, participant, to } => {
            let (who, to) = (names.id(participant.0), names.id(to.0));
            format!("{} Transfer {who} to {to}", names.conn(*conn))
        }
        Effect::Close { conn, reason } => format!("{} close {reason:?}", names.conn(*conn)),
        Effect::Done { result, .. } => match result {
            Ok(reply) => {
                let session = reply.session.map_or("no session".to_owned(), |s| names.id(s.0));
                let mut ids = |peers: &[(PeerId, ParticipantId)]| {
                    peers.iter().map(|(peer, _)| names.id(peer.0)).collect::<Vec<_>>().join(" ")
                };
                let (removed, muted) = (ids(&reply.removed), ids(&reply.muted));
                let muted = if muted.is_empty() { muted } else { format!(" muted [{muted}]") };
                let elsewhere: Vec<String> = reply.elsewhere.iter().map(|who| names.id(who.0)).collect();
                let elsewhere = if elsewhere.is_empty() {
                    String::new()
                } else {
                    format!(" elsewhere [{}]", elsewhere.join(" "))
                };
                format!("done {session} removed [{removed}]{muted}{elsewhere}")
            }
            Err(error) => format!("done error: {error}"),
        },
    }
}

fn fact_line(names: &mut Names, fact: &Fact) -> String {
    let at = clock::show(fact.at.0);
    let text = match &fact.kind {
        FactKind::SessionStarted { title, parent, .. } => {
            let parent = parent.map_or_else(String::new, |parent| format!(" of {}", names.id(parent.0)));
            format!("SessionStarted {} {title:?}{parent}", names.id(fact.session.0))
        }
        FactKind::SessionRetitled { title } => format!("SessionRetitled {title:?}"),
        FactKind::KeepAliveChanged { keep_alive_ms } => {
            format!("KeepAliveChanged {}", clock::show(*keep_alive_ms))
        }
        FactKind::PeerJoined { peer, participant, role, created_at, .. } => format!(
            "PeerJoined {} {} {} created {}",
            names.id(peer.0),
            names.id(participant.0),
            role.as_str(),
            clock::show(created_at.0)
        ),
        FactKind::PeerAway { peer } => format!("PeerAway {}", names.id(peer.0)),
        FactKind::PeerBack { peer } => format!("PeerBack {}", names.id(peer.0)),
        FactKind::PeerLeft { peer, reason } => format!("PeerLeft {} {}", names.id(peer.0), reason.as_str()),
        FactKind::SessionEnded { reason } => {
            format!("SessionEnded {} {}", names.id(fact.session.0), reason.as_str())
        }
    };
    format!("fact {at} {text}")
}

fn message(names: &mut Names, m: &ChatMessage) -> String {
    let targets: Vec<String> = m.targets.iter().map(|t| names.id(t.0)).collect();
    let to = if targets.is_empty() { String::new() } else { format!(" to {}", targets.join(",")) };
    let flags = format!("{}{}", if m.pinned { " pinned" } else { "" }, if m.edited { " edited" } else { "" });
    let kind = if m.payload_type == 0 { String::new() } else { format!(" type {}", m.payload_type) };
    let files: Vec<String> = m.files.iter().map(|file| file.as_u128().to_string()).collect();
    let files = if files.is_empty() { kind } else { format!("{kind} files {}", files.join(",")) };
    format!(
        "{} {} {:?}: {:?}{to}{flags}{files}",
        names.id(m.id.0),
        clock::show(m.at.0),
        m.display_name,
        m.payload
    )
}

fn producer(names: &mut Names, p: &ProducerState) -> String {
    let kind = if p.screen_share { "Screen".to_owned() } else { format!("{:?}", p.kind) };
    format!("{} {kind}{}", names.id(p.producer.0), if p.paused { " paused" } else { "" })
}

fn producers(names: &mut Names, list: &[ProducerState]) -> String {
    list.iter().map(|p| producer(names, p)).collect::<Vec<_>>().join(", ")
}

fn msg_line(names: &mut Names, msg: &Msg) -> String {
    match msg {
        Msg::Entry(tell) => entry_line(names, tell),
        Msg::Waiting(tell) => waiting_line(names, tell),
        Msg::Roster(tell) => roster_line(names, tell),
        Msg::Chat(tell) => chat_line(names, tell),
        Msg::Broadcast(tell) => names.read(&format!("{tell:?}")),
        Msg::Plugin(tell) => plugin_line(names, tell),
        Msg::Polls(tell) => polls_line(names, tell),
        Msg::Media(tell) => media_line(names, tell),
        Msg::Speaker(tell) => speaker_line(names, tell),
        Msg::Spotlight(tell) => names.read(&format!("{tell:?}")),
        Msg::Stage(tell) => stage_line(names, tell),
        Msg::Permissions(tell) => permissions_line(names, tell),
        Msg::Breakout(tell) => rooms::tell_line(names, tell),
    }
}

fn entry_line(names: &mut Names, tell: &entry::Tell) -> String {
    match tell {
        entry::Tell::PeerInfo { event, peer } => {
            let name = &peer.display_name;
            let hidden = if peer.hidden { " hidden" } else { "" };
            let seat = if peer.seat == Seat::OnStage { "" } else { peer.seat.as_str() };
            format!("{event:?} {} {name:?}{hidden} {seat}", names.id(peer.peer.0)).trim_end().to_owned()
        }
        entry::Tell::MediaLeft | entry::Tell::MediaPeerLeft(_) => names.read(&format!("{tell:?}")),
    }
}

fn waiting_line(names: &mut Names, tell: &waiting::Tell) -> String {
    match tell {
        waiting::Tell::Waits(peer) => {
            format!("JoinRoom {} {:?} waitlisted", names.id(peer.peer.0), peer.display_name)
        }
        waiting::Tell::List(peers) => {
            let list: Vec<String> =
                peers.iter().map(|p| format!("{} {:?}", names.id(p.peer.0), p.display_name)).collect();
            format!("WaitingRoom [{}]", list.join(", "))
        }
        waiting::Tell::Accepted | waiting::Tell::Denied => format!("WaitingRoom{tell:?}"),
        waiting::Tell::RoomFromOutside { title } => format!("RoomInfo {title:?} from outside"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the plain ones read well enough by Debug")]
fn roster_line(names: &mut Names, tell: &roster::Tell) -> String {
    match tell {
        roster::Tell::RoomPeers(peers) => {
            let list: Vec<String> = peers.iter().map(|p| names.id(p.peer.0)).collect();
            format!("RoomPeers [{}]", list.join(" "))
        }
        roster::Tell::RoomInfo { title, created_at, session } => {
            format!("RoomInfo {title:?} {} {}", names.id(session.0), clock::show(created_at.0))
        }
        other => names.read(&format!("{other:?}")),
    }
}

fn stage_line(names: &mut Names, tell: &stage::Tell) -> String {
    match tell {
        stage::Tell::Requests(list) => {
            let list: Vec<String> =
                list.iter().map(|r| format!("{} {:?}", names.id(r.peer.0), r.display_name)).collect();
            format!("StageRequests [{}]", list.join(", "))
        }
        stage::Tell::SeatIs { peer, seat, .. } => format!("SeatIs {} {}", names.id(peer.0), seat.as_str()),
        stage::Tell::Granted | stage::Tell::Denied | stage::Tell::TakenOff => format!("{tell:?}"),
    }
}

fn rights(rights: Rights) -> String {
    let paths: Vec<&str> = rights.iter().map(Right::path).collect();
    if rights == Rights::all() { "[all]".to_owned() } else { format!("[{}]", paths.join(" ")) }
}

fn permissions_line(names: &mut Names, tell: &permissions::Tell) -> String {
    let list: Vec<String> = match tell {
        permissions::Tell::Presets(list) => {
            list.iter().map(|one| format!("{} {}", names.id(one.peer.0), rights(one.rights))).collect()
        }
        permissions::Tell::Changed(list) => {
            let one = |one: &permissions::Changed| {
                let (has, lacks) = (one.of.common(one.rights), one.of.without(one.rights));
                format!("{} has {} lacks {}", names.id(one.participant.0), rights(has), rights(lacks))
            };
            list.iter().map(one).collect()
        }
    };
    let name = if matches!(tell, permissions::Tell::Presets(_)) { "Presets" } else { "Permissions" };
    format!("{name} {}", list.join(", "))
}

fn chat_line(names: &mut Names, tell: &chat::Tell) -> String {
    match tell {
        chat::Tell::All(list) => format!("ChatAll {}", ids(names, list)),
        chat::Tell::Found(list) => format!("ChatFound {}", ids(names, list)),
        chat::Tell::Page { messages, next } => format!("ChatPage {} next {next}", ids(names, messages)),
        chat::Tell::Sent(m) => format!("ChatSent {}", message(names, m)),
        chat::Tell::Edited(m) => format!("ChatEdited {}", message(names, m)),
        chat::Tell::Pinned(m) => format!("ChatPinned {}", message(names, m)),
        chat::Tell::Deleted(id) => names.read(&format!("ChatDeleted({id:?})")),
    }
}

fn plugin_line(names: &mut Names, tell: &plugin::Tell) -> String {
    let (event, items) = match tell {
        plugin::Tell::Inserted(_, items) => ("StoreInsert", items),
        plugin::Tell::Got(_, items) => ("StoreGet", items),
        plugin::Tell::Deleted(_, items) => ("StoreDelete", items),
        plugin::Tell::Cleared(_, items) => ("StoreClear", items),
    };
    let value = |i: &plugin::StoreItem| String::from_utf8_lossy(&i.payload).into_owned();
    let list: Vec<String> =
        items.iter().map(|i| format!("{}={} by {}", i.key, value(i), names.id(i.peer.0))).collect();
    format!("{event} [{}]", list.join(", "))
}

fn polls_line(names: &mut Names, tell: &polls::Tell) -> String {
    match tell {
        polls::Tell::Polls(views) => {
            let list: Vec<String> = views.iter().map(|view| poll(names, view)).collect();
            format!("Polls [{}]", list.join(", "))
        }
        polls::Tell::PollCreated(view) => format!("PollCreated {}", poll(names, view)),
        polls::Tell::PollVoted(view) => format!("PollVoted {}", poll(names, view)),
    }
}

/// `%1 "question" by "alice": yes=2(alice bob) no=0 voted alice bob`; `?` = not to be known yet.
fn poll(names: &mut Names, view: &polls::PollView) -> String {
    let options: Vec<String> = view
        .poll
        .options
        .iter()
        .zip(&view.options)
        .map(|(text, seen)| {
            let count = seen.count.map_or("?".to_owned(), |count| count.to_string());
            let who: Vec<String> = seen.votes.iter().map(|(voter, _)| names.id(voter.0)).collect();
            let who = if who.is_empty() { String::new() } else { format!("({})", who.join(" ")) };
            format!("{text}={count}{who}")
        })
        .collect();
    let voted: Vec<String> = view.voted.iter().map(|voter| names.id(voter.0)).collect();
    let (id, by) = (names.id(view.poll.id.0), &view.poll.author_name);
    format!("{id} {:?} by {by:?}: {} voted [{}]", view.poll.question, options.join(" "), voted.join(" "))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the plain ones read well enough by Debug")]
fn media_line(names: &mut Names, tell: &media::Tell) -> String {
    match tell {
        media::Tell::SelfJoinComplete(told) => {
            let list: Vec<String> = told
                .participants
                .iter()
                .map(|p| format!("{}({})", names.id(p.peer.0), producers(names, &p.producers)))
                .collect();
            let rest = names.read(&format!("pinned {:?} speakers {:?}", told.pinned, told.audio_peers));
            let (session, me) = (names.id(told.session.0), names.id(told.me.0));
            format!("SelfJoinComplete {session} me {me} others [{}] {rest}", list.join(" "))
        }
        media::Tell::Consumed { consumers, offer } => {
            let list: Vec<String> = consumers
                .iter()
                .map(|c| match c {
                    Consumer::Ready { state, mid } => format!("{} on {mid}", producer(names, state)),
                    Consumer::NotFound(id) => format!("{} not found", names.id(id.0)),
                    Consumer::Later(id) => format!("{} later", names.id(id.0)),
                })
                .collect();
            format!("Consumed [{}] offer {}", list.join(", "), offer.is_some())
        }
        media::Tell::MediaPeerJoined(p) => {
            format!("MediaPeerJoined {} [{}]", names.id(p.peer.0), producers(names, &p.producers))
        }
        media::Tell::ProducerCreated { peer, producer: p } => {
            format!("ProducerCreated {} {}", names.id(peer.0), producer(names, p))
        }
        media::Tell::ProducerToggledBy { peer, initiator, producer: p } => {
            let by = initiator.map_or("the API".to_owned(), |peer| names.id(peer.0));
            let peer = names.id(peer.0);
            format!("ProducerToggledBy {peer} by {by} {}", producer(names, p))
        }
        media::Tell::ProducerGone { peer, producer: p } => {
            format!("ProducerGone {} {}", names.id(peer.0), producer(names, p))
        }
        other => names.read(&format!("{other:?}")),
    }
}

fn speaker_line(names: &mut Names, tell: &speaker::Tell) -> String {
    let speaker::Tell::SpeakerDiff(changes) = tell;
    let list: Vec<String> = changes
        .iter()
        .map(|(peer, change)| {
            let nobody = peer.0.as_u128() == 0;
            let name = if nobody { "nobody".to_owned() } else { names.id(peer.0) };
            match change {
                SpeakerChange::Position(n) => format!("{name}→{n}"),
                SpeakerChange::Removed => format!("{name} removed"),
            }
        })
        .collect();
    format!("SpeakerDiff [{}]", list.join(", "))
}

fn ids(names: &mut Names, list: &[ChatMessage]) -> String {
    let list: Vec<String> = list.iter().map(|m| names.id(m.id.0)).collect();
    format!("[{}]", list.join(" "))
}

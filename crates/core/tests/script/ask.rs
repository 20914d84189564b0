//! The words of what a peer asks.

use sederunt_core::id::{ChatId, MeetingId, ParticipantId, PollId, ProducerId, TransportId};
use sederunt_core::media::MediaKind;
use sederunt_core::rights::{Patch, Right, Rights};
use sederunt_core::words::broadcast::{Broadcast, BroadcastTo};
use sederunt_core::words::media::{Produce, Want};
use sederunt_core::words::plugin::StoreAddress;
use sederunt_core::words::polls::NewPoll;
use sederunt_core::words::{
    Request, chat, entry, media, permissions, plugin, polls, roster, speaker, spotlight, stage, waiting,
};

use crate::show::{Names, clock};
use crate::world::World;

impl World {
    #[rustfmt::skip]
    pub(crate) fn request(&mut self, me: &str, words: &[&str]) -> Request {
        let text = |s: &str| s.replace('_', " ");
        match words {
            ["join"] => Request::Entry(entry::Ask::JoinRoom { display_name: String::new() }),
            ["join", name] => Request::Entry(entry::Ask::JoinRoom { display_name: text(name) }),
            ["leave"] => Request::Entry(entry::Ask::LeaveRoom),
            ["info"] => Request::Roster(roster::Ask::RoomInfo),
            ["peers"] => Request::Roster(roster::Ask::RoomPeers { search: String::new(), limit: 0, offset: 0 }),
            ["peers", search, limit, offset] => Request::Roster(roster::Ask::RoomPeers { search: text(search), limit: limit.parse().unwrap(), offset: offset.parse().unwrap() }),
            ["peer", id] => Request::Roster(roster::Ask::PeerInfo { peer: self.names.peer(id) }),
            ["stage"] => Request::Roster(roster::Ask::StageState),
            ["waiting"] => Request::Waiting(waiting::Ask::List),
            ["accept", ids] => Request::Waiting(waiting::Ask::Accept { ids: self.people(ids) }),
            ["deny", ids] => Request::Waiting(waiting::Ask::Deny { ids: self.people(ids) }),
            ["rooms" | "make" | "shut" | "move", ..] => self.breakout_request(words),
            ["polls"] => Request::Polls(polls::Ask::List),
            // `poll QUESTION OPTION,OPTION [anonymous] [hide]`
            ["poll", question, options, flags @ ..] => Request::Polls(polls::Ask::Create(new_poll(question, options, flags))),
            ["vote", id, option] => Request::Polls(polls::Ask::Vote { poll: PollId(self.names.find(id)), option: option.parse().unwrap() }),
            ["transcripts"] => Request::NotOffered { name: "transcripts" },
            ["kick", ids] => Request::Entry(entry::Ask::Kick { peers: self.peers(ids) }),
            ["kick_all"] => Request::Entry(entry::Ask::KickAll),
            ["broadcast", to, payload, kind @ ..] => Request::Broadcast(Broadcast {
                kind: (*kind.first().unwrap_or(&"k")).to_owned(), payload: payload.as_bytes().to_vec(), timestamp: 7,
                to: match *to { "room" => BroadcastTo::Room, "rooms" => BroadcastTo::Rooms(vec![MeetingId::from_u128(9)]), "own_room" => BroadcastTo::Rooms(vec![MeetingId::from_u128(0xfeed)]), ids => BroadcastTo::Peers(self.peers(ids)) },
            }),
            ["messages"] => Request::Chat(chat::Ask::All),
            ["page", edge, size, from, order, filters @ ..] => {
                let filter = |name: &str| filters.iter().find_map(|f| f.strip_prefix(name));
                Request::Chat(chat::Ask::Page {
                    time_ms: clock::parse(edge), size: size.parse().unwrap(), from: from.parse().unwrap(),
                    reversed: *order == "older", pinned: filter("pinned=").map(|p| p == "true"),
                    user: filter("user=").map(|p| self.names.person(p).to_string()),
                })
            }
            ["say", payload] => Request::Chat(chat::Ask::Send { peers: None, payload_type: 0, payload: text(payload) }),
            ["send", kind, payload] => Request::Chat(chat::Ask::Send { peers: None, payload_type: kind.parse().unwrap(), payload: text(payload) }),
            ["whisper", ids, payload] => Request::Chat(chat::Ask::Send { peers: Some(self.peers(ids)), payload_type: 0, payload: text(payload) }),
            ["send_files", kind, payload, files @ ..] => Request::Chat(chat::Ask::SendFiles { peers: None, payload_type: kind.parse().unwrap(), payload: text(payload), files: self.files(files) }),
            ["whisper_files", ids, kind, payload, files @ ..] => Request::Chat(chat::Ask::SendFiles { peers: Some(self.peers(ids)), payload_type: kind.parse().unwrap(), payload: text(payload), files: self.files(files) }),
            ["edit_files", id, kind, payload, files @ ..] => Request::Chat(chat::Ask::EditFiles { chat: ChatId(self.names.find(id)), payload_type: kind.parse().unwrap(), payload: text(payload), files: self.files(files) }),
            ["search", term, edge, size, from, order] => Request::Chat(chat::Ask::Search { term: text(term), time_ms: clock::parse(edge), size: size.parse().unwrap(), from: from.parse().unwrap(), reversed: *order == "older" }),
            ["edit", id, payload] => Request::Chat(chat::Ask::Edit { chat: ChatId(self.names.find(id)), payload: text(payload) }),
            ["delete", id] => Request::Chat(chat::Ask::Delete { chat: ChatId(self.names.find(id)) }),
            ["pin_message", id, pinned] => Request::Chat(chat::Ask::Pin { chat: ChatId(self.names.find(id)), pinned: *pinned == "true" }),
            ["get", keys @ ..] => Request::Plugin(plugin::Ask::Get { at: store(), keys: keys.iter().map(|&k| k.to_owned()).collect() }),
            ["put", key, value] => Request::Plugin(plugin::Ask::Insert { at: store(), items: vec![((*key).to_owned(), value.as_bytes().to_vec())] }),
            ["plugins"] => Request::Plugin(plugin::Ask::Get { at: open_plugins(), keys: Vec::new() }),
            ["plugin", key, value] => Request::Plugin(plugin::Ask::Insert { at: open_plugins(), items: vec![((*key).to_owned(), value.as_bytes().to_vec())] }),
            ["unplug", keys @ ..] => Request::Plugin(plugin::Ask::Delete { at: open_plugins(), keys: keys.iter().map(|&k| k.to_owned()).collect() }),
            ["unplug_all"] => Request::Plugin(plugin::Ask::Clear { at: open_plugins() }),
            ["clear"] => Request::Plugin(plugin::Ask::Clear { at: store() }),
            ["del", keys @ ..] => Request::Plugin(plugin::Ask::Delete { at: store(), keys: keys.iter().map(|&k| k.to_owned()).collect() }),
            ["requests" | "ask_for_stage" | "cancel_request" | "grant" | "turn_down" | "go_on_stage" | "off_stage", ..] => Request::Stage(self.stage_request(words)),
            ["rights", ids] => Request::Permissions(permissions::Ask::Read { participants: ids.split(',').map(|id| self.names.person(id)).collect() }),
            // `give|take PERSON,PERSON WORD,WORD`, and more of them for other people
            ["give" | "take", ..] => Request::Permissions(permissions::Ask::Change {
                patches: words.chunks(3).flat_map(|words| self.patches(words)).collect(),
            }),
            _ => self.media_request(me, words),
        }
    }

    fn patches(&mut self, words: &[&str]) -> Vec<(ParticipantId, Patch)> {
        let [how, people, rights] = words else { panic!("give or take what, and whose? {words:?}") };
        let rights: Rights = match *rights {
            "nothing" => Rights::NONE,
            "all" => Rights::all(),
            paths => paths.split(',').map(|path| Right::parse(path).unwrap()).collect(),
        };
        let patch = match *how {
            "give" => Patch { give: rights, take: Rights::NONE },
            _ => Patch { give: Rights::NONE, take: rights },
        };
        people.split(',').map(|person| (self.names.person(person), patch)).collect()
    }

    fn stage_request(&mut self, words: &[&str]) -> stage::Ask {
        let mut people = |ids: &str| ids.split(',').map(|id| self.names.person(id)).collect();
        match words {
            ["requests"] => stage::Ask::Requests,
            ["ask_for_stage"] => stage::Ask::Request,
            ["cancel_request"] => stage::Ask::Cancel,
            ["grant", ids] => stage::Ask::Grant { participants: people(ids) },
            ["turn_down", ids] => stage::Ask::Deny { participants: people(ids) },
            ["go_on_stage"] => stage::Ask::Join,
            // Of oneself by one's own name.
            ["off_stage", ids] => stage::Ask::Leave { participants: people(ids) },
            other => panic!("no such words: {other:?}"),
        }
    }

    #[rustfmt::skip]
    fn media_request(&mut self, me: &str, words: &[&str]) -> Request {
        let producer = |names: &Names, id: &str| ProducerId(names.find(id));
        let transport = |names: &Names, id: &str| (id != "-").then(|| TransportId(names.find(id)));
        match words {
            ["media_join"] => Request::Media(media::Ask::Join { prejoined: false }),
            ["media_rejoin"] => Request::Media(media::Ask::Join { prejoined: true }),
            ["open", direction] => Request::Media(media::Ask::OpenTransport { consuming: *direction == "recv", offer: "offer".to_owned() }),
            ["complete"] => Request::Media(media::Ask::SelfJoinComplete),
            ["produce", kind, options @ ..] => Request::Media(media::Ask::Produce(Produce {
                kind: if *kind == "audio" { MediaKind::Audio } else { MediaKind::Video },
                paused: options.contains(&"paused"), screen_share: *kind == "screen", offer: "offer".to_owned(),
                app_data: Some("{}".to_owned()), mid: None, mime_type: None,
                transport: options.iter().find_map(|o| o.strip_prefix("on=")).map(|id| TransportId(self.names.find(id))),
            })),
            ["mute", id] => Request::Media(media::Ask::ToggleProducer { producer: producer(&self.names, id), paused: true }),
            ["unmute", id] => Request::Media(media::Ask::ToggleProducer { producer: producer(&self.names, id), paused: false }),
            ["unpublish", id] => Request::Media(media::Ask::CloseProducer { producer: producer(&self.names, id), offer: Some("offer".to_owned()) }),
            ["consume", on, wants @ ..] => Request::Media(media::Ask::Consume {
                transport: transport(&self.names, on),
                wants: wants.iter().map(|want| {
                    let (peer, id) = want.split_once('/').unwrap();
                    Want { producing_peer: self.names.peer(peer), producer: producer(&self.names, id), preferred_rid: None }
                }).collect(),
            }),
            ["renegotiate", on] => Request::Media(media::Ask::Renegotiate { transport: transport(&self.names, on).unwrap(), answer: "answer".to_owned() }),
            ["unconsume", on, mid] => Request::Media(media::Ask::CloseConsumers { transport: transport(&self.names, on), mids: vec![(*mid).to_owned()], offer: "offer".to_owned() }),
            ["layer", on, id, rid] => Request::Media(media::Ask::SelectLayers { transport: transport(&self.names, on), layers: vec![(producer(&self.names, id), (*rid).to_owned())] }),
            ["voice", id, energy] => Request::Speaker(speaker::Ask::AudioActivity { producer: producer(&self.names, id), energy: energy.parse().unwrap(), silent: *energy == "0" }),
            ["pin", "-"] => Request::Spotlight(spotlight::Ask::Pin { peer: None }),
            ["pin", id] => Request::Spotlight(spotlight::Ask::Pin { peer: Some(self.names.peer(id)) }),
            ["host_mute", id, what] => Request::Media(media::Ask::HostControl {
                peer: (*id != "all").then(|| self.names.peer(id)), audio: what.contains("audio"), video: what.contains("video"),
            }),
            ["rename", name] => Request::Roster(roster::Ask::ChangeDisplayName { peer: self.names.peer(me), display_name: (*name).to_owned() }),
            ["rename", id, name] => Request::Roster(roster::Ask::ChangeDisplayName { peer: self.names.peer(id), display_name: (*name).to_owned() }),
            ["media_leave"] => Request::Entry(entry::Ask::MediaLeave),
            other => panic!("no such words: {other:?}"),
        }
    }
}

pub(crate) fn new_poll(question: &str, options: &str, flags: &[&str]) -> NewPoll {
    let text = |s: &str| s.replace('_', " ").replace('-', "");
    NewPoll {
        question: text(question),
        options: options.split(',').map(text).collect(),
        anonymous: flags.contains(&"anonymous"),
        hide_votes: flags.contains(&"hide"),
    }
}

/// Where pages say which plug-ins are open.
fn open_plugins() -> StoreAddress {
    StoreAddress { plugin: "meeting".to_owned(), store: "__rtk_plugins__".to_owned() }
}

fn store() -> StoreAddress {
    StoreAddress { plugin: "plugin".to_owned(), store: "store".to_owned() }
}

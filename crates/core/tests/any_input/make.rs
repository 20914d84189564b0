//! Makes inputs by chance, from few enough ids that they meet.

use std::collections::BTreeSet;

use sederunt_core::config::RoomConfig;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{
    ChatId, FileId, Id, MeetingId, ParticipantId, PeerId, PollId, ProducerId, SessionId, TransportId,
};
use sederunt_core::input::Command;
use sederunt_core::media::{MediaAnswer, MediaCmd, MediaKind};
use sederunt_core::rights::{Patch, Right};
use sederunt_core::who::Who;
use sederunt_core::words::broadcast::{Broadcast, BroadcastTo};
use sederunt_core::words::media::{Produce, Want};
use sederunt_core::words::plugin::StoreAddress;
use sederunt_core::words::polls::NewPoll;
use sederunt_core::words::{
    Msg, Request, chat, entry, media, permissions, plugin, polls, roster, speaker, spotlight, stage, waiting,
};

use sederunt_dice::Dice;

pub(crate) struct Maker {
    pub(crate) rng: Dice,
    /// Nearly everybody comes and goes on a stage with tracks of his own.
    pub(crate) staged: bool,
    /// Newest instant that was handed out.
    pub(crate) newest: i64,
    /// Kinds of media commands that were answered.
    pub(crate) told: BTreeSet<&'static str>,
    producers: Vec<Id>,
    transports: Vec<Id>,
    chats: Vec<Id>,
    polls: Vec<Id>,
    /// Session and sender of the last message.
    last: (SessionId, ParticipantId),
}

impl Default for Maker {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Dice::new(seed),
            staged: false,
            newest: 0,
            told: BTreeSet::new(),
            producers: Vec::new(),
            transports: Vec::new(),
            chats: Vec::new(),
            polls: Vec::new(),
            last: <_>::default(),
        }
    }

    /// Ids that clients were told: the next requests name them.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others tell no new id")]
    pub(crate) fn learn(&mut self, msg: &Msg) {
        if let Msg::Chat(chat::Tell::Sent(message)) = msg {
            self.last = (message.session, message.participant);
        }
        let (pool, id) = match msg {
            Msg::Media(media::Tell::Produced { producer, .. }) => (&mut self.producers, producer.0),
            Msg::Media(media::Tell::TransportOpened { transport, .. }) => (&mut self.transports, transport.0),
            Msg::Chat(chat::Tell::Sent(message)) => (&mut self.chats, message.id.0),
            Msg::Polls(polls::Tell::PollCreated(view)) => (&mut self.polls, view.poll.id.0),
            _ => return,
        };
        pool.push(id);
        if pool.len() > 8 {
            pool.remove(0);
        }
    }

    /// Another room.
    pub(crate) fn forget(&mut self) {
        self.producers.clear();
        self.transports.clear();
        self.chats.clear();
        self.polls.clear();
    }

    pub(crate) fn instant(&mut self, now: i64) -> i64 {
        let at = match self.rng.below(if self.staged { 600 } else { 1000 }) {
            0..600 => now.saturating_add(self.rng.between(0, 500)),
            600..950 => now.saturating_add(self.rng.between(0, 15_000)),
            950..995 => now.saturating_sub(self.rng.between(0, 10_000)),
            995..999 => now.saturating_add(self.rng.between(0, 10_000_000)),
            _ => *self.rng.pick(&[0, -5, i64::MIN, i64::MAX - 1, now]),
        };
        self.newest = self.newest.max(at);
        at
    }

    fn peer(&mut self) -> PeerId {
        PeerId::from_u128(u128::from(self.rng.below(6)))
    }

    fn peers(&mut self) -> Vec<PeerId> {
        (0..self.rng.below(4)).map(|_| self.peer()).collect()
    }

    fn of(rng: &mut Dice, pool: &[Id]) -> Id {
        if pool.is_empty() || rng.chance(5) { Id::from_u128(0) } else { *rng.pick(pool) }
    }

    fn any_transport(&mut self) -> TransportId {
        TransportId(Self::of(&mut self.rng, &self.transports))
    }

    fn transport(&mut self) -> Option<TransportId> {
        self.rng.chance(20).then(|| self.any_transport())
    }

    fn producer(&mut self) -> ProducerId {
        ProducerId(Self::of(&mut self.rng, &self.producers))
    }

    fn poll_request(&mut self) -> Request {
        Request::Polls(match self.rng.below(8) {
            0 => polls::Ask::List,
            1..4 => polls::Ask::Create(NewPoll {
                question: self.text(),
                options: (0..self.rng.below(24)).map(|_| self.text()).collect(),
                anonymous: self.flag(),
                hide_votes: self.flag(),
            }),
            _ => polls::Ask::Vote {
                poll: PollId(Self::of(&mut self.rng, &self.polls)),
                option: self.rng.below(4),
            },
        })
    }

    fn chat(&mut self) -> ChatId {
        ChatId(Self::of(&mut self.rng, &self.chats))
    }

    pub(crate) fn text(&mut self) -> String {
        match self.rng.below(20) {
            0 => String::new(),
            1 => "é".repeat(20_000),
            2 => "\u{0}\u{202e}".to_owned(),
            n => format!("t{n}"),
        }
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.rng.chance(50)
    }

    fn number(&mut self) -> u32 {
        *self.rng.pick(&[0, 1, 2, 3, 50, u32::MAX])
    }

    fn store(&mut self) -> StoreAddress {
        let store = if self.flag() { "s" } else { "__rtk_plugins__" };
        StoreAddress { plugin: self.text(), store: store.to_owned() }
    }

    pub(crate) fn identity(&mut self) -> (PeerId, u64, Who) {
        let peer = self.peer();
        let (token, who) = self.identity_of(peer);
        (peer, token, who)
    }

    pub(crate) fn request(&mut self) -> Request {
        if self.staged && self.rng.chance(60) {
            return match self.rng.below(9) {
                0..3 => self.stage_request(),
                3 | 4 => self.permissions_request(),
                _ => self.media_request(),
            };
        }
        match self.rng.below(10) {
            0..2 => Request::Entry(entry::Ask::JoinRoom { display_name: self.text() }),
            2 => Request::Media(media::Ask::SelfJoinComplete),
            3..5 => Request::Media(media::Ask::OpenTransport { consuming: self.flag(), offer: self.text() }),
            5..8 => self.media_request(),
            8 if self.flag() => self.stage_request(),
            8 if self.rng.chance(20) => self.permissions_request(),
            8 => self.talk_request(),
            _ => self.room_request(),
        }
    }

    fn stage_request(&mut self) -> Request {
        let mut people = || {
            (0..self.rng.below(5)).map(|_| ParticipantId::from_u128(u128::from(self.rng.below(4)))).collect()
        };
        let participants: Vec<ParticipantId> = people();
        Request::Stage(match self.rng.below(12) {
            0 => stage::Ask::Requests,
            1..3 => stage::Ask::Request,
            3 => stage::Ask::Cancel,
            4..7 => stage::Ask::Grant { participants },
            7 => stage::Ask::Deny { participants },
            8 | 9 => stage::Ask::Join,
            _ => stage::Ask::Leave { participants: participants.into_iter().take(1).collect() },
        })
    }

    fn permissions_request(&mut self) -> Request {
        let people = *self.rng.pick(&[0, 1, 1, 1, 2]);
        let patches = (0..people).map(|_| {
            let mut patch = Patch::default();
            for _ in 0..self.rng.below(6) {
                let tracks = [Right::ProduceAudio, Right::ProduceVideo, Right::ProduceScreenshare];
                let some = if self.rng.chance(80) { &tracks[..] } else { Right::ALL };
                let right = *self.rng.pick(some);
                // Whoever may change nothing any more leads to nothing any more.
                patch.set(right, right == Right::ChangePermissions || self.rng.chance(60));
            }
            (ParticipantId::from_u128(u128::from(self.rng.below(4))), patch)
        });
        let patches: Vec<_> = patches.collect();
        Request::Permissions(if self.rng.chance(20) {
            permissions::Ask::Read { participants: patches.into_iter().map(|(who, _)| who).collect() }
        } else {
            permissions::Ask::Change { patches }
        })
    }

    fn room_request(&mut self) -> Request {
        match self.rng.below(60) {
            0 => Request::Entry(entry::Ask::LeaveRoom),
            1..10 => Request::Roster(roster::Ask::RoomInfo),
            10..18 => Request::Roster(roster::Ask::RoomPeers {
                search: self.text(),
                limit: self.number(),
                offset: self.number(),
            }),
            18..24 => Request::Roster(roster::Ask::PeerInfo { peer: self.peer() }),
            24..28 => Request::Roster(roster::Ask::StageState),
            28..30 => self.waiting_request(),
            30..32 => self.breakout_request(),
            32..36 => Request::Entry(entry::Ask::Kick { peers: self.peers() }),
            36 if self.flag() => Request::Entry(entry::Ask::KickAll),
            36..40 => self.poll_request(),
            40..44 => Request::NotOffered { name: "x" },
            44 => Request::Entry(entry::Ask::MediaLeave),
            45..52 => Request::Roster(roster::Ask::ChangeDisplayName {
                peer: self.peer(),
                display_name: self.text(),
            }),
            _ => Request::Broadcast(Broadcast {
                kind: self.text(),
                payload: self.text().into_bytes(),
                timestamp: u64::MAX,
                to: match self.rng.below(3) {
                    0 => BroadcastTo::Room,
                    1 => BroadcastTo::Peers(self.peers()),
                    _ => BroadcastTo::Rooms(vec![MeetingId::from_u128(u128::from(self.rng.below(2)))]),
                },
            }),
        }
    }

    fn waiting_request(&mut self) -> Request {
        // Of people and of peers, who have the same numbers here.
        let count = self.rng.below(6);
        let ids = (0..count).map(|_| Id::from_u128(u128::from(self.rng.below(6)))).collect();
        Request::Waiting(match self.rng.below(4) {
            0 => waiting::Ask::List,
            1 => waiting::Ask::Deny { ids },
            _ => waiting::Ask::Accept { ids },
        })
    }

    /// Files as a shell would find them: mostly those of whoever asks, now and then of another session or message.
    fn files_request(&mut self) -> Request {
        let file = |maker: &mut Self| chat::SentFile {
            id: FileId::from_u128(u128::from(maker.rng.below(9))),
            session: maker.last.0,
            by: maker.last.1,
            chat: maker.rng.chance(20).then(|| maker.chat()),
        };
        let count = if self.rng.chance(60) { 1 } else { self.rng.below(40) };
        let files = (0..count).map(|_| file(self)).collect();
        let payload_type = i32::try_from(self.rng.below(5)).unwrap();
        let payload = self.text();
        if self.flag() {
            let peers = self.flag().then(|| self.peers());
            Request::Chat(chat::Ask::SendFiles { peers, payload_type, payload, files })
        } else {
            Request::Chat(chat::Ask::EditFiles { chat: self.chat(), payload_type, payload, files })
        }
    }

    fn talk_request(&mut self) -> Request {
        match self.rng.below(15) {
            12 => self.files_request(),
            13 => Request::Chat(chat::Ask::Search {
                term: self.text(),
                time_ms: *self.rng.pick(&[0, i64::MIN, i64::MAX, 1_010_000]),
                size: self.number(),
                from: self.number(),
                reversed: self.flag(),
            }),
            0 => Request::Chat(chat::Ask::All),
            1 => Request::Chat(chat::Ask::Page {
                time_ms: *self.rng.pick(&[0, i64::MIN, i64::MAX, 1_010_000]),
                size: self.number(),
                from: self.number(),
                reversed: self.flag(),
                pinned: self.flag().then_some(true),
                user: self.flag().then(|| self.text()),
            }),
            2..6 => Request::Chat(chat::Ask::Send {
                peers: self.flag().then(|| self.peers()),
                payload_type: i32::try_from(self.rng.below(5)).unwrap() - 1,
                payload: self.text(),
            }),
            6 => Request::Chat(chat::Ask::Edit { chat: self.chat(), payload: self.text() }),
            7 => Request::Chat(chat::Ask::Delete { chat: self.chat() }),
            8 => Request::Chat(chat::Ask::Pin { chat: self.chat(), pinned: self.flag() }),
            9 => Request::Plugin(plugin::Ask::Get { at: self.store(), keys: vec![self.text()] }),
            10 => Request::Plugin(plugin::Ask::Insert {
                at: self.store(),
                items: vec![(self.text(), self.text().into_bytes())],
            }),
            _ if self.rng.chance(20) => Request::Plugin(plugin::Ask::Clear { at: self.store() }),
            _ => Request::Plugin(plugin::Ask::Delete { at: self.store(), keys: vec![self.text()] }),
        }
    }

    fn media_request(&mut self) -> Request {
        match self.rng.below(24) {
            0 if self.flag() => Request::Media(media::Ask::Join { prejoined: self.flag() }),
            0..9 => Request::Media(media::Ask::Produce(Produce {
                kind: if self.flag() { MediaKind::Audio } else { MediaKind::Video },
                paused: self.flag(),
                screen_share: self.rng.chance(20),
                offer: self.text(),
                app_data: self.flag().then(|| self.text()),
                mid: None,
                mime_type: None,
                transport: self.transport(),
            })),
            9..11 => {
                Request::Media(media::Ask::ToggleProducer { producer: self.producer(), paused: self.flag() })
            }
            11..13 => Request::Media(media::Ask::CloseProducer {
                producer: self.producer(),
                offer: self.flag().then(String::new),
            }),
            13..16 => {
                let wants = (0..self.rng.below(40)).map(|_| {
                    let (producing_peer, producer) = (self.peer(), self.producer());
                    Want { producing_peer, producer, preferred_rid: None }
                });
                Request::Media(media::Ask::Consume { wants: wants.collect(), transport: self.transport() })
            }
            16 => Request::Media(media::Ask::Renegotiate {
                transport: self.any_transport(),
                answer: self.text(),
            }),
            17 => Request::Media(media::Ask::CloseConsumers {
                transport: self.transport(),
                mids: vec![self.text()],
                offer: self.text(),
            }),
            18 => {
                let layers = vec![(self.producer(), "h".to_owned())];
                Request::Media(media::Ask::SelectLayers { transport: self.transport(), layers })
            }
            19..21 => Request::Speaker(speaker::Ask::AudioActivity {
                producer: self.producer(),
                energy: *self.rng.pick(&[0, 5, 10, i32::MIN, i32::MAX]),
                silent: self.flag(),
            }),
            21 => Request::Spotlight(spotlight::Ask::Pin { peer: self.flag().then(|| self.peer()) }),
            _ => Request::Media(media::Ask::HostControl {
                peer: self.flag().then(|| self.peer()),
                audio: self.flag(),
                video: self.flag(),
            }),
        }
    }

    pub(crate) fn command(&mut self, config: &RoomConfig) -> Command {
        match self.rng.below(40) {
            0 => Command::Stop,
            1 => Command::Terminate,
            2 => Command::KickAll,
            3..8 => Command::Kick {
                participants: vec![ParticipantId::from_u128(u128::from(self.rng.below(4)))],
                custom_ids: vec![format!("c{}", self.rng.below(4))],
                reason: *self.rng.pick(LeaveReason::ALL),
            },
            8..10 => Command::Mute {
                participants: vec![ParticipantId::from_u128(u128::from(self.rng.below(4)))],
                custom_ids: vec![format!("c{}", self.rng.below(4))],
            },
            10 => Command::MuteAll,
            11..28 => Command::Configure(RoomConfig { title: self.text(), open: true, ..config.clone() }),
            28..30 => Command::Broadcast { kind: self.text(), payload: self.text().into_bytes() },
            _ => Command::Configure(RoomConfig {
                title: self.text(),
                open: self.rng.chance(80),
                keep_alive_ms: *self.rng.pick(&[60_000, 60_000, 600_000, 0, -1, i64::MAX]),
                reconnect_grace_ms: *self.rng.pick(&[20_000, 20_000, 0, -1, i64::MAX]),
                max_together_ms: *self.rng.pick(&[
                    None,
                    None,
                    None,
                    None,
                    Some(1_000_000),
                    Some(0),
                    Some(i64::MIN),
                ]),
                prior_together_ms: *self.rng.pick(&[0, 0, 0, -1, 1_000]),
                ..config.clone()
            }),
        }
    }

    pub(crate) fn any_answer(&mut self) -> MediaAnswer {
        match self.rng.below(3) {
            0 => MediaAnswer::Done,
            1 => MediaAnswer::Answer(self.text()),
            _ => MediaAnswer::Offer { offer: None, mids: vec![(self.producer(), self.text())] },
        }
    }

    /// The right kind of answer.
    pub(crate) fn answer(&mut self, cmd: &MediaCmd) -> MediaAnswer {
        self.told.insert(kind(cmd));
        match cmd {
            MediaCmd::Open { .. }
            | MediaCmd::Produce { .. }
            | MediaCmd::CloseConsumers { .. }
            | MediaCmd::CloseProducer { offer: Some(_), .. } => MediaAnswer::Answer("sdp".to_owned()),
            MediaCmd::Consume { wants, .. } => MediaAnswer::Offer {
                offer: Some("sdp".to_owned()),
                mids: wants.iter().map(|(producer, _)| (*producer, "m".to_owned())).collect(),
            },
            MediaCmd::CloseProducer { offer: None, .. }
            | MediaCmd::DropProducer { .. }
            | MediaCmd::PauseProducer { .. }
            | MediaCmd::Renegotiate { .. }
            | MediaCmd::SelectLayers { .. }
            | MediaCmd::GiveUp { .. }
            | MediaCmd::ClosePeer { .. } => MediaAnswer::Done,
        }
    }
}

/// What a command is.
pub(crate) const fn kind(cmd: &MediaCmd) -> &'static str {
    match cmd {
        MediaCmd::Open { .. } => "Open",
        MediaCmd::Produce { .. } => "Produce",
        MediaCmd::CloseConsumers { .. } => "CloseConsumers",
        MediaCmd::CloseProducer { .. } => "CloseProducer",
        MediaCmd::Consume { .. } => "Consume",
        MediaCmd::DropProducer { .. } => "DropProducer",
        MediaCmd::PauseProducer { .. } => "PauseProducer",
        MediaCmd::Renegotiate { .. } => "Renegotiate",
        MediaCmd::SelectLayers { .. } => "SelectLayers",
        MediaCmd::GiveUp { .. } => "GiveUp",
        MediaCmd::ClosePeer { .. } => "ClosePeer",
    }
}

//! Chat of a session: send, history, pages, edit, delete, pin (PROTOCOL §7.1).

mod log;

use std::collections::BTreeSet;

use crate::call::ConnId;
use crate::effect::Write;
use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Hall, Peer};
use crate::id::{ChatId, Id, ParticipantId, PeerId};
use crate::limit;
use crate::time::UnixMs;
use crate::who::Ability;
use crate::words::chat::{Ask, ChatMessage, Tell};
use crate::words::count;

use log::{ChatLog, PageQuery};

/// What was said in the session.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    log: ChatLog,
}

impl Chat {
    /// The chat of a session from the store's newest messages, oldest first.
    pub(crate) fn load(messages: Vec<ChatMessage>) -> Self {
        Self { log: ChatLog::load(messages) }
    }

    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        match ask {
            Ask::All => {
                let reader = hall.joined(asked)?.participant();
                hall.answer(asked, Tell::All(self.log.newest(reader)))
            }
            Ask::Page { time_ms, size, from, reversed, pinned, user } => {
                let with = user.as_deref().map(participant).transpose()?;
                let size = if size == 0 { limit::CHAT_PAGE_MAX } else { size.min(limit::CHAT_PAGE_MAX) };
                // An instant of 0 (or less) is none: nothing is that old.
                let edge = (time_ms > 0).then_some(UnixMs(time_ms));
                let (size, skip) = (count(size), count(from));
                self.page(hall, asked, PageQuery { edge, size, skip, reversed, pinned, with })
            }
            Ask::Send { peers, payload_type, payload } => {
                self.send(hall, asked, peers, payload_type, payload)
            }
            Ask::Edit { chat, payload } => self.edit(hall, asked, chat, payload),
            Ask::Delete { chat } => self.delete(hall, asked, chat),
            Ask::Pin { chat, pinned } => self.pin(hall, asked, chat, pinned),
        }
    }

    fn page(&self, hall: &mut Hall, asked: &Asked, query: PageQuery) -> Result<(), RoomError> {
        let reader = hall.joined(asked)?.participant();
        let (messages, next) = self.log.page(reader, query);
        hall.answer(asked, Tell::Page { messages, next })
    }

    fn send(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        peers: Option<Vec<PeerId>>,
        payload_type: i32,
        payload: String,
    ) -> Result<(), RoomError> {
        let me = hall.joined(asked)?;
        check_payload_type(me, peers.is_some(), payload_type)?;
        check_payload(&payload)?;
        let Some(tally) = hall.session() else { return Err(RoomError::NotJoined) };
        let targets = peers.map(|peers| targets(hall, asked.me, &peers)).transpose()?;
        let message = ChatMessage {
            id: ChatId(asked.stamp.fresh),
            session: tally.session(),
            peer: asked.me,
            participant: me.participant(),
            display_name: me.display_name.clone(),
            pinned: false,
            edited: false,
            payload_type,
            payload,
            targets: targets.unwrap_or_default(),
            at: self.log.next_instant(asked.stamp.now),
        };
        self.log.push(message.clone());
        publish(hall, asked, message, Tell::Sent);
        Ok(())
    }

    fn edit(&mut self, hall: &mut Hall, asked: &Asked, id: ChatId, payload: String) -> Result<(), RoomError> {
        let me = hall.joined(asked)?;
        let message = self.own(me, id)?;
        check_payload_type(me, !message.targets.is_empty(), message.payload_type)?;
        check_payload(&payload)?;
        let changed = self.log.change(id, |message| {
            message.payload = payload;
            message.edited = true;
        });
        publish(hall, asked, changed.ok_or(NOT_FOUND)?, Tell::Edited);
        Ok(())
    }

    /// The message, which this peer must have sent.
    fn own(&self, me: &Peer, id: ChatId) -> Result<&ChatMessage, RoomError> {
        let message = self.log.find(id, me.participant()).ok_or(NOT_FOUND)?;
        if message.participant == me.participant() { Ok(message) } else { Err(NOT_YOURS) }
    }

    /// One's own messages; who may remove people may remove what they said to everybody, too.
    fn delete(&mut self, hall: &mut Hall, asked: &Asked, id: ChatId) -> Result<(), RoomError> {
        let me = hall.joined(asked)?;
        let message = self.log.find(id, me.participant()).ok_or(NOT_FOUND)?;
        if !(me.may(Ability::Kick) && message.targets.is_empty()) {
            self.own(me, id)?;
        }
        let gone = self.log.remove(id).ok_or(NOT_FOUND)?;
        let readers = readers(hall, asked, &gone);
        hall.out.remember(Write::ChatDeleted { session: gone.session, chat: id });
        hall.reply(asked, Tell::Deleted(id));
        hall.out.push(readers, Tell::Deleted(id));
        Ok(())
    }

    /// Who may write in a chat may pin there: the official UI offers it to everybody.
    fn pin(&mut self, hall: &mut Hall, asked: &Asked, id: ChatId, pinned: bool) -> Result<(), RoomError> {
        let me = hall.joined(asked)?;
        let message = self.log.find(id, me.participant()).ok_or(NOT_FOUND)?;
        if !me.may(Ability::Pin) {
            check_payload_type(me, !message.targets.is_empty(), 0)?;
        }
        let changed = self.log.change(id, |message| message.pinned = pinned);
        publish(hall, asked, changed.ok_or(NOT_FOUND)?, Tell::Pinned);
        Ok(())
    }
}

impl Feature for Chat {
    fn session_ended(&mut self, _: &mut Hall) {
        self.log = ChatLog::default();
    }
}

const NOT_FOUND: RoomError = RoomError::NotFound("chat message");
const NOT_YOURS: RoomError = RoomError::Invalid { field: "chat_id", rule: "must name a message of your own" };

fn participant(user: &str) -> Result<ParticipantId, RoomError> {
    let rule = "must be the id of a participant";
    Id::parse(user).map(ParticipantId).map_err(|_| RoomError::Invalid { field: "user_id", rule })
}

/// Participants behind these peers, the sender included. Peers that left meanwhile are skipped, and those who may get nothing
/// that is not for everybody.
fn targets(hall: &Hall, me: PeerId, peers: &[PeerId]) -> Result<Vec<ParticipantId>, RoomError> {
    let joined = |id: &PeerId| hall.peers.get(*id).filter(|peer| peer.is_in());
    let mut targets: BTreeSet<ParticipantId> = BTreeSet::new();
    let gets = |peer: &&Peer| peer.may(Ability::ChatPrivateReceive);
    for peer in peers.iter().filter(|id| **id != me).filter_map(joined).filter(gets) {
        targets.insert(peer.participant());
    }
    if targets.is_empty() {
        return Err(RoomError::NotFound("peer"));
    }
    targets.extend(joined(&me).map(|peer| peer.participant()));
    Ok(targets.into_iter().collect())
}

/// Makes a new or changed message durable, answers its sender, and tells all who may read it.
fn publish(hall: &mut Hall, asked: &Asked, message: ChatMessage, tell: impl Fn(ChatMessage) -> Tell) {
    let readers = readers(hall, asked, &message);
    hall.out.remember(Write::Chat(message.clone()));
    hall.reply(asked, tell(message.clone()));
    hall.out.push(readers, tell(message));
}

/// Sockets of those who may read a message, but for the asking peer, which gets the reply.
fn readers(hall: &Hall, asked: &Asked, message: &ChatMessage) -> Vec<ConnId> {
    hall.peers.sockets(|peer| peer.is_in() && peer.id != asked.me && message.visible_to(peer.participant()))
}

/// Type 0 is text, 1 and 2 are files, 3 may hold both.
fn check_payload_type(me: &Peer, private: bool, payload_type: i32) -> Result<(), RoomError> {
    let (text, files) = if private {
        (Ability::ChatPrivateText, Ability::ChatPrivateFiles)
    } else {
        (Ability::ChatPublicText, Ability::ChatPublicFiles)
    };
    let needed: &[Ability] = match payload_type {
        0 => &[text],
        1 | 2 => &[files],
        3 => &[text, files],
        _ => return Err(RoomError::Invalid { field: "payload_type", rule: "must be 0, 1, 2 or 3" }),
    };
    match needed.iter().find(|ability| !me.may(**ability)) {
        Some(missing) => Err(RoomError::NotAllowed(missing.name())),
        None => Ok(()),
    }
}

fn check_payload(payload: &str) -> Result<(), RoomError> {
    if payload.is_empty() {
        return Err(RoomError::Invalid { field: "payload", rule: "must not be empty" });
    }
    // Most texts are shorter in bytes than the limit is in characters: those need no counting.
    let max = limit::CHAT_PAYLOAD_MAX_CHARS;
    if payload.len() > max && payload.chars().count() > max {
        return Err(RoomError::Limit { what: "characters of a chat message", max });
    }
    Ok(())
}

//! Chat of a session: send, history, pages, search, edit, delete, pin (PROTOCOL §7.1).

mod files;
mod log;
mod search;

use std::collections::BTreeSet;

use crate::call::ConnId;
use crate::effect::Write;
use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall, Peer};
use crate::id::{ChatId, Id, ParticipantId, PeerId};
use crate::limit;
use crate::time::UnixMs;
use crate::who::Ability;
use crate::words::chat::{Ask, ChatMessage, SentFile, Tell};
use crate::words::count;

use log::{ChatLog, PageQuery};
use search::Searches;

/// What was said in the session, and before it where the meeting keeps its chat.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    log: ChatLog,
    searches: Searches,
}

/// A message that is to be sent.
struct Draft {
    /// Private: to these.
    peers: Option<Vec<PeerId>>,
    payload_type: i32,
    payload: String,
    files: Vec<SentFile>,
}

impl Chat {
    /// The chat of a session from the store's newest messages, oldest first.
    pub(crate) fn load(messages: Vec<ChatMessage>) -> Self {
        Self { log: ChatLog::load(messages), searches: Searches::default() }
    }

    /// What was said in earlier sessions, oldest first: it comes before all that is there.
    pub(crate) fn load_former(&mut self, former: Vec<ChatMessage>) {
        self.log.put_before(former);
    }

    /// The settings have changed: a meeting that does not keep its chat shows nothing of earlier sessions.
    pub(crate) fn configured(&mut self, hall: &Hall) {
        if !hall.config().persist_chat {
            let session = hall.session().map(|tally| tally.session());
            self.log.keep_of(session);
        }
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
            Ask::Search { term, time_ms, size, from, reversed } => {
                let edge = (time_ms > 0).then_some(UnixMs(time_ms));
                let size = if size == 0 { limit::CHAT_PAGE_MAX } else { size.min(limit::CHAT_PAGE_MAX) };
                let (size, skip) = (count(size), count(from));
                let query = PageQuery { edge, size, skip, reversed, pinned: None, with: None };
                self.search(hall, asked, &term, query)
            }
            Ask::Send { peers, payload_type, payload } => {
                self.send(hall, asked, Draft { peers, payload_type, payload, files: Vec::new() })
            }
            Ask::SendFiles { peers, payload_type, payload, files } => {
                self.send(hall, asked, Draft { peers, payload_type, payload, files })
            }
            Ask::Edit { chat, payload } => self.edit(hall, asked, chat, None, payload),
            Ask::EditFiles { chat, payload_type, payload, files } => {
                self.edit(hall, asked, chat, Some((payload_type, files)), payload)
            }
            Ask::Delete { chat } => self.delete(hall, asked, chat),
            Ask::Pin { chat, pinned } => self.pin(hall, asked, chat, pinned),
        }
    }

    fn page(&self, hall: &mut Hall, asked: &Asked, query: PageQuery) -> Result<(), RoomError> {
        let reader = hall.joined(asked)?.participant();
        let (messages, next) = self.log.page(reader, query);
        hall.answer(asked, Tell::Page { messages, next })
    }

    fn search(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        term: &str,
        query: PageQuery,
    ) -> Result<(), RoomError> {
        let reader = hall.joined(asked)?.participant();
        search::check(term)?;
        self.searches.count(asked.me, asked.stamp.now)?;
        let found = self.log.search(reader, term, query);
        hall.answer(asked, Tell::Found(found))
    }

    fn send(&mut self, hall: &mut Hall, asked: &Asked, draft: Draft) -> Result<(), RoomError> {
        let Draft { peers, payload_type, payload, files } = draft;
        let me = hall.joined(asked)?;
        check_payload_type(me, peers.is_some(), payload_type)?;
        check_payload(&payload)?;
        files::check_count(payload_type, files.len())?;
        let files = files::of_sender(&files, me.participant(), hall.session(), None)?;
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
            files,
            targets: targets.unwrap_or_default(),
            at: self.log.next_instant(asked.stamp.now),
        };
        self.log.push(message.clone());
        publish(hall, asked, message, Tell::Sent);
        Ok(())
    }

    /// Without files the message keeps its type; with files an image may become a file, or the other way round.
    fn edit(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        id: ChatId,
        with: Option<(i32, Vec<SentFile>)>,
        payload: String,
    ) -> Result<(), RoomError> {
        let me = hall.joined(asked)?;
        let message = self.own(me, id)?;
        let (payload_type, files) = match with {
            Some(with) => with,
            None => (message.payload_type, Vec::new()),
        };
        files::check_change(message.payload_type, payload_type, files.len())?;
        check_payload_type(me, !message.targets.is_empty(), payload_type)?;
        check_payload(&payload)?;
        let files = files::of_sender(&files, me.participant(), hall.session(), Some(id))?;
        let changed = self.log.change(id, |message| {
            message.payload_type = payload_type;
            message.payload = payload;
            message.files = files;
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
    fn peer_left(&mut self, _: &mut Hall, gone: &Gone) {
        self.searches.forget(gone.peer.id);
    }

    fn session_ended(&mut self, hall: &mut Hall) {
        self.searches = Searches::default();
        if !hall.config().persist_chat {
            self.log = ChatLog::default();
        }
    }
}

const NOT_FOUND: RoomError = RoomError::NotFound("chat message");
const NOT_TAKEN: RoomError =
    RoomError::Invalid { field: "peer_ids", rule: "must name somebody who may receive private messages" };
const NOT_YOURS: RoomError = RoomError::Invalid { field: "chat_id", rule: "must name a message of your own" };

fn participant(user: &str) -> Result<ParticipantId, RoomError> {
    let rule = "must be the id of a participant";
    Id::parse(user).map(ParticipantId).map_err(|_| RoomError::Invalid { field: "user_id", rule })
}

/// Participants behind these peers, the sender included. Peers that left meanwhile are skipped, and so are those whose
/// preset takes nothing private, unless it is all of them.
fn targets(hall: &Hall, me: PeerId, peers: &[PeerId]) -> Result<Vec<ParticipantId>, RoomError> {
    let joined = |id: &PeerId| hall.peers.get(*id).filter(|peer| peer.is_in());
    let mut targets: BTreeSet<ParticipantId> = BTreeSet::new();
    let mut is_refused = false;
    for peer in peers.iter().filter(|id| **id != me).filter_map(joined) {
        if peer.may(Ability::ChatPrivateReceive) {
            targets.insert(peer.participant());
        } else {
            is_refused = true;
        }
    }
    if targets.is_empty() {
        return Err(if is_refused { NOT_TAKEN } else { RoomError::NotFound("peer") });
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

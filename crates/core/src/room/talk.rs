//! Chat, broadcasts and stores: what peers tell each other through the server (PROTOCOL §7.1, §7.3, §7.4).

use std::collections::BTreeSet;

use crate::chat::{ChatMessage, PageQuery};
use crate::effect::{Msg, StoreEvent, Write};
use crate::error::RoomError;
use crate::id::{ChatId, Id, ParticipantId, PeerId};
use crate::input::{Broadcast, BroadcastTo, ConnId, StoreAddress};
use crate::limit;
use crate::plugin_store::check_count;
use crate::time::UnixMs;
use crate::who::Abilities;

use super::Room;
use super::request::Asked;
use super::roster::index;

impl Room {
    pub(super) fn chat_all(&mut self, asked: &Asked) -> Result<(), RoomError> {
        let reader = self.joined(asked)?.participant();
        self.answer(asked, Msg::ChatAll(self.chat.newest(reader)))
    }

    /// `edge` = instant, page size, items to skip. An instant of 0 (or less) is none: nothing is that old.
    pub(super) fn chat_page(
        &mut self,
        asked: &Asked,
        (time_ms, size, from): (i64, u32, u32),
        reversed: bool,
        pinned: Option<bool>,
        user: Option<&str>,
    ) -> Result<(), RoomError> {
        let reader = self.joined(asked)?.participant();
        let with = user
            .map(|user| Id::parse(user).map(ParticipantId))
            .transpose()
            .map_err(|_| RoomError::Invalid { field: "user_id", rule: "must be the id of a participant" })?;
        let size = if size == 0 { limit::CHAT_PAGE_MAX } else { size.min(limit::CHAT_PAGE_MAX) };
        let query = PageQuery {
            edge: (time_ms > 0).then_some(UnixMs(time_ms)),
            size: index(size),
            skip: index(from),
            reversed,
            pinned,
            with,
        };
        let (messages, next) = self.chat.page(reader, query);
        self.answer(asked, Msg::ChatPage { messages, next })
    }

    pub(super) fn chat_send(
        &mut self,
        asked: &Asked,
        peers: Option<Vec<PeerId>>,
        payload_type: i32,
        payload: String,
    ) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        check_payload_type(&me.who.abilities, peers.is_some(), payload_type)?;
        check_payload(&payload)?;
        let Some(tally) = &self.tally else { return Err(RoomError::NotJoined) };
        let targets = peers.map(|peers| self.chat_targets(asked.me, &peers)).transpose()?;
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
            at: self.chat.next_instant(asked.stamp.now),
        };
        self.chat.push(message.clone());
        self.publish(asked, message, Msg::ChatSent);
        Ok(())
    }

    /// Participants behind these peers, the sender included. Peers that left meanwhile are skipped.
    fn chat_targets(&self, me: PeerId, peers: &[PeerId]) -> Result<Vec<ParticipantId>, RoomError> {
        let joined = |id: &PeerId| self.peers.get(*id).filter(|peer| peer.joined.is_some());
        let mut targets: BTreeSet<ParticipantId> = BTreeSet::new();
        for peer in peers.iter().filter(|id| **id != me).filter_map(joined) {
            targets.insert(peer.participant());
        }
        if targets.is_empty() {
            return Err(RoomError::NotFound("peer"));
        }
        targets.extend(joined(&me).map(|peer| peer.participant()));
        Ok(targets.into_iter().collect())
    }

    /// Makes a new or changed message durable, answers its sender, and tells all who may read it.
    fn publish(&mut self, asked: &Asked, message: ChatMessage, msg: impl Fn(ChatMessage) -> Msg) {
        let readers = self.readers(asked, &message);
        self.out.remember(Write::Chat(message.clone()));
        self.reply(asked, msg(message.clone()));
        self.out.push(readers, msg(message));
    }

    /// Sockets of those who may read a message, but for the asking peer, which gets the reply.
    fn readers(&self, asked: &Asked, message: &ChatMessage) -> Vec<ConnId> {
        self.peers.sockets(|peer| {
            peer.joined.is_some() && peer.id != asked.me && message.visible_to(peer.participant())
        })
    }

    pub(super) fn chat_edit(&mut self, asked: &Asked, id: ChatId, payload: String) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        let (author, abilities) = (me.participant(), me.who.abilities);
        let message = self.chat.find(id, author).ok_or(RoomError::NotFound("chat message"))?;
        if message.participant != author {
            return Err(RoomError::Invalid { field: "chat_id", rule: "must name a message of your own" });
        }
        check_payload_type(&abilities, !message.targets.is_empty(), message.payload_type)?;
        check_payload(&payload)?;
        let changed = self.chat.change(id, |message| {
            message.payload = payload;
            message.edited = true;
        });
        self.publish(asked, changed.ok_or(RoomError::NotFound("chat message"))?, Msg::ChatEdited);
        Ok(())
    }

    /// One's own messages; who may remove people may remove what they said to everybody, too.
    pub(super) fn chat_delete(&mut self, asked: &Asked, id: ChatId) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        let (author, moderator) = (me.participant(), me.who.abilities.kick);
        let message = self.chat.find(id, author).ok_or(RoomError::NotFound("chat message"))?;
        if message.participant != author && !(moderator && message.targets.is_empty()) {
            return Err(RoomError::Invalid { field: "chat_id", rule: "must name a message of your own" });
        }
        let gone = self.chat.remove(id).ok_or(RoomError::NotFound("chat message"))?;
        let readers = self.readers(asked, &gone);
        self.out.remember(Write::ChatDeleted { session: gone.session, chat: id });
        self.reply(asked, Msg::ChatDeleted(id));
        self.out.push(readers, Msg::ChatDeleted(id));
        Ok(())
    }

    /// Who may write in a chat may pin there: the official UI offers it to everybody.
    pub(super) fn chat_pin(&mut self, asked: &Asked, id: ChatId, pinned: bool) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        let message = self.chat.find(id, me.participant()).ok_or(RoomError::NotFound("chat message"))?;
        if !me.who.abilities.pin {
            check_payload_type(&me.who.abilities, !message.targets.is_empty(), 0)?;
        }
        let changed = self.chat.change(id, |message| message.pinned = pinned);
        self.publish(asked, changed.ok_or(RoomError::NotFound("chat message"))?, Msg::ChatPinned);
        Ok(())
    }

    pub(super) fn broadcast(&mut self, asked: &Asked, broadcast: Broadcast) -> Result<(), RoomError> {
        self.joined(asked)?;
        if broadcast.payload.len() > limit::BROADCAST_MAX_BYTES {
            return Err(RoomError::Limit { what: "bytes of a broadcast", max: limit::BROADCAST_MAX_BYTES });
        }
        if broadcast.kind.len() > limit::BROADCAST_KIND_MAX_BYTES {
            let max = limit::BROADCAST_KIND_MAX_BYTES;
            return Err(RoomError::Limit { what: "bytes of the type of a broadcast", max });
        }
        let (receivers, to_peers) = match &broadcast.to {
            BroadcastTo::Room => (self.peers.audience(Some(asked.me)), false),
            BroadcastTo::Peers(peers) => {
                let wanted: BTreeSet<PeerId> = peers.iter().copied().collect();
                (self.peers.sockets(|peer| peer.joined.is_some() && wanted.contains(&peer.id)), true)
            }
            BroadcastTo::Rooms => return Err(RoomError::NotOffered("broadcast to rooms")),
        };
        self.reply(asked, Msg::BroadcastAck { to_peers });
        self.out.push(receivers, Msg::Broadcast(broadcast));
        Ok(())
    }

    /// Also on the set-up screen: the official client's `init()` needs it (PROTOCOL §5.1).
    pub(super) fn store_get(
        &mut self,
        asked: &Asked,
        at: StoreAddress,
        keys: &[String],
    ) -> Result<(), RoomError> {
        check_count(keys.len())?;
        let items = self.stores.get(&at, keys);
        self.answer(asked, Msg::StoreItems { event: StoreEvent::Get, at, items })
    }

    pub(super) fn store_insert(
        &mut self,
        asked: &Asked,
        at: StoreAddress,
        items: Vec<(String, Vec<u8>)>,
    ) -> Result<(), RoomError> {
        self.joined(asked)?;
        let items = self.stores.insert(&at, items, asked.me, asked.stamp.now)?;
        let msg = Msg::StoreItems { event: StoreEvent::Insert, at, items };
        self.reply(asked, msg.clone());
        self.out.push(self.peers.audience(Some(asked.me)), msg);
        Ok(())
    }

    pub(super) fn store_delete(
        &mut self,
        asked: &Asked,
        at: StoreAddress,
        keys: &[String],
    ) -> Result<(), RoomError> {
        self.joined(asked)?;
        check_count(keys.len())?;
        let items = self.stores.delete(&at, keys, asked.me, asked.stamp.now);
        let msg = Msg::StoreItems { event: StoreEvent::Delete, at, items };
        self.reply(asked, msg.clone());
        self.out.push(self.peers.audience(Some(asked.me)), msg);
        Ok(())
    }
}

/// Type 0 is text, 1 and 2 are files, 3 may hold both.
fn check_payload_type(abilities: &Abilities, private: bool, payload_type: i32) -> Result<(), RoomError> {
    let (text, files, names) = if private {
        let names = ("chat.private.text", "chat.private.files");
        (abilities.chat_private_text, abilities.chat_private_files, names)
    } else {
        (abilities.chat_public_text, abilities.chat_public_files, ("chat.public.text", "chat.public.files"))
    };
    let (needs_text, needs_files) = match payload_type {
        0 => (true, false),
        1 | 2 => (false, true),
        3 => (true, true),
        _ => return Err(RoomError::Invalid { field: "payload_type", rule: "must be 0, 1, 2 or 3" }),
    };
    if needs_text && !text {
        return Err(RoomError::NotAllowed(names.0));
    }
    if needs_files && !files {
        return Err(RoomError::NotAllowed(names.1));
    }
    Ok(())
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

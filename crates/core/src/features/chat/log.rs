//! What was said: the newest messages of a session, and pages of them.

use std::collections::VecDeque;

use crate::id::{ChatId, ParticipantId, SessionId};
use crate::limit;
use crate::time::UnixMs;
use crate::words::chat::ChatMessage;

use super::search;

/// Which page of the history is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageQuery {
    /// Edge, inclusive: the official UI asks from one millisecond beyond what it has. `None` = from the end that
    /// `reversed` starts at.
    pub(crate) edge: Option<UnixMs>,
    pub(crate) size: usize,
    pub(crate) skip: usize,
    /// Older than the edge, newest first; else newer, oldest first.
    pub(crate) reversed: bool,
    pub(crate) pinned: Option<bool>,
    /// The private conversation with this participant.
    pub(crate) with: Option<ParticipantId>,
}

/// Newest messages of a session, oldest first, bounded in number and bytes. Instants are strictly increasing, so
/// that an instant is an exact page edge.
#[derive(Debug, Default)]
pub(crate) struct ChatLog {
    messages: VecDeque<ChatMessage>,
    bytes: usize,
}

impl ChatLog {
    /// A log from the store's newest messages, oldest first.
    pub(crate) fn load(messages: Vec<ChatMessage>) -> Self {
        let mut log = Self::default();
        for message in messages {
            log.push(message);
        }
        log
    }

    /// Puts older messages before those that are there, as far as there is room.
    pub(crate) fn put_before(&mut self, mut older: Vec<ChatMessage>) {
        older.extend(std::mem::take(self).messages);
        *self = Self::load(older);
    }

    /// Forgets what was not said in this session.
    pub(crate) fn keep_of(&mut self, session: Option<SessionId>) {
        if self.messages.iter().any(|message| Some(message.session) != session) {
            let all = std::mem::take(self).messages;
            *self = Self::load(all.into_iter().filter(|message| Some(message.session) == session).collect());
        }
    }

    /// The instant for a message sent at `now`.
    pub(crate) fn next_instant(&self, now: UnixMs) -> UnixMs {
        self.messages.back().map_or(now, |last| now.max(last.at.plus_ms(1)))
    }

    /// Adds the newest message; the oldest fall out of the room's memory.
    pub(crate) fn push(&mut self, message: ChatMessage) {
        self.bytes = self.bytes.saturating_add(message.payload.len());
        self.messages.push_back(message);
        while self.messages.len() > limit::CHAT_HISTORY_MAX || self.bytes > limit::CHAT_HISTORY_MAX_BYTES {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(oldest.payload.len());
        }
    }

    /// The message, if this participant may see it.
    pub(crate) fn find(&self, id: ChatId, reader: ParticipantId) -> Option<&ChatMessage> {
        // Newest first: edits concern recent messages.
        self.messages.iter().rev().find(|m| m.id == id).filter(|m| m.visible_to(reader))
    }

    /// Changes a message. Returns it as it is now.
    pub(crate) fn change(
        &mut self,
        id: ChatId,
        change: impl FnOnce(&mut ChatMessage),
    ) -> Option<ChatMessage> {
        let message = self.messages.iter_mut().rev().find(|m| m.id == id)?;
        let before = message.payload.len();
        change(message);
        self.bytes = self.bytes.saturating_sub(before).saturating_add(message.payload.len());
        Some(message.clone())
    }

    /// Drops a message.
    pub(crate) fn remove(&mut self, id: ChatId) -> Option<ChatMessage> {
        let index = self.messages.iter().rposition(|m| m.id == id)?;
        let gone = self.messages.remove(index)?;
        self.bytes = self.bytes.saturating_sub(gone.payload.len());
        Some(gone)
    }

    /// The newest messages that fit one answer, oldest first.
    pub(crate) fn newest(&self, reader: ParticipantId) -> Vec<ChatMessage> {
        let visible = self.messages.iter().rev().filter(|m| m.visible_to(reader));
        let (mut page, _) = take_page(visible, limit::CHAT_ALL_MAX);
        page.reverse();
        page
    }

    /// One page, and whether there is more behind it. Without a filter it holds what was said to everybody, as the
    /// official client's `fetchPublicMessages` expects.
    pub(crate) fn page(&self, reader: ParticipantId, q: PageQuery) -> (Vec<ChatMessage>, bool) {
        let wanted = |m: &&ChatMessage| {
            m.visible_to(reader)
                && q.pinned.is_none_or(|pinned| m.pinned == pinned)
                && match q.with {
                    Some(other) => m.between(reader, other),
                    None => q.pinned.is_some() || m.targets.is_empty(),
                }
        };
        if q.reversed {
            let older = self.messages.iter().rev().filter(|m| q.edge.is_none_or(|edge| m.at <= edge));
            take_page(older.filter(wanted).skip(q.skip), q.size)
        } else {
            let newer = self.messages.iter().filter(|m| q.edge.is_none_or(|edge| m.at >= edge));
            take_page(newer.filter(wanted).skip(q.skip), q.size)
        }
    }
}

impl ChatLog {
    /// What a participant may read and has the term in it, public or private, in the order of a page.
    pub(crate) fn search(&self, reader: ParticipantId, term: &str, q: PageQuery) -> Vec<ChatMessage> {
        let term = term.to_lowercase();
        let found = |m: &&ChatMessage| m.visible_to(reader) && search::matches(m, &term);
        let (page, _) = if q.reversed {
            let older = self.messages.iter().rev().filter(|m| q.edge.is_none_or(|edge| m.at <= edge));
            take_page(older.filter(found).skip(q.skip), q.size)
        } else {
            let newer = self.messages.iter().filter(|m| q.edge.is_none_or(|edge| m.at >= edge));
            take_page(newer.filter(found).skip(q.skip), q.size)
        };
        page
    }
}

/// At most `size` messages and [`limit::CHAT_ANSWER_MAX_BYTES`], but at least one; and whether more follow.
fn take_page<'a>(messages: impl Iterator<Item = &'a ChatMessage>, size: usize) -> (Vec<ChatMessage>, bool) {
    let mut page: Vec<ChatMessage> = Vec::new();
    let mut bytes = 0_usize;
    for message in messages {
        bytes = bytes.saturating_add(message.payload.len());
        let full = page.len() >= size || bytes > limit::CHAT_ANSWER_MAX_BYTES;
        if full && !page.is_empty() {
            return (page, true);
        }
        page.push(message.clone());
    }
    (page, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::id::PeerId;

    fn message(n: u64, len: usize) -> ChatMessage {
        ChatMessage {
            id: ChatId(Id::mint(1, n)),
            session: SessionId::default(),
            peer: PeerId::default(),
            participant: ParticipantId::default(),
            display_name: String::new(),
            pinned: false,
            edited: false,
            payload_type: 0,
            payload: "x".repeat(len),
            files: Vec::new(),
            targets: Vec::new(),
            at: UnixMs(n.cast_signed()),
        }
    }

    fn older(edge: Option<UnixMs>) -> PageQuery {
        PageQuery { edge, size: 200, skip: 0, reversed: true, pinned: None, with: None }
    }

    #[test]
    fn history_is_bounded_in_number_and_bytes() {
        let count = limit::CHAT_HISTORY_MAX as u64;
        let mut log = ChatLog::load((0..count + 10).map(|n| message(n, 1)).collect());
        assert_eq!(log.messages.len(), limit::CHAT_HISTORY_MAX);
        assert_eq!(log.messages[0].at, UnixMs(10));
        for n in 0..200 {
            log.push(message(count + 10 + n, limit::CHAT_PAYLOAD_MAX_CHARS * 4));
        }
        assert!(log.bytes <= limit::CHAT_HISTORY_MAX_BYTES);
        assert_eq!(log.bytes, log.messages.iter().map(|m| m.payload.len()).sum::<usize>());
        let last = log.messages.back().unwrap().id;
        log.change(last, |m| m.payload.clear());
        log.remove(log.messages[0].id);
        assert_eq!(log.bytes, log.messages.iter().map(|m| m.payload.len()).sum::<usize>());
    }

    #[test]
    fn pages_of_large_messages_stay_small_and_miss_nothing() {
        let large = limit::CHAT_ANSWER_MAX_BYTES / 3;
        let log = ChatLog::load((1..20).map(|n| message(n, large)).collect());
        let (mut edge, mut seen) = (None, Vec::new());
        loop {
            let (page, next) = log.page(ParticipantId::default(), older(edge));
            assert!(page.len() <= 3 && !page.is_empty());
            seen.extend(page.iter().map(|m| m.at.0));
            edge = page.last().map(|m| m.at.plus_ms(-1));
            if !next {
                break;
            }
        }
        assert_eq!(seen, (1..20).rev().collect::<Vec<_>>());
        assert_eq!(log.newest(ParticipantId::default()).len(), 3);
        // One message that is larger than a page is a page.
        let log = ChatLog::load(vec![message(1, limit::CHAT_ANSWER_MAX_BYTES * 2)]);
        assert_eq!(log.page(ParticipantId::default(), older(None)).0.len(), 1);
    }

    #[test]
    fn instants_are_unique_so_that_page_edges_are_exact() {
        let mut log = ChatLog::default();
        for n in 0..5 {
            let mut next = message(n, 1);
            next.at = log.next_instant(UnixMs(100));
            log.push(next);
        }
        assert_eq!(log.messages.iter().map(|m| m.at.0).collect::<Vec<_>>(), [100, 101, 102, 103, 104]);
    }
}

//! Searching what was said: what is looked at in a message, and how often somebody may ask.

use std::collections::BTreeMap;

use crate::error::RoomError;
use crate::id::PeerId;
use crate::limit;
use crate::time::UnixMs;
use crate::words::chat::ChatMessage;

/// When the present minute of each peer began, and how often it has asked in it.
#[derive(Debug, Default)]
pub(super) struct Searches(BTreeMap<PeerId, (UnixMs, u32)>);

impl Searches {
    /// Counts one; refuses it when there are too many.
    pub(super) fn count(&mut self, peer: PeerId, now: UnixMs) -> Result<(), RoomError> {
        let (since, count) = self.0.entry(peer).or_insert((now, 0));
        if now.since(*since) >= limit::CHAT_SEARCH_WINDOW_MS {
            (*since, *count) = (now, 0);
        }
        if *count >= limit::CHAT_SEARCHES_MAX {
            let max = usize::try_from(limit::CHAT_SEARCHES_MAX).unwrap_or(usize::MAX);
            return Err(RoomError::Limit { what: "searches in a minute", max });
        }
        *count = count.saturating_add(1);
        Ok(())
    }

    /// The peer is gone.
    pub(super) fn forget(&mut self, peer: PeerId) {
        self.0.remove(&peer);
    }
}

/// What is searched for must be something, and short.
pub(super) fn check(term: &str) -> Result<(), RoomError> {
    if term.trim().is_empty() {
        return Err(RoomError::Invalid { field: "search_term", rule: "must not be empty" });
    }
    let max = limit::CHAT_SEARCH_MAX_CHARS;
    if term.len() > max && term.chars().count() > max {
        return Err(RoomError::Limit { what: "characters of a search", max });
    }
    Ok(())
}

/// Whether the message has the term, which is in lower case, in what people read of it: its text, or its file's name.
pub(super) fn matches(message: &ChatMessage, term: &str) -> bool {
    let text = match message.payload_type {
        // Nothing but a link.
        1 => return false,
        2 => name_of_file(&message.payload),
        _ => &message.payload,
    };
    text.to_lowercase().contains(term)
}

/// The name in the payload of a file, as the shell writes it: `{"link":…,"name":…,"size":…}`.
fn name_of_file(payload: &str) -> &str {
    let behind = payload.split_once(r#","name":""#).map_or("", |(_, behind)| behind);
    behind.rsplit_once(r#"","size":"#).map_or(behind, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_name_alone() {
        let payload = r#"{"link":"sederunt-file:1","name":"Plan \"B\".pdf","size":12}"#;
        assert_eq!(name_of_file(payload), r#"Plan \"B\".pdf"#);
        assert_eq!(name_of_file("{}"), "");
    }

    #[test]
    fn a_peer_may_search_so_often_in_a_minute() {
        let (mut searches, ann, bob) = (Searches::default(), PeerId::from_u128(1), PeerId::from_u128(2));
        for _ in 0..limit::CHAT_SEARCHES_MAX {
            searches.count(ann, UnixMs(5)).unwrap();
        }
        assert!(searches.count(ann, UnixMs(59_000)).is_err());
        assert!(searches.count(bob, UnixMs(59_000)).is_ok(), "another is none of it");
        assert!(searches.count(ann, UnixMs(60_005)).is_ok(), "a new minute");
        searches.forget(ann);
        assert!(!searches.0.contains_key(&ann));
    }
}

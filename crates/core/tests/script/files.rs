//! Files of messages, in the words of the scripts.

use sederunt_core::id::{ChatId, FileId, SessionId};
use sederunt_core::tally::Tally;
use sederunt_core::words::chat::SentFile;

use crate::show::Names;
use crate::world::World;

impl World {
    /// Files as a shell finds them in its store: `1:bob` is one that bob has uploaded for the LIVE session, `2:bob@old` for another,
    /// and `3:bob=%2` is one that message %2 has.
    pub(crate) fn files(&mut self, files: &[&str]) -> Vec<SentFile> {
        let live = self.tallies.values().find(|tally| tally.columns().ended_at.is_none());
        let session = live.map_or_else(SessionId::default, Tally::session);
        let mut file = |text: &&str| {
            let (number, rest) = text.split_once(':').unwrap();
            let id = FileId::from_u128(number.parse().unwrap());
            let (rest, chat) = rest.split_once('=').map_or((rest, None), |(rest, chat)| (rest, Some(chat)));
            let chat = chat.map(|chat| ChatId(self.names.find(chat)));
            let by = |by: &str, names: &mut Names| names.person(by);
            match rest.strip_suffix("@old") {
                Some(person) => {
                    SentFile { id, session: SessionId::default(), by: by(person, &mut self.names), chat }
                }
                None => SentFile { id, session, by: by(rest, &mut self.names), chat },
            }
        };
        files.iter().map(&mut file).collect()
    }
}

//! What happened in one session: its facts along their own chain, and who its people were.

use std::collections::HashMap;

use rusqlite::Connection;
use sederunt_core::fact::Fact;
use sederunt_core::id::{PeerId, SessionId};

use crate::replay::{self, COLUMNS};
use crate::sql::{blob, id, list, unsigned};
use crate::{EventPerson, Result, Store, StoreError};

/// A fact of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFact {
    /// Sequence number in the ledger.
    pub seq: u64,
    /// What was recorded.
    pub fact: Fact,
}

/// A session from its first fact to its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionStory {
    /// In order of recording; at least one.
    pub facts: Vec<SessionFact>,
    /// The names of stays; those that were erased are missing.
    pub people: HashMap<PeerId, EventPerson>,
}

impl Store {
    /// The number of the last fact of a session; `None` when there is no such session.
    pub async fn last_fact(&self, session: SessionId) -> Result<Option<u64>> {
        self.read(move |conn| Ok(replay::last_seq(conn, session)?.map(unsigned))).await
    }

    /// Everything that was recorded of a session, from one snapshot; `None` when there is no such session. The facts are found
    /// one by the other, so it does not matter how many other sessions there were meanwhile. `Limit` when there are more
    /// than `facts_max`.
    pub async fn session_story(&self, session: SessionId, facts_max: usize) -> Result<Option<SessionStory>> {
        self.read(move |conn| {
            let Some(last) = replay::last_seq(conn, session)? else { return Ok(None) };
            let mut chain = replay::chain(conn, last)?;
            if chain.len() > facts_max {
                return Err(StoreError::Limit {
                    what: "facts of a session that is told whole",
                    max: facts_max,
                });
            }
            chain.reverse();
            let apps = replay::apps(conn)?;
            let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM fact WHERE seq = ?1"))?;
            let mut facts = Vec::with_capacity(chain.len());
            for seq in chain {
                let mut rows = statement.query([seq])?;
                let Some(row) = rows.next()? else { continue };
                facts.push(SessionFact { seq: unsigned(seq), fact: replay::read(row, &apps)?.fact });
            }
            Ok(Some(SessionStory { facts, people: people(conn, session)? }))
        })
        .await
    }
}

fn people(conn: &Connection, session: SessionId) -> Result<HashMap<PeerId, EventPerson>> {
    let sql = "SELECT peer, display_name, preset_name, custom_participant_id, user_id FROM stay
               WHERE session = ?1 AND display_name IS NOT NULL";
    let people = list(conn, sql, [blob(session.as_u128())], |row| {
        let person = EventPerson {
            display_name: row.get("display_name")?,
            preset_name: row.get("preset_name")?,
            custom_participant_id: row.get("custom_participant_id")?,
            user_id: row.get("user_id")?,
        };
        Ok((id::<PeerId>(row, "peer")?, person))
    })?;
    Ok(people.into_iter().collect())
}

//! From entries to rows. What a room wrote is applied by [`crate::facts`], many rooms at a time; entries of the registry here. Nothing
//! else writes rows of either, an import neither: it decides which of its lines are new, and applies their facts as a set
//! ([`crate::facts::apply_whole`]) that leads to the same rows as one after the other.

use crate::entry::Entry;
use crate::transaction::Transaction;
use crate::{ParticipantRow, Result, apps, meetings, participants, presets, report_rows, tokens, users};

impl Transaction {
    /// Makes a row of an entry.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Result<()> {
        let conn = &self.conn;
        match entry {
            Entry::App(row) => apps::put_app(conn, row),
            Entry::Preset(row) => presets::put(conn, row),
            Entry::Meeting(row) => meetings::put(conn, row),
            Entry::Participant(row) => participants::put(conn, std::slice::from_ref(row)),
            Entry::User(row) => users::put(conn, row),
            Entry::UserDeleted { app, user_id } => users::delete(conn, app, user_id),
            Entry::Token { row, sha256 } => tokens::put(conn, row, *sha256),
            Entry::Report(row) => report_rows::put(conn, row),
            Entry::Secret { name, value } => tokens::put_secret(conn, name, value),
        }?;
        self.touched.names_or_rights |= matches!(entry, Entry::App(_) | Entry::Token { .. });
        Ok(())
    }

    /// [`Self::apply`] of many participants, with few statements.
    pub(crate) fn apply_participants(&mut self, rows: &[ParticipantRow]) -> Result<()> {
        participants::put(&self.conn, rows)
    }

    /// Participants who may have a row already, a deleted one too, which then stays as it is: whoever a room lets in for
    /// the first time.
    pub(crate) fn apply_newcomers(&mut self, rows: &[ParticipantRow]) -> Result<()> {
        for row in rows {
            if !participants::is_known(&self.conn, row.id)? {
                self.apply_participants(std::slice::from_ref(row))?;
            }
        }
        Ok(())
    }
}

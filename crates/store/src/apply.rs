//! From entries to rows. What a room wrote is applied by [`crate::facts`], many rooms at a time; entries of the registry here. Nothing
//! else writes rows of either, an import neither: it decides which of its lines are new, and applies their facts as a set
//! ([`crate::facts::apply_whole`]) that leads to the same rows as one after the other.

use sederunt_core::id::AppId;

use crate::entry::Entry;
use crate::transaction::Transaction;
use crate::{
    ParticipantRow, Result, apps, chat_file_rows, console, deliveries, delivery_rows, meetings, participants,
    presets, replays, report_rows, shares, tokens, users, webhooks,
};

impl Transaction {
    /// Makes a row of an entry.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Result<()> {
        let conn = &self.conn;
        match entry {
            Entry::App(row) => apps::put_app(conn, row),
            Entry::Preset(row) => presets::put(conn, row),
            Entry::Meeting(row) => {
                meetings::put(conn, row)?;
                if deliveries::begin_rooms(conn, row, self.last_seq)? {
                    self.touched.receivers.insert(row.app.clone());
                }
                Ok(())
            }
            Entry::Participant(row) => participants::put(conn, std::slice::from_ref(row)),
            Entry::User(row) => users::put(conn, row),
            Entry::UserDeleted { app, user_id } => users::delete(conn, app, user_id),
            Entry::Token { row, sha256 } => tokens::put(conn, row, *sha256),
            Entry::ChatFile(row) => chat_file_rows::put(conn, row),
            Entry::ConsoleSession { row, sha256 } => console::put(conn, row, *sha256),
            Entry::ConsoleSessionOver { sha256 } => console::delete(conn, *sha256),
            Entry::Share { row, sha256 } => shares::put(conn, row, *sha256),
            Entry::ShareOver { sha256 } => shares::delete(conn, *sha256),
            Entry::Report(row) => report_rows::put(conn, row),
            Entry::Webhook { row, begins } => {
                webhooks::put(conn, row)?;
                deliveries::adjust(conn, row, *begins, self.last_seq)
            }
            Entry::WebhookDeleted { id, .. } => {
                replays::forget(conn, *id)?;
                delivery_rows::forget(conn, *id)?;
                webhooks::delete(conn, *id)
            }
            Entry::Secret { name, value } => tokens::put_secret(conn, name, value),
        }?;
        self.touched.receivers.extend(receivers_of(entry).cloned());
        self.touched.names_or_rights |= matches!(
            entry,
            Entry::App(_)
                | Entry::Token { .. }
                | Entry::ConsoleSession { .. }
                | Entry::ConsoleSessionOver { .. }
        );
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

/// The app whose receivers of webhooks, or their bodies, an entry may change. Those of rooms come and go with what there is to tell
/// them.
fn receivers_of(entry: &Entry) -> Option<&AppId> {
    match entry {
        Entry::App(row) => Some(&row.id),
        Entry::Webhook { row, .. } => Some(&row.app),
        Entry::WebhookDeleted { app, .. } => Some(app),
        Entry::Preset(_)
        | Entry::Meeting(_)
        | Entry::Participant(_)
        | Entry::User(_)
        | Entry::UserDeleted { .. }
        | Entry::Token { .. }
        | Entry::ChatFile(_)
        | Entry::ConsoleSession { .. }
        | Entry::ConsoleSessionOver { .. }
        | Entry::Share { .. }
        | Entry::ShareOver { .. }
        | Entry::Report(_)
        | Entry::Secret { .. } => None,
    }
}

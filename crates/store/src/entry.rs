//! Changes as values.
//!
//! Whatever changes the ledger is an entry: what a room has decided ([`sederunt_core`]'s `Write`: a fact with what it leads
//! to, chat, a removal, a termination), or a row of the registry as it is after the change ([`Entry`]). A verb of the registry
//! *decides*: it reads, checks, and builds entries. [`crate::apply`] makes rows of them. Both happen in one transaction of the
//! writer; neither knows who wrote what it reads, so that a log of several writers may come between them
//! (docs/decisions/0019-entries.md).
//!
//! No entries, because they mean nothing to another ledger of the same log: heartbeats and short keys of apps and nodes,
//! the id of this ledger's file, its schema, and how far deliveries are ([`crate::deliveries`]).

use sederunt_core::id::{AppId, Id};

use crate::chat_file::ChatFileRow;
use crate::report::ReportRow;
use crate::{
    ApiTokenRow, AppRow, ConsoleSessionRow, MeetingRow, ParticipantRow, PresetRow, ShareRow, UserRow,
    WebhookRow,
};

/// A row of the registry, or of what belongs to a stay beside the facts, as it is after a change, or that it is gone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    /// An app.
    App(AppRow),
    /// A preset of an app.
    Preset(PresetRow),
    /// A meeting.
    Meeting(MeetingRow),
    /// A participant.
    Participant(ParticipantRow),
    /// A user of an app.
    User(UserRow),
    /// A user of an app is no more.
    UserDeleted {
        /// The app.
        app: AppId,
        /// The customer's id.
        user_id: String,
    },
    /// An API token.
    Token {
        /// What is known of it.
        row: ApiTokenRow,
        /// Of its text.
        sha256: [u8; 32],
    },
    /// A file was uploaded for a message of the chat; its bytes are durable.
    ChatFile(ChatFileRow),
    /// Somebody is signed in at the console.
    ConsoleSession {
        /// What is known of it.
        row: ConsoleSessionRow,
        /// Of its cookie.
        sha256: [u8; 32],
    },
    /// Somebody is signed in no more.
    ConsoleSessionOver {
        /// Of its cookie.
        sha256: [u8; 32],
    },
    /// A link to one report.
    Share {
        /// What is known of it.
        row: ShareRow,
        /// Of its cookie.
        sha256: [u8; 32],
    },
    /// A link to a report is no more.
    ShareOver {
        /// Of its cookie.
        sha256: [u8; 32],
    },
    /// A client's post on its call.
    Report(ReportRow),
    /// A webhook; whoever is to begin anew is told everything after the last fact, and nothing before it.
    Webhook {
        /// The row.
        row: WebhookRow,
        /// It begins anew.
        begins: bool,
    },
    /// A webhook is no more.
    WebhookDeleted {
        /// Its app.
        app: AppId,
        /// Its id.
        id: Id,
    },
    /// A secret of the server.
    Secret {
        /// What it is for.
        name: String,
        /// The secret.
        value: Vec<u8>,
    },
}

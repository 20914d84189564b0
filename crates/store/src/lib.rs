//! The ledger: facts in, rows out, on SQLite.
//!
//! The store is a set of domain verbs; callers never see SQL. Writes go through one writer thread that commits
//! everything waiting in one transaction (group commit) with `synchronous=FULL`; a verb returns when its write
//! is durable. Reads use a pool of read-only connections; one call = one snapshot.
#![forbid(unsafe_code)]

mod activity;
mod apply;
mod apps;
mod backup;
mod breakout;
mod chat;
mod chat_file;
mod chat_file_rows;
mod chat_files;
mod chronicle;
mod console;
mod days;
mod deferred;
mod deliveries;
pub mod delivery;
pub mod delivery_log;
mod delivery_rows;
mod disk;
mod entry;
mod error;
mod events;
mod export;
mod facts;
mod facts_at;
mod history;
mod hot;
mod import;
mod imported;
mod index;
mod instants;
mod meetings;
mod members;
mod own_time;
mod pace;
mod page;
mod participants;
mod peers;
mod people;
mod permissions;
mod person_key;
mod places;
mod polls;
mod presets;
mod reader;
mod recover;
mod registry;
mod removed;
mod replay;
mod replays;
mod report;
mod report_rows;
mod reports;
mod rows;
mod schema;
mod seats;
mod session;
mod sessions;
mod shares;
mod sql;
mod stay;
mod stays;
mod store;
mod table;
mod thing;
mod timeline;
mod tokens;
mod touched;
mod transaction;
mod usage;
mod users;
mod verified;
mod verify;
mod vitals;
mod waiting;
mod watch;
mod webhooks;
mod writer;

use sederunt_index::fold;

pub use activity::{Activity, ActivityQuery, ActivityRow, Losses};
pub use chat::{ChatPage, ChatPlace};
pub use chat_file::{ChatFileRow, FileLimits, FilesOfSession, KeptFile};
pub use chat_files::Presence;
pub use console::ConsoleLife;
pub use days::{DayQuery, DayRow};
pub use deliveries::{Receivers, RoomDelivery, RoomWebhook};
pub use disk::DiskTrouble;
pub use error::StoreError;
pub use events::{
    Counts, EventFilter, EventFolds, EventPage, EventPerson, EventQuery, EventRow, LivePart, LiveSession,
};
pub use facts_at::{FactAt, FactCount, FactsAfter};
pub use import::{ImportOptions, ImportProgress, ImportReport, MakeApp, Rejected};
pub use index::{IndexInfo, IndexOptions, IndexReport, IndexStats, StoreOptions};
pub use members::UserDeletion;
pub use pace::Pace;
pub use people::{
    LossMedian, PeoplePage, PeopleProgress, PeopleQuery, PersonPage, PersonQuery, PersonRow, PersonStay,
    PersonStays,
};
pub use places::Backlog;
pub use recover::{RETURNING_MAX, Recovered};
pub use registry::{
    AccountRow, ApiTokenRow, AppRow, ConsoleSessionRow, ListQuery, MeetingRow, MemberType, ParticipantRow,
    Permission, PresetRow, RoomKind, ShareRow, UserRow, WebhookRow,
};
pub use replays::{REPLAYS_AT_ONCE_MAX, REPLAYS_KEPT, ReplayRow, ReplayState};
pub use report::{ClientPost, KeptPost, Posted, ServerPost};
pub use session::{Page, SessionQuery, SessionRef, SessionRow, SessionSort, Status};
pub use stay::{RoomStayQuery, StayBatch, StayQuery, StayRow, StaySort};
pub use store::Store;
pub use thing::Thing;
pub use timeline::{SessionFact, SessionStory};
pub use usage::{PeopleMost, Usage, UsageQuery, UsageRow, UsageRule};
pub use verified::Verified;
pub use verify::VerifyReport;
pub use watch::{AppWatch, Changed};
pub use webhooks::WEBHOOKS_PER_APP_MAX;

/// Result of a verb.
pub type Result<T> = std::result::Result<T, StoreError>;

//! What commands do at the ledger, wherever it is done: by the command itself when nobody holds the data folder, by
//! the server that holds it otherwise ([`crate::control`]). One function a command, so that neither the output nor the
//! exit code can differ.

mod account;
mod backup;
mod console;
mod desk;
mod differences;
mod export;
mod import;
mod index;
mod meeting;
mod status;
mod table;
mod token;
mod verify;
mod webhook_key;

use std::io::BufRead;

use sederunt_store::{IndexOptions, StoreOptions};
use serde::{Deserialize, Serialize};

pub(crate) use backup::hex;
pub(crate) use console::{Console, Progress, Unit};
pub(crate) use desk::{Desk, Live};
pub(crate) use meeting::Link;
pub(crate) use token::CreateToken;
pub use token::TokenPermission;

/// Exit code: done.
pub(crate) const DONE: u8 = 0;
/// Exit code: something is wrong with what was looked at.
pub(crate) const FAILED: u8 = 1;
/// Exit code: some input was bad; the rest was taken.
pub(crate) const PARTIAL: u8 = 3;

/// A command, as it is sent to the server.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Work {
    /// `token create`.
    TokenCreate(CreateToken),
    /// `token list`.
    TokenList {
        /// As JSON.
        json: bool,
    },
    /// `token revoke`.
    TokenRevoke {
        /// Id of the token.
        id: String,
        /// As JSON.
        json: bool,
    },
    /// `account create`.
    AccountCreate {
        /// Id of the account.
        id: Option<String>,
        /// Name of its app.
        app_name: String,
        /// As JSON.
        json: bool,
    },
    /// `account list`.
    AccountList {
        /// As JSON.
        json: bool,
    },
    /// `app create`.
    AppCreate {
        /// Its account.
        account: Option<String>,
        /// Name.
        name: String,
        /// As JSON.
        json: bool,
    },
    /// `app list`.
    AppList {
        /// Of this account.
        account: Option<String>,
        /// As JSON.
        json: bool,
    },
    /// `meeting create`.
    MeetingCreate {
        /// Account of the app.
        account: Option<String>,
        /// The app.
        app: Option<String>,
        /// Title.
        title: String,
        /// As JSON.
        json: bool,
    },
    /// `meeting list`.
    MeetingList {
        /// Account of the app.
        account: Option<String>,
        /// The app.
        app: Option<String>,
        /// Part of the title or the id.
        search: Option<String>,
        /// As JSON.
        json: bool,
    },
    /// `meeting link`.
    MeetingLink(Link),
    /// `webhook-key rotate`.
    WebhookKeyRotate {
        /// As JSON.
        json: bool,
    },
    /// `webhook-key list`.
    WebhookKeyList {
        /// As JSON.
        json: bool,
    },
    /// `status`.
    Status {
        /// As JSON.
        json: bool,
    },
    /// `backup`.
    Backup {
        /// The configuration file, for when no server has settings.
        settings: Option<String>,
        /// The summary as JSON.
        json: bool,
    },
    /// `import`.
    Import {
        /// Account of unknown apps.
        account: Option<String>,
        /// Bytes of the file, if known.
        bytes: Option<u64>,
        /// As JSON.
        json: bool,
    },
    /// `export`.
    Export {
        /// The summary as JSON.
        json: bool,
    },
    /// `verify`.
    Verify {
        /// As JSON.
        json: bool,
    },
    /// `index rebuild`.
    IndexRebuild {
        /// Only of this app.
        app: Option<String>,
        /// As JSON.
        json: bool,
    },
    /// `index verify`.
    IndexVerify {
        /// As JSON.
        json: bool,
    },
    /// `index info`.
    IndexInfo {
        /// As JSON.
        json: bool,
    },
}

impl Work {
    /// For logs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::TokenCreate(_) => "token create",
            Self::TokenList { .. } => "token list",
            Self::TokenRevoke { .. } => "token revoke",
            Self::AccountCreate { .. } => "account create",
            Self::AccountList { .. } => "account list",
            Self::AppCreate { .. } => "app create",
            Self::AppList { .. } => "app list",
            Self::MeetingCreate { .. } => "meeting create",
            Self::MeetingList { .. } => "meeting list",
            Self::MeetingLink(_) => "meeting link",
            Self::WebhookKeyRotate { .. } => "webhook-key rotate",
            Self::WebhookKeyList { .. } => "webhook-key list",
            Self::Status { .. } => "status",
            Self::Backup { .. } => "backup",
            Self::Import { .. } => "import",
            Self::Export { .. } => "export",
            Self::Verify { .. } => "verify",
            Self::IndexRebuild { .. } => "index rebuild",
            Self::IndexVerify { .. } => "index verify",
            Self::IndexInfo { .. } => "index info",
        }
    }

    /// Whether it reads or writes as much as there is.
    pub(crate) fn is_long(&self) -> bool {
        matches!(
            self,
            Self::Import { .. }
                | Self::Export { .. }
                | Self::Verify { .. }
                | Self::Backup { .. }
                | Self::IndexRebuild { .. }
                | Self::IndexVerify { .. }
        )
    }

    /// Whether it reads what the command reads.
    pub(crate) fn takes_input(&self) -> bool {
        matches!(self, Self::Import { .. })
    }

    /// Whether a folder that is not there is made for it; elsewhere it is a typing error.
    pub(crate) fn makes_folder(&self) -> bool {
        matches!(self, Self::Import { .. })
    }

    /// How the ledger is opened for it when nobody holds the folder. The index is left alone: only what brings
    /// sessions needs it, so that the next start has nothing to catch up with.
    pub(crate) fn store_options(&self) -> StoreOptions {
        if matches!(self, Self::Import { .. }) {
            return StoreOptions::default();
        }
        StoreOptions { index: IndexOptions::off() }
    }
}

/// Does the work. Blocks; call it outside the async runtime. Returns the exit code.
pub(crate) fn run(
    desk: &Desk,
    work: Work,
    console: &mut dyn Console,
    input: Box<dyn BufRead + Send>,
) -> anyhow::Result<u8> {
    match work {
        Work::TokenCreate(what) => token::create(desk, what, console),
        Work::TokenList { json } => token::list(desk, json, console),
        Work::TokenRevoke { id, json } => token::revoke(desk, &id, json, console),
        Work::AccountCreate { id, app_name, json } => account::create(desk, id, app_name, json, console),
        Work::AccountList { json } => account::list(desk, json, console),
        Work::AppCreate { account, name, json } => account::create_app(desk, account, name, json, console),
        Work::AppList { account, json } => account::list_apps(desk, account, json, console),
        Work::MeetingCreate { account, app, title, json } => {
            meeting::create(desk, (account.as_deref(), app.as_deref()), title, json, console)
        }
        Work::MeetingList { account, app, search, json } => {
            meeting::list(desk, (account.as_deref(), app.as_deref()), search, json, console)
        }
        Work::MeetingLink(what) => meeting::link(desk, what, console),
        Work::WebhookKeyRotate { json } => webhook_key::rotate(desk, json, console),
        Work::WebhookKeyList { json } => webhook_key::list(desk, json, console),
        Work::Status { json } => status::run(desk, json, console),
        Work::Backup { settings, json } => backup::run(desk, settings, json, console),
        Work::Import { account, bytes, json } => {
            let source = import::Source { input, bytes };
            import::run(desk, account, source, json, console)
        }
        Work::Export { json } => export::run(desk, json, console),
        Work::Verify { json } => verify::run(desk, json, console),
        Work::IndexRebuild { app, json } => index::rebuild(desk, app.as_deref(), json, console),
        Work::IndexVerify { json } => index::verify(desk, json, console),
        Work::IndexInfo { json } => index::info(desk, json, console),
    }
}

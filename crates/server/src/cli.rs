//! The command line.

mod load;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::ConfigArgs;
pub use crate::config::DataArgs;
pub use crate::work::TokenPermission;
pub use load::LoadArgs;

/// A self-hosted meeting server: one ledger of sessions, two APIs (RealtimeKit and Pagecall), one media plane.
#[derive(Debug, Parser)]
#[command(name = "sederunt", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the ledger is, and how to answer. A server that holds the folder does the work; without one the command does it.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct PlaceArgs {
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
    /// Where the ledger is.
    #[command(flatten)]
    pub data: DataArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(Box<ServeArgs>),
    /// Look at the settings
    Config {
        /// What to look at.
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Manage API tokens
    Token {
        /// What to do.
        #[command(subcommand)]
        what: TokenCommand,
    },
    /// Read sessions from a file, one JSON object a line
    Import(ImportArgs),
    /// Manage accounts: each owns apps and tokens
    Account {
        /// What to do.
        #[command(subcommand)]
        what: AccountCommand,
    },
    /// Manage apps
    App {
        /// What to do.
        #[command(subcommand)]
        what: AppCommand,
    },
    /// Manage meetings, and make links into them
    Meeting {
        /// What to do.
        #[command(subcommand)]
        what: MeetingCommand,
    },
    /// Manage the keys that sign webhooks
    WebhookKey {
        /// What to do.
        #[command(subcommand)]
        what: WebhookKeyCommand,
    },
    /// Show who is live, and how the ledger does
    Status(PlaceArgs),
    /// Copy ledger, keys and settings as they are at one moment into a tar file, while people meet
    Backup(BackupArgs),
    /// Make a data folder from a backup
    Restore(RestoreArgs),
    /// Write sessions to standard output or a file, one JSON object a line
    Export(ExportArgs),
    /// Rebuild every row of the ledger from its facts and compare
    Verify(PlaceArgs),
    /// Look after the index, from which large session lists are answered
    Index {
        /// What to do.
        #[command(subcommand)]
        what: IndexCommand,
    },
    /// Let people meet on a running server who are none, and say how it went
    Load(Box<LoadArgs>),
}

/// `sederunt account`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account with an app and a token, and print all three once
    Create {
        /// Id of the account. Left out: a random one
        #[arg(long)]
        id: Option<String>,
        /// Name of its app
        #[arg(long, default_value = "Default app")]
        app_name: String,
        /// Where the ledger is.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// List the accounts that own something
    List(PlaceArgs),
}

/// `sederunt app`.
#[derive(Debug, Subcommand)]
pub enum AppCommand {
    /// Make an app with the default presets, and print its id
    Create {
        /// Name
        #[arg(long)]
        name: String,
        /// Its account. Left out: the account of first-run.json
        #[arg(long)]
        account: Option<String>,
        /// Where the ledger is.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// List the apps
    List {
        /// Of this account. Left out: of all
        #[arg(long)]
        account: Option<String>,
        /// Where the ledger is.
        #[command(flatten)]
        place: PlaceArgs,
    },
}

/// Which app.
#[derive(Debug, clap::Args)]
pub struct OwnedAppArgs {
    /// App. Left out: the only one of the account, or that of first-run.json
    #[arg(long)]
    pub app: Option<String>,
    /// Account of the app; refused when it is another one's
    #[arg(long)]
    pub account: Option<String>,
}

/// `sederunt meeting`.
#[derive(Debug, Subcommand)]
pub enum MeetingCommand {
    /// Make a meeting, and print its id
    Create {
        /// Title
        #[arg(long, default_value = "")]
        title: String,
        /// Which app.
        #[command(flatten)]
        of: OwnedAppArgs,
        /// Where the ledger is.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// List the meetings of an app, newest first
    List {
        /// Part of the title or the id
        #[arg(long)]
        search: Option<String>,
        /// Which app.
        #[command(flatten)]
        of: OwnedAppArgs,
        /// Where the ledger is.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Add a participant, and print the link with which it joins
    Link(LinkArgs),
}

/// `sederunt meeting link`.
#[derive(Debug, clap::Args)]
pub struct LinkArgs {
    /// Id of the meeting
    pub meeting: String,
    /// Name of the person
    #[arg(long)]
    pub name: String,
    /// Preset: what the person may do
    #[arg(long, default_value = "group_call_participant")]
    pub preset: String,
    /// Your own id of the person. Left out: a fresh one
    #[arg(long)]
    pub custom_id: Option<String>,
    /// Address of the meeting page, e.g. `https://meet.example.com/meet`. Left out: what the running server has, or the
    /// configuration file
    #[arg(long)]
    pub page: Option<String>,
    /// Where the ledger is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `sederunt webhook-key`.
#[derive(Debug, Subcommand)]
pub enum WebhookKeyCommand {
    /// Make the next key: receivers are shown it at once, it signs in an hour, and the old one is shown for a day more
    Rotate(PlaceArgs),
    /// List the keys that receivers are shown
    List(PlaceArgs),
}

/// `sederunt backup`.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// File to write, which must not exist; a folder, in which it gets a name by its time; - is standard output
    pub dest: PathBuf,
    /// Where the ledger is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `sederunt restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The backup; - reads standard input
    pub file: PathBuf,
    /// The data folder to make: empty or not there yet.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `sederunt index`.
#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Build it from the ledger
    Rebuild {
        /// Only of this app. Left out: of every app that has an index or is large enough for one
        #[arg(long)]
        app: Option<String>,
        /// Where the ledger is.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Check every file of it, and compare every session in it with the ledger, in both directions
    Verify(PlaceArgs),
    /// Show what it holds, one line an app
    Info(PlaceArgs),
}

/// `sederunt serve`.
#[derive(Debug, Default, clap::Args)]
pub struct ServeArgs {
    /// Settings.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Make a meeting with two participants if there is none, and print a link for each
    #[arg(long)]
    pub demo: bool,
    /// Print a link into the console that signs in as the token of the first start: once, and for ten minutes
    #[arg(long)]
    pub console_link: bool,
}

/// `sederunt config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show the effective values and where each came from, as a valid configuration file
    Print(Box<ConfigArgs>),
    /// Show every setting with its flag, environment variable, default and meaning, as Markdown
    Reference,
}

/// `sederunt token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token for one account and one app, and print it once
    Create(TokenCreateArgs),
    /// List the tokens; their texts are not stored
    List(PlaceArgs),
    /// Revoke a token
    Revoke {
        /// Id, as shown by list
        id: String,
        /// Where the ledger is.
        #[command(flatten)]
        place: PlaceArgs,
    },
}

/// `sederunt token create`.
#[derive(Debug, clap::Args)]
pub struct TokenCreateArgs {
    /// For humans, shown by list
    #[arg(long, default_value = "")]
    pub name: String,
    /// RealtimeKit account. Left out: the account of first-run.json
    #[arg(long)]
    pub account: Option<String>,
    /// What the token may do in the account
    #[arg(long, value_enum, default_value = "realtime-admin")]
    pub permission: TokenPermission,
    /// App, which is the Pagecall workspace of this token. Left out: the app of first-run.json
    #[arg(long)]
    pub app: Option<String>,
    /// Also for the server itself, which all tenants share: its ledger, disk and settings in the console
    #[arg(long)]
    pub server: bool,
    /// Where the ledger is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `sederunt import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The file; - reads standard input
    pub file: PathBuf,
    /// Account of apps that the file names and the ledger does not know. Left out: the account of first-run.json,
    /// which is made if it is missing
    #[arg(long)]
    pub account: Option<String>,
    /// Where the ledger is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `sederunt export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// File to write; it must not exist. Left out: standard output
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// Where the ledger is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

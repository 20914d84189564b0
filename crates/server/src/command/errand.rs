//! From the command line to work at the ledger: by ourselves, or by the server that holds the data folder.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use sederunt_node::clock::wall;
use sederunt_store::Store;

use super::terminal::{Target, Terminal};
use crate::cli::{
    AccountCommand, AppCommand, BackupArgs, DataArgs, ExportArgs, ImportArgs, IndexCommand, LinkArgs,
    MeetingCommand, OwnedAppArgs, PlaceArgs, TokenCommand, TokenCreateArgs, WebhookKeyCommand,
};
use crate::control;
use crate::data_folder::{DataFolder, Taken};
use crate::work::{self, CreateToken, Desk, Link, Work};

/// Larger than a line of a busy session, so that most lines need one read.
const BUFFER_BYTES: usize = 1 << 18;

/// Work, where it is to be done, and what it reads and writes here.
pub(super) struct Errand {
    data: DataArgs,
    work: Work,
    /// File to read; `-` is standard input.
    input: Option<PathBuf>,
    /// File to write; none is standard output.
    output: Option<PathBuf>,
}

impl Errand {
    fn new(place: DataArgs, work: Work) -> Self {
        Self { data: place, work, input: None, output: None }
    }
}

pub(super) fn token(what: TokenCommand) -> Errand {
    match what {
        TokenCommand::Create(args) => {
            let TokenCreateArgs { name, account, permission, app, server, place } = args;
            let PlaceArgs { json, data } = place;
            Errand::new(data, Work::TokenCreate(CreateToken { name, account, permission, app, server, json }))
        }
        TokenCommand::List(PlaceArgs { json, data }) => Errand::new(data, Work::TokenList { json }),
        TokenCommand::Revoke { id, place: PlaceArgs { json, data } } => {
            Errand::new(data, Work::TokenRevoke { id, json })
        }
    }
}

pub(super) fn account(what: AccountCommand) -> Errand {
    match what {
        AccountCommand::Create { id, app_name, place: PlaceArgs { json, data } } => {
            Errand::new(data, Work::AccountCreate { id, app_name, json })
        }
        AccountCommand::List(PlaceArgs { json, data }) => Errand::new(data, Work::AccountList { json }),
    }
}

pub(super) fn app(what: AppCommand) -> Errand {
    match what {
        AppCommand::Create { name, account, place: PlaceArgs { json, data } } => {
            Errand::new(data, Work::AppCreate { account, name, json })
        }
        AppCommand::List { account, place: PlaceArgs { json, data } } => {
            Errand::new(data, Work::AppList { account, json })
        }
    }
}

pub(super) fn meeting(what: MeetingCommand) -> anyhow::Result<Errand> {
    Ok(match what {
        MeetingCommand::Create {
            title,
            of: OwnedAppArgs { app, account },
            place: PlaceArgs { json, data },
        } => Errand::new(data, Work::MeetingCreate { account, app, title, json }),
        MeetingCommand::List {
            search,
            of: OwnedAppArgs { app, account },
            place: PlaceArgs { json, data },
        } => Errand::new(data, Work::MeetingList { account, app, search, json }),
        MeetingCommand::Link(args) => {
            let LinkArgs { meeting, name, preset, custom_id, page, place: PlaceArgs { json, data } } = args;
            let page_without_server = data.page()?;
            let link = Link { meeting, name, preset, custom_id, page, page_without_server, json };
            Errand::new(data, Work::MeetingLink(link))
        }
    })
}

pub(super) fn webhook_key(what: WebhookKeyCommand) -> Errand {
    match what {
        WebhookKeyCommand::Rotate(PlaceArgs { json, data }) => {
            Errand::new(data, Work::WebhookKeyRotate { json })
        }
        WebhookKeyCommand::List(PlaceArgs { json, data }) => Errand::new(data, Work::WebhookKeyList { json }),
    }
}

pub(super) fn status(place: PlaceArgs) -> Errand {
    let PlaceArgs { json, data } = place;
    Errand::new(data, Work::Status { json })
}

pub(super) fn backup(args: BackupArgs) -> anyhow::Result<Errand> {
    let BackupArgs { dest, place: PlaceArgs { json, data } } = args;
    let settings = data.text()?;
    let output = if dest == Path::new("-") {
        None
    } else if dest.is_dir() {
        let now = jiff::Timestamp::from_millisecond(wall().0)?;
        Some(dest.join(format!("sederunt-{}.tar", now.strftime("%Y%m%dT%H%M%SZ"))))
    } else {
        Some(dest)
    };
    Ok(Errand { data, work: Work::Backup { settings, json }, input: None, output })
}

pub(super) fn import(args: ImportArgs) -> Errand {
    let ImportArgs { file, account, place: PlaceArgs { json, data } } = args;
    let work = Work::Import { account, bytes: None, json };
    Errand { data, work, input: Some(file), output: None }
}

pub(super) fn export(args: ExportArgs) -> Errand {
    let ExportArgs { output, place: PlaceArgs { json, data } } = args;
    Errand { data, work: Work::Export { json }, input: None, output }
}

pub(super) fn verify(place: PlaceArgs) -> Errand {
    let PlaceArgs { json, data } = place;
    Errand::new(data, Work::Verify { json })
}

pub(super) fn index(what: IndexCommand) -> Errand {
    match what {
        IndexCommand::Rebuild { app, place: PlaceArgs { json, data } } => {
            Errand::new(data, Work::IndexRebuild { app, json })
        }
        IndexCommand::Verify(PlaceArgs { json, data }) => Errand::new(data, Work::IndexVerify { json }),
        IndexCommand::Info(PlaceArgs { json, data }) => Errand::new(data, Work::IndexInfo { json }),
    }
}

impl Errand {
    /// Has the work done. Blocks; call it outside the async runtime.
    pub(super) fn run(self, runtime: &tokio::runtime::Handle) -> anyhow::Result<ExitCode> {
        let Self { data, mut work, input, output } = self;
        let path = data.folder()?;
        // Before anything else: a file that is not there makes no folder.
        let input = input.map(|file| open(&file)).transpose()?;
        if let (Some((_, size)), Work::Import { bytes, .. }) = (&input, &mut work) {
            *bytes = *size;
        }
        let input = input.map(|(reader, _)| reader);
        let mut terminal = Terminal::new(Target::of(output)?);
        if !work.makes_folder() && !path.is_dir() {
            bail!("there is no data folder {}; choose it with --data", path.display());
        }
        let code = match DataFolder::take(&path)? {
            Taken::Ours(folder) => by_ourselves(folder, work, &mut terminal, input, runtime),
            Taken::Held(holder) => match control::connect(&path) {
                Ok(stream) => {
                    let input = input.map(|reader| Box::new(reader) as Box<dyn Read + Send>);
                    control::ask(stream, &work, &mut terminal, input)
                }
                Err(error) => bail!(
                    "{}, which takes no commands ({error}): wait until it is done or has started, or choose another \
                     folder with --data",
                    holder.words(&path)
                ),
            },
        };
        terminal.finish(code).map(ExitCode::from)
    }
}

fn by_ourselves(
    folder: DataFolder,
    work: Work,
    terminal: &mut Terminal,
    input: Option<Box<dyn BufRead + Send>>,
    runtime: &tokio::runtime::Handle,
) -> anyhow::Result<u8> {
    let store = Store::open_with(folder.path(), work.store_options()).context("cannot open the ledger")?;
    let desk = Desk::alone(folder, store, runtime.clone())?;
    let input = input.unwrap_or_else(|| Box::new(io::empty()));
    work::run(&desk, work, terminal, input)
}

/// A reader, and the size of what it reads, if it is known.
type Opened = (Box<dyn BufRead + Send>, Option<u64>);

fn open(file: &Path) -> anyhow::Result<Opened> {
    if file == Path::new("-") {
        return Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, io::stdin())), None));
    }
    let opened = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let about = opened.metadata().with_context(|| format!("cannot open {}", file.display()))?;
    let size = about.is_file().then_some(about.len());
    Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, opened)), size))
}

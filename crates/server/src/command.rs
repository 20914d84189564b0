//! The commands of the binary. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part (import).

mod archive;
mod config;
mod export;
mod import;
mod serve;
mod token;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};
use sederunt_store::{ArchiveOptions, Store, StoreOptions};

use crate::cli::{Cli, Command, ConfigCommand};
use crate::data_folder::DataFolder;

/// Some input was bad; the rest was taken.
const EXIT_PARTIAL: u8 = 3;

/// Reads the command line, does what it says, reports what went wrong on stderr.
pub fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let outcome = Cli::from_arg_matches(&matches).map_err(anyhow::Error::from).and_then(|cli| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the async runtime")?;
        runtime.block_on(dispatch(cli, &matches))
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            // Nowhere is left to report a broken stderr.
            let _ = writeln!(std::io::stderr(), "sederunt: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(args) => serve::run(*args, innermost(matches)).await?,
        Command::Config { what: ConfigCommand::Print(args) } => config::print(*args, innermost(matches))?,
        Command::Config { what: ConfigCommand::Reference } => config::reference()?,
        Command::Token { what } => token::run(what).await?,
        Command::Import(args) => return import::run(args).await,
        Command::Export(args) => export::run(args).await?,
        Command::Verify(args) => return verify::run(args).await,
        Command::Archive { what } => return archive::run(what).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// The matches of the subcommand that holds the settings.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    let mut at = matches;
    while let Some((_, inner)) = at.subcommand() {
        at = inner;
    }
    at
}

/// Takes the data folder of a command that is not the server, and opens its ledger. A folder that does not exist
/// is a typing error, not a wish for a new one, unless `make`. The archive is left alone: only what brings or shows
/// sessions for long needs it.
fn open(data: crate::cli::DataArgs, make: bool) -> anyhow::Result<(DataFolder, Store)> {
    open_with(data, make, StoreOptions { archive: ArchiveOptions::off() })
}

fn open_with(
    data: crate::cli::DataArgs,
    make: bool,
    options: StoreOptions,
) -> anyhow::Result<(DataFolder, Store)> {
    let path = data.folder()?;
    if !make && !path.is_dir() {
        anyhow::bail!("there is no data folder {}; choose it with --data", path.display());
    }
    let folder = DataFolder::take(&path)?;
    let store = Store::open_with(folder.path(), options).context("cannot open the ledger")?;
    Ok((folder, store))
}

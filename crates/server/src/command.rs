//! The commands of the binary. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part (import), or the load test
//! was the limit.

mod config;
mod errand;
mod load;
mod restore;
mod serve;
mod terminal;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use crate::cli::{Cli, Command, ConfigCommand};

/// What still works on a thread of its own at the end, after everything was stopped, gets so long.
const THREADS_BOUND: Duration = Duration::from_secs(2);

/// Reads the command line, does what it says, reports what went wrong on stderr.
pub fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let outcome = Cli::from_arg_matches(&matches).map_err(anyhow::Error::from).and_then(|cli| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the async runtime")?;
        let outcome = dispatch(cli, &matches, &runtime);
        runtime.shutdown_timeout(THREADS_BOUND);
        outcome
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

fn dispatch(cli: Cli, matches: &ArgMatches, runtime: &tokio::runtime::Runtime) -> anyhow::Result<ExitCode> {
    let errand = match cli.command {
        Command::Serve(args) => {
            runtime.block_on(serve::run(*args, innermost(matches)))?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Config { what } => {
            match what {
                ConfigCommand::Print(args) => config::print(*args, innermost(matches))?,
                ConfigCommand::Reference => config::reference()?,
            }
            return Ok(ExitCode::SUCCESS);
        }
        Command::Load(args) => return runtime.block_on(load::run(*args)),
        Command::Token { what } => errand::token(what),
        Command::Account { what } => errand::account(what),
        Command::App { what } => errand::app(what),
        Command::Meeting { what } => errand::meeting(what)?,
        Command::WebhookKey { what } => errand::webhook_key(what),
        Command::Status(place) => errand::status(place),
        Command::Backup(args) => errand::backup(args)?,
        Command::Restore(args) => return restore::run(args),
        Command::Import(args) => errand::import(args),
        Command::Export(args) => errand::export(args),
        Command::Verify(place) => errand::verify(place),
        Command::Index { what } => errand::index(what),
    };
    errand.run(runtime.handle())
}

/// The matches of the subcommand that holds the settings.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    let mut at = matches;
    while let Some((_, inner)) = at.subcommand() {
        at = inner;
    }
    at
}

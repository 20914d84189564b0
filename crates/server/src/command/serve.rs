//! `sederunt serve`.

use std::io::{self, Write as _};

use anyhow::Context;
use clap::ArgMatches;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::logs;
use crate::run::{Bound, Listeners, Offers};

pub(super) async fn run(args: ServeArgs, matches: &ArgMatches) -> anyhow::Result<()> {
    let ServeArgs { config, demo, console_link } = args;
    let (config, _) = Config::resolve(config, matches)?;
    logs::init(&config.log)?;
    raise_file_limit();
    let shutdown = stop_on_signals()?;
    let listeners = Listeners::bind(&config.http).await?;
    crate::run(config, Offers { demo, console_link }, listeners, shutdown, announce).await
}

/// One JSON line on stdout, for whoever started us.
fn announce(bound: &Bound) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, bound)?;
    writeln!(out)?;
    out.flush().context("cannot write to standard output")
}

/// Cancelled by SIGTERM or SIGINT. A second signal ends the process at once: somebody is impatient.
fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        next().await;
        cancelled.cancel();
        next().await;
        tracing::warn!("second signal: ending at once");
        std::process::exit(1);
    });
    Ok(token)
}

/// Every connection is a file descriptor, and systems give 1024 by default although they allow far more.
pub(super) fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
    {
        tracing::warn!(%error, ?current, "cannot raise the limit of open files");
    }
}

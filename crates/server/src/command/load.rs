//! `sederunt load`.

use std::io::{self, IsTerminal as _, Write as _};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use sederunt_load::{Key, LoadError, Plan, Report, Standing, Target, Way};
use serde::Serialize;
use tokio::signal::ctrl_c;

use crate::cli::LoadArgs;

/// Where a server has its metrics unless it is told otherwise.
const METRICS_DEFAULT: &str = "http://127.0.0.1:9464";
/// The numbers say more of the load test than of the server.
const TOOL_WAS_THE_LIMIT: u8 = 3;

/// A line of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Second {
        second: u64,
        #[serde(flatten)]
        standing: Standing,
    },
    Report {
        tool_was_the_limit: bool,
        #[serde(flatten)]
        report: &'a Report,
    },
}

pub(super) async fn run(args: LoadArgs) -> anyhow::Result<ExitCode> {
    let json = args.json;
    let plan = plan(args)?;
    super::serve::raise_file_limit();
    let each_second = |second, standing: Standing| {
        let told = if json { tell(&Line::Second { second, standing }) } else { progress(second, standing) };
        // Whoever does not look at the progress gets the report all the same, or the error of that.
        drop(told);
    };
    let report = sederunt_load::run(plan, async { drop(ctrl_c().await) }, each_second).await?;
    let tool_was_the_limit = report.tool_was_the_limit();
    if json {
        tell(&Line::Report { tool_was_the_limit, report: &report })?;
    } else {
        if io::stderr().is_terminal() {
            // Below the line of the progress.
            let _ = writeln!(io::stderr());
        }
        let mut out = io::stdout().lock();
        out.write_all(report.to_text().as_bytes()).context("cannot write to standard output")?;
    }
    if report.total.joins == 0 {
        bail!("nobody could join");
    }
    Ok(if tool_was_the_limit { ExitCode::from(TOOL_WAS_THE_LIMIT) } else { ExitCode::SUCCESS })
}

fn plan(args: LoadArgs) -> anyhow::Result<Plan> {
    let target = Target::parse(&args.url)?;
    if !target.is_local() && !args.i_run_this_server {
        return Err(LoadError::NotLocal(target.host).into());
    }
    let metrics = match (&args.metrics, target.is_local()) {
        (Some(url), _) => Some(Target::parse(url)?),
        (None, true) => Some(Target::parse(METRICS_DEFAULT)?),
        (None, false) => None,
    };
    let way = match (args.tcp, args.relay) {
        (false, false) => Way::Udp,
        (true, _) => Way::Tcp,
        (false, true) => Way::Relay,
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let half = NonZeroUsize::new(cores / 2).unwrap_or(NonZeroUsize::MIN);
    Ok(Plan {
        key: Key::read(&args.token, args.account.as_deref(), args.app.as_deref())?,
        target,
        ca_file: args.ca,
        metrics,
        rooms: args.rooms,
        people: args.people,
        presenters: args.presenters,
        publishing: args.publishing,
        screens: args.screens,
        speakers: args.speakers,
        time: Duration::from_secs(args.seconds),
        churn: args.churn.unwrap_or_default(),
        way,
        relay: None,
        link: args.link,
        threads: args.threads.unwrap_or(half),
    })
}

/// One line of JSON on standard output.
fn tell(line: &Line<'_>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    writeln!(out)?;
    out.flush().context("cannot write to standard output")
}

/// The same for whoever watches a terminal, out of the way of the report.
fn progress(second: u64, standing: Standing) -> anyhow::Result<()> {
    if !io::stderr().is_terminal() {
        return Ok(());
    }
    let Standing { people, troubles, frames_shown, packets_received, packets_lost } = standing;
    let mut out = io::stderr().lock();
    write!(
        out,
        "\r{second} s: {people} people, {troubles} troubles, {frames_shown} frames, {packets_received} packets, \
         {packets_lost} lost "
    )?;
    Ok(out.flush()?)
}

//! `cargo xtask against`: the benchmarks of an older revision and of this tree, in turns, in one run.
//!
//! A machine drifts by more than a change costs, so a number is never compared with one of another hour: each round runs
//! the old program and the new one, in an order that alternates, and what counts is the median of the rounds' ratios.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::bench;
use crate::step::{cargo, must, output, program, root};
use table::cell;

mod table;

/// What to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct AgainstArgs {
    /// The older revision: a commit, tag or branch
    rev: String,
    /// Rounds of both programs
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The older benchmark program, when it is built already
    #[arg(long)]
    program: Option<PathBuf>,
    /// What to measure; everything when not given
    #[arg(long, value_enum, value_delimiter = ',')]
    part: Vec<Part>,
}

/// One number that is compared; larger is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Joins and leaves a second, 64 in flight
    Ingest,
    /// First pages of the session list over HTTP, a second, 8 clients
    Page,
    /// Forwarded packets per CPU-second of the media thread, 50 subscribers
    Packets,
}

impl Part {
    const ALL: [Self; 3] = [Self::Ingest, Self::Page, Self::Packets];

    const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "joins and leaves a second, 64 in flight",
            Self::Page => "first pages over HTTP a second, 8 clients",
            Self::Packets => "packets forwarded per CPU-second, 50 subscribers",
        }
    }

    /// Runs the part with a program and finds its number. `data` is a folder of that program alone: the two may
    /// write ledgers of different schemas.
    fn measure(self, program: &Path, data: &Path) -> anyhow::Result<f64> {
        let (args, row, column): (&[&str], &[&str], &str) = match self {
            Self::Ingest => (
                &["ledger", "--part", "ingest", "--in-flight", "64", "--seconds", "3", "--import", "1000"],
                &["64", "ledger"],
                "joins + leaves a second",
            ),
            Self::Page => (
                &[
                    "ledger",
                    "--part",
                    "lists",
                    "--step",
                    "http",
                    "--sessions",
                    "100000",
                    "--without-postgres",
                ],
                &["R1 first page", "8"],
                "server, a second",
            ),
            Self::Packets => (
                &["packets", "--subscribers", "50", "--rates", "150", "--seconds", "5"],
                &["50", "150"],
                "forwarded per CPU-second",
            ),
        };
        let mut command = Command::new(program);
        command.args(args).current_dir(root());
        if self != Self::Packets {
            command.arg("--dir").arg(data);
        }
        let text = output(&mut command)?;
        cell(&text, row, column).with_context(|| format!("no row {row:?} with \"{column}\" in:\n{text}"))
    }
}

/// Builds both, runs both, prints a Markdown table.
pub(crate) fn run(args: &AgainstArgs) -> anyhow::Result<()> {
    ensure!(args.rounds > 0, "--rounds must be at least 1");
    let folder = root().join("target/against");
    std::fs::create_dir_all(&folder)?;
    let old = match &args.program {
        Some(program) => program.clone(),
        None => build_old(&args.rev, &folder)?,
    };
    let new = bench::build()?;
    for program in [&old, &new] {
        if !program.exists() {
            bail!("{} is not there", program.display());
        }
    }
    println!("| | {} | this tree | ratio of each round | median ratio |\n|---|---:|---:|---|---:|", args.rev);
    let parts = if args.part.is_empty() { &Part::ALL[..] } else { &args.part };
    for part in parts {
        let (mut olds, mut news, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..args.rounds {
            let (mut a, mut b) = (0.0, 0.0);
            // Whoever is second finds the disk as the first one left it.
            for turn in [round % 2, (round + 1) % 2] {
                if turn == 0 {
                    a = part.measure(&old, &folder.join("old-data"))?;
                } else {
                    b = part.measure(&new, &folder.join("new-data"))?;
                }
            }
            olds.push(a);
            news.push(b);
            ratios.push(b / a);
        }
        let each: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
        println!(
            "| {} | {:.0} | {:.0} | {} | {:.2} |",
            part.name(),
            median(&mut olds),
            median(&mut news),
            each.join(" · "),
            median(&mut ratios),
        );
    }
    Ok(())
}

/// The benchmark program of `rev`, built from a checkout of its own.
fn build_old(rev: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let commit = output(&mut program("git", &["rev-parse", "--verify", &format!("{rev}^{{commit}}")]))?;
    let commit = commit.trim();
    let source = folder.join(commit);
    if !source.exists() {
        let path = source.to_string_lossy();
        must(&mut program("git", &["clone", "--quiet", "--shared", "--no-checkout", ".", &path]))?;
    }
    must(program("git", &["checkout", "--quiet", "--detach", commit]).current_dir(&source))?;
    let target = folder.join("target");
    let mut build = cargo(&["build", "--release", "--package", "sederunt-bench"]);
    must(build.current_dir(&source).env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join("release/sederunt-bench"))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

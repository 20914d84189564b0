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
    /// Rounds of both programs; those of pages take two and a half minutes each
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The older benchmark program, when it is built already
    #[arg(long)]
    program: Option<PathBuf>,
    /// What to measure; everything when not given
    #[arg(long, value_enum, value_delimiter = ',')]
    part: Vec<Part>,
}

/// One run of a benchmark program, with the numbers that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Joins and leaves a second, 64 and 1024 in flight
    Ingest,
    /// First and deep pages of the session list over HTTP, a second, 8 clients
    Page,
    /// Forwarded packets per CPU-second of the media thread, 50 subscribers
    Packets,
    /// The live feed's p99 from a change to a thousand watchers
    Feed,
}

/// One number of a run.
#[derive(Debug, Clone, Copy)]
struct Number {
    name: &'static str,
    /// Cells of its row in the program's table.
    row: &'static [&'static str],
    column: &'static str,
    /// Which of the numbers of its cell.
    nth: usize,
}

const INGEST: &[Number] = &[
    Number {
        name: "joins and leaves a second, 64 in flight",
        row: &["64", "ledger"],
        column: "joins + leaves a second",
        nth: 0,
    },
    Number {
        name: "joins and leaves a second, 1024 in flight",
        row: &["1024", "ledger"],
        column: "joins + leaves a second",
        nth: 0,
    },
];
const PAGE: &[Number] = &[
    Number {
        name: "first pages over HTTP a second, 8 clients",
        row: &["R1 first page", "8"],
        column: "server, a second",
        nth: 0,
    },
    Number {
        name: "deep pages over HTTP a second, 8 clients",
        row: &["R2 deep page", "8"],
        column: "server, a second",
        nth: 0,
    },
];
const PACKETS: &[Number] = &[Number {
    name: "packets forwarded per CPU-second, 50 subscribers",
    row: &["50", "150"],
    column: "forwarded per CPU-second",
    nth: 0,
}];
const FEED: &[Number] = &[Number {
    name: "p99 from a change to 1000 watchers, ms (smaller is better)",
    row: &["1000"],
    column: "change → event p50 / p99 / most",
    nth: 1,
}];

impl Part {
    const ALL: [Self; 4] = [Self::Ingest, Self::Packets, Self::Feed, Self::Page];

    const fn numbers(self) -> &'static [Number] {
        match self {
            Self::Ingest => INGEST,
            Self::Page => PAGE,
            Self::Packets => PACKETS,
            Self::Feed => FEED,
        }
    }

    const fn args(self) -> &'static [&'static str] {
        match self {
            Self::Ingest => &[
                "ledger",
                "--part",
                "ingest",
                "--in-flight",
                "64,1024",
                "--seconds",
                "3",
                "--import",
                "1000",
            ],
            Self::Page => {
                &["ledger", "--part", "lists", "--step", "http", "--sessions", "100000", "--without-postgres"]
            }
            Self::Packets => &["packets", "--subscribers", "50", "--rates", "150", "--seconds", "5"],
            Self::Feed => &["feed", "--watchers", "1000", "--seconds", "10"],
        }
    }

    /// Runs the part with a program and finds its numbers. `data` is a folder of that program alone: the two may write
    /// ledgers of different schemas.
    fn measure(self, program: &Path, data: &Path) -> anyhow::Result<Vec<f64>> {
        let mut command = Command::new(program);
        command.args(self.args()).current_dir(root());
        if self != Self::Packets {
            command.arg("--dir").arg(data);
        }
        let text = output(&mut command)?;
        let find = |n: &Number| {
            cell(&text, n.row, n.column, n.nth)
                .with_context(|| format!("no row {:?} with \"{}\" in:\n{text}", n.row, n.column))
        };
        self.numbers().iter().map(find).collect()
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
    let new = bench::build(bench::RELEASE)?;
    for program in [&old, &new] {
        if !program.exists() {
            bail!("{} is not there", program.display());
        }
    }
    println!("| | {} | this tree | ratio of each round | median ratio |\n|---|---:|---:|---|---:|", args.rev);
    let parts = if args.part.is_empty() { &Part::ALL[..] } else { &args.part };
    for part in parts {
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        for round in 0..args.rounds {
            // Whoever is second finds the disk as the first one left it.
            for turn in [round % 2, (round + 1) % 2] {
                if turn == 0 {
                    olds.push(part.measure(&old, &folder.join("old-data"))?);
                } else {
                    news.push(part.measure(&new, &folder.join("new-data"))?);
                }
            }
        }
        for (at, number) in part.numbers().iter().enumerate() {
            let of = |runs: &[Vec<f64>]| runs.iter().filter_map(|run| run.get(at).copied()).collect();
            let (mut a, mut b): (Vec<f64>, Vec<f64>) = (of(&olds), of(&news));
            let mut ratios: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b / a).collect();
            let each: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
            println!(
                "| {} | {:.0} | {:.0} | {} | {:.2} |",
                number.name,
                median(&mut a),
                median(&mut b),
                each.join(" · "),
                median(&mut ratios),
            );
        }
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

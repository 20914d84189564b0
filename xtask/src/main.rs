//! Project tasks: `cargo xtask <task>`.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a task talks to the person who started it")]

mod against;
mod bench;
mod ci;
mod codegen;
mod openapi;
mod run;
mod setup;
mod step;
mod tidy;
mod torture;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Tasks of the Sederunt project")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build everything, the web page included, and serve a demo meeting with links to click
    Run {
        /// Arguments for `sederunt serve`, after --
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Everything that has to hold: format, lints, house rules, tests, documents, whole product in a browser
    #[command(alias = "test")]
    Ci {
        /// Leave out the tests in a browser
        #[arg(long)]
        no_e2e: bool,
    },
    /// Check the house rules: who may import whom, file and function sizes, words, documents
    Tidy,
    /// Write crates/proto/src/gen from the protocol definitions
    Codegen {
        /// Change nothing, fail when something would change
        #[arg(long)]
        check: bool,
    },
    /// Write the OpenAPI documents of what is built
    Openapi {
        /// Change nothing, fail when something would change
        #[arg(long)]
        check: bool,
    },
    /// Run the benchmarks (built as operators build it: the first time takes some twenty minutes on two cores)
    Bench {
        /// Arguments for the benchmark program: ledger, packets, webhooks, --help …
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Compare the benchmarks of an older revision with those of this tree, in turns, in one run
    Against(against::AgainstArgs),
    /// Kill the real binary under load, again and again, and check that nothing is lost
    Torture {
        /// How often
        #[arg(long, default_value_t = 1000)]
        kills: u64,
        /// Repeats a run, whose seed was printed
        #[arg(long)]
        seed: Option<u64>,
        /// Optimised build: more happens between two kills
        #[arg(long)]
        release: bool,
    },
    /// Install what the tests need: npm packages, Chromium, Firefox, Python
    Setup,
}

fn main() -> ExitCode {
    match perform(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Run { args } => run::run(&args),
        Task::Ci { no_e2e } => ci::run(!no_e2e),
        Task::Tidy => tidy::run(),
        Task::Codegen { check } => codegen::run(check),
        Task::Openapi { check } => openapi::run(check),
        Task::Bench { args } => bench::run(&args),
        Task::Against(args) => against::run(&args),
        Task::Torture { kills, seed, release } => torture::run(kills, seed, release),
        Task::Setup => setup::all(),
    }
}

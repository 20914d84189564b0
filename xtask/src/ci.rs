//! `cargo xtask ci`: everything that has to hold, in the order in which it fails soonest.
//!
//! The browsers of the whole product wait much of their time. So they begin as soon as there is a server and its pages, and
//! what only computes (lints, compiling tests, documents) goes on beside them with what they leave of the machine. What
//! waits for a clock itself comes afterwards: the tests, and the browsers that measure a line.
//!
//! No step names a package: cargo would resolve the features of the libraries for it alone, and compile them once more.

use std::process::Command;
use std::thread::{self, JoinHandle};

use anyhow::bail;

use crate::step::{Steps, cargo, least, must, output, program, root};
use crate::{codegen, setup, tidy, web};

/// Runs all steps; stops at the first that fails, when the browsers beside it have ended.
pub(crate) fn run(with_e2e: bool) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    // Downloads mostly wait: they go on beside what compiles, and are asked for where they are needed.
    let downloads = with_e2e.then(|| thread::spawn(setup::whole_product));
    steps.run("format", || must(&mut cargo(&["fmt", "--all", "--check"])))?;
    steps.run("house rules", tidy::run)?;
    steps.run("web: types, tests, build", web::check_and_build)?;
    steps.run("generated code unchanged", || codegen::run(true))?;
    let browsers = match downloads {
        Some(downloads) => {
            steps.run("server", || {
                must(&mut cargo(&["build", "--locked", "--workspace", "--bin", "sederunt"]))
            })?;
            steps.run("browsers and Python for the whole product", || ended(downloads))?;
            Some(thread::spawn(|| e2e("lanes")))
        }
        None => None,
    };
    let computed = compute(&mut steps, if browsers.is_some() { least } else { |command| command });
    if let Some(browsers) = browsers {
        if let Err(error) = &computed {
            println!("── {error:#}\n── waiting for the browsers that run beside it");
        }
        let shown = steps.run("whole product, the rest of it", || ended(browsers));
        computed.and(shown)?;
    } else {
        computed?;
    }
    // The tests of `api` compare the OpenAPI documents, those of `server` the configuration reference.
    steps.run("tests", tests)?;
    if with_e2e {
        steps.run("whole product, what measures a line", || e2e("alone"))?;
    }
    steps.summary();
    Ok(())
}

/// What no clock matters to; `how` each command runs.
fn compute(steps: &mut Steps, how: fn(Command) -> Command) -> anyhow::Result<()> {
    let mut step = |name, args: &[&str]| steps.run(name, || must(&mut how(cargo(args))));
    step("lints", &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    step("compiling tests", &["test", "--locked", "--workspace", "--lib", "--bins", "--tests", "--no-run"])?;
    step("examples in documentation", &["test", "--locked", "--quiet", "--workspace", "--doc"])?;
    steps.run("documentation", || {
        let doc = cargo(&["doc", "--locked", "--quiet", "--workspace", "--no-deps"]);
        must(how(doc).env("RUSTDOCFLAGS", "-D warnings"))
    })
}

fn tests() -> anyhow::Result<()> {
    let mut tests = if output(&mut cargo(&["nextest", "--version"])).is_ok() {
        cargo(&["nextest", "run", "--locked", "--workspace"])
    } else {
        println!("cargo-nextest is not installed; using cargo test");
        cargo(&["test", "--locked", "--workspace", "--lib", "--bins", "--tests"])
    };
    // A log is often cut, and a backtrace pushes out the words of the failure. Who wants one runs that test by itself.
    must(tests.env("RUST_BACKTRACE", "0"))
}

/// The `part` of the browser tests.
fn e2e(part: &str) -> anyhow::Result<()> {
    must(program("npm", &["run", "--silent", part]).current_dir(root().join("e2e")))
}

/// What a task that ran beside others came to.
fn ended(task: JoinHandle<anyhow::Result<()>>) -> anyhow::Result<()> {
    task.join().unwrap_or_else(|_| bail!("the task itself failed"))
}

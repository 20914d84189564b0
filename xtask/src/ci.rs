//! `cargo xtask ci`: everything that has to hold, in the order in which it fails soonest.
//!
//! No step names a package: cargo would resolve the features of the libraries for it alone, and compile them once more.

use std::thread;

use anyhow::bail;

use crate::step::{Steps, cargo, must, output, program, root};
use crate::{codegen, setup, tidy, web};

/// Runs all steps; stops at the first that fails.
pub(crate) fn run(with_e2e: bool) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    // Downloads mostly wait: they go on beside what compiles, and are asked for where they are needed.
    let downloads = with_e2e.then(|| thread::spawn(setup::whole_product));
    steps.run("format", || must(&mut cargo(&["fmt", "--all", "--check"])))?;
    steps.run("house rules", tidy::run)?;
    steps.run("web: types, tests, build", web::check_and_build)?;
    steps.run("generated code unchanged", || codegen::run(true))?;
    steps.run("lints", || {
        must(&mut cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    // The tests of `api` compare the OpenAPI documents, those of `server` the configuration reference.
    steps.run("tests", tests)?;
    steps.run("examples in documentation", || {
        must(&mut cargo(&["test", "--locked", "--quiet", "--workspace", "--doc"]))
    })?;
    steps.run("documentation", || {
        let mut doc = cargo(&["doc", "--locked", "--quiet", "--workspace", "--no-deps"]);
        must(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    if let Some(downloads) = downloads {
        let done = || downloads.join().unwrap_or_else(|_| bail!("the task itself failed"));
        steps.run("browsers and Python for the whole product", done)?;
        steps.run("whole product", e2e)?;
    }
    steps.summary();
    Ok(())
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

fn e2e() -> anyhow::Result<()> {
    must(&mut cargo(&["build", "--locked", "--workspace", "--bin", "sederunt"]))?;
    must(program("npm", &["test"]).current_dir(root().join("e2e")))
}

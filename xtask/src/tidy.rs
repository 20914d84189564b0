//! House rules that neither the compiler nor clippy checks.

mod circles;
mod citations;
mod documents;
mod doors;
mod features;
mod imports;
mod sources;
mod uses;

use anyhow::bail;

use crate::step::{output, program};

/// Checks everything and reports all violations at once.
pub(crate) fn run() -> anyhow::Result<()> {
    let files = tracked()?;
    let mut faults = imports::check()?;
    faults.extend(sources::check(&files)?);
    faults.extend(documents::check(&files)?);
    faults.extend(citations::check(&files)?);
    faults.extend(circles::check(&files)?);
    faults.extend(doors::check(&files));
    faults.extend(features::check()?);
    if faults.is_empty() {
        println!("{} files follow the house rules", files.len());
        return Ok(());
    }
    faults.sort();
    bail!("{} violations of the house rules:\n  {}", faults.len(), faults.join("\n  "))
}

/// Files that git knows or would know, relative to the root.
fn tracked() -> anyhow::Result<Vec<String>> {
    let list = output(&mut program("git", &["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(list.lines().map(str::to_owned).collect())
}

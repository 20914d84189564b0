//! `sederunt config`.

use std::io::{self, Write as _};

use clap::{ArgMatches, Args as _};

use crate::config::{Config, ConfigArgs, Effective, reference as markdown};

pub(super) fn print(args: ConfigArgs, matches: &ArgMatches) -> anyhow::Result<()> {
    let (_, effective) = Config::resolve(args, matches)?;
    io::stdout().lock().write_all(as_toml(&effective).as_bytes())?;
    Ok(())
}

pub(super) fn reference() -> anyhow::Result<()> {
    let settings = ConfigArgs::augment_args(clap::Command::new("serve"));
    let no_args = settings.clone().get_matches_from(["serve"]);
    let (_, effective) = Config::resolve(ConfigArgs::default(), &no_args)?;
    io::stdout().lock().write_all(markdown(&settings, &effective).as_bytes())?;
    Ok(())
}

/// The values as a file that would give the same ones, each with its origin in a comment.
fn as_toml(effective: &[Effective]) -> String {
    let mut out = String::new();
    let mut table = "";
    // Keys of the top level come first: in TOML they cannot follow a table.
    let (tables, top): (Vec<_>, Vec<_>) = effective.iter().partition(|row| row.key.contains('.'));
    for row in top.into_iter().chain(tables) {
        let (row_table, key) = row.key.rsplit_once('.').unwrap_or(("", row.key));
        if row_table != table {
            out.push_str(&format!("\n[{row_table}]\n"));
            table = row_table;
        }
        match &row.value {
            Some(value) => out.push_str(&format!("{key} = {value}  # {}\n", row.origin)),
            None => out.push_str(&format!("# {key} is not set\n")),
        }
    }
    out
}

//! `sederunt config`.

use std::io::{self, Write as _};

use clap::{ArgMatches, Args as _};

use crate::config::{Config, ConfigArgs, reference as markdown};

pub(super) fn print(args: ConfigArgs, matches: &ArgMatches) -> anyhow::Result<()> {
    let (config, _) = Config::resolve(args, matches)?;
    io::stdout().lock().write_all(config.printed.text.as_bytes())?;
    Ok(())
}

pub(super) fn reference() -> anyhow::Result<()> {
    let settings = ConfigArgs::augment_args(clap::Command::new("serve"));
    let no_args = settings.clone().get_matches_from(["serve"]);
    let (_, effective) = Config::resolve(ConfigArgs::default(), &no_args)?;
    io::stdout().lock().write_all(markdown(&settings, &effective).as_bytes())?;
    Ok(())
}

//! One value out of four layers, and where it came from.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde::Serialize;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Env,
    /// A flag of the command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Env => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// One row of `sederunt config print`.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    /// Dotted key, as in the file.
    pub key: &'static str,
    /// The value as TOML; `None` = not set.
    pub value: Option<toml::Value>,
    /// Where it came from.
    pub origin: Origin,
}

/// Picks values and remembers their origins.
#[derive(Debug)]
pub struct Layers<'a> {
    matches: &'a ArgMatches,
    file: Option<PathBuf>,
    rows: Vec<Effective>,
}

impl<'a> Layers<'a> {
    /// `matches` tells flags from environment; `file` is named as the origin of its values.
    pub fn new(matches: &'a ArgMatches, file: Option<PathBuf>) -> Self {
        Self { matches, file, rows: Vec::new() }
    }

    /// The value of `key`, which is also the id of its argument.
    pub fn pick<T: Serialize>(
        &mut self,
        key: &'static str,
        given: Option<T>,
        file: Option<T>,
        default: T,
    ) -> T {
        let (value, origin) = self.choose(key, given, file);
        let value = value.unwrap_or(default);
        self.remember(key, Some(&value), origin);
        value
    }

    /// The value of a `key` without a default.
    pub fn pick_optional<T: Serialize>(
        &mut self,
        key: &'static str,
        given: Option<T>,
        file: Option<T>,
    ) -> Option<T> {
        let (value, origin) = self.choose(key, given, file);
        self.remember(key, value.as_ref(), origin);
        value
    }

    /// The rows, in the order of picking.
    pub fn finish(self) -> Vec<Effective> {
        self.rows
    }

    fn choose<T>(&self, key: &str, given: Option<T>, file: Option<T>) -> (Option<T>, Origin) {
        if given.is_some() {
            let from_env = self.matches.value_source(key) == Some(ValueSource::EnvVariable);
            return (given, if from_env { Origin::Env } else { Origin::Flag });
        }
        match (file, &self.file) {
            (Some(value), Some(path)) => (Some(value), Origin::File(path.clone())),
            (file, _) => (file, Origin::Default),
        }
    }

    fn remember<T: Serialize>(&mut self, key: &'static str, value: Option<&T>, origin: Origin) {
        let value = value.and_then(|v| toml::Value::try_from(v).ok());
        self.rows.push(Effective { key, value, origin });
    }
}

/// The number of `key` is in this range.
pub(super) fn within<T: PartialOrd + fmt::Display>(
    key: &str,
    value: T,
    range: RangeInclusive<T>,
) -> anyhow::Result<()> {
    if !range.contains(&value) {
        anyhow::bail!("\"{key}\" must be between {} and {}: {value}", range.start(), range.end());
    }
    Ok(())
}

/// The values as a file that would give the same ones, each with its origin in a comment.
pub(super) fn as_toml(effective: &[Effective]) -> String {
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

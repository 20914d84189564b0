//! The session list's index.

use sederunt_store::IndexOptions;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::Layers;
use super::layer::within;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexGiven {
    /// Ended sessions from which on an app's list is answered from its index; below, SQL is as fast. Tests lower it
    #[arg(
        long = "index-from-sessions",
        env = "SEDERUNT_INDEX_FROM_SESSIONS",
        value_name = "NUMBER",
        id = "index.from_sessions",
        hide_short_help = true
    )]
    pub from_sessions: Option<u64>,
    /// Ended sessions of an app that stand in memory before they are sealed into a file. Tests lower it
    #[arg(
        long = "index-seal-sessions",
        env = "SEDERUNT_INDEX_SEAL_SESSIONS",
        value_name = "NUMBER",
        id = "index.seal_sessions",
        hide_short_help = true
    )]
    pub seal_sessions: Option<usize>,
}

/// A section that has another name now. What it says is never taken silently, nor silently ignored.
#[derive(Debug)]
pub(super) struct Renamed;

impl<'de> Deserialize<'de> for Renamed {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("the section [archive] is called [index] now, with the same keys; rename it"))
    }
}

/// The same of the environment.
pub(super) fn refuse_former_variables() -> anyhow::Result<()> {
    for key in ["FROM_SESSIONS", "SEAL_SESSIONS"] {
        let former = format!("SEDERUNT_ARCHIVE_{key}");
        if std::env::var_os(&former).is_some() {
            anyhow::bail!("the variable {former} is called SEDERUNT_INDEX_{key} now; rename it");
        }
    }
    Ok(())
}

/// Sealing less often would let memory grow to no use: a segment of this many is as fast as one of more.
const SEAL_SESSIONS_MAX: usize = 65_536;

pub(super) fn resolve(
    layers: &mut Layers<'_>,
    given: IndexGiven,
    file: IndexGiven,
) -> anyhow::Result<IndexOptions> {
    let IndexGiven { from_sessions, seal_sessions } = given;
    let defaults = IndexOptions::default();
    let seal_sessions =
        layers.pick("index.seal_sessions", seal_sessions, file.seal_sessions, defaults.seal_sessions);
    within("index.seal_sessions", seal_sessions, 1..=SEAL_SESSIONS_MAX)?;
    let from_sessions =
        layers.pick("index.from_sessions", from_sessions, file.from_sessions, defaults.from_sessions);
    Ok(IndexOptions { from_sessions, seal_sessions, ..defaults })
}

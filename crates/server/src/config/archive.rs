//! The session list's archive.

use sederunt_store::ArchiveOptions;
use serde::Deserialize;

use super::Layers;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveGiven {
    /// Ended sessions from which on an app's list is answered from its archive; below, SQL is as fast. Tests lower it
    #[arg(
        long = "archive-from-sessions",
        env = "SEDERUNT_ARCHIVE_FROM_SESSIONS",
        value_name = "NUMBER",
        id = "archive.from_sessions",
        hide_short_help = true
    )]
    pub from_sessions: Option<u64>,
    /// Ended sessions of an app that stand in memory before they are sealed into a file. Tests lower it
    #[arg(
        long = "archive-seal-sessions",
        env = "SEDERUNT_ARCHIVE_SEAL_SESSIONS",
        value_name = "NUMBER",
        id = "archive.seal_sessions",
        hide_short_help = true
    )]
    pub seal_sessions: Option<usize>,
}

/// Sealing less often would let memory grow to no use: a segment of this many is as fast as one of more.
const SEAL_SESSIONS_MAX: usize = 65_536;

pub(super) fn resolve(
    layers: &mut Layers<'_>,
    given: ArchiveGiven,
    file: ArchiveGiven,
) -> anyhow::Result<ArchiveOptions> {
    let ArchiveGiven { from_sessions, seal_sessions } = given;
    let defaults = ArchiveOptions::default();
    let seal_sessions =
        layers.pick("archive.seal_sessions", seal_sessions, file.seal_sessions, defaults.seal_sessions);
    if !(1..=SEAL_SESSIONS_MAX).contains(&seal_sessions) {
        anyhow::bail!("\"archive.seal_sessions\" must be between 1 and {SEAL_SESSIONS_MAX}: {seal_sessions}");
    }
    let from_sessions =
        layers.pick("archive.from_sessions", from_sessions, file.from_sessions, defaults.from_sessions);
    Ok(ArchiveOptions { from_sessions, seal_sessions, ..defaults })
}

//! Files of chat messages.

use sederunt_app::chat_files::FileSettings;
use serde::Deserialize;

use super::Layers;
use super::layer::within;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilesGiven {
    /// MiB that a file in a chat may have; 0 = none are taken or given out. The official client gives an upload 8 seconds
    #[arg(long = "files-max-mib", env = "SEDERUNT_FILES_MAX_MIB", value_name = "MIB", id = "files.max_mib")]
    pub max_mib: Option<u64>,
    /// MiB that all files of a session may have together
    #[arg(
        long = "files-session-max-mib",
        env = "SEDERUNT_FILES_SESSION_MAX_MIB",
        value_name = "MIB",
        id = "files.session_max_mib"
    )]
    pub session_max_mib: Option<u64>,
    /// MiB of the data folder's disk that files leave free, for the ledger
    #[arg(
        long = "files-keep-free-mib",
        env = "SEDERUNT_FILES_KEEP_FREE_MIB",
        value_name = "MIB",
        id = "files.keep_free_mib"
    )]
    pub keep_free_mib: Option<u64>,
}

/// Most pictures and documents.
const MAX_MIB: u64 = 25;
/// More takes longer than any request may.
const MAX_MIB_MAX: u64 = 1_024;
const SESSION_MAX_MIB: u64 = 1_024;
/// The ledger's log and its next copy have room in it.
const KEEP_FREE_MIB: u64 = 512;
/// What a machine may have, so that no sum of bytes runs over.
const DISK_MAX_MIB: u64 = 1 << 30;

/// What may be uploaded; `None` = nothing.
pub(super) fn resolve(
    layers: &mut Layers<'_>,
    given: FilesGiven,
    file: FilesGiven,
) -> anyhow::Result<Option<FileSettings>> {
    let FilesGiven { max_mib, session_max_mib, keep_free_mib } = given;
    let max_mib = layers.pick("files.max_mib", max_mib, file.max_mib, MAX_MIB);
    within("files.max_mib", max_mib, 0..=MAX_MIB_MAX)?;
    let session_max_mib =
        layers.pick("files.session_max_mib", session_max_mib, file.session_max_mib, SESSION_MAX_MIB);
    within("files.session_max_mib", session_max_mib, 0..=DISK_MAX_MIB)?;
    let keep_free_mib = layers.pick("files.keep_free_mib", keep_free_mib, file.keep_free_mib, KEEP_FREE_MIB);
    within("files.keep_free_mib", keep_free_mib, 0..=DISK_MAX_MIB)?;
    let settings = FileSettings {
        max_bytes: max_mib << 20,
        session_max_bytes: session_max_mib << 20,
        keep_free_bytes: keep_free_mib << 20,
    };
    Ok((max_mib > 0).then_some(settings))
}

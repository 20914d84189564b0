//! What a backup is: a tar file whose first member says what the others are.

use serde::{Deserialize, Serialize};

/// Name of the first member.
pub(crate) const MANIFEST: &str = "sederunt-backup.json";
/// Longest manifest that is read: a data folder has some ten files.
pub(crate) const MANIFEST_MAX_BYTES: u64 = 1 << 20;
/// Changes when an older program could not restore it.
pub(crate) const FORMAT: u32 = 1;
/// Name of the ledger; restored last, so that a folder without it is seen to be unfinished.
pub(crate) const LEDGER: &str = "ledger.sqlite";
/// Name of the settings that the server ran with.
pub(crate) const SETTINGS: &str = "settings.toml";

/// What is in a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// Version of the program that made it.
    pub(crate) sederunt: String,
    /// When, in UTC.
    pub(crate) made_at: String,
    /// The last fact of the ledger in it.
    pub(crate) last_fact: u64,
    /// The members that follow, in order.
    pub(crate) files: Vec<Member>,
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    /// Name in the data folder.
    pub(crate) name: String,
    /// Size.
    pub(crate) bytes: u64,
    /// SHA-256 in hex.
    pub(crate) sha256: String,
}

/// Whether a name may stand in a data folder: one plain component.
pub(crate) fn is_plain(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.chars().all(fits)
}

/// Whether a file of the data folder can be made again from the others, or belongs to a process.
pub(crate) fn is_passing(name: &str) -> bool {
    matches!(name, "lock" | "control.sock" | LEDGER)
        || name.ends_with("-wal")
        || name.ends_with("-shm")
        || name.ends_with("-journal")
        || name.ends_with(".draft")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for good in ["ledger.sqlite", "first-run.json", "ice_key.pem"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", ".", "..", ".x", "a/b", "/etc/passwd", "a\0b", "ü"] {
            assert!(!is_plain(bad), "{bad}");
        }
    }

    #[test]
    fn keys_are_kept_and_what_passes_is_not() {
        for kept in ["first-run.json", "tls-self-signed.key", "anything-new.pem"] {
            assert!(!is_passing(kept), "{kept}");
        }
        for passing in ["lock", "control.sock", "ledger.sqlite-wal", "ledger.sqlite-shm", "x.draft"] {
            assert!(is_passing(passing), "{passing}");
        }
    }
}

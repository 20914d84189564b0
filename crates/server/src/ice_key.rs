//! The secret from which ICE passwords are derived, a file of the data folder (MEDIA §3.2).
//!
//! Not in the ledger: processes that share an address share it, whatever ledger each of them has.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, bail};
use sederunt_node::media::IceKey;

use crate::data_folder::DataFolder;
use crate::token::random_hex;

/// Name of the file in the data folder: 64 hex digits and a line end.
pub(crate) const FILE: &str = "media-ice.key";
const BYTES: usize = 32;

/// The key of this data folder, made at the first start.
pub(crate) fn load_or_make(folder: &DataFolder) -> anyhow::Result<IceKey> {
    let path = folder.path().join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let text = format!("{}\n", random_hex(BYTES)?);
            folder.write_private(FILE, text.as_bytes())?;
            parse(&path, &text)
        }
        Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn parse(path: &Path, text: &str) -> anyhow::Result<IceKey> {
    let digits = text.trim_end();
    let mut key = [0; BYTES];
    if digits.len() != 2 * BYTES || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!(
            "{} is damaged: it must hold {} hex digits; without the file the server makes a new key, and people who \
             were in a call come back a few seconds later",
            path.display(),
            2 * BYTES
        );
    }
    for (byte, place) in key.iter_mut().zip((0..digits.len()).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(place..place + 2).unwrap_or_default(), 16)?;
    }
    Ok(IceKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_private_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::hold(&dir.path().join("data")).unwrap();
        let key = load_or_make(&folder).unwrap();
        assert_ne!(key, IceKey([0; BYTES]));
        assert_eq!(load_or_make(&folder).unwrap(), key);
        let path = folder.path().join(FILE);
        assert_eq!(std::fs::read_to_string(&path).unwrap().len(), 65);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let other = DataFolder::hold(&dir.path().join("other")).unwrap();
        assert_ne!(load_or_make(&other).unwrap(), key);
    }

    #[test]
    fn a_damaged_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::hold(&dir.path().join("data")).unwrap();
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(66), "é".repeat(32).as_str()] {
            folder.write_private(FILE, bad.as_bytes()).unwrap();
            let why = load_or_make(&folder).unwrap_err().to_string();
            assert!(why.contains(FILE) && why.contains("64 hex digits"), "{why}");
        }
    }
}

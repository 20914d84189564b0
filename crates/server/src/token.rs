//! API tokens: made here, stored as a hash, shown once.

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::{ApiTokenRow, Permission};

/// Lets secret scanners, and people, recognise a token.
const PREFIX: &str = "sdr_";
/// As hard to guess as a key.
const SECRET_BYTES: usize = 32;
/// Enough to tell a few hundred tokens apart in a list.
const ID_BYTES: usize = 6;

/// A new token text.
pub fn mint() -> anyhow::Result<String> {
    Ok(format!("{PREFIX}{}", random_hex(SECRET_BYTES)?))
}

/// The hash under which a token is stored.
pub fn sha256(token: &str) -> [u8; 32] {
    let hash = digest(&SHA256, token.as_bytes());
    let mut out = [0; 32];
    out.copy_from_slice(hash.as_ref());
    out
}

/// A row for a token of one account and one workspace.
pub fn row(
    name: String,
    account: Option<(String, Permission)>,
    workspace: Option<AppId>,
    now: UnixMs,
) -> anyhow::Result<ApiTokenRow> {
    let id = random_hex(ID_BYTES)?;
    Ok(ApiTokenRow { id, name, account, workspace, created_at: now, revoked_at: None })
}

/// `bytes` random bytes in lower-case hex.
pub(crate) fn random_hex(bytes: usize) -> anyhow::Result<String> {
    let mut buffer = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut buffer).ok().context("the system gave no randomness")?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognisable_and_differ() {
        let (a, b) = (mint().unwrap(), mint().unwrap());
        assert!(a.starts_with(PREFIX));
        assert_eq!(a.len(), PREFIX.len() + 2 * SECRET_BYTES);
        assert_ne!(a, b);
        assert_ne!(sha256(&a), sha256(&b));
    }

    #[test]
    fn the_hash_is_sha_256() {
        let hash: String = sha256("abc").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

//! Signs what a link says, so that whoever has the link needs nothing else: HMAC-SHA256 with a key of the ledger, which
//! all processes of a ledger share and a backup keeps.

use aws_lc_rs::{hmac, rand};
use sederunt_store::Store;

use crate::NodeError;

/// Name of the key among the ledger's secrets.
const NAME: &str = "link_key";
/// As many as the hash gives.
const KEY_BYTES: usize = 32;

/// The key that signs links. Its `Debug` shows nothing of it.
pub(crate) struct LinkKey(hmac::Key);

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

impl LinkKey {
    /// The key of this ledger, made at the first start.
    pub(crate) async fn load_or_make(store: &Store) -> Result<Self, NodeError> {
        let mut fresh = vec![0; KEY_BYTES];
        rand::fill(&mut fresh)
            .map_err(|_| NodeError::SigningKey("the system has no randomness to give".to_owned()))?;
        Ok(Self::of(&store.secret(NAME, fresh).await?))
    }

    fn of(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The signature of what is said.
    pub(crate) fn sign(&self, said: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, said).as_ref().to_vec()
    }

    /// Whether this is the signature; how long that takes says nothing of how much of it is right.
    pub(crate) fn verify(&self, said: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.0, said, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signature_is_good_for_what_was_said_and_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = LinkKey::load_or_make(&store).await.unwrap();
        let signature = key.sign(b"a");
        let again = LinkKey::load_or_make(&store).await.unwrap();
        assert!(again.verify(b"a", &signature) && !again.verify(b"b", &signature));
        assert!(!again.verify(b"a", &signature[..31]) && !again.verify(b"a", b""));
        let other = LinkKey::of(b"another ledger's");
        assert!(!other.verify(b"a", &signature));
        assert_eq!(format!("{key:?}"), "LinkKey(…)");
    }
}

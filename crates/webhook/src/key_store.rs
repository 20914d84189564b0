//! The ring of RSA keys as the ledger keeps it: one secret, which all processes of a ledger share and a backup has.

use sederunt_core::time::UnixMs;
use sederunt_store::{Store, StoreError};

use crate::keys::{FreshKey, KeyRing, NextIsThere};
use crate::sign::KeyError;

/// Name of the ring among the ledger's secrets.
const NAME: &str = "webhook_key";

/// Why there is no ring, or no other one.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The ledger.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ring, or a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key that was added last does not sign yet.
    #[error(transparent)]
    NextIsThere(#[from] NextIsThere),
}

/// The ring, if one was made.
///
/// # Errors
/// [`KeyStoreError::NextIsThere`] excepted.
pub async fn load(store: &Store) -> Result<Option<KeyRing>, KeyStoreError> {
    let kept = store.kept_secret(NAME).await?;
    Ok(kept.map(|bytes| KeyRing::read(&bytes)).transpose()?)
}

/// The ring, made at first use.
///
/// # Errors
/// [`KeyStoreError::NextIsThere`] excepted.
pub async fn load_or_make(store: &Store, now: UnixMs) -> Result<KeyRing, KeyStoreError> {
    if let Some(ring) = load(store).await? {
        return Ok(ring);
    }
    // Of several that make one at a time, the first one's is kept.
    let made = KeyRing::first(fresh().await?, now).to_bytes()?;
    Ok(KeyRing::read(&store.secret(NAME, made).await?)?)
}

/// Adds the next key, or makes the first.
///
/// # Errors
/// As they are named.
pub async fn rotate(store: &Store, now: UnixMs) -> Result<KeyRing, KeyStoreError> {
    let fresh = fresh().await?;
    let change = move |old: Option<&[u8]>| match rotated(old, fresh, now) {
        Ok((bytes, ring)) => (Some(bytes), Ok(ring)),
        Err(error) => (None, Err(error)),
    };
    store.change_secret(NAME, change).await?
}

fn rotated(old: Option<&[u8]>, fresh: FreshKey, now: UnixMs) -> Result<(Vec<u8>, KeyRing), KeyStoreError> {
    let ring = match old {
        Some(bytes) => KeyRing::read(bytes)?.rotated(fresh, now)?,
        None => KeyRing::first(fresh, now),
    };
    Ok((ring.to_bytes()?, ring))
}

/// A key, made where it keeps nobody waiting.
async fn fresh() -> Result<FreshKey, KeyStoreError> {
    let made = tokio::task::spawn_blocking(FreshKey::generate).await;
    Ok(made.map_err(|_| KeyError::Failed)??)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SHOWN_BEFORE_MS;

    const NOW: UnixMs = UnixMs(1_700_000_000_000);

    fn publics(ring: &KeyRing) -> Vec<String> {
        ring.shown(NOW).into_iter().map(|shown| shown.public.to_owned()).collect()
    }

    #[tokio::test]
    async fn a_ring_is_made_once_rotated_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert!(load(&store).await.unwrap().is_none());
        let (one, other) = tokio::join!(load_or_make(&store, NOW), load_or_make(&store, NOW));
        let made = publics(&one.unwrap());
        assert_eq!(publics(&other.unwrap()), made, "both have the one that is kept");

        // Of two at a time one is refused, and nothing of it is kept.
        let (one, other) = tokio::join!(rotate(&store, NOW), rotate(&store, NOW));
        let (done, refused) = if one.is_ok() { (one, other) } else { (other, one) };
        let used_from = NOW.plus_ms(SHOWN_BEFORE_MS);
        assert!(
            matches!(refused, Err(KeyStoreError::NextIsThere(next)) if next == NextIsThere { used_from })
        );
        let rotated = publics(&done.unwrap());
        assert_eq!((rotated.len(), &rotated[..1]), (2, &made[..]));

        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(publics(&load_or_make(&store, NOW).await.unwrap()), rotated);
    }

    #[tokio::test]
    async fn a_ring_that_is_none_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.secret(NAME, b"nothing".to_vec()).await.unwrap();
        for outcome in [load_or_make(&store, NOW).await, rotate(&store, NOW).await] {
            assert!(matches!(outcome, Err(KeyStoreError::Key(KeyError::BadRing))));
        }
        assert_eq!(store.kept_secret(NAME).await.unwrap().as_deref(), Some(&b"nothing"[..]));
    }

    #[tokio::test]
    async fn the_first_rotation_of_all_makes_the_first_key() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let ring = rotate(&store, NOW).await.unwrap();
        assert_eq!((ring.shown(NOW).len(), ring.rotated_at(NOW)), (1, None));
    }
}

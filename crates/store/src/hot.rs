//! What almost every request needs, kept in memory: the token of the caller, or its sign-in at the console, and the app of
//! the path.
//!
//! SQL is the truth. Only rows that are there are kept, never that something is missing. The writer forgets them when
//! a transaction that changed one is durable, before anybody is told of it: once a revocation has returned, no
//! request finds the token here.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use sederunt_core::id::AppId;

use crate::touched::{OnCommit, Touched};
use crate::{ApiTokenRow, AppRow, ConsoleSessionRow};

/// Rows of each kind; about 300 bytes each. With more in use all of a kind are forgotten and read again.
const ROWS_MAX: usize = 4_096;

/// Rows in memory.
#[derive(Debug, Default)]
pub(crate) struct Hot {
    rows: RwLock<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    age: u64,
    /// By the SHA-256 of their text; none is revoked.
    tokens: HashMap<[u8; 32], ApiTokenRow>,
    /// By the SHA-256 of their cookie.
    consoles: HashMap<[u8; 32], ConsoleSessionRow>,
    apps: HashMap<AppId, AppRow>,
}

/// When a read of the ledger began, in terms of what was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Age(u64);

impl Hot {
    fn read(&self) -> RwLockReadGuard<'_, Rows> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Rows> {
        self.rows.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token, or since when it has to be read.
    pub(crate) fn token(&self, sha256: &[u8; 32]) -> Result<ApiTokenRow, Age> {
        let rows = self.read();
        rows.tokens.get(sha256).cloned().ok_or(Age(rows.age))
    }

    /// The sign-in, or since when it has to be read.
    pub(crate) fn console(&self, sha256: &[u8; 32]) -> Result<ConsoleSessionRow, Age> {
        let rows = self.read();
        rows.consoles.get(sha256).cloned().ok_or(Age(rows.age))
    }

    /// The app, or since when it has to be read.
    pub(crate) fn app(&self, id: &AppId) -> Result<AppRow, Age> {
        let rows = self.read();
        rows.apps.get(id).cloned().ok_or(Age(rows.age))
    }

    /// Keeps a token that a read found which began at `age`, unless something was forgotten since: that read may
    /// have seen the ledger as it was before.
    pub(crate) fn keep_token(&self, age: Age, sha256: [u8; 32], token: &ApiTokenRow) {
        let mut rows = self.write();
        if age == Age(rows.age) {
            keep(&mut rows.tokens, sha256, token);
        }
    }

    /// Keeps a sign-in; see [`Self::keep_token`].
    pub(crate) fn keep_console(&self, age: Age, sha256: [u8; 32], session: &ConsoleSessionRow) {
        let mut rows = self.write();
        if age == Age(rows.age) {
            keep(&mut rows.consoles, sha256, session);
        }
    }

    /// Keeps an app; see [`Self::keep_token`].
    pub(crate) fn keep_app(&self, age: Age, app: &AppRow) {
        let mut rows = self.write();
        if age == Age(rows.age) {
            keep(&mut rows.apps, app.id.clone(), app);
        }
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        let mut rows = self.write();
        *rows = Rows { age: rows.age.wrapping_add(1), ..Rows::default() };
    }
}

impl OnCommit for Hot {
    fn committed(&self, touched: &Touched) {
        if touched.names_or_rights {
            self.forget();
        }
    }

    fn failed(&self, touched: &Touched) {
        self.committed(touched);
    }
}

fn keep<K: Hash + Eq, V: Clone>(rows: &mut HashMap<K, V>, key: K, row: &V) {
    if rows.len() >= ROWS_MAX {
        rows.clear();
    }
    rows.insert(key, row.clone());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use sederunt_core::time::UnixMs;

    use super::*;
    use crate::{Permission, Store};

    fn token(n: u64) -> (ApiTokenRow, [u8; 32]) {
        let row = ApiTokenRow {
            id: format!("token {n}"),
            name: String::new(),
            account: Some(("account".to_owned(), Permission::Realtime)),
            workspace: None,
            server: false,
            used_on: None,
            created_at: UnixMs(0),
            revoked_at: None,
        };
        let mut sha256 = [0; 32];
        sha256[..8].copy_from_slice(&n.to_be_bytes());
        (row, sha256)
    }

    #[test]
    fn what_was_read_before_something_was_forgotten_is_not_kept() {
        let hot = Hot::default();
        let (row, sha256) = token(1);
        let age = hot.token(&sha256).unwrap_err();
        hot.forget();
        hot.keep_token(age, sha256, &row);
        let age = hot.token(&sha256).unwrap_err();
        hot.keep_token(age, sha256, &row);
        assert_eq!(hot.token(&sha256), Ok(row));
    }

    #[test]
    fn it_stays_small() {
        let hot = Hot::default();
        for n in 0..3 * ROWS_MAX as u64 {
            let (row, sha256) = token(n);
            hot.keep_token(Age(0), sha256, &row);
        }
        assert!(hot.read().tokens.len() <= ROWS_MAX);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_revoked_token_is_not_found_once_the_revocation_has_returned() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        for n in 0..50 {
            let (row, sha256) = token(n);
            store.create_token(row.clone(), sha256).await.unwrap();
            let revoked = Arc::new(AtomicBool::new(false));
            let readers: Vec<_> = (0..4)
                .map(|_| {
                    let (store, revoked) = (store.clone(), Arc::clone(&revoked));
                    tokio::spawn(async move {
                        loop {
                            // Before the question: what was told then must be known now.
                            let told = revoked.load(Ordering::SeqCst);
                            match store.token(sha256).await.unwrap() {
                                Some(_) => assert!(!told, "a revoked token was accepted"),
                                None => return,
                            }
                        }
                    })
                })
                .collect();
            while store.inner.hot.token(&sha256).is_err() {
                tokio::task::yield_now().await;
            }
            store.revoke_token(&row.id, UnixMs(1)).await.unwrap();
            revoked.store(true, Ordering::SeqCst);
            for reader in readers {
                reader.await.unwrap();
            }
            assert_eq!(store.token(sha256).await.unwrap(), None);
        }
    }
}

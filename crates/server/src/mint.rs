//! Ids for commands that run without the shell.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use sederunt_app::Site;
use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_store::Store;

/// Mints ids of one instant, from a random start.
#[derive(Debug)]
pub struct Mint {
    now: UnixMs,
    next: AtomicU64,
}

impl Mint {
    /// Ids of `now`.
    pub fn new(now: UnixMs) -> anyhow::Result<Self> {
        let mut random = [0; 8];
        aws_lc_rs::rand::fill(&mut random).ok().context("the system gave no randomness")?;
        Ok(Self { now, next: AtomicU64::new(u64::from_le_bytes(random)) })
    }

    /// The instant.
    pub fn now(&self) -> UnixMs {
        self.now
    }

    /// A fresh id.
    pub fn id(&self) -> Id {
        Id::mint(self.now.0.max(0).unsigned_abs(), self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// A ledger that no shell runs at.
#[derive(Debug)]
pub struct Alone<'a> {
    /// The ledger.
    pub store: &'a Store,
    /// Its time, and its ids.
    pub mint: &'a Mint,
}

impl Site for Alone<'_> {
    fn store(&self) -> &Store {
        self.store
    }

    fn now(&self) -> UnixMs {
        self.mint.now()
    }

    fn mint_id(&self) -> Id {
        self.mint.id()
    }
}

//! What people of a run know of one another, being one process: how many frames were published, and how things stand now.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio_util::sync::CancellationToken;

/// Shared by everybody of a run.
#[derive(Debug, Default)]
pub struct Board {
    frames: Mutex<HashMap<String, Arc<AtomicU64>>>,
    /// Everybody leaves.
    pub(crate) stop: CancellationToken,
    /// In a meeting now.
    pub(crate) people: AtomicI64,
    /// Joins that failed, and people who fell out.
    pub(crate) troubles: AtomicU64,
    /// Frames shown by all.
    pub(crate) shown: AtomicU64,
    /// Packets received by all.
    pub(crate) received: AtomicU64,
    /// Packets that never came.
    pub(crate) lost: AtomicU64,
}

/// How things stand, all since the beginning but the people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// In a meeting now.
    pub people: i64,
    /// Joins that failed, and people who fell out.
    pub troubles: u64,
    /// Frames shown.
    pub frames_shown: u64,
    /// Packets received.
    pub packets_received: u64,
    /// Packets that never came.
    pub packets_lost: u64,
}

impl Board {
    /// How things stand.
    pub fn standing(&self) -> Standing {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Standing {
            people: self.people.load(Ordering::Relaxed),
            troubles: read(&self.troubles),
            frames_shown: read(&self.shown),
            packets_received: read(&self.received),
            packets_lost: read(&self.lost),
        }
    }

    /// Everybody leaves as soon as possible.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// The count of frames of a camera, which is published from now on.
    pub(crate) fn publish(&self, producer: &str) -> Arc<AtomicU64> {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(frames.entry(producer.to_owned()).or_default())
    }

    /// The count of frames of somebody's camera; `None` = it is nobody's of this run.
    pub(crate) fn published(&self, producer: &str) -> Option<Arc<AtomicU64>> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner).get(producer).cloned()
    }
}

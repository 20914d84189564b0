//! One state of an app's sealed sessions.

use std::sync::Arc;

use crate::format::dict::Dict;
use crate::format::manifest::{Manifest, Owner};
use crate::format::segment::Segment;

/// An immutable state: exactly the sessions that ended at or before [`Sealed::sealed_seq`].
#[derive(Debug, Clone, Default)]
pub struct Sealed {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) dict: Dict,
    pub(crate) counts: Arc<[u32]>,
    pub(crate) sealed_seq: u64,
    pub(crate) last_id: u128,
    pub(crate) rows: u64,
    pub(crate) generation: u64,
    /// Number of the next file.
    pub(crate) next: u64,
}

impl Sealed {
    /// Nothing sealed.
    pub fn empty() -> Self {
        Self::default()
    }

    /// In the order of their first keys. They may overlap in time; no session is in two.
    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// Meetings and titles.
    pub fn dict(&self) -> &Dict {
        &self.dict
    }

    /// Sessions by code, over all segments.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Ledger sequence number of the latest end that is in here; 0 when nothing is.
    pub fn sealed_seq(&self) -> u64 {
        self.sealed_seq
    }

    /// The session that ended then.
    pub fn last_id(&self) -> u128 {
        self.last_id
    }

    /// Number of sessions.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Counts the published states of the app; 0 was never published.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The segment and row of a session.
    pub fn find(&self, id: u128) -> Option<(&Segment, u32)> {
        self.segments.iter().find_map(|segment| segment.find(id).map(|row| (&**segment, row)))
    }

    /// Whether a read met something impossible: a file is damaged, and answers may be wrong.
    pub fn is_suspect(&self) -> bool {
        self.segments.iter().any(|segment| segment.is_suspect()) || self.dict.is_suspect()
    }

    /// Other segments and another dictionary; brings them into order and counts.
    pub(crate) fn with(&self, mut segments: Vec<Arc<Segment>>, dict: Dict) -> Self {
        segments.sort_by_key(|segment| segment.first_key());
        let mut counts = vec![0_u32; dict.len() as usize];
        for segment in &segments {
            for (code, count) in segment.code_counts() {
                if let Some(sum) = counts.get_mut(code as usize) {
                    *sum = sum.saturating_add(count);
                }
            }
        }
        let rows = segments.iter().map(|segment| u64::from(segment.rows())).sum();
        Self { segments, dict, counts: counts.into(), rows, ..self.clone() }
    }

    /// Of the state as files.
    pub(crate) fn manifest(&self, owner: Owner) -> Manifest {
        Manifest {
            owner,
            generation: self.generation,
            sealed_seq: self.sealed_seq,
            last_id: self.last_id,
            rows: self.rows,
            next: self.next,
            parts: self.dict.parts().iter().map(|part| part.listed()).collect(),
            segments: self.segments.iter().map(|segment| segment.listed()).collect(),
        }
    }

    /// What the manifest says beside the files.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self {
            sealed_seq: manifest.sealed_seq,
            last_id: manifest.last_id,
            generation: manifest.generation,
            next: manifest.next,
            ..Self::default()
        }
    }
}

//! How many uploads of one person are under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sederunt_core::id::ParticipantId;

/// Uploads of one person at a time: the official client sends what is dropped on it one after the other.
const PER_PERSON_MAX: u32 = 4;

/// Whose uploads are under way.
#[derive(Debug, Default, Clone)]
pub(super) struct Places(Arc<Mutex<HashMap<ParticipantId, u32>>>);

/// The place of one upload; freed when dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    of: ParticipantId,
}

impl Places {
    /// A place for an upload of this person; `None` = it has too many under way.
    pub(super) fn take(&self, of: ParticipantId) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(of).or_insert(0);
        if *count >= PER_PERSON_MAX {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_so_many_and_nothing_is_left_of_whoever_has_none() {
        let (places, ann, bob) =
            (Places::default(), ParticipantId::from_u128(1), ParticipantId::from_u128(2));
        let mut held: Vec<_> = (0..PER_PERSON_MAX).filter_map(|_| places.take(ann)).collect();
        assert_eq!(held.len(), 4);
        assert!(places.take(ann).is_none());
        assert!(places.take(bob).is_some());
        held.pop();
        assert!(places.take(ann).is_some());
        drop(held);
        assert!(places.0.lock().unwrap().is_empty());
    }
}

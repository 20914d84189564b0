//! Turns of reads that walk over much of an app: one at a time for a token, a few in all, and whoever waits is served in
//! order. So whoever asks for many keeps nobody else waiting for longer than one of them takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::limit::{WALK_WAIT, WALKS_MAX};

/// Whose turn it is; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    tokens: Arc<Mutex<HashMap<[u8; 32], Arc<Semaphore>>>>,
}

/// A turn; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _of_token: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(WALKS_MAX)), tokens: Arc::default() }
    }
}

impl Turns {
    /// A turn for the token with this hash; `None` when there was none for [`WALK_WAIT`].
    pub(crate) async fn turn(&self, token: [u8; 32]) -> Option<Turn> {
        let own = self.of(token);
        let turn = async {
            let of_token = own.acquire_owned().await.ok()?;
            let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(Turn { _of_token: of_token, _of_all: of_all })
        };
        timeout(WALK_WAIT, turn).await.ok()?
    }

    fn of(&self, token: [u8; 32]) -> Arc<Semaphore> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that nobody holds or waits for: as many are left as there are requests.
        tokens.retain(|_, own| Arc::strong_count(own) > 1);
        Arc::clone(tokens.entry(token).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_waits_for_itself_and_others_have_theirs() {
        let turns = Turns::default();
        let first = turns.turn([1; 32]).await.unwrap();
        assert!(turns.turn([1; 32]).await.is_none(), "one at a time");
        let second = turns.turn([2; 32]).await.unwrap();
        assert!(turns.turn([3; 32]).await.is_none(), "{WALKS_MAX} in all");
        drop(first);
        let third = turns.turn([3; 32]).await.unwrap();
        drop((second, third));
        drop(turns.turn([4; 32]).await);
        assert_eq!(turns.tokens.lock().unwrap().len(), 1);
    }
}

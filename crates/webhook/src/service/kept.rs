//! Pages of the ledger that were read for one receiver and are good for others that are as far behind: those that come back
//! together read, fold and render the same facts once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sederunt_store::{EventFilter, StoreError};
use tokio::time::Instant;

use super::event::Posted;

/// Pages that are kept: receivers that began together are no further apart than what each reads ahead.
const PAGES_MAX: usize = 8;
/// And bytes of their bodies.
const BYTES_MAX: usize = 4 << 20;
/// How long. What is told is what the ledger says when it is read, a name that was erased in it included.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// What was asked of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub filter: EventFilter,
    /// The chat of sessions was looked at.
    pub has_chat: bool,
}

/// Facts of the ledger after one and up to another, as they are told.
#[derive(Debug)]
pub(super) struct Rendered {
    pub after: u64,
    pub through: u64,
    pub has_more: bool,
    pub events: Vec<Posted>,
}

impl Rendered {
    /// The events after a fact and up to another.
    pub(super) fn between(&self, after: u64, to: u64) -> &[Posted] {
        let first = self.events.partition_point(|event| event.told.key.seq <= after);
        let last = self.events.partition_point(|event| event.told.key.seq <= to);
        self.events.get(first..last).unwrap_or_default()
    }

    fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.told.body.len()).sum()
    }
}

/// The latest pages of an app.
#[derive(Debug, Default)]
pub(super) struct Kept {
    known: Mutex<Known>,
    /// Who reads: the others wait for what that finds.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    /// Oldest first.
    pages: VecDeque<(Instant, Question, Arc<Rendered>)>,
    /// Counts how often they were forgotten.
    age: u64,
}

impl Known {
    fn forget_old(&mut self, now: Instant) {
        while self.pages.pop_front_if(|(at, ..)| now.duration_since(*at) >= KEPT_FOR).is_some() {}
    }

    fn find(&mut self, question: &Question, after: u64) -> Option<Arc<Rendered>> {
        self.forget_old(Instant::now());
        let fits = |page: &Rendered| page.after <= after && after < page.through;
        let (.., page) = self.pages.iter().find(|(_, asked, page)| asked == question && fits(page))?;
        Some(Arc::clone(page))
    }

    fn keep(&mut self, read_at: Instant, question: Question, page: &Arc<Rendered>) {
        self.pages.push_back((read_at, question, Arc::clone(page)));
        while self.pages.len() > PAGES_MAX
            || self.pages.iter().map(|(.., page)| page.bytes()).sum::<usize>() > BYTES_MAX
        {
            self.pages.pop_front();
        }
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page that has what comes after a fact: one that is kept, or what `read` reads.
    pub(super) async fn page(
        &self,
        question: &Question,
        after: u64,
        read: impl Future<Output = Result<Rendered, StoreError>>,
    ) -> Result<Arc<Rendered>, StoreError> {
        if let Some(page) = self.lock().find(question, after) {
            return Ok(page);
        }
        let _reading = self.reading.lock().await;
        let age = {
            let mut known = self.lock();
            if let Some(page) = known.find(question, after) {
                return Ok(page);
            }
            known.age
        };
        let read_at = Instant::now();
        let page = Arc::new(read.await?);
        let mut known = self.lock();
        if known.age == age {
            known.keep(read_at, question.clone(), &page);
        }
        Ok(page)
    }

    /// Lets go of what nobody has asked for lately.
    pub(super) fn forget_old(&self) {
        self.lock().forget_old(Instant::now());
    }

    /// What is told may be something else now.
    pub(super) fn forget(&self) {
        let mut known = self.lock();
        known.pages.clear();
        known.age += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use bytes::Bytes;
    use sederunt_core::id::MeetingId;
    use tokio::time::advance;

    use super::super::event::Kind;
    use super::*;
    use crate::body::kit::EventName;
    use crate::told::{Key, Order, Told};

    fn question(has_chat: bool) -> Question {
        Question { filter: EventFilter::default(), has_chat }
    }

    fn rendered(after: u64, through: u64, bytes: usize) -> Rendered {
        let posted = |seq| {
            let (lane, body) = (MeetingId::from_u128(1), Bytes::from(vec![b'x'; bytes]));
            let told = Told { key: Key::first(seq), lane, order: Order::Session, body };
            Posted { told: Arc::new(told), kind: Kind::Kit(EventName::MeetingStarted) }
        };
        Rendered { after, through, has_more: true, events: (after + 1..=through).map(posted).collect() }
    }

    /// The page after a fact, and whether it had to be read.
    async fn ask(kept: &Kept, question: &Question, after: u64) -> (Arc<Rendered>, bool) {
        let was_read = Cell::new(false);
        let read = async {
            was_read.set(true);
            // Others ask meanwhile.
            tokio::task::yield_now().await;
            Ok(rendered(after, after + 10, 1))
        };
        let page = kept.page(question, after, read).await.unwrap();
        (page, was_read.get())
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_are_as_far_read_once() {
        let (kept, asked) = (Kept::default(), question(false));
        let ((a, first), (b, second)) = tokio::join!(ask(&kept, &asked, 0), ask(&kept, &asked, 4));
        assert!(first && !second && Arc::ptr_eq(&a, &b));
        let seqs: Vec<u64> = b.between(4, 7).iter().map(|event| event.told.key.seq).collect();
        assert_eq!(seqs, [5, 6, 7]);
        assert!(ask(&kept, &asked, 10).await.1, "what comes after it");
        assert!(ask(&kept, &question(true), 0).await.1, "another question");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_old_or_forgotten_is_read_again() {
        let (kept, asked) = (Kept::default(), question(false));
        ask(&kept, &asked, 0).await;
        advance(KEPT_FOR - Duration::from_millis(1)).await;
        assert!(!ask(&kept, &asked, 0).await.1);
        advance(Duration::from_millis(1)).await;
        assert!(ask(&kept, &asked, 0).await.1, "old");
        kept.forget();
        assert!(ask(&kept, &asked, 0).await.1, "forgotten");
        advance(KEPT_FOR).await;
        kept.forget_old();
        assert!(kept.lock().pages.is_empty(), "nobody has to ask for it to go");
        let read = async {
            kept.forget();
            Ok(rendered(0, 10, 1))
        };
        kept.page(&asked, 0, read).await.unwrap();
        assert!(ask(&kept, &asked, 0).await.1, "read before it was forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_has_an_end() {
        let (kept, asked) = (Kept::default(), question(false));
        for after in 0..20 {
            ask(&kept, &asked, after * 10).await;
        }
        assert_eq!(kept.lock().pages.len(), PAGES_MAX);
        let large = async { Ok(rendered(1000, 1001, BYTES_MAX)) };
        kept.page(&asked, 1000, large).await.unwrap();
        assert_eq!(kept.lock().pages.len(), 1);
        let too_large = async { Ok(rendered(2000, 2001, BYTES_MAX + 1)) };
        kept.page(&asked, 2000, too_large).await.unwrap();
        assert!(kept.lock().pages.is_empty());
    }
}

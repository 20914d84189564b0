//! Wakes the watchers of an app, some at a time: ten thousand at once would keep everything else waiting until the last
//! of them has written.

use tokio::sync::watch;

use crate::limit::FEED_WOKEN;

/// The number of the next batch, for a group of watchers each; changes with every batch and at the end.
#[derive(Debug, Default)]
pub(super) struct News(Vec<watch::Sender<u64>>);

impl News {
    /// For one more watcher, in the first group that is not full.
    pub(super) fn subscribe(&mut self, number: u64) -> watch::Receiver<u64> {
        if let Some(group) = self.0.iter().find(|group| group.receiver_count() < FEED_WOKEN) {
            return group.subscribe();
        }
        let (group, news) = watch::channel(number);
        self.0.push(group);
        news
    }

    /// A group by its number; they are numbered without a gap.
    pub(super) fn group(&self, nth: usize) -> Option<watch::Sender<u64>> {
        self.0.get(nth).cloned()
    }
}

/// Wakes all watchers at once: nothing follows.
pub(super) fn wake_all(group: impl Fn(usize) -> Option<watch::Sender<u64>>) {
    (0..).map_while(group).for_each(|group| group.send_modify(|_| ()));
}

/// Tells the number of the next batch. Those who are woken get their turn before the next are, so a batch that takes
/// long to tell puts the next one off.
pub(super) async fn wake(number: u64, group: impl Fn(usize) -> Option<watch::Sender<u64>>) {
    let mut woken = 0;
    for group in (0..).map_while(group) {
        woken += group.receiver_count();
        group.send_replace(number);
        if woken >= FEED_WOKEN {
            woken = 0;
            tokio::task::yield_now().await;
        }
    }
}

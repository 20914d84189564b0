//! The one place where the server reads a clock.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sederunt_core::time::UnixMs;
use tokio::sync::watch;

/// Longest sleep before the wall clock is read again: it may be set while we sleep.
const SLICE_MAX: Duration = Duration::from_secs(10);

/// A source of time, so that the doors' tests fix it.
pub trait Clock: Send + Sync + std::fmt::Debug + 'static {
    /// Now, UTC milliseconds.
    fn now(&self) -> UnixMs;
    /// Resolves when [`Self::now`] has reached `at`.
    fn sleep_until(&self, at: UnixMs) -> Pin<Box<dyn Future<Output = ()> + Send>>;
    /// Resolves after `ms` milliseconds, however the clock is set meanwhile.
    fn sleep_ms(&self, ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleep_until(self.now().plus_ms(ms))
    }
}

/// The machine's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

fn wall() -> UnixMs {
    let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(_) => 0,
    };
    UnixMs(ms)
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        wall()
    }

    fn sleep_until(&self, at: UnixMs) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            loop {
                let left_ms = at.since(wall());
                if left_ms == 0 {
                    return;
                }
                let left = Duration::from_millis(left_ms.unsigned_abs());
                tokio::time::sleep(left.min(SLICE_MAX)).await;
            }
        })
    }

    fn sleep_ms(&self, ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
    }
}

/// A clock that stands still until it is told to move; clones share the time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: watch::Sender<UnixMs>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: UnixMs) -> Self {
        Self { now: watch::Sender::new(now) }
    }

    /// Moves on by `ms` milliseconds (backwards when negative) and wakes the sleepers that are due.
    pub fn advance(&self, ms: i64) {
        self.now.send_modify(|now| *now = now.plus_ms(ms));
    }

    /// Shows `now` and wakes the sleepers that are due.
    pub fn set(&self, now: UnixMs) {
        self.now.send_replace(now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMs {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: UnixMs) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut seen = self.now.subscribe();
        Box::pin(async move {
            if seen.wait_for(|now| *now >= at).await.is_err() {
                // The clock is gone: its time never comes.
                std::future::pending::<()>().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_sleepers_when_it_reaches_their_time() {
        let clock = ManualClock::new(UnixMs(1_000));
        let mut sleep = clock.sleep_until(UnixMs(2_000));
        clock.advance(999);
        assert!(futures_poll(&mut sleep).await.is_none(), "one millisecond early");
        clock.advance(1);
        sleep.await;
        assert_eq!(clock.now(), UnixMs(2_000));
    }

    #[tokio::test]
    async fn the_system_clock_does_not_wait_for_the_past() {
        let clock = SystemClock;
        clock.sleep_until(UnixMs(0)).await;
        let start = clock.now();
        clock.sleep_until(start.plus_ms(5)).await;
        assert!(clock.now() >= start.plus_ms(5));
    }

    /// Polls once.
    async fn futures_poll(f: &mut Pin<Box<dyn Future<Output = ()> + Send>>) -> Option<()> {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match f.as_mut().poll(cx) {
                std::task::Poll::Ready(()) => Some(()),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}

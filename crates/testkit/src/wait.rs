//! Waiting for what must come.

use std::time::Duration;

/// No test waits for a clock, so what takes this long is stuck.
const STUCK: Duration = Duration::from_secs(60);

/// The value of `future`.
///
/// # Panics
///
/// When it takes so long that it will never come; `what` says what was missing.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(STUCK, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} does not come"),
    }
}

/// Waits until `condition` holds.
///
/// # Panics
///
/// When it does not come to hold; `what` says what was missing.
pub async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    within(what, async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

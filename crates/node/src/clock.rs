//! The one place where the server reads a clock or randomness.

use std::future::Future;
use std::pin::Pin;

use sederunt_core::time::UnixMs;

/// A source of time, so that the doors' tests fix it.
pub trait Clock: Send + Sync + std::fmt::Debug + 'static {
    /// Now, UTC milliseconds.
    fn now(&self) -> UnixMs;
    /// Resolves when [`Self::now`] has reached `at`.
    fn sleep_until(&self, at: UnixMs) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

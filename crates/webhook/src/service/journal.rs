//! What is written to the delivery log.

use bytes::Bytes;
use sederunt_core::id::Id;

use super::Clock;
use crate::words::Attempt;

/// The log, if there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal {}

impl Journal {
    /// Writes an attempt; what is returned ends when it is durable.
    pub(super) fn write(
        &self,
        _receiver: Id,
        _attempt: &Attempt,
        _excerpt: Bytes,
        _clock: &dyn Clock,
    ) -> impl Future<Output = ()> + Send + 'static + use<> {
        std::future::ready(())
    }
}
